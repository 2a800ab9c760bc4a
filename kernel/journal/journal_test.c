/* journal_test - records and rows: what one installation promises, and two that meet in good faith. Erasing is in
 * journal_erase_test.c, malice and damage in journal_exchange_test.c, thousands of random lives in journal_life_test.c. */
#include "../../tests/deeds.h"
#include "../../tests/trial.h"

#include "db_all.h"
#include "example_records.h"
#include "journal/journal_own.h"

#define SEQUENCE "SELECT seq || ' ' || kind AS text FROM journal ORDER BY id"

static const char *count_of(Net *net, const char *table, const char *where)
{
    return at(net_world(net), "SELECT count(*) AS value FROM %s WHERE %s", table, where);
}

/* ---- appending ----------------------------------------------------------------------------------------------------- */

static bool note_and_regret(Scope *s, void *arg)
{
    example_written_add(s, (example_written_body){ S("regretted") });
    return false;
}

static bool note_and_fall(Scope *s, void *arg)
{
    example_written_add(s, (example_written_body){ S("fallen") });
    fault(s, FAULT_DISK, "no room");
}

TEST(a_piece_of_work_that_is_rolled_back_leaves_no_gap)
{
    Net *net = net_open(w, 1);
    int64_t ana = guest(net, 0);
    EXPECT(notes(net, 0, ana, "one"));
    EXPECT(!net_do(net, 0, ana, note_and_regret, NULL));
    EXPECT(notes(net, 0, ana, "two"));
    EXPECT(!net_do(net, 0, ana, note_and_fall, NULL) && strstr(net_why(net), "no room"));
    EXPECT(notes(net, 0, ana, "three"));
    EXPECT_STR(net_rows(net, 0, SEQUENCE), S("1 person.made\n2 example.written\n3 example.written\n4 example.written\n"));
    EXPECT_STR(net_rows(net, 0, "SELECT body AS text FROM example_note ORDER BY id"), S("one\ntwo\nthree\n"));
    net_close(net);
}

/* A record in a stream with standing and a subject: the most that one record touches. */
TEST(whatever_call_of_the_database_fails_a_record_and_its_rows_are_both_there_or_neither)
{
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana"), bo = account(net, 0, "Bo"), firm = founds(net, 0, ana), failures = 0;
    EXPECT(admits(net, 0, ana, firm, bo));
    str rows = net_rows(net, 0, TRIAL_ROWS), records = net_rows(net, 0, SEQUENCE), standing = net_rows(net, 0, "SELECT person || ' ' || ends AS text FROM journal_standing ORDER BY 1");
    for (int64_t n = 1; ; n++) {
        db_fail_nth(net_site(net, 0)->db, n);
        bool saved = parts(net, 0, ana, firm, bo);
        db_fail_nth(net_site(net, 0)->db, 0);
        if (saved) break;
        failures++;
        EXPECT_STR(net_rows(net, 0, TRIAL_ROWS), rows);
        EXPECT_STR(net_rows(net, 0, SEQUENCE), records);
        EXPECT_STR(net_rows(net, 0, "SELECT person || ' ' || ends AS text FROM journal_standing ORDER BY 1"), standing);
    }
    EXPECT(failures >= 5);
    EXPECT(!str_eq(net_rows(net, 0, TRIAL_ROWS), rows));
    net_close(net);
}

/* A rule that lets through what its kind does not allow is told so: nobody could read it again. */
TEST(a_body_that_could_not_be_read_again_is_not_kept)
{
    Net *net = net_open(w, 1);
    int64_t ana = guest(net, 0);
    char *long_text = NEW(net_keep(net), char, 9001);
    memset(long_text, 'x', 9000);
    EXPECT(!notes(net, 0, ana, long_text) && strstr(net_why(net), "example.written"));
    EXPECT(notes(net, 0, ana, "a\xFF" "b"));                                       /* no UTF-8: mended, and the row says the same */
    EXPECT_STR(net_rows(net, 0, "SELECT body AS text FROM example_note"), S("a\xEF\xBF\xBD" "b\n"));
    net_close(net);
}

/* ---- ids ------------------------------------------------------------------------------------------------------------ */

static bool rebuild_rule(Scope *s, void *arg) { return journal_rebuild(s, arg); }

TEST(ids_never_go_back_though_the_clock_does)
{
    Net *net = net_open(w, 1);
    int64_t ana = guest(net, 0), last = ana, records;
    for (int i = 0; i < 300; i++) {
        net_clock_error(net, 0, i < 100 ? 0 : -i * (int64_t)HOUR);
        int64_t id = notes(net, 0, ana, "tick");
        EXPECT(id > last);
        last = id;
    }
    net_clock_error(net, 0, -net_now(net));              /* a box without a battery wakes up in 1970 */
    net_again(net, 0);
    EXPECT(notes(net, 0, ana, "tick") > last);
    EXPECT(net_do(net, 0, 0, rebuild_rule, &records) && records == 302);
    net_close(net);
}

