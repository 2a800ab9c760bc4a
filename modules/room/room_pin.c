/* room_pin - PINs: read as people type them, drawn, and which are too easy. */
#include <unicode/uchar.h>

#include "os/os.h"
#include "room_own.h"

enum { TYPED_BYTES_MAX = 64, YEAR_FIRST = 1920, YEAR_LAST = 2039 };

bool room_pin_read(Arena *keep, str typed, str *ret)
{
    Out o;
    if (typed.n > TYPED_BYTES_MAX) return false;
    out_init(&o, keep, ROOM_PIN_MAX + 1);
    for (str rest = typed; rest.n && o.n <= ROOM_PIN_MAX;) {
        int32_t c = utf8_next(&rest), digit = c < 0 ? -1 : u_charDigitValue(c);
        if (c == ' ') continue;
        if (digit < 0) return false;
        out_char(&o, (char)('0' + digit));
    }
    *ret = out_text(&o);
    return ret->n >= ROOM_PIN_MIN && ret->n <= ROOM_PIN_MAX;
}

static int digits_in(str pin)
{
    unsigned seen = 0;
    for (ptrdiff_t i = 0; i < pin.n; i++) seen |= 1u << (pin.p[i] - '0');
    return __builtin_popcount(seen);
}

static bool is_stair(str pin, int step)
{
    for (ptrdiff_t i = 1; i < pin.n; i++)
        if (pin.p[i] - pin.p[i - 1] != step) return false;
    return true;
}

bool room_pin_weak(str pin)
{
    int64_t number;
    bool year = pin.n == 4 && str_int(pin, &number) && number >= YEAR_FIRST && number <= YEAR_LAST;
    return year || digits_in(pin) < 3 || is_stair(pin, 1) || is_stair(pin, -1);
}

/* Of 65536 numbers the first 60000 are taken, so that each PIN is as likely as another. */
str room_pin_new(Arena *keep)
{
    for (;;) {
        uint16_t n;
        os_random(&n, sizeof n);
        str pin = str_fmt(keep, "%04d", n % 10000);
        if (n < 60000 && !room_pin_weak(pin)) return pin;
    }
}
