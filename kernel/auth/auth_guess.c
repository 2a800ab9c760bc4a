/* auth_guess - wrong passwords are counted, slowed down, and at last refused; never so that others lock somebody out of her own name.
 *
 *   what is counted            slowed down                                   refused after (in 15 minutes)
 *   a known browser's          after 3: 0.5 s, 1, 2, … 16                    10; whatever others do
 *   a name's from one place    the same                                      10
 *   a place's, all names       after 120: 50 ms more for each                400: a class of 34 with three slips each is 102
 *   a name's, all places       after 10: 1 s more for each, at most 30 s     never
 *
 * The last line is what a new phone of hers feels while strangers guess at her name from many places: it waits, and may be told to come
 * again when several already wait for this name (web_line.c), but the browser that she signed in with before is not in that count. Nobody can tell
 * her new phone from a stranger's.
 *
 * A password that fits gives back what was counted for that name at that place, and nothing else: who signs in to a name of his own
 * between two guesses gains nothing by it.
 *
 * Counts are rows (auth_try): a restart forgets none, and processes over one PostgreSQL share them. A window whose clock was set back begins
 * anew; one whose clock was set on ends early. What was tried is kept as a keyed hash. */
#include "auth/auth.h"

#include <sodium.h>

#include "auth_rows_sql.h"
#include "web/site.h"

enum { TRY_WINDOW = 15 * MINUTE };
enum { OWN_MOST = 10, PAIR_MOST = 10, PLACE_MOST = 400 };
enum { SLIPS = 3, SLIP_FIRST_MS = 500, SLIP_MOST_MS = 16 * SECOND };
enum { PLACE_FREE = 120, PLACE_STEP_MS = 50, NAME_FREE = 10, NAME_STEP_MS = SECOND, NAME_MOST_MS = 30 * SECOND };

/* ---- one count ------------------------------------------------------------------------------------------------------------- */

static str tried(Scope *s, str what)
{
    uint8_t *h = NEW(s->arena, uint8_t, 32);
    crypto_generichash(h, 32, (const uint8_t *)what.p, (size_t)what.n, s->site->key, sizeof s->site->key);
    return (str){ (const char *)h, 32 };
}

typedef struct Count { int64_t failed, ends; } Count;        /* ends: of the window, ms */

static Count count_of(Scope *s, str what)
{
    auth_rows_try_row row;
    if (!auth_rows_try(s, tried(s, what), &row)) return (Count){ 0 };
    bool over = row.since + TRY_WINDOW <= s->now || row.since > s->now;      /* of a clock that was set back: nobody waits for years */
    return over ? (Count){ 0 } : (Count){ row.failed, row.since + TRY_WINDOW };
}

bool auth_may_try(Scope *s, str what, int64_t most, int64_t *ret_wait_ms)
{
    Count c = count_of(s, what);
    *ret_wait_ms = c.failed < most ? 0 : c.ends - s->now;
    return c.failed < most;
}

void auth_tried(Scope *s, str what, bool worked)
{
    if (worked) auth_rows_try_worked(s, tried(s, what));
    else auth_rows_try_failed(s, tried(s, what), s->now, TRY_WINDOW);
}

void auth_tries_sweep(Scope *s) { auth_rows_try_sweep(s, s->now - TRY_WINDOW); }

/* ---- a guess ----------------------------------------------------------------------------------------------------------------- */

static str own_key(Scope *s, const Guess *g) { return str_cat(s->arena, S("browser "), g->browser, S(" "), g->name); }
static str pair_key(Scope *s, const Guess *g) { return str_cat(s->arena, S("place "), g->place, S(" name "), g->name); }
static str place_key(Scope *s, const Guess *g) { return str_cat(s->arena, S("place "), g->place); }
static str name_key(Scope *s, const Guess *g) { return str_cat(s->arena, S("name "), g->name); }

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t greatest(int64_t a, int64_t b) { return a > b ? a : b; }

int64_t auth_slip_delay(int64_t failed)
{
    if (failed < SLIPS) return 0;
    return failed - SLIPS > 5 ? SLIP_MOST_MS : least(SLIP_MOST_MS, SLIP_FIRST_MS << (failed - SLIPS));
}

static int64_t beyond(int64_t failed, int64_t free_of, int64_t step, int64_t most)
{
    return failed <= free_of ? 0 : least((failed - free_of) * step, most);
}

static Turn turn_of_own(Scope *s, const Guess *g)
{
    Count own = count_of(s, own_key(s, g));
    if (own.failed >= OWN_MOST) return (Turn){ .wait_ms = own.ends - s->now };
    return (Turn){ .may = true, .wait_ms = auth_slip_delay(own.failed) };
}

Turn auth_turn(Scope *s, const Guess *g)
{
    if (g->browser.n) return turn_of_own(s, g);
    Count pair = count_of(s, pair_key(s, g)), place = count_of(s, place_key(s, g)), name = count_of(s, name_key(s, g));
    int64_t until = greatest(pair.failed >= PAIR_MOST ? pair.ends : 0, place.failed >= PLACE_MOST ? place.ends : 0);
    if (until) return (Turn){ .wait_ms = until - s->now };
    int64_t here = greatest(auth_slip_delay(pair.failed), beyond(place.failed, PLACE_FREE, PLACE_STEP_MS, SLIP_MOST_MS));
    return (Turn){ .may = true, .wait_ms = greatest(here, beyond(name.failed, NAME_FREE, NAME_STEP_MS, NAME_MOST_MS)) };
}

static void give_back(Scope *s, const Guess *g)
{
    int64_t slips = count_of(s, pair_key(s, g)).failed;
    auth_tried(s, pair_key(s, g), true);
    if (!slips) return;
    auth_rows_try_give_back(s, tried(s, place_key(s, g)), slips);
    auth_rows_try_give_back(s, tried(s, name_key(s, g)), slips);
}

void auth_guessed(Scope *s, const Guess *g, bool worked)
{
    if (g->browser.n) auth_tried(s, own_key(s, g), worked);
    else if (worked) give_back(s, g);
    else {
        auth_tried(s, pair_key(s, g), false);
        auth_tried(s, place_key(s, g), false);
        auth_tried(s, name_key(s, g), false);
    }
}
