/* What vault, query and ledger judge alike of a grant (wall.md 5.4): signature and version, life,
 * the auth that made it; then what it was made for. Replay, roster and budget are the ledger's
 * alone. Pure: keys, time and boot id are the caller's. */
#ifndef AUTH_WIRE_GRANT_CHECK_H
#define AUTH_WIRE_GRANT_CHECK_H

#include <stdint.h>

#include "auth/wire/grant.h"

struct grant_maker {
    const uint8_t *public_key;   /* auth's, 32 bytes */
    const uint8_t *boot_id;      /* of the auth that lives; NULL: none is known */
};

struct grant_expect {
    struct grant_maker maker;
    enum grant_kind kind;
    const uint8_t *ask_hash;     /* recomputed from the bytes that came beside the grant */
    uint64_t project;            /* the ask's */
    uint64_t arrived_boot_ms;    /* CLOCK_BOOTTIME when the request came */
};

/* Whoever it is for: NULL, and *out is filled, or "grant_signature", "grant_old" (or from the
 * future), "grant_boot". */
const char *grant_check_maker(struct str bytes, const struct grant_maker *maker,
                              uint64_t arrived_boot_ms, struct grant *out);
/* NULL: it holds. Else the code of the first thing that does not: those above, "grant_ask" (another
 * ask or kind), "right" (another project). */
const char *grant_check(struct str bytes, const struct grant_expect *expect, struct grant *out);

#endif
