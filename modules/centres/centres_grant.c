/* centres_grant - roles as pages: who holds which, offers, and what became of them.
 *
 * URLs     /centres/roles, /centres/:place/people, /offers, /offers/:grant/:code, /grants/:grant, /roles/:grant, /story
 * Rule     an offer's page says nothing to who may not take it and did not make it: a wrong code finds nothing. The code of an offer to a
 *          person is "-". */
#include "centres_own.h"
#include "centres_pages.h"
#include "http/http.h"
#include "people/people.h"
#include "qr/qr.h"

static bool find_grant(Request *rq, CentrePlace *p, centres_grant_row *ret)
{
    return place_asked(rq, p) && centres_grant(&rq->s, p->stream, path_int(rq, "grant"), ret);
}

#define OVER_SHOWN (30 * DAY)            /* what ran out is in the list for so long */

/* ---- who holds what -------------------------------------------------------------------------------------------------------------- */

static Options terms(Scope *s)
{
    Option *row = NEW(s->arena, Option, 4);
    row[0] = (Option){ S("0"), T(s, "Without an end") };
    row[1] = (Option){ S("91"), T(s, "Three months") };
    row[2] = (Option){ S("365"), T(s, "A year") };
    row[3] = (Option){ S("730"), T(s, "Two years") };
    return (Options){ row, 4 };
}

static str name_of(Scope *s, int64_t person, str known)
{
    if (person == 0) return T(s, "whoever keeps the machine");
    return known.n ? known : T(s, "somebody whose name is not known here");
}

static void put_grant(Scope *s, const centres_grants_at_row *r, const CentrePlace *p, bool admin, CentreGrants *to)
{
    bool taken = r->person != 0;
    to->row[to->n++] = (CentreGrant){
        .id = journal_subject(s, r->id), .role = role_name(s, (int)r->role), .name = taken ? r->name : r->asked ? r->asked_name : r->words,
        .over = taken ? r->until && r->until <= s->now : r->expires <= s->now,
        .ends = admin || operators_may(p->audience, r->role), .until = r->until, .expires = r->expires, .since = r->accepted, .giver = r->giver_name,
    };
}

static Reply people_page(Request *rq, const CentrePlace *p, Form *f)
{
    Scope *s = &rq->s;
    bool admin = is_admin_of(s, p);
    centres_grants_at_rows rows = centres_grants_at(s, p->stream, s->now - OVER_SHOWN);
    CentreGrants holders = { NEW(s->arena, CentreGrant, rows.n), 0 }, offers = { NEW(s->arena, CentreGrant, rows.n), 0 };
    for (ptrdiff_t i = 0; i < rows.n; i++) put_grant(s, &rows.row[i], p, admin, rows.row[i].person ? &holders : &offers);
    return centres_people(rq, p, holders, offers, f, roles_offered(s, p, admin), terms(s));
}

Reply centres_people_get(Request *rq)
{
    CentrePlace p;
    never_kept(rq);
    return place_asked(rq, &p) ? people_page(rq, &p, form_filled(rq)) : not_found(rq);
}

/* ---- offering -------------------------------------------------------------------------------------------------------------------- */

static int read_role(Request *rq, Form *f, const CentrePlace *p)
{
    int role = role_of_word(form_raw(f, "role"));
    if (role && may_offer(p, role, is_admin_of(&rq->s, p))) return role;
    form_error(f, "role", T(&rq->s, "Please choose one of these."));
    return 0;
}

static int64_t read_person(Request *rq, Form *f)
{
    str typed = form_text(f, "login", 0, PEOPLE_LOGIN_MAX);
    int64_t person = typed.n ? people_of_login(&rq->s, typed) : 0;
    if (typed.n && !person) form_error(f, "login", T(&rq->s, "Nobody signs in here by this name. Leave it empty, and hand over a link."));
    if (person && person == rq->s.me) form_error(f, "login", T(&rq->s, "Nobody gives herself a role. Somebody else who looks after this place can."));
    return person;
}

static int64_t read_until(Request *rq, Form *f)
{
    int64_t days = 0;
    return str_int(form_raw(f, "term"), &days) && days > 0 && days <= 730 ? rq->s.now + days * DAY : 0;
}

