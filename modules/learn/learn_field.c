/* learn_field - a line of a task: `- key: type | label | hint`. */
#include "learn_pack.h"

#include <math.h>

enum { KEY_BYTES_MAX = 60, LABEL_CHARS_MAX = 200, OPTION_CHARS_MAX = 120, UNIT_CHARS_MAX = 20, TEXT_CHARS_USUAL = 120 };

typedef struct Kind { const char *word; bool arguments; } Kind;
static const Kind kinds[] = {
    [FIELD_TEXT]    = { "text", true },    [FIELD_LONG]   = { "long", true },   [FIELD_NUMBER]  = { "number", true },
    [FIELD_MONEY]   = { "money", false },  [FIELD_CHOICE] = { "choice", true }, [FIELD_ECONOMY] = { "economy", false },
    [FIELD_DATE]    = { "date", false },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static bool key_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

static bool key_ok(str key)
{
    /* "<key>_currency" is a field of the form. */
    if (key.n > KEY_BYTES_MAX || str_ends(key, S("_currency"))) return false;
    int words = 0;
    for (str_pair cut = { .tail = key, .found = true }; cut.found; words++) {
        cut = str_cut(cut.tail, '.');
        if (!cut.head.n) return false;
        for (ptrdiff_t i = 0; i < cut.head.n; i++)
            if (!key_letter(cut.head.p[i])) return false;
    }
    return words >= 2;
}

/* A list entry is a field when it begins like one, or when it is cut by '|': then a slip in the key is told, and not
 * shown as text. */
bool field_line(str line)
{
    if (!str_starts(line, S("- "))) return false;
    if (str_find(line, S("|")) >= 0) return true;
    str_pair pair = str_cut(str_slice(line, 2, line.n), ':');
    str key = str_ends(pair.head, S("*")) ? str_slice(pair.head, 0, pair.head.n - 1) : pair.head;
    return pair.found && key_ok(key);
}

/* A number as an author writes it: digits, one point. */
static bool plain_number(str s, double *ret)
{
    char z[40];
    if (!s.n || s.n >= (ptrdiff_t)sizeof z) return false;
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' || (s.p[i] == '-' && i == 0))) return false;
    memcpy(z, s.p, (size_t)s.n);
    z[s.n] = '\0';
    char *end;
    *ret = strtod(z, &end);
    return *end == '\0' && isfinite(*ret);
}

static bool read_number(Arena *keep, str arguments, TaskField *f)
{
    Strs a = pack_list(keep, arguments, ',');
    if (a.n != 3 || str_chars(a.row[0]) > UNIT_CHARS_MAX) return false;
    f->unit = a.row[0];
    return plain_number(a.row[1], &f->low) && plain_number(a.row[2], &f->high) && f->low < f->high;
}

/* A number of characters. */
static bool count_within(double v, int low, int high) { return v >= low && v <= high && v == floor(v); }

static bool read_text(str arguments, TaskField *f)
{
    f->high = TEXT_CHARS_USUAL;
    return !arguments.n || (plain_number(arguments, &f->high) && count_within(f->high, 1, PACK_TEXT_FIELD_MAX));
}

static bool read_long(Arena *keep, str arguments, TaskField *f)
{
    Strs a = pack_list(keep, arguments, ',');
    return a.n == 2 && plain_number(a.row[0], &f->low) && plain_number(a.row[1], &f->high) &&
           count_within(f->high, 1, PACK_LONG_FIELD_MAX) && count_within(f->low, 0, (int)f->high - 1);
}

static bool read_choice(Arena *keep, str arguments, TaskField *f)
{
    f->options = pack_list(keep, arguments, ';');
    for (ptrdiff_t i = 0; i < f->options.n; i++) {
        if (str_chars(f->options.row[i]) > OPTION_CHARS_MAX) return false;
        for (ptrdiff_t j = 0; j < i; j++)
            if (str_eq(f->options.row[i], f->options.row[j])) return false;
    }
    return f->options.n >= 2 && f->options.n < PACK_LIST_MAX;
}

static FieldKind kind_named(str word)
{
    for (int i = 1; i < KINDS; i++)
        if (str_eq(word, str_from(kinds[i].word))) return (FieldKind)i;
    return 0;
}

static const char *arguments_wrong(Arena *keep, str arguments, TaskField *f)
{
    switch (f->kind) {
    case FIELD_TEXT:   return read_text(arguments, f) ? NULL : "text(80): at most so many characters, up to 300.";
    case FIELD_LONG:
        return read_long(keep, arguments, f) ? NULL : "long(40, 2000): from so many characters to so many, up to 4000.";
    case FIELD_NUMBER:
        return read_number(keep, arguments, f) ? NULL : "number(kg, 0, 1000): a unit, the least and the most.";
    case FIELD_CHOICE:
        return read_choice(keep, arguments, f) ? NULL
                                               : "choice(a; b; c): two or more different answers with ';' between.";
    case FIELD_MONEY:
    case FIELD_ECONOMY:
    case FIELD_DATE: return arguments.n ? "Nothing stands in brackets here." : NULL;
    }
    return "";
}

static bool read_type(PackProblems *problems, str file, int at, str type, TaskField *f)
{
    ptrdiff_t open = str_find(type, S("("));
    str word = str_trim(open < 0 ? type : str_slice(type, 0, open)), arguments = { 0 };
    f->kind = kind_named(word);
    if (!f->kind)
        return pack_problem(problems, file, at, "\"%.*s\" is no type of a field. There are: text, long, number, money, "
                            "choice, economy, date.", STR_ARG(word)), false;
    if (open >= 0) {
        if (!str_ends(type, S(")")))
            return pack_problem(problems, file, at, "A bracket is not closed before the '|'."), false;
        arguments = str_trim(str_slice(type, open + 1, type.n - 1));
    }
    const char *wrong = arguments_wrong(problems->keep, arguments, f);
    if (wrong) pack_problem(problems, file, at, "Write %s", wrong);
    return !wrong;
}

bool field_read(PackProblems *problems, str file, int at, str line, TaskField *ret)
{
    str_pair named = str_cut(str_slice(line, 2, line.n), ':');
    str_pair typed = str_cut(named.tail, '|');
    str_pair labelled = str_cut(typed.tail, '|');
    TaskField f = {
        .key = str_trim(named.head), .label = str_trim(labelled.head), .hint = str_trim(labelled.tail), .line = at
    };
    if (str_ends(f.key, S("*"))) {
        f.required = true;
        f.key = str_slice(f.key, 0, f.key.n - 1);
    }
    if (!named.found || !typed.found || !f.label.n)
        return pack_problem(problems, file, at, "A field is `- key: type | label | hint`; the hint may be empty."),
               false;
    if (!key_ok(f.key))
        return pack_problem(problems, file, at, "The key \"%.*s\" must be two or more words of small letters and "
                            "digits with '.' between, as in product.weight.", STR_ARG(f.key)), false;
    if (str_chars(f.label) > LABEL_CHARS_MAX || str_chars(f.hint) > LABEL_CHARS_MAX)
        return pack_problem(problems, file, at, "A label and a hint have at most %d characters.", LABEL_CHARS_MAX),
               false;
    if (!read_type(problems, file, at, str_trim(typed.head), &f)) return false;
    *ret = f;
    return true;
}

/* Limits may differ from lesson to lesson; what is kept must mean the same in both. */
str field_type(Arena *keep, const TaskField *f)
{
    str word = str_from(kinds[f->kind].word);
    if (f->kind == FIELD_NUMBER) return str_fmt(keep, "number(%.*s)", STR_ARG(f->unit));
    if (f->kind != FIELD_CHOICE) return word;
    return str_fmt(keep, "choice(%.*s)", STR_ARG(str_join(keep, f->options.row, f->options.n, S("; "))));
}
