/* Starting and watching children: fork, exec, descriptors 3, 4, 5 … handed in order, everything
 * else closed, their standard error ours (never read: outsiders shape what stands in it). */
#ifndef SYS_SPAWN_H
#define SYS_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/check.h"

enum { SPAWN_FDS_MAX = 12, SPAWN_NUMBERS_MAX = 8 };

struct spawn_fd {
    const char *name;  /* as the child finds it with handed_get */
    int fd;            /* stays the caller's */
};

struct spawn_number {
    const char *name;
    int value;
};

struct spawn {
    const char *path;
    struct spawn_fd fds[SPAWN_FDS_MAX];
    size_t fd_count;
    struct spawn_number numbers[SPAWN_NUMBERS_MAX];
    size_t number_count;
};

int spawn_child(const struct spawn *spawn, pid_t *pid) MUST_USE;
/* A child that ended: its pid, and how (exit status, or 128 + signal). False when none did. */
bool spawn_reap(pid_t *pid, int *status);
void spawn_kill(pid_t pid, bool hard);  /* SIGTERM or SIGKILL */

/* Signals as a descriptor: SIGCHLD, SIGTERM, SIGINT, SIGHUP are blocked and read here. */
int spawn_signals(int *fd) MUST_USE;
int spawn_next_signal(int fd);          /* 0 when none waits */
/* Waits until one of fds is readable; which[i] tells. Returns early after timeout_ms. */
int spawn_wait(const int *fds, bool *which, size_t count, uint32_t timeout_ms) MUST_USE;

/* An exclusive lock on a file under a directory, waiting at most wait_ms. Held until exit.
 * ERR_BUSY when another holds it. */
int spawn_lock(int dir_fd, const char *name, uint32_t wait_ms) MUST_USE;
void spawn_raise_fd_limit(void);
/* Files of this process and its children are nobody else's: umask 0027. */
void spawn_private_umask(void);
uint32_t spawn_uid(void);               /* of this process */
uint32_t spawn_gid(void);
/* The path of a program that lies beside this one; valid for the process. */
int spawn_sibling(const char *name, char *out, size_t cap) MUST_USE;

#endif
