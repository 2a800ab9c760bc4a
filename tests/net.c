/* net - see net.h */
#include "net.h"

#include <ftw.h>
#include <unistd.h>

#include "db_all.h"
#include "jobs/jobs.h"
#include "talk.h"
#include "trial.h"

extern const Module *const all_modules[];
extern const int all_module_n;

enum { HAND_BYTES = 24 << 20, ROOM_BYTES = 32 << 20, MODULES_MAX = 64, TABLES_MAX = 512, ROUNDS_MAX = 40 };

/* An installation and the room it lives in, which ends with it. */
typedef struct House { Site *site; Region room; Arena keep; } House;

struct Net {
    World  *w;
    House   house[NET_MAX];
    int     n;
    Arena   hand;                /* of one piece of work */
    Landing landing;
    DbTable tables[TABLES_MAX]; int table_n;
    const Module *modules[MODULES_MAX]; int module_n;
    Module  trial[NET_MAX];      /* each node has its own edition */
    House   beside[NET_MAX]; int beside_n;
};

/* ---- clocks ------------------------------------------------------------------------------------------------------------ */

static int64_t shared_clock, error_of[NET_MAX];
static int64_t clock_0(void) { return shared_clock + error_of[0]; }
static int64_t clock_1(void) { return shared_clock + error_of[1]; }
static int64_t clock_2(void) { return shared_clock + error_of[2]; }
static int64_t clock_3(void) { return shared_clock + error_of[3]; }
static int64_t clock_4(void) { return shared_clock + error_of[4]; }
static int64_t clock_5(void) { return shared_clock + error_of[5]; }
static int64_t clock_6(void) { return shared_clock + error_of[6]; }
static int64_t clock_7(void) { return shared_clock + error_of[7]; }
static int64_t (*const clocks[NET_MAX])(void) = { clock_0, clock_1, clock_2, clock_3, clock_4, clock_5, clock_6, clock_7 };

int64_t net_now(Net *net) { return shared_clock; }
void net_wait(Net *net, int64_t ms) { shared_clock += ms; }
void net_clock_error(Net *net, int node, int64_t ms) { error_of[node] = ms; }

/* ---- opening -------------------------------------------------------------------------------------------------------------- */

/* Tests run side by side. */
static const char *schema_of(Net *net, int i) { return at(net->w, "net_%d_%d", (int)getpid(), i); }
static const char *folder_of(Net *net, int i) { return at(net->w, "%s/node%d", world_folder(net->w), i); }

static House node_open(Net *net, int i)
{
    World *w = net->w;
    House h = { 0 };
    CHECK(region_open(&h.room, ROOM_BYTES));
    h.keep = region_arena(&h.room, NULL);
    DbMigration *steps = NEW(&h.keep, DbMigration, db_migration_n + 1);
    memcpy(steps, db_migrations, sizeof *steps * (size_t)db_migration_n);
    steps[db_migration_n] = trial_migration;
    const Module **modules = NEW(&h.keep, const Module *, net->module_n + 1);
    memcpy(modules, net->modules, sizeof(Module *) * (size_t)net->module_n);
    modules[net->module_n] = &net->trial[i];
    SiteSetup setup = {
        .config = world_site(w)->config, .modules = modules, .module_n = net->module_n + 1,
        .migrations = steps, .migration_n = db_migration_n + 1,
        .tables = net->tables, .table_n = net->table_n, .ids = db_ids, .id_n = db_id_n,
        .pg_schema = str_keep(&h.keep, str_from(schema_of(net, i))).p, .clock = clocks[i],
    };
    setup.config.content = "";
    setup.config.data = str_keep(&h.keep, str_from(folder_of(net, i))).p;
    CHECK(os_make_dirs(setup.config.data));
    str why = { 0 };
    h.site = site_open(&setup, &h.keep, &why);
    if (!h.site) fprintf(stderr, "%.*s\n", STR_ARG(why));
    CHECK(h.site);
    return h;
}

