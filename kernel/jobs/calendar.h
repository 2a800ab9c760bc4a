/* calendar - times that people say: every day at 06:00 in Jakarta, on Mondays, on the first of the month.
 *
 *   "daily 06:00 Asia/Jakarta"    "weekly mon 06:00 Asia/Jakarta"    "monthly 1 06:00 Asia/Jakarta"
 *
 * Hours are 00 to 23, days of the month 1 to 28, since every month has them. Zones are those of the tz database, by ICU. In a place that
 * changes its clocks, a time that does not exist that day is the moment of the change, and one that exists twice is the first. */
#pragma once
#include "base/base.h"

enum { CALENDAR_BYTES_MAX = 100 };
typedef enum CalendarEach { EACH_DAY = 1, EACH_WEEK, EACH_MONTH } CalendarEach;
typedef struct Calendar { CalendarEach each; int day, hour, minute; char zone[64]; } Calendar;    /* day: 1 to 7 from Monday on; of the month */

bool calendar_parse(str text, Calendar *ret);                            /* false: not of this form, or a zone that nobody knows */
int64_t calendar_next(const Calendar *c, int64_t after);                 /* ms; the first such moment that is later */
