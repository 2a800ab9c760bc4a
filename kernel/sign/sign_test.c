/* sign_test - keys of an installation: made, ended, revoked, copied; what they sign, and what their signatures count for. */
#include "../../tests/world.h"
#include "sign/sign_own.h"

#include <unistd.h>

enum { FIRM = 4711, OTHER = 4712 };
#define CERTIFICATES S("certificate")

static const SignTerm terms[] = {
    { "Attendance", "https://sampan.example/terms#Attendance", SIGN_TYPE },    { "Course", "https://sampan.example/terms#Course", SIGN_TYPE },
    { "course",     "https://sampan.example/terms#course",     SIGN_NODE },    { "hours",  "https://sampan.example/terms#hours",  SIGN_INTEGER },
    { "passed",     "https://sampan.example/terms#passed",     SIGN_BOOLEAN }, { "day",    "https://sampan.example/terms#day",    SIGN_DATE },
    { "topic",      "https://sampan.example/terms#topic",      SIGN_TEXT },    { "place",  "https://sampan.example/terms#place",  SIGN_IRI },
};
static const SignShape shape = { NULL, terms, COUNT_OF(terms) };
static const SignShape *const shapes[] = { &shape };

/* ---- a piece of work -------------------------------------------------------------------------------------------- */

typedef struct Work {
    int64_t owner, at;
    str     purpose, json, out, why, name;
    SignSuite suite;
    bool    compact, stolen, fine;
    SignKey key;
    SignKeys keys;
    SignList list;
    SignRestored restored;
} Work;

static bool make_rule(Scope *s, void *arg)
{
    Work *k = arg;
    return k->fine = sign_key_make(s, k->owner, k->purpose, k->at, &k->key, &k->why);
}

static bool revoke_rule(Scope *s, void *arg)
{
    Work *k = arg;
    return k->fine = sign_key_revoke(s, k->name, k->at, k->stolen, &k->why);
}

static bool sign_rule(Scope *s, void *arg)
{
    Work *k = arg;
    const SignShape *as = k->suite == SIGN_RDFC ? &shape : NULL;
    k->fine = k->compact ? sign_compact(s, k->owner, k->purpose, k->json, &k->out, &k->why)
                         : sign_document(s, k->owner, k->purpose, k->suite, as, k->json, &k->out, &k->why);
    return k->fine;
}

static bool take_rule(Scope *s, void *arg)
{
    Work *k = arg;
    return k->fine = sign_backup_take(s, k->json, &k->restored, &k->why);
}

static void look_rule(Scope *s, void *arg)
{
    Work *k = arg;
    k->keys = sign_keys(s);
    k->list = sign_own_list(s);
    k->out = sign_backup_plain(s, &k->why);
}

static Work done(World *w, bool (*rule)(Scope *, void *), Work k)
{
    Landing l = { 0 };
    site_write(world_site(w), world_arena(w), 0, rule, &k, &l);
    EXPECT(l.kind == FAULT_NONE);
    return k;
}

static Work look(World *w)
{
    Landing l;
    Work k = { 0 };
    EXPECT(site_read(world_site(w), world_arena(w), 0, look_rule, &k, &l));
    return k;
}

static str make(World *w, int64_t owner)
{
    Work k = done(w, make_rule, (Work){ .owner = owner, .purpose = CERTIFICATES });
    EXPECT(k.fine);
    return k.key.name;
}

static void take_back(World *w, str name, int64_t at, bool stolen)
{
    EXPECT(done(w, revoke_rule, (Work){ .name = name, .at = at, .stolen = stolen }).fine);
}

static str signed_with(World *w, Work k)
{
    k.purpose = k.purpose.n ? k.purpose : CERTIFICATES;
    k.owner = k.owner ? k.owner : FIRM;
    k = done(w, sign_rule, k);
    if (!k.fine) fprintf(stderr, "%.*s\n", STR_ARG(k.why));
    EXPECT(k.fine);
    return k.out;
}

static str document(World *w, const char *json) { return signed_with(w, (Work){ .suite = SIGN_JCS, .json = str_from(json) }); }
static str compact(World *w, const char *json) { return signed_with(w, (Work){ .compact = true, .json = str_from(json) }); }

static SignAsk ask(World *w)
{
    return (SignAsk){ .purpose = CERTIFICATES, .list = look(w).list, .moment = world_now(w), .shape = shapes, .shape_n = 1 };
}

static Signed check(World *w, str text, const SignAsk *how)
{
    return str_starts(text, S("SP1:")) ? sign_check_compact(world_arena(w), text, how) : sign_check(world_arena(w), text, how);
}

