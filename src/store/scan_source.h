/* Where the values of a scan come from, compiled: a source of scan.h against the parts that are
 * pinned, the profiles as they were at the pin. Loading fills cells for up to SCAN_CELLS rows of
 * one span at a time. */
#ifndef STORE_SCAN_SOURCE_H
#define STORE_SCAN_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "store/gather.h"
#include "store/scan.h"
#include "store/scan_values.h"
#include "store/store_inside.h"

enum { SCAN_CELLS = 256 };
#define SCAN_CELL_NUMBER UINT32_MAX     /* not in the values: the number itself */

/* A dictionary of a part against the scan's values: by the part's code, the scan's code + 1; 0 =
 * not looked up yet; 1 = absent. Shared by threads. */
struct scan_translation {
    struct part *part;
    uint32_t property;
    const struct scan_group *group;     /* NULL: the value itself */
    _Atomic uint32_t *codes;
    struct scan_translation *next;
};

/* Profiles of persons, one property: the scan's code by person code. */
struct scan_person {
    struct str property;
    uint32_t *codes;
    struct scan_person *next;
};

/* Profiles of groups, one property: from the group's id as text. */
struct scan_group {
    struct str group_key;
    struct str property;
    struct map codes;
    struct scan_group *next;
};

struct scan_sources {
    struct scan_values values;
    struct scan_translation *translations;
    struct scan_person *persons;
    struct scan_group *groups;
    uint32_t person_count;
    uint64_t memory;
    uint64_t memory_max;
};

/* One source in one event of one part. */
struct scan_cell_source {
    enum scan_of of;
    const struct part_column *column;   /* EVENT, GROUP: NULL = absent */
    struct scan_translation *translation;
    const uint32_t *person_codes;       /* PERSON */
    uint32_t name;                      /* NAME: code */
};

struct scan_cells {
    uint32_t codes[SCAN_CELLS];         /* 0 = absent; SCAN_CELL_NUMBER */
    double numbers[SCAN_CELLS];
};

void scan_source_init(struct scan_sources *s, uint32_t person_count, uint64_t memory_max);
void scan_source_release(struct scan_sources *s);
/* Takes the profiles' property out of the store, once for each; hold the store's lock. */
int scan_source_take_profiles(struct scan_sources *s, const struct store *store,
                              const struct scan_source *source) MUST_USE;
/* NULL when none was taken out. */
const uint32_t *scan_source_person_codes(const struct scan_sources *s, struct str property);
/* Verifies what it needs. ERR_CORRUPT, ERR_NOMEM. */
int scan_source_compile(struct scan_sources *s, const struct scan_source *source,
                        const struct gather_source *rows, struct scan_cell_source *out) MUST_USE;
/* Rows row to row + count - 1 of `rows`, all of one person. False: memory. */
bool scan_source_load(struct scan_sources *s, const struct scan_cell_source *source,
                      const struct gather_source *rows, uint32_t person,
                      const struct gather_span *span, struct scan_cells *out) MUST_USE;

#endif
