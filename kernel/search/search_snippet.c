/* search_snippet - some lines around the first word that was found, with all that were found in them marked. */
#include "html/html.h"
#include "search/search_own.h"

enum { BEFORE_CHARS = 50, SNIPPET_CHARS = 200, MARKS_MAX = 40, LOOK_BYTES_MAX = 32 * 1024 };

typedef struct Range { ptrdiff_t from, to; } Range;
typedef struct Marks { const Terms *terms; Range mark[MARKS_MAX]; int n; } Marks;

/* Stops when the snippet is full: marks beyond its end are not needed. Pairs that overlap become one mark. */
static bool note(void *self, const Word *w)
{
    Marks *m = self;
    if (m->n > 0 && w->from - m->mark[0].from > 4 * SNIPPET_CHARS) return false;
    if (!search_fits(m->terms, w)) return true;
    Range *last = m->n > 0 ? &m->mark[m->n - 1] : NULL;
    if (last && w->from <= last->to) {
        if (w->to > last->to) last->to = w->to;
        return true;
    }
    if (m->n == MARKS_MAX) return false;
    m->mark[m->n++] = (Range){ w->from, w->to };
    return true;
}

static bool is_inside_char(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Some characters back, and then on to where a word begins. */
static ptrdiff_t begin_before(str text, ptrdiff_t at)
{
    ptrdiff_t i = at;
    for (int chars = 0; i > 0 && chars < BEFORE_CHARS; chars++) {
        i--;
        while (i > 0 && is_inside_char(text.p[i])) i--;
    }
    if (i == 0) return 0;
    for (ptrdiff_t k = i; k < at; k++)
        if (text.p[k] == ' ' || text.p[k] == '\n') return k + 1;
    return i;
}

static ptrdiff_t end_after(str text, ptrdiff_t from)
{
    ptrdiff_t i = from, blank = 0;
    for (int chars = 0; i < text.n && chars < SNIPPET_CHARS; chars++) {
        if (text.p[i] == ' ' || text.p[i] == '\n') blank = i;
        i++;
        while (i < text.n && is_inside_char(text.p[i])) i++;
    }
    return i < text.n && blank > from + (i - from) / 2 ? blank : i;
}

/* Lines become one line. */
static void put(Out *o, str piece)
{
    while (piece.n > 0) {
        str_pair cut = str_cut(piece, '\n');
        html_text(o, cut.head);
        if (cut.found) out_char(o, ' ');
        piece = cut.tail;
    }
}

static void put_marked(Out *o, str text, Range shown, const Marks *m)
{
    ptrdiff_t at = shown.from;
    for (int i = 0; i < m->n && m->mark[i].from < shown.to; i++) {
        Range r = m->mark[i];
        if (r.from < at) continue;
        if (r.to > shown.to) r.to = shown.to;
        put(o, str_slice(text, at, r.from));
        out_lit(o, "<mark>");
        put(o, str_slice(text, r.from, r.to));
        out_lit(o, "</mark>");
        at = r.to;
    }
    put(o, str_slice(text, at, shown.to));
}

Html search_snippet(Arena *keep, str text, const Terms *t)
{
    Marks m = { .terms = t };
    Out o;
    text = str_trim(text);
    out_init(&o, keep, 16 * SNIPPET_CHARS);
    {
        SCRATCH(tmp, keep);
        str looked_at = str_slice(text, 0, LOOK_BYTES_MAX);
        search_each_word(&tmp, looked_at, false, note, &m);
    }
    Range shown = { m.n > 0 ? begin_before(text, m.mark[0].from) : 0, 0 };
    shown.to = end_after(text, shown.from);
    if (shown.from > 0) out_lit(&o, "… ");
    put_marked(&o, text, shown, &m);
    if (shown.to < text.n) out_lit(&o, " …");
    return (Html){ out_text(&o) };
}
