/* journal_seal - a node's word for its records: stretches of one stream, chained by their hashes and signed.
 *
 *   commitment   BLAKE2b-256(salt, 8 bytes big-endian ‖ body); all that is left of a body that was erased
 *   digest       BLAKE2b-256 of the lines in record_lines
 *   hash         BLAKE2b-256(hash of the stretch before, or 32 zero bytes ‖ the digests of this one)
 *   signature    Ed25519 over seal_text
 *
 * Rule     where a stretch ends is decided once, by the node that wrote it, and is the same for everybody. */
#include "jobs/jobs.h"
#include "journal/journal_own.h"

enum { STRETCH_BYTES = 96 * 1024, SEAL_PART = 128 };

/* ---- hashes ---------------------------------------------------------------------------------------------------------- */

str commitment(Arena *keep, int64_t salt, str body)
{
    uint8_t big_endian[8];
    char *hash = NEW(keep, char, HASH_BYTES);
    crypto_generichash_state state;
    for (int i = 0; i < 8; i++) big_endian[i] = (uint8_t)((uint64_t)salt >> (56 - 8 * i));
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    crypto_generichash_update(&state, big_endian, sizeof big_endian);
    if (body.n) crypto_generichash_update(&state, (const uint8_t *)body.p, (unsigned long long)body.n);
    crypto_generichash_final(&state, (uint8_t *)hash, HASH_BYTES);
    return (str){ hash, HASH_BYTES };
}

str record_lines(Arena *keep, const Stored *s)
{
    const Record *r = &s->r;
    str mark = s->mark.n ? s->mark : commitment(keep, s->salt, r->body);
    return str_fmt(keep, "sampan-record-2\n%lld\n%lld\n%lld\n%lld\n%lld\n%d\n%lld\n%.*s\n%.*s\n%.*s\n", (long long)r->id, (long long)r->node,
                   (long long)r->seq, (long long)r->at, (long long)r->actor, (int)r->audience, (long long)owner_of(r->stream),
                   STR_ARG(r->kind), STR_ARG(r->subject), STR_ARG(base64url_encode(keep, mark)));
}

static void chain_add(Scope *s, crypto_generichash_state *chain, const Stored *r)
{
    uint8_t digest[HASH_BYTES];
    SCRATCH(tmp, s->arena);
    str lines = record_lines(&tmp, r);
    crypto_generichash(digest, sizeof digest, (const uint8_t *)lines.p, (unsigned long long)lines.n, NULL, 0);
    crypto_generichash_update(chain, digest, sizeof digest);
}

void chain_begin(Chain *c, str before)
{
    static const uint8_t nothing[HASH_BYTES];
    crypto_generichash_init(&c->state, NULL, 0, HASH_BYTES);
    crypto_generichash_update(&c->state, before.n == HASH_BYTES ? (const uint8_t *)before.p : nothing, HASH_BYTES);
}

void chain_record(Scope *s, Chain *c, const Stored *r) { chain_add(s, &c->state, r); }

str chain_end(Arena *keep, Chain *c)
{
    char *hash = NEW(keep, char, HASH_BYTES);
    crypto_generichash_final(&c->state, (uint8_t *)hash, HASH_BYTES);
    return (str){ hash, HASH_BYTES };
}

str seal_text(Arena *keep, const Stretch *at, str hash)
{
    return str_fmt(keep, "sampan-seal-1\n%lld\n%d\n%lld\n%lld\n%.*s\n", (long long)at->node, (int)at->audience,
                   (long long)owner_of(at->stream), (long long)at->to, STR_ARG(hex_encode(keep, hash)));
}

str hash_up_to(Scope *s, int64_t stream, int64_t node, int64_t seq)
{
    journal_rows_seal_row row;
    return seq > 0 && journal_rows_seal(s, stream, node, seq, &row) ? row.hash : (str){ 0 };
}

/* ---- sealing ------------------------------------------------------------------------------------------------------------- */

Stored stored_of(const journal_rows_after_seq_row *p)
{
    return (Stored){ .r = { .id = p->id, .node = p->node, .seq = p->seq, .at = p->at, .actor = p->actor, .person = p->actor,
                            .audience = (Audience)p->audience, .stream = p->stream, .kind = p->kind, .subject = p->subject, .body = p->body },
                     .own = p->own, .salt = p->salt, .mark = p->mark };
}

