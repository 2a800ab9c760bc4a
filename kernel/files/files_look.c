/* files_look - files looked at again: whether their bytes are still what their name says.
 *
 * Table    stored_file_damage
 * Rule     what looks damaged is never thrown away for it: the bytes on the disk stay until whole ones take their place. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/files_own.h"
#include "files_rows_sql.h"
#include "web/site.h"

enum { DOCTOR_ROWS = 5 };

FilesHeld files_after(Scope *s, str after, int most)
{
    files_rows_after_rows rows = files_rows_after(s, after, most);
    FilesHeld list = { NEW(s->arena, FileHeld, rows.n), rows.n };
    for (ptrdiff_t i = 0; i < rows.n; i++)
        list.row[i] = (FileHeld){ rows.row[i].name, rows.row[i].size, rows.row[i].held, rows.row[i].damaged };
    return list;
}

/* ---- seeing ---------------------------------------------------------------------------------------------------------------- */

static int64_t touched_at(const struct stat *st) { return st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec; }

/* The disk's bytes and not those that memory still has; and memory is left to others. */
static FileSeen look_open(int fd, str name)
{
    char found[NAME_CHARS + 1];
    Sniffer sniffer = { .declared = { 0 } };
    FileSeen seen = { .state = FILE_LOST };
    struct stat st;
    if (fstat(fd, &st) != 0) return seen;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    seen.touched = touched_at(&st);
    if (bytes_look(&(Source){ .fd = fd }, &sniffer, found, &seen.size)) seen.state = str_eq(str_from(found), name) ? FILE_WHOLE : FILE_WRONG;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    seen.type = sniffed(&sniffer);
    return seen;
}

/* name: as rows have it, followed by a NUL. */
static bool place_of_name(const Site *site, str name, FilePlace *ret)
{
    char z[NAME_CHARS + 1];
    if (!is_name(name)) return false;
    memcpy(z, name.p, NAME_CHARS);
    z[NAME_CHARS] = '\0';
    return file_place(site->config.data, z, ret);
}

FileSeen files_look(const Site *site, str name)
{
    FilePlace place;
    int fd = place_of_name(site, name, &place) ? open(place.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0) return (FileSeen){ .state = FILE_LOST };
    FileSeen seen = look_open(fd, name);
    close(fd);
    return seen;
}

bool files_are_away(const Site *site)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/files", site->config.data);
    DIR *folder = opendir(path);
    const struct dirent *e = NULL;
    while (folder && (e = readdir(folder)) && e->d_name[0] == '.') {}
    if (folder) closedir(folder);
    return !e;
}

/* ---- saying ------------------------------------------------------------------------------------------------------------------ */

/* What was touched meanwhile was kept anew, or taken away for good: the next look will see. */
static bool is_as_seen(Scope *s, str name, const FileSeen *seen)
{
    FilePlace place;
    struct stat st;
    if (!place_of_name(s->site, name, &place)) return false;
    bool there = stat(place.path, &st) == 0;
    return there ? touched_at(&st) == seen->touched : seen->state == FILE_LOST && seen->touched == 0;
}

static void note_damage(Scope *s, str name, const FileSeen *seen, bool let_go)
{
    bool lost = seen->state == FILE_LOST;
    if (let_go) files_rows_let_go(s, name);
    if (files_rows_damage_put(s, name, lost, s->now) == 0) return;
    os_log(LOG_ERROR, "files: %.*s %s", STR_ARG(name), lost ? "is not there, or cannot be read" : "has other bytes than its name says");
}

void files_note(Scope *s, str name, const FileSeen *seen, bool let_go)
{
    StoredFile f;
    CHECK(s->writing);
    if (!is_as_seen(s, name, seen)) return;
    bool held = files_find(s, name, &f);
    if (seen->state != FILE_WHOLE) {
        if (held) note_damage(s, name, seen, let_go);
        return;
    }
    bool known = files_rows_damage_drop(s, name) > 0;          /* what was forgotten meanwhile is not */
    if (known && !held) files_rows_put(s, name, seen->type, seen->size, s->now);
}

/* ---- doctor ------------------------------------------------------------------------------------------------------------------ */

void files_doctor(Scope *s, Doctor *d)
{
    int64_t n = files_rows_damage_n(s);
    files_rows_damage_rows rows = files_rows_damage(s, DOCTOR_ROWS);
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        const files_rows_damage_row *r = &rows.row[i];
        doctor_bad(d, r->held ? "Put it back from a copy of the data folder; where there is none, it is lost." :
                                "Exchange files with a node that has it, or put it back from a copy of the data folder.",
                   "of %lld damaged files: files/%.2s/%.62s %s (seen %.*s)", (long long)n, r->name.p, r->name.p + 2,
                   r->lost ? "is not there, or cannot be read" : "has other bytes than its name says", STR_ARG(time_iso(s->arena, r->found_at)));
    }
    if (n == 0) doctor_fine(d, "the last look at files found nothing");
}
