/* room_desk - for the operator: rooms, who may come in, devices.
 *
 * URLs     /room/desk                               the rooms of her centres; a new one
 *          /room/desk/:room                         who may come in; somebody new by one press, with a PIN that is shown once
 *          /room/desk/:room/seats/:seat/pin, /lock  a new PIN; five wrong ones are forgotten
 *          /room/desk/:room/devices                 this device is the room's from now on, and she is signed out of it
 * Rule     a room is found through what she keeps: another centre's is not there. A new PIN is only for who has nothing else to come in by:
 *          an operator must not be able to come into somebody's account. */
#include "room_own.h"

#include "centres/centres.h"
#include "i18n/i18n.h"
#include "os/os.h"
#include "people/people.h"
#include "room_pages.h"
#include "web/site.h"

/* ---- rooms ------------------------------------------------------------------------------------------------------------------- */

static int64_t centre_of(const Option *o)
{
    int64_t centre;
    return str_int(o->value, &centre) ? centre : 0;
}

static RoomLines rooms_kept(Request *rq, const Options *kept)
{
    RoomLines all = { NEW(rq->s.arena, RoomLine, kept->n * ROOMS_MAX), 0 };
    for (ptrdiff_t i = 0; i < kept->n; i++) {
        room_rooms_of_rows rooms = room_rooms_of(&rq->s, centre_of(&kept->row[i]));
        str at = kept->n > 1 ? kept->row[i].label : (str){ 0 };
        for (ptrdiff_t k = 0; k < rooms.n; k++) all.row[all.n++] = (RoomLine){ rooms.row[k].id, rooms.row[k].name, at, rooms.row[k].seats };
    }
    return all;
}

static Reply desk_page(Request *rq, const Options *kept, Form *f) { return room_desk(rq, f, rooms_kept(rq, kept), *kept); }

Reply room_desk_get(Request *rq)
{
    Options kept = centres_with(&rq->s, ROOM_KEEPERS);
    return kept.n ? desk_page(rq, &kept, form(rq)) : not_found(rq);
}

Reply room_desk_post(Request *rq)
{
    Options kept = centres_with(&rq->s, ROOM_KEEPERS);
    Form *f = form(rq);
    int64_t centre;
    if (!kept.n) return not_found(rq);
    str name = form_text(f, "name", 1, ROOM_NAME_MAX);
    if (kept.n == 1) centre = centre_of(&kept.row[0]);
    else if (!str_int(form_raw(f, "centre"), &centre) || !room_may_keep(&rq->s, centre)) form_error(f, "centre", T(&rq->s, "Please choose one of these."));
    if (form_bad(f)) return unprocessable(desk_page(rq, &kept, f));
    return see_other(rq, "/room/desk/%lld", (long long)room_make(&rq->s, centre, name));
}

/* ---- one room ------------------------------------------------------------------------------------------------------------------ */

static bool find_room(Request *rq, room_one_row *ret)
{
    return room_one(&rq->s, path_int(rq, "room"), ret) && room_may_keep(&rq->s, ret->centre);
}

static RoomSeats seats_shown(Request *rq, int64_t room)
{
    room_seats_rows seats = room_seats(&rq->s, room);
    RoomSeats shown = { NEW(rq->s.arena, RoomSeat, seats.n), seats.n };
    for (ptrdiff_t i = 0; i < seats.n; i++) {
        const room_seats_row *r = &seats.row[i];
        shown.row[i] = (RoomSeat){ r->id, r->label, r->has_pin, r->slips >= ROOM_SLIPS_MAX, !people_has_login(&rq->s, r->person) };
    }
    return shown;
}

static Reply room_page(Request *rq, const room_one_row *room, Form *f)
{
    room_devices_of_rows devices = room_devices_of(&rq->s, room->id, rq->s.now);
    never_kept(rq);
    return room_kept(rq, f, room->id, room->name, seats_shown(rq, room->id), devices);
}

Reply room_kept_get(Request *rq)
{
    room_one_row room;
    return find_room(rq, &room) ? room_page(rq, &room, form(rq)) : not_found(rq);
}

static Reply back_to(Request *rq, const room_one_row *room) { return see_other(rq, "/room/desk/%lld", (long long)room->id); }
Reply room_again_get(Request *rq) { return see_other(rq, "/room/desk/%lld", (long long)path_int(rq, "room")); }

/* ---- somebody new ---------------------------------------------------------------------------------------------------------------- */

typedef struct NewPin { str pin, hash; } NewPin;

