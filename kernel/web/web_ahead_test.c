/* web_ahead_test - pages that take long: done on the slow workers, while every other page is answered as ever. */
#include "../../tests/world.h"
#include "journal/journal.h"

#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

#include "http/http_client.h"
#include "web/web_private.h"

enum { PATIENCE_MS = 20000 };
#define MINE COOKIE_SESSION "=ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-ana"

static atomic_int gate, inside, aheads, falls;

/* Stands for a PDF: makes something out of a read transaction, in the arena. */
static Reply paper_ahead(Request *rq)
{
    atomic_fetch_add(&aheads, 1);
    if (atomic_fetch_sub(&falls, 1) > 0) fault(&rq->s, FAULT_RETRY, "once more");
    rq->ahead = str_fmt(rq->s.arena, "a paper for %lld", (long long)rq->s.me).p ? NEW(rq->s.arena, str, 1) : NULL;
    *(str *)rq->ahead = str_fmt(rq->s.arena, "a paper for %.*s, %s", STR_ARG(rq->name), rq->s.lang->tag);
    return (Reply){ 0 };
}

static Reply paper_get(Request *rq)
{
    CHECK(rq->s.db && !rq->s.writing);
    return rq->ahead ? text_reply(rq, S("text/plain"), *(str *)rq->ahead) : text_reply(rq, S("text/plain"), S("forgot"));
}

static Reply gate_ahead(Request *rq)
{
    atomic_fetch_add(&inside, 1);
    while (!atomic_load(&gate)) poll(NULL, 0, 1);
    atomic_fetch_sub(&inside, 1);
    return (Reply){ 0 };
}

static Reply open_get(Request *rq) { return text_reply(rq, S("text/plain"), S("through")); }
static Reply away_ahead(Request *rq) { return with_status(text_reply(rq, S("text/plain"), S("not yet")), 429); }
static Reply fall_ahead(Request *rq) { fault(&rq->s, FAULT_DISK, "no room for the paper"); }
static Reply fall_get(Request *rq) { fault(&rq->s, FAULT_DB, "the table of papers is gone"); }

static bool flow_next(Scope *s, void *state, Out *out)
{
    out_fmt(out, "piece %lld\n", (long long)++*(int64_t *)state);
    return *(int64_t *)state < 3;
}

static Reply flow_get(Request *rq)
{
    int64_t begins = rq->ahead ? 0 : 7;
    return stream_reply(rq, S("text/plain"), S("paper.txt"), flow_next, &begins, sizeof begins);
}

static Reply save_post(Request *rq) { return see_other(rq, "/t/saved"); }

static const Route routes[] = {
    GET ("/t/paper",  paper_get, .who = WHO_SIGNED_IN, .ahead = paper_ahead),
    GET ("/t/office", paper_get, .who = WHO_ROLE, .role = ROLE_ADMIN, .in = role_for_all,     .ahead = paper_ahead),
    GET ("/t/gate",   open_get,  .who = WHO_ANYONE,    .ahead = gate_ahead),
    GET ("/t/away",   open_get,  .who = WHO_ANYONE,    .ahead = away_ahead),
    GET ("/t/fall",   open_get,  .who = WHO_ANYONE,    .ahead = fall_ahead),
    GET ("/t/late",   fall_get,  .who = WHO_SIGNED_IN, .ahead = paper_ahead),
    GET ("/t/flow",   flow_get,  .who = WHO_SIGNED_IN, .ahead = paper_ahead),
    GET ("/t/quick",  open_get,  .who = WHO_ANYONE),
    POST("/t/quick",  save_post, .who = WHO_ANYONE),
};
static const Module test_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes) };
static const Module *const test_modules[] = { &test_module };

static int aheads_of(Visit (*how)(World *, Visitor, const char *), World *w, Visitor who, const char *path, Visit *ret)
{
    int before = atomic_load(&aheads);
    *ret = how(w, who, path);
    return atomic_load(&aheads) - before;
}

