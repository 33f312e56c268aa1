#include "store/part_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"
#include "event/limits.h"
#include "event/value.h"

enum { ROWS_MAX = INT32_MAX, TYPES_ALL = (1 << (VALUE_OBJECT + 1)) - 1 };

static const uint8_t kind_width[PART_KINDS] = { 4, 4, 4, 2, 8, 4, 1 };

/* ---- the directory --------------------------------------------------------------------------- */

static void get_section(struct bytes_reader *r, const struct part *part, struct part_section *out)
{
    out->off = bytes_get_u64(r);
    out->len = bytes_get_u64(r);
    out->hash = bytes_get_u64(r);
    if (out->off % PART_ALIGNMENT != 0 || out->off > part->len || out->len > part->len - out->off)
        r->failed = true;
}

static bool is_column_sound(const struct part *part, const struct part_event *event,
                            const struct part_column *column)
{
    if (column->property >= part->property_count || column->present > event->rows)
        return false;
    bool is_wide = part->properties[column->property].is_wide;
    uint64_t len = column->section.len;
    switch (column->encoding) {
    case PART_CODES:
        return !is_wide && (column->width == 1 || column->width == 2 || column->width == 4) &&
               len == (uint64_t)event->rows * column->width;
    case PART_SPARSE: return !is_wide && column->width == 4 && len == (uint64_t)column->present * 8;
    case PART_WIDE: return is_wide && column->width == 8 && len == (uint64_t)event->rows * 8;
    default: return false;
    }
}

static void get_columns(struct bytes_reader *r, struct part *part, struct part_event *event)
{
    event->column_count = bytes_get_u32(r);
    if (event->column_count > part->property_count) {
        r->failed = true;
        return;
    }
    event->columns = arena_try(&part->arena, (event->column_count + 1) * sizeof(*event->columns));
    check(event->columns != NULL);
    for (uint32_t i = 0; i < event->column_count && !r->failed; i++) {
        struct part_column *column = &event->columns[i];
        *column = (struct part_column){ .property = bytes_get_u32(r) };
        column->present = bytes_get_u32(r);
        column->encoding = bytes_get_u8(r);
        column->width = bytes_get_u8(r);
        get_section(r, part, &column->section);
        if (r->failed || !is_column_sound(part, event, column) ||
            (i > 0 && column[-1].property >= column->property))
            r->failed = true;
    }
}

static bool is_event_sound(const struct part *part, const struct part_event *event)
{
    if (event->rows == 0 || event->rows > ROWS_MAX || event->runs == 0 ||
        event->runs > event->rows || event->first_ms > event->last_ms ||
        event->first_ms < part->first_ms || event->last_ms > part->last_ms)
        return false;
    for (int i = 0; i < PART_KINDS; i++) {
        uint64_t n = i == PART_PERSONS ? event->runs
                     : i == PART_STARTS ? (uint64_t)event->runs + 1 : event->rows;
        bool may_be_empty = i >= PART_MS && i != PART_ARRIVAL;
        if (event->sections[i].len != n * kind_width[i] &&
            !(may_be_empty && event->sections[i].len == 0))
            return false;
    }
    return true;
}

static void get_event(struct bytes_reader *r, struct part *part, uint32_t index)
{
    struct part_event *event = &part->events[index];
    *event = (struct part_event){ .name = bytes_get_str(r) };
    event->rows = bytes_get_u32(r);
    event->runs = bytes_get_u32(r);
    event->first_ms = (int64_t)bytes_get_u64(r);
    event->last_ms = (int64_t)bytes_get_u64(r);
    for (int i = 0; i < PART_KINDS; i++)
        get_section(r, part, &event->sections[i]);
    if (r->failed || !is_event_sound(part, event) ||
        (index > 0 && str_compare(event[-1].name, event->name) >= 0)) {
        r->failed = true;
        return;
    }
    get_columns(r, part, event);
}

static void get_property(struct bytes_reader *r, struct part *part, uint32_t index)
{
    struct part_property *property = &part->properties[index];
    *property = (struct part_property){ .name = bytes_get_str(r) };
    property->types = bytes_get_u32(r);
    property->distinct = bytes_get_u32(r);
    uint8_t is_wide = bytes_get_u8(r);
    property->is_wide = is_wide == 1;
    get_section(r, part, &property->dictionary);
    if (is_wide > 1 || property->types > TYPES_ALL ||
        property->dictionary.len < (uint64_t)property->distinct * 8 + 4 ||
        (index > 0 && str_compare(property[-1].name, property->name) >= 0))
        r->failed = true;
}

