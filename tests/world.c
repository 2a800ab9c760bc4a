/* world - an installation for one test, and the visitors in it. Requests go through the real routes and the real database;
 * only the sockets are left out. */
#include "world.h"

#include <dirent.h>
#include <errno.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app_pages.h"
#include "auth/auth.h"
#include "centres/centres.h"
#include "db_all.h"
#include "i18n/i18n.h"
#include "journal/journal.h"
#include "people/people.h"
#include "trial.h"
#include "web/web_private.h"
#include "world_run.h"

extern const Module *const all_modules[];
extern const int all_module_n;
extern const Asset app_assets[];
extern const int app_asset_n;

enum { WORLD_BYTES = 512 << 20, REQUEST_BYTES = 32 << 20, JAR_MAX = 12, MODULES_MAX = 64, TABLES_MAX = 512 };
#define WORLD_BEGINS (int64_t)1795316400000      /* 2026-11-22T03:00:00Z */

typedef struct Cookie { str name, value; } Cookie;
typedef struct Jar { Cookie cookie[JAR_MAX]; int n; } Jar;

struct World {
    Region      region, requests;
    Arena       arena, request;         /* request: what one begins with, and leaves as it was */
    const WorldPlace *place;
    const Suite *suite;
    Site       *site;           /* NULL until it is asked for: see world_site */
    HttpApp     app;
    Jar         jar[VISITORS];
    const Module *modules[MODULES_MAX]; int module_n;
    DbTable     tables[TABLES_MAX]; int table_n;
    str         peer;           /* where all visitors come from */
    int         failed;
    bool        left_out;
};

/* A session each, so that nobody has to sign in before the test begins. */
typedef struct Someone { const char *name, *word; int role; } Someone;
static const Someone someone[VISITORS] = {
    [ANA] = { "Ana", "ana", 0 }, [BO] = { "Bo", "bo", 0 },
    [ADMIN]       = { "Admin", "admin", ROLE_ADMIN },                   [OPERATOR]    = { "Operator", "operator", ROLE_OPERATOR },
    [TRAINER]     = { "Trainer", "trainer", ROLE_TRAINER },             [MENTOR]      = { "Mentor", "mentor", ROLE_MENTOR },
    [HOST]        = { "Host", "host", ROLE_HOST },                      [OFFICER]     = { "Officer", "officer", ROLE_OFFICER },
    [EXPERT]      = { "Expert", "expert", ROLE_EXPERT },                [NEUTRAL]     = { "Neutral", "neutral", ROLE_NEUTRAL },
    [AGENCY]      = { "Agency", "agency", ROLE_AGENCY },                [FOCAL_POINT] = { "Focal point", "focal", ROLE_FOCAL_POINT },
    [MODERATOR]   = { "Moderator", "moderator", ROLE_MODERATOR },       [REVIEWER]    = { "Reviewer", "reviewer", ROLE_REVIEWER },
    [LENDER]      = { "Lender", "lender", ROLE_LENDER },                [REGISTRAR]   = { "Registrar", "registrar", ROLE_REGISTRAR },
    [ASSOCIATION] = { "Association", "association", ROLE_ASSOCIATION }, [SECRETARIAT] = { "Secretariat", "secretariat", ROLE_SECRETARIAT },
};

/* As long as a cookie is: "ana-ana-ana…". */
static str cookie_of(Visitor v)
{
    enum { COOKIE_CHARS = 43 };
    static char kept[VISITORS][COOKIE_CHARS + 1];
    const char *word = someone[v].word;
    size_t n = word ? strlen(word) : 0;
    for (size_t i = 0; word && i < COOKIE_CHARS; i++) kept[v][i] = i % (n + 1) == n ? '-' : word[i % (n + 1)];
    return str_from(kept[v]);
}

static int64_t clock_ms = WORLD_BEGINS;
static int64_t world_clock(void) { return clock_ms; }
static int64_t world_ticks(void) { return clock_ms * 1000000; }
static void world_slept(int64_t ms) { clock_ms += ms; }
static int64_t disk_free = 50 * (INT64_C(1) << 30);
static bool world_disk(const char *path, int64_t *ret_free, int64_t *ret_size)
{
    *ret_free = disk_free;
    *ret_size = 100 * (INT64_C(1) << 30);
    return true;
}
void world_disk_free(World *w, int64_t bytes) { disk_free = bytes; }
void world_wait(World *w, int64_t ms) { clock_ms += ms; }
int64_t world_now(World *w) { return clock_ms; }

