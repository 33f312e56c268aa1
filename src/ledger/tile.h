/* Tiles of C2SP tlog-tiles: where the hashes and entries of a log lie as files. Pure; paths only
 * and the bytes of entry bundles. Level 0 to 7 of tiles of 256 hashes. */
#ifndef LEDGER_TILE_H
#define LEDGER_TILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum { TILE_WIDTH = 256, TILE_PATH_MAX = 64, TILE_LEVELS = 8, TILE_ENTRY_MAX = 65535 };

/* "tile/0/x001/x234/067", or with ".p/<width>" where width < 256. */
void tile_path(unsigned level, uint64_t index, unsigned width, char out[TILE_PATH_MAX]);
void tile_entries_path(uint64_t index, unsigned width, char out[TILE_PATH_MAX]);
/* Whole tiles of the level at that size, and the width of the partial one behind (0 = none). */
uint64_t tile_full_count(unsigned level, uint64_t size);
unsigned tile_partial_width(unsigned level, uint64_t size);
/* u16 big endian length, entry. */
void tile_entries_append(struct str entry, struct bytes *out);
/* The next entry of a bundle; 1 = one, 0 = the end, ERR_INVALID. */
int tile_entries_next(struct str *bundle, struct str *entry) MUST_USE;

#endif
