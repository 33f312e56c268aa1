/* store/profiles: found by person and by group, marked when changed, gone when deleted. */
#include "store/profiles.h"

#include "support/test.h"

static struct property one = { { "n", 1 }, { .type = VALUE_NUMBER, .as.number = 1 } };

static struct profile_update set(const char *key, const char *id)
{
    return (struct profile_update){ .op = PROFILE_SET, .group_key = str_from(key),
                                    .group_id = str_from(id), .properties = &one,
                                    .property_count = 1 };
}

static void test_profiles__persons_and_groups_are_apart(void **state)
{
    (void)state;
    struct profiles profiles = { 0 };
    struct profile_update update = set("", "");
    assert_null(profiles_find_person(&profiles, 3));
    profiles_apply(&profiles, 3, &update);
    update = set("company", "acme");
    profiles_apply(&profiles, 0, &update);
    update = set("compan", "yacme");
    profiles_apply(&profiles, 0, &update);
    assert_non_null(profiles_find_person(&profiles, 3));
    assert_null(profiles_find_person(&profiles, 2));
    assert_null(profiles_find_person(&profiles, 99999));
    assert_str(profiles_find_group(&profiles, STR("company"), STR("acme"))->group_id, "acme");
    assert_null(profiles_find_group(&profiles, STR("company"), STR("other")));
    assert_int_equal(profiles.count, 3);
    profiles_release(&profiles);
}

static void test_profiles__dirty_once_until_clean_also_when_deleted(void **state)
{
    (void)state;
    struct profiles profiles = { 0 };
    struct profile_update update = set("", "");
    profiles_apply(&profiles, 3, &update);
    profiles_apply(&profiles, 3, &update);
    profiles_apply(&profiles, 4, &update);
    assert_int_equal(profiles_dirty(&profiles, 0)->code, 3);
    assert_int_equal(profiles_dirty(&profiles, 1)->code, 4);
    assert_null(profiles_dirty(&profiles, 2));
    profiles_clean(&profiles);
    assert_null(profiles_dirty(&profiles, 0));
    update.op = PROFILE_DELETE;
    profiles_apply(&profiles, 3, &update);
    assert_null(profiles_find_person(&profiles, 3));
    assert_int_equal(profiles_dirty(&profiles, 0)->content.len, 0);
    profiles_release(&profiles);
}

static void test_profiles__put_replaces_and_is_clean(void **state)
{
    (void)state;
    struct profiles profiles = { 0 };
    struct profile from = { .code = 5, .content = STR("\1\1n\0") };
    profiles_put(&profiles, &from);
    from.content = STR("\0");
    profiles_put(&profiles, &from);
    assert_int_equal(profiles_find_person(&profiles, 5)->content.len, 1);
    assert_int_equal(profiles.content_bytes, 1);
    assert_null(profiles_dirty(&profiles, 0));
    profiles_release(&profiles);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles__persons_and_groups_are_apart),
        cmocka_unit_test(test_profiles__dirty_once_until_clean_also_when_deleted),
        cmocka_unit_test(test_profiles__put_replaces_and_is_clean),
    };
    return RUN(tests);
}
