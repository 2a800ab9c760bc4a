/* learn_install - a clean pack becomes what people read: all of it in one transaction, or nothing. */
#include "learn_own.h"

#include "os/os.h"
#include "search/search.h"
#include "web/site.h"

enum {
    INSTALL_BYTES = 512 << 20,          /* address space; only what is used is taken */
    LOGGED_MAX    = 20,
    WEIGHT_TERM = 4, WEIGHT_LESSON = 3, WEIGHT_COURSE = 2, WEIGHT_PAGE = 1,
};

typedef struct Install { Scope *s; str name; const Pack *pack; } Install;

static str lines(Arena *keep, Strs list) { return str_join(keep, list.row, list.n, S("\n")); }
static str url_of(Arena *keep, str key) { return str_fmt(keep, "/learn/%.*s", STR_ARG(key)); }
static const PackCourse *course_of_lesson(const Pack *pack, const PackLesson *l) { return &pack->course[l->course]; }
static const PackModule *module_of_lesson(const Pack *pack, const PackLesson *l)
{
    return &pack->module[pack->course[l->course].module];
}

/* ---- search ------------------------------------------------------------------------------------------------------ */

static void forget_found(Install *in)
{
    learn_found_in_pack_rows found = learn_found_in_pack(in->s, in->name);
    for (ptrdiff_t i = 0; i < found.n; i++) search_drop(in->s, found.row[i].kind, found.row[i].key);
}

static void make_found(Install *in, SearchDoc doc)
{
    SCRATCH(tmp, in->s->arena);
    Scope s = *in->s;
    s.arena = &tmp;
    doc.lang = in->pack->language;
    search_put(&s, &doc);
}

/* ---- what comes next --------------------------------------------------------------------------------------------- */

typedef struct Next { const PackLesson *lesson; NextWhy why; str where; } Next;

static bool builds_on(const PackLesson *next, str key)
{
    for (ptrdiff_t i = 0; i < next->after.n; i++)
        if (str_eq(next->after.row[i], key)) return true;
    return false;
}

static Next next_of(const Pack *pack, ptrdiff_t i)
{
    if (i + 1 == pack->lesson_n) return (Next){ 0 };
    const PackLesson *l = &pack->lesson[i], *next = l + 1;
    const PackModule *module = module_of_lesson(pack, next);
    if (builds_on(next, l->key)) return (Next){ next, NEXT_BUILDS, { 0 } };
    if (next->course == l->course) return (Next){ next, NEXT_STEP, { 0 } };
    if (module == module_of_lesson(pack, l)) return (Next){ next, NEXT_COURSE, course_of_lesson(pack, next)->title };
    return (Next){ next, NEXT_MODULE, module->title };
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static void drop_content(Install *in)
{
    forget_found(in);
    learn_drop_modules(in->s, in->name);
    learn_drop_courses(in->s, in->name);
    learn_drop_after(in->s, in->name);
    learn_drop_near(in->s, in->name);
    learn_drop_lessons(in->s, in->name);
    learn_drop_fields(in->s, in->name);
    learn_drop_papers(in->s, in->name);
    learn_drop_sheets(in->s, in->name);
    learn_drop_terms(in->s, in->name);
}

typedef struct Sum { int64_t courses, lessons, minutes; } Sum;

static Sum sum_of(const Pack *pack, ptrdiff_t module, ptrdiff_t course)      /* -1: any */
{
    Sum sum = { 0 };
    for (ptrdiff_t i = 0; i < pack->course_n; i++) sum.courses += module < 0 || pack->course[i].module == module;
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++) {
        const PackLesson *l = &pack->lesson[i];
        if ((module >= 0 && course_of_lesson(pack, l)->module != module) || (course >= 0 && l->course != course))
            continue;
        sum.lessons++;
        sum.minutes += l->minutes;
    }
    return sum;
}

static void put_test(Install *in, const PackModule *m, const char *when, const PackBank *test)
{
    str set = str_fmt(in->s->arena, "%.*s/%s", STR_ARG(m->key), when);
    quiz_install(in->s, set, m->title, url_of(in->s->arena, set), &test->bank);
}

