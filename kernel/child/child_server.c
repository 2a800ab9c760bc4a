/* child_server - a process with all libraries loaded and one thread, from which children are forked. */
#include "child/child_own.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/os.h"

typedef struct Running { const ChildKind *kind; pid_t pid; int ended, reply; int64_t until; bool late; } Running;   /* ended: a pidfd */

typedef struct Server {
    const ChildPool *pool;
    int         channel, threads;                /* threads: one, and a sanitizer's own */
    const ChildCode *code[CHILD_KINDS_MAX];
    bool        tried[CHILD_KINDS_MAX];
    Running     running[SERVER_CHILDREN_MAX]; int n, most;
} Server;

/* ---- libraries ------------------------------------------------------------------------------------------------------- */

static const ChildCode *load(const ChildKind *kind)
{
    char path[300];
    snprintf(path, sizeof path, "./%s", kind->library);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const ChildCode *code = library ? dlsym(library, "child_code") : NULL;
    if (!code) os_log(LOG_ERROR, "child: %s cannot be done: %s", kind->name, dlerror());
    return code;
}

/* A child forked beside a thread could wait for ever for what that thread held, so no library may begin one here. */
static int threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int n = 0;
    for (const struct dirent *e; tasks && (e = readdir(tasks)) != NULL;) n += e->d_name[0] != '.';
    if (tasks) closedir(tasks);
    return n;
}

/* What cannot be done is tried again by the next server, not for every piece of work. */
static const ChildCode *code_of(Server *s, int32_t index)
{
    const ChildKind *kind = s->pool->kinds[index];
    if (s->tried[index]) return s->code[index];
    s->tried[index] = true;
    const ChildCode *code = kind->code ? kind->code : load(kind);
    if (code && code->warm && !code->warm()) {
        os_log(LOG_ERROR, "child: %s cannot be done: something that it needs is not installed", kind->name);
        code = NULL;
    }
    CHECK(threads() == s->threads);
    return s->code[index] = code;
}

/* ---- orders ---------------------------------------------------------------------------------------------------------- */

static void close_all(const int fd[ORDER_FDS])
{
    for (int i = 0; i < ORDER_FDS; i++) close(fd[i]);
}

static void answer(int reply, ChildEnd end)
{
    unsigned char byte = (unsigned char)end;
    ssize_t told = write(reply, &byte, 1);               /* who no longer waits is not told */
    (void)told;
}

static bool fork_child(Server *s, const Order *order, const int fd[ORDER_FDS])
{
    const ChildKind *kind = s->pool->kinds[order->kind];
    const ChildCode *code = code_of(s, order->kind);
    if (!code) return false;
    pid_t server = getpid(), pid = fork();
    if (pid == 0) {
        end_with(server);
        child_be(s->pool, kind, code, order, fd);
    }
    int ended = pid > 0 ? pidfd_open(pid, 0) : -1;
    if (ended < 0) {
        if (pid > 0) kill(pid, SIGKILL), waitpid(pid, NULL, 0);
        return false;
    }
    s->running[s->n++] = (Running){ kind, pid, ended, fd[ORDER_REPLY], os_ticks() + kind->seconds * INT64_C(1000000000), false };
    return true;
}

