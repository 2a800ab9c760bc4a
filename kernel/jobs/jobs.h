/* jobs - what must happen later or again and again: kept in a table, so a power cut loses none.
 * A job runs in a writing Scope of its own as person 0; a fault rolls it back and it is tried again after 1, 5, 25, 125
 * minutes; after that it is kept as failed for doctor to show. Jobs of one kind never overlap, also when several
 * processes share a PostgreSQL. While a job runs nothing else is written, so what takes long is done in parts that ask
 * for the next one. */
#pragma once
#include "base/scope.h"

typedef struct JobKind {
    const char *kind;
    bool      (*run)(Scope *s, str body);    /* false: give up for good */
    int64_t     every;                       /* ms; 0: only when asked for */
} JobKind;

void jobs_add(Scope *s, const char *kind, str body, int64_t when);   /* writing; nothing when the same is waiting */
typedef struct Jobs Jobs;
Jobs *jobs_start(Site *site);                /* one thread */
void  jobs_stop(Jobs *j);
struct Doctor;
void  jobs_doctor(Scope *s, struct Doctor *d);   /* what was given up, and what is late */
int   jobs_run_due(Site *site, int64_t now); /* what is due, on this thread; for tests and tools; returns how many ran */
