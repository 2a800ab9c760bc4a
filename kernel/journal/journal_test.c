#include "../../tests/world.h"

#include <unistd.h>

#include "db_all.h"
#include "journal/journal.h"

/* ---- a small module of its own: words that are said, choices that change, and forgetting ------------------------- */

#define BY_HAND(query, text, types) \
    static const DbQuery query = { .name = #query, .file = __FILE__, .line = __LINE__, .sql = { text, text }, \
                                   .params = types, .id = DB_UNCACHED, .writes = true }

BY_HAND(say, "INSERT INTO test_said (id, person, words) VALUES ($1, $2, $3)", "iis");
BY_HAND(choose, "INSERT INTO test_chosen (subject, person, choice, stamp) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (subject) DO UPDATE SET person = excluded.person, choice = excluded.choice, "
                "stamp = excluded.stamp WHERE excluded.stamp > test_chosen.stamp", "siii");
BY_HAND(unsay, "DELETE FROM test_said WHERE person = $1", "i");
BY_HAND(unchoose, "DELETE FROM test_chosen WHERE person = $1", "i");
BY_HAND(empty_said, "DELETE FROM test_said", "");
BY_HAND(empty_chosen, "DELETE FROM test_chosen", "");

#define INT(v)  { .kind = DB_INT, .i = (v) }
#define TEXT(v) { .kind = DB_TEXT, .s = (v) }

static void apply_said(Scope *s, const Record *r)
{
    Body *b = body_read(s, r->body);
    if (b) db_run(s, &say, (DbValue[]){ INT(r->id), INT(r->actor), TEXT(body_str(b, "words")) });
}

static void apply_chosen(Scope *s, const Record *r)
{
    Body *b = body_read(s, r->body);
    if (b) db_run(s, &choose, (DbValue[]){ TEXT(r->subject), INT(r->actor), INT(body_int(b, "choice")), INT(r->id) });
}

static void apply_erased(Scope *s, const Record *r)
{
    int64_t person;
    if (!str_int(r->subject, &person)) return;
    db_run(s, &unsay, (DbValue[]){ INT(person) });
    db_run(s, &unchoose, (DbValue[]){ INT(person) });
}

static const EntryKind kinds[] = {
    { "test.said",     apply_said,   MERGE_APPEND, .personal = true },
    { "test.chosen",   apply_chosen, MERGE_LATEST },
    { "person.erased", apply_erased, MERGE_APPEND },
};
static const Module module = { .name = "test", .journal = kinds, .journal_n = COUNT_OF(kinds) };
static const Module *const modules[] = { &module };

#define TABLES "CREATE TABLE test_said (id BIGINT PRIMARY KEY, person BIGINT NOT NULL, words TEXT NOT NULL);" \
               "CREATE TABLE test_chosen (subject TEXT PRIMARY KEY, person BIGINT NOT NULL, choice BIGINT NOT NULL, " \
               "stamp BIGINT NOT NULL);"

/* ---- nodes: several installations in one process ----------------------------------------------------------------- */

enum { NODES = 4, HAND_BYTES = 8 << 20 };
static int64_t clock_now;
static int64_t clock_of_test(void) { return clock_now; }

/* Tests run side by side. */
static const char *schema_of(World *w, int i)
{
    return at(w, "journal_test_%d_%d", (int)getpid(), i);
}

static Site *node_open(World *w, int i)
{
    DbMigration *steps = NEW(world_arena(w), DbMigration, db_migration_n + 1);
    memcpy(steps, db_migrations, sizeof *steps * (size_t)db_migration_n);
    steps[db_migration_n] = (DbMigration){ "test/0001_start", { TABLES, TABLES } };
    SiteSetup setup = {
        .config = world_site(w)->config, .modules = modules, .module_n = 1,
        .migrations = steps, .migration_n = db_migration_n + 1,
        .pg_schema = schema_of(w, i), .clock = clock_of_test,
    };
    setup.config.data = at(w, "%s/node%d", world_site(w)->config.data, i);
    CHECK(os_make_dirs(setup.config.data));
    str why = { 0 };
    Site *site = site_open(&setup, world_arena(w), &why);
    if (!site) fprintf(stderr, "%.*s\n", STR_ARG(why));
    CHECK(site);
    return site;
}

