/* tmplgen - compiles pages to C. Small, in C, run by the build. The language is poor on purpose: value, if, each, use,
 * text.
 *
 *   tmplgen OUTDIR PREFIX FILE.html…        modules/learn/pages/x.html -> OUTDIR/learn_pages.h, learn_pages.c,
 *                                           learn_views.h, learn.pot
 *
 * A file begins with what it is and ends with the file:
 *
 *   {{ page show(const disputes_by_id_row *d, disputes_replies_rows replies) }}     Reply disputes_show(Request *rq, …)
 *   {{ title _ "Dispute {name}" name=d->title }}    the page's title, also {{ title expr }}; comes before any markup
 *   {{ part crumb(str title) }}                     void disputes_crumb(Request *rq, str title)
 *   {{ layout begin }} … {{ content }} …            app/layout.html: layout_begin(rq), layout_end(rq)
 *   {{ include "learn/learn.h" }}                   before page or part: where the types are declared; also
 *                                                   "learn_sql.h" for rows of queries
 *   {{ struct Stop }} … {{ end }}                   before page or part: a struct and its JSON, see below
 *
 *   {{ expr }}       a C expression: str, a whole number, Url; escaped for the place it stands in. Html is refused. `rq` is
 *                    the Request, &rq->s the Scope: {{ num_int(&rq->s, d->votes) }} has local digits
 *   {{ raw expr }}   only Html
 *   {{ if expr }} {{ else if expr }} {{ else }} {{ end }}
 *   {{ each r in rows }} … {{ else }} (none) … {{ end }}
 *                    rows: { T *row; ptrdiff_t n; }; r is a const T *, r_i its index
 *   {{ use crumb(d->title) }}
 *                    a part of this module, or of the kernel (field, button, …), or module.part:
 *                    {{ use quiz.questions(set) }}
 *   {{ _ "Text" }}  {{ _ "Hello {name}" name=expr }}  {{ _n "{n} reply" "{n} replies" expr }}     translated, escaped;
 *                    a name's value is a str or a whole number (then in local digits); every {name} must be given
 *   {{ -- remark }}
 *   in an expression, _("Text") is the translated text as str
 *
 * Places: inside a tag a value must stand in a quoted attribute. In href, src, action, formaction, poster, cite, data,
 * ping and manifest a Url at the beginning is the whole address; anything else is a part of it and percent-escaped, '/'
 * too: href="/notes/{{ id }}?q={{ words }}". In <script>, in comments, in srcset and srcdoc any value stops the build,
 * and so do inline script and style of any kind, which the pages' policy makes dead anyway. {{ if }} may choose
 * attributes (<option {{ if x }}selected{{ end }}>) or a part of a value; each branch ends in the place where it began.
 * A <form method="post"> gets the CSRF field. Runs of white space between tags become one blank or newline, but for
 * <pre> and <textarea>; a line with nothing but if, else, each, end or remarks is not there.
 *
 * JSON: for `page`, the same function writes the arguments as a JSON document when rq->wants_json: str, numbers, bool,
 * Url and Html by type (an int64_t called id or …_id by json_id), T or const T * by T_json(Json *, str key, T or
 * const T *), a null pointer as null. An argument written as `hidden T x` is left out. The object is complete when
 * page_json is called.
 *
 * Structs: what a page shows and no query returns. Out of this come the type and void Stop_json(Json *, str key, const
 * Stop *), which writes the fields in their order:
 *
 *   {{ struct Stop }}
 *   str         title, course;                  // C as it stands, with its comments
 *   int64_t     version_id as version;          // `as`: its name in JSON; a text there, because of _id
 *   optional const Answer *answer;              // not in JSON when it is empty: NULL, 0, no text, no rows
 *   hidden bool open;                           // never in JSON
 *   {{ end }}
 *   {{ rows Stops of Stop }}                    struct Stops { Stop *row; ptrdiff_t n; }: an array in JSON
 *
 * A field's type is one of those above, a T whose T_json there is (an enum, too), or a pointer to one. A file's structs
 * before its first {{ include }} need base alone; they are whole in learn_views.h, for learn.h to include. Those that
 * come after see what was included, and are whole in learn_pages.h only: learn_views.h has their names, and their rows.
 *
 * Errors name the template's line; the generated C carries #line, so the compiler's do too. Texts are listed for
 * translators in OUTDIR/PREFIX.pot with the template's lines. The literal markup of each module is also listed for the
 * shared compression dictionary (PREFIX_pages_literals). */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The tool runs for a moment and ends: nothing is freed, and a sanitized build must not mind. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }

typedef struct Text { char *p; size_t n, cap; } Text;

static void put(Text *t, const char *p, size_t n)
{
    if (t->n + n + 1 > t->cap) {
        t->cap = (t->n + n + 1) * 2;
        t->p = realloc(t->p, t->cap);
        if (!t->p) abort();
    }
    if (n) memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = 0;
}

static void add(Text *t, const char *z) { put(t, z, strlen(z)); }

__attribute__((format(printf, 2, 3))) static void addf(Text *t, const char *format, ...)
{
    char *z;
    va_list ap;
    va_start(ap, format);
    if (vasprintf(&z, format, ap) < 0) abort();
    va_end(ap);
    add(t, z);
    free(z);
}

/* ---- slices of the template -------------------------------------------------------------------------------------- */

typedef struct Slice { const char *p, *end; } Slice;

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
static bool word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }
#define SLICE(s) (int)len(s), (s).p     /* for "%.*s" */
static size_t len(Slice s) { return (size_t)(s.end - s.p); }
static bool same(Slice a, Slice b) { return len(a) == len(b) && memcmp(a.p, b.p, len(a)) == 0; }
static Slice of(const char *z) { return (Slice){ z, z + strlen(z) }; }
static bool is(Slice s, const char *z) { return same(s, of(z)); }

static bool ends_with(Slice s, const char *z)
{
    size_t n = strlen(z);
    return len(s) >= n && !memcmp(s.end - n, z, n);
}

static bool in_parentheses(Slice s) { return len(s) >= 2 && *s.p == '(' && s.end[-1] == ')'; }

static Slice trim(Slice s)
{
    while (s.p < s.end && blank(*s.p)) s.p++;
    while (s.p < s.end && blank(s.end[-1])) s.end--;
    return s;
}

static Slice take_word(Slice *s)
{
    *s = trim(*s);
    Slice word = { s->p, s->p };
    while (word.end < s->end && word_char(*word.end)) word.end++;
    s->p = word.end;
    return word;
}

/* ---- one template ------------------------------------------------------------------------------------------------ */

typedef enum Kind { NO_KIND, PAGE, PART, LAYOUT } Kind;

typedef struct Template {
    const char *path;
    Slice       all;
    Kind        kind;
    Slice       name, params;
    const char *head;            /* where {{ page … }} stands: what comes before it is read first, in all files */
    bool        includes;
} Template;

/* Where in the markup we stand, as far as escaping must know it. */
typedef enum Place {
    IN_TEXT, IN_PLAIN_ONLY /* textarea, title */, IN_CODE /* script, style */, IN_REMARK, IN_DECLARATION,
    AT_TAG_OPEN, IN_TAG_NAME, IN_TAG, AFTER_VALUE, IN_ATTR_NAME, AFTER_ATTR_NAME, BEFORE_VALUE, IN_VALUE, IN_BARE_VALUE,
} Place;

typedef enum AttrKind { ATTR_PLAIN, ATTR_URL, ATTR_REFUSED } AttrKind;

enum { NAME_MAX_ = 32, DEPTH_MAX = 64, ARGS_MAX = 16 };

