/* What a crowd does to one who only wants to sign in: the visits of tests/bench/attack.mjs, one by one. */
#include "people/people.h"

#include "../../tests/world.h"

#define RIGHT "login=linh%40example.org&password=three+red+boats"
#define WRONG "login=linh%40example.org&password=not+this+one"

static void linh_has_an_account(World *w)
{
    world_from(w, "203.0.113.1");
    EXPECT(post(w, STRANGER, "/people/account", "name=Linh&" RIGHT).status == 303);
}

static void sign_out(World *w, Visitor who) { post(w, who, "/people/session", "_method=delete"); }

/* Ten wrong tries each, from so many addresses, by visitors that nobody knows. */
static void strangers_guess(World *w, int addresses)
{
    for (int i = 0; i < addresses; i++) {
        forget_cookies(w, GUEST);
        world_from(w, at(w, "198.51.100.%d", i));
        for (int k = 0; k < 10; k++) EXPECT(post(w, GUEST, "/people/session", WRONG).status == 422);
    }
}

TEST(ten_wrong_tries_by_anybody_do_not_lock_a_name_for_its_owner)
{
    linh_has_an_account(w);
    sign_out(w, STRANGER);
    strangers_guess(w, 1);
    EXPECT(post(w, GUEST, "/people/session", RIGHT).status == 429);
    world_from(w, "203.0.113.1");
    int64_t before = world_now(w);
    EXPECT(post(w, STRANGER, "/people/session", RIGHT).status == 303 && world_now(w) == before);
}

TEST(however_many_guess_at_it_her_new_phone_waits_and_comes_in)
{
    linh_has_an_account(w);
    strangers_guess(w, 3);
    world_from(w, "203.0.113.77");
    forget_cookies(w, GUEST);
    int64_t before = world_now(w);
    EXPECT(post(w, GUEST, "/people/session", RIGHT).status == 303);
    EXPECT(world_now(w) - before > 5 * SECOND && world_now(w) - before <= 30 * SECOND);
}

TEST(a_browser_that_is_known_has_ten_tries_of_its_own_and_no_more)
{
    linh_has_an_account(w);
    sign_out(w, STRANGER);
    for (int i = 0; i < 10; i++) EXPECT(post(w, STRANGER, "/people/session", WRONG).status == 422);
    Visit v = post(w, STRANGER, "/people/session", RIGHT);
    EXPECT(v.status == 429 && says(v, "Please wait 15 minutes.") && header_of(v, "retry-after").n > 0);
    world_from(w, "203.0.113.2");
    EXPECT(post(w, STRANGER, "/people/session", RIGHT).status == 429);
    EXPECT(post(w, GUEST, "/people/session", RIGHT).status == 303);
    world_wait(w, 15 * MINUTE);
    EXPECT(post(w, STRANGER, "/people/session", RIGHT).status == 303);
}

TEST(a_known_browser_is_known_by_a_cookie_that_scripts_do_not_see_and_that_names_nobody)
{
    world_from(w, "203.0.113.1");
    Visit v = post(w, STRANGER, "/people/account", "name=Linh&" RIGHT);
    ptrdiff_t from = str_find(v.headers, S("Set-Cookie: known="));
    EXPECT(from >= 0);
    str line = str_cut(str_slice(v.headers, from, v.headers.n), '\n').head;
    EXPECT(str_find(line, S("HttpOnly; SameSite=Lax")) > 0 && str_find(line, S("Max-Age=34560000")) > 0 && str_find(line, S("linh")) < 0);
    EXPECT(str_find(post(w, GUEST, "/people/session", WRONG).headers, S("known=")) < 0);
}

TEST(counted_slips_are_there_after_a_restart)
{
    linh_has_an_account(w);
    strangers_guess(w, 1);
    world_again(w);
    EXPECT(post(w, GUEST, "/people/session", RIGHT).status == 429);
}

static void class_has_accounts(World *w, int n)
{
    for (int i = 0; i < n; i++) {
        forget_cookies(w, GUEST);
        world_from(w, at(w, "192.0.2.%d", i));
        EXPECT(post(w, GUEST, "/people/account", at(w, "name=Pupil&login=pupil-%d&password=three+red+boats", i)).status == 303);
    }
}

static int class_tries(World *w, int n, const char *password)
{
    int in = 0;
    for (int i = 0; i < n; i++) {
        forget_cookies(w, GUEST);
        in += post(w, GUEST, "/people/session", at(w, "login=pupil-%d&password=%s", i, password)).status == 303;
    }
    return in;
}

