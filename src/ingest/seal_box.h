/* The two seals of wall.md 3, without state: the keys of an epoch, the inner seal of one value, the
 * outer seal of a batch. docs/formats/seal.md has the bytes. */
#ifndef INGEST_SEAL_BOX_H
#define INGEST_SEAL_BOX_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "event/ref.h"

struct seal_epoch {
    uint8_t public_key[32];  /* E */
    uint8_t k_batch[32];
    uint8_t k_ledger[32];
};

/* From a fresh secret e, which the caller wipes. ERR_CRYPTO for public keys of small order. */
int seal_box_epoch(struct seal_epoch *epoch, const uint8_t secret[32], const uint8_t vault[32],
                   const uint8_t ledger[32], const uint8_t intake[32]) MUST_USE;
/* share = H_32(k_ledger; "amana/share/1", project, s, p) */
void seal_box_share(const uint8_t k_ledger[32], uint64_t project, const struct ref *subject,
                    struct str property, uint8_t out[32]);
/* k_value = H_32(share; "amana/value-key/1", r) */
void seal_box_value_key(const uint8_t share[32], const struct ref *ref, uint8_t out[32]);
/* The associated data of inner and stored boxes: frame(label, project, s, p, r, E). */
struct seal_place {
    uint64_t project;
    struct ref subject;
    struct str property;
    struct ref ref;
    uint8_t epoch[32];
};
void seal_box_associated(const char *label, const struct seal_place *place, struct bytes *out);

/* Appends one record of a batch: s 16 · u16 n · p · r 16 · u64 seen ms · u32 n · inner. */
void seal_box_value(const struct seal_epoch *epoch, const struct seal_place *place,
                    struct str value, uint64_t seen_ms, struct bytes *out);

struct seal_batch {
    uint8_t boot_id[16];
    uint64_t sequence;
    uint64_t project;
    uint64_t time_ms;
    uint32_t count;
};
enum { SEAL_HEADER_BYTES = 81 };
/* Appends header and outer box over the records. */
void seal_box_batch(const struct seal_epoch *epoch, const struct seal_batch *batch,
                    struct str records, struct bytes *out);

#endif
