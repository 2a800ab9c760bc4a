#include "../../tests/world.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../../tests/outside.h"
#include "jobs/jobs.h"
#include "mail/mail.h"
#include "outbox/outbox_own.h"

/* ---- a house that sends --------------------------------------------------------------------------------------------------------- */

static Peer *mail_server(World *w)
{
    Peer *p = peer_start(false);
    Config *c = &world_site(w)->config;
    c->smtp = at(w, "smtp-plain://127.0.0.1:%d", p->port);
    c->mail_from = "The Rice Office <sampan@office.example>";
    c->out_seconds = 1;
    return p;
}

typedef struct Wish { OutMail mail; OutHook hook; OutSms sms; str name; bool refuse; } Wish;

static bool mail_rule(Scope *s, void *arg)
{
    Wish *wish = arg;
    wish->name = outbox_mail(s, &wish->mail);
    return !wish->refuse;
}

static str send_mail(World *w, OutMail mail)
{
    Wish wish = { .mail = mail };
    Landing l;
    EXPECT(site_write(world_site(w), world_arena(w), 0, mail_rule, &wish, &l));
    return wish.name;
}

static OutMail letter(void)
{
    return (OutMail){ .to = S("ana@example.org"), .subject = S("Your plan"), .text = S("Dear Ana,\n.\nit is ready.\n") };
}

static void run_jobs(World *w) { jobs_run_due(world_site(w), world_now(w)); }

static OutState state(World *w, str name)
{
    return (OutState)sql_int(w, at(w, "SELECT state AS value FROM outbox WHERE name = '%.*s'", STR_ARG(name)));
}

static str why(World *w, str name) { return sql_str(w, at(w, "SELECT why AS value FROM outbox WHERE name = '%.*s'", STR_ARG(name))); }
static int64_t of_row(World *w, const char *column, str name)
{
    return sql_int(w, at(w, "SELECT %s AS value FROM outbox WHERE name = '%.*s'", column, STR_ARG(name)));
}
static int64_t jobs_of(World *w, const char *kind)
{
    return sql_int(w, at(w, "SELECT count(*) AS value FROM job WHERE kind = '%s' AND failed_at = 0", kind));
}
static bool has(str text, const char *part) { return str_find(text, str_from(part)) >= 0; }

/* ---- it leaves ------------------------------------------------------------------------------------------------------------------ */

TEST(a_mail_leaves_when_it_is_on_the_disk_and_its_words_are_gone_when_it_has)
{
    Peer *p = mail_server(w);
    str name = send_mail(w, letter());
    EXPECT(name.n == NAME_CHARS && state(w, name) == OUT_WAITING && p->visits == 0);
    run_jobs(w);
    EXPECT(state(w, name) == OUT_SENT && p->got_n == 1 && of_row(w, "length(body)", name) == 0 && of_row(w, "tries", name) == 1);
    str got = peer_last(p);
    EXPECT(has(got, "MAIL FROM:<sampan@office.example>") && has(got, "RCPT TO:<ana@example.org>"));
    EXPECT(has(got, "From: \"The Rice Office\" <sampan@office.example>\r\nTo: <ana@example.org>\r\nSubject: Your plan\r\n"));
    EXPECT(has(got, at(w, "Message-ID: <%.*s@office.example>\r\n", STR_ARG(name))) && has(got, "Date: Sun, 22 Nov 2026 03:00:00 +0000\r\n"));
    EXPECT(has(got, "\r\n\r\nDear Ana,\r\n..\r\nit is ready.\r\n") && has(got, "Auto-Submitted: auto-generated\r\n"));
    run_jobs(w);
    EXPECT(p->got_n == 1 && jobs_of(w, "outbox.mail") == 0);
}

TEST(what_was_rolled_back_never_leaves)
{
    Peer *p = mail_server(w);
    Wish wish = { .mail = letter(), .refuse = true };
    Landing l;
    EXPECT(!site_write(world_site(w), world_arena(w), 0, mail_rule, &wish, &l));
    run_jobs(w);
    EXPECT(p->visits == 0 && sql_int(w, "SELECT count(*) AS value FROM outbox") == 0 && jobs_of(w, "outbox.mail") == 0);
}

