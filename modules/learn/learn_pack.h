/* learn_pack - a pack as its author wrote it: read from a folder, checked, rendered. Nothing here knows a database or
 * a page.
 *
 *   PackFiles files = pack_folder(keep, "content/standard", &problems);     bytes from the disk (learn_folder.c)
 *   const Pack *pack = pack_read(keep, files, problems);     what they mean, and all that is wrong
 *
 * Rule     a pack with a problem is never installed. Reading goes on after a mistake, so that an author sees all of
 *          them at once; every problem names a file, a line and a sentence that says what to do.
 *
 * docs/AUTHORS.md is the language. */
#pragma once
#include "html/html.h"
#include "html/markdown.h"
#include "quiz/quiz.h"

enum {
    PACK_FILES_MAX    = 2000,
    PACK_BYTES_MAX    = 32 * 1024 * 1024,
    PACK_TEXT_MAX     = 64 * 1024,
    PACK_FIGURE_MAX   = 16 * 1024,
    PACK_PROBLEMS_MAX = 500,      /* told of one pack; more are counted */
    PACK_NAME_MAX     = 40,       /* bytes of the name of a file or folder */
    PACK_FIELDS_MAX   = 40,       /* in one task */
    PACK_LIST_MAX     = 40,       /* entries of a list in a head, options of a choice */
    PACK_TEXT_FIELD_MAX = 300, PACK_LONG_FIELD_MAX = 4000,     /* characters */
};

typedef struct Strs { str *row; ptrdiff_t n; } Strs;

/* ---- problems ---------------------------------------------------------------------------------------------------- */

typedef struct PackProblem { str file; int line; str sentence; } PackProblem;
typedef struct PackProblems {
    Arena       *keep;
    PackProblem *row;
    ptrdiff_t    n, cap;
    int64_t      untold;          /* beyond PACK_PROBLEMS_MAX */
} PackProblems;

void pack_problem(PackProblems *p, str file, int line, const char *format, ...) __attribute__((format(printf, 4, 5)));
static inline bool pack_is_clean(const PackProblems *p) { return p->n == 0; }

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* path: from the pack's folder, "practices/order/10-map.md" */
typedef struct PackFile { str path, bytes; bool used; } PackFile;
typedef struct PackFiles { PackFile *row; ptrdiff_t n; } PackFiles;

/* Every file below `folder`, in order of path. Symbolic links, odd names, foreign kinds and too much of anything are
 * problems. */
PackFiles pack_folder(Arena *keep, const char *folder, PackProblems *problems);
str       pack_hash(Arena *keep, PackFiles files);       /* hex; the same for the same paths, bytes and program */
bool      pack_name_ok(str name);                        /* small letters, digits and '-' between them */

/* ---- text -------------------------------------------------------------------------------------------------------- */

typedef struct PackText { str file, text; int line; } PackText;      /* a piece of a file and the line it begins at */

bool pack_line(str *rest, str *ret_line);                /* takes a line off the front, without LF; false at the end */
Strs pack_list(Arena *keep, str value, char between);    /* trimmed, without empty ones; at most PACK_LIST_MAX */

/* The lines between two "---" at the top of a file. `rules` names the keys; values come back in the same order. */
enum { HEAD_KEYS_MAX = 8 };
typedef struct HeadRule { const char *name; bool must; } HeadRule;
typedef struct Head { str value[HEAD_KEYS_MAX]; int line[HEAD_KEYS_MAX]; PackText body; } Head;
Head head_read(PackProblems *problems, const PackFile *file, const HeadRule *rules, int rule_n);
/* 0 when it is not said, or wrong, which is then a problem. */
int64_t head_int(PackProblems *problems, const PackFile *file, const Head *head, int key, const char *name, int64_t min,
                 int64_t max);

/* ---- task fields (learn_field.c) --------------------------------------------------------------------------------- */

typedef enum FieldKind {
    FIELD_TEXT = 1, FIELD_LONG, FIELD_NUMBER, FIELD_MONEY, FIELD_CHOICE, FIELD_ECONOMY, FIELD_DATE,
} FieldKind;

typedef struct TaskField {
    str       key, label, hint;
    FieldKind kind;
    bool      required;
    double    low, high;          /* number: its range; text and long: characters */
    str       unit;               /* number */
    Strs      options;            /* choice */
    int       line;
} TaskField;

