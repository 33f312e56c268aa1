/* auth/inside/members: numbers in one sequence for all kinds of principals. */
#include "auth/inside/members.h"

#include "auth/inside/database.h"
#include "base/err.h"
#include "support/disk.h"
#include "support/test.h"

static void test_members__are_found_by_their_number(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct members members;
    struct member member;
    struct arena arena;
    struct db *db;
    uint32_t a = 0, b = 0, key = 0, os = 0;
    arena_init(&arena, 0);
    assert_int_equal(database_open(fs, &db), 0);
    members_init(&members, db);
    assert_int_equal(members_find_first_owner(&members, &a), ERR_NOT_FOUND);
    assert_int_equal(members_add_principal(&members, "key", 5, &key), 0);
    assert_int_equal(members_add(&members, STR("A"), 5, &a), 0);
    assert_int_equal(members_add_os(&members, 1000, 5), 0);
    assert_int_equal(members_add_os(&members, UINT32_MAX, 5), 0);
    assert_int_equal(members_add(&members, STR("B"), 5, &b), 0);
    assert_int_equal(key, 1);
    assert_int_equal(a, 2);
    assert_int_equal(b, 5);
    assert_int_equal(members_find_os(&members, 1000, &os), 0);
    assert_int_equal(os, 3);
    assert_int_equal(members_find_os(&members, UINT32_MAX, &os), 0);
    assert_int_equal(os, 4);
    assert_int_equal(members_find_os(&members, 0, &os), ERR_NOT_FOUND);
    assert_int_equal(members_find(&members, a, &arena, &member), 0);
    assert_str(member.name, "A");
    assert_str(member.role, "owner");
    assert_int_equal(member.principal, 2);
    assert_int_equal(members_find(&members, key, &arena, &member), ERR_NOT_FOUND);
    assert_int_equal(members_find_first_owner(&members, &b), 0);
    assert_int_equal(b, a);
    assert_int_equal(members_add_os(&members, 1000, 5), ERR_EXISTS);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members__are_found_by_their_number),
    };
    return RUN(tests);
}
