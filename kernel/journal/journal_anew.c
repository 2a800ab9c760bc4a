/* journal_anew - new ids for records that no other node has: a number that turned out to be somebody else's, records written
 * after the box came back from an old copy, records of a clock that was years ahead.
 *
 * An id stands in records (id, stream, actor), in their subjects and bodies where the shapes say so, in the tables of this
 * installation, and in what is made from records. All of it changes in one transaction, and everything that is made is made
 * again. What stands in people's bookmarks is lost; nothing else is.
 *
 * Rule     only records that nobody else has. Enrolment: nothing has left the box. Old copy: what the other side holds, is left
 *          as it is. Clock: what lies beyond the hub's time and a day, the hub has refused; who else was ahead may have taken it, and gives
 *          it back when the hub tells him the time. */
#include "journal/journal_own.h"

enum { PAGE_ROWS = 500, FUTURE_MAX = 1 << 20 };

/* ---- from old to new ------------------------------------------------------------------------------------------------ */

typedef struct Pair { int64_t old, new; } Pair;
typedef struct NewIds {
    const NewNumbers *numbers;           /* by number */
    Pair   *pair; ptrdiff_t n;           /* or one by one, in order of old */
} NewIds;

static int by_old(const void *a, const void *b)
{
    const Pair *x = a, *y = b;
    return x->old < y->old ? -1 : x->old > y->old;
}

static int64_t new_of_number(const NewIds *m, int64_t id)
{
    int64_t node = id_node(id);
    for (int i = 0; i < m->numbers->n; i++)
        if (m->numbers->row[i].old == node) return id_at(id_ms(id), m->numbers->row[i].new, (int)(id & (COUNTERS - 1)));
    return id;
}

/* Small numbers are no ids: the public, economies. A card is minus the person. */
static int64_t new_of(const NewIds *m, int64_t id)
{
    if (id < 0) return -new_of(m, -id);
    if (id_ms(id) == 0) return id;
    if (m->numbers) return new_of_number(m, id);
    const Pair *found = m->n ? bsearch(&(Pair){ .old = id }, m->pair, (size_t)m->n, sizeof *m->pair, by_old) : NULL;
    return found ? found->new : id;
}

/* ---- in a record ----------------------------------------------------------------------------------------------------- */

static void body_map(const NewIds *m, const BodyShape *shape, char *body, bool *changed)
{
    typedef struct Rows { char *row; ptrdiff_t n; } Rows;
    for (int i = 0; i < shape->field_n; i++) {
        const BodyField *f = &shape->field[i];
        int64_t *id = (int64_t *)(void *)(body + f->offset);
        if (f->type == BODY_ID || f->type == BODY_PERSON) {
            int64_t new = new_of(m, *id);
            *changed |= new != *id;
            *id = new;
        }
        Rows *rows = (Rows *)(void *)(body + f->offset);
        for (ptrdiff_t k = 0; f->type == BODY_LIST && k < rows->n; k++) body_map(m, f->rows, rows->row + k * (ptrdiff_t)f->rows->size, changed);
    }
}

typedef struct Mapping { const NewIds *m; const EntryKind *kind; str body; } Mapping;

static void body_step(Scope *s, void *arg)
{
    Mapping *g = arg;
    bool changed = false;
    const BodyShape *shape = g->kind->shape;
    if (!shape->size) return;
    char *body = arena_alloc(s->arena, (ptrdiff_t)shape->size, (ptrdiff_t)shape->align, 1);
    if (!body_read(s, shape, g->body, body)) return;
    body_map(g->m, shape, body, &changed);
    if (!changed) return;
    Out o;
    out_init(&o, s->arena, g->body.n + 64);
    Json j = json_to(&o);
    body_write(&j, shape, body);
    g->body = out_text(&o);
}

/* In the arena, not rewound: the caller does. */
static str new_body(Scope *s, const NewIds *m, const EntryKind *kind, str body)
{
    Landing landing;
    Mapping g = { m, kind, body };
    if (!kind || body.n == 0) return body;
    if (!scope_try(s, body_step, &g, &landing)) fault_at(s->landing, landing.file, landing.line, landing.kind, "%s", landing.what);
    return g.body;
}

