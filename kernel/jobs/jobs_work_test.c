/* jobs_work_test - slow jobs: what stands after a fall, a death, a hang, a cancel, and what the operator sees. */
#include "../../tests/net.h"

#include <poll.h>
#include <unistd.h>

#include "jobs/jobs_own.h"
#include "journal/journal.h"

enum { PATIENCE_MS = 30000 };

/* ---- jobs of the test's own -------------------------------------------------------------------------------------------------- */

/* Work may happen twice. What write writes is one row of its own each time, and so are counted the times that stand. */
static atomic_int works, writes, inside, most_inside, gate, hangs;
static World *world;
static Net *net;
static const char *wanted;          /* what work does: "" well, "falls", "again", "never", "refused", "write falls" */

static void count_rule(Scope *s, void *arg)
{
    jobs_rows_worked_on_rows rows = jobs_rows_worked_on(s);
    *(int64_t *)arg = rows.n;
}

static bool trial_rule(Scope *s, void *arg)
{
    jobs_add(s, "test.beside", S("saved meanwhile"), INT64_MAX);
    return true;
}

static bool is(const char *word) { return strcmp(wanted, word) == 0; }

static JobEnd slow_work(Scope *s, Job *job)
{
    Landing l;
    int64_t held = 0;
    CHECK(!s->db && !s->writing && s->me == 0);
    atomic_fetch_add(&works, job->body.n > 0);               /* what comes each hour does not count */
    job_read(s, count_rule, &held);
    CHECK(!s->db && held >= 1);
    SCRATCH(tmp, s->arena);
    CHECK(site_write(s->site, &tmp, 0, trial_rule, NULL, &l));         /* others save while it works */
    if (is("falls")) fault(s, FAULT_DISK, "the disk of the test is full");
    if (is("again") || is("never")) snprintf(job->why, sizeof job->why, "the gateway says: %s", wanted);
    return is("again") ? JOB_AGAIN : is("never") ? JOB_NEVER : JOB_DONE;
}

static bool slow_write(Scope *s, Job *job)
{
    CHECK(s->writing && !s->applying);
    jobs_add(s, "test.effect", str_fmt(s->arena, "%.*s %d", STR_ARG(job->body), atomic_fetch_add(&writes, 1)), INT64_MAX);
    if (is("write falls")) fault(s, FAULT_DISK, "the disk of the test is full");
    return !is("refused");
}

static JobEnd found_work(Scope *s, Job *job)
{
    job->found = str_fmt(s->arena, "found for %.*s", STR_ARG(job->body)).p ? NEW(s->arena, str, 1) : NULL;
    *(str *)job->found = str_fmt(s->arena, "found for %.*s", STR_ARG(job->body));
    return JOB_DONE;
}

static bool found_write(Scope *s, Job *job)
{
    jobs_add(s, "test.effect", *(str *)job->found, INT64_MAX);
    return true;
}

/* Goes in and stays there until the gate is opened. */
static JobEnd gate_work(Scope *s, Job *job)
{
    int now = atomic_fetch_add(&inside, 1) + 1;
    if (now > atomic_load(&most_inside)) atomic_store(&most_inside, now);
    atomic_fetch_add(&works, 1);
    job_progress(job, 40, "at the gate");
    while (!atomic_load(&gate) && !job_is_cancelled(job)) job_rest(job, 5);
    atomic_fetch_sub(&inside, 1);
    return job_is_cancelled(job) ? JOB_AGAIN : JOB_DONE;
}

/* Asks nobody whether it shall end. */
static JobEnd hang_work(Scope *s, Job *job)
{
    atomic_fetch_add(&hangs, 1);
    while (!atomic_load(&gate)) poll(NULL, 0, 1);
    atomic_fetch_sub(&hangs, 1);
    return JOB_DONE;
}

static bool cancel_rule(Scope *s, void *arg) { return jobs_cancel(s, *(const int64_t *)arg); }

/* While it works somebody cancels it. */
static JobEnd cancelled_work(Scope *s, Job *job)
{
    Landing l;
    SCRATCH(tmp, s->arena);
    int64_t id = sql_int(world, "SELECT id AS value FROM job WHERE kind = 'test.cancelled' AND token <> ''");
    atomic_fetch_add(&works, 1);
    CHECK(site_write(s->site, &tmp, 0, cancel_rule, &id, &l));
    return JOB_DONE;
}

