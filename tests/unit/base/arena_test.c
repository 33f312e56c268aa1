/* base/arena: bounded, aligned, reusable. */
#include "base/arena.h"

#include <string.h>

#include "support/test.h"

static void test_arena__allocations_are_aligned_and_apart(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    char *first = arena_alloc(&a, 3);
    char *second = arena_alloc(&a, 100000);
    assert_int_equal((uintptr_t)second % 16, 0);
    memset(first, 1, 3);
    assert_int_equal(second[0], 0);
    assert_int_equal(second[99999], 0);
    arena_release(&a);
}

static void test_arena__limit_refuses_and_leaves_it_usable(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 64 * 1024);
    assert_null(arena_try(&a, 128 * 1024));
    assert_non_null(arena_try(&a, 1024));
    while (arena_try(&a, 1000))
        ;
    assert_true(a.used <= 64 * 1024);
    arena_release(&a);
    assert_non_null(arena_try(&a, 1024));
    arena_release(&a);
}

static void test_arena__copies_end_in_nul(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    struct str copy = arena_copy(&a, STR("abc"));
    assert_string_equal(copy.ptr, "abc");
    assert_string_equal(arena_printf(&a, "%d/%d", 1, 2).ptr, "1/2");
    arena_release(&a);
}

static void test_arena__reset_keeps_memory_for_the_next_round(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    (void)arena_alloc(&a, 500000);
    arena_reset(&a);
    size_t used = a.used;
    assert_true(used >= 500000);
    (void)arena_alloc(&a, 400000);
    assert_int_equal(a.used, used);
    arena_release(&a);
}

static void test_arena__nothing_is_no_failure(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 100);
    assert_non_null(arena_try(&a, 0));
    assert_non_null(arena_alloc(&a, 0));
    assert_null(arena_try(&a, SIZE_MAX));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena__allocations_are_aligned_and_apart),
        cmocka_unit_test(test_arena__nothing_is_no_failure),
        cmocka_unit_test(test_arena__limit_refuses_and_leaves_it_usable),
        cmocka_unit_test(test_arena__copies_end_in_nul),
        cmocka_unit_test(test_arena__reset_keeps_memory_for_the_next_round),
        cmocka_unit_test(test_arena__nothing_is_no_failure),
    };
    return RUN(tests);
}
