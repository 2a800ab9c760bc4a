/* Replies of any size: what stream_reply promises, in process and over real sockets. */
#include "../../tests/world.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "auth/auth.h"
#include "http/http_client.h"
#include "web/web_private.h"

enum { MIB = 1024 * 1024, LINE = 64, PATIENCE_MS = 5000 };
#define MINE COOKIE_SESSION "=ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-ana"

/* ---- test routes --------------------------------------------------------------------------------------------------------- */

static _Atomic int calls;

static Reply stream(Request *rq, StreamNext *next, int64_t state)
{
    return stream_reply(rq, S("text/x-flow"), S("flow & more.txt"), next, &state, sizeof state);
}

/* ?n=: so many lines of 64 bytes that are numbered downwards. */
static bool flow_next(Scope *s, void *state, Out *out)
{
    int64_t *left = state;
    atomic_fetch_add(&calls, 1);
    for (; *left > 0 && out->n < 128 * 1024; --*left) out_fmt(out, "%0*lld\n", LINE - 1, (long long)*left);
    return *left > 0;
}

static Reply flow_get(Request *rq) { return stream(rq, flow_next, query_int(rq, "n", INT64_MAX)); }
static Reply flow_post(Request *rq) { return stream(rq, flow_next, 10); }

static bool about_next(Scope *s, void *state, Out *out)
{
    int64_t *piece = state;
    out_fmt(out, "%lld %s %lld\n", (long long)s->me, s->lang->tag, (long long)s->now);
    world_wait(NULL, 1000);
    return ++*piece < 3;
}

static Reply about_get(Request *rq) { return stream(rq, about_next, 0); }

/* How many records there are, again and again. */
static bool records_next(Scope *s, void *state, Out *out)
{
    struct { int64_t n; } row;
    static const DbColumn column = { "n", DB_INT, 0 };
    static const DbQuery q = { .name = "test", .file = "test", .sql = { "SELECT count(*) FROM journal", "SELECT count(*) FROM journal" },
                               .params = "", .columns = &column, .column_n = 1, .row_size = sizeof row, .id = DB_UNCACHED };
    db_one(s, &q, NULL, &row);
    for (int i = 0; i < 1000; i++) out_fmt(out, "%*lld\n", LINE - 1, (long long)row.n);
    return true;
}

static Reply records_get(Request *rq) { return stream(rq, records_next, 0); }

/* Each piece falls twice before it comes. */
static bool retry_next(Scope *s, void *state, Out *out)
{
    int64_t *piece = state;
    ++*piece;
    out_fmt(out, "piece %lld\n", (long long)*piece);
    if (atomic_fetch_add(&calls, 1) % 3 < 2) fault(s, FAULT_RETRY, "not yet");
    return *piece < 3;
}

static Reply retry_get(Request *rq) { return stream(rq, retry_next, 0); }

/* ?at=: the piece that cannot be made. */
static bool fall_next(Scope *s, void *state, Out *out)
{
    int64_t *left = state;
    if (--*left == 0) fault(s, FAULT_DB, "a page of the index is gone");
    out_lit(out, "fine so far\n");
    return true;
}

static Reply fall_get(Request *rq) { return stream(rq, fall_next, query_int(rq, "at", 1)); }

/* A piece that is empty, one of the most, one that is too long. */
static bool long_next(Scope *s, void *state, Out *out)
{
    int64_t *piece = state;
    ptrdiff_t most[] = { 0, STREAM_PIECE_MAX, STREAM_PIECE_MAX + LINE };
    for (ptrdiff_t i = 0; i < most[*piece]; i += LINE) out_fmt(out, "%0*d\n", LINE - 1, 0);
    return ++*piece > 0;
}

static Reply long_get(Request *rq) { return stream(rq, long_next, 0); }

