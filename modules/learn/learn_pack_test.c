#include <sys/stat.h>
#include <unistd.h>

#include "../../tests/world.h"
#include "learn_own.h"

#define SMALL SAMPAN_SOURCE "/modules/learn/test_packs/small"
#define ONE "trial/first/10-one.md"
#define TWO "trial/first/20-two.md"
#define BOX "trial/first/figures/box.svg"

static PackFiles small_files(World *w, PackProblems *problems)
{
    *problems = (PackProblems){ .keep = world_arena(w) };
    return pack_folder(world_arena(w), SMALL, problems);
}

static PackFile *file_at(PackFiles files, const char *path)
{
    for (ptrdiff_t i = 0; i < files.n; i++)
        if (str_eq(files.row[i].path, str_from(path))) return &files.row[i];
    return NULL;
}

/* What an author typed wrong: `was` became `is` in a file; without `was` the file is new, without `is` it is gone. */
typedef struct Slip { const char *file, *was, *is; int line; const char *says; } Slip;

static void slip(World *w, PackFiles *files, const Slip *s)
{
    PackFile *file = file_at(*files, s->file);
    if (!s->is) {
        *file = files->row[--files->n];
        return;
    }
    if (!s->was) {
        files->row[files->n++] = (PackFile){ .path = str_from(s->file), .bytes = str_from(s->is) };
        return;
    }
    ptrdiff_t at = str_find(file->bytes, str_from(s->was));
    CHECK(at >= 0);
    str before = str_slice(file->bytes, 0, at);
    str after = str_slice(file->bytes, at + (ptrdiff_t)strlen(s->was), file->bytes.n);
    file->bytes = str_fmt(world_arena(w), "%.*s%s%.*s", STR_ARG(before), s->is, STR_ARG(after));
}

static bool told(const PackProblems *problems, const Slip *s)
{
    for (ptrdiff_t i = 0; i < problems->n; i++) {
        const PackProblem *p = &problems->row[i];
        if (str_eq(p->file, str_from(s->file)) && p->line == s->line && str_find(p->sentence, str_from(s->says)) >= 0)
            return true;
    }
    return false;
}

static Pack *pack_with(World *w, const Slip *s, PackProblems *problems)
{
    PackFiles files = small_files(w, problems);
    slip(w, &files, s);
    return pack_read(world_arena(w), files, problems);
}

static void expect_told(World *w, const Slip *s)
{
    PackProblems problems;
    pack_with(w, s, &problems);
    if (told(&problems, s)) return;
    world_failed(w, s->file, s->line, s->says);
    for (ptrdiff_t i = 0; i < problems.n; i++)
        fprintf(stderr, "  %.*s:%d: %.*s\n", STR_ARG(problems.row[i].file), problems.row[i].line,
                STR_ARG(problems.row[i].sentence));
}

#define EXPECT_TOLD(slips) expect_all_told(w, slips, sizeof(slips) / sizeof(*(slips)))
static void expect_all_told(World *w, const Slip *slips, size_t n)
{
    for (size_t i = 0; i < n; i++) expect_told(w, &slips[i]);
}

/* ---- a good pack ------------------------------------------------------------------------------------------------- */

TEST(a_good_pack_is_read_in_its_order_with_everything_in_it)
{
    PackProblems problems;
    Pack *pack = pack_read(world_arena(w), small_files(w, &problems), &problems);
    EXPECT(pack_is_clean(&problems));
    EXPECT(pack->module_n == 2 && pack->course_n == 2 && pack->lesson_n == 3 && pack->term_n == 2 &&
           pack->sheet_n == 2 && pack->figure_n == 1);
    const PackLesson *one = &pack->lesson[0];
    EXPECT_STR(one->key, S("trial/first/one"));
    EXPECT_STR(pack->lesson[2].key, S("trial/second/three"));
    EXPECT_STR(pack->lesson[1].after.row[0], S("trial/first/one"));
    EXPECT(one->questions.bank.question_n == 5 && one->figures == 1 && one->worked == 1 && one->facts == 3);
    EXPECT(str_find(one->body.html.s, S("7.50")) >= 0 && str_find(one->body.html.s, S("<svg role=\"img\"")) >= 0);
    EXPECT(str_find(one->body.html.s, S("/learn/glossary#gross-weight")) >= 0 &&
           str_find(one->body.html.s, S("/learn/trial/first/two")) >= 0);
    EXPECT(str_find(one->body.html.s, S("Take a real box")) < 0 &&
           str_find(one->task.html.s, S("Take a real box")) >= 0);
    EXPECT(str_find(one->body.html.s, S("looked at")) < 0 && str_find(one->sources.html.s, S("looked at")) >= 0);
}

