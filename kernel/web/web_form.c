/* web_form - what a person typed: read with one sentence a field, and shown again as it was. */
#include <unicode/uchar.h>

#include "web/web_private.h"

bool field_is_secret(str name)
{
    return str_eq(name, S("password")) || str_ends(name, S("_password"));
}

bool field_is_kernels(str name) { return str_starts(name, S("_")); }

/* ---- what is in it --------------------------------------------------------------------------------------------- */

Form *form(Request *rq) { return &rq->web->form; }

Form *form_filled(Request *rq)
{
    Form *f = NEW(rq->s.arena, Form, 1);
    f->rq = rq;
    return f;
}

void form_add(Form *f, const HttpPart *part)
{
    if (f->n == f->cap) {
        int cap = f->cap ? f->cap * 2 : 8;
        HttpPart *wider = NEW(f->rq->s.arena, HttpPart, cap);
        if (f->n) memcpy(wider, f->part, (size_t)f->n * sizeof *wider);
        f->part = wider;
        f->cap = cap;
    }
    f->part[f->n++] = *part;
}

static const HttpPart *find_after(const Form *f, str name, int from)
{
    for (int i = from; i < f->n; i++)
        if (str_eq(f->part[i].name, name)) return &f->part[i];
    return NULL;
}

static const HttpPart *find(const Form *f, const char *name) { return find_after(f, str_from(name), 0); }

void form_set(Form *f, const char *name, str value)
{
    form_add(f, &(HttpPart){ .name = str_from(name), .value = value });
}

str form_raw(const Form *f, const char *name)
{
    const HttpPart *p = find(f, name);
    return p ? p->value : (str){ 0 };
}

str form_typed(const Form *f, const char *name) { return str_shown(f->rq->s.arena, form_raw(f, name)); }

bool form_checked(const Form *f, const char *name)
{
    str v = form_raw(f, name);
    return v.n && !str_eq(v, S("0")) && !str_eq(v, S("off")) && !str_eq(v, S("false"));
}

ptrdiff_t form_all(const Form *f, const char *name, str **ret_values)
{
    ptrdiff_t n = 0;
    str *all = NEW(f->rq->s.arena, str, f->n);
    for (int i = 0; i < f->n; i++)
        if (str_eq(f->part[i].name, str_from(name))) all[n++] = f->part[i].value;
    *ret_values = all;
    return n;
}

const Upload *form_file(Form *f, const char *name)
{
    const HttpPart *p = find(f, name);
    if (!p || !p->path.n || !p->size) return NULL;
    Upload *u = NEW(f->rq->s.arena, Upload, 1);
    *u = (Upload){ p->name, p->filename, p->type, p->path, p->size };
    return u;
}

/* ---- what is wrong with it ------------------------------------------------------------------------------------- */

void form_forget(Form *f)
{
    f->first = NULL;
    f->last = NULL;
}

void form_error(Form *f, const char *name, str sentence)
{
    FormError *e = NEW(f->rq->s.arena, FormError, 1);
    e->name = str_from(name);
    e->sentence = sentence;
    if (!f->last) f->last = &f->first;
    *f->last = e;
    f->last = &e->next;
}

str form_error_of(const Form *f, const char *name)
{
    for (const FormError *e = f->first; e; e = e->next)
        if (str_eq(e->name, str_from(name))) return e->sentence;
    return (str){ 0 };
}

bool form_bad(const Form *f) { return f->first != NULL; }

/* Of blanks and signs without ink nobody can read a name. */
static bool shows_nothing(str v)
{
    while (v.n) {
        int32_t c = utf8_next(&v);
        if (!u_isUWhiteSpace(c) && !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return false;
    }
    return true;
}

static void check_length(Form *f, const char *name, str v, bool lines, int min_chars, int max_chars)
{
    Scope *s = &f->rq->s;
    if (!str_is_plain(v, lines)) {
        form_error(f, name, T(s, "There is a character here that cannot be kept. Please type it again."));
        return;
    }
    ptrdiff_t n = shows_nothing(v) ? 0 : str_chars(v);
    if (n == 0 && min_chars > 0) form_error(f, name, T(s, "Please fill this in."));
    else if (n < min_chars) form_error(f, name, TN(s, "At least {n} character, please.", "At least {n} characters, please.", min_chars));
    else if (n > max_chars)
        form_error(f, name, FILL(s, T(s, "This has {count} characters; at most {most} fit."),
                                 { "count", num_int(s, n) }, { "most", num_int(s, max_chars) }));
}

str form_text(Form *f, const char *name, int min_chars, int max_chars)
{
    str v = str_trim(form_raw(f, name));
    check_length(f, name, v, false, min_chars, max_chars);
    return v;
}

static str without_cr(Arena *keep, str v)
{
    char *p = NEW(keep, char, v.n);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < v.n; i++) {
        bool crlf = v.p[i] == '\r' && i + 1 < v.n && v.p[i + 1] == '\n';
        if (!crlf) p[n++] = v.p[i] == '\r' ? '\n' : v.p[i];
    }
    return (str){ p, n };
}

