/* What the kernel promises of every page, seen through a module of test routes. */
#include "../../tests/world.h"
#include "journal/journal.h"

#include <stdatomic.h>

#include "auth/auth.h"
#include "web/web_private.h"

/* ---- test routes -------------------------------------------------------------------------------------------------------------- */

static Reply say(Request *rq, str text) { return text_reply(rq, S("text/plain"), text); }

static Reply form_page(Request *rq, Form *f)
{
    static const Option kinds[] = { { S("dry"), S("Dry") }, { S("cold"), S("Cold") } };
    rq->title = S("A form");
    page_begin(rq);
    csrf_field(rq);
    web_problems(rq, f);
    web_field(rq, f, "title", S("Title"), S("A few words"));
    web_area(rq, f, "body", S("Body"), S(""));
    web_choice(rq, f, "kind", S("Kind"), S(""), (Options){ kinds, 2 });
    web_checkbox(rq, f, "agree", S("I agree"), S(""));
    web_field_password(rq, f, "password", S("Password"), S(""), "current-password");
    return page_end(rq);
}

static Reply form_get(Request *rq) { return form_page(rq, form(rq)); }

static Reply form_post(Request *rq)
{
    Form *f = form(rq);
    str title = form_text(f, "title", 3, 20);
    form_int(f, "weight", 1, 50);
    if (form_bad(f)) return unprocessable(form_page(rq, f));
    notice(rq, S("Kept & done."));
    return see_other(rq, "/t/said/%.*s", STR_ARG(title));
}

static Reply said_get(Request *rq) { return say(rq, path_str(rq, "what")); }
static Reply new_get(Request *rq) { return say(rq, S("new")); }
static Reply rest_get(Request *rq) { return say(rq, path_str(rq, "rest")); }
static Reply gone_delete(Request *rq) { return say(rq, S("gone")); }
static Reply query_get(Request *rq) { return say(rq, query_str(rq, "q")); }
static Reply json_post(Request *rq)
{
    str *kinds;
    ptrdiff_t n = form_all(form(rq), "kinds", &kinds);
    return say(rq, str_fmt(rq->s.arena, "%.*s|%lld|%td|%d", STR_ARG(form_raw(form(rq), "title")),
                           (long long)form_int(form(rq), "weight", 1, 50), n, form_checked(form(rq), "agree")));
}
static Reply me_post(Request *rq) { return say(rq, str_fmt(rq->s.arena, "%lld", (long long)rq->s.me)); }
static Reply picky_post(Request *rq) { return with_status(me_post(rq), 422); }
static Reply desk_get(Request *rq) { return say(rq, S("secret")); }

static int64_t centre;
static bool in_centre(Request *rq, RolePlace *ret)
{
    *ret = (RolePlace){ AUDIENCE_CENTRE, centre };
    return true;
}
static bool in_economy(Request *rq, RolePlace *ret)
{
    *ret = (RolePlace){ AUDIENCE_ECONOMY, stream_economy(S("ID")) };
    return true;
}
static bool in_nothing(Request *rq, RolePlace *ret) { return false; }
enum { LOOKS_AFTER = ROLE_ADMIN | ROLE_OFFICER | ROLE_OPERATOR };
static Reply fault_post(Request *rq) { fault(&rq->s, FAULT_DISK, "no room"); }
static Reply greedy_get(Request *rq)
{
    while (NEW(rq->s.arena, char, 1 << 20)) {}
    return say(rq, S("room without end"));
}

static Reply leave_post(Request *rq) { session_end(rq); return see_other(rq, "/"); }
static Reply elsewhere_get(Request *rq) { return see_other_url(rq, query_str(rq, "to")); }

static atomic_int slow_open;
static Reply slow_ahead(Request *rq)
{
    while (!atomic_load(&slow_open)) {}
    rq->ahead = NEW(rq->s.arena, int, 1);
    return (Reply){ 0 };
}
static Reply slow_post(Request *rq) { return say(rq, rq->ahead ? S("looked") : S("forgot")); }
static Reply turned_away_ahead(Request *rq) { return with_status(say(rq, S("wait")), 429); }

