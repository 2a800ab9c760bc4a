/* journal_make - tables made again: all of them at once (sampan rebuild, new ids), or a module's in the background, stream by
 * stream, after an update that gave them another shape.
 *
 * Units are independent, so a module can be made again while the others serve. First come the streams that are nobody's own:
 * until they are made, the module's pages are away. Then people's; whoever comes meanwhile has hers made first
 * (journal_make_mine). A record of a unit whose turn has not come has the whole unit made. Who is who is made before anybody
 * is let in. */
#include "journal/journal_own.h"

enum { STREAMS_PAGE = 64, SUBJECTS_PAGE = 500 };
typedef enum Stage { STAGE_OTHERS, STAGE_PEOPLE, STAGE_MADE } Stage;

/* ---- one stream ------------------------------------------------------------------------------------------------------ */

static void make_subjects(Scope *s, const Maker *m, Audience audience, int64_t stream)
{
    char last[SUBJECT_BYTES_MAX];
    str after = { last, 0 };
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        journal_rows_subjects_of_rows subjects = journal_rows_subjects_of(s, stream, after, SUBJECTS_PAGE);
        for (ptrdiff_t i = 0; i < subjects.n; i++)
            unit_make(s, &(Unit){ .module = m->module, .meet = MEET_ORDER, .audience = audience, .stream = stream, .topic = subjects.row[i].subject });
        more = subjects.n == SUBJECTS_PAGE;
        if (more) {
            after.n = subjects.row[subjects.n - 1].subject.n;
            memcpy(last, subjects.row[subjects.n - 1].subject.p, (size_t)after.n);
        }
        scope_rewind(s, mark);
    }
}

static int64_t make_each(Scope *s, const Maker *m, Audience audience, int64_t stream)
{
    journal_rows_ids_of_stream_rows ids = journal_rows_ids_of_stream(s, stream);
    for (ptrdiff_t i = 0; i < ids.n; i++) {
        Arena mark = *s->arena;
        unit_make(s, &(Unit){ .module = m->module, .meet = MEET_EACH, .audience = audience, .stream = stream, .topic = journal_subject(s, ids.row[i].id) });
        scope_rewind(s, mark);
    }
    return ids.n;
}

static int64_t make_whole(Scope *s, const Maker *m, Audience audience, int64_t stream)
{
    Unit u = { .module = m->module, .meet = MEET_STREAM, .audience = audience, .stream = stream, .topic = { 0 } };
    return unit_make(s, &u);
}

/* Which ways records of this module meet in streams of this sort. */
static bool has_kind(const Journal *j, const Maker *m, Audience audience, Meet meet)
{
    for (int i = 0; i < j->kind_n; i++) {
        const EntryKind *k = j->kinds[i].declared;
        bool here = may_stand_in(k, audience) || (audience == AUDIENCE_PERSON && may_stand_in(k, AUDIENCE_CARD));
        Meet its = k->meet == MEET_LATEST ? MEET_ORDER : k->meet;
        if (here && its == meet && strcmp(j->kinds[i].module, m->module) == 0) return true;
    }
    return false;
}

/* A guest's rows are made with those of whom she turned out to be, whose own stream may not be here. */
static int64_t unit_stream(Scope *s, const Maker *m, Audience audience, int64_t stream)
{
    return audience != AUDIENCE_PERSON || is_journals(m->module) ? owner_of(stream) : journal_canonical(s, owner_of(stream));
}

