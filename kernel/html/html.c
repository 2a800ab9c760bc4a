/* html - text on its way into markup. Most text holds nothing to escape, so runs of harmless bytes are copied whole. */
#include "html/html.h"

/* Eight bytes side by side: what a page escapes is mostly looked at and found harmless. */
typedef unsigned char Eight __attribute__((vector_size(8)));

static bool any_special(const char *p)
{
    Eight c;
    memcpy(&c, p, sizeof c);
    return (uint64_t)((c == '&') | (c == '<') | (c == '>') | (c == '"') | (c == '\'')) != 0;
}

static bool is_special(char c) { return c == '&' || c == '<' || c == '>' || c == '"' || c == '\''; }

static ptrdiff_t harmless_run(str s)
{
    ptrdiff_t i = 0;
    while (s.n - i >= (ptrdiff_t)sizeof(Eight) && !any_special(s.p + i)) i += (ptrdiff_t)sizeof(Eight);
    while (i < s.n && !is_special(s.p[i])) i++;
    return i;
}

static const bool unreserved[256] = {   /* RFC 3986 section 2.3 */
    ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true,
    ['-'] = true, ['.'] = true, ['_'] = true, ['~'] = true,
};

static ptrdiff_t unreserved_run(str s)
{
    ptrdiff_t i = 0;
    while (i < s.n && unreserved[(unsigned char)s.p[i]]) i++;
    return i;
}

static str entity(char c)
{
    switch (c) {
    case '&': return S("&amp;");
    case '<': return S("&lt;");
    case '>': return S("&gt;");
    case '"': return S("&quot;");
    default:  return S("&#39;");
    }
}

void html_text(Out *o, str s)
{
    while (s.n) {
        ptrdiff_t run = harmless_run(s);
        out_bytes(o, s.p, run);
        if (run == s.n) return;
        out_str(o, entity(s.p[run]));
        s = str_slice(s, run + 1, s.n);
    }
}

void html_path(Out *o, str s)
{
    static const char digits[] = "0123456789ABCDEF";
    while (s.n) {
        ptrdiff_t run = unreserved_run(s);
        out_bytes(o, s.p, run);
        if (run == s.n) return;
        unsigned char c = (unsigned char)s.p[run];
        out_bytes(o, (char[]){ '%', digits[c >> 4], digits[c & 15] }, 3);
        s = str_slice(s, run + 1, s.n);
    }
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

/* Browsers drop tabs and newlines and read '\' as '/', so what looks like one address could be another. */
static bool has_tricks(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '\\') return true;
    return !str_is_plain(s, false);
}

/* A user name before the host only serves to make "https://bank.example@elsewhere.example" look like the bank. */
static bool is_web_address(str after_scheme)
{
    if (!str_starts(after_scheme, S("//"))) return false;
    str host = str_slice(after_scheme, 2, after_scheme.n);
    for (ptrdiff_t i = 0; i < host.n; i++)
        if (host.p[i] == '/' || host.p[i] == '?' || host.p[i] == '#') host.n = i;
    return host.n > 0 && host.p[0] != ':' && !str_cut(host, '@').found;
}

static bool is_telephone(str s)
{
    bool digit = false;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        bool d = s.p[i] >= '0' && s.p[i] <= '9';
        if (!d && !strchr("+-.()", s.p[i])) return false;
        digit |= d;
    }
    return digit;
}

static bool is_safe_address(str s)
{
    if (s.n == 0 || has_tricks(s)) return false;
    if (s.p[0] == '/') return s.n == 1 || s.p[1] != '/';
    str_pair parts = str_cut(s, ':');
    if (!parts.found) return false;
    bool web = str_eq_nocase(parts.head, S("http")) || str_eq_nocase(parts.head, S("https"));
    if (web) return is_web_address(parts.tail);
    if (str_eq_nocase(parts.head, S("mailto"))) return str_find(parts.tail, S("@")) > 0;
    return str_eq_nocase(parts.head, S("tel")) && is_telephone(parts.tail);
}

bool url_checked(Arena *keep, str s, Url *ret)
{
    s = str_trim(s);
    if (!is_safe_address(s)) return false;
    *ret = (Url){ str_keep(keep, s) };
    return true;
}
