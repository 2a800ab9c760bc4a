/* learn_own - what the files of this module share with each other and with nobody else. */
#pragma once
#include "learn_records.h"
#include "journal/journal.h"
#include "learn.h"
#include "learn_pack.h"
#include "learn_sql.h"
#include "quiz/quiz.h"
#include "web/web.h"

struct Doctor;

/* Roles to which it is told which packs are in use, and why one is not. */
enum { LOOKS_AFTER = ROLE_ADMIN | ROLE_OFFICER | ROLE_TRAINER };

/* ---- standing (learn.c) ------------------------------------------------------------------------------------------ */

/* Why the next lesson is the next one. Kept in learn_lesson.next_why. */
typedef enum NextWhy { NEXT_NONE, NEXT_BUILDS, NEXT_STEP, NEXT_COURSE, NEXT_MODULE } NextWhy;

/* All but her word is there. */
bool lesson_ready(const QuizStanding *questions, const learn_task_state_row *task);

/* Writing, by s->me. */
void learn_keep_answer(Scope *s, str lesson, str field, str value);
void learn_keep_done(Scope *s, str lesson);

str  course_of(str lesson);                                          /* "practices/order/map" -> "practices/order" */

/* ---- tasks (learn_task.c) ---------------------------------------------------------------------------------------- */

typedef struct FieldShown {
    const char *name;
    int         kind;                  /* enum FieldKind */
    str         label, hint;
    Options     options;
    str         value;                 /* on paper and as JSON */
    str         beside;                /* what she wrote as a guest, where hers says something else; "" none */
    bool        required;
} FieldShown;
typedef struct FieldsShown { FieldShown *row; ptrdiff_t n; } FieldsShown;

FieldsShown fields_shown(Scope *s, learn_fields_rows rows);
void        fields_set(Form *f, Scope *s, learn_fields_rows rows);   /* what was saved, into an empty form */
str        *fields_read(Form *f, Scope *s, learn_fields_rows rows); /* a value a row; the form says what is wrong */

Options currencies(void);

/* ---- packs (learn_install.c) ------------------------------------------------------------------------------------- */

/* Writing. Installs a clean pack in place of what was there under this name. */
void learn_install(Scope *s, str name, const Pack *pack);
/* Problems when another pack owns one of its addresses. */
void learn_check_beside(Scope *s, str name, const Pack *pack, PackProblems *problems);
str  pack_name_of(Arena *keep, const char *folder);                  /* "content/standard/" -> "standard" */

bool learn_start(Scope *s);
void learn_works(Scope *s, int64_t person, Works *ret);            /* Module.works */
int  learn_command(Site *site, int argc, char **argv);
int  learn_tool(int argc, char **argv);
bool learn_doctor(Scope *s, struct Doctor *d);
