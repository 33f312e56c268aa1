/* cli/options: both spellings, flags, leftovers, and what is refused. */
#include "cli/options.h"

#include "support/test.h"

static void test_options__both_spellings_flags_and_rest(void **state)
{
    (void)state;
    const char *data = NULL, *zone = "UTC", *rest[2];
    bool json = false;
    const struct option_text texts[] = { { "--data", &data }, { "--zone", &zone } };
    const struct option_flag flags[] = { { "--json", &json } };
    struct options options = { texts, 2, flags, 1, rest, 2, 0 };
    char *argv[] = { ARG("import"), ARG("--data"), ARG("d"), ARG("file"),
                     ARG("--zone=Asia/Riyadh"), ARG("--json"), ARG("-") };
    assert_true(options_parse(&options, 7, argv));
    assert_string_equal(data, "d");
    assert_string_equal(zone, "Asia/Riyadh");
    assert_true(json);
    assert_int_equal(options.rest_count, 2);
    assert_string_equal(rest[1], "-");
}

static void test_options__unknown_and_unfinished_are_refused(void **state)
{
    (void)state;
    const char *data = NULL;
    const struct option_text texts[] = { { "--data", &data } };
    struct options options = { .texts = texts, .text_count = 1 };
    char *unknown[] = { ARG("serve"), ARG("--dat"), ARG("d") };
    char *unfinished[] = { ARG("serve"), ARG("--data") };
    char *leftover[] = { ARG("serve"), ARG("file") };
    assert_false(options_parse(&options, 3, unknown));
    assert_false(options_parse(&options, 2, unfinished));
    assert_false(options_parse(&options, 2, leftover));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options__both_spellings_flags_and_rest),
        cmocka_unit_test(test_options__unknown_and_unfinished_are_refused),
    };
    return RUN(tests);
}
