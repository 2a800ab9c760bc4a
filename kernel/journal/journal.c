/* journal - append, ids, and calling what applies a record.
 *
 * Ids follow the clock, but never back: one that was given out is remembered here, and `mark` in journal_node says on
 * disk how far the ids of this node may have gone, so that a restart with a wrong clock begins above it. An id beyond
 * the mark that is known to be on disk travels with an UPDATE of the mark in its own transaction; both are kept or
 * neither.
 *
 * A record seen from another node pulls our ids forward too: an edit made here after it has a later id, even when this
 * node's clock is an hour behind. That is what makes "the latest wins" what a person expects. */
#include "journal/journal_own.h"

/* ---- kinds ------------------------------------------------------------------------------------------------------- */

const KindRow *journal_kinds_named(const Journal *j, str kind, int *ret_n)
{
    int low = 0, high = j->kind_n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (str_cmp(j->kinds[middle].name, kind) < 0) low = middle + 1;
        else high = middle;
    }
    int n = 0;
    while (low + n < j->kind_n && str_eq(j->kinds[low + n].name, kind)) n++;
    *ret_n = n;
    return j->kinds + low;
}

/* ---- erasure ----------------------------------------------------------------------------------------------------- */

static bool is_latest(const Journal *j, str kind)
{
    int n;
    const KindRow *row = journal_kinds_named(j, kind, &n);
    bool latest = false;
    for (int i = 0; i < n; i++) latest |= row[i].kind->merge == MERGE_LATEST;
    return latest;
}

/* Where her word was the latest, the one before it holds again: that is what a node knows to whom her word comes after
 * her erasure. The modules have deleted her rows by now. */
static void apply_what_others_said(Scope *s, int64_t person)
{
    journal_rows_subjects_of_rows hers = journal_rows_subjects_of(s, person);
    for (ptrdiff_t i = 0; i < hers.n; i++) {
        if (!is_latest(s->site->journal, hers.row[i].kind) || str_eq(hers.row[i].kind, S(PERSON_ERASED))) continue;
        journal_rows_about_rows about = journal_rows_about(s, hers.row[i].kind, hers.row[i].subject);
        for (ptrdiff_t k = 0; k < about.n; k++) {
            journal_rows_about_row *p = &about.row[k];
            journal_apply(s, &(Record){ p->id, p->node, p->seq, p->at, p->actor, p->kind, p->subject, p->body });
        }
    }
}

static void forget(Scope *s, str subject)
{
    int64_t person;
    if (!str_int(subject, &person)) return;
    journal_rows_forget_actor(s, person);
    journal_rows_forget_subject(s, subject);
    apply_what_others_said(s, person);
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static void apply_each(Scope *s, void *arg)
{
    const Record *r = arg;
    int n;
    const KindRow *row = journal_kinds_named(s->site->journal, r->kind, &n);
    for (int i = 0; i < n; i++) row[i].kind->apply(s, r);
    if (str_eq(r->kind, S(PERSON_ERASED))) forget(s, r->subject);
}

/* What applies it sees the actor and the time of the record, whoever carries it and whenever it comes. Memory and
 * bodies end with each record, so that a hundred thousand take no more room than one. */
void journal_apply(Scope *s, const Record *r)
{
    Arena mark = *s->arena;
    int64_t me = s->me, now = s->now;
    Landing landing;
    s->me = r->actor;
    s->now = r->at;
    bool applied = scope_try(s, apply_each, (void *)(uintptr_t)r, &landing);
    arena_rewind(s->arena, mark);
    s->me = me;
    s->now = now;
    if (!applied) fault_at(s->landing, landing.file, landing.line, landing.kind, "%s", landing.what);
}

/* ---- ids --------------------------------------------------------------------------------------------------------- */

static int64_t ms_of_clock(int64_t now)
{
    int64_t ms = now - JOURNAL_EPOCH;
    return ms < 1 ? 1 : ms < CLOCK_MAX ? ms : CLOCK_MAX;
}

typedef struct Given { int64_t id, node, ms; bool beyond_mark; char lease[33]; } Given;

static Given give_id(Journal *j, int64_t now)
{
    int64_t ms = ms_of_clock(now);
    pthread_mutex_lock(&j->lock);
    if (ms > j->last_ms) j->counter = 0;
    else if (++j->counter < COUNTERS) ms = j->last_ms;
    else {
        ms = j->last_ms + 1;
        j->counter = 0;
    }
    j->last_ms = ms;
    Given g = { .node = j->node, .ms = ms, .beyond_mark = ms > j->mark };
    g.id = (ms << NODE_BITS | j->node) << COUNTER_BITS | j->counter;
    memcpy(g.lease, j->lease, sizeof g.lease);
    pthread_mutex_unlock(&j->lock);
    return g;
}

static Given new_id(Scope *s)
{
    CHECK(s->writing);
    Given g = give_id(s->site->journal, s->now);
    if (g.beyond_mark) journal_rows_raise_mark(s, g.node, g.ms + AHEAD_MS);
    return g;
}

void journal_follow(Journal *j, int64_t id)
{
    int64_t ms = id_ms(id);
    if (ms >= CLOCK_MAX) return;                /* a broken clock is not followed to the end of time */
    pthread_mutex_lock(&j->lock);
    if (ms >= j->last_ms) {
        j->last_ms = ms;
        j->counter = COUNTERS;
    }
    pthread_mutex_unlock(&j->lock);
}

int64_t journal_id(Scope *s)
{
    return new_id(s).id;
}

int64_t journal_node(const Scope *s)
{
    Journal *j = s->site->journal;
    pthread_mutex_lock(&j->lock);
    int64_t node = j->node;
    pthread_mutex_unlock(&j->lock);
    return node;
}

/* ---- append ------------------------------------------------------------------------------------------------------ */

int64_t journal_add(Scope *s, const char *kind, str subject, str body)
{
    int known;
    Record r = { .actor = s->me, .at = s->now, .kind = str_from(kind), .subject = subject, .body = body };
    journal_kinds_named(s->site->journal, r.kind, &known);
    CHECK(known > 0 || str_eq(r.kind, S(PERSON_ERASED)));
    CHECK(r.kind.n <= KIND_BYTES_MAX && subject.n <= SUBJECT_BYTES_MAX && body.n > 0);
    if (body.n > BODY_BYTES_MAX)
        fault(s, FAULT_MEMORY, "A record of kind %s has %td bytes; %d is the most", kind, body.n, BODY_BYTES_MAX);

    Given g = new_id(s);
    journal_rows_place_row place;
    str person = str_fmt(s->arena, "%lld", (long long)s->me);
    if (!journal_rows_place(s, g.node, str_from(g.lease), person, subject, &place))
        fault(s, FAULT_AWAY, "Another process writes as node %lld now; this one must renew first", (long long)g.node);
    r.id = g.id;
    r.node = g.node;
    r.seq = place.seq;
    bool silent = place.erased && !str_eq(r.kind, S(PERSON_ERASED));
    journal_rows_append(s, r.id, r.node, r.seq, r.at, r.actor, r.kind, subject, silent ? S("") : body);
    if (!silent) journal_apply(s, &r);
    return g.id;
}

void journal_erase(Scope *s, int64_t person)
{
    journal_add(s, PERSON_ERASED, str_fmt(s->arena, "%lld", (long long)person), S("{}"));
}
