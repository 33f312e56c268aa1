/* query/spec_json_print: what is printed is the question again, whole, and prints the same. */
#include "base/err.h"
#include "query/spec_json.h"
#include "support/test.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct str print(struct str json)
{
    const struct spec *spec;
    struct spec_error error;
    struct bytes out = { 0 };
    assert_int_equal(spec_json_parse(json, &arena, &spec, &error), 0);
    spec_json_print(spec, &out);
    struct str copy = arena_copy(&arena, bytes_str(&out));
    bytes_release(&out);
    return copy;
}

static void test_spec_json_print__every_member_in_its_long_form(void **state)
{
    (void)state;
    struct str printed = print(STR(
        "{\"where\":\"not defined(user['a'])\",\"by\":[\"b\",{\"of\":\"c\",\"edges\":[0,1.5]}],"
        "\"report\":\"segmentation\",\"from\":\"2025-11-01\",\"to\":\"2025-11-30\",\"limit\":5,"
        "\"show\":[{\"event\":\"$any\"},{\"event\":[\"A\\u0022\",\"B\"],\"measure\":\"sum\","
        "\"property\":\"d\",\"where\":\"true\"}],\"unit\":\"all\",\"zone\":\"UTC\",\"project\":3}"));
    assert_str(printed,
               "{\"project\":3,\"report\":\"segmentation\",\"from\":\"2025-11-01\","
               "\"to\":\"2025-11-30\",\"zone\":\"UTC\",\"unit\":\"all\",\"show\":[{\"event\":\"$any\","
               "\"measure\":\"total\"},{\"event\":[\"A\\\"\",\"B\"],\"measure\":\"sum\",\"property\":"
               "\"properties[\\\"d\\\"]\",\"where\":\"true\"}],\"by\":[\"properties[\\\"b\\\"]\","
               "{\"of\":\"properties[\\\"c\\\"]\",\"edges\":[0,1.5]}],\"limit\":5,"
               "\"where\":\"not (defined(user[\\\"a\\\"]))\"}");
    assert_true(str_equal(print(printed), printed));
}

static void test_spec_json_print__every_unit_and_measure_comes_back(void **state)
{
    (void)state;
    static const char *const units[] = { "minute", "hour", "day", "week", "month", "all" };
    static const char *const measures[] = { "total", "unique" };
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        for (size_t j = 0; j < 2; j++) {
            struct str json = arena_printf(
                &arena, "{\"report\":\"segmentation\",\"from\":\"2025-11-01\",\"to\":\"2025-11-02\","
                "\"unit\":\"%s\",\"show\":[{\"event\":\"A\",\"measure\":\"%s\"}],\"by\":[],"
                "\"limit\":20}", units[i], measures[j]);
            assert_true(str_equal(print(json), json));
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_spec_json_print__every_member_in_its_long_form),
        T(test_spec_json_print__every_unit_and_measure_comes_back),
    };
    return RUN(tests);
}
