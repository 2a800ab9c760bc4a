/* banned.h - functions that have no place here, turned into a compile error that says what to use instead.
 * Included by base.h, so by everything. The kernel's few honest uses of malloc include nothing after it. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef BANNED_NOT_HERE
#define BANNED(name, instead) \
    __attribute__((error(#name " is banned: " instead))) void banned_##name(void)
#if defined(__GNUC__)
BANNED(strcpy,  "use str and Out");
BANNED(strncpy, "use str and Out");
BANNED(strcat,  "use str and Out");
BANNED(strncat, "use str and Out");
BANNED(sprintf, "use str_fmt or out_fmt");
BANNED(vsprintf,"use str_fmt or out_fmt");
BANNED(gets,    "use os_read");
BANNED(strtok,  "use str_cut");
BANNED(atoi,    "use str_int");
BANNED(atol,    "use str_int");
BANNED(gmtime,  "use time_iso");
BANNED(localtime, "times are UTC; a zone is shown by i18n");
BANNED(ctime,   "use time_iso");
BANNED(asctime, "use time_iso");
BANNED(rand,    "use os_random");
BANNED(system,  "this program starts no other");
#define strcpy(...)    banned_strcpy()
#define strncpy(...)   banned_strncpy()
#define strcat(...)    banned_strcat()
#define strncat(...)   banned_strncat()
#define sprintf(...)   banned_sprintf()
#define vsprintf(...)  banned_vsprintf()
#define gets(...)      banned_gets()
#define strtok(...)    banned_strtok()
#define atoi(...)      banned_atoi()
#define atol(...)      banned_atol()
#define gmtime(...)    banned_gmtime()
#define localtime(...) banned_localtime()
#define ctime(...)     banned_ctime()
#define asctime(...)   banned_asctime()
#define rand(...)      banned_rand()
#define system(...)    banned_system()
#endif
#endif
