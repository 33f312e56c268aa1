#include "engine/key.h"

#include "base/err.h"

/* A number falls in [edge i, edge i + 1), the last range is open; below the first edge, and what is
 * no number, is in none. */
static uint32_t range_of(const struct spec_by *by, double number)
{
    uint32_t low = 0, high = by->edge_count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (number >= by->edges[mid])
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* An object that holds a sealed value shows it as "(sealed)", so two that differ in it alone would
 * be two groups of one text, and which are equal would be known. It is sealed as a whole. */
static bool has_ref(const struct value *value)
{
    bool has = value->type == VALUE_REF;
    if (value->type == VALUE_LIST)
        for (uint32_t i = 0; i < value->as.list.count && !has; i++)
            has = has_ref(&value->as.list.items[i]);
    if (value->type == VALUE_OBJECT)
        for (uint32_t i = 0; i < value->as.object.count && !has; i++)
            has = has_ref(value->as.object.members[i].value);
    return has;
}

uint32_t key_from_code(const struct scan *scan, const struct spec_by *by, uint32_t code)
{
    if (code == 0)
        return KEY_ABSENT;
    const struct value *value = scan_value(scan, code);
    if (by->edge_count > 0)
        return value->type == VALUE_NUMBER ? range_of(by, value->as.number) : KEY_ABSENT;
    switch (value->type) {
    case VALUE_NULL: return KEY_ABSENT;
    case VALUE_REF: return KEY_SEALED;
    case VALUE_STRING:
        /* Somebody's text that looks like a sealed value is not told apart from one. */
        return str_equal(value->as.string, STR("(sealed)")) ? KEY_SEALED : code;
    case VALUE_FALSE:
    case VALUE_TRUE:
    case VALUE_NUMBER: break;
    case VALUE_LIST:
    case VALUE_OBJECT: return has_ref(value) ? KEY_SEALED : code;
    }
    return code;
}

static uint32_t length_of(const struct scan_block *block, uint32_t payload, uint32_t r)
{
    const uint32_t *off = block->list_off[payload];
    return off[r + 1] > off[r] ? off[r + 1] - off[r] : 1;
}

uint32_t key_count(const struct spec *spec, const struct scan_block *block, uint32_t r)
{
    uint64_t count = 1;
    for (uint32_t b = 0; b < spec->by_count && count <= KEY_ROW_MAX; b++)
        count *= length_of(block, b, r);
    return count <= KEY_ROW_MAX ? (uint32_t)count : KEY_ROW_MAX + 1;
}

void key_of_row(const struct scan *scan, const struct spec *spec, const struct scan_block *block,
                struct key_row row, uint32_t *key)
{
    uint32_t i = row.i;
    for (uint32_t b = 0; b < spec->by_count; b++) {
        const uint32_t *off = block->list_off[b] + row.r;
        uint32_t length = length_of(block, b, row.r), code = 0;
        if (off[1] > off[0])
            code = block->codes[b][off[0] + i % length];
        key[b] = key_from_code(scan, &spec->by[b], code);
        i /= length;
    }
}

static void format_range(const struct spec_by *by, uint32_t range, struct bytes *out)
{
    struct value edge = { .type = VALUE_NUMBER, .as.number = by->edges[range] };
    value_format_json(&edge, out);
    bytes_append_str(out, STR(" -"));
    if (range + 1 == by->edge_count)
        return;
    edge.as.number = by->edges[range + 1];
    bytes_append_str(out, STR(" "));
    value_format_json(&edge, out);
}

void key_format_order(const struct scan *scan, const struct spec *spec, const uint32_t *key,
                      struct bytes *out)
{
    for (uint32_t i = 0; i < spec->by_count; i++) {
        if (key[i] == KEY_ABSENT) {
            bytes_append_str(out, STR("null"));
        } else if (spec->by[i].edge_count > 0) {
            bytes_put_u8(out, '"');
            format_range(&spec->by[i], key[i] - 1, out);
            bytes_put_u8(out, '"');
        } else if (key[i] == KEY_SEALED) {
            bytes_append_str(out, STR("\"(sealed)\""));
        } else {
            value_format_json(scan_value(scan, key[i]), out);
        }
        bytes_put_u8(out, 0);
    }
}

static int to_group(const struct scan *scan, const struct spec_by *by, uint32_t key,
                    struct arena *arena, struct result_group *out)
{
    *out = (struct result_group){ .is_absent = key == KEY_ABSENT };
    if (key == KEY_ABSENT)
        return 0;
    if (by->edge_count == 0 && key != KEY_SEALED)
        return value_copy(arena, scan_value(scan, key), &out->value) ? 0 : ERR_NOMEM;
    struct bytes text = { 0 };
    if (by->edge_count > 0)
        format_range(by, key - 1, &text);
    else
        bytes_append_str(&text, STR("(sealed)"));
    out->value = (struct value){ .type = VALUE_STRING,
                                 .as.string = arena_copy(arena, bytes_str(&text)) };
    bytes_release(&text);
    return out->value.as.string.ptr ? 0 : ERR_NOMEM;
}

int key_to_groups(const struct scan *scan, const struct spec *spec, const uint32_t *key,
                  struct arena *arena, struct result_group *out)
{
    for (uint32_t i = 0; i < spec->by_count; i++) {
        int r = to_group(scan, &spec->by[i], key[i], arena, &out[i]);
        if (r != 0)
            return r;
    }
    return 0;
}
