#include <semaphore.h>
#include <stdatomic.h>

#include "../../tests/world.h"
#include "web/web_private.h"

/* ---- where she comes from ------------------------------------------------------------------------------------------------------- */

static str place(World *w, const char *address) { return place_of(world_arena(w), str_from(address)).at; }

TEST(an_ipv6_subscriber_is_one_place_and_so_is_an_ipv4_address_however_it_is_written)
{
    EXPECT_STR(place(w, "203.0.113.7"), S("203.0.113.7"));
    EXPECT_STR(place(w, "::ffff:203.0.113.7"), S("203.0.113.7"));
    EXPECT_STR(place(w, "2001:db8:1:2:3:4:5:6"), S("2001:db8:1:2::/64"));
    EXPECT_STR(place(w, "2001:db8:1:2:ffff::1"), S("2001:db8:1:2::/64"));
    EXPECT_STR(place(w, "2001:db8:1:3::1"), S("2001:db8:1:3::/64"));
    EXPECT_STR(place_of(world_arena(w), S("2001:db8:1:3::1")).network, S("2001:db8:1::/48"));
    static const char *const here[] = { "", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "nonsense", "1.2.3", "2001:db8:1:2:3:4:5:6:7:8:9:10:11:12:13:14:15" };
    for (int i = 0; i < COUNT_OF(here); i++) EXPECT(place_of(world_arena(w), str_from(here[i])).local);
}

/* ---- budgets ---------------------------------------------------------------------------------------------------------------------- */

#define SEC INT64_C(1000000000)
static int64_t spend(Budget *b, int64_t person, const char *at_place, int64_t bytes, bool new_one, int64_t now)
{
    static Region region;
    if (!region.base) CHECK(region_open(&region, 1 << 20));
    Arena a = region_arena(&region, NULL);
    Spending s = { .person = person, .place = place_of(&a, str_from(at_place)), .cost = { 1, bytes, new_one } };
    return budget_spend(b, &s, now);
}

TEST(a_class_of_forty_fills_forms_for_an_hour_and_never_hears_of_a_budget)
{
    Budget *b = budget_open(world_arena(w));
    int64_t waited = 0, now = SEC;
    for (int64_t who = 1; who <= 40; who++) waited += spend(b, 0, "203.0.113.1", 2000, true, now);
    for (int64_t who = 1; who <= 40; who++)
        for (int i = 0; i < 50; i++) waited += spend(b, who, "203.0.113.1", 2000, false, now);       /* typed while the link was away */
    for (int round = 0; round < 720; round++)
        for (int64_t who = 1; who <= 40; who++) waited += spend(b, who, "203.0.113.1", 2000, false, now + round * 5 * SEC);
    EXPECT(waited == 0);
}

TEST(who_saves_as_fast_as_she_can_is_stopped_and_others_are_not)
{
    Budget *b = budget_open(world_arena(w));
    int taken = 0;
    while (taken < 10000 && !spend(b, 7, "203.0.113.1", 100, false, SEC)) taken++;
    EXPECT(taken == 300 && spend(b, 7, "203.0.113.2", 100, false, SEC) > 0);
    EXPECT(!spend(b, 8, "203.0.113.1", 100, false, SEC));
    EXPECT(spend(b, 7, "203.0.113.1", 100, false, SEC) == 1000 && !spend(b, 7, "203.0.113.1", 100, false, 2 * SEC));
}

TEST(what_is_refused_costs_nothing)
{
    Budget *b = budget_open(world_arena(w));
    while (!spend(b, 7, "203.0.113.1", 100, false, SEC)) {}
    for (int i = 0; i < 5000; i++) spend(b, 7, "203.0.113.1", 100, false, SEC);
    EXPECT(!spend(b, 8, "203.0.113.1", 100, false, SEC));
}

TEST(a_network_that_takes_another_address_each_time_is_one_network)
{
    Budget *b = budget_open(world_arena(w));
    int made = 0;
    for (int i = 0; i < 20000; i++) made += !spend(b, 0, at(w, "2001:db8:1:%x::1", i), 100, true, SEC);
    EXPECT(made == 300 * 16);
    EXPECT(!spend(b, 0, "2001:db8:2::1", 100, true, SEC));
}

