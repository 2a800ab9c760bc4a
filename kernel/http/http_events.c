/* http_events - server-sent events (WHATWG HTML section 9.2).
 *
 * A listener is a connection whose reply never ends. While it has nothing to send its connection sleeps, and an event wakes
 * it; putting it to sleep and waking it both happen under one lock, so no wake is lost. An event is written once, however many
 * hear it. A listener who does not keep up is cut off: its browser comes back, and the page asks for what it missed.
 *
 * Events and listeners live as long as somebody hears, which is no one's arena; hence malloc. */
#include "http/http_own.h"

#include <sys/socket.h>

enum { QUEUE = 64, PING_MS = 25 * SECOND, BLOCK = 1024 };

typedef struct HttpEvent { int holders; ptrdiff_t n; char bytes[]; } HttpEvent;

struct HttpStream {
    HttpServer *server;
    HttpStream *next, **link;
    struct MHD_Connection *connection;
    int         fd;
    bool        asleep, behind;
    HttpEvent  *queue[QUEUE];
    int         head, n;
    ptrdiff_t   sent;                  /* of the first in the queue */
    uint64_t    hash;
    ptrdiff_t   topic_n;
    char        topic[];
};

static uint64_t topic_hash(str topic) { return str_hash(topic, 0); }
static HttpStream **bucket(HttpServer *s, uint64_t hash) { return &s->listeners[hash % HTTP_TOPIC_BUCKETS]; }

/* ---- events ------------------------------------------------------------------------------------------------------------ */

static char *put(char *to, str s)
{
    if (s.n) memcpy(to, s.p, (size_t)s.n);
    return to + s.n;
}

/* Each line of the data has its own "data:". A line ends at LF, CRLF or CR; whatever ends one here must not begin another
 * field there. */
static HttpEvent *event_new(str name, str data)
{
    ptrdiff_t lines = 1;
    CHECK(str_is_plain(name, false));
    for (ptrdiff_t i = 0; i < data.n; i++) lines += data.p[i] == '\n' || data.p[i] == '\r';
    HttpEvent *e = malloc(sizeof *e + (size_t)(name.n + 8 + data.n + lines * 7 + 1));
    if (!e) return NULL;
    char *to = e->bytes;
    if (name.n) to = put(put(put(to, S("event: ")), name), S("\n"));
    to = put(to, S("data: "));
    for (ptrdiff_t i = 0; i < data.n; i++) {
        if (data.p[i] == '\r' && i + 1 < data.n && data.p[i + 1] == '\n') continue;
        if (data.p[i] == '\n' || data.p[i] == '\r') to = put(to, S("\ndata: "));
        else *to++ = data.p[i];
    }
    to = put(to, S("\n\n"));
    *e = (HttpEvent){ .holders = 1, .n = to - e->bytes };
    return e;
}

static void event_release(HttpEvent *e)
{
    if (--e->holders == 0) free(e);
}

/* ---- a listener; all under the listeners lock ------------------------------------------------------------------------------- */

static void wake(HttpStream *stream)
{
    if (!stream->asleep) return;
    stream->asleep = false;
    MHD_resume_connection(stream->connection);
}

static void push(HttpStream *stream, HttpEvent *e)
{
    if (stream->n == QUEUE) {
        if (!stream->behind && stream->connection) shutdown(stream->fd, SHUT_RDWR);
        stream->behind = true;
        return;
    }
    stream->queue[(stream->head + stream->n++) % QUEUE] = e;
    e->holders++;
    wake(stream);
}

static ptrdiff_t take(HttpStream *stream, char *to, ptrdiff_t room)
{
    ptrdiff_t taken = 0;
    while (stream->n && taken < room) {
        HttpEvent *e = stream->queue[stream->head];
        ptrdiff_t n = e->n - stream->sent < room - taken ? e->n - stream->sent : room - taken;
        memcpy(to + taken, e->bytes + stream->sent, (size_t)n);
        taken += n;
        stream->sent += n;
        if (stream->sent < e->n) break;
        event_release(e);
        stream->sent = 0;
        stream->head = (stream->head + 1) % QUEUE;
        stream->n--;
    }
    return taken;
}

