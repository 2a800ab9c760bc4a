/* journal_rebuild - derived tables from nothing: emptied, then every record applied in the order of ids. */
#include "db_all.h"
#include "journal/journal_own.h"

enum { PAGE_ROWS = 500 };

/* Last named, first emptied: a table may refer to those before it. */
static void empty_derived_tables(Scope *s)
{
    for (int i = db_derived_table_n - 1; i >= 0; i--) {
        str sql = str_fmt(s->arena, "DELETE FROM %s", db_derived_tables[i]);
        DbQuery q = {
            .name = db_derived_tables[i], .file = __FILE__, .line = __LINE__, .sql = { sql.p, sql.p }, .params = "",
            .id = DB_UNCACHED, .writes = true,
        };
        db_run(s, &q, NULL);
    }
}

/* The sequence of each node must be whole: 1, 2, 3, … in the order of ids. */
typedef struct Seen { int32_t *seq_of_node; } Seen;

static bool follows(Seen *seen, const Record *r)
{
    if (id_node(r->id) != r->node || r->seq != seen->seq_of_node[r->node] + 1) {
        os_log(LOG_ERROR, "journal: record %lld of node %lld should be number %d there, and is %lld", (long long)r->id,
               (long long)r->node, seen->seq_of_node[id_node(r->id)] + 1, (long long)r->seq);
        return false;
    }
    seen->seq_of_node[r->node]++;
    return true;
}

/* Applies the page after *id and moves *id to its end. False: the journal is damaged. */
static bool apply_page(Scope *s, Seen *seen, int64_t *id, int64_t *ret_records, ptrdiff_t *ret_n)
{
    journal_rows_after_id_rows page = journal_rows_after_id(s, *id, PAGE_ROWS);
    for (ptrdiff_t i = 0; i < page.n; i++) {
        journal_rows_after_id_row *p = &page.row[i];
        Record r = { p->id, p->node, p->seq, p->at, p->actor, p->kind, p->subject, p->body };
        if (!follows(seen, &r)) return false;
        if (r.body.n > 0) journal_apply(s, &r);
        *id = p->id;
    }
    *ret_records += page.n;
    *ret_n = page.n;
    return true;
}

bool journal_rebuild(Scope *s, int64_t *ret_records)
{
    CHECK(s->writing);
    Seen seen = { NEW(s->arena, int32_t, NODE_MAX + 1) };
    int64_t id = 0;
    ptrdiff_t n;
    *ret_records = 0;
    empty_derived_tables(s);
    do {
        Arena mark = *s->arena;
        if (!apply_page(s, &seen, &id, ret_records, &n)) return false;
        arena_rewind(s->arena, mark);
    } while (n == PAGE_ROWS);
    return true;
}
