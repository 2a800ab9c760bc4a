/* The life of a request when it waits, when its client leaves, when the server ends; events; and who is too slow. */
#include "http/http_client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- waiting ------------------------------------------------------------------------------------------------------------- */

static int ask_parked(HttpServer *s, int n)
{
    int fd = dial(s);
    say(fd, str_fmt(client_arena(), "POST /parked?%d HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nok", n));
    return fd;
}

TEST(an_answer_may_come_from_another_thread)
{
    enum { CLIENTS = 20 };
    HttpServer *s = server_open(&usual);
    int fd[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) fd[i] = ask_parked(s, i);
    EXPECT(wait_for_parked(CLIENTS));
    EXPECT_STR(ask_for(s, "/small", "").body, S("hello"));                  /* the threads are free meanwhile */
    release(CLIENTS);
    for (int i = 0; i < CLIENTS; i++) {
        EXPECT_STR(listen_to(fd[i], false).body, str_fmt(client_arena(), "released %d", i));
        say(fd[i], S("GET /small HTTP/1.1\r\nHost: t\r\n\r\n"));
        EXPECT(listen_to(fd[i], false).status == 200);
        close(fd[i]);
    }
    server_close(s);
    EXPECT(alive() == 0);
}

TEST(a_client_may_leave_before_its_answer)
{
    enum { CLIENTS = 20 };
    HttpServer *s = server_open(&usual);
    struct linger at_once = { 1, 0 };
    for (int i = 0; i < CLIENTS; i++) {
        int fd = ask_parked(s, i);
        EXPECT(wait_for_parked(i + 1));
        if (i % 2) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);     /* some hang up, some crash */
        close(fd);
    }
    EXPECT(alive() == CLIENTS);
    release(CLIENTS);
    EXPECT(ask_for(s, "/small", "").status == 200);
    server_close(s);
    EXPECT(alive() == 0);
}

TEST(who_waits_too_long_is_told_so_and_the_late_answer_is_dropped)
{
    HttpConfig hasty = usual;
    hasty.wait_ms = 100;
    HttpServer *s = server_open(&hasty);
    int fd = ask_parked(s, 1);
    EXPECT(wait_for_parked(1));
    Answer a = listen_to(fd, false);
    EXPECT(a.status == 503);
    EXPECT(alive() == 1);                                                   /* the application still has it in its hands */
    say(fd, S("GET /small HTTP/1.1\r\nHost: t\r\n\r\n"));
    EXPECT_STR(listen_to(fd, false).body, S("hello"));
    release(1);
    close(fd);
    server_close(s);
    EXPECT(alive() == 0);
}

static void *release_soon(void *n)
{
    usleep(50000);
    release(*(int *)n);
    return NULL;
}

TEST(a_server_that_closes_lets_answers_leave)
{
    HttpServer *s = server_open(&usual);
    int fd = ask_parked(s, 7), one = 1, idle = dial(s);
    pthread_t later;
    EXPECT(wait_for_parked(1));
    CHECK(pthread_create(&later, NULL, release_soon, &one) == 0);
    server_close(s);
    pthread_join(later, NULL);
    EXPECT_STR(listen_to(fd, false).body, S("released 7"));
    EXPECT(is_closed(idle, 1000));
    close(idle);
    close(fd);
    EXPECT(alive() == 0);
}

TEST(an_answer_may_be_owed_when_the_server_has_closed)
{
    HttpConfig hasty = usual;
    hasty.wait_ms = 100;
    HttpServer *s = server_open(&hasty);
    int fd = ask_parked(s, 1);
    EXPECT(wait_for_parked(1));
    os_log_quiet(true);
    server_close(s);
    os_log_quiet(false);
    int status = listen_to(fd, false).status;
    EXPECT(status == 503 || status == 0);      /* told, or cut off, as it happened */
    EXPECT(alive() == 1);
    release(1);
    EXPECT(alive() == 0);
    close(fd);
}

/* ---- events ---------------------------------------------------------------------------------------------------------------- */

static int listen_for(HttpServer *s, const char *topic)
{
    int fd = dial(s);
    say(fd, str_fmt(client_arena(), "GET /events?%s HTTP/1.1\r\nHost: t\r\n\r\n", topic));
    CHECK(str_find(hear_until(fd, "\r\n\r\n"), S("text/event-stream")) > 0);
    return fd;
}

