/* run - runs the tests, each in a process and an installation of its own, so that none can disturb another and a crash is
 * one failed test. The first installation is made once and copied: a folder, and on PostgreSQL a database too.
 *
 *   sampan-test [--engine=sqlite|postgres] [--only=WORD] [--under=FOLDER] [--jobs=N] [--list]
 *
 * Without --engine: SQLite, and PostgreSQL too when SAMPAN_TEST_URL says where it is. The last line is "N passed, N failed"; none at all is a
 * failure. */
#include <errno.h>
#include <ftw.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child/child.h"
#include "outbox/outbox.h"
#include "world_run.h"

extern const ChildKind *const all_kinds[], *const trial_kinds[];
extern const int all_kind_n, trial_kind_n;

enum { JOBS_MAX = 16, SECONDS_MAX = 600, PATH_BYTES = 512, OWN_BYTES = 64 << 20, KEEP_BYTES = 64 << 10 };

typedef struct Choices { const char *engine, *only, *under, *url; int jobs; bool list; } Choices;
typedef struct Child { pid_t pid; const char *suite, *test; char place[PATH_BYTES]; } Child;

typedef struct Run {
    Region      region;
    Arena       keep;
    Choices     choices;
    DbEngine    engine;
    const char *root;                /* where installations are made */
    char        first[PATH_BYTES];   /* the one that is copied; its last part names its database too */
    Child       child[JOBS_MAX];
    int         running, next, passed, failed;
} Run;

/* ---- places ------------------------------------------------------------------------------------------------------------------ */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at) { return remove(path); }

