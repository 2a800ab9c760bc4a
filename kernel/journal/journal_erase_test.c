/* journal_erase_test - words that go: all of them, everywhere, in parts, whoever hears of it last; and what stays. Her words are looked for
 * as bytes, in the file of the database, its log and the folder of files, and on PostgreSQL in every row. */
#include "../../tests/deeds.h"
#include "../../tests/trial.h"

#include "db_all.h"
#include "example_records.h"
#include "journal/journal_own.h"

#define WORD "zimtstern"
#define YEAR (366 * DAY)

/* ---- looking for words --------------------------------------------------------------------------------------------------- */

static int64_t words_in(str text)
{
    int64_t n = 0;
    for (ptrdiff_t i; (i = str_find(text, S(WORD))) >= 0; n++) text = str_slice(text, i + 1, text.n);
    return n;
}

/* Of a folder and those in it; files: how many lie there. */
static int64_t words_below(Arena tmp, const char *folder, int64_t *files)
{
    DirEntry *entry;
    ptrdiff_t n;
    int64_t words = 0;
    if (!os_list(&tmp, folder, &entry, &n)) return 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        str bytes;
        SCRATCH(room, &tmp);
        const char *path = str_fmt(&room, "%s/%.*s", folder, STR_ARG(entry[i].name)).p;
        if (entry[i].folder) words += words_below(room, path, files);
        else if (os_read_file(&room, path, 1 << 28, &bytes)) words += words_in(bytes), ++*files;
    }
    return words;
}

static int64_t words_in_rows(Net *net, int node)
{
    World *w = net_world(net);
    int64_t words = 0;
    str tables = net_rows(net, node, "SELECT CAST(table_name AS TEXT) AS text FROM information_schema.tables WHERE table_schema = current_schema()");
    for (str_pair cut; tables.n; tables = cut.tail) {
        cut = str_cut(tables, '\n');
        words += net_int(net, node, at(w, "SELECT count(*) AS value FROM %.*s t WHERE CAST(t AS TEXT) LIKE '%%" WORD "%%'", STR_ARG(cut.head)));
    }
    return words;
}

static int64_t words_left(Net *net, int node)
{
    int64_t files = 0, words = words_below(*net_keep(net), net_site(net, node)->config.data, &files);
    return words + (db_engine(net_site(net, node)->db) == DB_POSTGRES ? words_in_rows(net, node) : 0);
}

static int64_t files_at(Net *net, int node)
{
    int64_t files = 0;
    const char *folder = at(net_world(net), "%s/files", net_site(net, node)->config.data);
    words_below(*net_keep(net), folder, &files);
    return files;
}

static int64_t count_of(Net *net, int node, const char *table, const char *where)
{
    return net_int(net, node, at(net_world(net), "SELECT count(*) AS value FROM %s WHERE %s", table, where));
}

/* ---- doing it ---------------------------------------------------------------------------------------------------------------- */

static bool is_gone(Net *net, int node, int64_t person)
{
    return count_of(net, node, "journal_gone", at(net_world(net), "person = %lld", (long long)person)) == 1;
}

static int work(Net *net, int node)
{
    Arena *keep = net_keep(net);
    SCRATCH(tmp, keep);
    return journal_work(net_site(net, node), &tmp);
}

/* Each piece of work comes after the writer has tried to cut its log. */
static bool goes(Net *net, int node, int64_t person)
{
    for (int i = 0; i < 2000 && !is_gone(net, node, person); i++) work(net, node);
    while (work(net, node) > 0) {}
    return is_gone(net, node, person);
}

static bool rebuild_rule(Scope *s, void *arg)
{
    int64_t records;
    return journal_rebuild(s, &records);
}

