/* journal_exchange_test - two nodes that meet, and everything that can go wrong between them: letters cut, doubled, forged, replayed;
 * nodes that lie, were revoked, live in 2099 or come from an old copy; disks that are full and numbers drawn twice. */
#include "../../tests/deeds.h"
#include "../../tests/talk.h"
#include "../../tests/trial.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "journal/journal_own.h"

#define CENTRE(i) id_at(1000 + (i), 1, 0)

static int64_t records_at(Net *net, int node) { return net_int(net, node, "SELECT count(*) AS value FROM journal"); }
static int64_t refused_at(Net *net, int node, const char *why)
{
    return net_int(net, node, at(net_world(net), "SELECT count(*) AS value FROM journal_refused WHERE why LIKE '%s'", why));
}

static str names_at(Net *net, int node) { return net_rows(net, node, "SELECT name AS text FROM people_person WHERE name <> '' ORDER BY id"); }

/* What node i says to whom it owes something. */
static str letter(Net *net, int from, int to) { return net_lack(net, from, net_have(net, to), 1 << 20); }

static str changed(Net *net, str text, ptrdiff_t place, char to)
{
    char *p = NEW(net_keep(net), char, text.n);
    memcpy(p, text.p, (size_t)text.n);
    p[place] = p[place] == to ? (char)(to + 1) : to;
    return (str){ p, text.n };
}

static bool nothing_is_half(Net *net, int node)
{
    int64_t broken = net_int(net, node, "SELECT count(*) AS value FROM journal_head h WHERE h.seq <> (SELECT count(*) FROM journal j WHERE j.stream = h.stream AND j.node = h.node)");
    int64_t loose = net_int(net, node, "SELECT count(*) AS value FROM journal j WHERE NOT EXISTS (SELECT 1 FROM journal_head h WHERE h.stream = j.stream AND h.node = j.node)");
    return broken == 0 && loose == 0;
}

/* ---- letters --------------------------------------------------------------------------------------------------------- */

TEST(a_letter_that_comes_twice_changes_nothing_the_second_time)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana");
    EXPECT(voices(net, 1, ana, "ID", "once", 0));
    str said = letter(net, 1, 0);
    Received first = net_take(net, 0, said);
    str rows = net_rows(net, 0, TRIAL_ROWS);
    Received second = net_take(net, 0, said);
    EXPECT(first.added > 0 && second.added == 0 && second.known == first.added && second.refused == 0 && second.gap == 0);
    EXPECT_STR(net_rows(net, 0, TRIAL_ROWS), rows);
    net_close(net);
}

TEST(a_letter_that_comes_before_its_predecessor_waits_for_the_next_time)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana");
    str empty = net_have(net, 0), first = net_lack(net, 1, empty, 1 << 20);
    EXPECT(is_named(net, 1, ana, "Ana the second"));
    net_take(net, 0, str_slice(first, 0, 0));
    str_pair head = str_cut(net_lack(net, 1, empty, 1 << 20), '\n');
    /* without the first stretch of each stream */
    str second = head.tail;
    ptrdiff_t skip = str_find(second, S("Ana the second"));
    EXPECT(skip > 0);
    Received got = net_take(net, 0, first);
    EXPECT(got.added > 0 && got.gap == 0);
    got = net_take(net, 0, net_lack(net, 1, empty, 1 << 20));
    EXPECT(got.added == 1 && got.known > 0);
    EXPECT_STR(names_at(net, 0), S("Ana the second\n"));
    net_close(net);
}

/* Cut at every place: what is whole is taken, and never a part of a stretch. */
TEST(a_letter_that_is_cut_anywhere_leaves_nothing_half)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana");
    for (int i = 0; i < 3; i++) EXPECT(notes(net, 1, ana, "a note") && voices(net, 1, ana, "ID", "a voice", 0));
    str said = letter(net, 1, 0);
    int64_t last = 0, ours = records_at(net, 0);
    for (ptrdiff_t n = 0; n < said.n; n += 61) {
        Received got = net_take(net, 0, str_slice(said, 0, n));
        EXPECT(got.gap == 0 && records_at(net, 0) - ours >= last && nothing_is_half(net, 0));
        last = records_at(net, 0) - ours;
    }
    net_take(net, 0, said);
    EXPECT(records_at(net, 0) == ours + records_at(net, 1) && nothing_is_half(net, 0));
    net_close(net);
}

/* One character of every line, one after the other. */
TEST(a_letter_that_was_changed_on_the_way_is_refused_with_a_sentence_and_the_rest_is_taken)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana");
    EXPECT(voices(net, 1, ana, "ID", "unchanged", 0));
    str said = letter(net, 1, 0);
    int64_t before = records_at(net, 0), refused = 0;
    for (ptrdiff_t from = 0; from < said.n;) {
        ptrdiff_t end = from;
        while (said.p[end] != '\n') end++;
        bool signs_all = str_starts(str_slice(said, from, end), S("signed "));       /* over the time and the questions, which nobody asks here */
        for (ptrdiff_t i = from + 9; i < end && !signs_all; i += 23) {
            Received got = net_take(net, 0, changed(net, said, i, '5'));
            EXPECT(nothing_is_half(net, 0));
            EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM trial_voice WHERE words <> 'unchanged'") == 0);
            EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM people_person WHERE name NOT IN ('', 'Ana')") == 0);
            refused += got.refused;
            EXPECT(got.refused == 0 || got.why.n > 10);
        }
        from = end + 1;
    }
    EXPECT(refused > 20);
    net_take(net, 0, said);
    EXPECT(records_at(net, 0) == before + records_at(net, 1));
    EXPECT(net_do(net, 0, 0, check_all, NULL) && net_int(net, 0, "SELECT count(*) AS value FROM journal_damage") == 0);
    net_close(net);
}

TEST(what_is_no_letter_at_all_is_refused)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    char *long_text = NEW(net_keep(net), char, 5 << 20);
    memset(long_text, 'x', 5 << 20);
    Received got = net_take(net, 0, (str){ long_text, 5 << 20 });
    EXPECT(got.refused == 1 && got.why.n > 0);
    got = net_take(net, 0, S("nonsense\n{\"id\":1}\nstretch 7 0 1 1 1\nstretch 99 5 1 1 1\nstretch 7 5 1 9 3\nseal\n\n"));
    EXPECT(got.added == 0 && got.refused >= 4);
    EXPECT(net_take(net, 0, S("")).refused == 0);
    net_close(net);
}

/* ---- who is it? ------------------------------------------------------------------------------------------------------------ */

TEST(who_is_not_of_the_network_gets_nothing_and_is_not_believed)
{
    Net *net = net_open(w, 3);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t stranger = account(net, 2, "Stranger");
    EXPECT(voices(net, 2, stranger, "ID", "from nowhere", 0));
    EXPECT(net_lack(net, 0, net_have(net, 2), 1 << 20).n == 0);
    str said = net_lack(net, 2, net_have(net, 2), 1 << 20);          /* what it would say to itself */
    Received got = net_take(net, 0, said);
    EXPECT(got.added == 0 && records_at(net, 0) == 0);
    str have = net_have(net, 1);
    EXPECT(net_lack(net, 0, have, 1 << 20).n > 0);
    EXPECT(net_lack(net, 0, changed(net, have, 20, '9'), 1 << 20).n == 0);
    net_close(net);
}

static str id_text(Net *net, int64_t id) { return str_from(at(net_world(net), "%lld", (long long)id)); }