Reply centres_offer_post(Request *rq)
{
    CentrePlace p;
    str code;
    Form *f = form(rq);
    if (!place_asked(rq, &p)) return not_found(rq);
    NewOffer o = { .role = read_role(rq, f, &p), .person = read_person(rq, f), .until = read_until(rq, f), .words = form_text(f, "words", 0, CENTRES_NAME_MAX) };
    if (p.closed) form_error(f, "role", T(&rq->s, "This place is closed."));
    if (form_bad(f)) return unprocessable(people_page(rq, &p, f));
    int64_t id = offer_add(&rq->s, &p, &o, &code);
    if (code.n) return see_other(rq, "/centres/%.*s/offers/%lld/%.*s", STR_ARG(p.key), (long long)id, STR_ARG(code));
    notice(rq, T(&rq->s, "Offered. It waits on her page \"My roles\"."));
    return see_other(rq, "/centres/%.*s/people", STR_ARG(p.key));
}

/* ---- an offer -------------------------------------------------------------------------------------------------------------------- */

static const char *face_of(OfferState state)
{
    static const char *const faces[] = {
        [OFFER_OPEN] = "open", [OFFER_OVER] = "over", [OFFER_TAKEN] = "taken", [OFFER_ENDED] = "ended", [OFFER_OWN] = "own", [OFFER_OTHERS] = "",
    };
    return faces[state];
}

static str address_of(Request *rq)
{
    return str_fmt(rq->s.arena, "%s://%.*s%.*s", rq->http->secure ? "https" : "http", STR_ARG(header(rq, "host")), STR_ARG(rq->path));
}

static Reply offer_page(Request *rq, const CentrePlace *p, const centres_grant_row *g, Form *f)
{
    Scope *s = &rq->s;
    Html code = { 0 };
    centres_who_row giver = { 0 };
    str address = address_of(rq), *typed;
    OfferState state = offer_state(s, g, path_str(rq, "code"));
    if (state == OFFER_OTHERS) return not_found(rq);
    centres_who(s, g->giver, &giver);
    if (state == OFFER_OWN) qr_svg(s->arena, address, QR_M, T(s, "The same link as a picture for a telephone"), &code);
    if (!form_all(f, "name", &typed)) form_set(f, "name", rq->name);
    never_kept(rq);
    return centres_offer(rq, p, role_name(s, (int)g->role), role_does(s, (int)g->role), giver.name, g->expires, g->until, address, code, (Url){ rq->path }, str_from(face_of(state)), f);
}

Reply centres_offer_get(Request *rq)
{
    CentrePlace p;
    centres_grant_row g;
    return find_grant(rq, &p, &g) ? offer_page(rq, &p, &g, form_filled(rq)) : not_found(rq);
}

Reply centres_acceptance_post(Request *rq)
{
    CentrePlace p;
    centres_grant_row g;
    Form *f = form(rq);
    if (!find_grant(rq, &p, &g)) return not_found(rq);
    str code = path_str(rq, "code"), name = form_text(f, "name", 1, PEOPLE_NAME_MAX);
    OfferState state = offer_state(&rq->s, &g, code);
    if (state == OFFER_OTHERS) return not_found(rq);
    if (state != OFFER_OPEN) return conflict(offer_page(rq, &p, &g, f));
    if (form_bad(f)) return unprocessable(offer_page(rq, &p, &g, f));
    role_accepted_add(&rq->s, (Audience)g.audience, g.stream, g.id, (role_accepted_body){ name, g.asked ? S("") : code });
    centres_note_drop(&rq->s, g.id);
    notice(rq, T(&rq->s, "It is yours."));
    return see_other(rq, "/centres/roles");
}

/* ---- ending ---------------------------------------------------------------------------------------------------------------------- */

Reply centres_grant_delete(Request *rq)
{
    CentrePlace p;
    centres_grant_row g;
    if (!find_grant(rq, &p, &g) || !(is_admin_of(&rq->s, &p) || operators_may(p.audience, g.role))) return not_found(rq);
    if (!g.ended) grant_end(&rq->s, &g);
    notice(rq, T(&rq->s, "It has ended."));
    return see_other(rq, "/centres/%.*s/people", STR_ARG(p.key));
}

Reply centres_role_delete(Request *rq)
{
    CentrePlace p;
    centres_grant_row g;
    if (!find_grant(rq, &p, &g) || g.person != rq->s.me) return not_found(rq);
    if (!g.ended) grant_end(&rq->s, &g);
    notice(rq, T(&rq->s, "You have given it back."));
    return see_other(rq, "/centres/roles");
}

