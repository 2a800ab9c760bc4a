#include "../../tests/png.h"
#include "../../tests/world.h"

#include <stdio.h>

#include "qr/qr.h"

/* What somebody else's reader (zbar) finds in a picture. */
static str read_by_zbar(World *w, const char *path)
{
    char *got = NEW(world_arena(w), char, 8192);
    FILE *f = popen(at(w, "zbarimg --raw --quiet -Sdisable -Sqrcode.enable -Sbinary '%s' 2>/dev/null", path), "re");
    EXPECT(f);
    size_t n = f ? fread(got, 1, 8191, f) : 0;
    EXPECT(f && pclose(f) == 0);
    return (str){ got, (ptrdiff_t)n };
}

enum { SCALE = 4 };

/* Draws the rectangles of the path, as a browser would: Mx yhNv1h-Nz. */
static void draw(World *w, str path, uint8_t *pixel, int side)
{
    int x, y, n, m;
    while (sscanf(str_z(world_arena(w), str_slice(path, 0, 40)), "M%d %dh%dv1h-%dz", &x, &y, &n, &m) == 4) {
        EXPECT(n == m && x + n <= side && y < side);
        for (int j = 0; j < SCALE; j++) memset(pixel + ((y * SCALE + j) * side * SCALE + x * SCALE) * 3, 0, (size_t)(n * SCALE * 3));
        path = str_cut(path, 'z').tail;
    }
}

static str decoded(World *w, str text, QrLevel level)
{
    Html svg = { 0 };
    int side = 0;
    const char *path = at(w, "%s/qr.png", world_folder(w));
    EXPECT(qr_svg(world_arena(w), text, level, S("code"), &svg) == QR_MADE);
    EXPECT(sscanf(str_z(world_arena(w), svg.s), "<svg viewBox=\"0 0 %d", &side) == 1 && side <= QR_SIZE_MAX + 2 * QR_QUIET);
    uint8_t *pixel = NEW(world_arena(w), uint8_t, (ptrdiff_t)side * SCALE * side * SCALE * 3);
    memset(pixel, 255, (size_t)(side * SCALE * side * SCALE * 3));
    draw(w, str_slice(svg.s, str_find(svg.s, S("#000")) + 9, svg.s.n), pixel, side);
    EXPECT(os_write_file(path, png_write(world_arena(w), &(Png){ side * SCALE, side * SCALE, 3, pixel })));
    return read_by_zbar(w, path);
}

TEST(another_reader_reads_what_was_written)
{
    EXPECT_STR(decoded(w, S("https://example.org/c/7#abc"), QR_M), S("https://example.org/c/7#abc"));
    EXPECT_STR(decoded(w, S("ສະບາຍດີ 你好 ¿qué?"), QR_Q), S("ສະບາຍດີ 你好 ¿qué?"));
    EXPECT_STR(decoded(w, S("0123456789"), QR_H), S("0123456789"));
    char *long_text = NEW(world_arena(w), char, 1500);
    for (int i = 0; i < 1500; i++) long_text[i] = (char)('a' + i * 7 % 26);
    str long_str = { long_text, 1500 };
    EXPECT_STR(decoded(w, long_str, QR_L), long_str);
}

TEST(a_text_that_does_not_fit_is_refused_and_the_longest_that_fits_is_not)
{
    Html svg;
    Qr qr;
    char *p = NEW(world_arena(w), char, 4000);
    memset(p, 'x', 4000);
    for (QrLevel level = QR_L; level <= QR_H; level++) {
        ptrdiff_t most = qr_bytes_max(level);
        EXPECT(qr_make(world_arena(w), (str){ p, most }, level, &qr) == QR_MADE && qr.size == QR_SIZE_MAX);
        EXPECT(qr_make(world_arena(w), (str){ p, most + 1 }, level, &qr) == QR_TOO_LONG);
    }
    EXPECT(qr_svg(world_arena(w), (str){ p, 4000 }, QR_L, S(""), &svg) == QR_TOO_LONG);
    EXPECT(qr_svg(world_arena(w), S(""), QR_L, S(""), &svg) == QR_EMPTY);
}

TEST(a_label_cannot_leave_its_attribute)
{
    Html svg;
    EXPECT(qr_svg(world_arena(w), S("x"), QR_L, S("\"><script>"), &svg) == QR_MADE);
    EXPECT(str_find(svg.s, S("aria-label=\"&quot;&gt;&lt;script&gt;\"")) > 0);
}

TESTS(qr, another_reader_reads_what_was_written, a_text_that_does_not_fit_is_refused_and_the_longest_that_fits_is_not,
      a_label_cannot_leave_its_attribute)
