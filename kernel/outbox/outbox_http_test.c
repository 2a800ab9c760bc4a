/* outbox_http_test - hooks, SMS and questions, to a server on the loopback address. */
#include "../../tests/world.h"

#include "../../tests/outside.h"
#include "outbox/outbox_own.h"

static Peer *server(World *w)
{
    Peer *p = peer_start(true);
    Config *c = &world_site(w)->config;
    c->hosts = at(w, "http://127.0.0.1:%d, hooks.example.org", p->port);
    c->sms = at(w, "http://127.0.0.1:%d/sms", p->port);
    c->out_seconds = 1;
    return p;
}

static void says_back(Peer *p, const char *status, const char *headers, const char *body)
{
    snprintf(p->reply, sizeof p->reply, "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n%s", status, (int)strlen(body), headers,
            body);
}

typedef struct Wish { OutHook hook; OutSms sms; str name, key; } Wish;

static bool hook_rule(Scope *s, void *arg)
{
    Wish *wish = arg;
    wish->name = outbox_hook(s, &wish->hook);
    wish->key = outbox_hook_key(s, wish->hook.key);
    return true;
}

static bool sms_rule(Scope *s, void *arg)
{
    Wish *wish = arg;
    wish->name = outbox_sms(s, &wish->sms);
    return true;
}

static str wish(World *w, bool (*rule)(Scope *, void *), Wish *wished)
{
    Landing l;
    EXPECT(site_write(world_site(w), world_arena(w), 0, rule, wished, &l));
    return wished->name;
}

static void run_jobs(World *w) { jobs_run_due(world_site(w), world_now(w)); }
static int64_t of_row(World *w, const char *column, str name)
{
    return sql_int(w, at(w, "SELECT %s AS value FROM outbox WHERE name = '%.*s'", column, STR_ARG(name)));
}
static OutState state(World *w, str name) { return (OutState)of_row(w, "state", name); }
static str why(World *w, str name) { return sql_str(w, at(w, "SELECT why AS value FROM outbox WHERE name = '%.*s'", STR_ARG(name))); }
static bool has(str text, const char *part) { return str_find(text, str_from(part)) >= 0; }

/* ---- hooks --------------------------------------------------------------------------------------------------------------------- */

static str head_of(Peer *p, const char *name)
{
    for (str rest = peer_last(p); rest.n;) {
        str_pair line = str_cut(rest, '\n'), field = str_cut(line.head, ':');
        if (field.found && str_eq_nocase(field.head, str_from(name))) return str_trim(field.tail);
        rest = line.tail;
    }
    return S("");
}

static Wish a_hook(World *w, Peer *p)
{
    return (Wish){ .hook = { .url = str_from(at(w, "http://127.0.0.1:%d/in?x=1", p->port)), .key = S("body 7"), .body = S("{\"order\":7}") } };
}

TEST(a_hook_is_signed_so_that_its_receiver_knows_who_sent_it)
{
    Peer *p = server(w);
    str key;
    Wish h = a_hook(w, p);
    says_back(p, "204 No Content", "", "");
    wish(w, hook_rule, &h);
    run_jobs(w);
    EXPECT(state(w, h.name) == OUT_SENT && str_starts(peer_last(p), S("POST /in?x=1 HTTP/1.1\r\n")));
    EXPECT(str_ends(peer_last(p), S("\r\n\r\n{\"order\":7}")));
    EXPECT_STR(head_of(p, "webhook-id"), h.name);
    EXPECT(signed_key(world_arena(w), h.key, &key));
    str stamp = head_of(p, "webhook-timestamp"), signature = head_of(p, "webhook-signature");
    EXPECT(signed_is_fine(world_arena(w), key, h.name, stamp, S("{\"order\":7}"), signature, world_now(w)));
    EXPECT(!signed_is_fine(world_arena(w), key, h.name, stamp, S("{\"order\":8}"), signature, world_now(w)));
    EXPECT(!signed_is_fine(world_arena(w), key, h.name, stamp, S("{\"order\":7}"), signature, world_now(w) + 6 * MINUTE));
}

