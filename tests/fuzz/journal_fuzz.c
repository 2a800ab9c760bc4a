/* journal_fuzz - bytes from outside as letters to a node of a small network: a hub (0), two boxes (1, 2) and one that is in no
 * network (3).
 *
 * An input is a letter with signs in place of what nobody could guess, so that wild fields arrive under good signatures:
 *
 *   t0                        first line: what is done with it (t take, l lack, e enrol, c certificate, r recover, g give files, f take
 *                             a file), and at which node
 *   @1  !1                    number and key of node 1
 *   $0                        the id of somebody or something
 *   %1:250:3                  the id that node 1 gives 250 ms after the beginning, the fourth of that millisecond
 *   ^                         the name of a file that node 0 lacks
 *   certificate @1            the certificates of node 1, from the root down
 *   certificate {…} @1        signed by node 1; without "certificate", a line to enrol with or to recover by
 *   ask 4711 !2 @2            signed by node 2
 *   seal @                    of the stretch before it, by its node
 *   signed @                  by whoever the first line of this message names
 *
 * Holds that: it ends without a fault; what is said of it is true; sequences have no gap and every seal holds; nobody else writes
 * under our numbers, and no number changes its key; what came again adds nothing in the end; tables made again are the same.
 * What was done is rolled back, so that each input meets the same network. */
#include <ftw.h>
#include <unistd.h>

#include "../deeds.h"
#include "../trial.h"
#include "../world_run.h"
#include "box/box_own.h"
#include "db_all.h"
#include "files/files.h"
#include "journal/journal_own.h"

enum { HUB, BOX, OTHER, ALONE, NODES, IDS = 10, ROOM = 64 << 20, INPUT_MAX = 32 * 1024, FILLED_MAX = 4 * INPUT_MAX, SEALS_MAX = 100, TABLES_MAX = 200 };
#define CENTRE(i) id_at(1000 + (i), 1, 0)

static Net *net;
static int64_t id[IDS], began;
static str key[NODES], file_name;
static char folder[] = "/dev/shm/journal-fuzz-XXXXXX";
static const char *dump_of[TABLES_MAX];
static int dump_n;

/* ---- the network ------------------------------------------------------------------------------------------------------ */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at) { return remove(path); }
static void remove_folder(void) { nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS); }
static bool prepare(const WorldPlace *place) { return os_make_dirs(place->data); }

static bool key_rule(Scope *s, void *arg)
{
    *(str *)arg = str_keep(net_keep(net), str_from(s->site->journal->key));
    return true;
}

/* A query for all rows of each derived table. */
static void dumps_make(World *w)
{
    for (int i = 0; i < db_table_n + trial_table_n; i++) {
        const DbTable *t = i < db_table_n ? &db_tables[i] : &trial_tables[i - db_table_n];
        if (t->made != DB_DERIVED || strcmp(t->name, "journal_home") == 0) continue;
        str columns = str_trim(net_rows(net, HUB, at(w, "SELECT group_concat('coalesce(CAST(' || name || ' AS TEXT), ''-'')', ' || '','' || ') AS text"
                                                        " FROM pragma_table_info('%s')", t->name)));
        CHECK(dump_n < TABLES_MAX);
        dump_of[dump_n++] = at(w, "SELECT '%s,' || %.*s AS text FROM %s ORDER BY 1", t->name, STR_ARG(columns), t->name);
    }
}

/* Everybody knows this. */
static void first_days(World *w)
{
    for (int i = BOX; i < ALONE; i++) net_enrol(net, i, "ID", CENTRE(i));
    id[0] = account(net, BOX, "Ana");
    id[1] = account(net, OTHER, "Bo");
    id[2] = guest(net, BOX);
    id[3] = notes(net, BOX, id[0], "rice");
    id[4] = founds(net, BOX, id[0]);
    id[5] = founds(net, OTHER, id[1]);
    id[6] = deals(net, BOX, id[0], id[4], id[5]);
    id[7] = CENTRE(BOX);
    id[8] = CENTRE(OTHER);
    id[9] = account(net, ALONE, "Cy");
    for (int i = 0; i < IDS; i++) CHECK(id[i]);
    char *words = NEW(net_keep(net), char, INLINE_BYTES_MAX + 100);
    memset(words, 'a', INLINE_BYTES_MAX + 100);
    CHECK(hub_places(net, CENTRE(BOX), "ID") && hub_trains(net, id[1], CENTRE(BOX)) && belongs(net, BOX, id[0], CENTRE(BOX)));
    CHECK(hub_appoints(net, id[0], "ID", 0));
    CHECK(sells(net, BOX, id[0], id[4], 7, (str){ words, INLINE_BYTES_MAX + 100 }));
    net_all_meet(net);
    file_name = str_trim(net_rows(net, HUB, "SELECT DISTINCT file AS text FROM journal_file"));
    CHECK(file_name.n == KEY_CHARS);
}

