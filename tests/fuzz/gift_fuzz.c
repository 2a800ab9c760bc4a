/* gift_fuzz - any bytes as a .gift file, and any bytes as answers to what was read from it.
 *
 * Holds that: reading ends, with a problem or with questions that can be kept and read back the same; what is shown has
 * no tag but ours; a score is between 0 and 100. The bytes before the first NUL are the file, the rest the answers. */
#include "quiz/quiz_own.h"

static void only_our_tags(Html html)
{
    static const char *const ours[] = { "<strong>", "</strong>", "<em>", "</em>", "<code>", "</code>", "<br>" };
    for (ptrdiff_t i = 0; i < html.s.n; i++) {
        bool found = html.s.p[i] != '<';
        for (int k = 0; k < 7; k++) found = found || str_starts(str_slice(html.s, i, html.s.n), str_from(ours[k]));
        CHECK(found);
    }
}

static void check_question(Arena *arena, const QuizQuestion *q, str answers)
{
    CHECK(q->kind && q->version > 0 && q->choice_n > 0 && q->choice_n <= QUIZ_CHOICES_MAX && q->name.n);
    for (int i = 0; i <= q->gap_n; i++) only_our_tags(q->text[i]);
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        only_our_tags(q->choice[i].text);
        only_our_tags(q->choice[i].pair);
        only_our_tags(q->choice[i].feedback);
    }
    Out first, second;
    QuizQuestion back;
    out_init(&first, arena, 1024);
    out_init(&second, arena, 1024);
    quiz_pack(&first, q);
    str packed = out_text(&first);
    CHECK(quiz_unpack(arena, &packed, &back) && packed.n == 0);
    quiz_pack(&second, &back);
    CHECK(str_eq(out_text(&first), out_text(&second)));

    str given[QUIZ_CHOICES_MAX];
    ptrdiff_t n = 0;
    for (str_pair cut = str_cut(answers, '\n'); n < QUIZ_CHOICES_MAX; cut = str_cut(cut.tail, '\n')) {
        given[n++] = cut.head;
        if (!cut.found) break;
    }
    QuizGiven marked;
    if (quiz_mark(arena, &back, given, n, &marked) == QUIZ_TAKEN)
        CHECK(marked.score >= 0 && marked.score <= 100 && marked.response.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base && !region_open(&region, (size_t)32 << 20)) return 0;
    Landing landing;
    Arena arena = region_arena(&region, &landing);
    if (setjmp(landing.jump)) return 0;
    str_pair parts = str_cut((str){ (const char *)data, (ptrdiff_t)size }, 0);
    QuizBank bank = quiz_read(&arena, parts.head, "fuzz.gift");
    CHECK(bank.problem_n <= QUIZ_PROBLEMS_MAX && bank.question_n <= QUIZ_QUESTIONS_MAX);
    for (ptrdiff_t i = 0; i < bank.question_n; i++) {
        SCRATCH(tmp, &arena);
        check_question(&tmp, &bank.question[i], parts.tail);
    }
    QuizQuestion q;
    str bytes = { (const char *)data, (ptrdiff_t)size };
    while (quiz_unpack(&arena, &bytes, &q)) {}
    return 0;
}
