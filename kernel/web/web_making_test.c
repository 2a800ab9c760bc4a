/* web_making_test - visits after an update, while tables are made again in the background (journal.h): whoever comes has her
 * rows first, other rooms go on, and a room that is away says so and loses nothing. The trial is such a room: its tables are
 * not people's alone. */
#include "../../tests/trial.h"
#include "../../tests/world.h"

#include "auth/auth.h"
#include "centres/centres.h"
#include "journal/journal.h"
#include "web/web_private.h"

/* ---- a room of the trial's ---------------------------------------------------------------------------------------------- */

typedef struct Voice { str words; } Voice;

static Reply voices_get(Request *rq)
{
    static const DbColumn column = { "words", DB_TEXT, offsetof(Voice, words) };
    static const char *sql = "SELECT words FROM trial_voice ORDER BY id";
    DbQuery q = { .name = "voices", .file = __FILE__, .line = __LINE__, .sql = { sql, sql }, .params = "",
                  .columns = &column, .column_n = 1, .row_size = sizeof(Voice), .id = DB_UNCACHED };
    void *rows;
    Out o;
    ptrdiff_t n = db_many(&rq->s, &q, NULL, &rows);
    out_init(&o, rq->s.arena, 256);
    for (ptrdiff_t i = 0; i < n; i++) out_fmt(&o, "%.*s\n", STR_ARG(((Voice *)rows)[i].words));
    return text_reply(rq, S("text/plain"), out_text(&o));
}

static Reply voice_post(Request *rq)
{
    trial_voiced_add(&rq->s, stream_economy(S("ID")), (trial_voiced_body){ .words = form_long(form(rq), "words", 1, 4000) });
    return see_other(rq, "/trial/voices");
}

static Reply desk_get(Request *rq) { return text_reply(rq, S("text/plain"), S("the desk")); }
static Reply looked_ahead(Request *rq)
{
    rq->ahead = &rq->name;
    return (Reply){ 0 };
}
static Reply looked_post(Request *rq) { return text_reply(rq, S("text/plain"), rq->ahead ? rq->name : S("forgot")); }

static const Route routes[] = {
    GET ("/trial/voices",   voices_get,  .who = WHO_ANYONE),
    POST("/trial/voices",   voice_post,  .who = WHO_LEARNER, .upload_max = 1000),
    GET ("/trial/desk",     desk_get,    .who = WHO_ROLE, .role = ROLE_ADMIN, .in = role_for_all),
};
static const Route routes_beside[] = {
    POST("/beside/looked",  looked_post, .who = WHO_SIGNED_IN, .ahead = looked_ahead),
    GET ("/beside/desk",    desk_get,    .who = WHO_ROLE, .role = ROLE_ADMIN, .in = role_for_all),
};
static const Module trial = { .name = "trial", .records = trial_records, .record_n = TRIAL_RECORDS, .routes = routes, .route_n = COUNT_OF(routes) };
static const Module beside = { .name = "beside", .routes = routes_beside, .route_n = COUNT_OF(routes_beside) };
static const Module *const extra[] = { &trial, &beside };

static void make_all(World *w)
{
    while (journal_work(world_site(w), world_arena(w)) > 0) {}
}

/* The next start finds tables of another shape, without their rows. */
static void update(World *w, const char *module)
{
    make_all(w);
    sql_run(w, at(w, "UPDATE journal_made SET shape = 'of before' WHERE module = '%s'", module));
    if (strcmp(module, "people") == 0) {
        sql_run(w, "DELETE FROM people_person");
        sql_run(w, "DELETE FROM auth_person");
    }
    if (strcmp(module, "trial") == 0) sql_run(w, "DELETE FROM trial_voice");
    world_again(w);
    EXPECT(journal_is_making(world_site(w)));
}

/* ---- hers first ------------------------------------------------------------------------------------------------------------- */

TEST(who_comes_while_tables_are_made_again_has_her_rows_first)
{
    update(w, "people");
    EXPECT(get(w, STRANGER, "/people/session/new").status == 200);
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_person") == 0);
    EXPECT(says(get(w, ANA, "/people"), "<bdi>Ana</bdi>"));
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_person") == 1);
    EXPECT_STR(get(w, ADMIN, "/beside/desk").body, S("the desk"));
    EXPECT(request(w, BO, "HEAD", "/people", NULL, 0, S("")).status == 200);
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_person") == 3 && journal_is_making(world_site(w)));
    make_all(w);
    EXPECT(!journal_is_making(world_site(w)) && says(get(w, ANA, "/people"), "<bdi>Ana</bdi>"));
}

