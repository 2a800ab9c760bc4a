/* peer - this program's side of a conversation with libraries of others: tests/e2e/sign.mjs is theirs.
 *
 *   sign-peer make FOLDER     an installation of its own signs, and leaves there: list.json, NAME.jcs.json, NAME.rdfc.json, NAME.cose (bytes),
 *                             NAME.sp1 (text); key.json with the public key; moment, the moment of it all
 *   sign-peer check FOLDER    reads list.json and every other file there, and prints "FILE: verdict" for each
 *   sign-peer canonical       each line of standard input is a JSON text; prints RFC 8785's form of each, or "refused"
 *   sign-peer numbers         each line is the 16 hex digits of a double; prints what ECMAScript would
 *
 * The shapes below are what both sides know. */
#include <unistd.h>

#include "db_all.h"
#include "os/os.h"
#include "sign/sign_own.h"
#include "web/site.h"

extern const Module *const all_modules[];
extern const int all_module_n;

enum { FIRM = 4711, ROOM_BYTES = 256 << 20, LINE_MAX_BYTES = 1 << 20 };
#define TERMS "https://sampan.example/terms#"

static const SignTerm terms[] = {
    { "Attendance", TERMS "Attendance", SIGN_TYPE },    { "Course", TERMS "Course", SIGN_TYPE }, { "course", TERMS "course", SIGN_NODE },
    { "hours",      TERMS "hours",      SIGN_INTEGER }, { "passed", TERMS "passed", SIGN_BOOLEAN }, { "day", TERMS "day", SIGN_DATE },
    { "at",         TERMS "at",         SIGN_DATE_TIME }, { "topic", TERMS "topic", SIGN_TEXT }, { "place", TERMS "place", SIGN_IRI },
};
static const SignShape carried = { NULL, terms, COUNT_OF(terms) };
static const SignShape published = { "https://sampan.example/terms/v1", terms, COUNT_OF(terms) };
static const SignShape *const shapes[] = { &carried, &published };

typedef struct Talk { const char *folder; Arena *keep; SignKey key; } Talk;

static const char *file_in(Talk *t, const char *name) { return str_fmt(t->keep, "%s/%s", t->folder, name).p; }
static void put(Talk *t, const char *name, str bytes) { CHECK(os_write_file(file_in(t, name), bytes)); }

/* ---- make ------------------------------------------------------------------------------------------------------- */

static str context_of(Arena *keep, const SignShape *shape)
{
    return shape->context ? str_fmt(keep, "\"%s\"", shape->context) : sign_shape_context(keep, shape);
}

static str credential(Talk *t, const SignShape *shape, const char *subject, const char *rest)
{
    return str_fmt(t->keep, "{\"@context\":[\"https://www.w3.org/ns/credentials/v2\",%.*s],\"type\":[\"VerifiableCredential\",\"Attendance\"],"
                   "\"issuer\":\"did:key:%.*s\",\"credentialSubject\":%s%s}", STR_ARG(context_of(t->keep, shape)), STR_ARG(t->key.name), subject,
                   rest);
}

typedef struct Sample { const char *name; const SignShape *shape; const char *subject, *rest; } Sample;

