/* http_form - application/x-www-form-urlencoded, as WHATWG URL section 5 parses it: nothing is malformed, a percent sign that
 * begins no escape stands for itself. What the fields mean is the reader's to check. */
#include "http/http_own.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_plain(str s)
{
    return !s.n || (!memchr(s.p, '%', (size_t)s.n) && !memchr(s.p, '+', (size_t)s.n));
}

static str decode(Arena *keep, str s)
{
    if (is_plain(s)) return s;
    char *out = arena_alloc(keep, 1, 1, s.n);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i] == '+' ? ' ' : s.p[i];
        if (c == '%' && s.n - i >= 3 && hex_value(s.p[i + 1]) >= 0 && hex_value(s.p[i + 2]) >= 0) {
            c = (char)(hex_value(s.p[i + 1]) * 16 + hex_value(s.p[i + 2]));
            i += 2;
        }
        out[n++] = c;
    }
    return (str){ out, n };
}

static ptrdiff_t count_pairs(str body)
{
    ptrdiff_t n = body.n > 0;
    for (ptrdiff_t i = 0; i < body.n; i++) n += body.p[i] == '&';
    return n;
}

bool http_form(Arena *keep, str body, const HttpPart **ret, int *ret_n)
{
    ptrdiff_t most = count_pairs(body);
    if (most > HTTP_PARTS_MAX) return false;
    HttpPart *parts = NEW(keep, HttpPart, most);
    int n = 0;
    while (body.n) {
        str_pair pair = str_cut(body, '&'), field = str_cut(pair.head, '=');
        body = pair.tail;
        if (!pair.head.n) continue;
        parts[n].name = decode(keep, field.head);
        parts[n].value = decode(keep, field.found ? field.tail : (str){ 0 });
        parts[n].size = parts[n].value.n;
        n++;
    }
    *ret = parts;
    *ret_n = n;
    return true;
}
