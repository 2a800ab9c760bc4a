/* os_sandbox - what the program gives up before it listens to anybody: being root, the rest of the file system, and the
 * calls of the kernel that it never makes. */
#include "os/os_own.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the user ---------------------------------------------------------------------------------------------------- */

static uid_t heir_uid;
static gid_t heir_gid;

static int hand_over(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)walk;
    if (st->st_uid != 0 || (type == FTW_F && st->st_nlink != 1)) return 0;
    return lchown(path, heir_uid, heir_gid);
}

/* A data folder that root has just made becomes the user's. Only while the folder itself is root's: afterwards somebody
 * else could have put links in it. */
static bool hand_over_data(const char *data, uid_t uid, gid_t gid)
{
    struct stat st;
    if (lstat(data, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != 0) return true;
    heir_uid = uid;
    heir_gid = gid;
    return nftw(data, hand_over, 16, FTW_PHYS | FTW_MOUNT | FTW_DEPTH) == 0;
}

static bool become(const char *name, const char *data)
{
    struct passwd entry, *found = NULL;
    char text[4096];
    if (getpwnam_r(name, &entry, text, sizeof text, &found) != 0 || !found) {
        os_log(LOG_ERROR, "sandbox: there is no user \"%s\"", name);
        return false;
    }
    if (data && !hand_over_data(data, found->pw_uid, found->pw_gid)) {
        os_log(LOG_ERROR, "sandbox: \"%s\" cannot be given %s: %s", name, data, strerror(errno));
        return false;
    }
    gid_t gid = found->pw_gid;
    if (setgroups(1, &gid) != 0 || setresgid(gid, gid, gid) != 0
        || setresuid(found->pw_uid, found->pw_uid, found->pw_uid) != 0) {
        os_log(LOG_ERROR, "sandbox: cannot become \"%s\": %s", name, strerror(errno));
        return false;
    }
    CHECK(found->pw_uid == 0 || setuid(0) != 0);         /* there must be no way back */
    return true;
}

/* True: we are who we should be. */
static bool drop_privileges(const SandboxRules *rules)
{
    if (rules->user && *rules->user && geteuid() == 0) return become(rules->user, rules->data);
    if (geteuid() == 0) os_log(LOG_WARN, "sandbox: running as root; name another user with SAMPAN_USER");
    return true;
}

/* ---- Landlock: which files --------------------------------------------------------------------------------------- */

/* What our libraries read: programs and their data, names and certificates for libpq and libcurl, the number of cores.
 * */
static const char *const readable[] = {
    "/usr", "/lib", "/lib64", "/proc", "/sys/devices/system/cpu",
    "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
    "/etc/passwd", "/etc/group", "/etc/localtime", "/etc/ld.so.cache", "/etc/ssl", "/etc/gnutls", "/etc/pki",
    "/etc/ca-certificates", "/etc/postgresql-common", "/etc/fonts", "/var/cache/fontconfig", "/run/systemd/resolve",
    "/dev/urandom", "/dev/random",
};

/* Where a person keeps what opens her PostgreSQL. */
static bool allow_database_secrets(const Landlock *l)
{
    static const char *const variables[] = { "PGPASSFILE", "PGSERVICEFILE", "PGSSLCERT", "PGSSLKEY", "PGSSLROOTCERT" };
    static const char *const at_home[] = { ".pgpass", ".pg_service.conf", ".postgresql" };
    bool ok = true;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *path = getenv(variables[i]);
        if (path && *path) ok = ok && landlock_allow(l, path, LANDLOCK_TO_READ);
    }
    const char *home = getenv("HOME");
    for (size_t i = 0; home && i < sizeof at_home / sizeof at_home[0]; i++) {
        char path[PATH_MAX];
        int n = snprintf(path, sizeof path, "%s/%s", home, at_home[i]);
        if (n > 0 && n < (int)sizeof path) ok = ok && landlock_allow(l, path, LANDLOCK_TO_READ);
    }
    return ok;
}