static void remove_tree(const char *path) { nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

static bool copy_tree(Arena *tmp, const char *from, const char *to)
{
    DirEntry *entry;
    ptrdiff_t n;
    if (!os_make_dirs(to) || !os_list(tmp, from, &entry, &n)) return false;
    for (ptrdiff_t i = 0; i < n; i++) {
        const char *a = str_fmt(tmp, "%s/%.*s", from, STR_ARG(entry[i].name)).p, *b = str_fmt(tmp, "%s/%.*s", to, STR_ARG(entry[i].name)).p;
        str bytes;
        if (entry[i].folder ? !copy_tree(tmp, a, b) : !os_read_file(tmp, a, 1 << 28, &bytes) || !os_write_file(b, bytes)) return false;
    }
    return true;
}

static const char *database_of(const char *place) { return strrchr(place, '/') + 1; }

/* The same server, another database. */
static const char *url_of(const Run *run, Arena *keep, const char *place)
{
    PQconninfoOption *options = PQconninfoParse(run->choices.url, NULL);
    Out o;
    CHECK(options);
    out_init(&o, keep, 256);
    for (PQconninfoOption *option = options; option->keyword; option++)
        if (option->val && strcmp(option->keyword, "dbname") != 0) out_fmt(&o, "%s='%s' ", option->keyword, option->val);
    out_fmt(&o, "dbname=%s", database_of(place));
    PQconninfoFree(options);
    return str_z(keep, out_text(&o));
}

static void unheard(void *arg, const char *notice) {}

__attribute__((format(printf, 2, 3)))
static bool on_server(const Run *run, const char *format, ...)
{
    char sql[PATH_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(sql, sizeof sql, format, args);
    va_end(args);
    PGconn *c = PQconnectdb(run->choices.url);
    PQsetNoticeProcessor(c, unheard, NULL);
    PGresult *r = PQexec(c, sql);
    bool fine = PQresultStatus(r) == PGRES_COMMAND_OK;
    if (!fine) fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(c));
    PQclear(r);
    PQfinish(c);
    return fine;
}

/* Nothing to do for a test that asked for no installation. */
static void remove_place(const Run *run, const char *place)
{
    if (access(place, F_OK) != 0) return;
    if (run->engine == DB_POSTGRES) on_server(run, "DROP DATABASE IF EXISTS \"%s\" WITH (FORCE)", database_of(place));
    remove_tree(place);
}

/* ---- one test ------------------------------------------------------------------------------------------------------------------- */

static bool copy_first(const WorldPlace *place)
{
    const Run *run = place->run;
    Region region;
    CHECK(region_open(&region, OWN_BYTES));
    Arena tmp = region_arena(&region, NULL);
    bool fine = copy_tree(&tmp, run->first, place->data)
        && (run->engine == DB_SQLITE
            || on_server(run, "CREATE DATABASE \"%s\" TEMPLATE \"%s\"", database_of(place->data), database_of(run->first)));
    region_close(&region);
    return fine;
}

static WorldPlace place_at(Run *run, const char *place)
{
    return (WorldPlace){ .data = place, .url = run->engine == DB_POSTGRES ? url_of(run, &run->keep, place) : "",
                         .content = SAMPAN_SOURCE "/content", .prepare = copy_first, .run = run };
}

static void reap(Run *run)
{
    int status;
    pid_t pid = wait(&status);
    for (int i = 0; i < run->choices.jobs; i++) {
        Child *c = &run->child[i];
        if (c->pid != pid) continue;
        bool left_out = WIFEXITED(status) && WEXITSTATUS(status) == WORLD_LEFT_OUT;
        bool fine = left_out || (WIFEXITED(status) && WEXITSTATUS(status) == WORLD_PASSED);
        run->passed += fine && !left_out;
        run->failed += !fine;
        if (!fine && WIFSIGNALED(status))
            fprintf(stderr, "%s\n", WTERMSIG(status) == SIGALRM ? "it did not end" : strsignal(WTERMSIG(status)));
        if (!fine) printf("FAILED %s.%s (%s)\n", c->suite, c->test, run->engine == DB_SQLITE ? "sqlite" : "postgres");
        remove_place(run, c->place);
        c->pid = 0;
        run->running--;
    }
    fflush(stdout);
}

static Child *free_child(Run *run)
{
    while (run->running == run->choices.jobs) reap(run);
    Child *c = run->child;
    while (c->pid) c++;
    return c;
}

static void start_one(Run *run, const Suite *suite, const Test *test)
{
    Child *c = free_child(run);
    *c = (Child){ .suite = suite->name, .test = test->name };
    snprintf(c->place, sizeof c->place, "%s/t%d_%d", run->root, (int)getpid(), run->next++);
    fflush(NULL);
    c->pid = fork();
    CHECK(c->pid >= 0);
    if (c->pid == 0) {
        alarm(SECONDS_MAX);                              /* of a clock on the wall: others may have the machine */
        WorldPlace p = place_at(run, c->place);
        exit(world_run(&p, suite, test));
    }
    run->running++;
}

/* ---- all of them ---------------------------------------------------------------------------------------------------------------- */

static bool wanted(const Choices *o, const Suite *suite, const Test *test)
{
    char name[PATH_BYTES];
    snprintf(name, sizeof name, "%s.%s", suite->name, test->name);
    const char *folder = o->under ? strstr(suite->file, o->under) : NULL;
    bool is_under = !o->under || (folder && folder[strlen(o->under)] == '/');
    return is_under && (!o->only || strstr(name, o->only));
}

/* In a process of its own, so that none of its threads and caches are inherited. */
static bool make_first(Run *run)
{
    int status;
    snprintf(run->first, sizeof run->first, "%s/first_%d_%d", run->root, run->engine, (int)getpid());
    if (run->engine == DB_POSTGRES && !on_server(run, "CREATE DATABASE \"%s\"", database_of(run->first))) return false;
    fflush(NULL);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        WorldPlace p = place_at(run, run->first);
        world_make_first(&p);
        exit(0);
    }
    return waitpid(pid, &status, 0) == pid && status == 0;
}

static void run_engine(Run *run, DbEngine engine)
{
    run->engine = engine;
    if (!make_first(run)) {
        printf("FAILED the first installation could not be made\n");
        run->failed++;
        return;
    }
    for (int i = 0; i < all_suite_n; i++)
        for (int k = 0; k < all_suites[i]->n; k++)
            if (wanted(&run->choices, all_suites[i], &all_suites[i]->tests[k])) start_one(run, all_suites[i], &all_suites[i]->tests[k]);
    while (run->running) reap(run);
    remove_place(run, run->first);
}

