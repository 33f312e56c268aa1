#include "ledger/verify.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "ledger/inside/book.h"
#include "ledger/proof.h"
#include "ledger/tlog_proof.h"
#include "support/log_files.h"
#include "support/temp.h"
#include "support/test.h"

/* The 70,000 entries of the specification's example lie in exactly the files it names. */
static void test_verify__the_files_of_70000_entries(void **state)
{
    (void)state;
    struct log_files log;
    struct verify_result result;
    struct bytes out = { 0 };
    log_files_make(&log, 70000, 0, 0);
    assert_int_equal(log.count, 1 + 274 + 274 + 2 + 1);
    struct log_view view = { .log = &log };
    static const char *const paths[] = { "tile/0/272", "tile/0/273.p/112", "tile/1/000",
        "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112" };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_int_equal(log_view_fetch(&view, paths[i], &out), 0);
    assert_int_equal(log_view_verify(&view, &result), 0);
    assert_int_equal(result.size, 70000);
    assert_memory_equal(result.root, log.root, 32);
    bytes_release(&out);
    log_files_release(&log);
}

/* fetch and each share one context. */
struct watcher {
    struct log_view view;
    uint64_t count, persons;
    uint64_t unknown;        /* index of the one that was not decoded */
};

static int fetch_watched(void *ctx, const char *path, struct bytes *out)
{
    struct watcher *w = ctx;
    return log_view_fetch(&w->view, path, out);
}

static void see(void *ctx, uint64_t index, struct str bytes, const struct entry *decoded)
{
    struct watcher *w = ctx;
    uint8_t expected[ENTRY_BYTES];
    assert_int_equal(index, w->count++);
    assert_int_equal(bytes.len, ENTRY_BYTES);
    log_files_entry(index, 0, expected);
    if (!decoded) {
        w->unknown = index;
        return;
    }
    assert_memory_equal(bytes.ptr, expected, ENTRY_BYTES);
    w->persons += decoded->persons;
}

static void test_verify__every_entry_is_shown_in_order(void **state)
{
    (void)state;
    struct log_files log;
    struct verify_result result;
    log_files_make(&log, 100, 0, 0);
    struct watcher w = { .view = { .log = &log } };
    struct verify_source source = { .fetch = fetch_watched, .ctx = &w, .each = see,
        .origin = STR(LOG_FILES_ORIGIN), .public_key = log_files_public_key() };
    assert_int_equal(verify_log(&source, &result), 0);
    assert_int_equal(w.count, 100);
    assert_int_equal(w.persons, 2 * (49 * 50 / 2));
    assert_int_equal(w.unknown, 0);
    /* A later version's entry is hashed like any other, shown, and not decoded. */
    w = (struct watcher){ .view = { .log = &log, .change_count = 1 } };
    while (strncmp(log.files[w.view.changes[0].file].path, "tile/entries/", 13) != 0)
        w.view.changes[0].file++;
    struct bytes *content = &w.view.changes[0].content;
    bytes_append_str(content, bytes_str(&log.files[w.view.changes[0].file].content));
    content->ptr[9 * 114 + 2] = 2;
    assert_int_equal(verify_log(&source, &result), ERR_CRYPTO);
    assert_int_equal(result.bad_index, 9);
    assert_int_equal(w.unknown, 9);
    log_view_release(&w.view);
    log_files_release(&log);
}

static void test_verify__an_empty_log(void **state)
{
    (void)state;
    struct log_files log;
    struct verify_result result;
    log_files_make(&log, 0, 0, 0);
    struct log_view view = { .log = &log };
    assert_int_equal(log_view_verify(&view, &result), 0);
    assert_int_equal(result.size, 0);
    view.seen_size = 1;
    assert_int_equal(log_view_verify(&view, &result), ERR_CRYPTO);
    assert_non_null(strstr(result.what, "rolled back"));
    log_files_release(&log);
}