typedef struct Spot {
    Place place;
    char  quote;
    bool  closing;               /* in </tag> */
    bool  value_begun;           /* something of the attribute's value stands already */
    bool  post;                  /* this tag is a form with method="post" */
    char  tag[NAME_MAX_], attr[NAME_MAX_], value[NAME_MAX_];
    int   pre;                   /* open <pre> */
} Spot;

typedef struct Block { bool each, has_else; int line; Slice rows; Spot at, ended; bool any_ended; } Block;

typedef struct Compiler {
    const Template *t;
    Spot   spot;
    Block  block[DEPTH_MAX];
    int    depth;
    Text   markup;               /* literal markup not yet written */
    bool   begun, titled, content_seen;
} Compiler;

/* What the whole run makes. */
static const char *prefix;
static Template   *templates;
static int         template_n;
static Text        c_code, h_code, views, literals;

static int line_of(const Template *t, const char *at)
{
    int line = 1;
    for (const char *p = t->all.p; p < at; p++) line += *p == '\n';
    return line;
}

static int column_of(const Template *t, const char *at)
{
    const char *p = at;
    while (p > t->all.p && p[-1] != '\n') p--;
    return (int)(at - p);
}

__attribute__((noreturn, format(printf, 3, 4)))
static void wrong(const Template *t, const char *at, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fprintf(stderr, "%s:%d:%d: error: ", t->path, line_of(t, at), column_of(t, at) + 1);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

/* ---- texts for translators --------------------------------------------------------------------------------------- */

typedef struct Message { Slice one, many; Text places; } Message;   /* C literals, quotes included */
static Message *messages;
static int      message_n;

static int message(const Template *t, Slice one, Slice many)
{
    int i = 0;
    for (; i < message_n; i++)
        if (same(messages[i].one, one)) break;
    if (i == message_n) {
        messages = realloc(messages, sizeof *messages * (size_t)++message_n);
        if (!messages) abort();
        messages[i] = (Message){ .one = one, .many = many };
    }
    Message *m = &messages[i];
    if (!same(m->many, many))
        wrong(t, one.p, "this text stands elsewhere with other plural forms");
    addf(&m->places, "#: %s:%d\n", t->path, line_of(t, one.p));
    return i;
}

static Slice take_literal(const Template *t, Slice *s)
{
    *s = trim(*s);
    if (s->p == s->end || *s->p != '"') wrong(t, s->p, "a text in double quotes is wanted here");
    Slice text = { s->p, s->p + 1 };
    while (text.end < s->end && *text.end != '"') {
        if (*text.end == '\n') wrong(t, text.p, "a text stands on one line");
        text.end += *text.end == '\\' ? 2 : 1;
    }
    if (text.end >= s->end) wrong(t, text.p, "this text is not closed");
    text.end++;
    if (len(text) == 2) wrong(t, text.p, "an empty text cannot be translated");
    s->p = text.end;
    return text;
}

/* A C expression with each _("Text") replaced by its translation. */
static Text expression(const Template *t, Slice s)
{
    Text out = { 0 };
    s = trim(s);
    if (s.p == s.end) wrong(t, s.p, "an expression is wanted here");
    for (const char *p = s.p; p < s.end;) {
        bool call = *p == '_' && p + 1 < s.end && p[1] == '(' && (p == s.p || !word_char(p[-1]));
        if (call) {
            Slice rest = { p + 2, s.end };
            int m = message(t, take_literal(t, &rest), of(""));
            rest = trim(rest);
            if (rest.p == rest.end || *rest.p != ')') wrong(t, p, "_(\"Text\") takes one text and nothing else");
            addf(&out, "tr(rq->s.lang, &texts_[%d])", m);
            p = rest.p + 1;
        } else if (*p == '"' || *p == '\'') {
            const char *from = p, quote = *p++;
            while (p < s.end && *p != quote) p += *p == '\\' ? 2 : 1;
            if (p >= s.end) wrong(t, from, "this text is not closed");
            put(&out, from, (size_t)(++p - from));
        } else {
            put(&out, p++, 1);
        }
    }
    return out;
}

/* ---- writing C --------------------------------------------------------------------------------------------------- */

/* A line that begins with BACK becomes "#line" of the generated file itself, when it is written out. */
#define BACK "\001\n"
#define OUT_VARIABLE BACK "    __attribute__((unused)) Out *const o_ = &rq->out;\n"

static void put_path(Text *out, const char *path)
{
    for (; *path; path++) {
        if (*path == '"' || *path == '\\') put(out, "\\", 1);
        put(out, path, 1);
    }
}

static void put_line_directive(Text *out, const char *path, int line)
{
    addf(out, "#line %d \"", line);
    put_path(out, path);
    add(out, "\"\n");
}

static void put_literal(Text *out, const char *p, size_t n)
{
    put(out, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c == '\n') add(out, i + 1 < n ? "\\n\"\n        \"" : "\\n");
        else if (c == '"' || c == '\\') addf(out, "\\%c", c);
        else if (c == '?') add(out, "\\?");          /* no trigraphs */
        else if (c < 0x20) addf(out, "\\%03o", c);
        else put(out, p + i, 1);
    }
    put(out, "\"", 1);
}

static void flush_markup(Compiler *c)
{
    if (!c->markup.n) return;
    add(&c_code, BACK "    out_lit(o_, ");
    put_literal(&c_code, c->markup.p, c->markup.n);
    add(&c_code, ");\n");
    put(&literals, c->markup.p, c->markup.n);
    c->markup.n = 0;
}

/* before EXPR after: the compiler sees EXPR at its line of the template and, where there is room, at its column. */
static void put_statement(Compiler *c, const char *at, const char *before, const char *expr, const char *after)
{
    int column = column_of(c->t, at), used = (int)strlen(before);
    flush_markup(c);
    put_line_directive(&c_code, c->t->path, line_of(c->t, at));
    addf(&c_code, "%s%*s%s%s\n", before, column > used ? column - used : 0, "", expr, after);
}

static void put_plain(Compiler *c, const char *code)
{
    flush_markup(c);
    addf(&c_code, BACK "    %s\n", code);
}

/* ---- the markup -------------------------------------------------------------------------------------------------- */

static bool one_of(const char *z, const char *list)   /* list: " a b c " */
{
    char key[NAME_MAX_ + 3];
    snprintf(key, sizeof key, " %s ", z);
    return strstr(list, key) != NULL;
}

static AttrKind attr_kind(const char *attr)
{
    if (one_of(attr, " href src action formaction poster cite data ping manifest xlink:href ")) return ATTR_URL;
    if (one_of(attr, " style srcset imagesrcset srcdoc method ") || !strncmp(attr, "on", 2)) return ATTR_REFUSED;
    return ATTR_PLAIN;
}

static void name_add(char *name, char c)
{
    size_t n = strlen(name);
    if (n < NAME_MAX_ - 1) name[n] = (char)tolower((unsigned char)c);
}

static void attr_named(Compiler *c, const char *at)
{
    const char *attr = c->spot.attr;
    if (!strcmp(attr, "style") || !strncmp(attr, "on", 2))
        wrong(c->t, at, "%s=\"\" does nothing: the pages' policy refuses inline style and script; use a class", attr);
}

static void value_ended(Compiler *c)
{
    Spot *s = &c->spot;
    if (!strcmp(s->tag, "form") && !strcmp(s->attr, "method") && !strcmp(s->value, "post")) s->post = true;
    s->place = s->place == IN_VALUE ? AFTER_VALUE : IN_TAG;
    s->quote = 0;
}

static void tag_ended(Compiler *c, const char *at)
{
    Spot *s = &c->spot;
    s->place = IN_TEXT;
    if (!strcmp(s->tag, "pre")) s->pre += s->closing ? -1 : 1;
    if (s->closing) return;
    if (one_of(s->tag, " textarea title ")) s->place = IN_PLAIN_ONLY;
    if (one_of(s->tag, " script style ")) s->place = IN_CODE;
    if (!strcmp(s->tag, "style")) wrong(c->t, at, "<style> does nothing here: the pages' policy refuses inline style");
    if (s->post) put_plain(c, "csrf_field(rq);");
    s->post = false;
}

