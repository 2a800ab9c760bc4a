/* files - bytes kept by content under <data>/files/ab/cdef…
 *
 * Table    stored_file
 * Rule     a name is 64 small hex digits and nothing else ever becomes part of a path. The bytes are on disk before the
 *          row is; a row that was rolled back leaves a file without a row, which the sweep takes after a day. */
#include "files/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/files_own.h"
#include "files_rows_sql.h"
#include "web/site.h"

enum { HASH_BYTES = NAME_CHARS / 2, BLOCK_BYTES = 64 * 1024, UNLINKED_AT_ONCE = 16 };
#define ROOM_LEFT (16 * (int64_t)1024 * 1024)       /* the database must still have room after we took ours */

/* ---- names and places -------------------------------------------------------------------------------------------- */

bool is_hex(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
    return true;
}

bool is_name(str name)
{
    return name.n == NAME_CHARS && is_hex(name);
}

bool file_place(const char *data, const char *name, FilePlace *ret)
{
    snprintf(ret->root, sizeof ret->root, "%s/files", data);
    snprintf(ret->folder, sizeof ret->folder, "%s/files/%.2s", data, name);
    int n = snprintf(ret->path, sizeof ret->path, "%s/files/%.2s/%s", data, name, name + 2);
    if (n < (int)sizeof ret->path) return true;
    errno = ENAMETOOLONG;
    return false;
}

/* ---- looking at the bytes ---------------------------------------------------------------------------------------- */

/* Up to BLOCK_BYTES from `at`; 0 at the end, -1 when the disk fails. */
static ssize_t read_block(const Source *from, char *block, int64_t at)
{
    ssize_t n;
    if (from->fd < 0) {
        str piece = str_slice(from->bytes, at, at + BLOCK_BYTES);
        if (piece.n) memcpy(block, piece.p, (size_t)piece.n);
        return piece.n;
    }
    do n = pread(from->fd, block, BLOCK_BYTES, at); while (n < 0 && errno == EINTR);
    return n;
}

bool bytes_look(const Source *from, Sniffer *sniffer, char name[NAME_CHARS + 1], int64_t *ret_size)
{
    char block[BLOCK_BYTES];
    unsigned char hash[HASH_BYTES];
    crypto_generichash_state state;
    ssize_t n;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (*ret_size = 0; (n = read_block(from, block, *ret_size)) > 0; *ret_size += n) {
        crypto_generichash_update(&state, (unsigned char *)block, (unsigned long long)n);
        sniff(sniffer, (str){ block, n });
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(name, NAME_CHARS + 1, hash, sizeof hash);
    return n == 0;
}

/* ---- putting them in their place --------------------------------------------------------------------------------- */

static bool pour_file(int from, int to)
{
    off_t at = 0;
    ssize_t n;
    do n = sendfile(to, from, &at, 1 << 20); while (n > 0 || (n < 0 && errno == EINTR));
    return n == 0;
}

static bool pour_bytes(str bytes, int to)
{
    while (bytes.n > 0) {
        ssize_t n = write(to, bytes.p, (size_t)bytes.n);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) bytes = str_slice(bytes, n, bytes.n);
    }
    return true;
}