static bool rebuild_changes_nothing(Net *net, int node)
{
    World *w = net_world(net);
    int n = db_table_n + trial_table_n;
    str *before = NEW(net_keep(net), str, n);
    int failed = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < n; i++) {
            const DbTable *t = i < db_table_n ? &db_tables[i] : &trial_tables[i - db_table_n];
            if (t->made != DB_DERIVED || !t->by) continue;
            str rows = net_table(net, node, t->name);
            if (round == 0) before[i] = rows;
            else if (!str_eq(rows, before[i])) failed++, world_differs(w, __FILE__, __LINE__, rows, before[i]);
        }
        if (round == 0) EXPECT(net_do(net, node, 0, rebuild_rule, NULL));
    }
    return failed == 0;
}

/* n notes of about `bytes` in one piece of work, from the first number on. */
typedef struct Many { const char *words; int first, n, bytes; } Many;

static bool many_rule(Scope *s, void *arg)
{
    const Many *m = arg;
    for (int i = m->first; i < m->first + m->n; i++) {
        Arena mark = *s->arena;
        example_written_add(s, (example_written_body){ str_fmt(s->arena, "%s %d %0*d", m->words, i, 1 + i * 37 % m->bytes, i) });
        scope_rewind(s, mark);
    }
    return true;
}

static bool notes_many(Net *net, int node, int64_t me, Many m) { return net_do(net, node, me, many_rule, &m); }

static bool answers(Net *net, int node, int64_t me, const char *words, int about)
{
    return deed(net, node, me, &(Deed){ .act = ANSWER, .words = str_from(words), .c = about })
        && deed(net, node, me, &(Deed){ .act = TASK, .words = str_from(words), .c = about });
}

/* Too long for the table, as soon as it is written as JSON. */
static bool answers_long(Net *net, int node, int64_t me, const char *words)
{
    Arena *keep = net_keep(net);
    char *p = NEW(keep, char, 12000);
    memset(p, '\n', 12000);
    memcpy(p, words, strlen(words));
    return deed(net, node, me, &(Deed){ .act = TASK, .words = { p, 12000 } });
}

/* ---- nothing is left --------------------------------------------------------------------------------------------------------------- */

/* Hers come late to the hub and stand between his: SQLite moves rows from page to page to make room for them. */
TEST(when_she_is_said_to_be_gone_her_words_are_in_no_row_no_file_and_no_log)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, WORD), bo = account(net, 0, "Bo");
    for (int i = 0; i < 600; i += 10) {
        EXPECT(notes_many(net, 0, bo, (Many){ "his", i, 10, 700 }) && notes_many(net, 1, ana, (Many){ WORD, i, 10, 700 }));
        net_wait(net, SECOND);
        if (i % 200 == 0) net_all_meet(net);
    }
    for (int i = 0; i < 5; i++) EXPECT(answers(net, 1, ana, WORD " first", i) && answers(net, 1, ana, WORD " again", i));
    EXPECT(is_named(net, 1, ana, "Ana " WORD) && voices(net, 1, ana, "ID", WORD, 0));
    EXPECT(answers_long(net, 1, ana, WORD) && answers_long(net, 1, ana, "other words") && voices(net, 0, bo, "ID", "his voice", 0));
    net_all_meet(net);
    EXPECT(net_carry_files(net, 1, 0, 1 << 20) > 0 && files_at(net, 0) == 2);
    EXPECT(words_left(net, 0) > 600 && words_left(net, 1) > 600);
    EXPECT(erases_herself(net, 1, ana) && goes(net, 1, ana) && words_left(net, 1) == 0 && files_at(net, 1) == 0);
    net_all_meet(net);
    EXPECT(goes(net, 0, ana) && words_left(net, 0) == 0 && files_at(net, 0) == 0);
    for (int i = 0; i < 2; i++) net_sql(net, 0, "UPDATE journal SET own = 1 - own");      /* no page brings back what it held before */
    EXPECT(words_left(net, 0) == 0 && count_of(net, 0, "example_note", "body LIKE 'his %'") == 600);
    EXPECT(rebuild_changes_nothing(net, 0) && rebuild_changes_nothing(net, 1));
    net_close(net);
}

/* ---- what stays ------------------------------------------------------------------------------------------------------------------------ */

typedef struct Kept { KeptKinds kinds; Arena *keep; } Kept;

