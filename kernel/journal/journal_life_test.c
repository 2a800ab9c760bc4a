/* journal_life_test - thousands of lives: a hub and three boxes whose people learn, roam, join, erase themselves; whose firms trade;
 * whose letters are lost, doubled, late, cut and forged; whose clocks are wrong and whose numbers were somebody else's. One
 * seed is one life, and at its end, when everybody has met, all that two nodes both hold is the same in both, is what a
 * rebuild makes of the records, and holds no word of anybody who is erased.
 *
 *   SAMPAN_LIFE_SEED=n      this life alone, and what happened in it
 *   SAMPAN_LIFE_SECONDS=n   fresh lives for so long; else as many as a suite has time for, fewer where sanitizers or others make it slow */
#include "../../tests/deeds.h"
#include "../../tests/trial.h"

#include <stdarg.h>
#include <unistd.h>

#include "db_all.h"
#include "journal/journal_own.h"

enum { BOXES = 3, NODES = 1 + BOXES, PEOPLE_MAX = 14, FIRMS_MAX = 4, MATTERS_MAX = 3, OPENED_MAX = 4, HOUSES_MAX = 3, GRANTS_MAX = 12, LETTERS = 12, STEPS = 140, LIVES = 25, LIVES_SECONDS = 30, DUMP_TABLES_MAX = 256 };

typedef struct Human { int64_t id; int home; bool account, erased; int64_t joined; } Human;
typedef struct Firm { int64_t id; int home; int owner; } Firm;
typedef struct Grant { int64_t id, stream; Audience audience; str code; int asked, giver; } Grant;    /* asked, giver: whom of the humans */
typedef struct Letter { str text; int to, from; bool lack; } Letter;

typedef struct Life {
    Net     *net;
    World   *w;
    uint64_t seed, random;
    bool     loud;
    int64_t  centre[NODES], group;
    int64_t  opened[OPENED_MAX]; int opened_n;      /* centres, by officers */
    int64_t  house[HOUSES_MAX]; int house_n;        /* centres of modules/centres, and their grants */
    Grant    grant[GRANTS_MAX]; int grant_n;
    Grant    chief;                                 /* the last that the hub gave; no stream: none */
    Human    human[PEOPLE_MAX]; int human_n;
    Firm     firm[FIRMS_MAX];   int firm_n;
    int64_t  matter[MATTERS_MAX]; int matter_n;
    int      matter_at[MATTERS_MAX];
    Letter   letter[LETTERS];
    str      old_have[NODES];
    bool     enrolled[NODES], revoked[NODES], was_years_ahead[NODES];
    bool     has_copy[NODES], was_enrolled[NODES], restored[NODES];
    int      serial, steps;
    Out      log;                /* told when the life ends badly */
} Life;

static int64_t pick(Life *l, int64_t n)
{
    l->random ^= l->random << 13;
    l->random ^= l->random >> 7;
    l->random ^= l->random << 17;
    return (int64_t)(l->random % (uint64_t)n);
}

__attribute__((format(printf, 2, 3)))
static void tell(Life *l, const char *format, ...)
{
    char line[400];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    out_fmt(&l->log, "%s\n", line);
    if (l->loud) fprintf(stderr, "%s\n", line);
}

/* ---- what people do ------------------------------------------------------------------------------------------------------- */

/* Words carry whose they are, so that they can be looked for when she is gone. */
static str words_of(Life *l, int64_t id)
{
    return str_fmt(net_keep(l->net), "w%lld-%d", (long long)id, ++l->serial);
}

/* Sometimes so long that they lie in a file. */
static str more_words_of(Life *l, int64_t id)
{
    enum { LONG = 17000 };
    str words = words_of(l, id);
    if (pick(l, 6)) return words;
    char *p = NEW(net_keep(l->net), char, LONG);
    memset(p, '.', LONG);
    memcpy(p, words.p, (size_t)words.n);
    return (str){ p, LONG };
}

static bool is_there(Life *l, int64_t id, int node)
{
    return net_int(l->net, node, at(l->w, "SELECT count(*) AS value FROM journal WHERE stream = %lld AND kind = 'person.made'", (long long)id)) > 0;
}

/* Centres of nodes are older than everything. */
static bool is_unheard_of(Life *l, int64_t id, int node)
{
    enum { BEGINNING_MS = 10000 };
    return id > 0 && id_ms(id) > BEGINNING_MS
        && net_int(l->net, node, at(l->w, "SELECT count(*) AS value FROM journal WHERE id = %lld OR stream = %lld", (long long)id, (long long)id)) == 0;
}

/* Where the program would not have let her, the journal says no; that is no failure of the test. Who came back from an old copy is offered by no
 * page what it lost, and has people under numbers that others know them by no more. */
static bool does(Life *l, int node, int64_t me, Deed *d)
{
    if (me && l->restored[node] && !is_there(l, me, node)) return false;
    if (l->restored[node] && (is_unheard_of(l, d->a, node) || is_unheard_of(l, d->b, node))) return false;
    bool done = deed(l->net, node, me, d);
    tell(l, "%d: %lld %s %lld %lld %s%s", node, (long long)me, act_words[d->act], (long long)d->a, (long long)d->b, done ? "" : "- ", done ? "" : net_why(l->net));
    return done;
}

static const char *economy_of(int node) { return node == 3 ? "VN" : "ID"; }

static Human *somebody(Life *l) { return l->human_n ? &l->human[pick(l, l->human_n)] : NULL; }

/* A box that does not know her would not let her in. */
static bool is_known_at(Life *l, const Human *h, int node)
{
    return node == h->home || is_there(l, h->id, node);
}

