/* sys/sandbox_seccomp: what a listed call may do, and that all else ends the process, threads
 * included. Each attempt is a child of its own. */
#include "sys/sandbox_seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.h"
#include "sys/sandbox_profile.h"

enum { KILLED = 128 + SIGSYS, NOT_CONFINED = 99 };

/* What comes out where the walls are built. A build with a sanitizer has none, and has to say so:
 * nothing is attempted there. */
static int where_built(int status)
{
    return sandbox_seccomp_is_built() ? status : NOT_CONFINED;
}

/* The status of a child that is confined as `groups` say and then does it. */
static int status_of(const int *const *groups, int (*attempt)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        if (sandbox_seccomp_allow(groups) <= 0)
            _exit(NOT_CONFINED);
        _exit(attempt());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int vault(int (*attempt)(void))
{
    return status_of(sandbox_vault.groups, attempt);
}

static int nothing(void) { return 0; }
static int map_plain(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED || mprotect(p, 4096, PROT_READ) != 0;
}
static int map_executable(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == NULL;
}
static int make_executable(void)
{
    void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}
static int make_process(void) { return fork() == 0 ? 1 : 2; }
static int make_space(void)
{
    return (int)syscall(SYS_clone, CLONE_THREAD | CLONE_VM | CLONE_SIGHAND | CLONE_NEWUSER, 0, 0);
}
static int signal_sibling(void)
{
    return (int)syscall(SYS_tgkill, getppid(), getppid(), 0);
}
static int abort_itself(void) { abort(); }
static int read_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit);
}
static int change_limit(void)
{
    struct rlimit limit = { 1, 1 };
    return setrlimit(RLIMIT_NOFILE, &limit);
}
static int lock_file(void)
{
    struct flock lock = { .l_type = F_RDLCK };
    return fcntl(0, F_SETLK, &lock);
}
static int become_dumpable(void) { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }
static int open_to_read(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC | O_NOFOLLOW) < 0;
}
static int open_to_write(void) { return open("/dev/null", O_WRONLY) < 0; }

static void *call_socket(void *arg)
{
    (void)arg;
    (void)syscall(SYS_socket, 1, 1, 0);
    return NULL;
}
static void *call_nothing(void *arg) { return arg; }
static int use_thread(void *(*body)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, NULL) != 0)
        return 1;
    return pthread_join(thread, NULL);
}
static int thread_calls_socket(void) { return use_thread(call_socket); }
static int thread_ends(void) { return use_thread(call_nothing); }
#ifdef __x86_64__
/* The other door of the same kernel: the 32-bit call of getpid. */
static int call_as_32_bit(void)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
    return result > 0 ? 1 : 2;
}
#endif

static void test_seccomp__listed_calls_in_their_harmless_form_pass(void **state)
{
    (void)state;
    assert_int_equal(vault(nothing), where_built(0));
    assert_int_equal(vault(map_plain), where_built(0));
    assert_int_equal(vault(read_limit), where_built(0));
    assert_int_equal(vault(thread_ends), where_built(0));
    assert_int_equal(vault(open_to_write), where_built(0));
    assert_int_equal(vault(abort_itself), where_built(128 + SIGABRT));
    assert_int_equal(status_of(sandbox_web.groups, open_to_read), where_built(0));
}

static void test_seccomp__their_dangerous_form_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(vault(map_executable), where_built(KILLED));
    assert_int_equal(vault(make_executable), where_built(KILLED));
    assert_int_equal(vault(make_process), where_built(KILLED));
    assert_int_equal(vault(make_space), where_built(KILLED));
    assert_int_equal(vault(signal_sibling), where_built(KILLED));
    assert_int_equal(vault(change_limit), where_built(KILLED));
    assert_int_equal(vault(lock_file), where_built(KILLED));
    assert_int_equal(vault(become_dumpable), where_built(KILLED));
    assert_int_equal(vault(thread_calls_socket), where_built(KILLED));
    assert_int_equal(status_of(sandbox_web.groups, open_to_write), where_built(KILLED));
#ifdef __x86_64__
    assert_int_equal(vault(call_as_32_bit), where_built(KILLED));
#endif
}

static int call_unlisted(void) { return (int)syscall(SYS_ptrace, 0, 0, 0, 0); }
static int call_unknown(void) { return (int)syscall(999, 0, 0); }

static void test_seccomp__what_is_not_listed_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(vault(call_unlisted), where_built(KILLED));
    assert_int_equal(vault(call_unknown), where_built(KILLED));
}

static void test_seccomp__denying_lets_all_else_pass(void **state)
{
    (void)state;
    const int none[] = { SYS_ptrace, SANDBOX_END };
    for (int denied = 0; denied < 2; denied++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
            if (sandbox_seccomp_deny(none) != 1)
                _exit(NOT_CONFINED);
            _exit(denied ? call_unlisted() : open_to_write());
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                         where_built(denied ? SIGSYS : 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seccomp__listed_calls_in_their_harmless_form_pass),
        cmocka_unit_test(test_seccomp__their_dangerous_form_ends_the_process),
        cmocka_unit_test(test_seccomp__what_is_not_listed_ends_the_process),
        cmocka_unit_test(test_seccomp__denying_lets_all_else_pass),
    };
    return RUN(tests);
}
