/* A hundred thousand logs with something wrong, every one found. Every kind of wrong is tried often,
 * and a log without one passes, or the test would say nothing. tests/mutants/ledger.sh plants faults
 * in the verifier and sees this test fail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "support/log_files.h"
#include "support/test.h"

enum { MUTATIONS = 100000, LOGS = 12, DEEP_MUTATIONS = 60, KINDS_MAX = 32 };

static const uint64_t sizes[LOGS] = { 1, 2, 3, 7, 20, 64, 100, 255, 256, 257, 600, 260 };

static void make_logs(struct log_files *logs)
{
    for (int i = 0; i < LOGS; i++)
        log_files_make(&logs[i], sizes[i], 0, i == LOGS - 1);
}

static void release_logs(struct log_files *logs)
{
    for (int i = 0; i < LOGS; i++)
        log_files_release(&logs[i]);
}

static void test_verify__whole_logs_pass(void **state)
{
    (void)state;
    struct log_files logs[LOGS];
    struct verify_result result;
    make_logs(logs);
    for (int i = 0; i < LOGS; i++)
        for (int seen = 0; seen <= i && i < LOGS - 1; seen++) {
            struct log_view view = { .log = &logs[i], .seen_size = logs[seen].size };
            memcpy(view.seen_root, logs[seen].root, TREE_HASH_BYTES);
            assert_int_equal(log_view_verify(&view, &result), 0);
            assert_int_equal(result.size, logs[i].size);
            assert_string_equal(result.what, "");
        }
    release_logs(logs);
}

static void test_verify__every_mutation_is_found(void **state)
{
    (void)state;
    struct log_files logs[LOGS];
    struct verify_result result;
    struct rand rand;
    const char *kinds[KINDS_MAX] = { 0 };
    uint32_t counts[KINDS_MAX] = { 0 }, kind_count = 0;
    make_logs(logs);
    rand_init(&rand, 20261124);
    for (int i = 0; i < MUTATIONS; i++) {
        struct log_view view;
        const char *kind = log_mutate(&view, logs, LOGS, &rand);
        int r = log_view_verify(&view, &result);
        if (r == 0 || result.what[0] == 0)
            fail_msg("mutation %d (%s, a log of %llu) was let through", i, kind,
                     (unsigned long long)view.log->size);
        uint32_t k = 0;
        while (k < kind_count && kinds[k] != kind)
            k++;
        assert_true(k < KINDS_MAX);
        kinds[k] = kind;
        kind_count = k < kind_count ? kind_count : k + 1;
        counts[k]++;
        log_view_release(&view);
    }
    assert_int_equal(kind_count, 12);
    for (uint32_t k = 0; k < kind_count; k++)
        assert_in_range(counts[k], MUTATIONS / 200, MUTATIONS);
    release_logs(logs);
}

/* Levels 1 and 2, which only long logs have. */
static void test_verify__high_tiles_are_compared(void **state)
{
    (void)state;
    struct log_files log;
    struct verify_result result;
    struct rand rand;
    uint32_t high[8], high_count = 0;
    log_files_make(&log, 65536 + 256 + 3, 0, 0);
    for (uint32_t i = 0; i < log.count; i++)
        if (strncmp(log.files[i].path, "tile/1/", 7) == 0 ||
            strncmp(log.files[i].path, "tile/2/", 7) == 0)
            high[high_count++] = i;
    assert_int_equal(high_count, 3);    /* 1/000, 1/001.p/1, 2/000.p/1 */
    rand_init(&rand, 3);
    struct log_view whole = { .log = &log };
    assert_int_equal(log_view_verify(&whole, &result), 0);
    for (uint32_t i = 0; i < DEEP_MUTATIONS; i++) {
        uint32_t at = high[i % high_count];
        struct log_view view = { .log = &log, .change_count = 1 };
        struct bytes *content = &view.changes[0].content;
        view.changes[0].file = at;
        bytes_append_str(content, bytes_str(&log.files[at].content));
        content->ptr[rand_below(&rand, content->len)] ^= (uint8_t)(1 << rand_below(&rand, 8));
        assert_int_equal(log_view_verify(&view, &result), ERR_CRYPTO);
        assert_non_null(strstr(result.what, log.files[at].path));
        log_view_release(&view);
    }
    log_files_release(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__whole_logs_pass),
        cmocka_unit_test(test_verify__every_mutation_is_found),
        cmocka_unit_test(test_verify__high_tiles_are_compared),
    };
    crypto_init();
    return RUN(tests);
}