TEST(fields_of_a_task_keep_their_type_range_and_options)
{
    PackProblems problems;
    Pack *pack = pack_read(world_arena(w), small_files(w, &problems), &problems);
    const PackLesson *one = &pack->lesson[0];
    EXPECT(one->field_n == 8);
    EXPECT(one->field[0].kind == FIELD_TEXT && one->field[0].required && one->field[0].high == 40);
    EXPECT(one->field[1].kind == FIELD_NUMBER && !one->field[1].required && one->field[1].high == 30.5);
    EXPECT_STR(one->field[1].unit, S("kg"));
    EXPECT(one->field[3].kind == FIELD_CHOICE && one->field[3].options.n == 3);
    EXPECT_STR(one->field[3].options.row[1], S("green, like leaves"));
    EXPECT(one->field[7].kind == FIELD_LONG && one->field[7].low == 20 && one->field[7].high == 4000);
}

TEST(lines_that_end_the_windows_way_are_the_same_pack)
{
    PackProblems problems;
    PackFiles files = small_files(w, &problems);
    for (ptrdiff_t i = 0; i < files.n; i++) {
        Out o;
        out_init(&o, world_arena(w), 2 * files.row[i].bytes.n + 3);
        out_lit(&o, "\xEF\xBB\xBF");
        for (ptrdiff_t k = 0; k < files.row[i].bytes.n; k++) {
            if (files.row[i].bytes.p[k] == '\n') out_char(&o, '\r');
            out_char(&o, files.row[i].bytes.p[k]);
        }
        files.row[i].bytes = out_text(&o);
    }
    Pack *pack = pack_read(world_arena(w), files, &problems);
    EXPECT(pack_is_clean(&problems) && pack->lesson_n == 3);
}

/* ---- the programme we give ---------------------------------------------------------------------------------------- */

static int kinds_in(const QuizBank *bank)
{
    unsigned seen = 0;
    for (ptrdiff_t i = 0; i < bank->question_n; i++) seen |= 1U << bank->question[i].kind;
    return __builtin_popcount(seen);
}

static bool is_led(const Pack *pack, const PackCourse *c)
{
    for (ptrdiff_t i = 0; i < pack->sheet_n; i++)
        if (str_starts(pack->sheet[i].key, c->key) && str_ends(pack->sheet[i].key, S("/facilitator"))) return true;
    return false;
}

static void not_kept(World *w, str what, const char *promise) { world_differs(w, __FILE__, __LINE__, what, str_from(promise)); }

TEST(the_standard_programme_is_whole)
{
    PackProblems problems = { .keep = world_arena(w) };
    PackFiles files = pack_folder(world_arena(w), SAMPAN_SOURCE "/content/standard", &problems);
    Pack *pack = pack_read(world_arena(w), files, &problems);
    int64_t bytes = 0;
    for (ptrdiff_t i = 0; i < files.n; i++) bytes += files.row[i].bytes.n;
    EXPECT(pack_is_clean(&problems) && pack->module_n == 6 && pack->lesson_n >= 70 && pack->term_n >= 250 && bytes <= 4 << 20);
    for (ptrdiff_t i = 0; i < pack->module_n; i++) {
        const PackModule *m = &pack->module[i];
        if (m->before.bank.question_n < 10 || m->after.bank.question_n < 10) not_kept(w, m->key, "tests of ten questions, before and after");
    }
    for (ptrdiff_t i = 0; i < pack->course_n; i++)
        if (!is_led(pack, &pack->course[i])) not_kept(w, pack->course[i].key, "notes for leading it in a room");
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++) {
        const PackLesson *l = &pack->lesson[i];
        if (l->minutes < 15 || l->minutes > 25) not_kept(w, l->key, "15 to 25 minutes");
        if (l->questions.bank.question_n < 8 || kinds_in(&l->questions.bank) < 4) not_kept(w, l->key, "eight questions of four types");
    }
}

