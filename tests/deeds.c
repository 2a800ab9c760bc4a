#include "deeds.h"

#include "trial.h"

#include <sodium.h>

#include "centres/centres.h"
#include "example_records.h"
#include "journal/journal_own.h"
#include "journal_records.h"
#include "learn_records.h"
#include "people/people.h"
#include "quiz_records.h"

const char *const act_words[ACTS] = { "made", "enrols", "joins", "named", "answers", "task", "done", "note", "mark", "belongs", "leaves",
    "erased", "voice", "founds", "admits", "parts", "sells", "deals", "offers", "states", "remarks", "opens", "claims", "places", "groups", "entrusts", "appoints", "dismisses", "trains", "home",
    "agrees", "ages", "allows", "opens a centre", "describes", "is given", "tenders", "proposes", "accepts", "returns", "ends", "releases" };

/* What everybody's own records say: c makes them differ. */
static bool own_rule(Scope *s, Deed *d)
{
    str lesson = str_fmt(s->arena, "m/c/l%lld", (long long)d->c);
    switch (d->act) {
    case MAKE:
        s->me = d->made = journal_id(s);
        people_guest_made(s, s->me);
        if (d->words.n) people_choose_lang(s, d->words);
        return true;
    case ENROL:  people_enrol(s, d->words, d->words, S("-")); return true;
    case JOIN:   people_join(s, d->a, s->me); return true;
    case NAME:   people_rename(s, d->words); return true;
    case ANSWER: quiz_answered_add(s, lesson, (quiz_answered_body){ lesson, S("q"), 7, d->words, S(""), d->c * 20 }); return true;
    case TASK:   learn_task_add(s, S("a.b"), (learn_task_body){ lesson, S("a.b"), d->words }); return true;
    case DONE:   learn_done_add(s, lesson, (learn_done_body){ lesson }); return true;
    case NOTE:   d->made = example_written_add(s, (example_written_body){ d->words }); return true;
    case MARK:   example_marked_add(s, d->a, (example_marked_body){ d->c & 1 }); return true;
    case BELONG: person_belongs_add(s, s->me, d->a); return true;
    case LEAVE:  person_left_add(s, s->me, d->a); return true;
    case ERASE:  journal_erase(s, s->me); return true;
    case AGREE:  person_agreed_add(s, S("terms"), (person_agreed_body){ 20261201 + d->c, d->c & 1, d->words, S("") }); return true;
    case AGE:    person_aged_add(s, (person_aged_body){ 1 + d->c % 4 }); return true;
    default: return false;
    }
}

/* In a firm a, in a matter a, in an economy or centre b. */
static bool common_rule(Scope *s, Deed *d)
{
    trial_sold_lines lines[2] = { { S("dress"), 10 + d->c }, { S("bag"), 5 } };
    switch (d->act) {
    case VOICE:  trial_voiced_add(s, d->b, (trial_voiced_body){ d->words, d->a }); return true;
    case STATE:  trial_stated_add(s, d->b, S("duty"), (trial_stated_body){ d->words }); return true;
    case REMARK: trial_noted_add(s, d->a, d->a, (trial_noted_body){ d->words }); return true;
    case OPEN:   d->made = trial_opened_add(s, d->b); return true;
    case CLAIM:  trial_claimed_add(s, d->b, d->a); return true;
    case FOUND:
        d->made = journal_id(s);
        trial_founded_add(s, d->made, (trial_founded_body){ S("firm") });
        return true;
    case ADMIT:  trial_admitted_add(s, d->a, d->b, (trial_admitted_body){ d->c }); return true;
    case PART:   trial_parted_add(s, d->a, d->b); return true;
    case SELL:   trial_sold_add(s, d->a, d->b, (trial_sold_body){ .number = S("7"), .note = d->words, .lines = { lines, 2 } }); return true;
    case DEAL:
        d->made = journal_id(s);
        trial_dealt_add(s, d->made, (trial_dealt_body){ d->a, d->b });
        return true;
    case OFFER:  trial_offered_add(s, d->a, (trial_offered_body){ d->c }); return true;
    default: return false;
    }
}

static str role_words(int role)
{
    static const char *const words[] = {
#define X(role, word) [ROLE_BIT_##role] = word,
        JOURNAL_ROLES(X)
#undef X
    };
    return str_from(words[__builtin_ctz((unsigned)role)]);
}

