/* sign_quads - a credential of a declared shape as canonical N-Quads (RDF Dataset Canonicalization, RDFC-1.0), without JSON-LD.
 *
 *   1  walk the document: each object is a node, named by its id or blank; each value is a statement about it
 *   2  blank nodes are named c14n0, c14n1, … in the order of the hashes of what is said with them (sections 4.4.3 and 4.6)
 *   3  the statements, sorted, are the text
 *
 * Rule     two documents of one shape with the same statements are one document but for the order of arrays. So whatever could be said
 *          in two places, or would not be said at all, is refused. */
#include "sign/sign_own.h"

#define RDF_TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
#define XSD "http://www.w3.org/2001/XMLSchema#"
#define CREDENTIALS "https://www.w3.org/2018/credentials#"

enum { IRI_MAX = 1000, QUADS_MAX = 4000, BLANKS_MAX = 256, HASH_HEX = 2 * SHA_BYTES };

const char UNKNOWN_SHAPE[] = N_("It is of a shape that is not known here, or does not keep to it.");
static const char ALIKE[] = N_("Two things in it have no id and are otherwise alike. Give one of them an id.");

/* ---- shapes ----------------------------------------------------------------------------------------------------- */

/* What VC 2.0 says in every object, and at the top alone. */
static const SignTerm anywhere[] = {
    { "name",        "https://schema.org/name",        SIGN_TEXT },
    { "description", "https://schema.org/description", SIGN_TEXT },
};
static const SignTerm at_top[] = {
    { "issuer",            CREDENTIALS "issuer",            SIGN_NODE },        /* or an IRI: issuer_add */
    { "validFrom",         CREDENTIALS "validFrom",         SIGN_DATE_TIME },
    { "validUntil",        CREDENTIALS "validUntil",        SIGN_DATE_TIME },
    { "credentialSubject", CREDENTIALS "credentialSubject", SIGN_NODE },
};
static const SignTerm top_type = { "VerifiableCredential", CREDENTIALS "VerifiableCredential", SIGN_TYPE };

/* The other words of VC 2.0's context: protected there, so no shape may give them a meaning. */
static const char *const taken[] = {
    "id", "type", "name", "description", "digestMultibase", "digestSRI", "mediaType", "VerifiableCredential", "confidenceMethod",
    "credentialSchema", "credentialStatus", "credentialSubject", "evidence", "issuer", "proof", "refreshService", "relatedResource",
    "renderMethod", "termsOfUse", "validFrom", "validUntil", "EnvelopedVerifiableCredential", "VerifiablePresentation",
    "EnvelopedVerifiablePresentation", "JsonSchemaCredential", "JsonSchema", "BitstringStatusListCredential", "BitstringStatusList",
    "BitstringStatusListEntry", "DataIntegrityProof",
};

static const SignTerm *term_in(const SignTerm *term, int n, str name)
{
    for (int i = 0; i < n; i++)
        if (str_eq(str_from(term[i].term), name)) return &term[i];
    return NULL;
}

static bool is_word(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++) {
        int small = s.p[i] | 0x20;
        if (!((small >= 'a' && small <= 'z') || (i > 0 && s.p[i] >= '0' && s.p[i] <= '9'))) return false;
    }
    return s.n > 0;
}

/* One that ends so would be a prefix in JSON-LD, and change what an IRI of that beginning means. */
static bool ends_in_delimiter(str iri) { return strchr(":/?#[]@", iri.p[iri.n - 1]) != NULL; }

static bool is_taken(str word)
{
    for (int i = 0; i < (int)(sizeof taken / sizeof *taken); i++)
        if (str_eq(str_from(taken[i]), word)) return true;
    return false;
}

static bool says_the_same(const SignTerm *a, const SignTerm *b) { return strcmp(a->term, b->term) == 0 || strcmp(a->iri, b->iri) == 0; }

