/* net - what the files that run in the helper share. libcurl speaks; these say what it may do and what became of it.
 *
 *   net_work.c        one order, one answer
 *   net_mail.c        SMTP (RFC 5321), TLS by STARTTLS (RFC 3207) or from the beginning (RFC 8314)
 *   net_http.c        one HTTP request; redirects are told, not followed
 *   net_address.c     which addresses are of this machine or network */
#pragma once
#include <curl/curl.h>
#include <sys/socket.h>

#include "outbox/outbox_wire.h"

enum { NET_HEAD_BYTES_MAX = 32 << 10, NET_LOW_BYTES = 10 };

typedef struct Net {
    const OutOrder *order;
    CURL     *curl;
    OutAnswer answer;
    char      said[OUT_LINE_MAX + 1];   /* the last line of a mail server */
    bool      handed;                   /* what cannot be taken back has begun */
    bool      stopped, is_private, too_large;
    bool      heard;                    /* a whole answer came after that */
    long      code;                     /* of the last whole answer of a mail server */
    ptrdiff_t sent;
    size_t    head_bytes;
    char     *body; ptrdiff_t body_n, body_cap;
    char      lines[5][OUT_LINE_MAX + 1];
} Net;

void net_mail(Net *n);
void net_http(Net *n);
bool address_is_private(const struct sockaddr *address);    /* anything that is not surely of the open internet */
bool net_hand_over(Net *n);                                  /* false: it must not go on */
str  net_trouble(const Net *n, CURLcode code);
