/* journal_roll - the nodes of a network: whom they may speak for, what they may hold.
 *
 * Rule     what a node may hold follows from its certificate and from where people say they belong, and is looked up by the node's
 *          own people and centres: nothing here grows with the region. */
#include "journal/journal_own.h"

enum { CARDS_DEPTH = 8 };

/* ---- looking ------------------------------------------------------------------------------------------------------- */

bool is_root(Scope *s)
{
    journal_rows_self_row self;
    return journal_rows_self(s, &self) && str_eq(self.root, self.key);
}

/* A process that was started later writes under a number that has no certificate yet; the others speak for it. */
int64_t self_node(Scope *s)
{
    journal_rows_node_row row;
    int64_t node = journal_node(s);
    if (journal_rows_node(s, node, &row) && row.certificate.n) return node;
    journal_rows_numbers_own_rows own = journal_rows_numbers_own(s);
    for (ptrdiff_t i = 0; i < own.n; i++)
        if (own.row[i].certified) return own.row[i].node;
    return node;
}

/* What is to be judged by: of a number of ours without a certificate, one that has it. */
static bool judged_as(Scope *s, int64_t node, journal_rows_node_row *ret)
{
    if (!journal_rows_node(s, node, ret)) return false;
    return !ret->own || ret->certificate.n || journal_rows_node(s, self_node(s), ret);
}

static bool is_hub(Scope *s, const journal_rows_node_row *row) { return row->hub || (row->own && is_root(s)); }

bool node_is_hub(Scope *s, int64_t node)
{
    journal_rows_node_row row;
    return judged_as(s, node, &row) && is_hub(s, &row);
}

static bool same_installation(Scope *s, int64_t a, int64_t b)
{
    journal_rows_node_row x, y;
    return a == b || (journal_rows_node(s, a, &x) && journal_rows_node(s, b, &y) && x.key.n && str_eq(x.key, y.key));
}

bool made_there(Scope *s, int64_t person, int64_t node)
{
    return same_installation(s, id_node(person), node);
}

bool node_speaks_for(Scope *s, int64_t node, int64_t person, int64_t id)
{
    journal_rows_node_row row;
    if (made_there(s, person, node)) return true;
    if (!judged_as(s, node, &row)) return false;
    if (is_hub(s, &row)) return true;
    journal_rows_centres_of_rows centres = journal_rows_centres_of(s, row.node);
    for (ptrdiff_t i = 0; i < centres.n; i++)
        if (journal_rows_standing_ever(s, centres.row[i].centre, person, ROLE_MEMBER, id) > 0) return true;
    return false;
}

bool is_alone(Scope *s)
{
    journal_rows_node_row row;
    return !journal_rows_node(s, self_node(s), &row) || row.certificate.n == 0;
}

/* ---- who may hold what ------------------------------------------------------------------------------------------------ */

static bool has_centre(Scope *s, int64_t node, int64_t centre) { return journal_rows_is_of_centre(s, node, centre) > 0; }

/* From which id on a standing is over; 0: it is not. */
static int64_t over_from(const Scope *s, int64_t ends, int64_t until)
{
    int64_t day = until && until <= s->now ? id_at(until - JOURNAL_EPOCH, 0, 0) : 0;
    return day && (!ends || day < ends) ? day : ends;
}

/* By where she was made or where she belongs; `ever`: also where she belonged once. */
static bool belongs_there(Scope *s, int64_t node, int64_t person, bool ever)
{
    if (made_there(s, person, node)) return true;
    journal_rows_standing_of_person_rows hers = journal_rows_standing_of_person(s, person);
    for (ptrdiff_t i = 0; i < hers.n; i++)
        if (hers.row[i].role == ROLE_MEMBER && (ever || !over_from(s, hers.row[i].ends, hers.row[i].until)) && has_centre(s, node, hers.row[i].stream)) return true;
    return false;
}

static bool holds_person(Scope *s, int64_t node, int64_t person)
{
    int64_t now = journal_canonical(s, person);
    return belongs_there(s, node, person, false) || (now != person && belongs_there(s, node, now, false));
}