static str new_subject(Scope *s, const NewIds *m, const EntryKind *kind, str subject)
{
    int64_t id;
    bool is_id = kind && (kind->subject == SUBJECT_ID || kind->subject == SUBJECT_PERSON) && str_int(subject, &id);
    return is_id ? journal_subject(s, new_of(m, id)) : subject;
}

static void record_rewrite(Scope *s, const NewIds *m, const Stored *r, int64_t seq)
{
    const EntryKind *kind = kind_declared(s, r->r.kind);
    int64_t id = new_of(m, r->r.id);
    if (id != r->r.id) journal_rows_seals_drop(s, r->r.stream, r->r.node, r->r.seq);
    journal_rows_rewrite(s, r->r.id, id, id != r->r.id ? id_node(id) : r->r.node, seq, new_of(m, r->r.actor), new_of(m, r->r.stream),
                         new_subject(s, m, kind, r->r.subject), new_body(s, m, kind, r->r.body));
}

/* Ids are changed while they are gone through: those already changed come again when they grew, and are not changed twice,
 * because a new id is nobody's old one. */
static void records_rewrite(Scope *s, const NewIds *m)
{
    int64_t id = 0;
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        journal_rows_of_own_nodes_rows page = journal_rows_of_own_nodes(s, id, PAGE_ROWS);
        for (ptrdiff_t i = 0; i < page.n; i++) {
            const journal_rows_of_own_nodes_row *p = &page.row[i];
            Stored r = { .r = { .id = p->id, .node = p->node, .seq = p->seq, .at = p->at, .actor = p->actor, .audience = (Audience)p->audience,
                                .stream = p->stream, .kind = p->kind, .subject = p->subject, .body = p->body }, .own = p->own, .salt = p->salt };
            id = p->id;
            record_rewrite(s, m, &r, r.r.seq);
        }
        more = page.n == PAGE_ROWS;
        scope_rewind(s, mark);
    }
}

/* ---- in the tables of this installation ---------------------------------------------------------------------------------- */

typedef struct IdRow { int64_t id; } IdRow;
static const DbColumn id_columns[] = { { "id", DB_INT, offsetof(IdRow, id) } };

static void column_rewrite(Scope *s, const NewIds *m, const DbIdColumn *c)
{
    str look = str_fmt(s->arena, "SELECT DISTINCT %s FROM %s", c->column, c->table);
    str lite = str_fmt(s->arena, "UPDATE %s SET %s = ?2 WHERE %s = ?1", c->table, c->column, c->column);
    str pg = str_fmt(s->arena, "UPDATE %s SET %s = $2 WHERE %s = $1", c->table, c->column, c->column);
    DbQuery ask = { .name = c->table, .file = __FILE__, .line = __LINE__, .sql = { look.p, look.p }, .params = "", .columns = id_columns,
                    .column_n = 1, .row_size = sizeof(IdRow), .id = DB_UNCACHED };
    DbQuery put = { .name = c->table, .file = __FILE__, .line = __LINE__, .sql = { lite.p, pg.p }, .params = "ii", .id = DB_UNCACHED, .writes = true };
    void *rows;
    ptrdiff_t n = db_many(s, &ask, NULL, &rows);
    for (ptrdiff_t i = 0; i < n; i++) {
        int64_t old = ((IdRow *)rows)[i].id, new = new_of(m, old);
        if (new != old) db_run(s, &put, (DbValue[]){ { .kind = DB_INT, .i = old }, { .kind = DB_INT, .i = new } });
    }
}

static void local_rewrite(Scope *s, const NewIds *m)
{
    const Journal *j = s->site->journal;
    for (int i = 0; i < j->id_n; i++) {
        Arena mark = *s->arena;
        column_rewrite(s, m, &j->id[i]);
        scope_rewind(s, mark);
    }
}

static void rest_rewrite(Scope *s, const NewIds *m)
{
    local_rewrite(s, m);
    journal_rows_erasing_empty(s);
    journal_rows_heads_own_drop(s);
    journal_rows_heads_own_make(s);
    journal_rows_numbers_unsealed(s);
}

static void everything_rewrite(Scope *s, const NewIds *m)
{
    records_rewrite(s, m);
    rest_rewrite(s, m);
}

/* ---- the three cases -------------------------------------------------------------------------------------------------------- */

