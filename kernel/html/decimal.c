/* decimal - a small recursive reader of formulas that computes as it reads. */
#include "html/decimal.h"

typedef __int128 Wide;
typedef struct Fraction { Wide over, under; } Fraction;        /* in lowest terms, under > 0 */

enum { DEPTH_MAX = 32, DIGITS_MAX = 30 };

typedef struct Reader { str rest; int depth; const char *wrong; } Reader;

/* ---- fractions --------------------------------------------------------------------------------------------------- */

static Wide gcd(Wide a, Wide b)
{
    if (a < 0) a = -a;
    while (b) {
        Wide r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static Fraction fail(Reader *r, const char *why)
{
    if (!r->wrong) r->wrong = why;
    return (Fraction){ 0, 1 };
}

/* Keeps clear of the one value that has no opposite, so that a sign can always be turned. */
static bool sound(bool overflow, Wide over)
{
    const Wide lowest = -(((Wide)1 << 126) - 1) * 2 - 2;
    return !overflow && over != lowest;
}

static Fraction times(Reader *r, Fraction a, Fraction b)
{
    Wide g = gcd(a.over, b.under), h = gcd(b.over, a.under);   /* neither is zero, for `under` never is */
    Fraction f;
    bool overflow = __builtin_mul_overflow(a.over / g, b.over / h, &f.over);
    overflow |= __builtin_mul_overflow(a.under / h, b.under / g, &f.under);
    return sound(overflow, f.over) ? f : fail(r, "the numbers are too large");
}

static Fraction plus(Reader *r, Fraction a, Fraction b)
{
    Wide g = gcd(a.under, b.under), left, right, over, under;
    bool overflow = __builtin_mul_overflow(a.over, b.under / g, &left);
    overflow |= __builtin_mul_overflow(b.over, a.under / g, &right);
    overflow |= __builtin_add_overflow(left, right, &over);
    overflow |= __builtin_mul_overflow(a.under, b.under / g, &under);
    if (!sound(overflow, over)) return fail(r, "the numbers are too large");
    Wide common = gcd(over, under);
    return (Fraction){ over / common, under / common };
}

static Fraction minus(Fraction a)
{
    return (Fraction){ -a.over, a.under };
}

static Fraction divided(Reader *r, Fraction a, Fraction b)
{
    if (b.over == 0) return fail(r, "it divides by zero");
    Fraction turned = b.over > 0 ? (Fraction){ b.under, b.over } : (Fraction){ -b.under, -b.over };
    return times(r, a, turned);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static bool digit(char c) { return c >= '0' && c <= '9'; }

static bool next_is(const Reader *r, char c)
{
    return r->rest.n && r->rest.p[0] == c;
}

static void step(Reader *r)
{
    r->rest = str_slice(r->rest, 1, r->rest.n);
}

static void skip_blanks(Reader *r)
{
    while (next_is(r, ' ')) step(r);
}

static bool take(Reader *r, str sign)
{
    skip_blanks(r);
    if (!str_starts(r->rest, sign)) return false;
    r->rest = str_slice(r->rest, sign.n, r->rest.n);
    return true;
}

/* "1,200": a comma stands between digits, and three follow it. */
static bool thousands_comma(str s)
{
    return s.n >= 4 && s.p[0] == ',' && digit(s.p[1]) && digit(s.p[2]) && digit(s.p[3]) && (s.n == 4 || !digit(s.p[4]));
}

static Fraction number(Reader *r, int *ret_decimals)
{
    Fraction f = { 0, 1 };
    int digits = 0, decimals = -1;                             /* -1: no point yet */
    for (; r->rest.n; step(r)) {
        char c = r->rest.p[0];
        bool grouping = digits > 0 && decimals < 0 && thousands_comma(r->rest);
        if (c == '.' && decimals < 0) decimals = 0;
        else if (!digit(c) && !grouping) break;
        if (!digit(c)) continue;
        if (++digits > DIGITS_MAX) return fail(r, "a number has too many digits");
        f.over = f.over * 10 + (c - '0');
        if (decimals < 0) continue;
        f.under *= 10;
        decimals++;
    }
    if (!digits || decimals == 0) return fail(r, "a number is wanted");
    *ret_decimals = decimals < 0 ? 0 : decimals;
    Wide common = gcd(f.over, f.under);
    return (Fraction){ f.over / common, f.under / common };
}

/* ---- formulas ---------------------------------------------------------------------------------------------------- */

static Fraction sum(Reader *r);

static Fraction in_parentheses(Reader *r)
{
    Fraction f = sum(r);
    if (!take(r, S(")"))) return fail(r, "a parenthesis is not closed");
    return f;
}

static Fraction value(Reader *r)
{
    static const Fraction hundredth = { 1, 100 };
    int decimals;
    if (r->depth >= DEPTH_MAX) return fail(r, "it is too deeply nested");
    r->depth++;
    Fraction f;
    if (take(r, S("-")) || take(r, S("−"))) f = minus(value(r));
    else if (take(r, S("("))) f = in_parentheses(r);
    else f = number(r, &decimals);
    while (!r->wrong && take(r, S("%"))) f = times(r, f, hundredth);
    r->depth--;
    return f;
}

static Fraction product(Reader *r)
{
    Fraction f = value(r);
    while (!r->wrong) {
        if (take(r, S("*")) || take(r, S("×"))) f = times(r, f, value(r));
        else if (take(r, S("/")) || take(r, S("÷"))) f = divided(r, f, value(r));
        else break;
    }
    return f;
}

static Fraction sum(Reader *r)
{
    Fraction f = product(r);
    while (!r->wrong) {
        if (take(r, S("+"))) f = plus(r, f, product(r));
        else if (take(r, S("-")) || take(r, S("−"))) f = plus(r, f, minus(product(r)));
        else break;
    }
    return f;
}

/* ---- what is shown ----------------------------------------------------------------------------------------------- */

static Wide power_of_ten(int n)
{
    Wide p = 1;
    while (n-- > 0) p *= 10;
    return p;
}

/* The whole number nearest to f; a half goes away from zero, as on an invoice. */
static Wide rounded(Fraction f)
{
    Wide over = f.over < 0 ? -f.over : f.over;
    Wide whole = over / f.under, left = over % f.under;
    if (left >= f.under - left) whole++;
    return f.over < 0 ? -whole : whole;
}

static str written(Arena *keep, Wide units, int decimals, bool percent)
{
    char digits[64];
    int at = (int)sizeof digits;
    bool negative = units < 0;
    if (negative) units = -units;
    if (percent) digits[--at] = '%';
    for (int i = 0; units || i <= decimals; i++, units /= 10) {
        if (i == decimals && i > 0) digits[--at] = '.';
        digits[--at] = (char)('0' + (int)(units % 10));
    }
    if (negative) digits[--at] = '-';
    return str_keep(keep, (str){ digits + at, (ptrdiff_t)sizeof digits - at });
}

typedef struct Shown { Fraction value; int decimals; bool percent; } Shown;

static bool read_shown(str text, Shown *ret)
{
    Reader r = { .rest = str_trim(text) };
    bool negative = take(&r, S("-")) || take(&r, S("−"));
    Shown s = { 0 };
    s.value = number(&r, &s.decimals);
    s.percent = take(&r, S("%"));
    if (negative) s.value = minus(s.value);
    *ret = s;
    return !r.wrong && r.rest.n == 0;
}

bool decimal_gives(Arena *keep, str formula, str shown, str *ret_why)
{
    Reader r = { .rest = str_trim(formula) };
    Shown s;
    Fraction f = sum(&r);
    if (!r.wrong && str_trim(r.rest).n) fail(&r, "something stands there that is no number and no sign");
    if (!read_shown(shown, &s)) {
        *ret_why = S("what is shown must be a number");
        return false;
    }
    Fraction scale = { power_of_ten(s.decimals), 1 }, hundred = { s.percent ? 100 : 1, 1 };
    Wide want = rounded(times(&r, s.value, scale)), got = rounded(times(&r, times(&r, f, hundred), scale));
    if (r.wrong) {
        *ret_why = str_from(r.wrong);
        return false;
    }
    if (got == want) return true;
    *ret_why = str_fmt(keep, "it gives %.*s", STR_ARG(written(keep, got, s.decimals, s.percent)));
    return false;
}
