/* qr - a text as a QR code (ISO/IEC 18004, model 2), by libqrencode: drawn on a page as SVG, or in a document (pdf.h).
 *
 * The text is kept byte for byte: ASCII as it is, anything else as UTF-8, which readers of phones expect. There is room for less the more
 * may be damaged: */
#pragma once
#include "base/base.h"

typedef enum QrLevel {      /* how much of it may be lost                      bytes at most */
    QR_L = 1,               /*  7%: on a screen                                2,953 */
    QR_M,                   /* 15%: the usual                                  2,331 */
    QR_Q,                   /* 25%: on paper that is folded and carried        1,663 */
    QR_H,                   /* 30%: on what gets wet, or with a mark on it     1,273 */
} QrLevel;
enum { QR_SIZE_MAX = 177, QR_QUIET = 4 };       /* modules on a side; and free ones around it */

typedef enum QrEnd { QR_NONE = 0, QR_MADE, QR_EMPTY, QR_TOO_LONG } QrEnd;

/* `size` modules on a side, row by row from the top left, 1 is dark. Without the quiet zone. */
typedef struct Qr { int size; const uint8_t *dark; } Qr;
QrEnd qr_make(Arena *keep, str text, QrLevel level, Qr *ret);
int   qr_bytes_max(QrLevel level);

/* <svg>, with the quiet zone, dark on white whatever the colours of the page; as large as its style says. `label` says what it is for
 * to who cannot see it, and is escaped here. */
QrEnd qr_svg(Arena *keep, str text, QrLevel level, str label, Html *ret);