/* The box of a stranger says on the card of Ana's guest that it turned out to be him, that he belongs to his centre, that she is
 * erased, and speaks in her own stream. */
TEST(a_node_that_lies_about_people_of_others_moves_nobody_and_erases_nobody)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(i));
    int64_t ana = account(net, 1, "Ana"), was = guest(net, 1), eve = account(net, 2, "Eve");
    EXPECT(notes(net, 1, was, "as a guest"));
    net_all_meet(net);
    EXPECT(lies(net, 2, (Lie){ AUDIENCE_CARD, -was, eve, "person.joined", id_text(net, was), S("{\"into\":\"1\"}") }));
    EXPECT(lies(net, 2, (Lie){ AUDIENCE_CARD, -ana, ana, "person.joined", id_text(net, ana), S("{}") }));
    EXPECT(lies(net, 2, (Lie){ AUDIENCE_CARD, -ana, ana, "person.belongs", id_text(net, CENTRE(2)), S("{}") }));
    EXPECT(lies(net, 2, (Lie){ AUDIENCE_CARD, -ana, ana, "person.erased", id_text(net, ana), S("{}") }));
    EXPECT(lies(net, 2, (Lie){ AUDIENCE_PERSON, ana, ana, "person.named", S(""), S("{\"name\":\"Anna\"}") }));
    EXPECT(lies(net, 2, (Lie){ AUDIENCE_CARD, -ana, 0, "person.erased", id_text(net, ana), S("{}") }));
    str said = letter(net, 2, 0);
    Received got = net_take(net, 0, said);
    EXPECT(got.refused > 0 && str_find(got.why, S("may not speak for a person")) >= 0);
    net_all_meet(net);
    for (int i = 0; i < 2; i++) {
        EXPECT(str_find(names_at(net, i), S("Ana\n")) >= 0);
        EXPECT(net_int(net, i, at(w, "SELECT count(*) AS value FROM journal_person WHERE (id = %lld AND erased <> 0) OR joined <> 0", (long long)ana)) == 0);
        EXPECT(net_int(net, i, "SELECT count(*) AS value FROM example_note") == 1);
    }
    EXPECT(net_int(net, 2, "SELECT count(*) AS value FROM example_note") == 0);      /* and gets none of her words */
    net_close(net);
}

/* The right stream for another kind, and a role that its actor has not. */
static bool rebuild_rule(Scope *s, void *records) { return journal_rebuild(s, records); }

TEST(a_record_in_the_wrong_stream_or_without_the_right_to_it_stays_without_effect_and_says_why)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t eve = account(net, 1, "Eve"), economy = stream_economy(S("ID")), records;
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_ECONOMY, economy, eve, "example.written", S(""), S("{\"body\":\"a note\"}") }));
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_ECONOMY, economy, eve, "trial.stated", S("duty"), S("{\"value\":\"0 %\"}") }));
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_PUBLIC, STREAM_PUBLIC, 0, "node.revoked", id_text(net, net_number(net, 0)), S("{\"after\":\"1\"}") }));
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_ECONOMY, economy, eve, "trial.voiced", S(""), S("{\"words\":7}") }));
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_ECONOMY, economy, 0, "person.forgotten", id_text(net, eve), S("{}") }));
    EXPECT(voices(net, 1, eve, "ID", "still here", 0));
    Received got = net_take(net, 0, letter(net, 1, 0));
    EXPECT(got.added > 4 && got.refused == 0);
    for (int again = 0; again < 2; again++) {
        EXPECT(refused_at(net, 0, "this kind does not belong%") == 1 && refused_at(net, 0, "its actor had not the standing%") == 3);
        EXPECT(refused_at(net, 0, "its body is not of the shape%") == 1);
        EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
    }
    EXPECT_STR(net_rows(net, 0, "SELECT words AS text FROM trial_voice"), S("still here\n"));
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM trial_fact") == 0);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM journal_node WHERE revoked <> 0") == 0);
    net_close(net);
}

/* Else nobody would ever take what the node writes into that stream afterwards. */
TEST(a_record_of_another_sort_of_stream_is_not_written_into_one_and_what_comes_after_travels)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t eve = account(net, 1, "Eve"), firm = founds(net, 1, eve);
    EXPECT(voices(net, 1, eve, "ID", "before", 0));
    Deed in_firm = { .act = OFFER, .a = firm, .c = 5 }, in_economy = { .act = OFFER, .a = stream_economy(S("ID")), .c = 5 };
    EXPECT(firm && !deed(net, 1, eve, &in_firm) && strstr(net_why(net), "this stream is of another sort"));
    EXPECT(!deed(net, 1, eve, &in_economy));
    EXPECT(voices(net, 1, eve, "ID", "after", 0));
    EXPECT(net_take(net, 0, letter(net, 1, 0)).refused == 0);
    EXPECT_STR(net_rows(net, 0, "SELECT words AS text FROM trial_voice ORDER BY words"), S("after\nbefore\n"));
    net_close(net);
}

/* What comes first must not say of which sort a stream is that has a number of its own. */
TEST(a_liar_cannot_take_the_stream_of_an_economy_by_writing_there_first)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(1));
    int64_t eve = account(net, 1, "Eve"), bo = account(net, 2, "Bo");
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_MATTER, stream_economy(S("ID")), eve, "trial.offered", S(""), S("{\"price\":5}") }));
    EXPECT(net_take(net, 0, letter(net, 1, 0)).refused > 0);
    EXPECT(voices(net, 2, bo, "ID", "still here", 0) && net_take(net, 0, letter(net, 2, 0)).refused == 0);
    EXPECT_STR(net_rows(net, 0, "SELECT words AS text FROM trial_voice"), S("still here\n"));
    net_close(net);
}

/* What it wrote into an economy whose records it does not hold gives nobody a role, there or over the people of centres that would lie there. */
TEST(a_node_that_gives_roles_where_it_holds_nothing_believes_itself_as_little_as_others_do)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t eve = account(net, 1, "Eve"), ana = account(net, 1, "Ana"), elsewhere = stream_economy(S("PE"));
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_ECONOMY, elsewhere, eve, "trial.appointed", id_text(net, eve), S("{}") }));
    EXPECT(!deed(net, 1, eve, &(Deed){ .act = OPEN, .b = elsewhere }) && strstr(net_why(net), "not the standing"));
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_ECONOMY, elsewhere, eve, "trial.opened", S(""), S("{}") }));
    int64_t centre = net_int(net, 1, "SELECT id AS value FROM journal WHERE kind = 'trial.opened'");
    EXPECT(belongs(net, 1, ana, centre) && !deed(net, 1, eve, &(Deed){ .act = ALLOW, .a = ana, .b = centre, .c = 1 }));
    str body = str_from(at(w, "{\"centre\":\"%lld\",\"allowed\":true}", (long long)centre));
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_PERSON, ana, eve, "person.allowed", id_text(net, ana), body }));
    net_all_meet(net);
    net_all_meet(net);
    for (int i = 0; i < 2; i++) EXPECT(net_int(net, i, "SELECT count(*) AS value FROM people_allowed") == 0);
    net_close(net);
}

