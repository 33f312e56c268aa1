/* What a reader must never see: what is not on disk, and what is another tenant's. */
#include "ledger/inside/read.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "support/file_fault.h"
#include "support/ledger_room.h"
#include "support/test.h"
#include "sys/clock.h"

static struct ledger_room room;

static int init(void **state)
{
    (void)state;
    ledger_room_init(&room, file_fault_create());
    return 0;
}

static int end(void **state)
{
    (void)state;
    ledger_room_finish(&room);
    return 0;
}

/* A signed checkpoint over entries whose sync failed would be a fork after the next start. */
static void test_read__nothing_unsynced_is_signed(void **state)
{
    (void)state;
    static const char *const questions[] = {
        "{\"read\":\"entry\",\"sequence\":1}", "{\"read\":\"entries\"}", "{\"read\":\"budget\"}",
        "{\"read\":\"looked\",\"refs\":[]}",
    };
    struct ledger_room_request r;
    struct bytes json = { 0 };
    ledger_room_begin(&room);
    ledger_room_read(&room, ROOM_OWNER, questions[0], &json);
    assert_true(str_find(bytes_str(&json), STR("\"checkpoint\"")) >= 0);
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1, &r);
    ledger_room_sign(&room, &r, false);
    (void)ledger_room_send(&room, &r);
    file_fault_fail_at(room.fs, file_fault_calls(room.fs));
    ledger_room_commit(&room);
    ledger_room_request_release(&r);
    file_fault_fail_at(room.fs, UINT64_MAX);
    assert_true(ledger_is_stopped(room.ledger));
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        ledger_room_read(&room, ROOM_OWNER, questions[i], &json);
        assert_true(str_find(bytes_str(&json), STR("\"stopped\"")) >= 0);
        assert_true(str_find(bytes_str(&json), STR("\"checkpoint\"")) < 0);
    }
    bytes_release(&json);
}

/* Principal 1 decides in 7 (tenant 1); 2 is of tenant 2 alone; 3 has no rights at all. */
static void boot_two_tenants(void)
{
    static const char detail[] =
        "{\"do\":\"boot\",\"host\":\"localhost\",\"projects\":[{\"id\":7,\"group\":1},"
        "{\"id\":9,\"group\":2}],\"principals\":["
        "{\"principal\":1,\"kind\":\"member\",\"rights\":{\"7\":[\"settings\"]}},"
        "{\"principal\":2,\"kind\":\"member\",\"rights\":{\"9\":[\"reveal\"]}},"
        "{\"principal\":3,\"kind\":\"member\",\"rights\":{}}]}";
    const struct ledger_decision m = { .detail = str_from(detail) };
    struct bytes body = { 0 };
    ledger_wire_encode_decision(&m, &body);
    uint32_t token = ledger_room_take(&room, LEDGER_SIDE_AUTH, LEDGER_BOOT, &body);
    ledger_room_commit(&room);
    assert_string_equal(ledger_room_code(&room, token), "");
    bytes_release(&body);
}

static void test_read__the_house_log_keeps_tenants_apart(void **state)
{
    (void)state;
    struct bytes json = { 0 };
    assert_int_equal(ledger_room_open(&room), 0);
    boot_two_tenants();
    for (enum ledger_room_who who = ROOM_OWNER; who <= ROOM_ANALYST; who++)
        assert_string_equal(ledger_room_login(&room, who, 0), "");
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"entries\",\"kind\":\"login\"}", &json);
    assert_true(str_find(bytes_str(&json), STR("\"principal\":1,")) >= 0);
    assert_true(str_find(bytes_str(&json), STR("\"principal\":2,")) < 0);
    assert_true(str_find(bytes_str(&json), STR("\"principal\":3,")) >= 0);
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"budget\"}", &json);
    assert_true(str_find(bytes_str(&json), STR("\"principal\":1,")) >= 0);
    assert_true(str_find(bytes_str(&json), STR("\"principal\":2,")) < 0);
    /* Its address stands in a section of the entry before the last. */
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"entry\",\"sequence\":4}", &json);
    assert_true(str_find(bytes_str(&json), STR("192.0.2.7")) < 0);
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"entry\",\"sequence\":5}", &json);
    assert_true(str_find(bytes_str(&json), STR("192.0.2.7")) >= 0);
    bytes_release(&json);
}

/* Pages, and sums that do not depend on them. */
static void test_read__pages_and_their_sums(void **state)
{
    (void)state;
    struct bytes json = { 0 };
    ledger_room_begin(&room);
    for (uint32_t i = 0; i < 5; i++)
        assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 10 * i, 2), "");
    for (int limit = 0; limit < 7; limit++) {
        char text[64];
        (void)snprintf(text, sizeof(text), "{\"read\":\"entries\",\"limit\":%d,\"kind\":\"people\"}",
                       limit);
        ledger_room_read(&room, ROOM_OWNER, text, &json);
        assert_true(str_find(bytes_str(&json), STR("\"named_30d\":10,")) >= 0);
        assert_int_equal(str_find(bytes_str(&json), STR("\"more\":true")) >= 0, limit < 5);
    }
    bytes_release(&json);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, init, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_read__nothing_unsynced_is_signed),
        WITH(test_read__the_house_log_keeps_tenants_apart), WITH(test_read__pages_and_their_sums),
    };
    return RUN(tests);
}