void numbers_anew(Scope *s, const NewNumbers *numbers)
{
    NewIds m = { .numbers = numbers };
    int64_t self = journal_node(s);
    str key = str_from(s->site->journal->key);
    for (int i = 0; i < numbers->n; i++) journal_rows_node_own_put(s, numbers->row[i].new, key);
    everything_rewrite(s, &m);
    for (int i = 0; i < numbers->n; i++) {
        if (numbers->row[i].old == self) own_number_use(s, numbers->row[i].new);
        if (numbers->row[i].old != numbers->row[i].new) journal_rows_node_drop(s, numbers->row[i].old);
    }
}

/* In the order of the old ones, at the same moments; two processes may have given ids that differ in their numbers only. */
static void number_pairs(NewIds *m, int64_t node)
{
    int64_t last = 0;
    qsort(m->pair, (size_t)m->n, sizeof *m->pair, by_old);
    for (ptrdiff_t i = 0; i < m->n; i++) {
        int64_t moment = id_ms(m->pair[i].old) * COUNTERS + (m->pair[i].old & (COUNTERS - 1));
        last = moment > last ? moment : last + 1;
        m->pair[i].new = id_at(last / COUNTERS, node, (int)(last % COUNTERS));
    }
}

/* Somebody, or something, was made here under an id that was made before, and lost: all of its stream is ours alone, and theirs begins with
 * another record. A person's card and her own stream go together. */
static bool stream_is_twice(Scope *s, int64_t stream)
{
    bool differs = false;
    for (int side = -1; side <= 1; side += 2) {
        journal_rows_fork_row fork = { .seq = 1 };
        if (journal_rows_is_held(s, side * stream) == 0) continue;
        if (!journal_rows_fork(s, side * stream, id_node(stream), &fork) || fork.seq != 0) return false;
        differs |= fork.parted == PARTED_HERE;
    }
    return differs;
}

static void streams_add(Scope *s, NewIds *m)
{
    journal_rows_forks_rows forks = journal_rows_forks(s);
    int64_t last = 0;
    for (ptrdiff_t i = 0; i < forks.n; i++) {
        int64_t stream = owner_of(forks.row[i].stream);
        if (id_ms(stream) == 0 || id_node(stream) != forks.row[i].node || stream == last || !stream_is_twice(s, stream)) continue;
        bool again = false;
        for (ptrdiff_t k = 0; k < m->n; k++) again |= m->pair[k].old == stream;
        if (!again) m->pair[m->n++] = (Pair){ stream, 0 };
        last = stream;
    }
}

/* Under the new number the records of a stream count from 1. */
static void moved_rewrite(Scope *s, const NewIds *m, const journal_rows_beyond_fork_rows *moved)
{
    for (ptrdiff_t i = 0; i < moved->n; i++) {
        Arena mark = *s->arena;
        Stored r;
        journal_rows_head_row head = { 0 };
        int64_t stream = new_of(m, moved->row[i].stream), node = id_node(new_of(m, moved->row[i].id));
        if (!stored_by_id(s, moved->row[i].id, &r)) fault(s, FAULT_DB, "A record that is to be moved is not there");
        journal_rows_head(s, stream, node, &head);
        journal_rows_head_put(s, stream, node, head.seq + 1, new_of(m, r.r.id), 0);
        record_rewrite(s, m, &r, head.seq + 1);
        scope_rewind(s, mark);
    }
}

static void numbers_spend(Scope *s, int64_t but)
{
    journal_rows_numbers_own_rows own = journal_rows_numbers_own(s);
    for (ptrdiff_t i = 0; i < own.n; i++)
        if (own.row[i].own == 1 && own.row[i].node != but && number_has_parted(s, own.row[i].node)) journal_rows_node_spent(s, own.row[i].node);
}

