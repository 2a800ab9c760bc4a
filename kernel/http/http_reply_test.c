/* What leaves: headers, conditions, ranges, and the same bytes in every packing. */
#include "http/http_client.h"

#include <libdeflate.h>
#include <sodium.h>
#include <zstd.h>
#include <unistd.h>

TEST(everything_carries_the_security_headers)
{
    static const char *const paths[] = { "/page", "/small", "/nowhere", "/file", "/forbidden", "/a//b" };
    HttpServer *s = server_open(&usual);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        Answer a = ask_for(s, paths[i], "");
        EXPECT(str_starts(field_of(a, "content-security-policy"), S("default-src 'none'; style-src 'self'; script-src 'self'; ")));
        EXPECT_STR(field_of(a, "x-content-type-options"), S("nosniff"));
        EXPECT_STR(field_of(a, "cross-origin-opener-policy"), S("same-origin"));
        EXPECT_STR(field_of(a, "cache-control"), S("private, no-cache"));
        EXPECT(field_of(a, "permissions-policy").n && field_of(a, "date").n);
    }
    Answer a = ask_for(s, "/small", "");
    EXPECT_STR(field_of(a, "referrer-policy"), S("no-referrer"));           /* its own replaces ours */
    EXPECT_STR(field_of(ask_for(s, "/file", ""), "referrer-policy"), S("same-origin"));
    EXPECT(str_find(a.head, S("Set-Cookie: a=1\r\n")) > 0 && str_find(a.head, S("Set-Cookie: b=2\r\n")) > 0);
    server_close(s);
}

static str without_date(str head)
{
    ptrdiff_t at = str_find(head, S("Date: "));
    return str_fmt(client_arena(), "%.*s%.*s", STR_ARG(str_slice(head, 0, at)), STR_ARG(str_slice(head, at + 37, head.n)));
}

TEST(head_has_the_headers_of_get_and_no_body)
{
    static const char *const paths[] = { "/page", "/small", "/nowhere", "/file" };
    HttpServer *s = server_open(&usual);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        int fd = dial(s);
        say(fd, str_fmt(client_arena(), "HEAD %s HTTP/1.1\r\nHost: test\r\nAccept-Encoding: zstd\r\n\r\n", paths[i]));
        Answer head = listen_to(fd, true);
        say(fd, str_fmt(client_arena(), "GET %s HTTP/1.1\r\nHost: test\r\nAccept-Encoding: zstd\r\n\r\n", paths[i]));
        Answer whole = listen_to(fd, false);                                /* had HEAD a body, this would be its middle */
        EXPECT(whole.body.n > 0);
        EXPECT_STR(without_date(head.head), without_date(whole.head));
        close(fd);
    }
    server_close(s);
}

TEST(what_the_client_has_is_not_sent_again)
{
    static const struct { const char *headers; int status; } cases[] = {
        { "", 200 },
        { "If-None-Match: \"one\"\r\n", 304 },
        { "If-None-Match: W/\"one\"\r\n", 304 },
        { "If-None-Match: \"two\", \"one\"\r\n", 304 },
        { "If-None-Match: *\r\n", 304 },
        { "If-None-Match: \"two\"\r\n", 200 },
        { "If-None-Match: \"two\"\r\nIf-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n", 200 },
        { "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n", 304 },
        { "If-Modified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n", 200 },
        { "If-Modified-Since: yesterday\r\n", 200 },
        { "If-None-Match: \"one\"\r\nAccept-Encoding: zstd\r\n", 304 },
    };
    HttpServer *s = server_open(&usual);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Answer a = ask_for(s, "/page", cases[i].headers);
        if (a.status != cases[i].status) world_failed(w, __FILE__, __LINE__, cases[i].headers);
        EXPECT(field_of(a, "etag").n && field_of(a, "last-modified").n);
        EXPECT_STR(a.body, a.status == 200 ? page_text : (str){ 0 });
    }
    int fd = dial(s);
    for (int i = 0; i < 3; i++) {                                           /* and the connection goes on */
        say(fd, S("GET /page HTTP/1.1\r\nHost: test\r\nIf-None-Match: \"one\"\r\n\r\n"));
        EXPECT(listen_to(fd, false).status == 304);
    }
    close(fd);
    EXPECT(ask(s, S("POST /page HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\nIf-None-Match: \"one\"\r\n\r\n")).status == 200);
    server_close(s);
}

