/* jobs_own - what the files of this room share.
 *
 *   jobs.c            asking for one; short jobs; what is due
 *   jobs_fail.c       how one ends that did not go well, and when what comes again comes
 *   jobs_work.c       slow jobs: lease, work, write; leases of processes that are gone
 *   jobs_threads.c    the threads
 *   jobs_operator.c   what the operator sees and does: doctor, `sampan jobs`
 *   calendar.c        calendar times */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include "jobs/jobs.h"
#include "jobs_rows_sql.h"
#include "web/site.h"

enum {
    ROOM_BYTES = 256 << 20, ROOM_KEPT = 1 << 20,   /* address space of a job; what is kept of it in memory */
    LIFE_CHARS = 16, TOKEN_CHARS = 40,
    SLOW_AT_ONCE = 3,               /* slow jobs that work side by side */
    SLOTS = SLOW_AT_ONCE + 5,       /* with those whose time is over and that have not come back */
    WATCHES_MAX = 64,
    BEAT_MS = 10 * SECOND, DEAD_MS = MINUTE,
    DUE_MAX = 100,
};
#define NS_PER_MS INT64_C(1000000)

/* One slow job that this process works on. */
typedef enum Slot { SLOT_FREE, SLOT_BUSY, SLOT_ENDED } Slot;
typedef struct Working {
    Job            job;             /* first: by it work's calls find us */
    Jobs          *jobs;
    const JobKind *kind;
    int64_t        id, now, began;  /* now: ms, when it was taken; began: ns, steady */
    char           token[TOKEN_CHARS + 1];
    Arena          arena;
    bool           here;           /* by jobs_run_due: on the caller's thread */
    atomic_bool    stop;            /* work is to return */
    atomic_bool    ending;          /* because the program ends */
    JobEnd         end;
    bool           lost, refused;   /* by write: the row is another's, or was cancelled; write said no */
    Region         room;
    pthread_t      thread;
    /* under jobs->lock */
    Slot           slot;
    bool           over;            /* its time is over: nobody waits for it */
    bool           told;            /* what it says has not been written down yet */
    int            percent;
    char           state[JOB_STATE_BYTES + 1];
} Working;

/* Of a lease of another process: the beat it had, and when on our steady clock that was new. */
typedef struct Watch { char token[TOKEN_CHARS + 1]; int64_t beat, since; bool seen; } Watch;

struct Jobs {
    Site           *site;
    char            life[LIFE_CHARS + 1];      /* of this opening of the site; tokens begin with it */
    _Atomic int64_t tokens;                    /* given out */
    atomic_bool     stop;
    Watch           watch[WATCHES_MAX];        /* the keeper's, or jobs_run_due's */
    Region          keeper_room, hand_room;
    pthread_t       keeper, hand;
    pthread_mutex_t lock;
    pthread_cond_t  changed;
    bool            crowded;                   /* no slot is free, and that was said */
    bool            ended;                     /* a slow job has, and the keeper has not looked since */
    Working         slot[SLOTS];
};

/* ---- jobs.c ---- */
const JobKind *kind_named(const Site *site, str name);       /* NULL: no module knows it any more */
bool    jobs_add_after(Scope *s, const char *kind, str body, str times, int64_t after);
bool    jobs_plan(Site *site, Arena *arena, int64_t now);    /* what comes again is waiting */
typedef struct Kinds { str *row; ptrdiff_t n; } Kinds;
bool    kinds_due(Site *site, Arena *arena, int64_t now, Kinds *ret);
typedef struct Dues { int64_t *id; ptrdiff_t n; } Dues;
Dues    due_of(Site *site, Arena *arena, str kind, int64_t now);
int     short_run_all(Site *site, Arena *arena, str kind, int64_t now, const atomic_bool *stop);    /* stop: NULL for nobody's */

/* ---- jobs_fail.c ---- */
/* DIED: its process did; once that is nobody's fault. */
typedef enum How { FAIL_AGAIN, FAIL_NEVER, FAIL_DIED, FAIL_NOT } How;      /* NOT: it waits as it did, nothing is counted */
typedef struct Failure { int64_t id, now; str token, name; How how; const char *why; } Failure;      /* token: "" of a short one */
bool    job_failed(Site *site, Arena *arena, Failure *f);    /* false: its row is gone, or another's; or that cannot be written down */
void    comes_again(Scope *s, const JobKind *kind, str body, str times, int64_t after);

/* ---- jobs_work.c ---- */
bool    work_take(Working *k, Jobs *j, const JobKind *kind, int64_t id, int64_t now);    /* false: another was quicker. k->arena is ready */
void    work_do(Working *k);                                 /* both phases, and what comes after a failure */
typedef struct Lease { int64_t id; str kind, token; int64_t beat; bool cancelled; } Lease;
typedef struct Leases { Lease *row; ptrdiff_t n; } Leases;
bool    leases_read(Jobs *j, Arena *arena, Leases *ret);
int     leases_end(Jobs *j, Arena *arena, Leases leases, int64_t now, int64_t ticks);    /* those of processes that are gone; how many */

/* ---- jobs_operator.c ---- */
extern const Module jobs_module;
