/* The manifest: what the store consists of, whole, replaced at once. What it does not list does
 * not exist. Format: docs/formats/part.md. */
#ifndef STORE_MANIFEST_H
#define STORE_MANIFEST_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "event/sink.h"
#include "store/journal.h"
#include "sys/file.h"

#define MANIFEST_NAME "manifest"
enum { MANIFEST_BYTES_MAX = 64 * 1024 * 1024 };

struct manifest_project {
    uint64_t project;
    uint64_t next_arrival;  /* number of the next row */
    uint32_t persons;       /* in the tables */
    uint32_t links;
};

struct manifest_part {
    uint64_t project;
    uint64_t id;
    uint64_t file_len;
    uint64_t directory_hash;
};

struct manifest {
    uint64_t generation;
    struct wal_position position;
    uint64_t next_part;
    struct journal tables;  /* generation, length, hash */
    struct manifest_project *projects;
    uint32_t project_count;
    struct manifest_part *parts;
    uint32_t part_count;
};

void manifest_release(struct manifest *manifest);
void manifest_encode(const struct manifest *manifest, struct bytes *out);
/* ERR_CORRUPT, ERR_UNSUPPORTED. */
int manifest_decode(struct str bytes, struct manifest *out) MUST_USE;
/* ERR_NOT_FOUND when there is none. */
int manifest_read(struct fs *fs, struct manifest *out) MUST_USE;
int manifest_replace(struct fs *fs, const struct manifest *manifest) MUST_USE;

#endif
