/* web_line - who was slowed down (slow_down) waits here for her time, on no worker and on no serving thread: her connection sleeps,
 * and what it costs is the memory of one request. The room is bounded: in all, for one place, and for one thing that is tried,
 * so that nobody fills it for others; browsers that are known have room of their own. Who finds no room is told to come again. */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "web/web_private.h"

typedef struct Waiting { int64_t due; WebPrivate *w; } Waiting;      /* due: ns of os_ticks */

struct Line {
    pthread_mutex_t lock;
    pthread_cond_t  changed;
    pthread_t       thread;
    void          (*go_on)(WebPrivate *, bool in_time);
    Waiting         row[LINE_ALL_MAX + LINE_KNOWN_MAX];
    int             n;
    bool            ending;
};

static int soonest(const Line *l)
{
    int at = 0;
    for (int i = 1; i < l->n; i++)
        if (l->row[i].due < l->row[at].due) at = i;
    return at;
}

static WebPrivate *take(Line *l, int at)
{
    WebPrivate *w = l->row[at].w;
    l->row[at] = l->row[--l->n];
    return w;
}

static void wait_until(Line *l, int64_t due)
{
    struct timespec at = { .tv_sec = due / 1000000000, .tv_nsec = due % 1000000000 };
    pthread_cond_timedwait(&l->changed, &l->lock, &at);
}

/* The next whose time has come; NULL: it is ending. */
static WebPrivate *next(Line *l)
{
    WebPrivate *w = NULL;
    pthread_mutex_lock(&l->lock);
    while (!l->ending && !w) {
        int at = soonest(l);
        if (!l->n) pthread_cond_wait(&l->changed, &l->lock);
        else if (l->row[at].due > os_ticks()) wait_until(l, l->row[at].due);
        else w = take(l, at);
    }
    pthread_mutex_unlock(&l->lock);
    return w;
}

static void *run(void *arg)
{
    Line *l = arg;
    for (WebPrivate *w; (w = next(l)) != NULL;) l->go_on(w, true);
    while (l->n) l->go_on(take(l, 0), false);
    return NULL;
}

Line *line_start(Arena *keep, void (*go_on)(WebPrivate *, bool in_time))
{
    Line *l = NEW(keep, Line, 1);
    pthread_condattr_t steady;
    l->go_on = go_on;
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&l->changed, &steady);
    pthread_condattr_destroy(&steady);
    CHECK(pthread_create(&l->thread, NULL, run, l) == 0);
    return l;
}

static bool has_room(const Line *l, const WebPrivate *w)
{
    int alike = 0, lane = 0, same = 0;
    for (int i = 0; i < l->n; i++) {
        const WebPrivate *other = l->row[i].w;
        alike += other->known == w->known;
        lane += other->known == w->known && other->lane == w->lane;
        same += !other->known && other->tried == w->tried;
    }
    if (w->known) return alike < LINE_KNOWN_MAX && lane < SLOW_KNOWN_LANE;
    return alike < LINE_ALL_MAX && lane < LINE_LANE_MAX && same < LINE_SAME_MAX;
}

bool line_submit(Line *l, WebPrivate *w, int64_t ms)
{
    pthread_mutex_lock(&l->lock);
    bool room = !l->ending && has_room(l, w);
    if (room) l->row[l->n++] = (Waiting){ os_ticks() + ms * 1000000, w };
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
    return room;
}

/* Its lock stays: who comes while the server closes still asks whether there is room. */
void line_stop(Line *l)
{
    pthread_mutex_lock(&l->lock);
    l->ending = true;
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
}
