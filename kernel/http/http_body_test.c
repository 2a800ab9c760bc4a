/* Bodies: in one piece, in many, in none; forms; files; too much of everything. */
#include "http/http_client.h"
#include "http/http_own.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- plain bodies ------------------------------------------------------------------------------------------------------- */

TEST(a_body_comes_by_length_or_in_chunks)
{
    HttpServer *s = server_open(&usual);
    EXPECT_STR(ask(s, S("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello")).body, S("POST /echo? from 127.0.0.1 cookie= body=hello"));
    EXPECT_STR(ask(s, S("PUT /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: CHUNKED\r\n\r\n3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\nTrailer: x\r\n\r\n")).body,
               S("PUT /echo? from 127.0.0.1 cookie= body=hello"));
    EXPECT_STR(ask(s, S("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")).body, S("POST /echo? from 127.0.0.1 cookie= body="));
    EXPECT_STR(ask(s, S("DELETE /echo HTTP/1.1\r\nHost: t\r\n\r\n")).body, S("DELETE /echo? from 127.0.0.1 cookie= body="));
    server_close(s);
}

TEST(requests_may_queue_in_one_connection)
{
    HttpServer *s = server_open(&usual);
    int fd = dial(s);
    say(fd, S("GET /small HTTP/1.1\r\nHost: t\r\n\r\nPOST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nabGET /nowhere HTTP/1.1\r\nHost: t\r\n\r\n"
              "GET /small HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"));
    EXPECT_STR(listen_to(fd, false).body, S("hello"));
    EXPECT_STR(listen_to(fd, false).body, S("POST /echo? from 127.0.0.1 cookie= body=ab"));
    EXPECT(listen_to(fd, false).status == 404);
    EXPECT(listen_to(fd, false).closed);
    close(fd);
    server_close(s);
}

TEST(a_client_that_asks_first_is_told_to_go_on_or_not)
{
    HttpServer *s = server_open(&usual);
    int fd = dial(s);
    say(fd, S("POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"));
    EXPECT(listen_to(fd, false).status == 100);
    say(fd, S("hello"));
    EXPECT_STR(listen_to(fd, false).body, S("POST /echo? from 127.0.0.1 cookie= body=hello"));
    close(fd);
    fd = dial(s);
    say(fd, S("POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 70000\r\n\r\n"));
    Answer a = listen_to(fd, false);
    EXPECT(a.status == 413 && a.closed);
    close(fd);
    server_close(s);
}

static str filled(char c, ptrdiff_t n)
{
    Out o;
    out_init(&o, client_arena(), n);
    memset(o.p, c, (size_t)n);
    o.n = n;
    return out_text(&o);
}

static str with_length(const char *path, const char *type, str body)
{
    return str_fmt(client_arena(), "POST %s HTTP/1.1\r\nHost: t\r\nContent-Type: %s\r\nContent-Length: %lld\r\n\r\n%.*s", path, type,
                   (long long)body.n, STR_ARG(body));
}

TEST(a_body_too_large_is_refused_with_words)
{
    HttpServer *s = server_open(&usual);
    int fd = dial(s);
    say(fd, with_length("/echo", "text/plain", filled('x', 64 * 1024)));
    EXPECT(listen_to(fd, false).status == 200);
    say(fd, with_length("/echo", "text/plain", filled('x', 64 * 1024 + 1)));      /* read to its end: the connection stays */
    Answer a = listen_to(fd, false);
    EXPECT(a.status == 413 && !field_of(a, "connection").n);
    EXPECT_STR(a.body, S("refused 413 /echo"));
    say(fd, S("GET /small HTTP/1.1\r\nHost: t\r\n\r\n"));
    EXPECT_STR(listen_to(fd, false).body, S("hello"));
    say(fd, str_fmt(client_arena(), "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n11171\r\n%.*s\r\n0\r\n\r\n",
                    STR_ARG(filled('x', 0x11171))));
    EXPECT(listen_to(fd, false).status == 413);                                     /* nobody knew until it was there */
    say(fd, S("POST /forbidden HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"));
    EXPECT(listen_to(fd, false).status == 403);
    say(fd, S("GET /small HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"));  /* the plan allows it; it means nothing */
    EXPECT(listen_to(fd, false).status == 200);
    close(fd);
    a = ask(s, S("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 999999999999\r\n\r\n"));
    EXPECT(a.status == 413 && a.closed);
    server_close(s);
    EXPECT(alive() <= 0);
}

