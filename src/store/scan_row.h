/* All properties of one row, straight from the part's columns: for the few rows that are shown, not
 * counted. */
#ifndef STORE_SCAN_ROW_H
#define STORE_SCAN_ROW_H

#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "event/event.h"
#include "store/gather.h"

/* In order of the properties' names. Strings borrow from the part, lists and objects lie in the
 * arena. ERR_CORRUPT, ERR_NOMEM. */
int scan_row_read(const struct gather_source *source, uint32_t row, struct arena *arena,
                  struct property **out, uint32_t *count) MUST_USE;

#endif
