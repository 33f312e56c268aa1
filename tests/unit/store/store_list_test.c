/* store/store_list: names, properties and values, counted over parts, runs and the tail. */
#include "store/store_list.h"

#include <stdio.h>

#include "base/rand.h"
#include "store/profile.h"
#include "store/store_inside.h"
#include "support/file_fault.h"
#include "support/store_room.h"
#include "support/test.h"

struct house {
    struct fs *fs;
    struct stores *stores;
    struct store *store;
    struct arena arena;
};

static void feed(struct house *house, const char *name, const char *property, struct value value)
{
    struct property p = { str_from(property), value };
    struct event event = { .name = str_from(name), .time_ms = 5000,
                           .person = store_room_ref(1), .properties = &p, .property_count = 1 };
    struct sink *sink = stores_sink(house->stores);
    assert_int_equal(sink->ops->events(sink, 1, &event, 1, 0), 0);
}

static struct value text(const char *s)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(s) };
}

static int setup(void **state)
{
    static struct house house;
    house.fs = file_fault_create();
    arena_init(&house.arena, 0);
    *state = &house;
    if (stores_open(house.fs, &house.stores) != 0)
        return -1;
    struct value items[] = { text("Red"), text("blue"), { .type = VALUE_REF,
                             .as.sealed = { store_room_ref(5), REF_KIND_EMAIL } } };
    feed(&house, "view", "colour", text("Red"));
    feed(&house, "view", "colour", text("green"));
    if (stores_flush(house.stores) != 0)
        return -1;
    feed(&house, "click", "colour", (struct value){ .type = VALUE_LIST, .as.list = { items, 3 } });
    feed(&house, "view", "size", (struct value){ .type = VALUE_NUMBER, .as.number = 3 });
    struct property plan = { STR("plan"), text("pro") };
    struct profile_update update = { .op = PROFILE_SET, .flags = PROFILE_IGNORE_TIME,
                                     .subject = store_room_ref(1), .properties = &plan,
                                     .property_count = 1 };
    struct sink *sink = stores_sink(house.stores);
    (void)sink->ops->updates(sink, 1, &update, 1);
    update.group_key = STR("company");
    update.group_id = STR("acme");
    (void)sink->ops->updates(sink, 1, &update, 1);
    house.store = stores_find(house.stores, 1);
    return 0;
}

static int teardown(void **state)
{
    struct house *house = *state;
    stores_close(house->stores);
    fs_destroy(house->fs);
    arena_release(&house->arena);
    return 0;
}

static void test_store_list__events_by_count(void **state)
{
    struct house *house = *state;
    struct store_name *names;
    uint32_t n;
    assert_int_equal(store_list_events(house->store, &house->arena, &names, &n), 0);
    assert_int_equal(n, 2);
    assert_str(names[0].name, "view");
    assert_int_equal(names[0].count, 3);
    assert_str(names[1].name, "click");
    assert_int_equal(names[1].count, 1);
}

static void test_store_list__properties_with_types(void **state)
{
    struct house *house = *state;
    struct store_property *list;
    uint32_t n;
    assert_int_equal(store_list_properties(house->store, &house->arena, &list, &n), 0);
    assert_int_equal(n, 4);
    assert_str(list[0].name, "colour");
    assert_int_equal(list[0].of, SCAN_OF_EVENT);
    assert_int_equal(list[0].types, 1 << VALUE_STRING | 1 << VALUE_LIST);
    assert_str(list[1].name, "size");
    assert_int_equal(list[1].types, 1 << VALUE_NUMBER);
    assert_int_equal(list[2].of, SCAN_OF_PERSON);
    assert_str(list[2].name, "plan");
    assert_int_equal(list[3].of, SCAN_OF_GROUP);
    assert_str(list[3].group_key, "company");
}

/* ---- properties of profiles ------------------------------------------------------------------ */