static bool beside(Scope *s, str body) { return true; }

static const int twice[] = { 2, 0 }, never[] = { 0 };
static JobEnd killed_work(Scope *s, Job *job);

static const JobKind kinds[] = {
    { "test.slow",      .work = slow_work, .write = slow_write, .mend = "Make room." },
    { "test.found",     .work = found_work, .write = found_write },
    { "test.twice",     .work = slow_work, .write = slow_write, .waits = twice },
    { "test.once",      .work = slow_work, .write = slow_write, .waits = never },
    { "test.hourly",    .work = slow_work, .write = slow_write, .every = HOUR },
    { "test.morning",   .work = slow_work, .at = "daily 06:00 Asia/Jakarta" },
    { "test.digest",    .work = found_work, .write = found_write },
    { "test.gate",      .work = gate_work, .write = slow_write },
    { "test.pair",      .work = gate_work, .at_once = 2 },
    { "test.hang",      .work = hang_work, .write = slow_write, .limit = 1, .waits = never },
    { "test.cancelled", .work = cancelled_work, .write = slow_write },
    { "test.killed",    .work = killed_work, .write = slow_write },
    { "test.effect",    .run = beside },
    { "test.beside",    .run = beside },
};
static const Module module = { .name = "jobs_test", .jobs = kinds, .job_n = COUNT_OF(kinds) };
static const Module *const modules[] = { &module };

/* ---- asking for them --------------------------------------------------------------------------------------------------------------- */

typedef struct Wish { const char *kind; str body, times; int64_t when; bool drop, taken; } Wish;

static bool wish_rule(Scope *s, void *arg)
{
    Wish *a = arg;
    s->now = a->when;
    if (a->drop) jobs_drop(s, a->kind, a->body);
    else if (a->times.n) a->taken = jobs_add_at(s, a->kind, a->body, a->times);
    else jobs_add(s, a->kind, a->body, a->when);
    return true;
}

static void wish_as(World *w, Wish a)
{
    Landing l;
    EXPECT(site_write(world_site(w), world_arena(w), 0, wish_rule, &a, &l) && a.taken == (a.times.n > 0));
}

static void wish(World *w, const char *kind, const char *body, int64_t when)
{
    wish_as(w, (Wish){ .kind = kind, .body = str_from(body), .when = when });
}

/* 2026-11-22T03:00:00Z, which is ten in the morning in Jakarta. What the kernel does each day is out of the way. */
static int64_t begin(World *w)
{
    int64_t now = INT64_C(1795316400000);
    world = w;
    wanted = "";
    os_log_quiet(true);
    atomic_store(&gate, 0);
    jobs_run_due(world_site(w), now);
    atomic_store(&works, 0);
    sql_run(w, "DELETE FROM job WHERE kind = 'test.effect'");
    return now;
}

static int64_t rows(World *w, const char *kind, const char *where)
{
    return sql_int(w, at(w, "SELECT count(*) AS value FROM job WHERE kind = '%s' AND %s", kind, where));
}

static int64_t effects(World *w) { return rows(w, "test.effect", "body NOT LIKE ' %'"); }
static int64_t waiting(World *w, const char *kind) { return rows(w, kind, "failed_at = 0 AND token = ''"); }
static int64_t working(World *w, const char *kind) { return rows(w, kind, "token <> ''"); }
static int64_t given_up(World *w, const char *kind) { return rows(w, kind, "failed_at <> 0"); }
static int64_t due(World *w, const char *kind) { return sql_int(w, at(w, "SELECT due AS value FROM job WHERE kind = '%s'", kind)); }
static str why(World *w, const char *kind) { return sql_str(w, at(w, "SELECT why AS value FROM job WHERE kind = '%s'", kind)); }
static int run(World *w, int64_t now) { return jobs_run_due(world_site(w), now); }

/* ---- well, and not ------------------------------------------------------------------------------------------------------------------ */

