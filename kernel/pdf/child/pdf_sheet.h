/* pdf_sheet - what the files that draw share: the sheet that is being written on, and the text on it.
 *
 * A document is gone through twice when its pages say how many there are: first without drawing, to count. */
#pragma once
#include <pango/pangocairo.h>

#include "pdf/pdf_own.h"

typedef struct Column { str head; PdfAlign align; double x, width; } Column;    /* x: from the side where lines begin */

typedef struct Sheet {
    cairo_t      *cr;
    PangoContext *text, *against;                               /* of the document's direction, and of the other */
    double        width, height, left, right, top, bottom;      /* of the page; and of what is written on: points, y downwards */
    double        y, size;                                      /* where we are; of plain text */
    int           page, pages;                                  /* pages: 0 while they are counted */
    bool          rtl, drawing, full;                           /* full: there may be no more pages, and nothing is drawn */
    str           footer, page_of;
    Column        column[PDF_COLUMNS_MAX]; int column_n;
    bool          head_due, table_open;                         /* due: before the next row of the table */
} Sheet;

/* ---- pdf_fonts ---- */
bool        fonts_find(void);                                   /* in the server: which files there are. False: no Noto Sans */
const char *fonts_for(str lang);                                /* families, the first that has a character gives it */

/* ---- pdf_sheet: pages ---- */
void   sheet_next(Sheet *s);                                    /* ends this page and begins another */
void   sheet_end(Sheet *s);
bool   sheet_is_fresh(const Sheet *s);                          /* nothing is on it yet */
double sheet_x(const Sheet *s, double from_start, double width);/* left edge of what begins so far from where lines begin */
void   sheet_tag(Sheet *s, const char *tag);                    /* structure, for who hears it: until sheet_untag */
void   sheet_untag(Sheet *s, const char *tag);
void   sheet_open_table(Sheet *s);                              /* rows that follow each other are one table, on each page */
void   sheet_close_table(Sheet *s);

/* ---- pdf_prose: text ---- */
typedef struct Style { double size; bool bold; double grey; PdfAlign align; bool figures; } Style;    /* figures: all of one width */
typedef struct Link { int from, to; str address; } Link;        /* bytes of the text */
typedef struct Prose { PangoLayout *layout; const Link *link; int link_n, lines; double grey; } Prose;

Prose  prose_of(const Sheet *s, str text, Style style, double width);
void   prose_free(Prose *p);
double prose_height(const Prose *p, int from, int n);           /* of lines */
double prose_baseline(const Prose *p);                          /* of the first line, from its top */
int    prose_fit(const Prose *p, int from, double room);        /* how many lines from there */
void   prose_draw(Sheet *s, const Prose *p, int from, int n, double x, double y);
void   prose_flow(Sheet *s, Prose *p, double from_start, double width, const char *tag);      /* over as many pages as it takes; frees it */

/* ---- pdf_table, pdf_figure ---- */
void   table_begin(Sheet *s);                                   /* s->column is filled */
void   table_row(Sheet *s, const str *cell);
void   pair_row(Sheet *s, str key, str value);
ChildEnd figure_picture(Sheet *s, double width, str png);
ChildEnd figure_qr(Sheet *s, double width, int size, str dark);

/* ---- pdf_spoken ---- */
void   spoken_in(GByteArray *pdf, str lang, bool rtl);          /* adds to a finished file what Cairo cannot say */