/* How old a file is, is said by the site's clock and by no other: the sweep compares the two. */
static bool stamp(const char *path, int64_t now)
{
    struct timespec at = { .tv_sec = (time_t)(now / SECOND), .tv_nsec = (long)(now % SECOND) * 1000000L };
    return utimensat(AT_FDCWD, path, (struct timespec[]){ at, at }, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A copy under a name that is none of ours until it is whole. */
static bool copy_to(const Source *from, const FilePlace *to)
{
    char temporary[PATH_MAX + 16];
    snprintf(temporary, sizeof temporary, "%s/new.XXXXXX", to->folder);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) return false;
    bool whole = (from->fd >= 0 ? pour_file(from->fd, fd) : pour_bytes(from->bytes, fd)) && fsync(fd) == 0;
    whole = whole && rename(temporary, to->path) == 0;
    int why = errno;
    if (!whole) unlink(temporary);
    close(fd);
    errno = why;
    return whole;
}

static bool make_folder(const FilePlace *to)
{
    struct stat st;
    return stat(to->folder, &st) == 0 || (os_make_dirs(to->folder) && os_sync_folder(to->root));
}

/* Linked, not moved: a request that is run twice must find its upload twice. Where links cannot be made (another disk,
 * FAT) the bytes are copied. What is there already is made young again, so that no sweep takes it before its row is
 * there; where some file is known to be damaged (doubt) nothing is believed, and the new bytes take the place of those. */
static bool put_in_place(const Source *from, const FilePlace *to, int64_t now, bool doubt)
{
    if (!doubt && stamp(to->path, now)) return true;
    if (!make_folder(to)) return false;
    bool linked = from->fd >= 0 && fsync(from->fd) == 0 && link(from->path, to->path) == 0;
    return (linked || copy_to(from, to)) && stamp(to->path, now) && os_sync_folder(to->folder);
}

static bool has_room(const char *data, int64_t size)
{
    int64_t free_bytes, disk;
    if (!os_disk(data, &free_bytes, &disk) || free_bytes - size >= ROOM_LEFT) return true;
    errno = ENOSPC;
    return false;
}

/* False: errno says why. name: room for a name, which is then ret's. */
static bool keep(const Scope *s, const Source *from, str declared_type, bool doubt, char *name, StoredFile *ret)
{
    const char *data = s->site->config.data;
    Sniffer sniffer = { .declared = declared_type };
    FilePlace place;
    int64_t size;
    if (!bytes_look(from, &sniffer, name, &size) || !file_place(data, name, &place)) return false;
    if (!has_room(data, size) || !put_in_place(from, &place, s->now, doubt)) return false;
    *ret = (StoredFile){ { name, NAME_CHARS }, sniffed(&sniffer), size };
    return true;
}

/* After keep: true and a row, false when there was no room, a fault for everything else. */
static bool settle(Scope *s, bool kept, int why, const StoredFile *f)
{
    if (!kept && (why == ENOSPC || why == EDQUOT)) return false;
    if (!kept) fault(s, FAULT_DISK, "a file could not be kept: %s", strerror(why));
    files_rows_put(s, f->name, f->type, f->size, s->now);
    files_rows_damage_drop(s, f->name);
    return true;
}

bool files_keep(Scope *s, const char *temporary_path, str declared_type, StoredFile *ret)
{
    CHECK(s->writing);
    char *name = NEW(s->arena, char, NAME_CHARS + 1);
    bool doubt = files_rows_any_damage(s) > 0;
    Source from = { .path = temporary_path, .fd = open(temporary_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) };
    bool kept = from.fd >= 0 && keep(s, &from, declared_type, doubt, name, ret);
    int why = errno;
    if (from.fd >= 0) close(from.fd);
    return settle(s, kept, why, ret);
}

bool files_keep_bytes(Scope *s, str bytes, str type, StoredFile *ret)
{
    CHECK(s->writing);
    char *name = NEW(s->arena, char, NAME_CHARS + 1);
    bool doubt = files_rows_any_damage(s) > 0;
    bool kept = keep(s, &(Source){ .fd = -1, .bytes = bytes }, S(""), doubt, name, ret);
    int why = errno;
    if (kept) ret->type = str_keep(s->arena, type);
    return settle(s, kept, why, ret);
}

/* ---- finding them again ------------------------------------------------------------------------------------------ */

bool files_find(Scope *s, str name, StoredFile *ret)
{
    files_rows_find_row row;
    if (!is_name(name) || !files_rows_find(s, name, &row)) return false;
    *ret = (StoredFile){ row.name, row.type, row.size };
    return true;
}

const char *files_path(Scope *s, str name)
{
    StoredFile f;
    FilePlace place;
    if (!files_find(s, name, &f) || !file_place(s->site->config.data, f.name.p, &place)) return NULL;
    return str_keep(s->arena, str_from(place.path)).p;
}

bool files_read(Scope *s, str name, int64_t from, ptrdiff_t max, str *ret)
{
    const char *path = files_path(s, name);
    char *p = NEW(s->arena, char, max);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    ssize_t n;
    if (fd < 0) return false;
    do n = pread(fd, p, (size_t)max, from); while (n < 0 && errno == EINTR);
    close(fd);
    *ret = (str){ p, n > 0 ? n : 0 };
    return n >= 0;
}

/* ---- forgetting ---------------------------------------------------------------------------------------------------- */

void files_forget(Scope *s, str name)
{
    CHECK(s->writing);
    if (!is_name(name)) return;
    files_rows_forget(s, name);
    files_rows_damage_drop(s, name);
}

/* ---- files in pieces ------------------------------------------------------------------------------------------------- */

/* Beside the place it will have, under a name that is none of ours: swept when no piece has come for a day. */
static bool part_place(Scope *s, str name, FilePlace *place, char path[PATH_MAX])
{
    if (!is_name(name) || !file_place(s->site->config.data, str_z(s->arena, name), place)) return false;
    return snprintf(path, PATH_MAX, "%s/part.%.*s", place->folder, NAME_CHARS - 2, name.p + 2) < PATH_MAX;
}

static bool unlink_surely(const char *path) { return unlink(path) == 0 || errno == ENOENT; }

bool files_any_forgotten(Scope *s) { return files_rows_forgotten(s, 1).n > 0; }

/* Each waits for the disk. The row goes after the file: if the power goes in between, it is done again. */
Unlinked files_unlink_forgotten(Scope *s)
{
    FilePlace place;
    char part[PATH_MAX];
    CHECK(s->writing);
    files_rows_forgotten_rows rows = files_rows_forgotten(s, UNLINKED_AT_ONCE);
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        bool gone = part_place(s, rows.row[i].name, &place, part) && unlink_surely(part) && unlink_surely(place.path);
        if (!gone || (!os_sync_folder(place.folder) && errno != ENOENT)) continue;
        files_rows_drop(s, rows.row[i].name);
        n++;
    }
    return n < rows.n ? n ? UNLINKED_SOME : UNLINKED_NOT : n < UNLINKED_AT_ONCE ? UNLINKED_ALL : UNLINKED_SOME;
}

