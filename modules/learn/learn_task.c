/* learn_task - the fields of a task as a form: shown, filled, read. What is kept is text in one shape per type. */
#include "learn_own.h"

#include <math.h>

#include "centres/centres.h"

enum { RADIOS_MAX = 6 };
#define NUMBER_MAX 1e12

/* ---- showing ----------------------------------------------------------------------------------------------------- */

static Options options_of(Scope *s, const learn_fields_row *f)
{
    Strs list = pack_list(s->arena, f->options, '\n');
    bool menu = list.n > RADIOS_MAX;
    Option *row = NEW(s->arena, Option, list.n + 1);
    ptrdiff_t n = 0;
    if (menu) row[n++] = (Option){ S(""), T(s, "Choose…") };
    for (ptrdiff_t i = 0; i < list.n; i++) row[n++] = (Option){ list.row[i], list.row[i] };
    return (Options){ row, n };
}

static int decimals(double v) { return v == floor(v) ? 0 : v * 10 == floor(v * 10) ? 1 : 2; }

/* The range of a number is not said before somebody leaves it: it is there to catch slips. */
static str limits(Scope *s, const learn_fields_row *f)
{
    if (f->kind == FIELD_NUMBER) return FILL(s, T(s, "in {unit}"), { "unit", f->unit });
    if (f->kind != FIELD_LONG || f->low < 1) return (str){ 0 };
    return TN(s, "at least {n} character", "at least {n} characters", (int64_t)f->low);
}

static str hint_of(Scope *s, const learn_fields_row *f)
{
    str more = limits(s, f);
    if (!more.n || !f->hint.n) return more.n ? more : f->hint;
    return str_fmt(s->arena, "%.*s · %.*s", STR_ARG(f->hint), STR_ARG(more));
}

FieldsShown fields_shown(Scope *s, learn_fields_rows rows)
{
    FieldsShown shown = { NEW(s->arena, FieldShown, rows.n + 1), rows.n };
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        const learn_fields_row *f = &rows.row[i];
        FieldShown *to = &shown.row[i];
        *to = (FieldShown){ .name = str_z(s->arena, f->field), .kind = (int)f->kind, .hint = hint_of(s, f),
                            .value = f->value, .beside = f->beside, .required = f->required };
        to->label = f->required ? str_fmt(s->arena, "%.*s *", STR_ARG(f->label)) : f->label;
        if (f->kind == FIELD_CHOICE) to->options = options_of(s, f);
        if (f->kind == FIELD_ECONOMY) to->options = centres_economies(s);
        if (f->kind == FIELD_MONEY) to->options = currencies();
    }
    return shown;
}

static const char *currency_field(Arena *keep, str field)
{
    return str_z(keep, str_fmt(keep, "%.*s_currency", STR_ARG(field)));
}

void fields_set(Form *f, Scope *s, learn_fields_rows rows)
{
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        const learn_fields_row *row = &rows.row[i];
        const char *name = str_z(s->arena, row->field);
        if (row->kind != FIELD_MONEY) {
            form_set(f, name, row->value);
            continue;
        }
        str_pair money = str_cut(row->value, ' ');
        form_set(f, name, money.head);
        form_set(f, currency_field(s->arena, row->field), money.tail);
    }
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bool among(Options options, str value)
{
    for (ptrdiff_t i = 0; i < options.n; i++)
        if (str_eq(options.row[i].value, value)) return true;
    return false;
}

static str chosen(Form *f, Scope *s, const char *name, Options options)
{
    str value = form_raw(f, name);
    if (!value.n || among(options, value)) return value;
    form_error(f, name, T(s, "Please choose one of these."));
    return (str){ 0 };
}

/* "4.5" -> "4.50", "1200" -> "1200": as money is written, without more decimals than were meant. */
static str amount_text(Arena *keep, double v)
{
    if (v == floor(v)) return str_fmt(keep, "%.0f", v);
    str text = str_fmt(keep, "%.4f", v);
    ptrdiff_t cents = str_find(text, S(".")) + 3;
    while (text.n > cents && text.p[text.n - 1] == '0') text.n--;
    return text;
}

static str number_read(Form *f, Scope *s, const learn_fields_row *row, const char *name)
{
    double v;
    if (!str_trim(form_raw(f, name)).n || !form_real(f, name, -NUMBER_MAX, NUMBER_MAX, &v)) return (str){ 0 };
    if (v >= row->low && v <= row->high) return str_fmt(s->arena, "%.15g", v);
    str low = num_real(s, row->low, decimals(row->low)), high = num_real(s, row->high, decimals(row->high));
    form_error(f, name, FILL(s, T(s, "From {low} to {high}, please."), { "low", low }, { "high", high }));
    return (str){ 0 };
}

static str money_read(Form *f, Scope *s, const learn_fields_row *row, const char *name)
{
    double v;
    if (!str_trim(form_raw(f, name)).n || !form_real(f, name, 0, NUMBER_MAX, &v)) return (str){ 0 };
    str currency = form_raw(f, currency_field(s->arena, row->field));
    if (currency.n && among(currencies(), currency))
        return str_fmt(s->arena, "%.*s %.*s", STR_ARG(amount_text(s->arena, v)), STR_ARG(currency));
    form_error(f, name, T(s, "Please choose the currency."));
    return (str){ 0 };
}

static int two_digits(str s, ptrdiff_t at) { return (s.p[at] - '0') * 10 + s.p[at + 1] - '0'; }

static bool is_date(str s)
{
    static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (s.n != 10) return false;
    for (ptrdiff_t i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? s.p[i] != '-' : s.p[i] < '0' || s.p[i] > '9') return false;
    int year = two_digits(s, 0) * 100 + two_digits(s, 2), month = two_digits(s, 5), day = two_digits(s, 8);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
           (leap || month != 2 || day < 29);
}

static str date_read(Form *f, Scope *s, const char *name)
{
    str value = str_trim(form_raw(f, name));
    if (!value.n || is_date(value)) return value;
    form_error(f, name, T(s, "Please write the date as year-month-day, for example 2027-03-15."));
    return (str){ 0 };
}

static str field_value(Form *f, Scope *s, const learn_fields_row *row)
{
    const char *name = str_z(s->arena, row->field);
    switch ((FieldKind)row->kind) {
    case FIELD_TEXT:    return form_text(f, name, 0, (int)row->high);
    case FIELD_LONG:    return form_long(f, name, 0, (int)row->high);
    case FIELD_NUMBER:  return number_read(f, s, row, name);
    case FIELD_MONEY:   return money_read(f, s, row, name);
    case FIELD_CHOICE:  return chosen(f, s, name, options_of(s, row));
    case FIELD_ECONOMY: return chosen(f, s, name, centres_economies(s));
    case FIELD_DATE:    return date_read(f, s, name);
    }
    return (str){ 0 };
}

str *fields_read(Form *f, Scope *s, learn_fields_rows rows)
{
    str *values = NEW(s->arena, str, rows.n + 1);
    for (ptrdiff_t i = 0; i < rows.n; i++) values[i] = field_value(f, s, &rows.row[i]);
    return values;
}
