/* i18n - the languages of the house: texts from gettext catalogues, plurals, numbers and dates by ICU, direction.
 *
 * locale/<lang>.po is compiled to .mo at build and embedded; the loader reads the .mo in place (GNU gettext manual,
 * "The Format of GNU MO Files"). A missing or untranslated text is shown in English. The plural form is chosen by ICU's
 * rules: form i of a catalogue is the i-th category the language uses for whole numbers below 200, in CLDR order (zero,
 * one, two, few, many, other), which is also gettext's custom.
 *
 * In C:      T(s, "Sign in")        TN(s, "{n} lesson", "{n} lessons", count)
 * In pages:  {{ _ "Sign in" }}      {{ _n "{n} lesson" "{n} lessons" count }}     {{ _ "Hello {name}" name=rq->name }}
 * Placeholders are {name}; a translator may move them. Texts with a value use tr_fill.
 *
 * To add a language: locale/LINGUAS and its .po; nothing here. Its own name and direction are known to ICU. */
#pragma once
#include "base/scope.h"

enum { LANGS_MAX = 64 };

struct Lang {
    int         index;          /* dense, below LANGS_MAX */
    const char *tag;            /* "en", "ar", "zh-Hans": BCP 47 */
    str         name;           /* in itself: "العربية" */
    bool        rtl;
};

/* One per place in the source. `row` is the text in each language, found once; any thread may be the one that finds it. */
typedef struct Msg { const char *id, *many; const str *row; } Msg;

void        i18n_start(void);                              /* before threads; a second call does nothing */
int         lang_count(void);
const Lang *lang_at(int index);                            /* 0 is English */
const Lang *lang_find(str tag);                            /* exact, then by primary language; NULL */
const Lang *lang_accept(str accept_language);              /* RFC 9110 section 12.5.4; English when nothing fits */

str tr(const Lang *lang, Msg *m);                          /* borrowed from the catalogue: lives as long as the program */
str tr_n(Arena *keep, const Lang *lang, Msg *m, int64_t n);/* the form for n, with {n} filled in local digits */
#define T(s, english)          ({ static Msg m_ = { .id = english }; tr((s)->lang, &m_); })
#define TN(s, one, other, n)   ({ static Msg m_ = { .id = one, .many = other }; tr_n((s)->arena, (s)->lang, &m_, (n)); })
#define N_(english) english                                /* marks a text that is translated later, by tr_text */
str tr_text(const Lang *lang, const char *english);        /* look-up without a cache: for texts in tables */

typedef struct Fill { const char *name; str value; } Fill;
str tr_fill(Arena *keep, str text, const Fill *fills, int n);
#define FILL(s, text, ...) tr_fill((s)->arena, (text), (const Fill[]){ __VA_ARGS__ }, (int)(sizeof((const Fill[]){ __VA_ARGS__ }) / sizeof(Fill)))

/* What stands for {name} in a page: text, which keeps its own direction within a line from right to left; a whole number in local digits. */
#define FILL_VALUE(s, x) _Generic(x, str: fill_str, int: num_int, long: num_int, long long: num_int)((s), (x))
str fill_str(Scope *s, str v);

str num_int(Scope *s, int64_t v);                          /* grouped, local digits */
str num_real(Scope *s, double v, int decimals);
str num_percent(Scope *s, int percent);
bool num_read(str typed, double *ret);                     /* "1,234.5" "12,5" "١٢٫٥": any script's digits, either separator;
                                                              a lone comma before three digits groups: "1,250" is 1250 */

/* Dates are of UTC and of the Gregorian calendar in every language, as on the papers of trade. */
str date_long(Scope *s, int64_t ms);                       /* 22 November 2026 */
str date_short(Scope *s, int64_t ms);                      /* 22 Nov 2026 */
str time_ago(Scope *s, int64_t ms);                        /* "3 days ago" against s->now */
