/* What is sound in one wal file: every record's checksum and content, where the valid end is, and
 * what stands behind it. For a file that nobody writes. */
#ifndef WAL_WAL_VERIFY_H
#define WAL_WAL_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "sys/file.h"

struct wal_verify {
    uint64_t size;
    uint64_t records;
    uint64_t events;
    uint64_t updates;
    uint64_t sealed;        /* batches for the vault */
    uint64_t unreadable;    /* records that hold but do not decode */
    uint64_t valid_end;     /* just after the last record that a follower reaches */
    bool is_torn;           /* bytes other than zero stand behind: an unfinished write, as after a
                               crash, or damage to the last record */
    uint64_t lost_at;       /* a whole record stands further behind: 0, or where. What lies between
                               was damaged after it had been acknowledged */
};

int wal_verify_file(struct fs *fs, const char *name, struct wal_verify *out) MUST_USE;

#endif
