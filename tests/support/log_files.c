#include "support/log_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ledger/checkpoint.h"

/* RFC 8032, 7.1, test 1: the seed and its public half. */
static const uint8_t key[64] = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
    0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
};

const uint8_t *log_files_public_key(void)
{
    return key + 32;
}

const uint8_t *log_files_secret_key(void)
{
    return key;
}

void log_files_entry(uint64_t index, uint8_t fork, uint8_t out[ENTRY_BYTES])
{
    struct entry entry = {
        .kind = (uint8_t)(1 + index % 14), .verdict = (uint8_t)(1 + index % 4), .level = 1,
        .time_ms = 1795453200000 + (int64_t)index, .sequence = index + 1,
        .principal = (uint32_t)(index % 12), .project = 7, .persons = (uint32_t)(index % 50),
        .rows = 1, .fields = 3, .refers_to = fork,
    };
    memset(entry.ask_hash, (int)(index & 255), sizeof(entry.ask_hash));
    memset(entry.commitment, (int)(index >> 8 & 255), sizeof(entry.commitment));
    entry_encode(&entry, out);
}

static struct bytes *add_file(struct log_files *log, const char *path)
{
    if (log->count == log->cap) {
        log->cap = log->cap ? log->cap * 2 : 8;
        log->files = realloc(log->files, log->cap * sizeof(*log->files));
        check(log->files != NULL);
    }
    struct log_file *file = &log->files[log->count++];
    *file = (struct log_file){ 0 };
    check(snprintf(file->path, sizeof(file->path), "%s", path) < (int)sizeof(file->path));
    return &file->content;
}

/* The bundles, and the hashes of all leaves into *level. */
static void add_bundles(struct log_files *log, uint64_t fork_at, uint8_t fork,
                        struct tree_edge *edge, struct bytes *level)
{
    for (uint64_t first = 0; first < log->size; first += TILE_WIDTH) {
        uint64_t width = log->size - first < TILE_WIDTH ? log->size - first : TILE_WIDTH;
        char path[TILE_PATH_MAX];
        tile_entries_path(first / TILE_WIDTH, (unsigned)width, path);
        struct bytes *bundle = add_file(log, path);
        for (uint64_t i = first; i < first + width; i++) {
            uint8_t bytes[ENTRY_BYTES], leaf[TREE_HASH_BYTES];
            log_files_entry(i, i < fork_at ? 0 : fork, bytes);
            tile_entries_append(str_of(bytes, sizeof(bytes)), bundle);
            tree_leaf(str_of(bytes, sizeof(bytes)), leaf);
            tree_edge_add(edge, leaf);
            bytes_append(level, leaf, sizeof(leaf));
        }
    }
}

/* The level's tiles; *level becomes the next one's hashes: RFC 6962 roots of its full tiles. */
static void add_tiles(struct log_files *log, unsigned l, struct bytes *level)
{
    struct bytes above = { 0 };
    size_t count = level->len / TREE_HASH_BYTES;
    for (size_t first = 0; first < count; first += TILE_WIDTH) {
        size_t width = count - first < TILE_WIDTH ? count - first : TILE_WIDTH;
        const uint8_t *hashes = level->ptr + first * TREE_HASH_BYTES;
        char path[TILE_PATH_MAX];
        tile_path(l, first / TILE_WIDTH, (unsigned)width, path);
        bytes_append(add_file(log, path), hashes, width * TREE_HASH_BYTES);
        if (width < TILE_WIDTH)
            break;
        struct tree_edge edge = { 0 };
        uint8_t root[TREE_HASH_BYTES];
        for (size_t i = 0; i < TILE_WIDTH; i++)
            tree_edge_add(&edge, hashes + i * TREE_HASH_BYTES);
        tree_edge_root(&edge, root);
        bytes_append(&above, root, sizeof(root));
    }
    bytes_release(level);
    *level = above;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct log_file *)a)->path, ((const struct log_file *)b)->path);
}

