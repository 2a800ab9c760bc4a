#include "../../tests/world.h"

#include "html/html.h"
#include "search/search.h"

typedef struct Doc { const char *key, *lang, *title, *text; } Doc;

/* One sentence of the trade in each language, as a lesson would have it. */
static const Doc library[] = {
    { "en", "en", "Customs duty", "The importer pays customs duty before the goods leave the port. An HS code such as 1905.90 decides the rate." },
    { "fr", "fr", "Dédouanement", "Le dédouanement des marchandises exige une facture commerciale et un certificat d’origine." },
    { "vi", "vi", "Thuế quan", "Doanh nghiệp nhỏ phải nộp thuế quan khi nhập khẩu hàng hóa và xin giấy chứng nhận xuất xứ." },
    { "th", "th", "ภาษีศุลกากร", "ผู้ส่งออกต้องยื่นเอกสารต่อกรมศุลกากรก่อนส่งสินค้าออกนอกประเทศ และขอหนังสือรับรองถิ่นกำเนิดสินค้า" },
    { "zh", "zh-Hans", "出口须知", "货物出口前须向中国海关申报，并提交原产地证书和装箱单。" },
    { "ja", "ja", "輸出の手続き", "商品を輸出するときは、税関に申告し、原産地証明書を提出します。コンテナで運びます。" },
    { "ko", "ko", "수출 절차", "물품을 수출하려면 세관에 신고하고 원산지증명서를 제출해야 합니다." },
    { "lo", "lo", "ພາສີ", "ຜູ້ນໍາເຂົ້າຕ້ອງເສຍພາສີກ່ອນນໍາສິນຄ້າອອກຈາກດ່ານ" },
    { "km", "km", "ពន្ធគយ", "អ្នកនាំចេញត្រូវដាក់ឯកសារទៅអគ្គនាយកដ្ឋានគយមុនពេលដឹកជញ្ជូនទំនិញ" },
    { "my", "my", "အကောက်ခွန်", "ကုန်ပစ္စည်းများကို တင်ပို့ရာတွင် အကောက်ခွန် ဦးစီးဌာနသို့ ကြေညာရမည်။" },
    { "ar", "ar", "الجمارك", "يجب على المصدّر تقديم شهادة المنشأ إلى الجمارك قبل شحن البضائع." },
    { "ru", "ru", "Таможня", "Экспортёр подаёт декларацию в таможню до отгрузки товара." },
};

/* What people type, and whose document must come. */
static const struct { const char *typed, *key; } queries[] = {
    { "customs duty", "en" },   { "CUSTOMS dut", "en" },        { "190590", "en" },         { "1905.90", "en" },
    { "dedouanement", "fr" },   { "Certificat d'origine", "fr" },
    { "thuế quan", "vi" },      { "thue quan", "vi" },          { "xuat xu", "vi" },        { "nhập khẩu", "vi" },
    { "ศุลกากร", "th" },         { "ส่งออก", "th" },               { "ถิ่นกำเนิด", "th" },
    { "海关", "zh" },            { "原产地证书", "zh" },           { "出口", "zh" },           { "单", "zh" },
    { "輸出", "ja" },            { "税関", "ja" },                { "原産地証明書", "ja" },     { "コンテナ", "ja" },     { "ｺﾝﾃﾅ", "ja" },
    { "수출", "ko" },            { "세관", "ko" },                { "원산지증명서", "ko" },
    { "ພາສີ", "lo" },            { "គយ", "km" },                 { "အကောက်ခွန်", "my" },
    { "جمارك", "ar" },          { "الجمارك", "ar" },            { "شهادة المنشا", "ar" },
    { "таможня", "ru" },        { "экспортер", "ru" },
};

static bool put_library(Scope *s, void *arg)
{
    for (int i = 0; i < COUNT_OF(library); i++) {
        const Doc *d = &library[i];
        search_put(s, &(SearchDoc){ S("lesson"), str_from(d->key), str_from(d->lang), str_from(d->title),
                                    str_fmt(s->arena, "/learn/%s", d->key), str_from(d->text), S("Practices") });
    }
    return true;
}

static void with(World *w, bool (*rule)(Scope *, void *), void *arg)
{
    Landing l;
    bool saved = site_write(world_site(w), world_arena(w), 0, rule, arg, &l);
    if (!saved) fprintf(stderr, "%s\n", l.what);
    EXPECT(saved);
}

/* The content of the house is searched too; these tests want only their own. */
static bool drop_kind_rule(Scope *s, void *arg)
{
    search_drop(s, *(str *)arg, S(""));
    return true;
}

static void empty(World *w)
{
    for (str kind; (kind = sql_str(w, "SELECT kind FROM search_doc LIMIT 1")).n > 0;) with(w, drop_kind_rule, &kind);
}

typedef struct Asking { const char *typed; int64_t from; int max; SearchHits hits; } Asking;

static void ask(Scope *s, void *arg)
{
    Asking *a = arg;
    a->hits = search_find(s, str_from(a->typed), a->from, a->max);
}

