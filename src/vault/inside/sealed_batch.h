/* The vault's side of the two seals (wall.md 3; docs/formats/seal.md has the bytes): a batch's
 * outer box, the records in it, and the box that the vault stores. Nothing here opens an inner box:
 * that takes the ledger's share. */
#ifndef VAULT_INSIDE_SEALED_BATCH_H
#define VAULT_INSIDE_SEALED_BATCH_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "event/ref.h"

enum { SEALED_HEADER_BYTES = 81 };

struct sealed_header {
    uint8_t boot_id[16];
    uint64_t sequence;
    uint64_t project;
    uint8_t epoch[32];   /* E */
    uint64_t time_ms;
    uint32_t count;
};

/* Borrowed from the opened records. */
struct sealed_record {
    struct ref subject;
    struct str property;
    struct ref ref;
    int64_t seen_ms;
    struct str inner;
};

/* Keys of the intake, and the last epoch's k_batch: one X25519 a minute instead of one a batch.
 * Secret: lies in locked memory. */
struct sealed_keys {
    uint8_t vault_secret[32];
    uint8_t vault_public[32];
    uint8_t intake_secret[32];
    uint8_t epoch[32];      /* of k_batch; all zero = none */
    uint8_t k_batch[32];
};

void sealed_keys_init(struct sealed_keys *keys, const uint8_t vault_secret[32],
                      const uint8_t intake_secret[32]);

/* ERR_INVALID: not a batch, or over LIMIT_SEALED_BATCH_BYTES. */
int sealed_batch_decode_header(struct str batch, struct sealed_header *header) MUST_USE;
/* Appends the record list of a batch whose header decodes. ERR_CRYPTO: forged (an epoch of small
 * order, or the outer box does not open). */
int sealed_batch_open(struct sealed_keys *keys, const struct sealed_header *header,
                      struct str batch, struct bytes *records) MUST_USE;
/* Exactly `count` records, in the arena. ERR_INVALID. */
int sealed_batch_decode_records(struct str records, uint32_t count, struct arena *arena,
                                struct sealed_record **out) MUST_USE;

/* What a stored box is bound to. */
struct sealed_place {
    uint64_t project;
    struct ref subject;
    struct str property;
    struct ref ref;
    uint8_t epoch[32];
};

/* Appends frame(label, project, s, p, r, E): the associated data of both locks. */
void sealed_place_frame(struct str label, const struct sealed_place *place, struct bytes *out);
/* w = H_32(a_s; "amana/wrap-key/1", project, s) */
void sealed_wrap_key(const uint8_t share[32], uint64_t project, const struct ref *subject,
                     uint8_t out[32]);
/* Appends nonce24 | box(w, ad = frame("amana/stored/1", project, s, p, r, E), inner). */
void sealed_wrap(const uint8_t wrap_key[32], const struct sealed_place *place, struct str inner,
                 struct bytes *out);
/* Appends the inner box. ERR_CRYPTO. */
int sealed_unwrap(const uint8_t wrap_key[32], const struct sealed_place *place, struct str stored,
                  struct bytes *inner) MUST_USE;

#endif
