/* cli/command: help, unknown commands, and every command's own usage. */
#include "cli/command.h"

#include <stdio.h>
#include <unistd.h>

#include "crypto/random.h"
#include "support/test.h"

static int run(const char *first, const char *second)
{
    char *argv[] = { ARG("amana"), (char *)(uintptr_t)first, (char *)(uintptr_t)second };
    return command_run(second ? 3 : first ? 2 : 1, argv);
}

static void test_command__help_is_no_failure_and_nonsense_is(void **state)
{
    (void)state;
    crypto_init();
    assert_int_equal(run("--help", NULL), 0);
    assert_int_equal(run("--version", NULL), 0);
    assert_int_equal(run(NULL, NULL), 2);
    assert_int_equal(run("explode", NULL), 2);
}

static void test_command__each_says_its_usage(void **state)
{
    (void)state;
    static const char *const names[] = {
#define COMMAND(name, function, arguments, summary) #name,
#include "cli/command.def"
#undef COMMAND
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(run(names[i], NULL), 2);
        assert_int_equal(run(names[i], "--no-such-option"), 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command__help_is_no_failure_and_nonsense_is),
        cmocka_unit_test(test_command__each_says_its_usage),
    };
    return RUN(tests);
}