TEST(a_class_behind_one_address_slips_three_times_each_and_comes_in)
{
    enum { CLASS = 34 };
    class_has_accounts(w, CLASS);
    world_from(w, "203.0.113.34");
    int64_t before = world_now(w);
    for (int k = 0; k < 3; k++) EXPECT(class_tries(w, CLASS, "a+slip") == 0);
    EXPECT(world_now(w) == before);
    EXPECT(class_tries(w, CLASS, "three+red+boats") == CLASS);
    EXPECT(sql_int(w, "SELECT coalesce(sum(failed), 0) FROM auth_try") == 0);       /* all of it was taken back */
}

/* Each from an address of its own, of one /64. */
static int answered_of_network(World *w, int n)
{
    int answered = 0;
    for (int i = 0; i < n; i++) {
        forget_cookies(w, GUEST);
        world_from(w, at(w, "2001:db8:0:1:%x::%x", i / 7, i + 1));
        answered += post(w, GUEST, "/people/session", WRONG).status == 422;
    }
    return answered;
}

TEST(guesses_from_one_ipv6_network_are_counted_together)
{
    linh_has_an_account(w);
    EXPECT(answered_of_network(w, 115) == 10);
    world_from(w, "2001:db8:0:2::1");
    EXPECT(post(w, GUEST, "/people/session", WRONG).status == 422);
}

TEST(slips_cost_more_time_each)
{
    linh_has_an_account(w);
    int64_t took[10];
    for (int i = 0; i < 10; i++) {
        int64_t before = world_now(w);
        post(w, GUEST, "/people/session", WRONG);
        took[i] = world_now(w) - before;
    }
    EXPECT(took[2] == 0 && took[3] == 500 && took[6] == 4 * SECOND && took[9] == 16 * SECOND);
}

TEST(a_stolen_session_guesses_at_the_password_no_more_often)
{
    linh_has_an_account(w);
    for (int i = 0; i < 10; i++) EXPECT(post(w, STRANGER, "/people/password", "password=not+this&new_password=four+blue+boats").status == 422);
    EXPECT(post(w, STRANGER, "/people/password", "password=three+red+boats&new_password=four+blue+boats").status == 429);
    EXPECT(post(w, STRANGER, "/people/erasure", "password=three+red+boats").status == 429);
}

TEST(a_password_that_everybody_uses_cannot_be_had)
{
    Visit v = post(w, STRANGER, "/people/account", "name=Linh&login=linh&password=Sunshine2026!");
    EXPECT(v.status == 422 && says(v, "Many people use this password") && says(v, "value=\"Linh\""));
    v = post(w, STRANGER, "/people/account", "name=Linh+Tran&login=xx&password=boats+of+tran+and+linh");
    EXPECT(v.status == 422 && says(v, "Your name is in this password"));
    linh_has_an_account(w);
    v = post(w, STRANGER, "/people/password", "password=three+red+boats&new_password=iloveyou");
    EXPECT(v.status == 422 && says(v, "Many people use this password"));
    EXPECT(post(w, STRANGER, "/people/password", "password=three+red+boats&new_password=my+linh%40example.org").status == 422);
}

TEST(whichever_database_call_fails_a_slip_is_counted_once_or_not_at_all)
{
    Visit v;
    linh_has_an_account(w);
    world_from(w, "203.0.113.2");
    FAILING(w, v, post(w, GUEST, "/people/session", WRONG)) EXPECT(sql_int(w, "SELECT count(*) FROM auth_try") == 0);
    EXPECT(v.status == 422 && sql_int(w, "SELECT count(*) FROM auth_try WHERE failed = 1") == 3);
}

TESTS(people_try, ten_wrong_tries_by_anybody_do_not_lock_a_name_for_its_owner, however_many_guess_at_it_her_new_phone_waits_and_comes_in,
      a_browser_that_is_known_has_ten_tries_of_its_own_and_no_more, a_known_browser_is_known_by_a_cookie_that_scripts_do_not_see_and_that_names_nobody,
      counted_slips_are_there_after_a_restart, a_class_behind_one_address_slips_three_times_each_and_comes_in,
      guesses_from_one_ipv6_network_are_counted_together, slips_cost_more_time_each, a_stolen_session_guesses_at_the_password_no_more_often,
      a_password_that_everybody_uses_cannot_be_had, whichever_database_call_fails_a_slip_is_counted_once_or_not_at_all)
