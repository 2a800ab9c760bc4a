/* sign_proof - W3C Data Integrity proofs with the suites eddsa-jcs-2022 and eddsa-rdfc-2022 (Data Integrity EdDSA Cryptosuites v1.0,
 * sections 3.2 and 3.3): made, and checked.
 *
 * What is signed: SHA-256 of the proof without its value, then SHA-256 of the document without its proof.
 *
 * Rule     a proof says nothing that is not known here: a member that is would be heeded, and one that is not could be what the signer
 *          relied on. So `domain`, `challenge`, `previousProof` and sets of proofs are unsupported and never ignored. */
#include "sign/sign_own.h"

#define SECURITY "https://w3id.org/security#"
static const char *const suite_names[] = { [SIGN_JCS] = "eddsa-jcs-2022", [SIGN_RDFC] = "eddsa-rdfc-2022" };

static const char UNSUPPORTED[] = N_("It is signed in a way that is not supported here.");
static const char NO_PROOF[] = N_("There is no signature on it.");
static const char BAD_PROOF[] = N_("The signature on it is incomplete, or not as it should be written.");
static const char ALTERED[] = N_("It is not what was signed: something in it was changed.");

/* ---- the options of a proof ------------------------------------------------------------------------------------- */

static bool is_known(str name)
{
    static const char *const known[] = {
        "@context", "type", "cryptosuite", "created", "expires", "verificationMethod", "proofPurpose", "proofValue",
    };
    for (int i = 0; i < (int)(sizeof known / sizeof *known); i++)
        if (str_eq(name, str_from(known[i]))) return true;
    return false;
}

static SignSuite suite_named(str name)
{
    for (int i = SIGN_JCS; i <= SIGN_RDFC; i++)
        if (str_eq(name, str_from(suite_names[i]))) return (SignSuite)i;
    return 0;
}

static bool is_text(const Tree *proof, str name, bool may_lack)
{
    const Tree *t = tree_member(proof, name);
    return t ? t->kind == TREE_TEXT && t->text.n > 0 : may_lack;
}

/* NULL: it can be looked at. */
static const char *unsupported(const Tree *proof, ProofOptions *ret)
{
    if (proof->kind != TREE_OBJECT) return UNSUPPORTED;
    for (ptrdiff_t i = 0; i < proof->n; i++)
        if (!is_known(proof->child[i]->name)) return UNSUPPORTED;
    ret->suite = suite_named(tree_str(proof, S("cryptosuite")));
    bool ours = str_eq(tree_str(proof, S("type")), S("DataIntegrityProof")) && str_eq(tree_str(proof, S("proofPurpose")), S("assertionMethod"));
    return ours && ret->suite ? NULL : UNSUPPORTED;
}

static bool options_read(const Tree *proof, ProofOptions *ret)
{
    if (!is_text(proof, S("created"), true) || !is_text(proof, S("expires"), true) || !is_text(proof, S("verificationMethod"), false)) return false;
    ret->created = tree_str(proof, S("created"));
    ret->expires = tree_str(proof, S("expires"));
    ret->method = tree_str(proof, S("verificationMethod"));
    return true;
}

/* did:key:X#X, both the same: the key's name, else "". */
static str key_of_method(str method)
{
    str_pair cut = str_cut(method, '#');
    str key = str_slice(cut.head, S("did:key:").n, cut.head.n);
    return str_starts(cut.head, S("did:key:")) && str_eq(key, cut.tail) ? key : (str){ 0 };
}

/* ---- what is signed --------------------------------------------------------------------------------------------- */

/* Section 3.2.5: of the proof one node is made, and it has no id. */
static str options_quads(Arena *keep, const ProofOptions *as)
{
    static const str node = { "_:c14n0 <", 9 };
    str line[6], when = S("http://www.w3.org/2001/XMLSchema#dateTime");
    ptrdiff_t n = 0;
    bool twice;
    if (as->created.n) line[n++] = str_cat(keep, node, S("http://purl.org/dc/terms/created> "), quad_literal(keep, as->created, when), S(" .\n"));
    if (as->expires.n) line[n++] = str_cat(keep, node, S(SECURITY "expiration> "), quad_literal(keep, as->expires, when), S(" .\n"));
    line[n++] = str_cat(keep, node, S("http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <" SECURITY "DataIntegrityProof> .\n"));
    line[n++] = str_cat(keep, node, S(SECURITY "cryptosuite> \"eddsa-rdfc-2022\"^^<" SECURITY "cryptosuiteString> .\n"));
    line[n++] = str_cat(keep, node, S(SECURITY "proofPurpose> <" SECURITY "assertionMethod> .\n"));
    line[n++] = str_cat(keep, node, S(SECURITY "verificationMethod> <"), as->method, S("> .\n"));
    return quads_sorted(keep, line, n, &twice);
}

