/* The POSIX TZ string in the footer of a TZif file ("EST5EDT,M3.2.0,M11.1.0"): what holds after the
 * last instant of the file's table. Pure. */
#ifndef ZONE_ZONE_RULE_H
#define ZONE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"

enum zone_rule_form {
    ZONE_RULE_MONTH, /* Mm.w.d: weekday d (0 = Sunday) of week w (5 = the last) of month m */
    ZONE_RULE_DAY,   /* n: day 0 to 365, leap days counted */
    ZONE_RULE_DAY_J, /* Jn: day 1 to 365, 29 February never counted */
};

struct zone_rule_date {
    enum zone_rule_form form;
    int32_t month;
    int32_t week;
    int32_t day;
    int32_t time_s;   /* wall time of that day, -167 h to 167 h */
};

struct zone_rule {
    int32_t standard_s;  /* east of UTC */
    int32_t summer_s;
    bool has_summer;
    struct zone_rule_date begin;
    struct zone_rule_date end;
};

/* False when the text is no such rule; a summer time without its dates is none. */
bool zone_rule_parse(struct str text, struct zone_rule *out) MUST_USE;
int32_t zone_rule_offset_s(const struct zone_rule *rule, int64_t utc_s);
/* The first change after utc_s; INT64_MAX when there is none. utc_s within +-2^54. */
int64_t zone_rule_next_s(const struct zone_rule *rule, int64_t utc_s);

#endif
