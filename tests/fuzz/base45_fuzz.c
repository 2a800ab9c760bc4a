/* base45_fuzz - any text as base45, as base58, as a key's name, as a moment and as a copy of keys; any bytes written and read back.
 *
 * Holds that: there is one text for one value, so what is read is written again the same. A copy is tried with no passphrase at all as far
 * as its checksum, which no input meets by chance. */
#include "sign/sign_own.h"

static void check_read(Arena *arena, str text)
{
    str bytes;
    int64_t ms, again;
    uint8_t key[KEY_BYTES];
    if (base45_decode(arena, text, &bytes)) CHECK(str_eq(base45_encode(arena, bytes), text));
    if (base58_decode(arena, text, SIGNATURE_BYTES, &bytes)) CHECK(str_eq(base58_encode(arena, bytes), text));
    if (key_bytes(arena, text, key)) CHECK(str_eq(key_name(arena, key), text));
    if (time_iso_parse(text, &ms)) CHECK(time_iso_parse(time_iso(arena, ms), &again) && again <= ms && ms - again < SECOND);
    if (is_purpose(text)) CHECK(text.n <= SIGN_PURPOSE_MAX);
}

static void check_written(Arena *arena, str bytes)
{
    str back;
    CHECK(base45_decode(arena, base45_encode(arena, bytes), &back) && str_eq(back, bytes));
    if (bytes.n > 0 && bytes.n <= 256) CHECK(base58_decode(arena, base58_encode(arena, bytes), bytes.n, &back) && str_eq(back, bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base && !region_open(&region, (size_t)4 << 20)) return 0;
    Landing landing;
    str plain;
    const char *why = NULL;
    Arena arena = region_arena(&region, &landing);
    CHECK(setjmp(landing.jump) == 0);
    str bytes = { (const char *)data, (ptrdiff_t)size };
    check_read(&arena, bytes);
    check_written(&arena, bytes);
    CHECK(!sign_backup_open(&arena, bytes, S(""), &plain, &why) && why);
    return 0;
}
