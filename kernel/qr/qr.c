/* qr - modules, and their outline. */
#include "qr/qr.h"

#include <qrencode.h>

#include "html/html.h"

int qr_bytes_max(QrLevel level)
{
    static const int bytes[] = { [QR_L] = 2953, [QR_M] = 2331, [QR_Q] = 1663, [QR_H] = 1273 };
    CHECK(level >= QR_L && level <= QR_H);
    return bytes[level];
}

/* Digits alone would take less room each than a byte, so a text can fit that is longer than the header says; what the header
 * promises is what is checked, for every text alike. */
QrEnd qr_make(Arena *keep, str text, QrLevel level, Qr *ret)
{
    static const QRecLevel levels[] = { [QR_L] = QR_ECLEVEL_L, [QR_M] = QR_ECLEVEL_M, [QR_Q] = QR_ECLEVEL_Q, [QR_H] = QR_ECLEVEL_H };
    if (text.n == 0) return QR_EMPTY;
    if (text.n > qr_bytes_max(level)) return QR_TOO_LONG;
    uint8_t *dark = NEW(keep, uint8_t, QR_SIZE_MAX * QR_SIZE_MAX);      /* before there is something to free */
    QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, levels[level]);
    if (!code) fault_at(keep->landing, __FILE__, __LINE__, FAULT_MEMORY, "no memory for a QR code");
    for (int i = 0; i < code->width * code->width; i++) dark[i] = code->data[i] & 1;
    *ret = (Qr){ code->width, dark };
    QRcode_free(code);
    return QR_MADE;
}

/* A run of dark modules in a row is one rectangle: fewer bytes, and no hairs between. */
static void out_row(Out *o, const Qr *qr, int y)
{
    const uint8_t *row = qr->dark + y * qr->size;
    for (int x = 0, n; x < qr->size; x += n) {
        for (n = 1; x + n < qr->size && row[x + n] == row[x]; n++) {}
        if (row[x]) out_fmt(o, "M%d %dh%dv1h-%dz", x + QR_QUIET, y + QR_QUIET, n, n);
    }
}

QrEnd qr_svg(Arena *keep, str text, QrLevel level, str label, Html *ret)
{
    Qr qr;
    Out o;
    QrEnd end = qr_make(keep, text, level, &qr);
    if (end != QR_MADE) return end;
    int side = qr.size + 2 * QR_QUIET;
    out_init(&o, keep, 4096);
    out_fmt(&o, "<svg viewBox=\"0 0 %d %d\" class=\"qr\" role=\"img\" shape-rendering=\"crispEdges\" aria-label=\"", side, side);
    html_text(&o, label);
    out_fmt(&o, "\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"", side, side);
    for (int y = 0; y < qr.size; y++) out_row(&o, &qr, y);
    out_lit(&o, "\"/></svg>");
    ret->s = out_text(&o);
    return QR_MADE;
}
