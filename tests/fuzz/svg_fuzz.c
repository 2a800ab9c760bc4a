/* svg_fuzz - any bytes as a figure of a pack.
 *
 * Holds that: reading ends; what is drawn is balanced, has only elements we know, and passes the same reader again. */
#include "learn/learn_pack.h"

static void check_drawing(str inside)
{
    static const char *const never[] = {
        "<script", "<style", "<foreign", "<image", "<a ", "<a>", "<!", "<?", "<animate", "<set",
    };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) CHECK(str_find(inside, str_from(never[i])) < 0);
    int64_t open = 0;
    for (ptrdiff_t i = 0; i + 1 < inside.n; i++)
        if (inside.p[i] == '<') open += inside.p[i + 1] == '/' ? -1 : 1;
    CHECK(open == 0);
}

/* What was written is itself a figure: every attribute and every address in it passes the strict reader. */
static void check_again(Arena *arena, const PackFigure *first)
{
    PackProblems problems = { .keep = arena };
    str svg = str_fmt(arena, "<svg viewBox=\"0 0 1 1\"%.*s>%.*s</svg>", STR_ARG(first->root.s),
                      STR_ARG(first->inside.s));
    PackFile file = { .path = S("again.svg"), .bytes = svg };
    PackFigure second = { .name = S("fig") };
    CHECK(figure_read(arena, &problems, &file, &second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base && !region_open(&region, (size_t)64 << 20)) return 0;
    if (size > PACK_FIGURE_MAX) return 0;
    Landing landing;
    Arena arena = region_arena(&region, &landing);
    if (setjmp(landing.jump)) return 0;
    PackProblems problems = { .keep = &arena };
    PackFile file = { .path = S("fig.svg"), .bytes = { (const char *)data, (ptrdiff_t)size } };
    PackFigure figure = { .name = S("fig") };
    if (!str_is_plain(file.bytes, true)) return 0;       /* as pack_read has it */
    if (figure_read(&arena, &problems, &file, &figure)) {
        check_drawing(figure.inside.s);
        check_again(&arena, &figure);
    } else {
        CHECK(problems.n > 0 && problems.row[0].line > 0);
    }
    return 0;
}
