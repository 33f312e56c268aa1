/* What the ledger hands out for an entry that is on disk: the entry, its place, a signed checkpoint
 * that covers it, the audit path, and the consistency with what the holder saw before. Who holds a
 * receipt believes the log's signature, its own memory and SHA-256, nothing else (wall.md 6). */
#ifndef LEDGER_RECEIPT_H
#define LEDGER_RECEIPT_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "ledger/entry.h"

enum { RECEIPT_PATH_MAX = 64 };

struct receipt {
    uint8_t entry[ENTRY_BYTES];
    uint64_t index;                 /* in its log */
    struct str checkpoint;          /* the signed note */
    uint32_t inclusion_count, consistency_count;
    uint8_t inclusion[RECEIPT_PATH_MAX][32];
    uint8_t consistency[RECEIPT_PATH_MAX][32];
};

/* What a holder remembers of a log between receipts. size 0: nothing yet. */
struct receipt_seen {
    uint64_t size;
    uint8_t root[32];
};

void receipt_encode(const struct receipt *receipt, struct bytes *out);
/* ERR_INVALID. Strings borrow from bytes. */
int receipt_decode(struct str bytes, struct receipt *out) MUST_USE;

/* What the entry must be about: checked against its bytes. */
struct receipt_expect {
    const char *origin;             /* of the log, also its key's name */
    const uint8_t *public_key;      /* Ed25519, 32 bytes */
    uint8_t ask_hash[32];
    uint32_t principal;
    uint32_t project;
    uint32_t persons;               /* distinct subjects */
};

/* 0: the entry is in a log that is signed and grew from *seen; *seen moves on. ERR_CRYPTO:
 * signature, path or growth do not hold. ERR_DENIED: a whole receipt, of another ask. */
int receipt_verify(const struct receipt *receipt, const struct receipt_expect *expect,
                   struct receipt_seen *seen, struct entry *entry) MUST_USE;

#endif