/* Somebody without a card, who acts in her own stream by a role: the role is made after it, and it counts. */
TEST(what_somebody_did_to_herself_by_a_role_counts_after_a_rebuild_too)
{
    Net *net = net_open(w, 1);
    int64_t records, ana = guest(net, 0);
    EXPECT(deed(net, 0, 0, &(Deed){ .act = GIVE, .a = ana, .role = ROLE_ADMIN, .audience = AUDIENCE_PUBLIC, .b = STREAM_PUBLIC }));
    EXPECT(deed(net, 0, ana, &(Deed){ .act = ALLOW, .a = ana, .b = CENTRE(1), .c = 1 }));
    for (int i = 0; i < 2; i++) {
        EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM people_allowed") == 1 && net_int(net, 0, "SELECT count(*) AS value FROM journal_refused") == 0);
        EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
    }
    net_close(net);
}

/* A word of one unit ends what that unit gave, and nothing else. */
TEST(who_was_given_one_role_twice_holds_it_until_both_have_ended)
{
    Net *net = net_open(w, 1);
    int64_t records, bo = account(net, 0, "Bo"), ana = account(net, 0, "Ana");
    Deed offer = { .act = TENDER, .a = ana, .role = ROLE_OFFICER, .audience = AUDIENCE_PUBLIC, .b = STREAM_PUBLIC };
    EXPECT(deed(net, 0, 0, &(Deed){ .act = GIVE, .a = bo, .role = ROLE_ADMIN, .audience = AUDIENCE_PUBLIC, .b = STREAM_PUBLIC }));
    EXPECT(deed(net, 0, 0, &(Deed){ .act = GIVE, .a = ana, .role = ROLE_OFFICER, .audience = AUDIENCE_PUBLIC, .b = STREAM_PUBLIC }));
    EXPECT(deed(net, 0, bo, &offer));
    Deed accept = { .act = ACCEPT, .a = offer.made, .audience = AUDIENCE_PUBLIC, .b = STREAM_PUBLIC, .words = S("Ana") }, end = accept;
    end.act = END;
    EXPECT(deed(net, 0, ana, &accept) && deed(net, 0, bo, &end));
    for (int i = 0; i < 2; i++) {
        EXPECT(net_int(net, 0, at(w, "SELECT count(*) AS value FROM journal_standing WHERE person = %lld AND role = %d AND ends = 0", (long long)ana, ROLE_OFFICER)) == 1);
        EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
    }
    net_close(net);
}

/* A stretch that was signed for one stream is shown as one of another, or of the person next door. */
TEST(records_shown_under_the_name_of_another_stream_or_node_are_not_as_they_were_signed)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana"), bo = account(net, 1, "Bo");
    str said = letter(net, 1, 0);
    const char *a = at(w, "stretch 7 %lld ", (long long)ana), *b = at(w, "stretch 7 %lld ", (long long)bo);
    ptrdiff_t place = str_find(said, str_from(a));
    EXPECT(place > 0 && strlen(a) == strlen(b));
    str swapped = str_cat(net_keep(net), str_slice(said, 0, place), str_from(b), str_slice(said, place + (ptrdiff_t)strlen(a), said.n));
    Received got = net_take(net, 0, swapped);
    EXPECT(got.refused > 0 && str_find(got.why, S("not as it signed them")) >= 0);
    EXPECT(net_int(net, 0, at(w, "SELECT count(*) AS value FROM journal WHERE stream = %lld", (long long)ana)) == 0);
    net_close(net);
}

TEST(nobody_writes_under_our_number_but_we)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 0, "Ana");
    EXPECT(belongs(net, 0, ana, CENTRE(1)));
    net_meet(net, 1, 0);
    EXPECT(notes(net, 0, ana, "at the hub"));
    str said = letter(net, 0, 1), before = net_rows(net, 0, "SELECT CAST(id AS TEXT) AS text FROM journal ORDER BY id");
    ptrdiff_t place = str_find(said, S("at the hub"));
    EXPECT(place > 0);
    Received got = net_take(net, 0, changed(net, said, place, 'A'));    /* as if the box had written it */
    EXPECT(got.added == 0);
    EXPECT_STR(net_rows(net, 0, "SELECT CAST(id AS TEXT) AS text FROM journal ORDER BY id"), before);
    net_close(net);
}

/* The seals hold, for they cover what is left of words. Box 2 is her centre's and may carry what she wrote at box 1. */
static bool words_away_rule(Scope *s, void *arg)
{
    Stored r;
    if (!stored_by_id(s, *(int64_t *)arg, &r)) return false;
    journal_rows_blank(s, r.r.id, commitment(s->arena, r.salt, r.r.body));
    return true;
}

TEST(words_that_somebody_on_the_way_left_away_are_asked_of_somebody_else)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(i));
    int64_t ana = account(net, 1, "Ana"), note;
    EXPECT(belongs(net, 1, ana, CENTRE(2)) && (note = notes(net, 1, ana, "all of it")));
    net_meet(net, 2, 1);
    EXPECT(net_do(net, 2, 0, words_away_rule, &note));
    Received got = net_take(net, 0, letter(net, 2, 0));
    EXPECT(got.refused > 0 && str_find(got.why, S("without its words")) >= 0);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM journal WHERE body = ''") == 0);
    net_meet(net, 1, 0);
    EXPECT_STR(net_rows(net, 0, "SELECT body AS text FROM example_note"), S("all of it\n"));
    net_close(net);
}

/* ---- revoked ---------------------------------------------------------------------------------------------------------------------- */

typedef struct Revoking { int64_t node; str why; } Revoking;

static bool revoke_rule(Scope *s, void *arg)
{
    Revoking *r = arg;
    return journal_revoke(s, r->node, &r->why);
}

TEST(what_a_node_wrote_before_it_was_revoked_counts_and_nothing_later_and_it_gets_none)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(i));
    int64_t ana = account(net, 1, "Ana"), bo = account(net, 2, "Bo");
    EXPECT(voices(net, 1, ana, "ID", "before", 0));
    net_all_meet(net);
    net_wait(net, MINUTE);
    Revoking r = { net_number(net, 1), { 0 } };
    EXPECT(!net_do(net, 2, 0, revoke_rule, &r));         /* only a hub can */
    EXPECT(net_do(net, 0, 0, revoke_rule, &r));
    EXPECT(voices(net, 1, ana, "ID", "after", 0) && voices(net, 2, bo, "ID", "of Bo", 0));
    Received got = net_take(net, 0, net_lack(net, 1, net_have(net, 0), 1 << 20));
    EXPECT(got.added == 0 && got.refused > 0 && str_find(got.why, S("was revoked")) >= 0);
    EXPECT(net_lack(net, 0, net_have(net, 1), 1 << 20).n == 0 || str_find(net_lack(net, 0, net_have(net, 1), 1 << 20), S("stretch")) < 0);
    net_meet(net, 2, 0);
    net_meet(net, 2, 0);
    for (int i = 0; i < 3; i += 2)
        EXPECT_STR(net_rows(net, i, "SELECT words AS text FROM trial_voice ORDER BY id"), S("before\nof Bo\n"));
    net_close(net);
}

/* The hub heard of what it had stolen only after it had passed it on. */
TEST(what_came_from_a_node_after_the_moment_it_is_revoked_for_is_taken_back_everywhere)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(i));
    int64_t ana = account(net, 1, "Ana");
    EXPECT(voices(net, 1, ana, "ID", "true", 0));
    net_all_meet(net);
    int64_t after = net_int(net, 0, "SELECT max(id) AS value FROM journal");
    net_wait(net, MINUTE);
    EXPECT(voices(net, 1, ana, "ID", "stolen", 0));
    net_all_meet(net);
    EXPECT(net_int(net, 2, "SELECT count(*) AS value FROM trial_voice") == 2);
    lies(net, 0, (Lie){ AUDIENCE_PUBLIC, STREAM_PUBLIC, 0, "node.revoked", id_text(net, net_number(net, 1)),
                            str_from(at(w, "{\"key\":\"%.*s\",\"after\":\"%lld\"}", STR_ARG(str_trim(net_rows(net, 1, "SELECT key AS text FROM journal_self"))), (long long)after)) });
    net_meet(net, 2, 0);
    EXPECT_STR(net_rows(net, 2, "SELECT words AS text FROM trial_voice"), S("true\n"));
    EXPECT(refused_at(net, 2, "its node was revoked%") >= 1);
    net_close(net);
}

