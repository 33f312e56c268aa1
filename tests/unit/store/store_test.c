/* store/store: what the sink took is seen at once, durable after a flush, found again; links,
 * twins, profiles, counts; a failed disk stops it for good. */
#include "store/store.h"

#include <string.h>

#include "base/err.h"
#include "base/rand.h"
#include "store/store_inside.h"
#include "support/golden.h"
#include "support/store_room.h"
#include "support/temp.h"
#include "support/test.h"

struct house {
    struct temp temp;
    struct fs *fs;
    struct stores *stores;
    struct arena arena;
};

static int setup(void **state)
{
    static struct house house;
    memset(&house, 0, sizeof(house));
    temp_make(&house.temp);
    house.fs = temp_fs(&house.temp);
    arena_init(&house.arena, 0);
    *state = &house;
    return stores_open(house.fs, &house.stores);
}

static int teardown(void **state)
{
    struct house *house = *state;
    stores_close(house->stores);
    fs_destroy(house->fs);
    temp_remove(&house->temp);
    arena_release(&house->arena);
    return 0;
}

static void reopen(struct house *house)
{
    stores_close(house->stores);
    assert_int_equal(stores_open(house->fs, &house->stores), 0);
}

static uint64_t total(struct house *house, uint32_t *persons)
{
    struct scan_want want = { .from_ms = 0, .to_ms = INT64_MAX };
    return store_room_count(stores_find(house->stores, 1), &want, persons);
}

static void test_store__row_is_seen_at_once(void **state)
{
    struct house *house = *state;
    uint32_t persons;
    assert_null(stores_find(house->stores, 1));
    store_room_event(house->stores, 1, "view", 7, 0, 1000, 0);
    assert_int_equal(total(house, &persons), 1);
    assert_int_equal(persons, 1);
    assert_null(stores_find(house->stores, 2));
}

static void test_store__flushed_rows_are_found_again_and_others_are_not(void **state)
{
    struct house *house = *state;
    uint32_t persons;
    store_room_event(house->stores, 1, "view", 7, 0, 1000, 0);
    assert_int_equal(stores_sink(house->stores)->ops->advance(
        stores_sink(house->stores), (struct wal_position){ 3, 99 }), 0);
    assert_int_equal(stores_flush(house->stores), 0);
    store_room_event(house->stores, 1, "view", 8, 0, 2000, 0);
    assert_int_equal(total(house, &persons), 2);
    reopen(house);
    assert_int_equal(total(house, &persons), 1);
    assert_int_equal(stores_position(house->stores).file, 3);
    assert_int_equal(stores_position(house->stores).offset, 99);
}

static void test_store__link_moves_earlier_rows_everywhere(void **state)
{
    struct house *house = *state;
    uint32_t persons;
    store_room_event(house->stores, 1, "view", 100, 0, 1000, 0);
    assert_int_equal(stores_flush(house->stores), 0);
    store_room_event(house->stores, 1, "view", 100, 0, 2000, 0);
    store_room_event(house->stores, 1, "view", 7, 0, 1500, 0);
    assert_int_equal(total(house, &persons), 3);
    assert_int_equal(persons, 2);
    store_room_event(house->stores, 1, "login", 7, 100, 2500, 0);
    assert_int_equal(total(house, &persons), 4);
    assert_int_equal(persons, 1);
    store_room_event(house->stores, 1, "login", 8, 100, 2600, 0);   /* the first link wins */
    assert_int_equal(total(house, &persons), 5);
    assert_int_equal(persons, 2);
    assert_int_equal(stores_flush(house->stores), 0);
    reopen(house);
    assert_int_equal(total(house, &persons), 5);
    assert_int_equal(persons, 2);
    struct store_status status;
    store_get_status(stores_find(house->stores, 1), &status);
    assert_int_equal(status.persons, 2);
    assert_int_equal(status.events, 5);
    assert_int_equal(status.first_ms, 1000);
    assert_int_equal(status.until_ms, 2600);
}

static void test_store__twins_count_once_also_after_a_link(void **state)
{
    struct house *house = *state;
    uint32_t persons;
    store_room_event(house->stores, 1, "view", 100, 0, 1000, 55);
    store_room_event(house->stores, 1, "view", 100, 0, 1000, 55);
    assert_int_equal(total(house, &persons), 1);
    assert_int_equal(stores_flush(house->stores), 0);
    store_room_event(house->stores, 1, "view", 100, 0, 1000, 55);
    store_room_event(house->stores, 1, "view", 7, 0, 1000, 55);
    assert_int_equal(total(house, &persons), 2);
    store_room_event(house->stores, 1, "login", 7, 100, 2000, 0);
    assert_int_equal(total(house, &persons), 2);
    store_room_event(house->stores, 1, "view", 7, 0, 1000, 0);
    store_room_event(house->stores, 1, "view", 7, 0, 1000, 0);   /* no insert id: no twin */
    assert_int_equal(total(house, &persons), 4);
    assert_int_equal(persons, 1);
}

