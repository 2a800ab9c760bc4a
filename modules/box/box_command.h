#pragma once
#include "web/web.h"

int box_command(Site *site, int argc, char **argv);
