/* Writes JSON into struct bytes: commas, escapes and nesting are taken care of. Misuse (a value
 * without its key, an end that fits no begin) is a bug check. */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/str.h"

enum { JSON_WRITE_DEPTH = 32 };

struct json_write {
    struct bytes *out;
    uint32_t depth;
    bool has_items[JSON_WRITE_DEPTH];
    bool is_object[JSON_WRITE_DEPTH];
    bool after_key;
};

void json_write_init(struct json_write *w, struct bytes *out);
void json_write_begin_object(struct json_write *w);
void json_write_end_object(struct json_write *w);
void json_write_begin_array(struct json_write *w);
void json_write_end_array(struct json_write *w);
void json_write_key(struct json_write *w, const char *key);
void json_write_key_str(struct json_write *w, struct str key);
/* Bytes that are not UTF-8 are written as U+FFFD. */
void json_write_str(struct json_write *w, struct str value);
void json_write_text(struct json_write *w, const char *value);
void json_write_i64(struct json_write *w, int64_t value);
void json_write_u64(struct json_write *w, uint64_t value);
void json_write_f64(struct json_write *w, double value);  /* shortest; null when not finite */
void json_write_bool(struct json_write *w, bool value);
void json_write_null(struct json_write *w);
void json_write_raw(struct json_write *w, struct str json);  /* a value that is JSON already */

#endif
