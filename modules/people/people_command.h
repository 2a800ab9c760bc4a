/* people_command - what the operator says on the command line. */
#pragma once
#include "web/web.h"

int people_command(Site *site, int argc, char **argv);
