/* files_sweep - what is left over in the folder of files: without a row, and not touched for a day.
 *
 * Rule     a name that has a row, also one of damage, is never swept; and that is asked in the transaction that sweeps. */
#include <sys/stat.h>
#include <unistd.h>

#include "files/files_own.h"
#include "files_rows_sql.h"
#include "jobs/jobs.h"
#include "web/site.h"

typedef struct Folder { str ab; files_rows_between_rows rows; } Folder;

static void rows_rule(Scope *s, void *arg)
{
    Folder *f = arg;
    f->rows = files_rows_between(s, f->ab, str_fmt(s->arena, "%.*sg", STR_ARG(f->ab)));      /* 'g' is after 'f' */
}

static int name_and_row(const void *name, const void *row)
{
    return str_cmp(*(const str *)name, ((const files_rows_between_row *)row)->name);
}

static bool is_old(const char *path, int64_t now)
{
    struct stat st;
    return lstat(path, &st) == 0 && st.st_mtime < (now - DAY) / SECOND;
}

static bool has_row(const Folder *f, str name)
{
    return f->rows.n > 0 && bsearch(&name, f->rows.row, (size_t)f->rows.n, sizeof *f->rows.row, name_and_row);
}

/* The rows are asked for after the names: a file that comes in between has one, or is young. */
static void look_in(Scope *s, const char *root, str ab, LeftOvers *left, int most)
{
    DirEntry *entry;
    ptrdiff_t n;
    Folder f = { .ab = ab };
    const char *folder = str_fmt(s->arena, "%s/%.*s", root, STR_ARG(ab)).p;
    if (!os_list(s->arena, folder, &entry, &n)) return;
    job_read(s, rows_rule, &f);
    for (ptrdiff_t i = 0; i < n && left->n < most; i++) {
        const char *path = str_fmt(s->arena, "%s/%.*s", folder, STR_ARG(entry[i].name)).p;
        str name = str_fmt(s->arena, "%.*s%.*s", STR_ARG(ab), STR_ARG(entry[i].name));
        if (!entry[i].folder && !has_row(&f, name) && is_old(path, s->now)) left->row[left->n++] = (LeftOver){ path, name };
    }
}

LeftOvers files_left_over(Scope *s, int most)
{
    DirEntry *entry;
    ptrdiff_t n;
    LeftOvers left = { NEW(s->arena, LeftOver, most), 0 };
    const char *root = str_fmt(s->arena, "%s/files", s->site->config.data).p;
    if (!os_list(s->arena, root, &entry, &n)) return left;
    for (ptrdiff_t i = 0; i < n; i++) {
        Arena mark = *s->arena;
        ptrdiff_t before = left.n;
        if (entry[i].folder && entry[i].name.n == 2 && is_hex(entry[i].name)) look_in(s, root, entry[i].name, &left, most);
        if (left.n == before) scope_rewind(s, mark);         /* paths of what was found stay */
    }
    return left;
}

int files_sweep(Scope *s, LeftOvers left)
{
    int swept = 0;
    CHECK(s->writing);
    for (ptrdiff_t i = 0; i < left.n; i++)
        if (files_rows_is_known(s, left.row[i].name) == 0 && is_old(left.row[i].path, s->now)) swept += unlink(left.row[i].path) == 0;
    return swept;
}
