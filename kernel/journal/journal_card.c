/* journal_card - who is who. A person's card says whether she has an account, whom a guest turned out to be, where she
 * belongs, and that she is erased. Every node that ever held her holds it.
 *
 * Tables   journal_person, journal_joined: made from the card, and nothing else
 * Rule     only an account has guests, and is nobody else's; a guest who was joined twice belongs to the first; she is erased with any
 *          who said that she was her. The last cannot be taken back: words that are gone are gone. So it must not lean on a record that may still
 *          be on its way: only the installation that made a guest can give her an account or join her, and what it said before comes before. */
#include "journal/journal_own.h"

#include "jobs/jobs.h"

/* ---- looking ------------------------------------------------------------------------------------------------------- */

bool journal_person(Scope *s, int64_t id, Person *ret)
{
    journal_rows_person_row row;
    *ret = (Person){ .id = id };
    if (!journal_rows_person(s, id, &row)) return false;
    *ret = (Person){ row.id, row.account, row.joined, row.erased, row.gone };
    return true;
}

int64_t journal_canonical(Scope *s, int64_t person)
{
    Person p;
    return journal_person(s, person, &p) && p.joined ? p.joined : person;
}

Ids journal_everybody(Scope *s, int64_t person)
{
    journal_rows_guests_rows guests = journal_rows_guests(s, person);
    int64_t *id = NEW(s->arena, int64_t, guests.n + 1);
    id[0] = person;
    for (ptrdiff_t i = 0; i < guests.n; i++) id[i + 1] = guests.row[i].id;
    return (Ids){ id, guests.n + 1 };
}

Traces journal_traces(Scope *s, int64_t person)
{
    journal_rows_traces_row row = { 0 };
    bool held = journal_rows_traces(s, person, &row) && row.records > 0;
    if (!held) return (Traces){ 0 };
    return (Traces){ row.records, row.last - row.first, row.foreign_n > 0 || journal_rows_traces_elsewhere(s, person) > 0 };
}

int64_t person_erased(Scope *s, int64_t id)
{
    Person p;
    return journal_person(s, id, &p) && p.erased ? p.erased : journal_rows_erased_through(s, id);
}

/* ---- what cards say ------------------------------------------------------------------------------------------------- */

void person_enrolled_apply(Scope *s, const Record *r, const person_enrolled_body *b)
{
    Person p;
    int64_t id = owner_of(r->stream);
    if (made_there(s, id, r->node) && (!journal_person(s, id, &p) || !p.joined)) journal_rows_person_account(s, id);
}

void person_joined_apply(Scope *s, const Record *r, const person_joined_body *b)
{
    Person guest, into;
    int64_t id = owner_of(r->stream);
    bool has_account = journal_person(s, id, &guest) && guest.account;
    if (has_account || r->actor == id || !made_there(s, id, r->node)) return;
    journal_rows_joined_add(s, id, r->actor);
    if (journal_person(s, r->actor, &into) && into.account) journal_rows_person_joined(s, id, r->actor);
}

void person_belongs_apply(Scope *s, const Record *r)
{
    int64_t centre = journal_subject_id(r);
    if (centre) standing_put(s, r, centre, owner_of(r->stream), ROLE_MEMBER, 0);
}

void person_left_apply(Scope *s, const Record *r)
{
    standing_end(s, r, journal_subject_id(r), owner_of(r->stream), ROLE_MEMBER);
}

void person_erased_apply(Scope *s, const Record *r)
{
    journal_rows_person_erased(s, owner_of(r->stream), r->id);
}

/* ---- when what they say has changed ------------------------------------------------------------------------------------ */

/* Rows go at once and not when their turn comes: those that another person is to have now may bear the same keys. */
static void begin_anew(Scope *s, int64_t person)
{
    if (!person) return;
    person_rows_trim(s, person, INT64_MAX);
    stale_person(s, person);
}

/* Who has an account may have guests: those of whom she has said so are looked at again. */
static void look_at_guests(Scope *s, int64_t person)
{
    journal_rows_was_said_by_rows guests = journal_rows_was_said_by(s, person);
    for (ptrdiff_t i = 0; i < guests.n; i++) stale_card(s, guests.row[i].guest);
}

/* A guest who is somebody else than before takes her rows along; so does everybody who was, or is, that somebody. */
void card_compare(Scope *s, const Person *before, const Person *after)
{
    if (before->joined != after->joined) {
        begin_anew(s, after->id);
        begin_anew(s, before->joined);
        begin_anew(s, after->joined);
    }
    if (before->account != after->account) look_at_guests(s, after->id);
    if (!after->gone && person_erased(s, after->id)) erase_begin(s, after->id);
    if (after->erased && !before->erased) {
        journal_rows_was_said_by_rows guests = journal_rows_was_said_by(s, after->id);
        for (ptrdiff_t i = 0; i < guests.n; i++) erase_begin(s, guests.row[i].guest);
    }
}
