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
    assert_int_equal(members_add_owner(&members, STR("A"), 5, &a), 0);
    assert_int_equal(members_add_os(&members, 1000, 5), 0);
    assert_int_equal(members_add_os(&members, UINT32_MAX, 5), 0);
    assert_int_equal(members_add_principal(&members, "member", 5, &b), 0);
    assert_int_equal(members_add(&members, b, STR("B")), 0);
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
    assert_true(member.is_owner && !member.is_invited && !member.is_frozen && !member.is_ended);
    assert_int_equal(member.password.len + member.totp.len, 0);
    assert_int_equal(members_find(&members, b, &arena, &member), 0);
    assert_true(!member.is_owner && member.is_invited);
    assert_int_equal(members_find(&members, a, &arena, &member), 0);
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

static void test_members__are_barred_found_by_name_and_walked(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct members members;
    struct member member;
    struct arena arena;
    struct str host;
    struct db *db;
    uint32_t a = 0, b = 0, found = 0;
    bool is_frozen, is_ended;
    arena_init(&arena, 0);
    assert_int_equal(database_open(fs, &db), 0);
    members_init(&members, db);
    assert_int_equal(members_add_owner(&members, STR("Ana"), 5, &a), 0);
    assert_int_equal(members_add_owner(&members, STR("Ben"), 5, &b), 0);
    assert_int_equal(members_find_name(&members, STR("aNA"), &found), 0);
    assert_int_equal(found, a);
    assert_int_equal(members_find_name(&members, STR("An"), &found), ERR_NOT_FOUND);
    assert_int_equal(members_set_frozen(&members, a, true, 9), 0);
    assert_int_equal(members_is_barred(&members, a, &is_frozen, &is_ended), 0);
    assert_true(is_frozen && !is_ended);
    assert_int_equal(members_set_frozen(&members, a, false, 9), 0);
    assert_int_equal(members_end(&members, a, 10), 0);
    assert_int_equal(members_is_barred(&members, a, &is_frozen, &is_ended), 0);
    assert_true(!is_frozen && is_ended);
    /* Who has ended has no name to come in by; a name that two have is nobody's. */
    assert_int_equal(members_find_name(&members, STR("Ana"), &found), ERR_NOT_FOUND);
    assert_int_equal(members_add_owner(&members, STR("ben"), 5, &found), 0);
    assert_int_equal(members_find_name(&members, STR("Ben"), &found), ERR_NOT_FOUND);
    assert_int_equal(members_is_barred(&members, 99, &is_frozen, &is_ended), ERR_NOT_FOUND);
    assert_int_equal(members_next(&members, a, &arena, &member), 0);
    assert_int_equal(member.principal, b);
    /* A step of the second factor is used once, and none before it afterwards. */
    assert_int_equal(members_set_totp(&members, b, STR("sealed")), 0);
    assert_int_equal(members_use_totp(&members, b, 100), 0);
    assert_int_equal(members_use_totp(&members, b, 100), ERR_EXISTS);
    assert_int_equal(members_use_totp(&members, b, 99), ERR_EXISTS);
    assert_int_equal(members_use_totp(&members, b, 101), 0);
    assert_int_equal(members_set_password(&members, b, STR("hash")), 0);
    assert_int_equal(members_find(&members, b, &arena, &member), 0);
    assert_str(member.password, "hash");
    assert_str(member.totp, "sealed");
    assert_int_equal(member.totp_step, 101);
    assert_int_equal(members_host(&members, &arena, &host), 0);
    assert_str(host, "localhost");
    assert_int_equal(members_set_host(&members, STR("amana.example")), 0);
    assert_int_equal(members_host(&members, &arena, &host), 0);
    assert_str(host, "amana.example");
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members__are_found_by_their_number),
        cmocka_unit_test(test_members__are_barred_found_by_name_and_walked),
    };
    return RUN(tests);
}