static void node_close(House *h)
{
    site_close(h->site);
    region_close(&h->room);
}

static bool is_postgres(Net *net) { return db_engine(world_site(net->w)->db) == DB_POSTGRES; }

static void schemas_drop(Net *net)
{
    if (!is_postgres(net)) return;
    for (int i = 0; i < net->n; i++) sql_run(net->w, at(net->w, "DROP SCHEMA IF EXISTS %s CASCADE", schema_of(net, i)));
}

static void parts_collect(Net *net)
{
    for (int i = 0; i < all_module_n; i++) net->modules[net->module_n++] = all_modules[i];
    for (int i = 0; i < NET_MAX; i++) net->trial[i] = trial_module;
    for (int i = 0; i < db_table_n; i++) net->tables[net->table_n++] = db_tables[i];
    for (int i = 0; i < trial_table_n; i++) net->tables[net->table_n++] = trial_tables[i];
}

Net *net_open(World *w, int nodes)
{
    Net *net = NEW(world_arena(w), Net, 1);
    char *hand = NEW(world_arena(w), char, HAND_BYTES);
    *net = (Net){ .w = w, .n = nodes, .hand = { hand, hand + HAND_BYTES, NULL } };
    CHECK(nodes <= NET_MAX);
    shared_clock = world_now(w);
    memset(error_of, 0, sizeof error_of);
    parts_collect(net);
    schemas_drop(net);
    for (int i = 0; i < nodes; i++) net->house[i] = node_open(net, i);
    return net;
}

/* Of those that lie beside each other over one database, the later ones may hold what the earlier would give back. */
void net_close(Net *net)
{
    os_log_quiet(net->beside_n > 0);
    for (int i = 0; i < net->beside_n; i++) node_close(&net->beside[i]);
    for (int i = 0; i < net->n; i++) node_close(&net->house[i]);
    os_log_quiet(false);
    schemas_drop(net);
}

Module *net_trial(Net *net, int node) { return &net->trial[node]; }

Site *net_beside(Net *net, int node)
{
    CHECK(net->beside_n < NET_MAX);
    net->beside[net->beside_n++] = net->house[node];
    net->house[node] = node_open(net, node);
    return net->house[node].site;
}

Site *net_site(Net *net, int node) { return net->house[node].site; }
World *net_world(Net *net) { return net->w; }
Arena *net_keep(Net *net) { return world_arena(net->w); }

void net_again(Net *net, int node)
{
    node_close(&net->house[node]);
    net->house[node] = node_open(net, node);
}

/* ---- a folder of before ------------------------------------------------------------------------------------------------------ */

static void folder_copy(Net *net, const char *from, const char *to)
{
    DirEntry *entry;
    ptrdiff_t n;
    CHECK(os_make_dirs(to) && os_list(net_keep(net), from, &entry, &n));
    for (ptrdiff_t i = 0; i < n; i++) {
        str bytes;
        const char *a = at(net->w, "%s/%.*s", from, STR_ARG(entry[i].name)), *b = at(net->w, "%s/%.*s", to, STR_ARG(entry[i].name));
        if (entry[i].folder) folder_copy(net, a, b);
        else CHECK(os_read_file(net_keep(net), a, 1 << 28, &bytes) && os_write_file(b, bytes));
    }
}

/* What lies in the database goes with the folder. */
static const char *copy_schema(Net *net, const char *name) { return at(net->w, "net_%d_%s", (int)getpid(), name); }

static void tables_put_away(Net *net, int node, const char *name)
{
    World *w = net->w;
    const char *copy = copy_schema(net, name);
    sql_run(w, at(w, "DROP SCHEMA IF EXISTS %s CASCADE", copy));
    sql_run(w, at(w, "CREATE SCHEMA %s", copy));
    for (int i = 0; i < net->table_n; i++)
        if (net->tables[i].made != DB_CONTENT) sql_run(w, at(w, "CREATE TABLE %s.%s AS TABLE %s.%s", copy, net->tables[i].name, schema_of(net, node), net->tables[i].name));
}

