/* outbox_signed - signatures of what goes by HTTP between two who share a secret: hooks and SMS, in both directions.
 *
 * As www.standardwebhooks.com says (specification 1.0.0): "v1," and base64 of HMAC-SHA256 over `id.timestamp.body`, the timestamp in
 * seconds since 1970. A secret is written "whsec_" and base64 of 24 to 64 bytes. */
#include "outbox/outbox_own.h"

#include <sodium.h>

enum { KEY_MIN = 24, KEY_MAX = 64, SIGNATURES_MAX = 10 };
#define PREFIX S("whsec_")

static str base64_of(Arena *keep, str bytes)
{
    size_t room = sodium_base64_encoded_len((size_t)bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *p = NEW(keep, char, (ptrdiff_t)room);
    sodium_bin2base64(p, room, (const unsigned char *)bytes.p, (size_t)bytes.n, sodium_base64_VARIANT_ORIGINAL);
    return str_from(p);
}

str signed_text(Arena *keep, str key) { return str_cat(keep, PREFIX, base64_of(keep, key)); }

bool signed_key(Arena *keep, str text, str *ret)
{
    unsigned char *p = NEW(keep, unsigned char, KEY_MAX);
    size_t n = 0;
    if (!str_starts(text, PREFIX)) return false;
    str coded = str_slice(text, PREFIX.n, text.n);
    bool fine = sodium_base642bin(p, KEY_MAX, coded.p, (size_t)coded.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 && n >= KEY_MIN;
    *ret = (str){ (const char *)p, (ptrdiff_t)n };
    return fine && str_eq(signed_text(keep, *ret), text);          /* libsodium takes bytes above 127 for letters */
}

static void hmac(str key, str id, str timestamp, str body, unsigned char ret[crypto_auth_hmacsha256_BYTES])
{
    const str parts[] = { id, S("."), timestamp, S("."), body };
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, (size_t)key.n);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].p, (unsigned long long)parts[i].n);
    crypto_auth_hmacsha256_final(&state, ret);
}

str signed_with(Arena *keep, str key, str id, int64_t ms, str body)
{
    unsigned char made[crypto_auth_hmacsha256_BYTES];
    hmac(key, id, str_fmt(keep, "%lld", (long long)(ms / SECOND)), body, made);
    return str_cat(keep, S("v1,"), base64_of(keep, (str){ (const char *)made, sizeof made }));
}

/* Several may stand there, with blanks between: of an old secret and a new one. */
bool signed_is_fine(Arena *tmp, str key, str id, str timestamp, str body, str signatures, int64_t now)
{
    unsigned char made[crypto_auth_hmacsha256_BYTES];
    int64_t at;
    bool fine = false;
    if (!key.n || !id.n || !str_int(timestamp, &at) || at < 0 || at > INT64_MAX / SECOND) return false;
    int64_t apart = at * SECOND > now ? at * SECOND - now : now - at * SECOND;
    hmac(key, id, timestamp, body, made);
    str want = str_cat(tmp, S("v1,"), base64_of(tmp, (str){ (const char *)made, sizeof made }));
    for (int i = 0; i < SIGNATURES_MAX && signatures.n; i++) {
        str_pair cut = str_cut(signatures, ' ');
        fine |= cut.head.n == want.n && sodium_memcmp(cut.head.p, want.p, (size_t)want.n) == 0;
        signatures = cut.tail;
    }
    return fine && apart <= SIGNED_MINUTES * MINUTE;
}

GatewaySign outbox_signed_by_gateway(Scope *s, str id, str timestamp, str body, str signatures)
{
    OutSettings o;
    str why;
    if (!out_settings(s->site, s->arena, &o, &why) || !o.sms_key.n) return GATEWAY_NONE;
    return signed_is_fine(s->arena, o.sms_key, id, timestamp, body, signatures, s->now) ? GATEWAY_FINE : GATEWAY_WRONG;
}

/* Of the installation's secret, so that it is kept nowhere. */
str outbox_hook_key(Scope *s, str of)
{
    unsigned char made[crypto_generichash_BYTES];
    str said = str_cat(s->arena, S("hook "), of);
    crypto_generichash(made, sizeof made, (const unsigned char *)said.p, (unsigned long long)said.n, s->site->key, sizeof s->site->key);
    return signed_text(s->arena, (str){ (const char *)made, sizeof made });
}
