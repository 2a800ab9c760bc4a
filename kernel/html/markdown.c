/* markdown - from events to markup, with what lessons need beyond CommonMark.
 *
 * Our own items are masked before md4c reads, so that the stars of {=3*4|12} and the bar of [[a|b]] mean nothing to it;
 * a text event then finds them at their place in the source. Fences cut the document into pieces that are read one by
 * one. Whatever the author wrote, the markup is safe; what she must mend is a problem with its line. */
#include "html/decimal.h"
#include "html/html.h"
#include "html/markdown_own.h"

#include <stdarg.h>

enum { SOURCE_MAX = 64 * 1024, ITEM_MAX = 240, PROBLEMS_MAX = 100, HEADINGS_MAX = 500, NESTED_MAX = 4, LEVEL_MAX = 6,
       SPANS_MAX = 32 };

typedef struct Render {
    Arena  *keep;
    str     source;
    char   *masked;
    int     first_line;
    const MarkdownHooks *hooks;
    Markdown md;
    Out     html, text;
    int     level;                          /* of the last heading; 0 before the first */
    str     heading;                        /* its id */
    MarkdownList ids;                       /* of all headings */
    ptrdiff_t heading_html, heading_text;   /* where the heading that is open began */
    ptrdiff_t paragraph;                    /* where the paragraph that is open began */
    bool    words_here, figure_here;        /* what stands in this paragraph or heading so far */
    uint8_t span[SPANS_MAX];                /* MD_SPANTYPE of the open spans */
    int     spans;
    bool    link_open;
    ptrdiff_t fence[NESTED_MAX];            /* where open blocks began */
    int     fences;
} Render;

/* ---- problems and lists ------------------------------------------------------------------------------------------ */

__attribute__((format(printf, 3, 4))) static void problem(Render *r, ptrdiff_t at, const char *format, ...)
{
    char what[400];
    int line = r->first_line;
    if (r->md.problem_n == PROBLEMS_MAX) return;
    va_list ap;
    va_start(ap, format);
    vsnprintf(what, sizeof what, format, ap);
    va_end(ap);
    for (ptrdiff_t i = 0; i < at; i++) line += r->source.p[i] == '\n';
    if (!r->md.problem) r->md.problem = NEW(r->keep, MarkdownProblem, PROBLEMS_MAX);
    r->md.problem[r->md.problem_n++] = (MarkdownProblem){ line, str_keep(r->keep, str_from(what)) };
}

static void list_add(Arena *keep, MarkdownList *list, str item)
{
    bool full = (list->n & (list->n - 1)) == 0;                /* at 0, 1, 2, 4, 8 … items */
    if (full) {
        str *row = NEW(keep, str, list->n ? list->n * 2 : 1);
        for (ptrdiff_t i = 0; i < list->n; i++) row[i] = list->row[i];
        list->row = row;
    }
    list->row[list->n++] = item;
}

/* ---- masking our items ------------------------------------------------------------------------------------------- */

static ptrdiff_t line_end(str s, ptrdiff_t at)
{
    const char *p = at < s.n ? memchr(s.p + at, '\n', (size_t)(s.n - at)) : NULL;
    return p ? p - s.p : s.n;
}

/* Follows blocks of code from line to line: *open is the '`' or '~' that began the one we are in, or 0. True on a line
 * of code or one of its fences, which have at least three of them after at most three blanks. */
static bool is_code_line(str line, char *open)
{
    ptrdiff_t i = 0;
    while (i < line.n && i < 4 && line.p[i] == ' ') i++;
    str rest = str_slice(line, i, line.n);
    char fence = i == 4 ? 0 : str_starts(rest, S("```")) ? '`' : str_starts(rest, S("~~~")) ? '~' : 0;
    bool inside = *open != 0;
    if (fence && !inside) *open = fence;
    if (fence && fence == *open && inside) *open = 0;
    return inside || fence;
}

/* The item that begins at `at`: its whole length, 0 when none does, -1 when it is not closed on its line. */
static ptrdiff_t item_length(str line, ptrdiff_t at, str *ret_opener)
{
    str rest = str_slice(line, at, at + ITEM_MAX);
    bool term = str_starts(rest, S("[[")), worked = str_starts(rest, S("{="));
    if (!term && !worked) return 0;
    *ret_opener = term ? S("[[") : S("{=");
    ptrdiff_t close = str_find(rest, term ? S("]]") : S("}"));
    return close < 0 ? -1 : close + (term ? 2 : 1);
}

