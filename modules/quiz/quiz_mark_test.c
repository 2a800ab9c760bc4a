#include "../../tests/world.h"
#include "quiz_own.h"

typedef struct Marked { QuizTaken taken; QuizGiven given; } Marked;

/* Fields of the answer are parted by '/'. */
static Marked mark(World *w, const char *gift, const char *answer)
{
    QuizBank bank = quiz_read(world_arena(w), str_from(gift), "mark.gift");
    CHECK(bank.question_n == 1);
    str fields[QUIZ_CHOICES_MAX];
    ptrdiff_t n = 0;
    for (str_pair cut = str_cut(str_from(answer), '/'); n < QUIZ_CHOICES_MAX; cut = str_cut(cut.tail, '/')) {
        fields[n++] = cut.head;
        if (!cut.found) break;
    }
    Marked m = { 0 };
    m.taken = quiz_mark(world_arena(w), &bank.question[0], fields, *answer ? n : 0, &m.given);
    return m;
}

static int score(World *w, const char *gift, const char *answer)
{
    Marked m = mark(w, gift, answer);
    return m.taken == QUIZ_TAKEN ? m.given.score : -1;
}

TEST(one_choice_counts_what_it_weighs)
{
    const char *q = "::a:: Which? {~no #n =yes ~%50%nearly #h}";
    EXPECT(score(w, q, "2") == 100 && score(w, q, "1") == 0 && score(w, q, "3") == 50);
    EXPECT(mark(w, q, "").taken == QUIZ_NOTHING);
    EXPECT(mark(w, q, "4").taken == QUIZ_NO_SUCH_CHOICE && mark(w, q, "0").taken == QUIZ_NO_SUCH_CHOICE);
    EXPECT(mark(w, q, "x").taken == QUIZ_NO_SUCH_CHOICE && mark(w, q, "1/2").taken == QUIZ_NO_SUCH_CHOICE);
}

TEST(three_thirds_are_a_whole_and_ticking_everything_is_not)
{
    const char *q = "::a:: Which? {~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-50%d #n}";
    EXPECT(score(w, q, "1/2/3") == 100 && score(w, q, "1/2") == 67 && score(w, q, "1/2/3/4") == 50 && score(w, q, "4") == 0);
    EXPECT_STR(mark(w, q, "3/1/3").given.response, S("1,3"));
}

TEST(a_number_is_taken_as_people_write_it)
{
    const char *q = "::a:: It weighs {#12.5:0.1 ####Weigh it.} kg.";
    EXPECT(score(w, q, "12.5") == 100 && score(w, q, "12,5") == 100 && score(w, q, " 12.6 ") == 100 && score(w, q, "12.4") == 100);
    EXPECT(score(w, q, "12.5 kg") == 100 && score(w, q, "12,5KG") == 100 && score(w, q, "kg 12.5") == 100);
    EXPECT(score(w, q, "١٢٫٥") == 100);
    EXPECT(score(w, q, "12.7") == 0 && score(w, q, "-12.5") == 0);
    EXPECT(mark(w, q, "12.5 lb").taken == QUIZ_OTHER_UNIT);
    EXPECT(mark(w, q, "a lot").taken == QUIZ_NO_NUMBER && mark(w, q, "12 5-6").taken != QUIZ_TAKEN);
    EXPECT(score(w, "::a:: How many days? {#30 ####A month.}", "30 days") == 100);
    EXPECT(score(w, "::a:: 0.1 + 0.2 is {#0.3 ####Add.}", "0.3") == 100);
}

TEST(the_best_of_several_numbers_counts)
{
    const char *q = "::a:: When? {#=%50%1820..1824 #Nearly. =1822 #Yes. ~ #No.}";
    EXPECT(score(w, q, "1822") == 100 && score(w, q, "1823") == 50 && score(w, q, "5") == 0);
    EXPECT_STR(mark(w, q, "1823").given.hit, S("1"));
    EXPECT_STR(mark(w, q, "5").given.hit, S("3"));
}

