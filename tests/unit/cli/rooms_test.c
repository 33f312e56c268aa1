#include "cli/rooms.h"

#include <stdio.h>
#include <string.h>

#include "cli/init.h"
#include "crypto/random.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/file_real.h"

static void make_house(const struct temp *temp, struct house *house)
{
    char data[200];
    (void)snprintf(data, sizeof(data), "%s/d", temp->path);
    char words[][16] = { "init", "--data", "--host", "amana.example", "--json" };
    char *argv[] = { words[0], words[1], data, words[2], words[3], words[4], NULL };
    assert_int_equal(cli_init(6, argv), 0);
    assert_int_equal(house_open(house, data, NULL, true), 0);
}

static struct fs *open_fs(int dir_fd)
{
    int fd;
    assert_int_equal(file_real_open_below(dir_fd, ".", &fd), 0);
    return fs_real_create(fd);
}

static void test_rooms__a_directory_of_before_the_ledger_is_completed(void **state)
{
    (void)state;
    static const char *const gone[] = { "ledger/log.pub", "ledger/log.origin", "vault/log.pub",
                                        "vault/log.origin", "query/log.pub", "query/log.origin" };
    struct temp temp;
    struct house house;
    uint8_t before[32], after[32], secret[64];
    struct bytes origin = { 0 };
    crypto_init();
    temp_make(&temp);
    make_house(&temp, &house);
    struct fs *keys = open_fs(house.keys_fd);
    assert_int_equal(fs_read_exactly(keys, "vault/log.pub", before, 32), 0);
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
        assert_int_equal(fs_remove(keys, gone[i]), 0);
    assert_int_equal(rooms_complete(&house), 0);
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        struct file_real_facts facts;
        assert_int_equal(file_real_facts(house.keys_fd, gone[i], &facts), 0);
        assert_int_equal(facts.mode, 0400);
    }
    assert_int_equal(fs_read_exactly(keys, "vault/log.pub", after, 32), 0);
    assert_memory_equal(before, after, 32);
    assert_int_equal(fs_read_exactly(keys, "ledger/log.key", secret, 64), 0);
    assert_memory_equal(secret + 32, after, 32);
    assert_int_equal(fs_read_file(keys, "query/log.origin", 256, &origin), 0);
    assert_true(str_equal(bytes_str(&origin), STR("amana.example/amana/1")));
    bytes_release(&origin);
    fs_destroy(keys);
    house_close(&house);
    temp_remove(&temp);
}

static void test_rooms__a_broken_log_key_is_not_given_out(void **state)
{
    (void)state;
    struct temp temp;
    struct house house;
    struct file_real_facts facts;
    crypto_init();
    temp_make(&temp);
    make_house(&temp, &house);
    struct fs *keys = open_fs(house.keys_fd);
    assert_int_equal(fs_remove(keys, "ledger/log.origin"), 0);
    assert_int_equal(fs_remove(keys, "ledger/log.key"), 0);
    assert_int_equal(rooms_put_key(keys, ROOMS_LEDGER, "log.key", STR("short")), 0);
    assert_int_not_equal(rooms_complete(&house), 0);
    assert_int_not_equal(file_real_facts(house.keys_fd, "ledger/log.origin", &facts), 0);
    fs_destroy(keys);
    house_close(&house);
    temp_remove(&temp);
}

static void test_rooms__a_whole_directory_stays_as_it_is(void **state)
{
    (void)state;
    struct temp temp;
    struct house house;
    struct file_real_facts facts;
    crypto_init();
    temp_make(&temp);
    make_house(&temp, &house);
    assert_int_equal(rooms_complete(&house), 0);
    assert_int_equal(file_real_facts(house.data_fd, ROOMS_LOG, &facts), 0);
    assert_int_equal(facts.mode, 02750);
    house_close(&house);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rooms__a_directory_of_before_the_ledger_is_completed),
        cmocka_unit_test(test_rooms__a_broken_log_key_is_not_given_out),
        cmocka_unit_test(test_rooms__a_whole_directory_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
