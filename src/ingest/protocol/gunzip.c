#include "ingest/protocol/gunzip.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/err.h"

/* Records of events pack 10 to 100 times. Deflate's own limit is 1032, which only bombs and
 * copies of one record come near: those may be a megabyte. */
enum { RATIO_MAX = 400, RATIO_FREE_BYTES = 1024 * 1024, WINDOW_ANY_FORMAT = 15 + 32 };

struct output {
    struct arena *arena;
    uint8_t *ptr;
    size_t len;
    size_t cap;
    size_t max;
};

static void *take(void *arena, unsigned items, unsigned size)
{
    return arena_try(arena, (size_t)items * size);
}

static void give_back(void *arena, void *ptr)
{
    (void)arena;
    (void)ptr;
}

bool gunzip_is_gzip(struct str body)
{
    return str_starts(body, STR("\x1f\x8b"));
}

/* Room for more, up to one byte over the maximum: that byte tells too much from just enough. */
static int grow(struct output *out)
{
    size_t cap = out->cap * 2 > out->max + 1 ? out->max + 1 : out->cap * 2;
    uint8_t *ptr = arena_try(out->arena, cap);
    if (!ptr)
        return ERR_NOMEM;
    if (out->len)
        memcpy(ptr, out->ptr, out->len);
    out->ptr = ptr;
    out->cap = cap;
    return 0;
}

static bool is_bomb(const struct output *out, size_t eaten)
{
    return out->len > RATIO_FREE_BYTES && out->len / RATIO_MAX > eaten;
}

/* One member. 0 with *packed moved on, or ERR_*. */
static int inflate_member(z_stream *z, struct output *out, size_t packed_len)
{
    for (;;) {
        if (out->len == out->cap) {
            int r = out->cap > out->max ? ERR_TOO_LARGE : grow(out);
            if (r)
                return r;
        }
        z->next_out = out->ptr + out->len;
        z->avail_out = (unsigned)(out->cap - out->len);
        int status = inflate(z, Z_NO_FLUSH);
        out->len = out->cap - z->avail_out;
        if (out->len > out->max || is_bomb(out, packed_len - z->avail_in))
            return ERR_TOO_LARGE;
        if (status == Z_STREAM_END)
            return 0;
        if (status == Z_MEM_ERROR)
            return ERR_NOMEM;
        /* Nothing left to eat and room to write: it was cut. */
        if (status != Z_OK && !(status == Z_BUF_ERROR && z->avail_out == 0))
            return ERR_INVALID;
        if (z->avail_in == 0 && z->avail_out != 0)
            return ERR_INVALID;
    }
}

int gunzip_body(struct str packed, size_t max_bytes, struct arena *arena, struct str *out)
{
    z_stream z = { .zalloc = take, .zfree = give_back, .opaque = arena };
    struct output to = { .arena = arena, .max = max_bytes };
    if (packed.len > UINT32_MAX || max_bytes > UINT32_MAX / 4)
        return ERR_TOO_LARGE;
    to.cap = packed.len * 2 + 1024;
    int r = grow(&to);
    if (!r && inflateInit2(&z, WINDOW_ANY_FORMAT) != Z_OK)
        r = ERR_NOMEM;
    if (r)
        return r;
    z.next_in = (const Bytef *)packed.ptr;
    z.avail_in = (unsigned)packed.len;
    do {
        r = inflate_member(&z, &to, packed.len);
    } while (!r && z.avail_in > 0 && inflateReset(&z) == Z_OK);
    (void)inflateEnd(&z);
    *out = str_of(to.ptr, to.len);
    return r;
}
