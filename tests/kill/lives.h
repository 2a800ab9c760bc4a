/* lives - what the programs share that kill an installation at random: it is opened, lives in a child until it is killed, and is looked at
 * afterwards. */
#pragma once
#include "jobs/jobs_own.h"

/* From house_open to house_close. setup: modules; the engine is the configuration's. */
typedef struct House { Region room; Arena keep; Site *site; } House;
House house_open(const Config *config, const Module *const *modules, int module_n);
void  house_close(House *h);

int64_t random_below(int64_t n);

/* Who was killed shows no sign of life: a minute of the steady clock in no time. */
void  bury(House *h, int64_t now);

/* A child is born, says so, lives for so many milliseconds, and is killed (SIGKILL). be: opens the house, calls born(out), and never returns. */
typedef void Living(const Config *config, int64_t now, int out);
void  let_live(Living *be, const Config *config, int64_t now, int ms);
void  born(int out);

/* `name` for the folder and for the schema over PostgreSQL; the folder's path. */
const char *lives_begin(const char *name);
/* Closes the house. Of what went well nothing stays; the rest is for who looks into it. */
void  leave_nothing(House *h, const char *folder, bool fine);