/* The box has not met the thief before, and hears of it from the hub first. */
TEST(who_was_revoked_before_it_was_heard_of_is_believed_nothing)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(i));
    int64_t ana = account(net, 1, "Ana");
    Revoking r = { net_number(net, 1), { 0 } };
    EXPECT(net_do(net, 0, 0, revoke_rule, &r));
    net_take(net, 2, net_lack(net, 0, net_have(net, 2), 1 << 20));
    EXPECT(voices(net, 1, ana, "ID", "stolen", 0));
    Received got = net_take(net, 2, net_lack(net, 1, net_have(net, 2), 1 << 20));
    EXPECT(got.refused > 0 && str_find(got.why, S("was revoked")) >= 0);
    EXPECT(net_int(net, 2, "SELECT count(*) AS value FROM trial_voice") == 0);
    net_close(net);
}

/* ---- clocks ------------------------------------------------------------------------------------------------------------------------ */

TEST(records_from_2099_win_nothing_and_are_taken_once_the_clock_is_right)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana");
    EXPECT(belongs(net, 1, ana, CENTRE(1)));
    net_all_meet(net);
    net_clock_error(net, 1, 30 * 365 * DAY);             /* near the end of what ids can say */
    EXPECT(is_named(net, 1, ana, "Ana of the future") && notes(net, 1, ana, "a note of the future"));
    Received got = net_take(net, 0, letter(net, 1, 0));
    EXPECT(got.refused > 0 && str_find(got.why, S("clock that is ahead")) >= 0);
    EXPECT(net_int(net, 0, "SELECT max(id) AS value FROM journal") < id_at(net_now(net) + DAY - JOURNAL_EPOCH, 0, 0));
    EXPECT(is_named(net, 2, ana, "Ana of today"));       /* and is not beaten by them for ever */
    net_meet(net, 2, 0);
    EXPECT(str_find(names_at(net, 0), S("Ana of today")) >= 0);

    net_all_meet(net);                                   /* the box hears the hub's time, and numbers anew what nobody has */
    net_clock_error(net, 1, 0);
    EXPECT(is_named(net, 1, ana, "Ana at last"));
    net_all_meet(net);
    for (int i = 0; i < 3; i++) {
        EXPECT(str_find(names_at(net, i), S("Ana at last")) >= 0);
        EXPECT_STR(net_rows(net, i, "SELECT body AS text FROM example_note"), S("a note of the future\n"));
        EXPECT(net_int(net, i, "SELECT max(id) AS value FROM journal") < id_at(net_now(net) + DAY - JOURNAL_EPOCH, 0, 0));
    }
    net_close(net);
}

/* On the way from one to the other, before either has met the hub. */
TEST(what_two_that_were_ahead_told_each_other_is_there_once_when_they_know_the_time)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(i));
    net_all_meet(net);
    int64_t bo = account(net, 2, "Bo"), records;
    EXPECT(voices(net, 2, bo, "ID", "of today", 0));
    net_take(net, 1, letter(net, 2, 1));
    net_clock_error(net, 2, 400 * DAY);
    net_clock_error(net, 1, 30 * 365 * DAY);
    EXPECT(voices(net, 2, bo, "ID", "of next year", 0) && net_take(net, 1, letter(net, 2, 1)).added > 0);
    EXPECT(net_int(net, 1, "SELECT count(*) AS value FROM trial_voice") == 2);
    for (int i = 1; i < 3; i++) net_clock_error(net, i, 0);
    for (int i = 0; i < 2; i++) net_all_meet(net);
    for (int i = 0; i < 3; i++) {
        EXPECT_STR(net_rows(net, i, "SELECT words AS text FROM trial_voice ORDER BY id"), S("of today\nof next year\n"));
        EXPECT(net_int(net, i, "SELECT max(id) AS value FROM journal") < id_at(net_now(net) + DAY - JOURNAL_EPOCH, 0, 0));
        EXPECT(net_do(net, i, 0, check_all, NULL) && net_int(net, i, "SELECT count(*) AS value FROM journal_damage") == 0);
        EXPECT(net_do(net, i, 0, rebuild_rule, &records) && net_int(net, i, "SELECT count(*) AS value FROM trial_voice") == 2);
    }
    net_close(net);
}

TEST(a_hub_whose_clock_fell_behind_has_nobody_give_new_ids_to_what_it_holds)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana");
    EXPECT(belongs(net, 1, ana, CENTRE(1)));
    net_wait(net, 30 * DAY);
    int64_t note = notes(net, 1, ana, "of this month");
    net_all_meet(net);
    net_clock_error(net, 0, -20 * DAY);
    net_again(net, 0);
    for (int i = 0; i < 2; i++) net_all_meet(net);
    EXPECT(note && net_int(net, 1, "SELECT id AS value FROM example_note") == note && records_at(net, 0) == records_at(net, 1));
    EXPECT(marks(net, 1, ana, note, true));
    net_all_meet(net);
    for (int i = 0; i < 2; i++) EXPECT(net_int(net, i, "SELECT count(*) AS value FROM example_note n JOIN example_done d ON d.note = n.id") == 1);
    net_close(net);
}

/* A node whose program does not ask the time either. */
TEST(an_id_of_the_last_day_that_ids_know_is_refused)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana"), last = ((CLOCK_MAX * 2 - 1) << NODE_BITS | net_number(net, 1)) << COUNTER_BITS;
    net_all_meet(net);
    net_sql(net, 1, at(w, "INSERT INTO journal SELECT %lld, node, 2, at, actor, 2, %lld, 0, 'trial.voiced', '', '{\"words\":\"for ever\"}', 5, mark FROM journal WHERE stream = %lld AND seq = 1",
                          (long long)last, (long long)stream_economy(S("ID")), (long long)ana));
    net_sql(net, 1, at(w, "INSERT INTO journal_head VALUES (%lld, %lld, 2, %lld, 0)", (long long)stream_economy(S("ID")), (long long)net_number(net, 1), (long long)last));
    net_sql(net, 1, at(w, "UPDATE journal SET seq = 1 WHERE id = %lld", (long long)last));
    net_sql(net, 1, at(w, "UPDATE journal_head SET seq = 1 WHERE id = %lld", (long long)last));
    Received got = net_take(net, 0, letter(net, 1, 0));
    EXPECT(got.refused == 1 && str_find(got.why, S("clock that is ahead")) >= 0);
    int64_t bo = account(net, 0, "Bo");
    EXPECT(bo < id_at(net_now(net) + DAY - JOURNAL_EPOCH, 0, 0));
    net_close(net);
}

TEST(a_box_that_wakes_up_in_1970_takes_what_its_hub_says)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 0, "Ana");
    EXPECT(belongs(net, 0, ana, CENTRE(1)));
    net_clock_error(net, 1, -net_now(net));
    net_again(net, 1);
    net_wait(net, 30 * DAY);
    EXPECT(is_named(net, 0, ana, "Ana a month later"));
    net_clock_error(net, 1, -net_now(net));
    Received got = net_take(net, 1, letter(net, 0, 1));
    EXPECT(got.refused == 0 && got.added > 0);
    EXPECT_STR(names_at(net, 1), S("Ana a month later\n"));
    net_close(net);
}

