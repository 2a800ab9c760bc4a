#include "people/people_own.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../../tests/world.h"

/* ---- the house's texts ------------------------------------------------------------------------------------------------------------ */

#define HEAD "---\ntitle: Terms of use\nversion: 2026-12-01\n---\n"

static const char *wrong(World *w, const char *file)
{
    PeopleText t;
    const char *why = NULL;
    return people_text_read(world_arena(w), str_from(file), &t, &why) ? "" : why;
}

TEST(a_text_has_a_head_with_a_title_and_a_day_and_words_below)
{
    PeopleText t;
    const char *why;
    EXPECT(people_text_read(world_arena(w), S(HEAD "\nBe kind.\n"), &t, &why));
    EXPECT(t.version == 20261201);
    EXPECT_STR(t.title, S("Terms of use"));
    EXPECT_STR(t.body, S("Be kind."));
    EXPECT(strstr(wrong(w, ""), "begins with a head") && strstr(wrong(w, "Be kind."), "begins with a head"));
    EXPECT(strstr(wrong(w, HEAD), "no words"));
    EXPECT(strstr(wrong(w, "---\ntitle: A\n---\nx"), "each once") && strstr(wrong(w, "---\ntitle: A\ntitle: B\n---\nx"), "each once"));
    EXPECT(strstr(wrong(w, "---\ntitle: A\nversion: 2026-02-30\n---\nx"), "is a day") && strstr(wrong(w, "---\ntitle: A\nversion: 3\n---\nx"), "is a day"));
    EXPECT(strstr(wrong(w, "---\ntitle:\nversion: 2026-12-01\n---\nx"), "1 to 120") && strstr(wrong(w, "---\ncolour: red\n---\nx"), "each once"));
    EXPECT(strstr(wrong(w, HEAD "a\x01" "b"), "plain UTF-8") && strstr(wrong(w, "---\ntitle: A\nversion: 2026-12-01\n"), "each once"));
    char *long_one = NEW(world_arena(w), char, PEOPLE_TEXT_MAX + 100);
    memset(long_one, 'a', PEOPLE_TEXT_MAX + 1);
    EXPECT(strstr(wrong(w, long_one), "64 KiB"));
}

TEST(the_texts_of_the_house_are_there_in_each_complete_language)
{
    Visit en = get(w, STRANGER, "/people/terms"), notice = get(w, STRANGER, "/people/privacy"), ar = get(w, STRANGER, "/people/privacy?lang=ar");
    EXPECT(says(en, "What is yours") && says(notice, "Who is responsible") && says(ar, "lang=\"ar\" dir=\"auto\"") && !says(ar, "Who is responsible"));
    EXPECT(sql_int(w, "SELECT count(*) FROM people_text") == 4);
    EXPECT(get(w, STRANGER, "/people/terms?version=19990101").status == 404);
}

typedef struct House { char folder[64]; } House;

static void write_text(World *w, const House *h, const char *name, const char *version, const char *words)
{
    CHECK(os_write_file(at(w, "%s/house/%s", h->folder, name), str_from(at(w, "---\ntitle: T\nversion: %s\n---\n%s\n", version, words))));
}

static House another_house(World *w)
{
    House h;
    snprintf(h.folder, sizeof h.folder, "/tmp/sampan-house-XXXXXX");
    CHECK(mkdtemp(h.folder) && mkdir(at(w, "%s/house", h.folder), 0700) == 0);
    return h;
}

static bool start_rule(Scope *s, void *arg) { return people_text_start(s); }

static void start_with(World *w, const House *h)
{
    Landing l;
    world_site(w)->config.content = h->folder;
    EXPECT(site_write(world_site(w), world_arena(w), 0, start_rule, NULL, &l));
}

static void house_gone(World *w, const House *h)
{
    static const char *const files[] = { "terms.en.md", "terms.ar.md", "privacy.en.md" };
    for (int i = 0; i < COUNT_OF(files); i++) unlink(at(w, "%s/house/%s", h->folder, files[i]));
    rmdir(at(w, "%s/house", h->folder));
    rmdir(h->folder);
}