/* ---- mistakes ---------------------------------------------------------------------------------------------------- */

TEST(mistakes_in_a_head_are_told_by_line)
{
    static const Slip slips[] = {
        { ONE, "---\ntitle", "title", 1, "must begin with a head" },
        { ONE, "title: Pack a box", "titel: Pack a box", 2,
          "\"titel\" is not known here. Known are: title, minutes, outcome, after" },
        { ONE, "title: Pack a box", "title:", 2, "\"title\" is missing" },
        { ONE, "minutes: 10", "minutes: ten", 3, "whole number from 10 to 30" },
        { ONE, "minutes: 10", "minutes: 10\nminutes: 12", 4, "said twice" },
        { ONE, "outcome: Pack one box so that it arrives whole", "", 1, "\"outcome\" is missing" },
        { TWO, "after: one", "after: eleven", 5, "no lesson \"trial/first/eleven\"" },
        { ONE, "outcome:", "after: two\noutcome:", 4, "does not come before this lesson" },
        { "trial/first/course.md", "level: S", "level: X", 3, "S (starter)" },
        { "trial/first/course.md", "level: S", "after: trial/second\nlevel: S", 3, "before itself" },
        { "trial/module.md", "first; second", "first; third", 5, "\"second\" is there and is not named" },
        { "trial/module.md", "first; second", "first; second; glossary", 5, "cannot be the name" },
        { "programme.md", "trial; later", "trial; later; never", 1, "never/module.md is missing" },
        { "later/module.md", "---\n\nNothing yet.", "Nothing yet.", 5, "no end" },
    };
    EXPECT_TOLD(slips);
}

TEST(a_lesson_that_lacks_a_part_is_told_so)
{
    static const Slip slips[] = {
        { TWO, "::: task Weigh your own box", "::: tip", 1, "no task" },
        { TWO, "::: task Weigh your own box", "::: task", 10, "needs a title" },
        { TWO, ":::\n\n## Key", "\n## Key", 13, "not closed" },
        { TWO, "- trial.name*: text(60) | What is in it? | as before", "", 10, "no field" },
        { TWO, "## Key points", "## Key point", 1, "no \"## Key points\"" },
        { TWO, "- Two.", "", 14, "at least 2" },
        { TWO, "## Sources", "## Source", 1, "no \"## Sources\"" },
        { TWO, "- Our scale, 2026.", "- Our scale.", 21, "no date" },
        { TWO, "- Our scale, 2026.", "", 19, "needs a list" },
        { TWO, ":::\n\n## Key", ":::\n\n::: task Again\n- a.b: date | When? |\n:::\n\n## Key", 14, "one task" },
        { TWO, "minutes: 10", "minutes: 20", 3, "take about 5 minutes; the head says 20" },
    };
    PackProblems problems;
    EXPECT_TOLD(slips);
    pack_with(w, &(Slip){ .file = "trial/first/20-two.gift" }, &problems);
    EXPECT(told(&problems, &(Slip){ .file = TWO, .line = 1, .says = "20-two.gift is missing" }));
}