TEST(whom_nothing_can_be_sent_to_is_said_at_once)
{
    static const char *const bad[] = { "", "ana", "ana@", "@example.org", "ana@exa mple.org", "a\r\nRCPT TO:<b@c>@example.org", "ana>@example.org",
            "a..b@example.org",
                                       "ana@example.org,bo@example.org", "\"a b\"@example.org", "ána@example.org", "ana@[127.0.0.1]",
                                               "ana@example..org" };
    for (int i = 0; i < COUNT_OF(bad); i++) EXPECT(!mail_address_is_fine(str_from(bad[i])));
    EXPECT(mail_address_is_fine(S("ana.b+c-d_e'f@mail-1.example.org")) && mail_address_is_fine(S("a@b")));
    OutMail m = letter();
    m.to = S("nobody");
    EXPECT(send_mail(w, m).n == 0);
    m = letter();
    m.text = (str){ NEW(world_arena(w), char, OUT_TEXT_MAX + 1), OUT_TEXT_MAX + 1 };
    EXPECT(send_mail(w, m).n == 0);
}

/* ---- whichever way it fails -------------------------------------------------------------------------------------------------------- */

typedef struct Trouble { PeerMood mood; OutState state, once; int64_t doubts; const char *why; } Trouble;

static const Trouble troubles[] = {
    { PEER_MUTE,              OUT_WAITING, OUT_WAITING, 0, "did not answer in time" },
    { PEER_HANGS,             OUT_WAITING, OUT_WAITING, 0, "did not answer in time" },
    { PEER_BUSY,              OUT_WAITING, OUT_WAITING, 0, "421 4.3.2 too many" },
    { PEER_CLOSED_DOOR,       OUT_WAITING, OUT_WAITING, 0, "554 5.3.2 not you" },
    { PEER_NOT_NOW,           OUT_WAITING, OUT_WAITING, 0, "451 4.2.1 come back" },
    { PEER_WANTS_LOGIN,       OUT_WAITING, OUT_WAITING, 0, "530 5.7.0 log in first" },
    { PEER_NEVER,             OUT_FAILED,  OUT_FAILED,  0, "550 5.1.1 nobody of that name" },
    { PEER_CUTS_IN_DATA,      OUT_WAITING, OUT_UNKNOWN, 1, "" },
    { PEER_CUTS_AFTER_DOT,    OUT_WAITING, OUT_UNKNOWN, 1, "cut the line" },
    { PEER_HANGS_AFTER_DOT,   OUT_WAITING, OUT_UNKNOWN, 1, "did not answer in time" },
    { PEER_NOT_NOW_AFTER_DOT, OUT_WAITING, OUT_WAITING, 0, "451 4.3.0 later" },
    { PEER_NEVER_AFTER_DOT,   OUT_FAILED,  OUT_FAILED,  0, "554 5.6.0 not this" },
};

static void meet(World *w, Peer *p, const Trouble *t, bool once)
{
    OutMail m = letter();
    m.once = once;
    p->mood = t->mood;
    str name = send_mail(w, m);
    run_jobs(w);
    OutState want = once ? t->once : t->state;
    if (state(w, name) != want || !has(why(w, name), t->why))
        printf("mood %d, once %d: state %d: %.*s\n", t->mood, once, state(w, name), STR_ARG(why(w, name)));
    EXPECT(state(w, name) == want && has(why(w, name), t->why) && of_row(w, "doubts", name) == t->doubts && of_row(w, "tries", name) == 1);
    EXPECT(jobs_of(w, "outbox.mail") == (want == OUT_WAITING));
    sql_run(w, "DELETE FROM job WHERE kind = 'outbox.mail'");
}

TEST(however_a_mail_server_fails_it_is_tried_again_or_given_up_and_said)
{
    Peer *p = mail_server(w);
    for (int i = 0; i < COUNT_OF(troubles); i++) meet(w, p, &troubles[i], false);
}

TEST(what_may_have_arrived_and_is_sent_once_is_left_to_the_operator)
{
    Peer *p = mail_server(w);
    for (int i = 0; i < COUNT_OF(troubles); i++) meet(w, p, &troubles[i], true);
}

