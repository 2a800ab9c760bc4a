#include "../../tests/world.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "inbox/inbox_own.h"
#include "jobs/jobs.h"
#include "outbox/outbox_own.h"

/* ---- a house that takes mail ------------------------------------------------------------------------------------------------------ */

static const char *module_says = "";        /* "refuses", "falls" */

static bool plan_mail(Scope *s, str rest, const InMail *m, str *ret_why)
{
    jobs_add(s, "trial.took", str_cat(s->arena, rest, S("|"), m->sender, S("|"), m->mail->subject, S("|"), m->mail->text), INT64_MAX);
    if (strcmp(module_says, "falls") == 0) fault(s, FAULT_DISK, "the disk of the test is full");
    *ret_why = S("This plan is closed.");
    return strcmp(module_says, "refuses") != 0;
}

static bool price_sms(Scope *s, const InSms *m, str *ret_why)
{
    jobs_add(s, "trial.took", str_cat(s->arena, m->from, S("|"), m->text), INT64_MAX);
    *ret_why = S("No such good.");
    return strcmp(module_says, "refuses") != 0;
}

static bool nothing(Scope *s, str body) { return true; }
static const MailTag tags[] = { { "plan", plan_mail } };
static const SmsWord words[] = { { "PRICE", price_sms } };
static const JobKind kinds[] = { { "trial.took", .run = nothing }, { "trial.told", .run = nothing } };
static const Module taking_module = { .name = "taking", .mail = tags, .mail_n = 1, .sms = words, .sms_n = 1, .jobs = kinds,
        .job_n = COUNT_OF(kinds) };
static const Module *const modules[] = { &taking_module };

static void house(World *w)
{
    Config *c = &world_site(w)->config;
    c->smtp = "files";
    c->mail_from = "Sampan <sampan@office.example>";
    c->lmtp = "/unused";
}

static bool tag_rule(Scope *s, void *arg)
{
    str *rest = arg;
    *rest = mail_tagged(s, S("plan"), *rest);
    return true;
}

static str tagged_for(World *w, const char *rest)
{
    str address = str_from(rest);
    Landing l;
    EXPECT(site_write(world_site(w), world_arena(w), 0, tag_rule, &address, &l));
    return address;
}

static str tagged(World *w) { return tagged_for(w, "a7"); }

static int64_t took(World *w) { return sql_int(w, "SELECT count(*) AS value FROM job WHERE kind = 'trial.took'"); }
static str took_what(World *w) { return sql_str(w, "SELECT body AS value FROM job WHERE kind = 'trial.took'"); }
static bool has(str text, const char *part) { return str_find(text, str_from(part)) >= 0; }

/* The conversation without a socket: what is said, and all that is answered. */
typedef struct Talk { World *w; Taking taking; Lmtp lmtp; Out out; } Talk;

static str on_receiver(void *arg, Arena *keep, str address) { return take_receiver(world_site(((Talk *)arg)->w), keep, address); }
static void on_message(void *arg, str bytes)
{
    Talk *t = arg;
    t->taking = (Taking){ .site = world_site(t->w), .arena = &t->lmtp.arena, .sender = t->lmtp.sender, .bytes = bytes };
}
static str on_deliver(void *arg, Arena *keep, str address) { return take_message(&((Talk *)arg)->taking, address); }

static str talk_in(World *w, str said, ptrdiff_t piece)
{
    static Region room;
    static Talk t;
    const LmtpHost host = { on_receiver, on_message, on_deliver, &t };
    if (!room.base) CHECK(region_open(&room, LMTP_ARENA_BYTES));
    t = (Talk){ .w = w };
    out_init(&t.out, world_arena(w), 1 << 16);
    lmtp_open(&t.lmtp, &host, region_arena(&room, NULL), &t.out);
    for (ptrdiff_t at_byte = 0; at_byte < said.n; at_byte += piece) lmtp_take(&t.lmtp, str_slice(said, at_byte, at_byte + piece));
    return out_text(&t.out);
}

static str talk(World *w, str said) { return talk_in(w, said, said.n); }

#define LETTER "From: Ana <ana@example.org>\r\nSubject: Rice\r\nMessage-ID: <1@example.org>\r\n\r\nYes.\r\n"

