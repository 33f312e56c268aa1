/* db: schemas, reopening, rules, and a disk that fails or loses power at every step. */
#include "db/db.h"

#include <string.h>

#include "base/err.h"
#include "support/disk.h"
#include "support/temp.h"
#include "support/test.h"

static const char *const schema[] = {
    "CREATE TABLE pair (name TEXT PRIMARY KEY, n INTEGER NOT NULL CHECK (n >= 0)) STRICT",
    "CREATE TABLE child (name TEXT NOT NULL REFERENCES pair (name), data BLOB) STRICT",
};

static int put(struct db *db, struct str name, int64_t n)
{
    struct db_statement *s = db_prepare(db, "INSERT INTO pair VALUES (?1, ?2)");
    db_reset(s);
    db_bind_text(s, 1, name);
    db_bind_i64(s, 2, n);
    return db_step(s);
}

/* -1 when there is none, -2 when it cannot be read. */
static int64_t get(struct db *db, struct str name)
{
    struct db_statement *s = db_prepare(db, "SELECT n FROM pair WHERE name = ?1");
    db_reset(s);
    db_bind_text(s, 1, name);
    int r = db_step(s);
    int64_t n = r == 1 ? db_get_i64(s, 0) : r == 0 ? -1 : -2;
    db_reset(s);
    return n;
}

static void test_db__what_was_committed_is_there_after_reopening(void **state)
{
    (void)state;
    struct temp temp;
    struct db *db;
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    assert_int_equal(db_open(fs, "a.db", schema, 1, &db), 0);
    assert_int_equal(db_begin(db), 0);
    assert_int_equal(put(db, STR("one"), 1), 0);
    assert_int_equal(db_changes(db), 1);
    assert_int_equal(db_commit(db), 0);
    assert_int_equal(db_begin(db), 0);
    assert_int_equal(put(db, STR("two"), 2), 0);
    db_rollback(db);
    db_close(db);
    /* With a step of the schema more. */
    assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
    assert_int_equal(get(db, STR("one")), 1);
    assert_int_equal(get(db, STR("two")), -1);
    db_close(db);
    assert_int_equal(db_open(fs, "a.db", schema, 1, &db), ERR_UNSUPPORTED);
    db_close(NULL);
    fs_destroy(fs);
    temp_remove(&temp);
}

static void test_db__rules_are_answers_and_leave_the_transaction_open(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct db *db;
    assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
    assert_int_equal(db_begin(db), 0);
    assert_int_equal(put(db, STR("one"), 1), 0);
    assert_int_equal(put(db, STR("one"), 2), ERR_EXISTS);
    assert_int_equal(put(db, STR("bad"), -1), ERR_INVALID);
    struct db_statement *child = db_prepare(db, "INSERT INTO child VALUES (?1, ?2)");
    db_reset(child);
    db_bind_text(child, 1, STR("nobody"));
    db_bind_null(child, 2);
    assert_int_equal(db_step(child), ERR_EXISTS);
    db_reset(child);
    db_bind_text(child, 1, STR("one"));
    db_bind_blob(child, 2, str_of("\0\1", 2));
    assert_int_equal(db_step(child), 0);
    assert_int_equal(db_commit(db), 0);
    assert_int_equal(db_commit(db), ERR_CANCELLED);
    struct db_statement *s = db_prepare(db, "SELECT data, NULL, '' FROM child");
    db_reset(s);
    assert_int_equal(db_step(s), 1);
    assert_int_equal(db_get_bytes(s, 0).len, 2);
    assert_memory_equal(db_get_bytes(s, 0).ptr, "\0\1", 2);
    assert_true(db_is_null(s, 1));
    assert_false(db_is_null(s, 2));
    assert_int_equal(db_get_bytes(s, 2).len, 0);
    assert_int_equal(db_step(s), 0);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
}

static int64_t ask(struct db *db, const char *sql)
{
    struct db_statement *s = db_prepare(db, sql);
    db_reset(s);
    assert_int_equal(db_step(s), 1);
    int64_t n = db_get_i64(s, 0);
    db_reset(s);
    return n;
}

