/* auth/inside/decisions: what waits comes into force once, and what no longer fits is dropped. */
#include "auth/inside/decisions.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static void wait_for(struct auth_stand *s, uint64_t sequence, const char *detail, const char *made)
{
    const struct waiting_decision d = { .sequence = sequence, .asker = 1, .from_ms = 1000,
                                        .detail = str_from(detail), .made = str_from(made) };
    assert_int_equal(waiting_put(&s->room.auth->waiting, &d), 0);
}

static bool waits(struct auth_stand *s, uint64_t sequence)
{
    struct waiting_decision d;
    return waiting_find(&s->room.auth->waiting, sequence, &s->room.arena, &d) == 0;
}

static void test_decisions__come_into_force_when_their_time_has_come(void **state)
{
    (void)state;
    struct auth_stand s;
    struct access_entry access;
    auth_stand_open(&s);
    wait_for(&s, 7, "{\"do\":\"rights\",\"principal\":1,\"rights\":{\"1\":[\"aggregate\"]},"
                    "\"roles\":{\"1\":[\"viewer\"]}}", "");
    assert_int_equal(decisions_advance(s.room.auth, 999), 0);
    assert_true(waits(&s, 7));
    assert_int_equal(decisions_advance(s.room.auth, 1000), 0);
    assert_false(waits(&s, 7));
    assert_int_equal(access_find(&s.room.auth->access, 1, 1, &s.room.arena, &access), 0);
    assert_str(access.roles, "viewer");
    auth_stand_close(&s);
}

static void test_decisions__what_no_longer_fits_is_dropped(void **state)
{
    (void)state;
    static const char *const details[] = {
        "no json", "{\"do\":\"fly\"}", "{\"do\":\"member\"}", "{\"do\":\"key\"}",
        "{\"do\":\"rights\",\"principal\":99,\"rights\":{\"1\":[\"aggregate\"]},"
        "\"roles\":{\"1\":[\"viewer\"]}}",
        "{\"do\":\"recover\",\"principal\":1}", "{\"do\":\"end\"}",
    };
    struct auth_stand s;
    uint32_t count;
    auth_stand_open(&s);
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
        wait_for(&s, 10 + i, details[i], "");
    assert_int_equal(decisions_advance(s.room.auth, 1000), 0);
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
        assert_false(waits(&s, 10 + i));
    assert_int_equal(passkeys_count(&s.room.auth->passkeys, 1, &count), 0);
    assert_int_equal(count, 1);
    assert_false(s.room.auth->has_failed);
    auth_stand_close(&s);
}

/* The ledger's own freezing ends logins the same way. */
static void test_decisions__freezing_ends_logins(void **state)
{
    (void)state;
    struct auth_stand s;
    struct login login;
    auth_stand_open(&s);
    assert_int_equal(decisions_freeze(s.room.auth, 1, true), 0);
    assert_int_equal(logins_next(&s.room.auth->logins, 1, 0, &s.room.arena, &login),
                     ERR_NOT_FOUND);
    assert_str(auth_member_login(&s.owner), "frozen");
    assert_int_equal(decisions_freeze(s.room.auth, 1, false), 0);
    assert_str(auth_member_login(&s.owner), "");
    /* A key is refused, and ingest is told. */
    struct auth_request key = { .type = AUTH_ME, .by = AUTH_BY_KEY, .key = STR(ROOM_API_KEY),
                                .secret = STR(ROOM_API_SECRET) };
    struct bytes settings = { 0 };
    assert_int_equal(auth_room_ask(&s.room, key), AUTH_IS);
    assert_int_equal(decisions_freeze(s.room.auth, 2, true), 0);
    assert_str(auth_room_refusal(&s.room, key), "frozen");
    assert_true(s.room.auth->settings_changed);
    assert_int_equal(auth_write_ingest_settings(s.room.auth, &settings), 0);
    assert_true(str_find(bytes_str(&settings), STR(ROOM_API_KEY)) < 0);
    bytes_release(&settings);
    auth_stand_close(&s);
}

/* The power fails at every step of an invitation: the member is there whole, or not at all. */
static void test_decisions__a_crash_leaves_all_or_nothing(void **state)
{
    (void)state;
    const char *detail = "{\"do\":\"member\",\"name\":\"Sara\",\"rights\":{\"1\":[\"aggregate\"]},"
                         "\"roles\":{\"1\":[\"viewer\"]}}";
    for (uint64_t step = 0; step < 200; step++) {
        struct auth_stand s;
        struct member member;
        struct access_entry access;
        auth_stand_open(&s);
        disk_fail_at(s.room.disk, step, ERR_IO, true);
        struct str code = auth_member_decide(&s.owner, AUTH_MEMBER_INVITE, GRANT_ENROL, detail,
                                             false);
        bool is_done = code.len == 0;
        s.room.auth->ledger = NULL;
        auth_room_restart(&s.room, true);
        int found = members_next(&s.room.auth->members, 1, &s.room.arena, &member);
        int has = access_find(&s.room.auth->access, 4, 1, &s.room.arena, &access);
        assert_int_equal(found, has);
        if (is_done)
            assert_int_equal(found, 0);
        auth_stand_close(&s);
        if (is_done)
            return;
    }
    fail();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions__come_into_force_when_their_time_has_come),
        cmocka_unit_test(test_decisions__what_no_longer_fits_is_dropped),
        cmocka_unit_test(test_decisions__freezing_ends_logins),
        cmocka_unit_test(test_decisions__a_crash_leaves_all_or_nothing),
    };
    return RUN(tests);
}
