/* pdf_sheet - from one page to the next. */
#include "pdf_sheet.h"

#define GAP_OF_FOOTER 14.0
#define FOOTER_SIZE   0.8                   /* of plain text */

/* "{page}" and "{pages}" in a translated text. */
static str numbered(const Sheet *s, GString *room)
{
    g_string_truncate(room, 0);
    for (str rest = s->page_of; rest.n;) {
        if (str_starts(rest, S("{page}")))       g_string_append_printf(room, "%d", s->page), rest = str_slice(rest, 6, rest.n);
        else if (str_starts(rest, S("{pages}"))) g_string_append_printf(room, "%d", s->pages), rest = str_slice(rest, 7, rest.n);
        else g_string_append_c(room, *rest.p), rest = str_slice(rest, 1, rest.n);
    }
    return (str){ room->str, (ptrdiff_t)room->len };
}

static void draw_footer(Sheet *s)
{
    GString *room = g_string_new(NULL);
    double width = s->right - s->left;
    Style style = { .size = s->size * FOOTER_SIZE, .grey = 0.35, .align = PDF_START, .figures = true };
    Prose start = prose_of(s, s->footer, style, width * 0.7);
    style.align = PDF_END;
    Prose end = prose_of(s, numbered(s, room), style, width * 0.3);
    prose_draw(s, &start, 0, 1, sheet_x(s, 0, width * 0.7), s->bottom + GAP_OF_FOOTER);
    prose_draw(s, &end, 0, 1, sheet_x(s, width * 0.7, width * 0.3), s->bottom + GAP_OF_FOOTER);
    prose_free(&start);
    prose_free(&end);
    g_string_free(room, TRUE);
}

void sheet_open_table(Sheet *s)
{
    if (!s->table_open) sheet_tag(s, "Table");
    s->table_open = true;
}

void sheet_close_table(Sheet *s)
{
    if (s->table_open) sheet_untag(s, "Table");
    s->table_open = false;
}

void sheet_end(Sheet *s)
{
    sheet_close_table(s);
    if (!s->drawing) return;
    draw_footer(s);
    cairo_show_page(s->cr);
}

void sheet_next(Sheet *s)
{
    sheet_end(s);
    s->y = s->top;
    if (s->page == PDF_PAGES_MAX) s->full = true, s->drawing = false;
    else s->page++;
}

bool sheet_is_fresh(const Sheet *s) { return s->y <= s->top; }

double sheet_x(const Sheet *s, double from_start, double width)
{
    return s->rtl ? s->right - from_start - width : s->left + from_start;
}

void sheet_tag(Sheet *s, const char *tag)
{
    if (s->drawing) cairo_tag_begin(s->cr, tag, NULL);
}

void sheet_untag(Sheet *s, const char *tag)
{
    if (s->drawing) cairo_tag_end(s->cr, tag);
}
