#include "engine/groups.h"

#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "query/spec.h"

enum { FIRST_CAP = 64, COUNT_MAX = 1 << 28 };

void groups_init(struct groups *groups, uint32_t width, struct budget *budget)
{
    check(width > 0 && width <= SPEC_BY_MAX);
    *groups = (struct groups){ .budget = budget, .width = width };
}

static size_t key_bytes(const struct groups *groups, uint32_t cap)
{
    return (size_t)cap * groups->width * sizeof(*groups->keys);
}

void groups_release(struct groups *groups)
{
    if (groups->budget == NULL)
        return;
    budget_free(groups->budget, groups->keys, key_bytes(groups, groups->cap));
    budget_free(groups->budget, groups->slots, groups->slot_count * sizeof(*groups->slots));
    *groups = (struct groups){ 0 };
}

void groups_reset(struct groups *groups)
{
    if (groups->slots != NULL)
        memset(groups->slots, 0, groups->slot_count * sizeof(*groups->slots));
    groups->count = 0;
}

uint64_t groups_hash(const uint32_t *key, uint32_t width)
{
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (uint32_t i = 0; i < width; i++)
        hash = hash_mix_u64(hash + key[i]);
    return hash;
}

static bool is_key(const struct groups *groups, uint32_t index, const uint32_t *key)
{
    const uint32_t *at = groups->keys + (size_t)index * groups->width;
    for (uint32_t i = 0; i < groups->width; i++)
        if (at[i] != key[i])
            return false;
    return true;
}

/* The slot of the key, or the free one where it belongs. */
static uint32_t *slot_of(const struct groups *groups, const uint32_t *key, uint64_t hash)
{
    uint32_t mask = groups->slot_count - 1, at = (uint32_t)hash & mask;
    while (groups->slots[at] != 0 && !is_key(groups, groups->slots[at] - 1, key))
        at = (at + 1) & mask;
    return &groups->slots[at];
}

static int grow_keys(struct groups *groups)
{
    uint32_t cap = groups->cap ? groups->cap + groups->cap / 2 : FIRST_CAP;
    uint32_t *keys = budget_resize(groups->budget, groups->keys, key_bytes(groups, groups->cap),
                                   key_bytes(groups, cap));
    if (keys == NULL)
        return ERR_NOMEM;
    groups->keys = keys;
    groups->cap = cap;
    return 0;
}

static int grow_slots(struct groups *groups)
{
    uint32_t count = groups->slot_count ? groups->slot_count * 2 : FIRST_CAP * 2;
    uint32_t *slots = budget_resize(groups->budget, NULL, 0, count * sizeof(*slots));
    if (slots == NULL)
        return ERR_NOMEM;
    budget_free(groups->budget, groups->slots, groups->slot_count * sizeof(*slots));
    groups->slots = slots;
    groups->slot_count = count;
    for (uint32_t i = 0; i < groups->count; i++) {
        const uint32_t *key = groups->keys + (size_t)i * groups->width;
        *slot_of(groups, key, groups_hash(key, groups->width)) = i + 1;
    }
    return 0;
}

int groups_put(struct groups *groups, const uint32_t *key, uint64_t hash, uint32_t *index)
{
    uint32_t *slot = groups->slots ? slot_of(groups, key, hash) : NULL;
    if (slot != NULL && *slot != 0) {
        *index = *slot - 1;
        return 0;
    }
    if (groups->count >= COUNT_MAX)
        return ERR_NOMEM;
    int r = groups->count == groups->cap ? grow_keys(groups) : 0;
    if (r == 0 && groups->count >= groups->slot_count / 4 * 3)
        r = grow_slots(groups);
    if (r != 0)
        return r;
    memcpy(groups->keys + (size_t)groups->count * groups->width, key,
           groups->width * sizeof(*key));
    *index = groups->count;
    *slot_of(groups, key, hash) = ++groups->count;
    return 0;
}

bool groups_find(const struct groups *groups, const uint32_t *key, uint32_t *index)
{
    if (groups->slots == NULL)
        return false;
    uint32_t slot = *slot_of(groups, key, groups_hash(key, groups->width));
    *index = slot - 1;
    return slot != 0;
}