static str bring(World *w, const char *sender, str receiver, const char *letter)
{
    str said = str_fmt(world_arena(w), "LHLO mx\r\nMAIL FROM:<%s>\r\nRCPT TO:<%.*s>\r\nDATA\r\n%s.\r\nQUIT\r\n", sender, STR_ARG(receiver), letter);
    return talk(w, said);
}

/* ---- a letter ----------------------------------------------------------------------------------------------------------------------- */

TEST(a_letter_to_an_address_of_ours_comes_to_the_module_and_is_kept_before_250)
{
    house(w);
    str said = bring(w, "ana@example.org", tagged(w), LETTER);
    EXPECT(str_starts(said, S("220 ")) && has(said, "250-PIPELINING\r\n") && has(said, "354 "));
    EXPECT(has(said, "\r\n250 2.0.0 Kept.\r\n221 2.0.0 Bye.\r\n"));
    EXPECT_STR(took_what(w), S("a7|ana@example.org|Rice|Yes.\n"));
}

TEST(nobody_makes_an_address_but_us)
{
    house(w);
    str ours = tagged(w);
    EXPECT(str_starts(ours, S("sampan+plan-a7-")) && str_ends(ours, S("@office.example")));
    char *loud = (char *)(uintptr_t)str_keep(world_arena(w), ours).p;
    for (ptrdiff_t i = 0; i < ours.n; i++)
        if (loud[i] >= 'a' && loud[i] <= 'z') loud[i] = (char)(loud[i] - 32);
    EXPECT(has(bring(w, "a@b", (str){ loud, ours.n }, LETTER), "250 2.0.0 Kept."));
    for (ptrdiff_t i = 0; i < ours.n; i++) {
        str altered = str_keep(world_arena(w), ours);
        ((char *)(uintptr_t)altered.p)[i] = altered.p[i] == 'x' ? 'y' : 'x';
        EXPECT(has(bring(w, "a@b", altered, LETTER), "550 5.1.1 ") && took(w) == 1);
    }
    static const char *const others[] = { "sampan@office.example", "sampan+plan@office.example", "sampan+plan-a7-@office.example",
            "root@office.example",
                                          "sampan+b-0123@office.example", "x" };
    for (int i = 0; i < COUNT_OF(others); i++) EXPECT(has(bring(w, "a@b", str_from(others[i]), LETTER), "550 5.1.1 "));
    world_site(w)->config.lmtp = "";
    EXPECT(tagged(w).n == 0);
}

TEST(the_same_brought_twice_is_taken_once_and_another_from_the_same_is_taken)
{
    house(w);
    str ours = tagged(w);
    for (int i = 0; i < 3; i++) EXPECT(has(bring(w, "a@b", ours, LETTER), "250 2.0.0 Kept.") && took(w) == 1);
    EXPECT(has(bring(w, "a@b", ours, LETTER "And more.\r\n"), "250 2.0.0 Kept.") && took(w) == 2);
}

TEST(what_the_module_refuses_is_refused_and_what_falls_comes_again)
{
    house(w);
    module_says = "refuses";
    EXPECT(has(bring(w, "a@b", tagged(w), LETTER), "550 5.7.1 This plan is closed.") && took(w) == 0);
    module_says = "falls";
    EXPECT(has(bring(w, "a@b", tagged(w), LETTER), "451 4.3.0 ") && took(w) == 0);
    module_says = "";
    EXPECT(has(bring(w, "a@b", tagged(w), LETTER), "250 2.0.0 ") && took(w) == 1);
}

TEST(whichever_database_call_fails_250_means_kept_and_nothing_else_does)
{
    house(w);
    str ours = tagged(w);
    for (int64_t nth = 1; nth < 50; nth++) {
        const char *letter = at(w, "From: a@b\r\nSubject: %lld\r\n\r\nx\r\n", (long long)nth);
        int64_t before = took(w), calls = db_calls(world_site(w)->db);
        world_fail(w, nth);
        str said = bring(w, "a@b", ours, letter);
        world_fail(w, 0);
        bool all = db_calls(world_site(w)->db) - calls < nth;
        EXPECT(has(said, "\r\n250 2.0.0 Kept.") ? took(w) == before + 1 : has(said, "\r\n451 4.3.0 ") && took(w) == before);
        if (all) return;
    }
    world_failed(w, __FILE__, __LINE__, "no end");
}

