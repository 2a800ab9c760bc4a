/* db_writer - group commit: the one thread that writes.
 *
 * It takes all that waits (BATCH_MAX at most), runs each piece inside a savepoint of one transaction, commits once, and only
 * then tells each piece how it ended. While the disk is busy with one batch the next one gathers, so a slow disk makes
 * batches larger and not the line longer.
 *
 *   a piece that returns false    its savepoint is rolled back, the others do not notice
 *   the transaction breaks        (40xxx, a lost server, a full disk): all is rolled back and every piece is run again, each in
 *                                 a transaction of its own, twice if need be; one that still breaks is LOST
 *   the commit itself fails       the whole batch is LOST, also the pieces that returned false: what they saw is undone */
#include <errno.h>
#include <signal.h>
#include "db/db_own.h"
#include "os/os.h"

enum { BATCH_MAX = 256, ALONE_TRIES = 2, PAUSE_FIRST_MS = 25, PAUSE_MAX_MS = 400 };

typedef struct Piece { DbWork *work; DbDone how; } Piece;

/* ---- the connection ------------------------------------------------------------------------------------------------------- */

static bool is_closing(Db *db)
{
    pthread_mutex_lock(&db->lock);
    bool closing = db->closing;
    pthread_mutex_unlock(&db->lock);
    return closing;
}

static struct timespec time_after(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (ms % 1000) * 1000000L;
    if (t.tv_nsec >= 1000000000L) { t.tv_sec++; t.tv_nsec -= 1000000000L; }
    return t;
}

/* Rests for a while; being told to close ends the rest. */
static void pause_for(Db *db, int ms)
{
    struct timespec until = time_after(ms);
    pthread_mutex_lock(&db->lock);
    while (!db->closing && pthread_cond_timedwait(&db->changed, &db->lock, &until) != ETIMEDOUT) { }
    pthread_mutex_unlock(&db->lock);
}

/* A database that is away is waited for once; as long as it stays away, later batches try once and give up at once, so
 * that nobody stands in a line that cannot move. */
static bool writer_ready(Db *db)
{
    char why[WHY_BYTES] = "";
    if (db->writer && db->engine->fit(db->writer)) return true;
    if (db->writer) db->engine->close(db->writer);
    int pause = PAUSE_FIRST_MS, left = db->away ? 0 : db->wait_ms;
    while (!(db->writer = db->engine->open(db, true, why)) && left > 0 && !is_closing(db)) {
        pause_for(db, pause);
        left -= pause;
        pause = pause < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
    }
    if (!db->writer && !db->away) os_log(LOG_ERROR, "db: nothing can be saved: %s", why);
    if (db->writer && db->away) os_log(LOG_INFO, "db: the database is back");
    db->away = !db->writer;
    return db->writer != NULL;
}

/* ---- a batch ---------------------------------------------------------------------------------------------------------------- */

/* True: the piece is settled as far as one can know before the commit. False: the transaction is gone. */
static bool piece_run(DbConn *c, Piece *p)
{
    const Engine *engine = c->engine;
    bool retry = false;
    p->how = DB_LOST;
    if (!engine->savepoint(c)) return false;
    bool keep = p->work->run(p->work, c, &retry);
    if (keep) {
        if (!engine->release(c)) return false;
        p->how = DB_SAVED;
        return true;
    }
    if (retry) return false;
    p->how = DB_ROLLED_BACK;
    return engine->rollback_to(c);
}

static void all_lost(Piece *pieces, int n)
{
    for (int i = 0; i < n; i++) pieces[i].how = DB_LOST;
}

static Commit batch_commit(DbConn *c, const Piece *pieces, int n)
{
    bool any = false;
    for (int i = 0; i < n; i++) any |= pieces[i].how == DB_SAVED;
    if (!any) {
        c->engine->rollback(c);
        return COMMIT_DONE;
    }
    if (!call_fails(c->db, c)) return c->engine->commit(c);
    c->engine->rollback(c);
    snprintf(c->why, WHY_BYTES, "a test asked for this failure");
    return COMMIT_LOST;
}

/* One transaction for all of them. False: it broke, nothing of it is saved, and running the pieces again may help. */
static bool batch_try(Db *db, Piece *pieces, int n)
{
    all_lost(pieces, n);
    if (!writer_ready(db)) return true;
    DbConn *c = db->writer;
    views_end(db);
    bool whole = db->engine->begin(c);
    for (int i = 0; i < n && whole; i++) whole = piece_run(c, &pieces[i]);
    if (!whole) {
        db->engine->rollback(c);
        return false;
    }
    Commit how = batch_commit(c, pieces, n);
    if (how == COMMIT_LOST) {
        os_log(LOG_ERROR, "db: a commit failed: %s", c->why);
        all_lost(pieces, n);
    }
    atomic_fetch_add(&db->commits, 1);
    views_end(db);
    return how != COMMIT_AGAIN;
}

static void pieces_done(const Piece *pieces, int n)
{
    for (int i = 0; i < n; i++) pieces[i].work->done(pieces[i].work, pieces[i].how);
}

/* A piece that returned false for a reason of its own keeps its answer even when the transaction broke: alone, it saw nothing
 * that was undone. */
static void piece_alone(Db *db, Piece *p)
{
    bool settled = false;
    for (int i = 0; i < ALONE_TRIES && !settled; i++) settled = batch_try(db, p, 1) || p->how == DB_ROLLED_BACK;
    if (!settled) p->how = DB_LOST;
    pieces_done(p, 1);
}

