/* api/ingest_counts: sums by project and reason, taken once. */
#include "api/ingest_counts.h"

#include "support/test.h"
#include "wal/wal_record.h"

static void test_ingest_counts__are_summed_and_taken_once(void **state)
{
    (void)state;
    struct ingest_counts *counts = ingest_counts_create();
    struct bytes payload = { 0 };
    struct wal_count *list;
    struct arena arena;
    uint32_t n;
    arena_init(&arena, 0);
    assert_false(ingest_counts_take(counts, &payload));
    ingest_counts_add(counts, 1, REFUSAL_name_missing, 2);
    ingest_counts_add(counts, 1, REFUSAL_name_missing, 3);
    ingest_counts_add(counts, 0, REFUSAL_token_unknown, 1);
    ingest_counts_add(counts, 1, REFUSAL_NONE, 9);
    assert_true(ingest_counts_take(counts, &payload));
    assert_int_equal(wal_record_decode_counts(bytes_str(&payload), &arena, &list, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].project, 0);
    assert_str(list[0].reason, "token_unknown");
    assert_int_equal(list[1].n, 5);
    bytes_reset(&payload);
    assert_false(ingest_counts_take(counts, &payload));
    ingest_counts_destroy(counts);
    arena_release(&arena);
    bytes_release(&payload);
}

static void test_ingest_counts__what_did_not_reach_the_disk_counts_again(void **state)
{
    (void)state;
    struct ingest_counts *counts = ingest_counts_create();
    struct bytes first = { 0 }, second = { 0 };
    struct wal_count *list;
    struct arena arena;
    uint32_t n;
    arena_init(&arena, 0);
    ingest_counts_add(counts, 1, REFUSAL_not_durable, 7);
    assert_true(ingest_counts_take(counts, &first));
    ingest_counts_add(counts, 1, REFUSAL_not_durable, 2);
    ingest_counts_put_back(counts, bytes_str(&first));
    assert_true(ingest_counts_take(counts, &second));
    assert_int_equal(wal_record_decode_counts(bytes_str(&second), &arena, &list, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].n, 9);
    assert_str(list[0].reason, "not_durable");
    ingest_counts_destroy(counts);
    arena_release(&arena);
    bytes_release(&first);
    bytes_release(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ingest_counts__are_summed_and_taken_once),
        cmocka_unit_test(test_ingest_counts__what_did_not_reach_the_disk_counts_again),
    };
    return RUN(tests);
}
