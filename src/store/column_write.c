#include "store/column_write.h"

#include "base/bytes.h"
#include "event/value.h"

enum { BATCH = 4096 };

bool column_write_is_sparse(uint32_t present, uint32_t rows)
{
    return (uint64_t)present * 8 < rows;
}

static void put_narrow(struct part_write *w, const uint32_t *codes, uint32_t n, uint8_t width)
{
    uint8_t one[BATCH];
    uint16_t two[BATCH];
    if (width == 1) {
        for (uint32_t i = 0; i < n; i++)
            one[i] = (uint8_t)codes[i];
        part_write_put(w, one, n);
    } else if (width == 2) {
        for (uint32_t i = 0; i < n; i++)
            two[i] = (uint16_t)codes[i];
        part_write_put(w, two, (size_t)n * 2);
    } else {
        part_write_put(w, codes, (size_t)n * 4);
    }
}

void column_write_codes(struct part_write *w, const uint32_t *codes, uint32_t rows,
                        uint32_t distinct, struct part_column *column)
{
    column->encoding = PART_CODES;
    column->width = distinct < 256 ? 1 : distinct < 65536 ? 2 : 4;
    column->present = 0;
    for (uint32_t i = 0; i < rows; i++)
        column->present += codes[i] != 0;
    part_write_begin_section(w);
    for (uint32_t at = 0; at < rows; at += BATCH)
        put_narrow(w, codes + at, rows - at < BATCH ? rows - at : BATCH, column->width);
    part_write_end_section(w, &column->section);
}

void column_write_pairs(struct part_write *w, const uint32_t *at, const uint32_t *codes,
                        uint32_t present, struct part_column *column)
{
    column->encoding = PART_SPARSE;
    column->width = 4;
    column->present = present;
    part_write_begin_section(w);
    part_write_put(w, at, (size_t)present * 4);
    part_write_put(w, codes, (size_t)present * 4);
    part_write_end_section(w, &column->section);
}

void column_write_words(struct part_write *w, const uint64_t *words, uint32_t rows,
                        struct part_column *column)
{
    column->encoding = PART_WIDE;
    column->width = 8;
    column->present = 0;
    for (uint32_t i = 0; i < rows; i++)
        column->present += words[i] != PART_BOXED;
    part_write_section(w, words, (size_t)rows * 8, &column->section);
}

void column_write_dictionary(struct part_write *w, const struct str *entries,
                             const uint32_t *entry_rows, uint32_t distinct,
                             struct part_property *property)
{
    uint32_t off = 0;
    part_write_begin_section(w);
    part_write_put(w, &off, 4);
    for (uint32_t i = 0; i < distinct; i++) {
        check(entries[i].len < UINT32_MAX - off);
        off += (uint32_t)entries[i].len;
        part_write_put(w, &off, 4);
    }
    part_write_put(w, entry_rows, (size_t)distinct * 4);
    for (uint32_t i = 0; i < distinct; i++)
        part_write_put(w, entries[i].ptr, entries[i].len);
    part_write_end_section(w, &property->dictionary);
    property->distinct = distinct;
}

uint64_t column_write_number_word(struct str encoded)
{
    struct bytes_reader r = bytes_reader_over(encoded);
    check(bytes_get_u8(&r) == VALUE_NUMBER);
    uint64_t word = bytes_get_u64(&r);
    check(!r.failed && word < PART_BOXED);
    return word;
}
