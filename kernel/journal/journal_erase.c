/* journal_erase - words that go.
 *
 * `person.erased` on a card covers the person and every guest who was or will be joined to her. Bodies that are hers lose
 * words and salt and keep the commitment, so that what others signed can still be checked and nothing can be guessed. It is
 * done in parts, a transaction each, and journal_erasing says how far it is:
 *
 *   rows         that modules made of her
 *   own, card    records of her stream, and of her card
 *   elsewhere    what she wrote into other streams
 *   about        what others wrote that is her data
 *   log          files are unlinked and the log of the database is cut; then she is gone
 *
 * `person.forgotten` in a stream begins with the third part, and looks at that stream only.
 *
 * No clock has a part in it: what was begun goes on at the next opportunity. What a law keeps is listed in journal_kept and goes on
 * its day. */
#include "journal/journal_own.h"

#include "files/files.h"

/* Nobody's save waits longer than for one part. Between PostgreSQL and us each of its statements travels. */
enum { PART_WORDS = 64, PART_WORDS_FAR = 16, PAGE_ROWS = 16 };
#define YEAR (366 * DAY)

/* stream: where she said it; 0: everywhere. at: the last record looked at, or a ticket. left: records this transaction may take. */
typedef enum Part { PART_ROWS, PART_OWN, PART_CARD, PART_ELSEWHERE, PART_ABOUT, PART_LOG } Part;
typedef struct Erasing { int64_t person, stream, at, left; Part part; bool waits; } Erasing;

/* ---- whose words ------------------------------------------------------------------------------------------------------- */

static int64_t whose_words(const Record *r, const EntryKind *kind)
{
    if (!kind) return is_personal(r->audience) ? owner_of(r->stream) : 0;      /* nobody knows what it is: in her stream it is hers */
    if (kind->whose == WHOSE_ACTOR) return r->actor;
    return kind->whose == WHOSE_SUBJECT ? journal_subject_id(r) : 0;
}

/* By a clock that was years behind it would be over before it began; ids are not given out earlier than those seen. */
static int64_t kept_until(const EntryKind *kind, const Record *r)
{
    int64_t since = journal_when(r->id) > r->at ? journal_when(r->id) : r->at;
    return kind && kind->keep_years ? since + kind->keep_years * YEAR : 0;
}

bool is_kept(const EntryKind *kind, const Record *r, int64_t now)
{
    return kept_until(kind, r) > now;
}

/* Whether it was said in this stream, by one who may, that she is erased. Its unit may still be stale. */
static bool is_forgotten(Scope *s, int64_t person, int64_t stream)
{
    Record r;
    journal_rows_forgotten_rows rows = journal_rows_forgotten(s, person, stream);
    for (ptrdiff_t i = 0; i < rows.n; i++)
        if (record_by_id(s, rows.row[i].id, &r) && !why_not(s, &r, kind_declared(s, r.kind), false)) return true;
    return false;
}

/* Of a record that comes: whether its words must not be taken in. */
bool words_are_erased(Scope *s, const Record *r, const EntryKind *kind)
{
    int64_t whose = whose_words(r, kind);
    if (!whose || is_kept(kind, r, s->now)) return false;
    return person_erased(s, whose) != 0 || (!is_personal(r->audience) && is_forgotten(s, whose, r->stream));
}

/* A card may be cut between its first line and the word that she is erased, and that word be lost with an old copy. Then nobody knows that
 * she was to be erased, and that she has an account must hold everywhere or nowhere. */
static bool says_nothing(const Record *r) { return r->audience == AUDIENCE_CARD && str_eq(r->body, S("{}")); }

/* A record that comes, of somebody who is gone. A hub that never saw the words must still tell those who did. */
void take_without_words(Scope *s, Stored *r, const EntryKind *kind)
{
    int64_t whose = whose_words(&r->r, kind);
    if (r->r.body.n && !words_are_erased(s, &r->r, kind)) return;
    if (r->r.body.n && !says_nothing(&r->r)) {
        r->mark = commitment(s->arena, r->salt, r->r.body);
        r->r.body = (str){ 0 };
        r->salt = 0;
    }
    if (whose && !is_personal(r->r.audience) && node_is_hub(s, self_node(s))) journal_rows_erasing_add(s, whose, r->r.stream, PART_ELSEWHERE);
}

/* ---- one record --------------------------------------------------------------------------------------------------------- */

static void forget_files(Scope *s, int64_t id)
{
    journal_rows_files_of_rows files = journal_rows_files_of(s, id);
    journal_rows_file_forget(s, id);
    for (ptrdiff_t i = 0; i < files.n; i++)
        if (journal_rows_file_named(s, files.row[i].file) == 0) files_forget(s, files.row[i].file);
}

void record_forget(Scope *s, int64_t id)
{
    journal_rows_wait_not(s, id);
    journal_rows_kept_drop(s, id);
    forget_files(s, id);
    journal_rows_drop(s, id);
}

