#include "people/people.h"

#include "../../tests/world.h"
#include "journal/journal.h"

#define LINH "name=Linh&login=linh%40example.org&password=three+red+boats"
#define LINH_SIGNS_IN "login=Linh%40Example.org&password=three+red+boats"

/* Something a visitor may save. */
static Reply save_post(Request *rq) { return text_reply(rq, S("text/plain"), S("saved")); }
static const Route routes[] = { POST("/t/save", save_post, .who = WHO_LEARNER) };
static const Module saving_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes) };
static const Module *const extra[] = { &saving_module };

static bool is_signed_in(World *w, Visitor who) { return says(get(w, who, "/people"), "Sign out"); }

/* ---- making an account ----------------------------------------------------------------------------------------------------------- */

TEST(a_visitor_makes_an_account_and_comes_back_to_it)
{
    Visit v = post(w, STRANGER, "/people/account?to=/people", LINH);
    EXPECT(v.status == 303);
    EXPECT_STR(v.location, S("/people"));
    EXPECT(says(get(w, STRANGER, "/people"), "<bdi>Linh</bdi>"));
    post(w, STRANGER, "/people/session", "_method=delete");
    EXPECT(!is_signed_in(w, STRANGER));
    EXPECT(post(w, STRANGER, "/people/session", LINH_SIGNS_IN).status == 303);
    EXPECT(is_signed_in(w, STRANGER));
}

TEST(a_guest_who_makes_an_account_stays_the_same_person)
{
    post(w, GUEST, "/t/save", "");
    int64_t guest = world_person(w, GUEST);
    EXPECT(guest != 0 && !is_signed_in(w, GUEST));
    EXPECT(post(w, GUEST, "/people/account", at(w, "%s%s", LINH, is_mine(w, GUEST))).status == 303);
    EXPECT(world_person(w, GUEST) == guest && is_signed_in(w, GUEST));
}

TEST(choosing_a_language_makes_nobody)
{
    EXPECT(post(w, GUEST, "/people/language", "lang=ar").status == 303);
    EXPECT(world_person(w, GUEST) == 0);
    EXPECT(says(get(w, GUEST, "/people"), "dir=\"rtl\""));
}

TEST(an_account_that_is_not_right_says_why_and_keeps_the_rest)
{
    Visit v = post(w, STRANGER, "/people/account", "name=Linh&login=l&password=short");
    EXPECT(v.status == 422);
    EXPECT(says(v, "At least 8 characters, please.") && says(v, "2 to 100 characters"));
    EXPECT(says(v, "value=\"Linh\"") && !says(v, "value=\"short\""));
    EXPECT(sql_int(w, "SELECT count(*) FROM people_login WHERE login LIKE 'l%' AND login NOT LIKE 'lender%'") == 0);
}

