/* jobs_kill - a process that works on slow jobs is killed at a random moment, again and again. In the end each job has been done, and what
 * it wrote stands once.
 *
 *   jobs-kill sqlite|postgres ROUNDS [URL]
 *
 * A child opens the installation and runs what is due; each job's work takes a moment, and its write adds a row that says whose it is.
 * The parent kills it (SIGKILL) in the middle of that. Last of all what is left is done, and the rows are counted. */
#include <poll.h>
#include <unistd.h>

#include "lives.h"

enum { JOBS_EACH = 20, ROUNDS_LAST = 200, LIFE_MS = 60 };

/* ---- the job ------------------------------------------------------------------------------------------------------------- */

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

static House open_it(const Config *config) { return house_open(config, modules, 1); }

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

static void live(const Config *config, int64_t now, int out)
{
    House h = open_it(config);
    bury(&h, now);
    born(out);
    for (;; now += HOUR) jobs_run_due(h.site, now);
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------------ */

int main(int argc, char **argv)
{
    int64_t rounds = 0, wished = 0, now = os_now();
    bool postgres = argc == 4 && strcmp(argv[1], "postgres") == 0;
    Landing l;
    if (argc < 3 || !str_int(str_from(argv[2]), &rounds)) {
        fprintf(stderr, "usage: jobs-kill sqlite|postgres ROUNDS [URL]\n");
        return 2;
    }
    const char *folder = lives_begin("jobs");
    Config config = { .listen = "", .data = folder, .database_url = postgres ? argv[3] : "", .content = "", .user = "" };
    for (int64_t round = 0; round < rounds; round++, now += DAY) {
        House h = open_it(&config);
        SCRATCH(tmp, &h.keep);
        CHECK(site_write(h.site, &tmp, 0, wish_rule, &wished, &l));
        house_close(&h);
        let_live(live, &config, now, (int)random_below(LIFE_MS));
    }
    House h = open_it(&config);
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