static void blank(Scope *s, const Stored *r)
{
    journal_rows_blank(s, r->r.id, commitment(s->arena, r->salt, r->r.body));
    journal_rows_wait_not(s, r->r.id);
    journal_rows_kept_drop(s, r->r.id);
    forget_files(s, r->r.id);
    if (!is_personal(r->r.audience)) stale_record(s, &r->r);
}

/* In streams of others, those who hold them and not her card must hear of it; a hub says it to them. */
static void say_forgotten(Scope *s, const Record *r, int64_t person)
{
    int64_t me = s->me;
    if (is_personal(r->audience) || !node_is_hub(s, self_node(s)) || is_forgotten(s, person, r->stream)) return;
    s->me = 0;
    person_forgotten_add(s, r->audience, r->stream, person);
    s->me = me;
}

/* Also where the words never came here, or are gone already: others may have them. */
static void forget_record(Scope *s, int64_t id, const Erasing *e)
{
    Stored r;
    Arena mark = *s->arena;
    const EntryKind *kind = stored_by_id(s, id, &r) ? kind_declared(s, r.r.kind) : NULL;
    bool hers = r.r.id && whose_words(&r.r, kind) == e->person && (!e->stream || r.r.stream == e->stream);
    int64_t until = hers && r.r.body.n ? kept_until(kind, &r.r) : 0;
    if (until > s->now) journal_rows_kept_add(s, id, e->person, until);
    else if (hers) {
        if (r.r.body.n && !says_nothing(&r.r)) blank(s, &r);
        say_forgotten(s, &r.r, e->person);
    }
    scope_rewind(s, mark);
}

/* ---- in parts ------------------------------------------------------------------------------------------------------------- */

static int64_t part_words(const Scope *s) { return db_engine(s->site->db) == DB_POSTGRES ? PART_WORDS_FAR : PART_WORDS; }

static void go_on_with(Erasing *e, Part part) { e->part = part; e->at = 0; }

typedef struct Page { int64_t id[PAGE_ROWS]; ptrdiff_t n; } Page;

static Page page_of(Scope *s, const Erasing *e)
{
    Page p = { .n = 0 };
    if (e->part == PART_OWN || e->part == PART_CARD) {
        journal_rows_in_stream_after_rows rows = journal_rows_in_stream_after(s, e->part == PART_OWN ? e->person : -e->person, e->at, PAGE_ROWS);
        for (; p.n < rows.n; p.n++) p.id[p.n] = rows.row[p.n].id;
    } else if (e->part == PART_ELSEWHERE) {
        journal_rows_by_others_rows rows = journal_rows_by_others(s, e->person, e->at, PAGE_ROWS);
        for (; p.n < rows.n; p.n++) p.id[p.n] = rows.row[p.n].id;
    } else {
        journal_rows_speaks_of_rows rows = journal_rows_speaks_of(s, e->person, e->at, PAGE_ROWS);
        for (; p.n < rows.n; p.n++) p.id[p.n] = rows.row[p.n].record;
    }
    return p;
}

static void records_part(Scope *s, Erasing *e)
{
    while (e->left > 0) {
        Arena mark = *s->arena;
        Page p = page_of(s, e);
        for (ptrdiff_t i = 0; i < p.n; i++) forget_record(s, e->at = p.id[i], e);
        e->left -= p.n + 1;
        scope_rewind(s, mark);
        if (p.n == PAGE_ROWS) continue;
        go_on_with(e, (Part)(e->part + 1));
        return;
    }
}

static void rows_part(Scope *s, Erasing *e)
{
    e->left = person_rows_trim(s, e->person, e->left);
    if (e->left > 0) go_on_with(e, PART_OWN);
}

/* The log is cut after all of it is in the file. True: nothing is left. */
static bool log_part(Scope *s, Erasing *e)
{
    Unlinked how = files_unlink_forgotten(s);
    e->waits = how == UNLINKED_NOT;
    if (how != UNLINKED_ALL) return false;
    if (e->at && db_is_scrubbed(s->site->db, e->at)) return true;
    e->waits = e->at != 0;
    if (!e->at) e->at = db_scrub(s->site->db);
    return e->at == 0;
}

static void done(Scope *s, const Erasing *e)
{
    journal_rows_erasing_done(s, e->person, e->stream);
    if (!e->stream) journal_rows_gone_add(s, e->person, s->now);
}

/* Rows that are made of what is left, or of the words of a guest who was two people, and the files: the log comes after them. False: some
 * are still to be made, or to be unlinked in a transaction that finds the rows that named them surely gone. */
static bool rest_settles(Scope *s, const Erasing *e)
{
    int64_t person = journal_canonical(s, e->person);
    if (!e->stream && person_erased(s, person)) stale_rest(s, person);
    else if (!e->stream) stale_person(s, person);
    return settle(s, part_words(s)) && !files_any_forgotten(s);
}

