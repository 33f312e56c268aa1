#include "event/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "event/limits.h"

enum { DEPTH_MAX = LIMIT_DEPTH + 1, COUNT_MAX = LIMIT_PROFILE_PROPERTIES };

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case VALUE_NUMBER: return a->as.number == b->as.number;
    case VALUE_STRING: return str_equal(a->as.string, b->as.string);
    case VALUE_REF:
        return a->as.sealed.kind == b->as.sealed.kind &&
               ref_equal(&a->as.sealed.ref, &b->as.sealed.ref);
    case VALUE_LIST:
        if (a->as.list.count != b->as.list.count)
            return false;
        for (uint32_t i = 0; i < a->as.list.count; i++)
            if (!value_equal(&a->as.list.items[i], &b->as.list.items[i]))
                return false;
        return true;
    case VALUE_OBJECT:
        if (a->as.object.count != b->as.object.count)
            return false;
        for (uint32_t i = 0; i < a->as.object.count; i++)
            if (!str_equal(a->as.object.members[i].name, b->as.object.members[i].name) ||
                !value_equal(a->as.object.members[i].value, b->as.object.members[i].value))
                return false;
        return true;
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE: break;
    }
    return true;
}

static bool copy_list(struct arena *arena, const struct value *from, struct value *to)
{
    uint32_t count = from->as.list.count;
    struct value *items = arena_try(arena, (count + 1) * sizeof(*items));
    if (!items)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!value_copy(arena, &from->as.list.items[i], &items[i]))
            return false;
    to->as.list.items = items;
    return true;
}

static bool copy_object(struct arena *arena, const struct value *from, struct value *to)
{
    uint32_t count = from->as.object.count;
    struct value_member *members = arena_try(arena, (count + 1) * sizeof(*members));
    struct value *values = arena_try(arena, (count + 1) * sizeof(*values));
    if (!members || !values)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        members[i].name = arena_copy(arena, from->as.object.members[i].name);
        members[i].value = &values[i];
        if (!members[i].name.ptr ||
            !value_copy(arena, from->as.object.members[i].value, &values[i]))
            return false;
    }
    to->as.object.members = members;
    return true;
}

bool value_copy(struct arena *arena, const struct value *from, struct value *to)
{
    *to = *from;
    switch (from->type) {
    case VALUE_STRING:
        to->as.string = arena_copy(arena, from->as.string);
        return to->as.string.ptr != NULL;
    case VALUE_LIST: return copy_list(arena, from, to);
    case VALUE_OBJECT: return copy_object(arena, from, to);
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE:
    case VALUE_NUMBER:
    case VALUE_REF: break;
    }
    return true;
}

static void format_string(struct str s, struct bytes *out)
{
    bytes_put_u8(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '"' || c == '\\') {
            bytes_put_u8(out, '\\');
            bytes_put_u8(out, c);
        } else if (c < 0x20 || c == 0x7f) {
            bytes_printf(out, "\\u%04x", c);
        } else {
            bytes_put_u8(out, c);
        }
    }
    bytes_put_u8(out, '"');
}

