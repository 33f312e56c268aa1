/* The tree.
 *
 * Leaves hold shares; a page of level n holds the keys of 120 pages of level n-1; the root key
 * opens the topmost page. The tree is as high as its leaves need: one leaf is its own root. When a
 * level above is needed, the old root key becomes slot 0 of the new root page, and both root slots
 * are written anew: nothing below moves.
 *
 * Page numbers follow from level and index, so that no page needs to store where another lies:
 * pages are numbered in the order in which a growing store needs them (key_store_page_number).
 *
 * What a crash may leave. Pages are written in key_store_sync only, each once between two syncs of
 * the file, leaves first: a key is on disk only when the page that it opens is. A torn page falls
 * back to its older copy. A page that was made for a parent that never came is an orphan: its key
 * is gone, so it never opens again and its number is used anew. Opening syncs both files before
 * anything else: what a killed process left in the page cache counts as read only once it lasts,
 * else the next write could go over the only durable copy. */
#include "vault/inside/key_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "sys/sandbox.h"
#include "vault/inside/key_page.h"

enum {
    /* All pages of KEY_STORE_PENDING_MAX new shares (138 leaves and their parents), and as many
     * again to read from. */
    CACHE_PAGES = 320,
    ROOT_SLOTS = 2,
};

struct page_secrets {
    struct key_page_keys keys;
    uint8_t key[32];           /* that seals this page */
};

/* A page in memory; what is looked through on every search lies apart from what is secret. */
struct cached {
    struct page_secrets *s;
    uint64_t generation;       /* of the copy in force; 0 = never written */
    uint64_t index;
    uint64_t used_at;          /* 0 = this place of the cache is free */
    uint8_t level;
    uint8_t place;             /* of the copy in force: 0 or 1 */
    bool is_dirty;
};

/* Everything secret lies in one locked block. */
struct secrets {
    uint8_t custody[32];
    uint8_t root_key[32];
    struct page_secrets pages[CACHE_PAGES];
    uint8_t scratch[2 * KEY_PAGE_BYTES];
};

struct key_store {
    struct fs *fs;
    struct file *pages;
    struct file *roots;
    struct secrets *secrets;
    struct cached cache[CACHE_PAGES];
    struct key_root root;      /* in force */
    uint8_t height;            /* level of the root page */
    uint64_t count;            /* slots ever given out */
    uint32_t pending;
    uint64_t clock;            /* of the cache */
    bool root_is_new;          /* the root page rose a level since the last sync */
    bool is_dead;
};

static int die(struct key_store *store, int r, const char *what)
{
    if (!store->is_dead)
        log_error("the key store stops: %s: %s", what, err_text(r));
    store->is_dead = true;
    return r;
}

/* ---- where pages lie ------------------------------------------------------------------------ */

static uint64_t power(uint8_t level)
{
    uint64_t p = 1;
    while (level--)
        p *= KEY_PAGE_SLOTS;
    return p;
}

uint64_t key_store_page_count(uint64_t leaves)
{
    uint64_t total = leaves;
    /* Level n is there once one page of the level below no longer holds all. */
    for (uint8_t n = 1; n <= KEY_LEVEL_MAX && leaves > power((uint8_t)(n - 1)); n++)
        total += (leaves + power(n) - 1) / power(n);
    return total;
}

uint64_t key_store_page_number(uint8_t level, uint64_t index)
{
    /* The leaf that made it necessary: for the first of its level, the second page below. */
    uint64_t leaf = level == 0 ? index : index > 0 ? index * power(level)
                                                   : power((uint8_t)(level - 1));
    return key_store_page_count(leaf) + level;
}

/* ---- pages in memory ------------------------------------------------------------------------ */

static struct cached *find_cached(struct key_store *store, uint8_t level, uint64_t index)
{
    for (int i = 0; i < CACHE_PAGES; i++) {
        struct cached *c = &store->cache[i];
        if (c->used_at && c->level == level && c->index == index) {
            c->used_at = ++store->clock;
            return c;
        }
    }
    return NULL;
}

/* The place of that page, or else the longest unused clean one: KEY_STORE_PENDING_MAX sees to it
 * that there is one. Emptied. */
static struct cached *take_place(struct key_store *store, uint8_t level, uint64_t index)
{
    struct cached *taken = find_cached(store, level, index), *oldest = NULL;
    for (int i = 0; i < CACHE_PAGES && !taken; i++) {
        struct cached *c = &store->cache[i];
        if (!c->is_dirty && (!oldest || c->used_at < oldest->used_at))
            oldest = c;
    }
    if (!taken)
        taken = oldest;
    check(taken != NULL);
    hash_wipe(taken->s, sizeof(*taken->s));
    *taken = (struct cached){ .s = taken->s, .level = level, .index = index,
                              .used_at = ++store->clock };
    return taken;
}