static void tables_put_back(Net *net, int node, const char *name)
{
    World *w = net->w;
    for (int i = 0; i < net->table_n; i++) {
        const char *table = at(w, "%s.%s", schema_of(net, node), net->tables[i].name);
        if (net->tables[i].made == DB_CONTENT) continue;
        sql_run(w, at(w, "DELETE FROM %s", table));
        sql_run(w, at(w, "INSERT INTO %s TABLE %s.%s", table, copy_schema(net, name), net->tables[i].name));
    }
}

void net_copy(Net *net, int node, const char *name)
{
    node_close(&net->house[node]);
    folder_copy(net, folder_of(net, node), at(net->w, "%s/%s", world_folder(net->w), name));
    if (is_postgres(net)) tables_put_away(net, node, name);
    net->house[node] = node_open(net, node);
}

void net_restore(Net *net, int node, const char *name)
{
    node_close(&net->house[node]);
    folder_copy(net, at(net->w, "%s/%s", world_folder(net->w), name), folder_of(net, node));
    if (is_postgres(net)) tables_put_back(net, node, name);
    net->house[node] = node_open(net, node);
}

/* ---- doing and looking ---------------------------------------------------------------------------------------------------------- */

bool net_do(Net *net, int node, int64_t me, NetRule *rule, void *arg)
{
    SCRATCH(tmp, &net->hand);
    return site_write(net->house[node].site, &tmp, me, rule, arg, &net->landing);
}

const char *net_why(Net *net) { return net->landing.what; }

typedef struct Line { str text; } Line;
static const DbColumn line_columns[] = { { "text", DB_TEXT, offsetof(Line, text) } };
typedef struct Number { int64_t value; } Number;
static const DbColumn number_columns[] = { { "value", DB_INT, offsetof(Number, value) } };

typedef struct Look { const char *sql; Arena *keep; str text; int64_t number; } Look;

str net_look(Scope *s, const char *sql)
{
    DbQuery q = { .name = "look", .file = __FILE__, .line = __LINE__, .sql = { sql, sql }, .params = "",
                  .columns = line_columns, .column_n = 1, .row_size = sizeof(Line), .id = DB_UNCACHED };
    void *rows;
    ptrdiff_t n = db_many(s, &q, NULL, &rows);
    Out o;
    out_init(&o, s->arena, 4096);
    for (ptrdiff_t i = 0; i < n; i++) {
        out_str(&o, ((Line *)rows)[i].text);
        out_char(&o, '\n');
    }
    return out_text(&o);
}

static void rows_step(Scope *s, void *arg)
{
    Look *l = arg;
    l->text = str_keep(l->keep, net_look(s, l->sql));
}

static void int_step(Scope *s, void *arg)
{
    Look *l = arg;
    Number row = { -1 };
    DbQuery q = { .name = "look", .file = __FILE__, .line = __LINE__, .sql = { l->sql, l->sql }, .params = "",
                  .columns = number_columns, .column_n = 1, .row_size = sizeof(Number), .id = DB_UNCACHED };
    void *rows;
    l->number = db_many(s, &q, NULL, &rows) > 0 ? ((Number *)rows)[0].value : row.value;
}

static void look(Net *net, int node, void (*step)(Scope *, void *), Look *l)
{
    World *w = net->w;
    Landing landing;
    SCRATCH(tmp, &net->hand);
    bool fine = site_read(net->house[node].site, &tmp, 0, step, l, &landing);
    if (!fine) fprintf(stderr, "%s\n", landing.what);
    EXPECT(fine);
}

int64_t net_int(Net *net, int node, const char *sql)
{
    Look l = { .sql = sql };
    look(net, node, int_step, &l);
    return l.number;
}

