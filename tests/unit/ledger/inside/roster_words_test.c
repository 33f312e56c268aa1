/* Rosters that are too large, and decisions that overtake each other. */
#include "ledger/inside/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/wire/grant.h"
#include "base/bytes.h"
#include "base/err.h"
#include "support/test.h"

#define T0 INT64_C(1795453200000)

static uint64_t sequence;

static int apply(struct roster *roster, uint32_t by, int64_t at_ms, const char *remarks)
{
    struct roster_change change = { .sequence = ++sequence, .time_ms = at_ms, .by = by,
                                    .remarks = str_from(remarks) };
    int dry = roster_apply(roster, &change, true);
    int r = roster_apply(roster, &change, false);
    assert_int_equal(r, dry);
    return r;
}

static int boot(struct roster *roster, uint32_t groups)
{
    struct bytes text = { 0 };
    bytes_printf(&text, "{\"detail\":{\"do\":\"boot\",\"host\":\"localhost\",\"projects\":[");
    for (uint32_t i = 0; i < groups; i++)
        bytes_printf(&text, "{\"id\":%u,\"group\":%u},{\"id\":%u,\"group\":%u},", i + 1, i + 1,
                     i + 1001, i + 1);
    text.len--;
    bytes_printf(&text, "],\"principals\":[");
    for (uint32_t i = 40; i > 0; i--) /* not in order */
        bytes_printf(&text, "{\"principal\":%u,\"kind\":\"member\",\"rights\":{\"1\":"
                     "[\"settings\"]}}%s", 3 * i, i > 1 ? "," : "");
    bytes_printf(&text, "]}}");
    bytes_put_u8(&text, 0);
    int r = apply(roster, 0, T0, (const char *)text.ptr);
    bytes_release(&text);
    return r;
}

/* Each group is a log: more of them than there is room for are refused when they come, not when
 * somebody asks in the last one. */
static void test_roster__groups_have_a_bound(void **state)
{
    (void)state;
    struct roster *roster = roster_create();
    assert_int_equal(boot(roster, ROSTER_GROUPS_MAX + 1), ERR_INVALID);
    assert_false(roster_has_boot(roster));
    assert_int_equal(boot(roster, ROSTER_GROUPS_MAX), 0);
    roster_destroy(roster);
}

static void test_roster__everybody_is_found(void **state)
{
    (void)state;
    struct roster *roster = roster_create();
    uint32_t count = 0;
    assert_int_equal(boot(roster, 1), 0);
    for (uint32_t id = 0; id < 130; id++) {
        const struct roster_principal *p = roster_find(roster, id);
        assert_int_equal(p != NULL, id > 0 && id <= 120 && id % 3 == 0);
        assert_true(!p || p->id == id);
        p = roster_next(roster, id);
        assert_int_equal(p ? p->id : 0, id < 120 ? id / 3 * 3 + 3 : 0);
    }
    for (const struct roster_principal *p = NULL; (p = roster_next(roster, p ? p->id : 0));)
        count++;
    assert_int_equal(count, 40);
    assert_null(roster_find(roster, UINT32_MAX));
    assert_null(roster_next(roster, UINT32_MAX));
    roster_destroy(roster);
}

/* Rights that were decided before and wait do not come back after somebody took them away. */
static void test_roster__what_is_taken_stays_taken(void **state)
{
    (void)state;
    char text[256];
    struct roster *roster = roster_create();
    assert_int_equal(boot(roster, 2), 0);
    (void)snprintf(text, sizeof(text), "{\"detail\":{\"do\":\"rights\",\"principal\":6,\"rights\":"
                   "{\"1\":[\"settings\",\"reveal\"]}},\"from\":%lld}",
                   (long long)(T0 + LEDGER_DELAY_MS));
    assert_int_equal(apply(roster, 3, T0, text), 0);
    assert_int_equal(roster_waiting_by(roster, sequence), 3);
    assert_int_equal(apply(roster, 3, T0 + 5, "{\"detail\":{\"do\":\"rights\",\"principal\":6,"
                           "\"rights\":{}}}"), 0);
    roster_advance(roster, T0 + 2 * LEDGER_DELAY_MS);
    assert_int_equal(roster_rights(roster_find(roster, 6), 1, T0), 0);
    roster_destroy(roster);
}

