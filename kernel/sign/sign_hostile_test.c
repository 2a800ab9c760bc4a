/* sign_hostile_test - what somebody sends who wants to be believed, or wants this to fall over. */
#include "../../tests/world.h"
#include "sign/sign_own.h"

#define KEY "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
#define OTHER_KEY "z6MknCCLeeHBUaHu4aHSVLDCYQW9gjVJ7a63FpMvtuVMy53T"
#define TERMS "https://sampan.example/terms#"

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static const char *why_not(World *w, str json)
{
    str text;
    const char *why = NULL;
    return sign_canonical(world_arena(w), json, &text, &why) ? "" : why;
}

static void is_refused(World *w, const char *json, const char *words)
{
    const char *why = why_not(w, str_from(json));
    if (!strstr(why, words) || !*why) fprintf(stderr, "%s: \"%s\"\n", json, why);
    EXPECT(*why && strstr(why, words));
}

TEST(what_is_not_json_to_the_letter_is_refused)
{
    static const char *const wrong[] = {
        "", " ", "{", "}", "[", "[1", "[1,", "[1,]", "[,1]", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}",
        "[1 2]", "1 2", "[1]x",
        "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "+1", "01", "-01", "1.", ".5", "-", "-.5", "1e", "1e+", "0x10", "1_000", "--1",
        "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\U00000041\"", "\"a\nb\"", "\"a\tb\"", "\"\x01\"", "/* */1", "// x\n1",
        "1//", "\xEF\xBB\xBF{}", "\v1", "\u00a01",
    };
    for (int i = 0; i < COUNT_OF(wrong); i++) is_refused(w, wrong[i], "not JSON");
}

TEST(half_characters_bad_utf8_and_nul_are_refused)
{
    static const char *const halves[] = { "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\ud800\"",
        "\"\\ud83d\\u0041\"", "{\"\\udfff\":1}" };
    for (int i = 0; i < COUNT_OF(halves); i++) is_refused(w, halves[i], "half a character");
    static const char *const bytes[] = { "\"\xFF\"", "\"\xC3\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF5\x80\x80\x80\"", "\xFE" };
    for (int i = 0; i < COUNT_OF(bytes); i++) is_refused(w, bytes[i], "not UTF-8");
    is_refused(w, "\"\\u0000\"", "U+0000");
    is_refused(w, "{\"a\\u0000b\":1}", "U+0000");
    EXPECT(strstr(why_not(w, S("\"a\0b\"")), "not JSON"));
    EXPECT(*why_not(w, S("\"\\ud83d\\ude02\"")) == 0);
}