/* Only what is ours alone is touched: what others have may speak of somebody lost who had the same id. */
void forked_anew(Scope *s, int64_t node)
{
    parted_collect(s);
    journal_rows_beyond_fork_rows moved = journal_rows_beyond_fork(s);
    NewIds m = { .pair = NEW(s->arena, Pair, moved.n * 2 + journal_rows_forks(s).n) };
    for (ptrdiff_t i = 0; i < moved.n; i++) m.pair[m.n++] = (Pair){ moved.row[i].id, 0 };
    streams_add(s, &m);
    number_pairs(&m, node);
    journal_rows_node_own_put(s, node, str_from(s->site->journal->key));
    moved_rewrite(s, &m, &moved);
    rest_rewrite(s, &m);
    if (m.n) journal_follow(s->site->journal, m.pair[m.n - 1].new);
    numbers_spend(s, node);
    own_number_use(s, node);
    parted_moved(s);
}

/* Every id of ours beyond a moment, wherever it stands first. */
static void future_add(NewIds *m, const Scope *s, int64_t id, int64_t beyond)
{
    journal_rows_node_row row;
    if (id < 0) id = -id;
    if (id_ms(id) <= beyond || m->n == FUTURE_MAX) return;
    if (!journal_rows_node((Scope *)(uintptr_t)s, id_node(id), &row) || !row.own) return;
    m->pair[m->n++] = (Pair){ id, 0 };
}

static void future_find(Scope *s, NewIds *m, int64_t beyond)
{
    int64_t id = id_at(beyond, 0, 0);
    for (bool more = true; more;) {
        journal_rows_of_own_nodes_rows page = journal_rows_of_own_nodes(s, id, PAGE_ROWS);
        for (ptrdiff_t i = 0; i < page.n; i++) {
            future_add(m, s, id = page.row[i].id, beyond);
            future_add(m, s, page.row[i].actor, beyond);
            future_add(m, s, page.row[i].stream, beyond);
        }
        more = page.n == PAGE_ROWS;
    }
}

/* In the same order, from the present on. */
static void future_number(Scope *s, NewIds *m, int64_t now_ms)
{
    ptrdiff_t n = 0;
    qsort(m->pair, (size_t)m->n, sizeof *m->pair, by_old);
    for (ptrdiff_t i = 0; i < m->n; i++)
        if (n == 0 || m->pair[i].old != m->pair[n - 1].old) m->pair[n++] = m->pair[i];
    m->n = n;
    for (ptrdiff_t i = 0; i < n; i++) m->pair[i].new = id_at(now_ms + i / COUNTERS, id_node(m->pair[i].old), (int)(i % COUNTERS));
}

/* Records of others from the future, back to the seal before them: whoever wrote them gives them new ids too, and they come again. */
static int64_t future_give_back(Scope *s, int64_t beyond)
{
    int64_t given = 0;
    for (;;) {
        journal_rows_heads_beyond_rows heads = journal_rows_heads_beyond(s, beyond);
        for (ptrdiff_t i = 0; i < heads.n; i++, given++) {
            int64_t stream = heads.row[i].stream, node = heads.row[i].node;
            int64_t to = journal_rows_seal_before(s, stream, node, journal_rows_seq_before(s, stream, node, beyond) + 1);
            journal_rows_beyond_rows gone = journal_rows_beyond(s, stream, node, to);
            for (ptrdiff_t k = 0; k < gone.n; k++) record_forget(s, gone.row[k].id);
            journal_rows_seals_drop(s, stream, node, to + 1);
            if (to) journal_rows_head_put(s, stream, node, to, journal_rows_id_at(s, stream, node, to), to);
            else journal_rows_head_drop(s, stream, node);
        }
        if (!heads.n) return given;
    }
}

void future_anew(Scope *s, str message)
{
    int64_t now = hub_time(s, message) - JOURNAL_EPOCH;
    if (now <= 0 || id_ms(journal_rows_last_id(s)) <= now + DAY) return;
    NewIds m = { .pair = NEW(s->arena, Pair, FUTURE_MAX) };
    int64_t given = future_give_back(s, id_at(now + DAY + 1, 0, 0) - 1);
    future_find(s, &m, now + DAY);
    int64_t top = id_ms(journal_rows_last_before(s, id_at(now + DAY, 0, 0)));
    future_number(s, &m, (top > now ? top : now) + 1);
    everything_rewrite(s, &m);
    os_log(LOG_WARN, "journal: %td ids of a clock that was ahead were given anew, and what others wrote of the future in %lld streams was forgotten", m.n, (long long)given);
    ids_go_back(s, (top > now ? top : now) + 2 + m.n / COUNTERS);
    make_all(s);
}