static bool closes(const char *p, const char *end, const char *tag)   /* p: at "</tag" */
{
    size_t n = strlen(tag);
    return (size_t)(end - p) > n + 2 && p[1] == '/' && !strncasecmp(p + 2, tag, n) && !word_char(p[n + 2]);
}

static void in_tag(Compiler *c, const char *p)
{
    Spot *s = &c->spot;
    if (blank(*p) || *p == '/') {
        s->place = IN_TAG;
    } else if (s->place == AFTER_VALUE) {
        wrong(c->t, p, "a blank is missing between attributes");
    } else {
        s->place = IN_ATTR_NAME;
        memset(s->attr, 0, sizeof s->attr);
        name_add(s->attr, *p);
    }
}

static void in_attr_name(Compiler *c, const char *p)
{
    Spot *s = &c->spot;
    if (*p == '=') {
        attr_named(c, p);
        s->place = BEFORE_VALUE;
        s->value_begun = false;
        memset(s->value, 0, sizeof s->value);
    } else if (blank(*p)) {
        s->place = AFTER_ATTR_NAME;
    } else if (s->place == AFTER_ATTR_NAME || *p == '/') {
        s->place = IN_TAG;
        in_tag(c, p);
    } else {
        name_add(s->attr, *p);
    }
}

static void in_value(Compiler *c, const char *p)
{
    Spot *s = &c->spot;
    if (s->place == BEFORE_VALUE) {
        if (blank(*p)) return;
        s->quote = *p == '"' || *p == '\'' ? *p : 0;
        s->place = s->quote ? IN_VALUE : IN_BARE_VALUE;
        if (s->quote) return;
    }
    if (s->place == IN_VALUE ? *p == s->quote : blank(*p)) {
        value_ended(c);
    } else {
        s->value_begun = true;
        name_add(s->value, *p);
    }
}

static void tag_opens(Compiler *c, const char *p, const char *end)
{
    Spot *s = &c->spot;
    if (p + 1 >= end) wrong(c->t, p, "a tag's name must be written out");
    if (p + 3 < end && !strncmp(p, "<!--", 4)) s->place = IN_REMARK;
    else if (p[1] == '!') s->place = IN_DECLARATION;
    else if (isalpha((unsigned char)p[1]) || p[1] == '/') s->place = AT_TAG_OPEN;
    else wrong(c->t, p, "write &lt; for a '<' that opens no tag");
    s->closing = p[1] == '/';
    if (s->place == AT_TAG_OPEN) memset(s->tag, 0, sizeof s->tag);
}

/* One character of markup moves the spot. */
static void markup_char(Compiler *c, const char *p, const char *end)
{
    Spot *s = &c->spot;
    bool tag_end = *p == '>';
    switch (s->place) {
    case IN_TEXT:
        if (*p == '<') tag_opens(c, p, end);
        break;
    case IN_PLAIN_ONLY: case IN_CODE:
        if (*p == '<' && closes(p, end, s->tag)) tag_opens(c, p, end);
        else if (s->place == IN_CODE && !blank(*p))
            wrong(c->t, p, "inline script does nothing here: the pages' policy refuses it; put it in a file");
        break;
    case IN_REMARK:
        if (tag_end && p[-1] == '-' && p[-2] == '-') s->place = IN_TEXT;
        break;
    case IN_DECLARATION:
        if (tag_end) s->place = IN_TEXT;
        break;
    case AT_TAG_OPEN: case IN_TAG_NAME:
        if (tag_end) tag_ended(c, p);
        else if (blank(*p) || (*p == '/' && s->place == IN_TAG_NAME)) s->place = IN_TAG;
        else if (*p != '/') s->place = IN_TAG_NAME, name_add(s->tag, *p);
        break;
    case IN_TAG: case AFTER_VALUE:
        if (tag_end) tag_ended(c, p);
        else in_tag(c, p);
        break;
    case IN_ATTR_NAME: case AFTER_ATTR_NAME:
        if (tag_end) tag_ended(c, p);
        else in_attr_name(c, p);
        break;
    case BEFORE_VALUE: case IN_BARE_VALUE:
        if (tag_end) value_ended(c), tag_ended(c, p);
        else in_value(c, p);
        break;
    case IN_VALUE:
        in_value(c, p);
        break;
    }
}

static bool may_squeeze(const Spot *s)
{
    if (s->place == IN_TEXT) return s->pre == 0;
    return s->place == IN_TAG || s->place == IN_ATTR_NAME || s->place == AFTER_VALUE;
}