/* ---- numbers and copies ----------------------------------------------------------------------------------------------------------------- */

static void draws(Net *net, int node, int64_t number)
{
    World *w = net_world(net);
    net_sql(net, node, at(w, "UPDATE journal_node SET node = %lld, lease = '', until = 0, mark = 0 WHERE own = 1", (long long)number));
    net_again(net, node);
    EXPECT(net_number(net, node) == number);
}

TEST(two_boxes_that_drew_one_number_both_join)
{
    Net *net = net_open(w, 3);
    for (int i = 1; i < 3; i++) draws(net, i, 4711);
    int64_t ana = account(net, 1, "Ana"), bo = account(net, 2, "Bo"), records;
    EXPECT(notes(net, 1, ana, "of Ana") && notes(net, 2, bo, "of Bo") && voices(net, 2, bo, "ID", "about herself", bo));
    for (int i = 1; i < 3; i++) net_enrol(net, i, "ID", CENTRE(i));
    EXPECT(net_number(net, 1) == 4711 && net_number(net, 2) != 4711);
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 0, "SELECT p.name || ' ' || n.body AS text FROM people_person p JOIN example_note n ON n.person = p.id ORDER BY p.name"), S("Ana of Ana\nBo of Bo\n"));
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM trial_voice v JOIN people_person p ON p.id = v.person WHERE p.name = 'Bo'") == 1);
    EXPECT(net_do(net, 2, 0, check_all, NULL) && net_int(net, 2, "SELECT count(*) AS value FROM journal_damage") == 0);
    (void)records;
    net_close(net);
}

TEST(a_box_that_drew_the_number_of_its_hub_joins_under_another)
{
    Net *net = net_open(w, 2);
    int64_t taken = net_number(net, 0);
    draws(net, 1, taken);
    int64_t ana = account(net, 1, "Ana");
    EXPECT(notes(net, 1, ana, "of Ana"));
    net_enrol(net, 1, "ID", CENTRE(1));
    EXPECT(net_number(net, 0) == taken && net_number(net, 1) != taken);
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 0, "SELECT p.name || ' ' || n.body AS text FROM people_person p JOIN example_note n ON n.person = p.id"), S("Ana of Ana\n"));
    for (int i = 0; i < 2; i++) EXPECT(net_do(net, i, 0, check_all, NULL) && net_int(net, i, "SELECT count(*) AS value FROM journal_damage") == 0);
    net_close(net);
}

/* Friday's copy is put back on Monday; on the weekend Ana had written, and the hub has it. After the restore she writes again. */
TEST(a_box_restored_from_an_old_copy_keeps_both_what_the_hub_has_and_what_was_written_since)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana");
    EXPECT(notes(net, 1, ana, "on Friday"));
    net_all_meet(net);
    net_copy(net, 1, "friday");
    net_wait(net, DAY);
    EXPECT(notes(net, 1, ana, "on Saturday"));
    net_all_meet(net);
    net_wait(net, DAY);
    net_restore(net, 1, "friday");
    int64_t monday = notes(net, 1, ana, "on Monday"), bo = account(net, 1, "Bo");
    EXPECT(monday && marks(net, 1, ana, monday, true) && notes(net, 1, bo, "Bo's first"));
    Received got = net_meet(net, 1, 0);
    EXPECT(got.copied);
    net_recover(net, 1, "ID", CENTRE(1));
    net_all_meet(net);
    for (int i = 0; i < 2; i++) {
        EXPECT_STR(net_rows(net, i, "SELECT body || coalesce(' ' || d.done, '') AS text FROM example_note n LEFT JOIN example_done d ON d.note = n.id ORDER BY n.written_at, n.id"),
                   S("on Friday\non Saturday\non Monday 1\nBo's first\n"));
        EXPECT(net_do(net, i, 0, check_all, NULL) && net_int(net, i, "SELECT count(*) AS value FROM journal_damage") == 0);
    }
    EXPECT(records_at(net, 0) == records_at(net, 1));
    net_close(net);
}

/* It does not hold the economy of VN, into which its people speak: nobody would send it that stream. */
static void spoken_abroad(World *w, bool writes_on)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana");
    net_all_meet(net);
    net_copy(net, 1, "friday");
    net_wait(net, DAY);
    EXPECT(voices(net, 1, ana, "VN", "on Saturday", 0));
    net_all_meet(net);
    net_wait(net, DAY);
    net_restore(net, 1, "friday");
    if (writes_on) EXPECT(voices(net, 1, ana, "VN", "on Monday", 0));
    net_all_meet(net);
    if (writes_on) net_recover(net, 1, "ID", CENTRE(1));
    EXPECT(net_is_copied(net, 1) == false && voices(net, 1, ana, "VN", "on Tuesday", 0));
    net_all_meet(net);
    for (int i = 0; i < 2; i++)
        EXPECT_STR(net_rows(net, i, "SELECT words AS text FROM trial_voice ORDER BY id"), writes_on ? S("on Saturday\non Monday\non Tuesday\n") : S("on Saturday\non Tuesday\n"));
    net_close(net);
}

TEST(a_box_from_an_old_copy_gets_back_what_its_people_said_where_it_holds_nothing_else) { spoken_abroad(w, false); }
TEST(a_box_from_an_old_copy_that_wrote_on_where_it_holds_nothing_else_loses_neither) { spoken_abroad(w, true); }

/* Her card was cut on the way, between its first line and the word that she is erased; the box then came from a copy that knows nothing of it. */
TEST(who_was_erased_after_an_old_copy_by_a_word_that_never_arrived_is_the_same_everywhere)
{
    const char *accounts = "SELECT name || ' ' || account AS text FROM people_person ORDER BY id";
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana");
    letter(net, 1, 0);
    net_copy(net, 1, "friday");
    net_wait(net, DAY);
    EXPECT(erases_herself(net, 1, ana));
    str said = letter(net, 1, 0);
    EXPECT(net_take(net, 0, str_slice(said, 0, str_find(said, S("person.erased")))).added == 1);
    net_restore(net, 1, "friday");
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 1, accounts), S("Ana 1\n"));
    EXPECT_STR(net_rows(net, 0, accounts), S("Ana 1\n"));
    net_close(net);
}

/* Two lives of one folder, both with a clock that says nothing new. */
TEST(a_box_from_an_old_copy_gives_nobody_the_id_of_somebody_else_though_its_clock_is_slow)
{
    Net *net = net_open(w, 2);
    int64_t id[2];
    os_random_from(7);
    account(net, 1, "Ana");
    net_clock_error(net, 1, -DAY);
    net_copy(net, 1, "friday");
    for (int i = 0; i < 2; i++) {
        id[i] = account(net, 1, i ? "Bo" : "Cy");
        net_restore(net, 1, "friday");
    }
    EXPECT(id[0] && id[1] && id[0] != id[1]);
    os_random_from(0);
    net_close(net);
}

/* If two lives do give the same ids, then to other things: what was a person here is a record there. Cy says first in her stream what nobody has,
 * and next what has the id of a record that was lost. */