/* And this not everybody yet. */
static void last_day(void)
{
    net_wait(net, MINUTE);
    CHECK(notes(net, BOX, id[0], "tea") && is_named(net, BOX, id[0], "Anna") && joins(net, BOX, id[0], id[2]) && states(net, BOX, id[0], "ID", "5"));
    CHECK(offers(net, BOX, id[0], id[6], 12) && belongs(net, BOX, id[0], CENTRE(OTHER)) && admits(net, BOX, id[0], id[4], id[2]));
    CHECK(notes(net, OTHER, id[1], "silk") && remarks(net, HUB, id[1], id[0], "well done") && erases_herself(net, OTHER, id[1]));
    CHECK(hub_dismisses(net, id[0], "ID") && guest(net, HUB));
    for (int i = 0; i < NODES; i++) net_have(net, i);       /* seals it */
}

static void begin(void)
{
    CHECK(mkdtemp(folder) && atexit(remove_folder) == 0);
    static char data[64];
    snprintf(data, sizeof data, "%s/first", folder);
    static const WorldPlace place = { .data = data, .url = "", .content = "", .prepare = prepare };
    os_random_from(1);
    World *w = world_begin(&place, NULL);
    net = net_open(w, NODES);
    began = id_ms(id_at(net_now(net) - JOURNAL_EPOCH, 1, 0));
    first_days(w);
    last_day();
    for (int i = 0; i < NODES; i++) CHECK(net_do(net, i, 0, key_rule, &key[i]));
    dumps_make(w);
}

/* ---- a letter is filled in ---------------------------------------------------------------------------------------------- */

typedef struct Sealed { Stretch at; str hash; } Sealed;
typedef struct Filling { Scope *s; Out out; ptrdiff_t message; Stretch at; Chain chain; bool ours; Sealed sealed[SEALS_MAX]; int sealed_n; } Filling;

static int digit_of(str s, int below)
{
    return s.n && s.p[0] >= '0' && s.p[0] < '0' + below ? s.p[0] - '0' : -1;
}

static int whose_number(int64_t node)
{
    int i = 0;
    while (i < OTHER && net_number(net, i) != node) i++;
    return i;
}

static void put_signature(Filling *f, int by, str text)
{
    Scope s = { .arena = f->s->arena, .site = net_site(net, by) };
    out_str(&f->out, base64url_encode(s.arena, sign(&s, text)));
}

/* "%1:250:3" */
static void put_id(Out *o, str *rest)
{
    int64_t ms = 0, counter = 0;
    int node = digit_of(*rest, NODES);
    str_pair all = { *rest, { 0 }, false };
    for (ptrdiff_t i = 0; i < rest->n && (rest->p[i] == ':' || (rest->p[i] >= '0' && rest->p[i] <= '9')); i++)
        all = (str_pair){ str_slice(*rest, 0, i + 1), str_slice(*rest, i + 1, rest->n), true };
    *rest = all.found ? all.tail : (str){ 0 };
    str_pair one = str_cut(str_slice(all.head, 2, all.head.n), ':');
    str_int(one.head, &ms);
    str_int(one.tail, &counter);
    if (ms > CLOCK_MAX || ms < 0) ms = CLOCK_MAX;
    out_int(o, id_at(began + ms, net_number(net, node < 0 ? 0 : node), (int)(counter & (COUNTERS - 1))));
}

