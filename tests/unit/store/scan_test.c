/* store/scan: one moment while the follower goes on, threads that share the blocks, nobody's rows
 * in slices, cancelling, corrupt parts. What rows come is the model test's business. */
#include "store/scan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/err.h"
#include "store/store_inside.h"
#include "support/file_fault.h"
#include "support/store_room.h"
#include "support/test.h"

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

static const struct scan_want everything = { .to_ms = INT64_MAX };

static void test_scan__sees_the_moment_of_its_opening(void **state)
{
    struct house *house = *state;
    struct scan *scan;
    struct scan_block block;
    uint32_t rows = 0, persons;
    store_room_event(house->stores, 1, "view", 100, 0, 1500, 0);
    store_room_event(house->stores, 1, "view", 7, 0, 2500, 0);
    assert_int_equal(scan_open(stores_find(house->stores, 1), &everything, 1, 1, &scan), 0);
    store_room_event(house->stores, 1, "login", 7, 100, 3000, 0);
    assert_int_equal(stores_flush(house->stores), 0);
    store_room_event(house->stores, 1, "view", 8, 0, 9000, 0);
    while (scan_next(scan, 0, &block) == 1)
        for (uint32_t i = 0; i < block.person_count; i++) {
            assert_true(block.off[i + 1] - block.off[i] <= 1);   /* not linked yet */
            rows += block.off[i + 1] - block.off[i];
        }
    assert_int_equal(rows, 2);
    assert_int_equal(scan_rows_read(scan), 2);
    assert_int_equal(scan_until_ms(scan), 2500);
    assert_int_equal(scan_person_count(scan), 3);
    scan_close(scan);
    assert_int_equal(store_room_count(stores_find(house->stores, 1), &everything, &persons), 4);
    assert_int_equal(persons, 2);
}

static void test_scan__nobodys_rows_come_in_slices_of_time(void **state)
{
    struct house *house = *state;
    struct scan *scan;
    struct scan_block block;
    uint32_t blocks = 0, rows = 0, persons;
    struct event event = { .name = STR("view") };
    struct sink *sink = stores_sink(house->stores);
    for (uint32_t i = 0; i < 700000; i++) {
        event.time_ms = 1000000 + (int64_t)(i % 5000) * 1000;
        assert_int_equal(sink->ops->events(sink, 1, &event, 1, 0), 0);
    }
    assert_int_equal(stores_flush(house->stores), 0);
    assert_int_equal(scan_open(stores_find(house->stores, 1), &everything, 1, 1, &scan), 0);
    while (scan_next(scan, 0, &block) == 1) {
        assert_int_equal(block.person0, 0);
        assert_int_equal(block.person_count, 1);
        assert_true(block.off[1] < 600000);
        for (uint32_t i = 1; i < block.off[1]; i++)
            assert_true(block.t[i - 1] <= block.t[i]);
        rows += block.off[1];
        blocks++;
    }
    scan_close(scan);
    assert_int_equal(rows, 700000);
    assert_true(blocks > 1);
    assert_int_equal(store_room_count(stores_find(house->stores, 1), &everything, &persons),
                     700000);
    assert_int_equal(persons, 0);
}

static void test_scan__wants_share_each_block(void **state)
{
    struct house *house = *state;
    struct str names[] = { STR("view"), STR("click"), STR("view") };
    struct scan_want wants[] = {
        { .events = names, .event_count = 1, .to_ms = INT64_MAX, .with_ms = true },
        { .events = names, .event_count = 3, .from_ms = 2000, .to_ms = INT64_MAX,
          .with_names = true },
        { .to_ms = 0 },
    };
    struct scan *scan;
    struct scan_block blocks[3];
    uint32_t rows[3] = { 0 };
    int r;
    for (uint32_t i = 1; i <= 9000; i++)
        store_room_event(house->stores, 1, i % 3 ? "view" : "click", i, 0, i, 0);
    assert_int_equal(scan_open(stores_find(house->stores, 1), wants, 3, 1, &scan), 0);
    while ((r = scan_next(scan, 0, blocks)) == 1)
        for (uint32_t w = 0; w < 3; w++) {
            assert_int_equal(blocks[w].person0, blocks[0].person0);
            assert_int_equal(blocks[w].person_count, blocks[0].person_count);
            assert_true(blocks[w].person_count <= SCAN_BLOCK_PERSONS);
            rows[w] += blocks[w].off[blocks[w].person_count];
        }
    assert_int_equal(r, 0);
    assert_int_equal(rows[0], 6000);
    assert_int_equal(rows[1], 7001);
    assert_int_equal(rows[2], 0);
    scan_close(scan);
}

