/* journal_node - the node: a number that nobody else writes under.
 *
 * Numbers are chosen at random, for a box must begin without asking anyone; the key of the installation goes with them,
 * so that two boxes that chose the same number are found out when their records meet. Over one PostgreSQL several
 * processes hold a number each, by a lease: who does not renew within a minute has lost it, and its next append is
 * refused (journal_rows.sql, place), so two never write under one number. With SQLite there is one process, and what
 * it finds is its own. */
#include "journal/journal_own.h"

#include <sodium.h>

enum { CLAIM_TRIES = 100, KEY_BYTES = 16, FINGERPRINT_BYTES = 8 };

str journal_fingerprint(Arena *keep, str key)
{
    unsigned char mark[crypto_generichash_BYTES_MIN];
    crypto_generichash(mark, sizeof mark, (const unsigned char *)key.p, (unsigned long long)key.n, NULL, 0);
    return hex_encode(keep, (str){ (const char *)mark, FINGERPRINT_BYTES });
}

static str random_hex(Arena *keep, ptrdiff_t bytes)
{
    char *p = NEW(keep, char, bytes);
    os_random(p, (size_t)bytes);
    return hex_encode(keep, (str){ p, bytes });
}

static str installation_key(Scope *s)
{
    journal_rows_key_row row;
    if (journal_rows_key(s, &row)) return row.key;
    journal_rows_key_add(s, random_hex(s->arena, KEY_BYTES));
    if (!journal_rows_key(s, &row)) fault(s, FAULT_DB, "The installation's key is not kept");
    return row.key;
}

static int64_t random_node(void)
{
    uint32_t r;
    do {
        os_random(&r, sizeof r);
        r &= NODE_MAX;
    } while (r == 0);
    return r;
}

/* ---- claiming and renewing --------------------------------------------------------------------------------------- */

typedef struct Claim { Journal *j; str key; char lease[33]; int64_t node, from_ms, mark; } Claim;

static void claim_number(Scope *s, Claim *c, int64_t now)
{
    journal_rows_claim_row row;
    bool alone = db_engine(c->j->site->db) == DB_SQLITE;
    str lease = str_from(c->lease);
    for (int i = 0; i < CLAIM_TRIES; i++) {
        if (journal_rows_claim(s, lease, now + LEASE_MS, alone ? INT64_MAX : now, &row)) {
            c->node = row.node;
            c->from_ms = row.mark;
            return;
        }
        c->node = random_node();
        if (journal_rows_claim_new(s, c->node, c->key, lease, now + LEASE_MS)) return;
    }
    fault(s, FAULT_DB, "No node number is free");
}

static void set_mark(Scope *s, Claim *c)
{
    int64_t ms = s->now - JOURNAL_EPOCH;
    c->mark = (ms > c->from_ms ? ms : c->from_ms) + AHEAD_MS;
}

static bool claim(Scope *s, void *arg)
{
    Claim *c = arg;
    str lease = random_hex(s->arena, KEY_BYTES);
    memcpy(c->lease, lease.p, (size_t)lease.n);
    c->key = str_keep(s->arena, journal_fingerprint(s->arena, installation_key(s)));
    memcpy(c->j->key, c->key.p, (size_t)c->key.n);
    c->from_ms = 0;
    claim_number(s, c, s->now);
    int64_t seen_ms = id_ms(journal_rows_last_id(s));
    if (seen_ms > c->from_ms && seen_ms < CLOCK_MAX) c->from_ms = seen_ms;     /* as journal_follow does */
    set_mark(s, c);
    return journal_rows_renew(s, c->node, str_from(c->lease), s->now + LEASE_MS, c->mark) == 1;
}

/* Only after it is on disk. */
static void take_over(Journal *j, const Claim *c)
{
    pthread_mutex_lock(&j->lock);
    j->node = c->node;
    memcpy(j->lease, c->lease, sizeof j->lease);
    if (c->from_ms >= j->last_ms) {
        j->last_ms = c->from_ms;
        j->counter = COUNTERS;
    }
    j->mark = c->mark;
    pthread_mutex_unlock(&j->lock);
}