TEST(each_receiver_hears_of_his_own)
{
    house(w);
    str ours = tagged(w), bounce = S("sampan+b-0123456789abcdef01234567@office.example");
    str said = talk(w, str_fmt(world_arena(w),
            "LHLO mx\r\nMAIL FROM:<a@b> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<%.*s>\r\nRCPT TO:<no@office.example>\r\n"
                               "RCPT TO:<%.*s>\r\nDATA\r\n" LETTER ".\r\nNOOP\r\n", STR_ARG(ours), STR_ARG(bounce)));
    EXPECT(has(said, "250 2.1.5 Fine.\r\n550 5.1.1 "));
    EXPECT(has(said, "354 Go on; a dot alone ends it.\r\n250 2.0.0 Kept.\r\n550 5.1.1 Nobody reads mail here under this address.\r\n250 2.0.0 Fine.\r\n"));
    EXPECT(took(w) == 1);
}

TEST(each_receiver_gets_the_whole_of_it)
{
    house(w);
    str one = tagged_for(w, "a7"), two = tagged_for(w, "b8"), three = tagged_for(w, "c9");
    str said = talk(w, str_fmt(world_arena(w), "LHLO mx\r\nMAIL FROM:<ana@example.org>\r\nRCPT TO:<%.*s>\r\nRCPT TO:<%.*s>\r\nRCPT TO:<%.*s>\r\n"
                               "DATA\r\n" LETTER ".\r\nNOOP\r\n", STR_ARG(one), STR_ARG(two), STR_ARG(three)));
    EXPECT(has(said, "250 2.0.0 Kept.\r\n250 2.0.0 Kept.\r\n250 2.0.0 Kept.\r\n") && took(w) == 3);
    static const char *const rest[] = { "a7", "b8", "c9" };
    for (int i = 0; i < COUNT_OF(rest); i++)
        EXPECT(sql_int(w, at(w, "SELECT count(*) AS value FROM job WHERE kind = 'trial.took' AND body = '%s|ana@example.org|Rice|Yes.' || '\n'", rest[i])) == 1);
}

/* ---- what machines write ---------------------------------------------------------------------------------------------------------------- */

TEST(no_machine_is_answered)
{
    house(w);
    str ours = tagged(w);
    EXPECT(has(bring(w, "", ours, LETTER), "550 5.7.1 A machine"));
    EXPECT(has(bring(w, "a@b", ours, "Auto-Submitted: auto-replied\r\n" LETTER), "550 5.7.1 A machine"));
    EXPECT(has(bring(w, "a@b", ours, "Precedence: bulk\r\n" LETTER), "550 5.7.1 A machine"));
    EXPECT(took(w) == 0);
}

static bool mail_rule(Scope *s, void *arg)
{
    OutMail m = { .to = S("ana@example.org"), .subject = S("Plan"), .text = S("Here."), .told = "trial.told" };
    *(str *)arg = outbox_mail(s, &m);
    return true;
}

/* It has left. */
static str sent(World *w)
{
    str name = { 0 };
    Landing l;
    EXPECT(site_write(world_site(w), world_arena(w), 0, mail_rule, &name, &l));
    jobs_run_due(world_site(w), world_now(w));
    EXPECT(sql_int(w, "SELECT state AS value FROM outbox") == OUT_SENT);
    return name;
}

TEST(a_mail_of_ours_that_comes_back_as_it_went_is_a_loop)
{
    house(w);
    str name = sent(w);
    const char *again = at(w, "From: a@b\r\nSubject: Fwd\r\nMessage-ID: <%.*s@office.example>\r\n\r\nx\r\n", STR_ARG(name));
    EXPECT(has(bring(w, "a@b", tagged(w), again), "554 5.4.6 It is one of ours"));
    EXPECT(has(bring(w, "a@b", tagged(w), at(w, "In-Reply-To: <%.*s@office.example>\r\n" LETTER, STR_ARG(name))), "250 2.0.0 Kept.") && took(w) == 1);
}

TEST(a_mail_that_goes_round_and_round_is_stopped)
{
    Out o;
    house(w);
    out_init(&o, world_arena(w), 1 << 14);
    for (int i = 0; i < MAIL_HOPS_MAX; i++) out_fmt(&o, "Received: from a by b%d\r\n", i);
    EXPECT(has(bring(w, "a@b", tagged(w), at(w, "%.*s" LETTER "Received: in the body\r\n", STR_ARG(out_text(&o)))), "250 2.0.0 Kept."));
    out_lit(&o, "received: from c\r\n");
    EXPECT(has(bring(w, "a@b", tagged(w), at(w, "%.*s" LETTER, STR_ARG(out_text(&o)))), "554 5.4.6 It went through"));
}

