/* quiz_mark - what an answer is worth. Knows the question and what came in, and nothing of pages, people or tables.
 *
 * Rule     what cannot be an answer (nothing chosen, a number in another unit) is refused with a reason and is not marked:
 *          a slip of the hand is no mistake in the matter. */
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "i18n/i18n.h"
#include "quiz_own.h"

#include <math.h>

enum { NUMBER_BYTES_MAX = 80 };

/* ---- lists ---------------------------------------------------------------------------------------------------- */

str quiz_part(str list, char between, ptrdiff_t n)
{
    str_pair cut = str_cut(list, between);
    for (; n > 0 && cut.found; n--) cut = str_cut(cut.tail, between);
    return n > 0 ? (str){ 0 } : cut.head;
}

int64_t quiz_number(str list, char between, ptrdiff_t n)
{
    int64_t v;
    return str_int(quiz_part(list, between, n), &v) ? v : 0;
}

/* ---- the shape of a question ---------------------------------------------------------------------------------- */

ptrdiff_t quiz_pairs_asked(const QuizQuestion *q)
{
    ptrdiff_t rows = 0;
    while (rows < q->choice_n && q->choice[rows].text.s.n) rows++;
    return rows;
}

ptrdiff_t quiz_pair_of(const QuizQuestion *q, ptrdiff_t choice)
{
    ptrdiff_t i = 0;
    while (i < choice && !str_eq(q->choice[i].pair.s, q->choice[choice].pair.s)) i++;
    return i;
}

int quiz_fields(const QuizQuestion *q)
{
    switch (q->kind) {
    case QUIZ_MATCHING: return (int)quiz_pairs_asked(q);
    case QUIZ_ORDERING: return (int)q->choice_n;
    case QUIZ_GAPS:     return q->gap_n;
    default:            return 1;
    }
}

/* ---- typed text ----------------------------------------------------------------------------------------------- */

static str in_small_letters(Arena *keep, str s)
{
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *folding = unorm2_getNFKCCasefoldInstance(&error);
    int32_t cap = (int32_t)s.n * 20 + 8, wide_n = 0, folded_n, n = 0;      /* U+FDFA, the longest, becomes 18 characters */
    UChar *wide = NEW(keep, UChar, s.n + 1), *folded = NEW(keep, UChar, cap);
    char *bytes = NEW(keep, char, (ptrdiff_t)cap * 3);
    u_strFromUTF8(wide, (int32_t)s.n + 1, &wide_n, s.p, (int32_t)s.n, &error);
    folded_n = unorm2_normalize(folding, wide, wide_n, folded, cap, &error);
    u_strToUTF8(bytes, cap * 3, &n, folded, folded_n, &error);
    return U_FAILURE(error) ? s : (str){ bytes, n };
}

str quiz_fold(Arena *keep, str typed)
{
    typed = str_trim(typed);
    if (!typed.n) return typed;
    str small = in_small_letters(keep, typed);
    Out out;
    out_init(&out, keep, small.n + 1);
    for (ptrdiff_t i = 0; i < small.n; i++) {
        bool blank = small.p[i] == ' ' || small.p[i] == '\t' || small.p[i] == '\n';
        if (!blank) out_char(&out, small.p[i]);
        else if (out.n && out.p[out.n - 1] != ' ') out_char(&out, ' ');
    }
    str folded = str_trim(out_text(&out));
    if (folded.n > 1 && folded.p[folded.n - 1] == '.') folded.n--;
    return folded;
}

/* `pattern` may hold stars, each standing for anything; \* is a star. */
static bool fits(str pattern, str text)
{
    ptrdiff_t p = 0, t = 0, star = -1, star_text = 0;
    while (t < text.n) {
        bool literal = p + 1 < pattern.n && pattern.p[p] == '\\' && pattern.p[p + 1] == '*';
        if (p < pattern.n && pattern.p[p] == '*') {
            star = ++p;
            star_text = t;
        } else if (p + literal < pattern.n && pattern.p[p + literal] == text.p[t]) {
            p += 1 + literal;
            t++;
        } else if (star >= 0) {
            p = star;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*') p++;
    return p == pattern.n;
}

/* The number of the accepted answer that gives most, 0: none. */
static ptrdiff_t best_text(Arena tmp, const QuizQuestion *q, int gap, str typed)
{
    str given = quiz_fold(&tmp, typed);
    ptrdiff_t best = 0;
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        const QuizChoice *c = &q->choice[i];
        if (c->gap != gap || (best && c->weight <= q->choice[best - 1].weight)) continue;
        if (fits(quiz_fold(&tmp, c->answer), given)) best = i + 1;
    }
    return best;
}

/* ---- numbers -------------------------------------------------------------------------------------------------- */

static bool has_digit(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++) if (s.p[i] >= '0' && s.p[i] <= '9') return true;
    return false;
}