static bool kept_rule(Scope *s, void *arg)
{
    Kept *k = arg;
    k->kinds = journal_kept(s, s->me);
    KeptKind *row = NEW(k->keep, KeptKind, k->kinds.n + 1);
    for (ptrdiff_t i = 0; i < k->kinds.n; i++) {
        const KeptKind *k_i = &k->kinds.row[i];
        row[i] = (KeptKind){ str_keep(k->keep, k_i->kind), str_keep(k->keep, k_i->why), k_i->records, k_i->until };
    }
    k->kinds.row = row;
    return true;
}

static KeptKinds kept_of(Net *net, int node, int64_t person)
{
    World *w = net_world(net);
    Kept k = { .keep = net_keep(net) };
    EXPECT(net_do(net, node, person, kept_rule, &k));
    return k.kinds;
}

static str long_note(Net *net)
{
    char *p = NEW(net_keep(net), char, 20000);
    memset(p, 'x', 20000);
    memcpy(p, WORD, strlen(WORD));
    return (str){ p, 20000 };
}

TEST(what_an_institution_holds_keeps_its_body_and_loses_her_name_and_what_a_law_keeps_goes_on_its_day)
{
    Net *net = net_open(w, 1);
    int64_t officer = account(net, 0, "Orsolya"), firm = founds(net, 0, officer);
    EXPECT(hub_appoints(net, officer, "ID", 0) && states(net, 0, officer, "ID", "seven per cent"));
    EXPECT(sells(net, 0, officer, firm, 1, long_note(net)) && voices(net, 0, officer, "ID", "hers", 0));
    KeptKinds kept = kept_of(net, 0, officer);
    EXPECT(kept.n == 1 && str_eq(kept.row[0].kind, S("trial.sold")) && kept.row[0].records == 1 && kept.row[0].until == net_now(net) + 10 * YEAR);
    EXPECT_STR(kept.row[0].why, S("An invoice is kept for ten years: tax law asks for it."));
    EXPECT(erases_herself(net, 0, officer) && goes(net, 0, officer));
    EXPECT(count_of(net, 0, "trial_fact", at(w, "value = 'seven per cent' AND person = %lld", (long long)officer)) == 1);
    EXPECT(count_of(net, 0, "journal", "body LIKE '%seven per cent%'") == 1 && count_of(net, 0, "people_person", "name = 'Orsolya'") == 0);
    EXPECT(count_of(net, 0, "journal", "body LIKE '%Orsolya%' OR body LIKE '%hers%'") == 0);
    EXPECT(count_of(net, 0, "trial_sale", "note LIKE '" WORD "%'") == 1 && files_at(net, 0) == 1 && rebuild_changes_nothing(net, 0));
    net_wait(net, 10 * YEAR - 2 * DAY);
    net_jobs(net, 0);
    EXPECT(count_of(net, 0, "trial_sale", "note LIKE '" WORD "%'") == 1 && files_at(net, 0) == 1 && words_left(net, 0) > 0);
    net_wait(net, 3 * DAY);
    net_jobs(net, 0);
    EXPECT(count_of(net, 0, "trial_sale", "total > 0") == 0 && count_of(net, 0, "journal_kept", "until > 0") == 0);
    EXPECT(files_at(net, 0) == 0 && count_of(net, 0, "trial_firm", "name = 'firm'") == 1 && rebuild_changes_nothing(net, 0));
    while (work(net, 0) > 0) {}
    EXPECT(words_left(net, 0) == 0);
    net_close(net);
}

/* It decides for its own copy alone. */
TEST(a_clock_that_is_a_year_ahead_takes_what_a_law_keeps_from_nobody_else)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana"), firm = founds(net, 1, ana);
    EXPECT(sells(net, 1, ana, firm, 1, S(WORD)));
    net_all_meet(net);
    EXPECT(erases_herself(net, 1, ana));
    net_all_meet(net);
    net_clock_error(net, 1, YEAR);
    net_wait(net, 9 * YEAR + DAY);
    net_all_meet(net);
    EXPECT(count_of(net, 1, "trial_sale", "total > 0") == 0 && count_of(net, 0, "trial_sale", "note = '" WORD "'") == 1);
    net_wait(net, YEAR);
    net_all_meet(net);
    EXPECT(count_of(net, 0, "trial_sale", "total > 0") == 0);
    EXPECT(rebuild_changes_nothing(net, 0) && rebuild_changes_nothing(net, 1));
    net_close(net);
}

