/* Sets of u32 in containers of 65,536, each held as bits while it is worked on or as a sorted array
 * while it is small; the encoding chooses anew what is smallest. Idea of the containers: Chambi,
 * Lemire, Kaser, Godin, "Better bitmap performance with Roaring bitmaps" (2016); this form is ours:
 * one encoding a set, so that two encoders agree and a reader needs no trust. */
#include "ledger/bitmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* ARRAY_MAX: an array of more moves too much memory for each value that is put in. */
enum { HIGHS = 65536, WORDS = 1024, ARRAY_MAX = 512, VERSION = 1 };
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

static void drop_container(struct bitmap *bitmap, uint32_t at)
{
    struct container *c = bitmap->containers + at;
    free(c->bits);
    free(c->array);
    memmove(c, c + 1, (--bitmap->used - at) * sizeof(*c));
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

static uint32_t be16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

/* A container while it is read: what it goes into, its count (of values or runs), its data. */
struct coming {
    struct container *into;
    const uint8_t *data;
    uint32_t n;
};

/* Sets `count` bits from `from` on, which all lie in one container. */
static void set_run(struct container *c, uint32_t from, uint32_t count)
{
    while (count) {
        uint32_t shift = from & 63, here = 64 - shift < count ? 64 - shift : count;
        uint64_t mask = (here == 64 ? ~(uint64_t)0 : ((uint64_t)1 << here) - 1) << shift;
        uint64_t *word = &c->bits[from >> 6];
        c->count += (uint32_t)__builtin_popcountll(mask & ~*word);
        *word |= mask;
        from += here;
        count -= here;
    }
}

static int read_array(const struct coming *in)
{
    struct container *c = in->into;
    uint32_t runs = 0, last = HIGHS;
    for (uint32_t i = 0; i < in->n; i++) {
        uint32_t low = be16(in->data + (size_t)i * 2);
        if (i > 0 && low <= last)
            return ERR_INVALID;
        runs += low != last + 1;
        if (c->bits)
            (void)add_bit(c, (uint16_t)low);
        else
            (void)add_low(c, (uint16_t)low);
        last = low;
    }
    return smallest(in->n, runs) == KIND_ARRAY ? 0 : ERR_INVALID;
}

static int read_runs(const struct coming *in)
{
    uint32_t count = 0, end = 0;
    become_bits(in->into);
    for (uint32_t i = 0; i < in->n; i++) {
        uint32_t from = be16(in->data + (size_t)i * 4);
        uint32_t more = be16(in->data + (size_t)i * 4 + 2);
        /* Runs rise and do not touch: there is a gap of at least one. */
        if ((i > 0 && from < end + 2) || from + more >= HIGHS)
            return ERR_INVALID;
        end = from + more;
        count += more + 1;
        set_run(in->into, from, more + 1);
    }
    return smallest(count, in->n) == KIND_RUNS ? 0 : ERR_INVALID;
}

/* Eight bytes, the first value in the highest bit of the first, as a word with it in the lowest. */
static uint64_t word_of(const uint8_t *at)
{
    uint64_t w = 0;
    for (int i = 0; i < 8; i++)
        w |= (uint64_t)at[i] << (8 * i);
    w = (w & 0x5555555555555555) << 1 | (w >> 1 & 0x5555555555555555);
    w = (w & 0x3333333333333333) << 2 | (w >> 2 & 0x3333333333333333);
    return (w & 0x0f0f0f0f0f0f0f0f) << 4 | (w >> 4 & 0x0f0f0f0f0f0f0f0f);
}

static int read_bits(const struct coming *in)
{
    uint64_t words[WORDS], before = 0;
    uint32_t found = 0, runs = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        words[i] = word_of(in->data + (size_t)i * 8);
        found += (uint32_t)__builtin_popcountll(words[i]);
        /* A run begins at every bit whose lower neighbour is not set. */
        runs += (uint32_t)__builtin_popcountll(words[i] & ~(words[i] << 1 | before >> 63));
        before = words[i];
    }
    if (found != in->n || smallest(in->n, runs) != KIND_BITS)
        return ERR_INVALID;
    unite_bits(in->into, words);
    return 0;
}

/* Sets are read in rising order, mostly into sets whose containers have no gaps: then the place is
 * as far behind the last one as the numbers are. */
static struct container *near_container(struct bitmap *bitmap, uint32_t *at, uint16_t high)
{
    if (*at < bitmap->used && bitmap->containers[*at].high <= high) {
        uint32_t guess = *at + (high - bitmap->containers[*at].high);
        if (guess < bitmap->used && bitmap->containers[guess].high == high) {
            *at = guess;
            return &bitmap->containers[guess];
        }
    }
    struct container *c = get_container(bitmap, high);
    *at = (uint32_t)(c - bitmap->containers);
    return c;
}

static int read_container(struct bitmap *into, uint32_t *at, uint16_t high, enum kind kind,
                          struct coming *in)
{
    in->into = near_container(into, at, high);
    uint32_t before = in->into->count;
    int r = kind == KIND_ARRAY ? read_array(in) : kind == KIND_RUNS ? read_runs(in)
                                                                   : read_bits(in);
    into->count += in->into->count - before;
    if (in->into->count == 0)
        drop_container(into, *at); /* refused before anything of it was taken in */
    return r;
}

int bitmap_decode_into(struct bitmap *into, struct str bytes)
{
    struct bytes_reader r = bytes_reader_over(bytes);
    struct str head = bytes_get_raw(&r, 5);
    const uint8_t *b = (const uint8_t *)head.ptr;
    uint32_t last = 0, at = 0;
    if (r.failed || b[0] != VERSION)
        return ERR_INVALID;
    uint32_t containers = be16(b + 1) << 16 | be16(b + 3);
    if (containers > HIGHS)
        return ERR_INVALID;
    for (uint32_t i = 0; i < containers; i++) {
        b = (const uint8_t *)bytes_get_raw(&r, 5).ptr;
        if (r.failed)
            return ERR_INVALID;
        uint32_t high = be16(b), kind = b[2];
        struct coming in = { .n = be16(b + 3) + 1 };
        size_t len = kind == KIND_ARRAY ? (size_t)in.n * 2 : kind == KIND_RUNS ? (size_t)in.n * 4
                                                                               : WORDS * 8;
        in.data = (const uint8_t *)bytes_get_raw(&r, len).ptr;
        if (r.failed || kind < KIND_ARRAY || kind > KIND_BITS || (i > 0 && high <= last))
            return ERR_INVALID;
        last = high;
        int status = read_container(into, &at, (uint16_t)high, (enum kind)kind, &in);
        if (status != 0)
            return status;
    }
    return bytes_reader_is_done(&r) ? 0 : ERR_INVALID;
}
