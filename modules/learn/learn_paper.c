/* learn_paper - a lesson for the printer: questions with boxes and blanks, and the answers on a page of their own. */
#include "learn_view.h"
#include "learn_pages.h"

#define BLANK "<span class=\"blank\">______________</span>"

/* ---- an order that does not give the answer away, the same each time it is printed ------------------------------- */

static bool coprime(ptrdiff_t a, ptrdiff_t b)
{
    while (b) {
        ptrdiff_t rest = a % b;
        a = b;
        b = rest;
    }
    return a == 1;
}

/* A step that meets every place of n once, and is not the step from one to the next. */
static ptrdiff_t step_for(ptrdiff_t n, uint64_t version)
{
    if (n < 3) return 1;
    ptrdiff_t step = 2 + (ptrdiff_t)(version % (uint64_t)(n - 2));
    while (!coprime(n, step)) step = step == n - 1 ? 2 : step + 1;
    return step;
}

/* Which choice stands at place i. */
static ptrdiff_t choice_at(const QuizQuestion *q, ptrdiff_t i)
{
    ptrdiff_t n = q->choice_n;
    uint64_t version = (uint64_t)q->version;
    if (n < 2 || q->kind == QUIZ_TRUE_FALSE) return i;
    return (i * step_for(n, version) + (ptrdiff_t)(version / 7 % (uint64_t)n)) % n;
}

/* ---- pieces ------------------------------------------------------------------------------------------------------ */

static str letter(Scope *s, ptrdiff_t i)
{
    char c = (char)('A' + i % 26);
    return str_keep(s->arena, (str){ &c, 1 });
}

static str number(Scope *s, ptrdiff_t i) { return num_int(s, i + 1); }

static void put_menu(Out *o, const QuizQuestion *q, int gap)
{
    bool any = false;
    out_lit(o, " (");
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        const QuizChoice *c = &q->choice[choice_at(q, i)];
        if (c->gap != gap) continue;
        if (any) out_lit(o, " / ");
        html_text(o, c->answer);
        any = true;
    }
    out_char(o, ')');
}

static Html with_blanks(Scope *s, const QuizQuestion *q)
{
    Out o;
    out_init(&o, s->arena, 512);
    out_str(&o, q->text[0].s);
    for (int gap = 0; gap < q->gap_n; gap++) {
        out_lit(&o, " " BLANK);
        if (q->kind == QUIZ_GAPS && q->menus >> gap & 1) put_menu(&o, q, gap);
        out_char(&o, ' ');
        out_str(&o, q->text[gap + 1].s);
    }
    return (Html){ out_text(&o) };
}

/* Two pairs that are equal are one letter. */
static bool said_before(const QuizQuestion *q, ptrdiff_t place)
{
    for (ptrdiff_t i = 0; i < place; i++)
        if (str_eq(q->choice[choice_at(q, i)].pair.s, q->choice[choice_at(q, place)].pair.s)) return true;
    return false;
}

static Html true_or_false(Scope *s, ptrdiff_t choice)
{
    Out o;
    out_init(&o, s->arena, 16);
    html_text(&o, choice == 0 ? T(s, "True") : T(s, "False"));
    return (Html){ out_text(&o) };
}

static PaperChoices choices_of(Scope *s, const QuizQuestion *q)
{
    PaperChoices all = { NEW(s->arena, PaperChoice, q->choice_n + 1), 0 };
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        ptrdiff_t at = choice_at(q, i);
        if (q->kind == QUIZ_MATCHING && said_before(q, i)) continue;
        Html text = q->kind == QUIZ_MATCHING ? q->choice[at].pair : q->choice[at].text;
        if (q->kind == QUIZ_TRUE_FALSE) text = true_or_false(s, at);
        all.row[all.n] = (PaperChoice){ letter(s, all.n), text };
        all.n++;
    }
    return all;
}

static PaperChoices rows_of(Scope *s, const QuizQuestion *q)
{
    PaperChoices all = { NEW(s->arena, PaperChoice, q->choice_n + 1), 0 };
    for (ptrdiff_t i = 0; i < q->choice_n; i++)
        if (q->choice[i].text.s.n) all.row[all.n++] = (PaperChoice){ number(s, i), q->choice[i].text };
    return all;
}

/* ---- the answers ------------------------------------------------------------------------------------------------- */

static str letter_of_pair(const PaperChoices *choices, Html pair)
{
    for (ptrdiff_t i = 0; i < choices->n; i++)
        if (str_eq(choices->row[i].text.s, pair.s)) return choices->row[i].letter;
    return (str){ 0 };
}

