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
    static const uint8_t list[] = { 1, 0, 0, 0, 1, 0, 0, 1, 0, 2, 0, 5, 0, 6, 0, 7 };
    const struct { const uint8_t *ptr; size_t len; int r; } cases[] = {
        { list, sizeof(list), ERR_INVALID },
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

static void put_container(struct bytes *out, uint16_t high, uint8_t kind, uint16_t n_less_1)
{
    const uint8_t head[] = { (uint8_t)(high >> 8), (uint8_t)high, kind, (uint8_t)(n_less_1 >> 8),
                             (uint8_t)n_less_1 };
    bytes_append(out, head, sizeof(head));
}

/* Every second value of a container: 32,768 of them, neither list nor runs are as small as bits. */
static void test_bitmap__bits_are_a_form_too(void **state)
{
    (void)state;
    struct bitmap *a = bitmap_create(), *b = bitmap_create();
    struct bytes encoded = { 0 }, expected = { 0 };
    for (uint32_t v = 65536; v < 2 * 65536; v += 2)
        assert_true(bitmap_add(a, v));
    bitmap_encode(a, &encoded);
    bytes_append_str(&expected, str_of("\1\0\0\0\1", 5));
    put_container(&expected, 1, 3, 32767);
    for (int i = 0; i < 8192; i++)
        bytes_put_u8(&expected, 0xaa); /* the first value is the highest bit */
    assert_true(str_equal(bytes_str(&encoded), bytes_str(&expected)));
    assert_true(bitmap_add(b, 65537));
    assert_int_equal(bitmap_decode_into(b, bytes_str(&encoded)), 0);
    assert_int_equal(bitmap_count(b), 32769);
    assert_true(bitmap_has(b, 65536));
    assert_true(bitmap_has(b, 65537));
    assert_false(bitmap_has(b, 65539));
    /* A count that is not that of the bits. */
    encoded.ptr[9]--;
    assert_int_equal(bitmap_decode_into(b, bytes_str(&encoded)), ERR_INVALID);
    assert_int_equal(bitmap_count(b), 32769);
    bitmap_destroy(a);
    bitmap_destroy(b);
    bytes_release(&encoded);
    bytes_release(&expected);
}

/* 4,096 values that do not touch: list and bits take 8,192 bytes, the list wins; with one more the
 * bits do. Runs of two: list and runs take the same, the list wins; runs of three are runs. */
static void test_bitmap__ties_go_to_the_first(void **state)
{
    (void)state;
    const struct { uint32_t step, run, count; uint8_t kind; } cases[] = {
        { 2, 1, 4096, 1 }, { 2, 1, 4097, 3 }, { 3, 2, 100, 1 }, { 4, 3, 99, 2 },
        { 8, 3, 6144, 2 }, { 8, 3, 6147, 3 }, { 65536, 65536, 65536, 2 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bitmap *a = bitmap_create(), *b = bitmap_create();
        struct bytes encoded = { 0 };
        for (uint32_t n = 0; n < cases[i].count; n++)
            (void)bitmap_add(a, n / cases[i].run * cases[i].step + n % cases[i].run);
        assert_int_equal(bitmap_count(a), cases[i].count);
        bitmap_encode(a, &encoded);
        assert_int_equal(encoded.ptr[7], cases[i].kind);
        assert_int_equal(bitmap_decode_into(b, bytes_str(&encoded)), 0);
        assert_int_equal(bitmap_count(b), cases[i].count);
        bitmap_destroy(a);
        bitmap_destroy(b);
        bytes_release(&encoded);
    }
}

/* What was refused leaves a set that can still be used. */
static void test_bitmap__a_refused_set_leaves_nothing_empty(void **state)
{
    (void)state;
    for (uint8_t kind = 0; kind < 5; kind++) {
        struct bitmap *a = bitmap_create(), *b = bitmap_create();
        struct bytes bad = { 0 }, encoded = { 0 };
        assert_true(bitmap_add(a, 5u << 16));
        bytes_append_str(&bad, str_of("\1\0\0\0\1", 5));
        put_container(&bad, 2, kind, 0);
        memset(bytes_grow(&bad, 8192), 0, 8192);
        assert_int_equal(bitmap_decode_into(a, bytes_str(&bad)), ERR_INVALID);
        bitmap_encode(a, &encoded);
        assert_int_equal(bitmap_decode_into(b, bytes_str(&encoded)), 0);
        assert_int_equal(bitmap_count(b), bitmap_count(a));
        bitmap_destroy(a);
        bitmap_destroy(b);
        bytes_release(&bad);
        bytes_release(&encoded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bitmap__agrees_with_an_array_of_booleans),
        cmocka_unit_test(test_bitmap__one_set_has_one_form),
        cmocka_unit_test(test_bitmap__bits_are_a_form_too),
        cmocka_unit_test(test_bitmap__ties_go_to_the_first),
        cmocka_unit_test(test_bitmap__a_refused_set_leaves_nothing_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