typedef struct Taken { int64_t first, last; } Taken;

static bool take_rule(Scope *s, void *arg)
{
    Taken *t = arg;
    t->first = journal_id(s);
    for (int i = 0; i < 200; i++) {
        t->last = journal_id(s);
        CHECK(t->last > t->first);
    }
    return true;
}

static Taken take_ids(Net *net)
{
    World *w = net_world(net);
    Taken t = { 0 };
    EXPECT(net_do(net, 0, 0, take_rule, &t));
    return t;
}

/* Ids that stand in no record: only the mark on disk knows how far they went. Nobody closes the first site before the second one
 * is opened, as when the power goes. */
TEST(no_id_is_given_out_twice_though_the_power_goes_and_the_clock_with_it)
{
    Net *net = net_open(w, 1);
    net_wait(net, HOUR);
    Taken before = take_ids(net);
    int64_t number = net_number(net, 0);
    net_wait(net, -DAY);
    net_beside(net, 0);
    Taken after = take_ids(net);
    bool same_number = db_engine(net_site(net, 0)->db) == DB_SQLITE;
    EXPECT(same_number ? after.first > before.last : net_number(net, 0) != number);
    net_wait(net, HOUR);
    journal_renew(net_site(net, 0));
    EXPECT(take_ids(net).first > after.last);
    net_close(net);
}

/* Bo's box is a day slow, and still the name she gives herself there, after it has seen another, is the one that holds. */
TEST(an_edit_made_after_seeing_another_wins_though_the_clock_is_slow)
{
    Net *net = net_open(w, 2);
    int64_t centre = id_at(1000, 1, 0), ana = account(net, 0, "Ana");
    net_enrol(net, 1, "ID", centre);
    EXPECT(belongs(net, 0, ana, centre) && is_named(net, 0, ana, "Ana of the hub"));
    net_meet(net, 1, 0);
    net_clock_error(net, 1, -DAY);
    EXPECT(is_named(net, 1, ana, "Ana of the box"));
    net_meet(net, 1, 0);
    for (int i = 0; i < 2; i++) EXPECT_STR(net_rows(net, i, at(w, "SELECT name AS text FROM people_person WHERE id = %lld", (long long)ana)), S("Ana of the box\n"));
    net_close(net);
}

TEST(a_second_process_over_postgresql_writes_under_a_number_of_its_own)
{
    if (world_leaves_out(w, DB_POSTGRES, "over SQLite there is one process")) return;
    Net *net = net_open(w, 1);
    Site *a = net_site(net, 0), *b = net_beside(net, 0);
    int64_t number_b = net_number(net, 0), ana = guest(net, 0);
    EXPECT(journal_node(&(Scope){ .site = a }) != number_b);

    /* b sleeps for longer than its lease; c takes its number, and b may not write under it any more */
    net_wait(net, 30 * SECOND);
    journal_renew(a);
    net_wait(net, 40 * SECOND);
    net_beside(net, 0);
    EXPECT(net_number(net, 0) == number_b && notes(net, 0, ana, "from c"));
    Landing l;
    Arena *keep = net_keep(net);
    SCRATCH(tmp, keep);
    Taken t;
    os_log_quiet(true);
    EXPECT(!site_write(b, &tmp, ana, note_and_regret, NULL, &l) && l.kind == FAULT_AWAY);
    journal_renew(b);
    os_log_quiet(false);
    EXPECT(site_write(b, &tmp, 0, take_rule, &t, &l) && id_node(t.first) != number_b);
    net_close(net);
}

/* ---- rows --------------------------------------------------------------------------------------------------------------- */

/* What people did through pages, and what a rebuild makes of its records: every derived table of every module. */
TEST(the_tables_of_the_program_are_rebuilt_the_same)
{
    Landing l;
    int64_t records;
    bool sqlite = db_engine(world_site(w)->db) == DB_SQLITE;
    str *before = NEW(world_arena(w), str, db_table_n);
    Visit v = post(w, ANA, "/example", "body=Ask+the+carrier");
    post(w, ANA, at(w, "%.*s/completion", STR_ARG(v.location)), "");
    post(w, BO, "/example", "body=Ten+sacks");
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < db_table_n; i++) {
            if (db_tables[i].made != DB_DERIVED) continue;
            str columns = sql_str(w, at(w, sqlite
                ? "SELECT group_concat('coalesce(CAST(' || name || ' AS TEXT), ''-'')', ' || '','' || ') FROM pragma_table_info('%s')"
                : "SELECT string_agg('coalesce(CAST(' || column_name || ' AS TEXT), ''-'')', ' || '','' || ' ORDER BY ordinal_position) "
                  "FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '%s'", db_tables[i].name));
            str rows = sql_str(w, at(w, sqlite ? "SELECT group_concat(line, '; ') FROM (SELECT %.*s AS line FROM %s ORDER BY 1)"
                                               : "SELECT string_agg(line, '; ' ORDER BY line) FROM (SELECT %.*s AS line FROM %s) a",
                                     STR_ARG(columns), db_tables[i].name));
            if (round == 0) before[i] = rows;
            else EXPECT_STR(rows, before[i]);
            if (strcmp(db_tables[i].name, "example_note") == 0) EXPECT(rows.n > 0);
        }
        EXPECT(site_write(world_site(w), world_arena(w), 0, rebuild_rule, &records, &l) && records >= 3);
    }
}

