/* db_postgres - the server engine: libpq in pipeline mode, for PostgreSQL and those that speak like it.
 *
 * A command is sent without waiting; `expected` remembers in order what will come back. Only a question somebody needs the
 * answer of waits, and by then all that was sent before it travels in the same packet: BEGIN with a page's first question,
 * RELEASE and SAVEPOINT with the next piece's first statement. A reader's COMMIT is never waited for at all; its answer is
 * taken off the wire when the connection is used next.
 *
 * Each stretch ends with a sync, so an error skips what follows it in its stretch and nothing after. `lost` means the
 * connection is of no use any more, whatever the cause; what was sent and not answered is then unknown.
 *
 * Only what every engine of this family has is used: no LISTEN, no advisory locks, no deferrable keys. */
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include "db/db_own.h"

enum { EXPECTED_MAX = 256, PARAMS_MAX = 64, NAME_BYTES = 16, ANSWER_WAITS = 6, COMMAND_ROOM = 4 };

typedef enum Answer { A_CONTROL, A_COMMIT, A_PREPARE, A_ROWS, A_SYNC } Answer;
typedef struct Expected { Answer answer; uint16_t query; } Expected;

typedef struct Pg {
    DbConn    conn;                  /* first: the room knows us by it */
    PGconn   *pg;
    Expected  expected[EXPECTED_MAX];
    int       first, n;
    bool      unsynced;              /* something was sent since the last sync */
    bool      begun;                 /* a reader's BEGIN was sent */
    int       piece, open[SAVEPOINTS_MAX], open_n;    /* numbers of savepoints in this transaction: the last one, and those that are open */
    bool      committed;             /* COMMIT was answered with COMMIT */
    bool      lost;
    FaultKind kind;                  /* of the last failure, as conn.why is its words */
    PGresult *result;                /* being read; a fault may leave one behind */
    bool     *prepared;              /* by DbQuery.id: prepared, or on its way */
    int       prepared_n;
} Pg;

static Pg *pg_of(DbConn *c) { return (Pg *)c; }

/* ---- failures ------------------------------------------------------------------------------------------------------------ */

static void why_set(Pg *p, const char *words)
{
    snprintf(p->conn.why, WHY_BYTES, "%s", words && *words ? words : "no reason given");
    char *end = p->conn.why + strcspn(p->conn.why, "\n");
    *end = 0;
}

static void lost_mark(Pg *p)
{
    p->lost = true;
    p->n = 0;
    p->unsynced = false;
}

static bool lose_for(Pg *p, const char *words)
{
    if (!p->lost) {
        why_set(p, words);
        p->kind = FAULT_RETRY;
    }
    lost_mark(p);
    return false;
}

static bool lose(Pg *p) { return lose_for(p, PQerrorMessage(p->pg)); }

static bool state_is(const char *state, const char *start) { return strncmp(state, start, strlen(start)) == 0; }

/* SQLSTATE: 40 serialisation and deadlock, 55P03 lock timeout, 57P the server ends or begins, 08 connection; 53100 disk full,
 * 58 the server's files. */
static FaultKind kind_of(const char *state)
{
    if (state_is(state, "40") || state_is(state, "55P03") || state_is(state, "57P") || state_is(state, "08")) return FAULT_RETRY;
    if (state_is(state, "53100") || state_is(state, "58")) return FAULT_DISK;
    return FAULT_DB;
}

/* The primary message names tables and rules; a person's values would be in the detail, which stays out of the log. */
static void failure_note(Pg *p, const PGresult *r)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *words = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    why_set(p, words ? words : PQresultErrorMessage(r));
    p->kind = state ? kind_of(state) : FAULT_RETRY;
    if (!state || state_is(state, "57P")) lost_mark(p);
}

_Noreturn static void query_failed(Scope *s, const DbQuery *q)
{
    fault_at(s->landing, q->file, q->line, pg_of(s->db)->kind, "%s: %s", q->name, s->db->why);
}

/* ---- sending -------------------------------------------------------------------------------------------------------------- */

