#include "base/scope.h"
#include "../../tests/world.h"

TEST(numbers_are_read_whole_or_not_at_all)
{
    int64_t v = 7;
    EXPECT(str_int(S("-9223372036854775808"), &v) && v == INT64_MIN);
    EXPECT(str_int(S("9223372036854775807"), &v) && v == INT64_MAX);
    EXPECT(!str_int(S("9223372036854775808"), &v) && v == INT64_MAX);
    EXPECT(!str_int(S(""), &v) && !str_int(S("-"), &v) && !str_int(S(" 1"), &v) && !str_int(S("1x"), &v));
}

TEST(only_real_utf8_passes)
{
    EXPECT(str_is_utf8(S("Zażółć 海关 ศุลกากร 🧾")));
    EXPECT(!str_is_utf8(S("\xC0\x80")));              /* overlong NUL */
    EXPECT(!str_is_utf8(S("\xED\xA0\x80")));          /* half of a surrogate pair */
    EXPECT(!str_is_utf8(S("\xF4\x90\x80\x80")));      /* past U+10FFFF */
    EXPECT(!str_is_utf8(S("caf\xE9")));
    EXPECT(!str_is_utf8(str_slice(S("海"), 0, 2)));
}

TEST(plain_text_holds_no_tricks)
{
    EXPECT(str_is_plain(S("Rice\tcrackers"), false));
    EXPECT(!str_is_plain(S("two\nlines"), false) && str_is_plain(S("two\nlines"), true));
    EXPECT(!str_is_plain((str){ "a\0b", 3 }, true));
    EXPECT(!str_is_plain(S("invoice\xE2\x80\xAE" "fdp.exe"), true));   /* U+202E turns the name around */
    EXPECT(str_is_plain(S("مرحبا"), false));
    str kept = S("Rice\r\n大米");
    EXPECT(str_shown(world_arena(w), kept).n == kept.n);
    EXPECT_STR(str_shown(world_arena(w), (str){ "a\0b", 3 }), S("a\xEF\xBF\xBD" "b"));
    EXPECT_STR(str_shown(world_arena(w), S("\xC0\xAFx\xE2\x80\xAEy\xE4\xBD")), S("��x�y��"));
}

TEST(cutting_keeps_everything)
{
    str_pair kv = str_cut(S("lang=ar=x"), '=');
    EXPECT(kv.found);
    EXPECT_STR(kv.head, S("lang"));
    EXPECT_STR(kv.tail, S("ar=x"));
    EXPECT(!str_cut(S("none"), '=').found);
    EXPECT_STR(str_trim(S(" \t a b \r\n")), S("a b"));
    EXPECT(str_find(S("customs value"), S("value")) == 8 && str_find(S("a"), S("abc")) == -1);
}

TEST(codecs_go_there_and_back_and_refuse_the_rest)
{
    Arena *a = world_arena(w);
    for (ptrdiff_t n = 0; n < 9; n++) {
        str bytes = { "\0\xFF\x10" "abcdef", n }, back;
        EXPECT(base64url_decode(a, base64url_encode(a, bytes), &back) && str_eq(back, bytes));
        EXPECT(hex_decode(a, hex_encode(a, bytes), &back) && str_eq(back, bytes));
    }
    str s;
    EXPECT(!base64url_decode(a, S("A"), &s) && !base64url_decode(a, S("AB=="), &s) && !base64url_decode(a, S("AB"), &s));
    EXPECT(url_unescape(a, S("a%20b+c%C3%A9"), true, &s));
    EXPECT_STR(s, S("a b cé"));
    EXPECT(!url_unescape(a, S("%0"), true, &s) && !url_unescape(a, S("%zz"), true, &s) && !url_unescape(a, S("%00"), true, &s));
    EXPECT_STR(url_escape(a, S("a b/é")), S("a%20b%2F%C3%A9"));
}

TEST(times_read_as_people_and_servers_write_them)
{
    Arena *a = world_arena(w);
    EXPECT_STR(time_iso(a, 1582934401000), S("2020-02-29T00:00:01Z"));
    EXPECT_STR(time_iso(a, -1), S("1969-12-31T23:59:59Z"));
    EXPECT_STR(time_http(a, 784111777000), S("Sun, 06 Nov 1994 08:49:37 GMT"));
    int64_t ms = 0;
    EXPECT(time_http_parse(S("Sun, 06 Nov 1994 08:49:37 GMT"), &ms) && ms == 784111777000);
    EXPECT(time_iso_parse(S("2020-02-29T00:00:01Z"), &ms) && ms == 1582934401000);
    EXPECT(time_iso_parse(S("2020-02-29T07:00:01.1239+07:00"), &ms) && ms == 1582934401123);
    EXPECT(time_iso_parse(S("1969-12-31T23:59:59.5-00:00"), &ms) && ms == -500);
    static const char *const wrong[] = {
        "", "2020-02-29", "2020-02-29T00:00:01", "2020-02-29 00:00:01Z", "2021-02-29T00:00:01Z", "1900-02-29T00:00:01Z", "2020-00-01T00:00:01Z",
        "2020-13-01T00:00:01Z", "2020-01-00T00:00:01Z", "2020-01-32T00:00:01Z", "2020-01-01T24:00:00Z", "2020-01-01T00:60:00Z", "2020-01-01T00:00:60Z",
        "2020-01-01T00:00:00.Z", "2020-01-01T00:00:00z", "2020-01-01T00:00:00+0700", "2020-01-01T00:00:00+14:01", "2020-01-01T00:00:00+07:60",
        "2020-01-01T00:00:00ZZ", "-020-01-01T00:00:00Z", "2020-01-01T00:00:-1Z",
    };
    for (int i = 0; i < COUNT_OF(wrong); i++) EXPECT(!time_iso_parse(str_from(wrong[i]), &ms));
    EXPECT(!time_http_parse(S("Sun, 06 Nov 1994 08:49:37"), &ms) && !time_http_parse(S("Sun, 99 Nov 1994 08:49:37 GMT"), &ms));
}

