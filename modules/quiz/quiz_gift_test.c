#include "../../tests/world.h"
#include "quiz_own.h"

static QuizBank read(World *w, const char *gift) { return quiz_read(world_arena(w), str_from(gift), "map.gift"); }

/* The one question of a text without problems; on anything else the test fails and an empty question comes back. */
static const QuizQuestion *only(World *w, int line, const char *gift)
{
    static const QuizQuestion none;
    QuizBank bank = read(w, gift);
    for (ptrdiff_t i = 0; i < bank.problem_n; i++) world_differs(w, __FILE__, line, bank.problem[i].sentence, S("no problem"));
    if (bank.question_n != 1) world_failed(w, __FILE__, line, "one question");
    return bank.question_n == 1 ? &bank.question[0] : &none;
}
#define ONLY(gift) only(w, __LINE__, gift)

/* The text has this problem at this line, and what has it is left out. */
static void refused(World *w, int test_line, const char *gift, int line, const char *words)
{
    QuizBank bank = read(w, gift);
    for (ptrdiff_t i = 0; i < bank.problem_n; i++)
        if (bank.problem[i].line == line && str_find(bank.problem[i].sentence, str_from(words)) >= 0) {
            if (bank.question_n) world_failed(w, __FILE__, test_line, "a question with a problem is left out");
            return;
        }
    world_differs(w, __FILE__, test_line, bank.problem_n ? bank.problem[0].sentence : S("no problem"), str_from(words));
}
#define REFUSED(gift, line, words) refused(w, __LINE__, gift, line, words)

TEST(one_choice_with_feedback)
{
    const QuizQuestion *q = ONLY("// first things first\n"
                                 "::first-document:: The buyer asks for a *price*. What do you send first? {\n"
                                 "  =A quotation with an end date #Right: it binds you **only** until then.\n"
                                 "  ~A commercial invoice #An invoice asks for money.\n"
                                 "  ~%50%A price list #It is an answer, but it promises nothing.\n"
                                 "}\n");
    EXPECT(q->kind == QUIZ_SINGLE && q->choice_n == 3 && q->line == 2 && q->gap_n == 0);
    EXPECT_STR(q->name, S("first-document"));
    EXPECT_STR(q->text[0].s, S("The buyer asks for a <em>price</em>. What do you send first?"));
    EXPECT_STR(q->choice[0].feedback.s, S("Right: it binds you <strong>only</strong> until then."));
    EXPECT(q->choice[0].weight == QUIZ_FULL_MARK && q->choice[1].weight == 0 && q->choice[2].weight == QUIZ_FULL_MARK / 2);
}

TEST(several_choices_share_the_mark)
{
    const QuizQuestion *q = ONLY("::several:: Which three? {~%33.33333%a~%33.33333%b~%33.33333%c~%-50%d #No.}");
    EXPECT(q->kind == QUIZ_MULTIPLE && q->choice_n == 4 && q->choice[3].weight == -QUIZ_FULL_MARK / 2);
}

TEST(true_and_false_put_the_feedback_on_the_choice_it_speaks_of)
{
    const QuizQuestion *q = ONLY("::tf:: A pro forma is a demand for payment. {F#It asks for nothing yet.#Right.}");
    EXPECT(q->kind == QUIZ_TRUE_FALSE && q->choice[0].weight == 0 && q->choice[1].weight == QUIZ_FULL_MARK);
    EXPECT_STR(q->choice[0].feedback.s, S("It asks for nothing yet."));
    EXPECT_STR(q->choice[1].feedback.s, S("Right."));
    q = ONLY("::tf:: Rice is food. {TRUE #It is = food. ####Look it up.}");
    EXPECT(q->choice[0].weight == QUIZ_FULL_MARK);
    EXPECT_STR(q->choice[1].feedback.s, S("It is = food."));
    EXPECT_STR(q->why.s, S("Look it up."));
}