/* Mostly at home; sometimes where she roams. */
static int where(Life *l, const Human *h)
{
    int node = pick(l, 3) ? h->home : (int)pick(l, NODES);
    return is_known_at(l, h, node) ? node : h->home;
}

static void makes(Life *l)
{
    Deed d = { .act = MAKE, .words = str_fmt(net_keep(l->net), "h%d.", l->human_n) };
    int node = (int)pick(l, NODES);
    if (l->human_n == PEOPLE_MAX || !does(l, node, 0, &d)) return;
    l->human[l->human_n++] = (Human){ .id = d.made, .home = node };
}

static void somebody_joins(Life *l)
{
    Human *guest = somebody(l), *into = somebody(l);
    if (!guest || guest == into || !into->account) return;
    int node = where(l, into);
    if (pick(l, 4)) node = guest->home;
    if (is_known_at(l, into, node)) does(l, node, into->id, &(Deed){ .act = JOIN, .a = guest->id });
}

static void human_acts(Life *l, Act act)
{
    Human *h = somebody(l);
    if (!h) return;
    int node = act == ENROL && pick(l, 4) ? h->home : where(l, h);
    Deed d = { .act = act, .words = words_of(l, h->id), .c = pick(l, 5) };
    if (act == BELONG || act == LEAVE) d.a = l->opened_n && !pick(l, 4) ? l->opened[pick(l, l->opened_n)] : l->centre[1 + pick(l, BOXES)];
    if (act == VOICE) {
        d.words = more_words_of(l, h->id);
        d.b = stream_economy(str_from(economy_of(node)));
        d.a = pick(l, 3) ? 0 : somebody(l)->id;
    }
    if (act == STATE) d.b = stream_economy(str_from(economy_of(node)));
    if (act == REMARK) {
        d.a = somebody(l)->id;
        d.words = str_fmt(net_keep(l->net), "w%lld-n", (long long)d.a);
    }
    if (act == MARK) d.a = h->id + 1;                    /* of nobody: a mark may come without its note */
    if (act == MARK && pick(l, 2)) d.a = net_int(l->net, node, at(l->w, "SELECT coalesce(max(id), 0) AS value FROM example_note WHERE person = %lld", (long long)h->id));
    bool done = does(l, node, h->id, &d);
    if (act == ENROL && done && node == h->home) h->account = true;
    if (act == ERASE && done) h->erased = true;
}

static void firm_acts(Life *l)
{
    Human *h = somebody(l);
    if (!h) return;
    if (l->firm_n < FIRMS_MAX && pick(l, 3) == 0) {
        Deed d = { .act = FOUND };
        if (does(l, h->home, h->id, &d)) l->firm[l->firm_n++] = (Firm){ d.made, h->home, (int)(h - l->human) };
        return;
    }
    if (!l->firm_n) return;
    Firm *f = &l->firm[pick(l, l->firm_n)];
    Human *actor = pick(l, 3) ? &l->human[f->owner] : h, *other = somebody(l);
    static const Act acts[] = { ADMIT, ADMIT, PART, SELL, SELL };
    Deed d = { .act = acts[pick(l, COUNT_OF(acts))], .a = f->id, .b = other->id, .c = pick(l, 100), .words = more_words_of(l, actor->id) };
    if (d.act == ADMIT) d.c = pick(l, 3) ? 0 : net_now(l->net) + pick(l, MINUTE);
    does(l, where(l, actor), actor->id, &d);
}

static void matter_acts(Life *l)
{
    Human *h = somebody(l);
    if (!h || l->firm_n < 2) return;
    Firm *a = &l->firm[pick(l, l->firm_n)], *b = &l->firm[pick(l, l->firm_n)];
    if (l->matter_n < MATTERS_MAX && a != b && pick(l, 2)) {
        Deed d = { .act = DEAL, .a = a->id, .b = b->id };
        if (does(l, a->home, l->human[a->owner].id, &d)) {
            l->matter_at[l->matter_n] = a->home;
            l->matter[l->matter_n++] = d.made;
        }
        return;
    }
    if (!l->matter_n) return;
    int m = (int)pick(l, l->matter_n);
    Human *actor = &l->human[(pick(l, 2) ? a : b)->owner];
    does(l, pick(l, 2) ? l->matter_at[m] : where(l, actor), actor->id, &(Deed){ .act = OFFER, .a = l->matter[m], .c = pick(l, 1000) });
}

/* ---- what the hub says ------------------------------------------------------------------------------------------------------ */

static void hub_says(Life *l)
{
    Human *h = somebody(l);
    static const Act acts[] = { PLACE, APPOINT, APPOINT, DISMISS, TRAIN, GROUP, ENTRUST };
    int box = 1 + (int)pick(l, BOXES);
    if (!h) return;
    Deed d = { .act = acts[pick(l, COUNT_OF(acts))], .a = h->id, .b = stream_economy(str_from(economy_of(box))), .words = str_from(economy_of(box)) };
    if (d.act == PLACE) d.a = l->centre[box];
    if (d.act == TRAIN) d.b = l->centre[box];
    if (d.act == GROUP) d.a = l->group;
    if (d.act == ENTRUST) d.b = l->group;
    does(l, 0, 0, &d);
}

/* Centres that an officer opened, and who trains in them: said wherever the officer is, and heard of in any order. */
static void officer_says(Life *l)
{
    Human *h = somebody(l), *of = somebody(l);
    if (!h) return;
    int node = where(l, h);
    Deed d = { .act = OPEN, .b = stream_economy(str_from(economy_of((int)pick(l, NODES)))) };
    if (!l->opened_n || !pick(l, 3)) {
        if (l->opened_n < OPENED_MAX && does(l, node, h->id, &d)) l->opened[l->opened_n++] = d.made;
        return;
    }
    int64_t centre = l->opened[pick(l, l->opened_n)];
    if (!pick(l, 6)) d = (Deed){ .act = CLAIM, .a = centre, .b = d.b };
    else d = (Deed){ .act = TRAIN, .a = of->id, .b = centre };
    does(l, node, h->id, &d);
}

