/* db_own - what the files of this room share. Nobody else includes it.
 *
 *   db.c            queries, readers, opening and closing
 *   db_row.c        what engines give becomes rows of C structs, and rows become JSON
 *   db_writer.c     the writer thread: group commit
 *   db_migrate.c    schema steps
 *   db_sqlite.c, db_postgres.c    an Engine each; the only files that see sqlite3.h and libpq-fe.h */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include "db/db.h"

enum { WHY_BYTES = 240, SAVEPOINTS_MAX = 1 + DB_TRIES_MAX };      /* that of the piece, and tries in it */

/* How a commit ended. AGAIN: surely rolled back, and worth running once more. */
typedef enum Commit { COMMIT_DONE, COMMIT_AGAIN, COMMIT_LOST } Commit;

/* One engine's way. Functions that take a Scope may fault; the others never do and answer false, with c->why filled. */
typedef struct Engine {
    DbConn *(*open)(Db *db, bool writer, char *why);           /* NULL: why */
    void    (*close)(DbConn *c);
    bool    (*fit)(DbConn *c);                                 /* false: the connection is of no use any more */

    bool    (*read_begin)(DbConn *c);
    bool    (*read_end)(DbConn *c);                            /* false: of no use any more; may keep its view of the data */
    void    (*view_end)(DbConn *c);                            /* of one that rests. NULL: this engine keeps none */

    void    (*ask)(Scope *s, DbAsk *a, const DbValue *args);
    void    (*got)(Scope *s, DbAsk *a);                        /* fills rows and n */
    int64_t (*run)(Scope *s, const DbQuery *q, const DbValue *args);

    bool    (*begin)(DbConn *c);
    bool    (*savepoint)(DbConn *c);
    bool    (*release)(DbConn *c);
    bool    (*rollback_to)(DbConn *c);                         /* false: the whole transaction is gone */
    Commit  (*commit)(DbConn *c);
    void    (*rollback)(DbConn *c);
    void    (*rest)(DbConn *c);                                /* between batches: nobody waits for this */

    bool    (*scrub)(DbConn *c);                               /* NULL: nothing of it is left anywhere */
    bool    (*script)(DbConn *c, const char *sql);             /* several statements; inside a transaction or not */
    bool    (*prepares)(DbConn *c, const DbQuery *q);
    const char *house_sql;                                     /* the tables this room itself needs; repeatable */
} Engine;

extern const Engine engine_sqlite, engine_postgres;

struct DbConn {
    Db           *db;
    const Engine *engine;
    DbConn       *next;              /* among the readers that rest */
    bool          writer;
    char          why[WHY_BYTES];    /* the last failure */
};

struct Db {
    const Engine *engine;
    char         *data_dir, *url, *pg_schema;
    int           wait_ms;

    pthread_mutex_t lock;            /* of all that follows, but for the atomics and the writer's own */
    pthread_cond_t  changed;
    DbConn         *resting;         /* readers nobody uses now; the last one back is the first to go */
    int             reading;         /* readers in use */
    _Atomic int64_t commits;         /* counted before those who wrote are told */
    DbWork         *waiting, **waiting_end;
    bool            paused, closing;

    pthread_t       thread;
    bool            started;
    DbConn         *writer;          /* the writer thread's, once it runs; NULL while the database is away */
    bool            away;            /* said in the log, and no longer waited for */

    _Atomic int64_t scrub_wanted, scrub_done;    /* counts of commits: the log is to be cut after the first, and was after the other */
    atomic_bool     cutting;         /* the log is being cut: who has read keeps no view of it */
    _Atomic int64_t calls, fail_in;  /* fail_in: calls until one fails; 0 or less: none */
    _Atomic pthread_t fail_thread;
};

/* db.c: counts a call and says whether a test wants it to fail. c: NULL for a reader that is not there yet. */
bool call_fails(Db *db, const DbConn *c);

/* db.c: a resting reader that still sees the data as it was keeps the engine from tidying up. */
void views_end(Db *db);

/* db_writer.c */
bool writer_start(Db *db);
void writer_stop(Db *db);            /* after all that was submitted is done */

/* db_migrate.c */
bool db_migrate(Db *db, const DbConfig *config, Arena *keep, str *ret_why);

/* db_row.c: rows that grow while an engine gives them. */
typedef struct Rows { Arena *arena; const DbQuery *q; char *row; ptrdiff_t n, cap; } Rows;
void *rows_add(Rows *r);             /* the next row, zeroed */
void  row_put_int (void *row, const DbColumn *c, int64_t v);     /* INT, BOOL */
void  row_put_real(void *row, const DbColumn *c, double v);      /* REAL */
void  row_put_text(Arena *arena, void *row, const DbColumn *c, str v);    /* TEXT, BYTES, HTML; copies */
