#include "sys/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"

static void layer(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "cannot confine this program: %s: %s\n", what, strerror(errno));
    exit(3);
}

void sandbox_harden(void)
{
    struct rlimit none = { 0, 0 };
    layer(setrlimit(RLIMIT_CORE, &none) == 0, "core size");
    layer(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "dumpable");
}

void sandbox_enter(const struct handed *handed)
{
    int uid, gid;
    tzset();
    pid_t parent = getppid();
    if (handed_find(handed, "uid", &uid)) {
        check(handed_find(handed, "gid", &gid));
        layer(setgroups(0, NULL) == 0, "groups");
        layer(setresgid((gid_t)gid, (gid_t)gid, (gid_t)gid) == 0, "group id");
        layer(setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) == 0, "user id");
    }
    layer(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "parent death signal");
    if (getppid() != parent)
        exit(0);
    layer(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
    sandbox_harden();
    (void)signal(SIGPIPE, SIG_IGN);
}

void *sandbox_key_alloc(size_t len)
{
    void *ptr = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(ptr != MAP_FAILED);
    (void)mlock(ptr, len); /* RLIMIT_MEMLOCK may be small; not dumping is what counts */
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