/* The signs of one line. */
static str line_filled(Arena *keep, str line)
{
    Out o;
    int i;
    out_init(&o, keep, line.n + 256);
    while (line.n) {
        char c = line.p[0];
        line = str_slice(line, 1, line.n);
        if (c == '@' && (i = digit_of(line, NODES)) >= 0) out_int(&o, net_number(net, i));
        else if (c == '!' && (i = digit_of(line, NODES)) >= 0) out_str(&o, key[i]);
        else if (c == '$' && (i = digit_of(line, IDS)) >= 0) out_int(&o, id[i]);
        else if (c == '%') {
            put_id(&o, &line);
            continue;
        }
        else if (c == '^') {
            out_str(&o, file_name);
            continue;
        }
        else {
            out_char(&o, c);
            continue;
        }
        line = str_slice(line, 1, line.n);
    }
    return out_text(&o);
}

static void stretch_begins(Filling *f, str rest)
{
    Stretch *at = &f->at;
    *at = (Stretch){ 0 };
    if (!take_stream(&rest, &at->audience, &at->stream) || !take_number(&rest, &at->node) || !take_number(&rest, &at->from) || !take_number(&rest, &at->to)) return;
    str before = at->from > 1 ? hash_up_to(f->s, at->stream, at->node, at->from - 1) : (str){ 0 };
    for (int i = 0; i < f->sealed_n; i++) {
        const Stretch *one = &f->sealed[i].at;
        if (one->stream == at->stream && one->node == at->node && one->to == at->from - 1) before = f->sealed[i].hash;
    }
    at->to = at->from - 1;                                   /* grows with each record, and is what the seal says unless the line says less */
    chain_begin(&f->chain, before);
}

static void record_comes(Filling *f, str line)
{
    Stored r;
    if (!record_parse(f->s->arena, line, &r)) return;
    r.r.node = f->at.node;
    r.r.seq = ++f->at.to;
    r.r.audience = f->at.audience;
    r.r.stream = f->at.stream;
    chain_record(f->s, &f->chain, &r);
}

static void seal_comes(Filling *f)
{
    str hash = chain_end(f->s->arena, &f->chain);
    int by = whose_number(f->at.node);
    f->ours |= net_site(net, by) == f->s->site;
    out_fmt(&f->out, "seal %.*s ", STR_ARG(hex_encode(f->s->arena, hash)));
    put_signature(f, by, seal_text(f->s->arena, &f->at, hash));
    if (f->sealed_n < SEALS_MAX) f->sealed[f->sealed_n++] = (Sealed){ f->at, hash };
}

/* "certificate {…} @1", and without its first word */
static bool certificate_comes(Filling *f, str line)
{
    str json = str_starts(line, S("certificate ")) ? str_slice(line, 12, line.n) : line;
    int by = digit_of(str_slice(line, line.n - 1, line.n), NODES);
    if (by < 0 || json.n < 4 || json.p[0] != '{' || !str_eq(str_slice(json, json.n - 3, json.n - 1), S(" @"))) return false;
    json = line_filled(f->s->arena, str_slice(json, 0, json.n - 3));
    if (str_starts(line, S("certificate "))) out_lit(&f->out, "certificate ");
    out_str(&f->out, json);
    out_char(&f->out, ' ');
    put_signature(f, by, str_cat(f->s->arena, S("sampan-certificate-1\n"), json));
    return true;
}

/* "ask 4711 !2 @2" */
static bool ask_comes(Filling *f, str line)
{
    int by = digit_of(str_slice(line, line.n - 1, line.n), NODES);
    if (by < 0 || line.n < 8 || !str_starts(line, S("ask ")) || !str_eq(str_slice(line, line.n - 3, line.n - 1), S(" @"))) return false;
    line = line_filled(f->s->arena, str_slice(line, 4, line.n - 3));
    str_pair two = str_cut(line, ' ');
    out_fmt(&f->out, "ask %.*s ", STR_ARG(line));
    put_signature(f, by, str_fmt(f->s->arena, "sampan-ask-1\n%.*s\n%.*s\n", STR_ARG(two.head), STR_ARG(two.tail)));
    return true;
}

static void chain_comes(Filling *f, int node)
{
    str chain = certificates_for(f->s, net_number(net, node));
    for (str line; take_line(&chain, &line);) out_fmt(&f->out, "certificate %.*s\n", STR_ARG(line));
    if (f->out.n && f->out.p[f->out.n - 1] == '\n') f->out.n--;
}

