/* learn_lesson - one lesson: its head, and its body cut into what the page shows in places of its own.
 *
 * The task and the sections "Key points", "Sources" and "What changes fast" are taken out of the body. In every part
 * the lines that belong elsewhere are left empty, so that a problem found later can still name its line. */
#include "learn_pack.h"

enum { LESSON_TITLE, LESSON_MINUTES, LESSON_OUTCOME, LESSON_AFTER, LESSON_KEYS };
static const HeadRule lesson_rules[LESSON_KEYS] = {
    [LESSON_TITLE] = { "title", true },     [LESSON_MINUTES] = { "minutes", true },
    [LESSON_OUTCOME] = { "outcome", true }, [LESSON_AFTER] = { "after", false },
};
enum { MINUTES_MIN = 10, MINUTES_MAX = 30, KEY_POINTS_MIN = 2 };

/* ---- cutting ----------------------------------------------------------------------------------------------------- */

typedef enum Place { IN_BODY, IN_TASK, IN_KEYS, IN_SOURCES, IN_CHANGES, PLACES } Place;

typedef struct Cut {
    Pack       *pack;
    PackLesson *lesson;
    Out         text[PLACES];
    int         first[PLACES];       /* the line where a part begins; 0: not begun */
    Place       section, place;      /* section: what the heading opened; place: the same, or the task inside it */
    char        fence;               /* the sign of an open code fence: inside it nothing else has a meaning */
} Cut;

static const char *const section_names[PLACES] = {
    [IN_KEYS] = "Key points", [IN_SOURCES] = "Sources", [IN_CHANGES] = "What changes fast",
};

static Place section_named(str heading)
{
    for (int i = IN_KEYS; i < PLACES; i++)
        if (str_eq_nocase(heading, str_from(section_names[i]))) return (Place)i;
    return IN_BODY;
}

static bool fence_mark(Cut *c, str line)
{
    if (!str_starts(line, S("```")) && !str_starts(line, S("~~~"))) return false;
    if (!c->fence) c->fence = line.p[0];
    else if (c->fence == line.p[0]) c->fence = '\0';
    return true;
}

static void begin_part(Cut *c, Place place, int at)
{
    c->place = place;
    if (c->first[place]) {
        if (place == IN_TASK)
            pack_problem(c->pack->problems, c->lesson->file, at, "A lesson has one task; this is another one.");
        else pack_problem(c->pack->problems, c->lesson->file, at, "\"## %s\" stands here twice.", section_names[place]);
        return;
    }
    c->first[place] = at;
    out_init(&c->text[place], c->pack->keep, 1024);
}

static void end_task(Cut *c, int at, bool closed)
{
    if (!closed)
        pack_problem(c->pack->problems, c->lesson->file, at,
                     "The task is not closed by a line of three ':' before this.");
    c->place = c->section;
}

/* True: the line opens or closes a part and is not text of any. */
static bool mark(Cut *c, str line, int at)
{
    bool in_task = c->place == IN_TASK;
    if (str_starts(line, S("## "))) {
        if (in_task) end_task(c, at, false);
        c->section = c->place = section_named(str_trim(str_slice(line, 3, line.n)));
        if (c->section != IN_BODY) begin_part(c, c->section, at);
        return c->section != IN_BODY;
    }
    if (in_task && str_eq(line, S(":::"))) {
        end_task(c, at, true);
        return true;
    }
    if (str_eq(line, S("::: task")) || str_starts(line, S("::: task "))) {
        c->lesson->task_title = str_trim(str_slice(line, S("::: task").n, line.n));
        c->lesson->task_line = at;
        begin_part(c, IN_TASK, at);
        return true;
    }
    if (in_task && str_starts(line, S(":::"))) {
        pack_problem(c->pack->problems, c->lesson->file, at, "A block may not stand inside a task.");
        return true;
    }
    return false;
}

static void put_line(Cut *c, str line, bool is_mark)
{
    for (int place = IN_BODY; place < PLACES; place++) {
        if (place != IN_BODY && !c->first[place]) continue;
        if ((int)c->place == place && !is_mark) out_str(&c->text[place], line);
        out_char(&c->text[place], '\n');
    }
}

static void cut_body(Cut *c, PackText body)
{
    str rest = body.text, line;
    int at = body.line;
    for (; pack_line(&rest, &line); at++) {
        str bare = str_trim(line);
        bool fenced = fence_mark(c, bare) || c->fence;
        put_line(c, line, !fenced && mark(c, bare, at));
    }
    if (c->place == IN_TASK) end_task(c, at - 1, false);
}

static LessonPart part(const Cut *c, Place place)
{
    return (LessonPart){ .source = { c->lesson->file, out_text(&c->text[place]), c->first[place] } };
}

/* ---- the task ---------------------------------------------------------------------------------------------------- */

static void add_field(Pack *pack, PackLesson *l, int at, str line)
{
    TaskField f;
    if (!field_read(pack->problems, l->file, at, line, &f)) return;
    for (ptrdiff_t i = 0; i < l->field_n; i++)
        if (str_eq(l->field[i].key, f.key))
            return pack_problem(pack->problems, l->file, at, "The field \"%.*s\" stands here twice.", STR_ARG(f.key));
    if (l->field_n == PACK_FIELDS_MAX)
        return pack_problem(pack->problems, l->file, at, "A task has at most %d fields.", PACK_FIELDS_MAX);
    l->field[l->field_n++] = f;
}

