/* http_client - the socket and the small application behind the tests of this room. */
#include "http/http_client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, ARENA_BYTES = 64 * 1024 * 1024, PARKED_MAX = 64 };

/* ---- the client -------------------------------------------------------------------------------------------------------- */

static Region client_region;
static Arena client_memory;

Arena *client_arena(void) { return &client_memory; }

void client_begin(void)
{
    if (!client_region.base) CHECK(region_open(&client_region, ARENA_BYTES));
    region_reset(&client_region, 0);
    client_memory = region_arena(&client_region, NULL);
}

int dial(HttpServer *s)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(s)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

int dial_unix(const char *path)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && strlen(path) < sizeof to.sun_path);
    memcpy(to.sun_path, path, strlen(path));
    CHECK(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

/* The other side may have closed already; then nobody hears. */
void say(int fd, str bytes)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, (size_t)bytes.n, MSG_NOSIGNAL);
        if (n <= 0) return;
        bytes = str_slice(bytes, n, bytes.n);
    }
}

static bool hear(int fd, Out *o, int within_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    if (poll(&p, 1, within_ms) != 1) return false;
    out_more(o, 64 * 1024);
    ssize_t n = recv(fd, o->p + o->n, 64 * 1024, 0);
    if (n > 0) o->n += n;
    return n > 0;
}

bool is_closed(int fd, int within_ms)
{
    char c;
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, within_ms) == 1 && recv(fd, &c, 1, MSG_PEEK) <= 0;
}

str hear_until(int fd, const char *text)
{
    Out o;
    out_init(&o, &client_memory, 0);
    while (str_find(out_text(&o), str_from(text)) < 0)
        if (!hear(fd, &o, PATIENCE_MS)) return (str){ 0 };
    return out_text(&o);
}

str field_of(Answer a, const char *name)
{
    for (str rest = a.head; rest.n;) {
        str_pair line = str_cut(rest, '\n'), field = str_cut(line.head, ':');
        if (field.found && str_eq_nocase(field.head, str_from(name))) return str_trim(field.tail);
        rest = line.tail;
    }
    return (str){ 0 };
}

/* Bytes beyond this answer stay in the socket: the head is read byte by byte. */
static bool hear_exactly(int fd, Out *o, ptrdiff_t n)
{
    out_more(o, n);
    while (n > 0) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (poll(&p, 1, PATIENCE_MS) != 1) return false;
        ssize_t got = recv(fd, o->p + o->n, (size_t)n, 0);
        if (got <= 0) return false;
        o->n += got;
        n -= got;
    }
    return true;
}

static str hear_line(int fd)
{
    Out o;
    out_init(&o, &client_memory, 64);
    while (!str_ends(out_text(&o), S("\r\n")))
        if (!hear_exactly(fd, &o, 1)) break;
    return out_text(&o);
}

static str hear_chunks(int fd)
{
    Out o;
    out_init(&o, &client_memory, 0);
    for (;;) {
        char *end;
        long n = strtol(str_z(&client_memory, hear_line(fd)), &end, 16);
        Out chunk;
        out_init(&chunk, &client_memory, n);
        if (!hear_exactly(fd, &chunk, n) || !str_eq(hear_line(fd), S("\r\n")) || !n) return out_text(&o);
        out_str(&o, out_text(&chunk));
    }
}

int64_t resident_kib(void)
{
    char text[256] = "";
    long long size, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    CHECK(f && fgets(text, sizeof text, f) && sscanf(text, "%lld %lld", &size, &pages) == 2);
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE) / 1024;
}

static uint64_t sum_on(uint64_t sum, str bytes)
{
    for (ptrdiff_t i = 0; i < bytes.n; i++) sum = sum * 31 + (unsigned char)bytes.p[i];
    return sum;
}

static void measure(Flow *flow)
{
    int64_t now = resident_kib();
    if (now > flow->high_kib) flow->high_kib = now;
}

Flow flow_of(int fd)
{
    Flow flow = { 0 };
    for (unsigned chunks = 0;; chunks++) {
        if (chunks % 64 == 0) measure(&flow);
        Arena mark = client_memory;
        Out chunk;
        str size = hear_line(fd);
        long n = strtol(str_z(&client_memory, size), NULL, 16);
        out_init(&chunk, &client_memory, n);
        if (!size.n || !hear_exactly(fd, &chunk, n) || !str_eq(hear_line(fd), S("\r\n"))) return flow;
        flow.n += n;
        flow.sum = sum_on(flow.sum, out_text(&chunk));
        client_memory = mark;
        flow.whole = !n;
        if (!n) return flow;
    }
}

