/* db_sqlite - the embedded engine: <data_dir>/sampan.db, in WAL mode.
 *
 * The rule that must not break: only the writer's connection writes, and only it checkpoints, on the writer thread. SQLite
 * up to 3.51.2 can damage the database when a checkpoint races another connection's checkpoint or commit (the WAL-reset
 * bug). So wal_autocheckpoint is 0 everywhere, readers are opened read-only, and nothing is mapped into memory.
 *
 * The WAL is copied back (PASSIVE) between batches each time it has grown by WAL_PAGES. It starts anew at a write that finds
 * it copied and no reader in it. Readers that overlap without end can put that off, so beyond WAL_PAGES_HIGH the writer
 * waits a moment for those who are inside (TRUNCATE).
 *
 * To begin and end a read transaction costs two locks on a file, taken inside a lock that all threads share. So a reader
 * that rests keeps its transaction open as long as nobody has written, and the next page finds it begun. Nobody else
 * writes to this file (see os_lock_file in main), so the writer's count of commits says when a view is old. Before it
 * begins and after it has committed, the writer ends the views of those that rest.
 *
 * What is freed is overwritten (secure_delete), but SQLite leaves copies of rows that it moved to another page: they lie in the gap
 * between the cells of a page and what they point to. So gaps are emptied on the way into the file; and when the log is cut, the
 * writer forgets its pages too, or what it holds in their gaps would come back with the next one it writes. */
#include <sqlite3.h>
#include "db/db_own.h"
#include "os/os.h"

enum { CACHE_KIB = 2048, WAL_PAGES = 1024, WAL_PAGES_HIGH = 16 * WAL_PAGES, TRUNCATE_WAIT_MS = 100, SCRUB_WAIT_MS = 4,
       PATH_BYTES = 4096, PAGE_BYTES_MIN = 512, PAGE_BYTES_MAX = 65536 };

typedef enum Control { BEGIN_READ, BEGIN_WRITE, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ROLLBACK_TO, CONTROLS } Control;
static const char *const control_sql[CONTROLS] = {
    "BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "SAVEPOINT piece", "RELEASE piece", "ROLLBACK TO piece",
};

typedef struct Lite {
    DbConn         conn;                 /* first: the room knows us by it */
    sqlite3       *db;
    sqlite3_stmt  *control[CONTROLS];
    sqlite3_stmt **prepared;             /* by DbQuery.id */
    int            prepared_n;
    sqlite3_stmt  *running;              /* a fault may leave one behind */
    bool           running_once;
    int64_t        view;                 /* a reader's: the count of commits when its transaction began; -1: not to be kept */
    int            wal_pages, wal_next;  /* in the log after the last commit; when to copy it back */
    int            scrub_wait;           /* ms that the next try to cut it waits for readers */
} Lite;

static Lite *lite_of(DbConn *c) { return (Lite *)c; }

/* The words of an error hold names of tables, never a person's values. */
static bool refused(Lite *l)
{
    snprintf(l->conn.why, WHY_BYTES, "%s", sqlite3_errmsg(l->db));
    return false;
}

/* ---- opening ----------------------------------------------------------------------------------------------------------- */

static int read2(const unsigned char *p) { return p[0] << 8 | p[1]; }

/* Where nothing is on a page of a b-tree; 0: there is none, or it is another page. One that is not of a tree begins with the number of
 * the next, whose first byte is 0 or 1 in a file of at most 2^25 pages. */
static int gap_of(const unsigned char *page, int n, bool first, int *ret_end)
{
    const unsigned char *head = first ? page + 100 : page;
    bool leaf = head[0] == 10 || head[0] == 13, inner = head[0] == 2 || head[0] == 5;
    const unsigned char *cell = head + (leaf ? 8 : 12);
    int cells = read2(head + 3), begin = (int)(cell - page) + 2 * cells, end = read2(head + 5);
    *ret_end = end == 0 ? n : end;
    bool fits = (leaf || inner) && begin < *ret_end && *ret_end <= n;
    for (int i = 0; i < cells && fits; i++) fits = read2(cell + 2 * i) >= *ret_end && read2(cell + 2 * i) < n;
    return fits ? begin : 0;
}

