/* A disk in memory that loses what was not synced. Every change (write, truncation, sync, creation,
 * removal, renaming, sync of a directory) is a step; steps are counted, so that a test can stop the
 * world at each of them. A file's bytes last once it is synced, its name once its directory is.
 *
 * disk_crash makes the power fail: of what was not synced, whole writes or torn 512-byte sectors
 * survive or not, as the seed says, and names in the order in which they were made. */
#ifndef TESTS_SUPPORT_DISK_H
#define TESTS_SUPPORT_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "sys/file.h"

struct disk;

struct disk *disk_create(void);
void disk_destroy(struct disk *disk);
struct fs *disk_fs(struct disk *disk);           /* the caller destroys it */

uint64_t disk_steps(const struct disk *disk);    /* so far */
/* From that step on (0 = the next) every change fails with `error`, which says ERR_IO or ERR_FULL;
 * `once`: only that one. UINT64_MAX: none. */
void disk_fail_at(struct disk *disk, uint64_t from_now, int error, bool once);
/* Syncs of this file, or of directories with ".", are believed and not done; NULL: none. */
void disk_skip_sync(struct disk *disk, const char *name);
void disk_crash(struct disk *disk, uint64_t seed);
/* Flips one bit of a file; false when it is not that long. */
bool disk_flip(struct disk *disk, const char *name, uint64_t off);

#endif