static Reply draw_pin(Request *rq)
{
    NewPin *n = rq->ahead = NEW(rq->s.arena, NewPin, 1);
    n->pin = room_pin_new(rq->s.arena);
    n->hash = auth_hash(rq->s.arena, n->pin);
    if (!n->hash.n) fault(&rq->s, FAULT_MEMORY, "no memory for the hash of a PIN");
    return (Reply){ 0 };
}

Reply room_seats_ahead(Request *rq)
{
    room_one_row room;
    if (!find_room(rq, &room)) return not_found(rq);
    form_text(form(rq), "name", 1, ROOM_LABEL_MAX);
    return form_bad(form(rq)) ? unprocessable(room_page(rq, &room, form(rq))) : draw_pin(rq);
}

/* Once: it is kept nowhere in a form that could be read. */
static void tell_pin(Request *rq, str label, str pin)
{
    notice(rq, FILL(&rq->s, T(&rq->s, "{name}: the PIN is {pin}. Please write it down now; it is not shown again."), { "name", fill_str(&rq->s, label) }, { "pin", pin }));
}

Reply room_seats_post(Request *rq)
{
    const NewPin *n = rq->ahead;
    room_one_row room;
    Form *f = form(rq);
    if (!find_room(rq, &room)) return not_found(rq);
    str label = form_text(f, "name", 1, ROOM_LABEL_MAX);
    if (!room_enrol(&rq->s, room.id, label, n->hash)) {
        form_error(f, "name", T(&rq->s, "This name is in the list already, or the group is full. A letter of the family name tells two people apart."));
        return unprocessable(room_page(rq, &room, f));
    }
    tell_pin(rq, label, n->pin);
    return back_to(rq, &room);
}

/* ---- a seat --------------------------------------------------------------------------------------------------------------------------- */

static bool find_kept(Request *rq, room_one_row *ret_room, room_seat_row *ret_seat)
{
    return find_room(rq, ret_room) && room_seat(&rq->s, path_int(rq, "seat"), ret_room->id, ret_seat);
}

static bool may_draw(Request *rq, room_one_row *ret_room, room_seat_row *ret_seat)
{
    return find_kept(rq, ret_room, ret_seat) && !people_has_login(&rq->s, ret_seat->person);
}

Reply room_pin_ahead(Request *rq)
{
    room_one_row room;
    room_seat_row seat;
    return may_draw(rq, &room, &seat) ? draw_pin(rq) : not_found(rq);
}

Reply room_pin_post(Request *rq)
{
    const NewPin *n = rq->ahead;
    room_one_row room;
    room_seat_row seat;
    if (!may_draw(rq, &room, &seat)) return not_found(rq);
    room_seat_pin(&rq->s, seat.id, n->hash);
    room_put_out(&rq->s, room.id, seat.person);
    tell_pin(rq, seat.label, n->pin);
    return back_to(rq, &room);
}

Reply room_lock_delete(Request *rq)
{
    room_one_row room;
    room_seat_row seat;
    if (!find_kept(rq, &room, &seat)) return not_found(rq);
    room_seat_slips(&rq->s, seat.id, 0);
    return back_to(rq, &room);
}

Reply room_seat_delete(Request *rq)
{
    room_one_row room;
    room_seat_row seat;
    if (!find_kept(rq, &room, &seat)) return not_found(rq);
    room_put_out(&rq->s, room.id, seat.person);
    room_seat_drop(&rq->s, seat.id, room.id);
    return back_to(rq, &room);
}

/* ---- devices ------------------------------------------------------------------------------------------------------------------------------ */

/* It goes from her hands into the group's: she is signed out of it. What it was before, it is no more. */
Reply room_devices_post(Request *rq)
{
    room_one_row room;
    room_device_row before;
    if (!find_room(rq, &room)) return not_found(rq);
    if (room_device_here(rq, &before)) room_close(&rq->s, before.room, before.id);
    int64_t until = os_day_end(rq->s.now);
    str cookie = auth_cookie_new(rq->s.arena);
    room_open(&rq->s, room.id, cookie, until);
    device_named(rq, cookie, (until - rq->s.now) / SECOND);
    session_end(rq);
    return see_other(rq, "/room");
}

Reply room_device_delete(Request *rq)
{
    room_one_row room;
    if (!find_room(rq, &room)) return not_found(rq);
    room_close(&rq->s, room.id, path_int(rq, "device"));
    return back_to(rq, &room);
}
