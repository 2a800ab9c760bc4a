/* inbox_server - the socket and its threads: one that waits for callers, and one for each caller, a few at a time.
 *
 * A caller is the mail server of this machine. It is given time (LMTP_IDLE_SECONDS between two words, LMTP_WHOLE_SECONDS in all), and where
 * it finds every place taken it hears 421 and comes again. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "inbox/inbox_own.h"

enum { BACKLOG = 16, READ_BYTES = 64 << 10, TICK_MS = 500, WRITE_SECONDS = 30, OUT_BYTES = 256 << 10 };

typedef struct Caller {
    Inbox    *inbox;
    pthread_t thread;
    int       fd;                       /* -1: this place is free */
    atomic_bool ended;                  /* its thread is to be taken in */
    Taking    taking;
    Lmtp      lmtp;
    char      read[READ_BYTES];
} Caller;

struct Inbox {
    Site      *site;
    int        listening;
    pthread_t  waiter;
    atomic_bool stop;
    Caller     caller[LMTP_CONNECTIONS_MAX];
};

/* ---- the socket ------------------------------------------------------------------------------------------------------------- */

static void remove_stale(const struct sockaddr_un *a)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof *a) != 0 && errno == ECONNREFUSED) unlink(a->sun_path);
    if (fd >= 0) close(fd);
}

/* Who may connect is decided by its folder: the mail server runs as a user of its own, and whose group that is nobody knows here. */
int inbox_listen(const char *path, Arena *keep, str *ret_why)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof a.sun_path) {
        *ret_why = str_fmt(keep, "the path of the socket for mail is too long: %s", path);
        return -1;
    }
    memcpy(a.sun_path, path, strlen(path));
    remove_stale(&a);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && chmod(path, 0666) == 0 && listen(fd, BACKLOG) == 0) return fd;
    *ret_why = str_fmt(keep, "the socket for mail cannot be made at %s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    return -1;
}

/* ---- one caller --------------------------------------------------------------------------------------------------------------- */

static str on_receiver(void *arg, Arena *keep, str address)
{
    const Caller *c = arg;
    return take_receiver(c->inbox->site, keep, address);
}

static void on_message(void *arg, str bytes)
{
    Caller *c = arg;
    c->taking = (Taking){ .site = c->inbox->site, .arena = &c->lmtp.arena, .sender = c->lmtp.sender, .bytes = bytes };
}

/* The first to ask has the message read; what it says stays for the others. */
static str on_deliver(void *arg, Arena *keep, str address)
{
    Caller *c = arg;
    return take_message(&c->taking, address);
}

static bool send_all(int fd, str bytes)
{
    while (bytes.n > 0) {
        struct pollfd p = { .fd = fd, .events = POLLOUT };
        if (poll(&p, 1, WRITE_SECONDS * SECOND) <= 0) return false;
        ssize_t n = send(fd, bytes.p, (size_t)bytes.n, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (n > 0) bytes = str_slice(bytes, n, bytes.n);
    }
    return true;
}

/* 0: it has gone, was silent or there for too long, or the program ends: what it was in the middle of it brings again. */
static ssize_t hear(Caller *c, int64_t until)
{
    int64_t silent_until = os_ticks() + LMTP_IDLE_SECONDS * INT64_C(1000000000);
    for (;;) {
        int64_t now = os_ticks();
        if (now > silent_until || now > until || atomic_load(&c->inbox->stop)) return 0;
        struct pollfd p = { .fd = c->fd, .events = POLLIN };
        int ready = poll(&p, 1, TICK_MS);
        if (ready > 0) {
            ssize_t n = recv(c->fd, c->read, sizeof c->read, 0);
            if (n >= 0 || (errno != EAGAIN && errno != EINTR)) return n > 0 ? n : 0;
        }
    }
}

static void talk(Caller *c, Region *room, Region *replies)
{
    const LmtpHost host = { on_receiver, on_message, on_deliver, c };
    int64_t until = os_ticks() + LMTP_WHOLE_SECONDS * INT64_C(1000000000);
    Arena said = region_arena(replies, NULL), begin = said;
    Out out;
    out_init(&out, &said, OUT_BYTES / 4);
    lmtp_open(&c->lmtp, &host, region_arena(room, NULL), &out);
    while (send_all(c->fd, out_text(&out)) && c->lmtp.state != LMTP_CLOSED) {
        said = begin;
        out_init(&out, &said, OUT_BYTES / 4);
        ssize_t n = hear(c, until);
        if (n == 0) break;
        lmtp_take(&c->lmtp, (str){ c->read, n });
    }
}

static void *caller_main(void *arg)
{
    Caller *c = arg;
    Region room, replies;
    bool has_room = region_open(&room, LMTP_ARENA_BYTES), has_replies = region_open(&replies, 64 << 20);
    if (has_room && has_replies) talk(c, &room, &replies);
    if (has_room) region_close(&room);
    if (has_replies) region_close(&replies);
    shutdown(c->fd, SHUT_RDWR);                          /* it is closed when its place is needed */
    atomic_store(&c->ended, true);
    return NULL;
}

/* ---- callers -------------------------------------------------------------------------------------------------------------------- */

static void take_in(Caller *c)
{
    pthread_join(c->thread, NULL);
    close(c->fd);
    c->fd = -1;
}

static Caller *free_place(Inbox *in)
{
    Caller *found = NULL;
    for (int i = 0; i < LMTP_CONNECTIONS_MAX; i++) {
        Caller *c = &in->caller[i];
        if (c->fd >= 0 && atomic_load(&c->ended)) take_in(c);
        if (c->fd < 0) found = c;
    }
    return found;
}

static void let_in(Inbox *in, int fd)
{
    static const char busy[] = "421 4.3.2 Too many at once. Come again.\r\n";
    Caller *c = free_place(in);
    if (c) {
        c->inbox = in;
        c->fd = fd;
        atomic_store(&c->ended, false);
        if (pthread_create(&c->thread, NULL, caller_main, c) == 0) return;
        c->fd = -1;
    }
    ssize_t told = send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL);
    (void)told;
    close(fd);
}

static void *waiter_main(void *arg)
{
    Inbox *in = arg;
    while (!atomic_load(&in->stop)) {
        struct pollfd p = { .fd = in->listening, .events = POLLIN };
        if (poll(&p, 1, TICK_MS) <= 0) continue;
        int fd = accept4(in->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) let_in(in, fd);
        else if (errno == EMFILE || errno == ENFILE) poll(NULL, 0, TICK_MS);
    }
    return NULL;
}

/* ---- beginning and ending ----------------------------------------------------------------------------------------------------------- */

/* Signals are the main thread's. */
Inbox *inbox_start(Site *site, int listening, Arena *keep)
{
    sigset_t all, before;
    Inbox *in = NEW(keep, Inbox, 1);
    in->site = site;
    in->listening = listening;
    for (int i = 0; i < LMTP_CONNECTIONS_MAX; i++) in->caller[i].fd = -1;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    CHECK(pthread_create(&in->waiter, NULL, waiter_main, in) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return in;
}

void inbox_stop(Inbox *in)
{
    atomic_store(&in->stop, true);
    pthread_join(in->waiter, NULL);
    for (int i = 0; i < LMTP_CONNECTIONS_MAX; i++)
        if (in->caller[i].fd >= 0) take_in(&in->caller[i]);
    close(in->listening);
}
