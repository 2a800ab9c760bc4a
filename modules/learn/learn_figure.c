/* learn_figure - a drawing from a pack, read by an allow-list and written anew.
 *
 * Figures are drawn into the page, where a script or a foreign address would act with the rights of the house. So
 * nothing is passed through: a small strict reader takes elements and attributes it knows, with values it understands,
 * and writes them again. What XML allows beyond that (DOCTYPE, entities of one's own, CDATA, instructions, other name
 * spaces) is refused. Ids get the figure's name in front, so that two figures share a page.
 *
 * Colours are names of the house's palette: then a figure can be read by day and by night. */
#include "learn_pack.h"

enum {
    ELEMENTS_MAX = 1000, DEPTH_MAX = 24, IDS_MAX = 100, REFERENCES_MAX = 200, ATTRIBUTES_MAX = 32, VALUE_MAX = 8000,
};

/* ---- what is known ----------------------------------------------------------------------------------------------- */

typedef enum Holds { SHAPES, WORDS } Holds;      /* words stand only where they are shown or read aloud */
typedef struct Element { const char *name; Holds holds; } Element;
static const Element elements[] = {
    { "svg", SHAPES }, { "g", SHAPES }, { "defs", SHAPES }, { "title", WORDS }, { "desc", WORDS },
    { "path", SHAPES }, { "line", SHAPES }, { "polyline", SHAPES }, { "polygon", SHAPES }, { "rect", SHAPES },
    { "circle", SHAPES }, { "ellipse", SHAPES }, { "text", WORDS }, { "tspan", WORDS }, { "marker", SHAPES },
    { "clipPath", SHAPES }, { "linearGradient", SHAPES }, { "radialGradient", SHAPES }, { "stop", SHAPES },
    { "pattern", SHAPES }, { "use", SHAPES },
};

typedef enum Value { PLAIN, PAINT, REFERENCE, HREF, ID, DROPPED } Value;
typedef struct Attribute { const char *name; Value value; } Attribute;
static const Attribute attributes[] = {
    { "id", ID }, { "href", HREF }, { "fill", PAINT }, { "stroke", PAINT }, { "stop-color", PAINT },
    { "color", PAINT }, { "marker-start", REFERENCE }, { "marker-mid", REFERENCE }, { "marker-end", REFERENCE },
    { "clip-path", REFERENCE }, { "xmlns", DROPPED }, { "version", DROPPED }, { "role", DROPPED },
    { "aria-hidden", DROPPED }, { "aria-label", DROPPED }, { "aria-labelledby", DROPPED }, { "d", PLAIN },
    { "points", PLAIN }, { "x", PLAIN }, { "y", PLAIN }, { "x1", PLAIN }, { "y1", PLAIN }, { "x2", PLAIN },
    { "y2", PLAIN }, { "cx", PLAIN }, { "cy", PLAIN }, { "fx", PLAIN }, { "fy", PLAIN }, { "r", PLAIN },
    { "rx", PLAIN }, { "ry", PLAIN }, { "dx", PLAIN }, { "dy", PLAIN }, { "width", PLAIN }, { "height", PLAIN },
    { "transform", PLAIN }, { "opacity", PLAIN }, { "fill-opacity", PLAIN }, { "fill-rule", PLAIN },
    { "stroke-width", PLAIN }, { "stroke-linecap", PLAIN }, { "stroke-linejoin", PLAIN },
    { "stroke-dasharray", PLAIN }, { "stroke-dashoffset", PLAIN }, { "stroke-opacity", PLAIN },
    { "stroke-miterlimit", PLAIN }, { "font-size", PLAIN }, { "font-weight", PLAIN }, { "font-style", PLAIN },
    { "font-family", PLAIN }, { "letter-spacing", PLAIN }, { "text-anchor", PLAIN }, { "dominant-baseline", PLAIN },
    { "textLength", PLAIN }, { "lengthAdjust", PLAIN }, { "viewBox", PLAIN }, { "preserveAspectRatio", PLAIN },
    { "markerWidth", PLAIN }, { "markerHeight", PLAIN }, { "markerUnits", PLAIN }, { "refX", PLAIN },
    { "refY", PLAIN }, { "orient", PLAIN }, { "gradientUnits", PLAIN }, { "gradientTransform", PLAIN },
    { "spreadMethod", PLAIN }, { "offset", PLAIN }, { "stop-opacity", PLAIN }, { "patternUnits", PLAIN },
    { "patternContentUnits", PLAIN }, { "patternTransform", PLAIN }, { "clipPathUnits", PLAIN },
    { "clip-rule", PLAIN }, { "vector-effect", PLAIN }, { "paint-order", PLAIN },
};

