/* Files of one directory tree, through a table of functions: the real disk (file_real), or one in
 * memory that reorders, drops and tears unsynced writes (tests/support/file_fault). Nothing above
 * sys/ opens, writes, syncs or renames by any other way.
 *
 * Names are relative to the tree's root, may hold '/', never "..". All calls may come from several
 * threads; one file is written by one thread at a time. Errors are ERR_*; a failed file_sync or
 * fs_sync means the state on disk is unknown: the caller stops, it never tries again. */
#ifndef SYS_FILE_H
#define SYS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum file_flags {
    FILE_READ = 1,
    FILE_WRITE = 2,
    FILE_CREATE = 4,     /* made when absent */
    FILE_EXCLUSIVE = 8,  /* with FILE_CREATE: ERR_EXISTS when present */
    FILE_TRUNCATE = 16,
    FILE_PRIVATE = 32,   /* created 0600 instead of 0640 */
    FILE_KEY = 64,       /* created 0400: written once, by whoever creates it */
};

struct fs;
struct file;

typedef void (*fs_name_fn)(void *ctx, struct str name);

struct fs_ops {
    int (*open)(struct fs *fs, const char *name, unsigned flags, struct file **out);
    int (*remove)(struct fs *fs, const char *name);
    int (*rename)(struct fs *fs, const char *from, const char *to);
    int (*make_dir)(struct fs *fs, const char *name);
    int (*sync_dir)(struct fs *fs, const char *name);
    int (*list)(struct fs *fs, const char *name, fs_name_fn each, void *ctx);
    int (*free_bytes)(struct fs *fs, uint64_t *out);
    void (*destroy)(struct fs *fs);
};

struct file_ops {
    int (*read_at)(struct file *f, void *buf, size_t len, uint64_t off, size_t *got);
    int (*write_at)(struct file *f, const void *buf, size_t len, uint64_t off);
    int (*sync)(struct file *f);
    int (*size)(struct file *f, uint64_t *out);
    int (*truncate)(struct file *f, uint64_t size);
    int (*allocate)(struct file *f, uint64_t off, uint64_t len);
    int (*map)(struct file *f, const uint8_t **ptr, size_t *len);
    void (*close)(struct file *f);
};

struct fs { const struct fs_ops *ops; };
struct file { const struct file_ops *ops; };

/* The real tree under an open directory descriptor, which the fs takes over. Never NULL. */
struct fs *fs_real_create(int dir_fd);
void fs_destroy(struct fs *fs);                                  /* NULL is fine */

int fs_open(struct fs *fs, const char *name, unsigned flags, struct file **out) MUST_USE;
int fs_remove(struct fs *fs, const char *name) MUST_USE;
int fs_rename(struct fs *fs, const char *from, const char *to) MUST_USE;   /* replaces `to` */
int fs_make_dir(struct fs *fs, const char *name) MUST_USE;       /* present already: 0 */
int fs_sync_dir(struct fs *fs, const char *name) MUST_USE;       /* "." = the root */
/* Calls each(ctx, name) for every entry but . and .., in no order. */
int fs_list(struct fs *fs, const char *name, fs_name_fn each, void *ctx) MUST_USE;
int fs_free_bytes(struct fs *fs, uint64_t *out) MUST_USE;
/* Whole small file into *out (appended); ERR_TOO_LARGE beyond max. */
int fs_read_file(struct fs *fs, const char *name, size_t max, struct bytes *out) MUST_USE;
/* A file of exactly len bytes straight into buf, so that a key lies nowhere else; ERR_INVALID when
 * it has another length. */
int fs_read_exactly(struct fs *fs, const char *name, void *buf, size_t len) MUST_USE;
/* name.tmp, write, fdatasync, rename, sync of the directory: all or nothing. */
int fs_replace_file(struct fs *fs, const char *name, struct str content, unsigned flags) MUST_USE;

/* Reads up to len bytes; *got < len only at the end of the file. */
int file_read_at(struct file *f, void *buf, size_t len, uint64_t off, size_t *got) MUST_USE;
int file_write_at(struct file *f, const void *buf, size_t len, uint64_t off) MUST_USE;  /* all */
int file_sync(struct file *f) MUST_USE;                          /* fdatasync */
int file_size(struct file *f, uint64_t *out) MUST_USE;
int file_truncate(struct file *f, uint64_t size) MUST_USE;
int file_allocate(struct file *f, uint64_t off, uint64_t len) MUST_USE; /* space taken, reads 0 */
/* A read-only map of the whole file, valid until file_close. Length 0 gives NULL. */
int file_map(struct file *f, const uint8_t **ptr, size_t *len) MUST_USE;
void file_close(struct file *f);                                 /* NULL is fine; never syncs */

#endif
