/* people_erasure_test - leaving, as somebody does it: she reads first, tries a wrong password, presses twice, goes back, comes later. */
#include "../../tests/trial.h"
#include "../../tests/world.h"

#include <unistd.h>

#include "auth/auth.h"
#include "journal/journal.h"
#include "people/people.h"
#include "web/web_private.h"

#define LINH "name=Linh&login=linh%40example.org&password=three+red+boats"
#define LINH_SIGNS_IN "login=linh%40example.org&password=three+red+boats"
#define ERASURES "SELECT count(*) FROM journal WHERE kind = 'person.erased'"

/* Something a visitor may save. */
static Reply save_post(Request *rq) { return text_reply(rq, S("text/plain"), S("saved")); }
static const Route routes[] = { POST("/t/save", save_post, .who = WHO_LEARNER) };
static const Module saving_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes) };
static const Module *const extra[] = { &saving_module, &trial_module };

static bool is_signed_in(World *w, Visitor who) { return says(get(w, who, "/people"), "Sign out"); }

/* One part of what waits; in an arena of its own, for a sanitized build marks all of one as dead again and again. */
static int work(World *w)
{
    enum { HAND_BYTES = 8 << 20 };
    static char *hand;
    if (!hand) hand = NEW(world_arena(w), char, HAND_BYTES);
    Arena arena = { hand, hand + HAND_BYTES, NULL };
    return journal_work(world_site(w), &arena);
}

/* The log of the database is cut by the writer, when it has a moment. */
static void wait_until_gone(World *w, Visitor who, const char *address)
{
    for (int tries = 0; tries < 2000 && !says(get(w, who, address), "<h1>Erased</h1>"); tries++)
        if (work(w) == 0) usleep(1000);
}

static const char *address_of(World *w, Visit v) { return str_z(world_arena(w), v.location); }

/* ---- before ------------------------------------------------------------------------------------------------------------------- */

TEST(what_goes_and_what_stays_is_said_before_and_nothing_has_happened_yet)
{
    post(w, STRANGER, "/people/account", LINH);
    EXPECT(says(get(w, STRANGER, "/people"), "href=\"/people/erasure\""));
    Visit v = get(w, STRANGER, "/people/erasure");
    EXPECT(v.status == 200 && says(v, "cannot be brought back") && says(v, "href=\"/people/records\" download"));
    EXPECT(says(v, "What goes") && says(v, "No law asks us to keep anything of yours.") && says(v, "A number stands where your name was."));
    EXPECT(says(v, "Backups") && !says(v, "Other places") && says(v, "name=\"password\"") && !says(v, "Certificates"));
    EXPECT_STR(header_of(v, "cache-control"), S("private, no-store"));
    EXPECT(sql_int(w, ERASURES) == 0 && is_signed_in(w, STRANGER));
    v = get_json(w, STRANGER, "/people/erasure");
    EXPECT(says(v, "\"account\":true") && says(v, "\"kept\":[]") && says(v, "\"others\":[]") && !says(v, "seal"));
}

TEST(a_wrong_password_erases_nothing_and_says_so)
{
    post(w, STRANGER, "/people/account", LINH);
    Visit v = post(w, STRANGER, "/people/erasure", "password=not+this+one");
    EXPECT(v.status == 422 && says(v, "Nothing has been erased.") && says(v, "This is not the password you have.") && says(v, "What goes") && !says(v, "not this one"));
    EXPECT(post(w, STRANGER, "/people/erasure", "").status == 422);
    EXPECT(sql_int(w, ERASURES) == 0 && is_signed_in(w, STRANGER));
    for (int i = 0; i < 8; i++) post(w, STRANGER, "/people/erasure", "password=guess");
    v = post(w, STRANGER, "/people/erasure", "password=three+red+boats");
    EXPECT(v.status == 429 && says(v, "Please wait 15 minutes.") && sql_int(w, ERASURES) == 0);
}

