/* query/selector_parse: what binds to what, what is refused and where, the bounds, operands. The
 * tree is seen through the printer. */
#include "query/selector.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "support/test.h"

static struct arena arena;
static const struct selector *parsed;
static struct selector_error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void assert_prints(const char *text, const char *expected)
{
    struct bytes out = { 0 };
    assert_int_equal(selector_parse(str_from(text), &arena, &parsed, &error), 0);
    selector_print(parsed, &out);
    bytes_put_u8(&out, 0);
    assert_string_equal((const char *)out.ptr, expected);
    bytes_release(&out);
}

static void assert_same_tree(const char *a, const char *b)
{
    struct bytes out = { 0 };
    assert_int_equal(selector_parse(str_from(b), &arena, &parsed, &error), 0);
    selector_print(parsed, &out);
    bytes_put_u8(&out, 0);
    assert_prints(a, (const char *)out.ptr);
    bytes_release(&out);
}

static void assert_refused(const char *text, uint32_t at)
{
    assert_int_equal(selector_parse(str_from(text), &arena, &parsed, &error), ERR_INVALID);
    assert_int_equal(error.at, at);
    assert_non_null(error.message);
}

#define A "properties[\"a\"]"
#define B "properties[\"b\"]"

static void test_selector_parse__precedence(void **state)
{
    (void)state;
    assert_same_tree(A " or " B " and true", A " or (" B " and true)");
    assert_same_tree("not " A " == 1 and true", "(not (" A " == 1)) and true");
    assert_same_tree("not " A " in [1]", "not (" A " in [1])");
    assert_same_tree("1 + 2 * 3 == 7", "(1 + (2 * 3)) == 7");
    assert_same_tree("1 - 2 - 3 < 4", "((1 - 2) - 3) < 4");
    assert_same_tree("8 / 4 / 2 % 3 < 4", "(((8 / 4) / 2) % 3) < 4");
    assert_same_tree("-1 + 2 > 0", "((-1) + 2) > 0");
    assert_same_tree("-" A " * 2 > 0", "((-" A ") * 2) > 0");
    assert_same_tree("((((true))))", "true");
}

static void test_selector_parse__and_in_and_stays_in_brackets(void **state)
{
    (void)state;
    assert_prints("(true and false) and true", "(true and false) and true");
    assert_prints("true and false and true", "true and false and true");
    assert_prints("1 - (2 - 3) > 0", "1 - (2 - 3) > 0");
}

static void test_selector_parse__refusals_name_the_place(void **state)
{
    (void)state;
    assert_refused("", 0);
    assert_refused("   ", 3);
    assert_refused("plan", 0);
    assert_refused("plan == \"pro\"", 0);
    assert_refused("properties", 10);
    assert_refused("properties[plan]", 11);
    assert_refused("properties[\"\"]", 11);
    assert_refused("properties[\"a\"", 14);
    assert_refused("properties.plan", 10);
    assert_refused("group[\"company\"] == 1", 17);
    assert_refused("event[\"plan\"] == 1", 5);
    assert_refused(A " ==", 18);
    assert_refused("== 1", 0);
    assert_refused(A " == 1 == 2", 21);
    assert_refused("1 < 2 < 3", 6);
    assert_refused("(true", 5);
    assert_refused("true)", 4);
    assert_refused("true true", 5);
    assert_refused("not", 3);
    assert_refused("true and", 8);
    assert_refused("defined " A, 8);
    assert_refused("defined()", 8);
    assert_refused("defined(" A ", 1)", 23);
    assert_refused(A " in [1, " B "]", 23);
    assert_refused(A " in [1 2]", 22);
    assert_refused(A " in [1,", 22);
    assert_refused(A " in [-\"a\"]", 21);
    assert_refused("True", 0);
    assert_refused("true AND true", 5);
}

static void test_selector_parse__a_condition_is_needed(void **state)
{
    (void)state;
    assert_refused("5", 0);
    assert_refused("\"text\"", 0);
    assert_refused("[1]", 0);
    assert_refused("null", 0);
    assert_refused("1 + 2", 0);
    assert_refused("true and 5", 9);
    assert_refused("\"a\" or true", 0);
    assert_refused("true or number(" A ")", 8);
    assert_prints(A, A);
    assert_prints("boolean(" A ") and undefined", "boolean(" A ") and undefined");
}

