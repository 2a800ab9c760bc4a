/* journal_fold - how records become rows.
 *
 * The rule that must not break: the rows of a unit are what its valid records make of empty tables, applied in the order of
 * their ids, whatever the order they came in. A record that comes last in its unit is applied to the rows there are, which
 * is the same; everything else (a late record, an erasure, a guest who turns out to be somebody, a standing that begins or
 * ends) marks the units it touches stale, and settle makes them again.
 *
 * Units are a module's: rows of one never depend on rows of another. Who is who and who may do what is asked of the cards
 * and standings, which therefore settle first. */
#include "journal/journal_own.h"

enum { TRIM_ROWS = 1000, PAGE_ROWS = 500 };

/* ---- records by id ------------------------------------------------------------------------------------------------ */

/* person is left for who knows: see record_with_person. */
bool record_by_id(Scope *s, int64_t id, Record *ret)
{
    journal_rows_record_row p;
    if (!journal_rows_record(s, id, &p)) return false;
    *ret = (Record){ .id = p.id, .node = p.node, .seq = p.seq, .at = p.at, .actor = p.actor, .person = p.actor,
                     .audience = (Audience)p.audience, .stream = p.stream, .kind = p.kind, .subject = p.subject, .body = p.body };
    return true;
}

bool record_with_person(Scope *s, int64_t id, Record *ret)
{
    if (!record_by_id(s, id, ret)) return false;
    if (is_personal(ret->audience)) ret->person = journal_canonical(s, owner_of(ret->stream));
    return true;
}

/* ---- does it count? ------------------------------------------------------------------------------------------------- */

static bool is_self(Scope *s, const Record *r)
{
    int64_t owner = owner_of(r->stream);
    return is_personal(r->audience) && r->actor != 0 && (r->actor == owner || r->actor == journal_canonical(s, owner));
}

static Stands may_write(Scope *s, const Record *r, int needs)
{
    if (needs & NEEDS_ANYONE && r->actor != 0) return STANDS_YES;
    if (needs & NEEDS_SELF && is_self(s, r)) return STANDS_YES;
    if (needs & NEEDS_HUB && r->actor == 0 && node_is_hub(s, r->node)) return STANDS_YES;
    int rest = needs & ~(NEEDS_ANYONE | NEEDS_SELF | NEEDS_HUB);
    return rest && r->actor != 0 ? has_standing(s, r->actor, rest, r->audience, r->stream, r->id) : STANDS_NO;
}

const char *stream_wrong(const Record *r, const EntryKind *kind)
{
    return may_stand_in(kind, r->audience) && stream_fits(r->audience, r->stream) ? NULL : "this kind does not belong into this stream";
}

/* Units are found by their subjects: there is one way to write each, and none is empty. */
const char *subject_wrong(const Record *r, const EntryKind *kind)
{
    str subject = r->subject;
    int64_t id;
    bool fits = kind->subject == SUBJECT_NONE ? subject.n == 0 : kind->subject == SUBJECT_TEXT ? subject.n > 0
              : str_int(subject, &id) && (subject.p[0] > '0' || subject.n == 1);
    return fits ? NULL : "its subject is not of its kind";
}

static const char *const no_standing = "its actor had not the standing for it";

const char *why_not(Scope *s, const Record *r, const EntryKind *kind, bool here)
{
    journal_rows_node_row node;
    Stands may;
    if (stream_wrong(r, kind)) return stream_wrong(r, kind);
    if (subject_wrong(r, kind)) return subject_wrong(r, kind);
    if (journal_rows_node(s, r->node, &node) && node.revoked && r->id > node.revoked) return "its node was revoked before";
    may = may_write(s, r, kind->needs);
    if (may == STANDS_NO || (may == STANDS_UNKNOWN && here)) return no_standing;
    if (may == STANDS_UNKNOWN && hub_denies(s, r->id)) return "a hub says that its actor had not the standing for it";
    if (is_personal(r->audience) && !node_speaks_for(s, r->node, owner_of(r->stream), r->id)) return "its node may not speak for this person";
    return NULL;
}

