/* http_reaper - who is too slow goes. The library's own timeout only sees silence: one byte now and then keeps a connection
 * for ever. Once a second this thread looks at every connection, at how long it has been in its phase and at what moved, and
 * shuts the socket of those that hold a place for nothing; the library then finds it closed and cleans up. It also moves the
 * server's clock, so that the serving threads never ask for the time, and keeps the list of requests that wait. */
#include "http/http_own.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include "os/os.h"

enum {
    SWEEP_MS    = 1000,
    BODY_RATE   = 1024,         /* bytes a second, averaged over body_ms */
    TAKE_BYTES  = 4096,         /* of a reply must be taken in idle_ms */
};

static int64_t clock_ms(void) { return os_ticks() / 1000000; }

/* ---- connections -------------------------------------------------------------------------------------------------------- */

typedef struct Heard { int64_t in, out; } Heard;

static Heard heard(const HttpConn *conn)
{
    struct tcp_info info = { 0 };
    socklen_t n = sizeof info;
    if (!conn->tcp || getsockopt(conn->fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0) return (Heard){ 0 };
    return (Heard){ (int64_t)info.tcpi_bytes_received, (int64_t)info.tcpi_bytes_acked };
}

/* Bytes came, but no request line yet: from now on the client has as long as for any head. The library does not tell, the
 * kernel does. */
static bool idle_too_long(const HttpServer *s, HttpConn *conn, int64_t now, int64_t since)
{
    int64_t in = heard(conn).in;
    if (!conn->watch.heard && in > conn->watch.count) {
        conn->watch.heard = true;
        conn->watch.from = now;
    }
    if (conn->watch.heard) return now - conn->watch.from > s->head_ms;
    return now - since > s->idle_ms;
}

static bool body_too_slow(const HttpServer *s, HttpConn *conn, int64_t now)
{
    int64_t received = atomic_load_explicit(&conn->received, memory_order_relaxed), took = now - conn->watch.from;
    if (took < s->body_ms) return false;
    bool slow = (received - conn->watch.count) * 1000 < took * BODY_RATE;
    conn->watch.from = now;
    conn->watch.count = received;
    return slow;
}

/* An answer that nobody takes. On a unix socket the other side is a proxy of ours, and it keeps its own time. */
static bool taken_too_slowly(const HttpServer *s, HttpConn *conn, int64_t now)
{
    if (!conn->tcp || now - conn->watch.from < s->idle_ms) return false;
    int64_t out = heard(conn).out;
    bool slow = out - conn->watch.count < TAKE_BYTES;
    conn->watch.from = now;
    conn->watch.count = out;
    return slow;
}

/* The first look at a connection in this phase: what is counted from here on. */
static void watch(HttpConn *conn, int64_t step, HttpPhase phase, int64_t since)
{
    conn->watch.step = step;
    conn->watch.from = since;
    conn->watch.heard = false;
    conn->watch.count = 0;                                     /* a new one: whatever it sent counts */
    if (phase == PHASE_IDLE) conn->watch.count = heard(conn).in;
    if (phase == PHASE_BODY) conn->watch.count = atomic_load_explicit(&conn->received, memory_order_relaxed);
    if (phase == PHASE_SEND) conn->watch.count = heard(conn).out;
}

static bool is_overdue(const HttpServer *s, HttpConn *conn, int64_t now)
{
    int64_t step = atomic_load_explicit(&conn->step, memory_order_relaxed), since = step / STEP_PHASES;
    HttpPhase phase = (HttpPhase)(step % STEP_PHASES);
    if (step != conn->watch.step) watch(conn, step, phase, since);
    switch (phase) {
    case PHASE_NEW:
    case PHASE_IDLE: return idle_too_long(s, conn, now, since);
    case PHASE_HEAD: return now - since > s->head_ms;
    case PHASE_BODY: return body_too_slow(s, conn, now);
    case PHASE_SEND: return taken_too_slowly(s, conn, now);
    case PHASE_WAIT:
    case PHASE_STREAM: return false;
    }
    return false;
}

static void sweep(HttpServer *s, int64_t now)
{
    pthread_mutex_lock(&s->conns_lock);
    for (HttpConn *conn = s->conns_open; conn; conn = conn->next)
        if (is_overdue(s, conn, now)) conn_cut(conn);
    pthread_mutex_unlock(&s->conns_lock);
}

/* ---- requests that wait ----------------------------------------------------------------------------------------------------- */

/* From the exchange on, the answer may come at any moment and the request is no longer this thread's to touch. */
bool parked_add(HttpPrivate *own)
{
    HttpServer *s = own->server;
    struct MHD_Connection *link = own->link;
    int was = STATE_SERVING;
    pthread_mutex_lock(&s->parked_lock);
    bool open = !s->parked_closed;
    if (open) {
        own->listed = true;
        own->parked_at = atomic_load_explicit(&s->now, memory_order_relaxed);
        own->parked_next = s->parked;
        own->parked_link = &s->parked;
        if (s->parked) s->parked->parked_link = &own->parked_next;
        s->parked = own;
        MHD_suspend_connection(link);
        if (!atomic_compare_exchange_strong(&own->state, &was, STATE_PARKED)) MHD_resume_connection(link);
    }
    pthread_mutex_unlock(&s->parked_lock);
    return open;
}

void parked_remove(HttpPrivate *own)
{
    if (!own->listed) return;
    own->listed = false;
    pthread_mutex_lock(&own->server->parked_lock);
    *own->parked_link = own->parked_next;
    if (own->parked_next) own->parked_next->parked_link = own->parked_link;
    pthread_mutex_unlock(&own->server->parked_lock);
}

static void expire(HttpServer *s, int64_t before, bool close)
{
    pthread_mutex_lock(&s->parked_lock);
    s->parked_closed |= close;
    for (HttpPrivate *own = s->parked; own; own = own->parked_next) {
        int was = STATE_PARKED;
        if (own->parked_at < before && atomic_compare_exchange_strong(&own->state, &was, STATE_EXPIRED))
            MHD_resume_connection(own->link);
    }
    pthread_mutex_unlock(&s->parked_lock);
}

void parked_close(HttpServer *s) { expire(s, INT64_MAX, true); }

/* ---- the thread ---------------------------------------------------------------------------------------------------------------- */

static bool sleep_until_next(HttpServer *s)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + s->sweep_ms * 1000000;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&s->reaper_lock);
    int late = 0;
    while (!s->reaper_stop && late != ETIMEDOUT) late = pthread_cond_timedwait(&s->reaper_wake, &s->reaper_lock, &until);
    bool go_on = !s->reaper_stop;
    pthread_mutex_unlock(&s->reaper_lock);
    return go_on;
}

static void *reap(void *server)
{
    HttpServer *s = server;
    while (sleep_until_next(s)) {
        int64_t now = clock_ms();
        atomic_store_explicit(&s->now, now, memory_order_relaxed);
        sweep(s, now);
        expire(s, now - s->wait_ms, false);
        streams_ping(s, now);
    }
    return NULL;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

void reaper_start(HttpServer *s)
{
    pthread_condattr_t monotonic;
    int64_t shortest = least(least(s->head_ms, s->body_ms), least(s->idle_ms, s->wait_ms));
    s->sweep_ms = least(SWEEP_MS, shortest / 4 + 1);
    atomic_store(&s->now, clock_ms());
    s->pinged = clock_ms();
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->reaper_wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&s->reaper_lock, NULL);
    CHECK(pthread_create(&s->reaper, NULL, reap, s) == 0);
}

void reaper_stop(HttpServer *s)
{
    pthread_mutex_lock(&s->reaper_lock);
    s->reaper_stop = true;
    pthread_cond_signal(&s->reaper_wake);
    pthread_mutex_unlock(&s->reaper_lock);
    pthread_join(s->reaper, NULL);
    pthread_cond_destroy(&s->reaper_wake);
    pthread_mutex_destroy(&s->reaper_lock);
}
