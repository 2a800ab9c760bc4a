/* jobs_operator - what whoever looks after the machine sees of jobs, and does with them.
 *
 *   sampan jobs list              what is worked on, what was given up and why, what waits
 *   sampan jobs retry ID          now, and with all its tries again
 *   sampan jobs cancel ID         gone; what comes again leaves out this time only
 *
 * A body is shown to nobody: it may be of a person. */
#include "jobs/calendar.h"
#include "jobs/jobs_own.h"

enum { LATE_MS = HOUR, DOCTOR_ROWS = 20, LIST_ROWS = 100, COMMAND_BYTES = 64 << 20 };

/* ---- a list -------------------------------------------------------------------------------------------------------------------- */

static JobRows rows_new(Scope *s, ptrdiff_t n) { return (JobRows){ NEW(s->arena, JobRow, n), n }; }

static JobRows list_waiting(Scope *s, JobPlace after, int most)
{
    jobs_rows_waiting_rows rows = jobs_rows_waiting(s, after.due, after.id, most);
    JobRows list = rows_new(s, rows.n);
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        const jobs_rows_waiting_row *r = &rows.row[i];
        list.row[i] = (JobRow){ .id = r->id, .kind = r->kind, .state = JOB_WAITING, .due = r->due, .tries = r->tries,
                                .says = r->why, .times = r->times };
    }
    return list;
}

static JobRows list_working(Scope *s)
{
    jobs_rows_worked_on_rows rows = jobs_rows_worked_on(s);
    JobRows list = rows_new(s, rows.n);
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        const jobs_rows_worked_on_row *r = &rows.row[i];
        list.row[i] = (JobRow){ .id = r->id, .kind = r->kind, .state = JOB_WORKING, .due = r->due, .began = r->began, .tries = r->tries,
                                .percent = r->percent, .says = r->state, .times = r->times, .cancelled = r->cancelled };
    }
    return list;
}

static str mend_of(const Site *site, str kind)
{
    const JobKind *k = kind_named(site, kind);
    return k && k->mend ? str_from(k->mend) : k ? S("Mend what it says, and have it tried again.") : S("Its module is gone: cancel it.");
}

static JobRows list_failed(Scope *s, int most)
{
    jobs_rows_failed_rows rows = jobs_rows_failed(s, most);
    JobRows list = rows_new(s, rows.n);
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        const jobs_rows_failed_row *r = &rows.row[i];
        list.row[i] = (JobRow){ .id = r->id, .kind = r->kind, .state = JOB_FAILED, .due = r->due, .failed_at = r->failed_at, .tries = r->tries,
                                .says = r->why, .mend = mend_of(s->site, r->kind), .times = r->times };
    }
    return list;
}

JobRows jobs_list(Scope *s, JobState state, JobPlace after, int most)
{
    switch (state) {
    case JOB_WAITING: return list_waiting(s, after, most);
    case JOB_WORKING: return list_working(s);
    case JOB_FAILED:  return list_failed(s, most);
    }
    return (JobRows){ 0 };
}

/* ---- doing ----------------------------------------------------------------------------------------------------------------------- */

bool jobs_retry(Scope *s, int64_t id)
{
    jobs_rows_job_row row;
    CHECK(s->writing);
    if (!jobs_rows_job(s, id, &row) || row.token.n) return false;
    bool beside = row.failed_at && jobs_rows_waits_same(s, row.kind, row.mark) > 0;      /* it waits already */
    if (!beside) return jobs_rows_retry(s, id, s->now) == 1;
    jobs_rows_done(s, id);
    jobs_rows_retry_same(s, row.kind, row.mark, s->now);
    return true;
}

bool jobs_cancel(Scope *s, int64_t id)
{
    jobs_rows_job_row row;
    CHECK(s->writing);
    if (!jobs_rows_job(s, id, &row)) return false;
    if (row.token.n) return jobs_rows_cancel_work(s, id) == 1;
    jobs_rows_done(s, id);
    if (!row.failed_at) comes_again(s, kind_named(s->site, row.kind), row.body, row.times, row.due > s->now ? row.due : s->now);
    return true;
}

/* ---- doctor ------------------------------------------------------------------------------------------------------------------------ */

