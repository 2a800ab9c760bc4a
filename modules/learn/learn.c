/* learn - the rules: when a lesson is complete, where somebody goes on, and how records become rows. */
#include "learn_own.h"

/* ---- standing ---------------------------------------------------------------------------------------------------- */

bool lesson_ready(const QuizStanding *questions, const learn_task_state_row *task)
{
    return (questions->done || !questions->questions) && task->filled == task->required;
}

str course_of(str lesson)
{
    while (lesson.n && lesson.p[lesson.n - 1] != '/') lesson.n--;
    return str_slice(lesson, 0, lesson.n - 1);
}

/* ---- doing ------------------------------------------------------------------------------------------------------- */

void learn_keep_answer(Scope *s, str lesson, str field, str value)
{
    learn_task_add(s, field, (learn_task_body){ lesson, field, value });
}

void learn_keep_done(Scope *s, str lesson)
{
    learn_done_add(s, lesson, (learn_done_body){ lesson });
}

/* ---- records become rows ----------------------------------------------------------------------------------------- */

static bool key_shaped(str key)
{
    int slashes = 0;
    for (ptrdiff_t i = 0; i < key.n; i++) slashes += key.p[i] == '/';
    return slashes == 2 && key.n <= 3 * (PACK_NAME_MAX + 1);
}

void learn_task_apply(Scope *s, const Record *r, const learn_task_body *b)
{
    bool own = r->actor == r->person;
    if (!key_shaped(b->lesson) || !b->field.n) return;
    bool beside = !own && learn_put_beside(s, r->person, b->field, b->value) > 0;
    if (!beside) learn_put_answer(s, r->person, b->field, b->value, b->lesson, r->at, r->id, own);
    learn_put_place(s, r->person, b->lesson, r->at, r->id);
}

void learn_done_apply(Scope *s, const Record *r, const learn_done_body *b)
{
    if (!key_shaped(b->lesson)) return;
    learn_put_done(s, r->person, b->lesson, course_of(b->lesson), r->at, r->id);
    learn_put_place(s, r->person, b->lesson, r->at, r->id);
}

void learn_works(Scope *s, int64_t person, Works *ret)
{
    int64_t n = learn_written(s, person);
    if (n) works_add(ret, TN(s, "{n} line of a task", "{n} lines of tasks", n));
}

/* Questions belong to quiz. That somebody answered here says where she is. */
void learn_hears_quiz_answered(Scope *s, const Record *r, const quiz_answered_body *b)
{
    if (key_shaped(b->set)) learn_put_place(s, r->person, b->set, r->at, r->id);
}

/* ---- for other modules ------------------------------------------------------------------------------------------- */

static Url lesson_url(Scope *s, str key) { return (Url){ str_fmt(s->arena, "/learn/%.*s", STR_ARG(key)) }; }

static bool stop_at_next(Scope *s, str pack, int64_t after, LearnStop *stop)
{
    learn_open_after_row next;
    if (!learn_open_after(s, s->me, pack, after, &next)) return false;
    stop->title = next.title;
    stop->course = next.course_title;
    stop->href = lesson_url(s, next.key);
    return true;
}

LearnStop learn_stop(Scope *s)
{
    LearnStop stop = { 0 };
    learn_place_row place = { 0 };
    if (s->me && learn_place(s, s->me, &place)) {
        stop.begun = true;
        stop.at = place.at;
        if (!place.done) {
            stop.title = place.title;
            stop.course = place.course_title;
            stop.href = lesson_url(s, place.key);
            return stop;
        }
    }
    bool found = (place.pack.n && stop_at_next(s, place.pack, place.position, &stop)) ||
                 stop_at_next(s, S(""), 0, &stop);
    stop.finished = !found && stop.begun;
    return stop;
}

LearnModules learn_modules_of(Scope *s)
{
    learn_modules_rows rows = learn_modules(s, s->me);
    LearnModules all = { NEW(s->arena, LearnModule, rows.n + 1), rows.n };
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        const learn_modules_row *m = &rows.row[i];
        all.row[i] = (LearnModule){ m->key, m->title, lesson_url(s, m->key), m->number, m->courses, m->lessons,
                                    m->minutes, m->done };
    }
    return all;
}
