#include "people/people.h"

#include "../../tests/days.h"
#include "../../tests/world.h"
#include "jobs/jobs.h"
#include "journal/journal.h"
#include "web/web_private.h"

#define LINH "name=Linh&login=linh&password=three+red+boats"
#define LINH_SIGNS_IN "login=linh&password=three+red+boats"
#define TODAY LINH_SIGNS_IN "&today=on"

static Reply save_post(Request *rq) { return text_reply(rq, S("text/plain"), S("saved")); }
static void  works(Scope *s, int64_t person, Works *ret) { works_add(ret, S("two sacks of rice")); }
static const Route routes[] = { POST("/t/save", save_post, .who = WHO_LEARNER) };
static const Module saving_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes), .works = works };
static const Module *const extra[] = { &saving_module };

static bool is_signed_in(World *w, Visitor who) { return says(get(w, who, "/people"), "action=\"/people/session\" data-leaves"); }

typedef struct Asking { int64_t person; Person ret; } Asking;

static void ask_person(Scope *s, void *arg)
{
    Asking *a = arg;
    journal_person(s, a->person, &a->ret);
}

static Person person(World *w, int64_t id)
{
    Landing l;
    Asking a = { .person = id };
    EXPECT(site_read(world_site(w), world_arena(w), 0, ask_person, &a, &l));
    return a.ret;
}

static int64_t guest_who_saved(World *w)
{
    post(w, GUEST, "/t/save", "");
    return world_person(w, GUEST);
}

/* ---- whose work is it? -------------------------------------------------------------------------------------------------------- */

TEST(who_signs_in_where_a_guest_worked_is_asked_whose_it_is)
{
    EXPECT(says(get(w, GUEST, "/people/session/new"), "hidden data-half"));
    guest_who_saved(w);
    world_wait(w, 21 * MINUTE);                  /* her number may be some seconds ahead of the clock */
    static const char *const pages[] = { "/people/session/new", "/people/account/new" };
    for (int i = 0; i < COUNT_OF(pages); i++) {
        Visit v = get(w, GUEST, pages[i]);
        EXPECT(says(v, "There is work on this device, begun ") && says(v, "20 minutes ago"));
        EXPECT(says(v, "<li>two sacks of rice</li>"));
        EXPECT(says(v, "name=\"mine\" value=\"\" checked") && !says(v, "data-half"));
    }
}