void jobs_doctor(Scope *s, Doctor *d)
{
    JobRows failed = jobs_list(s, JOB_FAILED, (JobPlace){ 0 }, DOCTOR_ROWS);
    for (ptrdiff_t i = 0; i < failed.n; i++) {
        const JobRow *f = &failed.row[i];
        const char *mend = str_fmt(s->arena, "%.*s sampan jobs retry %lld, or cancel %lld", STR_ARG(f->mend), (long long)f->id, (long long)f->id).p;
        doctor_bad(d, mend, "the job %.*s was given up at %.*s after %lld tries: %.*s", STR_ARG(f->kind),
                   STR_ARG(time_iso(s->arena, f->failed_at)), (long long)f->tries, STR_ARG(f->says));
    }
    int64_t late = jobs_rows_late(s, s->now - LATE_MS);
    if (late > 0)
        doctor_bad(d, "Look whether the program runs, and whether the clock is right.", "%lld jobs are an hour late",
                   (long long)late);
    if (failed.n == 0 && late == 0) doctor_fine(d, "no job has failed or is late");
}

static bool doctor(Scope *s, Doctor *d)
{
    jobs_doctor(s, d);
    return true;
}

/* ---- the command ------------------------------------------------------------------------------------------------------------------- */

static void show(Arena *tmp, const JobRow *r)
{
    static const char *const words[] = { "", "waiting", "working", "failed" };
    int64_t at = r->state == JOB_WORKING ? r->began : r->state == JOB_FAILED ? r->failed_at : r->due;
    printf("%lld  %-7s  %.*s  %.*s", (long long)r->id, words[r->state], STR_ARG(time_iso(tmp, at)), STR_ARG(r->kind));
    if (r->times.n) printf("  (%.*s)", STR_ARG(r->times));
    if (r->state == JOB_WORKING) printf("  %lld%%%s", (long long)r->percent, r->cancelled ? ", cancelled" : "");
    if (r->tries) printf("  after %lld tries", (long long)r->tries);
    if (r->says.n) printf(": %.*s", STR_ARG(r->says));
    if (r->mend.n) printf("  %.*s", STR_ARG(r->mend));
    printf("\n");
}

static void list_rule(Scope *s, void *arg)
{
    static const JobState order[] = { JOB_WORKING, JOB_FAILED, JOB_WAITING };
    ptrdiff_t n = 0;
    for (int i = 0; i < COUNT_OF(order); i++) {
        JobRows rows = jobs_list(s, order[i], (JobPlace){ INT64_MIN, 0 }, LIST_ROWS);
        for (ptrdiff_t k = 0; k < rows.n; k++) show(s->arena, &rows.row[k]);
        if (rows.n == LIST_ROWS) printf("(and more that are not shown)\n");
        n += rows.n;
    }
    if (n == 0) printf("nothing waits\n");
}

typedef struct Order { int64_t id; bool cancel; } Order;

static bool order_rule(Scope *s, void *arg)
{
    const Order *o = arg;
    return o->cancel ? jobs_cancel(s, o->id) : jobs_retry(s, o->id);
}

static int list(Site *site, Arena *arena)
{
    Landing l;
    if (site_read(site, arena, 0, list_rule, NULL, &l)) return 0;
    fprintf(stderr, "the jobs could not be read: %s\n", l.what);
    return 1;
}

static int carry_out(Site *site, Arena *arena, Order *o)
{
    Landing l;
    if (site_write(site, arena, 0, order_rule, o, &l)) {
        printf("done\n");
        return 0;
    }
    if (l.kind) fprintf(stderr, "it could not be saved: %s\n", l.what);
    else if (o->cancel) fprintf(stderr, "there is no job %lld\n", (long long)o->id);
    else fprintf(stderr, "there is no job %lld that waits or was given up\n", (long long)o->id);
    return 1;
}

static int command(Site *site, int argc, char **argv)
{
    Region region;
    Order o = { .cancel = argc > 0 && strcmp(argv[0], "cancel") == 0 };
    bool orders = argc == 2 && (o.cancel || strcmp(argv[0], "retry") == 0) && str_int(str_from(argv[1]), &o.id);
    int status = 2;
    CHECK(region_open(&region, COMMAND_BYTES));
    Arena arena = region_arena(&region, NULL);
    if (argc == 1 && strcmp(argv[0], "list") == 0) status = list(site, &arena);
    else if (orders) status = carry_out(site, &arena, &o);
    else fprintf(stderr, "usage: sampan jobs list | retry ID | cancel ID\n");
    region_close(&region);
    return status;
}

const Module jobs_module = { .name = "jobs", .doctor = doctor, .command = command };
