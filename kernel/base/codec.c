/* codec - hex, base64url, percent-escapes, and times as text. */
#include "base/base.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

str hex_encode(Arena *keep, str bytes)
{
    char *p = NEW(keep, char, bytes.n * 2 + 1);
    for (ptrdiff_t i = 0; i < bytes.n; i++) {
        p[2 * i]     = "0123456789abcdef"[(unsigned char)bytes.p[i] >> 4];
        p[2 * i + 1] = "0123456789abcdef"[(unsigned char)bytes.p[i] & 15];
    }
    return (str){ p, bytes.n * 2 };
}

bool hex_decode(Arena *keep, str hex, str *ret)
{
    if (hex.n % 2) return false;
    char *p = NEW(keep, char, hex.n / 2 + 1);
    for (ptrdiff_t i = 0; i < hex.n; i += 2) {
        int high = hex_digit(hex.p[i]), low = hex_digit(hex.p[i + 1]);
        if (high < 0 || low < 0) return false;
        p[i / 2] = (char)(high << 4 | low);
    }
    *ret = (str){ p, hex.n / 2 };
    return true;
}

static const char base64url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

str base64url_encode(Arena *keep, str bytes)
{
    Out o;
    out_init(&o, keep, (bytes.n + 2) / 3 * 4 + 1);
    uint32_t bits = 0;
    int have = 0;
    for (ptrdiff_t i = 0; i < bytes.n; i++) {
        bits = bits << 8 | (unsigned char)bytes.p[i];
        for (have += 8; have >= 6; have -= 6) out_char(&o, base64url_digits[bits >> (have - 6) & 63]);
    }
    if (have) out_char(&o, base64url_digits[bits << (6 - have) & 63]);
    return out_text(&o);
}

bool base64url_decode(Arena *keep, str text, str *ret)
{
    if (text.n % 4 == 1) return false;
    Out o;
    out_init(&o, keep, text.n / 4 * 3 + 3);
    uint32_t bits = 0;
    int have = 0;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        const char *at = text.p[i] ? strchr(base64url_digits, text.p[i]) : NULL;
        if (!at) return false;
        bits = bits << 6 | (uint32_t)(at - base64url_digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out_char(&o, (char)(bits >> have & 255));
        }
    }
    if (bits & ((1u << have) - 1)) return false;
    *ret = out_text(&o);
    return true;
}

static bool unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

str url_escape(Arena *keep, str s)
{
    Out o;
    out_init(&o, keep, s.n + 16);
    for (ptrdiff_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (unreserved((char)c)) { out_char(&o, (char)c); continue; }
        out_char(&o, '%');
        out_char(&o, "0123456789ABCDEF"[c >> 4]);
        out_char(&o, "0123456789ABCDEF"[c & 15]);
    }
    return out_text(&o);
}

bool url_unescape(Arena *keep, str s, bool plus, str *ret)
{
    Out o;
    out_init(&o, keep, s.n + 1);
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '+' && plus) c = ' ';
        if (c == '%') {
            int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1, low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
            if (high < 0 || low < 0 || (high == 0 && low == 0)) return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        out_char(&o, c);
    }
    *ret = out_text(&o);
    return true;
}

/* ---- times ------------------------------------------------------------------------------------------------------ */

typedef struct Civil { int64_t year; int month, day, weekday, hour, minute, second; } Civil;

/* Days to a date of the proleptic Gregorian calendar, by years that begin in March: leap days then fall at the end. */
static Civil civil(int64_t ms)
{
    int64_t seconds = ms / 1000 - (ms % 1000 < 0), days = seconds / 86400 - (seconds % 86400 < 0);
    int64_t of_day = seconds - days * 86400, shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097, in_era = shifted - era * 146097;
    int64_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (int)((5 * in_year + 2) / 153);
    Civil c = { .year = year_of_era + era * 400, .day = (int)(in_year - (153 * month + 2) / 5 + 1) };
    c.month = month < 10 ? month + 3 : month - 9;
    c.year += c.month <= 2;
    c.weekday = (int)(((days + 4) % 7 + 7) % 7);
    c.hour = (int)(of_day / 3600);
    c.minute = (int)(of_day / 60 % 60);
    c.second = (int)(of_day % 60);
    return c;
}

