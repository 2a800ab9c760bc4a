/* centres - the rules, on a Scope, and what records become.
 *
 * Records  centres.records
 * Tables   centres_place, centres_centre, centres_body, centres_grouped, centres_grant: derived; centres_note: of this installation
 * Rule     nobody gives herself a role: an offer by her is not hers to accept. Whether she who says something of a grant might is asked
 *          twice: by its kind (`needs`), and here, of what no kind can say: that it is her own, or one that operators may end. */
#include "centres_own.h"

#include <sodium.h>

#include "os/os.h"

bool centres_any(Scope *s) { return centres_open_one(s) > 0; }

Options centres_with(Scope *s, int roles)
{
    centres_open_with_rows found = centres_open_with(s, s->me, roles, s->now, journal_may(s, s->me, roles, AUDIENCE_PUBLIC, STREAM_PUBLIC));
    Option *row = NEW(s->arena, Option, found.n);
    for (ptrdiff_t i = 0; i < found.n; i++) row[i] = (Option){ str_fmt(s->arena, "%lld", (long long)found.row[i].id), found.row[i].name };
    return (Options){ row, found.n };
}

/* ---- doing ------------------------------------------------------------------------------------------------------------------- */

int64_t centres_open(Scope *s, str economy, str name)
{
    return centre_opened_add(s, stream_economy(economy), (centre_opened_body){ name });
}

void centres_give(Scope *s, int64_t person, int role, Audience audience, int64_t stream)
{
    role_given_add(s, audience, stream, journal_id(s), (role_given_body){ role_word(role), person });
}

static str code_hash(Scope *s, str code)
{
    enum { HASH_BYTES = 32 };
    uint8_t *h = NEW(s->arena, uint8_t, HASH_BYTES);
    crypto_generichash(h, HASH_BYTES, (const uint8_t *)code.p, (size_t)code.n, NULL, 0);
    return base64url_encode(s->arena, (str){ (const char *)h, HASH_BYTES });
}

static str new_code(Scope *s)
{
    char *bytes = NEW(s->arena, char, CODE_BYTES);
    os_random(bytes, CODE_BYTES);
    return base64url_encode(s->arena, (str){ bytes, CODE_BYTES });
}

int64_t offer_add(Scope *s, const CentrePlace *p, const NewOffer *o, str *ret_code)
{
    int64_t id = journal_id(s), expires = s->now + OFFER_DAYS * DAY;
    *ret_code = o->person ? (str){ 0 } : new_code(s);
    str hash = o->person ? (str){ 0 } : code_hash(s, *ret_code);
    if (is_admin_of(s, p))
        role_offered_add(s, (Audience)p->audience, p->stream, id, (role_offered_body){ role_word(o->role), o->person, hash, expires, o->until });
    else role_proposed_add(s, p->stream, id, (role_proposed_body){ role_word(o->role), o->person, hash, expires, o->until });
    if (o->words.n) centres_note_add(s, id, s->me, o->words);
    return id;
}

/* What anybody may look at is not told from what is not hers by the time it takes: a code is 96 random bits. */
static bool is_for(Scope *s, const centres_grant_row *g, str code)
{
    return g->asked ? g->asked == s->me : g->code.n && str_eq(g->code, code_hash(s, code));
}

OfferState offer_state(Scope *s, const centres_grant_row *g, str code)
{
    if (!is_for(s, g, code)) return OFFER_OTHERS;
    if (g->ended) return OFFER_ENDED;
    if (g->person) return OFFER_TAKEN;
    if (g->expires <= s->now) return OFFER_OVER;
    return g->giver == s->me && s->me ? OFFER_OWN : OFFER_OPEN;
}

void grant_end(Scope *s, const centres_grant_row *g)
{
    Audience audience = (Audience)g->audience;
    if (g->person == s->me) role_returned_add(s, audience, g->stream, g->id);
    else if (journal_may(s, s->me, ROLE_ADMIN, audience, g->stream)) role_ended_add(s, audience, g->stream, g->id);
    else role_released_add(s, g->stream, g->id);
    centres_note_drop(s, g->id);
}

/* ---- records become rows: places --------------------------------------------------------------------------------------------------- */

