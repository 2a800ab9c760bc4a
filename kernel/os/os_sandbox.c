/* os_sandbox - what the program gives up before it listens to anybody: being root, the rest of the file system, and the
 * calls of the kernel that it never makes.
 *
 * Landlock grew over the years; the kernel says by number how much of it there is (its "ABI"), and we ask for no more:
 *   1  Linux 5.13   files and folders           4  6.7    TCP ports
 *   2  5.19         moving between folders      5  6.10   ioctl on devices
 *   3  6.2          truncating                  6  6.12   abstract sockets and signals of other processes
 * Debian 12 runs Linux 6.1 with headers to match, so the newer constants are written here. */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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
    if (!hand_over_data(data, found->pw_uid, found->pw_gid)) {
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

#define FS_TRUNCATE   (1ULL << 14)
#define FS_IOCTL_DEV  (1ULL << 15)
#define NET_CONNECT   (1ULL << 1)
#define SCOPE_ALL     ((1ULL << 0) | (1ULL << 1))        /* abstract sockets, signals */

/* struct landlock_ruleset_attr as of ABI 6; the kernel is told how much of it it knows. */
typedef struct Ruleset { uint64_t fs, net, scoped; } Ruleset;

#define FS_READ   (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE  (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
                   LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
                   LANDLOCK_ACCESS_FS_REFER | FS_TRUNCATE)
#define FS_NEVER  (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
                   LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | FS_IOCTL_DEV)
#define FS_OF_ONE_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

static int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi > 0 ? (int)abi : 0;
}

static Ruleset ruleset_for(int abi, const SandboxRules *rules)
{
    Ruleset r = { .fs = FS_READ | FS_WRITE | FS_NEVER };
    if (abi < 2) r.fs &= ~(uint64_t)LANDLOCK_ACCESS_FS_REFER;
    if (abi < 3) r.fs &= ~(uint64_t)FS_TRUNCATE;
    if (abi < 5) r.fs &= ~(uint64_t)FS_IOCTL_DEV;
    if (abi >= 4 && !rules->network_out) r.net = NET_CONNECT;
    if (abi >= 6) r.scoped = SCOPE_ALL;
    return r;
}

static size_t ruleset_size(int abi)
{
    return abi >= 6 ? sizeof(Ruleset) : abi >= 4 ? offsetof(Ruleset, scoped) : offsetof(Ruleset, net);
}

/* What is not there needs no rule. */
static bool allow(int ruleset, const char *path, uint64_t access)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
    struct stat st;
    bool ok = fstat(fd, &st) == 0;
    if (ok && !S_ISDIR(st.st_mode)) access &= FS_OF_ONE_FILE;
    struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
    ok = ok && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(fd);
    return ok;
}

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
static bool allow_database_secrets(int ruleset)
{
    static const char *const variables[] = { "PGPASSFILE", "PGSERVICEFILE", "PGSSLCERT", "PGSSLKEY", "PGSSLROOTCERT" };
    static const char *const at_home[] = { ".pgpass", ".pg_service.conf", ".postgresql" };
    bool ok = true;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *path = getenv(variables[i]);
        if (path && *path) ok = ok && allow(ruleset, path, FS_READ);
    }
    const char *home = getenv("HOME");
    for (size_t i = 0; home && i < sizeof at_home / sizeof at_home[0]; i++) {
        char path[PATH_MAX];
        int n = snprintf(path, sizeof path, "%s/%s", home, at_home[i]);
        if (n > 0 && n < (int)sizeof path) ok = ok && allow(ruleset, path, FS_READ);
    }
    return ok;
}

static bool allow_all(int ruleset, const SandboxRules *rules, uint64_t handled)
{
    bool ok = allow(ruleset, rules->data, (FS_READ | FS_WRITE) & handled)
           && allow(ruleset, "/dev/null", (FS_READ | FS_WRITE) & handled)
           && allow_database_secrets(ruleset);
    if (rules->content) ok = ok && allow(ruleset, rules->content, FS_READ);
    for (size_t i = 0; ok && i < sizeof readable / sizeof readable[0]; i++) ok = allow(ruleset, readable[i], FS_READ);
    return ok;
}

static bool landlock(const SandboxRules *rules, int abi)
{
    Ruleset r = ruleset_for(abi, rules);
    int fd = (int)syscall(SYS_landlock_create_ruleset, &r, ruleset_size(abi), 0);
    if (fd < 0) return false;
    bool ok = allow_all(fd, rules, r.fs) && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
    int why = errno;
    close(fd);
    errno = why;
    return ok;
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
    setenv("SQLITE_TMPDIR", rules->data, 1);             /* /tmp is out of reach from here on */

    made.landlock = made.landlock_abi > 0 && landlock(rules, made.landlock_abi);
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