static SignVerdict verdict(World *w, str text)
{
    SignAsk how = ask(w);
    return check(w, text, &how).verdict;
}

static str credential(World *w, str key, const char *rest)
{
    return str_fmt(world_arena(w), "{\"@context\":[\"https://www.w3.org/ns/credentials/v2\",%.*s],\"type\":[\"VerifiableCredential\",\"Attendance\"],"
                   "\"issuer\":\"did:key:%.*s\",\"credentialSubject\":{\"id\":\"urn:uuid:7\",\"course\":{\"type\":\"Course\",\"topic\":[\"rice\",\"jute \\\"raw\\\"\\n\"],"
                   "\"hours\":12,\"day\":\"2026-11-22\",\"passed\":true,\"place\":\"https://sampan.example/batu\"}}%s}",
                   STR_ARG(sign_shape_context(world_arena(w), &shape)), STR_ARG(key), rest);
}

static str rdfc(World *w, str key) { return signed_with(w, (Work){ .suite = SIGN_RDFC, .json = credential(w, key, "") }); }

/* ---- signing ---------------------------------------------------------------------------------------------------- */

TEST(what_is_signed_is_good_and_comes_back_as_it_was)
{
    str key = make(w, FIRM), texts[] = { document(w, "{\"b\":1,\"a\":\"\u0e02\u0e49\u0e32\u0e27\"}"), compact(w,
        "{\"b\":1,\"a\":\"\u0e02\u0e49\u0e32\u0e27\"}"), rdfc(w, key) };
    for (int i = 0; i < COUNT_OF(texts); i++) {
        SignAsk how = ask(w);
        Signed g = check(w, texts[i], &how);
        EXPECT(g.verdict == SIGN_GOOD && g.owner == FIRM && g.moment == world_now(w) / SECOND * SECOND);
        EXPECT_STR(g.key, key);
        if (i < 2) EXPECT_STR(g.document, S("{\"a\":\"\u0e02\u0e49\u0e32\u0e27\",\"b\":1}"));
    }
}

TEST(every_kind_of_value_fits_on_paper)
{
    make(w, FIRM);
    static const char *const all = "{\"a\":[],\"b\":{},\"c\":[null,true,false],\"d\":[0,23,24,255,256,65535,65536,4294967296,9007199254740991],"
                                   "\"e\":[-1,-24,-25,-9007199254740991],\"f\":\"\",\"longer\":{\"z\":1,\"aa\":2}}";
    SignAsk how = ask(w);
    Signed g = check(w, compact(w, all), &how);
    EXPECT(g.verdict == SIGN_GOOD);
    EXPECT_STR(g.document, S("{\"a\":[],\"b\":{},\"c\":[null,true,false],\"d\":[0,23,24,255,256,65535,65536,4294967296,9007199254740991],"
                             "\"e\":[-1,-24,-25,-9007199254740991],\"f\":\"\",\"longer\":{\"aa\":2,\"z\":1}}"));
}

/* Each byte becomes each of two others: nothing of it may be good, and nothing may fall over it. What differs in no more than how it is
 * written (a blank, an escape) cannot arise from one byte here, but for the order of what rdfc does not sign. */
static void alter(World *w, str text)
{
    SignAsk how = ask(w);
    char *p = NEW(world_arena(w), char, text.n);
    memcpy(p, text.p, (size_t)text.n);
    for (ptrdiff_t i = 0; i < text.n; i++) {
        for (int k = 0; k < 2; k++) {
            SCRATCH(tmp, world_arena(w));
            p[i] = (char)(text.p[i] ^ (k ? 0x20 : 0x01));
            str altered = { p, text.n };
            Signed g = str_starts(text, S("SP1:")) ? sign_check_compact(&tmp, altered, &how) : sign_check(&tmp, altered, &how);
            if (g.verdict == SIGN_GOOD) fprintf(stderr, "byte %td: %.*s\n", i, STR_ARG(altered));
            EXPECT(g.verdict != SIGN_GOOD && g.verdict != SIGN_NOT_CHECKED && g.document.n == 0 && g.why);
        }
        p[i] = text.p[i];
    }
}

TEST(one_altered_byte_is_never_good)
{
    str key = make(w, FIRM);
    alter(w, document(w, "{\"total\":\"1200.50\",\"to\":\"Batu\",\"n\":12}"));
    alter(w, compact(w, "{\"total\":\"1200.50\",\"to\":\"Batu\",\"n\":12}"));
    alter(w, rdfc(w, key));
}

