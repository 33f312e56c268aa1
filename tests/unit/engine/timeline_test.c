/* engine/timeline: every person of random projects against the slow obvious list, page by page. */
#include "engine/timeline.h"

#include "store/subjects.h"
#include "support/people_model.h"
#include "support/store_room.h"
#include "support/test.h"

enum { PROJECTS = 12 };

static void check_event(const struct people_model *m, const struct timeline_event *event,
                        uint32_t index)
{
    const struct model_event *e = &m->events[index];
    assert_true(event->time_ms == e->ms);
    assert_true(str_equal(event->name, str_from(model_names[e->name])));
    assert_int_equal(event->property_count, 1 + (e->plan > 0) + e->has_mail);
    const struct property *amount = event_find_property(event->properties, event->property_count,
                                                        STR("amount"));
    check(amount != NULL);
    assert_true(amount->value.as.number == index + 0.5);
}

static void check_visits(const struct timeline *timeline)
{
    uint32_t at = 0;
    for (uint32_t v = 0; v < timeline->visit_count; v++) {
        const struct timeline_visit *visit = &timeline->visits[v];
        assert_int_equal(visit->first, at);
        assert_true(visit->to_ms == timeline->events[at].time_ms);
        for (uint32_t i = 1; i < visit->count; i++)
            assert_true(timeline->events[at + i - 1].time_ms - timeline->events[at + i].time_ms <
                        30 * 60000);
        at += visit->count;
        assert_true(visit->from_ms == timeline->events[at - 1].time_ms);
        if (v + 1 < timeline->visit_count)
            assert_true(visit->from_ms - timeline->visits[v + 1].to_ms >= 30 * 60000);
    }
    assert_int_equal(at, timeline->event_count);
}

static uint32_t walk(const struct people_model *m, uint32_t person, uint32_t limit)
{
    uint32_t list[MODEL_EVENTS], count = people_model_events(m, person, list), left = count;
    struct ref ref = store_room_ref(person);
    struct arena arena;
    struct timeline timeline = { .has_more = true };
    bool has_mail = false;
    arena_init(&arena, 0);
    for (uint32_t i = 0; i < count; i++)
        has_mail |= m->events[list[i]].has_mail;
    struct timeline_ask ask = { .code = subjects_find(m->store, &ref), .before_ms = INT64_MAX,
                                .limit = limit, .arena = &arena };
    while (ask.code && timeline.has_more) {
        assert_int_equal(timeline_read(m->store, &ask, &timeline), 0);
        assert_int_equal(timeline.total, count);
        assert_int_equal(timeline.sealed_count, has_mail);
        assert_true(timeline.event_count >= limit || !timeline.has_more);
        for (uint32_t i = 0; i < timeline.event_count; i++) {
            assert_true(left > 0);
            check_event(m, &timeline.events[i], list[--left]);
        }
        check_visits(&timeline);
        if (timeline.event_count)
            ask.before_ms = timeline.events[timeline.event_count - 1].time_ms;
    }
    assert_int_equal(left, 0);
    if (count) {
        assert_true(timeline.first_ms == m->events[list[0]].ms);
        assert_true(timeline.last_ms == m->events[list[count - 1]].ms);
    }
    arena_release(&arena);
    return count;
}

static void test_timeline__agrees_with_the_obvious_list(void **state)
{
    (void)state;
    uint32_t events = 0;
    for (uint64_t seed = 101; seed < 101 + PROJECTS; seed++) {
        static struct people_model m;
        people_model_open(&m, seed);
        for (uint32_t p = 1; p < MODEL_NUMBERS; p++)
            if (people_model_present(&m, p) == p)
                events += walk(&m, p, 1 + p % 7);
        people_model_close(&m);
    }
    assert_true(events > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeline__agrees_with_the_obvious_list),
    };
    return RUN(tests);
}
