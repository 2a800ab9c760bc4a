/* sign_keys - keys of this installation: made, sealed, ended, and signed with.
 *
 * Table    sign_key
 * Rule     a secret half is open only on the stack, between the opening of its box and the wiping, and in that time no memory is asked
 *          for and no query is run: both may throw, and would leave it there.
 * Rule     nothing leaves that this room itself would not take: what was signed is checked before it is handed out. */
#include "sign/sign_own.h"

#include "os/os.h"
#include "sign_rows_sql.h"
#include "web/site.h"

enum { NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, BOUND_MAX = 200 };
_Static_assert(sizeof(((Site *)0)->key) == crypto_generichash_KEYBYTES, "the installation's key is a key for BLAKE2b");

/* ---- the box ---------------------------------------------------------------------------------------------------- */

static void box_key(const Scope *s, uint8_t ret[crypto_aead_xchacha20poly1305_ietf_KEYBYTES])
{
    static const char use[] = "sampan-sign-box-1";
    crypto_generichash(ret, crypto_aead_xchacha20poly1305_ietf_KEYBYTES, (const uint8_t *)use, sizeof use - 1, s->site->key, sizeof s->site->key);
}

/* What the box is for: it opens for no other key and no other purpose. */
static unsigned long long bound_to(char ret[BOUND_MAX], str name, str purpose)
{
    int n = snprintf(ret, BOUND_MAX, "sampan-sign-1\n%.*s\n%.*s\n", STR_ARG(name), STR_ARG(purpose));
    CHECK(n > 0 && n < BOUND_MAX);
    return (unsigned long long)n;
}

void seed_seal(Scope *s, const Seed *seed, str name, str purpose, uint8_t ret[SEALED_BYTES])
{
    char bound[BOUND_MAX];
    uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    unsigned long long n = bound_to(bound, name, purpose);
    box_key(s, key);
    os_random(ret, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret + NONCE_BYTES, NULL, seed->byte, SEED_BYTES, (const uint8_t *)bound, n, NULL, ret, key);
    sodium_memzero(key, sizeof key);
}

bool seed_open(Scope *s, str sealed, str name, str purpose, Seed *ret)
{
    char bound[BOUND_MAX];
    uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    const uint8_t *nonce = (const uint8_t *)sealed.p, *box = nonce + NONCE_BYTES, *with = (const uint8_t *)bound;
    if (sealed.n != SEALED_BYTES) return false;
    unsigned long long n = bound_to(bound, name, purpose);
    box_key(s, key);
    int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(ret->byte, NULL, NULL, box, SEALED_BYTES - NONCE_BYTES, with, n, nonce, key);
    sodium_memzero(key, sizeof key);
    return opened == 0;
}

void seed_public(const Seed *seed, uint8_t ret[KEY_BYTES])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(ret, secret, seed->byte);
    sodium_memzero(secret, sizeof secret);
}

void seed_sign(const Seed *seed, str text, uint8_t ret[SIGNATURE_BYTES])
{
    uint8_t public[KEY_BYTES], secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public, secret, seed->byte);
    crypto_sign_detached(ret, NULL, (const uint8_t *)text.p, (unsigned long long)text.n, secret);
    sodium_memzero(secret, sizeof secret);
}

/* A signature says its moment in whole seconds, so the time of a key begins and ends with one. */
static int64_t whole_second(int64_t ms) { return ms - ms % SECOND; }

/* ---- making and ending ------------------------------------------------------------------------------------------ */

static bool may_be_made(Scope *s, int64_t owner, str purpose, int64_t from, str *ret_why)
{
    if (owner == 0)
        *ret_why = T(s, "A key belongs to somebody: the number 0 is nobody.");
    else if (!is_purpose(purpose))
        *ret_why = T(s, "The purpose of a key is a word of small letters, digits, - and full stops, of at most 64 characters.");
    else if (from < whole_second(s->now))
        *ret_why = T(s, "A key cannot count for what was signed before there was such a key. It begins now, or later.");
    else if (sign_rows_begins_at(s, owner, purpose, from))
        *ret_why = T(s, "There is a key for this already that begins at that moment.");
    else return true;
    return false;
}

