/* jobs_fail - how a job ends that did not go well, and when what comes again comes.
 *
 * Rule     who tells of a failure shows the token under which he worked: of two who tell of one job the first is heard. */
#include "jobs/calendar.h"
#include "jobs/jobs_own.h"

static const int usual_waits[] = { 1, 5, 25, 125, 0 };

/* ms until the next try; -1: there is none. */
static int64_t wait_after(const JobKind *kind, int64_t tries)
{
    const int *waits = kind && kind->waits ? kind->waits : usual_waits;
    for (int i = 0; i < JOB_WAITS_MAX && waits[i]; i++)
        if (i == tries) return waits[i] * (int64_t)MINUTE;
    return -1;
}

static int64_t wait_of(const Failure *f, const JobKind *kind, int64_t tries)
{
    if (f->how == FAIL_NEVER || !kind) return -1;
    return f->how == FAIL_DIED && tries == 0 && wait_after(kind, 0) > 0 ? 0 : wait_after(kind, tries);
}

/* What was planned has an empty body: a part that is given one does not come again for that. */
void comes_again(Scope *s, const JobKind *kind, str body, str times, int64_t after)
{
    Calendar c;
    if (!kind) return;
    if (times.n) jobs_add_after(s, kind->kind, body, times, after);
    else if (body.n == 0 && kind->at && calendar_parse(str_from(kind->at), &c)) jobs_add(s, kind->kind, body, calendar_next(&c, after));
    else if (body.n == 0 && kind->every) jobs_add(s, kind->kind, body, after + kind->every);
}

static void give_up(Scope *s, const Failure *f, const JobKind *kind, const jobs_rows_held_row *row)
{
    jobs_rows_give_up(s, f->id, f->now, row->tries + 1, str_from(f->why));
    jobs_rows_forget_older_failures(s, row->kind, row->mark, f->id);
    comes_again(s, kind, row->body, row->times, f->now);
}

/* The same may have been asked for meanwhile: then it waits already. */
static void try_again(Scope *s, const Failure *f, const jobs_rows_held_row *row, int64_t due, int64_t tries)
{
    bool waits = f->token.n && jobs_rows_waits_same(s, row->kind, row->mark) > 0;
    if (waits) jobs_rows_done(s, f->id);
    else jobs_rows_again(s, f->id, due, tries, str_from(f->why));
}

static bool failure_rule(Scope *s, void *arg)
{
    Failure *f = arg;
    jobs_rows_held_row row;
    s->now = f->now;
    if (!jobs_rows_held(s, f->id, f->token, &row)) return false;
    const JobKind *kind = kind_named(s->site, row.kind);
    int64_t wait = wait_of(f, kind, row.tries);
    if (row.cancelled) {
        jobs_rows_done(s, f->id);
        comes_again(s, kind, row.body, row.times, f->now);
    }
    else if (f->how == FAIL_NOT) try_again(s, f, &row, row.due, row.tries);
    else if (wait >= 0) try_again(s, f, &row, f->now + wait, row.tries + 1);
    else give_up(s, f, kind, &row);
    return true;
}

bool job_failed(Site *site, Arena *arena, Failure *f)
{
    Landing l;
    SCRATCH(tmp, arena);
    bool kept = site_write(site, &tmp, 0, failure_rule, f, &l);
    if (kept && f->how != FAIL_NOT) os_log(LOG_WARN, "jobs: %.*s failed: %s", STR_ARG(f->name), f->why);
    if (!kept && l.kind) os_log(LOG_ERROR, "jobs: the failure of %.*s could not be kept: %s", STR_ARG(f->name), l.what);
    return kept;
}
