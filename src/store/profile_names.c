#include "store/profile_names.h"

#include <stdlib.h>

enum { GONE_MIN = 1024 };

void profile_names_release(struct profile_names *names)
{
    map_release(&names->index);
    free(names->items);
    bytes_release(&names->key);
    *names = (struct profile_names){ 0 };
}

static struct str key_of(struct profile_names *names, const struct str *group_key, struct str name)
{
    bytes_reset(&names->key);
    bytes_put_u8(&names->key, group_key == NULL);
    bytes_put_str(&names->key, group_key ? *group_key : (struct str){ 0 });
    bytes_append_str(&names->key, name);
    return bytes_str(&names->key);
}

static uint32_t types_of(const struct profile_counts *counts)
{
    uint32_t types = 0;
    for (uint32_t i = 0; i < PROFILE_NAMES_TYPES; i++)
        if (counts->of_type[i] > 0)
            types |= 1u << i;
    return types;
}

static struct profile_counts *get(struct profile_names *names, struct str key)
{
    bool is_new;
    uint32_t at = *map_put(&names->index, key, (uint32_t)names->index.count, &is_new);
    if (is_new) {
        if (at == names->cap) {
            names->cap = names->cap ? names->cap * 2 : 64;
            names->items = realloc(names->items, names->cap * sizeof(*names->items));
            check(names->items != NULL);
        }
        names->items[at] = (struct profile_counts){ 0 };
        names->gone++;
    }
    return &names->items[at];
}

static void add(struct profile_names *names, const struct str *group_key,
                const struct property *property)
{
    struct profile_counts *counts = get(names, key_of(names, group_key, property->name));
    if (types_of(counts) == 0)
        names->gone--;
    counts->of_type[property->value.type]++;
}

static void subtract(struct profile_names *names, const struct str *group_key,
                     const struct property *property)
{
    struct profile_counts *counts = get(names, key_of(names, group_key, property->name));
    check(counts->of_type[property->value.type] > 0);
    counts->of_type[property->value.type]--;
    if (types_of(counts) == 0)
        names->gone++;
}

/* Entries of a map are not removed singly, so the ones that are left move to a new one; by then as
 * many came and went. */
static void forget(struct profile_names *names)
{
    struct profile_names kept = { 0 };
    struct str key;
    size_t cursor = 0;
    uint32_t at;
    while (map_next(&names->index, &cursor, &key, &at))
        if (types_of(&names->items[at]) != 0)
            *get(&kept, key) = names->items[at];
    kept.gone = 0;
    profile_names_release(names);
    *names = kept;
}

void profile_names_change(struct profile_names *names, const struct str *group_key,
                          struct property_list before, struct property_list after)
{
    uint32_t max = before.count > after.count ? before.count : after.count;
    for (uint32_t i = 0; i < max; i++) {
        const struct property *old = i < before.count ? &before.items[i] : NULL;
        const struct property *now = i < after.count ? &after.items[i] : NULL;
        if (old && now && old->value.type == now->value.type && str_equal(old->name, now->name))
            continue;
        if (old)
            subtract(names, group_key, old);
        if (now)
            add(names, group_key, now);
    }
    if (names->gone > GONE_MIN && names->gone > names->index.count / 2)
        forget(names);
}

uint32_t profile_names_types(struct profile_names *names, const struct str *group_key,
                             struct str name)
{
    const uint32_t *at = map_find(&names->index, key_of(names, group_key, name));
    return at ? types_of(&names->items[*at]) : 0;
}

bool profile_names_next(const struct profile_names *names, size_t *cursor,
                        struct profile_name *out)
{
    struct str key;
    uint32_t at;
    while (map_next(&names->index, cursor, &key, &at)) {
        struct bytes_reader reader = bytes_reader_over(key);
        *out = (struct profile_name){ .types = types_of(&names->items[at]) };
        out->is_person = bytes_get_u8(&reader) != 0;
        out->group_key = bytes_get_str(&reader);
        out->name = bytes_get_raw(&reader, bytes_left(&reader));
        if (out->types != 0)
            return true;
    }
    return false;
}
