#include "../../tests/png.h"
#include "../../tests/world.h"

#include <stdio.h>

#include "pdf/pdf.h"

/* ---- what somebody sees ------------------------------------------------------------------------------------------- */

/* What a program of others (poppler, zbar) says of a file. */
static str told(World *w, const char *command)
{
    enum { MOST = 1 << 20 };
    char *got = NEW(world_arena(w), char, MOST);
    FILE *f = popen(command, "re");
    EXPECT(f);
    size_t n = f ? fread(got, 1, MOST, f) : 0;
    EXPECT(f && pclose(f) == 0);
    return (str){ got, (ptrdiff_t)n };
}

static const char *drawn(World *w, const Pdf *pdf, const char *name)
{
    str file = { 0 };
    const char *path = at(w, "%s/%s.pdf", world_folder(w), name);
    EXPECT(pdf_make(pdf, world_arena(w), &file) == CHILD_DONE);
    EXPECT(os_write_file(path, file));
    return path;
}

static str words(World *w, const char *path, const char *how) { return told(w, at(w, "pdftotext %s '%s' -", how, path)); }

static str info(World *w, const char *path, const char *name)
{
    str all = told(w, at(w, "TZ=UTC pdfinfo -isodates '%s'", path));
    ptrdiff_t from = str_find(all, str_from(name));
    return from < 0 ? S("") : str_trim(str_cut(str_cut(str_slice(all, from, all.n), ':').tail, '\n').head);
}

static int pages(World *w, const char *path)
{
    int64_t n = 0;
    EXPECT(str_int(info(w, path, "Pages"), &n));
    return (int)n;
}

static PdfSetup plain(World *w)
{
    return (PdfSetup){ .paper = PDF_A4, .title = S("A plan"), .author = S("Ana"), .lang = S("en"), .made = world_now(w),
                       .footer = S("A plan"), .page_of = S("Page {page} of {pages}") };
}

/* ---- words -------------------------------------------------------------------------------------------------------- */

TEST(a_document_says_what_it_was_told)
{
    Pdf pdf;
    pdf_begin(&pdf, world_arena(w), plain(w));
    pdf_title(&pdf, S("Export plan"));
    pdf_heading(&pdf, 1, S("Market"));
    pdf_text(&pdf, S("Rice goes to Kyoto."));
    pdf_item(&pdf, 0, S("First of a list"));
    pdf_item(&pdf, 12, S("Twelfth of another"));
    pdf_pair(&pdf, S("Harbour"), S("Vientiane"));
    pdf_rule(&pdf);
    const char *path = drawn(w, &pdf, "words");
    str text = words(w, path, "-layout");
    static const char *const said[] = { "Export plan", "Market", "Rice goes to Kyoto.", "•", "First of a list", "12.", "Twelfth of another",
                                        "Harbour", "Vientiane", "A plan", "Page 1 of 1" };
    for (int i = 0; i < COUNT_OF(said); i++) EXPECT(str_find(text, str_from(said[i])) >= 0);
    EXPECT_STR(info(w, path, "Title"), S("A plan"));
    EXPECT_STR(info(w, path, "Author"), S("Ana"));
    EXPECT_STR(info(w, path, "CreationDate"), S("2026-11-22T03:00:00Z"));
    EXPECT_STR(info(w, path, "Tagged"), S("yes"));
}

/* A letter has its word, whichever way it runs: shaped glyphs are given back as what was typed. */
TEST(every_script_is_read_back_as_it_was_typed)
{
    static const char *const texts[] = {
        "Plán für Ýmir, Việt Nam", "План экспорта", "出口计划和原产地证书", "輸出計画カタカナ", "수출 계획", "แผนการส่งออกสินค้า", "ແຜນການສົ່ງອອກ",
        "निर्यात योजना", "রপ্তানি পরিকল্পনা", "ஏற்றுமதித் திட்டம்",
    };
    Pdf pdf;
    pdf_begin(&pdf, world_arena(w), plain(w));
    for (int i = 0; i < COUNT_OF(texts); i++) pdf_text(&pdf, str_from(texts[i]));
    str text = words(w, drawn(w, &pdf, "scripts"), "");
    for (int i = 0; i < COUNT_OF(texts); i++)
        if (str_find(text, str_from(texts[i])) < 0) EXPECT_STR(text, str_from(texts[i]));
}