static SearchHits find(World *w, const char *typed)
{
    Landing l;
    Asking a = { .typed = typed, .max = 10 };
    bool read = site_read(world_site(w), world_arena(w), 0, ask, &a, &l);
    if (!read) fprintf(stderr, "%s: %s\n", typed, l.what);
    EXPECT(read);
    return a.hits;
}

static bool found(SearchHits h, const char *key)
{
    for (ptrdiff_t i = 0; i < h.n; i++)
        if (str_eq(h.row[i].key, str_from(key))) return true;
    return false;
}

TEST(what_people_type_in_ten_scripts_is_found)
{
    empty(w);
    with(w, put_library, NULL);
    for (int i = 0; i < COUNT_OF(queries); i++) {
        bool hit = found(find(w, queries[i].typed), queries[i].key);
        if (!hit) fprintf(stderr, "not found: %s\n", queries[i].typed);
        EXPECT(hit);
    }
}

TEST(every_word_must_fit_and_the_last_may_be_a_beginning)
{
    empty(w);
    with(w, put_library, NULL);
    EXPECT(found(find(w, "importer pays cus"), "en"));
    EXPECT(!found(find(w, "importer pay customs"), "en"));
    EXPECT(find(w, "customs thuế").n == 0);
    EXPECT(find(w, "关口").n == 0);               /* both characters are there, but not side by side */
    EXPECT(find(w, "").n == 0 && find(w, " ... !? ").n == 0 && find(w, "\"").n == 0);
}

TEST(nothing_typed_is_taken_for_the_engines_own_signs)
{
    static const char *const nasty[] = { "\"customs\" OR *", "customs:*", "' | '", "a' <-> 'b", "NEAR(customs duty)", "title:customs",
        "^customs", "customs NOT duty", "-customs", "(((", "\\", "custo\\'ms", "\xFF\xFE customs \xC3", "100%", "a\xE2\x80\xAE" };
    empty(w);
    with(w, put_library, NULL);
    for (int i = 0; i < COUNT_OF(nasty); i++) find(w, nasty[i]);
    EXPECT(found(find(w, "\"customs\" (duty)"), "en"));
    EXPECT(found(find(w, "customs:*"), "en"));
}

/* ---- ranking, replacing, dropping -------------------------------------------------------------------------------- */

static bool put_ranked(Scope *s, void *arg)
{
    str said = S("An invoice is a paper. The invoice says who pays.");
    SearchDoc text  = { .kind = S("lesson"), .key = S("text"), .lang = S("en"), .title = S("Papers"), .text = said };
    SearchDoc title = text, other = text, heavy = text;
    title.key = S("title");
    title.title = S("The invoice");
    title.text = S("A paper that says who pays what, and when.");
    other.key = S("other");
    other.lang = S("fr");
    heavy.key = S("heavy");
    heavy.weight = 20;
    search_put(s, &text);
    search_put(s, &title);
    search_put(s, &other);
    search_put(s, &heavy);
    return true;
}

TEST(a_title_weighs_more_than_a_text_and_ones_own_language_more_than_another)
{
    empty(w);
    with(w, put_ranked, NULL);
    SearchHits h = find(w, "invoice");
    EXPECT(h.n == 4 && h.total == 4);
    ptrdiff_t place[4] = { 0 };
    static const char *const keys[] = { "title", "heavy", "text", "other" };
    for (ptrdiff_t i = 0; i < h.n; i++)
        for (int k = 0; k < 4; k++)
            if (str_eq(h.row[i].key, str_from(keys[k]))) place[k] = i;
    EXPECT(place[0] < place[2] && place[1] < place[2] && place[2] < place[3]);
}

static bool put_again(Scope *s, void *arg)
{
    search_put(s, &(SearchDoc){ .kind = S("lesson"), .key = S("en"), .lang = S("en"), .title = S("Freight"),
                                .url = S("/learn/freight"), .text = S("A ship carries it.") });
    return true;
}

static bool drop_one(Scope *s, void *arg)
{
    search_drop(s, S("lesson"), S("en"));
    return true;
}