static void put_modules(Install *in)
{
    const Pack *pack = in->pack;
    for (ptrdiff_t i = 0; i < pack->module_n; i++) {
        const PackModule *m = &pack->module[i];
        Sum sum = sum_of(pack, i, -1);
        str competencies = lines(in->s->arena, m->competencies);
        learn_module_put(in->s, m->key, in->name, pack->language, i + 1, m->number, m->title, competencies, sum.courses,
                         sum.lessons, sum.minutes, m->html.s);
        make_found(in, (SearchDoc){ S("module"), m->key, .title = m->title, .url = url_of(in->s->arena, m->key),
                                    .text = competencies, .area = pack->title, .weight = WEIGHT_COURSE });
        put_test(in, m, "before", &m->before);
        put_test(in, m, "after", &m->after);
    }
}

/* What the page of a course, or of one of its lessons, lists. */
static void put_near(Install *in, str page, ptrdiff_t course, const PackLesson *lesson)
{
    for (ptrdiff_t i = 0; i < in->pack->lesson_n; i++) {
        const PackLesson *l = &in->pack->lesson[i];
        bool inside = l->course == course, before = lesson && builds_on(lesson, l->key);
        if (inside || before)
            learn_near_put(in->s, page, i + 1, in->name, l->key, l->title, l->minutes, inside, before);
    }
}

static bool is_led(const Pack *pack, const PackCourse *c)
{
    for (ptrdiff_t i = 0; i < pack->sheet_n; i++)
        if (str_eq(course_of(pack->sheet[i].key), c->key)) return true;
    return false;
}

static void put_courses(Install *in)
{
    const Pack *pack = in->pack;
    for (ptrdiff_t i = 0; i < pack->course_n; i++) {
        const PackCourse *c = &pack->course[i];
        const PackModule *m = &pack->module[c->module];
        Sum sum = sum_of(pack, -1, i);
        learn_course_put(in->s, c->key, in->name, pack->language, m->key, i + 1, c->title, m->title,
                         (str){ &c->level, 1 }, c->outcome, sum.lessons, sum.minutes, is_led(pack, c), c->html.s);
        put_near(in, c->key, i, NULL);
        for (ptrdiff_t k = 0; k < c->after.n; k++)
            learn_after_put(in->s, in->name, c->key, k + 1, c->after.row[k], pack_course(pack, c->after.row[k])->title);
        make_found(in, (SearchDoc){ S("course"), c->key, .title = c->title, .url = url_of(in->s->arena, c->key),
                                    .area = m->title,
                                    .text = str_fmt(in->s->arena, "%.*s\n%.*s", STR_ARG(c->outcome), STR_ARG(c->text)),
                                    .weight = WEIGHT_COURSE });
    }
}

static void put_fields(Install *in, const PackLesson *l)
{
    for (ptrdiff_t i = 0; i < l->field_n; i++) {
        const TaskField *f = &l->field[i];
        learn_field_put(in->s, l->key, i + 1, in->name, f->key, f->kind, f->required, f->label, f->hint, f->unit,
                        f->low, f->high, lines(in->s->arena, f->options));
    }
}

static void put_lesson(Install *in, ptrdiff_t i)
{
    Scope *s = in->s;
    const Pack *pack = in->pack;
    const PackLesson *l = &pack->lesson[i];
    const PackCourse *c = course_of_lesson(pack, l);
    const PackModule *m = module_of_lesson(pack, l);
    Next next = next_of(pack, i);
    str next_key = next.lesson ? next.lesson->key : (str){ 0 };
    str next_title = next.lesson ? next.lesson->title : (str){ 0 };
    learn_lesson_put(s, l->key, in->name, pack->language, i + 1, c->key, m->key, l->title, l->outcome, l->minutes,
                     c->title, m->title, l->task_title, next_key, next_title, next.where, next.why, l->contents.s,
                     l->body.html.s, l->task.html.s, l->keys.html.s, l->sources.html.s, l->changes.html.s);
    put_near(in, l->key, l->course, l);
    put_fields(in, l);
    learn_paper_put(s, l->key, in->name, pack_file(pack, l->questions.gift)->bytes);
    quiz_install(s, l->key, l->title, str_cat(s->arena, url_of(s->arena, l->key), S("/questions")), &l->questions.bank);
    make_found(in, (SearchDoc){ S("lesson"), l->key, .title = l->title, .url = url_of(s->arena, l->key),
                                .text = l->text, .weight = WEIGHT_LESSON,
                                .area = str_fmt(s->arena, "%.*s · %.*s", STR_ARG(m->title), STR_ARG(c->title)) });
}