static void test_store__counts_add_up_over_starts(void **state)
{
    struct house *house = *state;
    struct sink *sink = stores_sink(house->stores);
    struct store_count *counts;
    uint32_t n;
    assert_int_equal(sink->ops->counts(sink, 4, STR("mixpanel"), STR("bad_time"), 3, 50), 0);
    assert_int_equal(stores_flush(house->stores), 0);
    reopen(house);
    sink = stores_sink(house->stores);
    assert_int_equal(sink->ops->counts(sink, 4, STR("mixpanel"), STR("bad_time"), 2, 40), 0);
    assert_int_equal(stores_list_counts(house->stores, 4, &house->arena, &counts, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(counts[0].n, 5);
    assert_int_equal(counts[0].last_ms, 50);
    assert_str(counts[0].reason, "bad_time");
    assert_null(stores_find(house->stores, 4));
}

/* ---- files of the first version ------------------------------------------------------------- */

static void on_finding(void *ctx, struct str sentence)
{
    (void)ctx;
    fail_msg("%.*s", (int)sentence.len, sentence.ptr);
}

static struct value only_value(struct house *house, enum scan_of of, const char *name)
{
    struct scan_source source = { of, str_from(name), STR("company") };
    struct store_value *list;
    uint32_t n;
    assert_int_equal(store_list_values(stores_find(house->stores, 1), &source, STR(""), 10,
                                       &house->arena, &list, &n), 0);
    assert_int_equal(n, 1);
    return list[0].value;
}

static void assert_golden_events(struct house *house)
{
    struct store *store = stores_find(house->stores, 1);
    const struct str view = STR("view");
    struct scan_want want = { .events = &view, .event_count = 1, .to_ms = INT64_MAX };
    struct store_status status;
    struct store_name *names;
    uint32_t persons, n;
    /* Six were taken in: one twin is gone, and one person's device became the person. */
    assert_int_equal(total(house, &persons), 5);
    assert_int_equal(persons, 2);
    assert_int_equal(store_room_count(store, &want, &persons), 2);
    assert_int_equal(persons, 1);
    store_get_status(store, &status);
    assert_int_equal(status.parts, 2);
    assert_int_equal(status.waiting_rows, 0);
    assert_int_equal(status.persons, 2);
    assert_int_equal(status.first_ms, 1700000000000);
    assert_int_equal(status.until_ms, 1700000004000);
    assert_int_equal(store_list_events(store, &house->arena, &names, &n), 0);
    assert_int_equal(n, 4);
    assert_str(names[0].name, "view");
}

static void assert_golden_values(struct house *house)
{
    struct store_property *list;
    struct value tag;
    uint32_t n;
    assert_true(only_value(house, SCAN_OF_EVENT, "price").as.number == 12.5);
    assert_int_equal(only_value(house, SCAN_OF_EVENT, "paid").type, VALUE_TRUE);
    assert_int_equal(only_value(house, SCAN_OF_EVENT, "free").type, VALUE_FALSE);
    assert_int_equal(only_value(house, SCAN_OF_EVENT, "coupon").type, VALUE_NULL);
    assert_str(only_value(house, SCAN_OF_EVENT, "company").as.string, "acme");
    assert_str(only_value(house, SCAN_OF_PERSON, "plan").as.string, "pro");
    assert_true(only_value(house, SCAN_OF_PERSON, "visits").as.number == 3);
    assert_true(only_value(house, SCAN_OF_GROUP, "size").as.number == 40);
    tag = only_value(house, SCAN_OF_EVENT, "box");
    assert_int_equal(tag.type, VALUE_OBJECT);
    assert_str(tag.as.object.members[0].name, "width");
    assert_int_equal(store_list_properties(stores_find(house->stores, 1), &house->arena, &list,
                                           &n), 0);
    for (uint32_t i = 0; i < n; i++) {
        if (str_equal(list[i].name, STR("$email")))
            assert_int_equal(list[i].types, 1 << VALUE_REF);
        if (str_equal(list[i].name, STR("tags")))
            assert_int_equal(list[i].types, 1 << VALUE_LIST);
    }
}

static void test_store__files_of_the_first_version_open(void **state)
{
    struct house *house = *state;
    struct store_count *counts;
    uint32_t n, persons;
    stores_close(house->stores);
    fs_destroy(house->fs);
    temp_remove(&house->temp);
    house->fs = golden_copy("store-1", &house->temp);
    assert_int_equal(stores_verify(house->fs, on_finding, NULL), 0);
    assert_int_equal(stores_open(house->fs, &house->stores), 0);
    assert_int_equal(stores_position(house->stores).file, 2);
    assert_golden_events(house);
    assert_golden_values(house);
    assert_int_equal(stores_list_counts(house->stores, 1, &house->arena, &counts, &n), 0);
    assert_int_equal(n, 1);
    assert_str(counts[0].reason, "bad_time");
    assert_int_equal(counts[0].n, 3);
    assert_int_equal(counts[0].last_ms, 1700000007000);
    assert_int_equal(stores_list_counts(house->stores, 0, &house->arena, &counts, &n), 0);
    assert_int_equal(n, 1);
    assert_str(counts[0].reason, "unknown_token");
    /* And are written on: a twin of what they hold, and a row that is new. */
    store_room_event(house->stores, 1, "view", 7, 0, 1700000001500, 2);
    store_room_event(house->stores, 1, "view", 100, 0, 1700000009000, 0);
    assert_int_equal(stores_flush(house->stores), 0);
    reopen(house);
    assert_int_equal(total(house, &persons), 6);
    assert_int_equal(persons, 2);
    assert_int_equal(stores_verify(house->fs, on_finding, NULL), 0);
}

/* ---- updates together ------------------------------------------------------------------------ */

static void random_updates(struct rand *rand, struct profile_update *updates,
                           struct property *properties, uint32_t count)
{
    static const char *names[] = { "a", "b", "c" };
    for (uint32_t i = 0; i < count; i++) {
        uint64_t op = rand_below(rand, 20);
        properties[i] = (struct property){ str_from(names[rand_below(rand, 3)]),
            { .type = VALUE_NUMBER, .as.number = (double)rand_below(rand, 5) } };
        updates[i] = (struct profile_update){
            .op = op == 0 ? PROFILE_DELETE : (enum profile_op)(op % PROFILE_UNSET + 1),
            .flags = (uint32_t)rand_below(rand, 4), .time_ms = (int64_t)i * 1000,
            .subject = store_room_ref((uint32_t)rand_below(rand, 5)),
            .properties = &properties[i], .property_count = op != 0 };
        if (rand_below(rand, 2)) {
            updates[i].group_key = rand_below(rand, 2) ? STR("a") : STR("ab");
            updates[i].group_id = rand_below(rand, 2) ? STR("bc") : STR("c");
        }
    }
}

/* Of persons, a device, nobody, and groups whose key and id run together, mixed: the updates of a
 * call are taken by profile. */
static void test_store__updates_together_give_what_each_alone_gives(void **state)
{
    struct house *house = *state;
    struct profile_update updates[50];
    struct property properties[50];
    struct rand rand;
    rand_init(&rand, 4);
    store_room_event(house->stores, 1, "login", 1, 4, 1000, 0);   /* 4 is a device of 1 */
    store_room_event(house->stores, 2, "login", 1, 4, 1000, 0);
    for (uint32_t step = 0; step < 40; step++) {
        struct sink *sink = stores_sink(house->stores);
        uint32_t count = 1 + (uint32_t)rand_below(&rand, 50);
        random_updates(&rand, updates, properties, count);
        assert_int_equal(sink->ops->updates(sink, 1, updates, count), 0);
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(sink->ops->updates(sink, 2, &updates[i], 1), 0);
        const struct profiles *together = &stores_find(house->stores, 1)->profiles;
        const struct profiles *each = &stores_find(house->stores, 2)->profiles;
        assert_int_equal(together->count, each->count);
        for (uint32_t i = 0; i < each->count; i++) {
            assert_int_equal(together->items[i].code, each->items[i].code);
            assert_true(str_equal(together->items[i].group_id, each->items[i].group_id));
            assert_true(str_equal(together->items[i].content, each->items[i].content));
        }
        assert_int_equal(together->dirty_count, each->dirty_count);
        for (uint32_t i = 0; i < each->dirty_count; i++)
            assert_int_equal(together->dirty[i], each->dirty[i]);
        if (step % 9 == 8) {
            assert_int_equal(stores_flush(house->stores), 0);
            reopen(house);
        }
    }
    assert_int_equal(stores_find(house->stores, 1)->profiles.count, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_store__row_is_seen_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_store__flushed_rows_are_found_again_and_others_are_not, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store__link_moves_earlier_rows_everywhere, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_store__twins_count_once_also_after_a_link, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_store__updates_together_give_what_each_alone_gives, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store__counts_add_up_over_starts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store__files_of_the_first_version_open, setup,
                                        teardown),
    };
    return RUN(tests);
}
