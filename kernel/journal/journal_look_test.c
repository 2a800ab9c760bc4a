/* journal_look_test - what a disk loses is found, told, and where another node has it, brought back. */
#include "../../tests/deeds.h"

#include <fcntl.h>
#include <unistd.h>

#include "files/files.h"
#include "journal/journal_own.h"

enum { LONG = 60000 };

static str long_words(Net *net)
{
    char *p = NEW(net_keep(net), char, LONG);
    for (int i = 0; i < LONG; i++) p[i] = (char)('a' + i % 26);
    return (str){ p, LONG };
}

static const char *path_at(Net *net, int node, str name)
{
    return at(net_world(net), "%s/files/%.2s/%.62s", net_site(net, node)->config.data, name.p, name.p + 2);
}

static str name_at(Net *net, int node)
{
    str line = net_rows(net, node, "SELECT name AS text FROM stored_file ORDER BY name LIMIT 1");
    return str_slice(line, 0, line.n - 1);
}

/* A firm at node 1 sells with many words; the hub has them too. */
static str sold(Net *net)
{
    World *w = net_world(net);
    net_enrol(net, 1, "ID", 0);
    int64_t ana = account(net, 1, "Ana");
    EXPECT(sells(net, 1, ana, founds(net, 1, ana), 1, long_words(net)));
    net_all_meet(net);
    EXPECT(net_carry_files(net, 1, 0, 1 << 20) > 0 && net_int(net, 0, "SELECT count(*) AS value FROM trial_sale") == 1);
    return name_at(net, 0);
}

static void tomorrow(Net *net, int node)
{
    net_wait(net, DAY + HOUR);
    os_log_quiet(true);
    net_jobs(net, node);
    os_log_quiet(false);
}

static int64_t held(Net *net, int node) { return net_int(net, node, "SELECT count(*) AS value FROM stored_file WHERE kept_at > 0"); }
static int64_t damaged(Net *net, int node) { return net_int(net, node, "SELECT count(*) AS value FROM stored_file_damage"); }

static bool on_disk(Net *net, int node, str name, str bytes)
{
    str got;
    return os_read_file(net_keep(net), path_at(net, node, name), 1 << 20, &got) && str_eq(got, bytes);
}

static bool doctor_says(Net *net, int node, const char *words)
{
    Out out;
    Region room;
    CHECK(region_open(&room, 16 << 20));
    Arena arena = region_arena(&room, NULL);
    out_init(&out, net_keep(net), 4096);
    site_doctor(net_site(net, node), &arena, &out);
    region_close(&room);
    return str_find(out_text(&out), str_from(words)) >= 0;
}

TEST(a_file_that_the_disk_lost_is_found_and_the_next_exchange_brings_it_back)
{
    Net *net = net_open(w, 2);
    str name = sold(net);
    str was = long_words(net), bytes;
    EXPECT(os_read_file(net_keep(net), path_at(net, 0, name), 1 << 20, &bytes) && unlink(path_at(net, 0, name)) == 0);
    EXPECT(net_carry_files(net, 1, 0, 1 << 20) == 0);        /* nobody knows yet */
    tomorrow(net, 0);
    EXPECT(held(net, 0) == 0 && damaged(net, 0) == 1);
    EXPECT(doctor_says(net, 0, "is not there, or cannot be read") && doctor_says(net, 0, "Exchange files with a node that has it"));
    tomorrow(net, 0);
    EXPECT(damaged(net, 0) == 1);
    EXPECT(net_carry_files(net, 1, 0, 1 << 20) > 0);
    EXPECT(held(net, 0) == 1 && damaged(net, 0) == 0 && on_disk(net, 0, name, bytes) && str_find(bytes, was) >= 0);
    EXPECT(doctor_says(net, 0, "the last look at files found nothing"));
    net_close(net);
}

TEST(bytes_that_changed_on_the_disk_are_found_and_stay_until_whole_ones_take_their_place)
{
    Net *net = net_open(w, 2);
    str name = sold(net), bytes;
    EXPECT(os_read_file(net_keep(net), path_at(net, 0, name), 1 << 20, &bytes) && os_write_file(path_at(net, 0, name), S("rotten")));
    tomorrow(net, 0);
    EXPECT(held(net, 0) == 0 && damaged(net, 0) == 1 && doctor_says(net, 0, "has other bytes than its name says"));
    net_wait(net, 3 * DAY);
    tomorrow(net, 0);                                        /* and the sweep */
    EXPECT(on_disk(net, 0, name, S("rotten")));
    EXPECT(net_carry_files(net, 1, 0, 1 << 20) > 0);
    EXPECT(held(net, 0) == 1 && damaged(net, 0) == 0 && on_disk(net, 0, name, bytes));
    net_close(net);
}

