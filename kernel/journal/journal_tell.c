/* journal_tell - what a node says to another: what it holds, and what the other lacks. Bytes only; who carries them is decided
 * elsewhere. Steps 28 to 30, 32 and 36 of docs/EXCHANGE.md.
 *
 *   have <node> <time>                                who asks, and its time (time_told)
 *   certificate {…} …                                 its own, from the root down
 *   ask …                                             for a number of its own that has no certificate yet
 *   in <audience> <stream> <node>:<seq>:<hash> …      what it holds, sealed, and the first 16 digits of the hash there
 *   knows <node>:<since> …                            whose certificates it has
 *   signed <signature>                                over all lines before
 *
 *   lack <node> <time>
 *   certificate {…} …
 *   stretch <audience> <stream> <node> <from> <to>    the records follow, a line each, and its seal
 *   {"id":"…","at":n,"actor":"…","kind":"…","subject":"…","body":"…","salt":"…"}        or "mark" in place of the last two
 *   seal <hash> <signature>
 *   more                                              it did not all fit
 *   in …                                              what we hold of the asker's streams, where it has more, or something else
 *   signed <signature>
 *
 * The asker answers a lack with a lack of its own, of the streams named in it, and so the other gets what it has more. A node
 * that learns of another ending of what it wrote itself names several of its seals of that stream: what follows the last
 * one that both know is sent. */
#include "journal/journal_own.h"

enum { SEALS_NAMED = 50, LINE_BYTES_MAX = 8 * INLINE_BYTES_MAX, LACK_BYTES_MAX = MESSAGE_BYTES_MAX / 2 };

/* ---- have -------------------------------------------------------------------------------------------------------- */

static void place_write(Scope *s, Out *o, int64_t node, int64_t seq, str hash)
{
    out_fmt(o, " %lld:%lld:", (long long)node, (long long)seq);
    hash_digits(s, o, hash);
}

/* Place 0 stands for the beginning, and says that there may be several. */
static void seals_write(Scope *s, Out *o, int64_t stream, int64_t node)
{
    out_fmt(o, " %lld:0:", (long long)node);
    journal_rows_seals_rows seals = journal_rows_seals(s, stream, node, SEALS_NAMED);
    for (ptrdiff_t i = 0; i < seals.n; i++) place_write(s, o, node, seals.row[i].seq, seals.row[i].hash);
}

/* One stream: what is sealed of each node. False: nothing is. spoke: numbers, to which those that wrote here are added; or NULL. */
static bool in_line(Scope *s, Out *o, Audience audience, int64_t stream, bool *spoke)
{
    ptrdiff_t before = o->n;
    journal_rows_heads_rows heads = journal_rows_heads(s, stream);
    out_fmt(o, "in %d %lld", (int)audience, (long long)stream);
    ptrdiff_t empty = o->n;
    for (ptrdiff_t i = 0; i < heads.n; i++) {
        const journal_rows_heads_row *h = &heads.row[i];
        if (spoke) spoke[h->node] = true;
        if (h->own && has_parted(s, stream, h->node)) seals_write(s, o, stream, h->node);
        else if (h->sealed) place_write(s, o, h->node, h->sealed, hash_up_to(s, stream, h->node, h->sealed));
    }
    if (o->n > empty) out_char(o, '\n');
    else o->n = before;
    return o->n > before;
}

static void certificate_lines(Out *o, str chain)
{
    for (str line; take_line(&chain, &line);) out_fmt(o, "certificate %.*s\n", STR_ARG(line));
}

/* Of these numbers, where we have a certificate. */
static void knows_line(Scope *s, Out *o, const bool *number)
{
    journal_rows_node_row row;
    out_lit(o, "knows");
    for (int64_t i = 1; i <= NODE_MAX; i++)
        if (number[i] && journal_rows_node(s, i, &row) && row.since) out_fmt(o, " %lld:%lld", (long long)i, (long long)row.since);
    out_char(o, '\n');
}