/* ---- mine ------------------------------------------------------------------------------------------------------------------------ */

Reply centres_mine_get(Request *rq)
{
    Scope *s = &rq->s;
    CentrePlace p;
    centres_held_rows held = centres_held(s, s->me, s->now);
    centres_offered_rows offered = centres_offered(s, s->me, s->now);
    CentreRoles mine = { NEW(s->arena, CentreRole, held.n), 0 }, waiting = { NEW(s->arena, CentreRole, offered.n), 0 };
    for (ptrdiff_t i = 0; i < held.n; i++)
        if (place_by_stream(s, (Audience)held.row[i].audience, held.row[i].stream, &p))
            mine.row[mine.n++] = (CentreRole){ p.name, role_name(s, (int)held.row[i].role), p.key, journal_subject(s, held.row[i].id), held.row[i].accepted,
                                               held.row[i].until, (held.row[i].role & (ROLE_ADMIN | ROLE_OPERATOR)) != 0 };
    for (ptrdiff_t i = 0; i < offered.n; i++)
        if (place_by_stream(s, (Audience)offered.row[i].audience, offered.row[i].stream, &p))
            waiting.row[waiting.n++] = (CentreRole){ p.name, role_name(s, (int)offered.row[i].role), p.key, journal_subject(s, offered.row[i].id), 0,
                                                     offered.row[i].expires, false };
    never_kept(rq);
    return centres_mine(rq, mine, waiting);
}

/* ---- what happened --------------------------------------------------------------------------------------------------------------- */

typedef enum Told { TOLD_OFFERED, TOLD_ACCEPTED, TOLD_ENDED } Told;

static str sentence(Scope *s, const centres_story_row *r, Told what)
{
    str role = role_name(s, (int)r->role), who = r->person ? name_of(s, r->person, r->name) : T(s, "nobody");
    str by = what == TOLD_ENDED ? name_of(s, r->ender, r->ender_name) : name_of(s, r->giver, r->giver_name);
    bool herself = what == TOLD_ENDED && r->person && r->ender == r->person;
    str text = what == TOLD_OFFERED ? T(s, "{by} offered a role: {role}.")
             : what == TOLD_ACCEPTED ? T(s, "{who} accepted the role: {role}. {by} had offered it.")
             : herself ? T(s, "{who} gave the role back: {role}.")
             : r->person ? T(s, "{by} ended the role of {who}: {role}.") : T(s, "{by} took the offer back: {role}.");
    return FILL(s, text, { "who", fill_str(s, who) }, { "by", fill_str(s, by) }, { "role", role });
}

static int latest_first(const void *a, const void *b)
{
    int64_t x = ((const CentreEvent *)a)->at, y = ((const CentreEvent *)b)->at;
    return x < y ? 1 : x > y ? -1 : 0;
}

Reply centres_story_get(Request *rq)
{
    enum { PAGE = 100 };
    Scope *s = &rq->s;
    CentrePlace p;
    if (!place_asked(rq, &p)) return not_found(rq);
    centres_story_rows rows = centres_story(s, p.stream, query_int(rq, "before", 0));
    CentreEvents all = { NEW(s->arena, CentreEvent, 3 * rows.n), 0 };
    for (ptrdiff_t i = 0; i < rows.n && i < PAGE; i++) {
        const centres_story_row *r = &rows.row[i];
        all.row[all.n++] = (CentreEvent){ r->offered, sentence(s, r, TOLD_OFFERED) };
        if (r->accepted) all.row[all.n++] = (CentreEvent){ r->accepted, sentence(s, r, TOLD_ACCEPTED) };
        if (r->ended) all.row[all.n++] = (CentreEvent){ r->ended, sentence(s, r, TOLD_ENDED) };
    }
    qsort(all.row, (size_t)all.n, sizeof *all.row, latest_first);
    Url earlier = { rows.n > PAGE ? str_fmt(s->arena, "/centres/%.*s/story?before=%lld", STR_ARG(p.key), (long long)rows.row[PAGE - 1].id) : (str){ 0 } };
    never_kept(rq);
    return centres_story_page(rq, &p, all, earlier);
}
