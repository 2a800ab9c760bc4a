/* picture - a picture that somebody brought, made anew by libvips in a child: what is kept and shown is ours, and nothing else that
 * stood in the file.
 *
 * In   JPEG, PNG, WebP; of animated ones the first frame. Whatever else it calls itself is UNREADABLE: by its first bytes one of three
 *      readers is chosen, and all others (SVG, PDF, ImageMagick's hundred) are blocked.
 * Out  at most width × height, never larger than it came, its sides in proportion; upright as its EXIF orientation says; sRGB
 *      in 8 bits; no EXIF, no place, no thumbnail, no profile, no comment. JPEG has no transparency: what was is white.
 *
 * How many pixels there are is read from the head, before one is decoded. A file that breaks off or is damaged is UNREADABLE: half
 * a certificate is none. */
#pragma once
#include "child/child.h"

enum {
    PICTURE_BYTES_MAX = 24 << 20,       /* in, and out */
    PICTURE_SIDE_MAX = 16000,
    PICTURE_PIXELS_MAX = 50000000,      /* a phone's usual 12 or 48 million; not its 108 */
    PICTURE_WISH_MAX = 4096,            /* a side of what is made */
};

typedef enum PictureType { PICTURE_JPEG = 1, PICTURE_PNG, PICTURE_WEBP } PictureType;
typedef struct Picture { str bytes; int width, height; } Picture;

/* TOO_LARGE: bytes or pixels. Waits (child.h). */
ChildEnd picture_make(Arena *keep, str bytes, PictureType as, int width_max, int height_max, Picture *ret);

extern const ChildKind picture_kind;
