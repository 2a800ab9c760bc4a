/* i18n_numbers - plurals, numbers and dates as each language writes them, by ICU.
 *
 * Opening a formatter costs up to 180 µs, using one about one, and two threads may not use one at a time. So each thread
 * keeps those it has used, and gives them back when it ends. */
#include "i18n/i18n_own.h"

#include <math.h>
#include <pthread.h>
#include <unicode/udat.h>
#include <unicode/uldnames.h>
#include <unicode/uloc.h>
#include <unicode/unum.h>
#include <unicode/upluralrules.h>
#include <unicode/ureldatefmt.h>
#include <unicode/ustring.h>

enum { UNITS_MAX = 128, BYTES_MAX = UNITS_MAX * 3 };

typedef struct Formatters {
    UNumberFormat *whole, *real, *percent;
    UPluralRules  *plurals;
    UDateFormat   *date_long, *date_short;
    URelativeDateTimeFormatter *ago;
} Formatters;

static _Thread_local Formatters *formatters;       /* one for each language */
static pthread_key_t  end_of_thread;
static pthread_once_t end_once = PTHREAD_ONCE_INIT;

static void close_formatters(void *all)
{
    for (Formatters *f = all; f < (Formatters *)all + LANGS_MAX; f++) {
        if (f->whole) unum_close(f->whole);
        if (f->real) unum_close(f->real);
        if (f->percent) unum_close(f->percent);
        if (f->plurals) uplrules_close(f->plurals);
        if (f->date_long) udat_close(f->date_long);
        if (f->date_short) udat_close(f->date_short);
        if (f->ago) ureldatefmt_close(f->ago);
    }
    free(all);
    formatters = NULL;
}

static void close_main_formatters(void)
{
    if (formatters) close_formatters(formatters);
}

static void make_key(void)
{
    CHECK(pthread_key_create(&end_of_thread, close_formatters) == 0);
    atexit(close_main_formatters);                 /* destructors of a key do not run for the thread that calls exit */
}

static Formatters *mine(const Lang *lang)
{
    if (!formatters) {
        pthread_once(&end_once, make_key);
        formatters = calloc(LANGS_MAX, sizeof *formatters);
        CHECK(formatters && pthread_setspecific(end_of_thread, formatters) == 0);
    }
    return &formatters[lang->index];
}

/* ICU's "en" is of the United States; the house writes 22 November 2026, as most of the world's English does. */
static const char *locale_of(const Lang *lang)
{
    return strcmp(lang->tag, "en") == 0 ? "en_001" : lang->tag;
}

static str utf8(Arena *keep, const UChar *units, int32_t n, const char *otherwise)
{
    char bytes[BYTES_MAX];
    int32_t got = 0;
    UErrorCode err = U_ZERO_ERROR;
    u_strToUTF8(bytes, BYTES_MAX, &got, units, n < UNITS_MAX ? n : UNITS_MAX, &err);
    return U_SUCCESS(err) ? str_keep(keep, (str){ bytes, got }) : str_keep(keep, str_from(otherwise));
}

/* ---- languages and their plurals --------------------------------------------------------------------------------- */

void icu_names(Arena *keep, Lang *lang)
{
    UChar units[UNITS_MAX];
    UErrorCode err = U_ZERO_ERROR;
    UDisplayContext how[] = { UDISPCTX_STANDARD_NAMES, UDISPCTX_CAPITALIZATION_FOR_UI_LIST_OR_MENU };
    ULocaleDisplayNames *names = uldn_openForContext(lang->tag, how, 2, &err);
    int32_t n = uldn_localeDisplayName(names, lang->tag, units, UNITS_MAX, &err);
    lang->name = U_SUCCESS(err) ? utf8(keep, units, n, lang->tag) : str_from(lang->tag);
    lang->rtl = uloc_isRightToLeft(lang->tag);
    uldn_close(names);
}

enum { CATEGORIES = 6, OTHER = 5, SAMPLES = 200 };
static struct { int8_t form_of[CATEGORIES], forms; } plurals[LANGS_MAX];

static int category(const Lang *lang, int64_t n)
{
    static const char *const names[CATEGORIES] = { "zero", "one", "two", "few", "many", "other" };
    UChar units[UNITS_MAX];
    char  name[UNITS_MAX + 1];
    UErrorCode err = U_ZERO_ERROR;
    Formatters *f = mine(lang);
    if (!f->plurals) f->plurals = uplrules_openForType(lang->tag, UPLURAL_TYPE_CARDINAL, &err);
    int32_t len = uplrules_select(f->plurals, (double)n, units, UNITS_MAX, &err);
    if (U_FAILURE(err)) return OTHER;
    u_UCharsToChars(units, name, len);
    name[len] = 0;
    for (int i = 0; i < CATEGORIES; i++)
        if (strcmp(name, names[i]) == 0) return i;
    return OTHER;
}

/* A category that no whole number below SAMPLES has ("other" in Russian, "many" in French) shares the last form. */
void icu_plurals(const Lang *lang)
{
    bool used[CATEGORIES] = { false };
    int forms = 0;
    for (int n = 0; n < SAMPLES; n++) used[category(lang, n)] = true;
    for (int i = 0; i < CATEGORIES; i++)
        if (used[i]) plurals[lang->index].form_of[i] = (int8_t)forms++;
    for (int i = 0; i < CATEGORIES; i++)
        if (!used[i]) plurals[lang->index].form_of[i] = (int8_t)(forms - 1);
    plurals[lang->index].forms = (int8_t)forms;
}

int plural_form(const Lang *lang, int64_t n)
{
    return plurals[lang->index].form_of[category(lang, n)];
}

