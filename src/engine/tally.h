/* Counters with numbers: rows, distinct persons, and an exact sum; of a group over the whole range,
 * or of one cell. Only the columns that the question needs are there.
 *
 * Distinct persons need no sets: a block gives the rows person by person, and a person lies in one
 * block, so whoever was counted last in a counter was the same person or another one for good. */
#ifndef ENGINE_TALLY_H
#define ENGINE_TALLY_H

#include <stdint.h>

#include "base/check.h"
#include "base/sum.h"
#include "engine/budget.h"

enum tally_column { TALLY_ROWS = 1, TALLY_PERSONS = 2, TALLY_SUMS = 4, TALLY_ALL = 7 };
enum { TALLY_ARRAYS = 4 };

struct tally {
    unsigned columns;
    size_t count;       /* counters that there is room for */
    uint64_t *rows;     /* NULL unless TALLY_ROWS */
    uint32_t *persons;
    uint32_t *last;     /* the person counted last; 0 = nobody yet */
    struct sum *sums;
    /* ---- private ---- */
    struct budget *budget;
    size_t bytes[TALLY_ARRAYS];
};

void tally_init(struct tally *tally, unsigned columns, struct budget *budget);
void tally_release(struct tally *tally);
void tally_reset(struct tally *tally);          /* all zero, memory kept */
size_t tally_bytes(unsigned columns);           /* of one counter */
/* Room for at least `count` counters; new ones are zero. ERR_NOMEM. */
int tally_reserve(struct tally *tally, size_t count) MUST_USE;
/* One row of a person; 0 = nobody, who is no person. */
void tally_add(struct tally *tally, size_t at, uint32_t person, double number);
/* Adds another thread's counter: it saw other persons. */
void tally_merge(struct tally *into, size_t at, const struct tally *from, size_t from_at);

#endif
