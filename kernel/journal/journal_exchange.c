/* journal_exchange - what two journals say to each other. Bytes only; who carries them is decided elsewhere.
 *
 *   have <node> <seq> <id> <key>      we hold 1 … seq of this node, the last of them is id; key: whose number it is
 *
 *   node <node> <key>                 the records of this node follow
 *   {"id":"…","node":n,"seq":n,"at":n,"actor":"…","kind":"…","subject":"…","body":"{…}"}
 *   {"id":"…","node":n,"seq":n}       a record that is not for the receiver: the place, so that there is no gap
 *
 * A line without its newline was cut off and is not there. The body travels as text, so that it is the same bytes
 * everywhere.
 *
 * A number claimed by two keys, and a node that came back from an old copy and wrote other records under numbers it had
 * used, are found out here and refused: nothing of that node is taken until a person has looked. */
#include <jansson.h>

#include "journal/journal_own.h"

enum { MESSAGE_BYTES_MAX = 1 << 20, LINE_BYTES_MAX = 4 * BODY_BYTES_MAX, PAGE_ROWS = 100, KEY_CHARS = 16 };

/* ---- words of a line --------------------------------------------------------------------------------------------- */

static bool take_line(str *text, str *ret)
{
    str_pair cut = str_cut(*text, '\n');
    *text = cut.tail;
    *ret = cut.head;
    return cut.found;
}

static str take_word(str *line)
{
    str_pair cut = str_cut(*line, ' ');
    *line = cut.tail;
    return cut.head;
}

static bool take_number(str *line, int64_t *ret)
{
    return str_int(take_word(line), ret);
}

static bool take_key(str *line, str *ret)
{
    *ret = take_word(line);
    for (ptrdiff_t i = 0; i < ret->n; i++)
        if (!strchr("0123456789abcdef", ret->p[i]) || ret->p[i] == '\0') return false;
    return ret->n == KEY_CHARS && line->n == 0;
}

static bool is_node(int64_t node)
{
    return node >= 1 && node <= NODE_MAX;
}

/* ---- have -------------------------------------------------------------------------------------------------------- */

typedef struct Have { int64_t node, seq, id; str key; } Have;
typedef struct Haves { Have *row; ptrdiff_t n; } Haves;

str journal_have(Scope *s)
{
    Out o;
    journal_rows_nodes_rows nodes = journal_rows_nodes(s);
    out_init(&o, s->arena, nodes.n * 64);
    for (ptrdiff_t i = 0; i < nodes.n; i++) {
        journal_rows_nodes_row *n = &nodes.row[i];
        if (n->seq > 0)
            out_fmt(&o, "have %lld %lld %lld %.*s\n", (long long)n->node, (long long)n->seq, (long long)n->id,
                    STR_ARG(n->key));
    }
    return out_text(&o);
}

static bool have_parse(str line, Have *ret)
{
    return str_eq(take_word(&line), S("have")) && take_number(&line, &ret->node) && is_node(ret->node)
        && take_number(&line, &ret->seq) && ret->seq >= 1 && take_number(&line, &ret->id) && take_key(&line, &ret->key);
}

static Haves haves_parse(Arena *keep, str text)
{
    ptrdiff_t lines = 0;
    for (ptrdiff_t i = 0; i < text.n; i++) lines += text.p[i] == '\n';
    Haves h = { NEW(keep, Have, lines), 0 };
    for (str line; take_line(&text, &line);)
        if (have_parse(line, &h.row[h.n])) h.n++;
    return h;
}

/* The last line about a node counts. */
static Have have_of(const Haves *h, int64_t node)
{
    for (ptrdiff_t i = h->n; i-- > 0;)
        if (h->row[i].node == node) return h->row[i];
    return (Have){ .node = node };
}

/* ---- lack -------------------------------------------------------------------------------------------------------- */

typedef struct Sending { Scope *s; Out out; ptrdiff_t max; int64_t person; str person_text; bool full; } Sending;

/* Unknown kinds may be personal: what nobody here understands stays here. */
static bool is_personal(const Journal *j, str kind)
{
    int n;
    const KindRow *row = journal_kinds_named(j, kind, &n);
    bool personal = n == 0 && !str_eq(kind, S(PERSON_ERASED));
    for (int i = 0; i < n; i++) personal |= row[i].kind->personal;
    return personal;
}

static bool may_go(const Sending *to, const journal_rows_after_seq_row *r)
{
    return to->person == 0 || r->actor == to->person || str_eq(r->subject, to->person_text)
        || !is_personal(to->s->site->journal, r->kind);
}

static void record_write(Out *o, const journal_rows_after_seq_row *r, bool whole)
{
    Json j = json_to(o);
    json_object(&j, S(""));
    json_id(&j, S("id"), r->id);
    json_int(&j, S("node"), r->node);
    json_int(&j, S("seq"), r->seq);
    if (whole) {
        json_int(&j, S("at"), r->at);
        json_id(&j, S("actor"), r->actor);
        json_str(&j, S("kind"), r->kind);
        json_str(&j, S("subject"), r->subject);
        json_str(&j, S("body"), r->body);
    }
    json_object_end(&j);
    out_char(o, '\n');
}