TEST(a_text_cut_anywhere_is_never_good)
{
    str key = make(w, FIRM), texts[] = { document(w, "{\"a\":1}"), compact(w, "{\"a\":1}"), rdfc(w, key) };
    SignAsk how = ask(w);
    for (int i = 0; i < COUNT_OF(texts); i++)
        for (ptrdiff_t n = 0; n < texts[i].n; n++) EXPECT(check(w, str_slice(texts[i], 0, n), &how).verdict == SIGN_UNREADABLE);
    EXPECT(verdict(w, str_cat(world_arena(w), texts[1], S("A"))) == SIGN_UNREADABLE);
    EXPECT(verdict(w, str_cat(world_arena(w), texts[1], S("000"))) == SIGN_UNREADABLE);
    EXPECT(verdict(w, str_cat(world_arena(w), texts[0], S("{}"))) == SIGN_UNREADABLE);
    EXPECT(verdict(w, str_cat(world_arena(w), texts[0], S("\n"))) == SIGN_GOOD);
}

static void refused(World *w, Work k, const char *words)
{
    k.purpose = k.purpose.n ? k.purpose : CERTIFICATES;
    k = done(w, sign_rule, k);
    if (k.fine || str_find(k.why, str_from(words)) < 0) fprintf(stderr, "%.*s: %.*s\n", STR_ARG(k.json), STR_ARG(k.why));
    EXPECT(!k.fine && str_find(k.why, str_from(words)) >= 0);
}

TEST(what_cannot_be_signed_is_refused_with_a_sentence)
{
    make(w, FIRM);
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_JCS, .json = S("[1]") }, "must be one JSON object");
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_JCS, .json = S("{\"proof\":{}}") }, "a signature on it already");
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_JCS, .json = S("{\"a\":1,\"a\":1}") }, "A name stands in it twice");
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_JCS, .json = S("{\"validUntil\":\"tomorrow\"}") }, "incomplete, or not as it should");
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_JCS, .json = S("{\"issuer\":\"did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2\"}") },
        "another issuer");
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_RDFC, .json = S("{\"a\":1}") }, "of a shape that is not known");
    refused(w, (Work){ .owner = FIRM, .compact = true, .json = S("{\"price\":1.5}") }, "numbers are whole");
    refused(w, (Work){ .owner = FIRM, .compact = true, .json = str_fmt(world_arena(w), "{\"a\":\"%02500d\"}", 1) }, "too long for a code");
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_JCS, .json = str_fmt(world_arena(w), "{\"a\":\"%0140000d\"}", 1) }, "too long");
    refused(w, (Work){ .owner = OTHER, .suite = SIGN_JCS, .json = S("{}") }, "no key in force");
    refused(w, (Work){ .owner = 0, .suite = SIGN_JCS, .json = S("{}") }, "no key in force");
    refused(w, (Work){ .owner = FIRM, .purpose = S("settlement"), .compact = true, .json = S("{}") }, "no key in force");
}

/* ---- keys in time ----------------------------------------------------------------------------------------------- */

TEST(a_key_belongs_to_somebody_and_to_one_purpose)
{
    static const struct { int64_t owner; const char *purpose; bool fine; } tries[] = {
        { FIRM, "certificate", true }, { FIRM, "trust-list", true }, { FIRM, "v1.trial", true }, { -5, "certificate", true },
        { 0, "certificate", false }, { FIRM, "", false }, { FIRM, "Certificate", false }, { FIRM, "a b", false }, { FIRM, "a\nb", false },
        { FIRM, "a23456789012345678901234567890123456789012345678901234567890abcde", false },
    };
    for (int i = 0; i < COUNT_OF(tries); i++) {
        Work k = done(w, make_rule, (Work){ .owner = tries[i].owner, .purpose = str_from(tries[i].purpose) });
        EXPECT(k.fine == tries[i].fine && (k.fine || k.why.n > 0));
    }
    EXPECT(sql_int(w, "SELECT count(*) FROM sign_key") == 4);
}

TEST(after_a_rotation_the_old_key_proves_what_it_signed_and_signs_no_more)
{
    str first = make(w, FIRM), before = document(w, "{\"n\":1}");
    world_wait(w, DAY);
    str second = make(w, FIRM), after = document(w, "{\"n\":2}");
    SignAsk how = ask(w);
    EXPECT(!str_eq(first, second));
    EXPECT(check(w, before, &how).verdict == SIGN_GOOD && str_eq(check(w, before, &how).key, first));
    EXPECT(check(w, after, &how).verdict == SIGN_GOOD && str_eq(check(w, after, &how).key, second));
}

