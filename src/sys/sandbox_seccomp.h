/* The kernel's seccomp: which calls this process, and every thread it makes from now on, may make.
 * Any other ends the whole process with SIGSYS; so does a call of another architecture. */
#ifndef SYS_SANDBOX_SECCOMP_H
#define SYS_SANDBOX_SECCOMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

/* False in builds with a sanitizer, which makes calls of its own at any time. */
bool sandbox_seccomp_is_built(void);
/* groups: lists of calls, ended by NULL, each ended by SANDBOX_END. Some are let through with
 * certain arguments only (see the .c). How many calls are let through, or a negative ERR_*: then
 * nothing is confined. */
int sandbox_seccomp_allow(const int *const *groups) MUST_USE;
/* The other way round, for who starts other programs: all calls but these. How many they are. */
int sandbox_seccomp_deny(const int *calls) MUST_USE;

#endif
