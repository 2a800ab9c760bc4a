#include "people/people.h"

#include "../../tests/second.h"
#include "auth/auth.h"
#include "journal/journal.h"

#define PASSWORD "three+red+boats"
#define LINH "name=Linh&login=linh&password=" PASSWORD
#define NO_MATCH "This name and this code do not belong together"

static bool is_signed_in(World *w, Visitor who) { return says(get(w, who, "/people"), "Sign out"); }

typedef struct Asked { int64_t person; str code, why; } Asked;

static bool ask(Scope *s, void *arg)
{
    Asked *a = arg;
    a->code = people_code_for(s, a->person, &a->why);
    return true;
}

/* By somebody who looks after the place. */
static Asked code_for(World *w, int64_t person)
{
    Landing l;
    Asked a = { .person = person };
    EXPECT(site_write(world_site(w), world_arena(w), 0, ask, &a, &l));
    a.code = url_escape(world_arena(w), a.code);
    return a;
}

static Visit reset(World *w, Visitor who, const char *login, str code)
{
    return post(w, who, "/people/reset", at(w, "login=%s&code=%.*s&new_password=four+blue+boats", login, STR_ARG(code)));
}

static str code_for_linh(World *w)
{
    post(w, STRANGER, "/people/account", LINH);
    return code_for(w, world_person(w, STRANGER)).code;
}

TEST(a_code_sets_a_new_password_after_a_quarter_of_an_hour_and_ends_every_session)
{
    str code = code_for_linh(w);
    Visit v = reset(w, GUEST, "linh", code);
    EXPECT(v.status == 422 && says(v, "This code works in 15 minutes.") && is_signed_in(w, STRANGER));
    world_wait(w, 15 * MINUTE);
    EXPECT(reset(w, GUEST, "linh", code).status == 303);
    EXPECT(is_signed_in(w, GUEST) && !is_signed_in(w, STRANGER));
    forget_cookies(w, STRANGER);
    EXPECT(post(w, STRANGER, "/people/session", "login=linh&password=" PASSWORD).status == 422);
    EXPECT(post(w, STRANGER, "/people/session", "login=linh&password=four+blue+boats").status == 303);
}

TEST(a_code_that_was_used_is_used_up)
{
    str code = code_for_linh(w);
    world_wait(w, 15 * MINUTE);
    EXPECT(reset(w, GUEST, "linh", code).status == 303);
    Visit v = reset(w, BO, "linh", code);
    EXPECT(v.status == 422 && says(v, NO_MATCH));
}

TEST(a_code_from_yesterday_and_from_last_month_is_none)
{
    str code = code_for_linh(w);
    world_wait(w, DAY - 1);
    EXPECT(says(get(w, STRANGER, "/people"), "made a code to set a new password for you"));
    world_wait(w, 1);
    EXPECT(says(reset(w, GUEST, "linh", code), NO_MATCH));
    EXPECT(!says(get(w, STRANGER, "/people"), "made a code"));
    world_wait(w, 30 * DAY);
    EXPECT(says(reset(w, GUEST, "linh", code), NO_MATCH) && is_signed_in(w, STRANGER));
}

TEST(a_code_that_is_forwarded_to_somebody_else_opens_nothing_of_his)
{
    str code = code_for_linh(w);
    post(w, GUEST, "/people/account", "name=Kofi&login=kofi&password=" PASSWORD);
    world_wait(w, 15 * MINUTE);
    Visit his = reset(w, BO, "kofi", code), nobodys = reset(w, BO, "nobody", code);
    EXPECT(his.status == 422 && says(his, NO_MATCH) && nobodys.status == 422 && says(nobodys, NO_MATCH));
    EXPECT(is_signed_in(w, GUEST));
}

TEST(a_new_code_takes_the_place_of_the_one_before)
{
    str first = code_for_linh(w), second = code_for(w, world_person(w, STRANGER)).code;
    world_wait(w, 15 * MINUTE);
    EXPECT(says(reset(w, GUEST, "linh", first), NO_MATCH));
    EXPECT(reset(w, GUEST, "linh", second).status == 303);
}