/* A card is made with the person whose it is, or by itself where nothing else of hers is held. Returns how many records were looked at. */
static int64_t make_stream_of(Scope *s, const Maker *m, int64_t stream)
{
    const Journal *j = s->site->journal;
    Arena mark = *s->arena;
    Audience audience = stream < 0 ? AUDIENCE_PERSON : (Audience)journal_rows_audience_of(s, stream);      /* a unit's: cards too */
    int64_t n = 1;
    bool whole = !is_personal(audience) || (stream < 0) == is_journals(m->module) || (stream < 0 && journal_rows_is_held(s, -stream) == 0);
    if (!audience) return n;
    if (whole && has_kind(j, m, audience, MEET_STREAM)) n += make_whole(s, m, audience, unit_stream(s, m, audience, stream));
    if (!is_personal(audience) && has_kind(j, m, audience, MEET_ORDER)) make_subjects(s, m, audience, stream);
    if (has_kind(j, m, audience, MEET_EACH)) n += make_each(s, m, audience, stream);
    scope_rewind(s, mark);
    return n;
}

/* ---- all of it ----------------------------------------------------------------------------------------------------------- */

static void empty(Scope *s, const DbTable *t)
{
    str sql = str_fmt(s->arena, "DELETE FROM %s", t->name);
    DbQuery q = { .name = t->name, .file = __FILE__, .line = __LINE__, .sql = { sql.p, sql.p }, .params = "", .id = DB_UNCACHED, .writes = true };
    db_run(s, &q, NULL);
}

/* Last named, first emptied: a table may refer to those before it. */
static void empty_tables(Scope *s)
{
    const Journal *j = s->site->journal;
    for (int m = j->maker_n; m-- > 0;)
        for (int t = j->makers[m].table_n; t-- > 0;) empty(s, j->makers[m].table[t]);
    journal_rows_standing_empty(s);
    journal_rows_stream_empty(s);
    journal_rows_refused_empty(s);
    journal_rows_about_empty(s);
    journal_rows_file_empty(s);
    journal_rows_wait_empty(s);
    journal_rows_stale_empty(s);
}

/* Whom records speak of, which files they name, and which nobody knows. */
static int64_t note_all(Scope *s)
{
    int64_t id = 0, n = 0;
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        journal_rows_after_id_rows page = journal_rows_after_id(s, id, 500);
        for (ptrdiff_t i = 0; i < page.n; i++, n++) {
            const journal_rows_after_id_row *p = &page.row[i];
            Record r = { .id = id = p->id, .node = p->node, .actor = p->actor, .audience = (Audience)p->audience, .stream = p->stream,
                         .kind = p->kind, .subject = p->subject, .body = p->body };
            note_again(s, &r);
        }
        more = page.n == 500;
        scope_rewind(s, mark);
    }
    return n;
}

static void make_every_stream(Scope *s, const Maker *m)
{
    int64_t stream = INT64_MIN;
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        journal_rows_streams_from_rows page = journal_rows_streams_from(s, stream, STREAMS_PAGE);
        for (ptrdiff_t i = 0; i < page.n; i++) make_stream_of(s, m, stream = page.row[i].stream);
        more = page.n == STREAMS_PAGE;
        scope_rewind(s, mark);
    }
}

static void made_all(Scope *s)
{
    const Journal *j = s->site->journal;
    for (int i = 0; i < j->maker_n; i++)
        journal_rows_made_put(s, str_from(j->makers[i].module), str_from(j->makers[i].shape), STAGE_MADE, INT64_MAX);
}

static void make_tables(Scope *s, int64_t *ret_records)
{
    Journal *j = s->site->journal;
    empty_tables(s);
    *ret_records = note_all(s);
    make_every_stream(s, maker_named(j, journal_module.name));
    for (int i = 0; i < j->maker_n; i++)
        if (!is_journals(j->makers[i].module)) make_every_stream(s, &j->makers[i]);
    settle(s, INT64_MAX);
    made_all(s);
    s->site->journal->careful = false;
}

void make_all(Scope *s)
{
    int64_t records;
    make_tables(s, &records);
}

bool journal_rebuild(Scope *s, int64_t *ret_records)
{
    journal_rows_broken_row broken;
    CHECK(s->writing);
    if (journal_rows_broken(s, &broken)) {
        os_log(LOG_ERROR, "journal: of %lld records of node %lld in stream %lld the last one is number %lld", (long long)broken.n,
               (long long)broken.node, (long long)broken.stream, (long long)broken.seq);
        return false;
    }
    make_tables(s, ret_records);
    return true;
}

