#include "html/decimal.h"
#include "html/markdown.h"
#include "../../tests/world.h"

static bool glossary(void *self, Arena *keep, str term, str *ret_href)
{
    if (!str_eq_nocase(term, S("pro forma invoice"))) return false;
    *ret_href = S("/learn/glossary#pro-forma-invoice");
    return true;
}

static bool drawing(void *self, Arena *keep, str src, str alt, Html *ret)
{
    if (!str_eq(src, S("figures/map.svg"))) return false;
    *ret = (Html){ S("<svg></svg>") };
    return true;
}

static bool lesson(void *self, Arena *keep, str href, str *ret_href)
{
    if (!str_eq(href, S("terms"))) return false;
    *ret_href = S("/learn/practices/order/terms");
    return true;
}

static const MarkdownHooks hooks = { .term = glossary, .image = drawing, .link = lesson };

static Markdown render(World *w, const char *source)
{
    return markdown_render(world_arena(w), str_from(source), 1, &hooks);
}

static str markup(World *w, const char *source)
{
    Markdown md = render(w, source);
    if (md.problem_n) world_differs(w, __FILE__, __LINE__, md.problem[0].what, S("no problem"));
    return md.html.s;
}

/* The first problem, as "line: what". */
static str complaint(World *w, const char *source)
{
    Markdown md = render(w, source);
    if (!md.problem_n) return S("no problem");
    return str_fmt(world_arena(w), "%d: %.*s", md.problem[0].line, STR_ARG(md.problem[0].what));
}

/* ---- what it looks like ------------------------------------------------------------------------------------------ */

TEST(plain_markdown_becomes_plain_markup)
{
    EXPECT_STR(markup(w, "One *two* **three** `a<b`\nfour"), S("<p>One <em>two</em> <strong>three</strong> <code>a&lt;b</code>\nfour</p>\n"));
    EXPECT_STR(markup(w, "- a\n- b"), S("<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"));
    EXPECT_STR(markup(w, "3. a\n4. b"), S("<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"));
    EXPECT_STR(markup(w, "> a\n\n---"), S("<blockquote>\n<p>a</p>\n</blockquote>\n<hr>\n"));
    EXPECT_STR(markup(w, "```\na < b\n```"), S("<pre tabindex=\"0\"><code>a &lt; b\n</code></pre>\n"));
    EXPECT_STR(markup(w, ""), S(""));
}

TEST(headings_begin_at_two_and_can_be_linked_to)
{
    EXPECT_STR(markup(w, "## What changes, *fast*"), S("<h2 id=\"h-what-changes-fast\">What changes, <em>fast</em></h2>\n"));
    EXPECT_STR(markup(w, "[there](#what-changes-fast)"), S("<p><a href=\"#h-what-changes-fast\">there</a></p>\n"));
    EXPECT_STR(markup(w, "## شهادة المنشأ"), S("<h2 id=\"h-شهادة-المنشأ\">شهادة المنشأ</h2>\n"));
    EXPECT_STR(complaint(w, "# Title"), S("1: headings begin with ##; the title stands in the head"));
    EXPECT_STR(complaint(w, "## A\n\n#### B"), S("3: a heading of level 4 follows one of level 2"));
    EXPECT_STR(complaint(w, "## A b\n\n## a B!"), S("3: two headings say the same: a B!"));
}

TEST(a_table_can_be_scrolled_by_keyboard)
{
    EXPECT_STR(markup(w, "## Prices\n\n| | USD |\n|---|--:|\n| Tea | 4.50 |"),
               S("<h2 id=\"h-prices\">Prices</h2>\n"
                 "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-labelledby=\"h-prices\"><table>\n"
                 "<thead>\n<tr><td></td><th scope=\"col\" align=\"right\">USD</th></tr>\n</thead>\n"
                 "<tbody>\n<tr><td>Tea</td><td align=\"right\">4.50</td></tr>\n</tbody>\n</table></div>\n"));
}

TEST(blocks_are_sections_with_a_title)
{
    EXPECT_STR(markup(w, "::: case Ana & the *crackers*\nText\n:::\nafter"),
               S("<section class=\"case\">\n<h3 class=\"block-title\">Ana &amp; the *crackers*</h3>\n<p>Text</p>\n</section>\n<p>after</p>\n"));
    EXPECT_STR(markup(w, "## A\n::: tip\na\n::: example\nb\n:::\n:::"),
               S("<h2 id=\"h-a\">A</h2>\n<section class=\"tip\">\n<p>a</p>\n<section class=\"example\">\n<p>b</p>\n</section>\n</section>\n"));
    EXPECT_STR(markup(w, "```\n::: case\n```"), S("<pre tabindex=\"0\"><code>::: case\n</code></pre>\n"));
    EXPECT_STR(complaint(w, "a\n::: nonsense\nb\n:::"), S("2: no block is called \"nonsense\""));
    EXPECT_STR(complaint(w, "a\n\n::: tip\nb"), S("3: this block is not closed with :::"));
    EXPECT_STR(complaint(w, "a\n:::"), S("2: ::: closes nothing here"));
}

