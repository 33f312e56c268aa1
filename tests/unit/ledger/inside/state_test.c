#include "ledger/inside/state.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "support/file_fault.h"
#include "support/ledger_room.h"
#include "support/test.h"
#include "sys/clock.h"

#define DAY ((int64_t)24 * 3600 * 1000)

static struct ledger_room room;

static int begin(void **state)
{
    (void)state;
    ledger_room_start(&room);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ledger_room_finish(&room);
    return 0;
}

static void read_all(struct bytes *out)
{
    struct bytes json = { 0 };
    bytes_reset(out);
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"budget\"}", &json);
    bytes_append_str(out, bytes_str(&json));
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"entries\",\"kind\":\"people\"}", &json);
    bytes_append_str(out, bytes_str(&json));
    bytes_release(&json);
}

/* From the journal everything is as it was: budgets, roster, what waits, entries. */
static void test_state__a_restart_changes_nothing(void **state)
{
    (void)state;
    struct bytes before = { 0 }, after = { 0 };
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 30), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_FIND, 0, 0), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_ROWS, 0, 400), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_REVEAL, 0, 1), "right");
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL,
        "{\"do\":\"rights\",\"principal\":3,\"rights\":{\"7\":[\"reveal\"]}}", "", NULL), "");
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_FREEZE,
        "{\"do\":\"freeze\",\"principal\":5}", "", NULL), "");
    read_all(&before);
    assert_true(str_find(bytes_str(&before), STR("\"used\":400")) >= 0);
    for (int i = 0; i < 2; i++) {
        ledger_room_close(&room);
        if (i)
            assert_int_equal(fs_remove(room.fs, NUMBERS_NAME), 0); /* made again */
        assert_int_equal(ledger_room_open(&room), 0);
        read_all(&after);
        assert_true(str_equal(bytes_str(&before), bytes_str(&after)));
    }
    /* The same numbers, too: nobody counts twice. */
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 30), "");
    read_all(&after);
    assert_true(str_find(bytes_str(&after), STR("\"used\":30,")) >= 0);
    bytes_release(&before);
    bytes_release(&after);
}

static void test_state__public_files_are_made_again(void **state)
{
    (void)state;
    struct bytes before = { 0 }, after = { 0 };
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 3), "");
    ledger_room_close(&room);
    assert_int_equal(fs_read_file(room.fs, "1/tile/entries/000.p/1", 4096, &before), 0);
    assert_int_equal(before.len, 2 + ENTRY_BYTES);
    assert_int_equal(fs_remove(room.fs, "1/tile/entries/000.p/1"), 0);
    assert_int_equal(fs_remove(room.fs, "1/checkpoint"), 0);
    assert_int_equal(fs_replace_file(room.fs, "1/tile/0/000.p/1", STR("rubbish"), 0), 0);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_int_equal(fs_read_file(room.fs, "1/tile/entries/000.p/1", 4096, &after), 0);
    assert_true(str_equal(bytes_str(&before), bytes_str(&after)));
    bytes_reset(&after);
    assert_int_equal(fs_read_file(room.fs, "1/tile/0/000.p/1", 4096, &after), 0);
    assert_int_equal(after.len, 32);
    bytes_reset(&after);
    assert_int_equal(fs_read_file(room.fs, "1/checkpoint", 4096, &after), 0);
    assert_true(str_starts(bytes_str(&after), STR("localhost/amana/1\n1\n")));
    bytes_release(&before);
    bytes_release(&after);
}

static void note_key(void *ctx, struct str name)
{
    char *out = ctx;
    if (str_starts(name, STR("day-1-")) && str_ends(name, STR(".key")))
        (void)snprintf(out, 64, STR_FMT, STR_ARG(name));
}