static bool sent(Pg *p, int accepted, Answer answer, uint16_t query)
{
    if (!accepted) return lose(p);
    CHECK(p->n < EXPECTED_MAX);
    p->expected[(p->first + p->n++) % EXPECTED_MAX] = (Expected){ answer, query };
    p->unsynced = answer != A_SYNC;
    return true;
}

static bool sync_send(Pg *p) { return !p->lost && sent(p, PQpipelineSync(p->pg), A_SYNC, 0); }

/* ---- receiving ------------------------------------------------------------------------------------------------------------- */

/* A server that says nothing for this long is taken for lost. It is more than one wait for a lock, which the server itself
 * ends after wait_ms. */
static PGresult *result_wait(Pg *p)
{
    while (PQisBusy(p->pg)) {
        struct pollfd fd = { .fd = PQsocket(p->pg), .events = POLLIN };
        int ready = poll(&fd, 1, p->conn.db->wait_ms * ANSWER_WAITS);
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) lose_for(p, "the server does not answer");
        else if (ready < 0 || !PQconsumeInput(p->pg)) lose(p);
        if (p->lost) return NULL;
    }
    return PQgetResult(p->pg);
}

/* What came for the oldest thing expected. Each answer but a sync's is followed by an empty one. */
static PGresult *answer_take(Pg *p, Expected *ret)
{
    CHECK(p->n > 0);
    *ret = p->expected[p->first];
    p->first = (p->first + 1) % EXPECTED_MAX;
    p->n--;
    PGresult *r = result_wait(p);
    for (PGresult *end; r && !p->lost && ret->answer != A_SYNC && (end = result_wait(p)); ) PQclear(end);
    if (r && !p->lost && PQstatus(p->pg) == CONNECTION_OK) return r;
    PQclear(r);
    lose(p);
    return NULL;
}

static bool answer_fine(Pg *p, Expected e, PGresult *r)
{
    ExecStatusType status = PQresultStatus(r);
    bool fine = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC;
    if (!fine && status != PGRES_PIPELINE_ABORTED) failure_note(p, r);
    if (!fine && e.answer == A_PREPARE) p->prepared[e.query] = false;
    if (fine && e.answer == A_COMMIT) p->committed = strcmp(PQcmdStatus(r), "COMMIT") == 0;
    return fine;
}

/* The rows of the oldest question. NULL: it, or something sent before it, failed. */
static PGresult *rows_wait(Pg *p)
{
    if (p->unsynced) sync_send(p);
    for (Expected e; !p->lost; ) {
        PGresult *r = answer_take(p, &e);
        if (!r) break;
        bool fine = answer_fine(p, e, r);
        if (e.answer == A_ROWS && fine && !p->lost) return r;
        PQclear(r);
        if (e.answer == A_ROWS) break;
    }
    return NULL;
}

/* Takes all that is still to come. True: none of it failed. */
static bool settle(Pg *p)
{
    PQclear(p->result);
    p->result = NULL;
    bool fine = !p->unsynced || sync_send(p);
    for (Expected e; p->n && !p->lost; ) {
        PGresult *r = answer_take(p, &e);
        if (r) fine &= answer_fine(p, e, r);
        PQclear(r);
    }
    return fine && !p->lost;
}

static bool control_send(Pg *p, Answer answer, const char *sql)
{
    if (p->n > EXPECTED_MAX / 2 && !settle(p)) return false;
    return !p->lost && sent(p, PQsendQueryParams(p->pg, sql, 0, NULL, NULL, NULL, NULL, 0), answer, 0);
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------ */

static void notice_ignore(void *arg, const char *words) { (void)arg, (void)words; }

static bool simple_run(Pg *p, const char *sql)
{
    PGresult *r = PQexec(p->pg, sql);
    ExecStatusType status = PQresultStatus(r);
    bool fine = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
    if (!fine) failure_note(p, r);
    PQclear(r);
    return fine;
}

/* What an administrator's settings must not change: how values are written, and that acknowledged means on disk. */
static bool session_setup(Pg *p)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "SET client_min_messages = warning; SET bytea_output = 'hex'; SET extra_float_digits = 1; SET lock_timeout = %d;"
             "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
             p->conn.db->wait_ms);
    return simple_run(p, sql);
}

