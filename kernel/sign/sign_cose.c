/* sign_cose - COSE_Sign1 (RFC 9052 section 4.2) with EdDSA (RFC 9053 section 2.2), for what is printed.
 *
 *   protected     { 1 alg: -8 EdDSA, 4 kid: 8 bytes, 15 CWT claims: { 6 iat: seconds } }       (RFC 9597 for the last)
 *   unprotected   nothing
 *   payload       deterministic CBOR of the JSON
 *
 * The kid is the beginning of the key's thumbprint (RFC 9679). Others may put alg -19 (Ed25519, RFC 9864), the kid among the unprotected
 * headers, further headers that are not critical, and leave out the claims and the tag. */
#include "sign/cbor.h"

enum { TAG_SIGN1 = 18, ALG = 1, CRIT = 2, KID = 4, CLAIMS = 15, IAT = 6, EDDSA = -8, ED25519 = -19, HEADERS_MAX = 16 };
#define SECONDS_MAX (INT64_MAX / SECOND)

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* RFC 9679: SHA-256 of { 1 kty: 1 OKP, -1 crv: 6 Ed25519, -2 x: the key }. */
str cose_kid(Arena *keep, const uint8_t public[KEY_BYTES])
{
    static const uint8_t head[] = { 0xA3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, KEY_BYTES };
    uint8_t key[sizeof head + KEY_BYTES], hash[SHA_BYTES];
    memcpy(key, head, sizeof head);
    memcpy(key + sizeof head, public, KEY_BYTES);
    crypto_hash_sha256(hash, key, sizeof key);
    return str_keep(keep, (str){ (char *)hash, COSE_KID_BYTES });
}

str cose_protected(Arena *keep, str kid, int64_t issued)
{
    Out o;
    out_init(&o, keep, 64);
    cbor_head(&o, CBOR_MAP, 3);
    cbor_head(&o, CBOR_PLUS, ALG);
    cbor_head(&o, CBOR_MINUS, -1 - EDDSA);
    cbor_head(&o, CBOR_PLUS, KID);
    cbor_bytes(&o, CBOR_BYTES, kid);
    cbor_head(&o, CBOR_PLUS, CLAIMS);
    cbor_head(&o, CBOR_MAP, 1);
    cbor_head(&o, CBOR_PLUS, IAT);
    cbor_head(&o, CBOR_PLUS, (uint64_t)issued);
    return out_text(&o);
}

str cose_signed_text(Arena *keep, str protected, str payload)
{
    Out o;
    out_init(&o, keep, protected.n + payload.n + 32);
    cbor_head(&o, CBOR_ARRAY, 4);
    cbor_bytes(&o, CBOR_TEXT, S("Signature1"));
    cbor_bytes(&o, CBOR_BYTES, protected);
    cbor_bytes(&o, CBOR_BYTES, (str){ 0 });
    cbor_bytes(&o, CBOR_BYTES, payload);
    return out_text(&o);
}