TEST(a_key_for_later_takes_over_by_itself_when_its_time_comes)
{
    make(w, FIRM);
    Work next = done(w, make_rule, (Work){ .owner = FIRM, .purpose = CERTIFICATES, .at = world_now(w) + 30 * DAY });
    EXPECT(next.fine && !str_eq(check(w, document(w, "{}"), &(SignAsk){ .list = look(w).list }).key, next.key.name));
    world_wait(w, 31 * DAY);
    SignAsk how = ask(w);
    EXPECT_STR(check(w, document(w, "{}"), &how).key, next.key.name);
}

/* The one for later stays; the new one ends when it begins. */
TEST(a_key_made_in_between_ends_when_the_planned_one_begins)
{
    make(w, FIRM);
    int64_t later = (world_now(w) + 30 * DAY) / SECOND * SECOND;
    EXPECT(done(w, make_rule, (Work){ .owner = FIRM, .purpose = CERTIFICATES, .at = later }).fine);
    world_wait(w, DAY);
    Work between = done(w, make_rule, (Work){ .owner = FIRM, .purpose = CERTIFICATES });
    EXPECT(between.fine && between.key.until == later);
    EXPECT(sql_int(w, "SELECT count(*) FROM sign_key WHERE valid_until = 0") == 1);
    Work twice = done(w, make_rule, (Work){ .owner = FIRM, .purpose = CERTIFICATES, .at = later });
    EXPECT(!twice.fine && str_find(twice.why, S("begins at that moment")) >= 0);
    EXPECT(!done(w, make_rule, (Work){ .owner = FIRM, .purpose = CERTIFICATES, .at = world_now(w) - DAY }).fine);
}

TEST(what_a_key_signs_before_or_after_its_time_does_not_count)
{
    str text = document(w, (make(w, FIRM), "{}"));
    SignAsk how = ask(w);
    SignTrust row = how.list.row[0];
    how.list.row = &row;
    EXPECT(check(w, text, &how).verdict == SIGN_GOOD);
    row.from = world_now(w) + SECOND;
    EXPECT(check(w, text, &how).verdict == SIGN_KEY_NOT_VALID);
    row.from = 0;
    EXPECT(check(w, text, &how).verdict == SIGN_KEY_NOT_VALID);
    row.from = 1;
    row.until = world_now(w) - SECOND;
    EXPECT(check(w, text, &how).verdict == SIGN_KEY_NOT_VALID);
}

TEST(a_clock_that_runs_ahead_is_seen_and_a_little_is_forgiven)
{
    str text = document(w, (make(w, FIRM), "{}"));
    SignAsk how = ask(w);
    how.moment -= SIGN_CLOCK_SLACK - MINUTE;
    EXPECT(check(w, text, &how).verdict == SIGN_GOOD);
    how.moment -= 2 * MINUTE;
    EXPECT(check(w, text, &how).verdict == SIGN_AHEAD);
    how = ask(w);
    how.seen = how.moment - DAY;                        /* it was here yesterday, and says it was signed today */
    EXPECT(check(w, text, &how).verdict == SIGN_AHEAD);
}

TEST(a_revoked_key_counts_for_what_it_signed_before_and_signs_nothing_more)
{
    str key = make(w, FIRM), before = document(w, "{\"n\":1}"), paper = compact(w, "{\"n\":1}");
    world_wait(w, DAY);
    str after = document(w, "{\"n\":2}");
    take_back(w, key, world_now(w) - HOUR, false);
    EXPECT(verdict(w, before) == SIGN_GOOD && verdict(w, paper) == SIGN_GOOD && verdict(w, after) == SIGN_KEY_REVOKED);
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_JCS, .json = S("{}") }, "no key in force");
    EXPECT(sql_int(w, "SELECT length(sealed) FROM sign_key") == 0);
    take_back(w, key, 0, false);                           /* later than it was: it stays where it was */
    EXPECT(verdict(w, after) == SIGN_KEY_REVOKED);
    EXPECT(!done(w, revoke_rule, (Work){ .name = key, .at = world_now(w) + DAY }).fine);
    EXPECT(!done(w, revoke_rule, (Work){ .name = S("z6Mk"), .at = 0 }).fine);
}