static str hash_of(Scope *s, str code)
{
    enum { BYTES = 32 };
    uint8_t *h = NEW(s->arena, uint8_t, BYTES);
    if (!code.n) return (str){ 0 };
    crypto_generichash(h, BYTES, (const uint8_t *)code.p, (size_t)code.n, NULL, 0);
    return base64url_encode(s->arena, (str){ (const char *)h, BYTES });
}

/* Of a grant or person a, in a stream b. */
static bool centres_rule(Scope *s, Deed *d)
{
    int64_t until = d->c ? s->now + d->c * MINUTE : 0, expires = s->now + HOUR;
    switch (d->act) {
    case ALLOW:    person_allowed_add(s, d->a, d->a, (person_allowed_body){ d->b, d->c & 1 }); return true;
    case CENTRE:   d->made = centres_open(s, d->words, S("A centre")); return true;
    case DESCRIBE: centre_described_add(s, d->b, (centre_described_body){ d->words, S(""), S(""), S(""), S(""), d->c & 1 }); return true;
    case GIVE:     centres_give(s, d->a, d->role, d->audience, d->b); return true;
    case TENDER:
        role_offered_add(s, d->audience, d->b, d->made = journal_id(s), (role_offered_body){ role_words(d->role), d->a, hash_of(s, d->code), expires, until });
        return true;
    case PROPOSE:
        role_proposed_add(s, d->b, d->made = journal_id(s), (role_proposed_body){ role_words(d->role), d->a, hash_of(s, d->code), expires, until });
        return true;
    case ACCEPT:   role_accepted_add(s, d->audience, d->b, d->a, (role_accepted_body){ d->words, d->code }); return true;
    case RETURN:   role_returned_add(s, d->audience, d->b, d->a); return true;
    case END:      role_ended_add(s, d->audience, d->b, d->a); return true;
    case RELEASE:  role_released_add(s, d->b, d->a); return true;
    default: return false;
    }
}

/* Of a person or centre a, in an economy or centre b, or one called by `words`. */
static bool hub_rule(Scope *s, Deed *d)
{
    str why;
    switch (d->act) {
    case PLACE:     trial_placed_add(s, d->a, (trial_placed_body){ d->words }); return true;
    case GROUP:     trial_grouped_add(s, d->words, (trial_grouped_body){ d->a }); return true;
    case ENTRUST:   trial_entrusted_add(s, d->b, d->a); return true;
    case APPOINT:   trial_appointed_add(s, d->b, d->a, (trial_appointed_body){ d->c }); return true;
    case DISMISS:   trial_dismissed_add(s, d->b, d->a); return true;
    case TRAIN:     trial_trained_add(s, d->b, d->a); return true;
    case KEEP_HOME: return journal_keep_home(s, d->words, d->c & 1, &why);
    default: return false;
    }
}

static bool deed_rule(Scope *s, void *arg)
{
    return own_rule(s, arg) || common_rule(s, arg) || centres_rule(s, arg) || hub_rule(s, arg);
}

bool deed(Net *net, int node, int64_t me, Deed *d) { return net_do(net, node, me, deed_rule, d); }

static int64_t made_by(Net *net, int node, int64_t me, Deed d)
{
    return deed(net, node, me, &d) ? d.made : 0;
}

static bool done(Net *net, int node, int64_t me, Deed d) { return deed(net, node, me, &d); }

static bool lie_rule(Scope *s, void *arg)
{
    const Lie *l = arg;
    journal_rows_head_row head = { 0 };
    Record r = { .id = journal_id(s), .node = journal_node(s), .at = s->now, .actor = l->actor, .person = l->actor, .audience = l->audience,
                 .stream = l->stream, .kind = str_from(l->kind), .subject = l->subject, .body = l->body };
    bool own = is_personal(r.audience) && r.actor == owner_of(r.stream);
    journal_rows_head(s, r.stream, r.node, &head);
    r.seq = head.seq + 1;
    journal_rows_place_take(s, r.stream, r.node, r.seq, r.id);
    journal_rows_append(s, r.id, r.node, r.seq, r.at, r.actor, r.audience, r.stream, own, r.kind, r.subject, r.body, salt_new(), (str){ 0 });
    note_again(s, &r);
    stale_record(s, &r);
    settle(s, PART_RECORDS);
    return true;
}

bool lies(Net *net, int node, Lie l) { return net_do(net, node, 0, lie_rule, &l); }

int64_t guest(Net *net, int node) { return made_by(net, node, 0, (Deed){ .act = MAKE }); }

int64_t account(Net *net, int node, const char *name)
{
    int64_t me = guest(net, node);
    return enrols(net, node, me, name) ? me : 0;
}

