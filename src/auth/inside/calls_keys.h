/* API keys: the list, and a new one. They end as members do. */
#ifndef AUTH_INSIDE_CALLS_KEYS_H
#define AUTH_INSIDE_CALLS_KEYS_H

#include "auth/inside/work.h"

/* A key that sees rows lives at most this long; the one that init made has no end. */
#define CALLS_KEYS_ROWS_LIFE_MS ((int64_t)90 * 24 * 60 * 60 * 1000)

void calls_keys_list(struct work *w);
void calls_keys_add(struct work *w);

#endif
