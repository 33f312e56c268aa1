/* The slow, obvious store: a list of operations in order of arrival, and what every scan over them
 * must yield, computed by looking at all of them. Random work, feeding, comparing. */
#ifndef TESTS_SUPPORT_STORE_MODEL_H
#define TESTS_SUPPORT_STORE_MODEL_H

#include "base/rand.h"
#include "store/store.h"

enum { STORE_WORK_NUMBERS = 4096 };    /* persons and devices are numbers below this */

struct store_op {
    bool is_update;
    struct event event;
    struct profile_update update;
    uint32_t person;                   /* numbers behind the refs */
    uint32_t device;
};

struct store_work {
    struct arena arena;
    struct store_op *ops;
    uint32_t count;
    uint32_t cap;
    uint32_t person_max;               /* how many of the numbers the random work uses */
    bool has_many_numbers;             /* so many distinct that the property becomes wide */
};

void store_work_init(struct store_work *work);
void store_work_release(struct store_work *work);
void store_work_add_random(struct store_work *work, struct rand *rand, uint32_t count);
/* Hands operations from … to - 1 to the sink of project 1, each one a record of its own: operation
 * i ends at position {1, i + 1}. The first error, or 0. */
int store_work_feed(const struct store_work *work, struct stores *stores, uint32_t from,
                    uint32_t to);

/* Compares `scans` random scans of the store with what operations 0 … count - 1 must give. False
 * when one differs; says how on standard error. */
bool store_model_agrees(const struct store_work *work, uint32_t count, struct stores *stores,
                        struct rand *rand, uint32_t scans);

#endif
