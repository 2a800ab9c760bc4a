/* http_room - memory for requests. A request lives across calls of the library and across threads, so it cannot have a
 * thread's arena; it takes a room, and the room is used again. The last one given back is the first one taken: its pages are
 * warm. A few idle rooms keep some memory, the others none. */
#include "http/http_own.h"

enum {
    WARM_BYTES = 256 * 1024,   /* a long lesson, its rows and its packed form: giving pages back costs more than the page */
    WARM_ROOMS = 8,
    TRIM_EVERY = 64,           /* scratch beyond what is known to be used is given back now and then */
};

struct HttpRoom { Region region; HttpRoom *next; unsigned uses; };

bool rooms_open(HttpServer *s, int n)
{
    if (!region_open(&s->room_table, (size_t)n * sizeof(HttpRoom))) return false;
    s->rooms = (HttpRoom *)s->room_table.base;     /* fresh pages are zero and cost nothing until they are used */
    s->room_n = n;
    return true;
}

HttpRoom *room_take(HttpServer *s, Arena *ret)
{
    pthread_mutex_lock(&s->rooms_lock);
    HttpRoom *room = s->rooms_free;
    if (room) {
        s->rooms_free = room->next;
        s->rooms_idle--;
    } else if (s->rooms_made < s->room_n && region_open(&s->rooms[s->rooms_made].region, HTTP_ARENA_BYTES)) {
        room = &s->rooms[s->rooms_made++];
    }
    pthread_mutex_unlock(&s->rooms_lock);
    if (room) *ret = region_arena(&room->region, NULL);
    return room;
}

void room_give(HttpServer *s, HttpRoom *room, const char *used)
{
    bool fits = used - room->region.base <= WARM_BYTES;
    pthread_mutex_lock(&s->rooms_lock);
    bool warm = s->rooms_idle < WARM_ROOMS;
    pthread_mutex_unlock(&s->rooms_lock);
    if (!warm || !fits || ++room->uses % TRIM_EVERY == 0) region_reset(&room->region, warm ? WARM_BYTES : 0);

    pthread_mutex_lock(&s->rooms_lock);
    room->next = s->rooms_free;
    s->rooms_free = room;
    if (++s->rooms_idle == s->rooms_made) pthread_cond_signal(&s->rooms_quiet);
    pthread_mutex_unlock(&s->rooms_lock);
}

void rooms_close(HttpServer *s)
{
    for (HttpRoom *room = s->rooms_free; room; room = room->next) region_close(&room->region);
    region_close(&s->room_table);
}