static void mask_line(Render *r, ptrdiff_t from, ptrdiff_t to)
{
    str line = str_slice(r->source, from, to), opener;
    bool code = false;                                         /* between single backticks */
    for (ptrdiff_t i = 0; i < line.n; i++) {
        if (line.p[i] == '`') code = !code;
        bool escaped = i > 0 && line.p[i - 1] == '\\';
        ptrdiff_t n = code || escaped ? 0 : item_length(line, i, &opener);
        if (n < 0) problem(r, from + i, "%.*s is not closed on its line", STR_ARG(opener));
        if (n <= 0) continue;
        memset(r->masked + from + i, MASK_MORE, (size_t)n);
        r->masked[from + i] = MASK_BEGIN;
        i += n - 1;
    }
}

static void mask_items(Render *r)
{
    char code = 0;
    r->masked = (char *)str_keep(r->keep, r->source).p;
    for (ptrdiff_t at = 0; at < r->source.n; at = line_end(r->source, at) + 1) {
        ptrdiff_t to = line_end(r->source, at);
        if (!is_code_line(str_slice(r->source, at, to), &code)) mask_line(r, at, to);
    }
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

static bool has_scheme(str href)
{
    for (ptrdiff_t i = 0; i < href.n && !strchr("/?#", href.p[i]); i++)
        if (href.p[i] == ':') return true;
    return false;
}

/* A path without scheme or host, and with nothing in it that a browser would read as one. */
static bool is_plain_relative(str href)
{
    if (href.n == 0 || has_scheme(href) || str_starts(href, S("//")) || !str_is_plain(href, false)) return false;
    for (ptrdiff_t i = 0; i < href.n; i++)
        if ((unsigned char)href.p[i] <= ' ' || href.p[i] == '\\') return false;
    return true;
}

static bool resolve_link(Render *r, str href, ptrdiff_t at, str *ret)
{
    Url url;
    if (has_scheme(href)) {
        bool good = url_checked(r->keep, href, &url);
        if (good) *ret = url.s;
        else problem(r, at, "this address cannot be used: %.*s", STR_ARG(href));
        return good;
    }
    if (href.n && href.p[0] == '#') {
        *ret = str_fmt(r->keep, "#h-%.*s", STR_ARG(markdown_id(r->keep, str_slice(href, 1, href.n))));
        return true;
    }
    bool found = is_plain_relative(href), ask = found && r->hooks && r->hooks->link;
    *ret = href;
    if (ask) found = r->hooks->link(r->hooks->self, r->keep, href, ret);
    if (!found) problem(r, at, "this link leads nowhere: %.*s", STR_ARG(href));
    return found;
}

/* ---- items of ours ----------------------------------------------------------------------------------------------- */

static void put_words(Render *r, str words)
{
    html_text(&r->html, words);
    out_str(&r->text, words);
    if (str_trim(words).n) r->words_here = true;
}

static void put_term(Render *r, str inside, ptrdiff_t at)
{
    str_pair parts = str_cut(inside, '|');
    str shown = str_trim(parts.head), term = parts.found ? str_trim(parts.tail) : shown, href;
    bool known = r->hooks && r->hooks->term && !r->link_open;
    if (!shown.n || !term.n) problem(r, at, "a term is written [[term]] or [[text|term]]");
    else if (known && !r->hooks->term(r->hooks->self, r->keep, term, &href)) {
        problem(r, at, "the glossary has no word \"%.*s\"", STR_ARG(term));
        known = false;
    }
    known = known && shown.n && term.n;
    if (known) {
        out_lit(&r->html, "<a class=\"term\" href=\"");
        html_text(&r->html, href);
        out_lit(&r->html, "\">");
    }
    put_words(r, shown);
    if (known) out_lit(&r->html, "</a>");
}

static void put_worked(Render *r, str inside, ptrdiff_t at)
{
    str_pair parts = str_cut(inside, '|');
    str shown = str_trim(parts.tail), why;
    if (!parts.found) {
        problem(r, at, "a worked number is written {=formula|what it gives}");
        shown = str_trim(parts.head);
    } else if (!decimal_gives(r->keep, parts.head, shown, &why)) {
        problem(r, at, "{=%.*s|%.*s}: %.*s", STR_ARG(parts.head), STR_ARG(parts.tail), STR_ARG(why));
    }
    r->md.worked++;
    out_lit(&r->html, "<span class=\"worked\">");
    if (str_starts(shown, S("-"))) {                       /* typed as a hyphen, read as a minus */
        put_words(r, S("−"));
        shown = str_slice(shown, 1, shown.n);
    }
    put_words(r, shown);
    out_lit(&r->html, "</span>");
}

static ptrdiff_t put_item(Render *r, ptrdiff_t at)
{
    str opener, rest = str_slice(r->source, at, line_end(r->source, at));
    ptrdiff_t n = item_length(rest, 0, &opener);
    CHECK(n > 0);
    bool term = str_eq(opener, S("[["));
    str inside = str_slice(rest, 2, n - (term ? 2 : 1));
    if (term) put_term(r, inside, at);
    else put_worked(r, inside, at);
    return n;
}

/* Plain text in which our items may stand. */
static void put_text(Render *r, const Event *e)
{
    bool from_source = e->text.p >= r->source.p && e->text.p < r->source.p + r->source.n;
    ptrdiff_t at = from_source ? e->text.p - r->source.p : 0, end = at + e->text.n;
    if (!from_source) put_words(r, e->text);
    while (from_source && at < end) {
        const char *item = memchr(r->masked + at, MASK_BEGIN, (size_t)(end - at));
        ptrdiff_t until = item ? item - r->masked : end;
        put_words(r, str_slice(r->source, at, until));
        at = item ? until + put_item(r, until) : end;
    }
}

static void put_entity(Render *r, str entity)
{
    static const struct { str entity, means; } known[] = {
        { { "&amp;", 5 }, { "&", 1 } }, { { "&lt;", 4 }, { "<", 1 } }, { { "&gt;", 4 }, { ">", 1 } },
        { { "&quot;", 6 }, { "\"", 1 } }, { { "&nbsp;", 6 }, { " ", 1 } },
    };
    str means = entity;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(entity, known[i].entity)) means = known[i].means;
    out_str(&r->html, entity);                                 /* '&', letters and digits, ';': md4c has seen to that */
    out_str(&r->text, means);
    r->words_here = true;
}

