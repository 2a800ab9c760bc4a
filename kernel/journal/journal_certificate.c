/* journal_certificate - how an installation comes into a network.
 *
 * A certificate is one line: a JSON object, a blank, and the signature of whoever gave it:
 *   {"node":4711,"was":4711,"key":"…","name":"Solo","economy":"ID","hub":false,"centres":["120…"],"since":"120…","by":12} base64url
 * The root signs its own. A hub's certificate is good when its giver's is, up to the root. `was`: the number asked with; where
 * it is another one, what was written under it gets ids of the new number before anything leaves the box.
 *
 * Rule     a number belongs to one key. Whoever comes with another key for it is not believed. */
#include <jansson.h>

#include "journal/journal_own.h"

enum { CENTRES_MAX = 64, NAME_BYTES_MAX = 200, CHAIN_MAX = 4, LINES_MAX = 64, NUMBERS_EACH_MAX = 32 };

typedef struct Certificate {
    int64_t node, was, since, by;
    str     key, name, economy;
    bool    hub;
    int64_t centre[CENTRES_MAX]; ptrdiff_t centre_n;
    str     line, text, signature;     /* what was signed, and by what */
} Certificate;

/* ---- written and read ------------------------------------------------------------------------------------------------- */

static str certificate_json(Scope *s, const Certificate *c)
{
    Out o;
    out_init(&o, s->arena, 512);
    Json j = json_to(&o);
    json_object(&j, S(""));
    json_int(&j, S("node"), c->node);
    json_int(&j, S("was"), c->was);
    json_str(&j, S("key"), c->key);
    json_str(&j, S("name"), c->name);
    json_str(&j, S("economy"), c->economy);
    json_bool(&j, S("hub"), c->hub);
    json_array(&j, S("centres"));
    for (ptrdiff_t i = 0; i < c->centre_n; i++) json_id(&j, S(""), c->centre[i]);
    json_array_end(&j);
    json_id(&j, S("since"), c->since);
    json_int(&j, S("by"), c->by);
    json_object_end(&j);
    return out_text(&o);
}

static str signed_line(Scope *s, str text)
{
    str signature = sign(s, str_cat(s->arena, S("sampan-certificate-1\n"), text));
    return str_cat(s->arena, text, S(" "), base64url_encode(s->arena, signature));
}

static bool text_member(Scope *s, const json_t *o, const char *name, ptrdiff_t max, str *ret)
{
    const json_t *v = json_object_get(o, name);
    if (!json_is_string(v)) return false;
    *ret = str_keep(s->arena, (str){ json_string_value(v), (ptrdiff_t)json_string_length(v) });
    return ret->n <= max && str_is_plain(*ret, false);
}

static bool id_member(const json_t *v, int64_t *ret)
{
    return json_is_string(v) && str_int((str){ json_string_value(v), (ptrdiff_t)json_string_length(v) }, ret) && *ret > 0;
}

static bool centres_member(const json_t *list, Certificate *c)
{
    if (!json_is_array(list) || json_array_size(list) > CENTRES_MAX) return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!id_member(json_array_get(list, i), &c->centre[c->centre_n++])) return false;
    return true;
}

static bool members_read(Scope *s, const json_t *o, Certificate *c)
{
    c->node = json_integer_value(json_object_get(o, "node"));
    c->was = json_integer_value(json_object_get(o, "was"));
    c->by = json_integer_value(json_object_get(o, "by"));
    c->hub = json_is_true(json_object_get(o, "hub"));
    return c->node >= 1 && c->node <= NODE_MAX && c->by >= 1 && c->by <= NODE_MAX && id_member(json_object_get(o, "since"), &c->since)
        && text_member(s, o, "key", KEY_CHARS, &c->key) && c->key.n == KEY_CHARS && text_member(s, o, "name", NAME_BYTES_MAX, &c->name)
        && text_member(s, o, "economy", 2, &c->economy) && (c->economy.n == 0 || stream_economy(c->economy))
        && centres_member(json_object_get(o, "centres"), c);
}

