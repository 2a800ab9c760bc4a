#include "../../tests/world.h"
#include "people/people.h"
#include "quiz_own.h"
#include "quiz_pages.h"

/* A page that shows a set, as a lesson does. */
static Reply lesson_get(Request *rq)
{
    const QuizSheet *sheet = quiz_sheet(&rq->s, path_str(rq, "set"));
    if (rq->wants_json) {
        Json j = json_to(&rq->out);
        json_object(&j, S(""));
        QuizSheet_json(&j, S("sheet"), sheet);
        return page_json(rq, &j);
    }
    rq->title = S("A lesson");
    page_begin(rq);
    quiz_questions(rq, sheet, S("en"));
    return page_end(rq);
}

static const Route lesson_routes[] = { GET("/quiz-lesson/:set*", lesson_get, .who = WHO_ANYONE) };
static const Module lesson_module = { .name = "quiz_lesson", .routes = lesson_routes, .route_n = 1 };
static const Module *const extra[] = { &lesson_module };

#define MAP "p/order/map"
#define LESSON "/quiz-lesson/" MAP
static const char first_bank[] =
    "::first:: What do you send first? {=A quotation #It binds you until its date. ~An invoice #An invoice asks for money."
    " ~A thank-you #Nice, but no offer.}\n\n"
    "::number:: The total is {#540:0.005 ####120 × 4.50} USD.\n\n"
    "::order:: Put in order {>quote|ship|get paid ####One after the other.}\n";

typedef struct Install { const char *set, *gift; } Install;

static bool install_rule(Scope *s, void *arg)
{
    const Install *i = arg;
    QuizBank bank = quiz_read(s->arena, str_from(i->gift), "test.gift");
    CHECK(!bank.problem_n);
    quiz_install(s, str_from(i->set), S("The map of an order"), str_fmt(s->arena, "/quiz-lesson/%s", i->set), &bank);
    return true;
}

static void install(World *w, const char *set, const char *gift)
{
    Landing landing;
    CHECK(site_write(world_site(w), world_arena(w), 0, install_rule, &(Install){ set, gift }, &landing));
}

static int64_t version(World *w, const char *name)
{
    return sql_int(w, at(w, "SELECT version FROM quiz_question WHERE name = '%s'", name));
}

/* An answer as the form sends it, of a page that knows of the answer `seen`. */
static const char *form_of(World *w, const char *name, int64_t seen, const char *fields)
{
    return at(w, "set=" MAP "&question=%s&version=%lld&seen=%lld&%s", name, (long long)version(w, name), (long long)seen, fields);
}

static Visit answer(World *w, Visitor who, const char *name, const char *fields)
{
    return post(w, who, "/quiz/answers", form_of(w, name, 0, fields));
}

static int64_t latest(World *w) { return sql_int(w, "SELECT max(id) FROM quiz_try"); }

typedef struct Asking { const char *set; QuizStanding ret; } Asking;
static void standing_rule(Scope *s, void *arg)
{
    Asking *a = arg;
    a->ret = quiz_standing(s, str_from(a->set));
}

static QuizStanding standing(World *w, Visitor who, const char *set)
{
    Landing landing;
    Asking a = { .set = set };
    CHECK(site_read(world_site(w), world_arena(w), world_person(w, who), standing_rule, &a, &landing));
    return a.ret;
}

/* ---- answering ------------------------------------------------------------------------------------------------ */

TEST(a_visitor_without_an_account_answers_and_it_is_kept)
{
    install(w, MAP, first_bank);
    Visit before = get(w, GUEST, LESSON);
    EXPECT(says(before, "What do you send first?") && count(before, "<form") == 3 && !says(before, "Saved at"));
    EXPECT(!says(before, "It binds you"));
    Visit v = answer(w, GUEST, "first", "choice=1");
    EXPECT(v.status == 303);
    EXPECT_STR(v.location, S(LESSON "#q-first"));
    v = get(w, GUEST, LESSON);
    EXPECT(says(v, "Right.") && says(v, "It binds you until its date.") && says(v, "Saved at 03:00 UTC"));
    EXPECT(!says(v, "An invoice asks for money.") && count(v, "checked") == 1);
    EXPECT(says(v, "1 answered"));
    EXPECT(!says(get(w, ANA, LESSON), "Saved at"));
}