/* Ana writes at two boxes of her centre that have not met; what either wrote first must stand first in both. */
typedef struct Two { Net *net; int64_t centre, ana; } Two;

static Two two_boxes(World *w)
{
    Two t = { .net = net_open(w, 3), .centre = id_at(1000, 1, 0) };
    net_enrol(t.net, 1, "ID", t.centre);
    net_enrol(t.net, 2, "ID", t.centre);
    t.ana = account(t.net, 1, "Ana");
    EXPECT(belongs(t.net, 1, t.ana, t.centre));
    net_all_meet(t.net);
    return t;
}

TEST(a_late_record_of_a_stream_takes_its_place_between_the_others)
{
    Two t = two_boxes(w);
    int64_t note = notes(t.net, 1, t.ana, "rice");
    net_all_meet(t.net);
    net_wait(t.net, SECOND);
    EXPECT(marks(t.net, 1, t.ana, note, true));          /* first */
    net_wait(t.net, SECOND);
    EXPECT(marks(t.net, 2, t.ana, note, false));         /* last, and the first to arrive at the hub */
    net_meet(t.net, 2, 0);
    net_all_meet(t.net);
    for (int i = 0; i < 3; i++) EXPECT_STR(net_rows(t.net, i, "SELECT CAST(done AS TEXT) AS text FROM example_done"), S("0\n"));
    net_close(t.net);
}

TEST(of_two_facts_about_one_subject_the_latest_counts_whichever_comes_first)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", id_at(1000 + i, 1, 0));
    int64_t centre = id_at(1000, 1, 0), officer = account(net, 0, "Officer");
    EXPECT(hub_appoints(net, officer, "ID", 0) && belongs(net, 0, officer, centre));
    net_all_meet(net);
    EXPECT(states(net, 1, officer, "ID", "5 %"));
    net_wait(net, SECOND);
    EXPECT(states(net, 2, officer, "ID", "7 %"));
    net_meet(net, 2, 0);
    net_all_meet(net);
    for (int i = 0; i < 3; i++) {
        EXPECT_STR(net_rows(net, i, "SELECT value AS text FROM trial_fact"), S("7 %\n"));
        EXPECT(net_int(net, i, count_of(net, "journal", "kind = 'trial.stated'")) == 2);
    }
    net_close(net);
}

/* Two firms were founded in one stream by two nodes: the second rule meets a row that is there. It must not stop the rest. */
static bool found_rule(Scope *s, void *arg)
{
    trial_founded_add(s, *(int64_t *)arg, (trial_founded_body){ S("again") });
    return true;
}

TEST(a_record_whose_rule_fails_is_left_behind_and_stops_nobody)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana"), bo = account(net, 0, "Bo"), firm = founds(net, 1, ana), records;
    net_wait(net, SECOND);
    EXPECT(net_do(net, 0, bo, found_rule, &firm));
    EXPECT(voices(net, 1, ana, "ID", "heard", 0));
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 0, "SELECT name || ' ' || members AS text FROM trial_firm"), S("firm 1\n"));
    EXPECT_STR(net_rows(net, 0, "SELECT words AS text FROM trial_voice"), S("heard\n"));
    EXPECT(net_int(net, 0, count_of(net, "journal_refused", "why LIKE 'its rule failed:%'")) == 1);
    EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
    EXPECT_STR(net_rows(net, 0, "SELECT name || ' ' || members AS text FROM trial_firm"), S("firm 1\n"));
    EXPECT(net_int(net, 0, count_of(net, "journal_refused", "why LIKE 'its rule failed:%'")) == 1);
    net_close(net);
}

