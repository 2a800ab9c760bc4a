/* site_doctor - `sampan doctor`: looks at everything that must be right for the site to run, a line each, and says how to
 * mend what is not. */
#include <stdarg.h>
#include <sys/stat.h>

#include "web/web_private.h"

__attribute__((format(printf, 2, 0)))
static void line(Doctor *d, const char *format, va_list args)
{
    char text[400];
    int n = vsnprintf(text, sizeof text, format, args);
    if (n >= (int)sizeof text) n = (int)sizeof text - 1;
    out_bytes(d->out, text, n);
    out_char(d->out, '\n');
}

void doctor_fine(Doctor *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    out_lit(d->out, "fine   ");
    line(d, format, args);
    va_end(args);
}

void doctor_bad(Doctor *d, const char *mend, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    out_lit(d->out, "WRONG  ");
    line(d, format, args);
    va_end(args);
    out_fmt(d->out, "       %s\n", mend);
    d->bad++;
}

/* ---- the house's own questions -------------------------------------------------------------------------------------------- */

static void look_at_folder(Doctor *d, const Config *config)
{
    struct stat about;
    if (stat(config->data, &about) == 0 && (about.st_mode & 077))
        doctor_bad(d, "chmod 700 it: it holds what people wrote, and the key.", "others may look into %s", config->data);
    else
        doctor_fine(d, "the data folder %s is ours alone", config->data);
}

static void look_at_disk(Doctor *d, const Site *site)
{
    int64_t bytes, size;
    if (!site->own->disk(site->config.data, &bytes, &size)) {
        doctor_bad(d, "Look whether the disk is mounted.", "free room in %s is not known", site->config.data);
        return;
    }
    long long mb = bytes >> 20, of_mb = size >> 20;
    long long first = floor_bytes(ROOM_FOR_THOSE_HERE, size) >> 20, last = floor_bytes(ROOM_FOR_NOBODY, size) >> 20;
    if (floor_room(bytes, size) == ROOM_FOR_NOBODY)
        doctor_bad(d, "Make room: files that are not ours can go, or the folder can move to a larger disk.",
                   "nobody can save: %lld MB of %lld are free, and it takes %lld", mb, of_mb, last);
    else if (floor_room(bytes, size) == ROOM_FOR_THOSE_HERE)
        doctor_bad(d, "Make room: files that are not ours can go, or the folder can move to a larger disk.",
                   "nobody new can save: %lld MB of %lld are free, and it takes %lld; below %lld nobody can", mb, of_mb, first, last);
    else doctor_fine(d, "%lld MB of %lld are free; below %lld nobody new can save, below %lld nobody", mb, of_mb, first, last);
}

static void look_at_database(Doctor *d, Site *site, Arena *keep)
{
    str why;
    int bad = 0;
    if (!db_alive(site->db, keep, &why)) {
        doctor_bad(d, "Look whether its server runs, or whether the disk is full.", "the database does not answer: %.*s", STR_ARG(why));
        return;
    }
    doctor_fine(d, "the database answers (%s)", db_engine(site->db) == DB_SQLITE ? "SQLite" : "PostgreSQL");
    for (int i = 0; i < db_query_n; i++)
        if (!db_prepares(site->db, db_queries[i], keep, &why)) {
            bad++;
            doctor_bad(d, "The program and the database do not belong together: install the program again.",
                       "%s:%d: %.*s", db_queries[i]->file, db_queries[i]->line, STR_ARG(why));
        }
    if (!bad) doctor_fine(d, "all %d queries fit the database", db_query_n);
}

static void look_at_routes(Doctor *d, const Site *site)
{
    int n = 0;
    for (int i = 0; i < site->module_n; i++) n += site->modules[i]->route_n;
    doctor_fine(d, "%d routes, each with an audience", n);
}

static void look_at_assets(Doctor *d, const Site *site)
{
    doctor_fine(d, "%d assets, %d languages", site->asset_n, lang_count());
}

/* ---- the modules' --------------------------------------------------------------------------------------------------------- */

typedef struct Question { const Module *module; Doctor *doctor; } Question;

static void ask_module(Scope *s, void *arg)
{
    Question *q = arg;
    q->module->doctor(s, q->doctor);
}

int site_doctor(Site *site, Arena *keep, Out *out)
{
    Doctor d = { .out = out };
    Landing l;
    look_at_folder(&d, &site->config);
    look_at_disk(&d, site);
    look_at_database(&d, site, keep);
    look_at_routes(&d, site);
    look_at_assets(&d, site);
    for (int i = 0; i < site->module_n; i++) {
        Question q = { site->modules[i], &d };
        if (q.module->doctor && !site_read(site, keep, 0, ask_module, &q, &l))
            doctor_bad(&d, "Mend what stands above first.", "%s could not be asked: %s", q.module->name, l.what);
    }
    return d.bad;
}
