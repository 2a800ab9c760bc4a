/* pdf - blocks are written down as they are called. */
#include "pdf/pdf_own.h"

enum { FIRST_BYTES = 4096, MM_MAX = 300, SPACE_MAX = 2000, SPANS_MAX = 500, ITEM_MAX = 1000000, SHARE_MAX = 1000 };

/* What children may read to find letters. */
static const char *const fonts[] = {
    "/usr/share/fonts/truetype/noto", "/usr/share/fonts/opentype/noto", "/var/cache/fontconfig", NULL,
};

const ChildKind pdf_kind = {
    .name = "PDF", .library = "sampan-pdf.so", .seconds = 20, .memory = 400 << 20,
    .in_max = PDF_BYTES_MAX, .out_max = PDF_FILE_MAX, .reads = fonts,
};

static void put_text(Pdf *pdf, str text)
{
    wire_str(&pdf->out, str_shown(pdf->keep, text));
}

static void put_block(Pdf *pdf, PdfBlock block)
{
    if (block != BLOCK_ROW) pdf->columns = 0;
    wire_int(&pdf->out, block);
}

void pdf_begin(Pdf *pdf, Arena *keep, PdfSetup setup)
{
    CHECK(setup.paper >= PDF_A4 && setup.paper <= PDF_LETTER);
    *pdf = (Pdf){ .keep = keep };
    out_init(&pdf->out, keep, FIRST_BYTES);
    wire_int(&pdf->out, setup.paper);
    wire_int(&pdf->out, setup.rtl);
    wire_str(&pdf->out, time_iso(keep, setup.made));
    put_text(pdf, setup.title);
    put_text(pdf, setup.author);
    put_text(pdf, setup.lang);
    put_text(pdf, setup.footer);
    put_text(pdf, setup.page_of);
}

void pdf_title(Pdf *pdf, str text)
{
    put_block(pdf, BLOCK_TITLE);
    put_text(pdf, text);
}

void pdf_heading(Pdf *pdf, int level, str text)
{
    CHECK(level >= 1 && level <= 3);
    put_block(pdf, BLOCK_HEADING);
    wire_int(&pdf->out, level);
    put_text(pdf, text);
}

void pdf_text(Pdf *pdf, str text)
{
    pdf_spans(pdf, &(PdfSpan){ .text = text }, 1);
}

/* A link that would do something else than open a page or a letter is not made. */
static str link_of(str link)
{
    static const char *const schemes[] = { "https://", "http://", "mailto:", "tel:" };
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (str_eq_nocase(str_slice(link, 0, (ptrdiff_t)strlen(schemes[i])), str_from(schemes[i]))) return link;
    return (str){ 0 };
}

void pdf_spans(Pdf *pdf, const PdfSpan *span, int n)
{
    CHECK(n >= 0 && n <= SPANS_MAX);
    put_block(pdf, BLOCK_SPANS);
    wire_int(&pdf->out, n);
    for (int i = 0; i < n; i++) {
        put_text(pdf, span[i].text);
        wire_int(&pdf->out, (span[i].bold ? SPAN_BOLD : 0) | (span[i].italic ? SPAN_ITALIC : 0));
        wire_str(&pdf->out, link_of(span[i].link));
    }
}

void pdf_item(Pdf *pdf, int number, str text)
{
    CHECK(number >= 0 && number <= ITEM_MAX);
    put_block(pdf, BLOCK_ITEM);
    wire_int(&pdf->out, number);
    put_text(pdf, text);
}

void pdf_pair(Pdf *pdf, str key, str value)
{
    put_block(pdf, BLOCK_PAIR);
    put_text(pdf, key);
    put_text(pdf, value);
}

void pdf_table(Pdf *pdf, const PdfColumn *column, int n)
{
    CHECK(n >= 1 && n <= PDF_COLUMNS_MAX);
    put_block(pdf, BLOCK_TABLE);
    pdf->columns = n;
    wire_int(&pdf->out, n);
    for (int i = 0; i < n; i++) {
        CHECK(column[i].share >= 1 && column[i].share <= SHARE_MAX && column[i].align >= PDF_START && column[i].align <= PDF_NUMBER);
        put_text(pdf, column[i].head);
        wire_int(&pdf->out, column[i].align);
        wire_int(&pdf->out, column[i].share);
    }
}

void pdf_row(Pdf *pdf, const str *cell)
{
    CHECK(pdf->columns > 0);
    put_block(pdf, BLOCK_ROW);
    for (int i = 0; i < pdf->columns; i++) put_text(pdf, cell[i]);
}

void pdf_rule(Pdf *pdf)  { put_block(pdf, BLOCK_RULE); }
void pdf_break(Pdf *pdf) { put_block(pdf, BLOCK_BREAK); }

void pdf_space(Pdf *pdf, int points)
{
    CHECK(points >= 0 && points <= SPACE_MAX);
    put_block(pdf, BLOCK_SPACE);
    wire_int(&pdf->out, points);
}

void pdf_picture(Pdf *pdf, str png, int width_mm)
{
    CHECK(width_mm >= 1 && width_mm <= MM_MAX);
    put_block(pdf, BLOCK_PICTURE);
    wire_int(&pdf->out, width_mm);
    wire_str(&pdf->out, png);
}

QrEnd pdf_qr(Pdf *pdf, str text, QrLevel level, int width_mm)
{
    Qr qr;
    CHECK(width_mm >= 1 && width_mm <= MM_MAX);
    QrEnd end = qr_make(pdf->keep, text, level, &qr);
    if (end != QR_MADE) return end;
    put_block(pdf, BLOCK_QR);
    wire_int(&pdf->out, width_mm);
    wire_int(&pdf->out, qr.size);
    wire_str(&pdf->out, (str){ (const char *)qr.dark, (ptrdiff_t)qr.size * qr.size });
    return QR_MADE;
}

ChildEnd pdf_make(const Pdf *pdf, Arena *keep, str *ret)
{
    str file;
    ChildEnd end = child_work(keep, &pdf_kind, out_text(&pdf->out), &file);
    if (end != CHILD_DONE) return end;
    if (!str_starts(file, S("%PDF-"))) return CHILD_BROKE;
    *ret = file;
    return CHILD_DONE;
}
