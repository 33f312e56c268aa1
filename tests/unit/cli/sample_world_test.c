/* cli/sample_world: the same seed gives the same world; it has the shape it promises. */
#include "cli/sample_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "support/test.h"

#define NOW_MS INT64_C(1764000000000)

static void make(struct sample_world *world)
{
    sample_world_init(world, 3, 2000, 160, NOW_MS);
}

static uint32_t count_kind(const struct sample_world *world, const char *name)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < world->event_count; i++)
        n += strcmp(sample_world_kind_name(world->events[i].kind), name) == 0;
    return n;
}

static void test_sample_world__the_same_seed_gives_the_same_world(void **state)
{
    (void)state;
    struct sample_world a, b;
    make(&a);
    make(&b);
    assert_int_equal(a.event_count, b.event_count);
    for (uint32_t i = 0; i < a.event_count; i++) {
        assert_true(a.events[i].time_ms == b.events[i].time_ms);
        assert_int_equal(a.events[i].person, b.events[i].person);
        assert_int_equal(a.events[i].kind, b.events[i].kind);
    }
    sample_world_release(&a);
    sample_world_release(&b);
}

static void test_sample_world__events_lie_in_the_ninety_days_by_time(void **state)
{
    (void)state;
    struct sample_world world;
    make(&world);
    assert_true(world.event_count > 20u * world.person_count);
    for (uint32_t i = 0; i < world.event_count; i++) {
        assert_true(world.events[i].time_ms >= world.first_ms);
        assert_true(world.events[i].time_ms < NOW_MS);
        assert_true(i == 0 || world.events[i - 1].time_ms <= world.events[i].time_ms);
    }
    sample_world_release(&world);
}

static void test_sample_world__the_funnel_leaks_at_every_step(void **state)
{
    (void)state;
    struct sample_world world;
    make(&world);
    uint32_t joined = count_kind(&world, "Sign up"), first = count_kind(&world, "First call");
    uint32_t upgraded = count_kind(&world, "Upgrade plan");
    assert_in_range(first * 100 / joined, 35, 70);
    assert_in_range(upgraded * 100 / joined, 3, 25);
    sample_world_release(&world);
}

static void test_sample_world__weekends_are_quiet_and_the_launch_is_not(void **state)
{
    (void)state;
    struct sample_world world;
    uint32_t by_weekday[7] = { 0 }, by_day[SAMPLE_DAYS + 1] = { 0 };
    make(&world);
    for (uint32_t i = 0; i < world.event_count; i++) {
        int64_t day = world.events[i].time_ms / 86400000;
        by_weekday[time_weekday(day)]++;
        by_day[day - world.first_ms / 86400000]++;
    }
    assert_true(by_weekday[5] * 2 < by_weekday[1]);  /* Saturday, Tuesday */
    uint32_t before = 0, after = 0;
    for (int d = 0; d < 7; d++) {
        before += by_day[SAMPLE_DAYS - SAMPLE_LAUNCH_DAYS_AGO - 7 + d];
        after += by_day[SAMPLE_DAYS - SAMPLE_LAUNCH_DAYS_AGO + d];
    }
    assert_true(after * 10 > before * 14);
    sample_world_release(&world);
}

static void test_sample_world__a_moment_is_now_and_somebodys(void **state)
{
    (void)state;
    struct sample_world world;
    struct rand rand;
    rand_init(&rand, 1);
    make(&world);
    for (int i = 0; i < 1000; i++) {
        struct sample_event event = sample_world_moment(&world, &rand, NOW_MS + i);
        assert_true(event.time_ms == NOW_MS + i);
        assert_true(event.person < world.person_count);
        assert_true(event.is_anonymous == (world.people[event.person].joined_ms > NOW_MS + i));
    }
    sample_world_release(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_world__the_same_seed_gives_the_same_world),
        cmocka_unit_test(test_sample_world__events_lie_in_the_ninety_days_by_time),
        cmocka_unit_test(test_sample_world__the_funnel_leaks_at_every_step),
        cmocka_unit_test(test_sample_world__weekends_are_quiet_and_the_launch_is_not),
        cmocka_unit_test(test_sample_world__a_moment_is_now_and_somebodys),
    };
    return RUN(tests);
}