TEST(a_body_larger_than_the_memory_is_refused)
{
    HttpServer *s = server_open(&usual);
    EXPECT(ask(s, S("POST /large HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000000\r\n\r\n")).status == 413);
    int fd = dial(s);
    say(fd, S("POST /large HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"));
    str chunk = str_fmt(client_arena(), "100000\r\n%.*s\r\n", STR_ARG(filled('x', 0x100000)));
    for (int i = 0; i < 40; i++) say(fd, chunk);                            /* nobody knows how much it will be */
    EXPECT(is_closed(fd, 2000));
    close(fd);
    EXPECT(ask_for(s, "/small", "").status == 200);
    server_close(s);
    EXPECT(alive() <= 0);
}

TEST(nobody_sends_for_ever_after_a_refusal)
{
    HttpServer *s = server_open(&usual);
    int fd = dial(s);
    say(fd, S("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"));
    str chunk = str_fmt(client_arena(), "100000\r\n%.*s\r\n", STR_ARG(filled('x', 0x100000)));
    for (int i = 0; i < 20; i++) say(fd, chunk);
    EXPECT(is_closed(fd, 2000));
    close(fd);
    server_close(s);
    EXPECT(alive() <= 0);
}

/* ---- multipart ------------------------------------------------------------------------------------------------------------ */

static const char small_form[] =
    "--B-1\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nTen sacks\r\n"
    "--B-1\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\r\n--B-\r\r\n--B-2\r\n\r\n"
    "--B-1\r\nContent-Disposition: form-data; name=\"empty\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n"
    "--B-1--\r\n";
#define FORM_TYPE "multipart/form-data; boundary=B-1"

/* The photo's bytes look like delimiters all the way: "\r\n--B-\r\r\n--B-2\r\n". */
static bool is_small_form(const HttpPart *p, int n)
{
    Arena *a = client_arena();
    str photo;
    if (n != 3 || !str_eq(p[0].name, S("title")) || !str_eq(p[0].value, S("Ten sacks")) || p[0].path.n) return false;
    if (!str_eq(p[1].name, S("photo")) || !str_eq(p[1].filename, S("a.png")) || !str_eq(p[1].type, S("image/png")) || p[1].size != 16) return false;
    if (!os_read_file(a, p[1].path.p, 100, &photo) || !str_eq(photo, S("\r\n--B-\r\r\n--B-2\r\n"))) return false;
    return str_eq(p[2].name, S("empty")) && !p[2].path.n && !p[2].size && !p[2].filename.n;
}

TEST(a_form_may_be_cut_anywhere)
{
    HttpServer *s = server_open(&usual);
    const ptrdiff_t n = (ptrdiff_t)sizeof small_form - 1;
    for (ptrdiff_t cut = 0; cut <= n; cut++) {
        const HttpPart *parts;
        HttpMultipart *m = multipart_open(client_arena(), S(FORM_TYPE), upload_dir(), 1000, 1000);
        multipart_feed(m, (str){ small_form, cut });
        multipart_feed(m, (str){ small_form + cut, n - cut });
        int count = multipart_parts(m, &parts);
        if (multipart_end(m) != 0 || !is_small_form(parts, count))
            world_failed(w, __FILE__, __LINE__, str_fmt(client_arena(), "cut at %d", (int)cut).p);
        http_parts_drop(parts, count);
    }
    HttpMultipart *m = multipart_open(client_arena(), S(FORM_TYPE), upload_dir(), 1000, 1000);
    const HttpPart *parts;
    for (ptrdiff_t i = 0; i < n; i++) multipart_feed(m, (str){ small_form + i, 1 });
    int count = multipart_parts(m, &parts);
    EXPECT(multipart_end(m) == 0 && is_small_form(parts, count));
    http_parts_drop(parts, count);
    server_close(s);
}

