/* engine/run: every person comes once, whatever the threads; the first error ends it; so does an
 * asker who left. */
#include "engine/run.h"

#include "base/err.h"
#include "support/asking_scan.h"
#include "support/test.h"

enum { PEOPLE = 10000 };

static int setup(void **state)
{
    static struct asking asking;
    struct bytes lines = { 0 };
    asking_open(&asking);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        bytes_printf(&lines, "{\"event\":\"A\",\"properties\":{\"time\":1761955200,"
                     "\"distinct_id\":\"u%u\"}}\n", i);
        if (i % 1000 == 999) {
            asking_feed_events(&asking, bytes_str(&lines));
            bytes_reset(&lines);
        }
    }
    bytes_release(&lines);
    *state = &asking;
    return 0;
}

static int teardown(void **state)
{
    asking_close(*state);
    return 0;
}

#define QUESTION STR("{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","     \
                     "\"to\":\"2025-11-01\",\"show\":[{\"event\":\"A\",\"measure\":\"total\"}]}")

struct seen {
    _Atomic uint32_t blocks;
    _Atomic uint32_t rows;
    _Atomic uint8_t person[PEOPLE + 1];
    _Atomic uint32_t too_high;
    uint32_t threads;
    uint32_t fail_at;           /* block number; 0 = never */
};

static int see(void *ctx, uint32_t thread, const struct scan_block *blocks)
{
    struct seen *seen = ctx;
    seen->too_high += thread >= seen->threads;
    for (uint32_t i = 0; i < blocks[0].person_count; i++) {
        uint32_t rows = blocks[0].off[i + 1] - blocks[0].off[i];
        seen->rows += rows;
        if (rows > 0)
            seen->person[blocks[0].person0 + i]++;
    }
    return ++seen->blocks == seen->fail_at ? ERR_IO : 0;
}

static void test_run__every_person_comes_once(void **state)
{
    struct asking_scan s;
    for (uint32_t threads = 1; threads <= 5; threads += 2) {
        struct seen seen = { .threads = threads };
        asking_scan_open(*state, QUESTION, threads, &s);
        for (int pass = 1; pass <= 2; pass++) {
            struct run run = { s.scan, 1, threads, NULL, see, &seen };
            assert_int_equal(run_blocks(&run), 0);
            assert_int_equal(seen.rows, PEOPLE * pass);
            for (uint32_t i = 1; i <= PEOPLE; i++)
                assert_int_equal(seen.person[i], pass);
            assert_true(seen.blocks >= 3 * (uint32_t)pass);
            assert_int_equal(run_blocks(&run), 0);
            assert_int_equal(seen.rows, PEOPLE * pass);
            scan_rewind(s.scan);
        }
        assert_int_equal(seen.person[0], 0);
        assert_int_equal(seen.too_high, 0);
        asking_scan_close(&s);
    }
}

static void test_run__first_error_ends_it(void **state)
{
    struct asking_scan s;
    struct seen seen = { .threads = 1, .fail_at = 2 };
    asking_scan_open(*state, QUESTION, 1, &s);
    struct run run = { s.scan, 1, 1, NULL, see, &seen };
    assert_int_equal(run_blocks(&run), ERR_IO);
    assert_int_equal(seen.blocks, 2);
    asking_scan_close(&s);
}

static void test_run__asker_who_left_ends_it(void **state)
{
    struct asking_scan s;
    static const _Atomic bool cancelled = true;
    struct seen seen = { .threads = 3 };
    asking_scan_open(*state, QUESTION, 3, &s);
    struct run run = { s.scan, 1, 3, &cancelled, see, &seen };
    assert_int_equal(run_blocks(&run), ERR_CANCELLED);
    assert_int_equal(seen.blocks, 0);
    scan_cancel(s.scan);
    run.cancelled = NULL;
    assert_int_equal(run_blocks(&run), ERR_CANCELLED);
    assert_int_equal(seen.blocks, 0);
    asking_scan_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run__every_person_comes_once),
        cmocka_unit_test(test_run__first_error_ends_it),
        cmocka_unit_test(test_run__asker_who_left_ends_it),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