/* Roles as modules/centres has them: given by the hub, offered to a person or to whoever has the code, accepted, returned, ended; anywhere, by
 * anybody, in any order. */
static void somewhere(Life *l, Deed *ret)
{
    ret->audience = AUDIENCE_ECONOMY;
    ret->b = stream_economy(str_from(economy_of((int)pick(l, NODES))));
    if (l->house_n && pick(l, 3)) *ret = (Deed){ .act = ret->act, .audience = AUDIENCE_CENTRE, .b = l->house[pick(l, l->house_n)] };
    else if (!pick(l, 4)) *ret = (Deed){ .act = ret->act, .audience = AUDIENCE_PUBLIC, .b = STREAM_PUBLIC };
}

static void role_is_given(Life *l, const Human *of)
{
    static const int roles[] = { ROLE_ADMIN, ROLE_ADMIN, ROLE_ADMIN, ROLE_OFFICER, ROLE_OPERATOR, ROLE_TRAINER };
    Deed d = { .act = GIVE, .audience = AUDIENCE_PUBLIC, .b = STREAM_PUBLIC };
    for (int i = 0; i < 5 && !is_known_at(l, of, 0); i++) of = somebody(l);
    if (pick(l, 2)) somewhere(l, &d);
    d.a = of->id;
    d.role = roles[pick(l, COUNT_OF(roles))];
    if (is_known_at(l, of, 0) && does(l, 0, 0, &d)) l->chief = (Grant){ .stream = d.b, .audience = d.audience, .asked = (int)(of - l->human) };
}

static void role_is_offered(Life *l, const Human *h, const Human *of)
{
    static const int roles[] = { ROLE_TRAINER, ROLE_MENTOR, ROLE_TRAINER, ROLE_OPERATOR, ROLE_OFFICER };
    Deed d = { .act = pick(l, 3) ? TENDER : PROPOSE };
    bool chief = pick(l, 6) != 0;
    if (!l->chief.stream) return role_is_given(l, of);
    if (chief) h = &l->human[l->chief.asked];
    int node = chief && is_known_at(l, h, 0) && pick(l, 3) ? 0 : where(l, h);
    d.audience = l->chief.audience;
    d.b = l->chief.stream;
    if (!pick(l, 3)) somewhere(l, &d);
    d.c = pick(l, 3);
    d.role = roles[pick(l, COUNT_OF(roles))];
    if (pick(l, 2)) d.a = of->id;
    else d.code = str_fmt(net_keep(l->net), "c%d", ++l->serial);
    if (l->grant_n == GRANTS_MAX || !does(l, node, h->id, &d)) return;
    l->grant[l->grant_n++] = (Grant){ d.made, d.b, d.audience, d.code, (int)(of - l->human), (int)(h - l->human) };
}

static void grant_changes(Life *l, const Human *h)
{
    static const Act acts[] = { ACCEPT, ACCEPT, ACCEPT, RETURN, END, RELEASE };
    if (!l->grant_n) return;
    const Grant *g = &l->grant[pick(l, l->grant_n)];
    Deed d = { .act = acts[pick(l, COUNT_OF(acts))], .a = g->id, .b = g->stream, .audience = g->audience, .code = g->code };
    if (pick(l, 4)) h = &l->human[d.act == END || d.act == RELEASE ? g->giver : g->asked];
    d.words = words_of(l, h->id);
    does(l, is_known_at(l, h, 0) && pick(l, 2) ? 0 : where(l, h), h->id, &d);
}

static void roles_change(Life *l)
{
    Human *h = somebody(l), *of = somebody(l);
    if (!h) return;
    int node = where(l, h);
    Deed d = { .act = CENTRE, .words = str_from(economy_of((int)pick(l, NODES))) };
    switch (pick(l, 8)) {
    case 0: role_is_given(l, of); break;
    case 1:
        if (l->house_n < HOUSES_MAX && (pick(l, 2) ? does(l, 0, 0, &d) : does(l, node, h->id, &d))) l->house[l->house_n++] = d.made;
        else if (l->house_n) does(l, node, h->id, &(Deed){ .act = DESCRIBE, .b = l->house[pick(l, l->house_n)], .c = pick(l, 2), .words = S("Another name") });
        break;
    case 2: if (l->house_n) does(l, node, h->id, &(Deed){ .act = ALLOW, .a = of->id, .b = l->house[pick(l, l->house_n)], .c = pick(l, 2) }); break;
    case 3: case 4: role_is_offered(l, h, of); break;
    default: grant_changes(l, h);
    }
}

static void recovers(Life *l, int box);

/* ---- and what a box says that nobody should believe ---------------------------------------------------------------------------- */

