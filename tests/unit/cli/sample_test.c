/* cli/sample: what it refuses before it asks anybody. (The filling itself is shown by the console's
 * browser tests, which look at its numbers.) */
#include "cli/sample.h"

#include "support/temp.h"
#include "support/test.h"

static void test_sample__wrong_usage_is_told(void **state)
{
    (void)state;
    char *none[] = { ARG("sample") };
    char *nobody[] = { ARG("sample"), ARG("--data"), ARG("/nowhere"), ARG("--people"), ARG("0") };
    char *many[] = { ARG("sample"), ARG("--data"), ARG("/nowhere"), ARG("--people"),
                     ARG("1000001") };
    assert_int_equal(cli_sample(1, none), 2);
    assert_int_equal(cli_sample(5, nobody), 2);
    assert_int_equal(cli_sample(5, many), 2);
}

static void test_sample__a_folder_that_is_no_house_is_told(void **state)
{
    (void)state;
    struct temp temp;
    temp_make(&temp);
    char *argv[] = { ARG("sample"), ARG("--data"), temp.path };
    assert_int_equal(cli_sample(3, argv), 1);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample__wrong_usage_is_told),
        cmocka_unit_test(test_sample__a_folder_that_is_no_house_is_told),
    };
    return RUN(tests);
}
