/* auth/inside/throttle: five tries are free, then each waits longer, by address and by name. */
#include "auth/inside/throttle.h"

#include <stdlib.h>

#include "crypto/random.h"
#include "support/test.h"

static struct throttle *fresh(void)
{
    struct throttle *t = malloc(sizeof(*t));
    assert_non_null(t);
    throttle_init(t);
    return t;
}

static void test_throttle__waits_grow(void **state)
{
    (void)state;
    struct throttle *t = fresh();
    uint64_t now = 100000, wait = 1000;
    for (int i = 0; i < THROTTLE_FREE; i++)
        assert_true(throttle_try(t, STR("192.0.2.1"), STR("ana"), now));
    for (int i = 0; i < 4; i++) {
        assert_false(throttle_try(t, STR("192.0.2.1"), STR("ana"), now + wait - 1));
        now += wait;
        assert_true(throttle_try(t, STR("192.0.2.1"), STR("ana"), now));
        wait *= 2;
    }
    /* Never longer than a quarter of an hour, however many there were. */
    for (int i = 0; i < 100; i++) {
        now += THROTTLE_WAIT_MAX_MS;
        assert_true(throttle_try(t, STR("192.0.2.1"), STR("ana"), now));
    }
    free(t);
}

static void test_throttle__by_address_and_by_name(void **state)
{
    (void)state;
    struct throttle *t = fresh();
    for (int i = 0; i < THROTTLE_FREE; i++)
        assert_true(throttle_try(t, STR("192.0.2.1"), i % 2 ? STR("a") : STR("b"), 5));
    assert_false(throttle_try(t, STR("192.0.2.1"), STR("c"), 5));
    /* The name is what a guesser with many addresses is slowed by. */
    for (int i = 0; i < THROTTLE_FREE; i++) {
        char address[] = { '1', '0', (char)('a' + i), '\0' };
        assert_true(throttle_try(t, str_from(address), STR("victim"), 5));
    }
    assert_false(throttle_try(t, STR("203.0.113.9"), STR("victim"), 5));
    assert_false(throttle_try(t, STR("203.0.113.9"), STR("ViCtIM"), 5));
    /* Who was right is not punished for who was wrong before. */
    throttle_forgive(t, STR("victim"));
    assert_true(throttle_try(t, STR("203.0.113.9"), STR("victim"), 5));
    free(t);
}

static void test_throttle__an_hour_forgets(void **state)
{
    (void)state;
    struct throttle *t = fresh();
    for (int i = 0; i < THROTTLE_FREE; i++)
        assert_true(throttle_try(t, STR("a"), STR("b"), 5));
    assert_false(throttle_try(t, STR("a"), STR("b"), 5));
    for (int i = 0; i < THROTTLE_FREE; i++)
        assert_true(throttle_try(t, STR("a"), STR("b"), 5 + 3600 * 1000 + 1));
    free(t);
}

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_throttle__waits_grow),
        cmocka_unit_test(test_throttle__by_address_and_by_name),
        cmocka_unit_test(test_throttle__an_hour_forgets),
    };
    return RUN(tests);
}