TEST(bytes_are_counted_and_a_file_larger_than_a_bucket_goes_through_a_full_one)
{
    Budget *b = budget_open(world_arena(w));
    EXPECT(!spend(b, 7, "203.0.113.1", INT64_C(1) << 40, false, SEC));
    EXPECT(spend(b, 7, "203.0.113.1", 1000, false, SEC) > 0);
}

TEST(a_clock_that_is_set_back_keeps_nobody_waiting)
{
    Budget *b = budget_open(world_arena(w));
    while (!spend(b, 7, "203.0.113.1", 100, false, 1000 * DAY * 1000)) {}
    EXPECT(!spend(b, 7, "203.0.113.1", 100, false, SEC));
}

/* ---- visits that save too much ------------------------------------------------------------------------------------------------------ */

static Reply save_post(Request *rq) { return text_reply(rq, S("text/plain"), S("saved")); }
static Reply free_delete(Request *rq) { return text_reply(rq, S("text/plain"), S("freed")); }
static Reply enrol_post(Request *rq) { return text_reply(rq, S("text/plain"), S("enrolled")); }
static Reply late_pace(Request *rq)
{
    slow_down(rq, query_int(rq, "ms", 0), S("one name"));
    return (Reply){ 0 };
}
static Reply late_ahead(Request *rq) { return (Reply){ 0 }; }
static const Route routes[] = {
    POST  ("/t/save",  save_post,   .who = WHO_LEARNER),
    POST  ("/t/small", save_post,   .who = WHO_ANYONE, .small = true),
    POST  ("/t/enrol", enrol_post,  .who = WHO_ANYONE, .makes_person = true),
    POST  ("/t/late",  save_post,   .who = WHO_ANYONE, .pace = late_pace, .ahead = late_ahead),
    DELETE("/t/save",  free_delete, .who = WHO_ANYONE),
};
static const Module test_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes) };
static const Module *const test_modules[] = { &test_module };

static int new_visitors(World *w, int most)
{
    int made = 0;
    for (; made < most; made++) {
        forget_cookies(w, GUEST);
        if (post(w, GUEST, "/t/save", "").status != 200) break;
    }
    return made;
}

TEST(visitors_without_a_name_are_made_by_the_hundred_and_not_by_the_thousand)
{
    world_from(w, "203.0.113.9");
    EXPECT(new_visitors(w, 1000) == 300);
    Visit v = post(w, GUEST, "/t/save", "body=Ten+sacks+of+rice");
    EXPECT(v.status == 429 && says(v, "Ten sacks of rice") && says(v, "Send it again") && says(v, "in 1 minute."));
    EXPECT_STR(header_of(v, "retry-after"), S("2"));
    EXPECT(world_person(w, GUEST) == 0);
    EXPECT(post(w, ANA, "/t/save", "").status == 200);           /* who was here before goes on */
    world_from(w, "203.0.113.10");
    EXPECT(post(w, GUEST, "/t/save", "").status == 200);
    world_from(w, "203.0.113.9");
    world_wait(w, 2 * SECOND);
    EXPECT(new_visitors(w, 1000) == 1);
}

TEST(a_program_hears_of_the_budget_in_its_own_words)
{
    HttpHeader headers[] = { { S("content-type"), S("application/json") }, { S("accept"), S("application/json") }, { S("csrf-token"), S("") } };
    headers[2].value = auth_csrf(world_arena(w), world_site(w)->key, S("bo-bo-bo-bo-bo-bo-bo-bo-bo-bo-bo-bo-bo-bo-b"));
    Visit v = { .status = 200 };
    for (int i = 0; i < 400 && v.status == 200; i++) v = request(w, BO, "POST", "/t/save", headers, COUNT_OF(headers), S("{}"));
    EXPECT(v.status == 429 && str_eq(v.type, S("application/json")) && says(v, "in a short time"));
    EXPECT_STR(header_of(v, "retry-after"), S("1"));
}

/* ---- a disk that is nearly full -------------------------------------------------------------------------------------------------------- */

static void disk_is(World *w, int64_t mb)
{
    world_disk_free(w, mb << 20);
    world_wait(w, 10 * SECOND);
}

