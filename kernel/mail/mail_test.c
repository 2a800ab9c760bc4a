#include "../../tests/world.h"

#include "mail/mail.h"

#define HEAD "From: Ana <ana@example.org>\r\nTo: plan@example.net\r\nSubject: Rice\r\n" \
             "Message-ID: <1@example.org>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\nMIME-Version: 1.0\r\n"

static Mail read(World *w, str message)
{
    Mail mail = { 0 };
    EXPECT(mail_read(world_arena(w), message, &mail) == CHILD_DONE);
    return mail;
}

static ChildEnd end_of(World *w, str message)
{
    Mail mail;
    return mail_read(world_arena(w), message, &mail);
}

static bool has(str text, const char *part) { return str_find(text, str_from(part)) >= 0; }

/* ---- the head ----------------------------------------------------------------------------------------------------- */

TEST(a_letter_says_from_whom_to_whom_when_and_what_it_answers)
{
    Mail m = read(w, S("From: =?UTF-8?Q?Ana_S=C3=A1nchez?= <ana@example.org>\r\n"
                       "To: Plan <plan@example.net>, \"Bo, of Kyoto\" <bo@example.com>\r\nCc: group: c@example.org, d@example.org;\r\n"
                       "Subject: =?ISO-2022-JP?B?GyRCTSI9UBsoQg==?= and\r\n =?windows-1252?Q?caf=E9?=\r\n"
                       "Message-ID: <a.1@example.org>\r\nIn-Reply-To: <q.9@example.net> (of Monday) <other@example.net>\r\n"
                       "Date: Sun, 22 Nov 2026 10:00:00 +0700\r\n\r\nYes.\r\nAna\r\n"));
    EXPECT_STR(m.from.name, S("Ana Sánchez"));
    EXPECT_STR(m.from.address, S("ana@example.org"));
    EXPECT(m.to_n == 4);
    EXPECT_STR(m.to[1].name, S("Bo, of Kyoto"));
    EXPECT_STR(m.to[3].address, S("d@example.org"));
    EXPECT_STR(m.subject, S("輸出 and café"));
    EXPECT_STR(m.id, S("a.1@example.org"));
    EXPECT_STR(m.in_reply_to, S("q.9@example.net"));
    EXPECT_STR(time_iso(world_arena(w), m.date), S("2026-11-22T03:00:00Z"));
    EXPECT_STR(m.text, S("Yes.\nAna\n"));
    EXPECT(m.sender == MAIL_PERSON && !m.text_cut && m.file_n == 0 && m.failure_n == 0);
}

TEST(a_letter_that_says_nothing_of_itself_is_read_all_the_same)
{
    Mail m = read(w, S("Subject: hello\n\nworld"));
    EXPECT(m.from.address.n == 0 && m.to_n == 0 && m.id.n == 0 && m.in_reply_to.n == 0 && m.date == 0);
    EXPECT_STR(m.text, S("world"));
    EXPECT(read(w, S("From: a@example.org\nDate: yesterday\n\n")).date == 0);
    EXPECT(end_of(w, S("")) == CHILD_UNREADABLE);
    EXPECT(end_of(w, S("no head at all")) == CHILD_UNREADABLE);
}

TEST(who_must_not_be_answered_is_marked)
{
    EXPECT(read(w, S("From: a@example.org\nAuto-Submitted: no\n\nx")).sender == MAIL_PERSON);
    EXPECT(read(w, S("From: a@example.org\nAuto-Submitted: auto-replied; owner-email=x\n\nx")).sender == MAIL_AUTOMATIC);
    EXPECT(read(w, S("From: a@example.org\nPrecedence: bulk\n\nx")).sender == MAIL_AUTOMATIC);
    EXPECT(read(w, S("From: a@example.org\nList-Id: <rice.example.org>\n\nx")).sender == MAIL_AUTOMATIC);
    EXPECT(read(w, S("Return-Path: <>\nFrom: a@example.org\n\nx")).sender == MAIL_BOUNCE);
}

TEST(no_field_brings_a_line_of_its_own)
{
    Mail m = read(w, S("From: =?UTF-8?Q?A=0D=0ABcc:_x@example.org?= <a@example.org>\nSubject: =?UTF-8?Q?one=0Atwo=E2=80=AEthree?=\n\nx"));
    EXPECT(!has(m.from.name, "\n") && !has(m.from.name, "\r") && !has(m.subject, "\n") && !has(m.subject, "\xE2\x80\xAE"));
}

/* ---- the body ----------------------------------------------------------------------------------------------------- */