TEST(whoever_has_an_id_that_was_lost_is_known_at_the_hub_with_all_she_said)
{
    Net *net = net_open(w, 2);
    Deed a = { .act = MAKE, .words = S("a.") }, b = a, cy = { .act = MAKE, .words = S("cy.") };
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana");
    net_all_meet(net);
    net_clock_error(net, 1, -DAY);
    net_copy(net, 1, "friday");
    for (int life = 0; life < 2; life++) {
        os_random_from(7);                               /* begins at the same id */
        net_restore(net, 1, "friday");
        if (life == 0) EXPECT(deed(net, 1, 0, &a) && deed(net, 1, 0, &b));
        else EXPECT(notes(net, 1, ana, "one") && notes(net, 1, ana, "two") && deed(net, 1, 0, &cy));
        if (life == 0) net_all_meet(net);
    }
    os_random_from(0);
    EXPECT(cy.made == a.made + 2 && cy.made + 1 == b.made);
    net_all_meet(net);
    EXPECT(net_is_copied(net, 1));
    net_recover(net, 1, "ID", CENTRE(1));
    net_all_meet(net);
    for (int i = 0; i < 2; i++) {
        EXPECT_STR(net_rows(net, i, "SELECT lang AS text FROM people_person WHERE lang LIKE '%.' ORDER BY lang"), S("a.\na.\ncy.\n"));
        EXPECT_STR(net_rows(net, i, "SELECT body AS text FROM example_note ORDER BY id"), S("one\ntwo\n"));
    }
    net_close(net);
}

/* She was made under the number that the box had before; who learns of her later has never heard of it. */
TEST(who_was_made_under_an_older_number_of_her_box_is_believed_wherever_she_belongs)
{
    Net *net = net_open(w, 3);
    net_enrol(net, 1, "ID", CENTRE(1));
    net_enrol(net, 2, "VN", CENTRE(2));
    net_all_meet(net);
    net_copy(net, 1, "friday");
    int64_t ana = account(net, 1, "Ana");
    EXPECT(voices(net, 1, ana, "ID", "on Saturday", 0));
    net_meet(net, 1, 0);
    net_wait(net, DAY);
    net_restore(net, 1, "friday");
    int64_t bo = account(net, 1, "Bo");
    EXPECT(voices(net, 1, bo, "ID", "on Monday", 0) && net_meet(net, 1, 0).copied);
    net_recover(net, 1, "ID", CENTRE(1));
    EXPECT(belongs(net, 1, bo, CENTRE(2)));
    net_all_meet(net);
    EXPECT_STR(names_at(net, 2), S("Bo\n"));
    net_close(net);
}

/* ---- full disks and failing calls ---------------------------------------------------------------------------------------------------------- */

/* A limit on the size of files stands for a full disk. */
static void disk_room(Net *net, int node, rlim_t more)
{
    static const char *const files[] = { "sampan.db", "sampan.db-wal" };
    struct rlimit limit = { 0 };
    getrlimit(RLIMIT_FSIZE, &limit);
    rlim_t largest = 0;
    for (int i = 0; i < COUNT_OF(files); i++) {
        struct stat st;
        if (stat(at(net_world(net), "%s/%s", net_site(net, node)->config.data, files[i]), &st) == 0 && (rlim_t)st.st_size > largest) largest = (rlim_t)st.st_size;
    }
    limit.rlim_cur = more ? largest + more : RLIM_INFINITY;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
}

TEST(a_disk_that_is_full_in_the_middle_of_an_exchange_leaves_everything_as_it_was)
{
    if (world_leaves_out(w, DB_SQLITE, "the server's disk is the server's to test")) return;
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana");
    for (int i = 0; i < 300; i++) CHECK(notes(net, 1, ana, "a note of some length, so that there is something to write down at the other side"));
    Talk t = { .keep = net_keep(net), .message = letter(net, 1, 0) };
    int64_t before = records_at(net, 0);
    os_log_quiet(true);
    disk_room(net, 0, 40 * 1024);
    EXPECT(!net_do(net, 0, 0, talk_take, &t));
    disk_room(net, 0, 0);
    os_log_quiet(false);
    EXPECT(records_at(net, 0) == before && nothing_is_half(net, 0));
    EXPECT(net_do(net, 0, 0, talk_take, &t) && t.got.added > 300);
    EXPECT(records_at(net, 0) == before + records_at(net, 1) && nothing_is_half(net, 0));
    net_close(net);
}

TEST(whatever_call_fails_while_a_letter_is_taken_all_of_it_is_there_or_nothing)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana"), was = guest(net, 1), firm, failures = 0;
    EXPECT(notes(net, 1, was, "a guest's"));
    net_all_meet(net);
    EXPECT((firm = founds(net, 1, ana)) && sells(net, 1, ana, firm, 1, S("sold")) && joins(net, 1, ana, was) && voices(net, 1, ana, "ID", "a voice", 0));
    Talk t = { .keep = net_keep(net), .message = letter(net, 1, 0) };
    str before = net_rows(net, 0, TRIAL_ROWS);
    int64_t records = records_at(net, 0);
    for (int64_t n = 1; ; n++) {
        db_fail_nth(net_site(net, 0)->db, n);
        bool taken = net_do(net, 0, 0, talk_take, &t);
        db_fail_nth(net_site(net, 0)->db, 0);
        if (taken) break;
        failures++;
        if (failures % 7 == 0) {
            EXPECT(records_at(net, 0) == records && nothing_is_half(net, 0));
            EXPECT_STR(net_rows(net, 0, TRIAL_ROWS), before);
        }
    }
    EXPECT(failures > 40 && t.got.added > 0);
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 0, TRIAL_ROWS), net_rows(net, 1, TRIAL_ROWS));
    EXPECT(net_int(net, 0, at(w, "SELECT count(*) AS value FROM example_note WHERE person = %lld", (long long)ana)) == 1);
    net_close(net);
}

/* ---- damage ------------------------------------------------------------------------------------------------------------------------------------ */

TEST(what_was_changed_on_the_disk_after_it_was_signed_is_found)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana");
    EXPECT(notes(net, 1, ana, "a sealed note"));
    net_all_meet(net);
    EXPECT(net_do(net, 0, 0, check_all, NULL) && net_int(net, 0, "SELECT count(*) AS value FROM journal_damage") == 0);
    net_sql(net, 0, "UPDATE journal SET body = replace(body, 'sealed', 'altered') WHERE kind = 'example.written'");
    os_log_quiet(true);
    net_wait(net, 8 * DAY);
    net_jobs(net, 0);                                    /* by itself, within a week */
    os_log_quiet(false);
    EXPECT(net_int(net, 0, at(w, "SELECT count(*) AS value FROM journal_damage WHERE stream = %lld AND node = %lld", (long long)ana, (long long)net_number(net, 1))) == 1);
    net_sql(net, 0, "UPDATE journal SET body = replace(body, 'altered', 'sealed') WHERE kind = 'example.written'");
    net_wait(net, 8 * DAY);
    net_jobs(net, 0);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM journal_damage") == 0);
    net_close(net);
}

/* ---- who holds what ---------------------------------------------------------------------------------------------------------------------------- */

typedef struct Holders { int64_t person; str names; Arena *keep; } Holders;

static bool holders_rule(Scope *s, void *arg)
{
    Holders *h = arg;
    Out o;
    out_init(&o, s->arena, 200);
    NodeRows rows = journal_holders(s, h->person);
    for (ptrdiff_t i = 0; i < rows.n; i++) out_fmt(&o, "%.*s;", STR_ARG(rows.row[i].name));
    h->names = str_keep(h->keep, out_text(&o));
    return true;
}

