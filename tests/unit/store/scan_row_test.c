/* store/scan_row: all properties of a row, whatever way its column is encoded. */
#include "store/scan_row.h"

#include "store/scan.h"
#include "support/people_model.h"
#include "support/store_room.h"
#include "support/temp.h"
#include "support/test.h"

enum { ROWS = 600 };

/* "wide" has a number of its own in each row (or a text, or nothing), "rare" few, "list" a list. */
static void feed(struct stores *stores, uint32_t i)
{
    struct value items[2] = { { .type = VALUE_NUMBER, .as.number = i },
                              { .type = VALUE_REF, .as.sealed = { store_room_ref(i + 1),
                                                                  REF_KIND_PHONE } } };
    struct property properties[4] = {
        { STR("list"), { .type = VALUE_LIST, .as.list = { items, 2 } } },
    };
    struct event event = { .name = STR("e"), .time_ms = 1000000 + i, .person = store_room_ref(1),
                           .properties = properties, .property_count = 1 };
    if (i % 3 == 0)
        properties[event.property_count++] = (struct property){
            STR("wide"), { .type = VALUE_NUMBER, .as.number = i * 1.25 } };
    else if (i % 3 == 1)
        properties[event.property_count++] = (struct property){
            STR("wide"), { .type = VALUE_STRING, .as.string = STR("text") } };
    if (i % 100 == 7)
        properties[event.property_count++] = (struct property){ STR("rare"),
                                                                { .type = VALUE_NULL } };
    check(stores_sink(stores)->ops->events(stores_sink(stores), 1, &event, 1, 1) == 0);
}

static void check_row(const struct property *properties, uint32_t count, uint32_t i)
{
    struct property *all = (struct property *)(uintptr_t)properties;
    const struct property *list = event_find_property(all, count, STR("list"));
    const struct property *wide = event_find_property(all, count, STR("wide"));
    const struct property *rare = event_find_property(all, count, STR("rare"));
    struct ref ref = store_room_ref(i + 1);
    assert_int_equal(count, 1 + (i % 3 < 2) + (i % 100 == 7));
    check(list != NULL && list->value.type == VALUE_LIST && list->value.as.list.count == 2);
    assert_true(list->value.as.list.items[0].as.number == i);
    assert_true(ref_equal(&list->value.as.list.items[1].as.sealed.ref, &ref));
    assert_int_equal(wide != NULL, i % 3 < 2);
    if (wide && i % 3 == 0)
        assert_true(wide->value.type == VALUE_NUMBER && wide->value.as.number == i * 1.25);
    if (wide && i % 3 == 1)
        assert_str(wide->value.as.string, "text");
    assert_int_equal(rare != NULL, i % 100 == 7);
    if (rare)
        assert_int_equal(rare->value.type, VALUE_NULL);
}

static void test_row__is_what_was_fed(void **state)
{
    (void)state;
    struct temp temp;
    struct stores *stores;
    struct arena arena;
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    arena_init(&arena, 0);
    check(stores_open(fs, &stores) == 0);
    for (uint32_t i = 0; i < ROWS; i++)
        feed(stores, i);
    for (int on_disk = 0; on_disk < 2; on_disk++) {
        struct scan_want want = { .from_ms = 0, .to_ms = INT64_MAX, .with_places = true };
        struct scan *scan;
        struct scan_block block;
        uint32_t person = 1;
        assert_int_equal(scan_open(stores_find(stores, 1), &want, 1, 1, &scan), 0);
        scan_limit(scan, &person, 1);
        assert_int_equal(scan_next(scan, 0, &block), 1);
        assert_int_equal(block.off[1] - block.off[0], ROWS);
        for (uint32_t i = 0; i < ROWS; i++) {
            struct property *properties;
            uint32_t count;
            assert_int_equal(scan_read_row(scan, 0, &block.places[block.off[0] + i], &arena,
                                           &properties, &count), 0);
            check_row(properties, count, i);
        }
        assert_int_equal(scan_next(scan, 0, &block), 0);
        scan_close(scan);
        struct sink *sink = stores_sink(stores);
        check(sink->ops->advance(sink, (struct wal_position){ 1, 1 }) == 0);
        check(stores_flush(stores) == 0);
    }
    arena_release(&arena);
    stores_close(stores);
    fs_destroy(fs);
    temp_remove(&temp);
}

static void test_row__without_memory_is_said(void **state)
{
    (void)state;
    struct store_room_row row = { "e", 1, 1000, 0, "red" };
    struct part *part = store_room_part(&row, 1, 0);
    struct gather_source source;
    struct arena arena;
    struct property *properties;
    uint32_t count;
    assert_int_equal(gather_source_init(&source, part, &part->events[0]), 0);
    arena_init(&arena, 8);
    assert_true(scan_row_read(&source, 0, &arena, &properties, &count) < 0);
    assert_int_equal(count, 0);
    arena_release(&arena);
    part_read_unpin(part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row__is_what_was_fed),
        cmocka_unit_test(test_row__without_memory_is_said),
    };
    return RUN(tests);
}
