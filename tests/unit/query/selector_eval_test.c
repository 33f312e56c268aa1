/* query/selector_eval: the rules of Mixpanel's selectors as tables, over one row of values of every
 * type, lists and sealed values among them. */
#include "query/selector.h"

#include <math.h>

#include "base/err.h"
#include "support/test.h"

static struct arena arena;

/* ---- the row: properties by the name that the expressions use --------------------------------- */

static struct value items[] = {
    { .type = VALUE_STRING, .as.string = STR("red") },
    { .type = VALUE_NUMBER, .as.number = 7 },
    { .type = VALUE_NULL },
    { .type = VALUE_REF, .as.sealed = { .ref.bytes = { 1 }, .kind = REF_KIND_EMAIL } },
};

static struct value red = { .type = VALUE_STRING, .as.string = STR("red") };
static struct value_member members[] = { { STR("k"), &red } };

static const struct named {
    const char *name;
    struct value value;
} row[] = {
    { "s", { .type = VALUE_STRING, .as.string = STR("Chrome") } },
    { "empty", { .type = VALUE_STRING, .as.string = STR("") } },
    { "digits", { .type = VALUE_STRING, .as.string = STR(" 12.5 ") } },
    { "n", { .type = VALUE_NUMBER, .as.number = 7.5 } },
    { "m", { .type = VALUE_NUMBER, .as.number = -7.5 } },
    { "zero", { .type = VALUE_NUMBER, .as.number = 0 } },
    { "t", { .type = VALUE_TRUE } },
    { "f", { .type = VALUE_FALSE } },
    { "null", { .type = VALUE_NULL } },
    { "date", { .type = VALUE_STRING, .as.string = STR("2024-01-01T00:00:00") } },
    { "list", { .type = VALUE_LIST, .as.list = { items, 4 } } },
    { "plain", { .type = VALUE_LIST, .as.list = { items, 3 } } },
    { "object", { .type = VALUE_OBJECT, .as.object = { members, 1 } } },
    { "sealed", { .type = VALUE_REF, .as.sealed = { .ref.bytes = { 1 }, .kind = REF_KIND_ID } } },
};

static const struct value event_time = { .type = VALUE_NUMBER, .as.number = 1704067200.25 };
static const struct value event_name = { .type = VALUE_STRING, .as.string = STR("Login") };

static const struct value *find(const struct operand *operand)
{
    if (operand->of == OPERAND_TIME)
        return &event_time;
    if (operand->of == OPERAND_NAME)
        return &event_name;
    for (size_t i = 0; operand->of == OPERAND_EVENT && i < sizeof(row) / sizeof(*row); i++)
        if (str_equal(operand->property, str_from(row[i].name)))
            return &row[i].value;
    return NULL;
}

/* In the texts of the tables, $x is properties["x"]. */
static struct str expand(const char *text)
{
    struct bytes out = { 0 };
    for (; *text; text++) {
        if (*text != '$') {
            bytes_put_u8(&out, (uint8_t)*text);
            continue;
        }
        bytes_append_str(&out, STR("properties[\""));
        while (text[1] >= 'a' && text[1] <= 'z')
            bytes_put_u8(&out, (uint8_t)*++text);
        bytes_append_str(&out, STR("\"]"));
    }
    struct str copy = arena_copy(&arena, bytes_str(&out));
    bytes_release(&out);
    return copy;
}

static bool keeps(const char *text)
{
    const struct selector *selector;
    struct selector_error error;
    const struct value *values[SELECTOR_OPERANDS_MAX] = { 0 };
    uint32_t count;
    if (selector_parse(expand(text), &arena, &selector, &error) != 0)
        fail_msg("%s: at %u: %s", text, error.at, error.message);
    const struct operand *operands = selector_operands(selector, &count);
    for (uint32_t i = 0; i < count; i++)
        values[i] = find(&operands[i]);
    return selector_keep(selector, values);
}

static void assert_all(const char *const *texts, size_t count, bool expected)
{
    for (size_t i = 0; i < count; i++)
        if (keeps(texts[i]) != expected)
            fail_msg("%s should be %s", texts[i], expected ? "kept" : "dropped");
}

#define KEPT(...)                                                                                  \
    do {                                                                                           \
        static const char *const texts[] = { __VA_ARGS__ };                                        \
        assert_all(texts, sizeof(texts) / sizeof(*texts), true);                                   \
    } while (0)
#define DROPPED(...)                                                                               \
    do {                                                                                           \
        static const char *const texts[] = { __VA_ARGS__ };                                        \
        assert_all(texts, sizeof(texts) / sizeof(*texts), false);                                  \
    } while (0)
