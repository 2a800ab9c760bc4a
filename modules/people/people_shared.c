/* people_shared - a device that others use too.
 *
 * URLs     /people/done             "I am done here": what a guest saved is forgotten, two presses from any page
 *          /people/aside/:guest     work that was put aside on this device was hers after all
 * Rule     the work of a guest becomes nobody's account unasked. Whoever signs in is asked whose it is, and who does not answer has said no.
 *          Then it stays with the guest, whom nobody can be any more: her session has ended. For a day, whoever said no may think again;
 *          when this machine has run for sixty days more, it is erased (people_sweep.c). */
#include "people_own.h"
#include "people_pages.h"
#include "people_sql.h"
#include "web/site.h"

enum { IDLE_MINUTES = 20 };
#define ASIDE_MS DAY

/* ---- whose is it? --------------------------------------------------------------------------------------------------------- */

PeopleWorks people_lines(Scope *s, Works all)
{
    PeopleWorks lines = { NEW(s->arena, PeopleWork, all.n), all.n };
    for (ptrdiff_t i = 0; i < all.n; i++) lines.row[i].what = all.row[i];
    return lines;
}

static PeopleWorks works_of(Scope *s, int64_t guest) { return people_lines(s, web_works(s, guest)); }

static bool is_guest(const Request *rq) { return rq->s.me && !rq->signed_in; }

/* The answer names the guest, so that it holds of the work that she was shown and of no other. */
static str guest_mark(Request *rq) { return web_owner_of(rq, rq->s.me); }

PeopleHere people_here(Request *rq)
{
    PeopleHere here = { .guest = is_guest(rq), .mark = guest_mark(rq) };
    if (!here.guest) return here;
    here.since = journal_when(rq->s.me);
    here.works = works_of(&rq->s, rq->s.me);
    return here;
}

bool people_here_read(Request *rq, Form *f, bool *ret_mine)
{
    str said = form_raw(f, "mine");
    *ret_mine = said.n && str_eq(said, guest_mark(rq));
    if (!said.n || *ret_mine) return true;
    form_set(f, "mine", (str){ 0 });
    form_error(f, "mine", T(&rq->s, "Something else was saved on this device meanwhile. Please look once more: is it yours?"));
    return false;
}

bool people_leave_aside(Request *rq, int64_t person)
{
    if (!is_guest(rq) || rq->s.me == person) return false;
    people_put_aside(&rq->s, rq->s.me, person);
    notice(rq, T(&rq->s, "The work that was on this device is put aside and is not in your account. If it is yours after all, take it back at the foot of the page about you."));
    return true;
}

/* ---- only for today ---------------------------------------------------------------------------------------------------------- */

/* On a device that a group uses nobody needs to think of it. */
SessionTerm people_term(Request *rq, const Form *f)
{
    if (!form_checked(f, "today") && !device_cookie(rq).n) return (SessionTerm){ 0 };
    return (SessionTerm){ .until = os_day_end(rq->s.now), .idle = IDLE_MINUTES * (int64_t)MINUTE };
}

/* ---- she was wrong ------------------------------------------------------------------------------------------------------------ */

PeopleAsides people_asides(Request *rq)
{
    Scope *s = &rq->s;
    people_aside_of_rows found = people_aside_of(s, people_aside_key(s, s->me), s->now - ASIDE_MS);
    PeopleAsides all = { NEW(s->arena, PeopleAside, found.n), found.n };
    for (ptrdiff_t i = 0; i < found.n; i++)
        all.row[i] = (PeopleAside){ found.row[i].guest, found.row[i].at, works_of(s, found.row[i].guest) };
    return all;
}

Reply people_aside_post(Request *rq)
{
    int64_t guest = path_int(rq, "guest");
    if (!people_aside_is(&rq->s, guest, people_aside_key(&rq->s, rq->s.me), rq->s.now - ASIDE_MS)) return not_found(rq);
    people_join(&rq->s, guest, rq->s.me);
    notice(rq, T(&rq->s, "It is in your account now. Where you had an answer of your own, yours stands."));
    return see_other(rq, "/people");
}

/* ---- done ------------------------------------------------------------------------------------------------------------------------ */

Reply people_done_get(Request *rq)
{
    if (rq->signed_in) return see_other(rq, "/people");
    PeopleHere here = people_here(rq);
    never_kept(rq);
    return people_done(rq, &here);
}

/* Of a visitor who saved nothing: the cookie goes, and with it what the script kept for it. */
Reply people_done_post(Request *rq)
{
    if (rq->s.me) return see_other(rq, "/people/done");
    session_end(rq);
    notice(rq, T(&rq->s, "What was typed here is forgotten."));
    return see_other(rq, "/");
}
