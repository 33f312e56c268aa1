#include "engine/measure.h"

unsigned measure_columns(enum spec_measure measure, bool is_folded)
{
    unsigned persons = is_folded ? TALLY_PERSONS : 0;
    switch (measure) {
    case SPEC_TOTAL: return TALLY_ROWS | persons;
    case SPEC_UNIQUE: return TALLY_PERSONS;
    case SPEC_SUM: return TALLY_SUMS | persons;
    }
    check(false);
    return 0;
}

double measure_value(enum spec_measure measure, const struct tally *tally, size_t at)
{
    switch (measure) {
    case SPEC_TOTAL: return (double)tally->rows[at];
    case SPEC_UNIQUE: return tally->persons[at];
    case SPEC_SUM: return sum_value(&tally->sums[at]);
    }
    check(false);
    return 0;
}
