#include "store/store_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/profile.h"
#include "store/store_inside.h"

static void pin(struct store *store, struct store_pin *out)
{
    (void)pthread_mutex_lock(&store->stores->lock);
    store_pin_locked(store, out);
    (void)pthread_mutex_unlock(&store->stores->lock);
}

void store_get_status(struct store *store, struct store_status *out)
{
    struct store_pin held;
    *out = (struct store_status){ 0 };
    (void)pthread_mutex_lock(&store->stores->lock);
    store_pin_locked(store, &held);
    out->persons = store->persons.count - store->identity.count;
    out->parts = store->parts.count;
    out->waiting_rows = store->tail.row_count;
    for (uint32_t i = 0; i < store->runs.count; i++)
        out->waiting_rows += store->runs.items[i]->rows;
    (void)pthread_mutex_unlock(&store->stores->lock);
    out->until_ms = held.until_ms;
    for (uint32_t i = 0; i < held.part_count; i++) {
        const struct part *part = held.parts[i];
        if (part->rows > 0 && (out->events == 0 || part->first_ms < out->first_ms))
            out->first_ms = part->first_ms;
        out->events += part->rows;
    }
    store_unpin(&held);
}

/* ---- names ----------------------------------------------------------------------------------- */

static int compare_counts(const void *a, const void *b)
{
    const struct store_name *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return str_compare(x->name, y->name);
}

int store_list_events(struct store *store, struct arena *arena, struct store_name **out,
                      uint32_t *count)
{
    struct store_pin held;
    struct map names = { 0 };
    struct store_name *list;
    uint32_t n = 0;
    int r = 0;
    pin(store, &held);
    for (uint32_t i = 0; i < held.part_count; i++)
        for (uint32_t k = 0; k < held.parts[i]->event_count; k++)
            (void)map_put(&names, held.parts[i]->events[k].name, (uint32_t)names.count, NULL);
    list = arena_try(arena, (names.count + 1) * sizeof(*list));
    r = list ? 0 : ERR_NOMEM;
    for (uint32_t i = 0; i < held.part_count && r == 0; i++)
        for (uint32_t k = 0; k < held.parts[i]->event_count && r == 0; k++) {
            const struct part_event *event = &held.parts[i]->events[k];
            uint32_t at = *map_find(&names, event->name);
            if (at == n)
                list[n++] = (struct store_name){ arena_copy(arena, event->name), 0 };
            list[at].count += event->rows;
            r = list[at].name.ptr ? 0 : ERR_NOMEM;
        }
    if (r == 0 && n > 1)
        qsort(list, n, sizeof(*list), compare_counts);
    map_release(&names);
    store_unpin(&held);
    *out = list;
    *count = r == 0 ? n : 0;
    return r;
}

/* ---- properties ------------------------------------------------------------------------------ */

struct properties {
    struct arena *arena;
    struct map index;
    struct store_property *items;
    uint32_t count;
    uint32_t cap;
    struct bytes key;
    int r;
};

static void note(struct properties *p, const struct store_property *seen)
{
    bool is_new;
    bytes_reset(&p->key);
    bytes_put_u8(&p->key, (uint8_t)seen->of);
    bytes_put_str(&p->key, seen->group_key);
    bytes_append_str(&p->key, seen->name);
    uint32_t at = *map_put(&p->index, bytes_str(&p->key), p->count, &is_new);
    if (!is_new) {
        p->items[at].types |= seen->types;
        return;
    }
    if (p->count == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 64;
        p->items = realloc(p->items, p->cap * sizeof(*p->items));
        check(p->items != NULL);
    }
    struct store_property *item = &p->items[p->count++];
    *item = *seen;
    item->name = arena_copy(p->arena, seen->name);
    item->group_key = arena_copy(p->arena, seen->group_key);
    if (!item->name.ptr || !item->group_key.ptr)
        p->r = ERR_NOMEM;
}

/* Hold the lock. */
static void note_profiles(struct properties *p, const struct profile_names *names)
{
    struct profile_name name;
    size_t cursor = 0;
    while (p->r == 0 && profile_names_next(names, &cursor, &name)) {
        struct store_property seen = { .of = name.is_person ? SCAN_OF_PERSON : SCAN_OF_GROUP,
                                       .group_key = name.group_key, .name = name.name,
                                       .types = name.types };
        note(p, &seen);
    }
}

static int compare_properties(const void *a, const void *b)
{
    const struct store_property *x = a, *y = b;
    if (x->of != y->of)
        return x->of < y->of ? -1 : 1;
    int order = str_compare(x->group_key, y->group_key);
    return order != 0 ? order : str_compare(x->name, y->name);
}

