/* journal_take - what a node takes of what another said: stretches that are whole, signed, not from the future, of a stream that is
 * kept here, and begin where we end. Step 31 of docs/EXCHANGE.md. What is wrong is refused with a reason and refuses nothing
 * else; what would leave a gap is left for the next time. */
#include <jansson.h>

#include "journal/journal_own.h"

enum { WHY_BYTES_MAX = 400 };

/* ---- receive ----------------------------------------------------------------------------------------------------- */

typedef struct Coming {
    Scope   *s;
    Received got;
    int64_t  bound;              /* ms since 2026; no id beyond it is taken */
    bool     open, bad;          /* a stretch is under way; something of it could not be taken */
    bool     is_signed;          /* the letter, by a node of the network */
    Stretch  at;
    Stored  *record; int n;
    char    *why;
} Coming;

static void refuse(Coming *c, str why)
{
    c->got.refused++;
    if (c->got.why.n || why.n == 0) return;
    c->got.why = (str){ c->why, why.n < WHY_BYTES_MAX ? why.n : WHY_BYTES_MAX };
    memcpy(c->why, why.p, (size_t)c->got.why.n);
}

static void unreadable(Coming *c)
{
    refuse(c, T(c->s, "A line could not be read."));
    c->bad = true;
}

static bool read_id(const json_t *o, const char *name, int64_t *ret)
{
    const json_t *v = json_object_get(o, name);
    return json_is_string(v) && str_int((str){ json_string_value(v), (ptrdiff_t)json_string_length(v) }, ret) && *ret >= 0;
}

static bool read_int(const json_t *o, const char *name, int64_t *ret)
{
    const json_t *v = json_object_get(o, name);
    if (!json_is_integer(v)) return false;
    *ret = json_integer_value(v);
    return true;
}

/* Absent is empty. */
static bool read_text(Arena *keep, const json_t *o, const char *name, ptrdiff_t max, str *ret)
{
    const json_t *v = json_object_get(o, name);
    *ret = (str){ 0 };
    if (!v) return true;
    if (!json_is_string(v)) return false;
    str text = { json_string_value(v), (ptrdiff_t)json_string_length(v) };
    if (text.n > max) return false;
    *ret = str_keep(keep, text);
    return true;
}

static bool is_object(str json)
{
    json_error_t error;
    json_t *root = json_loadb(json.p, (size_t)json.n, JSON_REJECT_DUPLICATES, &error);
    bool object = json_is_object(root);
    json_decref(root);
    return object;
}

/* A body with its salt, or the mark of one that was erased. */
static bool words_shape(Arena *keep, const json_t *o, Stored *r)
{
    str mark;
    if (!read_text(keep, o, "body", INLINE_BYTES_MAX, &r->r.body) || !read_text(keep, o, "mark", 2 * HASH_BYTES, &mark)) return false;
    if (mark.n) return r->r.body.n == 0 && hex_decode(keep, mark, &r->mark) && r->mark.n == HASH_BYTES;
    return r->r.body.n == 0 || (is_object(r->r.body) && read_id(o, "salt", &r->salt) && r->salt > 0);
}

static bool record_shape(Arena *keep, const json_t *o, Stored *r)
{
    Record *p = &r->r;
    return read_id(o, "id", &p->id) && p->id > 0 && read_int(o, "at", &p->at) && read_id(o, "actor", &p->actor)
        && read_text(keep, o, "kind", KIND_BYTES_MAX, &p->kind) && p->kind.n > 0 && str_is_plain(p->kind, false)
        && read_text(keep, o, "subject", SUBJECT_BYTES_MAX, &p->subject) && str_is_plain(p->subject, false) && words_shape(keep, o, r);
}

bool record_parse(Arena *keep, str line, Stored *ret)
{
    json_error_t error;
    json_t *o = json_loadb(line.p, (size_t)line.n, JSON_REJECT_DUPLICATES, &error);
    *ret = (Stored){ 0 };
    bool ok = json_is_object(o) && record_shape(keep, o, ret);
    json_decref(o);
    return ok;
}

static void stretch_line(Coming *c, str line)
{
    Stretch *at = &c->at;
    c->open = true;
    c->bad = false;
    c->n = 0;
    *at = (Stretch){ 0 };
    if (!take_stream(&line, &at->audience, &at->stream) || !take_number(&line, &at->node) || !is_node(at->node)
        || !take_number(&line, &at->from) || !take_number(&line, &at->to) || at->from < 1 || at->to < at->from || at->to - at->from >= STRETCH_MAX)
        unreadable(c);
}

