/* body_fuzz - any bytes as the body of a record: read, asked for by names and types, and given back with the scope. */
#include "journal/journal.h"

enum { ROOM = 1 << 20 };

static void check(Scope *s, void *arg)
{
    static const char *const names[] = { "a", "id", "done", "", "\xC3\xA9" };
    Body *b = body_read(s, *(str *)arg);
    for (int i = 0; i < 5; i++) {
        str text = body_str(b, names[i]);
        int64_t number;
        CHECK(str_is_utf8(text) && (text.n == 0 || !memchr(text.p, '\0', (size_t)text.n)));
        CHECK(!str_int(text, &number) || body_int(b, names[i]) == number);
        CHECK(!body_bool(b, names[i]) || (body_int(b, names[i]) == 0 && text.n == 0));
        double real = body_real(b, names[i]);
        CHECK(real - real == 0);                 /* finite */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base) CHECK(region_open(&region, ROOM));
    Arena arena = region_arena(&region, NULL);
    Scope s = { .arena = &arena };
    str input = { (const char *)data, (ptrdiff_t)size };
    Landing l;
    CHECK(scope_try(&s, check, &input, &l));
    return 0;
}