int store_list_properties(struct store *store, struct arena *arena, struct store_property **out,
                          uint32_t *count)
{
    struct store_pin held;
    struct properties p = { .arena = arena };
    (void)pthread_mutex_lock(&store->stores->lock);
    store_pin_locked(store, &held);
    note_profiles(&p, &store->profiles.names);
    (void)pthread_mutex_unlock(&store->stores->lock);
    for (uint32_t i = 0; i < held.part_count; i++)
        for (uint32_t k = 0; k < held.parts[i]->property_count && p.r == 0; k++) {
            const struct part_property *property = &held.parts[i]->properties[k];
            struct store_property seen = { .of = SCAN_OF_EVENT, .name = property->name,
                                           .types = property->types };
            note(&p, &seen);
        }
    if (p.count > 1)
        qsort(p.items, p.count, sizeof(*p.items), compare_properties);
    *out = arena_try(arena, (p.count + 1) * sizeof(**out));
    if (!*out)
        p.r = ERR_NOMEM;
    else if (p.count)
        memcpy(*out, p.items, p.count * sizeof(**out));
    *count = p.r == 0 ? p.count : 0;
    free(p.items);
    map_release(&p.index);
    bytes_release(&p.key);
    store_unpin(&held);
    return p.r;
}

uint32_t store_find_property(struct store *store, const struct scan_source *source)
{
    struct store_pin held;
    uint32_t types = 0;
    if (source->of == SCAN_OF_PERSON || source->of == SCAN_OF_GROUP) {
        (void)pthread_mutex_lock(&store->stores->lock);
        types = profile_names_types(&store->profiles.names,
                                    source->of == SCAN_OF_GROUP ? &source->group_key : NULL,
                                    source->property);
        (void)pthread_mutex_unlock(&store->stores->lock);
    }
    if (source->of != SCAN_OF_EVENT)
        return types;
    pin(store, &held);
    for (uint32_t i = 0; i < held.part_count; i++) {
        ptrdiff_t index = part_read_find_property(held.parts[i], source->property);
        if (index >= 0)
            types |= held.parts[i]->properties[index].types;
    }
    store_unpin(&held);
    return types;
}

/* ---- values ---------------------------------------------------------------------------------- */

struct tally {
    struct str contains;
    struct map index;         /* encoded value → index */
    uint64_t *counts;
    uint32_t cap;
    struct bytes scratch;
    struct arena work;
};

static bool has_text(struct tally *tally, const struct value *value)
{
    struct str text = value->as.string;
    if (value->type == VALUE_REF)
        return false;
    if (value->type != VALUE_STRING) {
        bytes_reset(&tally->scratch);
        value_format_json(value, &tally->scratch);
        text = bytes_str(&tally->scratch);
    }
    return tally->contains.len == 0 || str_contains_fold(text, tally->contains);
}

static void add(struct tally *tally, const struct value *value, uint64_t rows)
{
    if (value->type == VALUE_LIST) {
        for (uint32_t i = 0; i < value->as.list.count; i++)
            add(tally, &value->as.list.items[i], rows);
        return;
    }
    if (rows == 0 || !has_text(tally, value))
        return;
    bytes_reset(&tally->scratch);
    value_encode(value, &tally->scratch);
    const uint32_t *found = map_find(&tally->index, bytes_str(&tally->scratch));
    uint32_t at = found ? *found : (uint32_t)tally->index.count;
    if (!found && at >= STORE_LIST_VALUES_MAX)
        return;
    if (!found) {
        (void)map_put(&tally->index, bytes_str(&tally->scratch), at, NULL);
        if (at == tally->cap) {
            tally->cap = tally->cap ? tally->cap * 2 : 256;
            tally->counts = realloc(tally->counts, tally->cap * sizeof(*tally->counts));
            check(tally->counts != NULL);
        }
        tally->counts[at] = 0;
    }
    tally->counts[at] += rows;
}

static void add_encoded(struct tally *tally, struct str encoded, uint64_t rows)
{
    struct bytes_reader r = bytes_reader_over(encoded);
    struct value value;
    if (value_decode(&r, &tally->work, &value))
        add(tally, &value, rows);
    if (tally->work.used > 1 << 20)
        arena_reset(&tally->work);
}

/* The numbers of a wide property stand in its rows alone. */
static int add_words(struct tally *tally, struct part *part, uint32_t property)
{
    uint64_t words[256];
    for (uint32_t i = 0; i < part->event_count; i++) {
        struct part_column *column = part_read_find_column(&part->events[i], property);
        int r = column ? part_read_touch_column(part, &part->events[i], column) : 0;
        if (r != 0)
            return r;
        for (uint32_t row = 0; column && row < part->events[i].rows; row += 256) {
            uint32_t n = part->events[i].rows - row < 256 ? part->events[i].rows - row : 256;
            part_read_words(part, column, row, n, words);
            for (uint32_t k = 0; k < n; k++) {
                struct value value = { .type = VALUE_NUMBER };
                memcpy(&value.as.number, &words[k], sizeof(words[k]));
                if (words[k] < PART_BOXED)
                    add(tally, &value, 1);
            }
        }
    }
    return 0;
}

