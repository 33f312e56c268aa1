#include "support/disk.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/rand.h"

enum { NODES_MAX = 256, NAME_MAX_BYTES = 96, SECTOR = 512 };

/* A write that is not synced yet; ptr NULL: a truncation to off. */
struct change {
    struct change *next;
    uint64_t off;
    size_t len;
    uint8_t *ptr;
};

struct node {
    struct bytes now;       /* what reads see */
    struct bytes lasting;   /* what is synced */
    struct change *first, **last;
    char label[NAME_MAX_BYTES]; /* the name it was made under */
};

struct entry {
    char name[NAME_MAX_BYTES];
    int node;
};

struct table {
    struct entry entries[NODES_MAX];
    int count;
};

/* The tree after each change of names that is not synced yet. */
struct disk {
    struct node nodes[NODES_MAX];
    int node_count;
    struct table names, lasting_names;
    struct table *history;
    int history_count;
    uint64_t steps, fail_at;
    int fail_error;
    bool fails_once;
    const char *skipped;
};

struct disk_tree {
    struct fs base;
    struct disk *disk;
};

struct disk_file {
    struct file base;
    struct disk *disk;
    int node;
};

static int step(struct disk *disk)
{
    uint64_t now = disk->steps++;
    bool fails = disk->fails_once ? now == disk->fail_at : now >= disk->fail_at;
    return fails ? disk->fail_error : 0;
}

static void set_len(struct bytes *b, uint64_t len)
{
    if (len > b->len) {
        size_t more = (size_t)len - b->len;
        memset(bytes_grow(b, more), 0, more);
    }
    b->len = (size_t)len;
}

static void put(struct bytes *b, const uint8_t *ptr, size_t len, uint64_t off)
{
    if (b->len < off + len)
        set_len(b, off + len);
    if (len)
        memcpy(b->ptr + off, ptr, len);
}

static void note_change(struct node *node, const void *ptr, size_t len, uint64_t off)
{
    struct change *c = calloc(1, sizeof(*c));
    check(c != NULL);
    *c = (struct change){ .off = off, .len = len };
    if (ptr) {
        c->ptr = malloc(len ? len : 1);
        check(c->ptr != NULL);
        memcpy(c->ptr, ptr, len);
    }
    if (!node->first)
        node->last = &node->first;
    *node->last = c;
    node->last = &c->next;
}

/* The change is on the disk for good. */
static void last(struct node *node, const struct change *c)
{
    if (c->ptr)
        put(&node->lasting, c->ptr, c->len, c->off);
    else
        set_len(&node->lasting, c->off);
}

static void forget_changes(struct node *node)
{
    while (node->first) {
        struct change *c = node->first;
        node->first = c->next;
        free(c->ptr);
        free(c);
    }
}

/* ---- files ---------------------------------------------------------------------------------- */

static struct node *node_of(struct file *f)
{
    struct disk_file *file = (struct disk_file *)f;
    return &file->disk->nodes[file->node];
}

static struct disk *disk_of(struct file *f)
{
    return ((struct disk_file *)f)->disk;
}

static int read_at(struct file *f, void *buf, size_t len, uint64_t off, size_t *got)
{
    const struct bytes *now = &node_of(f)->now;
    *got = off >= now->len ? 0 : now->len - (size_t)off < len ? now->len - (size_t)off : len;
    if (*got)
        memcpy(buf, now->ptr + off, *got);
    return 0;
}

static int write_at(struct file *f, const void *buf, size_t len, uint64_t off)
{
    int r = step(disk_of(f));
    if (r != 0)
        return r;
    put(&node_of(f)->now, buf, len, off);
    note_change(node_of(f), buf, len, off);
    return 0;
}

static int sync_file(struct file *f)
{
    struct disk *disk = disk_of(f);
    struct node *node = node_of(f);
    int r = step(disk);
    if (r != 0 || (disk->skipped && strcmp(disk->skipped, node->label) == 0))
        return r;
    for (const struct change *c = node->first; c; c = c->next)
        last(node, c);
    forget_changes(node);
    return 0;
}

static int size_of(struct file *f, uint64_t *out)
{
    *out = node_of(f)->now.len;
    return 0;
}