static const Route routes[] = {
    GET   ("/t/form",        form_get,     .who = WHO_ANYONE),
    POST  ("/t/form",        form_post,    .who = WHO_ANYONE),
    GET   ("/t/said/:what",  said_get,     .who = WHO_ANYONE),
    GET   ("/t/said/new",    new_get,      .who = WHO_ANYONE),
    GET   ("/t/all/:rest*",  rest_get,     .who = WHO_ANYONE),
    DELETE("/t/said/:what",  gone_delete,  .who = WHO_ANYONE),
    GET   ("/t/query",       query_get,    .who = WHO_ANYONE),
    POST  ("/t/json",        json_post,    .who = WHO_ANYONE),
    POST  ("/t/me",          me_post,      .who = WHO_LEARNER),
    POST  ("/t/picky",       picky_post,   .who = WHO_LEARNER),
    GET   ("/t/mine",        said_get,     .who = WHO_SIGNED_IN),
    POST  ("/t/mine",        me_post,      .who = WHO_SIGNED_IN),
    GET   ("/t/desk",        desk_get,         .who = WHO_ROLE, .role = ROLE_ADMIN, .in = role_for_all),
    GET   ("/t/centre",      desk_get,         .who = WHO_ROLE, .role = LOOKS_AFTER, .in = in_centre),
    GET   ("/t/economy",     desk_get,         .who = WHO_ROLE, .role = LOOKS_AFTER, .in = in_economy),
    GET   ("/t/no-place",    desk_get,         .who = WHO_ROLE, .role = LOOKS_AFTER, .in = in_nothing),
    GET   ("/t/somewhere",   desk_get,         .who = WHO_ROLE, .role = ROLE_TRAINER | ROLE_EXPERT, .in = role_somewhere),
    POST  ("/t/fault",       fault_post,   .who = WHO_ANYONE),
    GET   ("/t/greedy",      greedy_get,   .who = WHO_ANYONE),
    POST  ("/t/leave",       leave_post,   .who = WHO_ANYONE),
    GET   ("/t/elsewhere",   elsewhere_get, .who = WHO_ANYONE),
    POST  ("/t/slow",        slow_post,    .who = WHO_ANYONE, .ahead = slow_ahead),
    POST  ("/t/away",        slow_post,    .who = WHO_ANYONE, .ahead = turned_away_ahead),
    POST  ("/t/machine",     me_post,      .who = WHO_ANYONE, .open = true),
};
static const Module test_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes) };
static const Module *const test_modules[] = { &test_module };

/* ---- routes --------------------------------------------------------------------------------------------------------------------- */

TEST(the_literal_path_wins_and_the_named_one_takes_the_rest)
{
    EXPECT_STR(get(w, STRANGER, "/t/said/new").body, S("new"));
    EXPECT_STR(get(w, STRANGER, "/t/said/old").body, S("old"));
    EXPECT_STR(get(w, STRANGER, "/t/said/%E6%B5%B7%E5%85%B3").body, S("海关"));
    EXPECT_STR(get(w, STRANGER, "/t/all/a/b/c").body, S("a/b/c"));
    EXPECT(get(w, STRANGER, "/t/all").status == 404);
    EXPECT(get(w, STRANGER, "/t/said").status == 404);
}

TEST(a_method_that_is_not_there_says_which_are)
{
    Visit v = post(w, STRANGER, "/t/said/old", "");
    EXPECT(v.status == 405);
    EXPECT_STR(header_of(v, "Allow"), S("GET, DELETE, HEAD"));
    EXPECT(request(w, STRANGER, "HEAD", "/t/said/old", NULL, 0, S("")).status == 200);
}

