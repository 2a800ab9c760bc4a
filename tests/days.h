/* days - time that goes by on a machine, for tests of what is done from time to time. */
#pragma once
#include "world.h"

void machine_ran(World *w, int64_t ms);                  /* as if it had been running for so long (people_sweep.c) */
void all_jobs(World *w);                                 /* a day and an hour later everything that was due has been done */