static void test_scan__cancel_ends_it(void **state)
{
    struct house *house = *state;
    struct scan *scan;
    struct scan_block block;
    for (uint32_t i = 1; i < 10000; i++)
        store_room_event(house->stores, 1, "view", i, 0, 1000, 0);
    assert_int_equal(scan_open(stores_find(house->stores, 1), &everything, 1, 1, &scan), 0);
    assert_int_equal(scan_next(scan, 0, &block), 1);
    scan_cancel(scan);
    assert_int_equal(scan_next(scan, 0, &block), ERR_CANCELLED);
    scan_close(scan);
}

static void test_scan__unheard_of_names_are_absent(void **state)
{
    struct house *house = *state;
    struct scan *scan;
    struct scan_block block;
    struct str name = STR("never");
    uint32_t persons;
    struct scan_want want = { .events = &name, .event_count = 1, .to_ms = INT64_MAX };
    store_room_event(house->stores, 1, "view", 3, 0, 1000, 0);
    assert_int_equal(store_room_count(stores_find(house->stores, 1), &want, &persons), 0);
    want = (struct scan_want){ .to_ms = INT64_MAX, .pay_count = 3 };
    want.pay[0] = (struct scan_pay_want){ SCAN_CODE, { SCAN_OF_PERSON, name, { 0 } } };
    want.pay[1] = (struct scan_pay_want){ SCAN_NUMBER, { SCAN_OF_GROUP, name, name } };
    want.pay[2] = (struct scan_pay_want){ SCAN_LIST, { SCAN_OF_EVENT, name, { 0 } } };
    assert_int_equal(scan_open(stores_find(house->stores, 1), &want, 1, 1, &scan), 0);
    assert_int_equal(scan_next(scan, 0, &block), 1);
    assert_int_equal(block.off[block.person_count], 1);
    assert_int_equal(block.codes[0][0], 0);
    assert_true(block.numbers[1][0] != block.numbers[1][0]);
    assert_int_equal(block.list_off[2][0], 0);
    assert_int_equal(block.list_off[2][1], 0);
    assert_null(block.ms);
    assert_null(block.names);
    scan_close(scan);
}

static void test_scan__corrupt_part_fails_the_query_that_touches_it(void **state)
{
    struct house *house = *state;
    struct scan *scan;
    struct file *file;
    struct str other = STR("click");
    uint32_t persons;
    store_room_event(house->stores, 1, "view", 3, 0, 1000, 0);
    store_room_event(house->stores, 1, "click", 3, 0, 1000, 0);
    assert_int_equal(stores_flush(house->stores), 0);
    struct store *store = stores_find(house->stores, 1);
    struct part_event *view = part_read_find_event(store->parts.items[0], STR("view"));
    uint64_t off = view->sections[PART_TIME].off;
    stores_close(house->stores);
    assert_int_equal(fs_open(house->fs, "parts/0000000000000001.part", FILE_READ | FILE_WRITE,
                             &file), 0);
    assert_int_equal(file_write_at(file, "!", 1, off), 0);
    file_close(file);
    assert_int_equal(stores_open(house->fs, &house->stores), 0);
    store = stores_find(house->stores, 1);
    struct scan_want want = { .events = &other, .event_count = 1, .to_ms = INT64_MAX };
    assert_int_equal(store_room_count(store, &want, &persons), 1);
    assert_int_equal(scan_open(store, &everything, 1, 1, &scan), ERR_CORRUPT);
    assert_null(scan);
    assert_int_equal(store_room_count(store, &want, &persons), 1);
}

