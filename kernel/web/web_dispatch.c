/* web_dispatch - the life of a request.
 *
 *   plan     the route says how large the body may be
 *   arrive   in a read transaction on a server thread: who is it, which language, which route, may she; a GET that is not slow is answered
 *   hers     only while tables are made again (journal.h) and only once: on the writer her rows are made, and she arrives anew
 *            who saves is asked for her share first (web_budget, web_floor); what is slow and guessed at may have to wait (Route.pace)
 *   line     she waits, on no thread (web_line)
 *   ahead    slow (Route.ahead): in a read transaction on a slow worker, in turn with other places (web_slow)
 *   read     a GET that was slow: in a read transaction of its own, on the same worker
 *   write    unsafe: on the writer, in a savepoint; the reply leaves when the batch is on disk
 *
 * Every step may fall (fault) and be tried again with the same memory: it begins at `mark`, and nothing made by a fallen
 * try remains. A request that cannot be served gets a page that says so and gives back what was typed. */
#include "journal/journal.h"
#include "web/web_private.h"

enum { BUSY_MS = 5 * SECOND };

static bool is_unsafe(const WebPrivate *w) { return w->rq.method != M_GET; }

static void clear_reply(WebPrivate *w)
{
    w->reply = (Reply){ 0 };
    w->header_n = 0;
    w->csrf = w->cookie_out = w->notice_out = w->file = w->etag = (str){ 0 };
    w->streaming = (Streaming){ 0 };
    w->tagged = 0;
    w->cookie_keeps = w->cookie_ends = w->begins = w->person_made = false;
    w->owner = w->owner_of = (str){ 0 };
    w->rq.title = (str){ 0 };
    w->rq.out = (Out){ .arena = w->rq.s.arena };
    form_forget(&w->form);
}

/* Back to where the step began. */
static void rewind_to_mark(WebPrivate *w)
{
    *w->rq.s.arena = w->mark;
    if (!w->arrived) {
        w->form = (Form){ .rq = &w->rq };
        w->rq.name = w->rq.notice = (str){ 0 };
    }
    clear_reply(w);
}

/* What was made so far stays: who it is, and the form. */
static void set_mark(WebPrivate *w)
{
    w->mark = *w->rq.s.arena;
    w->arrived = true;
}

/* ---- who is it ------------------------------------------------------------------------------------------------------- */

bool prefers_json(str accept)
{
    ptrdiff_t json = str_find(accept, S("application/json")), html = str_find(accept, S("text/html"));
    return json >= 0 && (html < 0 || json < html);
}

static const Lang *language_of(WebPrivate *w)
{
    Request *rq = &w->rq;
    const Lang *l;
    str asked = rq->query.n ? query_str(rq, "lang") : (str){ 0 }, kept = http_cookie(rq->http, COOKIE_LANG);
    if (asked.n && (l = lang_find(asked))) return l;
    if (kept.n && (l = lang_find(kept))) return l;
    if (w->session.lang.n && (l = lang_find(w->session.lang))) return l;
    return lang_accept(header(rq, "accept-language"));
}

static void keep_asked_language(Request *rq)
{
    const Lang *l = rq->query.n ? lang_find(query_str(rq, "lang")) : NULL;
    if (l && !str_eq(http_cookie(rq->http, COOKIE_LANG), str_from(l->tag))) choose_language(rq, l);
}

/* What she brings along. A page that says that the database is away knows no more; it must be in her language, and it must
 * not give her another cookie than the one by which she will be known again. */
static void hear_visitor(WebPrivate *w)
{
    Request *rq = &w->rq;
    str cookie = http_cookie(rq->http, COOKIE_SESSION);
    w->cookie = auth_cookie_wellformed(cookie) ? cookie : (str){ 0 };
    w->session = (Session){ 0 };
    rq->wants_json = prefers_json(header(rq, "accept"));
    rq->s.lang = language_of(w);
}

static void know_visitor(WebPrivate *w)
{
    Request *rq = &w->rq;
    if (w->cookie.n) auth_session(&rq->s, w->cookie, &w->session);
    if (!term_used(rq, &w->session)) w->session = (Session){ .ended = true };
    if (w->session.ended) w->cookie = (str){ 0 };
    w->asked = true;
    rq->s.me = w->session.person;
    rq->signed_in = w->session.account;
    rq->strong = auth_is_strong(&rq->s, &w->session);
    rq->name = w->session.name;
    rq->s.lang = language_of(w);
    keep_asked_language(rq);
    if (!rq->wants_json) notice_take(rq);
}

