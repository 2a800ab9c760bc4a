/* child - the side of who has work: hands it over, and waits.
 *
 * Input and output are files in memory (memfd), so that nothing is copied through a pipe by two sides that wait for each other, and
 * nothing is read before the child has ended well. */
#include "child/child_own.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/os.h"

enum { POOLS_MAX = 4, GRACE_SECONDS = 2 };
#define NS_PER_SECOND INT64_C(1000000000)

/* Filled before the first thread, read afterwards. */
static struct { const ChildPool *pool; int channel; atomic_bool said_gone; } pools[POOLS_MAX];
static int pool_n;

/* ---- beginning and end -------------------------------------------------------------------------------------------- */

bool child_start(const ChildPool *pool)
{
    int pair[2];
    CHECK(pool_n < POOLS_MAX && pool->kind_n <= CHILD_KINDS_MAX);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return false;
    pid_t keeper = fork();
    if (keeper == 0) keeper_be(pool, pair[1]);
    close(pair[1]);
    if (keeper < 0) {
        close(pair[0]);
        return false;
    }
    pools[pool_n].pool = pool;
    atomic_store(&pools[pool_n].said_gone, false);
    pools[pool_n++].channel = pair[0];
    return true;
}

/* The keeper sees that nobody is left at the other end. */
void child_stop(void)
{
    while (pool_n > 0) close(pools[--pool_n].channel);
}

static bool find_kind(const ChildKind *kind, int *ret_channel, int32_t *ret_index)
{
    for (int i = 0; i < pool_n; i++)
        for (int k = 0; k < pools[i].pool->kind_n; k++) {
            if (pools[i].pool->kinds[k] != kind) continue;
            *ret_channel = pools[i].channel;
            *ret_index = k;
            return true;
        }
    return false;
}

/* ---- one piece of work --------------------------------------------------------------------------------------------- */

/* What is open for it here. */
typedef struct Errand { int in, out, answer, reply, asked, asks; } Errand;        /* asks: the end that becomes the child's */

static void close_one(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void errand_close(Errand *e)
{
    close_one(&e->in);
    close_one(&e->out);
    close_one(&e->answer);
    close_one(&e->reply);
    close_one(&e->asked);
    close_one(&e->asks);
}

static bool errand_open(Errand *e, str in)
{
    int pipe_fd[2], pair[2];
    *e = (Errand){ memfd_create("child-in", MFD_CLOEXEC), memfd_create("child-out", MFD_CLOEXEC), -1, -1, -1, -1 };
    if (e->in < 0 || e->out < 0 || pipe2(pipe_fd, O_CLOEXEC) != 0) return false;
    e->answer = pipe_fd[0];
    e->reply = pipe_fd[1];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return false;
    e->asked = pair[0];
    e->asks = pair[1];
    return child_write(e->in, in);
}

static bool send_order(int channel, const Order *order, const Errand *e)
{
    int fds[ORDER_FDS] = { [ORDER_IN] = e->in, [ORDER_OUT] = e->out, [ORDER_REPLY] = e->reply, [ORDER_ASK] = e->asks };
    union { struct cmsghdr head; char room[CMSG_SPACE(sizeof fds)]; } control = { 0 };
    struct iovec bytes = { (void *)(uintptr_t)order, sizeof *order };
    struct msghdr m = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    *c = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fds) };
    memcpy(CMSG_DATA(c), fds, sizeof fds);
    return sendmsg(channel, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof *order;
}

/* Who decides whether work may go on. */
typedef struct Decides { bool (*may)(void *arg); void *arg; } Decides;

/* The child stands still until it is told, or has ended and closed its end. */
static void decide(struct pollfd *asked, Decides d)
{
    char byte;
    ssize_t n = recv(asked->fd, &byte, 1, MSG_DONTWAIT);
    if (n == 1) send(asked->fd, d.may && d.may(d.arg) ? "y" : "n", 1, MSG_NOSIGNAL);
    else if (n == 0 || errno != EAGAIN) asked->fd = -1;
}

/* One byte; or the end, when the server is no more. */
static ChildEnd wait_for_answer(const Errand *e, int64_t until, Decides d)
{
    struct pollfd p[] = { { .fd = e->answer, .events = POLLIN }, { .fd = e->asked, .events = POLLIN } };
    for (;;) {
        int64_t left = (until - os_ticks()) / 1000000;
        if (left <= 0) return CHILD_AWAY;
        int ready = poll(p, 2, (int)left + 1);
        if (ready < 0 && errno != EINTR) return CHILD_AWAY;
        if (ready > 0 && p[0].revents) break;
        if (ready > 0) decide(&p[1], d);
    }
    unsigned char end;
    ssize_t n = read(e->answer, &end, 1);
    return n == 1 && end > CHILD_NONE && end <= CHILD_AWAY ? (ChildEnd)end : CHILD_AWAY;
}

/* `out` must not stay open because an arena is full, so this asks for no more than there is. */
static ChildEnd take(Arena *keep, int out, int64_t max, str *ret)
{
    struct stat st;
    if (fstat(out, &st) != 0) return CHILD_AWAY;
    if (st.st_size > max) return CHILD_TOO_LARGE;
    if (st.st_size >= keep->end - keep->at) return CHILD_NO_MEMORY;
    char *p = NEW(keep, char, (ptrdiff_t)st.st_size + 1);
    for (off_t at = 0; at < st.st_size;) {
        ssize_t got = pread(out, p + at, (size_t)(st.st_size - at), at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return CHILD_AWAY;
        at += got;
    }
    *ret = (str){ p, (ptrdiff_t)st.st_size };
    return CHILD_DONE;
}

/* There are no half-gone keepers: once one cannot be told, it never can. */
static void say_that_it_is_gone(int channel, const ChildKind *kind)
{
    for (int i = 0; i < pool_n; i++)
        if (pools[i].channel == channel && errno == EPIPE && !atomic_exchange(&pools[i].said_gone, true))
            os_log(LOG_ERROR, "child: the keeper of %s is gone; such work is refused until the program starts again", kind->name);
}

static ChildEnd run_errand(Arena *keep, Errand *e, int channel, const ChildKind *kind, const Order *order, Decides d, str *ret)
{
    if (!send_order(channel, order, e)) {
        say_that_it_is_gone(channel, kind);
        return CHILD_AWAY;
    }
    close_one(&e->reply);
    close_one(&e->asks);
    ChildEnd end = wait_for_answer(e, order->begin_by + (kind->seconds + GRACE_SECONDS) * NS_PER_SECOND, d);
    return end == CHILD_DONE ? take(keep, e->out, kind->out_max, ret) : end;
}

ChildEnd child_work(Arena *keep, const ChildKind *kind, str in, str *ret) { return child_work_asked(keep, kind, in, NULL, NULL, ret); }

ChildEnd child_work_asked(Arena *keep, const ChildKind *kind, str in, bool (*may)(void *arg), void *arg, str *ret)
{
    int channel;
    Order order = { .in_n = in.n, .begin_by = os_ticks() + CHILD_WAIT_SECONDS * NS_PER_SECOND };
    if (!find_kind(kind, &channel, &order.kind)) return CHILD_AWAY;
    if (in.n > kind->in_max) return CHILD_TOO_LARGE;
    Errand e;
    ChildEnd end = CHILD_AWAY;
    if (errand_open(&e, in)) end = run_errand(keep, &e, channel, kind, &order, (Decides){ may, arg }, ret);
    errand_close(&e);
    return end;
}