TEST(a_document_is_replaced_and_dropped_whole)
{
    empty(w);
    with(w, put_library, NULL);
    with(w, put_again, NULL);
    EXPECT(!found(find(w, "customs duty"), "en"));
    SearchHits h = find(w, "ship carries");
    EXPECT(h.n == 1 && h.total == 1);
    EXPECT_STR(h.row[0].url, S("/learn/freight"));
    with(w, drop_one, NULL);
    EXPECT(find(w, "ship carries").n == 0);
    EXPECT(find(w, "수출").n == 1);
    with(w, drop_kind_rule, &(str){ "lesson", 6 });
    EXPECT(find(w, "수출").n == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM search_doc WHERE kind = 'lesson'") == 0);
}

static bool put_many(Scope *s, void *arg)
{
    for (int i = 0; i < 30; i++)
        search_put(s, &(SearchDoc){ .kind = S("note"), .key = str_fmt(s->arena, "%d", i), .lang = S("en"),
                                    .title = str_fmt(s->arena, "Rice %d", i), .url = S("/"), .text = S("sack") });
    return true;
}

TEST(hits_come_by_the_page_and_say_how_many_there_are)
{
    Landing l;
    empty(w);
    with(w, put_many, NULL);
    Asking first = { .typed = "rice", .from = 0, .max = 20 }, second = { .typed = "rice", .from = 20, .max = 20 };
    EXPECT(site_read(world_site(w), world_arena(w), 0, ask, &first, &l));
    EXPECT(site_read(world_site(w), world_arena(w), 0, ask, &second, &l));
    EXPECT(first.hits.n == 20 && first.hits.total == 30 && second.hits.n == 10 && second.hits.total == 30);
    for (ptrdiff_t i = 0; i < second.hits.n; i++)
        for (ptrdiff_t k = 0; k < first.hits.n; k++) EXPECT(!str_eq(second.hits.row[i].key, first.hits.row[k].key));
}

/* ---- snippets ---------------------------------------------------------------------------------------------------- */

static bool put_markup(Scope *s, void *arg)
{
    search_put(s, &(SearchDoc){ S("note"), S("markup"), S("en"), S("Markup"), S("/"),
        S("Write <script>alert(1)</script> & more.\nA pro forma invoice is a quotation; an Invoice's date matters."), S("") });
    Out o;
    out_init(&o, s->arena, 8192);
    for (int i = 0; i < 200; i++) out_fmt(&o, "Filler number %d stands here. ", i);
    out_lit(&o, "Then comes the demurrage clause of the charter, which nobody reads until the ship waits. ");
    for (int i = 0; i < 200; i++) out_fmt(&o, "More filler %d. ", i);
    search_put(s, &(SearchDoc){ S("note"), S("long"), S("en"), S("Long"), S("/"), out_text(&o), S("") });
    return true;
}

TEST(a_snippet_marks_what_was_found_and_lets_no_markup_through)
{
    empty(w);
    with(w, put_markup, NULL);
    with(w, put_library, NULL);
    SearchHits h = find(w, "script invoice");
    EXPECT(h.n == 1);
    EXPECT_STR(h.row[0].snippet.s, S("Write &lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; &amp; more. "
                                     "A pro forma <mark>invoice</mark> is a quotation; an <mark>Invoice&#39;s</mark> "
                                     "date matters."));
    h = find(w, "demurrage");
    EXPECT(h.n == 1);
    str s = h.row[0].snippet.s;
    EXPECT(str_starts(s, S("… ")) && str_ends(s, S(" …")) && str_find(s, S("the <mark>demurrage</mark> clause")) > 0);
    EXPECT(str_chars(s) < 300);
    h = find(w, "海关");
    EXPECT(h.n == 1 && str_find(h.row[0].snippet.s, S("中国<mark>海关</mark>申报")) > 0);
    h = find(w, "thue quan");
    EXPECT(h.n == 1 && str_find(h.row[0].snippet.s, S("<mark>thuế</mark> <mark>quan</mark>")) > 0);
    h = find(w, "원산지증명서");
    EXPECT(h.n == 1 && str_find(h.row[0].snippet.s, S("<mark>원산지증명서</mark>를")) > 0);
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

TEST(text_becomes_words)
{
    Arena *a = world_arena(w);
    EXPECT_STR(search_tokens(a, S("Don't pay 1,234.50 USD!"), false), S("dont pay 123450 usd"));
    EXPECT_STR(search_tokens(a, S("Thuế Đường"), false), S("thuế thue đường duong"));
    EXPECT_STR(search_tokens(a, S("Thue\xCC\x82\xCC\x81"), false), S("thuế thue"));
    EXPECT_STR(search_tokens(a, S("原产地"), false), S("原产 产地 地"));
    EXPECT_STR(search_tokens(a, S("원산지"), true), S("원산 산지"));
    EXPECT_STR(search_tokens(a, S("税"), true), S("税"));
    EXPECT_STR(search_tokens(a, S("ＨＳ１９０５"), false), S("hs1905"));
    EXPECT_STR(search_tokens(a, S("١٢٣ ๑๒๓"), false), S("123 123"));
    EXPECT_STR(search_tokens(a, S("بِالجُمْرُكِ"), false), S("بِالجُمْرُكِ جمرك"));
    EXPECT_STR(search_tokens(a, S("A4サイズ"), false), S("a4 サイ イズ ズ"));
    EXPECT_STR(search_tokens(a, S("\xF0\x9F\x9A\xA2 -- ()"), false), S(""));
}

TESTS(search, what_people_type_in_ten_scripts_is_found, every_word_must_fit_and_the_last_may_be_a_beginning,
      nothing_typed_is_taken_for_the_engines_own_signs,
      a_title_weighs_more_than_a_text_and_ones_own_language_more_than_another, a_document_is_replaced_and_dropped_whole,
      hits_come_by_the_page_and_say_how_many_there_are, a_snippet_marks_what_was_found_and_lets_no_markup_through,
      text_becomes_words)