static str holders(Net *net, int node, int64_t person)
{
    Holders h = { .person = person, .keep = net_keep(net) };
    CHECK(net_do(net, node, 0, holders_rule, &h));
    return h.names;
}

TEST(her_words_lie_where_she_was_made_where_she_belongs_and_at_the_hub_and_she_is_told)
{
    Net *net = net_open(w, 4);
    for (int i = 1; i < 4; i++) net_enrol(net, i, "ID", CENTRE(i));
    int64_t ana = account(net, 1, "Ana");
    EXPECT(notes(net, 1, ana, "hers"));
    net_all_meet(net);
    EXPECT(str_find(holders(net, 0, ana), S("node 1")) >= 0 && str_find(holders(net, 0, ana), S("root")) >= 0 && str_find(holders(net, 0, ana), S("node 2")) < 0);
    EXPECT(net_int(net, 2, "SELECT count(*) AS value FROM example_note") == 0);
    EXPECT(belongs(net, 1, ana, CENTRE(2)));
    net_all_meet(net);
    EXPECT(str_find(holders(net, 0, ana), S("node 2")) >= 0);
    EXPECT(net_int(net, 2, "SELECT count(*) AS value FROM example_note") == 1 && net_int(net, 3, "SELECT count(*) AS value FROM example_note") == 0);
    EXPECT(leaves(net, 1, ana, CENTRE(2)) && notes(net, 1, ana, "later"));
    net_all_meet(net);
    EXPECT(net_int(net, 2, "SELECT count(*) AS value FROM example_note") == 1 && net_int(net, 0, "SELECT count(*) AS value FROM example_note") == 2);
    net_close(net);
}

TEST(an_economy_that_keeps_its_peoples_words_at_home_gives_the_hub_their_cards_only)
{
    Net *net = net_open(w, 3);
    net_enrol(net, 1, "VN", CENTRE(1));
    net_enrol(net, 2, "VN", CENTRE(1));
    Deed d = { .act = KEEP_HOME, .words = S("VN"), .c = 1 };
    EXPECT(deed(net, 0, 0, &d));
    net_all_meet(net);
    int64_t ana = account(net, 1, "Ana");
    EXPECT(notes(net, 1, ana, "stays at home") && belongs(net, 1, ana, CENTRE(1)) && voices(net, 1, ana, "VN", "for all to hear", 0));
    net_all_meet(net);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM example_note") == 0 && net_int(net, 0, "SELECT count(*) AS value FROM journal WHERE body LIKE '%home%' AND kind = 'example.written'") == 0);
    EXPECT(net_int(net, 0, at(w, "SELECT count(*) AS value FROM journal WHERE stream = %lld", (long long)-ana)) > 0);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM trial_voice") == 1);
    net_meet(net, 2, 1);                                 /* another box of her centre gets them from the first */
    EXPECT(net_int(net, 2, "SELECT count(*) AS value FROM example_note") <= 1);
    d.c = 0;
    EXPECT(deed(net, 0, 0, &d));
    net_all_meet(net);
    net_all_meet(net);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM example_note") == 1);
    net_close(net);
}

static str given(Net *net, int from, int to)
{
    Talk t = { .keep = net_keep(net) };
    if (!net_do(net, to, 0, talk_files_wanted, &t)) return (str){ 0 };
    t.message = t.said;
    return net_do(net, from, 0, talk_files_given, &t) ? t.said : (str){ 0 };
}

TEST(a_file_that_is_not_what_its_name_says_is_refused_and_asked_for_again)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", CENTRE(1));
    int64_t ana = account(net, 1, "Ana"), firm = founds(net, 1, ana);
    char *text = NEW(net_keep(net), char, 60000);
    memset(text, 'x', 60000);
    EXPECT(sells(net, 1, ana, firm, 1, (str){ text, 60000 }));
    net_meet(net, 1, 0);
    str pieces = given(net, 1, 0);
    EXPECT(pieces.n > 60000);
    Talk t = { .keep = net_keep(net), .message = changed(net, pieces, 400, 'A') };
    EXPECT(net_do(net, 0, 0, talk_files_take, &t) && t.got.refused == 1 && t.got.added == 0);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM trial_sale") == 0);
    t.message = str_slice(pieces, 0, pieces.n / 2);
    EXPECT(net_do(net, 0, 0, talk_files_take, &t));
    t.message = given(net, 1, 0);
    EXPECT(net_do(net, 0, 0, talk_files_take, &t) && t.got.added == 1);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM trial_sale") == 1);
    EXPECT(net_do(net, 0, 0, talk_files_take, &t) && t.got.refused + t.got.added <= 2);
    t.message = S("piece 00 5 0 AAAA\npiece ../../etc/passwd 5 0 AAAA\n");
    EXPECT(net_do(net, 0, 0, talk_files_take, &t) && t.got.refused == 2);
    net_close(net);
}

/* ---- hubs below hubs ------------------------------------------------------------------------------------------------------------------------------ */

TEST(a_hub_below_the_root_enrols_boxes_that_the_root_then_believes)
{
    Net *net = net_open(w, 3);
    str why;
    EXPECT(net_enrol_as(net, 1, &(Enrolment){ .name = S("hub of ID"), .economy = S("ID"), .hub = true }, &why));
    Talk t = { .keep = net_keep(net), .as = &(Enrolment){ .name = S("below"), .economy = S("ID") } };
    EXPECT(net_do(net, 2, 0, talk_ask, &t));
    str asked = t.said;
    t.message = changed(net, asked, 12, '1');
    EXPECT(!net_do(net, 1, 0, talk_enrol, &t) && str_find(t.why, S("changed on the way")) >= 0);
    t.message = asked;
    EXPECT(net_do(net, 1, 0, talk_enrol, &t));
    str letter_of_entry = t.said;
    t.message = changed(net, letter_of_entry, letter_of_entry.n - 9, 'A');
    EXPECT(!net_do(net, 2, 0, talk_enrolled, &t) && t.why.n > 10);
    t.message = letter_of_entry;
    EXPECT(net_do(net, 2, 0, talk_enrolled, &t));
    EXPECT(!net_do(net, 2, 0, talk_enrolled, &t) && str_find(t.why, S("enrolled already")) >= 0);
    int64_t ana = account(net, 2, "Ana");
    EXPECT(notes(net, 2, ana, "from below"));
    net_meet(net, 2, 1);
    net_meet(net, 1, 0);
    EXPECT_STR(net_rows(net, 0, "SELECT body AS text FROM example_note"), S("from below\n"));
    t.message = asked;
    EXPECT(!net_do(net, 2, 0, talk_enrol, &t) && str_find(t.why, S("only a hub")) >= 0);
    net_close(net);
}

TEST(a_certificate_with_more_centres_than_there_is_room_for_is_refused)
{
    Net *net = net_open(w, 2);
    Talk t = { .keep = net_keep(net), .as = &(Enrolment){ .name = S("box"), .economy = S("ID"), .centres = (int64_t[]){ 4711 }, .centre_n = 1 } };
    EXPECT(net_do(net, 1, 0, talk_ask, &t));
    t.message = t.said;
    EXPECT(net_do(net, 0, 0, talk_enrol, &t));
    ptrdiff_t one = str_find(t.said, S("\"4711\""));
    EXPECT(one > 0);
    Out o;
    out_init(&o, net_keep(net), 1 << 16);
    out_str(&o, str_slice(t.said, 0, one));
    for (int i = 0; i < 1000; i++) out_lit(&o, "\"4711\",");
    out_str(&o, str_slice(t.said, one, t.said.n));
    t.message = out_text(&o);
    EXPECT(!net_do(net, 1, 0, talk_enrolled, &t) && t.why.n > 10);
    net_close(net);
}

