#include "store/persons.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"

void persons_release(struct persons *persons)
{
    free(persons->refs);
    free(persons->slots);
    *persons = (struct persons){ 0 };
}

/* Two words at once: this is asked of every event. */
static bool is_ref(const struct ref *a, const struct ref *b)
{
    uint64_t x[2], y[2];
    memcpy(x, a->bytes, sizeof(x));
    memcpy(y, b->bytes, sizeof(y));
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

/* The slot that holds the ref, or the empty one where it belongs. */
static uint32_t *probe(const struct persons *persons, const struct ref *ref)
{
    uint64_t hash;
    memcpy(&hash, ref->bytes, sizeof(hash));
    const uint32_t mask = persons->slot_count - 1;
    for (uint32_t i = (uint32_t)hash_mix_u64(hash) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &persons->slots[i];
        if (*slot == 0 || is_ref(&persons->refs[*slot - 1], ref))
            return slot;
    }
}

uint32_t persons_find(const struct persons *persons, const struct ref *ref)
{
    return persons->count == 0 || ref_is_none(ref) ? 0 : *probe(persons, ref);
}

static void grow_slots(struct persons *persons)
{
    free(persons->slots);
    persons->slot_count = persons->slot_count ? persons->slot_count * 2 : 64;
    persons->slots = calloc(persons->slot_count, sizeof(*persons->slots));
    check(persons->slots != NULL);
    for (uint32_t code = 1; code <= persons->count; code++)
        *probe(persons, &persons->refs[code - 1]) = code;
}

uint32_t persons_put(struct persons *persons, const struct ref *ref)
{
    if (ref_is_none(ref))
        return 0;
    if ((uint64_t)persons->count * 3 >= (uint64_t)persons->slot_count * 2)
        grow_slots(persons);
    uint32_t *slot = probe(persons, ref);
    if (*slot)
        return *slot;
    if (persons->count == persons->cap) {
        check(persons->cap < INT32_MAX / 2);
        persons->cap = persons->cap ? persons->cap + persons->cap / 2 : 64;
        persons->refs = realloc(persons->refs, (size_t)persons->cap * sizeof(*persons->refs));
        check(persons->refs != NULL);
    }
    persons->refs[persons->count++] = *ref;
    *slot = persons->count;
    return persons->count;
}