/* From the specification of standardwebhooks, and its libraries. */
TEST(a_signature_is_the_one_that_libraries_of_others_make)
{
    str key;
    EXPECT(signed_key(world_arena(w), S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &key));
    EXPECT_STR(signed_with(world_arena(w), key, S("msg_p5jXN8AQM9LWM0D4loKWxJek"), (int64_t)1614265330 * SECOND, S("{\"test\": 2432232314}")),
               S("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    static const char *const bad[] = { "", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
                                       ("whsec_MfKQ9r8GKYqrTwjU\xab\xbb" "8ILPZIottpsaSw") };
    for (int i = 0; i < COUNT_OF(bad); i++) EXPECT(!signed_key(world_arena(w), str_from(bad[i]), &key));
}

TEST(a_hook_that_is_not_taken_is_tried_again_and_one_that_is_gone_is_not)
{
    static const struct { const char *status, *headers; OutState state; int64_t wait; } answers[] = {
        { "200 OK", "", OUT_SENT, 0 },                              { "500 Oops", "", OUT_WAITING, 5 * MINUTE },
        { "404 Not Found", "", OUT_WAITING, 5 * MINUTE },           { "410 Gone", "", OUT_FAILED, 0 },
        { "302 Found", "Location: /other\r\n", OUT_WAITING, 5 * MINUTE }, { "429 Slow down", "Retry-After: 600\r\n", OUT_WAITING, 10 * MINUTE },
        { "503 Away", "Retry-After: 99999999\r\n", OUT_WAITING, DAY }, { "503 Away", "Retry-After: -5\r\n", OUT_WAITING, 5 * MINUTE },
    };
    Peer *p = server(w);
    for (int i = 0; i < COUNT_OF(answers); i++) {
        Wish h = a_hook(w, p);
        says_back(p, answers[i].status, answers[i].headers, "");
        wish(w, hook_rule, &h);
        run_jobs(w);
        EXPECT(state(w, h.name) == answers[i].state);
        if (answers[i].wait) EXPECT(of_row(w, "due", h.name) == world_now(w) + answers[i].wait);
        sql_run(w, "DELETE FROM job WHERE kind = 'outbox.hook'");
    }
    EXPECT(p->got_n == COUNT_OF(answers));
}

TEST(a_hook_that_was_taken_was_taken_however_much_the_answer_says)
{
    enum { LONG = 70000 };
    Peer *p = server(w);
    Wish h = a_hook(w, p);
    char *body = NEW(world_arena(w), char, LONG + 1);
    memset(body, 'x', LONG);
    says_back(p, "200 OK", "", body);
    wish(w, hook_rule, &h);
    run_jobs(w);
    EXPECT(state(w, h.name) == OUT_SENT);
    sql_run(w, "DELETE FROM job WHERE kind = 'outbox.hook'");
}

TEST(a_hook_whose_answer_never_comes_may_have_arrived)
{
    static const char *const silences[] = { "", "cut", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" };
    Peer *p = server(w);
    for (int i = 0; i < COUNT_OF(silences); i++) {
        Wish plain = a_hook(w, p), once = a_hook(w, p);
        once.hook.once = true;
        snprintf(p->reply, sizeof p->reply, "%s", silences[i]);
        wish(w, hook_rule, &plain);
        wish(w, hook_rule, &once);
        run_jobs(w);
        EXPECT(state(w, plain.name) == OUT_WAITING && of_row(w, "doubts", plain.name) == 1 && state(w, once.name) == OUT_UNKNOWN);
        sql_run(w, "DELETE FROM job WHERE kind = 'outbox.hook'");
    }
}

TEST(nothing_goes_to_a_host_that_is_not_named)
{
    Peer *p = server(w);
    Wish h = a_hook(w, p);
    world_site(w)->config.hosts = "hooks.example.org";
    wish(w, hook_rule, &h);
    run_jobs(w);
    EXPECT(state(w, h.name) == OUT_WAITING && has(why(w, h.name), "SAMPAN_HOSTS does not name this host.") && p->visits == 0);
    Wish bad = a_hook(w, p);
    bad.hook.url = S("ftp://127.0.0.1/");
    EXPECT(wish(w, hook_rule, &bad).n == 0);
}

/* localhost is a name as any other, and leads to this machine. */
TEST(a_name_that_leads_into_the_house_is_refused_until_it_is_called_private)
{
    Peer *p = server(w);
    Wish h = a_hook(w, p);
    says_back(p, "200 OK", "", "");
    h.hook.url = str_from(at(w, "http://localhost:%d/", p->port));
    world_site(w)->config.hosts = at(w, "http://localhost:%d", p->port);
    wish(w, hook_rule, &h);
    run_jobs(w);
    EXPECT(state(w, h.name) == OUT_WAITING && has(why(w, h.name), "address of this machine or network") && p->visits == 0);
    world_site(w)->config.hosts = at(w, "private:http://localhost:%d", p->port);
    world_wait(w, HOUR);
    run_jobs(w);
    EXPECT(state(w, h.name) == OUT_SENT && p->visits == 1);
}

/* ---- addresses ------------------------------------------------------------------------------------------------------------------- */

TEST(an_address_has_one_reading_or_none)
{
    OutUrl u;
    EXPECT(out_url(S("https://data.example.org"), &u) && u.tls && u.port == 443 && u.path.n == 0);
    EXPECT(out_url(S("http://a.b:8080/x?y=%20#"), &u) == false && out_url(S("http://[::1]:80/"), &u) && u.port == 80);
    EXPECT_STR(u.host, S("[::1]"));
    static const char *const bad[] = { "", "https://", "https:///x", "https://user@example.org/", "https://example.org:0/",
            "https://example.org:65536/",
        "https://example.org:/", "https://Example.org/", "https://example.org\\@evil.example/", "https://exa mple.org/", "https://example..org/",
        "https://-a.example/", "https://example.org./", "https://[::1/", "https://[::1]x/", "HTTPS://example.org/", "file:///etc/passwd",
                "//example.org/",
        "https://example.org/\r\nX: y", "https://ex%61mple.org/", "https://example.org?x" };
    for (int i = 0; i < COUNT_OF(bad); i++) EXPECT(!out_url(str_from(bad[i]), &u));
}

static bool allowed(const char *list, const char *url, bool *ret_local)
{
    OutUrl u;
    return out_url(str_from(url), &u) && out_host_allowed(str_from(list), &u, ret_local);
}

TEST(the_list_of_hosts_means_what_it_says)
{
    const char *list = "data.example.org, *.trade.example http://plain.example:8080,https://10.0.0.7,private:inside.example";
    bool local;
    str bad;
    EXPECT(out_hosts_fine(str_from(list), &bad));
    EXPECT(allowed(list, "https://data.example.org/x", &local) && !local && allowed(list, "https://a.b.trade.example", &local) && !local);
    EXPECT(allowed(list, "http://plain.example:8080/", &local) && !local && allowed(list, "https://10.0.0.7/", &local) && local);
    EXPECT(allowed(list, "https://inside.example/", &local) && local);
    static const char *const others[] = { "http://data.example.org/", "https://data.example.org:8443/", "https://x.data.example.org/",
            "https://trade.example/",
        "https://eviltrade.example/", "https://plain.example:8080/", "http://plain.example/", "https://10.0.0.8/",
                "https://data.example.org.evil.example/" };
    for (int i = 0; i < COUNT_OF(others); i++) EXPECT(!allowed(list, others[i], &local));
    EXPECT(!allowed("", "https://data.example.org/", &local));
    static const char *const wrong[] = { "*", "*.", "https://a.example/x", "a.example:99999", "user@a.example", "ftp://a.example", "*.*.a" };
    for (int i = 0; i < COUNT_OF(wrong); i++) EXPECT(!out_hosts_fine(str_from(wrong[i]), &bad));
}

/* ---- SMS ----------------------------------------------------------------------------------------------------------------------------- */

static Wish an_sms(void) { return (Wish){ .sms = { .to = S("+6281234567"), .text = S("Besok jam 9. \"Rice\"\nAna") } }; }

static void with_secret(World *w)
{
    EXPECT(out_secret_keep(world_site(w), world_arena(w), S("sms"), S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")));
}

/* NAME in it stands for the name. */
static const char *body_with(World *w, const char *body, str name)
{
    ptrdiff_t at_name = str_find(str_from(body), S("NAME"));
    return at_name < 0 ? body : at(w, "%.*s%.*s%s", (int)at_name, body, STR_ARG(name), body + at_name + 4);
}

/* Cut in the middle of a letter a database of UTF-8 would not have it, and what was refused would be sent again. */
TEST(what_a_gateway_says_at_length_in_any_script_is_kept_as_far_as_it_fits)
{
    Out o;
    Peer *p = server(w);
    with_secret(w);
    Wish m = an_sms();
    wish(w, sms_rule, &m);
    out_init(&o, world_arena(w), 1024);
    out_fmt(&o, "{\"id\":\"%.*s\",\"state\":\"refused\",\"why\":\"", STR_ARG(m.name));
    for (int i = 0; i < 200; i++) out_lit(&o, "\u00e9");
    out_lit(&o, "\"}");
    says_back(p, "200 OK", "", str_z(world_arena(w), out_text(&o)));
    run_jobs(w);
    EXPECT(state(w, m.name) == OUT_FAILED && str_is_utf8(str_from(at(w, "%.*s", STR_ARG(sql_str(w, "SELECT why AS value FROM outbox"))))));
    EXPECT(sql_int(w, "SELECT length(why) AS value FROM outbox") == 149);
}

TEST(an_sms_is_sent_when_the_gateway_says_that_it_took_this_one)
{
    static const struct { const char *status, *body; OutState state; const char *why; } answers[] = {
        { "200 OK", "{\"id\":\"NAME\",\"state\":\"taken\"}", OUT_SENT, "" },
        { "200 OK", "{\"error\":\"no credit\",\"id\":\"NAME\"}", OUT_WAITING, "said 200 and not that it took" },
        { "200 OK", "<html>Sign in to the wifi</html>", OUT_WAITING, "said 200 and not that it took" },
        { "200 OK", "", OUT_WAITING, "said 200 and not that it took" },
        { "200 OK", "{\"id\":\"another\",\"state\":\"taken\"}", OUT_WAITING, "said 200 and not that it took" },
        { "200 OK", "{\"id\":\"NAME\",\"state\":\"refused\",\"why\":\"no such number\"}", OUT_FAILED, "no such number" },
        { "422 No", "{\"id\":\"NAME\",\"state\":\"refused\"}", OUT_FAILED, "The gateway refuses it." },
        { "500 Oops", "{\"id\":\"NAME\",\"state\":\"taken\"}", OUT_WAITING, "The answer was 500." },
        { "401 Who", "", OUT_WAITING, "The answer was 401." },      { "410 Gone", "", OUT_WAITING, "The answer was 410." },
    };
    Peer *p = server(w);
    with_secret(w);
    for (int i = 0; i < COUNT_OF(answers); i++) {
        char body[200];
        Wish m = an_sms();
        wish(w, sms_rule, &m);
        snprintf(body, sizeof body, "%s", body_with(w, answers[i].body, m.name));
        says_back(p, answers[i].status, "", body);
        run_jobs(w);
        EXPECT(state(w, m.name) == answers[i].state && has(why(w, m.name), answers[i].why));
        EXPECT(has(peer_last(p), "\"to\":\"+6281234567\",\"text\":\"Besok jam 9. \\\"Rice\\\"\\nAna\"}") && head_of(p, "webhook-signature").n > 0);
        sql_run(w, "DELETE FROM job WHERE kind = 'outbox.sms'");
    }
}

TEST(an_sms_needs_a_number_and_a_secret)
{
    static const char *const bad[] = { "", "081234567", "+62 812", "+1", "+62812345678901234", "+62812a4567" };
    server(w);
    for (int i = 0; i < COUNT_OF(bad); i++) {
        Wish m = an_sms();
        m.sms.to = str_from(bad[i]);
        EXPECT(wish(w, sms_rule, &m).n == 0);
    }
    Wish m = an_sms();
    wish(w, sms_rule, &m);
    run_jobs(w);
    EXPECT(state(w, m.name) == OUT_WAITING && has(why(w, m.name), "no secret called sms"));
}

/* ---- questions -------------------------------------------------------------------------------------------------------------------------- */

static struct { OutFetch ask; OutFetched got; JobEnd end; char why[200], room[3][200]; int writes; } fetching;

/* The arena ends with the job. */
static str kept(int at_room, str s)
{
    snprintf(fetching.room[at_room], sizeof fetching.room[at_room], "%.*s", STR_ARG(s));
    return str_from(fetching.room[at_room]);
}

static JobEnd fetch_work(Scope *s, Job *job)
{
    OutFetched got = { 0 };
    fetching.end = outbox_fetch(s, job, &fetching.ask, &got);
    snprintf(fetching.why, sizeof fetching.why, "%s", job->why);
    fetching.got = (OutFetched){ .status = got.status, .type = kept(0, got.type), .etag = kept(1, got.etag), .body = kept(2, got.body) };
    return fetching.end;
}

static bool fetch_write(Scope *s, Job *job) { return ++fetching.writes > 0; }

static const int once[] = { 0 };
static const JobKind fetch_jobs[] = { { "trial.fetch", .work = fetch_work, .write = fetch_write, .waits = once } };
static const Module fetch_module = { .name = "fetching", .jobs = fetch_jobs, .job_n = COUNT_OF(fetch_jobs) };
static const Module *const modules[] = { &fetch_module };

static bool ask_rule(Scope *s, void *arg)
{
    jobs_add(s, "trial.fetch", S(""), s->now);
    return true;
}

static JobEnd fetch(World *w, const char *url)
{
    Landing l;
    fetching.ask.url = str_from(url);
    EXPECT(site_write(world_site(w), world_arena(w), 0, ask_rule, NULL, &l));
    run_jobs(w);
    return fetching.end;
}

TEST(what_another_server_says_comes_to_the_write_of_a_job)
{
    Peer *p = server(w);
    const char *url = at(w, "http://127.0.0.1:%d/rates", p->port);
    says_back(p, "200 OK", "Content-Type: text/csv\r\nETag: \"7\"\r\n", "USD,15600\n");
    EXPECT(fetch(w, url) == JOB_DONE && fetching.writes == 1 && fetching.got.status == 200);
    EXPECT_STR(fetching.got.body, S("USD,15600\n"));
    EXPECT_STR(fetching.got.type, S("text/csv"));
    EXPECT_STR(fetching.got.etag, S("\"7\""));
    says_back(p, "304 Not Modified", "", "");
    fetching.ask.etag = S("\"7\"");
    EXPECT(fetch(w, url) == JOB_DONE && fetching.got.status == 304);
    EXPECT_STR(head_of(p, "If-None-Match"), S("\"7\""));
    says_back(p, "404 Not Found", "", "no");
    EXPECT(fetch(w, url) == JOB_DONE && fetching.got.status == 404);
}

TEST(an_answer_that_never_ends_is_cut_at_its_limit)
{
    Peer *p = server(w);
    char body[3000];
    memset(body, 'x', sizeof body);
    body[sizeof body - 1] = '\0';
    says_back(p, "200 OK", "", body);
    fetching.ask.bytes_max = 1000;
    EXPECT(fetch(w, at(w, "http://127.0.0.1:%d/", p->port)) == JOB_NEVER && has(str_from(fetching.why), "too large"));
    char *head = p->reply + snprintf(p->reply, sizeof p->reply, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 600; i++) head += snprintf(head, (size_t)(p->reply + sizeof p->reply - head), "X-%d: %0100d\r\n", i, 0);
    EXPECT(fetch(w, at(w, "http://127.0.0.1:%d/", p->port)) == JOB_NEVER && has(str_from(fetching.why), "too large"));
    fetching.ask.bytes_max = 0;
}

TEST(a_question_goes_nowhere_but_to_the_host_that_was_asked)
{
    Peer *p = server(w);
    const char *url = at(w, "http://127.0.0.1:%d/", p->port);
    static const char *const elsewhere[] = { "Location: http://127.0.0.1:1/\r\n", "Location: https://hooks.example.org/\r\n",
            "Location: //hooks.example.org/\r\n",
                                             "Location: file:///etc/passwd\r\n", "Location: x\r\n", "" };
    for (int i = 0; i < COUNT_OF(elsewhere); i++) {
        says_back(p, "302 Found", elsewhere[i], "");
        EXPECT(fetch(w, url) == JOB_NEVER && has(str_from(fetching.why), "leads to another host"));
    }
    int before = p->got_n;
    says_back(p, "302 Found", "Location: /round\r\n", "");
    EXPECT(fetch(w, url) == JOB_NEVER && has(str_from(fetching.why), "one address to the next") && p->got_n == before + 6);
    EXPECT(fetch(w, "https://elsewhere.example/") == JOB_NEVER && has(str_from(fetching.why), "does not name this host"));
}

TEST(a_question_without_an_answer_is_asked_again)
{
    static const char *const silences[] = { "", "cut", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" };
    Peer *p = server(w);
    for (int i = 0; i < COUNT_OF(silences); i++) {
        snprintf(p->reply, sizeof p->reply, "%s", silences[i]);
        EXPECT(fetch(w, at(w, "http://127.0.0.1:%d/", p->port)) == JOB_AGAIN && fetching.why[0]);
    }
}

TESTS_WITH(outbox_http, modules, COUNT_OF(modules), a_hook_is_signed_so_that_its_receiver_knows_who_sent_it,
    a_signature_is_the_one_that_libraries_of_others_make, a_hook_that_is_not_taken_is_tried_again_and_one_that_is_gone_is_not,
    a_hook_that_was_taken_was_taken_however_much_the_answer_says,
    what_a_gateway_says_at_length_in_any_script_is_kept_as_far_as_it_fits, a_hook_whose_answer_never_comes_may_have_arrived, nothing_goes_to_a_host_that_is_not_named,
    a_name_that_leads_into_the_house_is_refused_until_it_is_called_private, an_address_has_one_reading_or_none,
    the_list_of_hosts_means_what_it_says, an_sms_is_sent_when_the_gateway_says_that_it_took_this_one, an_sms_needs_a_number_and_a_secret,
    what_another_server_says_comes_to_the_write_of_a_job, an_answer_that_never_ends_is_cut_at_its_limit,
    a_question_goes_nowhere_but_to_the_host_that_was_asked, a_question_without_an_answer_is_asked_again)
