/* Which batches of one ingest start were stored: the highest sequence, and a bit for each of the
 * 1,024 up to it. What lies below the window counts as stored: it cannot be told from a replay,
 * and a replay must never bring back what was erased. Pure; 136 bytes as stored. */
#ifndef VAULT_INSIDE_REPLAY_WINDOW_H
#define VAULT_INSIDE_REPLAY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum { REPLAY_WINDOW_BITS = 1024, REPLAY_WINDOW_BYTES = 8 + REPLAY_WINDOW_BITS / 8 };

/* Zero-initialised: nothing was seen. Bit s % 1,024 stands for sequence s. */
struct replay_window {
    uint64_t highest;
    uint64_t bits[REPLAY_WINDOW_BITS / 64];
};

bool replay_window_has(const struct replay_window *w, uint64_t sequence);
/* True for a sequence that replay_window_has only because it is too old to tell. */
bool replay_window_is_below(const struct replay_window *w, uint64_t sequence);
void replay_window_add(struct replay_window *w, uint64_t sequence);
void replay_window_encode(const struct replay_window *w, struct bytes *out);
int replay_window_decode(struct str bytes, struct replay_window *w) MUST_USE;

#endif
