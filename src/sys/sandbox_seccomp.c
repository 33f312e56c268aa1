/* Some calls are needed in one form and dangerous in another:
 *
 *   mmap, mprotect   not executable: what is not in the binaries never runs
 *   clone            a thread, never a process; clone3 is "no such call", because its flags lie in
 *                    memory where a filter cannot look, and libc then takes clone
 *   tgkill           only ourselves: abort() of a failed check
 *   prlimit64        to read a limit, never to change one
 *   fcntl            flags, duplicates and a memfd's seals; no locks, owners or leases
 *   prctl            a thread's name
 *   openat           for web: to read
 *
 * A filter sees numbers, never what a pointer leads to: landlock says which files. */
#include "sys/sandbox_seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "sys/sandbox_profile.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_BUILT = 0 };
#else
enum { IS_BUILT = 1 };
#endif

bool sandbox_seccomp_is_built(void)
{
    return IS_BUILT;
}

/* Whether the kernel can end a whole process (Linux 4.14). */
static bool is_there(void)
{
    enum { KILLS_PROCESSES = 3 };
    return IS_BUILT && seccomp_api_get() >= KILLS_PROCESSES;
}

enum {
    CLONE_SPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                   CLONE_NEWPID | CLONE_NEWNET,
    OPEN_TO_CHANGE = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND,
    CLONE_MUST = CLONE_THREAD | CLONE_VM | CLONE_SIGHAND,
};

static int add_fcntl(scmp_filter_ctx ctx)
{
    static const int commands[] = { F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC,
                                    F_ADD_SEALS, F_GET_SEALS };
    int r = 0;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]) && r == 0; i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SYS_fcntl, 1,
                             SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)commands[i]));
    return r;
}

static int add_call(scmp_filter_ctx ctx, int call)
{
    switch (call) {
    case SYS_mmap:
    case SYS_mprotect:
        return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1,
                                SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    case SYS_clone:
        return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1,
                                SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_MUST | CLONE_SPACES,
                                        CLONE_MUST));
    case SYS_clone3:
        return seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), call, 0);
    case SYS_tgkill:
        return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1,
                                SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    case SYS_prlimit64:
        return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1, SCMP_A2(SCMP_CMP_EQ, 0));
    case SYS_prctl:
        return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1,
                                SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
    case SYS_fcntl:
        return add_fcntl(ctx);
    case SANDBOX_OPEN_TO_READ:
        return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SYS_openat, 1,
                                SCMP_A2(SCMP_CMP_MASKED_EQ, OPEN_TO_CHANGE, 0));
    default:
        return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 0);
    }
}

/* A balanced tree: a long list costs no more than a short one. */
static int load(scmp_filter_ctx ctx)
{
    int r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (r == 0)
        r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (r == 0)
        r = seccomp_load(ctx);
    return r == 0 ? 0 : ERR_UNSUPPORTED;
}

int sandbox_seccomp_allow(const int *const *groups)
{
    int count = 0, r = 0;
    if (!is_there())
        return ERR_UNSUPPORTED;
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!ctx)
        return ERR_NOMEM;
    for (; *groups && r == 0; groups++)
        for (const int *call = *groups; *call != SANDBOX_END && r == 0; call++, count++)
            r = add_call(ctx, *call);
    check(r == 0); /* a list of ours that the library does not take */
    r = load(ctx);
    seccomp_release(ctx);
    return r == 0 ? count : r;
}

int sandbox_seccomp_deny(const int *calls)
{
    int count = 0, r = 0;
    if (!is_there())
        return ERR_UNSUPPORTED;
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (!ctx)
        return ERR_NOMEM;
    for (; calls[count] != SANDBOX_END && r == 0; count++)
        r = seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, calls[count], 0);
    check(r == 0);
    r = load(ctx);
    seccomp_release(ctx);
    return r == 0 ? count : r;
}