static void drop_schemas(World *w)
{
    if (db_engine(world_site(w)->db) != DB_POSTGRES) return;
    for (int i = 0; i < NODES; i++) sql_run(w, at(w, "DROP SCHEMA IF EXISTS %s CASCADE", schema_of(w, i)));
}

/* One arena for all writing and reading of a test, rewound by each call. */
typedef struct Hand { World *w; Arena arena; } Hand;

static Hand hand(World *w)
{
    char *p = NEW(world_arena(w), char, HAND_BYTES);
    return (Hand){ w, { p, p + HAND_BYTES, NULL } };
}

typedef struct Saying { const char *kind; str subject, body; int64_t id; } Saying;

static bool say_rule(Scope *s, void *arg)
{
    Saying *a = arg;
    a->id = journal_add(s, a->kind, a->subject, a->body);
    return true;
}

static int64_t add(Hand *h, Site *site, int64_t person, const char *kind, const char *subject, str body)
{
    World *w = h->w;
    Landing l;
    SCRATCH(tmp, &h->arena);
    Saying a = { kind, str_from(subject), body, 0 };
    EXPECT(site_write(site, &tmp, person, say_rule, &a, &l));
    return a.id;
}

static bool erase_rule(Scope *s, void *arg)
{
    journal_erase(s, *(int64_t *)arg);
    return true;
}

static void erase(Hand *h, Site *site, int64_t person)
{
    World *w = h->w;
    Landing l;
    SCRATCH(tmp, &h->arena);
    EXPECT(site_write(site, &tmp, person, erase_rule, &person, &l));
}

/* ---- looking at a node ------------------------------------------------------------------------------------------- */

typedef struct Line { str text; } Line;
static const DbColumn line_columns[] = { { "text", DB_TEXT, offsetof(Line, text) } };
typedef struct Look { const char *sql; Arena *keep; str text; } Look;

static void look_rule(Scope *s, void *arg)
{
    Look *l = arg;
    DbQuery q = { .name = "look", .file = __FILE__, .line = __LINE__, .sql = { l->sql, l->sql }, .params = "",
                  .columns = line_columns, .column_n = 1, .row_size = sizeof(Line), .id = DB_UNCACHED };
    void *rows;
    ptrdiff_t n = db_many(s, &q, NULL, &rows);
    Out o;
    out_init(&o, s->arena, 4096);
    for (ptrdiff_t i = 0; i < n; i++) {
        out_str(&o, ((Line *)rows)[i].text);
        out_char(&o, '\n');
    }
    l->text = str_keep(l->keep, out_text(&o));
}

static str look(Hand *h, Site *site, const char *sql)
{
    World *w = h->w;
    Landing landing;
    Look l = { sql, world_arena(w), { 0 } };
    SCRATCH(tmp, &h->arena);
    EXPECT(site_read(site, &tmp, 0, look_rule, &l, &landing));
    return l.text;
}

#define ALL_TABLES \
    "SELECT text FROM (" \
    "SELECT 1 AS t, id AS o, 'said ' || id || ' ' || person || ' ' || words AS text FROM test_said UNION ALL " \
    "SELECT 2, stamp, 'chosen ' || subject || ' ' || person || ' ' || choice || ' ' || stamp FROM test_chosen" \
    ") a ORDER BY t, o"
#define ALL_RECORDS \
    "SELECT id || ' ' || node || ' ' || seq || ' ' || at || ' ' || actor || ' ' || kind || ' ' || subject || ' ' || " \
    "body AS text FROM journal ORDER BY id"

typedef struct Rebuilt { int64_t records; } Rebuilt;

static bool rebuild_rule(Scope *s, void *arg)
{
    db_run(s, &empty_said, NULL);
    db_run(s, &empty_chosen, NULL);
    return journal_rebuild(s, &((Rebuilt *)arg)->records);
}

