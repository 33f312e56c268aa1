/* base/check: a false condition aborts and says where; a true one does nothing. */
#include "base/check.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.h"

static void test_check__false_condition_aborts_with_the_expression(void **state)
{
    (void)state;
    int pipe_fds[2];
    char text[256] = { 0 };
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(pipe_fds[1], 2);
        check(1 + 1 == 2);
        check(1 + 1 == 3);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_true(read(pipe_fds[0], text, sizeof(text) - 1) > 0);
    assert_non_null(strstr(text, "1 + 1 == 3"));
    (void)close(pipe_fds[0]);
    (void)close(pipe_fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check__false_condition_aborts_with_the_expression),
    };
    return RUN(tests);
}
