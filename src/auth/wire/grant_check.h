/* What vault and ledger judge alike of a grant that comes with an ask (wall.md 5.4): signature and
 * version, kind and ask, life, the auth that made it. Replay, roster and budget are the ledger's
 * alone. Pure: keys, time and boot id are the caller's. */
#ifndef AUTH_WIRE_GRANT_CHECK_H
#define AUTH_WIRE_GRANT_CHECK_H

#include <stdint.h>

#include "auth/wire/grant.h"

struct grant_expect {
    const uint8_t *public_key;   /* auth's, 32 bytes */
    enum grant_kind kind;
    const uint8_t *ask_hash;     /* recomputed from the bytes that came beside the grant */
    uint64_t project;            /* the ask's */
    const uint8_t *boot_id;      /* of the auth that lives; NULL: none is known */
    uint64_t arrived_boot_ms;    /* CLOCK_BOOTTIME when the request came */
};

/* NULL: it holds, and *out is filled. Else the code of the first thing that does not:
 * "grant_signature", "grant_ask" (another ask or kind), "grant_old" (or from the future),
 * "grant_boot", "right" (another project). */
const char *grant_check(struct str bytes, const struct grant_expect *expect, struct grant *out);

#endif
