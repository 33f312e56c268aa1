#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/err.h"
#include "sys/clock.h"

enum { FIRST_FD = 3, SAFE_FD = 64 };

static void describe(const struct spawn *spawn, struct bytes *text)
{
    for (size_t i = 0; i < spawn->fd_count; i++)
        bytes_printf(text, "%s=%d,", spawn->fds[i].name, FIRST_FD + (int)i);
    for (size_t i = 0; i < spawn->number_count; i++)
        bytes_printf(text, "%s=%d,", spawn->numbers[i].name, spawn->numbers[i].value);
    bytes_put_u8(text, 0);
}

/* In the child: moves the descriptors first out of the way, then to 3, 4, 5 …; dup2 of a number
 * onto itself would keep close-on-exec, which the detour avoids. */
NO_RETURN static void become(const struct spawn *spawn, char *handed_text)
{
    int moved[SPAWN_FDS_MAX];
    sigset_t none;
    for (size_t i = 0; i < spawn->fd_count; i++) {
        moved[i] = fcntl(spawn->fds[i].fd, F_DUPFD, SAFE_FD);
        if (moved[i] < 0)
            _exit(126);
    }
    for (size_t i = 0; i < spawn->fd_count; i++)
        if (dup2(moved[i], FIRST_FD + (int)i) < 0)
            _exit(126);
    (void)close_range((unsigned)(FIRST_FD + (int)spawn->fd_count), ~0U, 0);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    const char *slash = strrchr(spawn->path, '/');
    char *name = strdup(slash ? slash + 1 : spawn->path);
    char *const arguments[] = { name, handed_text, NULL };
    char *const environment[] = { NULL };
    (void)execve(spawn->path, arguments, environment);
    (void)fprintf(stderr, "amana: cannot start %s: %s\n", name, strerror(errno));
    _exit(127);
}

int spawn_child(const struct spawn *spawn, pid_t *pid)
{
    struct bytes text = { 0 };
    check(spawn->fd_count <= SPAWN_FDS_MAX && spawn->number_count <= SPAWN_NUMBERS_MAX);
    describe(spawn, &text);
    pid_t child = fork();
    if (child == 0)
        become(spawn, (char *)text.ptr);
    bytes_release(&text);
    if (child < 0)
        return err_from_errno(errno);
    *pid = child;
    return 0;
}

bool spawn_reap(pid_t *pid, int *status)
{
    int raw;
    pid_t child = waitpid(-1, &raw, WNOHANG);
    if (child <= 0)
        return false;
    *pid = child;
    *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    return true;
}

void spawn_kill(pid_t pid, bool hard)
{
    (void)kill(pid, hard ? SIGKILL : SIGTERM);
}

int spawn_signals(int *fd)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return ERR_SYSTEM;
    (void)signal(SIGPIPE, SIG_IGN);
    *fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return *fd >= 0 ? 0 : err_from_errno(errno);
}

int spawn_next_signal(int fd)
{
    struct signalfd_siginfo info;
    return read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info) ? (int)info.ssi_signo : 0;
}

int spawn_wait(const int *fds, bool *which, size_t count, uint32_t timeout_ms)
{
    struct pollfd polls[32];
    check(count <= 32);
    for (size_t i = 0; i < count; i++)
        polls[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
    int n = poll(polls, count, (int)timeout_ms);
    for (size_t i = 0; i < count; i++)
        which[i] = n > 0 && polls[i].revents != 0;
    return n >= 0 || errno == EINTR ? 0 : err_from_errno(errno);
}

int spawn_lock(int dir_fd, const char *name, uint32_t wait_ms)
{
    uint64_t until = clock_boot_ms() + wait_ms;
    int fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return err_from_errno(errno);
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || clock_boot_ms() >= until) {
            (void)close(fd);
            return ERR_BUSY;
        }
        clock_sleep_ms(50);
    }
    return 0;
}

void spawn_raise_fd_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

void spawn_private_umask(void)
{
    (void)umask(0027);
}

uint32_t spawn_uid(void) { return getuid(); }
uint32_t spawn_gid(void) { return getgid(); }

int spawn_sibling(const char *name, char *out, size_t cap)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (len <= 0)
        return ERR_SYSTEM;
    self[len] = 0;
    char *slash = strrchr(self, '/');
    if (!slash)
        return ERR_SYSTEM;
    slash[1] = 0;
    int written = snprintf(out, cap, "%s%s", self, name);
    return written > 0 && (size_t)written < cap ? 0 : ERR_TOO_LARGE;
}
