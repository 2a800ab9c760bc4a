/* db - the part that is the same for both engines: opening and closing, readers, and what generated queries call.
 *
 * The rule that must not break: a Scope that does not write can never write. Its connection is read-only at the engine,
 * and a query that writes is refused here before the engine sees it. */
#include "db/db_own.h"

/* ---- opening and closing ---------------------------------------------------------------------------------------------- */

static char *text_copy(const char *z)
{
    if (!z || !*z) return NULL;
    char *copy = strdup(z);
    CHECK(copy);
    return copy;
}

static Db *db_new(const DbConfig *config)
{
    Db *db = calloc(1, sizeof *db);
    CHECK(db);
    db->data_dir = text_copy(config->data_dir);
    db->url = text_copy(config->url);
    db->pg_schema = text_copy(config->pg_schema);
    db->wait_ms = config->wait_ms > 0 ? config->wait_ms : 5000;
    db->engine = db->url ? &engine_postgres : &engine_sqlite;
    db->waiting_end = &db->waiting;
    pthread_mutex_init(&db->lock, NULL);
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);      /* a pause must not last for as long as the clock is set back */
    pthread_cond_init(&db->changed, &steady);
    pthread_condattr_destroy(&steady);
    return db;
}

static void db_free(Db *db)
{
    if (db->writer) db->engine->close(db->writer);
    pthread_mutex_destroy(&db->lock);
    pthread_cond_destroy(&db->changed);
    free(db->data_dir);
    free(db->url);
    free(db->pg_schema);
    free(db);
}

Db *db_open(const DbConfig *config, Arena *keep, str *ret_why)
{
    Db *db = db_new(config);
    char why[WHY_BYTES] = "";
    db->writer = db->engine->open(db, true, why);
    if (!db->writer) *ret_why = str_fmt(keep, "The database cannot be opened: %s", why);
    else if (db_migrate(db, config, keep, ret_why)) {
        if (writer_start(db)) return db;
        *ret_why = S("The database's writer thread cannot be started: the machine refuses another thread.");
    }
    db_free(db);
    return NULL;
}

/* The readers go first: then the writer's connection is the last one and its closing checkpoint is complete. */
void db_close(Db *db)
{
    if (!db) return;
    writer_stop(db);
    pthread_mutex_lock(&db->lock);
    CHECK(db->reading == 0);
    for (DbConn *c = db->resting, *next; c; c = next) {
        next = c->next;
        db->engine->close(c);
    }
    pthread_mutex_unlock(&db->lock);
    db_free(db);
}

DbEngine db_engine(const Db *db) { return db->engine == &engine_postgres ? DB_POSTGRES : DB_SQLITE; }

/* ---- readers ------------------------------------------------------------------------------------------------------------ */

static DbConn *resting_pop(Db *db)
{
    pthread_mutex_lock(&db->lock);
    DbConn *c = db->resting;
    if (c) db->resting = c->next;
    pthread_mutex_unlock(&db->lock);
    return c;
}

static void reading_add(Db *db, int n)
{
    pthread_mutex_lock(&db->lock);
    db->reading += n;
    pthread_mutex_unlock(&db->lock);
}

/* A server that was away has left dead connections among those that rest; they are passed over. */
static DbConn *reader_take(Db *db, char *why)
{
    DbConn *c;
    while ((c = resting_pop(db)) && !db->engine->fit(c)) db->engine->close(c);
    if (!c) c = db->engine->open(db, false, why);
    if (c) reading_add(db, 1);
    return c;
}

static void reader_give(Db *db, DbConn *c, bool fit)
{
    if (!fit) db->engine->close(c);
    pthread_mutex_lock(&db->lock);
    if (fit) {
        c->next = db->resting;
        db->resting = c;
    }
    db->reading--;
    pthread_mutex_unlock(&db->lock);
}

void views_end(Db *db)
{
    if (!db->engine->view_end) return;
    pthread_mutex_lock(&db->lock);
    for (DbConn *c = db->resting; c; c = c->next) db->engine->view_end(c);
    pthread_mutex_unlock(&db->lock);
}

void db_read_begin(Scope *s, Db *db)
{
    CHECK(!s->db && !s->writing);
    char why[WHY_BYTES] = "";
    if (call_fails(db, NULL)) fault(s, FAULT_AWAY, "The database cannot be opened: a test asked for this failure");
    DbConn *c = reader_take(db, why);
    if (!c) fault(s, FAULT_AWAY, "The database cannot be opened: %s", why);
    s->db = c;
    if (!db->engine->read_begin(c)) fault(s, FAULT_DB, "A read transaction cannot begin: %s", c->why);
}

void db_read_end(Scope *s)
{
    DbConn *c = s->db;
    if (!c) return;
    s->db = NULL;
    reader_give(c->db, c, c->engine->read_end(c));
}

/* ---- queries ------------------------------------------------------------------------------------------------------------- */

bool call_fails(Db *db, const DbConn *c)
{
    atomic_fetch_add(&db->calls, 1);
    if (atomic_load(&db->fail_in) <= 0) return false;
    if (!(c && c->writer) && !pthread_equal(atomic_load(&db->fail_thread), pthread_self())) return false;
    return atomic_fetch_sub(&db->fail_in, 1) == 1;
}

void db_fail_nth(Db *db, int64_t n)
{
    atomic_store(&db->fail_thread, pthread_self());
    atomic_store(&db->fail_in, n);
}

