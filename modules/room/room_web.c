/* room_web - on the device: the names, a PIN, the next person; and one's own PIN.
 *
 * URLs     /room                        the names of the room that this device is open for
 *          /room/seats/:seat            her PIN; /room/seats/:seat/session: she comes in
 *          /room/session                DELETE: the next person, one press from every page
 *          /room/pin, /room/login       her own PIN; a name and a password to come in by from anywhere else
 *          /room/desk and below         room_desk.c
 * Rule     on a device that is not open there is no seat, whatever its number. What is told of people is the label alone. */
#include "centres/centres.h"
#include "i18n/i18n.h"
#include "people/people.h"
#include "room_own.h"
#include "room_pages.h"
#include "web/site.h"

/* ---- names ------------------------------------------------------------------------------------------------------------------ */

static RoomNames names_of(Request *rq, int64_t room)
{
    room_seats_rows seats = room_seats(&rq->s, room);
    RoomNames names = { NEW(rq->s.arena, RoomName, seats.n), seats.n };
    for (ptrdiff_t i = 0; i < seats.n; i++) {
        str rest = seats.row[i].label;
        utf8_next(&rest);
        str first = str_slice(seats.row[i].label, 0, seats.row[i].label.n - rest.n);
        names.row[i] = (RoomName){ seats.row[i].id, seats.row[i].label, first };
    }
    return names;
}

static Reply door_get(Request *rq)
{
    room_device_row device;
    never_kept(rq);
    if (room_device_here(rq, &device)) return room_names(rq, device.name, rq->s.me != 0, names_of(rq, device.room));
    if (rq->signed_in && centres_with(&rq->s, ROOM_KEEPERS).n) return see_other(rq, "/room/desk");
    return room_closed(rq);
}

/* ---- a PIN ----------------------------------------------------------------------------------------------------------------------- */

typedef struct Knock { room_device_row device; room_seat_row seat; str pin; bool fits; } Knock;

/* The seat of the address, on the device that is open. */
static bool find_seat(Request *rq, Knock *ret)
{
    return room_device_here(rq, &ret->device) && room_seat(&rq->s, path_int(rq, "seat"), ret->device.room, &ret->seat);
}

static bool is_locked(const Knock *k) { return k->seat.slips >= ROOM_SLIPS_MAX; }

static Reply pin_page(Request *rq, const Knock *k, Form *f)
{
    never_kept(rq);
    bool chosen = k->seat.pin.n > 0 && !room_has_no_pin(&rq->s, k->seat.person);
    return room_knock(rq, f, k->seat.id, k->seat.label, chosen, is_locked(k));
}

static Reply seat_get(Request *rq)
{
    Knock k;
    return find_seat(rq, &k) ? pin_page(rq, &k, form(rq)) : not_found(rq);
}

static str device_tries(Request *rq, const Knock *k) { return str_fmt(rq->s.arena, "room device %lld", (long long)k->device.id); }

/* False: not now, and the form says why. */
static bool may_knock(Request *rq, const Knock *k)
{
    int64_t wait;
    if (is_locked(k)) form_error(form(rq), "pin", T(&rq->s, "That was wrong five times. Whoever looks after this group can open it again."));
    else if (!auth_may_try(&rq->s, device_tries(rq, k), ROOM_DEVICE_SLIPS_MAX, &wait)) {
        retry_after(rq, wait);
        form_error(form(rq), "pin", TN(&rq->s, "Too many PINs were wrong on this device. Please wait {n} minute.",
                                       "Too many PINs were wrong on this device. Please wait {n} minutes.", (wait + MINUTE - 1) / MINUTE));
    }
    return !form_bad(form(rq));
}

static Reply knock_pace(Request *rq)
{
    Knock k;
    if (!find_seat(rq, &k)) return not_found(rq);
    if (!may_knock(rq, &k)) return with_status(pin_page(rq, &k, form(rq)), 429);
    slow_down(rq, auth_slip_delay(k.seat.slips), str_fmt(rq->s.arena, "room seat %lld", (long long)k.seat.id));
    return (Reply){ 0 };
}

static Reply knock_ahead(Request *rq)
{
    Knock *k = rq->ahead = NEW(rq->s.arena, Knock, 1);
    if (!find_seat(rq, k)) return not_found(rq);
    bool readable = room_pin_read(rq->s.arena, form_raw(form(rq), "pin"), &k->pin);
    k->fits = auth_hash_fits(rq->s.arena, k->seat.pin, readable ? k->pin : S("")) && readable;
    return (Reply){ 0 };
}

