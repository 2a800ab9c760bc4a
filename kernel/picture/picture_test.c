#include "../../tests/png.h"
#include "../../tests/world.h"

#include "picture/picture.h"

/* ---- pictures that are brought ------------------------------------------------------------------------------------ */

/* Left half red, right half blue. */
static str half_red_half_blue(World *w, int width, int height)
{
    uint8_t *p = NEW(world_arena(w), uint8_t, (ptrdiff_t)width * height * 3);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) p[(y * width + x) * 3 + (x < width / 2 ? 0 : 2)] = 255;
    return png_write(world_arena(w), &(Png){ width, height, 3, p });
}

static Picture made(World *w, str from, PictureType as, int width, int height)
{
    Picture p = { 0 };
    EXPECT(picture_make(world_arena(w), from, as, width, height, &p) == CHILD_DONE);
    return p;
}

static ChildEnd end_of(World *w, str from)
{
    Picture p;
    return picture_make(world_arena(w), from, PICTURE_JPEG, 1000, 1000, &p);
}

/* What a phone writes: EXIF (JEITA CP-3451) with the orientation, and words that nobody should ever see. */
static str with_exif(World *w, str jpeg, int orientation)
{
    char tiff[] = "Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0?\0\0\0\0\0\0 17.9757N 102.6331E Ana's phone";
    ptrdiff_t n = (ptrdiff_t)sizeof tiff - 1;
    tiff[25] = (char)orientation;
    Out o;
    out_init(&o, world_arena(w), jpeg.n + n + 8);
    out_str(&o, str_slice(jpeg, 0, 2));
    out_bytes(&o, (const char[]){ (char)0xFF, (char)0xE1, 0, (char)(n + 2) }, 4);
    out_bytes(&o, tiff, n);
    out_str(&o, str_slice(jpeg, 2, jpeg.n));
    return out_text(&o);
}

static void out_le(Out *o, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) out_char(o, (char)(v >> 8 * i));
}

static void out_riff(Out *o, const char *type, str body)
{
    out_bytes(o, type, 4);
    out_le(o, (uint32_t)body.n, 4);
    out_str(o, body);
    if (body.n & 1) out_char(o, 0);
}

/* Two still WebPs of one size, one after the other (RFC 9649). */
static str animated(World *w, const Picture *frame, int n)
{
    Out body, o;
    out_init(&body, world_arena(w), 4096);
    out_lit(&body, "WEBPVP8X\x0A\0\0\0\x02\0\0\0");
    out_le(&body, (uint32_t)frame->width - 1, 3);
    out_le(&body, (uint32_t)frame->height - 1, 3);
    out_riff(&body, "ANIM", S("\xFF\xFF\xFF\xFF\0\0"));
    for (int i = 0; i < n; i++) {
        Out f;
        out_init(&f, world_arena(w), frame[i].bytes.n + 32);
        out_le(&f, 0, 6);
        out_le(&f, (uint32_t)frame[i].width - 1, 3);
        out_le(&f, (uint32_t)frame[i].height - 1, 3);
        out_le(&f, 100, 4);
        out_str(&f, str_slice(frame[i].bytes, str_find(frame[i].bytes, S("VP8 ")), frame[i].bytes.n));
        out_riff(&body, "ANMF", out_text(&f));
    }
    out_init(&o, world_arena(w), body.n + 8);
    out_riff(&o, "RIFF", out_text(&body));
    return out_text(&o);
}

/* ---- how they are made -------------------------------------------------------------------------------------------- */

static bool is_red(const uint8_t *p)  { return p[0] > 200 && p[1] < 60 && p[2] < 60; }
static bool is_blue(const uint8_t *p) { return p[2] > 200 && p[1] < 60 && p[0] < 60; }

TEST(a_large_picture_is_made_smaller_in_proportion_and_a_small_one_stays)
{
    str png = half_red_half_blue(w, 800, 600);
    Picture p = made(w, png, PICTURE_JPEG, 200, 200);
    EXPECT(p.width == 200 && p.height == 150 && str_starts(p.bytes, S("\xFF\xD8\xFF")));
    p = made(w, png, PICTURE_WEBP, 1000, 300);
    EXPECT(p.width == 400 && p.height == 300 && str_starts(p.bytes, S("RIFF")));
    p = made(w, png, PICTURE_PNG, 4000, 4000);
    EXPECT(p.width == 800 && p.height == 600);
    Png got;
    EXPECT(png_read(world_arena(w), p.bytes, &got) && got.width == 800 && got.height == 600);
    EXPECT(is_red(png_at(&got, 10, 300)) && is_blue(png_at(&got, 790, 300)));
}

TEST(a_picture_taken_with_the_phone_on_its_side_stands_upright)
{
    str jpeg = made(w, half_red_half_blue(w, 80, 40), PICTURE_JPEG, 80, 40).bytes;
    Picture p = made(w, with_exif(w, jpeg, 6), PICTURE_PNG, 500, 500);
    Png got;
    EXPECT(p.width == 40 && p.height == 80 && png_read(world_arena(w), p.bytes, &got));
    EXPECT(is_red(png_at(&got, 20, 5)) && is_blue(png_at(&got, 20, 75)));
    p = made(w, with_exif(w, jpeg, 3), PICTURE_PNG, 500, 500);
    EXPECT(p.width == 80 && png_read(world_arena(w), p.bytes, &got));
    EXPECT(is_blue(png_at(&got, 5, 20)) && is_red(png_at(&got, 75, 20)));
}