TEST(a_record_whose_subject_is_none_of_its_kind_is_kept_and_changes_nothing)
{
    Net *net = net_open(w, 2);
    int64_t records;
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana");
    EXPECT(hub_appoints(net, ana, "ID", 0));
    net_all_meet(net);
    EXPECT(states(net, 1, ana, "ID", "5"));
    EXPECT(notes(net, 1, ana, "rice") && marks(net, 1, ana, 7, true) && voices(net, 1, ana, "ID", "heard", 0));
    net_sql(net, 1, "UPDATE journal SET subject = '' WHERE kind = 'trial.stated'");             /* before it signs them */
    net_sql(net, 1, "UPDATE journal SET subject = '07' WHERE kind = 'example.marked'");
    net_sql(net, 1, "UPDATE journal SET subject = 'x' WHERE kind = 'example.written'");
    net_all_meet(net);
    EXPECT(net_int(net, 0, count_of(net, "journal_refused", "why = 'its subject is not of its kind'")) == 3);
    for (int i = 0; i < 2; i++) {                        /* and when all is made again */
        EXPECT(net_int(net, 0, count_of(net, "trial_fact", "1 = 1")) == 0 && net_int(net, 0, count_of(net, "trial_voice", "1 = 1")) == 1);
        EXPECT(net_int(net, 0, count_of(net, "example_note", "1 = 1")) == 0);
        EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
    }
    net_close(net);
}

/* ---- standing --------------------------------------------------------------------------------------------------------------- */

TEST(what_a_removed_member_wrote_before_counts_and_what_she_wrote_later_does_not_whenever_it_comes)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t owner = account(net, 0, "Owner"), bo = account(net, 1, "Bo"), firm = founds(net, 0, owner);
    net_all_meet(net);
    EXPECT(admits(net, 0, owner, firm, bo));
    net_all_meet(net);
    EXPECT(sells(net, 1, bo, firm, 1, S("before")));
    net_wait(net, MINUTE);
    EXPECT(parts(net, 0, owner, firm, bo));              /* the box has not heard of it */
    net_wait(net, MINUTE);
    EXPECT(sells(net, 1, bo, firm, 2, S("after")));
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 0, "SELECT note AS text FROM trial_sale"), S("before\n"));
    EXPECT(net_int(net, 0, count_of(net, "journal_refused", "why LIKE '%standing%'")) == 1);
    EXPECT(!sells(net, 1, bo, firm, 3, S("again")) && strstr(net_why(net), "standing"));
    net_close(net);
}

TEST(who_joins_a_firm_gets_what_was_said_before_and_who_leaves_nothing_later)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", 0);
    int64_t owner = account(net, 1, "Owner"), bo = account(net, 2, "Bo"), firm = founds(net, 1, owner);
    EXPECT(sells(net, 1, owner, firm, 1, S("first")));
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 2, "SELECT note AS text FROM trial_sale"), S(""));
    EXPECT(admits(net, 1, owner, firm, bo));
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 2, "SELECT note AS text FROM trial_sale"), S("first\n"));
    EXPECT(parts(net, 1, owner, firm, bo));
    EXPECT(sells(net, 1, owner, firm, 2, S("second")));
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 0, "SELECT note AS text FROM trial_sale ORDER BY id"), S("first\nsecond\n"));
    EXPECT_STR(net_rows(net, 2, "SELECT note AS text FROM trial_sale"), S("first\n"));
    net_close(net);
}

TEST(who_was_a_member_until_a_day_gets_nothing_of_the_time_after_it)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t owner = account(net, 0, "Owner"), bo = account(net, 1, "Bo"), firm = founds(net, 0, owner);
    net_all_meet(net);
    EXPECT(deed(net, 0, owner, &(Deed){ .act = ADMIT, .a = firm, .b = bo, .c = net_now(net) + DAY }));
    EXPECT(sells(net, 0, owner, firm, 1, S("before")));
    net_all_meet(net);
    net_wait(net, 2 * DAY);
    EXPECT(sells(net, 0, owner, firm, 2, S("after")));
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 1, "SELECT note AS text FROM trial_sale"), S("before\n"));
    EXPECT_STR(net_rows(net, 0, "SELECT note AS text FROM trial_sale ORDER BY id"), S("before\nafter\n"));
    net_close(net);
}

typedef struct May { int64_t person; Audience audience; int64_t stream; } May;

static bool may_state_rule(Scope *s, void *arg)
{
    const May *m = arg;
    return journal_may(s, m->person, ROLE_OFFICER, m->audience, m->stream);
}

static bool may_state(Net *net, int64_t person, Audience audience, int64_t stream)
{
    return net_do(net, 0, 0, may_state_rule, &(May){ person, audience, stream });
}

