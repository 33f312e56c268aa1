/* Facts: what a list of people says of each besides when it was seen. Coarse things only. A fact is
 * the profile's where the profile has it, else that of the newest event that has it, among the
 * newest FACTS_ROWS of the person. */
#ifndef ENGINE_FACTS_H
#define ENGINE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "event/value.h"
#include "store/scan.h"

enum { FACTS = 7, FACTS_ROWS = 1000 };

struct fact {
    const char *name;
    const char *of_profile;   /* the properties that hold it */
    const char *of_event;
};

const struct fact *facts_get(uint32_t index);
/* By the fact's name or its profile property: "country", "$country_code". NULL: no fact. */
const struct fact *facts_find(struct str name);
/* Index of the newest row of [first, end) that has a code; UINT32_MAX = none of the newest. */
uint32_t facts_newest(const uint32_t *codes, uint32_t first, uint32_t end);

/* What the events of one person say; type VALUE_NULL where they say nothing. */
struct facts { struct value values[FACTS]; };
/* out[i] for persons[i], copied into the arena. ERR_TOO_LARGE, ERR_NOMEM, ERR_CORRUPT. */
int facts_of_events(struct store *store, const uint32_t *persons, uint32_t count,
                    struct arena *arena, struct facts *out) MUST_USE;

#endif
