/* learn_view - gathers what each page shows before it is written. */
#pragma once
#include "learn_own.h"
#include "search/search.h"

Url learn_url(Scope *s, str key);                        /* "practices/order" -> "/learn/practices/order" */
Url learn_url_below(Scope *s, str key, const char *last);/* and "/print" or the like after it */
str direction_of(str language);   /* "rtl" or "ltr": a lesson is not always in the language of the page around it */
str part_name(Scope *s, str word);                       /* a usual form or phase, in the reader's language */
str level_name(Scope *s, str level);                     /* "S" -> "Starter" */

/* ---- gathered (the structs stand at the head of their pages) ----------------------------------------------------- */

ProgrammeView *programme_view(Scope *s);
ModuleView    *module_view(Scope *s, str key);           /* NULL: no such module */
CourseView    *course_view(Scope *s, str key);
LessonView    *lesson_view(Scope *s, str key);
LessonView    *task_view(Scope *s, str key);             /* with the fields to fill in; NULL too for a lesson without a task */

/* letter: the first of a term; key: the first term that begins with it */
typedef struct Letter { str letter, key; } Letter;
typedef struct Letters { Letter *row; ptrdiff_t n; } Letters;
GlossaryView  *glossary_view(Scope *s);

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

PaperView *paper_view(Scope *s, str key);                /* NULL: no such lesson */
