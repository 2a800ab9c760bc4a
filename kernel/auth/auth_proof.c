/* auth_proof - what needs a key or a slow hash: cookies, tokens against forged forms, passwords. */
#include <sodium.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "auth/auth.h"
#include "os/os.h"

enum {
    COOKIE_BYTES   = 32,
    TOKEN_BYTES    = 16,
    PASSWORD_OPS   = 2,
    PASSWORD_BYTES = 19 * 1024 * 1024,
    UNITS_MAX      = 4 * PASSWORD_MAX,    /* a normal form may be longer than what was typed */
};

/* ---- cookies ---------------------------------------------------------------------------------------------------- */

str auth_cookie_new(Arena *keep)
{
    char bytes[COOKIE_BYTES];
    os_random(bytes, sizeof bytes);
    return base64url_encode(keep, (str){ bytes, sizeof bytes });
}

bool auth_cookie_wellformed(str cookie)
{
    if (cookie.n != (COOKIE_BYTES * 8 + 5) / 6) return false;
    for (ptrdiff_t i = 0; i < cookie.n; i++) {
        unsigned char c = (unsigned char)cookie.p[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
    }
    return true;
}

/* ---- proofs under the installation's key ------------------------------------------------------------------------- */

/* Lengths stand before the texts, so that no two pairs give the same bytes. */
static void mac_of(uint8_t ret[TOKEN_BYTES], const uint8_t key[32], const char *purpose, str a, str b)
{
    crypto_generichash_state state;
    int64_t lengths[3] = { (int64_t)strlen(purpose), a.n, b.n };
    crypto_generichash_init(&state, key, 32, TOKEN_BYTES);
    crypto_generichash_update(&state, (const uint8_t *)lengths, sizeof lengths);
    crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose));
    crypto_generichash_update(&state, (const uint8_t *)a.p, (size_t)a.n);
    crypto_generichash_update(&state, (const uint8_t *)b.p, (size_t)b.n);
    crypto_generichash_final(&state, ret, TOKEN_BYTES);
}

str auth_mac(Arena *keep, const uint8_t key[32], const char *purpose, str a, str b)
{
    uint8_t mac[TOKEN_BYTES];
    mac_of(mac, key, purpose, a, b);
    return base64url_encode(keep, (str){ (char *)mac, sizeof mac });
}

/* The text form of `bytes` is decoded without an arena: 22 or 43 letters of base64url. */
static bool decode(str text, uint8_t *ret, size_t bytes)
{
    size_t n = 0;
    return text.n && sodium_base642bin(ret, bytes, text.p, (size_t)text.n, NULL, &n, NULL,
                                       sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 && n == bytes;
}

bool auth_mac_fits(const uint8_t key[32], const char *purpose, str a, str b, str mac)
{
    uint8_t given[TOKEN_BYTES], right[TOKEN_BYTES];
    mac_of(right, key, purpose, a, b);
    return decode(mac, given, sizeof given) && sodium_memcmp(given, right, sizeof right) == 0;
}

str auth_csrf(Arena *keep, const uint8_t key[32], str cookie)
{
    uint8_t token[2 * TOKEN_BYTES];          /* the mask, then the masked proof */
    os_random(token, TOKEN_BYTES);
    mac_of(token + TOKEN_BYTES, key, "form", cookie, (str){ 0 });
    for (int i = 0; i < TOKEN_BYTES; i++) token[TOKEN_BYTES + i] ^= token[i];
    return base64url_encode(keep, (str){ (char *)token, sizeof token });
}

bool auth_csrf_fits(const uint8_t key[32], str cookie, str text)
{
    uint8_t token[2 * TOKEN_BYTES], right[TOKEN_BYTES];
    if (!cookie.n || !decode(text, token, sizeof token)) return false;
    mac_of(right, key, "form", cookie, (str){ 0 });
    for (int i = 0; i < TOKEN_BYTES; i++) token[TOKEN_BYTES + i] ^= token[i];
    return sodium_memcmp(token + TOKEN_BYTES, right, TOKEN_BYTES) == 0;
}

/* ---- passwords ---------------------------------------------------------------------------------------------------- */

/* Text that ICU refuses, or that is longer than any we take, stays as it is. */
static str normal(Arena *keep, const UNormalizer2 *how, str text, UErrorCode error)
{
    UChar *typed = NEW(keep, UChar, UNITS_MAX), *made = NEW(keep, UChar, UNITS_MAX);
    int32_t n = 0, bytes = 0, room = UNITS_MAX * 3;
    char *out = NEW(keep, char, room);
    u_strFromUTF8(typed, UNITS_MAX, &n, text.p, (int32_t)text.n, &error);
    n = unorm2_normalize(how, typed, n, made, UNITS_MAX, &error);
    u_strToUTF8(out, room, &bytes, made, n, &error);
    return U_SUCCESS(error) ? (str){ out, bytes } : text;
}

/* One keyboard sends é as one character, another as two. */
static str normal_form(Arena *keep, str password)
{
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&error);
    return normal(keep, nfc, password, error);
}

str auth_fold(Arena *keep, str name)
{
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *fold = unorm2_getNFKCCasefoldInstance(&error);
    return normal(keep, fold, name, error);
}

str auth_hash(Arena *keep, str password)
{
    char *hash = NEW(keep, char, crypto_pwhash_STRBYTES);
    SCRATCH(tmp, keep);
    str p = normal_form(&tmp, password);
    if (crypto_pwhash_str(hash, p.p, (unsigned long long)p.n, PASSWORD_OPS, PASSWORD_BYTES) != 0) return (str){ 0 };
    return str_from(hash);
}

bool auth_hash_fits(Arena *from, str hash, str password)
{
    SCRATCH(tmp, from);
    str p = normal_form(&tmp, password);
    if (!hash.n) {                           /* a name nobody has must not be told by a quicker answer */
        auth_hash(&tmp, password);
        return false;
    }
    return crypto_pwhash_str_verify(str_z(&tmp, hash), p.p, (unsigned long long)p.n) == 0;
}

bool auth_hash_old(Arena *from, str hash)
{
    SCRATCH(tmp, from);
    return crypto_pwhash_str_needs_rehash(str_z(&tmp, hash), PASSWORD_OPS, PASSWORD_BYTES) != 0;
}
