/* journal_standing - who is a member of a stream or has a role in it, and from which record until which.
 *
 * Tables   journal_standing, journal_stream: written by what modules' apply functions say, kept by unit
 * Rule     in force at an id: given by an earlier record, and not ended by an earlier record or moment. So a record is judged by
 *          what held when it was written, the same on every node and whenever it comes. */
#include "journal/journal_own.h"

enum { DEPTH_MAX = 8, PAGE_ROWS = 500 };

/* A record by itself and a subject that is called like its id are two units. */
static str topic_of(Scope *s, const Unit *u)
{
    return u->meet == MEET_EACH ? str_cat(s->arena, S("#"), u->topic) : u->topic;
}

/* ---- giving and taking --------------------------------------------------------------------------------------------------- */

static Unit unit_now(Scope *s)
{
    const Applying *a = s->site->journal->applying;
    CHECK(a && s->applying);
    return unit_of(s, a->row->module, &a->r, a->row->declared);
}

/* A firm is nobody, and a guest somebody. */
static bool is_somebody(Scope *s, int64_t person)
{
    return journal_rows_is_held(s, -person) > 0 || audience_here(s, person) == AUDIENCE_PERSON;
}

/* What somebody wrote where others may read, from an id on, and in her own stream by a role: whether it counts may have changed. So may, by
 * where she belongs, which nodes speak for her. */
static void look_again_at(Scope *s, int64_t actor, int64_t since)
{
    Record r;
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        journal_rows_by_others_rows rows = journal_rows_by_others(s, actor, since, PAGE_ROWS);
        for (ptrdiff_t i = 0; i < rows.n; i++) {
            since = rows.row[i].id;
            if (record_with_person(s, since, &r)) stale_record(s, &r);
        }
        more = rows.n == PAGE_ROWS;
        scope_rewind(s, mark);
    }
    if (is_somebody(s, actor)) stale_person(s, journal_canonical(s, actor));
}

/* In a matter the one who stands there may be a firm, and its members write. */
static void standing_changed(Scope *s, int64_t person, int64_t since)
{
    journal_rows_members_rows members = journal_rows_members(s, person);
    look_again_at(s, person, since);
    for (ptrdiff_t i = 0; i < members.n; i++) look_again_at(s, members.row[i].person, since);
}

void standing_put(Scope *s, const Record *r, int64_t stream, int64_t person, int role, int64_t until)
{
    Unit u = unit_now(s);
    if (!stream || !person) return;
    int64_t added = journal_rows_standing_add(s, stream, person, role, r->id, until, str_from(u.module), u.stream, topic_of(s, &u));
    if (added && !s->site->journal->applying->in_unit) standing_changed(s, person, r->id);
}

void standing_end(Scope *s, const Record *r, int64_t stream, int64_t person, int role)
{
    Unit u = unit_now(s);
    int64_t ended = journal_rows_standing_end(s, stream, person, role, r->id, str_from(u.module), u.stream, topic_of(s, &u));
    if (ended && !s->site->journal->applying->in_unit) standing_changed(s, person, r->id);
}

/* Of one stream: whether what is said there is known here. Some of it may only have come of a node that lies; who left it knows that
 * she did. */
static bool is_known_here(Scope *s, int64_t stream)
{
    int64_t self = self_node(s);
    Audience audience = audience_here(s, stream);
    if (node_is_hub(s, self)) return true;
    if (audience) return node_holds_until(s, self, audience, stream) > 0;
    return node_may_hold(s, self, AUDIENCE_CENTRE, stream) || node_may_hold(s, self, AUDIENCE_ECONOMY, stream);
}

static bool is_by_role(Scope *s, const journal_rows_after_id_row *row)
{
    const EntryKind *kind = row->own ? kind_declared(s, row->kind) : NULL;
    return !row->own || (kind && !(kind->needs & NEEDS_SELF));
}

/* Where people lie who are not known here, nobody's records can be told from theirs. */
static void look_again_at_all(Scope *s, int64_t since)
{
    Record r;
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        journal_rows_after_id_rows rows = journal_rows_after_id(s, since, PAGE_ROWS);
        for (ptrdiff_t i = 0; i < rows.n; i++) {
            since = rows.row[i].id;
            if (is_by_role(s, &rows.row[i]) && record_with_person(s, since, &r)) stale_record(s, &r);
        }
        more = rows.n == PAGE_ROWS;
        scope_rewind(s, mark);
    }
}

