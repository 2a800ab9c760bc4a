/* web_slow - a few threads for what takes long and must not hold up the writer or the pages: password hashes.
 * What waits is bounded; who comes when the queue is full is told so at once. */
#include <pthread.h>

#include "web/web_private.h"

struct Slow {
    pthread_mutex_t lock;
    pthread_cond_t  came;
    pthread_t       thread[SLOW_WORKERS];
    void          (*run)(WebPrivate *);
    WebPrivate     *first, **last;
    int             waiting;
    bool            ending;
};

static WebPrivate *take(Slow *slow)
{
    WebPrivate *w;
    pthread_mutex_lock(&slow->lock);
    while (!slow->first && !slow->ending) pthread_cond_wait(&slow->came, &slow->lock);
    w = slow->first;
    if (w) {
        slow->first = w->next_slow;
        if (!slow->first) slow->last = &slow->first;
        slow->waiting--;
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
    slow->last = &slow->first;
    pthread_mutex_init(&slow->lock, NULL);
    pthread_cond_init(&slow->came, NULL);
    for (int i = 0; i < SLOW_WORKERS; i++) CHECK(pthread_create(&slow->thread[i], NULL, work, slow) == 0);
    return slow;
}

bool slow_submit(Slow *slow, WebPrivate *w)
{
    pthread_mutex_lock(&slow->lock);
    bool room = slow->waiting < SLOW_QUEUE_MAX && !slow->ending;
    if (room) {
        w->next_slow = NULL;
        *slow->last = w;
        slow->last = &w->next_slow;
        slow->waiting++;
        pthread_cond_signal(&slow->came);
    }
    pthread_mutex_unlock(&slow->lock);
    return room;
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
