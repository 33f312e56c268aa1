/* sys/spawn: what a child is handed, how its end is seen, and the lock. */
#include "sys/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/clock.h"

/* The child is a shell script beside the test's data: it says what it got, on the handed fd. */
static void test_spawn__child_gets_its_descriptors_and_no_others(void **state)
{
    (void)state;
    struct temp temp;
    char path[256], text[512] = { 0 };
    int pipe_fds[2], leak, status;
    pid_t pid, ended;
    temp_make(&temp);
    (void)snprintf(path, sizeof(path), "%s/child", temp.path);
    FILE *script = fopen(path, "w");
    (void)fprintf(script, "#!/bin/sh\necho \"$1\" >&3\n[ -e /proc/self/fd/5 ] && echo leak >&3\n"
                          "[ -z \"$HOME\" ] && echo clean >&3\nexit 7\n");
    (void)fclose(script);
    assert_int_equal(chmod(path, 0700), 0);
    assert_int_equal(pipe(pipe_fds), 0);
    leak = open("/dev/null", O_RDONLY);
    struct spawn spawn = { .path = path, .fds = { { "out", pipe_fds[1] } }, .fd_count = 1,
                           .numbers = { { "uid", 12 } }, .number_count = 1 };
    assert_int_equal(spawn_child(&spawn, &pid), 0);
    while (!spawn_reap(&ended, &status))
        clock_sleep_ms(5);
    assert_int_equal(ended, pid);
    assert_int_equal(status, 7);
    assert_true(read(pipe_fds[0], text, sizeof(text) - 1) > 0);
    assert_non_null(strstr(text, "out=3,uid=12,"));
    assert_null(strstr(text, "leak"));
    (void)close(leak);
    (void)close(pipe_fds[0]);
    (void)close(pipe_fds[1]);
    temp_remove(&temp);
}

static void test_spawn__second_lock_is_busy_after_the_wait(void **state)
{
    (void)state;
    struct temp temp;
    temp_make(&temp);
    int dir = temp_dir_fd(&temp);
    assert_int_equal(spawn_lock(dir, "lock", 0), 0);
    uint64_t before = clock_boot_ms();
    assert_int_equal(spawn_lock(dir, "lock", 120), ERR_BUSY);
    assert_true(clock_boot_ms() - before >= 100);
    (void)close(dir);
    temp_remove(&temp);
}

static void test_spawn__signals_arrive_by_descriptor(void **state)
{
    (void)state;
    int fd;
    bool which[1];
    assert_int_equal(spawn_signals(&fd), 0);
    assert_int_equal(spawn_next_signal(fd), 0);
    assert_int_equal(raise(SIGHUP), 0);
    assert_int_equal(spawn_wait(&fd, which, 1, 1000), 0);
    assert_true(which[0]);
    assert_int_equal(spawn_next_signal(fd), SIGHUP);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spawn__child_gets_its_descriptors_and_no_others),
        cmocka_unit_test(test_spawn__second_lock_is_busy_after_the_wait),
        cmocka_unit_test(test_spawn__signals_arrive_by_descriptor),
    };
    return RUN(tests);
}
