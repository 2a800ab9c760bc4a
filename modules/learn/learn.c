/* learn - the rules: when a lesson is complete, where somebody goes on, and how records become rows. */
#include "learn_own.h"

#include "people/people.h"

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

/* The subject names the person too: what is said of "product.name" is said of hers alone. */
void learn_keep_answer(Scope *s, str lesson, str field, str value)
{
    Out body;
    out_init(&body, s->arena, value.n + 128);
    Json j = json_to(&body);
    json_object(&j, S(""));
    json_str(&j, S("lesson"), lesson);
    json_str(&j, S("field"), field);
    json_str(&j, S("value"), value);
    json_object_end(&j);
    journal_add(s, "learn.task", str_fmt(s->arena, "%lld/%.*s", (long long)s->me, STR_ARG(field)), out_text(&body));
}

void learn_keep_done(Scope *s, str lesson)
{
    Out body;
    out_init(&body, s->arena, 64);
    Json j = json_to(&body);
    json_object(&j, S(""));
    json_str(&j, S("lesson"), lesson);
    json_object_end(&j);
    journal_add(s, "learn.done", lesson, out_text(&body));
}

/* ---- records become rows ----------------------------------------------------------------------------------------- */

static bool key_shaped(str key)
{
    int slashes = 0;
    for (ptrdiff_t i = 0; i < key.n; i++) slashes += key.p[i] == '/';
    return slashes == 2 && key.n <= 3 * (PACK_NAME_MAX + 1);
}

static void apply_task(Scope *s, const Record *r)
{
    Body *b = body_read(s, r->body);
    if (!b) return;
    str lesson = body_str(b, "lesson"), field = body_str(b, "field");
    if (!key_shaped(lesson) || !field.n) return;
    int64_t person = people_canonical(s, r->actor);
    learn_put_answer(s, person, field, body_str(b, "value"), lesson, r->at, r->id);
    learn_put_place(s, person, lesson, r->at, r->id);
}

static void apply_done(Scope *s, const Record *r)
{
    Body *b = body_read(s, r->body);
    str lesson = b ? body_str(b, "lesson") : (str){ 0 };
    if (!key_shaped(lesson)) return;
    int64_t person = people_canonical(s, r->actor);
    learn_put_done(s, person, lesson, course_of(lesson), r->at, r->id);
    learn_put_place(s, person, lesson, r->at, r->id);
}

/* Questions belong to quiz. That somebody answered here says where she is. */
static void apply_answered(Scope *s, const Record *r)
{
    Body *b = body_read(s, r->body);
    str lesson = b ? body_str(b, "set") : (str){ 0 };
    if (key_shaped(lesson)) learn_put_place(s, people_canonical(s, r->actor), lesson, r->at, r->id);
}

static void drop_rows(Scope *s, int64_t person)
{
    learn_drop_answers(s, person);
    learn_drop_done(s, person);
    learn_drop_place(s, person);
}

static void apply_joined(Scope *s, const Record *r)
{
    int64_t from, into;
    if (!str_int(r->subject, &from) || (into = people_canonical(s, from)) == from) return;
    learn_give_answers(s, from, into);
    learn_give_done(s, from, into);
    learn_give_place(s, from, into);
    drop_rows(s, from);
}

static void apply_erased(Scope *s, const Record *r)
{
    int64_t person;
    if (str_int(r->subject, &person)) drop_rows(s, person);
}

const EntryKind learn_kinds[LEARN_KINDS] = {
    { "learn.task",    apply_task,     MERGE_LATEST, .personal = true },
    { "learn.done",    apply_done,     MERGE_APPEND, .personal = true },
    { "quiz.answered", apply_answered, MERGE_APPEND, .personal = true },
    { "person.joined", apply_joined,   MERGE_LATEST, .personal = true },
    { "person.erased", apply_erased,   MERGE_APPEND },
};

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

LearnAnswers learn_answers_of(Scope *s)
{
    learn_answers_rows rows = learn_answers(s, s->me);
    LearnAnswers all = { NEW(s->arena, LearnAnswer, rows.n + 1), rows.n };
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        const learn_answers_row *a = &rows.row[i];
        all.row[i] = (LearnAnswer){ a->field, a->value, a->label, a->unit, a->lesson, a->at };
    }
    return all;
}
