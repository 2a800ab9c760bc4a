/* people_places_test - where somebody's words lie, on an installation by itself and on a box of a network. The world is the box;
 * node 0 beside it is the hub, node 1 another box. */
#include "../../tests/net.h"
#include "../../tests/trial.h"
#include "../../tests/world.h"

#include "journal_records.h"
#include "people/people.h"

/* Something a visitor may save. */
static Reply save_post(Request *rq) { return text_reply(rq, S("text/plain"), S("saved")); }
static const Route routes[] = { POST("/t/save", save_post, .who = WHO_LEARNER) };
static const Module saving_module = { .name = "t", .routes = routes, .route_n = COUNT_OF(routes) };
static const Module *const extra[] = { &saving_module };

/* ---- a network around the world ------------------------------------------------------------------------------------------ */

typedef struct Talk { World *w; str in, out, why; const Enrolment *as; int64_t id, other; const char *economy; } Talk;

static bool in_world(World *w, int64_t me, NetRule *rule, Talk *t)
{
    Landing l;
    bool fine = site_write(world_site(w), world_arena(w), me, rule, t, &l);
    if (!fine) fprintf(stderr, "%s %.*s\n", l.kind ? l.what : "", STR_ARG(t->why));
    return fine;
}

static str kept(Talk *t, str text) { return str_keep(world_arena(t->w), text); }

static bool ask_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    t->out = kept(t, journal_ask(s));
    return true;
}

static bool enrol_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    t->out = kept(t, journal_enrol(s, t->in, t->as, &t->why));
    return t->out.n > 0;
}

static bool enrolled_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    return journal_enrolled(s, t->in, &t->why);
}

static bool have_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    while (journal_seal(s)) {}
    t->out = kept(t, journal_have(s, 0));
    return true;
}

static bool lack_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    while (journal_seal(s)) {}
    t->out = kept(t, journal_lack(s, t->in, (str){ 0 }, 1 << 20));
    return true;
}

static bool receive_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    journal_receive(s, t->in);
    return true;
}

static void join_network(World *w, Net *net)
{
    Talk t = { .w = w, .as = &(Enrolment){ .name = S("Balai Solo"), .economy = S("ID") } };
    EXPECT(in_world(w, 0, ask_rule, &t));
    t.in = t.out;
    EXPECT(net_do(net, 0, 0, enrol_rule, &t));
    t.in = t.out;
    EXPECT(in_world(w, 0, enrolled_rule, &t));
}

/* Both ways, as the hub and a box do. */
static void meet_hub(World *w, Net *net)
{
    Talk t = { .w = w };
    EXPECT(in_world(w, 0, have_rule, &t));
    t.in = net_lack(net, 0, t.out, 1 << 20);
    EXPECT(in_world(w, 0, receive_rule, &t) && in_world(w, 0, lack_rule, &t));
    net_take(net, 0, t.out);
    EXPECT(in_world(w, 0, have_rule, &t));
    t.in = net_lack(net, 0, t.out, 1 << 20);
    EXPECT(in_world(w, 0, receive_rule, &t));
    while (journal_work(world_site(w), world_arena(w)) > 0) {}
}

static bool id_rule(Scope *s, void *arg)
{
    ((Talk *)arg)->id = journal_id(s);
    return true;
}

static bool voice_rule(Scope *s, void *arg)
{
    s->me = journal_id(s);
    people_guest_made(s, s->me);
    trial_voiced_add(s, stream_economy(S("ID")), (trial_voiced_body){ .words = S("Here we are") });
    return true;
}

static bool belongs_rule(Scope *s, void *arg)
{
    person_belongs_add(s, s->me, ((Talk *)arg)->id);
    return true;
}

static bool left_rule(Scope *s, void *arg)
{
    person_left_add(s, s->me, ((Talk *)arg)->id);
    return true;
}

