/* example - a person's own notes. */
#pragma once
#include "journal/journal.h"

enum { NOTE_CHARS_MAX = 2000, EXAMPLE_KINDS = 3 };

int64_t example_write(Scope *s, str body);                 /* by s->me; the note's id; writing */
void    example_mark_done(Scope *s, int64_t note, bool done);   /* writing */

extern const EntryKind example_kinds[EXAMPLE_KINDS];