TEST(what_a_text_leans_on_must_be_there)
{
    static const Slip slips[] = {
        { ONE, "[[carton]]", "[[crate]]", 9, "crate" },
        { ONE, "trial/first/two)", "trial/first/twelve)", 9, "trial/first/twelve" },
        { ONE, "figures/box.svg", "figures/bag.svg", 11, "figures/bag.svg" },
        { ONE, "figures/box.svg", "../second/figures/box.svg", 11, "box.svg" },
        { BOX, "M0 0l4 2-4 2z", "M0 0", 0, "" },
        { ONE, "![A box with its three sizes]", "![]", 11, "Say in the brackets" },
        { ONE, "{=3*2.50|7.50}", "{=3*2.50|7.60}", 9, "7.5" },
        { "trial/first/figures/bag.svg", NULL, "<svg viewBox=\"0 0 1 1\"/>", 1, "No page of this course shows" },
        { "trial/first/30-more.gift", NULL, "", 1, "No lesson has this name" },
        { "trial/first/notes.md", NULL, "", 1, "Nothing reads this file" },
        { "trial/first/30-one.md", NULL, "---\n---\n", 1, "two lessons called \"one\"" },
        { "trial/first/30-print.md", NULL, "---\n---\n", 1, "cannot be the name of a lesson" },
        { "glossary.md", "A box for shipping.", "", 5, "not explained" },
        { "glossary.md", "## gross weight", "## Carton", 9, "already in the glossary" },
        { "trial/first/10-one.gift", "~The tea #That is the net weight.", "~The tea", 8, "feedback" },
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        if (slips[i].line) expect_told(w, &slips[i]);
}

TEST(a_module_is_tested_by_questions_that_no_lesson_asks)
{
#define BEFORE "trial/before.gift"
    static const Slip slips[] = {
        { BEFORE, "::empty-room:: A half empty box is safe when it is marked \"fragile\".", "::empty-room:: Tape is not needed.", 13,
          "trial/first/10-one.gift asks the same" },
        { BEFORE, "Six bags of 200 g weigh {#1.2:0.001 ####6 × 0.2 is 1.2.}", "Four bags of 250 g weigh {#1:0.001 ####4 × 0.25 is 1.}", 11,
          "trial/after.gift asks the same" },
        { BEFORE, "::bags:: Six bags of 200 g weigh {#1.2:0.001 ####6 × 0.2 is 1.2.} kg without the box.", "", 1, "at least 5 questions" },
    };
    PackProblems problems;
    EXPECT_TOLD(slips);
    Pack *pack = pack_with(w, &(Slip){ .file = BEFORE }, &problems);
    EXPECT(pack_is_clean(&problems) && !pack->module[0].before.bank.question_n && pack->module[0].after.bank.question_n == 5);
}

TEST(sums_are_done_again)
{
    static const Slip wrong[] = {
        { BEFORE, "6 × 0.2 is 1.2.", "6 × 0.2 is 1.3.", 11, "This sum gives something else: 6 × 0.2" },
        { BEFORE, "6 × 0.2 is 1.2.", "Count the bags.", 11, "The answer does not stand in what explains it" },
        { BEFORE, "6 × 0.2 is 1.2.", "(2 + 4) × 0.2 \\= 1.20. 1,200 ÷ 1,000 is 1.3.", 11, "1,200 ÷ 1,000" },
        { BEFORE, "6 × 0.2 is 1.2.", "12 divided by 10 is 1.2. 1.2 less 0.2 is 1.1.", 11, "1.2 less 0.2" },
        { ONE, "They break first.", "They break first: 2 + 2 = 5.", 14, "2 + 2" },
        { ONE, "They break first.", "They break first: 2\u00A0+ 2 is\u00A05.", 14, "+ 2" },
    };
    static const char *const right[] = {
        "6 × 0.2 is 1.2.", "(2 + 4) × 0.2 \\= 1.20.", "12 ÷ 1,000 × 100 is 1.2, or 12 ÷ 100 × 10.", "Goods 18.00 less fees of 1.80 less 15.00 is 1.20.",
        "1 ÷ 3 is 0.33, not 1.2.", "24 ÷ 2000 is 1.2%.", "2 × 0.6 = 1 + 0.2, that is 1.2.", "6 bags × 0.2 is 1.2",
    };
    EXPECT_TOLD(wrong);
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        PackProblems problems;
        pack_with(w, &(Slip){ BEFORE, "6 × 0.2 is 1.2.", right[i], 0, "" }, &problems);
        if (!pack_is_clean(&problems)) world_differs(w, __FILE__, __LINE__, problems.row[0].sentence, str_from(right[i]));
    }
}

