/* sys/handed: names to numbers. */
#include "sys/handed.h"

#include "support/test.h"

static void test_handed__names_are_found_whole(void **state)
{
    (void)state;
    struct handed handed = { "control=3,listen=4,data=5,uid=61501," };
    int value = -1;
    assert_int_equal(handed_get(&handed, "control"), 3);
    assert_int_equal(handed_get(&handed, "uid"), 61501);
    assert_false(handed_find(&handed, "list", &value));
    assert_false(handed_find(&handed, "dat", &value));
    handed.text = "data=x,keys=99999999999";
    assert_false(handed_find(&handed, "data", &value));
    assert_false(handed_find(&handed, "keys", &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_handed__names_are_found_whole) };
    return RUN(tests);
}