TEST(a_floor_is_a_share_of_the_disk_within_limits)
{
    EXPECT(floor_bytes(ROOM_FOR_THOSE_HERE, INT64_C(16) << 30) / (1 << 20) == 819 && floor_bytes(ROOM_FOR_NOBODY, INT64_C(16) << 30) / (1 << 20) == 163);
    EXPECT(floor_bytes(ROOM_FOR_THOSE_HERE, INT64_C(4) << 40) == INT64_C(8) << 30 && floor_bytes(ROOM_FOR_NOBODY, INT64_C(4) << 40) == INT64_C(1) << 30);
    EXPECT(floor_bytes(ROOM_FOR_THOSE_HERE, INT64_C(1) << 30) == INT64_C(256) << 20 && floor_room(INT64_C(255) << 20, INT64_C(1) << 30) == ROOM_FOR_THOSE_HERE);
}

TEST(when_there_is_little_room_nobody_new_is_taken_in_and_who_was_here_goes_on)
{
    EXPECT(post(w, GUEST, "/t/save", "").status == 200);
    disk_is(w, 4000);
    Visit v = post(w, STRANGER, "/t/save", "body=Ten+sacks");
    EXPECT(v.status == 503 && says(v, "This place is nearly full") && says(v, "Ten sacks") && says(v, "/people/session/new"));
    EXPECT(header_of(v, "retry-after").n > 0 && world_person(w, STRANGER) == 0);
    EXPECT(post(w, STRANGER, "/t/enrol", "").status == 503 && post(w, STRANGER, "/people/account", "name=Linh").status == 503);
    EXPECT(post(w, ANA, "/t/save", "").status == 200 && post(w, GUEST, "/t/save", "").status == 200 && get(w, STRANGER, "/learn").status == 200);
    disk_is(w, 50000);
    EXPECT(post(w, STRANGER, "/t/save", "").status == 200);
}

TEST(when_there_is_no_room_only_what_frees_some_and_signing_in_goes_on)
{
    disk_is(w, 500);
    Visit v = post(w, ANA, "/t/save", "body=Ten+sacks");
    EXPECT(v.status == 503 && says(v, "nothing was saved") && says(v, "Ten sacks"));
    EXPECT(post(w, ANA, "/t/save", "_method=delete").status == 200 && post(w, ANA, "/t/small", "").status == 200);
    EXPECT(post(w, STRANGER, "/people/session", "login=ana&password=wrong+words").status == 422);
    EXPECT(get(w, ANA, "/people").status == 200);
}

TEST(doctor_says_who_can_still_save)
{
    static const struct { int64_t mb; const char *said; } cases[] = {
        { 50000, "below 5120 nobody new can save" }, { 4000, "nobody new can save: 4000 MB" }, { 500, "nobody can save: 500 MB" },
    };
    for (int i = 0; i < COUNT_OF(cases); i++) {
        Out o;
        disk_is(w, cases[i].mb);
        out_init(&o, world_arena(w), 4096);
        site_doctor(world_site(w), world_arena(w), &o);
        EXPECT(str_find(out_text(&o), str_from(cases[i].said)) > 0);
    }
}

/* ---- lanes ------------------------------------------------------------------------------------------------------------------------------- */

/* All but one of the workers stay with somebody until the end: the one that is left does everything in the order in which it takes it. */
enum { STAYS = 1000 };
static sem_t gate, began, ended, last;
static atomic_int order;
static void run_gated(WebPrivate *w)
{
    sem_post(&began);
    sem_wait(w->lane > STAYS ? &last : &gate);
    w->delay_ms = atomic_fetch_add(&order, 1) + 1;
    sem_post(&ended);
}

/* All workers are busy with somebody of a lane of their own. */
static Slow *slow_gated(World *w)
{
    static WebPrivate busy[SLOW_WORKERS];
    sem_init(&gate, 0, 0);
    sem_init(&began, 0, 0);
    sem_init(&ended, 0, 0);
    sem_init(&last, 0, 0);
    atomic_store(&order, 0);
    Slow *slow = slow_start(world_arena(w), run_gated);
    for (int i = 0; i < SLOW_WORKERS; i++) {
        busy[i] = (WebPrivate){ .lane = STAYS + (uint64_t)i };
        EXPECT(!slow_submit(slow, &busy[i]));
        sem_wait(&began);
    }
    return slow;
}

