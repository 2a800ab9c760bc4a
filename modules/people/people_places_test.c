/* people_places_test - where somebody's words lie, on an installation by itself and on a box of a network. The world is the box;
 * node 0 beside it is the hub, node 1 another box. */
#include "../../tests/deeds.h"
#include "../../tests/talk.h"

#include "journal_records.h"

#define CENTRE INT64_C(120600000000000064)

/* Something a visitor may save. */
static Reply save_post(Request *rq) { return text_reply(rq, S("text/plain"), S("saved")); }
static const Route routes[] = { POST("/t/save", save_post, .who = WHO_LEARNER) };
static const Module saving_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes) };
static const Module *const extra[] = { &saving_module };

/* ---- a network around the world ------------------------------------------------------------------------------------------ */

static bool in_world(World *w, int64_t me, NetRule *rule, void *arg)
{
    Landing l;
    bool fine = site_write(world_site(w), world_arena(w), me, rule, arg, &l);
    if (!fine && l.kind) fprintf(stderr, "%s\n", l.what);
    return fine;
}

static void join_network(World *w, Net *net)
{
    Talk t = { .keep = world_arena(w), .as = &(Enrolment){ .name = S("Balai Solo"), .economy = S("ID") } };
    EXPECT(in_world(w, 0, talk_ask, &t));
    t.message = t.said;
    EXPECT(net_do(net, 0, 0, talk_enrol, &t));
    t.message = t.said;
    EXPECT(in_world(w, 0, talk_enrolled, &t));
}

/* Both ways, as the hub and a box do. */
static void meet_hub(World *w, Net *net)
{
    Talk t = { .keep = world_arena(w) };
    EXPECT(in_world(w, 0, talk_have, &t));
    t.message = net_lack(net, 0, t.said, 1 << 20);
    EXPECT(in_world(w, 0, talk_take, &t) && in_world(w, 0, talk_lack, &t));
    net_take(net, 0, t.said);
    EXPECT(in_world(w, 0, talk_have, &t));
    t.message = net_lack(net, 0, t.said, 1 << 20);
    EXPECT(in_world(w, 0, talk_take, &t));
    while (journal_work(world_site(w), world_arena(w)) > 0) {}
}

static bool belongs_rule(Scope *s, void *arg)
{
    person_belongs_add(s, s->me, *(int64_t *)arg);
    return true;
}

static bool left_rule(Scope *s, void *arg)
{
    person_left_add(s, s->me, *(int64_t *)arg);
    return true;
}

/* Another box, which works with a centre; the world has heard of it. */
static int64_t second_box(World *w, Net *net)
{
    int64_t centre = CENTRE;
    str why = { 0 };
    EXPECT(net_enrol_as(net, 1, &(Enrolment){ .name = S("Balai Yogya"), .economy = S("ID"), .centres = &centre, .centre_n = 1 }, &why));
    EXPECT(voices(net, 1, guest(net, 1), "ID", "Here we are", 0));
    net_meet(net, 1, 0);
    meet_hub(w, net);
    return centre;
}

/* ---- an installation by itself --------------------------------------------------------------------------------------------- */

TEST(an_installation_by_itself_says_that_it_is_only_here)
{
    Visit v = get(w, ANA, "/people/places");
    EXPECT(says(get(w, ANA, "/people"), "href=\"/people/places\""));
    EXPECT(v.status == 200 && says(v, "Only here.") && says(v, "It belongs to no network.") && !says(v, "the hub") && !says(v, "centre"));
    EXPECT(says(get_json(w, ANA, "/people/places"), "\"alone\":true"));
    EXPECT_STR(get(w, STRANGER, "/people/places").location, S("/people"));
    post(w, GUEST, "/t/save", "");
    EXPECT(says(get(w, GUEST, "/people"), "href=\"/people/places\"") && says(get(w, GUEST, "/people/places"), "Only here."));
}

/* ---- a box of a network ------------------------------------------------------------------------------------------------------- */

TEST(a_box_names_itself_and_its_hub_and_why_they_hold_her_words)
{
    Net *net = net_open(w, 1);
    join_network(w, net);
    Visit v = get(w, ANA, "/people/places");
    EXPECT(says(v, "In 2 places") && says(v, "Balai Solo") && says(v, "you are here") && says(v, "This is where you began.") && says(v, "Economy: ID"));
    EXPECT(says(v, "The hub") && count(v, "This is where you began.") == 1 && !says(v, ">root<") && !says(v, "centre") && !says(v, "has nothing of yours"));
    v = get_json(w, ANA, "/people/places");
    EXPECT(says(v, "\"alone\":false") && says(v, "\"name\":\"Balai Solo\",\"economy\":\"ID\",\"here\":true") && !says(v, "\"key\""));
    net_close(net);
}