static const sqlite3_io_methods *real_io;

static int write_without_gap(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    unsigned char page[PAGE_BYTES_MAX];
    sqlite3_int64 size;
    int end, begin = n >= PAGE_BYTES_MIN && n <= PAGE_BYTES_MAX && at % n == 0 ? gap_of(bytes, n, at == 0, &end) : 0;
    if (!begin || real_io->xFileSize(file, &size) != SQLITE_OK || size > (sqlite3_int64)n << 25) return real_io->xWrite(file, bytes, n, at);
    memcpy(page, bytes, (size_t)n);
    memset(page + begin, 0, (size_t)(end - begin));
    return real_io->xWrite(file, page, n, at);
}

static sqlite3_io_methods own_io;
static sqlite3_vfs own_vfs;

/* Only the writer writes to the file itself, so its methods are the ones that are replaced. */
static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    int code = sqlite3_vfs_find(NULL)->xOpen(vfs, name, file, flags, ret_flags);
    bool ours = code == SQLITE_OK && flags & SQLITE_OPEN_MAIN_DB && flags & SQLITE_OPEN_READWRITE;
    if (!ours) return code;
    if (!real_io) {
        real_io = file->pMethods;
        own_io = *real_io;
        own_io.xWrite = write_without_gap;
    }
    file->pMethods = &own_io;
    return code;
}

static void library_setup(void)
{
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);       /* a connection is used by one thread at a time */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);      /* its counters would be one lock for all threads */
    sqlite3_initialize();
    own_vfs = *sqlite3_vfs_find(NULL);
    own_vfs.zName = "sampan";
    own_vfs.xOpen = open_file;
    sqlite3_vfs_register(&own_vfs, 0);
}

static int wal_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
    Lite *l = arg;
    (void)db, (void)name;
    if (pages < l->wal_pages) l->wal_next = WAL_PAGES;      /* it started anew */
    l->wal_pages = pages;
    return SQLITE_OK;
}

/* A file system without shared memory leaves another mode, and says so only in the answer. */
static int mode_is_wal(void *arg, int columns, char **values, char **names)
{
    (void)names;
    if (columns == 1 && values[0] && strcmp(values[0], "wal") == 0) *(bool *)arg = true;
    return 0;
}

static bool writer_setup(Lite *l)
{
    bool wal = false;
    sqlite3_wal_hook(l->db, wal_grew, l);
    return sqlite3_exec(l->db, "PRAGMA journal_mode = WAL", mode_is_wal, &wal, NULL) == SQLITE_OK && wal
        && sqlite3_exec(l->db, "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 8388608", NULL, NULL, NULL) == SQLITE_OK;
}

/* The waiting time comes before any PRAGMA: one that met a lock would be skipped without a word. */
static bool lite_setup(Lite *l, int wait_ms)
{
    char of_all[200];
    snprintf(of_all, sizeof of_all, "PRAGMA mmap_size = 0; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
                                    "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA cache_size = -%d", CACHE_KIB);
    sqlite3_busy_timeout(l->db, wait_ms);
    sqlite3_wal_autocheckpoint(l->db, 0);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    return (!l->conn.writer || writer_setup(l)) && sqlite3_exec(l->db, of_all, NULL, NULL, NULL) == SQLITE_OK;
}

static bool controls_prepare(Lite *l)
{
    for (int i = 0; i < CONTROLS; i++)
        if (sqlite3_prepare_v3(l->db, control_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &l->control[i], NULL) != SQLITE_OK)
            return false;
    return true;
}

