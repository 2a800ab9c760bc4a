/* mail_fuzz - any bytes as a message, read as a child reads it and told as it tells.
 *
 * Holds that: reading ends, in one of three ways; and what is told is as long as it says. */
#include <sys/mman.h>
#include <unistd.h>

#include "mail/mail.h"

extern const ChildCode child_code;

/* The answer is walked through as kernel/mail/mail.c does, without believing it. */
static void check_answer(str answer)
{
    int64_t n;
    str text;
    CHECK(wire_take_int(&answer, &n) && n >= MAIL_PERSON && n <= MAIL_BOUNCE);
    for (int i = 0; i < 2; i++) CHECK(wire_take_str(&answer, &text) && text.n <= MAIL_LINE_MAX);
    CHECK(wire_take_int(&answer, &n) && n >= 0 && n <= MAIL_TO_MAX);
    for (int64_t i = 0; i < 2 * n + 3; i++) CHECK(wire_take_str(&answer, &text) && text.n <= MAIL_LINE_MAX && str_find(text, S("\n")) < 0);
    CHECK(wire_take_int(&answer, &n) && wire_take_str(&answer, &text) && text.n <= MAIL_TEXT_MAX && wire_take_int(&answer, &n));
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    CHECK(child_code.warm());
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char in[(1 << 20) + 8], told[1 << 21];
    int64_t what = size && data[0] == '0' ? 0 : -1;      /* the first file, or all about it */
    if (size > 1 << 20) return 0;
    memcpy(in, &what, sizeof what);
    memcpy(in + sizeof what, data, size);
    int out = memfd_create("told", MFD_CLOEXEC);
    ChildEnd end = child_code.work((str){ in, (ptrdiff_t)(size + sizeof what) }, out);
    CHECK(end == CHILD_DONE || end == CHILD_UNREADABLE || end == CHILD_TOO_LARGE);
    ssize_t n = pread(out, told, sizeof told, 0);
    close(out);
    if (end == CHILD_DONE && what < 0) check_answer((str){ told, n });
    return 0;
}
