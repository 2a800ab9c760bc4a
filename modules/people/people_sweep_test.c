/* people_sweep_test - a guest who saved one thing and never came back, and all who are not that. */
#include "../../tests/days.h"
#include "../../tests/net.h"

#include "auth/auth.h"
#include "jobs/jobs.h"
#include "people/people.h"

#define ANSWER "/quiz/answers"
#define RAN (60 * DAY)

static const char *an_answer(World *w)
{
    int64_t version = sql_int(w, "SELECT version FROM quiz_question WHERE set_key = 'practices/order/map' AND name = 'first-answer'");
    return at(w, "set=practices/order/map&question=first-answer&version=%lld&seen=0&choice=1", (long long)version);
}

static int64_t of_guest(World *w, int64_t guest, const char *what)
{
    return sql_int(w, at(w, "SELECT count(*) FROM journal WHERE stream = %lld AND %s", (long long)guest, what));
}

static int64_t guest_who_answered(World *w)
{
    EXPECT(post(w, GUEST, ANSWER, an_answer(w)).status == 303);
    return world_person(w, GUEST);
}

static bool is_erased(World *w, int64_t guest)
{
    return sql_int(w, at(w, "SELECT count(*) FROM journal_person WHERE id = %lld AND erased <> 0", (long long)guest)) == 1;
}

