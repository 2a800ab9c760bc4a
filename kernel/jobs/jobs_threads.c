/* jobs_threads - the threads: one that keeps, one for what is short, and one for each slow job while it is worked on.
 *
 *   keeper   each second, and when a slow job has ended, for others wait behind it: the journal's lease, what is due and slow, whose time is over, who was cancelled, which processes are gone
 *   hand     each second: short jobs that are due, and the journal's own work in parts
 *
 * A thread cannot be stopped from outside. Work whose time is over has failed, its result will be thrown away, and others take its turn;
 * but of those that never come back a few are enough, and then no slow job begins until the program is started again. */
#include "jobs/jobs_own.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "journal/journal.h"

enum { TICK_MS = 1000, CLOCK_STEP_MS = MINUTE, RENEW_MS = 20 * SECOND, STOP_MS = 10 * SECOND, ROUNDS_MAX = 1000 };

/* ---- waiting --------------------------------------------------------------------------------------------------------------- */

/* The other clock may be set back, and a tick would last for hours. */
static struct timespec steady_after(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / SECOND;
    return t;
}

/* True: it is time to end. early: what else ends the waiting; NULL: nothing. */
static bool wait_for_tick(Jobs *j, bool *early)
{
    struct timespec until = steady_after(TICK_MS);
    pthread_mutex_lock(&j->lock);
    while (!atomic_load(&j->stop) && !(early && *early) && pthread_cond_timedwait(&j->changed, &j->lock, &until) != ETIMEDOUT) {}
    if (early) *early = false;
    pthread_mutex_unlock(&j->lock);
    return atomic_load(&j->stop);
}

/* ---- one slow job ------------------------------------------------------------------------------------------------------------ */

static void *work_main(void *arg)
{
    Working *k = arg;
    work_do(k);
    region_close(&k->room);
    pthread_mutex_lock(&k->jobs->lock);
    k->slot = SLOT_ENDED;
    k->jobs->ended = true;
    pthread_cond_broadcast(&k->jobs->changed);
    pthread_mutex_unlock(&k->jobs->lock);
    return NULL;
}

/* Signals are the main thread's: it knows how to end the program. */
static bool begin_thread(pthread_t *ret, void *(*run)(void *), void *arg)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool begun = pthread_create(ret, NULL, run, arg) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return begun;
}

/* Threads that have ended are taken in; NULL: all turns are taken. */
static Working *slot_free(Jobs *j)
{
    Working *free_one = NULL;
    int works = 0;
    pthread_mutex_lock(&j->lock);
    for (int i = 0; i < SLOTS; i++) {
        Working *k = &j->slot[i];
        if (k->slot == SLOT_ENDED) {
            pthread_join(k->thread, NULL);
            k->slot = SLOT_FREE;
        }
        works += k->slot == SLOT_BUSY && !k->over;
        if (k->slot == SLOT_FREE) free_one = k;
    }
    bool crowded = !free_one && !j->crowded;
    j->crowded = !free_one;
    pthread_mutex_unlock(&j->lock);
    if (crowded) os_log(LOG_ERROR, "jobs: %d slow jobs hang; no other begins until the program is started again", SLOTS);
    return works < SLOW_AT_ONCE ? free_one : NULL;
}

/* Between being taken and having a thread it is nobody's but the keeper's. */
static void begin_work(Jobs *j, Working *k)
{
    pthread_mutex_lock(&j->lock);
    k->slot = SLOT_BUSY;
    bool begun = begin_thread(&k->thread, work_main, k);
    if (!begun) k->slot = SLOT_FREE;
    pthread_mutex_unlock(&j->lock);
    if (begun) return;
    Failure f = { k->id, k->now, str_from(k->token), str_from(k->kind->kind), FAIL_AGAIN, "The machine refuses another thread." };
    job_failed(j->site, &k->arena, &f);
    region_close(&k->room);
}

/* False: there is no turn left, or another process was quicker. */
static bool begin_one(Jobs *j, const JobKind *kind, int64_t id, int64_t now)
{
    Working *k = slot_free(j);
    Region room;
    if (!k || !region_open(&room, ROOM_BYTES)) return false;
    *k = (Working){ .room = room };
    k->arena = region_arena(&k->room, NULL);
    bool taken = work_take(k, j, kind, id, now);
    if (taken) begin_work(j, k);
    else region_close(&k->room);
    return taken;
}

static int64_t works_of(Leases leases, str kind)
{
    int64_t n = 0;
    for (ptrdiff_t i = 0; i < leases.n; i++) n += str_eq(leases.row[i].kind, kind);
    return n;
}

