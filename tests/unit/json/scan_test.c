/* json/scan: strict about the grammar, forgiving about what real SDKs do to texts, and in agreement
 * with a foreign parser on whatever both read. */
#include "json/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "event/limits.h"
#include "support/json_same.h"
#include "support/test.h"

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

/* The text as it comes back through the scanner, or the error's number as "!1". */
static struct str through(struct str text)
{
    struct json_scan scan;
    struct value value;
    struct bytes out = { 0 };
    json_scan_init(&scan, text, &arena);
    if (json_scan_value(&scan, &value) && json_scan_is_done(&scan))
        value_format_json(&value, &out);
    else
        bytes_printf(&out, "!%d", (int)scan.error);
    struct str copy = arena_copy(&arena, bytes_str(&out));
    bytes_release(&out);
    return copy;
}

static void test_json_scan__values_come_back(void **state)
{
    (void)state;
    const char *same[] = { "{}", "[]", "null", "[true,false,null]", "\"\"", "-1.5", "0", "1e+300",
                           "{\"a\":{\"b\":[1,{\"c\":[]}]},\"d\":\"x\"}", "[\"a\",[\"b\"],3]",
                           "{\"a\":1,\"a\":2}" };
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
        assert_true(str_equal(through(str_from(same[i])), str_from(same[i])));
    assert_str(through(STR(" \t\r\n[ 1 , 2 ] ")), "[1,2]");
    assert_str(through(STR("{ \"a\" : 1 , \"b\" : { } }")), "{\"a\":1,\"b\":{}}");
}

static void test_json_scan__what_is_not_json_is_refused(void **state)
{
    (void)state;
    const char *bad[] = { "", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}",
                          "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "[1 2]", "[1}", "{\"a\":1]", "tru",
                          "nul", "True", "'a'", "\"a", "\"a\nb\"", "\"\t\"", "\"\\x\"", "\"\\u12\"",
                          "\"\\u12g4\"", "\"\\", "\"\\\"", "01", "-", "1.", ".5", "1e", "1e+", "+1",
                          "NaN", "Infinity", "-Infinity", "1e999", "0x10", "--1", "1.e5", "[1]x",
                          "[1] [2]", "\"a\" \"b\"", "/**/1", "}", "]", "\"\\ud83d\\u12\"" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct str back = through(str_from(bad[i]));
        if (back.ptr[0] != '!')
            print_message("accepted: %s\n", bad[i]);
        assert_int_equal(back.ptr[0], '!');
    }
    assert_str(through(str_of("[1]\0", 4)), "!0");
}

static void test_json_scan__numbers_are_the_nearest_doubles(void **state)
{
    (void)state;
    const char *numbers[] = { "0.1", "123456789012345678", "9007199254740993",
                              "1.7976931348623157e308",
                              "5e-324", "2.2250738585072014e-308", "1732443600.123", "-0.000001",
                              "0.30000000000000004", "179.99999999999997", "1e22", "1e23",
                              "123456789.123456789", "8.41",
                              "100000000000000000000000000000000000000"
                              "00000000000000000000000000000000000000000000000.5" };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        struct json_scan scan;
        struct value value;
        json_scan_init(&scan, str_from(numbers[i]), &arena);
        assert_true(json_scan_value(&scan, &value));
        assert_true(value.as.number == strtod(numbers[i], NULL));
        assert_true(str_equal(scan.raw, str_from(numbers[i])));
    }
}

static void assert_text(struct str json, struct str text, uint32_t broken)
{
    struct json_scan scan;
    struct value value;
    json_scan_init(&scan, json, &arena);
    assert_true(json_scan_value(&scan, &value));
    assert_int_equal(value.type, VALUE_STRING);
    assert_true(str_equal(value.as.string, text));
    assert_int_equal(scan.broken, broken);
}

static void test_json_scan__escapes_are_decoded(void **state)
{
    (void)state;
    assert_text(STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), STR("\"\\/\b\f\n\r\t"), 0);
    assert_text(STR("\"\\u0041\\u00e9\\u0646\\ud83d\\ude00\""),
                STR("A\xc3\xa9\xd9\x86\xf0\x9f\x98\x80"), 0);
    assert_text(STR("\"a\\u0000b\""), STR("a\0b"), 0);
    assert_text(STR("\"0123456789abcdef\\n0123456789abcdef\""),
                STR("0123456789abcdef\n0123456789abcdef"), 0);
}

/* mixpanel-js writes each UTF-16 unit by itself before base64, and cuts texts at 255 units. */
static void test_json_scan__surrogates_are_joined_or_replaced(void **state)
{
    (void)state;
    assert_text(STR("\"a\xed\xa0\xbd\xed\xb8\x80z\""), STR("a\xf0\x9f\x98\x80z"), 0);
    assert_text(STR("\"a\xed\xa0\xbd\""), STR("a\xef\xbf\xbd"), 0);
    assert_text(STR("\"\xed\xb8\x80\xed\xa0\xbd\""), STR("\xef\xbf\xbd\xef\xbf\xbd"), 0);
    assert_text(STR("\"\\ud83d\""), STR("\xef\xbf\xbd"), 0);
    assert_text(STR("\"\\ud83dx\\ude00\""), STR("\xef\xbf\xbdx\xef\xbf\xbd"), 0);
    assert_text(STR("\"\\ud83d\\ud83d\\ude00\""), STR("\xef\xbf\xbd\xf0\x9f\x98\x80"), 0);
}

