/* A whole log as its public files, in memory: what the ledger writes to a folder, made here by the
 * shortest way, from nothing but src/ledger's pure half; and the same log with something wrong. */
#ifndef TESTS_SUPPORT_LOG_FILES_H
#define TESTS_SUPPORT_LOG_FILES_H

#include "base/rand.h"
#include "ledger/tile.h"
#include "ledger/tree.h"
#include "ledger/verify.h"
#include "sys/file.h"

#define LOG_FILES_ORIGIN "logs.example/amana/1"

struct log_file {
    char path[TILE_PATH_MAX];
    struct bytes content;
};

struct log_files {
    uint64_t size;
    uint8_t root[TREE_HASH_BYTES];
    struct log_file *files;    /* by path */
    uint32_t count, cap;
};

/* Entries 0 to size - 1; those from `fork` on are others than those of another fork number. The key
 * is the first of RFC 8032, 7.1. */
void log_files_make(struct log_files *log, uint64_t size, uint64_t fork_at, uint8_t fork);
void log_files_release(struct log_files *log);
void log_files_entry(uint64_t index, uint8_t fork, uint8_t out[ENTRY_BYTES]);
const uint8_t *log_files_public_key(void);
const uint8_t *log_files_secret_key(void);

enum { LOG_CHANGES_MAX = 4 };

struct log_view {
    const struct log_files *log;
    struct { uint32_t file; bool is_gone; struct bytes content; } changes[LOG_CHANGES_MAX];
    uint32_t change_count;
    uint64_t seen_size;
    uint8_t seen_root[TREE_HASH_BYTES];
};

/* verify_fetch_fn over a struct log_view. */
int log_view_fetch(void *ctx, const char *path, struct bytes *out);
int log_view_verify(struct log_view *view, struct verify_result *result) MUST_USE;
void log_view_release(struct log_view *view);
/* Into a folder of that name, and what was seen into its file "seen" as SIZE:HEX. */
void log_view_write(const struct log_view *view, struct fs *fs, const char *folder);

/* Makes one thing wrong: in one of the logs, or by showing an older or another one to somebody who
 * saw it before. The kind of it, and *view shows it; release it. */
const char *log_mutate(struct log_view *view, const struct log_files *logs, uint32_t count,
                       struct rand *rand);

#endif
