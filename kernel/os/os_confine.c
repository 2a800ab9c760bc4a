/* os_confine - the last door that closes behind a process that reads what strangers sent.
 *
 * os_sandbox names what is refused, because a server's libraries may call nearly anything. Here it is the other way round: what is
 * named is allowed, and all else "is not there" (ENOSYS), which makes libraries take an older way where they have one. No new memory
 * can be made executable, so what is loaded by now is all that ever runs. */
#include "os/os_own.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Memory, time, threads, and descriptors that are open already. */
static const char *const always[] = {
    "read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "_llseek", "close", "fstat", "fstat64", "newfstatat", "fstatat64",
    "fcntl", "fcntl64", "ftruncate", "ftruncate64", "poll", "ppoll", "ppoll_time64", "eventfd2",
    "munmap", "mremap", "madvise", "brk", "futex", "futex_time64", "membarrier", "set_robust_list", "rseq", "sched_yield", "sched_getaffinity",
    "nanosleep", "clock_nanosleep", "clock_nanosleep_time64", "clock_gettime", "clock_gettime64", "clock_getres", "gettimeofday", "time",
    "getrandom", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "sysinfo", "uname",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "restart_syscall", "exit", "exit_group",
};
/* Files by name: only for who has some to read. */
static const char *const of_names[] = { "stat", "stat64", "lstat", "lstat64", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
                                        "getdents64", "statfs", "statfs64", "fstatfs", "fstatfs64" };

/* Connections that are begun here. Two ends of one pair are how a library wakes itself; bind is what the resolver asks the kernel by. */
static const char *const of_calling[] = { "connect", "bind", "getsockopt", "setsockopt", "getsockname", "getpeername", "sendto", "recvfrom", "sendmsg",
                                          "recvmsg", "sendmmsg", "recvmmsg", "shutdown", "socketpair", "select", "_newselect", "pselect6",
                                          "pselect6_time64", "pipe", "pipe2", "getppid" };

/* Names that this libseccomp or this machine does not know are passed over. */
static bool allow_calls(scmp_filter_ctx filter, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int call = seccomp_syscall_resolve_name(names[i]);
        if (call != __NR_SCMP_ERROR && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0) return false;
    }
    return true;
}

static bool allow_masked(scmp_filter_ctx filter, int call, unsigned argument, uint64_t mask, uint64_t value)
{
    if (call == __NR_SCMP_ERROR) return true;
    struct scmp_arg_cmp when = { argument, SCMP_CMP_MASKED_EQ, mask, value };
    int done = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &when);
    return done == 0 || done == -EDOM;                   /* EDOM: another machine's name for it */
}

/* Threads but no processes; abort() but no signal to anybody else. */
static bool allow_arguments(scmp_filter_ctx filter)
{
    return allow_masked(filter, SCMP_SYS(mmap), 2, PROT_EXEC, 0)
        && allow_masked(filter, SCMP_SYS(mmap2), 2, PROT_EXEC, 0)
        && allow_masked(filter, SCMP_SYS(mprotect), 2, PROT_EXEC, 0)
        && allow_masked(filter, SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD)
        && allow_masked(filter, SCMP_SYS(tgkill), 0, UINT64_MAX, (uint64_t)getpid())
        && allow_masked(filter, SCMP_SYS(prctl), 0, UINT32_MAX, PR_SET_NAME)
        && allow_masked(filter, SCMP_SYS(prlimit64), 2, UINT64_MAX, 0);          /* asking, not setting */
}

static bool allow_reading(scmp_filter_ctx filter)
{
    return allow_calls(filter, of_names, sizeof of_names / sizeof *of_names)
        && allow_masked(filter, SCMP_SYS(openat), 2, O_ACCMODE, O_RDONLY)
        && allow_masked(filter, SCMP_SYS(open), 1, O_ACCMODE, O_RDONLY);
}

static bool allow_calling(scmp_filter_ctx filter)
{
    return allow_calls(filter, of_calling, sizeof of_calling / sizeof *of_calling)
        && allow_masked(filter, SCMP_SYS(socket), 0, UINT32_MAX, AF_INET)
        && allow_masked(filter, SCMP_SYS(socket), 0, UINT32_MAX, AF_INET6)
        && allow_masked(filter, SCMP_SYS(socket), 0, UINT32_MAX, AF_NETLINK)     /* which addresses this machine has */
        && allow_masked(filter, SCMP_SYS(ioctl), 1, UINT32_MAX, FIONREAD);
}

static bool filter_calls(bool reading, bool calling)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    bool ok = filter && allow_calls(filter, always, sizeof always / sizeof *always) && allow_arguments(filter)
           && (!reading || allow_reading(filter)) && (!calling || allow_calling(filter)) && seccomp_load(filter) == 0;
    if (filter) seccomp_release(filter);
    return ok;
}

static bool guard_files(const char *const *reads, LandlockNet net)
{
    Landlock l;
    return landlock_begin(&l, net) && landlock_end(&l, landlock_allow_reads(&l, reads));
}

/* Without Landlock who reads nothing still opens nothing, and who reads something reads what its user may. */
static bool confine(const char *const *reads, bool calling)
{
    static const char *const none[] = { NULL };
    if (!reads) reads = none;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
    if (landlock_abi() > 0 && !guard_files(reads, calling ? LANDLOCK_NET_NO_BIND : LANDLOCK_NET_NONE)) return false;
    return filter_calls(*reads != NULL, calling);
}

bool os_confine(const char *const *reads) { return confine(reads, false); }
bool os_confine_calling(const char *const *reads) { return confine(reads, true); }