TEST(slow_work_lets_others_save_and_what_it_found_is_written_once)
{
    int64_t now = begin(w);
    wish(w, "test.slow", "a", now);
    EXPECT(run(w, now) == 1 && atomic_load(&works) == 1 && effects(w) == 1 && waiting(w, "test.beside") == 1);
    EXPECT(run(w, now + DAY - HOUR) >= 0 && rows(w, "test.slow", "1 = 1") == 0 && effects(w) == 1);
    wish(w, "test.found", "b", now);
    EXPECT(run(w, now) == 1);
    EXPECT(rows(w, "test.effect", "body = 'found for b'") == 1);
}

TEST(what_is_asked_for_while_the_same_is_worked_on_is_done_after_it)
{
    int64_t now = begin(w);
    wish(w, "test.slow", "a", now);
    sql_run(w, "UPDATE job SET token = 'somebody', beat = 1 WHERE kind = 'test.slow'");
    wish(w, "test.slow", "a", now);
    wish(w, "test.slow", "a", now);
    EXPECT(working(w, "test.slow") == 1 && waiting(w, "test.slow") == 1);
}

TEST(slow_work_that_falls_is_tried_again_as_its_kind_says_and_then_shown)
{
    int64_t now = begin(w);
    wanted = "falls";
    wish(w, "test.slow", "x", now);
    for (int i = 0, after[] = { 1, 5, 25, 125 }; i < 4; i++) {
        EXPECT(run(w, now) >= 1 && waiting(w, "test.slow") == 1 && due(w, "test.slow") == now + after[i] * (int64_t)MINUTE);
        now = due(w, "test.slow");
    }
    run(w, now);
    EXPECT(given_up(w, "test.slow") == 1 && effects(w) == 0);
    EXPECT_STR(why(w, "test.slow"), S("the disk of the test is full"));
    wish(w, "test.twice", "x", now);
    run(w, now);
    EXPECT(due(w, "test.twice") == now + 2 * MINUTE);
    run(w, now + 2 * MINUTE);
    EXPECT(given_up(w, "test.twice") == 1);
    wish(w, "test.once", "x", now);
    run(w, now);
    EXPECT(given_up(w, "test.once") == 1 && effects(w) == 0);
}

TEST(work_says_itself_whether_it_is_of_use_to_try_again)
{
    int64_t now = begin(w);
    wanted = "again";
    wish(w, "test.slow", "x", now);
    run(w, now);
    EXPECT(waiting(w, "test.slow") == 1 && due(w, "test.slow") == now + MINUTE);
    EXPECT_STR(why(w, "test.slow"), S("the gateway says: again"));
    wanted = "never";
    run(w, now + MINUTE);
    EXPECT(given_up(w, "test.slow") == 1 && effects(w) == 0);
    EXPECT_STR(why(w, "test.slow"), S("the gateway says: never"));
}

TEST(what_write_cannot_write_leaves_nothing_of_it)
{
    int64_t now = begin(w);
    wanted = "write falls";
    wish(w, "test.slow", "x", now);
    run(w, now);
    EXPECT(waiting(w, "test.slow") == 1 && effects(w) == 0 && due(w, "test.slow") == now + MINUTE);
    wanted = "refused";
    run(w, now + MINUTE);
    EXPECT(given_up(w, "test.slow") == 1 && effects(w) == 0);
}

TEST(whichever_database_call_fails_slow_work_stands_once_or_waits)
{
    int64_t now = begin(w), nth = 0;
    sql_run(w, "DELETE FROM job");
    wish(w, "test.found", "x", now);
    while (rows(w, "test.found", "1 = 1") == 1 && nth < 100) {
        EXPECT(effects(w) == 0);
        world_fail(w, ++nth);
        run(w, now + nth * DAY);
        world_fail(w, 0);
        sql_run(w, "UPDATE job SET failed_at = 0, tries = 0 WHERE kind = 'test.found'");
        sql_run(w, "DELETE FROM job WHERE kind NOT IN ('test.found', 'test.effect')");
    }
    EXPECT(nth > 5 && nth < 100 && rows(w, "test.effect", "body = 'found for x'") == 1);
}

/* ---- two processes ------------------------------------------------------------------------------------------------------------------- */

static int64_t killed_now;
static bool second_finds_it_dead = true;

/* What a keeper does once in a while, with the steady clock in our hands. */
static int look_at_leases(Site *site, int64_t ticks)
{
    Region room;
    Leases leases;
    CHECK(region_open(&room, ROOM_BYTES));
    Arena arena = region_arena(&room, NULL);
    int ended = leases_read(site->jobs, &arena, &leases) ? leases_end(site->jobs, &arena, leases, killed_now, ticks) : -1;
    region_close(&room);
    return ended;
}