/* Whose words were here before: of an account they go with its session, of a guest they are put aside. */
static void next_person(Request *rq)
{
    if (rq->signed_in) drafts_forget(rq);
    else if (rq->s.me) people_put_aside(&rq->s, rq->s.me, 0);
}

static Reply come_in(Request *rq, const Knock *k)
{
    next_person(rq);
    room_seat_slips(&rq->s, k->seat.id, 0);
    rq->s.me = k->seat.person;
    session_begin_for(rq, k->seat.person, room_term(&k->device));
    return see_other(rq, "/");
}

/* What was found out ahead must still be so: others may have tried, and the operator may have closed the device. */
static Reply knock_post(Request *rq)
{
    const Knock *looked = rq->ahead;
    Knock k;
    if (!find_seat(rq, &k)) return not_found(rq);
    if (!may_knock(rq, &k)) return with_status(pin_page(rq, &k, form(rq)), 429);
    bool fits = looked->fits && str_eq(looked->seat.pin, k.seat.pin) && !room_has_no_pin(&rq->s, k.seat.person);
    if (fits) return come_in(rq, &k);
    auth_tried(&rq->s, device_tries(rq, &k), false);
    room_seat_slips(&rq->s, k.seat.id, ++k.seat.slips);
    form_error(form(rq), "pin", is_locked(&k) ? T(&rq->s, "That was wrong five times. Whoever looks after this group can open it again.")
                                              : T(&rq->s, "This is not the PIN. Please try again."));
    return unprocessable(pin_page(rq, &k, form(rq)));
}

/* ---- the next person --------------------------------------------------------------------------------------------------------------- */

static Reply session_delete(Request *rq)
{
    if (!rq->signed_in) next_person(rq);
    session_end(rq);
    return see_other(rq, "/room");
}

static void nav(Request *rq, Nav *n)
{
    room_device_row device;
    if (!room_device_here(rq, &device)) return;
    if (rq->s.me) nav_leave(rq, n, T(&rq->s, "Next person"), "/room/session");
    else nav_add(rq, n, T(&rq->s, "Who are you?"), "/room");
}

/* ---- her own PIN ----------------------------------------------------------------------------------------------------------------------- */

/* Proved by a password when the session was begun by one, and else by the PIN, once more. */
static bool by_pin(const Request *rq) { return session_term(rq).device != 0; }

/* None of them works where a PIN is too little. */
static room_seats_of_rows own_seats(Request *rq)
{
    return room_has_no_pin(&rq->s, rq->s.me) ? (room_seats_of_rows){ 0 } : room_seats_of(&rq->s, rq->s.me);
}

static bool has_pin(const room_seats_of_rows *seats)
{
    for (ptrdiff_t i = 0; i < seats->n; i++)
        if (seats->row[i].pin.n) return true;
    return false;
}

static Reply own_page(Request *rq, Form *f, const room_seats_of_rows *seats)
{
    never_kept(rq);
    return room_own(rq, f, by_pin(rq), has_pin(seats), people_has_login(&rq->s, rq->s.me));
}

static Reply own_get(Request *rq)
{
    room_seats_of_rows seats = own_seats(rq);
    return seats.n ? own_page(rq, form(rq), &seats) : not_found(rq);
}

typedef struct OwnPin { bool fits; str login, hash; } OwnPin;

static bool own_fits(Request *rq, const room_seats_of_rows *seats)
{
    str pin;
    if (!by_pin(rq)) return true;
    bool readable = room_pin_read(rq->s.arena, form_raw(form(rq), "pin"), &pin), fits = false;
    for (ptrdiff_t i = 0; i < seats->n && readable && !fits; i++)
        fits = seats->row[i].pin.n && seats->row[i].slips < ROOM_SLIPS_MAX && auth_hash_fits(rq->s.arena, seats->row[i].pin, pin);
    return fits;
}

static str own_tries(Request *rq) { return str_fmt(rq->s.arena, "room person %lld", (long long)rq->s.me); }

static Reply own_pace(Request *rq)
{
    int64_t wait;
    if (auth_may_try(&rq->s, own_tries(rq), ROOM_SLIPS_MAX, &wait)) return (Reply){ 0 };
    room_seats_of_rows seats = own_seats(rq);
    retry_after(rq, wait);
    form_error(form(rq), "pin", TN(&rq->s, "That was tried too often. Please wait {n} minute.", "That was tried too often. Please wait {n} minutes.",
                                   (wait + MINUTE - 1) / MINUTE));
    return with_status(own_page(rq, form(rq), &seats), 429);
}

