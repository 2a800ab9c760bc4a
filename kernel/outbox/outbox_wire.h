/* outbox_wire - what the program and its helper with the network say to each other: one order, one answer. */
#pragma once
#include "child/child.h"

typedef enum OutWay { OUT_BY_SMTP = 1, OUT_BY_HTTP } OutWay;

/* How a piece of work ended, as the helper knows it. */
typedef enum OutEnd {
    OUT_END_NONE = 0,
    OUT_END_DONE,           /* mail: the server has taken it over (250 after the dot). HTTP: an answer came, whatever it says */
    OUT_END_NOT_BEGUN,      /* nothing was handed over; it may be tried again */
    OUT_END_LATER,          /* the server said: not now (4xx) */
    OUT_END_NEVER,          /* the server said: not at all (5xx) */
    OUT_END_DOUBT,          /* handed over, or so it seems: no answer came */
    OUT_END_STOPPED,        /* it was told not to go on */
    OUT_END_PRIVATE,        /* the name leads to an address of this machine or network, and that was not allowed */
    OUT_END_TOO_LARGE,      /* the answer */
    OUT_ENDS,
} OutEnd;

enum {
    OUT_MESSAGE_MAX = 16 << 20,         /* bytes of a mail or a body, as it travels */
    OUT_ANSWER_MAX = 8 << 20,
    OUT_HEADERS_MAX = 12,               /* of an HTTP request, beside the usual */
    OUT_LINE_MAX = 1000,                /* of a header, an address, a reply */
};

typedef struct OutOrder {
    OutWay  way;
    str     url;                        /* smtp://host:port, smtps://…, https://… */
    int64_t seconds;                    /* for the connection, for each answer of a mail server, for silence of another */
    int64_t whole;                      /* seconds for all of it */
    str     ca;                         /* certificates that are trusted in place of the system's (PEM); "": the system's */
    bool    asks;                       /* before what cannot be taken back */
    bool    local;                      /* may lead to an address of this machine or network */
    /* mail */
    bool    starttls;
    str     user, password, sender, receiver, message;
    /* HTTP */
    bool    post;
    int64_t answer_max;
    str     header[OUT_HEADERS_MAX]; int header_n;      /* "name: value" */
    str     body;
} OutOrder;

typedef struct OutAnswer {
    OutEnd  end;
    int64_t status;                     /* of HTTP; of SMTP the last code; 0: none came */
    str     why;                        /* a sentence for the operator, or what the server said */
    str     location, retry_after, etag, modified, type;       /* of an HTTP answer */
    str     body;
} OutAnswer;

void out_order_put(Out *o, const OutOrder *order);
bool out_order_take(str *rest, OutOrder *ret);          /* texts are borrowed */
void out_answer_put(Out *o, const OutAnswer *answer);
bool out_answer_take(str *rest, OutAnswer *ret);        /* false: not what a helper writes. Texts are borrowed and of any bytes */