/* ---- which route, and may she ----------------------------------------------------------------------------------------- */

static Reply no_route(WebPrivate *w, unsigned allowed)
{
    Request *rq = &w->rq;
    str values[PATH_NAMES_MAX], path = rq->path;
    if (!allowed && path.n > 1 && path.p[path.n - 1] == '/' && !is_unsafe(w) &&
        routes_match(rq->s.site->own->routes, M_GET, str_slice(path, 0, path.n - 1), values, &allowed))
        return see_other_url(rq, str_slice(rq->http->raw_path, 0, rq->http->raw_path.n - 1));
    if (!allowed) return refuse(rq, 404);
    str names[METHODS + 1];
    ptrdiff_t n = 0;
    for (Method m = M_GET; m < METHODS; m++)
        if (allowed & 1u << m) names[n++] = method_name(m);
    if (allowed & 1u << M_GET) names[n++] = S("HEAD");
    reply_header(rq, "Allow", str_join(rq->s.arena, names, n, S(", ")));
    return refuse(rq, 405);
}

static const Route *find_route(WebPrivate *w, unsigned *ret_allowed)
{
    return routes_match(w->rq.s.site->own->routes, w->rq.method, w->rq.path, w->value, ret_allowed);
}

/* A form can only say GET and POST; the hidden `_method` says what it means. */
static void take_said_method(WebPrivate *w)
{
    str said = form_raw(&w->form, FIELD_METHOD);
    Method m = w->rq.method == M_POST && said.n ? method_from(said) : 0;
    if (m && m != M_GET) w->rq.method = m;
}

static Reply lead_to_sign_in(WebPrivate *w)
{
    Request *rq = &w->rq;
    const char *sign_in = rq->s.site->own->sign_in;
    if (rq->wants_json || is_unsafe(w)) {
        if (rq->wants_json) reply_header(rq, "WWW-Authenticate", S("Cookie realm=\"Sampan\""));
        return refuse_again(rq, rq->wants_json ? 401 : 403, WHY_SIGN_IN);
    }
    return see_other(rq, "%s?to=%.*s", sign_in, STR_ARG(url_escape(rq->s.arena, whole_address(rq))));
}

static bool proves_itself(WebPrivate *w)
{
    str token = form_raw(&w->form, FIELD_CSRF);
    if (!token.n) token = header(&w->rq, "csrf-token");
    return auth_csrf_fits(w->rq.s.site->key, w->cookie, token);
}

/* ---- while tables are made again ------------------------------------------------------------------------------------------ */

static const Module *module_of(const Site *site, const Route *route)
{
    for (int i = 0; i < site->module_n; i++)
        for (int k = 0; k < site->modules[i]->route_n; k++)
            if (route == &site->modules[i]->routes[k]) return site->modules[i];
    return NULL;
}

static bool is_away(Scope *s, const Route *route)
{
    return journal_is_making(s->site) && journal_is_away(s, module_of(s->site, route)->name);
}

/* Before anything is decided: whether she has an account stands in rows of hers. */
static bool lacks_rows(WebPrivate *w)
{
    Scope *s = &w->rq.s;
    w->lacks_rows = !w->rows_made && s->me && journal_is_making(s->site) && !journal_is_mine_made(s);
    return w->lacks_rows;
}

/* ---- may she ---------------------------------------------------------------------------------------------------------------- */

bool role_somewhere(Request *rq, RolePlace *ret) { return true; }

bool role_for_all(Request *rq, RolePlace *ret)
{
    *ret = (RolePlace){ AUDIENCE_PUBLIC, STREAM_PUBLIC };
    return true;
}

static bool holds_role(Request *rq)
{
    RolePlace in = { 0 };
    const Route *r = rq->route;
    if (!r->in(rq, &in)) return false;
    if (r->in == role_somewhere) return journal_may_somewhere(&rq->s, rq->s.me, r->role);
    return in.stream && journal_may(&rq->s, rq->s.me, r->role, (Audience)in.audience, in.stream);
}