bool stored_by_id(Scope *s, int64_t id, Stored *ret)
{
    journal_rows_record_row p;
    if (!journal_rows_record(s, id, &p)) return false;
    *ret = (Stored){ .r = { .id = p.id, .node = p.node, .seq = p.seq, .at = p.at, .actor = p.actor, .person = p.actor,
                            .audience = (Audience)p.audience, .stream = p.stream, .kind = p.kind, .subject = p.subject, .body = p.body },
                     .own = p.own, .salt = p.salt, .mark = p.mark };
    return true;
}

/* Records from before there were salts get one now, while nobody has signed them: the same in every copy of this installation, and
 * nobody else's to guess. */
static int64_t salt_late(const Journal *j, int64_t id)
{
    int64_t salt;
    crypto_generichash((uint8_t *)&salt, sizeof salt, (const uint8_t *)&id, sizeof id, j->secret, 32);
    salt &= INT64_MAX;
    return salt ? salt : 1;
}

static void salt_put(Scope *s, Stored *r)
{
    if (r->salt || r->r.body.n == 0) return;
    r->salt = salt_late(s->site->journal, r->r.id);
    journal_rows_salt(s, r->r.id, r->salt);
}

/* Where somebody's membership ends a stretch ends: it goes to where he was, and what follows does not. */
static bool ends_somebodys_time(Scope *s, const Record *r)
{
    bool has_members = r->audience == AUDIENCE_FIRM || r->audience == AUDIENCE_BODY || r->audience == AUDIENCE_MATTER;
    return has_members && journal_rows_ends_standing(s, r->stream, r->id) > 0;
}

static Stretch stretch_seal(Scope *s, int64_t stream, int64_t node, int64_t after, int64_t last)
{
    Chain c;
    Stretch at = { .stream = stream, .node = node, .from = after + 1, .to = after };
    ptrdiff_t bytes = 0;
    chain_begin(&c, hash_up_to(s, stream, node, after));
    journal_rows_after_seq_rows page = journal_rows_after_seq(s, stream, node, after, last, STRETCH_RECORDS);
    bool more = true;
    for (ptrdiff_t i = 0; i < page.n && more; i++) {
        Stored r = stored_of(&page.row[i]);
        salt_put(s, &r);
        chain_record(s, &c, &r);
        at.audience = r.r.audience;
        at.to = r.r.seq;
        bytes += r.r.body.n + 200;
        more = bytes < STRETCH_BYTES && !ends_somebodys_time(s, &r.r);
    }
    str hash = chain_end(s->arena, &c);
    journal_rows_seal_add(s, stream, node, at.to, hash, sign(s, seal_text(s->arena, &at, hash)));
    return at;
}

static void stream_seal(Scope *s, int64_t stream, int64_t node)
{
    journal_rows_head_row head;
    if (!journal_rows_head(s, stream, node, &head) || head.sealed >= head.seq || has_parted(s, stream, node)) return;
    for (int64_t sealed = head.sealed; sealed < head.seq;) {
        Arena mark = *s->arena;
        sealed = stretch_seal(s, stream, node, sealed, head.seq).to;
        journal_rows_head_sealed(s, stream, node, sealed);
        scope_rewind(s, mark);
    }
}

/* True: there may be more of this number. */
static bool number_seal(Scope *s, int64_t node, int64_t after)
{
    journal_rows_heads_after_rows page = journal_rows_heads_after(s, node, after, SEAL_PART);
    for (ptrdiff_t i = 0; i < page.n; i++) stream_seal(s, page.row[i].stream, node);
    if (page.n) journal_rows_node_sealed(s, node, page.row[page.n - 1].id);
    return page.n == SEAL_PART;
}

/* In a network a number speaks once it has a certificate. */
bool journal_seal(Scope *s)
{
    CHECK(s->writing);
    bool more = false, alone = is_alone(s);
    certificates_own(s);
    journal_rows_numbers_own_rows own = journal_rows_numbers_own(s);
    for (ptrdiff_t i = 0; i < own.n && !more; i++)
        if (alone || own.row[i].certified) more = number_seal(s, own.row[i].node, own.row[i].sealed);
    return more;
}

/* Job journal.seal, in parts. */
bool seal_job(Scope *s, str body)
{
    if (journal_seal(s)) jobs_add(s, "journal.seal", S(""), s->now);
    return true;
}
