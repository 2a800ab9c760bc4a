/* pdf_draw - in the child: from blocks to a file. */
#include <cairo-pdf.h>

#include "child/child_glib.h"
#include "pdf_sheet.h"

enum { SPANS_MAX = 500 };
#define PT_PER_MM (72 / 25.4)
#define INK 0.1                             /* nearly black */
#define INDENT 1.6                          /* of a list, in its text's size */

typedef struct Paper { double width, height, margin, foot, size; } Paper;       /* points */
static const Paper papers[] = {
    [PDF_A4]     = { 595.276, 841.890, 56, 68, 10.5 },
    [PDF_A5]     = { 419.528, 595.276, 40, 52, 9.5 },
    [PDF_LETTER] = { 612,     792,     56, 68, 10.5 },
};

/* What stands before the blocks. */
typedef struct Front { int64_t paper, rtl; str made, title, author, lang, footer, page_of; } Front;

static bool take_front(str *in, Front *ret)
{
    return wire_take_int(in, &ret->paper) && ret->paper >= PDF_A4 && ret->paper <= PDF_LETTER && wire_take_int(in, &ret->rtl)
        && wire_take_str(in, &ret->made) && wire_take_str(in, &ret->title) && wire_take_str(in, &ret->author)
        && wire_take_str(in, &ret->lang) && wire_take_str(in, &ret->footer) && wire_take_str(in, &ret->page_of);
}

/* ---- blocks ----------------------------------------------------------------------------------------------------------- */

static double full_width(const Sheet *s) { return s->right - s->left; }

static void gap(Sheet *s, double points)
{
    if (!sheet_is_fresh(s)) s->y += points;
}

/* A heading at the foot of a page would speak of the next: it goes there with at least two lines. */
static void put_heading(Sheet *s, str text, double size, const char *tag)
{
    Prose p = prose_of(s, text, (Style){ .size = size, .bold = true, .grey = INK, .align = PDF_START }, full_width(s));
    gap(s, size * 0.8);
    if (s->y + prose_height(&p, 0, p.lines) + s->size * 4.5 > s->bottom && !sheet_is_fresh(s)) sheet_next(s);
    prose_flow(s, &p, 0, full_width(s), tag);
    s->y += size * 0.25;
}

static bool put_title(Sheet *s, str *in)
{
    str text;
    if (!wire_take_str(in, &text)) return false;
    put_heading(s, text, s->size * 1.9, "H1");
    s->y += s->size * 0.4;
    return true;
}

static bool put_level(Sheet *s, str *in)
{
    static const double size[] = { 0, 1.45, 1.2, 1.0 };
    static const char *const tag[] = { "", "H2", "H3", "H4" };
    int64_t level;
    str text;
    if (!wire_take_int(in, &level) || level < 1 || level > 3 || !wire_take_str(in, &text)) return false;
    put_heading(s, text, s->size * size[level], tag[level]);
    return true;
}

/* Text of all parts in one, with what holds for which bytes of it. */
typedef struct Spans { GString *text; PangoAttrList *attributes; Link link[SPANS_MAX]; int link_n; } Spans;

static void mark(Spans *all, PangoAttribute *attribute, guint from)
{
    attribute->start_index = from;
    attribute->end_index = (guint)all->text->len;
    pango_attr_list_insert(all->attributes, attribute);
}

static bool take_span(Spans *all, str *in)
{
    str text, link;
    int64_t style;
    guint from = (guint)all->text->len;
    if (!wire_take_str(in, &text) || !wire_take_int(in, &style) || !wire_take_str(in, &link)) return false;
    g_string_append_len(all->text, text.n ? text.p : "", (gssize)text.n);
    if (style & SPAN_BOLD) mark(all, pango_attr_weight_new(PANGO_WEIGHT_BOLD), from);
    if (style & SPAN_ITALIC) mark(all, pango_attr_style_new(PANGO_STYLE_ITALIC), from);
    if (!link.n) return true;
    mark(all, pango_attr_foreground_new(0x1000, 0x4000, 0x8000), from);
    mark(all, pango_attr_underline_new(PANGO_UNDERLINE_SINGLE), from);
    all->link[all->link_n++] = (Link){ (int)from, (int)all->text->len, link };
    return true;
}

