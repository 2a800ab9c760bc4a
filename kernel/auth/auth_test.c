#include "auth/auth.h"

#include "../../tests/world.h"

#define COOKIE  "Lo0GrJM5yixztIhjopNeYluUzxwgS0BUSuX6jLXJvlc"
#define COOKIE2 "mzH5UVicUq4Gr6yYwWK4ijvbJL5yAPbAQ8ouCCAe4gQ"

TEST(a_cookie_is_made_as_it_is_asked_for)
{
    str one = auth_cookie_new(world_arena(w)), two = auth_cookie_new(world_arena(w));
    EXPECT(auth_cookie_wellformed(one) && !str_eq(one, two));
    EXPECT(!auth_cookie_wellformed(S("")) && !auth_cookie_wellformed(S("short")));
    EXPECT(!auth_cookie_wellformed(S("Lo0GrJM5yixztIhjopNeYluUzxwgS0BUSuX6jLXJvl ")));
    EXPECT(!auth_cookie_wellformed(S("Lo0GrJM5yixztIhjopNeYluUzxwgS0BUSuX6jLXJvlcc")));
}

TEST(a_token_fits_its_cookie_and_its_key_alone)
{
    const uint8_t key[32] = { 1 }, other[32] = { 2 };
    str token = auth_csrf(world_arena(w), key, S(COOKIE));
    EXPECT(auth_csrf_fits(key, S(COOKIE), token));
    EXPECT(!auth_csrf_fits(other, S(COOKIE), token) && !auth_csrf_fits(key, S(COOKIE2), token));
    EXPECT(!auth_csrf_fits(key, S(""), auth_csrf(world_arena(w), key, S(""))));
    for (ptrdiff_t i = 0; i < token.n - 1; i++) {
        char *bent = NEW(world_arena(w), char, token.n);
        memcpy(bent, token.p, (size_t)token.n);
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        EXPECT(!auth_csrf_fits(key, S(COOKIE), (str){ bent, token.n }));
        EXPECT(!auth_csrf_fits(key, S(COOKIE), str_slice(token, 0, i)));
    }
}

TEST(a_seal_for_one_use_is_none_for_another)
{
    const uint8_t key[32] = { 1 };
    str seal = auth_mac(world_arena(w), key, "notice", S("ab"), S("c"));
    EXPECT(auth_mac_fits(key, "notice", S("ab"), S("c"), seal));
    EXPECT(!auth_mac_fits(key, "notice", S("a"), S("bc"), seal));
    EXPECT(!auth_mac_fits(key, "drafts", S("ab"), S("c"), seal));
}

TEST(a_password_fits_however_the_keyboard_makes_its_letters)
{
    Arena *a = world_arena(w);
    str hash = auth_hash(a, S("th\u00e9 vert \u0e0a\u0e32"));
    EXPECT(str_starts(hash, S("$argon2id$v=19$m=19456,t=2,p=1$")));
    EXPECT(auth_hash_fits(a, hash, S("the\u0301 vert \u0e0a\u0e32")));
    EXPECT(!auth_hash_fits(a, hash, S("the vert")) && !auth_hash_fits(a, hash, S("")));
    EXPECT(!auth_hash_fits(a, S(""), S("")) && !auth_hash_fits(a, S("nonsense"), S("x")));
    EXPECT(!auth_hash_old(a, hash));
    EXPECT(auth_hash_old(a, S("$argon2id$v=19$m=4096,t=1,p=1$c2FsdHNhbHRzYWx0c2E$ZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY")));
}

TEST(names_that_look_alike_are_one)
{
    EXPECT_STR(auth_fold(world_arena(w), S("ANA@Example.org")), S("ana@example.org"));
    EXPECT_STR(auth_fold(world_arena(w), S("\uff21na")), S("ana"));
    EXPECT_STR(auth_fold(world_arena(w), S("Stra\u00dfe")), S("strasse"));
}

static bool start(Scope *s, void *arg)
{
    auth_session_start(s, S(COOKIE), 77, str_from(arg), (SessionTerm){ 0 });
    return true;
}

TEST(a_device_is_called_by_a_short_name)
{
    static char chrome[] = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile Safari/537.36";
    static char none[] = "x\x01y";
    const struct { char *agent; str shown; } cases[] = { { chrome, S("Chrome, Android") }, { none, S("") } };
    for (int i = 0; i < COUNT_OF(cases); i++) {
        Landing l;
        sql_run(w, "DELETE FROM auth_session WHERE person = 77");
        EXPECT(site_write(world_site(w), world_arena(w), 0, start, cases[i].agent, &l));
        EXPECT_STR(sql_str(w, "SELECT agent FROM auth_session WHERE person = 77"), cases[i].shown);
    }
}

TEST(the_table_does_not_hold_the_cookie)
{
    Landing l;
    char agent[] = "";
    EXPECT(site_write(world_site(w), world_arena(w), 0, start, agent, &l));
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_session WHERE person = 77") == 1);
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_session WHERE length(hash) <> 32") == 0);
}

