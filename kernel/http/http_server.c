/* http_server - the life of a request, between the library's calls and the application's.
 *
 *   begin     the request line is here: a room is taken, the address copied before the library cuts it up
 *   head      the headers are here: guard, plan; what is refused with nothing left to read is refused here
 *   body      pieces
 *   whole     serve; answered at once it leaves at once, else it is parked: the connection sleeps, the thread goes on
 *   http_answer, from any thread, wakes it
 *   completed the reply has left, or the client has
 *
 * An answer that is refused early closes the connection: the library does so when it has not read the whole request. */
#include "http/http_own.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#include "os/os.h"

enum { CONNECTIONS_USUAL = 4096, PER_ADDRESS_USUAL = 512, CLOSE_MS = 10000, SERVER_BYTES = 256 * 1024 };

/* ---- small things ----------------------------------------------------------------------------------------------------- */

str http_header(const HttpRequest *rq, const char *name)
{
    str wanted = str_from(name);
    for (int i = 0; i < rq->header_n; i++)
        if (rq->headers[i].name.n == wanted.n && str_eq_nocase(rq->headers[i].name, wanted)) return rq->headers[i].value;
    return (str){ 0 };
}

str http_cookie(const HttpRequest *rq, const char *name)
{
    str wanted = str_from(name);
    for (int i = 0; i < rq->header_n; i++) {
        if (rq->headers[i].name.n != 6 || !str_eq_nocase(rq->headers[i].name, S("cookie"))) continue;
        for (str rest = rq->headers[i].value; rest.n;) {
            str_pair cut = str_cut(rest, ';'), pair = str_cut(cut.head, '=');
            if (pair.found && str_eq(str_trim(pair.head), wanted)) return str_trim(pair.tail);
            rest = cut.tail;
        }
    }
    return (str){ 0 };
}

bool http_try(HttpPrivate *own, void (*work)(HttpPrivate *, void *), void *arg)
{
    own->landing.kind = FAULT_NONE;
    own->rq.landing = own->rq.arena.landing = &own->landing;
    if (setjmp(own->landing.jump) == 0) work(own, arg);
    return own->landing.kind == FAULT_NONE;
}

/* ---- connections -------------------------------------------------------------------------------------------------------- */

static HttpConn *conn_of(struct MHD_Connection *link)
{
    HttpConn *conn = MHD_get_connection_info(link, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    CHECK(conn);
    return conn;
}

/* Writes the address as text; an IPv4 address that came through an IPv6 socket as what it is. */
static void read_peer(HttpConn *conn, const struct sockaddr *a)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)a;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)a;
    struct in_addr mapped;
    const struct in_addr *plain = NULL;
    conn->tcp = a->sa_family == AF_INET || a->sa_family == AF_INET6;
    conn->local = !conn->tcp;
    if (a->sa_family == AF_INET) plain = &v4->sin_addr;
    if (a->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        memcpy(&mapped, &v6->sin6_addr.s6_addr[12], sizeof mapped);
        plain = &mapped;
    }
    if (plain) {
        inet_ntop(AF_INET, plain, conn->peer, sizeof conn->peer);
        conn->local = (ntohl(plain->s_addr) >> 24) == 127;
    } else if (conn->tcp) {
        inet_ntop(AF_INET6, &v6->sin6_addr, conn->peer, sizeof conn->peer);
        conn->local = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    }
    conn->peer_n = (int)strlen(conn->peer);
}

