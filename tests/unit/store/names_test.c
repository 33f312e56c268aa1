/* store/names: a bound on what a token's holder can make up. */
#include "store/names.h"

#include <stdio.h>

#include "support/test.h"

static void test_names__known_ones_pass_beyond_the_bound(void **state)
{
    (void)state;
    struct names names = { 0 };
    char text[32];
    for (int i = 0; i < NAMES_PROPERTIES_MAX; i++) {
        (void)snprintf(text, sizeof(text), "p%d", i);
        assert_true(names_admit_property(&names, str_from(text)));
    }
    assert_false(names_admit_property(&names, STR("one more")));
    assert_true(names_admit_property(&names, STR("p0")));
    assert_int_equal(names.refused, 1);
    names_release(&names);
}

static void test_names__events_beyond_the_bound_share_a_name(void **state)
{
    (void)state;
    struct names names = { 0 };
    char text[32];
    for (int i = 0; i < NAMES_EVENTS_MAX; i++) {
        (void)snprintf(text, sizeof(text), "e%d", i);
        assert_true(str_equal(names_admit_event(&names, str_from(text)), str_from(text)));
    }
    assert_str(names_admit_event(&names, STR("one more")), "$other_events");
    assert_str(names_admit_event(&names, STR("e7")), "e7");
    names_release(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names__known_ones_pass_beyond_the_bound),
        cmocka_unit_test(test_names__events_beyond_the_bound_share_a_name),
    };
    return RUN(tests);
}
