/* The vault's tables with many subjects: what a batch costs at the intake, and a lookup by ref.
 *
 *   build/bin/bench_vault [subjects, 1000000] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/rand.h"
#include "support/temp.h"
#include "support/vault_room.h"
#include "sys/clock.h"

enum { FIELDS = 3, BATCH = 120 /* subjects: 360 values, 42 KiB */, LOOKUPS = 20000 };

static const char *const fields[FIELDS] = { "$email", "$name", "$phone" };

struct bench {
    struct temp temp;
    struct vault_room room;
    char texts[BATCH * FIELDS][32];
    struct vault_room_value values[BATCH * FIELDS];
};

static void make_values(struct bench *b, uint32_t from)
{
    for (uint32_t i = 0; i < BATCH * FIELDS; i++) {
        uint32_t subject = from + i / FIELDS;
        (void)snprintf(b->texts[i], sizeof(b->texts[i]), "%c%u@example.com", "enp"[i % FIELDS],
                       subject);
        b->values[i] = (struct vault_room_value){ subject, fields[i % FIELDS], b->texts[i],
                                                  1795453200000 + subject };
    }
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sealing is ingest's cost and stays out of the clock. */
static void fill(struct bench *b, uint32_t subjects)
{
    uint64_t spent = 0, since = 0, done = 0, began = clock_boot_ns();
    struct bytes batch = { 0 };
    for (uint32_t at = 1; at <= subjects; at += BATCH) {
        struct vault_stored stored;
        enum vault_refusal refusal;
        make_values(b, at);
        bytes_reset(&batch);
        vault_room_seal(&b->room, b->values, BATCH * FIELDS, at, &batch);
        uint64_t from = clock_boot_ns();
        check(intake_add(b->room.intake, bytes_str(&batch), &stored, &refusal));
        if (intake_is_full(b->room.intake) || at + BATCH > subjects)
            check(intake_finish(b->room.intake) == 0);
        spent += clock_boot_ns() - from;
        done += BATCH;
        if (done % (subjects / 5 / BATCH * BATCH) == 0) {
            (void)printf("  %8llu subjects: %6.0f values/s in this fifth\n",
                         (unsigned long long)done, (double)(done * FIELDS - since) * 1e9 /
                         (double)(spent));
            since = done * FIELDS;
            spent = 0;
        }
    }
    (void)printf("filled in %.1f s, sealing included\n",
                 (double)(clock_boot_ns() - began) / 1e9);
    bytes_release(&batch);
}

static void look_up(struct bench *b, uint32_t subjects, bool hits)
{
    static uint64_t took[LOOKUPS];
    struct rand rand;
    struct value_table *table = intake_table(b->room.intake);
    rand_init(&rand, 7);
    for (int i = 0; i < LOOKUPS; i++) {
        char text[32];
        struct ref found[4];
        uint32_t count, subject = (uint32_t)rand_below(&rand, subjects) + 1;
        (void)snprintf(text, sizeof(text), "%s%u@example.com", hits ? "e" : "x", subject);
        struct vault_room_value value = { subject, "$email", text, 1 };
        struct ref ref = vault_room_ref(&value);
        uint64_t from = clock_boot_ns();
        check(value_table_find_holders(table, VAULT_ROOM_PROJECT, &ref, 4, found, &count) == 0);
        took[i] = clock_boot_ns() - from;
        check(count == (hits ? 1 : 0));
    }
    qsort(took, LOOKUPS, sizeof(took[0]), compare_u64);
    (void)printf("lookup, %s: median %.1f, p99 %.1f microseconds\n", hits ? "hit " : "miss",
                 (double)took[LOOKUPS / 2] / 1e3, (double)took[LOOKUPS * 99 / 100] / 1e3);
}

int main(int argc, char **argv)
{
    static struct bench b;
    uint32_t subjects = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    temp_make(&b.temp);
    vault_room_init(&b.room);
    fs_destroy(b.room.data);
    fs_destroy(b.room.keys);
    b.room.data = temp_fs(&b.temp);
    b.room.keys = temp_fs(&b.temp);
    check(vault_room_open(&b.room) == 0);
    fill(&b, subjects);
    look_up(&b, subjects, true);
    look_up(&b, subjects, false);
    vault_room_release(&b.room);
    temp_remove(&b.temp);
    return 0;
}
