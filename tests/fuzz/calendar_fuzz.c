/* calendar_fuzz - any bytes as a calendar time: what is one has moments, each later than the last. */
#include "jobs/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Calendar c;
    int64_t at = INT64_C(1795316400000);
    if (size < 2 || !calendar_parse((str){ (const char *)data + 2, (ptrdiff_t)size - 2 }, &c)) return 0;
    at += (data[0] << 8 | data[1]) * (int64_t)HOUR;          /* seven years */
    for (int i = 0; i < 3; i++) {
        int64_t next = calendar_next(&c, at);
        CHECK(next > at && next - at <= 32 * DAY);
        at = next;
    }
    return 0;
}