/* ---- the library asks for more ------------------------------------------------------------------------------------------------ */

static ssize_t read_stream(void *arg, uint64_t position, char *to, size_t room)
{
    HttpStream *stream = arg;
    HttpServer *s = stream->server;
    pthread_mutex_lock(&s->listeners_lock);
    ssize_t result = take(stream, to, (ptrdiff_t)room);
    if (!result && (s->listeners_closed || stream->behind)) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (!result) {
        stream->asleep = true;
        MHD_suspend_connection(stream->connection);
    }
    pthread_mutex_unlock(&s->listeners_lock);
    return result;
}

void stream_drop(HttpStream *stream)
{
    HttpServer *s = stream->server;
    pthread_mutex_lock(&s->listeners_lock);
    *stream->link = stream->next;
    if (stream->next) stream->next->link = stream->link;
    while (stream->n) {
        event_release(stream->queue[stream->head]);
        stream->head = (stream->head + 1) % QUEUE;
        stream->n--;
    }
    pthread_mutex_unlock(&s->listeners_lock);
    free(stream);
}

static void free_stream(void *arg) { stream_drop(arg); }

struct MHD_Response *stream_response(HttpStream *stream)
{
    struct MHD_Response *to = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, stream, free_stream);
    if (to) MHD_add_response_header(to, "X-Accel-Buffering", "no");     /* a proxy must not collect events */
    return to;
}

void stream_attach(HttpStream *stream, struct MHD_Connection *link, int fd)
{
    pthread_mutex_lock(&stream->server->listeners_lock);
    stream->connection = link;
    stream->fd = fd;
    pthread_mutex_unlock(&stream->server->listeners_lock);
}

/* ---- what the application calls --------------------------------------------------------------------------------------------------- */

HttpStream *http_stream(HttpServer *s, str topic)
{
    if (!s) return NULL;
    HttpStream *stream = calloc(1, sizeof *stream + (size_t)topic.n);
    if (!stream) return NULL;
    stream->server = s;
    stream->hash = topic_hash(topic);
    stream->topic_n = topic.n;
    put(stream->topic, topic);
    pthread_mutex_lock(&s->listeners_lock);
    HttpStream **first = bucket(s, stream->hash);
    stream->next = *first;
    stream->link = first;
    if (stream->next) stream->next->link = &stream->next;
    *first = stream;
    pthread_mutex_unlock(&s->listeners_lock);
    return stream;
}

void http_event(HttpServer *s, str topic, str event, str data)
{
    HttpEvent *e = s ? event_new(event, data) : NULL;
    if (!e) return;
    uint64_t hash = topic_hash(topic);
    pthread_mutex_lock(&s->listeners_lock);
    for (HttpStream *stream = *bucket(s, hash); stream; stream = stream->next)
        if (stream->hash == hash && str_eq((str){ stream->topic, stream->topic_n }, topic)) push(stream, e);
    event_release(e);
    pthread_mutex_unlock(&s->listeners_lock);
}

/* A comment now and then keeps proxies from closing a silent connection, and finds out who has gone. */
void streams_ping(HttpServer *s, int64_t now)
{
    if (now - s->pinged < PING_MS) return;
    s->pinged = now;
    HttpEvent *e = malloc(sizeof *e + 3);
    if (!e) return;
    *e = (HttpEvent){ .holders = 1, .n = 3 };
    memcpy(e->bytes, ":\n\n", 3);
    pthread_mutex_lock(&s->listeners_lock);
    for (int i = 0; i < HTTP_TOPIC_BUCKETS; i++)
        for (HttpStream *stream = s->listeners[i]; stream; stream = stream->next) push(stream, e);
    event_release(e);
    pthread_mutex_unlock(&s->listeners_lock);
}

void streams_close(HttpServer *s)
{
    pthread_mutex_lock(&s->listeners_lock);
    s->listeners_closed = true;
    for (int i = 0; i < HTTP_TOPIC_BUCKETS; i++)
        for (HttpStream *stream = s->listeners[i]; stream; stream = stream->next) wake(stream);
    pthread_mutex_unlock(&s->listeners_lock);
}