static void test_json_scan__bytes_that_are_no_utf8_are_counted(void **state)
{
    (void)state;
    assert_text(STR("\"a\xff\xfe\""), STR("a\xef\xbf\xbd\xef\xbf\xbd"), 2);
    assert_text(STR("\"\xc0\xaf\""), STR("\xef\xbf\xbd\xef\xbf\xbd"), 2);
    assert_text(STR("\"0123456789abcdef\xe2\x82\""),
                STR("0123456789abcdef\xef\xbf\xbd\xef\xbf\xbd"), 2);
    assert_text(STR("\"\\n\xff\""), STR("\n\xef\xbf\xbd"), 1);
    assert_text(STR("\"\xd9\x86\xd9\x88\xd8\xb1\xd8\xa9 0123456789\""),
                STR("\xd9\x86\xd9\x88\xd8\xb1\xd8\xa9 0123456789"), 0);
}

static void test_json_scan__depth_is_bounded(void **state)
{
    (void)state;
    char text[2 * LIMIT_JSON_DEPTH + 3];
    for (int i = 0; i <= LIMIT_JSON_DEPTH; i++) {
        text[i] = '[';
        text[LIMIT_JSON_DEPTH + 1 + i] = ']';
    }
    assert_str(through(str_of(text, 2 * LIMIT_JSON_DEPTH + 2)), "!2");
    assert_int_equal(through(str_of(text + 1, 2 * LIMIT_JSON_DEPTH)).len, 2 * LIMIT_JSON_DEPTH);
}

static void test_json_scan__memory_is_bounded(void **state)
{
    (void)state;
    struct arena small;
    struct json_scan scan;
    struct value value;
    static char text[100000];
    memset(text, '1', sizeof(text));
    for (size_t i = 0; i < sizeof(text); i += 2)
        text[i] = ',';
    text[0] = '[';
    text[sizeof(text) - 1] = ']';
    text[sizeof(text) - 2] = '1';
    arena_init(&small, 64 * 1024);
    json_scan_init(&scan, str_of(text, sizeof(text)), &small);
    assert_false(json_scan_value(&scan, &value));
    assert_int_equal(scan.error, JSON_SCAN_MEMORY);
    assert_false(json_scan_value(&scan, &value));
    arena_release(&small);
}

static void test_json_scan__outer_levels_are_walked_by_the_caller(void **state)
{
    (void)state;
    struct json_scan scan;
    struct value value;
    struct str name, text = STR("[{\"event\":\"a\",\"n\":[1]}, {}, 7]");
    json_scan_init(&scan, text, &arena);
    assert_int_equal(json_scan_peek(&scan), JSON_SCAN_LIST);
    assert_true(json_scan_enter(&scan) && json_scan_next(&scan));
    assert_int_equal(json_scan_peek(&scan), JSON_SCAN_OBJECT);
    assert_true(json_scan_enter(&scan) && json_scan_member(&scan, &name));
    assert_str(name, "event");
    assert_true(json_scan_value(&scan, &value));
    assert_true(json_scan_member(&scan, &name) && json_scan_value(&scan, &value));
    assert_str(scan.raw, "[1]");
    assert_false(json_scan_member(&scan, &name));
    assert_int_equal(json_scan_offset(&scan, text), 22);
    assert_true(json_scan_next(&scan) && json_scan_enter(&scan));
    assert_false(json_scan_member(&scan, &name));
    assert_true(json_scan_next(&scan) && json_scan_value(&scan, &value));
    assert_false(json_scan_is_done(&scan));
    assert_false(json_scan_next(&scan));
    assert_true(json_scan_is_done(&scan));
}

/* Random JSON-like texts, and good texts with a few bytes changed. */
static void test_json_scan__agrees_with_a_foreign_parser(void **state)
{
    (void)state;
    static const char *pieces[] = { "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u0646\\n\"", "1",
                                    "-0.5e3", "true", "null", " ", "\"\xd9\x86\"", "0", "\"b\"" };
    static const char seed[] =
        "[{\"event\":\"Login\",\"properties\":{\"time\":1732443600.5,\"n\":-12,"
        "\"t\":\"\\ud83d\\ude00 \xd9\x86\",\"l\":[1,[],{}],\"b\":false}},null]";
    struct rand rand;
    uint32_t agreed = 0;
    rand_init(&rand, 7);
    for (int round = 0; round < 40000; round++) {
        char text[256];
        size_t len = 0;
        if (round % 2) {
            for (uint64_t n = rand_below(&rand, 9); n > 0; n--) {
                struct str piece = str_from(pieces[rand_below(&rand, 16)]);
                memcpy(text + len, piece.ptr, piece.len);
                len += piece.len;
            }
        } else {
            memcpy(text, seed, len = sizeof(seed) - 1);
            for (uint64_t n = rand_below(&rand, 3); n > 0; n--)
                text[rand_below(&rand, len)] = seed[rand_below(&rand, len)];
        }
        enum json_same same = json_same(str_of(text, len));
        if (same == JSON_SAME_DIFFERENT)
            print_message("differs: %.*s\n", (int)len, text);
        assert_int_not_equal(same, JSON_SAME_DIFFERENT);
        agreed += same == JSON_SAME_AGREED;
    }
    print_message("seed 7: %u texts read alike by both\n", agreed);
    assert_true(agreed > 5000);
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(test_json_scan__values_come_back),
        IN_ARENA(test_json_scan__what_is_not_json_is_refused),
        IN_ARENA(test_json_scan__numbers_are_the_nearest_doubles),
        IN_ARENA(test_json_scan__escapes_are_decoded),
        IN_ARENA(test_json_scan__surrogates_are_joined_or_replaced),
        IN_ARENA(test_json_scan__bytes_that_are_no_utf8_are_counted),
        IN_ARENA(test_json_scan__depth_is_bounded),
        IN_ARENA(test_json_scan__memory_is_bounded),
        IN_ARENA(test_json_scan__outer_levels_are_walked_by_the_caller),
        IN_ARENA(test_json_scan__agrees_with_a_foreign_parser),
    };
    return RUN(tests);
}