int64_t db_calls(const Db *db) { return atomic_load(&db->calls); }

static const Engine *admit(Scope *s, const DbQuery *q)
{
    CHECK(s->db);
    if (q->writes && !s->writing)
        fault_at(s->landing, q->file, q->line, FAULT_DB, "%s writes, and this piece of work may only read", q->name);
    if (q->derived && !s->applying)
        fault_at(s->landing, q->file, q->line, FAULT_DB, "%s changes what only records may change", q->name);
    if (call_fails(s->db->db, s->db))
        fault_at(s->landing, q->file, q->line, FAULT_INJECTED, "%s: a test asked for this failure", q->name);
    return s->db->engine;
}

DbAsk db_ask(Scope *s, const DbQuery *q, const DbValue *args)
{
    const Engine *engine = admit(s, q);
    DbAsk a = { .q = q };
    engine->ask(s, &a, args);
    return a;
}

bool db_got_one(Scope *s, DbAsk *a, void *ret_row)
{
    s->db->engine->got(s, a);
    if (a->n > 1)
        fault_at(s->landing, a->q->file, a->q->line, FAULT_DB, "%s is said to give one row, but gave %td", a->q->name, a->n);
    if (a->n == 1) memcpy(ret_row, a->rows, a->q->row_size);
    return a->n == 1;
}

ptrdiff_t db_got_many(Scope *s, DbAsk *a, void **ret_rows)
{
    s->db->engine->got(s, a);
    *ret_rows = a->rows;
    return a->n;
}

bool db_one(Scope *s, const DbQuery *q, const DbValue *args, void *ret_row)
{
    DbAsk a = db_ask(s, q, args);
    return db_got_one(s, &a, ret_row);
}

ptrdiff_t db_many(Scope *s, const DbQuery *q, const DbValue *args, void **ret_rows)
{
    DbAsk a = db_ask(s, q, args);
    return db_got_many(s, &a, ret_rows);
}

int64_t db_run(Scope *s, const DbQuery *q, const DbValue *args)
{
    if (!s->writing) fault_at(s->landing, q->file, q->line, FAULT_DB, "%s runs outside a writing piece of work", q->name);
    return admit(s, q)->run(s, q, args);
}

/* ---- nothing left behind ---------------------------------------------------------------------------------------------------- */

bool db_try(Scope *s, void (*step)(Scope *, void *), void *arg, Landing *ret_landing)
{
    const Engine *engine = s->db->engine;
    CHECK(s->writing);
    if (!engine->savepoint(s->db)) fault(s, FAULT_RETRY, "%s", s->db->why);
    if (scope_try(s, step, arg, ret_landing)) {
        if (!engine->release(s->db)) fault(s, FAULT_RETRY, "%s", s->db->why);
        return true;
    }
    if (!engine->rollback_to(s->db)) fault_at(s->landing, ret_landing->file, ret_landing->line, ret_landing->kind, "%s", ret_landing->what);
    return false;
}

int64_t db_scrub(Db *db)
{
    if (!db->engine->scrub) return 0;
    int64_t ticket = atomic_load(&db->commits) + 1;
    atomic_store(&db->scrub_wanted, ticket);
    return ticket;
}

bool db_knows_ticket(const Db *db, int64_t ticket) { return ticket <= atomic_load(&db->scrub_wanted); }
bool db_is_scrubbed(const Db *db, int64_t ticket) { return atomic_load(&db->scrub_done) >= ticket; }

/* ---- is it well? ------------------------------------------------------------------------------------------------------------ */

typedef struct OneRow { int64_t value; } OneRow;
static const DbColumn one_columns[] = { { "value", DB_INT, offsetof(OneRow, value) } };
static const DbQuery alive = {
    .name = "alive", .file = __FILE__, .line = __LINE__, .sql = { "SELECT 1", "SELECT 1" }, .params = "",
    .columns = one_columns, .column_n = 1, .row_size = sizeof(OneRow), .id = DB_UNCACHED,
};

static void alive_ask(Scope *s, void *arg)
{
    OneRow row = {0};
    (void)arg;
    if (!db_one(s, &alive, NULL, &row) || row.value != 1) fault(s, FAULT_DB, "The database does not know what 1 is");
}

static bool alive_rule(Scope *s, void *arg)
{
    alive_ask(s, arg);
    return true;
}

static void alive_read(Scope *s, void *arg)
{
    db_read_begin(s, arg);
    alive_ask(s, NULL);
}

bool db_alive(Db *db, Arena *keep, str *ret_why)
{
    Landing landing;
    Scope s = { .arena = keep };
    bool fine = scope_try(&s, alive_read, db, &landing);
    db_read_end(&s);
    if (fine && db_write(db, &s, alive_rule, NULL, &landing)) return true;
    *ret_why = str_fmt(keep, "%s", landing.what);
    return false;
}

bool db_prepares(Db *db, const DbQuery *q, Arena *keep, str *ret_why)
{
    char why[WHY_BYTES] = "";
    DbConn *c = reader_take(db, why);
    if (!c) {
        *ret_why = str_fmt(keep, "The database cannot be opened: %s", why);
        return false;
    }
    bool fine = c->engine->prepares(c, q);
    if (!fine) *ret_why = str_fmt(keep, "%s:%d: %s: %s", q->file, q->line, q->name, c->why);
    reader_give(db, c, db->engine->fit(c));
    return fine;
}
