/* calendar - see calendar.h */
#include "jobs/calendar.h"

#include <unicode/ucal.h>
#include <unicode/ustring.h>

enum { CANDIDATES = 4 };

/* ---- the words ----------------------------------------------------------------------------------------------------------- */

static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static bool two_digits(str s, int max, int *ret)
{
    int64_t n;
    if (s.n != 2 || s.p[0] < '0' || s.p[0] > '9' || !str_int(s, &n) || n > max) return false;
    *ret = (int)n;
    return true;
}

static bool parse_time(str s, Calendar *c)
{
    str_pair at = str_cut(s, ':');
    return at.found && two_digits(at.head, 23, &c->hour) && two_digits(at.tail, 59, &c->minute);
}

static bool parse_week_day(str s, Calendar *c)
{
    for (int i = 0; i < 7 && !c->day; i++)
        if (str_eq(s, str_from(days[i]))) c->day = i + 1;
    return c->day > 0;
}

static bool parse_month_day(str s, Calendar *c)
{
    int64_t n;
    if (!str_int(s, &n) || n < 1 || n > 28 || s.p[0] == '0') return false;
    c->day = (int)n;
    return true;
}

static bool is_of_zone(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' || c == '+';
}

/* What ICU does not know it takes for Greenwich, without a word. */
static bool parse_zone(str s, Calendar *c)
{
    UChar id[sizeof c->zone], canonical[128];
    UErrorCode status = U_ZERO_ERROR;
    if (s.n < 1 || s.n >= (ptrdiff_t)sizeof c->zone) return false;
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (!is_of_zone(s.p[i])) return false;
    memcpy(c->zone, s.p, (size_t)s.n);
    c->zone[s.n] = '\0';
    u_uastrcpy(id, c->zone);
    ucal_getCanonicalTimeZoneID(id, -1, canonical, 128, NULL, &status);
    return U_SUCCESS(status);
}

bool calendar_parse(str text, Calendar *ret)
{
    Calendar c = { 0 };
    if (text.n > CALENDAR_BYTES_MAX) return false;
    str_pair word = str_cut(text, ' ');
    c.each = str_eq(word.head, S("daily")) ? EACH_DAY : str_eq(word.head, S("weekly")) ? EACH_WEEK : str_eq(word.head, S("monthly")) ? EACH_MONTH : 0;
    if (!c.each) return false;
    if (c.each != EACH_DAY) {
        word = str_cut(word.tail, ' ');
        if (!(c.each == EACH_WEEK ? parse_week_day(word.head, &c) : parse_month_day(word.head, &c))) return false;
    }
    str_pair at = str_cut(word.tail, ' ');
    if (!at.found || !parse_time(at.head, &c) || !parse_zone(at.tail, &c)) return false;
    *ret = c;
    return true;
}

/* ---- the moments --------------------------------------------------------------------------------------------------------- */

static UCalendar *open_at(const Calendar *c, int64_t at)
{
    UChar zone[sizeof c->zone];
    UErrorCode status = U_ZERO_ERROR;
    u_uastrcpy(zone, c->zone);
    UCalendar *u = ucal_open(zone, -1, "en", UCAL_GREGORIAN, &status);
    CHECK(u && U_SUCCESS(status));
    ucal_setAttribute(u, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_NEXT_VALID);
    ucal_setAttribute(u, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
    ucal_setMillis(u, (double)at, &status);
    CHECK(U_SUCCESS(status));
    return u;
}

typedef struct Date { int year, month, day, week_day; } Date;      /* month from 0, week_day from 1 for Monday */

static Date date_of(UCalendar *u)
{
    UErrorCode status = U_ZERO_ERROR;
    Date d = { ucal_get(u, UCAL_YEAR, &status), ucal_get(u, UCAL_MONTH, &status), ucal_get(u, UCAL_DATE, &status), 0 };
    d.week_day = (ucal_get(u, UCAL_DAY_OF_WEEK, &status) + 5) % 7 + 1;         /* ICU's Sunday is 1 */
    CHECK(U_SUCCESS(status));
    return d;
}

/* The n-th such day from today on; days and months beyond the end count on into the next. */
static Date candidate(const Calendar *c, Date today, int n)
{
    Date d = today;
    if (c->each == EACH_DAY) d.day += n;
    if (c->each == EACH_WEEK) d.day += (c->day - today.week_day + 7) % 7 + 7 * n;
    if (c->each == EACH_MONTH) d.month += n, d.day = c->day;
    return d;
}

static int64_t moment(UCalendar *u, const Calendar *c, Date d)
{
    UErrorCode status = U_ZERO_ERROR;
    ucal_clear(u);
    ucal_setDateTime(u, d.year, d.month, d.day, c->hour, c->minute, 0, &status);
    double at = ucal_getMillis(u, &status);
    CHECK(U_SUCCESS(status));
    return (int64_t)at;
}

int64_t calendar_next(const Calendar *c, int64_t after)
{
    UCalendar *u = open_at(c, after);
    Date today = date_of(u);
    int64_t at = 0;
    for (int n = 0; n < CANDIDATES && at <= after; n++) at = moment(u, c, candidate(c, today, n));
    ucal_close(u);
    CHECK(at > after);
    return at;
}
