/* kill_test - a process that writes is killed at a random moment, again and again. Nothing that was acknowledged may be
 * missing afterwards, and nothing may be there by half.
 *
 *   kill-test sqlite|postgres ROUNDS [URL]
 *
 * A child opens the database and writes from several threads through db_submit. Each piece adds a row to two tables and one
 * to a tally, or, for every REFUSED_EACH-th, faults between the two. What is acknowledged goes down a pipe, from the writer
 * thread, the moment `done` says DB_SAVED. The parent kills it (SIGKILL), reads the pipe to its end, opens the database and
 * compares. Some children are killed before they have said anything: while they open, migrate or recover. */
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "db/db.h"
#include "os/os.h"

enum { WRITERS = 8, REFUSED_EACH = 7, PAD_MAX = 12000, EARLY_EACH = 8, QUIET_MS = 20000, ACKS_MAX = 100000 };

typedef struct Number { int64_t value; } Number;
static const DbColumn number_columns[] = { { "value", DB_INT, offsetof(Number, value) } };

#define NUMBER .columns = number_columns, .column_n = 1, .row_size = sizeof(Number)
#define QUERY(words, types, ...) { .name = words, .file = __FILE__, .line = __LINE__, .params = types, __VA_ARGS__ }
#define BOTH(text) .sql = { text, text }

static const DbQuery
    left_add = QUERY("left_add", "is", .id = 0, .writes = true, .sql = {
        "INSERT INTO one_half (id, pad) VALUES (?1, ?2)", "INSERT INTO one_half (id, pad) VALUES ($1, $2)" }),
    right_add = QUERY("right_add", "i", .id = 1, .writes = true, .sql = {
        "INSERT INTO other_half (id) VALUES (?1)", "INSERT INTO other_half (id) VALUES ($1)" }),
    tally_add = QUERY("tally_add", "", .id = 2, .writes = true, BOTH("UPDATE tally SET n = n + 1")),
    is_whole = QUERY("is_whole", "i", .id = 3, NUMBER, .sql = {
        "SELECT count(*) FROM one_half l JOIN other_half r ON r.id = l.id WHERE l.id = ?1",
        "SELECT count(*) FROM one_half l JOIN other_half r ON r.id = l.id WHERE l.id = $1" }),
    halves = QUERY("halves", "", .id = 4, NUMBER, BOTH(
        "SELECT (SELECT count(*) FROM one_half l WHERE NOT EXISTS (SELECT 1 FROM other_half r WHERE r.id = l.id))"
        "     + (SELECT count(*) FROM other_half r WHERE NOT EXISTS (SELECT 1 FROM one_half l WHERE l.id = r.id))")),
    miscounted = QUERY("miscounted", "", .id = 5, NUMBER, BOTH("SELECT abs(n - (SELECT count(*) FROM one_half)) FROM tally")),
    refused = QUERY("refused", "i", .id = 6, NUMBER, .sql = {
        "SELECT count(*) FROM one_half WHERE id % ?1 = 0", "SELECT count(*) FROM one_half WHERE id % $1 = 0" }),
    damage = QUERY("damage", "", .id = 7, NUMBER, .sql = {
        "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'", "SELECT 0" }),
    wipe_left = QUERY("wipe_left", "", .id = 8, .writes = true, BOTH("DELETE FROM one_half")),
    wipe_right = QUERY("wipe_right", "", .id = 9, .writes = true, BOTH("DELETE FROM other_half")),
    wipe_tally = QUERY("wipe_tally", "", .id = 10, .writes = true, BOTH("UPDATE tally SET n = 0"));

static const DbMigration steps[] = {
    { "kill/0001_halves", {
        "CREATE TABLE one_half (id INTEGER PRIMARY KEY, pad TEXT) STRICT; CREATE TABLE other_half (id INTEGER PRIMARY KEY) STRICT",
        "CREATE TABLE one_half (id BIGINT PRIMARY KEY, pad TEXT); CREATE TABLE other_half (id BIGINT PRIMARY KEY)" } },
    { "kill/0002_tally", { "CREATE TABLE tally (n INTEGER NOT NULL) STRICT; INSERT INTO tally VALUES (0)",
                           "CREATE TABLE tally (n BIGINT NOT NULL); INSERT INTO tally VALUES (0)" } },
};

static int failures;
static void wrong(int round, const char *what, int64_t n)
{
    failures++;
    printf("round %d: %s: %lld\n", round, what, (long long)n);
}

