#include "store/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "event/limits.h"

enum { PROPERTIES_MAX = LIMIT_PROFILE_PROPERTIES };

/* An operation that makes the profile too large is taken back: only set() makes it larger. */
struct profile_undo {
    struct property property;
    uint32_t index;
    uint32_t len;
    bool is_new;
};

bool profile_next(struct bytes_reader *reader, uint32_t *left, struct arena *arena,
                  struct property *out)
{
    if (*left == UINT32_MAX) {
        uint64_t n = bytes_get_varint(reader);
        if (n > PROPERTIES_MAX)
            reader->failed = true;
        *left = reader->failed ? 0 : (uint32_t)n;
    }
    if (*left == 0 || reader->failed)
        return false;
    (*left)--;
    out->name = bytes_get_str(reader);
    return value_decode(reader, arena, &out->value);
}

bool profile_is_sound(struct str profile, struct arena *arena)
{
    struct bytes_reader reader = bytes_reader_over(profile);
    struct property property;
    uint32_t left = UINT32_MAX;
    while (profile_next(&reader, &left, arena, &property)) {
    }
    return left == 0 && bytes_reader_is_done(&reader);
}

bool profile_find(struct str profile, struct str name, struct arena *arena, struct value *out)
{
    struct bytes_reader reader = bytes_reader_over(profile);
    struct property property;
    for (uint32_t left = UINT32_MAX; profile_next(&reader, &left, arena, &property);)
        if (str_equal(property.name, name)) {
            *out = property.value;
            return true;
        }
    return false;
}

static size_t varint_len(uint64_t n)
{
    size_t len = 1;
    for (; n >= 0x80; n >>= 7)
        len++;
    return len;
}

static uint32_t encoded_len(struct str name, size_t value_len)
{
    return (uint32_t)(varint_len(name.len) + name.len + value_len);
}

/* What is stored must be read back: small enough, and not nested deeper than values may be. Its
 * bytes stay in the scratch. */
static bool is_storable(struct profile_work *work, const struct value *value)
{
    struct value back;
    bytes_reset(&work->scratch);
    value_encode(value, &work->scratch);
    struct bytes_reader reader = bytes_reader_over(bytes_str(&work->scratch));
    return work->scratch.len <= LIMIT_PROFILE_VALUE_BYTES &&
           value_decode(&reader, work->arena, &back) && bytes_reader_is_done(&reader);
}

static void remember(struct profile_work *work, uint32_t index, bool is_new)
{
    if (work->undo_count == work->undo_cap) {
        work->undo_cap = work->undo_cap ? work->undo_cap * 2 : 16;
        work->undo = realloc(work->undo, work->undo_cap * sizeof(*work->undo));
        check(work->undo != NULL);
    }
    struct profile_undo *undo = &work->undo[work->undo_count++];
    *undo = (struct profile_undo){ .index = index, .is_new = is_new };
    if (!is_new) {
        undo->property = work->properties[index];
        undo->len = work->lens[index];
    }
}

static void take_back(struct profile_work *work)
{
    while (work->undo_count > 0) {
        const struct profile_undo *undo = &work->undo[--work->undo_count];
        work->bytes -= work->lens[undo->index];
        if (undo->is_new) {
            work->count--;
            continue;
        }
        work->properties[undo->index] = undo->property;
        work->lens[undo->index] = undo->len;
        work->bytes += undo->len;
    }
}

/* Sets the property, new or not, when the limits allow it. */
static void set(struct profile_work *work, struct str name, struct value value)
{
    if (!is_storable(work, &value))
        return;
    struct property *found = event_find_property(work->properties, work->count, name);
    if (!found && work->count >= PROPERTIES_MAX)
        return;
    uint32_t index = found ? (uint32_t)(found - work->properties) : work->count;
    remember(work, index, !found);
    if (found) {
        found->value = value;
        work->bytes -= work->lens[index];
    } else {
        work->properties[work->count++] = (struct property){ name, value };
    }
    work->lens[index] = encoded_len(name, work->scratch.len);
    work->bytes += work->lens[index];
}

