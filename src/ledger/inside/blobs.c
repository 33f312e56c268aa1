/* A blob in clear: secret 32 · eight times u32 length, text · u32 length, set of numbers ·
 * u32 count of (ref 16, number u32). Sealed: XChaCha20-Poly1305 under H_32(day key;
 * "amana/blob/1", log, sequence), random nonce, ad = the entry. */
#include "ledger/inside/blobs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "ledger/bitmap.h"
#include "sys/sandbox.h"

enum { DAYS_KEPT = 64, KEY_BYTES = 32, NAME_BYTES = 64 };

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

struct day {
    uint32_t log;
    int64_t day;
    bool is_there;
    uint8_t key[KEY_BYTES];
};

struct blobs {
    struct fs *keys;
    struct day *days;     /* DAYS_KEPT, in locked memory */
    uint32_t next;
    bool is_settled;      /* the names of all keys that are there are on disk */
};

struct blobs *blobs_create(struct fs *keys)
{
    struct blobs *blobs = calloc(1, sizeof(*blobs));
    check(blobs != NULL);
    blobs->keys = keys;
    blobs->days = sandbox_key_alloc(DAYS_KEPT * sizeof(*blobs->days));
    return blobs;
}

void blobs_destroy(struct blobs *blobs)
{
    if (!blobs)
        return;
    sandbox_key_free(blobs->days, DAYS_KEPT * sizeof(*blobs->days));
    free(blobs);
}

static void key_name(uint32_t log, int64_t day, char out[NAME_BYTES])
{
    (void)snprintf(out, NAME_BYTES, "day-%u-%lld.key", log, (long long)day);
}

static struct day *find_day(struct blobs *blobs, uint32_t log, int64_t day)
{
    for (uint32_t i = 0; i < DAYS_KEPT; i++)
        if (blobs->days[i].is_there && blobs->days[i].log == log && blobs->days[i].day == day)
            return &blobs->days[i];
    return NULL;
}

static int load_day(struct blobs *blobs, uint32_t log, int64_t day, struct day **out)
{
    char name[NAME_BYTES];
    struct day *slot = find_day(blobs, log, day);
    if (!slot) {
        slot = &blobs->days[blobs->next++ % DAYS_KEPT];
        slot->is_there = false;
        key_name(log, day, name);
        int r = fs_read_exactly(blobs->keys, name, slot->key, KEY_BYTES);
        if (r != 0)
            return r;
        slot->log = log;
        slot->day = day;
        slot->is_there = true;
    }
    *out = slot;
    return 0;
}

int blobs_prepare(struct blobs *blobs, uint32_t log, int64_t time_ms)
{
    char name[NAME_BYTES], tmp[NAME_BYTES + 8];
    struct day *slot;
    uint8_t key[KEY_BYTES];
    /* A killed process may have left a key whose name only the kernel knows. */
    int r = blobs->is_settled ? 0 : fs_sync_dir(blobs->keys, ".");
    if (r != 0)
        return r;
    blobs->is_settled = true;
    r = load_day(blobs, log, time_ms / DAY_MS, &slot);
    if (r != ERR_NOT_FOUND)
        return r;
    key_name(log, time_ms / DAY_MS, name);
    (void)snprintf(tmp, sizeof(tmp), "%s.tmp", name);
    r = fs_remove(blobs->keys, tmp); /* of a crash before the renaming */
    if (r != 0 && r != ERR_NOT_FOUND)
        return r;
    random_bytes(key, sizeof(key));
    r = fs_replace_file(blobs->keys, name, str_of(key, sizeof(key)), FILE_KEY);
    hash_wipe(key, sizeof(key));
    return r != 0 ? r : load_day(blobs, log, time_ms / DAY_MS, &slot);
}

static void blob_key(const struct day *day, uint32_t log, uint64_t sequence,
                     uint8_t out[KEY_BYTES])
{
    struct bytes numbers = { 0 };
    bytes_put_u32(&numbers, log);
    bytes_put_u64(&numbers, sequence);
    const struct str parts[] = { STR("amana/blob/1"), str_of(numbers.ptr, 4),
                                 str_of(numbers.ptr + 4, 8) };
    hash_framed(day->key, parts, 3, out, KEY_BYTES);
    bytes_release(&numbers);
}