/* Between the two phases of the first, another process thinks that the first has died, and does all of it. */
static JobEnd killed_work(Scope *s, Job *job)
{
    if (atomic_fetch_add(&works, 1) > 0) return JOB_DONE;
    Site *other = net_beside(net, 0);
    look_at_leases(other, os_ticks());
    if (second_finds_it_dead) look_at_leases(other, os_ticks() + 61 * SECOND * NS_PER_MS);
    jobs_run_due(other, killed_now);
    return JOB_DONE;
}

static void net_begin(World *w)
{
    os_log_quiet(true);
    world = w;
    wanted = "";
    net = net_open(w, 1);
    net_trial(net, 0)->jobs = kinds;
    net_trial(net, 0)->job_n = COUNT_OF(kinds);
    net_again(net, 0);
    killed_now = net_now(net);
    jobs_run_due(net_site(net, 0), killed_now);
    net_sql(net, 0, "DELETE FROM job");
    atomic_store(&works, 0);
    second_finds_it_dead = true;
}

static void net_wish(const char *kind, int64_t when)
{
    World *w = world;
    Wish a = { .kind = kind, .body = S("x"), .when = when };
    EXPECT(net_do(net, 0, 0, wish_rule, &a));
}

static int64_t net_effects(void) { return net_int(net, 0, "SELECT count(*) AS value FROM job WHERE kind = 'test.effect' AND body NOT LIKE ' %'"); }

TEST(who_is_taken_for_dead_between_the_phases_writes_nothing)
{
    net_begin(w);
    net_wish("test.killed", killed_now);
    Site *first = net_site(net, 0);
    jobs_run_due(first, killed_now);
    EXPECT(atomic_load(&works) == 2 && net_effects() == 1);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM job WHERE kind = 'test.killed'") == 0);
    net_close(net);
}

TEST(no_clock_makes_two_of_one_while_its_process_lives)
{
    if (world_leaves_out(w, DB_POSTGRES, "over SQLite there is one process")) return;
    static const int64_t jumps[] = { 0, 3650 * DAY, -3650 * DAY };
    for (int i = 0; i < COUNT_OF(jumps); i++) {
        net_begin(w);
        second_finds_it_dead = false;
        net_wish("test.killed", killed_now - 3651 * DAY);
        killed_now += jumps[i];                              /* of the other process */
        jobs_run_due(net_site(net, 0), net_now(net));
        EXPECT(atomic_load(&works) == 1 && net_effects() == 1);
        net_close(net);
    }
}

TEST(a_lease_ends_a_minute_after_the_last_sign_of_life_by_the_steady_clock)
{
    if (world_leaves_out(w, DB_POSTGRES, "over SQLite every other life is over at once")) return;
    int64_t second = SECOND * NS_PER_MS;
    net_begin(w);
    net_wish("test.slow", killed_now);
    net_sql(net, 0, "UPDATE job SET token = 'anotherslife....1', beat = 1");
    Site *s = net_site(net, 0);
    EXPECT(look_at_leases(s, 1000 * second) == 0 && look_at_leases(s, 1059 * second) == 0);
    net_sql(net, 0, "UPDATE job SET beat = 2");
    EXPECT(look_at_leases(s, 1059 * second) == 0 && look_at_leases(s, 1118 * second) == 0);
    EXPECT(look_at_leases(s, 1119 * second) == 1);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM job WHERE token = '' AND failed_at = 0 AND tries = 1") == 1);
    net_close(net);
}

TEST(what_ends_the_program_again_and_again_is_given_up)
{
    net_begin(w);
    net_wish("test.slow", killed_now);
    int deaths = 0;
    while (net_int(net, 0, "SELECT count(*) AS value FROM job WHERE failed_at = 0") == 1 && deaths < 20) {
        net_sql(net, 0, "UPDATE job SET token = 'anotherslife....1', beat = 1");
        look_at_leases(net_site(net, 0), deaths * HOUR * NS_PER_MS);
        look_at_leases(net_site(net, 0), (deaths * HOUR + 2 * MINUTE) * NS_PER_MS);
        deaths++;
        if (deaths == 1) EXPECT(net_int(net, 0, "SELECT due AS value FROM job") == killed_now);       /* once it may be the power */
    }
    EXPECT(deaths == 5);
    EXPECT_STR(net_rows(net, 0, "SELECT why AS text FROM job"), S("The program ended while it worked on this.\n"));
    net_close(net);
}