TEST(a_new_version_asks_once_and_reading_goes_on)
{
    House h = another_house(w);
    world_site(w);
    write_text(w, &h, "terms.en.md", "2027-01-01", "Be kind.");
    write_text(w, &h, "privacy.en.md", "2027-01-01", "Nothing is kept.");
    start_with(w, &h);
    EXPECT(says(get(w, ANA, "/learn"), "The terms of use or the privacy notice have a new version.") && get(w, ANA, "/learn").status == 200);
    EXPECT(!says(get(w, STRANGER, "/learn"), "new version") && !says(get(w, ANA, "/people/terms"), "have a new version"));
    EXPECT(post(w, ANA, "/people/terms", "answer=later").status == 303);
    EXPECT(!says(get(w, ANA, "/learn"), "new version"));
    EXPECT(says(get(w, ANA, "/people/terms"), "You said “not now” on") && says(get(w, ANA, "/people/terms"), "I agree after all"));
    EXPECT(post(w, ANA, "/people/terms", "answer=yes").status == 303 && says(get(w, ANA, "/people/terms"), "You agreed on"));
    write_text(w, &h, "terms.en.md", "2027-02-01", "Be kinder.");
    start_with(w, &h);
    EXPECT(says(get(w, ANA, "/learn"), "new version"));
    Visit asks = get(w, ANA, "/people/privacy");         /* where it stands does not say what it is about */
    EXPECT(says(asks, "Your answer is about:") && says(asks, "<li><a href=\"/people/terms\">") && !says(asks, "<li><a href=\"/people/privacy\">"));
    for (int i = 0; i < 2; i++) EXPECT(post(w, ANA, "/people/terms", "answer=yes").status == 303);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_agreed WHERE accepted = 1") == 3 && sql_int(w, "SELECT count(*) FROM people_agreed WHERE version = 20270201") == 1);
    EXPECT(says(get(w, ANA, "/people/terms?version=20270101"), "Be kind.") && says(get(w, ANA, "/people/terms?version=20270101"), "not any more"));
    house_gone(w, &h);
}

TEST(a_text_whose_words_changed_without_its_version_is_not_taken)
{
    House h = another_house(w);
    world_site(w);
    write_text(w, &h, "terms.en.md", "2027-01-01", "Be kind.");
    write_text(w, &h, "terms.ar.md", "2026-01-01", "Old words.");
    start_with(w, &h);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_text WHERE version = 20270101") == 1);
    EXPECT(says(get(w, STRANGER, "/people/terms?lang=ar"), "Be kind."));
    write_text(w, &h, "terms.en.md", "2027-01-01", "Pay us.");
    start_with(w, &h);
    EXPECT(says(get(w, STRANGER, "/people/terms"), "Be kind.") && !says(get(w, STRANGER, "/people/terms"), "Pay us."));
    house_gone(w, &h);
    start_with(w, &h);
    EXPECT(says(get(w, STRANGER, "/people/terms?lang=en"), "has put up no such text") && !says(get(w, ANA, "/learn"), "new version"));
}

TEST(an_account_is_made_with_what_was_agreed_to)
{
    post(w, STRANGER, "/people/account", "name=Linh&login=linh&password=three+red+boats");
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM people_agreed WHERE accepted = 1 AND version = %lld", (long long)people_texts_version())) == 2);
    EXPECT(!says(get(w, STRANGER, "/learn"), "new version") && says(get(w, STRANGER, "/people/privacy"), "You agreed on"));
}

/* ---- how old ------------------------------------------------------------------------------------------------------------------------ */

typedef struct May { int64_t one, other; bool minor, answered, talk, sell; } May;

static void may_rule(Scope *s, void *arg)
{
    May *m = arg;
    m->minor = people_is_minor(s, m->one);
    m->answered = people_is_answered_for(s, m->one);
    m->talk = people_may_talk(s, m->one, m->other);
    m->sell = people_may_sell(s, m->one);
}

