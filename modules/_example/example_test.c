#include "../../tests/world.h"
#include "journal/journal.h"

TEST(a_note_is_kept_and_shown_again)
{
    Visit v = post(w, ANA, "/example", "body=Ask+the+carrier+about+dry+ice");
    EXPECT(v.status == 303);
    EXPECT(says(get(w, ANA, at(w, "%.*s", STR_ARG(v.location))), "Ask the carrier about dry ice"));
    EXPECT(says(get(w, ANA, "/example"), "Ask the carrier about dry ice"));
}

TEST(only_the_writer_finds_a_note)
{
    Visit v = post(w, ANA, "/example", "body=My+price+floor");
    const char *note = at(w, "%.*s", STR_ARG(v.location));
    EXPECT(get(w, BO, note).status == 404);
    EXPECT(post(w, BO, at(w, "%s/completion", note), "").status == 404);
    EXPECT(get(w, STRANGER, note).status == 303);
    EXPECT(!says(get(w, BO, "/example"), "My price floor"));
}

TEST(an_empty_note_and_an_endless_one_are_refused_and_nothing_typed_is_lost)
{
    EXPECT(post(w, ANA, "/example", "body=++").status == 422);
    Out long_note;
    out_init(&long_note, world_arena(w), 8192);
    out_lit(&long_note, "body=");
    for (int i = 0; i < 2001; i++) out_char(&long_note, 'x');
    out_char(&long_note, '\0');
    Visit v = post(w, ANA, "/example", long_note.p);
    EXPECT(v.status == 422 && says(v, "xxxxxxxxxx"));
    EXPECT(sql_int(w, "SELECT count(*) FROM example_note") == 0);
}

TEST(done_and_not_done_after_all)
{
    Visit v = post(w, ANA, "/example", "body=Weigh+ten+bags");
    const char *note = at(w, "%.*s", STR_ARG(v.location));
    EXPECT(post(w, ANA, at(w, "%s/completion", note), "").status == 303);
    EXPECT(says(get(w, ANA, note), "Not done after all"));
    EXPECT(post(w, ANA, at(w, "%s/completion", note), "_method=delete").status == 303);
    EXPECT(!says(get(w, ANA, note), "Not done after all"));
}

TEST(whichever_database_call_fails_no_half_note_is_left)
{
    Visit v;
    FAILING(w, v, post(w, ANA, "/example", "body=hello"))
        EXPECT(sql_int(w, "SELECT count(*) FROM example_note") == 0 &&
               sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'example.written'") == 0);
    EXPECT(v.status == 303 && sql_int(w, "SELECT count(*) FROM example_note") == 1);
}

TEST(a_program_reads_the_notebook_as_json)
{
    post(w, ANA, "/example", "body=for+a+program");
    Visit v = get_json(w, ANA, "/example");
    EXPECT(v.status == 200 && says(v, "\"body\":\"for a program\"") && says(v, "\"done\":false"));
}

static bool erase_rule(Scope *s, void *person)
{
    journal_erase(s, *(int64_t *)person);
    return true;
}

TEST(an_erased_person_leaves_no_note_and_her_card_says_that_she_is_gone)
{
    Visit v = post(w, ANA, "/example", "body=My+price+floor");
    post(w, ANA, at(w, "%.*s/completion", STR_ARG(v.location)), "");
    int64_t person = world_person(w, ANA);
    Landing landing;
    EXPECT(site_write(world_site(w), world_arena(w), person, erase_rule, &person, &landing));
    EXPECT(sql_int(w, "SELECT count(*) FROM example_note") == 0 && sql_int(w, "SELECT count(*) FROM example_done") == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE body LIKE '%price floor%'") == 0);
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM journal WHERE kind = 'person.erased' AND stream = -%lld", (long long)person)) == 1);
}

TESTS(example, an_erased_person_leaves_no_note_and_her_card_says_that_she_is_gone, a_note_is_kept_and_shown_again, only_the_writer_finds_a_note,
      an_empty_note_and_an_endless_one_are_refused_and_nothing_typed_is_lost, done_and_not_done_after_all,
      whichever_database_call_fails_no_half_note_is_left, a_program_reads_the_notebook_as_json)
