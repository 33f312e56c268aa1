/* process/query_grant: without a grant no rights; with one all of wall.md 5.4 that query checks,
 * each thing alone. */
#include "process/query_grant.h"

#include <string.h>

#include "auth/wire/grant.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "support/test.h"
#include "sys/clock.h"

struct room {
    uint8_t secret[64];
    uint8_t public_key[32];
    struct query_grants grants;
    struct grant grant;
    uint8_t bytes[GRANT_BYTES];
    struct query_question question;
};

static int setup(void **state)
{
    static struct room room;
    crypto_init();
    sign_pair(room.secret, room.public_key);
    query_grants_init(&room.grants, room.public_key);
    uint8_t boot_id[16];
    memset(boot_id, 7, sizeof(boot_id));
    query_grants_set_boot_id(&room.grants, boot_id);
    room.question = (struct query_question){ .what = QUERY_REPORT, .project = 3,
                                             .question = STR("{\"report\":\"segmentation\"}") };
    room.grant = (struct grant){ .kind = GRANT_QUESTION, .project = 3, .principal = 1,
                                 .rights = RIGHT_AGGREGATE | RIGHT_UNFOLDED,
                                 .issued_boot_ms = clock_boot_ms(), .life_ms = GRANT_LIFE_MS };
    hash_sha256(room.question.question, room.grant.ask_hash);
    memset(room.grant.boot_id, 7, sizeof(room.grant.boot_id));
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    query_grants_release(&((struct room *)*state)->grants);
    return 0;
}

static int check_with(struct room *room, const struct grant *grant, uint64_t *rights)
{
    grant_sign(grant, room->secret, room->bytes);
    room->question.grant = str_of(room->bytes, GRANT_BYTES);
    return query_grants_check(&room->grants, &room->question, rights);
}

static void refused(struct room *room, const struct grant *grant)
{
    uint64_t rights = 99;
    assert_int_equal(check_with(room, grant, &rights), ERR_DENIED);
    assert_int_equal(rights, 0);
}

static void test_grant__none_gives_no_rights(void **state)
{
    struct room *room = *state;
    uint64_t rights = 99;
    room->question.grant = STR("");
    assert_int_equal(query_grants_check(&room->grants, &room->question, &rights), 0);
    assert_int_equal(rights, 0);
}

static void test_grant__a_good_one_gives_its_rights_until_it_is_old(void **state)
{
    struct room *room = *state;
    uint64_t rights;
    assert_int_equal(check_with(room, &room->grant, &rights), 0);
    assert_int_equal(rights, RIGHT_AGGREGATE | RIGHT_UNFOLDED);
    /* Reusable for its life. */
    assert_int_equal(check_with(room, &room->grant, &rights), 0);
}