static int truncate_to(struct file *f, uint64_t size)
{
    int r = step(disk_of(f));
    if (r != 0)
        return r;
    set_len(&node_of(f)->now, size);
    note_change(node_of(f), NULL, 0, size);
    return 0;
}

static int allocate(struct file *f, uint64_t off, uint64_t len)
{
    return node_of(f)->now.len >= off + len ? 0 : truncate_to(f, off + len);
}

static int map_file(struct file *f, const uint8_t **ptr, size_t *len)
{
    *ptr = node_of(f)->now.ptr;
    *len = node_of(f)->now.len;
    return 0;
}

static void close_file(struct file *f)
{
    free(f);
}

static const struct file_ops disk_file_ops = {
    .read_at = read_at, .write_at = write_at, .sync = sync_file, .size = size_of,
    .truncate = truncate_to, .allocate = allocate, .map = map_file, .close = close_file,
};

/* ---- names ---------------------------------------------------------------------------------- */

static struct disk *tree_of(struct fs *fs)
{
    return ((struct disk_tree *)fs)->disk;
}

static struct entry *find(struct table *names, const char *name)
{
    for (int i = 0; i < names->count; i++)
        if (strcmp(names->entries[i].name, name) == 0)
            return &names->entries[i];
    return NULL;
}

static void note_names(struct disk *disk)
{
    size_t bytes = (size_t)(disk->history_count + 1) * sizeof(*disk->history);
    disk->history = realloc(disk->history, bytes);
    check(disk->history != NULL);
    disk->history[disk->history_count++] = disk->names;
}

static void drop(struct table *names, struct entry *entry)
{
    *entry = names->entries[--names->count];
}

static void set_name(char out[NAME_MAX_BYTES], const char *name)
{
    check(strlen(name) < NAME_MAX_BYTES);
    memcpy(out, name, strlen(name) + 1);
}

static int make_node(struct disk *disk, const char *name)
{
    check(disk->node_count < NODES_MAX && disk->names.count < NODES_MAX);
    struct entry *entry = &disk->names.entries[disk->names.count++];
    entry->node = disk->node_count++;
    set_name(entry->name, name);
    set_name(disk->nodes[entry->node].label, name);
    note_names(disk);
    return entry->node;
}

static int open_file(struct fs *fs, const char *name, unsigned flags, struct file **out)
{
    struct disk *disk = tree_of(fs);
    struct entry *entry = find(&disk->names, name);
    int r = 0, node = entry ? entry->node : -1;
    if (entry && (flags & FILE_EXCLUSIVE))
        return ERR_EXISTS;
    if (!entry && !(flags & FILE_CREATE))
        return ERR_NOT_FOUND;
    if (!entry) {
        r = step(disk);
        if (r == 0)
            node = make_node(disk, name);
    }
    if (r != 0)
        return r;
    struct disk_file *file = calloc(1, sizeof(*file));
    check(file != NULL);
    *file = (struct disk_file){ .base.ops = &disk_file_ops, .disk = disk, .node = node };
    *out = &file->base;
    return (flags & FILE_TRUNCATE) ? truncate_to(*out, 0) : 0;
}

static int remove_file(struct fs *fs, const char *name)
{
    struct disk *disk = tree_of(fs);
    struct entry *entry = find(&disk->names, name);
    if (!entry)
        return ERR_NOT_FOUND;
    int r = step(disk);
    if (r != 0)
        return r;
    drop(&disk->names, entry);
    note_names(disk);
    return 0;
}

static int rename_file(struct fs *fs, const char *from, const char *to)
{
    struct disk *disk = tree_of(fs);
    if (!find(&disk->names, from))
        return ERR_NOT_FOUND;
    int r = step(disk);
    if (r != 0)
        return r;
    struct entry *old = find(&disk->names, to);
    if (old)
        drop(&disk->names, old);
    struct entry *entry = find(&disk->names, from);
    check(entry != NULL);
    set_name(entry->name, to);
    set_name(disk->nodes[entry->node].label, to);
    note_names(disk);
    return 0;
}

static int make_dir(struct fs *fs, const char *name)
{
    (void)name;
    return step(tree_of(fs));
}

static int sync_dir(struct fs *fs, const char *name)
{
    struct disk *disk = tree_of(fs);
    (void)name;
    int r = step(disk);
    if (r != 0 || (disk->skipped && strcmp(disk->skipped, ".") == 0))
        return r;
    disk->lasting_names = disk->names;
    disk->history_count = 0;
    return 0;
}

