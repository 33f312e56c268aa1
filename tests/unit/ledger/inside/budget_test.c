#include "ledger/inside/budget.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "support/test.h"

#define HOUR ((int64_t)3600 * 1000)
#define DAY (24 * HOUR)

static const struct budget_who who = { 12, 7, BUDGET_NAMED };

static void test_budget__somebody_shown_twice_costs_once(void **state)
{
    (void)state;
    const uint32_t numbers[] = { 1, 5, 9 }, more[] = { 5, 6 };
    struct budget *b = budget_create();
    budget_advance(b, 100 * DAY);
    assert_int_equal(budget_new_in_day(b, who, numbers, 3), 3);
    budget_note(b, who, numbers, 3);
    assert_int_equal(budget_new_in_day(b, who, more, 2), 1);
    assert_int_equal(budget_new_in_month(b, who, more, 2), 1);
    budget_note(b, who, more, 2);
    assert_int_equal(budget_used_day(b, who), 4);
    assert_int_equal(budget_used_month(b, who), 4);
    budget_destroy(b);
}

static void test_budget__each_account_is_its_own(void **state)
{
    (void)state;
    const uint32_t one[] = { 1 };
    const struct budget_who others[] = { { 13, 7, BUDGET_NAMED }, { 12, 8, BUDGET_NAMED },
                                         { 12, 7, BUDGET_ROWS }, { 0, 7, BUDGET_NAMED } };
    struct budget *b = budget_create();
    budget_advance(b, 100 * DAY);
    budget_note(b, who, one, 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(budget_used_day(b, others[i]), 0);
    budget_destroy(b);
}

/* 24 to 25 hours, never less: whatever the minute of the hour it was at. */
static void test_budget__a_window_is_a_day_and_never_less(void **state)
{
    (void)state;
    const uint32_t one[] = { 1 };
    for (int64_t minute = 0; minute < 60; minute += 7) {
        int64_t at = 100 * DAY + 3 * HOUR + minute * 60000;
        struct budget *b = budget_create();
        budget_advance(b, at);
        budget_note(b, who, one, 1);
        budget_advance(b, at + DAY);
        assert_int_equal(budget_used_day(b, who), 1);
        budget_advance(b, at + DAY + HOUR);
        assert_int_equal(budget_used_day(b, who), 0);
        assert_int_equal(budget_used_month(b, who), 1);
        budget_advance(b, at + 30 * DAY);
        assert_int_equal(budget_used_month(b, who), 1);
        budget_advance(b, at + 31 * DAY);
        assert_int_equal(budget_used_month(b, who), 0);
        budget_destroy(b);
    }
}

static void test_budget__time_does_not_go_back(void **state)
{
    (void)state;
    const uint32_t one[] = { 1 }, two[] = { 2 };
    struct budget *b = budget_create();
    budget_advance(b, 100 * DAY);
    budget_note(b, who, one, 1);
    budget_advance(b, 99 * DAY);
    budget_note(b, who, two, 1);
    assert_int_equal(budget_used_day(b, who), 2);
    budget_advance(b, 100 * DAY + 20 * HOUR);
    assert_int_equal(budget_used_day(b, who), 2);
    budget_destroy(b);
}

static void test_budget__each_miss_counts(void **state)
{
    (void)state;
    const struct budget_who misses = { 12, 7, BUDGET_MISSES };
    struct budget *b = budget_create();
    budget_advance(b, 100 * DAY);
    for (int i = 0; i < 7; i++)
        budget_note_miss(b, misses);
    budget_advance(b, 101 * DAY);
    budget_note_miss(b, misses);
    assert_int_equal(budget_used_day(b, misses), 8);
    budget_advance(b, 101 * DAY + HOUR);
    assert_int_equal(budget_used_day(b, misses), 1);
    assert_int_equal(budget_used_month(b, misses), 8);
    budget_destroy(b);
}

enum { NOTES = 600 };
struct shown { int64_t hour; uint32_t number; };

static uint32_t count_since(const struct shown *shown, int count, int64_t hour)
{
    static uint8_t seen[64];
    uint32_t distinct = 0;
    memset(seen, 0, sizeof(seen));
    for (int i = 0; i < count; i++)
        if (shown[i].hour >= hour && !seen[shown[i].number]) {
            seen[shown[i].number] = 1;
            distinct++;
        }
    return distinct;
}

/* Against a list of all that was shown, read again each time. */
static void test_budget__agrees_with_a_list(void **state)
{
    (void)state;
    static struct shown shown[NOTES];
    struct budget *b = budget_create();
    struct rand rand;
    int64_t now = 20000 * HOUR;
    rand_init(&rand, 4);
    for (int i = 0; i < NOTES; i++) {
        now += (int64_t)rand_below(&rand, (uint64_t)(i % 50 == 0 ? 40 * DAY : 5 * HOUR));
        budget_advance(b, now);
        shown[i] = (struct shown){ now / HOUR, (uint32_t)rand_below(&rand, 64) };
        uint32_t fresh = budget_new_in_day(b, who, &shown[i].number, 1);
        uint32_t before = count_since(shown, i, now / HOUR - 24);
        uint32_t after = count_since(shown, i + 1, now / HOUR - 24);
        assert_int_equal(fresh, after - before);
        assert_int_equal(budget_used_day(b, who), before);
        budget_note(b, who, &shown[i].number, 1);
        assert_int_equal(budget_used_day(b, who), after);
        assert_int_equal(budget_used_month(b, who),
                         count_since(shown, i + 1, (now / DAY - 30) * 24));
    }
    budget_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget__somebody_shown_twice_costs_once),
        cmocka_unit_test(test_budget__each_account_is_its_own),
        cmocka_unit_test(test_budget__a_window_is_a_day_and_never_less),
        cmocka_unit_test(test_budget__time_does_not_go_back),
        cmocka_unit_test(test_budget__each_miss_counts),
        cmocka_unit_test(test_budget__agrees_with_a_list),
    };
    return RUN(tests);
}