static const Sample samples[] = {
    { "small", &published, "{\"id\":\"did:example:ana\",\"topic\":\"rice\"}", "" },
    { "named", &carried, "{\"id\":\"did:example:ana\",\"topic\":\"rice\"}",
      ",\"id\":\"urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33\",\"name\":\"Attended\",\"description\":\"Six modules\",\"validFrom\":\"2026-01-01T00:00:00Z\"" },
    { "blank", &carried, "{\"topic\":[\"rice\",\"jute\",\"\u0e02\u0e49\u0e32\u0e27 \U0001F33E\"],\"hours\":12,\"passed\":true,\"day\":\"2026-11-22\","
      "\"at\":\"2026-11-22T10:00:00+07:00\",\"place\":\"https://sampan.example/batu?x=1&y=2\"}", "" },
    { "nested", &published,
    "[{\"course\":[{\"type\":\"Course\",\"topic\":\"a\",\"course\":{\"topic\":\"deep\",\"hours\":-3}},{\"type\":\"Course\",\"topic\":\"b\"}]},"
      "{\"id\":\"urn:uuid:8\",\"course\":{\"type\":\"Course\",\"topic\":\"c\",\"hours\":0}}]", "" },
    { "escapes", &carried,
    "{\"topic\":[\"a\\\"b\\\\c\",\"tab\\tline\\nreturn\\r\",\"\\b\\f\\u0001\\u007f\\u0080\",\"'<>&\"],\"name\":\"\u200f\u0627\u0644\u0639\u0631\u0628\u064a\u0629\"}", "" },
    { "issuer", &carried, "{\"topic\":\"issuer as an object\"}", "" },
};

static str sample_json(Talk *t, const Sample *sample)
{
    str json = credential(t, sample->shape, sample->subject, sample->rest);
    if (strcmp(sample->name, "issuer") != 0) return json;
    str plain = str_fmt(t->keep, "\"issuer\":\"did:key:%.*s\"", STR_ARG(t->key.name));
    ptrdiff_t at = str_find(json, plain);
    str object = str_fmt(t->keep, "\"issuer\":{\"id\":\"did:key:%.*s\",\"name\":\"Centre of Batu\"}", STR_ARG(t->key.name));
    return str_cat(t->keep, str_slice(json, 0, at), object, str_slice(json, at + plain.n, json.n));
}

static void make_sample(Scope *s, Talk *t, const Sample *sample)
{
    str json = sample_json(t, sample), text, why = { 0 };
    for (SignSuite suite = SIGN_JCS; suite <= SIGN_RDFC; suite++) {
        bool fine = sign_document(s, FIRM, S("certificate"), suite, sample->shape, json, &text, &why);
        if (!fine) fprintf(stderr, "%s: %.*s\n", sample->name, STR_ARG(why));
        CHECK(fine);
        put(t, str_fmt(t->keep, "%s.%s.json", sample->name, suite == SIGN_JCS ? "jcs" : "rdfc").p, text);
    }
    CHECK(sign_compact(s, FIRM, S("certificate"), str_fmt(t->keep, "{\"for\":\"%s\",\"n\":[1,-2,300,70000],\"ok\":true}", sample->name), &text,
        &why));
    put(t, str_fmt(t->keep, "%s.sp1", sample->name).p, text);
}

static bool make_rule(Scope *s, void *arg)
{
    str why;
    uint8_t public[KEY_BYTES];
    Talk *t = arg;
    CHECK(sign_key_make(s, FIRM, S("certificate"), 0, &t->key, &why) && key_bytes(s->arena, t->key.name, public));
    for (int i = 0; i < COUNT_OF(samples); i++) make_sample(s, t, &samples[i]);
    put(t, "list.json", sign_list_json(s->arena, sign_own_list(s), s->now, 0));
    put(t, "context.json", str_fmt(s->arena, "{\"@context\":%.*s}", STR_ARG(sign_shape_context(s->arena, &published))));
    put(t, "key.json", str_fmt(s->arena, "{\"key\":\"%.*s\",\"x\":\"%.*s\",\"kid\":\"%.*s\"}", STR_ARG(t->key.name),
        STR_ARG(base64url_encode(s->arena, (str){ (char *)public, KEY_BYTES })), STR_ARG(hex_encode(s->arena, cose_kid(s->arena, public)))));
    return true;
}

