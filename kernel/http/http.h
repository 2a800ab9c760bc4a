/* http - the ten functions behind which the server library (libmicrohttpd) can be changed.
 *
 * What this room promises, so that nobody above has to think of it:
 *   guard     a request whose shape two servers could read differently is refused with 400 and the connection closed:
 *             missing or repeated Host, repeated or malformed Content-Length, Content-Length with Transfer-Encoding, any
 *             Transfer-Encoding but chunked, blanks before a colon, control characters or NUL, folded lines, lines that end
 *             in a bare LF, bad names, unknown methods (501), no CONNECT or TRACE; invalid percent-escapes or UTF-8 in the path
 *   limits    header block 16 KiB, cookies counted twice (431), request line 8 KiB (414), body by plan (413), connections overall and by address
 *             (not on loopback or a unix socket: there a proxy speaks for everybody)
 *   reaper    headers must be complete 10 s after the first byte, bodies must move at 1 KiB/s averaged over 15 s, an idle
 *             connection lives 60 s, a request that waits for its answer 60 s (then the client is told 503), an answer that
 *             nobody takes 60 s, however long it is
 *   bodies    small ones in memory; multipart/form-data (RFC 7578) is streamed to temporary files by our own parser
 *   answers   HEAD without a body, 304 for If-None-Match and If-Modified-Since, Range on files, zstd or gzip or a shared
 *             dictionary (RFC 9842, dcz) by Accept-Encoding, Vary, and one set of security headers on everything
 *   sources   a body made while it is taken; one that is not whole never looks whole, to HTTP/1.0 clients neither (over a unix
 *             socket only HTTP/1.1 can tell)
 *
 * One thread a core serves; a request that must wait (a write) is suspended and costs no thread. */
#pragma once
#include "base/base.h"

typedef struct HttpServer HttpServer;
struct HttpReply;
typedef struct HttpHeader { str name, value; } HttpHeader;

typedef struct HttpPart { str name, filename, type; str value; str path; int64_t size; } HttpPart;  /* path: a temporary file; else value */

typedef struct HttpRequest {
    Arena       arena;                 /* of this request, 32 MiB; ends after `ended`. Allocate through its address, not a copy */
    Landing    *landing;               /* good until plan, serve or refuse returns; work elsewhere brings its own (scope_try) */
    str         method, path, query;   /* path: unescaped once, valid UTF-8, starts with '/', no "//", "." or ".." segments */
    str         raw_path;
    const HttpHeader *headers; int header_n;
    str         peer;                  /* address of the other side; of the client when a proxy on loopback says X-Forwarded-For */
    bool        secure;                /* TLS at the proxy (X-Forwarded-Proto from loopback) */
    str         body;                  /* of a body that is not multipart */
    const HttpPart *parts; int part_n; /* of multipart/form-data */
    void       *app;                   /* the application's own, set in plan or serve */
    void      (*answered)(struct HttpRequest *, const struct HttpReply *);   /* the World sets it; NULL: the socket */
    struct HttpPrivate *own;
} HttpRequest;

enum { HTTP_REPLY_HEADERS_MAX = 16 };

/* A body that is made while it is taken: of any size, without a length, in the memory of its maker. */
typedef struct HttpSource {
    ptrdiff_t (*read)(struct HttpSource *, char *to, ptrdiff_t room);   /* how many bytes; 0: that was all; -1: broken off, and the
                                                  client sees it. On a serving thread, whenever the client takes more: be quick */
    void      (*end)(struct HttpSource *);        /* once, on every path, after any other call; any thread */
    struct HttpConn *conn;                        /* our own: where it goes, when only the end of the connection can end it */
} HttpSource;

