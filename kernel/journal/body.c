/* body - the bodies of records, by the shape their kind declares. A body may come from anywhere: what is missing is 0 or
 * empty, what is longer or of another type than declared makes it unreadable, what is not known is passed over. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "journal/journal.h"

enum { FILE_NAME_BYTES = 64 };

/* ---- writing ------------------------------------------------------------------------------------------------------ */

typedef struct Rows { const char *row; ptrdiff_t n; } Rows;      /* as recgen declares a list */

static void object_write(Json *j, const BodyShape *shape, const char *body);

static void rows_write(Json *j, str name, const BodyShape *shape, const Rows *rows)
{
    if (rows->n == 0) return;
    json_array(j, name);
    for (ptrdiff_t i = 0; i < rows->n; i++) object_write(j, shape, rows->row + i * (ptrdiff_t)shape->size);
    json_array_end(j);
}

static void int_write(Json *j, str name, const BodyField *f, int64_t v)
{
    if (v == 0) return;
    if (f->type == BODY_INT) json_int(j, name, v);
    else json_id(j, name, v);
}

static void field_write(Json *j, const BodyField *f, const char *body)
{
    const char *at = body + f->offset;
    str name = str_from(f->name);
    switch (f->type) {
    case BODY_STR: case BODY_FILE:
        if (((const str *)at)->n) json_str(j, name, *(const str *)at);
        break;
    case BODY_INT: case BODY_ID: case BODY_PERSON: int_write(j, name, f, *(const int64_t *)at); break;
    case BODY_REAL:
        if (*(const double *)at < 0 || *(const double *)at > 0) json_real(j, name, *(const double *)at);
        break;
    case BODY_BOOL:
        if (*(const bool *)at) json_bool(j, name, true);
        break;
    case BODY_LIST: rows_write(j, name, f->rows, (const Rows *)at); break;
    }
}

static void object_write(Json *j, const BodyShape *shape, const char *body)
{
    json_object(j, S(""));
    for (int i = 0; i < shape->field_n; i++) field_write(j, &shape->field[i], body);
    json_object_end(j);
}

void body_write(Json *j, const BodyShape *shape, const void *body)
{
    object_write(j, shape, body);
}

/* ---- would it read as the same? ------------------------------------------------------------------------------------

 * A text that is no UTF-8 is mended where it is written; one that holds a zero byte, or is longer than declared, cannot be read. */

static bool field_is_exact(const BodyField *f, const char *at)
{
    const Rows *rows = (const Rows *)at;
    bool exact;
    switch (f->type) {
    case BODY_STR: case BODY_FILE: {
        str text = *(const str *)at;
        ptrdiff_t max = f->type == BODY_FILE ? FILE_NAME_BYTES : f->max;
        return text.n <= max && str_is_utf8(text) && (text.n == 0 || !memchr(text.p, 0, (size_t)text.n));
    }
    case BODY_REAL: return isfinite(*(const double *)at);
    case BODY_LIST:
        exact = rows->n <= f->max;
        for (ptrdiff_t i = 0; exact && i < rows->n; i++) exact = body_is_exact(f->rows, rows->row + i * (ptrdiff_t)f->rows->size);
        return exact;
    case BODY_INT: case BODY_ID: case BODY_PERSON: case BODY_BOOL: return true;
    }
    return false;
}

bool body_is_exact(const BodyShape *shape, const void *body)
{
    for (int i = 0; i < shape->field_n; i++)
        if (!field_is_exact(&shape->field[i], (const char *)body + shape->field[i].offset)) return false;
    return true;
}

/* ---- reading ------------------------------------------------------------------------------------------------------ */

static bool object_read(Scope *s, const BodyShape *shape, const json_t *o, char *ret);

static bool text_read(const BodyField *f, const json_t *v, str *ret)
{
    if (!json_is_string(v)) return false;
    str text = { json_string_value(v), (ptrdiff_t)json_string_length(v) };
    if (f->type == BODY_STR && text.n > f->max) return false;
    if (f->type == BODY_FILE && text.n > FILE_NAME_BYTES) return false;
    *ret = text;
    return true;
}

/* Ids travel as strings of digits, because a browser's numbers lose them; either is read. */
static bool int_read(const json_t *v, int64_t *ret)
{
    if (json_is_integer(v)) {
        *ret = json_integer_value(v);
        return true;
    }
    return json_is_string(v) && str_int((str){ json_string_value(v), (ptrdiff_t)json_string_length(v) }, ret);
}

static bool list_read(Scope *s, const BodyField *f, const json_t *v, Rows *ret)
{
    if (!json_is_array(v) || json_array_size(v) > (size_t)f->max) return false;
    ret->n = (ptrdiff_t)json_array_size(v);
    char *row = arena_alloc(s->arena, (ptrdiff_t)f->rows->size, (ptrdiff_t)f->rows->align, ret->n);
    ret->row = row;
    for (ptrdiff_t i = 0; i < ret->n; i++)
        if (!object_read(s, f->rows, json_array_get(v, (size_t)i), row + i * (ptrdiff_t)f->rows->size)) return false;
    return true;
}

static bool field_read(Scope *s, const BodyField *f, const json_t *v, char *body)
{
    char *at = body + f->offset;
    switch (f->type) {
    case BODY_STR: case BODY_FILE: return text_read(f, v, (str *)at);
    case BODY_INT: case BODY_ID: case BODY_PERSON: return int_read(v, (int64_t *)at);
    case BODY_REAL:
        *(double *)at = json_number_value(v);
        return json_is_number(v);
    case BODY_BOOL:
        *(bool *)at = json_is_true(v);
        return json_is_boolean(v);
    case BODY_LIST: return list_read(s, f, v, (Rows *)at);
    }
    return false;
}

static bool object_read(Scope *s, const BodyShape *shape, const json_t *o, char *ret)
{
    if (!json_is_object(o)) return false;
    for (int i = 0; i < shape->field_n; i++) {
        const json_t *v = json_object_get(o, shape->field[i].name);
        if (v && !json_is_null(v) && !field_read(s, &shape->field[i], v, ret)) return false;
    }
    return true;
}

static void release(void *json)
{
    json_decref(json);
}

/* Texts are lent: they live as long as the scope, or the applying of one record. */
bool body_read(Scope *s, const BodyShape *shape, str json, void *ret)
{
    json_error_t error;
    if (shape->size) memset(ret, 0, shape->size);
    json_t *root = json_loadb(json.n ? json.p : "{}", json.n ? (size_t)json.n : 2, JSON_REJECT_DUPLICATES, &error);
    scope_defer(s, release, root);
    return object_read(s, shape, root, ret);
}