/* Whoever has it can write any date. */
TEST(of_a_stolen_key_only_what_was_seen_before_counts)
{
    str key = make(w, FIRM), text = document(w, "{\"n\":1}");
    int64_t seen = world_now(w) + MINUTE;
    world_wait(w, DAY);
    take_back(w, key, world_now(w) - HOUR, true);
    EXPECT(verdict(w, text) == SIGN_KEY_REVOKED);
    SignAsk how = ask(w);
    how.seen = seen;
    EXPECT(check(w, text, &how).verdict == SIGN_GOOD);
    how.seen = world_now(w) - MINUTE;
    EXPECT(check(w, text, &how).verdict == SIGN_KEY_REVOKED);
    SignTrust rows[] = { how.list.row[0], { .key = key, .purpose = CERTIFICATES, .from = 1 } };        /* another list has not heard of it */
    how.list = (SignList){ rows, 2 };
    EXPECT(check(w, text, &how).verdict == SIGN_KEY_REVOKED);
    rows[0].purpose = S("settlement");
    EXPECT(check(w, text, &how).verdict == SIGN_KEY_REVOKED);
}

TEST(each_reason_has_its_own_verdict)
{
    str key = make(w, FIRM), text = document(w, "{}"), paper = compact(w, "{}");
    SignAsk how = ask(w);
    how.purpose = S("settlement");
    EXPECT(check(w, text, &how).verdict == SIGN_WRONG_PURPOSE && check(w, paper, &how).verdict == SIGN_WRONG_PURPOSE);
    how.purpose = S("");
    EXPECT(check(w, text, &how).verdict == SIGN_WRONG_PURPOSE && check(w, paper, &how).verdict == SIGN_WRONG_PURPOSE);
    how = ask(w);
    how.list.n = 0;
    EXPECT(check(w, text, &how).verdict == SIGN_UNKNOWN_KEY && check(w, paper, &how).verdict == SIGN_UNKNOWN_KEY);
    how = ask(w);
    SignTrust row = how.list.row[0];
    row.issuer = S("https://ministry.example");
    how.list.row = &row;
    EXPECT(check(w, text, &how).verdict == SIGN_WRONG_ISSUER);
    how = ask(w);
    how.moment = world_now(w) + 400 * DAY;
    EXPECT(check(w, document(w, "{\"validUntil\":\"2027-11-22T10:00:00+07:00\"}"), &how).verdict == SIGN_NOT_IN_FORCE);
    EXPECT(check(w, compact(w, "{\"validFrom\":\"2099-01-01T00:00:00Z\"}"), &how).verdict == SIGN_NOT_IN_FORCE);
    EXPECT(check(w, S("{}"), &how).verdict == SIGN_UNREADABLE && check(w, S(""), &how).verdict == SIGN_UNREADABLE);
    EXPECT(key.n > 0);
    for (SignVerdict v = SIGN_NOT_CHECKED; v < SIGN_VERDICTS; v++) EXPECT(sign_verdict_word(v).n > 0);
}

/* ---- what lies in the database ---------------------------------------------------------------------------------- */

TEST(a_sealed_key_opens_for_its_name_and_purpose_and_in_this_installation_alone)
{
    str key = make(w, FIRM);
    EXPECT(done(w, make_rule, (Work){ .owner = FIRM, .purpose = S("settlement") }).fine);
    EXPECT(sql_int(w, "SELECT min(length(sealed)) FROM sign_key") == SEALED_BYTES);
    sql_run(w, "UPDATE sign_key SET purpose = 'other' WHERE purpose = 'certificate'");
    refused(w, (Work){ .owner = FIRM, .purpose = S("other"), .suite = SIGN_JCS, .json = S("{}") }, "cannot be opened");
    sql_run(w, "UPDATE sign_key SET purpose = 'certificate' WHERE purpose = 'other'");
    EXPECT(verdict(w, document(w, "{}")) == SIGN_GOOD);
    world_site(w)->key[7] ^= 1;
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_JCS, .json = S("{}") }, "cannot be opened");
    EXPECT(look(w).out.n == 0 && key.n > 0);            /* no copy that is not whole */
}

TEST(keys_are_still_there_after_a_restart)
{
    str text = document(w, (make(w, FIRM), "{}"));
    text = str_keep(world_arena(w), text);
    world_again(w);
    EXPECT(verdict(w, text) == SIGN_GOOD && verdict(w, document(w, "{\"n\":2}")) == SIGN_GOOD);
}

static int64_t keys_here(World *w) { return sql_int(w, "SELECT count(*) FROM sign_key"); }

TEST(whichever_database_call_fails_no_half_rotation_is_left)
{
    Landing l;
    make(w, FIRM);
    world_wait(w, DAY);
    for (int64_t nth = 1;; nth++) {
        Work k = { .owner = FIRM, .purpose = CERTIFICATES };
        world_fail(w, nth);
        bool saved = site_write(world_site(w), world_arena(w), 0, make_rule, &k, &l);
        world_fail(w, 0);
        if (saved) break;
        EXPECT(keys_here(w) == 1 && sql_int(w, "SELECT count(*) FROM sign_key WHERE valid_until = 0") == 1);
        EXPECT(nth < 100);
    }
    EXPECT(keys_here(w) == 2 && sql_int(w, "SELECT count(*) FROM sign_key WHERE valid_until = 0") == 1);
}