/* ---- in the background ------------------------------------------------------------------------------------------------------ */

static void set_making(Journal *j, Maker *m, bool making)
{
    bool any = false;
    atomic_store(&m->making, making);
    for (int i = 0; i < j->maker_n; i++) any |= atomic_load(&j->makers[i].making);
    atomic_store(&j->making, any);
}

static void made(Scope *s, Maker *m)
{
    journal_rows_made_put(s, str_from(m->module), str_from(m->shape), STAGE_MADE, INT64_MAX);
    journal_rows_made_first_drop(s, str_from(m->module));
}

/* A module whose tables have another shape than when they were made, or other rules, is made again from the first stream on. One
 * that is seen for the first time too, where there are records; its kinds may have waited. */
static void maker_look(Scope *s, Maker *m, bool empty_journal)
{
    journal_rows_made_row row;
    bool known = journal_rows_made(s, str_from(m->module), &row), same = known && str_eq(row.shape, str_from(m->shape));
    bool done = (same && row.stage == STAGE_MADE) || empty_journal;
    if (!done && is_journals(m->module)) {
        make_every_stream(s, m);
        done = true;
    }
    if (done) made(s, m);
    else if (!same) {
        journal_rows_made_first_drop(s, str_from(m->module));
        journal_rows_made_put(s, str_from(m->module), str_from(m->shape), STAGE_OTHERS, INT64_MIN);
    }
    set_making(s->site->journal, m, !done);
}

static void waiting_look(Scope *s)
{
    journal_rows_waits_rows waits = journal_rows_waits(s);
    for (ptrdiff_t i = 0; i < waits.n; i++)
        if (str_starts(waits.row[i].what, S("kind "))) waiting_land(s, waits.row[i].what);
}

bool makers_start(Scope *s, void *arg)
{
    Journal *j = s->site->journal;
    bool empty_journal = journal_rows_last_id(s) == 0;
    for (int i = 0; i < j->maker_n; i++) maker_look(s, &j->makers[i], empty_journal);
    waiting_look(s);
    return true;
}

static Maker *next_maker(Journal *j)
{
    for (int i = 0; i < j->maker_n; i++)
        if (atomic_load(&j->makers[i].making)) return &j->makers[i];
    return NULL;
}

typedef struct Part { Maker *m; bool done; } Part;

static bool is_of_stage(Scope *s, int64_t stream, Stage stage)
{
    bool personal = stream < 0 || journal_rows_audience_of(s, stream) == AUDIENCE_PERSON;
    return personal == (stage == STAGE_PEOPLE);
}

static void make_some(Scope *s, Part *p, journal_rows_made_row *at)
{
    int64_t left = PART_RECORDS;
    journal_rows_streams_from_rows page = journal_rows_streams_from(s, at->reached, STREAMS_PAGE);
    ptrdiff_t i = 0;
    for (; i < page.n && left > 0; i++) {
        at->reached = page.row[i].stream;
        if (is_of_stage(s, at->reached, (Stage)at->stage)) left -= make_stream_of(s, p->m, at->reached);
    }
    if (i < page.n || page.n == STREAMS_PAGE) return;
    at->stage++;
    at->reached = INT64_MIN;
}

static bool make_part(Scope *s, void *arg)
{
    Part *p = arg;
    journal_rows_made_row at;
    p->done = !journal_rows_made(s, str_from(p->m->module), &at) || at.stage == STAGE_MADE;
    if (p->done) return true;
    make_some(s, p, &at);
    s->site->journal->careful = false;
    p->done = at.stage == STAGE_MADE;
    if (p->done) made(s, p->m);
    else journal_rows_made_put(s, str_from(p->m->module), str_from(p->m->shape), at.stage, at.reached);
    return true;
}

