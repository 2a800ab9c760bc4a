/* box_own - what the two files of this module, and a fuzz target, share. */
#pragma once
#include "journal/journal.h"

/* A letter is as many messages as it needs; each ends with its signature. Takes one off its front. */
str  message_first(str *letter);
str  list_text(Scope *s);                       /* this installation and the nodes it knows */
str  key_shown(Arena *keep, str key);           /* so much of it as two people compare by telephone: 3fa9 12cd … */