/* False: w->reply says why not. Of a room that is away nobody learns more than of one that is there. */
static bool admit(WebPrivate *w)
{
    Request *rq = &w->rq;
    bool has_account = rq->route->who == WHO_SIGNED_IN || rq->route->who == WHO_ROLE;
    if (has_account && !rq->signed_in) w->reply = lead_to_sign_in(w);
    else if (rq->route->who == WHO_ROLE && !holds_role(rq)) w->reply = is_unsafe(w) ? refuse_again(rq, 404, WHY_ROLE) : refuse(rq, 404);
    else if (is_unsafe(w) && !rq->route->open && !proves_itself(w)) w->reply = refuse_again(rq, 403, WHY_STATUS);
    else if (is_away(&rq->s, rq->route)) w->reply = is_unsafe(w) ? refuse_again(rq, 503, WHY_AWAY) : refuse_away(rq);
    return !w->reply.done;
}

/* ---- her share ----------------------------------------------------------------------------------------------------------- */

static bool makes_person(const Request *rq)
{
    return !rq->s.me && (rq->route->who == WHO_LEARNER || rq->route->makes_person);
}

static bool has_room(const Request *rq)
{
    RoomLeft room = room_left(rq->s.site);
    if (room == ROOM_FOR_ALL || rq->method == M_DELETE) return true;
    return room == ROOM_FOR_THOSE_HERE ? !makes_person(rq) : rq->route->small && !makes_person(rq);
}

static int64_t bytes_sent(const HttpRequest *http)
{
    int64_t n = http->body.n;
    for (int i = 0; i < http->part_n; i++) n += http->parts[i].value.n + http->parts[i].size;
    return n;
}

/* 0: it is paid for; else ms until it can be. */
static int64_t pay(WebPrivate *w)
{
    Request *rq = &w->rq;
    Spending spending = { .person = rq->s.me, .place = place_of(rq->s.arena, rq->http->peer),
                          .cost = { [SPEND_SAVES] = 1, [SPEND_BYTES] = bytes_sent(rq->http), [SPEND_PEOPLE] = makes_person(rq) } };
    if (w->paid || !rq->s.site->config.budgets) return 0;
    int64_t wait = budget_spend(rq->s.site->own->budget, &spending, rq->s.site->own->ticks());
    w->paid = wait == 0;
    return wait;
}

/* False: w->reply says why not. */
static bool take_share(WebPrivate *w)
{
    int64_t wait = 0;
    if (!has_room(&w->rq)) w->reply = refuse_no_room(&w->rq);
    else if ((wait = pay(w)) > 0) w->reply = refuse_for_now(&w->rq, wait);
    return !w->reply.done;
}

static void arrive(Scope *s, void *arg)
{
    WebPrivate *w = arg;
    Request *rq = &w->rq;
    unsigned allowed = 0;
    hear_visitor(w);
    db_read_begin(s, s->site->db);
    know_visitor(w);
    if (lacks_rows(w)) return;
    rq->route = find_route(w, &allowed);
    if (is_unsafe(w)) {
        if (!web_body(w, &w->reply)) return;
        take_said_method(w);
        rq->route = find_route(w, &allowed);
    }
    if (!rq->route) {
        w->reply = no_route(w, allowed);
        return;
    }
    if (!admit(w)) return;
    if (is_unsafe(w)) {
        if (take_share(w) && rq->route->pace) w->reply = rq->route->pace(rq);
        return;
    }
    if (rq->route->ahead) return;
    w->reply = rq->route->handle(rq);
    CHECK(w->reply.done);
}

/* ---- leaving ------------------------------------------------------------------------------------------------------------ */

typedef struct Leaving { WebPrivate *w; HttpReply reply; } Leaving;

static void build_step(Scope *s, void *arg)
{
    Leaving *l = arg;
    web_reply_build(l->w, &l->reply);
}

static void drop_source(WebPrivate *w)
{
    if (w->source) w->source->end(w->source);
    w->source = NULL;
}

/* Once the server has the reply, the request's memory may be gone: nothing here touches it after http_answer. */
static void leave(WebPrivate *w)
{
    HttpRequest *http = w->rq.http;
    Leaving l = { .w = w };
    if (!scope_try(&w->rq.s, build_step, &l, &w->landing)) {
        Reply plain = refuse_plain(500);
        l.reply = (HttpReply){ .status = 500, .type = plain.type, .body = plain.body };
        drop_source(w);
    }
    http_answer(http, &l.reply);
}

static int status_of(const WebPrivate *w, bool lost)
{
    FaultKind kind = w->landing.kind;
    return lost || kind == FAULT_AWAY || kind == FAULT_RETRY || kind == FAULT_DISK ? 503 : 500;
}

