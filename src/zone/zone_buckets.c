/* The buckets of a report. They are made twice: once to count them, so that the array is one piece
 * of the arena, and once to fill it.
 *
 * Days, weeks and months run from the first instant of a day to the first instant of another, so a
 * day that the zone skips is empty and has none. Hours and minutes follow the wall: a bucket ends
 * where the wall's hour changes, or is set back. So the hour of a change may be short, an hour that
 * is shown twice has two buckets, and one that is never shown has none. */
#include "zone/zone.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/time.h"
#include "zone/zone_internal.h"

enum { DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60 };

struct making {
    const struct zone *zone;
    int64_t from_day;
    int64_t to_day;
    enum zone_unit unit;
    uint32_t week_start;
    uint32_t max;
    uint32_t count;
    struct arena *arena;
    struct zone_bucket *buckets;  /* NULL: only counting */
    int r;
};

/* A stretch that becomes a bucket. */
struct stretch {
    int64_t from_s;
    int64_t to_s;
    int64_t local_s;   /* where its label begins, on the wall */
    int32_t offset_s;
    bool is_repeated;
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static struct str label(struct making *m, const struct stretch *s)
{
    struct time_civil t = time_civil_from_ms(s->local_s * 1000);
    if (m->unit != ZONE_MINUTE && m->unit != ZONE_HOUR)
        return arena_printf(m->arena, "%04d-%02d-%02d", t.year, t.month, t.day);
    char offset[16] = "";
    if (s->is_repeated) {
        int32_t off = abs(s->offset_s);
        int len = snprintf(offset, sizeof(offset), "%c%02d:%02d", s->offset_s < 0 ? '-' : '+',
                           off / HOUR_S % 100, off / 60 % 60);
        if (off % 60)
            (void)snprintf(offset + len, sizeof(offset) - (size_t)len, ":%02d", off % 60);
    }
    return arena_printf(m->arena, "%04d-%02d-%02dT%02d:%02d:00%s", t.year, t.month, t.day, t.hour,
                        t.minute, offset);
}

static void add(struct making *m, const struct stretch *s)
{
    if (m->r != 0 || s->from_s >= s->to_s)
        return;
    if (m->count == m->max) {
        m->r = ERR_TOO_LARGE;
        return;
    }
    if (m->buckets) {
        struct str text = label(m, s);
        m->r = text.ptr ? 0 : ERR_NOMEM;
        m->buckets[m->count] = (struct zone_bucket){ s->from_s, s->to_s, text };
    }
    m->count++;
}

/* [first, after) in days, labelled by its first day, cut to the days that were asked for. */
static void add_days(struct making *m, int64_t first, int64_t after)
{
    int64_t from = first > m->from_day ? first : m->from_day;
    int64_t to = after < m->to_day + 1 ? after : m->to_day + 1;
    struct stretch s = { .from_s = zone_instant_s(m->zone, from * DAY_S),
                         .to_s = zone_instant_s(m->zone, to * DAY_S),
                         .local_s = first * DAY_S };
    add(m, &s);
}

static int64_t month_start(int64_t day, int32_t months_later)
{
    int32_t y, mo, d;
    time_civil_from_days(day, &y, &mo, &d);
    mo += months_later;
    return mo > 12 ? time_days_from_civil(y + 1, mo - 12, 1) : time_days_from_civil(y, mo, 1);
}

static void make_by_days(struct making *m)
{
    int64_t first = m->from_day;
    if (m->unit == ZONE_WEEK)
        first -= (time_weekday(first) - (int)m->week_start + 1 + 7) % 7;
    else if (m->unit == ZONE_MONTH)
        first = month_start(first, 0);
    while (first <= m->to_day && m->r == 0) {
        int64_t after = m->to_day + 1;
        if (m->unit == ZONE_DAY)
            after = first + 1;
        else if (m->unit == ZONE_WEEK)
            after = first + 7;
        else if (m->unit == ZONE_MONTH)
            after = month_start(first, 1);
        add_days(m, first, after);
        first = after;
    }
}

static void make_by_wall(struct making *m, int64_t step)
{
    int64_t at = zone_instant_s(m->zone, m->from_day * DAY_S);
    int64_t end = zone_instant_s(m->zone, (m->to_day + 1) * DAY_S);
    int64_t highest = INT64_MIN;
    struct stretch open = { .local_s = INT64_MIN };
    while (at < end && m->r == 0) {
        int32_t offset = zone_offset_s(m->zone, at);
        int64_t change = zone_next_change_s(m->zone, at);
        int64_t local = floor_div(at + offset, step) * step;
        int64_t to = local + step - offset;
        to = to < change ? to : change;
        to = to < end ? to : end;
        if (local != open.local_s || offset < open.offset_s) {
            add(m, &open);
            open = (struct stretch){ at, to, local, offset, local <= highest };
        }
        open.to_s = to;
        open.offset_s = offset;
        highest = local > highest ? local : highest;
        at = to;
    }
    add(m, &open);
}

static void make(struct making *m)
{
    m->count = 0;
    if (m->unit == ZONE_MINUTE || m->unit == ZONE_HOUR)
        make_by_wall(m, m->unit == ZONE_MINUTE ? MINUTE_S : HOUR_S);
    else
        make_by_days(m);
}

int zone_make_buckets(const struct zone *zone, int64_t from_day, int64_t to_day,
                      enum zone_unit unit, uint32_t week_start, uint32_t max,
                      struct arena *arena, struct zone_buckets *out)
{
    check(week_start >= 1 && week_start <= 7);
    *out = (struct zone_buckets){ 0 };
    /* Labels have four digits of year. */
    if (from_day < time_days_from_civil(1, 1, 8) || to_day > time_days_from_civil(9999, 12, 30))
        return ERR_TOO_LARGE;
    struct making m = { .zone = zone, .from_day = from_day, .to_day = to_day, .unit = unit,
                        .week_start = week_start, .max = max, .arena = arena };
    make(&m);
    if (m.r != 0)
        return m.r;
    m.buckets = arena_try(arena, ((size_t)m.count + 1) * sizeof(*m.buckets));
    if (!m.buckets)
        return ERR_NOMEM;
    make(&m);
    if (m.r == 0)
        *out = (struct zone_buckets){ m.buckets, m.count };
    return m.r;
}
