/* child_wire - what is said between a caller and her child: numbers and texts. */
#include "child/child_own.h"

#include <errno.h>
#include <unistd.h>

enum { INT_BYTES = 8 };

bool child_write(int out, str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(out, bytes.p, (size_t)bytes.n);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) bytes = str_slice(bytes, n, bytes.n);
    }
    return true;
}

bool child_ask(void)
{
    char byte = '?';
    ssize_t n;
    if (!child_write(CHILD_ASKS, (str){ &byte, 1 })) return false;
    while ((n = read(CHILD_ASKS, &byte, 1)) < 0 && errno == EINTR) {}
    return n == 1 && byte == 'y';
}

void wire_int(Out *o, int64_t v) { out_bytes(o, (const char *)&v, INT_BYTES); }

void wire_str(Out *o, str s)
{
    wire_int(o, s.n);
    out_str(o, s);
}

bool wire_take_int(str *rest, int64_t *ret)
{
    if (rest->n < INT_BYTES) return false;
    memcpy(ret, rest->p, INT_BYTES);
    *rest = str_slice(*rest, INT_BYTES, rest->n);
    return true;
}

bool wire_take_str(str *rest, str *ret)
{
    int64_t n;
    if (!wire_take_int(rest, &n) || n < 0 || n > rest->n) return false;
    *ret = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n, rest->n);
    return true;
}