#define REPORT(action) "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n" \
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n" \
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n" \
    "Final-Recipient: rfc822; ana@example.org\r\nAction: " action "\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"

TEST(a_mail_that_comes_back_is_noted_on_what_was_sent_and_whoever_waits_is_told)
{
    house(w);
    str name = sent(w), address = str_from(at(w, "sampan+b-%.*s@office.example", STR_ARG(name)));
    EXPECT(has(bring(w, "", address, REPORT("delayed")), "250 2.0.0 Kept.") && sql_int(w, "SELECT state AS value FROM outbox") == OUT_SENT);
    EXPECT(has(bring(w, "a@b", address, LETTER), "550 5.1.1 Nobody reads") && sql_int(w, "SELECT state AS value FROM outbox") == OUT_SENT);
    EXPECT(has(bring(w, "a@b", address, "Auto-Submitted: auto-replied\r\n" LETTER), "250 2.0.0 Kept."));
    sql_run(w, "DELETE FROM job WHERE kind = 'trial.told'");
    EXPECT(has(bring(w, "", address, REPORT("failed")), "250 2.0.0 Kept.") && sql_int(w, "SELECT state AS value FROM outbox") == OUT_BOUNCED);
    EXPECT_STR(sql_str(w, "SELECT why AS value FROM outbox"), S("It came back: 5.1.1 ana@example.org"));
    EXPECT(sql_int(w, "SELECT count(*) AS value FROM job WHERE kind = 'trial.told'") == 1 && took(w) == 0);
}

/* ---- limits ------------------------------------------------------------------------------------------------------------------------------- */

TEST(on_a_disk_that_is_nearly_full_mail_comes_later)
{
    house(w);
    world_disk_free(w, 1 << 20);
    EXPECT(has(bring(w, "a@b", tagged(w), LETTER), "452 4.3.1 ") && took(w) == 0);
}

TEST(what_is_too_large_is_refused_before_or_after_and_the_next_is_taken)
{
    house(w);
    str ours = tagged(w);
    EXPECT(has(talk(w, str_fmt(world_arena(w), "LHLO a\r\nMAIL FROM:<a@b> SIZE=%d\r\nQUIT\r\n", MAIL_BYTES_MAX + 1)), "552 5.3.4 "));
    Out o;
    out_init(&o, world_arena(w), MAIL_BYTES_MAX + (1 << 20));
    out_fmt(&o, "LHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<%.*s>\r\nDATA\r\nSubject: x\r\n\r\n", STR_ARG(ours));
    for (int64_t n = 0; n <= MAIL_BYTES_MAX; n += 70) out_lit(&o, "0123456789012345678901234567890123456789012345678901234567890123456789\r\n");
    out_fmt(&o, ".\r\nMAIL FROM:<a@b>\r\nRCPT TO:<%.*s>\r\nDATA\r\n" LETTER ".\r\n", STR_ARG(ours));
    str said = talk(w, out_text(&o));
    EXPECT(has(said, "354 Go on; a dot alone ends it.\r\n552 5.3.4 ") && str_ends(said, S("\r\n250 2.0.0 Kept.\r\n")) && took(w) == 1);
}

TEST(a_thousand_receivers_are_fifty)
{
    Out o;
    house(w);
    str ours = tagged(w);
    out_init(&o, world_arena(w), 1 << 18);
    out_lit(&o, "LHLO a\r\nMAIL FROM:<a@b>\r\n");
    for (int i = 0; i < MAIL_RECEIVERS_MAX + 3; i++) out_fmt(&o, "RCPT TO:<%.*s>\r\n", STR_ARG(ours));
    EXPECT(count((Visit){ .body = talk(w, out_text(&o)) }, "452 4.5.3 ") == 3);
}