TEST(words_are_read_in_the_charset_they_were_written_in)
{
    static const struct { const char *head, *body, *text; } letters[] = {
        { "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n", "caf=C3=\r\n=A9", "café" },
        { "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n", "5Ye65Y+j6K6h5YiS", "出口计划" },
        { "Content-Type: text/plain; charset=gb2312\r\n", "\xB3\xF6\xBF\xDA", "出口" },
        { "Content-Type: text/plain; charset=Shift_JIS\r\n", "\x97\x41\x8F\x6F", "輸出" },
        { "Content-Type: text/plain; charset=tis-620\r\n", "\xA2\xE9\xD2\xC7", "ข้าว" },
        { "Content-Type: text/plain; charset=windows-1256\r\n", "\xC3\xD1\xD2", "أرز" },
        { "Content-Type: text/plain; charset=koi8-r\r\n", "\xD2\xC9\xD3", "рис" },
        { "Content-Type: text/plain; charset=x-nobody-knows\r\n", "caf\xE9", "café" },
        { "Content-Type: text/plain; charset=x-nobody-knows\r\n", "café", "café" },
        { "", "caf\xE9 \x93so\x94", "café “so”" },
        { "Content-Type: text/plain; charset=utf-8\r\n", "caf\xE9!", "caf\xEF\xBF\xBD!" },
    };
    for (int i = 0; i < COUNT_OF(letters); i++)
        EXPECT_STR(read(w, str_fmt(world_arena(w), HEAD "%s\r\n%s", letters[i].head, letters[i].body)).text, str_from(letters[i].text));
}

TEST(of_two_ways_to_say_it_the_plain_one_is_taken)
{
    EXPECT_STR(read(w, S(HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>Fat</b>\r\n"
                         "--b\r\nContent-Type: text/plain\r\n\r\nPlain\r\n--b--\r\n")).text, S("Plain"));
    EXPECT_STR(read(w, S(HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n"
                         "--c\r\nContent-Type: text/html\r\n\r\n<b>Fat</b>\r\n--c--\r\n--b--\r\n")).text, S("Fat"));
}

TEST(of_html_the_words_are_left)
{
    static const struct { const char *html, *text; } pages[] = {
        { "<p>One</p><p>Two &amp; <b>three</b></p>", "One\nTwo & three" },
        { "<html><head><title>No</title><style>p{}</style></head><body>Yes<script>no()</script></body>", "Yes" },
        { "a<br>b<br/>c", "a\nb\nc" }, { "1 &lt; 2 &#8364; &#x20AC; &nosuch; & &#0;", "1 < 2 € € &nosuch; & \xEF\xBF\xBD" },
        { "<a href=\"https://example.org/\">the page</a>", "the page" }, { "<!-- hidden > --> seen", "seen" },
        { "<script>never ends", "" }, { "a < b", "a < b" }, { "<td>one</td><td>two</td>", "one two" },
    };
    for (int i = 0; i < COUNT_OF(pages); i++)
        EXPECT_STR(read(w, str_fmt(world_arena(w), HEAD "Content-Type: text/html; charset=utf-8\r\n\r\n%s", pages[i].html)).text,
                   str_from(pages[i].text));
}

