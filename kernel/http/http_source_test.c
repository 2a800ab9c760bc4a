/* Bodies that are made while they are taken: whole or visibly not, in little memory, and gone when nobody takes them. */
#include "http/http_client.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define ENDLESS "1000000000000"
#define MIB (1024 * 1024)

static int ask_flow(HttpServer *s, const char *version, const char *path)
{
    int fd = dial(s);
    say(fd, str_fmt(client_arena(), "GET %s HTTP/%s\r\nHost: t\r\n\r\n", path, version));
    return fd;
}

static Flow take_flow(int fd)
{
    CHECK(listen_to(fd, true).status == 200);
    return flow_of(fd);
}

/* Of a connection that says nothing of the length: how it ended is all there is to know. */
typedef struct Ending { int fd; int64_t n; bool reset; } Ending;

static void *hear_ending(void *arg)
{
    static _Thread_local char buffer[64 * 1024];
    Ending *e = arg;
    ssize_t n;
    while ((n = recv(e->fd, buffer, sizeof buffer, 0)) > 0) e->n += n;
    e->reset = n < 0 && errno == ECONNRESET;
    close(e->fd);
    return NULL;
}

static Ending ending_of(int fd)
{
    Ending e = { .fd = fd };
    hear_ending(&e);
    return e;
}

/* ---- whole ------------------------------------------------------------------------------------------------------------- */

TEST(a_hundred_megabytes_arrive_whole_in_little_memory)
{
    HttpServer *s = server_open(&usual);
    int64_t n = 100 * MIB;
    int fd = ask_flow(s, "1.1", "/flow?104857600");
    Answer head = listen_to(fd, true);
    int64_t before = resident_kib();
    Flow flow = flow_of(fd);
    EXPECT_STR(field_of(head, "transfer-encoding"), S("chunked"));
    EXPECT(!field_of(head, "etag").n && !field_of(head, "content-encoding").n);
    EXPECT(flow.whole && flow.n == n && flow.sum == flow_sum(n));
    EXPECT(flow.high_kib - before < 8 * 1024);
    say(fd, S("GET /small HTTP/1.1\r\nHost: t\r\n\r\n"));
    EXPECT_STR(listen_to(fd, false).body, S("hello"));                      /* the connection goes on */
    close(fd);
    server_close(s);
    EXPECT(alive() == 0 && flows() == 0);
}

TEST(an_old_client_gets_it_whole_too)
{
    HttpServer *s = server_open(&usual);
    Ending e = ending_of(ask_flow(s, "1.0", "/flow?5000000"));
    EXPECT(e.n > 5000000 && !e.reset);
    EXPECT(ending_of(ask_flow(s, "1.0", "/flow?0")).reset == false);
    server_close(s);
    EXPECT(flows() == 0);
}

TEST(after_head_there_is_no_body_and_the_source_is_not_asked)
{
    static const char *const paths[] = { "/burst?0", "/events?x" };         /* asked, the first would break off */
    HttpServer *s = server_open(&usual);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        int fd = dial(s);
        say(fd, str_fmt(client_arena(), "HEAD %s HTTP/1.1\r\nHost: t\r\n\r\n", paths[i]));
        Answer head = listen_to(fd, true);
        EXPECT(head.status == 200 && str_starts(field_of(head, "content-type"), S("text/")));
        EXPECT(!field_of(head, "content-length").n);                        /* nobody knows it */
        Ending after = ending_of(fd);
        EXPECT(after.n == 0 && !after.reset);
    }
    EXPECT(ask(s, S("HEAD /burst?0 HTTP/1.0\r\n\r\n")).status == 200);
    EXPECT(wait_for_flows(0));
    server_close(s);
}

/* ---- broken off -------------------------------------------------------------------------------------------------------- */

TEST(what_breaks_off_does_not_look_whole)
{
    HttpServer *s = server_open(&usual);
    int fd = ask_flow(s, "1.1", "/burst?3000000");
    Flow flow = take_flow(fd);
    EXPECT(flow.n == 3000000 && !flow.whole);
    close(fd);
    EXPECT(ending_of(ask_flow(s, "1.0", "/burst?3000000")).reset);
    EXPECT(ending_of(ask_flow(s, "1.0", "/burst?0")).reset);
    EXPECT(wait_for_flows(0));
    EXPECT(ask_for(s, "/small", "").status == 200);
    server_close(s);
}

TEST(who_takes_nothing_is_cut_off)
{
    HttpConfig hasty = usual;
    hasty.idle_ms = 300;
    HttpServer *s = server_open(&hasty);
    int deaf = ask_flow(s, "1.1", "/flow?" ENDLESS), old = ask_flow(s, "1.0", "/flow?" ENDLESS);
    EXPECT(listen_to(deaf, true).status == 200 && listen_to(old, true).status == 200);
    EXPECT(wait_for_flows(0));
    EXPECT(!flow_of(deaf).whole);
    EXPECT(ending_of(old).reset);
    close(deaf);
    server_close(s);
    EXPECT(alive() == 0);
}

TEST(who_leaves_midway_leaves_nothing_behind)
{
    enum { CLIENTS = 12 };
    HttpServer *s = server_open(&usual);
    struct linger at_once = { 1, 0 };
    for (int i = 0; i < CLIENTS; i++) {
        int fd = ask_flow(s, i % 3 ? "1.1" : "1.0", "/flow?" ENDLESS);
        CHECK(hear_until(fd, "aaaa").n);
        if (i % 2) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(fd);
    }
    EXPECT(wait_for_flows(0));
    EXPECT(alive() == 0);
    server_close(s);
}

TEST(a_server_that_closes_breaks_them_off)
{
    HttpServer *s = server_open(&usual);
    pthread_t thread[2];
    Ending old = { .fd = ask_flow(s, "1.0", "/flow?" ENDLESS) }, modern = { .fd = ask_flow(s, "1.1", "/flow?" ENDLESS) };
    int deaf = ask_flow(s, "1.1", "/flow?" ENDLESS);
    CHECK(hear_until(old.fd, "aaaa").n && hear_until(modern.fd, "aaaa").n && listen_to(deaf, true).status == 200);
    CHECK(pthread_create(&thread[0], NULL, hear_ending, &old) == 0 && pthread_create(&thread[1], NULL, hear_ending, &modern) == 0);
    server_close(s);
    EXPECT(flows() == 0 && alive() == 0);
    for (int i = 0; i < 2; i++) pthread_join(thread[i], NULL);
    EXPECT(old.reset);
    EXPECT(!flow_of(deaf).whole);
    close(deaf);
}

TESTS(http_source, a_hundred_megabytes_arrive_whole_in_little_memory, an_old_client_gets_it_whole_too,
      after_head_there_is_no_body_and_the_source_is_not_asked, what_breaks_off_does_not_look_whole, who_takes_nothing_is_cut_off, who_leaves_midway_leaves_nothing_behind,
      a_server_that_closes_breaks_them_off)