/* Of the two copies, the one with the higher generation that opens. */
static int read_page(struct key_store *store, struct cached *page)
{
    struct key_page_head head[2];
    uint64_t number = key_store_page_number(page->level, page->index);
    uint8_t *both = store->secrets->scratch;
    bool is_there[2];
    size_t got = 0;
    int r = file_read_at(store->pages, both, 2 * KEY_PAGE_BYTES, number * 2 * KEY_PAGE_BYTES, &got);
    if (r != 0)
        return r;
    for (int i = 0; i < 2; i++)
        is_there[i] = got >= (size_t)(i + 1) * KEY_PAGE_BYTES &&
                      key_page_decode_head(both + i * KEY_PAGE_BYTES, &head[i]) == 0 &&
                      head[i].level == page->level && head[i].page == number;
    int first = is_there[1] && (!is_there[0] || head[1].generation > head[0].generation);
    for (int i = 0; i < 2; i++) {
        int place = i == 0 ? first : !first;
        if (is_there[place] &&
            key_page_open(both + place * KEY_PAGE_BYTES, page->s->key, &page->s->keys) == 0) {
            page->place = (uint8_t)place;
            page->generation = head[place].generation;
            return 0;
        }
    }
    return ERR_CORRUPT;
}

/* The page, from the root down; stays valid until the next take_place. */
static int get_page(struct key_store *store, uint8_t level, uint64_t index, struct cached **out)
{
    uint8_t key[32];
    int r = 0;
    *out = find_cached(store, level, index);
    if (*out)
        return 0;
    if (level == store->height) {
        memcpy(key, store->secrets->root_key, sizeof(key));
    } else {
        struct cached *parent;
        r = get_page(store, (uint8_t)(level + 1), index / KEY_PAGE_SLOTS, &parent);
        if (r == 0)
            memcpy(key, parent->s->keys.slots[index % KEY_PAGE_SLOTS], sizeof(key));
    }
    if (r == 0) {
        *out = take_place(store, level, index);
        memcpy((*out)->s->key, key, sizeof(key));
        r = read_page(store, *out);
        if (r != 0)
            (*out)->used_at = 0;
    }
    hash_wipe(key, sizeof(key));
    return r;
}

/* ---- growing -------------------------------------------------------------------------------- */

/* A page that no disk has yet, with a key of its own. */
static struct cached *make_page(struct key_store *store, uint8_t level, uint64_t index)
{
    struct cached *page = take_place(store, level, index);
    random_bytes(page->s->key, sizeof(page->s->key));
    page->is_dirty = true;
    return page;
}

/* A level above: the root key of before becomes slot 0 of the new root page. */
static void raise_root(struct key_store *store)
{
    store->height++;
    struct cached *root = make_page(store, store->height, 0);
    memcpy(root->s->keys.slots[0], store->secrets->root_key, 32);
    memcpy(store->secrets->root_key, root->s->key, 32);
    store->root_is_new = true;
}

/* Makes the leaf and whatever above it is missing. */
static int make_leaf(struct key_store *store, uint64_t leaf)
{
    uint8_t key[32];
    int r = 0;
    if (leaf == power(store->height))
        raise_root(store);
    memcpy(key, make_page(store, 0, leaf)->s->key, sizeof(key));
    for (uint8_t level = 1; level <= store->height; level++) {
        uint64_t index = leaf / power(level), below = leaf / power((uint8_t)(level - 1));
        bool is_new = index > 0 && leaf % power(level) == 0;
        struct cached *page = NULL;
        if (is_new)
            page = make_page(store, level, index);
        else
            r = get_page(store, level, index, &page);
        if (r != 0)
            break;
        memcpy(page->s->keys.slots[below % KEY_PAGE_SLOTS], key, sizeof(key));
        page->is_dirty = true;
        if (!is_new)
            break;
        memcpy(key, page->s->key, sizeof(key));
    }
    hash_wipe(key, sizeof(key));
    return r;
}

int key_store_add(struct key_store *store, uint8_t share[KEY_STORE_SHARE_BYTES], uint64_t *slot)
{
    struct cached *leaf;
    int r = 0;
    if (store->is_dead)
        return ERR_IO;
    check(store->pending < KEY_STORE_PENDING_MAX);
    uint64_t index = store->count / KEY_PAGE_SLOTS;
    if (key_store_page_count(index + 1) > UINT32_MAX)
        return ERR_FULL;
    if (store->count % KEY_PAGE_SLOTS == 0 && store->count > 0)
        r = make_leaf(store, index);
    if (r == 0)
        r = get_page(store, 0, index, &leaf);
    /* The pages in memory are half changed then, and must not be written. */
    if (r != 0)
        return die(store, r, "cannot read a page");
    random_bytes(share, KEY_STORE_SHARE_BYTES);
    memcpy(leaf->s->keys.slots[store->count % KEY_PAGE_SLOTS], share, KEY_STORE_SHARE_BYTES);
    leaf->is_dirty = true;
    *slot = store->count++;
    store->pending++;
    return 0;
}

