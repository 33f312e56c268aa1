/* event/event: properties by name. */
#include "event/event.h"

#include "support/test.h"

static void test_event__property_is_found_by_its_whole_name(void **state)
{
    (void)state;
    struct property properties[2] = { { .name = STR("plan") }, { .name = STR("plans") } };
    assert_ptr_equal(event_find_property(properties, 2, STR("plans")), &properties[1]);
    assert_null(event_find_property(properties, 2, STR("pla")));
    assert_null(event_find_property(properties, 0, STR("plan")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event__property_is_found_by_its_whole_name),
    };
    return RUN(tests);
}
