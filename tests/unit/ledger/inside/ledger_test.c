#include "ledger/inside/ledger.h"

#include <string.h>

#include "base/err.h"
#include "support/file_fault.h"
#include "support/ledger_room.h"
#include "support/test.h"

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

/* Every type over every link: those of the table alone are taken. */
static void test_ledger__each_link_has_its_requests(void **state)
{
    (void)state;
    static const struct { enum ledger_side side; uint8_t type; } table[] = {
        { LEDGER_SIDE_VAULT, LEDGER_RELEASE }, { LEDGER_SIDE_VAULT, LEDGER_RECORD },
        { LEDGER_SIDE_QUERY, LEDGER_RECORD }, { LEDGER_SIDE_QUERY, LEDGER_CHECK },
        { LEDGER_SIDE_QUERY, LEDGER_READ }, { LEDGER_SIDE_AUTH, LEDGER_BOOT },
        { LEDGER_SIDE_AUTH, LEDGER_LOGIN_SEEN }, { LEDGER_SIDE_AUTH, LEDGER_DECIDE },
    };
    static char zeros[400];
    uint32_t taken = 0;
    for (enum ledger_side side = LEDGER_SIDE_VAULT; side <= LEDGER_SIDE_AUTH; side++)
        for (unsigned type = 0; type < 256; type++) {
            bool is_of_table = false, is_taken = false;
            for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                is_of_table |= table[i].side == side && table[i].type == type;
            /* Of some length, zeros are a body of every type. */
            for (size_t len = 0; len < sizeof(zeros) && !is_taken; len++) {
                struct bytes body = { 0 };
                if (type == LEDGER_READ && len == 264) {
                    bytes_put_u32(&body, 256);
                    bytes_append(&body, zeros, 256 + 4);
                } else {
                    bytes_append(&body, zeros, len);
                }
                int r = ledger_take(room.ledger, side, (uint8_t)type, bytes_str(&body),
                                    room.tokens);
                assert_true(r == 0 || r == ERR_INVALID);
                is_taken = r == 0;
                room.answers[room.tokens].is_there = false;
                room.tokens += is_taken;
                bytes_release(&body);
            }
            assert_int_equal(is_taken, is_of_table);
            taken += is_taken;
            ledger_room_commit(&room);
        }
    assert_int_equal(taken, sizeof(table) / sizeof(table[0]));
}

/* Bodies of the right type that say what nobody may. */
static void test_ledger__a_record_asks_for_no_shares(void **state)
{
    (void)state;
    static char grant[256];
    const struct ledger_triple triple = { 0 };
    const struct ledger_release with_shares = { .grant = str_of(grant, 256), .triples = &triple,
                                                .triple_count = 1, .refs = room.refs,
                                                .ref_count = 1 };
    const struct ledger_release miss = { .grant = str_of(grant, 256), .is_miss = true };
    struct bytes body = { 0 };
    ledger_wire_encode_release(&with_shares, &body);
    assert_int_equal(ledger_take(room.ledger, LEDGER_SIDE_QUERY, LEDGER_RECORD, bytes_str(&body),
                                 0), ERR_INVALID);
    assert_int_equal(ledger_take(room.ledger, LEDGER_SIDE_VAULT, LEDGER_RECORD, bytes_str(&body),
                                 0), ERR_INVALID);
    bytes_reset(&body);
    ledger_wire_encode_release(&miss, &body);
    assert_int_equal(ledger_take(room.ledger, LEDGER_SIDE_VAULT, LEDGER_RELEASE,
                                 bytes_str(&body), 0), ERR_INVALID);
    bytes_release(&body);
}

static void test_ledger__who_misbehaves_is_written_down(void **state)
{
    (void)state;
    struct bytes json = { 0 };
    ledger_note_misbehaved(room.ledger, "query");
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"entries\",\"kind\":\"misbehaved\"}", &json);
    assert_true(str_find(bytes_str(&json), STR("\"kind\":\"misbehaved\"")) >= 0);
    bytes_release(&json);
}