TEST(a_term_leads_to_the_glossary)
{
    EXPECT_STR(markup(w, "| a |\n|---|\n| [[the paper|Pro forma invoice]] |\n\n**[[pro forma invoice]]**"),
               S("<div class=\"table\" tabindex=\"0\"><table>\n<thead>\n<tr><th scope=\"col\">a</th></tr>\n</thead>\n"
                 "<tbody>\n<tr><td><a class=\"term\" href=\"/learn/glossary#pro-forma-invoice\">the paper</a></td></tr>\n</tbody>\n"
                 "</table></div>\n<p><strong><a class=\"term\" href=\"/learn/glossary#pro-forma-invoice\">pro forma invoice</a></strong></p>\n"));
    EXPECT_STR(complaint(w, "one\ntwo [[bill]]"), S("2: the glossary has no word \"bill\""));
    EXPECT_STR(complaint(w, "a [[pro forma"), S("1: [[ is not closed on its line"));
    EXPECT_STR(markup(w, "`[[bill]]` \\[[bill]]"), S("<p><code>[[bill]]</code> [[bill]]</p>\n"));
}

TEST(a_worked_number_is_shown_and_computed_again)
{
    EXPECT_STR(markup(w, "{=120*4.50|540.00} and {=2*3*2|12}"),
               S("<p><span class=\"worked\">540.00</span> and <span class=\"worked\">12</span></p>\n"));
    EXPECT_STR(complaint(w, "a\n\nb {=120*4.50|541.00}"), S("3: {=120*4.50|541.00}: it gives 540.00"));
    EXPECT_STR(complaint(w, "{=120*4.50}"), S("1: a worked number is written {=formula|what it gives}"));
    EXPECT_STR(complaint(w, "{=1+"), S("1: {= is not closed on its line"));
    EXPECT_STR(markup(w, "{=2-5|-3}"), S("<p><span class=\"worked\">−3</span></p>\n"));
    EXPECT(render(w, "{=1+1|2} {=1+2|3}").worked == 2);
}

TEST(a_picture_stands_alone_and_has_words)
{
    EXPECT_STR(markup(w, "![The *map*](figures/map.svg \"From price to papers\")"),
               S("<figure><svg></svg><figcaption>From price to papers</figcaption></figure>\n"));
    EXPECT_STR(complaint(w, "![](figures/map.svg)"), S("1: a picture needs words for those who cannot see it: ![words](figures/map.svg)"));
    EXPECT_STR(complaint(w, "See ![a](figures/map.svg)"), S("1: a picture stands in a paragraph of its own"));
    EXPECT_STR(complaint(w, "\n![a](figures/none.svg)"), S("2: this picture is missing: figures/none.svg"));
    EXPECT_STR(complaint(w, "![a](https://example.org/x.png)"), S("1: a picture's address is a file of this course: https://example.org/x.png"));
    EXPECT_STR(complaint(w, "![a](../../secret.svg)"), S("1: a picture's address is a file of this course: ../../secret.svg"));
}

TEST(a_link_goes_somewhere_safe_or_nowhere)
{
    EXPECT_STR(markup(w, "[a](terms)"), S("<p><a href=\"/learn/practices/order/terms\">a</a></p>\n"));
    EXPECT_STR(markup(w, "<https://wto.org/?a=1&b=2>"), S("<p><a href=\"https://wto.org/?a=1&amp;b=2\" rel=\"noreferrer\">https://wto.org/?a=1&amp;b=2</a></p>\n"));
    EXPECT_STR(markup(w, "[a](https://wto.org/?a=1&amp;b=2)"), S("<p><a href=\"https://wto.org/?a=1&amp;b=2\" rel=\"noreferrer\">a</a></p>\n"));
    EXPECT_STR(complaint(w, "a\n[x](nowhere)"), S("2: this link leads nowhere: nowhere"));
    static const char *const bad[] = {
        "[x](javascript:alert(1))", "[x](JAVASCRIPT:alert(1))", "[x](<java\tscript:alert(1)>)", "[x](data:text/html,<b>)", "[x](//evil.example)",
        "[x](\\\\evil.example)", "[x](<\\\\evil.example>)", "[x]()", "<javascript:alert(1)>", "[x](https://a@b.example)",
    };
    for (int i = 0; i < COUNT_OF(bad); i++) {
        Markdown md = render(w, bad[i]);
        if (md.problem_n != 1 || str_find(md.html.s, S("<a ")) >= 0) world_differs(w, __FILE__, __LINE__, md.html.s, str_from(bad[i]));
    }
}