static void check_new_pin(Request *rq, Form *f, str *ret_pin)
{
    bool readable = room_pin_read(rq->s.arena, form_raw(f, "new_pin"), ret_pin);
    if (!readable) form_error(f, "new_pin", T(&rq->s, "Four to six digits, please."));
    else if (room_pin_weak(*ret_pin)) form_error(f, "new_pin", T(&rq->s, "That is one of the first that others try. Please choose another."));
}

static Reply hash_or_fault(Request *rq, OwnPin *own, str secret)
{
    own->hash = auth_hash(rq->s.arena, secret);
    if (!own->hash.n) fault(&rq->s, FAULT_MEMORY, "no memory for a hash");
    return (Reply){ 0 };
}

static Reply own_pin_ahead(Request *rq)
{
    str pin;
    OwnPin *own = rq->ahead = NEW(rq->s.arena, OwnPin, 1);
    room_seats_of_rows seats = own_seats(rq);
    if (!seats.n) return not_found(rq);
    check_new_pin(rq, form(rq), &pin);
    if (form_bad(form(rq))) return unprocessable(own_page(rq, form(rq), &seats));
    own->fits = own_fits(rq, &seats);
    return hash_or_fault(rq, own, pin);
}

/* False: counted, and the form says so. */
static bool own_proves(Request *rq, const OwnPin *own)
{
    if (by_pin(rq)) auth_tried(&rq->s, own_tries(rq), own->fits);
    if (!own->fits) form_error(form(rq), "pin", T(&rq->s, "This is not the PIN. Please try again."));
    return own->fits;
}

static Reply own_pin_post(Request *rq)
{
    const OwnPin *own = rq->ahead;
    room_seats_of_rows seats = own_seats(rq);
    if (!seats.n) return not_found(rq);
    if (!own_proves(rq, own)) return unprocessable(own_page(rq, form(rq), &seats));
    for (ptrdiff_t i = 0; i < seats.n; i++) room_seat_pin(&rq->s, seats.row[i].id, own->hash);
    notice(rq, T(&rq->s, "Your PIN is changed."));
    return see_other(rq, "/room/pin");
}

static void check_login(Request *rq, Form *f, str *ret_login)
{
    str password = form_raw(f, "password");
    if (!people_login_form(rq->s.arena, form_raw(f, "login"), ret_login))
        form_error(f, "login", T(&rq->s, "Please choose a name of 2 to 100 characters."));
    if (str_chars(password) < PASSWORD_MIN) form_error(f, "password", TN(&rq->s, "At least {n} character, please.", "At least {n} characters, please.", PASSWORD_MIN));
    else if (str_chars(password) > PASSWORD_MAX) form_error(f, "password", T(&rq->s, "That is longer than we can keep."));
    else if (auth_password_weak(rq->s.arena, password, rq->name, *ret_login) != WEAK_NOT)
        form_error(f, "password", T(&rq->s, "This password is easily guessed. Please choose another: three or four words are good."));
}

static Reply login_ahead(Request *rq)
{
    OwnPin *own = rq->ahead = NEW(rq->s.arena, OwnPin, 1);
    room_seats_of_rows seats = own_seats(rq);
    if (!seats.n || people_has_login(&rq->s, rq->s.me)) return not_found(rq);
    check_login(rq, form(rq), &own->login);
    if (form_bad(form(rq))) return unprocessable(own_page(rq, form(rq), &seats));
    own->fits = own_fits(rq, &seats);
    return hash_or_fault(rq, own, form_raw(form(rq), "password"));
}

/* Whether a name is taken can be asked here too: counted by itself, for a right PIN ends the other count. */
static str names_tried(Request *rq) { return str_fmt(rq->s.arena, "names asked by %lld", (long long)rq->s.me); }

static Reply login_pace(Request *rq)
{
    int64_t wait;
    if (auth_may_try(&rq->s, names_tried(rq), ROOM_SLIPS_MAX, &wait)) return own_pace(rq);
    room_seats_of_rows seats = own_seats(rq);
    retry_after(rq, wait);
    form_error(form(rq), "login", TN(&rq->s, "That was tried too often. Please wait {n} minute.", "That was tried too often. Please wait {n} minutes.",
                                     (wait + MINUTE - 1) / MINUTE));
    return with_status(own_page(rq, form(rq), &seats), 429);
}