static void signed_comes(Filling *f)
{
    int64_t node = 0;
    str text = str_keep(f->s->arena, str_slice(out_text(&f->out), f->message, f->out.n));
    str_int(str_cut(str_cut(str_cut(text, '\n').head, ' ').tail, ' ').head, &node);
    out_lit(&f->out, "signed ");
    put_signature(f, whose_number(node), text);
    f->message = f->out.n + 1;
}

static void line_comes(Filling *f, str line)
{
    str filled = line_filled(f->s->arena, line), rest = filled, word = take_word(&rest);
    if (str_eq(line, S("seal @"))) seal_comes(f);
    else if (str_eq(line, S("signed @"))) signed_comes(f);
    else if (str_starts(line, S("certificate @")) && line.n == 14 && digit_of(str_slice(line, 13, 14), NODES) >= 0) chain_comes(f, line.p[13] - '0');
    else if (!certificate_comes(f, line) && !ask_comes(f, line)) {
        out_str(&f->out, filled);
        if (str_eq(word, S("stretch"))) stretch_begins(f, rest);
        else if (line.n && line.p[0] == '{') record_comes(f, filled);
    }
}

static str filled_in(Filling *f, str text)
{
    out_init(&f->out, f->s->arena, FILLED_MAX);
    chain_begin(&f->chain, (str){ 0 });
    while (text.n) {
        str_pair cut = str_cut(text, '\n');
        if (f->out.n + cut.head.n > FILLED_MAX / 2) break;
        line_comes(f, cut.head);
        if (cut.found) out_char(&f->out, '\n');
        text = cut.tail;
    }
    return out_text(&f->out);
}

/* ---- what holds ------------------------------------------------------------------------------------------------------------ */

static int64_t number(Scope *s, const char *sql)
{
    int64_t n = -1;
    CHECK(str_int(str_trim(net_look(s, sql)), &n));
    return n;
}

static str tables(Scope *s)
{
    Out o;
    str part[TABLES_MAX];
    for (int i = 0; i < dump_n; i++) part[i] = net_look(s, dump_of[i]);
    out_init(&o, s->arena, 4096);
    for (int i = 0; i < dump_n; i++) out_str(&o, part[i]);
    return out_text(&o);
}

static void expect_same(str a, str b)
{
    if (!str_eq(a, b)) fprintf(stderr, "before\n%.*safter\n%.*s", STR_ARG(a), STR_ARG(b));
    CHECK(str_eq(a, b));
}

static void expect_whole(Scope *s)
{
    CHECK(number(s, "SELECT count(*) AS text FROM (SELECT 1 FROM journal GROUP BY stream, node HAVING min(seq) <> 1 OR max(seq) <> count(*)) a") == 0);
    CHECK(number(s, "SELECT count(*) AS text FROM journal j WHERE seq > coalesce((SELECT seq FROM journal_head h WHERE h.stream = j.stream AND h.node = j.node), 0)") == 0);
    os_log_quiet(false);
    CHECK(check_all(s, NULL));
    os_log_quiet(true);
    CHECK(number(s, "SELECT count(*) AS text FROM journal_damage") == 0);
    settle(s, INT64_MAX);
    for (bool more = true; more && erase_more(s, &more);) {}        /* as jobs do */
    str before = tables(s);
    int64_t records;
    CHECK(journal_rebuild(s, &records) && records == number(s, "SELECT count(*) AS text FROM journal"));
    expect_same(before, tables(s));
}

#define RECORDS "SELECT count(*) AS text FROM journal"
/* What a node says by itself when something comes is its own as well. */
#define OURS RECORDS " j WHERE EXISTS (SELECT 1 FROM journal_node n WHERE n.node = j.node AND n.own > 0) AND kind NOT IN ('record.judged', 'person.forgotten')"
#define KEYS "SELECT node || ' ' || key || ' ' || (own > 0) AS text FROM journal_node WHERE key <> '' ORDER BY node"

static void expect_said(Received got)
{
    CHECK(got.added >= 0 && got.known >= 0 && got.gap >= 0 && got.refused >= 0 && (got.refused > 0) == (got.why.n > 0));
}

