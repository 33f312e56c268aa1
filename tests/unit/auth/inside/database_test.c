/* auth/inside/database: the schema opens again, keeps its rules, and says when it is not ours. */
#include "auth/inside/database.h"

#include "base/err.h"
#include "support/disk.h"
#include "support/test.h"

static int run(struct db *db, const char *sql)
{
    struct db_statement *s = db_prepare(db, sql);
    db_reset(s);
    return database_run(s);
}

static void test_database__keeps_its_rules(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct db *db;
    assert_int_equal(database_open(fs, &db), 0);
    assert_int_equal(run(db, "INSERT INTO principal (kind, made_ms) VALUES ('member', 1)"), 0);
    assert_int_equal(run(db, "INSERT INTO principal (kind, made_ms) VALUES ('ghost', 1)"),
                     ERR_INVALID);
    assert_int_equal(run(db, "INSERT INTO member (principal, name) VALUES (1, 'a')"), 0);
    assert_int_equal(run(db, "INSERT INTO member (principal, name) VALUES (2, 'a')"), ERR_EXISTS);
    assert_int_equal(run(db, "INSERT INTO owner_link VALUES (2, 1, zeroblob(32), 0, 0)"),
                     ERR_INVALID);
    assert_int_equal(run(db, "INSERT INTO owner_link VALUES (1, 1, zeroblob(31), 0, 0)"),
                     ERR_INVALID);
    assert_int_equal(run(db, "SELECT * FROM member"), ERR_CORRUPT);
    db_close(db);
    assert_int_equal(database_open(fs, &db), 0);
    assert_int_equal(run(db, "INSERT INTO member (principal, name) VALUES (1, 'b')"), ERR_EXISTS);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* A number that was given once is never given again: old grants and entries name it. */
static void test_database__principals_are_never_reused(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct db *db;
    assert_int_equal(database_open(fs, &db), 0);
    assert_int_equal(run(db, "INSERT INTO principal (kind, made_ms) VALUES ('key', 1)"), 0);
    assert_int_equal(run(db, "DELETE FROM principal"), 0);
    assert_int_equal(run(db, "INSERT INTO principal (kind, made_ms) VALUES ('key', 1)"), 0);
    struct db_statement *s = db_prepare(db, "SELECT id FROM principal");
    db_reset(s);
    assert_int_equal(db_step(s), 1);
    assert_int_equal(db_get_i64(s, 0), 2);
    db_reset(s);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void test_database__foreign_bytes_are_corrupt(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct db *db;
    assert_int_equal(fs_replace_file(fs, DATABASE_NAME, STR("this is no database, is it? it is "
                     "only a text that is long enough to be looked at, and then some more of it"),
                     FILE_PRIVATE), 0);
    assert_int_equal(database_open(fs, &db), ERR_CORRUPT);
    fs_destroy(fs);
    disk_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_database__keeps_its_rules),
        cmocka_unit_test(test_database__principals_are_never_reused),
        cmocka_unit_test(test_database__foreign_bytes_are_corrupt),
    };
    return RUN(tests);
}