static int64_t rebuild(Hand *h, Site *site)
{
    World *w = h->w;
    Landing l;
    Rebuilt r = { 0 };
    SCRATCH(tmp, &h->arena);
    EXPECT(site_write(site, &tmp, 0, rebuild_rule, &r, &l));
    return r.records;
}

/* ---- what two nodes say to each other ---------------------------------------------------------------------------- */

typedef struct Talk { str have, said; int64_t person; ptrdiff_t max; Arena *keep; Received got; } Talk;

static void have_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    t->have = str_keep(t->keep, journal_have(s));
}

static void lack_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    t->said = str_keep(t->keep, journal_lack(s, t->have, t->person, t->max));
}

static bool receive_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    t->got = journal_receive(s, t->said);
    t->got.why = str_keep(t->keep, t->got.why);
    return true;
}

static str have(Hand *h, Site *site)
{
    World *w = h->w;
    Landing l;
    Talk t = { .keep = world_arena(w) };
    SCRATCH(tmp, &h->arena);
    EXPECT(site_read(site, &tmp, 0, have_rule, &t, &l));
    return t.have;
}

static str lack(Hand *h, Site *site, str their_have, int64_t person, ptrdiff_t max)
{
    World *w = h->w;
    Landing l;
    Talk t = { .have = their_have, .person = person, .max = max, .keep = world_arena(w) };
    SCRATCH(tmp, &h->arena);
    EXPECT(site_read(site, &tmp, 0, lack_rule, &t, &l));
    return t.said;
}

static Received receive(Hand *h, Site *site, str said)
{
    World *w = h->w;
    Landing l;
    Talk t = { .said = said, .keep = world_arena(w) };
    SCRATCH(tmp, &h->arena);
    EXPECT(site_write(site, &tmp, 0, receive_rule, &t, &l));
    return t.got;
}

/* ---- the property: whatever the order, everybody ends with the same ---------------------------------------------- */

enum { ROUNDS = 6, STEPS = 60, LETTERS = 16 };

static uint64_t seed;
static int64_t pick(int64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)n);
}

typedef struct Post { str letter[LETTERS]; int to[LETTERS]; str old_have[NODES]; } Post;

/* A message is asked for with knowledge that may be old, cut anywhere, and left lying about. */
static void write_letter(Hand *h, Site **node, Post *p)
{
    int from = (int)pick(NODES), to = (int)pick(NODES), place = (int)pick(LETTERS);
    if (pick(2)) p->old_have[to] = have(h, node[to]);
    str said = lack(h, node[from], p->old_have[to], 0, pick(3) ? 1 << 20 : 500);
    p->letter[place] = pick(3) ? said : str_slice(said, 0, pick(said.n + 1));
    p->to[place] = to;
}

/* It stays, so that it may come again. */
static void deliver_letter(Hand *h, Site **node, const Post *p)
{
    World *w = h->w;
    int place = (int)pick(LETTERS);
    if (p->letter[place].n) EXPECT(receive(h, node[p->to[place]], p->letter[place]).refused == 0);
}

static void step(Hand *h, Site **node, Post *p)
{
    Site *site = node[pick(NODES)];
    int64_t person = 1000 + pick(6);
    clock_now += pick(4) ? pick(50) : -pick(5000);         /* clocks jump back, and each node has its own idea of now */
    switch (pick(16)) {
    case 0: case 1: case 2:
        add(h, site, person, "test.said", "",
            str_fmt(world_arena(h->w), "{\"words\":\"w%lld \\\"\\u1234\\\"\"}", (long long)pick(1000)));
        break;
    case 3: case 4: case 5:
        add(h, site, person, "test.chosen", at(h->w, "s%d", (int)pick(5)),
            str_fmt(world_arena(h->w), "{\"choice\":%lld}", (long long)pick(100)));
        break;
    case 6:
        if (pick(8) == 0) erase(h, site, person);
        break;
    case 7: case 8: case 9: case 10:
        write_letter(h, node, p);
        break;
    default:
        deliver_letter(h, node, p);
    }
}

