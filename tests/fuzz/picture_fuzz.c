/* picture_fuzz - any bytes as a picture, made anew as a child makes it.
 *
 * Holds that: it ends, and what was made is of the kind that was asked for, within the sides that were asked for. The first byte says
 * which kind; the rest is the picture. libvips and what it stands on are not instrumented: what is watched is their memory. */
#include <sys/mman.h>
#include <unistd.h>

#include "picture/picture.h"

extern const ChildCode child_code;
enum { SIDE = 64 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    CHECK(child_code.warm());
    return 0;
}

static void check_made(str made, int64_t as)
{
    static const char *const begins[] = { "", "\xFF\xD8\xFF", "\x89PNG", "RIFF" };
    int64_t width, height;
    CHECK(wire_take_int(&made, &width) && wire_take_int(&made, &height));
    CHECK(width >= 1 && width <= SIDE && height >= 1 && height <= SIDE && str_starts(made, str_from(begins[as])));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char in[(1 << 20) + 24], made[1 << 16];
    if (size < 1 || size > 1 << 20) return 0;
    int64_t head[] = { data[0] % 3 + 1, SIDE, SIDE };
    memcpy(in, head, sizeof head);
    memcpy(in + sizeof head, data + 1, size - 1);
    int out = memfd_create("made", MFD_CLOEXEC);
    ChildEnd end = child_code.work((str){ in, (ptrdiff_t)(sizeof head + size - 1) }, out);
    CHECK(end == CHILD_DONE || end == CHILD_UNREADABLE || end == CHILD_TOO_LARGE || end == CHILD_NO_MEMORY);
    ssize_t n = pread(out, made, sizeof made, 0);
    close(out);
    if (end == CHILD_DONE) check_made((str){ made, n }, head[0]);
    return 0;
}
