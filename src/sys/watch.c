#include "sys/watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"

struct watch {
    int inotify;   /* -1: blind */
    int wake;      /* an eventfd */
};

/* The directory is known by its descriptor only; the kernel wants a path, and this is one. */
static int watch_dir(int dir_fd)
{
    char path[64];
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return -1;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", dir_fd);
    if (inotify_add_watch(fd, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

struct watch *watch_create(int dir_fd)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    check(watch != NULL);
    watch->inotify = watch_dir(dir_fd);
    if (watch->inotify < 0)
        log_warn("no notice of changed files from the kernel: looking every %d ms", WATCH_BLIND_MS);
    watch->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    check(watch->wake >= 0);
    return watch;
}

void watch_destroy(struct watch *watch)
{
    if (!watch)
        return;
    if (watch->inotify >= 0)
        (void)close(watch->inotify);
    (void)close(watch->wake);
    free(watch);
}

/* Reads a descriptor empty: what happened matters, not what. True when there was something. */
static bool empty(int fd)
{
    _Alignas(struct inotify_event) char buf[4096];
    bool any = false;
    while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0)
        any = true;
    return any;
}

bool watch_wait(struct watch *watch, uint32_t timeout_ms)
{
    struct pollfd fds[2] = { { .fd = watch->wake, .events = POLLIN },
                             { .fd = watch->inotify, .events = POLLIN } };
    if (watch->inotify < 0 && timeout_ms > WATCH_BLIND_MS)
        timeout_ms = WATCH_BLIND_MS;
    int n;
    do
        n = poll(fds, 2, (int)timeout_ms);
    while (n < 0 && errno == EINTR);
    bool woken = empty(watch->wake);
    return empty(watch->inotify) || woken;
}

void watch_wake(struct watch *watch)
{
    uint64_t one = 1;
    ssize_t n = write(watch->wake, &one, sizeof(one));
    (void)n; /* it fails only when enough wakings wait already */
}
