#include "support/file_fault.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/rand.h"

enum { NAME_BYTES = 96, SECTOR_BYTES = 512 };

/* A change of a file's content that is not synced yet. */
struct change {
    bool is_truncate;
    uint64_t off;       /* or the new size */
    struct bytes data;
};

struct inode {
    struct bytes now;
    struct bytes durable;
    struct change *changes;
    size_t change_count;
    uint32_t open_count;
};

struct entry {
    char name[NAME_BYTES];
    struct inode *inode;     /* NULL: a directory */
};

struct entries {
    struct entry *items;
    size_t count;
};

/* A change of a directory that is not synced yet. */
struct link_change {
    char directory[NAME_BYTES];
    char removed[NAME_BYTES];     /* "" = none */
    char made[NAME_BYTES];        /* "" = none */
    struct inode *inode;
};

struct fault {
    struct fs base;
    struct entries now;
    struct entries durable;
    struct link_change *changes;
    size_t change_count;
    struct inode **inodes;
    size_t inode_count;
    uint64_t calls;
    uint64_t crash_at;
    uint64_t fail_at;
    uint64_t capacity;
    const char *ignored;
};

struct fault_file {
    struct file base;
    struct fault *fs;
    struct inode *inode;
    char name[NAME_BYTES];
    unsigned flags;
    uint8_t *map;
};

static void *grown(void *ptr, size_t count, size_t size)
{
    ptr = realloc(ptr, (count + 1) * size);
    check(ptr != NULL);
    return ptr;
}

static void name_copy(char *to, const char *from)
{
    check(strlen(from) < NAME_BYTES);
    memcpy(to, from, strlen(from) + 1);
}

static void directory_of(const char *name, char *out)
{
    const char *slash = strrchr(name, '/');
    name_copy(out, slash ? name : ".");
    if (slash)
        out[slash - name] = 0;
}

/* Counts a call that changes the disk; its error, or 0. */
static int count_call(struct fault *fs)
{
    uint64_t call = fs->calls++;
    return call >= fs->crash_at || call == fs->fail_at ? ERR_IO : 0;
}

/* ---- entries --------------------------------------------------------------------------------- */

static struct entry *find_entry(const struct entries *entries, const char *name)
{
    for (size_t i = 0; i < entries->count; i++)
        if (strcmp(entries->items[i].name, name) == 0)
            return &entries->items[i];
    return NULL;
}

static void put_entry(struct entries *entries, const char *name, struct inode *inode)
{
    struct entry *entry = find_entry(entries, name);
    if (!entry) {
        entries->items = grown(entries->items, entries->count, sizeof(*entries->items));
        entry = &entries->items[entries->count++];
        name_copy(entry->name, name);
    }
    entry->inode = inode;
}

static void remove_entry(struct entries *entries, const char *name)
{
    struct entry *entry = find_entry(entries, name);
    if (entry)
        *entry = entries->items[--entries->count];
}

static void apply_link(struct entries *entries, const struct link_change *change)
{
    if (change->removed[0])
        remove_entry(entries, change->removed);
    if (change->made[0])
        put_entry(entries, change->made, change->inode);
}

