#include "db/db.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "db/db_vfs.h"

struct db {
    sqlite3 *handle;
    struct db_vfs *vfs;
    struct db_statement *statements;
};

enum statement_state { STATEMENT_FRESH, STATEMENT_RUNNING, STATEMENT_OVER };

struct db_statement {
    struct db_statement *next;
    struct db *db;
    sqlite3_stmt *handle;     /* NULL: prepared on a dead database */
    enum statement_state state;
};

/* ---- errors --------------------------------------------------------------------------------- */

static int constraint_error(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_NOTNULL:
    case SQLITE_CONSTRAINT_DATATYPE: return ERR_INVALID;
    default: return ERR_EXISTS;
    }
}

static int error_of(struct db *db, int code)
{
    int trouble = db_vfs_trouble(db->vfs);
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return 0;
    case SQLITE_CONSTRAINT: return constraint_error(code);
    case SQLITE_FULL: return ERR_FULL;
    case SQLITE_NOMEM: return ERR_NOMEM;
    case SQLITE_IOERR: return code == SQLITE_IOERR_NOMEM ? ERR_NOMEM : ERR_IO;
    case SQLITE_CANTOPEN: return trouble ? trouble : ERR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ERR_CORRUPT;
    case SQLITE_READONLY: return ERR_DENIED;
    case SQLITE_TOOBIG: return ERR_TOO_LARGE;
    case SQLITE_INTERRUPT: return ERR_CANCELLED;
    default: return ERR_SYSTEM;
    }
}

/* After an I/O error, read or write, SQLite's picture and the disk may differ: the end. */
static int note(struct db *db, int code)
{
    int r = error_of(db, code);
    if (r == ERR_IO || r == ERR_FULL)
        db_vfs_kill(db->vfs);
    return r;
}

static int run(struct db *db, const char *sql)
{
    if (db_vfs_is_dead(db->vfs))
        return ERR_IO;
    return note(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL));
}

/* ---- opening -------------------------------------------------------------------------------- */

static int read_version(struct db *db, uint32_t *out)
{
    struct db_statement *s = db_prepare(db, "PRAGMA user_version");
    db_reset(s);
    int r = db_step(s);
    if (r == 1)
        *out = (uint32_t)db_get_i64(s, 0);
    db_reset(s);
    return r < 0 ? r : r == 1 ? 0 : ERR_CORRUPT;
}

static int migrate(struct db *db, const char *const *migrations, uint32_t count)
{
    uint32_t version = 0;
    int r = read_version(db, &version);
    if (r == 0 && version > count)
        return ERR_UNSUPPORTED;
    for (uint32_t i = version; i < count && r == 0; i++) {
        char sql[64];
        (void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %u", i + 1);
        r = db_begin(db);
        if (r == 0)
            r = run(db, migrations[i]);
        if (r == 0)
            r = run(db, sql);
        if (r == 0)
            r = db_commit(db);
        if (r != 0)
            db_rollback(db);
        if (r == ERR_SYSTEM)
            log_error("schema step %u is wrong: %s", i, sqlite3_errmsg(db->handle));
    }
    return r;
}

static int open_handle(struct db *db, const char *name)
{
    int code = sqlite3_open_v2(name, &db->handle,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                   SQLITE_OPEN_PRIVATECACHE,
                               db_vfs_name(db->vfs));
    check(db->handle != NULL);
    (void)sqlite3_extended_result_codes(db->handle, 1);
    if (code != SQLITE_OK)
        return note(db, code);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 0);
    return run(db, "PRAGMA locking_mode = EXCLUSIVE;"
                   "PRAGMA page_size = 4096;"
                   "PRAGMA journal_mode = TRUNCATE;"
                   "PRAGMA synchronous = FULL;"
                   "PRAGMA secure_delete = ON;"
                   "PRAGMA foreign_keys = ON;"
                   "PRAGMA temp_store = MEMORY;"
                   "PRAGMA cell_size_check = ON;");
}

int db_open(struct fs *fs, const char *name, const char *const *migrations,
            uint32_t migration_count, struct db **out)
{
    /* The journal's directory is synced as ".", so that names have no folders in them. */
    check(strchr(name, '/') == NULL && strlen(name) < DB_VFS_PATH_MAX - 16);
    struct db *db = calloc(1, sizeof(*db));
    check(db != NULL);
    db->vfs = db_vfs_create(fs);
    int r = db_vfs_settle(db->vfs, name);
    if (r == 0)
        r = open_handle(db, name);
    if (r == 0)
        r = migrate(db, migrations, migration_count);
    if (r != 0) {
        log_error("cannot open database %s: %s", name, err_text(r));
        db_close(db);
        return r;
    }
    *out = db;
    return 0;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    while (db->statements) {
        struct db_statement *s = db->statements;
        db->statements = s->next;
        (void)sqlite3_finalize(s->handle);
        free(s);
    }
    check(sqlite3_close(db->handle) == SQLITE_OK); /* NULL is fine */
    db_vfs_destroy(db->vfs);
    free(db);
}

