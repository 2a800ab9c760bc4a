/* sign_text - bytes as text: base58btc and did:key for documents, base45 for paper; and the words that are purposes. */
#include "sign/sign_own.h"

/* ---- base58btc (The Multibase Data Format; the alphabet of Bitcoin) --------------------------------------------- */

static const char base58_digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* O(n²): for keys and signatures. */
str base58_encode(Arena *keep, str bytes)
{
    ptrdiff_t zeros = 0, n = 0, room = bytes.n * 138 / 100 + 1;
    while (zeros < bytes.n && bytes.p[zeros] == 0) zeros++;
    uint8_t *digit = NEW(keep, uint8_t, room);           /* the lowest first */
    for (ptrdiff_t i = zeros; i < bytes.n; i++) {
        unsigned carry = (uint8_t)bytes.p[i];
        for (ptrdiff_t k = 0; k < n || carry; k++) {
            carry += k < n ? digit[k] * 256u : 0;
            digit[k] = (uint8_t)(carry % 58);
            carry /= 58;
            if (k >= n) n = k + 1;
        }
    }
    char *p = NEW(keep, char, zeros + n + 1);
    memset(p, '1', (size_t)zeros);
    for (ptrdiff_t i = 0; i < n; i++) p[zeros + i] = base58_digits[digit[n - 1 - i]];
    return (str){ p, zeros + n };
}

bool base58_decode(Arena *keep, str text, ptrdiff_t bytes, str *ret)
{
    if (text.n > bytes * 138 / 100 + 1) return false;
    uint8_t *byte = NEW(keep, uint8_t, bytes);           /* the highest first */
    for (ptrdiff_t i = 0; i < text.n; i++) {
        const char *at = text.p[i] ? strchr(base58_digits, text.p[i]) : NULL;
        if (!at) return false;
        unsigned carry = (unsigned)(at - base58_digits);
        for (ptrdiff_t k = bytes - 1; k >= 0; k--) {
            carry += byte[k] * 58u;
            byte[k] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry) return false;
    }
    *ret = (str){ (char *)byte, bytes };
    return str_eq(base58_encode(keep, *ret), text);      /* one text for one value: no digits left out or too many */
}

/* ---- base45 (RFC 9285) ------------------------------------------------------------------------------------------ */

static const char base45_digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

str base45_encode(Arena *keep, str bytes)
{
    Out o;
    out_init(&o, keep, bytes.n / 2 * 3 + 3);
    for (ptrdiff_t i = 0; i < bytes.n; i += 2) {
        bool two = i + 1 < bytes.n;
        unsigned v = two ? (unsigned)(uint8_t)bytes.p[i] << 8 | (uint8_t)bytes.p[i + 1] : (uint8_t)bytes.p[i];
        out_char(&o, base45_digits[v % 45]);
        out_char(&o, base45_digits[v / 45 % 45]);
        if (two) out_char(&o, base45_digits[v / 2025]);
    }
    return out_text(&o);
}

/* -1: no such digit, or the number is larger than `most`. */
static int base45_number(str digits, int most)
{
    int v = 0;
    for (ptrdiff_t i = digits.n - 1; i >= 0; i--) {
        const char *at = digits.p[i] ? strchr(base45_digits, digits.p[i]) : NULL;
        if (!at) return -1;
        v = v * 45 + (int)(at - base45_digits);
    }
    return v <= most ? v : -1;
}

bool base45_decode(Arena *keep, str text, str *ret)
{
    Out o;
    if (text.n % 3 == 1) return false;
    out_init(&o, keep, text.n / 3 * 2 + 2);
    for (ptrdiff_t i = 0; i < text.n; i += 3) {
        str digits = str_slice(text, i, i + 3);
        int v = base45_number(digits, digits.n == 3 ? 0xFFFF : 0xFF);
        if (v < 0) return false;
        if (digits.n == 3) out_char(&o, (char)(v >> 8));
        out_char(&o, (char)v);
    }
    *ret = out_text(&o);
    return true;
}

/* ---- keys (Multikey; did:key v0.9) ------------------------------------------------------------------------------ */

static const uint8_t ed25519_pub[] = { 0xED, 0x01 };     /* its code in multicodec, as a varint */
enum { CODE_BYTES = sizeof ed25519_pub };

str key_name(Arena *keep, const uint8_t public[KEY_BYTES])
{
    char coded[CODE_BYTES + KEY_BYTES];
    memcpy(coded, ed25519_pub, CODE_BYTES);
    memcpy(coded + CODE_BYTES, public, KEY_BYTES);
    return str_cat(keep, S("z"), base58_encode(keep, (str){ coded, sizeof coded }));
}

bool key_bytes(Arena *keep, str name, uint8_t ret[KEY_BYTES])
{
    str coded;
    if (!str_starts(name, S("z")) || !base58_decode(keep, str_slice(name, 1, name.n), CODE_BYTES + KEY_BYTES, &coded)) return false;
    if (memcmp(coded.p, ed25519_pub, CODE_BYTES) != 0) return false;
    memcpy(ret, coded.p + CODE_BYTES, KEY_BYTES);
    return true;
}

str key_method(Arena *keep, str name) { return str_cat(keep, S("did:key:"), name, S("#"), name); }
str sign_did(Arena *keep, str key) { return str_cat(keep, S("did:key:"), key); }

bool is_purpose(str word)
{
    for (ptrdiff_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
    }
    return word.n > 0 && word.n <= SIGN_PURPOSE_MAX;
}
