/* engine/facts: by name, the newest that there is, and no further back than so many events. */
#include "engine/facts.h"

#include <string.h>

#include "store/store.h"
#include "support/store_room.h"
#include "support/temp.h"
#include "support/test.h"

static void test_facts__are_found_by_name_and_by_profile_property(void **state)
{
    (void)state;
    assert_ptr_equal(facts_find(STR("country")), facts_find(STR("$country_code")));
    assert_null(facts_find(STR("mp_country_code")));
    assert_null(facts_find(STR("$email")));
    for (uint32_t i = 0; i < FACTS; i++)
        assert_ptr_equal(facts_find(str_from(facts_get(i)->name)), facts_get(i));
}

static void test_facts__newest_looks_back_so_far(void **state)
{
    (void)state;
    static uint32_t codes[FACTS_ROWS + 10];
    assert_int_equal(facts_newest(codes, 0, FACTS_ROWS + 10), UINT32_MAX);
    assert_int_equal(facts_newest(codes, 5, 5), UINT32_MAX);
    codes[9] = 1;
    assert_int_equal(facts_newest(codes, 0, FACTS_ROWS + 10), UINT32_MAX);
    assert_int_equal(facts_newest(codes, 0, FACTS_ROWS + 9), 9);
    codes[700] = 2;
    assert_int_equal(facts_newest(codes, 0, FACTS_ROWS + 9), 700);
    assert_int_equal(facts_newest(codes, 0, 700), 9);
}

static void test_facts__of_events(void **state)
{
    (void)state;
    struct temp temp;
    struct stores *stores;
    struct arena arena;
    struct facts facts[2];
    static const uint32_t persons[2] = { 2, 1 };
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    arena_init(&arena, 0);
    check(stores_open(fs, &stores) == 0);
    for (uint32_t i = 0; i < 4; i++) {
        struct property city = { STR("$city"), { .type = VALUE_STRING,
                                                 .as.string = i == 2 ? STR("Riyadh")
                                                                     : STR("Jeddah") } };
        struct event event = { .name = STR("e"), .time_ms = 1000 + i, .properties = &city,
                               .person = store_room_ref(i == 3 ? 2 : 1),
                               .property_count = i > 0 && i < 3 };
        check(stores_sink(stores)->ops->events(stores_sink(stores), 1, &event, 1, 1) == 0);
    }
    assert_int_equal(facts_of_events(stores_find(stores, 1), persons, 2, &arena, facts), 0);
    for (uint32_t i = 0; i < FACTS; i++)
        assert_int_equal(facts[0].values[i].type, VALUE_NULL);
    assert_str(facts[1].values[3].as.string, "Riyadh");
    assert_int_equal(facts[1].values[0].type, VALUE_NULL);
    arena_release(&arena);
    stores_close(stores);
    fs_destroy(fs);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts__are_found_by_name_and_by_profile_property),
        cmocka_unit_test(test_facts__newest_looks_back_so_far),
        cmocka_unit_test(test_facts__of_events),
    };
    return RUN(tests);
}
