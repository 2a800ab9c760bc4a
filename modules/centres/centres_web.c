/* centres_web - places as pages.
 *
 * URLs     /centres                          the centres that are known here, and what I hold
 *          /centres/roles                    what I hold and am offered
 *          /centres/economy?economy=ID       leads to /centres/ID
 *          /centres/:place                   "all", an economy's two letters, or a number
 *          /centres/:place/description       what is said of it (POST)
 *          /centres/:place/centres /bodies /groups        what lies inside it (POST)
 *          /centres/:place/people            who holds which role, and offers (POST …/offers)
 *          /centres/:place/offers/:grant/…   an offer: centres_grant.c
 *          /centres/:place/story             what became of each role
 * Rule     a page of a place is for everybody, with the names under which its people accepted to be found there; who looks after it sees more. */
#include "centres_own.h"
#include "centres_pages.h"
#include "web/site.h"

enum { DECIDES = ROLE_ADMIN, OPENS = ROLE_ADMIN | ROLE_OFFICER, DESCRIBES = ROLE_ADMIN | ROLE_OFFICER | ROLE_OPERATOR, GIVES = ROLE_ADMIN | ROLE_OPERATOR };
enum { PLACES_SHOWN = 200 };              /* on a page; the queries ask for one more */

/* ---- looking ------------------------------------------------------------------------------------------------------------------ */

static Url address_of_place(Scope *s, int64_t id) { return (Url){ str_fmt(s->arena, "/centres/%lld", (long long)id) }; }

static bool is_group(const CentrePlace *p) { return str_eq(p->sort, S("group")); }

static bool may(Request *rq, int roles, const CentrePlace *p) { return journal_may(&rq->s, rq->s.me, roles, (Audience)p->audience, p->stream); }

static CentreTeam team_of(Scope *s, const CentrePlace *p)
{
    centres_team_rows rows = centres_team(s, p->stream, s->now);
    CentreTeam team = { NEW(s->arena, CentreMember, rows.n), rows.n };
    for (ptrdiff_t i = 0; i < rows.n; i++) team.row[i] = (CentreMember){ rows.row[i].name, role_name(s, (int)rows.row[i].role) };
    return team;
}

static Url more_of(Request *rq, ptrdiff_t n, int64_t last)
{
    return n > PLACES_SHOWN ? url_with(rq, S("after"), journal_subject(&rq->s, last)) : (Url){ { 0 } };
}

static CentreCards inside_of(Request *rq, const CentrePlace *p, bool closed, Url *ret_more)
{
    Scope *s = &rq->s;
    centres_inside_rows rows = centres_inside(s, p->stream, query_int(rq, "after", 0), closed);
    CentreCards cards = { NEW(s->arena, CentreCard, rows.n), 0 };
    for (ptrdiff_t i = 0; i < rows.n && i < PLACES_SHOWN; i++)
        cards.row[cards.n++] = (CentreCard){ address_of_place(s, rows.row[i].id), rows.row[i].name, rows.row[i].way, { 0 }, { 0 }, rows.row[i].closed };
    *ret_more = more_of(rq, rows.n, rows.n > PLACES_SHOWN ? rows.row[PLACES_SHOWN - 1].id : 0);
    return cards;
}

/* A group: the economies in it. */
static CentreCards economies_of(Scope *s, const CentrePlace *p)
{
    centres_economies_in_rows rows = centres_economies_in(s, p->stream);
    CentreCards cards = { NEW(s->arena, CentreCard, rows.n), rows.n };
    for (ptrdiff_t i = 0; i < rows.n; i++)
        cards.row[i] = (CentreCard){ { str_fmt(s->arena, "/centres/%.*s", STR_ARG(rows.row[i].economy)) }, centres_economy(s, rows.row[i].economy), { 0 }, { 0 }, { 0 }, false };
    return cards;
}