/* Several packs may have a visit, or explain the same word. */
static str key_in_pack(Install *in, str key)
{
    return str_fmt(in->s->arena, "%.*s/%.*s", STR_ARG(in->name), STR_ARG(key));
}

static void put_sheets(Install *in)
{
    for (ptrdiff_t i = 0; i < in->pack->sheet_n; i++) {
        const PackSheet *sheet = &in->pack->sheet[i];
        learn_sheet_put(in->s, sheet->key, in->name, in->pack->language, sheet->title, sheet->minutes, sheet->html.s);
        make_found(in, (SearchDoc){ S("page"), key_in_pack(in, sheet->key), .title = sheet->title,
                                    .url = url_of(in->s->arena, sheet->key), .text = sheet->text,
                                    .area = in->pack->title, .weight = WEIGHT_PAGE });
    }
}

static void put_terms(Install *in)
{
    for (ptrdiff_t i = 0; i < in->pack->term_n; i++) {
        const PackTerm *t = &in->pack->term[i];
        str url = str_fmt(in->s->arena, "/learn/glossary#%.*s", STR_ARG(url_escape(in->s->arena, t->key)));
        learn_term_put(in->s, t->key, in->name, in->pack->language, i + 1, t->term, t->html.s);
        make_found(in, (SearchDoc){ S("term"), key_in_pack(in, t->key), .title = t->term, .url = url, .text = t->text,
                                    .weight = WEIGHT_TERM });
    }
}

/* Questions of lessons that are gone are asked no more; what was answered stays. */
static void retire_questions(Install *in, learn_lessons_of_pack_rows before)
{
    for (ptrdiff_t i = 0; i < before.n; i++)
        if (!pack_lesson(in->pack, before.row[i].key))
            quiz_install(in->s, before.row[i].key, S(""), S("/learn"), &(QuizBank){ 0 });
}

void learn_install(Scope *s, str name, const Pack *pack)
{
    Install in = { s, name, pack };
    learn_lessons_of_pack_rows before = learn_lessons_of_pack(s, name);
    int64_t questions = 0;
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++) questions += pack->lesson[i].questions.bank.question_n;
    for (ptrdiff_t i = 0; i < pack->module_n; i++)
        questions += pack->module[i].before.bank.question_n + pack->module[i].after.bank.question_n;
    Sum sum = sum_of(pack, -1, -1);
    learn_pack_claim(s, name, s->now);
    drop_content(&in);
    learn_pack_put(s, name, pack->hash, s->now, pack->language, pack->title, lines(s->arena, pack->forms),
                   lines(s->arena, pack->phases), pack->visit, pack->module_n, sum.courses, sum.lessons, questions,
                   pack->html.s);
    put_modules(&in);
    put_courses(&in);
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++) put_lesson(&in, i);
    put_sheets(&in);
    put_terms(&in);
    retire_questions(&in, before);
}

/* ---- beside other packs ------------------------------------------------------------------------------------------ */

static void check_owner(Scope *s, str name, str key, str file, PackProblems *problems)
{
    learn_other_owner_row other;
    if (learn_other_owner(s, key, name, &other))
        pack_problem(problems, file, 1, "The pack \"%.*s\" has something at the address %.*s already.",
                     STR_ARG(other.pack), STR_ARG(key));
}

void learn_check_beside(Scope *s, str name, const Pack *pack, PackProblems *problems)
{
    for (ptrdiff_t i = 0; i < pack->module_n; i++)
        check_owner(s, name, pack->module[i].key, pack->module[i].file, problems);
    for (ptrdiff_t i = 0; i < pack->course_n; i++)
        check_owner(s, name, pack->course[i].key, pack->course[i].file, problems);
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++)
        check_owner(s, name, pack->lesson[i].key, pack->lesson[i].file, problems);
}

