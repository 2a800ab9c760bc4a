/* sign - one signature scheme for whatever leaves the house: a document for machines, a code on paper, a list of whose keys count.
 *
 * All signatures are Ed25519 (RFC 8032). Two forms:
 *   document   JSON with a W3C Data Integrity proof (VC Data Integrity 1.0; Data Integrity EdDSA Cryptosuites v1.0), suite
 *              eddsa-jcs-2022 (the bytes of RFC 8785) or eddsa-rdfc-2022 (the statements of RDFC-1.0). The verification method is a
 *              did:key, so that a library of others checks it with no net.
 *   compact    the same JSON as deterministic CBOR (RFC 8949 section 4.2.1) in a COSE_Sign1 (RFC 9052, 9053), as base45 (RFC 9285)
 *              behind "SP1:": at most SIGN_COMPACT_MAX characters, which a QR code of version 40-M holds.
 *
 * A key belongs to an owner (an id) and to one purpose (a word: small letters, digits, '-' and '.'). Zero and the empty word refuse.
 *
 * Checking is a pure function of bytes, a list of keys and a moment. It asks no database, no net and no clock, and answers with a
 * verdict and a sentence. Text given to it may be anything; memory is about a hundred times the text, from `keep`.
 *
 * What the two suites promise
 *   jcs    every member of the document is signed, but for contexts behind those of the proof, which are cut off (section 3.3.2).
 *   rdfc   statements are signed, so the caller says which shapes it understands (SignShape). Within a shape each document has
 *          statements of its own, but that the order of an array is not signed, nor is "x" told from ["x"]. So there: no null, no
 *          empty array or object, nothing twice in an array, no two objects of one id.
 *
 * Rule     a verdict of zero is no verdict, and nothing but SIGN_GOOD is good. */
#pragma once
#include "base/scope.h"
#include "i18n/i18n.h"

enum {
    SIGN_DOCUMENT_MAX = 256 * 1024,     /* bytes of a document with its proof */
    SIGN_COMPACT_MAX  = 3200,           /* characters on paper */
    SIGN_PURPOSE_MAX  = 64,
    SIGN_LIST_MAX     = 2000,           /* keys in a list */
    SIGN_DEPTH_MAX    = 32,             /* of arrays and objects within each other */
    SIGN_CLOCK_SLACK  = 10 * MINUTE,    /* by which two clocks may differ */
};

/* ---- shapes: what eddsa-rdfc-2022 understands --------------------------------------------------------------------------------
 * No JSON-LD engine stands behind this: a document is a VC 2.0 credential of a declared shape or it is unsupported.
 *   @context            ["https://www.w3.org/ns/credentials/v2", the shape's own: its address, or the terms themselves]
 *   at the top          id, type (with VerifiableCredential), issuer (an IRI, or an object), validFrom, validUntil,
 *                       credentialSubject (objects), and what stands in every object:
 *   in every object     id, type, name, description, and the terms of the shape, each with one value or an array of them
 * Not understood: language maps, value objects, lists, numbers with a fraction, credentialStatus and the rest of VC 2.0, and two
 * objects without an id of which the same is said (RDFC-1.0 would go on to section 4.8): give one an id. */
typedef enum SignKind {
    SIGN_TYPE = 1,      /* a word that may stand in `type` */
    SIGN_TEXT, SIGN_INTEGER, SIGN_BOOLEAN,
    SIGN_IRI,           /* text that is an absolute IRI */
    SIGN_DATE, SIGN_DATE_TIME,      /* xsd:date, xsd:dateTime; the text is not looked into */
    SIGN_NODE,          /* an object */
} SignKind;
typedef struct SignTerm { const char *term, *iri; SignKind kind; } SignTerm;
typedef struct SignShape { const char *context; const SignTerm *term; int term_n; } SignShape;   /* context NULL: the document carries it */

bool sign_shape_sound(const SignShape *shape);                 /* terms are words of their own, no IRI stands twice: a test of yours */
str  sign_shape_context(Arena *keep, const SignShape *shape);  /* its terms as a JSON-LD context: to be carried, or published */

/* ---- whose keys count for what ---------------------------------------------------------------------------------- */

/* Moments are ms. from 0: never. until, revoked 0: not yet. A key named for two purposes has two rows.
 * revoked: what is signed from then on does not count. stolen: no word of that key about its own time counts any more, so only what
 * the asker had seen before `revoked` is good. */
typedef struct SignTrust {
    str     key;            /* multibase, "z6Mk…": SignKey.name */
    str     purpose;
    str     issuer;         /* "": documents name the did:key itself; else what their `issuer` must be */
    int64_t owner;          /* 0: nobody of ours */
    int64_t from, until, revoked;
    bool    stolen;
} SignTrust;
typedef struct SignList { const SignTrust *row; ptrdiff_t n; } SignList;

/* A list as JSON, to be signed as any document is (purpose SIGN_FOR_LISTS) and read from Signed.document. It is in force from
 * `from` until `until`. *ret_why: an English sentence, translated by tr_text. */
#define SIGN_FOR_LISTS "trust-list"
str  sign_list_json(Arena *keep, SignList list, int64_t from, int64_t until);
bool sign_list_read(Arena *keep, str json, SignList *ret, const char **ret_why);

/* ---- checking --------------------------------------------------------------------------------------------------- */

