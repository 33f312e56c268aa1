/* event/schema: classes by name, and the closed list of person ids. */
#include "event/schema.h"

#include "support/test.h"

static void test_schema__class_names_round_trip(void **state)
{
    (void)state;
    enum schema_class found;
    for (int i = SCHEMA_UNKNOWN; i <= SCHEMA_SECRET; i++) {
        enum schema_class c = (enum schema_class)i;
        assert_true(schema_class_find(str_from(schema_class_name(c)), &found));
        assert_int_equal(found, c);
    }
    assert_false(schema_class_find(STR("Open"), &found));
}

static void test_schema__person_ids_are_a_closed_list(void **state)
{
    (void)state;
    assert_true(schema_is_person_id(STR("distinct_id")));
    assert_true(schema_is_person_id(STR("$anon_distinct_id")));
    assert_false(schema_is_person_id(STR("company_id")));
    assert_false(schema_is_person_id(STR("$insert_id")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema__class_names_round_trip),
        cmocka_unit_test(test_schema__person_ids_are_a_closed_list),
    };
    return RUN(tests);
}