TEST(she_is_told_on_every_device_and_can_end_it)
{
    str code = code_for_linh(w);
    EXPECT(post(w, GUEST, "/people/session", "login=linh&password=" PASSWORD).status == 303);
    EXPECT(says(get(w, STRANGER, "/learn"), "made a code to set a new password for you"));
    EXPECT(says(get(w, GUEST, "/"), "made a code to set a new password for you") && !says(get(w, BO, "/"), "made a code"));
    EXPECT(says(get(w, GUEST, "/people/code"), "It works in 15 minutes."));
    EXPECT(post(w, GUEST, "/people/code", "_method=delete").status == 303);
    EXPECT(!says(get(w, STRANGER, "/learn"), "made a code"));
    world_wait(w, 15 * MINUTE);
    EXPECT(says(reset(w, BO, "linh", code), NO_MATCH));
}

TEST(her_own_change_of_the_password_ends_the_code)
{
    str code = code_for_linh(w);
    EXPECT(post(w, STRANGER, "/people/password", "password=" PASSWORD "&new_password=five+green+boats").status == 303);
    world_wait(w, 15 * MINUTE);
    EXPECT(says(reset(w, GUEST, "linh", code), NO_MATCH));
}

static void becomes_a_trainer(World *w, int64_t person)
{
    sql_run(w, at(w, "INSERT INTO journal_standing (stream, person, role, since, ends, until, module, unit, topic)"
                     " VALUES (77, %lld, %d, 1, 0, 0, 'trial', 77, '')", (long long)person, ROLE_TRAINER));
}

TEST(nobody_makes_a_code_for_who_holds_a_role_or_has_no_account)
{
    Asked decides = code_for(w, world_person(w, OFFICER)), nobody = code_for(w, 4711);
    EXPECT(!decides.code.n && str_starts(decides.why, S("She holds a role that decides.")));
    EXPECT(!nobody.code.n && str_starts(nobody.why, S("She has no account here")));
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_reset") == 0);
    int64_t linh = (code_for_linh(w), world_person(w, STRANGER));
    becomes_a_trainer(w, linh);
    EXPECT(!code_for(w, linh).code.n);
}

TEST(a_code_from_before_she_was_given_a_role_does_not_work_any_more)
{
    str code = code_for_linh(w);
    becomes_a_trainer(w, world_person(w, STRANGER));
    world_wait(w, 15 * MINUTE);
    EXPECT(says(reset(w, GUEST, "linh", code), NO_MATCH));
}

TEST(codes_are_guessed_at_like_passwords_and_no_faster)
{
    str code = code_for_linh(w);
    world_wait(w, 15 * MINUTE);
    for (int i = 0; i < 10; i++) EXPECT(reset(w, GUEST, "linh", S("000000000000")).status == 422);
    EXPECT(reset(w, GUEST, "linh", code).status == 429);
}

TEST(who_kept_codes_on_paper_comes_back_without_anybody)
{
    post(w, STRANGER, "/people/account", LINH);
    EXPECT(post(w, STRANGER, "/people/sheet", "password=wrong").status == 422);
    Visit sheet = post(w, STRANGER, "/people/sheet", "password=" PASSWORD);
    EXPECT(sheet.status == 200 && count(sheet, "<li><code") == 8);
    EXPECT(says(get(w, STRANGER, "/people/sheet"), "You have 8 codes left."));
    EXPECT(reset(w, GUEST, "linh", paper_code(w, sheet, 2)).status == 303 && is_signed_in(w, GUEST) && !is_signed_in(w, STRANGER));
    EXPECT(says(reset(w, BO, "linh", paper_code(w, sheet, 2)), NO_MATCH));
    EXPECT(says(get(w, GUEST, "/people/sheet"), "You have 7 codes left."));
    Visit anew = post(w, GUEST, "/people/sheet", "password=four+blue+boats");
    EXPECT(says(reset(w, BO, "linh", paper_code(w, sheet, 3)), NO_MATCH));
    EXPECT(reset(w, BO, "linh", paper_code(w, anew, 0)).status == 303);
}

