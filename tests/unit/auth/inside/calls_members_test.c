/* auth/inside/calls_members: inviting, roles, ending, recovering, freezing, approving. */
#include "auth/inside/calls_members.h"

#include <string.h>

#include <stdio.h>

#include "auth/inside/auth.h"
#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

#define VIEWER "{\"do\":\"member\",\"name\":\"Sara\",\"rights\":{\"1\":[\"aggregate\"]}," \
               "\"roles\":{\"1\":[\"viewer\"]}}"
#define ANALYST "{\"do\":\"member\",\"name\":\"Ali\",\"rights\":{\"1\":[\"aggregate\",\"unfolded\"," \
                "\"rows\"]},\"roles\":{\"1\":[\"analyst\"]}}"

static struct str invite(struct auth_stand *s, const char *detail, bool is_asserted)
{
    return auth_member_decide(&s->owner, AUTH_MEMBER_INVITE, GRANT_ENROL, detail, is_asserted);
}

static struct str link_of(struct auth_stand *s)
{
    struct str link = auth_member_said(&s->owner, "link");
    assert_true(str_starts(link, STR("/enter#")));
    return str_from_index(link, sizeof("/enter#") - 1);
}

static void test_members__an_invited_viewer_comes_in_once(void **state)
{
    (void)state;
    struct auth_stand s;
    struct auth_member sara, late;
    auth_stand_open(&s);
    assert_str(invite(&s, VIEWER, false), "");
    struct str link = link_of(&s);
    assert_true(str_equal(bytes_str(&s.ledger.detail), STR(VIEWER)));
    assert_str(bytes_str(&s.ledger.made), "{\"principal\":4}");
    auth_member_create(&sara, &s.room);
    auth_member_create(&late, &s.room);
    assert_str(auth_member_enter(&sara, link), "");
    assert_true(str_find(s.room.answer.json, STR("\"roles\":[\"viewer\"]")) > 0);
    assert_str(auth_member_enter(&late, link), "link");
    /* A viewer sees nobody and decides nothing. */
    assert_str(auth_member_ask(&sara, GRANT_ROWS), "role");
    assert_str(auth_member_decide(&sara, AUTH_MEMBER_INVITE, GRANT_ENROL, VIEWER, false), "role");
    auth_stand_close(&s);
}

static void test_members__what_opens_people_needs_a_passkey_and_waits(void **state)
{
    (void)state;
    struct auth_stand s;
    struct auth_member ali;
    auth_stand_open(&s);
    assert_str(invite(&s, ANALYST, false), "level");
    s.ledger.delay_ms = 24 * 3600 * 1000;
    assert_str(invite(&s, ANALYST, true), "");
    struct str link = link_of(&s);
    auth_member_create(&ali, &s.room);
    assert_str(auth_member_enter(&ali, link), "link");
    auth_advance(s.room.auth);
    assert_str(auth_member_enter(&ali, link), "link");
    clock_shift_for_test(24 * 3600 * 1000, 0);
    auth_advance(s.room.auth);
    assert_str(auth_member_enter(&ali, link), "");
    assert_true(str_find(s.room.answer.json, STR("\"roles\":[\"analyst\"]")) > 0);
    clock_shift_for_test(-24 * 3600 * 1000, 0);
    auth_stand_close(&s);
}

static void test_members__the_ledger_has_the_last_word(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    s.ledger.refusal = "too_new";
    assert_str(invite(&s, VIEWER, false), "too_new");
    s.ledger.refusal = NULL;
    link_attach(s.ledger.link, -1);
    assert_str(invite(&s, VIEWER, false), "closed");
    struct member nobody;
    assert_int_equal(members_next(&s.room.auth->members, 1, &s.room.arena, &nobody),
                     ERR_NOT_FOUND);
    auth_stand_close(&s);
}

static void test_members__details_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{}", "[]", "{\"do\":\"key\"}", "{\"do\":\"member\",\"name\":\"A\"}",
        "{\"do\":\"member\",\"name\":\" \",\"rights\":{\"1\":[\"aggregate\"]},"
        "\"roles\":{\"1\":[\"viewer\"]}}",
        "{\"do\":\"member\",\"name\":\"A\",\"rights\":{\"1\":[\"reveal\"]},"
        "\"roles\":{\"1\":[\"viewer\"]}}",
    };
    struct auth_stand s;
    auth_stand_open(&s);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_str(invite(&s, bad[i], true), "invalid");
    assert_str(invite(&s, "{\"do\":\"member\",\"name\":\"A\",\"rights\":{\"2\":[\"aggregate\"]},"
                          "\"roles\":{\"2\":[\"viewer\"]}}", true), "project");
    /* An ask of another kind does not open it. */
    assert_str(auth_member_decide(&s.owner, AUTH_MEMBER_INVITE, GRANT_FREEZE, VIEWER, false),
               "ask");
    assert_int_equal(s.ledger.decisions, 1);
    auth_stand_close(&s);
}