/* Neither true nor false: `x == undefined` is the one comparison that sees it. */
#define UNDEFINED(text) KEPT("(" text ") == undefined", "not (defined(" text "))")

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* ---- the rules ------------------------------------------------------------------------------- */

static void test_selector_eval__equality_always_answers(void **state)
{
    (void)state;
    KEPT("$s == \"Chrome\"", "$n == 7.5", "$t == true", "$f == false", "$null == null",
         "$gone == undefined", "$s != \"chrome\"", "$n != \"7.5\"", "$null != undefined",
         "$null != false", "$gone != null", "$zero != false", "$empty != null", "$s == $s",
         "$object == $object", "$plain == $plain", "$plain == [\"red\", 7, null]");
    DROPPED("$s == \"chrome\"", "$n == \"7.5\"", "$gone == \"x\"", "$gone == null",
            "$t == 1", "$t == \"true\"", "$plain == [7, \"red\", null]");
}

static void test_selector_eval__a_list_is_no_scalar(void **state)
{
    (void)state;
    KEPT("$list != \"red\"", "\"red\" in $list", "7 in $list", "null in $list",
         "$n in [1, 7.5]", "$s in [\"Safari\", \"Chrome\"]", "$t in [true]", "$null in [null]",
         "not ($n in [1, 2])", "not (\"blue\" in $list)", "-7.5 in [-7.5]", "$m in [-7.5]");
    DROPPED("$list == \"red\"", "$list == 7", "\"Red\" in $list", "\"7\" in $list",
            "$n in []", "$list in [\"red\", 7]", "\"k\" in $object");
    UNDEFINED("$gone in [1]");
    UNDEFINED("1 in $gone");
    UNDEFINED("1 in 2");
    UNDEFINED("1 in \"123\"");
}

static void test_selector_eval__a_text_in_a_text(void **state)
{
    (void)state;
    KEPT("\"hro\" in $s", "\"\" in $s", "$s in \"Google Chrome 130\"");
    DROPPED("\"HRO\" in $s", "$s in \"chr\"");
}

static void test_selector_eval__order_is_for_numbers(void **state)
{
    (void)state;
    KEPT("$n > 7", "$n >= 7.5", "$n < 8", "$n <= 7.5", "$m < 0", "$m < $n");
    DROPPED("$n > 7.5", "$n < 7.5", "$gone < 1", "$gone >= 1");
    UNDEFINED("$s < \"D\"");
    UNDEFINED("$digits > 12");
    UNDEFINED("$t > 0");
    UNDEFINED("$null < 1");
    UNDEFINED("$list > 1");
}

static void test_selector_eval__arithmetic(void **state)
{
    (void)state;
    KEPT("$n + 1 == 8.5", "$n - $m == 15", "$n * 2 == 15", "$n / 2.5 == 3", "7 % 4 == 3",
         "-7 % 4 == -3", "7 % -4 == 3", "-$n == $m", "- -$n == $n", "$s + \"!\" == \"Chrome!\"",
         "\"a\" + \"b\" + \"c\" == \"abc\"");
    UNDEFINED("$n / 0");
    UNDEFINED("$n % 0");
    UNDEFINED("$n + \"1\"");
    UNDEFINED("$s - \"e\"");
    UNDEFINED("-$s");
    UNDEFINED("$t + 1");
    UNDEFINED("$gone + 1");
    UNDEFINED("1e308 * 10");
}

static void test_selector_eval__and_or_not(void **state)
{
    (void)state;
    KEPT("true and true", "false or true", "$gone or true", "not false", "not $gone",
         "not ($n < \"x\")", "true or $n", "not (false and $n)", "not not true", "$t",
         "not ($gone and true)");
    DROPPED("true and false", "$gone and true", "$gone", "$null", "$n", "$s", "$list", "not true",
            "not ($gone or true)", "not not $gone");
    UNDEFINED("not $n");
    UNDEFINED("not $null");
    /* Mixpanel's error: such a row is out, whatever stands around it. */
    DROPPED("true and $n", "$s or true", "not (true and $n)", "(false or $null) == false");
}

