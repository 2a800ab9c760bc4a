/* mail - what is asked of the child, and how its answer is read: as something that a stranger may have written. */
#include "mail/mail.h"

enum { HEAD_BYTES = 64, ANSWER_MAX = 4 << 20 };

const ChildKind mail_kind = {
    .name = "mail", .library = "sampan-mail.so", .seconds = 10, .memory = 256 << 20,
    .in_max = MAIL_BYTES_MAX + HEAD_BYTES, .out_max = MAIL_BYTES_MAX,
};

static ChildEnd ask(Arena *keep, str message, int64_t what, str *ret)
{
    Out o;
    if (message.n > MAIL_BYTES_MAX) return CHILD_TOO_LARGE;
    out_init(&o, keep, message.n + HEAD_BYTES);
    wire_int(&o, what);
    out_str(&o, message);
    return child_work(keep, &mail_kind, out_text(&o), ret);
}

/* ---- the answer, in the order in which the child gives it ------------------------------------------------------------- */

static bool take(Arena *keep, str *in, ptrdiff_t most, str *ret)
{
    str given;
    if (!wire_take_str(in, &given) || given.n > most) return false;
    *ret = str_shown(keep, given);
    return true;
}

static bool take_count(str *in, int most, int *ret)
{
    int64_t n;
    if (!wire_take_int(in, &n) || n < 0 || n > most) return false;
    *ret = (int)n;
    return true;
}

static bool take_address(Arena *keep, str *in, MailAddress *ret)
{
    return take(keep, in, MAIL_LINE_MAX, &ret->name) && take(keep, in, MAIL_LINE_MAX, &ret->address);
}

static bool take_head(Arena *keep, str *in, Mail *ret)
{
    int64_t sender;
    if (!wire_take_int(in, &sender) || sender < MAIL_PERSON || sender > MAIL_BOUNCE || !take_address(keep, in, &ret->from)) return false;
    ret->sender = (MailSender)sender;
    if (!take_count(in, MAIL_TO_MAX, &ret->to_n)) return false;
    MailAddress *to = NEW(keep, MailAddress, ret->to_n);
    for (int i = 0; i < ret->to_n; i++)
        if (!take_address(keep, in, &to[i])) return false;
    ret->to = to;
    return take(keep, in, MAIL_LINE_MAX, &ret->subject) && take(keep, in, MAIL_LINE_MAX, &ret->id)
        && take(keep, in, MAIL_LINE_MAX, &ret->in_reply_to) && wire_take_int(in, &ret->date);
}

static bool take_files(Arena *keep, str *in, int64_t whole, Mail *ret)
{
    if (!take_count(in, MAIL_FILES_MAX, &ret->file_n)) return false;
    MailFile *file = NEW(keep, MailFile, ret->file_n);
    for (int i = 0; i < ret->file_n; i++) {
        MailFile *f = &file[i];
        bool fine = take(keep, in, MAIL_LINE_MAX, &f->name) && take(keep, in, MAIL_LINE_MAX, &f->type) && wire_take_int(in, &f->size)
                 && wire_take_int(in, &f->offset) && wire_take_int(in, &f->length) && f->size >= 0 && f->offset >= 0 && f->length >= 0
                 && f->offset <= whole && f->length <= whole - f->offset;
        if (!fine) return false;
    }
    ret->file = file;
    return true;
}

static bool take_failures(Arena *keep, str *in, Mail *ret)
{
    if (!take_count(in, MAIL_FAILURES_MAX, &ret->failure_n)) return false;
    MailFailure *failure = NEW(keep, MailFailure, ret->failure_n);
    for (int i = 0; i < ret->failure_n; i++)
        if (!take(keep, in, MAIL_LINE_MAX, &failure[i].recipient) || !take(keep, in, MAIL_LINE_MAX, &failure[i].action)
            || !take(keep, in, MAIL_LINE_MAX, &failure[i].status)) return false;
    ret->failure = failure;
    return take(keep, in, MAIL_LINE_MAX, &ret->failed_id);
}

ChildEnd mail_read(Arena *keep, str message, Mail *ret)
{
    str answer;
    int64_t cut;
    Mail mail = { 0 };
    ChildEnd end = ask(keep, message, -1, &answer);
    if (end != CHILD_DONE) return end;
    bool fine = answer.n <= ANSWER_MAX && take_head(keep, &answer, &mail) && take(keep, &answer, MAIL_TEXT_MAX, &mail.text)
             && wire_take_int(&answer, &cut) && take_files(keep, &answer, message.n, &mail) && take_failures(keep, &answer, &mail);
    if (!fine) return CHILD_BROKE;
    mail.text_cut = cut != 0;
    *ret = mail;
    return CHILD_DONE;
}

ChildEnd mail_file(Arena *keep, str message, int index, str *ret)
{
    return index < 0 ? CHILD_UNREADABLE : ask(keep, message, index, ret);
}
