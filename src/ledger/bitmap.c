/* Sets of u32 in containers of 65,536, each held as bits while it is worked on or as a sorted array
 * while it is small; the encoding chooses anew what is smallest. Idea of the containers: Chambi,
 * Lemire, Kaser, Godin, "Better bitmap performance with Roaring bitmaps" (2016); this form is ours:
 * one encoding a set, so that two encoders agree and a reader needs no trust. */
#include "ledger/bitmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { HIGHS = 65536, WORDS = 1024, ARRAY_MAX = 4096, VERSION = 1 };
enum kind { KIND_ARRAY = 1, KIND_RUNS = 2, KIND_BITS = 3 };

/* bits NULL: the values lie sorted in array. */
struct container {
    uint16_t high;
    uint64_t *bits;
    uint16_t *array;
    uint32_t count;
    uint32_t cap;
};

struct bitmap {
    struct container *containers; /* by rising high; none is empty but while it is made */
    uint32_t used;
    uint32_t cap;
    uint64_t count;
};

struct bitmap *bitmap_create(void)
{
    struct bitmap *bitmap = calloc(1, sizeof(*bitmap));
    check(bitmap != NULL);
    return bitmap;
}

void bitmap_clear(struct bitmap *bitmap)
{
    for (uint32_t i = 0; i < bitmap->used; i++) {
        free(bitmap->containers[i].bits);
        free(bitmap->containers[i].array);
    }
    free(bitmap->containers);
    *bitmap = (struct bitmap){ 0 };
}

void bitmap_destroy(struct bitmap *bitmap)
{
    if (!bitmap)
        return;
    bitmap_clear(bitmap);
    free(bitmap);
}

uint64_t bitmap_count(const struct bitmap *bitmap)
{
    return bitmap->count;
}

/* ---- containers ------------------------------------------------------------------------------ */