TEST(numbers_with_a_tolerance_a_range_and_a_unit)
{
    const QuizQuestion *q = ONLY("::n:: 120 bags at 4.50. The total is {#540:0.005 ####120 × 4.50} USD.");
    EXPECT(q->kind == QUIZ_NUMERIC && q->gap_n == 1 && q->choice[0].low == 540 - 0.005 && q->choice[0].high == 540 + 0.005);
    EXPECT_STR(q->unit, S("USD"));
    EXPECT_STR(q->text[1].s, S(" USD."));
    q = ONLY("::n:: How many? {#1.5..2.5 #Two, roughly.}");
    EXPECT(q->choice[0].low == 1.5 && q->choice[0].high == 2.5 && q->gap_n == 0 && q->unit.n == 0);
    q = ONLY("::n:: When? {#\n =1822:0 #Yes. =%50%1822:2 #Nearly. ~ #Look at the stone.\n}");
    EXPECT(q->choice_n == 3 && q->choice[1].weight == QUIZ_FULL_MARK / 2 && q->choice[1].high == 1824);
    EXPECT(q->choice[2].weight == 0 && q->choice[2].low < -1e300);
}

TEST(a_few_words_and_the_missing_word)
{
    const QuizQuestion *q = ONLY("::s:: The term is {=FCA #Yes. =%0%FOB #That is for ships.} here.");
    EXPECT(q->kind == QUIZ_SHORT && q->gap_n == 1 && q->choice_n == 2 && q->choice[1].weight == 0);
    EXPECT_STR(q->text[0].s, S("The term is "));
    EXPECT_STR(q->text[1].s, S(" here."));
    q = ONLY("::m:: Grant is {~buried #Above ground. =entombed ~living #Not any more.} in Grant's tomb.");
    EXPECT(q->kind == QUIZ_SINGLE && q->gap_n == 0);
    EXPECT_STR(q->text[0].s, S("Grant is _____ in Grant&#39;s tomb."));
}

TEST(pairs_and_what_belongs_nowhere)
{
    const QuizQuestion *q = ONLY("::p:: Match. {= -> never =Pro forma -> before the order =Commercial invoice -> with"
                                 " the *goods* #Look. =Customs copy -> with the goods ####Time decides.}");
    EXPECT(q->kind == QUIZ_MATCHING && q->choice_n == 4 && quiz_pairs_asked(q) == 3);
    EXPECT_STR(q->choice[1].pair.s, S("with the goods"));
    EXPECT_STR(q->choice[3].pair.s, S("never"));
    EXPECT(quiz_pair_of(q, 2) == 1);
}

TEST(steps_in_order)
{
    const QuizQuestion *q = ONLY("::o:: Put in order {> quote | invoice \\| pro forma | ship ####One after the other.}");
    EXPECT(q->kind == QUIZ_ORDERING && q->choice_n == 3);
    EXPECT_STR(q->choice[1].text.s, S("invoice | pro forma"));
    EXPECT_STR(q->why.s, S("One after the other."));
}

TEST(several_gaps_typed_and_from_a_menu)
{
    REFUSED("::g:: a {=x #Yes.} b {~before =after #Only then.}", 1, "“before” is wrong");
    REFUSED("::g:: a {=x} b {=after #Only then.}", 1, "Nothing explains this gap");
    REFUSED("::g:: a {} b {=after #Only then.}", 1, "gap is empty");
    const QuizQuestion *q = ONLY("::g:: Risk passes at the {=factory =works #The seller's.} under EXW,"
                                 " {~before #No. =after #Only then.} loading.");
    EXPECT(q->kind == QUIZ_GAPS && q->gap_n == 2 && q->choice_n == 4 && q->menus == 2 && q->choice[3].gap == 1);
    EXPECT_STR(q->text[1].s, S(" under EXW, "));
}

TEST(a_backslash_takes_the_meaning_away)
{
    const QuizQuestion *q = ONLY("::e:: Is 2\\=2 \\{sure\\}? {=yes \\~ 2\\=2 #See \\#1\\: it \\\\ is.\\nReally. ~no #why}");
    EXPECT_STR(q->text[0].s, S("Is 2=2 {sure}?"));
    EXPECT_STR(q->choice[0].text.s, S("yes ~ 2=2"));
    EXPECT_STR(q->choice[0].feedback.s, S("See #1: it \\ is.<br>Really."));
}