static bool sell_rule(Scope *s, void *arg)
{
    int64_t firm = journal_id(s);
    trial_founded_add(s, firm, (trial_founded_body){ S("Batik Sekar") });
    for (int i = 0; i < 2; i++) trial_sold_add(s, firm, journal_id(s), (trial_sold_body){ .number = S("4711") });
    return true;
}

TEST(what_a_law_keeps_is_listed_with_its_reason_and_its_day_and_stays_until_then)
{
    Landing l;
    while (work(w) > 0) {}
    post(w, STRANGER, "/people/account", LINH);
    int64_t linh = world_person(w, STRANGER);
    EXPECT(site_write(world_site(w), world_arena(w), linh, sell_rule, NULL, &l));
    Visit v = get(w, STRANGER, "/people/erasure");
    EXPECT(says(v, "An invoice is kept for ten years: tax law asks for it.") && says(v, "2 records") && says(v, "until 29 November 2036"));
    EXPECT(!says(v, "No law asks"));
    const char *address = address_of(w, post(w, STRANGER, "/people/erasure", "password=three+red+boats"));
    wait_until_gone(w, STRANGER, address);
    v = get(w, STRANGER, address);
    EXPECT(says(v, "What a law asks for stays until 29 November 2036"));
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM journal WHERE stream = %lld AND body <> ''", (long long)linh)) == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind IN ('trial.sold', 'trial.founded') AND body <> ''") == 3);
}

/* ---- the button --------------------------------------------------------------------------------------------------------------------- */

TEST(an_erased_account_leaves_no_word_behind_and_erased_is_said_when_it_is_true)
{
    post(w, GUEST, "/t/save", "");
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", at(w, "%s%s", LINH_SIGNS_IN, is_mine(w, GUEST)));
    Visit v = post(w, GUEST, "/people/erasure", "password=three+red+boats");
    const char *address = address_of(w, v);
    EXPECT(v.status == 303 && str_starts(v.location, S("/people/erasure/")));
    EXPECT_STR(header_of(v, "clear-site-data"), S("\"cache\""));
    EXPECT(str_find(v.headers, S("Set-Cookie: " COOKIE_SESSION "=; Path=/")) >= 0);
    EXPECT(!is_signed_in(w, GUEST) && !is_signed_in(w, STRANGER));
    v = get(w, GUEST, address);
    bool waits = db_engine(world_site(w)->db) == DB_SQLITE;        /* for its log; the other engine promises nothing of its own */
    EXPECT(v.status == 200 && says(v, waits ? "<h1>Being erased</h1>" : "<h1>Erased</h1>") && (header_of(v, "refresh").n > 0) == waits);
    EXPECT(says(get(w, BO, address), waits ? "Being erased" : "Erased") && says(get_json(w, BO, address), waits ? "\"gone\":false" : "\"gone\":true"));
    wait_until_gone(w, GUEST, address);
    v = get(w, GUEST, address);
    EXPECT(says(v, "<h1>Erased</h1>") && !header_of(v, "refresh").n && says(v, "data-forget=\""));
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE body LIKE '%Linh%'") == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_person WHERE name = 'Linh'") == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_login WHERE login = 'linh@example.org'") == 0);
    EXPECT(post(w, STRANGER, "/people/session", LINH_SIGNS_IN).status == 422 && is_signed_in(w, ANA));
}

/* Straight into the journal: as many as a year of answers. */
static void write_much(World *w, int64_t person)
{
    const char *no_bytes = db_engine(world_site(w)->db) == DB_SQLITE ? "X''" : "''";
    sql_run(w, at(w, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2600) INSERT INTO journal"
                     " (id, node, seq, at, actor, audience, stream, own, kind, subject, body, salt, mark)"
                     " SELECT i, 1, i, 0, %lld, 7, %lld, 1, 'person.named', 'x', '{\"name\":\"Much\"}', 1, %s FROM n",
                  (long long)person, (long long)person, no_bytes));
}

