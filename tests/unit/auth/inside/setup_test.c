/* auth/inside/setup: what init leaves, again after an init that broke off, and what it refuses. */
#include "auth/inside/setup.h"

#include "base/err.h"
#include "support/auth_room.h"
#include "support/test.h"

static const struct setup other = {
    .name = STR("Other"), .zone = STR("UTC"), .is_demo = true, .token = STR("tt"),
    .key = STR("k_tt"), .secret = STR("s"), .owner_link = STR("another link"), .owner_uid = 3,
    .trusted_proxies = STR("127.0.0.1, ::1"),
};

static void test_setup__names_the_fault(void **state)
{
    (void)state;
    struct setup setup = other;
    assert_null(setup_find_fault(&setup));
    setup.trusted_proxies = STR("127.0.0.1, 2001:db8::1");
    assert_null(setup_find_fault(&setup));
    setup.trusted_proxies = STR("127.0.0.1,proxy.example");
    assert_string_equal(setup_find_fault(&setup), "proxy");
    setup.zone = STR("../x");
    assert_string_equal(setup_find_fault(&setup), "zone");
    setup.name = STR("");
    assert_string_equal(setup_find_fault(&setup), "name");
    struct bytes settings = { 0 };
    assert_int_equal(setup_make(NULL, &setup, &settings), ERR_INVALID);
    assert_int_equal(settings.len, 0);
}

/* An init that broke off at any step of the disk is done again over what it left. */
static void test_setup__is_repeated_after_a_crash_at_any_step(void **state)
{
    (void)state;
    int failures = 0;
    for (uint64_t step = 0;; step++) {
        struct disk *disk = disk_create();
        struct fs *fs = disk_fs(disk);
        struct bytes settings = { 0 };
        disk_fail_at(disk, step, ERR_FULL, false);
        bool is_done = setup_make(fs, &other, &settings) == 0;
        failures += !is_done;
        disk_fail_at(disk, UINT64_MAX, 0, false);
        fs_destroy(fs);
        disk_crash(disk, step);
        fs = disk_fs(disk);
        bytes_reset(&settings);
        assert_int_equal(setup_make(fs, &other, &settings), 0);
        assert_true(str_find(bytes_str(&settings), STR("\"token\":\"tt\"")) > 0);
        assert_true(str_find(bytes_str(&settings),
                             STR("\"trusted_proxies\":[\"127.0.0.1\",\"::1\"]")) > 0);
        bytes_reset(&settings);
        assert_int_equal(fs_read_file(fs, "owner-link", 64, &settings), 0);
        assert_str(bytes_str(&settings), "another link\n");
        bytes_release(&settings);
        fs_destroy(fs);
        disk_destroy(disk);
        if (is_done)
            break;
    }
    assert_true(failures > 10);
}

static void test_setup__makes_owner_key_and_uid_in_this_order(void **state)
{
    (void)state;
    struct auth_room room;
    uint32_t principal;
    struct api_key key;
    auth_room_open(&room);
    assert_int_equal(members_find_first_owner(&room.auth->members, &principal), 0);
    assert_int_equal(principal, 1);
    assert_int_equal(api_keys_next(&room.auth->keys, 1, 0, &room.arena, &key), 0);
    assert_int_equal(key.principal, 2);
    assert_int_equal(members_find_os(&room.auth->members, ROOM_OWNER_UID, &principal), 0);
    assert_int_equal(principal, 3);
    auth_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_setup__names_the_fault),
        cmocka_unit_test(test_setup__is_repeated_after_a_crash_at_any_step),
        cmocka_unit_test(test_setup__makes_owner_key_and_uid_in_this_order),
    };
    return RUN(tests);
}
