/* search_own - what the files of this room share. Nobody else includes it.
 *
 *   search.c          documents in, hits out
 *   search_words.c    text into words, any script
 *   search_query.c    what was typed into what each engine understands
 *   search_snippet.c  the lines around what was found */
#pragma once
#include "search/search.h"

enum { TEXT_BYTES_MAX = 64 * 1024, TYPED_BYTES_MAX = 400, TERMS_MAX = 24 };

/* A word as it is kept. `bare` is without its marks ("thue" for "thuế"); the same as `exact` where there are none.
 * from, to: where it stands in the text. `glued`: belongs together with the word before (pairs of one run of Han, Kana,
 * Hangul). */
typedef struct Word { str exact, bare; ptrdiff_t from, to; bool glued, single; } Word;

/* Calls take for each word until it answers false. With `query` a run of Han, Kana or Hangul is parted where the
 * dictionary parts it and its last character is not kept alone; `single` is then a run of one character, which is
 * always a beginning. */
void search_each_word(Arena *tmp, str text, bool query, bool (*take)(void *self, const Word *w), void *self);
str  search_nfc(Arena *keep, str text);          /* valid UTF-8 in normal form C, cut to TEXT_BYTES_MAX */

typedef struct Term { str exact, bare; bool glued, beginning; } Term;
typedef struct Terms { Term term[TERMS_MAX]; int n; } Terms;
Terms search_terms(Arena *keep, str typed);
str   search_fts5(Arena *keep, const Terms *t);          /* the query in FTS5's words */
str   search_tsquery(Arena *keep, const Terms *t);       /* and in PostgreSQL's */
bool  search_fits(const Terms *t, const Word *w);        /* this word is one of those that were typed */

Html  search_snippet(Arena *keep, str text, const Terms *t);