static void draw_spans(Sheet *s, Spans *all)
{
    str text = { all->text->str, (ptrdiff_t)all->text->len };
    Prose p = prose_of(s, text, (Style){ .size = s->size, .grey = INK, .align = PDF_START }, full_width(s));
    pango_layout_set_attributes(p.layout, all->attributes);
    p.lines = pango_layout_get_line_count(p.layout);
    p.link = all->link;
    p.link_n = all->link_n;
    gap(s, s->size * 0.45);
    prose_flow(s, &p, 0, full_width(s), "P");
}

static bool put_spans(Sheet *s, str *in)
{
    int64_t n;
    bool fine = wire_take_int(in, &n) && n >= 0 && n <= SPANS_MAX;
    Spans *all = g_new0(Spans, 1);
    all->text = g_string_new(NULL);
    all->attributes = pango_attr_list_new();
    for (int64_t i = 0; fine && i < n; i++) fine = take_span(all, in);
    if (fine) draw_spans(s, all);
    pango_attr_list_unref(all->attributes);
    g_string_free(all->text, TRUE);
    g_free(all);
    return fine;
}

/* The mark stands beside the first line, so on the page where that is. */
static bool put_item(Sheet *s, str *in)
{
    int64_t number;
    str text;
    char mark_text[32] = "\xE2\x80\xA2";
    if (!wire_take_int(in, &number) || !wire_take_str(in, &text)) return false;
    if (number > 0) g_snprintf(mark_text, sizeof mark_text, "%d.", (int)number);
    double indent = s->size * (number > 99 ? INDENT + 1 : INDENT);
    Style style = { .size = s->size, .grey = INK, .align = PDF_START };
    Prose words = prose_of(s, text, style, full_width(s) - indent), point = prose_of(s, str_from(mark_text), style, indent);
    gap(s, s->size * 0.2);
    double lines = prose_height(&words, 0, words.lines > 1 ? 2 : 1);
    if (s->y + lines > s->bottom && !sheet_is_fresh(s)) sheet_next(s);
    prose_draw(s, &point, 0, 1, sheet_x(s, 0, indent), s->y + prose_baseline(&words) - prose_baseline(&point));
    prose_flow(s, &words, indent, full_width(s) - indent, "P");
    prose_free(&point);
    return true;
}

static bool put_pair(Sheet *s, str *in)
{
    str key, value;
    if (!wire_take_str(in, &key) || !wire_take_str(in, &value)) return false;
    pair_row(s, key, value);
    return true;
}

static bool put_table(Sheet *s, str *in)
{
    int64_t n, align, share[PDF_COLUMNS_MAX], all = 0;
    if (!wire_take_int(in, &n) || n < 1 || n > PDF_COLUMNS_MAX) return false;
    for (int i = 0; i < n; i++) {
        if (!wire_take_str(in, &s->column[i].head) || !wire_take_int(in, &align) || !wire_take_int(in, &share[i]) || share[i] < 1) return false;
        s->column[i].align = (PdfAlign)align;
        all += share[i];
    }
    s->column_n = (int)n;
    double x = 0;
    for (int i = 0; i < n; x += s->column[i++].width) {
        s->column[i].x = x;
        s->column[i].width = full_width(s) * (double)share[i] / (double)all;
    }
    table_begin(s);
    return true;
}

static bool put_row(Sheet *s, str *in)
{
    str cell[PDF_COLUMNS_MAX];
    for (int i = 0; i < s->column_n; i++)
        if (!wire_take_str(in, &cell[i])) return false;
    table_row(s, cell);
    return true;
}

