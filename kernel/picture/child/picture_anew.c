/* picture_anew - in the child: a picture is read, made smaller, turned, and written anew. */
#include <vips/vips.h>
#include <vips/vector.h>

#include "child/child_glib.h"
#include "picture/picture.h"

enum { QUALITY = 82, PNG_EFFORT = 6 };

/* ---- in the server ------------------------------------------------------------------------------------------------------ */

/* No plugin is looked for (VIPSHOME leads nowhere), no code is made at run time, and one thread does. */
static bool warm(void)
{
    child_glib_begin();
    setenv("VIPSHOME", "/nonexistent", 1);
    if (VIPS_INIT("sampan") != 0) return false;
    vips_vector_set_enabled(FALSE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    vips_operation_block_set("VipsForeignLoadJpeg", FALSE);
    vips_operation_block_set("VipsForeignLoadPng", FALSE);
    vips_operation_block_set("VipsForeignLoadWebp", FALSE);
    return true;
}

/* ---- in the child ------------------------------------------------------------------------------------------------------- */

static ChildEnd failed(void)
{
    return strstr(vips_error_buffer(), "memory") ? CHILD_NO_MEMORY : CHILD_UNREADABLE;
}

/* No pixel is decoded here. `shrink` is 1, 2, 4 or 8: JPEG and WebP are then decoded to so much less. */
static int open_picture(str file, int shrink, VipsImage **ret)
{
    void *p = (void *)(uintptr_t)file.p;
    size_t n = (size_t)file.n;
    if (str_starts(file, S("\xFF\xD8\xFF")))
        return vips_jpegload_buffer(p, n, ret, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, "shrink", shrink, NULL);
    if (str_starts(file, S("\x89PNG\r\n\x1A\n")))
        return vips_pngload_buffer(p, n, ret, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    if (str_starts(file, S("RIFF")) && str_eq(str_slice(file, 8, 12), S("WEBP")))
        return vips_webpload_buffer(p, n, ret, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, "scale", 1.0 / shrink, NULL);
    return -1;
}

/* How much smaller it may be decoded and still be large enough, whichever way it is turned. */
static int shrink_for(const VipsImage *image, int width, int height)
{
    int wide = vips_image_get_width(image), high = vips_image_get_height(image), longer = width > height ? width : height, shrink = 1;
    while (shrink < 8 && wide / (shrink * 2) >= longer && high / (shrink * 2) >= longer) shrink *= 2;
    return shrink;
}

static ChildEnd look_at_head(str file, int width, int height, int *ret_shrink)
{
    VipsImage *image = NULL;
    if (open_picture(file, 1, &image) != 0) return failed();
    int64_t wide = vips_image_get_width(image), high = vips_image_get_height(image);
    *ret_shrink = shrink_for(image, width, height);
    g_object_unref(image);
    bool fits = wide <= PICTURE_SIDE_MAX && high <= PICTURE_SIDE_MAX && wide * high <= PICTURE_PIXELS_MAX;
    return fits ? CHILD_DONE : CHILD_TOO_LARGE;
}

/* Each step takes the image before it and gives the next in its place; the first that fails leaves it as it is. */
static int step(VipsImage **image, int (*make_next)(VipsImage *, VipsImage **))
{
    VipsImage *next = NULL;
    if (make_next(*image, &next) != 0) return -1;
    g_object_unref(*image);
    *image = next;
    return 0;
}

/* Who brings a profile is asked for it; others mean sRGB, and what they say is not touched. */
static int to_srgb(VipsImage *image, VipsImage **ret)
{
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) != 0 || vips_image_get_interpretation(image) == VIPS_INTERPRETATION_CMYK)
        return vips_icc_transform(image, ret, "srgb", "embedded", TRUE, "input_profile", "cmyk", "pcs", VIPS_PCS_XYZ, NULL);
    return vips_colourspace(image, ret, VIPS_INTERPRETATION_sRGB, NULL);
}

static int on_white(VipsImage *image, VipsImage **ret)
{
    if (!vips_image_hasalpha(image)) return vips_copy(image, ret, NULL);
    VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
    int bad = vips_flatten(image, ret, "background", white, NULL);
    vips_area_unref(VIPS_AREA(white));
    return bad;
}

