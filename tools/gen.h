/* gen - what the generators of records and of queries share: they stop at a line of what they read, and free nothing. */
#pragma once
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn __attribute__((format(printf, 3, 4)))
static void stop_at(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: error: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static inline void *need(void *p)
{
    if (!p) { fputs("out of memory\n", stderr); exit(1); }
    return p;
}

/* The path as people of the house say it: from kernel/, modules/ or tests/ on, wherever the build stands. */
static inline const char *shown_path(const char *path)
{
    static const char *const roots[] = { "kernel/", "modules/", "tests/" };
    const char *best = path;
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
        for (const char *p = path; (p = strstr(p, roots[i])); p++)
            if ((p == path || p[-1] == '/') && p > best) best = p;
    return best;
}
