/* without landlock|seccomp|mlock PROGRAM ARGUMENT...: runs the program as on a kernel that lacks
 * it: the calls for it fail as they do there. How the tests of --strict take a layer away. */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { CALL_LANDLOCK_CREATE_RULESET = 444 };

static int fails(scmp_filter_ctx ctx, const char *what)
{
    if (strcmp(what, "landlock") == 0)
        return seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EOPNOTSUPP), CALL_LANDLOCK_CREATE_RULESET, 0);
    if (strcmp(what, "mlock") == 0)
        return seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOMEM), SCMP_SYS(mlock), 0);
    if (strcmp(what, "seccomp") != 0)
        return -1;
    int r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0);
    return r != 0 ? r : seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
                                         SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP));
}

int main(int argc, char **argv)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (argc < 3 || !ctx || fails(ctx, argv[1]) != 0 || seccomp_load(ctx) != 0) {
        (void)fprintf(stderr, "usage: without landlock|seccomp|mlock PROGRAM ARGUMENT...\n");
        return 2;
    }
    (void)execv(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
