/* png - a writer that filters nothing, and a reader that undoes what others filter. */
#include "png.h"

#include <libdeflate.h>

enum { HEAD_BYTES = 8, CHUNK_AROUND = 12, IHDR_BYTES = 13, LEVEL = 6 };
#define MAGIC S("\x89PNG\r\n\x1A\n")

static void out_be32(Out *o, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8) out_char(o, (char)(v >> shift));
}

static uint32_t be32(const char *p)
{
    const uint8_t *b = (const uint8_t *)p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void out_chunk(Out *o, const char *type, str body)
{
    out_be32(o, (uint32_t)body.n);
    ptrdiff_t from = o->n;
    out_bytes(o, type, 4);
    out_str(o, body);
    out_be32(o, libdeflate_crc32(0, o->p + from, (size_t)(o->n - from)));
}

static void out_head(Arena *keep, Out *o, uint32_t width, uint32_t height, int channels)
{
    Out head;
    out_init(&head, keep, IHDR_BYTES);
    out_be32(&head, width);
    out_be32(&head, height);
    out_bytes(&head, (const char[]){ 8, (char)(channels == 4 ? 6 : 2), 0, 0, 0 }, 5);
    out_str(o, MAGIC);
    out_chunk(o, "IHDR", out_text(&head));
}

static str packed(Arena *keep, str raw)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
    size_t room = libdeflate_zlib_compress_bound(c, (size_t)raw.n);
    char *p = NEW(keep, char, (ptrdiff_t)room);
    size_t n = libdeflate_zlib_compress(c, raw.p, (size_t)raw.n, p, room);
    libdeflate_free_compressor(c);
    return (str){ p, (ptrdiff_t)n };
}

str png_write(Arena *keep, const Png *png)
{
    Out raw, o;
    ptrdiff_t row = (ptrdiff_t)png->width * png->channels;
    out_init(&raw, keep, (row + 1) * png->height);
    for (int y = 0; y < png->height; y++) {
        out_char(&raw, 0);
        out_bytes(&raw, (const char *)png->pixel + y * row, row);
    }
    out_init(&o, keep, 1024);
    out_head(keep, &o, (uint32_t)png->width, (uint32_t)png->height, png->channels);
    out_chunk(&o, "IDAT", packed(keep, out_text(&raw)));
    out_chunk(&o, "IEND", S(""));
    return out_text(&o);
}

str png_head_only(Arena *keep, int64_t width, int64_t height)
{
    Out o;
    out_init(&o, keep, 128);
    out_head(keep, &o, (uint32_t)width, (uint32_t)height, 3);
    out_chunk(&o, "IDAT", packed(keep, S("")));
    out_chunk(&o, "IEND", S(""));
    return out_text(&o);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------ */

static int paeth(int left, int up, int corner)
{
    int p = left + up - corner, dl = abs(p - left), du = abs(p - up), dc = abs(p - corner);
    return dl <= du && dl <= dc ? left : du <= dc ? up : corner;
}

static void unfilter(uint8_t *row, const uint8_t *above, int n, int step, int filter)
{
    for (int i = 0; i < n; i++) {
        int left = i >= step ? row[i - step] : 0, up = above ? above[i] : 0, corner = above && i >= step ? above[i - step] : 0;
        int add[] = { 0, left, up, (left + up) / 2, paeth(left, up, corner) };
        row[i] = (uint8_t)(row[i] + add[filter]);
    }
}

static bool read_chunks(str bytes, Png *ret, Out *packed_rows)
{
    for (ptrdiff_t at = HEAD_BYTES; at + CHUNK_AROUND <= bytes.n;) {
        int64_t n = be32(bytes.p + at);
        str type = str_slice(bytes, at + 4, at + 8), body = str_slice(bytes, at + 8, at + 8 + n);
        if (body.n != n) return false;
        if (str_eq(type, S("IHDR"))) {
            *ret = (Png){ (int)be32(body.p), (int)be32(body.p + 4), body.p[9] == 6 ? 4 : 3, NULL };
            if (body.p[8] != 8 || (body.p[9] != 2 && body.p[9] != 6) || body.p[12]) return false;
        }
        if (str_eq(type, S("IDAT"))) out_str(packed_rows, body);
        at += CHUNK_AROUND + n;
    }
    return true;
}

bool png_read(Arena *keep, str bytes, Png *ret)
{
    Out rows;
    out_init(&rows, keep, bytes.n);
    if (!str_starts(bytes, MAGIC) || !read_chunks(bytes, ret, &rows)) return false;
    ptrdiff_t row = (ptrdiff_t)ret->width * ret->channels;
    uint8_t *raw = NEW(keep, uint8_t, (row + 1) * ret->height), *pixel = NEW(keep, uint8_t, row * ret->height);
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    bool fine = libdeflate_zlib_decompress(d, rows.p, (size_t)rows.n, raw, (size_t)((row + 1) * ret->height), NULL) == LIBDEFLATE_SUCCESS;
    libdeflate_free_decompressor(d);
    for (int y = 0; fine && y < ret->height; y++) {
        memcpy(pixel + y * row, raw + y * (row + 1) + 1, (size_t)row);
        if (raw[y * (row + 1)] > 4) return false;
        unfilter(pixel + y * row, y ? pixel + (y - 1) * row : NULL, (int)row, ret->channels, raw[y * (row + 1)]);
    }
    ret->pixel = pixel;
    return fine;
}

const uint8_t *png_at(const Png *png, int x, int y) { return png->pixel + ((ptrdiff_t)y * png->width + x) * png->channels; }
