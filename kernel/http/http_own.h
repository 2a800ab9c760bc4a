/* http_own - what the files of this room share.
 *
 *   http_listen     the socket we are reached by
 *   http_server     the life of a request, between the library and the application
 *   http_room       memory for requests, used again and again
 *   http_guard      the shape of a request: one meaning or none
 *   http_body       a body as it arrives
 *   http_multipart  multipart/form-data, a piece at a time
 *   http_form       application/x-www-form-urlencoded
 *   http_reply      headers, conditions, ranges
 *   http_pack       gzip, zstd, shared dictionaries
 *   http_source     bodies that are made while they are taken
 *   http_events     server-sent events
 *   http_reaper     who is too slow goes
 *
 * Locks, in the order they may be taken: parked, listeners, connections; each before any lock of the library. */
#pragma once
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/http.h"

enum {
    HTTP_LINE_MAX       = 8 * 1024,            /* the request line's address */
    HTTP_HEAD_MAX       = 16 * 1024,           /* the block, and what the library notes down about it: cookies count twice */
    HTTP_POOL_BYTES     = HTTP_HEAD_MAX + 4 * 1024,   /* the library's memory for a connection; the rest holds a reply's head */
    HTTP_HEADERS_MAX    = 100,
    HTTP_DRAIN_MAX      = 4 * 1024 * 1024,     /* so much of a refused body is still read, that the refusal may be */
    HTTP_ARENA_BYTES    = (sizeof(void *) == 8 ? 32 : 4) * 1024 * 1024,   /* address space; a page costs memory when it is touched */
    HTTP_PARTS_MAX      = 1000,
    HTTP_PART_HEAD_MAX  = 4 * 1024,
    HTTP_TOPIC_BUCKETS  = 64,
};

/* ---- the guard -------------------------------------------------------------------------------------------------- */

/* A request as the library cut it. Every text but the target points into the block, which is as it came but for the bytes
 * that the cuts turned into NUL; the target was cut further, so it is a copy made before, and target_at is where it stood. */
typedef struct HttpShape {
    str method, target, version;
    const char *target_at;
    const HttpHeader *headers; int n;
    const char *block; ptrdiff_t block_n;
} HttpShape;

typedef struct HttpFraming {
    int64_t length;                            /* of the body; -1: chunked */
    bool    expects;                           /* Expect: 100-continue: the client waits for a word before it sends */
    bool    old;                               /* HTTP/1.0: it knows no chunks */
    str     path, query;                       /* of the target, as they came */
} HttpFraming;

int  http_guard(const HttpShape *shape, HttpFraming *ret);        /* 0: well shaped; else the status to refuse with */
bool http_path(Arena *keep, str raw, str *ret);                   /* unescaped, one meaning; false: refuse */

/* ---- bodies ------------------------------------------------------------------------------------------------------- */

typedef struct HttpMultipart HttpMultipart;
HttpMultipart *multipart_open(Arena *keep, str content_type, const char *tmp_dir, int64_t values_max, int64_t files_max);  /* NULL: no usable boundary */
int  multipart_feed(HttpMultipart *m, str bytes);                 /* 0, or the status to refuse with */
int  multipart_end(HttpMultipart *m);                             /* 400: it was not whole */
int  multipart_parts(const HttpMultipart *m, const HttpPart **ret);   /* at any time: what there is so far */
bool http_is_media(str content_type, str media);                  /* "text/html; charset=utf-8" is "text/html" */

/* ---- a connection -------------------------------------------------------------------------------------------------- */

typedef enum HttpPhase { PHASE_NEW, PHASE_IDLE, PHASE_HEAD, PHASE_BODY, PHASE_WAIT, PHASE_SEND, PHASE_STREAM } HttpPhase;

typedef struct HttpConn {
    struct HttpConn *next, **link;             /* all that are open, under the connections lock */
    int             fd;
    bool            tcp, local;                /* local: from this machine, so perhaps a proxy that speaks for others */
    char            peer[48]; int peer_n;
    _Atomic int64_t step;                      /* phase and since when, in one word: a reader must never see half of it */
    _Atomic int64_t received;                  /* bytes of body */
    _Atomic bool    open_ended;                /* it takes a body that ends where the connection ends, and has not ended yet */
    struct { int64_t step, from, count; bool heard; } watch;   /* the reaper's own */
} HttpConn;

/* ---- a request ------------------------------------------------------------------------------------------------------- */

/* How far a request has come. Its answer may come from any thread, and each change below is one compare-and-swap, so that
 * exactly one of the threads goes on with it.
 *
 *   ARRIVING --> SERVING --> PARKED --> EXPIRED      (the reaper: the client was told 503; the answer is still owed)
 *                   |           |
 *                   +-----------+------> ANSWERED */
typedef enum HttpState { STATE_ARRIVING, STATE_SERVING, STATE_PARKED, STATE_ANSWERED, STATE_EXPIRED } HttpState;
enum { DONE_CLIENT = 1, DONE_APP = 2, DONE_BOTH = 3 };            /* who has finished with a request */

typedef struct HttpRoom HttpRoom;
typedef struct HttpDictionary HttpDictionary;

