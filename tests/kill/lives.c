#include "lives.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db_all.h"

enum { HOUSE_BYTES = 256 << 20 };

static char schema[32];          /* over PostgreSQL */

int64_t random_below(int64_t n)
{
    uint64_t r;
    os_random(&r, sizeof r);
    return (int64_t)(r % (uint64_t)n);
}

/* ---- a house ------------------------------------------------------------------------------------------------------------------- */

House house_open(const Config *config, const Module *const *modules, int module_n)
{
    House h = { .site = NULL };
    str why = { 0 };
    CHECK(region_open(&h.room, HOUSE_BYTES));
    h.keep = region_arena(&h.room, NULL);
    SiteSetup setup = { .config = *config, .modules = modules, .module_n = module_n, .migrations = db_migrations, .migration_n = db_migration_n,
                        .tables = db_tables, .table_n = db_table_n, .ids = db_ids, .id_n = db_id_n, .pg_schema = schema };
    h.site = site_open(&setup, &h.keep, &why);
    if (!h.site) printf("%.*s\n", STR_ARG(why));
    CHECK(h.site);
    return h;
}

void house_close(House *h)
{
    site_close(h->site);
    region_close(&h->room);
}

void bury(House *h, int64_t now)
{
    Leases leases;
    SCRATCH(tmp, &h->keep);
    for (int i = 0; i < 2; i++)
        if (leases_read(h->site->jobs, &tmp, &leases)) leases_end(h->site->jobs, &tmp, leases, now, os_ticks() + i * 2 * DEAD_MS * NS_PER_MS);
}

/* ---- lives ---------------------------------------------------------------------------------------------------------------------- */

void born(int out) { CHECK(write(out, "!", 1) == 1); }

void let_live(Living *be, const Config *config, int64_t now, int ms)
{
    int ends[2], status;
    char cry;
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        be(config, now, ends[1]);
    }
    close(ends[1]);
    CHECK(read(ends[0], &cry, 1) == 1);
    poll(NULL, 0, ms);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(ends[0]);
}

/* ---- beginning and end ------------------------------------------------------------------------------------------------------------- */

const char *lives_begin(const char *name)
{
    static char folder[64];
    snprintf(folder, sizeof folder, "/tmp/sampan-%s-kill-XXXXXX", name);
    snprintf(schema, sizeof schema, "%s_kill_%d", name, (int)getpid());
    CHECK(mkdtemp(folder));
    os_log_quiet(true);
    return folder;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at) { return remove(path); }

static bool drop_rule(Scope *s, void *arg)
{
    str sql = str_fmt(s->arena, "DROP SCHEMA %s CASCADE", schema);
    DbQuery q = { .name = "drop", .file = __FILE__, .line = __LINE__, .sql = { sql.p, sql.p }, .params = "", .id = DB_UNCACHED, .writes = true };
    db_run(s, &q, NULL);
    return true;
}

void leave_nothing(House *h, const char *folder, bool fine)
{
    Landing l;
    if (fine && db_engine(h->site->db) == DB_POSTGRES) CHECK(site_write(h->site, &h->keep, 0, drop_rule, NULL, &l));
    house_close(h);
    if (fine) nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
