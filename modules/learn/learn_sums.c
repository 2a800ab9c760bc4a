/* learn_sums - the small sums in a text, done again: "3 × 38.00 is 114.00", "390 ÷ 5 = 78".
 *
 * A sum is numbers with signs between them, then "is", "=" or the like, then what it gives. What is not wholly numbers ("120
 * bags × 4.50") is not understood and is passed over. */
#include "learn_pack.h"

#include "html/decimal.h"
#include "i18n/i18n.h"

enum { BRACKETS_MAX = 8, FORMULA_MAX = 200 };

/* formula: what has been read, as decimal.h has it. words: a sign was a word; unclear: "12.00 less 10%" – of what? */
typedef struct Sum {
    str       s;
    ptrdiff_t at, n;
    char      formula[FORMULA_MAX];
    int       signs, brackets;
    bool      words, unclear;
} Sum;

/* What does not fit is no small sum. */
static void add(Sum *m, str s)
{
    if (m->n + s.n > FORMULA_MAX) m->unclear = true;
    else if (s.n) memcpy(m->formula + m->n, s.p, (size_t)s.n);
    m->n += m->unclear ? 0 : s.n;
}

static bool digit(str s, ptrdiff_t at) { return at >= 0 && at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; }

/* Bytes of one: also of one that does not break, and of the sign before GIFT's "\=". */
static ptrdiff_t blank_at(str s, ptrdiff_t at)
{
    if (at < s.n && (s.p[at] == ' ' || s.p[at] == '\\')) return 1;
    return str_starts(str_slice(s, at, s.n), S("\xC2\xA0")) ? 2 : 0;
}

static str before_blanks(str s, ptrdiff_t at)
{
    str rest = str_slice(s, 0, at);
    for (;;) {
        if (str_ends(rest, S(" "))) rest.n--;
        else if (str_ends(rest, S("\xC2\xA0"))) rest.n -= 2;
        else return rest;
    }
}

static bool take(Sum *m, str what)
{
    for (ptrdiff_t n; (n = blank_at(m->s, m->at)); m->at += n) { }
    if (!str_starts(str_slice(m->s, m->at, m->s.n), what)) return false;
    m->at += what.n;
    return true;
}

/* A whole word, not the beginning of one. */
static bool take_word(Sum *m, str word)
{
    Sum before = *m;
    if (take(m, word) && blank_at(m->s, m->at)) return true;
    *m = before;
    return false;
}

/* "4,760,000", "0.70", "15%"; empty when there is none at `at`. */
static str number_at(str s, ptrdiff_t at)
{
    ptrdiff_t end = at;
    while (digit(s, end)) {
        end++;
        if (end < s.n && s.p[end] == ',' && digit(s, end + 1) && digit(s, end + 2) && digit(s, end + 3) && !digit(s, end + 4)) end++;
    }
    if (end > at && end < s.n && s.p[end] == '.' && digit(s, end + 1))
        for (end++; digit(s, end);) end++;
    return str_slice(s, at, end + (end > at && end < s.n && s.p[end] == '%'));
}

static bool number(Sum *m)
{
    take(m, S(""));
    str n = number_at(m->s, m->at);
    add(m, n);
    m->at += n.n;
    m->unclear |= m->words && str_ends(n, S("%"));
    return n.n > 0;
}

/* '*', '/', '+', '-' or 0. */
static char sign(Sum *m)
{
    static const struct { str text; char means; bool word; } signs[] = {
        { S("×"), '*', false }, { S("*"), '*', false }, { S("÷"), '/', false }, { S("/"), '/', false },
        { S("+"), '+', false }, { S("−"), '-', false },
        { S("divided by"), '/', true }, { S("times"), '*', true }, { S("less"), '-', true }, { S("plus"), '+', true },
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!(signs[i].word ? take_word : take)(m, signs[i].text)) continue;
        m->words |= signs[i].word;
        return signs[i].means;
    }
    return 0;
}

static bool value(Sum *m)
{
    for (; take(m, S("(")); m->brackets++) add(m, S("("));
    if (m->brackets > BRACKETS_MAX || !number(m)) return false;
    for (; m->brackets && take(m, S(")")); m->brackets--) add(m, S(")"));
    return true;
}

/* Ends before a sign that nothing follows. */
static bool formula(Sum *m)
{
    if (!value(m)) return false;
    for (;;) {
        Sum before = *m;
        char c = sign(m);
        if (c) add(m, (str){ &c, 1 });
        if (!c || !value(m)) return *m = before, before.signs > 0 && !before.brackets && !before.unclear;
        m->signs++;
    }
}

static bool says(Sum *m)
{
    static const str words[] = { S("is"), S("are"), S("makes"), S("make"), S("leaves"), S("gives") };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (take_word(m, words[i])) return true;
    return take(m, S("="));
}

/* A sum said in words may have begun before its first number: "18.00 less fees of 1.80 less 12.00". */
static bool begins(str s, ptrdiff_t at)
{
    str before = before_blanks(s, at);
    return !before.n || strchr(".:;#=~>", before.p[before.n - 1]);
}

/* False: at `from` stands a sum, and it does not give what it is said to give. */
static bool holds(Arena *keep, str line, ptrdiff_t from, ptrdiff_t *ret_end)
{
    str why;
    Sum m = { .s = line, .at = from };
    *ret_end = from + 1;
    if (!formula(&m)) return true;
    *ret_end = m.at;
    if ((m.words && !begins(line, from)) || !says(&m)) return true;
    take(&m, S(""));
    str shown = number_at(line, m.at);
    Sum after = m;
    after.at += shown.n;
    if (!shown.n || sign(&after)) return true;             /* "a + b = c + d" */
    return decimal_gives(keep, (str){ m.formula, m.n }, shown, &why);
}

static bool may_begin(str s, ptrdiff_t at)
{
    if (s.p[at] != '(' && !(s.p[at] >= '0' && s.p[at] <= '9')) return false;
    if (at == 0) return true;
    char before = s.p[at - 1];
    return before == ' ' || before == '(' || before == '#' || before == '~' || before == '=' || before == '\xA0';
}

/* Something that was a part of a longer sum before: a sign stands in front of it. */
static bool goes_on(str s, ptrdiff_t at)
{
    static const str signs[] = { S("×"), S("*"), S("÷"), S("/"), S("+"), S("−"), S("by"), S("times"), S("less"), S("plus"), S("(") };
    str before = before_blanks(s, at);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (str_ends(before, signs[i])) return true;
    return false;
}

void sums_check(Pack *pack, const PackFile *file)
{
    str rest = file->bytes, line;
    for (int at = 1; pack_line(&rest, &line); at++)
        for (ptrdiff_t i = 0, end; i < line.n; i = end) {
            end = i + 1;
            if (may_begin(line, i) && !goes_on(line, i) && !holds(pack->keep, line, i, &end))
                pack_problem(pack->problems, file->path, at, "This sum gives something else: %.*s", (int)(end - i), line.p + i);
        }
}

bool sums_show(str text, double low, double high)
{
    double v, room = 1e-9 * (low < 0 ? -low : low) + 1e-12;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        str n = number_at(text, i), rest = n;
        if (!n.n) continue;
        bool minus = str_ends(str_trim(str_slice(text, 0, i)), S("−"));
        i += n.n - 1;
        if (str_ends(rest, S("%"))) rest.n--;
        if (!num_read(rest, &v)) continue;
        if ((v >= low - room && v <= high + room) || (minus && -v >= low - room && -v <= high + room)) return true;
    }
    return false;
}