static bool is_empty(const uint8_t slot[32])
{
    static const uint8_t zero[32];
    return hash_equal(slot, zero, sizeof(zero));
}

int key_store_read(struct key_store *store, uint64_t slot, uint8_t share[KEY_STORE_SHARE_BYTES])
{
    struct cached *leaf;
    if (store->is_dead)
        return ERR_IO;
    if (slot >= store->count)
        return ERR_NOT_FOUND;
    int r = get_page(store, 0, slot / KEY_PAGE_SLOTS, &leaf);
    if (r != 0)
        return r;
    memcpy(share, leaf->s->keys.slots[slot % KEY_PAGE_SLOTS], KEY_STORE_SHARE_BYTES);
    return is_empty(share) ? ERR_NOT_FOUND : 0;
}

uint64_t key_store_count(const struct key_store *store)
{
    return store->count;
}

uint32_t key_store_pending(const struct key_store *store)
{
    return store->pending;
}

/* ---- writing -------------------------------------------------------------------------------- */

static int write_page(struct key_store *store, struct cached *page)
{
    uint64_t number = key_store_page_number(page->level, page->index);
    struct key_page_head head = { .level = page->level, .page = (uint32_t)number,
                                  .generation = page->generation + 1 };
    uint8_t place = page->generation ? !page->place : 0;
    key_page_encode(&head, page->s->key, &page->s->keys, store->secrets->scratch);
    int r = file_write_at(store->pages, store->secrets->scratch, KEY_PAGE_BYTES,
                          (2 * number + place) * KEY_PAGE_BYTES);
    page->generation++;
    page->place = place;
    page->is_dirty = false;
    return r;
}

/* The dirty pages of one level, and a sync when there were any. */
static int write_level(struct key_store *store, uint8_t level)
{
    uint32_t written = 0;
    int r = 0;
    for (int i = 0; i < CACHE_PAGES && r == 0; i++) {
        struct cached *page = &store->cache[i];
        if (page->used_at && page->is_dirty && page->level == level) {
            r = write_page(store, page);
            written++;
        }
    }
    return r == 0 && written ? file_sync(store->pages) : r;
}

static int write_root_slot(struct key_store *store, int slot)
{
    key_root_encode(&store->root, store->secrets->custody, store->secrets->root_key,
                    store->secrets->scratch);
    int r = file_write_at(store->roots, store->secrets->scratch, KEY_PAGE_BYTES,
                          (uint64_t)slot * KEY_PAGE_BYTES);
    return r == 0 ? file_sync(store->roots) : r;
}

/* The commit is the first sync: either slot alone is enough to open the store. */
static int write_roots(struct key_store *store)
{
    store->root.generation++;
    store->root.page = (uint32_t)key_store_page_number(store->height, 0);
    int r = write_root_slot(store, (int)(store->root.generation % ROOT_SLOTS));
    if (r == 0)
        r = write_root_slot(store, (int)((store->root.generation + 1) % ROOT_SLOTS));
    return r;
}

int key_store_sync(struct key_store *store)
{
    int r = 0;
    if (store->is_dead)
        return ERR_IO;
    for (uint8_t level = 0; level <= store->height && r == 0; level++)
        r = write_level(store, level);
    if (r == 0 && store->root_is_new)
        r = write_roots(store);
    if (r != 0)
        return die(store, r, "cannot write");
    store->root_is_new = false;
    store->pending = 0;
    return 0;
}

/* ---- opening -------------------------------------------------------------------------------- */

static int open_files(struct key_store *store)
{
    const unsigned flags = FILE_READ | FILE_WRITE;
    int r = fs_open(store->fs, KEY_STORE_ROOTS, flags, &store->roots);
    if (r == 0)
        r = fs_open(store->fs, KEY_STORE_PAGES, flags, &store->pages);
    else if (r == ERR_NOT_FOUND)
        return r;
    if (r == ERR_NOT_FOUND)
        return ERR_CORRUPT;
    if (r == 0)
        r = file_sync(store->pages);
    if (r == 0)
        r = file_sync(store->roots);
    if (r == 0)
        r = fs_sync_dir(store->fs, ".");
    return r;
}

/* Takes the whole slot with the highest generation. A slot that lags, torn or cut off before its
 * turn, is written again: either alone must be enough. */