static int64_t words_left(World *w) { return sql_int(w, "SELECT count(*) FROM journal WHERE body LIKE '%Much%'"); }

/* A page that was shown between two parts says what is true then. */
static void expect_parts(World *w, const char *address)
{
    int parts = 0;
    EXPECT(words_left(w) > 0 && says(get(w, STRANGER, address), "<h1>Being erased</h1>"));
    for (; words_left(w) > 0 && parts < 100; parts++) {
        EXPECT(says(get(w, STRANGER, address), "<h1>Being erased</h1>"));
        work(w);
    }
    EXPECT(parts > 0);
    wait_until_gone(w, STRANGER, address);
    EXPECT(says(get(w, STRANGER, address), "<h1>Erased</h1>") && words_left(w) == 0);
}

TEST(a_long_account_goes_in_parts_and_the_page_says_so)
{
    post(w, STRANGER, "/people/account", LINH);
    write_much(w, world_person(w, STRANGER));
    expect_parts(w, address_of(w, post(w, STRANGER, "/people/erasure", "password=three+red+boats")));
}

TEST(it_is_not_said_to_be_done_while_words_of_the_guest_she_was_are_left)
{
    post(w, GUEST, "/t/save", "");
    write_much(w, world_person(w, GUEST));
    post(w, STRANGER, "/people/account", LINH);
    post(w, GUEST, "/people/session", at(w, "%s%s", LINH_SIGNS_IN, is_mine(w, GUEST)));
    while (work(w) > 0) {}
    expect_parts(w, address_of(w, post(w, GUEST, "/people/erasure", "password=three+red+boats")));
}

TEST(a_guest_needs_no_password)
{
    EXPECT_STR(get(w, GUEST, "/people/erasure").location, S("/people/session/new?to=/people/erasure"));
    EXPECT(!says(get(w, GUEST, "/people"), "/people/erasure"));
    post(w, GUEST, "/t/save", "");
    EXPECT(says(get(w, GUEST, "/people"), "/people/erasure") && says(get(w, GUEST, "/people"), "/people/copy"));
    Visit v = get(w, GUEST, "/people/erasure");
    EXPECT(says(v, "<h1>Erase what I saved</h1>") && !says(v, "type=\"password\"") && says(v, "whoever wrote it"));
    v = post(w, GUEST, "/people/erasure", "");
    EXPECT(v.status == 303 && world_person(w, GUEST) == 0);
    wait_until_gone(w, GUEST, address_of(w, v));
    EXPECT(says(get(w, GUEST, address_of(w, v)), "<h1>Erased</h1>"));
    EXPECT(post(w, GUEST, "/t/save", "").status == 200 && world_person(w, GUEST) != 0);
}

/* Her page was open when she made an account elsewhere on this device. */
TEST(a_guest_who_has_an_account_by_now_needs_her_password)
{
    post(w, GUEST, "/t/save", "");
    post(w, GUEST, "/people/account", at(w, "%s%s", LINH, is_mine(w, GUEST)));
    EXPECT(post(w, GUEST, "/people/erasure", "").status == 422 && sql_int(w, ERASURES) == 0);
}

/* ---- twice, back, and by guessing ------------------------------------------------------------------------------------------------------ */

static str hidden_seal(World *w, Visit v)
{
    str rest = str_slice(v.body, str_find(v.body, S("name=\"seal\" value=\"")) + 19, v.body.n);
    return str_cut(rest, '"').head;
}

