/* room - the rules.
 *
 * Tables   room_room, room_seat, room_device: of this installation alone
 * Rule     a seat is found through the device that is open, or through the room that one keeps; a PIN never through a person. */
#include "room_own.h"

#include "journal/journal.h"
#include "people/people.h"
#include "web/site.h"

enum { IDLE_MINUTES = 20 };

/* ---- who may -------------------------------------------------------------------------------------------------------------- */

bool room_may_keep(Scope *s, int64_t centre)
{
    return journal_may(s, s->me, ROOM_KEEPERS, AUDIENCE_CENTRE, centre);
}

/* ---- rooms and seats ---------------------------------------------------------------------------------------------------------- */

int64_t room_make(Scope *s, int64_t centre, str name)
{
    int64_t id = journal_id(s);
    room_add(s, id, centre, name);
    return id;
}

static int64_t seat(Scope *s, int64_t room, int64_t person, str label, str pin_hash)
{
    int64_t id = journal_id(s);
    if (room_seats(s, room).n >= ROOM_SEATS_MAX) return 0;
    return room_seat_add(s, id, room, person, label, pin_hash) ? id : 0;
}

int64_t room_seat_for(Scope *s, int64_t room, int64_t person, str label)
{
    room_one_row r;
    if (!room_one(s, room, &r) || auth_decides(s, person)) return 0;
    return seat(s, room, person, label, (str){ 0 });
}

static bool is_label_taken(Scope *s, int64_t room, str label)
{
    room_seats_rows seats = room_seats(s, room);
    for (ptrdiff_t i = 0; i < seats.n; i++)
        if (str_eq(seats.row[i].label, label)) return true;
    return seats.n >= ROOM_SEATS_MAX;
}

int64_t room_enrol(Scope *s, int64_t room, str label, str pin_hash)
{
    if (is_label_taken(s, room, label)) return 0;
    return seat(s, room, people_enrol_named(s, label, str_from(s->lang->tag)), label, pin_hash);
}

/* ---- devices -------------------------------------------------------------------------------------------------------------------- */

static str device_key(Scope *s, str cookie) { return auth_mac(s->arena, s->site->key, "room", cookie, (str){ 0 }); }

bool room_device_here(Request *rq, room_device_row *ret)
{
    str cookie = device_cookie(rq);
    return cookie.n && room_device(&rq->s, device_key(&rq->s, cookie), rq->s.now, ret);
}

bool room_has_no_pin(Scope *s, int64_t person) { return auth_decides(s, person) || auth_second(s, person).on; }

void room_put_out(Scope *s, int64_t room, int64_t person)
{
    room_devices_of_rows devices = room_devices_of(s, room, s->now);
    for (ptrdiff_t i = 0; i < devices.n; i++) auth_device_end_for(s, devices.row[i].id, person);
}

SessionTerm room_term(const room_device_row *device)
{
    return (SessionTerm){ .until = device->until, .idle = IDLE_MINUTES * (int64_t)MINUTE, .device = device->id };
}

int64_t room_open(Scope *s, int64_t room, str cookie, int64_t until)
{
    int64_t id = journal_id(s);
    room_devices_sweep(s, s->now);
    room_device_add(s, id, device_key(s, cookie), room, s->now, until);
    return id;
}

void room_close(Scope *s, int64_t room, int64_t device)
{
    if (room_device_drop(s, device, room)) auth_device_end(s, device);
}