static void test_verify__says_where(void **state)
{
    (void)state;
    struct log_files log;
    struct verify_result result;
    log_files_make(&log, 600, 0, 0);
    struct log_view view = { .log = &log, .change_count = 1 };
    struct bytes *content = &view.changes[0].content;
    while (strcmp(log.files[view.changes[0].file].path, "tile/entries/001") != 0)
        view.changes[0].file++;
    bytes_append_str(content, bytes_str(&log.files[view.changes[0].file].content));
    content->ptr[44 * 114 + 40] ^= 1;
    assert_int_equal(log_view_verify(&view, &result), ERR_CRYPTO);
    assert_int_equal(result.bad_index, 300);
    assert_string_equal(result.what,
                        "entry 300 in tile/entries/001 does not have the hash in tile/0/001");
    view.changes[0].is_gone = true;
    assert_int_equal(log_view_verify(&view, &result), ERR_NOT_FOUND);
    assert_string_equal(result.what, "tile/entries/001 is missing");
    log_view_release(&view);
    log_files_release(&log);
}

struct failing {
    struct log_view view;
    int calls, fails_at;
};

static int fetch_failing(void *ctx, const char *path, struct bytes *out)
{
    struct failing *f = ctx;
    return ++f->calls == f->fails_at ? ERR_IO : log_view_fetch(&f->view, path, out);
}

static void test_verify__a_file_that_cannot_be_read(void **state)
{
    (void)state;
    struct log_files log;
    struct verify_result result;
    log_files_make(&log, 300, 0, 0);
    for (int at = 1; at <= 6; at++) {
        struct failing f = { .view = { .log = &log }, .fails_at = at };
        struct verify_source source = { .fetch = fetch_failing, .ctx = &f,
            .origin = STR(LOG_FILES_ORIGIN), .public_key = log_files_public_key() };
        assert_int_equal(verify_log(&source, &result), ERR_IO);
        assert_non_null(strstr(result.what, "cannot be read"));
    }
    log_files_release(&log);
}

/* The log grew from 300 to 600 entries while somebody read it, and its partial files went: what the
 * checkpoint of 300 signs is the beginning of the full ones. */
struct grown {
    struct log_view old, now;
    uint8_t spoilt;          /* 1: the entry behind the old end, 2: the last one before it */
};

static int fetch_grown(void *ctx, const char *path, struct bytes *out)
{
    struct grown *g = ctx;
    bool is_old = strcmp(path, "checkpoint") == 0 || strcmp(path, "tile/1/000.p/1") == 0;
    if (strstr(path, ".p/44"))
        return ERR_NOT_FOUND;
    int r = log_view_fetch(is_old ? &g->old : &g->now, path, out);
    if (r == 0 && g->spoilt && strcmp(path, "tile/entries/001") == 0)
        out->ptr[(g->spoilt == 1 ? 44 : 43) * (2 + ENTRY_BYTES) + 50] ^= 1;
    return r;
}

static void test_verify__partial_files_may_be_gone(void **state)
{
    (void)state;
    struct log_files old, now;
    struct verify_result result;
    log_files_make(&old, 300, 0, 0);
    log_files_make(&now, 600, 0, 0);
    struct grown g = { .old = { .log = &old }, .now = { .log = &now } };
    struct verify_source source = { .fetch = fetch_grown, .ctx = &g,
        .origin = STR(LOG_FILES_ORIGIN), .public_key = log_files_public_key() };
    assert_int_equal(verify_log(&source, &result), 0);
    assert_int_equal(result.size, 300);
    g.spoilt = 1;
    assert_int_equal(verify_log(&source, &result), 0);
    g.spoilt = 2;
    assert_int_equal(verify_log(&source, &result), ERR_CRYPTO);
    assert_int_equal(result.bad_index, 299);
    log_files_release(&old);
    log_files_release(&now);
}

static int fetch_published(void *ctx, const char *path, struct bytes *out)
{
    char name[TILE_PATH_MAX + 2];
    (void)snprintf(name, sizeof(name), "1/%s", path);
    return fs_read_file(ctx, name, 1 << 20, out);
}

