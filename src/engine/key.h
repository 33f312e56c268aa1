/* From what a row holds to the group it counts in, and back to what the answer says.
 *
 * A group's key is a tuple of codes, one for each breakdown: the scan's code of the value, but
 *   KEY_ABSENT  for a property that is not there and for null, which show alike,
 *   KEY_SEALED  for every ref, and for an object or list with one inside: that there is a value may
 *               be known, not which are the same,
 *   the number of the range + 1 where the breakdown has edges. */
#ifndef ENGINE_KEY_H
#define ENGINE_KEY_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "query/result.h"
#include "query/spec.h"
#include "store/scan.h"

#define KEY_ABSENT 0u
#define KEY_SEALED UINT32_MAX

enum { KEY_ROW_MAX = 65536 };  /* groups that one row with lists may count in */

uint32_t key_from_code(const struct scan *scan, const struct spec_by *by, uint32_t code);
/* How many groups row r counts in: the product of its lists' lengths, where a list counts once per
 * element and an empty one as absent. Over KEY_ROW_MAX when it is too many. */
uint32_t key_count(const struct spec *spec, const struct scan_block *block, uint32_t r);
struct key_row { uint32_t r; uint32_t i; };
/* The key of row r's group number i, below key_count. */
void key_of_row(const struct scan *scan, const struct spec *spec, const struct scan_block *block,
                struct key_row row, uint32_t *key);
/* The group's text for comparing: each breakdown's JSON and a zero byte, so that bytes compare as
 * breakdown by breakdown, shorter first. */
void key_format_order(const struct scan *scan, const struct spec *spec, const uint32_t *key,
                      struct bytes *out);
/* Values copied into the arena. ERR_NOMEM. */
int key_to_groups(const struct scan *scan, const struct spec *spec, const uint32_t *key,
                  struct arena *arena, struct result_group *out) MUST_USE;

#endif