static void record_line(Coming *c, str line)
{
    Stored *r = &c->record[c->n];
    if (!c->open) {
        unreadable(c);
        return;
    }
    if (c->bad) return;
    if (c->n > c->at.to - c->at.from || !record_parse(c->s->arena, line, r)) {
        unreadable(c);
        return;
    }
    r->r.node = c->at.node;
    r->r.seq = c->at.from + c->n;
    r->r.audience = c->at.audience;
    r->r.stream = c->at.stream;
    r->own = is_personal(r->r.audience) && r->r.actor == owner_of(r->r.stream);
    c->n++;
}

/* ---- is this stretch to be taken? ------------------------------------------------------------------------------------------ */

/* Of those beyond what is here, of which the last one has this id. */
static bool ids_are_right(Coming *c, int64_t last, int64_t here)
{
    Scope *s = c->s;
    str node = journal_subject(s, c->at.node);
    for (int i = 0; i < c->n; i++) {
        int64_t id = c->record[i].r.id;
        if (c->record[i].r.seq <= here) continue;
        if (id <= last || id_node(id) != c->at.node) refuse(c, T(s, "A line could not be read."));
        else if (id_ms(id) > c->bound) refuse(c, FILL(s, T(s, "Node {node} wrote with a clock that is ahead. Its records are taken once its clock is right."), { "node", node }));
        else if (journal_rows_is_id(s, id) > 0 && number_is_ours(s, c->at.node)) parted_at_record(s, id);
        else if (journal_rows_is_id(s, id) > 0) refuse(c, FILL(s, T(s, "Node {node} sends a record under the number of another one."), { "node", node }));
        else {
            last = id;
            continue;
        }
        return false;
    }
    return true;
}

static bool is_signed(Coming *c, str hash, str signature, const journal_rows_node_row *node)
{
    Scope *s = c->s;
    Chain chain;
    chain_begin(&chain, hash_up_to(s, c->at.stream, c->at.node, c->at.from - 1));
    for (int i = 0; i < c->n; i++) chain_record(s, &chain, &c->record[i]);
    return str_eq(chain_end(s->arena, &chain), hash) && key_signs(s->arena, node->key, seal_text(s->arena, &c->at, hash), signature);
}

static void refuse_two(Coming *c, int64_t node)
{
    refuse(c, FILL(c->s, T(c->s, "Node {node} wrote two records under one number. It may come from an old copy."), { "node", journal_subject(c->s, node) }));
}

/* Known already, and is it the same? Two seals of one node for one place mean that it came from an old copy and wrote on. */
static void known_stretch(Coming *c, str hash)
{
    str ours = hash_up_to(c->s, c->at.stream, c->at.node, c->at.to);
    if (ours.n == 0 || str_eq(ours, hash)) c->got.known += c->n;
    else refuse_two(c, c->at.node);
}

/* Whose members are whose, streams of firms and matters say themselves: that cannot be asked before they are here. */
static bool is_ours_to_hold(Coming *c)
{
    bool told = c->at.audience == AUDIENCE_PERSON || c->at.audience == AUDIENCE_CENTRE || c->at.audience == AUDIENCE_ECONOMY;
    return !told || node_may_hold(c->s, journal_node(c->s), c->at.audience, c->at.stream);
}

/* Whoever carries records can leave words away, and the seals still hold. A person's own are gone only when it is known here that
 * she is erased; a card says that itself. In other streams that may be said further on: the word of the node whose letter it is,
 * whole and signed, has to do. */
static bool words_are_missing(Coming *c)
{
    for (int i = 0; i < c->n && c->at.audience != AUDIENCE_CARD; i++) {
        const Record *r = &c->record[i].r;
        if (r->body.n == 0 && !(c->at.audience == AUDIENCE_PERSON ? words_are_erased(c->s, r, kind_declared(c->s, r->kind)) : c->is_signed)) return true;
    }
    return false;
}

/* Its place; 0: what is here is the same. */
static int64_t first_that_differs(Coming *c, int64_t here)
{
    Scope *s = c->s;
    journal_rows_after_seq_rows ours = journal_rows_after_seq(s, c->at.stream, c->at.node, c->at.from - 1, here < c->at.to ? here : c->at.to, STRETCH_MAX);
    for (ptrdiff_t i = 0; i < ours.n; i++) {
        Stored r = stored_of(&ours.row[i]);
        if (!str_eq(record_lines(s->arena, &r), record_lines(s->arena, &c->record[i]))) return r.r.seq;
    }
    return 0;
}

/* Of our own: we come from an old copy. What stands here with other words than there gets another number one day; where all is the same,
 * their seals are the older ones, and what follows is taken back. True: it is to be taken, from the head on. */