TEST(a_name_that_stands_twice_is_refused_however_it_is_written)
{
    static const char *const twice[] = { "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":1}", "[{\"x\":{\"b\":1,\"a\":2,\"b\":3}}]", "{\"\":1,\"\":1}",
                                         "{\"\\ud83d\\ude02\":1,\"\U0001F602\":2}" };
    for (int i = 0; i < COUNT_OF(twice); i++) is_refused(w, twice[i], "stands in it twice");
    EXPECT(*why_not(w, S("{\"e\u0301\":1,\"\u00e9\":2}")) == 0);           /* two ways to write é are two names: nothing is normalised */
}

TEST(a_number_is_what_it_says_or_refused)
{
    static const char *const wrong[] = {
        "9007199254740993", "-9007199254740993", "123456789012345678901234567890", "1e400", "-1e400", "1e-400",
        "0.00000000000000000000000000001e-320",
        "1000000000000000000000000000000000000000000000000000000000000000000000000000",
    };
    for (int i = 0; i < COUNT_OF(wrong); i++) is_refused(w, wrong[i], "Write it as text");
    static const struct { const char *from, *to; } right[] = {
        { "9007199254740991", "9007199254740991" }, { "9007199254740992", "9007199254740992" }, { "295147905179352830000", "295147905179352830000" },
        { "-0", "0" }, { "-0.0", "0" }, { "0e5", "0" }, { "1.0", "1" }, { "1E2", "100" }, { "5e-324", "5e-324" }, { "1e21", "1e+21" }, { "0.1e1",
        "1" },
    };
    for (int i = 0; i < COUNT_OF(right); i++) {
        str text = { 0 };
        const char *why;
        EXPECT(sign_canonical(world_arena(w), str_from(right[i].from), &text, &why));
        EXPECT_STR(text, str_from(right[i].to));
    }
}

TEST(depth_and_length_have_an_end)
{
    char *deep = NEW(world_arena(w), char, 200000);
    memset(deep, '[', 200000);
    EXPECT(strstr(why_not(w, (str){ deep, 200000 }), "nested"));
    EXPECT(strstr(why_not(w, str_fmt(world_arena(w), "%.33s%.33s", deep, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")), "nested"));
    EXPECT(*why_not(w, str_fmt(world_arena(w), "%.32s%.32s", deep, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")) == 0);
    EXPECT(strstr(why_not(w, str_fmt(world_arena(w), "\"%0262144d\"", 1)), "too long"));
}

/* The most that so many bytes can ask for: see sign.h. */
TEST(the_worst_document_stays_within_the_memory_that_the_header_says)
{
    static const char *const unit[] = { "1,", "\"\\n\",", "{},", "\"\"," };
    for (int i = 0; i < COUNT_OF(unit); i++) {
        SCRATCH(tmp, world_arena(w));
        Out o;
        str text;
        const char *why;
        out_init(&o, &tmp, SIGN_DOCUMENT_MAX + 64);
        for (out_char(&o, '['); o.n < SIGN_DOCUMENT_MAX - 16;) out_str(&o, str_from(unit[i]));
        out_lit(&o, "1]");
        char *before = tmp.at;
        EXPECT(sign_canonical(&tmp, out_text(&o), &text, &why) && tmp.at - before < 100 * SIGN_DOCUMENT_MAX);
    }
}

/* ---- proofs ----------------------------------------------------------------------------------------------------- */

static const SignTerm terms[] = {
    { "Attendance", TERMS "Attendance", SIGN_TYPE }, { "topic", TERMS "topic", SIGN_TEXT }, { "about", TERMS "about", SIGN_NODE },
    { "hours",      TERMS "hours",      SIGN_INTEGER }, { "place", TERMS "place", SIGN_IRI }, { "passed", TERMS "passed", SIGN_BOOLEAN },
};
static const SignShape shape = { "https://sampan.example/terms/v1", terms, COUNT_OF(terms) };
static const SignShape *const shapes[] = { &shape };
static const Seed seed = { { 7 } };

static str own_key(World *w)
{
    uint8_t public[KEY_BYTES];
    seed_public(&seed, public);
    return key_name(world_arena(w), public);
}

enum { NOW = 1800000000 };       /* s */

/* Signed by hand, so that what no honest signer signs can be tried too. */
static str sign_any(World *w, SignSuite suite, const char *json)
{
    Arena *a = world_arena(w);
    TreeWrong wrong;
    uint8_t hashes[2 * SHA_BYTES], signature[SIGNATURE_BYTES];
    const char *why = "";
    Tree *document = tree_read(a, str_from(json), SIGN_DOCUMENT_MAX, &wrong);
    CHECK(document);
    Tree *proof = proof_ours(a, document, suite, own_key(w), NOW * INT64_C(1000));
    ProofOptions as = { suite, time_iso(a, NOW * INT64_C(1000)), S(""), key_method(a, own_key(w)) };
    bool fine = proof_hash(a, document, proof, &as, &shape, hashes, &why);
    if (!fine) fprintf(stderr, "%s\n%s\n", json, why);
    EXPECT(fine);
    seed_sign(&seed, (str){ (char *)hashes, sizeof hashes }, signature);
    return proof_put(a, document, proof, signature);
}

static Signed check(World *w, str text)
{
    SignTrust row = { .key = own_key(w), .purpose = S("trial"), .from = 1 };
    SignAsk ask = { .purpose = S("trial"), .list = { &row, 1 }, .moment = NOW * INT64_C(1000), .shape = shapes, .shape_n = 1 };
    return str_starts(text, S("SP1:")) ? sign_check_compact(world_arena(w), text, &ask) : sign_check(world_arena(w), text, &ask);
}

static str swapped(World *w, str text, const char *from, const char *to)
{
    ptrdiff_t at = str_find(text, str_from(from));
    if (at < 0) fprintf(stderr, "%s is not in %.*s\n", from, STR_ARG(text));
    EXPECT(at >= 0);
    return str_cat(world_arena(w), str_slice(text, 0, at), str_from(to), str_slice(text, at + (ptrdiff_t)strlen(from), text.n));
}

static void becomes(World *w, str text, const char *from, const char *to, SignVerdict want)
{
    Signed g = check(w, swapped(w, text, from, to));
    if (g.verdict != want) fprintf(stderr, "%s: %.*s, %s\n", to, STR_ARG(sign_verdict_word(g.verdict)), g.why);
    EXPECT(g.verdict == want);
}

TEST(a_proof_that_says_more_than_is_known_here_is_not_overlooked)
{
    str text = sign_any(w, SIGN_JCS, "{\"a\":1}");
    EXPECT(check(w, text).verdict == SIGN_GOOD);
    becomes(w, text, "\"proof\":{", "\"proof\":{\"domain\":\"bank.example\",", SIGN_UNSUPPORTED);
    becomes(w, text, "\"proof\":{", "\"proof\":{\"challenge\":\"1\",", SIGN_UNSUPPORTED);
    becomes(w, text, "\"proof\":{", "\"proof\":{\"previousProof\":\"urn:uuid:1\",", SIGN_UNSUPPORTED);
    becomes(w, text, "eddsa-jcs-2022", "ecdsa-jcs-2019", SIGN_UNSUPPORTED);
    becomes(w, text, "eddsa-jcs-2022", "eddsa-jcs-2022x", SIGN_UNSUPPORTED);
    becomes(w, text, "eddsa-jcs-2022", "eddsa-rdfc-2022", SIGN_UNSUPPORTED);
    becomes(w, text, "DataIntegrityProof", "Ed25519Signature2020", SIGN_UNSUPPORTED);
    becomes(w, text, "assertionMethod", "authentication", SIGN_UNSUPPORTED);
    becomes(w, text, "\"proof\":{", "\"proof\":[{},{", SIGN_UNREADABLE);
    EXPECT(check(w, S("{\"proof\":[]}")).verdict == SIGN_UNSUPPORTED && check(w, S("{\"proof\":null}")).verdict == SIGN_UNSUPPORTED);
    EXPECT(check(w, S("[{\"proof\":{}}]")).verdict == SIGN_UNREADABLE);
}

TEST(a_key_that_is_named_otherwise_is_another)
{
    str text = sign_any(w, SIGN_JCS, "{\"a\":1}"), key = own_key(w);
    const char *method = at(w, "did:key:%.*s#%.*s", STR_ARG(key), STR_ARG(key));
    becomes(w, text, method, "did:web:ministry.example#key-1", SIGN_UNKNOWN_KEY);
    becomes(w, text, method, at(w, "did:key:%.*s", STR_ARG(key)), SIGN_UNKNOWN_KEY);
    becomes(w, text, method, at(w, "did:key:%.*s#" OTHER_KEY, STR_ARG(key)), SIGN_UNKNOWN_KEY);
    becomes(w, text, method, at(w, "did:key:" OTHER_KEY "#%.*s", STR_ARG(key)), SIGN_UNKNOWN_KEY);
    becomes(w, text, method, "did:key:" OTHER_KEY "#" OTHER_KEY, SIGN_ALTERED);
    becomes(w, text, method, "did:key:zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU76#zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU76",
        SIGN_UNKNOWN_KEY);
    becomes(w, text, "\"proofValue\":\"z", "\"proofValue\":\"u", SIGN_UNREADABLE);
    becomes(w, text, "\"proofValue\":\"z", "\"proofValue\":\"z1", SIGN_UNREADABLE);
    becomes(w, text, "\"created\":\"2027-01-15T08:00:00Z\"", "\"created\":\"2027-01-15\"", SIGN_UNREADABLE);
    becomes(w, text, "\"created\":\"2027-01-15T08:00:00Z\"", "\"created\":\"2027-02-30T08:00:00Z\"", SIGN_UNREADABLE);
    becomes(w, text, "\"created\":\"2027-01-15T08:00:00Z\"", "\"created\":\"2027-01-15T08:00:01Z\"", SIGN_ALTERED);
    becomes(w, text, "\"created\":\"2027-01-15T08:00:00Z\",", "", SIGN_ALTERED);
}

/* Points of small order prove anything of anybody. */
TEST(a_key_of_small_order_proves_nothing)
{
    static const uint8_t zero[KEY_BYTES], one[KEY_BYTES] = { 1 };
    str text = sign_any(w, SIGN_JCS, "{\"a\":1}"), key = own_key(w);
    const uint8_t *const weak[] = { zero, one };
    for (int i = 0; i < 2; i++) {
        str name = key_name(world_arena(w), weak[i]);
        SignTrust row = { .key = name, .purpose = S("trial"), .from = 1 };
        SignAsk ask = { .purpose = S("trial"), .list = { &row, 1 }, .moment = NOW * INT64_C(1000) };
        str forged = swapped(w, text, at(w, "did:key:%.*s#%.*s", STR_ARG(key), STR_ARG(key)), at(w, "did:key:%.*s#%.*s", STR_ARG(name),
            STR_ARG(name)));
        EXPECT(sign_check(world_arena(w), forged, &ask).verdict == SIGN_ALTERED);
    }
}

/* Section 3.3.2: contexts behind those that were signed are not signed, so they are not handed on. */
TEST(a_context_put_behind_the_signed_ones_is_not_handed_on)
{
    str text = sign_any(w, SIGN_JCS, "{\"@context\":[\"https://a.example\"],\"a\":1}");
    Signed g = check(w, swapped(w, text, "{\"@context\":[\"https://a.example\"]", "{\"@context\":[\"https://a.example\",\"https://evil.example\"]"));
    EXPECT(g.verdict == SIGN_GOOD);
    EXPECT_STR(g.document, S("{\"@context\":[\"https://a.example\"],\"a\":1}"));
    becomes(w, text, "{\"@context\":[\"https://a.example\"]", "{\"@context\":[\"https://evil.example\",\"https://a.example\"]", SIGN_ALTERED);
    becomes(w, text, "{\"@context\":[\"https://a.example\"]", "{\"@context\":[]", SIGN_ALTERED);
    becomes(w, text, "{\"@context\":[\"https://a.example\"],", "{", SIGN_ALTERED);
}

TEST(blanks_and_the_order_of_members_change_nothing)
{
    str text = sign_any(w, SIGN_JCS, "{\"a\":1,\"b\":\"\\u00e9\"}");
    becomes(w, text, "{\"a\":1,\"b\":\"\u00e9\"", "{ \"b\" : \"\\u00E9\" , \"a\":\t1.0", SIGN_GOOD);
    becomes(w, text, "{\"a\":1,", "{\"a\":1,\"c\":2,", SIGN_ALTERED);
    becomes(w, text, "\"\u00e9\"", "\"e\u0301\"", SIGN_ALTERED);
    becomes(w, text, "\"a\":1", "\"a\":\"1\"", SIGN_ALTERED);
}

/* ---- statements ------------------------------------------------------------------------------------------------- */

#define HEAD "{\"@context\":[\"https://www.w3.org/ns/credentials/v2\",\"https://sampan.example/terms/v1\"],\"type\":[\"VerifiableCredential\",\"Attendance\"],"
#define DOCUMENT HEAD "\"id\":\"urn:x:1\",\"issuer\":\"did:example:i\",\"name\":\"n\",\"credentialSubject\":{\"id\":\"urn:x:2\",\"topic\":[\"a\",\"b\"],\"hours\":1," \
    "\"place\":\"https://p.example\",\"passed\":true,\"about\":{\"id\":\"urn:x:3\",\"topic\":\"c\"}}}"

TEST(what_rdf_does_not_tell_apart_is_not_taken_for_signed)
{
    str text = sign_any(w, SIGN_RDFC, DOCUMENT);
    EXPECT(check(w, text).verdict == SIGN_GOOD);
    becomes(w, text, "[\"a\",\"b\"]", "[\"b\",\"a\"]", SIGN_GOOD);                     /* as the header says */
    becomes(w, text, "\"topic\":\"c\"", "\"topic\":[\"c\"]", SIGN_GOOD);
    becomes(w, text, "[\"a\",\"b\"]", "[\"a\",\"b\",\"a\"]", SIGN_UNSUPPORTED);
    becomes(w, text, "\"hours\":1", "\"hours\":1,\"description\":[]", SIGN_UNSUPPORTED);
    becomes(w, text, "\"hours\":1", "\"hours\":1,\"description\":null", SIGN_UNSUPPORTED);
    becomes(w, text, "\"hours\":1", "\"hours\":1,\"grade\":\"A\"", SIGN_UNSUPPORTED);
    becomes(w, text, "\"hours\":1", "\"hours\":1,\"@type\":\"x\"", SIGN_UNSUPPORTED);
    becomes(w, text, "\"hours\":1", "\"hours\":1,\"description\":{\"@value\":\"x\"}", SIGN_UNSUPPORTED);
    becomes(w, text, "\"hours\":1", "\"hours\":1.5", SIGN_UNSUPPORTED);
    becomes(w, text, "\"hours\":1", "\"hours\":\"1\"", SIGN_UNSUPPORTED);
    becomes(w, text, "\"hours\":1", "\"hours\":2", SIGN_ALTERED);
    becomes(w, text, "\"passed\":true", "\"passed\":1", SIGN_UNSUPPORTED);
    becomes(w, text, "https://p.example", "p.example", SIGN_UNSUPPORTED);
    becomes(w, text, "https://p.example", "_:b0", SIGN_UNSUPPORTED);
    becomes(w, text, "https://p.example", "https://p.example/>", SIGN_UNSUPPORTED);
    becomes(w, text, "\"Attendance\"", "\"Attendance\",\"Attendance\"", SIGN_UNSUPPORTED);
    becomes(w, text, "\"Attendance\"", "\"Honour\"", SIGN_UNSUPPORTED);
    becomes(w, text, "\"VerifiableCredential\",", "", SIGN_UNSUPPORTED);
}

/* The same statements, and another tree: who reads the tree must not be told that it was signed. */
TEST(what_is_said_of_one_thing_cannot_be_moved_to_another_place)
{
    str text = sign_any(w, SIGN_RDFC, DOCUMENT);
    becomes(w, text, "\"issuer\":\"did:example:i\"", "\"issuer\":{\"id\":\"urn:x:2\"}", SIGN_UNSUPPORTED);
    becomes(w, text, "\"about\":{\"id\":\"urn:x:3\",\"topic\":\"c\"}", "\"about\":[{\"id\":\"urn:x:3\"},{\"id\":\"urn:x:3\",\"topic\":\"c\"}]",
        SIGN_UNSUPPORTED);
    becomes(w, text, "\"about\":{\"id\":\"urn:x:3\"", "\"about\":{\"id\":\"urn:x:2\"", SIGN_UNSUPPORTED);
    becomes(w, text, "\"about\":{\"id\":\"urn:x:3\",\"topic\":\"c\"}", "\"about\":\"urn:x:3\"", SIGN_UNSUPPORTED);
    becomes(w, text, "\"id\":\"urn:x:3\",", "", SIGN_ALTERED);
    becomes(w, text, "https://sampan.example/terms/v1", "https://evil.example/terms/v1", SIGN_UNSUPPORTED);
    becomes(w, text, "\"https://sampan.example/terms/v1\"", "\"https://sampan.example/terms/v1\",\"https://evil.example\"", SIGN_UNSUPPORTED);
    becomes(w, text, "\"https://sampan.example/terms/v1\"", "{\"topic\":\"" TERMS "hours\"}", SIGN_UNSUPPORTED);
}

TEST(two_nameless_things_that_are_alike_are_refused_and_others_are_told_apart)
{
    str json = S(HEAD "\"issuer\":\"did:example:i\",\"credentialSubject\":{\"about\":[{\"topic\":\"a\"},{\"topic\":\"b\"}]}}");
    EXPECT(check(w, sign_any(w, SIGN_RDFC, json.p)).verdict == SIGN_GOOD);
    Tree *document;
    str quads;
    const char *why = NULL,
        *alike = HEAD "\"issuer\":\"did:example:i\",\"credentialSubject\":{\"about\":[{\"about\":{\"topic\":\"a\"}},{\"about\":{\"topic\":\"b\"}}]}}";
    EXPECT(!document_signable(world_arena(w), str_from(alike), &document));
    EXPECT(!quads_of(world_arena(w), &shape, document, &quads, &why) && strstr(why, "Give one of them an id"));
}

TEST(a_document_of_very_many_things_is_refused_in_good_time)
{
    Out o;
    Tree *document;
    str quads;
    const char *why = NULL;
    out_init(&o, world_arena(w), 300000);
    out_lit(&o, HEAD "\"issuer\":\"did:example:i\",\"credentialSubject\":[");
    for (int i = 0; i < 3000; i++) out_fmt(&o, "%s{\"topic\":\"%d\"}", i ? "," : "", i);
    out_lit(&o, "]}");
    EXPECT(!document_signable(world_arena(w), out_text(&o), &document));
    EXPECT(!quads_of(world_arena(w), &shape, document, &quads, &why) && strstr(why, "too long"));
}

TEST(a_shape_that_json_ld_would_read_otherwise_is_not_sound)
{
    EXPECT(sign_shape_sound(&shape));
    static const SignTerm wrong[] = {
        { "id", TERMS "id", SIGN_TEXT },        { "issuer", TERMS "issuer", SIGN_TEXT },  { "proof", TERMS "x", SIGN_NODE },      { "a b",
        TERMS "x", SIGN_TEXT },
        { "", TERMS "x", SIGN_TEXT },           { "@id", TERMS "x", SIGN_TEXT },          { "a:b", TERMS "x", SIGN_TEXT },        { "prefix", TERMS,
        SIGN_TEXT },
        { "a", "relative", SIGN_TEXT },         { "a", "_:b", SIGN_TEXT },                { "a", "https://schema.org/name", SIGN_TEXT },
        { "a", "https://www.w3.org/2018/credentials#issuer", SIGN_IRI },                  { "a", TERMS "x", 0 },                  { "a", TERMS "x",
        SIGN_NODE + 1 },
        { "a", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", SIGN_IRI },             { "a", TERMS "x>", SIGN_TEXT },
    };
    for (int i = 0; i < COUNT_OF(wrong); i++) EXPECT(!sign_shape_sound(&(SignShape){ NULL, &wrong[i], 1 }));
    static const SignTerm same_iri[] = { { "a", TERMS "x", SIGN_TEXT }, { "b", TERMS "x", SIGN_TEXT } }, same_word[] = { { "a", TERMS "x",
        SIGN_TEXT }, { "a", TERMS "y", SIGN_TEXT } };
    EXPECT(!sign_shape_sound(&(SignShape){ NULL, same_iri, 2 }) && !sign_shape_sound(&(SignShape){ NULL, same_word, 2 }));
    EXPECT(!sign_shape_sound(&(SignShape){ "terms", terms, COUNT_OF(terms) }));
    EXPECT_STR(sign_shape_context(world_arena(w), &(SignShape){ .context = NULL }), S("{}"));
}

/* ---- CBOR and COSE ---------------------------------------------------------------------------------------------- */

TEST(cbor_that_is_not_written_as_it_would_be_here_is_refused)
{
    Tree *t;
    str bytes;
    static const char *const wrong[] = {
        "", "18", "1817", "190001", "1a00000001", "1b0000000000000001", "1b0020000000000000", "3b001fffffffffffff", "1c", "1f", "3f", "5f4100ff",
        "7f6161ff", "9f01ff", "bf616101ff",
        "41ff", "c101", "d28340", "f6f6", "f7", "f800", "f818", "f93c00", "fa3f800000", "fb3ff0000000000000", "ff", "61", "62c328", "61ff", "6100",
        "8101ff", "82", "8201",
        "9bffffffffffffffff", "bbffffffffffffffff", "7bffffffffffffffff", "a1", "a10101", "a1410101", "a1616101a0", "a2616101616102",
        "a2616201616101", "a262616101616101", "a1616f",
    };
    for (int i = 0; i < COUNT_OF(wrong); i++) {
        bool taken = hex_decode(world_arena(w), str_from(wrong[i]), &bytes) && cbor_read(world_arena(w), bytes, &t);
        if (taken) fprintf(stderr, "%s\n", wrong[i]);
        EXPECT(!taken);
    }
    char *deep = NEW(world_arena(w), char, 100000);
    memset(deep, '\x81', 100000);
    EXPECT(!cbor_read(world_arena(w), (str){ deep, 100000 }, &t));
}

static str hexed(World *w, const char *hex)
{
    str bytes = { 0 };
    EXPECT(hex_decode(world_arena(w), str_from(hex), &bytes));
    return bytes;
}

TEST(a_cose_that_says_a_thing_twice_or_asks_to_be_understood_is_not_taken)
{
#define BODY "41a05840" "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
#define COSE(protected, unprotected) "d284" protected unprotected BODY
    Cose c;
    EXPECT(cose_read(world_arena(w), hexed(w, COSE("43a10127", "a0")), &c) && c.supported);
    EXPECT(cose_read(world_arena(w), hexed(w, COSE("43a10132", "a0")), &c) && c.supported);
    EXPECT(cose_read(world_arena(w), hexed(w, "8443a10127a0" BODY), &c) && c.supported);
    static const char *const unread[] = {
        COSE("45a201270127", "a0"), COSE("43a10127", "a10127"), COSE("46a20127044101", "a1044102"), COSE("43a10127", "a2044101044102"),
            COSE("44a1012700", "a0"),
        COSE("43a10127", "a1046131"), COSE("42a101", "a0"), COSE("43a10127", "bfff"), COSE("5f43a10127ff", "a0"), COSE("4401270127", "a0"),
            COSE("48a201270fa1061800", "a0"),
        COSE("47a201270fa10600", "a0"), COSE("47a201270fa10620", "a0"), COSE("4fa201270fa1061b7fffffffffffffff", "a0"), "d384" "43a10127a0" BODY,
            "d283" "43a10127a0" "41a0",
        "d284" "43a10127a0" BODY "00", "d2d284" "43a10127a0" BODY, "d284" "43a10127a0" "f65840", "", "d2", "84",
    };
    for (int i = 0; i < COUNT_OF(unread); i++) {
        bool taken = cose_read(world_arena(w), hexed(w, unread[i]), &c);
        if (taken) fprintf(stderr, "%d %s\n", i, unread[i]);
        EXPECT(!taken);
    }
    static const char *const unsupported[] = { COSE("46a20127028104", "a0"), COSE("43a10127", "a1028104"), COSE("43a10126", "a0"), COSE("40",
        "a10127"), COSE("41a0", "a10127") };
    for (int i = 0; i < COUNT_OF(unsupported); i++) EXPECT(cose_read(world_arena(w), hexed(w, unsupported[i]), &c) && !c.supported);
}

static str paper(World *w, const char *payload)
{
    uint8_t public[KEY_BYTES], signature[SIGNATURE_BYTES];
    Arena *a = world_arena(w);
    seed_public(&seed, public);
    str protected = cose_protected(a, cose_kid(a, public), NOW), bytes = hexed(w, payload);
    seed_sign(&seed, cose_signed_text(a, protected, bytes), signature);
    return str_cat(a, S("SP1:"), base45_encode(a, cose_write(a, protected, bytes, signature)));
}

TEST(a_good_signature_on_what_is_not_read_here_is_not_good)
{
    EXPECT(check(w, paper(w, "a1616101")).verdict == SIGN_GOOD);
    EXPECT(check(w, paper(w, "a161611801")).verdict == SIGN_UNREADABLE);
    EXPECT(check(w, paper(w, "fb3ff8000000000000")).verdict == SIGN_UNREADABLE);
    EXPECT(check(w, paper(w, "a16a76616c6964556e74696c01")).verdict == SIGN_UNREADABLE);            /* validUntil: 1 */
    str text = paper(w, "a1616101");
    EXPECT(check(w, str_slice(text, 4, text.n)).verdict == SIGN_UNREADABLE);
    EXPECT(check(w, str_cat(world_arena(w), S("sp1:"), str_slice(text, 4, text.n))).verdict == SIGN_UNREADABLE);
    EXPECT(check(w, str_fmt(world_arena(w), "SP1:%04000d", 0)).verdict == SIGN_UNREADABLE);
}

TESTS(sign_hostile, what_is_not_json_to_the_letter_is_refused, half_characters_bad_utf8_and_nul_are_refused,
      a_name_that_stands_twice_is_refused_however_it_is_written, a_number_is_what_it_says_or_refused, depth_and_length_have_an_end,
      the_worst_document_stays_within_the_memory_that_the_header_says, a_proof_that_says_more_than_is_known_here_is_not_overlooked,
      a_key_that_is_named_otherwise_is_another, a_key_of_small_order_proves_nothing, a_context_put_behind_the_signed_ones_is_not_handed_on,
      blanks_and_the_order_of_members_change_nothing, what_rdf_does_not_tell_apart_is_not_taken_for_signed,
      what_is_said_of_one_thing_cannot_be_moved_to_another_place, two_nameless_things_that_are_alike_are_refused_and_others_are_told_apart,
      a_document_of_very_many_things_is_refused_in_good_time, a_shape_that_json_ld_would_read_otherwise_is_not_sound,
      cbor_that_is_not_written_as_it_would_be_here_is_refused, a_cose_that_says_a_thing_twice_or_asks_to_be_understood_is_not_taken,
      a_good_signature_on_what_is_not_read_here_is_not_good)