TEST(jobs_of_one_kind_do_not_overlap_though_there_are_two_processes)
{
    if (world_leaves_out(w, DB_POSTGRES, "over SQLite there is one process")) return;
    net_begin(w);
    net_wish("test.slow", killed_now);
    net_wish("test.pair", killed_now);
    atomic_store(&gate, 1);
    net_sql(net, 0, "INSERT INTO job (id, kind, body, mark, due, tries, failed_at, why, token) "
                    "SELECT id + 1000, kind, body, 'another', due, 0, 0, '', 'anotherslife....1' FROM job");
    EXPECT(jobs_run_due(net_site(net, 0), killed_now) >= 1);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM job WHERE kind = 'test.slow'") == 2);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM job WHERE kind = 'test.pair'") == 1);       /* of this one two may */
    net_close(net);
}

/* ---- threads ------------------------------------------------------------------------------------------------------------------------- */

#define UNTIL(cond) for (int ms_ = 0; !(cond) && ms_ < PATIENCE_MS; ms_ += 5) poll(NULL, 0, 5); EXPECT(cond)

/* Jobs by themselves, by the machine's clock. */
static int64_t start(World *w)
{
    begin(w);
    int64_t now = os_now();
    run(w, now);
    sql_run(w, "DELETE FROM job WHERE kind LIKE 'test.%'");
    atomic_store(&works, 0);
    atomic_store(&most_inside, 0);
    jobs_start(world_site(w)->jobs);
    return now;
}

static bool stop(World *w)
{
    bool ended = jobs_stop(world_site(w)->jobs);
    os_log_quiet(false);
    return ended;
}

TEST(one_that_hangs_fails_when_its_time_is_over_and_stops_no_other)
{
    int64_t now = start(w);
    wish(w, "test.hang", "x", now);
    UNTIL(atomic_load(&hangs) == 1);
    wish(w, "test.found", "b", now);                         /* its turn comes while the other hangs */
    UNTIL(rows(w, "test.effect", "body = 'found for b'") == 1);
    UNTIL(given_up(w, "test.hang") == 1);
    EXPECT(atomic_load(&hangs) == 1);
    EXPECT_STR(why(w, "test.hang"), S("It did not end within its time."));
    atomic_store(&gate, 1);                                  /* now it comes back, and nobody wants what it has */
    UNTIL(atomic_load(&hangs) == 0);
    EXPECT(stop(w) && effects(w) == 1 && given_up(w, "test.hang") == 1);
}

TEST(many_that_hang_leave_others_their_turns_until_there_are_too_many)
{
    int64_t now = start(w);
    for (int i = 0; i < SLOTS; i++) {
        wish(w, "test.hang", at(w, "%d", i), now);
        UNTIL(given_up(w, "test.hang") == i + 1);
        if (i == SLOTS - 2) {
            wish(w, "test.found", "b", now);
            UNTIL(rows(w, "test.effect", "body = 'found for b'") == 1);
        }
    }
    EXPECT(atomic_load(&hangs) == SLOTS);
    atomic_store(&gate, 1);
    wish(w, "test.found", "c", now);
    UNTIL(rows(w, "test.effect", "body = 'found for c'") == 1);
    EXPECT(stop(w));
}

TEST(one_kind_has_one_turn_and_where_two_may_there_are_two)
{
    int64_t now = start(w);
    for (int i = 0; i < 3; i++) wish(w, "test.gate", at(w, "%d", i), now);
    UNTIL(atomic_load(&inside) == 1);
    wish(w, "test.found", "b", now);
    UNTIL(rows(w, "test.effect", "body = 'found for b'") == 1);      /* so the keeper has looked again */
    EXPECT(atomic_load(&inside) == 1 && working(w, "test.gate") == 1);
    atomic_store(&gate, 1);
    UNTIL(rows(w, "test.gate", "1 = 1") == 0);
    EXPECT(atomic_load(&most_inside) == 1 && effects(w) == 4);
    atomic_store(&gate, 0);
    for (int i = 0; i < 4; i++) wish(w, "test.pair", at(w, "%d", i), now);
    UNTIL(atomic_load(&inside) == 2);
    wish(w, "test.found", "c", now);
    UNTIL(rows(w, "test.effect", "body = 'found for c'") == 1);
    atomic_store(&gate, 1);
    UNTIL(rows(w, "test.pair", "1 = 1") == 0);
    EXPECT(atomic_load(&most_inside) == 2);
    EXPECT(stop(w));
}