TEST(a_server_that_refuses_the_connection_is_tried_until_it_is_there_and_nothing_came_twice)
{
    Peer *p = mail_server(w);
    int port = p->port;
    world_site(w)->config.smtp = at(w, "smtp-plain://127.0.0.1:%d", 1);
    str name = send_mail(w, letter());
    run_jobs(w);
    EXPECT(state(w, name) == OUT_WAITING && has(why(w, name), "cannot be reached") && of_row(w, "due", name) == world_now(w) + 5 * MINUTE);
    world_site(w)->config.smtp = at(w, "smtp-plain://127.0.0.1:%d", port);
    run_jobs(w);
    EXPECT(state(w, name) == OUT_WAITING);
    world_wait(w, 5 * MINUTE);
    run_jobs(w);
    EXPECT(state(w, name) == OUT_SENT && p->got_n == 1 && of_row(w, "tries", name) == 2);
}

TEST(a_name_that_leads_nowhere_is_said)
{
    mail_server(w);
    world_site(w)->config.smtp = "smtp-plain://no-such-host.invalid";
    str name = send_mail(w, letter());
    run_jobs(w);
    EXPECT(state(w, name) == OUT_WAITING && has(why(w, name), "There is no such name"));
}

TEST(what_nobody_takes_for_four_days_is_given_up_and_who_waits_is_told)
{
    mail_server(w);
    world_site(w)->config.smtp = "smtp-plain://127.0.0.1:1";
    str name = send_mail(w, letter());
    int tries = 0;
    for (; state(w, name) == OUT_WAITING && tries < 100; tries++) {
        run_jobs(w);
        world_wait(w, of_row(w, "due", name) - world_now(w));
    }
    EXPECT(state(w, name) == OUT_FAILED && tries > 10 && tries < 25 && of_row(w, "ended", name) >= of_row(w, "made", name) + 3 * DAY);
    EXPECT(of_row(w, "length(body)", name) > 0);
}

TEST(a_server_that_has_no_tls_is_given_no_mail)
{
    Peer *p = mail_server(w);
    world_site(w)->config.smtp = at(w, "smtp://127.0.0.1:%d", p->port);
    str name = send_mail(w, letter());
    run_jobs(w);
    EXPECT(state(w, name) == OUT_WAITING && p->got_n == 0 && has(why(w, name), "no TLS"));
}

/* ---- never twice -------------------------------------------------------------------------------------------------------------------- */

TEST(a_double_bears_the_same_name_so_that_it_can_be_seen)
{
    Peer *p = mail_server(w);
    p->mood = PEER_CUTS_AFTER_DOT;
    str name = send_mail(w, letter());
    run_jobs(w);
    str first = str_keep(world_arena(w), peer_last(p));
    p->mood = PEER_WELL;
    world_wait(w, 5 * MINUTE);
    run_jobs(w);
    EXPECT(state(w, name) == OUT_SENT && peer_times(p, str_from(at(w, "%.*s@office.example", STR_ARG(name)))) == 2 && of_row(w, "doubts", name) == 1);
    EXPECT(str_starts(peer_last(p), first) && has(first, "it is ready.\r\n.\r\n") == has(peer_last(p), "it is ready.\r\n.\r\n"));
}

TEST(killed_between_handing_over_and_noting_it_counts_as_perhaps)
{
    Peer *p = mail_server(w);
    OutMail m = letter();
    str plain = send_mail(w, m);
    m.once = true;
    str once = send_mail(w, m);
    sql_run(w, "UPDATE outbox SET state = 2, holder = 'of a process that is gone'");
    run_jobs(w);
    EXPECT(p->visits == 0 && state(w, plain) == OUT_WAITING && of_row(w, "doubts", plain) == 1);
    EXPECT(state(w, once) == OUT_UNKNOWN && of_row(w, "doubts", once) == 1);
    world_wait(w, 5 * MINUTE);
    run_jobs(w);
    EXPECT(p->got_n == 1 && state(w, plain) == OUT_SENT && state(w, once) == OUT_UNKNOWN);
}

TEST(whichever_database_call_fails_a_mail_that_is_sent_once_does_not_come_twice)
{
    Peer *p = mail_server(w);
    for (int64_t nth = 1; nth < 200; nth++) {
        OutMail m = letter();
        m.once = true;
        str name = send_mail(w, m);
        int64_t calls = db_calls(world_site(w)->db);
        world_fail(w, nth);
        run_jobs(w);
        world_fail(w, 0);
        bool all = db_calls(world_site(w)->db) - calls < nth;
        for (int i = 0; i < 8; i++) {
            world_wait(w, HOUR);
            run_jobs(w);
        }
        int came = peer_times(p, str_from(at(w, "%.*s@office.example", STR_ARG(name))));
        EXPECT(came <= 1 && (state(w, name) == OUT_SENT ? came == 1 : state(w, name) == OUT_UNKNOWN));
        sql_run(w, "DELETE FROM job WHERE kind = 'outbox.mail'");
        if (all) return;
    }
    world_failed(w, __FILE__, __LINE__, "no end");
}