static bool starts_character(str s, ptrdiff_t i) { return i == s.n || ((uint8_t)s.p[i] & 0xC0) != 0x80; }

/* "12,5 kg", "USD 540": the number and what stands beside it. */
static bool split_number(str typed, double *ret, str *ret_beside)
{
    for (ptrdiff_t n = typed.n; n > 0; n--) {
        if (!starts_character(typed, n) || !num_read(str_trim(str_slice(typed, 0, n)), ret)) continue;
        *ret_beside = str_trim(str_slice(typed, n, typed.n));
        return !has_digit(*ret_beside);
    }
    for (ptrdiff_t n = 1; n < typed.n; n++) {
        if (!starts_character(typed, n) || !num_read(str_trim(str_slice(typed, n, typed.n)), ret)) continue;
        *ret_beside = str_trim(str_slice(typed, 0, n));
        return true;
    }
    return false;
}

/* The unit may be left away, or be given whole or by its first word ("bags" of "bags a carton"). */
static bool unit_fits(Arena tmp, str unit, str beside)
{
    if (!beside.n || !unit.n) return true;
    str given = quiz_fold(&tmp, beside), whole = quiz_fold(&tmp, unit);
    return str_eq(given, whole) || str_eq(given, str_cut(whole, ' ').head);
}

static ptrdiff_t best_number(const QuizQuestion *q, double v)
{
    ptrdiff_t best = 0;
    double slack = 1e-9 * fmax(1, fabs(v));      /* 0.1 + 0.2 is 0.3 here */
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        const QuizChoice *c = &q->choice[i];
        if (best && c->weight <= q->choice[best - 1].weight) continue;
        if (v >= c->low - slack && v <= c->high + slack) best = i + 1;
    }
    return best;
}

/* ---- marks ---------------------------------------------------------------------------------------------------- */

static int score_of(int64_t weight, int64_t full)
{
    if (weight <= 0) return 0;
    int64_t percent = (weight * 100 + full / 2) / full;
    return percent > 100 ? 100 : (int)percent;
}

static int64_t weight_of(const QuizQuestion *q, ptrdiff_t number) { return number ? q->choice[number - 1].weight : 0; }

static QuizTaken mark_choices(Arena *keep, const QuizQuestion *q, const str *given, ptrdiff_t n, QuizGiven *ret)
{
    bool picked[QUIZ_CHOICES_MAX] = { 0 };
    int64_t number, weight = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (!str_int(given[i], &number) || number < 1 || number > q->choice_n) return QUIZ_NO_SUCH_CHOICE;
        picked[number - 1] = true;
    }
    Out out;
    out_init(&out, keep, 32);
    int count = 0;
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        if (!picked[i]) continue;
        out_fmt(&out, "%s%td", count++ ? "," : "", i + 1);
        weight += q->choice[i].weight;
    }
    if (!count) return QUIZ_NOTHING;
    if (count > 1 && q->kind != QUIZ_MULTIPLE) return QUIZ_NO_SUCH_CHOICE;
    *ret = (QuizGiven){ .response = out_text(&out), .score = score_of(weight, QUIZ_FULL_MARK) };
    return QUIZ_TAKEN;
}

static QuizTaken mark_number(Arena *keep, const QuizQuestion *q, str typed, QuizGiven *ret)
{
    double v;
    str beside = { 0 };
    if (typed.n > NUMBER_BYTES_MAX || !split_number(typed, &v, &beside)) return QUIZ_NO_NUMBER;
    if (!unit_fits(*keep, q->unit, beside)) return QUIZ_OTHER_UNIT;
    ptrdiff_t met = best_number(q, v);
    *ret = (QuizGiven){ typed, str_fmt(keep, "%td", met), score_of(weight_of(q, met), QUIZ_FULL_MARK) };
    return QUIZ_TAKEN;
}

static QuizTaken mark_words(Arena *keep, const QuizQuestion *q, str typed, QuizGiven *ret)
{
    ptrdiff_t met = best_text(*keep, q, 0, typed);
    *ret = (QuizGiven){ typed, str_fmt(keep, "%td", met), score_of(weight_of(q, met), QUIZ_FULL_MARK) };
    return QUIZ_TAKEN;
}

static QuizTaken mark_pairs(Arena *keep, const QuizQuestion *q, const str *given, QuizGiven *ret)
{
    ptrdiff_t rows = quiz_pairs_asked(q), right = 0;
    for (ptrdiff_t i = 0; i < rows; i++) {
        int64_t number;
        if (!str_int(given[i], &number) || number < 1 || number > q->choice_n) return QUIZ_NO_SUCH_CHOICE;
        right += number - 1 == quiz_pair_of(q, i);
    }
    *ret = (QuizGiven){ .response = str_join(keep, given, rows, S("\n")), .score = score_of(right, rows) };
    return QUIZ_TAKEN;
}