static int64_t random_below(int64_t n)
{
    uint64_t r;
    os_random(&r, sizeof r);
    return (int64_t)(r % (uint64_t)n);
}

/* ---- the child: writes until it is killed -------------------------------------------------------------------------------- */

typedef struct Hand { DbWork work; Db *db; Region region; int64_t id; int pipe; sem_t told; } Hand;

static void halves_write(Scope *s, void *arg)
{
    static char pad[PAD_MAX];
    const Hand *h = arg;
    memset(pad, 'p', sizeof pad);
    const DbValue left[] = { { .kind = DB_INT, .i = h->id }, { .kind = DB_TEXT, .s = { pad, random_below(PAD_MAX) } } };
    const DbValue right[] = { { .kind = DB_INT, .i = h->id } };
    db_run(s, &left_add, left);
    if (h->id % REFUSED_EACH == 0) fault(s, FAULT_DB, "refused between the halves");
    db_run(s, &tally_add, NULL);
    db_run(s, &right_add, right);
}

static bool hand_run(DbWork *work, DbConn *writer, bool *ret_retry)
{
    Hand *h = (Hand *)work;
    Landing l;
    Arena arena = region_arena(&h->region, NULL);
    Scope s = { .arena = &arena, .db = writer, .writing = true };
    bool fine = scope_try(&s, halves_write, h, &l);
    *ret_retry = !fine && l.kind == FAULT_RETRY;
    return fine;
}

static void hand_done(DbWork *work, DbDone how)
{
    Hand *h = (Hand *)work;
    if (how == DB_SAVED && write(h->pipe, &h->id, sizeof h->id) != sizeof h->id) _exit(1);
    sem_post(&h->told);
}

static void *hand_main(void *arg)
{
    Hand *h = arg;
    for (;; h->id++) {
        db_submit(h->db, &h->work);
        while (sem_wait(&h->told) != 0) { }
    }
    return NULL;
}

_Noreturn static void child_main(const DbConfig *config, int out)
{
    static Hand hands[WRITERS];
    Region region;
    str why = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    CHECK(region_open(&region, 1 << 20));
    Arena keep = region_arena(&region, NULL);
    Db *db = db_open(config, &keep, &why);
    if (!db) {
        printf("the child cannot open: %.*s\n", STR_ARG(why));
        fflush(stdout);
        _exit(1);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_t thread;
        hands[i] = (Hand){ .work = { .run = hand_run, .done = hand_done }, .db = db, .id = (i + 1) * 1000000, .pipe = out };
        CHECK(region_open(&hands[i].region, 1 << 20));
        sem_init(&hands[i].told, 0, 0);
        CHECK(pthread_create(&thread, NULL, hand_main, &hands[i]) == 0);
    }
    for (;;) pause();
}

/* ---- the parent: kills and compares ---------------------------------------------------------------------------------------- */

static int64_t acks[ACKS_MAX];
static int ack_n;
static int64_t ack_total;

/* Takes what comes within so many ms. False: the end came. */
static bool acks_read(int in, int ms)
{
    int64_t until = os_ticks() + (int64_t)ms * 1000000;
    while (ack_n < ACKS_MAX) {
        int64_t left = (until - os_ticks()) / 1000000;
        struct pollfd fd = { .fd = in, .events = POLLIN };
        if (poll(&fd, 1, left > 0 ? (int)left : 0) == 0) return true;
        ssize_t n = read(in, &acks[ack_n], sizeof acks[0]);
        if (n == 0) return false;
        if (n == sizeof acks[0]) ack_n++;
        if (left <= 0) return true;
    }
    return true;
}

static void first_ack_wait(int in)
{
    struct pollfd fd = { .fd = in, .events = POLLIN };
    if (poll(&fd, 1, QUIET_MS) == 0) printf("the child said nothing for %d ms\n", QUIET_MS);
}

static void child_let_live(int round, const DbConfig *config)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        close(ends[0]);
        child_main(config, ends[1]);
    }
    close(ends[1]);
    ack_n = 0;
    bool early = round % EARLY_EACH == 0;
    if (!early) first_ack_wait(ends[0]);
    bool lives = acks_read(ends[0], (int)random_below(early ? 12 : 40));
    kill(child, SIGKILL);
    while (acks_read(ends[0], QUIET_MS)) { }
    close(ends[0]);
    int status;
    waitpid(child, &status, 0);
    if (!lives || !WIFSIGNALED(status)) wrong(round, "the child ended by itself, with status", status);
    ack_total += ack_n;
}