TEST(no_markup_of_the_author_passes)
{
    EXPECT_STR(markup(w, "<script>alert(1)</script>"), S("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"));
    EXPECT_STR(markup(w, "a <b onclick=x>b</b> &lt;i&gt; &copy; &#60;"),
               S("<p>a &lt;b onclick=x&gt;b&lt;/b&gt; &lt;i&gt; &copy; &#60;</p>\n"));
    EXPECT(str_find(render(w, "::: case <b>x</b>\n:::").html.s, S("<b>")) < 0);
    EXPECT(str_find(render(w, "[[<b>x</b>]] {=<b>|<i>}").html.s, S("<b>")) < 0);
    EXPECT(str_find(render(w, "![\"><b>](figures/map.svg \"<b>\")").html.s, S("<b>")) < 0);
}

TEST(text_and_counts_serve_search)
{
    Markdown md = render(w, "## Prices\n\nTea costs {=2*2.25|4.50} USD; [[pro forma invoice]].\n\n::: tip Re-use\nDon't\n:::\n\n[a](terms)");
    EXPECT_STR(md.text, S("Prices\nTea costs 4.50 USD; pro forma invoice.\nRe-use\nDon't\na\n"));
    EXPECT(md.words == 11);
    EXPECT(md.headings.n == 1 && str_eq(md.headings.row[0], S("Prices")));
    EXPECT(md.blocks.n == 1 && str_eq(md.blocks.row[0], S("tip")));
    EXPECT(md.links.n == 1 && str_eq(md.links.row[0], S("terms")));
}

TEST(problems_are_counted_from_the_line_of_the_file)
{
    Markdown md = markdown_render(world_arena(w), S("a\r\nb\r\n[[bill]]\r\n"), 10, &hooks);
    EXPECT(md.problem_n == 1 && md.problem[0].line == 12);
    md = markdown_render(world_arena(w), S("a\nb\n\xFF"), 1, &hooks);
    EXPECT(md.problem_n == 1 && md.problem[0].line == 3);
    md = markdown_render(world_arena(w), S("a\n\x01\x02"), 1, &hooks);
    EXPECT(md.problem_n == 1 && md.problem[0].line == 2 && md.html.s.n == 0);
}

static Markdown render_many(World *w, const char *piece, ptrdiff_t bytes)
{
    Out o;
    out_init(&o, world_arena(w), bytes + 64);
    while (o.n < bytes) out_str(&o, str_from(piece));
    return markdown_render(world_arena(w), out_text(&o), 1, &hooks);
}

/* None of these may take long or much: a lesson is rendered while its author waits. */
TEST(documents_made_to_hurt_stay_small)
{
    static const char *const pieces[] = {
        "[a]", "![", "[[a]]", "{=1|1}", "> ", "*a **b ", "`", "<", "&amp;", "# a\n", "|", "|a\n|-\n|a\n", "- ", "1. ", "[a](b)", "![a](b)\n\n",
        "::: tip\n", ":::\n", "[a]: b\n", "\\", "(((", "http://a.b ", "_*", "|-|\n", "{=((((((((((1|1}",
    };
    for (int i = 0; i < COUNT_OF(pieces); i++) {
        Markdown md = render_many(w, pieces[i], 64 * 1024 - 8);
        if (md.problem_n > 100 || md.html.s.n > 8 * 1024 * 1024) world_failed(w, __FILE__, __LINE__, pieces[i]);
    }
    EXPECT(render_many(w, "word ", 64 * 1024 + 1).problem_n == 1);
}