/* The shortest of 15, 16 or 17 digits that reads back as the same double. */
static void format_number(double number, struct bytes *out)
{
    char text[40];
    if (number == floor(number) && fabs(number) < 1e15) {
        bytes_printf(out, "%.0f", number == 0 ? 0.0 : number);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    bytes_append_str(out, str_from(text));
}

void value_format_json(const struct value *v, struct bytes *out)
{
    switch (v->type) {
    case VALUE_NULL: bytes_append_str(out, STR("null")); break;
    case VALUE_FALSE: bytes_append_str(out, STR("false")); break;
    case VALUE_TRUE: bytes_append_str(out, STR("true")); break;
    case VALUE_NUMBER: format_number(v->as.number, out); break;
    case VALUE_STRING: format_string(v->as.string, out); break;
    case VALUE_REF: bytes_append_str(out, STR("\"(sealed)\"")); break;
    case VALUE_LIST:
        bytes_put_u8(out, '[');
        for (uint32_t i = 0; i < v->as.list.count; i++) {
            if (i)
                bytes_put_u8(out, ',');
            value_format_json(&v->as.list.items[i], out);
        }
        bytes_put_u8(out, ']');
        break;
    case VALUE_OBJECT:
        bytes_put_u8(out, '{');
        for (uint32_t i = 0; i < v->as.object.count; i++) {
            if (i)
                bytes_put_u8(out, ',');
            format_string(v->as.object.members[i].name, out);
            bytes_put_u8(out, ':');
            value_format_json(v->as.object.members[i].value, out);
        }
        bytes_put_u8(out, '}');
        break;
    }
}

void value_encode(const struct value *v, struct bytes *out)
{
    bytes_put_u8(out, (uint8_t)v->type);
    switch (v->type) {
    case VALUE_NUMBER: bytes_put_f64(out, v->as.number == 0 ? 0.0 : v->as.number); break;
    case VALUE_STRING: bytes_put_str(out, v->as.string); break;
    case VALUE_REF:
        bytes_put_u8(out, (uint8_t)v->as.sealed.kind);
        bytes_append(out, v->as.sealed.ref.bytes, sizeof(v->as.sealed.ref.bytes));
        break;
    case VALUE_LIST:
        bytes_put_varint(out, v->as.list.count);
        for (uint32_t i = 0; i < v->as.list.count; i++)
            value_encode(&v->as.list.items[i], out);
        break;
    case VALUE_OBJECT:
        bytes_put_varint(out, v->as.object.count);
        for (uint32_t i = 0; i < v->as.object.count; i++) {
            bytes_put_str(out, v->as.object.members[i].name);
            value_encode(v->as.object.members[i].value, out);
        }
        break;
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE: break;
    }
}

static bool decode_at(struct bytes_reader *r, struct arena *arena, int depth, struct value *out);

/* A count that the bytes left can hold, or failure. */
static uint32_t decode_count(struct bytes_reader *r)
{
    uint64_t count = bytes_get_varint(r);
    if (count > COUNT_MAX || count > bytes_left(r)) {
        r->failed = true;
        return 0;
    }
    return (uint32_t)count;
}

static void decode_list(struct bytes_reader *r, struct arena *arena, int depth, struct value *out)
{
    uint32_t count = decode_count(r);
    struct value *items = arena_try(arena, (count + 1) * sizeof(*items));
    if (!items)
        r->failed = true;
    for (uint32_t i = 0; i < count && !r->failed; i++)
        (void)decode_at(r, arena, depth + 1, &items[i]);
    out->as.list.items = items;
    out->as.list.count = count;
}

static void decode_object(struct bytes_reader *r, struct arena *arena, int depth,
                          struct value *out)
{
    uint32_t count = decode_count(r);
    struct value_member *members = arena_try(arena, (count + 1) * sizeof(*members));
    struct value *values = arena_try(arena, (count + 1) * sizeof(*values));
    if (!members || !values)
        r->failed = true;
    for (uint32_t i = 0; i < count && !r->failed; i++) {
        members[i].name = bytes_get_str(r);
        members[i].value = &values[i];
        (void)decode_at(r, arena, depth + 1, &values[i]);
    }
    out->as.object.members = members;
    out->as.object.count = count;
}

static void decode_ref(struct bytes_reader *r, struct value *out)
{
    uint8_t kind = bytes_get_u8(r);
    struct str raw = bytes_get_raw(r, sizeof(out->as.sealed.ref.bytes));
    if (r->failed || kind < REF_KIND_ID || kind > REF_KIND_BOUND) {
        r->failed = true;
        return;
    }
    out->as.sealed.kind = kind;
    for (size_t i = 0; i < raw.len; i++)
        out->as.sealed.ref.bytes[i] = (uint8_t)raw.ptr[i];
}

static bool decode_at(struct bytes_reader *r, struct arena *arena, int depth, struct value *out)
{
    uint8_t type = bytes_get_u8(r);
    *out = (struct value){ .type = VALUE_NULL };
    if (type > VALUE_OBJECT || depth > DEPTH_MAX) {
        r->failed = true;
        return false;
    }
    out->type = type;
    switch (out->type) {
    case VALUE_NUMBER:
        out->as.number = bytes_get_f64(r);
        if (!isfinite(out->as.number))
            r->failed = true;
        break;
    case VALUE_STRING: out->as.string = bytes_get_str(r); break;
    case VALUE_REF: decode_ref(r, out); break;
    case VALUE_LIST: decode_list(r, arena, depth, out); break;
    case VALUE_OBJECT: decode_object(r, arena, depth, out); break;
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE: break;
    }
    return !r->failed;
}

bool value_decode(struct bytes_reader *r, struct arena *arena, struct value *out)
{
    return decode_at(r, arena, 0, out);
}