/* No database here: it may be what failed. */
static void apologise(Scope *s, void *arg)
{
    WebPrivate *w = arg;
    Reply ignored;
    int status = w->reply.status;
    if (is_unsafe(w) && !w->form.n) web_body(w, &ignored);
    if (status == 503) reply_header(&w->rq, "Retry-After", S("60"));
    w->reply = is_unsafe(w) ? refuse_again(&w->rq, status, w->lost ? WHY_LOST : WHY_STATUS) : refuse(&w->rq, status);
}

static void leave_with_fault(WebPrivate *w, bool lost)
{
    Landing again;
    int status = status_of(w, lost);
    const Route *r = w->rq.route;
    str method = method_name(w->rq.method);
    os_log(LOG_ERROR, "web: %.*s %s: %s (%s:%d)", STR_ARG(method), r ? r->path : "(no route)",
           w->landing.kind ? w->landing.what : w->written_once ? "the commit failed" : "the database is away",
           w->landing.kind ? w->landing.file : "db", w->landing.line);
    rewind_to_mark(w);
    w->lost = lost && w->written_once;
    w->reply.status = status;
    if (!scope_try(&w->rq.s, apologise, w, &again)) {
        rewind_to_mark(w);
        w->reply = refuse_plain(status);
    }
    leave(w);
}

/* A first piece is made before the head leaves, so that what cannot be read at all is a page that says so. Not for HEAD, and not
 * on the writer's thread. */
static bool begin_stream(WebPrivate *w)
{
    bool reads = str_eq(w->rq.http->method, S("GET"));
    w->landing = (Landing){ .kind = FAULT_RETRY, .file = __FILE__, .line = __LINE__, .what = "too many streams are under way" };
    w->source = stream_open(w);
    return w->source && (!reads || stream_fill(w->source, &w->landing));
}

static void answer(WebPrivate *w)
{
    bool streams = w->streaming.next && w->reply.status == 200;
    if (!streams || begin_stream(w)) {
        leave(w);
        return;
    }
    drop_source(w);
    leave_with_fault(w, false);
}

/* ---- reading --------------------------------------------------------------------------------------------------------------- */

static bool try_reading(WebPrivate *w, void (*step)(Scope *, void *))
{
    for (int i = 1;; i++) {
        bool fine = scope_try(&w->rq.s, step, w, &w->landing);
        if (w->rq.s.db) db_read_end(&w->rq.s);
        w->rq.s.db = NULL;
        if (fine || w->landing.kind != FAULT_RETRY || i == READ_TRIES) return fine;
        rewind_to_mark(w);
    }
}

/* ---- writing ---------------------------------------------------------------------------------------------------------------- */

/* A visitor saves for the first time. She keeps the cookie she has: two presses of one button are one person. A page that
 * is shown again with its errors (any 4xx) makes nobody, because nothing is kept of it. False: somebody signed in or was done on this device
 * since she pressed, so the cookie is nobody's any more, and w->reply says so. */
static bool make_person(WebPrivate *w)
{
    Scope *s = &w->rq.s;
    Session made_meanwhile = { 0 };
    str cookie = cookie_for_page(&w->rq);
    if (auth_session(s, cookie, &made_meanwhile)) {
        s->me = made_meanwhile.person;
        if (made_meanwhile.ended) w->reply = refuse_again(&w->rq, 403, WHY_STATUS);
        return !made_meanwhile.ended;
    }
    s->me = journal_id(s);
    if (s->site->own->person_made) s->site->own->person_made(s, s->me);
    auth_session_start(s, cookie, s->me, header(&w->rq, "user-agent"), (SessionTerm){ 0 });
    w->cookie_out = cookie;
    w->cookie_keeps = w->person_made = true;
    return true;
}

static void stay_known(WebPrivate *w)
{
    if (!w->session.person || w->session.term.until || w->rq.s.now - w->session.seen < DAY) return;
    auth_session_seen(&w->rq.s, w->cookie);
    w->cookie_out = w->cookie;
    w->cookie_keeps = true;
}

static void write_step(Scope *s, void *arg)
{
    WebPrivate *w = arg;
    const Route *route = w->rq.route;
    stay_known(w);
    if (route->who == WHO_LEARNER && !s->me && !make_person(w)) return;
    w->reply = route->who == WHO_ROLE && !holds_role(&w->rq) ? refuse_again(&w->rq, 404, WHY_ROLE) : route->handle(&w->rq);
    CHECK(w->reply.done);
}