TEST(a_box_of_a_centre_she_belongs_to_is_named_while_she_does)
{
    Net *net = net_open(w, 2);
    join_network(w, net);
    int64_t centre = second_box(w, net);
    EXPECT(!says(get(w, ANA, "/people/places"), "Balai Yogya"));
    EXPECT(in_world(w, world_person(w, ANA), belongs_rule, &centre));
    Visit v = get(w, ANA, "/people/places");
    EXPECT(says(v, "In 3 places") && says(v, "Balai Yogya") && count(v, "A centre that you belong to works with it.") == 1);
    EXPECT(!says(get(w, BO, "/people/places"), "Balai Yogya"));
    net_close(net);
}

TEST(an_economy_that_keeps_its_peoples_words_at_home_is_said_to)
{
    Net *net = net_open(w, 1);
    join_network(w, net);
    EXPECT(deed(net, 0, 0, &(Deed){ .act = KEEP_HOME, .words = S("ID"), .c = 1 }));
    EXPECT(says(get(w, ANA, "/people/places"), "In 2 places"));
    meet_hub(w, net);
    Visit v = get(w, ANA, "/people/places");
    EXPECT(says(v, "In 1 place,") && says(v, "The hub has nothing of yours: here, what people write stays at home."));
    EXPECT(!says(v, "It is the hub of the network"));
    net_close(net);
}

/* What she wrote there before she signed in stays there, also when she leaves the centre. */
TEST(a_box_where_she_was_a_guest_is_named_too)
{
    Net *net = net_open(w, 2);
    join_network(w, net);
    int64_t ana = world_person(w, ANA);
    int64_t centre = second_box(w, net);
    EXPECT(in_world(w, ana, belongs_rule, &centre));
    meet_hub(w, net);
    net_meet(net, 1, 0);
    EXPECT(joins(net, 1, ana, guest(net, 1)));
    net_meet(net, 1, 0);
    EXPECT(in_world(w, ana, left_rule, &centre));
    EXPECT(!says(get(w, ANA, "/people/places"), "Balai Yogya"));
    meet_hub(w, net);
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM journal_person WHERE joined = %lld", (long long)ana)) == 1);
    Visit v = get(w, ANA, "/people/places");
    EXPECT(says(v, "Balai Yogya") && count(v, "This is where you began.") == 2 && !says(v, "A centre that you belong to"));
    net_close(net);
}

/* ---- and when she leaves -------------------------------------------------------------------------------------------------------- */

TEST(who_leaves_is_told_before_and_after_which_others_hold_her_words)
{
    Net *net = net_open(w, 2);
    join_network(w, net);
    int64_t centre = second_box(w, net);
    post(w, STRANGER, "/people/account", "name=Linh&login=linh&password=three+red+boats");
    EXPECT(in_world(w, world_person(w, STRANGER), belongs_rule, &centre));
    Visit v = get(w, STRANGER, "/people/erasure");
    EXPECT(says(v, "Other places") && says(v, "as soon as the news reaches them") && says(v, "The hub") && says(v, "Balai Yogya") && !says(v, "Balai Solo"));
    v = post(w, STRANGER, "/people/erasure", "password=three+red+boats");
    const char *address = str_z(world_arena(w), v.location);
    for (int i = 0; i < 2000 && !says(get(w, STRANGER, address), "<h1>Erased</h1>"); i++) journal_work(world_site(w), world_arena(w));
    v = get(w, STRANGER, address);
    EXPECT(says(v, "<h1>Erased</h1>") && says(v, "as soon as the news reaches them") && says(v, "Balai Yogya"));
    net_close(net);
}

TESTS_WITH(people_places, extra, COUNT_OF(extra),
    an_installation_by_itself_says_that_it_is_only_here, a_box_names_itself_and_its_hub_and_why_they_hold_her_words,
    a_box_of_a_centre_she_belongs_to_is_named_while_she_does, an_economy_that_keeps_its_peoples_words_at_home_is_said_to,
    a_box_where_she_was_a_guest_is_named_too, who_leaves_is_told_before_and_after_which_others_hold_her_words)
