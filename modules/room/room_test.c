#include "room/room.h"

#include "../../tests/second.h"
#include "../../tests/world.h"
#include "centres/centres.h"
#include "journal/journal.h"
#include "web/web_private.h"

#define OPERATOR_COOKIE "elsewhere-elsewhere-elsewhere-elsewhere-els"

/* In a centre of the world; 0: in another one. */
typedef struct Gift { int64_t person, centre; int role; } Gift;

static bool give(Scope *s, void *arg)
{
    const Gift *g = arg;
    int64_t centre = g->centre ? g->centre : centres_open(s, S("ID"), S("By the harbour"));
    centres_give(s, g->person, g->role, AUDIENCE_CENTRE, centre);
    return true;
}

static void has_role(World *w, Visitor who, int role, int64_t centre)
{
    Landing l;
    Gift g = { world_person(w, who), centre, role };
    EXPECT(site_write(world_site(w), world_arena(w), 0, give, &g, &l));
}

static const char *a_room(World *w)
{
    Visit v = post(w, OPERATOR, "/room/desk", "name=Monday+group");
    EXPECT(v.status == 303);
    return at(w, "%.*s", STR_ARG(v.location));
}

/* "Mei: the PIN is 4821. …" of the page that shows it. */
static const char *pin_shown(World *w, const char *room)
{
    Visit v = get(w, OPERATOR, room);
    ptrdiff_t i = str_find(v.body, S("the PIN is "));
    EXPECT(i >= 0);
    str rest = str_slice(v.body, i + 11, v.body.n);
    ptrdiff_t digit = 0;
    while (digit < rest.n && !(rest.p[digit] >= '0' && rest.p[digit] <= '9')) digit++;
    return at(w, "pin=%.4s", rest.p + digit);
}

static const char *somebody(World *w, const char *room, const char *name)
{
    EXPECT(post(w, OPERATOR, at(w, "%s/seats", room), at(w, "name=%s", name)).status == 303);
    return pin_shown(w, room);
}

static bool sign_in_rule(Scope *s, void *arg)
{
    auth_session_start(s, S(OPERATOR_COOKIE), s->me, S(""), (SessionTerm){ 0 });
    return true;
}

/* The operator signs in on the device of GUEST, and it goes from her hands into the group's. */
static void open_device(World *w, const char *room)
{
    world_set_cookie(w, GUEST, COOKIE_SESSION, S(OPERATOR_COOKIE));
    Landing l;
    EXPECT(site_write(world_site(w), world_arena(w), world_person(w, OPERATOR), sign_in_rule, NULL, &l));
    Visit v = post(w, GUEST, at(w, "%s/devices", room), "");
    EXPECT(v.status == 303);
    EXPECT_STR(v.location, S("/room"));
    EXPECT(world_person(w, GUEST) == 0 && world_cookie(w, GUEST, COOKIE_DEVICE).n == 43);
}

static const char *seat(World *w, const char *name)
{
    return at(w, "/room/seats/%lld", (long long)sql_int(w, at(w, "SELECT id FROM room_seat WHERE label = '%s'", name)));
}

static Visit knock(World *w, const char *name, const char *pin) { return post(w, GUEST, at(w, "%s/session", seat(w, name)), pin); }
static bool is_here(World *w, const char *name) { return says(get(w, GUEST, "/people"), at(w, "<h1><bdi>%s</bdi></h1>", name)); }

/* ---- the operator ------------------------------------------------------------------------------------------------------------------ */

TEST(only_who_has_a_role_at_the_centre_keeps_its_rooms)
{
    EXPECT(get(w, BO, "/room/desk").status == 404 && post(w, BO, "/room/desk", "name=x").status == 404);
    EXPECT(get(w, MENTOR, "/room/desk").status == 404 && get(w, OFFICER, "/room/desk").status == 404);
    const char *room = a_room(w);
    EXPECT(get(w, TRAINER, room).status == 200 && get(w, ADMIN, room).status == 200 && get(w, OFFICER, room).status == 404);
    has_role(w, BO, ROLE_OPERATOR, 0);
    EXPECT(get(w, BO, "/room/desk").status == 200 && !says(get(w, BO, "/room/desk"), "Monday group"));
    EXPECT(get(w, BO, room).status == 404 && post(w, BO, at(w, "%s/seats", room), "name=Mei").status == 404);
    EXPECT(post(w, BO, at(w, "%s/devices", room), "").status == 404);
    EXPECT(get(w, STRANGER, room).status == 303 && get(w, OPERATOR, room).status == 200);
}