/* For one node: of those only who may stand in its answer, which are its own and who wrote in its streams (in_line has seen them). So a
 * box is asked no more when there are more boxes. */
static void known_to(Scope *s, const journal_rows_node_row *to, bool *number)
{
    journal_rows_numbers_of_rows theirs = journal_rows_numbers_of(s, to->key);
    for (ptrdiff_t i = 0; i < theirs.n; i++) number[theirs.row[i].node] = true;
    number[self_node(s)] = true;
}

static void known_to_all(Scope *s, bool *number)
{
    journal_rows_nodes_rows nodes = journal_rows_nodes(s);
    for (ptrdiff_t i = 0; i < nodes.n; i++) number[nodes.row[i].node] = true;
}

str journal_have(Scope *s, int64_t to)
{
    Out o;
    journal_rows_node_row node;
    bool *number = NEW(s->arena, bool, NODE_MAX + 1);
    bool known = to && journal_rows_node(s, to, &node) && node.key.n > 0;
    Streams all = known ? node_streams(s, to) : all_streams(s);
    if (known) known_to(s, &node, number);
    else known_to_all(s, number);
    out_init(&o, s->arena, 4096 + all.n * 80);
    out_fmt(&o, "have %lld %lld\n", (long long)self_node(s), (long long)time_told(s));
    certificate_lines(&o, certificates_for(s, self_node(s)));
    out_str(&o, ask_for_more(s));
    for (ptrdiff_t i = 0; i < all.n; i++) in_line(s, &o, audience_here(s, all.row[i].stream), all.row[i].stream, number);
    knows_line(s, &o, number);
    signed_end(s, &o);
    return out_text(&o);
}

/* ---- what the other holds ------------------------------------------------------------------------------------------- */

typedef struct Held { int64_t stream, node, seq; str hash; } Held;
typedef struct Known { int64_t node, since; } Known;
typedef struct Named { Audience audience; int64_t stream; } Named;
typedef struct Theirs { Held *held; ptrdiff_t held_n; Known *known; ptrdiff_t known_n; Named *named; ptrdiff_t named_n; } Theirs;

static ptrdiff_t count_of(str text, char c)
{
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < text.n; i++) n += text.p[i] == c;
    return n;
}

static void in_parse(str line, Theirs *t)
{
    Named *named = &t->named[t->named_n];
    if (!take_stream(&line, &named->audience, &named->stream)) return;
    t->named_n++;
    while (line.n) {
        str_pair node = str_cut(take_word(&line), ':'), seq = str_cut(node.tail, ':');
        Held h = { .stream = named->stream, .hash = seq.tail };
        if (str_int(node.head, &h.node) && is_node(h.node) && str_int(seq.head, &h.seq) && h.seq >= 0) t->held[t->held_n++] = h;
    }
}

static void knows_parse(str line, Theirs *t)
{
    while (line.n) {
        str_pair two = str_cut(take_word(&line), ':');
        Known k;
        if (str_int(two.head, &k.node) && str_int(two.tail, &k.since)) t->known[t->known_n++] = k;
    }
}