static void test_grant__every_bit_counts(void **state)
{
    struct room *room = *state;
    uint64_t rights;
    assert_int_equal(check_with(room, &room->grant, &rights), 0);
    for (size_t i = 0; i < GRANT_BYTES * 8; i++) {
        room->bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_int_equal(query_grants_check(&room->grants, &room->question, &rights), ERR_DENIED);
        room->bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    room->question.grant = str_of(room->bytes, GRANT_BYTES - 1);
    assert_int_equal(query_grants_check(&room->grants, &room->question, &rights), ERR_DENIED);
}

static void test_grant__of_another_key_kind_question_project_or_right(void **state)
{
    struct room *room = *state;
    uint8_t other_secret[64], other_public[32];
    uint64_t rights;
    struct grant grant = room->grant;
    for (uint8_t kind = GRANT_REVEAL; kind <= GRANT_FREEZE; kind++) {
        grant.kind = kind;
        refused(room, &grant);
    }
    grant = room->grant;
    grant.ask_hash[31] ^= 1;
    refused(room, &grant);
    grant = room->grant;
    grant.project = 4;
    refused(room, &grant);
    grant = room->grant;
    grant.rights = ~(uint64_t)RIGHT_AGGREGATE;
    refused(room, &grant);
    sign_pair(other_secret, other_public);
    grant_sign(&room->grant, other_secret, room->bytes);
    assert_int_equal(query_grants_check(&room->grants, &room->question, &rights), ERR_DENIED);
    /* The same grant for another text. */
    assert_int_equal(check_with(room, &room->grant, &rights), 0);
    room->question.question = STR("{\"report\":\"segmentation\"} ");
    assert_int_equal(query_grants_check(&room->grants, &room->question, &rights), ERR_DENIED);
}

static void test_grant__lives_five_seconds_of_boot_time(void **state)
{
    struct room *room = *state;
    uint64_t rights;
    struct grant grant = room->grant;
    grant.issued_boot_ms = clock_boot_ms() + 60000;   /* of the future */
    refused(room, &grant);
    grant = room->grant;
    grant.issued_boot_ms = clock_boot_ms();
    grant.life_ms = 3600000;                          /* a long life is not believed */
    clock_shift_for_test(86400000, 0);                /* the wall clock does not matter */
    assert_int_equal(check_with(room, &grant, &rights), 0);
    clock_shift_for_test(0, 4500);
    assert_int_equal(check_with(room, &grant, &rights), 0);
    clock_shift_for_test(0, 5001);
    refused(room, &grant);
    grant.life_ms = 0;                                /* a short one is */
    grant.issued_boot_ms = clock_boot_ms() - 5;
    refused(room, &grant);
}

static void test_grant__dies_with_its_auth(void **state)
{
    struct room *room = *state;
    struct query_grants fresh;
    uint64_t rights;
    uint8_t boot_id[16] = { 8 };
    assert_int_equal(check_with(room, &room->grant, &rights), 0);
    query_grants_set_boot_id(&room->grants, boot_id);
    refused(room, &room->grant);
    /* Before any boot id was told nothing holds, not even one of zeros. */
    query_grants_init(&fresh, room->public_key);
    memset(room->grant.boot_id, 0, sizeof(room->grant.boot_id));
    grant_sign(&room->grant, room->secret, room->bytes);
    room->question.grant = str_of(room->bytes, GRANT_BYTES);
    assert_int_equal(query_grants_check(&fresh, &room->question, &rights), ERR_DENIED);
    query_grants_release(&fresh);
}

static void test_grant__of_people_names_the_ask_and_must_be_there(void **state)
{
    struct room *room = *state;
    struct grant grant = room->grant, got;
    uint64_t rights;
    static const struct { enum query_what what; uint8_t kind; uint64_t right; } cases[] = {
        { QUERY_PEOPLE, GRANT_ROWS, RIGHT_ROWS }, { QUERY_TIMELINE, GRANT_TIMELINE, RIGHT_ROWS },
        { QUERY_EXPORT, GRANT_ROWS, RIGHT_ROWS },
        { QUERY_EXPORT_NEXT, GRANT_QUESTION, RIGHT_ROWS },
        { QUERY_RESOLVE, GRANT_QUESTION, RIGHT_REVEAL },
        { QUERY_LEDGER, GRANT_QUESTION, RIGHT_APPROVE },
    };
    room->question.ask = STR("amana ask 1\n");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        room->question.what = cases[i].what;
        hash_sha256(query_what_has_ask(cases[i].what) ? room->question.ask
                                                      : room->question.question,
                    grant.ask_hash);
        grant.rights = cases[i].right;
        for (uint8_t kind = GRANT_QUESTION; kind <= GRANT_FREEZE; kind++) {
            grant.kind = kind;
            grant_sign(&grant, room->secret, room->bytes);
            room->question.grant = str_of(room->bytes, GRANT_BYTES);
            assert_int_equal(query_grants_open(&room->grants, &room->question, &got),
                             kind == cases[i].kind ? 0 : ERR_DENIED);
        }
        grant.kind = cases[i].kind;
        grant.rights = cases[i].what == QUERY_LEDGER ? 0
                                                     : ~(uint64_t)(RIGHT_ROWS | RIGHT_REVEAL);
        refused(room, &grant);
        room->question.grant = STR("");
        assert_int_equal(query_grants_check(&room->grants, &room->question, &rights), ERR_DENIED);
    }
    room->question.ask = STR("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_grant__##name, setup, teardown)
        TEST(none_gives_no_rights),
        TEST(a_good_one_gives_its_rights_until_it_is_old),
        TEST(every_bit_counts),
        TEST(of_another_key_kind_question_project_or_right),
        TEST(lives_five_seconds_of_boot_time),
        TEST(dies_with_its_auth),
        TEST(of_people_names_the_ask_and_must_be_there),
    };
    return RUN(tests);
}
