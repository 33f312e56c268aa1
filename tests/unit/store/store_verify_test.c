/* store/store_verify: says nothing of a sound store, and names the file of each fault. */
#include "store/store_verify.h"

#include <string.h>

#include "base/err.h"
#include "support/file_fault.h"
#include "support/store_room.h"
#include "support/test.h"

struct house {
    struct fs *fs;
    struct bytes said;
};

static int setup(void **state)
{
    static struct house house;
    struct stores *stores;
    memset(&house, 0, sizeof(house));
    house.fs = file_fault_create();
    *state = &house;
    if (stores_open(house.fs, &stores) != 0)
        return -1;
    for (uint32_t i = 1; i < 50; i++)
        store_room_event(stores, 1, i % 3 ? "view" : "click", i % 7, 0, 1000 * i, i);
    int r = stores_flush(stores);
    stores_close(stores);
    return r;
}

static int teardown(void **state)
{
    struct house *house = *state;
    fs_destroy(house->fs);
    bytes_release(&house->said);
    return 0;
}

static void on_say(void *ctx, struct str sentence)
{
    struct house *house = ctx;
    bytes_append_str(&house->said, sentence);
    bytes_put_u8(&house->said, '\n');
}

static void flip(struct house *house, const char *name, uint64_t at)
{
    struct file *file;
    uint8_t byte;
    size_t got;
    assert_int_equal(fs_open(house->fs, name, FILE_READ | FILE_WRITE, &file), 0);
    assert_int_equal(file_read_at(file, &byte, 1, at, &got), 0);
    byte ^= 1;
    assert_int_equal(file_write_at(file, &byte, 1, at), 0);
    file_close(file);
}

static void test_store_verify__sound_and_never_started(void **state)
{
    struct house *house = *state;
    struct fs *fresh = file_fault_create();
    assert_int_equal(stores_verify(house->fs, on_say, house), 0);
    assert_int_equal(stores_verify(fresh, on_say, house), 0);
    assert_int_equal(house->said.len, 0);
    fs_destroy(fresh);
}

static void assert_found(struct house *house, const char *name, uint64_t at)
{
    bytes_reset(&house->said);
    flip(house, name, at);
    assert_int_equal(stores_verify(house->fs, on_say, house), ERR_CORRUPT);
    assert_true(str_find(bytes_str(&house->said), str_from(name)) >= 0);
    flip(house, name, at);
}

static void test_store_verify__names_the_file_of_a_fault(void **state)
{
    struct house *house = *state;
    assert_found(house, "parts/0000000000000001.part", 64);       /* the first section */
    assert_found(house, "parts/0000000000000001.part", 9);        /* the head */
    assert_found(house, "tables-0000000000000001", 20);
    assert_found(house, "manifest", 30);
    assert_int_equal(fs_remove(house->fs, "parts/0000000000000001.part"), 0);
    assert_int_equal(stores_verify(house->fs, on_say, house), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_store_verify__sound_and_never_started, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_store_verify__names_the_file_of_a_fault, setup,
                                        teardown),
    };
    return RUN(tests);
}
