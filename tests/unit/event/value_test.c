/* event/value: one canonical form, one JSON form, and decoding that no byte string breaks. */
#include "event/value.h"

#include <string.h>

#include "base/rand.h"
#include "support/test.h"

static struct value text(const char *s)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(s) };
}

static struct value number(double n)
{
    return (struct value){ .type = VALUE_NUMBER, .as.number = n };
}

/* {"a":[1,"x",null],"b":(sealed),"c":true} */
static struct value sample(struct arena *arena)
{
    struct value *items = arena_alloc(arena, 3 * sizeof(*items));
    items[0] = number(1);
    items[1] = text("x");
    struct value *values = arena_alloc(arena, 3 * sizeof(*values));
    values[0] = (struct value){ .type = VALUE_LIST, .as.list = { items, 3 } };
    values[1] = (struct value){ .type = VALUE_REF, .as.sealed = { { { 9 } }, REF_KIND_EMAIL } };
    values[2] = (struct value){ .type = VALUE_TRUE };
    struct value_member *members = arena_alloc(arena, 3 * sizeof(*members));
    members[0] = (struct value_member){ STR("a"), &values[0] };
    members[1] = (struct value_member){ STR("b"), &values[1] };
    members[2] = (struct value_member){ STR("c"), &values[2] };
    return (struct value){ .type = VALUE_OBJECT, .as.object = { members, 3 } };
}

static void test_value__binary_form_round_trips(void **state)
{
    (void)state;
    struct arena arena;
    struct bytes form = { 0 };
    struct value back, copy;
    arena_init(&arena, 0);
    struct value v = sample(&arena);
    value_encode(&v, &form);
    struct bytes_reader r = bytes_reader_over(bytes_str(&form));
    assert_true(value_decode(&r, &arena, &back));
    assert_true(bytes_reader_is_done(&r));
    assert_true(value_equal(&v, &back));
    assert_true(value_copy(&arena, &v, &copy));
    assert_true(value_equal(&copy, &back));
    back.as.object.members[0].value->as.list.items[0] = number(2);
    assert_false(value_equal(&v, &back));
    bytes_release(&form);
    arena_release(&arena);
}

static void test_value__json_form_is_compact_and_never_shows_a_ref(void **state)
{
    (void)state;
    struct arena arena;
    struct bytes json = { 0 };
    arena_init(&arena, 0);
    struct value v = sample(&arena);
    value_format_json(&v, &json);
    assert_str(bytes_str(&json), "{\"a\":[1,\"x\",null],\"b\":\"(sealed)\",\"c\":true}");
    bytes_release(&json);
    arena_release(&arena);
}

static void assert_json(struct value v, const char *expected)
{
    struct bytes json = { 0 };
    value_format_json(&v, &json);
    assert_true(str_equal(bytes_str(&json), str_from(expected)));
    bytes_release(&json);
}

static void test_value__numbers_are_shortest_and_text_is_escaped(void **state)
{
    (void)state;
    assert_json(number(0.1), "0.1");
    assert_json(number(-0.0), "0");
    assert_json(number(1e300), "1e+300");
    assert_json(number(123456789012), "123456789012");
    assert_json(number(0.1 + 0.2), "0.30000000000000004");
    assert_json(text("a\"\\\n"), "\"a\\\"\\\\\\u000a\"");
}

static void test_value__malformed_bytes_never_decode_past_their_end(void **state)
{
    (void)state;
    struct rand rand;
    struct arena arena;
    uint8_t junk[64];
    arena_init(&arena, 1 << 20);
    rand_init(&rand, 4);
    for (int round = 0; round < 20000; round++) {
        size_t len = (size_t)rand_below(&rand, sizeof(junk));
        for (size_t i = 0; i < len; i++)
            junk[i] = (uint8_t)rand_below(&rand, i % 3 ? 9 : 256);
        struct bytes_reader r = bytes_reader_over(str_of(junk, len));
        struct value v;
        bool decoded = value_decode(&r, &arena, &v);
        assert_true(decoded == !r.failed);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static void test_value__depth_and_nan_are_refused(void **state)
{
    (void)state;
    struct arena arena;
    struct bytes form = { 0 };
    struct value v;
    arena_init(&arena, 0);
    for (int i = 0; i < 8; i++)
        bytes_append(&form, "\x06\x01", 2);
    bytes_put_u8(&form, VALUE_NULL);
    struct bytes_reader r = bytes_reader_over(bytes_str(&form));
    assert_false(value_decode(&r, &arena, &v));
    bytes_reset(&form);
    bytes_put_u8(&form, VALUE_NUMBER);
    bytes_put_u64(&form, 0x7ff8000000000000u);
    r = bytes_reader_over(bytes_str(&form));
    assert_false(value_decode(&r, &arena, &v));
    bytes_release(&form);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value__binary_form_round_trips),
        cmocka_unit_test(test_value__json_form_is_compact_and_never_shows_a_ref),
        cmocka_unit_test(test_value__numbers_are_shortest_and_text_is_escaped),
        cmocka_unit_test(test_value__malformed_bytes_never_decode_past_their_end),
        cmocka_unit_test(test_value__depth_and_nan_are_refused),
    };
    return RUN(tests);
}
