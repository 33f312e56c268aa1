/* Key pages and roots from arbitrary bytes, and a whole store with arbitrary bytes changed: it opens
 * or says what is wrong, and a share that it gives is one that was put in. Roots are summed again,
 * so that what the checksum keeps out is tried, too. */
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "support/disk.h"
#include "vault/inside/key_page.h"
#include "vault/inside/key_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SHARES = 250 };

static const uint8_t custody[32] = { 5 };
static struct bytes pages, roots;
static uint8_t shares[SHARES][32];

static void make_store(void)
{
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct key_store *store;
    uint64_t slot;
    crypto_init();
    check(key_store_open(fs, custody, true, &store) == 0);
    for (int i = 0; i < SHARES; i++) {
        check(key_store_add(store, shares[i], &slot) == 0);
        check(i % 60 != 0 || key_store_sync(store) == 0);
    }
    check(key_store_sync(store) == 0);
    key_store_close(store);
    check(fs_read_file(fs, KEY_STORE_PAGES, 1 << 20, &pages) == 0);
    check(fs_read_file(fs, KEY_STORE_ROOTS, 1 << 20, &roots) == 0);
    fs_destroy(fs);
    disk_destroy(disk);
}

static void decode_page(const uint8_t *data, size_t size)
{
    static struct key_page_keys keys;
    uint8_t page[KEY_PAGE_BYTES] = { 0 }, key[32];
    struct key_page_head head;
    struct key_root root;
    memcpy(page, data, size < sizeof(page) ? size : sizeof(page));
    if (key_page_decode_head(page, &head) == 0)
        check(head.level <= KEY_LEVEL_MAX);
    /* Nobody made a page under this key. */
    check(key_page_open(page, custody, &keys) != 0);
    bool is_summed = key_root_decode(page, &root) == 0;
    hash_sha256(str_of(page, KEY_ROOT_USED_BYTES - 32), page + KEY_ROOT_USED_BYTES - 32);
    if (key_root_decode(page, &root) == 0)
        check(key_root_open(page, custody, key) != 0 || is_summed);
    else
        check(!is_summed);
}

/* Changes of four bytes each: where (u24) and what to add. */
static void change(struct bytes *file, const uint8_t *data, size_t size, uint8_t which)
{
    for (size_t i = 0; i + 4 <= size; i += 4) {
        size_t at = (size_t)(data[i] | data[i + 1] << 8 | (data[i + 2] & 0x7f) << 16);
        if (data[i + 2] >> 7 == which && file->len)
            file->ptr[at % file->len] = (uint8_t)(file->ptr[at % file->len] + data[i + 3]);
    }
}

static void open_changed(const uint8_t *data, size_t size)
{
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct key_store *store;
    struct bytes p = { 0 }, r = { 0 };
    uint8_t share[32];
    bytes_append_str(&p, bytes_str(&pages));
    bytes_append_str(&r, bytes_str(&roots));
    change(&p, data + 1, size - 1, 0);
    change(&r, data + 1, size - 1, 1);
    for (size_t slot = 0; (data[0] & 1) && slot < 2; slot++) {
        uint8_t *root = r.ptr + slot * KEY_PAGE_BYTES;
        hash_sha256(str_of(root, KEY_ROOT_USED_BYTES - 32), root + KEY_ROOT_USED_BYTES - 32);
    }
    /* Cut somewhere, perhaps. */
    p.len = data[0] & 2 ? p.len * data[0] / 256 : p.len;
    check(fs_replace_file(fs, KEY_STORE_PAGES, bytes_str(&p), FILE_PRIVATE) == 0);
    check(fs_replace_file(fs, KEY_STORE_ROOTS, bytes_str(&r), FILE_PRIVATE) == 0);
    if (key_store_open(fs, custody, data[0] & 4, &store) == 0) {
        check(key_store_count(store) <= SHARES);
        for (uint64_t slot = 0; slot < SHARES; slot += 7)
            if (key_store_read(store, slot, share) == 0)
                check(memcmp(share, shares[slot], 32) == 0);
        uint64_t slot;
        if (key_store_add(store, share, &slot) == 0)
            check(key_store_sync(store) == 0);
        key_store_close(store);
    }
    bytes_release(&p);
    bytes_release(&r);
    fs_destroy(fs);
    disk_destroy(disk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!pages.len)
        make_store();
    if (size == 0)
        return 0;
    decode_page(data, size);
    open_changed(data, size);
    return 0;
}
