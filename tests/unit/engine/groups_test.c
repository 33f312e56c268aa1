/* engine/groups: a tuple keeps its number, different tuples have different ones, and a full budget
 * is said instead of passed. */
#include "engine/groups.h"

#include "base/err.h"
#include "support/test.h"

static uint32_t put(struct groups *groups, const uint32_t *key)
{
    uint32_t index;
    assert_int_equal(groups_put(groups, key, groups_hash(key, groups->width), &index), 0);
    return index;
}

static void test_groups__tuples_keep_their_numbers(void **state)
{
    (void)state;
    struct budget budget = { .limit = BUDGET_QUERY_BYTES };
    struct groups groups;
    groups_init(&groups, 2, &budget);
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(put(&groups, (uint32_t[]){ i / 100, i % 100 }), i);
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(put(&groups, (uint32_t[]){ i / 100, i % 100 }), i);
    assert_int_equal(groups.count, 20000);
    assert_int_equal(groups.keys[2 * 12345], 123);
    assert_int_equal(groups.keys[2 * 12345 + 1], 45);
    groups_release(&groups);
    assert_int_equal(budget.used, 0);
}

static void test_groups__order_within_the_tuple_matters(void **state)
{
    (void)state;
    struct budget budget = { .limit = BUDGET_QUERY_BYTES };
    struct groups groups;
    groups_init(&groups, 4, &budget);
    assert_int_equal(put(&groups, (uint32_t[]){ 1, 2, 3, 4 }), 0);
    assert_int_equal(put(&groups, (uint32_t[]){ 4, 3, 2, 1 }), 1);
    assert_int_equal(put(&groups, (uint32_t[]){ 0, 0, 0, 0 }), 2);
    assert_int_equal(put(&groups, (uint32_t[]){ 1, 2, 3, 4 }), 0);
    groups_release(&groups);
}

static void test_groups__what_was_never_put_is_not_found(void **state)
{
    (void)state;
    struct budget budget = { .limit = BUDGET_QUERY_BYTES };
    struct groups groups;
    uint32_t index;
    groups_init(&groups, 1, &budget);
    assert_false(groups_find(&groups, (uint32_t[]){ 5 }, &index));
    (void)put(&groups, (uint32_t[]){ 7 });
    (void)put(&groups, (uint32_t[]){ 5 });
    assert_true(groups_find(&groups, (uint32_t[]){ 5 }, &index));
    assert_int_equal(index, 1);
    assert_false(groups_find(&groups, (uint32_t[]){ 6 }, &index));
    groups_release(&groups);
}

static void test_groups__a_full_budget_is_said(void **state)
{
    (void)state;
    struct budget budget = { .limit = 10000 };
    struct groups groups;
    uint32_t index = 0, count = 0;
    int r = 0;
    groups_init(&groups, 1, &budget);
    while (r == 0 && count < 100000) {
        uint32_t key = count;
        r = groups_put(&groups, &key, groups_hash(&key, 1), &index);
        count += r == 0;
    }
    assert_int_equal(r, ERR_NOMEM);
    assert_true(count > 100 && count < 2500);
    assert_true(budget.used <= budget.limit);
    for (uint32_t i = 0; i < count; i++)
        assert_true(groups_find(&groups, &i, &index) && index == i);
    groups_release(&groups);
    assert_int_equal(budget.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups__tuples_keep_their_numbers),
        cmocka_unit_test(test_groups__order_within_the_tuple_matters),
        cmocka_unit_test(test_groups__what_was_never_put_is_not_found),
        cmocka_unit_test(test_groups__a_full_budget_is_said),
    };
    return RUN(tests);
}