TEST(who_sends_while_tables_are_made_again_is_known_and_what_she_sends_is_kept)
{
    update(w, "people");
    EXPECT_STR(post(w, ANA, "/beside/looked", "").body, S("Ana"));
    EXPECT(post(w, BO, "/people/name", "name=Bo+Lin").status == 303);
    EXPECT(says(get(w, BO, "/people"), "<bdi>Bo Lin</bdi>"));
    EXPECT(post(w, ADMIN, "/people/sessions", "_method=delete").status == 303);
    make_all(w);
    EXPECT(says(get(w, BO, "/people"), "<bdi>Bo Lin</bdi>") && says(get(w, ANA, "/people"), "<bdi>Ana</bdi>"));
}

TEST(a_guest_has_her_rows_first_too)
{
    make_all(w);
    EXPECT(post(w, GUEST, "/trial/voices", "words=Rice").status == 303);
    int64_t guest = world_person(w, GUEST);
    update(w, "people");
    EXPECT(get(w, GUEST, "/learn").status == 200 && world_person(w, GUEST) == guest);
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM people_person WHERE id = %lld", (long long)guest)) == 1);
}

TEST(whichever_database_call_fails_nobody_is_taken_for_somebody_else)
{
    Visit v;
    int failed = 0;
    update(w, "people");
    FAILING(w, v, get(w, ANA, "/people")) {
        failed++;
        EXPECT(says(v, "<h1>") && !says(v, "Sign in"));
    }
    EXPECT(failed > 5 && says(v, "<bdi>Ana</bdi>"));
    FAILING(w, v, post(w, BO, "/people/name", "name=Bo+Lin")) EXPECT(says(v, "Bo Lin") && says(v, "Send it again"));
    EXPECT(v.status == 303 && says(get(w, BO, "/people"), "<bdi>Bo Lin</bdi>"));
}

/* ---- a room that is away ------------------------------------------------------------------------------------------------------ */

TEST(a_room_that_is_away_says_so_and_comes_back_by_itself)
{
    make_all(w);
    EXPECT(post(w, ANA, "/trial/voices", "words=Rice").status == 303);
    update(w, "trial");
    Visit v = get(w, STRANGER, "/trial/voices?page=2");
    EXPECT(v.status == 503 && says(v, "This room is being set up again") && says(v, "Everything is kept.") && says(v, "href=\"/trial/voices?page=2\""));
    EXPECT(header_of(v, "retry-after").n && header_of(v, "refresh").n && !header_of(v, "etag").n);
    EXPECT(request(w, ANA, "HEAD", "/trial/voices", NULL, 0, S("")).status == 503);
    EXPECT(says(get(w, ANA, "/trial/voices?lang=ar"), "dir=\"rtl\""));
    v = get_json(w, ANA, "/trial/voices");
    EXPECT(v.status == 503 && str_eq(v.type, S("application/json")) && says(v, "\"heading\":"));
    EXPECT(get(w, ANA, "/people").status == 200 && get(w, ANA, "/trial/nowhere").status == 404);
    make_all(w);
    EXPECT_STR(get(w, STRANGER, "/trial/voices").body, S("Rice\n"));
}

TEST(of_a_room_that_is_away_nobody_learns_more_than_of_one_that_is_there)
{
    update(w, "trial");
    EXPECT(get(w, STRANGER, "/trial/desk").status == get(w, STRANGER, "/beside/desk").status && get(w, ANA, "/trial/desk").status == 404);
    EXPECT(get(w, ADMIN, "/trial/desk").status == 503);
    EXPECT(post_forged(w, ANA, "/trial/voices", "words=Rice", NULL).status == 403);
}

static const char *token_of(World *w, Visit v)
{
    str rest = str_slice(v.body, str_find(v.body, S(FIELD_CSRF)), v.body.n);
    rest = str_slice(rest, str_find(rest, S("value=\"")) + 7, rest.n);
    return str_z(world_arena(w), str_cut(rest, '"').head);
}