static int64_t number(Scope *s, const DbQuery *q, int64_t arg)
{
    const DbValue args[] = { { .kind = DB_INT, .i = arg } };
    Number n = { -1 };
    db_one(s, q, args, &n);
    return n.value;
}

typedef struct Look { Db *db; int round; } Look;

static void compare(Scope *s, void *arg)
{
    const Look *look = arg;
    db_read_begin(s, look->db);
    for (int i = 0; i < ack_n; i++)
        if (number(s, &is_whole, acks[i]) != 1) wrong(look->round, "acknowledged and missing", acks[i]);
    int64_t n;
    if ((n = number(s, &halves, 0))) wrong(look->round, "there by half", n);
    if ((n = number(s, &miscounted, 0))) wrong(look->round, "the tally differs by", n);
    if ((n = number(s, &refused, REFUSED_EACH))) wrong(look->round, "refused and there", n);
    if ((n = number(s, &damage, 0))) wrong(look->round, "damage", n);
}

static bool wipe(Scope *s, void *arg)
{
    (void)arg;
    db_run(s, &wipe_left, NULL);
    db_run(s, &wipe_right, NULL);
    db_run(s, &wipe_tally, NULL);
    return true;
}

static void look_after(int round, const DbConfig *config, Region *region)
{
    Arena arena = region_arena(region, NULL);
    Scope s = { .arena = &arena };
    Landing l;
    str why = {0};
    Look look = { db_open(config, &arena, &why), round };
    if (!look.db) {
        wrong(round, "the database does not open again", 0);
        printf("  %.*s\n", STR_ARG(why));
        return;
    }
    if (!scope_try(&s, compare, &look, &l)) {
        wrong(round, "it cannot be read", l.kind);
        printf("  %s\n", l.what);
    }
    db_read_end(&s);
    if (!db_write(look.db, &s, wipe, NULL, &l)) {
        wrong(round, "it cannot be written", l.kind);
        printf("  %s\n", l.what);
    }
    db_close(look.db);
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------------ */

static bool schema_drop(Scope *s, void *arg)
{
    DbQuery drop = QUERY("schema_drop", "", .id = DB_UNCACHED, .writes = true);
    drop.sql[DB_POSTGRES] = str_fmt(s->arena, "DROP SCHEMA %s CASCADE", (const char *)arg).p;
    db_run(s, &drop, NULL);
    return true;
}

static void leave_nothing(const DbConfig *config, Region *region)
{
    Arena arena = region_arena(region, NULL);
    Scope s = { .arena = &arena };
    Landing l;
    str why = {0};
    if (config->url) {
        Db *db = db_open(config, &arena, &why);
        if (db) db_write(db, &s, schema_drop, (void *)(uintptr_t)config->pg_schema, &l);
        db_close(db);
        return;
    }
    static const char *const ends[] = { "", "-wal", "-shm" };
    for (int i = 0; i < 3; i++) unlink(str_fmt(&arena, "%s/sampan.db%s", config->data_dir, ends[i]).p);
    rmdir(config->data_dir);
}

int main(int argc, char **argv)
{
    int64_t rounds = 0;
    bool postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
    if (argc < 3 || !str_int(str_from(argv[2]), &rounds) || (postgres && argc < 4)) {
        fprintf(stderr, "usage: kill-test sqlite|postgres ROUNDS [URL]\n");
        return 2;
    }
    char folder[] = "/tmp/sampan-kill-XXXXXX", schema[32];
    snprintf(schema, sizeof schema, "kill_%d", (int)getpid());
    if (!postgres && !mkdtemp(folder)) { perror(folder); return 2; }
    DbConfig config = { .data_dir = folder, .migrations = steps, .migration_n = 2, .wait_ms = 5000 };
    if (postgres) { config.url = argv[3]; config.pg_schema = schema; }
    Region region;
    CHECK(region_open(&region, 64 << 20));
    int bad = 0;
    for (int round = 0; round < (int)rounds; round++) {
        int before = failures;
        child_let_live(round, &config);
        look_after(round, &config, &region);
        bad += failures > before;
    }
    if (!bad) leave_nothing(&config, &region);
    printf("%lld writes acknowledged in %lld lives\n", (long long)ack_total, (long long)rounds);
    printf("%d passed, %d failed\n", (int)rounds - bad, bad);
    return bad != 0;
}
