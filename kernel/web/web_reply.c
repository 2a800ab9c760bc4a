/* web_reply - what a handler answers with, and how it leaves. */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/files.h"
#include "web/web_private.h"

/* ---- the address ------------------------------------------------------------------------------------------------- */

/* A path of this site, in characters that may stand in a header as they are. "//host" and "/\host" are not. */
bool path_is_local(str path)
{
    if (!path.n || path.p[0] != '/' || (path.n > 1 && (path.p[1] == '/' || path.p[1] == '\\'))) return false;
    for (ptrdiff_t i = 0; i < path.n; i++)
        if (path.p[i] <= ' ' || path.p[i] == '\\' || path.p[i] == 0x7F) return false;
    return true;
}

str whole_address(const Request *rq)
{
    str path = rq->http->raw_path;
    return rq->query.n ? str_fmt(rq->s.arena, "%.*s?%.*s", STR_ARG(path), STR_ARG(rq->query)) : path;
}

static str find_query(const Request *rq, str name)
{
    str rest = rq->query;
    while (rest.n) {
        str_pair pair = str_cut(rest, '&');
        str_pair part = str_cut(pair.head, '=');
        str key;
        rest = pair.tail;
        if (url_unescape(rq->s.arena, part.head, true, &key) && str_eq(key, name)) return part.tail;
    }
    return (str){ 0 };
}

str query_str(const Request *rq, const char *name)
{
    str value;
    if (!url_unescape(rq->s.arena, find_query(rq, str_from(name)), true, &value)) return (str){ 0 };
    return str_is_plain(value, false) ? value : (str){ 0 };
}

int64_t query_int(const Request *rq, const char *name, int64_t otherwise)
{
    int64_t v;
    return str_int(query_str(rq, name), &v) ? v : otherwise;
}

/* The names in "/notes/:id/pages/:page*" are numbered in their order. */
str path_str(const Request *rq, const char *name)
{
    str rest = str_from(rq->route->path), wanted = str_from(name);
    for (int i = 0; rest.n;) {
        str_pair cut = str_cut(rest, '/');
        rest = cut.tail;
        if (!str_starts(cut.head, S(":"))) continue;
        str called = str_slice(cut.head, 1, cut.head.n - str_ends(cut.head, S("*")));
        if (str_eq(called, wanted)) return rq->web->value[i];
        i++;
    }
    return (str){ 0 };
}

int64_t path_int(const Request *rq, const char *name)
{
    int64_t v;
    return str_int(path_str(rq, name), &v) ? v : 0;
}

str header(const Request *rq, const char *name) { return http_header(rq->http, name); }

Url url_with(Request *rq, str name, str value)
{
    Out o;
    out_init(&o, rq->s.arena, rq->http->raw_path.n + rq->query.n + name.n + value.n * 3 + 16);
    out_str(&o, rq->http->raw_path);
    char before = '?';
    for (str rest = rq->query; rest.n;) {
        str_pair pair = str_cut(rest, '&');
        rest = pair.tail;
        if (str_eq(str_cut(pair.head, '=').head, name) || !pair.head.n) continue;
        out_char(&o, before);
        out_str(&o, pair.head);
        before = '&';
    }
    out_char(&o, before);
    out_str(&o, url_escape(rq->s.arena, name));
    out_char(&o, '=');
    out_str(&o, url_escape(rq->s.arena, value));
    return (Url){ out_text(&o) };
}

str return_to(Request *rq)
{
    str to = query_str(rq, "to");
    if (!to.n) to = form_raw(form(rq), "to");
    return path_is_local(to) ? to : S("/");
}

/* ---- replies ------------------------------------------------------------------------------------------------------ */

Reply text_reply(Request *rq, str type, str body)
{
    return (Reply){ .status = 200, .type = type, .body = body, .done = true };
}

Reply with_status(Reply r, int status)
{
    r.status = status;
    return r;
}

Reply see_other_url(Request *rq, str path)
{
    return (Reply){ .status = 303, .location = path_is_local(path) ? path : S("/"), .done = true };
}

