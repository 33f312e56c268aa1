/* base/map: every key put is found, none else, through many growths. */
#include "base/map.h"

#include <stdio.h>

#include "support/test.h"

static void test_map__finds_what_was_put(void **state)
{
    (void)state;
    struct map m = { 0 };
    char key[32];
    for (uint32_t i = 0; i < 5000; i++) {
        bool is_new;
        (void)snprintf(key, sizeof(key), "key-%u", i);
        assert_int_equal(*map_put(&m, str_from(key), i, &is_new), i);
        assert_true(is_new);
    }
    assert_int_equal(m.count, 5000);
    for (uint32_t i = 0; i < 5000; i++) {
        (void)snprintf(key, sizeof(key), "key-%u", i);
        assert_int_equal(*map_find(&m, str_from(key)), i);
    }
    assert_null(map_find(&m, STR("key-5000")));
    map_release(&m);
}

static void test_map__second_put_keeps_the_first_value(void **state)
{
    (void)state;
    struct map m = { 0 };
    bool is_new;
    (void)map_put(&m, STR("a"), 1, NULL);
    assert_int_equal(*map_put(&m, STR("a"), 2, &is_new), 1);
    assert_false(is_new);
    map_release(&m);
}

static void test_map__walks_every_entry_once(void **state)
{
    (void)state;
    struct map m = { 0 };
    uint32_t value, sum = 0;
    size_t cursor = 0;
    struct str key;
    (void)map_put(&m, STR("a"), 1, NULL);
    (void)map_put(&m, STR(""), 2, NULL);
    (void)map_put(&m, STR("c"), 4, NULL);
    while (map_next(&m, &cursor, &key, &value))
        sum += value;
    assert_int_equal(sum, 7);
    map_reset(&m);
    assert_null(map_find(&m, STR("a")));
    map_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map__finds_what_was_put),
        cmocka_unit_test(test_map__second_put_keeps_the_first_value),
        cmocka_unit_test(test_map__walks_every_entry_once),
    };
    return RUN(tests);
}
