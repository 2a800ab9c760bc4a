/* jobs - what must happen later or again and again: kept in a table, so a power cut loses none.
 *
 * A kind is short or slow.
 *   short   `run`: in a writing Scope of its own as person 0, in the transaction that takes the job's row away. While it runs nothing
 *           else is written, so what takes long is not short.
 *   slow    `work`, on a thread of its own, in a Scope without a database: it hashes, waits, asks a child process, and reads in short
 *           read transactions (job_read). Then `write`, short, in the transaction that takes the row away, with what work has found.
 *           Killed at any point, also between the two, it is done again from its row: work may happen twice, what write wrote stands once.
 *
 * While work goes on the job is leased to it: nobody else begins it, of all processes that share a PostgreSQL, and write asks for the
 * lease's token in its transaction. A lease holds no time. It ends when its process has shown no sign of life for a minute of another's
 * steady clock (SQLite: when another process opens the database); so a clock that jumps makes no two of one.
 *
 * Jobs of one kind never overlap (at_once), and one that hangs stops no other: a few kinds work side by side, and what has not ended
 * within its limit has failed, its thread left to itself.
 *
 * A job that falls is tried again after 1, 5, 25, 125 minutes (waits); after that it is kept as failed for the operator, who may have it
 * tried again. What comes again does so all the same. Nothing of a body is ever in the log, and what work says of its state must not be
 * of a person. */
#pragma once
#include "base/scope.h"

struct Doctor;
typedef struct Jobs Jobs;

/* ---- kinds ------------------------------------------------------------------------------------------------------------------ */

/* What work is done for, and what it leaves for write. */
typedef struct Job {
    str   body;
    void *found;                             /* in the Scope's arena, which is there until write has ended */
    char  why[200];                          /* when it is not done: a sentence for the operator, none of a person's words */
} Job;

/* NEVER: give up for good. AGAIN: it may be tried again, as after a fault. */
typedef enum JobEnd { JOB_NEVER, JOB_AGAIN, JOB_DONE } JobEnd;

typedef struct JobKind {
    const char *kind;
    bool      (*run)(Scope *s, str body);    /* short. False: give up for good */
    int64_t     every;                       /* ms; 0: only when asked for. What comes again has an empty body */
    const char *at;                          /* or at calendar times (calendar.h): "daily 06:00 Asia/Jakarta" */
    JobEnd    (*work)(Scope *s, Job *job);   /* slow, in place of run */
    bool      (*write)(Scope *s, Job *job);  /* after it. False: give up for good. NULL: there is nothing to write */
    int64_t     limit;                       /* ms of the steady clock for work; 0: JOB_LIMIT_MS */
    int         at_once;                     /* how many of this kind may work at a time; 0: one */
    const int  *waits;                       /* minutes before the second, third, … try, ended by 0; NULL: 1, 5, 25, 125 */
    const char *mend;                        /* for the operator, when it was given up: "Make room on the disk." */
} JobKind;
enum { JOB_LIMIT_MS = 10 * 60 * 1000, JOB_WAITS_MAX = 20, JOB_STATE_BYTES = 80 };

/* ---- asking for one --------------------------------------------------------------------------------------------------------- */

/* Writing; nothing when the same (kind and body) is waiting. One that is being worked on does not count: it may have looked already. */
void jobs_add(Scope *s, const char *kind, str body, int64_t when);
/* The same again and again at calendar times; given anew they take the place of those before. False: no such time or zone. */
bool jobs_add_at(Scope *s, const char *kind, str body, str times);
void jobs_drop(Scope *s, const char *kind, str body);          /* writing: it is no longer wanted; the result of work that goes on is thrown away */
bool jobs_are_waiting(Scope *s, const char *kind);
bool jobs_has(Scope *s, const char *kind, str body);           /* it waits, or is being worked on */
bool jobs_are_known(const Site *site, str kind);               /* false: no module has this kind, and asking for one would abort */

/* ---- for work ---------------------------------------------------------------------------------------------------------------- */

void job_read(Scope *s, void (*rule)(Scope *, void *), void *arg);     /* one short read transaction; what it makes in the arena stays */
bool job_is_cancelled(const Job *job);                         /* or its time is over, or the program ends: return JOB_AGAIN soon */
void job_progress(Job *job, int percent, const char *state);   /* shown to the operator within some seconds; percent 0 to 100 */
void job_rest(Job *job, int ms);                               /* so that others have the machine; ends at once when it is cancelled */

/* ---- for the operator -------------------------------------------------------------------------------------------------------- */

typedef enum JobState { JOB_WAITING = 1, JOB_WORKING, JOB_FAILED } JobState;
typedef struct JobRow {
    int64_t  id;
    str      kind;
    JobState state;
    int64_t  due, began, failed_at;          /* ms; 0: not yet */
    int64_t  tries;                          /* that failed */
    int64_t  percent;
    str      says;                           /* of how far it is; of what is waiting or failed: why the last try fell */
    str      mend, times;
    bool     cancelled;                      /* still works, for nothing */
} JobRow;
typedef struct JobRows { JobRow *row; ptrdiff_t n; } JobRows;
/* WAITING: the next to come first, after that place; WORKING: all; FAILED: the latest first. */
typedef struct JobPlace { int64_t due, id; } JobPlace;
JobRows jobs_list(Scope *s, JobState state, JobPlace after, int most);
bool jobs_retry(Scope *s, int64_t id);       /* writing: due now, with all its tries. False: there is none, or it is being worked on */
/* Writing. What waits or was given up is gone, the result of what works is thrown away; what comes again leaves out this time only. */
bool jobs_cancel(Scope *s, int64_t id);
void jobs_doctor(Scope *s, struct Doctor *d);

/* ---- keeping them going ------------------------------------------------------------------------------------------------------ */

Jobs *jobs_open(Site *site, Arena *keep);
void  jobs_start(Jobs *j);                   /* from now on by itself, on threads */
bool  jobs_stop(Jobs *j);                    /* false: work hangs, and may still look at the database. What was not ended is done again */
int   jobs_run_due(Site *site, int64_t now); /* what is due, on this thread; for tests and tools; returns how many ran */