/* ---- a copy ----------------------------------------------------------------------------------------------------- */

#define PASSPHRASE S("seven sacks of rice on a boat")

static str opened(World *w, str file, str passphrase, const char *words)
{
    str plain = { 0 };
    const char *why = "";
    bool fine = sign_backup_open(world_arena(w), file, passphrase, &plain, &why);
    if (words && (fine || !strstr(why, words))) fprintf(stderr, "%s\n", why);
    EXPECT(fine == !words && (fine || strstr(why, words)));
    return plain;
}

TEST(a_copy_opens_with_its_passphrase_and_says_what_is_wrong_otherwise)
{
    make(w, FIRM);
    str plain = look(w).out, file = sign_backup_seal(world_arena(w), plain, PASSPHRASE);
    EXPECT(str_find(plain, S("\"seed\"")) > 0 && str_find(file, S("seed")) < 0 && str_find(file, S("z6Mk")) < 0);
    EXPECT_STR(opened(w, file, PASSPHRASE, NULL), plain);
    opened(w, file, S("seven sacks of rice on a cart"), "The passphrase does not open this copy.");
    opened(w, file, S(""), "The passphrase does not open this copy.");
    opened(w, str_slice(file, 0, file.n - 1), PASSPHRASE, "is damaged");
    opened(w, str_slice(file, 0, 40), PASSPHRASE, "is not whole");
    opened(w, S(""), PASSPHRASE, "not a copy of keys");
    opened(w, S("sampan-sign-backup-2\n"), PASSPHRASE, "another version");
    char *p = NEW(world_arena(w), char, file.n);
    for (ptrdiff_t i = 22; i < file.n; i += 7) {
        memcpy(p, file.p, (size_t)file.n);
        p[i] ^= 4;
        opened(w, (str){ p, file.n }, PASSPHRASE, "something in it was changed");
    }
}

TEST(two_copies_of_the_same_keys_have_nothing_in_common)
{
    make(w, FIRM);
    str plain = look(w).out, a = sign_backup_seal(world_arena(w), plain, PASSPHRASE), b = sign_backup_seal(world_arena(w), plain, PASSPHRASE);
    EXPECT(a.n == b.n && memcmp(a.p + 21, b.p + 21, 40) != 0 && memcmp(a.p + 61, b.p + 61, 64) != 0);
}

static Work take(World *w, str plain) { return done(w, take_rule, (Work){ .json = plain }); }

/* The key file is lost with the machine, and the database with it. */
TEST(in_a_new_installation_the_copy_gives_all_keys_back_and_a_second_time_changes_nothing)
{
    str key = make(w, FIRM), old = document(w, "{\"n\":1}");
    world_wait(w, DAY);
    make(w, FIRM);
    make(w, OTHER);
    take_back(w, look(w).keys.row[2].name, 0, true);
    str plain = look(w).out;
    sql_run(w, "DELETE FROM sign_key");
    world_site(w)->key[0] ^= 0x55;
    Work first = take(w, plain);
    EXPECT(first.fine && first.restored.added == 3 && first.restored.known == 0);
    EXPECT_STR(look(w).out, plain);
    EXPECT(verdict(w, old) == SIGN_GOOD && verdict(w, document(w, "{\"n\":2}")) == SIGN_GOOD && key.n > 0);
    Work second = take(w, plain);
    EXPECT(second.fine && second.restored.added == 0 && second.restored.known == 3 && second.restored.changed == 0 && second.restored.resealed == 0);
    EXPECT_STR(look(w).out, plain);
}

TEST(a_lost_key_file_is_made_good_by_the_copy)
{
    make(w, FIRM);
    str plain = look(w).out;
    world_site(w)->key[0] ^= 0x55;
    refused(w, (Work){ .owner = FIRM, .suite = SIGN_JCS, .json = S("{}") }, "cannot be opened");
    Work k = take(w, plain);
    EXPECT(k.fine && k.restored.known == 1 && k.restored.resealed == 1);
    EXPECT(verdict(w, document(w, "{}")) == SIGN_GOOD);
}

TEST(an_old_copy_brings_no_revoked_key_back)
{
    str key = make(w, FIRM), text = document(w, "{}"), plain = look(w).out;
    world_wait(w, DAY);
    take_back(w, key, SECOND, true);
    world_wait(w, DAY);
    make(w, FIRM);
    Work k = take(w, plain);
    EXPECT(k.fine && k.restored.known == 1 && k.restored.changed == 0 && k.restored.resealed == 0);
    EXPECT(verdict(w, text) == SIGN_KEY_REVOKED && sql_int(w, "SELECT count(*) FROM sign_key WHERE length(sealed) = 0") == 1);
}

