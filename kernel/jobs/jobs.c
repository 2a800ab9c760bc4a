/* jobs - asking for one, the short ones, and what is due.
 *
 * Table    job: what waits, what is worked on, what was given up
 * Rule     a job's row goes in the transaction that does its work, so it is done once or not at all: a power cut in the
 *          middle leaves the row, and the job is run again. Writers take turns, also those of several processes (db), so
 *          no two short jobs ever run at once. */
#include "jobs/jobs_own.h"

#include <sodium.h>

#include "jobs/calendar.h"
#include "journal/journal.h"

enum { MARK_BYTES = 16, PAGE_ROWS = 500 };

const JobKind *kind_named(const Site *site, str name)
{
    for (int m = 0; m < site->module_n; m++)
        for (int k = 0; k < site->modules[m]->job_n; k++)
            if (str_eq(str_from(site->modules[m]->jobs[k].kind), name)) return &site->modules[m]->jobs[k];
    return NULL;
}

/* ---- asking ---------------------------------------------------------------------------------------------------------- */

/* Of the body, so that an index can say "the same one is waiting". */
static str mark_of(Scope *s, str body)
{
    unsigned char mark[MARK_BYTES];
    crypto_generichash(mark, sizeof mark, (const unsigned char *)body.p, (unsigned long long)body.n, NULL, 0);
    return hex_encode(s->arena, (str){ (const char *)mark, sizeof mark });
}

void jobs_add(Scope *s, const char *kind, str body, int64_t when)
{
    CHECK(s->writing && kind_named(s->site, str_from(kind)));
    jobs_rows_add(s, journal_id(s), str_from(kind), body, mark_of(s, body), when, S(""));
}

bool jobs_add_after(Scope *s, const char *kind, str body, str times, int64_t after)
{
    Calendar c;
    CHECK(s->writing && kind_named(s->site, str_from(kind)));
    if (!calendar_parse(times, &c)) return false;
    str mark = mark_of(s, body);
    int64_t due = calendar_next(&c, after);
    int64_t known = jobs_rows_retime_waiting(s, str_from(kind), mark, times, due) + jobs_rows_retime_working(s, str_from(kind), mark, times);
    if (known == 0) jobs_rows_add(s, journal_id(s), str_from(kind), body, mark, due, times);
    return true;
}

bool jobs_add_at(Scope *s, const char *kind, str body, str times) { return jobs_add_after(s, kind, body, times, s->now); }

void jobs_drop(Scope *s, const char *kind, str body)
{
    str mark = mark_of(s, body);
    jobs_rows_drop_same(s, str_from(kind), mark);
    jobs_rows_cancel_same(s, str_from(kind), mark);
}

bool jobs_are_known(const Site *site, str kind) { return kind_named(site, kind) != NULL; }
bool jobs_has(Scope *s, const char *kind, str body) { return jobs_rows_has(s, str_from(kind), mark_of(s, body)) > 0; }

bool jobs_are_waiting(Scope *s, const char *kind) { return jobs_rows_waiting_of(s, str_from(kind)) > 0; }

/* ---- what comes again is waiting ------------------------------------------------------------------------------------------ */

static void plan_kind(Scope *s, const JobKind *kind)
{
    Calendar c;
    int64_t first = s->now, latest = s->now + kind->every;
    if (kind->at) {
        CHECK(calendar_parse(str_from(kind->at), &c));
        first = latest = calendar_next(&c, s->now);
    }
    jobs_rows_not_after(s, str_from(kind->kind), latest);
    jobs_add(s, kind->kind, S(""), first);
}

/* Of those with calendar times of their own: only the ones that were put off by a clock that was wrong. */
static void times_again(Scope *s)
{
    Calendar c;
    int64_t id = 0;
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        jobs_rows_too_far_rows rows = jobs_rows_too_far(s, id, s->now + 26 * HOUR, s->now + 8 * DAY, s->now + 32 * DAY, PAGE_ROWS);
        for (ptrdiff_t i = 0; i < rows.n; i++)
            jobs_rows_put_off(s, id = rows.row[i].id, calendar_parse(rows.row[i].times, &c) ? calendar_next(&c, s->now) : s->now);
        more = rows.n == PAGE_ROWS;
        scope_rewind(s, mark);
    }
}

static bool plan_rule(Scope *s, void *arg)
{
    s->now = *(const int64_t *)arg;
    for (int m = 0; m < s->site->module_n; m++)
        for (int k = 0; k < s->site->modules[m]->job_n; k++) {
            const JobKind *kind = &s->site->modules[m]->jobs[k];
            if (kind->every || kind->at) plan_kind(s, kind);
        }
    times_again(s);
    return true;
}

/* What happens again and again is waiting, and not for a day that was near only before the clock was set back. */
bool jobs_plan(Site *site, Arena *arena, int64_t now)
{
    Landing landing;
    SCRATCH(tmp, arena);
    if (site_write(site, &tmp, 0, plan_rule, &now, &landing)) return true;
    os_log(LOG_ERROR, "jobs: nothing could be planned: %s", landing.what);
    return false;
}

/* ---- one short job ------------------------------------------------------------------------------------------------------ */

