#include "engine/tally.h"

#include <string.h>

#include "base/err.h"

enum { FIRST_COUNT = 64 };

void tally_init(struct tally *tally, unsigned columns, struct budget *budget)
{
    check(columns != 0 && columns <= TALLY_ALL);
    *tally = (struct tally){ .budget = budget, .columns = columns };
}

void tally_release(struct tally *tally)
{
    if (tally->budget == NULL)
        return;
    budget_free(tally->budget, tally->rows, tally->bytes[0]);
    budget_free(tally->budget, tally->persons, tally->bytes[1]);
    budget_free(tally->budget, tally->last, tally->bytes[2]);
    budget_free(tally->budget, tally->sums, tally->bytes[3]);
    *tally = (struct tally){ 0 };
}

void tally_reset(struct tally *tally)
{
    void *const arrays[TALLY_ARRAYS] = { tally->rows, tally->persons, tally->last, tally->sums };
    for (int i = 0; i < TALLY_ARRAYS; i++)
        if (arrays[i] != NULL)
            memset(arrays[i], 0, tally->bytes[i]);
}

size_t tally_bytes(unsigned columns)
{
    return (columns & TALLY_ROWS ? sizeof(uint64_t) : 0) +
           (columns & TALLY_PERSONS ? 2 * sizeof(uint32_t) : 0) +
           (columns & TALLY_SUMS ? sizeof(struct sum) : 0);
}

/* The array with room for bytes, or NULL; what it had stays its own either way. */
static void *grown(struct tally *tally, int array, void *ptr, size_t bytes)
{
    void *at = budget_resize(tally->budget, ptr, tally->bytes[array], bytes);
    if (at != NULL)
        tally->bytes[array] = bytes;
    return at;
}

int tally_reserve(struct tally *tally, size_t count)
{
    if (count <= tally->count)
        return 0;
    if (count < tally->count + tally->count / 2)
        count = tally->count + tally->count / 2;
    if (count < FIRST_COUNT)
        count = FIRST_COUNT;
    if (tally->columns & TALLY_ROWS) {
        uint64_t *rows = grown(tally, 0, tally->rows, count * sizeof(*rows));
        if (rows == NULL)
            return ERR_NOMEM;
        tally->rows = rows;
    }
    if (tally->columns & TALLY_PERSONS) {
        uint32_t *persons = grown(tally, 1, tally->persons, count * sizeof(*persons));
        if (persons == NULL)
            return ERR_NOMEM;
        tally->persons = persons;
        uint32_t *last = grown(tally, 2, tally->last, count * sizeof(*last));
        if (last == NULL)
            return ERR_NOMEM;
        tally->last = last;
    }
    if (tally->columns & TALLY_SUMS) {
        struct sum *sums = grown(tally, 3, tally->sums, count * sizeof(*sums));
        if (sums == NULL)
            return ERR_NOMEM;
        tally->sums = sums;
    }
    tally->count = count;
    return 0;
}

void tally_add(struct tally *tally, size_t at, uint32_t person, double number)
{
    if (tally->rows != NULL)
        tally->rows[at]++;
    if (tally->persons != NULL && person != 0 && tally->last[at] != person) {
        tally->last[at] = person;
        tally->persons[at]++;
    }
    if (tally->sums != NULL)
        sum_add(&tally->sums[at], number);
}

void tally_merge(struct tally *into, size_t at, const struct tally *from, size_t from_at)
{
    check(at < into->count && from_at < from->count && into->columns == from->columns);
    if (into->rows != NULL)
        into->rows[at] += from->rows[from_at];
    if (into->persons != NULL)
        into->persons[at] += from->persons[from_at];
    if (into->sums != NULL)
        sum_merge(&into->sums[at], &from->sums[from_at]);
}