TEST(an_operator_who_has_left_keeps_nothing_from_the_next_press_on)
{
    const char *room = a_room(w);
    world_wait(w, SECOND);
    sql_run(w, at(w, "UPDATE journal_standing SET until = 1 WHERE person = %lld", (long long)world_person(w, OPERATOR)));
    EXPECT(post(w, OPERATOR, at(w, "%s/seats", room), "name=Mei").status == 404 && get(w, OPERATOR, room).status == 404);
    EXPECT(post(w, OPERATOR, at(w, "%s/devices", room), "").status == 404 && world_person(w, OPERATOR) != 0);
}

TEST(somebody_new_is_one_press_and_the_pin_is_shown_once)
{
    const char *room = a_room(w);
    EXPECT(post(w, OPERATOR, at(w, "%s/seats", room), "name=Mei").status == 303);
    EXPECT(says(get(w, OPERATOR, room), "the PIN is ") && !says(get(w, OPERATOR, room), "the PIN is "));
    EXPECT(sql_int(w, "SELECT count(*) FROM room_seat WHERE pin LIKE '$argon2id$%'") == 1);
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_person WHERE name = 'Mei' AND account = 1") == 1);
    Visit v = post(w, OPERATOR, at(w, "%s/seats", room), "name=Mei");
    EXPECT(v.status == 422 && says(v, "in the list already") && sql_int(w, "SELECT count(*) FROM room_seat") == 1);
    EXPECT(post(w, OPERATOR, at(w, "%s/seats", room), "name=").status == 422);
}

TEST(whichever_database_call_fails_nobody_is_half_enrolled)
{
    Visit v;
    const char *room = a_room(w);
    int64_t people = sql_int(w, "SELECT count(*) FROM auth_person");
    FAILING(w, v, post(w, OPERATOR, at(w, "%s/seats", room), "name=Mei"))
        EXPECT(sql_int(w, "SELECT count(*) FROM room_seat") == 0 && sql_int(w, "SELECT count(*) FROM auth_person") == people);
    EXPECT(v.status == 303 && sql_int(w, "SELECT count(*) FROM room_seat") == 1);
}

/* ---- on the device -------------------------------------------------------------------------------------------------------------------- */

TEST(a_learner_comes_in_by_her_pin_on_the_device_and_the_next_person_is_one_press)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei"), *bayu = somebody(w, room, "Bayu");
    open_device(w, room);
    Visit v = get(w, GUEST, "/room");
    EXPECT(says(v, "Mei") && says(v, "Bayu") && !says(v, "Operator"));
    EXPECT(knock(w, "Mei", mei).status == 303 && is_here(w, "Mei"));
    EXPECT(says(get(w, GUEST, "/learn"), "action=\"/room/session\" data-leaves"));
    EXPECT(post(w, GUEST, "/room/session", "_method=delete").status == 303 && world_person(w, GUEST) == 0);
    EXPECT(knock(w, "Bayu", bayu).status == 303 && is_here(w, "Bayu"));
    EXPECT(knock(w, "Mei", mei).status == 303 && is_here(w, "Mei"));        /* without "next person": the one before is out */
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_session WHERE device <> 0") == 1);
}

TEST(a_pin_opens_nothing_where_no_operator_opened_the_device)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    EXPECT(says(get(w, GUEST, "/room"), "not open for a group"));
    EXPECT(get(w, GUEST, seat(w, "Mei")).status == 404 && knock(w, "Mei", mei).status == 404);
    EXPECT(post(w, OPERATOR, "/room/desk", "name=Other").status == 303);
    open_device(w, at(w, "/room/desk/%lld", (long long)sql_int(w, "SELECT id FROM room_room WHERE name = 'Other'")));
    EXPECT(!says(get(w, GUEST, "/room"), "Mei") && knock(w, "Mei", mei).status == 404);
    world_set_cookie(w, STRANGER, COOKIE_DEVICE, S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    EXPECT(says(get(w, STRANGER, "/room"), "not open for a group"));
}

TEST(an_open_device_closes_with_the_day_and_whoever_is_there_is_out)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    knock(w, "Mei", mei);
    for (int i = 0; i < 28 * 4; i++) {
        world_wait(w, 15 * MINUTE);
        get(w, GUEST, "/learn");
    }
    EXPECT(world_person(w, GUEST) == 0 && !is_here(w, "Mei") && knock(w, "Mei", mei).status == 404);
}

