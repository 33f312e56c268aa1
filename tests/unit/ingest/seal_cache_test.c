/* ingest/seal_cache: bounded in number and in age. */
#include "ingest/seal_cache.h"

#include "base/hash.h"
#include "support/test.h"

static void test_seal_cache__nothing_outlives_ten_minutes(void **state)
{
    (void)state;
    struct seal_cache *cache = seal_cache_create();
    for (uint64_t at = 1000; at < 4u * SEAL_CACHE_LIFE_MS; at += SEAL_CACHE_LIFE_MS / 7) {
        seal_cache_add(cache, at, at);
        assert_true(seal_cache_has(cache, at));
        for (uint64_t old = 1000; old + SEAL_CACHE_LIFE_MS <= at;
             old += SEAL_CACHE_LIFE_MS / 7)
            assert_false(seal_cache_has(cache, old));
    }
    seal_cache_expire(cache, 9u * SEAL_CACHE_LIFE_MS);
    for (uint64_t at = 1000; at < 4u * SEAL_CACHE_LIFE_MS; at += SEAL_CACHE_LIFE_MS / 7)
        assert_false(seal_cache_has(cache, at));
    seal_cache_destroy(cache);
}

static void test_seal_cache__never_holds_more_than_two_generations(void **state)
{
    (void)state;
    struct seal_cache *cache = seal_cache_create();
    uint32_t held = 0, count = 3 * SEAL_CACHE_GENERATION + 5;
    for (uint32_t i = 1; i <= count; i++)
        seal_cache_add(cache, hash_mix_u64(i), 1);
    for (uint32_t i = 1; i <= count; i++)
        held += seal_cache_has(cache, hash_mix_u64(i));
    assert_true(held <= 2 * SEAL_CACHE_GENERATION);
    assert_true(held >= SEAL_CACHE_GENERATION);
    assert_true(seal_cache_has(cache, hash_mix_u64(count)));
    seal_cache_destroy(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal_cache__nothing_outlives_ten_minutes),
        cmocka_unit_test(test_seal_cache__never_holds_more_than_two_generations),
    };
    return RUN(tests);
}
