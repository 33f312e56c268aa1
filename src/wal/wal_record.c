/* Batches intern what repeats. Payload of a batch, all integers varints unless said otherwise:
 *
 *   project · strings: n, (length, bytes)* · shapes: n, (count, string index*)* ·
 *   events: n, event* · updates: n, update*
 *   event    name index · shape index · u8 flags-present (1 person, 2 device, 4 insert) · flags ·
 *            i64 time ms · refs 16 each as present · u64 insert hash · a value for each name
 *   update   u8 op · flags · u8 has subject · i64 time ms · group key index · group id index ·
 *            subject 16 · shape index · values
 *   value    u8 type, then as event/value encodes it, but a string is its index
 */
#include "wal/wal_record.h"

#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/map.h"
#include "event/limits.h"

enum {
    VERSION = 1, CHECKED_BYTES = 16, ALIGNMENT = 8,
    HAS_PERSON = 1, HAS_DEVICE = 2, HAS_INSERT = 4,
    VALUE_DEPTH_MAX = LIMIT_DEPTH + 1,
    COUNT_MAX = 1 << 20,
};

/* ---- framing -------------------------------------------------------------------------------- */

static uint64_t checksum(const uint8_t *head, struct str payload)
{
    return hash_64_seeded(payload.ptr, payload.len, hash_64(head, CHECKED_BYTES));
}

void wal_record_encode(const struct wal_record *record, struct bytes *out)
{
    check(record->payload.len > 0 && record->payload.len <= WAL_PAYLOAD_MAX);
    check(out->len % ALIGNMENT == 0);
    size_t at = out->len;
    bytes_put_u32(out, (uint32_t)record->payload.len);
    bytes_put_u8(out, (uint8_t)record->type);
    bytes_put_u8(out, VERSION);
    bytes_put_u16(out, 0);
    bytes_put_u64(out, (uint64_t)record->received_ms);
    bytes_put_u64(out, checksum(out->ptr + at, record->payload));
    bytes_append_str(out, record->payload);
    bytes_pad(out, ALIGNMENT);
}

int wal_record_decode(struct str data, struct wal_record *record, size_t *used)
{
    struct bytes_reader r = bytes_reader_over(data);
    uint32_t len = bytes_get_u32(&r);
    uint8_t type = bytes_get_u8(&r);
    uint8_t version = bytes_get_u8(&r);
    uint16_t zero = bytes_get_u16(&r);
    int64_t received_ms = (int64_t)bytes_get_u64(&r);
    uint64_t sum = bytes_get_u64(&r);
    struct str payload = bytes_get_raw(&r, len);
    if (r.failed || len == 0 || len > WAL_PAYLOAD_MAX || version != VERSION || zero != 0 ||
        type < WAL_TYPE_BATCH || type > WAL_TYPE_COUNTS ||
        sum != checksum((const uint8_t *)data.ptr, payload))
        return ERR_NOT_FOUND;
    size_t framed = (r.at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (framed > data.len)
        return ERR_NOT_FOUND;
    *record = (struct wal_record){ .type = type, .received_ms = received_ms, .payload = payload };
    *used = framed;
    return 0;
}

/* ---- encoding a batch ----------------------------------------------------------------------- */

/* Neighbours in a batch are much alike: what stood at the same place of the last one needs no look
 * into the map. Borrowed from the batch. */
struct recent {
    struct str text;
    uint32_t index;
    bool is_set;
};

enum { RECENT_MAX = 64 };

struct encoder {
    struct str names[RECENT_MAX];       /* of the last row */
    uint32_t name_count;
    uint32_t shape;
    bool has_shape;
    struct recent values[RECENT_MAX];   /* of texts, by their place */
    struct map strings;        /* text → index */
    struct map shapes;         /* encoded shape → index */
    struct bytes string_table;
    struct bytes shape_table;
    struct bytes rows;
    struct bytes scratch;
};

static uint32_t intern(struct encoder *e, struct str text)
{
    bool is_new;
    uint32_t *index = map_put(&e->strings, text, (uint32_t)e->strings.count, &is_new);
    if (is_new)
        bytes_put_str(&e->string_table, text);
    return *index;
}

static uint32_t intern_again(struct encoder *e, struct recent *recent, struct str text)
{
    if (!recent->is_set || !str_equal(recent->text, text))
        *recent = (struct recent){ text, intern(e, text), true };
    return recent->index;
}

static bool is_last_shape(const struct encoder *e, const struct property *properties,
                          uint32_t count)
{
    if (!e->has_shape || count != e->name_count)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!str_equal(properties[i].name, e->names[i]))
            return false;
    return true;
}

