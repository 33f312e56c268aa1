#include "ledger/inside/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/tile.h"
#include "ledger/tree.h"

enum { LEVELS = 40, NAME_MAX_BYTES = 32, PATH_BYTES = TILE_PATH_MAX + NAME_MAX_BYTES + 8 };

struct book {
    struct fs *fs;
    char name[NAME_MAX_BYTES];
    char origin[CHECKPOINT_ORIGIN_MAX + 1];
    const uint8_t *secret_key;
    struct bytes levels[LEVELS];  /* hashes of perfect subtrees of 2^level leaves, in order */
    struct tree_edge edge;
    struct bytes entries;         /* from the first of the bundle that is not whole on disk */
    uint64_t entries_from;
    uint64_t published;           /* size that the folder has */
    bool has_published;
    struct bytes note;            /* signed last */
    uint64_t signed_size;
};

struct book *book_create(struct fs *public_fs, const char *name, const char *origin,
                         const uint8_t *secret_key)
{
    struct book *book = calloc(1, sizeof(*book));
    check(book != NULL);
    book->fs = public_fs;
    book->secret_key = secret_key;
    (void)snprintf(book->name, sizeof(book->name), "%s", name);
    (void)snprintf(book->origin, sizeof(book->origin), "%s", origin);
    return book;
}

void book_destroy(struct book *book)
{
    if (!book)
        return;
    for (int i = 0; i < LEVELS; i++)
        bytes_release(&book->levels[i]);
    bytes_release(&book->entries);
    bytes_release(&book->note);
    free(book);
}

uint64_t book_size(const struct book *book)
{
    return book->edge.size;
}

bool book_is_behind(const struct book *book)
{
    return !book->has_published || book->published < book->edge.size;
}

const char *book_origin(const struct book *book)
{
    return book->origin;
}

const char *book_name(const struct book *book)
{
    return book->name;
}

static const uint8_t *hash_at(const struct book *book, unsigned level, uint64_t index)
{
    check(level < LEVELS && (index + 1) * TREE_HASH_BYTES <= book->levels[level].len);
    return book->levels[level].ptr + index * TREE_HASH_BYTES;
}

uint64_t book_add(struct book *book, const uint8_t entry[ENTRY_BYTES])
{
    uint8_t hash[TREE_HASH_BYTES];
    uint64_t index = book->edge.size;
    tree_leaf(str_of(entry, ENTRY_BYTES), hash);
    tree_edge_add(&book->edge, hash);
    bytes_append(&book->levels[0], hash, sizeof(hash));
    for (unsigned level = 0; level + 1 < LEVELS && (index >> level & 1); level++) {
        uint64_t at = index >> level;
        tree_node(hash_at(book, level, at - 1), hash_at(book, level, at), hash);
        bytes_append(&book->levels[level + 1], hash, sizeof(hash));
    }
    bytes_append(&book->entries, entry, ENTRY_BYTES);
    return index;
}

struct str book_sign(struct book *book)
{
    if (book->note.len && book->signed_size == book->edge.size)
        return bytes_str(&book->note);
    struct checkpoint checkpoint = { .origin = str_from(book->origin), .size = book->edge.size };
    tree_edge_root(&book->edge, checkpoint.root);
    bytes_reset(&book->note);
    checkpoint_sign(&checkpoint, book->secret_key, &book->note);
    book->signed_size = book->edge.size;
    return bytes_str(&book->note);
}

static int proof_hash(void *ctx, unsigned level, uint64_t index, uint8_t out[TREE_HASH_BYTES])
{
    memcpy(out, hash_at(ctx, level, index), TREE_HASH_BYTES);
    return 0;
}

void book_prove(const struct book *book, uint64_t index, uint64_t seen_size,
                struct receipt *receipt)
{
    struct proof proof;
    union { const struct book *in; void *out; } ctx = { .in = book }; /* only read */
    check(index < book->signed_size);
    receipt->index = index;
    receipt->checkpoint = bytes_str(&book->note);
    check(proof_make_inclusion(proof_hash, ctx.out, index, book->signed_size, &proof) == 0);
    receipt->inclusion_count = proof.count;
    memcpy(receipt->inclusion, proof.hashes, (size_t)proof.count * TREE_HASH_BYTES);
    if (seen_size > book->signed_size)
        seen_size = 0;
    check(proof_make_consistency(proof_hash, ctx.out, seen_size, book->signed_size, &proof) == 0);
    receipt->consistency_count = proof.count;
    memcpy(receipt->consistency, proof.hashes, (size_t)proof.count * TREE_HASH_BYTES);
}

/* ---- the folder ------------------------------------------------------------------------------ */

