#include "vault/inside/key_page.h"

#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/seal.h"

enum { VERSION = 1, ROOT_BOX_BYTES = SEAL_OVERHEAD_BYTES + KEY_PAGE_KEY_BYTES,
       PAGE_BOX_BYTES = SEAL_OVERHEAD_BYTES + KEY_PAGE_SLOTS * KEY_PAGE_KEY_BYTES };

_Static_assert(KEY_PAGE_USED_BYTES <= KEY_PAGE_BYTES, "a page fits");
_Static_assert(sizeof(struct key_page_keys) == KEY_PAGE_SLOTS * KEY_PAGE_KEY_BYTES, "no holes");

static void put_out(const struct bytes *b, uint8_t out[KEY_PAGE_BYTES])
{
    check(b->len <= KEY_PAGE_BYTES);
    memset(out, 0, KEY_PAGE_BYTES);
    memcpy(out, b->ptr, b->len);
}

/* Opens a box of a fixed plain length, straight into the caller's locked memory: the bytes are lent
 * a buffer that is exactly large enough and never grows. Zeros when it does not open. */
static int open_box(const uint8_t key[32], struct str associated, struct str box, uint8_t *out)
{
    size_t len = box.len - SEAL_OVERHEAD_BYTES;
    struct bytes plain = { .ptr = out, .cap = len };
    int r = seal_open(key, associated, box, &plain);
    check(plain.ptr == out);
    if (r != 0)
        memset(out, 0, len);
    return r;
}

/* ---- pages ---------------------------------------------------------------------------------- */

void key_page_encode(const struct key_page_head *head, const uint8_t key[32],
                     const struct key_page_keys *keys, uint8_t out[KEY_PAGE_BYTES])
{
    struct bytes b = { 0 };
    bytes_reserve(&b, KEY_PAGE_BYTES);
    bytes_append_str(&b, STR("AMKP"));
    bytes_put_u8(&b, VERSION);
    bytes_put_u8(&b, head->level);
    bytes_put_u16(&b, 0);
    bytes_put_u32(&b, head->page);
    bytes_put_u64(&b, head->generation);
    check(b.len == KEY_PAGE_AD_BYTES);
    seal_close(key, bytes_str(&b), str_of(keys, sizeof(*keys)), &b);
    check(b.len == KEY_PAGE_USED_BYTES);
    put_out(&b, out);
    bytes_release(&b);
}

int key_page_decode_head(const uint8_t page[KEY_PAGE_BYTES], struct key_page_head *head)
{
    struct bytes_reader r = bytes_reader_over(str_of(page, KEY_PAGE_AD_BYTES));
    bool is_ours = str_equal(bytes_get_raw(&r, 4), STR("AMKP")) && bytes_get_u8(&r) == VERSION;
    head->level = bytes_get_u8(&r);
    uint16_t zero = bytes_get_u16(&r);
    head->page = bytes_get_u32(&r);
    head->generation = bytes_get_u64(&r);
    return is_ours && zero == 0 && head->level <= KEY_LEVEL_MAX ? 0 : ERR_INVALID;
}

int key_page_open(const uint8_t page[KEY_PAGE_BYTES], const uint8_t key[32],
                  struct key_page_keys *keys)
{
    return open_box(key, str_of(page, KEY_PAGE_AD_BYTES),
                    str_of(page + KEY_PAGE_AD_BYTES, PAGE_BOX_BYTES), keys->slots[0]);
}

/* ---- roots ---------------------------------------------------------------------------------- */

static void wrap_key(const uint8_t custody_secret[32], uint8_t out[32])
{
    const struct str label = STR("amana/root/1");
    hash_framed(custody_secret, &label, 1, out, 32);
}

void key_root_encode(const struct key_root *root, const uint8_t custody_secret[32],
                     const uint8_t key[32], uint8_t out[KEY_PAGE_BYTES])
{
    struct bytes b = { 0 };
    uint8_t wrap[32], sum[32];
    bytes_reserve(&b, KEY_PAGE_BYTES);
    bytes_append_str(&b, STR("AMKR"));
    bytes_put_u8(&b, VERSION);
    bytes_put_u64(&b, root->generation);
    bytes_put_u8(&b, root->custody);
    bytes_put_u32(&b, root->page);
    check(b.len == KEY_ROOT_AD_BYTES);
    wrap_key(custody_secret, wrap);
    seal_close(wrap, bytes_str(&b), str_of(key, 32), &b);
    hash_sha256(bytes_str(&b), sum);
    bytes_append(&b, sum, sizeof(sum));
    check(b.len == KEY_ROOT_USED_BYTES);
    put_out(&b, out);
    hash_wipe(wrap, sizeof(wrap));
    bytes_release(&b);
}

int key_root_decode(const uint8_t bytes[KEY_PAGE_BYTES], struct key_root *root)
{
    const size_t covered = KEY_ROOT_USED_BYTES - 32;
    uint8_t sum[32];
    hash_sha256(str_of(bytes, covered), sum);
    if (memcmp(bytes, "AMKR", 4) != 0 || memcmp(sum, bytes + covered, sizeof(sum)) != 0)
        return ERR_INVALID;
    struct bytes_reader r = bytes_reader_over(str_of(bytes + 4, KEY_ROOT_AD_BYTES - 4));
    uint8_t version = bytes_get_u8(&r);
    root->generation = bytes_get_u64(&r);
    root->custody = bytes_get_u8(&r);
    root->page = bytes_get_u32(&r);
    return version == VERSION && root->custody == KEY_CUSTODY_FILE ? 0 : ERR_UNSUPPORTED;
}

int key_root_open(const uint8_t bytes[KEY_PAGE_BYTES], const uint8_t custody_secret[32],
                  uint8_t key[32])
{
    uint8_t wrap[32];
    wrap_key(custody_secret, wrap);
    int r = open_box(wrap, str_of(bytes, KEY_ROOT_AD_BYTES),
                     str_of(bytes + KEY_ROOT_AD_BYTES, ROOT_BOX_BYTES), key);
    hash_wipe(wrap, sizeof(wrap));
    return r;
}