static bool settle_part(Scope *s, void *arg)
{
    *(bool *)arg = settle(s, PART_RECORDS);
    s->site->journal->careful = false;
    return true;
}

typedef struct Waiting { bool stale, erasing; } Waiting;

static void waiting_step(Scope *s, void *arg)
{
    Waiting *w = arg;
    journal_rows_stale_next_row stale;
    journal_rows_erasing_next_row erasing;
    w->stale = journal_rows_stale_next(s, &stale);
    w->erasing = journal_rows_erasing_next(s, &erasing);
}

/* Stale units first: on them others wait already. */
int journal_work(Site *site, Arena *arena)
{
    Journal *j = site->journal;
    Landing l;
    SCRATCH(tmp, arena);
    bool settled = true;
    bool more = false;
    Waiting waits = { 0 };
    if (!site_read(site, &tmp, 0, waiting_step, &waits, &l)) return 0;
    if (waits.stale) return site_write(site, &tmp, 0, settle_part, &settled, &l);
    if (waits.erasing && site_write(site, &tmp, 0, erase_more, &more, &l) && more) return 1;
    Part p = { .m = next_maker(j) };
    if (!p.m || !site_write(site, &tmp, 0, make_part, &p, &l)) return 0;
    if (p.done) set_making(j, p.m, false);
    if (p.done) os_log(LOG_INFO, "journal: what %s shows is made again", p.m->module);
    return 1;
}

/* ---- meanwhile ------------------------------------------------------------------------------------------------------------- */

bool journal_is_making(const Site *site) { return atomic_load(&site->journal->making); }

static bool is_made(Scope *s, const Maker *m, Audience audience, int64_t stream)
{
    journal_rows_made_row row;
    if (!atomic_load(&m->making) || !journal_rows_made(s, str_from(m->module), &row) || row.stage == STAGE_MADE) return true;
    if (audience != AUDIENCE_PERSON) return row.stage > STAGE_OTHERS || row.reached >= stream;
    if (row.stage == STAGE_PEOPLE && row.reached >= stream && journal_rows_is_held(s, stream) > 0) return true;
    return journal_rows_made_first(s, stream, str_from(m->module)) > 0;
}

bool unit_is_made(Scope *s, const Unit *u)
{
    if (!journal_is_making(s->site)) return true;
    const Maker *m = maker_named(s->site->journal, u->module);
    return !m || is_made(s, m, u->audience, u->stream);
}

bool journal_is_away(Scope *s, const char *module)
{
    journal_rows_made_row row;
    const Maker *m = journal_is_making(s->site) ? maker_named(s->site->journal, module) : NULL;
    if (!m || !atomic_load(&m->making) || !journal_rows_made(s, str_from(module), &row) || row.stage > STAGE_OTHERS) return false;
    for (int t = 0; t < m->table_n; t++)
        if (m->table[t]->by && strcmp(m->table[t]->by, "person") != 0 && strcmp(m->table[t]->by, "card") != 0) return true;
    return false;
}

bool journal_is_mine_made(Scope *s)
{
    const Journal *j = s->site->journal;
    if (!s->me || !journal_is_making(s->site)) return true;
    int64_t person = journal_canonical(s, s->me);
    for (int i = 0; i < j->maker_n; i++)
        if (!is_made(s, &j->makers[i], AUDIENCE_PERSON, person)) return false;
    return true;
}

void journal_make_mine(Scope *s)
{
    const Journal *j = s->site->journal;
    int64_t person = journal_canonical(s, s->me);
    CHECK(s->writing);
    for (int i = 0; s->me && i < j->maker_n; i++) {
        if (is_made(s, &j->makers[i], AUDIENCE_PERSON, person)) continue;
        make_whole(s, &j->makers[i], AUDIENCE_PERSON, person);
        journal_rows_made_first_add(s, person, str_from(j->makers[i].module));
    }
    settle(s, PART_RECORDS);
}