static void put_markup(Compiler *c, Slice s)
{
    for (const char *p = s.p; p < s.end; p++) {
        bool squeeze = blank(*p) && may_squeeze(&c->spot);
        char *last = c->markup.n ? c->markup.p + c->markup.n - 1 : NULL;
        if (squeeze && last && blank(*last)) {
            if (*p == '\n') *last = '\n';
        } else if (!squeeze || c->begun) {
            put(&c->markup, squeeze && *p != '\n' ? " " : p, 1);
            c->begun = true;
        }
        markup_char(c, p, s.end);
    }
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static bool in_a_tag(Place p) { return p >= AT_TAG_OPEN && p != IN_VALUE; }

static void check_value_place(Compiler *c, const char *at)
{
    const Spot *s = &c->spot;
    if (s->place == IN_REMARK) wrong(c->t, at, "no value in a comment: it would be sent to everybody who looks");
    if (s->place == IN_CODE) wrong(c->t, at, "no value in <%s>: put it in a data- attribute", s->tag);
    if (s->place == BEFORE_VALUE || s->place == IN_BARE_VALUE)
        wrong(c->t, at, "an attribute with a value inside must be quoted: %s=\"…\"", s->attr);
    if (in_a_tag(s->place) || s->place == IN_DECLARATION)
        wrong(c->t, at, "a value in a tag must stand in a quoted attribute");
    if (s->place == IN_VALUE && attr_kind(s->attr) == ATTR_REFUSED) wrong(c->t, at, "no value in %s=\"\"", s->attr);
}

static void check_between_tags(Compiler *c, const char *at, const char *what)
{
    if (c->spot.place != IN_TEXT) wrong(c->t, at, "{{ %s }} stands between tags only", what);
}

static void put_value(Compiler *c, const char *at, const char *expr)
{
    check_value_place(c, at);
    bool url = c->spot.place == IN_VALUE && attr_kind(c->spot.attr) == ATTR_URL;
    const char *how = !url ? "HTML_PUT(o_, " : c->spot.value_begun ? "HTML_PUT_IN_URL(o_, " : "HTML_PUT_URL(o_, ";
    put_statement(c, at, how, expr, ");");
    c->spot.value_begun = c->begun = true;
}

/* ---- translated texts: _ "Hello {name}" name=expr, _n "{n} reply" "{n} replies" count ---------------------------- */

/* The end of an expression that another `name=` may follow: the first such word outside parentheses and texts. */
static const char *expression_end(Slice s)
{
    int depth = 0;
    for (const char *p = s.p; p < s.end; p++) {
        if (*p == '"' || *p == '\'') {
            char quote = *p++;
            while (p < s.end && *p != quote) p += *p == '\\' ? 2 : 1;
        } else if (*p == '(' || *p == '[' || *p == '{') {
            depth++;
        } else if (*p == ')' || *p == ']' || *p == '}') {
            depth--;
        } else if (!depth && blank(*p)) {
            const char *q = p + 1;
            while (q < s.end && word_char(*q)) q++;
            if (q > p + 1 && q + 1 < s.end && *q == '=' && q[1] != '=') return p;
        }
    }
    return s.end;
}

static bool text_has_place(Slice text, Slice name)
{
    for (const char *p = text.p; (p = memchr(p, '{', (size_t)(text.end - p))); p++) {
        const char *close = memchr(p, '}', (size_t)(text.end - p));
        if (close && same((Slice){ p + 1, close }, name)) return true;
    }
    return false;
}

static void check_places_filled(const Template *t, Slice text, const Slice *names, int n)
{
    for (const char *p = text.p; (p = memchr(p, '{', (size_t)(text.end - p))); p++) {
        const char *close = memchr(p, '}', (size_t)(text.end - p));
        if (!close) wrong(t, p, "'{' without '}' in a text");
        bool filled = false;
        Slice name = { p + 1, close };
        for (int i = 0; i < n; i++) filled |= same(names[i], name);
        if (!filled) wrong(t, p, "{%.*s} is not given a value: name=expression after the text", SLICE(name));
    }
}

/* The C expression (str) of a translated text; `rest` stands after _ or _n. */
static Text translated(const Template *t, Slice rest, bool plural)
{
    Text out = { 0 }, fills = { 0 };
    Slice names[ARGS_MAX + 1] = { 0 }, count = { 0 };
    int n = 0;
    Slice one = take_literal(t, &rest);
    Slice many = plural ? take_literal(t, &rest) : of("");
    if (plural) {
        rest = trim(rest);
        count = (Slice){ rest.p, expression_end(rest) };
        rest.p = count.end;
        names[n++] = of("n");
    }
    for (rest = trim(rest); rest.p < rest.end; rest = trim(rest)) {
        Slice name = take_word(&rest);
        bool named = len(name) && rest.p < rest.end && *rest.p == '=';
        if (!named) wrong(t, name.p, "after the text: name=expression");
        if (n == ARGS_MAX) wrong(t, name.p, "too many values for one text");
        if (!text_has_place(one, name) && !text_has_place(many, name))
            wrong(t, name.p, "the text has no {%.*s}", SLICE(name));
        rest.p++;
        Slice value = { rest.p, expression_end(rest) };
        addf(&fills, "{ \"%.*s\", FILL_VALUE(&rq->s, %s) }, ", SLICE(name), expression(t, value).p);
        names[n++] = name;
        rest.p = value.end;
    }
    check_places_filled(t, one, names, n);
    if (plural) check_places_filled(t, many, names, n);

    int m = message(t, one, many);
    if (fills.n) add(&out, "FILL(&rq->s, ");
    if (plural) addf(&out, "tr_n(rq->s.arena, rq->s.lang, &texts_[%d], %s)", m, expression(t, count).p);
    else addf(&out, "tr(rq->s.lang, &texts_[%d])", m);
    if (fills.n) addf(&out, ", %s)", fills.p);
    return out;
}

/* ---- if and each ------------------------------------------------------------------------------------------------- */

static Block *block_open(Compiler *c, const char *at, bool each)
{
    if (c->depth == DEPTH_MAX) wrong(c->t, at, "too deeply nested");
    if (c->spot.place == AT_TAG_OPEN) wrong(c->t, at, "a tag's name must be written out");
    if (c->spot.place == IN_ATTR_NAME || c->spot.place == IN_TAG_NAME)
        c->spot.place = AFTER_VALUE;                           /* <li{{ if x }} class="x"{{ end }}>: a blank must follow */
    if (c->spot.place == BEFORE_VALUE || c->spot.place == IN_BARE_VALUE)
        wrong(c->t, at, "an attribute with a choice inside must be quoted: %s=\"…\"", c->spot.attr);
    flush_markup(c);
    Block *b = &c->block[c->depth++];
    *b = (Block){ .each = each, .line = line_of(c->t, at), .at = c->spot };
    return b;
}

/* Every branch must end where the block began: between tags, between attributes, in the same value. */
static void branch_ends(Compiler *c, const char *at)
{
    Block *b = &c->block[c->depth - 1];
    Spot *s = &c->spot;
    bool tag_at = b->at.place == IN_TAG || b->at.place == AFTER_VALUE;
    if (tag_at && s->place == IN_ATTR_NAME) s->place = AFTER_VALUE;
    if (tag_at && s->place == AFTER_ATTR_NAME) s->place = IN_TAG;
    bool tag_now = s->place == IN_TAG || s->place == AFTER_VALUE;
    bool same = (tag_at && tag_now) || (s->place == b->at.place && (s->place != IN_VALUE || s->quote == b->at.quote));
    bool same_value = s->place != IN_VALUE || !strcmp(s->attr, b->at.attr);
    bool same_tag = s->place == IN_TEXT || !strcmp(s->tag, b->at.tag);
    if (!same || !same_value || !same_tag || s->pre != b->at.pre)
        wrong(c->t, at, "the branch that began at line %d must end in the same place of the markup", b->line);
    if (!b->any_ended) b->ended = *s;
    b->any_ended = true;
    b->ended.value_begun |= s->value_begun;
    b->ended.post |= s->post;
    if (s->place == AFTER_VALUE) b->ended.place = AFTER_VALUE;
    flush_markup(c);
}

static Block *innermost(Compiler *c, const char *at, const char *what)
{
    if (!c->depth) wrong(c->t, at, "{{ %s }} without {{ if }} or {{ each }}", what);
    return &c->block[c->depth - 1];
}

static void open_if(Compiler *c, Slice condition)
{
    block_open(c, condition.p, false);
    put_statement(c, condition.p, "if (HTML_IF(", expression(c->t, condition).p, ")) {");
}

static void open_each(Compiler *c, Slice rest, const char *at)
{
    Slice name = take_word(&rest), in = take_word(&rest);
    if (name.p == name.end || !is(in, "in")) wrong(c->t, at, "write {{ each x in rows }}");
    rest = trim(rest);
    Block *b = block_open(c, rest.p, true);
    b->rows = name;
    char *before, *loop;
    if (asprintf(&before, "{ __auto_type %.*s_rows = (", SLICE(name)) < 0) abort();
    if (asprintf(&loop, "for (ptrdiff_t %1$.*2$s_i = 0; %1$.*2$s_i < %1$.*2$s_rows.n; %1$.*2$s_i++) { "
                 "__attribute__((unused)) const __typeof__(*%1$.*2$s_rows.row) *%1$.*2$s = "
                 "&%1$.*2$s_rows.row[%1$.*2$s_i];", name.p, (int)len(name)) < 0) abort();
    put_statement(c, rest.p, before, expression(c->t, rest).p, ");");
    put_statement(c, at, loop, "", "");
}

static void otherwise(Compiler *c, Slice rest, const char *at)
{
    Block *b = innermost(c, at, "else");
    if (b->has_else) wrong(c->t, at, "a second {{ else }}");
    branch_ends(c, at);
    c->spot = b->at;
    Slice word = take_word(&rest);
    if (is(word, "if")) {
        if (b->each) wrong(c->t, at, "{{ each }} takes a plain {{ else }}");
        put_statement(c, trim(rest).p, "} else if (HTML_IF(", expression(c->t, rest).p, ")) {");
        return;
    }
    if (len(word) || trim(rest).p < rest.end) wrong(c->t, at, "{{ else }} or {{ else if expression }}");
    b->has_else = true;
    if (b->each) addf(&c_code, "} if (%.*s_rows.n <= 0) {\n", SLICE(b->rows));
    else add(&c_code, "} else {\n");
}

static void end_block(Compiler *c, const char *at)
{
    Block *b = innermost(c, at, "end");
    branch_ends(c, at);
    c->spot = b->ended;
    add(&c_code, b->each ? "} }\n" : "}\n");
    c->depth--;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

static const Template *find_template(Slice name)
{
    for (int i = 0; i < template_n; i++)
        if (same(templates[i].name, name)) return &templates[i];
    return NULL;
}

static Text c_includes;

static void include_once(const char *line)
{
    if (!c_includes.p || !strstr(c_includes.p, line)) add(&c_includes, line);
}

static void use_part(Compiler *c, Slice rest, const char *at)
{
    check_between_tags(c, at, "use");
    Slice name = take_word(&rest), module = of(prefix);
    if (rest.p < rest.end && *rest.p == '.') {
        module = name;
        rest.p++;
        name = take_word(&rest);
        Text line = { 0 };
        addf(&line, "#include \"%.*s_pages.h\"\n", SLICE(module));
        include_once(line.p);
    } else {
        const Template *known = find_template(name);
        if (known && known->kind != PART)
            wrong(c->t, name.p, "%.*s is a page; only a part can be used", SLICE(name));
        if (!known) module = of("web");
        if (!known && !strcmp(prefix, "web")) wrong(c->t, name.p, "no part is called %.*s", SLICE(name));
    }
    rest = trim(rest);
    if (!len(name) || !in_parentheses(rest)) wrong(c->t, at, "write {{ use part(arguments) }}");
    Slice arguments = trim((Slice){ rest.p + 1, rest.end - 1 });
    bool any = len(arguments) > 0;
    Text before = { 0 };
    addf(&before, "%.*s_%.*s(rq%s", SLICE(module), SLICE(name), any ? ", " : "");
    put_statement(c, any ? arguments.p : name.p, before.p, any ? expression(c->t, arguments).p : "", ");");
    c->begun = true;
}

/* ---- what a file is ---------------------------------------------------------------------------------------------- */

static void read_head(Template *t, Kind kind, Slice rest, const char *at)
{
    t->kind = kind;
    t->name = take_word(&rest);
    rest = trim(rest);
    if (kind == LAYOUT) {
        if (!is(t->name, "begin") || len(rest)) wrong(t, at, "write {{ layout begin }}");
        return;
    }
    if (!len(t->name) || !in_parentheses(rest))
        wrong(t, at, "write {{ %s name(type argument, …) }}", kind == PAGE ? "page" : "part");
    t->params = trim((Slice){ rest.p + 1, rest.end - 1 });
    if (is(t->params, "void")) t->params.end = t->params.p;
}

/* An argument of a page or a field of a struct. key: its name in JSON; mark: the word before the type. */
typedef struct Param { Slice type, name, key, mark; bool hidden, optional; } Param;

static bool next_param(const Template *t, Slice *rest, Param *ret)
{
    if (!len(*rest)) return false;
    const char *comma = rest->p;
    while (comma < rest->end && *comma != ',') comma++;
    Slice one = trim((Slice){ rest->p, comma }), after = one;
    rest->p = comma < rest->end ? comma + 1 : comma;
    *ret = (Param){ .mark = take_word(&after), .name = { one.end, one.end } };
    ret->hidden = is(ret->mark, "hidden");
    if (ret->hidden) one = trim(after);
    while (ret->name.p > one.p && word_char(ret->name.p[-1])) ret->name.p--;
    ret->type = trim((Slice){ one.p, ret->name.p });
    ret->key = ret->name;
    if (!len(ret->name) || !len(ret->type)) wrong(t, one.p, "an argument is a type and a name");
    return true;
}

static void put_signature(Text *out, const Template *t)
{
    addf(out, "%s %s_%.*s(Request *rq", t->kind == PAGE ? "Reply" : "void", prefix, SLICE(t->name));
    Param param;
    for (Slice rest = t->params; next_param(t, &rest, &param);)
        addf(out, ", %.*s%s%.*s", SLICE(param.type), param.type.end[-1] == '*' ? "" : " ", SLICE(param.name));
    add(out, ")");
}

/* ---- structs that pages show ------------------------------------------------------------------------------------- */

typedef struct View {
    const Template *t;
    const char *at;
    Slice  name, text;               /* text: the fields as they stand in the file */
    Slice  row;                      /* the type of one, when it is rows */
    Param *field;
    int    field_n;
    bool   early, put;               /* early: no include stands before it */
} View;

static View *view;
static int   view_n;

static View *find_view(Slice name)
{
    for (int i = 0; i < view_n; i++)
        if (same(view[i].name, name)) return &view[i];
    return NULL;
}

static bool is_rows(Slice type)
{
    const View *known = find_view(type);
    return known ? len(known->row) > 0 : ends_with(type, "_rows");
}

static View *add_view(const Template *t, Slice name, const char *at)
{
    const View *other = find_view(name);
    if (other) wrong(t, name.p, "%.*s stands at %s:%d already", SLICE(name), other->t->path, line_of(other->t, other->at));
    view = realloc(view, sizeof *view * (size_t)++view_n);
    if (!view) abort();
    view[view_n - 1] = (View){ .t = t, .at = at, .name = name, .early = !t->includes };
    return &view[view_n - 1];
}

static void add_field(View *v, const Param *field)
{
    v->field = realloc(v->field, sizeof *v->field * (size_t)++v->field_n);
    if (!v->field) abort();
    v->field[v->field_n - 1] = *field;
}

static const char *past_comment(const char *p, const char *end)
{
    if (end - p < 2 || p[0] != '/' || (p[1] != '*' && p[1] != '/')) return p;
    const char *close = p[1] == '*' ? "*/" : "\n";
    const char *found = memmem(p + 2, (size_t)(end - p) - 2, close, strlen(close));
    return found ? found + strlen(close) : end;
}

/* The next word or single character of C; empty at the end. */
static Slice take_token(Slice *s)
{
    const char *p;
    do {
        p = s->p;
        s->p = past_comment(trim(*s).p, s->end);
    } while (s->p != p);
    Slice token = { p, p };
    while (token.end < s->end && word_char(*token.end)) token.end++;
    if (token.end == p && p < s->end) token.end++;
    s->p = token.end;
    return token;
}

static bool is_name(Slice s) { return len(s) && word_char(*s.p) && !isdigit((unsigned char)*s.p); }

/* T, T * or const T *: the rest then begins with the name. */
static Slice take_field_type(const Template *t, Slice *rest)
{
    Slice type = take_token(rest), word = type;
    while (is(word, "const") || is(word, "struct") || is(word, "enum")) word = take_token(rest);
    if (!is_name(word)) wrong(t, type.p, "a field is a type, a name and ';'");
    type.end = word.end;
    Slice after = *rest, star = take_token(&after);
    if (is(star, "*")) type.end = star.end, *rest = after;
    return type;
}

static void take_field_names(View *v, Param *field, Slice *rest)
{
    Slice token;
    do {
        field->name = field->key = take_token(rest);
        token = take_token(rest);
        if (is(token, "as")) field->key = take_token(rest), token = take_token(rest);
        if (!is_name(field->name) || !is_name(field->key)) wrong(v->t, field->name.p, "a field is a type, a name and ';'");
        if (!is(token, ",") && !is(token, ";")) wrong(v->t, field->name.p, "';' is missing after %.*s", SLICE(field->name));
        add_field(v, field);
    } while (is(token, ","));
}

static void read_fields(View *v)
{
    Slice rest = v->text, after = rest, word = take_token(&after);
    while (len(word)) {
        Param field = { .hidden = is(word, "hidden"), .optional = is(word, "optional") };
        if (field.hidden || field.optional) field.mark = word, rest = after;
        field.type = take_field_type(v->t, &rest);
        take_field_names(v, &field, &rest);
        after = rest;
        word = take_token(&after);
    }
    if (!v->field_n) wrong(v->t, v->at, "a struct without fields");
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

/* "const struct Note *" -> Note; what remains of the type is the star. */
static Slice type_word(Slice *type)
{
    Slice word = take_word(type);
    while (is(word, "const") || is(word, "struct") || is(word, "enum")) word = take_word(type);
    *type = trim(*type);
    return word;
}

static const struct { const char *type, *writer, *part; } json_plain[] = {
    { "str", "json_str", "" },        { "Url", "json_str", ".s" },      { "Html", "json_str", ".s" },
    { "bool", "json_bool", "" },      { "double", "json_real", "" },    { "int", "json_int", "" },
    { "int32_t", "json_int", "" },    { "int64_t", "json_int", "" },    { "ptrdiff_t", "json_int", "" },
};

/* The writer of one value, by its declared type. Types that are not known have a writer of their own: T_json.
 * before: its first arguments, "j, S(\"key\")". */
static void put_json_value(Text *out, Slice word, bool pointer, bool id, const char *before, const char *value)
{
    if (pointer && is(word, "char")) addf(out, "json_str(%s, str_from(%s));", before, value);
    else if (pointer)
        addf(out, "if (%3$s) %1$.*2$s_json(%4$s, %3$s); else json_null(%4$s);", word.p, (int)len(word), value, before);
    if (pointer) return;
    for (size_t i = 0; i < sizeof json_plain / sizeof *json_plain; i++) {
        if (!is(word, json_plain[i].type)) continue;
        bool as_id = id && is(word, "int64_t");
        addf(out, "%s(%s, %s%s);", as_id ? "json_id" : json_plain[i].writer, before, value, json_plain[i].part);
        return;
    }
    addf(out, "%1$.*2$s_json(%3$s, JSON_ARG(%1$.*2$s, %4$s));", word.p, (int)len(word), before, value);
}

/* json: the Json *; from: what stands before the name, "v->". */
static void put_json(Text *out, const Template *t, const Param *param, const char *json, const char *from)
{
    Slice rest = param->type, word = type_word(&rest);
    if (len(rest) && !is(rest, "*") && !is(rest, "*const"))
        wrong(t, param->type.p, "what JSON shows is T, T * or const T *; mark others hidden");
    bool id = is(param->name, "id") || ends_with(param->name, "_id");
    Text before = { 0 }, value = { 0 };
    addf(&before, "%s, S(\"%.*s\")", json, SLICE(param->key));
    addf(&value, "%s%.*s", from, SLICE(param->name));
    put_line_directive(out, t->path, line_of(t, param->name.p));
    add(out, "        ");
    if (param->optional) addf(out, "if (HTML_IF(%s%s)) { ", value.p, is_rows(word) ? ".n" : "");
    put_json_value(out, word, len(rest) > 0, id, before.p, value.p);
    add(out, param->optional ? " }\n" : "\n");
}

static void put_rows_json(const View *v)
{
    add(&c_code, "    json_array(j, key);\n");
    put_line_directive(&c_code, v->t->path, line_of(v->t, v->at));
    add(&c_code, "    for (ptrdiff_t i = 0; i < v->n; i++) { ");
    put_json_value(&c_code, v->row, false, false, "j, S(\"\")", "v->row[i]");
    add(&c_code, " }\n" BACK "    json_array_end(j);\n}\n");
}

static void put_view_json(const View *v)
{
    add(&c_code, "\n");
    put_line_directive(&c_code, v->t->path, line_of(v->t, v->at));
    addf(&c_code, "void %1$.*2$s_json(Json *j, str key, const %1$.*2$s *v)\n{\n", v->name.p, (int)len(v->name));
    if (len(v->row)) {
        put_rows_json(v);
        return;
    }
    add(&c_code, "    json_object(j, key);\n");
    for (int i = 0; i < v->field_n; i++)
        if (!v->field[i].hidden) put_json(&c_code, v->t, &v->field[i], "j", "v->");
    add(&c_code, BACK "    json_object_end(j);\n}\n");
}

static void put_page_json(const Template *t)
{
    Param param;
    add(&c_code, BACK "    if (rq->wants_json) {\n        Json j_ = json_to(&rq->out);\n");
    add(&c_code, "        json_object(&j_, S(\"\"));\n");
    for (Slice rest = t->params; next_param(t, &rest, &param);)
        if (!param.hidden) put_json(&c_code, t, &param, "&j_", "");
    add(&c_code, BACK "        json_object_end(&j_);\n        return page_json(rq, &j_);\n    }\n");
}

/* ---- the types of structs ---------------------------------------------------------------------------------------- */

/* The words that are not C become blanks, so that the compiler sees the rest at its line and column. */
static void blank_out(char *copy, Slice text, Slice words)
{
    for (const char *p = words.p; p < words.end; p++)
        if (!blank(*p)) copy[p - text.p] = ' ';
}

static void put_fields(Text *out, const View *v)
{
    size_t from = out->n;
    put(out, v->text.p, len(v->text));
    for (int i = 0; i < v->field_n; i++) {
        const Param *f = &v->field[i];
        blank_out(out->p + from, v->text, f->mark);
        if (f->key.p != f->name.p) blank_out(out->p + from, v->text, (Slice){ f->name.end, f->key.end });
    }
}

/* A struct stands after those that it holds. Rows of our own need no more than a name. */
static void put_view(View *v)
{
    if (v->put) return;
    v->put = true;
    for (int i = 0; i < v->field_n; i++) {
        Slice rest = v->field[i].type;
        View *held = find_view(type_word(&rest));
        if (held && !len(rest)) put_view(held);
    }
    bool rows = len(v->row) > 0;
    Text *out = v->early || (rows && find_view(v->row)) ? &views : &h_code;
    put_line_directive(out, v->t->path, line_of(v->t, rows ? v->at : v->text.p));
    addf(out, "struct %.*s {", SLICE(v->name));
    if (rows) addf(out, " %.*s *row; ptrdiff_t n; ", SLICE(v->row));
    else put_fields(out, v);
    add(out, "};\n" BACK);
}

static void put_views(void)
{
    for (int i = 0; i < view_n; i++) {
        put_line_directive(&views, view[i].t->path, line_of(view[i].t, view[i].at));
        addf(&views, "typedef struct %1$.*2$s %1$.*2$s; void %1$.*2$s_json(Json *j, str key, const %1$.*2$s *v);\n",
             view[i].name.p, (int)len(view[i].name));
    }
    add(&views, BACK);
    for (int i = 0; i < view_n; i++) put_view(&view[i]);
    for (int i = 0; i < view_n; i++) put_view_json(&view[i]);
}

/* ---- a page's function ------------------------------------------------------------------------------------------- */

static void begin_function(const Template *t, const char *at)
{
    Text signature = { 0 };
    if (t->kind == LAYOUT) add(&signature, "void layout_begin(Request *rq)");
    else put_signature(&signature, t);
    put_line_directive(&h_code, t->path, line_of(t, at));
    addf(&h_code, "%s;\n", signature.p);
    if (t->kind == LAYOUT) add(&h_code, "void layout_end(Request *rq);\n");
    add(&h_code, BACK);
    add(&c_code, "\n");
    put_line_directive(&c_code, t->path, line_of(t, at));
    addf(&c_code, "%s\n{\n", signature.p);
    add(&c_code, OUT_VARIABLE);
    if (t->kind == PAGE) put_page_json(t);
}

static void check_complete(Compiler *c, const char *at)
{
    if (c->depth) {
        fprintf(stderr, "%s:%d: error: this {{ %s }} is never ended\n", c->t->path, c->block[c->depth - 1].line,
                c->block[c->depth - 1].each ? "each" : "if");
        exit(1);
    }
    if (c->spot.place != IN_TEXT) wrong(c->t, at, "the markup ends inside <%s>", c->spot.tag);
}

static void trim_markup_end(Compiler *c)
{
    while (c->markup.n && blank(c->markup.p[c->markup.n - 1])) c->markup.n--;
}

static void layout_content(Compiler *c, const char *at)
{
    if (c->t->kind != LAYOUT || c->content_seen) wrong(c->t, at, "{{ content }} stands once, in a layout");
    check_complete(c, at);
    c->content_seen = true;
    flush_markup(c);
    add(&c_code, "}\n\n" BACK "void layout_end(Request *rq)\n{\n" OUT_VARIABLE);
}

static void set_title(Compiler *c, Slice rest, const char *at)
{
    if (c->t->kind != PAGE || c->titled || c->begun)
        wrong(c->t, at, "{{ title }} stands once, in a page, before its markup");
    Slice after = rest, word = take_word(&after);
    bool one = is(word, "_"), plural = is(word, "_n"), call = after.p < after.end && *after.p == '(';
    Text value = (one || plural) && !call ? translated(c->t, after, plural) : expression(c->t, rest);
    put_statement(c, trim(rest).p, "rq->title = ", value.p, ";");
    add(&c_code, BACK "    page_begin(rq);\n");
    c->titled = true;
}

static void end_function(Compiler *c)
{
    const Template *t = c->t;
    check_complete(c, t->all.end);
    trim_markup_end(c);
    flush_markup(c);
    if (t->kind == LAYOUT && !c->content_seen) wrong(t, t->all.end, "the layout has no {{ content }}");
    if (t->kind == PAGE && !c->titled) wrong(t, t->name.p, "a page needs a {{ title }}");
    add(&c_code, t->kind == PAGE ? BACK "    return page_end(rq);\n}\n" : "}\n" BACK);
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

typedef enum Command {
    C_VALUE, C_PAGE, C_PART, C_LAYOUT, C_INCLUDE, C_STRUCT, C_ROWS, C_TITLE, C_CONTENT, C_REMARK, C_IF, C_ELSE, C_EACH, C_END,
    C_RAW, C_USE, C_TEXT, C_TEXT_N,
} Command;

/* A command's name may also be a variable's: {{ title }} is a value, {{ title "x" }} sets the title. */
static Command command_of(Slice body, Slice *ret_rest)
{
    static const struct { const char *word; Command command; bool alone; } words[] = {
        { "page", C_PAGE, false }, { "part", C_PART, false }, { "layout", C_LAYOUT, false },
        { "include", C_INCLUDE, false }, { "struct", C_STRUCT, false }, { "rows", C_ROWS, false }, { "title", C_TITLE, false }, { "content", C_CONTENT, true },
        { "if", C_IF, false }, { "else", C_ELSE, true }, { "each", C_EACH, false }, { "end", C_END, true },
        { "raw", C_RAW, false }, { "use", C_USE, false }, { "_", C_TEXT, false }, { "_n", C_TEXT_N, false },
    };
    body = trim(body);
    if (len(body) >= 2 && !memcmp(body.p, "--", 2)) return C_REMARK;
    Slice rest = body, word = take_word(&rest), after = trim(rest);
    *ret_rest = after;
    bool parted = rest.p < rest.end && (blank(*rest.p) || is(word, "if"));
    bool operand = len(after) && (word_char(*after.p) || strchr("\"(*&!-+~'", *after.p));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!is(word, words[i].word)) continue;
        if (words[i].command == C_ELSE) return C_ELSE;
        if (words[i].alone ? !len(after) : parted && operand) return words[i].command;
    }
    return C_VALUE;
}

static bool is_control(Command k) { return k >= C_PAGE && k <= C_END; }

/* The "}}" that ends the command opened at `open`; texts inside are stepped over. */
static const char *command_end(const Template *t, const char *open)
{
    const char *p = open + 2;
    while (p < t->all.end && blank(*p)) p++;
    bool remark = t->all.end - p >= 2 && !memcmp(p, "--", 2);
    for (; p + 1 < t->all.end; p++) {
        if (p[0] == '}' && p[1] == '}') return p;
        if (p[0] == '{' && p[1] == '{' && !remark) break;
        if (!remark && (*p == '"' || *p == '\'')) {
            char quote = *p++;
            while (p < t->all.end && *p != quote && *p != '\n') p += *p == '\\' ? 2 : 1;
        }
    }
    wrong(t, open, "this {{ is not closed");
}

static const char *find_open(const char *p, const char *end)
{
    for (; p + 1 < end; p++)
        if (p[0] == '{' && p[1] == '{') return p;
    return end;
}

/* A line with nothing but control commands is not there: returns the end of that line (after the newline), or NULL. */
static const char *control_line_end(const Template *t, const char *open, const char *written_until)
{
    const char *p = open;
    while (p > written_until && (p[-1] == ' ' || p[-1] == '\t')) p--;
    if (p > t->all.p && p[-1] != '\n' && p == written_until) return NULL;
    if (p > written_until && p[-1] != '\n') return NULL;
    for (p = open; p < t->all.end; p++) {
        if (*p == '\n') return p + 1;
        if (*p == ' ' || *p == '\t' || *p == '\r') continue;
        if (t->all.end - p < 2 || p[0] != '{' || p[1] != '{') return NULL;
        const char *close = command_end(t, p);
        Slice rest;
        if (!is_control(command_of((Slice){ p + 2, close }, &rest))) return NULL;
        p = close + 1;
    }
    return t->all.end;
}

static void run_command(Compiler *c, Command command, Slice body, Slice rest, const char *at)
{
    const Template *t = c->t;
    bool of_head = at == t->head || command == C_REMARK;
    if (command >= C_PAGE && command <= C_LAYOUT && !of_head) wrong(t, at, "a file holds one page, part or layout");
    if (command >= C_INCLUDE && command <= C_ROWS) wrong(t, at, "this comes before page or part");
    if (t->kind == PAGE && !c->titled && !of_head && command != C_TITLE) wrong(t, at, "{{ title }} comes first");
    switch (command) {
    case C_PAGE: case C_PART: case C_LAYOUT: begin_function(t, at); break;
    case C_INCLUDE: case C_STRUCT: case C_ROWS: case C_REMARK: break;
    case C_TITLE:   set_title(c, rest, at); break;
    case C_CONTENT: layout_content(c, at); break;
    case C_IF:      open_if(c, rest); break;
    case C_ELSE:    otherwise(c, rest, at); break;
    case C_EACH:    open_each(c, rest, at); break;
    case C_END:     end_block(c, at); break;
    case C_USE:     use_part(c, rest, at); break;
    case C_TEXT:    put_value(c, rest.p, translated(t, rest, false).p); break;
    case C_TEXT_N:  put_value(c, rest.p, translated(t, rest, true).p); break;
    case C_VALUE:   put_value(c, trim(body).p, expression(t, body).p); break;
    case C_RAW:
        check_between_tags(c, at, "raw");
        put_statement(c, rest.p, "HTML_RAW(o_, ", expression(t, rest).p, ");");
        c->begun = true;
        break;
    }
}

static void check_title_first(Compiler *c, Slice markup)
{
    markup = trim(markup);
    if (len(markup) && c->t->kind == PAGE && !c->titled) wrong(c->t, markup.p, "{{ title }} comes before any markup");
}

static void compile(const Template *t)
{
    Compiler c = { .t = t };
    const char *p = t->head;
    while (p < t->all.end) {
        const char *open = find_open(p, t->all.end), *text_end = open, *line_end = NULL;
        Slice rest = { 0 };
        if (open < t->all.end) line_end = control_line_end(t, open, p);
        if (line_end) while (text_end > p && (text_end[-1] == ' ' || text_end[-1] == '\t')) text_end--;
        check_title_first(&c, (Slice){ p, text_end });
        put_markup(&c, (Slice){ p, text_end });
        if (open == t->all.end) break;
        do {
            const char *close = command_end(t, open);
            Slice body = { open + 2, close };
            Command command = command_of(body, &rest);
            run_command(&c, command, body, rest, open);
            p = close + 2;
            open = find_open(p, t->all.end);
        } while (line_end && open < line_end);
        if (line_end) p = line_end;
        while (line_end && !c.spot.pre && p < t->all.end && (*p == ' ' || *p == '\t')) p++;
    }
    end_function(&c);
}

/* ---- first pass: what each file is and declares, so that parts and structs are known before they are used -------- */

static const char *fields_end(const Template *t, const char *p, const char *at)
{
    Slice rest;
    while (p < t->all.end && find_open(p, p + 2) != p) {
        const char *after = past_comment(p, t->all.end);
        p = after > p ? after : p + 1;
    }
    if (p == t->all.end || command_of((Slice){ p + 2, command_end(t, p) }, &rest) != C_END)
        wrong(t, at, "this {{ struct }} is never ended");
    return p;
}

/* p: where the fields begin; what is returned stands after {{ end }}. */
static const char *read_struct(const Template *t, Slice rest, const char *at, const char *p)
{
    Slice name = take_word(&rest);
    if (!is_name(name) || len(trim(rest))) wrong(t, at, "write {{ struct Name }}, its fields, {{ end }}");
    const char *end = fields_end(t, p, at);
    View *v = add_view(t, name, at);
    v->text = (Slice){ p, end };
    read_fields(v);
    return command_end(t, end) + 2;
}

static void read_rows(const Template *t, Slice rest, const char *at)
{
    Slice name = take_word(&rest), word = take_word(&rest), row = take_word(&rest);
    if (!is_name(name) || !is(word, "of") || !is_name(row) || len(trim(rest))) wrong(t, at, "write {{ rows Names of Name }}");
    add_view(t, name, at)->row = row;
}

static void read_include(Template *t, Slice rest, const char *at)
{
    Slice file = take_literal(t, &rest);
    t->includes = true;
    put_line_directive(&h_code, t->path, line_of(t, at));
    addf(&h_code, "#include %.*s\n" BACK, SLICE(file));
}

/* One command before page or part, and page or part itself; p and what is returned stand behind it. */
static const char *read_command(Template *t, Command command, Slice rest, const char *p)
{
    switch (command) {
    case C_PAGE:    read_head(t, PAGE, rest, t->head); break;
    case C_PART:    read_head(t, PART, rest, t->head); break;
    case C_LAYOUT:  read_head(t, LAYOUT, rest, t->head); break;
    case C_INCLUDE: read_include(t, rest, t->head); break;
    case C_STRUCT:  return read_struct(t, rest, t->head, p);
    case C_ROWS:    read_rows(t, rest, t->head); break;
    case C_REMARK:  break;
    default: wrong(t, t->head, "a file begins with {{ page … }}, {{ part … }} or {{ layout begin }}");
    }
    return p;
}

static void read_template(Template *t)
{
    for (const char *p = t->all.p; !t->kind;) {
        t->head = trim((Slice){ p, t->all.end }).p;
        bool command = t->head < t->all.end && find_open(t->head, t->head + 2) == t->head;
        const char *close = command ? command_end(t, t->head) : t->head;
        Slice rest = { 0 }, body = { t->head + 2, close };
        p = read_command(t, command ? command_of(body, &rest) : C_VALUE, rest, close + 2);
    }
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static Slice read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    Text text = { 0 };
    char chunk[65536];
    size_t n;
    if (!f) { perror(path); exit(1); }
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0) put(&text, chunk, n);
    fclose(f);
    put(&text, "", 0);
    return (Slice){ text.p, text.p + text.n };
}

static void write_file(const char *dir, const char *ending, const Text *text)
{
    char *name, *path;
    if (asprintf(&name, "%s%s", prefix, ending) < 0 || asprintf(&path, "%s/%s", dir, name) < 0) abort();
    FILE *f = fopen(path, "wb");
    if (!f) { perror(path); exit(1); }
    int line = 1;
    for (size_t i = 0; i < text->n; i++) {
        if (text->p[i] == BACK[0]) fprintf(f, "#line %d \"%s\"", line + 1, name);
        else fputc(text->p[i], f);
        line += text->p[i] == '\n';
    }
    if (fclose(f) != 0) { perror(path); exit(1); }
}

static void put_made_by(Text *out, const char *ending)
{
    addf(out, "/* %s%s - made by tmplgen; change these instead:\n", prefix, ending);
    for (int i = 0; i < template_n; i++) addf(out, " *   %s\n", templates[i].path);
    add(out, " */\n");
}

static Text catalogue(void)
{
    Text pot = { 0 };
    add(&pot, "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n");
    for (int i = 0; i < message_n; i++) {
        const Message *m = &messages[i];
        addf(&pot, "\n%smsgid %.*s\n", m->places.p, SLICE(m->one));
        if (len(m->many)) addf(&pot, "msgid_plural %.*s\n", SLICE(m->many));
        add(&pot, len(m->many) ? "msgstr[0] \"\"\nmsgstr[1] \"\"\n" : "msgstr \"\"\n");
    }
    return pot;
}

static Text whole_views(void)
{
    Text v = { 0 };
    put_made_by(&v, "_views.h");
    add(&v, "#pragma once\n#include \"base/json.h\"\n\n");
    if (views.n) put(&v, views.p, views.n);
    return v;
}

static Text whole_h(void)
{
    Text h = { 0 };
    put_made_by(&h, "_pages.h");
    addf(&h, "#pragma once\n#include \"%s_views.h\"\n#include \"web/web.h\"\n", prefix);
    if (h_code.n) put(&h, h_code.p, h_code.n);
    add(&h, "\n/* All the markup, for the shared compression dictionary. */\n");
    addf(&h, "extern const str %s_pages_literals;\n", prefix);
    return h;
}

static Text whole_c(void)
{
    Text c = { 0 };
    put_made_by(&c, "_pages.c");
    addf(&c, "#include \"%s_pages.h\"\n%s", prefix, c_includes.p ? c_includes.p : "");
    if (message_n) add(&c, "\nstatic Msg texts_[] = {\n");
    for (int i = 0; i < message_n; i++) {
        const Message *m = &messages[i];
        addf(&c, "    { .id = %.*s%s%.*s },\n", SLICE(m->one), len(m->many) ? ", .many = " : "",
             SLICE(m->many));
    }
    if (message_n) add(&c, "};\n");
    if (c_code.n) put(&c, c_code.p, c_code.n);
    addf(&c, "\n" BACK "const str %s_pages_literals = S(", prefix);
    put_literal(&c, literals.p, literals.n);
    add(&c, ");\n");
    return c;
}

static void read_templates(char **paths, int n)
{
    template_n = n;
    templates = calloc((size_t)n, sizeof *templates);
    if (!templates) abort();
    for (int i = 0; i < n; i++) {
        Template *t = &templates[i];
        *t = (Template){ .path = paths[i], .all = read_file(paths[i]) };
        read_template(t);
        for (int k = 0; k < i; k++)
            if (same(templates[k].name, t->name)) wrong(t, t->name.p, "%s has the same name", templates[k].path);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "tmplgen OUTDIR PREFIX FILE.html...\n");
        return 2;
    }
    prefix = argv[2];
    read_templates(argv + 3, argc - 3);
    put_views();
    for (int i = 0; i < template_n; i++) compile(&templates[i]);
    Text v = whole_views(), h = whole_h(), c = whole_c(), pot = catalogue();
    write_file(argv[1], "_views.h", &v);
    write_file(argv[1], "_pages.h", &h);
    write_file(argv[1], "_pages.c", &c);
    write_file(argv[1], ".pot", &pot);
    return 0;
}