TEST(a_name_that_is_taken_cannot_be_had)
{
    EXPECT(post(w, STRANGER, "/people/account", LINH).status == 303);
    Visit v = post(w, GUEST, "/people/account", "name=Other&login=LINH%40example.org&password=four+blue+boats");
    EXPECT(v.status == 422 && says(v, "cannot be had"));
    EXPECT(world_person(w, GUEST) == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_login WHERE login = 'linh@example.org'") == 1);
}

TEST(whichever_database_call_fails_no_half_account_is_left)
{
    Visit v;
    FAILING(w, v, post(w, STRANGER, "/people/account", LINH))
        EXPECT(sql_int(w, "SELECT count(*) FROM people_login WHERE login LIKE 'linh%'") == 0 &&
               sql_int(w, "SELECT count(*) FROM people_person WHERE name = 'Linh'") == 0 && world_person(w, STRANGER) == 0);
    EXPECT(v.status == 303 && sql_int(w, "SELECT count(*) FROM people_login WHERE login LIKE 'linh%'") == 1);
}

static str kept(World *w, const char *typed)
{
    str login;
    return people_login_form(world_arena(w), str_from(typed), &login) ? login : S("(refused)");
}

TEST(one_name_may_be_typed_in_many_ways)
{
    EXPECT_STR(kept(w, " Ana@Example.ORG "), S("ana@example.org"));
    EXPECT_STR(kept(w, "+66 (81) 234-5678"), S("+66812345678"));
    EXPECT_STR(kept(w, "ÉLODIE"), kept(w, "e\u0301lodie"));
    EXPECT_STR(kept(w, "ana-maria"), S("ana-maria"));
    EXPECT_STR(kept(w, "สมชาย"), S("สมชาย"));
    EXPECT_STR(kept(w, "x"), S("(refused)"));
    EXPECT_STR(kept(w, "an\x01na"), S("(refused)"));
}

/* ---- signing in -------------------------------------------------------------------------------------------------------------------- */

TEST(a_wrong_password_and_an_unknown_name_are_answered_alike)
{
    post(w, STRANGER, "/people/account", LINH);
    Visit wrong = post(w, GUEST, "/people/session", "login=linh%40example.org&password=not+this+one");
    Visit unknown = post(w, GUEST, "/people/session", "login=nobody%40example.org&password=not+this+one");
    EXPECT(wrong.status == 422 && unknown.status == 422);
    EXPECT(says(wrong, "The name or the password is not right.") && says(unknown, "The name or the password is not right."));
}

TEST(guessing_is_stopped_for_a_while)
{
    post(w, STRANGER, "/people/account", LINH);
    for (int i = 0; i < 10; i++) EXPECT(post(w, GUEST, "/people/session", "login=linh%40example.org&password=guess").status == 422);
    Visit v = post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    EXPECT(v.status == 429 && says(v, "Please wait 15 minutes."));
    world_wait(w, 15 * MINUTE);
    EXPECT(post(w, GUEST, "/people/session", LINH_SIGNS_IN).status == 303);
}

TEST(a_clock_that_is_set_right_locks_nobody_out)
{
    world_wait(w, 20 * 365 * DAY);
    post(w, STRANGER, "/people/account", LINH);
    for (int i = 0; i < 10; i++) post(w, GUEST, "/people/session", "login=linh%40example.org&password=guess");
    world_wait(w, -20 * 365 * DAY);
    EXPECT(is_signed_in(w, STRANGER));
    for (int i = 0; i < 10; i++) EXPECT(post(w, GUEST, "/people/session", "login=linh%40example.org&password=guess").status == 422);
    EXPECT(says(post(w, GUEST, "/people/session", LINH_SIGNS_IN), "Please wait 15 minutes."));
    world_wait(w, 15 * MINUTE);
    EXPECT(post(w, GUEST, "/people/session", LINH_SIGNS_IN).status == 303);
}

TEST(the_address_of_a_refused_form_is_the_page_with_the_form)
{
    HttpHeader headers[] = { { S("content-type"), S("application/x-www-form-urlencoded") }, { S("referer"), S("http://sampan.test/people/session/new?to=/learn") } };
    get(w, GUEST, "/people/session/new");
    Visit v = post(w, GUEST, "/people/session", "login=linh&password=guess");
    EXPECT(v.status == 422 && says(v, "href=\"/people/session?lang=ar\""));
    EXPECT_STR(get(w, GUEST, "/people/session?lang=ar").location, S("/people/session/new"));
    EXPECT(says(get(w, GUEST, "/people/session/new"), "dir=\"rtl\""));
    v = request(w, GUEST, "POST", "/people/name", headers, COUNT_OF(headers), S("name=Linh"));
    EXPECT(v.status == 403 && says(v, "href=\"/people/session/new?lang=ar\""));
    headers[1].value = S("http://evil.example/people/session/new");
    v = request(w, GUEST, "POST", "/people/name", headers, COUNT_OF(headers), S("name=Linh"));
    EXPECT(v.status == 403 && says(v, "href=\"/people/name?lang=ar\""));
}

TEST(signing_in_makes_a_new_cookie)
{
    post(w, STRANGER, "/people/account", LINH);
    get(w, GUEST, "/people/session/new");
    Visit v = post(w, GUEST, "/people/session", LINH_SIGNS_IN);
    EXPECT(str_find(header_of(v, "Set-Cookie"), S("HttpOnly; SameSite=Lax")) > 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_session WHERE person = (SELECT person FROM people_login WHERE login = 'linh@example.org')") == 2);
}

TEST(after_signing_in_one_is_where_one_wanted_to_be)
{
    post(w, STRANGER, "/people/account", LINH);
    EXPECT(says(get(w, GUEST, "/people/session/new?to=/example"), "value=\"/example\""));
    EXPECT_STR(post(w, GUEST, "/people/session", LINH_SIGNS_IN "&to=/example").location, S("/example"));
    forget_cookies(w, GUEST);
    EXPECT_STR(post(w, GUEST, "/people/session", LINH_SIGNS_IN "&to=//evil.example").location, S("/"));
}

/* ---- a guest who had an account ------------------------------------------------------------------------------------------------------ */

typedef struct Join { int64_t guest, person; } Join;

static bool join(Scope *s, void *arg)
{
    const Join *j = arg;
    people_join(s, j->guest, j->person);
    return true;
}

static void canonical(Scope *s, void *arg)
{
    int64_t *id = arg;
    *id = journal_canonical(s, *id);
}

TEST(a_guest_who_signs_in_is_joined_to_her_account)
{
    Landing l;
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/t/save", "");
    int64_t guest = world_person(w, GUEST), now = guest;
    EXPECT(guest != 0 && guest != world_person(w, STRANGER));
    EXPECT(post(w, GUEST, "/people/session", at(w, "%s%s", LINH_SIGNS_IN, is_mine(w, GUEST))).status == 303);
    EXPECT(world_person(w, GUEST) == world_person(w, STRANGER));
    EXPECT(site_read(world_site(w), world_arena(w), 0, canonical, &now, &l) && now == world_person(w, STRANGER));
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM people_person WHERE id = %lld", (long long)guest)) == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'person.joined'") == 1);
}

