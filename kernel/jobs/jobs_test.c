#include "../../tests/world.h"

#include "jobs/jobs.h"
#include "journal/journal.h"

/* ---- jobs of the test's own -------------------------------------------------------------------------------------- */

static int ran_once, ran_daily, tries, asked_again;
static bool mended;

static bool once(Scope *s, str body)
{
    CHECK(s->writing && s->me == 0);
    ran_once += (int)body.n;
    return true;
}

static bool daily(Scope *s, str body)
{
    ran_daily++;
    return true;
}

static bool fails(Scope *s, str body)
{
    tries++;
    jobs_add(s, "test.once", S("written by a job that fell"), s->now);
    if (!mended) fault(s, FAULT_DISK, "the disk of the test is full");
    return true;
}

static bool hopeless(Scope *s, str body)
{
    tries++;
    return false;
}

static bool again(Scope *s, str body)
{
    if (++asked_again < 3) jobs_add(s, "test.again", body, s->now + MINUTE);
    return true;
}

static const JobKind kinds[] = {
    { "test.once",     .run = once },
    { "test.daily",    .run = daily, .every = DAY },
    { "test.fails",    .run = fails },
    { "test.hopeless", .run = hopeless },
    { "test.again",    .run = again },
};
static const Module module = { .name = "jobs_test", .jobs = kinds, .job_n = COUNT_OF(kinds) };
static const Module *const modules[] = { &module };

/* ---- asking for them --------------------------------------------------------------------------------------------- */

typedef struct Wish { const char *kind; str body; int64_t when; } Wish;

static bool wish_rule(Scope *s, void *arg)
{
    Wish *a = arg;
    jobs_add(s, a->kind, a->body, a->when);
    return true;
}

static void wish(World *w, const char *kind, const char *body, int64_t when)
{
    Landing l;
    Wish a = { kind, str_from(body), when };
    EXPECT(site_write(world_site(w), world_arena(w), 0, wish_rule, &a, &l));
}

/* The day of the test. What the kernel itself does each day is done first, and out of the way. */
static int64_t begin(World *w)
{
    int64_t now = os_now();
    ran_once = ran_daily = tries = asked_again = 0;
    mended = false;
    os_log_quiet(true);
    jobs_run_due(world_site(w), now);
    ran_daily = 0;
    return now;
}

static int64_t waiting(World *w, const char *kind)
{
    return sql_int(w, at(w, "SELECT count(*) FROM job WHERE kind = '%s' AND failed_at = 0", kind));
}

TEST(a_job_runs_when_it_is_due_and_once)
{
    int64_t now = begin(w);
    wish(w, "test.once", "a", now + MINUTE);
    wish(w, "test.once", "a", now + 2 * MINUTE);            /* the same is waiting already */
    wish(w, "test.once", "bc", now + MINUTE);
    EXPECT(jobs_run_due(world_site(w), now) == 0 && ran_once == 0);
    EXPECT(jobs_run_due(world_site(w), now + MINUTE) == 2 && ran_once == 3);
    EXPECT(jobs_run_due(world_site(w), now + HOUR / 2) == 0 && ran_once == 3);
    EXPECT(sql_int(w, "SELECT count(*) FROM job WHERE kind = 'test.once'") == 0);
    os_log_quiet(false);
}

TEST(what_happens_every_day_happens_every_day)
{
    int64_t now = begin(w);
    EXPECT(waiting(w, "test.daily") == 1);
    jobs_run_due(world_site(w), now + HOUR);
    EXPECT(ran_daily == 0);
    jobs_run_due(world_site(w), now + DAY);
    jobs_run_due(world_site(w), now + DAY);
    EXPECT(ran_daily == 1 && waiting(w, "test.daily") == 1);
    os_log_quiet(false);
}

TEST(a_clock_that_is_set_back_does_not_put_every_day_off_for_years)
{
    int64_t now = begin(w);
    jobs_run_due(world_site(w), now + 3650 * DAY);
    EXPECT(ran_daily == 1);
    EXPECT(jobs_run_due(world_site(w), now) == 0);
    jobs_run_due(world_site(w), now + DAY);
    EXPECT(ran_daily == 2 && waiting(w, "test.daily") == 1);
    os_log_quiet(false);
}