static void erase_part(Scope *s, Erasing *e)
{
    bool ready = e->part == PART_LOG;
    if (e->part == PART_ROWS) rows_part(s, e);
    while (e->left > 0 && e->part != PART_ROWS && e->part != PART_LOG) records_part(s, e);
    if (!ready && e->part == PART_LOG) ready = rest_settles(s, e) && e->left > 0;
    if (ready && log_part(s, e)) done(s, e);
    else journal_rows_erasing_go_on(s, e->person, e->stream, e->part, e->at);
}

/* A ticket is this process's: after a restart it asks for another one. */
static bool is_of_before(const Scope *s, const journal_rows_erasing_next_row *row)
{
    return row->part == PART_LOG && row->at > 0 && !db_knows_ticket(s->site->db, row->at);
}

bool erase_more(Scope *s, void *arg)
{
    bool *ret_more = arg;
    journal_rows_erasing_next_row row;
    *ret_more = journal_rows_erasing_next(s, &row);
    if (*ret_more) {
        Erasing e = { row.person, row.stream, is_of_before(s, &row) ? 0 : row.at, part_words(s), (Part)row.part, false };
        erase_part(s, &e);
        *ret_more = !e.waits;
    }
    settle(s, part_words(s));
    return true;
}

/* What this installation alone keeps of her: sessions, what she signs in with. */
static void local_rows_drop(Scope *s, int64_t person)
{
    const Journal *j = s->site->journal;
    DbValue args[] = { { .kind = DB_INT, .i = person }, { .kind = DB_INT, .i = INT32_MAX } };
    for (int i = 0; i < j->local_n; i++) db_run(s, j->local[i]->trim, args);
}

/* Inside the settling of cards: rows of modules are not to be touched here. */
void erase_begin(Scope *s, int64_t person)
{
    local_rows_drop(s, person);
    journal_rows_erasing_add(s, person, 0, PART_ROWS);
}

/* Of people who are gone but for what a law kept until now. */
bool erase_kept_job(Scope *s, str body)
{
    journal_rows_kept_due_rows due = journal_rows_kept_due(s, s->now);
    for (ptrdiff_t i = 0; i < due.n; i++) journal_rows_erasing_add(s, due.row[i].person, 0, PART_ROWS);
    return true;
}

/* Where her card is held too, she is erased everywhere already. */
void person_forgotten_apply(Scope *s, const Record *r)
{
    int64_t person = journal_subject_id(r);
    if (person && !person_erased(s, person)) journal_rows_erasing_add(s, person, r->stream, PART_ELSEWHERE);
}

/* ---- what a rule calls ------------------------------------------------------------------------------------------------------ */

/* A first part in this transaction: of a small account nothing is left when it ends, but files, and the log. */
static void erase_now(Scope *s, int64_t person)
{
    Erasing e = { .person = person, .left = part_words(s) };
    erase_part(s, &e);
    settle(s, part_words(s));
}

void journal_erase(Scope *s, int64_t person)
{
    Ids all = journal_everybody(s, person);
    person_erased_add(s, person, person);
    for (ptrdiff_t i = 0; i < all.n; i++) erase_now(s, all.row[i]);
}

/* ---- what stays --------------------------------------------------------------------------------------------------------------- */

static void kept_count(Scope *s, KeptKinds *kinds, str kind, int64_t n, const Record *latest)
{
    const EntryKind *d = kind_declared(s, kind);
    if (!d || !is_kept(d, latest, s->now)) return;
    for (ptrdiff_t i = 0; i < kinds->n; i++)
        if (str_eq(kinds->row[i].kind, kind)) {
            kinds->row[i].records += n;
            return;
        }
    str why = tr_text(s->lang, d->keep_why);
    kinds->row[kinds->n++] = (KeptKind){ kind, why, n, kept_until(d, latest) };
}

KeptKinds journal_kept(Scope *s, int64_t person)
{
    KeptKinds kinds = { NEW(s->arena, KeptKind, s->site->journal->kind_n), 0 };
    Ids all = journal_everybody(s, person);
    for (ptrdiff_t i = 0; i < all.n; i++) {
        journal_rows_kinds_of_rows own = journal_rows_kinds_of(s, all.row[i]);
        for (ptrdiff_t k = 0; k < own.n; k++)
            kept_count(s, &kinds, own.row[k].kind, own.row[k].n, &(Record){ .id = own.row[k].last, .at = own.row[k].latest });
        journal_rows_kinds_by_rows by = journal_rows_kinds_by(s, all.row[i]);
        for (ptrdiff_t k = 0; k < by.n; k++)
            kept_count(s, &kinds, by.row[k].kind, by.row[k].n, &(Record){ .id = by.row[k].last, .at = by.row[k].latest });
    }
    return kinds;
}
