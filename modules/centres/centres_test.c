/* centres_test - who looks after which place, and how somebody comes to. */
#include "../../tests/world.h"
#include "auth/auth.h"
#include "centres/centres.h"
#include "journal/journal.h"

typedef struct Asked { int64_t person, stream; int role; Audience audience; bool may; } Asked;

static void ask(Scope *s, void *arg)
{
    Asked *a = arg;
    a->may = journal_may(s, a->person, a->role, a->audience, a->stream);
}

static bool holds(World *w, Visitor who, int role, Audience audience, int64_t stream)
{
    Landing l;
    Asked a = { world_person(w, who), stream, role, audience, false };
    return site_read(world_site(w), world_arena(w), 0, ask, &a, &l) && a.may;
}

static bool trains(World *w, Visitor who) { return holds(w, who, ROLE_TRAINER, AUDIENCE_CENTRE, world_centre(w)); }
static const char *centre(World *w, const char *rest) { return at(w, "/centres/%lld%s", (long long)world_centre(w), rest); }

/* The address of the offer, as who made it is led to it. */
static const char *offers(World *w, Visitor who, const char *place, const char *form)
{
    Visit v = post(w, who, at(w, "%s/offers", place), form);
    if (v.status != 303) return "";
    return str_z(world_arena(w), v.location);
}

static int64_t grants(World *w) { return sql_int(w, "SELECT count(*) FROM centres_grant WHERE giver <> 0"); }
static int64_t grant_of(World *w, const char *where) { return sql_int(w, at(w, "SELECT max(id) FROM centres_grant WHERE %s", where)); }

/* ---- from nothing ------------------------------------------------------------------------------------------------------------------ */

TEST(an_admin_opens_two_centres_and_their_people_come_by_links)
{
    for (int i = 0; i < 2; i++) {
        Visit v = post(w, ADMIN, "/centres/ID/centres", i ? "name=Telecentre+Solo" : "name=Telecentre+Bogor");
        EXPECT(v.status == 303);
        const char *page = str_z(world_arena(w), v.location);
        EXPECT(post(w, ADMIN, page, "name=Telecentre&way=Behind+the+market&hours=8+to+4&contact=Ibu+Sari&reach=0812+000").status == 303);
    }
    EXPECT(says(get(w, STRANGER, "/"), "href=\"/centres\""));
    Visit all = get(w, STRANGER, "/centres");
    EXPECT(says(all, "Behind the market") && says(all, "8 to 4"));
    int64_t id = sql_int(w, "SELECT max(id) FROM centres_place");
    const char *place = at(w, "/centres/%lld", (long long)id);
    EXPECT(says(get(w, STRANGER, place), "Ibu Sari") && says(get(w, STRANGER, place), "0812 000"));
    const char *link = offers(w, ADMIN, place, "role=operator&words=Sari");
    EXPECT(says(get(w, ADMIN, link), "<svg") && says(get(w, ADMIN, at(w, "%s/people", place)), "Sari"));
    EXPECT(says(get(w, BO, link), "Operator"));
    EXPECT(post(w, BO, link, "name=Ibu+Sari").status == 303);
    EXPECT(holds(w, BO, ROLE_OPERATOR, AUDIENCE_CENTRE, id) && !holds(w, BO, ROLE_OPERATOR, AUDIENCE_CENTRE, world_centre(w)));
    EXPECT(says(get(w, STRANGER, place), "Ibu Sari"));
    EXPECT(get(w, BO, at(w, "%s/people", place)).status == 200 && get(w, BO, centre(w, "/people")).status == 404);
}

TEST(an_operator_names_trainers_and_mentors_of_her_centre_and_nobody_else)
{
    EXPECT(*offers(w, OPERATOR, centre(w, ""), "role=trainer&login=bo@example.org"));
    EXPECT(post(w, OPERATOR, centre(w, "/offers"), "role=operator&login=bo@example.org").status == 422);
    EXPECT(post(w, OPERATOR, centre(w, "/offers"), "role=admin").status == 422);
    EXPECT(post(w, OPERATOR, "/centres/ID/offers", "role=mentor").status == 404);
    EXPECT(post(w, TRAINER, centre(w, "/offers"), "role=trainer").status == 404);
    EXPECT(grants(w) == 1 && !trains(w, BO));
    EXPECT(says(get(w, BO, "/centres/roles"), "Trainer"));
    EXPECT(post(w, BO, centre(w, at(w, "/offers/%lld/-", (long long)grant_of(w, "asked <> 0 AND person = 0"))), "name=Pak+Bo").status == 303);
    EXPECT(trains(w, BO));
}

/* ---- what nobody may ----------------------------------------------------------------------------------------------------------------- */

