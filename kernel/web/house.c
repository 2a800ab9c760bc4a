/* house - what the kernel itself answers and does from time to time.
 *
 * URLs     /health: 200 while the database answers, for whoever watches the machine
 * Jobs     house.sweep: once a day, files without a row and what auth no longer needs */
#include "auth/auth.h"
#include "files/files.h"
#include "jobs/jobs.h"
#include "web/web_private.h"

enum { SWEEP_MAX = 200 };        /* files unlinked in one transaction */

/* The page's own read transaction is the proof: without a database this is never reached. */
static Reply health_get(Request *rq)
{
    return text_reply(rq, S("text/plain; charset=utf-8"), S("well\n"));
}

static JobEnd sweep_work(Scope *s, Job *job)
{
    LeftOvers *left = job->found = NEW(s->arena, LeftOvers, 1);
    *left = files_left_over(s, SWEEP_MAX);
    return JOB_DONE;
}

/* Where there was more than one sweep takes, the next one follows; not where the disk lets none go. */
static bool sweep_write(Scope *s, Job *job)
{
    const LeftOvers *left = job->found;
    int swept = files_sweep(s, *left);
    auth_tries_sweep(s);
    auth_sessions_sweep(s);
    if (left->n == SWEEP_MAX && swept > 0) jobs_add(s, "house.sweep", S("more"), s->now);
    return true;
}

static bool doctor(Scope *s, Doctor *d)
{
    files_doctor(s, d);
    return true;
}

static const Route routes[] = {
    GET("/health", health_get, .who = WHO_ANYONE),
};

static const JobKind jobs[] = {
    { "house.sweep", .work = sweep_work, .write = sweep_write, .every = DAY },
};

const Module house_module = {
    .name = "house",
    .routes = routes, .route_n = COUNT_OF(routes),
    .jobs = jobs,     .job_n = COUNT_OF(jobs),
    .doctor = doctor,
};