static uint32_t intern_shape(struct encoder *e, const struct property *properties, uint32_t count)
{
    bool is_new;
    if (is_last_shape(e, properties, count))
        return e->shape;
    bytes_reset(&e->scratch);
    bytes_put_varint(&e->scratch, count);
    for (uint32_t i = 0; i < count; i++)
        bytes_put_varint(&e->scratch, intern(e, properties[i].name));
    struct str shape = bytes_str(&e->scratch);
    uint32_t *index = map_put(&e->shapes, shape, (uint32_t)e->shapes.count, &is_new);
    if (is_new)
        bytes_append_str(&e->shape_table, shape);
    e->has_shape = count <= RECENT_MAX;
    e->name_count = count;
    e->shape = *index;
    for (uint32_t i = 0; i < count && e->has_shape; i++)
        e->names[i] = properties[i].name;
    return *index;
}

static void encode_value(struct encoder *e, const struct value *v)
{
    if (v->type == VALUE_STRING) {
        bytes_put_u8(&e->rows, VALUE_STRING);
        bytes_put_varint(&e->rows, intern(e, v->as.string));
    } else if (v->type == VALUE_LIST) {
        bytes_put_u8(&e->rows, VALUE_LIST);
        bytes_put_varint(&e->rows, v->as.list.count);
        for (uint32_t i = 0; i < v->as.list.count; i++)
            encode_value(e, &v->as.list.items[i]);
    } else if (v->type == VALUE_OBJECT) {
        bytes_put_u8(&e->rows, VALUE_OBJECT);
        bytes_put_varint(&e->rows, v->as.object.count);
        for (uint32_t i = 0; i < v->as.object.count; i++) {
            bytes_put_varint(&e->rows, intern(e, v->as.object.members[i].name));
            encode_value(e, v->as.object.members[i].value);
        }
    } else {
        value_encode(v, &e->rows);
    }
}

static void encode_values(struct encoder *e, const struct property *properties, uint32_t count)
{
    bytes_put_varint(&e->rows, intern_shape(e, properties, count));
    for (uint32_t i = 0; i < count; i++) {
        const struct value *v = &properties[i].value;
        if (v->type == VALUE_STRING && i < RECENT_MAX) {
            bytes_put_u8(&e->rows, VALUE_STRING);
            bytes_put_varint(&e->rows, intern_again(e, &e->values[i], v->as.string));
        } else {
            encode_value(e, v);
        }
    }
}

static void encode_event(struct encoder *e, const struct event *event)
{
    bool has_person = !ref_is_none(&event->person), has_device = !ref_is_none(&event->device);
    bytes_put_varint(&e->rows, intern(e, event->name));
    bytes_put_u8(&e->rows, (uint8_t)((has_person ? HAS_PERSON : 0) |
                                     (has_device ? HAS_DEVICE : 0) |
                                     (event->insert_hash ? HAS_INSERT : 0)));
    bytes_put_varint(&e->rows, event->flags);
    bytes_put_u64(&e->rows, (uint64_t)event->time_ms);
    if (has_person)
        bytes_append(&e->rows, event->person.bytes, sizeof(event->person.bytes));
    if (has_device)
        bytes_append(&e->rows, event->device.bytes, sizeof(event->device.bytes));
    if (event->insert_hash)
        bytes_put_u64(&e->rows, event->insert_hash);
    encode_values(e, event->properties, event->property_count);
}

static void encode_update(struct encoder *e, const struct profile_update *update)
{
    bytes_put_u8(&e->rows, (uint8_t)update->op);
    bytes_put_varint(&e->rows, update->flags);
    bytes_put_u64(&e->rows, (uint64_t)update->time_ms);
    bytes_put_varint(&e->rows, intern(e, update->group_key));
    bytes_put_varint(&e->rows, intern(e, update->group_id));
    bytes_append(&e->rows, update->subject.bytes, sizeof(update->subject.bytes));
    encode_values(e, update->properties, update->property_count);
}

