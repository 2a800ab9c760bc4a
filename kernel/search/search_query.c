/* search_query - what was typed, as terms, and as each engine wants to be asked.
 *
 * Every word must fit; the last one, and a character that stands alone, may be a beginning. A word that was typed with
 * its marks also finds what is written without; what is written the same way counts twice and comes first.
 *
 * Terms hold letters, marks and digits and nothing else, so nothing that is typed can be taken for a sign of the
 * engines'. */
#include "search/search_own.h"

enum { TERM_BYTES_MAX = 512, ROOM_BYTES = TERMS_MAX * 2 * TERM_BYTES_MAX };

typedef struct Collecting { Terms terms; Out room; } Collecting;

static str keep_in(Out *room, str s)
{
    str kept = { room->p + room->n, s.n };
    out_str(room, s);
    return kept;
}

/* Words after the last that fits are not asked for. A part of a run never stands alone at the end, for its first part
 * is there. */
static bool collect(void *self, const Word *w)
{
    Collecting *c = self;
    Terms *t = &c->terms;
    if (t->n == TERMS_MAX || c->room.cap - c->room.n < w->exact.n + w->bare.n) return false;
    t->term[t->n++] = (Term){ .exact = keep_in(&c->room, w->exact), .bare = keep_in(&c->room, w->bare), .glued = w->glued,
                              .beginning = w->single };
    return true;
}

Terms search_terms(Arena *keep, str typed)
{
    Collecting c = { .terms.n = 0 };
    ptrdiff_t end = typed.n < TYPED_BYTES_MAX ? typed.n : TYPED_BYTES_MAX;
    out_init(&c.room, keep, ROOM_BYTES);
    str text = search_nfc(keep, str_slice(typed, 0, end));
    search_each_word(keep, text, true, collect, &c);
    if (c.terms.n > 0) c.terms.term[c.terms.n - 1].beginning = true;
    return c.terms;
}

bool search_fits(const Terms *t, const Word *w)
{
    for (int i = 0; i < t->n; i++) {
        const Term *m = &t->term[i];
        if (str_eq(w->bare, m->bare) || (m->beginning && str_starts(w->bare, m->bare))) return true;
    }
    return false;
}

/* The run of glued terms that begins at i ends before the returned one. */
static int group_end(const Terms *t, int i)
{
    do i++; while (i < t->n && t->term[i].glued);
    return i;
}

/* ---- FTS5 (sqlite.org/fts5.html, section 3): "word", "a phrase", "word" *, AND, OR ------------------------------- */

static void fts5_group(Out *o, const Terms *t, int from, int to)
{
    const Term *last = &t->term[to - 1];
    out_char(o, '"');
    for (int i = from; i < to; i++) {
        if (i > from) out_char(o, ' ');
        out_str(o, t->term[i].bare);
    }
    out_str(o, last->beginning ? S("\" *") : S("\""));
    if (str_eq(last->exact, last->bare)) return;
    out_lit(o, " OR \"");
    out_str(o, last->exact);
    out_str(o, last->beginning ? S("\" *") : S("\""));
}

str search_fts5(Arena *keep, const Terms *t)
{
    Out o;
    out_init(&o, keep, 256);
    for (int i = 0, next; i < t->n; i = next) {
        next = group_end(t, i);
        out_str(&o, i ? S(" AND (") : S("("));
        fts5_group(&o, t, i, next);
        out_char(&o, ')');
    }
    return out_text(&o);
}

/* ---- PostgreSQL (documentation, 8.11.2 tsquery): 'word', 'word':*, <->, &, | ------------------------------------- */

static void lexeme(Out *o, str word, bool beginning)
{
    out_char(o, '\'');
    out_str(o, word);
    out_str(o, beginning ? S("':*") : S("'"));
}

static void tsquery_group(Out *o, const Terms *t, int from, int to)
{
    const Term *last = &t->term[to - 1];
    for (int i = from; i < to; i++) {
        if (i > from) out_lit(o, " <-> ");
        lexeme(o, t->term[i].bare, t->term[i].beginning);
    }
    if (str_eq(last->exact, last->bare)) return;
    out_lit(o, " | ");
    lexeme(o, last->exact, last->beginning);
}

str search_tsquery(Arena *keep, const Terms *t)
{
    Out o;
    out_init(&o, keep, 256);
    for (int i = 0, next; i < t->n; i = next) {
        next = group_end(t, i);
        out_str(&o, i ? S(" & (") : S("("));
        tsquery_group(&o, t, i, next);
        out_char(&o, ')');
    }
    return out_text(&o);
}
