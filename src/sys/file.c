#include "sys/file.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

void fs_destroy(struct fs *fs)
{
    if (fs)
        fs->ops->destroy(fs);
}

int fs_open(struct fs *fs, const char *name, unsigned flags, struct file **out)
{
    *out = NULL;
    return fs->ops->open(fs, name, flags, out);
}

int fs_remove(struct fs *fs, const char *name) { return fs->ops->remove(fs, name); }

int fs_rename(struct fs *fs, const char *from, const char *to)
{
    return fs->ops->rename(fs, from, to);
}

int fs_make_dir(struct fs *fs, const char *name) { return fs->ops->make_dir(fs, name); }
int fs_sync_dir(struct fs *fs, const char *name) { return fs->ops->sync_dir(fs, name); }

int fs_list(struct fs *fs, const char *name, fs_name_fn each, void *ctx)
{
    return fs->ops->list(fs, name, each, ctx);
}

int fs_free_bytes(struct fs *fs, uint64_t *out) { return fs->ops->free_bytes(fs, out); }

int file_read_at(struct file *f, void *buf, size_t len, uint64_t off, size_t *got)
{
    return f->ops->read_at(f, buf, len, off, got);
}

int file_write_at(struct file *f, const void *buf, size_t len, uint64_t off)
{
    return f->ops->write_at(f, buf, len, off);
}

int file_sync(struct file *f) { return f->ops->sync(f); }
int file_size(struct file *f, uint64_t *out) { return f->ops->size(f, out); }
int file_truncate(struct file *f, uint64_t size) { return f->ops->truncate(f, size); }

int file_allocate(struct file *f, uint64_t off, uint64_t len)
{
    return f->ops->allocate(f, off, len);
}

int file_map(struct file *f, const uint8_t **ptr, size_t *len)
{
    return f->ops->map(f, ptr, len);
}

void file_close(struct file *f)
{
    if (f)
        f->ops->close(f);
}

int fs_read_file(struct fs *fs, const char *name, size_t max, struct bytes *out)
{
    struct file *f = NULL;
    uint64_t size = 0;
    size_t got = 0;
    int r = fs_open(fs, name, FILE_READ, &f);
    if (r != 0)
        return r;
    r = file_size(f, &size);
    if (r != 0)
        goto out;
    if (size > max) {
        r = ERR_TOO_LARGE;
        goto out;
    }
    uint8_t *at = bytes_grow(out, (size_t)size);
    r = file_read_at(f, at, (size_t)size, 0, &got);
    if (r == 0 && got != size)
        r = ERR_IO;
out:
    file_close(f);
    return r;
}

int fs_read_exactly(struct fs *fs, const char *name, void *buf, size_t len)
{
    struct file *f = NULL;
    uint64_t size = 0;
    size_t got = 0;
    int r = fs_open(fs, name, FILE_READ, &f);
    if (r == 0)
        r = file_size(f, &size);
    if (r == 0 && size != len)
        r = ERR_INVALID;
    if (r == 0)
        r = file_read_at(f, buf, len, 0, &got);
    if (r == 0 && got != len)
        r = ERR_IO;
    file_close(f);
    return r;
}

/* The directory part of a name, "." when it has none. */
static void directory_of(const char *name, char *out, size_t cap)
{
    const char *slash = strrchr(name, '/');
    size_t len = slash ? (size_t)(slash - name) : 1;
    check(len < cap);
    memcpy(out, slash ? name : ".", len);
    out[len] = 0;
}

int fs_replace_file(struct fs *fs, const char *name, struct str content, unsigned flags)
{
    char temporary[256], directory[256];
    struct file *f = NULL;
    check(strlen(name) + 5 <= sizeof(temporary));
    (void)snprintf(temporary, sizeof(temporary), "%s.tmp", name);
    directory_of(name, directory, sizeof(directory));
    int r = fs_open(fs, temporary, flags | FILE_WRITE | FILE_CREATE | FILE_TRUNCATE, &f);
    if (r == 0)
        r = file_write_at(f, content.ptr, content.len, 0);
    if (r == 0)
        r = file_sync(f);
    file_close(f);
    if (r == 0)
        r = fs_rename(fs, temporary, name);
    if (r == 0)
        r = fs_sync_dir(fs, directory);
    return r;
}
