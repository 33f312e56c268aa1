/* The vault's database: who has which slot of the key store, the wrapped values, and which batches
 * are in. Rows change in transactions only; value_table_commit makes them durable. The first
 * failure is the end: everything is ERR_IO then (db/db.h).
 *
 * A value is one row for (project, s, p, r): the first spelling stays, the times it was seen widen.
 * The key is the subject's slot instead of (project, s): slots are given out in order, so values of
 * new subjects go to the table's end instead of all over it. */
#ifndef VAULT_INSIDE_VALUE_TABLE_H
#define VAULT_INSIDE_VALUE_TABLE_H

#include <stdint.h>

#include "base/check.h"
#include "base/str.h"
#include "event/ref.h"
#include "sys/file.h"
#include "vault/inside/replay_window.h"

#define VALUE_TABLE_NAME "vault.db"

struct value_table;

int value_table_open(struct fs *fs, struct value_table **out) MUST_USE;
void value_table_close(struct value_table *table);   /* NULL is fine; rolls back what is open */

int value_table_begin(struct value_table *table) MUST_USE;
int value_table_commit(struct value_table *table) MUST_USE;

/* One more than the highest slot of any subject; 0 = no subject. */
int value_table_slot_end(struct value_table *table, uint64_t *out) MUST_USE;
/* ERR_NOT_FOUND. */
int value_table_find_subject(struct value_table *table, uint64_t project, const struct ref *subject,
                             uint64_t *slot) MUST_USE;
int value_table_add_subject(struct value_table *table, uint64_t project, const struct ref *subject,
                            uint64_t slot) MUST_USE;

struct value_row {
    uint64_t slot;
    struct str property;
    struct ref ref;
    uint8_t epoch[32];
    int64_t first_seen_ms;
    int64_t last_seen_ms;
    struct str box;       /* found ones: borrowed until the next call */
};

/* Widens the times when the value is there. ERR_NOT_FOUND. */
int value_table_see(struct value_table *table, const struct value_row *row) MUST_USE;
int value_table_add(struct value_table *table, const struct value_row *row) MUST_USE;
/* In: slot, property, ref. ERR_NOT_FOUND. */
int value_table_find(struct value_table *table, struct value_row *row) MUST_USE;

/* The values of one property of a slot, newest last_seen first; property, ref and box are borrowed
 * until `each` returns, and it may call nothing of the table. Not 0 ends the walk and is
 * returned. */
typedef int (*value_table_each_fn)(void *ctx, const struct value_row *row);
int value_table_each(struct value_table *table, uint64_t slot, struct str property,
                     value_table_each_fn each, void *ctx) MUST_USE;
/* Subjects of the project that hold a value with that ref, in no order, at most max of them. Reads
 * as much for none as for one. */
int value_table_find_holders(struct value_table *table, uint64_t project, const struct ref *ref,
                             uint32_t max, struct ref *out, uint32_t *count) MUST_USE;

/* Checkpoints of the ledger's log that were seen (vault/inside/opening.h). Rows come smallest
 * first; ERR_CORRUPT when there are more than max. */
struct value_seen {
    uint64_t size;
    uint8_t root[32];
};
int value_table_read_seen(struct value_table *table, uint32_t max, struct value_seen *out,
                          uint32_t *count) MUST_USE;
int value_table_add_seen(struct value_table *table, const struct value_seen *seen) MUST_USE;
int value_table_end_seen(struct value_table *table, uint64_t size) MUST_USE;

/* Of one start of ingest; empty when it is new. */
int value_table_read_window(struct value_table *table, const uint8_t boot_id[16],
                            struct replay_window *out) MUST_USE;
int value_table_write_window(struct value_table *table, const uint8_t boot_id[16],
                             const struct replay_window *window) MUST_USE;

#endif