static void put_plain(const struct blob *blob, struct bytes *out)
{
    struct bytes set = { 0 };
    const struct entry_sections *s = &blob->sections;
    bytes_append(out, s->secret, sizeof(s->secret));
    for (int i = 0; i < ENTRY_SECTIONS; i++)
        bytes_put_part(out, s->sections[i]);
    if (s->number_count) {
        struct bitmap *bitmap = bitmap_create();
        for (uint32_t i = 0; i < s->number_count; i++)
            (void)bitmap_add(bitmap, s->numbers[i]);
        bitmap_encode(bitmap, &set);
        bitmap_destroy(bitmap);
    }
    bytes_put_part(out, bytes_str(&set));
    bytes_release(&set);
    bytes_put_u32(out, blob->given_count);
    for (uint32_t i = 0; i < blob->given_count; i++) {
        bytes_append(out, &blob->given[i].ref, sizeof(blob->given[i].ref));
        bytes_put_u32(out, blob->given[i].number);
    }
}

void blobs_seal(struct blobs *blobs, uint32_t log, const uint8_t entry[ENTRY_BYTES],
                const struct blob *blob, struct bytes *out)
{
    struct entry decoded;
    struct day *day;
    struct bytes plain = { 0 };
    uint8_t key[KEY_BYTES];
    check(entry_decode(entry, &decoded) == 0);
    check(load_day(blobs, log, decoded.time_ms / DAY_MS, &day) == 0);
    put_plain(blob, &plain);
    blob_key(day, log, decoded.sequence, key);
    seal_close(key, str_of(entry, ENTRY_BYTES), bytes_str(&plain), out);
    hash_wipe(key, sizeof(key));
    bytes_wipe(&plain);
}

/* ---- reading --------------------------------------------------------------------------------- */

static int read_numbers(struct str set, struct arena *arena, struct entry_sections *out)
{
    struct bitmap *bitmap = bitmap_create();
    uint64_t at = 0;
    uint32_t value, count = 0;
    int r = set.len ? bitmap_decode_into(bitmap, set) : 0;
    if (r == 0) {
        uint32_t *numbers = arena_alloc(arena, bitmap_count(bitmap) * sizeof(*numbers));
        while (bitmap_next(bitmap, &at, &value))
            numbers[count++] = value;
        out->numbers = numbers;
        out->number_count = count;
    }
    bitmap_destroy(bitmap);
    return r;
}

static int read_plain(struct str plain, struct arena *arena, struct blob *out)
{
    struct bytes_reader r = bytes_reader_over(plain);
    struct str secret = bytes_get_raw(&r, ENTRY_SECRET_BYTES);
    if (secret.len != ENTRY_SECRET_BYTES)
        return ERR_CORRUPT;
    memcpy(out->sections.secret, secret.ptr, secret.len);
    for (int i = 0; i < ENTRY_SECTIONS; i++)
        out->sections.sections[i] = bytes_get_raw(&r, bytes_get_u32(&r));
    struct str set = bytes_get_raw(&r, bytes_get_u32(&r));
    out->given_count = bytes_get_u32(&r);
    if (r.failed || bytes_left(&r) != (uint64_t)out->given_count * 20)
        return ERR_CORRUPT;
    struct blobs_given *given = arena_alloc(arena, out->given_count * sizeof(*given));
    for (uint32_t i = 0; i < out->given_count; i++) {
        memcpy(&given[i].ref, bytes_get_raw(&r, sizeof(given[i].ref)).ptr, sizeof(given[i].ref));
        given[i].number = bytes_get_u32(&r);
    }
    out->given = given;
    return read_numbers(set, arena, &out->sections) == 0 ? 0 : ERR_CORRUPT;
}

int blobs_open(struct blobs *blobs, uint32_t log, const uint8_t entry[ENTRY_BYTES],
               struct str sealed, struct arena *arena, struct blob *out)
{
    struct entry decoded;
    struct day *day;
    struct bytes plain = { 0 };
    uint8_t key[KEY_BYTES];
    *out = (struct blob){ 0 };
    if (entry_decode(entry, &decoded) != 0)
        return ERR_CORRUPT;
    int r = load_day(blobs, log, decoded.time_ms / DAY_MS, &day);
    if (r != 0)
        return r;
    blob_key(day, log, decoded.sequence, key);
    r = seal_open(key, str_of(entry, ENTRY_BYTES), sealed, &plain);
    hash_wipe(key, sizeof(key));
    if (r == 0)
        r = read_plain(arena_copy(arena, bytes_str(&plain)), arena, out);
    bytes_wipe(&plain);
    return r;
}