static str hear_rest(int fd)
{
    Out o;
    out_init(&o, &client_memory, 0);
    while (hear(fd, &o, PATIENCE_MS)) {}
    return out_text(&o);
}

Answer listen_to(int fd, bool to_head)
{
    Answer a = { 0 };
    Out head, body;
    out_init(&head, &client_memory, 1024);
    while (!str_ends(out_text(&head), S("\r\n\r\n")))
        if (!hear_exactly(fd, &head, 1)) return a;
    a.head = out_text(&head);
    if (!str_starts(a.head, S("HTTP/1.1 "))) return a;
    int64_t status = 0, length = 0;
    str_int(str_slice(a.head, 9, 12), &status);
    a.status = (int)status;
    str_int(field_of(a, "content-length"), &length);
    bool bodiless = to_head || status == 304 || status == 204 || status < 200;
    if (!bodiless && str_eq(field_of(a, "transfer-encoding"), S("chunked"))) {
        a.body = hear_chunks(fd);
    } else if (!bodiless && !field_of(a, "content-length").n) {
        a.body = hear_rest(fd);
    } else if (!bodiless) {
        out_init(&body, &client_memory, length);
        hear_exactly(fd, &body, length);
        a.body = out_text(&body);
    }
    if (str_eq(field_of(a, "connection"), S("close"))) a.closed = is_closed(fd, PATIENCE_MS);
    return a;
}

Answer ask(HttpServer *s, str request)
{
    int fd = dial(s);
    say(fd, request);
    Answer a = listen_to(fd, str_starts(request, S("HEAD ")));
    close(fd);
    return a;
}

Answer ask_for(HttpServer *s, const char *path, const char *headers)
{
    return ask(s, str_fmt(&client_memory, "GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n", path, headers));
}

/* ---- the application ------------------------------------------------------------------------------------------------------ */

static char upload_name[] = "/tmp/http-test-XXXXXX";
const HttpConfig usual = { .listen = "127.0.0.1:0", .threads = 2, .tmp_dir = upload_name };
static char page_bytes[12000];
str page_text, dictionary_text;

static HttpServer *server;
static atomic_int begun, over;
static pthread_mutex_t parked_lock = PTHREAD_MUTEX_INITIALIZER;
static HttpRequest *parked[PARKED_MAX];
static int parked_count;

static void write_page(void)
{
    static const char *const words[] = { "sacks", "of", "rice", "leave", "the", "port", "when", "every", "paper", "is", "signed" };
    Out o = { .arena = &client_memory, .p = page_bytes, .cap = (ptrdiff_t)sizeof page_bytes };
    out_lit(&o, "<!doctype html><title>Lesson</title><link rel=stylesheet href=/assets/style.css><main>");
    for (unsigned i = 0; o.n < 11900; i++) out_fmt(&o, "<p id=p%u>%s %s %s</p>\n", i, words[i * 7 % 11], words[i * i % 11], words[(i / 3) % 11]);
    page_text = out_text(&o);
    dictionary_text = str_slice(page_text, 0, 6000);
}

static HttpPlan plan(void *self, HttpRequest *rq)
{
    atomic_fetch_add(&begun, 1);
    if (str_eq(rq->path, S("/forbidden"))) return (HttpPlan){ .status = 403 };
    if (str_eq(rq->path, S("/parts"))) return (HttpPlan){ .body_max = 4096, .upload_max = 8 * 1024 * 1024 };
    if (str_eq(rq->path, S("/large"))) return (HttpPlan){ .body_max = 1024 * 1024 * 1024 };
    return (HttpPlan){ .body_max = 64 * 1024 };
}

static void serve_file(HttpRequest *rq)
{
    char name[] = "/tmp/http-test-file-XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0 && write(fd, page_text.p, (size_t)page_text.n) == page_text.n);
    unlink(name);
    HttpReply reply = { .status = 200, .type = S("application/pdf"), .has_fd = true, .fd = fd, .fd_size = page_text.n,
                        .etag = S("\"file\""), .modified = 1700000000000 };
    http_answer(rq, &reply);
}

