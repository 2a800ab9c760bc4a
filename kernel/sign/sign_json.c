/* sign_json - JSON as bytes that are signed: read strictly into a tree, written as RFC 8785 has it.
 *
 * The house reads JSON with jansson elsewhere. Here it will not do: RFC 8785 needs numbers as they were written (a whole number beyond
 * 2^53 would become another one unseen), and the tree must lie in an arena, because whoever asks for memory here may be thrown out. */
#include <math.h>

#include "sign/sign_own.h"

enum { NUMBER_MAX = 64 };          /* characters of a number as it came */

typedef struct Reader { Arena *keep; const char *begin, *at, *end; int depth; const char *why; } Reader;

static Tree *wrong(Reader *r, const char *why)
{
    if (!r->why) r->why = why;
    return NULL;
}

static Tree *not_json(Reader *r) { return wrong(r, N_("This is not JSON.")); }

static void skip_blanks(Reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) r->at++;
}

static bool take(Reader *r, char c)
{
    if (r->at == r->end || *r->at != c) return false;
    r->at++;
    return true;
}

Tree *tree_new(Arena *keep, TreeKind kind, ptrdiff_t n)
{
    Tree *t = NEW(keep, Tree, 1);
    *t = (Tree){ .kind = kind, .child = n ? NEW(keep, Tree *, n) : NULL, .n = n };
    return t;
}

/* ---- texts ------------------------------------------------------------------------------------------------------ */

static bool hex4(Reader *r, uint32_t *ret)
{
    *ret = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        int c = r->at < r->end ? *r->at : 0, small = c | 0x20;
        if (c >= '0' && c <= '9') *ret = *ret << 4 | (uint32_t)(c - '0');
        else if (small >= 'a' && small <= 'f') *ret = *ret << 4 | (uint32_t)(small - 'a' + 10);
        else return false;
    }
    return true;
}

static void put_utf8(Out *o, uint32_t c)
{
    if (c < 0x80) { out_char(o, (char)c); return; }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = { 0, 0xC0, 0xE0, 0xF0 };
    out_char(o, (char)(lead[more] | c >> (6 * more)));
    for (int i = more - 1; i >= 0; i--) out_char(o, (char)(0x80 | (c >> (6 * i) & 0x3F)));
}

static bool unicode_escape(Reader *r, Out *o)
{
    uint32_t c, low;
    if (!hex4(r, &c)) return not_json(r);
    if (c >= 0xD800 && c < 0xDC00) {
        if (!take(r, '\\') || !take(r, 'u') || !hex4(r, &low) || low < 0xDC00 || low > 0xDFFF)
            return wrong(r, N_("There is half a character in it: a surrogate without its other half."));
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    } else if (c >= 0xDC00 && c <= 0xDFFF) {
        return wrong(r, N_("There is half a character in it: a surrogate without its other half."));
    }
    if (c == 0) return wrong(r, N_("There is a character in it that no text may have: U+0000."));
    put_utf8(o, c);
    return true;
}

static bool escape(Reader *r, Out *o)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end) return not_json(r);
    char c = *r->at++;
    if (c == 'u') return unicode_escape(r, o);
    const char *at = c ? strchr(from, c) : NULL;
    if (!at) return not_json(r);
    out_char(o, to[at - from]);
    return true;
}

/* After the quotation mark. A text without escapes stays where it lies. */
static bool read_text(Reader *r, str *ret)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= 0x20) r->at++;
    if (take(r, '"')) {
        *ret = (str){ from, r->at - 1 - from };
        return true;
    }
    Out o;
    out_init(&o, r->keep, 64);
    for (out_bytes(&o, from, r->at - from); r->at < r->end && *r->at != '"';) {
        char c = *r->at++;
        if ((unsigned char)c < 0x20) return not_json(r);
        if (c != '\\') out_char(&o, c);
        else if (!escape(r, &o)) return false;
    }
    *ret = out_text(&o);
    return take(r, '"') || not_json(r);
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

static bool take_digits(Reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
    return r->at > from;
}

/* RFC 8259 section 6. */
static bool take_number(Reader *r, bool *ret_whole)
{
    take(r, '-');
    if (!take(r, '0') && !take_digits(r)) return false;
    *ret_whole = true;
    if (take(r, '.')) {
        *ret_whole = false;
        if (!take_digits(r)) return false;
    }
    if (r->at < r->end && (*r->at | 0x20) == 'e') {
        *ret_whole = false;
        r->at++;
        if (!take(r, '+')) take(r, '-');
        return take_digits(r);
    }
    return true;
}