static bool own_stretch(Coming *c, str hash, str signature, const journal_rows_head_row *head, const journal_rows_node_row *node)
{
    Scope *s = c->s;
    const Stretch *at = &c->at;
    str before = hash_up_to(s, at->stream, at->node, at->from - 1);
    int64_t differs;
    if (str_eq(hash_up_to(s, at->stream, at->node, at->to), hash)) c->got.known += c->n;
    else if (at->from > head->seq + 1 || (at->from > 1 && before.n == 0)) c->got.gap++;
    else if (!is_signed(c, hash, signature, node))
        refuse(c, FILL(s, T(s, "Records of node {node} are not as it signed them."), { "node", journal_subject(s, at->node) }));
    else if ((differs = first_that_differs(c, head->seq))) parted_here(s, at->stream, at->node, differs - 1);
    else if (at->to <= head->seq || ids_are_right(c, head->id, head->seq)) {
        parted_nowhere(s, at->stream, at->node);
        journal_rows_seals_drop(s, at->stream, at->node, at->from);
        journal_rows_node_unseal(s, at->node, at->from > 1 ? journal_rows_id_at(s, at->stream, at->node, at->from - 1) : 0);
        return true;
    }
    return false;
}

/* False: it has been said why, or counted. */
static bool is_to_be_taken(Coming *c, str hash, str signature)
{
    Scope *s = c->s;
    journal_rows_head_row head = { 0 };
    journal_rows_node_row node;
    Audience here = audience_here(s, c->at.stream);
    str number = journal_subject(s, c->at.node);
    journal_rows_head(s, c->at.stream, c->at.node, &head);
    if (!journal_rows_node(s, c->at.node, &node) || node.key.n == 0) refuse(c, FILL(s, T(s, "Node {node} is not of this network."), { "node", number }));
    else if ((here && here != c->at.audience) || !stream_fits(c->at.audience, c->at.stream)) refuse(c, T(s, "A record is of the wrong stream."));
    else if (node.own) return own_stretch(c, hash, signature, &head, &node);
    else if (c->at.to <= head.seq) known_stretch(c, hash);
    else if (node.revoked && c->record[c->n - 1].r.id > node.revoked) refuse(c, FILL(s, T(s, "Node {node} was revoked."), { "node", number }));
    else if (c->at.from != head.sealed + 1) c->got.gap++;
    else if (!is_ours_to_hold(c)) refuse(c, T(s, "A record is of a stream that is not kept here."));
    else if (is_personal(c->at.audience) && !node_speaks_for(s, c->at.node, owner_of(c->at.stream), c->record[c->n - 1].r.id))
        refuse(c, FILL(s, T(s, "Node {node} may not speak for a person who does not belong there."), { "node", number }));
    else if (!ids_are_right(c, head.id, head.seq)) return false;
    else if (!is_signed(c, hash, signature, &node)) refuse(c, FILL(s, T(s, "Records of node {node} are not as it signed them."), { "node", number }));
    else return true;
    return false;
}

/* ---- taking ----------------------------------------------------------------------------------------------------------------- */

static void record_take(Scope *s, Stored *r)
{
    const EntryKind *kind = kind_declared(s, r->r.kind);
    take_without_words(s, r, kind);
    const Record *p = &r->r;
    journal_rows_append(s, p->id, p->node, p->seq, p->at, p->actor, p->audience, p->stream, r->own, p->kind, p->subject, p->body, r->salt, r->mark);
    journal_follow(s->site->journal, p->id);
    note_again(s, p);
    r->r.person = is_personal(p->audience) ? journal_canonical(s, owner_of(p->stream)) : p->actor;
    land(s, &r->r, NULL);
}

/* Cards come first, and say whose streams belong here. */
static void stretch_take(Coming *c, str hash, str signature)
{
    Scope *s = c->s;
    if (c->at.audience != AUDIENCE_CARD) settle_cards(s);
    if (words_are_missing(c)) {
        refuse(c, T(s, "A record comes without its words, and nobody is known to have erased them."));
        return;
    }
    if (!is_to_be_taken(c, hash, signature)) return;
    journal_rows_head_row head = { 0 };
    const Stretch *at = &c->at;
    journal_rows_head(s, at->stream, at->node, &head);
    int64_t here = head.seq, last = at->to > here ? c->record[c->n - 1].r.id : head.id;
    journal_rows_head_put(s, at->stream, at->node, at->to > here ? at->to : here, last, at->to);
    journal_rows_seal_add(s, at->stream, at->node, at->to, hash, signature);
    for (int i = 0; i < c->n; i++)
        if (c->record[i].r.seq > here) record_take(s, &c->record[i]);
    c->got.added += at->to > here ? at->to - (here < at->from ? at->from - 1 : here) : 0;
    c->got.known += here >= at->from ? (here < at->to ? here : at->to) - at->from + 1 : 0;
}

