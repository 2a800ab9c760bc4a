/* outside - servers on the loopback address that misbehave as they are told: for mail and for HTTP. Each is a thread, or, for who kills its
 * own process, a process. What they got lies in memory that both sides share. */
#pragma once
#include "base/base.h"

typedef enum PeerMood {
    PEER_WELL = 0,
    PEER_MUTE,                  /* takes the connection and says nothing */
    PEER_HANGS,                 /* greets, and then says nothing */
    PEER_BUSY,                  /* greets with 421 */
    PEER_CLOSED_DOOR,           /* greets with 554 */
    PEER_NOT_NOW, PEER_NEVER,   /* RCPT: 451, 550 */
    PEER_WANTS_LOGIN,           /* MAIL: 530 */
    PEER_CUTS_IN_DATA,          /* before the dot */
    PEER_CUTS_AFTER_DOT,
    PEER_HANGS_AFTER_DOT,
    PEER_NOT_NOW_AFTER_DOT, PEER_NEVER_AFTER_DOT,
} PeerMood;

enum { PEER_MAILS_MAX = 4096, PEER_TEXT_MAX = 1 << 17 };
typedef struct PeerMail { char id[80]; } PeerMail;

typedef struct Peer {
    int      port, socket;
    bool     http;
    volatile PeerMood mood;
    volatile int slow_ms;                   /* between the dot and 250 */
    char     reply[PEER_TEXT_MAX];          /* of HTTP: all that is written to a request, "" hangs, "cut" closes */
    int      visits;                        /* connections */
    int      got_n;                         /* mails up to their dot; requests */
    PeerMail got[PEER_MAILS_MAX];
    char     last[PEER_TEXT_MAX]; int last_n;       /* the last of them, as it came; for mail with its envelope before it */
} Peer;

Peer *peer_start(bool http);                /* a thread */
Peer *peer_start_apart(bool http);          /* a process; it ends with who started it */
str   peer_last(const Peer *p);
int   peer_times(const Peer *p, str id);    /* how often a mail with this Message-ID came to its dot */