static bool counts(Scope *s, const Record *r, const EntryKind *kind)
{
    const char *why = why_not(s, r, kind, false);
    if (why) journal_rows_refuse(s, r->id, str_from(why));
    return !why;
}

/* ---- applying one ------------------------------------------------------------------------------------------------------ */

/* A body that says nothing is still there (journal_erase.c). */
static bool is_erased(Scope *s, const Record *r, const EntryKind *declared)
{
    if (declared->whose == WHOSE_NOBODY) return false;
    return r->body.n == 0 || (r->audience == AUDIENCE_CARD && person_erased(s, owner_of(r->stream)));
}

static void apply_step(Scope *s, void *arg)
{
    Applying *a = arg;
    const EntryKind *declared = a->row->declared;
    if (is_erased(s, &a->r, declared) && !is_journals(a->row->module)) return;      /* that she had an account stays true */
    if (a->body) {
        s->applying = true;
        a->row->row->apply(s, &a->r, a->body);
        return;
    }
    if (!body_fetch(s, &a->r)) return;
    void *body = declared->shape->size ? arena_alloc(s->arena, (ptrdiff_t)declared->shape->size, (ptrdiff_t)declared->shape->align, 1) : NULL;
    if (!body_read(s, declared->shape, a->r.body, body)) {
        journal_rows_refuse(s, a->r.id, S("its body is not of the shape of its kind"));
        return;
    }
    s->applying = true;
    a->row->row->apply(s, &a->r, body);
}

/* A rule that cannot take what another node has signed (two records that bear one key, say) refuses it and is left behind. To
 * undo what it did needs a savepoint, and SQLite's grow slow with the transaction; so the whole piece of work is run again, and
 * then with one for each record. */
static void not_applied(Scope *s, const Record *r, const Here *here, bool careful, const Landing *why)
{
    bool its_own = !here && why->kind == FAULT_DB;
    if (its_own && careful) {
        journal_rows_refuse(s, r->id, str_fmt(s->arena, "its rule failed: %s", why->what));
        return;
    }
    if (its_own) s->site->journal->careful = true;
    fault_at(s->landing, why->file, why->line, its_own ? FAULT_RETRY : why->kind, "%s", why->what);
}

/* What applies a record sees whose rows it makes and the time of the record, whoever carries it and whenever it comes.
 * Memory and bodies end with each, so that a hundred thousand take no more room than one. */
static void apply(Scope *s, const Record *r, const KindRow *row, const Here *here, bool in_unit)
{
    Arena mark = *s->arena;
    int64_t me = s->me, now = s->now;
    bool applying = s->applying;
    Journal *j = s->site->journal;
    Landing landing;
    Applying a = { *r, row, here ? here->body : NULL, in_unit };
    s->me = r->person;
    s->now = r->at;
    j->applying = &a;
    bool careful = !here && j->careful;
    bool applied = careful ? db_try(s, apply_step, &a, &landing) : scope_try(s, apply_step, &a, &landing);
    j->applying = NULL;
    scope_rewind(s, mark);
    s->me = me;
    s->now = now;
    s->applying = applying;
    if (!applied) not_applied(s, r, here, careful, &landing);
}

/* ---- what is stale ------------------------------------------------------------------------------------------------------- */

static void stale(Scope *s, const char *module, Meet meet, Audience audience, int64_t stream, str topic)
{
    journal_rows_stale_add(s, !is_journals(module), str_from(module), meet, audience, stream, topic);
    s->site->journal->stale_marks++;
    s->site->journal->stale_any = true;
}

void stale_look(Scope *s)
{
    journal_rows_stale_next_row row;
    if (journal_rows_stale_next(s, &row)) s->site->journal->stale_any = true;
}

/* Records of one subject are one unit, whether all of them count or the latest. */
static Meet unit_meet(const EntryKind *kind) { return kind->meet == MEET_LATEST ? MEET_ORDER : kind->meet; }

/* Which unit of this module a record belongs to. Cards are the journal's own, and each is a unit; for the others a
 * person's stream and card are one with those of the guests she was. */