/* Its halves are made here and the secret one ends here; what is kept of it is the box. */
static str key_make(Scope *s, str purpose, uint8_t ret_sealed[SEALED_BYTES])
{
    Seed seed;
    uint8_t public[KEY_BYTES];
    char *room = NEW(s->arena, char, 256);
    Arena tmp = { room, room + 256, s->landing };        /* key_name asks for less: nothing throws while the seed is open */
    os_random(seed.byte, sizeof seed.byte);
    seed_public(&seed, public);
    str name = key_name(&tmp, public);
    seed_seal(s, &seed, name, purpose, ret_sealed);
    sodium_memzero(&seed, sizeof seed);
    return name;
}

bool sign_key_make(Scope *s, int64_t owner, str purpose, int64_t from, SignKey *ret, str *ret_why)
{
    uint8_t sealed[SEALED_BYTES];
    CHECK(s->writing);
    from = whole_second(from ? from : s->now);
    if (!may_be_made(s, owner, purpose, from, ret_why)) return false;
    str name = key_make(s, purpose, sealed);
    int64_t until = sign_rows_next_after(s, owner, purpose, from);
    *ret = (SignKey){ .name = name, .owner = owner, .purpose = purpose, .made = s->now, .from = from, .until = until };
    sign_rows_end_before(s, owner, purpose, from);
    sign_rows_add(s, name, owner, purpose, (str){ (char *)sealed, sizeof sealed }, ret->made, ret->from, ret->until, 0, 0);
    return true;
}

static int64_t earlier(int64_t a, int64_t b) { return !a ? b : !b ? a : a < b ? a : b; }

bool sign_key_revoke(Scope *s, str name, int64_t at, bool stolen, str *ret_why)
{
    sign_rows_key_row key;
    CHECK(s->writing);
    at = whole_second(at ? at : s->now);
    if (!sign_rows_key(s, name, &key)) *ret_why = T(s, "There is no such key here.");
    else if (at <= 0 || at > s->now) *ret_why = T(s, "A key is revoked from now on, or from a moment before now.");
    else {
        sign_rows_revoke(s, name, earlier(key.revoked_at, at), key.stolen || stolen, S(""));
        return true;
    }
    return false;
}

/* ---- looking ---------------------------------------------------------------------------------------------------- */

bool sign_key_now(Scope *s, int64_t owner, str purpose, SignKey *ret)
{
    sign_rows_current_row k;
    if (owner == 0 || !is_purpose(purpose) || !sign_rows_current(s, owner, purpose, s->now, &k)) return false;
    *ret = (SignKey){ k.name, k.owner, k.purpose, k.made_at, k.valid_from, k.valid_until, k.revoked_at, k.stolen != 0 };
    return true;
}

SignKeys sign_keys(Scope *s)
{
    sign_rows_all_rows all = sign_rows_all(s);
    SignKeys keys = { NEW(s->arena, SignKey, all.n + 1), all.n };
    for (ptrdiff_t i = 0; i < all.n; i++) {
        const sign_rows_all_row *k = &all.row[i];
        keys.row[i] = (SignKey){ k->name, k->owner, k->purpose, k->made_at, k->valid_from, k->valid_until, k->revoked_at, k->stolen != 0 };
    }
    return keys;
}

bool sign_key_opens(Scope *s, str name)
{
    Seed seed;
    sign_rows_key_row k;
    bool open = sign_rows_key(s, name, &k) && seed_open(s, k.sealed, k.name, k.purpose, &seed);
    sodium_memzero(&seed, sizeof seed);
    return open;
}

static SignTrust trust_in(const SignKey *k)
{
    return (SignTrust){ .key = k->name, .purpose = k->purpose, .owner = k->owner,
                        .from = k->from, .until = k->until, .revoked = k->revoked, .stolen = k->stolen };
}

SignList sign_own_list(Scope *s)
{
    SignKeys keys = sign_keys(s);
    SignTrust *row = NEW(s->arena, SignTrust, keys.n + 1);
    for (ptrdiff_t i = 0; i < keys.n; i++) row[i] = trust_in(&keys.row[i]);
    return (SignList){ row, keys.n };
}

/* ---- signing ---------------------------------------------------------------------------------------------------- */

static bool key_in_force(Scope *s, int64_t owner, str purpose, sign_rows_current_row *ret, str *ret_why)
{
    if (owner != 0 && is_purpose(purpose) && sign_rows_current(s, owner, purpose, s->now, ret)) return true;
    *ret_why = T(s, "There is no key in force with which this could be signed now. Make one, and look whether the clock is right.");
    return false;
}

