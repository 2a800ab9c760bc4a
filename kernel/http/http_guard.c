/* http_guard - a request has one meaning or none.
 *
 * Two servers in a row that read one stream of bytes differently can be made to see different requests (smuggling). The
 * library reads leniently: it ends lines at a bare LF, joins folded lines, stops at NUL, skips blanks, and does not mind two
 * Hosts or two lengths. What it did cannot be asked, but it can be seen: it cuts the block in place, so in a request that
 * needed no leniency every piece stands exactly where the one before it ends. in_place() checks that, and anything that was
 * bridged, skipped or moved fails it. The rest reads the pieces as RFC 9112 has them, and nothing else.
 *
 * One thing cannot be seen: a line that ends in NUL and a bare LF leaves the same traces as one that ends in CRLF. Whoever
 * stands before us would have to pass on both. */
#include "http/http_own.h"

enum { LENGTH_DIGITS_MAX = 18 };

static bool is_letter(unsigned char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
static bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

static bool is_token(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!is_letter(c) && !is_digit(c) && (c <= ' ' || c >= 127 || !strchr("!#$%&'*+-.^_`|~", c))) return false;
    }
    return s.n > 0;
}

static bool is_value(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t') || c == 127) return false;
    }
    return true;
}

static bool only_blanks(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t')) from++;
    return from == to;
}

/* Where CRLF stood. Only looking at where the next piece stands would take " " between two bare LFs for a CRLF. */
static bool line_ended(const char *at) { return !at[0] && !at[1]; }

static bool in_place(const HttpShape *s)
{
    if (s->method.p != s->block || s->target_at != s->method.p + s->method.n + 1) return false;
    if (s->version.p != s->target_at + s->target.n + 1) return false;
    if (!line_ended(s->version.p + s->version.n)) return false;
    const char *at = s->version.p + s->version.n + 2;
    for (int i = 0; i < s->n; i++) {
        const HttpHeader *h = &s->headers[i];
        const char *after_colon = h->name.p + h->name.n + 1;
        if (h->name.p != at || h->value.p < after_colon || !only_blanks(after_colon, h->value.p)) return false;
        if (!line_ended(h->value.p + h->value.n)) return false;
        at = h->value.p + h->value.n + 2;
    }
    return at + 2 == s->block + s->block_n && line_ended(at);
}

static int check_method(str m)
{
    static const str known[] = { S("GET"), S("HEAD"), S("POST"), S("PUT"), S("PATCH"), S("DELETE"), S("OPTIONS") };
    if (!is_token(m)) return 400;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(m, known[i])) return 0;
    return 501;
}

/* A name or an address and perhaps a port: what a Host may be made of, without its grammar. */
static bool is_host(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!is_letter(c) && !is_digit(c) && (c <= ' ' || c >= 127 || !strchr("-._~%!$&'()*+;=:[]", c))) return false;
    }
    return s.n > 0;
}

static bool is_target(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c >= 127 || c == '#') return false;
    }
    return s.n > 0;
}

/* "/path?query", or "http://host/path?query" when that host is the one that Host names. */
static bool split_target(str target, str host, HttpFraming *ret)
{
    if (!is_target(target)) return false;
    if (target.p[0] != '/') {
        ptrdiff_t slashes = str_find(target, S("://"));
        str scheme = str_slice(target, 0, slashes);
        if (slashes < 0 || (!str_eq_nocase(scheme, S("http")) && !str_eq_nocase(scheme, S("https")))) return false;
        str rest = str_slice(target, slashes + 3, target.n);
        ptrdiff_t path = str_find(rest, S("/"));
        if (path < 0 || !str_eq_nocase(str_slice(rest, 0, path), host)) return false;
        target = str_slice(rest, path, rest.n);
    }
    str_pair cut = str_cut(target, '?');
    ret->path = cut.head;
    ret->query = cut.found ? cut.tail : (str){ 0 };
    return true;
}

static bool read_length(str s, int64_t *ret)
{
    if (s.n < 1 || s.n > LENGTH_DIGITS_MAX) return false;
    *ret = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        if (!is_digit((unsigned char)s.p[i])) return false;
        *ret = *ret * 10 + (s.p[i] - '0');
    }
    return true;
}

typedef struct Seen { str host, length, coding, expect; int hosts, lengths, codings, expects; } Seen;

static bool collect(const HttpShape *s, Seen *seen)
{
    for (int i = 0; i < s->n; i++) {
        str name = s->headers[i].name, raw = s->headers[i].value, value = str_trim(raw);
        if (!is_token(name) || !is_value(raw)) return false;      /* raw: trimming takes more than blanks and tabs */
        if (str_eq_nocase(name, S("host"))) seen->hosts++, seen->host = value;
        else if (str_eq_nocase(name, S("content-length"))) seen->lengths++, seen->length = value;
        else if (str_eq_nocase(name, S("transfer-encoding"))) seen->codings++, seen->coding = value;
        else if (str_eq_nocase(name, S("expect"))) seen->expects++, seen->expect = value;
    }
    return true;
}

static int check_framing(const Seen *seen, bool modern, HttpFraming *ret)
{
    if (seen->hosts > 1 || (modern && !seen->hosts) || (seen->hosts && !is_host(seen->host))) return 400;
    if (seen->lengths > 1 || seen->codings > 1 || (seen->lengths && seen->codings)) return 400;
    if (seen->lengths && !read_length(seen->length, &ret->length)) return 400;
    if (seen->codings && (!modern || !str_eq_nocase(seen->coding, S("chunked")))) return 400;
    if (seen->codings) ret->length = -1;
    if (seen->expects && (seen->expects > 1 || !str_eq_nocase(seen->expect, S("100-continue")))) return 417;
    ret->expects = seen->expects && modern;
    ret->old = !modern;
    return 0;
}

int http_guard(const HttpShape *s, HttpFraming *ret)
{
    Seen seen = { 0 };
    *ret = (HttpFraming){ 0 };
    if (!in_place(s)) return 400;
    bool modern = str_eq(s->version, S("HTTP/1.1"));
    if (!modern && !str_eq(s->version, S("HTTP/1.0"))) return 505;
    int status = check_method(s->method);
    if (status) return status;
    if (!collect(s, &seen)) return 400;
    status = check_framing(&seen, modern, ret);
    if (status) return status;
    return split_target(s->target, seen.host, ret) ? 0 : 400;
}

/* ---- the path ------------------------------------------------------------------------------------------------------- */

/* An escaped slash would make two segments of one. */
static bool hides_a_slash(str raw)
{
    for (ptrdiff_t i = 0; i + 2 < raw.n; i++)
        if (raw.p[i] == '%' && raw.p[i + 1] == '2' && (raw.p[i + 2] | 32) == 'f') return true;
    return false;
}

static bool unescape(Arena *keep, str raw, str *ret)
{
    *ret = raw;
    if (memchr(raw.p, '%', (size_t)raw.n) && (hides_a_slash(raw) || !url_unescape(keep, raw, false, ret))) return false;
    return str_is_plain(*ret, false);
}

bool http_path(Arena *keep, str raw, str *ret)
{
    str path, rest;
    if (!str_starts(raw, S("/")) || !unescape(keep, raw, &path)) return false;
    for (rest = str_slice(path, 1, path.n); rest.n;) {
        str_pair cut = str_cut(rest, '/');
        if (!cut.head.n || str_eq(cut.head, S(".")) || str_eq(cut.head, S(".."))) return false;
        rest = cut.tail;
    }
    *ret = path;
    return true;
}
