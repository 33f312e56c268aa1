/* store/store_flush: few parts however many flushes, old files gone, what is not listed removed,
 * nothing of ours thrown away without a manifest, stopped for good after an error. Crashes are
 * tests/crash/store_crash_test.c's business. */
#include "store/store_flush.h"

#include <string.h>

#include "base/err.h"
#include "support/file_fault.h"
#include "support/store_room.h"
#include "support/test.h"
#include "sys/clock.h"

struct house {
    struct fs *fs;
    struct stores *stores;
};

static int setup(void **state)
{
    static struct house house;
    house.fs = file_fault_create();
    *state = &house;
    return stores_open(house.fs, &house.stores);
}

static int teardown(void **state)
{
    struct house *house = *state;
    stores_close(house->stores);
    fs_destroy(house->fs);
    return 0;
}

static void count_name(void *ctx, struct str name)
{
    (void)name;
    ++*(uint32_t *)ctx;
}

static uint32_t count_files(struct house *house, const char *folder)
{
    uint32_t n = 0;
    assert_int_equal(fs_list(house->fs, folder, count_name, &n), 0);
    return n;
}

static void test_store_flush__parts_stay_few_and_old_files_go(void **state)
{
    struct house *house = *state;
    struct store_status status;
    struct scan_want want = { .to_ms = INT64_MAX };
    uint32_t persons;
    for (uint32_t i = 0; i < 60; i++) {
        for (uint32_t k = 0; k < 10; k++)
            store_room_event(house->stores, 1, "a", k + 1, 0, 1000 * i + k, 0);
        assert_int_equal(stores_flush(house->stores), 0);
        store_get_status(stores_find(house->stores, 1), &status);
        assert_true(status.parts <= STORE_PARTS_MAX);
        assert_int_equal(count_files(house, "parts"), status.parts);
    }
    assert_int_equal(status.waiting_rows, 0);
    assert_int_equal(store_room_count(stores_find(house->stores, 1), &want, &persons), 600);
    assert_int_equal(count_files(house, "."), 3);     /* manifest, tables, parts */
}

static void test_store_flush__unlisted_files_are_removed_at_start(void **state)
{
    struct house *house = *state;
    struct file *file;
    store_room_event(house->stores, 1, "a", 1, 0, 1000, 0);
    assert_int_equal(stores_flush(house->stores), 0);
    stores_close(house->stores);
    const char *strays[] = { "parts/00000000000000ff.part", "tables-0000000000000063",
                             "manifest.tmp" };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fs_open(house->fs, strays[i], FILE_WRITE | FILE_CREATE, &file), 0);
        file_close(file);
    }
    assert_int_equal(stores_open(house->fs, &house->stores), 0);
    assert_int_equal(count_files(house, "parts"), 1);
    assert_int_equal(count_files(house, "."), 3);
}

static void test_store_flush__parts_without_a_manifest_are_kept(void **state)
{
    struct house *house = *state;
    store_room_event(house->stores, 1, "a", 1, 0, 1000, 0);
    assert_int_equal(stores_flush(house->stores), 0);
    stores_close(house->stores);
    assert_int_equal(fs_remove(house->fs, "manifest"), 0);
    assert_int_equal(stores_open(house->fs, &house->stores), ERR_CORRUPT);
    assert_null(house->stores);
    assert_int_equal(count_files(house, "parts"), 1);
}

static void test_store_flush__missing_or_bad_part_opens_and_fails_scans(void **state)
{
    struct house *house = *state;
    struct scan_want want = { .to_ms = INT64_MAX };
    struct scan *scan;
    store_room_event(house->stores, 1, "a", 1, 0, 1000, 0);
    assert_int_equal(stores_flush(house->stores), 0);
    stores_close(house->stores);
    assert_int_equal(fs_remove(house->fs, "parts/0000000000000001.part"), 0);
    assert_int_equal(stores_open(house->fs, &house->stores), 0);
    assert_int_equal(scan_open(stores_find(house->stores, 1), &want, 1, 1, &scan), ERR_CORRUPT);
    /* It stays listed, and so it is never forgotten. */
    store_room_event(house->stores, 1, "a", 2, 0, 1000, 0);
    assert_int_equal(stores_flush(house->stores), 0);
    stores_close(house->stores);
    assert_int_equal(stores_open(house->fs, &house->stores), 0);
    assert_int_equal(scan_open(stores_find(house->stores, 1), &want, 1, 1, &scan), ERR_CORRUPT);
}