TEST(a_mail_that_is_cancelled_in_time_does_not_leave)
{
    Peer *p = mail_server(w);
    str name = send_mail(w, letter());
    EXPECT(outbox_command(world_site(w), 2, (char *[]){ "cancel", (char *)(uintptr_t)at(w, "%.*s", STR_ARG(name)) }) == 0);
    run_jobs(w);
    EXPECT(p->visits == 0 && state(w, name) == OUT_CANCELLED && of_row(w, "length(body)", name) == 0);
    EXPECT(outbox_command(world_site(w), 2, (char *[]){ "cancel", (char *)(uintptr_t)at(w, "%.*s", STR_ARG(name)) }) == 1);
}

TEST(the_operator_sends_again_what_was_given_up)
{
    Peer *p = mail_server(w);
    p->mood = PEER_NEVER;
    str name = send_mail(w, letter());
    run_jobs(w);
    p->mood = PEER_WELL;
    char *again[] = { "retry", (char *)(uintptr_t)at(w, "%.*s", STR_ARG(name)) };
    EXPECT(state(w, name) == OUT_FAILED && outbox_command(world_site(w), 2, again) == 0);
    run_jobs(w);
    EXPECT(state(w, name) == OUT_SENT && p->got_n == 1 && outbox_command(world_site(w), 2, again) == 1);
}

/* ---- settings ------------------------------------------------------------------------------------------------------------------------ */

TEST(without_a_server_mail_waits_or_becomes_a_file_as_was_said)
{
    Config *c = &world_site(w)->config;
    str name = send_mail(w, letter()), bytes;
    run_jobs(w);
    EXPECT(state(w, name) == OUT_WAITING && has(why(w, name), "SAMPAN_SMTP names no server.") && of_row(w, "tries", name) == 0);
    c->smtp = "files";
    world_wait(w, HOUR);
    run_jobs(w);
    EXPECT(state(w, name) == OUT_SENT);
    EXPECT(os_read_file(world_arena(w), at(w, "%s/outbox/%.*s.eml", world_folder(w), STR_ARG(name)), 1 << 20, &bytes) && has(bytes, "Dear Ana,\r\n"));
}

TEST(a_mail_that_left_as_a_file_goes_when_its_row_does_and_a_file_of_somebody_elses_stays)
{
    str bytes;
    world_site(w)->config.smtp = "files";
    str name = send_mail(w, letter()), other = send_mail(w, letter());
    run_jobs(w);
    const char *path = at(w, "%s/outbox/%.*s.eml", world_folder(w), STR_ARG(name)), *stays = at(w, "%s/outbox/%.*s.eml", world_folder(w), STR_ARG(other));
    const char *own = at(w, "%s/outbox/notes.txt", world_folder(w));
    EXPECT(os_write_file(own, S("mine")));
    sql_run(w, at(w, "DELETE FROM outbox WHERE name = '%.*s'", STR_ARG(name)));
    world_wait(w, DAY + HOUR);
    run_jobs(w);
    EXPECT(!os_read_file(world_arena(w), path, 1 << 20, &bytes) && os_read_file(world_arena(w), stays, 1 << 20, &bytes));
    EXPECT(os_read_file(world_arena(w), own, 1 << 20, &bytes));
}

TEST(a_disk_that_does_not_take_the_file_has_it_tried_again)
{
    world_site(w)->config.smtp = "files";
    EXPECT(os_write_file(at(w, "%s/outbox", world_folder(w)), S("in the way")));
    str name = send_mail(w, letter());
    run_jobs(w);
    EXPECT(state(w, name) == OUT_WAITING && has(why(w, name), "The file cannot be written"));
    unlink(at(w, "%s/outbox", world_folder(w)));
    world_wait(w, 5 * MINUTE);
    run_jobs(w);
    EXPECT(state(w, name) == OUT_SENT);
}

static bool settings_are(World *w, const char *smtp, const char *from, OutSettings *ret)
{
    str say;
    Config *c = &world_site(w)->config;
    c->smtp = smtp;
    c->mail_from = from;
    return out_settings(world_site(w), world_arena(w), ret, &say);
}

