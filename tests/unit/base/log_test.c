/* base/log: one line an event, named, cut rather than overrun. */
#include "base/log.h"

#include <string.h>
#include <unistd.h>

#include "support/test.h"

static void test_log__lines_carry_name_and_level(void **state)
{
    (void)state;
    int pipe_fds[2], saved = dup(2);
    char text[4096] = { 0 };
    char long_text[2000];
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = 0;
    assert_int_equal(pipe(pipe_fds), 0);
    (void)dup2(pipe_fds[1], 2);
    log_name("amana-test");
    log_info("started %d", 7);
    log_warn("slow");
    log_error("%s", long_text);
    (void)dup2(saved, 2);
    assert_true(read(pipe_fds[0], text, sizeof(text) - 1) > 0);
    assert_true(strncmp(text, "amana-test: started 7\namana-test: warning: slow\n"
                        "amana-test: error: xxx", 70) == 0);
    assert_true(strlen(text) < 1200);
    (void)close(pipe_fds[0]);
    (void)close(pipe_fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log__lines_carry_name_and_level),
    };
    return RUN(tests);
}
