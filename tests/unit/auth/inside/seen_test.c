/* auth/inside/seen: the last time of each wins, one write each, then nothing is left. */
#include "auth/inside/seen.h"

#include "auth/inside/database.h"
#include "base/err.h"
#include "support/disk.h"
#include "support/test.h"

static int64_t number(struct db *db, const char *sql)
{
    struct db_statement *s = db_prepare(db, sql);
    db_reset(s);
    assert_int_equal(db_step(s), 1);
    int64_t n = db_get_i64(s, 0);
    db_reset(s);
    return n;
}

static void test_seen__flushes_the_last_time_of_each(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct seen seen = { 0 };
    struct db *db;
    assert_int_equal(database_open(fs, &db), 0);
    struct db_statement *add =
        db_prepare(db, "INSERT INTO principal (id, kind, made_ms) VALUES (?1, 'key', 0)");
    for (int64_t id = 1; id <= 100; id++) {
        db_reset(add);
        db_bind_i64(add, 1, id);
        assert_int_equal(database_run(add), 0);
    }
    struct db_statement *update = db_prepare(db, "UPDATE principal SET made_ms = ?1 WHERE id = ?2");
    for (int64_t round = 1; round <= 3; round++)
        for (int64_t id = 1; id <= 100; id++)
            seen_note(&seen, id, 1000 * round + id);
    assert_int_equal(seen.count, 100);
    assert_int_equal(seen_flush(&seen, update), 0);
    assert_int_equal(number(db, "SELECT sum(made_ms) FROM principal"), 100 * 3000 + 5050);
    assert_int_equal(seen.count, 0);
    seen_note(&seen, 7, 9);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen_flush(&seen, update), 0);
    assert_int_equal(number(db, "SELECT made_ms FROM principal WHERE id = 7"), 9);
    assert_int_equal(number(db, "SELECT made_ms FROM principal WHERE id = 8"), 3008);
    seen_release(&seen);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void test_seen__says_when_it_cannot_write(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct seen seen = { 0 };
    struct db *db;
    assert_int_equal(database_open(fs, &db), 0);
    struct db_statement *update =
        db_prepare(db, "INSERT INTO principal (kind, made_ms, id) VALUES ('key', ?1, ?2)");
    seen_note(&seen, 1, 5);
    disk_fail_at(disk, 0, ERR_IO, true);
    assert_int_equal(seen_flush(&seen, update), ERR_IO);
    seen_release(&seen);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seen__flushes_the_last_time_of_each),
        cmocka_unit_test(test_seen__says_when_it_cannot_write),
    };
    return RUN(tests);
}
