/* store/tables: what was written, whole or by changes, loads to the same; bad records do not. */
#include "store/tables.h"

#include <string.h>

#include "base/err.h"
#include "support/file_fault.h"
#include "support/store_room.h"
#include "support/test.h"

struct house {
    struct fs *fs;
    struct stores *stores;
    struct stores *loaded;
};

static int setup(void **state)
{
    static struct house house;
    house.fs = file_fault_create();
    struct fs *other = file_fault_create();
    if (stores_open(house.fs, &house.stores) != 0 || stores_open(other, &house.loaded) != 0)
        return -1;
    *state = &house;
    return 0;
}

static int teardown(void **state)
{
    struct house *house = *state;
    struct fs *other = house->loaded->fs;
    stores_close(house->stores);
    stores_close(house->loaded);
    fs_destroy(house->fs);
    fs_destroy(other);
    return 0;
}

static void feed(struct house *house)
{
    struct property plan = { STR("plan"), { .type = VALUE_TRUE } };
    struct profile_update update = { .op = PROFILE_SET, .subject = store_room_ref(2),
                                     .properties = &plan, .property_count = 1 };
    struct sink *sink = stores_sink(house->stores);
    store_room_event(house->stores, 1, "a", 1, 3, 5, 0);
    store_room_event(house->stores, 8, "a", 9, 0, 5, 0);
    assert_int_equal(sink->ops->updates(sink, 1, &update, 1), 0);
    update.group_key = STR("company");
    update.group_id = STR("acme");
    assert_int_equal(sink->ops->updates(sink, 1, &update, 1), 0);
    assert_int_equal(sink->ops->counts(sink, 0, STR("p"), STR("r"), 4, 9), 0);
}

static void assert_loaded(struct house *house)
{
    const struct store *store = stores_find(house->loaded, 1);
    assert_non_null(store);
    assert_int_equal(store->persons.count, 3);
    struct ref ref = store_room_ref(3);
    assert_int_equal(persons_find(&store->persons, &ref), 2);
    assert_int_equal(identity_present(&store->identity, 2), 1);
    assert_non_null(profiles_find_person(&store->profiles, 3));
    assert_non_null(profiles_find_group(&store->profiles, STR("company"), STR("acme")));
    assert_int_equal(stores_find(house->loaded, 8)->persons.count, 1);
    assert_int_equal(house->loaded->counts.items[0].n, 4);
}

static void test_tables__whole_and_changes_load_to_the_same(void **state)
{
    struct house *house = *state;
    struct journal journal;
    for (int whole = 0; whole < 2; whole++) {
        if (whole == 0)
            feed(house);
        assert_int_equal(journal_create(house->fs, 50, &journal), 0);
        assert_int_equal(tables_append(house->stores, &journal, whole), 0);
        journal_close(&journal);
        if (whole)
            continue;
        assert_int_equal(journal_read(house->fs, &journal, tables_load, house->loaded), 0);
        assert_loaded(house);
        assert_int_equal(stores_flush(house->stores), 0);   /* nothing has changed since */
        uint64_t length = house->stores->tables.length;
        assert_int_equal(stores_flush(house->stores), 0);
        assert_int_equal(house->stores->tables.length, length);
        struct fs *other = house->loaded->fs;
        stores_close(house->loaded);
        fs_destroy(other);
        assert_int_equal(stores_open(file_fault_create(), &house->loaded), 0);
    }
    assert_int_equal(journal_read(house->fs, &journal, tables_load, house->loaded), 0);
    assert_loaded(house);
}

static void test_tables__bad_records_are_corrupt(void **state)
{
    struct house *house = *state;
    static const struct str bad[] = {
        { "\0" "11111111", 9 },                                  /* a type that is none */
        { "\7" "11111111", 9 },
        { "\1" "1111", 5 },                                      /* cut */
        { "\1" "11111111" "\5\0\0\0" "\0\0\0\0", 17 },           /* does not go on from there */
        { "\1" "11111111" "\0\0\0\0" "\1\0\0\0", 17 },           /* a ref is missing */
        { "\1" "11111111" "\0\0\0\0" "\1\0\0\0" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 33 },
        { "\2" "11111111" "\0\0\0\0" "\1\0\0\0" "\1\0\0\0" "\2\0\0\0", 25 }, /* nobody's codes */
        { "\3" "11111111" "\1\0\0\0" "\0", 14 },                 /* of nobody */
        { "\4" "11111111" "\1k\1i\1\1", 15 },                    /* no profile */
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(tables_load(house->loaded, bad[i]), ERR_CORRUPT);
    assert_int_equal(tables_load(house->loaded, STR("")), 0);
    assert_int_equal(tables_load(house->loaded, str_of("\4" "11111111" "\1k\1i\1\0", 15)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tables__whole_and_changes_load_to_the_same, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_tables__bad_records_are_corrupt, setup, teardown),
    };
    return RUN(tests);
}
