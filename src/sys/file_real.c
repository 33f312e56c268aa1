/* The real disk behind sys/file. */
#include "sys/file_real.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/err.h"

struct fs_real {
    struct fs base;
    int dir_fd;
};

struct file_real {
    struct file base;
    int fd;
    void *map;
    size_t map_len;
};

static int dir_fd_of(struct fs *fs)
{
    return ((struct fs_real *)fs)->dir_fd;
}

static int real_read_at(struct file *f, void *buf, size_t len, uint64_t off, size_t *got)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(((struct file_real *)f)->fd, (char *)buf + done, len - done,
                          (off_t)(off + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_from_errno(errno);
        if (n == 0)
            break;
        done += (size_t)n;
    }
    *got = done;
    return 0;
}

static int real_write_at(struct file *f, const void *buf, size_t len, uint64_t off)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pwrite(((struct file_real *)f)->fd, (const char *)buf + done, len - done,
                           (off_t)(off + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_from_errno(errno);
        if (n == 0)
            return ERR_IO;
        done += (size_t)n;
    }
    return 0;
}

static int real_sync(struct file *f)
{
    return fdatasync(((struct file_real *)f)->fd) == 0 ? 0 : ERR_IO;
}

static int real_size(struct file *f, uint64_t *out)
{
    struct stat st;
    if (fstat(((struct file_real *)f)->fd, &st) != 0)
        return err_from_errno(errno);
    *out = (uint64_t)st.st_size;
    return 0;
}

static int real_truncate(struct file *f, uint64_t size)
{
    return ftruncate(((struct file_real *)f)->fd, (off_t)size) == 0 ? 0 : err_from_errno(errno);
}

static int real_allocate(struct file *f, uint64_t off, uint64_t len)
{
    return err_from_errno(posix_fallocate(((struct file_real *)f)->fd, (off_t)off, (off_t)len));
}

static int real_map(struct file *f, const uint8_t **ptr, size_t *len)
{
    struct file_real *real = (struct file_real *)f;
    uint64_t size;
    int r = real_size(f, &size);
    if (r != 0)
        return r;
    if (!real->map && size > 0) {
        void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, real->fd, 0);
        if (map == MAP_FAILED)
            return err_from_errno(errno);
        real->map = map;
        real->map_len = (size_t)size;
    }
    *ptr = real->map;
    *len = real->map_len;
    return 0;
}

static void real_close(struct file *f)
{
    struct file_real *real = (struct file_real *)f;
    if (real->map)
        (void)munmap(real->map, real->map_len);
    (void)close(real->fd);
    free(real);
}

static const struct file_ops real_file_ops = {
    .read_at = real_read_at, .write_at = real_write_at, .sync = real_sync, .size = real_size,
    .truncate = real_truncate, .allocate = real_allocate, .map = real_map, .close = real_close,
};

static int real_open(struct fs *fs, const char *name, unsigned flags, struct file **out)
{
    int mode = (flags & FILE_WRITE) ? ((flags & FILE_READ) ? O_RDWR : O_WRONLY) : O_RDONLY;
    mode |= (flags & FILE_CREATE) ? O_CREAT : 0;
    mode |= (flags & FILE_EXCLUSIVE) ? O_EXCL : 0;
    mode |= (flags & FILE_TRUNCATE) ? O_TRUNC : 0;
    mode_t rights = (flags & FILE_KEY) ? 0400 : (flags & FILE_PRIVATE) ? 0600 : 0640;
    int fd = openat(dir_fd_of(fs), name, mode | O_CLOEXEC | O_NOFOLLOW, rights);
    if (fd < 0)
        return err_from_errno(errno);
    struct file_real *real = calloc(1, sizeof(*real));
    check(real != NULL);
    *real = (struct file_real){ .base.ops = &real_file_ops, .fd = fd };
    *out = &real->base;
    return 0;
}

static int real_remove(struct fs *fs, const char *name)
{
    return unlinkat(dir_fd_of(fs), name, 0) == 0 ? 0 : err_from_errno(errno);
}

static int real_rename(struct fs *fs, const char *from, const char *to)
{
    int fd = dir_fd_of(fs);
    return renameat(fd, from, fd, to) == 0 ? 0 : err_from_errno(errno);
}

