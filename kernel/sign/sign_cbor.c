/* sign_cbor - a JSON tree as deterministic CBOR (RFC 8949 section 4.2.1), and back.
 *
 * Of CBOR: whole numbers that a double holds, text, arrays, maps of text, false, true and null. Nothing else is written, and what was
 * not written so is not read: no indefinite lengths, no longer head than needed, keys in their order and once, nothing behind the end. */
#include "sign/cbor.h"

#include <math.h>

/* ---- heads ------------------------------------------------------------------------------------------------------ */

void cbor_head(Out *o, CborMajor major, uint64_t n)
{
    int more = n < 24 ? 0 : n < 0x100 ? 1 : n < 0x10000 ? 2 : n < 0x100000000 ? 4 : 8;
    int info = more == 0 ? (int)n : more == 1 ? 24 : more == 2 ? 25 : more == 4 ? 26 : 27;
    out_char(o, (char)((unsigned)major << 5 | (unsigned)info));
    for (int i = more - 1; i >= 0; i--) out_char(o, (char)(n >> (8 * i)));
}

void cbor_bytes(Out *o, CborMajor major, str bytes)
{
    cbor_head(o, major, (uint64_t)bytes.n);
    out_str(o, bytes);
}

bool cbor_take(str *in, CborMajor *ret_major, uint64_t *ret_n)
{
    if (in->n == 0) return false;
    uint8_t first = (uint8_t)in->p[0];
    int info = first & 31, more = info < 24 ? 0 : info < 28 ? 1 << (info - 24) : -1;
    if (more < 0 || in->n < 1 + more) return false;
    uint64_t n = more ? 0 : (uint64_t)info;
    for (int i = 0; i < more; i++) n = n << 8 | (uint8_t)in->p[1 + i];
    uint64_t least = more == 0 ? 0 : more == 1 ? 24 : UINT64_C(1) << (4 * more);
    if (n < least) return false;
    *in = str_slice(*in, 1 + more, in->n);
    *ret_major = (CborMajor)(first >> 5);
    *ret_n = n;
    return true;
}

