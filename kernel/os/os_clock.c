/* os_clock - the time of day, a time that never goes back, and randomness. */
#include "os/os.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

int64_t os_now(void)
{
    struct timespec t;
    CHECK(clock_gettime(CLOCK_REALTIME, &t) == 0);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000000;
}

int64_t os_ticks(void)
{
    struct timespec t;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void os_random(void *p, size_t n)
{
    char *at = p;
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR) continue;
        CHECK(got > 0);                          /* no randomness, no service: a guessable cookie is worse than none */
        at += got;
        n -= (size_t)got;
    }
}
