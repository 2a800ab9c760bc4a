/* quiz - the rules of questions and answers.
 *
 * Tables   quiz_set, quiz_question, quiz_version: written by quiz_install from what authors wrote
 *          quiz_try, quiz_answer: derived from the journal, changed only by the three apply functions
 * Records  quiz.answered {"set","question","version","response","hit","score"}, subject: the set
 *          person.joined, person.erased: of the people module; answers follow the person
 * Rule     the latest try by record id is the answer; every try is kept. Once she has answered under her own name, what a guest answered who
 *          turned out to be her is only a try. */
#include "quiz_own.h"
#include "quiz_pages.h"

#include "people/people.h"

/* ---- sets ----------------------------------------------------------------------------------------------------- */

static str sheet_of(Arena *keep, const QuizBank *bank)
{
    Out out;
    out_init(&out, keep, 4096);
    for (ptrdiff_t i = 0; i < bank->question_n; i++) {
        quiz_pack_str(&out, bank->question[i].name);
        quiz_pack(&out, &bank->question[i]);
    }
    return out_text(&out);
}

static const QuizQuestion *named(const QuizBank *bank, str name)
{
    for (ptrdiff_t i = 0; i < bank->question_n; i++)
        if (str_eq(bank->question[i].name, name)) return &bank->question[i];
    return NULL;
}

static void install_questions(Scope *s, str set, const QuizBank *bank)
{
    quiz_questions_of_rows before = quiz_questions_of(s, set);
    for (ptrdiff_t i = 0; i < before.n; i++)
        if (before.row[i].place && !named(bank, before.row[i].name)) quiz_retire(s, set, before.row[i].name);
    for (ptrdiff_t i = 0; i < bank->question_n; i++) {
        const QuizQuestion *q = &bank->question[i];
        Out packed;
        out_init(&packed, s->arena, 1024);
        quiz_pack(&packed, q);
        quiz_put_version(s, set, q->name, q->version, out_text(&packed), q->source, s->now);
        quiz_put_question(s, set, q->name, i + 1, q->version);
    }
}

void quiz_install(Scope *s, str set, str title, str url, const QuizBank *bank)
{
    quiz_sheet_row_row was;
    bool known = quiz_sheet_row(s, set, &was);
    str sheet = sheet_of(s->arena, bank);
    if (!known && !bank->question_n) return;
    if (known && str_eq(was.title, title) && str_eq(was.url, url) && str_eq(was.sheet, sheet)) return;
    install_questions(s, set, bank);
    quiz_put_set(s, set, title, url, bank->question_n, sheet);
}

/* ---- how a person stands -------------------------------------------------------------------------------------- */

static QuizStanding standing_of(str set, int64_t questions, int64_t answered, int64_t right, int64_t marks)
{
    QuizStanding st = { set, questions, answered, right, questions ? marks / questions : 0, false };
    st.done = questions && answered == questions && st.percent >= QUIZ_DONE_PERCENT;
    return st;
}

DbAsk quiz_standing_ask(Scope *s, str set) { return quiz_stands_ask(s, s->me, set); }

/* A set that is not there is one without questions. */
QuizStanding quiz_standing_got(Scope *s, DbAsk *ask, str set)
{
    quiz_stands_row row = { 0 };
    quiz_stands_got(s, ask, &row);
    return standing_of(set, row.questions, row.answered, row.whole, row.marks);
}

QuizStanding quiz_standing(Scope *s, str set)
{
    DbAsk ask = quiz_standing_ask(s, set);
    return quiz_standing_got(s, &ask, set);
}

/* ---- the sheet ------------------------------------------------------------------------------------------------ */

static const quiz_my_answers_row *answer_to(const quiz_my_answers_rows *answers, str name)
{
    for (ptrdiff_t i = 0; i < answers->n; i++)
        if (str_eq(answers->row[i].question, name)) return &answers->row[i];
    return NULL;
}

static const QuizSheet *sheet_from(Scope *s, str set, const quiz_sheet_row_row *row, const quiz_my_answers_rows *answers)
{
    QuizSheet *sheet = NEW(s->arena, QuizSheet, 1);
    *sheet = (QuizSheet){ .set = set, .title = row->title, .url = row->url };
    sheet->questions.row = NEW(s->arena, QuizItem, row->questions);
    int64_t answered = 0, right = 0, marks = 0;
    QuizQuestion q;
    QuizClock clock = { 0 };
    str name;
    for (str rest = row->sheet; sheet->questions.n < row->questions;) {
        if (!quiz_unpack_str(&rest, &name) || !quiz_unpack(s->arena, &rest, &q)) break;
        const quiz_my_answers_row *a = answer_to(answers, name);
        quiz_item_answered(s, &q, set, name, a, &clock, &sheet->questions.row[sheet->questions.n++]);
        answered += a != NULL;
        right += a && a->score == 100;
        marks += a ? a->score : 0;
    }
    sheet->standing = standing_of(set, sheet->questions.n, answered, right, marks);
    return sheet;
}

const QuizSheet *quiz_sheet(Scope *s, str set)
{
    quiz_sheet_row_row row = { 0 };
    quiz_my_answers_rows answers = { 0 };
    DbAsk questions = quiz_sheet_row_ask(s, set), given = quiz_my_answers_ask(s, s->me, set);
    quiz_sheet_row_got(s, &questions, &row);
    answers = quiz_my_answers_got(s, &given);
    return sheet_from(s, set, &row, &answers);
}

/* ---- answers -------------------------------------------------------------------------------------------------- */

bool quiz_asked_question(Scope *s, const quiz_asked_row *asked, QuizQuestion *ret)
{
    str packed = asked->packed;
    return packed.n && quiz_unpack(s->arena, &packed, ret);
}

int64_t quiz_keep_answer(Scope *s, str set, str question, int64_t version, const QuizGiven *given)
{
    return quiz_answered_add(s, set, (quiz_answered_body){ set, question, version, given->response, given->hit, given->score });
}

/* Every answer is a try, and the last one is the answer. */
void quiz_answered_apply(Scope *s, const Record *r, const quiz_answered_body *b)
{
    if (!b->set.n || !b->question.n || b->score < 0 || b->score > 100) return;
    quiz_put_try(s, b->set, b->question, r->person, r->id, b->version, b->response, b->hit, b->score, r->at);
    bool own = r->actor == r->person, beside = !own && quiz_told_beside(s, b->set, b->question, r->person) > 0;
    if (!beside) quiz_tell(s, b->set, b->question, r->person, r->id, b->version, b->response, b->hit, b->score, r->at, own);
}

void quiz_works(Scope *s, int64_t person, Works *ret)
{
    int64_t n = quiz_answered(s, person);
    if (n) works_add(ret, TN(s, "{n} answer", "{n} answers", n));
}