TEST(a_role_counts_in_its_economy_and_what_lies_inside_it_until_its_day)
{
    Net *net = net_open(w, 1);
    int64_t centre = id_at(1000, 1, 0), officer = account(net, 0, "Officer"), other = account(net, 0, "Other"), learner = account(net, 0, "Learner");
    EXPECT(hub_places(net, centre, "ID") && hub_appoints(net, officer, "ID", net_now(net) + DAY));
    EXPECT(!states(net, 0, officer, "VN", "no") && strstr(net_why(net), "standing"));
    EXPECT(!states(net, 0, other, "ID", "no"));
    EXPECT(states(net, 0, officer, "ID", "yes"));
    int64_t economy = stream_economy(S("ID"));
    EXPECT(may_state(net, officer, AUDIENCE_ECONOMY, economy) && may_state(net, officer, AUDIENCE_CENTRE, centre));
    EXPECT(!may_state(net, other, AUDIENCE_ECONOMY, economy) && !may_state(net, officer, AUDIENCE_ECONOMY, stream_economy(S("VN"))) && !may_state(net, 0, AUDIENCE_ECONOMY, economy));
    Deed d = { .act = TRAIN, .a = other, .b = centre };
    EXPECT(!deed(net, 0, learner, &d) && deed(net, 0, officer, &d));      /* an officer of the economy, in its centre */
    EXPECT(!remarks(net, 0, other, learner, "not of her centre"));
    EXPECT(belongs(net, 0, learner, centre));
    EXPECT(remarks(net, 0, other, learner, "well done"));
    net_wait(net, 2 * DAY);
    EXPECT(!states(net, 0, officer, "ID", "too late") && !may_state(net, officer, AUDIENCE_ECONOMY, economy));
    net_close(net);
}

TEST(a_centre_that_moves_to_another_economy_keeps_what_was_rightly_done_before)
{
    Net *net = net_open(w, 1);
    int64_t centre = id_at(1000, 1, 0), officer = account(net, 0, "Officer"), early = account(net, 0, "Early"), late = account(net, 0, "Late"), records;
    EXPECT(hub_places(net, centre, "ID") && hub_appoints(net, officer, "ID", 0) && trains(net, 0, officer, early, centre));
    EXPECT(hub_places(net, centre, "VN"));
    EXPECT(!trains(net, 0, officer, late, centre) && strstr(net_why(net), "standing"));
    for (int again = 0; again < 2; again++) {
        EXPECT(net_int(net, 0, at(w, "SELECT count(*) AS value FROM journal_standing WHERE stream = %lld", (long long)centre)) == 1);
        EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM journal_refused") == 0);
        EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
    }
    net_close(net);
}

TEST(nobody_draws_the_centre_of_others_into_her_own_economy)
{
    Net *net = net_open(w, 1);
    int64_t hers = account(net, 0, "Officer of ID"), his = account(net, 0, "Officer of VN"), friend = account(net, 0, "His friend");
    EXPECT(hub_appoints(net, hers, "ID", 0) && hub_appoints(net, his, "VN", 0));
    int64_t centre = opens(net, 0, hers, "ID");
    EXPECT(claims(net, 0, his, "VN", centre));
    EXPECT(!trains(net, 0, his, friend, centre) && strstr(net_why(net), "standing"));
    EXPECT(trains(net, 0, hers, friend, centre));
    net_close(net);
}

TEST(a_role_in_a_group_of_economies_counts_in_each_of_them_while_it_belongs)
{
    Net *net = net_open(w, 1);
    int64_t group = id_at(1000, 1, 1), secretary = account(net, 0, "Secretary"), officer = account(net, 0, "Officer");
    EXPECT(hub_groups(net, "ID", group) && hub_groups(net, "ID", id_at(1000, 1, 2)) && hub_groups(net, "VN", group));
    EXPECT(hub_entrusts(net, secretary, group) && hub_appoints(net, officer, "ID", 0));
    EXPECT(states(net, 0, secretary, "ID", "1") && states(net, 0, secretary, "VN", "2") && !states(net, 0, secretary, "TH", "3"));
    int64_t centre = opens(net, 0, officer, "ID");
    EXPECT(trains(net, 0, secretary, officer, centre));
    net_close(net);
}

/* The officer was dismissed, and his own box had not heard of it. A box that does not hold the economy in which he was appointed
 * cannot tell; the hub tells it. */
TEST(where_nobody_can_tell_whether_an_actor_had_the_right_a_hub_says_so)
{
    Net *net = net_open(w, 3);
    int64_t centre = id_at(1000, 1, 0);
    net_enrol(net, 1, "VN", centre);
    net_enrol(net, 2, "ID", 0);
    int64_t officer = account(net, 2, "Officer"), right = account(net, 2, "Right"), wrong = account(net, 2, "Wrong");
    net_all_meet(net);
    EXPECT(hub_places(net, centre, "ID") && hub_appoints(net, officer, "ID", 0));
    net_all_meet(net);
    Deed d = { .act = TRAIN, .a = right, .b = centre };
    EXPECT(deed(net, 2, officer, &d));
    net_wait(net, MINUTE);
    EXPECT(hub_dismisses(net, officer, "ID"));
    net_wait(net, MINUTE);
    d.a = wrong;
    EXPECT(deed(net, 2, officer, &d));
    net_all_meet(net);
    for (int i = 0; i < 2; i++)
        EXPECT_STR(net_rows(net, i, at(w, "SELECT CAST(person AS TEXT) AS text FROM journal_standing WHERE stream = %lld", (long long)centre)), str_from(at(w, "%lld\n", (long long)right)));
    EXPECT(net_int(net, 0, count_of(net, "journal_refused", "why = 'its actor had not the standing for it'")) == 1);
    EXPECT(net_int(net, 1, count_of(net, "journal_refused", "why LIKE 'a hub says that%'")) == 1);
    d.a = officer;
    EXPECT(!deed(net, 1, officer, &d));                  /* written here, what cannot be told is no */
    net_close(net);
}