static bool is_known_up_from(Scope *s, int64_t stream, int depth)
{
    bool known = is_known_here(s, stream);
    journal_rows_ever_in_rows above = depth < DEPTH_MAX ? journal_rows_ever_in(s, stream) : (journal_rows_ever_in_rows){ 0 };
    for (ptrdiff_t i = 0; i < above.n && known; i++) known = is_known_up_from(s, above.row[i].inside, depth + 1);
    return known;
}

static void look_again_from(Scope *s, int64_t stream, int64_t since, int depth)
{
    journal_rows_with_roles_in_rows people = journal_rows_with_roles_in(s, stream);
    for (ptrdiff_t i = 0; i < people.n; i++) look_again_at(s, people.row[i].person, since);
    journal_rows_ever_in_rows above = depth < DEPTH_MAX ? journal_rows_ever_in(s, stream) : (journal_rows_ever_in_rows){ 0 };
    for (ptrdiff_t i = 0; i < above.n; i++) look_again_from(s, above.row[i].inside, since, depth + 1);
}

/* Whoever has a role there or further up: what she wrote from a record on counts or not by where streams lie. */
static void lies_changed(Scope *s, int64_t inside, int64_t since)
{
    if (is_known_up_from(s, inside, 0)) look_again_from(s, inside, since, 0);
    else look_again_at_all(s, since);
}

static bool may_say_where(const Record *r, int64_t stream) { return stream && (stream == r->id || r->stream == STREAM_PUBLIC); }

void stream_put(Scope *s, const Record *r, int64_t stream, int64_t inside)
{
    Unit u = unit_now(s);
    if (!may_say_where(r, stream) || !inside || stream == inside) return;
    int64_t added = journal_rows_stream_add(s, stream, inside, r->id, str_from(u.module), u.stream, topic_of(s, &u));
    if (added && !s->site->journal->applying->in_unit) lies_changed(s, inside, r->id);
}

void stream_end(Scope *s, const Record *r, int64_t stream, int64_t inside)
{
    if (!may_say_where(r, stream)) return;
    journal_rows_lies_in_rows in = journal_rows_lies_in(s, stream, r->id);
    int64_t ended = journal_rows_stream_end(s, stream, inside, r->id);
    for (ptrdiff_t i = 0; ended && i < in.n && !s->site->journal->applying->in_unit; i++)
        if (!inside || in.row[i].inside == inside) lies_changed(s, in.row[i].inside, r->id);
}

void unit_standing_drop(Scope *s, const Unit *u)
{
    journal_rows_standing_drop(s, str_from(u->module), u->stream, topic_of(s, u));
    journal_rows_stream_drop(s, str_from(u->module), u->stream, topic_of(s, u));
}

/* ---- before and after a unit is made again ---------------------------------------------------------------------------------- */

UnitBefore unit_before(Scope *s, const Unit *u)
{
    UnitBefore b = { .standing = journal_rows_standing_of_unit(s, str_from(u->module), u->stream, topic_of(s, u)),
                     .streams = journal_rows_streams_of_unit(s, str_from(u->module), u->stream, topic_of(s, u)) };
    if (is_card(u)) journal_person(s, u->stream, &b.person);
    return b;
}

static bool has_row(const journal_rows_standing_of_unit_rows *rows, const journal_rows_standing_of_unit_row *r)
{
    for (ptrdiff_t i = 0; i < rows->n; i++) {
        const journal_rows_standing_of_unit_row *o = &rows->row[i];
        if (o->stream == r->stream && o->person == r->person && o->role == r->role && o->since == r->since && o->ends == r->ends &&
            o->until == r->until) return true;
    }
    return false;
}

static void report_missing(Scope *s, const journal_rows_standing_of_unit_rows *from, const journal_rows_standing_of_unit_rows *in)
{
    for (ptrdiff_t i = 0; i < from->n; i++)
        if (!has_row(in, &from->row[i])) standing_changed(s, from->row[i].person, from->row[i].since);
}

