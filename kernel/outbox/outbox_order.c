/* outbox_order - a row as an order to the helper, and what the helper's answer means for the row. */
#include <jansson.h>

#include "outbox/outbox_own.h"

enum { WHOLE_SECONDS = 280, GATEWAY_ANSWER_MAX = 64 << 10, WAIT_MAX_SECONDS = 24 * 3600 };

/* ---- orders --------------------------------------------------------------------------------------------------------------- */

static bool fails(str *ret_why, str why)
{
    *ret_why = why;
    return false;
}

static bool mail_order(Scope *s, const OutSettings *set, const outbox_rows_row_row *row, OutOrder *o)
{
    o->way = OUT_BY_SMTP;
    o->url = str_fmt(s->arena, "%.*s/%.*s", STR_ARG(set->smtp), STR_ARG(set->domain));       /* libcurl says the path at EHLO */
    o->local = true;                                     /* the operator chose it */
    o->starttls = set->starttls;
    o->user = set->user;
    o->password = set->password;
    o->sender = str_cat(s->arena, S("<"), out_bounce_address(s->arena, set, row->name), S(">"));
    o->receiver = str_cat(s->arena, S("<"), row->receiver, S(">"));
    o->message = row->body;
    return true;
}

static void sign(Scope *s, OutOrder *o, str key, str id)
{
    o->header[o->header_n++] = str_cat(s->arena, S("webhook-id: "), id);
    o->header[o->header_n++] = str_fmt(s->arena, "webhook-timestamp: %lld", (long long)(s->now / SECOND));
    o->header[o->header_n++] = str_cat(s->arena, S("webhook-signature: "), signed_with(s->arena, key, id, s->now, o->body));
}

static void post_order(OutOrder *o, str url, str body)
{
    o->way = OUT_BY_HTTP;
    o->post = true;
    o->url = url;
    o->body = body;
    o->answer_max = GATEWAY_ANSWER_MAX;
    o->header[o->header_n++] = S("Content-Type: application/json");
    o->header[o->header_n++] = S("User-Agent: Sampan");
}

static bool hook_order(Scope *s, const OutSettings *set, const outbox_rows_row_row *row, OutOrder *o, str *ret_why)
{
    OutUrl url;
    str key;
    if (!out_url(row->receiver, &url) || !out_host_allowed(set->hosts, &url, &o->local))
        return fails(ret_why, S("SAMPAN_HOSTS does not name this host."));
    CHECK(signed_key(s->arena, outbox_hook_key(s, row->key), &key));
    post_order(o, row->receiver, row->body);
    sign(s, o, key, row->name);
    return true;
}

static bool sms_order(Scope *s, const OutSettings *set, const outbox_rows_row_row *row, OutOrder *o, str *ret_why)
{
    Out body;
    if (!set->sms_key.n) return fails(ret_why, S("There is no secret called sms: sampan outbox secret sms."));
    out_init(&body, s->arena, row->body.n * 2 + 256);
    Json j = json_to(&body);
    json_write_object(&j, S(""));
    json_str(&j, S("id"), row->name);
    json_str(&j, S("to"), row->receiver);
    json_str(&j, S("text"), row->body);
    json_object_end(&j);
    post_order(o, set->sms_url, out_text(&body));
    o->local = set->local_sms;
    sign(s, o, set->sms_key, row->name);
    return true;
}

bool out_order_of(Scope *s, const OutSettings *set, const outbox_rows_row_row *row, OutOrder *ret, str *ret_why)
{
    *ret = (OutOrder){ .seconds = set->seconds, .whole = WHOLE_SECONDS, .ca = set->ca, .asks = true };
    switch ((OutKind)row->kind) {
    case OUT_MAIL: return mail_order(s, set, row, ret);
    case OUT_HOOK: return hook_order(s, set, row, ret, ret_why);
    case OUT_SMS:  return sms_order(s, set, row, ret, ret_why);
    }
    return fails(ret_why, S("It is of a kind that this program does not know."));
}

/* ---- what an answer means ---------------------------------------------------------------------------------------------------- */

void out_say(Verdict *v, OutEnd end, str why)
{
    v->end = end;
    snprintf(v->why, sizeof v->why, "%.*s", (int)str_clip(why, WHY_MAX - 1).n, why.n ? why.p : "");
}

/* 410 of a hook is for good: its receiver is gone. A gateway of SMS says so in words. */
static void of_status(Verdict *v, OutKind kind, const OutAnswer *a)
{
    int64_t seconds;
    char line[80];
    snprintf(line, sizeof line, "The answer was %d.", (int)a->status);
    out_say(v, a->status / 100 == 2 ? OUT_END_DONE : a->status == 410 && kind == OUT_HOOK ? OUT_END_NEVER : OUT_END_LATER, a->status / 100 == 2 ? S("") : str_from(line));
    if (str_int(a->retry_after, &seconds) && seconds > 0) v->wait = (seconds < WAIT_MAX_SECONDS ? seconds : WAIT_MAX_SECONDS) * SECOND;
}

static str text_of(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? (str){ json_string_value(v), (ptrdiff_t)json_string_length(v) } : S("");
}

/* docs/SMS.md: only {"id": ours, "state": "taken"} is success, whatever the status says. "refused" is for good. */
static void of_gateway(Verdict *v, str name, const OutAnswer *a)
{
    json_t *root = json_loadb(a->body.p ? a->body.p : "", (size_t)a->body.n, JSON_REJECT_DUPLICATES, NULL);
    str state = text_of(root, "state"), why = text_of(root, "why");
    bool ours = str_eq(text_of(root, "id"), name);
    if (a->status / 100 == 2 && ours && str_eq(state, S("taken"))) out_say(v, OUT_END_DONE, S(""));
    else if (ours && str_eq(state, S("refused"))) out_say(v, OUT_END_NEVER, str_is_plain(why, false) && why.n ? why : S("The gateway refuses it."));
    else if (v->end == OUT_END_DONE) out_say(v, OUT_END_LATER, S("The gateway said 200 and not that it took the message."));
    json_decref(root);
}

Verdict out_verdict(OutKind kind, str name, const OutAnswer *a)
{
    Verdict v = { 0 };
    str why = str_is_plain(a->why, false) ? a->why : S("The server said what cannot be shown.");
    if (kind == OUT_MAIL || a->end != OUT_END_DONE) out_say(&v, a->end, why);
    else of_status(&v, kind, a);
    if (kind == OUT_SMS && a->end == OUT_END_DONE) of_gateway(&v, name, a);
    if (v.end == OUT_END_STOPPED) out_say(&v, OUT_END_LATER, S("It could not be written down that it is being handed over."));
    if (v.end == OUT_END_PRIVATE) out_say(&v, OUT_END_LATER, WHY_PRIVATE);
    if (v.end == OUT_END_TOO_LARGE) out_say(&v, OUT_END_LATER, S("The answer is too large."));
    return v;
}
