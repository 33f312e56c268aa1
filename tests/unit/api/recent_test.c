/* api/recent: sixty seconds, forgetting, and the bound. */
#include "api/recent.h"

#include <string.h>

#include "support/test.h"
#include "sys/clock.h"

static bool is_there(struct recent *recent, uint8_t who, uint64_t asked, uint64_t *project)
{
    uint8_t hash[RECENT_WHO_BYTES] = { who };
    struct bytes settings = { 0 };
    bool is_found = recent_find(recent, hash, asked, project, &settings);
    assert_int_equal(settings.len > 0, is_found);
    bytes_release(&settings);
    return is_found;
}

static void note(struct recent *recent, uint8_t who, uint64_t asked)
{
    uint8_t hash[RECENT_WHO_BYTES] = { who };
    recent_note(recent, hash, asked, 7, STR("{}"));
}

static void test_recent__lasts_a_minute(void **state)
{
    (void)state;
    struct recent *recent = recent_create();
    uint64_t project = 0;
    note(recent, 1, 0);
    assert_true(is_there(recent, 1, 0, &project));
    assert_int_equal(project, 7);
    assert_false(is_there(recent, 1, 7, &project)); /* another question to auth */
    assert_false(is_there(recent, 2, 0, &project));
    clock_shift_for_test(0, RECENT_LIFE_MS - 1000);
    assert_true(is_there(recent, 1, 0, &project));
    clock_shift_for_test(0, 1000);
    assert_false(is_there(recent, 1, 0, &project));
    note(recent, 1, 0);
    assert_true(is_there(recent, 1, 0, &project));
    recent_destroy(recent);
}

static void test_recent__forgets_all_of_one(void **state)
{
    (void)state;
    struct recent *recent = recent_create();
    uint8_t hash[RECENT_WHO_BYTES] = { 1 };
    uint64_t project;
    note(recent, 1, 0);
    note(recent, 1, 7);
    note(recent, 2, 0);
    recent_forget(recent, hash);
    assert_false(is_there(recent, 1, 0, &project));
    assert_false(is_there(recent, 1, 7, &project));
    assert_true(is_there(recent, 2, 0, &project));
    recent_destroy(recent);
}

static void test_recent__the_oldest_make_room(void **state)
{
    (void)state;
    struct recent *recent = recent_create();
    uint64_t project;
    note(recent, 1, 0);
    clock_shift_for_test(0, 10);
    for (uint64_t i = 1; i < RECENT_MAX; i++)
        note(recent, 2, i);
    assert_true(is_there(recent, 1, 0, &project));
    note(recent, 3, 0);
    assert_false(is_there(recent, 1, 0, &project));
    assert_true(is_there(recent, 2, RECENT_MAX - 1, &project));
    assert_true(is_there(recent, 3, 0, &project));
    recent_destroy(recent);
}

static void test_recent__huge_settings_are_not_kept(void **state)
{
    (void)state;
    static char huge[RECENT_SETTINGS_MAX_BYTES + 1];
    struct recent *recent = recent_create();
    uint8_t hash[RECENT_WHO_BYTES] = { 1 };
    uint64_t project;
    recent_note(recent, hash, 0, 7, str_of(huge, sizeof(huge)));
    assert_false(is_there(recent, 1, 0, &project));
    recent_note(recent, hash, 0, 7, str_of(huge, sizeof(huge) - 1));
    assert_true(is_there(recent, 1, 0, &project));
    recent_destroy(recent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recent__lasts_a_minute),
        cmocka_unit_test(test_recent__forgets_all_of_one),
        cmocka_unit_test(test_recent__the_oldest_make_room),
        cmocka_unit_test(test_recent__huge_settings_are_not_kept),
    };
    return RUN(tests);
}