void wal_record_encode_batch(const struct wal_batch *batch, struct bytes *payload)
{
    struct encoder e = { 0 };
    bytes_put_varint(&e.rows, batch->event_count);
    for (uint32_t i = 0; i < batch->event_count; i++)
        encode_event(&e, &batch->events[i]);
    bytes_put_varint(&e.rows, batch->update_count);
    for (uint32_t i = 0; i < batch->update_count; i++)
        encode_update(&e, &batch->updates[i]);
    bytes_put_varint(payload, batch->project);
    bytes_put_varint(payload, e.strings.count);
    bytes_append_str(payload, bytes_str(&e.string_table));
    bytes_put_varint(payload, e.shapes.count);
    bytes_append_str(payload, bytes_str(&e.shape_table));
    bytes_append_str(payload, bytes_str(&e.rows));
    map_release(&e.strings);
    map_release(&e.shapes);
    bytes_release(&e.string_table);
    bytes_release(&e.shape_table);
    bytes_release(&e.rows);
    bytes_release(&e.scratch);
}

/* ---- decoding ------------------------------------------------------------------------------- */

struct shape {
    uint32_t count;
    struct str *names;
};

struct decoder {
    struct bytes_reader r;
    struct arena *arena;
    struct str *strings;
    uint32_t string_count;
    struct shape *shapes;
    uint32_t shape_count;
    bool is_short;              /* the arena is at its limit */
};

/* A count of things of which each takes at least one byte of what is left. */
static uint32_t get_count(struct decoder *d)
{
    uint64_t count = bytes_get_varint(&d->r);
    if (count > COUNT_MAX || count > bytes_left(&d->r)) {
        d->r.failed = true;
        return 0;
    }
    return (uint32_t)count;
}

static void *take(struct decoder *d, uint32_t count, size_t size)
{
    void *ptr = arena_try(d->arena, (count + 1u) * size);
    if (!ptr) {
        d->is_short = true;
        d->r.failed = true;
    }
    return ptr;
}

static struct str get_string(struct decoder *d)
{
    uint64_t index = bytes_get_varint(&d->r);
    if (index >= d->string_count) {
        d->r.failed = true;
        return STR("");
    }
    return d->strings[index];
}

static void decode_tables(struct decoder *d)
{
    uint32_t count = get_count(d);
    d->strings = take(d, count, sizeof(*d->strings));
    for (uint32_t i = 0; i < count && !d->r.failed; i++)
        d->strings[i] = bytes_get_str(&d->r);
    d->string_count = d->r.failed ? 0 : count;
    count = get_count(d);
    d->shapes = take(d, count, sizeof(*d->shapes));
    for (uint32_t i = 0; i < count && !d->r.failed; i++) {
        struct shape *shape = &d->shapes[i];
        shape->count = get_count(d);
        shape->names = take(d, shape->count, sizeof(*shape->names));
        for (uint32_t n = 0; n < shape->count && !d->r.failed; n++)
            shape->names[n] = get_string(d);
    }
    d->shape_count = d->r.failed ? 0 : count;
}

static void decode_value(struct decoder *d, int depth, struct value *v);

static void decode_children(struct decoder *d, int depth, struct value *v)
{
    uint32_t count = get_count(d);
    struct value *values = take(d, count, sizeof(*values));
    if (v->type == VALUE_LIST) {
        for (uint32_t i = 0; i < count && !d->r.failed; i++)
            decode_value(d, depth + 1, &values[i]);
        v->as.list.items = values;
        v->as.list.count = d->r.failed ? 0 : count;
        return;
    }
    struct value_member *members = take(d, count, sizeof(*members));
    for (uint32_t i = 0; i < count && !d->r.failed; i++) {
        members[i].name = get_string(d);
        members[i].value = &values[i];
        decode_value(d, depth + 1, &values[i]);
    }
    v->as.object.members = members;
    v->as.object.count = d->r.failed ? 0 : count;
}

static void decode_value(struct decoder *d, int depth, struct value *v)
{
    *v = (struct value){ .type = VALUE_NULL };
    if (d->r.failed || d->r.at >= d->r.len || depth > VALUE_DEPTH_MAX) {
        d->r.failed = true;
        return;
    }
    uint8_t type = d->r.ptr[d->r.at];
    if (type == VALUE_STRING) {
        (void)bytes_get_u8(&d->r);
        v->type = VALUE_STRING;
        v->as.string = get_string(d);
    } else if (type == VALUE_LIST || type == VALUE_OBJECT) {
        v->type = bytes_get_u8(&d->r);
        decode_children(d, depth, v);
    } else if (!value_decode(&d->r, d->arena, v)) {
        d->r.failed = true;
    }
}