/* A wide head makes every short row wide; a long address may be named by every second word. */
TEST(amplification_is_refused)
{
    Out o;
    out_init(&o, world_arena(w), 70000);
    for (int i = 0; i < 10000; i++) out_lit(&o, "|a");
    out_lit(&o, "|\n");
    for (int i = 0; i < 10000; i++) out_lit(&o, "|-");
    out_lit(&o, "|\n");
    for (int i = 0; i < 8000; i++) out_lit(&o, "|\n");
    Markdown md = markdown_render(world_arena(w), out_text(&o), 1, &hooks);
    EXPECT(md.html.s.n < 8 * 1024 * 1024);
    o.n = 0;
    out_lit(&o, "[a]: /");
    for (int i = 0; i < 20000; i++) out_lit(&o, "\\*");
    out_lit(&o, "\n\n");
    for (int i = 0; i < 5000; i++) out_lit(&o, "[a] ");
    md = markdown_render(world_arena(w), out_text(&o), 1, &hooks);
    EXPECT(md.html.s.n < 8 * 1024 * 1024);
}

/* ---- arithmetic -------------------------------------------------------------------------------------------------- */

TEST(arithmetic_is_exact)
{
    static const struct { const char *formula, *shown; } good[] = {
        { "12*4.50", "54" }, { "12*4.50", "54.00" }, { "1/3*3", "1" }, { "0.1+0.2", "0.3" }, { "0.55/1.50*100", "36.7" },
        { "2/3", "0.67" }, { "1/8", "0.13" }, { "-1/8", "-0.13" }, { "5/2", "3" }, { "2.5", "3" }, { "-2.5", "-3" }, { "1200*3", "3,600" },
        { "1,200*3", "3600" }, { "(1+2)*(3-4)", "-3" }, { "--2", "2" }, { "2-−2", "4" }, { "750*40%", "300" }, { "30/200", "15%" },
        { "1/3", "33.3%" }, { "10 ÷ 4 × 2", "5" }, { "0", "0" }, { " 1 + 1 ", " 2 " }, { ".5+.5", "1" }, { "0.004", "0.00" },
        { "10*0.40*0.30*0.30", "0.360" }, { "99999999999999*99999999999999", "9999999999999800000000000001" },
    };
    static const struct { const char *formula, *shown, *why; } bad[] = {
        { "12*4.50", "54.01", "it gives 54.00" }, { "1/0", "0", "it divides by zero" }, { "1/(2-2)", "0", "it divides by zero" },
        { "", "0", "a number is wanted" }, { "1+", "1", "a number is wanted" }, { "(1", "1", "a parenthesis is not closed" },
        { "1)", "1", "something stands there that is no number and no sign" }, { "1 2", "12", "something stands there that is no number and no sign" },
        { "x", "1", "a number is wanted" }, { "1", "", "what is shown must be a number" }, { "1", "one", "what is shown must be a number" },
        { "1", "1 USD", "what is shown must be a number" }, { "1,20", "120", "something stands there that is no number and no sign" },
        { "1..2", "1", "a number is wanted" }, { "1.", "1", "a number is wanted" }, { "1/3", "33%x", "what is shown must be a number" },
        { "1", "-1", "it gives 1" }, { "-1/3", "0.33", "it gives -0.33" }, { "15%", "0.2%", "it gives 15.0%" }, { "0.004", "0.01", "it gives 0.00" },
        { "3*2.50", "7.60", "it gives 7.50" },
        { "1000000000000000000*1000000000000000000*1000", "1", "the numbers are too large" },
        { "9999999999999999999999999999999", "1", "a number has too many digits" },
        { "((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))", "1", "it is too deeply nested" },
        { "--------------------------------------------1", "1", "it is too deeply nested" },
    };
    str why;
    for (int i = 0; i < COUNT_OF(good); i++) {
        why = (str){ 0 };
        if (!decimal_gives(world_arena(w), str_from(good[i].formula), str_from(good[i].shown), &why))
            world_differs(w, __FILE__, __LINE__, why, str_from(good[i].formula));
    }
    for (int i = 0; i < COUNT_OF(bad); i++) {
        why = S("nothing");
        EXPECT(!decimal_gives(world_arena(w), str_from(bad[i].formula), str_from(bad[i].shown), &why));
        EXPECT_STR(why, str_from(bad[i].why));
    }
}

TESTS(markdown, plain_markdown_becomes_plain_markup, headings_begin_at_two_and_can_be_linked_to, a_table_can_be_scrolled_by_keyboard,
      blocks_are_sections_with_a_title, a_term_leads_to_the_glossary, a_worked_number_is_shown_and_computed_again,
      a_picture_stands_alone_and_has_words, a_link_goes_somewhere_safe_or_nowhere, no_markup_of_the_author_passes,
      text_and_counts_serve_search, problems_are_counted_from_the_line_of_the_file, documents_made_to_hurt_stay_small,
      amplification_is_refused, arithmetic_is_exact)