/* False: nobody is left who could order anything. */
static bool take_order(Server *s, Order *ret, int fd[ORDER_FDS])
{
    union { struct cmsghdr head; char room[CMSG_SPACE(ORDER_FDS * sizeof(int))]; } control;
    struct iovec bytes = { ret, sizeof *ret };
    struct msghdr m = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    ssize_t n;
    while ((n = recvmsg(s->channel, &m, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {}
    const struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (!c) return false;
    CHECK(n == sizeof *ret && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(ORDER_FDS * sizeof(int)));
    memcpy(fd, CMSG_DATA(c), ORDER_FDS * sizeof(int));
    CHECK(ret->kind >= 0 && ret->kind < s->pool->kind_n);
    return true;
}

static bool serve_order(Server *s)
{
    Order order;
    int fd[ORDER_FDS];
    if (!take_order(s, &order, fd)) return false;
    bool begun = os_ticks() < order.begin_by && fork_child(s, &order, fd);
    if (!begun) answer(fd[ORDER_REPLY], CHILD_AWAY);
    else fd[ORDER_REPLY] = -1;                           /* stays with the running */
    close_all(fd);
    return true;
}

/* ---- children -------------------------------------------------------------------------------------------------------- */

/* A signal that we did not send is its own fault, but for the machine's when memory is short. */
static ChildEnd end_of(const Running *r, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) - CHILD_EXIT : 0, sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (r->late || sig == SIGXCPU) return CHILD_TOO_SLOW;
    if (sig == SIGXFSZ) return CHILD_TOO_LARGE;
    if (sig == SIGKILL) return CHILD_NO_MEMORY;
    return code > CHILD_NONE && code <= CHILD_AWAY ? (ChildEnd)code : CHILD_BROKE;
}

static void reap(Server *s, int i)
{
    Running *r = &s->running[i];
    int status = 0;
    while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR) {}
    ChildEnd end = end_of(r, status);
    if (end == CHILD_BROKE) os_log(LOG_WARN, "child: %s fell over: status %d", r->kind->name, status);
    answer(r->reply, end);
    close(r->reply);
    close(r->ended);
    *r = s->running[--s->n];
}

static void stop_late(Server *s)
{
    int64_t now = os_ticks();
    for (int i = 0; i < s->n; i++) {
        if (s->running[i].late || now < s->running[i].until) continue;
        s->running[i].late = true;
        kill(s->running[i].pid, SIGKILL);
    }
}

/* Milliseconds to the next thing that happens by the clock. */
static int next_time(const Server *s)
{
    int64_t next = INT64_MAX, now = os_ticks();
    for (int i = 0; i < s->n; i++)
        if (!s->running[i].late && s->running[i].until < next) next = s->running[i].until;
    if (s->n == 0) return SERVER_IDLE_SECONDS * SECOND;
    return next == INT64_MAX ? -1 : next <= now ? 0 : (int)((next - now) / 1000000) + 1;
}

static int places(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 2 ? 2 : cores > SERVER_CHILDREN_MAX ? SERVER_CHILDREN_MAX : (int)cores;
}

/* For each child two: that it ended, and that its caller left. False: the server is no longer needed. */
static bool step(Server *s)
{
    struct pollfd p[1 + 2 * SERVER_CHILDREN_MAX] = { { .fd = s->n < s->most ? s->channel : -1, .events = POLLIN } };
    for (int i = 0; i < s->n; i++) {
        p[1 + 2 * i] = (struct pollfd){ .fd = s->running[i].ended, .events = POLLIN };
        p[2 + 2 * i] = (struct pollfd){ .fd = s->running[i].late ? -1 : s->running[i].reply };
    }
    int n = s->n, ready = poll(p, (nfds_t)(1 + 2 * n), next_time(s));
    if (ready < 0) return errno == EINTR;
    if (ready == 0 && n == 0) return false;
    for (int i = n - 1; i >= 0; i--) {                   /* backwards: reaping puts the last one here */
        if (p[2 + 2 * i].revents & POLLERR) s->running[i].until = 0;
        if (p[1 + 2 * i].revents) reap(s, i);
    }
    stop_late(s);
    return !p[0].revents || serve_order(s);
}

_Noreturn void server_be(const ChildPool *pool, int channel)
{
    Server s = { .pool = pool, .channel = channel, .most = places(), .threads = threads() };
    prctl(PR_SET_NAME, "sampan-child");
    mallopt(M_ARENA_MAX, 1);                             /* an arena for each thread is address space that a child does not have */
    while (step(&s)) {}
    _exit(0);
}
