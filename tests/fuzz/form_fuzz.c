/* form_fuzz - any bytes as a typed form.
 *
 * Holds that: reading never fails but for too many fields; nothing grows; writing the fields again and reading that gives the
 * same fields. */
#include "http/http_own.h"

enum { ROOM = 8 << 20, BYTES_MAX = 65536 };

static str written(Arena *keep, const HttpPart *parts, int n)
{
    Out o;
    out_init(&o, keep, 1024);
    for (int i = 0; i < n; i++) {
        if (i) out_lit(&o, "&");
        out_str(&o, url_escape(keep, parts[i].name));
        out_lit(&o, "=");
        out_str(&o, url_escape(keep, parts[i].value));
    }
    return out_text(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    Landing landing;
    const HttpPart *parts, *again;
    int n, again_n;
    if (size > BYTES_MAX || (!region.base && !region_open(&region, ROOM))) return 0;
    Arena arena = region_arena(&region, &landing);
    CHECK(!setjmp(landing.jump));
    str body = { (const char *)data, (ptrdiff_t)size };
    if (!http_form(&arena, body, &parts, &n)) return 0;
    ptrdiff_t bytes = 0;
    for (int i = 0; i < n; i++) bytes += parts[i].name.n + parts[i].value.n;
    CHECK(n <= HTTP_PARTS_MAX && bytes <= body.n);
    CHECK(http_form(&arena, written(&arena, parts, n), &again, &again_n) && again_n == n);
    for (int i = 0; i < n; i++) CHECK(str_eq(parts[i].name, again[i].name) && str_eq(parts[i].value, again[i].value));
    return 0;
}