static bool fail_once(Scope *s, void *arg)
{
    auth_tried(s, S("name x"), false);
    return true;
}

static void may_try(Scope *s, void *arg) { *(bool *)arg = auth_may_try(s, S("name x"), 2, &(int64_t){ 0 }); }

static bool allowed(World *w)
{
    Landing l;
    bool may = false;
    EXPECT(site_read(world_site(w), world_arena(w), 0, may_try, &may, &l));
    return may;
}

TEST(a_window_of_guesses_ends_and_begins_anew)
{
    Landing l;
    for (int i = 0; i < 2; i++) EXPECT(allowed(w) && site_write(world_site(w), world_arena(w), 0, fail_once, NULL, &l));
    EXPECT(!allowed(w));
    world_wait(w, 15 * MINUTE);
    EXPECT(allowed(w) && site_write(world_site(w), world_arena(w), 0, fail_once, NULL, &l) && allowed(w));
}

/* ---- guesses ------------------------------------------------------------------------------------------------------------------ */

typedef struct Guesses { Guess g; int wrong; bool right; } Guesses;

static bool guess(Scope *s, void *arg)
{
    const Guesses *all = arg;
    for (int i = 0; i < all->wrong; i++) auth_guessed(s, &all->g, false);
    if (all->right) auth_guessed(s, &all->g, true);
    return true;
}

static void guessed(World *w, const char *name, const char *place, int wrong, bool right)
{
    Landing l;
    Guesses all = { { str_from(name), str_from(place), (str){ 0 } }, wrong, right };
    EXPECT(site_write(world_site(w), world_arena(w), 0, guess, &all, &l));
}

typedef struct Asking { Guess g; Turn turn; } Asking;
static void ask_turn(Scope *s, void *arg)
{
    Asking *a = arg;
    a->turn = auth_turn(s, &a->g);
}

static Turn turn_at(World *w, const char *name, const char *place, const char *browser)
{
    Landing l;
    Asking a = { .g = { str_from(name), str_from(place), str_from(browser) } };
    EXPECT(site_read(world_site(w), world_arena(w), 0, ask_turn, &a, &l));
    return a.turn;
}

TEST(slips_are_slowed_down_from_the_fourth_on)
{
    static const int64_t ms[] = { 0, 0, 0, 500, 1000, 2000, 4000, 8000, 16000, 16000, 16000 };
    for (int i = 0; i < COUNT_OF(ms); i++) EXPECT(auth_slip_delay(i) == ms[i]);
    EXPECT(auth_slip_delay(INT64_MAX) == 16000);
}

TEST(ten_slips_at_one_place_end_there_and_nowhere_else)
{
    guessed(w, "ana", "203.0.113.1", 9, false);
    EXPECT(turn_at(w, "ana", "203.0.113.1", "").may);
    guessed(w, "ana", "203.0.113.1", 1, false);
    Turn t = turn_at(w, "ana", "203.0.113.1", "");
    EXPECT(!t.may && t.wait_ms == 15 * MINUTE);
    EXPECT(turn_at(w, "ana", "203.0.113.2", "").may && turn_at(w, "bo", "203.0.113.1", "").may);
}

TEST(guesses_from_everywhere_slow_a_stranger_down_and_refuse_nobody)
{
    for (int i = 0; i < 100; i++) guessed(w, "ana", at(w, "198.51.100.%d", i), 1, false);
    Turn stranger = turn_at(w, "ana", "203.0.113.1", ""), known = turn_at(w, "ana", "203.0.113.1", "one that she knows");
    EXPECT(stranger.may && stranger.wait_ms == 30 * SECOND);
    EXPECT(known.may && known.wait_ms == 0);
}

TEST(a_place_bears_the_slips_of_a_class_and_no_more_than_four_hundred)
{
    for (int i = 0; i < 34; i++) guessed(w, at(w, "pupil %d", i), "203.0.113.1", 3, false);
    EXPECT(turn_at(w, "pupil 40", "203.0.113.1", "").may && turn_at(w, "pupil 40", "203.0.113.1", "").wait_ms == 0);
    for (int i = 0; i < 100; i++) guessed(w, at(w, "name %d", i), "203.0.113.1", 3, false);
    EXPECT(!turn_at(w, "pupil 40", "203.0.113.1", "").may && turn_at(w, "pupil 40", "203.0.113.2", "").may);
    EXPECT(turn_at(w, "pupil 0", "203.0.113.1", "one that she knows").may);
}

TEST(a_success_takes_back_its_own_slips_and_no_others)
{
    guessed(w, "ana", "203.0.113.1", 9, false);
    guessed(w, "mallory", "203.0.113.1", 2, true);
    guessed(w, "ana", "203.0.113.1", 1, false);
    EXPECT(!turn_at(w, "ana", "203.0.113.1", "").may);
    for (int i = 0; i < 133; i++) guessed(w, at(w, "pupil %d", i), "203.0.113.9", 3, i < 2);
    EXPECT(turn_at(w, "pupil 200", "203.0.113.9", "").may);                /* 399 slips, 6 taken back */
    for (int i = 0; i < 7; i++) guessed(w, at(w, "last %d", i), "203.0.113.9", 1, false);
    EXPECT(!turn_at(w, "pupil 200", "203.0.113.9", "").may);
}