static May may(World *w, Visitor one, Visitor other)
{
    Landing l;
    May m = { .one = world_person(w, one), .other = world_person(w, other) };
    EXPECT(site_read(world_site(w), world_arena(w), 0, may_rule, &m, &l));
    return m;
}

TEST(how_old_she_is_is_asked_once_and_can_be_changed)
{
    post(w, ANA, "/people/terms", "answer=yes");
    EXPECT(says(get(w, ANA, "/learn"), "May we ask roughly how old you are?"));
    Visit v = post(w, ANA, "/people/age", "band=9");
    EXPECT(v.status == 422 && says(v, "Please choose one of these."));
    EXPECT(post(w, ANA, "/people/age", "band=4").status == 303);
    EXPECT(!says(get(w, ANA, "/learn"), "how old you are") && may(w, ANA, BO).minor);
    EXPECT(post(w, ANA, "/people/age", "band=2").status == 303 && says(get(w, ANA, "/people/age"), "nobody here can write to you in private"));
    EXPECT(post(w, ANA, "/people/age", "band=3").status == 303 && !may(w, ANA, BO).minor);
    EXPECT(says(get(w, ANA, "/people/age"), "value=\"3\" checked"));
}

TEST(nobody_talks_in_private_with_a_minor_or_with_who_has_not_said)
{
    EXPECT(!may(w, ANA, BO).talk && !may(w, ANA, BO).sell);
    post(w, ANA, "/people/age", "band=3");
    EXPECT(!may(w, ANA, BO).talk && may(w, ANA, BO).sell && may(w, ANA, BO).answered);
    post(w, BO, "/people/age", "band=3");
    EXPECT(may(w, ANA, BO).talk && may(w, BO, ANA).talk && !may(w, ANA, ANA).talk);
    post(w, BO, "/people/age", "band=2");
    EXPECT(!may(w, ANA, BO).talk && !may(w, BO, ANA).talk && !may(w, BO, ANA).sell && !may(w, BO, ANA).answered);
}

typedef struct Consent { int64_t centre, person; bool allowed; } Consent;

static bool allow_rule(Scope *s, void *arg)
{
    const Consent *c = arg;
    people_allow(s, c->centre, c->person, c->allowed);
    return true;
}

static void stands(World *w, int64_t centre, Visitor who, int role)
{
    sql_run(w, at(w, "INSERT INTO journal_standing (stream, person, role, since, ends, until, module, unit, topic)"
                     " VALUES (%lld, %lld, %d, 1, 0, 0, 'trial', %lld, '')", (long long)centre, (long long)world_person(w, who), role, (long long)centre + who));
}

TEST(a_trainer_of_her_centre_answers_for_a_minor_and_somebody_else_cannot)
{
    enum { CENTRE = 7700 };
    Landing l;
    Consent c = { CENTRE, world_person(w, BO), true };
    post(w, BO, "/people/age", "band=2");
    EXPECT(!site_write(world_site(w), world_arena(w), world_person(w, ANA), allow_rule, &c, &l) && l.kind != FAULT_NONE);
    stands(w, CENTRE, ANA, ROLE_TRAINER);
    stands(w, CENTRE, BO, ROLE_MEMBER);
    EXPECT(site_write(world_site(w), world_arena(w), world_person(w, ANA), allow_rule, &c, &l));
    EXPECT(may(w, BO, ANA).answered && !may(w, BO, ANA).talk && says(get(w, BO, "/people/age"), "Your centre answers for you."));
    c.allowed = false;
    EXPECT(site_write(world_site(w), world_arena(w), world_person(w, ANA), allow_rule, &c, &l) && !may(w, BO, ANA).answered);
}

/* ---- what is kept -------------------------------------------------------------------------------------------------------------------- */