static void test_db__is_set_as_the_header_says(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct db *db, *other;
    assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
    assert_int_equal(ask(db, "PRAGMA synchronous"), 2);
    assert_int_equal(ask(db, "PRAGMA secure_delete"), 1);
    assert_int_equal(ask(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask(db, "PRAGMA temp_store"), 2);
    assert_int_equal(ask(db, "PRAGMA user_version"), 2);
    assert_int_equal(ask(db, "SELECT journal_mode = 'truncate' FROM pragma_journal_mode"), 1);
    assert_int_equal(ask(db, "SELECT locking_mode = 'exclusive' FROM pragma_locking_mode"), 1);
    /* Two databases beside each other have nothing in common. */
    assert_int_equal(db_open(fs, "b.db", schema, 1, &other), 0);
    assert_int_equal(put(db, STR("one"), 1), 0);
    assert_int_equal(get(other, STR("one")), -1);
    db_close(db);
    assert_int_equal(put(other, STR("one"), 2), 0);
    assert_int_equal(get(other, STR("one")), 2);
    db_close(other);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* Larger than the page cache, sorted, and half undone by a rule: none of it needs another file. */
static void test_db__large_work_stays_in_memory_and_journal(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct db *db;
    assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
    assert_int_equal(db_begin(db), 0);
    struct db_statement *s = db_prepare(
        db, "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 40000) "
            "INSERT INTO pair SELECT hex(i * 7919 % 40009) || printf('%.100c', 'x'), i FROM c "
            "ORDER BY i % 977");
    db_reset(s);
    assert_int_equal(db_step(s), 0);
    assert_int_equal(db_changes(db), 40000);
    /* A statement that breaks a rule on its last row undoes itself, and nothing before it. */
    s = db_prepare(db, "UPDATE pair SET n = n - 2");
    db_reset(s);
    assert_int_equal(db_step(s), ERR_INVALID);
    assert_int_equal(db_commit(db), 0);
    assert_int_equal(ask(db, "SELECT sum(n) FROM pair"), INT64_C(40000) * 40001 / 2);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void test_db__foreign_bytes_are_corrupt(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct db *db;
    char junk[8192];
    memset(junk, 'x', sizeof(junk));
    assert_int_equal(fs_replace_file(fs, "a.db", str_of(junk, sizeof(junk)), FILE_PRIVATE), 0);
    assert_int_equal(db_open(fs, "a.db", schema, 1, &db), ERR_CORRUPT);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* ---- a disk that fails ---------------------------------------------------------------------- */

/* Ten transactions that keep a sum of 100: pairs "from" and "to". The number committed, or, when
 * the disk failed, that number and *r. */
static int transfer(struct db *db, int *r)
{
    int done = 0;
    struct db_statement *s =
        db_prepare(db, "INSERT INTO pair VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET n = ?2");
    for (*r = 0; done < 10; done++) {
        *r = db_begin(db);
        for (int side = 0; side < 2 && *r == 0; side++) {
            db_reset(s);
            db_bind_text(s, 1, side ? STR("to") : STR("from"));
            db_bind_i64(s, 2, side ? done : 100 - done);
            *r = db_step(s);
        }
        if (*r == 0)
            *r = db_commit(db);
        if (*r != 0)
            break;
    }
    return done;
}

static void assert_kept(struct db *db, int done)
{
    int64_t from = get(db, STR("from")), to = get(db, STR("to"));
    if (from == -1) {
        assert_int_equal(done, 0);
        return;
    }
    assert_int_equal(from + to, 100);
    /* The one in flight may have lasted; what was answered did. */
    assert_in_range(to, done > 0 ? done - 1 : 0, done);
}

/* Steps of a whole run on a disk that does not fail. */
static uint64_t steps_of_a_run(void)
{
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct db *db;
    int r;
    assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
    assert_int_equal(transfer(db, &r), 10);
    uint64_t steps = disk_steps(disk);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
    return steps;
}

static void stop_at(uint64_t step, int error, bool once)
{
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct db *db = NULL;
    int r, done = 0;
    disk_fail_at(disk, step, error, once);
    r = db_open(fs, "a.db", schema, 2, &db);
    if (r == 0) {
        done = transfer(db, &r);
        assert_int_not_equal(r, 0);
        /* Dead for good, also when the disk is well again. */
        assert_int_equal(db_begin(db), ERR_IO);
        assert_int_equal(db_commit(db), ERR_IO);
        struct db_statement *s = db_prepare(db, "SELECT n FROM pair");
        db_reset(s);
        assert_int_equal(db_step(s), ERR_IO);
        db_close(db);
    }
    assert_true(r == error || r == ERR_IO);
    fs_destroy(fs);
    disk_crash(disk, step);
    fs = disk_fs(disk);
    assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
    assert_kept(db, done);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void test_db__a_failure_at_any_step_is_the_end_and_loses_nothing(void **state)
{
    (void)state;
    uint64_t steps = steps_of_a_run();
    assert_true(steps > 100);
    for (uint64_t step = 0; step < steps; step++) {
        stop_at(step, ERR_IO, true);
        stop_at(step, ERR_FULL, false);
    }
}

static void test_db__a_crash_in_a_transaction_is_rolled_back(void **state)
{
    (void)state;
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct file *journal;
    uint64_t size = 0;
    struct db *db;
    int r;
    assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
    assert_int_equal(transfer(db, &r), 10);
    /* The last step but two of a commit: the pages are written, the journal still stands. */
    uint64_t before = disk_steps(disk);
    assert_int_equal(db_begin(db), 0);
    assert_int_equal(put(db, STR("new"), 1), 0);
    assert_int_equal(db_commit(db), 0);
    uint64_t steps = disk_steps(disk) - before;
    assert_true(steps > 4);
    disk_fail_at(disk, steps - 2, ERR_IO, false);
    assert_int_equal(db_begin(db), 0);
    assert_int_equal(put(db, STR("newer"), 1), 0);
    assert_int_equal(db_commit(db), ERR_IO);
    db_close(db);
    assert_int_equal(fs_open(fs, "a.db-journal", FILE_READ, &journal), 0);
    assert_int_equal(file_size(journal, &size), 0);
    assert_true(size > 0);
    file_close(journal);
    fs_destroy(fs);
    disk_crash(disk, 1);
    fs = disk_fs(disk);
    assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
    assert_int_equal(get(db, STR("new")), 1);
    assert_int_equal(get(db, STR("newer")), -1);
    assert_kept(db, 10);
    db_close(db);
    fs_destroy(fs);
    disk_destroy(disk);
}

/* Killed at any step; what the next process reads must not be taken back by the power. */
static void test_db__what_is_read_after_a_kill_lasts(void **state)
{
    (void)state;
    uint64_t steps = steps_of_a_run();
    for (uint64_t step = 0; step < steps; step++) {
        struct disk *disk = disk_create();
        struct fs *fs = disk_fs(disk);
        struct db *db = NULL;
        int r;
        disk_fail_at(disk, step, ERR_IO, false);
        if (db_open(fs, "a.db", schema, 2, &db) == 0) {
            (void)transfer(db, &r);
            db_close(db);
        }
        disk_fail_at(disk, UINT64_MAX, 0, false);
        assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
        int64_t to = get(db, STR("to")), again;
        disk_fail_at(disk, 0, ERR_IO, false);
        db_close(db);
        disk_crash(disk, step);
        assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
        again = get(db, STR("to"));
        assert_int_equal(again, to);
        db_close(db);
        fs_destroy(fs);
        disk_destroy(disk);
    }
}

/* The proof that the disk above is hard enough: without the sync, something is lost. */
static void test_db__a_missing_sync_is_found(void **state)
{
    (void)state;
    int lost = 0;
    for (uint64_t seed = 0; seed < 32; seed++) {
        struct disk *disk = disk_create();
        struct fs *fs = disk_fs(disk);
        struct db *db;
        int r;
        assert_int_equal(db_open(fs, "a.db", schema, 2, &db), 0);
        disk_skip_sync(disk, "a.db");
        assert_int_equal(transfer(db, &r), 10);
        disk_fail_at(disk, 0, ERR_IO, false);
        db_close(db);
        fs_destroy(fs);
        disk_crash(disk, seed);
        fs = disk_fs(disk);
        if (db_open(fs, "a.db", schema, 2, &db) != 0) {
            lost++;
        } else {
            lost += get(db, STR("to")) != 9;
            db_close(db);
        }
        fs_destroy(fs);
        disk_destroy(disk);
    }
    assert_true(lost > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_db__what_was_committed_is_there_after_reopening),
        cmocka_unit_test(test_db__rules_are_answers_and_leave_the_transaction_open),
        cmocka_unit_test(test_db__is_set_as_the_header_says),
        cmocka_unit_test(test_db__large_work_stays_in_memory_and_journal),
        cmocka_unit_test(test_db__foreign_bytes_are_corrupt),
        cmocka_unit_test(test_db__a_failure_at_any_step_is_the_end_and_loses_nothing),
        cmocka_unit_test(test_db__a_crash_in_a_transaction_is_rolled_back),
        cmocka_unit_test(test_db__what_is_read_after_a_kill_lasts),
        cmocka_unit_test(test_db__a_missing_sync_is_found),
    };
    return RUN(tests);
}
