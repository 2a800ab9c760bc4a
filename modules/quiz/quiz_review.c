/* quiz_review - looking back: what one person answered, and what everybody did.
 *
 * Rule     each answer is shown with the version it was given to; when this node never had that version (the answer came
 *          from elsewhere), that is said and nothing is made up. */
#include "quiz_own.h"
#include "quiz_pages.h"

#include "i18n/i18n.h"

enum { TYPED_SHOWN_MAX = 10 };

/* ---- an answer in words --------------------------------------------------------------------------------------- */

static void put_html(Out *out, Html h) { out_str(out, h.s); }

static void put_choice(Scope *s, Out *out, const QuizQuestion *q, int64_t number)
{
    if (number < 1 || number > q->choice_n) return;
    if (q->kind != QUIZ_TRUE_FALSE) put_html(out, q->choice[number - 1].text);
    else html_text(out, number == 1 ? T(s, "True") : T(s, "False"));
}

static void put_field(Scope *s, Out *out, const QuizQuestion *q, ptrdiff_t i, str given)
{
    int64_t number = quiz_number(given, '\n', 0);
    if (q->kind == QUIZ_MATCHING) {
        put_html(out, q->choice[i].text);
        out_lit(out, " → ");
        if (number >= 1 && number <= q->choice_n) put_html(out, q->choice[number - 1].pair);
    } else if (q->kind <= QUIZ_TRUE_FALSE || (q->kind == QUIZ_GAPS && quiz_gap_has_menu(q, (int)i))) {
        put_choice(s, out, q, number);
    } else {
        html_text(out, given);
    }
}

/* The response of an ordering says where each step stands; it is read as the steps in that order. */
static void put_steps(Out *out, const QuizQuestion *q, const str *given)
{
    for (ptrdiff_t place = 1; place <= q->choice_n; place++)
        for (ptrdiff_t i = 0; i < q->choice_n; i++)
            if (quiz_number(given[i], '\n', 0) == place) {
                if (out->n) out_lit(out, " → ");
                put_html(out, q->choice[i].text);
            }
}

Html quiz_response_shown(Scope *s, const QuizQuestion *q, str response)
{
    Out out;
    str *given = NULL;
    ptrdiff_t n = quiz_given(s->arena, q, response, &given);
    out_init(&out, s->arena, 128);
    if (q->kind > QUIZ_TRUE_FALSE && n != quiz_fields(q)) return (Html){ { 0 } };
    if (q->kind == QUIZ_ORDERING) {
        put_steps(&out, q, given);
    } else {
        for (ptrdiff_t i = 0; i < n; i++) {
            if (i) out_lit(&out, " · ");
            put_field(s, &out, q, i, given[i]);
        }
    }
    return (Html){ out_text(&out) };
}

/* A text with gaps, read as one. */
static Html whole_text(Arena *keep, const QuizQuestion *q)
{
    if (!q->gap_n) return q->text[0];
    Out out;
    out_init(&out, keep, 256);
    for (int i = 0; i <= q->gap_n; i++) {
        if (i) out_lit(&out, "_____");
        put_html(&out, q->text[i]);
    }
    return (Html){ out_text(&out) };
}

/* ---- one person ----------------------------------------------------------------------------------------------- */

static void show_try(Scope *s, const quiz_my_tries_row *row, str set, int64_t current, QuizShownTry *ret)
{
    *ret = (QuizShownTry){ .id = row->id, .at = row->at, .earlier = row->version != current };
    ret->saved = quiz_clock(s, &(QuizClock){ 0 }, row->at);
    ret->verdict = row->score == 100 ? QUIZ_RIGHT : row->score > 0 ? QUIZ_PARTLY : QUIZ_WRONG;
    QuizQuestion q;
    str packed = row->packed, *given = NULL;
    if (!quiz_unpack(s->arena, &packed, &q)) return;
    ret->text = whole_text(s->arena, &q);
    ret->response = quiz_response_shown(s, &q, row->response);
    ptrdiff_t n = quiz_given(s->arena, &q, row->response, &given);
    QuizItem item;
    quiz_item(s, &q, set, row->question, given, n, &item);
    ret->said = quiz_item_say(s, &q, row->response, row->hit, row->score, &item);
}

static void review_question(Scope *s, str set, int64_t version, const quiz_my_tries_rows *mine, QuizReviewedQuestion *ret)
{
    ret->tries.row = NEW(s->arena, QuizShownTry, mine->n);
    for (ptrdiff_t i = 0; i < mine->n; i++)
        if (str_eq(mine->row[i].question, ret->name))
            show_try(s, &mine->row[i], set, version, &ret->tries.row[ret->tries.n++]);
}

