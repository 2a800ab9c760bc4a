/* second - what the application on somebody's phone does, for tests: the code of a moment from the secret that the page shows. */
#pragma once
#include "world.h"

str         second_secret(World *w, Visitor who);                          /* begins to set it up, and reads the letters on the page */
const char *second_code(World *w, str secret, int64_t later_ms);           /* six figures, of a moment that is so much later than now */
/* Sets it up with that password; the page of codes on paper. The clock goes on by a step, so that the next code is another one. */
Visit       second_on(World *w, Visitor who, const char *password, str *ret_secret);
str         paper_code(World *w, Visit papers, int nth);                   /* the nth code on that page, from 0; %20 for its blanks */