static const char *const palette[] = {
    "paper", "sheet", "ink", "soft", "line", "sea", "sea-deep", "sea-wash", "on-sea", "lacquer", "lacquer-wash",
    "sun", "sun-wash", "leaf", "leaf-wash",
};

#define N_OF(a) (sizeof(a) / sizeof(*(a)))

static const Element *element_named(str name)
{
    for (size_t i = 0; i < N_OF(elements); i++)
        if (str_eq(name, str_from(elements[i].name))) return &elements[i];
    return NULL;
}

static const Attribute *attribute_named(str name)
{
    for (size_t i = 0; i < N_OF(attributes); i++)
        if (str_eq(name, str_from(attributes[i].name))) return &attributes[i];
    return NULL;
}

/* ---- the reader -------------------------------------------------------------------------------------------------- */

typedef struct Id { str name; bool has_use; } Id;
typedef struct Reference { str name; int line; bool by_use; } Reference;
typedef struct Open { const Element *element; ptrdiff_t id; } Open;      /* id: -1 for none */

typedef struct Reader {
    Arena        *keep;
    PackProblems *problems;
    str           file, figure;
    str           rest;
    int           line;
    Out           out, root;
    str           view_box;
    Open          open[DEPTH_MAX]; int depth;
    Id            id[IDS_MAX]; ptrdiff_t id_n;
    Reference     reference[REFERENCES_MAX]; ptrdiff_t reference_n;
    int           elements;
    bool          had_root, broken;
} Reader;

#define WRONG(r, ...) pack_problem((r)->problems, (r)->file, (r)->line, __VA_ARGS__)
/* The shape itself is in doubt: reading on would only make noise. */
#define BROKEN(r, ...) (WRONG(r, __VA_ARGS__), (r)->broken = true)

static void skip(Reader *r, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        if (r->rest.p[i] == '\n') r->line++;
    r->rest = str_slice(r->rest, n, r->rest.n);
}

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

static void skip_blanks(Reader *r)
{
    ptrdiff_t n = 0;
    while (n < r->rest.n && blank(r->rest.p[n])) n++;
    skip(r, n);
}

static bool name_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == ':' || c == '.';
}

static str take_name(Reader *r)
{
    ptrdiff_t n = 0;
    while (n < r->rest.n && name_letter(r->rest.p[n])) n++;
    str name = str_slice(r->rest, 0, n);
    skip(r, n);
    return name;
}

static bool take(Reader *r, str word)
{
    if (!str_starts(r->rest, word)) return false;
    skip(r, word.n);
    return true;
}

/* ---- characters -------------------------------------------------------------------------------------------------- */

