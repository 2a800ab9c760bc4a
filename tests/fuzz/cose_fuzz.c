/* cose_fuzz - any bytes as a COSE_Sign1, and as a payload.
 *
 * Holds that: reading ends; what is read as a payload is written again as the same bytes, so there is one way to write each; what is kept
 * of a message lies within it; nothing is good. */
#include "sign/sign_own.h"

static const SignTrust row = { .key = { "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", 48 }, .purpose = { "trial", 5 }, .from = 1 };

static void check_payload(Arena *arena, str bytes)
{
    Tree *t;
    const char *why = NULL;
    if (!cbor_read(arena, bytes, &t)) return;
    CHECK(str_eq(cbor_write(arena, t, &why), bytes) && !why);
    TreeWrong wrong;
    str json = tree_text(arena, t, (str){ 0 });
    Tree *back = tree_read(arena, json, json.n, &wrong);
    CHECK(back && tree_same(t, back));
}

static bool is_within(str part, str whole) { return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base && !region_open(&region, (size_t)4 << 20)) return 0;
    if (size > 8192) return 0;
    Landing landing;
    Cose c;
    Arena arena = region_arena(&region, &landing);
    CHECK(setjmp(landing.jump) == 0);
    str bytes = { (const char *)data, (ptrdiff_t)size };
    check_payload(&arena, bytes);
    if (cose_read(&arena, bytes, &c)) {
        CHECK(is_within(c.protected, bytes) && is_within(c.kid, bytes) && is_within(c.payload, bytes) && is_within(c.signature, bytes));
        CHECK(!c.supported || c.signature.n == SIGNATURE_BYTES);
        check_payload(&arena, c.payload);
    }
    SignAsk ask = { .purpose = S("trial"), .list = { &row, 1 }, .moment = INT64_C(1800000000000) };
    Signed g = sign_check_compact(&arena, str_cat(&arena, S(COMPACT_PREFIX), base45_encode(&arena, bytes)), &ask);
    CHECK(g.verdict > SIGN_GOOD && g.verdict < SIGN_VERDICTS && g.why);
    return 0;
}
