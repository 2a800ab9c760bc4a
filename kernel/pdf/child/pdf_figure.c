/* pdf_figure - what is no text: pictures and codes. */
#include "pdf_sheet.h"

enum { IHDR_END = 24 };

static void make_room(Sheet *s, double height)
{
    if (s->y + height > s->bottom && !sheet_is_fresh(s)) sheet_next(s);
}

/* ---- PNG -------------------------------------------------------------------------------------------------------------- */

typedef struct Reading { str rest; } Reading;

static cairo_status_t read_more(void *reading, unsigned char *to, unsigned n)
{
    Reading *r = reading;
    if (r->rest.n < (ptrdiff_t)n) return CAIRO_STATUS_READ_ERROR;
    memcpy(to, r->rest.p, n);
    r->rest = str_slice(r->rest, n, r->rest.n);
    return CAIRO_STATUS_SUCCESS;
}

static int64_t be32(const char *p)
{
    const uint8_t *b = (const uint8_t *)p;
    return (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

/* The head is read by hand, because Cairo takes memory for what it promises. */
static ChildEnd look_at_head(str png)
{
    if (png.n < IHDR_END || !str_starts(png, S("\x89PNG\r\n\x1A\n"))) return CHILD_UNREADABLE;
    int64_t width = be32(png.p + 16), height = be32(png.p + 20);
    if (width < 1 || height < 1) return CHILD_UNREADABLE;
    return width > PDF_PIXELS_MAX || height > PDF_PIXELS_MAX || width * height > PDF_PIXELS_MAX ? CHILD_TOO_LARGE : CHILD_DONE;
}

static void draw_surface(Sheet *s, cairo_surface_t *picture, double x, double scale)
{
    cairo_save(s->cr);
    cairo_translate(s->cr, x, s->y);
    cairo_scale(s->cr, scale, scale);
    cairo_set_source_surface(s->cr, picture, 0, 0);
    cairo_paint(s->cr);
    cairo_restore(s->cr);
}

static void place(Sheet *s, cairo_surface_t *picture, double width)
{
    double wide = cairo_image_surface_get_width(picture), high = cairo_image_surface_get_height(picture), scale = width / wide;
    if (scale * high > s->bottom - s->top) scale = (s->bottom - s->top) / high;
    make_room(s, scale * high);
    if (s->drawing) draw_surface(s, picture, sheet_x(s, 0, scale * wide), scale);
    s->y += scale * high;
}

static double within(const Sheet *s, double width) { return width < s->right - s->left ? width : s->right - s->left; }

/* Cairo calls whatever libpng stumbles over a want of memory. */
ChildEnd figure_picture(Sheet *s, double width, str png)
{
    ChildEnd end = look_at_head(png);
    if (end != CHILD_DONE) return end;
    Reading r = { png };
    cairo_surface_t *picture = cairo_image_surface_create_from_png_stream(read_more, &r);
    cairo_status_t bad = cairo_surface_status(picture);
    if (!bad) place(s, picture, within(s, width));
    cairo_surface_destroy(picture);
    return bad ? CHILD_UNREADABLE : CHILD_DONE;
}

/* ---- a code ----------------------------------------------------------------------------------------------------------- */

/* One path of all dark modules, runs at once: no hairs between them whatever the reader smooths. */
static void draw_modules(Sheet *s, double x, double side, int size, str dark)
{
    double module = side / (size + 2 * QR_QUIET);
    cairo_set_source_rgb(s->cr, 0, 0, 0);
    for (int row = 0; row < size; row++)
        for (int at = 0, n; at < size; at += n) {
            const char *from = dark.p + row * size + at;
            for (n = 1; at + n < size && from[n] == from[0]; n++) {}
            if (from[0]) cairo_rectangle(s->cr, x + (at + QR_QUIET) * module, s->y + (row + QR_QUIET) * module, n * module, module);
        }
    cairo_fill(s->cr);
}

ChildEnd figure_qr(Sheet *s, double width, int size, str dark)
{
    if (size < 1 || size > QR_SIZE_MAX || dark.n != (ptrdiff_t)size * size) return CHILD_BROKE;
    double side = within(s, width);
    make_room(s, side);
    if (s->drawing) draw_modules(s, sheet_x(s, 0, side), side, size, dark);
    s->y += side;
    return CHILD_DONE;
}