TEST(a_form_that_stops_early_is_refused)
{
    HttpServer *s = server_open(&usual);
    const ptrdiff_t whole = (ptrdiff_t)sizeof small_form - 1 - 2;      /* the last line end may be missing */
    for (ptrdiff_t n = 0; n < whole; n++) {
        const HttpPart *parts;
        int count;
        if (http_multipart(client_arena(), S(FORM_TYPE), (str){ small_form, n }, upload_dir(), 1000, &parts, &count))
            world_failed(w, __FILE__, __LINE__, str_fmt(client_arena(), "stopped at %d", (int)n).p);
    }
    EXPECT(uploads_left() == 0);
    str half = { small_form, 100 };
    EXPECT(ask(s, with_length("/parts", FORM_TYPE, half)).status == 400);
    EXPECT(uploads_gone());
    server_close(s);
}

TEST(a_form_that_lies_is_refused)
{
    static const char *const forms[] = {
        "--B-1\r\n\r\nvalue\r\n--B-1--",                                                          /* no head */
        "--B-1\r\nContent-Type: text/plain\r\n\r\nvalue\r\n--B-1--",                              /* no name */
        "--B-1\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--B-1--",
        "--B-1\r\nContent-Disposition: form-data; name=\"a\r\n\r\nvalue\r\n--B-1--",
        "--B-1\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nvalue\r\n--B-1--",
        "--B-1\r\nContent-Disposition: form-data; name=\"\377\"\r\n\r\nvalue\r\n--B-1--",
        "--B-1\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nvalue\r\n--B-1--",
        "--B-1\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nvalue\r\n--B-1--",
        "--B-1\r\nContent-Disposition form-data; name=\"a\"\r\n\r\nvalue\r\n--B-1--",
        "--B-1x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n--B-1--",
        "--B-1\nContent-Disposition: form-data; name=\"a\"\n\nvalue\n--B-1--",
        "value",
        "",
    };
    const HttpPart *parts;
    int n;
    HttpServer *s = server_open(&usual);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (http_multipart(client_arena(), S(FORM_TYPE), str_from(forms[i]), upload_dir(), 1000, &parts, &n))
            world_failed(w, __FILE__, __LINE__, forms[i]);
    str fine = { small_form, sizeof small_form - 1 };
    EXPECT(!http_multipart(client_arena(), S("multipart/form-data"), fine, upload_dir(), 1000, &parts, &n));
    EXPECT(!http_multipart(client_arena(), S("multipart/form-data; boundary="), fine, upload_dir(), 1000, &parts, &n));
    EXPECT(!http_multipart(client_arena(), S("multipart/mixed; boundary=B-1"), fine, upload_dir(), 1000, &parts, &n));
    EXPECT(!http_multipart(client_arena(), str_fmt(client_arena(), "multipart/form-data; boundary=%.*s", STR_ARG(filled('b', 71))), fine, upload_dir(), 1000, &parts, &n));
    EXPECT(uploads_left() == 0);
    server_close(s);
}

TEST(names_are_read_as_browsers_and_older_programs_write_them)
{
    static const char body[] =
        "preamble nobody reads\r\n--B 1 \r\nContent-Disposition: form-data; name=\"a%22b\"; filename=\"C:\\photos\\ข้าว %22x%22.png\"\r\n\r\nx\r\n"
        "--B 1\r\nContent-Disposition: form-data; filename=\"..\\\\../\\\"q\\\".txt\"; name=plain\r\n\r\ny\r\n"
        "--B 1\r\nContent-Disposition:form-data;name=\"c\";filename=\"\t\033[2J\"\r\n\r\nz\r\n--B 1--\r\nepilogue";
    const HttpPart *p;
    int n;
    HttpServer *s = server_open(&usual);
    EXPECT(http_multipart(client_arena(), S("Multipart/Form-Data; charset=utf-8; Boundary=\"B 1\""), str_from(body), upload_dir(), 1000, &p, &n) && n == 3);
    EXPECT_STR(p[0].name, S("a\"b"));
    EXPECT_STR(p[0].filename, S("ข้าว \"x\".png"));
    EXPECT_STR(p[1].name, S("plain"));
    EXPECT_STR(p[1].filename, S("\"q\".txt"));
    EXPECT_STR(p[2].filename, S("file"));
    http_parts_drop(p, n);
    server_close(s);
}

