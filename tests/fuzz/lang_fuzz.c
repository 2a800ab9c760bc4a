/* lang_fuzz - any bytes as Accept-Language, as a number somebody typed, and as a text with places to fill. */
#include "i18n/i18n.h"

#include <math.h>

static void check_number(Arena *arena, str typed)
{
    double v, again;
    if (!num_read(typed, &v)) return;
    CHECK(isfinite(v));
    str plain = str_fmt(arena, "%.20f", v);
    CHECK(fabs(v) > 1e8 || (num_read(plain, &again) && again == v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base && !region_open(&region, (size_t)64 << 20)) return 0;
    i18n_start();
    Landing landing;
    Arena arena = region_arena(&region, &landing);
    if (setjmp(landing.jump)) return 0;
    str s = { (const char *)data, (ptrdiff_t)size };
    const Lang *lang = lang_accept(s);
    CHECK(lang && lang == lang_at(lang->index));
    check_number(&arena, s);
    str_pair parts = str_cut(s, 0);
    str filled = tr_fill(&arena, parts.head, (const Fill[]){ { "n", parts.tail }, { "name", S("{n}") } }, 2);
    CHECK(filled.n <= parts.head.n + parts.head.n / 3 * (parts.tail.n + 3));
    return 0;
}
