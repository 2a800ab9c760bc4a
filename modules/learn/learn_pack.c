/* learn_pack - which file of a pack is what, and in which order. */
#include "learn_pack.h"

enum { MODULES_MAX = PACK_LIST_MAX, TERMS_MAX = 1000, TERM_CHARS_MAX = 60, SHEET_MINUTES_MAX = 10000 };

enum {
    PROGRAMME_TITLE, PROGRAMME_FORMS, PROGRAMME_PHASES, PROGRAMME_MODULES, PROGRAMME_VISIT, PROGRAMME_LANGUAGE,
    PROGRAMME_KEYS,
};
static const HeadRule programme_rules[PROGRAMME_KEYS] = {
    [PROGRAMME_TITLE] = { "title", true },   [PROGRAMME_FORMS] = { "forms", true },
    [PROGRAMME_PHASES] = { "phases", true }, [PROGRAMME_MODULES] = { "modules", true },
    [PROGRAMME_VISIT] = { "visit", false },  [PROGRAMME_LANGUAGE] = { "language", false },
};

enum { MODULE_TITLE, MODULE_NUMBER, MODULE_COMPETENCIES, MODULE_COURSES, MODULE_KEYS };
static const HeadRule module_rules[MODULE_KEYS] = {
    [MODULE_TITLE] = { "title", true },               [MODULE_NUMBER] = { "number", true },
    [MODULE_COMPETENCIES] = { "competencies", true }, [MODULE_COURSES] = { "courses", false },
};

enum { COURSE_TITLE, COURSE_LEVEL, COURSE_OUTCOME, COURSE_AFTER, COURSE_KEYS };
static const HeadRule course_rules[COURSE_KEYS] = {
    [COURSE_TITLE] = { "title", true },     [COURSE_LEVEL] = { "level", true },
    [COURSE_OUTCOME] = { "outcome", true }, [COURSE_AFTER] = { "after", false },
};

enum { SHEET_TITLE, SHEET_MINUTES, SHEET_KEYS };
static const HeadRule sheet_rules[SHEET_KEYS] = {
    [SHEET_TITLE] = { "title", true }, [SHEET_MINUTES] = { "minutes", false }
};

enum { GLOSSARY_TITLE, GLOSSARY_KEYS };
static const HeadRule glossary_rules[GLOSSARY_KEYS] = { [GLOSSARY_TITLE] = { "title", true } };

/* First segments of addresses that the house uses itself, and last ones below a course. */
static const char *const taken_names[] = {
    "glossary", "visit", "content", "completion", "print", "task", "facilitator", "done", "before", "after",
};

static bool name_taken(str name)
{
    for (size_t i = 0; i < sizeof taken_names / sizeof *taken_names; i++)
        if (str_eq(name, str_from(taken_names[i]))) return true;
    return false;
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

PackFile *pack_file(const Pack *pack, str path)
{
    for (ptrdiff_t i = 0; i < pack->files.n; i++)
        if (str_eq(pack->files.row[i].path, path)) return &pack->files.row[i];
    return NULL;
}

PackModule *pack_module(const Pack *pack, str key)
{
    for (ptrdiff_t i = 0; i < pack->module_n; i++)
        if (str_eq(pack->module[i].key, key)) return &pack->module[i];
    return NULL;
}

PackCourse *pack_course(const Pack *pack, str key)
{
    for (ptrdiff_t i = 0; i < pack->course_n; i++)
        if (str_eq(pack->course[i].key, key)) return &pack->course[i];
    return NULL;
}

PackLesson *pack_lesson(const Pack *pack, str key)
{
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++)
        if (str_eq(pack->lesson[i].key, key)) return &pack->lesson[i];
    return NULL;
}

PackTerm *pack_term(const Pack *pack, str word)
{
    for (ptrdiff_t i = 0; i < pack->term_n; i++)
        if (str_eq_nocase(pack->term[i].term, word)) return &pack->term[i];
    return NULL;
}

