/* world_run - what the runner asks of the World. */
#pragma once
#include "world.h"

typedef struct WorldPlace {
    const char *data, *url, *schema;    /* url "": SQLite in data */
    const char *content;
} WorldPlace;

void world_make_first(const WorldPlace *place);                                     /* ends the process when it cannot */
int  world_run(const WorldPlace *place, const Suite *suite, const Test *test);      /* how many expectations failed */