/* ---- opening -------------------------------------------------------------------------------------------------------------- */

static void holds_role(Scope *s, Visitor v, int64_t person, int64_t centre)
{
    if (v == ADMIN) centres_give(s, person, ROLE_ADMIN, AUDIENCE_PUBLIC, STREAM_PUBLIC);
    else if (v <= HOST) centres_give(s, person, someone[v].role, AUDIENCE_CENTRE, centre);
    else centres_give(s, person, someone[v].role, AUDIENCE_ECONOMY, stream_economy(S("ID")));
}

static bool enrol(Scope *s, void *arg)
{
    int64_t centre = centres_open(s, S("ID"), S("The world's centre"));
    for (Visitor v = 0; v < VISITORS; v++) {
        if (!someone[v].name) continue;
        int64_t id = people_enrol(s, str_from(someone[v].name), str_fmt(s->arena, "%s@example.org", someone[v].word), S(""));
        auth_session_start(s, cookie_of(v), id, S(""), (SessionTerm){ 0 });
        if (someone[v].role) holds_role(s, v, id, centre);
    }
    return true;
}

/* Returns how many migrations make what was collected: the trial's, which is the last, only where the trial is. */
static int collect_parts(World *w)
{
    const Suite *suite = w->suite;
    bool trial = false;
    w->module_n = w->table_n = 0;
    for (int i = 0; i < all_module_n; i++) w->modules[w->module_n++] = all_modules[i];
    for (int i = 0; suite && i < suite->module_n; i++) {
        w->modules[w->module_n++] = suite->modules[i];
        trial |= strcmp(suite->modules[i]->name, trial_module.name) == 0;
    }
    for (int i = 0; i < db_table_n; i++) w->tables[w->table_n++] = db_tables[i];
    for (int i = 0; trial && i < trial_table_n; i++) w->tables[w->table_n++] = trial_tables[i];
    return db_migration_n + trial;
}

static void open_site(World *w)
{
    const WorldPlace *place = w->place;
    DbMigration *steps = NEW(&w->arena, DbMigration, db_migration_n + 1);
    memcpy(steps, db_migrations, sizeof *steps * (size_t)db_migration_n);
    steps[db_migration_n] = trial_migration;
    int step_n = collect_parts(w);
    str why;
    SiteSetup setup = {
        .config = { .listen = "", .data = place->data, .database_url = place->url, .content = place->content, .user = "", .budgets = true },
        .modules = w->modules, .module_n = w->module_n,
        .migrations = steps, .migration_n = step_n,
        .tables = w->tables, .table_n = w->table_n, .ids = db_ids, .id_n = db_id_n,
        .assets = app_assets, .asset_n = app_asset_n,
        .layout_begin = layout_begin, .layout_end = layout_end,
        .clock = world_clock, .slept = world_slept, .disk = world_disk,
    };
    w->site = site_open(&setup, &w->arena, &why);
    if (!w->site) {
        fprintf(stderr, "the world could not be opened: %.*s\n", STR_ARG(why));
        abort();
    }
    w->site->own->ticks = world_ticks;
    w->app = web_app(w->site);
}

static void world_open(World *w, const WorldPlace *place, const Suite *suite)
{
    *w = (World){ .place = place, .suite = suite, .peer = S("127.0.0.1") };
    os_log_quiet(true);
    i18n_start();
    CHECK(region_open(&w->region, WORLD_BYTES) && region_open(&w->requests, REQUEST_BYTES));
    w->arena = region_arena(&w->region, NULL);
    w->request = region_arena(&w->requests, NULL);
}

static void people_are_declared(World *w);

/* Its memory goes with the process. */
static void world_close(World *w)
{
    if (w->site) site_close(w->site);
}

/* Many tests ask pure functions, or begin with a fork, and need neither tables nor threads. */
Site *world_site(World *w)
{
    if (w->site) return w->site;
    if (!w->place->prepare(w->place)) {
        fprintf(stderr, "%s could not be made: %s\n", w->place->data, strerror(errno));
        abort();
    }
    open_site(w);
    return w->site;
}

void world_again(World *w)
{
    site_close(world_site(w));
    open_site(w);
}