TEST(an_operator_closes_a_device_from_afar)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    knock(w, "Mei", mei);
    int64_t device = sql_int(w, "SELECT id FROM room_device");
    EXPECT(post(w, OPERATOR, at(w, "%s/devices/%lld", room, (long long)device), "_method=delete").status == 303);
    EXPECT(!is_here(w, "Mei") && says(get(w, GUEST, "/room"), "not open for a group") && knock(w, "Mei", mei).status == 404);
}

TEST(what_a_guest_left_on_the_device_is_in_nobodys_account)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    post(w, GUEST, "/learn/practices/order/map/answers", "product.name=Tea");
    int64_t guest = world_person(w, GUEST);
    EXPECT(guest != 0 && knock(w, "Mei", mei).status == 303 && is_here(w, "Mei"));
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'person.joined'") == 0);
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM people_aside WHERE guest = %lld AND said_by = ''", (long long)guest)) == 1);
    EXPECT(!says(get(w, GUEST, "/people"), "take it back") && !says(get(w, GUEST, "/learn/practices/order/map/task"), "Tea"));
}

TEST(what_was_under_way_when_the_next_person_came_makes_nobody_and_is_nobody_elses)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei"), *bayu = somebody(w, room, "Bayu");
    open_device(w, room);
    knock(w, "Mei", mei);
    str hers = str_keep(world_arena(w), world_cookie(w, GUEST, COOKIE_SESSION)), used = str_keep(world_arena(w), world_cookie(w, GUEST, COOKIE_USED));
    knock(w, "Bayu", bayu);
    str his = str_keep(world_arena(w), world_cookie(w, GUEST, COOKIE_SESSION)), used_by_him = str_keep(world_arena(w), world_cookie(w, GUEST, COOKIE_USED));
    int64_t people = sql_int(w, "SELECT count(*) FROM auth_person");
    world_set_cookie(w, GUEST, COOKIE_SESSION, hers);
    world_set_cookie(w, GUEST, COOKIE_USED, used);
    EXPECT(post(w, GUEST, "/learn/practices/order/map/answers", "product.name=Tea").status == 403);
    EXPECT(sql_int(w, "SELECT count(*) FROM auth_person") == people && sql_int(w, "SELECT count(*) FROM learn_answer") == 0);
    world_set_cookie(w, GUEST, COOKIE_SESSION, his);
    world_set_cookie(w, GUEST, COOKIE_USED, used_by_him);
    EXPECT(is_here(w, "Bayu") && post(w, GUEST, "/learn/practices/order/map/answers", "product.name=Rice").status == 303);
}

/* ---- guessing ------------------------------------------------------------------------------------------------------------------------------ */

TEST(five_wrong_pins_close_the_seat_until_an_operator_opens_it)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    for (int i = 0; i < 4; i++) EXPECT(says(knock(w, "Mei", "pin=0000"), "This is not the PIN."));
    EXPECT(says(knock(w, "Mei", "pin=x"), "wrong five times"));
    Visit v = knock(w, "Mei", mei);
    EXPECT(v.status == 429 && !is_here(w, "Mei"));
    world_wait(w, DAY / 8);
    EXPECT(says(get(w, GUEST, seat(w, "Mei")), "wrong five times"));
    EXPECT(says(get(w, OPERATOR, room), "five wrong PINs"));
    int64_t id = sql_int(w, "SELECT id FROM room_seat WHERE label = 'Mei'");
    EXPECT(post(w, OPERATOR, at(w, "%s/seats/%lld/lock", room, (long long)id), "_method=delete").status == 303);
    EXPECT(knock(w, "Mei", mei).status == 303 && is_here(w, "Mei"));
}

TEST(each_wrong_pin_costs_more_time)
{
    const char *room = a_room(w);
    somebody(w, room, "Mei");
    open_device(w, room);
    int64_t begun = world_now(w);
    for (int i = 0; i < 5; i++) knock(w, "Mei", "pin=0000");
    EXPECT(world_now(w) - begun >= SECOND);
}

TEST(a_device_has_twenty_wrong_pins_in_a_quarter_of_an_hour_over_all_names)
{
    const char *room = a_room(w), *last = "";
    for (int i = 0; i < 6; i++) last = somebody(w, room, at(w, "P%d", i));
    open_device(w, room);
    for (int i = 0; i < 20; i++) EXPECT(knock(w, at(w, "P%d", i / 4), "pin=0000").status == 422);
    Visit v = knock(w, "P5", last);
    EXPECT(v.status == 429 && says(v, "Too many PINs were wrong on this device") && header_of(v, "Retry-After").n);
    world_wait(w, 15 * MINUTE);
    EXPECT(knock(w, "P5", last).status == 303);
}

