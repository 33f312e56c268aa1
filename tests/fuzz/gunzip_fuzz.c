/* Bodies as packed ones: what opens is no longer than allowed, needs all of its bytes and exactly
 * its room. And as what was packed: it comes back. */
#include <stdlib.h>

#include <zlib.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/err.h"
#include "ingest/protocol/gunzip.h"

enum { PLAIN_BYTES_MAX = 4 << 20, ARENA_BYTES = 32 << 20, GZIP_WINDOW = 15 + 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_packed(struct str packed)
{
    struct arena arena;
    struct str plain, again;
    arena_init(&arena, ARENA_BYTES);
    int r = gunzip_body(packed, PLAIN_BYTES_MAX, &arena, &plain);
    check(r == 0 || r == ERR_INVALID || r == ERR_TOO_LARGE || r == ERR_NOMEM);
    if (r == 0) {
        check(plain.len <= PLAIN_BYTES_MAX);
        check(gunzip_body(str_slice(packed, 0, packed.len - 1), PLAIN_BYTES_MAX, &arena,
                          &again) != 0);
        arena_reset(&arena);
        check(gunzip_body(packed, plain.len, &arena, &again) == 0);
        check(again.len == plain.len);
        arena_reset(&arena);
        if (again.len > 0)
            check(gunzip_body(packed, again.len - 1, &arena, &plain) == ERR_TOO_LARGE);
    }
    arena_release(&arena);
}

static void check_comes_back(struct str plain)
{
    struct bytes packed = { 0 };
    struct arena arena;
    struct str out;
    z_stream z = { .next_in = (Bytef *)(uintptr_t)plain.ptr, .avail_in = (unsigned)plain.len };
    check(deflateInit2(&z, 1, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    z.avail_out = (unsigned)deflateBound(&z, plain.len);
    z.next_out = bytes_grow(&packed, z.avail_out);
    check(deflate(&z, Z_FINISH) == Z_STREAM_END);
    packed.len = z.total_out;
    (void)deflateEnd(&z);
    arena_init(&arena, ARENA_BYTES);
    check(gunzip_is_gzip(bytes_str(&packed)));
    check(gunzip_body(bytes_str(&packed), PLAIN_BYTES_MAX, &arena, &out) == 0);
    check(str_equal(out, plain));
    bytes_release(&packed);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_packed(str_of(data, size));
    if (size <= 64 * 1024)
        check_comes_back(str_of(data, size));
    return 0;
}