TEST(an_invoice_written_while_the_clock_stood_in_1970_is_kept_as_long_as_any_other)
{
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana"), firm = founds(net, 0, ana);
    net_clock_error(net, 0, -net_now(net));
    EXPECT(sells(net, 0, ana, firm, 1, S(WORD)));
    net_clock_error(net, 0, 0);
    KeptKinds kept = kept_of(net, 0, ana);
    EXPECT(kept.n == 1 && kept.row[0].until >= net_now(net) + 10 * YEAR);
    EXPECT(erases_herself(net, 0, ana) && goes(net, 0, ana) && count_of(net, 0, "trial_sale", "note = '" WORD "'") == 1);
    net_close(net);
}

/* ---- in parts ---------------------------------------------------------------------------------------------------------------------------- */

TEST(a_long_account_goes_in_small_parts_and_others_save_between_them)
{
    enum { PART_MOST = 64 + 16, NOTES = 1500, VOICES = 200 };
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana"), bo = account(net, 0, "Bo"), parts = 0;
    const char *rows = at(w, "person = %lld", (long long)ana), *bodies = at(w, "actor = %lld AND body <> ''", (long long)ana);
    EXPECT(notes_many(net, 0, ana, (Many){ WORD, 0, NOTES, 50 }));
    for (int i = 0; i < VOICES; i++) CHECK(voices(net, 0, ana, "ID", WORD, 0));
    int64_t row_n = count_of(net, 0, "example_note", rows), body_n = count_of(net, 0, "journal", bodies), voice_n = VOICES;
    EXPECT(row_n == NOTES && body_n >= NOTES + VOICES && erases_herself(net, 0, ana));
    for (; !is_gone(net, 0, ana) && parts < 1000; parts++) {
        int64_t row_was = row_n, body_was = body_n, voice_was = voice_n;
        row_n = count_of(net, 0, "example_note", rows), body_n = count_of(net, 0, "journal", bodies), voice_n = count_of(net, 0, "trial_voice", rows);
        EXPECT(row_was - row_n + body_was - body_n <= PART_MOST && voice_was - voice_n <= PART_MOST);
        EXPECT(notes(net, 0, bo, "between"));
        work(net, 0);
    }
    EXPECT(parts > (2 * NOTES + VOICES) / PART_MOST && count_of(net, 0, "example_note", "body = 'between'") == parts);
    EXPECT(words_left(net, 0) == 0 && rebuild_changes_nothing(net, 0));
    net_close(net);
}

TEST(long_answers_are_unlinked_a_few_at_a_time_and_gone_is_not_said_before_the_last)
{
    enum { FILES = 40, PART_MOST = 16 };
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana"), left = FILES;
    for (int i = 0; i < FILES; i++) CHECK(answers_long(net, 0, ana, at(w, WORD " %d", i)));
    EXPECT(files_at(net, 0) == FILES && erases_herself(net, 0, ana));
    EXPECT(files_at(net, 0) == FILES);                  /* not before the disk has it that no row names them */
    for (int i = 0; i < 1000 && !is_gone(net, 0, ana); i++) {
        work(net, 0);
        EXPECT(left - files_at(net, 0) <= PART_MOST);
        left = files_at(net, 0);
    }
    EXPECT(is_gone(net, 0, ana) && left == 0 && words_left(net, 0) == 0);
    net_close(net);
}

/* ---- files --------------------------------------------------------------------------------------------------------------------------------- */