static void node_write(Out *o, int64_t node, str key)
{
    out_fmt(o, "node %lld %.*s\n", (long long)node, STR_ARG(key));
}

/* False: no more of this node, because the message is full or we only hold the place of a record ourselves. The first
 * record of a message always goes, however small the message should be. */
static bool send_record(Sending *to, const journal_rows_after_seq_row *r, str key, bool *begun)
{
    Out *o = &to->out;
    ptrdiff_t before = o->n;
    CHECK(o->cap - o->n >= LINE_BYTES_MAX);
    if (r->kind.n == 0) return false;
    if (!*begun) node_write(o, r->node, key);
    record_write(o, r, may_go(to, r));
    if (before > 0 && o->n > to->max) {
        o->n = before;
        to->full = true;
        return false;
    }
    *begun = true;
    return true;
}

/* False: there is no more to send of this node. */
static bool send_page(Sending *to, int64_t node, int64_t *seq, str key, bool *begun)
{
    journal_rows_after_seq_rows page = journal_rows_after_seq(to->s, node, *seq, PAGE_ROWS);
    for (ptrdiff_t i = 0; i < page.n; i++) {
        if (!send_record(to, &page.row[i], key, begun)) return false;
        *seq = page.row[i].seq;
    }
    return page.n == PAGE_ROWS;
}

static void send_after(Sending *to, int64_t node, int64_t seq, str key)
{
    bool begun = false, more = true;
    while (more) {
        Arena mark = *to->s->arena;
        more = send_page(to, node, &seq, key, &begun);
        arena_rewind(to->s->arena, mark);
    }
}

/* When their last record is not ours of the same number, that record goes out again, so that they see it too. */
static int64_t send_from(Scope *s, const Have *theirs, int64_t our_seq)
{
    if (theirs->seq == 0 || theirs->seq > our_seq) return theirs->seq;
    return journal_rows_id_at(s, theirs->node, theirs->seq) == theirs->id ? theirs->seq : theirs->seq - 1;
}

str journal_lack(Scope *s, str their_have, int64_t person, ptrdiff_t max_bytes)
{
    Haves theirs = haves_parse(s->arena, their_have);
    Sending to = { .s = s, .max = max_bytes < MESSAGE_BYTES_MAX ? max_bytes : MESSAGE_BYTES_MAX, .person = person,
                   .person_text = str_fmt(s->arena, "%lld", (long long)person) };
    journal_rows_nodes_rows ours = journal_rows_nodes(s);
    out_init(&to.out, s->arena, to.max + 2 * LINE_BYTES_MAX);    /* all: it cannot grow beside the pages of rows */
    for (ptrdiff_t i = 0; i < ours.n && !to.full; i++) {
        journal_rows_nodes_row *our = &ours.row[i];
        Have their = have_of(&theirs, our->node);
        if (their.key.n > 0 && !str_eq(their.key, our->key)) node_write(&to.out, our->node, our->key);
        else if (our->seq > 0) send_after(&to, our->node, send_from(s, &their, our->seq), our->key);
    }
    return out_text(&to.out);
}

/* ---- copy -------------------------------------------------------------------------------------------------------- */

/* How many bytes it is; written when there is a `to`, which has the room. */
static ptrdiff_t copy_of(Scope *s, int64_t actor, Out *to)
{
    ptrdiff_t bytes = 0;
    int64_t id = 0;
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        Out page;
        out_init(&page, s->arena, LINE_BYTES_MAX);
        journal_rows_by_actor_rows rows = journal_rows_by_actor(s, actor, id, PAGE_ROWS);
        for (ptrdiff_t i = 0; i < rows.n; i++) {
            const journal_rows_by_actor_row *r = &rows.row[i];
            record_write(&page, &(journal_rows_after_seq_row){ r->id, r->node, r->seq, r->at, r->actor, r->kind, r->subject, r->body }, true);
            id = r->id;
        }
        bytes += page.n;
        if (to) out_str(to, out_text(&page));
        more = rows.n == PAGE_ROWS;
        arena_rewind(s->arena, mark);
    }
    return bytes;
}

str journal_copy(Scope *s, const int64_t *actors, ptrdiff_t n)
{
    Out o;
    ptrdiff_t bytes = 0;
    for (ptrdiff_t i = 0; i < n; i++) bytes += copy_of(s, actors[i], NULL);
    out_init(&o, s->arena, bytes);
    for (ptrdiff_t i = 0; i < n; i++) copy_of(s, actors[i], &o);
    return out_text(&o);
}

/* ---- receive ----------------------------------------------------------------------------------------------------- */

typedef struct Peer { struct Peer *next; int64_t node, seq, id; str key; bool known, refused; } Peer;
typedef struct Receiving { Scope *s; Peer *peers, *current; Received got; } Receiving;