int plural_forms(const Lang *lang)
{
    return plurals[lang->index].forms;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static UNumberFormat *number_format(const Lang *lang, UNumberFormatStyle style, UNumberFormat **kept)
{
    UErrorCode err = U_ZERO_ERROR;
    if (!*kept) {
        *kept = unum_open(style, NULL, 0, locale_of(lang), NULL, &err);
        CHECK(U_SUCCESS(err));
        unum_setAttribute(*kept, UNUM_ROUNDING_MODE, UNUM_ROUND_HALFUP);
    }
    return *kept;
}

str int_in(Arena *keep, const Lang *lang, int64_t v)
{
    char plain[24];
    UChar units[UNITS_MAX];
    UErrorCode err = U_ZERO_ERROR;
    if (lang->index == 0 && v > -1000 && v < 1000) {
        Out small;
        out_init(&small, keep, 4);
        out_int(&small, v);
        return out_text(&small);
    }
    snprintf(plain, sizeof plain, "%lld", (long long)v);
    UNumberFormat *f = number_format(lang, UNUM_DECIMAL, &mine(lang)->whole);
    return utf8(keep, units, unum_formatInt64(f, v, units, UNITS_MAX, NULL, &err), plain);
}

str num_int(Scope *s, int64_t v)
{
    return int_in(s->arena, s->lang, v);
}

str num_real(Scope *s, double v, int decimals)
{
    enum { DECIMALS_MAX = 15 };
    UChar units[UNITS_MAX];
    UErrorCode err = U_ZERO_ERROR;
    if (!isfinite(v)) return S("–");
    int32_t shown = decimals < 0 ? 0 : decimals > DECIMALS_MAX ? DECIMALS_MAX : decimals;
    UNumberFormat *f = number_format(s->lang, UNUM_DECIMAL, &mine(s->lang)->real);
    unum_setAttribute(f, UNUM_MIN_FRACTION_DIGITS, shown);
    unum_setAttribute(f, UNUM_MAX_FRACTION_DIGITS, shown);
    int32_t n = unum_formatDouble(f, v, units, UNITS_MAX, NULL, &err);
    if (U_SUCCESS(err) && n <= UNITS_MAX) return utf8(s->arena, units, n, "");
    return str_fmt(s->arena, "%.*g", DECIMALS_MAX, v);
}

str num_percent(Scope *s, int percent)
{
    UChar units[UNITS_MAX];
    UErrorCode err = U_ZERO_ERROR;
    UNumberFormat *f = number_format(s->lang, UNUM_PERCENT, &mine(s->lang)->percent);
    return utf8(s->arena, units, unum_formatDouble(f, percent / 100.0, units, UNITS_MAX, NULL, &err), "%");
}

/* ---- dates ------------------------------------------------------------------------------------------------------- */

static UDateFormat *date_format(const Lang *lang, UDateFormatStyle style, UDateFormat **kept)
{
    static const UChar utc[] = { 'U', 'T', 'C', 0 };
    char locale[ULOC_FULLNAME_CAPACITY];
    UErrorCode err = U_ZERO_ERROR;
    if (!*kept) {
        snprintf(locale, sizeof locale, "%s", locale_of(lang));
        uloc_setKeywordValue("calendar", "gregorian", locale, sizeof locale, &err);
        *kept = udat_open(UDAT_NONE, style, locale, utc, -1, NULL, 0, &err);
        CHECK(U_SUCCESS(err));
    }
    return *kept;
}

static str date_in(Scope *s, int64_t ms, UDateFormat *f)
{
    UChar units[UNITS_MAX];
    UErrorCode err = U_ZERO_ERROR;
    int32_t n = udat_format(f, (UDate)ms, units, UNITS_MAX, NULL, &err);
    return utf8(s->arena, units, n, "");
}

str date_long(Scope *s, int64_t ms)
{
    return date_in(s, ms, date_format(s->lang, UDAT_LONG, &mine(s->lang)->date_long));
}

str date_short(Scope *s, int64_t ms)
{
    return date_in(s, ms, date_format(s->lang, UDAT_MEDIUM, &mine(s->lang)->date_short));
}

typedef struct Step { int64_t below, length; URelativeDateTimeUnit unit; } Step;

static Step step_for(int64_t span)
{
    const int64_t month = 30 * DAY, year = 365 * DAY;
    const Step steps[] = {
        { MINUTE, INT64_MAX, UDAT_REL_UNIT_SECOND },           /* under a minute: "now" */
        { HOUR, MINUTE, UDAT_REL_UNIT_MINUTE }, { DAY, HOUR, UDAT_REL_UNIT_HOUR }, { 14 * DAY, DAY, UDAT_REL_UNIT_DAY },
        { 2 * month, 7 * DAY, UDAT_REL_UNIT_WEEK }, { year, month, UDAT_REL_UNIT_MONTH },
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (span < steps[i].below) return steps[i];
    return (Step){ INT64_MAX, year, UDAT_REL_UNIT_YEAR };
}

str time_ago(Scope *s, int64_t ms)
{
    UChar units[UNITS_MAX];
    UErrorCode err = U_ZERO_ERROR;
    Formatters *f = mine(s->lang);
    if (!f->ago)
        f->ago = ureldatefmt_open(locale_of(s->lang), NULL, UDAT_STYLE_LONG, UDISPCTX_CAPITALIZATION_NONE, &err);
    int64_t span = s->now > ms ? s->now - ms : ms - s->now;
    Step step = step_for(span);
    double count = (double)(span / step.length);
    int32_t n = ureldatefmt_format(f->ago, s->now >= ms ? -count : count, step.unit, units, UNITS_MAX, &err);
    return U_SUCCESS(err) ? utf8(s->arena, units, n, "") : date_short(s, ms);
}