static bool try_writing(WebPrivate *w, DbConn *writer, void (*step)(Scope *, void *), bool *ret_retry)
{
    Scope *s = &w->rq.s;
    rewind_to_mark(w);
    s->me = w->session.person;
    s->db = writer;
    s->writing = true;
    bool fine = scope_try(s, step, w, &w->landing);
    s->db = NULL;
    s->writing = false;
    if (!fine) {
        *ret_retry = w->landing.kind == FAULT_RETRY;
        w->reply = (Reply){ 0 };
    }
    return fine;
}

static bool run_write(DbWork *work, DbConn *writer, bool *ret_retry)
{
    WebPrivate *w = (WebPrivate *)work;
    w->written_once = true;
    bool fine = try_writing(w, writer, write_step, ret_retry);
    bool nobody_after_all = w->person_made && w->reply.status >= 400;
    if (nobody_after_all) w->cookie_keeps = false;
    return fine && !nobody_after_all && !w->reply.undo;
}

static void written(DbWork *work, DbDone how)
{
    WebPrivate *w = (WebPrivate *)work;
    if (how != DB_LOST && w->reply.done) answer(w);
    else leave_with_fault(w, how == DB_LOST);
}

static void submit_write(WebPrivate *w)
{
    set_mark(w);
    w->work = (DbWork){ .run = run_write, .done = written };
    db_submit(w->rq.s.site->db, &w->work);
}

/* ---- slow work first --------------------------------------------------------------------------------------------------------- */

static void look_ahead(Scope *s, void *arg)
{
    WebPrivate *w = arg;
    db_read_begin(s, s->site->db);
    w->reply = w->rq.route->ahead(&w->rq);
}

static void read_step(Scope *s, void *arg)
{
    WebPrivate *w = arg;
    db_read_begin(s, s->site->db);
    keep_asked_language(&w->rq);
    w->reply = w->rq.route->handle(&w->rq);
    CHECK(w->reply.done);
}

/* As before a write, what `ahead` made stays and what it said is forgotten. */
static void read_after(WebPrivate *w)
{
    set_mark(w);
    clear_reply(w);
    if (try_reading(w, read_step)) answer(w);
    else leave_with_fault(w, false);
}

static void look(WebPrivate *w)
{
    if (!try_reading(w, look_ahead)) leave_with_fault(w, false);
    else if (w->reply.done) answer(w);
    else if (is_unsafe(w)) submit_write(w);
    else read_after(w);
}

static void busy_step(Scope *s, void *arg)
{
    WebPrivate *w = arg;
    w->reply = refuse_for_now(&w->rq, BUSY_MS);
}

/* Nothing is wrong here, so nothing is logged: who asks too often would write the log. */
static void leave_busy(WebPrivate *w)
{
    if (w->arrived && scope_try(&w->rq.s, busy_step, w, &w->landing)) {
        leave(w);
        return;
    }
    w->landing = (Landing){ .kind = FAULT_RETRY, .file = __FILE__, .line = __LINE__, .what = "too many wait for slow work" };
    leave_with_fault(w, false);
}

static void submit_slow(WebPrivate *w)
{
    WebPrivate *out = slow_submit(w->rq.s.site->own->slow, w);
    if (out) leave_busy(out);
}

/* ---- slowed down --------------------------------------------------------------------------------------------------------------- */

static uint64_t lane_of(const Request *rq, str whose) { return str_hash(whose, rq->s.site->own->seed); }

void slow_down(Request *rq, int64_t ms, str tried)
{
    rq->web->delay_ms = ms;
    rq->web->tried = lane_of(rq, tried);
}

void slow_known(Request *rq, str browser)
{
    rq->web->lane = lane_of(rq, browser);
    rq->web->known = true;
}

static void go_on(WebPrivate *w, bool in_time)
{
    if (in_time) submit_slow(w);
    else leave_busy(w);
}

static void submit_in_time(WebPrivate *w)
{
    const struct SiteOwn *own = w->rq.s.site->own;
    if (w->delay_ms && own->slept) own->slept(w->delay_ms);
    if (!w->delay_ms || own->slept) submit_slow(w);
    else if (!line_submit(own->line, w, w->delay_ms)) leave_busy(w);
}

/* ---- her rows first ------------------------------------------------------------------------------------------------------------ */

