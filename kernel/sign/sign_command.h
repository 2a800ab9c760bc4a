/* sign_command - `sampan sign …`, for main and for tests. */
#pragma once
#include "web/site.h"

int sign_command(Site *site, int argc, char **argv);    /* 0: done; 1: not done, and it says why; 2: that is no command */
int sign_tool(int argc, char **argv);                   /* the part that needs no installation; -1: it is not such a part */