static void everybody_talks(Hand *h, Site **node)
{
    for (int round = 0; round < NODES; round++)
        for (int to = 0; to < NODES; to++)
            for (int from = 0; from < NODES; from++)
                if (from != to) receive(h, node[to], lack(h, node[from], have(h, node[to]), 0, 1 << 20));
}

static void all_are_the_same(Hand *h, Site **node)
{
    World *w = h->w;
    str records = look(h, node[0], ALL_RECORDS), tables = look(h, node[0], ALL_TABLES);
    for (int i = 1; i < NODES; i++) {
        EXPECT_STR(look(h, node[i], ALL_RECORDS), records);
        EXPECT_STR(look(h, node[i], ALL_TABLES), tables);
    }
    rebuild(h, node[pick(NODES)]);
    for (int i = 0; i < NODES; i++) EXPECT_STR(look(h, node[i], ALL_TABLES), tables);
}

TEST(records_that_come_doubled_late_and_cut_make_the_same_tables_everywhere)
{
    Hand h = hand(w);
    Site *node[NODES];
    Post *post = NEW(world_arena(w), Post, 1);
    const char *asked = getenv("JOURNAL_TEST_SEED");
    if (asked) seed = strtoull(asked, NULL, 10);
    else os_random(&seed, sizeof seed);
    seed |= 1;
    printf("journal: seed %llu\n", (unsigned long long)seed);
    clock_now = os_now();
    drop_schemas(w);
    for (int i = 0; i < NODES; i++) node[i] = node_open(w, i);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < STEPS; i++) step(&h, node, post);
        everybody_talks(&h, node);
        all_are_the_same(&h, node);
    }
    EXPECT(look(&h, node[0], ALL_TABLES).n > 0);
    for (int i = 0; i < NODES; i++) site_close(node[i]);
    drop_schemas(w);
}

/* ---- numbers and ids --------------------------------------------------------------------------------------------- */

#define OPENED(n) Hand h = hand(w); Site *node[n]; clock_now = os_now(); drop_schemas(w); \
                  for (int i_ = 0; i_ < (n); i_++) node[i_] = node_open(w, i_)
#define CLOSED(n) for (int i_ = 0; i_ < (n); i_++) site_close(node[i_]); drop_schemas(w)

static bool say_and_regret(Scope *s, void *arg)
{
    journal_add(s, "test.said", S(""), S("{\"words\":\"no\"}"));
    journal_add(s, "test.said", S(""), S("{\"words\":\"no\"}"));
    return false;
}

static bool say_and_fall(Scope *s, void *arg)
{
    journal_add(s, "test.said", S(""), S("{\"words\":\"no\"}"));
    fault(s, FAULT_DISK, "the test pulls the plug");
}

#define SEQUENCE "SELECT CAST(seq AS TEXT) AS text FROM journal ORDER BY id"

TEST(a_piece_of_work_that_is_rolled_back_leaves_no_gap)
{
    OPENED(1);
    Landing l;
    SCRATCH(tmp, &h.arena);
    add(&h, node[0], 7, "test.said", "", S("{\"words\":\"one\"}"));
    EXPECT(!site_write(node[0], &tmp, 7, say_and_regret, NULL, &l));
    add(&h, node[0], 7, "test.said", "", S("{\"words\":\"two\"}"));
    EXPECT(!site_write(node[0], &tmp, 7, say_and_fall, NULL, &l) && l.kind == FAULT_DISK);
    add(&h, node[0], 7, "test.said", "", S("{\"words\":\"three\"}"));
    EXPECT_STR(look(&h, node[0], SEQUENCE), S("1\n2\n3\n"));
    CLOSED(1);
}

TEST(a_commit_that_fails_leaves_no_gap)
{
    OPENED(1);
    SCRATCH(tmp, &h.arena);
    Saying a = { "test.said", S(""), S("{\"words\":\"here\"}"), 0 };
    Landing l;
    int64_t failures = 0;
    for (int64_t n = 1; ; n++) {
        db_fail_nth(node[0]->db, n);
        bool saved = site_write(node[0], &tmp, 7, say_rule, &a, &l);
        db_fail_nth(node[0]->db, 0);
        if (saved) break;
        failures++;
        EXPECT_STR(look(&h, node[0], SEQUENCE), S(""));
        EXPECT_STR(look(&h, node[0], ALL_TABLES), S(""));
    }
    EXPECT(failures >= 3);                       /* the append, what applies it, the commit */
    EXPECT_STR(look(&h, node[0], SEQUENCE), S("1\n"));
    CLOSED(1);
}

