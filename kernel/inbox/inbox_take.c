/* inbox_take - who takes what: a receiver, and a message for him.
 *
 * What is said here goes to the machine's mail server, which tells the sender. Codes are those of RFC 3463. */
#include "inbox/inbox_own.h"

#include "outbox/outbox.h"

/* ---- whom ------------------------------------------------------------------------------------------------------------------ */

static const MailTag *tag_named(const Site *site, str tag)
{
    for (int m = 0; m < site->module_n; m++)
        for (int t = 0; t < site->modules[m]->mail_n; t++)
            if (str_eq(str_from(site->modules[m]->mail[t].tag), tag)) return &site->modules[m]->mail[t];
    return NULL;
}

str take_receiver(const Site *site, Arena *tmp, str address)
{
    str name, rest;
    if (site_is_nearly_full(site)) return S("452 4.3.1 There is no room on the disk just now.");
    bool ours = mail_bounce_of(site, tmp, address, &name) || (mail_tag_of(site, tmp, address, &name, &rest) && tag_named(site, name));
    return ours ? S("250 2.1.5 Fine.") : S("550 5.1.1 Nobody reads mail here under this address.");
}

/* ---- what --------------------------------------------------------------------------------------------------------------------- */

/* Of the head as it stands in the message: no reader of mail counts them. */
static int hops(str message)
{
    int n = 0;
    while (message.n) {
        str_pair cut = str_cut(message, '\n');
        if (!str_trim(cut.head).n) break;
        n += str_eq_nocase(str_slice(cut.head, 0, 9), S("Received:"));
        message = cut.tail;
    }
    return n;
}

static str not_read(ChildEnd end)
{
    if (end == CHILD_TOO_LARGE) return S("552 5.3.4 It is too large, or has too many parts.");
    if (end == CHILD_UNREADABLE || end == CHILD_BROKE) return S("554 5.6.0 It cannot be read as a mail.");
    return S("451 4.3.0 It cannot be read just now.");
}

static ChildEnd read_once(Taking *t)
{
    if (t->read == CHILD_NONE) t->read = mail_read(t->arena, t->bytes, &t->mail);
    return t->read;
}

/* A machine that answers a machine never ends. */
typedef struct Asked { Taking *t; str address; str why; bool loop; } Asked;

static str kept(Site *site, Arena *arena, bool (*rule)(Scope *, void *), Asked *a)
{
    Landing l;
    SCRATCH(tmp, arena);
    if (site_write(site, &tmp, 0, rule, a, &l)) return S("250 2.0.0 Kept.");
    if (l.kind != FAULT_NONE) {
        os_log(LOG_WARN, "inbox: a mail could not be kept: %s", l.what);
        return S("451 4.3.0 It cannot be kept just now.");
    }
    if (a->loop) return S("554 5.4.6 It is one of ours that came back.");
    str why = str_is_plain(a->why, false) && a->why.n && a->why.n < 200 ? a->why : S("It is not taken.");
    return str_cat(arena, S("550 5.7.1 "), str_keep(arena, why));
}

/* ---- a report on delivery ------------------------------------------------------------------------------------------------------ */

/* "delayed" and "delivered" are no end. */
static const MailFailure *final_failure(const Mail *m)
{
    for (int i = 0; i < m->failure_n; i++)
        if (str_eq_nocase(m->failure[i].action, S("failed"))) return &m->failure[i];
    return NULL;
}

/* Where reports come somebody may write by mistake, and must hear that nobody reads it. A machine is left without an answer. */
static bool is_letter(const Taking *t) { return t->sender.n && t->mail.sender == MAIL_PERSON; }

static bool report_rule(Scope *s, void *arg)
{
    Asked *a = arg;
    const MailFailure *f = final_failure(&a->t->mail);
    str name;
    if (!f || !mail_bounce_of(s->site, s->arena, a->address, &name)) return true;
    if (!inbox_is_new(s, a->address, a->t->bytes)) return true;
    outbox_bounced(s, name, str_cat(s->arena, S("It came back: "), f->status, S(" "), f->recipient));
    return true;
}

/* ---- a letter -------------------------------------------------------------------------------------------------------------------- */

static bool letter_rule(Scope *s, void *arg)
{
    Asked *a = arg;
    Taking *t = a->t;
    str tag, rest;
    InMail m = { &t->mail, t->bytes, t->sender };
    a->why = S("");
    a->loop = outbox_knows_message(s, t->mail.id);
    if (a->loop || !mail_tag_of(s->site, s->arena, a->address, &tag, &rest)) return false;
    const MailTag *known = tag_named(s->site, tag);
    if (!known) return false;
    if (!inbox_is_new(s, a->address, t->bytes)) return true;
    bool taken = known->take(s, rest, &m, &a->why);
    if (!taken) a->why = str_keep(t->arena, a->why);
    return taken;
}

str take_message(Taking *t, str address)
{
    str name;
    Asked a = { .t = t, .address = address };
    if (site_is_nearly_full(t->site)) return S("452 4.3.1 There is no room on the disk just now.");
    if (hops(t->bytes) > MAIL_HOPS_MAX) return S("554 5.4.6 It went through too many servers.");
    ChildEnd end = read_once(t);
    if (end != CHILD_DONE) return not_read(end);
    if (mail_bounce_of(t->site, t->arena, address, &name))
        return is_letter(t) ? S("550 5.1.1 Nobody reads mail here under this address.") : kept(t->site, t->arena, report_rule, &a);
    if (!is_letter(t)) return S("550 5.7.1 A machine wrote this, and here none answers.");
    return kept(t->site, t->arena, letter_rule, &a);
}