TEST(nothing_an_author_writes_becomes_a_tag)
{
    const QuizQuestion *q = ONLY("::x:: <img src\\=x onerror\\=alert(1)> **a *b* `<i>`** {=<b>#<script> ~n#\"'}");
    EXPECT_STR(q->text[0].s, S("&lt;img src=x onerror=alert(1)&gt; <strong>a <em>b</em> <code>&lt;i&gt;</code></strong>"));
    EXPECT_STR(q->choice[0].feedback.s, S("&lt;script&gt;"));
    EXPECT_STR(quiz_inline(world_arena(w), S("3*4*5 2 * 3 * 4 \\*a\\* **open *x* `y"), QUIZ_TAGS).s,
               S("3*4*5 2 * 3 * 4 *a* **open <em>x</em> `y"));
    EXPECT_STR(quiz_inline(world_arena(w), S("**a *b***"), QUIZ_TAGS).s, S("<strong>a <em>b</em></strong>"));
    EXPECT_STR(quiz_inline(world_arena(w), S("**a** <b>"), QUIZ_BARE).s, S("a &lt;b&gt;"));
    EXPECT_STR(ONLY("::l::[plain]*as* it is{=a#y~b#n}")->text[0].s, S("*as* it is"));
}

TEST(what_cannot_be_marked_or_trusted_is_refused_with_a_sentence)
{
    REFUSED("::a:: Tell me about rice. {}", 1, "free text");
    REFUSED("\n\n::a:: Only a text.\n", 3, "no answers");
    REFUSED("::a::[html]<b>Is it?</b>{T#No.}", 1, "HTML");
    REFUSED("Is it? {T#No.}", 1, "no name");
    REFUSED("::Is It:: Is it? {T#No.}", 1, "small letters");
    REFUSED("::a:: Which? {\n=one #Yes.\n~two\n}", 3, "“two” is wrong but has no feedback");
    REFUSED("::a:: Which? {=one #y =two #y ~c #n}", 1, "2 answers are right");
    REFUSED("::a:: Which? {~%50%one ~%20%two ~%-50%c #n}", 1, "add up to 70%");
    REFUSED("::a:: Which? {~%50%one ~%50%two ~c #n}", 1, "ticks everything");
    REFUSED("::a:: Which? {=one #y ~one #n}", 1, "twice");
    REFUSED("::a:: Which? {=one #y ~two #n", 1, "not closed");
    REFUSED("::a:: Which? =one} {", 1, "without its {");
    REFUSED("::a:: How many? {#lots #y}", 1, "not a number");
    REFUSED("::a:: How many? {#5:-1 #y}", 1, "not a number");
    REFUSED("::a:: How many? {#5}", 1, "Nothing explains");
    REFUSED("::a:: Order {>a|b ####y}", 1, "three steps");
    REFUSED("::a:: Order {>a||b|c ####y}", 1, "empty");
    REFUSED("::a:: Match {=a -> b ####y}", 1, "two pairs");
    REFUSED("::a:: Match {=a -> b =c -> ####y}", 1, "no right side");
    REFUSED("::a:: Say {hello}", 1, "begins with neither");
    REFUSED("::a:: Say \x01 {=hello #y}", 1, "no text");
    REFUSED("::a:: Say \xff {=hello #y}", 1, "no text");
    REFUSED("::a:: {=hello #y ~bye #n}", 1, "no question");
}

TEST(each_problem_is_named_and_the_good_questions_stay)
{
    QuizBank bank = read(w, "$CATEGORY: tom/dick\n\n::a:: A? {T#n}\n\n::a:: B? {T#n}\n\n::c:: C? {=x}\n\r\n::d:: D? {F#n}\r\n");
    EXPECT(bank.question_n == 2 && bank.problem_n == 2);
    EXPECT(bank.problem[0].line == 5 && str_find(bank.problem[0].sentence, S("line 3")) > 0 && bank.problem[1].line == 7);
    EXPECT_STR(bank.question[1].name, S("d"));
    EXPECT(bank.question[1].line == 9);
}

