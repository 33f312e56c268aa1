/* auth/inside/addresses: where a key may be used from. */
#include "auth/inside/addresses.h"

#include "support/test.h"

static void test_addresses__hold_what_is_inside(void **state)
{
    (void)state;
    struct str list = STR("192.0.2.0/24 198.51.100.7 2001:db8::/32");
    assert_true(addresses_hold(list, STR("192.0.2.0")));
    assert_true(addresses_hold(list, STR("192.0.2.255")));
    assert_false(addresses_hold(list, STR("192.0.3.0")));
    assert_true(addresses_hold(list, STR("198.51.100.7")));
    assert_false(addresses_hold(list, STR("198.51.100.8")));
    assert_true(addresses_hold(list, STR("2001:db8:ffff::1")));
    assert_false(addresses_hold(list, STR("2001:db9::1")));
    assert_false(addresses_hold(list, STR("")));
    assert_false(addresses_hold(list, STR("localhost")));
    assert_true(addresses_hold(STR(""), STR("203.0.113.1")));
    assert_true(addresses_hold(STR(""), STR("")));
}

static void test_addresses__networks_have_a_form(void **state)
{
    (void)state;
    static const char *const good[] = { "10.0.0.0/8", "192.0.2.1", "::1", "2001:db8::/32" };
    static const char *const bad[] = { "", "10.0.0.0/33", "2001:db8::/129", "10.0.0.0/", "/8",
                                       "ten", "10.0.0.0/8 11.0.0.0/8", "10.0.0.1/8" };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(addresses_is_network(str_from(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(addresses_is_network(str_from(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses__hold_what_is_inside),
        cmocka_unit_test(test_addresses__networks_have_a_form),
    };
    return RUN(tests);
}
