/* mail - one message as it came (RFC 5322, MIME: RFC 2045 to 2049), read by GMime in a child.
 *
 * All texts are UTF-8 that may be shown (base.h, str_shown): decoded from what the message says it is, or from what it seems to be when it
 * says nothing that is known (UTF-8, else Windows-1252). Known are the charsets that mailers use; the list is in mail_charset.c. What
 * does not decode is U+FFFD.
 *
 * Nothing here is proof: a From is what somebody wrote. Whose it is says the way it came, or what it answers (in_reply_to).
 *
 * Not done: quoted replies are not cut off, signatures and encryption (S/MIME, OpenPGP) not looked at, format=flowed not joined. */
#pragma once
#include "child/child.h"

enum {
    MAIL_BYTES_MAX = 25 << 20,      /* above: TOO_LARGE. And so are */
    MAIL_HEAD_BYTES_MAX = 256 << 10,/* the head of the message, */
    MAIL_HEAD_LINES_MAX = 1000,
    MAIL_TYPES_MAX = 200,           /* and how many parts say of what type they are: so deep it can be nested, too */
    MAIL_TEXT_MAX = 256 << 10,      /* of the body; the rest is cut off, and text_cut says so. What follows is cut without a word */
    MAIL_LINE_MAX = 1000,           /* a subject, a name, an address, an id */
    MAIL_TO_MAX = 50,
    MAIL_FILES_MAX = 50,
    MAIL_FAILURES_MAX = 50,
};

typedef enum MailSender {
    MAIL_PERSON = 1,                /* as far as it says */
    MAIL_AUTOMATIC,                 /* RFC 3834, or a list (Precedence, List-Id): answering it makes a loop */
    MAIL_BOUNCE,                    /* a report on delivery (RFC 3464), or sent by <>: never answer */
} MailSender;

typedef struct MailAddress { str name, address; } MailAddress;
typedef struct MailFile {
    str     name, type;             /* the name as its sender chose it: no path, but not ours; type: as declared */
    int64_t size;                   /* decoded */
    int64_t offset, length;         /* of what stands in the message, encoded */
} MailFile;
typedef struct MailFailure { str recipient, action, status; } MailFailure;      /* RFC 3464 section 2.3: failed, delayed, delivered, …; "5.1.1" */

typedef struct Mail {
    MailSender  sender;
    MailAddress from;               /* the first; its address is empty where there is none */
    const MailAddress *to; int to_n;/* To and Cc */
    str         subject, id, in_reply_to;       /* ids without < > */
    int64_t     date;               /* ms; 0: none that can be read */
    str         text;               /* plain; of HTML what can be read of it */
    bool        text_cut;
    const MailFile *file; int file_n;
    const MailFailure *failure; int failure_n;  /* of a bounce: whom it did not reach */
    str         failed_id;          /* of a bounce: the message that it is about, where it says so */
} Mail;

/* UNREADABLE: no head of a message. Waits (child.h). */
ChildEnd mail_read(Arena *keep, str message, Mail *ret);
ChildEnd mail_file(Arena *keep, str message, int index, str *ret);              /* decoded; UNREADABLE: there is none of that number */

extern const ChildKind mail_kind;
