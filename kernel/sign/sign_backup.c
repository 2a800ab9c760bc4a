/* sign_backup - a copy of the keys, under a passphrase: for the day on which the machine is lost with its key file.
 *
 *   file      "sampan-sign-backup-1\n" ‖ salt 16 ‖ nonce 24 ‖ secretbox ‖ BLAKE2b-128 of all before
 *   inside    {"keys":[{"from":"…","key":"z6Mk…","made":"…","owner":"…","purpose":"…","seed":"…"}],"type":"SampanSignKeys"}
 *             moments are ms, as text; seed is base64url, and not there when the key was revoked
 *
 * The cost of argon2id is part of the version: a file that could say its own would make whoever opens it pay whatever it says. */
#include "sign/sign_own.h"

#include "os/os.h"
#include "sign_rows_sql.h"

#define HEAD "sampan-sign-backup-1\n"
#define ARGON_BYTES ((size_t)64 << 20)
enum { ARGON_PASSES = 3, SUM_BYTES = 16 };
enum { HEAD_BYTES = sizeof HEAD - 1, SALT_BYTES = crypto_pwhash_argon2id_SALTBYTES, NONCE_BYTES = crypto_secretbox_NONCEBYTES };
enum { BOX_AT = HEAD_BYTES + SALT_BYTES + NONCE_BYTES, LEAST_BYTES = BOX_AT + crypto_secretbox_MACBYTES + SUM_BYTES };

/* ---- the box ---------------------------------------------------------------------------------------------------- */

