/* pdf_table - rows: of a table, whose head stands again on each page, and of a key and its value. */
#include "pdf_sheet.h"

#define PAD_X 4.0
#define PAD_Y 3.0
#define GREY_OF_RULES 0.75
#define KEY_SHARE 0.32

/* `down`: how much lower a cell begins, so that all first lines stand on one line whatever their scripts. */
typedef struct Row { Prose cell[PDF_COLUMNS_MAX]; double down[PDF_COLUMNS_MAX]; int n; double height; bool head; } Row;

static void row_free(Row *row)
{
    for (int i = 0; i < row->n; i++) prose_free(&row->cell[i]);
}

static void set_heights(Row *row)
{
    double baseline = 0;
    for (int i = 0; i < row->n; i++)
        if (prose_baseline(&row->cell[i]) > baseline) baseline = prose_baseline(&row->cell[i]);
    for (int i = 0; i < row->n; i++) {
        row->down[i] = baseline - prose_baseline(&row->cell[i]);
        double height = row->down[i] + prose_height(&row->cell[i], 0, row->cell[i].lines) + 2 * PAD_Y;
        if (height > row->height) row->height = height;
    }
}

/* `bold` is a set of columns. */
static Row row_of(const Sheet *s, const Column *column, int n, const str *text, unsigned bold)
{
    Row row = { .n = n };
    for (int i = 0; i < n; i++) {
        Style style = { .size = s->size, .bold = bold >> i & 1, .align = column[i].align, .figures = true };
        row.cell[i] = prose_of(s, text[i], style, column[i].width - 2 * PAD_X);
    }
    set_heights(&row);
    return row;
}

static void draw_line(Sheet *s, double y, double thickness)
{
    if (!s->drawing) return;
    cairo_set_source_rgb(s->cr, GREY_OF_RULES, GREY_OF_RULES, GREY_OF_RULES);
    cairo_rectangle(s->cr, s->left, y - thickness / 2, s->right - s->left, thickness);
    cairo_fill(s->cr);
}

static void draw_cells(Sheet *s, const Row *row, const Column *column, const int *from, const int *n)
{
    const char *tag = row->head ? "TH" : "TD";
    sheet_tag(s, "TR");
    for (int i = 0; i < row->n; i++) {
        double y = s->y + PAD_Y + (from[i] ? 0 : row->down[i]);
        sheet_tag(s, tag);
        prose_draw(s, &row->cell[i], from[i], n[i], sheet_x(s, column[i].x + PAD_X, column[i].width - 2 * PAD_X), y);
        sheet_untag(s, tag);
    }
    sheet_untag(s, "TR");
}

static void draw_whole(Sheet *s, const Row *row, const Column *column)
{
    int from[PDF_COLUMNS_MAX] = { 0 }, n[PDF_COLUMNS_MAX];
    for (int i = 0; i < row->n; i++) n[i] = row->cell[i].lines;
    draw_cells(s, row, column, from, n);
    s->y += row->height;
}

/* ---- a table ---------------------------------------------------------------------------------------------------------- */

void table_begin(Sheet *s)
{
    s->head_due = false;
    for (int i = 0; i < s->column_n; i++) s->head_due |= s->column[i].head.n > 0;
    s->y += s->size * 0.5;
}

static Row head_of(const Sheet *s)
{
    str text[PDF_COLUMNS_MAX];
    for (int i = 0; i < s->column_n; i++) text[i] = s->column[i].head;
    Row head = row_of(s, s->column, s->column_n, text, ~0u);
    head.head = true;
    return head;
}

static bool has_head(const Sheet *s)
{
    for (int i = 0; i < s->column_n; i++)
        if (s->column[i].head.n) return true;
    return false;
}

static void draw_head(Sheet *s, const Row *head)
{
    draw_whole(s, head, s->column);
    draw_line(s, s->y, 1);
    s->head_due = false;
}

/* A head that takes more than half of a page is not said again. */
static void next_with_head(Sheet *s, const Row *head)
{
    sheet_next(s);
    sheet_open_table(s);
    if (s->head_due || (has_head(s) && head->height < (s->bottom - s->top) / 2)) draw_head(s, head);
}

/* Between lines, and at least one of each cell that has any left, so that it ends. */
static void draw_in_pieces(Sheet *s, const Row *row, const Row *head)
{
    int from[PDF_COLUMNS_MAX] = { 0 };
    for (bool more = true; more;) {
        int n[PDF_COLUMNS_MAX];
        double height = 0;
        more = false;
        for (int i = 0; i < row->n; i++) {
            double around = 2 * PAD_Y + (from[i] ? 0 : row->down[i]);
            n[i] = prose_fit(&row->cell[i], from[i], s->bottom - s->y - around);
            if (n[i] == 0 && from[i] < row->cell[i].lines) n[i] = 1;
            double h = prose_height(&row->cell[i], from[i], n[i]) + around;
            if (h > height) height = h;
            more |= from[i] + n[i] < row->cell[i].lines;
        }
        draw_cells(s, row, s->column, from, n);
        for (int i = 0; i < row->n; i++) from[i] += n[i];
        s->y += height;
        if (more) next_with_head(s, head);
    }
}

void table_row(Sheet *s, const str *cell)
{
    Row row = row_of(s, s->column, s->column_n, cell, 0), head = head_of(s);
    double due = s->head_due ? head.height : 0, again = has_head(s) ? head.height : 0;
    bool on_a_page = row.height + again <= s->bottom - s->top;
    sheet_open_table(s);
    if (s->y + due + row.height > s->bottom && !sheet_is_fresh(s) && (on_a_page || s->y + due + s->size * 4 > s->bottom)) next_with_head(s, &head);
    else if (s->head_due) draw_head(s, &head);
    if (s->y + row.height <= s->bottom) draw_whole(s, &row, s->column);
    else draw_in_pieces(s, &row, &head);
    draw_line(s, s->y, 0.5);
    row_free(&row);
    row_free(&head);
}

/* ---- a key and its value ---------------------------------------------------------------------------------------------- */

void pair_row(Sheet *s, str key, str value)
{
    double width = s->right - s->left, split = width * KEY_SHARE;
    s->column[0] = (Column){ .align = PDF_START, .x = -PAD_X, .width = split };
    s->column[1] = (Column){ .align = PDF_START, .x = split - PAD_X, .width = width - split + PAD_X };
    s->column_n = 2;
    Row row = row_of(s, s->column, 2, (str[]){ key, value }, 1), none = { 0 };
    if (s->y + row.height > s->bottom && !sheet_is_fresh(s)) sheet_next(s);
    sheet_open_table(s);
    if (s->y + row.height <= s->bottom) draw_whole(s, &row, s->column);
    else draw_in_pieces(s, &row, &none);
    row_free(&row);
}
