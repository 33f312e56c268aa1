/* engine/bucket: every second of buckets of any lengths, from any first guess, against looking
 * through them all. */
#include "engine/bucket.h"

#include "base/rand.h"
#include "support/test.h"

enum { BUCKETS = 40 };

static void test_bucket__agrees_with_looking_through_all(void **state)
{
    (void)state;
    struct rand r;
    rand_init(&r, 3);
    for (uint32_t round = 0; round < 50; round++) {
        struct zone_bucket all[BUCKETS];
        struct zone_buckets buckets = { all, 1 + (uint32_t)rand_below(&r, BUCKETS) };
        int64_t at = (int64_t)rand_below(&r, 100) - 50, from = at;
        for (uint32_t i = 0; i < buckets.count; i++) {
            all[i] = (struct zone_bucket){ .from_s = at };
            at += 1 + (int64_t)rand_below(&r, round % 2 ? 3 : 60);
            all[i].to_s = at;
        }
        for (int64_t t = from; t < at; t++) {
            uint32_t expected = 0;
            while (t >= all[expected].to_s)
                expected++;
            for (uint32_t near = 0; near < buckets.count; near++)
                assert_int_equal(bucket_of(&buckets, near, t), expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bucket__agrees_with_looking_through_all),
    };
    return RUN(tests);
}