/* given[i] is the place of the step that belongs in place i + 1. */
static QuizTaken mark_steps(Arena *keep, const QuizQuestion *q, const str *given, QuizGiven *ret)
{
    bool taken[QUIZ_CHOICES_MAX] = { 0 };
    ptrdiff_t right = 0;
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        int64_t place;
        if (!str_int(given[i], &place) || place < 1 || place > q->choice_n) return QUIZ_NO_SUCH_CHOICE;
        if (taken[place - 1]) return QUIZ_PLACE_TWICE;
        taken[place - 1] = true;
        right += place == i + 1;
    }
    *ret = (QuizGiven){ .response = str_join(keep, given, q->choice_n, S("\n")), .score = score_of(right, q->choice_n) };
    return QUIZ_TAKEN;
}

static QuizTaken mark_gaps(Arena *keep, const QuizQuestion *q, const str *given, QuizGiven *ret)
{
    int64_t weight = 0;
    Out hits;
    out_init(&hits, keep, 64);
    for (int gap = 0; gap < q->gap_n; gap++) {
        int64_t met;
        if (!quiz_gap_has_menu(q, gap)) met = best_text(*keep, q, gap, given[gap]);
        else if (!str_int(given[gap], &met) || met < 1 || met > q->choice_n || q->choice[met - 1].gap != gap)
            return QUIZ_NO_SUCH_CHOICE;
        out_fmt(&hits, "%s%lld", gap ? "\n" : "", (long long)met);
        weight += weight_of(q, (ptrdiff_t)met);
    }
    *ret = (QuizGiven){ str_join(keep, given, q->gap_n, S("\n")), out_text(&hits),
                        score_of(weight, (int64_t)QUIZ_FULL_MARK * q->gap_n) };
    return QUIZ_TAKEN;
}

/* The number of the first answer with full marks among those of a gap. */
static ptrdiff_t right_one(const QuizQuestion *q, int gap)
{
    for (ptrdiff_t i = 0; i < q->choice_n; i++)
        if (q->choice[i].gap == gap && q->choice[i].weight == QUIZ_FULL_MARK) return i + 1;
    return 0;
}

/* Of "540:0.5" only the number itself; a range stays as it is. */
static str right_text(const QuizQuestion *q, int gap)
{
    ptrdiff_t number = right_one(q, gap);
    str answer = number ? q->choice[number - 1].answer : (str){ 0 };
    return q->kind == QUIZ_NUMERIC ? str_trim(str_cut(answer, ':').head) : answer;
}

str quiz_right_response(Arena *keep, const QuizQuestion *q)
{
    Out out;
    out_init(&out, keep, 64);
    int n = q->kind <= QUIZ_TRUE_FALSE ? (int)q->choice_n : quiz_fields(q);
    for (int i = 0; i < n; i++) {
        bool choices = q->kind <= QUIZ_TRUE_FALSE, whole = q->kind != QUIZ_MULTIPLE;
        if (choices && (whole ? i + 1 != right_one(q, 0) : q->choice[i].weight <= 0)) continue;
        if (out.n) out_char(&out, choices ? ',' : '\n');
        if (choices || q->kind == QUIZ_ORDERING) out_int(&out, i + 1);
        else if (q->kind == QUIZ_MATCHING) out_int(&out, quiz_pair_of(q, i) + 1);
        else if (quiz_gap_has_menu(q, i)) out_int(&out, right_one(q, i));
        else out_str(&out, right_text(q, i));
    }
    return out_text(&out);
}

static QuizTaken all_filled(const str *given, int n)
{
    int filled = 0;
    for (int i = 0; i < n; i++) {
        if (str_chars(given[i]) > QUIZ_ANSWER_MAX) return QUIZ_TOO_LONG;
        filled += given[i].n > 0;
    }
    return filled == n ? QUIZ_TAKEN : filled ? QUIZ_ROW_EMPTY : QUIZ_NOTHING;
}

QuizTaken quiz_mark(Arena *keep, const QuizQuestion *q, const str *given, ptrdiff_t n, QuizGiven *ret)
{
    if (q->kind <= QUIZ_TRUE_FALSE) return mark_choices(keep, q, given, n, ret);
    str field[QUIZ_CHOICES_MAX];
    int fields = quiz_fields(q);
    for (int i = 0; i < fields; i++) {
        field[i] = i < n ? str_trim(given[i]) : (str){ 0 };
        if (!str_is_plain(field[i], false)) return QUIZ_NO_SUCH_CHOICE;
    }
    QuizTaken filled = all_filled(field, fields);
    if (filled != QUIZ_TAKEN) return filled;
    switch (q->kind) {
    case QUIZ_NUMERIC:  return mark_number(keep, q, field[0], ret);
    case QUIZ_SHORT:    return mark_words(keep, q, field[0], ret);
    case QUIZ_MATCHING: return mark_pairs(keep, q, field, ret);
    case QUIZ_ORDERING: return mark_steps(keep, q, field, ret);
    default:            return mark_gaps(keep, q, field, ret);
    }
}
