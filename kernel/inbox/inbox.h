/* inbox - what comes into the house beside the web: mail, handed over by the machine's mail server (LMTP, RFC 2033, on a unix socket),
 * and SMS, by a gateway that signs what it brings (docs/SMS.md, POST /sms).
 *
 * A module names what it takes, in its Module:
 *
 *   static const MailTag tags[] = { { "plan", plan_mail } };         what comes to an address made by mail_tagged(s, S("plan"), rest)
 *   static const SmsWord words[] = { { "PRICE", price_sms } };       what begins with this word; "" takes what nobody else does
 *
 * Kept or not  "taken" (250 of LMTP, 200 of HTTP) is said when what the module wrote is on the disk, and not before; each receiver of a
 *              mail has a transaction of its own. The same brought again, because that answer was lost, is answered the same and not
 *              taken twice, for INBOX_DAYS.
 * Refused      Mail to an address that was not made here, before its words are asked for. Mail that answers by itself (RFC 3834), comes
 *              from <>, bears a Message-ID of ours or went through MAIL_HOPS_MAX servers: nothing here may answer a machine. What is
 *              too large, or cannot be read. On a disk that is nearly full everything, for now (452).
 * Reports      A report on delivery (RFC 3464) that comes to the sender's address of a mail of ours is noted in the outbox and goes to nobody.
 *
 * Mail is parsed in a child (mail.h). Who wrote it is not proved by its From; that somebody had the address is. */
#pragma once
#include "base/scope.h"
#include "mail/mail.h"

typedef struct Inbox Inbox;

typedef struct InMail {
    const Mail *mail;
    str   bytes;                        /* as it came, for mail_file */
    str   sender;                       /* of the envelope */
} InMail;

/* Writing. False: refused for good, and *ret_why is a sentence of ASCII for its sender. May run twice (retry). */
typedef bool MailTake(Scope *s, str rest, const InMail *m, str *ret_why);
typedef struct MailTag { const char *tag; MailTake *take; } MailTag;              /* tag: a to z, 0 to 9, at most ten; "b" is ours */

typedef struct InSms { str from, to, text; } InSms;     /* text: without the word; plain, of several lines */
typedef bool SmsTake(Scope *s, const InSms *m, str *ret_why);
typedef struct SmsWord { const char *word; SmsTake *take; } SmsWord;

enum {
    INBOX_DAYS = 7,
    MAIL_HOPS_MAX = 30,                 /* Received lines */
    MAIL_RECEIVERS_MAX = 50,            /* of one mail here */
    LMTP_CONNECTIONS_MAX = 4,
    LMTP_LINE_MAX = 2000,               /* bytes of a command */
    LMTP_IDLE_SECONDS = 120, LMTP_WHOLE_SECONDS = 1800,
};

/* The socket, before the sandbox closes and root is gone. -1: *ret_why is a sentence. Whoever may walk to `path` may bring mail. */
int    inbox_listen(const char *path, Arena *keep, str *ret_why);
Inbox *inbox_start(Site *site, int listening, Arena *keep);      /* on threads; the descriptor is its own from now on */
void   inbox_stop(Inbox *in);                                    /* what is being taken is finished first */

extern const struct Module inbox_module;