static void test_selector_parse__what_mixpanel_has_besides_is_named(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "behaviors[\"b1\"] > 2", "min(1, 2) > 1", "IF(true, 1, 2) == 1", "any(x, " A ", x > 1)",
        "regex_match(" A ", \"x\")", "upper(" A ") == \"X\"", "today() > 1", "list(" A ") == 1",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        assert_refused(texts[i], 0);
        assert_true(error.is_unsupported);
    }
    assert_refused("nonsense(1)", 0);
    assert_false(error.is_unsupported);
}

static void fill(char *text, const char *part, int times, const char *end)
{
    text[0] = 0;
    size_t at = 0, len = strlen(part);
    for (int i = 0; i < times; i++, at += len)
        memcpy(text + at, part, len);
    memcpy(text + at, end, strlen(end) + 1);
}

static void test_selector_parse__depth_is_bounded(void **state)
{
    (void)state;
    static char text[SELECTOR_TEXT_MAX + 200];
    static const char *const openers[] = { "(", "not ", "not (", "defined(" };
    for (size_t i = 0; i < sizeof(openers) / sizeof(*openers); i++) {
        fill(text, openers[i], 2000, "true");
        assert_int_equal(selector_parse(str_from(text), &arena, &parsed, &error), ERR_INVALID);
        assert_string_equal(error.message, "nested too deeply");
    }
    fill(text, "1 + ", 4000, "1 == 1");
    assert_int_equal(selector_parse(str_from(text), &arena, &parsed, &error), ERR_INVALID);
    fill(text, "-", 4000, "1 == 1");
    assert_int_equal(selector_parse(str_from(text), &arena, &parsed, &error), ERR_INVALID);
    fill(text, "1 + ", 62, "1 == 1");
    assert_int_equal(selector_parse(str_from(text), &arena, &parsed, &error), 0);
    /* Conditions side by side are not depth. */
    fill(text, "true and ", 2000, "true");
    assert_int_equal(selector_parse(str_from(text), &arena, &parsed, &error), 0);
    fill(text, "x", SELECTOR_TEXT_MAX + 1, "");
    assert_int_equal(selector_parse(str_from(text), &arena, &parsed, &error), ERR_INVALID);
}