TEST(a_body_without_end_is_cut_between_letters)
{
    Out o;
    out_init(&o, world_arena(w), 1 << 20);
    out_lit(&o, HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\nx");
    for (int i = 0; i < MAIL_TEXT_MAX / 2; i++) out_lit(&o, "é");
    Mail m = read(w, out_text(&o));
    EXPECT(m.text_cut && m.text.n == MAIL_TEXT_MAX - 1 && str_is_utf8(m.text));
}

/* ---- files -------------------------------------------------------------------------------------------------------- */

static const char with_files[] = HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
    "--b\r\nContent-Type: image/png; name=\"../../etc/pass\\\\wd\"\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename*=UTF-8''..%2F..%2Fr%C3%A9%2Fpic%C3%BC.png\r\n\r\naGVsbG8gd29ybGQ=\r\n"
    "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nnotes\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nwithin\r\n--b--\r\n";

TEST(what_was_attached_is_listed_and_can_be_had)
{
    str message = str_from(with_files), got;
    Mail m = read(w, message);
    EXPECT_STR(m.text, S("See below."));
    EXPECT(m.file_n == 3);
    EXPECT_STR(m.file[0].name, S("picü.png"));
    EXPECT_STR(m.file[0].type, S("image/png"));
    EXPECT(m.file[0].size == 11);
    EXPECT_STR(str_trim(str_slice(message, m.file[0].offset, m.file[0].offset + m.file[0].length)), S("aGVsbG8gd29ybGQ="));
    EXPECT_STR(m.file[2].type, S("message/rfc822"));
    EXPECT_STR(m.file[2].name, S("inner"));
    EXPECT(mail_file(world_arena(w), message, 0, &got) == CHILD_DONE);
    EXPECT_STR(got, S("hello world"));
    EXPECT(mail_file(world_arena(w), message, 1, &got) == CHILD_DONE);
    EXPECT_STR(got, S("notes"));
    EXPECT(mail_file(world_arena(w), message, 2, &got) == CHILD_DONE && has(got, "within"));
    EXPECT(mail_file(world_arena(w), message, 3, &got) == CHILD_UNREADABLE && mail_file(world_arena(w), message, -1, &got) == CHILD_UNREADABLE);
}

/* ---- what came back ----------------------------------------------------------------------------------------------- */

TEST(a_bounce_says_whom_it_did_not_reach_and_why)
{
    Mail m = read(w, S("From: MAILER-DAEMON@example.net\r\nSubject: Undelivered\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
                       "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
                       "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
                       "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
                       "Final-Recipient: rfc822; nobody@example.org\r\nOriginal-Recipient: rfc822;somebody@example.org\r\n"
                       "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 No such\r\n user\r\n\r\n"
                       "Final-Recipient: rfc822;full@example.org\r\naction: delayed\r\nstatus: 4.2.2\r\n\r\n"
                       "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <q.9@example.net>\r\nSubject: Hello\r\n\r\nHello\r\n--b--\r\n"));
    EXPECT(m.sender == MAIL_BOUNCE && m.failure_n == 2 && m.file_n == 0);
    EXPECT_STR(m.failure[0].recipient, S("nobody@example.org"));
    EXPECT_STR(m.failure[0].action, S("failed"));
    EXPECT_STR(m.failure[0].status, S("5.1.1"));
    EXPECT_STR(m.failure[1].recipient, S("full@example.org"));
    EXPECT_STR(m.failure[1].status, S("4.2.2"));
    EXPECT_STR(m.failed_id, S("q.9@example.net"));
    EXPECT_STR(m.text, S("It could not be delivered."));
}

TEST(a_bounce_with_only_the_head_of_what_came_back_says_which_it_was)
{
    Mail m = read(w, S("From: a@example.net\r\nContent-Type: multipart/report; report-type=\"delivery-status\"; boundary=b\r\n\r\n"
                       "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; n@example.org\r\n"
                       "Action: failed\r\nStatus: 5.0.0\r\n\r\n--b\r\n"
                       "Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-Id: <z@example.net>\r\n\r\n--b--\r\n"));
    EXPECT(m.failure_n == 1);
    EXPECT_STR(m.failed_id, S("z@example.net"));
}

/* ---- what is refused ---------------------------------------------------------------------------------------------- */

static str nested(World *w, int depth)
{
    Out o;
    out_init(&o, world_arena(w), 1 << 16);
    out_lit(&o, HEAD);
    for (int i = 0; i < depth; i++) out_fmt(&o, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    out_lit(&o, "\r\nword");
    return out_text(&o);
}

TEST(a_letter_that_is_made_to_hurt_is_refused_or_read_and_never_more)
{
    EXPECT(end_of(w, nested(w, 10)) == CHILD_DONE);
    EXPECT(end_of(w, nested(w, MAIL_TYPES_MAX)) == CHILD_DONE);
    EXPECT(end_of(w, nested(w, MAIL_TYPES_MAX + 1)) == CHILD_TOO_LARGE);
    EXPECT(end_of(w, nested(w, 10000)) == CHILD_TOO_LARGE);

    Out o;
    out_init(&o, world_arena(w), 1 << 20);
    for (int i = 0; i <= MAIL_HEAD_LINES_MAX; i++) out_fmt(&o, "X-%d: y\r\n", i);
    EXPECT(end_of(w, out_text(&o)) == CHILD_TOO_LARGE);
    out_init(&o, world_arena(w), 1 << 20);
    out_lit(&o, "Subject: ");
    for (int i = 0; i < MAIL_HEAD_BYTES_MAX; i++) out_char(&o, 'x');
    EXPECT(end_of(w, out_text(&o)) == CHILD_TOO_LARGE);

    str large = { NEW(world_arena(w), char, MAIL_BYTES_MAX + 1), MAIL_BYTES_MAX + 1 };
    EXPECT(end_of(w, large) == CHILD_TOO_LARGE);
    str whole = str_from(with_files);
    for (ptrdiff_t n = 1; n < whole.n; n += 97) {
        ChildEnd end = end_of(w, str_slice(whole, 0, n));
        EXPECT(end == CHILD_DONE || end == CHILD_UNREADABLE);
    }
}

TEST(a_thousand_parts_are_a_list_of_fifty)
{
    Out o;
    out_init(&o, world_arena(w), 1 << 18);
    out_lit(&o, HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (int i = 0; i < 1000; i++) out_lit(&o, "--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n");
    EXPECT(read(w, out_text(&o)).file_n == MAIL_FILES_MAX);
}

TESTS(mail, a_letter_says_from_whom_to_whom_when_and_what_it_answers, a_letter_that_says_nothing_of_itself_is_read_all_the_same,
      who_must_not_be_answered_is_marked, no_field_brings_a_line_of_its_own, words_are_read_in_the_charset_they_were_written_in,
      of_two_ways_to_say_it_the_plain_one_is_taken, of_html_the_words_are_left, a_body_without_end_is_cut_between_letters,
      what_was_attached_is_listed_and_can_be_had, a_bounce_says_whom_it_did_not_reach_and_why,
      a_bounce_with_only_the_head_of_what_came_back_says_which_it_was, a_letter_that_is_made_to_hurt_is_refused_or_read_and_never_more,
      a_thousand_parts_are_a_list_of_fifty)
