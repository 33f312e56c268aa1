/* auth/inside/waiting: what is not in force yet comes back as it was put. */
#include "auth/inside/waiting.h"

#include "base/err.h"
#include "support/auth_room.h"
#include "support/test.h"

static void test_waiting__comes_back_in_order_until_it_ends(void **state)
{
    (void)state;
    struct auth_room room;
    struct waiting_decision d;
    auth_room_open(&room);
    struct waiting *w = &room.auth->waiting;
    const struct waiting_decision late = { .sequence = 9, .asker = 1, .from_ms = 5000,
                                           .detail = STR("{\"do\":\"x\"}") };
    const struct waiting_decision early = { .sequence = 4, .asker = 2, .from_ms = 7000,
                                            .detail = STR("{}"), .made = STR("{\"a\":1}") };
    assert_int_equal(waiting_next(w, 0, &room.arena, &d), ERR_NOT_FOUND);
    assert_int_equal(waiting_put(w, &late), 0);
    assert_int_equal(waiting_put(w, &early), 0);
    assert_int_equal(waiting_next(w, 0, &room.arena, &d), 0);
    assert_int_equal(d.sequence, 4);
    assert_str(d.made, "{\"a\":1}");
    assert_int_equal(waiting_next(w, 4, &room.arena, &d), 0);
    assert_int_equal(d.from_ms, 5000);
    assert_str(d.made, "");
    assert_int_equal(waiting_end(w, 9), 0);
    assert_int_equal(waiting_find(w, 9, &room.arena, &d), ERR_NOT_FOUND);
    assert_int_equal(waiting_find(w, 4, &room.arena, &d), 0);
    assert_int_equal(d.asker, 2);
    auth_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waiting__comes_back_in_order_until_it_ends),
    };
    return RUN(tests);
}
