/* journal_own - what the files of this room share. Nobody else includes it.
 *
 *   journal.c             append, ids, and calling what applies a record
 *   journal_node.c        the node: claimed, renewed, given back
 *   journal_exchange.c    what two journals say to each other
 *   journal_rebuild.c     derived tables from nothing
 *   body.c                reading the body of a record */
#pragma once
#include <pthread.h>
#include "journal/journal.h"
#include "journal_rows_sql.h"
#include "web/site.h"

#define JOURNAL_EPOCH INT64_C(1767225600000)        /* 2026-01-01T00:00:00Z */
#define CLOCK_MAX     (INT64_C(1) << 40)            /* ms after the epoch, late in 2060: no clock is believed beyond */
#define PERSON_ERASED "person.erased"

enum {
    NODE_BITS = 16, COUNTER_BITS = 6, COUNTERS = 1 << COUNTER_BITS,
    NODE_MAX = (1 << NODE_BITS) - 1,
    BODY_BYTES_MAX = 16 * 1024, SUBJECT_BYTES_MAX = 200, KIND_BYTES_MAX = 64,
    LEASE_MS = 60 * SECOND, AHEAD_MS = 40 * SECOND, ROOM_BYTES = 64 * 1024,
};

static inline int64_t id_ms(int64_t id) { return id >> (NODE_BITS + COUNTER_BITS); }
static inline int64_t id_node(int64_t id) { return id >> COUNTER_BITS & NODE_MAX; }

/* What was made in the arena since the mark is dead. Not for a fault to jump over: it leaves the arena as it is. */
static inline void arena_rewind(Arena *arena, Arena mark)
{
    *arena = mark;
    arena_poison(arena);
}

/* Module kinds by name; those of one name in the order of modules. */
typedef struct KindRow { str name; const EntryKind *kind; int order; } KindRow;

struct Journal {
    Site           *site;
    char           *room;           /* for claiming and renewing, which no two threads do at once */
    KindRow        *kinds;
    int             kind_n;
    char            key[17];        /* the fingerprint that others know this installation by */
    pthread_mutex_t lock;           /* of what follows */
    int64_t         node;
    char            lease[33];
    int64_t         last_ms;        /* of the last id given out */
    int             counter;
    int64_t         mark;           /* on disk for sure: after a crash ids begin above it */
};

/* journal.c */
const KindRow *journal_kinds_named(const Journal *j, str kind, int *ret_n);
void    journal_apply(Scope *s, const Record *r);   /* calls each apply of its kind, as the actor, at its time */
void    journal_follow(Journal *j, int64_t id);     /* ids given out from now on are later than this one */

/* journal_node.c */
str     journal_fingerprint(Arena *keep, str key);
