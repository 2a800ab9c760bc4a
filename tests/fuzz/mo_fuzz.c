/* mo_fuzz - any bytes as a catalogue: refused, or every text of it lies inside and is UTF-8. */
#include "i18n/i18n_own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Catalogue c;
    str bytes = { (const char *)data, (ptrdiff_t)size }, id, text;
    if (!catalogue_open(bytes, &c)) return 0;
    for (uint32_t i = 0; i < c.n; i++) {
        catalogue_at(&c, i, &id, &text);
        CHECK(id.p >= bytes.p && id.p + id.n < bytes.p + bytes.n);
        CHECK(text.p >= bytes.p && text.p + text.n < bytes.p + bytes.n);
        CHECK(str_is_utf8(id) && str_is_utf8(text) && text.p[text.n] == 0);
    }
    return 0;
}
