/* quiz_pack - a question as it is kept: one text that is read back by walking over it.
 *
 * A lesson page shows all questions of a set to everybody who learns, so they are stored as the page needs them, markup
 * made, and unpacked without copying or parsing anything but lengths: "5:hello,". A text does for both engines and a
 * person can read it in the table. The order of the fields is the order of the calls below, in both functions. */
#include "quiz_own.h"

#include <float.h>

void quiz_pack_str(Out *out, str s)
{
    out_int(out, s.n);
    out_char(out, ':');
    out_str(out, s);
    out_char(out, ',');
}

static void pack_int(Out *out, int64_t v)
{
    out_int(out, v);
    out_char(out, ',');
}

/* As hexadecimal, so that it comes back as the same number to the last bit. */
static void pack_real(Out *out, double v) { out_fmt(out, "%a,", v); }

/* Digits up to `end`, in one pass: a page of questions is some five hundred of these. */
static bool take_number(str *packed, char end, int64_t *ret)
{
    bool minus = packed->n && packed->p[0] == '-';
    ptrdiff_t i = minus;
    uint64_t v = 0;
    for (; i < packed->n && i < 20 && packed->p[i] >= '0' && packed->p[i] <= '9'; i++)
        v = v * 10 + (uint64_t)(packed->p[i] - '0');
    if (i == minus || i == packed->n || packed->p[i] != end || v > INT64_MAX) return false;
    *ret = minus ? -(int64_t)v : (int64_t)v;
    *packed = str_slice(*packed, i + 1, packed->n);
    return true;
}

bool quiz_unpack_str(str *packed, str *ret)
{
    str rest = *packed;
    int64_t n;
    if (!take_number(&rest, ':', &n) || n < 0 || n >= rest.n || rest.p[n] != ',') return false;
    *ret = str_slice(rest, 0, (ptrdiff_t)n);
    *packed = str_slice(rest, (ptrdiff_t)n + 1, rest.n);
    return true;
}

static bool unpack_html(str *packed, Html *ret) { return quiz_unpack_str(packed, &ret->s); }

static bool unpack_int(str *packed, int64_t min, int64_t max, int64_t *ret)
{
    return take_number(packed, ',', ret) && *ret >= min && *ret <= max;
}

static bool unpack_real(str *packed, double *ret)
{
    char z[40];
    str_pair cut = str_cut(*packed, ',');
    if (!cut.found || !cut.head.n || cut.head.n >= (ptrdiff_t)sizeof z) return false;
    memcpy(z, cut.head.p, (size_t)cut.head.n);
    z[cut.head.n] = 0;
    char *end;
    *ret = strtod(z, &end);
    *packed = cut.tail;
    return end == z + cut.head.n;
}

/* Each kind keeps what it needs: what typed answers are compared with, the other half of a pair, a range, the gap. */
static bool is_typed(const QuizQuestion *q)
{
    return q->kind == QUIZ_NUMERIC || q->kind == QUIZ_SHORT || q->kind == QUIZ_GAPS;
}

static void pack_choice(Out *out, const QuizQuestion *q, const QuizChoice *c)
{
    quiz_pack_str(out, c->text.s);
    quiz_pack_str(out, c->feedback.s);
    pack_int(out, c->weight);
    if (is_typed(q)) quiz_pack_str(out, c->answer);
    if (q->kind == QUIZ_MATCHING) quiz_pack_str(out, c->pair.s);
    if (q->kind == QUIZ_GAPS) pack_int(out, c->gap);
    if (q->kind == QUIZ_NUMERIC) {
        pack_real(out, c->low);
        pack_real(out, c->high);
    }
}

static bool unpack_choice(str *packed, const QuizQuestion *q, QuizChoice *c)
{
    int64_t weight, gap = 0;
    if (!unpack_html(packed, &c->text) || !unpack_html(packed, &c->feedback)) return false;
    if (!unpack_int(packed, -QUIZ_FULL_MARK, QUIZ_FULL_MARK, &weight)) return false;
    if (is_typed(q) && !quiz_unpack_str(packed, &c->answer)) return false;
    if (q->kind == QUIZ_MATCHING && !unpack_html(packed, &c->pair)) return false;
    if (q->kind == QUIZ_GAPS && !unpack_int(packed, 0, q->gap_n - 1, &gap)) return false;
    c->weight = (int32_t)weight;
    c->gap = (int32_t)gap;
    return q->kind != QUIZ_NUMERIC || (unpack_real(packed, &c->low) && unpack_real(packed, &c->high));
}

void quiz_pack(Out *out, const QuizQuestion *q)
{
    pack_int(out, q->kind);
    pack_int(out, q->version);
    pack_int(out, q->gap_n);
    pack_int(out, q->menus);
    for (int i = 0; i <= q->gap_n; i++) quiz_pack_str(out, q->text[i].s);
    quiz_pack_str(out, q->unit);
    quiz_pack_str(out, q->why.s);
    pack_int(out, q->choice_n);
    for (ptrdiff_t i = 0; i < q->choice_n; i++) pack_choice(out, q, &q->choice[i]);
}

bool quiz_unpack(Arena *keep, str *packed, QuizQuestion *ret)
{
    int64_t kind, gap_n, menus, choice_n;
    *ret = (QuizQuestion){ 0 };
    if (!unpack_int(packed, QUIZ_SINGLE, QUIZ_GAPS, &kind) || !unpack_int(packed, 1, INT64_MAX, &ret->version) ||
        !unpack_int(packed, 0, QUIZ_GAPS_MAX, &gap_n) || !unpack_int(packed, 0, (1 << QUIZ_GAPS_MAX) - 1, &menus))
        return false;
    ret->kind = (QuizKind)kind;
    ret->gap_n = (int)gap_n;
    ret->menus = (uint32_t)menus;
    for (int i = 0; i <= ret->gap_n; i++)
        if (!unpack_html(packed, &ret->text[i])) return false;
    if (!quiz_unpack_str(packed, &ret->unit) || !unpack_html(packed, &ret->why) ||
        !unpack_int(packed, 1, QUIZ_CHOICES_MAX, &choice_n))
        return false;
    ret->choice_n = (ptrdiff_t)choice_n;
    ret->choice = NEW(keep, QuizChoice, ret->choice_n);
    for (ptrdiff_t i = 0; i < ret->choice_n; i++)
        if (!unpack_choice(packed, ret, &ret->choice[i])) return false;
    return true;
}
