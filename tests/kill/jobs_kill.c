/* jobs_kill - a process that works on slow jobs is killed at a random moment, again and again. In the end each job has been done, and what
 * it wrote stands once.
 *
 *   jobs-kill sqlite|postgres ROUNDS [URL]
 *
 * A child opens the installation and runs what is due; each job's work takes a moment, and its write adds a row that says whose it is.
 * The parent kills it (SIGKILL) in the middle of that. Last of all what is left is done, and the rows are counted. */
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "db_all.h"
#include "jobs/jobs_own.h"

enum { JOBS_EACH = 20, KEEP_BYTES = 64 << 20, ROUNDS_LAST = 200 };

/* ---- the job ------------------------------------------------------------------------------------------------------------- */

static int64_t random_below(int64_t n)
{
    uint64_t r;
    os_random(&r, sizeof r);
    return (int64_t)(r % (uint64_t)n);
}

static JobEnd work(Scope *s, Job *job)
{
    job->found = NEW(s->arena, str, 1);
    *(str *)job->found = str_fmt(s->arena, "%.*s %lld", STR_ARG(job->body), (long long)random_below(INT64_MAX));
    poll(NULL, 0, (int)random_below(3));
    return JOB_DONE;
}

static bool write_found(Scope *s, Job *job)
{
    jobs_add(s, "kill.effect", *(str *)job->found, INT64_MAX);
    return true;
}

static bool effect(Scope *s, str body) { return true; }

static const int waits[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 };
static const JobKind kinds[] = { { "kill.slow", .work = work, .write = write_found, .waits = waits }, { "kill.effect", .run = effect } };
static const Module kill_module = { .name = "kill", .jobs = kinds, .job_n = COUNT_OF(kinds) };
static const Module *const modules[] = { &kill_module };

/* ---- an installation ------------------------------------------------------------------------------------------------------- */

typedef struct House { Region room; Arena keep; Site *site; } House;
static char schema[32];          /* over PostgreSQL */

static House house_open(const Config *config)
{
    House h = { .site = NULL };
    str why = { 0 };
    CHECK(region_open(&h.room, KEEP_BYTES));
    h.keep = region_arena(&h.room, NULL);
    SiteSetup setup = { .config = *config, .modules = modules, .module_n = 1, .migrations = db_migrations, .migration_n = db_migration_n,
                        .tables = db_tables, .table_n = db_table_n, .ids = db_ids, .id_n = db_id_n, .pg_schema = schema };
    h.site = site_open(&setup, &h.keep, &why);
    if (!h.site) printf("%.*s\n", STR_ARG(why));
    CHECK(h.site);
    return h;
}

static void house_close(House *h)
{
    site_close(h->site);
    region_close(&h->room);
}

/* Who was killed shows no sign of life: a minute of the steady clock in no time. */
static void bury(House *h, int64_t now)
{
    Leases leases;
    SCRATCH(tmp, &h->keep);
    for (int i = 0; i < 2; i++)
        if (leases_read(h->site->jobs, &tmp, &leases)) leases_end(h->site->jobs, &tmp, leases, now, os_ticks() + i * 2 * DEAD_MS * NS_PER_MS);
}

static bool wish_rule(Scope *s, void *arg)
{
    int64_t *next = arg;
    for (int i = 0; i < JOBS_EACH; i++) jobs_add(s, "kill.slow", str_fmt(s->arena, "%lld", (long long)(*next)++), 0);
    return true;
}

typedef struct Counts { int64_t effects, different, left; } Counts;
static const DbColumn count_columns[] = { { "effects", DB_INT, offsetof(Counts, effects) }, { "different", DB_INT, offsetof(Counts, different) },
                                          { "remaining", DB_INT, offsetof(Counts, left) } };
#define COUNTS(head) "SELECT count(*) AS effects, count(DISTINCT " head ") AS different, " \
                     "(SELECT count(*) FROM job WHERE kind = 'kill.slow') AS remaining FROM job WHERE kind = 'kill.effect'"
