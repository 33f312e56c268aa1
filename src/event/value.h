/* The value of a property. A tree of at most LIMIT_DEPTH levels; strings and children are borrowed
 * from the arena of the request, batch or query that made it. After the seal step a personal value
 * is VALUE_REF and its text is gone. */
#ifndef EVENT_VALUE_H
#define EVENT_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/str.h"
#include "event/ref.h"

enum value_type {
    VALUE_NULL = 0,
    VALUE_FALSE = 1,
    VALUE_TRUE = 2,
    VALUE_NUMBER = 3,
    VALUE_STRING = 4,
    VALUE_REF = 5,    /* sealed: shown as "(sealed)" */
    VALUE_LIST = 6,
    VALUE_OBJECT = 7,
};

struct value;

struct value_member {
    struct str name;
    struct value *value;
};

struct value {
    enum value_type type;
    /* Inside ingest alone, from its scrub step on. */
    bool is_plain;    /* judged with its name: nothing to scrub, to drop or to seal */
    bool is_judged;   /* its class and kind are known: enum schema_class, enum ref_kind */
    uint8_t class;
    uint8_t kind;
    union {
        double number;
        struct str string;
        struct {
            struct ref ref;
            enum ref_kind kind;
        } sealed;
        struct {
            struct value *items;
            uint32_t count;
        } list;
        struct {
            struct value_member *members;
            uint32_t count;
        } object;
    } as;
};

/* Equal in type and content; numbers by ==, lists in order, objects in order. */
bool value_equal(const struct value *a, const struct value *b);
/* A deep copy into the arena; false when the arena is at its limit. */
bool value_copy(struct arena *arena, const struct value *from, struct value *to) MUST_USE;
/* Compact JSON text; a ref is written as "(sealed)". Numbers in their shortest round-trip form. */
void value_format_json(const struct value *v, struct bytes *out);
/* Binary form, canonical: equal values have equal bytes. Used by wal, store and dictionaries.
 *   u8 type, then  number: f64 · string: varint len, bytes · ref: u8 kind, 16 bytes
 *   list: varint n, values · object: varint n, (varint len, name, value)*                       */
void value_encode(const struct value *v, struct bytes *out);
/* Borrows strings from the reader's input; false (and r->failed) on malformed bytes, depth over
 * LIMIT_DEPTH + 1 or counts over the limits. */
bool value_decode(struct bytes_reader *r, struct arena *arena, struct value *out) MUST_USE;

#endif
