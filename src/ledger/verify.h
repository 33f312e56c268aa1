/* A whole log, checked from its public files alone: checkpoint, tiles, entry bundles. Every entry
 * is hashed again, every tile compared, the signed root reached (docs/formats/ledger.md). Where the
 * bytes come from is the caller's: a folder, an address, a test. */
#ifndef LEDGER_VERIFY_H
#define LEDGER_VERIFY_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"

/* Appends the file of that path ("checkpoint", "tile/0/000") to *out. ERR_NOT_FOUND, ERR_*. */
typedef int (*verify_fetch_fn)(void *ctx, const char *path, struct bytes *out);

struct verify_source {
    verify_fetch_fn fetch;
    void *ctx;
    struct str origin;
    const uint8_t *public_key;       /* 32 bytes */
    /* What was seen before, 0 = nothing: a smaller or another tree is found. */
    uint64_t seen_size;
    uint8_t seen_root[32];
    /* Called for every entry, in order; may be NULL. decoded: NULL where the version is unknown. */
    void (*each)(void *ctx, uint64_t index, struct str bytes, const struct entry *decoded);
};

struct verify_result {
    uint64_t size;
    uint8_t root[32];
    uint64_t bad_index;              /* where it stopped */
    char what[160];                  /* a sentence: what is wrong and where; "" when all holds */
};

/* 0: all of it holds. ERR_CRYPTO or ERR_INVALID with result->what; ERR_NOT_FOUND, ERR_IO. */
int verify_log(const struct verify_source *source, struct verify_result *result) MUST_USE;
/* One entry by its "tlog-proof" text (c2sp.org/tlog-proof@v1): index, audit path, checkpoint. */
int verify_proof(struct str proof, struct str entry, struct str origin,
                 const uint8_t public_key[32], struct verify_result *result) MUST_USE;

#endif
