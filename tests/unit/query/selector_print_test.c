/* query/selector_print: what the console's filter builder writes comes back as it was written, and
 * what is printed parses to the same tree. */
#include "query/selector.h"

#include "base/err.h"
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

static struct str print(struct str text)
{
    const struct selector *selector;
    struct selector_error error;
    struct bytes out = { 0 };
    assert_int_equal(selector_parse(text, &arena, &selector, &error), 0);
    selector_print(selector, &out);
    struct str printed = arena_copy(&arena, bytes_str(&out));
    bytes_release(&out);
    return printed;
}

/* The forms of web/src/query/where.ts. */
static const char *const console[] = {
    "properties[\"$browser\"] == \"Chrome\"",
    "properties[\"n\"] == 3",
    "properties[\"ok\"] == true",
    "properties[\"$browser\"] in [\"Chrome\", \"Safari\"]",
    "properties[\"n\"] in [1, -2.5, 3]",
    "not (properties[\"$browser\"] == \"Chrome\")",
    "not (properties[\"$browser\"] in [\"Chrome\", \"Safari\"])",
    "\"text\" in properties[\"a\"]",
    "not (\"text\" in properties[\"a\"])",
    "defined(properties[\"a\"])",
    "not (defined(properties[\"a\"]))",
    "properties[\"n\"] > 1",
    "properties[\"n\"] >= -1",
    "properties[\"n\"] < 0.5",
    "properties[\"n\"] <= 1000000",
    "user[\"plan\"] == \"pro\" and group[\"company\"][\"size\"] > 10 and defined(properties[\"x\"])",
    "properties[\"quo\\\"te\"] == \"back\\\\slash\\u000a\"",
    "properties[\"الخطة\"] == \"احترافية\"",
    "(properties[\"a\"] == 1 or properties[\"b\"] == 2) and properties[\"c\"] == 3",
};

static void test_selector_print__the_console_s_forms_stay_as_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(console) / sizeof(*console); i++)
        assert_true(str_equal(print(str_from(console[i])), str_from(console[i])));
}

static void test_selector_print__printing_again_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "not not not true", "not(not true)==false", "- - 1 == -(-1)", "1-(2+3)*4%5/6 < 7",
        "(true or false) and (false and (true and true))", "(1 == 2) == (3 == 4)",
        "string(floor(round(ceil(1.5)))) == '1' + \"2\"", "undefined == null",
        "properties['a'] in []", "1e300 > 1e-300", "0.1 + 0.2 == 0.30000000000000004",
        "datetime(1700000000) <= properties['$time']", "\"\\u0001\\u007f\\ud83d\\ude00\" == \"\"",
        "boolean(number(user[\"x\"])) or (not true) == false", "-0 == 0", "1 in [-0]",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct str once = print(str_from(texts[i]));
        assert_true(str_equal(print(once), once));
    }
}

static void test_selector_print__operands_parse_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "properties[\"a b\"]", "user[\"$email\"]", "group[\"company\"][\"pl\\\"an\"]",
        "properties[\"$time\"]", "event[\"name\"]",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct operand operand, again;
        struct bytes out = { 0 };
        assert_int_equal(selector_parse_operand(str_from(texts[i]), &arena, &operand), 0);
        selector_print_operand(&operand, &out);
        assert_true(str_equal(bytes_str(&out), str_from(texts[i])));
        assert_int_equal(selector_parse_operand(bytes_str(&out), &arena, &again), 0);
        assert_true(operand_equal(&operand, &again));
        bytes_release(&out);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_selector_print__the_console_s_forms_stay_as_written),
        T(test_selector_print__printing_again_changes_nothing),
        T(test_selector_print__operands_parse_back),
    };
    return RUN(tests);
}
