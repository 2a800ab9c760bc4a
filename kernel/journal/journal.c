/* journal - ids, and appending.
 *
 * Ids follow the clock, but never back: one that was given out is remembered here, and `mark` in journal_node says on
 * disk how far the ids of this number may have gone, so that a restart with a wrong clock begins above it. An id beyond
 * the mark that is known to be on disk travels with an UPDATE of the mark in its own transaction; both are kept or
 * neither.
 *
 * A record seen from another node pulls our ids forward too: an edit made here after it has a later id, even when this
 * node's clock is an hour behind. So what is written here comes last in its unit and is simply applied; only another
 * process over the same database, whose clock is ahead, can have put something later there, and then we go on from it. */
#include "journal/journal_own.h"

#include "files/files.h"

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
    g.id = id_at(ms, j->node, j->counter);
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

void ids_go_back(Scope *s, int64_t ms)
{
    Journal *j = s->site->journal;
    pthread_mutex_lock(&j->lock);
    j->last_ms = ms;
    j->counter = COUNTERS;
    j->mark = ms;
    int64_t node = j->node;
    pthread_mutex_unlock(&j->lock);
    journal_rows_set_mark(s, node, ms);
}

int64_t journal_id(Scope *s)
{
    return new_id(s).id;
}

int64_t journal_when(int64_t id) { return id_ms(id) + JOURNAL_EPOCH; }

int64_t journal_node(const Scope *s)
{
    Journal *j = s->site->journal;
    pthread_mutex_lock(&j->lock);
    int64_t node = j->node;
    pthread_mutex_unlock(&j->lock);
    return node;
}

/* ---- subjects ------------------------------------------------------------------------------------------------------ */

str journal_subject(Scope *s, int64_t id)
{
    return str_fmt(s->arena, "%lld", (long long)id);
}

int64_t journal_subject_id(const Record *r)
{
    int64_t id;
    return str_int(r->subject, &id) ? id : 0;
}

/* ---- whom a record speaks of, and which files it names ---------------------------------------------------------------- */

static void fields_note(Scope *s, const Record *r, const BodyShape *shape, const char *body)
{
    typedef struct Rows { const char *row; ptrdiff_t n; } Rows;
    for (int i = 0; i < shape->field_n; i++) {
        const BodyField *f = &shape->field[i];
        const char *at = body + f->offset;
        if (f->type == BODY_PERSON && *(const int64_t *)at && *(const int64_t *)at != r->actor)
            journal_rows_about_add(s, *(const int64_t *)at, r->id);
        if (f->type == BODY_FILE && ((const str *)at)->n) journal_rows_file_add(s, *(const str *)at, r->id);
        for (ptrdiff_t k = 0; f->type == BODY_LIST && k < ((const Rows *)at)->n; k++)
            fields_note(s, r, f->rows, ((const Rows *)at)->row + k * (ptrdiff_t)f->rows->size);
    }
}

/* Cards say who is who by themselves. */
static void record_note(Scope *s, const Record *r, const EntryKind *kind, const void *body)
{
    int64_t subject = kind->subject == SUBJECT_PERSON ? journal_subject_id(r) : 0;
    if (r->audience == AUDIENCE_CARD) return;
    if (subject && subject != r->actor) journal_rows_about_add(s, subject, r->id);
    if (body) fields_note(s, r, kind->shape, body);
}

typedef struct Noting { Record r; const EntryKind *kind; } Noting;

static void note_step(Scope *s, void *arg)
{
    Noting *n = arg;
    const BodyShape *shape = n->kind->shape;
    void *body = shape->size ? arena_alloc(s->arena, (ptrdiff_t)shape->size, (ptrdiff_t)shape->align, 1) : NULL;
    if (n->r.body.n && body_fetch(s, &n->r) && body_read(s, shape, n->r.body, body)) record_note(s, &n->r, n->kind, body);
}

void note_again(Scope *s, const Record *r)
{
    Landing landing;
    Arena mark = *s->arena;
    Noting n = { *r, kind_declared(s, r->kind) };
    outside_note(s, r);
    if (!n.kind) {
        journal_rows_wait(s, r->id, str_cat(s->arena, S("kind "), r->kind));
        return;
    }
    if (stream_wrong(r, n.kind)) journal_rows_refuse(s, r->id, str_from(stream_wrong(r, n.kind)));      /* no unit looks for it there */
    bool fine = scope_try(s, note_step, &n, &landing);
    scope_rewind(s, mark);
    if (!fine) fault_at(s->landing, landing.file, landing.line, landing.kind, "%s", landing.what);
}

/* ---- bodies ------------------------------------------------------------------------------------------------------------ */

int64_t salt_new(void)
{
    int64_t salt;
    do {
        os_random(&salt, sizeof salt);
        salt &= INT64_MAX;
    } while (salt == 0);
    return salt;
}

static str body_text(Scope *s, const EntryKind *kind, const void *body)
{
    Out o;
    out_init(&o, s->arena, 256);
    Json j = json_to(&o);
    if (!body) return S("{}");
    body_write(&j, kind->shape, body);
    return out_text(&o);
}