static bool put_rule(Sheet *s)
{
    gap(s, s->size * 0.7);
    if (s->drawing) {
        cairo_set_source_rgb(s->cr, 0.6, 0.6, 0.6);
        cairo_rectangle(s->cr, s->left, s->y, full_width(s), 0.7);
        cairo_fill(s->cr);
    }
    s->y += s->size * 0.5;
    return true;
}

static bool put_space(Sheet *s, str *in)
{
    int64_t points;
    if (!wire_take_int(in, &points) || points < 0) return false;
    gap(s, (double)points);
    if (s->y > s->bottom) sheet_next(s);
    return true;
}

static ChildEnd put_picture(Sheet *s, str *in)
{
    int64_t width;
    str png;
    if (!wire_take_int(in, &width) || !wire_take_str(in, &png)) return CHILD_BROKE;
    gap(s, s->size * 0.5);
    return figure_picture(s, (double)width * PT_PER_MM, png);
}

static ChildEnd put_qr(Sheet *s, str *in)
{
    int64_t width, size;
    str dark;
    if (!wire_take_int(in, &width) || !wire_take_int(in, &size) || !wire_take_str(in, &dark)) return CHILD_BROKE;
    gap(s, s->size * 0.5);
    return figure_qr(s, (double)width * PT_PER_MM, (int)size, dark);
}

static ChildEnd put_block(Sheet *s, str *in)
{
    int64_t block;
    bool fine = false;
    if (!wire_take_int(in, &block)) return CHILD_BROKE;
    if (block != BLOCK_ROW && block != BLOCK_PAIR) sheet_close_table(s);
    switch ((PdfBlock)block) {
    case BLOCK_TITLE:   fine = put_title(s, in); break;
    case BLOCK_HEADING: fine = put_level(s, in); break;
    case BLOCK_SPANS:   fine = put_spans(s, in); break;
    case BLOCK_ITEM:    fine = put_item(s, in); break;
    case BLOCK_PAIR:    fine = put_pair(s, in); break;
    case BLOCK_TABLE:   fine = put_table(s, in); break;
    case BLOCK_ROW:     fine = put_row(s, in); break;
    case BLOCK_RULE:    fine = put_rule(s); break;
    case BLOCK_SPACE:   fine = put_space(s, in); break;
    case BLOCK_BREAK:   fine = true; sheet_next(s); break;
    case BLOCK_PICTURE: return put_picture(s, in);
    case BLOCK_QR:      return put_qr(s, in);
    }
    return fine ? CHILD_DONE : CHILD_BROKE;
}

/* ---- a document ------------------------------------------------------------------------------------------------------- */

typedef struct Tools { cairo_t *cr; PangoContext *text, *against; } Tools;

static Sheet sheet_of(const Front *front, const Tools *tools, int pages)
{
    const Paper *paper = &papers[front->paper];
    return (Sheet){ .cr = tools->cr, .text = tools->text, .against = tools->against,
                    .width = paper->width, .height = paper->height, .left = paper->margin, .right = paper->width - paper->margin,
                    .top = paper->margin, .bottom = paper->height - paper->foot, .y = paper->margin,
                    .size = paper->size, .page = 1, .pages = pages, .rtl = front->rtl, .drawing = pages > 0,
                    .footer = front->footer, .page_of = front->page_of };
}

static ChildEnd go_through(Sheet *s, str blocks)
{
    ChildEnd end = CHILD_DONE;
    while (blocks.n && end == CHILD_DONE && !s->full) end = put_block(s, &blocks);
    if (s->full) return CHILD_TOO_LARGE;
    sheet_end(s);
    return end;
}

/* Counting costs as much as drawing, so it is done only for who says how many pages there are. */
static ChildEnd draw_all(const Front *front, const Tools *tools, str blocks)
{
    int pages = 1;
    if (str_find(front->page_of, S("{pages}")) >= 0) {
        Sheet counted = sheet_of(front, tools, 0);
        ChildEnd end = go_through(&counted, blocks);
        if (end != CHILD_DONE) return end;
        pages = counted.page;
    }
    Sheet s = sheet_of(front, tools, pages);
    return go_through(&s, blocks);
}