static bool held_once(Scope *s, int64_t node, int64_t person)
{
    int64_t now = journal_canonical(s, person);
    return belongs_there(s, node, person, true) || (now != person && belongs_there(s, node, now, true));
}

/* Also of everybody who said that a guest who was there was her, and of whoever said so of that one: who a guest is hangs on whether
 * they have accounts. */
static bool holds_card(Scope *s, int64_t node, int64_t person, int depth)
{
    if (held_once(s, node, person)) return true;
    journal_rows_was_said_by_rows guests = journal_rows_was_said_by(s, person);
    for (ptrdiff_t i = 0; i < guests.n && depth > 0; i++)
        if (holds_card(s, node, guests.row[i].guest, depth - 1)) return true;
    return false;
}

/* Also when the last of them was removed: who was, and where he was, must hear that. A member of a firm that was removed from a
 * matter goes with the firm. */
static int64_t holds_member_until(Scope *s, int64_t node, int64_t stream, int depth)
{
    int64_t until = 0;
    journal_rows_members_rows members = journal_rows_members(s, stream);
    for (ptrdiff_t i = 0; i < members.n && until != HOLDS_ALL; i++) {
        const journal_rows_members_row *m = &members.row[i];
        int64_t here = holds_person(s, node, m->person) ? HOLDS_ALL : depth > 0 ? holds_member_until(s, node, m->person, depth - 1) : 0;
        int64_t over = over_from(s, m->ends, m->until);
        if (over && here > over) here = over;
        if (here > until) until = here;
    }
    return until;
}

/* Of the centre she belongs to last, or of the node that made her. */
static str economy_of_person(Scope *s, int64_t person)
{
    journal_rows_node_row row;
    int64_t node = id_node(person), since = 0;
    journal_rows_standing_of_person_rows hers = journal_rows_standing_of_person(s, journal_canonical(s, person));
    for (ptrdiff_t i = 0; i < hers.n; i++) {
        journal_rows_nodes_of_centre_rows nodes = journal_rows_nodes_of_centre(s, hers.row[i].stream);
        if (hers.row[i].role != ROLE_MEMBER || over_from(s, hers.row[i].ends, hers.row[i].until) || hers.row[i].since < since || nodes.n == 0) continue;
        since = hers.row[i].since;
        node = nodes.row[0].node;
    }
    return journal_rows_node(s, node, &row) ? row.economy : (str){ 0 };
}

static bool hub_may_hold(Scope *s, const journal_rows_node_row *hub, Audience audience, int64_t stream)
{
    if (audience != AUDIENCE_PERSON) return true;                /* cards too: an erasure must reach what she said in public */
    str economy = economy_of_person(s, stream);
    return str_eq(economy, hub->economy) || economy.n == 0 || journal_rows_is_home(s, economy) == 0;
}

static int64_t all_or_nothing(bool all) { return all ? HOLDS_ALL : 0; }

int64_t node_holds_until(Scope *s, int64_t node, Audience audience, int64_t stream)
{
    journal_rows_node_row row;
    if (!judged_as(s, node, &row) || row.revoked) return 0;
    node = row.node;
    if (is_hub(s, &row)) return all_or_nothing(hub_may_hold(s, &row, audience, stream));
    switch (audience) {
    case AUDIENCE_PUBLIC:  return HOLDS_ALL;
    case AUDIENCE_ECONOMY: return all_or_nothing(stream == stream_economy(row.economy));
    case AUDIENCE_CENTRE:  return all_or_nothing(has_centre(s, node, stream));
    case AUDIENCE_PERSON:  return all_or_nothing(holds_person(s, node, stream));
    case AUDIENCE_CARD:    return all_or_nothing(holds_card(s, node, owner_of(stream), CARDS_DEPTH));
    case AUDIENCE_FIRM: case AUDIENCE_BODY: return holds_member_until(s, node, stream, 0);
    case AUDIENCE_MATTER:  return holds_member_until(s, node, stream, 1);
    default: return 0;
    }
}

/* ---- all that a node may hold --------------------------------------------------------------------------------------------- */

typedef struct Listing { Scope *s; int64_t *row; ptrdiff_t n, cap; } Listing;

