/* base/address: both families, the forms that are none, and where a range ends. */
#include "base/address.h"

#include <string.h>

#include "support/test.h"

static bool same(const char *a, const char *b)
{
    struct address x, y;
    return address_parse(str_from(a), &x) && address_parse(str_from(b), &y) &&
           memcmp(&x, &y, sizeof(x)) == 0;
}

static bool is(const char *text)
{
    struct address out;
    return address_parse(str_from(text), &out);
}

static bool in(const char *text, const char *range_text)
{
    struct address address;
    struct address_range range;
    assert_true(address_parse(str_from(text), &address));
    assert_true(address_parse_range(str_from(range_text), &range));
    return address_is_in(&address, &range);
}

static void test_address__forms(void **state)
{
    (void)state;
    assert_true(same("192.0.2.7", "::ffff:192.0.2.7"));
    assert_true(same("192.0.2.7", "0:0:0:0:0:ffff:c000:207"));
    assert_true(same("2001:db8::1", "2001:0DB8:0:0:0:0:0:1"));
    assert_true(same("::", "0:0:0:0:0:0:0:0"));
    assert_true(same("1::", "1:0:0:0:0:0:0:0"));
    assert_false(same("2001:db8::1", "2001:db8::2"));
    assert_true(is("255.255.255.255") && is("0.0.0.0") && is("1:2:3:4:5:6:7:8") && is("::1"));
}

static void test_address__what_is_none(void **state)
{
    (void)state;
    static const char *const none[] = {
        "", ".", ":", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1.2..4",
        ":::", "1:::2", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "1:2:3:4:5:6:7::8",
        "fe80::1%eth0", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", ":1:2:3:4:5:6:7",
    };
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (is(none[i]))
            fail_msg("taken: %s", none[i]);
}

static void test_range__its_ends(void **state)
{
    (void)state;
    assert_true(in("192.0.2.0", "192.0.2.0/24") && in("192.0.2.255", "192.0.2.0/24"));
    assert_false(in("192.0.3.0", "192.0.2.0/24"));
    assert_false(in("192.0.1.255", "192.0.2.0/24"));
    assert_true(in("192.0.2.7", "192.0.2.7") && !in("192.0.2.6", "192.0.2.7"));
    assert_true(in("10.9.8.7", "0.0.0.0/0"));
    assert_false(in("::1", "0.0.0.0/0"));
    assert_true(in("10.9.8.7", "::/0"));
    assert_true(in("2001:db8:ffff::1", "2001:db8::/32") && !in("2001:db9::", "2001:db8::/32"));
    assert_true(in("192.0.2.129", "192.0.2.128/25") && !in("192.0.2.127", "192.0.2.128/25"));
}

static void test_range__what_is_none(void **state)
{
    (void)state;
    static const char *const none[] = { "", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.1/24",
                                        "192.0.2.0/024", "192.0.2.0/-1", "::/129", "2001:db8::1/32",
                                        "192.0.2.0/24/2" };
    struct address_range out;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (address_parse_range(str_from(none[i]), &out))
            fail_msg("taken: %s", none[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address__forms),
        cmocka_unit_test(test_address__what_is_none),
        cmocka_unit_test(test_range__its_ends),
        cmocka_unit_test(test_range__what_is_none),
    };
    return RUN(tests);
}