static void box_lies(Life *l)
{
    Human *h = somebody(l), *of = somebody(l);
    int box = 1 + (int)pick(l, BOXES);
    if (!h || l->restored[box]) return;
    str about = str_fmt(net_keep(l->net), "%lld", (long long)of->id), hub = str_fmt(net_keep(l->net), "%lld", (long long)net_number(l->net, 0));
    int64_t economy = stream_economy(str_from(economy_of((int)pick(l, NODES)))), firm = l->firm_n ? l->firm[pick(l, l->firm_n)].id : 0;
    const Lie all[] = {
        { AUDIENCE_PUBLIC, STREAM_PUBLIC, 0, "node.revoked", hub, S("{\"after\":\"1\"}") },
        { AUDIENCE_PUBLIC, STREAM_PUBLIC, 0, "economy.kept", S("ID"), S("{\"home\":true}") },
        { AUDIENCE_ECONOMY, economy, h->id, "trial.stated", S("duty"), S("{\"value\":\"0 %\"}") },
        { AUDIENCE_ECONOMY, economy, h->id, "trial.appointed", about, S("{}") },
        { AUDIENCE_ECONOMY, economy, 0, "trial.appointed", about, S("{}") },
        { AUDIENCE_ECONOMY, economy, 0, "person.forgotten", about, S("{}") },
        { AUDIENCE_ECONOMY, economy, 0, "person.erased", about, S("{}") },
        { AUDIENCE_ECONOMY, economy, h->id, "example.written", S(""), S("{\"body\":\"elsewhere\"}") },
        { AUDIENCE_ECONOMY, economy, h->id, "trial.voiced", S(""), S("{\"words\":7}") },
        { AUDIENCE_ECONOMY, economy, h->id, "trial.unheard", about, S("{\"of\":[]}") },
        { AUDIENCE_FIRM, firm, of->id, "trial.admitted", about, S("{}") },
        { AUDIENCE_FIRM, firm, h->id, "trial.sold", S("9"), S("{\"number\":\"9\"}") },
    };
    Lie lie = all[pick(l, COUNT_OF(all))];
    const char *founded = at(l->w, "SELECT count(*) AS value FROM journal WHERE stream = %lld AND kind = 'trial.founded'", (long long)firm);
    if (lie.stream == firm && net_int(l->net, box, founded) == 0) return;      /* who makes itself a member holds the firm, as far as it can tell */
    if (lie.stream) tell(l, "%d: lies: %s %.*s by %lld%s", box, lie.kind, STR_ARG(lie.subject), (long long)lie.actor, lies(l->net, box, lie) ? "" : " - no");
}

/* ---- letters -------------------------------------------------------------------------------------------------------------------- */

static str spoilt(Life *l, str text)
{
    if (text.n == 0) return text;
    switch (pick(l, 5)) {
    case 0: return str_slice(text, 0, pick(l, text.n + 1));
    case 1: {                                                    /* one character is another */
        char *p = NEW(net_keep(l->net), char, text.n);
        memcpy(p, text.p, (size_t)text.n);
        ptrdiff_t i = pick(l, text.n);
        if (p[i] != '\n') p[i] = (char)('0' + pick(l, 10));
        return (str){ p, text.n };
    }
    case 2: {                                                    /* a piece is missing in the middle */
        ptrdiff_t from = pick(l, text.n), to = from + pick(l, text.n - from + 1);
        return str_cat(net_keep(l->net), str_slice(text, 0, from), str_slice(text, to, text.n));
    }
    default: return text;
    }
}

/* Asked for with knowledge that may be old, between any two. */
static void write_letter(Life *l)
{
    int asks = (int)pick(l, NODES), gives = pick(l, 3) ? 0 : (int)pick(l, NODES), place = (int)pick(l, LETTERS);
    if (asks == gives || !l->enrolled[asks] || !l->enrolled[gives]) return;
    if (pick(l, 3) || l->old_have[asks].n == 0) l->old_have[asks] = net_have(l->net, asks);
    str said = net_lack(l->net, gives, l->old_have[asks], pick(l, 3) ? 1 << 20 : 600);
    l->letter[place] = (Letter){ spoilt(l, said), asks, gives, false };
    tell(l, "letter %d: from %d to %d, %td bytes", place, gives, asks, l->letter[place].text.n);
    if (pick(l, 2) || said.n == 0) return;
    place = (int)pick(l, LETTERS);                               /* and the other way round */
    l->letter[place] = (Letter){ spoilt(l, net_lack(l->net, asks, said, 1 << 20)), gives, asks, true };
    tell(l, "letter %d: answer of %d to %d", place, asks, gives);
}

/* Ids of a clock that was ahead are given anew when a hub says the time: the language tells who is who. */
static void know_them_again(Life *l, int node)
{
    for (int i = 0; i < l->human_n; i++) {
        Human *h = &l->human[i];
        int64_t now = h->home == node ? net_int(l->net, node, at(l->w, "SELECT coalesce(max(stream), 0) AS value FROM journal WHERE body LIKE '%%\"h%d.\"%%'", i)) : 0;
        if (now && now != h->id) tell(l, "%lld is %lld now", (long long)h->id, (long long)now);
        if (now) h->id = now;
    }
}

/* It stays, so that it may come again. */
static void deliver_letter(Life *l)
{
    Letter *letter = &l->letter[pick(l, LETTERS)];
    if (!letter->text.n) return;
    Received got = net_take(l->net, letter->to, letter->text);
    tell(l, "letter %d arrives at %d: added %lld known %lld gap %lld refused %lld %.*s", (int)(letter - l->letter), letter->to, (long long)got.added,
         (long long)got.known, (long long)got.gap, (long long)got.refused, STR_ARG(got.why));
    know_them_again(l, letter->to);
    if (got.copied && letter->to && pick(l, 3) == 0) recovers(l, letter->to);
}

static void files_are_carried(Life *l)
{
    int from = (int)pick(l, NODES), to = (int)pick(l, NODES);
    if (from == to || !l->enrolled[from] || !l->enrolled[to]) return;
    tell(l, "files from %d to %d: %d messages", from, to, net_carry_files(l->net, from, to, 40000));
}

/* ---- clocks and numbers -------------------------------------------------------------------------------------------------------------- */

