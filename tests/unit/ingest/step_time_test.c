/* ingest/step_time: which times are believed, and what becomes of the others. */
#include "ingest/step_time.h"

#include "support/test.h"

#define NOW_MS 1795453200000
#define HOUR_MS 3600000
#define DAY_MS 86400000

static struct record judge(struct ingest_request request, bool has_time, int64_t time_ms)
{
    static struct ingest_project project;
    struct record record = { .kind = RECORD_EVENT, .has_time = has_time, .project = &project };
    project.window_days = 0;
    record.event.time_ms = time_ms;
    request.received_ms = NOW_MS;
    step_time(&request, &record);
    return record;
}

static const struct ingest_request track;
static const struct ingest_request strict = { .is_import = true, .is_strict = true };

static void test_step_time__a_believable_time_stays(void **state)
{
    (void)state;
    const int64_t good[] = { NOW_MS, NOW_MS - 3650 * (int64_t)DAY_MS, NOW_MS + HOUR_MS,
                             365 * (int64_t)DAY_MS };
    for (size_t i = 0; i < 4; i++) {
        struct record a = judge(track, true, good[i]), b = judge(strict, true, good[i]);
        assert_int_equal(a.refusal.reason, REFUSAL_NONE);
        assert_int_equal(b.refusal.reason, REFUSAL_NONE);
        assert_int_equal(a.event.time_ms, good[i]);
        assert_int_equal(a.event.flags, 0);
    }
}

static void test_step_time__a_missing_time_is_the_arrival(void **state)
{
    (void)state;
    struct record record = judge(track, false, 0);
    assert_int_equal(record.refusal.reason, REFUSAL_NONE);
    assert_int_equal(record.event.time_ms, NOW_MS);
    assert_int_equal(record.event.flags, EVENT_TIME_SERVER);
    assert_int_equal(judge(strict, false, 0).refusal.reason, REFUSAL_time_missing);
}

static void test_step_time__the_future_is_not_believed(void **state)
{
    (void)state;
    struct record record = judge(track, true, NOW_MS + HOUR_MS + 1);
    assert_int_equal(record.refusal.reason, REFUSAL_NONE);
    assert_int_equal(record.event.time_ms, NOW_MS);
    assert_int_equal(record.event.flags, EVENT_TIME_SERVER);
    assert_int_equal(judge(strict, true, NOW_MS + HOUR_MS + 1).refusal.reason,
                     REFUSAL_time_future);
}

static void test_step_time__before_1971_nothing_happened(void **state)
{
    (void)state;
    assert_int_equal(judge(track, true, 365 * (int64_t)DAY_MS - 1).refusal.reason,
                     REFUSAL_time_too_old);
    assert_int_equal(judge(strict, true, -5).refusal.reason, REFUSAL_time_too_old);
}

static void test_step_time__a_project_may_set_a_window_for_track(void **state)
{
    (void)state;
    struct ingest_project project = { .window_days = 5 };
    struct ingest_request request = { .received_ms = NOW_MS };
    struct record record = { .kind = RECORD_EVENT, .has_time = true, .project = &project };
    record.event.time_ms = NOW_MS - 6 * (int64_t)DAY_MS;
    request.is_import = true;
    step_time(&request, &record);
    assert_int_equal(record.refusal.reason, REFUSAL_NONE);
    request.is_import = false;
    step_time(&request, &record);
    assert_int_equal(record.refusal.reason, REFUSAL_time_too_old);
}

static void test_step_time__an_update_takes_a_wrong_time_for_none(void **state)
{
    (void)state;
    struct ingest_request request = { .received_ms = NOW_MS, .is_strict = true };
    const int64_t wrong[] = { 0, -1, NOW_MS + 2 * HOUR_MS };
    for (size_t i = 0; i < 3; i++) {
        struct record record = { .kind = RECORD_UPDATE, .has_time = true };
        record.update.time_ms = wrong[i];
        step_time(&request, &record);
        assert_int_equal(record.refusal.reason, REFUSAL_NONE);
        assert_int_equal(record.update.time_ms, NOW_MS);
    }
    struct record record = { .kind = RECORD_UPDATE, .has_time = true };
    record.update.time_ms = NOW_MS - DAY_MS;
    step_time(&request, &record);
    assert_int_equal(record.update.time_ms, NOW_MS - DAY_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_step_time__a_believable_time_stays),
        cmocka_unit_test(test_step_time__a_missing_time_is_the_arrival),
        cmocka_unit_test(test_step_time__the_future_is_not_believed),
        cmocka_unit_test(test_step_time__before_1971_nothing_happened),
        cmocka_unit_test(test_step_time__a_project_may_set_a_window_for_track),
        cmocka_unit_test(test_step_time__an_update_takes_a_wrong_time_for_none),
    };
    return RUN(tests);
}
