/* auth_totp - the code of a moment: RFC 6238 over RFC 4226, HMAC (RFC 2104) and SHA-1 (RFC 3174). Pure functions of bytes.
 *
 * libsodium has no SHA-1, and applications on phones pass over a request for another hash. That SHA-1 has collisions is no matter here: an HMAC
 * does not rest on there being none (RFC 6194 section 3.3). */
#include <sodium.h>

#include "auth/auth.h"

enum { SHA1_BLOCK = 64, SHA1_BYTES = 20 };
typedef struct Sha1 { uint32_t h[5]; uint8_t block[SHA1_BLOCK]; uint64_t bytes; } Sha1;

static uint32_t rotate(uint32_t x, int n) { return x << n | x >> (32 - n); }

static uint32_t mixed(int t, uint32_t b, uint32_t c, uint32_t d)
{
    if (t < 20) return ((b & c) | (~b & d)) + 0x5A827999u;
    if (t < 40) return (b ^ c ^ d) + 0x6ED9EBA1u;
    if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCu;
    return (b ^ c ^ d) + 0xCA62C1D6u;
}

static uint32_t big_endian(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static void sha1_block(Sha1 *s)
{
    uint32_t w[80], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4];
    for (int t = 0; t < 16; t++) w[t] = big_endian(s->block + 4 * t);
    for (int t = 16; t < 80; t++) w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    for (int t = 0; t < 80; t++) {
        uint32_t next = rotate(a, 5) + mixed(t, b, c, d) + e + w[t];
        e = d, d = c, c = rotate(b, 30), b = a, a = next;
    }
    s->h[0] += a, s->h[1] += b, s->h[2] += c, s->h[3] += d, s->h[4] += e;
    sodium_memzero(w, sizeof w);
}

static void sha1_add(Sha1 *s, const uint8_t *p, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        s->block[s->bytes++ % SHA1_BLOCK] = p[i];
        if (s->bytes % SHA1_BLOCK == 0) sha1_block(s);
    }
}

static Sha1 sha1_begin(void) { return (Sha1){ .h = { 0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u } }; }

static void sha1_end(Sha1 *s, uint8_t ret[SHA1_BYTES])
{
    uint8_t length[8], one = 0x80, zero = 0;
    for (int i = 0; i < 8; i++) length[i] = (uint8_t)(s->bytes * 8 >> (56 - 8 * i));
    sha1_add(s, &one, 1);
    while (s->bytes % SHA1_BLOCK != SHA1_BLOCK - 8) sha1_add(s, &zero, 1);
    sha1_add(s, length, sizeof length);
    for (int i = 0; i < SHA1_BYTES; i++) ret[i] = (uint8_t)(s->h[i / 4] >> (24 - i % 4 * 8));
    sodium_memzero(s, sizeof *s);
}

/* Keys of at most one block: ours have 20 bytes. */
static void hmac_sha1(const uint8_t *key, ptrdiff_t n, const uint8_t *text, ptrdiff_t text_n, uint8_t ret[SHA1_BYTES])
{
    uint8_t inner[SHA1_BLOCK], outer[SHA1_BLOCK];
    Sha1 s = sha1_begin();
    CHECK(n <= SHA1_BLOCK);
    for (ptrdiff_t i = 0; i < SHA1_BLOCK; i++) {
        inner[i] = (i < n ? key[i] : 0) ^ 0x36;
        outer[i] = (i < n ? key[i] : 0) ^ 0x5C;
    }
    sha1_add(&s, inner, sizeof inner);
    sha1_add(&s, text, text_n);
    sha1_end(&s, ret);
    s = sha1_begin();
    sha1_add(&s, outer, sizeof outer);
    sha1_add(&s, ret, SHA1_BYTES);
    sha1_end(&s, ret);
    sodium_memzero(inner, sizeof inner);
    sodium_memzero(outer, sizeof outer);
}

/* RFC 4226 section 5.3: four bytes from where the last half byte says. */
int32_t totp_code(const uint8_t *secret, ptrdiff_t n, int64_t step)
{
    uint8_t moment[8], mac[SHA1_BYTES];
    for (int i = 0; i < 8; i++) moment[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    hmac_sha1(secret, n, moment, sizeof moment, mac);
    uint32_t code = (big_endian(mac + (mac[SHA1_BYTES - 1] & 15)) & 0x7FFFFFFFu) % 1000000u;
    sodium_memzero(mac, sizeof mac);
    return (int32_t)code;
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
