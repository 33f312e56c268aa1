/* SQLite for the small durable tables of auth and vault: databases in a directory of ours, through
 * a VFS over sys/file, so that programs need a directory descriptor only, and tests own the disk.
 * One connection a database, used by one thread at a time; a database is open once. Journal: WAL is
 * not used (no shared memory); journal_mode=TRUNCATE, synchronous=FULL, secure_delete=ON,
 * locking_mode=EXCLUSIVE, foreign_keys=ON, STRICT tables, temp_store=MEMORY.
 *
 * The first failed write or sync makes the database dead: every later call is ERR_IO. */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "sys/file.h"

struct db;
struct db_statement;

/* migrations[i] is the SQL that brings the schema from version i to i+1; a database of a newer
 * version is ERR_UNSUPPORTED. fs must outlive the database. */
int db_open(struct fs *fs, const char *name, const char *const *migrations,
            uint32_t migration_count, struct db **out) MUST_USE;
void db_close(struct db *db);                                     /* NULL is fine */

int db_begin(struct db *db) MUST_USE;
int db_commit(struct db *db) MUST_USE;                            /* durable when 0 */
void db_rollback(struct db *db);

/* Prepared once, kept with the database; SQL is a constant of ours, values are bound. */
struct db_statement *db_prepare(struct db *db, const char *sql);
/* Begin a use: resets and forgets what was bound. Indices from 1. */
void db_reset(struct db_statement *s);
void db_bind_i64(struct db_statement *s, int index, int64_t value);
void db_bind_text(struct db_statement *s, int index, struct str value);   /* borrowed until step */
void db_bind_blob(struct db_statement *s, int index, struct str value);
void db_bind_null(struct db_statement *s, int index);
/* 1 = a row, 0 = done, ERR_EXISTS on a uniqueness or foreign key rule, ERR_FULL, ERR_IO, … */
int db_step(struct db_statement *s) MUST_USE;
int64_t db_get_i64(struct db_statement *s, int column);                   /* columns from 0 */
bool db_is_null(struct db_statement *s, int column);
/* Text or blob; borrowed until the next step or reset. */
struct str db_get_bytes(struct db_statement *s, int column);
/* Rows changed by the last step. */
uint64_t db_changes(const struct db *db);

#endif
