/* ingest/plain_cache: marks of cases, bounded, never mistaken for one another. */
#include "ingest/plain_cache.h"

#include <string.h>

#include "crypto/random.h"
#include "support/test.h"

static struct plain_cache *cache;

static int set_up(void **state)
{
    (void)state;
    crypto_init();
    cache = plain_cache_create();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plain_cache_destroy(cache);
    return 0;
}

static struct plain_key key_of(enum plain_kind kind, unsigned class, const char *name,
                               const char *text)
{
    struct plain_case about = { kind, class, str_from(name), str_from(text) };
    return plain_cache_key(cache, &about);
}

static void test_plain_cache__has_what_was_added_and_nothing_else(void **state)
{
    (void)state;
    struct plain_key key = key_of(PLAIN_TEXT, 1, "ab", "c");
    assert_false(plain_cache_has(cache, &key));
    plain_cache_add(cache, &key);
    assert_true(plain_cache_has(cache, &key));
    struct plain_key others[] = {
        key_of(PLAIN_TEXT, 1, "a", "bc"), key_of(PLAIN_TEXT, 1, "abc", ""),
        key_of(PLAIN_TEXT, 1, "", "abc"), key_of(PLAIN_TEXT, 2, "ab", "c"),
        key_of(PLAIN_SCALAR, 1, "ab", "c"), key_of(PLAIN_TEXT, 1, "ab", "C"),
        key_of(PLAIN_EVENT_NAME, 1, "ab", "c"),
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(plain_cache_has(cache, &others[i]));
}

static void test_plain_cache__takes_names_and_texts_of_the_longest(void **state)
{
    (void)state;
    char text[PLAIN_CACHE_TEXT_MAX + 1];
    memset(text, 'x', PLAIN_CACHE_TEXT_MAX);
    text[PLAIN_CACHE_TEXT_MAX] = 0;
    struct plain_key key = key_of(PLAIN_TEXT, 0, text, text);
    plain_cache_add(cache, &key);
    text[PLAIN_CACHE_TEXT_MAX - 1] = 'y';
    struct plain_key other = key_of(PLAIN_TEXT, 0, text, text);
    assert_true(plain_cache_has(cache, &key));
    assert_false(plain_cache_has(cache, &other));
}

static void test_plain_cache__keys_differ_from_start_to_start(void **state)
{
    (void)state;
    struct plain_cache *next = plain_cache_create();
    struct plain_case about = { PLAIN_TEXT, 0, STR("plan"), STR("Pro") };
    struct plain_key a = plain_cache_key(cache, &about), b = plain_cache_key(next, &about);
    assert_memory_not_equal(&a, &b, sizeof(a));
    plain_cache_destroy(next);
}

static void test_plain_cache__stays_within_its_slots_and_keeps_the_newest(void **state)
{
    (void)state;
    uint32_t count = 3 * PLAIN_CACHE_SLOTS, held = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct plain_case about = { PLAIN_TEXT, 0, STR("path"), str_of(&i, sizeof(i)) };
        struct plain_key key = plain_cache_key(cache, &about);
        plain_cache_add(cache, &key);
        assert_true(plain_cache_has(cache, &key));
    }
    for (uint32_t i = 0; i < count; i++) {
        struct plain_case about = { PLAIN_TEXT, 0, STR("path"), str_of(&i, sizeof(i)) };
        struct plain_key key = plain_cache_key(cache, &about);
        held += plain_cache_has(cache, &key);
    }
    assert_true(held <= PLAIN_CACHE_SLOTS);
    assert_true(held >= PLAIN_CACHE_SLOTS / 2);
}

#define IN_CACHE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CACHE(test_plain_cache__has_what_was_added_and_nothing_else),
        IN_CACHE(test_plain_cache__takes_names_and_texts_of_the_longest),
        IN_CACHE(test_plain_cache__keys_differ_from_start_to_start),
        IN_CACHE(test_plain_cache__stays_within_its_slots_and_keeps_the_newest),
    };
    return RUN(tests);
}
