/* outbox-kill sqlite|postgres ROUNDS [URL]
 *
 * A process that hands mail over to a server on the loopback address is killed at random, again and again; half of the mails are to be sent
 * once. The server counts what came to its dot.
 *
 *   once        never twice; what did not come is known to be unknown, and what is noted as sent did come
 *   others      all came; twice only what the table says may have come twice
 *
 * The server takes its time after the dot, so that many lives end just there. */
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../outside.h"
#include "child/child.h"
#include "db_all.h"
#include "jobs/jobs_own.h"
#include "outbox/outbox_own.h"

enum { MAILS_EACH = 6, HOUSE_BYTES = 256 << 20, ROUNDS_LAST = 200, LIFE_MS = 350 };

typedef struct House { Region room; Arena keep; Site *site; } House;
static char schema[32];          /* over PostgreSQL */

static int64_t random_below(int64_t n)
{
    uint64_t r;
    os_random(&r, sizeof r);
    return (int64_t)(r % (uint64_t)n);
}

static House house_open(const Config *config)
{
    House h = { .site = NULL };
    str why = { 0 };
    CHECK(region_open(&h.room, HOUSE_BYTES));
    h.keep = region_arena(&h.room, NULL);
    SiteSetup setup = { .config = *config, .migrations = db_migrations, .migration_n = db_migration_n, .tables = db_tables, .table_n = db_table_n,
                        .ids = db_ids, .id_n = db_id_n, .pg_schema = schema };
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
    for (int i = 0; i < MAILS_EACH; i++) {
        OutMail m = { .to = S("ana@example.org"), .subject = S("Plan"), .text = S("It is ready."), .once = i % 2 == 0 };
        CHECK(outbox_mail(s, &m).n > 0);
    }
    return true;
}

/* ---- lives ------------------------------------------------------------------------------------------------------------------- */

static const ChildPool pool = { .name = "kill", .user = "", .calls_out = true };

_Noreturn static void live(const Config *config, int64_t now, int out)
{
    static ChildPool own;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    own = pool;
    own.kinds = outbox_kinds;
    own.kind_n = outbox_kind_n;
    CHECK(child_start(&own));
    House h = house_open(config);
    bury(&h, now);
    CHECK(write(out, "!", 1) == 1);
    for (;; now += MINUTE) jobs_run_due(h.site, now);
}

static void let_live(const Config *config, int64_t now, int ms)
{
    int ends[2], status;
    char born;
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) live(config, now, ends[1]);
    close(ends[1]);
    CHECK(read(ends[0], &born, 1) == 1);
    poll(NULL, 0, ms);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(ends[0]);
}

/* ---- what came of it ----------------------------------------------------------------------------------------------------------- */

typedef struct Fates { const Peer *peer; int64_t sent, unknown, waiting, doubles, wrong; } Fates;

static void judge(Fates *f, const outbox_rows_listed_row *r, Arena *tmp)
{
    int64_t came = peer_times(f->peer, str_fmt(tmp, "%.*s@office.example", STR_ARG(r->name)));
    bool fine = r->once ? came <= 1 : came <= 1 + r->doubts;
    fine = fine && (r->state != OUT_SENT || came >= 1) && r->state != OUT_FAILED && (r->once || r->state != OUT_UNKNOWN);
    f->sent += r->state == OUT_SENT;
    f->unknown += r->state == OUT_UNKNOWN;
    f->waiting += r->state == OUT_WAITING || r->state == OUT_HANDING;
    f->doubles += came > 1;
    f->wrong += !fine;
    if (!fine) printf("%.*s: once %d, state %d, came %d times, doubts %d\n", STR_ARG(r->name), r->once, (int)r->state, (int)came, (int)r->doubts);
}

static void judge_rule(Scope *s, void *arg)
{
    for (int state = OUT_WAITING; state <= OUT_CANCELLED; state++) {
        outbox_rows_listed_rows rows = outbox_rows_listed(s, state, PEER_MAILS_MAX);
        for (ptrdiff_t i = 0; i < rows.n; i++) judge(arg, &rows.row[i], s->arena);
    }
}

static Fates fates(House *h, const Peer *peer)
{
    Fates f = { .peer = peer };
    Landing l;
    SCRATCH(tmp, &h->keep);
    CHECK(site_read(h->site, &tmp, 0, judge_rule, &f, &l));
    return f;
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

static void leave_nothing(House *h, const char *folder, bool fine)
{
    Landing l;
    if (fine && db_engine(h->site->db) == DB_POSTGRES) CHECK(site_write(h->site, &h->keep, 0, drop_rule, NULL, &l));
    house_close(h);
    if (fine) nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int64_t waiting(const Config *config, const Peer *peer)
{
    House h = house_open(config);
    int64_t n = fates(&h, peer).waiting;
    house_close(&h);
    return n;
}

int main(int argc, char **argv)
{
    int64_t rounds = 0, wished = 0, now = os_now();
    bool postgres = argc == 4 && strcmp(argv[1], "postgres") == 0;
    char folder[] = "/tmp/sampan-outbox-kill-XXXXXX", where[64];
    Landing l;
    if (argc < 3 || !str_int(str_from(argv[2]), &rounds)) {
        fprintf(stderr, "usage: outbox-kill sqlite|postgres ROUNDS [URL]\n");
        return 2;
    }
    CHECK(mkdtemp(folder));
    Peer *peer = peer_start_apart(false);
    snprintf(where, sizeof where, "smtp-plain://127.0.0.1:%d", peer->port);
    Config config = { .listen = "", .data = folder, .database_url = postgres ? argv[3] : "", .content = "", .user = "", .smtp = where,
                      .mail_from = "sampan@office.example", .out_seconds = 10 };
    snprintf(schema, sizeof schema, "outbox_kill_%d", (int)getpid());
    os_log_quiet(true);
    for (int64_t round = 0; round < rounds; round++, now += 10 * MINUTE) {
        House h = house_open(&config);
        SCRATCH(tmp, &h.keep);
        CHECK(site_write(h.site, &tmp, 0, wish_rule, NULL, &l));
        house_close(&h);
        wished += MAILS_EACH;
        peer->slow_ms = (int)random_below(40);
        let_live(&config, now, (int)random_below(LIFE_MS));
    }
    peer->slow_ms = 0;
    for (int i = 0; i < ROUNDS_LAST && waiting(&config, peer) > 0; i++) let_live(&config, now += HOUR, 1500);
    House h = house_open(&config);
    Fates f = fates(&h, peer);
    bool fine = f.wrong == 0 && f.sent + f.unknown == wished && f.unknown > 0;
    leave_nothing(&h, folder, fine);
    printf("%lld mails in %lld lives that were cut off: %lld sent, %lld of which nobody knows, %lld came twice, %lld wrong, %lld left\n",
            (long long)wished,
           (long long)rounds, (long long)f.sent, (long long)f.unknown, (long long)f.doubles, (long long)f.wrong, (long long)f.waiting);
    printf("%d passed, %d failed\n", fine, !fine);
    return !fine;
}