static int by_place(const void *a, const void *b)
{
    const Held *x = a, *y = b;
    if (x->stream != y->stream) return x->stream < y->stream ? -1 : 1;
    if (x->node != y->node) return x->node < y->node ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int by_name(const void *a, const void *b)
{
    int64_t x = ((const Named *)a)->stream, y = ((const Named *)b)->stream;
    return x < y ? -1 : x > y;
}

/* What was said in the same letter already counts as held. */
static void told_parse(str text, Theirs *t)
{
    Held h = { 0 };
    Audience audience;
    int64_t from;
    for (str line; take_line(&text, &line);) {
        str word = take_word(&line);
        if (str_eq(word, S("stretch")) && take_stream(&line, &audience, &h.stream) && take_number(&line, &h.node) && take_number(&line, &from)) take_number(&line, &h.seq);
        h.hash = str_slice(line, 0, HASH_DIGITS);
        if (str_eq(word, S("seal"))) t->held[t->held_n++] = h;
    }
}

static Theirs theirs_parse(Arena *keep, str text, str told)
{
    ptrdiff_t words = count_of(text, ' ') + count_of(told, '\n') + 1;
    Theirs t = { .held = NEW(keep, Held, words), .known = NEW(keep, Known, words), .named = NEW(keep, Named, words) };
    for (str line; take_line(&text, &line);) {
        str word = take_word(&line);
        if (str_eq(word, S("in"))) in_parse(line, &t);
        else if (str_eq(word, S("knows"))) knows_parse(line, &t);
    }
    told_parse(told, &t);
    if (t.held_n) qsort(t.held, (size_t)t.held_n, sizeof *t.held, by_place);
    if (t.named_n) qsort(t.named, (size_t)t.named_n, sizeof *t.named, by_name);
    return t;
}

static const Held *first_of(const Theirs *t, int64_t stream, int64_t node)
{
    ptrdiff_t low = 0, high = t->held_n;
    Held from = { .stream = stream, .node = node };
    while (low < high) {
        ptrdiff_t middle = low + (high - low) / 2;
        if (by_place(&t->held[middle], &from) < 0) low = middle + 1;
        else high = middle;
    }
    return t->held + low;
}

/* Of a stream and a node: none, one place, or several. */
typedef struct Places { const Held *first; ptrdiff_t n; } Places;

static Places places_of(const Theirs *t, int64_t stream, int64_t node)
{
    Places p = { first_of(t, stream, node), 0 };
    for (const Held *h = p.first; h < t->held + t->held_n && h->stream == stream && h->node == node; h++) p.n++;
    return p;
}

static bool knows(const Theirs *t, int64_t node, int64_t since)
{
    for (ptrdiff_t i = 0; i < t->known_n; i++)
        if (t->known[i].node == node && t->known[i].since >= since) return true;
    return false;
}

static bool is_named(const Theirs *t, int64_t stream)
{
    Named key = { .stream = stream };
    return t->named_n && bsearch(&key, t->named, (size_t)t->named_n, sizeof *t->named, by_name);
}

/* ---- lack -------------------------------------------------------------------------------------------------------- */

typedef struct Sending {
    Scope *s;
    Out    out;
    ptrdiff_t max;
    const Theirs *theirs;
    bool    begun, full;
    bool    told[NODE_MAX + 1];      /* certificates in this message */
} Sending;

static void record_write(Out *o, const Stored *r)
{
    Json j = json_to(o);
    json_object(&j, S(""));
    json_id(&j, S("id"), r->r.id);
    json_int(&j, S("at"), r->r.at);
    json_id(&j, S("actor"), r->r.actor);
    json_str(&j, S("kind"), r->r.kind);
    if (r->r.subject.n) json_str(&j, S("subject"), r->r.subject);
    if (r->r.body.n) {
        json_str(&j, S("body"), r->r.body);
        json_id(&j, S("salt"), r->salt);
    }
    json_object_end(&j);
    if (r->mark.n) {
        o->n--;                                  /* before the brace: the mark is bytes */
        out_lit(o, ",\"mark\":\"");
        out_str(o, hex_encode(o->arena, r->mark));
        out_lit(o, "\"}");
    }
    out_char(o, '\n');
}

/* Certificates that the other may not have go first, once. */
static void tell_certificate(Sending *to, int64_t node)
{
    journal_rows_node_row row;
    if (to->told[node]) return;
    to->told[node] = true;
    if (!journal_rows_node(to->s, node, &row) || row.certificate.n == 0 || knows(to->theirs, node, row.since)) return;
    certificate_lines(&to->out, certificates_for(to->s, node));
}

static void stretch_write(Sending *to, Audience audience, int64_t stream, int64_t node, int64_t after, const journal_rows_seal_after_row *seal)
{
    Scope *s = to->s;
    journal_rows_after_seq_rows page = journal_rows_after_seq(s, stream, node, after, seal->seq, STRETCH_MAX);
    out_fmt(&to->out, "stretch %d %lld %lld %lld %lld\n", (int)audience, (long long)stream, (long long)node, (long long)(after + 1), (long long)seal->seq);
    for (ptrdiff_t i = 0; i < page.n; i++) {
        Stored r = stored_of(&page.row[i]);
        record_write(&to->out, &r);
    }
    out_fmt(&to->out, "seal %.*s %.*s\n", STR_ARG(hex_encode(s->arena, seal->hash)), STR_ARG(base64url_encode(s->arena, seal->signature)));
}

/* False: the message is full. The first stretch of a message always goes, however small the message should be. */
static bool send_stretch(Sending *to, Audience audience, int64_t stream, int64_t node, int64_t after, const journal_rows_seal_after_row *seal)
{
    ptrdiff_t before = to->out.n;
    int64_t maker = is_personal(audience) ? id_node(owner_of(stream)) : node;      /* one installation may have several numbers */
    bool told = to->told[node], told_maker = to->told[maker];
    tell_certificate(to, node);
    tell_certificate(to, maker);
    stretch_write(to, audience, stream, node, after, seal);
    if (to->begun && to->out.n > to->max) {
        to->out.n = before;
        to->told[maker] = told_maker;
        to->told[node] = told;
        to->full = true;
        return false;
    }
    to->begun = true;
    return true;
}

/* The last place that both know, and whether the other may lack what comes after it: where it names a place that we do not know,
 * it has more than we do, or something else. */
static int64_t common_place(Scope *s, Places p, int64_t stream, int64_t node, bool *ret_lacks)
{
    int64_t common = 0;
    for (ptrdiff_t i = 0; i < p.n; i++)
        if (p.first[i].seq && same_hash(s, hash_up_to(s, stream, node, p.first[i].seq), p.first[i].hash)) common = p.first[i].seq;
    *ret_lacks = p.n == 0 || common > 0 || p.first[0].seq == 0;
    return common;
}

/* All that is sealed after what they hold. */
static void send_node(Sending *to, Audience audience, const StreamUntil *of, int64_t node, int64_t sealed)
{
    Scope *s = to->s;
    int64_t stream = of->stream;
    journal_rows_seal_after_row seal;
    bool lacks;
    int64_t after = common_place(s, places_of(to->theirs, stream, node), stream, node, &lacks);
    if (!lacks || after >= sealed) return;
    for (bool more = true; more && !to->full && journal_rows_seal_after(s, stream, node, after, &seal); after = seal.seq) {
        Arena mark = *s->arena;
        if (of->until != HOLDS_ALL && journal_rows_id_at(s, stream, node, seal.seq) > of->until) break;
        more = send_stretch(to, audience, stream, node, after, &seal);
        scope_rewind(s, mark);
    }
}

static void send_stream(Sending *to, const StreamUntil *of)
{
    Audience audience = audience_here(to->s, of->stream);
    journal_rows_heads_rows heads = journal_rows_heads(to->s, of->stream);
    for (ptrdiff_t i = 0; i < heads.n && !to->full; i++) {
        const journal_rows_heads_row *h = &heads.row[i];
        if (!h->own || !number_has_parted(to->s, h->node)) send_node(to, audience, of, h->node, h->sealed);
    }
}

static int by_stream(const void *a, const void *b)
{
    int64_t x = ((const StreamUntil *)a)->stream, y = ((const StreamUntil *)b)->stream;
    return x < y ? -1 : x > y;
}

static bool is_among_streams(const Streams *all, int64_t stream)
{
    StreamUntil key = { .stream = stream };
    return all->n && bsearch(&key, all->row, (size_t)all->n, sizeof *all->row, by_stream);
}

/* What it wrote itself where it may hold nothing else, into another economy say, it may have back: else one that comes from an old copy
 * could not find out where the two endings parted. */
static void send_own_back(Sending *to, int64_t asker, const Streams *may, bool named_only)
{
    Scope *s = to->s;
    journal_rows_node_row row;
    if (!journal_rows_node(s, asker, &row) || row.revoked) return;
    journal_rows_heads_of_key_rows heads = journal_rows_heads_of_key(s, row.key);
    for (ptrdiff_t i = 0; i < heads.n && !to->full; i++) {
        const journal_rows_heads_of_key_row *h = &heads.row[i];
        bool asked = !is_among_streams(may, h->stream) && (!named_only || is_named(to->theirs, h->stream));
        if (asked) send_node(to, audience_here(s, h->stream), &(StreamUntil){ h->stream, HOLDS_ALL }, h->node, h->sealed);
    }
}

/* They have more of it than we do, or something else. */
static bool differs(Scope *s, const Theirs *t, int64_t stream)
{
    for (const Held *h = first_of(t, stream, 0); h < t->held + t->held_n && h->stream == stream; h++)
        if (!same_hash(s, hash_up_to(s, stream, h->node, h->seq), h->hash)) return true;
    return false;
}

/* Where they hold more than we do, they must know how far we are, to answer in turn. */
static void tell_ours(Sending *to)
{
    Scope *s = to->s;
    int64_t self = self_node(s);
    for (ptrdiff_t i = 0; i < to->theirs->named_n; i++) {
        const Named *named = &to->theirs->named[i];
        if (!node_may_hold(s, self, named->audience, named->stream) || !differs(s, to->theirs, named->stream)) continue;
        if (!in_line(s, &to->out, named->audience, named->stream, NULL)) out_fmt(&to->out, "in %d %lld\n", (int)named->audience, (long long)named->stream);
    }
}

/* Who knows another ending of what we wrote ourselves tells us that we come from an old copy. */
static void look_at_ours(Scope *s, const Theirs *t)
{
    for (ptrdiff_t i = 0; i < t->held_n; i++) {
        const Held *h = &t->held[i];
        if (places_of(t, h->stream, h->node).first[0].seq == 0 || !number_is_ours(s, h->node)) continue;
        if (!same_hash(s, hash_up_to(s, h->stream, h->node, h->seq), h->hash)) parted_somewhere(s, h->stream, h->node);
    }
}

/* message: a have, or a lack that names the streams it wants more of. */
static str lack_for(Scope *s, int64_t node, str lines, str told, bool named_only, ptrdiff_t max_bytes)
{
    Theirs theirs = theirs_parse(s->arena, lines, told);
    Streams may = node_streams(s, node);
    Sending *to = NEW(s->arena, Sending, 1);
    *to = (Sending){ .s = s, .max = max_bytes < LACK_BYTES_MAX ? max_bytes : LACK_BYTES_MAX, .theirs = &theirs };
    look_at_ours(s, &theirs);
    out_init(&to->out, s->arena, to->max + 4 * LINE_BYTES_MAX);              /* it cannot grow beside pages of rows */
    out_fmt(&to->out, "lack %lld %lld\n", (long long)self_node(s), (long long)time_told(s));
    tell_certificate(to, self_node(s));
    tell_certificate(to, node);
    out_str(&to->out, give_more(s, node, lines));
    for (ptrdiff_t i = 0; i < may.n && !to->full; i++)
        if (!named_only || is_named(&theirs, may.row[i].stream)) send_stream(to, &may.row[i]);
    send_own_back(to, node, &may, named_only);
    if (to->full) out_lit(&to->out, "more\n");
    if (!named_only && told.n == 0) tell_ours(to);
    signed_end(s, &to->out);
    return out_text(&to->out);
}

str journal_lack(Scope *s, str message, str told, ptrdiff_t max_bytes)
{
    int64_t time, asks = message_node(message, "have", &time), answers = message_node(message, "lack", &time);
    int64_t node = asks ? asks : answers;
    str lines;
    CHECK(s->writing);
    if (asks) certificates_take(s, message);
    return node && signed_by(s, message, node, &lines) ? lack_for(s, node, lines, told, !asks, max_bytes) : (str){ 0 };
}
