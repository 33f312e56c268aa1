/* vault/inside/replay_window: against a plain set, and at its edges. */
#include "vault/inside/replay_window.h"

#include "base/err.h"
#include "base/rand.h"
#include "support/test.h"

static void test_replay_window__agrees_with_a_plain_set(void **state)
{
    (void)state;
    static bool seen[20000];
    struct replay_window w = { 0 };
    struct rand rand;
    uint64_t highest = 0;
    rand_init(&rand, 11);
    for (int i = 0; i < 20000; i++) {
        uint64_t base = highest > 1500 ? highest - 1500 : 0;
        uint64_t s = base + rand_below(&rand, 1700);
        if (s >= 20000)
            break;
        bool is_below = highest >= 1024 && s <= highest - 1024;
        assert_int_equal(replay_window_has(&w, s), seen[s] || is_below);
        assert_int_equal(replay_window_is_below(&w, s), is_below);
        replay_window_add(&w, s);
        assert_true(replay_window_has(&w, s));
        seen[s] = true;
        highest = s > highest ? s : highest;
    }
    assert_true(w.highest == highest);
    assert_true(highest > 10000);
}

static void test_replay_window__a_far_leap_forgets_no_more_than_it_must(void **state)
{
    (void)state;
    struct replay_window w = { 0 };
    assert_false(replay_window_has(&w, 0));
    assert_false(replay_window_has(&w, 1));
    replay_window_add(&w, 1);
    replay_window_add(&w, 1024);
    assert_true(replay_window_has(&w, 1));
    assert_false(replay_window_has(&w, 2));
    replay_window_add(&w, 1025);
    assert_true(replay_window_is_below(&w, 1));
    assert_false(replay_window_has(&w, 2));
    replay_window_add(&w, UINT64_MAX);
    assert_true(replay_window_has(&w, UINT64_MAX));
    assert_false(replay_window_has(&w, UINT64_MAX - 1));
    assert_false(replay_window_has(&w, UINT64_MAX - 1023));
    assert_true(replay_window_has(&w, UINT64_MAX - 1024));
}

static void test_replay_window__is_read_back_as_it_was(void **state)
{
    (void)state;
    struct replay_window w = { 0 }, again;
    struct bytes out = { 0 };
    replay_window_add(&w, 5);
    replay_window_add(&w, 900);
    replay_window_encode(&w, &out);
    assert_int_equal(out.len, REPLAY_WINDOW_BYTES);
    assert_int_equal(replay_window_decode(bytes_str(&out), &again), 0);
    assert_memory_equal(&again, &w, sizeof(w));
    assert_int_equal(replay_window_decode(str_of(out.ptr, out.len - 1), &again), ERR_CORRUPT);
    bytes_put_u8(&out, 0);
    assert_int_equal(replay_window_decode(bytes_str(&out), &again), ERR_CORRUPT);
    bytes_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_window__agrees_with_a_plain_set),
        cmocka_unit_test(test_replay_window__a_far_leap_forgets_no_more_than_it_must),
        cmocka_unit_test(test_replay_window__is_read_back_as_it_was),
    };
    return RUN(tests);
}