/* ---- a browser that is known --------------------------------------------------------------------------------------------------- */

TEST(a_browser_is_known_by_the_names_that_signed_in_there_and_by_no_other)
{
    const uint8_t key[32] = { 1 }, other[32] = { 2 };
    Arena *a = world_arena(w);
    str one = auth_known_more(a, key, S(""), S("ana")), both = auth_known_more(a, key, one, S("bo"));
    str number = auth_known(a, key, one, S("ana"));
    EXPECT(number.n && !auth_known(a, key, one, S("bo")).n && !auth_known(a, other, one, S("ana")).n);
    EXPECT_STR(auth_known(a, key, both, S("ana")), number);
    EXPECT_STR(auth_known(a, key, both, S("bo")), number);
    EXPECT(str_find(both, S("ana")) < 0 && !str_eq(auth_known_more(a, key, S(""), S("ana")), one));
    EXPECT(auth_known_more(a, key, both, S("ana")).n == both.n);
}

TEST(a_shared_phone_knows_sixteen_names_and_forgets_the_oldest)
{
    const uint8_t key[32] = { 1 };
    Arena *a = world_arena(w);
    str cookie = S("");
    for (int i = 0; i <= KNOWN_NAMES_MAX; i++) cookie = auth_known_more(a, key, cookie, str_from(at(w, "pupil %d", i)));
    EXPECT(!auth_known(a, key, cookie, S("pupil 0")).n && auth_known(a, key, cookie, S("pupil 1")).n && auth_known(a, key, cookie, S("pupil 16")).n);
}

TEST(a_cookie_that_somebody_made_up_knows_nobody)
{
    const uint8_t key[32] = { 1 };
    Arena *a = world_arena(w);
    str good = auth_known_more(a, key, S(""), S("ana"));
    for (ptrdiff_t i = 0; i < good.n; i++) {
        char *bent = NEW(a, char, good.n);
        memcpy(bent, good.p, (size_t)good.n);
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        EXPECT(!auth_known(a, key, (str){ bent, good.n }, S("ana")).n && !auth_known(a, key, str_slice(good, 0, i), S("ana")).n);
    }
    EXPECT(!auth_known(a, key, str_from(at(w, "%0600d", 0)), S("ana")).n);
    EXPECT(auth_known(a, key, auth_known_more(a, key, S("nonsense!"), S("ana")), S("ana")).n);
}

/* ---- passwords that are guessed first --------------------------------------------------------------------------------------------- */

static Weak weak(World *w, const char *password) { return auth_password_weak(world_arena(w), str_from(password), S("Rosemary Tan"), S("rosie77@example.org")); }

TEST(passwords_that_everybody_uses_are_known)
{
    static const char *const common[] = { "password", "12345678", "PASSWORD", "Password1!", "sunshine2026", "iloveyou", "qwertyuiop", "aaaaaaaaaa", "abababababab", "\u0e01\u0e01\u0e01\u0e01\u0e01\u0e01\u0e01\u0e01" };
    static const char *const good[] = { "three red boats", "four blue boats", "kopi dengan gula aren", "\u0e17\u0e48\u0e32\u0e40\u0e23\u0e37\u0e2d\u0e2a\u0e32\u0e21", "7f9K2mQx" };
    for (int i = 0; i < COUNT_OF(common); i++) EXPECT(weak(w, common[i]) == WEAK_COMMON);
    for (int i = 0; i < COUNT_OF(good); i++) EXPECT(weak(w, good[i]) == WEAK_NOT);
}

TEST(her_own_name_is_no_password)
{
    EXPECT(weak(w, "boats of ROSEMARY") == WEAK_NAME && weak(w, "xx-rosie77-xx") == WEAK_NAME);
    EXPECT(weak(w, "tan boats on rivers") == WEAK_NOT);
}

TESTS(auth, a_cookie_is_made_as_it_is_asked_for, a_token_fits_its_cookie_and_its_key_alone, a_seal_for_one_use_is_none_for_another,
      a_password_fits_however_the_keyboard_makes_its_letters, names_that_look_alike_are_one, a_device_is_called_by_a_short_name,
      the_table_does_not_hold_the_cookie, a_window_of_guesses_ends_and_begins_anew,
      slips_are_slowed_down_from_the_fourth_on, ten_slips_at_one_place_end_there_and_nowhere_else,
      guesses_from_everywhere_slow_a_stranger_down_and_refuse_nobody, a_place_bears_the_slips_of_a_class_and_no_more_than_four_hundred,
      a_success_takes_back_its_own_slips_and_no_others, a_browser_is_known_by_the_names_that_signed_in_there_and_by_no_other,
      a_shared_phone_knows_sixteen_names_and_forgets_the_oldest, a_cookie_that_somebody_made_up_knows_nobody,
      passwords_that_everybody_uses_are_known, her_own_name_is_no_password)
