/* Sets of u32, safe on untrusted bytes (docs/formats/ledger.md): u8 1 · u32 containers, then for
 * each u16 high · u8 type (1 array, 2 runs, 3 bits) · u16 n-1 · data; all integers big endian.
 * One set has one form: the smallest type, ties array, runs, bits; all else is refused. Pure. */
#ifndef LEDGER_BITMAP_H
#define LEDGER_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

struct bitmap;

struct bitmap *bitmap_create(void);
void bitmap_destroy(struct bitmap *bitmap);                    /* NULL is fine */
/* True when it was not in it before. */
bool bitmap_add(struct bitmap *bitmap, uint32_t value);
bool bitmap_has(const struct bitmap *bitmap, uint32_t value);
uint64_t bitmap_count(const struct bitmap *bitmap);
void bitmap_clear(struct bitmap *bitmap);
void bitmap_union(struct bitmap *into, const struct bitmap *other);
/* Values in rising order: *at = 0 begins; false at the end. */
bool bitmap_next(const struct bitmap *bitmap, uint64_t *at, uint32_t *value);
void bitmap_encode(const struct bitmap *bitmap, struct bytes *out);
/* Adds an encoded set. ERR_INVALID: not canonical; *into may have part of it then. Memory: at most
 * 8 KiB for every 9 bytes, so who takes sets from outside bounds their length. */
int bitmap_decode_into(struct bitmap *into, struct str bytes) MUST_USE;

#endif
