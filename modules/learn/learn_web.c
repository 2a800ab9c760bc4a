/* learn_web - the programme as pages.
 *
 * URLs     /learn                                        the programme, and where to go on
 *          /learn/glossary /learn/visit /learn/done      the words, the visit, what I have done
 *          /learn/content                                for who looks after it: which packs are in use
 *          /learn/:module                                and …/before, …/after: its tests
 *          /learn/:module/:course                        and …/completion, …/facilitator below a course
 *          /learn/:module/:course/:lesson                and …/questions, …/task (POST …/answers), …/completion, …/print below a lesson
 *          /search                                       learn_search.c
 * Rule     every lesson can be read by anybody; what is saved belongs to a person, who is made when she first saves. */
#include "learn_view.h"
#include "learn_pages.h"

static str key_of(Request *rq, int parts)
{
    static const char *const names[] = { "module", "course", "lesson" };
    str part[3];
    for (int i = 0; i < parts; i++) part[i] = path_str(rq, names[i]);
    return str_join(rq->s.arena, part, parts, S("/"));
}

/* ---- the programme ----------------------------------------------------------------------------------------------- */

static Reply programme_get(Request *rq) { return learn_show_programme(rq, programme_view(&rq->s)); }
static Reply done_get(Request *rq) { return learn_show_done(rq, learn_done(&rq->s, rq->s.me)); }
static Reply glossary_get(Request *rq) { return learn_show_glossary(rq, glossary_view(&rq->s)); }
static Reply content_get(Request *rq) { return learn_show_packs(rq, learn_packs(&rq->s)); }

static Reply module_get(Request *rq)
{
    ModuleView *v = module_view(&rq->s, key_of(rq, 1));
    return v ? learn_show_module(rq, v) : not_found(rq);
}

static Reply test_page(Request *rq, bool after)
{
    ModuleView *v = module_view(&rq->s, key_of(rq, 1));
    if (!v) return not_found(rq);
    const QuizStanding *test = after ? &v->after : &v->before;
    return test->questions ? learn_show_test(rq, v, quiz_sheet(&rq->s, test->set), after) : not_found(rq);
}

static Reply before_get(Request *rq) { return test_page(rq, false); }
static Reply after_get(Request *rq) { return test_page(rq, true); }

static Reply course_get(Request *rq)
{
    CourseView *v = course_view(&rq->s, key_of(rq, 2));
    return v ? learn_show_course(rq, v) : not_found(rq);
}

static Reply course_completion_get(Request *rq)
{
    CourseView *v = course_view(&rq->s, key_of(rq, 2));
    return v ? learn_show_completion(rq, v) : not_found(rq);
}

/* ---- sheets ------------------------------------------------------------------------------------------------------ */

static Reply visit_get(Request *rq)
{
    learn_sheet_row sheet;
    if (!learn_sheet(&rq->s, S("visit"), &sheet)) return not_found(rq);
    return learn_show_sheet(rq, &sheet, (Url){ S("/learn") }, T(&rq->s, "Learn"));
}

static Reply facilitator_get(Request *rq)
{
    learn_course_row course;
    learn_sheet_row sheet;
    str key = key_of(rq, 2);
    if (!learn_course(&rq->s, key, &course)) return not_found(rq);
    if (!learn_sheet(&rq->s, str_fmt(rq->s.arena, "%.*s/facilitator", STR_ARG(key)), &sheet)) return not_found(rq);
    return learn_show_sheet(rq, &sheet, learn_url(&rq->s, key), course.title);
}

/* ---- a lesson ---------------------------------------------------------------------------------------------------- */

static Form *kept_form(Request *rq, const LessonView *v)
{
    Form *f = form_filled(rq);
    fields_set(f, &rq->s, v->rows);
    return f;
}

static Reply lesson_get(Request *rq)
{
    LessonView *v = lesson_view(&rq->s, key_of(rq, 3));
    return v ? learn_show_lesson(rq, v) : not_found(rq);
}

static Reply questions_get(Request *rq)
{
    LessonView *v = lesson_view(&rq->s, key_of(rq, 3));
    if (!v || !v->questions.questions) return not_found(rq);
    return learn_show_questions(rq, v, quiz_sheet(&rq->s, v->lesson.key));
}

static Reply task_get(Request *rq)
{
    LessonView *v = task_view(&rq->s, key_of(rq, 3));
    return v ? learn_show_task(rq, v, kept_form(rq, v)) : not_found(rq);
}

/* Where a form was refused the browser shows the form's address; asked for again, it is the page the form is on. It has an
 * address of its own, or a browser without the link would put its complaint in the place of the page and what she typed. */
static Reply completion_get(Request *rq) { return see_other(rq, "/learn/%.*s", STR_ARG(key_of(rq, 3))); }
static Reply answers_get(Request *rq) { return see_other(rq, "/learn/%.*s/task", STR_ARG(key_of(rq, 3))); }

static Reply paper_get(Request *rq)
{
    PaperView *v = paper_view(&rq->s, key_of(rq, 3));
    return v ? learn_show_paper(rq, v) : not_found(rq);
}

/* A page that was open for a while may be older than what another page has saved since. What she typed here is newer
 * and wins; but a field she left empty here because it was empty then takes nothing away. */
static bool left_empty(const learn_fields_row *f, str value, int64_t seen) { return !value.n && f->stamp > seen; }

