/* The writing end of the wal: many requests hand in framed records and sleep; one thread writes
 * what is waiting, syncs once for all, and wakes them. Acknowledged means durable.
 *
 * Files are wal/<16 hex digits>.wal of WAL_FILE_BYTES, filled with zeros ahead of the end, begun
 * anew at each start under the highest number so far plus one; nothing is ever read back. No space:
 * the waiting requests fail with ERR_FULL and the next ones try again. A failed write or sync: the
 * writer stops for good, since what is on disk is unknown then. */
#ifndef WAL_WAL_WRITE_H
#define WAL_WAL_WRITE_H

#include "base/check.h"
#include "base/str.h"
#include "sys/file.h"

enum { WAL_FILE_BYTES = 64 * 1024 * 1024, WAL_NAME_BYTES = 24 };

struct wal_write;

/* Called once per append from the writer's thread: 0 after the sync, else ERR_FULL or ERR_IO. */
typedef void (*wal_write_done_fn)(void *ctx, int r);

/* fs is the wal folder; it must outlive the writer. At most queue_max_bytes wait for the disk. */
int wal_write_open(struct fs *fs, size_t queue_max_bytes, struct wal_write **out) MUST_USE;
/* Waits for what was appended, then ends the thread. */
void wal_write_close(struct wal_write *wal);
/* Copies the records (wal_record_encode's framed bytes; a multiple of 8) into the queue. ERR_BUSY
 * when it is full, ERR_CLOSED when the writer stopped; then `done` is not called. */
int wal_write_append(struct wal_write *wal, struct str records, wal_write_done_fn done,
                     void *ctx) MUST_USE;
bool wal_write_is_stopped(const struct wal_write *wal);
/* How many syncs and appends so far: for measuring the grouping. */
void wal_write_counts(const struct wal_write *wal, uint64_t *syncs, uint64_t *appends);

/* "0000000000000001.wal" and back; false for names that are not of this form. */
void wal_write_name(uint64_t number, char out[WAL_NAME_BYTES]);
bool wal_write_parse_name(struct str name, uint64_t *number);

#endif