static bool schema_setup(Pg *p)
{
    const char *schema = p->conn.db->pg_schema;
    if (!schema) return true;
    char *name = PQescapeIdentifier(p->pg, schema, strlen(schema)), sql[512];
    if (!name) return lose(p);
    snprintf(sql, sizeof sql, "CREATE SCHEMA IF NOT EXISTS %s", name);
    bool fine = !p->conn.writer || simple_run(p, sql);
    snprintf(sql, sizeof sql, "SET search_path TO %s", name);
    PQfreemem(name);
    return fine && simple_run(p, sql);
}

/* The operator's connection string comes last, so that it may say any of this otherwise. */
static PGconn *connect_to(const Db *db)
{
    char seconds[16], user_timeout[16];
    snprintf(seconds, sizeof seconds, "%d", db->wait_ms < 2000 ? 2 : db->wait_ms / 1000);
    snprintf(user_timeout, sizeof user_timeout, "%d", db->wait_ms);
    const char *const words[] = { "connect_timeout", "tcp_user_timeout", "keepalives_idle", "client_encoding",
                                  "fallback_application_name", "dbname", NULL };
    const char *const values[] = { seconds, user_timeout, "15", "UTF8", "sampan", db->url, NULL };
    return PQconnectdbParams(words, values, 1);
}

static void pg_close(DbConn *c)
{
    Pg *p = pg_of(c);
    PQclear(p->result);
    PQfinish(p->pg);
    free(p->prepared);
    free(p);
}

static DbConn *pg_open(Db *db, bool writer, char *why)
{
    Pg *p = calloc(1, sizeof *p);
    CHECK(p);
    p->conn = (DbConn){ .db = db, .engine = &engine_postgres, .writer = writer };
    p->pg = connect_to(db);
    PQsetNoticeProcessor(p->pg, notice_ignore, NULL);
    if (PQstatus(p->pg) != CONNECTION_OK) lose(p);
    else if (session_setup(p) && schema_setup(p) && (PQenterPipelineMode(p->pg) || lose(p))) return &p->conn;
    snprintf(why, WHY_BYTES, "%s", p->conn.why);
    pg_close(&p->conn);
    return NULL;
}

/* A connection the server has closed can be read: the end is what there is to read. */
static bool is_there(Pg *p)
{
    struct pollfd fd = { .fd = PQsocket(p->pg), .events = POLLIN };
    if (!p->lost && poll(&fd, 1, 0) > 0 && !PQconsumeInput(p->pg)) lose(p);
    return !p->lost && PQstatus(p->pg) == CONNECTION_OK;
}

static bool pg_fit(DbConn *c)
{
    Pg *p = pg_of(c);
    settle(p);
    return is_there(p) && PQtransactionStatus(p->pg) == PQTRANS_IDLE;
}

/* ---- questions ---------------------------------------------------------------------------------------------------------------- */

typedef struct Params { Oid oid[PARAMS_MAX]; const char *value[PARAMS_MAX]; int length[PARAMS_MAX], format[PARAMS_MAX], n; } Params;

enum { OID_BOOL = 16, OID_BYTEA = 17, OID_NAME = 19, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25, OID_JSON = 114,
       OID_FLOAT4 = 700, OID_FLOAT8 = 701, OID_BPCHAR = 1042, OID_VARCHAR = 1043, OID_NUMERIC = 1700, OID_JSONB = 3802 };

/* Types are said, never guessed by the server. A bool is a number here, because the columns it meets are. */
static void oids_fill(Params *to, const DbQuery *q)
{
    to->n = (int)strlen(q->params);
    CHECK(to->n <= PARAMS_MAX);
    for (int i = 0; i < to->n; i++) {
        switch ((DbKind)q->params[i]) {
        case DB_INT: case DB_BOOL: to->oid[i] = OID_INT8; break;
        case DB_REAL: to->oid[i] = OID_FLOAT8; break;
        case DB_BYTES: to->oid[i] = OID_BYTEA; break;
        case DB_TEXT: case DB_HTML: to->oid[i] = OID_TEXT; break;
        }
    }
}