static void rows_step(Scope *s, void *arg) { journal_make_mine(s); }

static bool run_rows(DbWork *work, DbConn *writer, bool *ret_retry)
{
    return try_writing((WebPrivate *)work, writer, rows_step, ret_retry);
}

/* She arrives anew on a slow worker: this is the writer's thread, and pages are not its business. */
static void rows_written(DbWork *work, DbDone how)
{
    WebPrivate *w = (WebPrivate *)work;
    w->rows_made = how == DB_SAVED;
    if (w->rows_made) submit_slow(w);
    else leave_with_fault(w, how == DB_LOST);
}

static void submit_rows(WebPrivate *w)
{
    w->work = (DbWork){ .run = run_rows, .done = rows_written };
    db_submit(w->rq.s.site->db, &w->work);
}

/* ---- one step after the other ---------------------------------------------------------------------------------------------------- */

static void go_in(WebPrivate *w)
{
    if (!try_reading(w, arrive)) leave_with_fault(w, false);
    else if (w->lacks_rows) submit_rows(w);
    else if (w->reply.done) answer(w);
    else if (w->rq.route->ahead) {
        set_mark(w);
        submit_in_time(w);
    }
    else submit_write(w);
}

static void run_slow(WebPrivate *w)
{
    if (w->arrived) {
        look(w);
        return;
    }
    rewind_to_mark(w);
    go_in(w);
}

/* ---- the server's calls -------------------------------------------------------------------------------------------------------- */

static HttpPlan plan(void *self, HttpRequest *http)
{
    const Site *site = self;
    HttpPlan plan = { .body_max = BODY_MAX_USUAL };
    Method said = method_from(http->method);
    str values[PATH_NAMES_MAX];
    unsigned allowed;
    for (Method m = M_POST; said != M_GET && m < METHODS; m++) {      /* which of them, the body may say */
        const Route *r = routes_match(site->own->routes, m, http->path, values, &allowed);
        if (r && r->body_max > plan.body_max) plan.body_max = r->body_max;
        if (r && r->upload_max > plan.upload_max) plan.upload_max = r->upload_max;
    }
    return plan;
}

static WebPrivate *open_request(Site *site, HttpRequest *http)
{
    WebPrivate *w = NEW(&http->arena, WebPrivate, 1);
    Request *rq = &w->rq;
    rq->web = w;
    rq->session = &w->session;
    rq->http = http;
    rq->method = method_from(http->method);
    rq->path = http->path;
    rq->query = http->query;
    rq->s = (Scope){ .arena = &http->arena, .site = site, .now = site->own->clock(), .lang = lang_at(0) };
    w->lane = lane_of(rq, place_of(&http->arena, http->peer).at);
    w->mark = http->arena;
    rewind_to_mark(w);
    return w;
}

static void serve_asset(HttpRequest *http, const Asset *a)
{
    HttpReply reply = { .status = 200, .type = a->type, .body = a->as.plain, .packed = &a->as, .store = true };
    http_answer(http, &reply);
}

static void serve(void *self, HttpRequest *http)
{
    Site *site = self;
    if (str_starts(http->path, S("/assets/")) && method_from(http->method) == M_GET) {
        const Asset *a = asset_at(site, http->path);
        if (a) {
            serve_asset(http, a);
            return;
        }
    }
    go_in(open_request(site, http));
}

/* The server's own refusals (a body too large, a request that two could read differently) in our words. */
static void refuse_for_server(void *self, HttpRequest *http, int status, HttpReply *ret)
{
    WebPrivate *w = open_request(self, http);
    w->rq.method = M_GET;
    w->reply.status = status;
    w->rq.s.lang = lang_accept(http_header(http, "accept-language"));
    w->rq.wants_json = prefers_json(http_header(http, "accept"));
    if (!scope_try(&w->rq.s, apologise, w, &w->landing)) w->reply = refuse_plain(status);
    *ret = (HttpReply){ .status = status, .type = w->reply.type, .body = w->reply.body };
}

static void ended(void *self, HttpRequest *http) { http->app = NULL; }

HttpApp web_app(Site *site)
{
    return (HttpApp){ .self = site, .plan = plan, .serve = serve, .refuse = refuse_for_server, .ended = ended };
}

Slow *web_slow_start(Arena *keep) { return slow_start(keep, run_slow); }
Line *web_line_start(Arena *keep) { return line_start(keep, go_on); }
