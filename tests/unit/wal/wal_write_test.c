/* wal/wal_write: grouped, durable before the answer, numbered anew at each start, honest on a full
 * disk and finished after a failed sync. The disk is the real one behind a layer that fails on
 * command and counts syncs. */
#include "wal/wal_write.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/clock.h"
#include "wal/wal_record.h"

/* ---- a disk that fails on command ------------------------------------------------------------ */

struct faulty_fs {
    struct fs base;
    struct fs *real;
    _Atomic bool is_full;
    _Atomic bool sync_fails;
    _Atomic int sync_ms;
    _Atomic int syncs;
    _Atomic uint64_t written;   /* end of the last write that was synced */
};

struct faulty_file {
    struct file base;
    struct file *real;
    struct faulty_fs *fs;
};

static int faulty_write(struct file *f, const void *buf, size_t len, uint64_t off)
{
    struct faulty_file *file = (struct faulty_file *)f;
    return file_write_at(file->real, buf, len, off);
}

static int faulty_sync(struct file *f)
{
    struct faulty_file *file = (struct faulty_file *)f;
    clock_sleep_ms((uint32_t)file->fs->sync_ms);
    if (file->fs->sync_fails)
        return ERR_IO;
    file->fs->syncs++;
    return file_sync(file->real);
}

static int faulty_allocate(struct file *f, uint64_t off, uint64_t len)
{
    struct faulty_file *file = (struct faulty_file *)f;
    (void)off;
    (void)len;
    return file->fs->is_full ? ERR_FULL : 0;
}

static void faulty_close(struct file *f)
{
    struct faulty_file *file = (struct faulty_file *)f;
    file_close(file->real);
    free(file);
}

static const struct file_ops faulty_file_ops = {
    .write_at = faulty_write, .sync = faulty_sync, .allocate = faulty_allocate,
    .close = faulty_close,
};

static int faulty_open(struct fs *fs, const char *name, unsigned flags, struct file **out)
{
    struct faulty_fs *faulty = (struct faulty_fs *)fs;
    struct faulty_file *file = calloc(1, sizeof(*file));
    int r = fs_open(faulty->real, name, flags, &file->real);
    if (r != 0) {
        free(file);
        return r;
    }
    file->base.ops = &faulty_file_ops;
    file->fs = faulty;
    *out = &file->base;
    return 0;
}

static int faulty_remove(struct fs *fs, const char *name)
{
    return fs_remove(((struct faulty_fs *)fs)->real, name);
}

static int faulty_sync_dir(struct fs *fs, const char *name)
{
    return fs_sync_dir(((struct faulty_fs *)fs)->real, name);
}

static int faulty_list(struct fs *fs, const char *name, fs_name_fn each, void *ctx)
{
    return fs_list(((struct faulty_fs *)fs)->real, name, each, ctx);
}

static const struct fs_ops faulty_fs_ops = {
    .open = faulty_open, .remove = faulty_remove, .sync_dir = faulty_sync_dir,
    .list = faulty_list,
};

/* ---- the test's house ------------------------------------------------------------------------ */

struct house {
    struct temp temp;
    struct faulty_fs fs;
    struct wal_write *wal;
    struct bytes record;
};

static int setup(void **state)
{
    static struct house house;
    house = (struct house){ .fs.base.ops = &faulty_fs_ops };
    temp_make(&house.temp);
    house.fs.real = temp_fs(&house.temp);
    struct wal_record record = { WAL_TYPE_COUNTS, 1, STR("payload") };
    wal_record_encode(&record, &house.record);
    *state = &house;
    return wal_write_open(&house.fs.base, 1 << 20, &house.wal);
}

static int teardown(void **state)
{
    struct house *house = *state;
    wal_write_close(house->wal);
    bytes_release(&house->record);
    fs_destroy(house->fs.real);
    temp_remove(&house->temp);
    return 0;
}

struct outcome {
    _Atomic int done;
    _Atomic int failed;
    _Atomic int last;
    struct house *house;
    _Atomic int syncs_seen;
};

static void on_done(void *ctx, int r)
{
    struct outcome *outcome = ctx;
    outcome->last = r;
    outcome->failed += r != 0;
    outcome->syncs_seen = outcome->house->fs.syncs;
    outcome->done++;
}

static void wait_for(struct outcome *outcome, int count)
{
    for (int i = 0; i < 500 && outcome->done < count; i++)
        clock_sleep_ms(5);
    assert_int_equal(outcome->done, count);
}

static void test_wal_write__answer_follows_the_sync(void **state)
{
    struct house *house = *state;
    struct outcome outcome = { .house = house };
    house->fs.sync_ms = 50;
    uint64_t before = clock_boot_ms();
    assert_int_equal(wal_write_append(house->wal, bytes_str(&house->record), on_done, &outcome), 0);
    wait_for(&outcome, 1);
    assert_int_equal(outcome.last, 0);
    assert_int_equal(outcome.syncs_seen, 1);
    assert_true(clock_boot_ms() - before >= 45);
}