str cose_write(Arena *keep, str protected, str payload, const uint8_t signature[SIGNATURE_BYTES])
{
    Out o;
    out_init(&o, keep, protected.n + payload.n + 128);
    cbor_head(&o, CBOR_TAG, TAG_SIGN1);
    cbor_head(&o, CBOR_ARRAY, 4);
    cbor_bytes(&o, CBOR_BYTES, protected);
    cbor_head(&o, CBOR_MAP, 0);
    cbor_bytes(&o, CBOR_BYTES, payload);
    cbor_bytes(&o, CBOR_BYTES, (str){ (const char *)signature, SIGNATURE_BYTES });
    return out_text(&o);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* A whole number of either sign; false: something else stands there. */
static bool take_number(str *in, int64_t *ret)
{
    CborMajor major;
    uint64_t n;
    str ahead = *in;
    if (!cbor_take(&ahead, &major, &n) || major > CBOR_MINUS || n > INT64_MAX - 1) return false;
    *in = ahead;
    *ret = major == CBOR_MINUS ? -1 - (int64_t)n : (int64_t)n;
    return true;
}

static bool skip(str *in, int depth);

static bool skip_items(str *in, uint64_t n, int depth)
{
    if (n > (uint64_t)in->n) return false;
    for (uint64_t i = 0; i < n; i++)
        if (!skip(in, depth)) return false;
    return true;
}

/* Any well-formed item of definite length. */
static bool skip(str *in, int depth)
{
    CborMajor major;
    uint64_t n;
    if (depth == SIGN_DEPTH_MAX || !cbor_take(in, &major, &n)) return false;
    switch (major) {
    case CBOR_PLUS:
    case CBOR_MINUS:
    case CBOR_SIMPLE: return true;
    case CBOR_BYTES:
    case CBOR_TEXT:
        if (n > (uint64_t)in->n) return false;
        *in = str_slice(*in, (ptrdiff_t)n, in->n);
        return true;
    case CBOR_ARRAY:  return skip_items(in, n, depth + 1);
    case CBOR_MAP:    return n <= (uint64_t)in->n / 2 && skip_items(in, 2 * n, depth + 1);
    case CBOR_TAG:    return skip_items(in, 1, depth + 1);
    }
    return false;
}

/* Labels of both maps: none may stand twice, whatever it is (RFC 9052 section 3). */
typedef struct Labels { str row[HEADERS_MAX]; int n; } Labels;

static bool label_new(Labels *l, str label)
{
    for (int i = 0; i < l->n; i++)
        if (str_eq(l->row[i], label)) return false;
    if (l->n == HEADERS_MAX) return false;
    l->row[l->n++] = label;
    return true;
}

static bool take_claims(str *in, Cose *ret)
{
    CborMajor major;
    uint64_t n;
    Labels labels = { .n = 0 };
    if (!cbor_take(in, &major, &n) || major != CBOR_MAP || n > HEADERS_MAX) return false;
    for (; n > 0; n--) {
        int64_t label = 0;
        str from = *in, ahead = *in;
        bool number = take_number(&ahead, &label);
        if (!skip(in, 0) || !label_new(&labels, str_slice(from, 0, from.n - in->n))) return false;
        if (!number || label != IAT) {
            if (!skip(in, 0)) return false;
        } else if (!take_number(in, &ret->issued) || ret->issued <= 0 || ret->issued > SECONDS_MAX) return false;
        else ret->has_issued = true;
    }
    return true;
}

static bool take_header(str *in, int64_t label, bool protected, Cose *ret)
{
    int64_t alg;
    if (label == ALG && protected) {
        str ahead = *in;
        ret->supported = take_number(&ahead, &alg) && (alg == EDDSA || alg == ED25519);
    }
    if (label == KID) return cbor_take_bytes(in, CBOR_BYTES, &ret->kid);
    if (label == CLAIMS && protected) return take_claims(in, ret);
    return skip(in, 0);
}

static bool take_headers(str *in, bool protected, Labels *labels, Cose *ret, bool *ret_critical)
{
    CborMajor major;
    uint64_t n;
    if (!cbor_take(in, &major, &n) || major != CBOR_MAP || n > HEADERS_MAX) return false;
    for (; n > 0; n--) {
        int64_t label = 0;
        str from = *in, ahead = *in;
        bool number = take_number(&ahead, &label);
        if (!skip(in, 0) || !label_new(labels, str_slice(from, 0, from.n - in->n))) return false;
        if (number && label == CRIT) *ret_critical = true;
        if (!take_header(in, number ? label : 0, protected, ret)) return false;
    }
    return true;
}

static bool take_opening(str *in)
{
    CborMajor major;
    uint64_t n;
    if (!cbor_take(in, &major, &n)) return false;
    if (major == CBOR_TAG && (n != TAG_SIGN1 || !cbor_take(in, &major, &n))) return false;
    return major == CBOR_ARRAY && n == 4;
}

bool cose_read(Arena *keep, str bytes, Cose *ret)
{
    Labels labels = { .n = 0 };
    bool critical = false;
    str in = bytes, headers;
    *ret = (Cose){ 0 };
    if (!take_opening(&in) || !cbor_take_bytes(&in, CBOR_BYTES, &ret->protected)) return false;
    headers = ret->protected;
    if (headers.n && (!take_headers(&headers, true, &labels, ret, &critical) || headers.n)) return false;
    if (!take_headers(&in, false, &labels, ret, &critical)) return false;
    if (!cbor_take_bytes(&in, CBOR_BYTES, &ret->payload) || !cbor_take_bytes(&in, CBOR_BYTES, &ret->signature)) return false;
    ret->supported = ret->supported && !critical && ret->signature.n == SIGNATURE_BYTES;
    return in.n == 0;
}

/* ---- checking --------------------------------------------------------------------------------------------------- */

static bool proves(Arena *keep, const Cose *c, const uint8_t public[KEY_BYTES])
{
    str text = cose_signed_text(keep, c->protected, c->payload);
    return crypto_sign_verify_detached((const uint8_t *)c->signature.p, (const uint8_t *)text.p, (unsigned long long)text.n, public) == 0;
}

static bool is_called(Arena *keep, str kid, const uint8_t public[KEY_BYTES]) { return str_eq(kid, cose_kid(keep, public)); }

/* Eight bytes can be made to meet: whoever does so is another key of the list, and counts as himself. */
static Signed whose(Arena *keep, const Cose *c, SignList list)
{
    uint8_t public[KEY_BYTES];
    Signed g = answer(SIGN_UNKNOWN_KEY, N_("It was signed with a key that is not in the list."));
    g.moment = c->has_issued ? c->issued * SECOND : 0;
    for (ptrdiff_t i = 0; i < list.n; i++) {
        SCRATCH(tmp, keep);
        if (!key_bytes(&tmp, list.row[i].key, public) || !is_called(&tmp, c->kid, public)) continue;
        g.key = list.row[i].key;
        g.verdict = proves(&tmp, c, public) ? SIGN_GOOD : SIGN_ALTERED;
        g.why = N_("It is not what was signed: something in it was changed.");
        if (g.verdict == SIGN_GOOD) break;
    }
    return g;
}

Signed sign_check_compact(Arena *keep, str text, const SignAsk *ask)
{
    static const char unreadable[] = N_("This code is not a signed one, or was not read to its end.");
    Cose c;
    Tree *payload;
    str bytes;
    Times times = { 0 };
    if (text.n > SIGN_COMPACT_MAX || !str_starts(text, S(COMPACT_PREFIX))) return answer(SIGN_UNREADABLE, unreadable);
    str code = str_slice(text, S(COMPACT_PREFIX).n, text.n);
    if (!base45_decode(keep, code, &bytes) || !cose_read(keep, bytes, &c)) return answer(SIGN_UNREADABLE, unreadable);
    if (!c.supported) return answer(SIGN_UNSUPPORTED, N_("It is signed in a way that is not supported here."));
    Signed g = whose(keep, &c, ask->list);
    if (g.verdict != SIGN_GOOD) return g;
    if (!cbor_read(keep, c.payload, &payload) || !document_times(payload, &times)) return answer(SIGN_UNREADABLE, unreadable);
    g.issuer = document_issuer(payload);
    judge(&g, ask);
    judge_times(&g, &times, ask);
    if (g.verdict == SIGN_GOOD) g.document = tree_text(keep, payload, (str){ 0 });
    return g;
}
