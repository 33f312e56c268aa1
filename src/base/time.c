#include "base/time.h"

#include <stdio.h>

/* Days from civil and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
 * 2013. */
int64_t time_days_from_civil(int32_t year, int32_t month, int32_t day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (int64_t)(month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void time_civil_from_days(int64_t days, int32_t *year, int32_t *month, int32_t *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int32_t)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int32_t)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int32_t)(yoe + era * 400 + (*month <= 2));
}

int time_weekday(int64_t days)
{
    int64_t r = (days + 3) % 7;
    return (int)(r < 0 ? r + 7 : r);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct time_civil time_civil_from_ms(int64_t ms)
{
    int64_t days = floor_div(ms, 86400000);
    int32_t rest = (int32_t)(ms - days * 86400000);
    struct time_civil t = { .hour = rest / 3600000, .minute = rest / 60000 % 60,
                            .second = rest / 1000 % 60, .ms = rest % 1000 };
    time_civil_from_days(days, &t.year, &t.month, &t.day);
    return t;
}

int64_t time_ms_from_civil(const struct time_civil *t)
{
    int64_t days = time_days_from_civil(t->year, t->month, t->day);
    return ((days * 24 + t->hour) * 60 + t->minute) * 60000 + t->second * 1000 + t->ms;
}

/* Reads exactly `count` digits at *at. */
static bool take_digits(struct str s, size_t *at, size_t count, int32_t *out)
{
    if (s.len - *at < count)
        return false;
    int32_t value = 0;
    for (size_t i = 0; i < count; i++, (*at)++) {
        char c = s.ptr[*at];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *out = value;
    return true;
}

static bool take(struct str s, size_t *at, char c)
{
    if (*at >= s.len || s.ptr[*at] != c)
        return false;
    (*at)++;
    return true;
}

static bool take_day(struct str s, size_t *at, int64_t *days)
{
    int32_t year, month, day;
    if (!take_digits(s, at, 4, &year) || !take(s, at, '-') || !take_digits(s, at, 2, &month) ||
        !take(s, at, '-') || !take_digits(s, at, 2, &day) || month < 1 || month > 12 || day < 1)
        return false;
    int32_t y, m, d;
    *days = time_days_from_civil(year, month, day);
    time_civil_from_days(*days, &y, &m, &d);
    return y == year && m == month && d == day;
}

bool time_parse_day(struct str s, int64_t *days)
{
    size_t at = 0;
    return take_day(s, &at, days) && at == s.len;
}

static bool take_fraction(struct str s, size_t *at, int64_t *ms)
{
    int32_t digit, scale = 100, value = 0;
    if (!take_digits(s, at, 1, &digit))
        return false;
    do {
        value += digit * scale;
        scale /= 10;
    } while (take_digits(s, at, 1, &digit));
    *ms = value;
    return true;
}

static bool take_offset(struct str s, size_t *at, int64_t *ms)
{
    int32_t hour, minute;
    *ms = 0;
    if (*at == s.len || take(s, at, 'Z') || take(s, at, 'z'))
        return true;
    bool minus = take(s, at, '-');
    if (!minus && !take(s, at, '+'))
        return false;
    if (!take_digits(s, at, 2, &hour))
        return false;
    (void)take(s, at, ':');
    if (!take_digits(s, at, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *ms = (hour * 60 + minute) * 60000 * (minus ? -1 : 1);
    return true;
}

bool time_parse(struct str s, int64_t *ms)
{
    size_t at = 0;
    int64_t days, fraction = 0, offset = 0;
    int32_t hour = 0, minute = 0, second = 0;
    if (!take_day(s, &at, &days))
        return false;
    if (at < s.len) {
        if (!take(s, &at, 'T') && !take(s, &at, ' '))
            return false;
        if (!take_digits(s, &at, 2, &hour) || !take(s, &at, ':') ||
            !take_digits(s, &at, 2, &minute))
            return false;
        if (take(s, &at, ':') && !take_digits(s, &at, 2, &second))
            return false;
        if (take(s, &at, '.') && !take_fraction(s, &at, &fraction))
            return false;
        if (!take_offset(s, &at, &offset) || hour > 23 || minute > 59 || second > 60)
            return false;
    }
    *ms = ((days * 24 + hour) * 60 + minute) * 60000 + second * 1000 + fraction - offset;
    return at == s.len;
}

void time_format(int64_t ms, char out[25])
{
    struct time_civil t = time_civil_from_ms(ms);
    check(t.year >= 0 && t.year <= 9999);
    (void)snprintf(out, 25, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)t.year % 10000,
                   (unsigned)t.month % 100, (unsigned)t.day % 100, (unsigned)t.hour % 100,
                   (unsigned)t.minute % 100, (unsigned)t.second % 100, (unsigned)t.ms % 1000);
}