Unit unit_of(Scope *s, const char *module, const Record *r, const EntryKind *kind)
{
    int64_t stream = !is_personal(r->audience) ? r->stream : is_journals(module) ? owner_of(r->stream) : r->person;
    str topic = kind->meet == MEET_EACH ? journal_subject(s, r->id) : kind->meet == MEET_STREAM ? S("") : r->subject;
    return (Unit){ module, unit_meet(kind), is_personal(r->audience) ? AUDIENCE_PERSON : r->audience, stream, topic };
}

static void stale_unit(Scope *s, const Unit *u)
{
    stale(s, u->module, u->meet, u->audience, u->stream, u->topic);
}

void stale_record(Scope *s, const Record *r)
{
    int n;
    const KindRow *row = kinds_named(s->site->journal, r->kind, &n);
    for (int i = 0; i < n; i++) {
        Unit u = unit_of(s, row[i].module, r, row[i].declared);
        stale_unit(s, &u);
    }
}

void stale_person(Scope *s, int64_t person)
{
    const Journal *j = s->site->journal;
    for (int i = 0; i < j->maker_n; i++)
        if (!is_journals(j->makers[i].module))
            stale(s, j->makers[i].module, MEET_STREAM, AUDIENCE_PERSON, person, S(""));
}

/* Is there a kind of hers that this module makes rows of and that stays when she goes? */
static bool keeps_some(const Journal *j, const char *module)
{
    for (int i = 0; i < j->kind_n; i++) {
        const EntryKind *k = j->kinds[i].declared;
        bool hers = may_stand_in(k, AUDIENCE_PERSON) || may_stand_in(k, AUDIENCE_CARD);
        if (hers && (k->whose != WHOSE_ACTOR || k->keep_years) && strcmp(j->kinds[i].module, module) == 0) return true;
    }
    return false;
}

void stale_rest(Scope *s, int64_t person)
{
    const Journal *j = s->site->journal;
    for (int i = 0; i < j->maker_n; i++)
        if (!is_journals(j->makers[i].module) && keeps_some(j, j->makers[i].module))
            stale(s, j->makers[i].module, MEET_STREAM, AUDIENCE_PERSON, person, S(""));
}

void stale_card(Scope *s, int64_t person)
{
    stale(s, journal_module.name, MEET_STREAM, AUDIENCE_PERSON, person, S(""));
}

static void stale_node_in(Scope *s, int64_t stream, int64_t node, int64_t after)
{
    Record r;
    Arena mark = *s->arena;
    journal_rows_of_node_in_rows rows = journal_rows_of_node_in(s, stream, node, after);
    for (ptrdiff_t i = 0; i < rows.n; i++)
        if (record_with_person(s, rows.row[i].id, &r)) stale_record(s, &r);
    scope_rewind(s, mark);
}

void stale_node(Scope *s, int64_t node, int64_t after)
{
    int64_t from = after;
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        journal_rows_heads_after_rows heads = journal_rows_heads_after(s, node, from, PAGE_ROWS);
        for (ptrdiff_t i = 0; i < heads.n; i++) stale_node_in(s, heads.row[i].stream, node, after);
        more = heads.n == PAGE_ROWS;
        if (more) from = heads.row[heads.n - 1].id;
        scope_rewind(s, mark);
    }
}

/* ---- making a unit again --------------------------------------------------------------------------------------------------- */

static int64_t trim_some(Scope *s, const DbTable *t, const DbValue *key, int key_n, int64_t most)
{
    DbValue args[3];
    for (int i = 0; i < key_n; i++) args[i] = key[i];
    args[key_n] = (DbValue){ .kind = DB_INT, .i = most };
    return db_run(s, t->trim, args);
}

static void trim(Scope *s, const DbTable *t, const DbValue *key, int key_n)
{
    while (trim_some(s, t, key, key_n, TRIM_ROWS) == TRIM_ROWS) {}
}