TEST(files_arrive_whole_and_are_gone_with_the_request)
{
    HttpServer *s = server_open(&usual);
    Out file;
    uint64_t sum = 0;
    ptrdiff_t size = 5 * 1024 * 1024 + 17;
    out_init(&file, client_arena(), size);
    for (ptrdiff_t i = 0; i < size; i++) file.p[i] = "\r\n--B"[(i * i / 7 + i) % 5];
    file.n = size;
    for (ptrdiff_t i = 0; i < size; i++) sum = sum * 31 + (unsigned char)file.p[i];
    str body = str_fmt(client_arena(), "--B-1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.bin\"\r\n\r\n%.*s\r\n--B-1--\r\n",
                       STR_ARG(out_text(&file)));
    EXPECT_STR(ask(s, with_length("/parts", FORM_TYPE, body)).body,
               str_fmt(client_arena(), "f|f.bin|||%lld|%llx\n", (long long)size, (unsigned long long)sum));
    EXPECT(uploads_gone());
    server_close(s);
    EXPECT(alive() <= 0);
}

static str form_of(str head, str content)
{
    return str_fmt(client_arena(), "--B-1\r\nContent-Disposition: form-data; %.*s\r\n\r\n%.*s\r\n--B-1--\r\n", STR_ARG(head), STR_ARG(content));
}

TEST(too_much_in_a_form_is_refused_while_it_comes)
{
    HttpServer *s = server_open(&usual);
    str at_limit = form_of(S("name=\"a\""), filled('x', 4096)), over = form_of(S("name=\"a\""), filled('x', 4097));
    EXPECT(ask(s, with_length("/parts", FORM_TYPE, at_limit)).status == 200);
    EXPECT(ask(s, with_length("/parts", FORM_TYPE, over)).status == 413);
    str file = form_of(S("name=\"a\"; filename=\"a\""), filled('x', 8 * 1024 * 1024 + 1));
    EXPECT(ask(s, with_length("/parts", FORM_TYPE, file)).status == 413);
    EXPECT(uploads_gone());

    int fd = dial(s);                                                       /* in chunks nobody knows what is to come */
    say(fd, S("POST /parts HTTP/1.1\r\nHost: t\r\nContent-Type: " FORM_TYPE "\r\nTransfer-Encoding: chunked\r\n\r\n"));
    say(fd, str_fmt(client_arena(), "%llx\r\n%.*s\r\n0\r\n\r\n", (unsigned long long)file.n, STR_ARG(file)));
    EXPECT(listen_to(fd, false).status == 413);
    EXPECT(uploads_gone());
    close(fd);

    EXPECT(ask(s, with_length("/small", FORM_TYPE, form_of(S("name=\"a\"; filename=\"a\""), S("x")))).status == 413);   /* no files here */
    EXPECT(ask(s, with_length("/small", FORM_TYPE, form_of(S("name=\"a\""), S("x")))).status == 200);
    Out many;
    out_init(&many, client_arena(), 0);
    for (int i = 0; i < HTTP_PARTS_MAX + 1; i++) out_fmt(&many, "--B-1\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n");
    out_lit(&many, "--B-1--");
    EXPECT(ask(s, with_length("/parts", FORM_TYPE, out_text(&many))).status == 413);
    EXPECT(ask(s, with_length("/parts", FORM_TYPE, form_of(str_fmt(client_arena(), "name=\"%.*s\"", STR_ARG(filled('n', 5000))), S("x")))).status == 400);
    EXPECT(uploads_gone());
    server_close(s);
    EXPECT(alive() <= 0);
}