static bool allow_all(const Landlock *l, const SandboxRules *rules)
{
    bool ok = landlock_allow(l, rules->data, LANDLOCK_TO_WRITE) && allow_database_secrets(l);
    if (rules->content) ok = ok && landlock_allow(l, rules->content, LANDLOCK_TO_READ);
    for (size_t i = 0; ok && i < sizeof readable / sizeof readable[0]; i++) ok = landlock_allow(l, readable[i], LANDLOCK_TO_READ);
    return ok;
}

static bool guard_files(const SandboxRules *rules)
{
    Landlock l;
    LandlockNet net = rules->network_out ? LANDLOCK_NET_ANY : LANDLOCK_NET_NO_CONNECT;
    if (!landlock_begin(&l, net)) return false;
    bool ok = landlock_allow(&l, "/dev/null", LANDLOCK_TO_WRITE)
           && (rules->reads ? landlock_allow_reads(&l, rules->reads) : allow_all(&l, rules));
    return landlock_end(&l, ok);
}

/* ---- seccomp: which calls ---------------------------------------------------------------------------------------- */

/* Nothing of ours makes these. Names this libseccomp or this machine does not know are passed over. */
static const char *const refused[] = {
    "execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount",
    "fspick", "mount_setattr", "setns", "unshare", "name_to_handle_at", "open_by_handle_at", "quotactl", "quotactl_fd",
    "swapon", "swapoff", "acct", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "keyctl", "add_key", "request_key", "kexec_load", "kexec_file_load", "init_module",
    "finit_module", "delete_module", "create_module", "reboot", "iopl", "ioperm", "modify_ldt", "vm86", "vm86old",
    "personality", "settimeofday", "clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64", "adjtimex",
    "stime", "sethostname", "setdomainname", "syslog", "vhangup", "uselib", "lookup_dcookie", "nfsservctl", "_sysctl",
    "migrate_pages", "move_pages", "fanotify_init", "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid",
    "setgroups", "mknod", "mknodat",
};

static bool refuse_calls(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        int call = seccomp_syscall_resolve_name(refused[i]);
        if (call == __NR_SCMP_ERROR) continue;
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) != 0) return false;
    }
    return true;
}

/* Calls that are ours, but not with these arguments. clone3 hides its flags from the filter; told that there is no such
 * call, glibc makes its threads with clone. */
static bool refuse_arguments(scmp_filter_ctx filter)
{
    static const unsigned families[] = { AF_PACKET, AF_ALG, AF_VSOCK, AF_BLUETOOTH, AF_KEY, AF_RDS, AF_TIPC, AF_CAN };
    bool ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0
           && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                               SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)) == 0
           && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                               SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCSTI)) == 0;
    for (size_t i = 0; ok && i < sizeof families / sizeof families[0]; i++)
        ok = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                              SCMP_A0(SCMP_CMP_EQ, families[i])) == 0;
    return ok;
}

static bool filter_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter) return false;
    bool ok = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0
           && refuse_calls(filter) && refuse_arguments(filter) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

Sandbox os_sandbox(const SandboxRules *rules)
{
    Sandbox made = { .user = drop_privileges(rules), .landlock_abi = landlock_abi() };
    if (!made.user) return made;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) os_log(LOG_WARN, "sandbox: this kernel has no NO_NEW_PRIVS");
    if (rules->data) setenv("SQLITE_TMPDIR", rules->data, 1);     /* /tmp is out of reach from here on */

    made.landlock = made.landlock_abi > 0 && guard_files(rules);
    if (made.landlock_abi == 0)
        os_log(LOG_WARN, "sandbox: this kernel has no Landlock; files are guarded by their modes only");
    else if (!made.landlock) os_log(LOG_WARN, "sandbox: Landlock could not be set up: %s", strerror(errno));
    if (made.landlock && made.landlock_abi < 4 && !rules->network_out)
        os_log(LOG_INFO, "sandbox: this kernel's Landlock (%d) does not know TCP; connections out are not guarded",
               made.landlock_abi);

    made.seccomp = filter_calls();
    if (!made.seccomp) os_log(LOG_WARN, "sandbox: system calls could not be filtered");
    return made;
}
