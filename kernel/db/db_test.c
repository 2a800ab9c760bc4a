/* db_test - what the rooms above rely on, on the engine at hand. Most tests open a small database of their own. */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "db/db.h"
#include "os/os.h"
#include "tests/world.h"

/* ---- a database of its own --------------------------------------------------------------------------------------------- */

typedef struct Note { int64_t id; str title, seal; double weight; bool done; Html body; } Note;

static const DbColumn note_columns[] = {
    { "id", DB_INT, offsetof(Note, id) },         { "title", DB_TEXT, offsetof(Note, title) },
    { "seal", DB_BYTES, offsetof(Note, seal) },   { "weight", DB_REAL, offsetof(Note, weight) },
    { "done", DB_BOOL, offsetof(Note, done) },    { "body", DB_HTML, offsetof(Note, body) },
};
typedef struct Number { int64_t value; } Number;
static const DbColumn number_columns[] = { { "value", DB_INT, offsetof(Number, value) } };

#define GIVES_NOTES   .columns = note_columns, .column_n = 6, .row_size = sizeof(Note)
#define GIVES_NUMBER  .columns = number_columns, .column_n = 1, .row_size = sizeof(Number)
#define QUERY(n, words, types, ...) \
    { .name = words, .file = "kernel/db/db_test.c", .line = __LINE__, .params = types, .id = (n), __VA_ARGS__ }
#define BOTH(text) .sql = { text, text }