TEST(alone_what_is_lost_stays_reported_until_somebody_puts_it_back)
{
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana");
    EXPECT(sells(net, 0, ana, founds(net, 0, ana), 1, long_words(net)));
    str name = name_at(net, 0), bytes;
    EXPECT(os_read_file(net_keep(net), path_at(net, 0, name), 1 << 20, &bytes) && os_write_file(path_at(net, 0, name), S("rotten")));
    tomorrow(net, 0);
    EXPECT(held(net, 0) == 1 && damaged(net, 0) == 1);
    EXPECT(doctor_says(net, 0, "Put it back from a copy of the data folder; where there is none, it is lost."));
    tomorrow(net, 0);
    EXPECT(held(net, 0) == 1 && damaged(net, 0) == 1);
    EXPECT(os_write_file(path_at(net, 0, name), bytes));
    tomorrow(net, 0);
    EXPECT(held(net, 0) == 1 && damaged(net, 0) == 0);
    net_close(net);
}

TEST(what_the_operator_puts_back_is_held_again_without_any_exchange)
{
    Net *net = net_open(w, 2);
    str name = sold(net), bytes;
    EXPECT(os_read_file(net_keep(net), path_at(net, 0, name), 1 << 20, &bytes) && unlink(path_at(net, 0, name)) == 0);
    EXPECT(os_write_file(at(w, "%s/files/other", net_site(net, 0)->config.data), S("so that the folder is not empty")));
    tomorrow(net, 0);
    EXPECT(held(net, 0) == 0 && damaged(net, 0) == 1);
    EXPECT(os_write_file(path_at(net, 0, name), bytes));
    tomorrow(net, 0);
    EXPECT(held(net, 0) == 1 && damaged(net, 0) == 0);
    net_close(net);
}

TEST(somebody_who_brings_the_same_file_again_makes_it_whole)
{
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana"), firm = founds(net, 0, ana);
    EXPECT(sells(net, 0, ana, firm, 1, long_words(net)));
    str name = name_at(net, 0), bytes;
    EXPECT(os_read_file(net_keep(net), path_at(net, 0, name), 1 << 20, &bytes) && os_write_file(path_at(net, 0, name), S("rotten")));
    tomorrow(net, 0);
    EXPECT(damaged(net, 0) == 1);
    EXPECT(sells(net, 0, ana, firm, 1, long_words(net)));
    EXPECT(damaged(net, 0) == 0 && held(net, 0) == 1 && on_disk(net, 0, name, bytes));
    net_close(net);
}

TEST(a_disk_that_is_not_mounted_is_said_so_and_nothing_is_taken_for_lost)
{
    Net *net = net_open(w, 2);
    str name = sold(net);
    const char *folder = at(w, "%s/files", net_site(net, 0)->config.data), *away = at(w, "%s/elsewhere", net_site(net, 0)->config.data);
    EXPECT(rename(folder, away) == 0 && os_make_dirs(folder));
    tomorrow(net, 0);
    EXPECT(held(net, 0) == 1 && damaged(net, 0) == 0);
    EXPECT(doctor_says(net, 0, "the job files.check was given up") && doctor_says(net, 0, "Mount the disk."));
    EXPECT(rmdir(folder) == 0 && rename(away, folder) == 0);
    tomorrow(net, 0);
    EXPECT(held(net, 0) == 1 && damaged(net, 0) == 0 && access(path_at(net, 0, name), F_OK) == 0);
    EXPECT(doctor_says(net, 0, "no job has failed"));
    net_close(net);
}

/* What was seen without a transaction may be of yesterday when it is written. */
typedef struct Noting { str name; FileSeen seen; bool let_go; } Noting;

static bool note_rule(Scope *s, void *arg)
{
    Noting *n = arg;
    files_note(s, n->name, &n->seen, n->let_go);
    return true;
}

static bool forget_rule(Scope *s, void *arg)
{
    files_forget(s, *(str *)arg);
    return true;
}

TEST(what_was_kept_anew_or_forgotten_meanwhile_is_left_in_peace)
{
    Net *net = net_open(w, 1);
    int64_t ana = account(net, 0, "Ana"), firm = founds(net, 0, ana);
    EXPECT(sells(net, 0, ana, firm, 1, long_words(net)));
    str name = name_at(net, 0), bytes;
    const char *path = path_at(net, 0, name);
    EXPECT(os_read_file(net_keep(net), path, 1 << 20, &bytes) && unlink(path) == 0);
    Noting lost = { name, files_look(net_site(net, 0), name), true };
    EXPECT(lost.seen.state == FILE_LOST);
    EXPECT(sells(net, 0, ana, firm, 1, long_words(net)));    /* comes back before it is said */
    EXPECT(net_do(net, 0, 0, note_rule, &lost) && held(net, 0) == 1 && damaged(net, 0) == 0);
    EXPECT(unlink(path) == 0 && net_do(net, 0, 0, note_rule, &lost) && held(net, 0) == 0 && damaged(net, 0) == 1);
    EXPECT(os_write_file(path, bytes));
    Noting whole = { name, files_look(net_site(net, 0), name), false };
    EXPECT(whole.seen.state == FILE_WHOLE && net_do(net, 0, 0, forget_rule, &name) && damaged(net, 0) == 0);
    EXPECT(net_do(net, 0, 0, note_rule, &whole) && held(net, 0) == 0);       /* whose words are gone are not held again */
    net_close(net);
}