static HttpConn *conn_open(HttpServer *s, struct MHD_Connection *link)
{
    pthread_mutex_lock(&s->conns_lock);
    HttpConn *conn = s->conns_free;
    if (conn) {
        s->conns_free = conn->next;
    } else {
        CHECK(s->conns_made < s->connections_max);
        conn = &s->conns[s->conns_made++];
    }
    *conn = (HttpConn){ .fd = MHD_get_connection_info(link, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd };
    read_peer(conn, MHD_get_connection_info(link, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    conn_step(s, conn, PHASE_NEW);
    conn->next = s->conns_open;
    conn->link = &s->conns_open;
    if (conn->next) conn->next->link = &conn->next;
    s->conns_open = conn;
    pthread_mutex_unlock(&s->conns_lock);
    return conn;
}

static void conn_close(HttpServer *s, HttpConn *conn)
{
    pthread_mutex_lock(&s->conns_lock);
    *conn->link = conn->next;
    if (conn->next) conn->next->link = conn->link;
    conn->next = s->conns_free;
    s->conns_free = conn;
    pthread_mutex_unlock(&s->conns_lock);
}

static void connection_changed(void *server, struct MHD_Connection *link, void **context, enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) *context = conn_open(server, link);
    else conn_close(server, *context);
}

/* ---- begin ---------------------------------------------------------------------------------------------------------------- */

/* The library would now cut the query into fields nobody reads, and note each in the memory of the connection; when that is
 * full it forgets to answer. A query that seems to end at its question mark keeps it from trying. */
static void hide_query(const char *target)
{
    char *mark = strchr((char *)(uintptr_t)target, '?');
    if (mark && mark[1]) mark[1] = 0;
}

static void *begin(void *server, const char *target, struct MHD_Connection *link)
{
    HttpServer *s = server;
    HttpConn *conn = conn_of(link);
    Arena arena;
    conn_step(s, conn, PHASE_HEAD);
    HttpRoom *room = room_take(s, &arena);
    if (!room) return NULL;
    HttpPrivate *own = NEW(&arena, HttpPrivate, 1);
    own->rq.own = own;
    own->server = s;
    own->conn = conn;
    own->room = room;
    own->link = link;
    own->target = str_keep(&arena, str_from(target));
    hide_query(target);
    own->rq.path = own->rq.raw_path = S("/");
    own->rq.peer = (str){ conn->peer, conn->peer_n };
    own->rq.arena = own->fresh = arena;
    return own;
}

static void parts_drop(HttpPrivate *own)
{
    const HttpPart *parts;
    if (!own->multipart) return;
    multipart_end(own->multipart);
    int n = multipart_parts(own->multipart, &parts);
    http_parts_drop(parts, n);
    own->multipart = NULL;
    own->rq.part_n = 0;
}

static void finish(HttpPrivate *own)
{
    HttpServer *s = own->server;
    parts_drop(own);
    if (own->known && s->app.ended) s->app.ended(s->app.self, &own->rq);
    room_give(s, own->room, own->rq.arena.at > own->high ? own->rq.arena.at : own->high);
}

/* One side has finished with the request; the last one turns out the light. */
static void done(HttpPrivate *own, int who)
{
    if ((atomic_fetch_or(&own->done, who) | who) == DONE_BOTH) finish(own);
}

static void completed(void *server, struct MHD_Connection *link, void **context, enum MHD_RequestTerminationCode how)
{
    HttpPrivate *own = *context;
    *context = NULL;
    conn_step(server, conn_of(link), PHASE_IDLE);
    if (!own) return;
    parked_remove(own);                        /* the client may have left before its answer could */
    if (atomic_load(&own->state) == STATE_ANSWERED && !own->left) reply_drop(&own->reply);
    done(own, atomic_load(&own->state) == STATE_EXPIRED ? DONE_CLIENT : DONE_BOTH);
}

/* ---- leaving ---------------------------------------------------------------------------------------------------------------- */

static enum MHD_Result queue(HttpPrivate *own, struct MHD_Response *response, unsigned status)
{
    if (!response) return MHD_NO;
    if (atomic_load(&own->server->closing)) MHD_add_response_header(response, "Connection", "close");
    conn_step(own->server, own->conn, PHASE_SEND);
    enum MHD_Result result = MHD_queue_response(own->link, status, response);
    MHD_destroy_response(response);
    return result;
}

typedef struct Building { HttpReply *reply; struct MHD_Response *response; unsigned status; } Building;

static void build(HttpPrivate *own, void *arg)
{
    Building *b = arg;
    b->response = reply_build(own, b->reply, &b->status);
}

static enum MHD_Result send_reply(HttpPrivate *own, HttpReply *reply)
{
    Building b = { .reply = reply };
    if (http_try(own, build, &b) && b.response) return queue(own, b.response, b.status);
    reply_drop(reply);
    return queue(own, reply_words(500), 500);
}

typedef struct Refusing { int status; HttpReply reply; } Refusing;

static void ask_for_words(HttpPrivate *own, void *arg)
{
    Refusing *r = arg;
    own->known = true;
    own->server->app.refuse(own->server->app.self, &own->rq, r->status, &r->reply);
}

/* The words of a refusal take the memory of what has come. */
static enum MHD_Result refuse(HttpPrivate *own, int status)
{
    Refusing r = { .status = status };
    parts_drop(own);
    own->high = own->rq.arena.at;
    own->rq.arena = own->fresh;
    own->left = true;
    atomic_store(&own->state, STATE_ANSWERED);
    if (!own->server->app.refuse || !http_try(own, ask_for_words, &r)) return queue(own, reply_words(status), (unsigned)status);
    r.reply.status = status;
    return send_reply(own, &r.reply);
}

/* The connection of a stream, of a source or of a file lives long after the request: its memory need not. */
static enum MHD_Result leave(HttpPrivate *own, void **context)
{
    parked_remove(own);
    HttpStream *stream = own->reply.stream;
    HttpSource *source = own->reply.source;
    bool early = stream || source || own->reply.has_fd;
    HttpConn *conn = own->conn;
    HttpServer *s = own->server;
    own->left = true;
    if (stream) stream_attach(stream, own->link, conn->fd);
    if (source) source_attach(source, own);
    enum MHD_Result result = send_reply(own, &own->reply);
    if (!early || result != MHD_YES || !*context) return result;
    if (stream) conn_step(s, conn, PHASE_STREAM);
    *context = NULL;
    done(own, DONE_BOTH);
    return result;
}

static enum MHD_Result leave_expired(HttpPrivate *own)
{
    return queue(own, reply_words(503), 503);
}

void http_answer(HttpRequest *rq, const HttpReply *reply)
{
    if (rq->answered) {
        rq->answered(rq, reply);
        return;
    }
    HttpPrivate *own = rq->own;
    int was = STATE_SERVING;
    CHECK(reply->header_n <= HTTP_REPLY_HEADERS_MAX);
    own->reply = *reply;
    if (reply->header_n) memcpy(own->reply_headers, reply->headers, (size_t)reply->header_n * sizeof *reply->headers);
    own->reply.headers = own->reply_headers;
    if (atomic_compare_exchange_strong(&own->state, &was, STATE_ANSWERED)) return;      /* serve has not returned yet */
    struct MHD_Connection *link = own->link;
    if (was == STATE_PARKED && atomic_compare_exchange_strong(&own->state, &was, STATE_ANSWERED)) {
        MHD_resume_connection(link);
        return;
    }
    CHECK(was == STATE_EXPIRED);                                                        /* or it was answered twice */
    reply_drop(&own->reply);
    done(own, DONE_APP);
}

/* ---- serving ------------------------------------------------------------------------------------------------------------------ */

static void call_serve(HttpPrivate *own, void *arg)
{
    own->server->app.serve(own->server->app.self, &own->rq);
}

static enum MHD_Result park(HttpPrivate *own, void **context)
{
    int was = STATE_SERVING;
    if (parked_add(own)) return MHD_YES;
    if (atomic_compare_exchange_strong(&own->state, &was, STATE_EXPIRED)) return leave_expired(own);
    return leave(own, context);
}

static enum MHD_Result serve(HttpPrivate *own, void **context)
{
    atomic_store(&own->state, STATE_SERVING);
    conn_step(own->server, own->conn, PHASE_WAIT);
    if (!http_try(own, call_serve, NULL) && atomic_load(&own->state) == STATE_SERVING) {
        os_log(LOG_ERROR, "http: %.*s fell at %s:%d: %s", STR_ARG(own->rq.path), own->landing.file, own->landing.line, own->landing.what);
        return refuse(own, 500);
    }
    return atomic_load(&own->state) == STATE_ANSWERED ? leave(own, context) : park(own, context);
}

static enum MHD_Result whole(HttpPrivate *own, void **context)
{
    HttpState state = (HttpState)atomic_load(&own->state);
    if (state == STATE_ANSWERED) return leave(own, context);
    if (state == STATE_EXPIRED) return leave_expired(own);
    CHECK(state == STATE_ARRIVING);
    body_end(own);
    if (own->refusal) return refuse(own, own->refusal);
    if (!own->asked) return serve(own, context);
    dictionary_reply(own);
    atomic_store(&own->state, STATE_ANSWERED);
    return leave(own, context);
}

/* ---- the head ------------------------------------------------------------------------------------------------------------------- */

typedef struct Head { HttpHeader at[HTTP_HEADERS_MAX]; int n; bool many; } Head;

static enum MHD_Result add_header(void *head, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value, size_t value_n)
{
    Head *h = head;
    if (h->n == HTTP_HEADERS_MAX) {
        h->many = true;
        return MHD_NO;
    }
    h->at[h->n++] = (HttpHeader){ { name, (ptrdiff_t)name_n }, { value, (ptrdiff_t)value_n } };
    return MHD_YES;
}

/* What the library's memory for this connection holds by now; a reply's head must still fit beside it. */
static size_t head_cost(const HttpPrivate *own, size_t block)
{
    enum { NOTE = 64 };        /* the library's note of one header or cookie */
    int notes = MHD_get_connection_values(own->link, MHD_HEADER_KIND | MHD_COOKIE_KIND, NULL, NULL);
    const char *cookie = MHD_lookup_connection_value(own->link, MHD_HEADER_KIND, "Cookie");
    return block + (size_t)notes * NOTE + (cookie ? strlen(cookie) : 0);
}

/* The block is copied whole, and the texts that point into it are moved over. */
static void keep_headers(HttpPrivate *own, const HttpShape *shape, const Head *head)
{
    HttpRequest *rq = &own->rq;
    str block = str_keep(&rq->arena, (str){ shape->block, shape->block_n });
    HttpHeader *headers = NEW(&rq->arena, HttpHeader, head->n);
    for (int i = 0; i < head->n; i++) {
        const HttpHeader *h = &head->at[i];
        headers[i].name = (str){ block.p + (h->name.p - shape->block), h->name.n };
        headers[i].value = str_trim((str){ block.p + (h->value.p - shape->block), h->value.n });
    }
    rq->headers = headers;
    rq->header_n = head->n;
    rq->method = (str){ block.p, shape->method.n };
}

/* A proxy on this machine says who it speaks for: the address it added is the last one. */
void forwarded_read(HttpPrivate *own)
{
    HttpRequest *rq = &own->rq;
    unsigned char address[16];
    if (!own->conn->local) return;
    str last = { 0 };
    for (int i = 0; i < rq->header_n; i++)
        if (str_eq_nocase(rq->headers[i].name, S("x-forwarded-for"))) last = rq->headers[i].value;
    for (str_pair cut = str_cut(last, ','); cut.found; cut = str_cut(last, ',')) last = cut.tail;
    const char *text = str_z(&rq->arena, str_trim(last));
    if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1) rq->peer = str_from(text);
    rq->secure = str_eq_nocase(http_header(rq, "x-forwarded-proto"), S("https"));
}

static int read_head(HttpPrivate *own, const char *url, const char *method, const char *version)
{
    Head head;
    head.n = 0;
    head.many = false;
    size_t block = MHD_get_connection_info(own->link, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    MHD_get_connection_values_n(own->link, MHD_HEADER_KIND, add_header, &head);
    if (own->target.n > HTTP_LINE_MAX) return 414;
    if (head.many || head_cost(own, block) > HTTP_HEAD_MAX) return 431;
    HttpShape shape = {
        .method = str_from(method), .target = own->target, .target_at = url, .version = str_from(version),
        .headers = head.at, .n = head.n, .block = method, .block_n = (ptrdiff_t)block,
    };
    HttpFraming framing;
    int status = http_guard(&shape, &framing);
    if (status) return status;
    own->framing = framing;
    keep_headers(own, &shape, &head);
    own->head_only = str_eq(own->rq.method, S("HEAD"));
    if (!http_path(&own->rq.arena, framing.path, &own->rq.path)) {
        own->rq.path = S("/");
        return 400;
    }
    own->rq.raw_path = framing.path;
    own->rq.query = framing.query;
    forwarded_read(own);
    return 0;
}

static void make_plan(HttpPrivate *own, void *arg)
{
    own->known = true;
    own->plan = own->server->app.plan(own->server->app.self, &own->rq);
    own->refusal = own->plan.status;
    if (!own->refusal) body_open(own);
}

static enum MHD_Result head(HttpPrivate *own, const char *url, const char *method, const char *version)
{
    own->headed = true;
    int status = read_head(own, url, method, version);
    own->fresh = own->rq.arena;
    if (status) return refuse(own, status);
    if (str_eq(own->rq.method, S("GET")) || own->head_only) own->asked = dictionary_by_path(own->server, own->rq.path);
    if (!own->asked && !http_try(own, make_plan, NULL)) own->refusal = 413;
    if (own->asked && own->framing.length) own->refusal = 413;
    if (own->refusal && (own->framing.expects || own->framing.length > HTTP_DRAIN_MAX)) return refuse(own, own->refusal);
    if (own->framing.length) conn_step(own->server, own->conn, PHASE_BODY);
    return MHD_YES;
}

/* ---- the library's one call ------------------------------------------------------------------------------------------------------- */

static enum MHD_Result handle(void *server, struct MHD_Connection *link, const char *url, const char *method, const char *version,
                              const char *bytes, size_t *n, void **context)
{
    HttpPrivate *own = *context;
    if (!own) {                                /* no room: a machine in trouble, or thousands at once */
        struct MHD_Response *sorry = reply_words(503);
        enum MHD_Result result = MHD_queue_response(link, 503, sorry);
        MHD_destroy_response(sorry);
        return result;
    }
    if (!own->headed) return head(own, url, method, version);
    if (!*n) return whole(own, context);
    str piece = { bytes, (ptrdiff_t)*n };
    *n = 0;
    atomic_fetch_add_explicit(&own->conn->received, piece.n, memory_order_relaxed);
    return body_take(own, piece) ? MHD_YES : MHD_NO;
}

static size_t leave_escaped(void *server, struct MHD_Connection *link, char *text)
{
    return strlen(text);
}

/* ---- opening and closing -------------------------------------------------------------------------------------------------------------- */

static int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t n = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &n) != 0) return 0;
    if (address.ss_family == AF_INET) return ntohs(((const struct sockaddr_in *)(const void *)&address)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(((const struct sockaddr_in6 *)(const void *)&address)->sin6_port);
    return 0;
}

