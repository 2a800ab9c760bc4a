/* web_floor - what is left of the disk, and who may still use it.
 *
 *   below the first floor    nobody new: a visitor who has saved nothing yet is told so; who was here before goes on
 *   below the second         nobody saves but what takes next to nothing (Route.small) or takes away (DELETE)
 *
 * Each floor is a share of the disk, within limits: five percent of a card of 16 GB is room for a year, of a disk of 4 TB it is no
 * reason to send anybody away. The folder of the data is looked at, every few seconds; where the database of a PostgreSQL lies
 * elsewhere, its disk is for others to watch. Room that SQLite has inside its file is not counted. */
#include <stdatomic.h>

#include "web/web_private.h"

enum { LOOK_MS = 2 * SECOND };
#define MB ((int64_t)1 << 20)

typedef struct FloorRule { int64_t share, least, most; } FloorRule;      /* share: so many hundredths */
static const FloorRule rules[] = {
    [ROOM_FOR_THOSE_HERE] = { 5, 256 * MB, 8192 * MB },
    [ROOM_FOR_NOBODY]     = { 1, 64 * MB, 1024 * MB },
};

int64_t floor_bytes(RoomLeft below, int64_t disk_bytes)
{
    const FloorRule *r = &rules[below];
    int64_t bytes = disk_bytes / 100 * r->share;
    return bytes < r->least ? r->least : bytes > r->most ? r->most : bytes;
}

RoomLeft floor_room(int64_t free_bytes, int64_t disk_bytes)
{
    if (free_bytes < floor_bytes(ROOM_FOR_NOBODY, disk_bytes)) return ROOM_FOR_NOBODY;
    return free_bytes < floor_bytes(ROOM_FOR_THOSE_HERE, disk_bytes) ? ROOM_FOR_THOSE_HERE : ROOM_FOR_ALL;
}

/* A disk that cannot be asked may be full: whoever saves will hear of it then. */
static RoomLeft look(const Site *site)
{
    int64_t bytes, size;
    return site->own->disk(site->config.data, &bytes, &size) ? floor_room(bytes, size) : ROOM_FOR_ALL;
}

bool site_is_nearly_full(const Site *site) { return room_left(site) == ROOM_FOR_NOBODY; }

/* Several threads may look at the same time; they see the same. */
RoomLeft room_left(const Site *site)
{
    struct SiteOwn *own = site->own;
    int64_t now = own->ticks() / (1000 * 1000), last = atomic_load_explicit(&own->disk_looked, memory_order_relaxed);
    if (!last || now - last >= LOOK_MS || now < last) {
        atomic_store_explicit(&own->room, look(site), memory_order_relaxed);
        atomic_store_explicit(&own->disk_looked, now ? now : 1, memory_order_relaxed);
    }
    return (RoomLeft)atomic_load_explicit(&own->room, memory_order_relaxed);
}