typedef struct Run {
    int64_t id, now;
    const JobKind *kind;         /* NULL: no module knows it any more */
    bool    taken, refused;      /* refused: run said that it is of no use to try again */
} Run;

/* The row goes first, so that the job may ask for itself again. */
static bool run_rule(Scope *s, void *arg)
{
    Run *r = arg;
    jobs_rows_take_row row;
    s->now = r->now;
    r->refused = false;
    r->taken = jobs_rows_take(s, r->id, r->now, &row);
    if (!r->taken) return false;
    jobs_rows_done(s, r->id);
    r->refused = !r->kind || !r->kind->run(s, row.body);
    if (r->refused) return false;
    jobs_rows_forget_older_failures(s, str_from(r->kind->kind), row.mark, r->id);
    comes_again(s, r->kind, row.body, row.times, r->now);
    return true;
}

/* True: it ran, well or not. False: another process was quicker. */
static bool run_one(Site *site, Arena *arena, str name, Run *r)
{
    Landing landing;
    SCRATCH(tmp, arena);
    if (site_write(site, &tmp, 0, run_rule, r, &landing)) return true;
    if (!r->taken) return false;
    Failure f = { .id = r->id, .now = r->now, .name = name, .how = r->refused ? FAIL_NEVER : FAIL_AGAIN };
    f.why = landing.kind != FAULT_NONE ? landing.what : r->kind ? "It said that it cannot be done." : "No module knows this job.";
    job_failed(site, &tmp, &f);
    return true;
}

/* ---- what is due ------------------------------------------------------------------------------------------------------- */

typedef struct Due { int64_t now; str kind; jobs_rows_kinds_due_rows kinds; jobs_rows_due_of_rows rows; } Due;

static void kinds_rule(Scope *s, void *arg)
{
    Due *d = arg;
    d->kinds = jobs_rows_kinds_due(s, d->now);
}

static void due_rule(Scope *s, void *arg)
{
    Due *d = arg;
    d->rows = jobs_rows_due_of(s, d->kind, d->now, DUE_MAX);
}

static bool ask(Site *site, Arena *arena, void (*rule)(Scope *, void *), Due *d)
{
    Landing landing;
    if (site_read(site, arena, 0, rule, d, &landing)) return true;
    os_log(LOG_WARN, "jobs: what is due could not be read: %s", landing.what);
    return false;
}

bool kinds_due(Site *site, Arena *arena, int64_t now, Kinds *ret)
{
    Due d = { .now = now };
    if (!ask(site, arena, kinds_rule, &d)) return false;
    *ret = (Kinds){ NEW(arena, str, d.kinds.n), d.kinds.n };
    for (ptrdiff_t i = 0; i < ret->n; i++) ret->row[i] = d.kinds.row[i].kind;
    return true;
}

Dues due_of(Site *site, Arena *arena, str kind, int64_t now)
{
    Due d = { .now = now, .kind = kind };
    if (!ask(site, arena, due_rule, &d)) return (Dues){ 0 };
    Dues dues = { NEW(arena, int64_t, d.rows.n), d.rows.n };
    for (ptrdiff_t i = 0; i < dues.n; i++) dues.id[i] = d.rows.row[i].id;
    return dues;
}

int short_run_all(Site *site, Arena *arena, str kind, int64_t now, const atomic_bool *stop)
{
    int ran = 0;
    SCRATCH(tmp, arena);
    Dues dues = due_of(site, &tmp, kind, now);
    for (ptrdiff_t i = 0; i < dues.n && !(stop && atomic_load(stop)); i++)
        ran += run_one(site, &tmp, kind, &(Run){ .id = dues.id[i], .now = now, .kind = kind_named(site, kind) });
    return ran;
}

/* ---- on the caller's thread --------------------------------------------------------------------------------------------- */

static int slow_run_all(Jobs *j, Arena *arena, const JobKind *kind, int64_t now)
{
    int ran = 0;
    Dues dues = due_of(j->site, arena, str_from(kind->kind), now);
    for (ptrdiff_t i = 0; i < dues.n; i++) {
        SCRATCH(tmp, arena);
        Working k = { .arena = tmp, .here = true };
        if (!work_take(&k, j, kind, dues.id[i], now)) continue;
        work_do(&k);
        ran++;
    }
    return ran;
}

static int run_due(Jobs *j, Arena *arena, int64_t now)
{
    Kinds kinds;
    Leases leases;
    int ran = 0;
    if (leases_read(j, arena, &leases)) leases_end(j, arena, leases, now, os_ticks());
    if (!kinds_due(j->site, arena, now, &kinds)) return 0;
    for (ptrdiff_t i = 0; i < kinds.n; i++) {
        SCRATCH(tmp, arena);
        const JobKind *kind = kind_named(j->site, kinds.row[i]);
        ran += kind && kind->work ? slow_run_all(j, &tmp, kind, now) : short_run_all(j->site, &tmp, kinds.row[i], now, NULL);
    }
    return ran;
}

int jobs_run_due(Site *site, int64_t now)
{
    Region room;
    CHECK(region_open(&room, ROOM_BYTES));
    Arena arena = region_arena(&room, NULL);
    int ran = jobs_plan(site, &arena, now) ? run_due(site->jobs, &arena, now) : 0;
    region_close(&room);
    return ran;
}