static bool get_directory(struct bytes_reader *r, struct part *part)
{
    uint64_t rows = 0;
    part->project = bytes_get_u64(r);
    part->id = bytes_get_u64(r);
    part->rows = bytes_get_u64(r);
    part->arrival0 = bytes_get_u64(r);
    part->arrival1 = bytes_get_u64(r);
    part->links = bytes_get_u32(r);
    part->first_ms = (int64_t)bytes_get_u64(r);
    part->last_ms = (int64_t)bytes_get_u64(r);
    part->property_count = bytes_get_u32(r);
    part->event_count = bytes_get_u32(r);
    if (r->failed || part->property_count > bytes_left(r) || part->event_count > bytes_left(r) ||
        part->first_ms < 0 || part->last_ms / 1000 > UINT32_MAX ||
        part->arrival1 - part->arrival0 > UINT32_MAX)
        return false;
    part->properties = arena_try(&part->arena,
                                 (part->property_count + 1) * sizeof(*part->properties));
    part->events = arena_try(&part->arena, (part->event_count + 1) * sizeof(*part->events));
    check(part->properties && part->events);
    for (uint32_t i = 0; i < part->property_count && !r->failed; i++)
        get_property(r, part, i);
    for (uint32_t i = 0; i < part->event_count && !r->failed; i++) {
        get_event(r, part, i);
        rows += part->events[i].rows;
    }
    return bytes_reader_is_done(r) && rows == part->rows;
}

static int read_directory(struct part *part)
{
    uint8_t head[PART_HEAD_BYTES] = PART_HEAD_MAGIC;
    const size_t tail = PART_TRAILER_BYTES;
    if (part->len < PART_HEAD_BYTES + tail || memcmp(part->data, head, 8) != 0)
        return ERR_CORRUPT;
    head[8] = part->data[8];
    if (memcmp(part->data, head, sizeof(head)) != 0)
        return ERR_CORRUPT;
    if (head[8] != PART_VERSION)
        return ERR_UNSUPPORTED;
    struct bytes_reader r = bytes_reader_over(str_of(part->data + part->len - tail, tail));
    uint64_t off = bytes_get_u64(&r), len = bytes_get_u64(&r);
    part->directory_hash = bytes_get_u64(&r);
    part->file_len = bytes_get_u64(&r);
    if (!str_equal(bytes_get_raw(&r, 8), STR(PART_TRAILER_MAGIC)) || part->file_len != part->len ||
        off < PART_HEAD_BYTES || off > part->len - tail || len != part->len - tail - off ||
        hash_64(part->data + off, len) != part->directory_hash)
        return ERR_CORRUPT;
    r = bytes_reader_over(str_of(part->data + off, len));
    return get_directory(&r, part) ? 0 : ERR_CORRUPT;
}

/* ---- life ------------------------------------------------------------------------------------ */

static struct part *create(void)
{
    struct part *part = calloc(1, sizeof(*part));
    check(part != NULL);
    part->pins = 1;
    arena_init(&part->arena, 0);
    return part;
}

int part_read_bytes(struct bytes *bytes, struct part **out)
{
    struct part *part = create();
    part->owned = *bytes;
    *bytes = (struct bytes){ 0 };
    part->data = part->owned.ptr;
    part->len = part->owned.len;
    int r = read_directory(part);
    if (r != 0) {
        part_read_unpin(part);
        part = NULL;
    }
    *out = part;
    return r;
}

int part_read_open(struct fs *fs, uint64_t id, struct part **out)
{
    char name[PART_NAME_BYTES];
    struct part *part = create();
    part_read_name(id, name);
    int r = fs_open(fs, name, FILE_READ, &part->file);
    if (r == 0)
        r = file_map(part->file, &part->data, &part->len);
    if (r == 0)
        r = read_directory(part);
    if (r == 0 && part->id != id)
        r = ERR_CORRUPT;
    if (r != 0) {
        part_read_unpin(part);
        part = NULL;
    }
    *out = part;
    return r;
}

struct part *part_read_create_bad(uint64_t project, uint64_t id)
{
    struct part *part = create();
    part->project = project;
    part->id = id;
    part->is_bad = true;
    return part;
}

void part_read_pin(struct part *part)
{
    check(part->pins++ > 0);
}

void part_read_unpin(struct part *part)
{
    if (!part || --part->pins > 0)
        return;
    file_close(part->file);
    bytes_release(&part->owned);
    arena_release(&part->arena);
    free(part);
}

void part_read_name(uint64_t id, char out[PART_NAME_BYTES])
{
    (void)snprintf(out, PART_NAME_BYTES, "parts/%016llx.part", (unsigned long long)id);
}