TEST(a_job_that_falls_leaves_nothing_and_is_tried_five_times_ever_later)
{
    static const int after[] = { 0, 1, 5, 25, 125 };
    int64_t now = begin(w);
    wish(w, "test.fails", "x", now);
    for (int i = 0; i < COUNT_OF(after); i++) {
        if (i) jobs_run_due(world_site(w), now + after[i] * (int64_t)MINUTE - 1);
        EXPECT(tries == i);
        now += after[i] * (int64_t)MINUTE;
        EXPECT(jobs_run_due(world_site(w), now) >= 1 && tries == i + 1);
        EXPECT(waiting(w, "test.once") == 0);
    }
    EXPECT(waiting(w, "test.fails") == 0);
    EXPECT_STR(sql_str(w, "SELECT why FROM job WHERE kind = 'test.fails' AND failed_at <> 0"),
               S("the disk of the test is full"));
    wish(w, "test.fails", "x", now);                        /* somebody asks again, and now it works */
    mended = true;
    EXPECT(jobs_run_due(world_site(w), now) == 1);
    EXPECT(waiting(w, "test.once") == 1);
    os_log_quiet(false);
}

TEST(a_job_that_cannot_be_done_is_given_up_at_once_and_shown_to_the_operator)
{
    int64_t now = begin(w);
    wish(w, "test.hopeless", "x", now);
    jobs_run_due(world_site(w), now);
    jobs_run_due(world_site(w), now + DAY);
    EXPECT(tries == 1);
    EXPECT(sql_int(w, "SELECT count(*) FROM job WHERE kind = 'test.hopeless' AND failed_at <> 0") == 1);
    os_log_quiet(false);
}

TEST(a_job_may_ask_for_itself_again)
{
    int64_t now = begin(w);
    wish(w, "test.again", "part", now);
    for (int i = 0; i < 5; i++) jobs_run_due(world_site(w), now + i * (int64_t)MINUTE);
    EXPECT(asked_again == 3 && waiting(w, "test.again") == 0);
    os_log_quiet(false);
}

TEST(a_job_of_a_module_that_is_gone_does_not_stop_the_others)
{
    int64_t now = begin(w);
    sql_run(w, "INSERT INTO job (id, kind, body, mark, due, tries, failed_at, why) "
               "VALUES (1, 'gone.module', '', '', 0, 0, 0, '')");
    wish(w, "test.once", "a", now);
    jobs_run_due(world_site(w), now);
    EXPECT(ran_once == 1 && waiting(w, "gone.module") == 0);
    os_log_quiet(false);
}

/* A commit that fails after the job ran leaves the job waiting and nothing of what it wrote. */
TEST(whichever_database_call_fails_a_job_is_done_once_or_not_yet)
{
    int64_t now = begin(w), nth = 0;
    mended = true;
    wish(w, "test.fails", "x", now);
    while (waiting(w, "test.fails") == 1 && nth < 100) {
        EXPECT(waiting(w, "test.once") == 0);
        world_fail(w, ++nth);
        jobs_run_due(world_site(w), now + nth * DAY);
        world_fail(w, 0);
        sql_run(w, "UPDATE job SET failed_at = 0, tries = 0 WHERE kind = 'test.fails'");
    }
    EXPECT(nth > 5 && nth < 100 && waiting(w, "test.once") == 1);
    os_log_quiet(false);
}

TEST(the_thread_of_jobs_runs_them_and_stops)
{
    int64_t now = begin(w);
    Jobs *j = world_site(w)->jobs;
    jobs_start(j);
    wish(w, "test.once", "a", now);
    for (int64_t until = os_ticks() + INT64_C(10000000000); waiting(w, "test.once") && os_ticks() < until;) {}
    EXPECT(jobs_stop(j) && ran_once == 1);
    os_log_quiet(false);
}

TESTS_WITH(jobs, modules, COUNT_OF(modules), a_job_runs_when_it_is_due_and_once, what_happens_every_day_happens_every_day,
           a_clock_that_is_set_back_does_not_put_every_day_off_for_years,
           a_job_that_falls_leaves_nothing_and_is_tried_five_times_ever_later,
           a_job_that_cannot_be_done_is_given_up_at_once_and_shown_to_the_operator, a_job_may_ask_for_itself_again,
           a_job_of_a_module_that_is_gone_does_not_stop_the_others,
           whichever_database_call_fails_a_job_is_done_once_or_not_yet, the_thread_of_jobs_runs_them_and_stops)
