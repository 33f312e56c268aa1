/* db/db_vfs: the first failed change is the last, names, and the promises SQLite relies on. */
#include "db/db_vfs.h"

#include <sqlite3.h>
#include <string.h>

#include "base/err.h"
#include "support/disk.h"
#include "support/test.h"
#include "sys/clock.h"

struct room {
    struct disk *disk;
    struct fs *fs;
    struct db_vfs *vfs;
    sqlite3_vfs *base;
    sqlite3_file *file;
    _Alignas(16) char space[256];
};

static void open_room(struct room *room)
{
    memset(room, 0, sizeof(*room));
    room->disk = disk_create();
    room->fs = disk_fs(room->disk);
    room->vfs = db_vfs_create(room->fs);
    room->base = sqlite3_vfs_find(db_vfs_name(room->vfs));
    assert_non_null(room->base);
    assert_true(room->base->szOsFile <= (int)sizeof(room->space));
    room->file = (sqlite3_file *)(void *)room->space;
}

static void close_room(struct room *room)
{
    db_vfs_destroy(room->vfs);
    fs_destroy(room->fs);
    disk_destroy(room->disk);
}

static const int create = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;

static void test_db_vfs__a_new_file_lasts_after_its_first_sync(void **state)
{
    (void)state;
    struct room room;
    char buf[4];
    int there = 1;
    open_room(&room);
    assert_int_equal(room.base->xAccess(room.base, "a", SQLITE_ACCESS_EXISTS, &there), SQLITE_OK);
    assert_int_equal(there, 0);
    assert_int_equal(room.base->xOpen(room.base, "a", room.file, create, NULL), SQLITE_OK);
    /* Empty is as good as absent. */
    assert_int_equal(room.base->xAccess(room.base, "a", SQLITE_ACCESS_EXISTS, &there), SQLITE_OK);
    assert_int_equal(there, 0);
    const sqlite3_io_methods *io = room.file->pMethods;
    assert_int_equal(io->xWrite(room.file, "xy", 2, 0), SQLITE_OK);
    assert_int_equal(io->xSync(room.file, SQLITE_SYNC_NORMAL), SQLITE_OK);
    disk_crash(room.disk, 3);
    assert_int_equal(room.base->xAccess(room.base, "a", SQLITE_ACCESS_EXISTS, &there), SQLITE_OK);
    assert_int_equal(there, 1);
    /* A short read is zeros and says so. */
    assert_int_equal(io->xRead(room.file, buf, 4, 0), SQLITE_IOERR_SHORT_READ);
    assert_memory_equal(buf, "xy\0\0", 4);
    assert_int_equal(io->xDeviceCharacteristics(room.file), 0);
    assert_int_equal(io->xClose(room.file), SQLITE_OK);
    assert_int_equal(room.base->xDelete(room.base, "a", 1), SQLITE_OK);
    assert_int_equal(room.base->xDelete(room.base, "a", 1), SQLITE_IOERR_DELETE_NOENT);
    assert_false(db_vfs_is_dead(room.vfs));
    close_room(&room);
}

static void test_db_vfs__the_first_failed_change_is_the_last(void **state)
{
    (void)state;
    struct room room;
    char buf[2];
    open_room(&room);
    assert_int_equal(room.base->xOpen(room.base, "a", room.file, create, NULL), SQLITE_OK);
    const sqlite3_io_methods *io = room.file->pMethods;
    assert_int_equal(io->xWrite(room.file, "xy", 2, 0), SQLITE_OK);
    disk_fail_at(room.disk, 0, ERR_FULL, true);
    assert_int_equal(io->xWrite(room.file, "z", 1, 2), SQLITE_FULL);
    assert_true(db_vfs_is_dead(room.vfs));
    assert_int_equal(db_vfs_trouble(room.vfs), ERR_FULL);
    uint64_t steps = disk_steps(room.disk);
    assert_int_equal(io->xWrite(room.file, "z", 1, 2), SQLITE_IOERR_WRITE);
    assert_int_equal(io->xSync(room.file, SQLITE_SYNC_NORMAL), SQLITE_IOERR_FSYNC);
    assert_int_equal(io->xTruncate(room.file, 0), SQLITE_IOERR_TRUNCATE);
    assert_int_equal(room.base->xDelete(room.base, "a", 1), SQLITE_IOERR_DELETE);
    assert_int_equal(disk_steps(room.disk), steps);
    assert_int_equal(io->xRead(room.file, buf, 2, 0), SQLITE_OK);
    assert_int_equal(io->xClose(room.file), SQLITE_OK);
    close_room(&room);
}

static void test_db_vfs__temporary_files_and_long_names_are_refused(void **state)
{
    (void)state;
    struct room room;
    char out[8];
    open_room(&room);
    assert_int_equal(room.base->xOpen(room.base, NULL, room.file, create, NULL), SQLITE_CANTOPEN);
    assert_null(room.file->pMethods);
    assert_int_equal(room.base->xOpen(room.base, "b", room.file, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_CANTOPEN);
    assert_null(room.file->pMethods);
    assert_int_equal(room.base->xFullPathname(room.base, "1234567", 8, out), SQLITE_OK);
    assert_string_equal(out, "1234567");
    assert_int_equal(room.base->xFullPathname(room.base, "12345678", 8, out), SQLITE_CANTOPEN);
    close_room(&room);
}

static void test_db_vfs__time_and_chance_come_from_here(void **state)
{
    (void)state;
    struct room room;
    char a[16] = { 0 }, b[16] = { 0 };
    sqlite3_int64 julian_ms = 0;
    open_room(&room);
    assert_ptr_equal(sqlite3_vfs_find(NULL), room.base);
    assert_int_equal(room.base->xCurrentTimeInt64(room.base, &julian_ms), SQLITE_OK);
    /* 2000-01-01T12:00 is Julian day 2,451,545. */
    int64_t then_ms = julian_ms - INT64_C(2451545) * 86400000;
    assert_in_range(then_ms - (clock_wall_ms() - INT64_C(946728000000)) + 5000, 0, 10000);
    assert_int_equal(room.base->xRandomness(room.base, 16, a), 16);
    assert_int_equal(room.base->xRandomness(room.base, 16, b), 16);
    assert_memory_not_equal(a, b, 16);
    close_room(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_db_vfs__a_new_file_lasts_after_its_first_sync),
        cmocka_unit_test(test_db_vfs__the_first_failed_change_is_the_last),
        cmocka_unit_test(test_db_vfs__temporary_files_and_long_names_are_refused),
        cmocka_unit_test(test_db_vfs__time_and_chance_come_from_here),
    };
    return RUN(tests);
}