int64_t files_part_size(Scope *s, str name)
{
    FilePlace place;
    char path[PATH_MAX];
    struct stat st;
    return part_place(s, name, &place, path) && stat(path, &st) == 0 ? st.st_size : 0;
}

static bool part_write(const char *path, int64_t from, str bytes, int64_t now)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return false;
    bool written = lseek(fd, from, SEEK_SET) == from && pour_bytes(bytes, fd);
    close(fd);
    return stamp(path, now) && written;
}

FilePart files_part_add(Scope *s, str name, int64_t size, int64_t from, str bytes)
{
    FilePlace place;
    StoredFile kept;
    char path[PATH_MAX];
    int64_t here = files_part_size(s, name);
    if (files_find(s, name, &kept)) return FILE_PART_WHOLE;
    if (!part_place(s, name, &place, path)) return FILE_PART_WRONG;
    if (from > here || from + bytes.n > size) return FILE_PART_MORE;
    if (!has_room(s->site->config.data, size) || !make_folder(&place) || !part_write(path, from, bytes, s->now))
        fault(s, FAULT_DISK, "a piece of a file could not be kept: %s", strerror(errno));
    if (from + bytes.n < size) return FILE_PART_MORE;
    bool whole = files_keep(s, path, S(""), &kept) && str_eq(kept.name, name);
    unlink(path);
    return whole ? FILE_PART_WHOLE : FILE_PART_WRONG;
}