TEST(who_does_not_answer_has_said_no_and_the_work_is_in_no_account)
{
    post(w, STRANGER, "/people/account", LINH);
    int64_t guest = guest_who_saved(w);
    EXPECT(post(w, GUEST, "/people/session", LINH_SIGNS_IN).status == 303);
    EXPECT(world_person(w, GUEST) == world_person(w, STRANGER));
    EXPECT(person(w, guest).joined == 0 && sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'person.joined'") == 0);
    EXPECT(says(get(w, GUEST, "/learn"), "is put aside and is not in your account"));
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM auth_session WHERE person = %lld", (long long)guest)) == 0);
}

TEST(an_account_made_where_somebody_else_worked_is_a_new_person)
{
    int64_t guest = guest_who_saved(w);
    EXPECT(post(w, GUEST, "/people/account", LINH).status == 303);
    EXPECT(world_person(w, GUEST) != guest && is_signed_in(w, GUEST) && !person(w, guest).account);
}

TEST(yes_counts_for_the_work_that_was_shown_and_for_no_other)
{
    post(w, STRANGER, "/people/account", LINH);
    guest_who_saved(w);
    const char *yes = is_mine(w, GUEST);
    post(w, GUEST, "/people/erasure", "");
    forget_cookies(w, GUEST);
    int64_t other = guest_who_saved(w);
    Visit v = post(w, GUEST, "/people/session", at(w, "%s%s", LINH_SIGNS_IN, yes));
    EXPECT(v.status == 422 && says(v, "Something else was saved on this device meanwhile") && world_person(w, GUEST) == other);
    EXPECT(post(w, GUEST, "/people/account", at(w, "name=Mei&login=mei&password=three+red+boats%s", yes)).status == 422);
    EXPECT(post(w, GUEST, "/people/session", LINH_SIGNS_IN).status == 303 && person(w, other).joined == 0);
}

TEST(she_who_said_no_in_haste_takes_it_back_within_a_day_and_nobody_else_does)
{
    post(w, STRANGER, "/people/account", LINH);
    int64_t guest = guest_who_saved(w);
    const char *back = at(w, "/people/aside/%lld", (long long)guest);
    post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    EXPECT(says(get(w, GUEST, "/people"), "It is mine: take it back") && says(get(w, GUEST, "/people"), "two sacks of rice"));
    EXPECT(!says(get(w, ANA, "/people"), "take it back") && post(w, ANA, back, "").status == 404);
    EXPECT(post(w, GUEST, back, "").status == 303 && person(w, guest).joined == world_person(w, STRANGER));
    EXPECT(!says(get(w, GUEST, "/people"), "take it back") && post(w, GUEST, back, "").status == 404);
}

TEST(after_a_day_nobody_takes_back_what_was_put_aside)
{
    post(w, STRANGER, "/people/account", LINH);
    int64_t guest = guest_who_saved(w);
    post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    world_wait(w, DAY);
    EXPECT(!says(get(w, GUEST, "/people"), "It is mine: take it back"));
    EXPECT(post(w, GUEST, at(w, "/people/aside/%lld", (long long)guest), "").status == 404 && person(w, guest).joined == 0);
}

TEST(what_was_put_aside_is_erased_when_the_machine_ran_for_sixty_days_more)
{
    post(w, STRANGER, "/people/account", LINH);
    int64_t guest = guest_who_saved(w);
    world_wait(w, MINUTE);
    post(w, GUEST, "/people/language", "lang=en");               /* a second time: who came back is not swept otherwise */
    post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    machine_ran(w, 60 * DAY - 1);
    all_jobs(w);
    EXPECT(!person(w, guest).erased);
    machine_ran(w, 1);
    all_jobs(w);
    EXPECT(person(w, guest).erased && sql_int(w, "SELECT count(*) FROM people_aside") == 0);
}

TEST(whichever_database_call_fails_nobody_is_half_joined_and_nothing_half_put_aside)
{
    Visit v;
    post(w, STRANGER, "/people/account", LINH);
    int64_t guest = guest_who_saved(w);
    FAILING(w, v, post(w, GUEST, "/people/session", LINH_SIGNS_IN))
        EXPECT(world_person(w, GUEST) == guest && sql_int(w, "SELECT count(*) FROM people_aside") == 0);
    EXPECT(v.status == 303 && sql_int(w, "SELECT count(*) FROM people_aside") == 1);
}

/* ---- being done ------------------------------------------------------------------------------------------------------------------- */

TEST(a_guest_is_done_by_two_presses_from_any_page_and_her_work_is_erased)
{
    int64_t guest = guest_who_saved(w);
    static const char *const pages[] = { "/", "/learn", "/learn/practices/order/map/task", "/people", "/search" };
    for (int i = 0; i < COUNT_OF(pages); i++) EXPECT(says(get(w, GUEST, pages[i]), "href=\"/people/done\""));
    EXPECT(!says(get(w, STRANGER, "/learn"), "href=\"/people/done\"") && !says(get(w, ANA, "/learn"), "href=\"/people/done\""));
    Visit v = get(w, GUEST, "/people/done");
    EXPECT(says(v, "two sacks of rice") && says(v, "action=\"/people/erasure\""));
    EXPECT(str_find(header_of(v, "Cache-Control"), S("no-store")) >= 0);
    v = post(w, GUEST, "/people/erasure", "");
    EXPECT(v.status == 303 && str_starts(v.location, S("/people/erasure/")));
    EXPECT(world_person(w, GUEST) == 0 && person(w, guest).erased);
}

TEST(who_saved_nothing_has_what_she_typed_forgotten)
{
    get(w, GUEST, "/people/session/new");
    str before = str_keep(world_arena(w), world_cookie(w, GUEST, COOKIE_SESSION));
    EXPECT(says(get(w, GUEST, "/people/done"), "Forget what was typed here"));
    EXPECT(post(w, GUEST, "/people/done", "").status == 303);
    get(w, GUEST, "/people/session/new");
    EXPECT(!str_eq(world_cookie(w, GUEST, COOKIE_SESSION), before));
}

/* ---- only for today --------------------------------------------------------------------------------------------------------------- */

TEST(only_for_today_ends_after_twenty_minutes_without_use)
{
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", TODAY);
    for (int i = 0; i < 6; i++) {
        world_wait(w, 19 * MINUTE);
        EXPECT(is_signed_in(w, GUEST));
    }
    world_wait(w, 20 * MINUTE);
    EXPECT(!is_signed_in(w, GUEST) && get(w, GUEST, "/learn").status == 200);
}

TEST(only_for_today_ends_with_the_day_however_busy_she_is)
{
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", TODAY);
    int busy = 0;
    for (; busy < 200 && is_signed_in(w, GUEST); busy++) world_wait(w, 10 * MINUTE);
    EXPECT(busy > 4 * 6 && busy <= 28 * 6);
    EXPECT(is_signed_in(w, STRANGER));
}

static str session_cookie_line(Visit v)
{
    ptrdiff_t i = str_find(v.headers, S(" " COOKIE_SESSION "="));
    return i < 0 ? (str){ 0 } : str_cut(str_slice(v.headers, i, v.headers.n), '\n').head;
}

TEST(a_session_for_today_has_a_cookie_that_ends_with_the_browser_and_no_page_is_kept)
{
    HttpHeader tls[] = { { S("accept"), S("text/html") } };
    post(w, STRANGER, "/people/account", LINH);
    EXPECT(str_find(session_cookie_line(post(w, GUEST, "/people/session", LINH_SIGNS_IN)), S("Max-Age")) > 0);
    post(w, GUEST, "/people/session", "_method=delete");
    str line = session_cookie_line(post(w, GUEST, "/people/session", TODAY));
    EXPECT(line.n && str_find(line, S("Max-Age")) < 0);
    Visit v = request(w, GUEST, "GET", "/learn", tls, COUNT_OF(tls), S(""));
    EXPECT(str_find(header_of(v, "Cache-Control"), S("no-store")) >= 0);
    EXPECT(says(v, "action=\"/people/session\" data-leaves"));
}

TEST(nobody_stays_by_a_moment_of_use_that_is_not_ours)
{
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", TODAY);
    static const char *const others[] = { "", ".", "1.x", "9999999999999.AAAAAAAAAAAAAAAAAAAAAA", "used" };
    for (int i = 0; i < COUNT_OF(others); i++) {
        world_set_cookie(w, GUEST, "used", str_from(others[i]));
        EXPECT(!is_signed_in(w, GUEST));
    }
}

TEST(a_password_changed_in_a_session_for_today_leaves_one_for_today)
{
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", TODAY);
    EXPECT(post(w, GUEST, "/people/password", "password=three+red+boats&new_password=four+blue+boats").status == 303);
    EXPECT(is_signed_in(w, GUEST));
    world_wait(w, 20 * MINUTE);
    EXPECT(!is_signed_in(w, GUEST));
}

/* ---- two people, one phone, one second -------------------------------------------------------------------------------------------- */

TEST(what_was_under_way_when_somebody_signed_out_makes_nobody_and_brings_no_cookie_back)
{
    str before = str_keep(world_arena(w), world_cookie(w, ANA, COOKIE_SESSION));
    EXPECT(post(w, ANA, "/people/session", "_method=delete").status == 303);
    int64_t people = sql_int(w, "SELECT count(*) FROM people_person");
    world_set_cookie(w, GUEST, COOKIE_SESSION, before);
    Visit v = post(w, GUEST, "/t/save", "");
    EXPECT(v.status == 403 && sql_int(w, "SELECT count(*) FROM people_person") == people);
    EXPECT(!str_eq(world_cookie(w, GUEST, COOKIE_SESSION), before));
}

static void expect_it_is_nobodys_once_linh_is_here(World *w, str cookie)
{
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    int64_t people = sql_int(w, "SELECT count(*) FROM people_person");
    world_set_cookie(w, GUEST, COOKIE_SESSION, cookie);
    EXPECT(post(w, GUEST, "/t/save", "").status == 403 && sql_int(w, "SELECT count(*) FROM people_person") == people);
}

TEST(what_a_guest_had_under_way_when_somebody_signed_in_makes_nobody)
{
    guest_who_saved(w);
    str before = str_keep(world_arena(w), world_cookie(w, GUEST, COOKIE_SESSION));
    expect_it_is_nobodys_once_linh_is_here(w, before);
}

TEST(a_visitor_who_only_typed_is_nobody_any_more_when_somebody_signed_in)
{
    get(w, GUEST, "/people/session/new");
    str before = str_keep(world_arena(w), world_cookie(w, GUEST, COOKIE_SESSION));
    expect_it_is_nobodys_once_linh_is_here(w, before);
}

/* ---- whose words the browser keeps ---------------------------------------------------------------------------------------------- */

static str owner(World *w, Visit v)
{
    str_pair cut = { 0 };
    ptrdiff_t i = str_find(v.body, S("data-owner=\""));
    EXPECT(i >= 0);
    cut = str_cut(str_slice(v.body, i + 12, v.body.n), '"');
    return str_keep(world_arena(w), cut.head);
}

TEST(a_browser_keeps_words_for_a_cookie_then_for_an_account_and_is_told_what_becomes_of_them)
{
    EXPECT_STR(owner(w, get(w, GUEST, "/")), S(""));
    str visitor = owner(w, get(w, GUEST, "/people/session/new"));
    EXPECT(str_starts(visitor, S("v")));
    guest_who_saved(w);
    EXPECT_STR(owner(w, get(w, GUEST, "/learn")), visitor);
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", at(w, "%s%s", LINH_SIGNS_IN, is_mine(w, GUEST)));
    Visit v = get(w, GUEST, "/learn");
    str account = owner(w, v);
    EXPECT(str_starts(account, S("p")) && says(v, at(w, "data-along=\"%.*s\"", STR_ARG(visitor))));
    EXPECT(!says(get(w, GUEST, "/learn"), "data-along"));
    post(w, GUEST, "/people/session", "_method=delete");
    v = get(w, GUEST, "/learn");
    EXPECT(says(v, at(w, "data-forget=\"%.*s\"", STR_ARG(account))) && !says(get(w, GUEST, "/learn"), "data-forget"));
    post(w, GUEST, "/people/session", TODAY);
    str today = owner(w, get(w, GUEST, "/learn"));
    EXPECT(str_starts(today, S("t")));
    EXPECT_STR(str_slice(today, 1, today.n), str_slice(account, 1, account.n));      /* the script forgets both by one word */
}

TESTS_WITH(people_shared, extra, COUNT_OF(extra), who_signs_in_where_a_guest_worked_is_asked_whose_it_is,
      who_does_not_answer_has_said_no_and_the_work_is_in_no_account, an_account_made_where_somebody_else_worked_is_a_new_person,
      yes_counts_for_the_work_that_was_shown_and_for_no_other, she_who_said_no_in_haste_takes_it_back_within_a_day_and_nobody_else_does,
      after_a_day_nobody_takes_back_what_was_put_aside, what_was_put_aside_is_erased_when_the_machine_ran_for_sixty_days_more,
      whichever_database_call_fails_nobody_is_half_joined_and_nothing_half_put_aside,
      a_guest_is_done_by_two_presses_from_any_page_and_her_work_is_erased, who_saved_nothing_has_what_she_typed_forgotten,
      only_for_today_ends_after_twenty_minutes_without_use, only_for_today_ends_with_the_day_however_busy_she_is,
      a_session_for_today_has_a_cookie_that_ends_with_the_browser_and_no_page_is_kept, nobody_stays_by_a_moment_of_use_that_is_not_ours,
      a_password_changed_in_a_session_for_today_leaves_one_for_today,
      what_was_under_way_when_somebody_signed_out_makes_nobody_and_brings_no_cookie_back,
      what_a_guest_had_under_way_when_somebody_signed_in_makes_nobody, a_visitor_who_only_typed_is_nobody_any_more_when_somebody_signed_in,
      a_browser_keeps_words_for_a_cookie_then_for_an_account_and_is_told_what_becomes_of_them)
