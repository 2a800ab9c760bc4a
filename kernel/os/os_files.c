/* os_files - files that are read whole, and written whole or not at all. */
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool close_keeping_errno(int fd)
{
    int why = errno;
    close(fd);
    errno = why;
    return false;
}

static bool read_all(int fd, char *p, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, p, n);
        if (got < 0 && errno == EINTR) continue;
        if (got == 0) errno = EBUSY;             /* it became shorter while we looked */
        if (got <= 0) return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

/* The memory is taken before the file is opened, so that an arena that is full leaves nothing open. */
bool os_read_file(Arena *keep, const char *path, int64_t max, str *ret)
{
    struct stat st;
    if (stat(path, &st) != 0) return false;
    if (!S_ISREG(st.st_mode)) { errno = EISDIR; return false; }
    if (st.st_size > max) { errno = EFBIG; return false; }

    char *p = NEW(keep, char, (ptrdiff_t)st.st_size + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    if (!read_all(fd, p, (size_t)st.st_size)) return close_keeping_errno(fd);
    close(fd);
    *ret = (str){ p, (ptrdiff_t)st.st_size };
    return true;
}

static bool write_all(int fd, str bytes)
{
    while (bytes.n > 0) {
        ssize_t put = write(fd, bytes.p, (size_t)bytes.n);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        bytes = str_slice(bytes, put, bytes.n);
    }
    return true;
}

/* "/a/b" and "b": where the last name of a path begins. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

bool os_sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    if (fsync(fd) != 0) return close_keeping_errno(fd);
    return close(fd) == 0;
}

static bool sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    int n = snprintf(folder, sizeof folder, "%.*s.", (int)folder_length(path), path);
    if (n < 0 || n >= (int)sizeof folder) { errno = ENAMETOOLONG; return false; }
    return os_sync_folder(folder);
}

bool os_write_file(const char *path, str bytes)
{
    char temporary[PATH_MAX];
    int folder = (int)folder_length(path);
    int n = snprintf(temporary, sizeof temporary, "%.*s.%s.XXXXXX", folder, path, path + folder);
    if (n < 0 || n >= (int)sizeof temporary) { errno = ENAMETOOLONG; return false; }

    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) return false;
    bool written = write_all(fd, bytes) && fsync(fd) == 0;
    if (!written) close_keeping_errno(fd);
    else written = close(fd) == 0;
    if (!written || rename(temporary, path) != 0) {
        int why = errno;
        unlink(temporary);
        errno = why;
        return false;
    }
    return sync_folder_of(path);
}

static bool make_dir(const char *path)
{
    if (mkdir(path, 0700) == 0) return true;
    if (errno != EEXIST) return false;
    struct stat st;
    if (stat(path, &st) != 0) return false;
    if (!S_ISDIR(st.st_mode)) { errno = ENOTDIR; return false; }
    return true;
}

bool os_make_dirs(const char *path)
{
    char part[PATH_MAX];
    int n = snprintf(part, sizeof part, "%s", path);
    if (n < 0 || n >= (int)sizeof part) { errno = ENAMETOOLONG; return false; }
    for (int i = 1; i < n; i++) {
        if (part[i] != '/') continue;
        part[i] = '\0';
        if (!make_dir(part)) return false;
        part[i] = '/';
    }
    return make_dir(part);
}

/* ---- listing ---------------------------------------------------------------------------------------------------- */

static bool is_folder(DIR *d, const struct dirent *e)
{
    struct stat st;
    if (e->d_type == DT_DIR) return true;
    if (e->d_type != DT_UNKNOWN && e->d_type != DT_LNK) return false;
    return fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static struct dirent *next_entry(DIR *d)
{
    struct dirent *e;
    while ((e = readdir(d)) && e->d_name[0] == '.') {}
    return e;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const DirEntry *)a)->name, ((const DirEntry *)b)->name);
}

/* Looks twice: first to know how much memory it takes, for nothing may be open while memory is asked for. What appears
 * between the two looks is not listed. */
bool os_list(Arena *keep, const char *path, DirEntry **ret, ptrdiff_t *ret_n)
{
    ptrdiff_t n = 0, bytes = 0;
    DIR *d = opendir(path);
    if (!d) return false;
    for (struct dirent *e; (e = next_entry(d)); n++) bytes += (ptrdiff_t)strlen(e->d_name) + 1;
    closedir(d);

    DirEntry *entry = NEW(keep, DirEntry, n);
    char *names = NEW(keep, char, bytes), *end = names + bytes;
    if (!(d = opendir(path))) return false;
    ptrdiff_t found = 0;
    for (struct dirent *e; found < n && (e = next_entry(d)); found++) {
        ptrdiff_t length = (ptrdiff_t)strlen(e->d_name);
        if (end - names < length + 1) break;
        memcpy(names, e->d_name, (size_t)length + 1);
        entry[found] = (DirEntry){ { names, length }, is_folder(d, e) };
        names += length + 1;
    }
    closedir(d);
    if (found > 0) qsort(entry, (size_t)found, sizeof *entry, by_name);
    *ret = entry;
    *ret_n = found;
    return true;
}

/* ---- room and locks ---------------------------------------------------------------------------------------------- */

bool os_disk(const char *path, int64_t *ret_free, int64_t *ret_size)
{
    struct statvfs v;
    if (statvfs(path, &v) != 0) return false;
    *ret_free = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
    *ret_size = (int64_t)v.f_blocks * (int64_t)v.f_frsize;
    return true;
}

bool os_lock_file(const char *path, int *ret_fd)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return false;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) return close_keeping_errno(fd);
    *ret_fd = fd;
    return true;
}