/* ---- links and pictures ------------------------------------------------------------------------------------------ */

static void open_link(Render *r, const Event *e)
{
    str href;
    list_add(r->keep, &r->md.links, str_keep(r->keep, e->text));
    r->link_open = resolve_link(r, e->text, e->at, &href);
    if (!r->link_open) return;
    out_lit(&r->html, "<a href=\"");
    html_text(&r->html, href);
    out_str(&r->html, has_scheme(href) ? S("\" rel=\"noreferrer\">") : S("\">"));
}

static void close_link(Render *r)
{
    if (r->link_open) out_lit(&r->html, "</a>");
    r->link_open = false;
}

/* The words between the events of one picture; *i is left at its last event. */
static str alt_text(Render *r, const Events *events, ptrdiff_t *i)
{
    Out alt;
    int depth = 1;
    out_init(&alt, r->keep, 64);
    while (depth > 0 && ++*i < events->n) {
        const Event *e = &events->row[*i];
        if (e->type == MD_SPAN_IMG && e->kind == EVENT_SPAN) depth++;
        if (e->type == MD_SPAN_IMG && e->kind == EVENT_SPAN_END) depth--;
        if (e->kind == EVENT_TEXT) out_str(&alt, e->type == MD_TEXT_SOFTBR ? S(" ") : e->text);
    }
    return str_trim(out_text(&alt));
}