static void put_code_point(Out *o, int32_t c)
{
    if (c < 0x80) out_char(o, (char)c);
    else if (c < 0x800) {
        out_char(o, (char)(0xC0 | c >> 6));
        out_char(o, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        out_char(o, (char)(0xE0 | c >> 12));
        out_char(o, (char)(0x80 | (c >> 6 & 63)));
        out_char(o, (char)(0x80 | (c & 63)));
    } else {
        out_char(o, (char)(0xF0 | c >> 18));
        out_char(o, (char)(0x80 | (c >> 12 & 63)));
        out_char(o, (char)(0x80 | (c >> 6 & 63)));
        out_char(o, (char)(0x80 | (c & 63)));
    }
}

static bool numeric_reference(str digits, int32_t *ret)
{
    bool hex = str_starts(digits, S("x"));
    if (hex) digits = str_slice(digits, 1, digits.n);
    if (digits.n < 1 || digits.n > 7) return false;
    int32_t c = 0;
    for (ptrdiff_t i = 0; i < digits.n; i++) {
        char d = digits.p[i];
        int v = d >= '0' && d <= '9' ? d - '0' : -1;
        if (hex && d >= 'a' && d <= 'f') v = d - 'a' + 10;
        if (hex && d >= 'A' && d <= 'F') v = d - 'A' + 10;
        if (v < 0) return false;
        c = c * (hex ? 16 : 10) + v;
        if (c > 0x10FFFF) return false;
    }
    *ret = c;
    return true;
}

static bool entity(str name, Out *o)
{
    static const struct { const char *name; char c; } known[] = {
        { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
    };
    for (size_t i = 0; i < N_OF(known); i++)
        if (str_eq(name, str_from(known[i].name))) return out_char(o, known[i].c), true;
    int32_t c;
    if (!str_starts(name, S("#")) || !numeric_reference(str_slice(name, 1, name.n), &c)) return false;
    put_code_point(o, c);
    return true;
}

/* Text as it is meant, with entities resolved. Line ends become blanks: in a drawing they mean nothing else. */
static bool meant(Reader *r, str raw, str *ret)
{
    Out o;
    out_init(&o, r->keep, raw.n + 8);
    while (raw.n) {
        char c = raw.p[0];
        raw = str_slice(raw, 1, raw.n);
        if (c != '&') {
            out_char(&o, blank(c) ? ' ' : c);
            continue;
        }
        str_pair cut = str_cut(raw, ';');
        if (!cut.found || cut.head.n > 9 || !entity(cut.head, &o))
            return WRONG(r, "\"&\" is written &amp; here; other names with & are not known."), false;
        raw = cut.tail;
    }
    *ret = out_text(&o);
    if (str_is_plain(*ret, false)) return true;
    return WRONG(r, "A character that cannot be seen, or that turns the direction, stands here."), false;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static bool id_ok(str s)
{
    if (s.n < 1 || s.n > 60 || !((s.p[0] >= 'a' && s.p[0] <= 'z') || (s.p[0] >= 'A' && s.p[0] <= 'Z'))) return false;
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (!name_letter(s.p[i]) || s.p[i] == ':' || s.p[i] == '.') return false;
    return true;
}

static void refer(Reader *r, str name, bool by_use)
{
    if (r->reference_n == REFERENCES_MAX) BROKEN(r, "A figure has at most %d references.", REFERENCES_MAX);
    else r->reference[r->reference_n++] = (Reference){ name, r->line, by_use };
}

/* "url(#arrow)" -> "arrow" */
static bool local_url(str value, str *ret_name)
{
    if (!str_starts(value, S("url(#")) || !str_ends(value, S(")"))) return false;
    *ret_name = str_slice(value, 5, value.n - 1);
    return id_ok(*ret_name);
}

static bool paint_ok(str v)
{
    static const char *const words[] = { "none", "currentColor", "inherit", "transparent" };
    for (size_t i = 0; i < N_OF(words); i++)
        if (str_eq(v, str_from(words[i]))) return true;
    if (!str_starts(v, S("var(--")) || !str_ends(v, S(")"))) return false;
    str name = str_slice(v, 6, v.n - 1);
    for (size_t i = 0; i < N_OF(palette); i++)
        if (str_eq(name, str_from(palette[i]))) return true;
    return false;
}

static bool plain_ok(str v)
{
    for (ptrdiff_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        bool known = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c && strchr(" .,+-%()", c));
        if (!known) return false;
    }
    return str_find(v, S("url")) < 0;
}

static void put_attribute(Out *o, str name, str value)
{
    out_char(o, ' ');
    out_str(o, name);
    out_lit(o, "=\"");
    html_text(o, value);
    out_char(o, '"');
}

static void take_id(Reader *r, Out *o, str v)
{
    if (!id_ok(v)) return (void)WRONG(r, "An id is letters, digits, '-' and '_', beginning with a letter.");
    for (ptrdiff_t i = 0; i < r->id_n; i++)
        if (str_eq(r->id[i].name, v)) return (void)WRONG(r, "The id \"%.*s\" is given twice.", STR_ARG(v));
    if (r->id_n == IDS_MAX) return (void)BROKEN(r, "A figure has at most %d ids.", IDS_MAX);
    r->open[r->depth - 1].id = r->id_n;
    r->id[r->id_n++] = (Id){ .name = v };
    put_attribute(o, S("id"), str_fmt(r->keep, "%.*s-%.*s", STR_ARG(r->figure), STR_ARG(v)));
}

static void take_reference(Reader *r, Out *o, str name, str target)
{
    refer(r, target, false);
    put_attribute(o, name, str_fmt(r->keep, "url(#%.*s-%.*s)", STR_ARG(r->figure), STR_ARG(target)));
}

static void take_href(Reader *r, Out *o, str v)
{
    str target = str_slice(v, 1, v.n);
    if (!str_starts(v, S("#")) || !id_ok(target))
        return (void)WRONG(r, "href leads only to an id of the same figure: href=\"#name\".");
    refer(r, target, str_eq(str_from(r->open[r->depth - 1].element->name), S("use")));
    put_attribute(o, S("href"), str_fmt(r->keep, "#%.*s-%.*s", STR_ARG(r->figure), STR_ARG(target)));
}

static void take_attribute(Reader *r, Out *o, const Attribute *known, str name, str v)
{
    str target;
    switch (known->value) {
    case DROPPED:
        if (str_eq(name, S("xmlns")) && !str_eq(v, S("http://www.w3.org/2000/svg")))
            WRONG(r, "xmlns must be \"http://www.w3.org/2000/svg\".");
        return;
    case ID:        return take_id(r, o, v);
    case HREF:      return take_href(r, o, v);
    case REFERENCE:
        if (local_url(v, &target)) return take_reference(r, o, name, target);
        if (str_eq(v, S("none"))) return put_attribute(o, name, v);
        WRONG(r, "%.*s leads only to an id of the same figure: url(#name).", STR_ARG(name));
        return;
    case PAINT:
        if (local_url(v, &target)) return take_reference(r, o, name, target);
        if (paint_ok(v)) return put_attribute(o, name, v);
        WRONG(r, "The colour \"%.*s\" would not follow day and night. Use none, currentColor or var(--sea) and its "
                 "sisters.", STR_ARG(str_slice(v, 0, 40)));
        return;
    case PLAIN:
        if (plain_ok(v)) return put_attribute(o, name, v);
        WRONG(r, "The value of %.*s is not understood here.", STR_ARG(name));
        return;
    }
}

/* ---- tags -------------------------------------------------------------------------------------------------------- */

static bool take_value(Reader *r, str *ret)
{
    char quote = r->rest.n ? r->rest.p[0] : '\0';
    if (quote != '"' && quote != '\'') return BROKEN(r, "The value of an attribute stands in quotation marks."), false;
    str_pair cut = str_cut(str_slice(r->rest, 1, r->rest.n), quote);
    if (!cut.found || str_find(cut.head, S("<")) >= 0) return BROKEN(r, "A quotation mark is missing."), false;
    if (cut.head.n > VALUE_MAX) return BROKEN(r, "This value is longer than %d characters.", VALUE_MAX), false;
    bool fine = meant(r, cut.head, ret);
    skip(r, cut.head.n + 2);
    if (fine) *ret = str_trim(*ret);
    return fine;
}

static void root_attribute(Reader *r, const Attribute *known, str name, str value)
{
    if (str_eq(name, S("width")) || str_eq(name, S("height"))) return;     /* the page gives the width */
    if (str_eq(name, S("viewBox"))) {
        if (plain_ok(value)) r->view_box = value;
        else WRONG(r, "viewBox is four numbers.");
        return;
    }
    take_attribute(r, &r->root, known, name, value);
}

static void take_one_attribute(Reader *r, str seen[], int *seen_n)
{
    str name = take_name(r), value = { 0 };
    skip_blanks(r);
    if (!name.n || !take(r, S("="))) return (void)BROKEN(r, "An attribute is name=\"value\".");
    skip_blanks(r);
    if (!take_value(r, &value)) return;
    for (int i = 0; i < *seen_n; i++)
        if (str_eq(seen[i], name)) return (void)WRONG(r, "%.*s is said twice.", STR_ARG(name));
    if (*seen_n == ATTRIBUTES_MAX) return (void)BROKEN(r, "An element has at most %d attributes.", ATTRIBUTES_MAX);
    seen[(*seen_n)++] = name;
    const Attribute *known = attribute_named(name);
    if (!known) WRONG(r, "The attribute \"%.*s\" is not allowed in a figure.", STR_ARG(str_slice(name, 0, 40)));
    else if (r->depth == 1) root_attribute(r, known, name, value);
    else take_attribute(r, &r->out, known, name, value);
}

static void ancestors_have_use(Reader *r)
{
    for (int i = 0; i < r->depth; i++)
        if (r->open[i].id >= 0) r->id[r->open[i].id].has_use = true;
}

static void close_element(Reader *r)
{
    const Element *e = r->open[--r->depth].element;
    if (r->depth > 0) out_fmt(&r->out, "</%s>", e->name);
}

static const Element *open_element(Reader *r, str name)
{
    const Element *e = element_named(name);
    bool is_root = str_eq(name, S("svg"));
    if (!e) BROKEN(r, "The element <%.*s> is not allowed in a figure.", STR_ARG(str_slice(name, 0, 40)));
    else if (is_root != (r->depth == 0))
        BROKEN(r, is_root ? "<svg> stands only at the top." : "A figure begins with <svg>.");
    else if (r->depth == 0 && r->had_root) BROKEN(r, "A figure is one <svg> and nothing after it.");
    else if (r->depth == DEPTH_MAX) BROKEN(r, "Elements are nested deeper than %d.", DEPTH_MAX);
    else if (++r->elements > ELEMENTS_MAX) BROKEN(r, "A figure has at most %d elements.", ELEMENTS_MAX);
    else if (r->depth && r->open[r->depth - 1].element->holds == WORDS && !str_eq(name, S("tspan")))
        BROKEN(r, "Only <tspan> may stand inside a text.");
    if (r->broken) return NULL;
    r->open[r->depth++] = (Open){ e, -1 };
    r->had_root = true;
    return e;
}

static void start_tag(Reader *r)
{
    str seen[ATTRIBUTES_MAX];
    int seen_n = 0;
    const Element *e = open_element(r, take_name(r));
    if (!e) return;
    if (r->depth > 1) out_fmt(&r->out, "<%s", e->name);
    skip_blanks(r);
    while (!r->broken && r->rest.n && r->rest.p[0] != '>' && r->rest.p[0] != '/') {
        ptrdiff_t before = r->rest.n;
        take_one_attribute(r, seen, &seen_n);
        if (r->rest.n == before) BROKEN(r, "This tag is not understood.");
        skip_blanks(r);
    }
    if (r->broken) return;
    if (str_eq(str_from(e->name), S("use"))) ancestors_have_use(r);
    if (r->depth > 1) out_char(&r->out, '>');
    if (take(r, S("/>"))) close_element(r);
    else if (!take(r, S(">"))) BROKEN(r, "A tag is not closed.");
}

static void end_tag(Reader *r)
{
    str name = take_name(r);
    skip_blanks(r);
    if (!take(r, S(">")) || !r->depth || !str_eq(name, str_from(r->open[r->depth - 1].element->name)))
        BROKEN(r, "</%.*s> does not fit what is open here.", STR_ARG(str_slice(name, 0, 40)));
    else close_element(r);
}

static void comment(Reader *r)
{
    ptrdiff_t end = str_find(r->rest, S("-->"));
    if (end < 0) BROKEN(r, "A comment is not closed.");
    else skip(r, end + 3);
}

static void words(Reader *r)
{
    ptrdiff_t n = 0;
    while (n < r->rest.n && r->rest.p[n] != '<') n++;
    str raw = str_slice(r->rest, 0, n), text = { 0 };
    bool shown = r->depth && r->open[r->depth - 1].element->holds == WORDS;
    if (shown && meant(r, raw, &text)) html_text(&r->out, text);
    if (!shown && str_trim(raw).n) BROKEN(r, "Words stand only inside <text>, <tspan>, <title> and <desc>.");
    else skip(r, n);
}

static void step(Reader *r)
{
    if (r->rest.p[0] != '<') words(r);
    else if (take(r, S("<!--"))) comment(r);
    else if (str_starts(r->rest, S("<!")) || str_starts(r->rest, S("<?")))
        BROKEN(r, "DOCTYPE, CDATA and instructions are not allowed in a figure.");
    else if (take(r, S("</"))) end_tag(r);
    else { skip(r, 1); start_tag(r); }
}

static void declaration(Reader *r)
{
    if (!str_starts(r->rest, S("<?xml "))) return;
    ptrdiff_t end = str_find(r->rest, S("?>"));
    if (end < 0 || end > 200) BROKEN(r, "The XML declaration is not closed.");
    else skip(r, end + 2);
}

/* A <use> of something that holds a <use> could be made to grow without end. */
static void check_references(Reader *r)
{
    for (ptrdiff_t i = 0; i < r->reference_n; i++) {
        const Reference *ref = &r->reference[i];
        const Id *id = NULL;
        for (ptrdiff_t k = 0; k < r->id_n && !id; k++)
            if (str_eq(r->id[k].name, ref->name)) id = &r->id[k];
        if (!id)
            pack_problem(r->problems, r->file, ref->line, "There is no id \"%.*s\" in this figure.",
                         STR_ARG(ref->name));
        else if (ref->by_use && id->has_use)
            pack_problem(r->problems, r->file, ref->line, "<use> may not show something that holds a <use>.");
    }
}

bool figure_read(Arena *keep, PackProblems *problems, const PackFile *file, PackFigure *ret)
{
    ptrdiff_t before = problems->n + problems->untold;
    Reader *r = NEW(keep, Reader, 1);
    *r = (Reader){
        .keep = keep, .problems = problems, .file = file->path, .figure = ret->name, .rest = file->bytes, .line = 1
    };
    out_init(&r->out, keep, file->bytes.n + 256);
    out_init(&r->root, keep, 128);
    declaration(r);
    while (!r->broken && r->rest.n) step(r);
    if (!r->broken && (r->depth || !r->had_root))
        BROKEN(r, r->had_root ? "An element is not closed." : "There is no <svg> in this file.");
    if (!r->broken && !r->view_box.n)
        pack_problem(problems, file->path, 1, "<svg> needs a viewBox, as in viewBox=\"0 0 320 200\".");
    if (!r->broken) check_references(r);
    if (problems->n + problems->untold != before) return false;
    ret->path = file->path;
    ret->view_box = r->view_box;
    ret->root = (Html){ out_text(&r->root) };
    ret->inside = (Html){ out_text(&r->out) };
    return true;
}

Html figure_html(Arena *keep, const PackFigure *figure, str alt)
{
    Out o;
    out_init(&o, keep, figure->inside.s.n + alt.n + 256);
    out_lit(&o, "<svg role=\"img\"");
    put_attribute(&o, S("viewBox"), figure->view_box);
    put_attribute(&o, S("aria-label"), alt);
    out_str(&o, figure->root.s);
    out_char(&o, '>');
    out_str(&o, figure->inside.s);
    out_lit(&o, "</svg>");
    return (Html){ out_text(&o) };
}
