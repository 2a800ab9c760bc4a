/* known_fuzz - any bytes as the cookie of a known browser, as an address that is counted, and as a password that may be common. */
#include "auth/auth.h"
#include "web/web_private.h"

static void check_cookie(Arena *a, str cookie)
{
    static const uint8_t key[32] = { 1 };
    CHECK(!auth_known(a, key, cookie, S("ana")).n);                 /* nobody signs without the key */
    str more = auth_known_more(a, key, cookie, S("ana"));
    CHECK(auth_known(a, key, more, S("ana")).n && !auth_known(a, key, more, S("bo")).n);
    CHECK(more.n <= 512 && auth_known(a, key, auth_known_more(a, key, more, S("bo")), S("ana")).n);
}

static void check_place(Arena *a, str address)
{
    Place p = place_of(a, address);
    CHECK(p.at.n > 0 && p.at.n < 48 && p.network.n < 48 && (!p.local || !p.network.n));
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
    str_pair parts = str_cut(s, 0);
    check_cookie(&arena, s);
    check_place(&arena, s);
    auth_password_weak(&arena, parts.head, parts.tail, S("ana@example.org"));
    return 0;
}
