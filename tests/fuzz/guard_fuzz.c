/* guard_fuzz - any bytes as the head of a request, cut the lenient way the server library cuts it, and any bytes as a path.
 *
 * Holds that: a head without NUL that is let through is, byte for byte, what a strict reader takes it for: lines that end in
 * CRLF and nothing else, names without blanks, one Host, one length or one coding, and the length the guard says. A path that
 * is let through has one spelling and no way up. */
#include <string.h>

#include "http/http_own.h"

enum { ROOM = 1 << 20, BYTES_MAX = 20000 };

/* ---- the library, in short ------------------------------------------------------------------------------------------------ */

typedef struct Cut { char *at, *end; HttpHeader headers[HTTP_HEADERS_MAX]; HttpShape shape; } Cut;

static char *next_line(Cut *c)
{
    char *line = c->at;
    for (char *p = c->at; p < c->end; p++) {
        bool pair = *p == '\r' && p + 1 < c->end && p[1] == '\n';
        if (!pair && *p != '\n') continue;
        *p = 0;
        if (pair) *++p = 0;
        c->at = p + 1;
        return line;
    }
    return NULL;
}

static bool cut_request_line(Cut *c, Arena *keep)
{
    char *line = next_line(c);
    size_t n = line ? strlen(line) : 0;
    char *blank = line ? memchr(line, ' ', n) : NULL;
    if (!blank) return false;
    *blank = 0;
    char *target = blank + 1, *end = line + n;
    while (target < end && *target == ' ') target++;
    while (end > target && end[-1] == ' ') end--;
    char *version = end;
    while (version > target && version[-1] != ' ') version--;
    if (version == target) return false;
    version[-1] = 0;
    c->shape.block = line;
    c->shape.method = str_from(line);
    c->shape.target = str_keep(keep, str_from(target));
    c->shape.target_at = target;
    c->shape.version = str_from(version);
    return true;
}

static bool cut_headers(Cut *c)
{
    for (char *line; (line = next_line(c));) {
        if (!*line) {
            c->shape.headers = c->headers;
            c->shape.block_n = c->at - c->shape.block;
            return true;
        }
        if ((*line == ' ' || *line == '\t') && c->shape.n) continue;       /* folded: its value is not where it belongs */
        char *colon = strchr(line, ':');
        if (!colon || c->shape.n == HTTP_HEADERS_MAX) return false;
        *colon++ = 0;
        while (*colon == ' ' || *colon == '\t') colon++;
        c->headers[c->shape.n++] = (HttpHeader){ str_from(line), str_from(colon) };
    }
    return false;
}

/* ---- a strict reader -------------------------------------------------------------------------------------------------------- */

static str strict_line(str *rest)
{
    ptrdiff_t end = str_find(*rest, S("\r\n"));
    CHECK(end >= 0);
    str line = str_slice(*rest, 0, end);
    *rest = str_slice(*rest, end + 2, rest->n);
    for (ptrdiff_t i = 0; i < line.n; i++) CHECK(line.p[i] && line.p[i] != '\r' && line.p[i] != '\n');
    return line;
}

static void check_request_line(str line, const HttpFraming *framing)
{
    int blanks = 0;
    for (ptrdiff_t i = 0; i < line.n; i++) blanks += line.p[i] == ' ';
    CHECK(blanks == 2);
    CHECK(str_ends(line, S(" HTTP/1.1")) || str_ends(line, S(" HTTP/1.0")));
    CHECK(str_starts(framing->path, S("/")) && str_find(framing->path, S("?")) < 0);
}

static void check_strictly(str block, const HttpFraming *framing)
{
    int hosts = 0, lengths = 0, codings = 0;
    int64_t length = 0;
    check_request_line(strict_line(&block), framing);
    for (str line; (line = strict_line(&block)).n;) {
        str_pair field = str_cut(line, ':');
        CHECK(field.found && field.head.n && str_eq(str_trim(field.head), field.head));
        if (str_eq_nocase(field.head, S("host"))) hosts++;
        if (str_eq_nocase(field.head, S("transfer-encoding"))) codings++;
        if (str_eq_nocase(field.head, S("content-length"))) {
            lengths++;
            CHECK(str_int(str_trim(field.tail), &length) && length >= 0);
        }
    }
    CHECK(block.n == 0 && hosts <= 1 && lengths + codings <= 1);
    CHECK(framing->length == (codings ? -1 : length));
}

static void check_path(Arena *keep, str raw)
{
    str path, again;
    if (!http_path(keep, raw, &path)) return;
    CHECK(str_starts(path, S("/")) && str_is_plain(path, false) && path.n <= raw.n);
    CHECK(str_find(path, S("//")) < 0 && str_find(path, S("/./")) < 0 && str_find(path, S("/../")) < 0);
    CHECK(!str_ends(path, S("/.")) && !str_ends(path, S("/..")));
    CHECK(str_find(path, S("%")) >= 0 || (http_path(keep, path, &again) && str_eq(again, path)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    Landing landing;
    if (size > BYTES_MAX || (!region.base && !region_open(&region, ROOM))) return 0;
    Arena arena = region_arena(&region, &landing);
    CHECK(!setjmp(landing.jump));
    str raw = { (const char *)data, (ptrdiff_t)size };
    check_path(&arena, raw);

    str cuttable = str_keep(&arena, raw);
    Cut *c = NEW(&arena, Cut, 1);
    c->at = (char *)(uintptr_t)cuttable.p;
    c->end = c->at + cuttable.n;
    HttpFraming framing;
    if (!cut_request_line(c, &arena) || !cut_headers(c) || http_guard(&c->shape, &framing) != 0) return 0;
    str block = str_slice(raw, c->shape.block - cuttable.p, c->at - cuttable.p);
    bool hidden = memchr(block.p, 0, (size_t)block.n);     /* NUL and a bare LF look like CRLF: http_guard.c says so */
    if (!hidden) check_strictly(block, &framing);
    return 0;
}
