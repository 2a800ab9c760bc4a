/* site - opens and closes an installation: folder, key, database, journal, routes, workers. */
#include <errno.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inbox/inbox.h"
#include "jobs/jobs.h"
#include "journal/journal.h"
#include "web/web_private.h"

enum { DB_WAIT_MS = 5000 };
extern const Module journal_module, jobs_module, outbox_module, inbox_module;
const Module *const kernel_modules[] = { &house_module, &journal_module, &jobs_module, &outbox_module, &inbox_module };
const int kernel_module_n = COUNT_OF(kernel_modules);

/* ---- the secret ------------------------------------------------------------------------------------------------------ */

static bool read_key(Site *site, Arena *keep, str *ret_why)
{
    const char *path = str_fmt(keep, "%s/key", site->config.data).p;
    str bytes;
    if (os_read_file(keep, path, sizeof site->key, &bytes)) {
        if (bytes.n == sizeof site->key) {
            memcpy(site->key, bytes.p, sizeof site->key);
            return true;
        }
        *ret_why = str_fmt(keep, "%s is damaged: it must hold %zu bytes. Take it from a backup", path, sizeof site->key);
        return false;
    }
    if (errno != ENOENT) {
        *ret_why = str_fmt(keep, "%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    os_random(site->key, sizeof site->key);
    if (os_write_file(path, (str){ (char *)site->key, sizeof site->key }) && chmod(path, 0600) == 0) return true;
    *ret_why = str_fmt(keep, "%s cannot be written: %s", path, strerror(errno));
    return false;
}

/* ---- opening ----------------------------------------------------------------------------------------------------------- */

static bool start_modules(Scope *s, void *arg)
{
    const char **failed = arg;
    for (int i = 0; i < s->site->module_n; i++) {
        const Module *m = s->site->modules[i];
        *failed = m->name;
        if (m->start && !m->start(s)) return false;
    }
    *failed = NULL;
    return true;
}

static bool run_starts(Site *site, Arena *keep, str *ret_why)
{
    const char *failed = "";
    Landing l;
    SCRATCH(tmp, keep);
    if (site_write(site, &tmp, 0, start_modules, &failed, &l)) return true;
    if (failed) *ret_why = str_fmt(keep, "the module %s could not start: %s", failed, l.kind ? l.what : "see the line above");
    else *ret_why = str_fmt(keep, "what the modules prepare at start could not be saved: %s", l.what);
    return false;
}

static void compose(Site *site, const SiteSetup *setup, Arena *keep)
{
    const Module **all = NEW(keep, const Module *, setup->module_n + kernel_module_n);
    memcpy(all, kernel_modules, sizeof kernel_modules);
    for (int i = 0; i < setup->module_n; i++) {
        const Module *m = all[i + kernel_module_n] = setup->modules[i];
        if (m->sign_in) site->own->sign_in = m->sign_in;
        if (m->person_made) site->own->person_made = m->person_made;
    }
    site->modules = all;
    site->module_n = setup->module_n + kernel_module_n;
}

static bool open_all(Site *site, const SiteSetup *setup, Arena *keep, str *ret_why)
{
    if (!os_make_dirs(site->config.data)) {
        *ret_why = str_fmt(keep, "the folder %s cannot be made: %s", site->config.data, strerror(errno));
        return false;
    }
    DbConfig db = { .data_dir = site->config.data, .url = site->config.database_url, .pg_schema = setup->pg_schema,
                    .migrations = setup->migrations, .migration_n = setup->migration_n, .wait_ms = DB_WAIT_MS };
    return read_key(site, keep, ret_why) &&
           (site->db = db_open(&db, keep, ret_why)) &&
           (site->journal = journal_open(site, setup, keep, ret_why)) &&
           run_starts(site, keep, ret_why);
}

Site *site_outline(const SiteSetup *setup, Arena *keep, str *ret_why)
{
    Site *site = NEW(keep, Site, 1);
    *site = (Site){ .config = setup->config, .assets = setup->assets, .asset_n = setup->asset_n,
                    .layout_begin = setup->layout_begin, .layout_end = setup->layout_end, .own = NEW(keep, struct SiteOwn, 1) };
    site->own->clock = setup->clock ? setup->clock : os_now;
    site->own->ticks = os_ticks;
    site->own->slept = setup->slept;
    site->own->disk = setup->disk ? setup->disk : os_disk;
    site->own->sign_in = "/";
    compose(site, setup, keep);
    site->own->routes = routes_compile(keep, site->modules, site->module_n, ret_why);
    return site->own->routes ? site : NULL;
}

Site *site_open(const SiteSetup *setup, Arena *keep, str *ret_why)
{
    CHECK(sodium_init() >= 0);
    i18n_start();
    Site *site = site_outline(setup, keep, ret_why);
    if (!site) return NULL;
    if (!open_all(site, setup, keep, ret_why)) {
        site_close(site);
        return NULL;
    }
    site->jobs = jobs_open(site, keep);
    site->own->lmtp = setup->lmtp;
    os_random(&site->own->seed, sizeof site->own->seed);
    site->own->budget = budget_open(keep);
    site->own->slow = web_slow_start(keep);
    site->own->line = web_line_start(keep);
    return site;
}

bool site_serve(Site *site, Arena *keep, str *ret_why)
{
    static HttpApp app;
    app = web_app(site);
    bool threads_of_pages = db_engine(site->db) == DB_POSTGRES && !site->config.threads;
    HttpConfig http = { .listen = site->config.listen, .threads = threads_of_pages ? 8 : site->config.threads,
                        .tmp_dir = str_fmt(keep, "%s/tmp", site->config.data).p };
    if (!os_make_dirs(http.tmp_dir)) {
        *ret_why = str_fmt(keep, "the folder %s cannot be made: %s", http.tmp_dir, strerror(errno));
        return false;
    }
    site->http = http_open(&http, &app, keep, ret_why);
    if (!site->http) return false;
    dictionaries_open(site, keep);
    jobs_start(site->jobs);
    if (site->own->lmtp > 0) site->inbox = inbox_start(site, site->own->lmtp, keep);
    site->serves = true;
    return true;
}

/* What a job that hangs may still look at stays open: the process ends with it, and the next start is as after a power cut. */
void site_close(Site *site)
{
    if (site->inbox) inbox_stop(site->inbox);
    bool ended = !site->serves || jobs_stop(site->jobs);
    if (site->own->line) line_stop(site->own->line);       /* who waits there is told before the server counts who is owed */
    if (site->http) http_close(site->http);
    if (site->own->slow) slow_stop(site->own->slow);
    if (site->journal && ended) journal_close(site->journal);
    if (site->db && ended) db_close(site->db);
}

/* ---- work outside any request ------------------------------------------------------------------------------------------- */

static Scope scope_for(Site *site, Arena *arena, int64_t me)
{
    return (Scope){ .arena = arena, .site = site, .lang = lang_at(0), .me = me, .now = site->own->clock() };
}

bool site_write(Site *site, Arena *arena, int64_t me, bool (*rule)(Scope *, void *), void *arg, Landing *ret)
{
    Scope s = scope_for(site, arena, me);
    return db_write(site->db, &s, rule, arg, ret);
}

typedef struct Reading { void (*rule)(Scope *, void *); void *arg; } Reading;

static void read_step(Scope *s, void *arg)
{
    Reading *r = arg;
    db_read_begin(s, s->site->db);
    r->rule(s, r->arg);
}

bool site_read(Site *site, Arena *arena, int64_t me, void (*rule)(Scope *, void *), void *arg, Landing *ret)
{
    Scope s = scope_for(site, arena, me);
    Reading r = { rule, arg };
    bool fine = scope_try(&s, read_step, &r, ret);
    if (s.db) db_read_end(&s);
    return fine;
}

const Route *site_route(const Site *site, Method method, str path, unsigned *ret_allowed)
{
    str values[PATH_NAMES_MAX];
    return routes_match(site->own->routes, method, path, values, ret_allowed);
}
