/* num_read - a number as a person types it, in any script and with the separators she knows from school.
 *
 * A comma may group or cut, and nobody says which. The rule: what stands several times groups; of two kinds the last
 * cuts; a lone dot cuts; a lone comma cuts unless it looks like thousands ("1,250"). Groups must be whole, so that a
 * slip of the finger ("1,25,0") is asked about and not guessed. */
#include "i18n/i18n.h"

#include <unicode/uchar.h>

enum { DIGITS_MAX = 30 };

typedef struct Typed {
    char digits[DIGITS_MAX + 2];        /* with a '.' where a separator stands */
    int  n;                             /* characters in digits */
    int  at[DIGITS_MAX];                /* where separators stand, and which */
    int32_t which[DIGITS_MAX];
    int  separators;
} Typed;

/* Separators by what they are, whatever the script: ',' may group or cut, "'" and blanks only group, U+066B cuts. */
enum { COMMA = ',', DOT = '.', ARABIC_DECIMAL = 0x066B, GROUP = '_' };

static int32_t separator(int32_t c)
{
    switch (c) {
    case ',': case 0xFF0C: case 0x060C: return COMMA;
    case '.': case 0xFF0E:              return DOT;
    case ARABIC_DECIMAL:                return ARABIC_DECIMAL;
    case 0x066C: case '\'': case 0x2019: case ' ': case 0xA0: case 0x202F: case 0x2009: return GROUP;
    default: return 0;
    }
}

static bool take_characters(str s, Typed *t)
{
    int digits = 0;
    while (s.n) {
        int32_t c = utf8_next(&s), kind = c < 0 ? 0 : separator(c);
        int32_t digit = c < 0 ? -1 : u_charDigitValue(c);
        if (digit >= 0 && digits < DIGITS_MAX) {
            t->digits[digits++] = (char)('0' + digit);
        } else if (kind && t->separators < DIGITS_MAX) {
            t->at[t->separators] = digits;
            t->which[t->separators++] = kind;
        } else {
            return false;
        }
    }
    t->n = digits;
    return digits > 0;
}

/* Does the last separator cut whole from fraction? */
static bool last_cuts(const Typed *t)
{
    if (!t->separators) return false;
    int last = t->separators - 1;
    int32_t kind = t->which[last];
    for (int i = 0; i < last; i++)
        if (t->which[i] == kind) return false;                 /* 1,234,567 */
    if (kind == GROUP) return false;
    if (kind == ARABIC_DECIMAL || kind == DOT || last > 0) return true;
    bool thousands = t->n - t->at[last] == 3 && t->at[last] > 0 && t->at[last] <= 3 && t->digits[0] != '0';
    return !thousands;                                         /* "1,250" groups; "12,5" and "0,125" cut */
}

/* Groups of three, or of two before the last as in India; all of one kind. */
static bool groups_fit(const Typed *t, int groups, int end)
{
    for (int i = 0; i < groups; i++) {
        int to = i + 1 < groups ? t->at[i + 1] : end, size = to - t->at[i];
        bool last = i + 1 == groups;
        if (t->which[i] != t->which[0] || size > 3 || size < (last ? 3 : 2)) return false;
    }
    return groups == 0 || (t->at[0] > 0 && t->at[0] <= 3);
}

/* Signs of any script, among the invisible marks that keep a number in order within right-to-left text. */
static bool take_sign(str *s)
{
    for (str rest = *s; rest.n; *s = rest) {
        int32_t c = utf8_next(&rest);
        bool mark = c == 0x061C || c == 0x200E || c == 0x200F, sign = c == '-' || c == 0x2212 || c == '+';
        if (!mark && !sign) break;
        if (sign) {
            *s = rest;
            return c != '+';
        }
    }
    return false;
}

bool num_read(str typed, double *ret)
{
    Typed t = { .n = 0 };
    str s = str_trim(typed);
    bool minus = take_sign(&s);
    if (!take_characters(s, &t)) return false;
    bool cuts = last_cuts(&t);
    int cut = cuts ? t.at[t.separators - 1] : t.n;
    if (cuts && cut == t.n) return false;                      /* "12." */
    if (!groups_fit(&t, t.separators - cuts, cut)) return false;
    if (cuts) {
        memmove(t.digits + cut + 1, t.digits + cut, (size_t)(t.n - cut));
        t.digits[cut] = '.';
        t.n++;
    }
    t.digits[t.n] = 0;
    double v = strtod(t.digits, NULL);
    *ret = minus ? -v : v;
    return true;
}
