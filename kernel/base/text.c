/* text - slices of bytes: comparing, cutting, and what is valid UTF-8. */
#include "base/base.h"

str str_from(const char *z)
{
    return z ? (str){ z, (ptrdiff_t)strlen(z) } : (str){ 0 };
}

int str_cmp(str a, str b)
{
    ptrdiff_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, (size_t)n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && str_eq((str){ s.p, prefix.n }, prefix);
}

bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n && str_eq(str_slice(s, s.n - suffix.n, s.n), suffix);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_nocase(str a, str b)
{
    if (a.n != b.n) return false;
    for (ptrdiff_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

ptrdiff_t str_find(str s, str needle)
{
    if (needle.n == 0) return 0;
    if (s.n < needle.n) return -1;
    const char *at = memmem(s.p, (size_t)s.n, needle.p, (size_t)needle.n);
    return at ? at - s.p : -1;
}

str_pair str_cut(str s, char at)
{
    const char *p = s.n ? memchr(s.p, at, (size_t)s.n) : NULL;
    if (!p) return (str_pair){ .head = s };
    ptrdiff_t i = p - s.p;
    return (str_pair){ { s.p, i }, { p + 1, s.n - i - 1 }, true };
}

static bool blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
    while (s.n && blank(s.p[0])) { s.p++; s.n--; }
    while (s.n && blank(s.p[s.n - 1])) s.n--;
    return s;
}

str str_slice(str s, ptrdiff_t from, ptrdiff_t to)
{
    if (from < 0) from = 0;
    if (to > s.n) to = s.n;
    if (from >= to) return (str){ 0 };
    return (str){ s.p + from, to - from };
}

bool str_int(str s, int64_t *ret)
{
    bool minus = s.n && s.p[0] == '-';
    ptrdiff_t i = minus;
    int64_t v = 0;
    if (i == s.n) return false;
    for (; i < s.n; i++) {
        int d = s.p[i] - '0';
        if (d < 0 || d > 9) return false;
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, d, &v)) return false;   /* downwards: INT64_MIN fits */
    }
    if (!minus && __builtin_sub_overflow(0, v, &v)) return false;
    *ret = v;
    return true;
}

int32_t utf8_next(str *s)
{
    if (s->n == 0) return -1;
    const unsigned char *p = (const unsigned char *)s->p;
    int32_t c = p[0], min;
    ptrdiff_t n;
    if (c < 0x80)                 { n = 1; min = 0; }
    else if (c >= 0xC2 && c < 0xE0) { n = 2; min = 0x80;    c &= 0x1F; }
    else if (c >= 0xE0 && c < 0xF0) { n = 3; min = 0x800;   c &= 0x0F; }
    else if (c >= 0xF0 && c < 0xF5) { n = 4; min = 0x10000; c &= 0x07; }
    else                          { n = 0; min = 0; }
    bool good = n > 0 && n <= s->n;
    for (ptrdiff_t i = 1; good && i < n; i++) {
        good = (p[i] & 0xC0) == 0x80;
        c = c << 6 | (p[i] & 0x3F);
    }
    good = good && c >= min && c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
    ptrdiff_t step = good ? n : 1;
    s->p += step;
    s->n -= step;
    return good ? c : -1;
}

bool str_is_utf8(str s)
{
    while (s.n) {
        if ((unsigned char)s.p[0] < 0x80) { s.p++; s.n--; continue; }
        if (utf8_next(&s) < 0) return false;
    }
    return true;
}

bool str_is_plain(str s, bool lines)
{
    while (s.n) {
        int32_t c = utf8_next(&s);
        if (c < 0) return false;
        if (c < 0x20 && c != '\t' && !(lines && c == '\n')) return false;
        if (c >= 0x7F && c < 0xA0) return false;
        if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return false;
    }
    return true;
}

str str_shown(Arena *keep, str s)
{
    if (str_is_plain(s, true)) return s;
    Out o;
    out_init(&o, keep, s.n);
    while (s.n) {
        str piece = { s.p, s.n };
        int32_t c = utf8_next(&s);
        piece.n -= s.n;
        if (c == '\r' || str_is_plain(piece, true)) out_str(&o, piece);
        else out_lit(&o, "\xEF\xBF\xBD");
    }
    return out_text(&o);
}

str str_clip(str s, ptrdiff_t bytes)
{
    ptrdiff_t n = bytes < s.n ? bytes : s.n;
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80) n--;
    return (str){ s.p, n };
}

ptrdiff_t str_chars(str s)
{
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static uint64_t eight_bytes(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

/* The high and low halves of a 128-bit product. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 m = (unsigned __int128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static const uint64_t k1 = 0x9E3779B97F4A7C15u, k2 = 0xD6E8FEB86659FD93u;

/* Four lanes side by side, because one product must otherwise wait for the one before it: a page is hashed in the time
 * it takes to read it. */
static uint64_t hash_blocks(str *s, uint64_t h)
{
    uint64_t lane[4] = { h, h ^ k1, h ^ k2, ~h };
    for (; s->n >= 64; s->p += 64, s->n -= 64)
        for (int i = 0; i < 4; i++) {
            uint64_t kept = lane[i] << 1 | lane[i] >> 63;
            lane[i] = kept + mix(eight_bytes(s->p + 16 * i) ^ k1, eight_bytes(s->p + 16 * i + 8) ^ k2 ^ lane[i]);
        }
    return mix(lane[0] ^ k1, lane[1] ^ k2) ^ mix(lane[2] ^ k2, lane[3] ^ k1);
}

uint64_t str_hash(str s, uint64_t seed)
{
    uint64_t h = seed ^ (uint64_t)s.n * k1;
    if (s.n >= 64) h = hash_blocks(&s, h);
    for (; s.n >= 8; s.p += 8, s.n -= 8) {
        uint64_t v = eight_bytes(s.p);
        h = mix(h ^ v ^ k1, v ^ k2 ^ (h << 32 | h >> 32));
    }
    uint64_t tail = 0;
    if (s.n) memcpy(&tail, s.p, (size_t)s.n);
    h = mix(h ^ tail ^ k2, k1 ^ (uint64_t)s.n);
    return h ^ h >> 29;
}