TEST(nobody_takes_an_account_by_calling_it_her_guest)
{
    Landing l;
    Join j = { .guest = world_person(w, BO), .person = world_person(w, ANA) };
    EXPECT(site_write(world_site(w), world_arena(w), j.person, join, &j, &l));
    int64_t now = j.guest;
    EXPECT(site_read(world_site(w), world_arena(w), 0, canonical, &now, &l) && now == j.guest);
    EXPECT(world_person(w, BO) == j.guest && is_signed_in(w, BO));
}

static bool rebuild(Scope *s, void *arg) { return journal_rebuild(s, arg); }

TEST(the_tables_made_again_from_the_journal_are_the_same)
{
    int64_t records;
    Landing l;
    post(w, STRANGER, "/people/account", LINH);
    post(w, ANA, "/people/name", "name=Ana+Maria");
    const char *all = "SELECT count(*) * 1000 + sum(length(name) + account) FROM people_person";
    int64_t before = sql_int(w, all), pages = sql_int(w, "SELECT sum(length(name)) FROM auth_person");
    EXPECT(site_write(world_site(w), world_arena(w), 0, rebuild, &records, &l));
    EXPECT(records > 0 && sql_int(w, all) == before && sql_int(w, "SELECT sum(length(name)) FROM auth_person") == pages);
    EXPECT(says(get(w, ANA, "/people"), "<bdi>Ana Maria</bdi>"));
}

/* ---- the page about oneself ------------------------------------------------------------------------------------------------------------ */

TEST(a_new_name_is_shown_everywhere)
{
    EXPECT(post(w, ANA, "/people/name", "name=Ana+Maria").status == 303);
    EXPECT(count(get(w, ANA, "/people"), "Ana Maria") >= 2);
    EXPECT(post(w, ANA, "/people/name", "name=++").status == 422);
}

TEST(a_language_is_kept_for_the_person_and_the_browser)
{
    EXPECT(post(w, ANA, "/people/language", "lang=ar&to=/people").status == 303);
    EXPECT(says(get(w, ANA, "/people"), "dir=\"rtl\""));
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_person WHERE lang = 'ar'") == 1);
    EXPECT(post(w, ANA, "/people/language", "lang=tlh").status == 400);
}

TEST(a_name_keeps_its_direction_on_a_page_from_right_to_left)
{
    post(w, STRANGER, "/people/account", "name=Toko+Batik%21&login=toko-&password=three+red+boats");
    Visit v = get(w, STRANGER, "/people?lang=ar");
    EXPECT(says(v, "<h1><bdi>Toko Batik!</bdi></h1>") && says(v, "\u2068toko-\u2069"));
    EXPECT(!says(get(w, STRANGER, "/people?lang=en"), "\u2068"));
}