bool cbor_take_bytes(str *in, CborMajor major, str *ret)
{
    CborMajor got;
    uint64_t n;
    if (!cbor_take(in, &got, &n) || got != major || n > (uint64_t)in->n) return false;
    *ret = str_slice(*in, 0, (ptrdiff_t)n);
    *in = str_slice(*in, (ptrdiff_t)n, in->n);
    return true;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* The head of a longer key is the greater. */
static int by_key(const void *a, const void *b)
{
    str x = (*(Tree *const *)a)->name, y = (*(Tree *const *)b)->name;
    return x.n != y.n ? (x.n > y.n) - (x.n < y.n) : str_cmp(x, y);
}

static bool write_tree(Arena *keep, Out *o, const Tree *t);

static bool write_map(Arena *keep, Out *o, const Tree *t)
{
    Tree **member = NEW(keep, Tree *, t->n + 1);
    if (t->n) {
        memcpy(member, t->child, (size_t)t->n * sizeof *member);
        qsort(member, (size_t)t->n, sizeof *member, by_key);
    }
    cbor_head(o, CBOR_MAP, (uint64_t)t->n);
    for (ptrdiff_t i = 0; i < t->n; i++) {
        cbor_bytes(o, CBOR_TEXT, member[i]->name);
        if (!write_tree(keep, o, member[i])) return false;
    }
    return true;
}

static bool write_array(Arena *keep, Out *o, const Tree *t)
{
    cbor_head(o, CBOR_ARRAY, (uint64_t)t->n);
    for (ptrdiff_t i = 0; i < t->n; i++)
        if (!write_tree(keep, o, t->child[i])) return false;
    return true;
}

static bool write_number(Out *o, double v)
{
    if (fabs(v) > EXACT_MAX || v != floor(v)) return false;
    if (v < 0) cbor_head(o, CBOR_MINUS, (uint64_t)(-1 - (int64_t)v));
    else cbor_head(o, CBOR_PLUS, (uint64_t)v);
    return true;
}

static bool write_tree(Arena *keep, Out *o, const Tree *t)
{
    switch (t->kind) {
    case TREE_FALSE:  cbor_head(o, CBOR_SIMPLE, CBOR_FALSE); return true;
    case TREE_TRUE:   cbor_head(o, CBOR_SIMPLE, CBOR_TRUE); return true;
    case TREE_NULL:   cbor_head(o, CBOR_SIMPLE, CBOR_NULL); return true;
    case TREE_NUMBER: return write_number(o, t->number);
    case TREE_TEXT:   cbor_bytes(o, CBOR_TEXT, t->text); return true;
    case TREE_ARRAY:  return write_array(keep, o, t);
    case TREE_OBJECT: return write_map(keep, o, t);
    }
    return false;
}

str cbor_write(Arena *keep, const Tree *t, const char **ret_why)
{
    Out o;
    out_init(&o, keep, 1024);
    if (write_tree(keep, &o, t)) return out_text(&o);
    *ret_why = N_("For paper, numbers are whole: write one with a fraction as text.");
    return (str){ 0 };
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

typedef struct Bytes { Arena *keep; str in; int depth; } Bytes;

static Tree *read_tree(Bytes *b);

static Tree *read_number(Bytes *b, bool minus, uint64_t n)
{
    if (n > (uint64_t)EXACT_MAX - minus) return NULL;
    Tree *t = tree_new(b->keep, TREE_NUMBER, 0);
    t->number = minus ? -1 - (double)n : (double)n;
    return t;
}

static bool read_text(Bytes *b, uint64_t n, str *ret)
{
    if (n > (uint64_t)b->in.n) return false;
    *ret = str_slice(b->in, 0, (ptrdiff_t)n);
    b->in = str_slice(b->in, (ptrdiff_t)n, b->in.n);
    return str_is_utf8(*ret) && !(ret->n && memchr(ret->p, 0, (size_t)ret->n));
}

static Tree *text_read(Bytes *b, uint64_t n)
{
    Tree *t = tree_new(b->keep, TREE_TEXT, 0);
    return read_text(b, n, &t->text) ? t : NULL;
}

static Tree *read_items(Bytes *b, uint64_t n)
{
    if (n > (uint64_t)b->in.n) return NULL;              /* each takes a byte: so much is never asked for in vain */
    Tree *t = tree_new(b->keep, TREE_ARRAY, (ptrdiff_t)n);
    for (ptrdiff_t i = 0; i < t->n; i++)
        if (!(t->child[i] = read_tree(b))) return NULL;
    return t;
}

static Tree *read_members(Bytes *b, uint64_t n)
{
    if (n > (uint64_t)b->in.n / 2) return NULL;
    Tree *t = tree_new(b->keep, TREE_OBJECT, (ptrdiff_t)n);
    for (ptrdiff_t i = 0; i < t->n; i++) {
        str name;
        CborMajor major;
        uint64_t length;
        if (!cbor_take(&b->in, &major, &length) || major != CBOR_TEXT || !read_text(b, length, &name)) return NULL;
        if (!(t->child[i] = read_tree(b))) return NULL;
        t->child[i]->name = name;
        if (i > 0 && by_key(&t->child[i - 1], &t->child[i]) >= 0) return NULL;
    }
    tree_sort(t->child, t->n);
    return t;
}

static Tree *read_nested(Bytes *b, CborMajor major, uint64_t n)
{
    if (++b->depth > SIGN_DEPTH_MAX) return NULL;
    Tree *t = major == CBOR_ARRAY ? read_items(b, n) : read_members(b, n);
    b->depth--;
    return t;
}

static Tree *read_simple(Bytes *b, uint64_t n)
{
    return n == CBOR_FALSE ? tree_new(b->keep, TREE_FALSE, 0) : n == CBOR_TRUE ? tree_new(b->keep, TREE_TRUE, 0)
         : n == CBOR_NULL ? tree_new(b->keep, TREE_NULL, 0) : NULL;
}

static Tree *read_tree(Bytes *b)
{
    CborMajor major;
    uint64_t n;
    if (!cbor_take(&b->in, &major, &n)) return NULL;
    switch (major) {
    case CBOR_PLUS:   return read_number(b, false, n);
    case CBOR_MINUS:  return read_number(b, true, n);
    case CBOR_TEXT:   return text_read(b, n);
    case CBOR_ARRAY:
    case CBOR_MAP:    return read_nested(b, major, n);
    case CBOR_SIMPLE: return read_simple(b, n);
    case CBOR_BYTES:
    case CBOR_TAG:    break;
    }
    return NULL;
}

bool cbor_read(Arena *keep, str bytes, Tree **ret)
{
    Bytes b = { .keep = keep, .in = bytes };
    Tree *t = read_tree(&b);
    if (!t || b.in.n) return false;
    *ret = t;
    return true;
}