/* What is too long for the table lies in a file, and the body says which. */
static str body_outside(Scope *s, const EntryKind *kind, str text, str *ret_file)
{
    StoredFile file;
    if (text.n > JOURNAL_BODY_MAX)
        fault(s, FAULT_MEMORY, "A record of kind %s has %td bytes; %d is the most", kind->kind, text.n, JOURNAL_BODY_MAX);
    if (!files_keep_bytes(s, text, S("application/json"), &file)) fault(s, FAULT_DISK, "There is no room for a record of %td bytes", text.n);
    *ret_file = file.name;
    return str_fmt(s->arena, "{\"file\":\"%.*s\",\"size\":%td}", STR_ARG(file.name), text.n);
}

/* What nobody could read again must not be kept: a rule has let through what its kind does not allow. */
static bool body_reads_the_same(Scope *s, const EntryKind *kind, const Record *r, const void *body)
{
    if (!body || body_is_exact(kind->shape, body)) return true;
    void *again = arena_alloc(s->arena, (ptrdiff_t)kind->shape->size, (ptrdiff_t)kind->shape->align, 1);
    if (!body_read(s, kind->shape, r->body, again)) fault(s, FAULT_DB, "%s:%d: %s: its body is not of the shape of its kind", kind->file, kind->line, kind->kind);
    return false;
}

/* ---- append ------------------------------------------------------------------------------------------------------------ */

typedef struct Adding { const EntryKind *kind; Record r; bool own, hers, erased, in_order; int64_t salt; str file; } Adding;

static void take_place(Scope *s, Adding *a)
{
    journal_rows_place_row place;
    Record *r = &a->r;
    int64_t whose = is_personal(r->audience) ? owner_of(r->stream) : r->actor;
    Given g = new_id(s);
    if (!journal_rows_place(s, r->stream, g.node, str_from(g.lease), whose, &place))
        fault(s, FAULT_AWAY, "Another process writes as node %lld now; this one must renew first", (long long)g.node);
    int64_t top = place.top > place.top_beside ? place.top : place.top_beside;
    if (top > g.id) {
        journal_follow(s->site->journal, top);
        g = new_id(s);
    }
    journal_rows_place_take(s, r->stream, g.node, place.seq, g.id);
    if (place.stale) s->site->journal->stale_any = true;
    r->id = g.id;
    r->node = g.node;
    r->seq = place.seq;
    r->person = is_personal(r->audience) && place.who > 0 ? place.who : whose;
    a->own = is_personal(r->audience) && r->actor == whose;
    a->hers = a->own && a->kind->needs & NEEDS_SELF && id_node(whose) == g.node && !place.revoked;
    a->in_order = !is_personal(r->audience) || (place.who <= 0 && place.guests == 0);
    bool plain = a->own && a->kind->whose == WHOSE_ACTOR && place.who <= 0;
    a->erased = plain ? place.who < 0 || place.erased_through > 0 : words_are_erased(s, r, a->kind);
}

static void insert(Scope *s, Adding *a)
{
    const Record *r = &a->r;
    str mark = { 0 };
    if (a->erased) {
        mark = commitment(s->arena, a->salt, r->body);
        a->salt = 0;
        a->r.body = (str){ 0 };
        if (a->file.n && journal_rows_file_named(s, a->file) == 0) files_forget(s, a->file);
    }
    journal_rows_append(s, r->id, r->node, r->seq, r->at, r->actor, r->audience, r->stream, a->own, r->kind, r->subject, r->body,
                        a->salt, mark);
}

/* A stream has one audience: nobody else would take from it what comes after a record of another. */
static const char *why_not_here(Scope *s, const Adding *a)
{
    Audience here = audience_here(s, a->r.stream);
    return here && here != a->r.audience ? "this stream is of another sort" : why_not(s, &a->r, a->kind, true);
}

static int64_t add(Scope *s, const EntryKind *kind, Audience audience, int64_t stream, str subject, const void *body)
{
    CHECK(s->writing && !s->applying && subject.n <= SUBJECT_BYTES_MAX && stream != 0);
    Adding a = { .kind = kind, .salt = salt_new(), .r = { .actor = s->me, .at = s->now, .audience = audience, .stream = stream,
                 .kind = str_from(kind->kind), .subject = subject, .body = body_text(s, kind, body) } };
    bool exact = body_reads_the_same(s, kind, &a.r, body);
    if (a.r.body.n > INLINE_BYTES_MAX) a.r.body = body_outside(s, kind, a.r.body, &a.file);
    take_place(s, &a);
    const char *why = a.hers ? subject_wrong(&a.r, kind) : why_not_here(s, &a);
    if (why) fault(s, FAULT_DB, "%s:%d: %s: %s", kind->file, kind->line, kind->kind, why);
    insert(s, &a);
    if (!a.erased) record_note(s, &a.r, kind, body);
    if (a.file.n && !a.erased) journal_rows_file_add(s, a.file, a.r.id);
    if (land(s, &a.r, &(Here){ a.in_order, body && !a.erased && exact ? body : NULL })) settle(s, PART_RECORDS);
    s->site->journal->careful = false;
    return a.r.id;
}

int64_t journal_add(Scope *s, const EntryKind *kind, int64_t stream, str subject, const void *body)
{
    CHECK(__builtin_popcount((unsigned)kind->audiences) == 1);
    return add(s, kind, (Audience)__builtin_ctz((unsigned)kind->audiences), stream, subject, body);
}

int64_t journal_add_in(Scope *s, const EntryKind *kind, Audience audience, int64_t stream, str subject, const void *body)
{
    return add(s, kind, audience, stream, subject, body);
}
