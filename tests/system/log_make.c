/* Writes logs for verifiers that are not ours.
 *
 *   log_make vkey                        the key's text, as every verifier wants it
 *   log_make log DIR SIZE                a log of that many entries
 *   log_make proof DIR SIZE INDEX        DIR/proof.tlog-proof and DIR/entry of one entry in it
 *   log_make mutants DIR COUNT SEED      DIR/0 to DIR/COUNT-1: logs with something wrong, each with
 *                                        a file "seen" (SIZE:ROOT) and a file "what" */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "ledger/checkpoint.h"
#include "ledger/tlog_proof.h"
#include "support/log_files.h"

enum { LOGS = 9 };

static struct fs *open_fs(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) {
        (void)fprintf(stderr, "log_make: no folder %s\n", path);
        exit(2);
    }
    return fs_real_create(fd);
}

static void write_log(const char *dir, uint64_t size)
{
    struct fs *fs = open_fs(dir);
    struct log_files log;
    log_files_make(&log, size, 0, 0);
    struct log_view view = { .log = &log };
    log_view_write(&view, fs, ".");
    log_files_release(&log);
    fs_destroy(fs);
}

static uint8_t (*leaves)[TREE_HASH_BYTES];

static int hash_of(void *ctx, unsigned level, uint64_t index, uint8_t out[TREE_HASH_BYTES])
{
    struct tree_edge edge = { 0 };
    (void)ctx;
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        tree_edge_add(&edge, leaves[i]);
    tree_edge_root(&edge, out);
    return 0;
}

static void write_proof(const char *dir, uint64_t size, uint64_t index)
{
    static struct tlog_proof proof;
    struct fs *fs = open_fs(dir);
    struct bytes note = { 0 }, text = { 0 };
    uint8_t entry[ENTRY_BYTES];
    leaves = calloc(size, sizeof(*leaves));
    check(leaves != NULL && index < size);
    for (uint64_t i = 0; i < size; i++) {
        log_files_entry(i, 0, entry);
        tree_leaf(str_of(entry, sizeof(entry)), leaves[i]);
    }
    check(fs_read_file(fs, "checkpoint", CHECKPOINT_BYTES_MAX, &note) == 0);
    check(proof_make_inclusion(hash_of, NULL, index, size, &proof.path) == 0);
    proof.index = index;
    proof.checkpoint = bytes_str(&note);
    tlog_proof_format(&proof, &text);
    log_files_entry(index, 0, entry);
    check(fs_replace_file(fs, "proof.tlog-proof", bytes_str(&text), 0) == 0);
    check(fs_replace_file(fs, "entry", str_of(entry, sizeof(entry)), 0) == 0);
    bytes_release(&note);
    bytes_release(&text);
    free(leaves);
    fs_destroy(fs);
}

static void write_mutants(const char *dir, uint64_t count, uint64_t seed)
{
    static const uint64_t sizes[LOGS] = { 1, 2, 7, 100, 255, 256, 257, 520, 300 };
    struct fs *fs = open_fs(dir);
    struct log_files logs[LOGS];
    struct rand rand;
    rand_init(&rand, seed);
    for (int i = 0; i < LOGS; i++)
        log_files_make(&logs[i], sizes[i], 0, i == LOGS - 1);
    for (uint64_t i = 0; i < count; i++) {
        struct log_view view;
        char folder[64], path[80];
        struct file *file;
        (void)snprintf(folder, sizeof(folder), "%llu", (unsigned long long)i);
        (void)snprintf(path, sizeof(path), "%s/what", folder);
        struct str kind = str_from(log_mutate(&view, logs, LOGS, &rand));
        log_view_write(&view, fs, folder);
        check(fs_open(fs, path, FILE_WRITE | FILE_CREATE, &file) == 0);
        check(file_write_at(file, kind.ptr, kind.len, 0) == 0);
        file_close(file);
        log_view_release(&view);
    }
    for (int i = 0; i < LOGS; i++)
        log_files_release(&logs[i]);
    fs_destroy(fs);
}

static void print_vkey(void)
{
    struct bytes vkey = { 0 };
    checkpoint_format_vkey(STR(LOG_FILES_ORIGIN), log_files_public_key(), &vkey);
    (void)printf(STR_FMT "\n", STR_ARG(bytes_str(&vkey)));
    bytes_release(&vkey);
}

int main(int argc, char **argv)
{
    crypto_init();
    const char *what = argc > 1 ? argv[1] : "";
    uint64_t size = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    uint64_t last = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
    if (strcmp(what, "vkey") == 0 && argc == 2) {
        print_vkey();
    } else if (strcmp(what, "log") == 0 && argc == 4) {
        write_log(argv[2], size);
    } else if (strcmp(what, "proof") == 0 && argc == 5) {
        write_proof(argv[2], size, last);
    } else if (strcmp(what, "mutants") == 0 && argc == 5) {
        write_mutants(argv[2], size, last);
    } else {
        (void)fprintf(stderr, "usage: log_make vkey | log DIR SIZE | proof DIR SIZE INDEX | "
                      "mutants DIR COUNT SEED\n");
        return 2;
    }
    return 0;
}