TEST(a_wrong_choice_gets_its_own_feedback_and_another_try)
{
    install(w, MAP, first_bank);
    answer(w, ANA, "first", "choice=2");
    Visit v = get(w, ANA, LESSON);
    EXPECT(says(v, "Not yet.") && says(v, "An invoice asks for money.") && says(v, "Try again") && !says(v, "It binds you"));
    world_wait(w, 2 * MINUTE);
    EXPECT(post(w, ANA, "/quiz/answers", form_of(w, "first", latest(w), "choice=1")).status == 303);
    v = get(w, ANA, LESSON);
    EXPECT(says(v, "Right.") && says(v, "Saved at 03:02 UTC") && says(v, "2 answers so far"));
    EXPECT(sql_int(w, "SELECT count(*) FROM quiz_try") == 2);
}

TEST(who_has_tried_three_times_is_told)
{
    install(w, MAP, "::word:: The term is {=FCA #Free carrier.}.\n");
    static const char *const tries[] = { "f1=EXW", "f1=FOB", "f1=%3Cb%3E" };
    for (int i = 0; i < 3; i++) {
        Visit before = get(w, ANA, LESSON);
        EXPECT(!says(before, "A right answer:") && says(before, "Look at the lesson again") == (i > 0));
        EXPECT(answer(w, ANA, "word", tries[i]).status == 303);
    }
    Visit v = get(w, ANA, LESSON);
    EXPECT(says(v, "A right answer:") && says(v, ">FCA</b>") && says(v, "value=\"&lt;b&gt;\""));
    answer(w, ANA, "word", "f1=FCA");
    EXPECT(says(get(w, ANA, LESSON), "Free carrier.") && !says(get(w, ANA, LESSON), "A right answer:"));
}

