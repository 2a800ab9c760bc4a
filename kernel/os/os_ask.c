/* os_ask - a secret from whoever sits at the terminal, not shown while it is typed; or the first line of standard input, from a program. */
#include "os/os.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

static bool line_read(Arena *keep, ptrdiff_t max, str *ret)
{
    char *p = NEW(keep, char, max + 2);
    ptrdiff_t n = 0;
    bool more = true;
    for (; n <= max; n++)
        if (!(more = read(STDIN_FILENO, p + n, 1) == 1) || p[n] == '\n') break;
    *ret = (str){ p, n };
    return n <= max && (more || n > 0);                  /* the end is no empty line */
}

/* The arena is asked before: nothing may throw while the terminal is deaf. */
bool os_ask_hidden(Arena *keep, const char *prompt, ptrdiff_t max, str *ret)
{
    struct termios before, hidden;
    char *p = NEW(keep, char, max + 16);
    if (tcgetattr(STDIN_FILENO, &before) != 0) return line_read(keep, max, ret);
    hidden = before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    Arena room = { p, p + max + 16, keep->landing };
    fprintf(stderr, "%s: ", prompt);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    bool whole = line_read(&room, max, ret);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fprintf(stderr, "\n");
    return whole;
}