static PangoContext *text_for(const Front *front, cairo_t *cr, const char *lang, bool rtl)
{
    PangoContext *text = pango_cairo_create_context(cr);
    cairo_font_options_t *plain = cairo_font_options_create();
    cairo_font_options_set_hint_style(plain, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(plain, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(text, plain);
    cairo_font_options_destroy(plain);
    pango_context_set_round_glyph_positions(text, FALSE);
    pango_context_set_base_dir(text, rtl ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
    pango_context_set_language(text, pango_language_from_string(*lang ? lang : "en"));
    PangoFontDescription *font = pango_font_description_from_string(fonts_for(front->lang));
    pango_context_set_font_description(text, font);
    pango_font_description_free(font);
    return text;
}

static void say(cairo_surface_t *pdf, cairo_pdf_metadata_t what, str text)
{
    char *z = g_strndup(text.n ? text.p : "", (gsize)text.n);
    if (*z) cairo_pdf_surface_set_metadata(pdf, what, z);
    g_free(z);
}

static cairo_status_t add_bytes(void *file, const unsigned char *p, unsigned n)
{
    if (((GByteArray *)file)->len + (gsize)n > PDF_FILE_MAX) return CAIRO_STATUS_WRITE_ERROR;
    g_byte_array_append(file, p, n);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *surface_for(const Front *front, GByteArray *file)
{
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(add_bytes, file, papers[front->paper].width, papers[front->paper].height);
    say(pdf, CAIRO_PDF_METADATA_TITLE, front->title);
    say(pdf, CAIRO_PDF_METADATA_AUTHOR, front->author);
    say(pdf, CAIRO_PDF_METADATA_CREATOR, S("Sampan"));
    say(pdf, CAIRO_PDF_METADATA_CREATE_DATE, front->made);
    return pdf;
}

static ChildEnd end_for(cairo_status_t status)
{
    switch (status) {
    case CAIRO_STATUS_SUCCESS:     return CHILD_DONE;
    case CAIRO_STATUS_NO_MEMORY:   return CHILD_NO_MEMORY;
    case CAIRO_STATUS_WRITE_ERROR: return CHILD_TOO_LARGE;
    default:                       return CHILD_BROKE;
    }
}

static ChildEnd draw(const Front *front, str blocks, GByteArray *file)
{
    cairo_surface_t *pdf = surface_for(front, file);
    cairo_t *cr = cairo_create(pdf);
    char *lang = g_strndup(front->lang.n ? front->lang.p : "", (gsize)front->lang.n);
    Tools tools = { cr, text_for(front, cr, lang, front->rtl), text_for(front, cr, lang, !front->rtl) };
    ChildEnd end = draw_all(front, &tools, blocks);
    cairo_surface_finish(pdf);
    cairo_status_t bad = cairo_status(cr) ? cairo_status(cr) : cairo_surface_status(pdf);
    g_object_unref(tools.text);
    g_object_unref(tools.against);
    cairo_destroy(cr);
    cairo_surface_destroy(pdf);
    g_free(lang);
    return end == CHILD_DONE ? end_for(bad) : end;
}

static ChildEnd work(str in, int out)
{
    Front front;
    if (!take_front(&in, &front)) return CHILD_UNREADABLE;
    GByteArray *file = g_byte_array_new();
    ChildEnd end = draw(&front, in, file);
    if (end == CHILD_DONE) spoken_in(file, front.lang, front.rtl);
    if (end == CHILD_DONE && !child_write(out, (str){ (const char *)file->data, (ptrdiff_t)file->len })) end = CHILD_BROKE;
    g_byte_array_unref(file);
    return end;
}

static bool warm(void)
{
    child_glib_begin();
    return fonts_find();
}

extern const ChildCode child_code;
const ChildCode child_code = { .warm = warm, .work = work };
