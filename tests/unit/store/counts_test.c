/* store/counts: sums by project, protocol and reason. */
#include "store/counts.h"

#include "support/test.h"

static void test_counts__add_up_and_keep_the_last_time(void **state)
{
    (void)state;
    struct counts counts = { 0 };
    struct count one = { .project = 1, .protocol = STR("p"), .reason = STR("r"), .n = 2,
                         .last_ms = 9 };
    struct count other = one;
    other.project = 2;
    counts_add(&counts, &one);
    one.last_ms = 4;
    counts_add(&counts, &one);
    counts_add(&counts, &other);
    assert_int_equal(counts.count, 2);
    assert_int_equal(counts.items[0].n, 4);
    assert_int_equal(counts.items[0].last_ms, 9);
    assert_true(counts.items[0].is_dirty);
    assert_int_equal(counts.items[1].n, 2);
    counts_release(&counts);
}

static void test_counts__put_replaces_and_is_clean(void **state)
{
    (void)state;
    struct counts counts = { 0 };
    struct count total = { .protocol = STR("p"), .reason = STR("r"), .n = 7 };
    counts_put(&counts, &total);
    total.n = 8;
    counts_put(&counts, &total);
    assert_int_equal(counts.count, 1);
    assert_int_equal(counts.items[0].n, 8);
    assert_false(counts.items[0].is_dirty);
    counts_release(&counts);
}

static void test_counts__protocol_and_reason_do_not_run_together(void **state)
{
    (void)state;
    struct counts counts = { 0 };
    counts_add(&counts, &(struct count){ .protocol = STR("a"), .reason = STR("bc"), .n = 1 });
    counts_add(&counts, &(struct count){ .protocol = STR("ab"), .reason = STR("c"), .n = 1 });
    assert_int_equal(counts.count, 2);
    counts_release(&counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts__add_up_and_keep_the_last_time),
        cmocka_unit_test(test_counts__put_replaces_and_is_clean),
        cmocka_unit_test(test_counts__protocol_and_reason_do_not_run_together),
    };
    return RUN(tests);
}
