/* engine/budget: nothing passes the limit, what is refused costs nothing, and new bytes are zero. */
#include "engine/budget.h"

#include <pthread.h>
#include <string.h>

#include "support/test.h"

static void test_budget__new_bytes_are_zero_and_old_ones_stay(void **state)
{
    (void)state;
    struct budget budget = { .limit = 1000 };
    unsigned char *ptr = budget_resize(&budget, NULL, 0, 10);
    assert_non_null(ptr);
    for (int i = 0; i < 10; i++)
        assert_int_equal(ptr[i], 0);
    memset(ptr, 7, 10);
    ptr = budget_resize(&budget, ptr, 10, 1000);
    assert_non_null(ptr);
    assert_int_equal(ptr[9], 7);
    for (int i = 10; i < 1000; i++)
        assert_int_equal(ptr[i], 0);
    assert_int_equal(budget.used, 1000);
    budget_free(&budget, ptr, 1000);
    assert_int_equal(budget.used, 0);
}

static void test_budget__over_the_limit_there_is_none(void **state)
{
    (void)state;
    struct budget budget = { .limit = 1000 };
    void *a = budget_resize(&budget, NULL, 0, 600);
    assert_non_null(a);
    assert_null(budget_resize(&budget, NULL, 0, 401));
    assert_int_equal(budget.used, 600);
    void *b = budget_resize(&budget, NULL, 0, 400);
    assert_non_null(b);
    assert_null(budget_resize(&budget, a, 600, 601));
    assert_null(budget_resize(&budget, NULL, 0, (size_t)-1));
    assert_int_equal(budget.used, 1000);
    void *smaller = budget_resize(&budget, a, 600, 100);
    assert_non_null(smaller);
    assert_int_equal(budget.used, 500);
    budget_free(&budget, smaller, 100);
    budget_free(&budget, b, 400);
    budget_free(&budget, NULL, 0);
    assert_int_equal(budget.used, 0);
}

static void *take_and_give(void *arg)
{
    struct budget *budget = arg;
    for (int i = 0; i < 20000; i++) {
        void *ptr = budget_resize(budget, NULL, 0, 64);
        if (ptr != NULL)
            budget_free(budget, ptr, 64);
    }
    return NULL;
}

static void test_budget__threads_share_it(void **state)
{
    (void)state;
    struct budget budget = { .limit = 100 };
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, &budget), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(budget.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget__new_bytes_are_zero_and_old_ones_stay),
        cmocka_unit_test(test_budget__over_the_limit_there_is_none),
        cmocka_unit_test(test_budget__threads_share_it),
    };
    return RUN(tests);
}