TEST(how_far_it_is_is_shown_and_a_cancel_reaches_it)
{
    int64_t now = start(w);
    wish(w, "test.gate", "x", now);
    UNTIL(rows(w, "test.gate", "percent = 40 AND state = 'at the gate'") == 1);
    sql_run(w, "UPDATE job SET cancelled = 1 WHERE kind = 'test.gate'");
    UNTIL(rows(w, "test.gate", "1 = 1") == 0);
    EXPECT(atomic_load(&works) == 1 && effects(w) == 0);
    EXPECT(stop(w));
}

TEST(when_the_program_ends_what_goes_on_waits_and_nothing_is_counted)
{
    int64_t now = start(w);
    wish(w, "test.gate", "x", now);
    UNTIL(atomic_load(&inside) == 1);
    EXPECT(stop(w));
    EXPECT(waiting(w, "test.gate") == 1 && rows(w, "test.gate", "tries = 0") == 1 && effects(w) == 0);
    atomic_store(&gate, 1);
    EXPECT(run(w, now + HOUR) >= 1 && rows(w, "test.gate", "1 = 1") == 0);
}

/* ---- again and again -------------------------------------------------------------------------------------------------------------------- */

#define SIX (INT64_C(1795388400000))     /* of the next morning in Jakarta */

TEST(every_morning_is_every_morning_and_what_was_slept_through_comes_once)
{
    int64_t now = begin(w);
    EXPECT(waiting(w, "test.morning") == 1 && due(w, "test.morning") == SIX);
    run(w, SIX - 1);
    EXPECT(due(w, "test.morning") == SIX);
    run(w, SIX);
    EXPECT(due(w, "test.morning") == SIX + DAY);
    run(w, SIX + 4 * DAY - HOUR);                            /* off for three days */
    EXPECT(waiting(w, "test.morning") == 1 && due(w, "test.morning") == SIX + 4 * DAY);
    run(w, now);                                             /* the clock was wrong */
    EXPECT(waiting(w, "test.morning") == 1 && due(w, "test.morning") == SIX);
    wanted = "never";
    run(w, SIX);
    EXPECT(given_up(w, "test.morning") == 1 && waiting(w, "test.morning") == 1);
}

TEST(somebodys_own_hour_holds_until_she_says_another)
{
    int64_t now = begin(w);
    Wish hers = { .kind = "test.digest", .body = S("hers"), .times = S("daily 06:00 Asia/Jakarta"), .when = now };
    wish_as(w, hers);
    wish_as(w, (Wish){ .kind = "test.digest", .body = S("his"), .times = S("weekly mon 06:00 Asia/Jakarta"), .when = now });
    EXPECT(rows(w, "test.digest", at(w, "due = %lld", (long long)SIX)) == 2);
    run(w, SIX);
    EXPECT(rows(w, "test.effect", "body = 'found for hers'") == 1);
    EXPECT(rows(w, "test.digest", at(w, "body = 'hers' AND due = %lld", (long long)(SIX + DAY))) == 1);
    EXPECT(rows(w, "test.digest", at(w, "body = 'his' AND due = %lld", (long long)(SIX + 7 * DAY))) == 1);
    hers.times = S("daily 07:00 Asia/Jakarta");
    hers.when = SIX;
    wish_as(w, hers);
    EXPECT(rows(w, "test.digest", at(w, "body = 'hers' AND due = %lld", (long long)(SIX + HOUR))) == 1);
    run(w, now - 40 * DAY);                                  /* the clock is set back: nobody waits for six weeks */
    EXPECT(rows(w, "test.digest", at(w, "due > %lld", (long long)(now - 32 * DAY))) == 0);
    wish_as(w, (Wish){ .kind = "test.digest", .body = S("hers"), .drop = true, .when = now });
    EXPECT(rows(w, "test.digest", "body = 'hers'") == 0 && rows(w, "test.digest", "body = 'his'") == 1);
}