TEST(nobody_gives_herself_a_role)
{
    Visit v = post(w, OPERATOR, centre(w, "/offers"), "role=trainer&login=operator@example.org");
    EXPECT(v.status == 422 && says(v, "Nobody gives herself a role"));
    const char *link = offers(w, OPERATOR, centre(w, ""), "role=trainer");
    EXPECT(post(w, OPERATOR, link, "name=Me").status == 409 && !trains(w, OPERATOR));
}

TEST(an_offer_is_taken_once_in_time_and_by_who_has_its_code)
{
    const char *link = offers(w, ADMIN, centre(w, ""), "role=trainer");
    const char *wrong = centre(w, at(w, "/offers/%lld/%s", (long long)grant_of(w, "code <> ''"), "AAAAAAAAAAAAAAAA"));
    EXPECT(get(w, BO, wrong).status == 404 && post(w, BO, wrong, "name=Bo").status == 404);
    EXPECT(get(w, BO, centre(w, at(w, "/offers/%lld/-", (long long)grant_of(w, "code <> ''")))).status == 404);
    EXPECT(post(w, STRANGER, link, "name=Nobody").status == 403 && !trains(w, STRANGER));
    EXPECT(post(w, BO, link, "name=Bo").status == 303 && trains(w, BO));
    Visit again = post(w, ANA, link, "name=Ana");
    EXPECT(again.status == 409 && says(again, "A link works once") && !trains(w, ANA));
    link = offers(w, ADMIN, centre(w, ""), "role=trainer");
    world_wait(w, 15 * DAY);
    again = post(w, ANA, link, "name=Ana");
    EXPECT(again.status == 409 && says(again, "Ask whoever sent it for a new one") && !trains(w, ANA));
}

TEST(an_offer_to_somebody_is_hers_alone_and_one_that_was_taken_back_is_nobodys)
{
    offers(w, ADMIN, centre(w, ""), "role=trainer&login=bo@example.org");
    int64_t id = grant_of(w, "asked <> 0");
    const char *page = centre(w, at(w, "/offers/%lld/-", (long long)id));
    EXPECT(get(w, ANA, page).status == 404 && post(w, ANA, page, "name=Ana").status == 404 && get(w, BO, page).status == 200);
    EXPECT(post(w, OPERATOR, centre(w, at(w, "/grants/%lld", (long long)id)), "_method=delete").status == 303);
    EXPECT(post(w, BO, page, "name=Bo").status == 409 && !trains(w, BO));
}

TEST(a_role_that_ends_is_ended_at_once_also_for_who_is_on_the_page)
{
    const char *link = offers(w, ADMIN, centre(w, ""), "role=operator");
    EXPECT(post(w, BO, link, "name=Bo").status == 303 && get(w, BO, centre(w, "/description")).status == 200);
    int64_t id = grant_of(w, "person <> 0 AND giver <> 0");
    EXPECT(post(w, ADMIN, centre(w, at(w, "/grants/%lld", (long long)id)), "_method=delete").status == 303);
    Visit v = post(w, BO, centre(w, "/description"), "name=Mine&way=what+I+typed");
    EXPECT(v.status == 404 && says(v, "what I typed") && says(v, "You may not do this any more"));
    EXPECT(get(w, BO, centre(w, "/people")).status == 404);
    EXPECT(sql_int(w, "SELECT count(*) FROM centres_centre") == 0);
}

TEST(a_role_runs_out_on_its_day_and_its_holder_may_give_it_back)
{
    const char *link = offers(w, ADMIN, centre(w, ""), "role=trainer&term=91");
    EXPECT(post(w, BO, link, "name=Bo").status == 303 && trains(w, BO));
    world_wait(w, 92 * DAY);
    EXPECT(!trains(w, BO) && !says(get(w, BO, "/centres/roles"), "Give it back"));
    EXPECT(post(w, TRAINER, centre(w, at(w, "/roles/%lld", (long long)grant_of(w, at(w, "role = %d", ROLE_TRAINER)))), "_method=delete").status == 404);
    int64_t id = sql_int(w, at(w, "SELECT id FROM centres_grant WHERE person = %lld", (long long)world_person(w, TRAINER)));
    EXPECT(post(w, ANA, centre(w, at(w, "/roles/%lld", (long long)id)), "_method=delete").status == 404 && trains(w, TRAINER));
    EXPECT(post(w, TRAINER, centre(w, at(w, "/roles/%lld", (long long)id)), "_method=delete").status == 303 && !trains(w, TRAINER));
}

TEST(an_operator_ends_no_role_that_she_could_not_have_given)
{
    int64_t id = sql_int(w, at(w, "SELECT id FROM centres_grant WHERE person = %lld", (long long)world_person(w, HOST)));
    EXPECT(post(w, OPERATOR, centre(w, at(w, "/grants/%lld", (long long)id)), "_method=delete").status == 404);
    EXPECT(holds(w, HOST, ROLE_HOST, AUDIENCE_CENTRE, world_centre(w)));
}