static void update_random(struct house *house, struct rand *rand, uint32_t count)
{
    struct profile_update updates[64];
    struct property properties[64];
    char names[64][8];
    assert_true(count <= 64);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t op = rand_below(rand, 24);
        (void)snprintf(names[i], sizeof(names[i]), "n%u", (uint32_t)rand_below(rand, 30));
        properties[i] = (struct property){ str_from(names[i]), text("x") };
        if (rand_below(rand, 2))
            properties[i].value = (struct value){ .type = VALUE_NUMBER, .as.number = 1 };
        updates[i] = (struct profile_update){
            .op = op < 4 ? PROFILE_DELETE : (enum profile_op)(op % PROFILE_UNSET + 1),
            .flags = PROFILE_IGNORE_TIME, .properties = &properties[i],
            .property_count = op >= 4, .subject = store_room_ref(1 + (uint32_t)op % 3) };
        if (rand_below(rand, 2)) {
            updates[i].group_key = rand_below(rand, 2) ? STR("company") : STR("team");
            updates[i].group_id = rand_below(rand, 2) ? STR("acme") : STR("other");
        }
    }
    struct sink *sink = stores_sink(house->stores);
    assert_int_equal(sink->ops->updates(sink, 1, updates, count), 0);
}

/* The slow, obvious way: reads every profile. */
static uint32_t walked_types(struct house *house, const struct store_property *of)
{
    const struct profiles *profiles = &house->store->profiles;
    uint32_t types = 0;
    for (uint32_t i = 0; i < profiles->count; i++) {
        const struct profile *profile = &profiles->items[i];
        struct value value;
        if ((profile->code != 0) == (of->of == SCAN_OF_PERSON) &&
            str_equal(profile->group_key, of->group_key) &&
            profile_find(profile->content, of->name, &house->arena, &value))
            types |= 1u << value.type;
    }
    return types;
}

static uint32_t types(struct house *house, enum scan_of of, struct str group_key, struct str name)
{
    struct scan_source source = { of, name, group_key };
    return store_find_property(house->store, &source);
}

static void compare_with_walk(struct house *house)
{
    static const char *keys[] = { "", "company", "team" };
    struct store_property *list;
    char text[8];
    uint32_t n, expected = 0, found = 0;
    assert_int_equal(store_list_properties(house->store, &house->arena, &list, &n), 0);
    for (uint32_t i = 0; i < n; i++) {
        if (list[i].of != SCAN_OF_EVENT)
            assert_int_equal(list[i].types, walked_types(house, &list[i]));
        assert_int_equal(types(house, list[i].of, list[i].group_key, list[i].name),
                         list[i].types);
        found += list[i].of != SCAN_OF_EVENT && list[i].name.ptr[0] == 'n';
    }
    for (uint32_t i = 0; i < 3 * 30; i++) {
        (void)snprintf(text, sizeof(text), "n%u", i / 3);
        struct store_property of = { .of = i % 3 ? SCAN_OF_GROUP : SCAN_OF_PERSON,
                                     .group_key = str_from(keys[i % 3]),
                                     .name = str_from(text) };
        expected += walked_types(house, &of) != 0;
        assert_int_equal(types(house, of.of, of.group_key, of.name), walked_types(house, &of));
    }
    assert_int_equal(found, expected);
}

static void test_store_list__properties_are_those_of_a_walk(void **state)
{
    struct house *house = *state;
    struct rand rand;
    rand_init(&rand, 9);
    for (uint32_t step = 0; step < 60; step++) {
        update_random(house, &rand, 1 + (uint32_t)rand_below(&rand, 64));
        compare_with_walk(house);
        if (step % 7 != 6)
            continue;
        assert_int_equal(stores_flush(house->stores), 0);
        stores_close(house->stores);
        assert_int_equal(stores_open(house->fs, &house->stores), 0);
        house->store = stores_find(house->stores, 1);
        compare_with_walk(house);
    }
}

static void test_store_list__property_is_found_in_all_parts(void **state)
{
    struct house *house = *state;
    struct str none = STR("");
    assert_int_equal(types(house, SCAN_OF_EVENT, none, STR("colour")),
                     1 << VALUE_STRING | 1 << VALUE_LIST);   /* one flushed, one in the tail */
    assert_int_equal(types(house, SCAN_OF_EVENT, none, STR("size")), 1 << VALUE_NUMBER);
    assert_int_equal(types(house, SCAN_OF_EVENT, none, STR("plan")), 0);
    assert_int_equal(types(house, SCAN_OF_PERSON, none, STR("plan")), 1 << VALUE_STRING);
    assert_int_equal(types(house, SCAN_OF_GROUP, STR("company"), STR("plan")), 1 << VALUE_STRING);
    assert_int_equal(types(house, SCAN_OF_GROUP, STR("other"), STR("plan")), 0);
    assert_int_equal(types(house, SCAN_OF_NAME, none, STR("view")), 0);
}

