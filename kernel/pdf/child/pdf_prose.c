/* pdf_prose - text, line by line. */
#include <unicode/uchar.h>

#include "pdf_sheet.h"

#define PT(units) ((double)(units) / PANGO_SCALE)

/* ---- making ----------------------------------------------------------------------------------------------------------- */

/* A text runs as its first strong letter says (UAX #9, P2), and as the document where it has none; it stands where the document's
 * lines begin whichever way it runs. So Pango is not asked: its left and right would change places with each paragraph. */
static bool runs_against(const Sheet *s, str text)
{
    for (int32_t c; text.n && (c = utf8_next(&text)) >= 0;) {
        UCharDirection d = u_charDirection(c);
        if (d == U_LEFT_TO_RIGHT) return s->rtl;
        if (d == U_RIGHT_TO_LEFT || d == U_RIGHT_TO_LEFT_ARABIC) return !s->rtl;
    }
    return false;
}

static PangoAlignment aligned(const Sheet *s, PdfAlign align)
{
    if (align == PDF_CENTER) return PANGO_ALIGN_CENTER;
    if (align == PDF_NUMBER) return PANGO_ALIGN_RIGHT;
    return (align == PDF_END) != s->rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

static void set_font(const Sheet *s, PangoLayout *layout, Style style)
{
    PangoFontDescription *font = pango_font_description_copy(pango_context_get_font_description(s->text));
    pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
    if (style.bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
}

static void set_figures(PangoLayout *layout)
{
    PangoAttrList *list = pango_attr_list_new();
    pango_attr_list_insert(list, pango_attr_font_features_new("tnum=1"));
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
}

Prose prose_of(const Sheet *s, str text, Style style, double width)
{
    PangoLayout *layout = pango_layout_new(runs_against(s, text) ? s->against : s->text);
    set_font(s, layout, style);
    pango_layout_set_auto_dir(layout, FALSE);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout, text.n ? text.p : "", (int)text.n);
    pango_layout_set_alignment(layout, aligned(s, style.align));
    if (style.figures) set_figures(layout);
    return (Prose){ .layout = layout, .lines = pango_layout_get_line_count(layout), .grey = style.grey };
}

void prose_free(Prose *p)
{
    g_object_unref(p->layout);
}

/* ---- measuring -------------------------------------------------------------------------------------------------------- */

/* Of line `i`, from the top of the first. */
static void line_range(const Prose *p, int from, int to, double *ret_top, double *ret_bottom)
{
    PangoLayoutIter *at = pango_layout_get_iter(p->layout);
    int y0 = 0, y1 = 0, first = 0;
    for (int i = 0; i < to; i++) {
        pango_layout_iter_get_line_yrange(at, &y0, &y1);
        if (i == from) first = y0;
        pango_layout_iter_next_line(at);
    }
    pango_layout_iter_free(at);
    *ret_top = PT(first);
    *ret_bottom = PT(y1);
}

double prose_height(const Prose *p, int from, int n)
{
    double top, bottom;
    if (n <= 0) return 0;
    line_range(p, from, from + n, &top, &bottom);
    return bottom - top;
}

double prose_baseline(const Prose *p) { return PT(pango_layout_get_baseline(p->layout)); }

int prose_fit(const Prose *p, int from, double room)
{
    PangoLayoutIter *at = pango_layout_get_iter(p->layout);
    int n = 0, y0, y1, first = 0;
    for (int i = 0; i < p->lines; i++) {
        pango_layout_iter_get_line_yrange(at, &y0, &y1);
        if (i == from) first = y0;
        if (i >= from && PT(y1 - first) > room) break;
        n += i >= from;
        pango_layout_iter_next_line(at);
    }
    pango_layout_iter_free(at);
    return n;
}

/* ---- drawing ---------------------------------------------------------------------------------------------------------- */

/* Into an attribute between apostrophes: RFC 3986 has neither those nor what is not ASCII. */
static void add_address(GString *to, str address)
{
    for (ptrdiff_t i = 0; i < address.n; i++) {
        unsigned char c = (unsigned char)address.p[i];
        if (c <= ' ' || c >= 0x7f || c == '\'' || c == '\\') g_string_append_printf(to, "%%%02X", c);
        else g_string_append_c(to, (char)c);
    }
}

static void link_area(Sheet *s, str address, double x, double y, double width, double height)
{
    GString *about = g_string_new(NULL);
    char number[4][G_ASCII_DTOSTR_BUF_SIZE];
    double side[4] = { x, y, width, height };
    for (int i = 0; i < 4; i++) g_ascii_formatd(number[i], sizeof number[i], "%.2f", side[i]);
    g_string_printf(about, "rect=[%s %s %s %s] uri='", number[0], number[1], number[2], number[3]);
    add_address(about, address);
    g_string_append_c(about, '\'');
    cairo_tag_begin(s->cr, CAIRO_TAG_LINK, about->str);
    cairo_tag_end(s->cr, CAIRO_TAG_LINK);
    g_string_free(about, TRUE);
}

/* A link may lie in several pieces of one line, when directions mix. */
static void line_links(Sheet *s, const Prose *p, PangoLayoutLine *line, double x, double y, double height)
{
    for (int i = 0; i < p->link_n; i++) {
        const Link *link = &p->link[i];
        int *range = NULL, n = 0;
        if (link->to <= line->start_index || link->from >= line->start_index + line->length) continue;
        pango_layout_line_get_x_ranges(line, link->from, link->to, &range, &n);
        for (int k = 0; k < n; k++) link_area(s, link->address, x + PT(range[2 * k]), y, PT(range[2 * k + 1] - range[2 * k]), height);
        g_free(range);
    }
}

void prose_draw(Sheet *s, const Prose *p, int from, int n, double x, double y)
{
    if (!s->drawing) return;
    PangoLayoutIter *at = pango_layout_get_iter(p->layout);
    cairo_set_source_rgb(s->cr, p->grey, p->grey, p->grey);
    for (int i = 0, first = 0; i < from + n && i < p->lines; i++, pango_layout_iter_next_line(at)) {
        int y0, y1;
        PangoRectangle logical;
        pango_layout_iter_get_line_yrange(at, &y0, &y1);
        if (i == from) first = y0;
        if (i < from) continue;
        pango_layout_iter_get_line_extents(at, NULL, &logical);
        cairo_move_to(s->cr, x + PT(logical.x), y + PT(pango_layout_iter_get_baseline(at) - first));
        pango_cairo_show_layout_line(s->cr, pango_layout_iter_get_line_readonly(at));
        line_links(s, p, pango_layout_iter_get_line_readonly(at), x, y + PT(y0 - first), PT(y1 - y0));
    }
    pango_layout_iter_free(at);
}

/* Of the n lines that fit those that may stay: none is left alone at the foot, and none goes alone to the next page. */
static int that_stay(const Prose *p, int from, int n)
{
    int left = p->lines - from - n;
    if (left <= 0) return p->lines - from;
    if (left == 1 && n > 1) n--;
    return n == 1 && from == 0 ? 0 : n;
}

void prose_flow(Sheet *s, Prose *p, double from_start, double width, const char *tag)
{
    for (int from = 0, n; from < p->lines; from += n) {
        n = that_stay(p, from, prose_fit(p, from, s->bottom - s->y));
        if (n == 0 && !sheet_is_fresh(s)) {
            sheet_next(s);
            continue;
        }
        if (n == 0) n = 1;                               /* a line higher than a page is cut by its edge */
        sheet_tag(s, tag);
        prose_draw(s, p, from, n, sheet_x(s, from_start, width), s->y);
        sheet_untag(s, tag);
        s->y += prose_height(p, from, n);
    }
    prose_free(p);
}