TEST(a_changed_password_signs_others_out)
{
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", at(w, "%s%s", LINH_SIGNS_IN, is_mine(w, GUEST)));
    EXPECT(post(w, GUEST, "/people/password", "password=not+this&new_password=four+blue+boats").status == 422);
    EXPECT(is_signed_in(w, STRANGER));
    EXPECT(post(w, GUEST, "/people/password", "password=three+red+boats&new_password=four+blue+boats").status == 303);
    EXPECT(!is_signed_in(w, STRANGER) && is_signed_in(w, GUEST));
    EXPECT(post(w, STRANGER, "/people/session", LINH_SIGNS_IN).status == 422);
    EXPECT(post(w, STRANGER, "/people/session", "login=linh%40example.org&password=four+blue+boats").status == 303);
}

TEST(a_session_elsewhere_can_be_ended)
{
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", at(w, "%s%s", LINH_SIGNS_IN, is_mine(w, GUEST)));
    EXPECT(count(get(w, GUEST, "/people"), "Sign out there") == 1);
    EXPECT(count(get(w, GUEST, "/people"), "A browser") == 2);
    EXPECT(post(w, GUEST, "/people/sessions", "_method=delete").status == 303);
    EXPECT(!is_signed_in(w, STRANGER) && is_signed_in(w, GUEST));
}

TEST(nobody_ends_a_session_that_is_not_hers)
{
    Visit v = get_json(w, BO, "/people");
    ptrdiff_t from = str_find(v.body, S("\"key\":\"")) + 7;
    str key = str_cut(str_slice(v.body, from, v.body.n), '"').head;
    const char *path = at(w, "/people/sessions/%.*s", STR_ARG(key));
    EXPECT(post(w, ANA, path, "_method=delete").status == 404);
    EXPECT(is_signed_in(w, BO));
    EXPECT(post(w, BO, path, "_method=delete").status == 303);
    EXPECT(!is_signed_in(w, BO));
}

TEST(a_copy_of_ones_data_holds_ones_own_and_nobody_elses)
{
    post(w, ANA, "/people/name", "name=Ana+Maria");
    post(w, BO, "/people/name", "name=Bo+Lin");
    Visit v = get(w, ANA, "/people/records");
    EXPECT(v.status == 200 && says(v, "Ana Maria") && !says(v, "Bo Lin"));
    EXPECT(get(w, STRANGER, "/people/records").status == 404);
}

#define COLUMNS "(id, node, seq, at, actor, audience, stream, own, kind, subject, body, salt, mark)"
static const char *no_bytes(World *w) { return db_engine(world_site(w)->db) == DB_SQLITE ? "X''" : "''"; }

TEST(a_copy_of_ones_data_holds_the_time_as_a_guest_and_however_much_others_wrote)
{
    post(w, GUEST, "/t/save", "");
    int64_t guest = world_person(w, GUEST), ana = world_person(w, ANA);
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", at(w, "%s%s", LINH_SIGNS_IN, is_mine(w, GUEST)));
    sql_run(w, at(w, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO journal " COLUMNS
                     " SELECT i, 1, i, 0, %lld, 7, %lld, 1, 'person.named', 'x', '{\"name\":\"Somebody\"}', 1, %s FROM n",
                  (long long)ana, (long long)ana, no_bytes(w)));
    for (int i = 0; i < 120; i++) post(w, GUEST, "/people/language", i % 2 ? "lang=ar" : "lang=en");
    Visit v = get(w, GUEST, "/people/records");
    EXPECT(count(v, at(w, "\"actor\":\"%lld\"", (long long)guest)) == 1 && says(v, "person.made"));
    EXPECT(count(v, "person.spoke") == 121 && says(v, "Linh") && !says(v, "Somebody"));
}