TEST(what_is_kept_is_counted_in_her_words)
{
    EXPECT(says(get(w, STRANGER, "/people/kept"), "who reads leaves no trace"));
    post(w, ANA, "/people/name", "name=Ana+Two");
    Visit v = get(w, ANA, "/people/kept");
    EXPECT(says(v, "<b>What you are called</b> <span class=\"mark\">2</span>") && says(v, "until you erase it") && says(v, "ana@example.org"));
    EXPECT(!says(v, "second step, locked") && !says(v, "person.named"));
    EXPECT(says(get_json(w, ANA, "/people/kept"), "\"kind\":\"person.named\",\"title\":\"What you are called\",\"records\":2,"));
    EXPECT(!says(v, "What you wrote into tasks"));
    post(w, ANA, "/learn/practices/order/map/answers", "product.name=Tea");
    EXPECT(says(get(w, ANA, "/people/kept"), "What you wrote into tasks") && !says(get(w, BO, "/people/kept"), "What you wrote into tasks"));
}

TEST(every_kind_that_holds_a_persons_words_says_what_it_is_called)
{
    const Site *site = world_site(w);
    for (int m = 0; m < site->module_n; m++)
        for (int k = 0; k < site->modules[m]->record_n; k++) {
            const EntryKind *kind = &site->modules[m]->records[k];
            bool personal = !kind->heard && (kind->whose == WHOSE_ACTOR || kind->whose == WHOSE_SUBJECT);
            if (personal && !kind->shown) world_failed(w, kind->file, kind->line, "add a line `shown \"…\"`: she reads it where it stands what is kept of her");
        }
}

TEST(before_a_copy_is_taken_it_says_what_is_in_it_and_what_is_not)
{
    EXPECT_STR(get(w, STRANGER, "/people/copy").location, S("/people"));
    Visit page = get(w, ANA, "/people/copy"), copy = get(w, ANA, "/people/records");
    EXPECT(says(page, at(w, "%lld records: everything", (long long)count(copy, "\n") - 1)));
    EXPECT(says(copy, "\"login\":\"ana@example.org\"") && count(copy, "\"started\"") == 1 && !says(copy, "argon2"));
}

TEST(before_she_erases_herself_she_reads_how_much_goes)
{
    post(w, ANA, "/people/name", "name=Ana+Two");
    EXPECT(says(get(w, ANA, "/people/erasure"), "What you are called <span class=\"soft\">2</span>"));
}

TEST(tables_made_again_know_what_she_agreed_to_and_how_old_she_is)
{
    post(w, ANA, "/people/age", "band=3");
    post(w, ANA, "/people/terms", "answer=yes");
    str before = sql_str(w, "SELECT (SELECT max(band) FROM auth_person) || ' ' || (SELECT max(agreed) FROM auth_person) || ' ' || (SELECT count(*) FROM people_agreed) AS s");
    EXPECT_STR(before, str_from(at(w, "3 %lld 2", (long long)people_texts_version())));
    sql_run(w, "UPDATE journal_made SET shape = 'another' WHERE module IN ('people', 'auth')");
    world_again(w);
    while (journal_work(world_site(w), world_arena(w)) > 0) {}
    EXPECT_STR(sql_str(w, "SELECT (SELECT max(band) FROM auth_person) || ' ' || (SELECT max(agreed) FROM auth_person) || ' ' || (SELECT count(*) FROM people_agreed) AS s"), before);
    EXPECT(!says(get(w, ANA, "/learn"), "how old you are"));
}

TESTS(people_whole, a_text_has_a_head_with_a_title_and_a_day_and_words_below, the_texts_of_the_house_are_there_in_each_complete_language,
      a_new_version_asks_once_and_reading_goes_on, a_text_whose_words_changed_without_its_version_is_not_taken, an_account_is_made_with_what_was_agreed_to,
      how_old_she_is_is_asked_once_and_can_be_changed, nobody_talks_in_private_with_a_minor_or_with_who_has_not_said,
      a_trainer_of_her_centre_answers_for_a_minor_and_somebody_else_cannot, what_is_kept_is_counted_in_her_words,
      every_kind_that_holds_a_persons_words_says_what_it_is_called, before_a_copy_is_taken_it_says_what_is_in_it_and_what_is_not,
      before_she_erases_herself_she_reads_how_much_goes, tables_made_again_know_what_she_agreed_to_and_how_old_she_is)
