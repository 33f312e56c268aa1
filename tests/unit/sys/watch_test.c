/* sys/watch: a write by somebody else wakes the waiter soon; nothing lets it sleep. */
#include "sys/watch.h"

#include <pthread.h>

#include "support/temp.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/sock.h"

struct room {
    struct temp temp;
    struct fs *fs;
    struct file *file;
    struct watch *watch;
};

static int setup(void **state)
{
    static struct room room;
    temp_make(&room.temp);
    room.fs = temp_fs(&room.temp);
    if (fs_open(room.fs, "a", FILE_WRITE | FILE_CREATE, &room.file) != 0)
        return -1;
    int fd = temp_dir_fd(&room.temp);
    room.watch = watch_create(fd);
    sock_close(fd);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    watch_destroy(room->watch);
    file_close(room->file);
    fs_destroy(room->fs);
    temp_remove(&room->temp);
    return 0;
}

static void *write_soon(void *arg)
{
    struct room *room = arg;
    clock_sleep_ms(30);
    check(file_write_at(room->file, "x", 1, 0) == 0);
    return NULL;
}

static void *wake_soon(void *arg)
{
    clock_sleep_ms(30);
    watch_wake(((struct room *)arg)->watch);
    return NULL;
}

static uint64_t wait_beside(struct room *room, void *(*run)(void *))
{
    pthread_t thread;
    uint64_t before = clock_boot_ms();
    assert_int_equal(pthread_create(&thread, NULL, run, room), 0);
    while (!watch_wait(room->watch, 5000))
        ;
    uint64_t took = clock_boot_ms() - before;
    (void)pthread_join(thread, NULL);
    return took;
}

static void test_watch__a_write_ends_the_wait(void **state)
{
    uint64_t took = wait_beside(*state, write_soon);
    assert_in_range(took, 29, 2000);
}

static void test_watch__waking_ends_the_wait(void **state)
{
    uint64_t took = wait_beside(*state, wake_soon);
    assert_in_range(took, 29, 2000);
}

static void test_watch__what_happened_before_is_said_once(void **state)
{
    struct room *room = *state;
    assert_int_equal(file_write_at(room->file, "x", 1, 0), 0);
    assert_int_equal(file_write_at(room->file, "y", 1, 0), 0);
    assert_true(watch_wait(room->watch, 1000));
    assert_false(watch_wait(room->watch, 0));
}

static void test_watch__nothing_lets_it_sleep(void **state)
{
    struct room *room = *state;
    uint64_t before = clock_boot_ms();
    assert_false(watch_wait(room->watch, 50));
    assert_true(clock_boot_ms() - before >= 49);
}

/* A descriptor that is no directory: no watch, but still an end after a short time. */
static void test_watch__is_blind_but_not_deaf(void **state)
{
    (void)state;
    struct watch *watch = watch_create(9999);
    uint64_t before = clock_boot_ms();
    assert_false(watch_wait(watch, 5000));
    assert_in_range(clock_boot_ms() - before, WATCH_BLIND_MS - 1, 1000);
    watch_wake(watch);
    assert_true(watch_wait(watch, 5000));
    watch_destroy(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_watch__a_write_ends_the_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(test_watch__waking_ends_the_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(test_watch__what_happened_before_is_said_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_watch__nothing_lets_it_sleep, setup, teardown),
        cmocka_unit_test(test_watch__is_blind_but_not_deaf),
    };
    return RUN(tests);
}
