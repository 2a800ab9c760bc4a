/* jobs_work - slow jobs: lease, work, write.
 *
 *   take     a short transaction puts a token of ours into the row. It is the lease
 *   work     no transaction; what it finds lies in the arena
 *   write    one transaction takes the row away, if it still has our token and nobody cancelled it, and writes what was found
 *
 * Rule     nothing that work or a clock does makes the effect of one row twice: it is written in the transaction that takes the row
 *          away, and one such transaction finds the row with its token. */
#include "jobs/jobs_own.h"

#include <errno.h>
#include <time.h>

/* ---- the lease ------------------------------------------------------------------------------------------------------------ */

typedef struct Taking { Working *k; jobs_rows_hold_row row; } Taking;

static bool take_rule(Scope *s, void *arg)
{
    Taking *t = arg;
    Working *k = t->k;
    return jobs_rows_hold(s, k->id, str_from(k->token), k->now, k->kind->at_once > 0 ? k->kind->at_once : 1, &t->row);
}

bool work_take(Working *k, Jobs *j, const JobKind *kind, int64_t id, int64_t now)
{
    Landing l;
    Taking t = { .k = k };
    k->jobs = j;
    k->kind = kind;
    k->id = id;
    k->now = now;
    k->began = os_ticks();
    snprintf(k->token, sizeof k->token, "%s.%lld", j->life, (long long)atomic_fetch_add(&j->tokens, 1));
    bool taken = site_write(j->site, &k->arena, 0, take_rule, &t, &l);
    if (!taken && l.kind) os_log(LOG_WARN, "jobs: %s could not be begun: %s", kind->kind, l.what);
    k->job = (Job){ .body = t.row.body };
    return taken;
}

/* ---- what work calls -------------------------------------------------------------------------------------------------------- */

static Working *working_of(const Job *job) { return (Working *)(uintptr_t)job; }

void job_read(Scope *s, void (*rule)(Scope *, void *), void *arg)
{
    db_read_begin(s, s->site->db);
    rule(s, arg);
    db_read_end(s);
}

bool job_is_cancelled(const Job *job) { return atomic_load(&working_of(job)->stop); }

void job_progress(Job *job, int percent, const char *state)
{
    Working *k = working_of(job);
    pthread_mutex_lock(&k->jobs->lock);
    k->percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
    snprintf(k->state, sizeof k->state, "%s", state);
    k->told = true;
    pthread_mutex_unlock(&k->jobs->lock);
}

void job_rest(Job *job, int ms)
{
    Working *k = working_of(job);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms * NS_PER_MS;
    until.tv_sec += (time_t)(ns / (1000 * NS_PER_MS));
    until.tv_nsec = (long)(ns % (1000 * NS_PER_MS));
    if (k->here) return;                  /* who runs it himself waits for it */
    pthread_mutex_lock(&k->jobs->lock);
    while (!atomic_load(&k->stop) && pthread_cond_timedwait(&k->jobs->changed, &k->jobs->lock, &until) != ETIMEDOUT) {}
    pthread_mutex_unlock(&k->jobs->lock);
}

/* ---- the two phases ---------------------------------------------------------------------------------------------------------- */

static void work_step(Scope *s, void *arg)
{
    Working *k = arg;
    k->end = k->kind->work(s, &k->job);
    CHECK(!s->db);
}

static bool work(Working *k, Landing *ret)
{
    Scope s = { .arena = &k->arena, .site = k->jobs->site, .lang = lang_at(0), .now = k->now };
    bool fine = scope_try(&s, work_step, k, ret);
    if (s.db) db_read_end(&s);
    return fine;
}

/* By the steady clock since it was taken. */
static int64_t now_of(const Working *k) { return k->here ? k->now : k->now + (os_ticks() - k->began) / NS_PER_MS; }

static bool write_rule(Scope *s, void *arg)
{
    Working *k = arg;
    jobs_rows_finish_row row;
    s->now = now_of(k);
    k->refused = false;
    k->lost = !jobs_rows_finish(s, k->id, str_from(k->token), &row);
    if (k->lost) return false;
    k->refused = k->kind->write && !k->kind->write(s, &k->job);
    if (k->refused) return false;
    jobs_rows_forget_older_failures(s, row.kind, row.mark, k->id);
    comes_again(s, k->kind, k->job.body, row.times, s->now);
    return true;
}