TEST(a_part_of_a_file_can_be_had)
{
    static const struct { const char *range; int status; int64_t from, to; } cases[] = {
        { "bytes=0-99", 206, 0, 99 },             { "bytes=100-", 206, 100, -1 },      { "bytes=-100", 206, -100, -1 },
        { "bytes=5-5", 206, 5, 5 },               { "bytes=0-99999999", 206, 0, -1 },  { "bytes=-99999999", 206, 0, -1 },
        { "bytes=99999999-", 416, 0, 0 },         { "bytes=-0", 416, 0, 0 },           { "bytes=9-5", 200, 0, -1 },
        { "bytes=0-1,5-6", 200, 0, -1 },          { "bytes=a-b", 200, 0, -1 },         { "lines=0-1", 200, 0, -1 },
        { "bytes=--1", 200, 0, -1 },              { "bytes=-", 200, 0, -1 },           { "bytes=99999999999999999999-", 200, 0, -1 },
        { "bytes=0-99\r\nIf-Range: \"file\"", 206, 0, 99 },
        { "bytes=0-99\r\nIf-Range: \"other\"", 200, 0, -1 },
        { "bytes=0-99\r\nIf-Range: Tue, 14 Nov 2023 22:13:20 GMT", 206, 0, 99 },
        { "bytes=0-99\r\nIf-Range: Tue, 14 Nov 2023 22:13:21 GMT", 200, 0, -1 },
    };
    HttpServer *s = server_open(&usual);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Answer a = ask_for(s, "/file", str_fmt(client_arena(), "Range: %s\r\n", cases[i].range).p);
        int64_t size = page_text.n, from = cases[i].from < 0 ? size + cases[i].from : cases[i].from, to = cases[i].to < 0 ? size - 1 : cases[i].to;
        if (a.status != cases[i].status) world_failed(w, __FILE__, __LINE__, cases[i].range);
        EXPECT_STR(a.body, a.status == 416 ? (str){ 0 } : str_slice(page_text, from, to + 1));
        if (a.status == 206)
            EXPECT_STR(field_of(a, "content-range"), str_fmt(client_arena(), "bytes %lld-%lld/%lld", (long long)from, (long long)to, (long long)size));
        if (a.status == 416) EXPECT_STR(field_of(a, "content-range"), str_fmt(client_arena(), "bytes */%lld", (long long)size));
    }
    EXPECT(ask_for(s, "/file", "Range: bytes=0-9\r\nIf-None-Match: \"file\"\r\n").status == 304);
    server_close(s);
}

/* ---- packing --------------------------------------------------------------------------------------------------------------- */

static str unpack_gzip(str packed)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    Out o;
    size_t n = 0;
    out_init(&o, client_arena(), 100000);
    enum libdeflate_result result = libdeflate_gzip_decompress(d, packed.p, (size_t)packed.n, o.p, 100000, &n);
    libdeflate_free_decompressor(d);
    return result == LIBDEFLATE_SUCCESS ? (str){ o.p, (ptrdiff_t)n } : (str){ 0 };
}

static str unpack_zstd(str packed, str dictionary)
{
    ZSTD_DCtx *d = ZSTD_createDCtx();
    Out o;
    out_init(&o, client_arena(), 100000);
    if (dictionary.n) ZSTD_DCtx_refPrefix(d, dictionary.p, (size_t)dictionary.n);
    size_t n = ZSTD_decompressDCtx(d, o.p, 100000, packed.p, (size_t)packed.n);
    ZSTD_freeDCtx(d);
    return ZSTD_isError(n) ? (str){ 0 } : (str){ o.p, (ptrdiff_t)n };
}