/* Numbers travel as text. The binary form of a text is the text itself, so texts and bytes are lent as they stand. */
static void params_fill(Arena *tmp, Params *to, const DbQuery *q, const DbValue *args)
{
    oids_fill(to, q);
    for (int i = 0; i < to->n; i++) {
        const DbValue *v = &args[i];
        bool as_is = v->kind == DB_TEXT || v->kind == DB_BYTES || v->kind == DB_HTML;
        str number = {0};
        if (!as_is && !v->null) number = v->kind == DB_REAL ? str_fmt(tmp, "%.17g", v->r) : str_fmt(tmp, "%lld", (long long)v->i);
        CHECK(v->s.n <= INT32_MAX);
        to->value[i] = v->null ? NULL : as_is ? (v->s.n ? v->s.p : "") : number.p;
        to->length[i] = as_is ? (int)v->s.n : 0;
        to->format[i] = as_is;
    }
}

static void prepared_room(Pg *p, int id)
{
    if (id < p->prepared_n) return;
    int n = id + 64;
    bool *more = realloc(p->prepared, (size_t)n * sizeof *more);
    CHECK(more);
    memset(more + p->prepared_n, 0, (size_t)(n - p->prepared_n) * sizeof *more);
    p->prepared = more;
    p->prepared_n = n;
}

static bool question_send(Pg *p, const DbQuery *q, const Params *a)
{
    const char *sql = q->sql[DB_POSTGRES];
    if (q->id == DB_UNCACHED)
        return sent(p, PQsendQueryParams(p->pg, sql, a->n, a->oid, a->value, a->length, a->format, 0), A_ROWS, q->id);
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "q%u", q->id);
    prepared_room(p, q->id);
    if (!p->prepared[q->id]) {
        if (!sent(p, PQsendPrepare(p->pg, name, sql, a->n, a->oid), A_PREPARE, q->id)) return false;
        p->prepared[q->id] = true;
    }
    return sent(p, PQsendQueryPrepared(p->pg, name, a->n, a->value, a->length, a->format, 0), A_ROWS, q->id);
}