TEST(ids_never_go_back_though_the_clock_does)
{
    OPENED(1);
    int64_t first = clock_now, last = 0;
    for (int i = 0; i < 300; i++) {
        clock_now = i < 100 ? first : first - i * (int64_t)HOUR;
        int64_t id = add(&h, node[0], 7, "test.said", "", S("{\"words\":\"tick\"}"));
        EXPECT(id > last);
        last = id;
    }
    site_close(node[0]);
    clock_now = 0;                               /* a box without a battery wakes up in 1970 */
    node[0] = node_open(w, 0);
    EXPECT(add(&h, node[0], 7, "test.said", "", S("{\"words\":\"tick\"}")) > last);
    EXPECT(rebuild(&h, node[0]) == 301);
    CLOSED(1);
}

typedef struct Ids { int64_t first, last; } Ids;

static bool ids_rule(Scope *s, void *arg)
{
    Ids *ids = arg;
    ids->first = journal_id(s);
    for (int i = 0; i < 200; i++) {
        ids->last = journal_id(s);
        CHECK(ids->last > ids->first);
    }
    return true;
}

static Ids take_ids(Hand *h, Site *site)
{
    World *w = h->w;
    Landing l;
    Ids ids = { 0 };
    SCRATCH(tmp, &h->arena);
    EXPECT(site_write(site, &tmp, 0, ids_rule, &ids, &l));
    return ids;
}

static int64_t node_of(Site *site)
{
    return journal_node(&(Scope){ .site = site });
}

/* Ids that stand in no record: only the mark on disk knows how far they went. Nobody closes the first site before the
 * second one is opened, as when the power goes. */
TEST(no_id_is_given_out_twice_though_the_power_goes_and_the_clock_with_it)
{
    OPENED(1);
    clock_now += HOUR;
    Ids before = take_ids(&h, node[0]);
    clock_now -= DAY;
    Site *after = node_open(w, 0);
    Ids ids = take_ids(&h, after);
    bool same_node = db_engine(after->db) == DB_SQLITE;
    EXPECT(same_node ? ids.first > before.last : node_of(after) != node_of(node[0]));
    clock_now += HOUR;
    journal_renew(after);
    EXPECT(take_ids(&h, after).first > ids.last);
    site_close(after);
    os_log_quiet(true);
    CLOSED(1);
    os_log_quiet(false);
}

/* Her clock is a day slow, and still the edit she makes after she saw another is the one that holds. */
TEST(an_edit_made_after_seeing_another_wins_though_the_clock_is_slow)
{
    OPENED(2);
    add(&h, node[0], 7, "test.chosen", "rice", S("{\"choice\":1}"));
    receive(&h, node[1], lack(&h, node[0], have(&h, node[1]), 0, 1 << 20));
    clock_now -= DAY;
    add(&h, node[1], 8, "test.chosen", "rice", S("{\"choice\":2}"));
    receive(&h, node[0], lack(&h, node[1], have(&h, node[0]), 0, 1 << 20));
    for (int i = 0; i < 2; i++)
        EXPECT_STR(look(&h, node[i], "SELECT CAST(choice AS TEXT) AS text FROM test_chosen"), S("2\n"));
    CLOSED(2);
}

/* ---- what must be refused ---------------------------------------------------------------------------------------- */

TEST(one_number_claimed_by_two_installations_is_refused_with_a_sentence)
{
    OPENED(2);
    add(&h, node[0], 7, "test.said", "", S("{\"words\":\"one\"}"));
    str said = lack(&h, node[0], S(""), 0, 1 << 20), line = str_cut(said, '\n').head;
    str forged = str_fmt(world_arena(w), "%.*s0123456789abcdef\n%.*s", (int)line.n - 16, line.p,
                         STR_ARG(str_cut(said, '\n').tail));
    EXPECT(receive(&h, node[1], said).added == 1);
    Received got = receive(&h, node[1], forged);
    EXPECT(got.refused > 0 && got.added == 0);
    EXPECT(str_starts(got.why, S("Two installations use the node number ")));
    got = receive(&h, node[0], forged);          /* and so it is when the number is our own */
    EXPECT(got.refused > 0 && got.why.n > 0);
    CLOSED(2);
}