TEST(a_page_is_packed_as_the_client_likes)
{
    static const struct { const char *accept, *coding; } cases[] = {
        { "gzip, deflate, br, zstd", "zstd" }, { "gzip, deflate, br", "gzip" }, { "GZIP", "gzip" }, { "zstd;q=0, gzip", "gzip" },
        { "zstd;q=0.000,gzip;q=0", "" },       { "gzip;q=0.5", "gzip" },        { "br", "" },       { "identity", "" },
        { "", "" },                            { "dcz", "" },                   { "*", "" },        { ", ,;q=0,zstd", "zstd" },
    };
    HttpServer *s = server_open(&usual);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Answer a = ask_for(s, "/page", str_fmt(client_arena(), "Accept-Encoding: %s\r\n", cases[i].accept).p);
        str coding = field_of(a, "content-encoding"), plain = a.body;
        if (!str_eq(coding, str_from(cases[i].coding))) world_failed(w, __FILE__, __LINE__, cases[i].accept);
        if (str_eq(coding, S("gzip"))) plain = unpack_gzip(a.body);
        if (str_eq(coding, S("zstd"))) plain = unpack_zstd(a.body, (str){ 0 });
        EXPECT_STR(plain, page_text);
        EXPECT_STR(field_of(a, "vary"), S("Accept-Encoding, Available-Dictionary"));
        EXPECT_STR(field_of(a, "etag"), coding.n ? S("W/\"one\"") : S("\"one\""));
    }
    Answer small = ask_for(s, "/small", "Accept-Encoding: zstd, gzip\r\n");
    EXPECT(!field_of(small, "content-encoding").n && !field_of(small, "vary").n);
    EXPECT(!field_of(ask_for(s, "/file", "Accept-Encoding: zstd, gzip\r\n"), "content-encoding").n);
    server_close(s);
}

static const char *available(str dictionary)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char base64[64];
    crypto_hash_sha256(hash, (const unsigned char *)dictionary.p, (unsigned long long)dictionary.n);
    sodium_bin2base64(base64, sizeof base64, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    return str_fmt(client_arena(), "Accept-Encoding: gzip, zstd, dcb, dcz\r\nAvailable-Dictionary: :%s:\r\n", base64).p;
}

TEST(a_browser_that_has_the_dictionary_gets_half)
{
    HttpServer *s = server_open(&usual);
    Answer first = ask_for(s, "/page", "Accept-Encoding: gzip, zstd\r\n");
    str_pair link = str_cut(field_of(first, "link"), '>');
    EXPECT_STR(link.tail, S("; rel=\"compression-dictionary\""));

    const char *address = str_z(client_arena(), str_slice(link.head, 1, link.head.n));
    Answer fetched = ask_for(s, address, "Accept-Encoding: zstd\r\n");
    str dictionary = unpack_zstd(fetched.body, (str){ 0 });
    EXPECT_STR(dictionary, dictionary_text);
    EXPECT_STR(field_of(fetched, "use-as-dictionary"), S("match=\"/page\", match-dest=(\"document\")"));
    EXPECT_STR(field_of(fetched, "cache-control"), S("public, max-age=31536000, immutable"));
    EXPECT(ask_for(s, "/dict/0", "").status == 404);

    Answer next = ask_for(s, "/page", available(dictionary));
    EXPECT_STR(field_of(next, "content-encoding"), S("dcz"));
    EXPECT(!field_of(next, "link").n);                                      /* it has it: nothing to say */
    EXPECT(next.body.n * 10 < first.body.n * 9 && next.body.n > 40);
    EXPECT(memcmp(next.body.p, "\x5e\x2a\x4d\x18\x20\0\0\0", 8) == 0);
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)dictionary.p, (unsigned long long)dictionary.n);
    EXPECT(memcmp(next.body.p + 8, hash, sizeof hash) == 0);
    EXPECT_STR(unpack_zstd(str_slice(next.body, 40, next.body.n), dictionary), page_text);

    EXPECT_STR(field_of(ask_for(s, "/page", available(S("another"))), "content-encoding"), S("zstd"));
    server_close(s);
}

TEST(a_large_file_is_streamed)
{
    HttpServer *s = server_open(&usual);
    Answer a = ask_for(s, "/big", "");
    EXPECT(a.status == 200 && a.body.n == 20 * 1024 * 1024);
    bool same = true;
    for (ptrdiff_t i = 0; i < a.body.n; i += 4096) same &= a.body.p[i] == (char)(i / 4096);
    EXPECT(same);
    server_close(s);
    EXPECT(alive() <= 0);
}

TESTS(http_reply, everything_carries_the_security_headers, head_has_the_headers_of_get_and_no_body, what_the_client_has_is_not_sent_again,
      a_part_of_a_file_can_be_had, a_page_is_packed_as_the_client_likes, a_browser_that_has_the_dictionary_gets_half, a_large_file_is_streamed)