static void seal_line(Coming *c, str line)
{
    Scope *s = c->s;
    str hash, signature;
    bool whole = c->open && !c->bad;
    c->open = false;
    if (!whole) return;
    if (c->n == c->at.to - c->at.from + 1 && hex_decode(s->arena, take_word(&line), &hash) && hash.n == HASH_BYTES
        && base64url_decode(s->arena, line, &signature)) stretch_take(c, hash, signature);
    else unreadable(c);
}

static void certificate_line(Coming *c, str line)
{
    str why = { 0 };
    if (!certificate_take(c->s, line, &why)) refuse(c, why);
}

/* Who names place 0 of a node knows that something is wrong with what it holds of it, and asks. */
static bool is_asked_about(str places, str node)
{
    bool asked = false;
    while (places.n) {
        str_pair two = str_cut(take_word(&places), ':');
        asked |= str_eq(two.head, node) && str_starts(two.tail, S("0:"));
    }
    return asked;
}

/* What the other holds less of than we do. Of our own that may be what we wrote after an old copy; and where its last seal of
 * ours is none that we know, it has heard something else from us. */
static void place_came(Coming *c, int64_t stream, str places, str place)
{
    Scope *s = c->s;
    int64_t node, seq;
    str_pair two = str_cut(place, ':'), rest = str_cut(two.tail, ':');
    journal_rows_head_row head;
    if (is_asked_about(places, two.head)) return;
    if (!str_int(two.head, &node) || !is_node(node) || !str_int(rest.head, &seq) || seq <= 0) return;
    bool same = same_hash(s, hash_up_to(s, stream, node, seq), rest.tail), ours = number_is_ours(s, node);
    if (ours && !same) parted_somewhere(s, stream, node);
    else if (!same && journal_rows_head(s, stream, node, &head) && head.sealed >= seq) refuse_two(c, node);
}

static void in_came(Coming *c, str line)
{
    Audience audience;
    int64_t stream;
    str places;
    if (!take_stream(&line, &audience, &stream)) return;
    c->got.wants = true;
    for (places = line; line.n;) place_came(c, stream, places, take_word(&line));
    they_lack(c->s, stream, places);
}

static void line_came(Coming *c, str line)
{
    str rest = line, word = take_word(&rest);
    if (line.n && line.p[0] == '{') record_line(c, line);
    else if (str_eq(word, S("stretch"))) stretch_line(c, rest);
    else if (str_eq(word, S("seal"))) seal_line(c, rest);
    else if (str_eq(word, S("more"))) c->got.more = true;
    else if (str_eq(word, S("in"))) {
        if (c->is_signed) in_came(c, rest);
    }
    else if (!str_eq(word, S("certificate")) && !str_eq(word, S("lack")) && !str_eq(word, S("signed")) && !str_eq(word, S("knows"))) unreadable(c);
}

/* A hub's time is believed, when it signed it: a box may wake up in 1970. */
static int64_t bound_for(Scope *s, str message)
{
    int64_t ours = time_told(s), said = hub_time(s, message);
    return (said > ours ? said : ours) - JOURNAL_EPOCH + DAY;
}

/* Memory ends with each stretch. */
static Received receive(Scope *s, str message)
{
    Coming c = { .s = s, .record = NEW(s->arena, Stored, STRETCH_MAX + 1), .why = NEW(s->arena, char, WHY_BYTES_MAX) };
    Arena mark = *s->arena;
    if (message.n > MESSAGE_BYTES_MAX) {
        refuse(&c, T(s, "The message is too long."));
        return c.got;
    }
    for (str rest = message, line; take_line(&rest, &line);)
        if (str_starts(line, S("certificate "))) certificate_line(&c, str_slice(line, 12, line.n));
    int64_t time, node = message_node(message, "lack", &time);
    str lines;
    c.is_signed = node && signed_by(s, message, node, &lines);
    c.bound = bound_for(s, message);
    parted_begin(s);
    for (str line; take_line(&message, &line);) {
        line_came(&c, line);
        if (!c.open) scope_rewind(s, mark);
    }
    switch (parted_end(s)) {
    case PARTED_SOMEWHERE: c.got.more = true; break;
    case PARTED_HERE: c.got.copied = true; break;
    default: break;
    }
    return c.got;
}

Received journal_receive(Scope *s, str message)
{
    CHECK(s->writing);
    stale_look(s);
    Received got = receive(s, message);
    settle(s, 8 * PART_RECORDS);
    hub_judges(s);
    future_anew(s, message);
    s->site->journal->careful = false;
    return got;
}
