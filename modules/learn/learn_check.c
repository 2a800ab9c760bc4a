/* learn_check - what only the whole pack can tell: order, sharing, time, and what nobody uses. */
#include "learn_pack.h"

enum { WORDS_A_MINUTE = 180, TEST_QUESTIONS_MIN = 5, LESSON_BYTES_MAX = 60 * 1024 };

/* ---- what comes before ------------------------------------------------------------------------------------------- */

static void check_lesson_after(Pack *pack, const PackLesson *l)
{
    for (ptrdiff_t i = 0; i < l->after.n; i++) {
        const PackLesson *before = pack_lesson(pack, l->after.row[i]);
        if (!before)
            pack_problem(pack->problems, l->file, l->after_line, "There is no lesson \"%.*s\".",
                         STR_ARG(l->after.row[i]));
        else if (before >= l)
            pack_problem(pack->problems, l->file, l->after_line,
                         "\"%.*s\" does not come before this lesson in the programme.", STR_ARG(l->after.row[i]));
    }
}

/* Courses may lean on courses of any module; only a circle is a mistake. */
static bool leads_back(const Pack *pack, const PackCourse *from, const PackCourse *to, ptrdiff_t steps)
{
    for (ptrdiff_t i = 0; steps > 0 && i < from->after.n; i++) {
        const PackCourse *before = pack_course(pack, from->after.row[i]);
        if (before && (before == to || leads_back(pack, before, to, steps - 1))) return true;
    }
    return false;
}

enum { COURSES_IN_A_ROW = 8 };

static void check_course_after(Pack *pack, const PackCourse *c)
{
    for (ptrdiff_t i = 0; i < c->after.n; i++)
        if (!pack_course(pack, c->after.row[i]))
            pack_problem(pack->problems, c->file, c->after_line, "There is no course \"%.*s\".",
                         STR_ARG(c->after.row[i]));
    if (leads_back(pack, c, c, COURSES_IN_A_ROW))
        pack_problem(pack->problems, c->file, c->after_line, "This course would come before itself.");
}

/* ---- tasks that share an answer ---------------------------------------------------------------------------------- */

static void check_field(Pack *pack, const PackLesson *l, const TaskField *f)
{
    str type = field_type(pack->keep, f);
    for (const PackLesson *other = pack->lesson; other < l; other++)
        for (ptrdiff_t i = 0; i < other->field_n; i++) {
            if (!str_eq(other->field[i].key, f->key)) continue;
            str there = field_type(pack->keep, &other->field[i]);
            if (!str_eq(there, type))
                pack_problem(pack->problems, l->file, f->line,
                             "\"%.*s\" is %.*s here and %.*s in %.*s:%d; they share one answer.", STR_ARG(f->key),
                             STR_ARG(type), STR_ARG(there), STR_ARG(other->file), other->field[i].line);
            return;
        }
}

/* ---- tests of a module ------------------------------------------------------------------------------------------- */

/* Many say "Put in order" or "Match": there the choices are the question, and its version knows them. */
static bool same_question(const QuizQuestion *a, const QuizQuestion *b)
{
    bool by_text = a->kind != QUIZ_ORDERING && a->kind != QUIZ_MATCHING;
    return a->version == b->version || (by_text && a->kind == b->kind && str_eq(a->text[0].s, b->text[0].s));
}

static bool asked_in(const QuizBank *bank, const QuizQuestion *q)
{
    for (ptrdiff_t i = 0; i < bank->question_n; i++)
        if (same_question(&bank->question[i], q)) return true;
    return false;
}

static bool in_module(const Pack *pack, const PackLesson *l, const PackModule *m)
{
    return &pack->module[pack->course[l->course].module] == m;
}

static void check_asked_once(Pack *pack, const PackBank *test, const QuizQuestion *q, const PackBank *other)
{
    if (asked_in(&other->bank, q))
        pack_problem(pack->problems, test->gift, q->line, "%.*s asks the same. A test has questions of its own.",
                     STR_ARG(other->gift));
}

