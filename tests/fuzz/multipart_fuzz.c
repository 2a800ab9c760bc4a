/* multipart_fuzz - any bytes as a multipart form, whole and in pieces. The first byte says how long the pieces are, the second
 * how long the boundary is; boundary and body follow.
 *
 * Holds that: however it is cut, the same bytes give the same parts or are refused with the same status; limits hold; no file
 * is left behind. */
#include <dirent.h>
#include <stdlib.h>

#include "http/http_own.h"
#include "os/os.h"

enum { ROOM = 8 << 20, BYTES_MAX = 65536, VALUES_MAX = 1000, FILES_MAX = 2000 };

static char folder[] = "/tmp/multipart-fuzz-XXXXXX";

typedef struct Read { int status, n; const HttpPart *parts; } Read;

static Read read_in_pieces(Arena *keep, str type, str body, ptrdiff_t piece)
{
    HttpMultipart *m = multipart_open(keep, type, folder, VALUES_MAX, FILES_MAX);
    Read r = { .status = 400 };
    if (!m) return r;
    for (ptrdiff_t at = 0; at < body.n; at += piece) multipart_feed(m, str_slice(body, at, at + piece));
    r.status = multipart_end(m);
    r.n = multipart_parts(m, &r.parts);
    return r;
}

static void check_limits(const Read *r)
{
    int64_t values = 0, files = 0;
    for (int i = 0; i < r->n; i++) *(r->parts[i].path.n ? &files : &values) += r->parts[i].size;
    CHECK(values <= VALUES_MAX && files <= FILES_MAX && r->n <= HTTP_PARTS_MAX);
}

static void check_same(Arena *keep, const HttpPart *a, const HttpPart *b)
{
    str a_bytes, b_bytes;
    CHECK(str_eq(a->name, b->name) && str_eq(a->filename, b->filename) && str_eq(a->type, b->type) && str_eq(a->value, b->value));
    CHECK(a->size == b->size && !a->path.n == !b->path.n && str_is_utf8(a->name));
    CHECK(str_find(a->filename, S("/")) < 0 && str_find(a->filename, S("\\")) < 0);
    if (!a->path.n) return;
    CHECK(os_read_file(keep, a->path.p, FILES_MAX, &a_bytes) && os_read_file(keep, b->path.p, FILES_MAX, &b_bytes));
    CHECK(str_eq(a_bytes, b_bytes) && a_bytes.n == a->size);
}

static void check_nothing_is_left(void)
{
    DIR *d = opendir(folder);
    CHECK(d);
    for (struct dirent *e; (e = readdir(d));) CHECK(e->d_name[0] == '.');
    closedir(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    Landing landing;
    if (size < 2 || size > BYTES_MAX) return 0;
    if (!region.base && (!region_open(&region, ROOM) || !mkdtemp(folder))) return 0;
    Arena arena = region_arena(&region, &landing);
    CHECK(!setjmp(landing.jump));
    str input = { (const char *)data + 2, (ptrdiff_t)size - 2 };
    str boundary = str_slice(input, 0, data[1] % 16), body = str_slice(input, boundary.n, input.n);
    str type = str_fmt(&arena, "multipart/form-data; boundary=%.*s", STR_ARG(boundary));
    Read whole = read_in_pieces(&arena, type, body, body.n + 1), pieces = read_in_pieces(&arena, type, body, data[0] % 32 + 1);
    CHECK(whole.status == pieces.status && whole.n == pieces.n);
    check_limits(&whole);
    check_limits(&pieces);
    for (int i = 0; i < whole.n && !whole.status; i++) check_same(&arena, &whole.parts[i], &pieces.parts[i]);
    http_parts_drop(whole.parts, whole.n);
    http_parts_drop(pieces.parts, pieces.n);
    check_nothing_is_left();
    return 0;
}