str form_long(Form *f, const char *name, int min_chars, int max_chars)
{
    str v = str_trim(without_cr(f->rq->s.arena, form_raw(f, name)));
    check_length(f, name, v, true, min_chars, max_chars);
    return v;
}

bool form_real(Form *f, const char *name, double min, double max, double *ret)
{
    Scope *s = &f->rq->s;
    double v = 0;
    if (!num_read(str_trim(form_raw(f, name)), &v)) {
        form_error(f, name, T(s, "Please write a number here."));
        return false;
    }
    if (v < min) form_error(f, name, FILL(s, T(s, "At least {number}, please."), { "number", num_real(s, min, 0) }));
    else if (v > max) form_error(f, name, FILL(s, T(s, "At most {number}, please."), { "number", num_real(s, max, 0) }));
    else *ret = v;
    return v >= min && v <= max;
}

int64_t form_int(Form *f, const char *name, int64_t min, int64_t max)
{
    Scope *s = &f->rq->s;
    int64_t v;
    double typed;
    str raw = str_trim(form_raw(f, name));
    if (!str_int(raw, &v)) {     /* other digits and grouped ones; exact as far as a double is, and no cast before its size is known */
        if (!num_read(raw, &typed) || typed > 9e15 || typed < -9e15 || typed != (double)(int64_t)typed) {
            form_error(f, name, T(s, "Please write a whole number here."));
            return 0;
        }
        v = (int64_t)typed;
    }
    if (v < min) form_error(f, name, FILL(s, T(s, "At least {number}, please."), { "number", num_int(s, min) }));
    if (v > max) form_error(f, name, FILL(s, T(s, "At most {number}, please."), { "number", num_int(s, max) }));
    return v;
}

/* ---- shown again ------------------------------------------------------------------------------------------------- */

str form_id(const Form *f, const char *name, const char *suffix)
{
    return str_cat(f->rq->s.arena, S("f-"), str_from(name), str_from(suffix));
}

str form_notes(const Form *f, const char *name, str hint)
{
    str parts[2];
    int n = 0;
    if (hint.n) parts[n++] = form_id(f, name, "-hint");
    if (form_error_of(f, name).n) parts[n++] = form_id(f, name, "-error");
    return str_join(f->rq->s.arena, parts, n, S(" "));
}

/* Asked for every entry of a long menu: the value differs most of the time, and is compared first. */
bool form_is(const Form *f, const char *name, str value)
{
    for (int i = 0; i < f->n; i++)
        if (str_eq(f->part[i].value, value) && str_eq(f->part[i].name, str_from(name))) return true;
    return false;
}

bool form_is_currency(const Form *f, const char *name, str value)
{
    for (int i = 0; i < f->n; i++) {
        str field = f->part[i].name;
        if (!str_eq(f->part[i].value, value) || !str_ends(field, S("_currency"))) continue;
        if (str_eq(str_slice(field, 0, field.n - S("_currency").n), str_from(name))) return true;
    }
    return false;
}

FormProblems form_problems(const Form *f)
{
    ptrdiff_t n = 0;
    for (const FormError *e = f->first; e; e = e->next) n++;
    FormProblem *row = NEW(f->rq->s.arena, FormProblem, n);
    n = 0;
    for (const FormError *e = f->first; e; e = e->next)
        row[n++] = (FormProblem){ e->name, e->sentence, { str_fmt(f->rq->s.arena, "#f-%.*s", STR_ARG(e->name)) } };
    return (FormProblems){ row, n };
}

static void value_json(Json *j, const Form *f, int at)
{
    str name = f->part[at].name;
    if (!find_after(f, name, at + 1)) {
        json_str(j, name, f->part[at].value);
        return;
    }
    json_array(j, name);
    for (int i = at; i < f->n; i++)
        if (str_eq(f->part[i].name, name)) json_str(j, S(""), f->part[i].value);
    json_array_end(j);
}

void Form_json(Json *j, str key, const Form *f)
{
    json_object(j, key);
    json_object(j, S("values"));
    for (int i = 0; i < f->n; i++) {
        const HttpPart *p = &f->part[i];
        if (!field_is_kernels(p->name) && !field_is_secret(p->name) && !p->path.n && find_after(f, p->name, 0) == p)
            value_json(j, f, i);
    }
    json_object_end(j);
    json_object(j, S("errors"));
    for (const FormError *e = f->first; e; e = e->next)
        if (form_error_of(f, str_z(f->rq->s.arena, e->name)).p == e->sentence.p) json_str(j, e->name, e->sentence);
    json_object_end(j);
    json_object_end(j);
}