static bool find_picture(Render *r, str src, str alt, ptrdiff_t at, Html *ret)
{
    if (!alt.n) problem(r, at, "a picture needs words for those who cannot see it: ![words](%.*s)", STR_ARG(src));
    bool inside = is_plain_relative(src) && src.p[0] != '/' && str_find(src, S("..")) < 0;
    bool found = inside && r->hooks && r->hooks->image && r->hooks->image(r->hooks->self, r->keep, src, alt, ret);
    if (!inside) problem(r, at, "a picture's address is a file of this course: %.*s", STR_ARG(src));
    else if (!found) problem(r, at, "this picture is missing: %.*s", STR_ARG(src));
    return found;
}

static void put_picture(Render *r, const Events *events, ptrdiff_t *i)
{
    const Event *e = &events->row[*i];
    str title = events->row[++*i].text;                        /* EVENT_TITLE follows */
    str alt = alt_text(r, events, i);
    Html picture;
    if (r->spans || r->heading_html >= 0) problem(r, e->at, "a picture stands in a paragraph of its own");
    if (!find_picture(r, e->text, alt, e->at, &picture)) return;
    r->md.figures++;
    r->figure_here = true;
    out_lit(&r->html, "<figure>");
    html_raw_html(&r->html, picture);
    if (title.n) {
        out_lit(&r->html, "<figcaption>");
        html_text(&r->html, title);
        out_lit(&r->html, "</figcaption>");
        out_str(&r->text, title);
        out_char(&r->text, '\n');
    }
    out_lit(&r->html, "</figure>\n");
}

/* ---- spans ------------------------------------------------------------------------------------------------------- */

static const str span_tags[][2] = {
    [MD_SPAN_EM]     = { { "<em>", 4 },     { "</em>", 5 } },
    [MD_SPAN_STRONG] = { { "<strong>", 8 }, { "</strong>", 9 } },
    [MD_SPAN_CODE]   = { { "<code>", 6 },   { "</code>", 7 } },
};

static bool in_link(const Render *r)
{
    return memchr(r->span, MD_SPAN_A, (size_t)r->spans) != NULL;
}

static void open_span(Render *r, const Event *e)
{
    bool known = e->type == MD_SPAN_EM || e->type == MD_SPAN_STRONG || e->type == MD_SPAN_CODE || e->type == MD_SPAN_A;
    if (!known || r->spans == SPANS_MAX || (e->type == MD_SPAN_A && in_link(r))) return;
    r->span[r->spans++] = e->type;
    if (e->type == MD_SPAN_A) open_link(r, e);
    else out_str(&r->html, span_tags[e->type][0]);
}

static void close_newest_span(Render *r)
{
    uint8_t type = r->span[--r->spans];
    if (type == MD_SPAN_A) close_link(r);
    else out_str(&r->html, span_tags[type][1]);
}

/* md4c may end what it never began: an address may have swallowed the stars that open and left those that close. */
static void close_span(Render *r, const Event *e)
{
    int at = r->spans - 1;
    while (at >= 0 && r->span[at] != e->type) at--;
    while (at >= 0 && r->spans > at) close_newest_span(r);
}