TEST(events_reach_all_who_listen_for_them)
{
    HttpServer *s = server_open(&usual);
    int rice[3] = { listen_for(s, "rice"), listen_for(s, "rice"), listen_for(s, "rice") }, other = listen_for(s, "other");
    http_event(s, S("rice"), S("price"), S("10\n20\r\n30\r40"));
    http_event(s, S("rice"), (str){ 0 }, S("the end"));
    for (int i = 0; i < 3; i++) {
        str got = hear_until(rice[i], "the end\n\n");
        EXPECT(str_find(got, S("event: price\ndata: 10\ndata: 20\ndata: 30\ndata: 40\n\n")) >= 0);
        EXPECT(str_find(got, S("data: the end\n\n")) >= 0);
    }
    http_event(s, S("other"), S("x"), S("1"));
    str got = hear_until(other, "data: 1\n\n");
    EXPECT(got.n && str_find(got, S("price")) < 0);
    EXPECT(alive() == 0);                                                   /* a stream holds a connection, no request */
    close(rice[1]);
    for (int i = 0; i < 10; i++) http_event(s, S("rice"), S("n"), str_fmt(client_arena(), "%d", i));
    EXPECT(hear_until(rice[0], "data: 9\n\n").n && hear_until(rice[2], "data: 9\n\n").n);
    server_close(s);
    EXPECT(is_closed(rice[0], 1000) || hear_until(rice[0], "0\r\n\r\n").n);
    close(rice[0]);
    close(rice[2]);
    close(other);
}

TEST(a_listener_who_does_not_keep_up_is_let_go)
{
    HttpServer *s = server_open(&usual);
    int fd = listen_for(s, "much");
    str data = str_fmt(client_arena(), "%0*d", 100000, 0);
    for (int i = 0; i < 300; i++) http_event(s, S("much"), S("x"), data);
    hear_until(fd, "more than there is");
    EXPECT(is_closed(fd, 0));
    close(fd);
    server_close(s);
}

TEST(nobody_listens_without_a_server)
{
    EXPECT(http_stream(NULL, S("x")) == NULL);
    http_event(NULL, S("x"), S("y"), S("z"));
}

/* ---- the reaper -------------------------------------------------------------------------------------------------------------- */

static HttpConfig hasty_with(int head, int body, int idle)
{
    HttpConfig c = usual;
    c.head_ms = head;
    c.body_ms = body;
    c.idle_ms = idle;
    return c;
}

/* Says one byte every 20 ms; true: the other side ended it within `ms`. */
static bool drips_until_closed(int fd, const char *bytes, int ms)
{
    for (int i = 0; i < ms / 20; i++) {
        say(fd, (str){ &bytes[(size_t)i % strlen(bytes)], 1 });
        if (is_closed(fd, 20)) return true;
    }
    return false;
}

static ptrdiff_t open_files(World *w)
{
    DirEntry *entry;
    ptrdiff_t n = 0;
    EXPECT(os_list(world_arena(w), "/proc/self/fd", &entry, &n) && n > 0);
    return n;
}

/* While it looks whether anybody comes; and holds nothing afterwards. */
TEST(a_server_that_is_closed_at_any_moment_closes)
{
    enum { TIMES = 400 };
    ptrdiff_t before = open_files(w);
    for (int i = 0; i < TIMES; i++) {
        HttpServer *s = server_open(&usual);
        for (int k = 0; k < i % 4; k++) close(dial(s));
        server_close(s);
    }
    EXPECT(alive() == 0 && open_files(w) == before);
}

TEST(a_head_that_drips_is_cut_off)
{
    HttpConfig c = hasty_with(300, 60000, 60000);
    HttpServer *s = server_open(&c);
    int line = dial(s), head = dial(s), patient = dial(s);
    say(head, S("GET /small HTTP/1.1\r\nHost: t\r\nX: "));
    EXPECT(drips_until_closed(head, "x", 3000));
    EXPECT(drips_until_closed(line, "x", 3000));
    EXPECT(!is_closed(patient, 0));                                         /* it said nothing, so it is only idle */
    say(patient, S("GET /small HTTP/1.1\r\nHost: t\r\n\r\n"));
    EXPECT(listen_to(patient, false).status == 200);
    usleep(500000);
    EXPECT(!is_closed(patient, 0));
    EXPECT(drips_until_closed(patient, "x", 3000));
    close(line);
    close(head);
    close(patient);
    server_close(s);
    EXPECT(alive() <= 0);
}