static void serve_big(HttpRequest *rq)
{
    enum { BLOCK = 4096, BLOCKS = 5120 };
    char name[] = "/tmp/http-test-file-XXXXXX", block[BLOCK] = { 0 };
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    unlink(name);
    for (int i = 0; i < BLOCKS; i++) {
        block[0] = (char)i;
        CHECK(write(fd, block, sizeof block) == BLOCK);
    }
    HttpReply reply = { .status = 200, .type = S("application/pdf"), .has_fd = true, .fd = fd, .fd_size = BLOCK * BLOCKS };
    http_answer(rq, &reply);
}

/* ---- bodies made while they are taken */

typedef struct FlowSource { HttpSource source; int64_t at, size; bool breaks; } FlowSource;

static _Atomic int flows_open;

static char flow_byte(int64_t at) { return (char)('a' + at / 1000 % 26); }

static ptrdiff_t flow_read(HttpSource *source, char *to, ptrdiff_t room)
{
    FlowSource *f = (FlowSource *)source;
    ptrdiff_t n = f->size - f->at < room ? (ptrdiff_t)(f->size - f->at) : room;
    for (ptrdiff_t i = 0; i < n; i++) to[i] = flow_byte(f->at + i);
    f->at += n;
    return n || !f->breaks ? n : -1;
}

static void flow_end(HttpSource *source)
{
    free(source);
    atomic_fetch_sub(&flows_open, 1);
}

static void serve_flow(HttpRequest *rq)
{
    FlowSource *f = calloc(1, sizeof *f);
    CHECK(f && str_int(rq->query, &f->size));
    f->source = (HttpSource){ .read = flow_read, .end = flow_end };
    f->breaks = str_eq(rq->path, S("/burst"));
    atomic_fetch_add(&flows_open, 1);
    HttpReply reply = { .status = 200, .type = S("text/x-flow"), .source = &f->source };
    http_answer(rq, &reply);
}

int flows(void) { return atomic_load(&flows_open); }

bool wait_for_flows(int n)
{
    for (int ms = 0; ms < PATIENCE_MS && flows() != n; ms++) poll(NULL, 0, 1);
    return flows() == n;
}

uint64_t flow_sum(int64_t n)
{
    uint64_t sum = 0;
    for (int64_t i = 0; i < n; i++) sum = sum * 31 + (unsigned char)flow_byte(i);
    return sum;
}

/* ---- */

static void serve_parts(HttpRequest *rq)
{
    Out o;
    out_init(&o, &rq->arena, 256);
    for (int i = 0; i < rq->part_n; i++) {
        const HttpPart *p = &rq->parts[i];
        out_fmt(&o, "%.*s|%.*s|%.*s|%.*s|%lld|", STR_ARG(p->name), STR_ARG(p->filename), STR_ARG(p->type), STR_ARG(p->value), (long long)p->size);
        FILE *f = p->path.n ? fopen(p->path.p, "rb") : NULL;
        uint64_t sum = 0;
        for (int c; f && (c = getc(f)) != EOF;) sum = sum * 31 + (unsigned)c;
        if (f) fclose(f);
        out_fmt(&o, "%llx\n", (unsigned long long)sum);
    }
    HttpReply reply = { .status = 200, .type = S("text/x-parts"), .body = out_text(&o) };
    http_answer(rq, &reply);
}

static void serve_echo(HttpRequest *rq)
{
    str body = str_fmt(&rq->arena, "%.*s %.*s?%.*s from %.*s%s cookie=%.*s body=%.*s", STR_ARG(rq->method), STR_ARG(rq->path), STR_ARG(rq->query),
                       STR_ARG(rq->peer), rq->secure ? " securely" : "", STR_ARG(http_cookie(rq, "session")), STR_ARG(rq->body));
    HttpReply reply = { .status = 200, .type = S("application/x-echo"), .body = body };
    http_answer(rq, &reply);
}

static void park(HttpRequest *rq)
{
    pthread_mutex_lock(&parked_lock);
    CHECK(parked_count < PARKED_MAX);
    parked[parked_count++] = rq;
    pthread_mutex_unlock(&parked_lock);
}