static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + in_year - 719468;
}

str time_iso(Arena *keep, int64_t ms)
{
    Civil c = civil(ms);
    return str_fmt(keep, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)c.year, c.month, c.day, c.hour, c.minute, c.second);
}

static const char weekdays[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

str time_http(Arena *keep, int64_t ms)
{
    Civil c = civil(ms);
    return str_fmt(keep, "%.3s, %02d %.3s %04lld %02d:%02d:%02d GMT", weekdays + 3 * c.weekday, c.day, months + 3 * (c.month - 1),
                   (long long)c.year, c.hour, c.minute, c.second);
}

static bool digits(str s, ptrdiff_t at, ptrdiff_t n, int *ret)
{
    int64_t v;
    str part = str_slice(s, at, at + n);
    if (part.n != n || part.p[0] == '-' || !str_int(part, &v)) return false;
    *ret = (int)v;
    return true;
}

static int days_in(int year, int month)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* ".123…", of any length; what there is beyond milliseconds is cut. */
static bool fraction_take(str *s, int *ret_ms)
{
    int n = 0;
    *ret_ms = 0;
    if (!str_starts(*s, S("."))) return true;
    *s = str_slice(*s, 1, s->n);
    for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; n++, *s = str_slice(*s, 1, s->n))
        if (n < 3) *ret_ms = *ret_ms * 10 + (s->p[0] - '0');
    for (int i = n; i < 3; i++) *ret_ms *= 10;
    return n > 0;
}

/* "Z", "+07:00"; at most fourteen hours (XML Schema 1.1 part 2, section 3.3.7). */
static bool offset_read(str s, int *ret_minutes)
{
    int hour, minute;
    *ret_minutes = 0;
    if (str_eq(s, S("Z"))) return true;
    if (s.n != 6 || s.p[3] != ':' || (s.p[0] != '+' && s.p[0] != '-') || !digits(s, 1, 2, &hour) || !digits(s, 4, 2, &minute)) return false;
    *ret_minutes = (hour * 60 + minute) * (s.p[0] == '-' ? -1 : 1);
    return minute < 60 && hour * 60 + minute <= 14 * 60;
}

bool time_iso_parse(str s, int64_t *ret_ms)
{
    int year, month, day, hour, minute, second, ms, offset;
    if (s.n < 20 || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T' || s.p[13] != ':' || s.p[16] != ':') return false;
    if (!digits(s, 0, 4, &year) || !digits(s, 5, 2, &month) || !digits(s, 8, 2, &day)) return false;
    if (!digits(s, 11, 2, &hour) || !digits(s, 14, 2, &minute) || !digits(s, 17, 2, &second)) return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 59) return false;
    str rest = str_slice(s, 19, s.n);
    if (!fraction_take(&rest, &ms) || !offset_read(rest, &offset)) return false;
    *ret_ms = ((days_of(year, month, day) * 24 + hour) * 60 + minute - offset) * 60000 + second * 1000 + ms;
    return true;
}

bool time_http_parse(str s, int64_t *ret_ms)
{
    int day, year, hour, minute, second, month = 0;
    if (s.n != 29 || !str_ends(s, S(" GMT")) || s.p[3] != ',' || s.p[4] != ' ' || s.p[19] != ':' || s.p[22] != ':') return false;
    if (!digits(s, 5, 2, &day) || !digits(s, 12, 4, &year) || !digits(s, 17, 2, &hour) || !digits(s, 20, 2, &minute) || !digits(s, 23, 2, &second)) return false;
    while (month < 12 && memcmp(months + 3 * month, s.p + 8, 3) != 0) month++;
    if (month == 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return false;
    *ret_ms = ((days_of(year, month + 1, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000;
    return true;
}