static Reply login_post(Request *rq)
{
    const OwnPin *own = rq->ahead;
    room_seats_of_rows seats = own_seats(rq);
    if (!seats.n) return not_found(rq);
    if (!own_proves(rq, own)) return unprocessable(own_page(rq, form(rq), &seats));
    if (!people_give_login(&rq->s, rq->s.me, own->login, own->hash)) {
        auth_tried(&rq->s, names_tried(rq), false);
        form_error(form(rq), "login", T(&rq->s, "This name cannot be had. Please choose another."));
        return unprocessable(own_page(rq, form(rq), &seats));
    }
    room_seats_pin_drop(&rq->s, rq->s.me);
    auth_sessions_end_all(&rq->s, rq->s.me, session_cookie(rq));
    notice(rq, T(&rq->s, "From now on you sign in with your name and password, from any phone or computer. The PIN that you were given is over; choose one of your own when you have signed in."));
    return see_other(rq, "/people");
}

/* Where a form was refused the browser shows the form's address; asked for again, it is the page with the form. */
static Reply knock_again_get(Request *rq) { return see_other(rq, "/room/seats/%lld", (long long)path_int(rq, "seat")); }
static Reply session_again_get(Request *rq) { return see_other(rq, "/room"); }
static Reply own_again_get(Request *rq) { return see_other(rq, "/room/pin"); }

static const Route routes[] = {
    GET   ("/room",                               door_get,           .who = WHO_ANYONE, .page = "names"),
    GET   ("/room/seats/:seat",                   seat_get,           .who = WHO_ANYONE, .page = "knock"),
    GET   ("/room/seats/:seat/session",           knock_again_get,    .who = WHO_ANYONE),
    POST  ("/room/seats/:seat/session",           knock_post,         .who = WHO_ANYONE, .page = "knock", .pace = knock_pace, .ahead = knock_ahead,
           .small = true),
    GET   ("/room/session",                       session_again_get,  .who = WHO_ANYONE),
    DELETE("/room/session",                       session_delete,     .who = WHO_ANYONE),
    GET   ("/room/pin",                           own_get,            .who = WHO_SIGNED_IN, .page = "own"),
    POST  ("/room/pin",                           own_pin_post,       .who = WHO_SIGNED_IN, .page = "own", .pace = own_pace, .ahead = own_pin_ahead,
           .small = true),
    GET   ("/room/login",                         own_again_get,      .who = WHO_SIGNED_IN),
    POST  ("/room/login",                         login_post,         .who = WHO_SIGNED_IN, .page = "own", .pace = login_pace, .ahead = login_ahead),
    GET   ("/room/desk",                          room_desk_get,      .who = WHO_SIGNED_IN, .page = "desk"),
    POST  ("/room/desk",                          room_desk_post,     .who = WHO_SIGNED_IN, .page = "desk"),
    GET   ("/room/desk/:room",                    room_kept_get,      .who = WHO_SIGNED_IN, .page = "kept"),
    GET   ("/room/desk/:room/seats",              room_again_get,     .who = WHO_SIGNED_IN),
    POST  ("/room/desk/:room/seats",              room_seats_post,    .who = WHO_SIGNED_IN, .page = "kept", .ahead = room_seats_ahead),
    DELETE("/room/desk/:room/seats/:seat",        room_seat_delete,   .who = WHO_SIGNED_IN),
    POST  ("/room/desk/:room/seats/:seat/pin",    room_pin_post,      .who = WHO_SIGNED_IN, .ahead = room_pin_ahead, .small = true),
    DELETE("/room/desk/:room/seats/:seat/lock",   room_lock_delete,   .who = WHO_SIGNED_IN),
    POST  ("/room/desk/:room/devices",            room_devices_post,  .who = WHO_SIGNED_IN, .small = true),
    DELETE("/room/desk/:room/devices/:device",    room_device_delete, .who = WHO_SIGNED_IN),
};

static void keeps(Scope *s, int64_t person, Works *ret)
{
    room_seats_of_rows seats = room_seats_of(s, person);
    if (seats.n) works_add(ret, TN(s, "{n} group that uses one device: your name there, and your PIN as a sum. Until you are taken out of it, or erase yourself.",
                                   "{n} groups that use one device: your name there, and your PIN as a sum. Until you are taken out of them, or erase yourself.", seats.n));
}

const Module room_module = {
    .name = "room",
    .routes = routes, .route_n = COUNT_OF(routes),
    .nav = nav,
    .keeps = keeps,
    .markup = &room_pages_literals,
};