static void list_add(Listing *l, int64_t stream)
{
    if (l->n == l->cap) {
        ptrdiff_t cap = l->cap ? 2 * l->cap : 64;
        int64_t *more = NEW(l->s->arena, int64_t, cap);
        if (l->n) memcpy(more, l->row, sizeof *more * (size_t)l->n);
        l->row = more;
        l->cap = cap;
    }
    l->row[l->n++] = stream;
}

static void list_cards_above(Listing *l, int64_t person, int depth)
{
    journal_rows_said_of_rows said = journal_rows_said_of(l->s, person);
    for (ptrdiff_t i = 0; i < said.n && depth > 0; i++) {
        list_add(l, -said.row[i].person);
        list_cards_above(l, said.row[i].person, depth - 1);
    }
}

static void list_person(Listing *l, int64_t person)
{
    Ids all = journal_everybody(l->s, journal_canonical(l->s, person));
    for (ptrdiff_t i = 0; i < all.n; i++) {
        list_add(l, all.row[i]);
        list_add(l, -all.row[i]);
        list_cards_above(l, all.row[i], CARDS_DEPTH);
        journal_rows_standing_of_person_rows in = journal_rows_standing_of_person(l->s, all.row[i]);
        for (ptrdiff_t k = 0; k < in.n; k++) {
            list_add(l, in.row[k].stream);
            journal_rows_standing_of_person_rows matters = journal_rows_standing_of_person(l->s, in.row[k].stream);
            for (ptrdiff_t m = 0; m < matters.n; m++) list_add(l, matters.row[m].stream);
        }
    }
}

/* More than it may hold: each is looked at afterwards. */
static void list_candidates(Listing *l, const journal_rows_node_row *node)
{
    Scope *s = l->s;
    journal_rows_numbers_of_rows numbers = journal_rows_numbers_of(s, node->key);
    journal_rows_centres_of_rows centres = journal_rows_centres_of(s, node->node);
    list_add(l, STREAM_PUBLIC);
    list_add(l, stream_economy(node->economy));
    for (ptrdiff_t i = 0; i < centres.n; i++) {
        journal_rows_members_rows members = journal_rows_members(s, centres.row[i].centre);
        list_add(l, centres.row[i].centre);
        for (ptrdiff_t k = 0; k < members.n; k++) list_person(l, members.row[k].person);
    }
    for (ptrdiff_t i = 0; i < numbers.n; i++) {
        journal_rows_streams_of_node_rows wrote = journal_rows_streams_of_node(s, numbers.row[i].node);
        for (ptrdiff_t k = 0; k < wrote.n; k++) {
            if (wrote.row[k].stream > NODE_MAX || wrote.row[k].stream < 0) list_person(l, owner_of(wrote.row[k].stream));
            list_add(l, wrote.row[k].stream);
        }
    }
}