void world_make_first(const WorldPlace *place)
{
    static World w;
    Landing l;
    world_open(&w, place, NULL);
    open_site(&w);
    if (!site_write(w.site, &w.arena, 0, enrol, NULL, &l)) {
        fprintf(stderr, "the people of the world could not be made: %s (%s:%d)\n", l.what, l.file ? l.file : "?", l.line);
        abort();
    }
    world_close(&w);
}

World *world_begin(const WorldPlace *place, const Suite *suite)
{
    static World w;
    clock_ms = WORLD_BEGINS;
    disk_free = 50 * (INT64_C(1) << 30);
    world_open(&w, place, suite);
    for (Visitor v = 0; v < VISITORS; v++)
        if (someone[v].name) w.jar[v] = (Jar){ .cookie = { { S(COOKIE_SESSION), cookie_of(v) } }, .n = 1 };
    return &w;
}

int world_run(const WorldPlace *place, const Suite *suite, const Test *test)
{
    World *w = world_begin(place, suite);
    test->run(w);
    people_are_declared(w);
    world_close(w);
    return w->failed ? WORLD_FAILED : w->left_out ? WORLD_LEFT_OUT : WORLD_PASSED;
}

bool world_leaves_out(World *w, DbEngine on, const char *why)
{
    DbEngine engine = w->place->url[0] ? DB_POSTGRES : DB_SQLITE;
    if (engine == on) return false;
    printf("left out: %s\n", why);
    return w->left_out = true;
}

const char *world_folder(World *w)
{
    CHECK(w->site || os_make_dirs(w->place->data));
    return w->place->data;
}

Arena *world_arena(World *w) { return &w->arena; }

void world_failed(World *w, const char *file, int line, const char *what)
{
    w->failed++;
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
}

int world_failures(const World *w) { return w->failed; }

void world_differs(World *w, const char *file, int line, str got, str want)
{
    w->failed++;
    fprintf(stderr, "%s:%d: got \"%.*s\" and not \"%.*s\"\n", file, line, STR_ARG(got), STR_ARG(want));
}

/* ---- cookies --------------------------------------------------------------------------------------------------------------- */

static str *cookie_find(Jar *jar, str name)
{
    for (int i = 0; i < jar->n; i++)
        if (str_eq(jar->cookie[i].name, name)) return &jar->cookie[i].value;
    return NULL;
}

static void cookie_put(World *w, Visitor who, str name, str value)
{
    Jar *jar = &w->jar[who];
    str *old = cookie_find(jar, name);
    if (old) *old = str_keep(&w->arena, value);
    else {
        CHECK(jar->n < JAR_MAX);
        jar->cookie[jar->n++] = (Cookie){ str_keep(&w->arena, name), str_keep(&w->arena, value) };
    }
}

static void cookie_take(World *w, Visitor who, str set_cookie)
{
    str_pair first = str_cut(set_cookie, ';'), pair = str_cut(first.head, '=');
    bool ends = str_find(set_cookie, S("Max-Age=0")) >= 0;
    cookie_put(w, who, pair.head, ends ? S("") : pair.tail);
}

static str cookie_header(World *w, Visitor who)
{
    Out o;
    out_init(&o, &w->arena, 128);
    for (int i = 0; i < w->jar[who].n; i++) {
        const Cookie *c = &w->jar[who].cookie[i];
        if (c->value.n) out_fmt(&o, "%s%.*s=%.*s", o.n ? "; " : "", STR_ARG(c->name), STR_ARG(c->value));
    }
    return out_text(&o);
}

void forget_cookies(World *w, Visitor who) { w->jar[who].n = 0; }
void world_from(World *w, const char *address) { w->peer = str_keep(&w->arena, str_from(address)); }

/* ---- visits ------------------------------------------------------------------------------------------------------------------ */

typedef struct Visiting {
    HttpRequest     http;       /* first: the reply comes with its address */
    World          *w;
    Visitor         who;
    Visit           visit;
    HttpSource     *source;     /* of the body, when it is a stream */
    bool            answered;
} Visiting;

static pthread_mutex_t reply_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t  reply_came = PTHREAD_COND_INITIALIZER;