TEST(a_new_password_by_a_code_asks_for_the_second_step_as_ever)
{
    str secret;
    post(w, STRANGER, "/people/account", LINH);
    Visit papers = second_on(w, STRANGER, PASSWORD, &secret), sheet = post(w, STRANGER, "/people/sheet", "password=" PASSWORD);
    EXPECT(says(reset(w, GUEST, "linh", paper_code(w, papers, 0)), NO_MATCH));       /* that paper is for the other thing */
    Visit v = reset(w, GUEST, "linh", paper_code(w, sheet, 0));
    EXPECT(v.status == 200 && says(v, "The second step") && !is_signed_in(w, GUEST));
    EXPECT(post(w, BO, "/people/session", "login=linh&password=four+blue+boats").status == 200);
}

TEST(a_weak_password_is_refused_and_the_code_is_still_good)
{
    str code = code_for_linh(w);
    world_wait(w, 15 * MINUTE);
    Visit v = post(w, GUEST, "/people/reset", at(w, "login=linh&code=%.*s&new_password=password1", STR_ARG(code)));
    EXPECT(v.status == 422 && says(v, "Many people use this password"));
    EXPECT(reset(w, GUEST, "linh", code).status == 303);
}

TEST(whichever_database_call_fails_a_code_is_used_with_the_password_set_or_not_at_all)
{
    str code = code_for_linh(w);
    Visit v;
    world_wait(w, 15 * MINUTE);
    str before = sql_str(w, "SELECT hash FROM people_login WHERE login = 'linh'");
    FAILING(w, v, reset(w, GUEST, "linh", code)) {
        EXPECT_STR(sql_str(w, "SELECT hash FROM people_login WHERE login = 'linh'"), before);
        EXPECT(sql_int(w, "SELECT count(*) FROM auth_reset") == 1 && is_signed_in(w, STRANGER));
    }
    EXPECT(v.status == 303 && sql_int(w, "SELECT count(*) FROM auth_reset") == 0);
}

TEST(a_session_of_an_account_ends_a_year_after_it_began_and_a_guests_does_not)
{
    post(w, GUEST, "/learn/practices/order/map/answers", "product.name=Tea");
    EXPECT(get(w, GUEST, "/people").status == 200);
    for (int i = 0; i < 4; i++) {
        world_wait(w, 91 * DAY);
        post(w, ANA, "/people/name", "name=Ana");
        post(w, GUEST, "/learn/practices/order/map/answers", "product.name=Tea");
    }
    EXPECT(is_signed_in(w, ANA));
    int64_t guest = world_person(w, GUEST);
    world_wait(w, 2 * DAY);
    EXPECT(!is_signed_in(w, ANA) && guest && world_person(w, GUEST) == guest);
}

TESTS(people_reset, a_code_sets_a_new_password_after_a_quarter_of_an_hour_and_ends_every_session, a_code_that_was_used_is_used_up,
      a_code_from_yesterday_and_from_last_month_is_none, a_code_that_is_forwarded_to_somebody_else_opens_nothing_of_his,
      a_new_code_takes_the_place_of_the_one_before, she_is_told_on_every_device_and_can_end_it, her_own_change_of_the_password_ends_the_code,
      nobody_makes_a_code_for_who_holds_a_role_or_has_no_account, a_code_from_before_she_was_given_a_role_does_not_work_any_more,
      codes_are_guessed_at_like_passwords_and_no_faster, who_kept_codes_on_paper_comes_back_without_anybody,
      a_new_password_by_a_code_asks_for_the_second_step_as_ever, a_weak_password_is_refused_and_the_code_is_still_good,
      whichever_database_call_fails_a_code_is_used_with_the_password_set_or_not_at_all,
      a_session_of_an_account_ends_a_year_after_it_began_and_a_guests_does_not)
