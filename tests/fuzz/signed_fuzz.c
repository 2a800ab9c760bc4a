/* signed_fuzz - any bytes as a signed document, as a list of keys, and as what a copy of keys holds.
 *
 * Holds that: reading ends; what is canonical is canonical again, the same; as CBOR and back it is the same; statements are sorted lines,
 * none twice; nothing is good, for the key is nobody's, and no document is handed out that is not. */
#include "sign/sign_own.h"

static const SignTerm terms[] = {
    { "Thing", "https://a.example/#Thing", SIGN_TYPE }, { "t", "https://a.example/#t", SIGN_TEXT },  { "i", "https://a.example/#i", SIGN_INTEGER },
    { "b",     "https://a.example/#b",     SIGN_BOOLEAN }, { "u", "https://a.example/#u", SIGN_IRI }, { "n", "https://a.example/#n", SIGN_NODE },
};
static const SignShape shape = { "https://a.example/", terms, (int)(sizeof terms / sizeof *terms) };
static const SignShape *const shapes[] = { &shape };
static const SignTrust row = { .key = { "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", 48 }, .purpose = { "trial", 5 }, .from = 1 };

static void check_canonical(Arena *arena, str json)
{
    str once, twice;
    const char *why = NULL;
    if (!sign_canonical(arena, json, &once, &why)) {
        CHECK(why);
        return;
    }
    CHECK(str_is_utf8(once));
    if (once.n <= SIGN_DOCUMENT_MAX) CHECK(sign_canonical(arena, once, &twice, &why) && str_eq(once, twice));
}

static void check_tree(Arena *arena, str json)
{
    Tree *t, *back;
    str quads;
    const char *why = document_signable(arena, json, &t);
    if (why) return;
    str bytes = cbor_write(arena, t, &why);
    if (bytes.n) CHECK(cbor_read(arena, bytes, &back) && tree_same(t, back));
    if (quads_of(arena, &shape, t, &quads, &why)) CHECK(quads.n && str_ends(quads, S(" .\n")) && str_is_utf8(quads));
    else CHECK(why);
}

static void check_answer(const Signed *g)
{
    CHECK(g->verdict > SIGN_GOOD && g->verdict < SIGN_VERDICTS && g->why && g->document.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base && !region_open(&region, (size_t)40 << 20)) return 0;
    Landing landing;
    SignList list;
    const char *why;
    Arena arena = region_arena(&region, &landing);
    CHECK(setjmp(landing.jump) == 0);
    str json = { (const char *)data, (ptrdiff_t)size };
    SignAsk ask = { .purpose = S("trial"), .list = { &row, 1 }, .moment = INT64_C(1800000000000), .shape = shapes, .shape_n = 1 };
    check_canonical(&arena, json);
    check_tree(&arena, json);
    Signed g = sign_check(&arena, json, &ask);
    check_answer(&g);
    if (sign_list_read(&arena, json, &list, &why)) CHECK(list.n <= SIGN_LIST_MAX);
    return 0;
}