TEST(a_node_restored_from_an_old_copy_is_found_out)
{
    OPENED(2);
    add(&h, node[0], 7, "test.said", "", S("{\"words\":\"one\"}"));
    str said = lack(&h, node[0], S(""), 0, 1 << 20);
    receive(&h, node[1], said);
    ptrdiff_t where = str_find(said, S("\"id\":\"")) + 6 + 15;
    char *other = NEW(world_arena(w), char, said.n);
    memcpy(other, said.p, (size_t)said.n);
    other[where] = other[where] == '1' ? '2' : '1';
    Received got = receive(&h, node[1], (str){ other, said.n });
    EXPECT(got.refused == 1 && got.added == 0 && got.why.n > 0);
    CLOSED(2);
}

/* From a node of no one's: id 448 is the first id of node 7. */
static str letter(World *w, int node, int seq, const char *body)
{
    return str_fmt(world_arena(w), "node %d 0123456789abcdef\n{\"id\":\"448\",\"node\":%d,\"seq\":%d,\"at\":1,\"actor\":\"1\","
                                   "\"kind\":\"test.said\",\"subject\":\"\",\"body\":\"%s\"}\n", node, node, seq, body);
}

TEST(what_cannot_be_read_is_refused_and_the_rest_is_taken)
{
    OPENED(2);
    for (int i = 0; i < 3; i++) add(&h, node[0], 7, "test.said", "", S("{\"words\":\"one\"}"));
    str said = lack(&h, node[0], S(""), 0, 1 << 20);
    Received got = receive(&h, node[1], str_slice(said, 0, said.n - 1));
    EXPECT(got.added == 2 && got.gap == 0 && got.refused == 0);
    got = receive(&h, node[1], str_fmt(world_arena(w), "nonsense\n{\"id\":1}\n%.*s", STR_ARG(said)));
    EXPECT(got.added == 1 && got.known == 2 && got.refused == 2);
    got = receive(&h, node[1], letter(w, 5, 1, "{}"));
    EXPECT(got.refused == 1 && got.added == 0);  /* 448 is an id of node 7 */
    got = receive(&h, node[1], letter(w, 7, 2, "{}"));
    EXPECT(got.gap == 1 && got.added == 0);
    got = receive(&h, node[1], letter(w, 7, 1, "[]"));
    EXPECT(got.refused == 1 && got.added == 0);
    got = receive(&h, node[1], letter(w, 7, 1, "{}"));
    EXPECT(got.refused == 0 && got.added == 1);
    CLOSED(2);
}

/* ---- whose records go where -------------------------------------------------------------------------------------- */

TEST(a_persons_own_device_gets_her_records_and_only_the_places_of_others)
{
    OPENED(3);
    add(&h, node[0], 7, "test.said", "", S("{\"words\":\"mine\"}"));
    add(&h, node[0], 8, "test.said", "", S("{\"words\":\"secret\"}"));
    add(&h, node[0], 8, "test.chosen", "rice", S("{\"choice\":3}"));
    str said = lack(&h, node[0], S(""), 7, 1 << 20);
    EXPECT(str_find(said, S("mine")) > 0 && str_find(said, S("secret")) < 0);
    EXPECT(receive(&h, node[1], said).added == 3);
    EXPECT_STR(look(&h, node[1], "SELECT words AS text FROM test_said"), S("mine\n"));
    EXPECT_STR(look(&h, node[1], "SELECT CAST(choice AS TEXT) AS text FROM test_chosen"), S("3\n"));
    /* The device cannot pass on what it does not have. */
    Received got = receive(&h, node[2], lack(&h, node[1], S(""), 0, 1 << 20));
    EXPECT(got.added == 1 && got.refused == 0);
    EXPECT(receive(&h, node[2], lack(&h, node[0], have(&h, node[2]), 0, 1 << 20)).added == 2);
    EXPECT_STR(look(&h, node[2], ALL_TABLES), look(&h, node[0], ALL_TABLES));
    EXPECT(rebuild(&h, node[1]) == 3);
    EXPECT_STR(look(&h, node[1], "SELECT words AS text FROM test_said"), S("mine\n"));
    CLOSED(3);
}