static void put_between(Out *o) { if (o->n) out_lit(o, ", "); }

static void put_boxes(Scope *s, Out *o, const QuizQuestion *q)
{
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        if (q->choice[choice_at(q, i)].weight <= 0) continue;
        put_between(o);
        if (q->kind == QUIZ_TRUE_FALSE) out_str(o, true_or_false(s, i).s);
        else out_str(o, letter(s, i));
    }
}

static void put_numbers(Scope *s, Out *o, const QuizQuestion *q)
{
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        put_between(o);
        out_str(o, number(s, choice_at(q, i)));
    }
}

static void put_letters(Out *o, const QuizQuestion *q, const PaperQuestion *paper)
{
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        if (!q->choice[i].text.s.n) continue;
        put_between(o);
        out_str(o, letter_of_pair(&paper->choices, q->choice[i].pair));
    }
}

/* The first answer that has the whole mark, of each gap. */
static void put_typed(Out *o, const QuizQuestion *q)
{
    for (int gap = 0; gap < (q->gap_n ? q->gap_n : 1); gap++)
        for (ptrdiff_t i = 0; i < q->choice_n; i++) {
            if (q->choice[i].gap != gap || q->choice[i].weight < QUIZ_FULL_MARK) continue;
            put_between(o);
            if (q->kind == QUIZ_NUMERIC) out_fmt(o, "%.10g", (q->choice[i].low + q->choice[i].high) / 2);
            else html_text(o, q->choice[i].answer);
            break;
        }
}

static Html answer_of(Scope *s, const QuizQuestion *q, const PaperQuestion *paper)
{
    Out o;
    out_init(&o, s->arena, 64);
    switch (paper->shape) {
    case PAPER_BOXES:   put_boxes(s, &o, q); break;
    case PAPER_NUMBERS: put_numbers(s, &o, q); break;
    case PAPER_LETTERS: put_letters(&o, q, paper); break;
    case PAPER_LINE:
    case PAPER_GAPS:    put_typed(&o, q); break;
    }
    return (Html){ out_text(&o) };
}

/* Why it is so: what is said after any answer, or what the right one is told. */
static Html why_of(const QuizQuestion *q)
{
    if (q->why.s.n) return q->why;
    for (ptrdiff_t i = 0; i < q->choice_n; i++)
        if (q->choice[i].weight == QUIZ_FULL_MARK && q->choice[i].feedback.s.n) return q->choice[i].feedback;
    return (Html){ { 0 } };
}

static PaperShape shape_of(const QuizQuestion *q)
{
    switch (q->kind) {
    case QUIZ_SINGLE: case QUIZ_MULTIPLE: case QUIZ_TRUE_FALSE: return PAPER_BOXES;
    case QUIZ_ORDERING: return PAPER_NUMBERS;
    case QUIZ_MATCHING: return PAPER_LETTERS;
    case QUIZ_NUMERIC: case QUIZ_SHORT: case QUIZ_GAPS: break;
    }
    return q->gap_n ? PAPER_GAPS : PAPER_LINE;
}

static PaperQuestion on_paper(Scope *s, const QuizQuestion *q)
{
    PaperQuestion p = { .shape = shape_of(q), .text = with_blanks(s, q), .unit = q->unit, .why = why_of(q) };
    if (p.shape == PAPER_LETTERS) p.rows = rows_of(s, q);
    if (p.shape <= PAPER_LETTERS) p.choices = choices_of(s, q);
    p.answer = answer_of(s, q, &p);
    return p;
}

PaperView *paper_view(Scope *s, str key)
{
    PaperView *v = NEW(s->arena, PaperView, 1);
    DbAsk lesson = learn_lesson_ask(s, key), fields = learn_fields_ask(s, 0, key), paper = learn_paper_ask(s, key);
    learn_paper_row kept = { 0 };
    bool there = learn_lesson_got(s, &lesson, &v->lesson);
    v->fields = fields_shown(s, learn_fields_got(s, &fields));
    learn_paper_got(s, &paper, &kept);
    if (!there) return NULL;
    QuizBank bank = quiz_read(s->arena, kept.gift, "");
    v->questions.row = NEW(s->arena, PaperQuestion, bank.question_n + 1);
    for (ptrdiff_t i = 0; i < bank.question_n; i++) v->questions.row[v->questions.n++] = on_paper(s, &bank.question[i]);
    return v;
}