static void refuse(Receiving *to, str why)
{
    to->got.refused++;
    if (to->got.why.n == 0) to->got.why = why;
}

static Peer *peer_of(Receiving *to, int64_t node)
{
    journal_rows_node_row row;
    for (Peer *p = to->peers; p; p = p->next)
        if (p->node == node) return p;
    Peer *p = NEW(to->s->arena, Peer, 1);
    *p = (Peer){ .next = to->peers, .node = node };
    if (journal_rows_node(to->s, node, &row)) {
        p->known = true;
        p->seq = row.seq;
        p->id = row.id;
        p->key = row.key;
    }
    return to->peers = p;
}

static void refuse_node(Receiving *to, Peer *p, str sentence)
{
    Scope *s = to->s;
    p->refused = true;
    refuse(to, FILL(s, sentence, { "node", str_fmt(s->arena, "%lld", (long long)p->node) }));
}

static void node_line(Receiving *to, str line)
{
    int64_t node;
    str key;
    to->current = NULL;
    take_word(&line);
    if (!take_number(&line, &node) || !is_node(node) || !take_key(&line, &key)) {
        refuse(to, T(to->s, "A line could not be read."));
        return;
    }
    Peer *p = to->current = peer_of(to, node);
    if (p->key.n == 0) p->key = str_keep(to->s->arena, key);
    else if (!str_eq(p->key, key) && !p->refused)
        refuse_node(to, p, T(to->s, "Two installations use the node number {node}. One of them must be set up anew."));
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

static bool read_text(Arena *keep, const json_t *o, const char *name, ptrdiff_t max, str *ret)
{
    const json_t *v = json_object_get(o, name);
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

/* A whole record, or only its place: then kind and body are empty. */
static bool record_shape(Arena *keep, const json_t *o, Record *r)
{
    if (!read_id(o, "id", &r->id) || !read_int(o, "node", &r->node) || !read_int(o, "seq", &r->seq)) return false;
    if (!is_node(r->node) || r->seq < 1 || id_node(r->id) != r->node) return false;
    if (!json_object_get(o, "kind")) return json_object_size(o) == 3;
    return read_int(o, "at", &r->at) && read_id(o, "actor", &r->actor)
        && read_text(keep, o, "kind", KIND_BYTES_MAX, &r->kind) && r->kind.n > 0 && str_is_plain(r->kind, false)
        && read_text(keep, o, "subject", SUBJECT_BYTES_MAX, &r->subject) && str_is_plain(r->subject, false)
        && read_text(keep, o, "body", BODY_BYTES_MAX, &r->body) && (r->body.n == 0 || is_object(r->body));
}

static bool record_parse(Arena *keep, str line, Record *ret)
{
    json_error_t error;
    json_t *o = json_loadb(line.p, (size_t)line.n, JSON_REJECT_DUPLICATES, &error);
    *ret = (Record){ 0 };
    bool ok = json_is_object(o) && record_shape(keep, o, ret);
    json_decref(o);
    return ok;
}

static void known_record(Receiving *to, Peer *p, const Record *r)
{
    if (journal_rows_id_at(to->s, r->node, r->seq) == r->id) to->got.known++;
    else refuse_node(to, p, T(to->s, "Node {node} wrote two records under one number. It may come from an old copy."));
}

static void new_record(Receiving *to, Peer *p, const Record *r)
{
    Scope *s = to->s;
    journal_rows_take_in_row put;
    if (!p->known) journal_rows_learn_node(s, p->node, p->key);
    p->known = true;
    str person = str_fmt(s->arena, "%lld", (long long)r->actor);
    CHECK(journal_rows_take_in(s, r->id, r->node, r->seq, r->at, r->actor, person, r->kind, r->subject, r->body, &put));
    p->seq = r->seq;
    p->id = r->id;
    to->got.added++;
    journal_follow(s->site->journal, r->id);
    if (!put.erased) journal_apply(s, r);
}

static void record_line(Receiving *to, str line)
{
    Record r;
    Peer *p = to->current;
    if (!record_parse(to->s->arena, line, &r) || !p || p->node != r.node) {
        refuse(to, T(to->s, "A line could not be read."));
        return;
    }
    if (p->refused) to->got.refused++;
    else if (r.seq <= p->seq) known_record(to, p, &r);
    else if (r.seq > p->seq + 1) to->got.gap++;
    else if (r.id <= p->id) refuse(to, T(to->s, "A line could not be read."));
    else new_record(to, p, &r);
}

Received journal_receive(Scope *s, str records)
{
    CHECK(s->writing);
    Receiving to = { .s = s };
    if (records.n > MESSAGE_BYTES_MAX) {
        refuse(&to, T(s, "The message is too long."));
        return to.got;
    }
    for (str line; take_line(&records, &line);) {
        if (str_starts(line, S("node "))) node_line(&to, line);
        else record_line(&to, line);
    }
    return to.got;
}
