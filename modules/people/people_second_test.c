#include "people/people.h"

#include "../../tests/second.h"
#include "auth/auth.h"

#define PASSWORD "three+red+boats"
#define LINH "name=Linh&login=linh&password=" PASSWORD
#define LINH_SIGNS_IN "login=linh&password=" PASSWORD

/* What a role decides. */
static Reply decide_post(Request *rq)
{
    Reply r = people_strong(rq);
    return r.done ? r : text_reply(rq, S("text/plain"), S("decided"));
}
static const Route routes[] = { POST("/t/decision", decide_post, .who = WHO_SIGNED_IN) };
static const Module deciding_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes) };
static const Module *const extra[] = { &deciding_module };

static bool is_signed_in(World *w, Visitor who) { return says(get(w, who, "/people"), "Sign out"); }

/* The form between the two steps. */
static str pass_of(World *w, Visit v)
{
    ptrdiff_t i = str_find(v.body, S("name=\"pass\" value=\""));
    return i < 0 ? (str){ 0 } : str_cut(str_slice(v.body, i + 19, v.body.n), '"').head;
}

static Visit step(World *w, Visitor who, str pass, const char *code) { return post(w, who, "/people/step", at(w, "to=/people&pass=%.*s&code=%s", STR_ARG(pass), code)); }

static Visit linh_with_a_second_step(World *w, str *ret_secret)
{
    post(w, STRANGER, "/people/account", LINH);
    return second_on(w, STRANGER, PASSWORD, ret_secret);
}

TEST(a_password_alone_signs_nobody_in_who_has_a_second_step)
{
    str secret;
    Visit papers = linh_with_a_second_step(w, &secret);
    EXPECT(papers.status == 200 && count(papers, "<li><code") == 8 && !says(get(w, STRANGER, "/people/second"), "<code"));
    Visit v = post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    EXPECT(v.status == 200 && says(v, "six figures") && !is_signed_in(w, GUEST) && world_person(w, GUEST) == 0);
    EXPECT_STR(step(w, GUEST, pass_of(w, v), second_code(w, secret, 0)).location, S("/people"));
    EXPECT(is_signed_in(w, GUEST));
}

TEST(a_code_works_once_also_elsewhere)
{
    str secret;
    linh_with_a_second_step(w, &secret);
    const char *code = second_code(w, secret, 0);
    EXPECT(step(w, GUEST, pass_of(w, post(w, GUEST, "/people/session", LINH_SIGNS_IN)), code).status == 303);
    forget_cookies(w, GUEST);
    get(w, GUEST, "/people/session/new");
    Visit v = step(w, GUEST, pass_of(w, post(w, GUEST, "/people/session", LINH_SIGNS_IN)), code);
    EXPECT(v.status == 422 && says(v, "used already") && !is_signed_in(w, GUEST));
}

TEST(a_code_of_one_step_before_or_after_works_and_of_two_does_not)
{
    static const struct { int64_t later; int status; } all[] = { { -60 * SECOND, 422 }, { 60 * SECOND, 422 }, { -30 * SECOND, 303 }, { 30 * SECOND, 303 } };
    str secret;
    linh_with_a_second_step(w, &secret);
    for (int i = 0; i < COUNT_OF(all); i++) {
        world_wait(w, 5 * MINUTE);
        Visit v = post(w, GUEST, "/people/session", LINH_SIGNS_IN);
        EXPECT(step(w, GUEST, pass_of(w, v), second_code(w, secret, all[i].later)).status == all[i].status);
        forget_cookies(w, GUEST);
        get(w, GUEST, "/people/session/new");
    }
}

