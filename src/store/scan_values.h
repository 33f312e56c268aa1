/* The values of one scan, by code: parts have dictionaries of their own; here equal values meet.
 * Filled as codes are first seen, by any thread; what a code stands for never changes. */
#ifndef STORE_SCAN_VALUES_H
#define STORE_SCAN_VALUES_H

#include <pthread.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/str.h"
#include "event/value.h"

enum { SCAN_VALUES_CHUNK = 1024, SCAN_VALUES_CHUNKS_MAX = 4096 };

struct scan_values_entry {
    struct value value;
    struct str encoded;
    uint64_t hash;
    const uint32_t *_Atomic elements;   /* codes of a list's; NULL = not asked yet */
};

struct scan_values {
    /* ---- private ---- */
    pthread_mutex_t lock;
    struct arena arena;
    struct bytes scratch;
    uint32_t count;
    uint32_t slot_count;
    uint32_t *slots;
    struct scan_values_entry *_Atomic chunks[SCAN_VALUES_CHUNKS_MAX];
};

void scan_values_init(struct scan_values *values, size_t limit_bytes);
void scan_values_release(struct scan_values *values);
/* Code of the value, 1 or more; 0 when the memory of the scan is used up. */
uint32_t scan_values_put_encoded(struct scan_values *values, struct str encoded);
uint32_t scan_values_put(struct scan_values *values, const struct value *value);
uint32_t scan_values_put_number(struct scan_values *values, double number);
/* code must have come from here. */
const struct value *scan_values_get(const struct scan_values *values, uint32_t code);
/* The codes of a list's elements. A scalar is its own only element: *elements is NULL, *count 1.
 * False: memory. */
bool scan_values_elements(struct scan_values *values, uint32_t code, const uint32_t **elements,
                          uint32_t *count);

#endif