/* The file at a path made of parts, marked as used; a problem at `asked_by` when it must be there and is not. */
static PackFile *claim(Pack *pack, str path, str asked_by, int line)
{
    PackFile *file = pack_file(pack, path);
    if (file) file->used = true;
    else if (asked_by.n) pack_problem(pack->problems, asked_by, line, "The file %.*s is missing.", STR_ARG(path));
    return file;
}

/* ---- clean text -------------------------------------------------------------------------------------------------- */

static str with_unix_lines(Arena *keep, str s)
{
    if (str_starts(s, S("\xEF\xBB\xBF"))) s = str_slice(s, 3, s.n);
    if (str_find(s, S("\r\n")) < 0) return s;
    Out o;
    out_init(&o, keep, s.n);
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (!(s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')) out_char(&o, s.p[i]);
    return out_text(&o);
}

static bool clean_text(Pack *pack, PackFile *file)
{
    file->bytes = with_unix_lines(pack->keep, file->bytes);
    if (str_is_plain(file->bytes, true)) return true;
    str rest = file->bytes, line;
    for (int at = 1; pack_line(&rest, &line); at++) {
        if (!str_is_utf8(line)) pack_problem(pack->problems, file->path, at, "This line is not UTF-8 text.");
        else if (!str_is_plain(line, false))
            pack_problem(pack->problems, file->path, at,
                         "A character that cannot be seen, or that turns the direction, stands in this line.");
    }
    return false;
}

/* Files with such lines are left out of all that follows: the line is told, and nothing else about them is certain. */
static void clean_files(Pack *pack, PackFiles files)
{
    pack->files.row = NEW(pack->keep, PackFile, files.n + 1);
    for (ptrdiff_t i = 0; i < files.n; i++) {
        PackFile file = files.row[i];
        if (clean_text(pack, &file)) pack->files.row[pack->files.n++] = file;
    }
}

/* ---- folders ----------------------------------------------------------------------------------------------------- */

/* Names of the folders directly below `under` ("" for the top), in order. */
static Strs folders(Pack *pack, str under)
{
    Strs found = { NEW(pack->keep, str, pack->files.n + 1), 0 };
    for (ptrdiff_t i = 0; i < pack->files.n; i++) {
        str path = pack->files.row[i].path;
        if (under.n && (!str_starts(path, under) || path.n <= under.n || path.p[under.n] != '/')) continue;
        str_pair cut = str_cut(under.n ? str_slice(path, under.n + 1, path.n) : path, '/');
        if (!cut.found || (found.n && str_eq(found.row[found.n - 1], cut.head))) continue;
        found.row[found.n++] = cut.head;
    }
    return found;
}

static bool among(Strs list, str s)
{
    for (ptrdiff_t i = 0; i < list.n; i++)
        if (str_eq(list.row[i], s)) return true;
    return false;
}

/* The folders named, in the order named. Those that exist and are not named are problems, and those named twice. */
static Strs in_named_order(Pack *pack, str under, Strs named, str file, int line, const char *what)
{
    Strs there = folders(pack, under), in_order = { NEW(pack->keep, str, named.n + 1), 0 };
    for (ptrdiff_t i = 0; i < named.n; i++) {
        if (among(in_order, named.row[i]))
            pack_problem(pack->problems, file, line, "%s \"%.*s\" is named twice.", what, STR_ARG(named.row[i]));
        else if (!pack_name_ok(named.row[i]) || name_taken(named.row[i]))
            pack_problem(pack->problems, file, line, "\"%.*s\" cannot be the name of a folder here.",
                         STR_ARG(named.row[i]));
        else in_order.row[in_order.n++] = named.row[i];
    }
    for (ptrdiff_t i = 0; i < there.n; i++)
        if (!among(in_order, there.row[i]))
            pack_problem(pack->problems, file, line, "The folder \"%.*s\" is there and is not named here.",
                         STR_ARG(there.row[i]));
    return in_order;
}

static str join(Pack *pack, str under, str name)
{
    return under.n ? str_fmt(pack->keep, "%.*s/%.*s", STR_ARG(under), STR_ARG(name)) : name;
}

/* ---- sheets and words -------------------------------------------------------------------------------------------- */

static void read_sheet(Pack *pack, str path, str key)
{
    PackFile *file = claim(pack, path, S(""), 0);
    if (!file) return;
    Head head = head_read(pack->problems, file, sheet_rules, SHEET_KEYS);
    pack->sheet[pack->sheet_n++] = (PackSheet){
        .file = path, .key = key, .title = head.value[SHEET_TITLE], .body = head.body,
        .minutes = head_int(pack->problems, file, &head, SHEET_MINUTES, "minutes", 0, SHEET_MINUTES_MAX),
    };
}

/* "pro forma invoice" -> "pro-forma-invoice": letters of other scripts stay as they are. */
static str term_key(Arena *keep, str term)
{
    Out o;
    out_init(&o, keep, term.n);
    for (ptrdiff_t i = 0; i < term.n; i++) {
        unsigned char c = (unsigned char)term.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (c >= 'A' && c <= 'Z') out_char(&o, (char)(c - 'A' + 'a'));
        else if (letter) out_char(&o, (char)c);
        else if (o.n && o.p[o.n - 1] != '-') out_char(&o, '-');
    }
    while (o.n && o.p[o.n - 1] == '-') o.n--;
    return out_text(&o);
}

static void add_term(Pack *pack, str file, int at, str term)
{
    if (!term.n || str_chars(term) > TERM_CHARS_MAX)
        return pack_problem(pack->problems, file, at, "A word of the glossary has 1 to %d characters.", TERM_CHARS_MAX);
    str key = term_key(pack->keep, term);
    for (ptrdiff_t i = 0; i < pack->term_n; i++)
        if (str_eq(pack->term[i].key, key))
            return pack_problem(pack->problems, file, at, "\"%.*s\" is already in the glossary.", STR_ARG(term));
    if (!key.n) return pack_problem(pack->problems, file, at, "A word of the glossary needs a letter.");
    if (pack->term_n == TERMS_MAX)
        return pack_problem(pack->problems, file, at, "The glossary is full: %d words.", TERMS_MAX);
    pack->term[pack->term_n++] = (PackTerm){ .term = term, .key = key, .body = { file, { 0 }, at + 1 } };
}

static void read_glossary(Pack *pack)
{
    PackFile *file = claim(pack, S("glossary.md"), S("programme.md"), 1);
    if (!file) return;
    Head head = head_read(pack->problems, file, glossary_rules, GLOSSARY_KEYS);
    pack->term = NEW(pack->keep, PackTerm, TERMS_MAX);
    str rest = head.body.text, line;
    PackText *open = NULL;
    for (int at = head.body.line; pack_line(&rest, &line); at++) {
        if (str_starts(line, S("## "))) {
            ptrdiff_t before = pack->term_n;
            add_term(pack, file->path, at, str_trim(str_slice(line, 3, line.n)));
            open = pack->term_n > before ? &pack->term[before].body : NULL;
            if (open) open->text = (str){ rest.p, 0 };
        } else if (open) {
            open->text.n = line.p + line.n - open->text.p;
        }
    }
    for (ptrdiff_t i = 0; i < pack->term_n; i++)
        if (!str_trim(pack->term[i].body.text).n)
            pack_problem(pack->problems, file->path, pack->term[i].body.line - 1, "\"%.*s\" is not explained.",
                         STR_ARG(pack->term[i].term));
}

/* ---- courses and lessons ----------------------------------------------------------------------------------------- */

/* "10-map" -> "map"; "" when it does not begin with a number. */
static str lesson_name(str stem)
{
    str_pair cut = str_cut(stem, '-');
    int64_t number;
    return cut.found && str_int(cut.head, &number) && number >= 0 ? cut.tail : (str){ 0 };
}

/* `asked_by`: the file that cannot be without it; "" for one that can. */
static PackBank read_bank(Pack *pack, str path, str asked_by)
{
    PackFile *file = claim(pack, path, asked_by, 1);
    if (!file) return (PackBank){ 0 };
    QuizBank bank = quiz_read(pack->keep, file->bytes, str_z(pack->keep, path));
    for (ptrdiff_t i = 0; i < bank.problem_n; i++)
        pack_problem(pack->problems, path, bank.problem[i].line, "%.*s", STR_ARG(bank.problem[i].sentence));
    if (!bank.question_n && !bank.problem_n) pack_problem(pack->problems, path, 1, "There is no question in this file.");
    return (PackBank){ path, bank };
}

static void add_lesson(Pack *pack, ptrdiff_t course, PackFile *file, str name)
{
    str key = join(pack, pack->course[course].key, name);
    file->used = true;
    if (!pack_name_ok(name) || name_taken(name))
        return pack_problem(pack->problems, file->path, 1, "\"%.*s\" cannot be the name of a lesson.", STR_ARG(name));
    if (pack_lesson(pack, key))
        return pack_problem(pack->problems, file->path, 1, "There are two lessons called \"%.*s\" in this course.",
                            STR_ARG(name));
    PackLesson *l = &pack->lesson[pack->lesson_n++];
    *l = (PackLesson){ .file = file->path, .key = key, .course = course };
    lesson_read(pack, file, l);
    l->questions = read_bank(pack, str_cat(pack->keep, str_slice(l->file, 0, l->file.n - 3), S(".gift")), l->file);
}

static void read_lessons(Pack *pack, ptrdiff_t course)
{
    str under = str_fmt(pack->keep, "%.*s/", STR_ARG(pack->course[course].key));
    ptrdiff_t before = pack->lesson_n;
    for (ptrdiff_t i = 0; i < pack->files.n; i++) {
        str path = pack->files.row[i].path, name = str_slice(path, under.n, path.n);
        if (!str_starts(path, under) || str_find(name, S("/")) >= 0 || !str_ends(name, S(".md"))) continue;
        str lesson = lesson_name(str_slice(name, 0, name.n - 3));
        if (lesson.n) add_lesson(pack, course, &pack->files.row[i], lesson);
    }
    if (pack->lesson_n == before)
        pack_problem(pack->problems, pack->course[course].file, 1,
                     "The course has no lesson: 10-name.md, 20-name.md, …");
}

static void read_course(Pack *pack, ptrdiff_t module, str name)
{
    str key = join(pack, pack->module[module].key, name), path = join(pack, key, S("course.md"));
    PackFile *file = claim(pack, path, pack->module[module].file, 1);
    if (!file) return;
    Head head = head_read(pack->problems, file, course_rules, COURSE_KEYS);
    str level = head.value[COURSE_LEVEL];
    if (level.n && (level.n != 1 || !strchr("SOG", level.p[0])))
        pack_problem(pack->problems, path, head.line[COURSE_LEVEL],
                     "\"level\" is S (starter), O (operating) or G (growing).");
    pack->course[pack->course_n++] = (PackCourse){
        .file = path, .key = key, .title = head.value[COURSE_TITLE], .outcome = head.value[COURSE_OUTCOME],
        .module = module, .level = level.n ? level.p[0] : 'S', .body = head.body,
        .after = pack_list(pack->keep, head.value[COURSE_AFTER], ';'), .after_line = head.line[COURSE_AFTER],
    };
    read_sheet(pack, join(pack, key, S("facilitator.md")), join(pack, key, S("facilitator")));
    read_lessons(pack, pack->course_n - 1);
}

static void read_module(Pack *pack, str name)
{
    str path = join(pack, name, S("module.md"));
    PackFile *file = claim(pack, path, S("programme.md"), 1);
    if (!file) return;
    Head head = head_read(pack->problems, file, module_rules, MODULE_KEYS);
    pack->module[pack->module_n] = (PackModule){
        .file = path, .key = name, .title = head.value[MODULE_TITLE], .body = head.body,
        .number = head_int(pack->problems, file, &head, MODULE_NUMBER, "number", 1, 99),
        .competencies = pack_list(pack->keep, head.value[MODULE_COMPETENCIES], ';'),
        .before = read_bank(pack, join(pack, name, S("before.gift")), S("")),
        .after = read_bank(pack, join(pack, name, S("after.gift")), S("")),
    };
    Strs named = pack_list(pack->keep, head.value[MODULE_COURSES], ';');
    Strs courses = named.n ? in_named_order(pack, name, named, path, head.line[MODULE_COURSES], "The course")
                           : folders(pack, name);
    ptrdiff_t module = pack->module_n++;
    for (ptrdiff_t i = 0; i < courses.n; i++) read_course(pack, module, courses.row[i]);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static void read_figures(Pack *pack)
{
    pack->figure = NEW(pack->keep, PackFigure, pack->files.n + 1);
    for (ptrdiff_t i = 0; i < pack->files.n; i++) {
        PackFile *file = &pack->files.row[i];
        ptrdiff_t at = str_find(file->path, S("/figures/"));
        if (at < 0 || !str_ends(file->path, S(".svg"))) continue;
        file->used = true;
        PackFigure *figure = &pack->figure[pack->figure_n];
        str name = str_slice(file->path, at + S("/figures/").n, file->path.n - S(".svg").n);
        *figure = (PackFigure){ .path = file->path, .name = name };
        pack->figure_n++;
        figure_read(pack->keep, pack->problems, file, figure);
    }
}

static bool read_programme(Pack *pack)
{
    PackFile *file = claim(pack, S("programme.md"), S("programme.md"), 1);
    if (!file) return false;
    Head head = head_read(pack->problems, file, programme_rules, PROGRAMME_KEYS);
    pack->title = head.value[PROGRAMME_TITLE];
    pack->forms = pack_list(pack->keep, head.value[PROGRAMME_FORMS], ';');
    pack->phases = pack_list(pack->keep, head.value[PROGRAMME_PHASES], ';');
    pack->visit = head.value[PROGRAMME_VISIT];
    pack->language = head.value[PROGRAMME_LANGUAGE].n ? head.value[PROGRAMME_LANGUAGE] : S("en");
    pack->body = head.body;
    Strs named = pack_list(pack->keep, head.value[PROGRAMME_MODULES], ';');
    pack->modules = in_named_order(pack, S(""), named, file->path, head.line[PROGRAMME_MODULES], "The module");
    return true;
}

static int by_place(const void *a, const void *b)
{
    const PackProblem *x = a, *y = b;
    int order = str_cmp(x->file, y->file);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

Pack *pack_read(Arena *keep, PackFiles files, PackProblems *problems)
{
    Pack *pack = NEW(keep, Pack, 1);
    *pack = (Pack){ .keep = keep, .problems = problems, .hash = pack_hash(keep, files) };
    clean_files(pack, files);
    pack->module = NEW(keep, PackModule, MODULES_MAX);
    pack->course = NEW(keep, PackCourse, pack->files.n + 1);
    pack->lesson = NEW(keep, PackLesson, pack->files.n + 1);
    pack->sheet = NEW(keep, PackSheet, pack->files.n + 1);
    if (read_programme(pack)) {
        read_glossary(pack);
        read_figures(pack);
        read_sheet(pack, S("visit.md"), S("visit"));
        for (ptrdiff_t i = 0; i < pack->modules.n; i++) read_module(pack, pack->modules.row[i]);
        pack_render(pack);
        pack_check(pack);
    }
    if (problems->n) qsort(problems->row, (size_t)problems->n, sizeof *problems->row, by_place);
    return pack;
}
