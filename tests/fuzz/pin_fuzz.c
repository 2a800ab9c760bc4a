/* pin_fuzz - any bytes as a PIN. */
#include "../../modules/room/room_own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base && !region_open(&region, (size_t)4 << 20)) return 0;
    Landing landing;
    Arena arena = region_arena(&region, &landing);
    if (setjmp(landing.jump)) return 0;
    str pin;
    if (!room_pin_read(&arena, (str){ (const char *)data, (ptrdiff_t)size }, &pin)) return 0;
    CHECK(pin.n >= ROOM_PIN_MIN && pin.n <= ROOM_PIN_MAX);
    for (ptrdiff_t i = 0; i < pin.n; i++) CHECK(pin.p[i] >= '0' && pin.p[i] <= '9');
    room_pin_weak(pin);
    return 0;
}