TEST(a_newer_copy_ends_and_revokes_what_an_old_database_still_uses)
{
    str key = make(w, FIRM), old = look(w).out;
    world_wait(w, DAY);
    str second = make(w, FIRM);
    take_back(w, key, 0, false);
    str newer = look(w).out;
    sql_run(w, "DELETE FROM sign_key");
    EXPECT(take(w, old).fine && sql_int(w, "SELECT count(*) FROM sign_key WHERE valid_until = 0 AND revoked_at = 0") == 1);
    Work k = take(w, newer);
    EXPECT(k.fine && k.restored.added == 1 && k.restored.changed == 1);
    EXPECT_STR(look(w).out, newer);
    EXPECT_STR(check(w, document(w, "{}"), &(SignAsk){ .list = look(w).list }).key, second);
}

/* Meanwhile a key was made here: of the two only the later goes on. */
TEST(restored_beside_a_newer_key_the_older_ends_when_that_begins)
{
    make(w, FIRM);
    str plain = look(w).out;
    sql_run(w, "DELETE FROM sign_key");
    world_wait(w, DAY);
    str here = make(w, FIRM);
    EXPECT(take(w, plain).fine && sql_int(w, "SELECT count(*) FROM sign_key WHERE valid_until = 0") == 1);
    SignAsk how = ask(w);
    EXPECT_STR(check(w, document(w, "{}"), &how).key, here);
}

TEST(a_copy_that_is_not_as_it_should_be_is_taken_whole_or_not_at_all)
{
    make(w, FIRM);
    make(w, OTHER);
    str plain = look(w).out, second = look(w).keys.row[1].name;
    sql_run(w, "DELETE FROM sign_key");
    ptrdiff_t at = str_find(plain, second);
    char *p = NEW(world_arena(w), char, plain.n);
    memcpy(p, plain.p, (size_t)plain.n);
    p[at + 9] = p[at + 9] == 'a' ? 'b' : 'a';           /* a name that is not the seed's */
    Work k = take(w, (str){ p, plain.n });
    EXPECT(!k.fine && str_find(k.why, S("nothing of it was taken")) > 0 && keys_here(w) == 0);
    EXPECT(!take(w, S("{}")).fine && !take(w, S("")).fine && !take(w, S("{\"keys\":[1],\"type\":\"SampanSignKeys\"}")).fine && keys_here(w) == 0);
    EXPECT(take(w, plain).fine);
    sql_run(w, "UPDATE sign_key SET purpose = 'other' WHERE owner = 4712");
    sql_run(w, "DELETE FROM sign_key WHERE owner = 4711");
    k = take(w, plain);
    EXPECT(!k.fine && str_find(k.why, S("for another purpose")) > 0 && keys_here(w) == 1);
}

TEST(whichever_database_call_fails_a_copy_is_not_taken_in_half)
{
    Landing l;
    make(w, FIRM);
    make(w, OTHER);
    str plain = look(w).out;
    sql_run(w, "DELETE FROM sign_key");
    for (int64_t nth = 1;; nth++) {
        Work k = { .json = plain };
        world_fail(w, nth);
        bool saved = site_write(world_site(w), world_arena(w), 0, take_rule, &k, &l);
        world_fail(w, 0);
        if (saved) break;
        EXPECT(keys_here(w) == 0 && nth < 100);
    }
    EXPECT_STR(look(w).out, plain);
}

/* ---- lists ------------------------------------------------------------------------------------------------------ */

TEST(a_list_travels_signed_and_is_read_as_it_was_written)
{
    Arena *a = world_arena(w);
    str key = make(w, FIRM), text = document(w, "{}");
    EXPECT(done(w, make_rule, (Work){ .owner = OTHER, .purpose = S(SIGN_FOR_LISTS) }).fine);
    take_back(w, key, world_now(w), true);
    SignList own = look(w).list, got = { 0 };
    const char *why;
    str json = sign_list_json(a, own, world_now(w), world_now(w) + 30 * DAY);
    str sent = signed_with(w, (Work){ .owner = OTHER, .purpose = S(SIGN_FOR_LISTS), .suite = SIGN_JCS, .json = json });
    SignAsk how = ask(w);
    how.purpose = S(SIGN_FOR_LISTS);
    Signed g = check(w, sent, &how);
    EXPECT(g.verdict == SIGN_GOOD && sign_list_read(a, g.document, &got, &why) && got.n == own.n);
    EXPECT_STR(sign_list_json(a, got, 0, 0), sign_list_json(a, own, 0, 0));
    how = (SignAsk){ .purpose = CERTIFICATES, .list = got, .moment = world_now(w) };
    EXPECT(check(w, text, &how).verdict == SIGN_KEY_REVOKED);
    how = ask(w);
    how.purpose = S(SIGN_FOR_LISTS);
    how.moment += 31 * DAY;
    EXPECT(check(w, sent, &how).verdict == SIGN_NOT_IN_FORCE);
}

