/* One pass over a scan's blocks with several threads. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "store/scan.h"

enum { RUN_THREADS_MAX = 64 };

/* What to do with one block of every want. Comes from several threads at once, each with its own
 * number, 0 to threads - 1. Not 0: an ERR_*, the pass ends. */
typedef int (*run_block_fn)(void *ctx, uint32_t thread, const struct scan_block *blocks);

struct run {
    struct scan *scan;
    uint32_t want_count;            /* as scan_open was told; these two */
    uint32_t threads;
    const _Atomic bool *cancelled;  /* asked before each block; NULL = nobody cancels */
    run_block_fn block;
    void *ctx;
};

/* Until the scan has no more blocks. The caller's thread works too. 0, ERR_CANCELLED, ERR_NOMEM, or
 * the first error of the scan or of `block`. */
int run_blocks(const struct run *run) MUST_USE;

#endif