static int read_roots(struct key_store *store)
{
    struct key_root roots[ROOT_SLOTS];
    uint8_t *both = store->secrets->scratch;
    int best = -1, code[ROOT_SLOTS];
    size_t got = 0;
    int r = file_read_at(store->roots, both, ROOT_SLOTS * KEY_PAGE_BYTES, 0, &got);
    if (r != 0)
        return r;
    memset(both + got, 0, ROOT_SLOTS * KEY_PAGE_BYTES - got);
    for (int i = 0; i < ROOT_SLOTS; i++) {
        code[i] = key_root_decode(both + i * KEY_PAGE_BYTES, &roots[i]);
        if (code[i] == ERR_UNSUPPORTED)
            return code[i];
        if (code[i] == 0 && (best < 0 || roots[i].generation > roots[best].generation))
            best = i;
    }
    if (best < 0)
        return ERR_CORRUPT;
    store->root = roots[best];
    r = key_root_open(both + best * KEY_PAGE_BYTES, store->secrets->custody,
                      store->secrets->root_key);
    for (int i = 0; i < ROOT_SLOTS && r == 0; i++)
        if (code[i] != 0 || roots[i].generation != store->root.generation)
            r = write_root_slot(store, i);
    return r;
}

/* The level is the one whose first page has the root's number. */
static int find_height(struct key_store *store)
{
    for (uint8_t level = 0; level <= KEY_LEVEL_MAX; level++) {
        if (key_store_page_number(level, 0) == store->root.page) {
            store->height = level;
            return 0;
        }
    }
    return ERR_CORRUPT;
}

/* Slots are given out in order: down the last one that is taken, level by level. */
static int find_count(struct key_store *store)
{
    uint64_t index = 0;
    for (int level = store->height; level >= 0; level--) {
        struct cached *page;
        int r = get_page(store, (uint8_t)level, index, &page);
        if (r != 0)
            return r;
        uint64_t used = KEY_PAGE_SLOTS;
        while (used > 0 && is_empty(page->s->keys.slots[used - 1]))
            used--;
        if (used == 0 && level > 0)
            return ERR_CORRUPT;
        index = index * KEY_PAGE_SLOTS + (level > 0 ? used - 1 : used);
    }
    store->count = index;
    return 0;
}

/* The roots come last, in one replacement: a store without them was never finished. */
static int create_files(struct key_store *store)
{
    struct bytes roots = { 0 };
    struct cached *leaf = make_page(store, 0, 0);
    memcpy(store->secrets->root_key, leaf->s->key, 32);
    int r = fs_open(store->fs, KEY_STORE_PAGES,
                    FILE_READ | FILE_WRITE | FILE_CREATE | FILE_TRUNCATE | FILE_PRIVATE,
                    &store->pages);
    if (r == 0)
        r = write_level(store, 0);
    if (r == 0)
        r = fs_sync_dir(store->fs, ".");
    store->root = (struct key_root){ .generation = 1, .custody = KEY_CUSTODY_FILE, .page = 0 };
    for (int i = 0; i < ROOT_SLOTS; i++)
        key_root_encode(&store->root, store->secrets->custody, store->secrets->root_key,
                        bytes_grow(&roots, KEY_PAGE_BYTES));
    if (r == 0)
        r = fs_replace_file(store->fs, KEY_STORE_ROOTS, bytes_str(&roots), FILE_PRIVATE);
    if (r == 0)
        r = fs_open(store->fs, KEY_STORE_ROOTS, FILE_READ | FILE_WRITE, &store->roots);
    bytes_release(&roots);
    return r;
}

int key_store_open(struct fs *fs, const uint8_t custody[32], bool may_create,
                   struct key_store **out)
{
    struct key_store *store = calloc(1, sizeof(*store));
    check(store != NULL);
    store->fs = fs;
    store->secrets = sandbox_key_alloc(sizeof(*store->secrets));
    memcpy(store->secrets->custody, custody, 32);
    for (int i = 0; i < CACHE_PAGES; i++)
        store->cache[i].s = &store->secrets->pages[i];
    int r = open_files(store);
    if (r == ERR_NOT_FOUND && may_create) {
        r = create_files(store);
    } else if (r == 0) {
        r = read_roots(store);
        if (r == 0)
            r = find_height(store);
        if (r == 0)
            r = find_count(store);
    }
    if (r != 0) {
        log_error("cannot open the key store: %s", err_text(r));
        key_store_close(store);
        return r;
    }
    *out = store;
    return 0;
}

void key_store_close(struct key_store *store)
{
    if (!store)
        return;
    file_close(store->pages);
    file_close(store->roots);
    sandbox_key_free(store->secrets, sizeof(*store->secrets));
    free(store);
}
