/* web_budget - how much a person, a place and a network may save in a while: how often, how many bytes, how many new people.
 *
 * A bucket fills by itself and is emptied by saving (GCRA: one number says when it would be full again). Buckets lie in memory, in a table
 * of fixed size that no look writes to the disk for; they are this process's, so that N processes over one PostgreSQL give N times as
 * much, and full after a restart. Counted guesses are another thing: auth_try, a table.
 *
 * Who makes up addresses to push others out of the table gains nothing: of the four buckets that share a set the fullest goes, which has
 * the least to forget.
 *
 * The numbers: a class of forty behind one address, each saving every five seconds and all of them at once what was typed while the link was
 * away, is far below what a place has. A program that saves as fast as it can is stopped within seconds. */
#include <pthread.h>
#include <sodium.h>

#include "web/web_private.h"

enum { SETS = 2048, WAYS = 4, NETWORK_PLACES = 16 };
#define NS INT64_C(1000000000)

/* So many at once, and then one in `each` nanoseconds. */
typedef struct Rate { int64_t burst, each; } Rate;
typedef enum Holder { HOLDER_PERSON, HOLDER_PLACE, HOLDER_NETWORK, HOLDERS } Holder;

static const Rate rates[HOLDERS][SPENDS] = {
    [HOLDER_PERSON]  = { [SPEND_SAVES] = { 300, NS },       [SPEND_BYTES] = { 32 << 20, NS / (32 << 10) },  [SPEND_PEOPLE] = { 300, NS } },
    [HOLDER_PLACE]   = { [SPEND_SAVES] = { 4000, NS / 20 }, [SPEND_BYTES] = { 256 << 20, NS / (128 << 10) }, [SPEND_PEOPLE] = { 300, 2 * NS } },
    [HOLDER_NETWORK] = { [SPEND_SAVES] = { 4000 * NETWORK_PLACES, NS / 20 / NETWORK_PLACES },
                         [SPEND_BYTES] = { (INT64_C(256) << 20) * NETWORK_PLACES, NS / (128 << 10) / NETWORK_PLACES },
                         [SPEND_PEOPLE] = { 300 * NETWORK_PLACES, 2 * NS / NETWORK_PLACES } },
};

typedef struct Bucket { uint64_t key; int64_t full_at[SPENDS]; } Bucket;     /* ns; key 0: nobody's */

struct Budget {
    pthread_mutex_t lock;
    unsigned char   key[crypto_shorthash_KEYBYTES];
    Bucket          set[SETS][WAYS];
};

Budget *budget_open(Arena *keep)
{
    Budget *b = NEW(keep, Budget, 1);
    pthread_mutex_init(&b->lock, NULL);
    os_random(b->key, sizeof b->key);
    return b;
}

/* ---- the table ------------------------------------------------------------------------------------------------------------- */

static uint64_t key_of(const Budget *b, Holder holder, str who)
{
    uint64_t key;
    unsigned char text[64] = { (unsigned char)holder };
    CHECK(who.n < (ptrdiff_t)sizeof text);
    if (who.n) memcpy(text + 1, who.p, (size_t)who.n);
    crypto_shorthash((unsigned char *)&key, text, (unsigned long long)who.n + 1, b->key);
    return key | 1;
}

static int64_t latest(const Bucket *k)
{
    int64_t at = 0;
    for (int i = 0; i < SPENDS; i++)
        if (k->full_at[i] > at) at = k->full_at[i];
    return at;
}

static Bucket *bucket_of(Budget *b, uint64_t key)
{
    Bucket *set = b->set[(key >> 1) % SETS], *least = set;
    for (int i = 0; i < WAYS; i++) {
        if (set[i].key == key) return &set[i];
        if (latest(&set[i]) < latest(least)) least = &set[i];
    }
    *least = (Bucket){ .key = key };
    return least;
}

/* ---- one bucket ------------------------------------------------------------------------------------------------------------- */

/* More than a whole bucket is owed only by a clock that was set back. */
static int64_t owed(const Bucket *k, int what, const Rate *r, int64_t now)
{
    int64_t ns = k->full_at[what] - now;
    return ns < 0 || ns > r->burst * r->each ? 0 : ns;
}

/* What is larger than a bucket is let through by a full one. */
static int64_t wait_for(const Bucket *k, Holder holder, const int64_t cost[SPENDS], int64_t now)
{
    int64_t wait = 0;
    for (int i = 0; i < SPENDS; i++) {
        const Rate *r = &rates[holder][i];
        int64_t taken = cost[i] < r->burst ? cost[i] : r->burst;
        int64_t over = owed(k, i, r, now) + (taken - r->burst) * r->each;
        if (taken && over > wait) wait = over;
    }
    return wait;
}

static void take(Bucket *k, Holder holder, const int64_t cost[SPENDS], int64_t now)
{
    for (int i = 0; i < SPENDS; i++) {
        const Rate *r = &rates[holder][i];
        int64_t taken = cost[i] < r->burst ? cost[i] : r->burst;
        k->full_at[i] = now + owed(k, i, r, now) + taken * r->each;
    }
}

/* ---- spending ---------------------------------------------------------------------------------------------------------------- */

typedef struct Payer { Holder holder; str who; } Payer;

static int payers_of(const Spending *s, str person, Payer ret[HOLDERS])
{
    int n = 0;
    if (s->person) ret[n++] = (Payer){ HOLDER_PERSON, person };
    ret[n++] = (Payer){ s->place.local ? HOLDER_NETWORK : HOLDER_PLACE, s->place.at };
    if (s->place.network.n) ret[n++] = (Payer){ HOLDER_NETWORK, s->place.network };
    return n;
}

int64_t budget_spend(Budget *b, const Spending *s, int64_t now_ns)
{
    Payer payer[HOLDERS];
    char id[24];
    int64_t wait = 0;
    int n = payers_of(s, (str){ id, snprintf(id, sizeof id, "%lld", (long long)s->person) }, payer);
    pthread_mutex_lock(&b->lock);
    for (int i = 0; i < n; i++) {
        int64_t more = wait_for(bucket_of(b, key_of(b, payer[i].holder, payer[i].who)), payer[i].holder, s->cost, now_ns);
        if (more > wait) wait = more;
    }
    for (int i = 0; i < n && !wait; i++)
        take(bucket_of(b, key_of(b, payer[i].holder, payer[i].who)), payer[i].holder, s->cost, now_ns);
    pthread_mutex_unlock(&b->lock);
    return (wait + NS / SECOND - 1) / (NS / SECOND);
}
