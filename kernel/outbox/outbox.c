/* outbox - asking for it, and what became of it.
 *
 * Table    outbox: what waits, what is being handed over, and for a month what became of it
 * Jobs     outbox.mail, outbox.hook, outbox.sms: one for each row, its body the name; outbox.sweep once a day
 * Rule     a row and its job are written in the transaction of who asks, so what was rolled back never leaves. */
#include "outbox/outbox_own.h"

enum { NAME_BYTES = NAME_CHARS / 2 };

/* ---- asking ------------------------------------------------------------------------------------------------------------ */

static str name_new(Scope *s)
{
    char drawn[NAME_BYTES];
    os_random(drawn, sizeof drawn);
    return hex_encode(s->arena, (str){ drawn, sizeof drawn });
}

typedef struct Wish { OutKind kind; str name, receiver, key, body; int64_t person; bool once; const char *told; } Wish;

static str put(Scope *s, const Wish *w)
{
    CHECK(s->writing);
    outbox_rows_add(s, w->name, w->kind, w->person, w->receiver, w->key, w->body, w->once, str_from(w->told), s->now);
    jobs_add(s, out_job_of[w->kind], w->name, s->now);
    return w->name;
}

static bool mail_is_fine(const OutMail *m)
{
    bool fine = mail_address_is_fine(m->to) && m->text.n <= OUT_TEXT_MAX && m->file_n >= 0 && m->file_n <= OUT_FILES_MAX;
    int64_t bytes = m->text.n;
    for (int i = 0; fine && i < m->file_n; i++) bytes += m->file[i].bytes.n;
    return fine && bytes <= OUT_MESSAGE_MAX / 2;         /* base64 makes four of three */
}

str outbox_mail(Scope *s, const OutMail *m)
{
    OutSettings o;
    str why;
    CHECK(str_is_plain(m->stop, false) && str_is_plain(m->reply_to, false));
    if (!mail_is_fine(m) || !out_settings(s->site, s->arena, &o, &why)) return S("");
    str name = name_new(s);
    Composed c = { .mail = m, .settings = &o, .name = name, .now = s->now };
    Wish w = { OUT_MAIL, name, m->to, o.domain, out_compose(s->arena, &c), m->person, m->once, m->told };
    return put(s, &w);
}

str outbox_hook(Scope *s, const OutHook *h)
{
    OutUrl url;
    if (!out_url(h->url, &url) || h->body.n > OUT_MESSAGE_MAX) return S("");
    Wish w = { OUT_HOOK, name_new(s), h->url, h->key, h->body, h->person, h->once, h->told };
    return put(s, &w);
}

static bool number_is_fine(str to)
{
    bool fine = to.n >= 8 && to.n <= 16 && to.p[0] == '+';
    for (ptrdiff_t i = 1; fine && i < to.n; i++) fine = to.p[i] >= '0' && to.p[i] <= '9';
    return fine;
}

str outbox_sms(Scope *s, const OutSms *m)
{
    bool fine = number_is_fine(m->to) && m->text.n > 0 && str_is_plain(m->text, true) && str_chars(m->text) <= OUT_SMS_CHARS;
    if (!fine) return S("");
    Wish w = { OUT_SMS, name_new(s), m->to, S(""), m->text, m->person, m->once, m->told };
    return put(s, &w);
}

bool outbox_cancel(Scope *s, str name) { return outbox_rows_cancel(s, name, s->now, S("")) == 1; }

/* ---- what became of it -------------------------------------------------------------------------------------------------- */

bool outbox_look(Scope *s, str name, OutRow *ret)
{
    outbox_rows_look_row r;
    if (!outbox_rows_look(s, name, &r)) return false;
    *ret = (OutRow){ .name = r.name, .receiver = r.receiver, .why = r.why, .kind = (OutKind)r.kind, .state = (OutState)r.state, .made = r.made,
                     .due = r.due, .ended = r.ended, .tries = r.tries, .doubts = r.doubts };
    return true;
}

/* The kind may have gone with an update. */
void out_tell(Scope *s, str kind, str name)
{
    if (kind.n && jobs_are_known(s->site, kind)) jobs_add(s, str_z(s->arena, kind), name, s->now);
}

bool outbox_bounced(Scope *s, str name, str why)
{
    outbox_rows_row_row r;
    if (!outbox_rows_row(s, name, &r) || outbox_rows_bounce(s, name, s->now, str_clip(why, WHY_MAX), S("")) != 1) return false;
    out_tell(s, r.told, name);
    return true;
}

/* <name@domain>; the domain may have been another when it was sent. */
str outbox_name_of(Scope *s, str message_id)
{
    outbox_rows_look_row r;
    str_pair halves = str_cut(message_id, '@');
    bool ours = halves.found && halves.head.n == NAME_CHARS && outbox_rows_look(s, halves.head, &r) && r.kind == OUT_MAIL
             && str_eq_nocase(r.key, halves.tail);
    return ours ? halves.head : S("");
}

bool outbox_knows_message(Scope *s, str message_id) { return outbox_name_of(s, message_id).n > 0; }

/* ---- the module ---------------------------------------------------------------------------------------------------------- */

static const ChildKind outbox_kind = {
    .name = "calling out", .library = "sampan-outbox.so", .seconds = 300, .memory = 256 << 20, .asks = true,
    .in_max = OUT_MESSAGE_MAX + (2 << 20), .out_max = OUT_ANSWER_MAX + (1 << 20),
};
const ChildKind *const outbox_kinds[] = { &outbox_kind };
const int outbox_kind_n = COUNT_OF(outbox_kinds);

ChildEnd out_errand(Scope *s, const OutOrder *order, bool (*may)(void *), void *arg, OutAnswer *ret)
{
    Out o;
    str told;
    out_init(&o, s->arena, order->message.n + order->body.n + order->ca.n + 8192);
    out_order_put(&o, order);
    ChildEnd end = child_work_asked(s->arena, &outbox_kind, out_text(&o), may, arg, &told);
    if (end != CHILD_DONE) return end;
    return out_answer_take(&told, ret) ? CHILD_DONE : CHILD_BROKE;
}

static bool start(Scope *s)
{
    OutSettings o;
    str why;
    if (out_settings(s->site, s->arena, &o, &why)) return true;
    os_log(LOG_ERROR, "outbox: %.*s", STR_ARG(why));
    return false;
}

const char *const out_job_of[] = { "", "outbox.mail", "outbox.hook", "outbox.sms" };

static const JobKind jobs[] = {
    { "outbox.mail", .work = out_work, .write = out_write, .at_once = 2, .mend = "Look at sampan outbox list." },
    { "outbox.hook", .work = out_work, .write = out_write, .mend = "Look at sampan outbox list." },
    { "outbox.sms",  .work = out_work, .write = out_write, .mend = "Look at sampan outbox list." },
    { "outbox.sweep", .run = outbox_sweep, .every = DAY },
};

const Module outbox_module = {
    .name = "outbox",
    .jobs = jobs, .job_n = COUNT_OF(jobs),
    .start = start,
    .doctor = outbox_doctor,
    .command = outbox_command,
};