static void batch_run(Db *db, Piece *pieces, int n)
{
    if (batch_try(db, pieces, n)) pieces_done(pieces, n);
    else for (int i = 0; i < n; i++) piece_alone(db, &pieces[i]);
}

/* ---- the thread --------------------------------------------------------------------------------------------------------------- */

/* Waits for work. 0: the database closes and all is done. */
static int batch_take(Db *db, Piece *pieces)
{
    int n = 0;
    pthread_mutex_lock(&db->lock);
    while ((!db->waiting && !db->closing) || (db->paused && !db->closing)) pthread_cond_wait(&db->changed, &db->lock);
    for (; db->waiting && n < BATCH_MAX; n++) {
        pieces[n] = (Piece){ .work = db->waiting };
        db->waiting = db->waiting->next;
    }
    if (!db->waiting) db->waiting_end = &db->waiting;
    pthread_mutex_unlock(&db->lock);
    return n;
}

/* Tried again after each batch until nobody reads who still needs the log. */
static void scrub(Db *db)
{
    int64_t commits = atomic_load(&db->commits);
    if (atomic_load(&db->scrub_wanted) <= atomic_load(&db->scrub_done) || !db->engine->scrub) return;
    if (commits >= atomic_load(&db->scrub_wanted) && db->engine->scrub(db->writer)) atomic_store(&db->scrub_done, commits);
}

static void *writer_main(void *arg)
{
    Db *db = arg;
    Piece pieces[BATCH_MAX];
    for (int n; (n = batch_take(db, pieces)) > 0; ) {
        batch_run(db, pieces, n);
        if (db->writer) db->engine->rest(db->writer);
        if (db->writer) scrub(db);
    }
    return NULL;
}

/* Signals are the main thread's: it knows how to end the program. */
bool writer_start(Db *db)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    db->started = pthread_create(&db->thread, NULL, writer_main, db) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return db->started;
}

void writer_stop(Db *db)
{
    if (!db->started) return;
    pthread_mutex_lock(&db->lock);
    db->closing = true;
    pthread_cond_broadcast(&db->changed);
    pthread_mutex_unlock(&db->lock);
    pthread_join(db->thread, NULL);
    db->started = false;
}

void db_submit(Db *db, DbWork *w)
{
    w->next = NULL;
    pthread_mutex_lock(&db->lock);
    CHECK(!db->closing);
    *db->waiting_end = w;
    db->waiting_end = &w->next;
    pthread_cond_signal(&db->changed);
    pthread_mutex_unlock(&db->lock);
}

void db_pause_commits(Db *db, bool on)
{
    pthread_mutex_lock(&db->lock);
    db->paused = on;
    pthread_cond_broadcast(&db->changed);
    pthread_mutex_unlock(&db->lock);
}

/* ---- one caller who waits ------------------------------------------------------------------------------------------------------ */

typedef struct Waiter {
    DbWork   work;               /* first: the writer gives it back to us */
    Scope   *s;
    Arena    arena;              /* as it was, for a second run */
    bool   (*rule)(Scope *, void *);
    void    *arg;
    Landing *landing;
    bool     kept, finished;
    DbDone   how;
    pthread_mutex_t lock;
    pthread_cond_t  ended;
} Waiter;

static void waiter_rule(Scope *s, void *arg)
{
    Waiter *w = arg;
    w->kept = w->rule(s, w->arg);
}

static bool waiter_run(DbWork *work, DbConn *writer, bool *ret_retry)
{
    Waiter *w = (Waiter *)work;
    *w->s->arena = w->arena;
    w->s->db = writer;
    w->s->writing = true;
    w->kept = false;
    bool landed = !scope_try(w->s, waiter_rule, w, w->landing);
    w->s->db = NULL;
    w->s->writing = false;
    *ret_retry = landed && w->landing->kind == FAULT_RETRY;
    return !landed && w->kept;
}

static void waiter_done(DbWork *work, DbDone how)
{
    Waiter *w = (Waiter *)work;
    pthread_mutex_lock(&w->lock);
    w->how = how;
    w->finished = true;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->lock);
}

/* The rule itself was content, or never ran: then the landing has nothing to say yet. */
static void lost_say(Landing *l)
{
    if (l->kind != FAULT_NONE) return;
    l->kind = FAULT_DB;
    l->file = __FILE__;
    l->line = __LINE__;
    snprintf(l->what, sizeof l->what, "The database did not save it: it is away, or the commit failed");
}

bool db_write(Db *db, Scope *s, bool (*rule)(Scope *, void *), void *arg, Landing *ret_landing)
{
    CHECK(!s->db && !pthread_equal(pthread_self(), db->thread));
    Waiter w = { .work = { .run = waiter_run, .done = waiter_done }, .s = s, .arena = *s->arena, .rule = rule, .arg = arg,
                 .landing = ret_landing };
    ret_landing->kind = FAULT_NONE;
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.ended, NULL);
    db_submit(db, &w.work);
    pthread_mutex_lock(&w.lock);
    while (!w.finished) pthread_cond_wait(&w.ended, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_mutex_destroy(&w.lock);
    pthread_cond_destroy(&w.ended);
    if (w.how == DB_LOST) lost_say(ret_landing);
    return w.how == DB_SAVED;
}