TEST(a_body_that_drips_is_cut_off)
{
    HttpConfig c = hasty_with(60000, 1200, 60000);
    HttpServer *s = server_open(&c);
    int slow = dial(s), steady = dial(s);
    say(slow, S("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5000\r\n\r\n"));
    say(steady, S("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5000\r\n\r\n"));
    for (int i = 0; i < 50; i++) {                                          /* 2.5 KB a second for two seconds is fine */
        say(steady, str_fmt(client_arena(), "%0100d", 0));
        say(slow, i < 20 ? S("x") : S(""));
        usleep(40000);
    }
    EXPECT(listen_to(steady, false).status == 200);
    EXPECT(is_closed(slow, 0));
    close(slow);
    close(steady);
    server_close(s);
    EXPECT(alive() == 0);
}

TEST(an_idle_connection_ends_and_so_does_one_that_takes_nothing)
{
    HttpConfig c = hasty_with(60000, 60000, 300);
    HttpServer *s = server_open(&c);
    int idle = dial(s), used = dial(s), deaf = dial(s);
    say(used, S("GET /small HTTP/1.1\r\nHost: t\r\n\r\n"));
    EXPECT(listen_to(used, false).status == 200);
    say(deaf, S("GET /big HTTP/1.1\r\nHost: t\r\n\r\n"));                    /* and never reads */
    EXPECT(is_closed(idle, 3000) && is_closed(used, 3000));
    usleep(900000);
    EXPECT(listen_to(deaf, false).body.n < 20 * 1024 * 1024);
    EXPECT(is_closed(deaf, 0));
    close(idle);
    close(used);
    close(deaf);
    server_close(s);
    EXPECT(alive() == 0);
}

TEST(a_crowd_of_slow_clients_does_not_keep_others_out)
{
    enum { CROWD = 200 };
    HttpConfig c = hasty_with(300, 300, 300);
    c.connections_max = 256;
    HttpServer *s = server_open(&c);
    int fd[CROWD], open = 0;
    for (int i = 0; i < CROWD; i++) {
        fd[i] = dial(s);
        say(fd[i], S("GET /small HT"));
    }
    for (int i = 0; i < 20; i++) EXPECT(ask_for(s, "/small", "").status == 200);
    usleep(1200000);
    for (int i = 0; i < CROWD; i++) {
        open += !is_closed(fd[i], 0);
        close(fd[i]);
    }
    EXPECT(open == 0);
    server_close(s);
}

TEST(beyond_the_limit_of_connections_one_waits_and_none_is_lost)
{
    enum { LIMIT = 8, MORE = 24 };
    HttpConfig c = hasty_with(60000, 60000, 300);
    c.connections_max = LIMIT;
    HttpServer *s = server_open(&c);
    int fd[MORE];
    for (int i = 0; i < MORE; i++) {
        fd[i] = dial(s);
        say(fd[i], S("GET /small HTTP/1.1\r\nHost: t\r\n\r\n"));
    }
    for (int i = 0; i < MORE; i++) {
        EXPECT(listen_to(fd[i], false).status == 200);
        close(fd[i]);
    }
    server_close(s);
}

TEST(one_address_does_not_take_every_connection)
{
    enum { OURS = 3, TRIES = 6 };
    HttpConfig c = usual;
    c.listen = "0.0.0.0:0";
    c.per_address_max = OURS;
    HttpServer *s = server_open(&c);
    int fd[TRIES], served = 0;
    for (int i = 0; i < TRIES; i++) {
        fd[i] = dial(s);
        say(fd[i], S("GET /small HTTP/1.1\r\nHost: t\r\n\r\n"));
        served += listen_to(fd[i], false).status == 200;
    }
    EXPECT(served == OURS);
    for (int i = 0; i < TRIES; i++) close(fd[i]);
    server_close(s);
}

/* ---- many at once --------------------------------------------------------------------------------------------------------------- */

typedef struct Load { HttpServer *s; int n; _Atomic int *good; } Load;

static int read_all(int fd, char *buffer, int n)
{
    int got = 0;
    while (got < n) {
        ssize_t more = recv(fd, buffer + got, (size_t)(n - got), 0);
        if (more <= 0) return got;
        got += (int)more;
    }
    return got;
}

