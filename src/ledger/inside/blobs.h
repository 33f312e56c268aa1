/* What lies beside an entry, sealed: the sections it commits to, and the numbers given for the
 * first time with it. One random key a log and day (wall.md 9), in the ledger's folder of keys:
 * whoever destroys it makes that day's blobs unreadable, while entries, counts and proofs stay. */
#ifndef LEDGER_INSIDE_BLOBS_H
#define LEDGER_INSIDE_BLOBS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "event/ref.h"
#include "ledger/entry.h"
#include "sys/file.h"

struct blobs;

struct blobs_given {
    struct ref ref;
    uint32_t number;
};

struct blob {
    struct entry_sections sections;      /* secret, texts, numbers (sorted, distinct) */
    const struct blobs_given *given;
    uint32_t given_count;
};

/* keys: the folder of day keys, which outlives this. */
struct blobs *blobs_create(struct fs *keys);
void blobs_destroy(struct blobs *blobs);              /* NULL is fine; wipes */
/* The day's key is there and on disk. Before blobs_seal of an entry of that time. */
int blobs_prepare(struct blobs *blobs, uint32_t log, int64_t time_ms) MUST_USE;
/* Appends the blob of an entry that is whole (its bytes are bound to it). */
void blobs_seal(struct blobs *blobs, uint32_t log, const uint8_t entry[ENTRY_BYTES],
                const struct blob *blob, struct bytes *out);
/* ERR_NOT_FOUND: the day's key is gone. ERR_CRYPTO, ERR_CORRUPT. Lies in the arena. */
int blobs_open(struct blobs *blobs, uint32_t log, const uint8_t entry[ENTRY_BYTES],
               struct str sealed, struct arena *arena, struct blob *out) MUST_USE;

#endif
