/* event/schema_names: names in every spelling SDKs use decide alike; others decide nothing. */
#include "event/schema_names.h"

#include <string.h>

#include "support/test.h"

static void test_schema_names__spelling_does_not_matter(void **state)
{
    (void)state;
    static const char *const spellings[] = { "first_name", "$first_name", "FirstName",
                                             "First Name", "first-name", "first.name" };
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        const struct schema_name *found = schema_names_find(str_from(spellings[i]));
        assert_non_null(found);
        assert_int_equal(found->class, SCHEMA_PERSONAL);
        assert_int_equal(found->kind, REF_KIND_BOUND);
    }
}

static void test_schema_names__each_class_and_kind(void **state)
{
    (void)state;
    static const struct { const char *name; enum schema_class class; enum ref_kind kind; } all[] = {
        { "password", SCHEMA_SECRET, 0 }, { "$email", SCHEMA_PERSONAL, REF_KIND_EMAIL },
        { "$phone", SCHEMA_PERSONAL, REF_KIND_PHONE }, { "mp_country_code", SCHEMA_QUASI, 0 },
        { "mp_lib", SCHEMA_OPEN, 0 }, { "\xd8\xac\xd9\x88\xd8\xa7\xd9\x84", SCHEMA_PERSONAL,
                                        REF_KIND_PHONE },
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const struct schema_name *found = schema_names_find(str_from(all[i].name));
        assert_non_null(found);
        assert_int_equal(found->class, all[i].class);
        assert_int_equal(found->kind, all[i].kind);
    }
}

static void test_schema_names__other_names_decide_nothing(void **state)
{
    (void)state;
    char name[300];
    memset(name, 'a', sizeof(name));
    assert_null(schema_names_find(STR("button")));
    assert_null(schema_names_find(STR("")));
    assert_null(schema_names_find(STR("$_- .:")));
    assert_null(schema_names_find(STR("emails sent")));
    assert_null(schema_names_find(str_of(name, sizeof(name))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema_names__spelling_does_not_matter),
        cmocka_unit_test(test_schema_names__each_class_and_kind),
        cmocka_unit_test(test_schema_names__other_names_decide_nothing),
    };
    return RUN(tests);
}