__attribute__((nonnull))
Reply see_other(Request *rq, const char *path_format, ...)
{
    Out o;
    va_list args, again;
    va_start(args, path_format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, path_format, again);
    va_end(again);
    CHECK(n >= 0);
    out_init(&o, rq->s.arena, n + 1);
    vsnprintf(o.p, (size_t)n + 1, path_format, args);
    va_end(args);
    return see_other_url(rq, (str){ o.p, n });
}

static bool shows_inline(str type)
{
    return str_eq(type, S("image/png")) || str_eq(type, S("image/jpeg")) || str_eq(type, S("image/webp"));
}

/* filename* in UTF-8 (RFC 8187): every browser of the last ten years reads it. */
static void attach(Request *rq, str filename)
{
    reply_header(rq, "Content-Disposition", str_fmt(rq->s.arena, "attachment; filename*=UTF-8''%.*s",
                                                    STR_ARG(url_escape(rq->s.arena, filename))));
}

Reply file_reply(Request *rq, str stored, str type, str filename)
{
    const char *path = files_path(&rq->s, stored);
    if (!path) return not_found(rq);
    rq->web->file = str_keep(rq->s.arena, str_from(path));
    if (!shows_inline(type)) attach(rq, filename);
    return (Reply){ .status = 200, .type = type, .done = true };
}

/* The state may stand on the handler's stack; the stream itself is opened when the reply leaves. */
Reply stream_reply(Request *rq, str type, str filename, StreamNext *next, const void *state, ptrdiff_t state_size)
{
    rq->web->streaming = (Streaming){ next, str_keep(rq->s.arena, (str){ state, state_size }).p, state_size };
    attach(rq, filename);
    reply_header(rq, "Cache-Control", S("private, no-store"));
    return (Reply){ .status = 200, .type = type, .done = true };
}

/* By a header, which browsers take like the element, so that the layout need not know of it. */
void look_again(Request *rq, int seconds) { reply_header(rq, "Refresh", str_fmt(rq->s.arena, "%d", seconds)); }
void retry_after(Request *rq, int64_t ms)
{
    reply_header(rq, "Retry-After", str_fmt(rq->s.arena, "%lld", (long long)((ms + SECOND - 1) / SECOND)));
}

void never_kept(Request *rq) { reply_header(rq, "Cache-Control", S("private, no-store")); }

/* ---- headers and cookies -------------------------------------------------------------------------------------------- */

void reply_header(Request *rq, const char *name, str value)
{
    WebPrivate *w = rq->web;
    CHECK(w->header_n < REPLY_HEADERS_MAX);
    w->header[w->header_n++] = (HttpHeader){ str_from(name), value };
}

void cookie_set(Request *rq, const char *name, str value, int64_t seconds)
{
    str age = seconds < 0 ? (str){ 0 } : str_fmt(rq->s.arena, "; Max-Age=%lld", (long long)seconds);
    reply_header(rq, "Set-Cookie", str_fmt(rq->s.arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax%s%.*s", name, STR_ARG(value),
                                           rq->http->secure ? "; Secure" : "", STR_ARG(age)));
}

str cookie_for_page(Request *rq)
{
    WebPrivate *w = rq->web;
    if (w->cookie_out.n) return w->cookie_out;
    if (w->cookie.n) return w->cookie;
    return w->cookie_out = auth_cookie_new(rq->s.arena);
}

str session_cookie(const Request *rq) { return rq->web->cookie; }
str visitor_address(const Request *rq) { return rq->http->peer; }

str known_browser(Request *rq, str name)
{
    return auth_known(rq->s.arena, rq->s.site->key, http_cookie(rq->http, COOKIE_KNOWN), name);
}

void browser_knows(Request *rq, str name)
{
    str cookie = auth_known_more(rq->s.arena, rq->s.site->key, http_cookie(rq->http, COOKIE_KNOWN), name);
    cookie_set(rq, COOKIE_KNOWN, cookie, COOKIE_SECONDS);
}

str device_cookie(const Request *rq)
{
    str cookie = http_cookie(rq->http, COOKIE_DEVICE);
    return auth_cookie_wellformed(cookie) ? cookie : (str){ 0 };
}

void device_named(Request *rq, str cookie, int64_t seconds) { cookie_set(rq, COOKIE_DEVICE, cookie, seconds); }

