/* How long it takes to say who was named in 100,000 disclosures among ten million subjects: the
 * union of their encoded sets, one in a hundred of 5,000 people, the others of 50.
 *
 *   bench_bitmap [disclosures, default 100000] [subjects, default 10000000] [rounds, default 7]
 *
 * The rival, in the same run: a flat array of bits that is given the same numbers as plain u32 with
 * nothing to check, the least that any way must do. Medians of the rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "ledger/bitmap.h"
#include "sys/clock.h"

enum { FEW = 50, MANY = 5000, ROUNDS_MAX = 101 };

struct set {
    struct str bytes;
    const uint32_t *numbers;
    uint32_t count;
};

static struct set *make(uint32_t disclosures, uint64_t subjects, struct bytes *encoded,
                        struct bytes *plain)
{
    struct set *sets = calloc(disclosures, sizeof(*sets));
    struct bitmap *bitmap = bitmap_create();
    struct rand r;
    check(sets != NULL);
    rand_init(&r, 1);
    bytes_reserve(encoded, (size_t)disclosures * 900 + (1 << 20));
    bytes_reserve(plain, (size_t)disclosures * 500 + (1 << 20));
    for (uint32_t i = 0; i < disclosures; i++) {
        uint64_t at = 0;
        uint32_t value, wanted = i % 100 == 99 ? MANY : FEW;
        bitmap_clear(bitmap);
        while (bitmap_count(bitmap) < wanted)
            (void)bitmap_add(bitmap, 1 + (uint32_t)rand_below(&r, subjects));
        size_t from = encoded->len;
        bitmap_encode(bitmap, encoded);
        sets[i].bytes = str_of(encoded->ptr + from, encoded->len - from);
        sets[i].numbers = (const uint32_t *)(const void *)(plain->ptr + plain->len);
        sets[i].count = wanted;
        while (bitmap_next(bitmap, &at, &value))
            bytes_put_u32(plain, value);
    }
    bitmap_destroy(bitmap);
    return sets;
}

static uint64_t unite(const struct set *sets, uint32_t count)
{
    struct bitmap *sum = bitmap_create();
    for (uint32_t i = 0; i < count; i++)
        check(bitmap_decode_into(sum, sets[i].bytes) == 0);
    uint64_t people = bitmap_count(sum);
    bitmap_destroy(sum);
    return people;
}

static uint64_t unite_flat(const struct set *sets, uint32_t count, uint64_t subjects)
{
    size_t words = subjects / 64 + 1;
    uint64_t people = 0, *bits = calloc(words, sizeof(*bits));
    check(bits != NULL);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < sets[i].count; k++)
            bits[sets[i].numbers[k] >> 6] |= (uint64_t)1 << (sets[i].numbers[k] & 63);
    for (size_t i = 0; i < words; i++)
        people += (uint64_t)__builtin_popcountll(bits[i]);
    free(bits);
    return people;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    static double ours[ROUNDS_MAX], flat[ROUNDS_MAX];
    struct bytes encoded = { 0 }, plain = { 0 };
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    uint64_t subjects = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000;
    int rounds = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 7;
    check(rounds > 0 && rounds <= ROUNDS_MAX && subjects >= 2 * MANY);
    struct set *sets = make(count, subjects, &encoded, &plain);
    uint64_t people = 0, other = 0;
    for (int i = 0; i < rounds; i++) {
        uint64_t from = clock_boot_ns();
        people = unite(sets, count);
        ours[i] = (double)(clock_boot_ns() - from) / 1e6;
        from = clock_boot_ns();
        other = unite_flat(sets, count, subjects);
        flat[i] = (double)(clock_boot_ns() - from) / 1e6;
        check(people == other);
    }
    qsort(ours, (size_t)rounds, sizeof(double), by_value);
    qsort(flat, (size_t)rounds, sizeof(double), by_value);
    printf("%u disclosures of %zu numbers in %.1f MB: %llu people\n", count, plain.len / 4,
           (double)encoded.len / 1e6, (unsigned long long)people);
    printf("union %.1f ms (%.1f to %.1f), flat bits %.1f ms (%.1f to %.1f), ratio %.2f\n",
           ours[rounds / 2], ours[0], ours[rounds - 1], flat[rounds / 2], flat[0],
           flat[rounds - 1], ours[rounds / 2] / flat[rounds / 2]);
    free(sets);
    bytes_release(&encoded);
    bytes_release(&plain);
    return 0;
}