TEST(a_setting_that_makes_no_sense_is_named)
{
    OutSettings o;
    EXPECT(settings_are(w, "smtp://ana@mail.example:2525", "Rice <a@b.example>", &o) && o.starttls && o.mail == OUT_TO_SERVER);
    EXPECT_STR(o.smtp, S("smtp://mail.example:2525"));
    EXPECT_STR(o.user, S("ana"));
    EXPECT(settings_are(w, "smtps://ana@example.org@mail.example", "a@b.example", &o) && !o.starttls);
    EXPECT_STR(o.smtp, S("smtps://mail.example:465"));
    EXPECT_STR(o.user, S("ana@example.org"));
    EXPECT(settings_are(w, "smtp-plain://[::1]", "a@b.example", &o));
    EXPECT_STR(o.smtp, S("smtp://[::1]:25"));
    static const char *const bad[] = { "smtp-plain://ana@127.evil.example", "mail.example", "smtp://", "smtp://mail.example:0", "smtp://mail.example/x", "smtp-plain://ana@mail.example",
            "smtp://a b.example",
                                       "http://mail.example", "smtp://mail.example:25x" };
    for (int i = 0; i < COUNT_OF(bad); i++) EXPECT(!settings_are(w, bad[i], "a@b.example", &o));
    static const char *const nobody[] = { "", "Rice", "Rice <a>", "<a@b", "a+b@c.example", "Ri\nce <a@b.example>" };
    for (int i = 0; i < COUNT_OF(nobody); i++) EXPECT(!settings_are(w, "smtp://mail.example", nobody[i], &o));
}

