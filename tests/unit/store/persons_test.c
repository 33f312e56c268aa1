/* store/persons: dense codes by order of appearance, none is 0, growth keeps them. */
#include "store/persons.h"

#include "support/store_room.h"
#include "support/test.h"

static void test_persons__codes_are_dense_and_stay(void **state)
{
    (void)state;
    struct persons persons = { 0 };
    struct ref none = { { 0 } };
    assert_int_equal(persons_put(&persons, &none), 0);
    for (uint32_t i = 1; i <= 5000; i++) {
        struct ref ref = store_room_ref(i);
        assert_int_equal(persons_find(&persons, &ref), 0);
        assert_int_equal(persons_put(&persons, &ref), i);
    }
    for (uint32_t i = 1; i <= 5000; i++) {
        struct ref ref = store_room_ref(i);
        assert_int_equal(persons_put(&persons, &ref), i);
        assert_int_equal(persons_find(&persons, &ref), i);
    }
    assert_int_equal(persons.count, 5000);
    assert_int_equal(persons_find(&persons, &none), 0);
    persons_release(&persons);
}

static void test_persons__refs_with_the_same_first_half_are_two(void **state)
{
    (void)state;
    struct persons persons = { 0 };
    struct ref a = { { 1, 2, 3, 4, 5, 6, 7, 8, 9 } }, b = a;
    b.bytes[15] = 1;
    assert_int_equal(persons_put(&persons, &a), 1);
    assert_int_equal(persons_put(&persons, &b), 2);
    assert_int_equal(persons_find(&persons, &a), 1);
    persons_release(&persons);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_persons__codes_are_dense_and_stay),
        cmocka_unit_test(test_persons__refs_with_the_same_first_half_are_two),
    };
    return RUN(tests);
}
