/* cli/verify over a folder: what holds, what does not, and what is no way to ask. */
#include "cli/verify.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "crypto/random.h"
#include "json/doc.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/tlog_proof.h"
#include "support/log_files.h"
#include "support/temp.h"
#include "support/test.h"

enum { SIZE = 300, INDEX = 13, ARGS_MAX = 12 };

struct room {
    struct temp temp;
    struct fs *fs;
    char log[200], vkey[200], proof[200], entry[200];
    struct log_files files;
};

/* Runs the command with its output in the room's file "out", which is read into *out. */
static int run(struct room *room, struct bytes *out, const char *const *args)
{
    char path[200];
    char *argv[ARGS_MAX] = { ARG("verify") };
    int argc = 1, kept = dup(1);
    for (; args[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)args[argc - 1];
    (void)snprintf(path, sizeof(path), "%s/out", room->temp.path);
    (void)fflush(stdout);
    assert_non_null(freopen(path, "w", stdout));
    int status = cli_verify(argc, argv);
    (void)fflush(stdout);
    assert_true(dup2(kept, 1) == 1);
    (void)close(kept);
    bytes_reset(out);
    assert_int_equal(fs_read_file(room->fs, "out", 1 << 20, out), 0);
    bytes_put_u8(out, 0);
    return status;
}

static uint8_t leaves[SIZE][32];

static int hash_of(void *ctx, unsigned level, uint64_t index, uint8_t out[32])
{
    struct tree_edge edge = { 0 };
    (void)ctx;
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        tree_edge_add(&edge, leaves[i]);
    tree_edge_root(&edge, out);
    return 0;
}

static void write_proof(struct room *room, struct log_view *view)
{
    static struct tlog_proof proof;
    struct bytes note = { 0 }, text = { 0 };
    uint8_t entry[ENTRY_BYTES];
    for (uint64_t i = 0; i < SIZE; i++) {
        log_files_entry(i, 0, entry);
        tree_leaf(str_of(entry, sizeof(entry)), leaves[i]);
    }
    assert_int_equal(log_view_fetch(view, "checkpoint", &note), 0);
    proof = (struct tlog_proof){ .index = INDEX, .checkpoint = bytes_str(&note) };
    assert_int_equal(proof_make_inclusion(hash_of, NULL, INDEX, SIZE, &proof.path), 0);
    tlog_proof_format(&proof, &text);
    log_files_entry(INDEX, 0, entry);
    assert_int_equal(fs_replace_file(room->fs, "proof", bytes_str(&text), 0), 0);
    assert_int_equal(fs_replace_file(room->fs, "entry", str_of(entry, sizeof(entry)), 0), 0);
    bytes_release(&note);
    bytes_release(&text);
}

static int setup(void **state)
{
    static struct room room;
    struct bytes vkey = { 0 };
    crypto_init();
    temp_make(&room.temp);
    room.fs = temp_fs(&room.temp);
    log_files_make(&room.files, SIZE, 0, 0);
    struct log_view view = { .log = &room.files };
    log_view_write(&view, room.fs, "log");
    write_proof(&room, &view);
    checkpoint_format_vkey(STR(LOG_FILES_ORIGIN), log_files_public_key(), &vkey);
    (void)snprintf(room.vkey, sizeof(room.vkey), STR_FMT, STR_ARG(bytes_str(&vkey)));
    (void)snprintf(room.log, sizeof(room.log), "%s/log", room.temp.path);
    (void)snprintf(room.proof, sizeof(room.proof), "%s/proof", room.temp.path);
    (void)snprintf(room.entry, sizeof(room.entry), "%s/entry", room.temp.path);
    bytes_release(&vkey);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    fs_destroy(room->fs);
    temp_remove(&room->temp);
    log_files_release(&room->files);
    return 0;
}

static void test_verify__a_whole_log(void **state)
{
    struct room *room = *state;
    struct bytes out = { 0 };
    char seen[100], hex[65], other[100];
    const char *plain[] = { "--log", room->log, "--key", room->vkey, NULL };
    assert_int_equal(run(room, &out, plain), 0);
    str_hex(room->files.root, 32, hex);
    assert_non_null(strstr((char *)out.ptr, hex));
    assert_non_null(strstr((char *)out.ptr, "holds    300 entries"));
    assert_non_null(strstr((char *)out.ptr, "  reveal           22\n"));
    assert_non_null(strstr((char *)out.ptr, "144 disclosures, 3600 people"));
    (void)snprintf(seen, sizeof(seen), "%d:%s", SIZE, hex);
    const char *again[] = { "--log", room->log, "--key", room->vkey, "--seen", seen, "--json",
                            NULL };
    struct json_doc *doc = NULL;
    uint64_t n = 0;
    assert_int_equal(run(room, &out, again), 0);
    assert_int_equal(json_doc_parse(str_from((char *)out.ptr), 1 << 20, &doc), 0);
    assert_true(json_doc_get_u64(json_doc_root(doc), "people", &n));
    assert_int_equal(n, 3600);
    json_doc_destroy(doc);
    /* Somebody who saw more, or another root of the same size. */
    (void)snprintf(other, sizeof(other), "%d:%s", SIZE + 1, hex);
    again[5] = other;
    assert_int_equal(run(room, &out, again), 1);
    assert_non_null(strstr((char *)out.ptr, "rolled back"));
    seen[strlen(seen) - 1] = seen[strlen(seen) - 1] == '0' ? '1' : '0';
    again[5] = seen;
    assert_int_equal(run(room, &out, again), 1);
    assert_non_null(strstr((char *)out.ptr, "history was rewritten"));
    bytes_release(&out);
}

static void test_verify__one_entry(void **state)
{
    struct room *room = *state;
    struct bytes out = { 0 };
    const char *args[] = { "--proof", room->proof, "--entry", room->entry, "--key", room->vkey,
                           NULL };
    assert_int_equal(run(room, &out, args), 0);
    assert_non_null(strstr((char *)out.ptr, "entry 13 is in the log of 300 entries"));
    args[3] = room->proof;
    assert_int_equal(run(room, &out, args), 1);
    assert_non_null(strstr((char *)out.ptr, "not entry 13"));
    args[3] = "/nowhere/entry";
    assert_int_equal(run(room, &out, args), 1);
    bytes_release(&out);
}

static void test_verify__a_log_that_is_wrong(void **state)
{
    struct room *room = *state;
    struct bytes out = { 0 }, kept = { 0 };
    const char *args[] = { "--log", room->log, "--key", room->vkey, NULL };
    assert_int_equal(fs_read_file(room->fs, "log/tile/0/000", 1 << 20, &kept), 0);
    kept.ptr[32 * 7] ^= 1;
    assert_int_equal(fs_replace_file(room->fs, "log/tile/0/000", bytes_str(&kept), 0), 0);
    assert_int_equal(run(room, &out, args), 1);
    assert_non_null(strstr((char *)out.ptr, "wrong    entry 7 in tile/entries/000"));
    kept.ptr[32 * 7] ^= 1;
    assert_int_equal(fs_replace_file(room->fs, "log/tile/0/000", bytes_str(&kept), 0), 0);
    assert_int_equal(run(room, &out, args), 0);
    args[1] = "/nowhere";
    assert_int_equal(run(room, &out, args), 1);
    bytes_release(&out);
    bytes_release(&kept);
}

static void test_verify__no_way_to_ask(void **state)
{
    struct room *room = *state;
    struct bytes out = { 0 };
    const char *const cases[][7] = {
        { NULL },
        { "--log", room->log, NULL },
        { "--log", room->log, "--key", "nonsense", NULL },
        { "--log", room->log, "--key", room->vkey, "--seen", "5", NULL },
        { "--log", room->log, "--key", room->vkey, "--entry", room->entry, NULL },
        { "--proof", room->proof, "--key", room->vkey, NULL },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(run(room, &out, cases[i]), 2);
    const char *tls[] = { "--log", "https://logs.example/1", "--key", room->vkey, NULL };
    assert_int_equal(run(room, &out, tls), 1);
    bytes_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__a_whole_log),
        cmocka_unit_test(test_verify__one_entry),
        cmocka_unit_test(test_verify__a_log_that_is_wrong),
        cmocka_unit_test(test_verify__no_way_to_ask),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