/* Who has waited longest comes first. What another process works on is not tried: each try would wake the writer. */
static void begin_due(Jobs *j, Arena *arena, Leases leases, int64_t now)
{
    Kinds kinds;
    if (!kinds_due(j->site, arena, now, &kinds)) return;
    for (ptrdiff_t i = 0; i < kinds.n && !atomic_load(&j->stop); i++) {
        const JobKind *kind = kind_named(j->site, kinds.row[i]);
        if (!kind || !kind->work || !slot_free(j)) continue;
        int64_t room = (kind->at_once > 0 ? kind->at_once : 1) - works_of(leases, kinds.row[i]);
        Dues dues = room > 0 ? due_of(j->site, arena, kinds.row[i], now) : (Dues){ 0 };
        for (ptrdiff_t d = 0; d < dues.n && room > 0; d++, room--)
            if (!begin_one(j, kind, dues.id[d], now)) break;
    }
}

/* What the keeper remembers from tick to tick: times of the steady clock, but for `last`. */
typedef struct Keeping { int64_t last, renewed, beaten; bool planned; } Keeping;

/* ---- those that go on ---------------------------------------------------------------------------------------------------------- */

/* A copy: what is told of it is written without the lock. */
typedef struct Told { int64_t id; char token[TOKEN_CHARS + 1], state[JOB_STATE_BYTES + 1]; int percent; bool changed; } Told;
typedef struct Telling { Told told[SLOTS]; int n; } Telling;

static Telling telling_of(Jobs *j)
{
    Telling t = { .n = 0 };
    pthread_mutex_lock(&j->lock);
    for (int i = 0; i < SLOTS; i++) {
        Working *k = &j->slot[i];
        if (k->slot != SLOT_BUSY || k->over) continue;
        Told *told = &t.told[t.n++];
        *told = (Told){ .id = k->id, .percent = k->percent, .changed = k->told };
        memcpy(told->token, k->token, sizeof told->token);
        memcpy(told->state, k->state, sizeof told->state);
        k->told = false;
    }
    pthread_mutex_unlock(&j->lock);
    return t;
}

static bool tell_rule(Scope *s, void *arg)
{
    const Telling *t = arg;
    for (int i = 0; i < t->n; i++)
        jobs_rows_beat(s, t->told[i].id, str_from(t->told[i].token), t->told[i].percent, str_from(t->told[i].state));
    return true;
}

/* Over SQLite nobody listens for a sign of life, and a disk is not woken for it. What was told is kept for it until it is time to write again. */
static void beat(Jobs *j, Keeping *k, Arena *arena, int64_t ticks)
{
    Landing l;
    if (ticks - k->beaten < BEAT_MS * NS_PER_MS) return;
    Telling t = telling_of(j);
    bool any = t.n > 0 && db_engine(j->site->db) == DB_POSTGRES;
    for (int i = 0; i < t.n; i++) any |= t.told[i].changed;
    if (!any) return;
    k->beaten = ticks;
    if (!site_write(j->site, arena, 0, tell_rule, &t, &l)) os_log(LOG_WARN, "jobs: how far they are could not be kept: %s", l.what);
}

static bool is_among(Leases leases, const Working *k, bool *ret_cancelled)
{
    for (ptrdiff_t i = 0; i < leases.n; i++)
        if (str_eq(leases.row[i].token, str_from(k->token))) {
            *ret_cancelled = leases.row[i].cancelled;
            return true;
        }
    return false;
}

/* Cancelled, or another has it by now: its result is of no use. */
static void stop_cancelled(Jobs *j, Leases leases)
{
    pthread_mutex_lock(&j->lock);
    for (int i = 0; i < SLOTS; i++) {
        Working *k = &j->slot[i];
        bool cancelled = false;
        if (k->slot != SLOT_BUSY || (is_among(leases, k, &cancelled) && !cancelled)) continue;
        atomic_store(&k->stop, true);
        pthread_cond_broadcast(&j->changed);
    }
    pthread_mutex_unlock(&j->lock);
}

static bool is_late(const Working *k, int64_t ticks)
{
    if (k->slot != SLOT_BUSY || k->over) return false;
    return ticks - k->began > (k->kind->limit > 0 ? k->kind->limit : JOB_LIMIT_MS) * NS_PER_MS;
}

/* The next one whose time is over, as a failure; NULL: there is none. The texts are copied: its thread may end meanwhile. */
static bool take_late(Jobs *j, Arena *arena, int64_t now, Failure *ret)
{
    bool found = false;
    pthread_mutex_lock(&j->lock);
    for (int i = 0; i < SLOTS && !found; i++) {
        Working *k = &j->slot[i];
        found = is_late(k, os_ticks());
        if (!found) continue;
        k->over = true;
        atomic_store(&k->stop, true);
        *ret = (Failure){ k->id, now, str_keep(arena, str_from(k->token)), str_from(k->kind->kind), FAIL_AGAIN, "It did not end within its time." };
        pthread_cond_broadcast(&j->changed);
    }
    pthread_mutex_unlock(&j->lock);
    return found;
}

static void end_late(Jobs *j, Arena *arena, int64_t now)
{
    Failure f;
    while (take_late(j, arena, now, &f)) job_failed(j->site, arena, &f);
}

/* ---- the keeper ------------------------------------------------------------------------------------------------------------------ */