static void lite_close(DbConn *c)
{
    Lite *l = lite_of(c);
    for (int i = 0; i < CONTROLS; i++) sqlite3_finalize(l->control[i]);
    for (int i = 0; i < l->prepared_n; i++) sqlite3_finalize(l->prepared[i]);
    if (l->running_once) sqlite3_finalize(l->running);
    if (c->writer && l->db && sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
        os_log(LOG_WARN, "db: the closing checkpoint: %s", sqlite3_errmsg(l->db));
    sqlite3_close(l->db);
    free(l->prepared);
    free(l);
}

static DbConn *lite_open(Db *db, bool writer, char *why)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, library_setup);
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/sampan.db", db->data_dir) >= (int)sizeof path) {
        snprintf(why, WHY_BYTES, "the name of the data folder is too long");
        return NULL;
    }
    Lite *l = calloc(1, sizeof *l);
    CHECK(l);
    l->conn = (DbConn){ .db = db, .engine = &engine_sqlite, .writer = writer };
    l->wal_next = WAL_PAGES;
    l->scrub_wait = SCRUB_WAIT_MS;
    int flags = SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    if (sqlite3_open_v2(path, &l->db, flags, writer ? own_vfs.zName : NULL) == SQLITE_OK && lite_setup(l, db->wait_ms) && controls_prepare(l))
        return &l->conn;
    int cause = sqlite3_system_errno(l->db);
    snprintf(why, WHY_BYTES, "%s%s%s (in %.100s)", sqlite3_errmsg(l->db), cause ? ": " : "", cause ? strerror(cause) : "", path);
    l->conn.writer = false;                          /* nothing of ours to checkpoint */
    lite_close(&l->conn);
    return NULL;
}

static bool lite_fit(DbConn *c) { (void)c; return true; }     /* a file does not go away */

/* ---- statements ----------------------------------------------------------------------------------------------------------- */

static void running_end(Lite *l)
{
    if (l->running_once) sqlite3_finalize(l->running);
    else if (l->running) sqlite3_reset(l->running);
    l->running = NULL;
    l->running_once = false;
}

static bool control(Lite *l, Control what)
{
    running_end(l);
    bool done = sqlite3_step(l->control[what]) == SQLITE_DONE;
    if (!done) refused(l);
    sqlite3_reset(l->control[what]);
    return done;
}

static FaultKind fault_kind(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY: case SQLITE_LOCKED: return FAULT_RETRY;
    case SQLITE_FULL: case SQLITE_IOERR: case SQLITE_CANTOPEN: case SQLITE_READONLY: return FAULT_DISK;
    default: return FAULT_DB;
    }
}

_Noreturn static void query_failed(Scope *s, const DbQuery *q)
{
    Lite *l = lite_of(s->db);
    FaultKind kind = fault_kind(sqlite3_errcode(l->db));
    refused(l);
    l->view = -1;
    running_end(l);
    fault_at(s->landing, q->file, q->line, kind, "%s: %s", q->name, s->db->why);
}

static void prepared_room(Lite *l, int id)
{
    if (id < l->prepared_n) return;
    int n = id + 64;
    sqlite3_stmt **more = realloc(l->prepared, (size_t)n * sizeof *more);
    CHECK(more);
    memset(more + l->prepared_n, 0, (size_t)(n - l->prepared_n) * sizeof *more);
    l->prepared = more;
    l->prepared_n = n;
}

static sqlite3_stmt *statement(Scope *s, const DbQuery *q)
{
    Lite *l = lite_of(s->db);
    running_end(l);
    l->running_once = q->id == DB_UNCACHED;
    if (!l->running_once) {
        prepared_room(l, q->id);
        l->running = l->prepared[q->id];
    }
    unsigned how = l->running_once ? 0 : SQLITE_PREPARE_PERSISTENT;
    if (!l->running && sqlite3_prepare_v3(l->db, q->sql[DB_SQLITE], -1, how, &l->running, NULL) != SQLITE_OK)
        query_failed(s, q);
    if (!l->running_once) l->prepared[q->id] = l->running;
    return l->running;
}

/* Texts are lent, not copied: they live until the statement is done. A text without bytes is still a text, so it gets an
 * address, which to SQLite is the difference between '' and NULL. */