TEST(a_file_stays_as_long_as_somebody_elses_record_names_it)
{
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana"), bo = account(net, 0, "Bo");
    EXPECT(answers_long(net, 0, ana, "the same") && answers_long(net, 0, bo, "the same") && files_at(net, 0) == 1);
    EXPECT(erases_herself(net, 0, ana) && goes(net, 0, ana) && files_at(net, 0) == 1 && rebuild_changes_nothing(net, 0));
    EXPECT(count_of(net, 0, "learn_answer", "value LIKE 'the same%'") == 1);
    EXPECT(erases_herself(net, 0, bo) && goes(net, 0, bo) && files_at(net, 0) == 0);
    net_close(net);
}

typedef struct Letter { str text; Arena *keep; } Letter;

static bool wanted_rule(Scope *s, void *arg)
{
    Letter *l = arg;
    l->text = str_keep(l->keep, journal_files_wanted(s));
    return true;
}

static bool given_rule(Scope *s, void *arg)
{
    Letter *l = arg;
    l->text = str_keep(l->keep, journal_files_given(s, l->text, 0));
    return true;
}

static bool file_take_rule(Scope *s, void *arg)
{
    journal_files_take(s, ((Letter *)arg)->text);
    return true;
}

TEST(a_file_of_which_only_a_part_has_come_goes_too)
{
    Net *net = net_open(w, 2);
    Letter l = { .keep = net_keep(net) };
    char *note = NEW(net_keep(net), char, 180000);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana"), firm = founds(net, 1, ana);
    for (int i = 0; i + 10 < 180000; i += 10) memcpy(note + i, WORD " ", 10);
    EXPECT(sells(net, 1, ana, firm, 1, (str){ note, 179990 }));
    net_all_meet(net);
    EXPECT(net_do(net, 0, 0, wanted_rule, &l) && net_do(net, 1, 0, given_rule, &l) && net_do(net, 0, 0, file_take_rule, &l));
    EXPECT(words_left(net, 0) > 0 && count_of(net, 0, "stored_file", "size > 0") == 0);
    net_wait(net, 11 * YEAR);
    EXPECT(erases_herself(net, 1, ana));
    net_all_meet(net);
    EXPECT(goes(net, 0, ana) && goes(net, 1, ana) && words_left(net, 0) == 0 && words_left(net, 1) == 0);
    net_close(net);
}

/* ---- several nodes ------------------------------------------------------------------------------------------------------------------------- */

/* Ana belongs to a centre with two boxes that seldom meet; a trainer writes about her at the hub. */
typedef struct Three { Net *net; int64_t ana, bo, trainer; } Three;

static Three three_nodes(World *w)
{
    Three t = { .net = net_open(w, 3) };
    int64_t centre = id_at(1000, 1, 0);
    net_enrol(t.net, 1, "ID", centre);
    net_enrol(t.net, 2, "ID", centre);
    t.ana = account(t.net, 1, "Ana " WORD);
    t.bo = account(t.net, 1, "Bo");
    t.trainer = account(t.net, 0, "Trainer");
    EXPECT(hub_places(t.net, centre, "ID") && hub_trains(t.net, t.trainer, centre));
    EXPECT(belongs(t.net, 1, t.ana, centre) && belongs(t.net, 1, t.bo, centre) && notes(t.net, 1, t.ana, WORD " at home"));
    net_all_meet(t.net);
    return t;
}

static void expect_gone_everywhere(Three *t, int64_t person)
{
    Net *net = t->net;
    World *w = net_world(net);
    net_wait(net, SECOND);
    net_all_meet(net);
    for (int i = 0; i < 3; i++) {
        EXPECT(goes(net, i, person) && words_left(net, i) == 0 && rebuild_changes_nothing(net, i));
        EXPECT_STR(net_rows(net, i, TRIAL_ROWS), net_rows(net, 0, TRIAL_ROWS));
    }
}

