/* http_reply - what leaves: the headers that everything carries, the conditions of a request (RFC 9110 section 13), one range
 * of a file (section 14), and the body in the smallest form the client takes. */
#include "http/http_own.h"

#include <unistd.h>

enum { HEADER_VALUE_MAX = 4096 };

static const HttpHeader always[] = {
    { S("Content-Security-Policy"), S("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
                                      "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
                                      "frame-ancestors 'none'") },
    { S("X-Content-Type-Options"), S("nosniff") },
    { S("Referrer-Policy"), S("same-origin") },
    { S("Permissions-Policy"), S("camera=(), microphone=(), geolocation=()") },
    { S("Cross-Origin-Opener-Policy"), S("same-origin") },
};

/* ---- the plain sentences ------------------------------------------------------------------------------------------------------ */

/* For when nobody who speaks the reader's language can be asked any more. */
static str sentence(int status)
{
    switch (status) {
    case 400: return S("This request could not be understood.\n");
    case 408: return S("This took too long to arrive. Please try again.\n");
    case 413: return S("This is larger than what can be taken here.\n");
    case 414: return S("This address is too long.\n");
    case 417: return S("This cannot be promised.\n");
    case 431: return S("The browser sent too much beside the request. Deleting this site's cookies may help.\n");
    case 501: return S("This server does not know that method.\n");
    case 503: return S("The server is busy. Please try again in a minute.\n");
    case 505: return S("This server speaks HTTP/1.1.\n");
    default:  return S("Something went wrong here. Please try again.\n");
    }
}

static bool add(struct MHD_Response *to, const char *name, str value)
{
    char text[HEADER_VALUE_MAX];
    if (value.n >= (ptrdiff_t)sizeof text || memchr(value.p, 0, (size_t)value.n)) return false;
    memcpy(text, value.p, (size_t)value.n);
    text[value.n] = 0;
    return MHD_add_response_header(to, name, text) == MHD_YES;      /* refuses CR and LF: no header can be smuggled in */
}

static bool names(const HttpReply *r, str name)
{
    for (int i = 0; i < r->header_n; i++)
        if (r->headers[i].name.n == name.n && str_eq_nocase(r->headers[i].name, name)) return true;
    return false;
}

static bool add_always(struct MHD_Response *to, const HttpReply *r)
{
    bool fine = true;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (!names(r, always[i].name)) fine &= MHD_add_response_header(to, always[i].name.p, always[i].value.p) == MHD_YES;
    return fine;
}

struct MHD_Response *reply_words(int status)
{
    static const HttpReply plain;
    str words = sentence(status);
    struct MHD_Response *to = MHD_create_response_from_buffer((size_t)words.n, (void *)(uintptr_t)words.p, MHD_RESPMEM_PERSISTENT);
    if (!to) return NULL;
    add(to, "Content-Type", S("text/plain; charset=utf-8"));
    add(to, "Cache-Control", S("private, no-cache"));
    add_always(to, &plain);
    return to;
}

void reply_drop(HttpReply *reply)
{
    if (reply->has_fd) close(reply->fd);
    if (reply->source) reply->source->end(reply->source);
    if (reply->stream) stream_drop(reply->stream);
    reply->has_fd = false;
    reply->source = NULL;
    reply->stream = NULL;
}

/* ---- conditions ------------------------------------------------------------------------------------------------------------------ */

static str strong(str etag) { return str_starts(etag, S("W/")) ? str_slice(etag, 2, etag.n) : etag; }

/* Weak comparison: for If-None-Match it is enough that the page means the same. */
static bool is_among(str list, str etag)
{
    if (str_eq(str_trim(list), S("*"))) return true;
    for (str rest = list; rest.n;) {
        str_pair cut = str_cut(rest, ',');
        if (str_eq(strong(str_trim(cut.head)), strong(etag))) return true;
        rest = cut.tail;
    }
    return false;
}

static bool unchanged_since(str date, int64_t modified)
{
    int64_t since;
    return modified && time_http_parse(str_trim(date), &since) && modified / SECOND <= since / SECOND;
}

static bool is_known_to_client(const HttpRequest *rq, const HttpReply *r)
{
    if (r->status != 200) return false;
    str none_match = http_header(rq, "if-none-match");
    if (none_match.n) return r->etag.n && is_among(none_match, r->etag);
    return unchanged_since(http_header(rq, "if-modified-since"), r->modified);
}

/* ---- a range of a file ------------------------------------------------------------------------------------------------------------- */

typedef struct Range { int64_t from, to; bool part, unsatisfiable; } Range;   /* `to` is the last byte */

static bool is_number(str s, int64_t *ret) { return s.n && s.p[0] != '-' && str_int(s, ret); }

/* One range; several, or a form we do not know, get the whole file, as the standard allows. */
static Range read_range(str header, int64_t size)
{
    Range r = { 0, size - 1, false, false };
    str_pair unit = str_cut(header, '='), ends = str_cut(str_trim(unit.tail), '-');
    int64_t from, to;
    if (!unit.found || !str_eq_nocase(str_trim(unit.head), S("bytes")) || !ends.found) return r;
    bool has_from = is_number(ends.head, &from), has_to = is_number(ends.tail, &to);
    bool junk = (ends.head.n && !has_from) || (ends.tail.n && !has_to) || (!has_from && !has_to);
    if (junk || (has_from && has_to && to < from)) return r;
    r.part = true;
    if (has_from) {
        r.from = from;
        if (has_to && to < size) r.to = to;
    } else {
        r.from = to < size ? size - to : 0;
    }
    r.unsatisfiable = r.from >= size || (!has_from && to == 0);
    return r;
}