static int value_bind(sqlite3_stmt *stmt, int at, const DbValue *v)
{
    const char *p = v->s.n ? v->s.p : "";
    if (v->null) return sqlite3_bind_null(stmt, at);
    switch (v->kind) {
    case DB_INT: case DB_BOOL: return sqlite3_bind_int64(stmt, at, v->i);
    case DB_REAL: return sqlite3_bind_double(stmt, at, v->r);
    case DB_BYTES: return sqlite3_bind_blob64(stmt, at, p, (sqlite3_uint64)v->s.n, SQLITE_STATIC);
    case DB_TEXT: case DB_HTML: return sqlite3_bind_text64(stmt, at, p, (sqlite3_uint64)v->s.n, SQLITE_STATIC, SQLITE_UTF8);
    }
    return SQLITE_MISUSE;
}

static sqlite3_stmt *start(Scope *s, const DbQuery *q, const DbValue *args)
{
    sqlite3_stmt *stmt = statement(s, q);
    for (int i = 0; q->params[i]; i++)
        if (value_bind(stmt, i + 1, &args[i]) != SQLITE_OK) query_failed(s, q);
    return stmt;
}

static void row_read(Arena *arena, sqlite3_stmt *stmt, const DbQuery *q, void *row)
{
    for (int i = 0; i < q->column_n; i++) {
        const DbColumn *c = &q->columns[i];
        const char *p;
        switch (c->kind) {
        case DB_INT: case DB_BOOL: row_put_int(row, c, sqlite3_column_int64(stmt, i)); break;
        case DB_REAL: row_put_real(row, c, sqlite3_column_double(stmt, i)); break;
        case DB_BYTES:
            p = sqlite3_column_blob(stmt, i);
            row_put_text(arena, row, c, (str){ p, sqlite3_column_bytes(stmt, i) });
            break;
        case DB_TEXT: case DB_HTML:
            p = (const char *)sqlite3_column_text(stmt, i);
            row_put_text(arena, row, c, (str){ p, sqlite3_column_bytes(stmt, i) });
            break;
        }
    }
}

/* ---- the engine's questions --------------------------------------------------------------------------------------------------- */

/* Nothing is gained by waiting here, so a question is answered when it is asked. */
static void lite_ask(Scope *s, DbAsk *a, const DbValue *args)
{
    sqlite3_stmt *stmt = start(s, a->q, args);
    Rows rows = { .arena = s->arena, .q = a->q };
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) row_read(s->arena, stmt, a->q, rows_add(&rows));
    if (code != SQLITE_DONE) query_failed(s, a->q);
    running_end(lite_of(s->db));
    a->rows = rows.row;
    a->n = rows.n;
}

static void lite_got(Scope *s, DbAsk *a) { (void)s, (void)a; }

static int64_t lite_run(Scope *s, const DbQuery *q, const DbValue *args)
{
    Lite *l = lite_of(s->db);
    sqlite3_stmt *stmt = start(s, q, args);
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) { }
    if (code != SQLITE_DONE) query_failed(s, q);
    running_end(l);
    return sqlite3_changes64(l->db);
}

/* ---- transactions -------------------------------------------------------------------------------------------------------------- */

static bool in_transaction(Lite *l) { return !sqlite3_get_autocommit(l->db); }

static bool view_drop(Lite *l) { return !in_transaction(l) || control(l, COMMIT) || control(l, ROLLBACK); }
static bool view_is_new(Lite *l) { return l->view == atomic_load(&l->conn.db->commits); }

static bool lite_read_begin(DbConn *c)
{
    Lite *l = lite_of(c);
    if (in_transaction(l) && view_is_new(l)) return true;
    if (!view_drop(l)) return false;
    l->view = atomic_load(&c->db->commits);
    return control(l, BEGIN_READ);
}

static bool lite_read_end(DbConn *c)
{
    Lite *l = lite_of(c);
    running_end(l);
    return (view_is_new(l) && !atomic_load(&c->db->cutting)) || view_drop(l);
}

static void lite_view_end(DbConn *c) { view_drop(lite_of(c)); }

static bool lite_begin(DbConn *c)     { return control(lite_of(c), BEGIN_WRITE); }
static bool lite_savepoint(DbConn *c) { return in_transaction(lite_of(c)) && control(lite_of(c), SAVEPOINT); }
static bool lite_release(DbConn *c)   { return in_transaction(lite_of(c)) && control(lite_of(c), RELEASE); }