static int make_parents(struct fs *fs, char *path)
{
    for (char *at = path; (at = strchr(at, '/')) != NULL; at++) {
        *at = 0;
        int r = fs_make_dir(fs, path);
        *at = '/';
        if (r != 0)
            return r;
    }
    return 0;
}

static bool has_same(struct fs *fs, const char *path, struct str content)
{
    struct bytes there = { 0 };
    bool same = fs_read_file(fs, path, content.len, &there) == 0 &&
                str_equal(bytes_str(&there), content);
    bytes_release(&there);
    return same;
}

/* Whole or not at all to a reader; not synced: it can be made again. */
static int put_file(const struct book *book, const char *file, struct str content, bool compare)
{
    char path[PATH_BYTES], tmp[PATH_BYTES];
    struct file *f = NULL;
    (void)snprintf(path, sizeof(path), "%s/%s", book->name, file);
    (void)snprintf(tmp, sizeof(tmp), "%s/tmp", book->name);
    if (compare && has_same(book->fs, path, content))
        return 0;
    int r = fs_open(book->fs, tmp, FILE_WRITE | FILE_CREATE | FILE_TRUNCATE, &f);
    if (r == ERR_NOT_FOUND) {
        r = make_parents(book->fs, tmp);
        if (r == 0)
            r = fs_open(book->fs, tmp, FILE_WRITE | FILE_CREATE | FILE_TRUNCATE, &f);
    }
    if (r == 0)
        r = file_write_at(f, content.ptr, content.len, 0);
    file_close(f);
    if (r == 0)
        r = fs_rename(book->fs, tmp, path);
    if (r == ERR_NOT_FOUND) {
        r = make_parents(book->fs, path);
        if (r == 0)
            r = fs_rename(book->fs, tmp, path);
    }
    return r;
}

static int put_tile(const struct book *book, unsigned level, uint64_t index, unsigned width,
                    bool compare)
{
    char path[TILE_PATH_MAX];
    tile_path(level, index, width, path);
    const struct bytes *hashes = &book->levels[8 * level];
    return put_file(book, path,
                    str_of(hashes->ptr + index * TILE_WIDTH * TREE_HASH_BYTES,
                           (size_t)width * TREE_HASH_BYTES), compare);
}

static int put_level(const struct book *book, unsigned level, bool compare)
{
    uint64_t full = tile_full_count(level, book->edge.size);
    unsigned width = tile_partial_width(level, book->edge.size);
    int r = 0;
    for (uint64_t i = tile_full_count(level, book->published); i < full && r == 0; i++)
        r = put_tile(book, level, i, TILE_WIDTH, compare);
    if (r == 0 && width > 0)
        r = put_tile(book, level, full, width, compare);
    return r;
}

static int put_bundle(const struct book *book, uint64_t index, unsigned width, bool compare)
{
    char path[TILE_PATH_MAX];
    struct bytes bundle = { 0 };
    uint64_t at = index * TILE_WIDTH - book->entries_from;
    for (unsigned i = 0; i < width; i++)
        tile_entries_append(str_of(book->entries.ptr + (at + i) * ENTRY_BYTES, ENTRY_BYTES),
                            &bundle);
    tile_entries_path(index, width, path);
    int r = put_file(book, path, bytes_str(&bundle), compare);
    bytes_release(&bundle);
    return r;
}

static int put_bundles(struct book *book, bool compare)
{
    uint64_t full = tile_full_count(0, book->edge.size);
    unsigned width = tile_partial_width(0, book->edge.size);
    int r = 0;
    for (uint64_t i = book->entries_from / TILE_WIDTH; i < full && r == 0; i++)
        r = put_bundle(book, i, TILE_WIDTH, compare);
    if (r == 0 && width > 0)
        r = put_bundle(book, full, width, compare);
    if (r != 0)
        return r;
    uint64_t gone = (full * TILE_WIDTH - book->entries_from) * ENTRY_BYTES;
    if (gone) {
        memmove(book->entries.ptr, book->entries.ptr + gone, book->entries.len - gone);
        book->entries.len -= gone;
        book->entries_from = full * TILE_WIDTH;
    }
    return 0;
}

int book_publish(struct book *book, bool compare)
{
    if (!book->fs)
        return 0;
    int r = put_bundles(book, compare);
    for (unsigned level = 0; r == 0 && 8 * level < LEVELS; level++)
        r = put_level(book, level, compare);
    if (r == 0)
        r = put_file(book, "checkpoint", book_sign(book), false);
    if (r == 0) {
        book->published = book->edge.size;
        book->has_published = true;
    }
    return r;
}