static bool says_zero(const char *shown)
{
    for (; *shown && *shown != 'e' && *shown != 'E'; shown++)
        if (*shown >= '1' && *shown <= '9') return false;
    return true;
}

/* What is shown is what is signed: a whole number that reads as its neighbour is refused. */
static bool is_kept(const char *shown, bool whole, double v)
{
    char again[NUMBER_CHARS];
    if (!isfinite(v) || (v == 0 && !says_zero(shown))) return false;
    if (!whole || fabs(v) <= EXACT_MAX) return true;
    return str_eq((str){ again, number_write(v, again) }, str_from(shown));
}

static Tree *read_number(Reader *r)
{
    char shown[NUMBER_MAX + 1];
    bool whole;
    const char *from = r->at;
    if (!take_number(r, &whole)) return not_json(r);
    ptrdiff_t n = r->at - from;
    memcpy(shown, from, (size_t)(n > NUMBER_MAX ? NUMBER_MAX : n));
    shown[n > NUMBER_MAX ? NUMBER_MAX : n] = 0;
    double v = strtod(shown, NULL);
    if (n > NUMBER_MAX || !is_kept(shown, whole, v))
        return wrong(r, N_("There is a number in it that would not be kept as it is written. Write it as text."));
    Tree *t = tree_new(r->keep, TREE_NUMBER, 0);
    t->number = v;
    return t;
}

/* ---- arrays and objects ----------------------------------------------------------------------------------------- */

static Tree *read_value(Reader *r);

/* Children come one by one, each behind the one before; when all are there they are put in a row. */
typedef struct Link { Tree *tree; struct Link *before; } Link;

static Tree *gather(Reader *r, TreeKind kind, const Link *last, ptrdiff_t n)
{
    Tree *t = tree_new(r->keep, kind, n);
    for (; last; last = last->before) t->child[--n] = last->tree;
    return t;
}

static Tree *member_read(Reader *r)
{
    str name;
    skip_blanks(r);
    if (!take(r, '"')) return not_json(r);
    if (!read_text(r, &name)) return NULL;
    skip_blanks(r);
    if (!take(r, ':')) return not_json(r);
    Tree *t = read_value(r);
    if (t) t->name = name;
    return t;
}

static bool has_twice(const Tree *t)
{
    for (ptrdiff_t i = 1; i < t->n; i++)
        if (str_eq(t->child[i - 1]->name, t->child[i]->name)) return true;
    return false;
}

static Tree *read_children(Reader *r, TreeKind kind, char close)
{
    Link *last = NULL;
    ptrdiff_t n = 0;
    skip_blanks(r);
    if (take(r, close)) return tree_new(r->keep, kind, 0);
    do {
        Tree *t = kind == TREE_OBJECT ? member_read(r) : read_value(r);
        if (!t) return NULL;
        Link *link = NEW(r->keep, Link, 1);
        *link = (Link){ t, last };
        last = link;
        n++;
        skip_blanks(r);
    } while (take(r, ','));
    if (!take(r, close)) return not_json(r);
    Tree *t = gather(r, kind, last, n);
    if (kind == TREE_OBJECT) tree_sort(t->child, n);
    return kind == TREE_OBJECT && has_twice(t) ? wrong(r, N_("A name stands in it twice.")) : t;
}

static Tree *read_nested(Reader *r, TreeKind kind, char close)
{
    if (++r->depth > SIGN_DEPTH_MAX) return wrong(r, N_("Too much in it is nested within each other."));
    Tree *t = read_children(r, kind, close);
    r->depth--;
    return t;
}

static Tree *read_word(Reader *r, str word, TreeKind kind)
{
    if (!str_starts((str){ r->at, r->end - r->at }, word)) return not_json(r);
    r->at += word.n;
    return tree_new(r->keep, kind, 0);
}

static Tree *read_value(Reader *r)
{
    skip_blanks(r);
    if (take(r, '{')) return read_nested(r, TREE_OBJECT, '}');
    if (take(r, '[')) return read_nested(r, TREE_ARRAY, ']');
    if (take(r, '"')) {
        Tree *t = tree_new(r->keep, TREE_TEXT, 0);
        return read_text(r, &t->text) ? t : NULL;
    }
    switch (r->at < r->end ? *r->at : 0) {
    case 'n': return read_word(r, S("null"), TREE_NULL);
    case 't': return read_word(r, S("true"), TREE_TRUE);
    case 'f': return read_word(r, S("false"), TREE_FALSE);
    default: return read_number(r);
    }
}

