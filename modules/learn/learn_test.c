#include <unistd.h>

#include "../../tests/world.h"
#include "learn_own.h"
#include "people/people.h"

#define SMALL SAMPAN_SOURCE "/modules/learn/test_packs/small"
#define ONE "/learn/trial/first/one"
#define TWO "/learn/trial/first/two"
#define STEPS "trial.steps=First+the+corners%2C+then+the+tea."

/* ---- a small programme to walk through --------------------------------------------------------------------------- */

static Pack *small_pack(World *w)
{
    PackProblems *problems = NEW(world_arena(w), PackProblems, 1);
    problems->keep = world_arena(w);
    PackFiles files = pack_folder(world_arena(w), SMALL, problems);
    Pack *pack = pack_read(world_arena(w), files, problems);
    CHECK(pack_is_clean(problems));
    return pack;
}

static bool install_rule(Scope *s, void *arg)
{
    learn_install(s, S("small"), arg);
    return true;
}

static void install(World *w, Pack *pack)
{
    Landing landing;
    CHECK(site_write(world_site(w), world_arena(w), 0, install_rule, pack, &landing));
}

static void with_small(World *w) { install(w, small_pack(w)); }

static void answer(World *w, Visitor who, const char *set, const char *question, const char *given)
{
    const char *sql = at(w, "SELECT version FROM quiz_question WHERE set_key = '%s' AND name = '%s'", set, question);
    int64_t version = sql_int(w, sql);
    Visit v = post(w, who, "/quiz/answers",
                   at(w, "set=%s&question=%s&version=%lld&seen=0&%s", set, question, (long long)version, given));
    CHECK(v.status == 303);
}

/* Four of the five questions of the first lesson right, or all. */
static void answer_one(World *w, Visitor who, bool all)
{
    const char *set = "trial/first/one";
    answer(w, who, set, "corners", "choice=1");
    answer(w, who, set, "tape", "choice=2");
    answer(w, who, set, "scale", "choice=1");
    answer(w, who, set, "order", "f1=1&f2=2&f3=3");
    if (all) answer(w, who, set, "sum", "f1=7.5");
}

static void answer_two(World *w, Visitor who, const char *set)
{
    answer(w, who, set, "a", "choice=1");
    answer(w, who, set, "b", "choice=1");
    answer(w, who, set, "c", "choice=1");
    answer(w, who, set, "pairs", "f1=1&f2=2");
    answer(w, who, set, "gap", "f1=gross&f2=net");
}

static void complete_one(World *w, Visitor who)
{
    answer_one(w, who, true);
    CHECK(post(w, who, ONE "/answers", "trial.name=Tea&" STEPS).status == 303);
    CHECK(post(w, who, ONE "/completion", "").status == 303);
}