typedef struct HttpPrivate {
    HttpRequest     rq;
    HttpServer     *server;
    HttpConn       *conn;
    HttpRoom       *room;
    struct MHD_Connection *link;
    Landing         landing;
    _Atomic int     state, done;
    bool            headed, known, left;       /* the head was read; the application has heard of it; its reply is queued */
    bool            head_only;
    const char     *high;                      /* of the arena */
    str             target;
    HttpFraming     framing;
    HttpPlan        plan;
    int             refusal;                   /* a status: the rest of the body is thrown away */
    Arena           fresh;                     /* before the body: a refusal writes there */
    int64_t         got, drained;
    Out             body;
    HttpMultipart  *multipart;
    const HttpDictionary *asked;               /* it asks for a dictionary, which is ours to serve */
    HttpReply       reply;
    HttpHeader      reply_headers[HTTP_REPLY_HEADERS_MAX];
    struct HttpPrivate *parked_next, **parked_link;
    int64_t         parked_at;
    bool            listed;                    /* among the parked; the serving thread's own note */
} HttpPrivate;

/* ---- the server --------------------------------------------------------------------------------------------------------- */

struct HttpServer {
    HttpApp         app;
    Region          memory;                    /* what lives as long as the server */
    Arena           keep;
    struct MHD_Daemon *daemon;
    int             listener, port;
    const char     *tmp_dir, *unix_path;
    int             connections_max;
    int64_t         head_ms, body_ms, idle_ms, wait_ms;
    _Atomic int64_t now;                       /* ms of a clock of our own, moved by the reaper */
    _Atomic bool    closing;

    pthread_mutex_t rooms_lock;
    pthread_cond_t  rooms_quiet;               /* while closing: none is taken */
    Region          room_table;
    HttpRoom       *rooms, *rooms_free;
    int             room_n, rooms_made, rooms_idle;
    size_t          rooms_kept;                /* bytes that idle rooms keep warm */

    pthread_mutex_t conns_lock;
    Region          conn_table;
    HttpConn       *conns, *conns_open, *conns_free;
    int             conns_made;

    pthread_mutex_t parked_lock;
    HttpPrivate    *parked;
    bool            parked_closed;

    pthread_mutex_t listeners_lock;
    HttpStream     *listeners[HTTP_TOPIC_BUCKETS];   /* by the topic's hash */
    bool            listeners_closed;
    int64_t         pinged;

    pthread_mutex_t dictionaries_lock;         /* making what packs with one */
    _Atomic(HttpDictionary *) dictionaries[HTTP_DICTIONARIES_MAX];

    pthread_t       reaper;
    pthread_mutex_t reaper_lock;
    pthread_cond_t  reaper_wake;
    int64_t         sweep_ms;
    bool            reaper_stop;
};

enum { STEP_PHASES = 8 };
static inline void conn_step(HttpServer *s, HttpConn *conn, HttpPhase phase)
{
    int64_t now = atomic_load_explicit(&s->now, memory_order_relaxed);
    atomic_store_explicit(&conn->step, now * STEP_PHASES + phase, memory_order_relaxed);
}

/* Runs work(own, arg) with faults landing here; false: it fell, own->landing says why. */
bool http_try(HttpPrivate *own, void (*work)(HttpPrivate *, void *), void *arg);

/* http_listen: a listening socket, or -1 and *ret_why. */
int  listen_open(const char *where, Arena *keep, const char **ret_unix_path, bool *ret_local, str *ret_why);

/* http_room: NULL when there are no more. used: how much of the arena was touched, as far as is known. */
bool rooms_open(HttpServer *s, int n);
HttpRoom *room_take(HttpServer *s, Arena *ret);
void room_give(HttpServer *s, HttpRoom *room, const char *used);
void rooms_close(HttpServer *s);

/* http_server: whom the other side speaks for, when it is a proxy on this machine; of anybody else nothing is read. */
void forwarded_read(HttpPrivate *own);

/* http_body */
void body_open(HttpPrivate *own);              /* sets own->refusal when it will not do */
bool body_take(HttpPrivate *own, str bytes);   /* false: more than we read of a body that was refused */
void body_end(HttpPrivate *own);

/* http_reply */
struct MHD_Response *reply_build(HttpPrivate *own, HttpReply *reply, unsigned *ret_status);   /* takes the file, the source, the stream */
struct MHD_Response *reply_words(int status);  /* the plain sentence of a status; needs no arena */
void reply_drop(HttpReply *reply);             /* what would have been taken */

/* http_pack */
typedef struct HttpPackedBody { str body; const char *coding; bool varies, by_dictionary; } HttpPackedBody;
void pack_body(HttpPrivate *own, const HttpReply *reply, HttpPackedBody *ret);
const HttpDictionary *dictionary_at(const HttpServer *s, int index);
const HttpDictionary *dictionary_by_path(const HttpServer *s, str path);
str  dictionary_link(const HttpDictionary *d);
void dictionary_reply(HttpPrivate *own);       /* the one that was asked for */
void dictionaries_close(HttpServer *s);

/* http_source */
struct MHD_Response *source_response(HttpSource *source);
void source_attach(HttpSource *source, HttpPrivate *own);          /* before its response is queued */
void conn_cut(HttpConn *conn);                 /* ends it; under the connections lock */
void sources_close(HttpServer *s);

/* http_events */
struct MHD_Response *stream_response(HttpStream *stream);
void stream_attach(HttpStream *stream, struct MHD_Connection *link, int fd);   /* before its response is queued */
void stream_drop(HttpStream *stream);
void streams_ping(HttpServer *s, int64_t now);
void streams_close(HttpServer *s);

/* http_reaper */
void reaper_start(HttpServer *s);
void reaper_stop(HttpServer *s);
bool parked_add(HttpPrivate *own);             /* the connection sleeps; false: the server is closing */
void parked_remove(HttpPrivate *own);
void parked_close(HttpServer *s);              /* those that wait are told 503, and no more may */
