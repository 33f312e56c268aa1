/* What can be wrong with a log. Each kind changes at least one byte that a reader must look at, or
 * shows a log that is whole in itself to somebody who saw another one. */
#include <string.h>

#include "ledger/checkpoint.h"
#include "support/log_files.h"

enum { RECORD = 2 + ENTRY_BYTES };

/* A copy of the file, to be changed; the same one when it is asked for again. */
static struct bytes *change(struct log_view *view, uint32_t file)
{
    for (uint32_t i = 0; i < view->change_count; i++)
        if (view->changes[i].file == file)
            return &view->changes[i].content;
    check(view->change_count < LOG_CHANGES_MAX);
    view->changes[view->change_count].file = file;
    struct bytes *copy = &view->changes[view->change_count++].content;
    bytes_append_str(copy, bytes_str(&view->log->files[file].content));
    return copy;
}

static uint32_t any(struct rand *rand, uint64_t below)
{
    return (uint32_t)rand_below(rand, below);
}

static uint32_t find_file(const struct log_files *log, const char *path)
{
    uint32_t i = 0;
    while (strcmp(log->files[i].path, path) != 0) {
        i++;
        check(i < log->count);
    }
    return i;
}

/* The file with entry `index`, and where in it. */
static uint32_t bundle_of(const struct log_files *log, uint64_t index, size_t *at)
{
    char path[TILE_PATH_MAX];
    uint64_t tile = index / TILE_WIDTH, left = log->size - tile * TILE_WIDTH;
    tile_entries_path(tile, left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH, path);
    *at = (size_t)(index % TILE_WIDTH) * RECORD;
    return find_file(log, path);
}

static bool flip_bit(struct log_view *view, struct rand *rand)
{
    struct bytes *content = change(view, any(rand, view->log->count));
    uint32_t bit = any(rand, content->len * 8);
    content->ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
    return true;
}

static bool cut(struct log_view *view, struct rand *rand)
{
    struct bytes *content = change(view, any(rand, view->log->count));
    content->len = any(rand, content->len);
    return true;
}

static bool append(struct log_view *view, struct rand *rand)
{
    struct bytes *content = change(view, any(rand, view->log->count));
    size_t more = 1 + any(rand, 200);
    for (size_t i = 0; i < more; i++)
        bytes_put_u8(content, (uint8_t)any(rand, 256));
    return true;
}

static bool lose(struct log_view *view, struct rand *rand)
{
    (void)change(view, any(rand, view->log->count));
    view->changes[0].is_gone = true;
    return true;
}

static bool swap_entries(struct log_view *view, struct rand *rand)
{
    uint8_t entry[RECORD];
    size_t at, other_at;
    if (view->log->size < 2)
        return false;
    uint64_t a = any(rand, view->log->size), b = any(rand, view->log->size - 1);
    b += b >= a;
    uint32_t file = bundle_of(view->log, a, &at), other = bundle_of(view->log, b, &other_at);
    struct bytes *one = change(view, file), *two = change(view, other);
    memcpy(entry, one->ptr + at, RECORD);
    memcpy(one->ptr + at, two->ptr + other_at, RECORD);
    memcpy(two->ptr + other_at, entry, RECORD);
    return true;
}

/* Two files of the same kind and length change places. */
static bool swap_files(struct log_view *view, struct rand *rand)
{
    const struct log_files *log = view->log;
    uint32_t a = 0, b = 0, tries = 0;
    struct str one, two;
    do {
        a = any(rand, log->count);
        b = any(rand, log->count);
        one = bytes_str(&log->files[a].content);
        two = bytes_str(&log->files[b].content);
        if (tries++ == 64)
            return false;
    } while (one.len != two.len || str_equal(one, two));
    struct bytes *to = change(view, a);
    bytes_reset(to);
    bytes_append_str(to, two);
    to = change(view, b);
    bytes_reset(to);
    bytes_append_str(to, one);
    return true;
}