static void takes(Scope *s, str letter)
{
    int64_t records = number(s, RECORDS), said = number(s, "SELECT count(*) AS text FROM journal WHERE kind IN ('record.judged', 'person.forgotten')"), added = 0;
    ptrdiff_t rounds = 0;
    for (int64_t before = -1; before != added; rounds++) {   /* a stretch may wait for one that stands after it */
        CHECK(rounds <= letter.n / 10 + 1);
        before = added;
        for (str rest = letter; rest.n;) {
            ptrdiff_t left = rest.n;
            Received got = journal_receive(s, message_first(&rest));
            CHECK(rest.n < left);
            expect_said(got);
            added += got.added;
        }
    }
    said = number(s, "SELECT count(*) AS text FROM journal WHERE kind IN ('record.judged', 'person.forgotten')") - said;
    int64_t now = number(s, RECORDS);
    CHECK(now - records >= added && now - records <= added + said);
    if (added) expect_whole(s);
}

static void lacks(Scope *s, str letter)
{
    str answer = journal_lack(s, letter, (str){ 0 }, 4096);
    CHECK(answer.n == 0 || (str_starts(answer, S("lack ")) && answer.n < MESSAGE_BYTES_MAX));
    if (answer.n) journal_lack(s, letter, answer, 4096);
}

static void gives(Scope *s, str letter)
{
    str given = journal_files_given(s, letter, 4096);
    CHECK(given.n == 0 || str_starts(given, S("piece ")));
}

/* Only what is what its name says becomes a file. */
static void takes_file(Scope *s, str letter)
{
    StoredFile f;
    Received got = journal_files_take(s, letter);
    expect_said(got);
    CHECK(!!got.added == files_find(s, file_name, &f));
}

typedef struct Input { char what; str text; bool ended; } Input;

static void done_with(Scope *s, const Input *in, str letter)
{
    str why = { 0 };
    int64_t centre = CENTRE(BOX);
    Enrolment as = { .name = S("new"), .economy = S("ID"), .centres = &centre, .centre_n = 1 };
    switch (in->what) {
    case 't': takes(s, letter); break;
    case 'l': lacks(s, letter); break;
    case 'e': CHECK(journal_enrol(s, letter, &as, &why).n > 0 || why.n > 0); break;
    case 'c': if (journal_enrolled(s, letter, &why)) expect_whole(s); else CHECK(why.n > 0); break;
    case 'r': if (journal_recover(s, letter, &why)) expect_whole(s); else CHECK(why.n > 0); break;
    case 'g': gives(s, letter); break;
    case 'f': takes_file(s, letter); break;
    default: break;
    }
}

static bool check(Scope *s, void *arg)
{
    Input *in = arg;
    Filling *f = NEW(s->arena, Filling, 1);
    f->s = s;
    str letter = filled_in(f, in->text), keys = net_look(s, KEYS);
    if (getenv("SAMPAN_FUZZ_SHOW")) fprintf(stderr, "%.*s\n", STR_ARG(letter));
    int64_t ours = number(s, OURS);
    done_with(s, in, letter);
    str keys_now = net_look(s, KEYS);
    CHECK(f->ours || ours == number(s, OURS));
    for (str line; take_line(&keys, &line);) CHECK(in->what == 'c' || str_find(keys_now, line) >= 0);
    in->ended = true;
    return false;
}

/* What is in memory of what was undone. */
static void undo(Journal *j, int64_t node, int64_t ms)
{
    j->node = node;
    j->last_ms = ms;
    j->counter = COUNTERS;
    j->mark = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!net) begin();
    str bytes = { (const char *)data, (ptrdiff_t)size };
    int node = digit_of(str_slice(bytes, 1, 2), NODES);
    if (size < 3 || size > INPUT_MAX || node < 0) return 0;
    Input in = { .what = bytes.p[0], .text = str_slice(bytes, bytes.p[2] == '\n' ? 3 : 2, bytes.n) };
    Journal *j = net_site(net, node)->journal;
    int64_t number_before = j->node, ms = j->last_ms;
    os_random_from(1);
    net_do(net, node, 0, check, &in);
    if (!in.ended) fprintf(stderr, "%s\n", net_why(net));
    CHECK(in.ended);
    undo(j, number_before, ms);
    return 0;
}