static int list(const Choices *o)
{
    for (int i = 0; i < all_suite_n; i++)
        for (int k = 0; k < all_suites[i]->n; k++)
            if (wanted(o, all_suites[i], &all_suites[i]->tests[k])) printf("%s.%s\n", all_suites[i]->name, all_suites[i]->tests[k].name);
    return 0;
}

static bool read_choices(int argc, char **argv, Choices *ret)
{
    int64_t jobs = 1;
    *ret = (Choices){ .url = getenv("SAMPAN_TEST_URL") };
    for (int i = 1; i < argc; i++) {
        str a = str_from(argv[i]);
        if (str_eq(a, S("--list"))) ret->list = true;
        else if (str_starts(a, S("--engine="))) ret->engine = argv[i] + 9;
        else if (str_starts(a, S("--only="))) ret->only = argv[i] + 7;
        else if (str_starts(a, S("--under="))) ret->under = argv[i] + 8;
        else if (!str_starts(a, S("--jobs=")) || !str_int(str_from(argv[i] + 7), &jobs) || jobs < 1 || jobs > JOBS_MAX) return false;
    }
    ret->jobs = (int)jobs;
    if (ret->url) {
        ret->url = strdup(ret->url);
        unsetenv("SAMPAN_TEST_URL");      /* it is no setting of the program's */
    }
    bool postgres = ret->engine && strcmp(ret->engine, "postgres") == 0;
    if (postgres && !ret->url) fprintf(stderr, "SAMPAN_TEST_URL does not say where PostgreSQL is\n");
    return (!ret->engine || strcmp(ret->engine, "sqlite") == 0 || postgres) && !(postgres && !ret->url);
}

/* Two keepers for all tests: the processes they run in inherit the way to them. */
static void start_children(void)
{
    static const ChildKind *kinds[CHILD_KINDS_MAX];
    static ChildPool pool = { .name = "tests", .kinds = kinds, .user = "", .sandbox = true };
    for (int i = 0; i < all_kind_n; i++) kinds[pool.kind_n++] = all_kinds[i];
    for (int i = 0; i < trial_kind_n; i++) kinds[pool.kind_n++] = trial_kinds[i];
    bool was = os_log_quiet(true);                       /* trials fall over on purpose */
    static ChildPool calling = { .name = "tests that call out", .user = "", .sandbox = true, .calls_out = true };
    calling.kinds = outbox_kinds;
    calling.kind_n = outbox_kind_n;
    CHECK(child_start(&pool) && child_start(&calling));
    os_log_quiet(was);
}

int main(int argc, char **argv)
{
    static Run run = { .next = 1 };       /* static: what it points at is no leak */
    if (!read_choices(argc, argv, &run.choices)) {
        fprintf(stderr, "usage: sampan-test [--engine=sqlite|postgres] [--only=WORD] [--under=FOLDER] [--jobs=N] [--list]\n");
        return 2;
    }
    if (run.choices.list) return list(&run.choices);
    start_children();
    CHECK(region_open(&run.region, KEEP_BYTES));
    run.keep = region_arena(&run.region, NULL);
    char memory[] = "/dev/shm/sampan-test.XXXXXX", disk[] = "/tmp/sampan-test.XXXXXX";
    run.root = mkdtemp(memory) ? memory : mkdtemp(disk);
    CHECK(run.root);
    const char *engine = run.choices.engine;
    if (!engine || strcmp(engine, "sqlite") == 0) run_engine(&run, DB_SQLITE);
    if (engine ? strcmp(engine, "postgres") == 0 : run.choices.url != NULL) run_engine(&run, DB_POSTGRES);
    remove_tree(run.root);
    printf("%d passed, %d failed\n", run.passed, run.failed);
    return run.failed || run.next == 1 ? 1 : 0;
}
