#include "base/json.h"

#include <math.h>

/* Copied in runs: hardly any text has something to escape. */
static void escaped(Out *o, str s)
{
    out_char(o, '"');
    str run = s;
    while (s.n) {
        str from = s;
        int32_t c = utf8_next(&s);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out_bytes(o, run.p, from.p - run.p);
        run = s;
        if (c == '"' || c == '\\') { out_char(o, '\\'); out_char(o, (char)c); }
        else if (c == '\n') out_lit(o, "\\n");
        else if (c >= 0) out_fmt(o, "\\u%04x", (unsigned)c);
        else out_lit(o, "\xEF\xBF\xBD");
    }
    out_bytes(o, run.p, s.p - run.p);
    out_char(o, '"');
}

static void begin(Json *j, str key)
{
    if (j->comma) out_char(j->out, ',');
    j->comma = true;
    if (key.n) {
        escaped(j->out, key);
        out_char(j->out, ':');
    }
}

static void open(Json *j, str key, char bracket)
{
    begin(j, key);
    out_char(j->out, bracket);
    j->comma = false;
    j->depth++;
}

static void close(Json *j, char bracket)
{
    CHECK(j->depth > 0);
    j->depth--;
    out_char(j->out, bracket);
    j->comma = true;
}

void json_object(Json *j, str key) { open(j, key, '{'); }
void json_object_end(Json *j) { close(j, '}'); }
void json_array(Json *j, str key) { open(j, key, '['); }
void json_array_end(Json *j) { close(j, ']'); }

void json_str(Json *j, str key, str v)
{
    begin(j, key);
    escaped(j->out, v);
}

void json_int(Json *j, str key, int64_t v)
{
    begin(j, key);
    out_int(j->out, v);
}

void json_id(Json *j, str key, int64_t v)
{
    begin(j, key);
    out_char(j->out, '"');
    out_int(j->out, v);
    out_char(j->out, '"');
}

void json_real(Json *j, str key, double v)
{
    begin(j, key);
    if (isfinite(v)) out_fmt(j->out, "%.17g", v);
    else out_lit(j->out, "null");
}

void json_bool(Json *j, str key, bool v)
{
    begin(j, key);
    if (v) out_lit(j->out, "true");
    else out_lit(j->out, "false");
}

void json_null(Json *j, str key)
{
    begin(j, key);
    out_lit(j->out, "null");
}
