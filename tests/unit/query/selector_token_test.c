/* query/selector_token: strings with every escape, numbers, signs, and what is none of them. */
#include "query/selector_token.h"

#include <string.h>

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

static struct selector_words over(struct str text)
{
    struct selector_words words;
    selector_token_init(&words, text, &arena);
    return words;
}

static void assert_string(const char *text, struct str expected)
{
    struct selector_words words = over(str_from(text));
    assert_int_equal(words.r, 0);
    assert_int_equal(words.token.kind, SELECTOR_TOKEN_STRING);
    assert_true(str_equal(words.token.text, expected));
}

static void test_selector_token__strings_in_both_quotes(void **state)
{
    (void)state;
    assert_string("\"plan\"", STR("plan"));
    assert_string("'plan'", STR("plan"));
    assert_string("\"it's\"", STR("it's"));
    assert_string("'say \\'no\\''", STR("say 'no'"));
    assert_string("\"\"", STR(""));
    assert_string("\"خطة\"", STR("خطة"));
}

static void test_selector_token__escapes_are_json_s(void **state)
{
    (void)state;
    assert_string("\"a\\\"b\\\\c\\/d\"", STR("a\"b\\c/d"));
    assert_string("\"\\b\\f\\n\\r\\t\"", STR("\b\f\n\r\t"));
    assert_string("\"\\u0041\\u00e9\\u062e\"", STR("Aéخ"));
    assert_string("\"\\ud83d\\ude00\"", STR("\xf0\x9f\x98\x80"));
    assert_string("\"\\u0000\"", STR("\0"));
    assert_string("\"\\q\"", STR("q"));
}

static void assert_refused(struct str text, uint32_t at)
{
    struct selector_words words = over(text);
    while (words.r == 0 && words.token.kind != SELECTOR_TOKEN_END)
        selector_token_next(&words);
    assert_int_equal(words.r, ERR_INVALID);
    assert_int_equal(words.error.at, at);
    assert_non_null(words.error.message);
}

static void test_selector_token__what_is_no_token_is_refused_where_it_stands(void **state)
{
    (void)state;
    assert_refused(STR("\"open"), 0);
    assert_refused(STR("  'open"), 2);
    assert_refused(STR("\"ends in \\\""), 0);
    assert_refused(STR("\""), 0);
    assert_refused(STR("\"\\"), 0);
    assert_refused(STR("\"\\u12\""), 0);
    assert_refused(STR("\"\\u12zz\""), 0);
    assert_refused(STR("\"\\ud83d\""), 0);
    assert_refused(STR("\"\\ud83d\\u0041\""), 0);
    assert_refused(STR("\"\\ude00\""), 0);
    assert_refused(STR("1 = 2"), 2);
    assert_refused(STR("1 & 2"), 2);
    assert_refused(STR("!"), 0);
    assert_refused(STR("12ab"), 0);
    assert_refused(STR("1 1e999"), 2);
    assert_refused(STR("\xff"), 0);
    assert_refused(STR("a\0b"), 1);
}

static void assert_number(const char *text, double expected)
{
    struct selector_words words = over(str_from(text));
    assert_int_equal(words.token.kind, SELECTOR_TOKEN_NUMBER);
    assert_true(words.token.number == expected);
    selector_token_next(&words);
    assert_int_equal(words.token.kind, SELECTOR_TOKEN_END);
    assert_int_equal(words.r, 0);
}

static void test_selector_token__numbers(void **state)
{
    (void)state;
    assert_number("0", 0);
    assert_number("12.5", 12.5);
    assert_number("1e3", 1000);
    assert_number("1.5E-3", 0.0015);
    assert_number("2e+2", 200);
    assert_number("9007199254740993", 9007199254740992.0);
}

static void test_selector_token__words_and_signs_in_a_row(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "not", "(", "a_1", "<=", "-", "2", ")", "!=", "<", ">=", ">", "==", "%", "*", "/", "+",
        "[", "]", ",",
    };
    struct selector_words words =
        over(STR("not(a_1<=-2)!= < >= > ==%*/+\t[\n]\r,"));
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        assert_true(str_equal(words.token.text, str_from(parts[i])));
        selector_token_next(&words);
    }
    assert_int_equal(words.token.kind, SELECTOR_TOKEN_END);
    selector_token_next(&words);
    assert_int_equal(words.token.kind, SELECTOR_TOKEN_END);
}

static void test_selector_token__the_text_is_bounded(void **state)
{
    (void)state;
    static char text[SELECTOR_TEXT_MAX + 1];
    memset(text, ' ', sizeof(text));
    assert_int_equal(over(str_of(text, SELECTOR_TEXT_MAX)).r, 0);
    assert_int_equal(over(str_of(text, SELECTOR_TEXT_MAX + 1)).r, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_selector_token__strings_in_both_quotes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_selector_token__escapes_are_json_s, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_selector_token__what_is_no_token_is_refused_where_it_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_selector_token__numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_selector_token__words_and_signs_in_a_row, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_selector_token__the_text_is_bounded, setup, teardown),
    };
    return RUN(tests);
}