static bool drop_entry(struct log_view *view, struct rand *rand)
{
    size_t at;
    uint32_t file = bundle_of(view->log, any(rand, view->log->size), &at);
    struct bytes *content = change(view, file);
    memmove(content->ptr + at, content->ptr + at + RECORD, content->len - at - RECORD);
    content->len -= RECORD;
    return true;
}

static bool double_entry(struct log_view *view, struct rand *rand)
{
    size_t at;
    uint32_t file = bundle_of(view->log, any(rand, view->log->size), &at);
    struct bytes *content = change(view, file);
    (void)bytes_grow(content, RECORD);
    memmove(content->ptr + at + RECORD, content->ptr + at, content->len - at - RECORD);
    return true;
}

/* The entry and its leaf hash agree; the tree above is the old one. */
static bool forge_leaf(struct log_view *view, struct rand *rand)
{
    const struct log_files *log = view->log;
    size_t at;
    uint64_t index = any(rand, log->size), tile = index / TILE_WIDTH;
    uint64_t left = log->size - tile * TILE_WIDTH;
    char path[TILE_PATH_MAX];
    struct bytes *bundle = change(view, bundle_of(log, index, &at));
    bundle->ptr[at + 2 + any(rand, ENTRY_BYTES)] ^= 1;
    tile_path(0, tile, left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH, path);
    struct bytes *hashes = change(view, find_file(log, path));
    tree_leaf(str_of(bundle->ptr + at + 2, ENTRY_BYTES),
              hashes->ptr + (size_t)(index % TILE_WIDTH) * TREE_HASH_BYTES);
    return true;
}

/* Another checkpoint that the key did sign: of another log of ours, or with another root. */
static bool replay_checkpoint(struct log_view *view, struct rand *rand)
{
    struct checkpoint other = { .origin = STR(LOG_FILES_ORIGIN), .size = view->log->size };
    memcpy(other.root, view->log->root, sizeof(other.root));
    if (any(rand, 2))
        other.root[any(rand, sizeof(other.root))] ^= 1;
    else
        other.size += 1 + any(rand, 300);
    struct bytes *content = change(view, find_file(view->log, "checkpoint"));
    bytes_reset(content);
    checkpoint_sign(&other, log_files_secret_key(), content);
    return true;
}

static bool (*const kinds[])(struct log_view *, struct rand *) = {
    flip_bit, cut, append, lose, swap_entries, swap_files, drop_entry, double_entry, forge_leaf,
    replay_checkpoint,
};
static const char *const names[] = {
    "one bit", "a file cut", "a file with more", "a file lost", "two entries swapped",
    "two files swapped", "an entry dropped", "an entry doubled", "an entry and its leaf hash",
    "another checkpoint",
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* logs[0] to logs[count - 1] are of one history, shorter first, but for the last: a fork of it. */
static const char *rewrite(struct log_view *view, const struct log_files *logs, uint32_t count,
                           struct rand *rand)
{
    uint32_t shown = any(rand, count - 2), seen = shown + 1 + any(rand, count - 2 - shown);
    bool is_fork = any(rand, 2);
    view->log = is_fork ? &logs[count - 1] : &logs[shown];
    view->seen_size = logs[seen].size;
    memcpy(view->seen_root, logs[seen].root, TREE_HASH_BYTES);
    return is_fork ? "a fork" : "a rollback";
}

const char *log_mutate(struct log_view *view, const struct log_files *logs, uint32_t count,
                       struct rand *rand)
{
    for (;;) {
        uint32_t kind = any(rand, KINDS + 2);
        *view = (struct log_view){ .log = &logs[any(rand, count)] };
        if (kind >= KINDS)
            return rewrite(view, logs, count, rand);
        /* Half of them are bits: there are most of those. */
        kind = any(rand, 2) ? 0 : kind;
        if (kinds[kind](view, rand))
            return names[kind];
        log_view_release(view);
    }
}
