#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_release(struct bytes *b)
{
    free(b->ptr);
    *b = (struct bytes){ 0 };
}

void bytes_wipe(struct bytes *b)
{
    if (b->ptr)
        explicit_bzero(b->ptr, b->cap);
    bytes_release(b);
}

void bytes_reset(struct bytes *b)
{
    b->len = 0;
}

void bytes_reserve(struct bytes *b, size_t more)
{
    check(more < BYTES_MAX && b->len < BYTES_MAX);
    size_t need = b->len + more;
    if (need <= b->cap)
        return;
    size_t cap = b->cap ? b->cap : 64;
    while (cap < need)
        cap += cap / 2 + 16;
    /* Not realloc: it would leave the old copy behind in freed memory, and whoever holds a personal
     * value here wipes only the last one. */
    uint8_t *ptr = malloc(cap);
    check(ptr != NULL);
    if (b->len)
        memcpy(ptr, b->ptr, b->len);
    if (b->ptr)
        explicit_bzero(b->ptr, b->cap);
    free(b->ptr);
    b->ptr = ptr;
    b->cap = cap;
}

void bytes_printf(struct bytes *b, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int len = vsnprintf(NULL, 0, format, list);
    va_end(list);
    check(len >= 0);
    bytes_reserve(b, (size_t)len + 1);
    va_start(list, format);
    (void)vsnprintf((char *)b->ptr + b->len, (size_t)len + 1, format, list);
    va_end(list);
    b->len += (size_t)len;
}

static void put_le(struct bytes *b, uint64_t v, size_t width)
{
    uint8_t *at = bytes_grow(b, width);
    for (size_t i = 0; i < width; i++)
        at[i] = (uint8_t)(v >> (8 * i));
}

void bytes_put_u8(struct bytes *b, uint8_t v) { *bytes_grow(b, 1) = v; }
void bytes_put_u16(struct bytes *b, uint16_t v) { put_le(b, v, 2); }
void bytes_put_u32(struct bytes *b, uint32_t v) { put_le(b, v, 4); }
void bytes_put_u64(struct bytes *b, uint64_t v) { put_le(b, v, 8); }

void bytes_put_f64(struct bytes *b, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, 8);
    put_le(b, bits, 8);
}

void bytes_put_varint(struct bytes *b, uint64_t v)
{
    while (v >= 0x80) {
        bytes_put_u8(b, (uint8_t)(v | 0x80));
        v >>= 7;
    }
    bytes_put_u8(b, (uint8_t)v);
}

void bytes_put_str(struct bytes *b, struct str s)
{
    bytes_put_varint(b, s.len);
    bytes_append_str(b, s);
}

void bytes_put_part(struct bytes *b, struct str s)
{
    check(s.len <= UINT32_MAX);
    bytes_put_u32(b, (uint32_t)s.len);
    bytes_append_str(b, s);
}

void bytes_pad(struct bytes *b, size_t alignment)
{
    size_t more = (alignment - b->len % alignment) % alignment;
    if (more)
        memset(bytes_grow(b, more), 0, more);
}

struct str bytes_str(const struct bytes *b)
{
    return str_of(b->ptr ? (const char *)b->ptr : "", b->len);
}

struct bytes_reader bytes_reader_over(struct str s)
{
    return (struct bytes_reader){ .ptr = (const uint8_t *)s.ptr, .len = s.len };
}

static uint64_t get_le(struct bytes_reader *r, size_t width)
{
    if (r->failed || r->len - r->at < width) {
        r->failed = true;
        return 0;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < width; i++)
        v |= (uint64_t)r->ptr[r->at + i] << (8 * i);
    r->at += width;
    return v;
}

uint8_t bytes_get_u8(struct bytes_reader *r) { return (uint8_t)get_le(r, 1); }
uint16_t bytes_get_u16(struct bytes_reader *r) { return (uint16_t)get_le(r, 2); }
uint32_t bytes_get_u32(struct bytes_reader *r) { return (uint32_t)get_le(r, 4); }
uint64_t bytes_get_u64(struct bytes_reader *r) { return get_le(r, 8); }

double bytes_get_f64(struct bytes_reader *r)
{
    uint64_t bits = get_le(r, 8);
    double v;
    memcpy(&v, &bits, 8);
    return v;
}

uint64_t bytes_get_varint(struct bytes_reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = bytes_get_u8(r);
        if (shift == 63 && byte > 1)
            break;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return r->failed ? 0 : v;
    }
    r->failed = true;
    return 0;
}

struct str bytes_get_raw(struct bytes_reader *r, size_t len)
{
    if (r->failed || r->len - r->at < len) {
        r->failed = true;
        return STR("");
    }
    struct str s = str_of(r->ptr + r->at, len);
    r->at += len;
    return s;
}

struct str bytes_get_str(struct bytes_reader *r)
{
    uint64_t len = bytes_get_varint(r);
    return len > SIZE_MAX ? (r->failed = true, STR("")) : bytes_get_raw(r, (size_t)len);
}

struct str bytes_get_part(struct bytes_reader *r, size_t max)
{
    uint32_t len = bytes_get_u32(r);
    if (len > max)
        r->failed = true;
    return bytes_get_raw(r, len);
}

uint32_t bytes_get_count(struct bytes_reader *r, uint32_t max, size_t each)
{
    uint32_t count = bytes_get_u32(r);
    if (count <= max && bytes_left(r) / each >= count)
        return count;
    r->failed = true;
    return 0;
}

void bytes_get_fixed(struct bytes_reader *r, void *out, size_t len)
{
    struct str raw = bytes_get_raw(r, len);
    if (!r->failed && len)
        memcpy(out, raw.ptr, len);
}

size_t bytes_left(const struct bytes_reader *r)
{
    return r->failed ? 0 : r->len - r->at;
}

bool bytes_reader_is_done(const struct bytes_reader *r)
{
    return !r->failed && r->at == r->len;
}
