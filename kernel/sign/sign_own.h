/* sign_own - what the files of this room share. In the order in which bytes pass them:
 *
 *   sign_json       strict JSON into a tree, and the tree as RFC 8785       sign_number   a number as ECMAScript writes it
 *   sign_text       base58btc, did:key, base45, and what a purpose may be
 *   sign_quads      a tree of a declared shape as canonical N-Quads
 *   sign_proof      Data Integrity, both suites
 *   sign_cbor       a tree as deterministic CBOR, and back                  sign_cose     COSE_Sign1
 *   sign_trust      lists, and what a signature counts for
 *   sign_keys       keys kept, made, ended; signing                         sign_backup   a copy of them
 *   sign_command    sampan sign …, and what doctor sees */
#pragma once
#include <sodium.h>

#include "sign/sign.h"

enum { KEY_BYTES = crypto_sign_PUBLICKEYBYTES, SEED_BYTES = crypto_sign_SEEDBYTES, SIGNATURE_BYTES = crypto_sign_BYTES };
enum { SHA_BYTES = crypto_hash_sha256_BYTES };
#define EXACT_MAX 9007199254740991.0         /* 2^53 - 1: whole numbers up to it are what they say (RFC 7493 section 2.2) */

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

typedef enum TreeKind { TREE_NULL = 1, TREE_FALSE, TREE_TRUE, TREE_NUMBER, TREE_TEXT, TREE_ARRAY, TREE_OBJECT } TreeKind;
typedef struct Tree Tree;
struct Tree {
    TreeKind kind;
    str      name;          /* of a member */
    str      text;          /* UTF-8, unescaped, without U+0000 */
    double   number;        /* finite */
    Tree   **child;         /* members in the order of their names in UTF-16 (RFC 8785 section 3.2.3), or items */
    ptrdiff_t n;
};

typedef struct TreeWrong { const char *why; ptrdiff_t place; } TreeWrong;

/* NULL: *ret says why. Refused beside what RFC 8259 refuses: a name twice, half a surrogate, invalid UTF-8, U+0000, more than
 * SIGN_DEPTH_MAX levels, numbers that are no doubles, and whole numbers that a double cannot hold. What it keeps may lie in `json`. */
Tree *tree_read(Arena *keep, str json, ptrdiff_t max, TreeWrong *ret);
void  tree_write(Out *o, const Tree *t, str but);               /* RFC 8785; without the member `but` of the outermost object */
str   tree_text(Arena *keep, const Tree *t, str but);
const Tree *tree_member(const Tree *object, str name);          /* NULL: there is none, or it is no object */
str   tree_str(const Tree *object, str name);                   /* "" also when it is no text */
bool  tree_same(const Tree *a, const Tree *b);
void  tree_sort(Tree **child, ptrdiff_t n);
Tree *tree_new(Arena *keep, TreeKind kind, ptrdiff_t n);        /* with room for n children */
int   utf16_cmp(str a, str b);

enum { NUMBER_CHARS = 32 };
int   number_write(double v, char ret[NUMBER_CHARS]);           /* ECMA-262 Number::toString(v, 10); v is finite. Returns the length */

/* ---- text ------------------------------------------------------------------------------------------------------- */

str   base58_encode(Arena *keep, str bytes);
bool  base58_decode(Arena *keep, str text, ptrdiff_t bytes, str *ret);     /* false unless these are that many */
str   base45_encode(Arena *keep, str bytes);
bool  base45_decode(Arena *keep, str text, str *ret);
str   key_name(Arena *keep, const uint8_t public[KEY_BYTES]);              /* "z6Mk…" */
bool  key_bytes(Arena *keep, str name, uint8_t ret[KEY_BYTES]);            /* strict: an Ed25519 key as key_name writes it */
str   key_method(Arena *keep, str name);                                   /* "did:key:z6Mk…#z6Mk…" */
bool  is_purpose(str word);

/* ---- what is signed --------------------------------------------------------------------------------------------- */

extern const char UNKNOWN_SHAPE[];
#define CONTEXT_V2 "https://www.w3.org/ns/credentials/v2"

bool  shape_fits(Arena *keep, const SignShape *shape, const Tree *document);          /* its @context is the shape's */
bool  quads_of(Arena *keep, const SignShape *shape, const Tree *document, str *ret, const char **ret_why);    /* without its proof */
str   quads_sorted(Arena *keep, str *line, ptrdiff_t n, bool *ret_twice);
str   quad_literal(Arena *keep, str text, str datatype);                              /* "text", or "text"^^<datatype> */
bool  is_iri(str text);

/* Proof options of ours, or of a proof that came; the tree they are of is NULL for ours. */
typedef struct ProofOptions { SignSuite suite; str created, expires, method; } ProofOptions;
bool  proof_hash(Arena *keep, const Tree *document, const Tree *proof, const ProofOptions *as, const SignShape *shape,
                 uint8_t ret[2 * SHA_BYTES], const char **ret_why);
Tree *proof_ours(Arena *keep, const Tree *document, SignSuite suite, str key, int64_t now);
str   proof_put(Arena *keep, const Tree *document, const Tree *proof, const uint8_t signature[SIGNATURE_BYTES]);
const char *document_signable(Arena *keep, str json, Tree **ret);                     /* NULL: it is; else why not */

str   cbor_write(Arena *keep, const Tree *t, const char **ret_why);                   /* "" when it cannot */
bool  cbor_read(Arena *keep, str bytes, Tree **ret);
enum { COSE_KID_BYTES = 8 };
typedef struct Cose { str protected, kid, payload, signature; int64_t issued; bool has_issued, supported; } Cose;   /* issued: s */
bool  cose_read(Arena *keep, str bytes, Cose *ret);
str   cose_signed_text(Arena *keep, str protected, str payload);                      /* Sig_structure (RFC 9052 section 4.4) */
str   cose_protected(Arena *keep, str kid, int64_t issued);
str   cose_write(Arena *keep, str protected, str payload, const uint8_t signature[SIGNATURE_BYTES]);
str   cose_kid(Arena *keep, const uint8_t public[KEY_BYTES]);                         /* the first of RFC 9679's thumbprint */
#define COMPACT_PREFIX "SP1:"

/* ---- what it counts for ----------------------------------------------------------------------------------------- */

Signed answer(SignVerdict verdict, const char *why);
/* After the signature proved good: key, issuer and moment of *g against the list. */
void   judge(Signed *g, const SignAsk *ask);
/* What the document says of its own time: 0 where it says nothing. */
typedef struct Times { int64_t from, until; } Times;
bool   document_times(const Tree *document, Times *ret);                              /* false: what it says is no moment */
void   judge_times(Signed *g, const Times *t, const SignAsk *ask);
bool   moment_read(const Tree *object, str name, int64_t *ret);                       /* true and *ret as it was: there is none */
str    document_issuer(const Tree *document);                                         /* of `issuer`, or of its id */

/* ---- keys ------------------------------------------------------------------------------------------------------- */

/* No memory may be asked for while one is held: a fault would leave it on the stack. */
typedef struct Seed { uint8_t byte[SEED_BYTES]; } Seed;
enum { SEALED_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + SEED_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES };
void   seed_seal(Scope *s, const Seed *seed, str name, str purpose, uint8_t ret[SEALED_BYTES]);
bool   seed_open(Scope *s, str sealed, str name, str purpose, Seed *ret);
bool   sign_key_opens(Scope *s, str name);                                             /* its box can be opened here */
void   seed_public(const Seed *seed, uint8_t ret[KEY_BYTES]);
void   seed_sign(const Seed *seed, str text, uint8_t ret[SIGNATURE_BYTES]);