static struct property *decode_values(struct decoder *d, uint32_t *count)
{
    uint64_t index = bytes_get_varint(&d->r);
    *count = 0;
    if (d->r.failed || index >= d->shape_count) {
        d->r.failed = true;
        return NULL;
    }
    const struct shape *shape = &d->shapes[index];
    struct property *properties = take(d, shape->count, sizeof(*properties));
    for (uint32_t i = 0; i < shape->count && !d->r.failed; i++) {
        properties[i].name = shape->names[i];
        decode_value(d, 0, &properties[i].value);
    }
    *count = d->r.failed ? 0 : shape->count;
    return properties;
}

static void get_ref(struct decoder *d, struct ref *ref)
{
    struct str raw = bytes_get_raw(&d->r, sizeof(ref->bytes));
    if (raw.len == sizeof(ref->bytes))
        memcpy(ref->bytes, raw.ptr, sizeof(ref->bytes));
}

static void decode_event(struct decoder *d, struct event *event)
{
    *event = (struct event){ .name = get_string(d) };
    uint8_t has = bytes_get_u8(&d->r);
    event->flags = (uint32_t)bytes_get_varint(&d->r);
    event->time_ms = (int64_t)bytes_get_u64(&d->r);
    if (has & HAS_PERSON)
        get_ref(d, &event->person);
    if (has & HAS_DEVICE)
        get_ref(d, &event->device);
    if (has & HAS_INSERT)
        event->insert_hash = bytes_get_u64(&d->r);
    event->properties = decode_values(d, &event->property_count);
}

static void decode_update(struct decoder *d, struct profile_update *update)
{
    uint8_t op = bytes_get_u8(&d->r);
    *update = (struct profile_update){ .op = op };
    if (op < PROFILE_SET || op > PROFILE_DELETE)
        d->r.failed = true;
    update->flags = (uint32_t)bytes_get_varint(&d->r);
    update->time_ms = (int64_t)bytes_get_u64(&d->r);
    update->group_key = get_string(d);
    update->group_id = get_string(d);
    get_ref(d, &update->subject);
    update->properties = decode_values(d, &update->property_count);
}

int wal_record_decode_batch(struct str payload, struct arena *arena, struct wal_batch *batch)
{
    struct decoder d = { .r = bytes_reader_over(payload), .arena = arena };
    *batch = (struct wal_batch){ .project = bytes_get_varint(&d.r) };
    decode_tables(&d);
    uint32_t count = get_count(&d);
    batch->events = take(&d, count, sizeof(*batch->events));
    for (uint32_t i = 0; i < count && !d.r.failed; i++)
        decode_event(&d, &batch->events[i]);
    batch->event_count = count;
    count = get_count(&d);
    batch->updates = take(&d, count, sizeof(*batch->updates));
    for (uint32_t i = 0; i < count && !d.r.failed; i++)
        decode_update(&d, &batch->updates[i]);
    batch->update_count = count;
    if (bytes_reader_is_done(&d.r))
        return 0;
    return d.is_short ? ERR_NOMEM : ERR_CORRUPT;
}

/* ---- counts --------------------------------------------------------------------------------- */

void wal_record_encode_counts(const struct wal_count *counts, uint32_t n, struct bytes *payload)
{
    bytes_put_varint(payload, n);
    for (uint32_t i = 0; i < n; i++) {
        bytes_put_varint(payload, counts[i].project);
        bytes_put_str(payload, counts[i].protocol);
        bytes_put_str(payload, counts[i].reason);
        bytes_put_varint(payload, counts[i].n);
    }
}

int wal_record_decode_counts(struct str payload, struct arena *arena, struct wal_count **counts,
                             uint32_t *n)
{
    struct decoder d = { .r = bytes_reader_over(payload), .arena = arena };
    *n = get_count(&d);
    *counts = take(&d, *n, sizeof(**counts));
    for (uint32_t i = 0; i < *n && !d.r.failed; i++) {
        struct wal_count *count = &(*counts)[i];
        count->project = bytes_get_varint(&d.r);
        count->protocol = bytes_get_str(&d.r);
        count->reason = bytes_get_str(&d.r);
        count->n = bytes_get_varint(&d.r);
    }
    if (bytes_reader_is_done(&d.r))
        return 0;
    return d.is_short ? ERR_NOMEM : ERR_CORRUPT;
}