TEST(a_form_may_say_delete)
{
    EXPECT_STR(post(w, STRANGER, "/t/said/old", "_method=delete").body, S("gone"));
}

TEST(a_slash_too_many_leads_to_the_page)
{
    Visit v = get(w, STRANGER, "/t/form/");
    EXPECT(v.status == 303);
    EXPECT_STR(v.location, S("/t/form"));
}

static Reply nothing(Request *rq) { return say(rq, S("")); }

static bool refused(World *w, const Route *r, int n, const char *because)
{
    Module m = { .name = "x", .routes = r, .route_n = n };
    const Module *all[] = { &m };
    str why = { 0 };
    return !routes_compile(world_arena(w), all, 1, &why) && str_find(why, str_from(because)) >= 0;
}

TEST(a_route_that_could_surprise_is_refused_at_start)
{
    const Route forgot[]   = { GET("/a", nothing) };
    const Route twice[]    = { GET("/a/:x", nothing, .who = WHO_ANYONE), GET("/a/:y", nothing, .who = WHO_ANYONE) };
    const Route crossing[] = { GET("/a/:x/b", nothing, .who = WHO_ANYONE), GET("/a/c/:y", nothing, .who = WHO_ANYONE) };
    const Route rests[]    = { GET("/a/:x*", nothing, .who = WHO_ANYONE), GET("/a/:y*", nothing, .who = WHO_ANYONE) };
    const Route relative[] = { GET("a", nothing, .who = WHO_ANYONE) };
    const Route fine[]     = { GET("/a", nothing, .who = WHO_ANYONE), GET("/a/:x", nothing, .who = WHO_ANYONE),
                               GET("/a/b", nothing, .who = WHO_ANYONE), GET("/a/:x*", nothing, .who = WHO_ANYONE),
                               POST("/a/:y", nothing, .who = WHO_ANYONE), GET("/:x/b", nothing, .who = WHO_ANYONE) };
    EXPECT(refused(w, forgot, 1, "who may come"));
    EXPECT(refused(w, twice, 2, "could answer"));
    EXPECT(refused(w, crossing, 2, "could answer"));
    EXPECT(refused(w, rests, 2, "could answer"));
    EXPECT(refused(w, relative, 1, "does not begin with /"));
    EXPECT(!refused(w, fine, 5, ""));
    EXPECT(refused(w, fine, 6, "could answer"));        /* /a/:x and /:x/b both fit /a/b, but /a/b is more literal than either */
}

TEST(every_page_a_route_names_is_there)
{
    const Site *site = world_site(w);
    for (int i = 0; i < site->module_n; i++)
        for (int k = 0; k < site->modules[i]->route_n; k++) {
            const Route *r = &site->modules[i]->routes[k];
            const char *folder = strstr(r->file, "modules/"), *slash = folder ? strchr(folder + 8, '/') : NULL;
            if (!r->page || !slash) continue;
            str page = str_fmt(world_arena(w), SAMPAN_SOURCE "/%.*s/pages/%s.html", (int)(slash - folder), folder, r->page), text;
            if (!os_read_file(world_arena(w), page.p, 1 << 20, &text)) world_differs(w, r->file, r->line, S("no page"), page);
        }
}

/* ---- who may come ---------------------------------------------------------------------------------------------------------------- */

TEST(a_visitor_is_led_to_sign_in_and_back)
{
    Visit v = get(w, STRANGER, "/t/mine?x=1");
    EXPECT(v.status == 303);
    EXPECT_STR(v.location, S("/people/session/new?to=%2Ft%2Fmine%3Fx%3D1"));
    EXPECT(get(w, ANA, "/t/mine").status == 200);
    EXPECT(get_json(w, STRANGER, "/t/mine").status == 401);
}

TEST(who_is_signed_out_while_typing_keeps_what_she_typed)
{
    Visit v = post(w, STRANGER, "/t/mine", "body=Forty+lines+of+thought");
    EXPECT(v.status == 403 && says(v, "Forty lines of thought") && says(v, "/people/session/new"));
}

