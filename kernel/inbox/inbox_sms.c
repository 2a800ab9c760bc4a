/* inbox_sms - POST /sms: what a gateway brings, an SMS or what became of one of ours. docs/SMS.md is the interface.
 *
 * Rule     nothing is looked at before the signature is (outbox_signed.c), and nothing of it is in the log. */
#include "http/http.h"
#include "inbox/inbox_own.h"
#include "outbox/outbox.h"

enum { ID_MAX = 100, TEXT_CHARS_MAX = 2000, NUMBER_MAX = 20 };

static Reply say(Request *rq, int status, str id, const char *state, str why)
{
    Out o;
    out_init(&o, rq->s.arena, 256);
    Json j = json_to(&o);
    json_object(&j, S(""));
    json_str(&j, S("id"), id);
    json_str(&j, S("state"), str_from(state));
    if (why.n) json_str(&j, S("why"), why);
    json_object_end(&j);
    Reply r = with_status(text_reply(rq, S("application/json"), out_text(&o)), status);
    r.undo = strcmp(state, "refused") == 0;              /* what a module wrote before it refused, and that it was brought */
    return r;
}

/* Before the writer is asked for anything. */
Reply sms_pace(Request *rq)
{
    str id = header(rq, "webhook-id"), timestamp = header(rq, "webhook-timestamp"), signatures = header(rq, "webhook-signature");
    switch (outbox_signed_by_gateway(&rq->s, id, timestamp, rq->http->body, signatures)) {
    case GATEWAY_FINE:  return (Reply){ 0 };
    case GATEWAY_NONE:  return not_found(rq);
    case GATEWAY_WRONG: break;
    }
    return say(rq, 401, S(""), "refused", S("The signature is not of this secret, or its time is not within five minutes of ours."));
}

/* ---- what became of one of ours ------------------------------------------------------------------------------------------- */

static Reply take_report(Request *rq, str id, str about)
{
    OutRow row;
    str state = form_raw(form(rq), "state"), why = form_raw(form(rq), "why");
    if (!outbox_look(&rq->s, about, &row) || row.kind != OUT_SMS) return say(rq, 200, id, "refused", S("There is no such message."));
    if (str_eq(state, S("failed")))
        outbox_bounced(&rq->s, about, str_is_plain(why, false) && why.n ? why : S("The gateway says that it did not arrive."));
    return say(rq, 200, id, "taken", S(""));
}

/* ---- an SMS ------------------------------------------------------------------------------------------------------------------ */

static const SmsWord *word_named(const Site *site, str word)
{
    for (int m = 0; m < site->module_n; m++)
        for (int i = 0; i < site->modules[m]->sms_n; i++)
            if (str_eq_nocase(str_from(site->modules[m]->sms[i].word), word)) return &site->modules[m]->sms[i];
    return NULL;
}

/* "Price rice 5" is rice 5 for who takes PRICE. */
static const SmsWord *taker_of(const Site *site, str text, str *ret_rest)
{
    ptrdiff_t n = 0;
    text = str_trim(text);
    while (n < text.n && text.p[n] != ' ' && text.p[n] != '\n') n++;
    const SmsWord *known = n ? word_named(site, str_slice(text, 0, n)) : NULL;
    *ret_rest = known ? str_trim(str_slice(text, n, text.n)) : text;
    return known ? known : word_named(site, S(""));
}

static bool number_is_fine(str s) { return s.n > 0 && s.n <= NUMBER_MAX && str_is_plain(s, false); }

static Reply take_sms(Request *rq, str id)
{
    Form *f = form(rq);
    str rest, why = S("");
    InSms m = { form_raw(f, "from"), form_raw(f, "to"), form_raw(f, "text") };
    if (!number_is_fine(m.from) || !str_is_plain(m.text, true) || str_chars(m.text) > TEXT_CHARS_MAX)
        return say(rq, 422, id, "refused", S("from is a number, and text plain text of at most 2000 characters."));
    const SmsWord *w = taker_of(rq->s.site, m.text, &rest);
    if (!w) return say(rq, 200, id, "refused", S("Nobody here takes what begins like this."));
    m.text = rest;
    return w->take(&rq->s, &m, &why) ? say(rq, 200, id, "taken", S("")) : say(rq, 200, id, "refused", why);
}

/* The same id again is answered as before and not taken again: the gateway did not hear us. What was refused is looked at again. */
Reply sms_post(Request *rq)
{
    Form *f = form(rq);
    str id = form_raw(f, "id"), about = form_raw(f, "about");
    if (!id.n || id.n > ID_MAX || !str_is_plain(id, false))
        return say(rq, 422, S(""), "refused", S("id is one to a hundred characters, another for each message."));
    if (!inbox_is_new(&rq->s, S("sms"), id)) return say(rq, 200, id, "taken", S(""));
    return about.n ? take_report(rq, id, about) : take_sms(rq, id);
}
