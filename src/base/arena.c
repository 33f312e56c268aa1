#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_MIN_BYTES = 16 * 1024, ALIGNMENT = 16 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size_bytes;
    _Alignas(ALIGNMENT) uint8_t data[];
};

void arena_init(struct arena *a, size_t limit)
{
    *a = (struct arena){ .limit = limit };
}

void arena_release(struct arena *a)
{
    for (struct arena_chunk *chunk = a->first, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    arena_init(a, a->limit);
}

void arena_wipe(struct arena *a)
{
    for (struct arena_chunk *chunk = a->first; chunk; chunk = chunk->next) {
        bool is_filling = chunk == a->first && !a->is_reused;
        explicit_bzero(chunk->data, is_filling ? (size_t)(a->at - chunk->data)
                                               : chunk->size_bytes);
    }
    arena_release(a);
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *keep = a->first;
    for (struct arena_chunk *chunk = a->first; chunk; chunk = chunk->next)
        if (chunk->size_bytes > keep->size_bytes)
            keep = chunk;
    for (struct arena_chunk *chunk = a->first, *next; chunk; chunk = next) {
        next = chunk->next;
        if (chunk != keep)
            free(chunk);
    }
    size_t limit = a->limit;
    arena_init(a, limit);
    if (keep) {
        keep->next = NULL;
        *a = (struct arena){ .first = keep, .at = keep->data, .left = keep->size_bytes,
                             .used = keep->size_bytes, .limit = limit, .is_reused = true };
    }
}

static bool add_chunk(struct arena *a, size_t len)
{
    size_t size = a->used > CHUNK_MIN_BYTES ? a->used / 2 : CHUNK_MIN_BYTES;
    if (a->limit && size > a->limit - (a->used < a->limit ? a->used : a->limit))
        size = len;
    if (size < len)
        size = len;
    if (a->limit && (len > a->limit || a->used > a->limit - len))
        return false;
    struct arena_chunk *chunk = malloc(sizeof(*chunk) + size);
    if (!chunk)
        return false;
    chunk->next = a->first;
    chunk->size_bytes = size;
    a->first = chunk;
    a->at = chunk->data;
    a->left = size;
    a->used += size;
    return true;
}

void *arena_try(struct arena *a, size_t len)
{
    if (len > SIZE_MAX / 2)
        return NULL;
    len += len == 0; /* nothing of nothing is no failure */
    len = (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    /* Nothing of nothing has an address, too: NULL means that there is no memory. */
    if ((len > a->left || !a->first) && !add_chunk(a, len))
        return NULL;
    void *ptr = a->at;
    a->at += len;
    a->left -= len;
    return ptr;
}

void *arena_alloc(struct arena *a, size_t len)
{
    void *ptr = arena_try(a, len);
    check(ptr != NULL);
    return memset(ptr, 0, len);
}

struct str arena_copy(struct arena *a, struct str s)
{
    char *ptr = arena_try(a, s.len + 1);
    if (!ptr)
        return (struct str){ 0 };
    if (s.len)
        memcpy(ptr, s.ptr, s.len);
    ptr[s.len] = 0;
    return str_of(ptr, s.len);
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int len = vsnprintf(NULL, 0, format, list);
    va_end(list);
    check(len >= 0);
    char *ptr = arena_try(a, (size_t)len + 1);
    if (!ptr)
        return (struct str){ 0 };
    va_start(list, format);
    (void)vsnprintf(ptr, (size_t)len + 1, format, list);
    va_end(list);
    return str_of(ptr, (size_t)len);
}
