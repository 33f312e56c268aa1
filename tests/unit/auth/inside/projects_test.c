/* auth/inside/projects: rows, order, and the forms of names and zones. */
#include "auth/inside/projects.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_room.h"
#include "support/test.h"

static void test_projects__come_back_as_they_were_added(void **state)
{
    (void)state;
    struct auth_room room;
    struct project p;
    auth_room_open(&room);
    auth_room_add_project(&room);
    struct projects *projects = &room.auth->projects;
    assert_int_equal(projects_find(projects, 2, &room.arena, &p), 0);
    assert_str(p.name, "Second");
    assert_str(p.token, "second-token");
    assert_str(p.zone, "UTC");
    assert_str(p.phone_country, "966");
    assert_int_equal(p.key_epoch, 2);
    assert_int_equal(p.week_start, 7);
    assert_int_equal(p.window_days, 5);
    assert_int_equal(p.group_min, 3);
    assert_true(p.is_demo);
    assert_int_equal(projects_next(projects, 0, &room.arena, &p), 0);
    assert_int_equal(p.id, 1);
    assert_int_equal(p.group_min, 10);
    assert_int_equal(p.week_start, 1);
    assert_false(p.is_demo);
    assert_int_equal(projects_next(projects, 1, &room.arena, &p), 0);
    assert_int_equal(p.id, 2);
    assert_int_equal(projects_next(projects, 2, &room.arena, &p), ERR_NOT_FOUND);
    assert_int_equal(projects_find(projects, 0, &room.arena, &p), ERR_NOT_FOUND);
    assert_int_equal(projects_find(projects, UINT64_MAX, &room.arena, &p), ERR_NOT_FOUND);
    assert_int_equal(projects_change(projects, 2, STR("N"), STR("Z")), 0);
    assert_int_equal(projects_find(projects, 2, &room.arena, &p), 0);
    assert_str(p.name, "N");
    assert_str(p.zone, "Z");
    p.id = 0;
    assert_int_equal(projects_add(projects, &p), ERR_EXISTS); /* the token is taken */
    p.token = STR("third");
    p.week_start = 8;
    assert_int_equal(projects_add(projects, &p), ERR_INVALID);
    auth_room_close(&room);
}

static void test_projects__classes_and_proxies_are_walked_in_order(void **state)
{
    (void)state;
    struct auth_room room;
    struct project_class class;
    struct str address;
    auth_room_open(&room);
    auth_room_add_project(&room);
    struct projects *projects = &room.auth->projects;
    assert_int_equal(projects_next_class(projects, 2, STR(""), &room.arena, &class), 0);
    assert_str(class.property, "code");
    assert_str(class.class, "secret");
    assert_int_equal(projects_next_class(projects, 2, class.property, &room.arena, &class), 0);
    assert_str(class.property, "plan");
    assert_str(class.class, "open");
    assert_int_equal(projects_next_class(projects, 2, class.property, &room.arena, &class),
                     ERR_NOT_FOUND);
    assert_int_equal(projects_next_class(projects, 1, STR(""), &room.arena, &class),
                     ERR_NOT_FOUND);
    assert_int_equal(projects_set_class(projects, 1, STR("p"), STR("nonsense")), ERR_INVALID);
    assert_int_equal(projects_next_proxy(projects, STR(""), &room.arena, &address), 0);
    assert_str(address, "192.0.2.1");
    assert_int_equal(projects_next_proxy(projects, address, &room.arena, &address), ERR_NOT_FOUND);
    auth_room_close(&room);
}

static void test_projects__a_name_has_1_to_100_characters(void **state)
{
    (void)state;
    char text[500];
    assert_true(projects_is_name(STR("a")));
    assert_true(projects_is_name(STR("\xd9\x85\xd8\xaa\xd8\xac\xd8\xb1 \xe2\x80\x8f\xf0\x9f\x9b\x92")));
    assert_false(projects_is_name(STR("")));
    assert_false(projects_is_name(STR("  \t ")));
    memset(text, 'x', sizeof(text));
    assert_true(projects_is_name(str_of(text, 100)));
    assert_false(projects_is_name(str_of(text, 101)));
    for (size_t i = 0; i < 101; i++)
        memcpy(text + 4 * i, "\xf0\x9f\x9b\x92", 4);
    assert_true(projects_is_name(str_of(text, 400)));
    assert_false(projects_is_name(str_of(text, 404)));
    static const char *const bad[] = {
        "a\nb", "a\x01", "a\x7f", "\xc2\x85", "a\xe2\x80\xae" "b", "\xe2\x81\xa6", "\xff", "\xc3",
        "\xef\xbb\xbfx", "a\xe2\x80\xa8",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(projects_is_name(str_from(bad[i])));
    assert_false(projects_is_name(str_of("a\0b", 3)));
}

static void test_projects__a_zone_has_a_zones_form(void **state)
{
    (void)state;
    static const char *const good[] = { "UTC", "Asia/Riyadh", "America/Argentina/Buenos_Aires",
                                        "Etc/GMT+3", "America/Port-au-Prince", "EST5EDT" };
    static const char *const bad[] = {
        "", "/", "/UTC", "UTC/", "Asia//Riyadh", "..", "../x", "Asia/..", "a.b", "+3", "3",
        "Asia/Riyadh ", "Asia/Ri\"yadh", "\xd8\xb2", "Asia/-x", "a\\b",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(projects_is_zone(str_from(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(projects_is_zone(str_from(bad[i])));
    assert_false(projects_is_zone(str_of("UTC\0x", 5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_projects__come_back_as_they_were_added),
        cmocka_unit_test(test_projects__classes_and_proxies_are_walked_in_order),
        cmocka_unit_test(test_projects__a_name_has_1_to_100_characters),
        cmocka_unit_test(test_projects__a_zone_has_a_zones_form),
    };
    return RUN(tests);
}