void log_files_make(struct log_files *log, uint64_t size, uint64_t fork_at, uint8_t fork)
{
    static struct tree_edge edge;
    struct bytes level = { 0 };
    *log = (struct log_files){ .size = size };
    edge = (struct tree_edge){ 0 };
    add_bundles(log, fork_at, fork, &edge, &level);
    for (unsigned l = 0; level.len; l++)
        add_tiles(log, l, &level);
    bytes_release(&level);
    tree_edge_root(&edge, log->root);
    struct checkpoint checkpoint = { .origin = STR(LOG_FILES_ORIGIN), .size = size };
    memcpy(checkpoint.root, log->root, sizeof(checkpoint.root));
    checkpoint_sign(&checkpoint, key, add_file(log, "checkpoint"));
    qsort(log->files, log->count, sizeof(*log->files), by_path);
}

void log_files_release(struct log_files *log)
{
    for (uint32_t i = 0; i < log->count; i++)
        bytes_release(&log->files[i].content);
    free(log->files);
    *log = (struct log_files){ 0 };
}

int log_view_fetch(void *ctx, const char *path, struct bytes *out)
{
    struct log_view *view = ctx;
    struct log_file wanted;
    check(snprintf(wanted.path, sizeof(wanted.path), "%s", path) < (int)sizeof(wanted.path));
    const struct log_file *found = bsearch(&wanted, view->log->files, view->log->count,
                                           sizeof(wanted), by_path);
    if (!found)
        return ERR_NOT_FOUND;
    const struct bytes *content = &found->content;
    for (uint32_t i = 0; i < view->change_count; i++)
        if (view->changes[i].file == (uint32_t)(found - view->log->files)) {
            if (view->changes[i].is_gone)
                return ERR_NOT_FOUND;
            content = &view->changes[i].content;
        }
    bytes_append_str(out, bytes_str(content));
    return 0;
}

int log_view_verify(struct log_view *view, struct verify_result *result)
{
    struct verify_source source = {
        .fetch = log_view_fetch, .ctx = view, .origin = STR(LOG_FILES_ORIGIN),
        .public_key = log_files_public_key(), .seen_size = view->seen_size,
    };
    memcpy(source.seen_root, view->seen_root, sizeof(source.seen_root));
    return verify_log(&source, result);
}

void log_view_release(struct log_view *view)
{
    for (uint32_t i = 0; i < view->change_count; i++)
        bytes_release(&view->changes[i].content);
    *view = (struct log_view){ 0 };
}

/* Every folder on the way to the file. */
static void make_dirs(struct fs *fs, const char *path)
{
    char part[300];
    for (size_t i = 0; path[i]; i++)
        if (path[i] == '/') {
            (void)snprintf(part, sizeof(part), "%.*s", (int)i, path);
            check(fs_make_dir(fs, part) == 0);
        }
}

static void write_file(struct fs *fs, const char *path, struct str content)
{
    struct file *file;
    make_dirs(fs, path);
    check(fs_open(fs, path, FILE_WRITE | FILE_CREATE | FILE_TRUNCATE, &file) == 0);
    check(content.len == 0 || file_write_at(file, content.ptr, content.len, 0) == 0);
    file_close(file);
}

void log_view_write(const struct log_view *view, struct fs *fs, const char *folder)
{
    char path[300], hex[2 * TREE_HASH_BYTES + 1];
    struct bytes content = { 0 };
    for (uint32_t i = 0; i < view->log->count; i++) {
        struct log_view again = *view;
        bytes_reset(&content);
        if (log_view_fetch(&again, view->log->files[i].path, &content) != 0)
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, view->log->files[i].path);
        write_file(fs, path, bytes_str(&content));
    }
    bytes_reset(&content);
    str_hex(view->seen_root, TREE_HASH_BYTES, hex);
    bytes_printf(&content, "%llu:%s\n", (unsigned long long)view->seen_size, hex);
    (void)snprintf(path, sizeof(path), "%s/seen", folder);
    write_file(fs, path, bytes_str(&content));
    bytes_release(&content);
}