static void test_selector_eval__functions(void **state)
{
    (void)state;
    KEPT("floor($n) == 7", "ceil($n) == 8", "round($n) == 8", "floor($m) == -8",
         "ceil($m) == -7", "round($m) == -8", "round(2.4) == 2");
    UNDEFINED("floor($s)");
    UNDEFINED("round($gone)");
    KEPT("string($n) == \"7.5\"", "string(10) == \"10\"", "string($t) == \"true\"",
         "string($f) == \"false\"", "string($null) == null", "string($s) == $s",
         "string(datetime(\"2024-01-01\")) == \"2024-01-01T00:00:00\"");
    UNDEFINED("string($gone)");
    UNDEFINED("string($list)");
    KEPT("number($digits) == 12.5", "number($t) == 1", "number($f) == 0", "number($n) == $n",
         "number(\"1e3\") == 1000", "number(datetime(5)) == 5");
    UNDEFINED("number($s)");
    UNDEFINED("number($empty)");
    UNDEFINED("number($null)");
    UNDEFINED("number($gone)");
    KEPT("boolean($s)", "boolean($n)", "boolean($t)", "boolean($list)", "boolean(\"0\")",
         "boolean(\"False\")");
    KEPT("boolean($f) == false", "boolean($zero) == false", "boolean($null) == false",
         "boolean($gone) == false", "boolean($empty) == false", "boolean(\"false\") == false");
}

static void test_selector_eval__defined(void **state)
{
    (void)state;
    KEPT("defined($s)", "defined($null)", "defined($empty)", "defined($list)", "defined($sealed)",
         "not (defined($gone))", "not (defined(user[\"x\"]))", "defined(1 + 1)");
    DROPPED("defined($gone)", "defined(1 + \"x\")", "defined(undefined)");
}

static void test_selector_eval__datetimes_are_seconds(void **state)
{
    (void)state;
    KEPT("event[\"time\"] >= datetime(\"2024-01-01T00:00:00\")",
         "event[\"time\"] < datetime(\"2024-01-01T00:00:01\")",
         "event[\"time\"] > datetime(1704067200)", "properties[\"time\"] > 1704067200",
         "datetime(\"2024-01-01T03:00:00+03:00\") == datetime(\"2024-01-01\")",
         "datetime(\"2024-01-01\") == 1704067200", "event[\"name\"] == \"Login\"",
         "$date == datetime(\"2024-01-01\")", "$date == datetime(1704067200)",
         "$date < datetime(\"2024-01-02\")", "datetime(\"2023-12-31\") < $date",
         "datetime($date) == datetime(1704067200)");
    KEPT("$date != 1704067200", "$s != datetime(5)", "$null != datetime(0)",
         "$gone != datetime(0)");
    UNDEFINED("$s < datetime(5)");
    UNDEFINED("$date < \"2024-01-02\"");
    UNDEFINED("$gone < datetime(5)");
    UNDEFINED("datetime(\"yesterday\")");
    UNDEFINED("datetime(\"2024-02-30\")");
    UNDEFINED("datetime(null)");
    UNDEFINED("datetime(5) + 1");
}

static void test_selector_eval__a_sealed_value_is_only_there(void **state)
{
    (void)state;
    KEPT("defined($sealed)", "$sealed != \"x\"", "$sealed != $sealed", "$sealed != null",
         "$sealed != undefined", "not ($sealed == \"x\")", "not ($sealed in [\"x\"])",
         "$list != $list", "(\"(sealed)\" in $list) == false");
    DROPPED("$sealed == \"x\"", "$sealed == $sealed", "$sealed == undefined", "$sealed == null",
            "$sealed", "$sealed in [\"x\"]", "$list == $list", "$sealed == \"(sealed)\"",
            "$sealed and true");
    /* Undefined, but for defined(). */
    KEPT("($sealed < 1) == undefined", "($sealed + \"x\") == undefined",
         "(\"x\" in $sealed) == undefined", "($sealed in $list) == undefined",
         "string($sealed) == undefined", "number($sealed) == undefined",
         "boolean($sealed) == undefined", "datetime($sealed) == undefined",
         "floor($sealed) == undefined", "(-$sealed) == undefined");
}

static void test_selector_eval__a_number_that_is_none_is_undefined(void **state)
{
    (void)state;
    const struct selector *selector;
    struct selector_error error;
    struct value nan_value = { .type = VALUE_NUMBER, .as.number = NAN };
    const struct value *values[] = { &nan_value };
    assert_int_equal(selector_parse(STR("defined(properties[\"x\"])"), &arena, &selector, &error),
                     0);
    assert_false(selector_keep(selector, values));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_selector_eval__equality_always_answers),
        T(test_selector_eval__a_list_is_no_scalar),
        T(test_selector_eval__a_text_in_a_text),
        T(test_selector_eval__order_is_for_numbers),
        T(test_selector_eval__arithmetic),
        T(test_selector_eval__and_or_not),
        T(test_selector_eval__functions),
        T(test_selector_eval__defined),
        T(test_selector_eval__datetimes_are_seconds),
        T(test_selector_eval__a_sealed_value_is_only_there),
        T(test_selector_eval__a_number_that_is_none_is_undefined),
    };
    return RUN(tests);
}
