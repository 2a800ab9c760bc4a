/* modules.c - the one list of what this program is made of. Order matters: schemas are made, `start` is run and the bar at
 * the top is filled in this order.
 *
 * To add a module: name it here, twice. docs/NEWCOMER.md writes one, file by file. */
#include "web/web.h"

extern const Module people_module, centres_module, quiz_module, learn_module, home_module, room_module, box_module, sign_module, example_module;

const Module *const all_modules[] = {
    &people_module,
    &centres_module,
    &quiz_module,
    &learn_module,
    &home_module,
    &room_module,
    &box_module,
    &sign_module,
    &example_module,
};
const int all_module_n = COUNT_OF(all_modules);