/* Whoever has seen a question in a lesson remembers its answer, and a test would show nothing. */
static void check_test(Pack *pack, const PackModule *m, const PackBank *test, const PackBank *other)
{
    if (test->gift.n && test->bank.question_n + test->bank.problem_n < TEST_QUESTIONS_MIN)
        pack_problem(pack->problems, test->gift, 1, "The test of a module has at least %d questions.", TEST_QUESTIONS_MIN);
    for (ptrdiff_t i = 0; i < test->bank.question_n; i++) {
        const QuizQuestion *q = &test->bank.question[i];
        if (other) check_asked_once(pack, test, q, other);
        for (ptrdiff_t k = 0; k < pack->lesson_n; k++)
            if (in_module(pack, &pack->lesson[k], m)) check_asked_once(pack, test, q, &pack->lesson[k].questions);
    }
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static void check_minutes(Pack *pack, const PackLesson *l)
{
    if (!l->minutes || l->questions.bank.problem_n) return;      /* one mistake is told once */
    int64_t needs = (l->words + WORDS_A_MINUTE / 2) / WORDS_A_MINUTE + l->questions.bank.question_n;
    if (3 * needs > 4 * l->minutes || 2 * needs < l->minutes)
        pack_problem(pack->problems, l->file, l->minutes_line ? l->minutes_line : 1,
                     "%lld words and %lld questions take about %lld minutes; the head says %lld.", (long long)l->words,
                     (long long)l->questions.bank.question_n, (long long)needs, (long long)l->minutes);
}

static void check_bytes(Pack *pack, const PackLesson *l)
{
    if (l->bytes > LESSON_BYTES_MAX)
        pack_problem(pack->problems, l->file, 1,
                     "The lesson and its figures are %lld KB; at most %d KB reach a phone on a poor link in time.",
                     (long long)(l->bytes + 1023) / 1024, LESSON_BYTES_MAX / 1024);
}

/* ---- pictures and left-overs ------------------------------------------------------------------------------------- */

static void check_alternatives(Pack *pack, const PackFile *file)
{
    str rest = file->bytes, line;
    for (int at = 1; pack_line(&rest, &line); at++)
        if (str_find(line, S("![](")) >= 0)
            pack_problem(pack->problems, file->path, at,
                         "Say in the brackets what the picture shows, for who cannot see it: ![What it shows](…).");
}

/* Who got a number wrong learns from the sum, not from the number. */
static void check_numbers(Pack *pack, const PackBank *from)
{
    for (ptrdiff_t i = 0; i < from->bank.question_n; i++) {
        const QuizQuestion *q = &from->bank.question[i];
        if (q->kind != QUIZ_NUMERIC || !q->choice_n) continue;
        if (!sums_show(q->why.s, q->choice[0].low, q->choice[0].high))
            pack_problem(pack->problems, from->gift, q->line,
                         "The answer does not stand in what explains it. Say the sum after ####, as in 3 × 4 is 12.");
    }
}

static bool is_kind(const PackFile *file, str ending) { return str_ends(file->path, ending); }

static void check_files(Pack *pack)
{
    for (ptrdiff_t i = 0; i < pack->files.n; i++) {
        const PackFile *file = &pack->files.row[i];
        if (is_kind(file, S(".md"))) check_alternatives(pack, file);
        if (!is_kind(file, S(".svg"))) sums_check(pack, file);
        if (file->used) continue;
        if (is_kind(file, S(".gift")))
            pack_problem(pack->problems, file->path, 1,
                         "No lesson has this name, so nobody would see these questions.");
        else pack_problem(pack->problems, file->path, 1, "Nothing reads this file; is its name or its place wrong?");
    }
    for (ptrdiff_t i = 0; i < pack->figure_n; i++)
        if (!pack->figure[i].used)
            pack_problem(pack->problems, pack->figure[i].path, 1, "No page of this course shows this figure.");
}

void pack_check(Pack *pack)
{
    for (ptrdiff_t i = 0; i < pack->course_n; i++) check_course_after(pack, &pack->course[i]);
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++) {
        const PackLesson *l = &pack->lesson[i];
        check_lesson_after(pack, l);
        for (ptrdiff_t k = 0; k < l->field_n; k++) check_field(pack, l, &l->field[k]);
        check_minutes(pack, l);
        check_bytes(pack, l);
        check_numbers(pack, &l->questions);
    }
    for (ptrdiff_t i = 0; i < pack->module_n; i++) {
        PackModule *m = &pack->module[i];
        check_test(pack, m, &m->before, &m->after);
        check_test(pack, m, &m->after, NULL);
        check_numbers(pack, &m->before);
        check_numbers(pack, &m->after);
    }
    check_files(pack);
}
