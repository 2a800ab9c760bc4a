#include "i18n/i18n_own.h"
#include "../../tests/world.h"

static Scope scope_in(World *w, const char *tag)
{
    const Lang *lang = lang_find(str_from(tag));
    CHECK(lang);
    return (Scope){ .arena = world_arena(w), .lang = lang, .now = 1795316400000 };   /* 2026-11-22T03:00:00Z */
}

static str digits_of(Scope *s, int64_t n)
{
    return num_int(s, n);
}

/* ---- languages --------------------------------------------------------------------------------------------------- */

TEST(a_browser_gets_the_language_it_likes_best)
{
    static const struct { const char *asked, *given; } rows[] = {
        { "ar", "ar" }, { "ar-EG,ar;q=0.9,en;q=0.8", "ar" }, { "AR-eg", "ar" }, { "en;q=0.5, ar;q=0.6", "ar" },
        { "en-GB,en;q=0.9,ar;q=0.8", "en" }, { "xx, ar;q=0.1", "ar" }, { "ar;q=0, *", "en" }, { "ar;q=0", "en" },
        { "", "en" }, { "*", "en" }, { "tlh", "en" }, { ",;,;q=,ar;q=x", "en" }, { "ar;q=1.001", "en" }, { "ar;q=0.", "en" },
        { "ar ; q = 0.7 , en ; q=0.3", "ar" }, { "ar;level=1;q=0.4,en;q=0.3", "ar" }, { "arabic", "en" }, { "-,--,ar-", "ar" },
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        const Lang *lang = lang_accept(str_from(rows[i].asked));
        if (strcmp(lang->tag, rows[i].given) != 0) world_failed(w, __FILE__, __LINE__, rows[i].asked);
    }
}

TEST(a_very_long_wish_list_is_read_to_a_bound)
{
    Out o;
    out_init(&o, world_arena(w), 1024);
    for (int i = 0; i < 1000; i++) out_lit(&o, "xx,");
    out_lit(&o, "ar");
    EXPECT(strcmp(lang_accept(out_text(&o))->tag, "en") == 0);
}

