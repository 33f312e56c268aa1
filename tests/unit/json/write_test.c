/* json/write: whatever goes in, what comes out is JSON. */
#include "json/write.h"

#include <math.h>

#include <cjson/cJSON.h>

#include "base/rand.h"
#include "support/test.h"

static void test_json_write__commas_and_nesting_take_care_of_themselves(void **state)
{
    (void)state;
    struct bytes out = { 0 };
    struct json_write w;
    json_write_init(&w, &out);
    json_write_begin_object(&w);
    json_write_key(&w, "a");
    json_write_begin_array(&w);
    json_write_i64(&w, -5);
    json_write_u64(&w, 18446744073709551615u);
    json_write_bool(&w, true);
    json_write_null(&w);
    json_write_begin_object(&w);
    json_write_end_object(&w);
    json_write_end_array(&w);
    json_write_key_str(&w, STR("b\"c"));
    json_write_raw(&w, STR("[1]"));
    json_write_key(&w, "t");
    json_write_text(&w, "x");
    json_write_end_object(&w);
    assert_str(bytes_str(&out),
               "{\"a\":[-5,18446744073709551615,true,null,{}],\"b\\\"c\":[1],\"t\":\"x\"}");
    bytes_release(&out);
}

static void assert_string(struct str value, const char *expected)
{
    struct bytes out = { 0 };
    struct json_write w;
    json_write_init(&w, &out);
    json_write_str(&w, value);
    assert_true(str_equal(bytes_str(&out), str_from(expected)));
    bytes_release(&out);
}

static void test_json_write__text_is_escaped_for_javascript_too(void **state)
{
    (void)state;
    assert_string(STR("q\" b\\ n\n t\t z\x01 d\x7f"),
                  "\"q\\\" b\\\\ n\\n t\\u0009 z\\u0001 d\\u007f\"");
    assert_string(STR("\xe2\x80\xa8|\xe2\x80\xa9|\xe2\x80\xa7"),
                  "\"\\u2028|\\u2029|\xe2\x80\xa7\"");
    assert_string(STR("\xd9\x86\xd9\x88\xd8\xb1\xd8\xa9"), "\"\xd9\x86\xd9\x88\xd8\xb1\xd8\xa9\"");
}

static void test_json_write__broken_utf8_becomes_the_replacement_character(void **state)
{
    (void)state;
    assert_string(STR("a\xff" "b"), "\"a\xef\xbf\xbd" "b\"");
    assert_string(STR("\xed\xa0\xbd"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_string(STR("\xf0\x9f\x98"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_string(STR("\xff\xf0\x9f\x98\x80"), "\"\xef\xbf\xbd\xf0\x9f\x98\x80\"");
}

static void assert_number(double value, const char *expected)
{
    struct bytes out = { 0 };
    struct json_write w;
    json_write_init(&w, &out);
    json_write_f64(&w, value);
    assert_true(str_equal(bytes_str(&out), str_from(expected)));
    bytes_release(&out);
}

static void test_json_write__numbers_are_the_shortest_that_read_back(void **state)
{
    (void)state;
    assert_number(0.1, "0.1");
    assert_number(-0.0, "0");
    assert_number(1e300, "1e+300");
    assert_number(0.1 + 0.2, "0.30000000000000004");
    assert_number(NAN, "null");
    assert_number(-INFINITY, "null");
}

static void test_json_write__any_bytes_make_a_text_that_a_foreign_parser_reads(void **state)
{
    (void)state;
    struct rand rand;
    rand_init(&rand, 20261124);
    for (int round = 0; round < 2000; round++) {
        char raw[40];
        struct bytes out = { 0 };
        struct json_write w;
        size_t len = rand_below(&rand, sizeof(raw));
        for (size_t i = 0; i < len; i++)
            raw[i] = (char)(1 + rand_below(&rand, 255));
        json_write_init(&w, &out);
        json_write_str(&w, str_of(raw, len));
        assert_true(str_is_utf8(bytes_str(&out)));
        cJSON *read = cJSON_ParseWithLength((const char *)out.ptr, out.len);
        assert_non_null(read);
        if (str_is_utf8(str_of(raw, len)))
            assert_true(str_equal(str_from(read->valuestring), str_of(raw, len)));
        cJSON_Delete(read);
        bytes_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_write__commas_and_nesting_take_care_of_themselves),
        cmocka_unit_test(test_json_write__text_is_escaped_for_javascript_too),
        cmocka_unit_test(test_json_write__broken_utf8_becomes_the_replacement_character),
        cmocka_unit_test(test_json_write__numbers_are_the_shortest_that_read_back),
        cmocka_unit_test(test_json_write__any_bytes_make_a_text_that_a_foreign_parser_reads),
    };
    return RUN(tests);
}
