/* sys/sandbox_landlock: each right for itself, under every version that this kernel knows. */
#include "sys/sandbox_landlock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/sandbox_profile.h"

enum { CAN_READ = 1, CAN_LIST = 2, CAN_CREATE = 4, CAN_WRITE = 8, CAN_REMOVE = 16, CAN_CUT = 32,
       CAN_RENAME = 64, CAN_MAKE_DIR = 128, CAN_LINK = 256 };

static bool refused(int r)
{
    return r < 0 && errno == EACCES;
}

/* What the kernel lets this process do in the folder; tried for real. */
static unsigned can_do(int d)
{
    unsigned can = 0;
    can |= refused(openat(d, "file", O_RDONLY)) ? 0 : CAN_READ;
    can |= refused(openat(d, ".", O_RDONLY | O_DIRECTORY)) ? 0 : CAN_LIST;
    can |= refused(openat(d, "new", O_WRONLY | O_CREAT | O_EXCL, 0600)) ? 0 : CAN_CREATE;
    can |= refused(openat(d, "file", O_WRONLY)) ? 0 : CAN_WRITE;
    can |= refused(openat(d, "file", O_WRONLY | O_TRUNC)) ? 0 : CAN_CUT;
    can |= refused(renameat(d, "file", d, "moved")) ? 0 : CAN_RENAME;
    can |= refused(mkdirat(d, "folder", 0700)) ? 0 : CAN_MAKE_DIR;
    can |= refused(symlinkat("file", d, "link")) ? 0 : CAN_LINK;
    can |= refused(unlinkat(d, "other", 0)) ? 0 : CAN_REMOVE;
    return can;
}

static unsigned can_with(int abi, unsigned rights)
{
    struct temp temp;
    int pipes[2], status;
    unsigned can = 0;
    temp_make(&temp);
    int d = temp_dir_fd(&temp);
    (void)close(openat(d, "file", O_WRONLY | O_CREAT, 0700));
    (void)close(openat(d, "other", O_WRONLY | O_CREAT, 0600));
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        struct sandbox_landlock_rule rule = { d, rights };
        (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        int r = sandbox_landlock_enter(abi, &rule, 1);
        can = can_do(d);
        _exit(r != 0 || write(pipes[1], &can, sizeof(can)) != sizeof(can));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(pipes[0], &can, sizeof(can)), sizeof(can));
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    temp_remove(&temp);
    return can;
}

static void test_landlock__each_right_gives_what_it_says_and_no_more(void **state)
{
    (void)state;
    for (int abi = 1; abi <= sandbox_landlock_abi(); abi++) {
        /* Before version 3 cutting was nobody's right: whoever may write may cut. */
        unsigned cut = abi < 3 ? CAN_CUT : 0;
        assert_int_equal(can_with(abi, 0), 0);
        assert_int_equal(can_with(abi, SANDBOX_READ), CAN_READ);
        assert_int_equal(can_with(abi, SANDBOX_LIST), CAN_LIST);
        assert_int_equal(can_with(abi, SANDBOX_CREATE), CAN_CREATE | CAN_WRITE | cut);
        assert_int_equal(can_with(abi, SANDBOX_REMOVE), CAN_REMOVE);
        assert_int_equal(can_with(abi, SANDBOX_KEEP),
                         CAN_READ | CAN_LIST | CAN_CREATE | CAN_WRITE | CAN_CUT | CAN_RENAME |
                         CAN_MAKE_DIR | CAN_REMOVE);
    }
}

static int confined(int (*attempt)(void *), void *ctx)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (sandbox_landlock_enter(sandbox_landlock_abi(), NULL, 0) != 0)
            _exit(99);
        _exit(attempt(ctx));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

static int bind_or_connect(void *ctx)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int s = socket(AF_INET, SOCK_STREAM, 0);
    bool binds = *(int *)ctx == 1;
    address.sin_port = binds ? 0 : htons(9);
    int r = binds ? bind(s, (struct sockaddr *)&address, sizeof(address))
                  : connect(s, (struct sockaddr *)&address, sizeof(address));
    return refused(r) ? 0 : 1;
}

static int signal_parent(void *ctx)
{
    (void)ctx;
    return kill(getppid(), 0) < 0 && errno == EPERM ? 0 : 1;
}

static void test_landlock__no_tcp_and_no_signals_outside(void **state)
{
    (void)state;
    int which = 1, abi = sandbox_landlock_abi();
    /* TCP came with version 4, signals with 6; an older kernel lets them through. No landlock at all
     * is said (99). */
    int tcp = abi == 0 ? 99 : abi < 4, signals = abi == 0 ? 99 : abi < 6;
    assert_int_equal(confined(bind_or_connect, &which), tcp);
    which = 2;
    assert_int_equal(confined(bind_or_connect, &which), tcp);
    assert_int_equal(confined(signal_parent, NULL), signals);
}

static void test_landlock__failures_confine_nothing_and_say_so(void **state)
{
    (void)state;
    struct sandbox_landlock_rule rule = { -1, SANDBOX_READ };
    assert_int_equal(sandbox_landlock_enter(0, NULL, 0), ERR_UNSUPPORTED);
    assert_true(sandbox_landlock_enter(sandbox_landlock_abi(), &rule, 1) < 0);
    assert_true(openat(AT_FDCWD, "/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_landlock__each_right_gives_what_it_says_and_no_more),
        cmocka_unit_test(test_landlock__no_tcp_and_no_signals_outside),
        cmocka_unit_test(test_landlock__failures_confine_nothing_and_say_so),
    };
    return RUN(tests);
}
