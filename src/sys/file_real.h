/* Opening a directory by path, for the programs that are told one (amana, tools, tests): children
 * of the supervisor get descriptors instead. fs_real_create is declared in sys/file.h. */
#ifndef SYS_FILE_REAL_H
#define SYS_FILE_REAL_H

#include <stdbool.h>

#include "sys/file.h"

/* An open descriptor of the directory in *fd, which the caller closes; made (0750) when `make`. */
int file_real_open_dir(const char *path, bool make, int *fd) MUST_USE;

#endif