/* ---- kinds nobody knows, and tables of another shape ------------------------------------------------------------------------- */

TEST(a_kind_that_is_not_known_is_kept_passed_on_and_applied_on_the_day_it_is)
{
    Net *net = net_open(w, 3);
    net_trial(net, 0)->record_n = 0;                     /* the hub's program is older */
    net_trial(net, 2)->record_n = 0;
    net_again(net, 0);
    net_again(net, 2);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", 0);
    int64_t ana = account(net, 1, "Ana");
    EXPECT(voices(net, 1, ana, "ID", "from the future", 0));
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 2, "SELECT words AS text FROM trial_voice"), S(""));
    EXPECT(net_int(net, 2, count_of(net, "journal_wait", "what = 'kind trial.voiced'")) == 1);
    net_trial(net, 2)->record_n = TRIAL_RECORDS;
    net_again(net, 2);
    net_jobs(net, 2);
    EXPECT_STR(net_rows(net, 2, "SELECT words AS text FROM trial_voice"), S("from the future\n"));
    EXPECT(net_int(net, 2, "SELECT count(*) AS value FROM journal_wait") == 0);
    net_close(net);
}

static void mine_step(Scope *s, void *arg) { *(bool *)arg = journal_is_mine_made(s); }
static void away_step(Scope *s, void *arg) { *(bool *)arg = journal_is_away(s, "trial"); }
static bool make_mine_rule(Scope *s, void *arg)
{
    journal_make_mine(s);
    return true;
}

static bool asks(Net *net, int64_t me, void (*step)(Scope *, void *))
{
    Landing l;
    bool answer = false;
    Arena *keep = net_keep(net);
    SCRATCH(tmp, keep);
    CHECK(site_read(net_site(net, 0), &tmp, me, step, &answer, &l));
    return answer;
}

/* As after an update whose migration made the tables anew and empty. */
TEST(tables_of_another_shape_are_made_again_in_the_background_while_people_write)
{
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana"), bo = account(net, 0, "Bo"), firm = founds(net, 0, ana), trainer = account(net, 0, "Trainer");
    int64_t centre = id_at(1000, 1, 0);
    EXPECT(hub_trains(net, trainer, centre) && belongs(net, 0, ana, centre) && belongs(net, 0, bo, centre));
    for (int i = 0; i < 3; i++) EXPECT(remarks(net, 0, trainer, ana, "to Ana") && remarks(net, 0, trainer, bo, "to Bo"));
    EXPECT(admits(net, 0, ana, firm, bo) && sells(net, 0, bo, firm, 1, S("sold")));
    str before = net_rows(net, 0, TRIAL_ROWS);
    net_trial(net, 0)->made_anew = 7;
    EXPECT(asks(net, ana, mine_step) && !asks(net, ana, away_step));
    net_again(net, 0);
    static const char *const tables[] = { "trial_note", "trial_sale", "trial_firm" };
    for (int i = 0; i < 3; i++) net_sql(net, 0, at(w, "DELETE FROM %s", tables[i]));
    EXPECT(journal_is_making(net_site(net, 0)) && asks(net, ana, away_step) && !asks(net, ana, mine_step));

    /* Ana comes before her turn; Bo's firm is written to before its turn. */
    EXPECT(net_do(net, 0, ana, make_mine_rule, NULL) && asks(net, ana, mine_step) && !asks(net, bo, mine_step));
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM trial_note") == 3);
    EXPECT(parts(net, 0, ana, firm, bo));
    EXPECT_STR(net_rows(net, 0, "SELECT name || ' ' || members AS text FROM trial_firm"), S("firm 1\n"));
    EXPECT(remarks(net, 0, trainer, bo, "to Bo"));
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM trial_note") == 3 + 4);

    net_jobs(net, 0);
    EXPECT(!journal_is_making(net_site(net, 0)) && asks(net, bo, mine_step) && !asks(net, bo, away_step));
    str after = net_rows(net, 0, TRIAL_ROWS);
    int64_t records;
    EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
    EXPECT_STR(net_rows(net, 0, TRIAL_ROWS), after);
    EXPECT(!str_eq(before, after));
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM journal_made_first") == 0);
    net_again(net, 0);
    EXPECT(!journal_is_making(net_site(net, 0)));
    net_close(net);
}