TEST(two_nodes_that_both_erase_her_and_a_third_that_writes_on_end_with_the_same)
{
    Three t = three_nodes(w);
    Net *net = t.net;
    EXPECT(notes(net, 2, t.ana, WORD " on the road") && erases_herself(net, 1, t.ana));
    net_wait(net, MINUTE);
    EXPECT(notes(net, 2, t.ana, WORD " later") && voices(net, 2, t.ana, "ID", WORD, 0) && remarks(net, 0, t.trainer, t.ana, WORD " of her"));
    EXPECT(erases_herself(net, 2, t.ana) && goes(net, 1, t.ana) && goes(net, 2, t.ana));
    EXPECT(words_left(net, 1) == 0 && words_left(net, 2) == 0 && words_left(net, 0) > 0);
    expect_gone_everywhere(&t, t.ana);
    EXPECT(count_of(net, 0, "journal", "kind = 'person.erased'") == 2 && count_of(net, 1, "journal_gone", "at > 0") == 1);
    net_close(net);
}

TEST(what_a_node_wrote_that_had_not_heard_comes_after_she_is_gone_and_comes_without_its_words)
{
    Three t = three_nodes(w);
    Net *net = t.net;
    EXPECT(erases_herself(net, 1, t.ana) && goes(net, 1, t.ana));
    net_meet(net, 1, 0);
    EXPECT(goes(net, 0, t.ana) && words_left(net, 0) == 0);
    EXPECT(notes(net, 2, t.ana, WORD " later") && voices(net, 2, t.ana, "ID", WORD, 0) && voices(net, 2, t.bo, "ID", "his", t.ana));
    str letter = net_lack(net, 2, net_have(net, 0), 1 << 20);
    EXPECT(words_in(letter) > 0 && net_take(net, 0, letter).added > 0 && words_left(net, 0) == 0);
    expect_gone_everywhere(&t, t.ana);
    EXPECT(count_of(net, 1, "trial_voice", "words = 'his'") == 1);
    net_close(net);
}

/* A phone at box 1 without an account: the hub knows its words, and hears who it was before or after it hears that she is erased. */
static void guest_comes_later(World *w, bool erasure_first)
{
    Three t = three_nodes(w);
    Net *net = t.net;
    int64_t was = guest(net, 1);
    EXPECT(notes(net, 1, was, WORD " as a guest") && voices(net, 1, was, "ID", WORD, 0) && answers_long(net, 1, was, WORD));
    net_all_meet(net);
    EXPECT(net_carry_files(net, 1, 0, 1 << 20) > 0 && joins(net, 1, t.ana, was) && erases_herself(net, 2, t.ana));
    net_meet(net, erasure_first ? 2 : 1, 0);
    if (erasure_first) EXPECT(goes(net, 0, t.ana) && words_left(net, 0) > 0 && !is_gone(net, 0, was));
    net_meet(net, erasure_first ? 1 : 2, 0);
    EXPECT(goes(net, 0, t.ana) && goes(net, 0, was) && words_left(net, 0) == 0);
    net_all_meet(net);
    EXPECT(goes(net, 1, was) && words_left(net, 1) == 0);
    expect_gone_everywhere(&t, t.ana);
    net_close(net);
}

TEST(a_guest_who_turns_out_to_be_somebody_erased_is_erased) { guest_comes_later(w, true); }
TEST(a_guest_is_erased_with_her_whose_join_was_known_before) { guest_comes_later(w, false); }

/* Her phone is at box 1 and knows her as a guest. That another installation says she has an account must not come too late for what is
 * erased there. */
TEST(an_account_is_given_where_a_guest_was_made_and_nowhere_else)
{
    Three t = three_nodes(w);
    Net *net = t.net;
    int64_t was = guest(net, 1);
    EXPECT(notes(net, 1, was, WORD " as a guest") && belongs(net, 1, was, id_at(1000, 1, 0)));
    net_all_meet(net);
    EXPECT(enrols(net, 2, was, "Somebody"));
    net_wait(net, SECOND);
    EXPECT(joins(net, 1, t.ana, was) && erases_herself(net, 1, t.ana) && goes(net, 1, t.ana) && goes(net, 1, was));
    net_all_meet(net);
    expect_gone_everywhere(&t, t.ana);
    net_close(net);
}