static bool passphrase_key(const uint8_t *salt, str passphrase, uint8_t ret[crypto_secretbox_KEYBYTES])
{
    return crypto_pwhash_argon2id(ret, crypto_secretbox_KEYBYTES, passphrase.n ? passphrase.p : "", (unsigned long long)passphrase.n, salt,
                                  ARGON_PASSES, ARGON_BYTES, crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0;
}

static void sum(uint8_t ret[SUM_BYTES], const uint8_t *bytes, ptrdiff_t n)
{
    crypto_generichash(ret, SUM_BYTES, bytes, (unsigned long long)n, NULL, 0);
}

str sign_backup_seal(Arena *keep, str plain, str passphrase)
{
    uint8_t key[crypto_secretbox_KEYBYTES];
    ptrdiff_t n = LEAST_BYTES + plain.n;
    uint8_t *file = NEW(keep, uint8_t, n);
    memcpy(file, HEAD, HEAD_BYTES);
    os_random(file + HEAD_BYTES, SALT_BYTES + NONCE_BYTES);
    if (!passphrase_key(file + HEAD_BYTES, passphrase, key)) return (str){ 0 };
    crypto_secretbox_easy(file + BOX_AT, (const uint8_t *)plain.p, (unsigned long long)plain.n, file + HEAD_BYTES + SALT_BYTES, key);
    sodium_memzero(key, sizeof key);
    sum(file + n - SUM_BYTES, file, n - SUM_BYTES);
    return (str){ (char *)file, n };
}

static const char *damage(str file)
{
    uint8_t is[SUM_BYTES];
    if (!str_starts(file, S("sampan-sign-backup-"))) return N_("This file is not a copy of keys.");
    if (!str_starts(file, S(HEAD))) return N_("This copy of keys was made by another version of the program, which is needed to open it.");
    if (file.n < LEAST_BYTES || file.n > SIGN_BACKUP_MAX) return N_("This copy of keys is damaged: it is not whole.");
    sum(is, (const uint8_t *)file.p, file.n - SUM_BYTES);
    return memcmp(is, file.p + file.n - SUM_BYTES, SUM_BYTES) == 0 ? NULL : N_("This copy of keys is damaged: something in it was changed.");
}

bool sign_backup_open(Arena *keep, str file, str passphrase, str *ret_plain, const char **ret_why)
{
    uint8_t key[crypto_secretbox_KEYBYTES];
    const uint8_t *p = (const uint8_t *)file.p;
    *ret_why = damage(file);
    if (*ret_why) return false;
    ptrdiff_t n = file.n - LEAST_BYTES;
    uint8_t *plain = NEW(keep, uint8_t, n + 1);
    bool made = passphrase_key(p + HEAD_BYTES, passphrase, key);
    unsigned long long boxed = (unsigned long long)(n + crypto_secretbox_MACBYTES);
    bool fits = made && crypto_secretbox_open_easy(plain, p + BOX_AT, boxed, p + HEAD_BYTES + SALT_BYTES, key) == 0;
    sodium_memzero(key, sizeof key);
    if (!made) *ret_why = N_("The machine has no memory for this now.");
    else if (!fits) *ret_why = N_("The passphrase does not open this copy.");
    else *ret_plain = (str){ (char *)plain, n };
    return fits;
}

/* ---- what is in it ---------------------------------------------------------------------------------------------- */

static void put_seed(Json *j, const Seed *seed)
{
    char text[sodium_base64_ENCODED_LEN(SEED_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    sodium_bin2base64(text, sizeof text, seed->byte, SEED_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    json_str(j, S("seed"), str_from(text));
    sodium_memzero(text, sizeof text);
}

static void put_key(Json *j, const sign_rows_all_row *k, const Seed *seed)
{
    json_object(j, S(""));
    json_id(j, S("from"), k->valid_from);
    json_str(j, S("key"), k->name);
    json_id(j, S("made"), k->made_at);
    json_id(j, S("owner"), k->owner);
    json_str(j, S("purpose"), k->purpose);
    if (k->revoked_at) json_id(j, S("revoked"), k->revoked_at);
    if (seed) put_seed(j, seed);
    if (k->stolen) json_bool(j, S("stolen"), true);
    if (k->valid_until) json_id(j, S("until"), k->valid_until);
    json_object_end(j);
}

static bool add_key(Scope *s, Json *j, const sign_rows_all_row *k)
{
    Seed seed;
    bool open = k->revoked_at || seed_open(s, k->sealed, k->name, k->purpose, &seed);
    if (open) put_key(j, k, k->revoked_at ? NULL : &seed);       /* what it asks for is the arena that is wiped as a whole */
    sodium_memzero(&seed, sizeof seed);
    return open;
}

str sign_backup_plain(Scope *s, str *ret_why)
{
    Out o;
    sign_rows_all_rows all = sign_rows_all(s);
    out_init(&o, s->arena, 4096 + 400 * all.n);
    Json j = json_to(&o);
    json_object(&j, S(""));
    json_array(&j, S("keys"));
    for (ptrdiff_t i = 0; i < all.n; i++) {
        if (add_key(s, &j, &all.row[i])) continue;
        *ret_why = FILL(s, T(s, "The key {key} cannot be opened, so the copy would not be whole: "
                                "it was sealed in another installation, or the key file of this one is another."), { "key", all.row[i].name });
        return (str){ 0 };
    }
    json_array_end(&j);
    json_str(&j, S("type"), S("SampanSignKeys"));
    json_object_end(&j);
    return out_text(&o);
}

/* ---- taking it in ----------------------------------------------------------------------------------------------- */

typedef struct Copied { SignKey key; Seed seed; } Copied;

static bool get_int(const Tree *t, int64_t least, int64_t *ret) { return t->kind == TREE_TEXT && str_int(t->text, ret) && *ret >= least; }

static bool get_seed(const Tree *t, Seed *ret)
{
    size_t n;
    enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };
    if (t->kind != TREE_TEXT || !t->text.n) return false;
    return sodium_base642bin(ret->byte, SEED_BYTES, t->text.p, (size_t)t->text.n, NULL, &n, NULL, VARIANT) == 0 && n == SEED_BYTES;
}

static bool get_member(const Tree *t, Copied *ret, bool *ret_seed)
{
    SignKey *k = &ret->key;
    if (str_eq(t->name, S("key")) || str_eq(t->name, S("purpose"))) {
        *(str_eq(t->name, S("key")) ? &k->name : &k->purpose) = t->text;
        return t->kind == TREE_TEXT;
    }
    if (str_eq(t->name, S("owner")))   return get_int(t, INT64_MIN, &k->owner) && k->owner != 0;
    if (str_eq(t->name, S("made")))    return get_int(t, 1, &k->made);
    if (str_eq(t->name, S("from")))    return get_int(t, 1, &k->from);
    if (str_eq(t->name, S("until")))   return get_int(t, 1, &k->until);
    if (str_eq(t->name, S("revoked"))) return get_int(t, 1, &k->revoked);
    if (str_eq(t->name, S("stolen")))  return k->stolen = t->kind == TREE_TRUE;
    return str_eq(t->name, S("seed")) && (*ret_seed = get_seed(t, &ret->seed));
}

static bool copied_read(Arena *keep, const Tree *t, Copied *ret)
{
    uint8_t public[KEY_BYTES], named[KEY_BYTES];
    bool seed = false;
    for (ptrdiff_t i = 0; i < t->n; i++)
        if (t->kind != TREE_OBJECT || !get_member(t->child[i], ret, &seed)) return false;
    const SignKey *k = &ret->key;
    if (!is_purpose(k->purpose) || !k->owner || !k->from || !key_bytes(keep, k->name, named) || seed == (k->revoked != 0)) return false;
    if (seed) seed_public(&ret->seed, public);
    return !seed || memcmp(public, named, KEY_BYTES) == 0;
}

static bool plain_read(Arena *keep, str plain, Copied **ret, ptrdiff_t *ret_n)
{
    TreeWrong wrong;
    Tree *t = tree_read(keep, plain, SIGN_BACKUP_MAX, &wrong);
    const Tree *keys = t ? tree_member(t, S("keys")) : NULL;
    if (!keys || keys->kind != TREE_ARRAY || !str_eq(tree_str(t, S("type")), S("SampanSignKeys"))) return false;
    *ret = NEW(keep, Copied, keys->n + 1);
    *ret_n = keys->n;
    for (ptrdiff_t i = 0; i < keys->n; i++)
        if (!copied_read(keep, keys->child[i], &(*ret)[i])) return false;
    return true;
}

static str box_for(Scope *s, const Copied *c, uint8_t room[SEALED_BYTES])
{
    if (c->key.revoked) return S("");
    seed_seal(s, &c->seed, c->key.name, c->key.purpose, room);
    return (str){ (char *)room, SEALED_BYTES };
}

static void add_new(Scope *s, const Copied *c, SignRestored *ret)
{
    uint8_t room[SEALED_BYTES];
    const SignKey *k = &c->key;
    sign_rows_add(s, k->name, k->owner, k->purpose, box_for(s, c, room), k->made, k->from, k->until, k->revoked, k->stolen);
    ret->added++;
}

static bool is_sooner(int64_t a, int64_t b) { return a && (!b || a < b); }

/* What ended a key stays, wherever it was said. */
static void add_known(Scope *s, const Copied *c, const sign_rows_key_row *here, SignRestored *ret)
{
    uint8_t room[SEALED_BYTES];
    const SignKey *k = &c->key;
    bool sooner = is_sooner(k->revoked, here->revoked_at);
    bool ends = is_sooner(k->until, here->valid_until), revoked = sooner || (k->stolen && !here->stolen);
    ret->known++;
    ret->changed += ends || revoked;
    if (ends) sign_rows_until(s, k->name, k->until);
    if (revoked) sign_rows_revoke(s, k->name, sooner ? k->revoked : here->revoked_at, k->stolen || here->stolen, S(""));
    if (revoked || here->revoked_at || sign_key_opens(s, k->name)) return;
    sign_rows_seal(s, k->name, box_for(s, c, room));
    ret->resealed++;
}

/* Of two that came to count at one time only the later goes on. */
static void end_earlier(Scope *s, const Copied *c, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const SignKey *k = &c[i].key;
        int64_t next = sign_rows_next_after(s, k->owner, k->purpose, k->from);
        if (!k->revoked) sign_rows_end_before(s, k->owner, k->purpose, k->from);
        if (next) sign_rows_end_before(s, k->owner, k->purpose, next);
    }
}

bool sign_backup_take(Scope *s, str plain, SignRestored *ret, str *ret_why)
{
    Copied *copied;
    ptrdiff_t n;
    sign_rows_key_row here;
    CHECK(s->writing);
    *ret = (SignRestored){ 0 };
    if (!plain_read(s->arena, plain, &copied, &n)) {
        *ret_why = T(s, "This copy of keys is not as it should be; nothing of it was taken.");
        return false;
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        const SignKey *k = &copied[i].key;
        if (!sign_rows_key(s, k->name, &here)) add_new(s, &copied[i], ret);
        else if (str_eq(here.purpose, k->purpose)) add_known(s, &copied[i], &here, ret);
        else {
            *ret_why = FILL(s, T(s, "The key {key} is here for another purpose; nothing of the copy was taken."), { "key", k->name });
            return false;
        }
    }
    end_earlier(s, copied, n);
    return true;
}