/* A hub's falls behind and never runs ahead: nobody would know better. */
static void clocks_go_wrong(Life *l)
{
    int node = (int)pick(l, NODES);
    static const int64_t errors[] = { 0, -DAY, -400 * DAY, HOUR, 400 * DAY, 30 * 365 * DAY };
    int64_t error = errors[pick(l, node == 0 ? 3 : pick(l, 4) ? 4 : COUNT_OF(errors))];
    net_clock_error(l->net, node, error);
    l->was_years_ahead[node] |= error > 10 * 365 * DAY;
    tell(l, "%d: its clock is wrong by %lld hours", node, (long long)(error / HOUR));
}

/* Unless that somebody is there already: the hub itself, say. */
static bool number_taken_rule(Scope *s, void *arg)
{
    journal_rows_node_row row;
    if (journal_rows_node(s, *(int64_t *)arg, &row)) return true;
    journal_rows_node_put(s, *(int64_t *)arg, S("0000000000000000000000000000000000000000000000000000000000000000"), 0, S("-"), S("somebody else"), S(""), 0, 1);
    return true;
}

/* Sometimes the hub has given its number to somebody else long ago. */
static void box_enrols(Life *l, int box)
{
    int64_t number = net_number(l->net, box);
    if (l->enrolled[box] || l->revoked[box]) return;
    if (pick(l, 2)) net_do(l->net, 0, 0, number_taken_rule, &number);
    net_enrol(l->net, box, economy_of(box), l->centre[box]);
    l->enrolled[box] = true;
    int64_t now = net_number(l->net, box);
    tell(l, "%d: enrolled as %lld, was %lld", box, (long long)now, (long long)number);
    know_them_again(l, box);
    for (int i = 0; i < l->firm_n; i++)
        if (l->firm[i].home == box && id_node(l->firm[i].id) == number) l->firm[i].id = id_at(id_ms(l->firm[i].id), now, (int)(l->firm[i].id & (COUNTERS - 1)));
    for (int i = 0; i < l->matter_n; i++)
        if (id_node(l->matter[i]) == number) l->matter[i] = id_at(id_ms(l->matter[i]), now, (int)(l->matter[i] & (COUNTERS - 1)));
}

/* ---- disks that break, and boxes that are stolen ------------------------------------------------------------------------------- */

static void recovers(Life *l, int box)
{
    net_recover(l->net, box, economy_of(box), l->centre[box]);
    tell(l, "%d: recovered as %lld", box, (long long)net_number(l->net, box));
    know_them_again(l, box);
}

static bool is_ahead_of_hub(Life *l, int node, int64_t number)
{
    str rows = net_rows(l->net, node, at(l->w, "SELECT CAST(stream AS TEXT) || ' ' || CAST(seq AS TEXT) AS text FROM journal_head WHERE node = %lld", (long long)number));
    for (str line; take_line(&rows, &line);) {
        str_pair two = str_cut(line, ' ');
        int64_t seq, hub = net_int(l->net, 0, at(l->w, "SELECT coalesce(max(seq), 0) AS value FROM journal_head WHERE node = %lld AND stream = %.*s", (long long)number, STR_ARG(two.head)));
        if (str_int(two.tail, &seq) && seq > hub) return true;
    }
    return false;
}

/* What the protocol assumes (step 38): an ending that another box has, the hub has too, before the old copy writes on. */
static void hub_hears_first(Life *l, int box)
{
    int64_t number = net_number(l->net, box);
    for (int i = 1; i < NODES; i++)
        if (i != box && l->enrolled[i] && is_ahead_of_hub(l, i, number)) net_meet(l->net, i, 0);
    for (int i = 0; i < LETTERS; i++)
        if (l->letter[i].from == box && l->letter[i].to != 0) l->letter[i].text = (str){ 0 };
}

/* A copy is made of its folder; one day it is put back. */
static void disk_breaks(Life *l)
{
    int box = 1 + (int)pick(l, BOXES);
    const char *name = at(l->w, "copy%d", box);
    if (l->revoked[box]) return;
    if (!l->has_copy[box]) {
        net_copy(l->net, box, name);
        l->was_enrolled[box] = l->enrolled[box];
        l->has_copy[box] = true;
        tell(l, "%d: is copied", box);
        return;
    }
    hub_hears_first(l, box);
    net_restore(l->net, box, name);
    l->enrolled[box] = l->was_enrolled[box];
    l->restored[box] = true;
    l->old_have[box] = (str){ 0 };
    tell(l, "%d: is put back as it was, number %lld", box, (long long)net_number(l->net, box));
}

static bool revoke_rule(Scope *s, void *arg)
{
    str why;
    return journal_revoke(s, *(int64_t *)arg, &why);
}

static void is_stolen(Life *l)
{
    int box = 1 + (int)pick(l, BOXES);
    int64_t number = net_number(l->net, box);
    for (int i = 1; i < NODES; i++)
        if (l->revoked[i]) return;
    if (!l->enrolled[box] || !net_do(l->net, 0, 0, revoke_rule, &number)) return;
    l->revoked[box] = true;
    tell(l, "%d: is revoked", box);
}

/* ---- a life ------------------------------------------------------------------------------------------------------------------------------ */