TEST(a_page_for_a_role_is_not_there_for_others)
{
    EXPECT(get(w, ADMIN, "/t/desk").status == 200);
    EXPECT(get(w, ANA, "/t/desk").status == 404 && get(w, OPERATOR, "/t/desk").status == 404 && get(w, OFFICER, "/t/desk").status == 404);
    Visit v = get(w, STRANGER, "/t/desk");
    EXPECT(v.status == 303 && str_starts(v.location, S("/people/session/new")));
}

/* The centre of the world lies in ID: who holds a role in an economy, or in everything, holds it there. */
TEST(a_role_is_held_where_it_was_given_and_in_what_lies_inside)
{
    centre = world_centre(w);
    EXPECT(get(w, ADMIN, "/t/centre").status == 200 && get(w, OFFICER, "/t/centre").status == 200 && get(w, OPERATOR, "/t/centre").status == 200);
    EXPECT(get(w, TRAINER, "/t/centre").status == 404 && get(w, ANA, "/t/centre").status == 404);
    EXPECT(get(w, OPERATOR, "/t/economy").status == 404 && get(w, OFFICER, "/t/economy").status == 200);
    EXPECT(get(w, OPERATOR, "/t/no-place").status == 404 && get(w, ADMIN, "/t/no-place").status == 404);
    for (Visitor v = ADMIN; v < GUEST; v++) EXPECT((get(w, v, "/t/somewhere").status == 200) == (v == TRAINER || v == EXPERT));
}

TEST(a_visitor_who_saves_becomes_one_person_and_stays_it)
{
    EXPECT(get(w, GUEST, "/t/form").status == 200);
    EXPECT(world_person(w, GUEST) == 0);
    Visit first = post(w, GUEST, "/t/me", "");
    EXPECT(first.status == 200 && !str_eq(first.body, S("0")));
    EXPECT_STR(post(w, GUEST, "/t/me", "").body, first.body);
    EXPECT_STR(str_fmt(world_arena(w), "%lld", (long long)world_person(w, GUEST)), first.body);
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'person.made'") == 1);
}