bool part_read_parse_name(struct str name, uint64_t *id)
{
    uint8_t raw[8];
    if (name.len != 21 || !str_ends(name, STR(".part")) ||
        !str_to_hex_bytes(str_slice(name, 0, 16), raw, sizeof(raw)))
        return false;
    *id = 0;
    for (size_t i = 0; i < sizeof(raw); i++)
        *id = *id << 8 | raw[i];
    return true;
}

/* ---- finding --------------------------------------------------------------------------------- */

struct part_event *part_read_find_event(const struct part *part, struct str name)
{
    for (uint32_t lo = 0, hi = part->event_count; lo < hi;) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = str_compare(part->events[mid].name, name);
        if (order == 0)
            return &part->events[mid];
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

ptrdiff_t part_read_find_property(const struct part *part, struct str name)
{
    for (uint32_t lo = 0, hi = part->property_count; lo < hi;) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = str_compare(part->properties[mid].name, name);
        if (order == 0)
            return (ptrdiff_t)mid;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

struct part_column *part_read_find_column(const struct part_event *event, uint32_t property)
{
    for (uint32_t lo = 0, hi = event->column_count; lo < hi;) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (event->columns[mid].property == property)
            return &event->columns[mid];
        if (event->columns[mid].property < property)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* ---- verifying at first touch ---------------------------------------------------------------- */

uint64_t part_read_hash(const uint8_t *ptr, size_t len)
{
    uint64_t hash = 0;
    for (size_t at = 0; at < len; at += PART_PIECE_BYTES) {
        size_t piece = len - at < PART_PIECE_BYTES ? len - at : PART_PIECE_BYTES;
        hash = hash_64_seeded(ptr + at, piece, hash);
    }
    return hash;
}

static int mark_bad(struct part *part)
{
    bool was_bad = part->is_bad;
    part->is_bad = true;
    if (!was_bad)
        log_error("event=part_corrupt part=%016llx", (unsigned long long)part->id);
    return ERR_CORRUPT;
}

static bool is_intact(const struct part *part, const struct part_section *section)
{
    return part_read_hash(part->data + section->off, section->len) == section->hash;
}

const void *part_read_section(const struct part *part, const struct part_section *section)
{
    check(section->is_verified);
    return section->len ? part->data + section->off : NULL;
}

static bool is_ascending(const uint32_t *v, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        if (v[i - 1] >= v[i])
            return false;
    return true;
}

static bool is_kind_sound(const struct part_event *event, enum part_kind kind, const uint8_t *data)
{
    const uint32_t *v = (const uint32_t *)(const void *)data;
    const uint16_t *ms = (const uint16_t *)(const void *)data;
    switch (kind) {
    case PART_PERSONS: return is_ascending(v, event->runs);
    case PART_STARTS:
        return v[0] == 0 && v[event->runs] == event->rows && is_ascending(v, event->runs + 1);
    case PART_MS:
        for (uint32_t i = 0; event->sections[kind].len && i < event->rows; i++)
            if (ms[i] > 999)
                return false;
        return true;
    case PART_TIME:
    case PART_HASH:
    case PART_ARRIVAL:
    case PART_FLAGS:
    case PART_KINDS: break;
    }
    return true;
}

int part_read_touch_event(struct part *part, struct part_event *event, enum part_kind kind)
{
    struct part_section *section = &event->sections[kind];
    if (section->is_verified)
        return 0;
    if (!part->data || !is_intact(part, section) ||
        !is_kind_sound(event, kind, part->data + section->off))
        return mark_bad(part);
    section->is_verified = 1;
    return 0;
}

static bool are_codes_sound(const struct part *part, const struct part_event *event,
                            const struct part_column *column)
{
    uint32_t distinct = part->properties[column->property].distinct, largest = 0;
    const uint8_t *data = part->data + column->section.off;
    const uint32_t *v4 = (const uint32_t *)(const void *)data;
    const uint16_t *v2 = (const uint16_t *)(const void *)data;
    const uint64_t *v8 = (const uint64_t *)(const void *)data;
    uint32_t n = column->present;
    if (column->encoding == PART_SPARSE) {
        for (uint32_t i = 0; i < n; i++)
            if (v4[n + i] == 0 || v4[n + i] > distinct)
                return false;
        return is_ascending(v4, n) && (n == 0 || v4[n - 1] < event->rows);
    }
    for (uint32_t i = 0; i < event->rows; i++) {
        uint32_t code = column->width == 1   ? data[i]
                        : column->width == 2 ? v2[i]
                        : column->width == 4 ? v4[i]
                        : v8[i] < PART_BOXED              ? 0
                        : v8[i] - PART_BOXED > UINT32_MAX ? UINT32_MAX
                                                          : (uint32_t)(v8[i] - PART_BOXED);
        largest = code > largest ? code : largest;
    }
    return largest <= distinct;
}

int part_read_touch_column(struct part *part, const struct part_event *event,
                           struct part_column *column)
{
    if (column->section.is_verified)
        return 0;
    if (!part->data || !is_intact(part, &column->section) ||
        !are_codes_sound(part, event, column))
        return mark_bad(part);
    column->section.is_verified = 1;
    return 0;
}

/* Every entry must decode, so that nobody has to ask again. */
static bool are_entries_sound(const struct part *part, const struct part_property *property)
{
    const uint32_t *off = (const uint32_t *)(const void *)(part->data + property->dictionary.off);
    const uint32_t n = property->distinct;
    size_t head = ((size_t)n * 2 + 1) * 4, bytes = property->dictionary.len - head;
    struct arena arena;
    bool is_sound = off[0] == 0 && off[n] == bytes && is_ascending(off, n + 1);
    arena_init(&arena, LIMIT_REQUEST_ARENA_BYTES);
    for (uint32_t i = 0; i < n && is_sound; i++) {
        struct value value;
        const uint8_t *at = part->data + property->dictionary.off + head + off[i];
        struct bytes_reader r = bytes_reader_over(str_of(at, off[i + 1] - off[i]));
        is_sound = value_decode(&r, &arena, &value) && bytes_reader_is_done(&r);
        if (arena.used > 1 << 20)
            arena_reset(&arena);
    }
    arena_release(&arena);
    return is_sound;
}

int part_read_touch_dictionary(struct part *part, struct part_property *property)
{
    if (property->dictionary.is_verified)
        return 0;
    if (!part->data || !is_intact(part, &property->dictionary) ||
        !are_entries_sound(part, property))
        return mark_bad(part);
    property->dictionary.is_verified = 1;
    return 0;
}

int part_read_touch_all(struct part *part)
{
    int r = part->data ? 0 : ERR_CORRUPT;
    for (uint32_t i = 0; i < part->property_count && r == 0; i++)
        r = part_read_touch_dictionary(part, &part->properties[i]);
    for (uint32_t i = 0; i < part->event_count && r == 0; i++) {
        struct part_event *event = &part->events[i];
        for (int kind = 0; kind < PART_KINDS && r == 0; kind++)
            r = part_read_touch_event(part, event, kind);
        for (uint32_t c = 0; c < event->column_count && r == 0; c++)
            r = part_read_touch_column(part, event, &event->columns[c]);
    }
    return r;
}

/* ---- values ---------------------------------------------------------------------------------- */

struct str part_read_entry(const struct part *part, const struct part_property *property,
                           uint32_t code)
{
    const uint32_t *off = part_read_section(part, &property->dictionary);
    check(code >= 1 && code <= property->distinct);
    const char *values = (const char *)(off + (size_t)property->distinct * 2 + 1);
    return str_of(values + off[code - 1], off[code] - off[code - 1]);
}

uint32_t part_read_entry_rows(const struct part *part, const struct part_property *property,
                              uint32_t code)
{
    const uint32_t *off = part_read_section(part, &property->dictionary);
    check(code >= 1 && code <= property->distinct);
    return off[(size_t)property->distinct + code];
}

static void sparse_codes(const uint32_t *rows, uint32_t present, uint32_t first, uint32_t count,
                         uint32_t *out)
{
    uint32_t lo = 0, hi = present;
    memset(out, 0, count * sizeof(*out));
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (rows[mid] < first)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < present && rows[lo] - first < count; lo++)
        out[rows[lo] - first] = rows[present + lo];
}

void part_read_codes(const struct part *part, const struct part_column *column, uint32_t first,
                     uint32_t count, uint32_t *out)
{
    if (!column) {
        memset(out, 0, count * sizeof(*out));
        return;
    }
    const uint8_t *data = part_read_section(part, &column->section);
    const uint16_t *v2 = (const uint16_t *)(const void *)data;
    const uint32_t *v4 = (const uint32_t *)(const void *)data;
    if (column->encoding == PART_SPARSE)
        sparse_codes(v4, column->present, first, count, out);
    else if (column->width == 1)
        for (uint32_t i = 0; i < count; i++)
            out[i] = data[first + i];
    else if (column->width == 2)
        for (uint32_t i = 0; i < count; i++)
            out[i] = v2[first + i];
    else
        memcpy(out, v4 + first, count * sizeof(*out));
}

void part_read_words(const struct part *part, const struct part_column *column, uint32_t first,
                     uint32_t count, uint64_t *out)
{
    const uint64_t *words = part_read_section(part, &column->section);
    memcpy(out, words + first, count * sizeof(*out));
}
