/* outbox_url - addresses of HTTP, and which hosts may be asked.
 *
 * The grammar is narrower than RFC 3986's, so that no two readers of an address can differ: small letters, digits, '.' and '-' for a
 * host (or an IPv6 address in brackets), a port, and a path of what needs no quoting.
 *
 *   SAMPAN_HOSTS    words, with blanks or commas between
 *     data.example.org         by https, at its usual port
 *     *.example.org            and every name below it, not itself
 *     https://example.org:8443 at that port
 *     http://example.org       without TLS
 *     private:…                any of these; and it may lead to an address of this machine or network
 *   A word that is itself such an address (https://10.0.0.7) needs no `private:`. */
#include "outbox/outbox_own.h"

enum { HOST_MAX = 253, PATH_MAX_OUT = 2000, WORDS_MAX_OUT = 200 };

/* ---- one address ---------------------------------------------------------------------------------------------------------- */

static bool is_any_of(char c, const char *more)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(more, c));
}

static bool is_all_of(str s, const char *more)
{
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (!is_any_of(s.p[i], more)) return false;
    return true;
}

/* Labels of RFC 1123; no empty one, none that begins or ends with '-'. */
static bool is_name(str host)
{
    if (host.n < 1 || host.n > HOST_MAX || !is_all_of(host, ".-")) return false;
    while (host.n) {
        str_pair cut = str_cut(host, '.');
        str label = cut.head;
        if (label.n < 1 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-' || (cut.found && !cut.tail.n)) return false;
        host = cut.tail;
    }
    return true;
}

static bool is_six(str host)
{
    if (host.n < 4 || host.p[0] != '[' || host.p[host.n - 1] != ']') return false;
    for (ptrdiff_t i = 1; i < host.n - 1; i++)
        if (!((host.p[i] >= '0' && host.p[i] <= '9') || (host.p[i] >= 'a' && host.p[i] <= 'f') || host.p[i] == ':')) return false;
    return true;
}

static bool is_path(str path)
{
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._~!$&'()*+,;=:@/?%";
    return path.n <= PATH_MAX_OUT && is_all_of(path, capitals);
}

static bool split_port(str where, bool tls, str *ret_host, int64_t *ret_port)
{
    ptrdiff_t end = where.n && where.p[0] == '[' ? str_find(where, S("]")) + 1 : str_cut(where, ':').head.n;
    str port = str_slice(where, end, where.n);
    *ret_host = str_slice(where, 0, end);
    *ret_port = tls ? 443 : 80;
    if (!port.n) return true;
    return port.p[0] == ':' && port.n <= 6 && str_int(str_slice(port, 1, port.n), ret_port) && *ret_port > 0 && *ret_port <= 65535;
}

bool out_url(str text, OutUrl *ret)
{
    OutUrl u = { .tls = str_starts(text, S("https://")) };
    if (!u.tls && !str_starts(text, S("http://"))) return false;
    str rest = str_slice(text, u.tls ? 8 : 7, text.n);
    ptrdiff_t slash = str_find(rest, S("/"));
    if (slash < 0) slash = rest.n;
    u.path = str_slice(rest, slash, rest.n);
    bool fine = split_port(str_slice(rest, 0, slash), u.tls, &u.host, &u.port) && (is_name(u.host) || is_six(u.host)) && is_path(u.path);
    if (fine) *ret = u;
    return fine;
}

static bool is_same_place(const OutUrl *a, const OutUrl *b) { return a->tls == b->tls && a->port == b->port && str_eq(a->host, b->host); }

/* What a server gives as Location (RFC 9110, section 10.2.2): a whole address, or a path from the root. Others are not gone after. */
bool out_url_joined(Arena *keep, const OutUrl *base, str location, str *ret)
{
    OutUrl to;
    bool rooted = location.n > 0 && location.p[0] == '/' && !str_starts(location, S("//"));
    str whole = rooted ? str_fmt(keep, "%s://%.*s:%lld%.*s", base->tls ? "https" : "http", STR_ARG(base->host), (long long)base->port,
            STR_ARG(location))
                       : location;
    if (!out_url(whole, &to) || !is_same_place(base, &to)) return false;
    *ret = whole;
    return true;
}

/* ---- the list ---------------------------------------------------------------------------------------------------------------- */

typedef struct Rule { OutUrl url; bool below, local; } Rule;

static bool is_number_of_four(str host)
{
    return host.n > 0 && host.p[host.n - 1] >= '0' && host.p[host.n - 1] <= '9';          /* no name ends with a digit: RFC 3696, section 2 */
}

static bool rule_of(str word, char room[HOST_MAX + 16], Rule *ret)
{
    Rule r = { .local = str_starts(word, S("private:")) };
    if (r.local) word = str_slice(word, 8, word.n);
    bool schemed = str_find(word, S("://")) >= 0;
    ptrdiff_t host = schemed ? str_find(word, S("://")) + 3 : 0;
    r.below = str_starts(str_slice(word, host, word.n), S("*."));
    str head = schemed ? str_slice(word, 0, host) : S("https://"), tail = str_slice(word, host + (r.below ? 2 : 0), word.n);
    if (head.n + tail.n > HOST_MAX + 15) return false;
    memcpy(room, head.p, (size_t)head.n);
    if (tail.n) memcpy(room + head.n, tail.p, (size_t)tail.n);
    if (!out_url((str){ room, head.n + tail.n }, &r.url) || r.url.path.n) return false;
    r.local |= is_six(r.url.host) || is_number_of_four(r.url.host);
    *ret = r;
    return true;
}

static bool next_word(str *rest, str *ret)
{
    while (rest->n && (rest->p[0] == ' ' || rest->p[0] == ',')) *rest = str_slice(*rest, 1, rest->n);
    ptrdiff_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != ',') n++;
    *ret = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n, rest->n);
    return n > 0;
}

static bool is_below(str host, str above)
{
    return host.n > above.n + 1 && str_ends(host, above) && host.p[host.n - above.n - 1] == '.';
}

static bool covers(const Rule *r, const OutUrl *u)
{
    if (r->url.tls != u->tls || r->url.port != u->port) return false;
    return r->below ? is_below(u->host, r->url.host) : str_eq(u->host, r->url.host);
}

bool out_host_allowed(str list, const OutUrl *url, bool *ret_local)
{
    char room[HOST_MAX + 16];
    Rule r;
    bool allowed = false;
    *ret_local = false;
    for (str word; next_word(&list, &word);) {
        if (!rule_of(word, room, &r) || !covers(&r, url)) continue;
        allowed = true;
        *ret_local |= r.local;
    }
    return allowed;
}

bool out_hosts_fine(str list, str *ret_bad)
{
    char room[HOST_MAX + 16];
    Rule r;
    int n = 0;
    while (next_word(&list, ret_bad))
        if (++n > WORDS_MAX_OUT || !rule_of(*ret_bad, room, &r)) return false;
    return true;
}