int http_port(const HttpServer *s) { return s->port; }

static int64_t or_usual(int64_t given, int64_t usual) { return given > 0 ? given : usual; }

static HttpServer *server_new(const HttpConfig *config, const HttpApp *app)
{
    Region memory;
    if (!region_open(&memory, SERVER_BYTES)) return NULL;
    Arena keep = region_arena(&memory, NULL);
    HttpServer *s = NEW(&keep, HttpServer, 1);
    s->memory = memory;
    s->app = *app;
    s->listener = -1;
    s->tmp_dir = str_z(&keep, str_from(config->tmp_dir ? config->tmp_dir : "/tmp"));
    s->connections_max = (int)or_usual(config->connections_max, CONNECTIONS_USUAL);
    s->head_ms = or_usual(config->head_ms, 10 * SECOND);
    s->body_ms = or_usual(config->body_ms, 15 * SECOND);
    s->idle_ms = or_usual(config->idle_ms, 60 * SECOND);
    s->wait_ms = or_usual(config->wait_ms, 60 * SECOND);
    s->keep = keep;
    pthread_mutex_init(&s->rooms_lock, NULL);
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&s->rooms_quiet, &steady);
    pthread_condattr_destroy(&steady);
    pthread_mutex_init(&s->conns_lock, NULL);
    pthread_mutex_init(&s->parked_lock, NULL);
    pthread_mutex_init(&s->listeners_lock, NULL);
    pthread_mutex_init(&s->dictionaries_lock, NULL);
    return s;
}

