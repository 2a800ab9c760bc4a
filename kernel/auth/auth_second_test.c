#include "auth/auth.h"

#include "../../tests/world.h"

/* RFC 6238 appendix B has eight figures: ours are the last six. */
TEST(codes_are_those_of_the_standard)
{
    static const struct { int64_t second; int32_t code; } vectors[] = {
        { 59, 94287082 % 1000000 }, { 1111111109, 7081804 % 1000000 }, { 1111111111, 14050471 % 1000000 },
        { 1234567890, 89005924 % 1000000 }, { 2000000000, 69279037 % 1000000 }, { 20000000000, 65353130 % 1000000 },
    };
    for (int i = 0; i < COUNT_OF(vectors); i++)
        EXPECT(totp_code((const uint8_t *)"12345678901234567890", 20, vectors[i].second / 30) == vectors[i].code);
}

/* RFC 4226 appendix D. */
TEST(codes_of_counters_are_those_of_the_standard)
{
    static const int32_t codes[] = { 755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489 };
    for (int i = 0; i < COUNT_OF(codes); i++) EXPECT(totp_code((const uint8_t *)"12345678901234567890", 20, i) == codes[i]);
}

/* RFC 4648 section 10. */
TEST(letters_are_those_of_the_standard)
{
    EXPECT_STR(base32_encode(world_arena(w), S("")), S(""));
    EXPECT_STR(base32_encode(world_arena(w), S("f")), S("MY"));
    EXPECT_STR(base32_encode(world_arena(w), S("fo")), S("MZXQ"));
    EXPECT_STR(base32_encode(world_arena(w), S("foo")), S("MZXW6"));
    EXPECT_STR(base32_encode(world_arena(w), S("foob")), S("MZXW6YQ"));
    EXPECT_STR(base32_encode(world_arena(w), S("fooba")), S("MZXW6YTB"));
    EXPECT_STR(base32_encode(world_arena(w), S("foobar")), S("MZXW6YTBOI"));
}

static str figures(World *w, const char *typed)
{
    str found;
    return auth_figures(world_arena(w), str_from(typed), 16, &found) ? found : S("(refused)");
}

TEST(a_code_is_typed_in_any_script_with_blanks_and_hyphens)
{
    EXPECT_STR(figures(w, " 123 456 "), S("123456"));
    EXPECT_STR(figures(w, "1234-5678"), S("12345678"));
    EXPECT_STR(figures(w, "\u0661\u0662\u0663 \u0664\u0665\u0666"), S("123456"));
    EXPECT_STR(figures(w, "\u0e51\u0e52\u0e53"), S("123"));
    EXPECT_STR(figures(w, "12345678901234567"), S("(refused)"));
    EXPECT_STR(figures(w, "12a4"), S("(refused)"));
    EXPECT_STR(figures(w, ""), S("(refused)"));
    EXPECT_STR(figures(w, "\xff\xfe"), S("(refused)"));
}

TEST(a_session_is_strong_for_half_a_day_and_by_no_clock_longer)
{
    Session session = { .person = 7, .strong = 1000 * DAY };
    Scope s = { .now = session.strong };
    EXPECT(auth_is_strong(&s, &session));
    s.now += 12 * HOUR - 1;
    EXPECT(auth_is_strong(&s, &session));
    s.now += 1;
    EXPECT(!auth_is_strong(&s, &session));
    s.now = session.strong - 1;
    EXPECT(!auth_is_strong(&s, &session));
    session.strong = s.now = 0;
    EXPECT(!auth_is_strong(&s, &session));
}

TESTS(auth_second, codes_are_those_of_the_standard, codes_of_counters_are_those_of_the_standard, letters_are_those_of_the_standard,
      a_code_is_typed_in_any_script_with_blanks_and_hyphens, a_session_is_strong_for_half_a_day_and_by_no_clock_longer)
