/* Civil time without the C library's process-global zone. UTC only; zones live in zone/.
 * Milliseconds and seconds count from 1970-01-01T00:00:00Z, proleptic Gregorian. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct time_civil {
    int32_t year;
    int32_t month; /* 1 to 12 */
    int32_t day;   /* 1 to 31 */
    int32_t hour;
    int32_t minute;
    int32_t second;
    int32_t ms;
};

int64_t time_days_from_civil(int32_t year, int32_t month, int32_t day);
void time_civil_from_days(int64_t days, int32_t *year, int32_t *month, int32_t *day);
int time_weekday(int64_t days);                          /* 0 = Monday … 6 = Sunday */
struct time_civil time_civil_from_ms(int64_t ms);
int64_t time_ms_from_civil(const struct time_civil *t);  /* fields must be in range */
/* "2026-11-24": exactly this form and a real day. */
bool time_parse_day(struct str s, int64_t *days) MUST_USE;
/* "2026-11-24" with optional "T12:34[:56[.789]]" (or a blank for T) and optional "Z" or "+03:00";
 * without an offset it is UTC. */
bool time_parse(struct str s, int64_t *ms) MUST_USE;
/* "2026-11-24T12:34:56.789Z" into out[25]. */
void time_format(int64_t ms, char out[25]);

#endif