/* Two pieces, one for each actor: what fails in the first is a page, in the second the copy breaks off. */
TEST(whichever_database_call_fails_a_copy_is_never_short_in_silence)
{
    int refused = 0, broken = 0;
    post(w, GUEST, "/t/save", "");
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", at(w, "%s%s", LINH_SIGNS_IN, is_mine(w, GUEST)));
    Visit whole = get(w, GUEST, "/people/records"), v = { .status = 500 };
    for (int64_t nth = 1; v.status >= 500 || v.broken; nth++) {
        world_fail(w, nth);
        v = get(w, GUEST, "/people/records");
        world_fail(w, 0);
        refused += v.status >= 500;
        broken += v.broken;
    }
    EXPECT_STR(v.body, whole.body);
    EXPECT(refused > 2 && broken > 1);
}

/* Records of 14 KB each, straight into the journal. */
static void write_much(World *w, int64_t actor, int from, int n)
{
    const char *kilobyte = at(w, "%01000d", 0);
    sql_run(w, at(w, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d), k(t) AS (SELECT '%s')"
                     " INSERT INTO journal " COLUMNS " SELECT %d + i, 1, %d + i, 0, %lld, 7, %lld, 1, 'person.named', 'x',"
                     " '{\"name\":\"' || i || t||t||t||t||t||t||t||t||t||t||t||t||t||t || '\"}', 1, %s FROM n, k",
                  n, kilobyte, from, from, (long long)actor, (long long)actor, no_bytes(w)));
}

TEST(a_copy_of_ones_data_may_be_larger_than_any_memory_for_it)
{
    enum { MUCH = 2500, LITTLE = 20 };
    write_much(w, world_person(w, ANA), 0, MUCH);
    write_much(w, world_person(w, BO), MUCH, LITTLE);
    Visit ana = get(w, ANA, "/people/records"), bo = get(w, BO, "/people/records");
    EXPECT(ana.status == 200 && !ana.broken && ana.body.n > 34 * 1000 * 1000);
    EXPECT(count(ana, at(w, "\"actor\":\"%lld\"", (long long)world_person(w, ANA))) == count(ana, "\n") - 1);        /* the last line is of no record */
    EXPECT(count(ana, "person.named") == MUCH + 1 && count(bo, "person.named") == LITTLE + 1);
    EXPECT(says(ana, "\"id\":\"1\",") && says(ana, "\"id\":\"2500\",") && str_ends(ana.body, S("\n")));
    EXPECT_STR(header_of(ana, "content-disposition"), S("attachment; filename*=UTF-8''records.jsonl"));
}

TEST(a_session_ends_half_a_year_after_the_last_saving)
{
    world_wait(w, 100 * DAY);
    post(w, ANA, "/people/name", "name=Ana");
    world_wait(w, 100 * DAY);
    EXPECT(is_signed_in(w, ANA));
    EXPECT(!is_signed_in(w, BO));
}

TESTS_WITH(people, extra, COUNT_OF(extra),
      a_visitor_makes_an_account_and_comes_back_to_it, a_guest_who_makes_an_account_stays_the_same_person, choosing_a_language_makes_nobody,
      an_account_that_is_not_right_says_why_and_keeps_the_rest, a_name_that_is_taken_cannot_be_had,
      whichever_database_call_fails_no_half_account_is_left, one_name_may_be_typed_in_many_ways,
      a_wrong_password_and_an_unknown_name_are_answered_alike, guessing_is_stopped_for_a_while,
      a_clock_that_is_set_right_locks_nobody_out, the_address_of_a_refused_form_is_the_page_with_the_form,
      signing_in_makes_a_new_cookie,
      after_signing_in_one_is_where_one_wanted_to_be, a_guest_who_signs_in_is_joined_to_her_account, nobody_takes_an_account_by_calling_it_her_guest,
      the_tables_made_again_from_the_journal_are_the_same, a_new_name_is_shown_everywhere,
      a_language_is_kept_for_the_person_and_the_browser, a_name_keeps_its_direction_on_a_page_from_right_to_left,
      a_changed_password_signs_others_out, a_session_elsewhere_can_be_ended,
      nobody_ends_a_session_that_is_not_hers, a_copy_of_ones_data_holds_ones_own_and_nobody_elses,
      a_copy_of_ones_data_holds_the_time_as_a_guest_and_however_much_others_wrote,
      whichever_database_call_fails_a_copy_is_never_short_in_silence, a_copy_of_ones_data_may_be_larger_than_any_memory_for_it,
      a_session_ends_half_a_year_after_the_last_saving)