TEST(nonsense_is_answered_and_then_no_more)
{
    EXPECT(has(talk(w, S("HELO a\r\n")), "500 5.5.2 ") && has(talk(w, S("MAIL FROM:<a@b>\r\n")), "503 5.5.1 LHLO first."));
    EXPECT(has(talk(w, S("LHLO a\r\nRCPT TO:<a@b>\r\n")), "503 5.5.1 ") && has(talk(w, S("LHLO a\r\nDATA\r\n")), "503 5.5.1 "));
    EXPECT(has(talk(w, S("LHLO a\r\nMAIL FROM:<a@b>\r\nDATA\r\n")), "503 5.5.1 ") && has(talk(w, S("LHLO a\r\nMAIL FROM:a@b\r\n")), "501 5.5.4 "));
    EXPECT(has(talk(w, S("LHLO\r\n")), "501 5.5.4 ") && has(talk(w, S("LHLO a\r\nMAIL FROM:<a\0b>\r\n")), "500 5.5.2 "));
    Out o;
    out_init(&o, world_arena(w), 1 << 18);
    for (int i = 0; i < 100; i++) out_lit(&o, "what?\r\n");
    str said = talk(w, out_text(&o));
    EXPECT(count((Visit){ .body = said }, "500 5.5.2 ") == 20 && str_ends(said, S("421 4.7.0 Too many commands that make no sense.\r\n")));
    out_init(&o, world_arena(w), 1 << 18);
    for (int i = 0; i < LMTP_LINE_MAX; i++) out_char(&o, 'x');
    out_lit(&o, "\r\nNOOP\r\n");
    EXPECT(has(talk(w, out_text(&o)), "500 5.5.2 The line is too long.\r\n250 2.0.0 Fine.\r\n"));
}

TEST(only_a_dot_alone_ends_a_message_and_other_dots_stay_as_they_were_meant)
{
    house(w);
    bring(w, "a@b", tagged(w), "Subject: dots\r\n\r\n..one\r\n\n.\nMAIL FROM:<evil@example.org>\r\n.x\r\n.\rQ\r\n..\r\nend\r\n");
    EXPECT_STR(took_what(w), S("a7|a@b|dots|.one\n\n.\nMAIL FROM:<evil@example.org>\nx\n\nQ\n.\nend\n"));
}

TEST(in_whatever_pieces_it_comes_the_answers_are_the_same)
{
    house(w);
    str ours = tagged(w);
    str said = str_fmt(world_arena(w),
            "LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<%.*s>\r\nDATA\r\n" LETTER "..\r\n.\rx\r\n\r.\r\n.\r\nRSET\r\nwhat\r\nQUIT\r\nlate\r\n",
                    STR_ARG(ours));
    str whole = talk(w, said);
    for (ptrdiff_t piece = 1; piece < 40; piece++) EXPECT_STR(talk_in(w, said, piece), whole);
    EXPECT(took(w) == 1);
}

/* ---- callers on the socket -------------------------------------------------------------------------------------------------------------------- */

static int call(const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
    return fd;
}

/* Until `end` came, or nothing more does. */
static str heard(World *w, int fd, const char *end)
{
    Out o;
    char bytes[4096];
    out_init(&o, world_arena(w), 4096);
    while (!has(out_text(&o), end)) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        ssize_t n = poll(&p, 1, 30000) > 0 ? read(fd, bytes, sizeof bytes) : 0;
        if (n <= 0) break;
        out_bytes(&o, bytes, n);
    }
    return out_text(&o);
}

static void say(int fd, str text) { CHECK(send(fd, text.p, (size_t)text.n, MSG_NOSIGNAL) == text.n); }

TEST(mail_comes_over_the_socket_and_who_is_silent_stands_in_nobodys_way)
{
    str why;
    int fd[LMTP_CONNECTIONS_MAX];
    house(w);
    const char *path = at(w, "%s/lmtp", world_folder(w));
    str ours = tagged(w);
    int listening = inbox_listen(path, world_arena(w), &why);
    EXPECT(listening >= 0);
    Inbox *in = inbox_start(world_site(w), listening, world_arena(w));
    for (int i = 0; i < LMTP_CONNECTIONS_MAX; i++) EXPECT(has(heard(w, fd[i] = call(path), "220 Sampan LMTP\r\n"), "220 "));
    int fifth = call(path);
    EXPECT_STR(heard(w, fifth, "421 4.3.2 Too many at once. Come again.\r\n"), S("421 4.3.2 Too many at once. Come again.\r\n"));
    say(fd[3], str_fmt(world_arena(w), "LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<%.*s>\r\nDATA\r\n" LETTER ".\r\n", STR_ARG(ours)));
    EXPECT(has(heard(w, fd[3], "250 2.0.0 Kept.\r\n"), "250 2.0.0 Kept.\r\n") && took(w) == 1);
    say(fd[2], str_fmt(world_arena(w), "LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<%.*s>\r\nDATA\r\nSubject: half", STR_ARG(ours)));
    close(fd[2]);
    inbox_stop(in);
    EXPECT(took(w) == 1 && heard(w, fd[0], "\n").n == 0);
    int again = inbox_listen(path, world_arena(w), &why);
    EXPECT(again >= 0);                                  /* what a program left that was killed is no obstacle */
    close(again);
    EXPECT(inbox_listen(at(w, "%s/no/such/folder", world_folder(w)), world_arena(w), &why) == -1 && has(why, "cannot be made at"));
}

