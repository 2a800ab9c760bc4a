/* journal_node - this installation: its key, and the numbers its processes write under.
 *
 * The key is the identity. Numbers are drawn at random, for a box must begin without asking anyone; a hub that enrols the box
 * gives it a free one, and what was written before gets ids of that (journal_anew.c). Over one PostgreSQL several processes
 * hold a number each, by a lease: who does not renew within a minute has lost it, and its next append is refused
 * (journal_rows.sql, place), so two never write under one number. With SQLite there is one process, and what it finds is
 * its own. */
#include "journal/journal_own.h"

enum { CLAIM_TRIES = 100, SPREAD_MS = 8192, LEASE_BYTES = 16, SEED_BYTES = crypto_sign_SEEDBYTES };
_Static_assert(crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_BYTES == SIGNATURE_BYTES, "sizes of Ed25519");

static str random_hex(Arena *keep, ptrdiff_t bytes)
{
    char *p = NEW(keep, char, bytes);
    os_random(p, (size_t)bytes);
    return hex_encode(keep, (str){ p, bytes });
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

/* ---- the key ------------------------------------------------------------------------------------------------------- */

static void key_make(Scope *s)
{
    uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    str seed = random_hex(s->arena, SEED_BYTES), bytes;
    CHECK(hex_decode(s->arena, seed, &bytes));
    crypto_sign_seed_keypair(public, secret, (const uint8_t *)bytes.p);
    journal_rows_self_add(s, seed, hex_encode(s->arena, (str){ (const char *)public, sizeof public }));
}

static void text_copy(char *to, ptrdiff_t room, str from)
{
    CHECK(from.n < room);
    if (from.n) memcpy(to, from.p, (size_t)from.n);
    to[from.n] = 0;
}

/* Made at the first start; of two processes that start at once one makes it, and both read what is kept. */
static void key_load(Scope *s, Journal *j)
{
    journal_rows_self_row self;
    uint8_t public[crypto_sign_PUBLICKEYBYTES];
    str seed;
    if (!journal_rows_self(s, &self)) key_make(s);
    if (!journal_rows_self(s, &self) || !hex_decode(s->arena, self.seed, &seed) || seed.n != SEED_BYTES || self.key.n != KEY_CHARS)
        fault(s, FAULT_DB, "The installation's key is not kept, or damaged");
    crypto_sign_seed_keypair(public, j->secret, (const uint8_t *)seed.p);
    text_copy(j->key, sizeof j->key, self.key);
    journal_rows_own_key(s, self.key);
}

str sign(Scope *s, str text)
{
    char *signature = NEW(s->arena, char, SIGNATURE_BYTES);
    crypto_sign_detached((uint8_t *)signature, NULL, (const uint8_t *)text.p, (unsigned long long)text.n, s->site->journal->secret);
    return (str){ signature, SIGNATURE_BYTES };
}

bool key_signs(Arena *tmp, str key, str text, str signature)
{
    str bytes;
    return hex_decode(tmp, key, &bytes) && bytes.n == crypto_sign_PUBLICKEYBYTES && signature.n == SIGNATURE_BYTES
        && crypto_sign_verify_detached((const uint8_t *)signature.p, (const uint8_t *)text.p, (unsigned long long)text.n,
                                       (const uint8_t *)bytes.p) == 0;
}

/* ---- claiming and renewing --------------------------------------------------------------------------------------- */

typedef struct Claim { Journal *j; char lease[33]; int64_t node, from_ms, mark; } Claim;

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
        if (journal_rows_claim_new(s, c->node, str_from(c->j->key), lease, now + LEASE_MS)) return;
    }
    fault(s, FAULT_DB, "No node number is free");
}

static void set_mark(Scope *s, Claim *c)
{
    int64_t ms = s->now - JOURNAL_EPOCH;
    c->mark = (ms > c->from_ms ? ms : c->from_ms) + AHEAD_MS;
}

/* Where a clock is behind what was given already, it does not tell two lives of one folder apart: who puts a copy back would give the
 * same ids again, to other people. */
static void spread(Scope *s, Claim *c)
{
    uint32_t r;
    if (s->now - JOURNAL_EPOCH > c->from_ms) return;
    os_random(&r, sizeof r);
    c->from_ms += r % SPREAD_MS;
}

static bool claim(Scope *s, void *arg)
{
    Claim *c = arg;
    str lease = random_hex(s->arena, LEASE_BYTES);
    text_copy(c->lease, sizeof c->lease, lease);
    key_load(s, c->j);
    c->from_ms = 0;
    claim_number(s, c, s->now);
    int64_t seen_ms = id_ms(journal_rows_last_id(s));
    if (seen_ms > c->from_ms && seen_ms < CLOCK_MAX) c->from_ms = seen_ms;     /* as journal_follow does */
    spread(s, c);
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

/* The number changes in the transaction that gives this installation another one. If that transaction is lost, the next
 * append finds no lease for the number here, and the next renewal asks for one. */
void own_number_use(Scope *s, int64_t node)
{
    Journal *j = s->site->journal;
    Claim c = held(j);
    journal_rows_claim_this(s, node, str_from(c.lease), s->now + LEASE_MS);
    journal_rows_raise_mark(s, node, c.mark);
    pthread_mutex_lock(&j->lock);
    j->node = node;
    pthread_mutex_unlock(&j->lock);
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

/* Which module's tables must be made again, and what waited for a kind that is known now. */
static bool start(Journal *j, Arena *room, Landing *ret)
{
    SCRATCH(tmp, room);
    return site_write(j->site, &tmp, 0, makers_start, NULL, ret);
}

Journal *journal_open(Site *site, const SiteSetup *setup, Arena *keep, str *ret_why)
{
    Journal *j = NEW(keep, Journal, 1);
    j->site = site;
    j->room = NEW(keep, char, ROOM_BYTES);
    if (!kinds_collect(j, setup, keep, ret_why)) return NULL;
    pthread_mutex_init(&j->lock, NULL);
    Claim c = { .j = j };
    Landing landing;
    site->journal = j;
    if (write_claim(j, claim, &c, &landing) && start(j, keep, &landing)) return j;
    site->journal = NULL;
    pthread_mutex_destroy(&j->lock);
    *ret_why = str_fmt(keep, "The journal cannot be opened: %s", landing.what);
    return NULL;
}

/* Another key, another number, and ids from the clock on: as an installation that has just been made. */
bool journal_begin_again(Site *site)
{
    Journal *j = site->journal;
    Claim c = { .j = j };
    Landing landing;
    pthread_mutex_lock(&j->lock);
    j->last_ms = j->mark = 0;
    j->counter = 0;
    pthread_mutex_unlock(&j->lock);
    Arena arena = { j->room, j->room + ROOM_BYTES, NULL };
    return write_claim(j, claim, &c, &landing) && start(j, &arena, &landing);
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
