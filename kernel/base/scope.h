/* scope - what one piece of work is done with: a page, a job, or the replay of a record that came from elsewhere.
 *
 * Every query and every rule takes a Scope, so no query runs without a person, a clock and a place to fault to,
 * and every rule can be tested with no HTTP. A Request contains one (`rq->s`).
 *
 * scope_try is the only place in the program that catches a fault. */
#pragma once
#include "base/base.h"

typedef struct DbConn DbConn;
typedef struct Site Site;
typedef struct Lang Lang;
typedef struct Cleanup Cleanup;

typedef struct Scope {
    Arena      *arena;     /* lives as long as this piece of work, and so does all that is given back to who has no arena of his own to name */
    Landing    *landing;
    Site       *site;      /* the running installation (kernel/web/site.h) */
    DbConn     *db;        /* a reader, or the writer when `writing` */
    const Lang *lang;      /* never NULL */
    int64_t     me;        /* the person, 0 for nobody */
    int64_t     now;       /* ms; does not move while this scope lives */
    bool        writing;   /* inside a transaction that will be committed */
    bool        applying;  /* inside what a record does: only here derived tables change */
    Cleanup    *cleanups;
} Scope;

/* Runs body(s, arg). True: it returned. False: it faulted; *ret_landing says where and why. Either way cleanups have
 * run, newest first. The caller rolls back. */
bool scope_try(Scope *s, void (*body)(Scope *, void *), void *arg, Landing *ret_landing);

/* Something that is not memory (a file, a lock) ends with the scope. */
void scope_defer(Scope *s, void (*end)(void *), void *arg);

/* Back to a copy of *s->arena made before: what was made since is dead, and what was deferred since has ended. For loops that
 * must take no more memory in the hundred thousandth round than in the first. */
void scope_rewind(Scope *s, Arena mark);

#define fault(s, kind, ...) fault_at((s)->landing, __FILE__, __LINE__, (kind), __VA_ARGS__)