TEST(an_erased_person_leaves_headers_and_no_words_whenever_they_come)
{
    OPENED(2);
    add(&h, node[0], 7, "test.said", "", S("{\"words\":\"alpha\"}"));
    str before = lack(&h, node[0], S(""), 0, 1 << 20);
    add(&h, node[1], 7, "test.said", "", S("{\"words\":\"beta\"}"));
    erase(&h, node[1], 7);
    add(&h, node[1], 7, "test.said", "", S("{\"words\":\"gamma\"}"));
    receive(&h, node[1], before);
    receive(&h, node[0], lack(&h, node[1], have(&h, node[0]), 0, 1 << 20));
    for (int i = 0; i < 2; i++) {
        EXPECT_STR(look(&h, node[i], ALL_TABLES), S(""));
        EXPECT(str_find(look(&h, node[i], ALL_RECORDS), S("words")) < 0);
        EXPECT(rebuild(&h, node[i]) == 4);
        EXPECT_STR(look(&h, node[i], ALL_TABLES), S(""));
    }
    CLOSED(2);
}

/* ---- several processes over one database ------------------------------------------------------------------------- */

TEST(a_second_process_over_postgresql_writes_under_a_number_of_its_own)
{
    if (db_engine(world_site(w)->db) != DB_POSTGRES) return;
    Hand h = hand(w);
    clock_now = os_now();
    drop_schemas(w);
    Site *a = node_open(w, 0), *b = node_open(w, 0);
    add(&h, a, 7, "test.said", "", S("{\"words\":\"one\"}"));
    add(&h, b, 7, "test.said", "", S("{\"words\":\"two\"}"));
    add(&h, a, 7, "test.said", "", S("{\"words\":\"three\"}"));
    EXPECT(sql_int(w, at(w, "SELECT count(DISTINCT node) FROM %s.journal", schema_of(w, 0))) == 2);
    EXPECT(sql_int(w, at(w, "SELECT max(seq) FROM %s.journal", schema_of(w, 0))) == 2);

    /* b sleeps for longer than its lease; c takes its number, and b may not write under it any more */
    clock_now += 30 * SECOND;
    journal_renew(a);
    clock_now += 40 * SECOND;
    Site *c = node_open(w, 0);
    add(&h, c, 7, "test.said", "", S("{\"words\":\"four\"}"));
    EXPECT(sql_int(w, at(w, "SELECT count(DISTINCT node) FROM %s.journal", schema_of(w, 0))) == 2);
    Landing l;
    SCRATCH(tmp, &h.arena);
    Saying late = { "test.said", S(""), S("{\"words\":\"late\"}"), 0 };
    EXPECT(!site_write(b, &tmp, 7, say_rule, &late, &l));
    os_log_quiet(true);
    journal_renew(b);
    os_log_quiet(false);
    EXPECT(site_write(b, &tmp, 7, say_rule, &late, &l));
    EXPECT(sql_int(w, at(w, "SELECT count(DISTINCT node) FROM %s.journal", schema_of(w, 0))) == 3);
    site_close(a);
    site_close(b);
    site_close(c);
    drop_schemas(w);
}

/* ---- the program's own tables ------------------------------------------------------------------------------------------- */

