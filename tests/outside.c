#include "outside.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2000, HANG_MS = 60000 };

typedef struct Line { int fd; char buffer[LINE_MAX_BYTES]; int n; } Line;      /* what came and was not read yet */

/* ---- lines ------------------------------------------------------------------------------------------------------------------- */

static void say(const Line *l, const char *text) { send(l->fd, text, strlen(text), MSG_NOSIGNAL); }

/* With its CRLF. False: nobody is there any more. */
static bool hear(Line *l, char *ret, int *ret_n)
{
    for (;;) {
        char *end = memchr(l->buffer, '\n', (size_t)l->n);
        if (end || l->n == LINE_MAX_BYTES) {
            int n = end ? (int)(end - l->buffer) + 1 : l->n;
            memcpy(ret, l->buffer, (size_t)n);
            memmove(l->buffer, l->buffer + n, (size_t)(l->n - n));
            l->n -= n;
            *ret_n = n;
            return true;
        }
        ssize_t got = recv(l->fd, l->buffer + l->n, (size_t)(LINE_MAX_BYTES - l->n), 0);
        if (got <= 0) return false;
        l->n += (int)got;
    }
}

/* Until the other side goes, or for long enough that it must have noticed. */
static void hang(const Line *l)
{
    struct pollfd p = { .fd = l->fd, .events = POLLRDHUP };
    poll(&p, 1, HANG_MS);
}

static void keep(Peer *p, const char *bytes, int n)
{
    int room = PEER_TEXT_MAX - 1 - p->last_n;
    if (n > room) n = room;
    memcpy(p->last + p->last_n, bytes, (size_t)n);
    p->last_n += n;
}

/* ---- mail ---------------------------------------------------------------------------------------------------------------------- */

static void note_id(Peer *p, const char *line, int n)
{
    int most = (int)sizeof p->got[0].id - 1;
    if (n < 14 || strncasecmp(line, "Message-ID: <", 13) != 0 || p->got_n == PEER_MAILS_MAX) return;
    const char *end = memchr(line, '>', (size_t)n);
    int length = end ? (int)(end - line) - 13 : 0;
    snprintf(p->got[p->got_n].id, sizeof p->got[0].id, "%.*s", length < most ? length : most, line + 13);
}

/* False: the line is cut. */
static bool take_message(Peer *p, Line *l)
{
    char line[LINE_MAX_BYTES];
    int n;
    say(l, "354 go on\r\n");
    for (int lines = 0; hear(l, line, &n); lines++) {
        if (p->mood == PEER_CUTS_IN_DATA && lines == 3) return false;
        if (n == 3 && line[0] == '.') {
            if (p->got_n < PEER_MAILS_MAX) p->got_n++;
            return true;
        }
        note_id(p, line, n);
        keep(p, line, n);
    }
    return false;
}

static bool end_message(const Peer *p, Line *l)
{
    if (p->slow_ms) poll(NULL, 0, p->slow_ms);
    switch (p->mood) {
    case PEER_CUTS_AFTER_DOT:    return false;
    case PEER_HANGS_AFTER_DOT:   hang(l); return false;
    case PEER_NOT_NOW_AFTER_DOT: say(l, "451 4.3.0 later\r\n"); return true;
    case PEER_NEVER_AFTER_DOT:   say(l, "554 5.6.0 not this\r\n"); return true;
    default:                     say(l, "250 2.0.0 taken\r\n"); return true;
    }
}

static bool answer(Peer *p, Line *l, const char *line)
{
    if (p->mood == PEER_HANGS) return hang(l), false;
    if (strncasecmp(line, "QUIT", 4) == 0) return say(l, "221 bye\r\n"), false;
    if (strncasecmp(line, "DATA", 4) == 0) return take_message(p, l) && end_message(p, l);
    if (strncasecmp(line, "EHLO", 4) == 0) say(l, "250-peer\r\n250 8BITMIME\r\n");
    else if (p->mood == PEER_WANTS_LOGIN && strncasecmp(line, "MAIL", 4) == 0) say(l, "530 5.7.0 log in first\r\n");
    else if (p->mood == PEER_NOT_NOW && strncasecmp(line, "RCPT", 4) == 0) say(l, "451 4.2.1 come back\r\n");
    else if (p->mood == PEER_NEVER && strncasecmp(line, "RCPT", 4) == 0) say(l, "550 5.1.1 nobody of that name\r\n");
    else say(l, "250 fine\r\n");
    return true;
}

static void serve_mail(Peer *p, Line *l)
{
    char line[LINE_MAX_BYTES];
    int n;
    if (p->mood == PEER_MUTE) {
        hang(l);
        return;
    }
    say(l, p->mood == PEER_BUSY ? "421 4.3.2 too many\r\n" : p->mood == PEER_CLOSED_DOOR ? "554 5.3.2 not you\r\n" : "220 peer\r\n");
    p->last_n = 0;
    while (hear(l, line, &n)) {
        keep(p, line, n);
        if (!answer(p, l, line)) return;
    }
}

/* ---- HTTP ---------------------------------------------------------------------------------------------------------------------- */

static void serve_http(Peer *p, Line *l)
{
    char line[LINE_MAX_BYTES];
    int n;
    int64_t body = 0;
    p->last_n = 0;
    while (hear(l, line, &n) && n > 2) {
        keep(p, line, n);
        if (strncasecmp(line, "Content-Length:", 15) == 0) str_int(str_trim((str){ line + 15, n - 15 }), &body);
    }
    keep(p, "\r\n", 2);
    for (int took = l->n < body ? l->n : (int)body;;) {
        keep(p, l->buffer, took);
        memmove(l->buffer, l->buffer + took, (size_t)(l->n - took));
        l->n -= took;
        body -= took;
        ssize_t got = body > 0 ? recv(l->fd, l->buffer, sizeof l->buffer, 0) : 0;
        if (got <= 0) break;
        l->n = (int)got;
        took = l->n < body ? l->n : (int)body;
    }
    if (p->got_n < PEER_MAILS_MAX) p->got_n++;
    if (!p->reply[0]) hang(l);
    else if (strcmp(p->reply, "cut") != 0) say(l, p->reply);
}

/* ---- beginning ------------------------------------------------------------------------------------------------------------------ */

static void *serve(void *arg)
{
    Peer *p = arg;
    for (int fd; (fd = accept4(p->socket, NULL, NULL, SOCK_CLOEXEC)) >= 0; close(fd)) {
        Line l = { .fd = fd };
        p->visits++;
        if (p->http) serve_http(p, &l);
        else serve_mail(p, &l);
    }
    return NULL;
}

static Peer *listening(bool http)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    Peer *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED);
    p->http = http;
    p->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(p->socket >= 0 && bind(p->socket, (struct sockaddr *)&a, sizeof a) == 0 && listen(p->socket, 20) == 0);
    CHECK(getsockname(p->socket, (struct sockaddr *)&a, &n) == 0);
    p->port = ntohs(a.sin_port);
    return p;
}

Peer *peer_start(bool http)
{
    Peer *p = listening(http);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, serve, p) == 0 && pthread_detach(thread) == 0);
    return p;
}

Peer *peer_start_apart(bool http)
{
    Peer *p = listening(http);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(p);
        _exit(0);
    }
    return p;
}

str peer_last(const Peer *p) { return (str){ p->last, p->last_n }; }

int peer_times(const Peer *p, str id)
{
    int n = 0;
    for (int i = 0; i < p->got_n; i++) n += str_eq(str_from(p->got[i].id), id);
    return n;
}