/* Takes the fields out of the task; what is left is the text above them. */
static void read_task(Pack *pack, PackLesson *l)
{
    l->field = NEW(pack->keep, TaskField, PACK_FIELDS_MAX);
    str rest = l->task.source.text, line;
    Out text;
    out_init(&text, pack->keep, rest.n + 1);
    for (int at = l->task.source.line; pack_line(&rest, &line); at++) {
        if (field_line(line)) add_field(pack, l, at, line);
        else out_str(&text, line);
        out_char(&text, '\n');
    }
    l->task.source.text = out_text(&text);
    if (!l->task_title.n)
        pack_problem(pack->problems, l->file, l->task_line,
                     "The task needs a title: `::: task Write down your own order`.");
    if (!l->field_n)
        pack_problem(pack->problems, l->file, l->task_line,
                     "The task has no field that can be used, so nothing can be kept of it.");
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

typedef struct Entry { str text; int line; } Entry;

static bool begins_entry(str line)
{
    str s = str_trim(line);
    ptrdiff_t digits = 0;
    while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9') digits++;
    if (digits) return str_starts(str_slice(s, digits, s.n), S(". "));
    return str_starts(s, S("- ")) || str_starts(s, S("* "));
}

/* The next entry of a list, with the lines it goes on in. */
static bool next_entry(str *rest, int *at, Entry *ret)
{
    str line;
    const char *from = NULL;
    while (rest->n) {
        str before = *rest;
        pack_line(rest, &line);
        if (begins_entry(line)) {
            if (from) {
                *rest = before;
                break;
            }
            from = line.p;
            ret->line = *at;
        }
        (*at)++;
        if (from) ret->text = (str){ from, line.n ? line.p + line.n - from : ret->text.n };
    }
    return from != NULL;
}

static bool digit_at(str s, ptrdiff_t i) { return i >= 0 && i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; }

/* A year that stands alone, 1900 to 2099: every way of writing a date has one. */
static bool has_date(str s)
{
    for (ptrdiff_t i = 0; i + 4 <= s.n; i++) {
        bool century = (s.p[i] == '1' && s.p[i + 1] == '9') || (s.p[i] == '2' && s.p[i + 1] == '0');
        if (century && digit_at(s, i + 2) && digit_at(s, i + 3) && !digit_at(s, i - 1) && !digit_at(s, i + 4))
            return true;
    }
    return false;
}

static int64_t entries(str text)
{
    int64_t n = 0;
    int at = 0;
    for (Entry e; next_entry(&text, &at, &e);) n++;
    return n;
}

static void check_sources(Pack *pack, PackLesson *l)
{
    str rest = l->sources.source.text;
    int at = l->sources.source.line;
    Entry e;
    while (next_entry(&rest, &at, &e)) {
        l->facts++;
        l->doubtful += str_find(e.text, S("check it before use")) >= 0;
        if (!has_date(e.text))
            pack_problem(pack->problems, l->file, e.line,
                         "This source has no date. Say when it was written or read, as in 2026-11-22.");
    }
    if (!l->facts)
        pack_problem(pack->problems, l->file, l->sources.source.line, "\"## Sources\" needs a list of sources.");
    l->facts += entries(l->changes.source.text);
}

static void check_parts(Pack *pack, PackLesson *l)
{
    if (!l->task_line) pack_problem(pack->problems, l->file, 1, "The lesson has no task: `::: task Title` … `:::`.");
    if (!l->keys.source.line) pack_problem(pack->problems, l->file, 1, "The lesson has no \"## Key points\".");
    else if (entries(l->keys.source.text) < KEY_POINTS_MIN)
        pack_problem(pack->problems, l->file, l->keys.source.line, "\"## Key points\" needs a list of at least %d.",
                     KEY_POINTS_MIN);
    if (!l->sources.source.line) pack_problem(pack->problems, l->file, 1, "The lesson has no \"## Sources\".");
    else check_sources(pack, l);
}

/* ---- the lesson -------------------------------------------------------------------------------------------------- */

/* "map" is in this course, "practices/order/map" anywhere. */
static Strs whole_addresses(Pack *pack, const PackLesson *l, Strs names)
{
    str course = pack->course[l->course].key;
    for (ptrdiff_t i = 0; i < names.n; i++)
        if (str_find(names.row[i], S("/")) < 0)
            names.row[i] = str_fmt(pack->keep, "%.*s/%.*s", STR_ARG(course), STR_ARG(names.row[i]));
    return names;
}

void lesson_read(Pack *pack, PackFile *file, PackLesson *l)
{
    Head head = head_read(pack->problems, file, lesson_rules, LESSON_KEYS);
    l->title = head.value[LESSON_TITLE];
    l->outcome = head.value[LESSON_OUTCOME];
    l->minutes = head_int(pack->problems, file, &head, LESSON_MINUTES, "minutes", MINUTES_MIN, MINUTES_MAX);
    l->minutes_line = head.line[LESSON_MINUTES];
    l->after = whole_addresses(pack, l, pack_list(pack->keep, head.value[LESSON_AFTER], ';'));
    l->after_line = head.line[LESSON_AFTER];

    Cut c = { .pack = pack, .lesson = l, .first[IN_BODY] = head.body.line };
    out_init(&c.text[IN_BODY], pack->keep, head.body.text.n + 1);
    cut_body(&c, head.body);
    l->body = part(&c, IN_BODY);
    l->task = part(&c, IN_TASK);
    l->keys = part(&c, IN_KEYS);
    l->sources = part(&c, IN_SOURCES);
    l->changes = part(&c, IN_CHANGES);
    if (l->task_line) read_task(pack, l);
    check_parts(pack, l);
}