/* ---- threads --------------------------------------------------------------------------------- */

struct crowd {
    struct house *house;
    struct scan *scan;
    _Atomic bool is_over;
    _Atomic uint32_t thread;
    _Atomic uint64_t rows;
};

static void *next_all(void *ctx)
{
    struct crowd *crowd = ctx;
    struct scan_block block;
    uint32_t thread = crowd->thread++;
    while (scan_next(crowd->scan, thread, &block) == 1)
        for (uint32_t row = 0; row < block.off[block.person_count]; row++) {
            const struct value *value = scan_value(crowd->scan, block.codes[0][row]);
            check(value->type == VALUE_NUMBER && value->as.number == block.numbers[2][row]);
            check(block.list_off[1][row + 1] - block.list_off[1][row] == 2);
            crowd->rows++;
        }
    return NULL;
}

static void test_scan__threads_share_the_blocks(void **state)
{
    struct crowd crowd = { .house = *state };
    struct sink *sink = stores_sink(crowd.house->stores);
    struct scan_want want = { .to_ms = INT64_MAX, .pay_count = 3 };
    pthread_t threads[3];
    for (uint32_t i = 1; i < 30000; i++) {
        struct value items[] = { { .type = VALUE_NUMBER, .as.number = i % 500 },
                                 { .type = VALUE_NULL } };
        struct property properties[] = {
            { STR("n"), items[0] },
            { STR("l"), { .type = VALUE_LIST, .as.list = { items, 2 } } },
        };
        struct event event = { .name = STR("view"), .person = store_room_ref(i), .time_ms = i,
                               .properties = properties, .property_count = 2 };
        assert_int_equal(sink->ops->events(sink, 1, &event, 1, 0), 0);
    }
    want.pay[0] = (struct scan_pay_want){ SCAN_CODE, { SCAN_OF_EVENT, STR("n"), { 0 } } };
    want.pay[1] = (struct scan_pay_want){ SCAN_LIST, { SCAN_OF_EVENT, STR("l"), { 0 } } };
    want.pay[2] = (struct scan_pay_want){ SCAN_NUMBER, { SCAN_OF_EVENT, STR("n"), { 0 } } };
    assert_int_equal(scan_open(stores_find(crowd.house->stores, 1), &want, 1, 3, &crowd.scan),
                     0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, next_all, &crowd), 0);
    for (int i = 0; i < 3; i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(crowd.rows, 29999);
    assert_int_equal(scan_rows_read(crowd.scan), 29999);
    scan_close(crowd.scan);
}

static void *ask_on(void *ctx)
{
    struct crowd *crowd = ctx;
    uint64_t last = 0;
    while (!crowd->is_over) {
        struct store_status status;
        uint32_t persons;
        struct store *store = stores_find(crowd->house->stores, 1);
        if (!store)
            continue;
        uint64_t rows = store_room_count(store, &everything, &persons);
        store_get_status(store, &status);
        check(rows >= last && status.events >= rows);
        last = rows;
        crowd->rows++;
    }
    return NULL;
}

static void test_scan__asking_while_feeding_and_flushing(void **state)
{
    struct crowd crowd = { .house = *state };
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_on, &crowd), 0);
    for (uint32_t i = 1; i <= 20000 || crowd.rows < 20; i++) {
        store_room_event(crowd.house->stores, 1, "view", i % 500 + 1,
                         i % 50 == 0 ? 1000 + i : 0, 1000 + i, 0);
        if (i % 1500 == 0)
            assert_int_equal(stores_flush(crowd.house->stores), 0);
    }
    crowd.is_over = true;
    for (int i = 0; i < 2; i++)
        (void)pthread_join(threads[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_scan__sees_the_moment_of_its_opening, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_scan__nobodys_rows_come_in_slices_of_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_scan__wants_share_each_block, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scan__cancel_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scan__unheard_of_names_are_absent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scan__corrupt_part_fails_the_query_that_touches_it,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_scan__threads_share_the_blocks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scan__asking_while_feeding_and_flushing, setup,
                                        teardown),
    };
    return RUN(tests);
}