/* What is made besides the piece may be much, each time anew. */
static bool greedy_next(Scope *s, void *state, Out *out)
{
    int64_t *piece = state;
    str much = str_fmt(s->arena, "%0*lld", 2 * MIB, (long long)*piece);
    out_str(out, str_slice(much, much.n - 4, much.n));
    return ++*piece < 100;
}

static Reply greedy_get(Request *rq) { return stream(rq, greedy_next, 0); }
static Reply none_get(Request *rq) { flow_get(rq); return not_found(rq); }

static const Route routes[] = {
    GET ("/t/flow",    flow_get,    .who = WHO_ANYONE),
    POST("/t/flow",    flow_post,   .who = WHO_ANYONE),
    GET ("/t/about",   about_get,   .who = WHO_ANYONE),
    GET ("/t/records", records_get, .who = WHO_ANYONE),
    GET ("/t/retry",   retry_get,   .who = WHO_ANYONE),
    GET ("/t/fall",    fall_get,    .who = WHO_ANYONE),
    GET ("/t/long",    long_get,    .who = WHO_ANYONE),
    GET ("/t/greedy",  greedy_get,  .who = WHO_ANYONE),
    GET ("/t/none",    none_get,    .who = WHO_ANYONE),
};
static const Module test_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes) };
static const Module *const test_modules[] = { &test_module };

static int streams(World *w) { return atomic_load(&world_site(w)->own->streams); }

/* ---- in process ---------------------------------------------------------------------------------------------------------- */

TEST(a_stream_is_a_download_that_nobody_keeps)
{
    Visit v = get(w, ANA, "/t/flow?n=10000");
    EXPECT(v.status == 200 && !v.broken && v.body.n == 10000 * LINE);
    EXPECT(says(v, "0000000010000\n") && says(v, "00000001\n"));
    EXPECT_STR(v.type, S("text/x-flow"));
    EXPECT_STR(header_of(v, "content-disposition"), S("attachment; filename*=UTF-8''flow%20%26%20more.txt"));
    EXPECT_STR(header_of(v, "cache-control"), S("private, no-store"));
    EXPECT(!header_of(v, "etag").n && streams(w) == 0);
    Visit none = get(w, ANA, "/t/flow?n=0");
    EXPECT(none.status == 200 && !none.body.n && !none.broken);
    EXPECT(get(w, ANA, "/t/none").status == 404 && streams(w) == 0);
    EXPECT(count(post(w, ANA, "/t/flow", ""), "\n") == 10);
}

TEST(head_has_the_headers_and_makes_no_piece)
{
    Visit whole = get(w, ANA, "/t/flow?n=1000");
    int before = atomic_load(&calls);
    Visit v = request(w, ANA, "HEAD", "/t/flow?n=1000", NULL, 0, S(""));
    EXPECT(v.status == 200 && !v.body.n && atomic_load(&calls) == before && streams(w) == 0);
    EXPECT_STR(v.headers, whole.headers);
}

TEST(each_piece_is_made_for_the_same_person_in_her_language_at_the_time_it_is_taken)
{
    int64_t ana = world_person(w, ANA), now = world_now(w);
    Visit v = get(w, ANA, "/t/about?lang=ar");
    for (int i = 0; i < 3; i++) EXPECT(says(v, at(w, "%lld ar %lld\n", (long long)ana, (long long)now + 1000 * i)));
    EXPECT(count(v, "\n") == 3);
}

TEST(a_piece_that_must_be_made_again_is_made_from_the_same_state)
{
    atomic_store(&calls, 0);
    EXPECT_STR(get(w, ANA, "/t/retry").body, S("piece 1\npiece 2\npiece 3\n"));
    EXPECT(atomic_load(&calls) == 9);
}