static bool term_sound(const SignShape *shape, int at)
{
    const SignTerm *t = &shape->term[at];
    str iri = str_from(t->iri);
    if (!is_word(str_from(t->term)) || is_taken(str_from(t->term)) || t->kind < SIGN_TYPE || t->kind > SIGN_NODE) return false;
    if (!is_iri(iri) || ends_in_delimiter(iri) || str_starts(iri, S(CREDENTIALS)) || str_eq(iri, S(RDF_TYPE))) return false;
    for (int i = 0; i < (int)(sizeof anywhere / sizeof *anywhere); i++)
        if (says_the_same(t, &anywhere[i])) return false;
    for (int i = 0; i < at; i++)
        if (says_the_same(t, &shape->term[i])) return false;
    return true;
}

bool sign_shape_sound(const SignShape *shape)
{
    for (int i = 0; i < shape->term_n; i++)
        if (!term_sound(shape, i)) return false;
    return !shape->context || is_iri(str_from(shape->context));
}

static const char *type_in_context(SignKind kind)
{
    switch (kind) {
    case SIGN_IRI:       return "@id";
    case SIGN_DATE:      return XSD "date";
    case SIGN_DATE_TIME: return XSD "dateTime";
    default:             return NULL;
    }
}

str sign_shape_context(Arena *keep, const SignShape *shape)
{
    Out o;
    out_init(&o, keep, 256);
    for (int i = 0; i < shape->term_n; i++) {
        const SignTerm *t = &shape->term[i];
        const char *type = type_in_context(t->kind);
        out_fmt(&o, "%c\"%s\":", i ? ',' : '{', t->term);
        if (type) out_fmt(&o, "{\"@id\":\"%s\",\"@type\":\"%s\"}", t->iri, type);
        else out_fmt(&o, "\"%s\"", t->iri);
    }
    if (shape->term_n == 0) out_char(&o, '{');
    out_char(&o, '}');
    return out_text(&o);
}

static bool second_fits(Arena *keep, const SignShape *shape, const Tree *given)
{
    TreeWrong why;
    if (shape->context) return given->kind == TREE_TEXT && str_eq(given->text, str_from(shape->context));
    str own = sign_shape_context(keep, shape);
    Tree *terms = tree_read(keep, own, own.n, &why);
    return terms && tree_same(terms, given);
}

bool shape_fits(Arena *keep, const SignShape *shape, const Tree *document)
{
    const Tree *context = tree_member(document, S("@context"));
    if (!context || context->kind != TREE_ARRAY || context->n != 2) return false;
    return context->child[0]->kind == TREE_TEXT && str_eq(context->child[0]->text, S(CONTEXT_V2)) && second_fits(keep, shape, context->child[1]);
}

/* ---- what statements are made of -------------------------------------------------------------------------------- */

/* Absolute, and of characters that an IRI in N-Quads may have. "_:x" would be a blank node. */
bool is_iri(str text)
{
    ptrdiff_t colon = str_find(text, S(":"));
    if (colon < 1 || text.n > IRI_MAX) return false;
    for (ptrdiff_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7F || strchr("<>\"{}|^`\\", text.p[i])) return false;
    for (ptrdiff_t i = 0; i < colon; i++) {
        int c = text.p[i], small = c | 0x20;
        if (!((small >= 'a' && small <= 'z') || (i > 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))) return false;
    }
    return true;
}

static void put_escaped(Out *o, str text)
{
    static const char from[] = "\b\t\n\f\r\"\\", to[] = "btnfr\"\\";
    for (ptrdiff_t i = 0; i < text.n; i++) {
        const char *at = text.p[i] ? strchr(from, text.p[i]) : NULL;
        if (at) { out_char(o, '\\'); out_char(o, to[at - from]); }
        else if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F) out_fmt(o, "\\u%04X", (unsigned)text.p[i]);
        else out_char(o, text.p[i]);
    }
}

str quad_literal(Arena *keep, str text, str datatype)
{
    Out o;
    out_init(&o, keep, text.n + datatype.n + 16);
    out_char(&o, '"');
    put_escaped(&o, text);
    out_char(&o, '"');
    if (datatype.n) {
        out_lit(&o, "^^<");
        out_str(&o, datatype);
        out_char(&o, '>');
    }
    return out_text(&o);
}

static int by_bytes(const void *a, const void *b) { return str_cmp(*(const str *)a, *(const str *)b); }

