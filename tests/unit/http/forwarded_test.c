/* http/forwarded: whose word counts about who asks. */
#include "http/forwarded.h"

#include "support/test.h"

static bool trusts(const void *ctx, struct str address)
{
    (void)ctx;
    return str_equal(address, STR("10.0.0.1")) || str_equal(address, STR("10.0.0.2")) ||
           str_equal(address, STR("::1"));
}

static void expect(const char *peer, const char *list, const char *client)
{
    struct str got = http_forwarded_client(str_from(peer), str_from(list), trusts, NULL);
    if (!str_equal(got, str_from(client)))
        fail_msg("%s with %s gave " STR_FMT, peer, list, STR_ARG(got));
}

static void test_forwarded__the_rightmost_that_is_not_trusted(void **state)
{
    (void)state;
    expect("192.0.2.1", "", "192.0.2.1");
    expect("192.0.2.1", "198.51.100.7", "192.0.2.1");
    expect("10.0.0.1", "", "10.0.0.1");
    expect("10.0.0.1", "198.51.100.7", "198.51.100.7");
    expect("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7");
    expect("10.0.0.1", "203.0.113.9,198.51.100.7 , 10.0.0.2", "198.51.100.7");
    expect("::1", "2001:DB8::7", "2001:DB8::7");
    expect("10.0.0.1", "10.0.0.2, 10.0.0.2", "10.0.0.2");
}

static void test_forwarded__what_is_no_address_counts_for_nothing(void **state)
{
    (void)state;
    expect("10.0.0.1", "unknown", "10.0.0.1");
    expect("10.0.0.1", "198.51.100.7,", "10.0.0.1");
    expect("10.0.0.1", ",", "10.0.0.1");
    expect("10.0.0.1", "198.51.100.7, _hidden, 10.0.0.2", "10.0.0.2");
    expect("10.0.0.1", "1111111111111111111111111111111111111111111111", "10.0.0.1");
    expect("10.0.0.1", "198.51.100.7\", \"x", "10.0.0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forwarded__the_rightmost_that_is_not_trusted),
        cmocka_unit_test(test_forwarded__what_is_no_address_counts_for_nothing),
    };
    return RUN(tests);
}
