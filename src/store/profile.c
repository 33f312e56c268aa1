#include "store/profile.h"

#include <math.h>
#include <string.h>

#include "base/time.h"
#include "event/limits.h"

enum { PROPERTIES_MAX = LIMIT_PROFILE_PROPERTIES };

struct work {
    struct arena *arena;
    struct property *properties;
    uint32_t count;
    uint32_t cap;
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

/* What is stored must be read back: small enough, and not nested deeper than values may be. */
static bool is_storable(struct work *work, const struct value *value)
{
    struct bytes bytes = { 0 };
    struct value back;
    value_encode(value, &bytes);
    struct bytes_reader reader = bytes_reader_over(bytes_str(&bytes));
    bool is_ok = bytes.len <= LIMIT_PROFILE_VALUE_BYTES &&
                 value_decode(&reader, work->arena, &back) && bytes_reader_is_done(&reader);
    bytes_release(&bytes);
    return is_ok;
}

/* Sets the property, new or not, when the limits allow it. */
static void set(struct work *work, struct str name, struct value value)
{
    if (!is_storable(work, &value))
        return;
    struct property *found = event_find_property(work->properties, work->count, name);
    if (found)
        found->value = value;
    else if (work->count < PROPERTIES_MAX)
        work->properties[work->count++] = (struct property){ name, value };
}

static void add(struct work *work, struct str name, const struct value *by)
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
static void push(struct work *work, struct str name, const struct value *values, uint32_t count,
                 bool only_new)
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

static void remove_value(struct work *work, struct str name, const struct value *value)
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
}

static void unset(struct work *work, struct str name)
{
    struct property *found = event_find_property(work->properties, work->count, name);
    if (!found)
        return;
    size_t after = (size_t)(work->properties + work->count - (found + 1));
    memmove(found, found + 1, after * sizeof(*found));
    work->count--;
}

static void apply_one(struct work *work, enum profile_op op, const struct property *property)
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
static void set_last_seen(struct work *work, int64_t time_ms)
{
    char text[25];
    time_format(time_ms, text);
    struct value value = { .type = VALUE_STRING };
    value.as.string = arena_copy(work->arena, str_of(text, 19));
    if (value.as.string.ptr)
        set(work, STR("$last_seen"), value);
}

static bool load(struct work *work, struct str old)
{
    struct bytes_reader reader = bytes_reader_over(old);
    uint32_t left = old.len ? UINT32_MAX : 0;
    work->properties = arena_try(work->arena, (PROPERTIES_MAX + 1) * sizeof(*work->properties));
    if (!work->properties)
        return false;
    while (work->count < PROPERTIES_MAX &&
           profile_next(&reader, &left, work->arena, &work->properties[work->count]))
        work->count++;
    return !reader.failed;
}

bool profile_apply(struct str old, const struct profile_update *update, struct arena *arena,
                   struct bytes *out)
{
    struct work work = { .arena = arena };
    const size_t start = out->len;
    const bool makes = update->op == PROFILE_SET || update->op == PROFILE_SET_ONCE ||
                       update->op == PROFILE_ADD || update->op == PROFILE_APPEND ||
                       update->op == PROFILE_UNION;
    if (update->op == PROFILE_DELETE || (old.len == 0 && !makes))
        return false;
    if (!load(&work, old)) {
        bytes_append_str(out, old);
        return old.len > 0;
    }
    if (makes && !(update->flags & PROFILE_IGNORE_TIME))
        set_last_seen(&work, update->time_ms);
    for (uint32_t i = 0; i < update->property_count; i++)
        apply_one(&work, update->op, &update->properties[i]);
    bytes_put_varint(out, work.count);
    for (uint32_t i = 0; i < work.count; i++) {
        bytes_put_str(out, work.properties[i].name);
        value_encode(&work.properties[i].value, out);
    }
    if (out->len - start > PROFILE_BYTES_MAX) {
        out->len = start;
        bytes_append_str(out, old);
    }
    return out->len > start;
}
