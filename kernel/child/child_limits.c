/* child_limits - what a child takes upon itself before it looks at its input. */
#include "child/child_own.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/os.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

/* Names, and who vouches for whom. Files that are replaced while the program runs are found where their folder is named. */
static const char *const read_to_call[] = {
    "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/ssl", "/usr/lib/ssl",
    "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/etc/ca-certificates", "/run/systemd/resolve", "/run/resolvconf",
    "/run/NetworkManager", NULL,
};

static bool limit_two(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit l = { soft, hard };
    return setrlimit((__rlimit_resource_t)resource, &l) == 0;
}

static bool limit(int resource, rlim_t most) { return limit_two(resource, most, most); }

/* The child begins with all that the server has mapped; the limit is on what it adds. */
static rlim_t address_space_now(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long pages = 0;
    if (f) {
        if (fscanf(f, "%lu", &pages) != 1) pages = 0;
        fclose(f);
    }
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static bool limit_child(const ChildKind *kind)
{
    return limit(RLIMIT_CORE, 0)
        && limit_two(RLIMIT_CPU, (rlim_t)kind->seconds, (rlim_t)kind->seconds + 1)       /* at once it would be the signal for want of memory */
        && limit(RLIMIT_FSIZE, (rlim_t)kind->out_max)
        && limit(RLIMIT_AS, address_space_now() + (rlim_t)kind->memory)
        && limit(RLIMIT_NOFILE, CHILD_FILES_MAX);
}

static void forget_signals(void)
{
    for (int i = 1; i < NSIG; i++)
        if (i != SIGKILL && i != SIGSTOP) signal(i, SIG_DFL);
}

/* What a library says of its input is a stranger's words, which have no place in the log. Only sanitizers speak to us. */
static bool silence(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool ok = null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0;
#ifndef SANITIZED
    ok = ok && dup2(null, STDERR_FILENO) >= 0;
#endif
    return ok;
}

/* Input becomes memory, and the only files left are the one to write to and, for who asks, the one to ask by. */
static bool keep_only(const ChildKind *kind, const Order *order, const int fd[ORDER_FDS], str *ret_in)
{
    *ret_in = (str){ 0 };
    if (order->in_n > 0) {
        void *p = mmap(NULL, (size_t)order->in_n, PROT_READ, MAP_PRIVATE, fd[ORDER_IN], 0);
        if (p == MAP_FAILED) return false;
        *ret_in = (str){ p, order->in_n };
    }
    int last = kind->asks ? CHILD_ASKS : CHILD_OUT;
    int out = fcntl(fd[ORDER_OUT], F_DUPFD, CHILD_ASKS + 1), ask = fcntl(fd[ORDER_ASK], F_DUPFD, CHILD_ASKS + 1);      /* out of each other's way */
    bool ok = out >= 0 && ask >= 0 && dup2(out, CHILD_OUT) >= 0 && dup2(ask, CHILD_ASKS) >= 0;
    return ok && close_range((unsigned)last + 1, ~0U, 0) == 0;
}

/* The signal is for an end that is still to come. */
void end_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(0);
}

static bool confine(const ChildPool *pool, const ChildKind *kind)
{
    return pool->calls_out ? os_confine_calling(read_to_call) : os_confine(kind->reads);
}

_Noreturn void child_be(const ChildPool *pool, const ChildKind *kind, const ChildCode *code, const Order *order, const int fd[ORDER_FDS])
{
    str in;
    forget_signals();
    bool ready = silence() && keep_only(kind, order, fd, &in) && limit_child(kind) && confine(pool, kind);
    _exit(CHILD_EXIT + (int)(ready ? code->work(in, CHILD_OUT) : CHILD_AWAY));
}