static void step(Life *l)
{
    static const Act often[] = { ANSWER, ANSWER, TASK, TASK, DONE, NOTE, MARK, NAME, ENROL, ENROL, BELONG, LEAVE, VOICE, STATE, REMARK, AGREE, AGE };
    net_wait(l->net, pick(l, 4) ? pick(l, 50) : pick(l, 5000));
    switch (pick(l, 24)) {
    case 20: case 21: case 22: case 23: roles_change(l); break;
    case 0: case 1: makes(l); break;
    case 2: somebody_joins(l); break;
    case 3: if (pick(l, 4) == 0) human_acts(l, ERASE); break;
    case 4: firm_acts(l); break;
    case 5: matter_acts(l); break;
    case 6: if (!pick(l, 6)) box_lies(l); else if (pick(l, 3)) hub_says(l); else officer_says(l); break;
    case 7: if (pick(l, 3) == 0) clocks_go_wrong(l); break;
    case 8: box_enrols(l, 1 + (int)pick(l, BOXES)); break;
    case 9: case 10: write_letter(l); break;
    case 11: case 12: deliver_letter(l); break;
    case 13: net_jobs(l->net, (int)pick(l, NODES)); break;
    case 14: if (pick(l, 6) == 0) disk_breaks(l); else if (pick(l, 40) == 0) is_stolen(l); else if (pick(l, 2)) files_are_carried(l); break;
    default: human_acts(l, often[pick(l, COUNT_OF(often))]);
    }
}

/* ---- and what is left of it ---------------------------------------------------------------------------------------------------------------- */

/* Columns of every derived table, once. */
static const char *columns[DUMP_TABLES_MAX];

static const char *columns_of(Life *l, const DbTable *t, int i)
{
    if (columns[i]) return columns[i];
    bool sqlite = db_engine(net_site(l->net, 0)->db) == DB_SQLITE;
    const char *sql = at(l->w, sqlite
        ? "SELECT group_concat('coalesce(CAST(' || name || ' AS TEXT), ''-'')', ' || '','' || ') AS text FROM pragma_table_info('%s')"
        : "SELECT string_agg('coalesce(CAST(' || column_name || ' AS TEXT), ''-'')', ' || '','' || ' ORDER BY ordinal_position) AS text "
          "FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '%s'", t->name);
    str text = str_trim(net_rows(l->net, 0, sql));
    return columns[i] = strndup(text.p, (size_t)text.n);
}

/* Where the name of a table's column stands in its trim query: "… WHERE t.person = ?1 …". */
static str unit_column(Life *l, const DbTable *t)
{
    const char *p = strstr(t->trim->sql[DB_SQLITE], "WHERE ");
    for (const char *next; (next = strstr(p + 6, "WHERE ")); ) p = next;
    p += 6;
    if (p[1] == '.') p += 2;
    return str_cut(str_from(p), ' ').head;
}

/* All rows of a table, or those of the streams in the list. */
static str dump(Life *l, int node, const DbTable *t, int i, const char *list)
{
    str column = unit_column(l, t);
    const char *where = list ? at(l->w, "WHERE %.*s IN (%s)", STR_ARG(column), list) : "";
    return net_rows(l->net, node, at(l->w, "SELECT %s AS text FROM %s %s ORDER BY 1", columns_of(l, t, i), t->name, where));
}

typedef struct Holding { int64_t node; str list[AUDIENCES]; Life *l; } Holding;

static bool holding_rule(Scope *s, void *arg)
{
    Holding *h = arg;
    Out o[AUDIENCES];
    Streams may = node_streams(s, h->node);
    for (int a = 0; a < AUDIENCES; a++) {
        out_init(&o[a], s->arena, 1024);
        out_lit(&o[a], "0");
    }
    for (ptrdiff_t i = 0; i < may.n; i++) {
        int64_t stream = may.row[i].stream;
        if (may.row[i].until != HOLDS_ALL) continue;
        Audience audience = stream < 0 ? AUDIENCE_CARD : (Audience)journal_rows_audience_of(s, stream);
        if (audience == AUDIENCE_PERSON && journal_canonical(s, stream) != stream) continue;
        out_fmt(&o[audience], ",%lld", (long long)owner_of(stream));
    }
    for (int a = 0; a < AUDIENCES; a++) h->list[a] = str_keep(net_keep(h->l->net), out_text(&o[a]));
    return true;
}

static Audience audience_by(const char *by)
{
    static const char *const words[AUDIENCES] = { "", "public", "economy", "body", "centre", "firm", "matter", "person", "card" };
    for (int a = 1; a < AUDIENCES; a++)
        if (strcmp(words[a], by) == 0) return (Audience)a;
    return AUDIENCE_ECONOMY;                 /* the trial's subjects and records lie in economies */
}

static int table_count(void) { return db_table_n + trial_table_n; }
static const DbTable *table_at(int i) { return i < db_table_n ? &db_tables[i] : &trial_tables[i - db_table_n]; }
static bool is_dumped(const DbTable *t) { return t->made == DB_DERIVED && t->by && strcmp(t->name, "journal_home") != 0; }

#define REFUSED_ROWS "SELECT CAST(record AS TEXT) || ' ' || why AS text FROM journal_refused ORDER BY record"

/* list: of streams; NULL: all. */
static str who_stands_where(Life *l, int node, const char *list)
{
    const char *where = list ? at(l->w, "WHERE stream IN (%s)", list) : "";
    return net_rows(l->net, node, at(l->w,
        "SELECT 'role ' || CAST(stream AS TEXT) || ' ' || CAST(person AS TEXT) || ' ' || CAST(role AS TEXT) || ' ' || CAST(since AS TEXT) || ' ' || CAST(ends AS TEXT)"
        " || ' ' || CAST(until AS TEXT) AS text FROM journal_standing %s UNION ALL "
        "SELECT 'lies ' || CAST(stream AS TEXT) || ' ' || CAST(inside AS TEXT) || ' ' || CAST(since AS TEXT) || ' ' || CAST(ends AS TEXT)"
        " FROM journal_stream %s ORDER BY 1", where, where));
}

