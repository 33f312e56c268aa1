/* The store over a disk that loses its power. A small workload - feed, flush, merge, write the
 * tables whole, start again - is broken at every call that changes the disk, under several ways of
 * losing what was not synced; after each the store starts, the follower replays from its position,
 * and everything must be as the model says: nothing lost that a flush had answered for, nothing
 * invented, nothing unreadable. Then single failing calls, full disks, and planted bugs that must
 * be found. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "store/store_inside.h"
#include "support/crash_drill.h"
#include "support/store_model.h"
#include "support/test.h"

enum { OPS = 170, FLUSHES = 17, VARIANTS = 5, RESTART_AT = 9 };

static struct store_work work;
static uint32_t answered;      /* operations that a flush has answered for */

static int open_small(struct fs *fs, struct stores **out)
{
    int r = stores_open(fs, out);
    if (r == 0)
        (*out)->tables_slack = 600;
    return r;
}

/* Runs until the end or the first error. */
static int run(struct fs *fs)
{
    struct stores *stores;
    const uint32_t step = OPS / FLUSHES;
    answered = 0;
    int r = open_small(fs, &stores);
    for (uint32_t i = 0; i < FLUSHES && r == 0; i++) {
        if (i == RESTART_AT) {
            stores_close(stores);
            r = open_small(fs, &stores);
        }
        if (r == 0)
            r = store_work_feed(&work, stores, i * step, (i + 1) * step);
        if (r == 0)
            r = stores_flush(stores);
        if (r == 0)
            answered = (i + 1) * step;
    }
    if (r != 0 && stores) {
        /* Stopped for good, whatever the disk does now. */
        uint64_t calls = file_fault_calls(fs);
        file_fault_crash_at(fs, UINT64_MAX);
        check(stores_flush(stores) != 0 && stores_tick(stores) != 0);
        check(store_work_feed(&work, stores, 0, 1) != 0);
        check(file_fault_calls(fs) == calls);
    }
    stores_close(stores);
    return r;
}

/* Starts, compares, replays, compares, flushes, starts again, compares. */
static bool is_whole_after(struct fs *fs, uint64_t seed)
{
    struct stores *stores;
    struct rand rand;
    rand_init(&rand, seed);
    if (stores_open(fs, &stores) != 0) {
        (void)fprintf(stderr, "it does not open\n");
        return false;
    }
    uint32_t at = (uint32_t)stores_position(stores).offset;
    bool is_whole = at >= answered && store_model_agrees(&work, at, stores, &rand, 2);
    if (at < answered)
        (void)fprintf(stderr, "%u operations were answered for, %u are there\n", answered, at);
    is_whole = is_whole && store_work_feed(&work, stores, at, OPS) == 0 &&
               store_model_agrees(&work, OPS, stores, &rand, 2) && stores_flush(stores) == 0;
    stores_close(stores);
    if (!is_whole || stores_open(fs, &stores) != 0)
        return false;
    is_whole = stores_position(stores).offset == OPS &&
               store_model_agrees(&work, OPS, stores, &rand, 2);
    stores_close(stores);
    return is_whole;
}

static void on_say(void *ctx, struct str sentence)
{
    (void)ctx;
    (void)fprintf(stderr, STR_FMT "\n", STR_ARG(sentence));
}

static uint64_t count_calls(void)
{
    struct fs *fs = file_fault_create();
    assert_int_equal(run(fs), 0);
    assert_int_equal(stores_verify(fs, on_say, NULL), 0);
    uint64_t calls = file_fault_calls(fs);
    fs_destroy(fs);
    return calls;
}

static struct crash_drill drill(void)
{
    return (struct crash_drill){ run, is_whole_after, count_calls(), VARIANTS };
}

static void test_store_crash__every_call_under_every_variant(void **state)
{
    (void)state;
    const struct crash_drill all = drill();
    crash_drill_every_call(&all);
}

/* A start after a crash is itself broken, at each of its calls. */
static void test_store_crash__again_while_starting(void **state)
{
    (void)state;
    const uint64_t calls = count_calls();
    uint64_t points = 0;
    for (uint64_t at = 3; at < calls; at += 5)
        for (uint64_t again = 0; again < 40; again++) {
            struct fs *fs = file_fault_create();
            struct stores *stores;
            file_fault_crash_at(fs, at);
            (void)run(fs);
            file_fault_crash(fs, 2 + at);
            file_fault_crash_at(fs, again);
            int r = open_small(fs, &stores);
            uint32_t from = r == 0 ? (uint32_t)stores_position(stores).offset : 0;
            if (r == 0)
                r = store_work_feed(&work, stores, from, OPS);
            if (r == 0)
                r = stores_flush(stores);
            if (r == 0)
                answered = OPS;
            stores_close(stores);
            bool is_over = file_fault_calls(fs) <= again;
            file_fault_crash(fs, 3 + at + again);
            assert_true(is_whole_after(fs, at + again));
            fs_destroy(fs);
            points++;
            if (is_over)
                break;
        }
    (void)printf("crash points: %llu while starting after a crash\n",
                 (unsigned long long)points);
    assert_true(points > 200);
}

static void test_store_crash__one_failing_call(void **state)
{
    (void)state;
    const struct crash_drill all = drill();
    assert_true(crash_drill_one_failing_call(&all) > 50);
}

static void test_store_crash__full_disk(void **state)
{
    (void)state;
    uint32_t full = 0;
    for (uint64_t capacity = 0; capacity < 400000; capacity += 2500) {
        struct fs *fs = file_fault_create();
        file_fault_set_capacity(fs, capacity);
        int r = run(fs);
        full += r == ERR_FULL;
        assert_true(r == 0 || r == ERR_FULL);
        file_fault_set_capacity(fs, UINT64_MAX / 2);
        assert_true(is_whole_after(fs, capacity));
        fs_destroy(fs);
    }
    assert_true(full > 10);
    (void)printf("full disks: %u\n", full);
}

static void test_store_crash__missing_syncs_are_found(void **state)
{
    (void)state;
    const struct crash_drill all = drill();
    (void)fprintf(stderr, "---- planted bugs: complaints are wanted from here\n");
    assert_true(crash_drill_finds(&all, "parts/0"));      /* the parts themselves */
    assert_true(crash_drill_finds(&all, "parts/"));       /* and their folder */
    assert_true(crash_drill_finds(&all, "tables-"));
    assert_true(crash_drill_finds(&all, "manifest"));
    assert_true(crash_drill_finds(&all, "./"));
    (void)fprintf(stderr, "---- until here\n");
}

int main(void)
{
    struct rand rand;
    rand_init(&rand, 42);
    store_work_init(&work);
    store_work_add_random(&work, &rand, OPS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_crash__every_call_under_every_variant),
        cmocka_unit_test(test_store_crash__again_while_starting),
        cmocka_unit_test(test_store_crash__one_failing_call),
        cmocka_unit_test(test_store_crash__full_disk),
        cmocka_unit_test(test_store_crash__missing_syncs_are_found),
    };
    int r = RUN(tests);
    store_work_release(&work);
    return r;
}