static void add(struct profile_work *work, struct str name, const struct value *by)
{
    const struct property *found = event_find_property(work->properties, work->count, name);
    if (by->type != VALUE_NUMBER || (found && found->value.type != VALUE_NUMBER))
        return;
    struct value sum = { .type = VALUE_NUMBER };
    sum.as.number = by->as.number + (found ? found->value.as.number : 0);
    if (isfinite(sum.as.number))
        set(work, name, sum);
}

static bool has(const struct value *items, uint32_t count, const struct value *value)
{
    for (uint32_t i = 0; i < count; i++)
        if (value_equal(&items[i], value))
            return true;
    return false;
}

/* Pushes values to the list that the property is or becomes; a scalar that is there becomes its
 * first element. A full list takes no more. */
static void push(struct profile_work *work, struct str name, const struct value *values,
                 uint32_t count, bool only_new)
{
    const struct property *found = event_find_property(work->properties, work->count, name);
    struct value list = { .type = VALUE_LIST };
    struct value *items = arena_try(work->arena, LIMIT_LIST_ELEMENTS * sizeof(*items));
    if (!items)
        return;
    uint32_t n = 0;
    if (found && found->value.type == VALUE_LIST) {
        for (; n < found->value.as.list.count && n < LIMIT_LIST_ELEMENTS; n++)
            items[n] = found->value.as.list.items[n];
    } else if (found) {
        items[n++] = found->value;
    }
    for (uint32_t i = 0; i < count && n < LIMIT_LIST_ELEMENTS; i++)
        if (!only_new || !has(items, n, &values[i]))
            items[n++] = values[i];
    list.as.list.items = items;
    list.as.list.count = n;
    set(work, name, list);
}

static void remove_value(struct profile_work *work, struct str name, const struct value *value)
{
    struct property *found = event_find_property(work->properties, work->count, name);
    if (!found || found->value.type != VALUE_LIST)
        return;
    const struct value *from = found->value.as.list.items;
    uint32_t n = 0, count = found->value.as.list.count;
    struct value *items = arena_try(work->arena, (count + 1) * sizeof(*items));
    if (!items)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (!value_equal(&from[i], value))
            items[n++] = from[i];
    found->value.as.list.items = items;
    found->value.as.list.count = n;
    bytes_reset(&work->scratch);
    value_encode(&found->value, &work->scratch);
    uint32_t *len = &work->lens[found - work->properties];
    work->bytes -= *len;
    *len = encoded_len(name, work->scratch.len);
    work->bytes += *len;
}

static void unset(struct profile_work *work, struct str name)
{
    struct property *found = event_find_property(work->properties, work->count, name);
    if (!found)
        return;
    size_t after = (size_t)(work->properties + work->count - (found + 1));
    uint32_t *len = &work->lens[found - work->properties];
    work->bytes -= *len;
    memmove(found, found + 1, after * sizeof(*found));
    memmove(len, len + 1, after * sizeof(*len));
    work->count--;
}

static void apply_one(struct profile_work *work, enum profile_op op,
                      const struct property *property)
{
    const struct value *value = &property->value;
    const bool is_list = value->type == VALUE_LIST;
    switch (op) {
    case PROFILE_SET: set(work, property->name, *value); break;
    case PROFILE_SET_ONCE:
        if (!event_find_property(work->properties, work->count, property->name))
            set(work, property->name, *value);
        break;
    case PROFILE_ADD: add(work, property->name, value); break;
    case PROFILE_APPEND: push(work, property->name, value, 1, false); break;
    case PROFILE_UNION:
        push(work, property->name, is_list ? value->as.list.items : value,
             is_list ? value->as.list.count : 1, true);
        break;
    case PROFILE_REMOVE: remove_value(work, property->name, value); break;
    case PROFILE_UNSET: unset(work, property->name); break;
    case PROFILE_DELETE: break;
    }
}