static int by_stream(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

Audience audience_here(Scope *s, int64_t stream)
{
    return stream < 0 ? AUDIENCE_CARD : (Audience)journal_rows_audience_of(s, stream);
}

Streams all_streams(Scope *s)
{
    journal_rows_streams_all_rows rows = journal_rows_streams_all(s);
    Streams all = { NEW(s->arena, StreamUntil, rows.n), rows.n };
    for (ptrdiff_t i = 0; i < rows.n; i++) all.row[i] = (StreamUntil){ rows.row[i].stream, HOLDS_ALL };
    return all;
}

Streams node_streams(Scope *s, int64_t node)
{
    journal_rows_node_row row;
    Listing l = { .s = s };
    if (!journal_rows_node(s, node, &row) || row.revoked) return (Streams){ 0 };
    if (is_hub(s, &row)) {
        journal_rows_streams_all_rows all = journal_rows_streams_all(s);
        for (ptrdiff_t i = 0; i < all.n; i++) list_add(&l, all.row[i].stream);
    } else list_candidates(&l, &row);
    if (l.n) qsort(l.row, (size_t)l.n, sizeof *l.row, by_stream);
    Streams may = { NEW(s->arena, StreamUntil, l.n), 0 };
    for (ptrdiff_t i = 0; i < l.n; i++) {
        if (i > 0 && l.row[i] == l.row[i - 1]) continue;
        Audience audience = audience_here(s, l.row[i]);
        int64_t until = audience ? node_holds_until(s, node, audience, l.row[i]) : 0;
        if (until) may.row[may.n++] = (StreamUntil){ l.row[i], until };
    }
    return may;
}

/* ---- for people to read --------------------------------------------------------------------------------------------------- */

static NodeRow node_row(Scope *s, const journal_rows_nodes_row *r)
{
    journal_rows_centres_of_rows centres = journal_rows_centres_of(s, r->node);
    int64_t *centre = NEW(s->arena, int64_t, centres.n);
    for (ptrdiff_t i = 0; i < centres.n; i++) centre[i] = centres.row[i].centre;
    return (NodeRow){ r->node, r->since, r->revoked, r->key, r->name, r->economy, centre, centres.n, r->hub || (r->own && is_root(s)),
                      r->own, r->certificate.n > 0 };
}

NodeRows journal_nodes(Scope *s)
{
    journal_rows_nodes_rows all = journal_rows_nodes(s);
    NodeRows nodes = { NEW(s->arena, NodeRow, all.n), all.n };
    for (ptrdiff_t i = 0; i < all.n; i++) nodes.row[i] = node_row(s, &all.row[i]);
    return nodes;
}

Network journal_network(Scope *s)
{
    journal_rows_self_row self;
    return journal_rows_self(s, &self) ? (Network){ self.key, self.root, journal_rows_forks_with(s, PARTED_HERE) > 0 } : (Network){ 0 };
}

/* One row an installation, whatever its numbers. */
NodeRows journal_holders(Scope *s, int64_t person)
{
    NodeRows all = journal_nodes(s), holders = { NEW(s->arena, NodeRow, all.n), 0 };
    for (ptrdiff_t i = 0; i < all.n; i++) {
        bool again = false;
        for (ptrdiff_t k = 0; k < holders.n; k++) again |= str_eq(holders.row[k].key, all.row[i].key);
        if (!again && node_may_hold(s, all.row[i].node, AUDIENCE_PERSON, person)) holders.row[holders.n++] = all.row[i];
    }
    return holders;
}

/* ---- what a hub settles for its network -------------------------------------------------------------------------------------- */

static bool hub_says(Scope *s, str *ret_why)
{
    if (node_is_hub(s, self_node(s))) return true;
    *ret_why = T(s, "This installation is no hub: only a hub can do that.");
    return false;
}

static int64_t last_id_of(Scope *s, int64_t node)
{
    return journal_rows_last_of_node(s, node);
}

/* Every number of the installation, for its key is what is not trusted any more. */
bool journal_revoke(Scope *s, int64_t node, str *ret_why)
{
    journal_rows_node_row row;
    int64_t me = s->me;
    if (!hub_says(s, ret_why)) return false;
    if (!journal_rows_node(s, node, &row) || row.own) {
        *ret_why = T(s, "There is no such node, or it is this one.");
        return false;
    }
    journal_rows_numbers_of_rows numbers = journal_rows_numbers_of(s, row.key);
    s->me = 0;
    for (ptrdiff_t i = 0; i < numbers.n; i++) {
        int64_t after = last_id_of(s, numbers.row[i].node);
        node_revoked_add(s, journal_subject(s, numbers.row[i].node), (node_revoked_body){ row.key, after ? after : 1 });
    }
    s->me = me;
    return true;
}

void node_revoked_apply(Scope *s, const Record *r, const node_revoked_body *b)
{
    int64_t node = journal_subject_id(r);
    if (journal_rows_node_revoke(s, node, b->key, b->after)) stale_node(s, node, b->after);
}

bool journal_keep_home(Scope *s, str economy, bool keep, str *ret_why)
{
    int64_t me = s->me;
    if (!hub_says(s, ret_why)) return false;
    if (!stream_economy(economy)) {
        *ret_why = T(s, "An economy is two capital letters, as in ID.");
        return false;
    }
    s->me = 0;
    economy_kept_add(s, economy, (economy_kept_body){ keep });
    s->me = me;
    return true;
}

void economy_kept_apply(Scope *s, const Record *r, const economy_kept_body *b)
{
    if (b->home) journal_rows_home_add(s, r->subject);
}
