/* os_landlock - which files and ports stay within reach.
 *
 * Landlock grew over the years; the kernel says by number how much of it there is (its "ABI"), and we ask for no more:
 *   1  Linux 5.13   files and folders           4  6.7    TCP ports
 *   2  5.19         moving between folders      5  6.10   ioctl on devices
 *   3  6.2          truncating                  6  6.12   abstract sockets and signals of other processes
 * Debian 12 runs Linux 6.1 with headers to match, so the newer constants are written here. */
#include "os/os_own.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FS_TRUNCATE   (1ULL << 14)
#define FS_IOCTL_DEV  (1ULL << 15)
#define NET_BIND      (1ULL << 0)
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

int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi > 0 ? (int)abi : 0;
}

static uint64_t refused_ports(LandlockNet net)
{
    static const uint64_t refused[] = { [LANDLOCK_NET_NONE] = NET_CONNECT | NET_BIND, [LANDLOCK_NET_NO_CONNECT] = NET_CONNECT,
                                        [LANDLOCK_NET_NO_BIND] = NET_BIND, [LANDLOCK_NET_ANY] = 0 };
    return refused[net];
}

static Ruleset ruleset_for(int abi, LandlockNet net)
{
    Ruleset r = { .fs = FS_READ | FS_WRITE | FS_NEVER };
    if (abi < 2) r.fs &= ~(uint64_t)LANDLOCK_ACCESS_FS_REFER;
    if (abi < 3) r.fs &= ~(uint64_t)FS_TRUNCATE;
    if (abi < 5) r.fs &= ~(uint64_t)FS_IOCTL_DEV;
    if (abi >= 4) r.net = refused_ports(net);
    if (abi >= 6) r.scoped = SCOPE_ALL;
    return r;
}

static size_t ruleset_size(int abi)
{
    return abi >= 6 ? sizeof(Ruleset) : abi >= 4 ? offsetof(Ruleset, scoped) : offsetof(Ruleset, net);
}

bool landlock_begin(Landlock *ret, LandlockNet net)
{
    int abi = landlock_abi();
    Ruleset r = ruleset_for(abi, net);
    int fd = (int)syscall(SYS_landlock_create_ruleset, &r, ruleset_size(abi), 0);
    *ret = (Landlock){ fd, r.fs };
    return fd >= 0;
}

/* What is not there needs no rule. */
bool landlock_allow(const Landlock *l, const char *path, LandlockRight right)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
    uint64_t access = (right == LANDLOCK_TO_WRITE ? FS_READ | FS_WRITE : FS_READ) & l->files;
    struct stat st;
    bool ok = fstat(fd, &st) == 0;
    if (ok && !S_ISDIR(st.st_mode)) access &= FS_OF_ONE_FILE;
    struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
    ok = ok && syscall(SYS_landlock_add_rule, l->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(fd);
    return ok;
}

bool landlock_allow_reads(const Landlock *l, const char *const *paths)
{
    bool ok = true;
    for (; ok && *paths; paths++) ok = landlock_allow(l, *paths, LANDLOCK_TO_READ);
    return ok;
}

bool landlock_end(Landlock *l, bool ok)
{
    ok = ok && syscall(SYS_landlock_restrict_self, l->fd, 0) == 0;
    int why = errno;
    close(l->fd);
    errno = why;
    return ok;
}
