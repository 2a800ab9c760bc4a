/* picture - what is asked of the child, and how its answer is read. */
#include "picture/picture.h"

enum { HEAD_BYTES = 64 };

const ChildKind picture_kind = {
    .name = "pictures", .library = "sampan-picture.so", .seconds = 20, .memory = 400 << 20,
    .in_max = PICTURE_BYTES_MAX + HEAD_BYTES, .out_max = PICTURE_BYTES_MAX + HEAD_BYTES,
};

/* A side that nobody asked for is a child that was taken over. */
static bool take_side(str *rest, int most, int *ret)
{
    int64_t side;
    if (!wire_take_int(rest, &side) || side < 1 || side > most) return false;
    *ret = (int)side;
    return true;
}

ChildEnd picture_make(Arena *keep, str bytes, PictureType as, int width_max, int height_max, Picture *ret)
{
    Out o;
    str answer;
    CHECK(as >= PICTURE_JPEG && as <= PICTURE_WEBP);
    CHECK(width_max > 0 && width_max <= PICTURE_WISH_MAX && height_max > 0 && height_max <= PICTURE_WISH_MAX);
    if (bytes.n > PICTURE_BYTES_MAX) return CHILD_TOO_LARGE;
    out_init(&o, keep, bytes.n + HEAD_BYTES);
    wire_int(&o, as);
    wire_int(&o, width_max);
    wire_int(&o, height_max);
    out_str(&o, bytes);
    ChildEnd end = child_work(keep, &picture_kind, out_text(&o), &answer);
    if (end != CHILD_DONE) return end;
    Picture made;
    if (!take_side(&answer, width_max, &made.width) || !take_side(&answer, height_max, &made.height)) return CHILD_BROKE;
    made.bytes = answer;
    *ret = made;
    return CHILD_DONE;
}
