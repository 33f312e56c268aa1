/* struct arena: memory of one request, batch or query, freed in one call. No free inside.
 * `limit` bounds what it may take altogether; beyond it arena_alloc returns NULL, which is a
 * refusal for what an outsider sized. Not safe for two threads at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *first;
    uint8_t *at;
    size_t left;
    size_t used;  /* bytes of all chunks */
    size_t limit; /* 0 = no limit */
    bool is_reused; /* arena_reset kept a chunk: behind `at` lies what was before */
};

void arena_init(struct arena *a, size_t limit);
void arena_release(struct arena *a);          /* frees everything; usable again after */
void arena_wipe(struct arena *a);             /* arena_release, after overwriting everything */
void arena_reset(struct arena *a);            /* keeps the largest chunk for the next round */
/* len bytes, 16-aligned, not zeroed; NULL when over the limit or out of memory. */
void *arena_try(struct arena *a, size_t len) MUST_USE;
/* As arena_try, but zeroed, and NULL is a bug check: for small fixed things. */
void *arena_alloc(struct arena *a, size_t len);
/* Copies; the copy ends in a NUL that is not counted. NULL ptr when over the limit. */
struct str arena_copy(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