static bool has_stream(const journal_rows_streams_of_unit_rows *rows, const journal_rows_streams_of_unit_row *r)
{
    for (ptrdiff_t i = 0; i < rows->n; i++) {
        const journal_rows_streams_of_unit_row *o = &rows->row[i];
        if (o->stream == r->stream && o->inside == r->inside && o->since == r->since && o->ends == r->ends) return true;
    }
    return false;
}

static void report_moved(Scope *s, const journal_rows_streams_of_unit_rows *from, const journal_rows_streams_of_unit_rows *in)
{
    for (ptrdiff_t i = 0; i < from->n; i++)
        if (!has_stream(in, &from->row[i])) lies_changed(s, from->row[i].inside, from->row[i].since);
}

void unit_compare(Scope *s, const Unit *u, const UnitBefore *before)
{
    UnitBefore after = unit_before(s, u);
    report_missing(s, &before->standing, &after.standing);
    report_missing(s, &after.standing, &before->standing);
    report_moved(s, &before->streams, &after.streams);
    report_moved(s, &after.streams, &before->streams);
    if (is_card(u)) card_compare(s, &before->person, &after.person);
}

/* ---- asking ------------------------------------------------------------------------------------------------------------------

 * Who does not hold the stream in which a standing would be given cannot tell, for or against: what it has of it is only what it wrote there
 * itself. It takes the writer's word until a hub, which holds them all, says otherwise (record.judged). */

typedef struct Question { int64_t person; int needs; int64_t id, now; } Question;

static Stands either(Stands a, Stands b)
{
    if (a == STANDS_YES || b == STANDS_YES) return STANDS_YES;
    return a == STANDS_UNKNOWN || b == STANDS_UNKNOWN ? STANDS_UNKNOWN : STANDS_NO;
}

static Stands stands_in(Scope *s, const Question *q, int64_t stream, int roles)
{
    if (!is_known_here(s, stream)) return STANDS_UNKNOWN;
    return journal_rows_standing_now(s, stream, q->person, roles, q->id, q->now) > 0 ? STANDS_YES : STANDS_NO;
}

static Stands stands_at_or_above(Scope *s, const Question *q, int64_t stream, int roles, int depth)
{
    Stands found = stands_in(s, q, stream, roles);
    if (found == STANDS_YES || depth == DEPTH_MAX) return found;
    journal_rows_lies_in_rows above = journal_rows_lies_in(s, stream, q->id);
    for (ptrdiff_t i = 0; i < above.n && found != STANDS_YES; i++)
        found = either(found, stands_at_or_above(s, q, above.row[i].inside, roles, depth + 1));
    return found;
}

/* Roles reach downwards: an officer of an economy is one in its centres. Membership does not. */
static Stands stands_above(Scope *s, const Question *q, int64_t stream)
{
    int roles = q->needs & ~NEEDS_MEMBER;
    if (!roles) return STANDS_NO;
    if (journal_rows_standing_now(s, STREAM_PUBLIC, q->person, roles, q->id, q->now) > 0) return STANDS_YES;
    return stands_at_or_above(s, q, stream, roles, 0);
}

/* In the centres where she was made or has said that she belongs; and whoever has a role in everything. */
static Stands stands_around(Scope *s, const Question *q, int64_t owner)
{
    Stands found = STANDS_NO;
    journal_rows_node_row maker;
    if (journal_rows_standing_now(s, STREAM_PUBLIC, q->person, q->needs & ~NEEDS_MEMBER, q->id, q->now) > 0) return STANDS_YES;
    journal_rows_standing_of_person_rows hers = journal_rows_standing_of_person(s, owner);
    journal_rows_centres_of_rows born = journal_rows_centres_of(s, id_node(owner));
    for (ptrdiff_t i = 0; i < hers.n && found != STANDS_YES; i++)
        if (hers.row[i].role == ROLE_MEMBER && hers.row[i].since < q->id) found = either(found, stands_above(s, q, hers.row[i].stream));
    for (ptrdiff_t i = 0; i < born.n && found != STANDS_YES; i++) found = either(found, stands_above(s, q, born.row[i].centre));
    if (!journal_rows_node(s, id_node(owner), &maker)) found = either(found, STANDS_UNKNOWN);
    return found;
}

