/* db - one SQL text, two engines: SQLite in the data folder, or PostgreSQL by DATABASE_URL.
 *
 * Modules never call this header. They write named queries in their .sql file; tools/sqlgen turns each into a typed C
 * function that takes a Scope and calls db_one, db_many, db_run or db_ask below. A query that fails faults, and the
 * fault names the .sql line. See tools/sqlgen.c for the language of .sql files and schema files.
 *
 * Rules of the engines
 *   SQLite      one connection writes, on one thread, and does every checkpoint (wal_autocheckpoint=0): Debian 12's 3.40.1
 *               carries the WAL-reset bug and this rule is the mitigation. Readers are read-only, as many as threads that
 *               read at the same moment, each piece of work in one read transaction. synchronous=FULL: acknowledged means
 *               on disk.
 *   PostgreSQL  the same shape: one writing connection, readers as needed, libpq in pipeline mode. Several processes may
 *               share one database: each batch begins by locking one row, so that writers of all processes take turns
 *               and a rule may look before it writes, as on SQLite. 40xxx and a lost connection become FAULT_RETRY.
 *
 * Group commit (db_submit): pieces of writing work queue for the writer thread, which runs all that wait as savepoints
 * of one transaction, commits once, and only then calls each one's `done`. A piece that returns false or faults is
 * rolled back alone. Nobody is told "saved" before the disk has it. */
#pragma once
#include "base/json.h"
#include "base/scope.h"

typedef struct Db Db;
typedef enum DbEngine { DB_SQLITE, DB_POSTGRES, DB_ENGINES } DbEngine;

/* ---- what generated code is made of -------------------------------------------------------------------------- */

typedef enum DbKind { DB_INT = 'i', DB_TEXT = 's', DB_BYTES = 'b', DB_REAL = 'r', DB_BOOL = 'o', DB_HTML = 'h' } DbKind;

typedef struct DbColumn { const char *name; DbKind kind; uint16_t offset; } DbColumn;  /* offset into the row struct */

typedef struct DbQuery {
    const char     *name;           /* "learn_lesson" */
    const char     *file;           /* "modules/learn/learn.sql" */
    int             line;
    const char     *sql[DB_ENGINES];
    const char     *params;         /* a DbKind letter each, in the order of $1, $2, … (?1, ?2, … on SQLite) */
    const DbColumn *columns;
    uint16_t        column_n, row_size;
    uint16_t        id;             /* dense over the program, given by sqlgen: the statement cache's index */
    bool            writes;
    bool            derived;        /* writes tables that only records change: faults unless s->applying */
} DbQuery;
enum { DB_UNCACHED = UINT16_MAX };  /* the id of a query written by hand: prepared anew each time */

/* NULL: kind is kept and `null` is set. Fixed size, passed in arrays. */
typedef struct DbValue { DbKind kind; bool null; int64_t i; double r; str s; } DbValue;

bool      db_one (Scope *s, const DbQuery *q, const DbValue *args, void *ret_row);      /* false: no row; more rows than one is a fault */
ptrdiff_t db_many(Scope *s, const DbQuery *q, const DbValue *args, void **ret_rows);    /* in s->arena */
int64_t   db_run (Scope *s, const DbQuery *q, const DbValue *args);                     /* rows touched; faults unless s->writing */

/* Several independent questions of one page travel together on PostgreSQL (pipeline); on SQLite they run at once.
 * Every ask must be got, in the order asked, before the next db_one/many/run of this scope. */
typedef struct DbAsk { const DbQuery *q; void *rows; ptrdiff_t n; } DbAsk;
DbAsk     db_ask(Scope *s, const DbQuery *q, const DbValue *args);
bool      db_got_one (Scope *s, DbAsk *a, void *ret_row);
ptrdiff_t db_got_many(Scope *s, DbAsk *a, void **ret_rows);

/* An object, an array of objects; BYTES as base64url, ids (name "id" or "…_id") as strings. */
void      db_row_json (Json *j, str key, const DbQuery *q, const void *row);
void      db_rows_json(Json *j, str key, const DbQuery *q, const void *rows, ptrdiff_t n);

/* ---- opening -------------------------------------------------------------------------------------------------- */

/* hash: of what the engines are told; kept with the step, so that a program whose step is another one notices. 0: not kept. */
typedef struct DbMigration { const char *name; const char *sql[DB_ENGINES]; uint64_t hash; } DbMigration;   /* "learn/0001_start" */

/* What a table is made of, as its schema file says (tools/sqlgen.c). `by`: the unit its rows belong to ("person", "subject", …);
 * `trim` takes away at most n rows of one: its parameters are the unit's columns and n. NULL for both: none. */