TEST(words_are_compared_as_a_reader_would)
{
    const char *q = "::a:: Term? {=Free Carrier #y =%20%*carrier* #nearly}";
    EXPECT(score(w, q, "free  carrier.") == 100 && score(w, q, "ＦＲＥＥ carrier") == 100 && score(w, q, "some carrier") == 20);
    EXPECT(score(w, q, "FOB") == 0 && mark(w, q, "   ").taken == QUIZ_NOTHING);
    EXPECT_STR(mark(w, q, " FOB ").given.response, S("FOB"));
    EXPECT(score(w, "::a:: Wer? {=Straße #y}", "STRASSE") == 100);
    EXPECT(score(w, "::a:: Sign? {=2\\*3 #y}", "2*3") == 100);
    EXPECT(score(w, "::a:: Sign? {=2\\\\*3 #y}", "2x3") == 0);
}

TEST(an_answer_of_ten_thousand_characters_is_too_long)
{
    char *long_one = NEW(world_arena(w), char, 10001);
    memset(long_one, 'x', 10000);
    EXPECT(mark(w, "::a:: Term? {=FCA #y}", long_one).taken == QUIZ_TOO_LONG);
    EXPECT(mark(w, "::a:: How many? {#5 #y}", long_one).taken == QUIZ_TOO_LONG);
}

TEST(each_pair_counts_and_equal_partners_are_one)
{
    const char *q = "::a:: Match {=a -> x =b -> y =c -> y = -> z ####w}";
    EXPECT(score(w, q, "1/2/2") == 100 && score(w, q, "1/4/2") == 67 && score(w, q, "2/1/1") == 0);
    EXPECT(mark(w, q, "1/2").taken == QUIZ_ROW_EMPTY && mark(w, q, "//").taken == QUIZ_NOTHING);
    EXPECT(mark(w, q, "1/2/9").taken == QUIZ_NO_SUCH_CHOICE);
}

TEST(each_step_counts_in_its_own_place)
{
    const char *q = "::a:: Order {>a|b|c|d ####w}";
    EXPECT(score(w, q, "1/2/3/4") == 100 && score(w, q, "2/1/3/4") == 50 && score(w, q, "4/1/2/3") == 0);
    EXPECT(mark(w, q, "1/1/2/3").taken == QUIZ_PLACE_TWICE && mark(w, q, "1/2/3/").taken == QUIZ_ROW_EMPTY);
}

TEST(each_gap_counts_typed_or_chosen)
{
    const char *q = "::a:: At the {=factory =works #y} and {~before #n =after #y} it.";
    EXPECT(score(w, q, "Works/4") == 100 && score(w, q, "ship/4") == 50 && score(w, q, "ship/3") == 0);
    EXPECT_STR(mark(w, q, "Works/3").given.hit, S("2\n3"));
    EXPECT(mark(w, q, "works/1").taken == QUIZ_NO_SUCH_CHOICE && mark(w, q, "works/").taken == QUIZ_ROW_EMPTY);
}

TEST(the_right_response_is_right)
{
    static const char *const all[] = {
        "::a:: A? {~b #n =a #y}", "::a:: B? {~%50%a #y ~%-50%c #n ~%50%b #y}", "::a:: C {F#No.}", "::a:: D {#12.5:0.1 ####y} kg",
        "::a:: E? {=%50%carrier #h =Free carrier #y}", "::a:: F {= -> r4 =l1 -> r1 =l2 -> r2 =l3 -> r2 ####y}",
        "::a:: G {>s1|s2|s3 ####y}", "::a:: H {=one #y} and {~two #n =three #y} end.",
    };
    for (int i = 0; i < COUNT_OF(all); i++) {
        QuizBank bank = quiz_read(world_arena(w), str_from(all[i]), "right.gift");
        const QuizQuestion *q = &bank.question[0];
        str *fields = NULL;
        ptrdiff_t n = quiz_given(world_arena(w), q, quiz_right_response(world_arena(w), q), &fields);
        QuizGiven given = { 0 };
        EXPECT(quiz_mark(world_arena(w), q, fields, n, &given) == QUIZ_TAKEN && given.score == 100);
    }
}

TESTS(quiz_mark, the_right_response_is_right, one_choice_counts_what_it_weighs,
      three_thirds_are_a_whole_and_ticking_everything_is_not, a_number_is_taken_as_people_write_it,
      the_best_of_several_numbers_counts, words_are_compared_as_a_reader_would,
      an_answer_of_ten_thousand_characters_is_too_long, each_pair_counts_and_equal_partners_are_one,
      each_step_counts_in_its_own_place, each_gap_counts_typed_or_chosen)