static void complete_two(World *w, Visitor who)
{
    answer_two(w, who, "trial/first/two");
    CHECK(post(w, who, TWO "/completion", "").status == 303);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

TEST(anybody_reads_a_lesson_with_all_its_parts)
{
    with_small(w);
    Visit v = get(w, STRANGER, ONE);
    EXPECT(v.status == 200);
    EXPECT(says(v, ">Pack a box</h1>") && says(v, "Pack one box so that it arrives whole") && says(v, "7.50"));
    EXPECT(says(v, "<svg role=\"img\"") && says(v, "aria-label=\"A box with its three sizes\"") &&
           says(v, "id=\"box-tip\""));
    EXPECT(says(v, "href=\"/learn/glossary#gross-weight\""));
    EXPECT(says(v, "href=\"" ONE "/questions\"") && says(get(w, STRANGER, ONE "/questions"), "id=\"q-corners\""));
    EXPECT(says(v, "href=\"" ONE "/task\"") && says(get(w, STRANGER, ONE "/task"), "name=\"trial.name\""));
    EXPECT(says(v, "Corners break first.") && says(v, "Prices of boxes.") && says(v, "looked at 2026-11-22"));
    EXPECT(says(v, "Next, because it builds on what you did here.") && says(v, "href=\"" TWO "\""));
    EXPECT(get(w, STRANGER, "/learn/trial/first/nine").status == 404);
    EXPECT(get(w, STRANGER, "/learn/trial/first/nine/questions").status == 404);
    EXPECT(get(w, STRANGER, "/learn/trial/first/nine/task").status == 404);
    EXPECT(get(w, STRANGER, "/learn/trial/nine").status == 404);
    EXPECT(get(w, STRANGER, "/learn/nine").status == 404);
}

TEST(reading_alone_writes_nothing_and_makes_nobody)
{
    with_small(w);
    int64_t records = sql_int(w, "SELECT count(*) FROM journal");
    int64_t people = sql_int(w, "SELECT count(*) FROM people_person");
    get(w, GUEST, ONE);
    get(w, GUEST, "/learn");
    get(w, GUEST, "/search?q=box");
    EXPECT(sql_int(w, "SELECT count(*) FROM journal") == records);
    EXPECT(sql_int(w, "SELECT count(*) FROM people_person") == people);
}

TEST(modules_courses_words_and_sheets_have_pages)
{
    with_small(w);
    Visit course = get(w, STRANGER, "/learn/trial/first");
    EXPECT(says(course, "First course") && says(course, "Begin: Pack a box") && says(course, "20 minutes") &&
           says(course, "/learn/trial/first/facilitator"));
    Visit second = get(w, STRANGER, "/learn/trial/second");
    EXPECT(says(second, "Well done before this:") && says(second, "First course") && !says(second, "facilitator"));
    Visit module = get(w, STRANGER, "/learn/trial");
    EXPECT(says(module, "weigh it") && says(module, "Second course") &&
           says(module, "For firms that sell abroad already"));
    EXPECT(says(get(w, STRANGER, "/learn/later"), "still being written"));
    Visit words = get(w, STRANGER, "/learn/glossary");
    EXPECT(says(words, "id=\"gross-weight\"") && says(words, "A box for shipping."));
    EXPECT(count(words, "\">A</a>") == 1 && count(words, "\">B</a>") == 1);
    EXPECT(says(get(w, STRANGER, "/learn/trial/first/facilitator"), "Bring boxes."));
    EXPECT(get(w, STRANGER, "/learn/trial/second/facilitator").status == 404);
    EXPECT(says(get(w, STRANGER, "/learn"), "/learn/trial"));
}

TEST(a_module_is_tested_before_and_after_with_questions_of_its_own)
{
    with_small(w);
    Visit module = get(w, ANA, "/learn/trial"), before = get(w, ANA, "/learn/trial/before");
    EXPECT(says(module, "href=\"/learn/trial/before\"") && says(module, "href=\"/learn/trial/after\"") && says(module, "5 questions"));
    EXPECT(says(before, "What do you know already?") && says(before, "id=\"q-wet\"") && !says(before, "id=\"q-damp\""));
    EXPECT(says(get(w, ANA, "/learn/trial/after"), "id=\"q-damp\""));
    answer(w, ANA, "trial/before", "wet", "choice=1");
    answer(w, ANA, "trial/before", "heavy", "choice=2");
    answer(w, ANA, "trial/before", "bags", "f1=1.2");
    answer(w, ANA, "trial/before", "empty-room", "choice=2");
    EXPECT(!says(get(w, ANA, "/learn/trial"), "3 of 5 right"));
    answer(w, ANA, "trial/before", "first-last", "f1=3&f2=1&f3=2");
    EXPECT(says(get(w, ANA, "/learn/trial"), "3 of 5 right") && !says(get(w, BO, "/learn/trial"), "3 of 5 right"));
    EXPECT(get(w, ANA, "/learn/later/before").status == 404 && get(w, ANA, "/learn/nine/after").status == 404);
    EXPECT(!says(get(w, ANA, "/learn/later"), "/learn/later/before"));
}

TEST(a_program_reads_a_lesson_as_json)
{
    with_small(w);
    Visit v = get_json(w, STRANGER, ONE);
    EXPECT(v.status == 200 && says(v, "\"title\":\"Pack a box\"") && says(v, "\"met\":false"));
    EXPECT(says(get_json(w, STRANGER, ONE "/task"), "\"field\":\"trial.name\""));
    EXPECT(says(get_json(w, STRANGER, ONE "/questions"), "\"name\":\"corners\""));
    EXPECT(says(get_json(w, STRANGER, "/learn"), "\"stop\""));
    EXPECT(says(get_json(w, STRANGER, "/search?q=corners"), "\"hits\""));
}

/* ---- the task ---------------------------------------------------------------------------------------------------- */

TEST(a_task_is_kept_as_typed_and_shared_with_the_lesson_that_asks_the_same)
{
    with_small(w);
    Visit v = post(w, ANA, ONE "/answers",
                   "trial.name=Green+tea&trial.weight=12%2C5&trial.price=4.5&trial.price_currency=USD&trial.colour=blue"
                   "&trial.size=7&trial.place=SG&trial.day=2027-03-15&" STEPS);
    EXPECT(v.status == 303);
    EXPECT_STR(v.location, S(ONE "/task"));
    Visit again = get(w, ANA, ONE "/task");
    EXPECT(says(again, "value=\"Green tea\"") && says(again, "value=\"12.5\"") && says(again, "value=\"4.50\"") &&
           says(again, "First the corners, then the tea."));
    EXPECT(says(again, "<option value=\"USD\" selected>") && says(again, "<option value=\"SG\" selected>") &&
           says(again, "value=\"2027-03-15\""));
    EXPECT(says(again, "value=\"blue\" checked") && says(again, "<option value=\"7\" selected>"));
    EXPECT(says(get(w, ANA, TWO "/task"), "value=\"Green tea\""));
    EXPECT(!says(get(w, BO, ONE "/task"), "Green tea"));
}

TEST(what_cannot_be_taken_is_shown_again_and_nothing_is_lost_or_half_kept)
{
    with_small(w);
    Visit v = post(w, ANA, ONE "/answers",
                   "trial.name=Oolong&trial.weight=99&trial.price=4&trial.colour=pink&trial.day=2027-02-29&" STEPS);
    EXPECT(v.status == 422);
    EXPECT(says(v, "value=\"Oolong\"") && says(v, "value=\"99\"") && says(v, "value=\"2027-02-29\"") &&
           says(v, "First the corners"));
    EXPECT(says(v, "From 0 to 30.5, please.") && says(v, "Please choose the currency.") &&
           says(v, "Please choose one of these.") && says(v, "year-month-day"));
    EXPECT(sql_int(w, "SELECT count(*) FROM learn_answer") == 0);
    EXPECT(post(w, ANA, ONE "/answers", at(w, "trial.name=%0*d", 41, 0)).status == 422);
    EXPECT_STR(get(w, ANA, ONE "/answers").location, S(ONE "/task"));
}

TEST(a_guest_keeps_what_she_saved_and_finds_it_in_her_account_later)
{
    with_small(w);
    EXPECT(post(w, GUEST, ONE "/answers", "trial.name=Tea").status == 303);
    EXPECT(says(get(w, GUEST, ONE "/task"), "value=\"Tea\""));
    EXPECT(sql_int(w, "SELECT count(*) FROM learn_answer WHERE person <> 0") == 1);
}

TEST(only_what_changed_is_recorded_and_every_change_is)
{
    with_small(w);
    post(w, ANA, ONE "/answers", "trial.name=Tea&trial.weight=2");
    int64_t first = sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'learn.task'");
    EXPECT(first == 2);
    post(w, ANA, ONE "/answers", "trial.name=Tea&trial.weight=2");
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'learn.task'") == 2);
    post(w, ANA, ONE "/answers", "trial.name=Tea&trial.weight=3");
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'learn.task'") == 3);
    EXPECT_STR(sql_str(w, "SELECT value FROM learn_answer WHERE field = 'trial.weight'"), S("3"));
    post(w, ANA, ONE "/answers", at(w, "seen=%lld&trial.name=Tea&trial.weight=", (long long)INT64_MAX));
    EXPECT_STR(sql_str(w, "SELECT value FROM learn_answer WHERE field = 'trial.weight'"), S(""));
}

TEST(an_older_page_left_open_overwrites_what_it_says_but_empties_nothing)
{
    with_small(w);
    post(w, ANA, ONE "/answers", "trial.name=Tea");
    int64_t seen = sql_int(w, "SELECT max(stamp) FROM learn_answer");
    post(w, ANA, ONE "/answers", at(w, "seen=%lld&trial.name=Tea&trial.weight=5", (long long)seen));
    post(w, ANA, ONE "/answers", at(w, "seen=%lld&trial.name=Black+tea&trial.weight=", (long long)seen));
    EXPECT_STR(sql_str(w, "SELECT value FROM learn_answer WHERE field = 'trial.weight'"), S("5"));
    EXPECT_STR(sql_str(w, "SELECT value FROM learn_answer WHERE field = 'trial.name'"), S("Black tea"));
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'learn.task'") == 3);
}

TEST(whichever_database_call_fails_no_half_task_is_kept)
{
    with_small(w);
    Visit v;
    FAILING(w, v, post(w, ANA, ONE "/answers", "trial.name=Tea&trial.weight=2"))
    {
        EXPECT(sql_int(w, "SELECT count(*) FROM learn_answer") == 0);
        EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'learn.task'") == 0);
    }
    EXPECT(v.status == 303 && sql_int(w, "SELECT count(*) FROM learn_answer") == 2);
}

/* ---- completing -------------------------------------------------------------------------------------------------- */

TEST(a_lesson_says_what_is_still_missing_and_is_complete_when_nothing_is)
{
    with_small(w);
    Visit v = post(w, ANA, ONE "/completion", "");
    EXPECT(v.status == 422 && says(v, "Not complete yet") && says(v, "at least 80%") && says(v, "has a star"));
    EXPECT(sql_int(w, "SELECT count(*) FROM learn_done") == 0);
    answer_one(w, ANA, false);
    EXPECT(says(get(w, ANA, ONE), "1 question is still open."));
    answer(w, ANA, "trial/first/one", "sum", "f1=8");
    post(w, ANA, ONE "/answers", "trial.name=Tea&trial.steps=Too+short");
    v = post(w, ANA, ONE "/completion", "");
    EXPECT(v.status == 422 && says(v, "1 line is still open.") && says(v, "class=\"button\" href=\"" ONE "/task\""));
    post(w, ANA, ONE "/answers", "trial.name=Tea&" STEPS);
    v = post(w, ANA, ONE "/completion", "");
    EXPECT(v.status == 303);
    EXPECT_STR(v.location, S(TWO));
    EXPECT(says(get(w, ANA, TWO), "is completed."));
    EXPECT(says(get(w, ANA, ONE), "Completed") && !says(get(w, BO, ONE), "Completed"));
}

TEST(completed_once_is_completed_whatever_is_answered_later)
{
    with_small(w);
    complete_one(w, ANA);
    answer(w, ANA, "trial/first/one", "corners", "choice=2");
    answer(w, ANA, "trial/first/one", "tape", "choice=1");
    EXPECT(says(get(w, ANA, ONE), "Completed"));
    EXPECT(post(w, ANA, ONE "/completion", "").status == 303);
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'learn.done'") == 1);
}

TEST(a_lesson_may_be_completed_before_the_one_it_builds_on_and_the_page_says_so)
{
    with_small(w);
    Visit v = get(w, BO, TWO);
    EXPECT(says(v, "Well done before this:") && says(v, "You may go on all the same."));
    post(w, BO, TWO "/answers", "trial.name=Tea");
    answer_two(w, BO, "trial/first/two");
    EXPECT(post(w, BO, TWO "/completion", "").status == 303);
}

TEST(a_course_ends_with_what_one_can_do_now_and_what_comes_next)
{
    with_small(w);
    EXPECT(says(get(w, ANA, "/learn/trial/first/completion"), "The course is complete when all of its lessons are."));
    complete_one(w, ANA);
    complete_two(w, ANA);
    Visit v = get(w, ANA, "/learn/trial/first/completion");
    EXPECT(says(v, "Well done!") && says(v, "Pack and weigh one box"));
    EXPECT(says(get(w, ANA, "/learn/trial/first"), "You have completed this course."));
    EXPECT(says(get(w, ANA, "/learn/trial"), "2 of 2 completed"));
    EXPECT(says(get(w, ANA, "/learn/done"), "Weigh a box") && !says(get(w, BO, "/learn/done"), "Weigh a box"));
    EXPECT_STR(post(w, ANA, TWO "/completion", "").location, S("/learn/trial/first/completion"));
}

TEST(she_goes_on_where_she_stopped)
{
    with_small(w);
    EXPECT(says(get(w, GUEST, "/learn"), "Begin here"));
    answer(w, GUEST, "trial/second/three", "a", "choice=1");
    Visit v = get(w, GUEST, "/learn");
    EXPECT(says(v, "Go on where you stopped") && says(v, "href=\"/learn/trial/second/three\""));
    world_wait(w, MINUTE);
    post(w, GUEST, ONE "/answers", "trial.name=Tea");
    EXPECT(says(get(w, GUEST, "/learn"), "class=\"resume\" href=\"" ONE "\""));
    complete_one(w, GUEST);
    EXPECT(says(get(w, GUEST, "/learn"), "class=\"resume\" href=\"" TWO "\""));
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static bool rebuild_rule(Scope *s, void *arg) { return journal_rebuild(s, arg); }

static str everything(World *w)
{
    str rows[] = {
        sql_str(w, "SELECT count(*) || ' ' || coalesce(sum(stamp), 0) || ' ' || coalesce(min(value), '') || "
                   "coalesce(max(value), '') FROM learn_answer"),
        sql_str(w, "SELECT count(*) || ' ' || coalesce(sum(stamp), 0) || ' ' || coalesce(max(lesson), '') "
                   "FROM learn_done"),
        sql_str(w, "SELECT count(*) || ' ' || coalesce(sum(stamp), 0) || ' ' || coalesce(max(lesson), '') "
                   "FROM learn_place"),
    };
    return str_join(world_arena(w), rows, 3, S(" | "));
}

TEST(rebuilding_from_the_journal_gives_the_same_tables)
{
    with_small(w);
    complete_one(w, ANA);
    post(w, BO, ONE "/answers", "trial.name=Coffee");
    post(w, BO, ONE "/answers", "trial.name=Cocoa");
    str before = everything(w);
    int64_t records;
    Landing landing;
    CHECK(site_write(world_site(w), world_arena(w), 0, rebuild_rule, &records, &landing));
    EXPECT_STR(everything(w), before);
}

typedef struct Joining { int64_t guest, account; } Joining;
static bool join_rule(Scope *s, void *arg)
{
    Joining *j = arg;
    people_join(s, j->guest, j->account);
    return true;
}
static bool erase_rule(Scope *s, void *arg)
{
    journal_erase(s, *(int64_t *)arg);
    return true;
}

TEST(what_a_guest_did_follows_her_into_her_account_and_her_own_word_stands)
{
    with_small(w);
    post(w, ANA, ONE "/answers", "trial.name=Old&trial.weight=1");
    world_wait(w, MINUTE);
    complete_one(w, GUEST);
    Joining j = { sql_int(w, "SELECT person FROM learn_done"), world_person(w, ANA) };
    Landing landing;
    CHECK(site_write(world_site(w), world_arena(w), j.account, join_rule, &j, &landing));
    Visit v = get(w, ANA, ONE "/task");
    EXPECT(says(v, "value=\"Old\"") && says(v, "value=\"1\"") && says(v, "Completed"));
    EXPECT(says(v, "Before you signed in, this was written here:") && says(v, "<q dir=\"auto\">Tea</q>") && count(v, "name=\"take\"") == 1);
    EXPECT(post(w, ANA, ONE "/answers", "trial.name=Old&trial.weight=1&keep=trial.name").status == 303);
    EXPECT(says(get(w, ANA, ONE "/task"), "value=\"Old\"") && !says(get(w, ANA, ONE "/task"), "Before you signed in"));
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM learn_answer WHERE person = %lld", (long long)j.guest)) == 0);
}

TEST(she_takes_the_words_of_the_guest_she_was_in_the_place_of_hers)
{
    Landing landing;
    with_small(w);
    post(w, ANA, ONE "/answers", "trial.name=Old&trial.weight=1");
    world_wait(w, MINUTE);
    complete_one(w, GUEST);
    Joining j = { sql_int(w, "SELECT person FROM learn_done"), world_person(w, ANA) };
    CHECK(site_write(world_site(w), world_arena(w), j.account, join_rule, &j, &landing));
    EXPECT(post(w, ANA, ONE "/answers", "trial.name=Old&trial.weight=1&take=trial.name").status == 303);
    Visit v = get(w, ANA, ONE "/task");
    EXPECT(says(v, "value=\"Tea\"") && !says(v, "Before you signed in"));
    EXPECT(post(w, ANA, ONE "/answers", "trial.name=Old&trial.weight=1&take=trial.weight").status == 303);
    EXPECT(says(get(w, ANA, ONE "/task"), "value=\"Old\""));
}

TEST(an_erased_person_leaves_nothing_here)
{
    with_small(w);
    complete_one(w, ANA);
    complete_one(w, BO);
    int64_t person = world_person(w, ANA);
    Landing landing;
    CHECK(site_write(world_site(w), world_arena(w), 0, erase_rule, &person, &landing));
    EXPECT(sql_int(w, at(w, "SELECT count(*) FROM learn_answer WHERE person = %lld", (long long)person)) == 0);
    EXPECT(sql_int(w, "SELECT count(*) FROM learn_done") == 1 && sql_int(w, "SELECT count(*) FROM learn_place") == 1);
    EXPECT(says(get(w, BO, ONE "/task"), "value=\"Tea\""));
}

/* ---- content ----------------------------------------------------------------------------------------------------- */

TEST(installing_again_replaces_what_was_there_and_keeps_what_people_did)
{
    with_small(w);
    complete_one(w, ANA);
    int64_t lessons = sql_int(w, "SELECT count(*) FROM learn_lesson WHERE pack = 'small'");
    int64_t others = sql_int(w, "SELECT count(*) FROM learn_lesson WHERE pack <> 'small'");
    Pack *pack = small_pack(w);
    pack->lesson_n = 2;
    pack->course_n = 1;
    pack->lesson[0].title = S("Pack a crate");
    install(w, pack);
    EXPECT(lessons == 3 && sql_int(w, "SELECT count(*) FROM learn_lesson WHERE pack = 'small'") == 2);
    EXPECT(says(get(w, ANA, ONE), ">Pack a crate</h1>") && says(get(w, ANA, ONE), "Completed"));
    EXPECT(get(w, ANA, "/learn/trial/second/three").status == 404);
    EXPECT(sql_int(w, "SELECT questions FROM quiz_set WHERE set_key = 'trial/second/three'") == 0);
    EXPECT(!says(get(w, ANA, "/search?q=Send+a+box"), "/learn/trial/second/three"));
    EXPECT(sql_int(w, "SELECT count(*) FROM learn_lesson WHERE pack <> 'small'") == others);
}

TEST(whichever_database_call_fails_no_half_pack_is_installed)
{
    Pack *pack = small_pack(w);
    for (int64_t nth = 1; nth < 2000; nth += 7) {
        Landing landing;
        world_fail(w, nth);
        bool saved = site_write(world_site(w), world_arena(w), 0, install_rule, pack, &landing);
        world_fail(w, 0);
        EXPECT(sql_int(w, "SELECT count(*) FROM learn_lesson WHERE pack = 'small'") == (saved ? 3 : 0));
        if (saved) break;
    }
    EXPECT(get(w, STRANGER, ONE).status == 200);
}

static bool start_rule(Scope *s, void *arg) { return learn_start(s); }

/* A start of the program that finds `folder` as its standard content. */
static void start_with(World *w, const char *content, const char *folder)
{
    const char *link = at(w, "%s/standard", content);
    Landing landing;
    unlink(link);
    CHECK(symlink(folder, link) == 0);
    world_site(w)->config.content = content;
    CHECK(site_write(world_site(w), world_arena(w), 0, start_rule, NULL, &landing));
}

TEST(a_mistake_in_the_files_at_start_changes_nothing_and_staff_are_told)
{
    char *content = (char *)str_keep(world_arena(w), S("/tmp/sampan-content-XXXXXX")).p;
    CHECK(mkdtemp(content));
    start_with(w, content, SMALL);
    EXPECT(get(w, STRANGER, ONE).status == 200);
    int64_t installed = sql_int(w, "SELECT installed_at FROM learn_pack WHERE pack = 'standard'");
    world_wait(w, HOUR);
    os_log_quiet(true);
    start_with(w, content, SMALL "/trial");
    EXPECT(get(w, STRANGER, ONE).status == 200);
    EXPECT(says(get(w, ADMIN, "/learn/content"), "programme.md:1: The file programme.md is missing."));
    start_with(w, content, SMALL);
    EXPECT(!says(get(w, ADMIN, "/learn/content"), "programme.md:1"));
    EXPECT(sql_int(w, "SELECT installed_at FROM learn_pack WHERE pack = 'standard'") == installed);
    unlink(at(w, "%s/standard", content));
    rmdir(content);
}

static void beside_rule(Scope *s, void *arg)
{
    PackProblems *problems = arg;
    Pack pack = { .lesson = &(PackLesson){ .file = S("10-one.md"), .key = S("trial/first/one") }, .lesson_n = 1 };
    learn_check_beside(s, S("other"), &pack, problems);
}

TEST(two_packs_cannot_own_one_address)
{
    with_small(w);
    PackProblems problems = { .keep = world_arena(w) };
    Landing landing;
    CHECK(site_read(world_site(w), world_arena(w), 0, beside_rule, &problems, &landing));
    EXPECT(problems.n == 1);
    EXPECT(str_find(problems.row[0].sentence, S("\"small\" has something at the address trial/first/one")) >= 0);
}

TEST(staff_see_what_is_installed_and_others_find_no_such_page)
{
    with_small(w);
    EXPECT(says(get(w, ADMIN, "/learn/content"), "A small programme"));
    EXPECT(get(w, ANA, "/learn/content").status == 404 && get(w, STRANGER, "/learn/content").status == 303);
    sql_run(w, "UPDATE learn_pack SET problems = 'a.md:3: Something.', problem_n = 1 WHERE pack = 'small'");
    EXPECT(says(get(w, ADMIN, "/learn/content"), "a.md:3: Something."));
}

TEST(paper_has_the_questions_lines_to_write_on_and_the_answers_apart)
{
    with_small(w);
    Visit v = get(w, STRANGER, ONE "/print");
    EXPECT(v.status == 200);
    EXPECT(says(v, "Corners break first.") && says(v, "☐") && says(v, "What is in it?") && says(v, "______") &&
           says(v, "☐ red"));
    EXPECT(says(v, "Answers") && says(v, "<b>True</b>") && says(v, "<b>False</b>") && says(v, "<b>7.5</b>") &&
           says(v, "3 × 2.50"));
    EXPECT(says(get(w, STRANGER, TWO "/print"), "<b>gross, net</b>"));
    EXPECT(get(w, STRANGER, "/learn/trial/first/nine/print").status == 404);
}

TEST(search_finds_lessons_words_and_courses_with_their_place)
{
    with_small(w);
    Visit v = get(w, STRANGER, "/search?q=corners");
    EXPECT(says(v, "href=\"" ONE "\"") && says(v, "The trial · First course") && says(v, "Lesson"));
    EXPECT(says(get(w, STRANGER, "/search?q=gross+weight"), "/learn/glossary#gross-weight"));
    EXPECT(says(get(w, STRANGER, "/search?q=zzzz"), "Nothing was found"));
    EXPECT(get(w, STRANGER, "/search").status == 200 && get(w, STRANGER, "/search?q=%3Cscript%3E").status == 200);
    EXPECT(!says(get(w, STRANGER, "/search?q=%3Cscript%3E"), "value=\"<script>"));
}

TESTS(learn, anybody_reads_a_lesson_with_all_its_parts, reading_alone_writes_nothing_and_makes_nobody,
      modules_courses_words_and_sheets_have_pages, a_module_is_tested_before_and_after_with_questions_of_its_own,
      a_program_reads_a_lesson_as_json,
      a_task_is_kept_as_typed_and_shared_with_the_lesson_that_asks_the_same,
      what_cannot_be_taken_is_shown_again_and_nothing_is_lost_or_half_kept,
      a_guest_keeps_what_she_saved_and_finds_it_in_her_account_later, only_what_changed_is_recorded_and_every_change_is,
      an_older_page_left_open_overwrites_what_it_says_but_empties_nothing,
      whichever_database_call_fails_no_half_task_is_kept,
      a_lesson_says_what_is_still_missing_and_is_complete_when_nothing_is,
      completed_once_is_completed_whatever_is_answered_later,
      a_lesson_may_be_completed_before_the_one_it_builds_on_and_the_page_says_so,
      a_course_ends_with_what_one_can_do_now_and_what_comes_next, she_goes_on_where_she_stopped,
      
      rebuilding_from_the_journal_gives_the_same_tables,
      she_takes_the_words_of_the_guest_she_was_in_the_place_of_hers, what_a_guest_did_follows_her_into_her_account_and_her_own_word_stands, an_erased_person_leaves_nothing_here,
      installing_again_replaces_what_was_there_and_keeps_what_people_did,
      whichever_database_call_fails_no_half_pack_is_installed, two_packs_cannot_own_one_address,
      a_mistake_in_the_files_at_start_changes_nothing_and_staff_are_told,
      staff_see_what_is_installed_and_others_find_no_such_page,
      paper_has_the_questions_lines_to_write_on_and_the_answers_apart,
      search_finds_lessons_words_and_courses_with_their_place)
