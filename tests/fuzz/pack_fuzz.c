/* pack_fuzz - any bytes as a lesson of a pack that is otherwise in order.
 *
 * Holds that: reading ends, with a problem that names a file and a line or with a lesson that has all its parts; the
 * title and what it says about itself have no line breaks; every field of its task has a key, a label and a sensible
 * range. */
#include "learn/learn_pack.h"

static PackFiles with_lesson(Arena *arena, str lesson)
{
    const PackFile all[] = {
        { S("glossary.md"), S("---\ntitle: W\n---\n\n## carton\n\nA box.\n"), false },
        { S("m/c/10-l.gift"), S("::a:: A. {T#No.#Yes.}\n\n::b:: B. {T#No.#Yes.}\n\n::c:: C. {T#No.#Yes.}\n\n"
                                "::d:: D. {T#No.#Yes.}\n\n::e:: E. {T#No.#Yes.}\n"), false },
        { S("m/c/10-l.md"), lesson, false },
        { S("m/c/course.md"), S("---\ntitle: C\nlevel: S\noutcome: O\n---\n"), false },
        { S("m/module.md"), S("---\ntitle: M\nnumber: 1\ncompetencies: c\n---\n"), false },
        { S("programme.md"), S("---\ntitle: P\nforms: a\nphases: b\nmodules: m\n---\n"), false },
    };
    PackFiles files = { NEW(arena, PackFile, sizeof all / sizeof *all), sizeof all / sizeof *all };
    memcpy(files.row, all, sizeof all);
    return files;
}

static void check_lesson(const PackLesson *l)
{
    CHECK(l->title.n && l->outcome.n && l->task_line && l->keys.source.line && l->sources.source.line &&
          l->field_n > 0);
    CHECK(str_find(l->title, S("\n")) < 0 && str_find(l->outcome, S("\n")) < 0 && str_find(l->task_title, S("\n")) < 0);
    CHECK(l->minutes >= 10 && l->minutes <= 30);
    for (ptrdiff_t i = 0; i < l->field_n; i++) {
        const TaskField *f = &l->field[i];
        CHECK(f->key.n && f->label.n && str_find(f->key, S(".")) > 0 && f->low <= f->high && f->line > 0);
        CHECK(f->kind != FIELD_CHOICE || f->options.n >= 2);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base && !region_open(&region, (size_t)256 << 20)) return 0;
    if (size > PACK_TEXT_MAX) return 0;
    Landing landing;
    Arena arena = region_arena(&region, &landing);
    if (setjmp(landing.jump)) return 0;
    PackFiles files = with_lesson(&arena, (str){ (const char *)data, (ptrdiff_t)size });
    PackProblems problems = { .keep = &arena };
    const Pack *pack = pack_read(&arena, files, &problems);
    for (ptrdiff_t i = 0; i < problems.n; i++)
        CHECK(problems.row[i].file.n && problems.row[i].line > 0 && problems.row[i].sentence.n);
    if (pack_is_clean(&problems)) check_lesson(&pack->lesson[0]);
    return 0;
}
