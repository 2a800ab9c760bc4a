/* auth_totp - the code of a moment, by liboath (RFC 6238 over RFC 4226), and the secret in letters. Pure functions of bytes.
 *
 * SHA-1, because applications on phones pass over a request for another hash. That it has collisions is no matter here: an HMAC does not rest on
 * there being none (RFC 6194 section 3.3). */
#include <liboath/oath.h>
#include <sodium.h>
#include <stdlib.h>

#include "auth/auth.h"

int32_t totp_code(const uint8_t *secret, ptrdiff_t n, int64_t step)
{
    char figures[SECOND_FIGURES + 1];
    int made = oath_hotp_generate((const char *)secret, (size_t)n, (uint64_t)step, SECOND_FIGURES, false, OATH_HOTP_DYNAMIC_TRUNCATION, figures);
    CHECK(made == OATH_OK);
    int32_t code = (int32_t)strtol(figures, NULL, 10);
    sodium_memzero(figures, sizeof figures);
    return code;
}

str base32_encode(Arena *keep, str bytes)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    Out o;
    uint32_t held = 0;
    int bits = 0;
    out_init(&o, keep, bytes.n * 8 / 5 + 1);
    for (ptrdiff_t i = 0; i < bytes.n; i++) {
        held = held << 8 | (uint8_t)bytes.p[i];
        for (bits += 8; bits >= 5; bits -= 5) out_char(&o, letters[held >> (bits - 5) & 31]);
    }
    if (bits) out_char(&o, letters[held << (5 - bits) & 31]);
    return out_text(&o);
}
