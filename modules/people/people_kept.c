/* people_kept - what is kept of her here, how long, and why; and taking it along.
 *
 * URLs     /people/kept       made from what kinds of records say of themselves, and from the tables of this room
 *          /people/copy       what the copy holds and what it does not, before it is taken
 *          /people/records    the copy: a line of JSON for each record, then one for what this installation keeps beside them
 * Rule     no word here that the program does not keep: a number is counted when the page is shown, and a kind that says nothing of itself is named as
 *          what it is called. */
#include "auth/auth.h"
#include "people_own.h"
#include "people_pages.h"
#include "people_sql.h"

/* ---- counted ----------------------------------------------------------------------------------------------------------------- */

static PeopleHeld held_as(Scope *s, const HeldKind *k)
{
    bool hers = k->kind && k->kind->whose != WHOSE_NOBODY && k->kind->whose != WHOSE_PARTIES;
    return (PeopleHeld){ .kind = k->name, .title = k->kind && k->kind->shown ? tr_text(s->lang, k->kind->shown) : k->name, .records = k->records,
                         .others = k->others, .first = k->first, .latest = k->latest, .goes = hers || !k->kind,
                         .why = k->kind && k->kind->keep_why ? tr_text(s->lang, k->kind->keep_why) : (str){ 0 },
                         .years = k->kind ? k->kind->keep_years : 0 };
}

PeopleHelds people_held(Scope *s, int64_t person)
{
    HeldKinds kinds = journal_held(s, person);
    PeopleHelds all = { NEW(s->arena, PeopleHeld, kinds.n), kinds.n };
    for (ptrdiff_t i = 0; i < kinds.n; i++) all.row[i] = held_as(s, &kinds.row[i]);
    return all;
}

static int64_t records_of(const PeopleHelds *all)
{
    int64_t n = 0;
    for (ptrdiff_t i = 0; i < all->n; i++) n += all->row[i].records;
    return n;
}

/* Here and in no record. */
static PeopleBeside beside_of(Request *rq)
{
    Scope *s = &rq->s;
    people_login_of_row login = { 0 };
    Second second = auth_second(s, s->me);
    people_login_of(s, s->me, &login);
    return (PeopleBeside){ .login = login.login, .sessions = auth_sessions(s, s->me, session_cookie(rq)).n, .second = second.begun,
                           .papers = second.papers + auth_paper_left(s, s->me, PAPER_PASSWORD), .code = rq->session->reset_from != 0,
                           .session_days = SESSION_DAYS, .life_days = SESSION_LIFE_DAYS };
}

Reply people_kept_get(Request *rq)
{
    if (!rq->s.me) return people_kept(rq, false, false, (PeopleHelds){ 0 }, (PeopleBeside){ 0 }, (PeopleWorks){ 0 });
    never_kept(rq);
    PeopleWorks keeps = people_lines(&rq->s, web_keeps(&rq->s, rq->s.me));
    return people_kept(rq, true, rq->signed_in, people_held(&rq->s, rq->s.me), beside_of(rq), keeps);
}

/* ---- taking it along ------------------------------------------------------------------------------------------------------------- */

Reply people_copy_get(Request *rq)
{
    if (!rq->s.me) return see_other(rq, "/people");
    PeopleHelds all = people_held(&rq->s, rq->s.me);
    never_kept(rq);
    return people_copy(rq, records_of(&all), rq->signed_in);
}

static void keeps_write(Scope *s, Json *j, int64_t person)
{
    Works keeps = web_keeps(s, person);
    json_array(j, S("more"));
    for (ptrdiff_t i = 0; i < keeps.n; i++) json_str(j, S(""), keeps.row[i]);
    json_array_end(j);
}

static void sessions_write(Scope *s, Json *j, int64_t person)
{
    SessionRows sessions = auth_sessions(s, person, S(""));
    json_array(j, S("sessions"));
    for (ptrdiff_t i = 0; i < sessions.n; i++) {
        json_object(j, S(""));
        json_str(j, S("agent"), sessions.row[i].agent);
        json_int(j, S("started"), sessions.row[i].started);
        json_int(j, S("seen"), sessions.row[i].seen);
        json_object_end(j);
    }
    json_array_end(j);
}

/* Secrets are not handed out, only that they are there: the file will lie on a disk. */
static void here_write(Scope *s, int64_t person, Out *out)
{
    Json j = json_to(out);
    people_login_of_row login = { 0 };
    people_login_of(s, person, &login);
    Second second = auth_second(s, person);
    json_object(&j, S(""));
    json_str(&j, S("kind"), S("here, and in no record"));
    json_str(&j, S("login"), login.login);
    json_bool(&j, S("password"), login.hash.n > 0);
    json_bool(&j, S("second_step"), second.on);
    json_int(&j, S("codes_on_paper"), second.papers + auth_paper_left(s, person, PAPER_PASSWORD));
    sessions_write(s, &j, person);
    keeps_write(s, &j, person);
    json_object_end(&j);
    out_char(out, '\n');
}

static bool copy_next(Scope *s, void *state, Out *out)
{
    JournalCopy *at = state;
    if (journal_copy(s, at, out)) return true;
    here_write(s, at->person, out);
    return false;
}

/* One record a line, also those from before she had an account, and what others wrote of her. */
Reply people_records_get(Request *rq)
{
    JournalCopy at = { .person = rq->s.me };
    if (!rq->s.me) return not_found(rq);
    return stream_reply(rq, S("application/jsonl"), S("records.jsonl"), copy_next, &at, sizeof at);
}