TEST(a_code_on_paper_stands_for_the_phone_and_works_once)
{
    str secret;
    Visit papers = linh_with_a_second_step(w, &secret);
    str code = paper_code(w, papers, 3);
    EXPECT(code.n > 0);
    Visit v = post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    EXPECT(step(w, GUEST, pass_of(w, v), code.p).status == 303 && is_signed_in(w, GUEST));
    EXPECT(says(get(w, GUEST, "/people/second"), "7 codes are left."));
    forget_cookies(w, GUEST);
    get(w, GUEST, "/people/session/new");
    EXPECT(step(w, GUEST, pass_of(w, post(w, GUEST, "/people/session", LINH_SIGNS_IN)), code.p).status == 422);
}

TEST(a_pass_is_good_for_ten_minutes_one_browser_and_the_password_as_it_is)
{
    str secret;
    linh_with_a_second_step(w, &secret);
    str pass = pass_of(w, post(w, GUEST, "/people/session", LINH_SIGNS_IN));
    EXPECT_STR(step(w, BO, pass, second_code(w, secret, 0)).location, S("/people/session/new?to=%2Fpeople"));
    EXPECT(world_person(w, BO) != world_person(w, STRANGER));
    EXPECT_STR(step(w, GUEST, S("1-2.3"), second_code(w, secret, 0)).location, S("/people/session/new?to=%2Fpeople"));
    EXPECT(post(w, STRANGER, "/people/password", "password=" PASSWORD "&new_password=four+blue+boats").status == 303);
    EXPECT_STR(step(w, GUEST, pass, second_code(w, secret, 0)).location, S("/people/session/new?to=%2Fpeople"));
    pass = pass_of(w, post(w, GUEST, "/people/session", "login=linh&password=four+blue+boats"));
    world_wait(w, 10 * MINUTE);
    EXPECT_STR(step(w, GUEST, pass, second_code(w, secret, 0)).location, S("/people/session/new?to=%2Fpeople"));
    EXPECT(!is_signed_in(w, GUEST));
}

TEST(codes_are_guessed_at_no_faster_than_passwords)
{
    str secret;
    linh_with_a_second_step(w, &secret);
    Visit v = post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    str pass = pass_of(w, v);
    for (int i = 0; i < 10; i++) EXPECT(step(w, GUEST, pass, "1").status == 422);
    v = step(w, GUEST, pass, second_code(w, secret, 0));
    EXPECT(v.status == 429 && says(v, "That was tried too often."));
}

/* From many places, by who knows her password. */
TEST(after_a_hundred_wrong_codes_in_a_row_only_paper_helps)
{
    str secret;
    Visit papers = linh_with_a_second_step(w, &secret), v;
    for (int i = 0; i < 100; i++) {
        world_wait(w, 16 * MINUTE);
        v = post(w, GUEST, "/people/session", LINH_SIGNS_IN);
        EXPECT(step(w, GUEST, pass_of(w, v), "000").status == 422);
    }
    world_wait(w, 16 * MINUTE);
    v = step(w, GUEST, pass_of(w, post(w, GUEST, "/people/session", LINH_SIGNS_IN)), second_code(w, secret, 0));
    EXPECT(v.status == 422 && says(v, "take one of your codes on paper"));
    v = step(w, GUEST, pass_of(w, post(w, GUEST, "/people/session", LINH_SIGNS_IN)), paper_code(w, papers, 0).p);
    EXPECT(v.status == 303);
    world_wait(w, 16 * MINUTE);
    forget_cookies(w, GUEST);
    get(w, GUEST, "/people/session/new");
    v = step(w, GUEST, pass_of(w, post(w, GUEST, "/people/session", LINH_SIGNS_IN)), second_code(w, secret, 0));
    EXPECT(v.status == 303);
}

