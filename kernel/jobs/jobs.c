/* jobs - what must happen later or again and again.
 *
 * Table    job: what waits and what was given up
 * Rule     a job's row goes in the transaction that does its work, so it is done once or not at all: a power cut in the
 *          middle leaves the row, and the job is run again. Writers take turns, also those of several processes (db), so
 *          no two jobs ever run at once. */
#include "jobs/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>

#include "jobs_rows_sql.h"
#include "journal/journal.h"
#include "web/site.h"

enum { TICK_MS = 1000, CLOCK_STEP_MS = MINUTE, RENEW_MS = 20 * SECOND, LATE_MS = HOUR };
enum { ROOM_BYTES = 256 << 20, ROOM_KEPT = 1 << 20, MARK_BYTES = 16, ROUNDS_MAX = 1000 };

/* Minutes to wait after the first, second, … failure; after the last of these it is given up. */
static const int waits[] = { 1, 5, 25, 125 };
enum { WAITS = sizeof waits / sizeof waits[0] };

static const JobKind *kind_named(const Site *site, str name)
{
    for (int m = 0; m < site->module_n; m++)
        for (int k = 0; k < site->modules[m]->job_n; k++)
            if (str_eq(str_from(site->modules[m]->jobs[k].kind), name)) return &site->modules[m]->jobs[k];
    return NULL;
}

void jobs_add(Scope *s, const char *kind, str body, int64_t when)
{
    CHECK(s->writing && kind_named(s->site, str_from(kind)));
    unsigned char mark[MARK_BYTES];
    crypto_generichash(mark, sizeof mark, (const unsigned char *)body.p, (unsigned long long)body.n, NULL, 0);
    str hex = hex_encode(s->arena, (str){ (const char *)mark, sizeof mark });
    jobs_rows_add(s, journal_id(s), str_from(kind), body, hex, when);
}

/* ---- one job ----------------------------------------------------------------------------------------------------- */

typedef struct Run {
    int64_t id, now;
    str     name;
    const JobKind *kind;         /* NULL: no module knows it any more */
    bool    taken, refused;      /* refused: run said that it is of no use to try again */
    str     body, mark;
    int64_t tries;
    const char *why;
} Run;

static bool take(Scope *s, Run *r)
{
    jobs_rows_take_row row;
    if (!jobs_rows_take(s, r->id, r->now, &row)) return false;
    r->body = row.body;
    r->mark = row.mark;
    r->tries = row.tries;
    return true;
}

/* The row goes first, so that the job may ask for itself again. */
static bool run_rule(Scope *s, void *arg)
{
    Run *r = arg;
    s->now = r->now;
    r->refused = false;
    r->taken = take(s, r);
    if (!r->taken) return false;
    jobs_rows_done(s, r->id);
    r->refused = !r->kind || !r->kind->run(s, r->body);
    if (r->refused) return false;
    if (r->kind->every) jobs_add(s, r->kind->kind, r->body, r->now + r->kind->every);
    return true;
}

static bool failure_rule(Scope *s, void *arg)
{
    Run *r = arg;
    s->now = r->now;
    if (!take(s, r)) return false;
    if (!r->refused && r->tries < WAITS) {
        jobs_rows_again(s, r->id, r->now + waits[r->tries] * (int64_t)MINUTE, r->tries + 1, str_from(r->why));
        return true;
    }
    jobs_rows_give_up(s, r->id, r->now, r->tries + 1, str_from(r->why));
    jobs_rows_forget_older_failures(s, r->name, r->mark, r->id);
    if (r->kind && r->kind->every) jobs_add(s, r->kind->kind, r->body, r->now + r->kind->every);
    return true;
}

/* 1: it ran, well or not. 0: another process was quicker. */
static int run_one(Site *site, Arena *arena, Run *r)
{
    Landing landing, second;
    SCRATCH(tmp, arena);
    if (site_write(site, &tmp, 0, run_rule, r, &landing)) return 1;
    if (!r->taken) return 0;
    r->why = landing.kind != FAULT_NONE ? landing.what
           : r->kind ? "It said that it cannot be done." : "No module knows this job.";
    os_log(LOG_WARN, "jobs: %.*s failed: %s", STR_ARG(r->name), r->why);
    if (!site_write(site, &tmp, 0, failure_rule, r, &second))
        os_log(LOG_ERROR, "jobs: the failure of %.*s could not be kept: %s", STR_ARG(r->name), second.what);
    return 1;
}

/* ---- what is due ------------------------------------------------------------------------------------------------- */

static bool plan_rule(Scope *s, void *arg)
{
    s->now = *(const int64_t *)arg;
    for (int m = 0; m < s->site->module_n; m++)
        for (int k = 0; k < s->site->modules[m]->job_n; k++) {
            const JobKind *kind = &s->site->modules[m]->jobs[k];
            if (!kind->every) continue;
            jobs_rows_not_after(s, str_from(kind->kind), s->now + kind->every);
            jobs_add(s, kind->kind, S(""), s->now);
        }
    return true;
}

/* What happens again and again is waiting, and not for a day that was near only before the clock was set back. */
static bool plan(Site *site, Arena *arena, int64_t now)
{
    Landing landing;
    SCRATCH(tmp, arena);
    if (site_write(site, &tmp, 0, plan_rule, &now, &landing)) return true;
    os_log(LOG_ERROR, "jobs: nothing could be planned: %s", landing.what);
    return false;
}

