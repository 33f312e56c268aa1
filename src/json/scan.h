/* The ingest scanner: JSON from strangers, in one pass, into values in an arena.
 *
 * A scan is a position in a text. The caller walks the outer levels itself (enter, next, member)
 * and takes whole values below, so an event's envelope costs no tree. The grammar is RFC 8259's,
 * strictly; depth is bounded by LIMIT_JSON_DEPTH, memory by the arena. The first error stays, and
 * every later call fails.
 *
 * Texts are valid UTF-8 when they leave here. Two habits of real SDKs are mended silently: UTF-16
 * surrogates encoded one by one (mixpanel-js writes every emoji so before base64) are joined, and
 * a lone surrogate, from a string cut in the middle of a character, becomes U+FFFD. Any other bad
 * byte becomes U+FFFD too, and is counted in `broken`: the caller refuses what it belongs to. */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "event/value.h"

enum json_scan_error {
    JSON_SCAN_OK,
    JSON_SCAN_SYNTAX,
    JSON_SCAN_DEPTH,
    JSON_SCAN_MEMORY, /* the arena is at its limit */
};

enum json_scan_kind {
    JSON_SCAN_NOTHING, /* the end of the text, or no beginning of a value */
    JSON_SCAN_OBJECT,
    JSON_SCAN_LIST,
    JSON_SCAN_STRING,
    JSON_SCAN_NUMBER,
    JSON_SCAN_WORD,    /* true, false, null */
};

struct json_scan_item;

struct json_scan {
    enum json_scan_error error;
    uint32_t broken;   /* bytes of texts that were no UTF-8, so far */
    struct str raw;    /* the text of the value that json_scan_value read last */
    /* ---- private ---- */
    const char *at;
    const char *end;
    struct arena *arena;
    uint32_t depth;
    uint64_t fresh;    /* one bit a level: nothing was read in it yet */
    struct json_scan_item *items; /* of the lists and objects that are open */
    uint32_t item_count;
    uint32_t item_cap;
};

/* The text and the arena must outlive every value: texts without escapes are borrowed. */
void json_scan_init(struct json_scan *scan, struct str text, struct arena *arena);
/* What comes next; eats white space only. */
enum json_scan_kind json_scan_peek(struct json_scan *scan);
/* Reads the next value whole. False on an error. */
bool json_scan_value(struct json_scan *scan, struct value *out) MUST_USE;
/* Enters the list or object that comes next. */
bool json_scan_enter(struct json_scan *scan) MUST_USE;
/* In a list: true when another element comes next. False at its end, which is eaten, and on an
 * error. */
bool json_scan_next(struct json_scan *scan) MUST_USE;
/* In an object: the same, with the member's name; its value comes next. */
bool json_scan_member(struct json_scan *scan, struct str *name) MUST_USE;
/* True when nothing but white space is left and no error was met. */
bool json_scan_is_done(struct json_scan *scan);
/* Bytes before the position: to measure or to slice what was read. */
size_t json_scan_offset(const struct json_scan *scan, struct str text);

#endif