void choose_language(Request *rq, const Lang *lang) { cookie_set(rq, COOKIE_LANG, str_from(lang->tag), COOKIE_SECONDS); }

void session_begin_for(Request *rq, int64_t person, SessionTerm term)
{
    WebPrivate *w = rq->web;
    if (w->cookie.n) auth_session_end(&rq->s, w->cookie);
    w->cookie_out = auth_cookie_new(rq->s.arena);
    w->cookie_keeps = w->begins = true;
    w->begun = term;
    auth_session_start(&rq->s, w->cookie_out, person, header(rq, "user-agent"), term);
}

void session_begin(Request *rq, int64_t person) { session_begin_for(rq, person, rq->web->session.term); }

void session_proved(Request *rq) { auth_session_strong(&rq->s, cookie_for_page(rq)); }

void session_end(Request *rq)
{
    if (rq->web->cookie.n) auth_session_end(&rq->s, rq->web->cookie);
    if (rq->signed_in) drafts_forget(rq);
    rq->web->cookie_out = (str){ 0 };
    rq->web->cookie_ends = true;
}

SessionTerm session_term(const Request *rq) { return rq->web->session.term; }
SessionTerm term_leaving(const WebPrivate *w) { return w->begins ? w->begun : w->session.term; }

static void send_session_cookie(WebPrivate *w)
{
    if (w->cookie_ends) cookie_set(&w->rq, COOKIE_SESSION, S(""), 0);
    else if (w->cookie_out.n) cookie_set(&w->rq, COOKIE_SESSION, w->cookie_out, w->cookie_keeps && !term_leaving(w).until ? COOKIE_SECONDS : -1);
    if (!w->cookie_ends) term_keep(w, w->cookie_out.n ? w->cookie_out : w->cookie);
}

static bool says_who_keeps(const WebPrivate *w)
{
    for (int i = 0; i < w->header_n; i++)
        if (str_eq(w->header[i].name, S("Cache-Control"))) return true;
    return false;
}

/* Whoever takes the phone next goes back, and sees what the browser has kept. Over TLS browsers throw it away when they are told to;
 * on the network of a centre they are deaf to that, and may not keep it in the first place. Nor may they where a session ends by itself,
 * because then nobody tells them. What the script keeps it throws away itself (web_owner.c): "storage" would take along what others have not
 * sent yet. */
static void keep_from_the_next(WebPrivate *w)
{
    Request *rq = &w->rq;
    if (w->cookie_ends) reply_header(rq, "Clear-Site-Data", S("\"cache\""));
    if (rq->s.me && (!rq->http->secure || term_leaving(w).until) && !says_who_keeps(w)) never_kept(rq);
}

/* ---- leaving ---------------------------------------------------------------------------------------------------------- */

static bool open_file(WebPrivate *w, HttpReply *reply)
{
    struct stat about;
    int fd = open(str_z(w->rq.s.arena, w->file), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0) {
        if (fd >= 0) close(fd);
        return false;
    }
    reply->has_fd = true;
    reply->fd = fd;
    reply->fd_size = about.st_size;
    return true;
}

void web_reply_build(WebPrivate *w, HttpReply *out)
{
    Request *rq = &w->rq;
    const Reply *r = &w->reply;
    if (w->notice_out.n) notice_send(rq, w->notice_out);
    send_session_cookie(w);
    keep_from_the_next(w);
    if (r->location.n) reply_header(rq, "Location", r->location);
    if (str_starts(r->type, S("text/html"))) reply_header(rq, "Content-Language", str_from(rq->s.lang->tag));
    *out = (HttpReply){ .status = r->status, .type = r->type, .body = r->body, .headers = w->header, .header_n = w->header_n,
                        .source = w->source };
    if (r->status == 200 && rq->method == M_GET) out->etag = w->etag;
    if (str_starts(r->type, S("text/html"))) out->dictionary = dictionary_for(rq);
    if (w->file.n && r->status == 200 && !open_file(w, out)) {
        out->status = 404;
        out->type = S("text/plain; charset=utf-8");
        out->body = T(&rq->s, "This file is not here any more.");
    }
}
