/* quiz_own - what the files of this module share with each other and with nobody else. */
#pragma once
#include "quiz_records.h"
#include "html/html.h"
#include "quiz.h"
#include "quiz_sql.h"
#include "web/web.h"

/* ---- text (quiz_inline.c) ------------------------------------------------------------------------------------- */

typedef enum QuizMarkup {
    QUIZ_TAGS,      /* **bold**, *stressed*, `as typed` become tags */
    QUIZ_BARE,      /* the marks are taken away: for the entries of a menu, where no tag may stand */
    QUIZ_LITERAL,   /* every character is itself: text that begins with [plain] */
} QuizMarkup;

Html quiz_inline(Arena *keep, str text, QuizMarkup markup);

/* ---- the kept form (quiz_pack.c) ------------------------------------------------------------------------------ */

/* One question as a run of "length:bytes," fields: quick to read, the same on both engines. Name, line and source are
 * not in it. Unpacking takes it off the front of *packed, borrows from there, and is false when the bytes are not ours. */
void quiz_pack(Out *out, const QuizQuestion *q);
bool quiz_unpack(Arena *keep, str *packed, QuizQuestion *ret);
void quiz_pack_str(Out *out, str s);
bool quiz_unpack_str(str *packed, str *ret);

/* ---- marking (quiz_mark.c) ------------------------------------------------------------------------------------ */

/* What a person gave, as it is kept:
 *   response   choices: their numbers, "2" or "1,3"; typed: the text; rows and gaps: one line each, a number or the text
 *   hit        where something is typed: which accepted answer each field met, by number, 0 for none; lines as above
 *   score      0 to 100; 100 is right */
typedef struct QuizGiven { str response, hit; int score; } QuizGiven;

typedef enum QuizTaken {
    QUIZ_TAKEN,
    QUIZ_NOTHING,         /* no choice made, nothing typed */
    QUIZ_ROW_EMPTY,       /* some row or gap is still empty */
    QUIZ_PLACE_TWICE,     /* ordering: two steps in the same place */
    QUIZ_NO_NUMBER,       /* a number was asked for */
    QUIZ_OTHER_UNIT,      /* a number, with another unit than the question's */
    QUIZ_TOO_LONG,
    QUIZ_NO_SUCH_CHOICE,  /* not from our form */
} QuizTaken;

/* How many fields the form of a question has: 1 for choices and typed answers, else a row or gap each. */
int quiz_fields(const QuizQuestion *q);
/* `given` holds what came for each field; for QUIZ_MULTIPLE all that were ticked (n of them). */
QuizTaken quiz_mark(Arena *keep, const QuizQuestion *q, const str *given, ptrdiff_t n, QuizGiven *ret);
/* Matching: the number of the choice that stands for this one's pair in the menus: equal pairs are one entry. */
ptrdiff_t quiz_pair_of(const QuizQuestion *q, ptrdiff_t choice);
ptrdiff_t quiz_pairs_asked(const QuizQuestion *q);            /* rows: the choices with a text, which stand first */
static inline bool quiz_gap_has_menu(const QuizQuestion *q, int gap) { return q->menus >> gap & 1; }
str  quiz_fold(Arena *keep, str typed);                       /* small letters, single blanks, no full stop at the end */
/* The n-th of a list of numbers or lines, from 0; empty when there are fewer. */
str     quiz_part(str list, char between, ptrdiff_t n);
int64_t quiz_number(str list, char between, ptrdiff_t n);

/* ---- a question as one person sees it (quiz_item.c) ----------------------------------------------------------- */

enum { QUIZ_TRIES_ALONE = 3 };
typedef enum QuizVerdict { QUIZ_UNSAID, QUIZ_WRONG, QUIZ_PARTLY, QUIZ_RIGHT } QuizVerdict;

typedef enum QuizShape { QUIZ_CHOOSE, QUIZ_TYPE, QUIZ_FILL, QUIZ_ROWS } QuizShape;   /* how its form looks */
typedef struct QuizSaid { Html about, text; } QuizSaid;     /* feedback, and where it matters the choice it speaks of */

/* Other structs that pages show stand at the head of these pages: QuizItem in pages/question.html, QuizAnswer in answer.html. */
void QuizKind_json(Json *j, str key, QuizKind kind);            /* "single" */
void QuizVerdict_json(Json *j, str key, QuizVerdict verdict);   /* right or not */
void QuizSaid_json(Json *j, str key, const QuizSaid *said);     /* its text */

typedef struct QuizClock { int64_t day; str date; } QuizClock;      /* the day written last; begins empty */
str  quiz_clock(Scope *s, QuizClock *known, int64_t at);

/* `given` is what stands in the form: one text a field, or every ticked number. */
void quiz_item(Scope *s, const QuizQuestion *q, str set, str name, const str *given, ptrdiff_t n, QuizItem *ret);
/* Says in the item what was right, and returns the feedback. */
QuizSaids quiz_item_say(Scope *s, const QuizQuestion *q, str response, str hit, int64_t score, QuizItem *item);
/* The same with her latest answer, or NULL when there is none, in the form and beneath it. */
void quiz_item_answered(Scope *s, const QuizQuestion *q, str set, str name, const quiz_my_answers_row *answer,
                        QuizClock *clock, QuizItem *ret);
ptrdiff_t quiz_given(Arena *keep, const QuizQuestion *q, str response, str **ret);   /* a kept response as fields */
Url  quiz_review_url(Scope *s, str set);
Url  quiz_source_url(Scope *s, str set);
Html quiz_response_shown(Scope *s, const QuizQuestion *q, str response);   /* in words; "" when it does not fit */
str  quiz_right_response(Arena *keep, const QuizQuestion *q);              /* one that is right, as it would be kept */

/* ---- looking back (quiz_review.c) ----------------------------------------------------------------------------- */

/* What one person gave, question by question, the newest first. */
QuizReviewed quiz_reviewed(Scope *s, str set);

/* What everybody gave, version by version. */
QuizStatistics quiz_statistics_of(Scope *s, str set);

/* ---- rules (quiz.c) ------------------------------------------------------------------------------------------- */

bool    quiz_asked_question(Scope *s, const quiz_asked_row *asked, QuizQuestion *ret);
/* By s->me; writing; the id of the record. */
int64_t quiz_keep_answer(Scope *s, str set, str question, int64_t version, const QuizGiven *given);

void quiz_works(Scope *s, int64_t person, Works *ret);             /* Module.works */
