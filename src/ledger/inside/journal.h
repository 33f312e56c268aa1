/* The ledger's journal: what was decided and disclosed, in order, before anybody was told. Every
 * entry of every log goes through it; tiles, numbers and budgets are made from it and can be made
 * again. docs/formats/journal.md has the bytes.
 *
 * Records are gathered into a group; journal_sync writes the group and syncs it once. A group is
 * there whole or not at all. The first failed write or sync stops the journal for good: what is on
 * disk is unknown until somebody opens it again. */
#ifndef LEDGER_INSIDE_JOURNAL_H
#define LEDGER_INSIDE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "ledger/entry.h"
#include "sys/file.h"

enum { JOURNAL_BLOB_MAX = 8 * 1024 * 1024, JOURNAL_GROUP_MAX = 32 * 1024 * 1024 };

struct journal;

struct journal_record {
    uint32_t log;                /* LOG_HOUSE or a group */
    uint8_t entry[ENTRY_BYTES];
    struct str blob;             /* sealed sections */
};

/* Where a record lies: its group, and its place in it. */
struct journal_place {
    uint64_t file;
    uint64_t at;
    uint32_t index;
};

/* Called for each record in order, while the journal opens. An error ends the opening with it. */
typedef int (*journal_each_fn)(void *ctx, const struct journal_record *record,
                               struct journal_place place);

/* segment_bytes: when a file is full; 0 = 64 MiB. fs outlives the journal. ERR_CORRUPT: a group that
 * is not the last one is damaged (the log says which file and where). */
int journal_open(struct fs *fs, uint64_t segment_bytes, journal_each_fn each, void *ctx,
                 struct journal **out) MUST_USE;
void journal_close(struct journal *journal);     /* NULL is fine; what is not synced is gone */
/* Into the group; nothing is written yet. */
void journal_add(struct journal *journal, const struct journal_record *record);
uint32_t journal_pending(const struct journal *journal);   /* records */
bool journal_is_full(const struct journal *journal);       /* sync before the next record */
/* 0: all that was added is durable. ERR_IO, ERR_FULL: nothing of the group counts, and the journal
 * is stopped. */
int journal_sync(struct journal *journal) MUST_USE;
bool journal_is_stopped(const struct journal *journal);
/* Where the group lies that was synced last; its records are 0, 1, … in the order of journal_add. */
struct journal_place journal_last(const struct journal *journal);
/* Reads one record back; the blob lies in *buf. ERR_CORRUPT. */
int journal_read(struct journal *journal, struct journal_place place, struct bytes *buf,
                 struct journal_record *record) MUST_USE;

#endif