TEST(nothing_is_left_of_where_and_with_what_it_was_taken)
{
    str jpeg = with_exif(w, made(w, half_red_half_blue(w, 80, 40), PICTURE_JPEG, 80, 40).bytes, 1);
    EXPECT(str_find(jpeg, S("Ana's phone")) > 0);
    for (PictureType as = PICTURE_JPEG; as <= PICTURE_WEBP; as++) {
        str bytes = made(w, jpeg, as, 80, 40).bytes;
        EXPECT(bytes.n > 0 && str_find(bytes, S("Ana's")) < 0 && str_find(bytes, S("Exif")) < 0 && str_find(bytes, S("EXIF")) < 0);
    }
}

TEST(what_was_transparent_is_white_in_a_jpeg_and_stays_in_others)
{
    static const uint8_t clear[4 * 4 * 4];
    str png = png_write(world_arena(w), &(Png){ 4, 4, 4, clear });
    Png got;
    EXPECT(png_read(world_arena(w), made(w, png, PICTURE_PNG, 4, 4).bytes, &got) && got.channels == 4 && png_at(&got, 1, 1)[3] == 0);
    str again = made(w, made(w, png, PICTURE_JPEG, 4, 4).bytes, PICTURE_PNG, 4, 4).bytes;
    EXPECT(png_read(world_arena(w), again, &got) && got.channels == 3 && png_at(&got, 1, 1)[0] > 250);
}

TEST(of_a_moving_picture_the_first_frame_is_kept)
{
    static const uint8_t blue[8 * 8 * 3] = { 0, 0, 255 };
    Picture frame[2] = { made(w, half_red_half_blue(w, 8, 8), PICTURE_WEBP, 8, 8),
                         made(w, png_write(world_arena(w), &(Png){ 8, 8, 3, blue }), PICTURE_WEBP, 8, 8) };
    str moving = animated(w, frame, 2);
    EXPECT(str_find(moving, S("ANMF")) > 0);
    Picture p = made(w, moving, PICTURE_PNG, 100, 100);
    Png got;
    EXPECT(p.width == 8 && p.height == 8 && png_read(world_arena(w), p.bytes, &got) && is_red(png_at(&got, 1, 4)));
    EXPECT(str_find(made(w, moving, PICTURE_WEBP, 100, 100).bytes, S("ANMF")) < 0);
}

/* ---- what is refused ---------------------------------------------------------------------------------------------- */

TEST(a_promise_of_too_many_pixels_is_refused_before_one_is_decoded)
{
    EXPECT(end_of(w, png_head_only(world_arena(w), 15000, 15000)) == CHILD_TOO_LARGE);
    EXPECT(end_of(w, png_head_only(world_arena(w), 100000, 1)) == CHILD_TOO_LARGE);
    EXPECT(end_of(w, png_head_only(world_arena(w), 5000, 5000)) == CHILD_UNREADABLE);
    str large = { NEW(world_arena(w), char, PICTURE_BYTES_MAX + 1), PICTURE_BYTES_MAX + 1 };
    EXPECT(end_of(w, large) == CHILD_TOO_LARGE);
}

TEST(only_three_kinds_are_read_whatever_the_first_bytes_of_others_say)
{
    EXPECT(end_of(w, S("")) == CHILD_UNREADABLE);
    EXPECT(end_of(w, S("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"></svg>")) == CHILD_UNREADABLE);
    EXPECT(end_of(w, S("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")) == CHILD_UNREADABLE);
    EXPECT(end_of(w, S("GIF89a\x01\0\x01\0\0\0\0;")) == CHILD_UNREADABLE);
    EXPECT(end_of(w, S("P3 1 1 255 255 0 0\n")) == CHILD_UNREADABLE);
    EXPECT(end_of(w, S("push graphic-context\nimage over 0,0 0,0 '/etc/passwd'\n")) == CHILD_UNREADABLE);
}

TEST(a_picture_that_breaks_off_or_is_damaged_is_unreadable)
{
    str png = half_red_half_blue(w, 80, 40);
    for (PictureType as = PICTURE_JPEG; as <= PICTURE_WEBP; as++) {
        str whole = made(w, png, as, 80, 40).bytes;
        EXPECT(end_of(w, whole) == CHILD_DONE);
        EXPECT(end_of(w, str_slice(whole, 0, whole.n / 2)) == CHILD_UNREADABLE);
        EXPECT(end_of(w, str_slice(whole, 0, 20)) == CHILD_UNREADABLE);
    }
    char *bent = NEW(world_arena(w), char, png.n);
    memcpy(bent, png.p, (size_t)png.n);
    bent[png.n - 30] ^= 0x55;
    EXPECT(end_of(w, (str){ bent, png.n }) == CHILD_UNREADABLE);
}

TESTS(picture, a_large_picture_is_made_smaller_in_proportion_and_a_small_one_stays,
      a_picture_taken_with_the_phone_on_its_side_stands_upright, nothing_is_left_of_where_and_with_what_it_was_taken,
      what_was_transparent_is_white_in_a_jpeg_and_stays_in_others, of_a_moving_picture_the_first_frame_is_kept,
      a_promise_of_too_many_pixels_is_refused_before_one_is_decoded, only_three_kinds_are_read_whatever_the_first_bytes_of_others_say,
      a_picture_that_breaks_off_or_is_damaged_is_unreadable)
