/* auth/inside/invitations: one a member, once, for 72 hours. */
#include "auth/inside/invitations.h"

#include "base/err.h"
#include "support/auth_room.h"
#include "support/test.h"

static void test_invitations__open_once_and_in_time(void **state)
{
    (void)state;
    struct auth_room room;
    uint32_t member = 0;
    auth_room_open(&room);
    struct invitations *v = &room.auth->invitations;
    assert_int_equal(invitations_put(v, 1, STR("one"), 1000), 0);
    assert_int_equal(invitations_use(v, STR("two"), 1000, &member), ERR_NOT_FOUND);
    assert_int_equal(invitations_use(v, STR("one"), 1000 + INVITATIONS_LIFE_MS, &member),
                     ERR_NOT_FOUND);
    assert_int_equal(invitations_use(v, STR("one"), 999 + INVITATIONS_LIFE_MS, &member), 0);
    assert_int_equal(member, 1);
    assert_int_equal(invitations_use(v, STR("one"), 1000, &member), ERR_NOT_FOUND);
    /* A new one ends the former; nobody can be invited who is no member. */
    assert_int_equal(invitations_put(v, 1, STR("a"), 1000), 0);
    assert_int_equal(invitations_put(v, 1, STR("b"), 1000), 0);
    assert_int_equal(invitations_use(v, STR("a"), 1000, &member), ERR_NOT_FOUND);
    assert_int_equal(invitations_end(v, 1), 0);
    assert_int_equal(invitations_use(v, STR("b"), 1000, &member), ERR_NOT_FOUND);
    assert_int_equal(invitations_put(v, 2, STR("c"), 1000), ERR_EXISTS);
    auth_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_invitations__open_once_and_in_time),
    };
    return RUN(tests);
}
