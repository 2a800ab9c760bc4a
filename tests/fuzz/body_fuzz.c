/* body_fuzz - any bytes as the body of a record. The first byte says of which kind, the rest is its JSON.
 *
 * Holds that: what is read is of the declared size, can be written, and reads as the same again. */
#include "../trial.h"

#include "journal_records.h"

extern const Module *const all_modules[];
extern const int all_module_n;

enum { ROOM = 16 << 20 };

/* Those of the tests, the kernel and the modules, one after the other. */
static const BodyShape *shape_at(int i)
{
    if (i < TRIAL_RECORDS) return trial_records[i].shape;
    i -= TRIAL_RECORDS;
    if (i < JOURNAL_RECORDS) return journal_records[i].shape;
    i -= JOURNAL_RECORDS;
    for (int m = 0; m < all_module_n; i -= all_modules[m++]->record_n)
        if (i < all_modules[m]->record_n) return all_modules[m]->records[i].shape;
    return NULL;
}

static str written(Scope *s, const BodyShape *shape, const void *body)
{
    Out o;
    out_init(&o, s->arena, 1024);
    Json j = json_to(&o);
    body_write(&j, shape, body);
    return out_text(&o);
}

static void check(Scope *s, void *arg)
{
    str input = *(str *)arg;
    const BodyShape *shape = input.n ? shape_at((unsigned char)input.p[0]) : NULL;
    if (!shape) return;
    void *body = arena_alloc(s->arena, (ptrdiff_t)shape->size + 1, (ptrdiff_t)shape->align, 1);
    if (!body_read(s, shape, str_slice(input, 1, input.n), body)) return;
    CHECK(body_is_exact(shape, body));
    str once = written(s, shape, body);
    CHECK(str_is_utf8(once) && body_read(s, shape, once, body) && body_is_exact(shape, body));
    CHECK(str_eq(once, written(s, shape, body)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    static Arena arena;
    Landing l;
    if (!region.base) {
        CHECK(region_open(&region, ROOM));
        arena = region_arena(&region, NULL);
    }
    SCRATCH(tmp, &arena);
    Scope s = { .arena = &tmp };
    str input = { (const char *)data, (ptrdiff_t)size };
    CHECK(scope_try(&s, check, &input, &l));
    return 0;
}