static void serve_plainly(HttpRequest *rq)
{
    static const HttpHeader own[] = { { S("Set-Cookie"), S("a=1") }, { S("Set-Cookie"), S("b=2") }, { S("Referrer-Policy"), S("no-referrer") } };
    HttpReply reply = { .status = 200, .type = S("text/html; charset=utf-8"), .body = S("hello"), .headers = own, .header_n = 3 };
    if (str_eq(rq->path, S("/page"))) {
        reply.body = page_text;
        reply.etag = S("\"one\"");
        reply.modified = 1700000000000;
        reply.dictionary = 1;
    } else if (!str_eq(rq->path, S("/small"))) {
        reply.status = 404;
    }
    http_answer(rq, &reply);
}

static void serve(void *self, HttpRequest *rq)
{
    if (str_eq(rq->path, S("/parts"))) {
        serve_parts(rq);
    } else if (str_starts(rq->path, S("/echo"))) {
        serve_echo(rq);
    } else if (str_eq(rq->path, S("/file"))) {
        serve_file(rq);
    } else if (str_eq(rq->path, S("/big"))) {
        serve_big(rq);
    } else if (str_eq(rq->path, S("/flow")) || str_eq(rq->path, S("/burst"))) {
        serve_flow(rq);
    } else if (str_eq(rq->path, S("/parked"))) {
        park(rq);
    } else if (str_eq(rq->path, S("/events"))) {
        HttpReply reply = { .status = 200, .type = S("text/event-stream"), .stream = http_stream(server, rq->query) };
        http_answer(rq, &reply);
    } else if (str_eq(rq->path, S("/boom"))) {
        fault_at(rq->landing, __FILE__, __LINE__, FAULT_DISK, "a disk is full");
    } else if (str_eq(rq->path, S("/split"))) {
        static const HttpHeader bad[] = { { S("Location"), S("/x\r\nSet-Cookie: evil=1") } };
        HttpReply reply = { .status = 303, .headers = bad, .header_n = 1 };
        http_answer(rq, &reply);
    } else {
        serve_plainly(rq);
    }
}

static void refuse(void *self, HttpRequest *rq, int status, HttpReply *ret)
{
    ret->type = S("text/plain");
    memset(NEW(&rq->arena, char, 4096), 'x', 4096);         /* as much as a page */
    ret->body = str_fmt(&rq->arena, "refused %d %.*s", status, STR_ARG(rq->path));
}

static void ended(void *self, HttpRequest *rq)
{
    atomic_fetch_add(&over, 1);
}

HttpServer *server_open(const HttpConfig *config)
{
    static const HttpApp app = { .plan = plan, .serve = serve, .refuse = refuse, .ended = ended };
    str why;
    client_begin();
    write_page();
    if (strchr(upload_name, 'X')) CHECK(mkdtemp(upload_name));
    atomic_store(&begun, 0);
    atomic_store(&over, 0);
    server = http_open(config, &app, &client_memory, &why);
    CHECK(server);
    http_dictionary(server, 0, dictionary_text, "/page");
    return server;
}

void server_close(HttpServer *s)
{
    http_close(s);
    server = NULL;
    rmdir(upload_name);
    memcpy(upload_name + strlen(upload_name) - 6, "XXXXXX", 6);
}

int alive(void) { return atomic_load(&begun) - atomic_load(&over); }

int parked_n(void)
{
    pthread_mutex_lock(&parked_lock);
    int n = parked_count;
    pthread_mutex_unlock(&parked_lock);
    return n;
}

bool wait_for_parked(int n)
{
    for (int ms = 0; parked_n() < n; ms++) {
        if (ms > PATIENCE_MS) return false;
        poll(NULL, 0, 1);
    }
    return true;
}

static void *answer_all(void *how_many)
{
    int n = *(int *)how_many;
    for (int i = 0; i < n; i++) {
        pthread_mutex_lock(&parked_lock);
        CHECK(parked_count > 0);
        HttpRequest *rq = parked[--parked_count];
        pthread_mutex_unlock(&parked_lock);
        HttpReply reply = { .status = 200, .type = S("text/plain"), .body = str_fmt(&rq->arena, "released %.*s", STR_ARG(rq->query)) };
        http_answer(rq, &reply);
    }
    return NULL;
}

void release(int n)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, answer_all, &n) == 0 && pthread_join(thread, NULL) == 0);
}

const char *upload_dir(void) { return upload_name; }

int uploads_left(void)
{
    DIR *d = opendir(upload_name);
    int n = 0;
    CHECK(d);
    for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

bool uploads_gone(void)
{
    for (int ms = 0; ms < PATIENCE_MS && uploads_left(); ms++) poll(NULL, 0, 1);
    return uploads_left() == 0;
}