/* A firm that is a party, and whose members may be known to others only. */
static Stands stands_through_a_firm(Scope *s, const Question *q, int64_t matter)
{
    Stands found = STANDS_NO;
    journal_rows_members_rows parties = journal_rows_members(s, matter);
    for (ptrdiff_t i = 0; i < parties.n && found != STANDS_YES; i++) {
        int64_t firm = parties.row[i].person;
        bool is_human = journal_rows_is_held(s, -firm) > 0;
        bool party = !is_human && journal_rows_standing_now(s, matter, firm, NEEDS_MEMBER, q->id, q->now) > 0;
        if (party) found = either(found, stands_in(s, q, firm, NEEDS_MEMBER));
    }
    return found;
}

static Stands asks(Scope *s, const Question *q, Audience audience, int64_t stream)
{
    if (is_personal(audience)) return stands_around(s, q, owner_of(stream));
    Stands found = stands_above(s, q, stream);
    if (q->needs & NEEDS_MEMBER) found = either(found, stands_in(s, q, stream, NEEDS_MEMBER));
    if (q->needs & NEEDS_MEMBER && audience == AUDIENCE_MATTER) found = either(found, stands_through_a_firm(s, q, stream));
    return found;
}

Stands has_standing(Scope *s, int64_t person, int needs, Audience audience, int64_t stream, int64_t id)
{
    return asks(s, &(Question){ person, needs, id, id_ms(id) + JOURNAL_EPOCH }, audience, stream);
}

bool journal_may(Scope *s, int64_t person, int needs, Audience audience, int64_t stream)
{
    if (!person) return false;
    if (needs & NEEDS_ANYONE) return true;
    if (needs & NEEDS_SELF && is_personal(audience) && journal_canonical(s, owner_of(stream)) == person) return true;
    int rest = needs & ~(NEEDS_ANYONE | NEEDS_SELF | NEEDS_HUB);
    return rest && asks(s, &(Question){ person, rest, INT64_MAX, s->now }, audience, stream) == STANDS_YES;
}

bool journal_may_somewhere(Scope *s, int64_t person, int roles)
{
    return person && journal_rows_standing_anywhere(s, person, roles & ~NEEDS_MEMBER, s->now) > 0;
}

/* ---- a hub judges -------------------------------------------------------------------------------------------------------------

 * Said only where others may not be able to tell: of records that a hub refuses, and of those it refused before it knew all. */

void record_judged_apply(Scope *s, const Record *r, const record_judged_body *b)
{
    Record judged;
    journal_rows_judged_add(s, r->id, journal_subject_id(r), b->counts);
    if (record_with_person(s, journal_subject_id(r), &judged)) stale_record(s, &judged);
}

bool hub_denies(Scope *s, int64_t record)
{
    journal_rows_judgement_row row;
    return journal_rows_judgement(s, record, &row) && !row.counts;
}

static void judge(Scope *s, int64_t record, bool counts)
{
    Record r;
    int64_t me = s->me;
    if (!record_by_id(s, record, &r)) return;
    s->me = 0;
    record_judged_add(s, r.audience, r.stream, record, (record_judged_body){ counts });
    s->me = me;
}

/* Not told as refused may also be what a later word took the place of. */
static bool would_count(Scope *s, int64_t record)
{
    Record r;
    const EntryKind *kind = record_with_person(s, record, &r) ? kind_declared(s, r.kind) : NULL;
    return kind && !why_not(s, &r, kind, false);
}

void hub_judges(Scope *s)
{
    if (!node_is_hub(s, self_node(s)) || is_alone(s)) return;
    journal_rows_to_deny_rows deny = journal_rows_to_deny(s);
    for (ptrdiff_t i = 0; i < deny.n; i++) judge(s, deny.row[i].record, false);
    journal_rows_to_admit_rows admit = journal_rows_to_admit(s);
    for (ptrdiff_t i = 0; i < admit.n; i++)
        if (would_count(s, admit.row[i].record)) judge(s, admit.row[i].record, true);
}
