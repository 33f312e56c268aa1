#include "json/write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void json_write_init(struct json_write *w, struct bytes *out)
{
    *w = (struct json_write){ .out = out };
}

/* What stands before a value: nothing after a key, a comma after another item. */
static void before_value(struct json_write *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    check(w->depth == 0 || !w->is_object[w->depth - 1]);
    if (w->depth > 0) {
        if (w->has_items[w->depth - 1])
            bytes_put_u8(w->out, ',');
        w->has_items[w->depth - 1] = true;
    }
}

static void begin(struct json_write *w, bool is_object)
{
    before_value(w);
    check(w->depth < JSON_WRITE_DEPTH);
    w->is_object[w->depth] = is_object;
    w->has_items[w->depth++] = false;
    bytes_put_u8(w->out, is_object ? '{' : '[');
}

static void end(struct json_write *w, bool is_object)
{
    check(w->depth > 0 && w->is_object[w->depth - 1] == is_object && !w->after_key);
    w->depth--;
    bytes_put_u8(w->out, is_object ? '}' : ']');
}

void json_write_begin_object(struct json_write *w) { begin(w, true); }
void json_write_end_object(struct json_write *w) { end(w, true); }
void json_write_begin_array(struct json_write *w) { begin(w, false); }
void json_write_end_array(struct json_write *w) { end(w, false); }

static void escaped(struct bytes *out, struct str value)
{
    bytes_put_u8(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c == '"' || c == '\\') {
            bytes_put_u8(out, '\\');
            bytes_put_u8(out, c);
        } else if (c == '\n') {
            bytes_append_str(out, STR("\\n"));
        } else if (c < 0x20 || c == 0x7f) {
            bytes_printf(out, "\\u%04x", c);
        } else if (c == 0xe2 && i + 2 < value.len && (unsigned char)value.ptr[i + 1] == 0x80 &&
                   ((unsigned char)value.ptr[i + 2] & 0xfe) == 0xa8) {
            /* U+2028 and U+2029 end lines in JavaScript. */
            bytes_printf(out, "\\u%04x", 0x2000 | ((unsigned char)value.ptr[i + 2] & 0x3fu));
            i += 2;
        } else {
            bytes_put_u8(out, c);
        }
    }
    bytes_put_u8(out, '"');
}

/* The value with every byte that is not part of a UTF-8 character replaced. */
static void repaired(struct bytes *out, struct str value)
{
    struct bytes clean = { 0 };
    for (size_t i = 0; i < value.len;) {
        size_t n = 4 < value.len - i ? 4 : value.len - i;
        while (n > 1 && !str_is_utf8(str_slice(value, i, i + n)))
            n--;
        if (str_is_utf8(str_slice(value, i, i + n)))
            bytes_append(&clean, value.ptr + i, n);
        else
            bytes_append_str(&clean, STR("\xef\xbf\xbd"));
        i += n;
    }
    escaped(out, bytes_str(&clean));
    bytes_release(&clean);
}

static void put_string(struct bytes *out, struct str value)
{
    if (str_is_utf8(value))
        escaped(out, value);
    else
        repaired(out, value);
}

void json_write_key_str(struct json_write *w, struct str key)
{
    check(w->depth > 0 && w->is_object[w->depth - 1] && !w->after_key);
    if (w->has_items[w->depth - 1])
        bytes_put_u8(w->out, ',');
    w->has_items[w->depth - 1] = true;
    put_string(w->out, key);
    bytes_put_u8(w->out, ':');
    w->after_key = true;
}

void json_write_key(struct json_write *w, const char *key)
{
    json_write_key_str(w, str_from(key));
}

void json_write_str(struct json_write *w, struct str value)
{
    before_value(w);
    put_string(w->out, value);
}

void json_write_text(struct json_write *w, const char *value)
{
    json_write_str(w, str_from(value));
}

void json_write_i64(struct json_write *w, int64_t value)
{
    before_value(w);
    bytes_printf(w->out, "%lld", (long long)value);
}

void json_write_u64(struct json_write *w, uint64_t value)
{
    before_value(w);
    bytes_printf(w->out, "%llu", (unsigned long long)value);
}

void json_write_f64(struct json_write *w, double value)
{
    char text[40];
    if (!isfinite(value)) {
        json_write_null(w);
        return;
    }
    before_value(w);
    if (value == floor(value) && fabs(value) < 1e15) {
        bytes_printf(w->out, "%.0f", value == 0 ? 0.0 : value);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    bytes_append_str(w->out, str_from(text));
}

void json_write_bool(struct json_write *w, bool value)
{
    before_value(w);
    bytes_append_str(w->out, value ? STR("true") : STR("false"));
}

void json_write_null(struct json_write *w)
{
    before_value(w);
    bytes_append_str(w->out, STR("null"));
}

void json_write_raw(struct json_write *w, struct str json)
{
    before_value(w);
    bytes_append_str(w->out, json);
}