/* The place of `high` among the containers, or where it belongs. */
static uint32_t place_of(const struct bitmap *bitmap, uint32_t high)
{
    uint32_t from = 0, to = bitmap->used;
    if (to && bitmap->containers[to - 1].high < high)
        return to;
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        if (bitmap->containers[middle].high < high)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static struct container *find_container(const struct bitmap *bitmap, uint32_t high)
{
    uint32_t at = place_of(bitmap, high);
    return at < bitmap->used && bitmap->containers[at].high == high ? &bitmap->containers[at]
                                                                    : NULL;
}

static struct container *get_container(struct bitmap *bitmap, uint16_t high)
{
    struct container *found = find_container(bitmap, high);
    if (found)
        return found;
    if (bitmap->used == bitmap->cap) {
        bitmap->cap = bitmap->cap ? bitmap->cap * 2 : 4;
        struct container *all = realloc(bitmap->containers, bitmap->cap * sizeof(*all));
        check(all != NULL);
        bitmap->containers = all;
    }
    uint32_t at = place_of(bitmap, high);
    struct container *c = bitmap->containers + at;
    memmove(c + 1, c, (bitmap->used - at) * sizeof(*c));
    bitmap->used++;
    *c = (struct container){ .high = high };
    return c;
}

static void become_bits(struct container *c)
{
    if (c->bits)
        return;
    c->bits = calloc(WORDS, sizeof(uint64_t));
    check(c->bits != NULL);
    for (uint32_t i = 0; i < c->count; i++)
        c->bits[c->array[i] >> 6] |= (uint64_t)1 << (c->array[i] & 63);
    free(c->array);
    c->array = NULL;
    c->cap = 0;
}

static uint32_t lower_bound(const struct container *c, uint16_t low)
{
    uint32_t from = 0, to = c->count;
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        if (c->array[middle] < low)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool add_bit(struct container *c, uint16_t low)
{
    uint64_t bit = (uint64_t)1 << (low & 63);
    bool is_new = !(c->bits[low >> 6] & bit);
    c->bits[low >> 6] |= bit;
    c->count += is_new;
    return is_new;
}

static bool add_to_array(struct container *c, uint16_t low)
{
    uint32_t at = c->count && c->array[c->count - 1] < low ? c->count : lower_bound(c, low);
    if (at < c->count && c->array[at] == low)
        return false;
    if (c->count == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 8;
        uint16_t *array = realloc(c->array, c->cap * sizeof(*array));
        check(array != NULL);
        c->array = array;
    }
    memmove(c->array + at + 1, c->array + at, (c->count - at) * sizeof(*c->array));
    c->array[at] = low;
    c->count++;
    return true;
}

static bool add_low(struct container *c, uint16_t low)
{
    if (!c->bits && c->count >= ARRAY_MAX)
        become_bits(c);
    return c->bits ? add_bit(c, low) : add_to_array(c, low);
}

bool bitmap_add(struct bitmap *bitmap, uint32_t value)
{
    bool is_new = add_low(get_container(bitmap, (uint16_t)(value >> 16)), (uint16_t)value);
    bitmap->count += is_new;
    return is_new;
}

static bool has_low(const struct container *c, uint16_t low)
{
    if (c->bits)
        return c->bits[low >> 6] >> (low & 63) & 1;
    uint32_t at = lower_bound(c, low);
    return at < c->count && c->array[at] == low;
}

bool bitmap_has(const struct bitmap *bitmap, uint32_t value)
{
    const struct container *c = find_container(bitmap, value >> 16);
    return c && has_low(c, (uint16_t)value);
}

static void unite_bits(struct container *into, const uint64_t *words)
{
    become_bits(into);
    into->count = 0;
    for (int i = 0; i < WORDS; i++) {
        into->bits[i] |= words[i];
        into->count += (uint32_t)__builtin_popcountll(into->bits[i]);
    }
}

void bitmap_union(struct bitmap *into, const struct bitmap *other)
{
    for (uint32_t k = 0; k < other->used; k++) {
        const struct container *from = &other->containers[k];
        struct container *c = get_container(into, from->high);
        uint32_t before = c->count;
        if (from->bits)
            unite_bits(c, from->bits);
        else
            for (uint32_t i = 0; i < from->count; i++)
                (void)add_low(c, from->array[i]);
        into->count += c->count - before;
    }
}

/* The next value of the container that is at least `low`; false when there is none. */
static bool next_low(const struct container *c, uint32_t low, uint16_t *out)
{
    if (!c->bits) {
        uint32_t at = lower_bound(c, (uint16_t)low);
        if (at == c->count)
            return false;
        *out = c->array[at];
        return true;
    }
    for (uint32_t word = low >> 6; word < WORDS; word++) {
        uint64_t bits = c->bits[word];
        if (word == low >> 6)
            bits &= ~(uint64_t)0 << (low & 63);
        if (bits) {
            *out = (uint16_t)(word * 64 + (uint32_t)__builtin_ctzll(bits));
            return true;
        }
    }
    return false;
}

bool bitmap_next(const struct bitmap *bitmap, uint64_t *at, uint32_t *value)
{
    uint16_t low;
    if (*at > UINT32_MAX)
        return false;
    for (uint32_t k = place_of(bitmap, (uint32_t)(*at >> 16)); k < bitmap->used; k++) {
        const struct container *c = &bitmap->containers[k];
        uint32_t from = c->high == *at >> 16 ? (uint32_t)(*at & 0xffff) : 0;
        if (!next_low(c, from, &low))
            continue;
        *value = (uint32_t)c->high << 16 | low;
        *at = (uint64_t)*value + 1;
        return true;
    }
    return false;
}

/* ---- the encoding ---------------------------------------------------------------------------- */

static void put_u16(struct bytes *out, uint32_t v)
{
    bytes_put_u8(out, (uint8_t)(v >> 8));
    bytes_put_u8(out, (uint8_t)v);
}

static void put_u32(struct bytes *out, uint32_t v)
{
    put_u16(out, v >> 16);
    put_u16(out, v & 0xffff);
}

/* Runs of the container: start and length - 1 each, written where out is not NULL. */
static uint32_t runs_of(const struct container *c, struct bytes *out)
{
    uint32_t runs = 0, at = 0;
    uint16_t low;
    while (at < HIGHS && next_low(c, at, &low)) {
        uint32_t end = low;
        while (end + 1 < HIGHS && has_low(c, (uint16_t)(end + 1)))
            end++;
        if (out) {
            put_u16(out, low);
            put_u16(out, end - low);
        }
        runs++;
        at = end + 1;
    }
    return runs;
}

static enum kind smallest(uint32_t count, uint32_t runs)
{
    size_t array = (size_t)count * 2, run = (size_t)runs * 4, bits = WORDS * 8;
    if (array <= run && array <= bits)
        return KIND_ARRAY;
    return run <= bits ? KIND_RUNS : KIND_BITS;
}

static void encode_container(const struct container *c, struct bytes *out)
{
    uint32_t runs = runs_of(c, NULL);
    enum kind kind = smallest(c->count, runs);
    put_u16(out, c->high);
    bytes_put_u8(out, (uint8_t)kind);
    put_u16(out, (kind == KIND_RUNS ? runs : c->count) - 1);
    if (kind == KIND_RUNS) {
        (void)runs_of(c, out);
    } else if (kind == KIND_ARRAY) {
        uint16_t low;
        for (uint32_t at = 0; at < HIGHS && next_low(c, at, &low); at = (uint32_t)low + 1)
            put_u16(out, low);
    } else {
        for (uint32_t low = 0; low < HIGHS; low += 8) {
            unsigned byte = 0;
            for (uint32_t i = 0; i < 8; i++)
                byte = byte << 1 | has_low(c, (uint16_t)(low + i));
            bytes_put_u8(out, (uint8_t)byte);
        }
    }
}

void bitmap_encode(const struct bitmap *bitmap, struct bytes *out)
{
    bytes_put_u8(out, VERSION);
    put_u32(out, bitmap->used);
    for (uint32_t i = 0; i < bitmap->used; i++)
        encode_container(&bitmap->containers[i], out);
}

/* ---- the decoding: nothing is believed ------------------------------------------------------- */

static uint32_t get_u16(struct bytes_reader *r)
{
    uint32_t high = bytes_get_u8(r);
    return high << 8 | bytes_get_u8(r);
}

static void put_low(struct bitmap *into, uint32_t high, uint32_t low)
{
    (void)bitmap_add(into, high << 16 | low);
}

static int read_array(struct bytes_reader *r, struct bitmap *into, uint32_t high, uint32_t count)
{
    uint32_t runs = 0, last = UINT32_MAX - 1;
    if (bytes_left(r) < (size_t)count * 2)
        return ERR_INVALID;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t low = get_u16(r);
        if (i > 0 && low <= last)
            return ERR_INVALID;
        runs += i == 0 || low != last + 1;
        put_low(into, high, low);
        last = low;
    }
    return smallest(count, runs) == KIND_ARRAY ? 0 : ERR_INVALID;
}

static int read_runs(struct bytes_reader *r, struct bitmap *into, uint32_t high, uint32_t runs)
{
    uint32_t count = 0, end = 0;
    if (bytes_left(r) < (size_t)runs * 4)
        return ERR_INVALID;
    for (uint32_t i = 0; i < runs; i++) {
        uint32_t from = get_u16(r), more = get_u16(r);
        /* Runs rise and do not touch: there is a gap of at least one. */
        if ((i > 0 && from < end + 2) || from + more >= HIGHS)
            return ERR_INVALID;
        end = from + more;
        count += more + 1;
        for (uint32_t low = from; low <= end; low++)
            put_low(into, high, low);
    }
    return smallest(count, runs) == KIND_RUNS ? 0 : ERR_INVALID;
}

static int read_bits(struct bytes_reader *r, struct bitmap *into, uint32_t high, uint32_t count)
{
    uint32_t found = 0, runs = 0;
    bool was_set = false;
    struct str raw = bytes_get_raw(r, WORDS * 8);
    if (raw.len != WORDS * 8)
        return ERR_INVALID;
    for (uint32_t low = 0; low < HIGHS; low++) {
        bool is_set = (uint8_t)raw.ptr[low >> 3] >> (7 - (low & 7)) & 1;
        runs += is_set && !was_set;
        found += is_set;
        if (is_set)
            put_low(into, high, low);
        was_set = is_set;
    }
    return found == count && smallest(count, runs) == KIND_BITS ? 0 : ERR_INVALID;
}

int bitmap_decode_into(struct bitmap *into, struct str bytes)
{
    struct bytes_reader r = bytes_reader_over(bytes);
    uint8_t version = bytes_get_u8(&r);
    uint32_t containers = get_u16(&r) << 16, last = 0;
    containers |= get_u16(&r);
    if (r.failed || version != VERSION || containers > HIGHS)
        return ERR_INVALID;
    for (uint32_t i = 0; i < containers; i++) {
        uint32_t high = get_u16(&r), kind = bytes_get_u8(&r), n = get_u16(&r) + 1;
        if (r.failed || (i > 0 && high <= last))
            return ERR_INVALID;
        last = high;
        int status = kind == KIND_ARRAY ? read_array(&r, into, high, n)
                     : kind == KIND_RUNS ? read_runs(&r, into, high, n)
                     : kind == KIND_BITS ? read_bits(&r, into, high, n)
                                         : ERR_INVALID;
        if (status != 0)
            return status;
    }
    return bytes_reader_is_done(&r) ? 0 : ERR_INVALID;
}
