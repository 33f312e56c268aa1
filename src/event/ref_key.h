/* A project's key K and the ref keys that follow from it (wall.md 2). Held by ingest and auth only,
 * in locked memory. */
#ifndef EVENT_REF_KEY_H
#define EVENT_REF_KEY_H

#include <stdint.h>

#include "base/str.h"
#include "event/ref.h"

struct ref_key {
    uint64_t project;
    uint32_t epoch;
    uint8_t k[32];
    uint8_t indexed[4][16];  /* by kind: id, e-mail, phone */
    uint8_t insert[16];
};

void ref_key_derive(struct ref_key *key, uint64_t project, uint32_t epoch, const uint8_t k[32]);
/* The ref of a value in normal form. Kinds 1 to 3: domain and scope are empty. Kind 4: the
 * property's name and the subject. */
struct ref ref_key_indexed(const struct ref_key *key, enum ref_kind kind, struct str normal);
struct ref ref_key_bound(const struct ref_key *key, struct str property, const struct ref *subject,
                         struct str normal);
/* Keyed hash of an insert id; 0 for the empty one, never 0 for another. */
uint64_t ref_key_insert(const struct ref_key *key, struct str insert_id);

#endif