bool enrols(Net *net, int node, int64_t me, const char *name) { return done(net, node, me, (Deed){ .act = ENROL, .words = str_from(name) }); }
bool joins(Net *net, int node, int64_t me, int64_t guest) { return done(net, node, me, (Deed){ .act = JOIN, .a = guest }); }
bool is_named(Net *net, int node, int64_t me, const char *name) { return done(net, node, me, (Deed){ .act = NAME, .words = str_from(name) }); }
int64_t notes(Net *net, int node, int64_t me, const char *words) { return made_by(net, node, me, (Deed){ .act = NOTE, .words = str_from(words) }); }
bool marks(Net *net, int node, int64_t me, int64_t note, bool is) { return done(net, node, me, (Deed){ .act = MARK, .a = note, .c = is }); }
bool belongs(Net *net, int node, int64_t me, int64_t centre) { return done(net, node, me, (Deed){ .act = BELONG, .a = centre }); }
bool leaves(Net *net, int node, int64_t me, int64_t centre) { return done(net, node, me, (Deed){ .act = LEAVE, .a = centre }); }
bool erases_herself(Net *net, int node, int64_t me) { return done(net, node, me, (Deed){ .act = ERASE }); }

static int64_t economy_of(const char *code) { return stream_economy(str_from(code)); }

bool voices(Net *net, int node, int64_t me, const char *economy, const char *words, int64_t about)
{
    return done(net, node, me, (Deed){ .act = VOICE, .a = about, .b = economy_of(economy), .words = str_from(words) });
}

bool states(Net *net, int node, int64_t me, const char *economy, const char *value)
{
    return done(net, node, me, (Deed){ .act = STATE, .b = economy_of(economy), .words = str_from(value) });
}

int64_t opens(Net *net, int node, int64_t me, const char *economy) { return made_by(net, node, me, (Deed){ .act = OPEN, .b = economy_of(economy) }); }
bool claims(Net *net, int node, int64_t me, const char *economy, int64_t centre)
{
    return done(net, node, me, (Deed){ .act = CLAIM, .a = centre, .b = economy_of(economy) });
}
bool trains(Net *net, int node, int64_t me, int64_t who, int64_t centre) { return done(net, node, me, (Deed){ .act = TRAIN, .a = who, .b = centre }); }
bool remarks(Net *net, int node, int64_t trainer, int64_t learner, const char *words)
{
    return done(net, node, trainer, (Deed){ .act = REMARK, .a = learner, .words = str_from(words) });
}

int64_t founds(Net *net, int node, int64_t me) { return made_by(net, node, me, (Deed){ .act = FOUND }); }
bool admits(Net *net, int node, int64_t me, int64_t firm, int64_t person) { return done(net, node, me, (Deed){ .act = ADMIT, .a = firm, .b = person }); }
bool parts(Net *net, int node, int64_t me, int64_t firm, int64_t person) { return done(net, node, me, (Deed){ .act = PART, .a = firm, .b = person }); }

bool sells(Net *net, int node, int64_t me, int64_t firm, int64_t sale, str note)
{
    return done(net, node, me, (Deed){ .act = SELL, .a = firm, .b = sale, .words = note });
}

int64_t deals(Net *net, int node, int64_t me, int64_t seller, int64_t buyer) { return made_by(net, node, me, (Deed){ .act = DEAL, .a = seller, .b = buyer }); }
bool offers(Net *net, int node, int64_t me, int64_t matter, int64_t price) { return done(net, node, me, (Deed){ .act = OFFER, .a = matter, .c = price }); }

bool hub_groups(Net *net, const char *economy, int64_t group) { return done(net, 0, 0, (Deed){ .act = GROUP, .a = group, .words = str_from(economy) }); }
bool hub_entrusts(Net *net, int64_t who, int64_t group) { return done(net, 0, 0, (Deed){ .act = ENTRUST, .a = who, .b = group }); }
bool hub_places(Net *net, int64_t centre, const char *economy) { return done(net, 0, 0, (Deed){ .act = PLACE, .a = centre, .words = str_from(economy) }); }
bool hub_appoints(Net *net, int64_t who, const char *economy, int64_t until) { return done(net, 0, 0, (Deed){ .act = APPOINT, .a = who, .b = economy_of(economy), .c = until }); }
bool hub_dismisses(Net *net, int64_t who, const char *economy) { return done(net, 0, 0, (Deed){ .act = DISMISS, .a = who, .b = economy_of(economy) }); }
bool hub_trains(Net *net, int64_t who, int64_t centre) { return done(net, 0, 0, (Deed){ .act = TRAIN, .a = who, .b = centre }); }