TEST(who_presses_twice_is_led_to_the_same_page_and_nothing_happens_again)
{
    post(w, STRANGER, "/people/account", LINH);
    str seal = hidden_seal(w, get(w, STRANGER, "/people/erasure"));
    str cookie = auth_cookie_new(world_arena(w));
    const char *form = at(w, "password=three+red+boats&seal=%.*s", STR_ARG(seal));
    Visit first = post(w, STRANGER, "/people/erasure", form);
    EXPECT(first.status == 303 && world_person(w, STRANGER) == 0);
    /* the browser had not read the first answer yet, and still has a cookie that is nobody's any more */
    HttpHeader headers[] = { { S("content-type"), S("application/x-www-form-urlencoded") }, { S("accept"), S("text/html") },
                             { S("cookie"), str_cat(world_arena(w), S(COOKIE_SESSION "="), cookie) } };
    str token = auth_csrf(world_arena(w), world_site(w)->key, cookie);
    Visit second = request(w, GUEST, "POST", "/people/erasure", headers, COUNT_OF(headers), str_fmt(world_arena(w), "%s&" FIELD_CSRF "=%.*s", form, STR_ARG(token)));
    EXPECT(second.status == 303);
    EXPECT_STR(second.location, first.location);
    EXPECT(sql_int(w, ERASURES) == 1);
}

TEST(who_goes_back_is_told_that_nobody_is_signed_in)
{
    post(w, STRANGER, "/people/account", LINH);
    post(w, STRANGER, "/people/erasure", "password=three+red+boats");
    EXPECT_STR(get(w, STRANGER, "/people/erasure").location, S("/people/session/new?to=/people/erasure"));
    EXPECT(says(get(w, STRANGER, "/people/session/new?to=/people/erasure"), "there is nothing left to do"));
    EXPECT(post(w, STRANGER, "/people/erasure", "password=three+red+boats").status == 303 && sql_int(w, ERASURES) == 1);
}

TEST(an_address_that_was_not_given_out_leads_nowhere)
{
    str seal = hidden_seal(w, get(w, ANA, "/people/erasure"));
    EXPECT(seal.n > 20 && get(w, ANA, at(w, "/people/erasure/%.*s", STR_ARG(seal))).status == 404);      /* she has not decided */
    post(w, BO, "/people/erasure", "password=wrong");
    EXPECT(get(w, STRANGER, at(w, "/people/erasure/%lld", (long long)world_person(w, ANA))).status == 404);
    EXPECT(get(w, STRANGER, at(w, "/people/erasure/%lld.%s", (long long)world_person(w, ANA), "AAAAAAAAAAAAAAAAAAAAAA")).status == 404);
    post(w, GUEST, "/t/save", "");
    const char *address = address_of(w, post(w, GUEST, "/people/erasure", at(w, "seal=%.*s", STR_ARG(seal))));
    EXPECT(get(w, STRANGER, address).status == 200 && !is_signed_in(w, GUEST) && is_signed_in(w, ANA));
    const char *unsealed = str_z(world_arena(w), str_cut(str_from(address), '.').head);
    EXPECT(get(w, STRANGER, unsealed).status == 404 && get(w, STRANGER, at(w, "%s.AAAAAAAAAAAAAAAAAAAAAA", unsealed)).status == 404);
    const char *another = at(w, "/people/erasure/%lld.%s", (long long)world_person(w, BO), strchr(address, '.') + 1);
    EXPECT(get(w, STRANGER, another).status == 404 && sql_int(w, ERASURES) == 1);
}

TESTS_WITH(people_erasure, extra, COUNT_OF(extra),
    what_goes_and_what_stays_is_said_before_and_nothing_has_happened_yet, a_wrong_password_erases_nothing_and_says_so,
    what_a_law_keeps_is_listed_with_its_reason_and_its_day_and_stays_until_then,
    an_erased_account_leaves_no_word_behind_and_erased_is_said_when_it_is_true, a_long_account_goes_in_parts_and_the_page_says_so,
    it_is_not_said_to_be_done_while_words_of_the_guest_she_was_are_left, a_guest_needs_no_password,
    a_guest_who_has_an_account_by_now_needs_her_password, who_presses_twice_is_led_to_the_same_page_and_nothing_happens_again,
    who_goes_back_is_told_that_nobody_is_signed_in, an_address_that_was_not_given_out_leads_nowhere)