static void fill(Form *f, const CentrePlace *p)
{
    str *typed;
    if (form_all(f, "name", &typed)) return;
    form_set(f, "name", p->name);
    form_set(f, "way", p->way);
    form_set(f, "hours", p->hours);
    form_set(f, "contact", p->contact);
    form_set(f, "reach", p->reach);
}

/* The route knows the roles of a centre's page; those of a body's are fewer. */
static bool may_describe(Request *rq, const CentrePlace *p) { return p->inside && may(rq, p->audience == AUDIENCE_CENTRE ? DESCRIBES : DECIDES, p); }

static Reply place_page(Request *rq, const CentrePlace *p, Form *f)
{
    Scope *s = &rq->s;
    CentreMay can = {
        .describe = may_describe(rq, p),
        .give = may(rq, p->audience == AUDIENCE_CENTRE ? GIVES : DECIDES, p),
        .open_centre = p->audience == AUDIENCE_ECONOMY && may(rq, OPENS, p),
        .open_body = (p->audience == AUDIENCE_ECONOMY || p->audience == AUDIENCE_PUBLIC) && may(rq, DECIDES, p),
        .group = is_group(p) && journal_may(s, s->me, DECIDES, AUDIENCE_PUBLIC, STREAM_PUBLIC),
        .close = p->inside && may(rq, DECIDES, p),
    };
    Url more;
    CentreCards inside = inside_of(rq, p, can.open_body, &more);
    Options economies = centres_economies(s), none = { 0 };
    return centres_place_page(rq, p, can, team_of(s, p), inside, more, economies_of(s, p), f, economies, can.open_body && p->audience == AUDIENCE_PUBLIC ? economies : none);
}

static Reply place_get(Request *rq)
{
    CentrePlace p;
    return place_asked(rq, &p) ? place_page(rq, &p, form_filled(rq)) : not_found(rq);
}

/* From the page of everything an admin goes to an economy, also to one where nothing is yet. */
static Reply economy_get(Request *rq)
{
    CentrePlace p;
    str code = query_str(rq, "economy");
    return code.n == 2 && place_by_key(&rq->s, code, &p) ? see_other(rq, "/centres/%.*s", STR_ARG(code)) : see_other(rq, "/centres/all");
}

static Reply description_get(Request *rq)
{
    CentrePlace p;
    if (!place_asked(rq, &p) || !may_describe(rq, &p)) return not_found(rq);
    Form *f = form_filled(rq);
    fill(f, &p);
    return centres_description(rq, &p, f);
}

static Reply index_get(Request *rq)
{
    Scope *s = &rq->s;
    centres_centres_here_rows rows = centres_centres_here(s, query_int(rq, "after", 0));
    CentreCards cards = { NEW(s->arena, CentreCard, rows.n), 0 };
    for (ptrdiff_t i = 0; i < rows.n && i < PLACES_SHOWN; i++) {
        CentrePlace economy = { 0 };
        place_by_stream(s, AUDIENCE_ECONOMY, rows.row[i].inside, &economy);
        cards.row[cards.n++] = (CentreCard){ address_of_place(s, rows.row[i].id), rows.row[i].name, rows.row[i].way, rows.row[i].hours, economy.name, false };
    }
    return centres_index(rq, cards, more_of(rq, rows.n, rows.n > PLACES_SHOWN ? rows.row[PLACES_SHOWN - 1].id : 0));
}

/* ---- describing and opening ------------------------------------------------------------------------------------------------------ */