static void close_all_spans(Render *r)
{
    while (r->spans) close_newest_span(r);
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

static void insert(Out *o, ptrdiff_t at, str s)
{
    ptrdiff_t tail = o->n - at;
    out_more(o, s.n);
    memmove(o->p + at + s.n, o->p + at, (size_t)tail);
    memcpy(o->p + at, s.p, (size_t)s.n);
    o->n += s.n;
}

str markdown_id(Arena *keep, str heading)
{
    Out o;
    bool gap = false;
    out_init(&o, keep, heading.n + 1);
    for (ptrdiff_t i = 0; i < heading.n; i++) {
        char c = heading.p[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        bool keeps = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        if (keeps && gap && o.n) out_char(&o, '-');
        if (keeps) out_char(&o, c);
        gap = !keeps;
    }
    return out_text(&o);
}

static bool has_id(const Render *r, str id)
{
    for (ptrdiff_t i = 0; i < r->ids.n; i++)
        if (str_eq(r->ids.row[i], id)) return true;
    return false;
}

static void open_heading(Render *r)
{
    r->heading_html = r->html.n;
    r->heading_text = r->text.n;
}

static void close_heading(Render *r, const Event *e, int level)
{
    str words = str_keep(r->keep, str_trim(str_slice(out_text(&r->text), r->heading_text, r->text.n)));
    str id = markdown_id(r->keep, words);
    if (level == 1) problem(r, e->at, "headings begin with ##; the title stands in the head");
    if (level < 2) level = 2;
    bool jumps = r->level && level > r->level + 1;
    if (jumps) problem(r, e->at, "a heading of level %d follows one of level %d", level, r->level);
    if (!id.n) problem(r, e->at, "a heading without words");
    if (has_id(r, id)) problem(r, e->at, "two headings say the same: %.*s", STR_ARG(words));
    if (r->ids.n < HEADINGS_MAX) {
        list_add(r->keep, &r->ids, id);
        list_add(r->keep, &r->md.headings, words);
    } else {
        problem(r, e->at, "more than %d headings", HEADINGS_MAX);
    }
    r->heading = str_fmt(r->keep, "h-%.*s", STR_ARG(id));
    r->level = level;
    insert(&r->html, r->heading_html, str_fmt(r->keep, "<h%d id=\"%.*s\">", level, STR_ARG(r->heading)));
    out_fmt(&r->html, "</h%d>\n", level);
    r->heading_html = -1;
}

static void open_paragraph(Render *r)
{
    r->paragraph = r->html.n;
    r->words_here = r->figure_here = false;
}

static void close_paragraph(Render *r, const Event *e)
{
    if (r->words_here && r->figure_here) problem(r, e->at, "a picture stands in a paragraph of its own");
    if (!r->figure_here) {
        insert(&r->html, r->paragraph, S("<p>"));
        out_lit(&r->html, "</p>\n");
    }
    out_char(&r->text, '\n');
}

static void open_table(Render *r)
{
    out_lit(&r->html, "<div class=\"table\" tabindex=\"0\"");
    if (r->heading.n) {
        out_lit(&r->html, " role=\"group\" aria-labelledby=\"");
        html_text(&r->html, r->heading);
        out_char(&r->html, '"');
    }
    out_lit(&r->html, "><table>\n");
}

/* An empty cell in the head is a corner, not the name of a column. */
static void open_cell(Render *r, const Events *events, ptrdiff_t i)
{
    static const char *const aligned[] = { "", " align=\"left\"", " align=\"center\"", " align=\"right\"" };
    const Event *e = &events->row[i];
    bool corner = e->type == MD_BLOCK_TH && i + 1 < events->n && events->row[i + 1].kind == EVENT_BLOCK_END;
    out_str(&r->html, e->type == MD_BLOCK_TH && !corner ? S("<th scope=\"col\"") : S("<td"));
    out_str(&r->html, str_from(aligned[e->align & 3]));
    out_char(&r->html, '>');
}

static void close_cell(Render *r, const Events *events, ptrdiff_t i)
{
    const Event *e = &events->row[i], *before = &events->row[i - 1];
    bool corner = e->type == MD_BLOCK_TH && before->kind == EVENT_BLOCK && before->type == MD_BLOCK_TH;
    out_str(&r->html, e->type == MD_BLOCK_TH && !corner ? S("</th>") : S("</td>"));
    out_char(&r->text, ' ');
}

static void open_block(Render *r, const Events *events, ptrdiff_t i)
{
    const Event *e = &events->row[i];
    close_all_spans(r);
    switch (e->type) {
    case MD_BLOCK_QUOTE: out_lit(&r->html, "<blockquote>\n"); break;
    case MD_BLOCK_UL:    out_lit(&r->html, "<ul>\n"); break;
    case MD_BLOCK_OL:
        if (e->number == 1) out_lit(&r->html, "<ol>\n");
        else out_fmt(&r->html, "<ol start=\"%d\">\n", e->number);
        break;
    case MD_BLOCK_LI:    out_lit(&r->html, "<li>"); break;
    case MD_BLOCK_HR:    out_lit(&r->html, "<hr>\n"); break;
    case MD_BLOCK_H:     open_heading(r); break;
    case MD_BLOCK_CODE:  out_lit(&r->html, "<pre tabindex=\"0\"><code>"); break;
    case MD_BLOCK_P:     open_paragraph(r); break;
    case MD_BLOCK_TABLE: open_table(r); break;
    case MD_BLOCK_THEAD: out_lit(&r->html, "<thead>\n"); break;
    case MD_BLOCK_TBODY: out_lit(&r->html, "<tbody>\n"); break;
    case MD_BLOCK_TR:    out_lit(&r->html, "<tr>"); break;
    case MD_BLOCK_TH: case MD_BLOCK_TD: open_cell(r, events, i); break;
    default: break;                                            /* the document; HTML, which is switched off */
    }
}

static void close_block(Render *r, const Events *events, ptrdiff_t i, int heading_level)
{
    const Event *e = &events->row[i];
    close_all_spans(r);
    switch (e->type) {
    case MD_BLOCK_QUOTE: out_lit(&r->html, "</blockquote>\n"); break;
    case MD_BLOCK_UL:    out_lit(&r->html, "</ul>\n"); break;
    case MD_BLOCK_OL:    out_lit(&r->html, "</ol>\n"); break;
    case MD_BLOCK_LI:    out_lit(&r->html, "</li>\n"); break;
    case MD_BLOCK_H:     close_heading(r, e, heading_level); break;
    case MD_BLOCK_CODE:  out_lit(&r->html, "</code></pre>\n"); break;
    case MD_BLOCK_P:     close_paragraph(r, e); break;
    case MD_BLOCK_TABLE: out_lit(&r->html, "</table></div>\n"); break;
    case MD_BLOCK_THEAD: out_lit(&r->html, "</thead>\n"); break;
    case MD_BLOCK_TBODY: out_lit(&r->html, "</tbody>\n"); break;
    case MD_BLOCK_TR:    out_lit(&r->html, "</tr>\n"); break;
    case MD_BLOCK_TH: case MD_BLOCK_TD: close_cell(r, events, i); break;
    default: break;
    }
    bool line = e->type == MD_BLOCK_LI || e->type == MD_BLOCK_H || e->type == MD_BLOCK_CODE || e->type == MD_BLOCK_TR;
    if (line) out_char(&r->text, '\n');
}

static void put_text_event(Render *r, const Event *e)
{
    switch (e->type) {
    case MD_TEXT_BR:     out_lit(&r->html, "<br>\n"); out_char(&r->text, '\n'); break;
    case MD_TEXT_SOFTBR: out_char(&r->html, '\n'); out_char(&r->text, '\n'); break;
    case MD_TEXT_ENTITY: put_entity(r, e->text); break;
    case MD_TEXT_CODE:   put_words(r, e->text); break;
    default:             put_text(r, e); break;
    }
}

static void put_events(Render *r, const Events *events)
{
    int heading_level = 0;
    for (ptrdiff_t i = 0; i < events->n; i++) {
        const Event *e = &events->row[i];
        if (e->kind == EVENT_BLOCK && e->type == MD_BLOCK_H) heading_level = e->number;
        if (e->kind == EVENT_BLOCK) open_block(r, events, i);
        else if (e->kind == EVENT_BLOCK_END) close_block(r, events, i, heading_level);
        else if (e->kind == EVENT_TEXT) put_text_event(r, e);
        else if (e->kind == EVENT_SPAN && e->type == MD_SPAN_IMG) put_picture(r, events, &i);
        else if (e->kind == EVENT_SPAN) open_span(r, e);
        else if (e->kind == EVENT_SPAN_END) close_span(r, e);
    }
}

/* ---- fences ------------------------------------------------------------------------------------------------------ */

/* The events of a piece are needed only until it is written, and what is written stays. So they live at the far end of
 * the arena, which is given back after each piece. */
static void put_piece(Render *r, ptrdiff_t from, ptrdiff_t to)
{
    if (!str_trim(str_slice(r->source, from, to)).n) return;
    ptrdiff_t size = markdown_events_bytes(to - from);
    char *end = r->keep->end;
    if (end - r->keep->at < size) arena_alloc(r->keep, 1, 1, size);   /* faults */
    Arena far = { end - size, end, r->keep->landing }, whole = far;
    r->keep->end = far.at;
    Events events = markdown_events(&far, r->source, r->masked, from, to);
    if (events.too_many) problem(r, from, "this is too intricate; please write it more simply");
    else put_events(r, &events);
    arena_poison(&whole);
    r->keep->end = end;
}

static bool is_block_name(str name)
{
    static const str names[] = {
        { "example", 7 }, { "tip", 3 }, { "warning", 7 }, { "mistake", 7 }, { "specimen", 8 }, { "case", 4 },
        { "steps", 5 }, { "keys", 4 },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(name, names[i])) return true;
    return false;
}

static void open_fence(Render *r, str head, ptrdiff_t at)
{
    str_pair parts = str_cut(head, ' ');
    str name = parts.head, title = str_trim(parts.tail);
    bool known = is_block_name(name);
    if (!known) problem(r, at, "no block is called \"%.*s\"", STR_ARG(name));
    if (r->fences == NESTED_MAX) {
        problem(r, at, "more than %d blocks in one another", NESTED_MAX);
        return;
    }
    r->fence[r->fences++] = at;
    list_add(r->keep, &r->md.blocks, known ? str_keep(r->keep, name) : S("case"));
    out_lit(&r->html, "<section class=\"");
    out_str(&r->html, r->md.blocks.row[r->md.blocks.n - 1]);
    out_lit(&r->html, "\">\n");
    if (!title.n) return;
    int level = !r->level ? 3 : r->level < LEVEL_MAX ? r->level + 1 : LEVEL_MAX;
    out_fmt(&r->html, "<h%d class=\"block-title\">", level);
    put_words(r, title);
    out_fmt(&r->html, "</h%d>\n", level);
    out_char(&r->text, '\n');
}

static void close_fence(Render *r, ptrdiff_t at)
{
    if (!r->fences) {
        problem(r, at, "::: closes nothing here");
        return;
    }
    r->fences--;
    out_lit(&r->html, "</section>\n");
}

static void put_document(Render *r)
{
    char code = 0;
    ptrdiff_t from = 0;
    for (ptrdiff_t at = 0; at < r->source.n; at = line_end(r->source, at) + 1) {
        ptrdiff_t to = line_end(r->source, at);
        str line = str_slice(r->source, at, to);
        if (is_code_line(line, &code) || !str_starts(line, S(":::"))) continue;
        put_piece(r, from, at);
        from = to;
        str head = str_trim(str_slice(line, 3, line.n));
        if (head.n) open_fence(r, head, at);
        else close_fence(r, at);
    }
    put_piece(r, from, r->source.n);
    while (r->fences) {
        problem(r, r->fence[r->fences - 1], "this block is not closed with :::");
        close_fence(r, r->source.n);
    }
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static int64_t count_words(str text)
{
    int64_t n = 0;
    bool inside = false;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool letter = c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (letter && !inside) n++;
        inside = letter || (inside && c > ' ');                /* "don't", "4.50" and "re-use" are one word */
    }
    return n;
}

/* Line ends as LF, whatever the editor wrote. */
static str with_lf(Arena *keep, str s)
{
    Out o;
    if (str_find(s, S("\r\n")) < 0) return s;
    out_init(&o, keep, s.n);
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n') out_char(&o, s.p[i]);
    return out_text(&o);
}

static ptrdiff_t first_bad_byte(str s)
{
    ptrdiff_t from = 0;
    while (from < s.n && str_is_plain(str_slice(s, from, line_end(s, from)), true)) from = line_end(s, from) + 1;
    return from;
}

Markdown markdown_render(Arena *keep, str source, int first_line, const MarkdownHooks *hooks)
{
    Render r = { .keep = keep, .first_line = first_line, .hooks = hooks, .heading_html = -1 };
    r.source = with_lf(keep, source.n > 2 * SOURCE_MAX ? str_slice(source, 0, 2 * SOURCE_MAX) : source);
    out_init(&r.html, keep, r.source.n * 2 + 256);
    out_init(&r.text, keep, r.source.n + 256);
    if (r.source.n > SOURCE_MAX) {
        problem(&r, 0, "longer than %d KiB", SOURCE_MAX / 1024);
    } else if (!str_is_plain(r.source, true)) {
        problem(&r, first_bad_byte(r.source), "this is not plain text in UTF-8");
    } else {
        mask_items(&r);
        put_document(&r);
    }
    r.md.html = (Html){ out_text(&r.html) };
    r.md.text = out_text(&r.text);
    r.md.words = count_words(r.md.text);
    return r.md;
}