static const DbQuery
    note_add = QUERY(0, "note_add", "isbros", .writes = true, .sql = {
        "INSERT INTO note (id, title, seal, weight, done, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        "INSERT INTO note (id, title, seal, weight, done, body) VALUES ($1, $2, $3, $4, $5, $6)" }),
    note_by_id = QUERY(1, "note_by_id", "i", GIVES_NOTES, .sql = {
        "SELECT id, title, seal, weight, done, body FROM note WHERE id = ?1",
        "SELECT id, title, seal, weight, done, body FROM note WHERE id = $1" }),
    notes_all = QUERY(2, "notes_all", "", GIVES_NOTES, BOTH("SELECT id, title, seal, weight, done, body FROM note ORDER BY id")),
    notes_n = QUERY(3, "notes_n", "", GIVES_NUMBER, BOTH("SELECT count(*) FROM note")),
    notes_drop = QUERY(4, "notes_drop", "", .writes = true, BOTH("DELETE FROM note")),
    sneaky = QUERY(5, "sneaky", "", GIVES_NUMBER, BOTH("INSERT INTO note (id, title) VALUES (99, 'sly') RETURNING id")),
    divided = QUERY(6, "divided", "i", GIVES_NUMBER, .sql = {
        "SELECT abs(-9223372036854775807 - ?1)", "SELECT 1 / (1 - $1)" }),       /* refused when it is given 1 */
    tag_add = QUERY(7, "tag_add", "i", .writes = true, .sql = {
        "INSERT INTO tag (note_id) VALUES (?1)", "INSERT INTO tag (note_id) VALUES ($1)" }),
    tags_n = QUERY(8, "tags_n", "", GIVES_NUMBER, BOTH("SELECT count(*) FROM tag")),
    misspelt = QUERY(9, "misspelt", "", GIVES_NUMBER, BOTH("SELECT auther FROM note")),
    narrow = QUERY(10, "narrow", "", GIVES_NOTES, BOTH("SELECT id FROM note")),
    trouble = QUERY(11, "trouble", "i", GIVES_NUMBER, .sql = { "SELECT ?1", "SELECT trouble($1)" }),
    my_backend = QUERY(12, "my_backend", "", GIVES_NUMBER, BOTH("SELECT pg_backend_pid()")),
    roll_all = QUERY(14, "roll_all", "", .writes = true, .sql = {         /* on SQLite a conflict ends the whole transaction */
        "INSERT OR ROLLBACK INTO note (id) VALUES (1)", "INSERT INTO note (id) VALUES (1)" }),
    end_backend = QUERY(13, "end_backend", "i", GIVES_NUMBER, .sql = { "SELECT ?1", "SELECT pg_terminate_backend($1::int)" });

static const DbMigration steps[] = {
    { "db_test/0001_note", {
        "CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT, seal BLOB, weight REAL, done INTEGER, body TEXT) STRICT;"
        "CREATE TABLE tag (note_id INTEGER NOT NULL REFERENCES note(id)) STRICT",
        "CREATE TABLE note (id BIGINT PRIMARY KEY, title TEXT, seal BYTEA, weight DOUBLE PRECISION, done BIGINT, body TEXT);"
        "CREATE TABLE tag (note_id BIGINT NOT NULL REFERENCES note(id))" } },
    { "db_test/0002_first", { "INSERT INTO note (id, title) VALUES (1, 'first')", "INSERT INTO note (id, title) VALUES (1, 'first')" } },
    { "db_test/0003_trouble", { "-- nothing here",
        /* The first n calls say "run it again": a sequence does not roll back. */
        "CREATE SEQUENCE tries;"
        "CREATE FUNCTION trouble(n BIGINT) RETURNS BIGINT LANGUAGE plpgsql AS 'BEGIN"
        "  IF nextval(''tries'') <= n THEN RAISE EXCEPTION ''try again'' USING ERRCODE = ''40001''; END IF; RETURN n; END'" } },
    { "db_test/0004_broken", { "CREATE TABLE half (id INTEGER); CREATE TABLE half (id INTEGER)",
                               "CREATE TABLE half (id BIGINT); CREATE TABLE half (id BIGINT)" } },
};
enum { STEPS = 3 };

typedef struct House { World *w; DbConfig config; Db *db; Scope s; str why; } House;

static bool house_open(House *h, int step_n)
{
    h->config.migrations = steps;
    h->config.migration_n = step_n;
    h->db = db_open(&h->config, world_arena(h->w), &h->why);
    return h->db != NULL;
}

static House house(World *w)
{
    static _Atomic int n;
    House h = { .w = w, .s = { .arena = world_arena(w) } };
    const char *url = world_site(w)->config.database_url;
    h.config = (DbConfig){ .url = url, .wait_ms = 2000 };
    h.config.pg_schema = str_fmt(world_arena(w), "db_test_%d_%d", (int)getpid(), n++).p;
    char folder[] = "/tmp/sampan-db-XXXXXX";
    EXPECT(mkdtemp(folder) != NULL);
    h.config.data_dir = str_fmt(world_arena(w), "%s", folder).p;
    EXPECT(house_open(&h, STEPS));
    return h;
}

static bool on_postgres(const House *h) { return db_engine(h->db) == DB_POSTGRES; }

static void house_end(House *h)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    bool postgres = on_postgres(h);
    db_close(h->db);
    for (int i = 0; i < COUNT_OF(ends); i++) unlink(str_fmt(h->s.arena, "%s/sampan.db%s", h->config.data_dir, ends[i]).p);
    rmdir(h->config.data_dir);
    if (postgres) sql_run(h->w, at(h->w, "DROP SCHEMA %s CASCADE", h->config.pg_schema));
}

typedef struct Reading { Db *db; void (*body)(Scope *, void *); void *arg; } Reading;

static void read_body(Scope *s, void *arg)
{
    Reading *r = arg;
    db_read_begin(s, r->db);
    r->body(s, r->arg);
}

static bool reads(House *h, void (*body)(Scope *, void *), void *arg, Landing *l)
{
    Reading r = { h->db, body, arg };
    bool fine = scope_try(&h->s, read_body, &r, l);
    db_read_end(&h->s);
    return fine;
}

static bool writes(House *h, bool (*rule)(Scope *, void *), void *arg, Landing *l) { return db_write(h->db, &h->s, rule, arg, l); }

static int64_t number(Scope *s, const DbQuery *q, int64_t arg)
{
    const DbValue args[] = { { .kind = DB_INT, .i = arg } };
    Number n = {0};
    return db_one(s, q, args, &n) ? n.value : -1;
}

static void note_write(Scope *s, const Note *n)
{
    const DbValue args[] = {
        { .kind = DB_INT, .i = n->id },      { .kind = DB_TEXT, .s = n->title },
        { .kind = DB_BYTES, .s = n->seal },  { .kind = DB_REAL, .r = n->weight },
        { .kind = DB_BOOL, .i = n->done },   { .kind = DB_TEXT, .s = n->body.s },
    };
    db_run(s, &note_add, args);
}

static bool one_note(Scope *s, void *arg)
{
    note_write(s, &(Note){ .id = *(int64_t *)arg, .title = S("a note") });
    return true;
}

typedef struct Asked { const DbQuery *q; int64_t arg, got; } Asked;
static void asks(Scope *s, void *arg)
{
    Asked *a = arg;
    a->got = number(s, a->q, a->arg);
}

static int64_t counted(House *h, const DbQuery *q)
{
    Landing l;
    Asked a = { .q = q, .got = -1 };
    return reads(h, asks, &a, &l) ? a.got : -1;
}

static int64_t notes(House *h) { return counted(h, &notes_n); }

/* ---- values -------------------------------------------------------------------------------------------------------------- */

static bool write_all_kinds(Scope *s, void *arg)
{
    char *large = NEW(s->arena, char, 100000);
    memset(large, 'x', 100000);
    note_write(s, &(Note){ .id = INT64_MAX, .title = S("Reis, ຂ້າວ, 米 'quoted' \\ $1"), .seal = S("\0\x01\xff'\\"), .weight = 0.1,
                           .done = true, .body.s = S("<b>rice</b>") });
    note_write(s, &(Note){ .id = INT64_MIN, .title = { large, 100000 }, .weight = -1e300 });
    note_write(s, &(Note){ .id = -7 });
    const DbValue nothing[6] = { { .kind = DB_INT, .i = 2 }, { .kind = DB_TEXT, .null = true }, { .kind = DB_BYTES, .null = true },
                                 { .kind = DB_REAL, .null = true }, { .kind = DB_BOOL, .null = true }, { .kind = DB_TEXT, .null = true } };
    return db_run(s, &note_add, nothing) == 1;
}

typedef struct Notes { Note *row; ptrdiff_t n; } Notes;
static void read_notes(Scope *s, void *arg)
{
    Notes *all = arg;
    void *rows = NULL;
    all->n = db_many(s, &notes_all, NULL, &rows);
    all->row = rows;
}

TEST(values_come_back_as_they_went)
{
    House h = house(w);
    Landing l;
    Notes all = {0};
    EXPECT(writes(&h, write_all_kinds, NULL, &l));
    EXPECT(reads(&h, read_notes, &all, &l));
    EXPECT(all.n == 5);
    const Note *least = &all.row[0], *empty = &all.row[1], *null = &all.row[3], *most = &all.row[4];
    EXPECT(least->id == INT64_MIN && least->title.n == 100000 && least->title.p[99999] == 'x' && least->weight < -9e299);
    EXPECT(empty->id == -7 && empty->title.n == 0 && empty->seal.n == 0 && !empty->done);
    EXPECT(null->id == 2 && null->title.n == 0 && null->seal.n == 0 && !null->done && null->body.s.n == 0);
    EXPECT(most->id == INT64_MAX && most->done && most->weight > 0.09999999999999999 && most->weight < 0.10000000000000002);
    EXPECT_STR(most->title, S("Reis, ຂ້າວ, 米 'quoted' \\ $1"));
    EXPECT_STR(most->seal, S("\0\x01\xff'\\"));
    EXPECT_STR(most->body.s, S("<b>rice</b>"));
    house_end(&h);
}

TEST(a_row_becomes_json_with_its_ids_as_text)
{
    Out out;
    out_init(&out, world_arena(w), 64);
    Json j = json_to(&out);
    Note rows[] = { { .id = INT64_MAX, .title = S("\"a\""), .seal = S("\xff\xfe"), .done = true }, { .id = 1 } };
    db_rows_json(&j, (str){0}, &notes_all, rows, 2);
    EXPECT_STR(out_text(&out), S("[{\"id\":\"9223372036854775807\",\"title\":\"\\\"a\\\"\",\"seal\":\"__4\",\"weight\":0,\"done\":true,"
                                 "\"body\":\"\"},{\"id\":\"1\",\"title\":\"\",\"seal\":\"\",\"weight\":0,\"done\":false,\"body\":\"\"}]"));
}

static bool write_many(Scope *s, void *arg)
{
    for (int64_t i = 2; i <= *(int64_t *)arg; i++) note_write(s, &(Note){ .id = i, .title = str_fmt(s->arena, "note %lld", (long long)i) });
    return true;
}

TEST(many_rows_keep_their_order)
{
    House h = house(w);
    Landing l;
    Notes all = {0};
    int64_t n = 300;
    EXPECT(writes(&h, write_many, &n, &l));
    EXPECT(reads(&h, read_notes, &all, &l) && all.n == n);
    for (ptrdiff_t i = 1; i < all.n; i++) {
        EXPECT(all.row[i].id == i + 1);
        EXPECT_STR(all.row[i].title, str_fmt(world_arena(w), "note %td", i + 1));
    }
    house_end(&h);
}

static void read_one(Scope *s, void *arg)
{
    Note n;
    *(bool *)arg = db_one(s, &notes_all, NULL, &n);
}

static void read_by_id(Scope *s, void *arg)
{
    const DbValue args[] = { { .kind = DB_INT, .i = 4711 } };
    Note n;
    *(bool *)arg = db_one(s, &note_by_id, args, &n);
}

TEST(one_row_is_one_row)
{
    House h = house(w);
    Landing l;
    bool found = false;
    int64_t two = 2;
    EXPECT(reads(&h, read_one, &found, &l) && found);
    EXPECT(reads(&h, read_by_id, &found, &l) && !found);
    EXPECT(writes(&h, one_note, &two, &l));
    EXPECT(!reads(&h, read_one, &found, &l) && l.kind == FAULT_DB);
    EXPECT(strstr(l.what, "notes_all") && strcmp(l.file, "kernel/db/db_test.c") == 0 && l.line == notes_all.line);
    house_end(&h);
}

/* ---- who may write -------------------------------------------------------------------------------------------------------- */

static void write_as_reader(Scope *s, void *arg)
{
    (void)arg;
    db_run(s, &notes_drop, NULL);
}

TEST(a_reader_cannot_write)
{
    House h = house(w);
    Landing l;
    Asked by_the_back_door = { .q = &sneaky };
    EXPECT(!reads(&h, write_as_reader, NULL, &l) && l.kind == FAULT_DB);
    EXPECT(!reads(&h, asks, &by_the_back_door, &l));      /* says it only reads; the engine itself refuses */
    EXPECT(notes(&h) == 1);
    house_end(&h);
}

typedef struct Moment { House *h; int64_t before, after, during; } Moment;

static void *write_meanwhile(void *arg)
{
    Moment *m = arg;
    Region region;
    CHECK(region_open(&region, 1 << 20));
    Arena arena = region_arena(&region, NULL);
    Scope s = { .arena = &arena };
    Landing l;
    int64_t id = 2;
    m->during = db_write(m->h->db, &s, one_note, &id, &l);
    region_close(&region);
    return NULL;
}

static void read_twice(Scope *s, void *arg)
{
    Moment *m = arg;
    pthread_t other;
    m->before = number(s, &notes_n, 0);
    CHECK(pthread_create(&other, NULL, write_meanwhile, m) == 0);
    pthread_join(other, NULL);
    m->after = number(s, &notes_n, 0);
}

TEST(a_page_reads_one_moment)
{
    House h = house(w);
    Landing l;
    Moment m = { .h = &h };
    EXPECT(reads(&h, read_twice, &m, &l));
    EXPECT(m.during == 1 && m.before == 1 && m.after == 1);
    EXPECT(notes(&h) == 2);
    house_end(&h);
}

/* ---- questions that travel together --------------------------------------------------------------------------------------- */

typedef struct Together { int64_t notes, middle; ptrdiff_t rows; bool middle_fails; } Together;

static void ask_three(Scope *s, void *arg)
{
    Together *t = arg;
    const DbValue bad[] = { { .kind = DB_INT, .i = t->middle_fails } };
    Number n = {0};
    void *rows = NULL;
    DbAsk a = db_ask(s, &notes_n, NULL), b = db_ask(s, &divided, bad), c = db_ask(s, &notes_all, NULL);
    t->notes = db_got_one(s, &a, &n) ? n.value : -1;
    t->middle = db_got_one(s, &b, &n);
    t->rows = db_got_many(s, &c, &rows);
}

static void ask_and_leave(Scope *s, void *arg)
{
    (void)arg;
    db_ask(s, &notes_n, NULL);
    db_ask(s, &notes_all, NULL);
}

TEST(questions_travel_together)
{
    House h = house(w);
    Landing l;
    Together t = { .middle_fails = true };
    EXPECT(!reads(&h, ask_three, &t, &l) && l.kind == FAULT_DB && strstr(l.what, "divided"));
    t.middle_fails = false;
    EXPECT(reads(&h, ask_three, &t, &l) && t.notes == 1 && t.middle == 1 && t.rows == 1);
    EXPECT(reads(&h, ask_and_leave, NULL, &l));
    EXPECT(reads(&h, ask_three, &t, &l) && t.rows == 1);
    house_end(&h);
}

TEST(a_wrong_query_is_as_wrong_the_second_time)
{
    House h = house(w);
    Landing l;
    Asked a = { .q = &misspelt };
    for (int i = 0; i < 3; i++) EXPECT(!reads(&h, asks, &a, &l) && l.kind == FAULT_DB && strstr(l.what, "auther"));
    EXPECT(notes(&h) == 1);
    house_end(&h);
}

/* ---- group commit ----------------------------------------------------------------------------------------------------------- */

typedef struct Bit { DbWork work; Scope s; Arena arena; Region region; void (*body)(Scope *, void *); int64_t id;
                     bool refuses; int runs; bool told; DbDone how; } Bit;

static void bit_body(Scope *s, void *arg)
{
    Bit *b = arg;
    note_write(s, &(Note){ .id = b->id, .title = S("a bit") });
    if (b->body) b->body(s, b);
}

static bool bit_run(DbWork *work, DbConn *writer, bool *ret_retry)
{
    Bit *b = (Bit *)work;
    Landing l;
    b->runs++;
    b->s.db = writer;
    b->s.writing = true;
    bool fine = scope_try(&b->s, bit_body, b, &l);
    *ret_retry = !fine && l.kind == FAULT_RETRY;
    return fine && !b->refuses;
}

static void bit_done(DbWork *work, DbDone how)
{
    Bit *b = (Bit *)work;
    b->told = true;
    b->how = how;
}

static void bits_submit(House *h, Bit *bits, int n)
{
    db_pause_commits(h->db, true);
    for (int i = 0; i < n; i++) {
        CHECK(region_open(&bits[i].region, 1 << 20));
        bits[i].arena = region_arena(&bits[i].region, NULL);
        bits[i].s.arena = &bits[i].arena;
        bits[i].id = bits[i].id ? bits[i].id : i + 10;
        bits[i].work = (DbWork){ .run = bit_run, .done = bit_done };
        db_submit(h->db, &bits[i].work);
    }
}

static bool do_nothing(Scope *s, void *arg) { return s && !arg; }

/* Whatever was submitted before is settled when this comes back: the writer takes pieces in their order. */
static void bits_settle(House *h, Bit *bits, int n)
{
    Landing l;
    db_pause_commits(h->db, false);
    writes(h, do_nothing, NULL, &l);
    for (int i = 0; i < n; i++) region_close(&bits[i].region);
}

static void fail_hard(Scope *s, void *arg) { (void)arg; fault(s, FAULT_DB, "this piece alone"); }
static void fail_in_sql(Scope *s, void *arg)
{
    Bit *b = arg;
    note_write(s, &(Note){ .id = b->id });                /* the same key again */
}
static void retry_once(Scope *s, void *arg)
{
    Bit *b = arg;
    if (b->runs == 1) fault(s, FAULT_RETRY, "once more, please");
}
static void retry_always(Scope *s, void *arg) { (void)arg; fault(s, FAULT_RETRY, "never content"); }
static void leave_unanswered(Scope *s, void *arg)
{
    const DbValue bad[] = { { .kind = DB_INT, .i = 1 } };
    (void)arg;
    db_ask(s, &divided, bad);
}

TEST(nobody_is_told_before_the_commit)
{
    House h = house(w);
    Bit bits[3] = { 0 };
    bits_submit(&h, bits, 3);
    EXPECT(!bits[0].told && notes(&h) == 1);
    bits_settle(&h, bits, 3);
    for (int i = 0; i < 3; i++) EXPECT(bits[i].told && bits[i].how == DB_SAVED && bits[i].runs == 1);
    EXPECT(notes(&h) == 4);
    house_end(&h);
}

TEST(a_piece_that_fails_is_rolled_back_alone)
{
    House h = house(w);
    Bit bits[6] = { [1].body = fail_hard, [3].refuses = true, [4].body = fail_in_sql };
    bits_submit(&h, bits, 6);
    bits_settle(&h, bits, 6);
    static const DbDone want[6] = { DB_SAVED, DB_ROLLED_BACK, DB_SAVED, DB_ROLLED_BACK, DB_ROLLED_BACK, DB_SAVED };
    for (int i = 0; i < 6; i++) EXPECT(bits[i].how == want[i] && bits[i].runs == 1);
    EXPECT(notes(&h) == 4);
    house_end(&h);
}

TEST(a_retry_runs_the_batch_again_one_by_one)
{
    House h = house(w);
    Bit bits[5] = { [1].body = retry_once, [3].body = retry_always };
    bits_submit(&h, bits, 5);
    bits_settle(&h, bits, 5);
    for (int i = 0; i < 5; i++) EXPECT(bits[i].told && bits[i].how == (i == 3 ? DB_LOST : DB_SAVED));
    EXPECT(bits[0].runs == 2 && bits[1].runs == 2 && bits[2].runs == 1 && bits[3].runs == 2);
    EXPECT(notes(&h) == 5);
    house_end(&h);
}

static void end_the_transaction(Scope *s, void *arg)
{
    (void)arg;
    db_run(s, &roll_all, NULL);
}

TEST(a_piece_that_ends_the_transaction_takes_no_other_with_it)
{
    House h = house(w);
    Bit bits[4] = { [1].body = end_the_transaction };
    bits_submit(&h, bits, 4);
    bits_settle(&h, bits, 4);
    for (int i = 0; i < 4; i++) EXPECT(bits[i].told && bits[i].how == (i == 1 ? DB_ROLLED_BACK : DB_SAVED));
    EXPECT(notes(&h) == 4);
    house_end(&h);
}

TEST(a_failure_nobody_read_is_not_saved)
{
    House h = house(w);
    Bit bits[3] = { [1].body = leave_unanswered };
    bits_submit(&h, bits, 3);
    bits_settle(&h, bits, 3);
    EXPECT(bits[0].how == DB_SAVED && bits[1].how != DB_SAVED && bits[2].how == DB_SAVED);
    EXPECT(notes(&h) == 3);
    house_end(&h);
}

TEST(more_pieces_than_one_batch_holds)
{
    House h = house(w);
    enum { N = 600 };
    Bit *bits = NEW(world_arena(w), Bit, N);
    bits[17].refuses = bits[400].refuses = true;
    bits_submit(&h, bits, N);
    bits_settle(&h, bits, N);
    int saved = 0;
    for (int i = 0; i < N; i++) saved += bits[i].told && bits[i].how == DB_SAVED;
    EXPECT(saved == N - 2 && notes(&h) == 1 + N - 2);
    house_end(&h);
}

static bool note_and_tag(Scope *s, void *arg)
{
    int64_t *id = arg;
    note_write(s, &(Note){ .id = *id });
    db_run(s, &tag_add, (DbValue[]){ { .kind = DB_INT, .i = *id } });
    return true;
}

TEST(every_call_may_fail_and_nothing_is_half)
{
    House h = house(w);
    Landing l;
    int64_t id = 5, tries = 0;
    for (bool saved = false; !saved; tries++) {
        db_fail_nth(h.db, tries + 1);
        saved = writes(&h, note_and_tag, &id, &l);
        db_fail_nth(h.db, 0);
        EXPECT(saved || l.kind != FAULT_NONE);
        EXPECT(notes(&h) == 1 + saved && counted(&h, &tags_n) == saved);
    }
    EXPECT(tries == 4);                                  /* two statements and the commit, then it went through */
    house_end(&h);
}

static void note_and_fail(Scope *s, void *arg)
{
    note_write(s, &(Note){ .id = *(int64_t *)arg, .title = S("inside") });
    fault(s, FAULT_DB, "no");
}

static void note_and_try_again(Scope *s, void *arg)
{
    Landing l;
    int64_t id = *(int64_t *)arg + 1;
    note_write(s, &(Note){ .id = *(int64_t *)arg, .title = S("outer") });
    CHECK(!db_try(s, note_and_fail, &id, &l));
}

static void fail_in_the_engine(Scope *s, void *arg)
{
    note_write(s, &(Note){ .id = 11, .title = S("undone") });
    note_write(s, &(Note){ .id = 1, .title = S("the same key again") });
}

static bool tries_in_tries(Scope *s, void *arg)
{
    Landing l;
    int64_t id = 10;
    one_note(s, &id);
    id = 11;
    bool a = db_try(s, note_and_fail, &id, &l), b = db_try(s, fail_in_the_engine, &id, &l);
    CHECK(l.kind == FAULT_DB);
    id = 12;
    bool c = db_try(s, note_and_try_again, &id, &l);
    id = 14;
    one_note(s, &id);
    return !a && !b && c;
}

/* 10 and 14 from the piece itself, 12 from within a try; 11 and 13 are undone. */
TEST(what_a_try_wrote_is_undone_when_it_faults_and_the_rest_holds)
{
    House h = house(w);
    Landing l;
    EXPECT(writes(&h, tries_in_tries, NULL, &l));
    Notes all;
    EXPECT(reads(&h, read_notes, &all, &l) && all.n == 4);
    EXPECT(all.row[0].id == 1 && all.row[1].id == 10 && all.row[2].id == 12 && all.row[3].id == 14);
    house_end(&h);
}

TEST(a_lost_commit_takes_the_whole_batch)
{
    House h = house(w);
    Bit bits[3] = { [1].refuses = true };
    bits_submit(&h, bits, 3);
    db_fail_nth(h.db, 4);                                /* three inserts, then the commit */
    bits_settle(&h, bits, 3);
    db_fail_nth(h.db, 0);
    for (int i = 0; i < 3; i++) EXPECT(bits[i].how == DB_LOST);
    EXPECT(notes(&h) == 1);
    house_end(&h);
}

static bool tag_alone(Scope *s, void *arg) { return db_run(s, &tag_add, (DbValue[]){ { .kind = DB_INT, .i = *(int64_t *)arg } }) == 1; }

TEST(a_key_that_points_nowhere_is_refused)
{
    House h = house(w);
    Landing l;
    int64_t nowhere = 777;
    EXPECT(!writes(&h, tag_alone, &nowhere, &l) && l.kind == FAULT_DB && strstr(l.what, "tag_add"));
    EXPECT(counted(&h, &tags_n) == 0);
    house_end(&h);
}

/* ---- many threads ------------------------------------------------------------------------------------------------------------- */

enum { THREADS = 6, EACH = 20 };
typedef struct Hand { Db *db; int64_t first; int saved; bool odd; } Hand;

static void read_both(Scope *s, void *arg)
{
    Hand *hand = arg;
    db_read_begin(s, hand->db);
    hand->odd |= number(s, &notes_n, 0) != number(s, &tags_n, 0) + 1;
}

static void *hand_main(void *arg)
{
    Hand *hand = arg;
    Region region;
    CHECK(region_open(&region, 1 << 20));
    for (int64_t i = 0; i < EACH; i++) {
        Arena arena = region_arena(&region, NULL);
        Scope s = { .arena = &arena };
        Landing l;
        int64_t id = hand->first + i;
        hand->saved += db_write(hand->db, &s, note_and_tag, &id, &l);
        hand->odd |= !scope_try(&s, read_both, hand, &l);
        db_read_end(&s);
    }
    region_close(&region);
    return NULL;
}

TEST(many_hands_write_and_read)
{
    House h = house(w);
    pthread_t thread[THREADS];
    Hand hands[THREADS];
    for (int i = 0; i < THREADS; i++) {
        hands[i] = (Hand){ .db = h.db, .first = 1000 * (i + 1) };
        EXPECT(pthread_create(&thread[i], NULL, hand_main, &hands[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        EXPECT(hands[i].saved == EACH && !hands[i].odd);
    }
    EXPECT(notes(&h) == 1 + THREADS * EACH && counted(&h, &tags_n) == THREADS * EACH);
    house_end(&h);
}

/* ---- opening, schema, health ---------------------------------------------------------------------------------------------------- */

TEST(each_step_is_made_once)
{
    House h = house(w);
    Landing l;
    int64_t id = 2;
    EXPECT(writes(&h, one_note, &id, &l));
    db_close(h.db);
    EXPECT(house_open(&h, STEPS));
    EXPECT(notes(&h) == 2);
    db_close(h.db);
    EXPECT(!house_open(&h, STEPS + 1));
    EXPECT(str_find(h.why, S("db_test/0004_broken")) >= 0);
    EXPECT(!house_open(&h, STEPS + 1));                  /* the broken step left nothing behind, so it breaks the same way */
    EXPECT(str_find(h.why, S("half")) >= 0);
    EXPECT(house_open(&h, STEPS) && notes(&h) == 2);
    house_end(&h);
}

TEST(a_program_older_than_its_data_does_not_open_it)
{
    House h = house(w);
    db_close(h.db);
    EXPECT(!house_open(&h, STEPS - 1));
    EXPECT(str_find(h.why, S("newer program")) >= 0 && str_find(h.why, S("db_test/0003_trouble")) >= 0);
    EXPECT(house_open(&h, STEPS) && notes(&h) == 1);     /* and has not touched it */
    house_end(&h);
}

static bool opens_with(House *h, const DbMigration *other)
{
    h->config.migrations = other;
    h->config.migration_n = STEPS;
    h->db = db_open(&h->config, world_arena(h->w), &h->why);
    return h->db != NULL;
}

TEST(a_step_that_says_something_else_today_is_anothers)
{
    House h = house(w);
    DbMigration edited[STEPS];
    memcpy(edited, steps, sizeof edited);
    for (int i = 0; i < STEPS; i++) edited[i].hash = (uint64_t)i + 7;
    db_close(h.db);
    EXPECT(opens_with(&h, edited));                      /* made before steps were remembered with what they said: noted now */
    db_close(h.db);
    EXPECT(opens_with(&h, edited));
    db_close(h.db);
    edited[1].hash++;
    EXPECT(!opens_with(&h, edited) && str_find(h.why, S("db_test/0002_first")) >= 0);
    edited[1].hash--;
    EXPECT(opens_with(&h, edited) && notes(&h) == 1);
    house_end(&h);
}

TEST(a_database_that_cannot_be_opened_says_why)
{
    House h = { .w = w, .s = { .arena = world_arena(w) } };
    h.config = (DbConfig){ .data_dir = "/nowhere/at/all", .wait_ms = 100 };
    EXPECT(!house_open(&h, 0) && str_find(h.why, S("/nowhere/at/all")) >= 0);
    h.config = (DbConfig){ .url = "postgresql:///nobody?host=/nowhere", .wait_ms = 100 };
    EXPECT(!house_open(&h, 0) && str_find(h.why, S("/nowhere")) >= 0);
}

TEST(a_query_is_checked_on_the_engine_at_hand)
{
    House h = house(w);
    str why = {0};
    EXPECT(db_prepares(h.db, &notes_all, world_arena(w), &why));
    EXPECT(db_prepares(h.db, &note_add, world_arena(w), &why));
    EXPECT(!db_prepares(h.db, &misspelt, world_arena(w), &why) && str_find(why, S("auther")) >= 0);
    EXPECT(!db_prepares(h.db, &narrow, world_arena(w), &why) && str_find(why, S("columns")) >= 0);
    EXPECT(db_alive(h.db, world_arena(w), &why));
    house_end(&h);
}

TEST(every_query_of_the_program_prepares)
{
    for (int i = 0; i < db_query_n; i++) {
        str why = {0};
        if (!db_prepares(world_site(w)->db, db_queries[i], world_arena(w), &why)) world_differs(w, __FILE__, __LINE__, why, (str){0});
    }
}

/* ---- a view that is kept ----------------------------------------------------------------------------------------------------- */

static int64_t log_bytes(House *h)
{
    struct stat wal;
    return stat(str_fmt(h->s.arena, "%s/sampan.db-wal", h->config.data_dir).p, &wal) == 0 ? (int64_t)wal.st_size : 0;
}

static bool large_note(Scope *s, void *arg)
{
    char *large = NEW(s->arena, char, 100000);
    memset(large, 'x', 100000);
    note_write(s, &(Note){ .id = *(int64_t *)arg, .title = { large, 100000 } });
    return true;
}

TEST(who_reads_between_writes_sees_each_of_them_and_the_log_begins_anew_all_the_same)
{
    House h = house(w);
    Landing l;
    int64_t most = 0;
    for (int64_t id = 2; id <= 200; id++) {
        EXPECT(writes(&h, large_note, &id, &l) && notes(&h) == id && notes(&h) == id);
        if (log_bytes(&h) > most) most = log_bytes(&h);
    }
    EXPECT(on_postgres(&h) || (most > 0 && most < 8 << 20));      /* 20 MB were written */
    house_end(&h);
}

/* ---- when the machine fails ------------------------------------------------------------------------------------------------------- */

/* A limit on the size of files stands for a disk that is full. Output that went to a file would meet it too, so nothing is
 * said while it holds. */
static void disk_room(House *h, rlim_t more)
{
    struct stat wal;
    struct rlimit room;
    getrlimit(RLIMIT_FSIZE, &room);
    room.rlim_cur = RLIM_INFINITY;
    if (more && stat(str_fmt(h->s.arena, "%s/sampan.db-wal", h->config.data_dir).p, &wal) == 0) room.rlim_cur = (rlim_t)wal.st_size + more;
    setrlimit(RLIMIT_FSIZE, &room);
}

static void write_much(Scope *s, void *arg)
{
    Bit *b = arg;
    char *large = NEW(s->arena, char, 200000);
    memset(large, 'x', 200000);
    for (int64_t i = 1; i <= 50; i++) note_write(s, &(Note){ .id = b->id * 1000 + i, .title = { large, 200000 } });
}

TEST(a_full_disk_takes_only_what_does_not_fit)
{
    if (world_leaves_out(w, DB_SQLITE, "the server's disk is the server's to test")) return;
    House h = house(w);
    Bit tight[3] = { [1].body = write_much }, wide[3] = { [0].id = 20, [1] = { .body = write_much, .id = 21 }, [2].id = 22 };
    signal(SIGXFSZ, SIG_IGN);
    disk_room(&h, 200000);
    bits_submit(&h, tight, 3);
    bits_settle(&h, tight, 3);
    int64_t after = notes(&h);
    disk_room(&h, 0);
    EXPECT(tight[0].how == DB_SAVED && tight[1].how == DB_ROLLED_BACK && tight[2].how == DB_SAVED && after == 3);
    bits_submit(&h, wide, 3);
    bits_settle(&h, wide, 3);
    for (int i = 0; i < 3; i++) EXPECT(wide[i].how == DB_SAVED);
    EXPECT(notes(&h) == 3 + 53);
    signal(SIGXFSZ, SIG_DFL);
    house_end(&h);
}

static bool pid_of_writer(Scope *s, void *arg)
{
    *(int64_t *)arg = number(s, &my_backend, 0);
    return true;
}

TEST(a_lost_connection_is_made_again)
{
    if (world_leaves_out(w, DB_POSTGRES, "there is no server")) return;
    House h = house(w);
    Landing l;
    int64_t pid = 0, id = 2;
    EXPECT(writes(&h, pid_of_writer, &pid, &l) && pid > 0);
    sql_run(w, at(w, "SELECT pg_terminate_backend(%lld, 5000)", (long long)pid));
    EXPECT(writes(&h, one_note, &id, &l) && notes(&h) == 2);
    Asked mine = { .q = &my_backend };
    EXPECT(reads(&h, asks, &mine, &l) && mine.got > 0);
    sql_run(w, at(w, "SELECT pg_terminate_backend(%lld, 5000)", (long long)mine.got));
    EXPECT(notes(&h) == 2);
    house_end(&h);
}

static void die_in_the_middle(Scope *s, void *arg)
{
    Bit *b = arg;
    if (b->runs == 1) number(s, &end_backend, number(s, &my_backend, 0));
}

TEST(a_batch_whose_server_goes_is_run_again)
{
    if (world_leaves_out(w, DB_POSTGRES, "there is no server")) return;
    House h = house(w);
    Bit bits[3] = { [1].body = die_in_the_middle };
    bits_submit(&h, bits, 3);
    bits_settle(&h, bits, 3);
    for (int i = 0; i < 3; i++) EXPECT(bits[i].how == DB_SAVED);
    EXPECT(notes(&h) == 4);
    house_end(&h);
}

static bool meet_trouble(Scope *s, void *arg)
{
    number(s, &trouble, *(int64_t *)arg);
    note_write(s, &(Note){ .id = 50 });
    return true;
}

TEST(a_serialisation_failure_is_tried_once_more)
{
    if (world_leaves_out(w, DB_POSTGRES, "there is no server")) return;
    House h = house(w);
    Landing l;
    int64_t few = 4, always = 1000;       /* the sequence has counted three calls by then */
    EXPECT(!writes(&h, meet_trouble, &always, &l) && l.kind == FAULT_RETRY && notes(&h) == 1);
    EXPECT(writes(&h, meet_trouble, &few, &l) && notes(&h) == 2);
    house_end(&h);
}

TESTS(db, what_a_try_wrote_is_undone_when_it_faults_and_the_rest_holds, a_program_older_than_its_data_does_not_open_it,
      a_step_that_says_something_else_today_is_anothers, values_come_back_as_they_went, a_row_becomes_json_with_its_ids_as_text, many_rows_keep_their_order, one_row_is_one_row,
      a_reader_cannot_write, a_page_reads_one_moment, who_reads_between_writes_sees_each_of_them_and_the_log_begins_anew_all_the_same,
      questions_travel_together, a_wrong_query_is_as_wrong_the_second_time, nobody_is_told_before_the_commit,
      a_piece_that_fails_is_rolled_back_alone, a_retry_runs_the_batch_again_one_by_one,
      a_piece_that_ends_the_transaction_takes_no_other_with_it, a_failure_nobody_read_is_not_saved,
      more_pieces_than_one_batch_holds, every_call_may_fail_and_nothing_is_half, a_lost_commit_takes_the_whole_batch,
      a_key_that_points_nowhere_is_refused, many_hands_write_and_read, each_step_is_made_once,
      a_database_that_cannot_be_opened_says_why, a_query_is_checked_on_the_engine_at_hand, every_query_of_the_program_prepares,
      a_full_disk_takes_only_what_does_not_fit, a_lost_connection_is_made_again, a_batch_whose_server_goes_is_run_again,
      a_serialisation_failure_is_tried_once_more)