/* Two people used one phone before either had an account: the words of both stand there, and who erases hers erases those. */
static void guest_of_two(World *w, bool the_first_goes)
{
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana"), bo = account(net, 0, "Bo"), was = guest(net, 0);
    EXPECT(notes(net, 0, was, WORD) && notes(net, 0, ana, "of Ana") && notes(net, 0, bo, "of Bo"));
    EXPECT(joins(net, 0, ana, was) && joins(net, 0, bo, was) && count_of(net, 0, "journal_joined", "guest > 0") == 2);
    EXPECT(erases_herself(net, 0, the_first_goes ? ana : bo) && goes(net, 0, the_first_goes ? ana : bo) && goes(net, 0, was));
    EXPECT_STR(net_rows(net, 0, "SELECT body AS text FROM example_note"), the_first_goes ? S("of Bo\n") : S("of Ana\n"));
    EXPECT(words_left(net, 0) == 0 && rebuild_changes_nothing(net, 0));
    net_close(net);
}

TEST(what_a_guest_of_somebody_erased_goes_on_to_write_is_not_kept)
{
    Net *net = net_open(w, 1);
    int64_t ana = guest(net, 0), phone = guest(net, 0);
    EXPECT(erases_herself(net, 0, ana) && joins(net, 0, ana, phone) && goes(net, 0, ana));
    EXPECT(is_named(net, 0, phone, "Words after all") && notes(net, 0, phone, "Words after all"));
    EXPECT(count_of(net, 0, "journal", "body LIKE '%after all%'") == 0);
    net_close(net);
}

TEST(a_guest_of_two_accounts_goes_with_the_one_who_has_her) { guest_of_two(w, true); }
TEST(a_guest_of_two_accounts_goes_with_the_other_too_and_the_one_who_had_her_stays) { guest_of_two(w, false); }

/* ---- the power goes --------------------------------------------------------------------------------------------------------------------------- */

/* Somebody with words of every sort at a box and its hub. */
static int64_t somebody(Net *net)
{
    World *w = net_world(net);
    int64_t centre = id_at(1000, 1, 0), firm;
    net_enrol(net, 1, "ID", centre);
    int64_t ana = account(net, 1, WORD), was = guest(net, 1), trainer = account(net, 0, "Trainer");
    EXPECT(hub_places(net, centre, "ID") && hub_trains(net, trainer, centre) && belongs(net, 1, ana, centre));
    EXPECT(notes(net, 1, was, WORD) && joins(net, 1, ana, was) && answers_long(net, 1, ana, WORD));
    EXPECT(notes_many(net, 1, ana, (Many){ WORD, 0, 150, 50 }) && answers(net, 1, ana, WORD, 1));
    EXPECT((firm = founds(net, 1, ana)) && sells(net, 1, ana, firm, 1, S("kept")));
    for (int i = 0; i < 70; i++) CHECK(voices(net, 1, ana, "ID", WORD, 0));
    net_all_meet(net);
    EXPECT(remarks(net, 0, trainer, ana, WORD));
    net_all_meet(net);
    EXPECT(net_carry_files(net, 1, 0, 1 << 20) > 0);
    return ana;
}

/* At the hub calls fail in each part, the commit among them, and now and then it begins again; the box is left in peace. */
TEST(whatever_call_fails_in_whatever_part_it_goes_on_and_ends_as_if_nothing_had_been)
{
    Net *net = net_open(w, 2);
    int64_t ana = somebody(net), failures = 0;
    EXPECT(erases_herself(net, 1, ana) && goes(net, 1, ana));
    net_take(net, 0, net_lack(net, 1, net_have(net, 0), 1 << 20));
    os_log_quiet(true);
    for (int parts = 0; parts < 200 && !is_gone(net, 0, ana); parts++) {
        int64_t n = 1;
        for (bool whole = false; !whole; n += 1 + n / 16) {         /* the first of them each, later every so many */
            db_fail_nth(net_site(net, 0)->db, n);
            int64_t calls = db_calls(net_site(net, 0)->db);
            work(net, 0);
            whole = db_calls(net_site(net, 0)->db) - calls < n;
            db_fail_nth(net_site(net, 0)->db, 0);
            if (!whole && ++failures % 25 == 0) net_again(net, 0);
        }
    }
    os_log_quiet(false);
    EXPECT(failures > 100 && goes(net, 0, ana) && words_left(net, 0) == 0 && files_at(net, 0) == 0);
    net_all_meet(net);
    EXPECT_STR(net_rows(net, 0, TRIAL_ROWS), net_rows(net, 1, TRIAL_ROWS));
    const char *hers = at(w,
        "SELECT id || ' ' || body AS text FROM journal WHERE stream IN (%lld, -%lld) OR audience < 7 ORDER BY id", (long long)ana, (long long)ana);
    EXPECT_STR(net_rows(net, 0, hers), net_rows(net, 1, hers));
    EXPECT(rebuild_changes_nothing(net, 0) && rebuild_changes_nothing(net, 1));
    net_close(net);
}