TEST(an_upload_that_finds_no_room_is_refused_and_leaves_no_file)
{
    HttpServer *s = server_open(&usual);
    struct rlimit before, small = { .rlim_cur = 64 * 1024 };
    str request = with_length("/parts", FORM_TYPE, form_of(S("name=\"f\"; filename=\"f\""), filled('x', 200 * 1024)));
    EXPECT(getrlimit(RLIMIT_FSIZE, &before) == 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    os_log_quiet(true);
    setrlimit(RLIMIT_FSIZE, &small);                                        /* what is beyond this does not fit on the disk */
    Answer refused = ask(s, request);
    setrlimit(RLIMIT_FSIZE, &before);
    os_log_quiet(false);
    EXPECT(refused.status == 503);
    EXPECT(uploads_gone());
    EXPECT(ask(s, request).status == 200);
    EXPECT(uploads_gone());
    server_close(s);
    EXPECT(alive() <= 0);
}

TEST(a_client_that_leaves_in_the_middle_leaves_no_file)
{
    HttpServer *s = server_open(&usual);
    int fd = dial(s);
    say(fd, S("POST /parts HTTP/1.1\r\nHost: t\r\nContent-Type: " FORM_TYPE "\r\nContent-Length: 100000\r\n\r\n"
              "--B-1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nthe beginning"));
    for (int ms = 0; ms < 2000 && uploads_left() == 0; ms++) usleep(1000);
    EXPECT(uploads_left() == 1);
    close(fd);
    EXPECT(uploads_gone());
    server_close(s);
    EXPECT(alive() <= 0);
}

/* ---- urlencoded ----------------------------------------------------------------------------------------------------------- */

static str read_form(str body)
{
    const HttpPart *p;
    int n;
    Out o;
    out_init(&o, client_arena(), 64);
    if (!http_form(client_arena(), body, &p, &n)) return S("refused");
    for (int i = 0; i < n; i++) out_fmt(&o, "[%.*s=%.*s]", STR_ARG(p[i].name), STR_ARG(p[i].value));
    return out_text(&o);
}

TEST(a_typed_form_is_never_malformed)
{
    HttpServer *s = server_open(&usual);
    EXPECT_STR(read_form(S("title=Ten+sacks&note=50%25+dry%2C+%E0%B8%82")), S("[title=Ten sacks][note=50% dry, ข]"));
    EXPECT_STR(read_form(S("")), S(""));
    EXPECT_STR(read_form(S("&&a&=b&=&c=d=e&")), S("[a=][=b][=][c=d=e]"));
    EXPECT_STR(read_form(S("a=%&b=%4&c=%zz&d=%41%4")), S("[a=%][b=%4][c=%zz][d=A%4]"));
    EXPECT_STR(read_form(S("a=1&a=2")), S("[a=1][a=2]"));
    EXPECT_STR(read_form(filled('&', HTTP_PARTS_MAX)), S("refused"));
    server_close(s);
}

TESTS(http_body, a_body_comes_by_length_or_in_chunks, requests_may_queue_in_one_connection, a_client_that_asks_first_is_told_to_go_on_or_not,
      a_body_too_large_is_refused_with_words, a_body_larger_than_the_memory_is_refused, nobody_sends_for_ever_after_a_refusal,
      a_form_may_be_cut_anywhere, a_form_that_stops_early_is_refused, a_form_that_lies_is_refused,
      names_are_read_as_browsers_and_older_programs_write_them, files_arrive_whole_and_are_gone_with_the_request,
      too_much_in_a_form_is_refused_while_it_comes, an_upload_that_finds_no_room_is_refused_and_leaves_no_file,
      a_client_that_leaves_in_the_middle_leaves_no_file, a_typed_form_is_never_malformed)