/* ---- SMS ------------------------------------------------------------ */

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static void with_secret(World *w)
{
    const char *path = at(w, "%s/secrets", world_folder(w));
    world_site(w);
    EXPECT(os_write_file(path, S("sms " SECRET "\n")) && chmod(path, 0600) == 0);
}

static str signature_of(World *w, str id, str body)
{
    str key;
    CHECK(signed_key(world_arena(w), S(SECRET), &key));
    return signed_with(world_arena(w), key, id, world_now(w), body);
}

static Visit brought(World *w, str id, int64_t when, str body, str signature)
{
    HttpHeader headers[] = { { S("Content-Type"), S("application/json") }, { S("webhook-id"), id },
                             { S("webhook-timestamp"), str_from(at(w, "%lld", (long long)(when / SECOND))) }, { S("webhook-signature"), signature } };
    return request(w, STRANGER, "POST", "/sms", headers, COUNT_OF(headers), body);
}

static Visit gateway(World *w, const char *body)
{
    str b = str_from(body);
    return brought(w, S("1"), world_now(w), b, signature_of(w, S("1"), b));
}

TEST(an_sms_comes_to_who_takes_its_word_once)
{
    with_secret(w);
    for (int i = 0; i < 2; i++) {
        Visit v = gateway(w, "{\"id\":\"g-1\",\"from\":\"+6281234567\",\"to\":\"777\",\"text\":\" price  rice 5\\nkg \"}");
        EXPECT(v.status == 200 && says(v, "{\"id\":\"g-1\",\"state\":\"taken\"}") && took(w) == 1);
    }
    EXPECT_STR(took_what(w), S("+6281234567|rice 5\nkg"));
    EXPECT(says(gateway(w, "{\"id\":\"g-2\",\"from\":\"+62812\",\"text\":\"hello\"}"), "\"refused\",\"why\":\"Nobody here takes"));
    module_says = "refuses";
    for (int i = 0; i < 2; i++) {                        /* asked again it is no more taken than before, and nothing of it was kept */
        EXPECT(says(gateway(w, "{\"id\":\"g-3\",\"from\":\"+62812\",\"text\":\"PRICE gold\"}"), "\"refused\",\"why\":\"No such good.\""));
        EXPECT(says(gateway(w, "{\"id\":\"g-4\",\"text\":\"PRICE gold\"}"), "\"refused\"") && took(w) == 1);
    }
}

TEST(an_sms_that_is_not_signed_by_the_gateway_is_not_looked_at)
{
    str good, body = S("{\"id\":\"g-1\",\"from\":\"+62812\",\"text\":\"PRICE rice\"}");
    EXPECT(brought(w, S("1"), world_now(w), body, S("v1,x")).status == 404);
    with_secret(w);
    good = signature_of(w, S("1"), body);
    EXPECT(brought(w, S("1"), world_now(w), body, S("")).status == 401 && brought(w, S("2"), world_now(w), body, good).status == 401);
    EXPECT(brought(w, S("1"), world_now(w) + SECOND, body, good).status == 401);
    EXPECT(brought(w, S("1"), world_now(w), S("{\"id\":\"g-1\",\"from\":\"+62812\",\"text\":\"PRICE gold\"}"), good).status == 401);
    EXPECT(brought(w, S("1"), world_now(w), body, str_cat(world_arena(w), S("v1,AAAA "), good)).status == 200 && took(w) == 1);
    int64_t then = world_now(w);
    world_wait(w, 6 * MINUTE);
    EXPECT(brought(w, S("1"), then, body, good).status == 401 && took(w) == 1);
}

