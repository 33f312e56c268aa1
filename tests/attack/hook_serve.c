/* The supervisor's part of the attacker's hook (hook.c): before it confines itself it connects so
 * many sockets to the drill, whose path stands in AMANA_ATTACK, and hands one to every program that
 * it starts. One is used up at each start. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/sandbox.h"
#include "sys/sock.h"
#include "sys/spawn.h"

enum { STARTS_MAX = 400 };

static int sockets[STARTS_MAX];
static int made, used;

void __real_sandbox_enter_supervisor(int data_fd, int keys_fd, bool is_strict);
void __wrap_sandbox_enter_supervisor(int data_fd, int keys_fd, bool is_strict);
int __real_spawn_child(const struct spawn *spawn, pid_t *pid);
int __wrap_spawn_child(const struct spawn *spawn, pid_t *pid);

void __wrap_sandbox_enter_supervisor(int data_fd, int keys_fd, bool is_strict)
{
    const char *path = getenv("AMANA_ATTACK");
    while (path && made < STARTS_MAX && sock_connect_unix(path, &sockets[made]) == 0)
        made++;
    __real_sandbox_enter_supervisor(data_fd, keys_fd, is_strict);
}

int __wrap_spawn_child(const struct spawn *spawn, pid_t *pid)
{
    struct spawn more = *spawn;
    if (used == made)
        return __real_spawn_child(spawn, pid);
    check(more.fd_count < SPAWN_FDS_MAX);
    more.fds[more.fd_count++] = (struct spawn_fd){ "attack", sockets[used] };
    int r = __real_spawn_child(&more, pid);
    sock_close(sockets[used++]);
    return r;
}