/* A row is its columns as text; their names come from the engine. */
static str dump_of(World *w, const char *table)
{
    bool sqlite = db_engine(world_site(w)->db) == DB_SQLITE;
    str columns = sql_str(w, at(w, sqlite
        ? "SELECT group_concat('coalesce(CAST(' || name || ' AS TEXT), ''-'')', ' || '','' || ') FROM pragma_table_info('%s')"
        : "SELECT string_agg('coalesce(CAST(' || column_name || ' AS TEXT), ''-'')', ' || '','' || ' ORDER BY ordinal_position) "
          "FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '%s'", table));
    return sql_str(w, at(w, sqlite
        ? "SELECT group_concat(line, '; ') FROM (SELECT %.*s AS line FROM %s ORDER BY 1)"
        : "SELECT string_agg(line, '; ' ORDER BY line) FROM (SELECT %.*s AS line FROM %s) a", STR_ARG(columns), table));
}

static bool rebuild_program(Scope *s, void *arg)
{
    return journal_rebuild(s, arg);
}

/* What people did through pages, and what a rebuild makes of its records: every derived table of every module. */
TEST(the_tables_of_the_program_are_rebuilt_the_same)
{
    Landing l;
    int64_t records;
    str *before = NEW(world_arena(w), str, db_derived_table_n);
    Visit v = post(w, ANA, "/example", "body=Ask+the+carrier");
    post(w, ANA, at(w, "%.*s/completion", STR_ARG(v.location)), "");
    post(w, BO, "/example", "body=Ten+sacks");
    for (int i = 0; i < db_derived_table_n; i++) before[i] = dump_of(w, db_derived_tables[i]);
    EXPECT(dump_of(w, "example_note").n > 0);
    EXPECT(site_write(world_site(w), world_arena(w), 0, rebuild_program, &records, &l) && records >= 3);
    for (int i = 0; i < db_derived_table_n; i++) EXPECT_STR(dump_of(w, db_derived_tables[i]), before[i]);
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

typedef struct BodyCheck { World *w; } BodyCheck;

static void body_rule(Scope *s, void *arg)
{
    World *w = ((BodyCheck *)arg)->w;
    Body *b = body_read(s, S("{\"s\":\"a\\u00e9\",\"i\":9007199254740993,\"d\":\"123\",\"r\":2.5,\"t\":true,\"n\":null}"));
    EXPECT(b != NULL);
    EXPECT_STR(body_str(b, "s"), S("a\xC3\xA9"));
    EXPECT(body_int(b, "i") == INT64_C(9007199254740993) && body_int(b, "d") == 123 && body_int(b, "s") == 0);
    EXPECT(body_real(b, "r") > 2.4 && body_real(b, "i") > 9e15 && body_real(b, "s") < 1);
    EXPECT(body_bool(b, "t") && !body_bool(b, "n") && !body_bool(b, "none"));
    EXPECT(body_str(b, "i").n == 0 && body_str(b, "none").n == 0);
    EXPECT(!body_read(s, S("")) && !body_read(s, S("[1]")));
    EXPECT(!body_read(s, S("{\"a\":1,\"a\":2}")) && !body_read(s, S("{\"a\":1}x")));
    EXPECT(body_int(NULL, "a") == 0);
}

TEST(a_body_is_read_kindly_and_never_trusted)
{
    Landing l;
    BodyCheck check = { w };
    EXPECT(site_read(world_site(w), world_arena(w), 0, body_rule, &check, &l));
}

TESTS(journal, records_that_come_doubled_late_and_cut_make_the_same_tables_everywhere,
      a_piece_of_work_that_is_rolled_back_leaves_no_gap, a_commit_that_fails_leaves_no_gap,
      ids_never_go_back_though_the_clock_does, no_id_is_given_out_twice_though_the_power_goes_and_the_clock_with_it,
      an_edit_made_after_seeing_another_wins_though_the_clock_is_slow,
      one_number_claimed_by_two_installations_is_refused_with_a_sentence, a_node_restored_from_an_old_copy_is_found_out,
      what_cannot_be_read_is_refused_and_the_rest_is_taken,
      a_persons_own_device_gets_her_records_and_only_the_places_of_others,
      an_erased_person_leaves_headers_and_no_words_whenever_they_come,
      a_second_process_over_postgresql_writes_under_a_number_of_its_own,
      the_tables_of_the_program_are_rebuilt_the_same, a_body_is_read_kindly_and_never_trusted)
