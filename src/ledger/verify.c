/* The walk: bundle by bundle, every entry hashed and compared with its place in the tile of level
 * 0; every 256 hashes of a level give one of the next, compared with its tile in turn. What is left
 * at the end are the partial tiles: their hashes are roots of perfect subtrees, which joined give
 * the root that was signed. Nothing is read that is not compared, and each hash is made once: four
 * SHA-256 blocks an entry. */
#include "ledger/verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ledger/proof.h"
#include "ledger/tile.h"
#include "ledger/tlog_proof.h"
#include "ledger/tree.h"

typedef uint8_t hash[TREE_HASH_BYTES];

struct level {
    uint64_t tile;         /* number of the tile that is being filled */
    unsigned used;
    hash hashes[TILE_WIDTH];
};

struct walk {
    const struct verify_source *source;
    struct verify_result *result;
    struct checkpoint checkpoint;
    struct level levels[TILE_LEVELS];
    struct bytes file;
};

static int wrong(struct verify_result *result, int code, const char *format, ...)
    PRINTF_LIKE(3, 4);
static int wrong(struct verify_result *result, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(result->what, sizeof(result->what), format, args);
    va_end(args);
    return code;
}

static int read_file(struct walk *w, const char *path)
{
    bytes_reset(&w->file);
    return w->source->fetch(w->source->ctx, path, &w->file);
}

static int fetched(struct walk *w, const char *path, int r)
{
    if (r == ERR_NOT_FOUND)
        return wrong(w->result, r, "%s is missing", path);
    if (r != 0)
        return wrong(w->result, r, "%s cannot be read: %s", path, err_text(r));
    return 0;
}

/* The partial file, or the full one that took its place: a log may then delete the partial one. */
static int fetch_either(struct walk *w, const char *partial, const char *full, bool *is_full)
{
    int r = read_file(w, partial);
    *is_full = false;
    if (r == ERR_NOT_FOUND && strcmp(partial, full) != 0) {
        *is_full = read_file(w, full) == 0;
        r = *is_full ? 0 : r;
    }
    return fetched(w, partial, r);
}

/* ---- the tree's root from the levels -------------------------------------------------------- */

static void fold(const hash *from, unsigned count, uint8_t out[TREE_HASH_BYTES])
{
    hash work[TILE_WIDTH / 2];
    if (count == 1) {
        memcpy(out, from, TREE_HASH_BYTES);
        return;
    }
    for (unsigned i = 0; i < count / 2; i++)
        tree_node(from[2 * i], from[2 * i + 1], work[i]);
    for (unsigned n = count / 4; n > 0; n /= 2)
        for (unsigned i = 0; i < n; i++)
            tree_node(work[2 * i], work[2 * i + 1], work[i]);
    memcpy(out, work[0], TREE_HASH_BYTES);
}

/* From the smallest perfect subtree, at the right end of level 0, to the largest. */
static void join(const struct walk *w, uint8_t out[TREE_HASH_BYTES])
{
    bool is_first = true;
    tree_empty(out);
    for (unsigned l = 0; l < TILE_LEVELS; l++) {
        const struct level *level = &w->levels[l];
        unsigned end = level->used;
        while (end > 0) {
            unsigned width = end & (~end + 1);
            hash root;
            fold(level->hashes + end - width, width, root);
            if (is_first)
                memcpy(out, root, TREE_HASH_BYTES);
            else
                tree_node(root, out, out);
            is_first = false;
            end -= width;
        }
    }
}

/* ---- tiles and bundles ----------------------------------------------------------------------- */