static void test_selector_parse__32_distinct_operands(void **state)
{
    (void)state;
    char text[4096];
    uint32_t count;
    size_t len = 0;
    for (int i = 0; i < 33; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%sproperties[\"p%d\"] == 1",
                                i ? " or " : "", i % 32);
    assert_int_equal(selector_parse(str_of(text, len), &arena, &parsed, &error), 0);
    assert_str(selector_operands(parsed, &count)[31].property, "p31");
    assert_int_equal(count, 32);
    len += (size_t)snprintf(text + len, sizeof(text) - len, " or user[\"p0\"] == 1");
    assert_int_equal(selector_parse(str_of(text, len), &arena, &parsed, &error), ERR_INVALID);
}

static void test_selector_parse__operands_in_order_of_appearance(void **state)
{
    (void)state;
    uint32_t count;
    assert_prints("user[\"x\"] == properties[\"x\"] and group[\"g\"][\"x\"] == user[\"x\"] and "
                  "event[\"time\"] > 1 and properties[\"$time\"] > 1 and event[\"name\"] == \"A\"",
                  "user[\"x\"] == properties[\"x\"] and group[\"g\"][\"x\"] == user[\"x\"] and "
                  "properties[\"$time\"] > 1 and properties[\"$time\"] > 1 and "
                  "event[\"name\"] == \"A\"");
    const struct operand *operands = selector_operands(parsed, &count);
    assert_int_equal(count, 5);
    assert_int_equal(operands[0].of, OPERAND_PERSON);
    assert_int_equal(operands[1].of, OPERAND_EVENT);
    assert_int_equal(operands[2].of, OPERAND_GROUP);
    assert_str(operands[2].group_key, "g");
    assert_int_equal(operands[3].of, OPERAND_TIME);
    assert_int_equal(operands[4].of, OPERAND_NAME);
}

static void test_selector_parse__one_operand(void **state)
{
    (void)state;
    struct operand operand;
    assert_int_equal(selector_parse_operand(STR(" Order total "), &arena, &operand), 0);
    assert_int_equal(operand.of, OPERAND_EVENT);
    assert_str(operand.property, "Order total");
    assert_int_equal(selector_parse_operand(STR("user [\"a\\\"b\"]"), &arena, &operand), 0);
    assert_int_equal(operand.of, OPERAND_PERSON);
    assert_str(operand.property, "a\"b");
    assert_int_equal(selector_parse_operand(STR("group[\"c\"]['p']"), &arena, &operand), 0);
    assert_str(operand.group_key, "c");
    assert_str(operand.property, "p");
    assert_int_equal(selector_parse_operand(STR("$time"), &arena, &operand), 0);
    assert_int_equal(operand.of, OPERAND_TIME);
    assert_int_equal(selector_parse_operand(STR("user"), &arena, &operand), 0);
    assert_str(operand.property, "user");
    static const char *const bad[] = {
        "", "  ", "properties[\"a\"", "properties[a]", "user[\"a\"] + 1",
        "group[\"a\"]", "event[\"plan\"]", "behaviors[\"b\"]", "properties[\"a\"][\"b\"]",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(selector_parse_operand(str_from(bad[i]), &arena, &operand), ERR_INVALID);
    char name[256];
    memset(name, 'n', sizeof(name));
    assert_int_equal(selector_parse_operand(str_of(name, 255), &arena, &operand), 0);
    assert_int_equal(selector_parse_operand(str_of(name, 256), &arena, &operand), ERR_INVALID);
}

static void assert_only_defined(const char *text, bool also_equal, bool expected)
{
    assert_int_equal(selector_parse(str_from(text), &arena, &parsed, &error), 0);
    assert_int_equal(selector_asks_only_defined(parsed, 0, also_equal), expected);
}

static void test_selector_parse__what_is_asked_of_an_operand(void **state)
{
    (void)state;
    assert_only_defined("defined(" A ")", false, true);
    assert_only_defined("not (defined(" A ")) or defined(" A ")", false, true);
    assert_only_defined("defined(" A ") and " B " == \"x\"", false, true);
    assert_only_defined(A " == \"x\"", false, false);
    assert_only_defined(A " == \"x\"", true, true);
    assert_only_defined("\"x\" == " A, true, true);
    assert_only_defined(A " == 1", true, false);
    assert_only_defined(A " == " A, true, false);
    assert_only_defined(A " == " B, true, false);
    assert_only_defined(A " != \"x\"", true, false);
    assert_only_defined(A " in [\"x\"]", true, false);
    assert_only_defined("defined(string(" A "))", true, false);
    assert_only_defined("defined(" A ") and " A, true, false);
    assert_only_defined(A, true, false);
}

static void test_selector_parse__a_full_arena_is_not_the_asker_s_fault(void **state)
{
    (void)state;
    struct arena small;
    arena_init(&small, 64);
    assert_int_equal(selector_parse(STR(A " == \"x\" and " B " == 2"), &small, &parsed, &error),
                     ERR_NOMEM);
    arena_release(&small);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_selector_parse__precedence),
        T(test_selector_parse__and_in_and_stays_in_brackets),
        T(test_selector_parse__refusals_name_the_place),
        T(test_selector_parse__a_condition_is_needed),
        T(test_selector_parse__what_mixpanel_has_besides_is_named),
        T(test_selector_parse__depth_is_bounded),
        T(test_selector_parse__32_distinct_operands),
        T(test_selector_parse__operands_in_order_of_appearance),
        T(test_selector_parse__one_operand),
        T(test_selector_parse__what_is_asked_of_an_operand),
        T(test_selector_parse__a_full_arena_is_not_the_asker_s_fault),
    };
    return RUN(tests);
}