QuizReviewed quiz_reviewed(Scope *s, str set)
{
    quiz_versions_of_rows versions = quiz_versions_of(s, set);
    quiz_my_tries_rows mine = quiz_my_tries(s, s->me, set);
    QuizReviewed all = { NEW(s->arena, QuizReviewedQuestion, versions.n), 0 };
    for (ptrdiff_t i = 0; i < versions.n; i++) {
        const quiz_versions_of_row *v = &versions.row[i];
        QuizQuestion q;
        str packed = v->packed;
        if (!v->current || !quiz_unpack(s->arena, &packed, &q)) continue;
        QuizReviewedQuestion *shown = &all.row[all.n];
        *shown = (QuizReviewedQuestion){ .name = v->name, .text = whole_text(s->arena, &q), .retired = !v->place };
        review_question(s, set, v->version, &mine, shown);
        if (!shown->retired || shown->tries.n) all.n++;
    }
    return all;
}

/* ---- everybody ------------------------------------------------------------------------------------------------ */

static int percent_of(int64_t part, int64_t whole) { return whole ? (int)((part * 100 + whole / 2) / whole) : 0; }

static void count_choices(Scope *s, const QuizQuestion *q, const quiz_responses_rows *all, QuizStatistic *st)
{
    st->counts = (QuizCounts){ NEW(s->arena, QuizCount, q->choice_n), q->choice_n };
    for (ptrdiff_t c = 0; c < q->choice_n; c++) {
        Out text;
        out_init(&text, s->arena, 64);
        put_choice(s, &text, q, c + 1);
        st->counts.row[c] = (QuizCount){ .text = { out_text(&text) }, .right = q->choice[c].weight > 0 };
    }
    for (ptrdiff_t i = 0; i < all->n; i++) {
        str *given = NULL;
        if (all->row[i].version != st->version_id || !str_eq(all->row[i].question, st->name)) continue;
        ptrdiff_t n = quiz_given(s->arena, q, all->row[i].response, &given);
        for (ptrdiff_t k = 0; k < n; k++) {
            int64_t number = quiz_number(given[k], '\n', 0);
            if (number >= 1 && number <= q->choice_n) st->counts.row[number - 1].n += all->row[i].tries;
        }
    }
}

/* What was typed or put together: the ten most frequent, as they come from the query. */
static void count_responses(Scope *s, const QuizQuestion *q, const quiz_responses_rows *all, QuizStatistic *st)
{
    st->counts.row = NEW(s->arena, QuizCount, TYPED_SHOWN_MAX);
    for (ptrdiff_t i = 0; i < all->n && st->counts.n < TYPED_SHOWN_MAX; i++) {
        const quiz_responses_row *r = &all->row[i];
        if (r->version != st->version_id || !str_eq(r->question, st->name)) continue;
        st->counts.row[st->counts.n++] =
            (QuizCount){ .text = quiz_response_shown(s, q, r->response), .right = r->score == 100, .n = r->tries };
    }
}

static void count_people(const quiz_first_tries_rows *firsts, const quiz_responses_rows *all, QuizStatistic *st)
{
    for (ptrdiff_t i = 0; i < firsts->n; i++)
        if (firsts->row[i].version == st->version_id && str_eq(firsts->row[i].question, st->name)) {
            st->people = firsts->row[i].people;
            st->right_at_once = percent_of(firsts->row[i].whole, firsts->row[i].people);
        }
    for (ptrdiff_t i = 0; i < all->n; i++)
        if (all->row[i].version == st->version_id && str_eq(all->row[i].question, st->name)) st->tries += all->row[i].tries;
}

QuizStatistics quiz_statistics_of(Scope *s, str set)
{
    quiz_versions_of_rows versions = quiz_versions_of(s, set);
    quiz_first_tries_rows firsts = quiz_first_tries(s, set);
    quiz_responses_rows all = quiz_responses(s, set);
    QuizStatistics stats = { NEW(s->arena, QuizStatistic, versions.n), 0 };
    for (ptrdiff_t i = 0; i < versions.n; i++) {
        const quiz_versions_of_row *v = &versions.row[i];
        QuizQuestion q;
        str packed = v->packed;
        if (!quiz_unpack(s->arena, &packed, &q)) continue;
        QuizStatistic *st = &stats.row[stats.n++];
        *st = (QuizStatistic){ .name = v->name, .version_id = v->version, .text = whole_text(s->arena, &q), .since = v->since,
                               .current = v->current, .retired = !v->place };
        count_people(&firsts, &all, st);
        if (q.kind <= QUIZ_TRUE_FALSE) count_choices(s, &q, &all, st);
        else count_responses(s, &q, &all, st);
        for (ptrdiff_t c = 0; c < st->counts.n; c++)
            st->counts.row[c].percent = percent_of(st->counts.row[c].n, st->tries);
    }
    return stats;
}