static bool same(Life *l, const char *what, const char *table, str a, str b)
{
    if (str_eq(a, b)) return true;
    fprintf(stderr, "seed %llu: %s: %s\n%.*s---\n%.*s", (unsigned long long)l->seed, what, table, STR_ARG(a), STR_ARG(b));
    return false;
}

/* Tables whose rows are found by a record or a subject, and lie in streams of several audiences: by another column. */
static const struct { const char *table, *stream; } elsewhere[] = {
    { "trial_voice", "economy" }, { "centres_place", "inside" }, { "centres_grant", "stream" },
};

static const char *stream_column(const DbTable *t)
{
    for (int i = 0; i < COUNT_OF(elsewhere); i++)
        if (strcmp(t->name, elsewhere[i].table) == 0) return elsewhere[i].stream;
    return NULL;
}

static str dump_by_stream(Life *l, int node, const DbTable *t, int i, const Holding *h)
{
    Out all;
    out_init(&all, net_keep(l->net), 1024);
    out_lit(&all, "0");
    for (int a = AUDIENCE_PUBLIC; a < AUDIENCE_PERSON; a++) out_fmt(&all, ",%.*s", STR_ARG(h->list[a]));
    return net_rows(l->net, node, at(l->w, "SELECT %s AS text FROM %s WHERE %s IN (%.*s) ORDER BY 1", columns_of(l, t, i), t->name, stream_column(t),
                                     STR_ARG(out_text(&all))));
}

/* For invoices of the erased the ten years were over by the clock of a box that was thirty ahead: it decides for its own copy alone. */
static bool box_is_as_the_hub(Life *l, int box)
{
    Holding h = { .node = net_number(l->net, box), .l = l };
    bool fine = net_do(l->net, 0, 0, holding_rule, &h);
    for (int i = 0; i < table_count(); i++) {
        const DbTable *t = table_at(i);
        if (!is_dumped(t) || (l->was_years_ahead[box] && strcmp(t->name, "trial_sale") == 0)) continue;
        bool everywhere = strcmp(t->name, "centres_grouped") == 0;           /* by subjects of the public stream */
        const char *list = everywhere ? NULL : h.list[audience_by(t->by)].p;
        bool by_stream = stream_column(t) != NULL;
        str at_box = by_stream ? dump_by_stream(l, box, t, i, &h) : dump(l, box, t, i, list);
        str at_hub = by_stream ? dump_by_stream(l, 0, t, i, &h) : dump(l, 0, t, i, list);
        fine &= same(l, at(l->w, "box %d and hub", box), t->name, at_box, at_hub);
    }
    for (int a = AUDIENCE_PUBLIC; a < AUDIENCE_PERSON; a++) {
        str at_box = who_stands_where(l, box, h.list[a].p), at_hub = who_stands_where(l, 0, h.list[a].p);
        fine &= same(l, at(l->w, "box %d and hub", box), "who stands where", at_box, at_hub);
    }
    return fine;
}

static bool rebuild_rule(Scope *s, void *arg) { return journal_rebuild(s, arg); }

static bool a_rebuild_changes_nothing(Life *l, int node)
{
    str before[DUMP_TABLES_MAX];
    int64_t records;
    bool fine = true;
    str standing = who_stands_where(l, node, NULL), refused = net_rows(l->net, node, REFUSED_ROWS);
    for (int i = 0; i < table_count(); i++)
        if (is_dumped(table_at(i))) before[i] = dump(l, node, table_at(i), i, NULL);
    if (!net_do(l->net, node, 0, rebuild_rule, &records)) {
        fprintf(stderr, "seed %llu: node %d cannot be rebuilt: %s\n", (unsigned long long)l->seed, node, net_why(l->net));
        return false;
    }
    for (int i = 0; i < table_count(); i++)
        if (is_dumped(table_at(i))) fine &= same(l, at(l->w, "node %d before and after a rebuild", node), table_at(i)->name, before[i], dump(l, node, table_at(i), i, NULL));
    fine &= same(l, at(l->w, "node %d before and after a rebuild", node), "who stands where", standing, who_stands_where(l, node, NULL));
    fine &= same(l, at(l->w, "node %d before and after a rebuild", node), "refused", refused, net_rows(l->net, node, REFUSED_ROWS));
    return fine;
}

typedef struct Gone { Life *l; bool fine; int64_t id; } Gone;

static void gone_step(Scope *s, void *arg)
{
    Gone *g = arg;
    g->fine = person_erased(s, g->id) != 0;
}

/* Words of an erased person, and of the guests she was, in any table of any node; but for invoices, which a law keeps. */
static bool no_word_is_left(Life *l, int node)
{
    bool fine = true;
    for (int i = 0; i < l->human_n; i++) {
        Gone g = { .l = l, .id = l->human[i].id };
        Landing landing;
        Arena *keep = net_keep(l->net);
        SCRATCH(tmp, keep);
        if (!site_read(net_site(l->net, 0), &tmp, 0, gone_step, &g, &landing) || !g.fine) continue;
        const char *mark = at(l->w, "%%w%lld-%%", (long long)l->human[i].id);
        int64_t n = net_int(l->net, node, at(l->w, "SELECT count(*) AS value FROM journal WHERE body LIKE '%s' AND kind NOT IN ('trial.sold', 'trial.stated')", mark));
        n += net_int(l->net, node, at(l->w, "SELECT (SELECT count(*) FROM quiz_try WHERE response LIKE '%s') + (SELECT count(*) FROM learn_answer WHERE value LIKE '%s')"
            " + (SELECT count(*) FROM example_note WHERE body LIKE '%s') + (SELECT count(*) FROM people_person WHERE name LIKE '%s')"
            " + (SELECT count(*) FROM trial_voice WHERE words LIKE '%s') + (SELECT count(*) FROM trial_note WHERE words LIKE '%s')"
            " + (SELECT count(*) FROM centres_grant WHERE name LIKE '%s') AS value",
            mark, mark, mark, mark, mark, mark, mark));
        if (n) fprintf(stderr, "seed %llu: node %d still has %lld words of %lld\n", (unsigned long long)l->seed, node, (long long)n, (long long)l->human[i].id);
        fine &= n == 0;
    }
    return fine;
}