typedef struct Due { int64_t now; jobs_rows_due_rows rows; } Due;

static void due_rule(Scope *s, void *arg)
{
    Due *d = arg;
    d->rows = jobs_rows_due(s, d->now);
}

static int run_due(Site *site, Arena *arena, int64_t now)
{
    Due due = { .now = now };
    Landing landing;
    int ran = 0;
    SCRATCH(tmp, arena);
    if (!site_read(site, &tmp, 0, due_rule, &due, &landing)) {
        os_log(LOG_WARN, "jobs: what is due could not be read: %s", landing.what);
        return 0;
    }
    for (ptrdiff_t i = 0; i < due.rows.n; i++) {
        str name = due.rows.row[i].kind;
        Run run = { .id = due.rows.row[i].id, .now = now, .name = name, .kind = kind_named(site, name) };
        ran += run_one(site, &tmp, &run);
    }
    return ran;
}

int jobs_run_due(Site *site, int64_t now)
{
    Region room;
    CHECK(region_open(&room, ROOM_BYTES));
    Arena arena = region_arena(&room, NULL);
    int ran = plan(site, &arena, now) ? run_due(site, &arena, now) : 0;
    region_close(&room);
    return ran;
}

/* ---- the thread -------------------------------------------------------------------------------------------------- */

struct Jobs {
    Site           *site;
    Region          room;
    pthread_t       thread;
    pthread_mutex_t lock;
    pthread_cond_t  changed;
    bool            stop;
};

/* True: it is time to end. */
static bool wait_for_tick(Jobs *j)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);          /* the other one may be set back, and a tick would last for hours */
    until.tv_sec += TICK_MS / SECOND;
    pthread_mutex_lock(&j->lock);
    while (!j->stop && pthread_cond_timedwait(&j->changed, &j->lock, &until) != ETIMEDOUT) {}
    bool stop = j->stop;
    pthread_mutex_unlock(&j->lock);
    return stop;
}

static bool is_stopping(Jobs *j)
{
    pthread_mutex_lock(&j->lock);
    bool stop = j->stop;
    pthread_mutex_unlock(&j->lock);
    return stop;
}

/* What is done in parts asks for the next one at once: a second is long when there are fifty. */
static int run_while_due(Jobs *j, Arena *arena, int64_t now)
{
    int all = 0;
    for (int ran = 1; ran > 0 && all < ROUNDS_MAX && !is_stopping(j); all += ran) ran = run_due(j->site, arena, now);
    return all;
}

static void *jobs_main(void *arg)
{
    Jobs *j = arg;
    int64_t renewed = os_ticks(), last = os_now();
    bool planned = false;
    while (!wait_for_tick(j)) {
        Arena arena = region_arena(&j->room, NULL);
        int64_t now = os_now();
        if (now < last - CLOCK_STEP_MS) planned = false;
        last = now;
        if (os_ticks() - renewed > RENEW_MS * INT64_C(1000000)) {
            journal_renew(j->site);
            renewed = os_ticks();
        }
        planned = planned || plan(j->site, &arena, now);
        int ran = planned ? run_while_due(j, &arena, now) : 0;
        while (journal_work(j->site, &arena) > 0 && !is_stopping(j)) ran++;
        if (ran > 0) region_reset(&j->room, ROOM_KEPT);
    }
    return NULL;
}

Jobs *jobs_start(Site *site)
{
    Jobs *j = calloc(1, sizeof *j);
    CHECK(j && region_open(&j->room, ROOM_BYTES));
    j->site = site;
    pthread_mutex_init(&j->lock, NULL);
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&j->changed, &steady);
    pthread_condattr_destroy(&steady);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);         /* signals are the main thread's */
    CHECK(pthread_create(&j->thread, NULL, jobs_main, j) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return j;
}

void jobs_stop(Jobs *j)
{
    pthread_mutex_lock(&j->lock);
    j->stop = true;
    pthread_cond_signal(&j->changed);
    pthread_mutex_unlock(&j->lock);
    pthread_join(j->thread, NULL);
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->changed);
    region_close(&j->room);
    free(j);
}

/* ---- for the operator -------------------------------------------------------------------------------------------- */

void jobs_doctor(Scope *s, Doctor *d)
{
    jobs_rows_failed_rows failed = jobs_rows_failed(s);
    for (ptrdiff_t i = 0; i < failed.n; i++) {
        jobs_rows_failed_row *f = &failed.row[i];
        doctor_bad(d, "Mend what it says; it will not be tried again by itself.",
                   "the job %.*s was given up at %.*s after %lld tries: %.*s", STR_ARG(f->kind),
                   STR_ARG(time_iso(s->arena, f->failed_at)), (long long)f->tries, STR_ARG(f->why));
    }
    int64_t late = jobs_rows_late(s, s->now - LATE_MS);
    if (late > 0)
        doctor_bad(d, "Look whether the program runs, and whether the clock is right.", "%lld jobs are an hour late",
                   (long long)late);
    if (failed.n == 0 && late == 0) doctor_fine(d, "no job has failed or is late");
}