TEST(a_language_knows_its_name_and_direction)
{
    EXPECT(strcmp(lang_at(0)->tag, "en") == 0 && !lang_at(0)->rtl);
    EXPECT_STR(lang_at(0)->name, S("English"));
    const Lang *arabic = lang_find(S("ar"));
    EXPECT(arabic && arabic->rtl && arabic->index > 0 && arabic->index < lang_count());
    EXPECT_STR(arabic->name, S("العربية"));
    EXPECT(lang_find(S("ar-MA")) == arabic && lang_find(S("tlh")) == NULL && lang_find(S("")) == NULL);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

TEST(a_text_is_translated_or_shown_in_english)
{
    Scope en = scope_in(w, "en"), ar = scope_in(w, "ar");
    str id, text;
    Catalogue c;
    EXPECT(catalogue_open((str){ embedded_catalogues[0].begin, embedded_catalogues[0].end - embedded_catalogues[0].begin }, &c));
    catalogue_at(&c, c.n - 1, &id, &text);
    Msg known = { .id = str_z(world_arena(w), id) }, unknown = { .id = "No catalogue has this sentence" };
    for (int i = 0; i < 2; i++) {                              /* the second time the Msg knows its row */
        EXPECT_STR(tr(en.lang, &known), id);
        EXPECT_STR(tr(ar.lang, &known), str_cut(text, 0).head);
        EXPECT_STR(tr(ar.lang, &unknown), S("No catalogue has this sentence"));
    }
    EXPECT_STR(tr_text(ar.lang, known.id), tr(ar.lang, &known));
}

TEST(values_fill_their_places_and_are_not_read_again)
{
    Arena *a = world_arena(w);
    Fill fills[] = { { "name", S("{who}") }, { "who", S("Ana") } };
    EXPECT_STR(tr_fill(a, S("{who} meets {name}."), fills, 2), S("Ana meets {who}."));
    EXPECT_STR(tr_fill(a, S("{name}{name}"), fills, 2), S("{who}{who}"));
    EXPECT_STR(tr_fill(a, S("a { b {unknown} {who"), fills, 2), S("a { b {unknown} {who"));
    EXPECT_STR(tr_fill(a, S("{{who}}"), fills, 2), S("{Ana}"));
    EXPECT_STR(tr_fill(a, S(""), fills, 2), S(""));
}

TEST(english_counts_one_and_many)
{
    Scope s = scope_in(w, "en");
    Msg m = { .id = "{n} sack", .many = "{n} sacks" };
    EXPECT_STR(tr_n(s.arena, s.lang, &m, 1), S("1 sack"));
    EXPECT_STR(tr_n(s.arena, s.lang, &m, 0), S("0 sacks"));
    EXPECT_STR(tr_n(s.arena, s.lang, &m, 1200), S("1,200 sacks"));
}

TEST(arabic_counts_in_six_forms)
{
    const Lang *ar = lang_find(S("ar"));
    static const struct { int64_t n; int form; } rows[] = {
        { 0, 0 }, { 1, 1 }, { 2, 2 }, { 3, 3 }, { 10, 3 }, { 103, 3 }, { 11, 4 }, { 99, 4 }, { 100, 5 }, { 102, 5 }, { 1000000, 5 },
    };
    EXPECT(plural_forms(ar) == 6 && plural_forms(lang_at(0)) == 2);
    for (int i = 0; i < COUNT_OF(rows); i++) EXPECT(plural_form(ar, rows[i].n) == rows[i].form);
    EXPECT(plural_form(lang_at(0), 1) == 0 && plural_form(lang_at(0), 0) == 1 && plural_form(lang_at(0), 2) == 1);
}

static ptrdiff_t places_in(str text, str *ret, ptrdiff_t max)
{
    ptrdiff_t n = 0;
    for (str_pair open = str_cut(text, '{'); open.found && n < max; open = str_cut(open.tail, '{'))
        ret[n++] = str_cut(open.tail, '}').head;
    return n;
}

static bool same_places(str id, str text)
{
    str wanted[16], got[16];
    ptrdiff_t n = places_in(id, wanted, 16), m = places_in(text, got, 16);
    for (ptrdiff_t i = 0; i < m; i++) {
        bool known = false;
        for (ptrdiff_t k = 0; k < n; k++) known |= str_eq(got[i], wanted[k]);
        if (!known) return false;
    }
    return true;
}

TEST(every_translation_keeps_its_places_and_has_its_forms)
{
    for (int i = 0; i < embedded_catalogue_n; i++) {
        const EmbeddedCatalogue *e = &embedded_catalogues[i];
        Catalogue c;
        EXPECT(catalogue_open((str){ e->begin, e->end - e->begin }, &c));
        for (uint32_t k = 1; k < c.n; k++) {                   /* 0 is the catalogue's head */
            str id, text;
            catalogue_at(&c, k, &id, &text);
            int forms = 1;
            for (ptrdiff_t at = 0; at < text.n; at++) forms += text.p[at] == 0;
            bool plural = id.p[id.n] == 0 && forms > 1;
            if (!same_places(id, text) && !plural) world_differs(w, __FILE__, __LINE__, text, id);
            if (plural && forms != plural_forms(lang_find(str_from(e->tag)))) world_differs(w, __FILE__, __LINE__, text, id);
        }
    }
}

/* ---- numbers and dates ------------------------------------------------------------------------------------------- */

TEST(numbers_are_written_as_the_language_writes_them)
{
    Scope en = scope_in(w, "en"), ar = scope_in(w, "ar");
    EXPECT_STR(digits_of(&en, 1234567), S("1,234,567"));
    EXPECT_STR(digits_of(&en, -5), S("-5"));
    EXPECT_STR(digits_of(&ar, 1234), S("١٬٢٣٤"));
    EXPECT_STR(digits_of(&ar, 7), S("٧"));
    EXPECT_STR(num_real(&en, 1234.5, 2), S("1,234.50"));
    EXPECT_STR(num_real(&en, 0.125, 2), S("0.13"));
    EXPECT_STR(num_real(&ar, 12.5, 1), S("١٢٫٥"));
    EXPECT_STR(num_percent(&en, 75), S("75%"));
    EXPECT(num_real(&en, 1.0 / 0.0, 2).n > 0 && num_real(&en, 1e308, 15).n > 0);
}

TEST(a_typed_number_is_understood_in_any_script)
{
    static const struct { const char *typed; double value; } good[] = {
        { "12", 12 }, { " 12.5 ", 12.5 }, { "12,5", 12.5 }, { "1,234.5", 1234.5 }, { "1.234,5", 1234.5 }, { "1 234,5", 1234.5 },
        { "1,250", 1250 }, { "0,125", 0.125 }, { "1234,567", 1234.567 }, { "1.250", 1.25 }, { "1,234,567", 1234567 },
        { "12,34,567.8", 1234567.8 }, { "1.234.567", 1234567 }, { "١٢٫٥", 12.5 }, { "١٬٢٣٤٫٥", 1234.5 }, { "۱۲", 12 },
        { "๑๒.๕", 12.5 }, { "１２", 12 }, { "-3", -3 }, { "−3,5", -3.5 }, { "+3", 3 }, { ".5", 0.5 }, { "1’234.5", 1234.5 },
    };
    static const char *const bad[] = {
        "", " ", "-", "twelve", "12x", "1e5", "0x10", "12.", "1..2", "1,25,0", "1,2,3", "1.5.2", "--1", "1-2", ",", ".", "NaN",
        "inf", "1,2345,678", "\xFF", "1,234 567", "1234567890123456789012345678901", "½",
    };
    for (int i = 0; i < COUNT_OF(good); i++) {
        double v = -1;
        if (!num_read(str_from(good[i].typed), &v) || v != good[i].value) world_failed(w, __FILE__, __LINE__, good[i].typed);
    }
    for (int i = 0; i < COUNT_OF(bad); i++) {
        double v = 42;
        if (num_read(str_from(bad[i]), &v) || v != 42) world_failed(w, __FILE__, __LINE__, bad[i]);
    }
}

TEST(what_is_shown_can_be_typed_back)
{
    static const double values[] = { 0, 0.5, 12.25, 999.75, 1000, 1234.5, 1234567.25, -40.5 };
    for (int i = 0; i < lang_count(); i++) {
        Scope s = { .arena = world_arena(w), .lang = lang_at(i) };
        for (int k = 0; k < COUNT_OF(values); k++) {
            double back = 0;
            str shown = num_real(&s, values[k], 2);
            if (!num_read(shown, &back) || back != values[k]) world_differs(w, __FILE__, __LINE__, shown, s.lang->name);
        }
    }
}

TEST(dates_are_plain_and_of_one_calendar)
{
    Scope en = scope_in(w, "en"), ar = scope_in(w, "ar");
    EXPECT_STR(date_long(&en, en.now), S("22 November 2026"));
    EXPECT_STR(date_short(&en, en.now), S("22 Nov 2026"));
    EXPECT(str_find(date_long(&ar, ar.now), S("٢٠٢٦")) >= 0);
    EXPECT_STR(date_long(&en, 0), S("1 January 1970"));
}

TEST(the_past_is_told_in_whole_steps)
{
    Scope s = scope_in(w, "en");
    EXPECT_STR(time_ago(&s, s.now - 20 * SECOND), S("now"));
    EXPECT_STR(time_ago(&s, s.now - 5 * MINUTE), S("5 minutes ago"));
    EXPECT_STR(time_ago(&s, s.now - HOUR), S("1 hour ago"));
    EXPECT_STR(time_ago(&s, s.now - DAY), S("yesterday"));
    EXPECT_STR(time_ago(&s, s.now - 3 * DAY), S("3 days ago"));
    EXPECT_STR(time_ago(&s, s.now - 21 * DAY), S("3 weeks ago"));
    EXPECT_STR(time_ago(&s, s.now - 90 * DAY), S("3 months ago"));
    EXPECT_STR(time_ago(&s, s.now - 800 * DAY), S("2 years ago"));
    EXPECT_STR(time_ago(&s, s.now + 2 * HOUR), S("in 2 hours"));
}

/* ---- catalogues that lie ----------------------------------------------------------------------------------------- */

static str some_catalogue(Arena *a)
{
    const EmbeddedCatalogue *e = &embedded_catalogues[0];
    return str_keep(a, (str){ e->begin, e->end - e->begin });
}

TEST(a_catalogue_cut_short_is_refused)
{
    str whole = some_catalogue(world_arena(w));
    Catalogue c;
    EXPECT(catalogue_open(whole, &c) && c.n > 1);
    for (ptrdiff_t n = 0; n < whole.n; n += 1 + n / 64) EXPECT(!catalogue_open(str_slice(whole, 0, n), &c));
}

TEST(a_catalogue_with_wrong_offsets_is_refused_or_read_inside_its_bounds)
{
    Arena *a = world_arena(w);
    str whole = some_catalogue(a);
    for (ptrdiff_t at = 8; at < 80 && at + 4 <= whole.n; at += 4) {
        str bent = str_keep(a, whole), id, text;
        memcpy((char *)bent.p + at, "\xF0\xFF\xFF\x7F", 4);
        Catalogue c;
        if (!catalogue_open(bent, &c)) continue;
        for (uint32_t i = 0; i < c.n; i++) catalogue_at(&c, i, &id, &text);
    }
}

TEST(a_catalogue_of_the_other_byte_order_reads_the_same)
{
    Arena *a = world_arena(w);
    str little = some_catalogue(a), big = str_keep(a, little), id, text, id2, text2;
    Catalogue c, d;
    EXPECT(catalogue_open(little, &c));
    for (ptrdiff_t at = 0; at + 4 <= c.texts + (ptrdiff_t)c.n * 8; at += 4) {
        uint32_t v;
        memcpy(&v, little.p + at, 4);
        v = __builtin_bswap32(v);
        memcpy((char *)big.p + at, &v, 4);
    }
    EXPECT(catalogue_open(big, &d) && d.n == c.n);
    for (uint32_t i = 0; i < d.n; i++) {
        catalogue_at(&c, i, &id, &text);
        catalogue_at(&d, i, &id2, &text2);
        EXPECT(str_eq(id, id2) && str_eq(text, text2));
    }
}

TESTS(i18n, a_browser_gets_the_language_it_likes_best, a_very_long_wish_list_is_read_to_a_bound,
      a_language_knows_its_name_and_direction, a_text_is_translated_or_shown_in_english,
      values_fill_their_places_and_are_not_read_again, english_counts_one_and_many, arabic_counts_in_six_forms,
      every_translation_keeps_its_places_and_has_its_forms, numbers_are_written_as_the_language_writes_them,
      a_typed_number_is_understood_in_any_script, what_is_shown_can_be_typed_back, dates_are_plain_and_of_one_calendar,
      the_past_is_told_in_whole_steps, a_catalogue_cut_short_is_refused,
      a_catalogue_with_wrong_offsets_is_refused_or_read_inside_its_bounds, a_catalogue_of_the_other_byte_order_reads_the_same)
