/* learn_view - what each page shows, gathered before it is written; the same is its JSON face. */
#pragma once
#include "learn_own.h"
#include "search/search.h"

Url learn_url(Scope *s, str key);                        /* "practices/order" -> "/learn/practices/order" */
Url learn_url_below(Scope *s, str key, const char *last);/* and "/print" or the like after it */
str direction_of(str language);   /* "rtl" or "ltr": a lesson is not always in the language of the page around it */
str part_name(Scope *s, str word);                       /* a usual form or phase, in the reader's language */
str level_name(Scope *s, str level);                     /* "S" -> "Starter" */

/* ---- /learn ------------------------------------------------------------------------------------------------------ */

typedef struct ProgrammeView {
    learn_programme_row programme;
    bool         there;               /* a pack is installed */
    Strs         forms, phases;
    LearnModules modules;
    LearnStop    stop;
    int64_t      lessons, done;
} ProgrammeView;
ProgrammeView *programme_view(Scope *s);
void ProgrammeView_json(Json *j, str key, const ProgrammeView *v);

/* ---- a module and a course --------------------------------------------------------------------------------------- */

/* before, after: how she stands in the module's tests; without questions where there is no test */
typedef struct ModuleView {
    learn_module_at_row module;
    Strs                competencies;
    learn_courses_rows  courses;
    QuizStanding        before, after;
} ModuleView;
ModuleView *module_view(Scope *s, str key);              /* NULL: no such module */
void ModuleView_json(Json *j, str key, const ModuleView *v);

typedef struct CourseView {
    learn_course_row          course;
    learn_courses_before_rows before;
    learn_around_rows         lessons;
    int64_t                   done;
    bool                      next_there;  /* the first lesson of it that is open, or after it */
    learn_open_after_row      next;
} CourseView;
CourseView *course_view(Scope *s, str key);
void CourseView_json(Json *j, str key, const CourseView *v);

/* ---- a lesson ---------------------------------------------------------------------------------------------------- */

/* A step to completion. title and href: the page where it is done; next: the first of these that is open. */
typedef struct RuleLine { bool met, next; str title, text, so_far; Url href; } RuleLine;
typedef struct RuleLines { RuleLine *row; ptrdiff_t n; } RuleLines;

typedef struct LessonView {
    learn_lesson_row   lesson;
    learn_around_rows  around;
    Standing           standing;
    RuleLines          rule;           /* what makes it complete, and what is still missing, in plain words */
    str                why_next;
    int64_t            place, of;      /* third of four in its course */
    /* only from task_view: */
    learn_fields_rows  rows;           /* the task as it is kept … */
    FieldsShown        fields;         /* … and as it is shown */
    int64_t            seen;           /* the newest answer the page shows: see learn_web.c */
} LessonView;
LessonView *lesson_view(Scope *s, str key);              /* NULL: no such lesson */
LessonView *task_view(Scope *s, str key);                /* with the fields to fill in; NULL too for a lesson without a task */
void LessonView_json(Json *j, str key, const LessonView *v);

/* ---- the words --------------------------------------------------------------------------------------------------- */

/* letter: the first of a term; key: the first term that begins with it */
typedef struct Letter { str letter, key; } Letter;
typedef struct Letters { Letter *row; ptrdiff_t n; } Letters;
typedef struct GlossaryView { learn_terms_rows terms; Letters letters; } GlossaryView;
GlossaryView *glossary_view(Scope *s);
void GlossaryView_json(Json *j, str key, const GlossaryView *v);

/* ---- search (learn_search.c) ------------------------------------------------------------------------------------- */

Reply search_get(Request *rq);
Url hit_url(Scope *s, const SearchHit *hit);
str kind_name(Scope *s, str kind);                       /* "lesson" -> "Lesson", in the reader's language */

/* ---- paper (learn_paper.c) --------------------------------------------------------------------------------------- */

typedef enum PaperShape { PAPER_BOXES = 1, PAPER_NUMBERS, PAPER_LETTERS, PAPER_LINE, PAPER_GAPS } PaperShape;
typedef struct PaperChoice { str letter; Html text; } PaperChoice;
typedef struct PaperChoices { PaperChoice *row; ptrdiff_t n; } PaperChoices;

typedef struct PaperQuestion {
    PaperShape   shape;
    Html         text;            /* with blanks to write on */
    PaperChoices rows;            /* letters: what a letter is written beside */
    PaperChoices choices;
    str          unit;
    Html         answer, why;     /* for the page with the answers */
} PaperQuestion;
typedef struct PaperQuestions { PaperQuestion *row; ptrdiff_t n; } PaperQuestions;

typedef struct PaperView { learn_lesson_row lesson; FieldsShown fields; PaperQuestions questions; } PaperView;
PaperView *paper_view(Scope *s, str key);                /* NULL: no such lesson */
void PaperView_json(Json *j, str key, const PaperView *v);