/* It does not matter how often the clock is looked at: live each half second, at a start once. */
static void test_roster__a_start_finds_what_was_live(void **state)
{
    (void)state;
    char text[256];
    for (int looks = 1; looks <= 100; looks += 99) {
        struct roster *roster = roster_create();
        assert_int_equal(boot(roster, 2), 0);
        /* 3 takes 6's settings at +24 h; 6 decided something at +1 ms that waits a little longer. */
        (void)snprintf(text, sizeof(text), "{\"detail\":{\"do\":\"rights\",\"principal\":6,"
                       "\"rights\":{\"2\":[\"reveal\"]}},\"from\":%lld}", (long long)(T0 + 1000));
        assert_int_equal(apply(roster, 3, T0, text), 0);
        (void)snprintf(text, sizeof(text), "{\"detail\":{\"do\":\"member\",\"rights\":{}},"
                       "\"made\":{\"principal\":500},\"from\":%lld}", (long long)(T0 + 1001));
        assert_int_equal(apply(roster, 6, T0 + 1, text), 0);
        (void)snprintf(text, sizeof(text), "{\"detail\":{\"do\":\"member\",\"rights\":{}},"
                       "\"made\":{\"principal\":501},\"from\":%lld}", (long long)(T0 + 999));
        assert_int_equal(apply(roster, 6, T0 + 2, text), 0);
        for (int i = 1; i <= looks; i++)
            roster_advance(roster, T0 + 2000 * i / looks);
        assert_null(roster_find(roster, 500));
        assert_non_null(roster_find(roster, 501));
        assert_int_equal(roster_find(roster, 501)->since_ms, T0 + 999);
        roster_destroy(roster);
    }
}

/* The place for what waits is bounded, and a decision that finds none is refused before it is
 * written. */
static void test_roster__waiting_has_a_bound(void **state)
{
    (void)state;
    char text[256];
    int r = 0;
    uint32_t taken = 0;
    struct roster *roster = roster_create();
    assert_int_equal(boot(roster, 1), 0);
    (void)snprintf(text, sizeof(text), "{\"detail\":{\"do\":\"recover\",\"principal\":6},"
                   "\"from\":%lld}", (long long)(T0 + LEDGER_DELAY_MS));
    while (taken < 5000 && (r = apply(roster, 3, T0, text)) == 0)
        taken++;
    assert_int_equal(r, ERR_DENIED);
    assert_int_equal(taken, 1024);
    roster_destroy(roster);
}

/* Everybody has a passkey. */
static void enrol_all(struct roster *roster)
{
    for (struct roster_principal *p = roster_find(roster, 3); p;
         p = roster_find(roster, p->id + 3)) {
        p->credentials = calloc(1, sizeof(*p->credentials));
        assert_non_null(p->credentials);
        p->credential_count = 1;
    }
}

/* A lone owner that asked on over its budget is not locked out for good (wall.md 8). */
static void test_roster__who_has_nobody_thaws_after_a_day(void **state)
{
    (void)state;
    for (int alone = 0; alone < 2; alone++) {
        struct roster *roster = roster_create();
        assert_int_equal(boot(roster, 1), 0);
        if (!alone)
            enrol_all(roster);
        assert_int_equal(apply(roster, 0, T0 + 10,
                               "{\"detail\":{\"do\":\"freeze\",\"principal\":3}}"), 0);
        roster_advance(roster, T0 + 9 + LEDGER_DELAY_MS);
        assert_true(roster_find(roster, 3)->is_frozen);
        assert_int_equal(roster_take_thawed(roster), 0);
        roster_advance(roster, T0 + 10 + LEDGER_DELAY_MS);
        assert_int_equal(roster_find(roster, 3)->is_frozen, !alone);
        assert_int_equal(roster_take_thawed(roster), alone ? 3 : 0);
        assert_int_equal(roster_take_thawed(roster), 0);
        roster_destroy(roster);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roster__groups_have_a_bound),
        cmocka_unit_test(test_roster__everybody_is_found),
        cmocka_unit_test(test_roster__what_is_taken_stays_taken),
        cmocka_unit_test(test_roster__a_start_finds_what_was_live),
        cmocka_unit_test(test_roster__waiting_has_a_bound),
        cmocka_unit_test(test_roster__who_has_nobody_thaws_after_a_day),
    };
    return RUN(tests);
}
