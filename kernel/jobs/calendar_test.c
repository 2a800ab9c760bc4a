#include "../../tests/world.h"

#include "jobs/calendar.h"

/* The moments after one, as "2026-11-22T23:00:00Z". */
static str next_after(World *w, const char *times, const char *after)
{
    static const struct { const char *iso; int64_t ms; } known[] = {
        { "2026-11-22T22:59:59Z", INT64_C(1795388399000) },
        { "2026-11-22T23:00:00Z", INT64_C(1795388400000) },
        { "2026-01-31T12:00:00Z", INT64_C(1769860800000) },
        { "2026-03-28T12:00:00Z", INT64_C(1774699200000) },
        { "2026-10-24T12:00:00Z", INT64_C(1792843200000) },
        { "2011-12-29T12:00:00Z", INT64_C(1325160000000) },
    };
    Calendar c;
    EXPECT(calendar_parse(str_from(times), &c));
    for (int i = 0; i < COUNT_OF(known); i++)
        if (strcmp(known[i].iso, after) == 0) {
            EXPECT_STR(time_iso(world_arena(w), known[i].ms), str_from(after));
            return time_iso(world_arena(w), calendar_next(&c, known[i].ms));
        }
    CHECK(false);
}

/* n moments, one after the other, with a blank between. */
static str moments(World *w, const char *times, int64_t after, int n)
{
    Calendar c;
    Out o;
    EXPECT(calendar_parse(str_from(times), &c));
    out_init(&o, world_arena(w), 256);
    for (int i = 0; i < n; i++) {
        after = calendar_next(&c, after);
        out_fmt(&o, "%s%.*s", i ? " " : "", STR_ARG(time_iso(world_arena(w), after)));
    }
    return out_text(&o);
}

TEST(six_in_the_morning_is_another_moment_in_each_place)
{
    EXPECT_STR(next_after(w, "daily 06:00 Asia/Jakarta", "2026-11-22T22:59:59Z"), S("2026-11-22T23:00:00Z"));
    EXPECT_STR(next_after(w, "daily 06:00 Asia/Jakarta", "2026-11-22T23:00:00Z"), S("2026-11-23T23:00:00Z"));
    EXPECT_STR(next_after(w, "daily 06:00 America/Lima", "2026-11-22T23:00:00Z"), S("2026-11-23T11:00:00Z"));
    EXPECT_STR(next_after(w, "daily 06:30 Asia/Kathmandu", "2026-11-22T23:00:00Z"), S("2026-11-23T00:45:00Z"));
    EXPECT_STR(next_after(w, "daily 23:59 Etc/UTC", "2026-11-22T23:00:00Z"), S("2026-11-22T23:59:00Z"));
}

TEST(mondays_are_the_mondays_of_the_place)
{
    EXPECT_STR(next_after(w, "weekly mon 06:00 Asia/Jakarta", "2026-11-22T22:59:59Z"), S("2026-11-22T23:00:00Z"));   /* a Sunday in Greenwich */
    EXPECT_STR(next_after(w, "weekly mon 06:00 Asia/Jakarta", "2026-11-22T23:00:00Z"), S("2026-11-29T23:00:00Z"));
    EXPECT_STR(next_after(w, "weekly sun 20:00 America/Lima", "2026-11-22T23:00:00Z"), S("2026-11-23T01:00:00Z"));
    EXPECT_STR(moments(w, "weekly fri 09:00 Etc/UTC", INT64_C(1795388400000), 3),
               S("2026-11-27T09:00:00Z 2026-12-04T09:00:00Z 2026-12-11T09:00:00Z"));
}

TEST(the_first_of_the_month_comes_once_a_month)
{
    EXPECT_STR(next_after(w, "monthly 1 06:00 Asia/Jakarta", "2026-01-31T12:00:00Z"), S("2026-01-31T23:00:00Z"));
    EXPECT_STR(moments(w, "monthly 28 00:00 Etc/UTC", INT64_C(1769860800000), 3),
               S("2026-02-28T00:00:00Z 2026-03-28T00:00:00Z 2026-04-28T00:00:00Z"));
    EXPECT_STR(moments(w, "monthly 1 00:00 Etc/UTC", INT64_C(1795388400000), 3), S("2026-12-01T00:00:00Z 2027-01-01T00:00:00Z 2027-02-01T00:00:00Z"));
}

TEST(a_time_that_is_skipped_or_comes_twice_comes_once)
{
    /* On 2026-03-29 Berlin goes from 02:00 to 03:00, on 2026-10-25 from 03:00 back to 02:00. */
    EXPECT_STR(moments(w, "daily 02:30 Europe/Berlin", INT64_C(1774699200000), 2), S("2026-03-29T01:00:00Z 2026-03-30T00:30:00Z"));
    EXPECT_STR(moments(w, "daily 02:30 Europe/Berlin", INT64_C(1792843200000), 2), S("2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"));
    EXPECT_STR(moments(w, "weekly sun 02:30 Europe/Berlin", INT64_C(1792843200000), 2), S("2026-10-25T00:30:00Z 2026-11-01T01:30:00Z"));
    /* Chile changes at midnight: 2026-09-06 begins at 01:00. */
    EXPECT_STR(moments(w, "daily 00:00 America/Santiago", INT64_C(1788609600000), 2), S("2026-09-06T04:00:00Z 2026-09-07T03:00:00Z"));
    /* Samoa had no 30 December 2011: the day that is skipped is over when the next one begins. */
    EXPECT_STR(moments(w, "daily 06:00 Pacific/Apia", INT64_C(1325160000000), 3),
               S("2011-12-29T16:00:00Z 2011-12-30T10:00:00Z 2011-12-30T16:00:00Z"));
}

TEST(what_is_no_calendar_time_is_not_taken_for_one)
{
    static const char *const wrong[] = { "", "daily", "daily 06:00", "daily 6:00 Etc/UTC", "daily 24:00 Etc/UTC", "daily 06:60 Etc/UTC",
        "daily 06:0a Etc/UTC", "daily -6:00 Etc/UTC", "daily 06:00 Mars/Olympus", "daily 06:00 ", "daily 06:00 Asia/Jakarta ",
        "daily 06:00 ../etc/passwd",
        "daily  06:00 Etc/UTC", "hourly 06:00 Etc/UTC", "weekly 06:00 Etc/UTC",
        "weekly moon 06:00 Etc/UTC", "monthly 0 06:00 Etc/UTC", "monthly 29 06:00 Etc/UTC",
        "monthly 01 06:00 Etc/UTC", "monthly 99999999999999999999 06:00 Etc/UTC", "monthly -1 06:00 Etc/UTC", "DAILY 06:00 Etc/UTC" };
    Calendar c;
    for (int i = 0; i < COUNT_OF(wrong); i++) EXPECT(!calendar_parse(str_from(wrong[i]), &c));
    EXPECT(!calendar_parse(str_from(at(w, "daily 06:00 %0200d", 1)), &c));
    EXPECT(calendar_parse(S("monthly 1 06:00 Asia/Jakarta"), &c) && c.each == EACH_MONTH && c.day == 1 && c.hour == 6 && c.minute == 0);
}

TESTS(calendar, six_in_the_morning_is_another_moment_in_each_place, mondays_are_the_mondays_of_the_place, the_first_of_the_month_comes_once_a_month,
      a_time_that_is_skipped_or_comes_twice_comes_once, what_is_no_calendar_time_is_not_taken_for_one)