static const PdfColumn three[] = { { S("Month"), PDF_START, 2 }, { S("Goods"), PDF_START, 5 }, { S("Sum"), PDF_END, 2 } };

TEST(arabic_is_joined_and_stands_at_the_right)
{
    Pdf pdf;
    PdfSetup setup = plain(w);
    setup.lang = S("ar");
    setup.rtl = true;
    pdf_begin(&pdf, world_arena(w), setup);
    pdf_text(&pdf, S("خطة التصدير"));
    pdf_text(&pdf, S("Kyoto"));
    pdf_table(&pdf, three, 3);
    pdf_row(&pdf, (str[]){ S("مايو"), S("rice"), S("1,234.50") });
    const char *path = drawn(w, &pdf, "arabic");
    EXPECT(str_find(words(w, path, ""), S("خطة التصدير")) >= 0);
    double x_min = 0;
    str sum = told(w, at(w, "pdftotext -bbox '%s' - | grep '>1,234.50<'", path));
    EXPECT(sscanf(str_z(world_arena(w), sum), " <word xMin=\"%lf\"", &x_min) == 1 && x_min < 65);              /* the last column ends at the left */
    PdfColumn numbers[] = { { S("الشهر"), PDF_START, 1 }, { S("المبلغ"), PDF_NUMBER, 1 } };
    pdf_begin(&pdf, world_arena(w), setup);
    pdf_table(&pdf, numbers, 2);
    pdf_row(&pdf, (str[]){ S("مايو"), S("1,234.50") });
    sum = told(w, at(w, "pdftotext -bbox '%s' - | grep '>1,234.50<'", drawn(w, &pdf, "numbers")));
    EXPECT(sscanf(str_z(world_arena(w), sum), " <word xMin=\"%lf\"", &x_min) == 1 && x_min > 200 && x_min < 300);
    str box = told(w, at(w, "pdftotext -bbox '%s' - | grep '>Kyoto<'", path));
    EXPECT(sscanf(str_z(world_arena(w), box), " <word xMin=\"%lf\"", &x_min) == 1 && x_min > 450);
    str file = told(w, at(w, "cat '%s'", path));
    EXPECT(str_find(file, S("/Lang (ar)")) > 0 && str_find(file, S("/Direction /R2L")) > 0);
}

TEST(what_no_text_may_have_is_shown_as_such_and_harms_nothing)
{
    Pdf pdf;
    pdf_begin(&pdf, world_arena(w), plain(w));
    pdf_text(&pdf, S("a\0b\xFF" "c\xE2\x80\xAE" "d"));
    pdf_text(&pdf, S(""));
    pdf_spans(&pdf, NULL, 0);
    pdf_title(&pdf, S("<b>&amp;</b>"));
    str text = words(w, drawn(w, &pdf, "odd"), "");
    EXPECT(str_find(text, S("<b>&amp;</b>")) >= 0 && str_find(text, S("\xE2\x80\xAE")) < 0);
}

TEST(a_link_opens_a_page_or_a_letter_and_nothing_else)
{
    Pdf pdf;
    pdf_begin(&pdf, world_arena(w), plain(w));
    PdfSpan span[] = { { .text = S("See ") }, { .text = S("the rules"), .link = S("https://example.org/a'b\\c?d=ü"), .bold = true },
                       { .text = S(" or "), .italic = true }, { .text = S("not this"), .link = S("javascript:alert(1)") },
                       { .text = S(" or this"), .link = S("file:///etc/passwd") } };
    pdf_spans(&pdf, span, COUNT_OF(span));
    const char *path = drawn(w, &pdf, "links");
    str urls = told(w, at(w, "pdfinfo -url '%s'", path));
    EXPECT(str_find(urls, S("https://example.org/a%27b%5Cc?d=%C3%BC")) > 0);
    EXPECT(str_find(urls, S("javascript")) < 0 && str_find(urls, S("file:")) < 0);
    EXPECT(str_find(words(w, path, ""), S("See the rules or not this or this")) >= 0);
}

/* ---- pages -------------------------------------------------------------------------------------------------------- */


