/* people_erasure - leaving. What goes and what stays is said before she decides, and "erased" only when it is.
 *
 * URLs     /people/erasure           what will happen, with a password and a button
 *          /people/erasure/:seal     how far it is, for somebody who has no session any more: only this installation makes such an
 *                                    address, and it leads nowhere until she has decided
 * Rule     who presses twice, goes back, or comes later by the same address learns how far it is, and nothing happens again. */
#include "auth/auth.h"
#include "people_own.h"
#include "people_pages.h"
#include "people_sql.h"
#include "web/site.h"

enum { LOOK_AGAIN_SECONDS = 5 };

/* ---- an address without a session ----------------------------------------------------------------------------------------- */

static str number(Request *rq, int64_t id) { return str_fmt(rq->s.arena, "%lld", (long long)id); }

static str seal(Request *rq, int64_t person)
{
    str id = number(rq, person);
    return str_cat(rq->s.arena, id, S("."), auth_mac(rq->s.arena, rq->s.site->key, "erasure", id, (str){ 0 }));
}

/* 0: not made here. */
static int64_t unseal(const Request *rq, str sealed)
{
    int64_t person;
    str_pair cut = str_cut(sealed, '.');
    bool fine = auth_mac_fits(rq->s.site->key, "erasure", cut.head, (str){ 0 }, cut.tail) && str_int(cut.head, &person);
    return fine ? person : 0;
}

/* ---- what stays --------------------------------------------------------------------------------------------------------------- */

static PeopleKept *kept_for(PeopleKepts *all, str why)
{
    for (ptrdiff_t i = 0; i < all->n; i++)
        if (str_eq(all->row[i].why, why)) return &all->row[i];
    all->row[all->n] = (PeopleKept){ .why = why };
    return &all->row[all->n++];
}

/* One law may ask for several kinds of records. */
static PeopleKepts kept_by_law(Scope *s, int64_t person)
{
    KeptKinds kinds = journal_kept(s, person);
    PeopleKepts all = { NEW(s->arena, PeopleKept, kinds.n), 0 };
    for (ptrdiff_t i = 0; i < kinds.n; i++) {
        PeopleKept *k = kept_for(&all, kinds.row[i].why);
        k->records += kinds.row[i].records;
        if (k->until < kinds.row[i].until) k->until = kinds.row[i].until;
    }
    return all;
}

/* ---- before --------------------------------------------------------------------------------------------------------------------- */

static bool is_erased(Scope *s, int64_t person)
{
    Person p;
    return journal_person(s, person, &p) && p.erased;
}

static Reply erasure_page(Request *rq, Form *f)
{
    Scope *s = &rq->s;
    never_kept(rq);
    bool can = !rq->signed_in || people_has_login(s, s->me);
    return people_erasure(rq, f, rq->signed_in, can, people_held(s, s->me), kept_by_law(s, s->me), people_places(s, s->me, true), seal(rq, s->me));
}

/* Also who goes back after it was done. */
static Reply nobody_here(Request *rq)
{
    notice(rq, T(&rq->s, "Nobody is signed in here. If you have just erased everything, there is nothing left to do."));
    return see_other(rq, "/people/session/new?to=/people/erasure");
}

Reply people_erasure_get(Request *rq) { return rq->s.me ? erasure_page(rq, form(rq)) : nobody_here(rq); }

/* ---- the button ------------------------------------------------------------------------------------------------------------------- */

Reply people_erasure_pace(Request *rq)
{
    Form *f = form(rq);
    return people_paces_me(rq, f) ? (Reply){ 0 } : with_status(erasure_page(rq, f), 429);
}

/* A guest has no password, nor has she whose words are going already. */
Reply people_erasure_ahead(Request *rq)
{
    Form *f = form(rq);
    people_look_at_me(rq, f);
    return form_bad(f) ? with_status(erasure_page(rq, f), 429) : (Reply){ 0 };
}

static Reply lead_on(Request *rq, int64_t person)
{
    session_end(rq);
    return see_other(rq, "/people/erasure/%.*s", STR_ARG(seal(rq, person)));
}

Reply people_erasure_post(Request *rq)
{
    Form *f = form(rq);
    int64_t person = rq->s.me ? rq->s.me : unseal(rq, form_raw(f, "seal"));
    if (person && is_erased(&rq->s, person)) return lead_on(rq, person);
    if (!rq->s.me) return nobody_here(rq);
    if (rq->signed_in && !people_proves(rq, f, rq->ahead)) return unprocessable(erasure_page(rq, f));
    people_erase(&rq->s);
    return lead_on(rq, person);
}

/* ---- after -------------------------------------------------------------------------------------------------------------------------- */

static bool is_gone(Scope *s, int64_t person)
{
    Person p;
    Ids all = journal_everybody(s, person);
    for (ptrdiff_t i = 0; i < all.n; i++)
        if (!journal_person(s, all.row[i], &p) || !p.gone) return false;
    return true;
}

static int64_t kept_until(Scope *s, int64_t person)
{
    int64_t until = 0;
    PeopleKepts kept = kept_by_law(s, person);
    for (ptrdiff_t i = 0; i < kept.n; i++)
        if (until < kept.row[i].until) until = kept.row[i].until;
    return until;
}

Reply people_erased_get(Request *rq)
{
    Scope *s = &rq->s;
    int64_t person = unseal(rq, path_str(rq, "seal"));
    if (!person || !is_erased(s, person)) return not_found(rq);
    bool gone = is_gone(s, person);
    never_kept(rq);
    if (!gone) look_again(rq, LOOK_AGAIN_SECONDS);
    return people_erased(rq, gone, kept_until(s, person), people_places(s, person, true), web_owner_of(rq, person));
}