static int real_make_dir(struct fs *fs, const char *name)
{
    if (mkdirat(dir_fd_of(fs), name, 0750) == 0 || errno == EEXIST)
        return 0;
    return err_from_errno(errno);
}

static int real_sync_dir(struct fs *fs, const char *name)
{
    int fd = openat(dir_fd_of(fs), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_from_errno(errno);
    int r = fsync(fd) == 0 ? 0 : ERR_IO;
    (void)close(fd);
    return r;
}

static int real_list(struct fs *fs, const char *name, fs_name_fn each, void *ctx)
{
    int fd = openat(dir_fd_of(fs), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_from_errno(errno);
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int r = err_from_errno(errno);
        (void)close(fd);
        return r;
    }
    errno = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL; errno = 0)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            each(ctx, str_from(entry->d_name));
    int r = errno ? err_from_errno(errno) : 0;
    (void)closedir(dir);
    return r;
}

static int real_free_bytes(struct fs *fs, uint64_t *out)
{
    struct statvfs st;
    if (fstatvfs(dir_fd_of(fs), &st) != 0)
        return err_from_errno(errno);
    *out = (uint64_t)st.f_bavail * st.f_frsize;
    return 0;
}

static void real_destroy(struct fs *fs)
{
    (void)close(dir_fd_of(fs));
    free(fs);
}

static const struct fs_ops real_fs_ops = {
    .open = real_open, .remove = real_remove, .rename = real_rename, .make_dir = real_make_dir,
    .sync_dir = real_sync_dir, .list = real_list, .free_bytes = real_free_bytes,
    .destroy = real_destroy,
};

struct fs *fs_real_create(int dir_fd)
{
    struct fs_real *real = calloc(1, sizeof(*real));
    check(real != NULL && dir_fd >= 0);
    *real = (struct fs_real){ .base.ops = &real_fs_ops, .dir_fd = dir_fd };
    return &real->base;
}

int file_real_open_dir(const char *path, bool make, int *fd)
{
    if (make && mkdir(path, 0750) != 0 && errno != EEXIST)
        return err_from_errno(errno);
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *fd >= 0 ? 0 : err_from_errno(errno);
}

int file_real_open_below(int dir_fd, const char *name, int *fd)
{
    *fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return *fd >= 0 ? 0 : err_from_errno(errno);
}

int file_real_open_file(int dir_fd, const char *path, int *fd)
{
    struct stat st;
    int r = 0;
    *fd = openat(dir_fd < 0 ? AT_FDCWD : dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return err_from_errno(errno);
    if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode))
        r = ERR_INVALID;
    if (r != 0) {
        (void)close(*fd);
        *fd = -1;
    }
    return r;
}

int file_real_facts(int dir_fd, const char *name, struct file_real_facts *out)
{
    struct stat st;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return err_from_errno(errno);
    *out = (struct file_real_facts){ .uid = st.st_uid, .gid = st.st_gid,
                                     .mode = st.st_mode & 07777, .size = (uint64_t)st.st_size,
                                     .is_dir = S_ISDIR(st.st_mode) };
    return 0;
}

struct hand_over {
    int dir_fd;
    uint32_t uid;
    uint32_t gid;
    int r;
};

static void hand_over_entry(void *ctx, struct str name)
{
    struct hand_over *h = ctx;
    if (fchownat(h->dir_fd, name.ptr, h->uid, h->gid, AT_SYMLINK_NOFOLLOW) != 0)
        h->r = err_from_errno(errno);
}

int file_real_hand_over(int dir_fd, const char *name, uint32_t uid, uint32_t gid,
                        uint32_t dir_mode)
{
    int fd;
    int r = file_real_open_below(dir_fd, name, &fd);
    if (r != 0)
        return r;
    struct fs *fs = fs_real_create(fd);
    struct hand_over h = { .dir_fd = fd, .uid = uid, .gid = gid };
    r = fs_list(fs, ".", hand_over_entry, &h);
    if (r == 0)
        r = h.r;
    if (r == 0 && (fchown(fd, uid, gid) != 0 || fchmod(fd, (mode_t)dir_mode) != 0))
        r = err_from_errno(errno);
    fs_destroy(fs);
    return r;
}