static int add_part(struct tally *tally, struct part *part, struct str name)
{
    ptrdiff_t index = part->data ? part_read_find_property(part, name) : -1;
    if (index < 0)
        return part->data ? 0 : ERR_CORRUPT;
    struct part_property *property = &part->properties[index];
    int r = part_read_touch_dictionary(part, property);
    for (uint32_t code = 1; r == 0 && code <= property->distinct; code++)
        add_encoded(tally, part_read_entry(part, property, code),
                    part_read_entry_rows(part, property, code));
    return r == 0 && property->is_wide ? add_words(tally, part, (uint32_t)index) : r;
}

/* Hold the lock. */
static void add_profiles(struct tally *tally, const struct store *store,
                         const struct scan_source *source)
{
    for (uint32_t i = 0; i < store->profiles.count; i++) {
        const struct profile *profile = &store->profiles.items[i];
        struct value value;
        if ((profile->code != 0) != (source->of == SCAN_OF_PERSON) ||
            (!profile->code && !str_equal(profile->group_key, source->group_key)))
            continue;
        if (profile_find(profile->content, source->property, &tally->work, &value))
            add(tally, &value, 1);
        if (tally->work.used > 1 << 20)
            arena_reset(&tally->work);
    }
}

static void add_names(struct tally *tally, const struct store_pin *held)
{
    for (uint32_t i = 0; i < held->part_count; i++)
        for (uint32_t k = 0; k < held->parts[i]->event_count; k++) {
            struct value value = { .type = VALUE_STRING };
            value.as.string = held->parts[i]->events[k].name;
            add(tally, &value, held->parts[i]->events[k].rows);
        }
}

struct ranked { struct str encoded; uint64_t count; };

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return str_compare(x->encoded, y->encoded);
}

static int rank(struct tally *tally, uint32_t max, struct arena *arena, struct store_value **out,
                uint32_t *count)
{
    struct ranked *list = calloc(tally->index.count + 1, sizeof(*list));
    size_t cursor = 0, n = 0;
    uint32_t at;
    int r = 0;
    check(list != NULL);
    while (map_next(&tally->index, &cursor, &list[n].encoded, &at))
        list[n++].count = tally->counts[at];
    if (n > 1)
        qsort(list, n, sizeof(*list), compare_ranked);
    *count = n < max ? (uint32_t)n : max;
    *out = arena_try(arena, (*count + 1u) * sizeof(**out));
    r = *out ? 0 : ERR_NOMEM;
    for (uint32_t i = 0; i < *count && r == 0; i++) {
        struct str copy = arena_copy(arena, list[i].encoded);
        struct bytes_reader reader = bytes_reader_over(copy);
        (*out)[i].count = list[i].count;
        if (!copy.ptr || !value_decode(&reader, arena, &(*out)[i].value))
            r = ERR_NOMEM;
    }
    free(list);
    return r;
}

int store_list_values(struct store *store, const struct scan_source *source, struct str contains,
                      uint32_t max, struct arena *arena, struct store_value **out,
                      uint32_t *count)
{
    struct store_pin held;
    struct tally tally = { .contains = contains };
    int r = 0;
    arena_init(&tally.work, 0);
    (void)pthread_mutex_lock(&store->stores->lock);
    store_pin_locked(store, &held);
    if (source->of == SCAN_OF_PERSON || source->of == SCAN_OF_GROUP)
        add_profiles(&tally, store, source);
    (void)pthread_mutex_unlock(&store->stores->lock);
    if (source->of == SCAN_OF_NAME)
        add_names(&tally, &held);
    for (uint32_t i = 0; i < held.part_count && r == 0 && source->of == SCAN_OF_EVENT; i++)
        r = add_part(&tally, held.parts[i], source->property);
    *count = 0;
    if (r == 0)
        r = rank(&tally, max, arena, out, count);
    store_unpin(&held);
    map_release(&tally.index);
    free(tally.counts);
    bytes_release(&tally.scratch);
    arena_release(&tally.work);
    return r;
}

/* ---- counts ---------------------------------------------------------------------------------- */

int stores_list_counts(struct stores *stores, uint64_t project, struct arena *arena,
                       struct store_count **out, uint32_t *count)
{
    int r = 0;
    *count = 0;
    (void)pthread_mutex_lock(&stores->lock);
    *out = arena_try(arena, (stores->counts.count + 1u) * sizeof(**out));
    r = *out ? 0 : ERR_NOMEM;
    for (uint32_t i = 0; i < stores->counts.count && r == 0; i++) {
        const struct count *from = &stores->counts.items[i];
        if (from->project != project)
            continue;
        struct store_count *to = &(*out)[(*count)++];
        *to = (struct store_count){ .protocol = arena_copy(arena, from->protocol),
                                    .reason = arena_copy(arena, from->reason), .n = from->n,
                                    .last_ms = from->last_ms };
        if (!to->protocol.ptr || !to->reason.ptr)
            r = ERR_NOMEM;
    }
    (void)pthread_mutex_unlock(&stores->lock);
    return r;
}