typedef struct Many { int n; } Many;

static bool many_rule(Scope *s, void *arg)
{
    StoredFile f;
    for (int i = 0; i < ((Many *)arg)->n; i++) CHECK(files_keep_bytes(s, str_fmt(s->arena, "file %d", i), S("text/plain"), &f));
    return true;
}

TEST(of_many_files_each_is_looked_at)
{
    Net *net = net_open(w, 1);
    EXPECT(net_do(net, 0, 0, many_rule, &(Many){ 300 }) && held(net, 0) == 300);
    str lines = net_rows(net, 0, "SELECT name AS text FROM stored_file ORDER BY name");
    for (int i = 0; i < 300; i++) {
        str_pair cut = str_cut(lines, '\n');
        lines = cut.tail;
        if (i % 50 == 49) EXPECT(unlink(path_at(net, 0, cut.head)) == 0);
    }
    tomorrow(net, 0);
    EXPECT(damaged(net, 0) == 6 && held(net, 0) == 300);     /* no record names them: nobody else can have them */
    EXPECT(doctor_says(net, 0, "of 6 damaged files"));
    net_close(net);
}

TEST(whichever_database_call_fails_a_lost_file_is_found_or_looked_for_again)
{
    Net *net = net_open(w, 2);
    str name = sold(net);
    int64_t nth = 0;
    os_log_quiet(true);
    net_jobs(net, 0);
    EXPECT(unlink(path_at(net, 0, name)) == 0);
    net_sql(net, 0, "DELETE FROM job WHERE kind <> 'files.check'");
    while (damaged(net, 0) == 0 && nth < 200) {
        EXPECT(held(net, 0) == 1);                           /* its row goes with the word that it is damaged */
        net_sql(net, 0, "UPDATE job SET due = 0, failed_at = 0, tries = 0 WHERE kind = 'files.check'");
        db_fail_nth(net_site(net, 0)->db, ++nth);
        jobs_run_due(net_site(net, 0), net_now(net));
        db_fail_nth(net_site(net, 0)->db, 0);
    }
    os_log_quiet(false);
    EXPECT(nth > 3 && nth < 200 && held(net, 0) == 0);
    net_close(net);
}

/* Seals: the first look is without the writer, and what it saw may have changed. */
TEST(records_are_checked_in_parts_that_go_on_where_the_last_one_stopped)
{
    Net *net = net_open(w, 1);
    os_log_quiet(true);
    for (int i = 0; i < 40; i++) EXPECT(account(net, 0, at(w, "Person %d", i)));
    net_wait(net, HOUR + MINUTE);
    net_jobs(net, 0);                                        /* sealed */
    int64_t seals = net_int(net, 0, "SELECT count(*) AS value FROM journal_seal");
    EXPECT(seals > 64);                                      /* more than a page */
    net_sql(net, 0, "UPDATE journal SET at = at + 1 WHERE stream = (SELECT max(stream) FROM journal_seal)");
    net_wait(net, DAY);
    net_jobs(net, 0);
    os_log_quiet(false);
    int64_t bad = net_int(net, 0, "SELECT count(*) AS value FROM journal_damage");
    EXPECT(bad >= 1 && bad < seals);
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM job WHERE kind = 'journal.check'") == 1);
    net_close(net);
}

TESTS(journal_look, a_file_that_the_disk_lost_is_found_and_the_next_exchange_brings_it_back,
      bytes_that_changed_on_the_disk_are_found_and_stay_until_whole_ones_take_their_place,
      alone_what_is_lost_stays_reported_until_somebody_puts_it_back,
      what_the_operator_puts_back_is_held_again_without_any_exchange, somebody_who_brings_the_same_file_again_makes_it_whole,
      a_disk_that_is_not_mounted_is_said_so_and_nothing_is_taken_for_lost, what_was_kept_anew_or_forgotten_meanwhile_is_left_in_peace,
      of_many_files_each_is_looked_at, whichever_database_call_fails_a_lost_file_is_found_or_looked_for_again,
      records_are_checked_in_parts_that_go_on_where_the_last_one_stopped)
