/* outgoing_fuzz - any bytes as what comes from outside to who sends: an address, a list of hosts, where a server leads, an answer of the helper,
 * of a gateway, a signature, an address of mail. The first byte says as which.
 *
 * Holds that: what is read as an address has one host, made of what needs no quoting, and is read the same when it is written again; where
 * a server leads is the same host or nowhere; what two take from a wire is what one put; a verdict is one that there is. */
#include "outbox/outbox_own.h"

enum { ROOM_BYTES = 64 << 20 };

static void check_url(const OutUrl *u)
{
    CHECK(u->port > 0 && u->port <= 65535 && u->host.n > 0);
    for (ptrdiff_t i = 0; i < u->host.n; i++) CHECK(u->host.p[i] > ' ' && u->host.p[i] < 127 && !strchr("@/\\?#%", u->host.p[i]));
}

static void as_url(Arena *a, str text)
{
    OutUrl u, again, led;
    str to;
    bool local;
    str_pair cut = str_cut(text, '\n');
    if (!out_url(cut.head, &u)) return;
    check_url(&u);
    str whole = str_fmt(a, "%s://%.*s:%lld%.*s", u.tls ? "https" : "http", STR_ARG(u.host), (long long)u.port, STR_ARG(u.path));
    CHECK(out_url(whole, &again) && str_eq(u.host, again.host) && u.port == again.port && str_eq(u.path, again.path));
    if (out_url_joined(a, &u, cut.tail, &to)) CHECK(out_url(to, &led) && str_eq(led.host, u.host) && led.port == u.port && led.tls == u.tls);
    if (out_host_allowed(cut.tail, &u, &local)) CHECK(cut.tail.n > 0);
}

static void as_list(str text)
{
    str bad;
    bool local;
    OutUrl u;
    CHECK(out_url(S("https://data.example.org/"), &u));
    bool fine = out_hosts_fine(text, &bad);
    if (!fine) CHECK(bad.n > 0 && bad.p >= text.p && bad.p + bad.n <= text.p + text.n);
    out_host_allowed(text, &u, &local);
}

static void as_wire(Arena *a, str text)
{
    OutOrder order;
    OutAnswer answer;
    Out o;
    str rest = text;
    out_init(&o, a, text.n + 64);
    if (out_order_take(&rest, &order)) {
        out_order_put(&o, &order);
        CHECK(str_eq(out_text(&o), text));
    }
    rest = text;
    out_init(&o, a, text.n + 64);
    if (!out_answer_take(&rest, &answer)) return;
    out_answer_put(&o, &answer);
    CHECK(str_eq(out_text(&o), text));
    for (OutKind kind = OUT_MAIL; kind <= OUT_SMS; kind++) {
        Verdict v = out_verdict(kind, S("name"), &answer);
        CHECK(v.end > OUT_END_NONE && v.end < OUT_ENDS && strlen(v.why) < WHY_MAX && v.wait >= 0 && v.wait <= DAY);
    }
}

static void as_gateway(str text)
{
    OutAnswer answer = { .end = OUT_END_DONE, .status = 200, .body = text };
    Verdict v = out_verdict(OUT_SMS, S("name"), &answer);
    CHECK(v.end == OUT_END_DONE || v.end == OUT_END_LATER || v.end == OUT_END_NEVER);
    if (v.end == OUT_END_DONE) CHECK(str_find(text, S("taken")) >= 0 || str_find(text, S("\\u")) >= 0);
    CHECK(str_is_plain(str_from(v.why), false) || strlen(v.why) >= WHY_MAX - 4);
}

static void as_signature(Arena *a, str text)
{
    str key;
    str_pair stamp = str_cut(text, '\n');
    CHECK(!signed_is_fine(a, S("0123456789abcdef01234567"), S("1"), stamp.head, S("body"), stamp.tail, 1));
    if (signed_key(a, text, &key)) CHECK(str_eq(signed_text(a, key), text));
}

static void as_mail_address(str text)
{
    if (!mail_address_is_fine(text)) return;
    for (ptrdiff_t i = 0; i < text.n; i++) CHECK(text.p[i] > ' ' && text.p[i] < 127 && !strchr("<>()[]\\,;:\"", text.p[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region room;
    if (!room.base) CHECK(region_open(&room, ROOM_BYTES));
    if (size < 1) return 0;
    Arena a = region_arena(&room, NULL);
    str text = { (const char *)data + 1, (ptrdiff_t)size - 1 };
    switch (data[0] % 6) {
    case 0: as_url(&a, text); break;
    case 1: as_list(text); break;
    case 2: as_wire(&a, text); break;
    case 3: as_gateway(text); break;
    case 4: as_signature(&a, text); break;
    default: as_mail_address(text);
    }
    return 0;
}