/* What starts then finds what was on the disk, and a log that nobody has copied back. */
TEST(an_erasure_that_the_power_cut_off_goes_on_when_it_is_back)
{
    Net *net = net_open(w, 2);
    int64_t ana = somebody(net);
    EXPECT(erases_herself(net, 1, ana));
    os_log_quiet(true);
    for (int i = 0; i < 6 && !is_gone(net, 1, ana); i++) {
        work(net, 1);
        net_beside(net, 1);
    }
    EXPECT(goes(net, 1, ana) && files_at(net, 1) == 0);
    os_log_quiet(false);
    EXPECT(count_of(net, 1, "journal", "body LIKE '%" WORD "%'") == 0 && rebuild_changes_nothing(net, 1));
    net_close(net);
}

TEST(a_guest_who_is_erased_in_one_place_while_she_makes_an_account_in_another_is_in_no_table)
{
    Net *net = net_open(w, 2);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = guest(net, 1);
    net_all_meet(net);
    EXPECT(erases_herself(net, 0, ana));
    net_wait(net, MINUTE);
    EXPECT(enrols(net, 1, ana, "Ana"));
    net_all_meet(net);
    for (int i = 0; i < 2; i++) {
        EXPECT(net_int(net, i, "SELECT count(*) AS value FROM people_person") == 0);
        EXPECT(net_int(net, i, "SELECT count(*) AS value FROM auth_person") == 0);
    }
    net_close(net);
}

TESTS(journal_erase, a_guest_who_is_erased_in_one_place_while_she_makes_an_account_in_another_is_in_no_table,
      what_a_guest_of_somebody_erased_goes_on_to_write_is_not_kept,
      when_she_is_said_to_be_gone_her_words_are_in_no_row_no_file_and_no_log,
      what_an_institution_holds_keeps_its_body_and_loses_her_name_and_what_a_law_keeps_goes_on_its_day,
      a_clock_that_is_a_year_ahead_takes_what_a_law_keeps_from_nobody_else,
      an_invoice_written_while_the_clock_stood_in_1970_is_kept_as_long_as_any_other,
      a_long_account_goes_in_small_parts_and_others_save_between_them,
      long_answers_are_unlinked_a_few_at_a_time_and_gone_is_not_said_before_the_last,
      a_file_stays_as_long_as_somebody_elses_record_names_it, a_file_of_which_only_a_part_has_come_goes_too,
      two_nodes_that_both_erase_her_and_a_third_that_writes_on_end_with_the_same,
      what_a_node_wrote_that_had_not_heard_comes_after_she_is_gone_and_comes_without_its_words,
      a_guest_who_turns_out_to_be_somebody_erased_is_erased, a_guest_is_erased_with_her_whose_join_was_known_before,
      an_account_is_given_where_a_guest_was_made_and_nowhere_else,
      a_guest_of_two_accounts_goes_with_the_one_who_has_her, a_guest_of_two_accounts_goes_with_the_other_too_and_the_one_who_had_her_stays,
      whatever_call_fails_in_whatever_part_it_goes_on_and_ends_as_if_nothing_had_been, an_erasure_that_the_power_cut_off_goes_on_when_it_is_back)