TEST(the_story_of_a_place_tells_who_gave_what_and_how_it_ended)
{
    const char *link = offers(w, ADMIN, centre(w, ""), "role=trainer");
    post(w, BO, link, "name=Pak+Bo");
    post(w, ADMIN, centre(w, at(w, "/grants/%lld", (long long)grant_of(w, "person <> 0 AND giver <> 0"))), "_method=delete");
    Visit v = get(w, ADMIN, centre(w, "/story"));
    EXPECT(says(v, "offered a role: Trainer") && says(v, "Pak Bo") && says(v, "accepted the role: Trainer") && says(v, "ended the role of"));
    EXPECT(get(w, BO, centre(w, "/story")).status == 404 && get(w, TRAINER, centre(w, "/story")).status == 404);
}

/* ---- groups, bodies ------------------------------------------------------------------------------------------------------------------ */

TEST(a_role_in_a_group_of_economies_reaches_into_their_centres)
{
    Visit v = post(w, ADMIN, "/centres/all/bodies", "body_name=The+southern+group&sort=group");
    EXPECT(v.status == 303);
    const char *group = str_z(world_arena(w), v.location);
    EXPECT(post(w, BO, offers(w, ADMIN, group, "role=officer"), "name=Bo").status == 303);
    EXPECT(!holds(w, BO, ROLE_OFFICER, AUDIENCE_CENTRE, world_centre(w)));
    EXPECT(post(w, ADMIN, at(w, "%s/economies", group), "economy=ID").status == 303);
    EXPECT(holds(w, BO, ROLE_OFFICER, AUDIENCE_CENTRE, world_centre(w)));
    EXPECT(post(w, ADMIN, at(w, "%s/economies", group), "economy=ID&out=1").status == 303);
    EXPECT(!holds(w, BO, ROLE_OFFICER, AUDIENCE_CENTRE, world_centre(w)));
}

TEST(an_officer_opens_centres_in_her_economy_alone)
{
    EXPECT(post(w, OFFICER, "/centres/ID/centres", "name=Solo").status == 303);
    EXPECT(post(w, OFFICER, "/centres/VN/centres", "name=Hue").status == 404);
    EXPECT(post(w, OFFICER, "/centres/ID/bodies", "body_name=Mine&sort=ministry").status == 404);
    EXPECT(get(w, OFFICER, "/centres/XX").status == 404 && get(w, OFFICER, "/centres/1").status == 404);
}

TEST(a_closed_centre_leaves_the_list_and_offers_nothing_and_can_be_opened_again)
{
    EXPECT(post(w, OPERATOR, centre(w, "/closure"), "").status == 404);
    EXPECT(post(w, ADMIN, centre(w, "/closure"), "").status == 303);
    EXPECT(!says(get(w, ANA, "/centres"), "The world&#39;s centre") && !says(get(w, ANA, "/centres/ID"), "The world&#39;s centre"));
    EXPECT(says(get(w, ADMIN, "/centres/ID"), "The world&#39;s centre"));                  /* or nobody would find it again */
    EXPECT(post(w, OPERATOR, centre(w, "/offers"), "role=trainer").status == 422);
    EXPECT(post(w, ADMIN, centre(w, "/closure"), "_method=delete").status == 303);
    EXPECT(*offers(w, OPERATOR, centre(w, ""), "role=trainer"));
}

TEST(a_ministrys_page_is_changed_by_its_admins_and_not_by_whoever_has_a_role_in_the_economy)
{
    Visit v = post(w, ADMIN, "/centres/ID/bodies", "body_name=Trade&sort=ministry");
    const char *page = at(w, "%.*s/description", STR_ARG(v.location));
    EXPECT(get(w, ADMIN, page).status == 200 && get(w, OFFICER, page).status == 404);
    EXPECT(post(w, OFFICER, page, "name=Mine").status == 404 && post(w, ADMIN, page, "name=Trade+and+Industry").status == 303);
    EXPECT(says(get(w, STRANGER, "/centres/ID"), "Trade and Industry"));
}

TEST(a_group_says_which_economies_lie_in_it)
{
    Visit v = post(w, ADMIN, "/centres/all/bodies", "body_name=The+south&sort=group");
    const char *group = str_z(world_arena(w), v.location);
    post(w, ADMIN, at(w, "%s/economies", group), "economy=ID");
    EXPECT(says(get(w, STRANGER, group), "href=\"/centres/ID\""));
    post(w, ADMIN, at(w, "%s/economies", group), "economy=ID&out=1");
    EXPECT(!says(get(w, STRANGER, group), "href=\"/centres/ID\""));
}