TEST(a_part_that_asks_for_the_next_does_not_come_again_tomorrow)
{
    int64_t now = begin(w);
    sql_run(w, "DELETE FROM job WHERE kind = 'test.hourly'");
    wish(w, "test.hourly", "part 2", now);
    run(w, now);
    EXPECT(rows(w, "test.hourly", "body = 'part 2'") == 0);
    EXPECT(rows(w, "test.hourly", at(w, "body = '' AND due = %lld", (long long)(now + HOUR))) == 1);
}

/* ---- the operator ----------------------------------------------------------------------------------------------------------------------- */

static int64_t id_of(World *w, const char *kind) { return sql_int(w, at(w, "SELECT id AS value FROM job WHERE kind = '%s'", kind)); }

static bool retry_rule(Scope *s, void *arg) { return jobs_retry(s, *(const int64_t *)arg); }

static bool operate(World *w, bool (*rule)(Scope *, void *), int64_t id)
{
    Landing l;
    return site_write(world_site(w), world_arena(w), 0, rule, &id, &l);
}

TEST(what_was_given_up_is_tried_again_when_the_operator_says_so)
{
    int64_t now = begin(w);
    wanted = "never";
    wish(w, "test.slow", "x", now);
    run(w, now);
    EXPECT(given_up(w, "test.slow") == 1 && !operate(w, retry_rule, 1) && !operate(w, cancel_rule, 1));
    EXPECT(operate(w, retry_rule, id_of(w, "test.slow")) && waiting(w, "test.slow") == 1);
    wanted = "";
    EXPECT(run(w, world_now(w)) >= 1 && effects(w) == 1);
    wanted = "never";                                        /* and the same waits beside it */
    wish(w, "test.slow", "x", now);
    run(w, now);
    wish(w, "test.slow", "x", now + DAY);
    int64_t failed = sql_int(w, "SELECT id AS value FROM job WHERE kind = 'test.slow' AND failed_at <> 0");
    EXPECT(operate(w, retry_rule, failed) && rows(w, "test.slow", "1 = 1") == 1 && due(w, "test.slow") <= world_now(w));
}

TEST(what_is_cancelled_is_not_done_and_what_comes_again_comes_again)
{
    int64_t now = begin(w);
    wish(w, "test.slow", "x", now);
    EXPECT(operate(w, cancel_rule, id_of(w, "test.slow")));
    EXPECT(operate(w, cancel_rule, id_of(w, "test.morning")) && due(w, "test.morning") == SIX + DAY);
    wish(w, "test.cancelled", "x", now);
    run(w, now);
    EXPECT(atomic_load(&works) == 1 && effects(w) == 0 && rows(w, "test.cancelled", "1 = 1") == 0 && rows(w, "test.slow", "1 = 1") == 0);
    wish_as(w, (Wish){ .kind = "test.cancelled", .body = S("y"), .times = S("daily 06:00 Asia/Jakarta"), .when = now });
    run(w, SIX);
    EXPECT(effects(w) == 0 && due(w, "test.cancelled") == SIX + DAY && rows(w, "test.cancelled", "cancelled = 0 AND token = ''") == 1);
}

static str command(World *w, const char *words, const char *id, int *ret_status)
{
    const char *path = at(w, "%s/said", world_folder(w));
    char *argv[] = { (char *)(uintptr_t)words, (char *)(uintptr_t)id };
    str said;
    fflush(NULL);
    FILE *to = fopen(path, "w+");
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    CHECK(to && dup2(fileno(to), STDOUT_FILENO) >= 0 && dup2(fileno(to), STDERR_FILENO) >= 0);
    *ret_status = jobs_module.command(world_site(w), words ? id ? 2 : 1 : 0, argv);
    fflush(NULL);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    fclose(to);
    CHECK(os_read_file(world_arena(w), path, 1 << 20, &said));
    return said;
}

static bool has(str text, const char *words) { return str_find(text, str_from(words)) >= 0; }

