/* sys/sandbox: what a confined child can no longer do, asked of the kernel. Each test confines a
 * child of its own. */
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp.h"
#include "support/test.h"
#include "sys/sandbox_landlock.h"
#include "sys/sandbox_seccomp.h"

static int status_of(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void test_sandbox__entered_child_is_undumpable_and_unprivileged(void **state)
{
    (void)state;
    bool is_root = getuid() == 0;
    int abi = sandbox_seccomp_is_built() ? sandbox_landlock_abi() : 0;
    pid_t child = fork();
    if (child == 0) {
        struct handed handed = { is_root ? "uid=61599,gid=61599" : "control=3" };
        sandbox_enter(&handed, &sandbox_vault);
        struct sandbox_layers layers = sandbox_layers();
        struct rlimit core;
        int wrong = !layers.is_confined || layers.has_own_uid != is_root || !layers.locks_keys;
        wrong += layers.landlock_abi != abi;
        wrong += (layers.seccomp_calls > 0) != sandbox_seccomp_is_built();
        wrong += getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0;
        if (!sandbox_seccomp_is_built()) {
            wrong += prctl(PR_GET_DUMPABLE) != 0;
            wrong += prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
            wrong += is_root && (getuid() != 61599 || setuid(0) == 0);
        }
        _exit(wrong);
    }
    assert_int_equal(status_of(child), 0);
}

static void test_sandbox__the_rooms_of_the_profile_are_all_there_is(void **state)
{
    (void)state;
    struct temp data, keys, other;
    temp_make(&data);
    temp_make(&keys);
    temp_make(&other);
    /* Five attempts are refused by landlock alone: a build or a kernel without it lets them through,
     * and that is what it must look like here. */
    bool has_walls = sandbox_seccomp_is_built() && sandbox_landlock_abi() > 0;
    pid_t child = fork();
    if (child == 0) {
        char text[64];
        int d = temp_dir_fd(&data), k = temp_dir_fd(&keys), o = temp_dir_fd(&other);
        (void)close(openat(k, "a.key", O_WRONLY | O_CREAT, 0600));
        (void)snprintf(text, sizeof(text), "data=%d,keys=%d,wal=%d", d, k, o);
        struct handed handed = { text };
        sandbox_enter(&handed, &sandbox_auth); /* which has no right on a wal, handed or not */
        int wrong = openat(d, "x", O_RDWR | O_CREAT, 0600) < 0;
        wrong += openat(k, "a.key", O_RDONLY) < 0;
        wrong += openat(k, "a.key", O_RDWR) >= 0 || errno != EACCES;
        wrong += openat(k, "b.key", O_WRONLY | O_CREAT, 0600) >= 0 || errno != EACCES;
        wrong += openat(o, "x", O_RDWR | O_CREAT, 0600) >= 0 || errno != EACCES;
        wrong += openat(o, ".", O_RDONLY | O_DIRECTORY) >= 0 || errno != EACCES;
        wrong += open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES;
        _exit(wrong);
    }
    assert_int_equal(status_of(child), has_walls ? 0 : 5);
    temp_remove(&data);
    temp_remove(&keys);
    temp_remove(&other);
}

static void test_sandbox__a_call_that_is_not_listed_ends_the_program(void **state)
{
    (void)state;
    const struct sandbox_profile *all[] = { &sandbox_ingest, &sandbox_web, &sandbox_query,
                                            &sandbox_auth, &sandbox_vault, &sandbox_ledger };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        pid_t child = fork();
        if (child == 0) {
            struct handed handed = { "control=3" };
            sandbox_enter(&handed, all[i]);
            _exit(syscall(SYS_socket, 1, 1, 0) < 0);
        }
        assert_int_equal(status_of(child), sandbox_seccomp_is_built() ? 128 + SIGSYS : 0);
    }
}

static void test_sandbox__strict_refuses_when_keys_cannot_be_locked(void **state)
{
    (void)state;
    /* A sanitizer makes mlock do nothing, and succeed; strict refuses there for want of seccomp. */
    int lenient = sandbox_seccomp_is_built() ? 0 : 1;
    for (int strict = 0; strict < 2; strict++) {
        pid_t child = fork();
        if (child == 0) {
            struct rlimit none = { 0, 0 };
            /* Root may lock without a limit: what is refused is refused to a uid of its own. */
            if (getuid() == 0 && setresuid(61599, 61599, 61599) != 0)
                _exit(99);
            struct handed handed = { strict ? "strict=1" : "strict=0" };
            (void)setrlimit(RLIMIT_MEMLOCK, &none);
            sandbox_enter(&handed, &sandbox_vault);
            void *key = sandbox_key_alloc(32); /* without strict a warning */
            _exit(sandbox_layers().locks_keys || !key);
        }
        assert_int_equal(status_of(child), strict ? 3 : lenient);
    }
}

static void test_sandbox__supervisor_writes_below_its_two_folders_and_starts_programs(void **state)
{
    (void)state;
    struct temp data, other;
    temp_make(&data);
    temp_make(&other);
    pid_t child = fork();
    if (child == 0) {
        int d = temp_dir_fd(&data), o = temp_dir_fd(&other);
        sandbox_enter_supervisor(d, d, false);
        int wrong = openat(d, "x", O_RDWR | O_CREAT, 0600) < 0;
        if (sandbox_landlock_abi() > 0 && sandbox_seccomp_is_built())
            wrong += openat(o, "x", O_RDWR | O_CREAT, 0600) >= 0 || errno != EACCES;
        pid_t started = fork();
        if (started == 0) {
            char *arguments[] = { ARG("true"), NULL }, *environment[] = { NULL };
            (void)execve("/bin/true", arguments, environment);
            _exit(9);
        }
        int status = -1;
        wrong += waitpid(started, &status, 0) != started || status != 0;
        if (wrong == 0 && sandbox_seccomp_is_built())
            (void)syscall(SYS_ptrace, 0, 0, 0, 0);
        _exit(wrong);
    }
    assert_int_equal(status_of(child), sandbox_seccomp_is_built() ? 128 + SIGSYS : 0);
    temp_remove(&data);
    temp_remove(&other);
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
        cmocka_unit_test(test_sandbox__the_rooms_of_the_profile_are_all_there_is),
        cmocka_unit_test(test_sandbox__a_call_that_is_not_listed_ends_the_program),
        cmocka_unit_test(test_sandbox__strict_refuses_when_keys_cannot_be_locked),
        cmocka_unit_test(test_sandbox__supervisor_writes_below_its_two_folders_and_starts_programs),
        cmocka_unit_test(test_sandbox__key_memory_is_zeroed_and_writable),
    };
    return RUN(tests);
}