static void server_free(HttpServer *s)
{
    rooms_close(s);
    region_close(&s->conn_table);
    pthread_mutex_destroy(&s->rooms_lock);
    pthread_cond_destroy(&s->rooms_quiet);
    pthread_mutex_destroy(&s->conns_lock);
    pthread_mutex_destroy(&s->parked_lock);
    pthread_mutex_destroy(&s->listeners_lock);
    pthread_mutex_destroy(&s->dictionaries_lock);
    Region memory = s->memory;
    region_close(&memory);
}

/* Who comes while it closes is let go at once. */
static enum MHD_Result admit(void *server, const struct sockaddr *from, socklen_t bytes)
{
    return atomic_load(&((HttpServer *)server)->closing) ? MHD_NO : MHD_YES;
}

static struct MHD_Daemon *daemon_start(HttpServer *s, const HttpConfig *config, bool local)
{
    unsigned threads = config->threads > 0 ? (unsigned)config->threads : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    unsigned per_address = local ? 0 : (unsigned)or_usual(config->per_address_max, PER_ADDRESS_USUAL);
    struct MHD_OptionItem options[] = {
        { MHD_OPTION_LISTEN_SOCKET, s->listener, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, s->connections_max, NULL },
        { MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)per_address, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_POOL_BYTES, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL },                       /* the reaper knows better */
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)completed, s },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connection_changed, s },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)begin, s },
        { MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escaped, s },
        { threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, admit, s, handle, s,
                            MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

HttpServer *http_open(const HttpConfig *config, const HttpApp *app, Arena *keep, str *ret_why)
{
    bool local;
    HttpServer *s = server_new(config, app);
    *ret_why = S("There is no memory for the server.");
    if (!s) return NULL;
    if (!region_open(&s->conn_table, (size_t)s->connections_max * sizeof(HttpConn)) || !rooms_open(s, s->connections_max * 2)) {
        server_free(s);
        return NULL;
    }
    s->conns = (HttpConn *)s->conn_table.base;
    s->listener = listen_open(config->listen, keep, &s->unix_path, &local, ret_why);
    if (s->listener < 0) {
        server_free(s);
        return NULL;
    }
    s->port = port_of(s->listener);
    reaper_start(s);
    s->daemon = daemon_start(s, config, local);
    if (s->daemon) return s;
    *ret_why = S("The server library did not start.");
    reaper_stop(s);
    close(s->listener);
    server_free(s);
    return NULL;
}

/* Whoever already asked is answered, if it does not take too long. */
static void wait_for_quiet(HttpServer *s)
{
    struct timespec until;
    int64_t ms = s->wait_ms < CLOSE_MS ? s->wait_ms : CLOSE_MS;
    int late = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_mutex_lock(&s->rooms_lock);
    while (s->rooms_idle < s->rooms_made && !late) late = pthread_cond_timedwait(&s->rooms_quiet, &s->rooms_lock, &until);
    pthread_mutex_unlock(&s->rooms_lock);
}

/* Without MHD_quiesce_daemon: with epoll and threads of the library it and the thread may both take the listener out of the set, and the second
 * ends the process (seen with libmicrohttpd 0.9.75). So the library goes on to listen until it stops, and then closes the listener. */
void http_close(HttpServer *s)
{
    atomic_store(&s->closing, true);
    if (s->unix_path) unlink(s->unix_path);
    streams_close(s);
    wait_for_quiet(s);
    parked_close(s);
    reaper_stop(s);
    sources_close(s);
    MHD_stop_daemon(s->daemon);
    dictionaries_close(s);
    pthread_mutex_lock(&s->rooms_lock);
    bool owed = s->rooms_idle < s->rooms_made;
    pthread_mutex_unlock(&s->rooms_lock);
    if (owed) os_log(LOG_WARN, "http: closed while answers were still owed");     /* they will come, and need this memory */
    else server_free(s);
}
