/* api/polls: each asker has so many long polls, and everybody else has theirs. */
#include "api/polls.h"

#include <string.h>

#include "support/test.h"

static void name(uint8_t who[POLLS_WHO_BYTES], int n)
{
    memset(who, n, POLLS_WHO_BYTES);
}

static void test_polls__one_asker_has_so_many_and_others_are_served(void **state)
{
    (void)state;
    struct polls polls;
    uint8_t a[POLLS_WHO_BYTES], b[POLLS_WHO_BYTES];
    polls_init(&polls);
    name(a, 1);
    name(b, 2);
    for (int i = 0; i < POLLS_EACH_MAX; i++)
        assert_true(polls_enter(&polls, a, POLLS_EACH_MAX));
    assert_false(polls_enter(&polls, a, POLLS_EACH_MAX));
    assert_true(polls_enter(&polls, b, POLLS_EACH_MAX));
    polls_leave(&polls, a);
    assert_true(polls_enter(&polls, a, POLLS_EACH_MAX));
    assert_false(polls_enter(&polls, a, POLLS_EACH_MAX));
    polls_release(&polls);
}

static void test_polls__a_place_is_free_again_for_anybody(void **state)
{
    (void)state;
    struct polls polls;
    uint8_t who[POLLS_WHO_BYTES];
    polls_init(&polls);
    for (int i = 0; i < POLLS_MAX; i++) {
        name(who, i + 1);
        assert_true(polls_enter(&polls, who, POLLS_EACH_MAX));
    }
    name(who, 200);
    assert_false(polls_enter(&polls, who, POLLS_EACH_MAX));
    name(who, 7);
    polls_leave(&polls, who);
    name(who, 200);
    assert_true(polls_enter(&polls, who, POLLS_EACH_MAX));
    polls_leave(&polls, who);
    polls_release(&polls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polls__one_asker_has_so_many_and_others_are_served),
        cmocka_unit_test(test_polls__a_place_is_free_again_for_anybody),
    };
    return RUN(tests);
}
