/* base/hash: XXH3's published value for the empty input, seeds that matter, a mix that is bijective
 * on a sample. */
#include "base/hash.h"

#include "support/test.h"

static void test_hash__empty_input_has_the_published_value(void **state)
{
    (void)state;
    assert_true(hash_64("", 0) == 0x2d06800538d394c2u);
}

static void test_hash__seed_and_content_change_it(void **state)
{
    (void)state;
    assert_true(hash_64("a", 1) != hash_64("b", 1));
    assert_true(hash_64_seeded("a", 1, 1) != hash_64_seeded("a", 1, 2));
    assert_true(hash_mix_u64(1) != hash_mix_u64(2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__empty_input_has_the_published_value),
        cmocka_unit_test(test_hash__seed_and_content_change_it),
    };
    return RUN(tests);
}
