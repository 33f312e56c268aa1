/* What a release costs the ledger: from the frame's body to the answer's, on this machine's disk,
 * beside a bare fdatasync of 1,024 preallocated bytes in the same run.
 *
 *   bench_release [directory, default /tmp] [releases, default 2000]
 *
 * One subject in one epoch: grant, ask, the browser's proof (Ed25519), roster, budget, entry and
 * blob, one sync, the checkpoint's signature, receipt, two shares. Then the same in groups, as
 * they form when several wait for one sync. Bare syncs and releases take turns, so that both see
 * the same disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/seal.h"
#include "support/ledger_room.h"
#include "sys/clock.h"
#include "sys/file_real.h"

enum { GROUPS = 7, BARE_BYTES = 1024 };

static struct ledger_room room;
static struct ledger_room_request requests[LEDGER_ROOM_ANSWERS];
static struct ledger_triple triples[2];

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static double at_us(uint64_t *times, uint32_t count, double quantile)
{
    qsort(times, count, sizeof(*times), by_value);
    return (double)times[(uint32_t)((count - 1) * quantile)] / 1000;
}

static void prepare(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, i % 100, 1, &requests[i]);
        requests[i].triples = triples;
        requests[i].triple_count = 2;
        ledger_room_sign(&room, &requests[i], false);
    }
}

/* Signing and encoding the asks is their makers' work and not counted. */
static uint64_t release(uint32_t count)
{
    static struct bytes bodies[LEDGER_ROOM_ANSWERS];
    enum ledger_side side;
    prepare(count);
    for (uint32_t i = 0; i < count; i++) {
        bytes_reset(&bodies[i]);
        check(ledger_room_encode(&room, &requests[i], &side, &bodies[i]) == LEDGER_RELEASE);
    }
    uint64_t began = clock_boot_ns();
    for (uint32_t i = 0; i < count; i++)
        (void)ledger_room_take(&room, LEDGER_SIDE_VAULT, LEDGER_RELEASE, &bodies[i]);
    ledger_room_commit(&room);
    uint64_t took = clock_boot_ns() - began;
    for (uint32_t i = 0; i < count; i++) {
        check(ledger_room_code(&room, i)[0] == 0);
        ledger_room_request_release(&requests[i]);
    }
    return took;
}

static uint64_t sync_bare(struct file *file, uint64_t n)
{
    static const uint8_t bytes[BARE_BYTES] = { 1 };
    uint64_t began = clock_boot_ns();
    check(file_write_at(file, bytes, sizeof(bytes), n % 512 * BARE_BYTES) == 0);
    check(file_sync(file) == 0);
    return clock_boot_ns() - began;
}

static struct file *open_bare(struct fs *fs)
{
    static uint8_t zeros[512 * BARE_BYTES];
    struct file *file;
    check(fs_open(fs, "bare", FILE_READ | FILE_WRITE | FILE_CREATE, &file) == 0);
    check(file_write_at(file, zeros, sizeof(zeros), 0) == 0);
    check(file_sync(file) == 0);
    return file;
}

static void measure_single(struct fs *fs, uint32_t releases)
{
    struct file *file = open_bare(fs);
    uint64_t *bare = calloc(releases, sizeof(*bare)), *whole = calloc(releases, sizeof(*whole));
    uint64_t cpu = 0;
    check(bare != NULL && whole != NULL);
    for (uint32_t i = 0; i < releases; i++) {
        bare[i] = sync_bare(file, i);
        uint64_t before = clock_cpu_ns();
        whole[i] = release(1);
        cpu += clock_cpu_ns() - before;
    }
    double bare_us = at_us(bare, releases, 0.5), whole_us = at_us(whole, releases, 0.5);
    printf("bare fdatasync       p50 %8.1f us   p99 %8.1f us\n", bare_us,
           at_us(bare, releases, 0.99));
    printf("release, one a group p50 %8.1f us   p99 %8.1f us\n", whole_us,
           at_us(whole, releases, 0.99));
    printf("on top of the sync   p50 %8.1f us   (CPU with the askers' signatures %.1f us)\n",
           whole_us - bare_us, (double)cpu / releases / 1000);
    free(bare);
    free(whole);
    file_close(file);
}

static void measure_groups(uint32_t releases)
{
    static const uint32_t sizes[GROUPS] = { 1, 4, 16, 32, 64, 128, 250 };
    for (int g = 0; g < GROUPS; g++) {
        uint64_t took = 0;
        uint32_t done = 0;
        while (done < releases) {
            took += release(sizes[g]);
            done += sizes[g];
        }
        printf("%4u a group  %8.0f releases/s  %8.1f us each\n", sizes[g],
               done / ((double)took / 1e9), (double)took / 1000 / done);
    }
}

int main(int argc, char **argv)
{
    uint32_t releases = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 2000;
    uint8_t e[32] = { 1, 2, 3 };
    char path[256];
    int fd;
    (void)snprintf(path, sizeof(path), "%s/amana-bench-%llu", argc > 1 ? argv[1] : "/tmp",
                   (unsigned long long)clock_boot_ns());
    check(file_real_open_dir(path, true, &fd) == 0);
    struct fs *fs = fs_real_create(fd);
    ledger_room_init(&room, fs);
    room.segment_bytes = 0;
    seal_public(e, triples[0].epoch);
    memcpy(triples[1].epoch, triples[0].epoch, 32);
    triples[1].field = 1;
    ledger_room_begin(&room);
    measure_single(fs, releases);
    measure_groups(releases);
    ledger_room_release(&room);
    fs_destroy(fs);
    printf("left behind: %s\n", path);
    return 0;
}
