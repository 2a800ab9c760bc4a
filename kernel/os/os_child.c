/* os_child - work on bytes that nobody vouches for, in a process that can lose nothing but itself.
 *
 * The child writes into a file that lives in memory; the parent waits, and reads only after the child has ended well.
 * So a child that hangs, grows or dies half-way costs its time and nothing else.
 *
 * The program has threads, and a forked child has only one of them: the work must not need a lock that another thread
 * may have held at that moment. glibc sees to malloc and stdio; a library that is first used in the child is safe. */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_FILES_MAX = 64 };

/* ---- in the child ------------------------------------------------------------------------------------------------ */

static bool limit(int resource, rlim_t most)
{
    struct rlimit l = { most, most };
    return setrlimit((__rlimit_resource_t)resource, &l) == 0;
}

/* The child begins with all that the parent has mapped; the limit is on what it adds. */
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

static bool limit_child(int seconds, int64_t memory)
{
    return limit(RLIMIT_CORE, 0)
        && limit(RLIMIT_CPU, (rlim_t)seconds)
        && limit(RLIMIT_FSIZE, (rlim_t)memory)
        && limit(RLIMIT_AS, address_space_now() + (rlim_t)memory)
        && limit(RLIMIT_NOFILE, CHILD_FILES_MAX);
}

/* No new socket, no other program, process or thread; the sockets the parent had are closed already. */
static bool cut_off(void)
{
    static const char *const refused[] = {
        "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "execve", "execveat", "ptrace",
        "process_vm_readv", "process_vm_writev", "pidfd_getfd", "io_uring_setup", "kill", "tkill", "pidfd_send_signal",
        "bpf", "keyctl", "mount", "umount2", "setns", "unshare", "fork", "vfork", "clone", "clone3",
    };
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = filter != NULL;
    for (size_t i = 0; ok && i < sizeof refused / sizeof refused[0]; i++) {
        int call = seccomp_syscall_resolve_name(refused[i]);
        if (call != __NR_SCMP_ERROR) ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), call, 0) == 0;
    }
    ok = ok && seccomp_load(filter) == 0;
    if (filter) seccomp_release(filter);
    return ok;
}

/* The parent's signal handlers speak of the parent's things. */
static void forget_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i < NSIG; i++)
        if (i != SIGKILL && i != SIGSTOP) signal(i, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Moves `out` to the first number after standard error and closes all above it. */
static int keep_only(int out)
{
    int kept = STDERR_FILENO + 1;
    if (out != kept && dup2(out, kept) < 0) return -1;
    return close_range((unsigned)kept + 1, ~0U, 0) == 0 ? kept : -1;
}

_Noreturn static void be_child(bool (*work)(void *, int), void *arg, int out, int seconds, int64_t memory)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    forget_signals();
    out = keep_only(out);
    if (out < 0 || !limit_child(seconds, memory) || !cut_off()) _exit(2);
    _exit(work(arg, out) ? 0 : 1);
}

/* ---- in the parent ----------------------------------------------------------------------------------------------- */

/* False: it did not end in time, and was stopped. */
static bool wait_for(pid_t child, int seconds)
{
    int64_t until = os_ticks() + (int64_t)seconds * 1000000000;
    int fd = pidfd_open(child, 0);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    int ready = 0;
    while (fd >= 0 && ready <= 0) {
        int64_t left = (until - os_ticks()) / 1000000;
        if (left <= 0) break;
        ready = poll(&p, 1, (int)left + 1);
        if (ready < 0 && errno != EINTR) break;
    }
    if (fd >= 0) close(fd);
    if (ready <= 0) kill(child, SIGKILL);
    return ready > 0;
}

static bool ended_well(pid_t child, int seconds)
{
    int status;
    bool in_time = wait_for(child, seconds);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return false;
    return in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool run(bool (*work)(void *, int), void *arg, int out, int seconds, int64_t memory)
{
    pid_t child = fork();
    if (child == 0) be_child(work, arg, out, seconds, memory);
    return child > 0 && ended_well(child, seconds);
}

/* `out` must not stay open because an arena is full, so this asks for no more than there is. */
static bool take(Arena *keep, int out, str *ret)
{
    struct stat st;
    if (fstat(out, &st) != 0) return false;
    if (st.st_size >= keep->end - keep->at) { errno = ENOMEM; return false; }
    char *p = NEW(keep, char, (ptrdiff_t)st.st_size + 1);
    for (off_t at = 0; at < st.st_size;) {
        ssize_t got = pread(out, p + at, (size_t)(st.st_size - at), at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
    }
    *ret = (str){ p, (ptrdiff_t)st.st_size };
    return true;
}

bool os_in_child(Arena *keep, bool (*work)(void *arg, int out_fd), void *arg, int seconds, int64_t memory, str *ret)
{
    CHECK(seconds > 0 && memory > 0);
    int out = memfd_create("child", MFD_CLOEXEC);
    if (out < 0) return false;
    bool ok = run(work, arg, out, seconds, memory) && take(keep, out, ret);
    int why = errno;
    close(out);
    errno = why;
    return ok;
}