/* What was judged together is synced once, and nobody hears before. */
static void test_ledger__one_sync_a_group(void **state)
{
    (void)state;
    enum { ASKS = 40 };
    static struct ledger_room_request r[ASKS];
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), ""); /* a key */
    for (uint32_t i = 0; i < ASKS; i++) {
        ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, i, 1, &r[i]);
        ledger_room_sign(&room, &r[i], false);
    }
    uint64_t before = file_fault_calls(room.fs);
    uint32_t tokens[ASKS];
    for (uint32_t i = 0; i < ASKS; i++)
        tokens[i] = ledger_room_send(&room, &r[i]);
    assert_int_equal(file_fault_calls(room.fs), before);
    assert_false(room.answers[tokens[0]].is_there);
    ledger_room_commit(&room);
    /* The group, its sync, and perhaps zeros ahead of it or another file. */
    assert_in_range(file_fault_calls(room.fs) - before, 2, 10);
    for (uint32_t i = 0; i < ASKS; i++) {
        assert_string_equal(ledger_room_code(&room, tokens[i]), "");
        ledger_room_request_release(&r[i]);
    }
}

/* Everybody of a group whose sync failed hears "stopped", and so does everybody after. */
static void test_ledger__stopped_is_for_everybody(void **state)
{
    (void)state;
    struct ledger_room_request r;
    struct bytes json = { 0 };
    for (uint64_t call = 0; call < 2; call++) {
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
        ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 1, 1, &r);
        ledger_room_sign(&room, &r, false);
        uint32_t token = ledger_room_send(&room, &r);
        file_fault_fail_at(room.fs, file_fault_calls(room.fs) + call);
        ledger_room_commit(&room);
        assert_string_equal(ledger_room_code(&room, token), "stopped");
        assert_true(ledger_is_stopped(room.ledger));
        ledger_room_request_release(&r);
        file_fault_fail_at(room.fs, UINT64_MAX);
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "stopped");
        assert_string_equal(ledger_room_try(&room, ROOM_KEY, GRANT_ROWS, 0, 1), "stopped");
        assert_string_equal(ledger_room_login(&room, ROOM_OWNER, 2), "stopped");
        assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_FREEZE,
                            "{\"do\":\"freeze\",\"principal\":2}", "", NULL), "stopped");
        assert_int_equal(room.note_count, 0);
        /* The page hears it, too: nothing unsynced is shown. */
        ledger_room_read(&room, ROOM_SUPPORT, "{\"read\":\"line\"}", &json);
        assert_true(str_find(bytes_str(&json), STR("\"code\":\"stopped\"")) >= 0);
        ledger_room_close(&room);
        assert_int_equal(ledger_room_open(&room), 0);
    }
    bytes_release(&json);
}

/* On the host: an entry of its own kind, and only of who is frozen. */
static void test_ledger__the_host_thaws(void **state)
{
    (void)state;
    struct bytes json = { 0 };
    assert_int_equal(ledger_thaw_on_host(room.ledger, 2), ERR_NOT_FOUND);
    assert_int_equal(ledger_thaw_on_host(room.ledger, 99), ERR_NOT_FOUND);
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_FREEZE,
                                           "{\"do\":\"freeze\",\"principal\":2}", "", NULL), "");
    assert_int_equal(ledger_thaw_on_host(room.ledger, 2), 0);
    assert_int_equal(ledger_thaw_on_host(room.ledger, 2), ERR_NOT_FOUND);
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"entries\",\"kind\":\"host\"}", &json);
    assert_true(str_find(bytes_str(&json), STR("\"about\":2")) >= 0);
    bytes_release(&json);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_ledger__each_link_has_its_requests),
        WITH(test_ledger__a_record_asks_for_no_shares),
        WITH(test_ledger__who_misbehaves_is_written_down), WITH(test_ledger__one_sync_a_group),
        WITH(test_ledger__stopped_is_for_everybody), WITH(test_ledger__the_host_thaws),
    };
    return RUN(tests);
}