/* What is said in the log meanwhile. */
static str log_of(World *w, void (*work)(World *))
{
    char name[] = "/tmp/web-stream-log-XXXXXX";
    int fd = mkstemp(name), before = dup(STDERR_FILENO);
    str said;
    CHECK(fd >= 0 && before >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    os_log_quiet(false);
    work(w);
    os_log_quiet(true);
    CHECK(dup2(before, STDERR_FILENO) >= 0 && os_read_file(world_arena(w), name, MIB, &said));
    close(before);
    close(fd);
    unlink(name);
    return said;
}

static void fall_midway(World *w)
{
    Visit v = get(w, ANA, "/t/fall?at=3");
    EXPECT(v.status == 200 && v.broken && count(v, "fine so far\n") == 2);
}

static void fall_at_once(World *w)
{
    Visit v = get(w, ANA, "/t/fall?at=1");
    EXPECT(v.status == 500 && says(v, "Something broke on our side") && !header_of(v, "content-disposition").n);
    EXPECT(get_json(w, ANA, "/t/fall?at=1").status == 500);
}

static void write_too_much(World *w)
{
    Visit v = get(w, ANA, "/t/long");
    EXPECT(v.status == 200 && v.broken && v.body.n == STREAM_PIECE_MAX);
}

TEST(what_falls_midway_breaks_off_and_is_in_the_log)
{
    str said = log_of(w, fall_midway);
    EXPECT(str_find(said, S("web: GET /t/fall broke off: a page of the index is gone (kernel/web/web_stream_test.c:")) > 0);
    said = log_of(w, write_too_much);
    EXPECT(str_find(said, S("web: GET /t/long broke off: no room for")) > 0);
    said = log_of(w, fall_at_once);
    EXPECT(str_find(said, S("web: GET /t/fall: a page of the index is gone")) > 0 && str_find(said, S("broke off")) < 0);
    EXPECT(streams(w) == 0);
}

/* ---- over sockets ---------------------------------------------------------------------------------------------------------- */

static HttpServer *serve(World *w, int idle_ms)
{
    static HttpApp app;
    str why;
    HttpConfig config = { .listen = "127.0.0.1:0", .threads = 2, .tmp_dir = world_folder(w), .idle_ms = idle_ms };
    app = web_app(world_site(w));
    client_begin();
    HttpServer *s = http_open(&config, &app, world_arena(w), &why);
    CHECK(s);
    return s;
}

static int begin(HttpServer *s, const char *path)
{
    int fd = dial(s);
    say(fd, str_fmt(client_arena(), "GET %s HTTP/1.1\r\nHost: t\r\nCookie: " MINE "\r\n\r\n", path));
    return fd;
}

static bool wait_for_streams(World *w, int n)
{
    for (int ms = 0; ms < PATIENCE_MS && streams(w) != n; ms++) poll(NULL, 0, 1);
    return streams(w) == n;
}

TEST(a_hundred_megabytes_take_the_memory_of_a_piece)
{
    HttpServer *s = serve(w, 0);
    int fd = begin(s, "/t/flow?n=1638400");
    EXPECT(listen_to(fd, true).status == 200);
    int64_t before = resident_kib();
    Flow flow = flow_of(fd);
    EXPECT(flow.whole && flow.n == 100 * MIB && flow.high_kib - before < 8 * 1024);
    close(fd);
    fd = begin(s, "/t/greedy");
    EXPECT(listen_to(fd, true).status == 200);
    flow = flow_of(fd);
    EXPECT(flow.whole && flow.n == 400 && flow.high_kib - before < 16 * 1024);      /* a piece takes 2 MiB, a sanitizer as much beside it */
    close(fd);
    http_close(s);
    EXPECT(streams(w) == 0);
}

TEST(while_a_client_dawdles_nothing_stays_open_and_it_sees_what_is_new)
{
    HttpServer *s = serve(w, 0);
    int fd = begin(s, "/t/records");
    EXPECT(wait_for_streams(w, 1));
    str before = str_fmt(client_arena(), "%lld\n", (long long)sql_int(w, "SELECT count(*) FROM journal"));
    EXPECT(hear_until(fd, str_z(client_arena(), before)).n);
    post(w, ANA, "/people/name", "name=Ana+Maria");
    str after = str_fmt(client_arena(), "%lld\n", (long long)sql_int(w, "SELECT count(*) FROM journal"));
    EXPECT(!str_eq(before, after) && hear_until(fd, str_z(client_arena(), after)).n);
    close(fd);
    EXPECT(wait_for_streams(w, 0));
    http_close(s);
}

TEST(one_stream_too_many_is_told_to_come_again)
{
    HttpServer *s = serve(w, 0);
    int fd[STREAMS_MAX];
    for (int i = 0; i < STREAMS_MAX; i++) fd[i] = begin(s, "/t/flow");
    EXPECT(wait_for_streams(w, STREAMS_MAX));
    Answer a = ask_for(s, "/t/flow", "Accept: text/html\r\n");
    EXPECT(a.status == 503 && field_of(a, "retry-after").n && str_find(a.body, S("That cannot be done just now")) > 0);
    EXPECT(!field_of(a, "content-disposition").n);
    EXPECT_STR(field_of(ask_for(s, "/t/flow", "Accept: application/json\r\n"), "content-type"), S("application/json"));
    EXPECT(ask(s, S("HEAD /t/flow HTTP/1.1\r\nHost: t\r\n\r\n")).status == 503);
    EXPECT(ask_for(s, "/t/none", "").status == 404);
    close(fd[0]);
    EXPECT(wait_for_streams(w, STREAMS_MAX - 1));
    EXPECT(ask_for(s, "/t/flow?n=10", "").body.n == 10 * LINE);
    for (int i = 1; i < STREAMS_MAX; i++) close(fd[i]);
    EXPECT(wait_for_streams(w, 0));
    http_close(s);
}

TEST(a_stream_that_falls_midway_lacks_its_end)
{
    HttpServer *s = serve(w, 0);
    int fd = begin(s, "/t/fall?at=3");
    EXPECT(listen_to(fd, true).status == 200);
    Flow flow = flow_of(fd);
    EXPECT(flow.n == 2 * 12 && !flow.whole && is_closed(fd, PATIENCE_MS));
    EXPECT(ask_for(s, "/t/fall?at=1", "").status == 500);
    EXPECT(wait_for_streams(w, 0));
    close(fd);
    http_close(s);
}

TEST(who_takes_nothing_frees_the_stream)
{
    HttpServer *s = serve(w, 300);
    int deaf = begin(s, "/t/flow");
    EXPECT(listen_to(deaf, true).status == 200 && wait_for_streams(w, 0));
    EXPECT(!flow_of(deaf).whole);
    close(deaf);
    http_close(s);
}

TEST(who_leaves_or_meets_the_closing_server_frees_the_stream)
{
    HttpServer *s = serve(w, 0);
    int gone = begin(s, "/t/flow"), late = begin(s, "/t/flow");
    EXPECT(hear_until(gone, "0000").n && listen_to(late, true).status == 200);
    close(gone);
    EXPECT(wait_for_streams(w, 1));
    http_close(s);
    EXPECT(streams(w) == 0 && !flow_of(late).whole);
    close(late);
}

TESTS_WITH(web_stream, test_modules, COUNT_OF(test_modules),
      a_stream_is_a_download_that_nobody_keeps, head_has_the_headers_and_makes_no_piece,
      each_piece_is_made_for_the_same_person_in_her_language_at_the_time_it_is_taken,
      a_piece_that_must_be_made_again_is_made_from_the_same_state, what_falls_midway_breaks_off_and_is_in_the_log,
      a_hundred_megabytes_take_the_memory_of_a_piece, while_a_client_dawdles_nothing_stays_open_and_it_sees_what_is_new,
      one_stream_too_many_is_told_to_come_again, a_stream_that_falls_midway_lacks_its_end,
      who_takes_nothing_frees_the_stream, who_leaves_or_meets_the_closing_server_frees_the_stream)
