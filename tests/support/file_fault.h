/* A disk in memory behind sys/file.h that fails as disks do. What was written but not synced may
 * be there, in part, in any order, or not at all after a crash; so may entries of directories that
 * were made, renamed or removed since their directory was last synced. One thread at a time. */
#ifndef TESTS_SUPPORT_FILE_FAULT_H
#define TESTS_SUPPORT_FILE_FAULT_H

#include "sys/file.h"

enum file_fault_variant {
    FILE_FAULT_DROP = 0,    /* nothing unsynced survives a crash */
    FILE_FAULT_KEEP = 1,    /* all of it does */
    FILE_FAULT_FIRST_RANDOM = 2, /* and beyond: seeds; each 512 bytes and each entry by chance */
};

struct fs *file_fault_create(void);

/* Calls that change the disk so far: open that makes a file, write, sync, truncate, allocate,
 * rename, remove, make_dir, sync_dir. */
uint64_t file_fault_calls(const struct fs *fs);
/* From call `at` on (counted from 0), everything that changes the disk fails: the power is going.
 * UINT64_MAX = never. */
void file_fault_crash_at(struct fs *fs, uint64_t at);
/* Call `at` alone fails, with ERR_IO, and does nothing. */
void file_fault_fail_at(struct fs *fs, uint64_t at);
/* Writes fail with ERR_FULL once the files together would be larger. */
void file_fault_set_capacity(struct fs *fs, uint64_t bytes);
/* Syncs of files (or of directories, with '/' at the end) whose name starts so do nothing: a bug
 * planted. Borrowed; NULL = none. */
void file_fault_ignore_sync(struct fs *fs, const char *prefix);
/* The power fails now, and is back: what survived is on disk, counting starts anew, nothing fails.
 * Every file must be closed. */
void file_fault_crash(struct fs *fs, uint64_t variant);

#endif