static int make(Talk *t)
{
    str why;
    Landing l;
    SiteSetup setup = { .config = { .listen = "127.0.0.1:0", .data = file_in(t, "data"), .database_url = "", .content = "content", .user = "" },
                        .modules = all_modules, .module_n = all_module_n, .migrations = db_migrations, .migration_n = db_migration_n,
                        .tables = db_tables, .table_n = db_table_n, .ids = db_ids, .id_n = db_id_n };
    Site *site = site_open(&setup, t->keep, &why);
    if (!site) fprintf(stderr, "%.*s\n", STR_ARG(why));
    CHECK(site);
    bool fine = site_write(site, t->keep, 0, make_rule, t, &l);
    site_close(site);
    return fine ? 0 : 1;
}

/* ---- check ------------------------------------------------------------------------------------------------------ */

static bool is_for_checking(str name)
{
    return !str_eq(name, S("list.json")) && !str_eq(name, S("key.json")) && !str_eq(name, S("context.json")) && (str_ends(name, S(".json"))
        || str_ends(name, S(".cose")) || str_ends(name, S(".sp1")));
}

static void check_file(Talk *t, str name, const SignAsk *ask)
{
    str text;
    SCRATCH(tmp, t->keep);
    CHECK(os_read_file(&tmp, str_fmt(&tmp, "%s/%.*s", t->folder, STR_ARG(name)).p, SIGN_DOCUMENT_MAX, &text));
    if (str_ends(name, S(".cose"))) text = str_cat(&tmp, S(COMPACT_PREFIX), base45_encode(&tmp, text));
    Signed g = str_ends(name, S(".json")) ? sign_check(&tmp, text, ask) : sign_check_compact(&tmp, text, ask);
    printf("%.*s: %.*s\n", STR_ARG(name), STR_ARG(sign_verdict_word(g.verdict)));
}

static int check(Talk *t)
{
    str json;
    const char *why;
    DirEntry *entry;
    ptrdiff_t n;
    SignAsk ask = { .purpose = S("certificate"), .moment = os_now(), .shape = shapes, .shape_n = COUNT_OF(shapes) };
    CHECK(os_read_file(t->keep, file_in(t, "list.json"), SIGN_DOCUMENT_MAX, &json) && sign_list_read(t->keep, json, &ask.list, &why));
    CHECK(os_list(t->keep, t->folder, &entry, &n));
    for (ptrdiff_t i = 0; i < n; i++)
        if (is_for_checking(entry[i].name)) check_file(t, entry[i].name, &ask);
    return 0;
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

static void canonical_line(Arena *keep, str line)
{
    str text;
    const char *why;
    SCRATCH(tmp, keep);
    if (sign_canonical(&tmp, line, &text, &why)) printf("%.*s\n", STR_ARG(text));
    else printf("refused\n");
}

static void number_line(Arena *keep, str line)
{
    double v;
    uint64_t bits = strtoull(str_z(keep, line), NULL, 16);
    char text[NUMBER_CHARS];
    memcpy(&v, &bits, sizeof v);
    printf("%.*s\n", number_write(v, text), text);
}

static int lines(Arena *keep, void (*each)(Arena *, str))
{
    char *line = NEW(keep, char, LINE_MAX_BYTES);
    while (fgets(line, LINE_MAX_BYTES, stdin)) {
        SCRATCH(tmp, keep);
        str text = str_from(line);
        each(&tmp, str_slice(text, 0, text.n - 1));
    }
    return 0;
}

int main(int argc, char **argv)
{
    Region room;
    CHECK(sodium_init() >= 0 && region_open(&room, ROOM_BYTES));
    Arena keep = region_arena(&room, NULL);
    Talk t = { .folder = argc > 2 ? argv[2] : "", .keep = &keep };
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "make") == 0 && argc == 3)  return make(&t);
    if (strcmp(what, "check") == 0 && argc == 3) return check(&t);
    if (strcmp(what, "canonical") == 0)          return lines(&keep, canonical_line);
    if (strcmp(what, "numbers") == 0)            return lines(&keep, number_line);
    fprintf(stderr, "usage: sign-peer make FOLDER | check FOLDER | canonical | numbers\n");
    return 2;
}
