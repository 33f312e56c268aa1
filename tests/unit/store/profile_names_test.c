/* store/profile_names: counted by owner, name and type; gone with the last profile that had it. */
#include "store/profile_names.h"

#include <stdio.h>

#include "support/test.h"

static struct property of_type(const char *name, enum value_type type)
{
    return (struct property){ str_from(name), { .type = type } };
}

static struct property_list list(const struct property *items, uint32_t count)
{
    return (struct property_list){ items, count };
}

static uint32_t count(const struct profile_names *names)
{
    struct profile_name name;
    size_t cursor = 0;
    uint32_t n = 0;
    while (profile_names_next(names, &cursor, &name))
        n++;
    return n;
}

static void test_profile_names__types_come_and_go_with_profiles(void **state)
{
    (void)state;
    struct profile_names names = { 0 };
    struct property a = of_type("a", VALUE_NUMBER), b = of_type("a", VALUE_REF);
    assert_int_equal(profile_names_types(&names, NULL, STR("a")), 0);
    profile_names_change(&names, NULL, list(NULL, 0), list(&a, 1));
    profile_names_change(&names, NULL, list(NULL, 0), list(&a, 1));
    profile_names_change(&names, NULL, list(&a, 1), list(&b, 1));
    assert_int_equal(profile_names_types(&names, NULL, STR("a")),
                     1 << VALUE_NUMBER | 1 << VALUE_REF);
    profile_names_change(&names, NULL, list(&a, 1), list(NULL, 0));
    assert_int_equal(profile_names_types(&names, NULL, STR("a")), 1 << VALUE_REF);
    profile_names_change(&names, NULL, list(&b, 1), list(NULL, 0));
    assert_int_equal(profile_names_types(&names, NULL, STR("a")), 0);
    assert_int_equal(count(&names), 0);
    profile_names_release(&names);
}

static void test_profile_names__owners_are_apart(void **state)
{
    (void)state;
    struct profile_names names = { 0 };
    struct property a = of_type("xa", VALUE_NULL), b = of_type("a", VALUE_LIST);
    struct str c = STR("c"), cx = STR("cx"), none = STR("");
    profile_names_change(&names, &c, list(NULL, 0), list(&a, 1));
    profile_names_change(&names, &cx, list(NULL, 0), list(&b, 1));
    assert_int_equal(profile_names_types(&names, &c, STR("xa")), 1 << VALUE_NULL);
    assert_int_equal(profile_names_types(&names, &cx, STR("a")), 1 << VALUE_LIST);
    assert_int_equal(profile_names_types(&names, &cx, STR("xa")), 0);
    assert_int_equal(profile_names_types(&names, NULL, STR("a")), 0);
    assert_int_equal(profile_names_types(&names, &none, STR("a")), 0);
    struct profile_name name;
    size_t cursor = 0;
    while (profile_names_next(&names, &cursor, &name)) {
        assert_false(name.is_person);
        assert_true(str_equal(name.name, str_equal(name.group_key, c) ? a.name : b.name));
    }
    assert_int_equal(count(&names), 2);
    profile_names_release(&names);
}

static void test_profile_names__moved_properties_stay(void **state)
{
    (void)state;
    struct profile_names names = { 0 };
    struct property before[] = { of_type("a", VALUE_TRUE), of_type("b", VALUE_TRUE),
                                 of_type("c", VALUE_TRUE) };
    struct property after[] = { before[1], before[2], of_type("d", VALUE_TRUE) };
    profile_names_change(&names, NULL, list(NULL, 0), list(before, 3));
    profile_names_change(&names, NULL, list(before, 3), list(after, 3));
    assert_int_equal(profile_names_types(&names, NULL, STR("a")), 0);
    assert_int_equal(profile_names_types(&names, NULL, STR("b")), 1 << VALUE_TRUE);
    assert_int_equal(profile_names_types(&names, NULL, STR("c")), 1 << VALUE_TRUE);
    assert_int_equal(profile_names_types(&names, NULL, STR("d")), 1 << VALUE_TRUE);
    profile_names_release(&names);
}

static void test_profile_names__names_made_up_and_removed_take_no_memory(void **state)
{
    (void)state;
    struct profile_names names = { 0 };
    struct property stays = of_type("stays", VALUE_STRING);
    char text[16];
    profile_names_change(&names, NULL, list(NULL, 0), list(&stays, 1));
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(text, sizeof(text), "n%d", i);
        struct property made_up = of_type(text, VALUE_STRING);
        profile_names_change(&names, NULL, list(NULL, 0), list(&made_up, 1));
        profile_names_change(&names, NULL, list(&made_up, 1), list(NULL, 0));
    }
    assert_true(names.index.count < 2000);
    assert_true(names.cap <= 2048);
    assert_int_equal(count(&names), 1);
    assert_int_equal(profile_names_types(&names, NULL, STR("stays")), 1 << VALUE_STRING);
    profile_names_release(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_names__types_come_and_go_with_profiles),
        cmocka_unit_test(test_profile_names__owners_are_apart),
        cmocka_unit_test(test_profile_names__moved_properties_stay),
        cmocka_unit_test(test_profile_names__names_made_up_and_removed_take_no_memory),
    };
    return RUN(tests);
}