TEST(a_secret_that_others_could_read_is_not_believed)
{
    const char *path = at(w, "%s/secrets", world_folder(w));
    Site *site = world_site(w);
    OutSettings o;
    struct stat st;
    EXPECT(out_secret_keep(site, world_arena(w), S("smtp"), S("open sesame")) && stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    EXPECT(settings_are(w, "files", "", &o));
    EXPECT_STR(o.password, S("open sesame"));
    EXPECT(out_secret_keep(site, world_arena(w), S("smtp"), S("another")) && settings_are(w, "files", "", &o));
    EXPECT_STR(o.password, S("another"));
    EXPECT(chmod(path, 0640) == 0 && !settings_are(w, "files", "", &o) && !out_secret_keep(site, world_arena(w), S("smtp"), S("x")));
}

/* ---- as it travels --------------------------------------------------------------------------------------------------------------------- */

static Mail travelled(World *w, OutMail m)
{
    Mail mail = { 0 };
    OutSettings o;
    EXPECT(settings_are(w, "files", "\xE7\xB1\xB3 Office <sampan@office.example>", &o));
    Composed c = { .mail = &m, .settings = &o, .name = S("0123456789abcdef01234567"), .now = world_now(w) };
    str bytes = out_compose(world_arena(w), &c);
    for (str rest = bytes; rest.n;) {
        str_pair line = str_cut(rest, '\n');
        EXPECT(line.head.n <= 77 && line.head.p[line.head.n - 1] == '\r');
        rest = line.tail;
    }
    for (ptrdiff_t i = 0; i < bytes.n; i++) EXPECT((unsigned char)bytes.p[i] < 128);
    EXPECT(mail_read(world_arena(w), bytes, &mail) == CHILD_DONE);
    return mail;
}

TEST(words_of_any_script_arrive_as_they_were_written)
{
    OutMail m = letter();
    m.subject = S("\xE8\xBC\xB8\xE5\x87\xBA\xE8\xA8\x88\xE7\x94\xBB and \xD8\xA3\xD8\xB1\xD8\xB2, "
                  "and what else there is to say of it in a line that does not end so soon");
    m.text = S("caf\xC3\xA9 = \xE5\x87\xBA\xE5\x8F\xA3 \nFrom here on\n"
               ". a line of more than seventy-six bytes, so that it has to be broken somewhere on its way\n\ttab\t\n\nend");
    m.reply_to = S("sampan+plan-1-2@office.example");
    m.stop = S("https://office.example/stop/1");
    Mail got = travelled(w, m);
    EXPECT_STR(got.subject, m.subject);
    EXPECT_STR(got.text, str_cat(world_arena(w), m.text, S("\n")));
    EXPECT_STR(got.from.name, S("\xE7\xB1\xB3 Office"));
    EXPECT_STR(got.id, S("0123456789abcdef01234567@office.example"));
    EXPECT(got.sender == MAIL_AUTOMATIC && got.date == world_now(w) && got.file_n == 0);
}

TEST(no_word_of_a_person_becomes_a_line_of_the_head)
{
    OutMail m = letter();
    m.subject = S("Hello\r\nBcc: everybody@example.org\n\nbody");
    Mail got = travelled(w, m);
    EXPECT(got.to_n == 1 && has(got.subject, "Hello  Bcc: everybody@example.org  body") && !has(got.text, "body\nMIME"));
}

TEST(files_arrive_whole)
{
    str bytes = { NEW(world_arena(w), char, 100000), 100000 };
    for (ptrdiff_t i = 0; i < bytes.n; i++) ((char *)(uintptr_t)bytes.p)[i] = (char)(i * 7);
    OutFile files[] = { { S("certificate \xE2\x84\x96 1.pdf"), S("application/pdf"), bytes }, { S("a\"b\r\nX: y"), S("text/x\r\nX: y"), S("") } };
    OutMail m = letter();
    m.file = files;
    m.file_n = 2;
    Mail got = travelled(w, m);
    EXPECT(got.file_n == 2 && got.file[0].size == bytes.n);
    EXPECT_STR(got.file[0].name, files[0].name);
    EXPECT_STR(got.file[0].type, files[0].type);
    EXPECT_STR(got.text, m.text);
}

/* ---- whose it is, and how long it stays --------------------------------------------------------------------------------------------------- */

TEST(what_was_sent_to_a_person_goes_with_her_and_the_rest_after_a_month)
{
    mail_server(w);
    OutMail m = letter();
    m.person = world_person(w, ANA);
    send_mail(w, m);
    EXPECT(sql_int(w, "SELECT count(*) AS value FROM outbox WHERE person <> 0") == 1);
    str other = send_mail(w, letter());
    run_jobs(w);
    world_wait(w, OUT_KEPT_DAYS * DAY + DAY);
    run_jobs(w);
    EXPECT(state(w, other) == (OutState)-1);
}

TEST(a_job_that_is_gone_is_given_anew)
{
    Peer *p = mail_server(w);
    str name = send_mail(w, letter());
    sql_run(w, "DELETE FROM job WHERE kind = 'outbox.mail'");
    world_wait(w, 2 * DAY);
    jobs_run_due(world_site(w), world_now(w));
    jobs_run_due(world_site(w), world_now(w));
    EXPECT(state(w, name) == OUT_SENT && p->got_n == 1);
}

TESTS(outbox, a_mail_leaves_when_it_is_on_the_disk_and_its_words_are_gone_when_it_has, what_was_rolled_back_never_leaves,
      whom_nothing_can_be_sent_to_is_said_at_once, however_a_mail_server_fails_it_is_tried_again_or_given_up_and_said,
      what_may_have_arrived_and_is_sent_once_is_left_to_the_operator,
      a_server_that_refuses_the_connection_is_tried_until_it_is_there_and_nothing_came_twice, a_name_that_leads_nowhere_is_said,
      what_nobody_takes_for_four_days_is_given_up_and_who_waits_is_told, a_server_that_has_no_tls_is_given_no_mail,
      a_double_bears_the_same_name_so_that_it_can_be_seen, killed_between_handing_over_and_noting_it_counts_as_perhaps,
      whichever_database_call_fails_a_mail_that_is_sent_once_does_not_come_twice, a_mail_that_is_cancelled_in_time_does_not_leave,
      the_operator_sends_again_what_was_given_up, without_a_server_mail_waits_or_becomes_a_file_as_was_said,
      a_mail_that_left_as_a_file_goes_when_its_row_does_and_a_file_of_somebody_elses_stays,
      a_disk_that_does_not_take_the_file_has_it_tried_again, a_setting_that_makes_no_sense_is_named,
      a_secret_that_others_could_read_is_not_believed, words_of_any_script_arrive_as_they_were_written,
      no_word_of_a_person_becomes_a_line_of_the_head, files_arrive_whole, what_was_sent_to_a_person_goes_with_her_and_the_rest_after_a_month,
      a_job_that_is_gone_is_given_anew)