static bool certificate_read(Scope *s, str line, Certificate *ret)
{
    json_error_t error;
    ptrdiff_t blank = line.n;
    while (blank > 0 && line.p[blank - 1] != ' ') blank--;
    *ret = (Certificate){ .line = line, .text = str_slice(line, 0, blank - 1) };
    if (blank < 2 || !base64url_decode(s->arena, str_slice(line, blank, line.n), &ret->signature)) return false;
    json_t *o = json_loadb(ret->text.p, (size_t)ret->text.n, JSON_REJECT_DUPLICATES, &error);
    bool fine = json_is_object(o) && members_read(s, o, ret);
    json_decref(o);
    return fine;
}

/* The root signs for itself; everybody else is signed for by a hub that we know already. */
static bool is_vouched_for(Scope *s, const Certificate *c, str root)
{
    journal_rows_node_row by;
    str text = str_cat(s->arena, S("sampan-certificate-1\n"), c->text);
    if (c->by == c->node) return c->hub && str_eq(c->key, root) && key_signs(s->arena, c->key, text, c->signature);
    return journal_rows_node(s, c->by, &by) && by.hub && !by.revoked && key_signs(s->arena, by.key, text, c->signature);
}

/* A number that is ours and not in use here was spent before the copy that we come from. */
/* That a node is revoked may have been heard of before the node was. */
static void hear_of_revocation(Scope *s, int64_t node)
{
    Record r;
    int64_t id = journal_rows_revocation_of(s, STREAM_PUBLIC, node);
    if (!id || !record_with_person(s, id, &r)) return;
    stale_record(s, &r);
    settle(s, PART_RECORDS);
}

static void certificate_keep(Scope *s, const Certificate *c)
{
    int spent = str_eq(c->key, str_from(s->site->journal->key)) ? 2 : 0;
    if (!journal_rows_node_put(s, c->node, c->key, spent, c->line, c->name, c->economy, c->hub, c->since)) return;
    journal_rows_centres_drop(s, c->node);
    for (ptrdiff_t i = 0; i < c->centre_n; i++) journal_rows_centre_put(s, c->centre[i], c->node);
    hear_of_revocation(s, c->node);
}

static bool is_good(Scope *s, const Certificate *c, str root, str *ret_why)
{
    journal_rows_node_row known;
    if (!is_vouched_for(s, c, root)) *ret_why = T(s, "A certificate is signed by nobody whom this network trusts.");
    else if (journal_rows_node(s, c->node, &known) && known.key.n && !str_eq(known.key, c->key))
        *ret_why = FILL(s, T(s, "Two installations come with the number {node}; the one that was there first is believed."),
                        { "node", journal_subject(s, c->node) });
    else return true;
    return false;
}

/* For a number of ours that had none: perhaps with another one in its place. */
static void number_came(Scope *s, const Certificate *c)
{
    NewNumbers map = { 1, { { c->was, c->node } } };
    journal_rows_node_row was;
    bool ours = str_eq(c->key, str_from(s->site->journal->key));
    if (!ours || c->was == c->node || !journal_rows_node(s, c->was, &was) || was.own != 1 || was.certificate.n) return;
    numbers_anew(s, &map);
    make_all(s);
}

/* What changes with it (who may speak for whom) is looked at again for the records of this node. */
bool certificate_take(Scope *s, str line, str *ret_why)
{
    journal_rows_self_row self;
    journal_rows_node_row known;
    Certificate *c = NEW(s->arena, Certificate, 1);
    if (!certificate_read(s, line, c)) *ret_why = T(s, "A certificate could not be read.");
    else if (journal_rows_self(s, &self) && is_good(s, c, self.root, ret_why)) {
        bool newer = journal_rows_node(s, c->node, &known) && c->since > known.since;
        number_came(s, c);
        certificate_keep(s, c);
        if (newer) stale_node(s, c->node, 0);
        return true;
    }
    return false;
}

void certificates_take(Scope *s, str message)
{
    str why = { 0 };
    for (str line; take_line(&message, &line);)
        if (str_starts(line, S("certificate "))) certificate_take(s, str_slice(line, 12, line.n), &why);
}