static Reply description_post(Request *rq)
{
    CentrePlace p;
    Form *f = form(rq);
    if (!place_asked(rq, &p) || !may_describe(rq, &p)) return not_found(rq);
    bool centre = p.audience == AUDIENCE_CENTRE;
    str name = form_text(f, "name", 2, CENTRES_NAME_MAX);
    str way = form_long(f, "way", 0, CENTRES_TEXT_MAX), hours = form_long(f, "hours", 0, CENTRES_TEXT_MAX);
    str contact = form_text(f, "contact", 0, CENTRES_NAME_MAX), reach = form_text(f, "reach", 0, CENTRES_NAME_MAX);
    if (centre && reach.n && !contact.n) form_error(f, "contact", T(&rq->s, "Please say who is reached there: somebody with a name."));
    if (centre && contact.n && !reach.n) form_error(f, "reach", T(&rq->s, "Please say how this person is reached: a telephone number, an address, a place and an hour."));
    if (form_bad(f)) return unprocessable(centres_description(rq, &p, f));
    if (centre) centre_described_add(&rq->s, p.stream, (centre_described_body){ name, way, hours, contact, reach, p.closed });
    else body_described_add(&rq->s, p.stream, (body_described_body){ name, p.closed });
    notice(rq, T(&rq->s, "Saved."));
    return see_other(rq, "/centres/%.*s", STR_ARG(p.key));
}

static Reply close_or_open(Request *rq, bool closed)
{
    CentrePlace p;
    if (!place_asked(rq, &p) || !p.inside) return not_found(rq);
    if (p.audience == AUDIENCE_CENTRE) centre_described_add(&rq->s, p.stream, (centre_described_body){ p.name, p.way, p.hours, p.contact, p.reach, closed });
    else body_described_add(&rq->s, p.stream, (body_described_body){ p.name, closed });
    notice(rq, closed ? T(&rq->s, "It is closed.") : T(&rq->s, "It is open again."));
    return see_other(rq, "/centres/%.*s", STR_ARG(p.key));
}

static Reply closure_post(Request *rq) { return close_or_open(rq, true); }
static Reply closure_delete(Request *rq) { return close_or_open(rq, false); }

static Reply centre_post(Request *rq)
{
    CentrePlace p;
    Form *f = form(rq);
    if (!place_asked(rq, &p) || p.audience != AUDIENCE_ECONOMY) return not_found(rq);
    str name = form_text(f, "name", 2, CENTRES_NAME_MAX);
    if (form_bad(f)) return unprocessable(place_page(rq, &p, f));
    int64_t id = centres_open(&rq->s, p.economy, name);
    notice(rq, T(&rq->s, "The centre is open. Say now where it is, and who looks after it."));
    return see_other(rq, "/centres/%lld/description", (long long)id);
}

static bool is_body_sort(str sort, const CentrePlace *p)
{
    return str_eq(sort, S("ministry")) || str_eq(sort, S("association")) || (str_eq(sort, S("group")) && p->audience == AUDIENCE_PUBLIC);
}

static Reply body_post(Request *rq)
{
    CentrePlace p;
    Form *f = form(rq);
    if (!place_asked(rq, &p) || (p.audience != AUDIENCE_ECONOMY && p.audience != AUDIENCE_PUBLIC)) return not_found(rq);
    str name = form_text(f, "body_name", 2, CENTRES_NAME_MAX), sort = form_raw(f, "sort");
    if (!is_body_sort(sort, &p)) form_error(f, "sort", T(&rq->s, "Please choose what it is."));
    if (form_bad(f)) return unprocessable(place_page(rq, &p, f));
    int64_t id = body_opened_add(&rq->s, (Audience)p.audience, p.stream, (body_opened_body){ name, sort });
    return see_other(rq, "/centres/%lld", (long long)id);
}

/* ---- an economy in a group -------------------------------------------------------------------------------------------------------- */

static Reply group_post(Request *rq)
{
    CentrePlace p, economy;
    Form *f = form(rq);
    str code = form_raw(f, "economy");
    if (!place_asked(rq, &p) || !is_group(&p)) return not_found(rq);
    if (code.n != 2 || !place_by_key(&rq->s, code, &economy)) {
        form_error(f, "economy", T(&rq->s, "Please choose one of these."));
        return unprocessable(place_page(rq, &p, f));
    }
    economy_grouped_add(&rq->s, code, (economy_grouped_body){ p.stream, form_checked(f, "out") });
    return see_other(rq, "/centres/%.*s", STR_ARG(p.key));
}

