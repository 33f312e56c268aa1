/* struct bytes: an owned, growing buffer. Zero-initialised is empty and legal everywhere.
 * Growth beyond `BYTES_MAX` or a failed allocation is a bug check: whoever appends what an
 * outsider sized bounds it first (event/limits.h). Integers are little endian. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/str.h"

#define BYTES_MAX ((size_t)1 << 40)

struct bytes {
    uint8_t *ptr;
    size_t len;
    size_t cap;
};

void bytes_release(struct bytes *b);                   /* frees; leaves it empty and usable */
void bytes_reset(struct bytes *b);                     /* len = 0, memory kept */
void bytes_reserve(struct bytes *b, size_t more);      /* room for `more` further bytes */
/* len += more; returns the new part. */
static inline uint8_t *bytes_grow(struct bytes *b, size_t more)
{
    if (b->cap - b->len < more)
        bytes_reserve(b, more);
    uint8_t *at = b->ptr + b->len;
    b->len += more;
    return at;
}

static inline void bytes_append(struct bytes *b, const void *ptr, size_t len)
{
    if (len)
        memcpy(bytes_grow(b, len), ptr, len);
}

static inline void bytes_append_str(struct bytes *b, struct str s)
{
    bytes_append(b, s.ptr, s.len);
}

void bytes_printf(struct bytes *b, const char *format, ...) PRINTF_LIKE(2, 3);
void bytes_put_u8(struct bytes *b, uint8_t v);
void bytes_put_u16(struct bytes *b, uint16_t v);
void bytes_put_u32(struct bytes *b, uint32_t v);
void bytes_put_u64(struct bytes *b, uint64_t v);
void bytes_put_f64(struct bytes *b, double v);
void bytes_put_varint(struct bytes *b, uint64_t v);    /* LEB128, at most 10 bytes */
void bytes_put_str(struct bytes *b, struct str s);     /* varint length, then the bytes */
void bytes_put_part(struct bytes *b, struct str s);    /* u32 length, then the bytes */
void bytes_pad(struct bytes *b, size_t alignment);     /* zeros up to a multiple */
struct str bytes_str(const struct bytes *b);           /* borrows; valid until the next change */
/* Wipes the whole capacity with explicit_bzero, then frees: for secrets. */
void bytes_wipe(struct bytes *b);

/* A reader over borrowed bytes. Any read past the end sets `failed` and yields zero or an empty
 * str, so a parser reads its schema straight through and asks once at the end. */
struct bytes_reader {
    const uint8_t *ptr;
    size_t len;
    size_t at;
    bool failed;
};

struct bytes_reader bytes_reader_over(struct str s);
uint8_t bytes_get_u8(struct bytes_reader *r);
uint16_t bytes_get_u16(struct bytes_reader *r);
uint32_t bytes_get_u32(struct bytes_reader *r);
uint64_t bytes_get_u64(struct bytes_reader *r);
double bytes_get_f64(struct bytes_reader *r);
uint64_t bytes_get_varint(struct bytes_reader *r);
struct str bytes_get_str(struct bytes_reader *r);      /* varint length; borrows from the input */
struct str bytes_get_raw(struct bytes_reader *r, size_t len);
struct str bytes_get_part(struct bytes_reader *r, size_t max);  /* u32 length; fails over max */
/* A u32 count of elements that take at least `each` bytes: fails over max, and where the rest has
 * no room for so many. 0 then. */
uint32_t bytes_get_count(struct bytes_reader *r, uint32_t max, size_t each);
/* Copies; nothing on failure. */
void bytes_get_fixed(struct bytes_reader *r, void *out, size_t len);
size_t bytes_left(const struct bytes_reader *r);       /* 0 once failed */
/* True when nothing failed and nothing is left. */
bool bytes_reader_is_done(const struct bytes_reader *r);

#endif