str quads_sorted(Arena *keep, str *line, ptrdiff_t n, bool *ret_twice)
{
    if (n) qsort(line, (size_t)n, sizeof *line, by_bytes);
    *ret_twice = false;
    for (ptrdiff_t i = 1; i < n; i++) *ret_twice |= str_eq(line[i - 1], line[i]);
    return str_join(keep, line, n, (str){ 0 });
}

/* ---- 1 the walk ------------------------------------------------------------------------------------------------- */

/* A node is <its IRI>, or the number of a blank one; so is what is said of it, or that is a literal. */
typedef struct Part { str text; int blank; } Part;       /* blank -1: text */
typedef struct Quad { Part subject, object; str predicate; } Quad;

typedef struct Walk {
    Arena *keep;
    const SignShape *shape;
    Quad  *quad; ptrdiff_t quad_n;
    str   *id;   ptrdiff_t id_n;         /* of objects: each may stand once */
    int    blank_n;
    const char *why;
} Walk;

static bool refuse(Walk *w, const char *why)
{
    if (!w->why) w->why = why;
    return false;
}

static str in_brackets(Arena *keep, str iri) { return str_cat(keep, S("<"), iri, S(">")); }

static bool quad_add(Walk *w, Part subject, const char *predicate, Part object)
{
    if (w->quad_n == QUADS_MAX) return refuse(w, N_("It is too long."));
    w->quad[w->quad_n++] = (Quad){ subject, object, in_brackets(w->keep, str_from(predicate)) };
    return true;
}

static bool object_add(Walk *w, const Tree *t, bool top, Part *ret);

static bool literal_add(Walk *w, Part subject, const SignTerm *term, str text, const char *datatype)
{
    return quad_add(w, subject, term->iri, (Part){ quad_literal(w->keep, text, str_from(datatype)), -1 });
}

static bool text_add(Walk *w, Part subject, const SignTerm *term, const Tree *t, const char *datatype)
{
    /* U+FFFE and U+FFFF are no characters of XML: RDFC-1.0 writes them escaped, and others do not. */
    bool none = t->kind == TREE_TEXT && str_find(t->text, S("\xEF\xBF\xBE")) < 0 && str_find(t->text, S("\xEF\xBF\xBF")) < 0;
    if (!none) return refuse(w, UNKNOWN_SHAPE);
    return literal_add(w, subject, term, t->text, datatype);
}

static bool integer_add(Walk *w, Part subject, const SignTerm *term, const Tree *t)
{
    bool whole = t->kind == TREE_NUMBER && t->number >= -EXACT_MAX && t->number <= EXACT_MAX && t->number == (double)(int64_t)t->number;
    if (!whole) return refuse(w, UNKNOWN_SHAPE);
    return literal_add(w, subject, term, str_fmt(w->keep, "%lld", (long long)t->number), XSD "integer");
}

static bool boolean_add(Walk *w, Part subject, const SignTerm *term, const Tree *t)
{
    if (t->kind != TREE_TRUE && t->kind != TREE_FALSE) return refuse(w, UNKNOWN_SHAPE);
    return literal_add(w, subject, term, t->kind == TREE_TRUE ? S("true") : S("false"), XSD "boolean");
}

static bool iri_add(Walk *w, Part subject, const char *predicate, str iri)
{
    if (!is_iri(iri)) return refuse(w, UNKNOWN_SHAPE);
    return quad_add(w, subject, predicate, (Part){ in_brackets(w->keep, iri), -1 });
}

static bool node_add(Walk *w, Part subject, const SignTerm *term, const Tree *t)
{
    Part node;
    return object_add(w, t, false, &node) && quad_add(w, subject, term->iri, node);
}

static bool one_add(Walk *w, Part subject, const SignTerm *term, const Tree *t)
{
    switch (term->kind) {
    case SIGN_TEXT:      return text_add(w, subject, term, t, NULL);
    case SIGN_DATE:      return text_add(w, subject, term, t, XSD "date");
    case SIGN_DATE_TIME: return text_add(w, subject, term, t, XSD "dateTime");
    case SIGN_INTEGER:   return integer_add(w, subject, term, t);
    case SIGN_BOOLEAN:   return boolean_add(w, subject, term, t);
    case SIGN_IRI:       return t->kind == TREE_TEXT ? iri_add(w, subject, term->iri, t->text) : refuse(w, UNKNOWN_SHAPE);
    case SIGN_NODE:      return node_add(w, subject, term, t);
    case SIGN_TYPE:      break;
    }
    return refuse(w, UNKNOWN_SHAPE);
}

