/* markdown_fuzz - any bytes as a lesson.
 *
 * Holds that: rendering ends within a bound; every tag is one of ours and closed where it was opened; every address is
 * of a kind that may stand in a page. */
#include "html/markdown.h"

static bool term(void *self, Arena *keep, str word, str *ret_href)
{
    *ret_href = str_fmt(keep, "/learn/glossary#%.*s", STR_ARG(markdown_id(keep, word)));
    return word.n % 2 == 0;
}

static bool image(void *self, Arena *keep, str src, str alt, Html *ret)
{
    *ret = (Html){ S("<svg></svg>") };
    return src.n % 2 == 0;
}

static bool lesson(void *self, Arena *keep, str href, str *ret_href)
{
    *ret_href = href;
    return href.n % 2 == 0;
}

/* The name of the tag at the front of s, for which it must be one of ours. */
static str tag_name(str s)
{
    static const char *const ours[] = {
        "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "a", "span",
        "figure", "figcaption", "svg", "section", "div", "table", "thead", "tbody", "tr", "th", "td", "br", "hr",
    };
    ptrdiff_t n = 0;
    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= '0' && s.p[n] <= '9'))) n++;
    str name = str_slice(s, 0, n);
    bool known = false;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) known |= str_eq(name, str_from(ours[i]));
    CHECK(known);
    return name;
}

static void check_address(str tag)
{
    ptrdiff_t at = str_find(tag, S(" href=\""));
    if (at < 0) return;
    str href = str_cut(str_slice(tag, at + 7, tag.n), '"').head;
    str_pair scheme = str_cut(href, ':');
    static const char *const kinds[] = { "http", "https", "mailto", "tel" };
    bool good = !scheme.found;
    for (ptrdiff_t i = 0; i < scheme.head.n; i++) good |= strchr("/?#", scheme.head.p[i]) != NULL;   /* no scheme then */
    for (int i = 0; i < 4; i++) good |= str_eq_nocase(scheme.head, str_from(kinds[i]));
    CHECK(good && !str_starts(href, S("//")));
}

static void check_markup(Arena *arena, str html)
{
    str *open = NEW(arena, str, html.n / 3 + 1);
    ptrdiff_t depth = 0;
    for (str_pair cut = str_cut(html, '<'); cut.found; cut = str_cut(cut.tail, '<')) {
        CHECK(str_find(cut.head, S("\"><")) < 0);
        str_pair tag = str_cut(cut.tail, '>');
        CHECK(tag.found);
        bool closing = str_starts(cut.tail, S("/"));
        str name = tag_name(str_slice(cut.tail, closing, cut.tail.n));
        check_address(tag.head);
        if (str_eq(name, S("br")) || str_eq(name, S("hr"))) continue;
        if (!closing) open[depth++] = name;
        else CHECK(depth > 0 && str_eq(open[--depth], name));
    }
    CHECK(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    static const MarkdownHooks hooks = { .term = term, .image = image, .link = lesson };
    if (!region.base && !region_open(&region, (size_t)128 << 20)) return 0;
    Landing landing;
    Arena arena = region_arena(&region, &landing);
    if (setjmp(landing.jump)) abort();                       /* no document needs that much */
    Markdown md = markdown_render(&arena, (str){ (const char *)data, (ptrdiff_t)size }, 1, &hooks);
    CHECK(md.problem_n <= 100 && str_is_utf8(md.html.s));
    for (ptrdiff_t i = 0; i < md.problem_n; i++) CHECK(md.problem[i].line > 0 && md.problem[i].what.n);
    check_markup(&arena, md.html.s);
    region_reset(&region, (size_t)4 << 20);
    return 0;
}