/* Where a guest's word stands beside hers she takes it, or says hers again, by a button of that line. */
static Reply answers_post(Request *rq)
{
    LessonView *v = task_view(&rq->s, key_of(rq, 3));
    Form *f = form(rq);
    int64_t seen;
    if (!v) return not_found(rq);
    if (!str_int(form_raw(f, "seen"), &seen)) seen = INT64_MAX;
    str *values = fields_read(f, &rq->s, v->rows), taken = form_raw(f, "take"), kept = form_raw(f, "keep");
    if (form_bad(f)) return unprocessable(learn_show_task(rq, v, f));
    for (ptrdiff_t i = 0; i < v->rows.n; i++) {
        const learn_fields_row *row = &v->rows.row[i];
        if (str_eq(taken, row->field) && row->beside.n) values[i] = row->beside;
        else if (!str_eq(kept, row->field) && (str_eq(values[i], row->value) || left_empty(row, values[i], seen))) continue;
        learn_keep_answer(&rq->s, v->lesson.key, row->field, values[i]);
    }
    return see_other(rq, "/learn/%.*s/task", STR_ARG(v->lesson.key));
}

/* To the first lesson after this one that is open, or to the course's own page when it has just become complete. */
static Reply after_completion(Request *rq, const LessonView *v)
{
    learn_open_after_row next;
    if (learn_done_in_course(&rq->s, rq->s.me, v->lesson.course) == v->of)
        return see_other(rq, "/learn/%.*s/completion", STR_ARG(v->lesson.course));
    if (!learn_open_after(&rq->s, rq->s.me, v->lesson.pack, v->lesson.position, &next) &&
        !learn_open_after(&rq->s, rq->s.me, S(""), 0, &next))
        return see_other(rq, "/learn");
    notice(rq, FILL(&rq->s, T(&rq->s, "“{lesson}” is completed."), { "lesson", v->lesson.title }));
    return see_other(rq, "/learn/%.*s", STR_ARG(next.key));
}

static Reply completion_post(Request *rq)
{
    LessonView *v = lesson_view(&rq->s, key_of(rq, 3));
    if (!v) return not_found(rq);
    if (!v->done && !lesson_ready(&v->questions, &v->task)) return unprocessable(learn_show_open(rq, v));
    if (!v->done) learn_keep_done(&rq->s, v->lesson.key);
    return after_completion(rq, v);
}

/* ---- the module -------------------------------------------------------------------------------------------------- */

enum { TASK_BODY_MAX = 256 * 1024 };

static const Route routes[] = {
    GET ("/learn",                             programme_get,         .who = WHO_ANYONE, .page = "show_programme"),
    GET ("/learn/glossary",                    glossary_get,          .who = WHO_ANYONE, .page = "show_glossary"),
    GET ("/learn/visit",                       visit_get,             .who = WHO_ANYONE, .page = "show_sheet"),
    GET ("/learn/done",                        done_get,              .who = WHO_ANYONE, .page = "show_done"),
    GET ("/learn/content",                     content_get,           .who = WHO_ROLE, .role = LOOKS_AFTER, .in = role_somewhere, .page = "show_packs"),
    GET ("/learn/:module",                     module_get,            .who = WHO_ANYONE, .page = "show_module"),
    GET ("/learn/:module/before",              before_get,            .who = WHO_ANYONE, .page = "show_test"),
    GET ("/learn/:module/after",               after_get,             .who = WHO_ANYONE, .page = "show_test"),
    GET ("/learn/:module/:course",             course_get,            .who = WHO_ANYONE, .page = "show_course"),
    GET ("/learn/:module/:course/completion",  course_completion_get, .who = WHO_ANYONE, .page = "show_completion"),
    GET ("/learn/:module/:course/facilitator", facilitator_get,       .who = WHO_ANYONE, .page = "show_sheet"),
    GET ("/learn/:module/:course/:lesson",     lesson_get,            .who = WHO_ANYONE, .page = "show_lesson"),
    GET ("/learn/:module/:course/:lesson/print",       paper_get,        .who = WHO_ANYONE,  .page = "show_paper"),
    GET ("/learn/:module/:course/:lesson/questions",   questions_get,    .who = WHO_ANYONE,  .page = "show_questions"),
    GET ("/learn/:module/:course/:lesson/task",        task_get,         .who = WHO_ANYONE,  .page = "show_task"),
    GET ("/learn/:module/:course/:lesson/answers",     answers_get,      .who = WHO_ANYONE),
    POST("/learn/:module/:course/:lesson/answers",     answers_post,     .who = WHO_LEARNER, .page = "show_task",
         .body_max = TASK_BODY_MAX),
    GET ("/learn/:module/:course/:lesson/completion",  completion_get,   .who = WHO_ANYONE),
    POST("/learn/:module/:course/:lesson/completion",  completion_post,  .who = WHO_LEARNER, .page = "show_open"),
    GET ("/search",                                    search_get,       .who = WHO_ANYONE,  .page = "show_search"),
};

static void nav(Request *rq, Nav *bar)
{
    nav_add(rq, bar, T(&rq->s, "Learn"), "/learn");
    nav_add(rq, bar, T(&rq->s, "Search"), "/search");
}

const Module learn_module = {
    .name = "learn",
    .routes = routes,       .route_n = COUNT_OF(routes),
    .records = learn_records, .record_n = LEARN_RECORDS,
    .markup = &learn_pages_literals,
    .start = learn_start,   .nav = nav,               .works = learn_works,
                 .doctor = learn_doctor, .command = learn_command,
    .tool = learn_tool,
};
