/* Debian 12's headers know the first version only, kernels have seven: the numbers stand here, as
 * in the kernel's include/uapi/linux/landlock.h, and what a kernel does not know is left out by its
 * version. A right that is handled and not allowed is denied, so newer rights are handled even
 * where no program uses them (ioctl on devices, TCP). UDP is not landlock's business: seccomp
 * denies the socket. */
#include "sys/sandbox_landlock.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "sys/sandbox_profile.h"

enum {
    CALL_CREATE_RULESET = 444, /* the same numbers on every architecture */
    CALL_ADD_RULE = 445,
    CALL_RESTRICT_SELF = 446,
    ASK_VERSION = 1,
    RULE_PATH_BENEATH = 1,
};

enum {
    FS_EXECUTE = 1u << 0,
    FS_WRITE_FILE = 1u << 1,
    FS_READ_FILE = 1u << 2,
    FS_READ_DIR = 1u << 3,
    FS_REMOVE_FILE = 1u << 5,
    FS_MAKE_DIR = 1u << 7,
    FS_MAKE_REG = 1u << 8,
    FS_REFER = 1u << 13,
    FS_TRUNCATE = 1u << 14,

    FS_VERSION_1 = (1u << 13) - 1,      /* execute to make_sym */
    FS_VERSION_2 = FS_REFER,
    FS_VERSION_3 = FS_TRUNCATE,
    FS_VERSION_5 = 1u << 15,            /* ioctl on devices */
    NET_VERSION_4 = 3,                  /* bind and connect, TCP */
    SCOPE_VERSION_6 = 3,                /* abstract unix sockets, signals */
};

struct ruleset {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

struct path_beneath {
    uint64_t allowed;
    int32_t parent_fd;
} __attribute__((packed));

static struct ruleset handled_by(int abi)
{
    struct ruleset all = { .fs = FS_VERSION_1 };
    all.fs |= abi >= 2 ? FS_VERSION_2 : 0;
    all.fs |= abi >= 3 ? FS_VERSION_3 : 0;
    all.fs |= abi >= 5 ? FS_VERSION_5 : 0;
    all.net = abi >= 4 ? NET_VERSION_4 : 0;
    all.scoped = abi >= 6 ? SCOPE_VERSION_6 : 0;
    return all;
}

static uint64_t access_of(unsigned rights)
{
    uint64_t access = 0;
    access |= rights & SANDBOX_READ ? FS_READ_FILE : 0;
    access |= rights & SANDBOX_LIST ? FS_READ_DIR : 0;
    access |= rights & SANDBOX_CREATE ? FS_WRITE_FILE | FS_MAKE_REG : 0;
    access |= rights & SANDBOX_REMOVE ? FS_REMOVE_FILE : 0;
    access |= rights & SANDBOX_EXECUTE ? FS_EXECUTE : 0;
    access |= rights & SANDBOX_KEEP ? FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE | FS_MAKE_REG |
              FS_REMOVE_FILE | FS_MAKE_DIR | FS_REFER | FS_TRUNCATE : 0;
    return access;
}

int sandbox_landlock_abi(void)
{
    long abi = syscall(CALL_CREATE_RULESET, NULL, 0, ASK_VERSION);
    return abi > 0 ? (int)abi : 0;
}

static int add_rules(int fd, uint64_t handled, const struct sandbox_landlock_rule *rules,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct path_beneath rule = { .allowed = access_of(rules[i].rights) & handled,
                                     .parent_fd = rules[i].dir_fd };
        /* A rule that allows nothing is an error to the kernel; to be without one is the same. */
        if (rule.allowed && syscall(CALL_ADD_RULE, fd, RULE_PATH_BENEATH, &rule, 0) != 0)
            return err_from_errno(errno);
    }
    return 0;
}

int sandbox_landlock_enter(int abi, const struct sandbox_landlock_rule *rules, size_t count)
{
    struct ruleset all = handled_by(abi);
    if (abi <= 0)
        return ERR_UNSUPPORTED;
    int fd = (int)syscall(CALL_CREATE_RULESET, &all, sizeof(all), 0);
    if (fd < 0)
        return err_from_errno(errno);
    int r = add_rules(fd, all.fs, rules, count);
    if (r == 0 && syscall(CALL_RESTRICT_SELF, fd, 0) != 0)
        r = err_from_errno(errno);
    (void)close(fd);
    return r;
}