/* ---- transactions --------------------------------------------------------------------------- */

int db_begin(struct db *db)
{
    return run(db, "BEGIN IMMEDIATE");
}

int db_commit(struct db *db)
{
    if (db_vfs_is_dead(db->vfs))
        return ERR_IO;
    /* SQLite rolls back by itself after trouble that a caller did not look at: never "durable". */
    if (sqlite3_get_autocommit(db->handle))
        return ERR_CANCELLED;
    int r = run(db, "COMMIT");
    if (r != 0)
        db_rollback(db);
    return r;
}

void db_rollback(struct db *db)
{
    if (!sqlite3_get_autocommit(db->handle))
        (void)note(db, sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL));
}

/* ---- statements ----------------------------------------------------------------------------- */

struct db_statement *db_prepare(struct db *db, const char *sql)
{
    struct db_statement *s = calloc(1, sizeof(*s));
    check(s != NULL);
    s->db = db;
    s->state = STATEMENT_OVER;
    int code = SQLITE_IOERR;
    if (!db_vfs_is_dead(db->vfs))
        code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->handle, NULL);
    if (code != SQLITE_OK && note(db, code) == ERR_SYSTEM) {
        log_error("SQL of ours is wrong: %s", sqlite3_errmsg(db->handle));
        check(code == SQLITE_OK);
    }
    if (code != SQLITE_OK)
        db_vfs_kill(db->vfs);
    s->next = db->statements;
    db->statements = s;
    return s;
}

void db_reset(struct db_statement *s)
{
    s->state = STATEMENT_FRESH;
    if (!s->handle)
        return;
    (void)sqlite3_reset(s->handle);
    (void)sqlite3_clear_bindings(s->handle);
}

static void bound(const struct db_statement *s, int code)
{
    check(s->state == STATEMENT_FRESH);
    check(code == SQLITE_OK);
}

void db_bind_i64(struct db_statement *s, int index, int64_t value)
{
    if (s->handle)
        bound(s, sqlite3_bind_int64(s->handle, index, value));
}

void db_bind_text(struct db_statement *s, int index, struct str value)
{
    check(value.len <= INT_MAX);
    if (s->handle)
        bound(s, sqlite3_bind_text(s->handle, index, value.ptr ? value.ptr : "", (int)value.len,
                                   SQLITE_STATIC));
}

void db_bind_blob(struct db_statement *s, int index, struct str value)
{
    check(value.len <= INT_MAX);
    if (s->handle)
        bound(s, sqlite3_bind_blob(s->handle, index, value.ptr ? value.ptr : "", (int)value.len,
                                   SQLITE_STATIC));
}

void db_bind_null(struct db_statement *s, int index)
{
    if (s->handle)
        bound(s, sqlite3_bind_null(s->handle, index));
}

int db_step(struct db_statement *s)
{
    check(s->state != STATEMENT_OVER);
    if (!s->handle || db_vfs_is_dead(s->db->vfs)) {
        s->state = STATEMENT_OVER;
        return ERR_IO;
    }
    int code = sqlite3_step(s->handle);
    s->state = code == SQLITE_ROW ? STATEMENT_RUNNING : STATEMENT_OVER;
    if (code == SQLITE_ROW)
        return 1;
    int r = note(s->db, code);
    if (r == ERR_SYSTEM)
        log_error("a statement fails: %s", sqlite3_errmsg(s->db->handle));
    /* Reset at once: a finished statement holds no lock and no page. */
    (void)sqlite3_reset(s->handle);
    return r;
}

int64_t db_get_i64(struct db_statement *s, int column)
{
    check(s->state == STATEMENT_RUNNING);
    return sqlite3_column_int64(s->handle, column);
}

bool db_is_null(struct db_statement *s, int column)
{
    check(s->state == STATEMENT_RUNNING);
    return sqlite3_column_type(s->handle, column) == SQLITE_NULL;
}

struct str db_get_bytes(struct db_statement *s, int column)
{
    check(s->state == STATEMENT_RUNNING);
    const void *ptr = sqlite3_column_blob(s->handle, column);
    int len = sqlite3_column_bytes(s->handle, column);
    return str_of(ptr ? ptr : "", ptr && len > 0 ? (size_t)len : 0);
}

uint64_t db_changes(const struct db *db)
{
    return (uint64_t)sqlite3_changes64(db->handle);
}
