/* sign_vector_test - what the specifications print: RFC 8785 and its author's test data, Data Integrity EdDSA Cryptosuites v1.0, RFC 9285,
 * the COSE working group's examples, RFC 8032. Whoever keeps to them is understood here, and understands what is written here. */
#include "../../tests/world.h"
#include "sign/sign_own.h"

#include <math.h>

/* ---- RFC 8785 --------------------------------------------------------------------------------------------------- */

static str canonical(World *w, const char *json)
{
    str ret = { 0 };
    const char *why = "";
    bool fine = sign_canonical(world_arena(w), str_from(json), &ret, &why);
    if (!fine) fprintf(stderr, "%s: %s\n", json, why);
    EXPECT(fine);
    return ret;
}

/* Appendix B, by the bits of the double. */
TEST(numbers_are_written_as_in_appendix_b_of_rfc_8785)
{
    static const struct { uint64_t bits; const char *text; } number[] = {
        { 0x0000000000000000, "0" }, { 0x8000000000000000, "0" }, { 0x0000000000000001, "5e-324" }, { 0x8000000000000001, "-5e-324" },
        { 0x7fefffffffffffff, "1.7976931348623157e+308" }, { 0xffefffffffffffff, "-1.7976931348623157e+308" },
        { 0x4340000000000000, "9007199254740992" }, { 0xc340000000000000, "-9007199254740992" }, { 0x4430000000000000, "295147905179352830000" },
        { 0x44b52d02c7e14af5, "9.999999999999997e+22" }, { 0x44b52d02c7e14af6, "1e+23" }, { 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
        { 0x444b1ae4d6e2ef4e, "999999999999999700000" }, { 0x444b1ae4d6e2ef4f, "999999999999999900000" }, { 0x444b1ae4d6e2ef50, "1e+21" },
        { 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" }, { 0x3eb0c6f7a0b5ed8d, "0.000001" }, { 0x41b3de4355555553, "333333333.3333332" },
        { 0x41b3de4355555554, "333333333.33333325" }, { 0x41b3de4355555555, "333333333.3333333" }, { 0x41b3de4355555556, "333333333.3333334" },
        { 0x41b3de4355555557, "333333333.33333343" }, { 0xbecbf647612f3696, "-0.0000033333333333333333" }, { 0x43143ff3c1cb0959,
        "1424953923781206.2" },
    };
    for (int i = 0; i < COUNT_OF(number); i++) {
        double v;
        char text[NUMBER_CHARS];
        memcpy(&v, &number[i].bits, sizeof v);
        EXPECT_STR(((str){ text, number_write(v, text) }), str_from(number[i].text));
    }
}

/* Here the nearest of the fewest digits is not read back, and its neighbour is: 2^-44 and others. */
TEST(powers_of_two_are_written_with_no_digit_too_many)
{
    static const struct { int power; const char *text; } number[] = {
        { -44, "5.684341886080802e-14" }, { 89, "6.189700196426902e+26" }, { -1017, "7.120236347223045e-307" }, { 405, "8.263199609878108e+121" },
        { -97, "6.310887241768095e-30" }, { -24, "5.960464477539063e-8" }, { -1074, "5e-324" },
        { -1022, "2.2250738585072014e-308" }, { 1023, "8.98846567431158e+307" },
    };
    for (int i = 0; i < COUNT_OF(number); i++) {
        char text[NUMBER_CHARS];
        EXPECT_STR(((str){ text, number_write(ldexp(1, number[i].power), text) }), str_from(number[i].text));
    }
    for (int power = -1074; power < 1024; power++) {
        char text[NUMBER_CHARS] = { 0 };
        number_write(ldexp(1, power), text);
        EXPECT(strtod(text, NULL) == ldexp(1, power));
    }
}

TEST(the_test_data_of_rfc_8785_is_written_byte_for_byte)
{
    EXPECT_STR(canonical(w, "{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],\n"
                            "\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\", \"literals\": [null, true, false]}"),
               S("{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                 "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"));
    EXPECT_STR(canonical(w,
        "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\u000a\":\"Newline\",\"1\":\"One\",\"\\u0080\":\"Control\\u007f\","
                            "\"\\ud83d\\ude02\":\"Smiley\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\","
                            "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"</script>\":\"Browser Challenge\"}"),
               S("{\"\\n\":\"Newline\",\"\\r\":\"Carriage Return\",\"1\":\"One\",\"</script>\":\"Browser Challenge\",\"\xC2\x80\":\"Control\x7f\","
                 "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\",\"\U0001F602\":\"Smiley\","
                 "\"\uFB33\":\"Hebrew Letter Dalet With Dagesh\"}"));
    EXPECT_STR(canonical(w, "{\"1\": {\"f\": {\"f\": \"hi\",\"F\": 5} ,\"\\n\": 56.0}, \"10\": { }, \"\": \"empty\", \"a\": { },"
                            "\"111\": [ {\"e\": \"yes\",\"E\": \"no\" } ], \"A\": { } }"),
               S("{\"\":\"empty\",\"1\":{\"\\n\":56,\"f\":{\"F\":5,\"f\":\"hi\"}},\"10\":{},\"111\":[{\"E\":\"no\",\"e\":\"yes\"}],\"A\":{},\"a\":{}}"));
    EXPECT_STR(canonical(w, "[56,{\"d\":true,\"10\":null,\"1\":[ ]}]"), S("[56,{\"1\":[],\"10\":null,\"d\":true}]"));
    EXPECT_STR(canonical(w,
        "{\"peach\":\"This sorting order\",\"p\\u00e9ch\\u00e9\":\"is wrong according to French\",\"p\\u00eache\":\"but canonicalization MUST\","
                            "\"sin\":\"ignore locale\"}"),
               S("{\"peach\":\"This sorting order\",\"p\u00e9ch\u00e9\":\"is wrong according to French\",\"p\u00eache\":\"but canonicalization MUST\",\"sin\":\"ignore locale\"}"));
    EXPECT_STR(canonical(w, "{\"Unnormalized Unicode\":\"A\\u030a\"}"), S("{\"Unnormalized Unicode\":\"A\u030a\"}"));
}

/* ---- Data Integrity EdDSA Cryptosuites v1.0, appendix B --------------------------------------------------------- */

#define KEY "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
#define ALUMNI "\"id\":\"urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33\",\"type\":[\"VerifiableCredential\",\"AlumniCredential\"]," \
    "\"name\":\"Alumni Credential\",\"description\":\"A minimum viable example of an Alumni Credential.\",\"issuer\":\"https://vc.example/issuers/5678\"," \
    "\"validFrom\":\"2023-01-01T00:00:00Z\",\"credentialSubject\":{\"id\":\"did:example:abcdefgh\",\"alumniOf\":\"The School of Examples\"}"
#define CONTEXT "\"@context\":[\"https://www.w3.org/ns/credentials/v2\",\"https://www.w3.org/ns/credentials/examples/v2\"]"
#define CREATED "2023-02-24T23:36:38Z"
#define PROOF(suite) "\"type\":\"DataIntegrityProof\",\"cryptosuite\":\"" suite "\",\"created\":\"" CREATED "\",\"verificationMethod\":\"did:key:" KEY "#" KEY "\"," \
    "\"proofPurpose\":\"assertionMethod\""
#define JCS_VALUE "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
#define RDFC_VALUE "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"
#define EMPLOY_VALUE "zeuuS9pi2ZR8Q41bFFJKS9weSWkwa7pRcxHTHzxjDEHtVSZp3D9Rm3JdzT82EQpmXMb9wvfFJLuDPeSXZaRX1q1c"

static const SignTerm alumni_terms[] = {
    { "AlumniCredential", "https://www.w3.org/ns/credentials/examples#AlumniCredential", SIGN_TYPE },
    { "alumniOf",         "https://www.w3.org/ns/credentials/examples#alumniOf",         SIGN_TEXT },
};
static const SignShape alumni = { "https://www.w3.org/ns/credentials/examples/v2", alumni_terms, COUNT_OF(alumni_terms) };

#define CITIZEN "https://w3id.org/citizenship#"
static const SignTerm employ_terms[] = {
    { "EmploymentAuthorizationDocumentCredential", CITIZEN "EmploymentAuthorizationDocumentCredential", SIGN_TYPE },
    { "EmploymentAuthorizationDocument",           CITIZEN "EmploymentAuthorizationDocument",           SIGN_TYPE },
    { "EmployablePerson",                          CITIZEN "EmployablePerson",                          SIGN_TYPE },
    { "Person",                                    "https://schema.org/Person",                         SIGN_TYPE },
    { "image",                                     "https://schema.org/image",                          SIGN_IRI },
    { "givenName",                                 "https://schema.org/givenName",                      SIGN_TEXT },
    { "additionalName",                            "https://schema.org/additionalName",                 SIGN_TEXT },
    { "familyName",                                "https://schema.org/familyName",                     SIGN_TEXT },
    { "gender",                                    "https://schema.org/gender",                         SIGN_TEXT },
    { "identifier",                                "https://schema.org/identifier",                     SIGN_TEXT },
    { "birthDate",                                 "https://schema.org/birthDate",                      SIGN_DATE_TIME },
    { "residentSince",                             CITIZEN "residentSince",                             SIGN_DATE_TIME },
    { "birthCountry",                              CITIZEN "birthCountry",                              SIGN_TEXT },
    { "lprCategory",                               CITIZEN "lprCategory",                               SIGN_TEXT },
    { "lprNumber",                                 CITIZEN "lprNumber",                                 SIGN_TEXT },
    { "employmentAuthorizationDocument",           CITIZEN "employmentAuthorizationDocument",           SIGN_NODE },
};
static const SignShape employ = { "https://w3id.org/citizenship/v4rc1", employ_terms, COUNT_OF(employ_terms) };
static const SignShape *const shapes[] = { &alumni, &employ };

#define DOT "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVQIW2"
#define EMPLOY "\"@context\":[\"https://www.w3.org/ns/credentials/v2\",\"https://w3id.org/citizenship/v4rc1\"]," \
    "\"type\":[\"VerifiableCredential\",\"EmploymentAuthorizationDocumentCredential\"]," \
    "\"issuer\":{\"id\":\"did:key:zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU76\",\"image\":\"" DOT "NgUPr/HwADaAIhG61j/AAAAABJRU5ErkJggg==\"}," \
    "\"credentialSubject\":{\"type\":[\"Person\",\"EmployablePerson\"],\"givenName\":\"JOHN\",\"additionalName\":\"JACOB\",\"familyName\":\"SMITH\"," \
    "\"image\":\"" DOT "Ng+M/wHwAEAQH/7yMK/gAAAABJRU5ErkJggg==\",\"gender\":\"Male\",\"residentSince\":\"2015-01-01\",\"birthCountry\":\"Bahamas\"," \
    "\"birthDate\":\"1999-07-17\",\"employmentAuthorizationDocument\":{\"type\":\"EmploymentAuthorizationDocument\",\"identifier\":\"83627465\"," \
    "\"lprCategory\":\"C09\",\"lprNumber\":\"999-999-999\"}},\"name\":\"Employment Authorization Document\"," \
    "\"description\":\"Example Employment Authorization Document.\",\"validFrom\":\"2019-12-03T00:00:00Z\",\"validUntil\":\"2029-12-03T00:00:00Z\""

static SignAsk ask_for(SignTrust *row)
{
    *row = (SignTrust){ .key = S(KEY), .purpose = S("trial"), .from = 1, .owner = 7 };
    return (SignAsk){ .purpose = S("trial"), .list = { row, 1 }, .moment = INT64_C(1700000000000), .shape = shapes, .shape_n = COUNT_OF(shapes) };
}

static Signed checked(World *w, const char *json)
{
    SignTrust row;
    SignAsk ask = ask_for(&row);
    Signed g = sign_check(world_arena(w), str_from(json), &ask);
    if (g.verdict != SIGN_GOOD) fprintf(stderr, "%s\n", g.why);
    return g;
}

TEST(the_published_jcs_credential_is_good)
{
    Signed g = checked(w, "{" CONTEXT "," ALUMNI ",\"proof\":{" PROOF("eddsa-jcs-2022") "," CONTEXT ",\"proofValue\":\"" JCS_VALUE "\"}}");
    EXPECT(g.verdict == SIGN_GOOD && g.owner == 7 && g.moment == INT64_C(1677281798000));
    EXPECT_STR(g.document, canonical(w, "{" CONTEXT "," ALUMNI "}"));
}

TEST(the_published_rdfc_credentials_are_good)
{
    EXPECT(checked(w, "{" CONTEXT "," ALUMNI ",\"proof\":{" PROOF("eddsa-rdfc-2022") ",\"proofValue\":\"" RDFC_VALUE "\"}}").verdict == SIGN_GOOD);
    SignTrust row;
    SignAsk ask = ask_for(&row);
    row.issuer = S("did:key:zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU76");     /* a key of P-256, and the proof is of another */
    str json = S("{" EMPLOY ",\"proof\":{" PROOF("eddsa-rdfc-2022") ",\"proofValue\":\"" EMPLOY_VALUE "\"}}");
    EXPECT(sign_check(world_arena(w), json, &ask).verdict == SIGN_GOOD);
    row.issuer = S("");
    EXPECT(sign_check(world_arena(w), json, &ask).verdict == SIGN_WRONG_ISSUER);
}

static const Seed *published_seed(World *w)
{
    static Seed seed;
    str bytes;
    EXPECT(base58_decode(world_arena(w), S("3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"), 34, &bytes));
    memcpy(seed.byte, bytes.p + 2, SEED_BYTES);
    return &seed;
}

/* The same key, document and moment give the same bytes. */
static str made(World *w, SignSuite suite, const char *json, const SignShape *shape)
{
    Arena *a = world_arena(w);
    Tree *document;
    uint8_t hashes[2 * SHA_BYTES], signature[SIGNATURE_BYTES];
    const char *why = document_signable(a, str_from(json), &document);
    EXPECT(!why);
    Tree *proof = proof_ours(a, document, suite, S(KEY), INT64_C(1677281798000));
    ProofOptions as = { suite, S(CREATED), S(""), S("did:key:" KEY "#" KEY) };
    EXPECT(proof_hash(a, document, proof, &as, shape, hashes, &why));
    seed_sign(published_seed(w), (str){ (char *)hashes, sizeof hashes }, signature);
    return proof_put(a, document, proof, signature);
}

TEST(the_published_key_makes_the_published_proofs)
{
    EXPECT(str_find(made(w, SIGN_JCS, "{" CONTEXT "," ALUMNI "}", NULL), S(JCS_VALUE)) > 0);
    EXPECT(str_find(made(w, SIGN_RDFC, "{" CONTEXT "," ALUMNI "}", &alumni), S(RDFC_VALUE)) > 0);
    EXPECT(str_find(made(w, SIGN_RDFC, "{" EMPLOY "}", &employ), S(EMPLOY_VALUE)) > 0);
}

TEST(the_published_quads_are_written_byte_for_byte)
{
    Tree *document;
    str quads = { 0 };
    const char *why = document_signable(world_arena(w), S("{" EMPLOY "}"), &document);
    EXPECT(!why && quads_of(world_arena(w), &employ, document, &quads, &why));
    EXPECT(str_starts(quads, S("<did:key:zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU76> <https://schema.org/image> <data:image/png;base64,")));
    EXPECT(str_find(quads, S("_:c14n0 <https://www.w3.org/2018/credentials#credentialSubject> _:c14n1 .\n")) > 0);
    EXPECT(str_find(quads, S("_:c14n1 <https://w3id.org/citizenship#employmentAuthorizationDocument> _:c14n2 .\n")) > 0);
    EXPECT(str_ends(quads, S("_:c14n2 <https://w3id.org/citizenship#lprNumber> \"999-999-999\" .\n")));
}

/* ---- keys, base45, COSE ----------------------------------------------------------------------------------------- */

TEST(a_key_has_one_name_and_is_read_back)
{
    uint8_t key[KEY_BYTES], public[KEY_BYTES];
    EXPECT(key_bytes(world_arena(w), S(KEY), key));
    EXPECT_STR(key_name(world_arena(w), key), S(KEY));
    seed_public(published_seed(w), public);
    EXPECT(memcmp(key, public, KEY_BYTES) == 0);
    static const char *const wrong[] = {
        "", "z", "6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ",
        "z16MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ0", "u7QGvVgn-d0lS4NbRT5RCkt8lkpDIBx8ZB5yLW-RqwQ7c7w",
        "zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU76",
        "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2zzzzzzzzzzzzzzzzzzzzzzzz",
    };
    for (int i = 0; i < COUNT_OF(wrong); i++) EXPECT(!key_bytes(world_arena(w), str_from(wrong[i]), key));
}

TEST(base45_is_written_and_read_as_in_rfc_9285)
{
    static const struct { const char *bytes, *text; } pair[] = {
        { "AB", "BB8" }, { "Hello!!", "%69 VD92EX0" }, { "base-45", "UJCLQE7W581" }, { "ietf!", "QED8WEX0" }, { "", "" }, { "\xFF\xFF", "FGW" },
    };
    str got;
    for (int i = 0; i < COUNT_OF(pair); i++) {
        EXPECT_STR(base45_encode(world_arena(w), str_from(pair[i].bytes)), str_from(pair[i].text));
        EXPECT(base45_decode(world_arena(w), str_from(pair[i].text), &got));
        EXPECT_STR(got, str_from(pair[i].bytes));
    }
    static const char *const wrong[] = { "GGW", ":::", "::", "BB", "A", "BB8A", "bb8", "BB8\n", "B_8", "V5" };
    for (int i = 0; i < COUNT_OF(wrong); i++) EXPECT(!base45_decode(world_arena(w), str_from(wrong[i]), &got));
    EXPECT(base45_decode(world_arena(w), S("U5"), &got) && got.n == 1 && got.p[0] == '\xFF');
}

/* cose-wg/Examples, eddsa-examples/eddsa-sig-01: a key of RFC 8032 section 7.1, alg and content type protected, the kid not. */
TEST(the_cose_working_groups_example_is_read_and_its_signature_is_good)
{
    Cose c;
    str bytes, public, text;
    Arena *a = world_arena(w);
    EXPECT(hex_decode(a, S("D28445A201270300A10442313154546869732069732074686520636F6E74656E742E58407142FD2FF96D56DB85BEE905A76BA1D0B7321A95C8C4D3607C5781932B7AFB87"
                           "11497DFA751BF40B58B3BCC32300B1487F3DB34085EEF013BF08F4A44D6FEF0D"), &bytes));
    EXPECT(cose_read(a, bytes, &c) && c.supported && !c.has_issued);
    EXPECT_STR(c.kid, S("11"));
    EXPECT_STR(c.payload, S("This is the content."));
    EXPECT(hex_decode(a, S("846A5369676E61747572653145A2012703004054546869732069732074686520636F6E74656E742E"), &text));
    EXPECT_STR(cose_signed_text(a, c.protected, c.payload), text);
    EXPECT(hex_decode(a, S("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), &public));
    EXPECT(crypto_sign_verify_detached((const uint8_t *)c.signature.p, (const uint8_t *)text.p, (unsigned long long)text.n,
        (const uint8_t *)public.p) == 0);
}

/* cose-wg/Examples, sign1-tests: another tag, alg -999, alg as a text; and alg among what is not signed (sign-pass-01). */
TEST(other_tags_and_algorithms_of_the_working_groups_examples_are_not_taken)
{
    Cose c;
    str bytes;
    Arena *a = world_arena(w);
    EXPECT(hex_decode(a, S("D903E68443A10126A10442313154546869732069732074686520636F6E74656E742E4100"), &bytes) && !cose_read(a, bytes, &c));
    static const char *const heads[] = { "D28445A1013903E6A104423131", "D2844AA10167756E6B6E6F776EA104423131", "D28441A0A2012604423131",
        "D28443A10126A104423131" };
    for (int i = 0; i < COUNT_OF(heads); i++) {
        str hex = str_cat(a, str_from(heads[i]), S("54546869732069732074686520636F6E74656E742E5840"), str_fmt(a, "%0128d", 0));
        EXPECT(hex_decode(a, hex, &bytes) && cose_read(a, bytes, &c) && !c.supported);
    }
}

TESTS(sign_vector, numbers_are_written_as_in_appendix_b_of_rfc_8785, powers_of_two_are_written_with_no_digit_too_many,
      the_test_data_of_rfc_8785_is_written_byte_for_byte, the_published_jcs_credential_is_good, the_published_rdfc_credentials_are_good,
      the_published_key_makes_the_published_proofs, the_published_quads_are_written_byte_for_byte, a_key_has_one_name_and_is_read_back,
      base45_is_written_and_read_as_in_rfc_9285, the_cose_working_groups_example_is_read_and_its_signature_is_good,
      other_tags_and_algorithms_of_the_working_groups_examples_are_not_taken)