static bool still_the_same(str if_range, const HttpReply *r)
{
    if (!if_range.n) return true;
    int64_t date;
    if (if_range.p[0] == '"') return str_eq(if_range, r->etag);
    return r->modified && time_http_parse(if_range, &date) && date / SECOND == r->modified / SECOND;
}

static struct MHD_Response *file_response(HttpPrivate *own, HttpReply *r, unsigned *status)
{
    const HttpRequest *rq = &own->rq;
    str wanted = str_eq(rq->method, S("GET")) ? http_header(rq, "range") : (str){ 0 };
    Range range = { 0, r->fd_size - 1, false, false };
    if (wanted.n && *status == 200 && still_the_same(http_header(rq, "if-range"), r)) range = read_range(wanted, r->fd_size);
    if (range.unsatisfiable) range = (Range){ 0, -1, true, true };

    struct MHD_Response *to = MHD_create_response_from_fd_at_offset64((uint64_t)(range.to - range.from + 1), r->fd, (uint64_t)range.from);
    if (!to) return NULL;
    r->has_fd = false;                                              /* the response closes it */
    add(to, "Accept-Ranges", S("bytes"));
    if (!range.part) return to;
    *status = range.unsatisfiable ? 416 : 206;
    SCRATCH(tmp, &own->rq.arena);
    add(to, "Content-Range", range.unsatisfiable
        ? str_fmt(&tmp, "bytes */%lld", (long long)r->fd_size)
        : str_fmt(&tmp, "bytes %lld-%lld/%lld", (long long)range.from, (long long)range.to, (long long)r->fd_size));
    return to;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------------------ */

static struct MHD_Response *bytes_response(HttpPrivate *own, const HttpReply *r, HttpPackedBody *ret_packed)
{
    pack_body(own, r, ret_packed);
    str body = ret_packed->body;
    struct MHD_Response *to = MHD_create_response_from_buffer((size_t)body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);
    if (!to) return NULL;
    if (ret_packed->coding) MHD_add_response_header(to, "Content-Encoding", ret_packed->coding);
    return to;
}

/* A packed body is another sequence of bytes, so its mark is only a weak one. */
static bool add_etag(HttpPrivate *own, struct MHD_Response *to, const HttpReply *r, bool packed)
{
    if (!r->etag.n) return true;
    if (!packed || str_starts(r->etag, S("W/"))) return add(to, "ETag", r->etag);
    SCRATCH(tmp, &own->rq.arena);
    return add(to, "ETag", str_fmt(&tmp, "W/%.*s", STR_ARG(r->etag)));
}

static bool add_dictionary(HttpPrivate *own, struct MHD_Response *to, const HttpReply *r, const HttpPackedBody *packed)
{
    const HttpDictionary *d = r->dictionary ? dictionary_at(own->server, r->dictionary - 1) : NULL;
    if (packed->varies) add(to, "Vary", d ? S("Accept-Encoding, Available-Dictionary") : S("Accept-Encoding"));
    return !d || packed->by_dictionary || r->status != 200 || add(to, "Link", dictionary_link(d));
}

static bool add_own(HttpPrivate *own, struct MHD_Response *to, const HttpReply *r)
{
    bool fine = true;
    for (int i = 0; i < r->header_n; i++) {
        SCRATCH(tmp, &own->rq.arena);
        fine &= add(to, str_z(&tmp, r->headers[i].name), r->headers[i].value);
    }
    return fine;
}

static bool add_headers(HttpPrivate *own, struct MHD_Response *to, const HttpReply *r, const HttpPackedBody *packed)
{
    str keeps = r->store ? S("public, max-age=31536000, immutable") : S("private, no-cache");
    bool fine = add_always(to, r) && add_own(own, to, r) && add_dictionary(own, to, r, packed);
    fine &= add_etag(own, to, r, packed->coding);
    if (r->type.n) fine &= add(to, "Content-Type", r->type);
    if (!names(r, S("Cache-Control"))) fine &= add(to, "Cache-Control", keeps);
    if (r->modified) {
        SCRATCH(tmp, &own->rq.arena);
        fine &= add(to, "Last-Modified", time_http(&tmp, r->modified));
    }
    return fine;
}

/* What the response has taken is no longer the reply's to drop. After HEAD the library would send a last chunk, which the client
 * would take for its next answer; told that chunks are not known here, it sends none and closes. */
static struct MHD_Response *endless_response(HttpPrivate *own, HttpReply *r)
{
    struct MHD_Response *to = r->stream ? stream_response(r->stream) : source_response(r->source);
    if (!to) return NULL;
    r->stream = NULL;
    r->source = NULL;
    if (own->head_only) MHD_set_response_options(to, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return to;
}

static struct MHD_Response *body_response(HttpPrivate *own, HttpReply *r, unsigned *status, HttpPackedBody *ret_packed)
{
    if (r->stream || r->source) return endless_response(own, r);
    return r->has_fd ? file_response(own, r, status) : bytes_response(own, r, ret_packed);
}

struct MHD_Response *reply_build(HttpPrivate *own, HttpReply *r, unsigned *ret_status)
{
    const HttpRequest *rq = &own->rq;
    HttpPackedBody packed = { 0 };
    struct MHD_Response *to;
    unsigned status = r->status ? (unsigned)r->status : 500;
    bool reads = own->head_only || str_eq(rq->method, S("GET"));
    if (reads && is_known_to_client(rq, r)) status = 304;           /* the library sends no body with it, but its headers */
    to = body_response(own, r, &status, &packed);
    if (!to) return NULL;
    *ret_status = status;
    if (add_headers(own, to, r, &packed)) return to;
    MHD_destroy_response(to);
    return NULL;
}