static bool every_file_has_a_record(Life *l, int node)
{
    int64_t n = net_int(l->net, node, "SELECT (SELECT count(*) FROM stored_file WHERE kept_at > 0 AND name NOT IN (SELECT file FROM journal_file))"
        " + (SELECT count(*) FROM journal_file f JOIN journal r ON r.id = f.record WHERE r.body = '') AS value");
    if (n) fprintf(stderr, "seed %llu: node %d keeps %lld files of nobody\n", (unsigned long long)l->seed, node, (long long)n);
    return n == 0;
}

static bool all_seals_hold(Life *l, int node)
{
    bool whole = net_do(l->net, node, 0, check_all, NULL);
    return whole && net_int(l->net, node, "SELECT count(*) AS value FROM journal_damage") == 0;
}

static bool everybody_agrees(Life *l)
{
    bool fine = true;
    for (int i = 0; i < NODES; i++) net_clock_error(l->net, i, 0);
    for (int i = 1; i < NODES; i++) box_enrols(l, i);
    net_wait(l->net, MINUTE);
    for (int round = 0; round < 3; round++) {
        net_all_meet(l->net);
        for (int i = 1; i < NODES; i++)
            if (net_is_copied(l->net, i)) recovers(l, i);
        for (int i = 1; i < NODES; i++) {
            net_carry_files(l->net, i, 0, 1 << 20);
            net_carry_files(l->net, 0, i, 1 << 20);
        }
    }
    for (int i = 0; i < NODES; i++) know_them_again(l, i);
    for (int i = 1; i < NODES; i++) fine &= l->revoked[i] || box_is_as_the_hub(l, i);
    const char *ask = getenv("SAMPAN_LIFE_ASK");
    for (int i = 0; ask && i < NODES; i++) fprintf(stderr, "--- %d (%lld)\n%.*s", i, (long long)net_number(l->net, i), STR_ARG(net_rows(l->net, i, ask)));
    for (int i = 0; i < NODES; i++) fine &= l->revoked[i] || no_word_is_left(l, i);
    for (int i = 0; i < NODES; i++) fine &= a_rebuild_changes_nothing(l, i);
    for (int i = 0; i < NODES; i++) fine &= all_seals_hold(l, i) && every_file_has_a_record(l, i);
    return fine;
}

static bool live(Net *net, uint64_t seed, bool loud)
{
    World *w = net_world(net);
    Life *l = NEW(net_keep(net), Life, 1);
    *l = (Life){ .net = net, .w = w, .seed = seed, .random = seed | 1, .loud = loud, .enrolled = { true } };
    out_init(&l->log, net_keep(net), 1 << 16);
    os_random_from(seed | 1);
    net_empty(net);
    for (int i = 0; i < NODES; i++) {
        net_clock_error(net, i, 0);
        l->centre[i] = id_at(1000 + i, 1, 0);
    }
    l->group = id_at(1000, 1, 1);
    for (int i = 0; i < 20; i++) pick(l, 2);
    if (pick(l, 2)) for (int i = 1; i < NODES; i++) box_enrols(l, i);
    const char *watch = getenv("SAMPAN_LIFE_WATCH");          /* "1 SELECT …": told whenever it changes */
    for (str last = { 0 }; l->steps < STEPS; l->steps++) {
        step(l);
        str now = watch ? net_rows(net, watch[0] - '0', watch + 2) : last;
        if (!str_eq(now, last)) fprintf(stderr, "step %d:\n%.*s", l->steps, STR_ARG(now));
        last = now;
    }
    bool fine = everybody_agrees(l) && world_failures(w) == 0;
    if (!fine) fprintf(stderr, "seed %llu ended badly\n", (unsigned long long)seed);
    if (!fine && !loud) fprintf(stderr, "%.*s", STR_ARG(out_text(&l->log)));
    return fine;
}

TEST(whatever_happens_in_a_life_everybody_ends_with_the_same)
{
    const char *seed = getenv("SAMPAN_LIFE_SEED");
    int64_t seconds = 0, lives = 0;
    str_int(str_from(getenv("SAMPAN_LIFE_SECONDS")), &seconds);
    int64_t until = os_now() + (seconds ? seconds : LIVES_SECONDS) * SECOND;
    if (seconds) alarm((unsigned)seconds + 120);
    CHECK(db_table_n + trial_table_n <= DUMP_TABLES_MAX);
    Net *net = net_open(w, NODES);
    memset(columns, 0, sizeof columns);
    do {
        uint64_t random;
        os_random_from(0);
        os_random(&random, sizeof random);
        Arena mark = *world_arena(w);
        bool fine = live(net, seed ? strtoull(seed, NULL, 10) : random, seed != NULL);
        *world_arena(w) = mark;
        lives++;
        EXPECT(fine);
        if (!fine) break;
    } while (!seed && os_now() < until && (seconds || lives < LIVES));
    os_random_from(0);
    if (seconds) printf("%lld lives\n", (long long)lives);
    net_close(net);
}

TESTS(journal_life, whatever_happens_in_a_life_everybody_ends_with_the_same)