/* A key of a day that budgets look back to; later it may go, and the entries stay. */
static void test_state__a_budget_is_not_lost_with_a_key(void **state)
{
    (void)state;
    char name[64] = "";
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 3), "");
    ledger_room_close(&room);
    assert_int_equal(fs_list(room.fs, ".", note_key, name), 0);
    assert_int_equal(fs_remove(room.fs, name), 0);
    assert_int_equal(ledger_room_open(&room), ERR_CORRUPT);
    clock_shift_for_test(33 * DAY, 33 * DAY);
    assert_int_equal(ledger_room_open(&room), 0);
    struct bytes json = { 0 };
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"entries\",\"kind\":\"people\"}", &json);
    assert_true(str_find(bytes_str(&json), STR("\"persons\":3")) >= 0);
    assert_true(str_find(bytes_str(&json), STR("\"purpose\"")) < 0);
    bytes_release(&json);
}

/* An older copy of the journal, put back under a newer index. */
static void test_state__an_older_journal_is_found(void **state)
{
    (void)state;
    struct bytes older = { 0 };
    ledger_room_close(&room);
    assert_int_equal(fs_read_file(room.fs, "journal-0000000000000001", 1 << 20, &older), 0);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 3), "");
    ledger_room_close(&room);
    assert_int_equal(fs_replace_file(room.fs, "journal-0000000000000001", bytes_str(&older), 0),
                     0);
    assert_int_equal(ledger_room_open(&room), ERR_CORRUPT);
    bytes_release(&older);
}

/* Cut at every byte of what was written last: it opens, with what was whole. */
static void test_state__restart_at_each_byte_of_the_journal(void **state)
{
    (void)state;
    struct bytes whole = { 0 }, before = { 0 };
    static const char name[] = "journal-0000000000000001";
    ledger_room_close(&room);
    assert_int_equal(fs_remove(room.fs, NUMBERS_NAME), 0);
    assert_int_equal(fs_read_file(room.fs, name, 1 << 20, &before), 0);
    assert_int_equal(ledger_room_open(&room), 0); /* one group: the start's entry */
    ledger_room_close(&room);
    assert_int_equal(fs_read_file(room.fs, name, 1 << 20, &whole), 0);
    size_t from = 0, to = 0;
    for (size_t i = 0; i < whole.len; i++)
        if (i >= before.len || whole.ptr[i] != before.ptr[i]) {
            from = from ? from : i;
            to = i + 1;
        }
    assert_true(to - from > 400);
    for (size_t at = from; at < to; at += at % 512 < 64 ? 1 : 7) {
        struct bytes torn = { 0 };
        bytes_append_str(&torn, bytes_str(&whole));
        memset(torn.ptr + at, 0, torn.len - at);
        assert_int_equal(fs_replace_file(room.fs, name, bytes_str(&torn), 0), 0);
        assert_int_equal(fs_remove(room.fs, NUMBERS_NAME), 0);
        assert_int_equal(ledger_room_open(&room), 0);
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
        ledger_room_close(&room);
        bytes_release(&torn);
    }
    bytes_release(&whole);
    bytes_release(&before);
}

/* Time for windows goes on while the wall's clock stands wrong, and never back. */
static void test_state__time(void **state)
{
    (void)state;
    const struct ledger_config config = {
        .data = room.fs, .keys = room.fs, .public_files = room.fs, .secret = room.secret,
        .auth_public = room.auth_public, .log_key = room.log_secret,
        .origin = "localhost/amana/1", .segment_bytes = 16 * 1024,
    };
    struct state *s;
    ledger_room_close(&room);
    assert_int_equal(state_open(&config, &s), 0);
    int64_t first = state_now(s);
    clock_shift_for_test(DAY, 0);
    assert_in_range(state_now(s) - first, 0, 2000);
    clock_shift_for_test(-3 * DAY, 0);
    assert_in_range(state_now(s) - first, 0, 2000);
    clock_shift_for_test(0, DAY);
    assert_in_range(state_now(s) - first, DAY, DAY + 2000);
    clock_shift_for_test(2 * DAY, 0);
    state_close(s);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_state__a_restart_changes_nothing),
        WITH(test_state__public_files_are_made_again),
        WITH(test_state__a_budget_is_not_lost_with_a_key),
        WITH(test_state__an_older_journal_is_found),
        WITH(test_state__restart_at_each_byte_of_the_journal), WITH(test_state__time),
    };
    return RUN(tests);
}
