/* Opening a directory by path, for the programs that are told one (amana, tools, tests): children
 * of the supervisor get descriptors instead. fs_real_create is declared in sys/file.h. */
#ifndef SYS_FILE_REAL_H
#define SYS_FILE_REAL_H

#include <stdbool.h>

#include "sys/file.h"

/* An open descriptor of the directory in *fd, which the caller closes; made (0750) when `make`. */
int file_real_open_dir(const char *path, bool make, int *fd) MUST_USE;
/* The same below an open directory; never made, never through a symbolic link. */
int file_real_open_below(int dir_fd, const char *name, int *fd) MUST_USE;
/* A file to be read only, below an open directory; by its path when dir_fd is -1. */
int file_real_open_file(int dir_fd, const char *path, int *fd) MUST_USE;
/* Who owns an entry below an open directory and who may do what with it; links are not followed. */
struct file_real_facts {
    uint32_t uid;
    uint32_t gid;
    uint32_t mode;    /* permission bits, set-id and sticky bits */
    uint64_t size;
    bool is_dir;
};
int file_real_facts(int dir_fd, const char *name, struct file_real_facts *out) MUST_USE;
/* For init as root: owner and mode of a directory below dir_fd, and the owner of
 * the entries directly in it. */
int file_real_hand_over(int dir_fd, const char *name, uint32_t uid, uint32_t gid,
                        uint32_t dir_mode) MUST_USE;

#endif