TEST(a_slow_page_is_made_first_and_then_shown)
{
    Visit v;
    EXPECT(aheads_of(get, w, ANA, "/t/paper", &v) == 1 && v.status == 200);
    EXPECT_STR(v.body, S("a paper for Ana, en"));
    EXPECT_STR(get(w, ANA, "/t/paper?lang=ar").body, S("a paper for Ana, ar"));
    EXPECT_STR(get(w, ANA, "/t/paper").body, S("a paper for Ana, ar"));      /* and the language is kept */
    EXPECT_STR(get(w, BO, "/t/paper").body, S("a paper for Bo, en"));
    EXPECT(get(w, ANA, "/t/away").status == 429);
    EXPECT_STR(get(w, ANA, "/t/flow").body, S("piece 1\npiece 2\npiece 3\n"));
    Visit head = request(w, ANA, "HEAD", "/t/paper", NULL, 0, S(""));
    EXPECT(head.status == 200);
}

TEST(nothing_slow_is_done_for_who_may_not_see_it)
{
    Visit v;
    EXPECT(aheads_of(get, w, ANA, "/t/office", &v) == 0 && v.status == 404);
    EXPECT(aheads_of(get, w, ADMIN, "/t/office", &v) == 1 && v.status == 200);
    EXPECT(aheads_of(get, w, STRANGER, "/t/paper", &v) == 0 && v.status == 303);
    EXPECT(aheads_of(get_json, w, STRANGER, "/t/paper", &v) == 0 && v.status == 401);
}

TEST(slow_work_that_falls_is_a_page_that_says_so_and_is_tried_again_when_that_helps)
{
    os_log_quiet(true);
    EXPECT(get(w, ANA, "/t/fall").status == 503);
    EXPECT(get(w, ANA, "/t/late").status == 500);
    atomic_store(&falls, 2);
    EXPECT_STR(get(w, ANA, "/t/paper").body, S("a paper for Ana, en"));
    os_log_quiet(false);
}

TEST(whichever_database_call_fails_a_slow_page_says_so)
{
    Visit v;
    int failed = 0;
    os_log_quiet(true);
    FAILING(w, v, get(w, ANA, "/t/paper")) failed++;
    os_log_quiet(false);
    EXPECT(failed > 1 && str_eq(v.body, S("a paper for Ana, en")));
}

/* ---- over sockets, all at once ------------------------------------------------------------------------------------------------ */

static int begin_asking(HttpServer *s, const char *path)
{
    int fd = dial(s);
    say(fd, str_fmt(client_arena(), "GET %s HTTP/1.1\r\nHost: t\r\nCookie: " MINE "\r\n\r\n", path));
    return fd;
}

static Answer answer_of(int fd)
{
    Answer a = listen_to(fd, false);
    close(fd);
    return a;
}

TEST(while_slow_pages_are_made_every_other_page_is_answered)
{
    static HttpApp app;
    str why;
    enum { SLOW = SLOW_WORKERS + 10 };
    int slow[SLOW];
    HttpConfig config = { .listen = "127.0.0.1:0", .threads = 2, .tmp_dir = world_folder(w) };
    app = web_app(world_site(w));
    client_begin();
    HttpServer *s = http_open(&config, &app, world_arena(w), &why);
    CHECK(s);
    atomic_store(&gate, 0);
    for (int i = 0; i < SLOW; i++) slow[i] = begin_asking(s, "/t/gate");
    for (int ms = 0; ms < PATIENCE_MS && atomic_load(&inside) < SLOW_WORKERS; ms++) poll(NULL, 0, 1);
    EXPECT(atomic_load(&inside) == SLOW_WORKERS);            /* all that there are, and others wait behind them */
    for (int i = 0; i < 40; i++) EXPECT(answer_of(begin_asking(s, i % 2 ? "/t/quick" : "/learn")).status == 200);
    EXPECT(post(w, ANA, "/t/quick", "").status == 303);      /* and people save */
    EXPECT(atomic_load(&inside) == SLOW_WORKERS);
    atomic_store(&gate, 1);
    for (int i = 0; i < SLOW; i++) EXPECT(answer_of(slow[i]).status == 200);
    http_close(s);
}

TESTS_WITH(web_ahead, test_modules, COUNT_OF(test_modules), a_slow_page_is_made_first_and_then_shown,
           nothing_slow_is_done_for_who_may_not_see_it, slow_work_that_falls_is_a_page_that_says_so_and_is_tried_again_when_that_helps,
           whichever_database_call_fails_a_slow_page_says_so, while_slow_pages_are_made_every_other_page_is_answered)