/* ---- long bodies, and all about one person ------------------------------------------------------------------------------------- */

static str long_text(Net *net, ptrdiff_t n)
{
    char *p = NEW(net_keep(net), char, n + 1);
    for (ptrdiff_t i = 0; i < n; i++) p[i] = (char)('a' + i % 26);
    return (str){ p, n };
}

TEST(a_long_body_lies_in_a_file_and_follows_its_record)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana"), firm = founds(net, 1, ana), records;
    str note = long_text(net, 150000);
    EXPECT(sells(net, 1, ana, firm, 1, note));
    const char *row = "SELECT number || ' ' || total || ' ' || note AS text FROM trial_sale";
    str there = net_rows(net, 1, row);
    EXPECT(there.n > 40 && net_int(net, 1, "SELECT max(length(body)) AS value FROM journal") < 16384);
    net_meet(net, 1, 0);
    EXPECT_STR(net_rows(net, 0, row), S(""));            /* the record is here; its words are still on the way */
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM journal_wait WHERE what LIKE 'file %'") == 1);
    EXPECT(net_carry_files(net, 1, 0, 40000) > 1);       /* in pieces */
    EXPECT_STR(net_rows(net, 0, row), there);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM journal_wait") == 0);
    EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
    EXPECT_STR(net_rows(net, 0, row), there);
    net_close(net);
}

/* She still has the page open on another phone. */
TEST(long_words_of_somebody_who_is_gone_leave_no_file)
{
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana");
    EXPECT(erases_herself(net, 0, ana) && voices(net, 0, ana, "ID", long_text(net, 30000).p, 0));
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM journal WHERE kind = 'trial.voiced' AND body = ''") == 1);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM stored_file WHERE kept_at > 0") == 0);
    net_close(net);
}

static bool erase_in_vain_rule(Scope *s, void *arg)
{
    journal_erase(s, s->me);
    return false;
}

/* A file that is unlinked does not come back when what was written with it is rolled back. */
TEST(an_erasure_that_is_rolled_back_leaves_her_file_where_it_is)
{
    Net *net = net_open(w, 1);
    int64_t records, ana = account(net, 0, "Ana");
    char *words = NEW(net_keep(net), char, 8001);
    memset(words, 1, 8000);                              /* six characters of JSON each: too long for the table */
    EXPECT(notes(net, 0, ana, words) > 0 && net_int(net, 0, "SELECT count(*) AS value FROM stored_file") == 1);
    EXPECT(!net_do(net, 0, ana, erase_in_vain_rule, NULL));
    EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM example_note") == 1);
    EXPECT(erases_herself(net, 0, ana));
    net_jobs(net, 0);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM stored_file") == 0);
    net_close(net);
}

static bool copy_rule(Scope *s, void *arg)
{
    Out *o = arg;
    for (JournalCopy c = { .person = s->me }; journal_copy(s, &c, o); ) {}
    return true;
}

static str copy_of(Net *net, int64_t person)
{
    World *w = net_world(net);
    Out o;
    out_init(&o, net_keep(net), 1 << 20);
    EXPECT(net_do(net, 0, person, copy_rule, &o));
    return out_text(&o);
}

static int64_t lines_with(str text, const char *words)
{
    int64_t n = 0;
    while (text.n) {
        str_pair line = str_cut(text, '\n');
        n += str_find(line.head, str_from(words)) >= 0;
        text = line.tail;
    }
    return n;
}

TEST(all_about_me_is_what_i_wrote_anywhere_and_what_others_wrote_of_me_each_once)
{
    Net *net = net_open(w, 1);
    int64_t centre = id_at(1000, 1, 0), trainer = account(net, 0, "Trainer"), ana = account(net, 0, "Ana"), bo = account(net, 0, "Bo"), was = guest(net, 0);
    EXPECT(notes(net, 0, was, "as a guest") && joins(net, 0, ana, was));
    EXPECT(hub_trains(net, trainer, centre) && belongs(net, 0, ana, centre) && remarks(net, 0, trainer, ana, "praise"));
    for (int i = 0; i < 700; i++) CHECK(notes(net, 0, ana, at(w, "note %d.", i)));
    EXPECT(voices(net, 0, ana, "ID", "my voice", 0) && voices(net, 0, bo, "ID", "of Ana", ana) && voices(net, 0, bo, "ID", "of nobody", 0));
    str all = copy_of(net, ana);
    EXPECT(lines_with(all, "\\\"note ") == 700 && lines_with(all, "note 699.") == 1);
    EXPECT(lines_with(all, "as a guest") == 1 && lines_with(all, "praise") == 1 && lines_with(all, "my voice") == 1 && lines_with(all, "of Ana") == 1);
    EXPECT(lines_with(all, "of nobody") == 0 && lines_with(all, "person.joined") == 1);
    EXPECT(lines_with(copy_of(net, bo), "praise") == 0);
    net_close(net);
}

