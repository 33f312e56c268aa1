#include "support/golden.h"

#include <stdio.h>

#include "sys/file_real.h"
#include "sys/sock.h"

enum { FILE_BYTES_MAX = 1 << 20, NAME_BYTES = 256 };

struct copy {
    struct fs *from;
    struct fs *to;
    int dir_fd;
    const char *folder;   /* NULL: the root */
    uint32_t files;
};

static void copy_entry(void *ctx, struct str entry)
{
    struct copy *copy = ctx;
    struct file_real_facts facts;
    struct bytes content = { 0 };
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof(name), "%s%s%.*s", copy->folder ? copy->folder : "",
                   copy->folder ? "/" : "", (int)entry.len, entry.ptr);
    check(file_real_facts(copy->dir_fd, name, &facts) == 0);
    if (facts.is_dir) {
        struct copy below = *copy;
        below.folder = name;
        check(fs_make_dir(copy->to, name) == 0);
        check(fs_list(copy->from, name, copy_entry, &below) == 0);
        copy->files = below.files;
        return;
    }
    check(fs_read_file(copy->from, name, FILE_BYTES_MAX, &content) == 0);
    check(fs_replace_file(copy->to, name, bytes_str(&content), FILE_PRIVATE) == 0);
    bytes_release(&content);
    copy->files++;
}

struct fs *golden_copy(const char *name, struct temp *temp)
{
    char path[NAME_BYTES];
    struct copy copy = { 0 };
    int fd;
    (void)snprintf(path, sizeof(path), "tests/golden/formats/%s", name);
    check(file_real_open_dir(path, false, &copy.dir_fd) == 0);
    check(file_real_open_dir(path, false, &fd) == 0);
    temp_make(temp);
    copy.from = fs_real_create(fd);
    copy.to = temp_fs(temp);
    check(fs_list(copy.from, ".", copy_entry, &copy) == 0);
    check(copy.files > 0);
    fs_destroy(copy.from);
    sock_close(copy.dir_fd);
    return copy.to;
}
