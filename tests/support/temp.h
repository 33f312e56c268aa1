/* A fresh directory for one test, removed with all it holds. */
#ifndef TESTS_SUPPORT_TEMP_H
#define TESTS_SUPPORT_TEMP_H

#include "sys/file.h"

struct temp {
    char path[128];
};

void temp_make(struct temp *temp);
void temp_remove(struct temp *temp);
struct fs *temp_fs(const struct temp *temp);   /* a new fs over it; the caller destroys it */
int temp_dir_fd(const struct temp *temp);      /* an open descriptor; the caller closes it */

#endif
