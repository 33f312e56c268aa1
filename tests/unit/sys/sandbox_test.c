/* sys/sandbox: what a confined child can no longer do, asked of the kernel. */
#include "sys/sandbox.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.h"

static void test_sandbox__entered_child_is_undumpable_and_unprivileged(void **state)
{
    (void)state;
    bool is_root = getuid() == 0;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit core;
        struct handed handed = { is_root ? "uid=61599,gid=61599" : "control=3" };
        sandbox_enter(&handed);
        int wrong = prctl(PR_GET_DUMPABLE) != 0;
        wrong += prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
        wrong += getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0;
        wrong += is_root && (getuid() != 61599 || setuid(0) == 0);
        _exit(wrong);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_sandbox__key_memory_is_zeroed_and_writable(void **state)
{
    (void)state;
    uint8_t *key = sandbox_key_alloc(32);
    for (int i = 0; i < 32; i++)
        assert_int_equal(key[i], 0);
    memset(key, 7, 32);
    sandbox_key_free(key, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sandbox__entered_child_is_undumpable_and_unprivileged),
        cmocka_unit_test(test_sandbox__key_memory_is_zeroed_and_writable),
    };
    return RUN(tests);
}