typedef enum DbMade { DB_DERIVED = 1, DB_CONTENT, DB_LOCAL, DB_RECORDS } DbMade;
typedef struct DbTable { const char *name, *module; DbMade made; const char *by; const DbQuery *trim; uint64_t shape; } DbTable;   /* shape: a hash */
typedef struct DbIdColumn { const char *table, *column; bool person; } DbIdColumn;    /* a column that holds ids made by the journal */

typedef struct DbConfig {
    const char *data_dir;           /* SQLite lives in <data_dir>/sampan.db */
    const char *url;                /* NULL or "": SQLite; else a libpq connection string */
    const char *pg_schema;          /* NULL: the default search path; tests give each node of an exchange its own */
    const DbMigration *migrations;  /* in order; generated */
    int         migration_n;
    int         wait_ms;            /* how long a statement may wait for a lock or a lost server: 5,000 */
} DbConfig;

/* Opens, migrates (each migration once, in order, each in a transaction) and starts the writer thread.
 * NULL: *ret_why (in keep) is a sentence for the operator. */
Db      *db_open(const DbConfig *config, Arena *keep, str *ret_why);
void     db_close(Db *db);                      /* finishes what was submitted; checkpoints */
DbEngine db_engine(const Db *db);
bool     db_alive(Db *db, Arena *keep, str *ret_why);   /* for doctor and the health page: one query on each kind of connection */

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* A reader for this piece of work: takes a connection that rests, begins a read transaction, sets s->db.
 * Faults are the caller's to catch (scope_try). db_read_end never faults and is called on every path. */
void db_read_begin(Scope *s, Db *db);
void db_read_end(Scope *s);

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* ROLLED_BACK: run returned false, and what it left behind for its caller holds. LOST: nothing of it holds: the commit
 * failed, its outcome is unknown, or the database was away and run was never called. */
typedef enum DbDone { DB_SAVED, DB_ROLLED_BACK, DB_LOST } DbDone;

typedef struct DbWork {
    struct DbWork *next;
    /* On the writer thread, inside a savepoint. Return true to keep what was written. Must catch its own faults with
     * scope_try and return false, and set *ret_retry when the fault was FAULT_RETRY. May be called again, for such a
     * fault of its own or of another piece of the batch: all of a batch that failed is run once more, one by one. */
    bool (*run)(struct DbWork *w, DbConn *writer, bool *ret_retry);
    void (*done)(struct DbWork *w, DbDone how);     /* on the writer thread, after the commit; must be quick */
} DbWork;

/* Within a writing piece of work: what step wrote is undone when it faults, and what was written before holds. False: it
 * faulted; *ret_landing says why. At most DB_TRIES_MAX within each other. */
enum { DB_TRIES_MAX = 3 };
bool db_try(Scope *s, void (*step)(Scope *, void *), void *arg, Landing *ret_landing);

void db_submit(Db *db, DbWork *w);              /* any thread; the work is the caller's until done */
/* The same for one caller who waits: jobs, tools, tests. True: saved. Else *ret_landing says why, or its kind is FAULT_NONE:
 * the rule itself returned false. s must not be in a read transaction. Not from the writer thread. */
bool db_write(Db *db, Scope *s, bool (*rule)(Scope *, void *), void *arg, Landing *ret_landing);
void db_pause_commits(Db *db, bool on);         /* tests only: hold the writer, to look at what waits */

/* Tests: the n-th database call from now fails, of those made by this thread or by the writer's; 0: never. Counts
 * db_one/many/run/ask, which fault (FAULT_INJECTED), db_read_begin, which finds the database away (FAULT_AWAY), and the
 * commit, which then loses its batch (DB_LOST). */
void    db_fail_nth(Db *db, int64_t n);
int64_t db_calls(const Db *db);                 /* calls so far */

/* Every query of the program, for the check that each prepares on the engine at hand (sampan doctor, tests). */
extern const DbQuery *const db_queries[];
extern const int            db_query_n;

/* SQLite: the log copied back into the file and cut, so that what was deleted is in neither. db_scrub asks for it, after the
 * commit of the piece of work that calls it, and gives a ticket; 0: this engine has nothing to do. */
int64_t db_scrub(Db *db);
bool    db_is_scrubbed(const Db *db, int64_t ticket);
bool    db_knows_ticket(const Db *db, int64_t ticket);      /* false: it was given before this opening */

bool db_prepares(Db *db, const DbQuery *q, Arena *keep, str *ret_why);   /* and gives the columns it promises */