/* When it was last heard of, as Mixpanel writes it: no zone, no fraction. */
static void set_last_seen(struct profile_work *work, int64_t time_ms)
{
    char text[25];
    time_format(time_ms, text);
    struct value value = { .type = VALUE_STRING };
    value.as.string = arena_copy(work->arena, str_of(text, 19));
    if (value.as.string.ptr)
        set(work, STR("$last_seen"), value);
}

static bool load(struct profile_work *work, struct str old)
{
    struct bytes_reader reader = bytes_reader_over(old);
    uint32_t left = old.len ? UINT32_MAX : 0;
    work->properties = arena_try(work->arena, (PROPERTIES_MAX + 1) * sizeof(*work->properties));
    work->lens = arena_try(work->arena, (PROPERTIES_MAX + 1) * sizeof(*work->lens));
    if (!work->properties || !work->lens)
        return false;
    size_t at = 0;
    while (work->count < PROPERTIES_MAX &&
           profile_next(&reader, &left, work->arena, &work->properties[work->count])) {
        if (work->count == 0)
            at = varint_len((uint64_t)left + 1);
        work->lens[work->count++] = (uint32_t)(reader.at - at);
        work->bytes += reader.at - at;
        at = reader.at;
    }
    if (reader.failed)
        return false;
    struct property *before = arena_try(work->arena, (work->count + 1) * sizeof(*before));
    if (!before)
        return false;
    memcpy(before, work->properties, work->count * sizeof(*before));
    work->before = (struct property_list){ before, work->count };
    return true;
}

void profile_open(struct profile_work *work, struct str old, struct arena *arena)
{
    *work = (struct profile_work){ .arena = arena, .old = old, .exists = old.len > 0 };
    work->is_bad = !load(work, old);
    if (work->is_bad)
        work->count = 0;
}

void profile_fold(struct profile_work *work, const struct profile_update *update)
{
    const bool makes = update->op == PROFILE_SET || update->op == PROFILE_SET_ONCE ||
                       update->op == PROFILE_ADD || update->op == PROFILE_APPEND ||
                       update->op == PROFILE_UNION;
    if (update->op == PROFILE_DELETE) {
        work->count = 0;
        work->bytes = 0;
        work->exists = false;
        work->is_bad = work->is_bad && !work->lens;
    }
    if (update->op == PROFILE_DELETE || work->is_bad || (!work->exists && !makes))
        return;
    work->undo_count = 0;
    if (makes && !(update->flags & PROFILE_IGNORE_TIME))
        set_last_seen(work, update->time_ms);
    for (uint32_t i = 0; i < update->property_count; i++)
        apply_one(work, update->op, &update->properties[i]);
    if (varint_len(work->count) + work->bytes > PROFILE_BYTES_MAX)
        take_back(work);
    else
        work->exists = true;
}

bool profile_encode(const struct profile_work *work, struct bytes *out)
{
    if (!work->exists)
        return false;
    if (work->is_bad) {
        bytes_append_str(out, work->old);
        return true;
    }
    bytes_put_varint(out, work->count);
    for (uint32_t i = 0; i < work->count; i++) {
        bytes_put_str(out, work->properties[i].name);
        value_encode(&work->properties[i].value, out);
    }
    return true;
}

void profile_release(struct profile_work *work)
{
    free(work->undo);
    bytes_release(&work->scratch);
    *work = (struct profile_work){ 0 };
}

bool profile_apply(struct str old, const struct profile_update *update, struct arena *arena,
                   struct bytes *out)
{
    struct profile_work work;
    profile_open(&work, old, arena);
    profile_fold(&work, update);
    bool exists = profile_encode(&work, out);
    profile_release(&work);
    return exists;
}
