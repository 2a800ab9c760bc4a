/* journal_copy - all about one person, for herself: what she and the guests she was wrote, wherever it stands, and what others
 * wrote to her or of her. A line of JSON each, page by page, so that its length is no matter. */
#include "journal/journal_own.h"

enum { PAGE_ROWS = 50, PIECE_BYTES = 64 * 1024 };      /* a line has at most 100 KB */
enum { HELD_KINDS_MAX = 1000 };                        /* recgen knows half as many; others come from nodes of another version */
typedef enum CopyPart { COPY_OWN, COPY_CARD, COPY_ELSEWHERE, COPY_ABOUT, COPY_PARTS } CopyPart;

static void line_write(Scope *s, Out *o, const Stored *r)
{
    Json j = json_to(o);
    json_object(&j, S(""));
    json_id(&j, S("id"), r->r.id);
    json_int(&j, S("at"), r->r.at);
    json_id(&j, S("actor"), r->r.actor);
    json_str(&j, S("stream"), stream_name(s->arena, r->r.audience, r->r.stream));
    json_str(&j, S("kind"), r->r.kind);
    if (r->r.subject.n) json_str(&j, S("subject"), r->r.subject);
    json_str(&j, S("body"), r->r.body);
    json_object_end(&j);
    out_char(o, '\n');
}

/* The ids of the next page. */
static ptrdiff_t page_of(Scope *s, const JournalCopy *at, int64_t person, int64_t ids[PAGE_ROWS])
{
    ptrdiff_t n = 0;
    if (at->part <= COPY_CARD) {
        journal_rows_in_stream_after_rows rows = journal_rows_in_stream_after(s, at->part == COPY_OWN ? person : -person, at->id, PAGE_ROWS);
        for (; n < rows.n; n++) ids[n] = rows.row[n].id;
    } else if (at->part == COPY_ELSEWHERE) {
        journal_rows_by_others_rows rows = journal_rows_by_others(s, person, at->id, PAGE_ROWS);
        for (; n < rows.n; n++) ids[n] = rows.row[n].id;
    } else {
        journal_rows_speaks_of_rows rows = journal_rows_speaks_of(s, person, at->id, PAGE_ROWS);
        for (; n < rows.n; n++) ids[n] = rows.row[n].record;
    }
    return n;
}

static bool is_among(const Ids *all, int64_t person)
{
    for (ptrdiff_t i = 0; i < all->n; i++)
        if (all->row[i] == person) return true;
    return false;
}

/* What stands in a stream of hers came with that; what she wrote herself, before what was written of her. */
static bool came_before(const JournalCopy *at, const Ids *all, const Record *r)
{
    if (at->part <= COPY_CARD) return false;
    return (is_personal(r->audience) && is_among(all, owner_of(r->stream))) || (at->part == COPY_ABOUT && is_among(all, r->actor));
}

static void next_part(JournalCopy *at)
{
    at->id = 0;
    if (++at->part < COPY_PARTS) return;
    at->part = COPY_OWN;
    at->who++;
}

bool journal_copy(Scope *s, JournalCopy *at, Out *out)
{
    int64_t ids[PAGE_ROWS];
    Ids all = journal_everybody(s, at->person);
    if (at->who >= all.n) return false;
    ptrdiff_t n = page_of(s, at, all.row[at->who], ids);
    ptrdiff_t i = 0;
    for (ptrdiff_t begin = out->n; i < n && out->n - begin < PIECE_BYTES; i++) {
        Stored r;
        if (stored_by_id(s, at->id = ids[i], &r) && !came_before(at, &all, &r.r)) line_write(s, out, &r);
    }
    if (i == n && n < PAGE_ROWS) next_part(at);
    return true;
}

/* ---- the same, counted ------------------------------------------------------------------------------------------------------ */

static HeldKind *held_as(Scope *s, HeldKinds *all, str name)
{
    ptrdiff_t at = 0;
    while (at < all->n && str_cmp(all->row[at].name, name) < 0) at++;
    if (at < all->n && str_eq(all->row[at].name, name)) return &all->row[at];
    CHECK(all->n < HELD_KINDS_MAX);
    memmove(&all->row[at + 1], &all->row[at], sizeof *all->row * (size_t)(all->n++ - at));
    all->row[at] = (HeldKind){ .name = name, .kind = kind_declared(s, name) };
    return &all->row[at];
}

static void held_count(HeldKind *k, int64_t n, int64_t first, int64_t latest)
{
    k->records += n;
    if (!k->first || first < k->first) k->first = first;
    if (latest > k->latest) k->latest = latest;
}

static void held_by_one(Scope *s, HeldKinds *all, int64_t person)
{
    journal_rows_held_own_rows own = journal_rows_held_own(s, person);
    for (ptrdiff_t i = 0; i < own.n; i++) held_count(held_as(s, all, own.row[i].kind), own.row[i].n, own.row[i].first, own.row[i].latest);
    journal_rows_held_others_rows others = journal_rows_held_others(s, person);
    for (ptrdiff_t i = 0; i < others.n; i++) {
        HeldKind *k = held_as(s, all, others.row[i].kind);
        held_count(k, others.row[i].n, others.row[i].first, others.row[i].latest);
        k->others += others.row[i].n;
    }
}

HeldKinds journal_held(Scope *s, int64_t person)
{
    HeldKinds all = { NEW(s->arena, HeldKind, HELD_KINDS_MAX), 0 };
    Ids everybody = journal_everybody(s, person);
    for (ptrdiff_t i = 0; i < everybody.n; i++) held_by_one(s, &all, everybody.row[i]);
    return all;
}

bool journal_names_file(Scope *s, int64_t person, str file)
{
    Ids all = journal_everybody(s, person);
    for (ptrdiff_t i = 0; i < all.n; i++)
        if (journal_rows_file_of_person(s, file, all.row[i]) > 0) return true;
    return false;
}
