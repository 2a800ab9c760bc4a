/* inbox_own - what the files of this room share.
 *
 *   inbox_lmtp.c      the conversation: bytes in, replies out; knows no socket and no database
 *   inbox_server.c    the socket and its threads
 *   inbox_take.c      who takes what: a receiver, a message for him
 *   inbox_sms.c       POST /sms
 *   inbox.c           the module; what is known as brought before */
#pragma once
#include "inbox/inbox.h"
#include "inbox_rows_sql.h"
#include "web/site.h"

/* ---- inbox_lmtp.c ---- */

typedef enum LmtpState { LMTP_GREETED, LMTP_READY, LMTP_MAIL, LMTP_DATA, LMTP_CLOSED } LmtpState;

/* Whoever decides. Replies are whole lines without CRLF, "250 2.1.5 fine". */
typedef struct LmtpHost {
    str  (*receiver)(void *arg, Arena *keep, str address);
    void (*message)(void *arg, str bytes);              /* it is whole; then, for each receiver that was let in: */
    str  (*deliver)(void *arg, Arena *keep, str address);
    void *arg;
} LmtpHost;

typedef struct Lmtp {
    const LmtpHost *host;
    Arena     arena, mark;              /* of one mail: rewound after it */
    Out      *out;
    LmtpState state;
    char      line[LMTP_LINE_MAX]; int line_n;
    bool      too_long;                 /* the line that is coming */
    int       wrong;                    /* commands that made no sense */
    str       sender;
    str       receiver[MAIL_RECEIVERS_MAX]; int receiver_n;
    char     *data; ptrdiff_t data_n, data_cap;
    bool      too_large, line_begins;   /* of the message; line_begins: its last two bytes were CRLF, or it has none */
    char      last;
    int       dot;                      /* how much of ".\r\n" stands at the head of the line */
} Lmtp;

enum { LMTP_ARENA_BYTES = 160 << 20 };                  /* address space: a message, twice while it grows */
void lmtp_open(Lmtp *l, const LmtpHost *host, Arena arena, Out *out);    /* greets */
void lmtp_take(Lmtp *l, str bytes);                     /* any part of what comes; replies are in out */

/* ---- inbox_take.c ---- */

typedef struct Taking {
    Site    *site;
    Arena   *arena;                     /* of this mail */
    str      sender, bytes;
    ChildEnd read;                      /* CHILD_NONE: not yet */
    Mail     mail;
} Taking;
str  take_receiver(const Site *site, Arena *tmp, str address);           /* "250 …", or why not */
str  take_message(Taking *t, str address);                               /* the reply for him */

/* ---- inbox.c ---- */
bool inbox_is_new(Scope *s, str what, str bytes);                        /* writing; false: the same was kept before */

/* ---- inbox_sms.c ---- */
Reply sms_pace(Request *rq);
Reply sms_post(Request *rq);