static const DbQuery counts = { .name = "counts", .file = __FILE__, .line = __LINE__, .params = "", .columns = count_columns, .column_n = 3,
    .row_size = sizeof(Counts), .id = DB_UNCACHED,
    .sql = { COUNTS("substr(body, 1, instr(body, ' '))"), COUNTS("split_part(body, ' ', 1)") } };

static void count_rule(Scope *s, void *arg) { db_one(s, &counts, NULL, arg); }

static Counts count(House *h)
{
    Counts c = { 0 };
    Landing l;
    SCRATCH(tmp, &h->keep);
    CHECK(site_read(h->site, &tmp, 0, count_rule, &c, &l));
    return c;
}

/* ---- lives ------------------------------------------------------------------------------------------------------------------- */

_Noreturn static void live(const Config *config, int64_t now, int out)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    House h = house_open(config);
    bury(&h, now);
    CHECK(write(out, "!", 1) == 1);
    for (;; now += HOUR) jobs_run_due(h.site, now);
}

static void let_live(const Config *config, int64_t now)
{
    int ends[2], status;
    char born;
    CHECK(pipe(ends) == 0);
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) live(config, now, ends[1]);
    close(ends[1]);
    CHECK(read(ends[0], &born, 1) == 1);
    poll(NULL, 0, (int)random_below(60));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(ends[0]);
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------------ */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at) { return remove(path); }

static bool drop_rule(Scope *s, void *arg)
{
    str sql = str_fmt(s->arena, "DROP SCHEMA %s CASCADE", schema);
    DbQuery q = { .name = "drop", .file = __FILE__, .line = __LINE__, .sql = { sql.p, sql.p }, .params = "", .id = DB_UNCACHED, .writes = true };
    db_run(s, &q, NULL);
    return true;
}

/* Of what went well; the rest is for who looks into it. */
static void leave_nothing(House *h, const char *folder, bool fine)
{
    Landing l;
    if (fine && db_engine(h->site->db) == DB_POSTGRES) CHECK(site_write(h->site, &h->keep, 0, drop_rule, NULL, &l));
    house_close(h);
    if (fine) nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
    int64_t rounds = 0, wished = 0, now = os_now();
    bool postgres = argc == 4 && strcmp(argv[1], "postgres") == 0;
    char folder[] = "/tmp/sampan-jobs-kill-XXXXXX";
    Landing l;
    if (argc < 3 || !str_int(str_from(argv[2]), &rounds)) {
        fprintf(stderr, "usage: jobs-kill sqlite|postgres ROUNDS [URL]\n");
        return 2;
    }
    CHECK(mkdtemp(folder));
    Config config = { .listen = "", .data = folder, .database_url = postgres ? argv[3] : "", .content = "", .user = "" };
    snprintf(schema, sizeof schema, "jobs_kill_%d", (int)getpid());
    os_log_quiet(true);
    for (int64_t round = 0; round < rounds; round++, now += DAY) {
        House h = house_open(&config);
        SCRATCH(tmp, &h.keep);
        CHECK(site_write(h.site, &tmp, 0, wish_rule, &wished, &l));
        house_close(&h);
        let_live(&config, now);
    }
    House h = house_open(&config);
    Counts killed = count(&h);
    bury(&h, now);
    for (int i = 0; i < ROUNDS_LAST && count(&h).left > 0; i++) jobs_run_due(h.site, now += HOUR);
    Counts c = count(&h);
    bool fine = c.effects == wished && c.different == wished && c.left == 0;
    leave_nothing(&h, folder, fine);
    printf("%lld jobs, %lld done in %lld lives that were cut off, the rest afterwards: %lld effects of %lld jobs, %lld left\n", (long long)wished,
           (long long)killed.effects, (long long)rounds, (long long)c.effects, (long long)c.different, (long long)c.left);
    printf("%d passed, %d failed\n", fine, !fine);
    return !fine;
}