/* ---- bodies ------------------------------------------------------------------------------------------------------------------------ */

typedef struct Written { World *w; str text; trial_sold_body again; } Written;

static void body_step(Scope *s, void *arg)
{
    World *w = ((Written *)arg)->w;
    trial_sold_body b;
    const BodyShape *shape = trial_sold_kind->shape;
    trial_sold_lines lines[2] = { { S("caf\xC3\xA9 \"\\\n"), INT64_MIN }, { S(""), 9007199254740993 } };
    trial_sold_body full = { .number = S("7"), .note = S("n"), .lines = { lines, 2 } };
    Out o;
    Json j = json_to(&o);
    out_init(&o, s->arena, 512);
    body_write(&j, shape, &full);
    EXPECT(body_is_exact(shape, &full) && body_read(s, shape, out_text(&o), &b));
    EXPECT(str_eq(b.number, S("7")) && b.lines.n == 2 && str_eq(b.lines.row[0].what, lines[0].what));
    EXPECT(b.lines.row[0].price == INT64_MIN && b.lines.row[1].price == 9007199254740993 && b.lines.row[1].what.n == 0);

    EXPECT(body_read(s, shape, S("{\"number\":null,\"unknown\":[{}],\"lines\":[{\"price\":\"12\"}]}"), &b) && b.lines.row[0].price == 12 && b.number.n == 0);
    EXPECT(body_read(s, shape, S(""), &b) && b.lines.n == 0);
    EXPECT(!body_read(s, shape, S("[1]"), &b) && !body_read(s, shape, S("{\"number\":1}"), &b) && !body_read(s, shape, S("{\"lines\":{}}"), &b));
    EXPECT(!body_read(s, shape, S("{\"number\":\"a\",\"number\":\"b\"}"), &b) && !body_read(s, shape, S("{}x"), &b) && !body_read(s, shape, S("{\"note\":\"a\\u0000\"}"), &b));
    EXPECT(!body_read(s, shape, S("{\"number\":\"12345678901234567890123456789012345678901\"}"), &b));        /* one more than 40 */

    char nul[] = { 'a', 0, 'b' };
    EXPECT(!body_is_exact(shape, &(trial_sold_body){ .number = { nul, 3 } }) && !body_is_exact(shape, &(trial_sold_body){ .note = S("\xFF") }));
    EXPECT(!body_is_exact(shape, &(trial_sold_body){ .lines = { lines, 51 } }));
}

TEST(a_body_is_read_kindly_and_never_trusted)
{
    Landing l;
    Written written = { .w = w };
    EXPECT(site_read(world_site(w), world_arena(w), 0, body_step, &written, &l));
}

TESTS(journal, a_piece_of_work_that_is_rolled_back_leaves_no_gap,
      whatever_call_of_the_database_fails_a_record_and_its_rows_are_both_there_or_neither, a_body_that_could_not_be_read_again_is_not_kept,
      ids_never_go_back_though_the_clock_does, no_id_is_given_out_twice_though_the_power_goes_and_the_clock_with_it,
      an_edit_made_after_seeing_another_wins_though_the_clock_is_slow, a_second_process_over_postgresql_writes_under_a_number_of_its_own,
      the_tables_of_the_program_are_rebuilt_the_same, a_late_record_of_a_stream_takes_its_place_between_the_others,
      of_two_facts_about_one_subject_the_latest_counts_whichever_comes_first, a_record_whose_rule_fails_is_left_behind_and_stops_nobody,
      a_record_whose_subject_is_none_of_its_kind_is_kept_and_changes_nothing,
      what_a_removed_member_wrote_before_counts_and_what_she_wrote_later_does_not_whenever_it_comes,
      who_joins_a_firm_gets_what_was_said_before_and_who_leaves_nothing_later,
      who_was_a_member_until_a_day_gets_nothing_of_the_time_after_it,
      a_centre_that_moves_to_another_economy_keeps_what_was_rightly_done_before,
      nobody_draws_the_centre_of_others_into_her_own_economy, a_role_in_a_group_of_economies_counts_in_each_of_them_while_it_belongs,
      a_role_counts_in_its_economy_and_what_lies_inside_it_until_its_day, where_nobody_can_tell_whether_an_actor_had_the_right_a_hub_says_so,
      a_kind_that_is_not_known_is_kept_passed_on_and_applied_on_the_day_it_is,
      tables_of_another_shape_are_made_again_in_the_background_while_people_write, a_long_body_lies_in_a_file_and_follows_its_record,
      an_erasure_that_is_rolled_back_leaves_her_file_where_it_is,
      long_words_of_somebody_who_is_gone_leave_no_file,
      all_about_me_is_what_i_wrote_anywhere_and_what_others_wrote_of_me_each_once, a_body_is_read_kindly_and_never_trusted)
