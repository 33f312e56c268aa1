/* query/result: the answer's JSON, to the byte. */
#include "query/result.h"

#include <math.h>

#include "support/test.h"

static void assert_json(const struct result *result, double ms, const char *expected)
{
    struct bytes out = { 0 };
    result_write_json(result, ms, &out);
    bytes_put_u8(&out, 0);
    assert_string_equal((const char *)out.ptr, expected);
    bytes_release(&out);
}

static void test_result__series_over_the_buckets(void **state)
{
    (void)state;
    struct zone_bucket buckets[] = { { 0, 86400, STR("1970-01-01") },
                                     { 86400, 172800, STR("1970-01-02") } };
    struct spec spec = { .by_count = 0 };
    double points[] = { 812, 0.5 };
    struct result_series series = { .name = STR("Say \"hi\""), .points = points };
    struct result result = { .spec = &spec, .buckets = { buckets, 2 }, .series = &series,
                             .series_count = 1, .rows_scanned = 1234567890123,
                             .until_ms = 1764000000123 };
    assert_json(&result, 6.12345,
                "{\"series\":[{\"name\":\"Say \\\"hi\\\"\",\"by\":[],\"points\":"
                "[[\"1970-01-01\",812],[\"1970-01-02\",0.5]]}],\"computed_ms\":6.123,"
                "\"rows_scanned\":1234567890123,\"until\":1764000000123}");
    points[1] = NAN;
    result.folded = 3;
    result.until_ms = 0;
    assert_json(&result, 0,
                "{\"series\":[{\"name\":\"Say \\\"hi\\\"\",\"by\":[],\"points\":"
                "[[\"1970-01-01\",812],[\"1970-01-02\",null]]}],\"computed_ms\":0,"
                "\"rows_scanned\":1234567890123,\"until\":0,\"folded\":3}");
}

static void test_result__groups_of_every_kind(void **state)
{
    (void)state;
    struct spec spec = { .by_count = 4 };
    struct result_series series[] = {
        { .name = STR("A"),
          .by = { { .value = { .type = VALUE_STRING, .as.string = STR("SA") } },
                  { .value = { .type = VALUE_NUMBER, .as.number = 1.5 } },
                  { .value = { .type = VALUE_REF, .as.sealed.kind = REF_KIND_ID } },
                  { .value = { .type = VALUE_TRUE } } } },
        { .name = STR("A"),
          .by = { { .is_absent = true }, { .value = { .type = VALUE_NULL } },
                  { .is_other = true }, { .value = { .type = VALUE_LIST } } } },
    };
    struct result result = { .spec = &spec, .series = series, .series_count = 2 };
    assert_json(&result, 1,
                "{\"series\":[{\"name\":\"A\",\"by\":[\"SA\",1.5,\"(sealed)\",true],\"points\":[]},"
                "{\"name\":\"A\",\"by\":[null,null,\"$other\",[]],\"points\":[]}],"
                "\"computed_ms\":1,\"rows_scanned\":0,\"until\":0}");
}

static void test_result__no_series(void **state)
{
    (void)state;
    struct spec spec = { 0 };
    struct result result = { .spec = &spec };
    assert_json(&result, 0.0004,
                "{\"series\":[],\"computed_ms\":0,\"rows_scanned\":0,\"until\":0}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_result__series_over_the_buckets),
        cmocka_unit_test(test_result__groups_of_every_kind),
        cmocka_unit_test(test_result__no_series),
    };
    return RUN(tests);
}