/* Another box, which works with a centre; the world has heard of it. */
static int64_t second_box(World *w, Net *net)
{
    Talk t = { .w = w };
    EXPECT(net_do(net, 0, 0, id_rule, &t));
    str why = { 0 };
    EXPECT(net_enrol_as(net, 1, &(Enrolment){ .name = S("Balai Yogya"), .economy = S("ID"), .centres = &t.id, .centre_n = 1 }, &why));
    EXPECT(net_do(net, 1, 0, voice_rule, &t));
    net_meet(net, 1, 0);
    meet_hub(w, net);
    return t.id;
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
    Talk t = { .w = w, .id = second_box(w, net) };
    EXPECT(!says(get(w, ANA, "/people/places"), "Balai Yogya"));
    EXPECT(in_world(w, world_person(w, ANA), belongs_rule, &t));
    Visit v = get(w, ANA, "/people/places");
    EXPECT(says(v, "In 3 places") && says(v, "Balai Yogya") && count(v, "A centre that you belong to works with it.") == 1);
    EXPECT(!says(get(w, BO, "/people/places"), "Balai Yogya"));
    net_close(net);
}

static bool home_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    return journal_keep_home(s, str_from(t->economy), true, &t->why);
}

TEST(an_economy_that_keeps_its_peoples_words_at_home_is_said_to)
{
    Net *net = net_open(w, 1);
    join_network(w, net);
    Talk t = { .w = w, .economy = "ID" };
    EXPECT(net_do(net, 0, 0, home_rule, &t));
    EXPECT(says(get(w, ANA, "/people/places"), "In 2 places"));
    meet_hub(w, net);
    Visit v = get(w, ANA, "/people/places");
    EXPECT(says(v, "In 1 place,") && says(v, "The hub has nothing of yours: your economy keeps what its people write at home."));
    EXPECT(!says(v, "It is the hub of the network"));
    net_close(net);
}

static bool join_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    t->other = journal_id(s);
    int64_t ana = s->me;
    s->me = t->other;
    people_guest_made(s, s->me);
    s->me = ana;
    people_join(s, t->other, ana);
    return true;
}

/* What she wrote there before she signed in stays there, also when she leaves the centre. */
TEST(a_box_where_she_was_a_guest_is_named_too)
{
    Net *net = net_open(w, 2);
    join_network(w, net);
    int64_t ana = world_person(w, ANA);
    Talk t = { .w = w, .id = second_box(w, net) };
    EXPECT(in_world(w, ana, belongs_rule, &t));
    meet_hub(w, net);
    net_meet(net, 1, 0);
    EXPECT(net_do(net, 1, ana, join_rule, &t));
    net_meet(net, 1, 0);
    EXPECT(in_world(w, ana, left_rule, &t));
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
    Talk t = { .w = w, .id = second_box(w, net) };
    post(w, STRANGER, "/people/account", "name=Linh&login=linh&password=three+red+boats");
    EXPECT(in_world(w, world_person(w, STRANGER), belongs_rule, &t));
    Visit v = get(w, STRANGER, "/people/erasure");
    EXPECT(says(v, "Other installations") && says(v, "when they next meet the hub") && says(v, "The hub") && says(v, "Balai Yogya") && !says(v, "Balai Solo"));
    v = post(w, STRANGER, "/people/erasure", "password=three+red+boats");
    const char *address = str_z(world_arena(w), v.location);
    for (int i = 0; i < 2000 && !says(get(w, STRANGER, address), "<h1>Erased</h1>"); i++) journal_work(world_site(w), world_arena(w));
    v = get(w, STRANGER, address);
    EXPECT(says(v, "<h1>Erased</h1>") && says(v, "when they next meet the hub") && says(v, "Balai Yogya"));
    net_close(net);
}

TESTS_WITH(people_places, extra, COUNT_OF(extra),
    an_installation_by_itself_says_that_it_is_only_here, a_box_names_itself_and_its_hub_and_why_they_hold_her_words,
    a_box_of_a_centre_she_belongs_to_is_named_while_she_does, an_economy_that_keeps_its_peoples_words_at_home_is_said_to,
    a_box_where_she_was_a_guest_is_named_too, who_leaves_is_told_before_and_after_which_others_hold_her_words)