TEST(a_form_that_is_refused_makes_nobody)
{
    EXPECT(post(w, GUEST, "/t/picky", "").status == 422);
    EXPECT(world_person(w, GUEST) == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'person.made'") == 0);
}

TEST(whichever_database_call_fails_no_half_person_is_left)
{
    Visit v;
    FAILING(w, v, post(w, GUEST, "/t/me", "")) EXPECT(world_person(w, GUEST) == 0);
    EXPECT(v.status == 200 && world_person(w, GUEST) != 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'person.made'") == 1);
}

TEST(who_leaves_is_nobody_again)
{
    EXPECT(post(w, ANA, "/t/leave", "").status == 303);
    EXPECT(get(w, ANA, "/t/mine").status == 303);
}

/* ---- forged forms ------------------------------------------------------------------------------------------------------------------ */

static str field_value(Visit v, const char *name)
{
    ptrdiff_t at = str_find(v.body, str_from(name));
    if (at < 0) return (str){ 0 };
    str rest = str_slice(v.body, at, v.body.n);
    rest = str_slice(rest, str_find(rest, S("value=\"")) + 7, rest.n);
    return str_cut(rest, '"').head;
}

TEST(a_form_without_its_proof_is_not_taken_but_not_lost)
{
    Visit v = post_forged(w, ANA, "/t/form", "title=Rice+%26+salt&weight=3&password=hunter22", NULL);
    EXPECT(v.status == 403);
    EXPECT(says(v, "Rice &amp; salt") && says(v, "Send it again"));
    EXPECT(!says(v, "hunter22") && says(v, "type=\"password\" name=\"password\""));
    str token = field_value(v, "name=\"_csrf\"");
    EXPECT(post_forged(w, ANA, "/t/form", "title=Rice&weight=3", str_z(world_arena(w), token)).status == 303);
    EXPECT(post_forged(w, BO, "/t/form", "title=Rice&weight=3", str_z(world_arena(w), token)).status == 403);
}

TEST(a_form_of_another_site_gets_no_button)
{
    HttpHeader from[] = { { S("content-type"), S("application/x-www-form-urlencoded") }, { S("origin"), S("https://evil.example") } };
    Visit v = request(w, ANA, "POST", "/t/form", from, 2, S("title=Give+it+all&weight=3"));
    EXPECT(v.status == 403 && says(v, "Give it all") && !says(v, "Send it again"));
    HttpHeader ours[] = { from[0], { S("origin"), S("https://sampan.test") } };
    EXPECT(says(request(w, ANA, "POST", "/t/form", ours, 2, S("title=Rice&weight=3")), "Send it again"));
}

TEST(a_token_is_masked_anew_and_an_old_one_goes_on_working)
{
    str one = field_value(get(w, ANA, "/t/form"), "name=\"_csrf\""), two = field_value(get(w, ANA, "/t/form"), "name=\"_csrf\"");
    EXPECT(one.n && two.n && !str_eq(one, two));
    EXPECT(post_forged(w, ANA, "/t/form", "title=Rice&weight=3", str_z(world_arena(w), one)).status == 303);
}

TEST(a_machine_that_signs_needs_no_token)
{
    EXPECT(post_forged(w, STRANGER, "/t/machine", "", NULL).status == 200);
}

/* ---- forms --------------------------------------------------------------------------------------------------------------------------- */

TEST(a_wrong_form_comes_back_as_it_was_with_a_sentence_a_field)
{
    Visit v = post(w, ANA, "/t/form", "title=+ab+&body=Two%0D%0Alines&kind=cold&agree=on&weight=%D9%A1%D9%A2%D9%A3");
    EXPECT(v.status == 422);
    EXPECT(says(v, "At least 3 characters, please."));
    EXPECT(says(v, "At most 50, please."));
    EXPECT(says(v, "aria-describedby=\"f-title-hint f-title-error\"") && says(v, "aria-invalid=\"true\""));
    EXPECT(says(v, "value=\" ab \"") && says(v, "Two\r\nlines</textarea>"));
    EXPECT(says(v, "value=\"cold\" checked") && count(v, " checked") == 2);
}

TEST(control_characters_are_not_kept)
{
    EXPECT(says(post(w, ANA, "/t/form", "title=abc%07def&weight=2"), "cannot be kept"));
    EXPECT(post(w, ANA, "/t/form", "title=Rice&weight=11111111111111111111111111111").status == 422);    /* fits no integer */
    EXPECT(says(post(w, ANA, "/t/form", "title=abc%E2%80%AEdef&weight=2"), "cannot be kept"));
    Visit v = post(w, ANA, "/t/form", "title=a%00b%FFc%E2%80%AEd&weight=2");
    EXPECT(says(v, "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c\xEF\xBF\xBD" "d") && str_is_plain(v.body, true));
    v = post_forged(w, ANA, "/t/form", "body=a%00b%E2%80%AEc%0D%0Ad", NULL);
    EXPECT(v.status == 403 && says(v, "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c\r\nd"));
}

TEST(a_name_needs_ink)
{
    EXPECT(says(post(w, ANA, "/people/name", "name=%C2%A0%E2%80%8B%E3%80%80"), "Please fill this in."));
    EXPECT(says(get(w, ANA, "/people"), "Ana"));
}

static Visit post_json(World *w, Visitor who, const char *path, const char *json)
{
    Visit form = get_json(w, who, "/people/session/new");
    HttpHeader headers[] = { { S("content-type"), S("application/json") }, { S("accept"), S("application/json") },
                             { S("csrf-token"), header_of(form, "CSRF-Token") } };
    return request(w, who, "POST", path, headers, 3, str_from(json));
}

TEST(a_program_sends_json_and_gets_json)
{
    EXPECT_STR(post_json(w, STRANGER, "/t/json", "{\"title\":\"Rice\",\"weight\":12,\"kinds\":[\"a\",\"b\"],\"agree\":true}").body, S("Rice|12|2|1"));
    EXPECT(post_json(w, STRANGER, "/t/json", "{\"title\":{\"deep\":1}}").status == 400);
    EXPECT(post_json(w, STRANGER, "/t/json", "[1]").status == 400);
    EXPECT(post_json(w, STRANGER, "/t/json", "{\"a\":1,\"a\":2}").status == 400);
    Visit v = get_json(w, STRANGER, "/t/nowhere");
    EXPECT(v.status == 404 && str_eq(v.type, S("application/json")) && says(v, "\"heading\":\"There is nothing here\""));
}

TEST(a_body_we_cannot_read_is_refused)
{
    HttpHeader xml = { S("content-type"), S("text/xml") };
    EXPECT(request(w, ANA, "POST", "/t/form", &xml, 1, S("<a/>")).status == 415);
    HttpHeader packed[] = { { S("content-type"), S("application/x-www-form-urlencoded") }, { S("content-encoding"), S("gzip") } };
    EXPECT(request(w, ANA, "POST", "/t/form", packed, 2, S("\x1F\x8B\x08")).status == 415);
    char big[70000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    Visit v = post(w, ANA, "/t/form", big);
    EXPECT(v.status == 413 && says(v, "too much at once"));
}

/* ---- faults -------------------------------------------------------------------------------------------------------------------------- */

TEST(a_fault_says_so_and_keeps_what_was_typed)
{
    Visit v = post(w, ANA, "/t/fault", "title=A+long+thought");
    EXPECT(v.status == 503 && says(v, "A long thought") && says(v, "Send it again"));
    EXPECT(get(w, ANA, "/t/greedy").status == 500);
    EXPECT(get(w, ANA, "/t/form").status == 200);
}

TEST(whichever_database_call_fails_a_page_says_so)
{
    Visit v;
    int failed = 0;
    FAILING(w, v, get(w, ANA, "/t/form")) {
        failed++;
        EXPECT(says(v, "Something broke on our side") || (v.status == 503 && says(v, "That cannot be done just now")));
    }
    EXPECT(failed > 1 && v.status == 200);
}

static Visit while_the_database_is_away(World *w, const char *method, const char *path, const char *accept, const char *body)
{
    HttpHeader headers[] = { { S("accept"), str_from(accept) }, { S("content-type"), S("application/x-www-form-urlencoded") } };
    world_fail(w, 1);
    Visit v = request(w, ANA, method, path, headers, COUNT_OF(headers), str_from(body));
    world_fail(w, 0);
    return v;
}

TEST(a_database_that_is_away_is_said_so_and_nobody_is_forgotten)
{
    Visit page = while_the_database_is_away(w, "GET", "/t/form?lang=ar", "text/html", "");
    EXPECT(page.status == 503 && says(page, "لا يمكن فعل ذلك الآن") && header_of(page, "retry-after").n);
    Visit sent = while_the_database_is_away(w, "POST", "/t/form", "text/html", "title=A+long+thought&password=secret");
    EXPECT(sent.status == 503 && says(sent, "A long thought") && !says(sent, "secret") && says(sent, "Send it again"));
    EXPECT(!header_of(sent, "set-cookie").n);      /* another cookie would make her somebody else */
    Visit program = while_the_database_is_away(w, "GET", "/people", "application/json", "");
    EXPECT(program.status == 503 && str_eq(program.type, S("application/json")) && says(program, "just now"));
    EXPECT(says(get(w, ANA, "/people"), "Ana"));
}

/* ---- slow work ------------------------------------------------------------------------------------------------------------------------ */

TEST(slow_work_is_done_before_the_writer_sees_it)
{
    atomic_store(&slow_open, 1);
    EXPECT_STR(post(w, ANA, "/t/slow", "").body, S("looked"));
    Visit v = post(w, ANA, "/t/away", "");
    EXPECT(v.status == 429 && str_eq(v.body, S("wait")));
}

/* ---- what a browser keeps ---------------------------------------------------------------------------------------------------------------- */

TEST(a_page_that_did_not_change_has_the_same_tag)
{
    get(w, ANA, "/t/form");
    str one = header_of(get(w, ANA, "/t/form"), "etag"), two = header_of(get(w, ANA, "/t/form"), "etag");
    EXPECT(one.n > 0);
    EXPECT_STR(two, one);
    EXPECT(!str_eq(header_of(get(w, BO, "/t/form"), "etag"), one));
    EXPECT(!str_eq(header_of(get(w, ANA, "/t/form?lang=ar"), "etag"), one));
}

TEST(a_browser_keeps_what_somebody_saw_only_where_it_can_be_told_to_forget_it)
{
    HttpHeader tls = { S("x-forwarded-proto"), S("https") };
    EXPECT_STR(header_of(get(w, ANA, "/t/form"), "cache-control"), S("private, no-store"));
    EXPECT(!header_of(request(w, ANA, "GET", "/t/form", &tls, 1, S("")), "cache-control").n);
    EXPECT(!header_of(get(w, STRANGER, "/t/form"), "cache-control").n);
    EXPECT_STR(header_of(post(w, ANA, "/t/leave", ""), "clear-site-data"), S("\"cache\""));
}

TEST(a_sentence_is_shown_once_on_the_next_page)
{
    Visit v = post(w, ANA, "/t/form", "title=Rice&weight=3");
    EXPECT_STR(v.location, S("/t/said/Rice"));
    Visit next = get(w, ANA, "/t/form");
    EXPECT(says(next, "Kept &amp; done.") && !header_of(next, "etag").n);
    EXPECT(!says(get(w, ANA, "/t/form"), "Kept &amp; done."));
}

TEST(a_sentence_waits_for_a_page_that_can_be_shown)
{
    Visit v;
    int failed = 0;
    post(w, ANA, "/t/form", "title=Rice&weight=3");
    FAILING(w, v, get(w, ANA, "/people")) {
        failed++;
        EXPECT(!says(v, "class=\"notice\""));
    }
    EXPECT(failed > 2 && says(v, "Kept &amp; done."));
}

TEST(nobody_else_puts_a_sentence_on_our_page)
{
    HttpHeader forged[] = { { S("cookie"), S("notice=AAAAAAAAAAAAAAAAAAAAAA.U2VuZCBtb25leQ") }, { S("accept"), S("text/html") } };
    EXPECT(!says(request(w, STRANGER, "GET", "/t/form", forged, 2, S("")), "Send money"));
}

TEST(the_language_is_asked_for_kept_or_guessed)
{
    HttpHeader arab[] = { { S("accept-language"), S("ar, en;q=0.5") }, { S("accept"), S("text/html") } };
    EXPECT(says(request(w, STRANGER, "GET", "/t/form", arab, 2, S("")), "dir=\"rtl\""));
    EXPECT(says(get(w, STRANGER, "/t/form"), "dir=\"ltr\""));
    EXPECT(says(get(w, STRANGER, "/t/form?lang=ar"), "dir=\"rtl\""));
    EXPECT(says(get(w, STRANGER, "/t/form"), "dir=\"rtl\""));
    EXPECT(says(get(w, STRANGER, "/t/form?lang=tlh"), "dir=\"rtl\""));
}

TEST(a_redirect_never_leaves_the_site)
{
    EXPECT_STR(get(w, STRANGER, "/t/elsewhere?to=/t/form").location, S("/t/form"));
    EXPECT_STR(get(w, STRANGER, "/t/elsewhere?to=//evil.example").location, S("/"));
    EXPECT_STR(get(w, STRANGER, "/t/elsewhere?to=/%5Cevil.example").location, S("/"));
    EXPECT_STR(get(w, STRANGER, "/t/elsewhere?to=https://evil.example").location, S("/"));
    EXPECT_STR(get(w, STRANGER, "/t/elsewhere?to=/a%0d%0aSet-Cookie:x").location, S("/"));
}

TEST(a_query_is_read_or_is_not_there)
{
    EXPECT_STR(get(w, STRANGER, "/t/query?a=1&q=one+two%21").body, S("one two!"));
    EXPECT_STR(get(w, STRANGER, "/t/query?q=%ff").body, S(""));
    EXPECT_STR(get(w, STRANGER, "/t/query").body, S(""));
}

TEST(the_style_is_kept_for_ever_under_its_own_name)
{
    const Asset *style = asset_named(world_site(w), "style.css");
    EXPECT(style && says(get(w, STRANGER, "/t/form"), style->path.p));
    EXPECT_STR(get(w, STRANGER, style->path.p).body, style->as.plain);
    EXPECT(get(w, STRANGER, "/assets/style.0000000000.css").status == 404);
}

TEST(the_watcher_is_told_that_all_is_well)
{
    EXPECT(get(w, STRANGER, "/health").status == 200);
}

TEST(the_doctor_finds_nothing_wrong_with_a_new_house)
{
    Out out;
    out_init(&out, world_arena(w), 4096);
    int bad = site_doctor(world_site(w), world_arena(w), &out);
    if (bad) world_differs(w, __FILE__, __LINE__, out_text(&out), S(""));
}

TESTS_WITH(web, test_modules, COUNT_OF(test_modules),
    the_literal_path_wins_and_the_named_one_takes_the_rest, a_method_that_is_not_there_says_which_are, a_form_may_say_delete,
    a_slash_too_many_leads_to_the_page, a_route_that_could_surprise_is_refused_at_start, every_page_a_route_names_is_there,
    a_visitor_is_led_to_sign_in_and_back, who_is_signed_out_while_typing_keeps_what_she_typed, a_page_for_a_role_is_not_there_for_others, a_role_is_held_where_it_was_given_and_in_what_lies_inside,
    a_visitor_who_saves_becomes_one_person_and_stays_it, a_form_that_is_refused_makes_nobody,
    whichever_database_call_fails_no_half_person_is_left, who_leaves_is_nobody_again,
    a_form_without_its_proof_is_not_taken_but_not_lost, a_form_of_another_site_gets_no_button,
    a_token_is_masked_anew_and_an_old_one_goes_on_working, a_machine_that_signs_needs_no_token,
    a_wrong_form_comes_back_as_it_was_with_a_sentence_a_field, control_characters_are_not_kept, a_name_needs_ink,
    a_program_sends_json_and_gets_json, a_body_we_cannot_read_is_refused, a_fault_says_so_and_keeps_what_was_typed, whichever_database_call_fails_a_page_says_so,
    a_database_that_is_away_is_said_so_and_nobody_is_forgotten,
    slow_work_is_done_before_the_writer_sees_it, a_page_that_did_not_change_has_the_same_tag,
    a_sentence_is_shown_once_on_the_next_page, a_browser_keeps_what_somebody_saw_only_where_it_can_be_told_to_forget_it,
    a_sentence_waits_for_a_page_that_can_be_shown, nobody_else_puts_a_sentence_on_our_page, the_language_is_asked_for_kept_or_guessed,
    a_redirect_never_leaves_the_site, a_query_is_read_or_is_not_there, the_style_is_kept_for_ever_under_its_own_name,
    the_watcher_is_told_that_all_is_well, the_doctor_finds_nothing_wrong_with_a_new_house)
