/* store/scan_values: equal values have one code, also from several threads; lists have elements;
 * the bound holds. */
#include "store/scan_values.h"

#include <stdlib.h>

#include "support/test.h"

static struct scan_values *create(size_t limit)
{
    struct scan_values *values = calloc(1, sizeof(*values));
    assert_non_null(values);
    scan_values_init(values, limit);
    return values;
}

static void destroy(struct scan_values *values)
{
    scan_values_release(values);
    free(values);
}

static void test_scan_values__equal_values_have_one_code(void **state)
{
    (void)state;
    struct scan_values *values = create(1 << 24);
    struct value value = { .type = VALUE_STRING, .as.string = STR("x") };
    uint32_t code = scan_values_put(values, &value);
    assert_int_equal(code, 1);
    assert_int_equal(scan_values_put_encoded(values, STR("\4\1x")), code);
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(scan_values_put_number(values, i), i + 2);
    for (uint32_t i = 0; i < 5000; i++) {
        assert_int_equal(scan_values_put_number(values, i), i + 2);
        assert_true(scan_values_get(values, i + 2)->as.number == i);
    }
    assert_true(value_equal(scan_values_get(values, code), &value));
    assert_int_equal(scan_values_put_encoded(values, STR("\11")), 0);   /* no value */
    destroy(values);
}

static void test_scan_values__elements(void **state)
{
    (void)state;
    struct scan_values *values = create(1 << 24);
    struct value items[] = { { .type = VALUE_TRUE }, { .type = VALUE_NULL } };
    struct value list = { .type = VALUE_LIST, .as.list = { items, 2 } };
    struct value empty = { .type = VALUE_LIST };
    const uint32_t *elements;
    uint32_t count, code = scan_values_put(values, &list);
    for (int i = 0; i < 2; i++) {
        assert_true(scan_values_elements(values, code, &elements, &count));
        assert_int_equal(count, 2);
        assert_int_equal(scan_values_get(values, elements[0])->type, VALUE_TRUE);
        assert_int_equal(scan_values_get(values, elements[1])->type, VALUE_NULL);
    }
    assert_true(scan_values_elements(values, elements[0], &elements, &count));
    assert_int_equal(count, 1);
    assert_null(elements);
    code = scan_values_put(values, &empty);
    assert_true(scan_values_elements(values, code, &elements, &count));
    assert_int_equal(count, 0);
    destroy(values);
}

static void test_scan_values__memory_has_a_bound(void **state)
{
    (void)state;
    struct scan_values *values = create(100000);
    uint32_t n = 0;
    while (scan_values_put_number(values, n) != 0)
        n++;
    assert_true(n > 1000 && n < 20000);
    assert_true(scan_values_get(values, n)->as.number == n - 1);
    destroy(values);
}

static void *put_all(void *ctx)
{
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t code = scan_values_put_number(ctx, i);
        check(code > 0 && scan_values_get(ctx, code)->as.number == i);
    }
    return NULL;
}

static void test_scan_values__threads_agree(void **state)
{
    (void)state;
    struct scan_values *values = create(1 << 24);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, put_all, values), 0);
    for (int i = 0; i < 3; i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(scan_values_put_number(values, -1), 20001);
    destroy(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan_values__equal_values_have_one_code),
        cmocka_unit_test(test_scan_values__elements),
        cmocka_unit_test(test_scan_values__memory_has_a_bound),
        cmocka_unit_test(test_scan_values__threads_agree),
    };
    return RUN(tests);
}
