#include "ledger/bitmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/rand.h"
#include "support/test.h"

enum { UNIVERSE = 200000 };

static void fill(struct bitmap *bitmap, bool *model, struct rand *rand, int shape)
{
    for (int i = 0; i < 3000; i++) {
        uint32_t from = (uint32_t)(rand_u64(rand) % (UNIVERSE - 600));
        uint32_t len = shape == 0 ? 1 : shape == 1 ? 500 : (uint32_t)(rand_u64(rand) % 3 + 1);
        for (uint32_t v = from; v < from + len; v += shape == 2 ? 2 : 1) {
            assert_int_equal(bitmap_add(bitmap, v), !model[v]);
            model[v] = true;
        }
        if (shape == 1 && i > 50)
            break;
    }
}

static void assert_same(const struct bitmap *bitmap, const bool *model)
{
    uint64_t at = 0, count = 0;
    uint32_t value;
    for (uint32_t v = 0; v < UNIVERSE; v++) {
        assert_int_equal(bitmap_has(bitmap, v), model[v]);
        count += model[v];
        if (!model[v])
            continue;
        assert_true(bitmap_next(bitmap, &at, &value));
        assert_int_equal(value, v);
    }
    assert_false(bitmap_next(bitmap, &at, &value));
    assert_int_equal(bitmap_count(bitmap), count);
}

static void test_bitmap__agrees_with_an_array_of_booleans(void **state)
{
    (void)state;
    struct rand rand;
    rand_init(&rand, 5);
    for (int shape = 0; shape < 3; shape++) {
        struct bitmap *a = bitmap_create(), *b = bitmap_create(), *c = bitmap_create();
        bool *model = calloc(UNIVERSE, 1), *other = calloc(UNIVERSE, 1);
        struct bytes bytes = { 0 }, again = { 0 };
        fill(a, model, &rand, shape);
        fill(b, other, &rand, (shape + 1) % 3);
        assert_same(a, model);
        bitmap_encode(a, &bytes);
        assert_int_equal(bitmap_decode_into(c, bytes_str(&bytes)), 0);
        assert_same(c, model);
        bitmap_encode(c, &again);
        assert_true(str_equal(bytes_str(&bytes), bytes_str(&again)));
        bitmap_union(c, b);
        for (int v = 0; v < UNIVERSE; v++)
            model[v] |= other[v];
        assert_same(c, model);
        bitmap_clear(c);
        assert_int_equal(bitmap_count(c), 0);
        bitmap_destroy(a);
        bitmap_destroy(b);
        bitmap_destroy(c);
        bytes_release(&bytes);
        bytes_release(&again);
        free(model);
        free(other);
    }
}

static void test_bitmap__one_set_has_one_form(void **state)
{
    (void)state;
    /* {5}: an array of one. As a run, with a high twice, with an end cut: refused. */
    static const uint8_t good[] = { 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 5 };
    static const uint8_t run[] = { 1, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 5, 0, 0 };
    static const uint8_t twice[] = { 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 5, 0, 5 };
    static const uint8_t touching[] = { 1, 0, 0, 0, 1, 0, 0, 2, 0, 1, 0, 0, 0, 9, 0, 10, 0, 9 };
    static const uint8_t highs[] = { 1, 0, 0, 0, 2, 0, 1, 1, 0, 0, 0, 5, 0, 1, 1, 0, 0, 0, 6 };
    const struct { const uint8_t *ptr; size_t len; int r; } cases[] = {
        { good, sizeof(good), 0 }, { run, sizeof(run), ERR_INVALID },
        { twice, sizeof(twice), ERR_INVALID }, { touching, sizeof(touching), ERR_INVALID },
        { highs, sizeof(highs), ERR_INVALID }, { good, sizeof(good) - 1, ERR_INVALID },
        { good, 4, ERR_INVALID }, { good, 0, ERR_INVALID },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bitmap *b = bitmap_create();
        assert_int_equal(bitmap_decode_into(b, str_of(cases[i].ptr, cases[i].len)), cases[i].r);
        bitmap_destroy(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bitmap__agrees_with_an_array_of_booleans),
        cmocka_unit_test(test_bitmap__one_set_has_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