TEST(one_answer_of_a_guest_who_never_came_back_is_erased)
{
    int64_t guest = guest_who_answered(w);
    EXPECT(of_guest(w, guest, "body <> ''") == 2);
    machine_ran(w, RAN - 1);
    all_jobs(w);
    EXPECT(of_guest(w, guest, "body <> ''") == 2 && world_person(w, GUEST) == guest);
    machine_ran(w, 1);
    all_jobs(w);
    EXPECT(is_erased(w, guest) && of_guest(w, guest, "body <> ''") == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_guest") == 0 && sql_int(w, "SELECT count(*) FROM journal_refused") == 0);
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM quiz_answer WHERE person = %lld", (long long)guest)) == 0);
    EXPECT(world_person(w, GUEST) == 0 && post(w, GUEST, ANSWER, an_answer(w)).status == 303);       /* she may begin anew */
    EXPECT(world_person(w, GUEST) != 0 && world_person(w, GUEST) != guest);
}

TEST(who_came_back_once_stays)
{
    int64_t guest = guest_who_answered(w);
    world_wait(w, MINUTE);
    EXPECT(post(w, GUEST, "/people/language", "lang=ar").status == 303);
    machine_ran(w, RAN);
    all_jobs(w);
    EXPECT(!is_erased(w, guest) && world_person(w, GUEST) == guest);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_guest") == 0);
}

TEST(who_made_an_account_is_not_watched)
{
    int64_t guest = guest_who_answered(w);
    EXPECT(post(w, GUEST, "/people/account", at(w, "name=Linh&login=linh&password=three+red+boats%s", is_mine(w, GUEST))).status == 303);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_guest") == 0);
    machine_ran(w, RAN);
    all_jobs(w);
    EXPECT(!is_erased(w, guest));
}

TEST(a_clock_that_is_twenty_years_ahead_sweeps_nobody)
{
    int64_t guest = guest_who_answered(w);
    for (int year = 0; year < 20; year++) {
        world_wait(w, 365 * DAY);
        all_jobs(w);
    }
    world_wait(w, -20 * 365 * DAY);
    all_jobs(w);
    EXPECT(!is_erased(w, guest) && sql_int(w, "SELECT ms FROM people_up") < HOUR);
}

TEST(a_guest_of_whom_something_lies_elsewhere_stays)
{
    static const struct { const char *head, *tail; } elsewhere[] = {
        { "INSERT INTO journal_standing (stream, person, role, since, ends, until, module, unit, topic) VALUES (99, ", ", 2, 1, 0, 0, 'x', 99, '')" },
        { "INSERT INTO journal_about (person, record) VALUES (", ", 5)" },
        { "UPDATE journal SET own = 0, audience = 4, stream = 99 WHERE kind = 'quiz.answered' AND stream = ", "" },
        { "UPDATE journal SET audience = 8, stream = -stream WHERE kind = 'quiz.answered' AND stream = ", "" },
        { "UPDATE journal SET node = 65000 WHERE kind = 'quiz.answered' AND stream = ", "" },
    };
    for (int i = 0; i < COUNT_OF(elsewhere); i++) {
        forget_cookies(w, GUEST);
        int64_t guest = guest_who_answered(w);
        sql_run(w, at(w, "%s%lld%s", elsewhere[i].head, (long long)guest, elsewhere[i].tail));
        machine_ran(w, RAN);
        all_jobs(w);
        if (is_erased(w, guest)) world_failed(w, elsewhere[i].head, i, "she was erased");
    }
}

/* So that the next round of jobs sweeps, and nothing before it. */
static void sweep_is_next(World *w)
{
    machine_ran(w, RAN);
    world_wait(w, DAY + 3 * HOUR);       /* also when it failed, and is tried again after some time */
    if (sql_int(w, "SELECT count(*) FROM job WHERE kind = 'people.part' AND failed_at = 0") == 0) jobs_run_due(world_site(w), world_now(w));
}

TEST(whichever_database_call_fails_a_guest_is_swept_whole_or_later)
{
    int64_t guest = guest_who_answered(w), nth = 0;
    while (!is_erased(w, guest) && ++nth < 1000) {
        sweep_is_next(w);
        world_fail(w, nth);
        jobs_run_due(world_site(w), world_now(w));
        world_fail(w, 0);
        while (journal_work(world_site(w), world_arena(w)) > 0) {}       /* what was put off is done now */
        bool whole = of_guest(w, guest, "body <> ''") == 2 && sql_int(w, "SELECT count(*) FROM people_guest") == 1;
        if (!is_erased(w, guest) && !whole) world_failed(w, __FILE__, (int)nth, "part of her is left");
    }
    EXPECT(nth > 20 && nth < 1000 && of_guest(w, guest, "body <> ''") == 0);
}

/* ---- other nodes hear of it ------------------------------------------------------------------------------------------------------ */

static bool make_guest(Scope *s, void *ret)
{
    int64_t *guest = ret;
    *guest = journal_id(s);
    people_guest_made(s, *guest);
    return true;
}

TEST(the_hub_hears_that_a_guest_is_gone)
{
    Net *net = net_open(w, 2);
    int64_t guest = 0;
    net_enrol(net, 1, "ID", 0);
    EXPECT(net_do(net, 1, 0, make_guest, &guest));
    net_all_meet(net);
    const char *words = at(w, "SELECT count(*) AS value FROM journal WHERE stream = %lld AND body <> ''", (long long)guest);
    EXPECT(net_int(net, 0, words) == 1 && net_int(net, 0, "SELECT count(*) AS value FROM people_guest") == 0);
    net_sql(net, 1, at(w, "INSERT INTO people_up (one, ms) VALUES (1, %lld) ON CONFLICT (one) DO UPDATE SET ms = excluded.ms", (long long)RAN));
    for (int i = 0; i < 3; i++) {
        net_wait(net, DAY);
        net_jobs(net, 1);
    }
    EXPECT(net_int(net, 1, words) == 0);
    net_all_meet(net);
    EXPECT(net_int(net, 0, words) == 0 && net_int(net, 0, "SELECT count(*) AS value FROM journal_refused") == 0);
    net_close(net);
}

TESTS(people_sweep, one_answer_of_a_guest_who_never_came_back_is_erased, who_came_back_once_stays, who_made_an_account_is_not_watched,
      a_clock_that_is_twenty_years_ahead_sweeps_nobody, a_guest_of_whom_something_lies_elsewhere_stays,
      whichever_database_call_fails_a_guest_is_swept_whole_or_later, the_hub_hears_that_a_guest_is_gone)