str net_rows(Net *net, int node, const char *sql)
{
    Look l = { .sql = sql, .keep = net_keep(net) };
    look(net, node, rows_step, &l);
    return l.text;
}

str net_table(Net *net, int node, const char *table)
{
    World *w = net->w;
    bool sqlite = db_engine(net_site(net, node)->db) == DB_SQLITE;
    str line = net_rows(net, node, at(w, sqlite
        ? "SELECT group_concat('coalesce(CAST(' || name || ' AS TEXT), ''-'')', ' || '','' || ') AS text FROM pragma_table_info('%s')"
        : "SELECT string_agg('coalesce(CAST(' || column_name || ' AS TEXT), ''-'')', ' || '','' || ' ORDER BY ordinal_position) AS text "
          "FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '%s'", table));
    return net_rows(net, node, at(w, "SELECT %.*s AS text FROM %s ORDER BY 1", STR_ARG(str_slice(line, 0, line.n - 1)), table));
}

static bool sql_rule(Scope *s, void *arg)
{
    const char *sql = arg;
    DbQuery q = { .name = "sql", .file = __FILE__, .line = __LINE__, .sql = { sql, sql }, .params = "", .id = DB_UNCACHED, .writes = true };
    db_run(s, &q, NULL);
    return true;
}

void net_sql(Net *net, int node, const char *sql)
{
    World *w = net->w;
    bool fine = net_do(net, node, 0, sql_rule, (void *)(uintptr_t)sql);
    if (!fine) fprintf(stderr, "%s\n", net->landing.what);
    EXPECT(fine);
}

int64_t net_number(Net *net, int node) { return journal_node(&(Scope){ .site = net->house[node].site }); }

void net_jobs(Net *net, int node)
{
    for (int i = 0; i < ROUNDS_MAX; i++) {
        SCRATCH(tmp, &net->hand);
        int done = jobs_run_due(net->house[node].site, clocks[node]());
        while (journal_work(net->house[node].site, &tmp) > 0) done++;
        if (!done) return;
    }
}

/* ---- as new ---------------------------------------------------------------------------------------------------------------------- */

static bool empty_rule(Scope *s, void *arg)
{
    Net *net = arg;
    s->applying = true;
    for (int i = 0; i < net->table_n; i++) {
        const DbTable *t = &net->tables[i];
        if (t->made == DB_CONTENT) continue;
        str sql = str_fmt(s->arena, "DELETE FROM %s", t->name);
        DbQuery q = { .name = t->name, .file = __FILE__, .line = __LINE__, .sql = { sql.p, sql.p }, .params = "", .id = DB_UNCACHED, .writes = true };
        db_run(s, &q, NULL);
    }
    return true;
}

static int file_drop(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
    return kind == FTW_F ? unlink(path) : 0;
}

void net_another(Net *net, int node)
{
    World *w = net->w;
    nftw(at(w, "%s/files", folder_of(net, node)), file_drop, 8, FTW_PHYS);
    EXPECT(net_do(net, node, 0, empty_rule, net));
    EXPECT(journal_begin_again(net->house[node].site));
}

void net_empty(Net *net)
{
    shared_clock = world_now(net->w);
    for (int i = 0; i < net->n; i++) net_another(net, i);
}

/* ---- talking ------------------------------------------------------------------------------------------------------------------------ */

bool net_enrol_as(Net *net, int node, const Enrolment *as, str *ret_why)
{
    Talk t = { .keep = net_keep(net), .as = as };
    bool fine = net_do(net, node, 0, talk_ask, &t);
    t.message = t.said;
    fine = fine && net_do(net, 0, 0, talk_enrol, &t);
    t.message = t.said;
    fine = fine && net_do(net, node, 0, talk_enrolled, &t);
    *ret_why = t.why.n || fine ? t.why : str_from(net_why(net));
    return fine;
}

