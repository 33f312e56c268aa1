/* The ledger's journal: what was decided and disclosed, in order, before anybody was told. Every
 * entry of every log goes through it; tiles, numbers and budgets are made from it and can be
 * made again. docs/formats/journal.md has the bytes.
 *
 * Records are gathered into a group; ledger_journal_sync writes the group and syncs it once. A
 * group is there whole or not at all. The first failed write or sync stops the journal for good:
 * what is on disk is unknown until somebody opens it again. */
#ifndef LEDGER_INSIDE_LEDGER_JOURNAL_H
#define LEDGER_INSIDE_LEDGER_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "ledger/entry.h"
#include "sys/file.h"

enum { LEDGER_JOURNAL_BLOB_MAX = 8 * 1024 * 1024, LEDGER_JOURNAL_GROUP_MAX = 32 * 1024 * 1024 };

struct ledger_journal;

struct ledger_journal_record {
    uint32_t log;                /* LOG_HOUSE or a group */
    uint8_t entry[ENTRY_BYTES];
    struct str blob;             /* sealed sections */
};

/* Where a record lies: its group, and its place in it. */
struct ledger_journal_place {
    uint64_t file;
    uint64_t at;
    uint32_t index;
};

/* Called for each record in order, while the journal opens. An error ends the opening with it. */
typedef int (*ledger_journal_each_fn)(void *ctx, const struct ledger_journal_record *record,
                               struct ledger_journal_place place);

/* segment_bytes: when a file is full; 0 = 64 MiB. fs outlives the journal. ERR_CORRUPT: a group
 * that is not the last one is damaged (the log says which file and where). */
int ledger_journal_open(struct fs *fs, uint64_t segment_bytes, ledger_journal_each_fn each,
                        void *ctx, struct ledger_journal **out) MUST_USE;
/* NULL is fine; what is not synced is gone. */
void ledger_journal_close(struct ledger_journal *journal);
/* Into the group; nothing is written yet. */
void ledger_journal_add(struct ledger_journal *journal, const struct ledger_journal_record *record);
uint32_t ledger_journal_pending(const struct ledger_journal *journal);   /* records */
/* Sync before the next record. */
bool ledger_journal_is_full(const struct ledger_journal *journal);
/* 0: all that was added is durable. ERR_IO, ERR_FULL: nothing of the group counts, and the journal
 * is stopped. */
int ledger_journal_sync(struct ledger_journal *journal) MUST_USE;
bool ledger_journal_is_stopped(const struct ledger_journal *journal);
/* Where the group lies that was synced last; its records are 0, 1, … in the order of adding. */
struct ledger_journal_place ledger_journal_last(const struct ledger_journal *journal);
/* Reads one record back; the blob lies in *buf. ERR_CORRUPT. */
int ledger_journal_read(struct ledger_journal *journal, struct ledger_journal_place place,
                        struct bytes *buf, struct ledger_journal_record *record) MUST_USE;

#endif
