/* png - pictures that tests make and look at: 8 bits a channel, RGB or RGBA, not interlaced (PNG, third edition, W3C 2025). */
#pragma once
#include "base/base.h"

typedef struct Png { int width, height, channels; const uint8_t *pixel; } Png;     /* row by row; 3 channels or 4 */
str  png_write(Arena *keep, const Png *png);
bool png_read(Arena *keep, str bytes, Png *ret);                                    /* ours and libpng's of these two kinds */
const uint8_t *png_at(const Png *png, int x, int y);
str  png_head_only(Arena *keep, int64_t width, int64_t height);                     /* promises so many pixels and has none */
