/* db_row - what an engine gives becomes a row of the C struct that sqlgen wrote, and such rows become JSON.
 * DbColumn.offset says where each value goes; a value the engine has as NULL stays 0 or the empty text. */
#include "db/db_own.h"

enum { ROWS_SECOND = 8 };      /* most questions have one row for an answer */

void *rows_add(Rows *r)
{
    ptrdiff_t size = r->q->row_size;
    if (r->n == r->cap) {
        ptrdiff_t cap = !r->cap ? 1 : r->cap < ROWS_SECOND ? ROWS_SECOND : r->cap * 2;
        char *more = arena_alloc(r->arena, size, alignof(max_align_t), cap);
        if (r->n) memcpy(more, r->row, (size_t)(r->n * size));
        r->row = more;
        r->cap = cap;
    }
    return r->row + r->n++ * size;
}

static void *at(void *row, const DbColumn *c) { return (char *)row + c->offset; }
static const void *in(const void *row, const DbColumn *c) { return (const char *)row + c->offset; }

void row_put_int(void *row, const DbColumn *c, int64_t v)
{
    CHECK(c->kind == DB_INT || c->kind == DB_BOOL);
    if (c->kind == DB_INT) *(int64_t *)at(row, c) = v;
    else *(bool *)at(row, c) = v != 0;
}

void row_put_real(void *row, const DbColumn *c, double v)
{
    CHECK(c->kind == DB_REAL);
    *(double *)at(row, c) = v;
}

void row_put_text(Arena *arena, void *row, const DbColumn *c, str v)
{
    CHECK(c->kind == DB_TEXT || c->kind == DB_BYTES || c->kind == DB_HTML);
    if (v.n == 0) return;
    str kept = str_keep(arena, v);
    if (c->kind == DB_HTML) ((Html *)at(row, c))->s = kept;
    else *(str *)at(row, c) = kept;
}

/* A browser's numbers lose the end of a 64-bit id, so ids are written as texts. */
static bool is_id(str name) { return str_eq(name, S("id")) || str_ends(name, S("_id")); }

static void column_json(Json *j, const DbColumn *c, const void *row)
{
    str key = str_from(c->name);
    switch (c->kind) {
    case DB_INT:
        if (is_id(key)) json_id(j, key, *(const int64_t *)in(row, c));
        else json_int(j, key, *(const int64_t *)in(row, c));
        break;
    case DB_TEXT: json_str(j, key, *(const str *)in(row, c)); break;
    case DB_HTML: json_str(j, key, ((const Html *)in(row, c))->s); break;
    case DB_REAL: json_real(j, key, *(const double *)in(row, c)); break;
    case DB_BOOL: json_bool(j, key, *(const bool *)in(row, c)); break;
    case DB_BYTES: json_str(j, key, base64url_encode(j->out->arena, *(const str *)in(row, c))); break;
    }
}

void db_row_json(Json *j, str key, const DbQuery *q, const void *row)
{
    json_object(j, key);
    for (int i = 0; i < q->column_n; i++) column_json(j, &q->columns[i], row);
    json_object_end(j);
}

void db_rows_json(Json *j, str key, const DbQuery *q, const void *rows, ptrdiff_t n)
{
    json_array(j, key);
    for (ptrdiff_t i = 0; i < n; i++) db_row_json(j, (str){0}, q, (const char *)rows + i * q->row_size);
    json_array_end(j);
}