static int list(struct fs *fs, const char *name, fs_name_fn each, void *ctx)
{
    struct disk *disk = tree_of(fs);
    (void)name;
    for (int i = 0; i < disk->names.count; i++)
        each(ctx, str_from(disk->names.entries[i].name));
    return 0;
}

static int free_bytes(struct fs *fs, uint64_t *out)
{
    (void)fs;
    *out = UINT64_C(1) << 40;
    return 0;
}

static void destroy_tree(struct fs *fs)
{
    free(fs);
}

static const struct fs_ops disk_fs_ops = {
    .open = open_file, .remove = remove_file, .rename = rename_file, .make_dir = make_dir,
    .sync_dir = sync_dir, .list = list, .free_bytes = free_bytes, .destroy = destroy_tree,
};

/* ---- the disk ------------------------------------------------------------------------------- */

struct disk *disk_create(void)
{
    struct disk *disk = calloc(1, sizeof(*disk));
    check(disk != NULL);
    disk->fail_at = UINT64_MAX;
    return disk;
}

void disk_destroy(struct disk *disk)
{
    for (int i = 0; i < disk->node_count; i++) {
        forget_changes(&disk->nodes[i]);
        bytes_release(&disk->nodes[i].now);
        bytes_release(&disk->nodes[i].lasting);
    }
    free(disk->history);
    free(disk);
}

struct fs *disk_fs(struct disk *disk)
{
    struct disk_tree *tree = calloc(1, sizeof(*tree));
    check(tree != NULL);
    *tree = (struct disk_tree){ .base.ops = &disk_fs_ops, .disk = disk };
    return &tree->base;
}

uint64_t disk_steps(const struct disk *disk)
{
    return disk->steps;
}

void disk_fail_at(struct disk *disk, uint64_t from_now, int error, bool once)
{
    disk->fail_at = from_now == UINT64_MAX ? UINT64_MAX : disk->steps + from_now;
    disk->fail_error = error;
    disk->fails_once = once;
}

void disk_skip_sync(struct disk *disk, const char *name)
{
    disk->skipped = name;
}

/* Whole, not at all, or sector by sector and perhaps torn in the middle of one. */
static void survive(struct node *node, const struct change *c, struct rand *rand)
{
    uint64_t how = rand_below(rand, 3);
    if (how == 0)
        return;
    if (how == 1 || !c->ptr) {
        last(node, c);
        return;
    }
    for (size_t at = 0; at < c->len; at += SECTOR) {
        size_t len = c->len - at < SECTOR ? c->len - at : SECTOR;
        uint64_t fate = rand_below(rand, 5);
        if (fate == 4)
            len = rand_below(rand, len + 1);
        if (fate >= 2)
            put(&node->lasting, c->ptr + at, len, c->off + at);
    }
}

void disk_crash(struct disk *disk, uint64_t seed)
{
    struct rand rand;
    rand_init(&rand, seed);
    for (int i = 0; i < disk->node_count; i++) {
        struct node *node = &disk->nodes[i];
        /* One file in three loses all, one keeps all, one some. */
        uint64_t fate = rand_below(&rand, 3);
        for (struct change *c = node->first; c && fate > 0; c = c->next) {
            if (fate == 2)
                survive(node, c, &rand);
            else
                last(node, c);
        }
        forget_changes(node);
        bytes_reset(&node->now);
        bytes_append_str(&node->now, bytes_str(&node->lasting));
    }
    uint64_t kept = rand_below(&rand, (uint64_t)disk->history_count + 1);
    if (kept > 0)
        disk->lasting_names = disk->history[kept - 1];
    disk->names = disk->lasting_names;
    disk->history_count = 0;
    disk->fail_at = UINT64_MAX;
    disk->skipped = NULL;
}

bool disk_flip(struct disk *disk, const char *name, uint64_t off)
{
    struct entry *entry = find(&disk->names, name);
    if (!entry || off >= disk->nodes[entry->node].now.len)
        return false;
    disk->nodes[entry->node].now.ptr[off] ^= 1;
    disk->nodes[entry->node].lasting.ptr[off] ^= 1;
    return true;
}