str pack_name_of(Arena *keep, const char *folder)
{
    str name = str_from(folder);
    while (str_ends(name, S("/"))) name = str_slice(name, 0, name.n - 1);
    for (ptrdiff_t i = name.n; i > 0; i--)
        if (name.p[i - 1] == '/') return str_keep(keep, str_slice(name, i, name.n));
    return str_keep(keep, name);
}

/* ---- the standard pack at start ---------------------------------------------------------------------------------- */

static str problems_text(Arena *keep, const PackProblems *problems)
{
    Out o;
    out_init(&o, keep, 1024);
    for (ptrdiff_t i = 0; i < problems->n; i++)
        out_fmt(&o, "%.*s:%d: %.*s\n", STR_ARG(problems->row[i].file), problems->row[i].line,
                STR_ARG(problems->row[i].sentence));
    return out_text(&o);
}

static void refuse(Scope *s, str name, const PackProblems *problems)
{
    int64_t n = problems->n + problems->untold;
    for (ptrdiff_t i = 0; i < problems->n && i < LOGGED_MAX; i++)
        os_log(LOG_WARN, "learn: %.*s/%.*s:%d: %.*s", STR_ARG(name), STR_ARG(problems->row[i].file),
               problems->row[i].line, STR_ARG(problems->row[i].sentence));
    os_log(LOG_WARN, "learn: the pack %.*s has %lld problems and is not installed; what was there before stays",
           STR_ARG(name), (long long)n);
    learn_pack_refused(s, name, problems_text(problems->keep, problems), n);
}

static bool in_use(Scope *s, str name, str hash)
{
    learn_pack_row used;
    if (!learn_pack(s, name, &used) || !str_eq(used.hash, hash)) return false;
    if (used.problem_n) learn_pack_fits(s, name, s->now);
    return true;
}

static void install_if_new(Scope *s, const char *folder, Arena *keep)
{
    PackProblems problems = { .keep = keep };
    str name = pack_name_of(keep, folder);
    PackFiles files = pack_folder(keep, folder, &problems);
    str hash = pack_hash(keep, files);
    if (pack_is_clean(&problems) && in_use(s, name, hash)) return;
    Pack *pack = pack_read(keep, files, &problems);
    learn_pack_claim(s, name, s->now);
    if (pack_is_clean(&problems) && in_use(s, name, hash)) return;
    learn_check_beside(s, name, pack, &problems);
    if (!pack_is_clean(&problems)) {
        refuse(s, name, &problems);
        return;
    }
    learn_install(s, name, pack);
    os_log(LOG_INFO, "learn: the pack %.*s is installed: %lld lessons", STR_ARG(name), (long long)pack->lesson_n);
}

static void close_region(void *region) { region_close(region); }

bool learn_start(Scope *s)
{
    const char *content = s->site->config.content;
    if (!content || !*content) return true;
    const char *folder = str_z(s->arena, str_fmt(s->arena, "%s/standard", content));
    Region *region = NEW(s->arena, Region, 1);
    if (!region_open(region, INSTALL_BYTES)) fault(s, FAULT_MEMORY, "no room to read the content");
    scope_defer(s, close_region, region);
    Arena keep = region_arena(region, s->landing);
    install_if_new(s, folder, &keep);
    return true;
}

/* ---- doctor ------------------------------------------------------------------------------------------------------ */

bool learn_doctor(Scope *s, Doctor *d)
{
    learn_packs_rows packs = learn_packs(s);
    if (!packs.n)
        doctor_bad(d, "put the folder `standard` into the content folder (SAMPAN_CONTENT) and start again",
                   "no content is installed");
    for (ptrdiff_t i = 0; i < packs.n; i++) {
        const learn_packs_row *p = &packs.row[i];
        if (p->problem_n)
            doctor_bad(d, "run `sampan learn check FOLDER`, mend the files and start again",
                       "the files of the pack %.*s have %lld problems%s", STR_ARG(p->pack), (long long)p->problem_n,
                       p->hash.n ? "; what was installed before is in use" : "");
        else doctor_fine(d, "the pack %.*s is in use: %lld lessons", STR_ARG(p->pack), (long long)p->lessons);
    }
    return true;
}