TEST(a_table_over_three_pages_says_its_head_on_each_and_cuts_no_row)
{
    Pdf pdf;
    pdf_begin(&pdf, world_arena(w), plain(w));
    pdf_table(&pdf, three, 3);
    for (int i = 0; i < 60; i++)
        pdf_row(&pdf, (str[]){ str_fmt(world_arena(w), "row %d begins", i),
                               S("ten sacks of rice, of which some were wet and none was lost on the way"),
                               str_fmt(world_arena(w), "%d.00", i * 111) });
    const char *path = drawn(w, &pdf, "table");
    EXPECT(pages(w, path) == 3);
    for (int page = 1; page <= 3; page++) {
        str text = words(w, path, at(w, "-layout -f %d -l %d", page, page));
        EXPECT(str_find(text, S("Month")) >= 0 && str_find(text, S("Month")) < str_find(text, S("row ")));
        EXPECT(str_find(text, str_fmt(world_arena(w), "Page %d of 3", page)) > 0);
        int64_t begun = 0, ended = 0;
        for (str rest = text; str_find(rest, S("begins")) >= 0; begun++) rest = str_slice(rest, str_find(rest, S("begins")) + 6, rest.n);
        for (str rest = text; str_find(rest, S("way")) >= 0; ended++) rest = str_slice(rest, str_find(rest, S("way")) + 3, rest.n);
        EXPECT(begun > 10 && begun == ended);
    }
}

TEST(a_row_longer_than_a_page_is_cut_between_lines_and_loses_none)
{
    Pdf pdf;
    Out o;
    out_init(&o, world_arena(w), 1 << 16);
    for (int i = 0; i < 400; i++) out_fmt(&o, "line%03d of a very long cell that wraps where it must; ", i);
    pdf_begin(&pdf, world_arena(w), plain(w));
    pdf_table(&pdf, three, 3);
    pdf_row(&pdf, (str[]){ S("short"), out_text(&o), S("1") });
    pdf_row(&pdf, (str[]){ S("after"), S("it"), S("2") });
    const char *path = drawn(w, &pdf, "long_row");
    str text = words(w, path, "");
    EXPECT(pages(w, path) >= 3);
    for (int i = 0; i < 400; i++) EXPECT(str_find(text, str_fmt(world_arena(w), "line%03d", i)) >= 0);
    EXPECT(str_find(text, S("after")) > 0);
}

TEST(a_heading_is_never_the_last_thing_on_a_page_and_no_line_is_alone)
{
    for (int lines = 40; lines < 60; lines++) {
        Pdf pdf;
        pdf_begin(&pdf, world_arena(w), plain(w));
        for (int i = 0; i < lines; i++) pdf_item(&pdf, 0, S("filling"));
        pdf_heading(&pdf, 2, S("The heading"));
        pdf_text(&pdf, S("one\ntwo\nthree\nfour"));
        const char *path = drawn(w, &pdf, "heading");
        str first = words(w, path, "-f 1 -l 1");
        EXPECT((str_find(first, S("The heading")) >= 0) == (str_find(first, S("two")) >= 0));
        if (str_find(first, S("one")) >= 0) EXPECT((str_find(first, S("three")) >= 0) == (str_find(first, S("four")) >= 0));
    }
}

TEST(a_page_ends_where_it_is_told_to_and_paper_has_its_size)
{
    static const char *const sizes[] = { [PDF_A4] = "595.276 x 841.89 pts", [PDF_A5] = "419.528 x 595.276 pts", [PDF_LETTER] = "612 x 792 pts" };
    for (PdfPaper paper = PDF_A4; paper <= PDF_LETTER; paper++) {
        Pdf pdf;
        PdfSetup setup = plain(w);
        setup.paper = paper;
        pdf_begin(&pdf, world_arena(w), setup);
        pdf_text(&pdf, S("first"));
        pdf_break(&pdf);
        pdf_text(&pdf, S("second"));
        const char *path = drawn(w, &pdf, "paper");
        EXPECT(pages(w, path) == 2 && str_starts(info(w, path, "Page size"), str_from(sizes[paper])));
        EXPECT(str_find(words(w, path, "-f 2 -l 2"), S("second")) >= 0 && str_find(words(w, path, "-f 2 -l 2"), S("first")) < 0);
    }
}

/* ---- figures ------------------------------------------------------------------------------------------------------ */

