/* web_body - the body of a request as the fields of a form: typed in a browser, or a flat JSON object from a program. */
#include <jansson.h>

#include "web/web_private.h"

static bool media_is(str content_type, str media)
{
    return str_eq_nocase(str_trim(str_cut(content_type, ';').head), media);
}

static bool take_parts(Form *f, const HttpPart *parts, int n)
{
    if (n > FIELDS_MAX) return false;
    for (int i = 0; i < n; i++) form_add(f, &parts[i]);
    return true;
}

static void json_release(void *document) { json_decref(document); }

static bool json_scalar(Arena *keep, const json_t *v, str *ret)
{
    switch (json_typeof(v)) {
    case JSON_STRING:  *ret = str_keep(keep, (str){ json_string_value(v), (ptrdiff_t)json_string_length(v) }); return true;
    case JSON_INTEGER: *ret = str_fmt(keep, "%" JSON_INTEGER_FORMAT, json_integer_value(v)); return true;
    case JSON_REAL:    *ret = str_fmt(keep, "%.17g", json_real_value(v)); return true;
    case JSON_TRUE:    *ret = S("on"); return true;
    case JSON_FALSE:
    case JSON_NULL:    *ret = (str){ 0 }; return true;
    default:           return false;
    }
}

static bool take_json_value(Form *f, str name, const json_t *v)
{
    HttpPart part = { .name = name };
    if (!json_scalar(f->rq->s.arena, v, &part.value) || f->n == FIELDS_MAX) return false;
    form_add(f, &part);
    return true;
}

/* {"title": "Rice", "kinds": ["dry", "cold"]}: values are texts, numbers, true, false or null, or lists of such. */
static bool take_json(Form *f, str body)
{
    Scope *s = &f->rq->s;
    json_t *document = json_loadb(body.p, (size_t)body.n, JSON_REJECT_DUPLICATES, NULL), *v;
    const char *key;
    if (!document) return false;
    scope_defer(s, json_release, document);
    if (!json_is_object(document)) return false;
    json_object_foreach(document, key, v) {
        str name = str_keep(s->arena, str_from(key));
        if (!json_is_array(v)) {
            if (!take_json_value(f, name, v)) return false;
            continue;
        }
        for (size_t i = 0; i < json_array_size(v); i++)
            if (!take_json_value(f, name, json_array_get(v, i))) return false;
    }
    return true;
}

/* No browser packs what it sends, and what is packed may be larger than it looks. */
static bool is_packed(const Request *rq)
{
    str coding = header(rq, "content-encoding");
    return coding.n && !str_eq_nocase(coding, S("identity"));
}

bool web_body(WebPrivate *w, Reply *ret_refusal)
{
    Request *rq = &w->rq;
    str type = header(rq, "content-type"), body = rq->http->body;
    const HttpPart *parts = rq->http->parts;
    int n = rq->http->part_n;
    bool fine = true;
    if (is_packed(rq)) {
        *ret_refusal = refuse(rq, 415);
        return false;
    }
    if (media_is(type, S("multipart/form-data"))) {
        fine = take_parts(&w->form, parts, n);
    } else if (!body.n) {
        return true;
    } else if (media_is(type, S("application/x-www-form-urlencoded"))) {
        fine = http_form(rq->s.arena, body, &parts, &n) && take_parts(&w->form, parts, n);
    } else if (media_is(type, S("application/json"))) {
        fine = take_json(&w->form, body);
    } else if (!rq->route || !rq->route->open) {     /* what a machine signs may have any shape */
        *ret_refusal = refuse(rq, 415);
        return false;
    }
    if (!fine) *ret_refusal = refuse(rq, 400);
    return fine;
}