static bool value_add(Walk *w, Part subject, const SignTerm *term, const Tree *t)
{
    if (t->kind != TREE_ARRAY) return one_add(w, subject, term, t);
    for (ptrdiff_t i = 0; i < t->n; i++)
        if (!one_add(w, subject, term, t->child[i])) return false;
    return t->n > 0 || refuse(w, UNKNOWN_SHAPE);
}

static bool type_add(Walk *w, Part subject, const Tree *t, bool top)
{
    const SignTerm *term = t->kind == TREE_TEXT ? term_in(w->shape->term, w->shape->term_n, t->text) : NULL;
    if (top && t->kind == TREE_TEXT && str_eq(t->text, str_from(top_type.term))) term = &top_type;
    if (!term || term->kind != SIGN_TYPE) return refuse(w, UNKNOWN_SHAPE);
    return iri_add(w, subject, RDF_TYPE, str_from(term->iri));
}

static bool types_add(Walk *w, Part subject, const Tree *t, bool top)
{
    if (t->kind != TREE_ARRAY) return type_add(w, subject, t, top);
    for (ptrdiff_t i = 0; i < t->n; i++)
        if (!type_add(w, subject, t->child[i], top)) return false;
    return t->n > 0 || refuse(w, UNKNOWN_SHAPE);
}

/* As text it is the IRI of somebody of whom nothing is said here. */
static bool issuer_add(Walk *w, Part subject, const SignTerm *term, const Tree *t)
{
    if (t->kind == TREE_ARRAY) return refuse(w, UNKNOWN_SHAPE);
    return t->kind == TREE_TEXT ? iri_add(w, subject, term->iri, t->text) : node_add(w, subject, term, t);
}

static bool member_add(Walk *w, Part subject, const Tree *t, bool top)
{
    if (str_eq(t->name, S("id")) || (top && (str_eq(t->name, S("@context")) || str_eq(t->name, S("proof"))))) return true;
    if (str_eq(t->name, S("type"))) return types_add(w, subject, t, top);
    const SignTerm *term = term_in(anywhere, (int)(sizeof anywhere / sizeof *anywhere), t->name);
    if (!term && top) term = term_in(at_top, (int)(sizeof at_top / sizeof *at_top), t->name);
    if (term == &at_top[0]) return issuer_add(w, subject, term, t);
    if (!term) term = term_in(w->shape->term, w->shape->term_n, t->name);
    return term ? value_add(w, subject, term, t) : refuse(w, UNKNOWN_SHAPE);
}

static bool node_name(Walk *w, const Tree *object, Part *ret)
{
    const Tree *id = tree_member(object, S("id"));
    if (!id && w->blank_n == BLANKS_MAX) return refuse(w, N_("It is too long."));
    if (!id) {
        *ret = (Part){ .blank = w->blank_n++ };
        return true;
    }
    if (id->kind != TREE_TEXT || !is_iri(id->text)) return refuse(w, UNKNOWN_SHAPE);
    if (w->id_n == QUADS_MAX) return refuse(w, N_("It is too long."));
    w->id[w->id_n++] = id->text;
    *ret = (Part){ in_brackets(w->keep, id->text), -1 };
    return true;
}

static bool object_add(Walk *w, const Tree *t, bool top, Part *ret)
{
    if (t->kind != TREE_OBJECT || t->n == 0) return refuse(w, UNKNOWN_SHAPE);
    if (!node_name(w, t, ret)) return false;
    for (ptrdiff_t i = 0; i < t->n; i++)
        if (!member_add(w, *ret, t->child[i], top)) return false;
    return true;
}

/* What is said of one id in two objects could stand in either: the statements would be the same, and the document another. */
static bool ids_differ(Walk *w)
{
    if (w->id_n) qsort(w->id, (size_t)w->id_n, sizeof *w->id, by_bytes);
    for (ptrdiff_t i = 1; i < w->id_n; i++)
        if (str_eq(w->id[i - 1], w->id[i])) return refuse(w, N_("Two things in it have the same id."));
    return true;
}

