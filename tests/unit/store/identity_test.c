/* store/identity: the first link wins, persons never merge, chains are one long, overlays are of
 * one moment. */
#include "store/identity.h"

#include "support/test.h"

static void test_identity__first_link_wins(void **state)
{
    (void)state;
    struct identity identity = { 0 };
    assert_true(identity_link(&identity, 5, 1));
    assert_false(identity_link(&identity, 5, 2));
    assert_false(identity_link(&identity, 5, 1));
    assert_int_equal(identity_present(&identity, 5), 1);
    assert_int_equal(identity_present(&identity, 2), 2);
    assert_int_equal(identity_present(&identity, 999999), 999999);
    assert_int_equal(identity.count, 1);
    identity_release(&identity);
}

static void test_identity__persons_never_merge(void **state)
{
    (void)state;
    struct identity identity = { 0 };
    assert_true(identity_link(&identity, 5, 1));
    assert_true(identity_link(&identity, 6, 2));
    assert_false(identity_link(&identity, 1, 2));   /* 1 has devices: it is a person */
    assert_false(identity_link(&identity, 3, 3));
    assert_false(identity_link(&identity, 0, 3));
    assert_false(identity_link(&identity, 3, 0));
    assert_int_equal(identity_present(&identity, 1), 1);
    identity_release(&identity);
}

static void test_identity__link_to_a_device_is_a_link_to_its_person(void **state)
{
    (void)state;
    struct identity identity = { 0 };
    assert_true(identity_link(&identity, 5, 1));
    assert_true(identity_link(&identity, 6, 5));
    assert_int_equal(identity_present(&identity, 6), 1);
    assert_false(identity_link(&identity, 1, 6));
    identity_release(&identity);
}

static void test_identity__moves_are_sorted_both_ways_and_do_not_change(void **state)
{
    (void)state;
    struct identity identity = { 0 };
    assert_true(identity_link(&identity, 90, 7));
    assert_true(identity_link(&identity, 20, 9));
    assert_true(identity_link(&identity, 30, 7));
    struct moves *moves = identity_moves(&identity, 1);
    assert_true(identity_link(&identity, 40, 9));
    assert_int_equal(moves->count, 2);
    assert_int_equal(moves->by_device[0].device, 20);
    assert_int_equal(moves->by_device[1].device, 30);
    assert_int_equal(moves->by_person[0].person, 7);
    assert_int_equal(moves->by_person[1].person, 9);
    assert_int_equal(identity_first_to(moves, 8), 1);
    assert_int_equal(identity_first_to(moves, 10), 2);
    assert_int_equal(identity_first_from(moves, 20), 0);
    assert_int_equal(identity_first_from(moves, 21), 1);
    identity_pin_moves(moves);
    identity_unpin_moves(moves);
    identity_unpin_moves(moves);
    identity_unpin_moves(NULL);
    identity_release(&identity);
}

static void test_identity__devices_of_a_person_come_in_order(void **state)
{
    (void)state;
    struct identity identity = { 0 };
    uint32_t out[3] = { 0, 0, 99 };
    assert_int_equal(identity_devices(&identity, 7, out, 3), 0);
    assert_true(identity_link(&identity, 90, 7));
    assert_true(identity_link(&identity, 20, 9));
    assert_true(identity_link(&identity, 30, 7));
    assert_int_equal(identity_devices(&identity, 7, out, 3), 2);
    assert_int_equal(out[0], 90);
    assert_int_equal(out[1], 30);
    assert_int_equal(out[2], 99);
    out[1] = 99;
    assert_int_equal(identity_devices(&identity, 7, out, 1), 2);
    assert_int_equal(out[0], 90);
    assert_int_equal(out[1], 99);
    assert_int_equal(identity_devices(&identity, 90, out, 3), 0);
    assert_int_equal(identity_devices(&identity, 1000000, out, 3), 0);
    identity_release(&identity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity__first_link_wins),
        cmocka_unit_test(test_identity__persons_never_merge),
        cmocka_unit_test(test_identity__devices_of_a_person_come_in_order),
        cmocka_unit_test(test_identity__link_to_a_device_is_a_link_to_its_person),
        cmocka_unit_test(test_identity__moves_are_sorted_both_ways_and_do_not_change),
    };
    return RUN(tests);
}