Tree *tree_read(Arena *keep, str json, ptrdiff_t max, TreeWrong *ret)
{
    *ret = (TreeWrong){ .place = -1 };
    if (json.n > max) ret->why = N_("It is too long.");
    else if (!str_is_utf8(json)) ret->why = N_("It is not UTF-8.");
    if (ret->why) return NULL;
    if (!json.n) json = S("");
    Reader r = { .keep = keep, .begin = json.p, .at = json.p, .end = json.p + json.n };
    Tree *t = read_value(&r);
    skip_blanks(&r);
    if (t && r.at < r.end) t = not_json(&r);
    if (!t) *ret = (TreeWrong){ r.why, r.at - r.begin };
    return t;
}

/* ---- RFC 8785 --------------------------------------------------------------------------------------------------- */

/* UTF-16 puts what lies above U+FFFF, written with surrogates, before U+E000 to U+FFFF. */
static int32_t utf16_rank(int32_t c) { return c >= 0xE000 && c <= 0xFFFF ? c + 0x110000 : c; }

int utf16_cmp(str a, str b)
{
    while (a.n && b.n) {
        int32_t x = utf16_rank(utf8_next(&a)), y = utf16_rank(utf8_next(&b));
        if (x != y) return x < y ? -1 : 1;
    }
    return (a.n > 0) - (b.n > 0);
}

static int by_name(const void *a, const void *b) { return utf16_cmp((*(Tree *const *)a)->name, (*(Tree *const *)b)->name); }

void tree_sort(Tree **child, ptrdiff_t n)
{
    if (n) qsort(child, (size_t)n, sizeof *child, by_name);
}

/* Section 3.2.2.2. */
static void write_text(Out *o, str s)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    out_char(o, '"');
    for (ptrdiff_t i = 0; i < s.n; i++) {
        const char *at = strchr(from, s.p[i]);
        if (at) { out_char(o, '\\'); out_char(o, to[at - from]); }
        else if ((unsigned char)s.p[i] < 0x20) out_fmt(o, "\\u%04x", (unsigned)s.p[i]);
        else out_char(o, s.p[i]);
    }
    out_char(o, '"');
}

static void write_children(Out *o, const Tree *t, str but)
{
    bool comma = false;
    for (ptrdiff_t i = 0; i < t->n; i++) {
        const Tree *child = t->child[i];
        if (but.n && str_eq(child->name, but)) continue;
        if (comma) out_char(o, ',');
        comma = true;
        if (t->kind == TREE_OBJECT) {
            write_text(o, child->name);
            out_char(o, ':');
        }
        tree_write(o, child, (str){ 0 });
    }
}

void tree_write(Out *o, const Tree *t, str but)
{
    char number[NUMBER_CHARS];
    switch (t->kind) {
    case TREE_NULL:   out_lit(o, "null"); break;
    case TREE_FALSE:  out_lit(o, "false"); break;
    case TREE_TRUE:   out_lit(o, "true"); break;
    case TREE_NUMBER: out_bytes(o, number, number_write(t->number, number)); break;
    case TREE_TEXT:   write_text(o, t->text); break;
    case TREE_ARRAY:  out_char(o, '['); write_children(o, t, but); out_char(o, ']'); break;
    case TREE_OBJECT: out_char(o, '{'); write_children(o, t, but); out_char(o, '}'); break;
    }
}

str tree_text(Arena *keep, const Tree *t, str but)
{
    Out o;
    out_init(&o, keep, 1024);
    tree_write(&o, t, but);
    return out_text(&o);
}

bool sign_canonical(Arena *keep, str json, str *ret, const char **ret_why)
{
    TreeWrong why;
    Tree *t = tree_read(keep, json, SIGN_DOCUMENT_MAX, &why);
    if (t) *ret = tree_text(keep, t, (str){ 0 });
    else *ret_why = why.why;
    return t != NULL;
}

/* ---- looking into it -------------------------------------------------------------------------------------------- */

const Tree *tree_member(const Tree *object, str name)
{
    if (object->kind != TREE_OBJECT) return NULL;
    for (ptrdiff_t i = 0; i < object->n; i++)
        if (str_eq(object->child[i]->name, name)) return object->child[i];
    return NULL;
}

str tree_str(const Tree *object, str name)
{
    const Tree *t = tree_member(object, name);
    return t && t->kind == TREE_TEXT ? t->text : (str){ 0 };
}

bool tree_same(const Tree *a, const Tree *b)
{
    if (a->kind != b->kind || a->n != b->n || !str_eq(a->text, b->text) || a->number != b->number) return false;
    for (ptrdiff_t i = 0; i < a->n; i++)
        if (!str_eq(a->child[i]->name, b->child[i]->name) || !tree_same(a->child[i], b->child[i])) return false;
    return true;
}
