/* base/rand: repeatable by seed, within bounds, not constant. */
#include "base/rand.h"

#include "support/test.h"

static void test_rand__same_seed_same_sequence(void **state)
{
    (void)state;
    struct rand a, b, c;
    rand_init(&a, 7);
    rand_init(&b, 7);
    rand_init(&c, 8);
    uint64_t first = rand_u64(&a);
    assert_true(first == rand_u64(&b));
    assert_true(first != rand_u64(&c));
}

static void test_rand__below_reaches_every_value_and_no_other(void **state)
{
    (void)state;
    struct rand r;
    unsigned seen = 0;
    rand_init(&r, 1);
    for (int i = 0; i < 1000; i++) {
        uint64_t v = rand_below(&r, 5);
        assert_true(v < 5);
        seen |= 1u << v;
        double unit = rand_unit(&r);
        assert_true(unit >= 0 && unit < 1);
    }
    assert_int_equal(seen, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rand__same_seed_same_sequence),
        cmocka_unit_test(test_rand__below_reaches_every_value_and_no_other),
    };
    return RUN(tests);
}
