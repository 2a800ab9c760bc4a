/* quiz_own - what the files of this module share with each other and with nobody else. */
#pragma once
#include "quiz.h"

/* ---- text (quiz_inline.c) ----------------------------------------------------------------------------------------- */

typedef enum QuizMarkup {
    QUIZ_TAGS,      /* **bold**, *stressed*, `as typed` become tags */
    QUIZ_BARE,      /* the marks are taken away: for the entries of a menu, where no tag may stand */
    QUIZ_LITERAL,   /* every character is itself: text that begins with [plain] */
} QuizMarkup;

Html quiz_inline(Arena *keep, str text, QuizMarkup markup);

/* ---- the kept form (quiz_pack.c) ----------------------------------------------------------------------------------- */

/* One question as a run of "length:bytes," fields: quick to read, the same on both engines. Name, line and source are
 * not in it. Unpacking borrows from `packed`, takes it off the front of *packed, and is false when the bytes are not ours. */
void quiz_pack(Out *out, const QuizQuestion *q);
bool quiz_unpack(Arena *keep, str *packed, QuizQuestion *ret);
void quiz_pack_str(Out *out, str s);
bool quiz_unpack_str(str *packed, str *ret);

/* ---- marking (quiz_mark.c) ----------------------------------------------------------------------------------------- */

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