str certificates_for(Scope *s, int64_t node)
{
    str line[CHAIN_MAX];
    int n = 0;
    journal_rows_node_row row;
    while (n < CHAIN_MAX && journal_rows_node(s, node, &row) && row.certificate.n) {
        Certificate *c = NEW(s->arena, Certificate, 1);
        line[n++] = row.certificate;
        if (!certificate_read(s, row.certificate, c) || c->by == node) break;
        node = c->by;
    }
    Out o;
    out_init(&o, s->arena, 1024);
    while (n-- > 0) {
        out_str(&o, line[n]);
        out_char(&o, '\n');
    }
    return out_text(&o);
}

/* ---- asking ------------------------------------------------------------------------------------------------------------ */

static str asking_text(Scope *s, int64_t node, str key)
{
    return str_fmt(s->arena, "sampan-ask-1\n%lld\n%.*s\n", (long long)node, STR_ARG(key));
}

static void ask_for(Scope *s, int64_t node, Out *o)
{
    str key = str_from(s->site->journal->key), signature = sign(s, asking_text(s, node, key));
    out_fmt(o, "ask %lld %.*s %.*s\n", (long long)node, STR_ARG(key), STR_ARG(base64url_encode(s->arena, signature)));
}

static str ask_for_all(Scope *s, bool uncertified_only)
{
    Out o;
    journal_rows_numbers_own_rows own = journal_rows_numbers_own(s);
    out_init(&o, s->arena, 256);
    for (ptrdiff_t i = 0; i < own.n; i++)
        if (own.row[i].own == 1 && !(uncertified_only && own.row[i].certified)) ask_for(s, own.row[i].node, &o);
    return out_text(&o);
}

str journal_ask(Scope *s) { return ask_for_all(s, false); }

/* Of a process that was started since this installation came into its network. */
str ask_for_more(Scope *s) { return is_root(s) ? (str){ 0 } : ask_for_all(s, true); }

str journal_ask_anew(Scope *s)
{
    Out o;
    out_init(&o, s->arena, 256);
    ask_for(s, 0, &o);
    return out_text(&o);
}

static bool asked_read(Scope *s, str line, int64_t *ret_node, str *ret_key)
{
    str signature;
    str_pair word = str_cut(line, ' '), node = str_cut(word.tail, ' '), key = str_cut(node.tail, ' ');
    *ret_key = key.head;
    return str_eq(word.head, S("ask")) && str_int(node.head, ret_node) && *ret_node >= 0 && *ret_node <= NODE_MAX
        && base64url_decode(s->arena, key.tail, &signature) && key_signs(s->arena, key.head, asking_text(s, *ret_node, key.head), signature);
}

/* ---- giving -------------------------------------------------------------------------------------------------------------- */

static bool is_free_for(Scope *s, int64_t node, str key)
{
    journal_rows_node_row row;
    return node > 0 && (!journal_rows_node(s, node, &row) || str_eq(row.key, key));
}

/* Asked again, by a copy of before: the number that was given then. */
static int64_t number_given(Scope *s, int64_t wanted, str key)
{
    Certificate *c = NEW(s->arena, Certificate, 1);
    journal_rows_numbers_of_rows numbers = journal_rows_numbers_of(s, key);
    journal_rows_node_row row;
    for (ptrdiff_t i = 0; i < numbers.n && wanted; i++)
        if (journal_rows_node(s, numbers.row[i].node, &row) && certificate_read(s, row.certificate, c) && c->was == wanted) return c->node;
    return 0;
}

static int64_t free_number(Scope *s, int64_t wanted, str key)
{
    journal_rows_node_row row;
    int64_t given = number_given(s, wanted, key);
    if (given || is_free_for(s, wanted, key)) return given ? given : wanted;
    for (int i = 0; i < NODE_MAX; i++) {
        uint16_t r;
        os_random(&r, sizeof r);
        if (r && !journal_rows_node(s, r, &row)) return r;
    }
    return 0;
}

static void certificate_give(Scope *s, Certificate *c)
{
    c->since = journal_id(s);
    c->line = signed_line(s, certificate_json(s, c));
    certificate_keep(s, c);
}