static void hash(uint8_t ret[SHA_BYTES], str text) { crypto_hash_sha256(ret, (const uint8_t *)text.p, (unsigned long long)text.n); }

static bool rdfc_hash(Arena *keep, const Tree *document, const ProofOptions *as, const SignShape *shape, uint8_t ret[2 * SHA_BYTES],
                      const char **ret_why)
{
    str quads;
    *ret_why = UNKNOWN_SHAPE;
    if (!shape || !shape_fits(keep, shape, document) || !is_iri(as->method) || !quads_of(keep, shape, document, &quads, ret_why)) return false;
    hash(ret, options_quads(keep, as));
    hash(ret + SHA_BYTES, quads);
    return true;
}

bool proof_hash(Arena *keep, const Tree *document, const Tree *proof, const ProofOptions *as, const SignShape *shape,
                uint8_t ret[2 * SHA_BYTES], const char **ret_why)
{
    if (as->suite == SIGN_RDFC) return rdfc_hash(keep, document, as, shape, ret, ret_why);
    hash(ret, tree_text(keep, proof, S("proofValue")));
    hash(ret + SHA_BYTES, tree_text(keep, document, S("proof")));
    return true;
}

/* ---- making ----------------------------------------------------------------------------------------------------- */

static Tree *text_member(Arena *keep, str name, str text)
{
    Tree *t = tree_new(keep, TREE_TEXT, 0);
    t->name = name;
    t->text = text;
    return t;
}

static bool has_object(const Tree *context)
{
    for (ptrdiff_t i = 0; i < context->n; i++)
        if (context->child[i]->kind == TREE_OBJECT) return true;
    return context->kind == TREE_OBJECT;
}

/* Section 3.3.1 has a JCS proof repeat the contexts, for sets of proofs. Digital Bazaar's suite compares them as JavaScript compares
 * objects, never equal once they were sent, so a context that the document carries is not repeated: it is signed in the document. */
Tree *proof_ours(Arena *keep, const Tree *document, SignSuite suite, str key, int64_t now)
{
    const Tree *context = tree_member(document, S("@context"));
    bool with_context = context && suite == SIGN_JCS && !has_object(context);
    Tree *proof = tree_new(keep, TREE_OBJECT, with_context ? 6 : 5), **at = proof->child;
    *at++ = text_member(keep, S("type"), S("DataIntegrityProof"));
    *at++ = text_member(keep, S("cryptosuite"), str_from(suite_names[suite]));
    *at++ = text_member(keep, S("created"), time_iso(keep, now));
    *at++ = text_member(keep, S("verificationMethod"), key_method(keep, key));
    *at++ = text_member(keep, S("proofPurpose"), S("assertionMethod"));
    if (with_context) {
        *at = NEW(keep, Tree, 1);
        **at = *context;
    }
    tree_sort(proof->child, proof->n);
    return proof;
}

static Tree *with_member(Arena *keep, const Tree *object, Tree *member)
{
    Tree *t = tree_new(keep, TREE_OBJECT, object->n + 1);
    if (object->n) memcpy(t->child, object->child, (size_t)object->n * sizeof *t->child);
    t->child[object->n] = member;
    t->name = object->name;
    tree_sort(t->child, t->n);
    return t;
}

str proof_put(Arena *keep, const Tree *document, const Tree *proof, const uint8_t signature[SIGNATURE_BYTES])
{
    str value = str_cat(keep, S("z"), base58_encode(keep, (str){ (const char *)signature, SIGNATURE_BYTES }));
    Tree *whole = with_member(keep, proof, text_member(keep, S("proofValue"), value));
    whole->name = S("proof");
    return tree_text(keep, with_member(keep, document, whole), (str){ 0 });
}

const char *document_signable(Arena *keep, str json, Tree **ret)
{
    TreeWrong why;
    *ret = tree_read(keep, json, SIGN_DOCUMENT_MAX / 2, &why);          /* its proof needs room, and it repeats the contexts */
    if (!*ret) return why.why;
    if ((*ret)->kind != TREE_OBJECT) return N_("What is to be signed must be one JSON object.");
    return tree_member(*ret, S("proof")) ? N_("There is a signature on it already.") : NULL;
}

/* ---- checking --------------------------------------------------------------------------------------------------- */