static str body_of(World *w, const HttpReply *reply)
{
    if (!reply->has_fd) return str_keep(&w->arena, reply->body);
    char *p = NEW(&w->arena, char, reply->fd_size);
    ssize_t n = pread(reply->fd, p, (size_t)reply->fd_size, 0);
    close(reply->fd);
    return (str){ p, n > 0 ? n : 0 };
}

/* On whatever thread the reply leaves; the test waits meanwhile. */
static void answered(HttpRequest *http, const HttpReply *reply)
{
    Visiting *v = (Visiting *)http;
    World *w = v->w;
    Out headers;
    pthread_mutex_lock(&reply_lock);
    CHECK(!v->answered);
    out_init(&headers, &w->arena, 256);
    if (reply->etag.n) out_fmt(&headers, "etag: %.*s\n", STR_ARG(reply->etag));
    v->visit = (Visit){ .status = reply->status, .body = body_of(w, reply), .type = str_keep(&w->arena, reply->type) };
    v->source = reply->source;
    for (int i = 0; i < reply->header_n; i++) {
        const HttpHeader *h = &reply->headers[i];
        if (str_eq_nocase(h->name, S("location"))) v->visit.location = str_keep(&w->arena, h->value);
        if (str_eq_nocase(h->name, S("set-cookie"))) cookie_take(w, v->who, h->value);
        out_fmt(&headers, "%.*s: %.*s\n", STR_ARG(h->name), STR_ARG(h->value));
    }
    v->visit.headers = out_text(&headers);
    v->answered = true;
    pthread_cond_signal(&reply_came);
    pthread_mutex_unlock(&reply_lock);
}

/* As from a server: when the request has ended and its memory is gone. */
static void take_source(Visiting *v, bool head)
{
    enum { ROOM = 64 * 1024 };
    Out o;
    ptrdiff_t n = 0;
    out_init(&o, &v->w->arena, ROOM);
    while (!head && (n = v->source->read(v->source, o.p + o.n, o.cap - o.n)) > 0) {
        o.n += n;
        out_more(&o, ROOM);
    }
    v->source->end(v->source);
    v->visit.body = out_text(&o);
    v->visit.broken = n < 0;
}

static void wait_for_reply(Visiting *v)
{
    pthread_mutex_lock(&reply_lock);
    while (!v->answered) pthread_cond_wait(&reply_came, &reply_lock);
    pthread_mutex_unlock(&reply_lock);
}

static void refuse_by_server(Visiting *v, int status)
{
    HttpReply reply = { 0 };
    v->w->app.refuse(v->w->app.self, &v->http, status, &reply);
    answered(&v->http, &reply);
}

/* What the server does with a body before the application sees it. */
static bool take_body(Visiting *v, str body)
{
    HttpRequest *http = &v->http;
    HttpPlan plan = v->w->app.plan(v->w->app.self, http);
    str type = http_header(http, "content-type");
    if (str_starts(type, S("multipart/"))) {
        if (plan.upload_max && http_multipart(&http->arena, type, body, world_folder(v->w), plan.upload_max, &http->parts, &http->part_n))
            return true;
        refuse_by_server(v, 400);
        return false;
    }
    if (body.n > plan.body_max) {
        refuse_by_server(v, 413);
        return false;
    }
    http->body = body;
    return true;
}

static void address(HttpRequest *http, const char *path)
{
    str_pair cut = str_cut(str_from(path), '?');
    http->raw_path = cut.head;
    http->query = cut.tail;
    CHECK(url_unescape(&http->arena, cut.head, false, &http->path));
}

Visit request(World *w, Visitor who, const char *method, const char *path, const HttpHeader *headers, int n, str body)
{
    Visiting v = { .w = w, .who = who };
    world_site(w);
    v.http = (HttpRequest){ .arena = w->request, .method = str_from(method), .peer = w->peer, .answered = answered };
    HttpHeader *all = NEW(&v.http.arena, HttpHeader, n + 2);
    for (int i = 0; i < n; i++) all[i] = headers[i];
    all[n] = (HttpHeader){ S("host"), S("sampan.test") };
    all[n + 1] = (HttpHeader){ S("cookie"), cookie_header(w, who) };
    v.http.headers = all;
    v.http.header_n = n + 2;
    v.http.secure = http_header(&v.http, "x-forwarded-proto").n > 0;
    address(&v.http, path);
    if (take_body(&v, body)) w->app.serve(w->app.self, &v.http);
    wait_for_reply(&v);
    w->app.ended(w->app.self, &v.http);
    arena_rewind(&v.http.arena, w->request);
    if (v.source) take_source(&v, str_eq(str_from(method), S("HEAD")));
    return v.visit;
}