TEST(a_list_that_says_what_is_not_known_here_is_no_list)
{
#define ROW "{\"key\":\"z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2\",\"purpose\":\"trial\",\"from\":\"2026-01-01T00:00:00Z\""
    SignList list;
    const char *why = NULL;
    static const char *const wrong[] = {
        "", "[]", "{}", "{\"type\":\"SignTrustList\"}", "{\"type\":\"SignTrustList\",\"keys\":{}}", "{\"keys\":[]}",
        "{\"type\":\"Other\",\"keys\":[]}",
        "{\"type\":\"SignTrustList\",\"keys\":[],\"unless\":1}", "{\"type\":\"SignTrustList\",\"keys\":[1]}",
        "{\"type\":\"SignTrustList\",\"keys\":[{}]}",
        "{\"type\":\"SignTrustList\",\"keys\":[" ROW ",\"unless\":1}]}", "{\"type\":\"SignTrustList\",\"keys\":[" ROW ",\"stolen\":true}]}",
        "{\"type\":\"SignTrustList\",\"keys\":[" ROW ",\"stolen\":false,\"revoked\":\"2026-01-01T00:00:00Z\"}]}",
        "{\"type\":\"SignTrustList\",\"keys\":[" ROW ",\"until\":\"1 May\"}]}", "{\"type\":\"SignTrustList\",\"keys\":[" ROW ",\"owner\":7}]}",
        "{\"type\":\"SignTrustList\",\"keys\":[{\"key\":\"z6Mk\",\"purpose\":\"trial\",\"from\":\"2026-01-01T00:00:00Z\"}]}",
        "{\"type\":\"SignTrustList\",\"keys\":[{\"key\":\"z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2\",\"purpose\":\"trial\"}]}",
    };
    for (int i = 0; i < COUNT_OF(wrong); i++) EXPECT(!sign_list_read(world_arena(w), str_from(wrong[i]), &list, &why) && why);
    EXPECT(sign_list_read(world_arena(w), S("{\"type\":\"SignTrustList\",\"keys\":[" ROW "}]}"), &list, &why) && list.n == 1);
}

TESTS(sign, what_is_signed_is_good_and_comes_back_as_it_was, every_kind_of_value_fits_on_paper, one_altered_byte_is_never_good,
      a_text_cut_anywhere_is_never_good, what_cannot_be_signed_is_refused_with_a_sentence, a_key_belongs_to_somebody_and_to_one_purpose,
      after_a_rotation_the_old_key_proves_what_it_signed_and_signs_no_more, a_key_for_later_takes_over_by_itself_when_its_time_comes,
      a_key_made_in_between_ends_when_the_planned_one_begins, what_a_key_signs_before_or_after_its_time_does_not_count,
      a_clock_that_runs_ahead_is_seen_and_a_little_is_forgiven, a_revoked_key_counts_for_what_it_signed_before_and_signs_nothing_more,
      of_a_stolen_key_only_what_was_seen_before_counts, each_reason_has_its_own_verdict,
      a_sealed_key_opens_for_its_name_and_purpose_and_in_this_installation_alone, keys_are_still_there_after_a_restart,
      whichever_database_call_fails_no_half_rotation_is_left, a_copy_opens_with_its_passphrase_and_says_what_is_wrong_otherwise,
      two_copies_of_the_same_keys_have_nothing_in_common,
      in_a_new_installation_the_copy_gives_all_keys_back_and_a_second_time_changes_nothing, a_lost_key_file_is_made_good_by_the_copy,
      an_old_copy_brings_no_revoked_key_back, a_newer_copy_ends_and_revokes_what_an_old_database_still_uses,
      restored_beside_a_newer_key_the_older_ends_when_that_begins, a_copy_that_is_not_as_it_should_be_is_taken_whole_or_not_at_all,
      whichever_database_call_fails_a_copy_is_not_taken_in_half, a_list_travels_signed_and_is_read_as_it_was_written,
      a_list_that_says_what_is_not_known_here_is_no_list)