/* Rows that every module has made of a person, at most so many. Returns what is left of `most`. */
int64_t person_rows_trim(Scope *s, int64_t person, int64_t most)
{
    const Journal *j = s->site->journal;
    DbValue key = { .kind = DB_INT, .i = person };
    bool applying = s->applying;
    s->applying = true;
    for (int m = 0; m < j->maker_n; m++)
        for (int t = 0; t < j->makers[m].table_n; t++) {
            const DbTable *table = j->makers[m].table[t];
            for (int64_t n = 1; most > 0 && n > 0 && table->by && strcmp(table->by, "person") == 0; most -= n)
                n = trim_some(s, table, &key, 1, most < TRIM_ROWS ? most : TRIM_ROWS);
        }
    s->applying = applying;
    return most;
}

static const char *by_word(const Unit *u)
{
    static const char *const words[AUDIENCES] = { "", "public", "economy", "body", "centre", "firm", "matter", "person", "card" };
    if (u->meet == MEET_EACH) return "record";
    if (u->meet != MEET_STREAM) return "subject";
    return u->audience == AUDIENCE_PERSON && is_journals(u->module) ? "card" : words[u->audience];
}

/* A subject is a text or an id, and may have its stream before it: the parameters of the query say which. */
static void trim_unit(Scope *s, const DbTable *t, const Unit *u)
{
    DbValue stream = { .kind = DB_INT, .i = u->stream }, topic = { .kind = DB_TEXT, .s = u->topic };
    bool two = strlen(t->trim->params) == 3;
    if (u->meet == MEET_STREAM) {
        trim(s, t, &stream, 1);
        return;
    }
    if (t->trim->params[two] == 'i') {
        topic.kind = DB_INT;
        if (!str_int(u->topic, &topic.i)) return;
    }
    if (two) trim(s, t, (DbValue[]){ stream, topic }, 2);
    else trim(s, t, &topic, 1);
}

static void unit_rows_drop(Scope *s, const Unit *u)
{
    const Maker *m = maker_named(s->site->journal, u->module);
    const char *by = by_word(u);
    bool applying = s->applying;
    s->applying = true;
    for (int i = 0; m && i < m->table_n; i++)
        if (m->table[i]->by && strcmp(m->table[i]->by, by) == 0) trim_unit(s, m->table[i], u);
    s->applying = applying;
    unit_standing_drop(s, u);
}

static const KindRow *row_of_module(const Journal *j, str kind, const char *module)
{
    int n;
    const KindRow *row = kinds_named(j, kind, &n);
    for (int i = 0; i < n; i++)
        if (strcmp(row[i].module, module) == 0) return &row[i];
    return NULL;
}

