#include "store/scan_row.h"

#include <string.h>

#include "base/err.h"

/* What stands in one column of the row: *is_there says whether anything does. */
static int read_column(const struct gather_source *source, struct part_column *column,
                       uint32_t row, struct arena *arena, struct value *out, bool *is_there)
{
    struct part_property *property = &source->part->properties[column->property];
    uint32_t code = 0;
    int r = part_read_touch_column(source->part, source->event, column);
    if (r != 0)
        return r;
    if (column->encoding == PART_WIDE) {
        uint64_t word;
        part_read_words(source->part, column, row, 1, &word);
        code = word < PART_BOXED ? 0 : (uint32_t)(word - PART_BOXED);
        *out = (struct value){ .type = VALUE_NUMBER };
        memcpy(&out->as.number, &word, sizeof(word));
        *is_there = word < PART_BOXED;
    } else {
        part_read_codes(source->part, column, row, 1, &code);
        *is_there = false;
    }
    if (code == 0)
        return 0;
    r = part_read_touch_dictionary(source->part, property);
    if (r != 0)
        return r;
    struct bytes_reader reader =
        bytes_reader_over(part_read_entry(source->part, property, code));
    *is_there = true;
    return value_decode(&reader, arena, out) ? 0 : ERR_NOMEM;
}

int scan_row_read(const struct gather_source *source, uint32_t row, struct arena *arena,
                  struct property **out, uint32_t *count)
{
    struct part_event *event = source->event;
    check(row < event->rows);
    *count = 0;
    *out = arena_try(arena, (event->column_count + 1u) * sizeof(**out));
    if (!*out)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < event->column_count; i++) {
        struct part_column *column = &event->columns[i];
        struct property *property = &(*out)[*count];
        bool is_there;
        int r = read_column(source, column, row, arena, &property->value, &is_there);
        if (r != 0)
            return r;
        if (!is_there)
            continue;
        property->name = source->part->properties[column->property].name;
        (*count)++;
    }
    return 0;
}