typedef enum SignVerdict {
    SIGN_NOT_CHECKED,
    SIGN_GOOD,
    SIGN_UNREADABLE,        /* not what it should be: JSON, base45, CBOR, a proof */
    SIGN_UNSUPPORTED,       /* another suite, or a shape not declared */
    SIGN_ALTERED,           /* the signature is not of this */
    SIGN_UNKNOWN_KEY,       /* not in the list */
    SIGN_WRONG_PURPOSE,     /* the key counts, but not for this */
    SIGN_WRONG_ISSUER,      /* it names another issuer than the one who signed */
    SIGN_KEY_NOT_VALID,     /* signed before or after the key's time */
    SIGN_KEY_REVOKED,
    SIGN_AHEAD,             /* signed later than now: a clock is wrong */
    SIGN_NOT_IN_FORCE,      /* the signature is good, and the document says that it is not valid yet, or no longer */
    SIGN_VERDICTS
} SignVerdict;

typedef struct SignAsk {
    str      purpose;               /* what it should be good for; "": nothing is */
    SignList list;
    int64_t  moment;                /* now */
    int64_t  seen;                  /* when whoever asks had this already; 0: it is new */
    const SignShape *const *shape; int shape_n;
} SignAsk;

typedef struct Signed {
    SignVerdict verdict;
    const char *why;                /* an English sentence: sign_says */
    ptrdiff_t   place;              /* unreadable JSON: the byte where it ends to be JSON; else -1 */
    str         key, issuer;        /* as far as they could be read; believe them when the verdict is SIGN_GOOD */
    int64_t     owner, moment;      /* of the row of the list; when it says it was signed, 0: it does not say */
    str         document;           /* what was signed, without its proof, as canonical JSON (RFC 8785); "" unless SIGN_GOOD */
} Signed;

Signed sign_check(Arena *keep, str json, const SignAsk *ask);
Signed sign_check_compact(Arena *keep, str text, const SignAsk *ask);
str    sign_verdict_word(SignVerdict v);                /* "good", "unknown-key": for machines */
static inline str sign_says(const Lang *lang, const Signed *g) { return tr_text(lang, g->why); }

bool sign_canonical(Arena *keep, str json, str *ret, const char **ret_why);   /* RFC 8785 */
str  sign_did(Arena *keep, str key);                    /* "did:key:z6Mk…": what a document's issuer should be */

/* ---- keys of this installation ---------------------------------------------------------------------------------- */

/* The secret halves lie in the database, sealed (XChaCha20-Poly1305) under the installation's key and bound to the key's name and its
 * purpose; none is ever printed or logged. `owner` is not bound: ids change when a box joins a network. */
typedef struct SignKey {
    str     name;           /* the public half as multibase: "z6Mk…" (Multikey, Controlled Identifiers 1.0 section 2.2.2) */
    int64_t owner;
    str     purpose;
    int64_t made, from, until, revoked;     /* until 0: no end is known */
    bool    stolen;
} SignKey;
typedef struct SignKeys { SignKey *row; ptrdiff_t n; } SignKeys;

/* Writing. A new key, with which the owner signs from `from` on (0: now); the one before ends then, and still proves what it signed. */
bool     sign_key_make(Scope *s, int64_t owner, str purpose, int64_t from, SignKey *ret, str *ret_why);
/* Writing. What the key signs from `at` on does not count (0: from now); its secret half is destroyed. stolen: see SignTrust. A key may
 * be said to be stolen later, and earlier than was said; never the other way. */
bool     sign_key_revoke(Scope *s, str name, int64_t at, bool stolen, str *ret_why);
bool     sign_key_now(Scope *s, int64_t owner, str purpose, SignKey *ret);     /* false: there is none in force */
SignKeys sign_keys(Scope *s);
SignList sign_own_list(Scope *s);                       /* what this installation itself vouches for */

/* False: *ret_why is a sentence. Signed as of s->now, which must lie in the time of the key. shape: for SIGN_RDFC only.
 * json must be an object with no `proof`; what its members mean is the caller's. */
typedef enum SignSuite { SIGN_JCS = 1, SIGN_RDFC } SignSuite;
bool sign_document(Scope *s, int64_t owner, str purpose, SignSuite suite, const SignShape *shape, str json, str *ret, str *ret_why);
bool sign_compact(Scope *s, int64_t owner, str purpose, str json, str *ret, str *ret_why);

/* ---- a copy of the keys in other hands --------------------------------------------------------------------------------------------
 * A file: "sampan-sign-backup-1\n", salt, nonce, secretbox (XSalsa20-Poly1305) under argon2id (64 MiB, t=3) of the passphrase, and
 * BLAKE2b-128 of all that, by which a damaged file is told from a wrong passphrase. Slow and large: never on a server's thread. */
enum { SIGN_PASSPHRASE_MIN = 12, SIGN_PASSPHRASE_MAX = 1000, SIGN_BACKUP_MAX = 8 << 20 };
typedef struct SignRestored { int64_t added, known, resealed, changed; } SignRestored;   /* changed: known here, and ended or revoked since */
str  sign_backup_plain(Scope *s, str *ret_why);         /* secrets in clear: in an arena that you wipe. "" when one cannot be opened */
str  sign_backup_seal(Arena *keep, str plain, str passphrase);
bool sign_backup_open(Arena *keep, str file, str passphrase, str *ret_plain, const char **ret_why);
/* Writing. Whole or not at all, and a second time it changes nothing. What is known here keeps the earlier end of the two. */
bool sign_backup_take(Scope *s, str plain, SignRestored *ret, str *ret_why);
