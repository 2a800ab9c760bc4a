/* outbox_wire - orders and answers as bytes. Each side takes what the other wrote as something that a stranger may have written. */
#include "outbox/outbox_wire.h"

static bool take_line(str *rest, str *ret) { return wire_take_str(rest, ret) && ret->n <= OUT_LINE_MAX; }

static bool take_bool(str *rest, bool *ret)
{
    int64_t n;
    if (!wire_take_int(rest, &n) || n < 0 || n > 1) return false;
    *ret = n == 1;
    return true;
}

/* ---- orders ------------------------------------------------------------------------------------------------------------ */

void out_order_put(Out *o, const OutOrder *order)
{
    CHECK(order->header_n <= OUT_HEADERS_MAX);
    wire_int(o, order->way);
    wire_str(o, order->url);
    wire_int(o, order->seconds);
    wire_int(o, order->whole);
    wire_str(o, order->ca);
    wire_int(o, order->asks);
    wire_int(o, order->local);
    wire_int(o, order->starttls);
    const str mail[] = { order->user, order->password, order->sender, order->receiver, order->message };
    for (size_t i = 0; i < sizeof mail / sizeof *mail; i++) wire_str(o, mail[i]);
    wire_int(o, order->post);
    wire_int(o, order->answer_max);
    wire_int(o, order->header_n);
    for (int i = 0; i < order->header_n; i++) wire_str(o, order->header[i]);
    wire_str(o, order->body);
}

static bool take_mail(str *rest, OutOrder *o)
{
    return take_bool(rest, &o->starttls) && take_line(rest, &o->user) && take_line(rest, &o->password)
        && take_line(rest, &o->sender) && take_line(rest, &o->receiver) && wire_take_str(rest, &o->message);
}

static bool take_http(str *rest, OutOrder *o)
{
    int64_t n;
    bool fine = take_bool(rest, &o->post) && wire_take_int(rest, &o->answer_max) && wire_take_int(rest, &n) && n >= 0 && n <= OUT_HEADERS_MAX
             && o->answer_max >= 0 && o->answer_max <= OUT_ANSWER_MAX;
    for (int i = 0; fine && i < n; i++) fine = take_line(rest, &o->header[o->header_n++]);
    return fine && wire_take_str(rest, &o->body);
}

bool out_order_take(str *rest, OutOrder *ret)
{
    int64_t way;
    OutOrder o = { 0 };
    bool fine = wire_take_int(rest, &way) && (way == OUT_BY_SMTP || way == OUT_BY_HTTP) && wire_take_str(rest, &o.url)
             && wire_take_int(rest, &o.seconds) && wire_take_int(rest, &o.whole) && o.seconds > 0 && o.whole > 0 && o.whole <= 3600
             && wire_take_str(rest, &o.ca) && take_bool(rest, &o.asks) && take_bool(rest, &o.local) && take_mail(rest, &o) && take_http(rest, &o)
             && rest->n == 0;
    if (!fine) return false;
    o.way = (OutWay)way;
    *ret = o;
    return true;
}

/* ---- answers ----------------------------------------------------------------------------------------------------------- */

void out_answer_put(Out *o, const OutAnswer *a)
{
    wire_int(o, a->end);
    wire_int(o, a->status);
    const str lines[] = { a->why, a->location, a->retry_after, a->etag, a->modified, a->type };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) wire_str(o, str_slice(lines[i], 0, OUT_LINE_MAX));
    wire_str(o, a->body);
}

bool out_answer_take(str *rest, OutAnswer *ret)
{
    int64_t end;
    OutAnswer a = { 0 };
    bool fine = wire_take_int(rest, &end) && end > OUT_END_NONE && end < OUT_ENDS && wire_take_int(rest, &a.status) && a.status >= 0
             && a.status <= 999 && take_line(rest, &a.why) && take_line(rest, &a.location) && take_line(rest, &a.retry_after)
             && take_line(rest, &a.etag) && take_line(rest, &a.modified) && take_line(rest, &a.type) && wire_take_str(rest, &a.body)
             && rest->n == 0 && a.body.n <= OUT_ANSWER_MAX;
    if (!fine) return false;
    a.end = (OutEnd)end;
    *ret = a;
    return true;
}
