/* auth_second - a second step: a code from an application on her phone, or from paper.
 *
 * Table    auth_totp: the secret, sealed. Not bound to the person's id, which changes when a box joins a network (kernel/sign does the same):
 *          who can move a sealed secret to another row can write a password's hash as well.
 * Rule     a secret is open only on the stack, and in that time no memory is asked for and no query is run: both may throw. */
#include <sodium.h>

#include "auth/auth.h"
#include "auth_rows_sql.h"
#include "os/os.h"
#include "web/site.h"

enum { SECRET_BYTES = 20, DRIFT = 1, NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
       SEALED = NONCE + SECRET_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES };
#define STEP_MS (30 * SECOND)
typedef struct Secret { uint8_t byte[SECRET_BYTES]; } Secret;

/* ---- the box --------------------------------------------------------------------------------------------------------------- */

static const uint8_t use[] = "sampan-second-step-1";

static void box_key(const Scope *s, uint8_t ret[crypto_aead_xchacha20poly1305_ietf_KEYBYTES])
{
    crypto_generichash(ret, crypto_aead_xchacha20poly1305_ietf_KEYBYTES, use, sizeof use - 1, s->site->key, sizeof s->site->key);
}

static void secret_seal(const Scope *s, const Secret *secret, uint8_t ret[SEALED])
{
    uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    box_key(s, key);
    os_random(ret, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret + NONCE, NULL, secret->byte, SECRET_BYTES, use, sizeof use - 1, NULL, ret, key);
    sodium_memzero(key, sizeof key);
}

/* False: sealed under another key file. */
static bool secret_open(const Scope *s, str sealed, Secret *ret)
{
    uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    const uint8_t *nonce = (const uint8_t *)sealed.p, *box = nonce + NONCE;
    if (sealed.n != SEALED) return false;
    box_key(s, key);
    int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(ret->byte, NULL, NULL, box, SEALED - NONCE, use, sizeof use - 1, nonce, key);
    sodium_memzero(key, sizeof key);
    return opened == 0;
}

/* ---- setting it up ----------------------------------------------------------------------------------------------------------- */

Second auth_second(Scope *s, int64_t person)
{
    auth_rows_totp_row t;
    if (!auth_rows_totp(s, person, &t)) return (Second){ 0 };
    return (Second){ .begun = true, .on = t.since != 0, .stopped = t.wrong >= SECOND_WRONG_MOST, .since = t.since,
                     .papers = auth_paper_left(s, person, PAPER_SECOND) };
}

str auth_second_begin(Scope *s, int64_t person)
{
    Secret secret;
    uint8_t sealed[SEALED];
    os_random(secret.byte, sizeof secret.byte);
    secret_seal(s, &secret, sealed);
    sodium_memzero(&secret, sizeof secret);
    auth_rows_totp_begin(s, person, (str){ (char *)sealed, sizeof sealed }, s->now);
    return auth_second_secret(s, person);
}

/* On its way to the page it lies in the request's memory, and nowhere else. */
str auth_second_secret(Scope *s, int64_t person)
{
    Secret secret;
    auth_rows_totp_row t;
    if (!auth_rows_totp(s, person, &t) || t.since || !secret_open(s, t.sealed, &secret)) return (str){ 0 };
    char *copy = NEW(s->arena, char, SECRET_BYTES);
    memcpy(copy, secret.byte, SECRET_BYTES);
    sodium_memzero(&secret, sizeof secret);
    return base32_encode(s->arena, (str){ copy, SECRET_BYTES });
}

/* ---- a code ------------------------------------------------------------------------------------------------------------------- */

static int64_t step_now(const Scope *s) { return s->now / STEP_MS; }

/* The step that this is the code of, later than `last`; 0: of none that may be. All are looked at, so that the time does not say which. */
static int64_t step_of(const Scope *s, const auth_rows_totp_row *t, str figures)
{
    Secret secret;
    int64_t typed, found = 0;
    if (figures.n != SECOND_FIGURES || !str_int(figures, &typed) || !secret_open(s, t->sealed, &secret)) return 0;
    for (int64_t step = step_now(s) - DRIFT; step <= step_now(s) + DRIFT; step++)
        if (totp_code(secret.byte, SECRET_BYTES, step) == typed && step > t->step && !found) found = step;
    sodium_memzero(&secret, sizeof secret);
    return found;
}

bool auth_second_confirm(Scope *s, int64_t person, str code)
{
    str figures;
    auth_rows_totp_row t;
    if (!auth_rows_totp(s, person, &t) || t.since || !auth_figures(s->arena, code, SECOND_FIGURES, &figures)) return false;
    int64_t step = step_of(s, &t, figures);
    return step && auth_rows_totp_confirm(s, person, s->now, step) > 0;
}

static bool code_fits(Scope *s, int64_t person, const auth_rows_totp_row *t, str figures)
{
    int64_t step = t->wrong < SECOND_WRONG_MOST ? step_of(s, t, figures) : 0;
    if (step) auth_rows_totp_worked(s, person, step);
    return step != 0;
}

static bool paper_fits(Scope *s, int64_t person, const auth_rows_totp_row *t, str figures)
{
    bool fits = figures.n == PAPER_FIGURES && auth_paper_take(s, person, PAPER_SECOND, figures);
    if (fits) auth_rows_totp_worked(s, person, t->step);
    return fits;
}

bool auth_second_fits(Scope *s, int64_t person, str typed)
{
    str figures;
    auth_rows_totp_row t;
    if (!auth_rows_totp(s, person, &t) || !t.since) return false;
    if (!auth_figures(s->arena, typed, PAPER_FIGURES, &figures)) figures = (str){ 0 };
    bool fits = code_fits(s, person, &t, figures) || paper_fits(s, person, &t, figures);
    if (!fits) auth_rows_totp_wrong(s, person);
    return fits;
}

void auth_second_off(Scope *s, int64_t person)
{
    auth_rows_totp_drop(s, person);
    auth_rows_paper_drop(s, person, PAPER_SECOND);
    auth_rows_session_weaken(s, person);
}