TEST(a_lesson_too_heavy_for_a_poor_link_is_told_so)
{
    Out o;
    out_init(&o, world_arena(w), 64 << 10);
    out_lit(&o, "(figures/box.svg \"A box\")\n\n");
    for (int i = 0; i < 3000; i++) out_lit(&o, "a bag **b** ");      /* 12 bytes each, 25 in markup */
    const Slip slip_of_size = { ONE, "(figures/box.svg \"A box\")", str_z(world_arena(w), out_text(&o)), 1, "reach a phone" };
    expect_told(w, &slip_of_size);
}

TEST(a_field_written_wrong_is_told_with_the_right_way)
{
    static const Slip slips[] = {
        { ONE, "trial.name*: text(40)", "trial.name*: words(40)", 20, "\"words\" is no type" },
        { ONE, "trial.name*: text(40)", "name*: text(40)", 20, "two or more words" },
        { ONE, "trial.name*: text(40)", "Trial.Name*: text(40)", 20, "two or more words" },
        { ONE, "trial.name*: text(40)", "trial.x_currency: text(40)", 20, "two or more words" },
        { ONE, "text(40) | What is in it? | for example: tea", "text(40)", 20, "`- key: type | label | hint`" },
        { ONE, "text(40)", "text(4000)", 20, "up to 300" },
        { ONE, "number(kg, 0, 30.5)", "number(0, 30)", 21, "number(kg, 0, 1000)" },
        { ONE, "number(kg, 0, 30.5)", "number(kg, 30, 0)", 21, "number(kg, 0, 1000)" },
        { ONE, "money |", "money(USD) |", 22, "Nothing stands in brackets" },
        { ONE, "choice(red; green, like leaves; blue)", "choice(red)", 23, "choice(a; b; c)" },
        { ONE, "choice(red; green, like leaves; blue)", "choice(red; red)", 23, "choice(a; b; c)" },
        { ONE, "choice(red; green, like leaves; blue)", "choice(red; blue", 23, "bracket" },
        { ONE, "long(20, 4000)", "long(20, 5000)", 27, "up to 4000" },
        { ONE, "trial.day", "trial.name", 26, "stands here twice" },
        { TWO, "text(60)", "long(0, 60)", 11, "share one answer" },
    };
    EXPECT_TOLD(slips);
}

TEST(bytes_that_are_no_text_are_told_by_line)
{
    static const Slip slips[] = {
        { ONE, "They break", "They \xC0\xAF break", 14, "not UTF-8" },
        { ONE, "They break", "They \xE2\x80\xAE break", 14, "turns the direction" },
        { ONE, "They break", "They \x07 break", 14, "cannot be seen" },
        { ONE, "They break", "They \r break", 14, "cannot be seen" },
    };
    EXPECT_TOLD(slips);
    PackProblems problems;
    PackFiles files = small_files(w, &problems);
    PackFile *file = file_at(files, ONE);
    char *copy = NEW(world_arena(w), char, file->bytes.n);
    memcpy(copy, file->bytes.p, (size_t)file->bytes.n);
    copy[str_find(file->bytes, S("They break"))] = '\0';
    file->bytes.p = copy;
    pack_read(world_arena(w), files, &problems);
    EXPECT(told(&problems, &(Slip){ .file = ONE, .line = 14, .says = "cannot be seen" }));
}