TEST(the_same_answer_twice_is_one_answer)
{
    install(w, MAP, first_bank);
    answer(w, ANA, "first", "choice=2");
    Visit again = answer(w, ANA, "first", "choice=2");
    EXPECT(again.status == 303);
    EXPECT(sql_int(w, "SELECT count(*) FROM quiz_try") == 1);
    EXPECT(sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'quiz.answered'") == 1);
    EXPECT(!says(get(w, ANA, LESSON), "another page"));
}

TEST(of_two_tabs_the_later_answer_counts_and_the_page_says_so)
{
    install(w, MAP, first_bank);
    answer(w, ANA, "first", "choice=1");
    world_wait(w, MINUTE);
    EXPECT(answer(w, ANA, "first", "choice=3").status == 303);
    Visit v = get(w, ANA, LESSON);
    EXPECT(says(v, "on another page too, at 03:00 UTC") && says(v, "Nice, but no offer.") && says(v, "2 answers so far"));
    EXPECT(!says(get(w, ANA, LESSON), "on another page too"));
}

TEST(what_is_no_answer_yet_is_asked_for_and_nothing_typed_is_lost)
{
    install(w, MAP, first_bank);
    Visit v = answer(w, ANA, "first", "");
    EXPECT(v.status == 422 && says(v, "choose an answer") && says(v, "Back to the lesson"));
    v = answer(w, ANA, "number", "f1=540+EUR");
    EXPECT(v.status == 422 && says(v, "in USD") && says(v, "value=\"540 EUR\""));
    v = answer(w, ANA, "number", "f1=%3Cb%3Elots");
    EXPECT(v.status == 422 && says(v, "write a number") && says(v, "&lt;b&gt;lots"));
    v = answer(w, ANA, "order", "f1=1&f2=&f3=3");
    EXPECT(v.status == 422 && says(v, "still empty") && count(v, "selected") == 2);
    v = answer(w, ANA, "order", "f1=1&f2=1&f3=3");
    EXPECT(v.status == 422 && says(v, "the same place"));
    EXPECT(answer(w, ANA, "first", "choice=9").status == 422 && answer(w, ANA, "first", "choice=1&choice=2").status == 422);
    EXPECT(answer(w, ANA, "number", "f1=%FF%FE").status == 422);
    EXPECT(sql_int(w, "SELECT count(*) FROM quiz_try") == 0);
}

TEST(ten_thousand_characters_are_refused_kindly_and_shown_again)
{
    install(w, MAP, "::word:: The term is {=FCA #Free carrier.}.\n");
    Out form;
    out_init(&form, world_arena(w), 12000);
    out_str(&form, str_from(form_of(w, "word", 0, "f1=")));
    for (int i = 0; i < 10000; i++) out_char(&form, 'x');
    out_char(&form, 0);
    Visit v = post(w, ANA, "/quiz/answers", form.p);
    EXPECT(v.status == 422 && says(v, "500 characters") && says(v, "xxxxxxxxxxxxxxxxxxxxxxxx"));
    EXPECT(answer(w, ANA, "word", "f1=+fca.+").status == 303);
    EXPECT(says(get(w, ANA, LESSON), "Free carrier."));
}

TEST(every_kind_of_question_is_answered_with_a_plain_form)
{
    install(w, MAP,
        "::single:: A? {=a #y ~b #n}\n\n::several:: B? {~%50%a #y ~%50%b #y ~%-50%c #n}\n\n::truth:: C {F#No.}\n\n"
        "::number:: D {#12.5:0.1 ####y} kg\n\n::word:: E? {=Free carrier #y}\n\n"
        "::match:: F {=l1 -> r1 =l2 -> r2 =l3 -> r2 = -> r4 ####y}\n\n::order:: G {>s1|s2|s3 ####y}\n\n"
        "::gaps:: H {=one #y} and {~two #n =three #y} end.\n");
    static const char *const right[][2] = {
        { "single", "choice=1" }, { "several", "choice=2&choice=1" }, { "truth", "choice=2" }, { "number", "f1=12,5+kg" },
        { "word", "f1=free++CARRIER" }, { "match", "f1=1&f2=2&f3=2" }, { "order", "f1=1&f2=2&f3=3" }, { "gaps", "f1=One&f2=3" },
    };
    for (int i = 0; i < COUNT_OF(right); i++) {
        EXPECT(answer(w, ANA, right[i][0], right[i][1]).status == 303);
        EXPECT(sql_int(w, at(w, "SELECT score FROM quiz_answer WHERE question = '%s'", right[i][0])) == 100);
    }
    Visit v = get(w, ANA, LESSON);
    EXPECT(v.status == 200 && count(v, "Answer again") == 8 && says(v, "value=\"free  CARRIER\""));
    QuizStanding st = standing(w, ANA, MAP);
    EXPECT(st.questions == 8 && st.answered == 8 && st.right == 8 && st.percent == 100 && st.done);
    EXPECT(says(get(w, ANA, "/quiz/review/" MAP), "l1 → r1 · l2 → r2 · l3 → r2"));
    EXPECT(answer(w, BO, "match", "f1=1&f2=4&f3=2").status == 303);
    EXPECT(says(get(w, BO, LESSON), "Partly right") && standing(w, BO, MAP).percent == 8);
}

TEST(what_is_not_there_is_not_found)
{
    install(w, MAP, first_bank);
    EXPECT(post(w, ANA, "/quiz/answers", "set=nowhere&question=first&version=1&choice=1").status == 404);
    EXPECT(post(w, ANA, "/quiz/answers", "set=" MAP "&question=none&version=1&choice=1").status == 404);
    EXPECT(post(w, ANA, "/quiz/answers", "set=" MAP "&question=first&version=x&choice=1").status == 404);
    EXPECT(post(w, ANA, "/quiz/answers", "set=%FF&question=first&version=1&choice=1").status == 404);
    EXPECT(get(w, ANA, "/quiz/review/nowhere").status == 404 && get(w, ADMIN, "/quiz/statistics/nowhere").status == 404);
    EXPECT(says(get(w, ANA, "/quiz-lesson/nowhere"), "<form") == false);
    Visit v = post(w, ANA, "/quiz/answers", "set=" MAP "&question=first&version=77&choice=1");
    EXPECT(v.status == 303 && says(get(w, ANA, LESSON), "This question has changed"));
}

TEST(whichever_database_call_fails_no_half_answer_is_left)
{
    install(w, MAP, first_bank);
    const char *form = form_of(w, "first", 0, "choice=1");
    Visit v;
    FAILING(w, v, post(w, ANA, "/quiz/answers", form))
        EXPECT(sql_int(w, "SELECT count(*) FROM quiz_try") == 0 && sql_int(w, "SELECT count(*) FROM quiz_answer") == 0 &&
               sql_int(w, "SELECT count(*) FROM journal WHERE kind = 'quiz.answered'") == 0);
    EXPECT(v.status == 303 && sql_int(w, "SELECT count(*) FROM quiz_answer") == 1);
}

TEST(a_program_reads_questions_and_answers_as_json)
{
    install(w, MAP, first_bank);
    Visit v = get_json(w, ANA, LESSON);
    EXPECT(says(v, "\"name\":\"first\"") && says(v, "\"kind\":\"numeric\"") && says(v, "\"chosen\":false"));
    EXPECT(!says(v, "It binds you") && !says(v, "540"));
    answer(w, ANA, "first", "choice=2");
    v = get_json(w, ANA, LESSON);
    EXPECT(says(v, "\"answered\":1") && says(v, "\"feedback\":[\"An invoice asks for money.\"]") && says(v, "\"right\":false"));
}

/* ---- order ---------------------------------------------------------------------------------------------------- */

/* The character after each place where `before` stands. */
static str after_each(World *w, Visit v, str before)
{
    Out out;
    out_init(&out, world_arena(w), 128);
    for (str rest = v.body;;) {
        ptrdiff_t next = str_find(rest, before);
        if (next < 0) return out_text(&out);
        rest = str_slice(rest, next + before.n, rest.n);
        out_char(&out, rest.p[0]);
    }
}

static str order_of(World *w, Visit v) { return after_each(w, v, S("name=\"choice\" value=\"")); }

TEST(each_person_has_an_order_of_choices_that_stays)
{
    install(w, MAP, "::q:: Q? {=a #y ~b #n ~c #n ~d #n ~e #n ~f #n ~g #n ~h #n}\n");
    str ana = order_of(w, get(w, ANA, LESSON));
    EXPECT(ana.n == 8);
    EXPECT_STR(order_of(w, get(w, ANA, LESSON)), ana);
    EXPECT(!str_eq(order_of(w, get(w, BO, LESSON)), ana) || !str_eq(order_of(w, get(w, ADMIN, LESSON)), ana));
    answer(w, ANA, "q", "choice=3");
    EXPECT_STR(order_of(w, get(w, ANA, LESSON)), ana);
}

TEST(steps_to_be_ordered_never_come_in_order)
{
    Out gift;
    out_init(&gift, world_arena(w), 4096);
    for (int i = 0; i < 40; i++) out_fmt(&gift, "::o%d:: O {>s1|s2|s3 ####y}\n\n", i);
    out_char(&gift, 0);
    install(w, MAP, gift.p);
    str steps = after_each(w, get(w, ANA, LESSON), S("<select id=\"o"));
    str order = after_each(w, get(w, ANA, LESSON), S("name=\"f"));
    EXPECT(steps.n == 120 && order.n == 120);
    for (ptrdiff_t i = 0; i + 3 <= order.n; i += 3) EXPECT(!str_eq(str_slice(order, i, i + 3), S("123")));
}

/* ---- a bank that changes -------------------------------------------------------------------------------------- */

TEST(a_changed_question_leaves_old_answers_as_they_were)
{
    install(w, MAP, first_bank);
    answer(w, ANA, "first", "choice=1");
    const char *old_form = form_of(w, "first", 0, "choice=1");
    install(w, MAP, "::first:: What do you send *before anything else*? {~A quotation #No longer. =An invoice #Now it is.}\n");
    Visit v = get(w, ANA, LESSON);
    EXPECT(says(v, "This question was changed after you answered it") && count(v, "checked") == 0 && !says(v, "No longer."));
    QuizStanding st = standing(w, ANA, MAP);
    EXPECT(st.questions == 1 && st.answered == 1 && st.right == 1);
    v = get(w, ANA, "/quiz/review/" MAP);
    EXPECT(says(v, "To an earlier version of the question: What do you send first?") && says(v, "A quotation"));
    EXPECT(post(w, BO, "/quiz/answers", old_form).status == 303);
    EXPECT(sql_int(w, "SELECT score FROM quiz_answer ORDER BY id DESC LIMIT 1") == 100);
    world_wait(w, SECOND);
    EXPECT(answer(w, ANA, "first", "choice=1").status == 303);
    EXPECT(standing(w, ANA, MAP).right == 0 && says(get(w, ANA, LESSON), "No longer."));
}

static int64_t versions_of_map(World *w)
{
    return sql_int(w, "SELECT count(*) FROM quiz_version WHERE set_key = '" MAP "'");
}

TEST(installing_the_same_again_writes_nothing)
{
    install(w, MAP, first_bank);
    int64_t since = sql_int(w, "SELECT min(since) FROM quiz_version WHERE set_key = '" MAP "'");
    world_wait(w, DAY);
    install(w, MAP, first_bank);
    EXPECT(versions_of_map(w) == 3 && sql_int(w, "SELECT max(since) FROM quiz_version WHERE set_key = '" MAP "'") == since);
    install(w, MAP, "::first:: What do you send\n first? { =A quotation #It binds you until its date.\n"
                    "~An invoice #An invoice asks for money. ~A thank-you #Nice, but no offer.}\n");
    EXPECT(versions_of_map(w) == 3);
}

TEST(a_question_that_leaves_takes_no_marks_along_and_may_come_back)
{
    install(w, MAP, first_bank);
    answer(w, ANA, "first", "choice=1");
    answer(w, ANA, "number", "f1=1");
    install(w, MAP, "::number:: The total is {#540:0.005 ####120 × 4.50} USD.\n");
    QuizStanding st = standing(w, ANA, MAP);
    EXPECT(st.questions == 1 && st.answered == 1 && st.right == 0 && st.percent == 0);
    EXPECT(says(get(w, ANA, "/quiz/review/" MAP), "no longer asked") && !says(get(w, ANA, LESSON), "What do you send"));
    install(w, MAP, first_bank);
    st = standing(w, ANA, MAP);
    EXPECT(st.questions == 3 && st.answered == 2 && st.right == 1 && st.percent == 33 && !st.done);
    install(w, MAP, "");
    EXPECT(standing(w, ANA, MAP).questions == 0 && !standing(w, ANA, MAP).done);
}

/* ---- people --------------------------------------------------------------------------------------------------- */

typedef struct Two { int64_t from, into; } Two;
static bool join_rule(Scope *s, void *arg)
{
    const Two *two = arg;
    people_join(s, two->from, two->into);
    return true;
}

static str all_tries(World *w)
{
    return sql_str(w, "SELECT count(*) || ' ' || sum(score) || ' ' || min(person) || ' ' || max(person) || ' ' || sum(id % 1000003)"
                      " FROM quiz_try");
}

static str all_answers(World *w)
{
    return sql_str(w, "SELECT count(*) || ' ' || sum(score) || ' ' || sum(tries) || ' ' || min(person) || ' ' || sum(id % 1000003)"
                      " FROM quiz_answer");
}

static bool rebuild_rule(Scope *s, void *arg)
{
    int64_t records;
    return journal_rebuild(s, &records);
}

TEST(a_guest_who_signs_in_keeps_her_answers_and_those_of_her_own_stand)
{
    install(w, MAP, first_bank);
    answer(w, ANA, "first", "choice=2");
    world_wait(w, MINUTE);
    answer(w, GUEST, "first", "choice=1");
    answer(w, GUEST, "number", "f1=540");
    Landing landing;
    int64_t ana = world_person(w, ANA);
    Two two = { sql_int(w, at(w, "SELECT person FROM quiz_answer WHERE person <> %lld LIMIT 1", (long long)ana)), ana };
    EXPECT(site_write(world_site(w), world_arena(w), ana, join_rule, &two, &landing));
    QuizStanding st = standing(w, ANA, MAP);
    EXPECT(st.answered == 2 && st.right == 1);
    EXPECT(sql_int(w, "SELECT count(DISTINCT person) FROM quiz_try") == 1);
    EXPECT(sql_int(w, "SELECT tries FROM quiz_answer WHERE question = 'first'") == 2);

    str tries = str_keep(world_arena(w), all_tries(w)), answers = str_keep(world_arena(w), all_answers(w));
    EXPECT(site_write(world_site(w), world_arena(w), 0, rebuild_rule, NULL, &landing));
    EXPECT_STR(all_tries(w), tries);
    EXPECT_STR(all_answers(w), answers);
}

static bool erase_rule(Scope *s, void *arg)
{
    journal_erase(s, *(int64_t *)arg);
    return true;
}

TEST(who_is_erased_leaves_no_answer)
{
    install(w, MAP, first_bank);
    answer(w, ANA, "first", "choice=2");
    answer(w, BO, "first", "choice=1");
    Landing landing;
    int64_t ana = world_person(w, ANA);
    EXPECT(site_write(world_site(w), world_arena(w), ana, erase_rule, &ana, &landing));
    EXPECT(sql_int(w, "SELECT count(*) FROM quiz_try") == 1 && sql_int(w, "SELECT count(*) FROM quiz_answer") == 1);
    EXPECT(site_write(world_site(w), world_arena(w), 0, rebuild_rule, NULL, &landing));
    EXPECT(sql_int(w, "SELECT count(*) FROM quiz_try") == 1);
}

/* ---- looking back --------------------------------------------------------------------------------------------- */

TEST(my_answers_over_time_are_mine_alone)
{
    install(w, MAP, first_bank);
    answer(w, ANA, "first", "choice=2");
    world_wait(w, DAY);
    answer(w, ANA, "first", "choice=1");
    Visit v = get(w, ANA, "/quiz/review/" MAP);
    EXPECT(says(v, "Saved at 03:00 UTC") && says(v, "Saved at 2026-11-22 03:00 UTC") && says(v, "An invoice asks for money."));
    EXPECT(says(v, "Not answered yet."));
    EXPECT(!says(get(w, BO, "/quiz/review/" MAP), "Saved at") && get(w, STRANGER, "/quiz/review/" MAP).status == 200);
    EXPECT(says(get_json(w, ANA, "/quiz/review/" MAP), "\"response\":\"An invoice\""));
}

TEST(authors_see_which_wrong_answer_is_given_most)
{
    install(w, MAP, first_bank);
    answer(w, ANA, "first", "choice=2");
    answer(w, ANA, "first", "choice=1");
    answer(w, BO, "first", "choice=2");
    answer(w, ADMIN, "first", "choice=1");
    answer(w, BO, "number", "f1=54");
    EXPECT(get(w, ANA, "/quiz/statistics/" MAP).status == 404);
    Visit v = get_json(w, ADMIN, "/quiz/statistics/" MAP);
    EXPECT(says(v, "\"people\":3,\"right_at_once\":33,\"tries\":4"));
    EXPECT(says(v, "{\"text\":\"An invoice\",\"right\":false,\"n\":2}") && says(v, "{\"text\":\"54\",\"right\":false,\"n\":1}"));
    v = get(w, ADMIN, "/quiz/statistics/" MAP);
    EXPECT(v.status == 200 && says(v, "3 people") && says(v, "33%") && says(v, "Nobody has answered it yet."));
}

TEST(what_was_read_can_be_taken_elsewhere_unchanged)
{
    install(w, MAP, first_bank);
    EXPECT(get(w, ANA, "/quiz/source/" MAP).status == 404 && get(w, ADMIN, "/quiz/source/nowhere").status == 404);
    QuizBank before = quiz_read(world_arena(w), str_from(first_bank), "before.gift");
    QuizBank after = quiz_read(world_arena(w), get(w, ADMIN, "/quiz/source/" MAP).body, "after.gift");
    EXPECT(after.problem_n == 0 && after.question_n == before.question_n);
    for (ptrdiff_t i = 0; i < after.question_n; i++) EXPECT(after.question[i].version == before.question[i].version);
}

TESTS_WITH(quiz, extra, 1, a_visitor_without_an_account_answers_and_it_is_kept,
           a_wrong_choice_gets_its_own_feedback_and_another_try, who_has_tried_three_times_is_told,
           the_same_answer_twice_is_one_answer, of_two_tabs_the_later_answer_counts_and_the_page_says_so,
           what_is_no_answer_yet_is_asked_for_and_nothing_typed_is_lost,
           ten_thousand_characters_are_refused_kindly_and_shown_again,
           every_kind_of_question_is_answered_with_a_plain_form, what_is_not_there_is_not_found,
           whichever_database_call_fails_no_half_answer_is_left, a_program_reads_questions_and_answers_as_json,
           each_person_has_an_order_of_choices_that_stays, steps_to_be_ordered_never_come_in_order,
           a_changed_question_leaves_old_answers_as_they_were, installing_the_same_again_writes_nothing,
           a_question_that_leaves_takes_no_marks_along_and_may_come_back,
           a_guest_who_signs_in_keeps_her_answers_and_those_of_her_own_stand, who_is_erased_leaves_no_answer,
           my_answers_over_time_are_mine_alone, authors_see_which_wrong_answer_is_given_most,
           what_was_read_can_be_taken_elsewhere_unchanged)
