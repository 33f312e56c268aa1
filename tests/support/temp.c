#include "support/temp.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"

void temp_make(struct temp *temp)
{
    const char *root = getenv("TMPDIR");
    (void)snprintf(temp->path, sizeof(temp->path), "%s/amana-test-XXXXXX", root ? root : "/tmp");
    check(mkdtemp(temp->path) != NULL);
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

void temp_remove(struct temp *temp)
{
    (void)nftw(temp->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int temp_dir_fd(const struct temp *temp)
{
    int fd = open(temp->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(fd >= 0);
    return fd;
}

struct fs *temp_fs(const struct temp *temp)
{
    return fs_real_create(temp_dir_fd(temp));
}
