/* people_places - which installations hold somebody's words, and why.
 *
 * URLs     /people/places
 * Rule     only what this installation knows: it never heard of a box that it did not meet by way of the hub. Nothing is said of
 *          centres, which have no names yet. */
#include "people_own.h"
#include "people_pages.h"

/* ---- which, and why ----------------------------------------------------------------------------------------------------- */

static bool same_installation(const NodeRow *a, const NodeRow *b) { return str_eq(a->key, b->key); }

/* The number in an id (journal.h) is that of the process which made it; the key says whose number that is. */
static bool made_there(const NodeRows *nodes, int64_t person, const NodeRow *there)
{
    for (ptrdiff_t i = 0; i < nodes->n; i++)
        if (nodes->row[i].node == (person >> 6 & 0xFFFF)) return same_installation(&nodes->row[i], there);
    return false;
}

/* An installation whose network began with it calls itself "root". */
static str name_of(Scope *s, const NodeRow *n)
{
    bool unnamed = !n->name.n || (n->hub && str_eq(n->name, S("root")));
    if (!unnamed) return n->name;
    return n->hub ? T(s, "The hub") : T(s, "A place without a name");
}

static PeoplePlace *place_for(Scope *s, PeoplePlaces *all, const NodeRow *n)
{
    for (ptrdiff_t i = 0; i < all->n; i++)
        if (str_eq(all->row[i].key, n->key)) return &all->row[i];
    PeoplePlace *p = &all->row[all->n++];
    *p = (PeoplePlace){ .key = n->key, .name = name_of(s, n), .economy = n->economy, .here = n->own, .hub = n->hub };
    return p;
}

/* A guest's words lie where she was one, also when she turned out to be somebody of another place. */
static PeoplePlaces places_of(Scope *s, int64_t person, const NodeRows *nodes)
{
    PeoplePlaces all = { NEW(s->arena, PeoplePlace, nodes->n), 0 };
    Ids everybody = journal_everybody(s, person);
    for (ptrdiff_t i = 0; i < everybody.n; i++) {
        NodeRows holders = journal_holders(s, everybody.row[i]);
        for (ptrdiff_t k = 0; k < holders.n; k++) {
            PeoplePlace *p = place_for(s, &all, &holders.row[k]);
            p->began |= made_there(nodes, everybody.row[i], &holders.row[k]);
        }
    }
    for (ptrdiff_t i = 0; i < all.n; i++) all.row[i].centre = !all.row[i].began && !all.row[i].hub;
    return all;
}

static PeoplePlaces here_first(Scope *s, PeoplePlaces all, bool but_here)
{
    PeoplePlaces sorted = { NEW(s->arena, PeoplePlace, all.n), 0 };
    for (ptrdiff_t i = 0; i < all.n; i++)
        if (all.row[i].here && !but_here) sorted.row[sorted.n++] = all.row[i];
    for (ptrdiff_t i = 0; i < all.n; i++)
        if (!all.row[i].here) sorted.row[sorted.n++] = all.row[i];
    return sorted;
}

PeoplePlaces people_places(Scope *s, int64_t person, bool but_here)
{
    NodeRows nodes = journal_nodes(s);
    return here_first(s, places_of(s, person, &nodes), but_here);
}

/* ---- the page ------------------------------------------------------------------------------------------------------------- */

static bool is_alone(const NodeRows *nodes)
{
    for (ptrdiff_t i = 0; i < nodes->n; i++)
        if (nodes->row[i].enrolled) return false;
    return true;
}

static bool is_among(const PeoplePlaces *places, const NodeRow *n)
{
    for (ptrdiff_t i = 0; i < places->n; i++)
        if (str_eq(places->row[i].key, n->key)) return true;
    return false;
}

/* A hub that does not hold her words is one of another economy than hers, and hers keeps its people's at home. */
static PeoplePlaces hubs_without(Scope *s, const NodeRows *nodes, const PeoplePlaces *places)
{
    PeoplePlaces hubs = { NEW(s->arena, PeoplePlace, nodes->n), 0 };
    for (ptrdiff_t i = 0; i < nodes->n; i++) {
        const NodeRow *n = &nodes->row[i];
        if (n->hub && !n->revoked && !is_among(places, n)) place_for(s, &hubs, n);
    }
    return hubs;
}

Reply people_places_get(Request *rq)
{
    Scope *s = &rq->s;
    if (!s->me) return see_other(rq, "/people");
    NodeRows nodes = journal_nodes(s);
    PeoplePlaces places = people_places(s, s->me, false);
    return people_places_page(rq, is_alone(&nodes), places, hubs_without(s, &nodes, &places));
}