typedef struct HttpReply {
    int         status;
    str         type;                  /* "text/html; charset=utf-8" */
    str         body;                  /* in the request's arena, or static */
    const HttpHeader *headers; int header_n;   /* at most HTTP_REPLY_HEADERS_MAX; the array is copied, its texts are not.
                                                  One of ours that is named here (Cache-Control, …) replaces ours */
    str         etag;                  /* quoted; "" none. A GET whose If-None-Match fits becomes 304 */
    int64_t     modified;              /* ms, 0 none */
    int         fd;  int64_t fd_size;  /* when has_fd: the body is this file; closed by http */
    bool        has_fd;
    bool        store;                 /* static and immutable: Cache-Control a year; else private, no-cache */
    const struct HttpPacked *packed;   /* precompressed faces of a static body */
    uint16_t    dictionary;            /* 1 + index of the shared dictionary this page is made from; 0: none */
    HttpSource *source;                /* the body comes from here; HEAD never reads it */
    struct HttpStream *stream;         /* server-sent events: the connection stays */
} HttpReply;

typedef struct HttpPacked { str plain, gzip, zstd, brotli; } HttpPacked;

typedef struct HttpPlan { int status; int64_t body_max, upload_max; } HttpPlan;   /* status 0: go on; else refuse with it */

typedef struct HttpApp {
    void *self;
    HttpPlan (*plan)(void *self, HttpRequest *);     /* headers are here, the body is not */
    void (*serve)(void *self, HttpRequest *);        /* all is here: call http_answer now, or later from any thread */
    void (*refuse)(void *self, HttpRequest *, int status, HttpReply *ret);   /* the words of a refusal the server makes itself;
                                                        NULL: one plain sentence. Of a shape refused, path is "/" */
    void (*ended)(void *self, HttpRequest *);        /* last call for this request, after any other; any thread. May be NULL */
} HttpApp;

typedef struct HttpConfig {
    const char *listen;                /* "127.0.0.1:8080", "[::]:80", "unix:/path" */
    int         threads;               /* 0: one a core */
    int         connections_max;       /* 0: 4,096 */
    int         per_address_max;       /* 0: 512, for a classroom behind one address */
    const char *tmp_dir;               /* for uploads under way; same file system as the stored files */
    int         head_ms, body_ms, idle_ms, wait_ms;   /* the reaper's times; 0: as said above. Tests make them short */
} HttpConfig;

HttpServer *http_open(const HttpConfig *config, const HttpApp *app, Arena *keep, str *ret_why);
void        http_close(HttpServer *s);               /* stops listening, lets answers leave, ends. Close before the database */
int         http_port(const HttpServer *s);
str         http_header(const HttpRequest *rq, const char *name);        /* "" when absent */
void        http_answer(HttpRequest *rq, const HttpReply *reply);        /* once for each request; any thread */
str         http_cookie(const HttpRequest *rq, const char *name);

/* Shared dictionaries: bytes that replies of one kind have in common (the literal text of the templates); they stay the
 * caller's and must outlive the server. The browser fetches one from /dict/… when it has nothing better to do. */
enum { HTTP_DICTIONARIES_MAX = 64 };
void        http_dictionary(HttpServer *s, int index, str bytes, const char *match);   /* before a reply names it; match: "/learn/" and a star */

/* Server-sent events (WHATWG HTML section 9.2). A topic is any text. A listener who falls 64 events behind is let go; the
 * browser comes back by itself. Without a server (tests) nobody listens. */
typedef struct HttpStream HttpStream;
HttpStream *http_stream(HttpServer *s, str topic);                       /* for HttpReply.stream; listens from now on */
void        http_event(HttpServer *s, str topic, str event, str data);   /* to all who listen; any thread */

/* Our own parsers of outside bytes, for the fuzzer and for the World. */
bool http_multipart(Arena *keep, str content_type, str body, const char *tmp_dir, int64_t upload_max,
                    const HttpPart **ret, int *ret_n);                   /* the streaming parser fed at once */
void http_parts_drop(const HttpPart *parts, int n);                      /* the temporary files that nobody kept */
bool http_form(Arena *keep, str body, const HttpPart **ret, int *ret_n); /* application/x-www-form-urlencoded (WHATWG URL section 5) */