TEST(setting_it_up_asks_for_the_password_and_switching_it_off_for_a_code_too)
{
    post(w, STRANGER, "/people/account", LINH);
    str secret = second_secret(w, STRANGER);
    EXPECT(secret.n > 32 && says(get(w, STRANGER, "/people/second"), "<svg"));
    Visit v = post(w, STRANGER, "/people/second/confirmation", at(w, "password=wrong&code=%s", second_code(w, secret, 0)));
    EXPECT(v.status == 422 && says(v, "not the password you have") && sql_int(w, "SELECT since FROM auth_totp") == 0);
    v = post(w, STRANGER, "/people/second/confirmation", "password=" PASSWORD "&code=12");
    EXPECT(v.status == 422 && says(v, "The clock of this place says"));
    EXPECT(post(w, STRANGER, "/people/second/confirmation", at(w, "password=" PASSWORD "&code=%s", second_code(w, secret, 0))).status == 200);
    world_wait(w, MINUTE);
    EXPECT(second_secret(w, STRANGER).n == 0);              /* never shown again, nor made anew unasked */
    v = post(w, STRANGER, "/people/second", "_method=delete&password=" PASSWORD "&code=12");
    EXPECT(v.status == 422 && sql_int(w, "SELECT count(*) FROM auth_totp") == 1);
    v = post(w, STRANGER, "/people/second", at(w, "_method=delete&password=" PASSWORD "&code=%s", second_code(w, secret, 0)));
    EXPECT(v.status == 303 && sql_int(w, "SELECT count(*) FROM auth_totp") == 0 && sql_int(w, "SELECT count(*) FROM auth_paper") == 0);
    EXPECT(sql_int(w, "SELECT max(strong) FROM auth_session") == 0);
    EXPECT(post(w, GUEST, "/people/session", LINH_SIGNS_IN).status == 303);
}

TEST(who_decides_is_led_through_setting_it_up_and_asked_again_after_half_a_day)
{
    str secret;
    post(w, STRANGER, "/people/account", LINH);
    EXPECT_STR(post(w, STRANGER, "/t/decision", "").location, S("/people/second?to=%2F"));
    EXPECT(says(get(w, STRANGER, "/people/second"), "Setting it up takes two minutes."));
    EXPECT(second_on(w, STRANGER, PASSWORD, &secret).status == 200);
    EXPECT(says(post(w, STRANGER, "/t/decision", ""), "decided"));
    world_wait(w, 12 * HOUR);
    EXPECT_STR(post(w, STRANGER, "/t/decision", "").location, S("/people/step?to=%2F"));
    EXPECT(post(w, STRANGER, "/people/step", at(w, "code=%s", second_code(w, secret, 0))).status == 303);
    EXPECT(says(post(w, STRANGER, "/t/decision", ""), "decided"));
}

TEST(what_lies_in_the_table_opens_with_the_key_file_and_is_no_secret_without)
{
    str secret;
    linh_with_a_second_step(w, &secret);
    EXPECT(sql_int(w, "SELECT length(sealed) FROM auth_totp") == 24 + 20 + 16);
    world_site(w)->key[0] ^= 1;
    get(w, GUEST, "/people/session/new");
    Visit v = post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    EXPECT(step(w, GUEST, pass_of(w, v), second_code(w, secret, 0)).status == 422);
}

TEST(an_erased_person_leaves_no_second_step)
{
    str secret;
    linh_with_a_second_step(w, &secret);
    EXPECT(post(w, STRANGER, "/people/erasure", "password=" PASSWORD).status == 303);
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_totp") == 0 && sql_int(w, "SELECT count(*) FROM auth_paper") == 0);
}

TESTS_WITH(people_second, extra, COUNT_OF(extra), a_password_alone_signs_nobody_in_who_has_a_second_step, a_code_works_once_also_elsewhere,
      a_code_of_one_step_before_or_after_works_and_of_two_does_not, a_code_on_paper_stands_for_the_phone_and_works_once,
      a_pass_is_good_for_ten_minutes_one_browser_and_the_password_as_it_is, codes_are_guessed_at_no_faster_than_passwords,
      after_a_hundred_wrong_codes_in_a_row_only_paper_helps, setting_it_up_asks_for_the_password_and_switching_it_off_for_a_code_too,
      who_decides_is_led_through_setting_it_up_and_asked_again_after_half_a_day,
      what_lies_in_the_table_opens_with_the_key_file_and_is_no_secret_without, an_erased_person_leaves_no_second_step)