/* An officer opened a centre and named a trainer in it; the second word came to the hub, and the first was spoilt on the way. */
TEST(a_right_that_comes_before_what_it_rests_on_counts_once_both_are_here)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t officer = account(net, 1, "Officer"), trainer = account(net, 1, "Trainer");
    net_all_meet(net);
    EXPECT(hub_appoints(net, officer, "ID", 0));
    net_all_meet(net);
    int64_t centre = opens(net, 1, officer, "ID");
    EXPECT(trains(net, 1, officer, trainer, centre));
    str said = letter(net, 1, 0);
    net_take(net, 0, changed(net, said, str_find(said, S("trial.opened")), 'x'));
    EXPECT(refused_at(net, 0, "its actor had not the standing for it") == 1);
    net_all_meet(net);
    for (int i = 0; i < 2; i++) {
        EXPECT(net_int(net, i, "SELECT count(*) AS value FROM journal_refused") == 0);
        EXPECT(net_int(net, i, at(w, "SELECT count(*) AS value FROM journal_standing WHERE stream = %lld", (long long)centre)) == 1);
    }
    net_close(net);
}

/* The box does not hold the group. Before it hears that its economy belongs to it, nobody in a group has anything to say. */
TEST(a_box_believes_officers_of_a_group_it_does_not_hold_once_it_hears_that_its_economy_belongs)
{
    Net *net = net_open(w, 2);
    int64_t group = id_at(1000, 1, 1);
    net_enrol(net, 1, "ID", 0);
    int64_t secretary = account(net, 0, "Secretary");
    net_all_meet(net);
    EXPECT(hub_entrusts(net, secretary, group) && hub_groups(net, "ID", group) && states(net, 0, secretary, "ID", "5 %"));
    str said = letter(net, 0, 1);
    net_take(net, 1, changed(net, said, str_find(said, S("trial.grouped")), 'x'));
    EXPECT(refused_at(net, 1, "its actor had not the standing for it") == 1);
    net_all_meet(net);
    EXPECT(refused_at(net, 1, "%") == 0);
    EXPECT_STR(net_rows(net, 1, "SELECT value AS text FROM trial_fact"), S("5 %\n"));
    net_close(net);
}

TEST(what_a_hub_denied_stays_denied_when_something_newer_took_its_place_and_tables_are_made_again)
{
    Net *net = net_open(w, 2);
    int64_t records, economy = stream_economy(S("ID"));
    net_enrol(net, 1, "ID", 0);
    int64_t eve = account(net, 1, "Eve"), officer = account(net, 0, "Officer");
    EXPECT(lies(net, 1, (Lie){ AUDIENCE_ECONOMY, economy, eve, "trial.stated", S("duty"), S("{\"value\":\"0 %\"}") }));
    net_all_meet(net);
    EXPECT(refused_at(net, 0, "its actor had not the standing for it") == 1);
    EXPECT(hub_appoints(net, officer, "ID", 0) && states(net, 0, officer, "ID", "5 %"));
    for (int again = 0; again < 2; again++) {
        EXPECT(refused_at(net, 0, "%") == 0);
        EXPECT(net_do(net, 0, 0, rebuild_rule, &records));
        EXPECT(voices(net, 1, eve, "ID", "so that there is something to hear", 0));
        net_all_meet(net);
    }
    EXPECT_STR(net_rows(net, 0, "SELECT body AS text FROM journal WHERE kind = 'record.judged'"), S("{}\n"));
    net_close(net);
}

TESTS(journal_exchange, who_was_erased_after_an_old_copy_by_a_word_that_never_arrived_is_the_same_everywhere,
      a_box_from_an_old_copy_gets_back_what_its_people_said_where_it_holds_nothing_else,
      a_box_from_an_old_copy_that_wrote_on_where_it_holds_nothing_else_loses_neither, a_certificate_with_more_centres_than_there_is_room_for_is_refused,
      a_right_that_comes_before_what_it_rests_on_counts_once_both_are_here,
      a_box_believes_officers_of_a_group_it_does_not_hold_once_it_hears_that_its_economy_belongs,
      what_a_hub_denied_stays_denied_when_something_newer_took_its_place_and_tables_are_made_again, a_letter_that_comes_twice_changes_nothing_the_second_time, a_letter_that_comes_before_its_predecessor_waits_for_the_next_time,
      a_letter_that_is_cut_anywhere_leaves_nothing_half, a_letter_that_was_changed_on_the_way_is_refused_with_a_sentence_and_the_rest_is_taken,
      words_that_somebody_on_the_way_left_away_are_asked_of_somebody_else, what_is_no_letter_at_all_is_refused, who_is_not_of_the_network_gets_nothing_and_is_not_believed,
      a_node_that_lies_about_people_of_others_moves_nobody_and_erases_nobody,
      a_record_in_the_wrong_stream_or_without_the_right_to_it_stays_without_effect_and_says_why,
      a_record_of_another_sort_of_stream_is_not_written_into_one_and_what_comes_after_travels,
      a_liar_cannot_take_the_stream_of_an_economy_by_writing_there_first,
      a_node_that_gives_roles_where_it_holds_nothing_believes_itself_as_little_as_others_do,
      what_somebody_did_to_herself_by_a_role_counts_after_a_rebuild_too, who_was_given_one_role_twice_holds_it_until_both_have_ended,
      records_shown_under_the_name_of_another_stream_or_node_are_not_as_they_were_signed, nobody_writes_under_our_number_but_we,
      what_a_node_wrote_before_it_was_revoked_counts_and_nothing_later_and_it_gets_none,
      what_came_from_a_node_after_the_moment_it_is_revoked_for_is_taken_back_everywhere,
      who_was_revoked_before_it_was_heard_of_is_believed_nothing,
      records_from_2099_win_nothing_and_are_taken_once_the_clock_is_right, an_id_of_the_last_day_that_ids_know_is_refused,
      what_two_that_were_ahead_told_each_other_is_there_once_when_they_know_the_time,
      a_hub_whose_clock_fell_behind_has_nobody_give_new_ids_to_what_it_holds,
      a_box_that_wakes_up_in_1970_takes_what_its_hub_says, two_boxes_that_drew_one_number_both_join, a_box_that_drew_the_number_of_its_hub_joins_under_another,
      a_box_restored_from_an_old_copy_keeps_both_what_the_hub_has_and_what_was_written_since,
      a_box_from_an_old_copy_gives_nobody_the_id_of_somebody_else_though_its_clock_is_slow,
      whoever_has_an_id_that_was_lost_is_known_at_the_hub_with_all_she_said,
      who_was_made_under_an_older_number_of_her_box_is_believed_wherever_she_belongs,
      a_disk_that_is_full_in_the_middle_of_an_exchange_leaves_everything_as_it_was,
      whatever_call_fails_while_a_letter_is_taken_all_of_it_is_there_or_nothing, what_was_changed_on_the_disk_after_it_was_signed_is_found,
      her_words_lie_where_she_was_made_where_she_belongs_and_at_the_hub_and_she_is_told,
      an_economy_that_keeps_its_peoples_words_at_home_gives_the_hub_their_cards_only, a_file_that_is_not_what_its_name_says_is_refused_and_asked_for_again,
      a_hub_below_the_root_enrols_boxes_that_the_root_then_believes)
