/* room_own - what the files of this room share. Nobody else includes it.
 *
 *   room.c         the rules, on a Scope
 *   room_pin.c     PINs: read, drawn, weak
 *   room_web.c     on the device: names, a PIN, the next person; her own PIN; the table of routes
 *   room_desk.c    for the operator: rooms, seats, devices */
#pragma once
#include "journal/journal.h"
#include "room.h"
#include "room_sql.h"
#include "web/web.h"

enum { ROOM_KEEPERS = ROLE_OPERATOR | ROLE_TRAINER | ROLE_ADMIN, ROOMS_MAX = 100 };      /* ROOMS_MAX: shown of one centre */

/* ---- PINs (room_pin.c) ---- */

bool room_pin_read(Arena *keep, str typed, str *ret);          /* digits of any script, and blanks; false: not 4 to 6 of them */
bool room_pin_weak(str pin);                                   /* what everybody tries first: 1111, 1212, 1234, 9876, a year */
str  room_pin_new(Arena *keep);                                /* four digits, drawn at random, not weak */

/* ---- the device (room.c) ---- */

bool room_device_here(Request *rq, room_device_row *ret);      /* false: it is not open. No query where the browser has no such cookie */
SessionTerm room_term(const room_device_row *device);
bool room_has_no_pin(Scope *s, int64_t person);                /* she decides about others, or asks for a second step: four digits are too little */
void room_put_out(Scope *s, int64_t room, int64_t person);     /* writing: whoever is there by her PIN */

/* ---- for the operator (room_desk.c) ---- */

Reply room_desk_get(Request *rq);
Reply room_desk_post(Request *rq);
Reply room_kept_get(Request *rq);
Reply room_seats_ahead(Request *rq);
Reply room_seats_post(Request *rq);
Reply room_seat_delete(Request *rq);
Reply room_pin_ahead(Request *rq);
Reply room_pin_post(Request *rq);
Reply room_lock_delete(Request *rq);
Reply room_devices_post(Request *rq);
Reply room_device_delete(Request *rq);
Reply room_again_get(Request *rq);