/* The root's own, made when it enrols for the first time. */
static void own_certificate(Scope *s, int64_t node)
{
    journal_rows_node_row row;
    if (!journal_rows_node(s, node, &row) || row.certificate.n) return;
    Certificate *c = NEW(s->arena, Certificate, 1);
    *c = (Certificate){ .node = node, .was = node, .by = node, .key = row.key, .name = S("root"), .hub = true };
    certificate_give(s, c);
}

/* Every process of the root writes under a number of its own, which the root knows to be free. */
void certificates_own(Scope *s)
{
    if (!is_root(s) || is_alone(s)) return;
    journal_rows_numbers_own_rows own = journal_rows_numbers_own(s);
    for (ptrdiff_t i = 0; i < own.n; i++)
        if (!own.row[i].certified) own_certificate(s, own.row[i].node);
}

static bool is_trusted_no_more(Scope *s, str key)
{
    journal_rows_node_row row;
    journal_rows_numbers_of_rows numbers = journal_rows_numbers_of(s, key);
    for (ptrdiff_t i = 0; i < numbers.n; i++)
        if (journal_rows_node(s, numbers.row[i].node, &row) && row.revoked) return true;
    return false;
}

static bool give_one(Scope *s, str line, const Enrolment *as, Out *out, str *ret_why)
{
    Certificate *c = NEW(s->arena, Certificate, 1);
    *c = (Certificate){ .by = self_node(s), .name = as->name, .economy = as->economy, .hub = as->hub };
    if (!asked_read(s, line, &c->was, &c->key)) *ret_why = T(s, "This is not what a box asks with, or it was changed on the way.");
    else if (is_trusted_no_more(s, c->key)) *ret_why = T(s, "This installation was revoked. One that is trusted again begins with an empty folder.");
    else if (!(c->node = free_number(s, c->was, c->key))) *ret_why = T(s, "All 65,535 numbers are given out.");
    else {
        for (ptrdiff_t i = 0; i < as->centre_n; i++) c->centre[c->centre_n++] = as->centres[i];
        certificate_give(s, c);
        out_fmt(out, "%.*s\n", STR_ARG(c->line));
        return true;
    }
    return false;
}

/* To a node that we know, for further processes: as it is, and not for ever more of them. */
static void give_like(Scope *s, const journal_rows_node_row *known, str line, Out *o)
{
    str why = { 0 }, key;
    int64_t was;
    int64_t centre[CENTRES_MAX];
    Enrolment as = { known->name, known->economy, known->hub, centre, 0 };
    ptrdiff_t before = o->n;
    if (!asked_read(s, line, &was, &key) || !str_eq(key, known->key) || journal_rows_numbers_of(s, key).n >= NUMBERS_EACH_MAX) return;
    journal_rows_centres_of_rows centres = journal_rows_centres_of(s, known->node);
    for (; as.centre_n < centres.n && as.centre_n < CENTRES_MAX; as.centre_n++) centre[as.centre_n] = centres.row[as.centre_n].centre;
    out_lit(o, "certificate ");
    if (!give_one(s, line, &as, o, &why)) o->n = before;
}

str give_more(Scope *s, int64_t node, str lines)
{
    Out o;
    journal_rows_node_row known;
    if (!node_is_hub(s, self_node(s)) || !journal_rows_node(s, node, &known)) return (str){ 0 };
    out_init(&o, s->arena, 1024);
    for (str line; take_line(&lines, &line);)
        if (str_starts(line, S("ask "))) give_like(s, &known, line, &o);
    return out_text(&o);
}

bool journal_is_hub(Scope *s) { return node_is_hub(s, self_node(s)); }

