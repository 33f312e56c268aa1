/* struct str: a borrowed range of bytes. It never owns, is never freed, need not end in NUL.
 * Whoever hands one out says how long it stays valid. struct bytes (base/bytes.h) owns. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"

struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){ .ptr = "" literal, .len = sizeof(literal) - 1 })
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, (s).ptr

/* Here and not in str.c: the length of a literal is then known when it is compiled. */
static inline struct str str_of(const void *ptr, size_t len)
{
    return (struct str){ .ptr = ptr, .len = len };
}

static inline struct str str_from(const char *c_string)    /* borrows; NULL gives the empty str */
{
    return (struct str){ .ptr = c_string ? c_string : "", .len = c_string ? strlen(c_string) : 0 };
}

static inline bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_equal_fold(struct str a, struct str b);           /* ASCII case folded */
int str_compare(struct str a, struct str b);               /* by bytes, shorter first */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Index of the first occurrence of needle, or -1. An empty needle is found at 0. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_byte(struct str s, char byte);
bool str_contains_fold(struct str s, struct str needle);   /* ASCII case folded */
struct str str_slice(struct str s, size_t from, size_t to);/* clamped to the ends */
struct str str_from_index(struct str s, size_t from);
struct str str_trim(struct str s);                         /* ASCII white space at both ends */
/* Takes the part before the first `separator` off *rest into *part. False when *rest is used up
 * (its ptr is NULL then). "a,,b" gives "a", "", "b"; "" gives "" once. */
bool str_next(struct str *rest, char separator, struct str *part);

/* Whole-string decimal parsing; false on anything else, overflow included. */
bool str_to_u64(struct str s, uint64_t *out) MUST_USE;
bool str_to_i64(struct str s, int64_t *out) MUST_USE;
/* A JSON-like number, locale independent, finite. */
bool str_to_f64(struct str s, double *out) MUST_USE;
/* Lower- or upper-case hexadecimal of exactly 2*len digits into out[len]. */
bool str_to_hex_bytes(struct str s, uint8_t *out, size_t len) MUST_USE;
/* Writes 2*len lower-case digits and a NUL into out[2*len+1]. */
void str_hex(const uint8_t *bytes, size_t len, char *out);

/* True when the bytes are well-formed UTF-8 (no surrogates, no overlong forms, <= U+10FFFF). */
bool str_is_utf8(struct str s);
/* The longest prefix of at most max_bytes that does not cut a UTF-8 character. */
struct str str_truncate_utf8(struct str s, size_t max_bytes);

#endif
