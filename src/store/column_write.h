/* One property's column of one event, and a property's dictionary, on their way into a part. */
#ifndef STORE_COLUMN_WRITE_H
#define STORE_COLUMN_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "store/part_write.h"

/* A property whose numbers take more distinct values than this is wide. */
enum { COLUMN_NUMBERS_MAX = 4096 };

/* True when so few rows have it that pairs are smaller than a code for each row. */
bool column_write_is_sparse(uint32_t present, uint32_t rows);
/* Each fills column->present, encoding, width and section; column->property is the caller's.
 * distinct is the count of the dictionary. */
void column_write_codes(struct part_write *w, const uint32_t *codes, uint32_t rows,
                        uint32_t distinct, struct part_column *column);
void column_write_pairs(struct part_write *w, const uint32_t *at, const uint32_t *codes,
                        uint32_t present, struct part_column *column);
void column_write_words(struct part_write *w, const uint64_t *words, uint32_t rows,
                        struct part_column *column);
/* entries ascending by bytes. Fills property->distinct and dictionary. */
void column_write_dictionary(struct part_write *w, const struct str *entries,
                             const uint32_t *entry_rows, uint32_t distinct,
                             struct part_property *property);
/* The word of an encoded number. */
uint64_t column_write_number_word(struct str encoded);

#endif