bool field_line(str line);                                           /* does a line of a task describe a field? */
bool field_read(PackProblems *problems, str file, int line_number, str line, TaskField *ret);
str  field_type(Arena *keep, const TaskField *f);        /* what two uses of one key must agree in, in words */

/* ---- figures (learn_figure.c) ------------------------------------------------------------------------------------ */

/* root: attributes kept for <svg> */
typedef struct PackFigure { str path, name, view_box; Html root, inside; bool used; } PackFigure;

/* Reads an SVG by an allow-list and writes it anew: what is not known is not passed. False: *problems says why. */
bool figure_read(Arena *keep, PackProblems *problems, const PackFile *file, PackFigure *ret);
Html figure_html(Arena *keep, const PackFigure *figure, str alt);

/* ---- what a pack holds ------------------------------------------------------------------------------------------- */

/* gift: the file, "" when there is none */
typedef struct PackBank { str gift; QuizBank bank; } PackBank;

/* before, after: what its test asks of who begins and of who has been through it */
typedef struct PackModule {
    str  file, key, title;
    int64_t number;
    Strs competencies;
    PackBank before, after;
    PackText body; Html html;
} PackModule;

typedef struct PackCourse {
    str  file, key, title, outcome;
    char level;                   /* S, O or G */
    ptrdiff_t module;
    Strs after; int after_line;
    PackText body; Html html; str text;
} PackCourse;

typedef struct LessonPart { PackText source; Html html; } LessonPart;

typedef struct PackLesson {
    str  file, key, title, outcome;
    int64_t minutes; int minutes_line;
    ptrdiff_t course;
    Strs after; int after_line;   /* whole addresses */
    LessonPart body, task, keys, sources, changes;
    Html contents;                /* links to the headings of the body */
    str  task_title; int task_line;
    TaskField *field; ptrdiff_t field_n;
    PackBank questions;
    str  text;                    /* for search */
    int64_t words, figures, worked, specimens;
    int64_t bytes;                /* of its page, figures and all */
    int64_t facts, doubtful;      /* dated sources and what changes fast; of those, sources that say "check it before use" */
    double grade;                 /* years of school that reading it takes; English only */
} PackLesson;

/* A page beside the lessons: the visit, or a course led in a room. Its key is its address below /learn. */
typedef struct PackSheet { str file, key, title; int64_t minutes; PackText body; Html html; str text; } PackSheet;

/* key: the term as it stands in an address */
typedef struct PackTerm { str term, key; PackText body; Html html; str text; } PackTerm;

typedef struct Pack {
    Arena        *keep;
    PackFiles     files;
    PackProblems *problems;
    str           hash;

    str           title, language, visit;
    Strs          forms, phases, modules;
    PackText      body; Html html;

    PackModule *module; ptrdiff_t module_n;
    PackCourse *course; ptrdiff_t course_n;      /* in the order of the programme */
    PackLesson *lesson; ptrdiff_t lesson_n;      /* likewise */
    PackTerm   *term;   ptrdiff_t term_n;        /* in order of term */
    PackSheet  *sheet;  ptrdiff_t sheet_n;
    PackFigure *figure; ptrdiff_t figure_n;
} Pack;

Pack *pack_read(Arena *keep, PackFiles files, PackProblems *problems);

/* The halves of pack_read that have files of their own. */
void lesson_read(Pack *pack, PackFile *file, PackLesson *lesson);    /* learn_lesson.c: head, parts, task */
void pack_render(Pack *pack);                            /* learn_render.c: Markdown, links, terms, figures */
void pack_check(Pack *pack);                                         /* learn_check.c: what only the whole can tell */

/* learn_sums.c: every "3 × 4 is 12" in a file, done again; and does a text show a number within these bounds? */
void sums_check(Pack *pack, const PackFile *file);
bool sums_show(str text, double low, double high);

PackFile   *pack_file(const Pack *pack, str path);                   /* NULL: no such file */
PackLesson *pack_lesson(const Pack *pack, str key);
PackCourse *pack_course(const Pack *pack, str key);
PackModule *pack_module(const Pack *pack, str key);
PackTerm   *pack_term(const Pack *pack, str word);                   /* capitals do not matter */
