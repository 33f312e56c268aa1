/* zone on any bytes: a file that is taken answers every instant within a day of UTC and a bit, walls
 * lead to instants that show them or later, and buckets touch. */
#include "base/check.h"
#include "zone/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_instants(const struct zone *zone)
{
    static const int64_t at[] = { INT64_MIN, -5000000000, -1, 0, 1000000000, 1762000000,
                                  2840000000, 9000000000, INT64_MAX };
    for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
        int32_t offset = zone_offset_s(zone, at[i]);
        check(offset > -93600 && offset < 93600);
        int64_t instant = zone_instant_s(zone, at[i]);
        if (at[i] > -9000000000 && at[i] < INT64_MAX) {
            check(instant + zone_offset_s(zone, instant) >= at[i]);
            int64_t before = instant - 1;
            check(before + zone_offset_s(zone, before) < at[i]);
        }
    }
}

static void check_buckets(const struct zone *zone, enum zone_unit unit)
{
    struct arena arena;
    struct zone_buckets out;
    arena_init(&arena, 16 << 20);
    if (zone_make_buckets(zone, 20394, 20454, unit, 7, 5000, &arena, &out) == 0) {
        for (uint32_t i = 0; i < out.count; i++) {
            check(out.buckets[i].from_s < out.buckets[i].to_s);
            check(i == 0 || out.buckets[i].from_s == out.buckets[i - 1].to_s);
            check(out.buckets[i].label.len >= 10);
        }
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone *zone;
    if (zone_parse(str_of(data, size), &zone) != 0)
        return 0;
    check_instants(zone);
    for (enum zone_unit unit = ZONE_MINUTE; unit <= ZONE_ALL; unit++)
        check_buckets(zone, unit);
    zone_destroy(zone);
    return 0;
}
