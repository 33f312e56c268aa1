/* An append-only file of frames, each sealed with a checksum that chains to the one before
 * (docs/formats/part.md). The manifest says how long it is durable and what the last checksum was:
 * what lies beyond is cut off at open. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <stdint.h>

#include "base/check.h"
#include "base/str.h"
#include "sys/file.h"

enum { JOURNAL_FRAME_MAX = 16 * 1024 * 1024, JOURNAL_HEADER_BYTES = 16, JOURNAL_NAME_BYTES = 32 };

struct journal {
    struct fs *fs;
    struct file *file;
    uint64_t generation;   /* in its name */
    uint64_t length;
    uint64_t hash;         /* of the last frame */
};

/* 0, or ERR_CORRUPT when the payload cannot be. */
typedef int (*journal_each_fn)(void *ctx, struct str payload);

void journal_name(uint64_t generation, char out[JOURNAL_NAME_BYTES]);
int journal_create(struct fs *fs, uint64_t generation, struct journal *out) MUST_USE;
/* Hands every frame up to `length` to each, verified, and cuts off the rest. */
int journal_open(struct fs *fs, const struct journal *listed, journal_each_fn each, void *ctx,
                 struct journal *out) MUST_USE;
/* Reads without opening for writing. */
int journal_read(struct fs *fs, const struct journal *listed, journal_each_fn each,
                 void *ctx) MUST_USE;
/* payload.len <= JOURNAL_FRAME_MAX; not durable before journal_sync. */
int journal_append(struct journal *journal, struct str payload) MUST_USE;
int journal_sync(struct journal *journal) MUST_USE;
void journal_close(struct journal *journal);

#endif