static void change_link(struct fault *fs, const char *removed, const char *made,
                        struct inode *inode)
{
    fs->changes = grown(fs->changes, fs->change_count, sizeof(*fs->changes));
    struct link_change *change = &fs->changes[fs->change_count++];
    *change = (struct link_change){ .inode = inode };
    directory_of(made[0] ? made : removed, change->directory);
    name_copy(change->removed, removed);
    name_copy(change->made, made);
    apply_link(&fs->now, change);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void apply_bytes(struct bytes *content, uint64_t off, const uint8_t *data, size_t len)
{
    if (content->len < off + len) {
        size_t more = (size_t)(off + len) - content->len;
        memset(bytes_grow(content, more), 0, more);
    }
    if (len)
        memcpy(content->ptr + off, data, len);
}

static void apply_truncate(struct bytes *content, uint64_t size)
{
    if (size < content->len)
        content->len = (size_t)size;
    else
        apply_bytes(content, size, NULL, 0);
}

static struct change *add_change(struct inode *inode)
{
    inode->changes = grown(inode->changes, inode->change_count, sizeof(*inode->changes));
    struct change *change = &inode->changes[inode->change_count++];
    *change = (struct change){ 0 };
    return change;
}

static void forget_changes(struct inode *inode)
{
    for (size_t i = 0; i < inode->change_count; i++)
        bytes_release(&inode->changes[i].data);
    inode->change_count = 0;
}

static uint64_t used_bytes(const struct fault *fs)
{
    uint64_t used = 0;
    for (size_t i = 0; i < fs->now.count; i++)
        used += fs->now.items[i].inode ? fs->now.items[i].inode->now.len : 0;
    return used;
}

static struct fault_file *of_file(struct file *f)
{
    return (struct fault_file *)f;
}

static int fault_read_at(struct file *f, void *buf, size_t len, uint64_t off, size_t *got)
{
    const struct bytes *now = &of_file(f)->inode->now;
    *got = off >= now->len ? 0 : now->len - off < len ? (size_t)(now->len - off) : len;
    if (*got)
        memcpy(buf, now->ptr + off, *got);
    return 0;
}

static int fault_write_at(struct file *f, const void *buf, size_t len, uint64_t off)
{
    struct fault_file *file = of_file(f);
    struct inode *inode = file->inode;
    check(file->flags & FILE_WRITE);
    int r = count_call(file->fs);
    if (r == 0 && off + len > inode->now.len &&
        used_bytes(file->fs) + (off + len - inode->now.len) > file->fs->capacity)
        r = ERR_FULL;
    if (r != 0 && file->fs->calls - 1 != file->fs->crash_at)
        return r;
    /* The write during which the power goes may be torn like any other unsynced one. */
    struct change *change = add_change(inode);
    change->off = off;
    bytes_append(&change->data, buf, len);
    apply_bytes(&inode->now, off, buf, len);
    return r;
}

static bool is_ignored(const struct fault *fs, const char *name)
{
    return fs->ignored && strncmp(name, fs->ignored, strlen(fs->ignored)) == 0;
}

static int fault_sync(struct file *f)
{
    struct fault_file *file = of_file(f);
    int r = count_call(file->fs);
    if (r != 0 || is_ignored(file->fs, file->name))
        return r;
    bytes_reset(&file->inode->durable);
    bytes_append_str(&file->inode->durable, bytes_str(&file->inode->now));
    forget_changes(file->inode);
    return 0;
}

static int fault_size(struct file *f, uint64_t *out)
{
    *out = of_file(f)->inode->now.len;
    return 0;
}

static void truncate_inode(struct inode *inode, uint64_t size)
{
    struct change *change = add_change(inode);
    change->is_truncate = true;
    change->off = size;
    apply_truncate(&inode->now, size);
}

static int fault_truncate(struct file *f, uint64_t size)
{
    int r = count_call(of_file(f)->fs);
    if (r == 0 && size != of_file(f)->inode->now.len)
        truncate_inode(of_file(f)->inode, size);
    return r;
}

static int fault_allocate(struct file *f, uint64_t off, uint64_t len)
{
    int r = count_call(of_file(f)->fs);
    if (r == 0 && off + len > of_file(f)->inode->now.len)
        truncate_inode(of_file(f)->inode, off + len);
    return r;
}

static int fault_map(struct file *f, const uint8_t **ptr, size_t *len)
{
    struct fault_file *file = of_file(f);
    const struct bytes *now = &file->inode->now;
    if (!file->map && now->len > 0) {
        file->map = malloc(now->len);
        check(file->map != NULL);
        memcpy(file->map, now->ptr, now->len);
    }
    *ptr = file->map;
    *len = now->len;
    return 0;
}

static void fault_close(struct file *f)
{
    of_file(f)->inode->open_count--;
    free(of_file(f)->map);
    free(f);
}

static const struct file_ops fault_file_ops = {
    .read_at = fault_read_at, .write_at = fault_write_at, .sync = fault_sync,
    .size = fault_size, .truncate = fault_truncate, .allocate = fault_allocate,
    .map = fault_map, .close = fault_close,
};

/* ---- the tree -------------------------------------------------------------------------------- */

static struct inode *create_inode(struct fault *fs)
{
    struct inode *inode = calloc(1, sizeof(*inode));
    check(inode != NULL);
    fs->inodes = grown(fs->inodes, fs->inode_count, sizeof(struct inode *));
    fs->inodes[fs->inode_count++] = inode;
    return inode;
}

static int fault_open(struct fs *base, const char *name, unsigned flags, struct file **out)
{
    struct fault *fs = (struct fault *)base;
    struct entry *entry = find_entry(&fs->now, name);
    char directory[NAME_BYTES];
    int r = 0;
    directory_of(name, directory);
    if (strcmp(directory, ".") != 0 && !find_entry(&fs->now, directory))
        return ERR_NOT_FOUND;
    if (!entry && !(flags & FILE_CREATE))
        return ERR_NOT_FOUND;
    if (entry && (flags & FILE_EXCLUSIVE))
        return ERR_EXISTS;
    if (!entry || (flags & FILE_TRUNCATE))
        r = count_call(fs);
    if (r != 0)
        return r;
    if (!entry) {
        change_link(fs, "", name, create_inode(fs));
        entry = find_entry(&fs->now, name);
    } else if (flags & FILE_TRUNCATE) {
        truncate_inode(entry->inode, 0);
    }
    struct fault_file *file = calloc(1, sizeof(*file));
    check(file != NULL);
    *file = (struct fault_file){ .base.ops = &fault_file_ops, .fs = fs, .inode = entry->inode,
                                 .flags = flags };
    name_copy(file->name, name);
    entry->inode->open_count++;
    *out = &file->base;
    return 0;
}

static int fault_remove(struct fs *base, const char *name)
{
    struct fault *fs = (struct fault *)base;
    int r = count_call(fs);
    if (r == 0 && !find_entry(&fs->now, name))
        r = ERR_NOT_FOUND;
    if (r == 0)
        change_link(fs, name, "", NULL);
    return r;
}

static int fault_rename(struct fs *base, const char *from, const char *to)
{
    struct fault *fs = (struct fault *)base;
    const struct entry *entry = find_entry(&fs->now, from);
    char directory[NAME_BYTES];
    int r = count_call(fs);
    directory_of(to, directory);
    if (r == 0 && (!entry || (strcmp(directory, ".") != 0 && !find_entry(&fs->now, directory))))
        r = ERR_NOT_FOUND;
    if (r == 0)
        change_link(fs, from, to, entry->inode);
    return r;
}

static int fault_make_dir(struct fs *base, const char *name)
{
    struct fault *fs = (struct fault *)base;
    if (find_entry(&fs->now, name))
        return 0;
    int r = count_call(fs);
    if (r == 0)
        change_link(fs, "", name, NULL);
    return r;
}

static int fault_sync_dir(struct fs *base, const char *name)
{
    struct fault *fs = (struct fault *)base;
    char ignored[NAME_BYTES + 1];
    int r = count_call(fs);
    name_copy(ignored, name);
    memcpy(ignored + strlen(name), "/", 2);
    if (r != 0 || is_ignored(fs, ignored))
        return r;
    size_t kept = 0;
    for (size_t i = 0; i < fs->change_count; i++) {
        if (strcmp(fs->changes[i].directory, name) == 0)
            apply_link(&fs->durable, &fs->changes[i]);
        else
            fs->changes[kept++] = fs->changes[i];
    }
    fs->change_count = kept;
    return 0;
}

static int fault_list(struct fs *base, const char *name, fs_name_fn each, void *ctx)
{
    struct fault *fs = (struct fault *)base;
    char directory[NAME_BYTES];
    for (size_t i = 0; i < fs->now.count; i++) {
        const char *full = fs->now.items[i].name, *slash = strrchr(full, '/');
        directory_of(full, directory);
        if (strcmp(directory, name) == 0)
            each(ctx, str_from(slash ? slash + 1 : full));
    }
    return 0;
}

static int fault_free_bytes(struct fs *base, uint64_t *out)
{
    struct fault *fs = (struct fault *)base;
    *out = fs->capacity - used_bytes(fs);
    return 0;
}

static void fault_destroy(struct fs *base)
{
    struct fault *fs = (struct fault *)base;
    for (size_t i = 0; i < fs->inode_count; i++) {
        forget_changes(fs->inodes[i]);
        free(fs->inodes[i]->changes);
        bytes_release(&fs->inodes[i]->now);
        bytes_release(&fs->inodes[i]->durable);
        free(fs->inodes[i]);
    }
    free(fs->inodes);
    free(fs->now.items);
    free(fs->durable.items);
    free(fs->changes);
    free(fs);
}

static const struct fs_ops fault_fs_ops = {
    .open = fault_open, .remove = fault_remove, .rename = fault_rename,
    .make_dir = fault_make_dir, .sync_dir = fault_sync_dir, .list = fault_list,
    .free_bytes = fault_free_bytes, .destroy = fault_destroy,
};

struct fs *file_fault_create(void)
{
    struct fault *fs = calloc(1, sizeof(*fs));
    check(fs != NULL);
    *fs = (struct fault){ .base.ops = &fault_fs_ops, .crash_at = UINT64_MAX,
                          .fail_at = UINT64_MAX, .capacity = UINT64_MAX / 2 };
    return &fs->base;
}

/* ---- what goes wrong ------------------------------------------------------------------------- */

uint64_t file_fault_calls(const struct fs *fs) { return ((const struct fault *)fs)->calls; }
void file_fault_crash_at(struct fs *fs, uint64_t at) { ((struct fault *)fs)->crash_at = at; }
void file_fault_fail_at(struct fs *fs, uint64_t at) { ((struct fault *)fs)->fail_at = at; }

void file_fault_set_capacity(struct fs *fs, uint64_t bytes)
{
    ((struct fault *)fs)->capacity = bytes;
}

void file_fault_ignore_sync(struct fs *fs, const char *prefix)
{
    ((struct fault *)fs)->ignored = prefix;
}

static bool survives(uint64_t variant, struct rand *rand)
{
    return variant == FILE_FAULT_KEEP || (variant != FILE_FAULT_DROP && rand_below(rand, 2));
}

static void crash_inode(struct inode *inode, uint64_t variant, struct rand *rand)
{
    check(inode->open_count == 0);
    for (size_t i = 0; i < inode->change_count; i++) {
        const struct change *change = &inode->changes[i];
        if (change->is_truncate && survives(variant, rand))
            apply_truncate(&inode->durable, change->off);
        for (size_t at = 0; !change->is_truncate && at < change->data.len; at += SECTOR_BYTES) {
            size_t n = change->data.len - at < SECTOR_BYTES ? change->data.len - at
                                                            : SECTOR_BYTES;
            if (survives(variant, rand))
                apply_bytes(&inode->durable, change->off + at, change->data.ptr + at, n);
        }
    }
    forget_changes(inode);
    bytes_reset(&inode->now);
    bytes_append_str(&inode->now, bytes_str(&inode->durable));
}

void file_fault_crash(struct fs *base, uint64_t variant)
{
    struct fault *fs = (struct fault *)base;
    struct rand rand;
    rand_init(&rand, variant);
    for (size_t i = 0; i < fs->inode_count; i++)
        crash_inode(fs->inodes[i], variant, &rand);
    for (size_t i = 0; i < fs->change_count; i++)
        if (survives(variant, &rand))
            apply_link(&fs->durable, &fs->changes[i]);
    fs->change_count = 0;
    /* Entries of a directory that was itself lost. */
    for (size_t i = fs->durable.count; i-- > 0;) {
        char directory[NAME_BYTES];
        directory_of(fs->durable.items[i].name, directory);
        if (strcmp(directory, ".") != 0 && !find_entry(&fs->durable, directory))
            fs->durable.items[i] = fs->durable.items[--fs->durable.count];
    }
    fs->now.count = 0;
    for (size_t i = 0; i < fs->durable.count; i++)
        put_entry(&fs->now, fs->durable.items[i].name, fs->durable.items[i].inode);
    fs->calls = 0;
    fs->crash_at = fs->fail_at = UINT64_MAX;
    fs->capacity = UINT64_MAX / 2;
}
