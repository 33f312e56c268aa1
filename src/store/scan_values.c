#include "store/scan_values.h"

#include <stdlib.h>

#include "base/hash.h"

void scan_values_init(struct scan_values *values, size_t limit_bytes)
{
    check(pthread_mutex_init(&values->lock, NULL) == 0);
    arena_init(&values->arena, limit_bytes);
}

void scan_values_release(struct scan_values *values)
{
    (void)pthread_mutex_destroy(&values->lock);
    arena_release(&values->arena);
    bytes_release(&values->scratch);
    free(values->slots);
    for (uint32_t i = 0; i < SCAN_VALUES_CHUNKS_MAX; i++)
        free(values->chunks[i]);
}

static struct scan_values_entry *entry_of(const struct scan_values *values, uint32_t code)
{
    check(code > 0);
    struct scan_values_entry *chunk = values->chunks[(code - 1) / SCAN_VALUES_CHUNK];
    check(chunk != NULL);
    return &chunk[(code - 1) % SCAN_VALUES_CHUNK];
}

const struct value *scan_values_get(const struct scan_values *values, uint32_t code)
{
    return &entry_of(values, code)->value;
}

/* The slot that holds the value, or the empty one where it belongs. */
static uint32_t *probe(const struct scan_values *values, struct str encoded, uint64_t hash)
{
    const uint32_t mask = values->slot_count - 1;
    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &values->slots[i];
        if (*slot == 0)
            return slot;
        const struct scan_values_entry *entry = entry_of(values, *slot);
        if (entry->hash == hash && str_equal(entry->encoded, encoded))
            return slot;
    }
}

static void grow_slots(struct scan_values *values)
{
    free(values->slots);
    values->slot_count = values->slot_count ? values->slot_count * 2 : 256;
    values->slots = calloc(values->slot_count, sizeof(*values->slots));
    check(values->slots != NULL);
    for (uint32_t code = 1; code <= values->count; code++) {
        const struct scan_values_entry *entry = entry_of(values, code);
        *probe(values, entry->encoded, entry->hash) = code;
    }
}

static uint32_t put_locked(struct scan_values *values, struct str encoded)
{
    if ((uint64_t)values->count * 3 >= (uint64_t)values->slot_count * 2)
        grow_slots(values);
    uint64_t hash = hash_64_seeded(encoded.ptr, encoded.len, 0x76616c7565);
    uint32_t *slot = probe(values, encoded, hash);
    if (*slot)
        return *slot;
    const uint32_t chunk = values->count / SCAN_VALUES_CHUNK;
    if (chunk >= SCAN_VALUES_CHUNKS_MAX)
        return 0;
    struct scan_values_entry entry = { .encoded = arena_copy(&values->arena, encoded),
                                       .hash = hash };
    if (!entry.encoded.ptr)
        return 0;
    struct bytes_reader r = bytes_reader_over(entry.encoded);
    if (!value_decode(&r, &values->arena, &entry.value))
        return 0;
    if (!values->chunks[chunk]) {
        struct scan_values_entry *fresh = calloc(SCAN_VALUES_CHUNK, sizeof(*fresh));
        check(fresh != NULL);
        values->chunks[chunk] = fresh;
    }
    *slot = ++values->count;
    *entry_of(values, values->count) = entry;
    return values->count;
}

uint32_t scan_values_put_encoded(struct scan_values *values, struct str encoded)
{
    (void)pthread_mutex_lock(&values->lock);
    uint32_t code = put_locked(values, encoded);
    (void)pthread_mutex_unlock(&values->lock);
    return code;
}

uint32_t scan_values_put(struct scan_values *values, const struct value *value)
{
    (void)pthread_mutex_lock(&values->lock);
    bytes_reset(&values->scratch);
    value_encode(value, &values->scratch);
    uint32_t code = put_locked(values, bytes_str(&values->scratch));
    (void)pthread_mutex_unlock(&values->lock);
    return code;
}

uint32_t scan_values_put_number(struct scan_values *values, double number)
{
    struct value value = { .type = VALUE_NUMBER, .as.number = number };
    return scan_values_put(values, &value);
}

static const uint32_t *find_elements(struct scan_values *values, uint32_t code)
{
    struct scan_values_entry *entry = entry_of(values, code);
    const uint32_t count = entry->value.as.list.count;
    if (entry->elements)
        return entry->elements;
    uint32_t *elements = arena_try(&values->arena, (count + 1) * sizeof(*elements));
    for (uint32_t i = 0; elements && i < count; i++) {
        bytes_reset(&values->scratch);
        value_encode(&entry->value.as.list.items[i], &values->scratch);
        elements[i] = put_locked(values, bytes_str(&values->scratch));
        if (elements[i] == 0)
            elements = NULL;
    }
    entry->elements = elements;
    return elements;
}

bool scan_values_elements(struct scan_values *values, uint32_t code, const uint32_t **elements,
                          uint32_t *count)
{
    const struct scan_values_entry *entry = entry_of(values, code);
    if (entry->value.type != VALUE_LIST) {
        *count = 1;
        *elements = NULL;
        return true;
    }
    *count = entry->value.as.list.count;
    *elements = entry->elements;
    if (*elements)
        return true;
    (void)pthread_mutex_lock(&values->lock);
    *elements = find_elements(values, code);
    (void)pthread_mutex_unlock(&values->lock);
    return *elements != NULL;
}
