/* pdf - a document as data, drawn by Pango and Cairo in a child.
 *
 *   Pdf pdf;
 *   pdf_begin(&pdf, s->arena, (PdfSetup){ .paper = PDF_A4, .title = …, .lang = S("ar"), .rtl = true, .made = s->now });
 *   pdf_title(&pdf, …);
 *   pdf_text(&pdf, …);
 *   pdf_table(&pdf, columns, 3);
 *   for (…) pdf_row(&pdf, cells);
 *   ChildEnd end = pdf_make(&pdf, s->arena, &bytes);
 *
 * The blocks are written one after the other as they are called; nothing is drawn before pdf_make, which waits (child.h). The same
 * calls give the same bytes: the only time in it is `made`.
 *
 * Text     any script: shaped, bidirectional, broken where its language breaks it (Thai has no blanks). Letters are Noto Sans
 *          (Debian: fonts-noto-core 43 MB; Chinese, Japanese, Korean: fonts-noto-cjk 91 MB); a character that no font of these has is
 *          a box. What no text may have (base.h, str_shown) is U+FFFD. Text can be selected and searched; Khmer and Burmese
 *          are copied in the order of their glyphs, which is Cairo's.
 * Pages    a heading stays with what follows; of a paragraph no line stands alone on a page; a row of a table that fits a page is not cut,
 *          and one that does not is cut between lines; the head row stands again on each page.
 * Reading  title, author, language and direction, and the structure (headings, paragraphs, tables) are in the file for who hears it
 *          (ISO 32000-1, 14.8).
 *
 * Lengths are points (1/72 inch); sizes of figures millimetres. Not here: columns of text, pictures beside text, hyphenation, PDF/A. */
#pragma once
#include "child/child.h"
#include "qr/qr.h"

enum {
    PDF_BYTES_MAX = 16 << 20,       /* of a document before it is drawn, pictures included: above it is TOO_LARGE */
    PDF_FILE_MAX = 48 << 20,        /* of what is drawn */
    PDF_PAGES_MAX = 1000,
    PDF_COLUMNS_MAX = 12,
    PDF_PIXELS_MAX = 8000000,       /* of one picture */
};

typedef enum PdfPaper { PDF_A4 = 1, PDF_A5, PDF_LETTER } PdfPaper;
/* START and END are where lines begin and end in the document's direction. NUMBER: units under units, which is at the right in both. */
typedef enum PdfAlign { PDF_START = 1, PDF_CENTER, PDF_END, PDF_NUMBER } PdfAlign;

typedef struct PdfSetup {
    PdfPaper paper;
    str      title, author;         /* of the file; shown by readers, not on the page */
    str      lang;                  /* BCP 47: which forms of Han, where to break */
    bool     rtl;
    int64_t  made;                  /* ms */
    str      footer;                /* at the start of the foot of each page; may be empty */
    str      page_of;               /* at its end: "Page {page} of {pages}"; empty: pages are not numbered */
} PdfSetup;

typedef struct Pdf { Out out; Arena *keep; int columns; } Pdf;
typedef struct PdfSpan { str text; bool bold, italic; str link; } PdfSpan;  /* link: http, https, mailto or tel; others are not made */
typedef struct PdfColumn { str head; PdfAlign align; int share; } PdfColumn;/* share: of the width, against the other columns' */

void pdf_begin(Pdf *pdf, Arena *keep, PdfSetup setup);
void pdf_title(Pdf *pdf, str text);
void pdf_heading(Pdf *pdf, int level, str text);            /* 1…3 */
void pdf_text(Pdf *pdf, str text);                          /* a paragraph */
void pdf_spans(Pdf *pdf, const PdfSpan *span, int n);       /* one of parts */
void pdf_item(Pdf *pdf, int number, str text);              /* of a list: a number, or 0 for a dot */
void pdf_pair(Pdf *pdf, str key, str value);
void pdf_table(Pdf *pdf, const PdfColumn *column, int n);   /* without heads when all are empty */
void pdf_row(Pdf *pdf, const str *cell);                    /* as many as columns; after pdf_table or another row */
void pdf_rule(Pdf *pdf);
void pdf_space(Pdf *pdf, int points);
void pdf_break(Pdf *pdf);                                   /* what follows begins a page */
void pdf_picture(Pdf *pdf, str png, int width_mm);          /* as made by picture_make; in proportion, at most a page */
QrEnd pdf_qr(Pdf *pdf, str text, QrLevel level, int width_mm);

ChildEnd pdf_make(const Pdf *pdf, Arena *keep, str *ret);   /* UNREADABLE: a picture is no PNG */

extern const ChildKind pdf_kind;
