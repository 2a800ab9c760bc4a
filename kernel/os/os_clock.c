/* os_clock - the time of day, a time that never goes back, and randomness. */
#include "os/os.h"

#include <errno.h>
#include <stdatomic.h>
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

enum { DAY_LEFT_LEAST = 4 * HOUR };

/* mktime mends days that a month does not have, and days of 23 and 25 hours. */
int64_t os_day_end(int64_t now)
{
    time_t seconds = (time_t)((now + DAY_LEFT_LEAST) / SECOND);
    struct tm day;
    CHECK(localtime_r(&seconds, &day));
    day = (struct tm){ .tm_year = day.tm_year, .tm_mon = day.tm_mon, .tm_mday = day.tm_mday + 1, .tm_isdst = -1 };
    return (int64_t)mktime(&day) * SECOND;
}

/* splitmix64. Only a test that must replay what it found sets a seed. */
static _Atomic uint64_t replayed;

void os_random_from(uint64_t seed) { atomic_store(&replayed, seed); }

static void random_again(char *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t z = atomic_fetch_add(&replayed, UINT64_C(0x9E3779B97F4A7C15)) + UINT64_C(0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        at[i] = (char)(z ^ (z >> 31));
    }
}

void os_random(void *p, size_t n)
{
    char *at = p;
    if (atomic_load(&replayed)) {
        random_again(at, n);
        return;
    }
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR) continue;
        CHECK(got > 0);                          /* no randomness, no service: a guessable cookie is worse than none */
        at += got;
        n -= (size_t)got;
    }
}
