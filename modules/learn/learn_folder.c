/* learn_folder - the files of a pack, from a disk that is not trusted: a pack may come from a stick or an archive. */
#include "learn_pack.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "os/os.h"

enum { DEPTH_MAX = 4 };

/* ---- problems ------------------------------------------------------------------------------------------------------ */

static void make_room(PackProblems *p)
{
    if (p->n < p->cap) return;
    ptrdiff_t cap = p->cap ? 2 * p->cap : 16;
    PackProblem *row = NEW(p->keep, PackProblem, cap);
    for (ptrdiff_t i = 0; i < p->n; i++) row[i] = p->row[i];
    p->row = row;
    p->cap = cap;
}

void pack_problem(PackProblems *p, str file, int line, const char *format, ...)
{
    if (p->n == PACK_PROBLEMS_MAX) {
        p->untold++;
        return;
    }
    char sentence[600];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    str told = { sentence, n < (int)sizeof sentence ? n : (int)sizeof sentence - 1 };
    make_room(p);
    p->row[p->n++] = (PackProblem){ file, line, str_keep(p->keep, told) };
}

/* ---- names --------------------------------------------------------------------------------------------------------- */

bool pack_name_ok(str name)
{
    if (name.n < 1 || name.n > PACK_NAME_MAX || name.p[0] == '-' || name.p[name.n - 1] == '-') return false;
    for (ptrdiff_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
    }
    return true;
}

static int64_t bytes_max(str path)
{
    if (str_ends(path, S(".svg"))) return PACK_FIGURE_MAX;
    if (str_ends(path, S(".gift"))) return QUIZ_FILE_MAX;
    if (str_ends(path, S(".md"))) return PACK_TEXT_MAX;
    return 0;
}

/* ---- walking ------------------------------------------------------------------------------------------------------- */

typedef struct Walk {
    Arena        *keep;
    PackProblems *problems;
    const char   *folder;
    PackFile     *row;
    ptrdiff_t     n;
    int64_t       bytes;
    bool          full;
} Walk;

static bool read_file(Walk *w, str path, const char *on_disk, const struct stat *st)
{
    int64_t max = bytes_max(path);
    if (!max) return pack_problem(w->problems, path, 1, "A pack holds .md, .gift and .svg files. This is none of them."), false;
    if (st->st_size > max)
        return pack_problem(w->problems, path, 1, "This file has %lld KB; at most %lld KB are read.",
                            (long long)(st->st_size + 1023) / 1024, (long long)max / 1024), false;
    if (w->n == PACK_FILES_MAX || w->bytes + st->st_size > PACK_BYTES_MAX) {
        if (!w->full) pack_problem(w->problems, path, 1, "The pack is too large: at most %d files and %d MB.", PACK_FILES_MAX, PACK_BYTES_MAX >> 20);
        w->full = true;
        return false;
    }
    PackFile *file = &w->row[w->n];
    if (!os_read_file(w->keep, on_disk, max, &file->bytes))
        return pack_problem(w->problems, path, 1, "This file cannot be read: %s.", strerror(errno)), false;
    file->path = path;
    w->bytes += file->bytes.n;
    w->n++;
    return true;
}

static void walk(Walk *w, str under, int depth);

static void entry(Walk *w, str under, const DirEntry *e, int depth)
{
    str path = under.n ? str_fmt(w->keep, "%.*s/%.*s", STR_ARG(under), STR_ARG(e->name)) : str_keep(w->keep, e->name);
    str last = str_cut(e->name, '.').head;
    str ending = str_cut(e->name, '.').tail;
    if (!pack_name_ok(last) || str_find(ending, S(".")) >= 0)
        return pack_problem(w->problems, str_is_plain(path, false) ? path : S("?"), 1,
                            "A name is made of small letters, digits and '-' between them, at most %d.", PACK_NAME_MAX);
    const char *on_disk = str_z(w->keep, str_fmt(w->keep, "%s/%.*s", w->folder, STR_ARG(path)));
    struct stat st;
    if (lstat(on_disk, &st) != 0) pack_problem(w->problems, path, 1, "This file cannot be read: %s.", strerror(errno));
    else if (S_ISLNK(st.st_mode)) pack_problem(w->problems, path, 1, "This is a link to another file. Put the file itself here.");
    else if (S_ISREG(st.st_mode)) read_file(w, path, on_disk, &st);
    else if (!S_ISDIR(st.st_mode)) pack_problem(w->problems, path, 1, "This is neither a file nor a folder.");
    else if (depth == DEPTH_MAX) pack_problem(w->problems, path, 1, "Folders are nested too deep here.");
    else walk(w, path, depth + 1);
}

static void walk(Walk *w, str under, int depth)
{
    DirEntry *found;
    ptrdiff_t n;
    const char *on_disk = under.n ? str_z(w->keep, str_fmt(w->keep, "%s/%.*s", w->folder, STR_ARG(under))) : w->folder;
    if (!os_list(w->keep, on_disk, &found, &n))
        return pack_problem(w->problems, under.n ? under : S("."), 1, "This folder cannot be read: %s.", strerror(errno));
    for (ptrdiff_t i = 0; i < n && !w->full; i++) entry(w, under, &found[i], depth);
}

PackFiles pack_folder(Arena *keep, const char *folder, PackProblems *problems)
{
    Walk w = { .keep = keep, .problems = problems, .folder = folder, .row = NEW(keep, PackFile, PACK_FILES_MAX) };
    walk(&w, S(""), 1);
    return (PackFiles){ w.row, w.n };
}

/* ---- hash ---------------------------------------------------------------------------------------------------------- */

/* What is kept in the database is made from the bytes and by this program. Raise this when the same bytes should be read,
 * checked or rendered anew. */
enum { MADE_BY = 1 };

static void hash_str(crypto_generichash_state *state, str s)
{
    uint64_t n = (uint64_t)s.n;
    crypto_generichash_update(state, (const unsigned char *)&n, sizeof n);
    if (s.n) crypto_generichash_update(state, (const unsigned char *)s.p, n);
}

str pack_hash(Arena *keep, PackFiles files)
{
    unsigned char hash[32];
    unsigned char made_by = MADE_BY;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, &made_by, 1);
    for (ptrdiff_t i = 0; i < files.n; i++) {
        hash_str(&state, files.row[i].path);
        hash_str(&state, files.row[i].bytes);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    return hex_encode(keep, (str){ (const char *)hash, sizeof hash });
}
