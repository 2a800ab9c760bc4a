/* db_migrate - each schema step once, in order, each in a transaction. The table db_migration remembers them, and
 * db_migration_hash what the engine was told then: a step that says something else today is another program's, and so is
 * one we do not have. Neither is opened: a program that is older than its data would write what the newer one cannot read.
 *
 * Runs before the writer thread, on its connection. The transaction begins as every writing one does, so that of several
 * processes that start on one PostgreSQL at the same moment one makes a step and the others find it made. */
#include "db/db_own.h"

enum { HOUSE_TRIES = 3 };

typedef struct StepsRow { int64_t value; } StepsRow;
typedef struct KnownRow { str name, hash; } KnownRow;
static const DbColumn known_columns[] = { { "name", DB_TEXT, offsetof(KnownRow, name) }, { "hash", DB_TEXT, offsetof(KnownRow, hash) } };
#define KNOWN "SELECT m.name, coalesce(h.hash, '') AS hash FROM db_migration m LEFT JOIN db_migration_hash h ON h.name = m.name ORDER BY m.name"
static const DbQuery steps_known = {
    .name = "steps_known", .file = __FILE__, .line = __LINE__, .params = "", .sql = { KNOWN, KNOWN },
    .columns = known_columns, .column_n = 2, .row_size = sizeof(KnownRow), .id = DB_UNCACHED,
};
static const DbQuery hash_note = {
    .name = "hash_note", .file = __FILE__, .line = __LINE__, .params = "ss",
    .sql = { "INSERT INTO db_migration_hash (name, hash) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
             "INSERT INTO db_migration_hash (name, hash) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING" },
    .id = DB_UNCACHED, .writes = true,
};
static const DbColumn made_columns[] = { { "value", DB_INT, offsetof(StepsRow, value) } };
static const DbQuery step_made = {
    .name = "step_made", .file = __FILE__, .line = __LINE__, .params = "s",
    .sql = { "SELECT count(*) FROM db_migration WHERE name = ?1", "SELECT count(*) FROM db_migration WHERE name = $1" },
    .columns = made_columns, .column_n = 1, .row_size = sizeof(StepsRow), .id = DB_UNCACHED,
};
static const DbQuery step_note = {
    .name = "step_note", .file = __FILE__, .line = __LINE__, .params = "s",
    .sql = { "INSERT INTO db_migration (name) VALUES (?1)", "INSERT INTO db_migration (name) VALUES ($1)" },
    .id = DB_UNCACHED, .writes = true,
};

typedef struct Step { const DbMigration *migration; DbEngine engine; } Step;

static str hash_text(Arena *keep, const DbMigration *m) { return str_fmt(keep, "%016llx", (unsigned long long)m->hash); }

static void step_make(Scope *s, void *arg)
{
    const Step *step = arg;
    const DbValue name[] = { { .kind = DB_TEXT, .s = str_from(step->migration->name) } };
    StepsRow made = {0};
    bool before = db_one(s, &step_made, name, &made) && made.value;
    if (!before && !s->db->engine->script(s->db, step->migration->sql[step->engine])) fault(s, FAULT_DB, "%s", s->db->why);
    if (!before) db_run(s, &step_note, name);
    if (step->migration->hash) db_run(s, &hash_note, (DbValue[]){ name[0], { .kind = DB_TEXT, .s = hash_text(s->arena, step->migration) } });
}

/* Every writing transaction of the house locks the same row, so this waits for its turn at most wait_ms. */
static bool step_run(Db *db, const DbMigration *migration, Arena *keep, str *ret_why)
{
    DbConn *c = db->writer;
    Landing landing = { .kind = FAULT_NONE };
    Scope s = { .arena = keep, .db = c, .writing = true };
    Step step = { migration, db_engine(db) };
    bool made = c->engine->begin(c) && scope_try(&s, step_make, &step, &landing);
    if (made && c->engine->commit(c) == COMMIT_DONE) return true;
    str what = landing.kind ? str_fmt(keep, "%s", landing.what) : str_fmt(keep, "%s", c->why);
    c->engine->rollback(c);
    *ret_why = str_fmt(keep, "The schema step %s cannot be made: %.*s", migration->name, STR_ARG(what));
    return false;
}

/* Two processes that make the same table at the same moment: PostgreSQL may refuse one of them, once. */
static bool house_make(DbConn *c)
{
    for (int i = 0; i < HOUSE_TRIES; i++)
        if (c->engine->script(c, c->engine->house_sql)) return true;
    return false;
}

/* ---- is this our data? ------------------------------------------------------------------------------------------------ */

typedef struct Looking { const DbConfig *config; Arena *keep; str why; } Looking;

static const DbMigration *migration_named(const DbConfig *config, str name)
{
    for (int i = 0; i < config->migration_n; i++)
        if (str_eq(str_from(config->migrations[i].name), name)) return &config->migrations[i];
    return NULL;
}

static void known_look(Scope *s, void *arg)
{
    Looking *l = arg;
    void *rows;
    ptrdiff_t n = db_many(s, &steps_known, NULL, &rows);
    for (ptrdiff_t i = 0; i < n && l->why.n == 0; i++) {
        const KnownRow *row = (const KnownRow *)rows + i;
        const DbMigration *m = migration_named(l->config, row->name);
        if (!m)
            l->why = str_fmt(l->keep, "This data was made by a newer program: it has made the step %.*s, which this one does not know. "
                                      "Start the newer program again", STR_ARG(row->name));
        else if (m->hash && row->hash.n && !str_eq(row->hash, hash_text(s->arena, m)))
            l->why = str_fmt(l->keep, "This data was made by another program: its step %.*s is not the one that was made here", STR_ARG(row->name));
    }
}

static bool is_ours(Db *db, const DbConfig *config, Arena *keep, str *ret_why)
{
    DbConn *c = db->writer;
    Landing landing = { .kind = FAULT_NONE };
    Scope s = { .arena = keep, .db = c, .writing = true };
    Looking l = { config, keep, { 0 } };
    bool looked = c->engine->begin(c) && scope_try(&s, known_look, &l, &landing);
    c->engine->rollback(c);
    if (!looked) l.why = str_fmt(keep, "The schema steps that were made cannot be read: %s", landing.kind ? landing.what : c->why);
    *ret_why = l.why;
    return l.why.n == 0;
}

bool db_migrate(Db *db, const DbConfig *config, Arena *keep, str *ret_why)
{
    if (!house_make(db->writer)) {
        *ret_why = str_fmt(keep, "The database refuses a table: %s", db->writer->why);
        return false;
    }
    if (!is_ours(db, config, keep, ret_why)) return false;
    for (int i = 0; i < config->migration_n; i++)
        if (!step_run(db, &config->migrations[i], keep, ret_why)) return false;
    return true;
}