static bool sign_with(Scope *s, const sign_rows_current_row *k, str text, uint8_t ret[SIGNATURE_BYTES], str *ret_why)
{
    Seed seed;
    bool open = seed_open(s, k->sealed, k->name, k->purpose, &seed);
    if (open) seed_sign(&seed, text, ret);
    sodium_memzero(&seed, sizeof seed);
    if (open) return true;
    *ret_why = T(s, "The key cannot be opened: it was sealed in another installation, or the key file of this one is another. Take it from a copy.");
    return false;
}

static SignAsk as_ourselves(Scope *s, const sign_rows_current_row *k, SignTrust *row)
{
    *row = (SignTrust){ .key = k->name, .purpose = k->purpose, .owner = k->owner, .from = k->valid_from, .until = k->valid_until };
    return (SignAsk){ .purpose = k->purpose, .list = { row, 1 }, .moment = s->now };
}

/* It may be meant for another time than now. */
static bool would_take(Scope *s, const Signed *g, str *ret_why)
{
    if (g->verdict == SIGN_GOOD || g->verdict == SIGN_NOT_IN_FORCE) return true;
    *ret_why = sign_says(s->lang, g);
    return false;
}

bool sign_document(Scope *s, int64_t owner, str purpose, SignSuite suite, const SignShape *shape, str json, str *ret, str *ret_why)
{
    Tree *document;
    SignTrust row;
    sign_rows_current_row k;
    uint8_t hashes[2 * SHA_BYTES], signature[SIGNATURE_BYTES];
    CHECK(suite == SIGN_JCS || (suite == SIGN_RDFC && shape && sign_shape_sound(shape)));
    const char *why = document_signable(s->arena, json, &document);
    if (why) *ret_why = tr_text(s->lang, why);
    if (why || !key_in_force(s, owner, purpose, &k, ret_why)) return false;
    Tree *proof = proof_ours(s->arena, document, suite, k.name, s->now);
    ProofOptions as = { suite, time_iso(s->arena, s->now), S(""), key_method(s->arena, k.name) };
    if (!proof_hash(s->arena, document, proof, &as, shape, hashes, &why)) {
        *ret_why = tr_text(s->lang, why);
        return false;
    }
    if (!sign_with(s, &k, (str){ (char *)hashes, sizeof hashes }, signature, ret_why)) return false;
    str text = proof_put(s->arena, document, proof, signature);
    SignAsk ask = as_ourselves(s, &k, &row);
    ask.shape = &shape;
    ask.shape_n = shape != NULL;
    Signed g = sign_check(s->arena, text, &ask);
    if (!would_take(s, &g, ret_why)) return false;
    *ret = text;
    return true;
}

static bool compact_payload(Scope *s, str json, str *ret, str *ret_why)
{
    Tree *document;
    const char *why = document_signable(s->arena, json, &document);
    if (!why) *ret = cbor_write(s->arena, document, &why);
    if (why) *ret_why = tr_text(s->lang, why);
    return !why;
}

bool sign_compact(Scope *s, int64_t owner, str purpose, str json, str *ret, str *ret_why)
{
    str payload;
    SignTrust row;
    sign_rows_current_row k;
    uint8_t public[KEY_BYTES], signature[SIGNATURE_BYTES];
    if (!compact_payload(s, json, &payload, ret_why) || !key_in_force(s, owner, purpose, &k, ret_why)) return false;
    CHECK(key_bytes(s->arena, k.name, public));
    str protected = cose_protected(s->arena, cose_kid(s->arena, public), s->now / SECOND);
    if (!sign_with(s, &k, cose_signed_text(s->arena, protected, payload), signature, ret_why)) return false;
    str text = str_cat(s->arena, S(COMPACT_PREFIX), base45_encode(s->arena, cose_write(s->arena, protected, payload, signature)));
    if (text.n > SIGN_COMPACT_MAX) {
        *ret_why = T(s, "It is too long for a code on paper. Sign a shorter text that names the whole.");
        return false;
    }
    SignAsk ask = as_ourselves(s, &k, &row);
    Signed g = sign_check_compact(s->arena, text, &ask);
    if (!would_take(s, &g, ret_why)) return false;
    *ret = text;
    return true;
}
