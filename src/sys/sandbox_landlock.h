/* The kernel's landlock: which files this process may touch from now on, and that it neither
 * connects nor binds over TCP, nor signals a process outside of it. Files that are open already
 * stay usable; what is denied is EACCES, so a mistake here is an error and not a death. */
#ifndef SYS_SANDBOX_LANDLOCK_H
#define SYS_SANDBOX_LANDLOCK_H

#include <stddef.h>

#include "base/check.h"

struct sandbox_landlock_rule {
    int dir_fd;
    unsigned rights;  /* enum sandbox_right */
};

/* The kernel's version of landlock; 0 = it has none, or it is switched off. */
int sandbox_landlock_abi(void) MUST_USE;
/* Everything that version `abi` can deny is denied but what the rules allow. PR_SET_NO_NEW_PRIVS
 * must stand. Negative ERR_*: nothing is confined. */
int sandbox_landlock_enter(int abi, const struct sandbox_landlock_rule *rules,
                           size_t count) MUST_USE;

#endif
