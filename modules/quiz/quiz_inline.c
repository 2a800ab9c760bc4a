/* quiz_inline - the little markup a question may carry: **bold**, *stressed*, `as typed`, and line breaks.
 *
 * Rule     whatever comes in, only text goes out, in <strong>, <em>, <code> and <br>, each closed inside the one it
 *          was opened in.
 *
 * A star opens only where a word begins (not after an ASCII letter or digit, so that 3*4*5 is left alone, and not before
 * a blank) and closes only after something that is not a blank. A backslash takes the meaning from a star, a backtick or
 * a backslash. */
#include "html/html.h"
#include "quiz_own.h"

enum { INLINE_DEPTH_MAX = 4 };

typedef struct Mark { str mark, open, close; } Mark;
static const Mark marks[] = {          /* ** stands before *, so that the longer one is seen first */
    { S("**"), S("<strong>"), S("</strong>") },
    { S("*"),  S("<em>"),     S("</em>") },
    { S("`"),  S("<code>"),   S("</code>") },
};
enum { MARK_STRONG, MARK_EM, MARK_CODE, MARKS };

static bool is_blank(char c) { return c == ' ' || c == '\n'; }

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_escape(str s, ptrdiff_t i)
{
    return s.p[i] == '\\' && i + 1 < s.n && (s.p[i + 1] == '*' || s.p[i + 1] == '`' || s.p[i + 1] == '\\');
}

static bool stands(str s, ptrdiff_t i, str mark)
{
    return i + mark.n <= s.n && memcmp(s.p + i, mark.p, (size_t)mark.n) == 0;
}

static int opening(str s, ptrdiff_t i)
{
    if (i > 0 && is_word(s.p[i - 1])) return -1;
    for (int m = 0; m < MARKS; m++) {
        if (!stands(s, i, marks[m].mark)) continue;
        ptrdiff_t next = i + marks[m].mark.n;
        return next < s.n && (m == MARK_CODE || !is_blank(s.p[next])) ? m : -1;
    }
    return -1;
}

/* Where the mark whose inside begins at `from` closes; -1: nowhere. */
static ptrdiff_t closing(str s, ptrdiff_t from, int m)
{
    for (ptrdiff_t i = from; i < s.n; i++) {
        if (m != MARK_CODE && is_escape(s, i)) { i++; continue; }
        if (m == MARK_EM && stands(s, i, marks[MARK_STRONG].mark)) { i++; continue; }
        if (i == from || !stands(s, i, marks[m].mark)) continue;
        if (m != MARK_CODE && is_blank(s.p[i - 1])) continue;
        return m == MARK_STRONG && stands(s, i, S("***")) ? i + 1 : i;    /* **a *b***: the inner one closes first */
    }
    return -1;
}

static void put_text(Out *out, str s, QuizMarkup markup)
{
    for (str_pair line = str_cut(s, '\n');; line = str_cut(line.tail, '\n')) {
        html_text(out, line.head);
        if (!line.found) return;
        if (markup == QUIZ_BARE) out_char(out, ' ');
        else out_lit(out, "<br>");
    }
}

static void put_marked(Out *out, str s, QuizMarkup markup, int depth)
{
    bool hopeless[MARKS] = { 0 };    /* no closing mark ahead: looked for once, not at every star */
    ptrdiff_t waiting = 0, i = 0;    /* text from `waiting` to i is not written yet */
    while (i < s.n) {
        if (is_escape(s, i)) {
            put_text(out, str_slice(s, waiting, i), markup);
            waiting = i + 1;
            i += 2;
            continue;
        }
        int m = depth < INLINE_DEPTH_MAX ? opening(s, i) : -1;
        ptrdiff_t inside = m < 0 ? 0 : i + marks[m].mark.n;
        ptrdiff_t end = m < 0 || hopeless[m] ? -1 : closing(s, inside, m);
        if (end < 0) {
            if (m >= 0) hopeless[m] = true;
            i = m < 0 ? i + 1 : inside;
            continue;
        }
        put_text(out, str_slice(s, waiting, i), markup);
        if (markup == QUIZ_TAGS) out_str(out, marks[m].open);
        if (m == MARK_CODE) put_text(out, str_slice(s, inside, end), markup);
        else put_marked(out, str_slice(s, inside, end), markup, depth + 1);
        if (markup == QUIZ_TAGS) out_str(out, marks[m].close);
        waiting = i = end + marks[m].mark.n;
    }
    put_text(out, str_slice(s, waiting, s.n), markup);
}

Html quiz_inline(Arena *keep, str text, QuizMarkup markup)
{
    if (!text.n) return (Html){ { 0 } };
    Out out;
    out_init(&out, keep, text.n + 32);
    if (markup == QUIZ_LITERAL) put_text(&out, text, markup);
    else put_marked(&out, text, markup, 0);
    return (Html){ out_text(&out) };
}