TEST(who_accepts_is_found_at_the_place_whatever_the_role_and_who_was_made_admin_unasked_is_not)
{
    post(w, BO, offers(w, ADMIN, "/centres/ID", "role=lender"), "name=The+bank+of+Solo");
    EXPECT(says(get(w, STRANGER, "/centres/ID"), "The bank of Solo"));
    EXPECT(!says(get(w, STRANGER, "/centres/all"), "<bdi>Admin</bdi>"));
}

TEST(more_centres_than_fit_on_a_page_are_a_press_away)
{
    for (int i = 0; i < 205; i++) post(w, OFFICER, "/centres/ID/centres", at(w, "name=Centre+number+%d", i));
    for (int i = 0; i < 2; i++) {
        const char *list = i ? "/centres/ID" : "/centres";
        Visit first = get(w, STRANGER, list);
        EXPECT(says(first, "Centre number 0<") && !says(first, "Centre number 204<"));
        int64_t last = sql_int(w, "SELECT id FROM centres_place WHERE sort = 'centre' ORDER BY id LIMIT 1 OFFSET 199");
        const char *more = at(w, "%s?after=%lld", list, (long long)last);
        EXPECT(says(first, more) && says(get(w, STRANGER, more), "Centre number 204<"));
    }
}

/* ---- bad days ------------------------------------------------------------------------------------------------------------------------ */

static bool erase_rule(Scope *s, void *person)
{
    journal_erase(s, *(int64_t *)person);
    return true;
}

TEST(who_is_erased_holds_nothing_and_her_name_is_on_no_page)
{
    Landing l;
    post(w, BO, offers(w, ADMIN, centre(w, ""), "role=trainer"), "name=Pak+Bo");
    int64_t bo = world_person(w, BO);
    EXPECT(says(get(w, ANA, centre(w, "")), "Pak Bo") && trains(w, BO));
    EXPECT(site_write(world_site(w), world_arena(w), bo, erase_rule, &bo, &l));
    EXPECT(!says(get(w, ANA, centre(w, "")), "Pak Bo") && !says(get(w, ADMIN, centre(w, "/story")), "Pak Bo"));
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM centres_grant WHERE person = %lld", (long long)bo)) == 0);
}

TEST(whichever_database_call_fails_an_acceptance_is_whole_or_not_there)
{
    Visit v;
    const char *link = offers(w, ADMIN, centre(w, ""), "role=trainer");
    FAILING(w, v, post(w, BO, link, "name=Bo")) EXPECT(!trains(w, BO));
    EXPECT(v.status == 303 && trains(w, BO));
}

extern const Module centres_module;
static bool marks(Scope *s, void *arg) { return centres_module.start(s); }

TEST(who_had_the_staff_mark_of_an_earlier_program_is_an_admin)
{
    Landing l;
    sql_run(w, at(w, "INSERT INTO auth_staff (person) VALUES (%lld)", (long long)world_person(w, ANA)));
    EXPECT(site_write(world_site(w), world_arena(w), 0, marks, NULL, &l));
    EXPECT(holds(w, ANA, ROLE_ADMIN, AUDIENCE_PUBLIC, STREAM_PUBLIC) && sql_int(w, "SELECT count(*) FROM auth_staff") == 0);
}

TESTS(centres, a_ministrys_page_is_changed_by_its_admins_and_not_by_whoever_has_a_role_in_the_economy, a_group_says_which_economies_lie_in_it,
      who_accepts_is_found_at_the_place_whatever_the_role_and_who_was_made_admin_unasked_is_not, more_centres_than_fit_on_a_page_are_a_press_away,
      an_admin_opens_two_centres_and_their_people_come_by_links, an_operator_names_trainers_and_mentors_of_her_centre_and_nobody_else,
      nobody_gives_herself_a_role, an_offer_is_taken_once_in_time_and_by_who_has_its_code,
      an_offer_to_somebody_is_hers_alone_and_one_that_was_taken_back_is_nobodys, a_role_that_ends_is_ended_at_once_also_for_who_is_on_the_page,
      a_role_runs_out_on_its_day_and_its_holder_may_give_it_back, an_operator_ends_no_role_that_she_could_not_have_given,
      the_story_of_a_place_tells_who_gave_what_and_how_it_ended, a_role_in_a_group_of_economies_reaches_into_their_centres,
      an_officer_opens_centres_in_her_economy_alone, a_closed_centre_leaves_the_list_and_offers_nothing_and_can_be_opened_again,
      who_is_erased_holds_nothing_and_her_name_is_on_no_page, whichever_database_call_fails_an_acceptance_is_whole_or_not_there,
      who_had_the_staff_mark_of_an_earlier_program_is_an_admin)