static bool reader_begun(Pg *p)
{
    if (p->conn.writer || p->begun) return true;
    p->begun = true;
    return control_send(p, A_CONTROL, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
}

static void question(Scope *s, const DbQuery *q, const DbValue *args)
{
    Pg *p = pg_of(s->db);
    SCRATCH(tmp, s->arena);
    Params params;
    params_fill(&tmp, &params, q, args);
    CHECK(p->n < EXPECTED_MAX - COMMAND_ROOM);       /* a page asks a few questions at once, not a hundred */
    if (p->lost || !reader_begun(p) || !question_send(p, q, &params)) query_failed(s, q);
}

static void pg_ask(Scope *s, DbAsk *a, const DbValue *args)
{
    question(s, a->q, args);
    a->n = -1;                                       /* on its way */
}

static int64_t int_read(const char *z)
{
    if (*z == 't' || *z == 'f') return *z == 't';
    return strtoll(z, NULL, 10);
}

static void value_read(Arena *arena, void *row, const DbColumn *c, str v)
{
    str bytes;
    switch (c->kind) {
    case DB_INT: case DB_BOOL: row_put_int(row, c, int_read(v.p)); break;
    case DB_REAL: row_put_real(row, c, strtod(v.p, NULL)); break;
    case DB_TEXT: case DB_HTML: row_put_text(arena, row, c, v); break;
    case DB_BYTES:
        if (hex_decode(arena, str_slice(v, 2, v.n), &bytes)) row_put_text(arena, row, c, bytes);     /* after "\x" */
        break;
    }
}

static void pg_got(Scope *s, DbAsk *a)
{
    Pg *p = pg_of(s->db);
    CHECK(a->n < 0);
    p->result = rows_wait(p);
    if (!p->result) query_failed(s, a->q);
    Rows rows = { .arena = s->arena, .q = a->q };
    int n = PQntuples(p->result);
    for (int i = 0; i < n; i++) {
        void *row = rows_add(&rows);
        for (int k = 0; k < a->q->column_n; k++)
            if (!PQgetisnull(p->result, i, k))
                value_read(s->arena, row, &a->q->columns[k], (str){ PQgetvalue(p->result, i, k), PQgetlength(p->result, i, k) });
    }
    PQclear(p->result);
    p->result = NULL;
    a->rows = rows.row;
    a->n = rows.n;
}

static int64_t pg_run(Scope *s, const DbQuery *q, const DbValue *args)
{
    Pg *p = pg_of(s->db);
    question(s, q, args);
    PGresult *r = rows_wait(p);
    if (!r) query_failed(s, q);
    int64_t touched = int_read(PQcmdTuples(r));
    PQclear(r);
    return touched;
}

/* ---- transactions ----------------------------------------------------------------------------------------------------------------- */

static bool pg_read_begin(DbConn *c)
{
    pg_of(c)->begun = false;
    return true;
}

static bool pg_read_end(DbConn *c)
{
    Pg *p = pg_of(c);
    PQclear(p->result);
    p->result = NULL;
    return !p->lost && (!p->begun || (control_send(p, A_CONTROL, "COMMIT") && sync_send(p)));
}

/* The writers of all processes take turns: whoever holds this row writes. */
static bool pg_begin(DbConn *c)
{
    Pg *p = pg_of(c);
    p->committed = false;
    p->piece = p->open_n = 0;
    return control_send(p, A_CONTROL, "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
        && control_send(p, A_CONTROL, "SELECT id FROM db_turn WHERE id = 1 FOR UPDATE");
}

/* Each savepoint has a name of its own. RELEASE is not waited for: should it fail, the next piece cannot roll back to its
 * predecessor's savepoint by mistake, which would undo what was kept. */
static bool savepoint_send(Pg *p, const char *verb)
{
    char sql[64];
    snprintf(sql, sizeof sql, "%s p%d", verb, p->open[p->open_n - 1]);
    return control_send(p, A_CONTROL, sql);
}

static bool pg_savepoint(DbConn *c)
{
    Pg *p = pg_of(c);
    CHECK(p->open_n < SAVEPOINTS_MAX);
    p->open[p->open_n++] = ++p->piece;
    return savepoint_send(p, "SAVEPOINT");
}

/* A rule that left a question unanswered may have left a failure in it. */
static bool pg_release(DbConn *c)
{
    Pg *p = pg_of(c);
    bool unanswered = false;
    for (int i = 0; i < p->n; i++) unanswered |= p->expected[(p->first + i) % EXPECTED_MAX].answer == A_ROWS;
    if (unanswered && !settle(p)) return false;
    bool sent = savepoint_send(p, "RELEASE SAVEPOINT");
    p->open_n--;
    return sent;
}

static bool pg_rollback_to(DbConn *c)
{
    Pg *p = pg_of(c);
    settle(p);
    bool undone = savepoint_send(p, "ROLLBACK TO SAVEPOINT") && savepoint_send(p, "RELEASE SAVEPOINT") && settle(p);
    p->open_n--;
    return undone;
}

static void pg_rollback(DbConn *c)
{
    Pg *p = pg_of(c);
    FaultKind kind = p->kind;
    char why[WHY_BYTES];
    memcpy(why, c->why, WHY_BYTES);
    settle(p);
    if (control_send(p, A_CONTROL, "ROLLBACK")) settle(p);
    if (!p->lost) {                                  /* the words of what made us roll back are the ones to keep */
        memcpy(c->why, why, WHY_BYTES);
        p->kind = kind;
    }
}

/* Once COMMIT is on its way, silence means that nobody knows. Before that, and after a plain refusal, it is surely undone. */
static Commit pg_commit(DbConn *c)
{
    Pg *p = pg_of(c);
    if (!is_there(p) || !control_send(p, A_COMMIT, "COMMIT")) return COMMIT_AGAIN;
    settle(p);
    if (p->committed) return COMMIT_DONE;
    if (p->lost) return COMMIT_LOST;
    FaultKind kind = p->kind;
    pg_rollback(c);
    return kind == FAULT_RETRY ? COMMIT_AGAIN : COMMIT_LOST;
}

static void pg_rest(DbConn *c) { (void)c; }          /* the server keeps house by itself */

/* ---- schema -------------------------------------------------------------------------------------------------------------------------- */

/* Several statements in one text need the simple protocol, which a pipeline does not speak. */
static bool pg_script(DbConn *c, const char *sql)
{
    Pg *p = pg_of(c);
    if (!settle(p)) return false;
    bool fine = (PQexitPipelineMode(p->pg) || lose(p)) && simple_run(p, sql);
    return (PQenterPipelineMode(p->pg) || lose(p)) && fine;
}

static bool type_fits(DbKind kind, Oid oid)
{
    bool whole = oid == OID_INT8 || oid == OID_INT4 || oid == OID_INT2;
    switch (kind) {
    case DB_INT:   return whole || oid == OID_NUMERIC || oid == OID_BOOL;
    case DB_BOOL:  return whole || oid == OID_BOOL;
    case DB_REAL:  return whole || oid == OID_FLOAT8 || oid == OID_FLOAT4 || oid == OID_NUMERIC;
    case DB_BYTES: return oid == OID_BYTEA;
    case DB_TEXT: case DB_HTML:
        return oid == OID_TEXT || oid == OID_VARCHAR || oid == OID_BPCHAR || oid == OID_NAME || oid == OID_JSON || oid == OID_JSONB;
    }
    return false;
}

static bool columns_fit(Pg *p, const DbQuery *q, const PGresult *r)
{
    if (PQnfields(r) != q->column_n) {
        snprintf(p->conn.why, WHY_BYTES, "gives %d columns, not %d", PQnfields(r), q->column_n);
        return false;
    }
    for (int i = 0; i < q->column_n; i++) {
        if (type_fits(q->columns[i].kind, PQftype(r, i))) continue;
        snprintf(p->conn.why, WHY_BYTES, "column %s has another type here (oid %u)", q->columns[i].name, PQftype(r, i));
        return false;
    }
    return true;
}

static bool pg_prepares(DbConn *c, const DbQuery *q)
{
    Pg *p = pg_of(c);
    Params params;
    oids_fill(&params, q);
    if (!sent(p, PQsendPrepare(p->pg, "", q->sql[DB_POSTGRES], params.n, params.oid), A_CONTROL, 0)
        || !sent(p, PQsendDescribePrepared(p->pg, ""), A_ROWS, 0)) return false;
    PGresult *r = rows_wait(p);
    bool fine = r && columns_fit(p, q, r);
    PQclear(r);
    settle(p);
    return fine;
}

const Engine engine_postgres = {
    .open = pg_open, .close = pg_close, .fit = pg_fit,
    .read_begin = pg_read_begin, .read_end = pg_read_end,
    .ask = pg_ask, .got = pg_got, .run = pg_run,
    .begin = pg_begin, .savepoint = pg_savepoint, .release = pg_release, .rollback_to = pg_rollback_to,
    .commit = pg_commit, .rollback = pg_rollback, .rest = pg_rest,
    .script = pg_script, .prepares = pg_prepares,
    .house_sql = "CREATE TABLE IF NOT EXISTS db_migration (name TEXT PRIMARY KEY, made_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);"
                 "CREATE TABLE IF NOT EXISTS db_migration_hash (name TEXT PRIMARY KEY, hash TEXT NOT NULL);"
                 "CREATE TABLE IF NOT EXISTS db_turn (id BIGINT PRIMARY KEY);"
                 "INSERT INTO db_turn (id) VALUES (1) ON CONFLICT DO NOTHING",
};