Visit get(World *w, Visitor who, const char *path)
{
    HttpHeader accept = { S("accept"), S("text/html") };
    return request(w, who, "GET", path, &accept, 1, S(""));
}

Visit get_json(World *w, Visitor who, const char *path)
{
    HttpHeader accept = { S("accept"), S("application/json") };
    return request(w, who, "GET", path, &accept, 1, S(""));
}

Visit post_forged(World *w, Visitor who, const char *path, const char *form, const char *token)
{
    HttpHeader headers[] = { { S("content-type"), S("application/x-www-form-urlencoded") }, { S("accept"), S("text/html") } };
    str body = token ? str_fmt(&w->arena, "%s%s" FIELD_CSRF "=%s", form, *form ? "&" : "", token) : str_from(form);
    return request(w, who, "POST", path, headers, COUNT_OF(headers), body);
}

/* Whoever sends a form has seen a page with one, and has a cookie from there. */
Visit post(World *w, Visitor who, const char *path, const char *form)
{
    str *cookie = cookie_find(&w->jar[who], S(COOKIE_SESSION));
    if (!cookie || !cookie->n) cookie_put(w, who, S(COOKIE_SESSION), auth_cookie_new(&w->arena));
    cookie = cookie_find(&w->jar[who], S(COOKIE_SESSION));
    return post_forged(w, who, path, form, str_z(&w->arena, auth_csrf(&w->arena, world_site(w)->key, *cookie)));
}

const char *at(World *w, const char *format, ...)
{
    char text[8192];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    CHECK(n >= 0 && n < (int)sizeof text);
    return str_keep(&w->arena, (str){ text, n }).p;
}

str world_cookie(World *w, Visitor who, const char *name)
{
    str *cookie = cookie_find(&w->jar[who], str_from(name));
    return cookie ? *cookie : (str){ 0 };
}

void world_set_cookie(World *w, Visitor who, const char *name, str value) { cookie_put(w, who, str_from(name), value); }

const char *is_mine(World *w, Visitor who)
{
    str page = get(w, who, "/people/session/new").body, yes = S("name=\"mine\" value=\"");
    ptrdiff_t no = str_find(page, yes);
    CHECK(no >= 0);
    str rest = str_slice(page, no + yes.n, page.n);
    ptrdiff_t at_yes = str_find(rest, yes);
    CHECK(at_yes >= 0);
    return at(w, "&mine=%.*s", STR_ARG(str_cut(str_slice(rest, at_yes + yes.n, rest.n), '"').head));
}

str header_of(Visit v, const char *name)
{
    for (str rest = v.headers; rest.n;) {
        str_pair line = str_cut(rest, '\n'), pair = str_cut(line.head, ':');
        rest = line.tail;
        if (str_eq_nocase(pair.head, str_from(name))) return str_trim(pair.tail);
    }
    return (str){ 0 };
}

bool says(Visit v, const char *text) { return str_find(v.body, str_from(text)) >= 0; }

int64_t count(Visit v, const char *text)
{
    int64_t n = 0;
    str rest = v.body, wanted = str_from(text);
    for (ptrdiff_t i; (i = str_find(rest, wanted)) >= 0; n++) rest = str_slice(rest, i + wanted.n, rest.n);
    return n;
}

/* ---- the database ------------------------------------------------------------------------------------------------------------- */

typedef struct Asked { const char *sql; DbKind kind; int64_t i; str s; } Asked;

static void ask_one(Scope *s, void *arg)
{
    Asked *a = arg;
    DbColumn column = { "value", a->kind, 0 };
    DbQuery q = { .name = "test", .file = "test", .sql = { a->sql, a->sql }, .params = "", .columns = &column, .column_n = 1,
                  .row_size = a->kind == DB_INT ? sizeof a->i : sizeof a->s, .id = DB_UNCACHED };
    void *rows;
    if (!db_many(s, &q, NULL, &rows)) return;
    if (a->kind == DB_INT) a->i = *(int64_t *)rows;
    else a->s = *(str *)rows;
}