/* Nothing of a profile is looked at: its bytes are out of reach meanwhile. */
static void test_store_list__properties_read_no_profile(void **state)
{
    struct house *house = *state;
    struct store_property *list;
    struct profiles *profiles;
    uint32_t n;
    struct property property = { STR("$email"), { .type = VALUE_REF } };
    struct profile_update update = { .op = PROFILE_SET, .flags = PROFILE_IGNORE_TIME,
                                     .properties = &property, .property_count = 1 };
    struct sink *sink = stores_sink(house->stores);
    property.value.as.sealed.ref = store_room_ref(5);
    property.value.as.sealed.kind = REF_KIND_EMAIL;
    for (uint32_t i = 0; i < 20000; i++) {
        update.subject = store_room_ref(10 + i);
        assert_int_equal(sink->ops->updates(sink, 1, &update, 1), 0);
    }
    profiles = &house->store->profiles;
    assert_true(profiles->count > 20000);
    struct profile *items = profiles->items;
    uint32_t count = profiles->count;
    profiles->items = NULL;
    assert_int_equal(store_list_properties(house->store, &house->arena, &list, &n), 0);
    profiles->items = items;
    assert_int_equal(profiles->count, count);
    assert_int_equal(n, 5);
    assert_str(list[2].name, "$email");
    assert_int_equal(list[2].types, 1 << VALUE_REF);
}

static uint32_t values(struct house *house, enum scan_of of, const char *name,
                       const char *contains, struct store_value **out)
{
    struct scan_source source = { of, str_from(name), STR("company") };
    uint32_t n;
    assert_int_equal(store_list_values(house->store, &source, str_from(contains), 10,
                                       &house->arena, out, &n), 0);
    return n;
}

static void test_store_list__values_by_count_without_refs(void **state)
{
    struct house *house = *state;
    struct store_value *list;
    assert_int_equal(values(house, SCAN_OF_EVENT, "colour", "", &list), 3);
    assert_str(list[0].value.as.string, "Red");
    assert_int_equal(list[0].count, 2);
    assert_int_equal(values(house, SCAN_OF_EVENT, "colour", "RE", &list), 2);
    assert_int_equal(values(house, SCAN_OF_EVENT, "colour", "blue", &list), 1);
    assert_int_equal(values(house, SCAN_OF_EVENT, "size", "3", &list), 1);
    assert_true(list[0].value.as.number == 3);
    assert_int_equal(values(house, SCAN_OF_EVENT, "never", "", &list), 0);
    assert_int_equal(values(house, SCAN_OF_PERSON, "plan", "pro", &list), 1);
    assert_int_equal(values(house, SCAN_OF_GROUP, "plan", "", &list), 1);
    assert_int_equal(values(house, SCAN_OF_NAME, "", "v", &list), 1);
    assert_int_equal(list[0].count, 3);
}

static void test_store_list__at_most_max_and_numbers_of_wide_properties(void **state)
{
    struct house *house = *state;
    struct store_value *list;
    for (uint32_t i = 0; i < 5000; i++)
        feed(house, "many", "n", (struct value){ .type = VALUE_NUMBER, .as.number = i });
    feed(house, "many", "n", (struct value){ .type = VALUE_NUMBER, .as.number = 77 });
    assert_int_equal(values(house, SCAN_OF_EVENT, "n", "", &list), 10);
    assert_true(list[0].value.as.number == 77);
    assert_int_equal(list[0].count, 2);
    assert_int_equal(values(house, SCAN_OF_EVENT, "n", "4999", &list), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_store_list__events_by_count, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store_list__properties_with_types, setup, teardown),
        cmocka_unit_test_setup_teardown(test_store_list__properties_are_those_of_a_walk, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_store_list__property_is_found_in_all_parts, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_store_list__properties_read_no_profile, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_store_list__values_by_count_without_refs, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_store_list__at_most_max_and_numbers_of_wide_properties, setup, teardown),
    };
    return RUN(tests);
}