/* True: it was one of this unit's, and it counts. */
static bool apply_in_unit(Scope *s, const Unit *u, int64_t id)
{
    Record r;
    Arena mark = *s->arena;
    const KindRow *row = record_by_id(s, id, &r) ? row_of_module(s->site->journal, r.kind, u->module) : NULL;
    bool mine = row && unit_meet(row->declared) == u->meet && is_personal(r.audience) == (u->audience == AUDIENCE_PERSON);
    if (mine && is_personal(r.audience)) r.person = u->stream;
    if (mine && u->refusals) journal_rows_refuse_not(s, id);
    if (mine && u->erased && row->declared->whose == WHOSE_ACTOR && !is_kept(row->declared, &r, s->now)) return false;
    mine = mine && counts(s, &r, row->declared);
    if (mine) apply(s, &r, row, NULL, true);
    scope_rewind(s, mark);
    return mine;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

typedef struct IdList { int64_t *row; ptrdiff_t n, cap; } IdList;

static void ids_add(Scope *s, IdList *list, int64_t stream)
{
    journal_rows_ids_of_stream_rows rows = journal_rows_ids_of_stream(s, stream);
    if (list->n + rows.n > list->cap) {
        int64_t *more = NEW(s->arena, int64_t, 2 * (list->n + rows.n));
        if (list->n) memcpy(more, list->row, sizeof *more * (size_t)list->n);
        list->row = more;
        list->cap = 2 * (list->n + rows.n);
    }
    for (ptrdiff_t i = 0; i < rows.n; i++) list->row[list->n++] = rows.row[i].id;
}

/* All records of a stream unit: of a person her streams and cards and those of her guests; a guest who is somebody else by
 * now has none. */
static IdList ids_of_stream_unit(Scope *s, const Unit *u)
{
    IdList list = { 0 };
    if (u->audience != AUDIENCE_PERSON) ids_add(s, &list, u->stream);
    else if (is_journals(u->module)) ids_add(s, &list, -u->stream);
    else if (journal_canonical(s, u->stream) == u->stream) {
        Ids all = journal_everybody(s, u->stream);
        for (ptrdiff_t i = 0; i < all.n; i++) {
            ids_add(s, &list, all.row[i]);
            ids_add(s, &list, -all.row[i]);
        }
    }
    if (list.n) qsort(list.row, (size_t)list.n, sizeof *list.row, by_id);
    return list;
}

static int64_t make_stream(Scope *s, const Unit *u)
{
    IdList list = ids_of_stream_unit(s, u);
    for (ptrdiff_t i = 0; i < list.n; i++) apply_in_unit(s, u, list.row[i]);
    return list.n;
}

static bool is_latest(Scope *s, str kind, const char *module)
{
    const KindRow *row = row_of_module(s->site->journal, kind, module);
    return row && row->declared->meet == MEET_LATEST;
}

static bool counts_in_unit(Scope *s, const Unit *u, int64_t id)
{
    Record r;
    Arena mark = *s->arena;
    const KindRow *row = record_by_id(s, id, &r) ? row_of_module(s->site->journal, r.kind, u->module) : NULL;
    bool counts = row && !why_not(s, &r, row->declared, false) && (r.body.n > 0 || row->declared->whose == WHOSE_NOBODY);
    scope_rewind(s, mark);
    return counts;
}

/* Whether it would count nobody asks any more, and so it is not told as refused. */
static void pass_over(Scope *s, const Unit *u, journal_rows_ids_of_subject_row *row)
{
    if (u->refusals) journal_rows_refuse_not(s, row->id);
    row->id = 0;
}

/* Of a kind of which the latest counts, all before the last one that counts are passed over: their id becomes 0. */
static void pass_over_earlier(Scope *s, const Unit *u, journal_rows_ids_of_subject_rows rows)
{
    for (ptrdiff_t i = rows.n; i-- > 0;) {
        if (!rows.row[i].id || !is_latest(s, rows.row[i].kind, u->module) || !counts_in_unit(s, u, rows.row[i].id)) continue;
        for (ptrdiff_t k = i; k-- > 0;)
            if (rows.row[k].id && str_eq(rows.row[k].kind, rows.row[i].kind)) pass_over(s, u, &rows.row[k]);
    }
}

static int64_t make_subject(Scope *s, const Unit *u)
{
    journal_rows_ids_of_subject_rows rows = journal_rows_ids_of_subject(s, u->stream, u->topic);
    pass_over_earlier(s, u, rows);
    for (ptrdiff_t i = 0; i < rows.n; i++)
        if (rows.row[i].id) apply_in_unit(s, u, rows.row[i].id);
    return rows.n;
}

static int64_t make_one(Scope *s, const Unit *u)
{
    int64_t id;
    if (str_int(u->topic, &id)) apply_in_unit(s, u, id);
    return 1;
}

static int64_t unit_fill(Scope *s, const Unit *u)
{
    if (u->meet == MEET_STREAM) return make_stream(s, u);
    return u->meet == MEET_EACH ? make_one(s, u) : make_subject(s, u);
}

/* Returns how many records it looked at. */
int64_t unit_make(Scope *s, Unit *u)
{
    Arena mark = *s->arena;
    UnitBefore before = unit_before(s, u);
    u->refusals = journal_rows_refused_n(s) > 0;
    u->erased = u->audience == AUDIENCE_PERSON && !is_card(u) && person_erased(s, u->stream);
    unit_rows_drop(s, u);
    int64_t n = unit_fill(s, u);
    unit_compare(s, u, &before);
    scope_rewind(s, mark);
    return n + 1;
}

static bool settle_some(Scope *s, int64_t records, bool cards_only)
{
    journal_rows_stale_next_row row;
    CHECK(!s->applying);
    for (Arena mark = *s->arena; journal_rows_stale_next(s, &row); scope_rewind(s, mark)) {
        if (records <= 0 || (cards_only && row.first)) return false;
        Unit u = { str_keep(s->arena, row.module).p, (Meet)row.meet, (Audience)row.audience, row.stream, row.topic, false, false };
        journal_rows_stale_done(s, row.first, row.module, row.meet, row.stream, row.topic);
        records -= unit_make(s, &u);
    }
    s->site->journal->stale_any = false;
    return true;
}

bool settle(Scope *s, int64_t records) { return settle_some(s, records, false); }

void settle_cards(Scope *s)
{
    if (s->site->journal->stale_any) settle_some(s, INT64_MAX, true);
}

/* ---- a record comes -------------------------------------------------------------------------------------------------------- */

/* Records of one node stand in order; of the others the heads say how far they are. */
static bool is_last_in(Scope *s, int64_t stream, const Record *r)
{
    if (stream != r->stream) return journal_rows_later_by_others(s, stream, 0, r->id) == 0;
    return journal_rows_later_by_others(s, stream, r->node, r->id) == 0 && journal_rows_later_by_node(s, stream, r->node, r->seq) == 0;
}

static bool is_last_of_person(Scope *s, const Record *r)
{
    Ids all = journal_everybody(s, r->person);
    for (ptrdiff_t i = 0; i < all.n; i++)
        if (!is_last_in(s, all.row[i], r) || !is_last_in(s, -all.row[i], r)) return false;
    return true;
}

static bool is_last(Scope *s, const Record *r, Meet meet)
{
    if (meet == MEET_EACH) return true;
    if (meet != MEET_STREAM) return journal_rows_top_of_subject(s, r->stream, r->subject, r->id) < r->id;
    return is_personal(r->audience) ? is_last_of_person(s, r) : is_last_in(s, r->stream, r);
}

/* Of what was said before nothing holds any more, if it is the latest that counts. */
static bool takes_a_place(Scope *s, const Record *r, const EntryKind *kind)
{
    return kind->meet == MEET_LATEST && journal_rows_top_of_subject(s, r->stream, r->subject, r->id) > 0;
}

static bool is_stale(Scope *s, const Unit *u)
{
    if (!s->site->journal->stale_any) return false;
    return journal_rows_is_stale(s, !is_journals(u->module), str_from(u->module), u->meet, u->stream, u->topic) > 0;
}

/* A unit that is to be made again will have this record too. What a card says of itself is looked at before and after. */
static void apply_last(Scope *s, const Record *r, const KindRow *row, const Here *here)
{
    Unit u = unit_of(s, row->module, r, row->declared);
    UnitBefore before = { 0 };
    if (is_stale(s, &u)) return;
    if (!unit_is_made(s, &u)) {
        stale_unit(s, &u);
        return;
    }
    if (is_card(&u)) before = unit_before(s, &u);
    apply(s, r, row, here, false);
    if (is_card(&u)) unit_compare(s, &u, &before);
}

bool land(Scope *s, Record *r, const Here *here)
{
    int n;
    int64_t marks = s->site->journal->stale_marks;
    const KindRow *row = kinds_named(s->site->journal, r->kind, &n);
    if (n == 0) {
        journal_rows_wait(s, r->id, str_cat(s->arena, S("kind "), r->kind));
        return false;
    }
    bool in_order = here && here->in_order;
    if ((!in_order && !is_last(s, r, row->declared->meet)) || takes_a_place(s, r, row->declared)) stale_record(s, r);
    else if (here || counts(s, r, row->declared))
        for (int i = 0; i < n; i++) apply_last(s, r, &row[i], here);
    return s->site->journal->stale_marks != marks;
}