/* The type at the top brings the words of a credential with it: without it they mean nothing to others. */
static bool is_credential(const Tree *document)
{
    const Tree *type = tree_member(document, S("type"));
    if (!type || !tree_member(document, S("issuer")) || !tree_member(document, S("credentialSubject"))) return false;
    if (type->kind == TREE_TEXT) return str_eq(type->text, str_from(top_type.term));
    for (ptrdiff_t i = 0; i < type->n; i++)
        if (str_eq(type->child[i]->text, str_from(top_type.term))) return true;
    return false;
}

/* ---- 2 names for blank nodes ------------------------------------------------------------------------------------ */

typedef struct Blank { char hash[HASH_HEX]; int index; } Blank;

static str part_text(const Part *p, const str *name) { return p->blank < 0 ? p->text : name[p->blank]; }

static str quad_line(Arena *keep, const Quad *q, const str *name)
{
    return str_cat(keep, part_text(&q->subject, name), S(" "), q->predicate, S(" "), part_text(&q->object, name), S(" .\n"));
}

/* Section 4.6: itself is a, every other blank node z. */
static void first_degree(Walk *w, str *name, int blank, Blank *ret)
{
    bool twice;
    uint8_t hash[SHA_BYTES];
    char hex[HASH_HEX + 1];
    SCRATCH(tmp, w->keep);
    str *line = NEW(&tmp, str, w->quad_n + 1);
    ptrdiff_t n = 0;
    for (int i = 0; i < w->blank_n; i++) name[i] = i == blank ? S("_:a") : S("_:z");
    for (ptrdiff_t i = 0; i < w->quad_n; i++)
        if (w->quad[i].subject.blank == blank || w->quad[i].object.blank == blank) line[n++] = quad_line(&tmp, &w->quad[i], name);
    str text = quads_sorted(&tmp, line, n, &twice);
    crypto_hash_sha256(hash, (const uint8_t *)text.p, (unsigned long long)text.n);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    memcpy(ret->hash, hex, HASH_HEX);
    ret->index = blank;
}

static int by_hash(const void *a, const void *b) { return memcmp(((const Blank *)a)->hash, ((const Blank *)b)->hash, HASH_HEX); }

static bool blanks_named(Walk *w, str *name)
{
    Blank *blank = NEW(w->keep, Blank, w->blank_n + 1);
    for (int i = 0; i < w->blank_n; i++) first_degree(w, name, i, &blank[i]);
    if (w->blank_n) qsort(blank, (size_t)w->blank_n, sizeof *blank, by_hash);
    for (int i = 1; i < w->blank_n; i++)
        if (by_hash(&blank[i - 1], &blank[i]) == 0) return refuse(w, ALIKE);
    for (int i = 0; i < w->blank_n; i++) name[blank[i].index] = str_fmt(w->keep, "_:c14n%d", i);
    return true;
}

/* ---- 3 the text ------------------------------------------------------------------------------------------------- */

static bool text_of(Walk *w, str *ret)
{
    bool twice;
    str *name = NEW(w->keep, str, w->blank_n + 1), *line = NEW(w->keep, str, w->quad_n + 1);
    if (!blanks_named(w, name)) return false;
    for (ptrdiff_t i = 0; i < w->quad_n; i++) line[i] = quad_line(w->keep, &w->quad[i], name);
    *ret = quads_sorted(w->keep, line, w->quad_n, &twice);
    return !twice || refuse(w, N_("Something stands in one of its arrays twice."));
}

bool quads_of(Arena *keep, const SignShape *shape, const Tree *document, str *ret, const char **ret_why)
{
    Part top;
    Walk w = { .keep = keep, .shape = shape, .quad = NEW(keep, Quad, QUADS_MAX), .id = NEW(keep, str, QUADS_MAX) };
    bool fine = is_credential(document) || refuse(&w, UNKNOWN_SHAPE);
    fine = fine && object_add(&w, document, true, &top) && ids_differ(&w) && text_of(&w, ret);
    if (!fine) *ret_why = w.why;
    return fine;
}