str journal_enrol(Scope *s, str asked, const Enrolment *as, str *ret_why)
{
    Out o;
    int64_t self = self_node(s);
    if (!node_is_hub(s, self)) *ret_why = T(s, "This installation is no hub: only a hub can do that.");
    else if (as->economy.n && !stream_economy(as->economy)) *ret_why = T(s, "An economy is two capital letters, as in ID.");
    else if (as->centre_n > CENTRES_MAX || as->name.n > NAME_BYTES_MAX || !str_is_plain(as->name, false)) *ret_why = T(s, "A name has one line of at most 200 bytes, and a node at most 64 centres.");
    else {
        if (is_root(s)) own_certificate(s, self);
        str above = certificates_for(s, self);
        out_init(&o, s->arena, 2048);
        out_str(&o, above);
        for (str rest = asked; rest.n;) {
            str_pair line = str_cut(rest, '\n');
            rest = line.tail;
            if (line.head.n && !give_one(s, line.head, as, &o, ret_why)) return (str){ 0 };
        }
        if (o.n > above.n) return out_text(&o);
        *ret_why = T(s, "This is not what a box asks with, or it was changed on the way.");
    }
    return (str){ 0 };
}

/* ---- being taken in --------------------------------------------------------------------------------------------------------- */

typedef struct Letter { Certificate *row; int n; } Letter;

static bool letter_read(Scope *s, str text, Letter *ret)
{
    ret->row = NEW(s->arena, Certificate, LINES_MAX);
    for (ret->n = 0; text.n; ) {
        str_pair line = str_cut(text, '\n');
        text = line.tail;
        if (line.head.n == 0) continue;
        if (ret->n == LINES_MAX || !certificate_read(s, line.head, &ret->row[ret->n++])) return false;
    }
    return ret->n > 0;
}

/* Our numbers become those that were given; what bears them, too. */
static void numbers_change(Scope *s, const Letter *l, str key)
{
    NewNumbers map = { .n = 0 };
    for (int i = 0; i < l->n; i++)
        if (str_eq(l->row[i].key, key) && l->row[i].was && map.n < NEW_NUMBERS_MAX)
            map.row[map.n++] = (NewNumber){ l->row[i].was, l->row[i].node };
    numbers_anew(s, &map);
}

static bool has_ours(Scope *s, const Letter *l, str key)
{
    journal_rows_numbers_own_rows own = journal_rows_numbers_own(s);
    for (ptrdiff_t i = 0; i < own.n; i++) {
        bool found = false;
        for (int k = 0; k < l->n; k++) found |= str_eq(l->row[k].key, key) && l->row[k].was == own.row[i].node;
        if (!found) return false;
    }
    return true;
}

static bool take_all(Scope *s, const Letter *l, str root, str *ret_why)
{
    for (int i = 0; i < l->n; i++) {
        if (!is_good(s, &l->row[i], root, ret_why)) return false;
        certificate_keep(s, &l->row[i]);
    }
    return true;
}

/* The first line is the root's. Trust in it was carried by whoever carried the text. */
bool journal_enrolled(Scope *s, str certificates, str *ret_why)
{
    Letter l;
    str key = str_from(s->site->journal->key);
    if (!is_root(s)) *ret_why = T(s, "This installation is enrolled already.");
    else if (!letter_read(s, certificates, &l) || l.row[0].by != l.row[0].node) *ret_why = T(s, "A certificate could not be read.");
    else if (str_eq(l.row[0].key, key)) *ret_why = T(s, "This installation is enrolled already.");
    else if (!has_ours(s, &l, key)) *ret_why = T(s, "There is no certificate for this installation.");
    else {
        numbers_change(s, &l, key);
        if (!take_all(s, &l, l.row[0].key, ret_why)) return false;
        journal_rows_self_root(s, l.row[0].key);
        make_all(s);
        return true;
    }
    return false;
}

/* After an old copy: a further number, under which what nobody has is written anew. */
bool journal_recover(Scope *s, str certificates, str *ret_why)
{
    Letter l;
    journal_rows_self_row self;
    str key = str_from(s->site->journal->key);
    int last = letter_read(s, certificates, &l) ? l.n - 1 : -1;
    if (last < 0 || !str_eq(l.row[last].key, key) || l.row[last].was) *ret_why = T(s, "There is no certificate for this installation.");
    else if (journal_rows_self(s, &self) && take_all(s, &l, self.root, ret_why)) {
        forked_anew(s, l.row[last].node);
        make_all(s);
        return true;
    }
    return false;
}
