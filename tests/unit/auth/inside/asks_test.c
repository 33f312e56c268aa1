/* auth/inside/asks: what an ask must bring, and what the grant and the evidence say. */
#include "auth/inside/asks.h"

#include <string.h>

#include "crypto/hash.h"
#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static struct grant grant_in(struct auth_stand *s)
{
    struct grant grant;
    assert_int_equal(s->room.answer.type, AUTH_GRANTED);
    assert_int_equal(grant_open(s->room.answer.grant, s->room.public_key, &grant), 0);
    return grant;
}

static void test_asks__a_grant_names_login_key_and_ask(void **state)
{
    (void)state;
    struct auth_stand s;
    struct evidence evidence;
    uint8_t hash[32];
    auth_stand_open(&s);
    struct auth_request request = auth_member_ask_request(&s.owner, GRANT_REVEAL);
    assert_str(auth_room_refusal(&s.room, request), "");
    struct grant g = grant_in(&s);
    assert_int_equal(g.kind, GRANT_REVEAL);
    assert_int_equal(g.level, 2);
    assert_memory_equal(g.login_session, s.owner.session, 16);
    ask_hash(request.ask, hash);
    assert_memory_equal(g.ask_hash, hash, 32);
    evidence_key_hash(str_of(s.owner.public_key, 32), hash);
    assert_memory_equal(g.proof_key, hash, 16);
    hash_sha256(STR("owner-key"), hash);
    assert_memory_equal(g.credential, hash, 16);
    /* Whoever gets the evidence can check the proof for itself. */
    assert_int_equal(evidence_decode(s.room.answer.evidence, &evidence), 0);
    assert_int_equal(evidence_check_proof(&evidence, request.ask, s.owner.session), 0);
    assert_true(str_equal(evidence.public_key, str_of(s.owner.public_key, 32)));
    auth_stand_close(&s);
}

static void test_asks__roles_open_their_kinds_alone(void **state)
{
    (void)state;
    static const struct { const char *role; uint32_t kinds; } all[] = {
        { "viewer", 0 }, { "responder", 0 }, { "owner", 0 },
        { "analyst", 1u << GRANT_ROWS | 1u << GRANT_TIMELINE },
        { "support", 1u << GRANT_ROWS | 1u << GRANT_TIMELINE | 1u << GRANT_REVEAL |
                     1u << GRANT_EXPORT },
    };
    struct auth_stand s;
    auth_stand_open(&s);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        auth_room_set_roles(&s.room, 1, all[i].role);
        for (enum grant_kind kind = GRANT_REVEAL; kind <= GRANT_EXPORT; kind++) {
            bool may = all[i].kinds >> kind & 1;
            struct str code = auth_member_ask(&s.owner, kind);
            if (kind == GRANT_FIND && str_equal(code, STR("closed")))
                continue; /* support, and there is no key to look up with */
            assert_true(str_equal(code, may ? STR("") : STR("role")));
        }
    }
    auth_stand_close(&s);
}

/* People open to a login by passkey, and in a demo to any. */
static void test_asks__people_open_from_level_2(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    assert_str(auth_member_ask(&s.owner, GRANT_ROWS), "");
    struct auth_request link = { .type = AUTH_NEW_OWNER_LINK, .by = AUTH_BY_UID,
                                 .uid = ROOM_OWNER_UID };
    assert_int_equal(auth_room_ask(&s.room, link), AUTH_LINKED);
    assert_str(auth_member_enter(&s.owner, s.room.answer.link), "");
    assert_str(auth_member_ask(&s.owner, GRANT_ROWS), "level");
    struct db_statement *demo = db_prepare(s.room.auth->db, "UPDATE project SET demo = 1");
    db_reset(demo);
    assert_int_equal(db_step(demo), 0);
    assert_str(auth_member_ask(&s.owner, GRANT_ROWS), "");
    assert_int_equal(grant_in(&s).level, 0);
    auth_stand_close(&s);
}

static void test_asks__another_form_or_project_is_refused(void **state)
{
    (void)state;
    struct auth_stand s;
    auth_stand_open(&s);
    struct auth_request request = auth_member_ask_request(&s.owner, GRANT_REVEAL);
    request.ask = STR("amana ask 1\n");
    assert_str(auth_room_refusal(&s.room, request), "ask");
    request = auth_member_ask_request(&s.owner, GRANT_REVEAL);
    request.project = 2;
    assert_str(auth_room_refusal(&s.room, request), "ask");
    request = auth_member_ask_request(&s.owner, GRANT_REVEAL);
    request.ask_kind = GRANT_ROWS;
    assert_str(auth_room_refusal(&s.room, request), "ask");
    request = auth_member_ask_request(&s.owner, GRANT_REVEAL);
    request.assertion = STR("{}");
    assert_str(auth_room_refusal(&s.room, request), "assertion");
    auth_room_add_project(&s.room);
    struct access_entry none;
    assert_int_equal(access_find(&s.room.auth->access, 1, 2, &s.room.arena, &none),
                     ERR_NOT_FOUND);
    auth_stand_close(&s);
}

static void test_asks__a_lookup_ends_here(void **state)
{
    (void)state;
    static struct ref_key key;
    static const uint8_t k[32] = { 5 };
    struct auth_stand s;
    auth_stand_open(&s);
    struct auth_request request = auth_member_ask_request(&s.owner, GRANT_FIND);
    request.lookup = STR(" Ana@Example.COM ");
    request.lookup_kind = REF_KIND_EMAIL;
    assert_str(auth_room_refusal(&s.room, request), "closed");
    ref_key_derive(&key, 1, 1, k);
    s.room.auth->refs = &key;
    struct auth_request bad = auth_member_ask_request(&s.owner, GRANT_FIND);
    bad.lookup = STR("no address");
    bad.lookup_kind = REF_KIND_EMAIL;
    assert_str(auth_room_refusal(&s.room, bad), "lookup");
    bad = auth_member_ask_request(&s.owner, GRANT_FIND);
    assert_str(auth_room_refusal(&s.room, bad), "lookup");
    struct auth_request good = auth_member_ask_request(&s.owner, GRANT_FIND);
    good.lookup = request.lookup;
    good.lookup_kind = REF_KIND_EMAIL;
    assert_str(auth_room_refusal(&s.room, good), "");
    struct ref ref = ref_key_indexed(&key, REF_KIND_EMAIL, STR("ana@example.com"));
    assert_memory_equal(grant_in(&s).found_ref, ref.bytes, 16);
    assert_true(str_find(s.room.answer.evidence, STR("xample")) < 0);
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asks__a_grant_names_login_key_and_ask),
        cmocka_unit_test(test_asks__roles_open_their_kinds_alone),
        cmocka_unit_test(test_asks__people_open_from_level_2),
        cmocka_unit_test(test_asks__another_form_or_project_is_refused),
        cmocka_unit_test(test_asks__a_lookup_ends_here),
    };
    return RUN(tests);
}