static void test_store_flush__an_error_stops_it_but_not_its_scans(void **state)
{
    struct house *house = *state;
    struct scan_want want = { .to_ms = INT64_MAX };
    struct event event = { .name = STR("a") };
    struct sink *sink = stores_sink(house->stores);
    uint32_t persons;
    store_room_event(house->stores, 1, "a", 1, 0, 1000, 0);
    file_fault_set_capacity(house->fs, 100);
    assert_int_equal(stores_flush(house->stores), ERR_FULL);
    file_fault_set_capacity(house->fs, UINT64_MAX / 2);
    assert_int_equal(stores_flush(house->stores), ERR_FULL);
    assert_int_equal(stores_tick(house->stores), ERR_FULL);
    assert_int_equal(sink->ops->events(sink, 1, &event, 1, 0), ERR_FULL);
    assert_int_equal(sink->ops->updates(sink, 1, NULL, 0), ERR_FULL);
    assert_int_equal(sink->ops->counts(sink, 1, STR("p"), STR("r"), 1, 0), ERR_FULL);
    assert_int_equal(sink->ops->advance(sink, (struct wal_position){ 9, 9 }), ERR_FULL);
    assert_int_equal(store_room_count(stores_find(house->stores, 1), &want, &persons), 1);
}

static void test_store_flush__tick_waits_for_age_and_for_whole_records(void **state)
{
    struct house *house = *state;
    struct store_status status;
    struct sink *sink = stores_sink(house->stores);
    store_room_event(house->stores, 1, "a", 1, 0, 1000, 0);
    assert_int_equal(sink->ops->advance(sink, (struct wal_position){ 1, 1 }), 0);
    assert_int_equal(stores_tick(house->stores), 0);
    store_get_status(stores_find(house->stores, 1), &status);
    assert_int_equal(status.waiting_rows, 1);
    clock_shift_for_test(0, STORE_FLUSH_AFTER_MS);
    store_room_event(house->stores, 1, "a", 1, 0, 1000, 0);   /* its record is not over */
    assert_int_equal(stores_tick(house->stores), 0);
    assert_int_equal(stores_position(house->stores).offset, 0);
    assert_int_equal(sink->ops->advance(sink, (struct wal_position){ 1, 2 }), 0);
    assert_int_equal(stores_tick(house->stores), 0);
    assert_int_equal(stores_position(house->stores).offset, 2);
    store_get_status(stores_find(house->stores, 1), &status);
    assert_int_equal(status.waiting_rows, 0);
    clock_shift_for_test(0, 0);
}

static void test_store_flush__position_alone_becomes_durable(void **state)
{
    struct house *house = *state;
    struct sink *sink = stores_sink(house->stores);
    assert_int_equal(sink->ops->advance(sink, (struct wal_position){ 4, 8 }), 0);
    clock_shift_for_test(0, STORE_FLUSH_AFTER_MS);
    assert_int_equal(stores_tick(house->stores), 0);
    assert_int_equal(stores_position(house->stores).file, 4);
    clock_shift_for_test(0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_store_flush__parts_stay_few_and_old_files_go, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_store_flush__unlisted_files_are_removed_at_start,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_store_flush__parts_without_a_manifest_are_kept,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_store_flush__missing_or_bad_part_opens_and_fails_scans, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store_flush__an_error_stops_it_but_not_its_scans,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_store_flush__tick_waits_for_age_and_for_whole_records, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store_flush__position_alone_becomes_durable, setup,
                                        teardown),
    };
    return RUN(tests);
}