/* Sections 3.3.2, 3.2.2: the document's contexts begin with those of its proof, and those of the proof are what was signed. */
static const Tree *context_at(const Tree *t, ptrdiff_t i)
{
    if (t->kind != TREE_ARRAY) return i == 0 ? t : NULL;
    return i < t->n ? t->child[i] : NULL;
}

static bool begins_with(const Tree *all, const Tree *first)
{
    ptrdiff_t i = 0;
    for (const Tree *a, *b; (b = context_at(first, i)) != NULL; i++)
        if (!(a = context_at(all, i)) || !tree_same(a, b)) return false;
    return i > 0;
}

static bool contexts_agree(Arena *keep, Tree *document, const Tree *proof, SignSuite suite)
{
    const Tree *signed_with = tree_member(proof, S("@context")), *has = tree_member(document, S("@context"));
    if (!signed_with) return true;
    if (!has || !(suite == SIGN_RDFC ? tree_same(has, signed_with) : begins_with(has, signed_with))) return false;
    for (ptrdiff_t i = 0; i < document->n; i++) {
        if (document->child[i] != has) continue;
        document->child[i] = NEW(keep, Tree, 1);
        *document->child[i] = *signed_with;
    }
    return true;
}

static const SignShape *shape_of(Arena *keep, const SignAsk *ask, const Tree *document)
{
    for (int i = 0; i < ask->shape_n; i++)
        if (shape_fits(keep, ask->shape[i], document)) return ask->shape[i];
    return NULL;
}

static bool signature_read(Arena *keep, const Tree *proof, str *ret)
{
    str value = tree_str(proof, S("proofValue"));
    return str_starts(value, S("z")) && base58_decode(keep, str_slice(value, 1, value.n), SIGNATURE_BYTES, ret);
}

/* A proof that expires ends before what it proves. */
static bool times_read(const Tree *document, const Tree *proof, int64_t *ret_created, Times *ret)
{
    int64_t expires = 0;
    if (!moment_read(proof, S("created"), ret_created) || !moment_read(proof, S("expires"), &expires) || !document_times(document, ret)) return false;
    if (expires && (!ret->until || expires < ret->until)) ret->until = expires;
    return true;
}

static bool proves(str key, str text, str signature, Arena *keep)
{
    uint8_t public[KEY_BYTES];
    return key_bytes(keep, key, public)
        && crypto_sign_verify_detached((const uint8_t *)signature.p, (const uint8_t *)text.p, (unsigned long long)text.n, public) == 0;
}

/* The document and its proof are read; what was said is in *as. */
static Signed weigh(Arena *keep, Tree *document, const Tree *proof, const ProofOptions *as, const SignAsk *ask)
{
    uint8_t hashes[2 * SHA_BYTES];
    const char *why;
    str signature;
    Times times = { 0 };
    Signed g = answer(SIGN_UNREADABLE, BAD_PROOF);
    if (!signature_read(keep, proof, &signature) || !times_read(document, proof, &g.moment, &times)) return g;
    g.key = key_of_method(as->method);
    g.issuer = document_issuer(document);
    if (!key_bytes(keep, g.key, hashes)) return answer(SIGN_UNKNOWN_KEY, N_("It was signed with a key of a kind that is not known here."));
    if (!contexts_agree(keep, document, proof, as->suite)) return answer(SIGN_ALTERED, ALTERED);
    if (!proof_hash(keep, document, proof, as, shape_of(keep, ask, document), hashes, &why)) return answer(SIGN_UNSUPPORTED, why);
    if (!proves(g.key, (str){ (char *)hashes, sizeof hashes }, signature, keep)) return answer(SIGN_ALTERED, ALTERED);
    judge(&g, ask);
    judge_times(&g, &times, ask);
    if (g.verdict == SIGN_GOOD) g.document = tree_text(keep, document, S("proof"));
    return g;
}

Signed sign_check(Arena *keep, str json, const SignAsk *ask)
{
    TreeWrong wrong;
    ProofOptions as = { 0 };
    Tree *document = tree_read(keep, json, SIGN_DOCUMENT_MAX, &wrong);
    if (!document) {
        Signed g = answer(SIGN_UNREADABLE, wrong.why);
        g.place = wrong.place;
        return g;
    }
    const Tree *proof = tree_member(document, S("proof"));
    if (!proof) return answer(SIGN_UNREADABLE, NO_PROOF);
    const char *why = unsupported(proof, &as);
    if (why) return answer(SIGN_UNSUPPORTED, why);
    return options_read(proof, &as) ? weigh(keep, document, proof, &as, ask) : answer(SIGN_UNREADABLE, BAD_PROOF);
}
