#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "sys/sandbox_landlock.h"
#include "sys/sandbox_seccomp.h"

enum {
    EXIT_STATUS = 3,
    ARENAS_PER_CORE = 8,           /* malloc's own choice */
    KEYS_MAX_BYTES = 6 << 20,      /* the vault's pages 1.3 MiB, the ledger's epochs 4 MiB */
    KEYS_LIMIT_BYTES = 64 << 20,
};

static struct sandbox_layers layers_now;
static bool is_strict_now;
static _Atomic bool warned_of_keys;

static void layer(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "cannot confine this program: %s: %s\n", what, strerror(errno));
    exit(EXIT_STATUS);
}

struct sandbox_layers sandbox_layers(void)
{
    return layers_now;
}

void sandbox_harden(void)
{
    struct rlimit none = { 0, 0 };
    layer(setrlimit(RLIMIT_CORE, &none) == 0, "core size");
    layer(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "dumpable");
}

/* What libc would open or read later, when it cannot any more: the time zone (the first Date:
 * header asks for it) and the number of cores (malloc, when threads meet). */
static void prepare_libc(void)
{
    tzset();
    (void)mallopt(M_ARENA_MAX, ARENAS_PER_CORE * get_nprocs());
}

/* Sockets that are open already keep the network they were made in. */
static void leave_network(void)
{
    layers_now.has_no_network = geteuid() == 0 && unshare(CLONE_NEWNET) == 0;
}

static void drop_ids(const struct handed *handed)
{
    int uid, gid;
    struct rlimit keys = { KEYS_LIMIT_BYTES, KEYS_LIMIT_BYTES };
    if (!handed_find(handed, "uid", &uid))
        return;
    check(handed_find(handed, "gid", &gid));
    (void)setrlimit(RLIMIT_MEMLOCK, &keys); /* what came of it is asked by locks_keys */
    layer(setgroups(0, NULL) == 0, "groups");
    layer(setresgid((gid_t)gid, (gid_t)gid, (gid_t)gid) == 0, "group id");
    layer(setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) == 0, "user id");
    layers_now.has_own_uid = true;
}

static bool locks_keys(void)
{
    void *ptr = mmap(NULL, KEYS_MAX_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0);
    bool locks = ptr != MAP_FAILED && mlock(ptr, KEYS_MAX_BYTES) == 0;
    if (ptr != MAP_FAILED)
        (void)munmap(ptr, KEYS_MAX_BYTES);
    return locks;
}

/* A sanitizer reads /proc and more, at any time: its builds are confined by neither wall. */
static void confine_files(const struct sandbox_landlock_rule *rules, size_t count)
{
    int abi = sandbox_seccomp_is_built() ? sandbox_landlock_abi() : 0;
    if (abi > 0 && sandbox_landlock_enter(abi, rules, count) == 0)
        layers_now.landlock_abi = (uint8_t)(abi < UINT8_MAX ? abi : UINT8_MAX);
}

static void enter_landlock(const struct handed *handed, const struct sandbox_profile *profile)
{
    struct sandbox_landlock_rule rules[SANDBOX_ROOMS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < SANDBOX_ROOMS_MAX && profile->rooms[i].name; i++) {
        int fd;
        if (handed_find(handed, profile->rooms[i].name, &fd))
            rules[count++] = (struct sandbox_landlock_rule){ fd, profile->rooms[i].rights };
    }
    confine_files(rules, count);
}

static void report(void)
{
    const struct sandbox_layers *l = &layers_now;
    char landlock[32] = "NO landlock", seccomp[32] = "NO seccomp";
    if (l->landlock_abi)
        (void)snprintf(landlock, sizeof(landlock), "landlock %d", l->landlock_abi);
    if (l->seccomp_calls)
        (void)snprintf(seccomp, sizeof(seccomp), "seccomp %d calls", l->seccomp_calls);
    log_info("undumpable, no new privileges, %s%s%s, %s, keys %s",
             l->has_own_uid ? "own uid, " : "", l->has_no_network ? "no network, " : "", landlock,
             seccomp, l->locks_keys ? "locked" : "NOT locked");
}

static void demand_layers(void)
{
    const struct sandbox_layers *l = &layers_now;
    if (!is_strict_now || (l->landlock_abi && l->seccomp_calls && l->locks_keys))
        return;
    log_error("--strict: a layer is missing; not started");
    exit(EXIT_STATUS);
}

void sandbox_enter(const struct handed *handed, const struct sandbox_profile *profile)
{
    int strict = 0;
    pid_t parent = getppid();
    is_strict_now = handed_find(handed, "strict", &strict) && strict == 1;
    prepare_libc();
    leave_network();
    drop_ids(handed);
    layer(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "parent death signal");
    if (getppid() != parent)
        exit(0);
    layer(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
    sandbox_harden();
    (void)signal(SIGPIPE, SIG_IGN);
    layers_now.is_confined = true;
    layers_now.locks_keys = locks_keys();
    enter_landlock(handed, profile);
    int calls = sandbox_seccomp_allow(profile->groups);
    layers_now.seccomp_calls = (uint16_t)(calls > 0 ? calls : 0);
    report();
    demand_layers();
}

/* It executes whatever loader and libraries this system has, so it may read and execute everywhere
 * that its ids let it; it writes, and its children write, below the two directories only. */
void sandbox_enter_supervisor(int data_fd, int keys_fd, bool is_strict)
{
    int root = open("/", O_PATH | O_CLOEXEC);
    const struct sandbox_landlock_rule rules[] = {
        { root, SANDBOX_READ | SANDBOX_LIST | SANDBOX_EXECUTE },
        { data_fd, SANDBOX_KEEP }, { keys_fd, SANDBOX_KEEP },
    };
    is_strict_now = is_strict;
    layer(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
    sandbox_harden();
    layers_now.is_confined = true;
    layers_now.locks_keys = true; /* it has none */
    confine_files(rules, 3);
    (void)close(root);
    int calls = sandbox_seccomp_deny(sandbox_never);
    layers_now.seccomp_calls = (uint16_t)(calls > 0 ? calls : 0);
    demand_layers();
}

static void keys_not_locked(void)
{
    int why = errno;
    if (!atomic_exchange(&warned_of_keys, true))
        log_warn("memory for keys is not locked: %s", strerror(why));
    layers_now.locks_keys = false;
    demand_layers();
}

void *sandbox_key_alloc(size_t len)
{
    void *ptr = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(ptr != MAP_FAILED);
    if (mlock(ptr, len) != 0)
        keys_not_locked();
    (void)madvise(ptr, len, MADV_DONTDUMP);
    return ptr;
}

void sandbox_key_free(void *ptr, size_t len)
{
    if (!ptr)
        return;
    explicit_bzero(ptr, len);
    (void)munmap(ptr, len);
}