void net_enrol(Net *net, int node, const char *economy, int64_t centre)
{
    World *w = net->w;
    str why = { 0 };
    bool fine = net_enrol_as(net, node, &(Enrolment){ .name = str_from(at(w, "node %d", node)), .economy = str_from(economy),
                                                      .centres = &centre, .centre_n = centre != 0 }, &why);
    if (!fine) fprintf(stderr, "%.*s\n", STR_ARG(why));
    EXPECT(fine);
}

bool net_is_copied(Net *net, int node) { return net_int(net, node, "SELECT count(*) AS value FROM journal_fork WHERE parted = 2") > 0; }

void net_recover(Net *net, int node, const char *economy, int64_t centre)
{
    World *w = net->w;
    Enrolment as = { .name = str_from(at(w, "node %d", node)), .economy = str_from(economy), .centres = &centre, .centre_n = centre != 0 };
    Talk t = { .keep = net_keep(net), .as = &as };
    bool fine = net_do(net, node, 0, talk_ask_anew, &t);
    t.message = t.said;
    fine = fine && net_do(net, 0, 0, talk_enrol, &t);
    t.message = t.said;
    fine = fine && net_do(net, node, 0, talk_recover, &t);
    if (!fine) fprintf(stderr, "%.*s %s\n", STR_ARG(t.why), net_why(net));
    EXPECT(fine);
}

static Talk talk(Net *net, int node, NetRule *rule, str message, ptrdiff_t max)
{
    World *w = net->w;
    Talk t = { .message = message, .max = max, .keep = net_keep(net) };
    bool fine = net_do(net, node, 0, rule, &t);
    if (!fine) fprintf(stderr, "node %d: %s (%s:%d)\n", node, net_why(net), net->landing.file ? net->landing.file : "?", net->landing.line);
    EXPECT(fine);
    return t;
}

str net_have(Net *net, int node) { return talk(net, node, talk_have, (str){ 0 }, 0).said; }
str net_lack(Net *net, int node, str message, ptrdiff_t max) { return talk(net, node, talk_lack, message, max).said; }
Received net_take(Net *net, int node, str message) { return talk(net, node, talk_take, message, 0).got; }

Received net_meet(Net *net, int node, int other)
{
    Received got = { .more = true };
    for (int i = 0; i < ROUNDS_MAX && got.more; i++) {
        str said = net_lack(net, other, net_have(net, node), 1 << 20);
        got = net_take(net, node, said);
        if (!got.wants) continue;
        Received theirs = net_take(net, other, net_lack(net, node, said, 1 << 20));
        got.more |= theirs.more || net_take(net, other, (str){ 0 }).more;
    }
    return got;
}

int net_carry_files(Net *net, int from, int to, ptrdiff_t max)
{
    int n = 0;
    for (; n < ROUNDS_MAX; n++) {
        str wanted = talk(net, to, talk_files_wanted, (str){ 0 }, 0).said, given = talk(net, from, talk_files_given, wanted, max).said;
        if (given.n == 0) break;
        talk(net, to, talk_files_take, given, 0);
    }
    return n;
}

void net_all_meet(Net *net)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        int64_t added = 0;
        for (int i = 1; i < net->n; i++) {
            str said = net_lack(net, 0, net_have(net, i), 1 << 20);
            Received a = net_take(net, i, said), b = { 0 };
            if (a.wants) b = net_take(net, 0, net_lack(net, i, said, 1 << 20));
            added += a.added + b.added + a.more + b.more;
            if (getenv("SAMPAN_LIFE_SEED"))
                fprintf(stderr, "%d meets the hub: added %lld refused %lld %.*s; there added %lld gap %lld refused %lld %.*s\n", i, (long long)a.added,
                        (long long)a.refused, STR_ARG(a.why), (long long)b.added, (long long)b.gap, (long long)b.refused, STR_ARG(b.why));
        }
        for (int i = 0; i < net->n; i++) net_jobs(net, i);
        if (!added) return;
    }
}
