/* ingest/protocol/gunzip: what is packed comes back whole, within its bound; a bomb does not. */
#include "ingest/protocol/gunzip.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/rand.h"
#include "support/test.h"

enum { MAX = 10 * 1024 * 1024 };

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 64 * 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct str pack(struct str plain, int window)
{
    size_t room = plain.len + plain.len / 100 + 256;
    uint8_t *packed = malloc(room);
    assert_non_null(packed);
    z_stream z = { .next_in = (Bytef *)(uintptr_t)plain.ptr, .avail_in = (unsigned)plain.len,
                   .next_out = packed, .avail_out = (unsigned)room };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    (void)deflateEnd(&z);
    struct str copy = arena_copy(&arena, str_of(packed, z.total_out));
    free(packed);
    return copy;
}

/* Text that packs like events do. */
static struct str sample(size_t len)
{
    struct rand rand;
    char *text = arena_alloc(&arena, len);
    rand_init(&rand, 1);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + rand_below(&rand, 4));
    return str_of(text, len);
}

static void test_gunzip__gzip_and_zlib_come_back(void **state)
{
    (void)state;
    struct str plain = sample(300000), out;
    assert_int_equal(gunzip_body(pack(plain, 15 + 16), MAX, &arena, &out), 0);
    assert_true(str_equal(out, plain));
    assert_int_equal(gunzip_body(pack(plain, 15), MAX, &arena, &out), 0);
    assert_true(str_equal(out, plain));
    assert_int_equal(gunzip_body(pack(STR(""), 15 + 16), MAX, &arena, &out), 0);
    assert_int_equal(out.len, 0);
}

static void test_gunzip__members_are_joined(void **state)
{
    (void)state;
    struct bytes both = { 0 };
    struct str out;
    bytes_append_str(&both, pack(STR("one "), 15 + 16));
    bytes_append_str(&both, pack(STR("two"), 15 + 16));
    assert_int_equal(gunzip_body(bytes_str(&both), MAX, &arena, &out), 0);
    assert_str(out, "one two");
    bytes_release(&both);
}

static void test_gunzip__the_bound_is_exact(void **state)
{
    (void)state;
    struct str plain = sample(5000), out;
    assert_int_equal(gunzip_body(pack(plain, 15 + 16), 5000, &arena, &out), 0);
    assert_int_equal(out.len, 5000);
    assert_int_equal(gunzip_body(pack(plain, 15 + 16), 4999, &arena, &out), ERR_TOO_LARGE);
}

static void test_gunzip__a_bomb_ends_after_its_first_megabyte(void **state)
{
    (void)state;
    struct str zeros = str_of(arena_alloc(&arena, 8 * 1024 * 1024), 8 * 1024 * 1024), out;
    struct str bomb = pack(zeros, 15 + 16);
    size_t before = arena.used;
    assert_int_equal(gunzip_body(bomb, MAX, &arena, &out), ERR_TOO_LARGE);
    assert_true(arena.used - before < 6 * 1024 * 1024);
}

static void test_gunzip__every_cut_and_every_flipped_byte_is_survived(void **state)
{
    (void)state;
    struct str plain = sample(400), out;
    struct str packed = pack(plain, 15 + 16);
    for (size_t len = 0; len < packed.len; len++)
        assert_int_equal(gunzip_body(str_slice(packed, 0, len), MAX, &arena, &out), ERR_INVALID);
    for (size_t i = 0; i < packed.len; i++) {
        struct str copy = arena_copy(&arena, packed);
        ((char *)(uintptr_t)copy.ptr)[i] ^= 0x5a;
        int r = gunzip_body(copy, MAX, &arena, &out);
        assert_true(r == ERR_INVALID || (r == 0 && str_equal(out, plain)));
        arena_reset(&arena);
        plain = sample(400);
        packed = pack(plain, 15 + 16);
    }
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(test_gunzip__gzip_and_zlib_come_back),
        IN_ARENA(test_gunzip__members_are_joined),
        IN_ARENA(test_gunzip__the_bound_is_exact),
        IN_ARENA(test_gunzip__a_bomb_ends_after_its_first_megabyte),
        IN_ARENA(test_gunzip__every_cut_and_every_flipped_byte_is_survived),
    };
    return RUN(tests);
}
