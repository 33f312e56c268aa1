/* Which key signs for which login session (wall.md 5.5): pinned at the login, with the passkey's
 * word where there was one. Also what was used up already: counters of proofs in a login,
 * counters of grants since auth's start. All of it stands in entries, so a restart forgets
 * nothing. */
#ifndef LEDGER_INSIDE_PINS_H
#define LEDGER_INSIDE_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"

enum { PINS_MAX = 65536, PINS_KEY_MAX = 65, PINS_PROOF_WINDOW = 64, PINS_GRANT_WINDOW = 4096 };

struct pin {
    uint8_t login_session[16];
    uint32_t principal;
    uint8_t level;
    uint8_t key_type;            /* enum evidence_key */
    uint8_t passkey[16];         /* of level 2: which one vouched for it, pins_passkey */
    uint8_t key[PINS_KEY_MAX];
    uint32_t key_len;
    int64_t ends_ms;
    uint64_t highest;            /* counter of proofs */
    uint64_t window;
};

struct pins;

/* What stands for a passkey: the beginning of its id's SHA-256. */
void pins_passkey(struct str credential_id, uint8_t out[16]);

struct pins *pins_create(void);
void pins_destroy(struct pins *pins);
/* The one of that session from now on; those that are over make room. False when there is none. */
bool pins_put(struct pins *pins, const struct pin *pin, int64_t now_ms);
struct pin *pins_find(struct pins *pins, const uint8_t login_session[16], int64_t now_ms);
/* False when the counter is 0, was used already, or is below the window. Marks it. */
bool pins_use_proof(struct pin *pin, uint64_t counter);
/* The same for grants of one start of auth; another start empties the window. */
bool pins_use_grant(struct pins *pins, const uint8_t boot_id[16], uint64_t counter);

#endif
