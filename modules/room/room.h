/* room - one device, many people: an operator opens it for a group, and each comes in by her name and a PIN.
 *
 * A room is a list of people (seats) that operators of one centre keep. Whoever makes cohorts fills it by room_make and room_seat; the pages
 * at /room/desk do it by hand. All of it is local to the installation.
 *
 * A PIN (4 to 6 digits, argon2id) is no password: it works only on a device that was opened, for the people of that room, while it is open, and
 * gives a session that ends with the device, with the day, or with twenty minutes without use. Five wrong ones in a row close the seat until
 * an operator opens it; before that each waits longer, and a device has twenty in a quarter of an hour. Who holds a role that decides, or has a
 * second step, has none. One that an operator drew is over when its owner has a password: nobody comes into her account by it afterwards.
 *
 * Everything here is writing but where it says otherwise, and for whom s->me is: she must keep the room (room_may_keep), and the caller asks. */
#pragma once
#include "base/scope.h"

enum { ROOM_LABEL_MAX = 40, ROOM_NAME_MAX = 80, ROOM_SEATS_MAX = 100 };      /* characters; in a room */
enum { ROOM_PIN_MIN = 4, ROOM_PIN_MAX = 6, ROOM_SLIPS_MAX = 5, ROOM_DEVICE_SLIPS_MAX = 20 };

bool    room_may_keep(Scope *s, int64_t centre);                    /* reading: s->me is its operator, trainer or admin */

int64_t room_make(Scope *s, int64_t centre, str name);              /* its id */
/* Somebody with an account gets a seat; she chooses her PIN herself (/room/pin). 0: she or that label has one, she decides, or all are taken. */
int64_t room_seat_for(Scope *s, int64_t room, int64_t person, str label);
/* Somebody new, with nothing but this PIN to come in by. 0: the label is taken, or all seats are. */
int64_t room_enrol(Scope *s, int64_t room, str label, str pin_hash);

/* The device of this new cookie is the room's until a moment (ms). Its id, for SessionTerm.device. */
int64_t room_open(Scope *s, int64_t room, str device_cookie, int64_t until);
void    room_close(Scope *s, int64_t room, int64_t device);         /* whoever came in there by a PIN is out */