/* Not left to the "strip" of writers alone. */
static int without_words(VipsImage *image, VipsImage **ret)
{
    if (vips_copy(image, ret, NULL) != 0) return -1;
    gchar **fields = vips_image_get_fields(*ret);
    for (gchar **f = fields; f && *f; f++) vips_image_remove(*ret, *f);
    g_strfreev(fields);
    return 0;
}

/* Upright, too: the library's thumbnailer does both. */
static int smaller(VipsImage **image, int width, int height)
{
    VipsImage *next = NULL;
    if (vips_thumbnail_image(*image, &next, width, "height", height, "size", VIPS_SIZE_DOWN, NULL) != 0) return -1;
    g_object_unref(*image);
    *image = next;
    return 0;
}

static int save(VipsImage *image, PictureType as, void **ret, size_t *ret_n)
{
    switch (as) {
    case PICTURE_JPEG: return vips_jpegsave_buffer(image, ret, ret_n, "Q", QUALITY, "strip", TRUE, "optimize_coding", TRUE, NULL);
    case PICTURE_PNG:  return vips_pngsave_buffer(image, ret, ret_n, "compression", PNG_EFFORT, "strip", TRUE, NULL);
    case PICTURE_WEBP: return vips_webpsave_buffer(image, ret, ret_n, "Q", QUALITY, "strip", TRUE, NULL);
    }
    return -1;
}

static size_t le32(const uint8_t *p) { return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24; }

/* This libvips makes an EXIF of its own for every WebP. It stands last (RFC 9649 section 2.7): cut it off, and say so in the head. */
static size_t without_exif(uint8_t *webp, size_t n)
{
    enum { RIFF_HEAD = 8, FIRST_CHUNK = 12, CHUNK_HEAD = 8, FLAGS = FIRST_CHUNK + CHUNK_HEAD, HAS_EXIF = 0x08 };
    for (size_t at = FIRST_CHUNK; at + CHUNK_HEAD <= n; at += CHUNK_HEAD + ((le32(webp + at + 4) + 1) & ~(size_t)1)) {
        if (memcmp(webp + at, "EXIF", 4) != 0) continue;
        size_t riff = at - RIFF_HEAD;
        for (int i = 0; i < 4; i++) webp[4 + i] = (uint8_t)(riff >> 8 * i);
        webp[FLAGS] &= (uint8_t)~HAS_EXIF;
        return at;
    }
    return n;
}

static bool tell(int out, const VipsImage *image, str bytes)
{
    int64_t head[] = { vips_image_get_width(image), vips_image_get_height(image) };
    return child_write(out, (str){ (const char *)head, sizeof head }) && child_write(out, bytes);
}

/* Until the last step nothing was decoded, so most of what is damaged fails there. */
static ChildEnd write_anew(VipsImage *image, PictureType as, int out)
{
    void *bytes = NULL;
    size_t n = 0;
    ChildEnd end = save(image, as, &bytes, &n) != 0 ? failed() : CHILD_DONE;
    if (end == CHILD_DONE && as == PICTURE_WEBP) n = without_exif(bytes, n);
    if (end == CHILD_DONE && !tell(out, image, (str){ bytes, (ptrdiff_t)n })) end = CHILD_BROKE;
    g_free(bytes);
    return end;
}

static ChildEnd make(str file, PictureType as, int width, int height, int out)
{
    int shrink = 1;
    VipsImage *image = NULL;
    ChildEnd end = look_at_head(file, width, height, &shrink);
    if (end != CHILD_DONE) return end;
    if (open_picture(file, shrink, &image) != 0) return failed();
    bool fine = smaller(&image, width, height) == 0 && step(&image, to_srgb) == 0 && (as != PICTURE_JPEG || step(&image, on_white) == 0)
             && step(&image, without_words) == 0;
    end = fine ? write_anew(image, as, out) : failed();
    g_object_unref(image);
    return end;
}

static ChildEnd work(str in, int out)
{
    int64_t as, width, height;
    if (!wire_take_int(&in, &as) || !wire_take_int(&in, &width) || !wire_take_int(&in, &height)) return CHILD_UNREADABLE;
    return make(in, (PictureType)as, (int)width, (int)height, out);
}

extern const ChildCode child_code;
const ChildCode child_code = { .warm = warm, .work = work };
