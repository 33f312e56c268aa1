/* Tries with passwords, counted before anything is hashed: per address and per name, five are free,
 * then each waits longer, up to a quarter of an hour. Constant memory: cells by a hash; two names
 * in one cell slow each other down, which is safe. The hash has a key of its own, so that nobody
 * can aim at somebody else's cell. */
#ifndef AUTH_INSIDE_THROTTLE_H
#define AUTH_INSIDE_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { THROTTLE_CELLS = 4096, THROTTLE_FREE = 5, THROTTLE_WAIT_MAX_MS = 15 * 60 * 1000 };

struct throttle_cell {
    uint32_t tries;
    uint64_t next_boot_ms;   /* not before this */
    uint64_t last_boot_ms;
};

struct throttle {
    uint8_t key[16];
    struct throttle_cell cells[2][THROTTLE_CELLS];   /* addresses, names */
};

void throttle_init(struct throttle *throttle);
/* Whether a try may be made now; counts it when it may. */
bool throttle_try(struct throttle *throttle, struct str address, struct str name,
                  uint64_t now_boot_ms);
/* It was right: the name's tries are forgotten, the address's are not. */
void throttle_forgive(struct throttle *throttle, struct str name);

#endif
