#include "zone/zone_rule.h"

#include "base/time.h"

enum { DAY_S = 86400, HOURS_MAX_OFFSET = 24, HOURS_MAX_TIME = 167 };

/* ---- the text ------------------------------------------------------------------------------- */

static bool take(struct str *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c)
        return false;
    *rest = str_from_index(*rest, 1);
    return true;
}

static bool take_number(struct str *rest, int32_t max, int32_t *out)
{
    size_t i = 0;
    int32_t value = 0;
    for (; i < rest->len && i < 4 && rest->ptr[i] >= '0' && rest->ptr[i] <= '9'; i++)
        value = value * 10 + (rest->ptr[i] - '0');
    if (i == 0 || value > max)
        return false;
    *rest = str_from_index(*rest, i);
    *out = value;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_quoted_letter(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

/* The abbreviation is not kept: labels show offsets. */
static bool take_name(struct str *rest)
{
    bool is_quoted = take(rest, '<');
    size_t i = 0;
    while (i < rest->len &&
           (is_quoted ? is_quoted_letter(rest->ptr[i]) : is_letter(rest->ptr[i])))
        i++;
    *rest = str_from_index(*rest, i);
    return i >= 3 && (!is_quoted || take(rest, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct str *rest, int32_t hours_max, int32_t *out)
{
    int32_t hour, minute = 0, second = 0;
    bool is_minus = take(rest, '-');
    if (!is_minus)
        (void)take(rest, '+');
    if (!take_number(rest, hours_max, &hour))
        return false;
    if (take(rest, ':')) {
        if (!take_number(rest, 59, &minute))
            return false;
        if (take(rest, ':') && !take_number(rest, 59, &second))
            return false;
    }
    *out = (hour * 3600 + minute * 60 + second) * (is_minus ? -1 : 1);
    return true;
}

static bool take_date(struct str *rest, struct zone_rule_date *out)
{
    *out = (struct zone_rule_date){ .form = ZONE_RULE_DAY, .time_s = 2 * 3600 };
    if (take(rest, 'M')) {
        out->form = ZONE_RULE_MONTH;
        if (!take_number(rest, 12, &out->month) || out->month < 1 || !take(rest, '.') ||
            !take_number(rest, 5, &out->week) || out->week < 1 || !take(rest, '.') ||
            !take_number(rest, 6, &out->day))
            return false;
    } else if (take(rest, 'J')) {
        out->form = ZONE_RULE_DAY_J;
        if (!take_number(rest, 365, &out->day) || out->day < 1)
            return false;
    } else if (!take_number(rest, 365, &out->day)) {
        return false;
    }
    return !take(rest, '/') || take_time(rest, HOURS_MAX_TIME, &out->time_s);
}

bool zone_rule_parse(struct str text, struct zone_rule *out)
{
    int32_t west;
    *out = (struct zone_rule){ 0 };
    if (!take_name(&text) || !take_time(&text, HOURS_MAX_OFFSET, &west))
        return false;
    out->standard_s = -west;
    if (text.len == 0)
        return true;
    out->has_summer = true;
    if (!take_name(&text))
        return false;
    out->summer_s = out->standard_s + 3600;
    if (text.len && text.ptr[0] != ',') {
        if (!take_time(&text, HOURS_MAX_OFFSET, &west))
            return false;
        out->summer_s = -west;
    }
    return take(&text, ',') && take_date(&text, &out->begin) && take(&text, ',') &&
           take_date(&text, &out->end) && text.len == 0;
}

/* ---- the years ------------------------------------------------------------------------------ */

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t date_day(const struct zone_rule_date *date, int32_t year)
{
    if (date->form == ZONE_RULE_DAY)
        return time_days_from_civil(year, 1, 1) + date->day;
    if (date->form == ZONE_RULE_DAY_J)
        return time_days_from_civil(year, 1, 1) + date->day - 1 +
               (is_leap(year) && date->day >= 60);
    int64_t first = time_days_from_civil(year, date->month, 1);
    int64_t after = date->month == 12 ? time_days_from_civil(year + 1, 1, 1)
                                      : time_days_from_civil(year, date->month + 1, 1);
    int sunday_based = (time_weekday(first) + 1) % 7;
    int64_t day = first + (date->day - sunday_based + 7) % 7 + (date->week - 1) * 7;
    return day < after ? day : day - 7;
}

static int32_t year_of(int64_t utc_s)
{
    int32_t year, month, day;
    time_civil_from_days(utc_s / DAY_S - (utc_s % DAY_S < 0), &year, &month, &day);
    return year;
}

static int64_t begin_of(const struct zone_rule *rule, int32_t year)
{
    return date_day(&rule->begin, year) * DAY_S + rule->begin.time_s - rule->standard_s;
}

static int64_t end_of(const struct zone_rule *rule, int32_t year)
{
    return date_day(&rule->end, year) * DAY_S + rule->end.time_s - rule->summer_s;
}

/* Times of up to 167 hours reach into the neighbouring years, so three are looked at. Where an end
 * meets a beginning, summer goes on: "XXX3EDT4,0/0,J365/23" is summer all year. */
int32_t zone_rule_offset_s(const struct zone_rule *rule, int64_t utc_s)
{
    int64_t latest = INT64_MIN;
    bool is_summer = false;
    int32_t year = rule->has_summer ? year_of(utc_s) : 0;
    for (int32_t y = year - 1; rule->has_summer && y <= year + 1; y++) {
        int64_t begin = begin_of(rule, y), end = end_of(rule, y);
        if (end <= utc_s && end > latest) {
            latest = end;
            is_summer = false;
        }
        if (begin <= utc_s && begin >= latest) {
            latest = begin;
            is_summer = true;
        }
    }
    return is_summer ? rule->summer_s : rule->standard_s;
}

int64_t zone_rule_next_s(const struct zone_rule *rule, int64_t utc_s)
{
    int64_t next = INT64_MAX;
    int32_t year = rule->has_summer ? year_of(utc_s) : 0;
    for (int32_t y = year - 1; rule->has_summer && y <= year + 2; y++) {
        int64_t begin = begin_of(rule, y), end = end_of(rule, y);
        if (begin > utc_s && begin < next)
            next = begin;
        if (end > utc_s && end < next)
            next = end;
    }
    return next;
}
