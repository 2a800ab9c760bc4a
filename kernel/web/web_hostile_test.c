/* What a hostile visitor tries at every address of the program: a new route is tried here without a line of its own. */
#include "../../tests/second.h"
#include "../../tests/world.h"

#include "auth/auth.h"
#include "journal/journal.h"
#include "web/web_private.h"

#define RECORDS "SELECT count(*) FROM journal"

/* ---- every route ------------------------------------------------------------------------------------------------------- */

/* "/notes/:id/pages/:page*" with `value` in place of each name. */
static const char *path_with(World *w, const char *route, const char *value)
{
    Out o;
    out_init(&o, world_arena(w), 64);
    for (str_pair cut = { .tail = str_from(route + 1), .found = true }; cut.found;) {
        cut = str_cut(cut.tail, '/');
        out_char(&o, '/');
        out_str(&o, str_starts(cut.head, S(":")) ? str_from(value) : cut.head);
    }
    return str_z(world_arena(w), out_text(&o));
}

static void each_route(World *w, void (*visit)(World *, const Route *, const char *arg), const char *arg)
{
    const Site *site = world_site(w);
    for (int i = 0; i < site->module_n; i++)
        for (int k = 0; k < site->modules[i]->route_n; k++) visit(w, &site->modules[i]->routes[k], arg);
}

static void not_so(World *w, const Route *r, const char *what) { world_failed(w, r->file, r->line, what); }

static bool among(int status, const int *good)
{
    while (*good && *good != status) good++;
    return *good != 0;
}

static void try_every_method(World *w, const Route *r, const char *value)
{
    static const char *const methods[] = { "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE" };
    static const int good[] = { 200, 303, 401, 403, 404, 405, 413, 415, 0 };
    static const char *const types[] = { "text/html", "application/json" };
    for (int m = 0; m < COUNT_OF(methods); m++)
        for (Visitor who = STRANGER; who <= ADMIN; who++) {
            HttpHeader accept = { S("accept"), str_from(types[who % 2]) };
            Visit v = request(w, who, methods[m], path_with(w, r->path, value), &accept, 1, S(""));
            if (!among(v.status, good)) not_so(w, r, at(w, "%s as %d is answered with %d", methods[m], who, v.status));
            bool writes = m > 2, refused = v.status >= 400 || v.status == 303;
            if (writes && !refused) not_so(w, r, at(w, "%s without a proof is taken", methods[m]));
        }
}

TEST(every_address_answers_every_method_and_takes_nothing_without_a_proof)
{
    int64_t before = sql_int(w, RECORDS);
    static const char *const values[] = { "1", "0", "-1", "99999999999999999999", "practices", "a'%22%3E%3Cb%3E", "%E6%B5%B7" };
    for (int i = 0; i < COUNT_OF(values); i++) each_route(w, try_every_method, values[i]);
    EXPECT(sql_int(w, RECORDS) == before);
}

/* ---- forged proofs ----------------------------------------------------------------------------------------------------- */

static void try_token(World *w, const Route *r, const char *token)
{
    if (r->method == M_GET || r->open) return;
    const char *said = at(w, "_method=%.*s", STR_ARG(method_name(r->method)));
    for (Visitor who = STRANGER; who <= ADMIN; who++) {
        Visit v = post_forged(w, who, path_with(w, r->path, "practices"), said, token);
        bool hidden = r->who == WHO_ROLE;                                     /* also where there is no such place */
        if (v.status != 403 && !(hidden && v.status == 404)) not_so(w, r, at(w, "with the token \"%.60s\" the answer is %d", token ? token : "", v.status));
    }
}

static const char *token_of(World *w, const char *cookie)
{
    return str_z(world_arena(w), auth_csrf(world_arena(w), world_site(w)->key, str_from(cookie)));
}

static const char *key_of_another_house(World *w)
{
    uint8_t key[32] = { 1 };
    return str_z(world_arena(w), auth_csrf(world_arena(w), key, S("ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-ana")));
}

