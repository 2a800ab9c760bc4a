/* people_sweep - guests who saved one thing and never came back: their words go (docs/decisions, "Guests who saved one thing").
 *
 * Jobs     people.up      every hour: this installation ran for so long
 *          people.sweep   once a day: is somebody due? Then people.part, a few guests a transaction, until nobody is
 * Table    people_guest: who was made here and was not looked at yet; people_up
 * Rule     she goes when all of this is so, and is never looked at again when it is not:
 *            this installation ran for RAN_MS since she was made, counted in hours that it was up. A wrong clock, or months in a cupboard, sweep
 *            nobody
 *            she has no account and turned out to be nobody else
 *            all that is held of her was saved by one press here, in her own stream: no second visit, no other node, no card, nothing in the stream of a
 *            centre, a matter or a firm, no standing in any, nothing that others wrote of her. So who did a piece of a cohort's work stays.
 *            Where her work was put aside (people_shared.c) it may be of many presses: nobody can come back to it
 *          A look without saving leaves no trace, so who came only to read has not come.
 *
 * It is the journal's own erasure, said in her name as her making was: other nodes hear it, and take her words away. */
#include "os/os.h"
#include "people_own.h"
#include "people_sql.h"
#include "web/site.h"

enum { RAN_DAYS = 60, PART = 4 };
#define RAN_MS (RAN_DAYS * DAY)

/* ---- how long we ran -------------------------------------------------------------------------------------------------------- */

/* Of this process. A run that is rolled back loses an hour: that errs for the guest. */
static _Atomic int64_t counted_ms;

static int64_t since_last(void)
{
    int64_t now = os_ticks() / 1000000, before = counted_ms;
    counted_ms = now;
    return before ? now - before : 0;
}

/* Several processes take turns at this job; none adds more than the time between two runs. */
static bool up(Scope *s, str body)
{
    int64_t ms = since_last();
    people_up_more(s, ms < HOUR ? ms : HOUR);
    return true;
}

/* ---- one guest ---------------------------------------------------------------------------------------------------------------- */

/* Who has a card is more than that: it says that she has an account, was joined, belongs somewhere, or is gone. */
static bool may_go(Scope *s, int64_t guest, bool aside)
{
    Person card;
    Traces t = journal_traces(s, guest);
    return !journal_person(s, guest, &card) && t.records > 0 && (aside || t.span_ms == 0) && !t.elsewhere;
}

static void look_at_guest(Scope *s, void *arg)
{
    const int64_t *guest = arg;
    int64_t before = s->me;
    bool aside = people_aside_was(s, *guest) > 0;
    people_guest_let_go(s, *guest);
    people_aside_drop(s, *guest);
    if (!may_go(s, *guest, aside)) return;
    s->me = *guest;
    journal_erase(s, *guest);
    s->me = before;
}

/* Who cannot be erased now has another RAN_MS, so that nobody behind her waits for ever. */
static void sweep_guest(Scope *s, int64_t guest)
{
    Landing l;
    int64_t before = s->me;
    if (db_try(s, look_at_guest, &guest, &l)) return;
    s->me = before;
    os_log(LOG_WARN, "people: a guest who never came back could not be erased: %s", l.what);
    people_guest_later(s, guest);
}

/* ---- all of them ---------------------------------------------------------------------------------------------------------------- */

static bool sweep_part(Scope *s, str body)
{
    people_guests_due_rows due = people_guests_due(s, RAN_MS, PART);
    for (ptrdiff_t i = 0; i < due.n; i++) sweep_guest(s, due.row[i].person);
    if (due.n == PART) jobs_add(s, "people.part", S(""), s->now);
    return true;
}

static bool sweep(Scope *s, str body)
{
    if (people_guests_due(s, RAN_MS, 1).n) jobs_add(s, "people.part", S(""), s->now);
    return true;
}

const JobKind people_jobs[PEOPLE_JOBS] = {
    { "people.up",    up,         .every = HOUR },
    { "people.sweep", sweep,      .every = DAY },
    { "people.part",  sweep_part, .every = 0 },
};

bool people_doctor(Scope *s, Doctor *d)
{
    doctor_fine(d, "%lld guests are new: who saved one thing and has not come back when this machine ran for %d days more, is erased",
                (long long)people_guests_watched(s), RAN_DAYS);
    people_text_doctor(s, d);
    return true;
}