TEST(an_sms_that_makes_no_sense_is_refused_with_a_sentence)
{
    with_secret(w);
    static const char *const bad[] = { "{\"from\":\"+62812\",\"text\":\"PRICE x\"}", "{\"id\":\"1\",\"text\":\"PRICE x\"}",
                                       "{\"id\":\"2\",\"from\":\"+62812345678901234567890\",\"text\":\"PRICE x\"}" };
    for (int i = 0; i < COUNT_OF(bad); i++) {
        Visit v = gateway(w, bad[i]);
        EXPECT(v.status == 422 && says(v, "\"state\":\"refused\",\"why\":"));
    }
    EXPECT(gateway(w, "not json").status == 400 && took(w) == 0);
}

static bool sms_rule(Scope *s, void *arg)
{
    OutSms m = { .to = S("+6281234567"), .text = S("Besok"), .told = "trial.told" };
    *(str *)arg = outbox_sms(s, &m);
    return true;
}

TEST(a_gateway_says_later_that_an_sms_did_not_arrive)
{
    str name;
    Landing l;
    with_secret(w);
    world_site(w)->config.sms = "files";
    EXPECT(site_write(world_site(w), world_arena(w), 0, sms_rule, &name, &l));
    jobs_run_due(world_site(w), world_now(w));
    EXPECT(says(gateway(w, at(w, "{\"id\":\"r-1\",\"about\":\"%.*s\",\"state\":\"delivered\"}", STR_ARG(name))), "\"taken\""));
    EXPECT(sql_int(w, "SELECT state AS value FROM outbox") == OUT_SENT);
    EXPECT(says(gateway(w, at(w, "{\"id\":\"r-2\",\"about\":\"%.*s\",\"state\":\"failed\",\"why\":\"absent\"}", STR_ARG(name))), "\"taken\""));
    EXPECT(sql_int(w, "SELECT state AS value FROM outbox") == OUT_BOUNCED);
    EXPECT_STR(sql_str(w, "SELECT why AS value FROM outbox"), S("absent"));
    EXPECT(says(gateway(w, "{\"id\":\"r-3\",\"about\":\"nothing\",\"state\":\"failed\"}"), "\"refused\""));
}

TEST(whichever_database_call_fails_an_sms_is_taken_or_comes_again)
{
    Visit v;
    with_secret(w);
    FAILING(w, v, gateway(w, "{\"id\":\"g-1\",\"from\":\"+62812\",\"text\":\"PRICE rice\"}")) EXPECT(took(w) == 0);
    EXPECT(v.status == 200 && took(w) == 1);
}

TESTS_WITH(inbox, modules, COUNT_OF(modules), a_letter_to_an_address_of_ours_comes_to_the_module_and_is_kept_before_250,
        nobody_makes_an_address_but_us,
    the_same_brought_twice_is_taken_once_and_another_from_the_same_is_taken, what_the_module_refuses_is_refused_and_what_falls_comes_again,
    whichever_database_call_fails_250_means_kept_and_nothing_else_does, each_receiver_hears_of_his_own, each_receiver_gets_the_whole_of_it,
    no_machine_is_answered,
    a_mail_of_ours_that_comes_back_as_it_went_is_a_loop, a_mail_that_goes_round_and_round_is_stopped,
    a_mail_that_comes_back_is_noted_on_what_was_sent_and_whoever_waits_is_told, on_a_disk_that_is_nearly_full_mail_comes_later,
    what_is_too_large_is_refused_before_or_after_and_the_next_is_taken, a_thousand_receivers_are_fifty, nonsense_is_answered_and_then_no_more,
    only_a_dot_alone_ends_a_message_and_other_dots_stay_as_they_were_meant, in_whatever_pieces_it_comes_the_answers_are_the_same,
    mail_comes_over_the_socket_and_who_is_silent_stands_in_nobodys_way, an_sms_comes_to_who_takes_its_word_once,
    an_sms_that_is_not_signed_by_the_gateway_is_not_looked_at, an_sms_that_makes_no_sense_is_refused_with_a_sentence,
    a_gateway_says_later_that_an_sms_did_not_arrive, whichever_database_call_fails_an_sms_is_taken_or_comes_again)
