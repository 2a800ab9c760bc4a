/* house - what the kernel itself answers and does from time to time.
 *
 * URLs     /health: 200 while the database answers, for whoever watches the machine
 * Jobs     house.sweep: once a day, files without a row and what auth no longer needs */
#include "auth/auth.h"
#include "files/files.h"
#include "jobs/jobs.h"
#include "web/web_private.h"

/* The page's own read transaction is the proof: without a database this is never reached. */
static Reply health_get(Request *rq)
{
    return text_reply(rq, S("text/plain; charset=utf-8"), S("well\n"));
}

static bool sweep(Scope *s, str body)
{
    files_sweep(s);
    auth_tries_sweep(s);
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
    { "house.sweep", .run = sweep, .every = DAY },
};

const Module house_module = {
    .name = "house",
    .routes = routes, .route_n = COUNT_OF(routes),
    .jobs = jobs,     .job_n = COUNT_OF(jobs),
    .doctor = doctor,
};