TEST(what_is_sent_to_a_room_that_is_away_is_kept_and_sent_again)
{
    const char *typed = "words=Forty+sacks+%26+one%0D%0Aon+Monday&password=three+red+boats";
    update(w, "trial");
    for (int times = 0; times < 2; times++) {
        Visit v = post(w, ANA, "/trial/voices", typed);
        EXPECT(v.status == 503 && says(v, "This room is being set up again") && header_of(v, "retry-after").n && !header_of(v, "refresh").n);
        EXPECT(says(v, "name=\"words\" value=\"Forty sacks &amp; one\r\non Monday\"") && says(v, "action=\"/trial/voices\""));
        EXPECT(!says(v, "three red boats") && says(v, "type=\"password\" name=\"password\"") && says(v, "Send it again"));
        EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'trial.voiced'") == 0);
        if (times == 0) continue;
        make_all(w);
        EXPECT(post_forged(w, ANA, "/trial/voices", typed, token_of(w, v)).status == 303);
    }
    EXPECT_STR(get(w, ANA, "/trial/voices").body, S("Forty sacks & one\non Monday\n"));
}

TEST(a_visitor_who_sends_to_a_room_that_is_away_is_nobody_until_it_is_saved)
{
    update(w, "trial");
    Visit v = post(w, GUEST, "/trial/voices", "words=Rice");
    EXPECT(v.status == 503 && says(v, "value=\"Rice\"") && world_person(w, GUEST) == 0);
    make_all(w);
    EXPECT(post_forged(w, GUEST, "/trial/voices", "words=Rice", token_of(w, v)).status == 303);
    EXPECT(world_person(w, GUEST) != 0);
}

TEST(a_file_sent_to_a_room_that_is_away_is_asked_for_again)
{
    update(w, "trial");
    const char *token = token_of(w, get(w, ANA, "/people"));
    HttpHeader headers[] = { { S("content-type"), S("multipart/form-data; boundary=B-1") }, { S("accept"), S("text/html") } };
    const char *body = at(w, "--B-1\r\nContent-Disposition: form-data; name=\"" FIELD_CSRF "\"\r\n\r\n%s\r\n"
                             "--B-1\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\nA picture\r\n"
                             "--B-1\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"dress.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n"
                             "--B-1--\r\n", token);
    Visit v = request(w, ANA, "POST", "/trial/voices", headers, COUNT_OF(headers), str_from(body));
    EXPECT(v.status == 503 && says(v, "name=\"words\" value=\"A picture\"") && says(v, "enctype=\"multipart/form-data\""));
    EXPECT(says(v, "A file cannot be kept on this page.") && says(v, "dress.png") && says(v, "type=\"file\" name=\"photo\""));
}

static bool give_rule(Scope *s, void *person)
{
    centres_give(s, *(int64_t *)person, ROLE_ADMIN, AUDIENCE_PUBLIC, STREAM_PUBLIC);
    return true;
}

TEST(a_role_that_is_given_while_tables_are_made_again_holds_at_once)
{
    Landing l;
    update(w, "centres");
    int64_t ana = world_person(w, ANA);
    EXPECT(site_write(world_site(w), world_arena(w), 0, give_rule, &ana, &l));
    EXPECT(get(w, ANA, "/beside/desk").status == 200);
    EXPECT(get(w, ADMIN, "/beside/desk").status == 200);
    make_all(w);
    EXPECT(get(w, ANA, "/beside/desk").status == 200);
}

TESTS_WITH(web_making, extra, COUNT_OF(extra), a_role_that_is_given_while_tables_are_made_again_holds_at_once,
     
    who_comes_while_tables_are_made_again_has_her_rows_first, who_sends_while_tables_are_made_again_is_known_and_what_she_sends_is_kept,
    a_guest_has_her_rows_first_too, whichever_database_call_fails_nobody_is_taken_for_somebody_else,
    a_room_that_is_away_says_so_and_comes_back_by_itself, of_a_room_that_is_away_nobody_learns_more_than_of_one_that_is_there,
    what_is_sent_to_a_room_that_is_away_is_kept_and_sent_again, a_visitor_who_sends_to_a_room_that_is_away_is_nobody_until_it_is_saved,
    a_file_sent_to_a_room_that_is_away_is_asked_for_again)
