/* outbox-kill sqlite|postgres ROUNDS [URL]
 *
 * A process that hands mail over to a server on the loopback address is killed at random, again and again; half of the mails are to be sent
 * once. The server counts what came to its dot.
 *
 *   once        never twice; what did not come is known to be unknown, and what is noted as sent did come
 *   others      all came; twice only what the table says may have come twice
 *
 * The server takes its time after the dot, so that many lives end just there. */
#include "../outside.h"
#include "child/child.h"
#include "lives.h"
#include "outbox/outbox_own.h"

enum { MAILS_EACH = 6, ROUNDS_LAST = 200, LIFE_MS = 350 };

static House open_it(const Config *config) { return house_open(config, NULL, 0); }

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

static void live(const Config *config, int64_t now, int out)
{
    static ChildPool own;
    own = pool;
    own.kinds = outbox_kinds;
    own.kind_n = outbox_kind_n;
    CHECK(child_start(&own));
    House h = open_it(config);
    bury(&h, now);
    born(out);
    for (;; now += MINUTE) jobs_run_due(h.site, now);
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

static int64_t waiting(const Config *config, const Peer *peer)
{
    House h = open_it(config);
    int64_t n = fates(&h, peer).waiting;
    house_close(&h);
    return n;
}

int main(int argc, char **argv)
{
    int64_t rounds = 0, wished = 0, now = os_now();
    bool postgres = argc == 4 && strcmp(argv[1], "postgres") == 0;
    char where[64];
    Landing l;
    if (argc < 3 || !str_int(str_from(argv[2]), &rounds)) {
        fprintf(stderr, "usage: outbox-kill sqlite|postgres ROUNDS [URL]\n");
        return 2;
    }
    const char *folder = lives_begin("outbox");
    Peer *peer = peer_start_apart(false);
    snprintf(where, sizeof where, "smtp-plain://127.0.0.1:%d", peer->port);
    Config config = { .listen = "", .data = folder, .database_url = postgres ? argv[3] : "", .content = "", .user = "", .smtp = where,
                      .mail_from = "sampan@office.example", .out_seconds = 10 };
    for (int64_t round = 0; round < rounds; round++, now += 10 * MINUTE) {
        House h = open_it(&config);
        SCRATCH(tmp, &h.keep);
        CHECK(site_write(h.site, &tmp, 0, wish_rule, NULL, &l));
        house_close(&h);
        wished += MAILS_EACH;
        peer->slow_ms = (int)random_below(40);
        let_live(live, &config, now, (int)random_below(LIFE_MS));
    }
    peer->slow_ms = 0;
    for (int i = 0; i < ROUNDS_LAST && waiting(&config, peer) > 0; i++) let_live(live, &config, now += HOUR, 1500);
    House h = open_it(&config);
    Fates f = fates(&h, peer);
    /* and some lives ended where nobody can know, else nothing was tried */
    bool fine = f.wrong == 0 && f.sent + f.unknown == wished && f.unknown + f.doubles > 0;
    leave_nothing(&h, folder, fine);
    printf("%lld mails in %lld lives that were cut off: %lld sent, %lld of which nobody knows, %lld came twice, %lld wrong, %lld left\n",
            (long long)wished,
           (long long)rounds, (long long)f.sent, (long long)f.unknown, (long long)f.doubles, (long long)f.wrong, (long long)f.waiting);
    printf("%d passed, %d failed\n", fine, !fine);
    return !fine;
}