static bool renew(Scope *s, void *arg)
{
    Claim *c = arg;
    set_mark(s, c);
    return journal_rows_renew(s, c->node, str_from(c->lease), s->now + LEASE_MS, c->mark) == 1;
}

static Claim held(Journal *j)
{
    Claim c = { .j = j };
    pthread_mutex_lock(&j->lock);
    c.node = j->node;
    c.from_ms = j->last_ms;
    c.mark = j->mark;
    memcpy(c.lease, j->lease, sizeof c.lease);
    pthread_mutex_unlock(&j->lock);
    return c;
}

/* False with FAULT_NONE in the landing: the rule found the lease lost. */
static bool write_claim(Journal *j, bool (*rule)(Scope *, void *), Claim *c, Landing *ret)
{
    Arena arena = { j->room, j->room + ROOM_BYTES, NULL };
    if (!site_write(j->site, &arena, 0, rule, c, ret)) return false;
    take_over(j, c);
    return true;
}

/* Where one process owns the database there is no lease to keep, and a box where nobody writes is not woken: no id was
 * given out since the mark was set. */
static bool is_idle(const Claim *c)
{
    return db_engine(c->j->site->db) == DB_SQLITE && c->from_ms + AHEAD_MS <= c->mark;
}

void journal_renew(Site *site)
{
    Journal *j = site->journal;
    Landing landing;
    Claim c = held(j);
    if (is_idle(&c)) return;
    if (write_claim(j, renew, &c, &landing)) return;
    if (landing.kind == FAULT_NONE) {
        os_log(LOG_WARN, "journal: node %lld was given to another process; asking for a new one", (long long)c.node);
        if (write_claim(j, claim, &c, &landing)) return;
    }
    os_log(LOG_WARN, "journal: the node could not be renewed: %s", landing.what);
}

/* ---- opening and closing ----------------------------------------------------------------------------------------- */

static int by_name_and_order(const void *a, const void *b)
{
    const KindRow *x = a, *y = b;
    int c = str_cmp(x->name, y->name);
    return c ? c : x->order - y->order;
}

static bool collect_kinds(Journal *j, Arena *keep, str *ret_why)
{
    const Site *site = j->site;
    for (int m = 0; m < site->module_n; m++) j->kind_n += site->modules[m]->journal_n;
    j->kinds = NEW(keep, KindRow, j->kind_n);
    int n = 0;
    for (int m = 0; m < site->module_n; m++)
        for (int k = 0; k < site->modules[m]->journal_n; k++, n++) {
            const EntryKind *kind = &site->modules[m]->journal[k];
            if (!kind->kind || !kind->apply || !kind->merge) {
                *ret_why = str_fmt(keep, "module %s: kind %d of %d has no name, no apply or no merge: is the count right?",
                                   site->modules[m]->name, k + 1, site->modules[m]->journal_n);
                return false;
            }
            j->kinds[n] = (KindRow){ str_from(kind->kind), kind, n };
        }
    if (n > 0) qsort(j->kinds, (size_t)n, sizeof *j->kinds, by_name_and_order);
    return true;
}

Journal *journal_open(Site *site, Arena *keep, str *ret_why)
{
    Journal *j = NEW(keep, Journal, 1);
    j->site = site;
    j->room = NEW(keep, char, ROOM_BYTES);
    if (!collect_kinds(j, keep, ret_why)) return NULL;
    pthread_mutex_init(&j->lock, NULL);
    Claim c = { .j = j };
    Landing landing;
    if (write_claim(j, claim, &c, &landing)) return j;
    pthread_mutex_destroy(&j->lock);
    *ret_why = str_fmt(keep, "The journal cannot be opened: %s", landing.what);
    return NULL;
}

static bool give_back(Scope *s, void *arg)
{
    Claim *c = arg;
    return journal_rows_give_back(s, c->node, str_from(c->lease), c->from_ms) == 1;
}

/* Ids end at the last one given out, so that the next start need not begin in the future. */
void journal_close(Journal *j)
{
    Landing landing;
    Arena arena = { j->room, j->room + ROOM_BYTES, NULL };
    Claim c = held(j);
    if (!site_write(j->site, &arena, 0, give_back, &c, &landing))
        os_log(LOG_WARN, "journal: the node was not given back");
    pthread_mutex_destroy(&j->lock);
}