TEST(a_code_on_paper_is_read_by_another_reader)
{
    Pdf pdf;
    pdf_begin(&pdf, world_arena(w), plain(w));
    pdf_title(&pdf, S("Certificate"));
    EXPECT(pdf_qr(&pdf, S("https://example.org/proof/7Kq"), QR_Q, 30) == QR_MADE);
    char *large = NEW(world_arena(w), char, 3000);
    memset(large, 'x', 3000);
    EXPECT(pdf_qr(&pdf, (str){ large, 3000 }, QR_L, 30) == QR_TOO_LONG);
    const char *path = drawn(w, &pdf, "code");
    told(w, at(w, "pdftoppm -r 100 -png '%s' '%s/page'", path, world_folder(w)));
    EXPECT_STR(told(w, at(w, "zbarimg --raw --quiet -Sdisable -Sqrcode.enable -Sbinary '%s/page-1.png' 2>/dev/null", world_folder(w))),
               S("https://example.org/proof/7Kq"));
}

TEST(a_picture_is_drawn_and_what_is_none_is_unreadable)
{
    static const uint8_t red[4 * 2 * 3] = { 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0 };
    Pdf pdf;
    str png = png_write(world_arena(w), &(Png){ 4, 2, 3, red }), file;
    pdf_begin(&pdf, world_arena(w), plain(w));
    pdf_picture(&pdf, png, 100);
    const char *path = drawn(w, &pdf, "picture");
    told(w, at(w, "pdftoppm -r 50 -png '%s' '%s/pic'", path, world_folder(w)));
    str page = told(w, at(w, "cat '%s/pic-1.png'", world_folder(w)));
    Png seen;
    EXPECT(png_read(world_arena(w), page, &seen));
    const uint8_t *p = png_at(&seen, 140, 80), *below = png_at(&seen, 140, 160);
    EXPECT(p[0] > 240 && p[1] < 20 && below[1] > 240);
    str bad[] = { S(""), S("GIF89a"), str_slice(png, 0, png.n - 30), png_head_only(world_arena(w), 100, 100) };
    for (int i = 0; i < COUNT_OF(bad); i++) {
        pdf_begin(&pdf, world_arena(w), plain(w));
        pdf_picture(&pdf, bad[i], 100);
        EXPECT(pdf_make(&pdf, world_arena(w), &file) == CHILD_UNREADABLE);
    }
    pdf_begin(&pdf, world_arena(w), plain(w));
    pdf_picture(&pdf, png_head_only(world_arena(w), 30000, 30000), 100);
    EXPECT(pdf_make(&pdf, world_arena(w), &file) == CHILD_TOO_LARGE);
}

/* ---- the same, and too much --------------------------------------------------------------------------------------- */

static str the_same(World *w)
{
    Pdf pdf;
    str file = { 0 };
    pdf_begin(&pdf, world_arena(w), plain(w));
    pdf_title(&pdf, S("خطة 出口 plan"));
    pdf_table(&pdf, three, 3);
    pdf_row(&pdf, (str[]){ S("May"), S("rice"), S("1") });
    EXPECT(pdf_qr(&pdf, S("x"), QR_M, 20) == QR_MADE && pdf_make(&pdf, world_arena(w), &file) == CHILD_DONE);
    return file;
}

TEST(the_same_document_has_the_same_bytes)
{
    EXPECT(str_eq(the_same(w), the_same(w)));
}

TEST(a_document_without_end_is_too_large)
{
    Pdf pdf;
    str file;
    pdf_begin(&pdf, world_arena(w), plain(w));
    for (int i = 0; i <= PDF_PAGES_MAX; i++) pdf_break(&pdf);
    EXPECT(pdf_make(&pdf, world_arena(w), &file) == CHILD_TOO_LARGE);
    pdf_begin(&pdf, world_arena(w), plain(w));
    pdf_text(&pdf, (str){ NEW(world_arena(w), char, PDF_BYTES_MAX), PDF_BYTES_MAX });
    EXPECT(pdf_make(&pdf, world_arena(w), &file) == CHILD_TOO_LARGE);
}

TESTS(pdf, a_document_says_what_it_was_told, every_script_is_read_back_as_it_was_typed, arabic_is_joined_and_stands_at_the_right,
      what_no_text_may_have_is_shown_as_such_and_harms_nothing, a_link_opens_a_page_or_a_letter_and_nothing_else,
      a_table_over_three_pages_says_its_head_on_each_and_cuts_no_row, a_row_longer_than_a_page_is_cut_between_lines_and_loses_none,
      a_heading_is_never_the_last_thing_on_a_page_and_no_line_is_alone, a_page_ends_where_it_is_told_to_and_paper_has_its_size,
      a_code_on_paper_is_read_by_another_reader, a_picture_is_drawn_and_what_is_none_is_unreadable, the_same_document_has_the_same_bytes,
      a_document_without_end_is_too_large)
