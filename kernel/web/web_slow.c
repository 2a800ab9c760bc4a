/* web_slow - a few threads for what takes long and must not hold up the writer or the pages: password hashes.
 *
 * Who waits, waits in a lane: of the place she comes from, or, when her browser is known here, of that browser alone. The lanes
 * are served in turn, one piece of work from each, so that a hundred requests from one place cost another place one turn. What waits
 * is bounded: a lane by itself; when the room for strangers is full, the newest of the longest lane makes room for who comes from
 * a shorter one, and is told so; browsers that are known have room of their own. */
#include <pthread.h>

#include "web/web_private.h"

typedef struct Lane { uint64_t key; bool known; WebPrivate *first; int n; } Lane;
enum { LANES_MAX = SLOW_QUEUE_MAX + SLOW_KNOWN_MAX };

struct Slow {
    pthread_mutex_t lock;
    pthread_cond_t  came;
    pthread_t       thread[SLOW_WORKERS];
    void          (*run)(WebPrivate *);
    Lane            lane[LANES_MAX];        /* those in which somebody waits */
    int             lane_n, turn;
    int             waiting[2];             /* strangers, known */
    bool            ending;
};

/* ---- lanes ------------------------------------------------------------------------------------------------------------------ */

static void lane_drop(Slow *slow, int at)
{
    memmove(&slow->lane[at], &slow->lane[at + 1], (size_t)(--slow->lane_n - at) * sizeof *slow->lane);
    if (at < slow->turn) slow->turn--;
    if (slow->turn >= slow->lane_n) slow->turn = 0;
}

static WebPrivate *take_first(Slow *slow, int at)
{
    Lane *l = &slow->lane[at];
    WebPrivate *w = l->first;
    l->first = w->next_slow;
    slow->waiting[l->known]--;
    if (--l->n == 0) lane_drop(slow, at);
    return w;
}

static WebPrivate *take_last(Slow *slow, int at)
{
    Lane *l = &slow->lane[at];
    WebPrivate **last = &l->first;
    while ((*last)->next_slow) last = &(*last)->next_slow;
    WebPrivate *w = *last;
    *last = NULL;
    slow->waiting[l->known]--;
    if (--l->n == 0) lane_drop(slow, at);
    return w;
}

static int find_lane(const Slow *slow, const WebPrivate *w)
{
    for (int i = 0; i < slow->lane_n; i++)
        if (slow->lane[i].key == w->lane && slow->lane[i].known == w->known) return i;
    return -1;
}

/* At the end of its lane; a lane that was empty has its turn after all that are there. */
static void put(Slow *slow, WebPrivate *w)
{
    int at = find_lane(slow, w);
    if (at < 0) slow->lane[at = slow->lane_n++] = (Lane){ .key = w->lane, .known = w->known };
    WebPrivate **last = &slow->lane[at].first;
    while (*last) last = &(*last)->next_slow;
    w->next_slow = NULL;
    *last = w;
    slow->lane[at].n++;
    slow->waiting[w->known]++;
    pthread_cond_signal(&slow->came);
}

static int longest_lane(const Slow *slow)
{
    int at = -1;
    for (int i = 0; i < slow->lane_n; i++)
        if (!slow->lane[i].known && (at < 0 || slow->lane[i].n > slow->lane[at].n)) at = i;
    return at;
}

/* Who does not get in, or has to make room: NULL for nobody. */
static WebPrivate *admit(Slow *slow, WebPrivate *w)
{
    int at = find_lane(slow, w), mine = at < 0 ? 0 : slow->lane[at].n;
    bool full = slow->waiting[w->known] == (w->known ? SLOW_KNOWN_MAX : SLOW_QUEUE_MAX);
    WebPrivate *out = NULL;
    if (slow->ending || mine == (w->known ? SLOW_KNOWN_LANE : SLOW_LANE_MAX) || (full && w->known)) return w;
    if (full) {
        int longest = longest_lane(slow);
        if (slow->lane[longest].n <= mine + 1) return w;
        out = take_last(slow, longest);
    }
    put(slow, w);
    return out;
}

/* ---- the threads -------------------------------------------------------------------------------------------------------------- */

static WebPrivate *take(Slow *slow)
{
    WebPrivate *w = NULL;
    pthread_mutex_lock(&slow->lock);
    while (!slow->lane_n && !slow->ending) pthread_cond_wait(&slow->came, &slow->lock);
    if (slow->lane_n) {
        int lanes = slow->lane_n;
        w = take_first(slow, slow->turn);
        if (slow->lane_n == lanes && ++slow->turn == lanes) slow->turn = 0;
    }
    pthread_mutex_unlock(&slow->lock);
    return w;
}

static void *work(void *arg)
{
    Slow *slow = arg;
    for (WebPrivate *w; (w = take(slow)) != NULL;) slow->run(w);
    return NULL;
}

Slow *slow_start(Arena *keep, void (*run)(WebPrivate *))
{
    Slow *slow = NEW(keep, Slow, 1);
    slow->run = run;
    pthread_mutex_init(&slow->lock, NULL);
    pthread_cond_init(&slow->came, NULL);
    for (int i = 0; i < SLOW_WORKERS; i++) CHECK(pthread_create(&slow->thread[i], NULL, work, slow) == 0);
    return slow;
}

WebPrivate *slow_submit(Slow *slow, WebPrivate *w)
{
    pthread_mutex_lock(&slow->lock);
    WebPrivate *out = admit(slow, w);
    pthread_mutex_unlock(&slow->lock);
    return out;
}

void slow_stop(Slow *slow)
{
    pthread_mutex_lock(&slow->lock);
    slow->ending = true;
    pthread_cond_broadcast(&slow->came);
    pthread_mutex_unlock(&slow->lock);
    for (int i = 0; i < SLOW_WORKERS; i++) pthread_join(slow->thread[i], NULL);
    pthread_cond_destroy(&slow->came);
    pthread_mutex_destroy(&slow->lock);
}
