/* quiz_web - taking an answer, and looking back.
 *
 * URLs     POST /quiz/answers {set, question, version, seen, choice… | f1, f2, …}
 *          GET  /quiz/review/<set>
 *          GET  /quiz/statistics/<set>, GET /quiz/source/<set> (who teaches or decides)
 *
 * Rules    an answer that was taken leads back to its place in the lesson, so that a second press of the button or a page
 *          loaded again does no harm; the same answer twice is one answer.
 *          `seen` is the answer the page knew of: when there has been another one since (a second tab, another device), the
 *          new one still counts and the next page says so. */
#include "quiz_own.h"
#include "quiz_pages.h"
#include "journal/journal.h"
#include "web/web.h"

/* ---- an answer ------------------------------------------------------------------------------------------------ */

static Url back_to(Request *rq, str url, str question)
{
    return (Url){ str_fmt(rq->s.arena, "%.*s#q-%.*s", STR_ARG(url), STR_ARG(question)) };
}

static str why_not(Request *rq, QuizTaken taken, const QuizQuestion *q)
{
    Scope *s = &rq->s;
    switch (taken) {
    case QUIZ_NOTHING:
        if (q->kind <= QUIZ_TRUE_FALSE) return T(s, "Please choose an answer first.");
        return quiz_fields(q) > 1 ? T(s, "Please fill in the lines first.") : T(s, "Please write an answer first.");
    case QUIZ_ROW_EMPTY:   return T(s, "Something is still empty. What you have done so far is kept here.");
    case QUIZ_PLACE_TWICE: return T(s, "Two steps have the same place. Please give each its own.");
    case QUIZ_NO_NUMBER:   return T(s, "Please write a number, such as 12.5.");
    case QUIZ_OTHER_UNIT:
        return FILL(s, T(s, "Please give the number in {unit}; the unit may be left away."), { "unit", q->unit });
    case QUIZ_TOO_LONG:
        return FILL(s, T(s, "That is too long for an answer here: {number} characters are enough."),
                    { "number", num_int(s, QUIZ_ANSWER_MAX) });
    default: return T(s, "That answer does not belong to this question. Please answer again.");
    }
}

static ptrdiff_t given_in(Request *rq, const QuizQuestion *q, str **ret)
{
    Form *f = form(rq);
    if (q->kind <= QUIZ_TRUE_FALSE) return form_all(f, "choice", ret);
    ptrdiff_t n = quiz_fields(q);
    *ret = NEW(rq->s.arena, str, n);
    for (ptrdiff_t i = 0; i < n; i++)
        (*ret)[i] = form_raw(f, str_z(rq->s.arena, str_fmt(rq->s.arena, "f%td", i + 1)));
    return n;
}

typedef struct Asked { str set, name; int64_t version, seen; quiz_asked_row row; } Asked;

static bool find_asked(Request *rq, Asked *ret)
{
    Form *f = form(rq);
    *ret = (Asked){ .set = form_raw(f, "set"), .name = form_raw(f, "question") };
    if (!str_is_plain(ret->set, false) || !str_is_plain(ret->name, false)) return false;
    if (!str_int(form_raw(f, "version"), &ret->version)) return false;
    if (!str_int(form_raw(f, "seen"), &ret->seen)) ret->seen = 0;
    return quiz_asked(&rq->s, rq->s.me, ret->set, ret->name, ret->version, &ret->row);
}

/* The question alone, with what was typed and why it could not be taken. */
static Reply not_taken(Request *rq, const Asked *a, const QuizQuestion *q, const str *given, ptrdiff_t n, QuizTaken taken)
{
    QuizItem item;
    str *shown = NEW(rq->s.arena, str, n);
    for (ptrdiff_t i = 0; i < n; i++) shown[i] = str_shown(rq->s.arena, given[i]);
    quiz_item(&rq->s, q, a->set, a->name, shown, n, &item);
    item.error = why_not(rq, taken, q);
    item.seen = a->seen;
    return unprocessable(quiz_one(rq, &item, back_to(rq, a->row.url, a->name)));
}

static void say_what_happened(Request *rq, const Asked *a)
{
    if (a->row.answer != a->seen)
        notice(rq, FILL(&rq->s,
            T(&rq->s, "You had answered this question on another page too, at {time}. Your last answer counts."),
            { "time", quiz_clock(&rq->s, &(QuizClock){ 0 }, a->row.at) }));
}

