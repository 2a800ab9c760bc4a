/* child_keeper - a process that waits for work, and forks a server for it. */
#include "child/child_own.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/os.h"

enum { CHANNEL = STDERR_FILENO + 1, PAUSE_MS = 1000 };

/* Of the program, its libraries and theirs; a child gets less. */
static const char *const readable[] = {
    ".", "/usr", "/lib", "/lib64", "/proc", "/sys/devices/system/cpu", "/etc/ld.so.cache", "/etc/fonts", "/var/cache/fontconfig",
    "/etc/passwd", "/etc/group",
};
static const char *const readable_to_call[] = {
    "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/ssl",
    "/etc/ca-certificates", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",
};

/* A secret in the environment (DATABASE_URL, PGPASSWORD) is of no use to who draws. */
static void forget_environment(void)
{
    for (char **e = environ; e && *e; e++) {
        static const char *const kept[] = { "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "TSAN_OPTIONS=", "LD_LIBRARY_PATH=" };
        bool keep = false;
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) keep |= strncmp(*e, kept[i], strlen(kept[i])) == 0;
        if (!keep) explicit_bzero(*e, strlen(*e));
    }
}

/* To where the program lies, so that its libraries are found by who the keeper becomes: that user may not walk through root's own
 * tree, nor, having changed users, look into /proc/self/fd. */
static bool go_to_program(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0) return false;
    path[n] = '\0';
    *strrchr(path, '/') = '\0';
    return chdir(*path ? path : "/") == 0;
}

static bool close_sandbox(const ChildPool *pool)
{
    enum { OF_ALL = sizeof readable / sizeof *readable, TO_CALL = sizeof readable_to_call / sizeof *readable_to_call };
    const char *reads[OF_ALL + TO_CALL + 1] = { NULL };
    memcpy(reads, readable, sizeof readable);
    if (pool->calls_out) memcpy(reads + OF_ALL, readable_to_call, sizeof readable_to_call);
    SandboxRules rules = { .user = pool->user, .reads = reads, .network_out = pool->calls_out };
    if (!pool->sandbox) return true;
    bool was = os_log_quiet(true);                       /* the program says the same of its own */
    bool closed = os_sandbox(&rules).user;
    os_log_quiet(was);
    return closed;
}

static void keep_only(int channel)
{
    if (channel != CHANNEL) dup2(channel, CHANNEL);
    close_range(CHANNEL + 1, ~0U, 0);
}

/* It ends when the program ends, which may have something to finish after it was told to stop. */
static void ignore_signals(void)
{
    static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
    sigset_t none;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* False: the program has ended. Orders that still lie there are of nobody. */
static bool there_is_work(void)
{
    struct pollfd p = { .fd = CHANNEL, .events = POLLIN };
    while (poll(&p, 1, -1) < 0)
        if (errno != EINTR) return false;
    return !(p.revents & POLLHUP);
}

/* A server that falls over at once, again and again, must not take the machine's time. */
static void run_server(const ChildPool *pool)
{
    int status = 0;
    pid_t keeper = getpid(), server = fork();
    if (server == 0) {
        end_with(keeper);
        server_be(pool, CHANNEL);
    }
    while (server > 0 && waitpid(server, &status, 0) < 0 && errno == EINTR) {}
    if (server > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    if (WIFSIGNALED(status))
        os_log(LOG_ERROR, "child: the server of %s was ended by signal %d; another takes its place", pool->name, WTERMSIG(status));
    else os_log(LOG_ERROR, "child: there is no server of %s: status %d; again in a second", pool->name, status);
    poll(NULL, 0, PAUSE_MS);
}

_Noreturn void keeper_be(const ChildPool *pool, int channel)
{
    prctl(PR_SET_NAME, "sampan-keeper");
    ignore_signals();
    keep_only(channel);
    bool ready = go_to_program() && close_sandbox(pool);
    forget_environment();
    while (ready && there_is_work()) run_server(pool);
    _exit(0);
}