TEST(whichever_database_call_fails_a_wrong_pin_is_counted_or_not_answered)
{
    Visit v;
    const char *room = a_room(w);
    somebody(w, room, "Mei");
    open_device(w, room);
    const char *path = at(w, "%s/session", seat(w, "Mei"));
    FAILING(w, v, post(w, GUEST, path, "pin=0000")) EXPECT(sql_int(w, "SELECT slips FROM room_seat") == 0);
    EXPECT(v.status == 422 && sql_int(w, "SELECT slips FROM room_seat") == 1);
}

TEST(a_pin_may_be_typed_in_digits_of_any_script_and_with_blanks)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    static const char *const arabic[] = { "٠", "١", "٢", "٣", "٤", "٥", "٦", "٧", "٨", "٩" };
    open_device(w, room);
    const char *d = mei + 4;
    EXPECT(knock(w, "Mei", at(w, "pin=+%s%s+%s%s", arabic[d[0] - '0'], arabic[d[1] - '0'], arabic[d[2] - '0'], arabic[d[3] - '0'])).status == 303);
}

/* ---- a PIN is no password ----------------------------------------------------------------------------------------------------------------- */

TEST(who_decides_has_no_pin_and_an_operator_comes_into_no_account_that_has_a_password)
{
    const char *room = a_room(w);
    int64_t id = sql_int(w, "SELECT id FROM room_room"), bo = world_person(w, BO);
    sql_run(w, at(w, "INSERT INTO room_seat (id, room, person, label, pin, slips) VALUES (1, %lld, %lld, 'Bo', '', 0)", (long long)id, (long long)bo));
    EXPECT(!says(get(w, OPERATOR, room), "/seats/1/pin\"") && post(w, OPERATOR, at(w, "%s/seats/1/pin", room), "").status == 404);
    open_device(w, room);
    EXPECT(says(get(w, GUEST, "/room/seats/1"), "You have no PIN yet.") && post(w, GUEST, "/room/seats/1/session", "pin=").status == 422);
    EXPECT(post(w, BO, "/room/pin", "new_pin=4071").status == 303 && post(w, GUEST, "/room/seats/1/session", "pin=4071").status == 303);
    has_role(w, BO, ROLE_TRAINER, 0);                          /* a role comes later, elsewhere: the PIN is worth nothing from then on */
    EXPECT(post(w, GUEST, "/room/seats/1/session", "pin=4071").status == 422 && post(w, BO, "/room/pin", "new_pin=4072").status == 404);
}

TEST(easy_pins_cannot_be_had_and_another_one_needs_the_one_before)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    knock(w, "Mei", mei);
    static const char *const easy[] = { "1111", "1212", "1234", "9876", "123456", "1985", "2024", "123", "1234567", "abcd", "" };
    for (int i = 0; i < COUNT_OF(easy); i++) EXPECT(post(w, GUEST, "/room/pin", at(w, "%s&new_pin=%s", mei, easy[i])).status == 422);
    EXPECT(post(w, GUEST, "/room/pin", "pin=0000&new_pin=4071").status == 422);
    EXPECT(post(w, GUEST, "/room/pin", at(w, "%s&new_pin=4071", mei)).status == 303);
    EXPECT(knock(w, "Mei", "pin=4071").status == 303);
}

TEST(she_takes_a_name_and_a_password_home_by_her_pin)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    knock(w, "Mei", mei);
    EXPECT(post(w, GUEST, "/room/login", "login=mei&password=three+red+boats&pin=0000").status == 422);
    EXPECT(post(w, GUEST, "/room/login", at(w, "login=bo@example.org&password=three+red+boats&%s", mei)).status == 422);
    EXPECT(post(w, GUEST, "/room/login", at(w, "login=mei&password=password&%s", mei)).status == 422);
    EXPECT(post(w, GUEST, "/room/login", at(w, "login=mei&password=three+red+boats&%s", mei)).status == 303);
    EXPECT(post(w, STRANGER, "/people/session", "login=mei&password=three+red+boats").status == 303);
    EXPECT(says(get(w, STRANGER, "/people"), "<bdi>Mei</bdi>"));
    int64_t id = sql_int(w, "SELECT id FROM room_seat");
    EXPECT(post(w, OPERATOR, at(w, "%s/seats/%lld/pin", room, (long long)id), "").status == 404);
    EXPECT(post(w, GUEST, "/room/login", at(w, "login=mei2&password=three+red+boats&%s", mei)).status == 404);
}