static void keep_going(Jobs *j, Keeping *k, Arena *arena)
{
    Leases leases;
    int64_t now = os_now(), ticks = os_ticks();
    if (now < k->last - CLOCK_STEP_MS) k->planned = false;
    k->last = now;
    if (ticks - k->renewed > RENEW_MS * NS_PER_MS) {
        journal_renew(j->site);
        k->renewed = ticks;
    }
    k->planned = k->planned || jobs_plan(j->site, arena, now);
    beat(j, k, arena, ticks);
    end_late(j, arena, now);
    if (!leases_read(j, arena, &leases)) return;
    stop_cancelled(j, leases);
    leases_end(j, arena, leases, now, os_ticks());
    if (k->planned) begin_due(j, arena, leases, now);
}

static void *keeper_main(void *arg)
{
    Jobs *j = arg;
    Keeping k = { .last = os_now(), .renewed = os_ticks() };
    while (!wait_for_tick(j, &j->ended)) {
        Arena arena = region_arena(&j->keeper_room, NULL);
        keep_going(j, &k, &arena);
    }
    return NULL;
}

/* ---- the hand ---------------------------------------------------------------------------------------------------------------------- */

static int run_short(Jobs *j, Arena *arena, int64_t now)
{
    Kinds kinds;
    int ran = 0;
    SCRATCH(tmp, arena);
    if (!kinds_due(j->site, &tmp, now, &kinds)) return 0;
    for (ptrdiff_t i = 0; i < kinds.n; i++) {
        const JobKind *kind = kind_named(j->site, kinds.row[i]);
        if (!kind || !kind->work) ran += short_run_all(j->site, &tmp, kinds.row[i], now, &j->stop);
    }
    return ran;
}

/* What is done in parts asks for the next one at once: a second is long when there are fifty. */
static int run_while_due(Jobs *j, Arena *arena, int64_t now)
{
    int all = 0;
    for (int ran = 1; ran > 0 && all < ROUNDS_MAX && !atomic_load(&j->stop); all += ran) ran = run_short(j, arena, now);
    return all;
}

static void *hand_main(void *arg)
{
    Jobs *j = arg;
    while (!wait_for_tick(j, NULL)) {
        Arena arena = region_arena(&j->hand_room, NULL);
        int ran = run_while_due(j, &arena, os_now());
        while (!atomic_load(&j->stop) && journal_work(j->site, &arena) > 0) ran++;
        if (ran > 0) region_reset(&j->hand_room, ROOM_KEPT);
    }
    return NULL;
}

/* ---- beginning and ending ------------------------------------------------------------------------------------------------------------ */

Jobs *jobs_open(Site *site, Arena *keep)
{
    Jobs *j = NEW(keep, Jobs, 1);
    unsigned char life[LIFE_CHARS / 2];
    pthread_condattr_t steady;
    j->site = site;
    os_random(life, sizeof life);
    SCRATCH(tmp, keep);
    memcpy(j->life, hex_encode(&tmp, (str){ (char *)life, sizeof life }).p, LIFE_CHARS);
    pthread_mutex_init(&j->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&j->changed, &steady);
    pthread_condattr_destroy(&steady);
    return j;
}

void jobs_start(Jobs *j)
{
    atomic_store(&j->stop, false);
    CHECK(region_open(&j->keeper_room, ROOM_BYTES) && region_open(&j->hand_room, ROOM_BYTES));
    CHECK(begin_thread(&j->keeper, keeper_main, j) && begin_thread(&j->hand, hand_main, j));
}

static bool any_busy(const Jobs *j)
{
    for (int i = 0; i < SLOTS; i++)
        if (j->slot[i].slot == SLOT_BUSY) return true;
    return false;
}

static void tell_all_to_end(Jobs *j)
{
    pthread_mutex_lock(&j->lock);
    atomic_store(&j->stop, true);
    pthread_cond_broadcast(&j->changed);
    pthread_mutex_unlock(&j->lock);
    pthread_join(j->keeper, NULL);           /* it begins no more */
    pthread_join(j->hand, NULL);
    pthread_mutex_lock(&j->lock);
    for (int i = 0; i < SLOTS; i++) {
        atomic_store(&j->slot[i].ending, true);
        atomic_store(&j->slot[i].stop, true);
    }
    pthread_cond_broadcast(&j->changed);
    pthread_mutex_unlock(&j->lock);
}

bool jobs_stop(Jobs *j)
{
    tell_all_to_end(j);
    struct timespec until = steady_after(STOP_MS);
    pthread_mutex_lock(&j->lock);
    while (any_busy(j) && pthread_cond_timedwait(&j->changed, &j->lock, &until) != ETIMEDOUT) {}
    bool ended = !any_busy(j);
    pthread_mutex_unlock(&j->lock);
    (void)slot_free(j);
    region_close(&j->keeper_room);
    region_close(&j->hand_room);
    if (!ended) os_log(LOG_WARN, "jobs: a slow job did not end when it was asked to; it is done again at the next start");
    return ended;
}