static void test_members__roles_freezing_and_the_end(void **state)
{
    (void)state;
    struct auth_stand s;
    struct auth_member sara;
    auth_stand_open(&s);
    assert_str(invite(&s, VIEWER, false), "");
    auth_member_create(&sara, &s.room);
    assert_str(auth_member_enter(&sara, link_of(&s)), "");
    const char *more = "{\"do\":\"rights\",\"principal\":4,\"rights\":{\"1\":[\"aggregate\","
                       "\"unfolded\",\"rows\"]},\"roles\":{\"1\":[\"analyst\"]}}";
    assert_str(auth_member_decide(&s.owner, AUTH_MEMBER_ROLES, GRANT_ENROL, more, false), "level");
    assert_str(auth_member_decide(&s.owner, AUTH_MEMBER_ROLES, GRANT_ENROL, more, true), "");
    assert_str(auth_member_ask(&sara, GRANT_ROWS), "level");
    const char *freeze = "{\"do\":\"freeze\",\"principal\":4,\"why\":\"x\"}";
    assert_str(auth_member_decide(&s.owner, AUTH_FREEZE, GRANT_FREEZE, freeze, false), "");
    assert_str(auth_member_ask(&sara, GRANT_ROWS), "login");
    const char *thaw = "{\"do\":\"thaw\",\"principal\":4}";
    assert_str(auth_member_decide(&s.owner, AUTH_UNFREEZE, GRANT_UNFREEZE, thaw, false), "level");
    assert_str(auth_member_decide(&s.owner, AUTH_UNFREEZE, GRANT_UNFREEZE, thaw, true), "");
    const char *recover = "{\"do\":\"recover\",\"principal\":4}";
    assert_str(auth_member_decide(&s.owner, AUTH_MEMBER_RECOVER, GRANT_ENROL, recover, false),
               "level");
    assert_str(auth_member_decide(&s.owner, AUTH_MEMBER_RECOVER, GRANT_ENROL, recover, true), "");
    assert_str(auth_member_enter(&sara, link_of(&s)), "");
    const char *end = "{\"do\":\"end\",\"principal\":4}";
    assert_str(auth_member_decide(&s.owner, AUTH_MEMBER_END, GRANT_ENROL, end, false), "");
    assert_str(auth_member_ask(&sara, GRANT_ROWS), "login");
    assert_str(auth_member_decide(&s.owner, AUTH_MEMBER_END, GRANT_ENROL, end, false), "invalid");
    /* Nobody puts themselves out, or thaws themselves. */
    assert_str(auth_member_decide(&s.owner, AUTH_MEMBER_END, GRANT_ENROL,
                                  "{\"do\":\"end\",\"principal\":1}", true), "role");
    assert_str(auth_member_decide(&s.owner, AUTH_UNFREEZE, GRANT_UNFREEZE,
                                  "{\"do\":\"thaw\",\"principal\":1}", true), "role");
    auth_stand_close(&s);
}

static void test_members__somebody_else_approves(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    s.ledger.delay_ms = 24 * 3600 * 1000;
    assert_str(invite(&s, ANALYST, true), "");
    char approve[64];
    (void)snprintf(approve, sizeof(approve), "{\"do\":\"approve\",\"sequence\":%llu}",
                   (unsigned long long)s.ledger.sequence);
    assert_str(auth_member_decide(&s.owner, AUTH_DECISION_APPROVE, GRANT_APPROVE, approve, true),
               "role");
    assert_str(auth_member_decide(&s.owner, AUTH_DECISION_APPROVE, GRANT_APPROVE,
                                  "{\"do\":\"approve\",\"sequence\":5}", true), "invalid");
    /* As if another owner had asked for it. */
    struct db_statement *other = db_prepare(s.room.auth->db, "UPDATE waiting SET asker = 9");
    db_reset(other);
    assert_int_equal(db_step(other), 0);
    s.ledger.delay_ms = 0;
    assert_str(auth_member_decide(&s.owner, AUTH_DECISION_APPROVE, GRANT_APPROVE, approve, false),
               "level");
    assert_str(auth_member_decide(&s.owner, AUTH_DECISION_APPROVE, GRANT_APPROVE, approve, true),
               "");
    struct access_entry access;
    assert_int_equal(access_find(&s.room.auth->access, 4, 1, &s.room.arena, &access), 0);
    assert_str(access.roles, "analyst");
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members__an_invited_viewer_comes_in_once),
        cmocka_unit_test(test_members__what_opens_people_needs_a_passkey_and_waits),
        cmocka_unit_test(test_members__the_ledger_has_the_last_word),
        cmocka_unit_test(test_members__details_that_are_none),
        cmocka_unit_test(test_members__roles_freezing_and_the_end),
        cmocka_unit_test(test_members__somebody_else_approves),
    };
    return RUN(tests);
}
