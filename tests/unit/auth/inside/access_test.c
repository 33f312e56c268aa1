/* auth/inside/access: roles are sets of rights, none of them is everything, and a detail whose rights
 * are not those of its roles is none. */
#include "auth/inside/access.h"

#include "base/err.h"
#include "support/auth_room.h"
#include "support/test.h"

static void test_access__roles_are_what_decision_14_says(void **state)
{
    (void)state;
    assert_int_equal(access_role_rights(STR("viewer")), RIGHT_AGGREGATE);
    assert_int_equal(access_role_rights(STR("analyst")),
                     RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS);
    assert_int_equal(access_role_rights(STR("support")),
                     RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS | RIGHT_REVEAL);
    assert_int_equal(access_role_rights(STR("responder")),
                     RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_APPROVE);
    assert_int_equal(access_role_rights(STR("owner")),
                     RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_SETTINGS | RIGHT_APPROVE);
    assert_int_equal(access_role_rights(STR("root")), 0);
    assert_int_equal(access_role_rights(STR("")), 0);
}

static int read(struct arena *arena, const char *json, struct access_entry *out, uint32_t *count)
{
    struct json_doc *doc;
    assert_int_equal(json_doc_parse(str_from(json), 4096, &doc), 0);
    int r = access_read_detail(json_doc_root(doc), arena, out, count);
    json_doc_destroy(doc);
    return r;
}

static void test_access__a_detail_says_the_same_twice(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{}", "{\"rights\":{},\"roles\":{}}",
        "{\"rights\":{\"1\":[\"aggregate\"]}}",
        "{\"rights\":{\"1\":[\"aggregate\",\"rows\"]},\"roles\":{\"1\":[\"viewer\"]}}",
        "{\"rights\":{\"1\":[]},\"roles\":{\"1\":[\"viewer\"]}}",
        "{\"rights\":{\"2\":[\"aggregate\"]},\"roles\":{\"1\":[\"viewer\"]}}",
        "{\"rights\":{\"1\":[\"aggregate\"]},\"roles\":{\"1\":[\"viewer\",\"viewer\"]}}",
        "{\"rights\":{\"1\":[\"aggregate\"]},\"roles\":{\"1\":[\"root\"]}}",
        "{\"rights\":{\"0\":[\"aggregate\"]},\"roles\":{\"0\":[\"viewer\"]}}",
        "{\"rights\":{\"x\":[\"aggregate\"]},\"roles\":{\"x\":[\"viewer\"]}}",
        "{\"rights\":[\"aggregate\"],\"roles\":[\"viewer\"]}",
        "{\"rights\":{\"1\":[\"aggregate\",\"fly\"]},\"roles\":{\"1\":[\"viewer\"]}}",
    };
    struct access_entry entries[ACCESS_PROJECTS_MAX];
    struct arena arena;
    uint32_t count;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(read(&arena, bad[i], entries, &count), ERR_INVALID);
    assert_int_equal(read(&arena, "{\"roles\":{\"2\":[\"viewer\"],\"7\":[\"analyst\",\"responder\"]},"
                                  "\"rights\":{\"7\":[\"approve\",\"rows\",\"unfolded\","
                                  "\"aggregate\"],\"2\":[\"aggregate\"]}}", entries, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(entries[1].project, 7);
    assert_str(entries[1].roles, "analyst responder");
    assert_int_equal(entries[1].rights,
                     RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS | RIGHT_APPROVE);
    arena_release(&arena);
}

static void test_access__is_kept_by_project(void **state)
{
    (void)state;
    struct auth_room room;
    struct access_entry entry;
    uint64_t rights;
    auth_room_open(&room);
    auth_room_add_project(&room);
    struct access *access = &room.auth->access;
    const struct access_entry second = { .project = 2, .roles = STR("viewer"),
                                         .rights = RIGHT_AGGREGATE };
    assert_int_equal(access_put(access, 1, &second), 0);
    assert_int_equal(access_next(access, 1, 1, &room.arena, &entry), 0);
    assert_int_equal(entry.project, 2);
    assert_int_equal(access_next(access, 1, 2, &room.arena, &entry), ERR_NOT_FOUND);
    assert_int_equal(access_clear(access, 1), 0);
    assert_int_equal(access_find(access, 1, 1, &room.arena, &entry), ERR_NOT_FOUND);
    assert_int_equal(access_put(access, 1, &second), 0);
    assert_int_equal(access_all_rights(access, 1, &rights), 0);
    assert_int_equal(rights, RIGHT_AGGREGATE);
    /* A project that is not there, and somebody who is no member. */
    const struct access_entry none = { .project = 9, .roles = STR("viewer"), .rights = 2 };
    assert_int_equal(access_put(access, 1, &none), ERR_EXISTS);
    assert_int_equal(access_put(access, 2, &second), ERR_EXISTS);
    auth_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_access__roles_are_what_decision_14_says),
        cmocka_unit_test(test_access__a_detail_says_the_same_twice),
        cmocka_unit_test(test_access__is_kept_by_project),
    };
    return RUN(tests);
}
