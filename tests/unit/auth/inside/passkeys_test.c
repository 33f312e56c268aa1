/* auth/inside/passkeys: an id is one passkey, nobody's twice. */
#include "auth/inside/passkeys.h"

#include "base/err.h"
#include "support/auth_room.h"
#include "support/test.h"

static void test_passkeys__are_found_walked_and_ended(void **state)
{
    (void)state;
    struct auth_room room;
    struct passkey found;
    uint32_t count;
    auth_room_open(&room);
    struct passkeys *p = &room.auth->passkeys;
    struct passkey one = { .member = 1, .name = STR("laptop"), .enrolled_ms = 5,
                           .key = { .id = STR("bb"), .x = { 1 }, .y = { 2 }, .sign_count = 3 } };
    struct passkey two = one;
    two.key.id = STR("aa");
    assert_int_equal(passkeys_add(p, &one), 0);
    assert_int_equal(passkeys_add(p, &one), ERR_EXISTS);
    assert_int_equal(passkeys_add(p, &two), 0);
    assert_int_equal(passkeys_count(p, 1, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(passkeys_find(p, STR("bb"), &room.arena, &found), 0);
    assert_int_equal(found.key.x[0] + found.key.y[0], 3);
    assert_int_equal(found.key.sign_count, 3);
    assert_str(found.name, "laptop");
    assert_int_equal(passkeys_next(p, 1, STR(""), &room.arena, &found), 0);
    assert_str(found.key.id, "aa");
    assert_int_equal(passkeys_next(p, 1, STR("bb"), &room.arena, &found), ERR_NOT_FOUND);
    assert_int_equal(passkeys_use(p, STR("bb"), 4), 0);
    assert_int_equal(passkeys_find(p, STR("bb"), &room.arena, &found), 0);
    assert_int_equal(found.key.sign_count, 4);
    assert_int_equal(passkeys_end(p, STR("aa")), 0);
    assert_int_equal(passkeys_find(p, STR("aa"), &room.arena, &found), ERR_NOT_FOUND);
    assert_int_equal(passkeys_end_member(p, 1), 0);
    assert_int_equal(passkeys_count(p, 1, &count), 0);
    assert_int_equal(count, 0);
    one.member = 2; /* a key is no member */
    assert_int_equal(passkeys_add(p, &one), ERR_EXISTS);
    auth_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passkeys__are_found_walked_and_ended),
    };
    return RUN(tests);
}
