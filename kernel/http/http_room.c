/* http_room - memory for requests. A request lives across calls of the library and across threads, so it cannot have a
 * thread's arena; it takes a room, and the room is used again. The last one given back is the first one taken: its pages are
 * warm. Giving pages back to the machine and touching them anew costs more than most replies, so idle rooms keep what
 * requests usually need, as long as all of them together keep little. */
#include "http/http_own.h"

enum {
    KEPT_IN_ONE = 256 * 1024,        /* a long lesson, its rows and its packed form */
    KEPT_IN_ALL = 2 * 1024 * 1024,   /* and some sixty answers that wait together for the disk */
    TRIM_EVERY  = 64,                /* scratch beyond what is known to be used is given back now and then */
};

struct HttpRoom { Region region; HttpRoom *next; size_t kept; unsigned uses; };     /* kept: bytes at the front that may be warm */

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
        s->rooms_kept -= room->kept;
    } else if (s->rooms_made < s->room_n && region_open(&s->rooms[s->rooms_made].region, HTTP_ARENA_BYTES)) {
        room = &s->rooms[s->rooms_made++];
    }
    pthread_mutex_unlock(&s->rooms_lock);
    if (room) *ret = region_arena(&room->region, NULL);
    return room;
}

void room_give(HttpServer *s, HttpRoom *room, const char *used)
{
    size_t bytes = (size_t)(used - room->region.base);
    bool trim = ++room->uses % TRIM_EVERY == 0;
    size_t keep = trim || bytes > room->kept ? bytes : room->kept;
    if (keep > KEPT_IN_ONE) keep = KEPT_IN_ONE;
    pthread_mutex_lock(&s->rooms_lock);
    if (s->rooms_kept + keep > KEPT_IN_ALL) keep = 0;
    s->rooms_kept += keep;
    pthread_mutex_unlock(&s->rooms_lock);
    if (trim || bytes > keep) region_reset(&room->region, keep);
    room->kept = keep;

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