TEST(the_command_lists_retries_and_cancels_and_says_what_it_cannot)
{
    int64_t now = begin(w);
    int status;
    wanted = "never";
    wish(w, "test.slow", "a person's words", now);
    run(w, now);
    wish(w, "test.found", "b", now);
    sql_run(w, "UPDATE job SET token = 'somebody', began = 1795316400000, percent = 7, state = 'half way' WHERE kind = 'test.found'");
    const char *id = at(w, "%lld", (long long)id_of(w, "test.slow"));
    str said = command(w, "list", NULL, &status);
    EXPECT(status == 0 && has(said, at(w, "%s  failed   2026-11-22T03:00:00Z  test.slow  after 1 tries: the gateway says: never  Make room.\n", id)));
    EXPECT(has(said, "  working  2026-11-22T03:00:00Z  test.found  7%: half way\n"));
    EXPECT(has(said, "  waiting  2026-11-22T23:00:00Z  test.morning\n") && !has(said, "person's words"));
    said = command(w, "retry", id, &status);
    EXPECT(status == 0 && waiting(w, "test.slow") == 1);
    EXPECT_STR(said, S("done\n"));
    said = command(w, "cancel", id, &status);
    EXPECT(status == 0 && rows(w, "test.slow", "1 = 1") == 0);
    said = command(w, "cancel", id, &status);
    EXPECT(status == 1 && has(said, at(w, "there is no job %s\n", id)));
    said = command(w, "retry", id, &status);
    EXPECT(status == 1 && has(said, at(w, "there is no job %s that waits or was given up\n", id)));
    static const char *const wrong[][2] = { { NULL, NULL }, { "list", "1" }, { "retry", NULL }, { "retry", "x" }, { "drop", "1" } };
    for (int i = 0; i < COUNT_OF(wrong); i++) {
        said = command(w, wrong[i][0], wrong[i][1], &status);
        EXPECT(status == 2 && has(said, "usage: sampan jobs list | retry ID | cancel ID"));
    }
}

TEST(the_doctor_says_what_was_given_up_and_what_to_do)
{
    int64_t now = begin(w);
    Out out;
    wanted = "never";
    wish(w, "test.slow", "x", now);
    run(w, now);
    out_init(&out, world_arena(w), 4096);
    EXPECT(site_doctor(world_site(w), world_arena(w), &out) == 1);
    EXPECT(has(out_text(&out), "the job test.slow was given up at 2026-11-22T03:00:00Z after 1 tries: the gateway says: never"));
    EXPECT(has(out_text(&out), at(w, "Make room. sampan jobs retry %lld", (long long)id_of(w, "test.slow"))));
}

TESTS_WITH(jobs_work, modules, COUNT_OF(modules), slow_work_lets_others_save_and_what_it_found_is_written_once,
           what_is_asked_for_while_the_same_is_worked_on_is_done_after_it, slow_work_that_falls_is_tried_again_as_its_kind_says_and_then_shown,
           work_says_itself_whether_it_is_of_use_to_try_again, what_write_cannot_write_leaves_nothing_of_it,
           whichever_database_call_fails_slow_work_stands_once_or_waits, who_is_taken_for_dead_between_the_phases_writes_nothing,
           no_clock_makes_two_of_one_while_its_process_lives, a_lease_ends_a_minute_after_the_last_sign_of_life_by_the_steady_clock,
           what_ends_the_program_again_and_again_is_given_up, jobs_of_one_kind_do_not_overlap_though_there_are_two_processes,
           one_that_hangs_fails_when_its_time_is_over_and_stops_no_other, many_that_hang_leave_others_their_turns_until_there_are_too_many,
           one_kind_has_one_turn_and_where_two_may_there_are_two, how_far_it_is_is_shown_and_a_cancel_reaches_it,
           when_the_program_ends_what_goes_on_waits_and_nothing_is_counted, every_morning_is_every_morning_and_what_was_slept_through_comes_once,
           somebodys_own_hour_holds_until_she_says_another, a_part_that_asks_for_the_next_does_not_come_again_tomorrow,
           what_was_given_up_is_tried_again_when_the_operator_says_so, what_is_cancelled_is_not_done_and_what_comes_again_comes_again,
           the_command_lists_retries_and_cancels_and_says_what_it_cannot, the_doctor_says_what_was_given_up_and_what_to_do)
