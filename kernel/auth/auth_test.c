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
    auth_session_start(s, S(COOKIE), 77, str_from(arg));
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

TESTS(auth, a_cookie_is_made_as_it_is_asked_for, a_token_fits_its_cookie_and_its_key_alone, a_seal_for_one_use_is_none_for_another,
      a_password_fits_however_the_keyboard_makes_its_letters, names_that_look_alike_are_one, a_device_is_called_by_a_short_name,
      the_table_does_not_hold_the_cookie, a_window_of_guesses_ends_and_begins_anew)