static void test_wal_write__one_sync_serves_those_who_wait(void **state)
{
    struct house *house = *state;
    struct outcome outcome = { .house = house };
    uint64_t syncs, appends;
    house->fs.sync_ms = 100;
    for (int i = 0; i < 200; i++)
        assert_int_equal(wal_write_append(house->wal, bytes_str(&house->record), on_done,
                                          &outcome), 0);
    wait_for(&outcome, 200);
    wal_write_counts(house->wal, &syncs, &appends);
    assert_int_equal(appends, 200);
    assert_true(syncs <= 3);
}

static void test_wal_write__file_holds_the_records_and_zeros_after(void **state)
{
    struct house *house = *state;
    struct outcome outcome = { .house = house };
    char buf[4096];
    size_t got, used;
    struct file *f;
    struct wal_record back;
    for (int i = 0; i < 3; i++)
        assert_int_equal(wal_write_append(house->wal, bytes_str(&house->record), on_done,
                                          &outcome), 0);
    wait_for(&outcome, 3);
    assert_int_equal(fs_open(house->fs.real, "0000000000000001.wal", FILE_READ, &f), 0);
    assert_int_equal(file_read_at(f, buf, sizeof(buf), 0, &got), 0);
    struct str rest = str_of(buf, got);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wal_record_decode(rest, &back, &used), 0);
        assert_str(back.payload, "payload");
        rest = str_from_index(rest, used);
    }
    assert_int_equal(wal_record_decode(rest, &back, &used), ERR_NOT_FOUND);
    assert_int_equal(rest.ptr[0], 0);
    file_close(f);
}

static void test_wal_write__full_disk_refuses_and_recovers(void **state)
{
    struct house *house = *state;
    struct outcome outcome = { .house = house };
    house->fs.is_full = true;
    assert_int_equal(wal_write_append(house->wal, bytes_str(&house->record), on_done, &outcome), 0);
    wait_for(&outcome, 1);
    assert_int_equal(outcome.last, ERR_FULL);
    assert_false(wal_write_is_stopped(house->wal));
    house->fs.is_full = false;
    assert_int_equal(wal_write_append(house->wal, bytes_str(&house->record), on_done, &outcome), 0);
    wait_for(&outcome, 2);
    assert_int_equal(outcome.last, 0);
}

static void test_wal_write__failed_sync_stops_it_for_good(void **state)
{
    struct house *house = *state;
    struct outcome outcome = { .house = house };
    house->fs.sync_fails = true;
    assert_int_equal(wal_write_append(house->wal, bytes_str(&house->record), on_done, &outcome), 0);
    wait_for(&outcome, 1);
    assert_int_equal(outcome.last, ERR_IO);
    house->fs.sync_fails = false;
    assert_true(wal_write_is_stopped(house->wal));
    assert_int_equal(wal_write_append(house->wal, bytes_str(&house->record), on_done, &outcome),
                     ERR_CLOSED);
}

static void test_wal_write__queue_has_a_bound(void **state)
{
    struct house *house = *state;
    struct outcome outcome = { .house = house };
    int accepted = 0, r = 0;
    house->fs.sync_ms = 300;
    while ((r = wal_write_append(house->wal, bytes_str(&house->record), on_done, &outcome)) == 0)
        accepted++;
    assert_int_equal(r, ERR_BUSY);
    assert_true((size_t)accepted * house->record.len <= 3u << 20);
    house->fs.sync_ms = 0;
    wait_for(&outcome, accepted);
}

static void test_wal_write__each_start_begins_a_new_file(void **state)
{
    struct house *house = *state;
    struct outcome outcome = { .house = house };
    struct wal_write *second;
    struct file *f;
    assert_int_equal(wal_write_append(house->wal, bytes_str(&house->record), on_done, &outcome), 0);
    wait_for(&outcome, 1);
    assert_int_equal(wal_write_open(&house->fs.base, 1 << 20, &second), 0);
    assert_int_equal(wal_write_append(second, bytes_str(&house->record), on_done, &outcome), 0);
    wait_for(&outcome, 2);
    wal_write_close(second);
    assert_int_equal(fs_open(house->fs.real, "0000000000000002.wal", FILE_READ, &f), 0);
    file_close(f);
}

static void test_wal_write__names_parse_back(void **state)
{
    (void)state;
    char name[WAL_NAME_BYTES];
    uint64_t number;
    wal_write_name(0x1f, name);
    assert_string_equal(name, "000000000000001f.wal");
    assert_true(wal_write_parse_name(str_from(name), &number));
    assert_int_equal(number, 0x1f);
    assert_false(wal_write_parse_name(STR("000000000000001f.tmp"), &number));
    assert_false(wal_write_parse_name(STR("1f.wal"), &number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_wal_write__answer_follows_the_sync, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wal_write__one_sync_serves_those_who_wait, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_wal_write__file_holds_the_records_and_zeros_after,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_wal_write__full_disk_refuses_and_recovers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_wal_write__failed_sync_stops_it_for_good, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_wal_write__queue_has_a_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wal_write__each_start_begins_a_new_file, setup,
                                        teardown),
        cmocka_unit_test(test_wal_write__names_parse_back),
    };
    return RUN(tests);
}
