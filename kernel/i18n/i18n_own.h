/* i18n_own - what the files of this room share. */
#pragma once
#include "i18n/i18n.h"

/* ---- catalogue.c: a .mo file in memory --------------------------------------------------------------------------- */

typedef struct Catalogue { str bytes; uint32_t n, ids, texts; bool swapped; } Catalogue;

bool catalogue_open(str bytes, Catalogue *ret);     /* false: not a whole and sound .mo file in UTF-8 */
/* The i-th text. `text` holds a plural's forms one after the other, with a NUL between them. */
void catalogue_at(const Catalogue *c, uint32_t i, str *ret_id, str *ret_text);

/* The catalogues the program was built with (locale/embed.sh). */
typedef struct EmbeddedCatalogue { const char *tag, *begin, *end; } EmbeddedCatalogue;
extern const EmbeddedCatalogue embedded_catalogues[];
extern const int embedded_catalogue_n;

/* ---- i18n_numbers.c: what ICU knows ------------------------------------------------------------------------------ */

void icu_names(Arena *keep, Lang *lang);            /* fills name and rtl from the tag */
void icu_plurals(const Lang *lang);                 /* once at start: which plural categories the language uses */
int  plural_form(const Lang *lang, int64_t n);      /* the form of a catalogue, from 0 */
int  plural_forms(const Lang *lang);
str  int_in(Arena *keep, const Lang *lang, int64_t v);
