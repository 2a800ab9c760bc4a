/* quiz - questions with feedback, answered one at a time and kept from the moment each is given.
 *
 * URLs     POST /quiz/answers, GET /quiz/review/<set>, GET /quiz/statistics/<set>, GET /quiz/source/<set> (who teaches or decides)
 * Tables   quiz_set, quiz_question, quiz_version (content); quiz_try, quiz_answer (derived from the journal)
 * Rule     a question that changes gets a new version and the old one stays: an answer is marked, shown and counted by
 *          the version it was given to, whatever happens to the bank later. A version is named by a hash of its content,
 *          so the same question has the same version on every node.
 *
 * A set of questions has a key, by custom the address of its lesson: "practices/order/map". Questions are written in
 * GIFT (docs/AUTHORS.md); quiz_gift.c says which parts of it.
 *
 * On a page:       const QuizSheet *sheet = quiz_sheet(s, key);          two queries
 *                  {{ use quiz.questions(sheet, language) }}             in the page; a set without questions shows nothing
 */
#pragma once
#include "base/scope.h"
#include "db/db.h"
#include "quiz_views.h"

enum {
    QUIZ_FILE_MAX      = 256 * 1024,   /* bytes of one .gift text */
    QUIZ_QUESTION_MAX  = 16 * 1024,    /* bytes of one question */
    QUIZ_QUESTIONS_MAX = 100,          /* in a set */
    QUIZ_CHOICES_MAX   = 50,           /* in a question: choices, pairs, steps, or accepted answers of all its gaps */
    QUIZ_GAPS_MAX      = 12,
    QUIZ_PROBLEMS_MAX  = 200,          /* reported for one text; the rest are left out */
    QUIZ_ANSWER_MAX    = 500,          /* characters a person may type into one field */
    QUIZ_DONE_PERCENT  = 80,           /* a set is done when every question is answered and this much is right */
};

/* ---- the bank: what an author wrote ---------------------------------------------------------------------------- */

typedef enum QuizKind {
    QUIZ_SINGLE = 1,   /* one choice is right */
    QUIZ_MULTIPLE,     /* several choices, each with its share */
    QUIZ_TRUE_FALSE,   /* choice 1 is "true", choice 2 is "false" */
    QUIZ_NUMERIC,      /* a number within low…high; the text after the gap is its unit */
    QUIZ_SHORT,        /* a few words; case and blanks do not matter */
    QUIZ_MATCHING,     /* text and pair */
    QUIZ_ORDERING,     /* the choices stand in the right order */
    QUIZ_GAPS,         /* several gaps in one text, typed or chosen from a menu */
} QuizKind;

enum { QUIZ_FULL_MARK = 10 * 1000 * 1000 };   /* weights are shares of this, so that three times 33.33333% is not lost */

typedef struct QuizChoice {
    str     answer;        /* as written, without escapes: what a typed answer is compared with */
    Html    text;          /* the same to be shown */
    Html    pair;          /* matching: what belongs to it; a pair without text is one that belongs nowhere */
    Html    feedback;
    int32_t weight;        /* of QUIZ_FULL_MARK; may be negative */
    int32_t gap;           /* gaps: which one, from 0 */
    double  low, high;     /* numeric */
} QuizChoice;

typedef struct QuizQuestion {
    str         name;      /* unique in its set; small letters, digits and '-' */
    int         line;      /* where it begins in the file */
    QuizKind    kind;
    int64_t     version;   /* hash of all that follows; never 0 */
    Html        text[QUIZ_GAPS_MAX + 1];   /* text[i] stands before gap i, the last one after all of them */
    int         gap_n;     /* fields inside the text; 0 when the answers stand below it (the usual question) */
    uint32_t    menus;     /* gaps: bit i is set when gap i is chosen from a menu */
    str         unit;      /* numeric: as a person may type it after the number */
    Html        why;       /* shown after any answer (#### in the file) */
    QuizChoice *choice;
    ptrdiff_t   choice_n;
    str         source;    /* the question as it stands in the file */
} QuizQuestion;

typedef struct QuizProblem { int line; str sentence; } QuizProblem;

typedef struct QuizBank {
    QuizQuestion *question; ptrdiff_t question_n;    /* only those without a problem */
    QuizProblem  *problem;  ptrdiff_t problem_n;     /* in order of line */
} QuizBank;

/* Reads a GIFT text. `file` is named where a sentence needs it. Never fails: what cannot be used is a problem. */
QuizBank quiz_read(Arena *keep, str gift, const char *file);

/* ---- sets ----------------------------------------------------------------------------------------------------- */

/* Replaces the questions of a set; writing. `url` is the page that shows them ("/learn/practices/order/map"), where a
 * person comes back to after answering. An empty bank retires every question; answers stay. Installing the same again
 * writes nothing. */
void quiz_install(Scope *s, str set, str title, str url, const QuizBank *bank);

/* ---- how s->me stands ----------------------------------------------------------------------------------------- */

/* QuizStanding and QuizSheet stand at the head of pages/standing_line.html and pages/questions.html. */
QuizStanding  quiz_standing(Scope *s, str set);
DbAsk         quiz_standing_ask(Scope *s, str set);    /* an ask travels together with other questions of the same page (db.h) */
QuizStanding  quiz_standing_got(Scope *s, DbAsk *ask, str set);

/* ---- the questions of a set as s->me sees them ---------------------------------------------------------------- */

const QuizSheet *quiz_sheet(Scope *s, str set);