/* ---- the room -------------------------------------------------------------------------------------------------------------------- */

static bool opens_in(Request *rq, RolePlace *ret) { return place_of_path(rq, ret) && ret->audience == AUDIENCE_ECONOMY; }

/* Which economies lie in a group is said in the public stream, so an admin of everything says it. */
static bool groups_in(Request *rq, RolePlace *ret)
{
    return place_of_path(rq, ret) && ret->audience == AUDIENCE_BODY && role_for_all(rq, ret);
}

static Reply place_again_get(Request *rq) { return see_other(rq, "/centres/%.*s", STR_ARG(path_str(rq, "place"))); }
static Reply people_again_get(Request *rq) { return see_other(rq, "/centres/%.*s/people", STR_ARG(path_str(rq, "place"))); }

static void nav(Request *rq, Nav *n)
{
    if (rq->signed_in && centres_has_any(&rq->s, rq->s.me, rq->s.now)) nav_add(rq, n, T(&rq->s, "My roles"), "/centres/roles");
}

#define MAY(roles, place) .who = WHO_ROLE, .role = (roles), .in = (place)

static const Route routes[] = {
    GET   ("/centres",                               index_get,               .who = WHO_ANYONE, .page = "index"),
    GET   ("/centres/roles",                         centres_mine_get,        .who = WHO_SIGNED_IN, .page = "mine"),
    GET   ("/centres/economy",                       economy_get,             .who = WHO_ANYONE),
    GET   ("/centres/:place",                        place_get,               .who = WHO_ANYONE, .page = "place_page"),
    GET   ("/centres/:place/description",            description_get,         MAY(DESCRIBES, place_of_path), .page = "description"),
    POST  ("/centres/:place/description",            description_post,        MAY(DESCRIBES, place_of_path), .page = "description"),
    POST  ("/centres/:place/closure",                closure_post,            MAY(DECIDES, place_of_path)),
    DELETE("/centres/:place/closure",                closure_delete,          MAY(DECIDES, place_of_path)),
    POST  ("/centres/:place/centres",                centre_post,             MAY(OPENS, opens_in), .page = "place_page"),
    GET   ("/centres/:place/centres",                place_again_get,         .who = WHO_ANYONE),
    POST  ("/centres/:place/bodies",                 body_post,               MAY(DECIDES, place_of_path), .page = "place_page"),
    GET   ("/centres/:place/bodies",                 place_again_get,         .who = WHO_ANYONE),
    POST  ("/centres/:place/economies",              group_post,              MAY(DECIDES, groups_in), .page = "place_page"),
    GET   ("/centres/:place/economies",              place_again_get,         .who = WHO_ANYONE),
    GET   ("/centres/:place/people",                 centres_people_get,      MAY(GIVES, place_of_path), .page = "people"),
    POST  ("/centres/:place/offers",                 centres_offer_post,      MAY(GIVES, place_of_path), .page = "people"),
    GET   ("/centres/:place/offers",                 people_again_get,        .who = WHO_ANYONE),
    GET   ("/centres/:place/offers/:grant/:code",    centres_offer_get,       .who = WHO_ANYONE, .page = "offer"),
    POST  ("/centres/:place/offers/:grant/:code",    centres_acceptance_post, .who = WHO_SIGNED_IN, .page = "offer"),
    DELETE("/centres/:place/grants/:grant",          centres_grant_delete,    MAY(GIVES, place_of_path)),
    DELETE("/centres/:place/roles/:grant",           centres_role_delete,     .who = WHO_SIGNED_IN),
    GET   ("/centres/:place/story",                  centres_story_get,       MAY(GIVES, place_of_path), .page = "story_page"),
};

const Module centres_module = {
    .name = "centres",
    .routes = routes,          .route_n = COUNT_OF(routes),
    .records = centres_records, .record_n = CENTRES_RECORDS,
    .nav = nav,
    .markup = &centres_pages_literals,
    .command = centres_command,
    .start = centres_start,
    .doctor = centres_doctor,
};
