/* learn_view - gathers what the pages show. Questions that do not lean on each other are asked together. */
#include "learn_view.h"
#include "learn_pages.h"

/* A page has a dozen addresses, and printf is dear. */
static Url address(Scope *s, str key, str between, str last)
{
    Out o;
    out_init(&o, s->arena, S("/learn/").n + key.n + between.n + last.n);
    out_lit(&o, "/learn/");
    out_str(&o, key);
    out_str(&o, between);
    out_str(&o, last);
    return (Url){ out_text(&o) };
}

Url learn_url(Scope *s, str key) { return address(s, key, S(""), S("")); }
Url learn_url_below(Scope *s, str key, const char *last) { return address(s, key, S("/"), str_from(last)); }

str direction_of(str language)
{
    const Lang *lang = lang_find(language);
    return lang && lang->rtl ? S("rtl") : S("ltr");
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

str part_name(Scope *s, str word)
{
    if (str_eq(word, S("online"))) return T(s, "Online");
    if (str_eq(word, S("offline"))) return T(s, "Offline");
    if (str_eq(word, S("training"))) return T(s, "Training");
    if (str_eq(word, S("follow-up"))) return T(s, "Follow-up");
    return word;
}

str level_name(Scope *s, str level)
{
    if (str_eq(level, S("O"))) return T(s, "For firms that sell abroad already");
    if (str_eq(level, S("G"))) return T(s, "For firms that grow");
    return T(s, "For beginners");
}

/* ---- /learn ------------------------------------------------------------------------------------------------------ */

ProgrammeView *programme_view(Scope *s)
{
    ProgrammeView *v = NEW(s->arena, ProgrammeView, 1);
    v->there = learn_programme(s, &v->programme);
    v->looks_after = !v->there && journal_may_somewhere(s, s->me, LOOKS_AFTER);
    v->forms = pack_list(s->arena, v->programme.forms, '\n');
    v->phases = pack_list(s->arena, v->programme.phases, '\n');
    v->modules = learn_modules_of(s);
    v->stop = learn_stop(s);
    for (ptrdiff_t i = 0; i < v->modules.n; i++) {
        v->lessons += v->modules.row[i].lessons;
        v->done += v->modules.row[i].done;
    }
    return v;
}

/* ---- a module and a course --------------------------------------------------------------------------------------- */

ModuleView *module_view(Scope *s, str key)
{
    ModuleView *v = NEW(s->arena, ModuleView, 1);
    str before = str_cat(s->arena, key, S("/before")), after = str_cat(s->arena, key, S("/after"));
    DbAsk module = learn_module_at_ask(s, key), courses = learn_courses_ask(s, s->me, key);
    DbAsk test_before = quiz_standing_ask(s, before), test_after = quiz_standing_ask(s, after);
    bool there = learn_module_at_got(s, &module, &v->module);
    v->courses = learn_courses_got(s, &courses);
    v->before = quiz_standing_got(s, &test_before, before);
    v->after = quiz_standing_got(s, &test_after, after);
    v->competencies = pack_list(s->arena, v->module.competencies, '\n');
    return there ? v : NULL;
}

/* The first open lesson from the beginning of the course; when there is none, anywhere. */
static void find_next(Scope *s, CourseView *v)
{
    learn_open_after_row *next = NEW(s->arena, learn_open_after_row, 1);
    for (ptrdiff_t i = 0; i < v->lessons.n; i++) v->done += v->lessons.row[i].done;
    int64_t before = v->lessons.n ? v->lessons.row[0].position - 1 : 0;
    if (learn_open_after(s, s->me, v->course.pack, before, next) || learn_open_after(s, s->me, S(""), 0, next)) v->next = next;
}

CourseView *course_view(Scope *s, str key)
{
    CourseView *v = NEW(s->arena, CourseView, 1);
    DbAsk course = learn_course_ask(s, key), before = learn_courses_before_ask(s, s->me, key);
    DbAsk lessons = learn_around_ask(s, s->me, key);
    bool there = learn_course_got(s, &course, &v->course);
    v->before = learn_courses_before_got(s, &before);
    v->lessons = learn_around_got(s, &lessons);
    if (!there) return NULL;
    find_next(s, v);
    return v;
}

/* ---- the words --------------------------------------------------------------------------------------------------- */

static str first_letter(Arena *keep, str term)
{
    ptrdiff_t n = 1;
    while (n < term.n && ((unsigned char)term.p[n] & 0xC0) == 0x80) n++;
    str letter = str_keep(keep, str_slice(term, 0, n));
    if (letter.p[0] >= 'a' && letter.p[0] <= 'z') *(char *)(uintptr_t)letter.p &= ~0x20;
    return letter;
}

GlossaryView *glossary_view(Scope *s)
{
    GlossaryView *v = NEW(s->arena, GlossaryView, 1);
    v->terms = learn_terms(s);
    v->letters.row = NEW(s->arena, Letter, v->terms.n + 1);
    for (ptrdiff_t i = 0; i < v->terms.n; i++) {
        Letter here = { first_letter(s->arena, v->terms.row[i].term), v->terms.row[i].key };
        Letters *all = &v->letters;
        if (!all->n || !str_eq(all->row[all->n - 1].letter, here.letter)) all->row[all->n++] = here;
    }
    return v;
}

/* ---- a lesson ---------------------------------------------------------------------------------------------------- */

static str percent_text(Scope *s, int64_t percent) { return num_percent(s, (int)percent); }

static str questions_so_far(Scope *s, const QuizStanding *q)
{
    if (q->done) return (str){ 0 };
    if (!q->answered) return TN(s, "{n} question", "{n} questions", q->questions);
    if (q->answered < q->questions)
        return TN(s, "{n} question is still open.", "{n} questions are still open.", q->questions - q->answered);
    return FILL(s, T(s, "You have {percent} so far. Answer again those that were wrong."),
                { "percent", percent_text(s, q->percent) });
}

static str task_so_far(Scope *s, const learn_task_state_row *task)
{
    if (task->filled == task->required || !task->filled) return (str){ 0 };
    return TN(s, "{n} line is still open.", "{n} lines are still open.", task->required - task->filled);
}

static RuleLine answer_line(Scope *s, const QuizStanding *q, str lesson)
{
    return (RuleLine){
        .met = q->done, .title = T(s, "Check yourself"), .so_far = questions_so_far(s, q),
        .text = FILL(s, T(s, "Answer all questions, and at least {percent} of them right the last time you answered."),
                     { "percent", percent_text(s, QUIZ_DONE_PERCENT) }),
        .href = learn_url_below(s, lesson, "questions"),
    };
}

static RuleLine task_line(Scope *s, const learn_task_state_row *task, const learn_lesson_row *lesson)
{
    return (RuleLine){
        .met = task->filled == task->required, .title = lesson->task_title, .so_far = task_so_far(s, task),
        .text = task->required ? T(s, "Fill in and save every line of the task that has a star (*).")
                             : T(s, "A task on your own product."),
        .href = learn_url_below(s, lesson->key, "task"),
    };
}

static RuleLines rule_of(Scope *s, const LessonView *v)
{
    RuleLines rule = { NEW(s->arena, RuleLine, 3), 0 };
    if (v->questions.questions) rule.row[rule.n++] = answer_line(s, &v->questions, v->lesson.key);
    if (v->task.lines) rule.row[rule.n++] = task_line(s, &v->task, &v->lesson);
    for (ptrdiff_t i = 0; i < rule.n && !(i && rule.row[i - 1].next); i++) rule.row[i].next = !rule.row[i].met;
    if (!v->done) rule.row[rule.n++] = (RuleLine){ .text = T(s, "Then say that you are done.") };
    return rule;
}

static str why_next(Scope *s, const learn_lesson_row *l)
{
    switch ((NextWhy)l->next_why) {
    case NEXT_BUILDS: return T(s, "Next, because it builds on what you did here.");
    case NEXT_STEP:   return T(s, "Next, because it is the next step of this course.");
    case NEXT_COURSE:
        return FILL(s, T(s, "Next, because this course ends here and it begins “{course}”."),
                    { "course", l->next_where });
    case NEXT_MODULE:
        return FILL(s, T(s, "Next, because this module ends here and it begins “{module}”."),
                    { "module", l->next_where });
    case NEXT_NONE:   break;
    }
    return (str){ 0 };
}

static void find_place(LessonView *v, str key)
{
    for (ptrdiff_t i = 0; i < v->around.n; i++) {
        const learn_around_row *l = &v->around.row[i];
        v->of += l->inside;
        if (!str_eq(l->key, key)) continue;
        v->place = v->of;
        v->done = l->done;
        v->done_at = l->at;
    }
}

LessonView *lesson_view(Scope *s, str key)
{
    LessonView *v = NEW(s->arena, LessonView, 1);
    DbAsk lesson = learn_lesson_ask(s, key), around = learn_around_ask(s, s->me, key);
    DbAsk task = learn_task_state_ask(s, s->me, key, FIELD_LONG), questions = quiz_standing_ask(s, key);
    bool there = learn_lesson_got(s, &lesson, &v->lesson);
    v->around = learn_around_got(s, &around);
    learn_task_state_got(s, &task, &v->task);
    v->questions = quiz_standing_got(s, &questions, key);
    if (!there) return NULL;
    find_place(v, key);
    v->rule = rule_of(s, v);
    v->why_next = why_next(s, &v->lesson);
    return v;
}

LessonView *task_view(Scope *s, str key)
{
    LessonView *v = lesson_view(s, key);
    if (!v || !v->task.lines) return NULL;
    v->rows = learn_fields(s, s->me, key);
    v->fields = fields_shown(s, v->rows);
    for (ptrdiff_t i = 0; i < v->rows.n; i++)
        if (v->rows.row[i].stamp > v->seen) v->seen = v->rows.row[i].stamp;
    return v;
}