TEST(all_mistakes_are_told_at_once_and_a_flood_is_counted)
{
    PackProblems problems;
    PackFiles files = small_files(w, &problems);
    slip(w, &files, &(Slip){ ONE, "minutes: 10", "minutes: 99", 0, "" });
    slip(w, &files, &(Slip){ TWO, "[[carton]]", "[[crate]]", 0, "" });
    slip(w, &files, &(Slip){ "glossary.md", "## gross weight", "## Carton", 0, "" });
    pack_read(world_arena(w), files, &problems);
    EXPECT(problems.n >= 4 && str_eq(problems.row[0].file, S("glossary.md")));
    for (int i = 0; i < 2 * PACK_PROBLEMS_MAX; i++) pack_problem(&problems, S("x"), i, "again");
    EXPECT(problems.n == PACK_PROBLEMS_MAX && problems.untold > PACK_PROBLEMS_MAX / 2);
}

/* ---- the disk ---------------------------------------------------------------------------------------------------- */

static const char *scratch_folder(World *w)
{
    char *path = (char *)str_keep(world_arena(w), S("/tmp/sampan-pack-XXXXXX")).p;
    CHECK(mkdtemp(path));
    return path;
}

static const char *put_file(World *w, const char *folder, const char *name, str bytes)
{
    const char *path = str_z(world_arena(w), str_fmt(world_arena(w), "%s/%s", folder, name));
    CHECK(os_write_file(path, bytes));
    return path;
}

static bool told_of(const PackProblems *problems, const char *says)
{
    for (ptrdiff_t i = 0; i < problems->n; i++)
        if (str_find(problems->row[i].sentence, str_from(says)) >= 0) return true;
    return false;
}

TEST(links_odd_names_foreign_and_large_files_stay_outside)
{
    Arena *arena = world_arena(w);
    const char *folder = scratch_folder(w);
    char *large = NEW(arena, char, PACK_FIGURE_MAX + 1);
    const char *made[] = {
        put_file(w, folder, "programme.md", S("---\n---\n")),
        put_file(w, folder, "Odd Name.md", S("")),
        put_file(w, folder, "page.html", S("")),
        put_file(w, folder, "a.b.md", S("")),
        put_file(w, folder, "large.svg", (str){ large, PACK_FIGURE_MAX + 1 }),
    };
    const char *link = str_z(arena, str_fmt(arena, "%s/glossary.md", folder));
    CHECK(symlink("/etc/passwd", link) == 0);
    PackProblems problems = { .keep = arena };
    PackFiles files = pack_folder(arena, folder, &problems);
    EXPECT(files.n == 1 && problems.n == 5);
    EXPECT(told_of(&problems, "link to another file") && told_of(&problems, "none of them") &&
           told_of(&problems, "17 KB") && told_of(&problems, "small letters"));
    unlink(link);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) unlink(made[i]);
    rmdir(folder);
}

TEST(the_hash_changes_with_any_byte_and_any_name)
{
    PackProblems problems;
    PackFiles files = small_files(w, &problems);
    str first = pack_hash(world_arena(w), files);
    EXPECT_STR(pack_hash(world_arena(w), files), first);
    str path = files.row[3].path;
    files.row[3].path = S("other.md");
    EXPECT(!str_eq(pack_hash(world_arena(w), files), first));
    files.row[3].path = path;
    slip(w, &files, &(Slip){ ONE, "They break first.", "They break last.", 0, "" });
    EXPECT(!str_eq(pack_hash(world_arena(w), files), first));
}

TESTS(learn_pack, the_standard_programme_is_whole, a_good_pack_is_read_in_its_order_with_everything_in_it,
      fields_of_a_task_keep_their_type_range_and_options, lines_that_end_the_windows_way_are_the_same_pack,
      mistakes_in_a_head_are_told_by_line, a_lesson_that_lacks_a_part_is_told_so, what_a_text_leans_on_must_be_there,
      a_module_is_tested_by_questions_that_no_lesson_asks, sums_are_done_again, a_lesson_too_heavy_for_a_poor_link_is_told_so,
      a_field_written_wrong_is_told_with_the_right_way, bytes_that_are_no_text_are_told_by_line,
      all_mistakes_are_told_at_once_and_a_flood_is_counted, links_odd_names_foreign_and_large_files_stay_outside,
      the_hash_changes_with_any_byte_and_any_name)