typedef struct Diary { char text[16]; int n; } Diary;
static void write_a(void *d) { ((Diary *)d)->text[((Diary *)d)->n++] = 'a'; }
static void write_b(void *d) { ((Diary *)d)->text[((Diary *)d)->n++] = 'b'; }

static void falls(Scope *s, void *diary)
{
    scope_defer(s, write_a, diary);
    scope_defer(s, write_b, diary);
    fault(s, FAULT_DISK, "the disk has %d bytes left", 0);
}

TEST(a_fault_lands_where_the_work_began_and_cleans_up)
{
    Arena arena = *world_arena(w);
    Scope s = { .arena = &arena };
    Diary diary = { 0 };
    Landing l;
    EXPECT(!scope_try(&s, falls, &diary, &l));
    EXPECT(l.kind == FAULT_DISK && strcmp(l.what, "the disk has 0 bytes left") == 0 && l.line > 0);
    EXPECT_STR(str_from(diary.text), S("ba"));
    EXPECT(s.cleanups == NULL && s.landing == NULL);
}

static void goes_round(Scope *s, void *diary)
{
    scope_defer(s, write_a, diary);
    for (int i = 0; i < 3; i++) {
        Arena mark = *s->arena;
        NEW(s->arena, char, 100);
        scope_defer(s, write_b, diary);
        scope_rewind(s, mark);
        CHECK(s->arena->at == mark.at);
    }
}

TEST(what_a_round_deferred_ends_with_the_round)
{
    Arena arena = *world_arena(w);
    Scope s = { .arena = &arena };
    Diary diary = { 0 };
    Landing l;
    EXPECT(scope_try(&s, goes_round, &diary, &l));
    EXPECT_STR(str_from(diary.text), S("bbba"));
}

static void eats_everything(Scope *s, void *arg)
{
    for (;;) NEW(s->arena, char, 1 << 16);
}

TEST(a_full_arena_is_a_fault_and_not_a_crash)
{
    Region region;
    EXPECT(region_open(&region, 1 << 20));
    Arena arena = region_arena(&region, NULL);
    Scope s = { .arena = &arena };
    Landing l;
    EXPECT(!scope_try(&s, eats_everything, NULL, &l) && l.kind == FAULT_MEMORY);
    region_close(&region);
}

TEST(text_grows_past_its_first_room)
{
    Arena arena = *world_arena(w);
    Out o;
    out_init(&o, &arena, 4);
    for (int i = 0; i < 1000; i++) {
        out_int(&o, i % 10);
        if (i % 100 == 0) NEW(&arena, char, 3);    /* something else between: the text must move */
    }
    EXPECT(o.n == 1000 && memcmp(o.p + 990, "0123456789", 10) == 0);
}

TEST(json_escapes_what_json_must)
{
    Arena arena = *world_arena(w);
    Out o;
    out_init(&o, &arena, 0);
    Json j = json_to(&o);
    json_object(&j, S(""));
    json_str(&j, S("a"), S("\"\\\n\x01\xFF海"));
    json_array(&j, S("b"));
    json_int(&j, S(""), -5);
    json_id(&j, S(""), INT64_MAX);
    json_bool(&j, S(""), true);
    json_real(&j, S(""), 0.0 / 0.0);
    json_array_end(&j);
    json_object_end(&j);
    EXPECT_STR(out_text(&o), S("{\"a\":\"\\\"\\\\\\n\\u0001\xEF\xBF\xBD海\",\"b\":[-5,\"9223372036854775807\",true,null]}"));
}

TESTS(base, numbers_are_read_whole_or_not_at_all, only_real_utf8_passes, plain_text_holds_no_tricks, cutting_keeps_everything,
      codecs_go_there_and_back_and_refuse_the_rest, times_read_as_people_and_servers_write_them,
      a_fault_lands_where_the_work_began_and_cleans_up, what_a_round_deferred_ends_with_the_round, a_full_arena_is_a_fault_and_not_a_crash, text_grows_past_its_first_room,
      json_escapes_what_json_must)