static void slow_open_all(Slow *slow, int n)
{
    for (int i = 0; i < n + 1; i++) sem_post(&gate);
    for (int i = 0; i < n + 1; i++) sem_wait(&ended);
    for (int i = 1; i < SLOW_WORKERS; i++) sem_post(&last);
    slow_stop(slow);
}

TEST(who_comes_after_a_crowd_from_another_place_waits_for_one_turn)
{
    enum { CROWD = SLOW_LANE_MAX };
    WebPrivate *crowd = NEW(world_arena(w), WebPrivate, CROWD), *one = NEW(world_arena(w), WebPrivate, 1);
    Slow *slow = slow_gated(w);
    for (int i = 0; i < CROWD; i++) {
        crowd[i].lane = 1;
        EXPECT(!slow_submit(slow, &crowd[i]));
    }
    one->lane = 2;
    EXPECT(!slow_submit(slow, one));
    slow_open_all(slow, CROWD + 1);
    EXPECT(one->delay_ms > 0 && one->delay_ms <= SLOW_WORKERS * 2 + 2);
    EXPECT(crowd[0].delay_ms < crowd[CROWD - 1].delay_ms);
}

TEST(a_place_that_waits_too_often_is_told_so)
{
    WebPrivate *crowd = NEW(world_arena(w), WebPrivate, SLOW_LANE_MAX + 1);
    Slow *slow = slow_gated(w);
    for (int i = 0; i < SLOW_LANE_MAX; i++) {
        crowd[i].lane = 1;
        EXPECT(!slow_submit(slow, &crowd[i]));
    }
    crowd[SLOW_LANE_MAX].lane = 1;
    EXPECT(slow_submit(slow, &crowd[SLOW_LANE_MAX]) == &crowd[SLOW_LANE_MAX]);
    slow_open_all(slow, SLOW_LANE_MAX);
}

TEST(when_the_room_is_full_the_longest_lane_makes_room_and_known_browsers_have_their_own)
{
    WebPrivate *crowd = NEW(world_arena(w), WebPrivate, SLOW_QUEUE_MAX), *one = NEW(world_arena(w), WebPrivate, 1), *known = NEW(world_arena(w), WebPrivate, SLOW_KNOWN_LANE + 1);
    Slow *slow = slow_gated(w);
    for (int i = 0; i < SLOW_QUEUE_MAX; i++) {
        crowd[i].lane = 1 + (uint64_t)i / SLOW_LANE_MAX;
        EXPECT(!slow_submit(slow, &crowd[i]));
    }
    one->lane = 99;
    WebPrivate *out = slow_submit(slow, one);
    EXPECT(out == &crowd[SLOW_LANE_MAX - 1]);
    for (int i = 0; i <= SLOW_KNOWN_LANE; i++) {
        known[i].lane = 1;
        known[i].known = true;
        EXPECT(slow_submit(slow, &known[i]) == (i < SLOW_KNOWN_LANE ? NULL : &known[i]));
    }
    slow_open_all(slow, SLOW_QUEUE_MAX + SLOW_KNOWN_LANE);
    EXPECT(out->delay_ms == 0 && one->delay_ms > 0 && known[0].delay_ms > 0);
}

/* ---- slowed down ---------------------------------------------------------------------------------------------------------------------------- */

static atomic_int late;
static void let_go(WebPrivate *w, bool in_time)
{
    w->delay_ms = atomic_fetch_add(&order, 1) + 1;
    if (!in_time) atomic_fetch_add(&late, 1);
    sem_post(&began);
}

static Line *line_begin(World *w)
{
    sem_init(&began, 0, 0);
    sem_init(&ended, 0, 0);
    sem_init(&last, 0, 0);
    atomic_store(&order, 0);
    atomic_store(&late, 0);
    return line_start(world_arena(w), let_go);
}

TEST(who_waits_less_goes_first_and_nobody_is_kept_when_the_house_closes)
{
    WebPrivate *all = NEW(world_arena(w), WebPrivate, 3);
    Line *line = line_begin(w);
    for (uint64_t i = 0; i < 3; i++) all[i].lane = all[i].tried = i;
    EXPECT(line_submit(line, &all[0], HOUR) && line_submit(line, &all[1], 30) && line_submit(line, &all[2], 0));
    sem_wait(&began);
    sem_wait(&began);
    EXPECT(all[2].delay_ms == 1 && all[1].delay_ms == 2 && all[0].delay_ms == 0);
    line_stop(line);
    EXPECT(all[0].delay_ms == 3 && atomic_load(&late) == 1);
}

