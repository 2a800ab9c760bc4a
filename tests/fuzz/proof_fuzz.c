/* proof_fuzz - any bytes as a code that was typed, and as a file of the house's texts. */
#include "people/people_own.h"

static void check_figures(Arena *a, str typed)
{
    str found;
    if (!auth_figures(a, typed, PAPER_FIGURES, &found)) return;
    CHECK(found.n > 0 && found.n <= PAPER_FIGURES);
    for (ptrdiff_t i = 0; i < found.n; i++) CHECK(found.p[i] >= '0' && found.p[i] <= '9');
    str again;
    CHECK(auth_figures(a, found, PAPER_FIGURES, &again) && str_eq(found, again));
}

static void check_text(Arena *a, str file)
{
    PeopleText t;
    const char *why;
    bool fine = people_text_read(a, file, &t, &why);
    CHECK(fine == !why);
    if (fine) CHECK(t.title.n && t.body.n && t.version > 0 && t.version <= 99991231 && str_is_plain(t.body, true));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base && !region_open(&region, (size_t)64 << 20)) return 0;
    Landing landing;
    Arena arena = region_arena(&region, &landing);
    if (setjmp(landing.jump)) return 0;
    str s = { (const char *)data, (ptrdiff_t)size };
    check_figures(&arena, s);
    check_text(&arena, s);
    return 0;
}