TEST(no_route_takes_a_form_with_a_proof_that_is_not_its_senders)
{
    int64_t before = sql_int(w, RECORDS);
    char endless[4000];
    memset(endless, 'A', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    str own = str_from(token_of(w, "ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-ana"));
    const char *tokens[] = {
        NULL, "", "%00", "AAAA", "....", endless, token_of(w, "cccccccccccccccccccccccccccccccccccccccccccc"), token_of(w, ""), key_of_another_house(w),
        str_z(world_arena(w), str_slice(own, 0, own.n - 1)), at(w, "%.*s%%3D", STR_ARG(own)), at(w, "%.*s%%0A", STR_ARG(own)),
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    for (int i = 0; i < COUNT_OF(tokens); i++) each_route(w, try_token, tokens[i]);
    EXPECT(sql_int(w, RECORDS) == before);
}

TEST(a_proof_from_before_signing_in_or_out_is_of_no_use_after)
{
    post(w, STRANGER, "/people/account", "name=Linh&login=linh&password=three+red+boats");
    Visit page = get_json(w, STRANGER, "/people");
    const char *before = str_z(world_arena(w), header_of(page, "csrf-token"));
    EXPECT(post_forged(w, STRANGER, "/people/name", "name=Linh+Two", before).status == 303);
    EXPECT(post(w, STRANGER, "/people/password", "password=three+red+boats&new_password=four+blue+boats").status == 303);
    EXPECT(post_forged(w, STRANGER, "/people/name", "name=Linh+Three", before).status == 403);
    EXPECT(post(w, STRANGER, "/people/session", "_method=delete").status == 303);
    EXPECT(post_forged(w, STRANGER, "/people/name", "name=Linh+Four", before).status == 403);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_person WHERE name = 'Linh Two'") == 1);
}

/* ---- cookies ----------------------------------------------------------------------------------------------------------- */

TEST(cookies_of_every_make_are_ours_or_nobodys)
{
#define MINE COOKIE_SESSION "=ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-ana"
    static const struct { const char *cookie; bool known; } cases[] = {
        { MINE, true }, { "a=b; " MINE "; c=d", true }, { ";;;=;" MINE, true }, { "sampan=; lang=../../etc/passwd; notice=x.y", false },
        { "sampan=\"ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-ana\"", false }, { "sampan=ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-an", false },
        { "sampan=ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-", false }, { "SAMPAN=ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-ana", false },
        { "sampan=short; " MINE, false }, { MINE "; sampan=short", true }, { "sampan", false }, { "sampan=%61na", false },
    };
#undef MINE
    for (int i = 0; i < COUNT_OF(cases); i++) {
        HttpHeader cookie = { S("cookie"), str_from(cases[i].cookie) };
        Visit v = request(w, GUEST, "GET", "/people", &cookie, 1, S(""));
        if (v.status != 200 || says(v, "Ana") != cases[i].known) world_failed(w, __FILE__, __LINE__, cases[i].cookie);
    }
}

/* ---- typed bytes ------------------------------------------------------------------------------------------------------- */

static const struct { const char *path, *fixed, *fields; } forms[] = {
    { "/people/session",  "",                                                           "login password to mine today _method" },
    { "/people/account",  "",                                                           "name login password to mine today" },
    { "/people/name",     "",                                                           "name" },
    { "/people/language", "",                                                           "lang to" },
    { "/people/password", "",                                                           "password new_password" },
    { "/people/erasure",  "",                                                           "password seal" },
    { "/people/second",   "",                                                           "to" },
    { "/people/second/confirmation", "",                                                "code password to" },
    { "/people/step",     "",                                                           "code pass to" },
    { "/people/reset",    "",                                                           "login code new_password to" },
    { "/people/sheet",    "",                                                           "password" },
    { "/people/terms",    "",                                                           "answer" },
    { "/people/age",      "",                                                           "band to" },
    { "/quiz/answers",    "",                                                           "set question version seen choice f1" },
    { "/quiz/answers",    "set=practices/order/map&question=first-answer&",             "version seen choice" },
    { "/example",         "",                                                           "body" },
    { "/learn/practices/order/map/completion", "",                                      "seen" },
    { "/learn/practices/order/map/answers", "", "product.name product.unit buyer.economy buyer.kind order.days product.hs order.reply seen" },
    { "/learn/practices/order/terms/answers", "", "price.exw price.exw_currency ship.date" },
};

static const char *const typed[] = {
    "a%00b", "%FF%FE", "%C0%AF", "%ED%A0%80", "a%E2%80%AEb", "%E2%81%A6", "a%07b", "a%0Db", "%0A%0A", "%EF%BB%BF", "%E2%80%8B", "+++",
    "%3Cscript%3Ealert(1)%3C/script%3E", "%22%3E%3Cimg+src=x+onerror=alert(1)%3E", "%25n%25s", "'+OR+1=1+--", "{{+csrf+}}", "-1",
    "99999999999999999999999999", "NaN", "Infinity", "1e999", "0x1p3", "2026-02-30", "99999-01-01", "../../etc/passwd", "//evil.example",
    "https://evil.example/", "%5Cevil", "/%09/evil", "/%0d%0aSet-Cookie:x=y", "javascript:alert(1)", "%22NEAR(%22a%22+b*)", ":*+%26+!(+|", "title:order+AND+NOT+%5Ex", "((((%22", "%D9%A1%D9%A2", "%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7",
};

static bool stays_here(Visit v)
{
    bool elsewhere = v.location.n && (v.location.p[0] != '/' || (v.location.n > 1 && (v.location.p[1] == '/' || v.location.p[1] == '\\')));
    return !elsewhere && str_is_plain(v.location, false) && str_find(v.headers, S("x=y")) < 0;
}

static bool is_text(World *w, str body) { return str_eq(str_shown(world_arena(w), body), body); }

static void type_into(World *w, Visitor who, const char *path, const char *form)
{
    static const int good[] = { 200, 303, 400, 403, 404, 405, 422, 429, 0 };
    Visit v = post(w, who, path, form);
    if (!among(v.status, good)) world_failed(w, path, v.status, form);
    if (!is_text(w, v.body) || says(v, "<script>alert") || says(v, "<img src=x")) world_failed(w, path, v.status, form);
    if (!stays_here(v)) world_failed(w, path, v.status, form);
}

TEST(whatever_is_typed_gets_an_answer_in_plain_text_that_leads_nowhere_else)
{
    for (int i = 0; i < COUNT_OF(forms); i++)
        for (str_pair field = { .tail = str_from(forms[i].fields), .found = true }; field.found;) {
            field = str_cut(field.tail, ' ');
            for (int k = 0; k < COUNT_OF(typed); k++) {
                const char *form = at(w, "%s%.*s=%s", forms[i].fixed, STR_ARG(field.head), typed[k]);
                type_into(w, GUEST, forms[i].path, form);
                type_into(w, BO, forms[i].path, form);
            }
        }
    EXPECT(get(w, BO, "/people").status == 200);
}

static const char *const read_at[] = { "/", "/learn", "/search", "/people", "/people/session/new", "/people/account/new", "/quiz/review/practices/order/map" };

TEST(whatever_stands_in_a_query_is_plain_text_on_the_page)
{
    static const char *const names[] = { "q", "lang", "to", "page" };
    for (int i = 0; i < COUNT_OF(read_at); i++)
        for (int n = 0; n < COUNT_OF(names); n++)
            for (int k = 0; k < COUNT_OF(typed); k++) {
                const char *path = at(w, "%s?%s=%s&%s", read_at[i], names[n], typed[k], typed[k]);
                Visit page = get(w, STRANGER, path), json = get_json(w, STRANGER, path), mine = get(w, ANA, path);
                bool fine = page.status == 200 && json.status == 200 && is_text(w, page.body) && is_text(w, json.body);
                if (!fine || !stays_here(mine) || says(page, "<script>alert") || says(page, "<img src=x")) world_failed(w, path, page.status, typed[k]);
            }
}

/* ---- the method a form says -------------------------------------------------------------------------------------------- */

TEST(only_a_form_says_another_method_and_only_one_that_writes)
{
    static const char *const said[] = { "get", "GET", "HEAD", "OPTIONS", "TRACE", "delete%00", "delete,post", "DELETE%20" };
    for (int i = 0; i < COUNT_OF(said); i++) EXPECT(post(w, ANA, "/people/name", at(w, "name=Ana&_method=%s", said[i])).status == 303);
    EXPECT(post(w, ANA, "/people/name", "name=Ana&_method=put").status == 405);
    EXPECT(get(w, ANA, "/people/session?_method=delete").status != 200 && world_person(w, ANA) != 0);
    HttpHeader override[] = { { S("x-http-method-override"), S("DELETE") }, { S("accept"), S("text/html") } };
    EXPECT(request(w, ANA, "GET", "/people", override, 2, S("")).status == 200);
    EXPECT(says(get(w, ANA, "/people"), "Sign out"));
}

/* ---- whole or not at all ------------------------------------------------------------------------------------------------- */

enum { TAKEN_MAX = 128 };
typedef struct Taken { const Route *route[TAKEN_MAX]; int n; } Taken;

static str all_that_is_kept(World *w)
{
    return sql_str(w, "SELECT (SELECT count(*) FROM journal) || ' ' || (SELECT count(*) FROM auth_session) || ' ' || (SELECT count(*) FROM auth_session WHERE ended = 0) || ' ' || (SELECT count(*) FROM auth_person)"
                      " || ' ' || (SELECT count(*) FROM people_login) || ' ' || (SELECT max(hash) FROM people_login) || ' ' ||"
                      " (SELECT count(*) FROM people_person) || ' ' || (SELECT count(*) FROM journal_person) || ' ' || (SELECT count(*) FROM example_note)"
                      " || ' ' || (SELECT coalesce(sum(done), 0) FROM example_done) || ' ' || (SELECT count(*) FROM learn_answer) || ' ' ||"
                      " (SELECT count(*) FROM learn_done) || ' ' || (SELECT count(*) FROM quiz_try) || ' ' || (SELECT count(*) FROM quiz_answer) || ' ' ||"
                      " (SELECT count(*) FROM journal WHERE kind LIKE 'role.%' OR kind LIKE 'centre.%' OR kind LIKE 'body.%' OR kind LIKE 'economy.%') || ' ' ||"
                      " (SELECT count(*) FROM centres_note)"
                      " || ' ' || (SELECT count(*) FROM auth_totp) || ' ' || (SELECT coalesce(sum(since + step), 0) FROM auth_totp) || ' ' ||"
                      " (SELECT coalesce(max(mac), '') FROM auth_paper) || ' ' || (SELECT count(*) FROM auth_reset) || ' ' ||"
                      " (SELECT max(strong) FROM auth_session) || ' ' || (SELECT coalesce(sum(version + accepted), 0) FROM people_agreed)"
                      " || ' ' || (SELECT count(*) FROM room_room) || ' ' || (SELECT count(*) FROM room_device) || ' ' || (SELECT count(*) FROM room_seat)"
                      " || ' ' || (SELECT coalesce(sum(slips), 0) FROM room_seat) || ' ' || (SELECT coalesce(max(pin), '') FROM room_seat) AS s");
}

static void take(World *w, Taken *taken, const char *path, const char *form)
{
    unsigned allowed;
    bool gone = str_find(str_from(form), S("_method=delete")) >= 0;
    CHECK(taken->n < TAKEN_MAX);
    taken->route[taken->n++] = site_route(world_site(w), gone ? M_DELETE : M_POST, str_cut(str_from(path), '?').head, &allowed);
}

static Visit whole(World *w, Taken *taken, Visitor who, const char *path, const char *form)
{
    Visit v;
    str before = all_that_is_kept(w);
    int64_t me = world_person(w, who);
    FAILING(w, v, post(w, who, path, form)) {
        world_wait(w, SECOND);       /* nobody tries so often in no time */
        if (!str_eq(all_that_is_kept(w), before) || world_person(w, who) != me) world_failed(w, path, v.status, "something of it was kept");
        if (!says(v, "<form method=\"post\"")) world_failed(w, path, v.status, "what was typed is gone");
    }
    bool kept = v.status == 303 || v.status == 200;      /* 200: what is shown only once */
    if (!kept || str_eq(all_that_is_kept(w), before)) world_failed(w, path, v.status, "in the end it was not kept");
    take(w, taken, path, form);
    return v;
}

/* A group, somebody in it, a device: and back. */
static void whole_room(World *w, Taken *taken)
{
    str pin = auth_hash(world_arena(w), S("4071"));
    whole(w, taken, OPERATOR, "/room/desk", "name=Monday+group");
    const char *room = at(w, "/room/desk/%lld", (long long)sql_int(w, "SELECT id FROM room_room"));
    whole(w, taken, OPERATOR, at(w, "%s/seats", room), "name=Mei");
    const char *seat = at(w, "%lld", (long long)sql_int(w, "SELECT id FROM room_seat"));
    whole(w, taken, OPERATOR, at(w, "%s/seats/%s/pin", room, seat), "");
    sql_run(w, at(w, "UPDATE room_seat SET slips = 5, pin = '%.*s'", STR_ARG(pin)));
    whole(w, taken, OPERATOR, at(w, "%s/seats/%s/lock", room, seat), "_method=delete");
    whole(w, taken, OPERATOR, at(w, "%s/devices", room), "");
    whole(w, taken, OPERATOR, at(w, "/room/seats/%s/session", seat), "pin=4071");
    whole(w, taken, OPERATOR, "/room/pin", "pin=4071&new_pin=4072");
    whole(w, taken, OPERATOR, "/room/login", "pin=4072&login=mei-2&password=three+red+boats");
    whole(w, taken, OPERATOR, "/room/session", "_method=delete");
    whole(w, taken, TRAINER, at(w, "%s/devices/%lld", room, (long long)sql_int(w, "SELECT id FROM room_device")), "_method=delete");
    whole(w, taken, TRAINER, at(w, "%s/seats/%s", room, seat), "_method=delete");
}

static const char *other_session(World *w, Visitor who)
{
    str rest = get_json(w, who, "/people").body;
    for (ptrdiff_t i; (i = str_find(rest, S("\"key\":\""))) >= 0;) {
        str key = str_cut(str_slice(rest, i + 7, rest.n), '"').head;
        rest = str_slice(rest, i + 7, rest.n);
        ptrdiff_t here = str_find(rest, S("\"here\":"));
        if (here >= 0 && str_starts(str_slice(rest, here + 7, rest.n), S("false"))) return at(w, "/people/sessions/%.*s", STR_ARG(key));
    }
    return "/people/sessions/none";
}

static const char *led_to(World *w, Visitor who, const char *path, const char *form) { return str_z(world_arena(w), post(w, who, path, form).location); }

static void whole_centres(World *w, Taken *taken)
{
    const char *centre = at(w, "/centres/%lld", (long long)world_centre(w)), *offers = at(w, "%s/offers", centre);
    const char *group = led_to(w, ADMIN, "/centres/all/bodies", "body_name=The+south&sort=group");
    whole(w, taken, OFFICER, "/centres/ID/centres", "name=Solo");
    whole(w, taken, ADMIN, "/centres/ID/bodies", "body_name=Trade&sort=ministry");
    whole(w, taken, ADMIN, at(w, "%s/economies", group), "economy=ID");
    whole(w, taken, OPERATOR, at(w, "%s/description", centre), "name=Solo&way=By+the+river");
    whole(w, taken, OPERATOR, offers, "role=mentor&words=Sari");
    whole(w, taken, BO, led_to(w, ADMIN, offers, "role=trainer"), "name=Bo");
    int64_t grant = sql_int(w, "SELECT max(id) FROM centres_grant WHERE person <> 0");
    whole(w, taken, BO, at(w, "%s/roles/%lld", centre, (long long)grant), "_method=delete");
    grant = sql_int(w, "SELECT max(id) FROM centres_grant WHERE ended = 0");
    whole(w, taken, ADMIN, at(w, "%s/grants/%lld", centre, (long long)grant), "_method=delete");
    whole(w, taken, ADMIN, at(w, "%s/closure", centre), "");
    whole(w, taken, ADMIN, at(w, "%s/closure", centre), "_method=delete");
}

static void expect_all_routes(World *w, const Taken *taken)
{
    const Site *site = world_site(w);
    for (int i = 0; i < site->module_n; i++)
        for (int k = 0; k < site->modules[i]->route_n; k++) {
            const Route *r = &site->modules[i]->routes[k];
            bool seen = r->method == M_GET || r->open;          /* open: a machine's, and no form */
            for (int n = 0; n < taken->n && !seen; n++) seen = taken->route[n] == r;
            if (!seen) not_so(w, r, "this form is not tried while the database fails: add it below");
        }
}

/* Each failure takes a second: the code is one that is good for the longest time. */
static const char *with_code(World *w, const char *begin, str secret)
{
    world_wait(w, 5 * MINUTE);
    return at(w, "%s&password=four+blue+boats&code=%s", begin, second_code(w, secret, 30 * SECOND));
}

static void second_step_whole(World *w, Taken *taken, Visitor who)
{
    whole(w, taken, who, "/people/second", "");
    str secret = second_secret(w, who);
    whole(w, taken, who, "/people/second/confirmation", with_code(w, "to=/", secret));
    whole(w, taken, who, "/people/second/papers", with_code(w, "to=/", secret));
    whole(w, taken, who, "/people/step", with_code(w, "to=/", secret));
    whole(w, taken, who, "/people/second", with_code(w, "_method=delete", secret));
}

static void reset_whole(World *w, Taken *taken, Visitor who)
{
    Visit sheet = whole(w, taken, who, "/people/sheet", "password=four+blue+boats");
    sql_run(w, at(w, "INSERT INTO auth_reset (person, mac, made, works) VALUES (%lld, 'x', %lld, %lld)", (long long)world_person(w, who),
                  (long long)world_now(w), (long long)world_now(w) + 1));
    whole(w, taken, who, "/people/code", "_method=delete");
    whole(w, taken, who, "/people/reset", at(w, "login=linh&new_password=five+green+boats&code=%.*s", STR_ARG(paper_code(w, sheet, 0))));
}

/* Each of these hashes a password for each call that fails: a test of their own, so that neither takes too long. */
static const char *const proofs[][2] = {
    { "/people/second", "" }, { "/people/second/confirmation", "" }, { "/people/second/papers", "" }, { "/people/step", "" },
    { "/people/second", "_method=delete" }, { "/people/sheet", "" }, { "/people/code", "_method=delete" }, { "/people/reset", "" },
};

TEST(whichever_database_call_fails_every_form_by_which_somebody_proves_herself_is_kept_whole_or_not_at_all)
{
    Taken taken = { .n = 0 }, wanted = { .n = 0 };
    post(w, GUEST, "/people/account", "name=Linh&login=linh&password=four+blue+boats");
    second_step_whole(w, &taken, GUEST);
    reset_whole(w, &taken, GUEST);
    for (int i = 0; i < COUNT_OF(proofs); i++) take(w, &wanted, proofs[i][0], proofs[i][1]);
    EXPECT(taken.n == wanted.n && memcmp(taken.route, wanted.route, sizeof *taken.route * (size_t)taken.n) == 0);
}

#define SIGN_IN "login=linh&password=three+red+boats"
#define LESSON "/learn/practices/order/map"

/* Work that is put aside, and taken back; and being done. */
static void whole_shared_device(World *w, Taken *taken)
{
    forget_cookies(w, GUEST);
    forget_cookies(w, STRANGER);
    post(w, STRANGER, "/people/account", "name=Mei&login=mei&password=three+red+boats");
    post(w, GUEST, LESSON "/answers", "product.name=Tea");
    const char *aside = at(w, "/people/aside/%lld", (long long)world_person(w, GUEST));
    post(w, GUEST, "/people/session", "login=mei&password=three+red+boats");
    whole(w, taken, GUEST, aside, "");
    forget_cookies(w, GUEST);
    whole(w, taken, GUEST, "/people/done", "");
}

TEST(whichever_database_call_fails_every_form_of_the_program_is_kept_whole_or_not_at_all)
{
    Taken taken = { .n = 0 };
    int64_t version = sql_int(w, "SELECT version FROM quiz_question WHERE set_key = 'practices/order/map' AND name = 'first-answer'");
    str reply = str_fmt(world_arena(w), "%0240d", 0);
    whole(w, &taken, STRANGER, "/people/account", "name=Linh&" SIGN_IN);
    whole(w, &taken, GUEST, "/quiz/answers", at(w, "set=practices/order/map&question=first-answer&version=%lld&seen=0&choice=1", (long long)version));
    whole(w, &taken, GUEST, LESSON "/answers", at(w, "product.name=Tea&buyer.economy=JP&order.days=30&order.reply=%.*s&order.steps=%.*s", STR_ARG(reply), STR_ARG(reply)));
    sql_run(w, "UPDATE quiz_set SET questions = 0 WHERE set_key = 'practices/order/map'");      /* nothing more to answer */
    whole(w, &taken, GUEST, LESSON "/completion", "");
    whole(w, &taken, GUEST, "/people/session", at(w, "%s%s", SIGN_IN, is_mine(w, GUEST)));
    EXPECT(world_person(w, GUEST) == world_person(w, STRANGER));
    whole(w, &taken, GUEST, "/example", "body=Ten+sacks");
    const char *note = at(w, "/example/%lld", (long long)sql_int(w, "SELECT max(id) FROM example_note"));
    whole(w, &taken, GUEST, at(w, "%s/completion", note), "");
    whole(w, &taken, GUEST, at(w, "%s/completion", note), "_method=delete");
    whole(w, &taken, GUEST, "/people/name", "name=Linh+Two");
    whole(w, &taken, GUEST, "/people/language", "lang=ar");
    whole(w, &taken, GUEST, "/people/language", "lang=en");
    whole(w, &taken, GUEST, other_session(w, GUEST), "_method=delete");
    forget_cookies(w, STRANGER);
    whole(w, &taken, STRANGER, "/people/session", SIGN_IN);
    whole(w, &taken, GUEST, "/people/sessions", "_method=delete");
    whole(w, &taken, GUEST, "/people/password", "password=three+red+boats&new_password=four+blue+boats");
    sql_run(w, "UPDATE people_agreed SET accepted = 0");       /* she agreed when she made her account: to say it again is no news */
    whole(w, &taken, GUEST, "/people/terms", "answer=yes");
    whole(w, &taken, GUEST, "/people/age", "band=3");
    whole(w, &taken, GUEST, "/people/session", "_method=delete");
    whole(w, &taken, GUEST, "/people/session", "login=linh&password=four+blue+boats");
    whole(w, &taken, GUEST, "/people/erasure", "password=four+blue+boats");
    whole_centres(w, &taken);
    for (int i = 0; i < COUNT_OF(proofs); i++) take(w, &taken, proofs[i][0], proofs[i][1]);
    whole_shared_device(w, &taken);
    whole_room(w, &taken);
    expect_all_routes(w, &taken);
}

TESTS(web_hostile, every_address_answers_every_method_and_takes_nothing_without_a_proof,
      no_route_takes_a_form_with_a_proof_that_is_not_its_senders, a_proof_from_before_signing_in_or_out_is_of_no_use_after,
      cookies_of_every_make_are_ours_or_nobodys, whatever_is_typed_gets_an_answer_in_plain_text_that_leads_nowhere_else,
      whatever_stands_in_a_query_is_plain_text_on_the_page, only_a_form_says_another_method_and_only_one_that_writes,
      whichever_database_call_fails_every_form_by_which_somebody_proves_herself_is_kept_whole_or_not_at_all,
      whichever_database_call_fails_every_form_of_the_program_is_kept_whole_or_not_at_all)