void centre_opened_apply(Scope *s, const Record *r, const centre_opened_body *b)
{
    centres_place_add(s, r->id, AUDIENCE_CENTRE, r->stream, S("centre"), b->name, r->at);
    stream_put(s, r, r->id, r->stream);
}

void centre_described_apply(Scope *s, const Record *r, const centre_described_body *b)
{
    centres_centre_put(s, r->stream, b->name, b->way, b->hours, b->contact, b->reach, b->closed);
}

void body_opened_apply(Scope *s, const Record *r, const body_opened_body *b)
{
    centres_place_add(s, r->id, AUDIENCE_BODY, r->stream, b->sort, b->name, r->at);
    if (r->stream != STREAM_PUBLIC) stream_put(s, r, r->id, r->stream);
}

void body_described_apply(Scope *s, const Record *r, const body_described_body *b)
{
    centres_body_put(s, r->stream, b->name, b->closed);
}

void economy_grouped_apply(Scope *s, const Record *r, const economy_grouped_body *b)
{
    int64_t stream = stream_economy(r->subject);
    if (!stream || b->group <= 0) return;
    if (b->out) {
        centres_group_drop(s, r->subject, b->group);
        stream_end(s, r, stream, b->group);
    } else {
        centres_group_add(s, r->subject, b->group);
        stream_put(s, r, stream, b->group);
    }
}

/* ---- records become rows: roles ---------------------------------------------------------------------------------------------------- */

typedef struct Offer { str role; int64_t person; str code; int64_t expires, until; } Offer;

static void offered(Scope *s, const Record *r, const Offer *o, int may)
{
    int role = role_of_word(o->role);
    if (!(role & may) || (!o->person && !o->code.n) || o->person == r->actor) return;
    centres_grant_add(s, r->stream, journal_subject_id(r), r->audience, role, r->actor, o->person, o->code, r->at, o->expires, o->until);
}

static bool grant_of(Scope *s, const Record *r, centres_grant_row *ret) { return centres_grant(s, r->stream, journal_subject_id(r), ret); }

/* Whoever keeps the machine asks nobody: so does the first admin come to be. */
void role_given_apply(Scope *s, const Record *r, const role_given_body *b)
{
    int role = role_of_word(b->role);
    int64_t id = journal_subject_id(r);
    if (!role || !b->person) return;
    centres_grant_add(s, r->stream, id, r->audience, role, 0, b->person, S(""), r->at, r->at, 0);
    if (centres_grant_take(s, r->stream, id, b->person, S(""), r->at)) standing_put(s, r, r->stream, b->person, role, 0);
}

void role_offered_apply(Scope *s, const Record *r, const role_offered_body *b)
{
    offered(s, r, &(Offer){ b->role, b->person, b->code, b->expires, b->until }, ~0);
}

void role_proposed_apply(Scope *s, const Record *r, const role_proposed_body *b)
{
    offered(s, r, &(Offer){ b->role, b->person, b->code, b->expires, b->until }, OPERATORS_MAY);
}

void role_accepted_apply(Scope *s, const Record *r, const role_accepted_body *b)
{
    centres_grant_row g;
    if (!grant_of(s, r, &g) || g.giver == r->actor || g.expires <= r->at) return;
    if (g.asked ? g.asked != r->actor : !str_eq(g.code, code_hash(s, b->code))) return;
    if (centres_grant_take(s, g.stream, g.id, r->actor, b->name, r->at)) standing_put(s, r, r->stream, r->actor, (int)g.role, g.until);
}

static void ended(Scope *s, const Record *r, const centres_grant_row *g)
{
    if (!centres_grant_end(s, g->stream, g->id, r->at, r->actor) || !g->person) return;
    standing_end(s, r, g->stream, g->person, (int)g->role);
}

void role_returned_apply(Scope *s, const Record *r)
{
    centres_grant_row g;
    if (grant_of(s, r, &g) && g.person && g.person == r->actor) ended(s, r, &g);
}

void role_ended_apply(Scope *s, const Record *r)
{
    centres_grant_row g;
    if (grant_of(s, r, &g)) ended(s, r, &g);
}

void role_released_apply(Scope *s, const Record *r)
{
    centres_grant_row g;
    if (grant_of(s, r, &g) && operators_may(g.audience, g.role)) ended(s, r, &g);
}