/* A full or failing disk may have ended the transaction by itself. */
static bool lite_rollback_to(DbConn *c)
{
    Lite *l = lite_of(c);
    running_end(l);
    return in_transaction(l) && control(l, ROLLBACK_TO) && control(l, RELEASE);
}

static void lite_rollback(DbConn *c)
{
    Lite *l = lite_of(c);
    running_end(l);
    if (in_transaction(l)) control(l, ROLLBACK);
}

static Commit lite_commit(DbConn *c)
{
    Lite *l = lite_of(c);
    if (control(l, COMMIT)) return COMMIT_DONE;
    if (in_transaction(l)) {
        sqlite3_step(l->control[ROLLBACK]);          /* keeps the commit's own words in `why` */
        sqlite3_reset(l->control[ROLLBACK]);
    }
    return COMMIT_LOST;
}

/* A view that somebody keeps who rests would hold it up for as long as nobody writes. */
static int log_cut(Lite *l, int wait_ms)
{
    Db *db = l->conn.db;
    atomic_store(&db->cutting, true);
    views_end(db);
    sqlite3_busy_timeout(l->db, wait_ms);
    int code = sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(l->db, db->wait_ms);
    atomic_store(&db->cutting, false);
    return code;
}

/* Those who save wait too, so it is patient only after it was not. */
static bool lite_scrub(DbConn *c)
{
    Lite *l = lite_of(c);
    int code = log_cut(l, l->scrub_wait);
    bool done = code == SQLITE_OK && sqlite3_db_release_memory(l->db) == SQLITE_OK;
    l->scrub_wait = done ? SCRUB_WAIT_MS : l->scrub_wait * 2 < TRUNCATE_WAIT_MS ? l->scrub_wait * 2 : TRUNCATE_WAIT_MS;
    if (done) {
        l->wal_pages = 0;
        l->wal_next = WAL_PAGES;
    }
    return done;
}

static void lite_rest(DbConn *c)
{
    Lite *l = lite_of(c);
    if (l->wal_pages < l->wal_next) return;
    bool high = l->wal_pages >= WAL_PAGES_HIGH;
    int code = high ? log_cut(l, TRUNCATE_WAIT_MS) : sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    l->wal_next = l->wal_pages + WAL_PAGES;
    if (code != SQLITE_OK && code != SQLITE_BUSY) os_log(LOG_WARN, "db: the log cannot be copied back: %s", sqlite3_errmsg(l->db));
}

/* ---- schema ----------------------------------------------------------------------------------------------------------------------- */

static bool lite_script(DbConn *c, const char *sql)
{
    Lite *l = lite_of(c);
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK || refused(l);
}

static bool lite_prepares(DbConn *c, const DbQuery *q)
{
    Lite *l = lite_of(c);
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(l->db, q->sql[DB_SQLITE], -1, &stmt, NULL) != SQLITE_OK) return refused(l);
    int n = sqlite3_column_count(stmt);
    sqlite3_finalize(stmt);
    if (n != q->column_n) snprintf(c->why, WHY_BYTES, "gives %d columns, not %d", n, q->column_n);
    return n == q->column_n;
}

const Engine engine_sqlite = {
    .open = lite_open, .close = lite_close, .fit = lite_fit,
    .read_begin = lite_read_begin, .read_end = lite_read_end, .view_end = lite_view_end,
    .ask = lite_ask, .got = lite_got, .run = lite_run,
    .begin = lite_begin, .savepoint = lite_savepoint, .release = lite_release, .rollback_to = lite_rollback_to,
    .commit = lite_commit, .rollback = lite_rollback, .rest = lite_rest, .scrub = lite_scrub,
    .script = lite_script, .prepares = lite_prepares,
    .house_sql = "CREATE TABLE IF NOT EXISTS db_migration (name TEXT PRIMARY KEY, made_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)"
                 " STRICT, WITHOUT ROWID; "
                 "CREATE TABLE IF NOT EXISTS db_migration_hash (name TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT, WITHOUT ROWID",
};