static int compare_tile(struct walk *w, unsigned l)
{
    const struct level *level = &w->levels[l];
    char path[TILE_PATH_MAX], full[TILE_PATH_MAX], bundle[TILE_PATH_MAX];
    bool is_full;
    tile_path(l, level->tile, level->used, path);
    tile_path(l, level->tile, TILE_WIDTH, full);
    int r = fetch_either(w, path, full, &is_full);
    if (r != 0)
        return r;
    if (is_full && w->file.len == TILE_WIDTH * TREE_HASH_BYTES)
        w->file.len = (size_t)level->used * TREE_HASH_BYTES;
    if (w->file.len != (size_t)level->used * TREE_HASH_BYTES)
        return wrong(w->result, ERR_INVALID, "%s has %zu bytes, it must have %u", path,
                     w->file.len, level->used * TREE_HASH_BYTES);
    if (memcmp(w->file.ptr, level->hashes, w->file.len) == 0)
        return 0;
    unsigned i = 0;
    while (memcmp(w->file.ptr + (size_t)i * TREE_HASH_BYTES, level->hashes[i],
                  TREE_HASH_BYTES) == 0)
        i++;
    w->result->bad_index = (level->tile * TILE_WIDTH + i) << (8 * l);
    if (l > 0)
        return wrong(w->result, ERR_CRYPTO, "hash %u of %s is not that of the tile below it", i,
                     path);
    tile_entries_path(level->tile, level->used, bundle);
    return wrong(w->result, ERR_CRYPTO, "entry %" PRIu64 " in %s does not have the hash in %s",
                 w->result->bad_index, bundle, path);
}

/* A full tile becomes one hash of the level above. */
static int carry(struct walk *w)
{
    for (unsigned l = 0; w->levels[l].used == TILE_WIDTH; l++) {
        struct level *level = &w->levels[l], *above = level + 1;
        check(l + 1 < TILE_LEVELS);
        if (l > 0) {
            int r = compare_tile(w, l);
            if (r != 0)
                return r;
        }
        fold((const hash *)level->hashes, TILE_WIDTH, above->hashes[above->used++]);
        level->used = 0;
        level->tile++;
    }
    return 0;
}

static void tell(const struct walk *w, uint64_t index, struct str bytes)
{
    struct entry entry;
    bool is_known = bytes.len == ENTRY_BYTES &&
                    entry_decode((const uint8_t *)bytes.ptr, &entry) == 0;
    w->source->each(w->source->ctx, index, bytes, is_known ? &entry : NULL);
}

static int hash_bundle(struct walk *w, uint64_t first, unsigned width)
{
    struct level *level = &w->levels[0];
    char path[TILE_PATH_MAX], full[TILE_PATH_MAX];
    struct str entry;
    bool is_full;
    tile_entries_path(level->tile, width, path);
    tile_entries_path(level->tile, TILE_WIDTH, full);
    int r = fetch_either(w, path, full, &is_full);
    if (r != 0)
        return r;
    struct str rest = bytes_str(&w->file);
    while (level->used < width) {
        w->result->bad_index = first + level->used;
        if (tile_entries_next(&rest, &entry) != 1)
            return wrong(w->result, ERR_INVALID, "%s ends before entry %" PRIu64, path,
                         w->result->bad_index);
        tree_leaf(entry, level->hashes[level->used++]);
        if (w->source->each)
            tell(w, w->result->bad_index, entry);
    }
    if (rest.len && !is_full)
        return wrong(w->result, ERR_INVALID, "%s goes on after its %u entries", path, width);
    return 0;
}

/* ---- what was seen before -------------------------------------------------------------------- */

static int compare_seen(struct walk *w)
{
    hash root;
    join(w, root);
    if (memcmp(root, w->source->seen_root, sizeof(root)) == 0)
        return 0;
    w->result->bad_index = 0;
    return wrong(w->result, ERR_CRYPTO, "the first %" PRIu64 " entries are not those that were "
                 "seen before: history was rewritten", w->source->seen_size);
}

