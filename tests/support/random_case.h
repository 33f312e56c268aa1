/* Seeded projects and questions for the differential tests: small, but crowded with what makes
 * counting hard. Times lie near a change of the clock and often on a bucket's edge; people change
 * from device to user; events come twice, late, without properties, with numbers that are texts. */
#ifndef TESTS_SUPPORT_RANDOM_CASE_H
#define TESTS_SUPPORT_RANDOM_CASE_H

#include "base/bytes.h"
#include "base/rand.h"

enum { RANDOM_BATCHES_MAX = 5 };

struct random_case {
    struct rand rand;
    const char *zone;
    int64_t center_s;            /* about when the zone's clock changes */
    uint32_t spread_days;        /* most events lie within so many days of it */
    struct bytes batches[RANDOM_BATCHES_MAX]; /* lines of events, in order of arrival */
    struct bytes updates[RANDOM_BATCHES_MAX]; /* lines of updates, after the batch */
    uint32_t batch_count;
    struct bytes question;
    uint32_t week_start;
    uint32_t fold_under;
    uint32_t threads;
};

void random_case_release(struct random_case *c);
/* A new project; the same seed gives the same one. */
void random_case_project(struct random_case *c, uint64_t seed);
/* A new question about it. */
void random_case_question(struct random_case *c);

#endif