TEST(a_text_beyond_the_limits_is_refused_whole_or_in_part)
{
    Out big;
    out_init(&big, world_arena(w), 300 * 1024);
    out_lit(&big, "::a:: ");
    while (big.n < 17 * 1024) out_lit(&big, "rice and ");
    out_lit(&big, "? {T#n}\n\n::b:: B? {T#n}\n\n");
    QuizBank bank = quiz_read(world_arena(w), out_text(&big), "big.gift");
    EXPECT(bank.question_n == 1 && bank.problem_n == 1 && bank.problem[0].line == 1);
    while (big.n <= QUIZ_FILE_MAX) out_lit(&big, "// and so on\n");
    bank = quiz_read(world_arena(w), out_text(&big), "big.gift");
    EXPECT(bank.question_n == 0 && bank.problem_n == 1 && str_starts(bank.problem[0].sentence, S("big.gift")));
    big.n = 0;
    for (int i = 0; i < 101; i++) out_fmt(&big, "::q%d:: Q? {T#n}\n\n", i);
    bank = quiz_read(world_arena(w), out_text(&big), "many.gift");
    EXPECT(bank.question_n == 100 && bank.problem_n == 1);
    big.n = 0;
    out_lit(&big, "::many:: Q? {=a #y");
    for (int i = 0; i < 60; i++) out_fmt(&big, "~c%d #n", i);
    out_lit(&big, "}");
    bank = quiz_read(world_arena(w), out_text(&big), "choices.gift");
    EXPECT(bank.question_n == 0 && bank.problem_n == 1);
}

TEST(a_version_is_its_content_and_not_its_layout)
{
    int64_t first = ONLY("::a:: Is it rice? {=yes #Right. ~no #Look again.}")->version;
    EXPECT(first > 0);
    EXPECT(ONLY("::moved::\n Is it\n  rice?\n{\n  =yes # Right.\n // asked in May\n  ~no # Look again.\n}\n")->version == first);
    EXPECT(ONLY("::a:: Is it rice? {=yes #Right. ~no #Look once more.}")->version != first);
    EXPECT(ONLY("::a:: Is it rice? {~yes #Right. =no #Look again.}")->version != first);
}

TEST(what_is_kept_is_read_back_the_same)
{
    static const char *const texts[] = {
        "::a:: Which? {=one #Yes. ~two #No: \\: , 5\\:x. ####So.}",
        "::n:: It is {#0.1:0.05 #Yes. ~ #No.} kg.",
        "::g:: a {=x #y} b {~z #n =w} c",
        "::p:: Match {=a -> b =c -> d = -> e ####y}",
    };
    for (int i = 0; i < COUNT_OF(texts); i++) {
        const QuizQuestion *q = ONLY(texts[i]);
        Out one, two;
        out_init(&one, world_arena(w), 64);
        out_init(&two, world_arena(w), 64);
        quiz_pack(&one, q);
        QuizQuestion back;
        str rest = out_text(&one);
        EXPECT(quiz_unpack(world_arena(w), &rest, &back) && rest.n == 0);
        quiz_pack(&two, &back);
        EXPECT_STR(out_text(&two), out_text(&one));
        EXPECT(back.choice_n == q->choice_n && back.menus == q->menus && back.choice[0].high == q->choice[0].high);
        for (ptrdiff_t n = 0; n < one.n; n++) {
            str cut = { one.p, n };
            EXPECT(!quiz_unpack(world_arena(w), &cut, &back));
        }
    }
}

TESTS(quiz_gift, one_choice_with_feedback, several_choices_share_the_mark,
      true_and_false_put_the_feedback_on_the_choice_it_speaks_of, numbers_with_a_tolerance_a_range_and_a_unit,
      a_few_words_and_the_missing_word, pairs_and_what_belongs_nowhere, steps_in_order,
      several_gaps_typed_and_from_a_menu, a_backslash_takes_the_meaning_away, nothing_an_author_writes_becomes_a_tag,
      what_cannot_be_marked_or_trusted_is_refused_with_a_sentence, each_problem_is_named_and_the_good_questions_stay,
      a_text_beyond_the_limits_is_refused_whole_or_in_part, a_version_is_its_content_and_not_its_layout,
      what_is_kept_is_read_back_the_same)
