/* learn_folder - the files of a pack, from a disk that is not trusted: a pack may come from a stick or an archive. */
#include "learn_pack.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <sodium.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "os/os.h"

enum { DEPTH_MAX = 4 };

/* ---- problems ---------------------------------------------------------------------------------------------------- */

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

/* ---- names ------------------------------------------------------------------------------------------------------- */

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

/* ---- walking ----------------------------------------------------------------------------------------------------- */

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
    if (!max)
        return pack_problem(w->problems, path, 1, "A pack holds .md, .gift and .svg files. This is none of them."),
               false;
    if (st->st_size > max)
        return pack_problem(w->problems, path, 1, "This file has %lld KB; at most %lld KB are read.",
                            (long long)(st->st_size + 1023) / 1024, (long long)max / 1024), false;
    if (w->n == PACK_FILES_MAX || w->bytes + st->st_size > PACK_BYTES_MAX) {
        if (!w->full)
            pack_problem(w->problems, path, 1, "The pack is too large: at most %d files and %d MB.", PACK_FILES_MAX,
                         PACK_BYTES_MAX >> 20);
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
    else if (S_ISLNK(st.st_mode))
        pack_problem(w->problems, path, 1, "This is a link to another file. Put the file itself here.");
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
        return pack_problem(w->problems, under.n ? under : S("."), 1, "This folder cannot be read: %s.",
                            strerror(errno));
    for (ptrdiff_t i = 0; i < n && !w->full; i++) entry(w, under, &found[i], depth);
}

PackFiles pack_folder(Arena *keep, const char *folder, PackProblems *problems)
{
    Walk w = { .keep = keep, .problems = problems, .folder = folder, .row = NEW(keep, PackFile, PACK_FILES_MAX) };
    walk(&w, S(""), 1);
    return (PackFiles){ w.row, w.n };
}

/* ---- hash -------------------------------------------------------------------------------------------------------- */

/* What is kept in the database is made from the files by this program: another program may check, render or pack them
 * otherwise, so which one it was is part of the hash. The linker's build id names it; without one (an unusual tool
 * chain) the files alone count. */
static str id_in_notes(const char *p, const char *end)
{
    while (end - p >= (ptrdiff_t)sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        memcpy(&note, p, sizeof note);
        const char *name = p + sizeof note, *id = name + ((note.n_namesz + 3) & ~3U);
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0)
            return (str){ id, (ptrdiff_t)note.n_descsz };
        p = id + ((note.n_descsz + 3) & ~3U);
    }
    return (str){ 0 };
}

static int find_id(struct dl_phdr_info *program, size_t size, void *ret)
{
    str *id = ret;
    for (int i = 0; i < program->dlpi_phnum && !id->n; i++) {
        const ElfW(Phdr) *part = &program->dlpi_phdr[i];
        const char *at = (const char *)(program->dlpi_addr + part->p_vaddr);
        if (part->p_type == PT_NOTE) *id = id_in_notes(at, at + part->p_memsz);
    }
    return 1;      /* the first one is the program itself */
}

static str program_id(void)
{
    str id = { 0 };
    dl_iterate_phdr(find_id, &id);
    return id;
}

static void hash_str(crypto_generichash_state *state, str s)
{
    uint64_t n = (uint64_t)s.n;
    crypto_generichash_update(state, (const unsigned char *)&n, sizeof n);
    if (s.n) crypto_generichash_update(state, (const unsigned char *)s.p, n);
}

str pack_hash(Arena *keep, PackFiles files)
{
    unsigned char hash[32];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    hash_str(&state, program_id());
    for (ptrdiff_t i = 0; i < files.n; i++) {
        hash_str(&state, files.row[i].path);
        hash_str(&state, files.row[i].bytes);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    return hex_encode(keep, (str){ (const char *)hash, sizeof hash });
}