static void failed(Working *k, How how, const char *why)
{
    Failure f = { .id = k->id, .now = now_of(k), .token = str_from(k->token), .name = str_from(k->kind->kind), .how = how, .why = why };
    job_failed(k->jobs->site, &k->arena, &f);
}

static void write_found(Working *k)
{
    Landing l;
    if (site_write(k->jobs->site, &k->arena, 0, write_rule, k, &l)) return;
    if (k->lost && l.kind == FAULT_NONE) failed(k, FAIL_NOT, "It was cancelled.");
    else if (k->refused && l.kind == FAULT_NONE) failed(k, FAIL_NEVER, k->job.why[0] ? k->job.why : "It said that it cannot be done.");
    else failed(k, FAIL_AGAIN, l.what);
}

void work_do(Working *k)
{
    Landing l;
    bool fine = work(k, &l);
    if (fine && k->end == JOB_DONE) write_found(k);
    else if (atomic_load(&k->ending)) failed(k, FAIL_NOT, "The program ended.");
    else if (!fine) failed(k, FAIL_AGAIN, l.what);
    else failed(k, k->end == JOB_AGAIN ? FAIL_AGAIN : FAIL_NEVER, k->job.why[0] ? k->job.why : "It said that it cannot be done.");
}

/* ---- leases of processes that are gone ----------------------------------------------------------------------------------------- */

static void leases_rule(Scope *s, void *arg)
{
    Leases *leases = arg;
    jobs_rows_working_rows rows = jobs_rows_working(s);
    *leases = (Leases){ NEW(s->arena, Lease, rows.n), rows.n };
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        const jobs_rows_working_row *r = &rows.row[i];
        leases->row[i] = (Lease){ r->id, r->kind, r->token, r->beat, r->cancelled };
    }
}

bool leases_read(Jobs *j, Arena *arena, Leases *ret)
{
    Landing l;
    if (site_read(j->site, arena, 0, leases_rule, ret, &l)) return true;
    os_log(LOG_WARN, "jobs: what is worked on could not be read: %s", l.what);
    return false;
}

/* A new beat begins the minute anew. A table that is full sees some later. */
static bool shows_no_life(Jobs *j, const Lease *l, int64_t ticks)
{
    Watch *free_one = NULL;
    for (int i = 0; i < WATCHES_MAX; i++) {
        Watch *w = &j->watch[i];
        if (!w->token[0]) free_one = w;
        if (!str_eq(str_from(w->token), l->token)) continue;
        w->seen = true;
        if (w->beat != l->beat) w->beat = l->beat, w->since = ticks;
        return ticks - w->since >= DEAD_MS * NS_PER_MS;
    }
    if (!free_one) return false;
    *free_one = (Watch){ .beat = l->beat, .since = ticks, .seen = true };
    snprintf(free_one->token, sizeof free_one->token, "%.*s", STR_ARG(l->token));
    return false;
}

/* Work of ours whose end could not be written down has no thread any more. */
static bool is_worked_on_here(Jobs *j, const Lease *l)
{
    bool here = false;
    pthread_mutex_lock(&j->lock);
    for (int i = 0; i < SLOTS; i++) here |= j->slot[i].slot == SLOT_BUSY && str_eq(str_from(j->slot[i].token), l->token);
    pthread_mutex_unlock(&j->lock);
    return here;
}

/* Over SQLite there is one process, and every other life is over. */
static bool is_dead(Jobs *j, const Lease *l, int64_t ticks)
{
    if (str_starts(l->token, str_from(j->life))) return !is_worked_on_here(j, l);
    return db_engine(j->site->db) == DB_SQLITE || shows_no_life(j, l, ticks);
}

int leases_end(Jobs *j, Arena *arena, Leases leases, int64_t now, int64_t ticks)
{
    int ended = 0;
    for (int i = 0; i < WATCHES_MAX; i++) j->watch[i].seen = false;
    for (ptrdiff_t i = 0; i < leases.n; i++) {
        const Lease *l = &leases.row[i];
        if (!is_dead(j, l, ticks)) continue;
        Failure f = { l->id, now, l->token, l->kind, FAIL_DIED, "The program ended while it worked on this." };
        ended += job_failed(j->site, arena, &f);
    }
    for (int i = 0; i < WATCHES_MAX; i++)
        if (!j->watch[i].seen) j->watch[i].token[0] = '\0';
    return ended;
}