static void *visit_often(void *arg)
{
    static const char *const asks[] = {
        "GET /small HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",
        "GET /page HTTP/1.1\r\nHost: t\r\nAccept-Encoding: zstd\r\nConnection: close\r\n\r\n",
        "GET /page HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
        "GET /file HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",
        "GET /flow?9000 HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",
        "POST /parked?1 HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    };
    const Load *load = arg;
    char buffer[20000];
    for (int i = 0; i < load->n; i++) {
        int fd = dial(load->s);
        say(fd, str_from(asks[i % 7]));
        int got = read_all(fd, buffer, (int)sizeof buffer);
        if (got > 12 && memcmp(buffer, "HTTP/1.1 200", 12) == 0) atomic_fetch_add(load->good, 1);
        close(fd);
    }
    return NULL;
}

TEST(many_visitors_at_once_are_all_answered)
{
    enum { VISITORS_AT_ONCE = 6, VISITS = 120 };
    HttpServer *s = server_open(&usual);
    _Atomic int good = 0;
    Load load = { s, VISITS, &good };
    pthread_t threads[VISITORS_AT_ONCE];
    int listener = listen_for(s, "load");
    for (int i = 0; i < VISITORS_AT_ONCE; i++) CHECK(pthread_create(&threads[i], NULL, visit_often, &load) == 0);
    for (int ms = 0; ms < 20000 && atomic_load(&good) < VISITORS_AT_ONCE * VISITS; ms++) {
        int waiting = parked_n();
        if (waiting) release(waiting);
        if (ms % 50 == 0) http_event(s, S("load"), S("tick"), S("now"));
        usleep(1000);
    }
    for (int i = 0; i < VISITORS_AT_ONCE; i++) pthread_join(threads[i], NULL);
    EXPECT(atomic_load(&good) == VISITORS_AT_ONCE * VISITS);
    close(listener);
    server_close(s);
    EXPECT(alive() == 0);
}

TEST(a_unix_socket_serves_a_proxy)
{
    HttpConfig c = usual;
    char listen[64];
    snprintf(listen, sizeof listen, "unix:/tmp/http-test-%d.sock", (int)getpid());
    c.listen = listen;
    HttpServer *s = server_open(&c);
    int fd = dial_unix(listen + 5);
    say(fd, S("GET /echo HTTP/1.1\r\nHost: t\r\nX-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n\r\n"));
    EXPECT_STR(listen_to(fd, false).body, S("GET /echo? from 192.0.2.9 securely cookie= body="));
    close(fd);
    server_close(s);
    EXPECT(access(listen + 5, F_OK) != 0);
}

TEST(an_address_that_is_none_is_said_so)
{
    static const char *const wrong[] = { "8080", "localhost:80", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000",
                                         "::1:80", "unix:", "[::1", "" };
    HttpServer *s = server_open(&usual);
    HttpApp app = { 0 };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        HttpConfig c = { .listen = wrong[i] };
        str why = { 0 };
        if (http_open(&c, &app, client_arena(), &why) || !why.n) world_failed(w, __FILE__, __LINE__, wrong[i]);
    }
    HttpConfig taken = { .listen = str_fmt(client_arena(), "127.0.0.1:%d", http_port(s)).p };
    str why = { 0 };
    EXPECT(!http_open(&taken, &app, client_arena(), &why) && str_find(why, S("in use")) > 0);
    server_close(s);
}

TESTS(http_life, a_server_that_is_closed_at_any_moment_closes, an_answer_may_come_from_another_thread, a_client_may_leave_before_its_answer,
      who_waits_too_long_is_told_so_and_the_late_answer_is_dropped, a_server_that_closes_lets_answers_leave,
      an_answer_may_be_owed_when_the_server_has_closed,
      events_reach_all_who_listen_for_them, a_listener_who_does_not_keep_up_is_let_go, nobody_listens_without_a_server,
      a_head_that_drips_is_cut_off, a_body_that_drips_is_cut_off, an_idle_connection_ends_and_so_does_one_that_takes_nothing,
      a_crowd_of_slow_clients_does_not_keep_others_out, beyond_the_limit_of_connections_one_waits_and_none_is_lost,
      one_address_does_not_take_every_connection,
      many_visitors_at_once_are_all_answered, a_unix_socket_serves_a_proxy, an_address_that_is_none_is_said_so)