/* What the ledger itself publishes, as it grows over the edges of tiles, holds at every step, and
 * each tree is a continuation of the one before. */
static void test_verify__what_the_ledger_publishes(void **state)
{
    (void)state;
    static const uint64_t sizes[] = { 1, 2, 255, 256, 257, 511, 512, 700, 66000 };
    struct temp temp;
    struct verify_result result = { 0 };
    uint8_t entry[ENTRY_BYTES];
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    struct book *book = book_create(fs, "1", LOG_FILES_ORIGIN, log_files_secret_key());
    struct verify_source source = { .fetch = fetch_published, .ctx = fs,
        .origin = STR(LOG_FILES_ORIGIN), .public_key = log_files_public_key() };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        while (book_size(book) < sizes[i]) {
            log_files_entry(book_size(book), 0, entry);
            (void)book_add(book, entry);
        }
        (void)book_sign(book);
        assert_int_equal(book_publish(book, false), 0);
        assert_int_equal(verify_log(&source, &result), 0);
        assert_int_equal(result.size, sizes[i]);
        source.seen_size = result.size;
        memcpy(source.seen_root, result.root, sizeof(result.root));
    }
    book_destroy(book);
    fs_destroy(fs);
    temp_remove(&temp);
}

static uint8_t leaves[20][32];

static int hash_of(void *ctx, unsigned level, uint64_t index, uint8_t out[32])
{
    struct tree_edge edge = { 0 };
    (void)ctx;
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        tree_edge_add(&edge, leaves[i]);
    tree_edge_root(&edge, out);
    return 0;
}

static void test_verify__one_entry_offline(void **state)
{
    (void)state;
    static struct tlog_proof proof;
    struct log_files log;
    struct bytes note = { 0 }, text = { 0 };
    struct verify_result result;
    uint8_t bytes[ENTRY_BYTES];
    for (uint64_t i = 0; i < 20; i++) {
        log_files_entry(i, 0, bytes);
        tree_leaf(str_of(bytes, sizeof(bytes)), leaves[i]);
    }
    log_files_make(&log, 20, 0, 0);
    struct log_view view = { .log = &log };
    assert_int_equal(log_view_fetch(&view, "checkpoint", &note), 0);
    proof = (struct tlog_proof){ .index = 13, .checkpoint = bytes_str(&note) };
    assert_int_equal(proof_make_inclusion(hash_of, NULL, 13, 20, &proof.path), 0);
    tlog_proof_format(&proof, &text);
    log_files_entry(13, 0, bytes);
    struct str entry = str_of(bytes, sizeof(bytes)), origin = STR(LOG_FILES_ORIGIN);
    const uint8_t *key = log_files_public_key();
    assert_int_equal(verify_proof(bytes_str(&text), entry, origin, key, &result), 0);
    assert_int_equal(result.bad_index, 13);
    assert_int_equal(result.size, 20);
    for (size_t bit = 0; bit < text.len * 8; bit++) {
        text.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(verify_proof(bytes_str(&text), entry, origin, key, &result), 0);
        assert_string_not_equal(result.what, "");
        text.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    bytes[5] ^= 1;
    assert_int_equal(verify_proof(bytes_str(&text), entry, origin, key, &result), ERR_CRYPTO);
    assert_non_null(strstr(result.what, "not entry 13"));
    bytes_release(&note);
    bytes_release(&text);
    log_files_release(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__the_files_of_70000_entries),
        cmocka_unit_test(test_verify__every_entry_is_shown_in_order),
        cmocka_unit_test(test_verify__an_empty_log),
        cmocka_unit_test(test_verify__says_where),
        cmocka_unit_test(test_verify__a_file_that_cannot_be_read),
        cmocka_unit_test(test_verify__partial_files_may_be_gone),
        cmocka_unit_test(test_verify__what_the_ledger_publishes),
        cmocka_unit_test(test_verify__one_entry_offline),
    };
    crypto_init();
    return RUN(tests);
}
