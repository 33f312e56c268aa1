/* What each program may do once it is confined. One profile a program: the folders handed to it and
 * its rights there, and the system calls it makes. Everything else is denied: a folder with EACCES,
 * a call with the end of the program by SIGSYS. */
#ifndef SYS_SANDBOX_PROFILE_H
#define SYS_SANDBOX_PROFILE_H

#include <stddef.h>

enum sandbox_right {
    SANDBOX_READ = 1,     /* read files */
    SANDBOX_LIST = 2,     /* list names; sync the folder */
    SANDBOX_CREATE = 4,   /* make files and write them */
    SANDBOX_REMOVE = 8,   /* remove files */
    SANDBOX_KEEP = 16,    /* all of the above, cut files, rename, make folders */
    SANDBOX_EXECUTE = 32, /* the supervisor's only */
};

enum { SANDBOX_ROOMS_MAX = 6, SANDBOX_GROUPS_MAX = 6 };

struct sandbox_room {
    const char *name;     /* as handed; a room that was not handed is skipped */
    unsigned rights;
};

/* Calls that belong together, ended by SANDBOX_END (no call's number). Besides numbers of calls
 * there is openat for reading only. */
enum { SANDBOX_END = -1, SANDBOX_OPEN_TO_READ = -2 };

struct sandbox_profile {
    const char *name;
    struct sandbox_room rooms[SANDBOX_ROOMS_MAX];
    const int *groups[SANDBOX_GROUPS_MAX];
};

extern const struct sandbox_profile sandbox_ingest;
extern const struct sandbox_profile sandbox_web;
extern const struct sandbox_profile sandbox_query;
extern const struct sandbox_profile sandbox_auth;
extern const struct sandbox_profile sandbox_vault;
extern const struct sandbox_profile sandbox_ledger;

/* What no program of the house ever does, the supervisor and its children's start included. */
extern const int sandbox_never[];

#endif