/* Level 0 holds [first, first + used); were they more, only those that were seen count. */
static int pass_seen(struct walk *w, uint64_t first)
{
    struct level *level = &w->levels[0];
    uint64_t seen = w->source->seen_size;
    unsigned used = level->used;
    if (seen <= first || seen > first + used || seen - first == TILE_WIDTH)
        return 0;
    level->used = (unsigned)(seen - first);
    int r = compare_seen(w);
    level->used = used;
    return r;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int open_checkpoint(struct walk *w)
{
    const struct verify_source *s = w->source;
    int r = fetched(w, "checkpoint", read_file(w, "checkpoint"));
    if (r != 0)
        return r;
    r = checkpoint_open(bytes_str(&w->file), s->origin, s->public_key, &w->checkpoint);
    if (r == ERR_INVALID)
        return wrong(w->result, r, "checkpoint is no signed checkpoint");
    if (r != 0)
        return wrong(w->result, r, "checkpoint is not signed by the key of " STR_FMT,
                     STR_ARG(str_truncate_utf8(s->origin, 80)));
    w->result->size = w->checkpoint.size;
    memcpy(w->result->root, w->checkpoint.root, sizeof(w->result->root));
    if (w->checkpoint.size >= s->seen_size)
        return 0;
    return wrong(w->result, ERR_CRYPTO, "the log has %" PRIu64 " entries, but %" PRIu64
                 " were seen before: it was rolled back", w->checkpoint.size, s->seen_size);
}

static int walk_entries(struct walk *w)
{
    int r = 0;
    for (uint64_t first = 0; r == 0 && first < w->checkpoint.size; first += TILE_WIDTH) {
        uint64_t left = w->checkpoint.size - first;
        r = hash_bundle(w, first, left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH);
        if (r == 0)
            r = compare_tile(w, 0);
        if (r == 0)
            r = pass_seen(w, first);
        if (r == 0)
            r = carry(w);
        if (r == 0 && w->source->seen_size == first + TILE_WIDTH)
            r = compare_seen(w);
    }
    for (unsigned l = 1; r == 0 && l < TILE_LEVELS; l++)
        if (w->levels[l].used)
            r = compare_tile(w, l);
    return r;
}

static int compare_root(struct walk *w)
{
    hash root;
    join(w, root);
    w->result->bad_index = w->checkpoint.size;
    if (memcmp(root, w->checkpoint.root, sizeof(root)) == 0)
        return 0;
    return wrong(w->result, ERR_CRYPTO, "the %" PRIu64 " entries and tiles agree, but the "
                 "checkpoint signs another root: they are not the entries that were signed",
                 w->checkpoint.size);
}

int verify_log(const struct verify_source *source, struct verify_result *result)
{
    struct walk *w = calloc(1, sizeof(*w));
    check(w != NULL);
    *result = (struct verify_result){ 0 };
    w->source = source;
    w->result = result;
    int r = open_checkpoint(w);
    /* The origin lies in the file that is read over now. */
    w->checkpoint.origin = source->origin;
    if (r == 0)
        r = walk_entries(w);
    if (r == 0)
        r = compare_root(w);
    bytes_release(&w->file);
    free(w);
    return r;
}

int verify_proof(struct str proof, struct str entry, struct str origin,
                 const uint8_t public_key[32], struct verify_result *result)
{
    struct tlog_proof parsed;
    struct checkpoint checkpoint;
    hash leaf;
    *result = (struct verify_result){ 0 };
    if (tlog_proof_parse(proof, &parsed) != 0)
        return wrong(result, ERR_INVALID, "the proof is no tlog-proof of version 1");
    result->bad_index = parsed.index;
    int r = checkpoint_open(parsed.checkpoint, origin, public_key, &checkpoint);
    if (r != 0)
        return wrong(result, r, "the proof's checkpoint is not signed by the key of " STR_FMT,
                     STR_ARG(str_truncate_utf8(origin, 80)));
    result->size = checkpoint.size;
    memcpy(result->root, checkpoint.root, sizeof(result->root));
    tree_leaf(entry, leaf);
    r = proof_check_inclusion(&parsed.path, parsed.index, checkpoint.size, leaf, checkpoint.root);
    if (r != 0)
        return wrong(result, r, "this entry is not entry %" PRIu64 " of the log that was signed at "
                     "%" PRIu64 " entries", parsed.index, checkpoint.size);
    return 0;
}