TEST(who_has_a_password_is_not_come_into_by_the_pin_that_an_operator_drew)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    knock(w, "Mei", mei);
    world_set_cookie(w, BO, COOKIE_DEVICE, world_cookie(w, GUEST, COOKIE_DEVICE));
    EXPECT(post(w, BO, at(w, "%s/session", seat(w, "Mei")), mei).status == 303);               /* somebody else who knows it, at the same time */
    EXPECT(post(w, GUEST, "/room/login", at(w, "login=mei&password=three+red+boats&%s", mei)).status == 303 && is_here(w, "Mei"));
    EXPECT(world_person(w, BO) == 0);
    EXPECT(says(get(w, GUEST, "/room/pin"), "is over") && post(w, GUEST, "/room/pin", at(w, "%s&new_pin=4071", mei)).status == 422);
    post(w, GUEST, "/room/session", "_method=delete");
    EXPECT(says(get(w, GUEST, seat(w, "Mei")), "You have no PIN yet.") && knock(w, "Mei", mei).status == 422);
    EXPECT(post(w, STRANGER, "/people/session", "login=mei&password=three+red+boats").status == 303);
    EXPECT(post(w, STRANGER, "/room/pin", "new_pin=4071").status == 303 && knock(w, "Mei", "pin=4071").status == 303);
}

TEST(who_has_a_second_step_is_not_come_into_by_four_digits)
{
    str secret;
    const char *room = a_room(w);
    int64_t id = sql_int(w, "SELECT id FROM room_room");
    post(w, STRANGER, "/people/account", "name=Linh&login=linh&password=three+red+boats");
    sql_run(w, at(w, "INSERT INTO room_seat (id, room, person, label, pin, slips) VALUES (1, %lld, %lld, 'Linh', '', 0)", (long long)id, (long long)world_person(w, STRANGER)));
    open_device(w, room);
    EXPECT(post(w, STRANGER, "/room/pin", "new_pin=4071").status == 303 && knock(w, "Linh", "pin=4071").status == 303);
    second_on(w, STRANGER, "three+red+boats", &secret);
    EXPECT(knock(w, "Linh", "pin=4071").status == 422 && get(w, STRANGER, "/room/pin").status == 404);
}

TEST(whether_a_name_is_taken_is_asked_five_times_and_not_for_ever)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei"), *taken = at(w, "login=bo@example.org&password=three+red+boats&%s", mei);
    open_device(w, room);
    knock(w, "Mei", mei);
    for (int i = 0; i < 5; i++) EXPECT(post(w, GUEST, "/room/login", taken).status == 422);
    EXPECT(post(w, GUEST, "/room/login", taken).status == 429);
}

TEST(who_is_taken_out_or_has_another_pin_is_out_at_once)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    int64_t id = sql_int(w, "SELECT id FROM room_seat");
    open_device(w, room);
    EXPECT(knock(w, "Mei", mei).status == 303);
    EXPECT(post(w, TRAINER, at(w, "%s/seats/%lld/pin", room, (long long)id), "").status == 303 && !is_here(w, "Mei"));
    sql_run(w, at(w, "UPDATE room_seat SET pin = '%.*s'", STR_ARG(auth_hash(world_arena(w), S("4071")))));
    EXPECT(knock(w, "Mei", "pin=4071").status == 303 && is_here(w, "Mei"));
    EXPECT(post(w, TRAINER, at(w, "%s/seats/%lld", room, (long long)id), "_method=delete").status == 303 && !is_here(w, "Mei"));
}

TEST(a_device_that_is_opened_again_is_open_once)
{
    const char *room = a_room(w);
    EXPECT(post(w, OPERATOR, at(w, "%s/devices", room), "").status == 303);
    world_set_cookie(w, TRAINER, COOKIE_DEVICE, world_cookie(w, OPERATOR, COOKIE_DEVICE));
    EXPECT(post(w, TRAINER, at(w, "%s/devices", room), "").status == 303 && sql_int(w, "SELECT count(*) FROM room_device") == 1);
}

