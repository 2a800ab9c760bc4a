/* search - one box, any script. Words are found by ICU in the program; the engines only store tokens (FTS5, tsvector).
 * Han, Kana and Hangul are stored as pairs of characters; Thai, Lao, Khmer and Burmese by ICU's dictionaries; Latin is
 * folded (NFKC, small letters) and kept with and without its marks, so "thuế quan" and "thue quan" both hit. */
#pragma once
#include "base/json.h"
#include "base/scope.h"

/* area: a line saying where it is. weight: 0 is usual, 10 counts twice, -5 half. snippet: escaped, the words in <mark>.
 * */
typedef struct SearchDoc { str kind, key, lang, title, url, text, area; int weight; } SearchDoc;
typedef struct SearchHit { str kind, key, title, url, area; Html snippet; } SearchHit;
typedef struct SearchHits { SearchHit *row; ptrdiff_t n; int64_t total; } SearchHits;

void       search_put(Scope *s, const SearchDoc *doc);       /* writing; replaces the document of this kind, key and lang */
void       search_drop(Scope *s, str kind, str key);         /* key "": all of the kind; writing */
/* Every word must fit, the last one as a beginning; best first. At most 50 at once. */
SearchHits search_find(Scope *s, str typed, int64_t from, int max);
str        search_tokens(Arena *keep, str text, bool query); /* blanks between; for the tests and the fuzzer */
void SearchHits_json(Json *j, str key, const SearchHits *h);
