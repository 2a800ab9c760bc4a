/* app - what main.c and explain.c share. */
#pragma once
#include "web/site.h"

int explain_where(const Site *site, int argc, char **argv);   /* sampan where GET /path */
int explain_routes(const Site *site);                         /* sampan routes */