TEST(on_a_device_that_a_group_uses_a_password_too_is_for_today_only)
{
    const char *room = a_room(w);
    open_device(w, room);
    EXPECT(post(w, STRANGER, "/people/account", "name=Linh&login=linh&password=three+red+boats").status == 303);
    EXPECT(post(w, GUEST, "/people/session", "login=linh&password=three+red+boats").status == 303 && is_here(w, "Linh"));
    EXPECT(says(get(w, GUEST, "/learn"), "Next person"));
    world_wait(w, 20 * MINUTE);
    EXPECT(!is_here(w, "Linh") && says(get(w, STRANGER, "/people"), "<bdi>Linh</bdi>"));
}

TEST(who_has_a_pin_alone_is_told_how_to_erase_herself)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    knock(w, "Mei", mei);
    Visit v = get(w, GUEST, "/people/erasure");
    EXPECT(says(v, "have no password yet") && !says(v, "Erase everything"));
    EXPECT(post(w, GUEST, "/people/erasure", "password=").status == 422 && is_here(w, "Mei"));
}

TEST(that_she_has_a_pin_stands_where_she_reads_what_is_kept_of_her_and_no_password_she_has_not)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    knock(w, "Mei", mei);
    Visit v = get(w, GUEST, "/people/kept");
    EXPECT(says(v, "group that uses one device") && !says(v, "The name you sign in with") && !says(v, "Your password, as a sum"));
    EXPECT(says(get(w, GUEST, "/people/records"), "group that uses one device") && !says(get(w, BO, "/people/kept"), "group that uses one device"));
}

TEST(who_is_in_no_room_has_no_pin_page)
{
    EXPECT(get(w, BO, "/room/pin").status == 404 && post(w, BO, "/room/pin", "new_pin=4071").status == 404);
    EXPECT(post(w, BO, "/room/login", "login=bo2&password=three+red+boats").status == 404);
}

TEST(an_erased_person_has_no_seat)
{
    const char *room = a_room(w), *mei = somebody(w, room, "Mei");
    open_device(w, room);
    knock(w, "Mei", mei);
    post(w, GUEST, "/room/login", at(w, "login=mei&password=three+red+boats&%s", mei));
    EXPECT(post(w, GUEST, "/people/erasure", "password=three+red+boats").status == 303);
    for (int i = 0; i < 50 && journal_work(world_site(w), world_arena(w)) > 0; i++) {}
    EXPECT(sql_int(w, "SELECT count(*) FROM room_seat") == 0 && !says(get(w, GUEST, "/room"), "Mei"));
}

TESTS(room, only_who_has_a_role_at_the_centre_keeps_its_rooms, an_operator_who_has_left_keeps_nothing_from_the_next_press_on,
      somebody_new_is_one_press_and_the_pin_is_shown_once, whichever_database_call_fails_nobody_is_half_enrolled,
      a_learner_comes_in_by_her_pin_on_the_device_and_the_next_person_is_one_press,
      a_pin_opens_nothing_where_no_operator_opened_the_device, an_open_device_closes_with_the_day_and_whoever_is_there_is_out,
      an_operator_closes_a_device_from_afar, what_a_guest_left_on_the_device_is_in_nobodys_account,
      what_was_under_way_when_the_next_person_came_makes_nobody_and_is_nobody_elses, five_wrong_pins_close_the_seat_until_an_operator_opens_it,
      each_wrong_pin_costs_more_time, a_device_has_twenty_wrong_pins_in_a_quarter_of_an_hour_over_all_names,
      whichever_database_call_fails_a_wrong_pin_is_counted_or_not_answered, a_pin_may_be_typed_in_digits_of_any_script_and_with_blanks,
      who_decides_has_no_pin_and_an_operator_comes_into_no_account_that_has_a_password, easy_pins_cannot_be_had_and_another_one_needs_the_one_before,
      she_takes_a_name_and_a_password_home_by_her_pin, who_has_a_password_is_not_come_into_by_the_pin_that_an_operator_drew,
      who_has_a_second_step_is_not_come_into_by_four_digits, whether_a_name_is_taken_is_asked_five_times_and_not_for_ever,
      who_is_taken_out_or_has_another_pin_is_out_at_once, a_device_that_is_opened_again_is_open_once, on_a_device_that_a_group_uses_a_password_too_is_for_today_only,
      who_has_a_pin_alone_is_told_how_to_erase_herself,
      that_she_has_a_pin_stands_where_she_reads_what_is_kept_of_her_and_no_password_she_has_not, who_is_in_no_room_has_no_pin_page, an_erased_person_has_no_seat)
