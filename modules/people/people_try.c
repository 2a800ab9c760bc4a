/* people_try - a password that is tried: whether it may be, how long it must wait first, and what is counted (auth_guess.c).
 *
 * It is asked three times: before slow work is queued, so that who may not costs no hash and who must wait holds no worker; before the
 * hash; and on the writer, because others may have used up the tries meanwhile. */
#include "auth/auth.h"
#include "people_own.h"
#include "people_sql.h"

static Guess guess_of(Request *rq, str login)
{
    return (Guess){ .name = login, .place = visitor_place(rq), .browser = known_browser(rq, login) };
}

static void say_too_often(Request *rq, Form *f, const char *field, int64_t wait_ms)
{
    retry_after(rq, wait_ms);
    form_error(f, field, TN(&rq->s, "That was tried too often. Please wait {n} minute.",
                                 "That was tried too often. Please wait {n} minutes.", (wait_ms + MINUTE - 1) / MINUTE));
}

static bool may_try(Request *rq, Form *f, const char *field, str name)
{
    Guess g = guess_of(rq, name);
    Turn t = auth_turn(&rq->s, &g);
    if (!t.may) say_too_often(rq, f, field, t.wait_ms);
    return t.may;
}

bool people_may_try(Request *rq, Form *f, str login) { return may_try(rq, f, "password", login); }

static bool paces(Request *rq, Form *f, const char *field, str name)
{
    Guess g = guess_of(rq, name);
    Turn t = auth_turn(&rq->s, &g);
    if (!t.may) say_too_often(rq, f, field, t.wait_ms);
    else {
        if (g.browser.n) slow_known(rq, g.browser);
        slow_down(rq, t.wait_ms, name);
    }
    return t.may;
}

bool people_paces(Request *rq, Form *f, str login) { return paces(rq, f, "password", login); }

bool people_paces_me(Request *rq, Form *f)
{
    people_login_of_row row;
    return !rq->s.me || !people_login_of(&rq->s, rq->s.me, &row) || people_paces(rq, f, row.login);
}

/* A browser that signs a name in is known from then on, and its next slips are its own. */
void people_tried(Request *rq, str login, bool worked)
{
    Guess g = guess_of(rq, login);
    auth_guessed(&rq->s, &g, worked);
    if (worked) browser_knows(rq, login);
}

/* ---- codes ------------------------------------------------------------------------------------------------------------------------
 * Counted apart from passwords, in the same way. A six-figure code has a million values and three of them fit, so all the places in the world
 * together have CODES_MOST wrong ones in 15 minutes at one person's: whoever gets that far knows her password, and nobody else can use them up. */

enum { CODES_MOST = 20 };

static str code_name(Request *rq, str login) { return str_cat(rq->s.arena, S("second "), login); }
static str code_all(Request *rq, str login) { return str_cat(rq->s.arena, S("second step of "), login); }

bool people_paces_code(Request *rq, Form *f, str login)
{
    int64_t wait;
    bool may = auth_may_try(&rq->s, code_all(rq, login), CODES_MOST, &wait);
    if (!may) say_too_often(rq, f, "code", wait);
    return may && paces(rq, f, "code", code_name(rq, login));
}

bool people_may_try_code(Request *rq, Form *f, str login)
{
    int64_t wait;
    bool may = auth_may_try(&rq->s, code_all(rq, login), CODES_MOST, &wait);
    if (!may) say_too_often(rq, f, "code", wait);
    return may && may_try(rq, f, "code", code_name(rq, login));
}

void people_tried_code(Request *rq, str login, bool worked)
{
    Guess g = guess_of(rq, code_name(rq, login));
    auth_guessed(&rq->s, &g, worked);
    auth_tried(&rq->s, code_all(rq, login), worked);
}