TEST(few_wait_at_one_name_some_from_one_place_and_known_browsers_beside_them)
{
    enum { MANY = LINE_ALL_MAX + LINE_KNOWN_MAX + 8 };
    WebPrivate *all = NEW(world_arena(w), WebPrivate, MANY);
    Line *line = line_begin(w);
    int n = 0, same = 0, lane = 0, rest = 0;
    for (int i = 0; i <= LINE_SAME_MAX; i++, n++) {
        all[n].lane = 10000 + (uint64_t)i;
        all[n].tried = 1;
        same += line_submit(line, &all[n], HOUR);
    }
    for (int i = 0; i <= LINE_LANE_MAX; i++, n++) {
        all[n].lane = 2;
        all[n].tried = 20000 + (uint64_t)i;
        lane += line_submit(line, &all[n], HOUR);
    }
    for (; n < LINE_ALL_MAX + 8; n++) {
        all[n].lane = all[n].tried = 30000 + (uint64_t)n;
        rest += line_submit(line, &all[n], HOUR);
    }
    EXPECT(same == LINE_SAME_MAX && lane == LINE_LANE_MAX && same + lane + rest == LINE_ALL_MAX);
    all[n].known = true;
    all[n].tried = 1;
    EXPECT(line_submit(line, &all[n], HOUR));
    line_stop(line);
    EXPECT(atomic_load(&late) == LINE_ALL_MAX + 1);
}

TEST(who_is_slowed_down_waits_and_is_served)
{
    world_site(w)->own->slept = NULL;
    int64_t began_at = os_ticks();
    EXPECT_STR(post(w, ANA, "/t/late?ms=40", "").body, S("saved"));
    EXPECT(os_ticks() - began_at >= 40 * 1000000);
}

TEST(where_too_many_wait_already_one_is_told_so_and_keeps_what_she_typed)
{
    struct SiteOwn *own = world_site(w)->own;
    WebPrivate *all = NEW(world_arena(w), WebPrivate, LINE_ALL_MAX);
    Line *ours = own->line, *full = line_begin(w);
    for (uint64_t i = 0; i < LINE_ALL_MAX; i++) {
        all[i].lane = all[i].tried = i + 1;
        EXPECT(line_submit(full, &all[i], HOUR));
    }
    own->slept = NULL;
    own->line = full;
    Visit v = post(w, ANA, "/t/late?ms=40", "body=Ten+sacks");
    own->line = ours;
    EXPECT(v.status == 429 && says(v, "Ten sacks"));
    EXPECT_STR(header_of(v, "retry-after"), S("5"));
    line_stop(full);
}

TESTS_WITH(web_fair, test_modules, 1, an_ipv6_subscriber_is_one_place_and_so_is_an_ipv4_address_however_it_is_written,
           a_class_of_forty_fills_forms_for_an_hour_and_never_hears_of_a_budget, who_saves_as_fast_as_she_can_is_stopped_and_others_are_not,
           what_is_refused_costs_nothing, a_network_that_takes_another_address_each_time_is_one_network,
           bytes_are_counted_and_a_file_larger_than_a_bucket_goes_through_a_full_one, a_clock_that_is_set_back_keeps_nobody_waiting,
           visitors_without_a_name_are_made_by_the_hundred_and_not_by_the_thousand, a_program_hears_of_the_budget_in_its_own_words,
           a_floor_is_a_share_of_the_disk_within_limits, when_there_is_little_room_nobody_new_is_taken_in_and_who_was_here_goes_on,
           when_there_is_no_room_only_what_frees_some_and_signing_in_goes_on, doctor_says_who_can_still_save,
           who_comes_after_a_crowd_from_another_place_waits_for_one_turn, a_place_that_waits_too_often_is_told_so,
           when_the_room_is_full_the_longest_lane_makes_room_and_known_browsers_have_their_own,
           who_waits_less_goes_first_and_nobody_is_kept_when_the_house_closes, few_wait_at_one_name_some_from_one_place_and_known_browsers_beside_them,
           who_is_slowed_down_waits_and_is_served, where_too_many_wait_already_one_is_told_so_and_keeps_what_she_typed)