/* For a script that wants no page: the question as it stands now. */
static Reply taken_json(Request *rq, const Asked *a, const QuizQuestion *q)
{
    quiz_asked_row now;
    QuizItem item;
    if (!quiz_asked(&rq->s, rq->s.me, a->set, a->name, a->version, &now)) return not_found(rq);
    quiz_my_answers_row answer = {
        .question = a->name, .id = now.answer, .version = now.answered_version,
        .response = now.response, .hit = now.hit, .score = now.score, .at = now.at, .tries = now.tries,
    };
    quiz_item_answered(&rq->s, q, a->set, a->name, &answer, &(QuizClock){ 0 }, &item);
    return quiz_one(rq, &item, back_to(rq, a->row.url, a->name));
}

static Reply answers_post(Request *rq)
{
    Asked a;
    QuizQuestion q;
    QuizGiven given;
    str *fields;
    if (!find_asked(rq, &a)) return not_found(rq);
    if (!quiz_asked_question(&rq->s, &a.row, &q)) {
        notice(rq, T(&rq->s, "This question has changed. Please look at it again."));
        return see_other_url(rq, back_to(rq, a.row.url, a.name).s);
    }
    ptrdiff_t n = given_in(rq, &q, &fields);
    QuizTaken taken = quiz_mark(rq->s.arena, &q, fields, n, &given);
    if (taken != QUIZ_TAKEN) return not_taken(rq, &a, &q, fields, n, taken);
    bool same = a.row.answer && a.row.answered_version == a.version && str_eq(a.row.response, given.response);
    if (!same) {
        quiz_keep_answer(&rq->s, a.set, a.name, a.version, &given);
        say_what_happened(rq, &a);
    }
    return rq->wants_json ? taken_json(rq, &a, &q) : see_other_url(rq, back_to(rq, a.row.url, a.name).s);
}

/* Where an answer was refused the browser shows this address; asked for by itself, it does not know of which question. */
static Reply answers_get(Request *rq) { return see_other(rq, "/"); }

/* ---- looking back --------------------------------------------------------------------------------------------- */

static Reply review_get(Request *rq)
{
    str set = path_str(rq, "set");
    quiz_sheet_row_row row;
    if (!quiz_sheet_row(&rq->s, set, &row)) return not_found(rq);
    QuizStanding standing = quiz_standing(&rq->s, set);
    return quiz_review(rq, set, row.title, (Url){ row.url }, &standing, quiz_reviewed(&rq->s, set));
}

static Reply statistics_get(Request *rq)
{
    str set = path_str(rq, "set");
    quiz_sheet_row_row row;
    if (!quiz_sheet_row(&rq->s, set, &row)) return not_found(rq);
    return quiz_statistics(rq, set, row.title, (Url){ row.url }, quiz_statistics_of(&rq->s, set));
}

/* The questions as their authors wrote them, for any system that reads GIFT. */
static Reply source_get(Request *rq)
{
    quiz_sources_rows sources = quiz_sources(&rq->s, path_str(rq, "set"));
    if (!sources.n) return not_found(rq);
    Out out;
    out_init(&out, rq->s.arena, 4096);
    for (ptrdiff_t i = 0; i < sources.n; i++) {
        out_str(&out, sources.row[i].source);
        out_lit(&out, "\n\n");
    }
    return text_reply(rq, S("text/plain; charset=utf-8"), out_text(&out));
}

enum { TEACHES = ROLE_TRAINER | ROLE_MENTOR | ROLE_OFFICER | ROLE_ADMIN };

static const Route routes[] = {
    POST("/quiz/answers",          answers_post,   .who = WHO_LEARNER, .page = "one"),
    GET ("/quiz/answers",          answers_get,    .who = WHO_ANYONE),
    GET ("/quiz/review/:set*",     review_get,     .who = WHO_ANYONE,  .page = "review"),
    GET ("/quiz/statistics/:set*", statistics_get, .who = WHO_ROLE,   .role = TEACHES, .in = role_somewhere, .page = "statistics"),
    GET ("/quiz/source/:set*",     source_get,     .who = WHO_ROLE,   .role = TEACHES, .in = role_somewhere),
};

const Module quiz_module = {
    .name = "quiz",
    .routes = routes,      .route_n = COUNT_OF(routes),
    .records = quiz_records, .record_n = QUIZ_RECORDS,
    .markup = &quiz_pages_literals,
    .works = quiz_works,
};
