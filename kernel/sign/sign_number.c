/* sign_number - a double as ECMAScript writes it (ECMA-262 Number::toString), which RFC 8785 section 3.2.2.3 asks for.
 *
 * Rule     the fewest digits that read back as the same double, and of those the nearest to it. */
#include <math.h>

#include "sign/sign_own.h"

enum { DIGITS_MAX = 17 };
typedef struct Digits { char digit[DIGITS_MAX + 1]; int n, point; } Digits;    /* 0.digits times ten to the point */

static bool reads_back(const char *shown, double v) { return strtod(shown, NULL) == v; }

/* "d.ddde±xx" */
static Digits digits_of(const char *shown)
{
    Digits d = { .n = 0 };
    for (; *shown != 'e'; shown++)
        if (*shown != '.') d.digit[d.n++] = *shown;
    d.point = (int)strtol(shown + 1, NULL, 10) + 1;
    while (d.n > 1 && d.digit[d.n - 1] == '0') d.n--;
    return d;
}

/* The next larger of as many digits. */
static void count_up(char *shown)
{
    char *at = strchr(shown, 'e');
    while (--at >= shown) {
        if (*at == '.') continue;
        if (*at != '9') { (*at)++; return; }
        *at = '0';
    }
}

/* printf rounds to the nearest of so many digits. Just above a power of two the doubles lie twice as far apart as below it, so there
 * the nearest may be too low to be read back, and the next is not. */
static Digits shortest(double v)
{
    int exponent;
    bool power = frexp(v, &exponent) == 0.5;
    char shown[NUMBER_CHARS];
    for (int n = 0; n < DIGITS_MAX; n++) {
        snprintf(shown, sizeof shown, "%.*e", n, v);
        if (reads_back(shown, v)) break;
        if (!power) continue;
        count_up(shown);
        if (reads_back(shown, v)) break;
    }
    return digits_of(shown);
}

static int put(char *at, char c, int n)
{
    memset(at, c, (size_t)n);
    return n;
}

static int put_digits(char *at, const Digits *d, int from, int n)
{
    memcpy(at, d->digit + from, (size_t)n);
    return n;
}

static int write_scientific(const Digits *d, char *p)
{
    int n = put_digits(p, d, 0, 1);
    if (d->n > 1) {
        n += put(p + n, '.', 1);
        n += put_digits(p + n, d, 1, d->n - 1);
    }
    return n + snprintf(p + n, (size_t)(NUMBER_CHARS - n), "e%+d", d->point - 1);
}

static int write_digits(const Digits *d, char *p)
{
    int n = 0;
    if (d->point > 21 || d->point <= -6) return write_scientific(d, p);
    if (d->point >= d->n) {
        n = put_digits(p, d, 0, d->n);
        return n + put(p + n, '0', d->point - d->n);
    }
    if (d->point > 0) {
        n = put_digits(p, d, 0, d->point);
        n += put(p + n, '.', 1);
        return n + put_digits(p + n, d, d->point, d->n - d->point);
    }
    n = put(p, '0', 1);
    n += put(p + n, '.', 1);
    n += put(p + n, '0', -d->point);
    return n + put_digits(p + n, d, 0, d->n);
}

int number_write(double v, char ret[NUMBER_CHARS])
{
    CHECK(isfinite(v));
    if (v == 0) return put(ret, '0', 1);                 /* minus zero, too */
    if (fabs(v) <= EXACT_MAX && v == floor(v)) return snprintf(ret, NUMBER_CHARS, "%lld", (long long)v);
    int minus = v < 0 ? put(ret, '-', 1) : 0;
    Digits d = shortest(fabs(v));
    return minus + write_digits(&d, ret + minus);
}
