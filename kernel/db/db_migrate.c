/* db_migrate - each schema step once, in order, each in a transaction. The table db_migration remembers them.
 *
 * Runs before the writer thread, on its connection. The transaction begins as every writing one does, so that of several
 * processes that start on one PostgreSQL at the same moment one makes a step and the others find it made. */
#include "db/db_own.h"

enum { HOUSE_TRIES = 3 };

typedef struct StepsRow { int64_t value; } StepsRow;
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

static void step_make(Scope *s, void *arg)
{
    const Step *step = arg;
    const DbValue name[] = { { .kind = DB_TEXT, .s = str_from(step->migration->name) } };
    StepsRow made = {0};
    if (db_one(s, &step_made, name, &made) && made.value) return;
    if (!s->db->engine->script(s->db, step->migration->sql[step->engine])) fault(s, FAULT_DB, "%s", s->db->why);
    db_run(s, &step_note, name);
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

bool db_migrate(Db *db, const DbConfig *config, Arena *keep, str *ret_why)
{
    if (!house_make(db->writer)) {
        *ret_why = str_fmt(keep, "The database refuses a table: %s", db->writer->why);
        return false;
    }
    for (int i = 0; i < config->migration_n; i++)
        if (!step_run(db, &config->migrations[i], keep, ret_why)) return false;
    return true;
}
