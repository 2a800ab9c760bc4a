/* body - reading the body of a record: jansson behind four words. A body may come from anywhere, so what is missing or
 * of another type is 0, false or the empty text. */
#include <jansson.h>

#include "journal/journal.h"

static void release(void *json)
{
    json_decref(json);
}

Body *body_read(Scope *s, str json)
{
    json_error_t error;
    json_t *root = json_loadb(json.n ? json.p : "", (size_t)json.n, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(root)) {
        json_decref(root);
        return NULL;
    }
    scope_defer(s, release, root);
    return (Body *)root;
}

static const json_t *member(const Body *b, const char *name)
{
    return b ? json_object_get((const json_t *)b, name) : NULL;
}

str body_str(const Body *b, const char *name)
{
    const json_t *v = member(b, name);
    return json_is_string(v) ? (str){ json_string_value(v), (ptrdiff_t)json_string_length(v) } : (str){ 0 };
}

int64_t body_int(const Body *b, const char *name)
{
    const json_t *v = member(b, name);
    int64_t number;
    if (json_is_integer(v)) return json_integer_value(v);
    return json_is_string(v) && str_int(body_str(b, name), &number) ? number : 0;
}

double body_real(const Body *b, const char *name)
{
    return json_number_value(member(b, name));
}

bool body_bool(const Body *b, const char *name)
{
    return json_is_true(member(b, name));
}