static void must(bool fine, const Landing *l, const char *sql)
{
    if (fine) return;
    fprintf(stderr, "%s: %s\n", sql, l->what);
    abort();
}

int64_t sql_int(World *w, const char *sql)
{
    Asked a = { .sql = sql, .kind = DB_INT, .i = -1 };
    Landing l;
    must(site_read(world_site(w), &w->arena, 0, ask_one, &a, &l), &l, sql);
    return a.i;
}

str sql_str(World *w, const char *sql)
{
    Asked a = { .sql = sql, .kind = DB_TEXT };
    Landing l;
    must(site_read(world_site(w), &w->arena, 0, ask_one, &a, &l), &l, sql);
    return a.s;
}

static bool run_one(Scope *s, void *arg)
{
    DbQuery q = { .name = "test", .file = "test", .sql = { arg, arg }, .params = "", .id = DB_UNCACHED, .writes = true };
    db_run(s, &q, NULL);
    return true;
}

void sql_run(World *w, const char *sql)
{
    char text[8192];
    Landing l;
    CHECK(snprintf(text, sizeof text, "%s", sql) < (int)sizeof text);
    must(site_write(world_site(w), &w->arena, 0, run_one, text, &l), &l, sql);
}

typedef struct Seen { str cookie; Session session; } Seen;

static void see(Scope *s, void *arg)
{
    Seen *seen = arg;
    auth_session(s, seen->cookie, &seen->session);
}

int64_t world_person(World *w, Visitor who)
{
    str *cookie = cookie_find(&w->jar[who], S(COOKIE_SESSION));
    Seen seen = { .cookie = cookie ? *cookie : (str){ 0 } };
    Landing l;
    if (seen.cookie.n) must(site_read(world_site(w), &w->arena, 0, see, &seen, &l), &l, "session");
    return seen.session.person;
}

int64_t world_centre(World *w) { return sql_int(w, "SELECT min(id) AS value FROM centres_place WHERE sort = 'centre'"); }

/* ---- what every test leaves ---------------------------------------------------------------------------------------------------- */

/* A person's id can come into a column by way of a field of a record, and no generator sees that: so each test looks at what it has left. She
 * may stand only where the schema says @PERSON. (Two questions: the first writes the second, and is asked once.) */
#define SOMEBODY "(SELECT id FROM auth_person WHERE id > 4194304 UNION SELECT stream FROM journal WHERE audience = 7)"

static str undeclared_sql(World *w)
{
    static char *kept;
    Out o;
    if (kept) return str_from(kept);
    out_init(&o, &w->arena, 1 << 14);
    out_lit(&o, "SELECT group_concat('SELECT ''' || t.name || '.' || c.name || ''' AS place FROM ' || t.name || ' WHERE ' || c.name || "
                "' IN " SOMEBODY "', ' UNION ') AS value FROM sqlite_schema t JOIN pragma_table_info(t.name) c "
                "WHERE c.type = 'INTEGER' AND t.name || '.' || c.name NOT IN (''");
    for (int i = 0; i < db_id_n; i++)
        if (db_ids[i].person) out_fmt(&o, ", '%s.%s'", db_ids[i].table, db_ids[i].column);
    out_lit(&o, ") AND t.name IN (''");
    for (int i = 0; i < db_table_n; i++)
        if (db_tables[i].made == DB_DERIVED || db_tables[i].made == DB_LOCAL) out_fmt(&o, ", '%s'", db_tables[i].name);
    out_lit(&o, ")");
    str asked = sql_str(w, str_keep(&w->arena, out_text(&o)).p);
    kept = strndup(asked.p, (size_t)asked.n);
    return asked;
}

static void people_are_declared(World *w)
{
    if (!w->site || db_engine(w->site->db) != DB_SQLITE) return;
    world_fail(w, 0);
    str places = sql_str(w, str_fmt(&w->arena, "SELECT coalesce(group_concat(place, ' '), '') AS value FROM (%.*s)", STR_ARG(undeclared_sql(w))).p);
    if (places.n) fprintf(stderr, "a person stands in a column that is not declared @PERSON: %.*s\n", STR_ARG(places));
    w->failed += places.n > 0;
}

void world_fail(World *w, int64_t nth)
{
    CHECK(nth < 10000);
    db_fail_nth(world_site(w)->db, nth);
}
