/* world_run - what the runner asks of the World; and a fuzz target, which begins one and never ends it. */
#pragma once
#include "world.h"

typedef struct WorldPlace {
    const char *data, *url;             /* url "": SQLite in data */
    const char *content;
    bool      (*prepare)(const struct WorldPlace *);    /* called when a test first needs its installation */
    const void *run;                    /* for `prepare` */
} WorldPlace;

void world_make_first(const WorldPlace *place);                                     /* ends the process when it cannot */
World *world_begin(const WorldPlace *place, const Suite *suite);                    /* one a process */
enum { WORLD_PASSED, WORLD_FAILED, WORLD_LEFT_OUT };
int  world_run(const WorldPlace *place, const Suite *suite, const Test *test);
