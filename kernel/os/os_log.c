/* os_log - one line on standard error, written at once so that the lines of two threads never mix. */
#include "os/os.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

enum { LOG_LINE_MAX = 1000 };

static atomic_bool quiet;

bool os_log_quiet(bool on)
{
    return atomic_exchange(&quiet, on);
}

/* The time is written without an arena: the log must work when there is none. */
static int stamp(char *line, size_t room)
{
    struct tm t;
    time_t seconds = (time_t)(os_now() / SECOND);
    CHECK(gmtime_r(&seconds, &t));
    return (int)strftime(line, room, "%Y-%m-%dT%H:%M:%SZ ", &t);
}

void os_log(LogLevel level, const char *format, ...)
{
    static const char *const names[] = { [LOG_INFO] = "info  ", [LOG_WARN] = "warn  ", [LOG_ERROR] = "error " };
    if (quiet) return;

    char line[LOG_LINE_MAX + 1];
    int n = stamp(line, sizeof line);
    n += snprintf(line + n, sizeof line - (size_t)n, "%s", names[level]);
    int said = n;
    va_list args;
    va_start(args, format);
    int more = vsnprintf(line + n, sizeof line - (size_t)n, format, args);
    va_end(args);
    n = more < 0 ? n : more >= LOG_LINE_MAX - n ? LOG_LINE_MAX - 1 : n + more;

    for (int i = said; i < n; i++)               /* what is logged cannot make lines of its own */
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f) line[i] = ' ';
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)n) < 0) return;   /* nobody is left to be told */
}
