/* ingest/step_identity: Mixpanel's simplified identity, row by row, and ids that name nobody. */
#include "ingest/step_identity.h"

#include <string.h>

#include "support/test.h"

#define ABSENT ((struct str){ 0 })

static struct arena arena;
static struct ingest_request request;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    request = (struct ingest_request){ .arena = &arena };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct record event(struct str distinct, struct str device, struct str user)
{
    struct record record = { .kind = RECORD_EVENT, .distinct_id = distinct, .device_id = device,
                             .user_id = user };
    step_identity(&request, &record);
    return record;
}

static void assert_ids(struct record record, const char *subject, const char *device,
                       const char *user)
{
    assert_int_equal(record.refusal.reason, REFUSAL_NONE);
    assert_true(str_equal(record.distinct_id, str_from(subject)));
    assert_true(str_equal(record.device_id, str_from(device)));
    assert_true(str_equal(record.user_id, str_from(user)));
}

static void test_step_identity__the_rows_of_simplified_identity(void **state)
{
    (void)state;
    assert_ids(event(ABSENT, ABSENT, STR("u1")), "u1", "", "u1");
    assert_ids(event(ABSENT, STR("d1"), ABSENT), "$device:d1", "d1", "");
    assert_ids(event(ABSENT, STR("$device:d1"), ABSENT), "$device:d1", "d1", "");
    assert_ids(event(STR("$device:d1"), ABSENT, ABSENT), "$device:d1", "d1", "");
    assert_ids(event(STR("u1"), ABSENT, ABSENT), "u1", "", "u1");
    assert_ids(event(STR("u1"), STR("d1"), STR("u1")), "u1", "d1", "u1");
    assert_ids(event(STR("$device:d1"), STR("d1"), ABSENT), "$device:d1", "d1", "");
    assert_ids(event(STR("other"), STR("d1"), ABSENT), "$device:d1", "d1", "");
    assert_ids(event(STR(""), ABSENT, ABSENT), "", "", "");
    assert_ids(event(ABSENT, ABSENT, ABSENT), "", "", "");
}

static void test_step_identity__a_missing_id_is_a_mistake_only_in_a_strict_import(void **state)
{
    (void)state;
    request.is_strict = true;
    request.is_import = true;
    struct record record = event(ABSENT, ABSENT, ABSENT);
    assert_int_equal(record.refusal.reason, REFUSAL_id_missing);
    assert_str(record.refusal.field, "properties.distinct_id");
    assert_int_equal(event(STR(""), ABSENT, ABSENT).refusal.reason, REFUSAL_NONE);
    assert_int_equal(event(ABSENT, STR("d"), STR("u")).refusal.reason, REFUSAL_NONE);
}

static void test_step_identity__ids_of_nobody_join_no_people(void **state)
{
    (void)state;
    const char *nobody[] = { "00000000-0000-0000-0000-000000000000", "anon", "anonymous", "nil",
                             "none", "null", "n/a", "na", "undefined", "unknown", "<nil>", "0",
                             "-1", "true", "false", "[]", "{}", "NULL", "Undefined" };
    for (size_t i = 0; i < sizeof(nobody) / sizeof(*nobody); i++) {
        request.is_strict = false;
        assert_ids(event(str_from(nobody[i]), ABSENT, ABSENT), "", "", "");
        assert_int_equal(request.dropped[REFUSAL_id_bad], i + 1);
        assert_ids(event(ABSENT, STR("d1"), str_from(nobody[i])), "$device:d1", "d1", "");
        request.dropped[REFUSAL_id_bad]--;
        request.is_strict = true;
        assert_int_equal(event(str_from(nobody[i]), ABSENT, ABSENT).refusal.reason,
                         REFUSAL_id_bad);
    }
}

static void test_step_identity__long_ids_are_refused_and_never_cut(void **state)
{
    (void)state;
    char text[256];
    memset(text, 'u', sizeof(text));
    assert_int_equal(event(str_of(text, 255), ABSENT, ABSENT).refusal.reason, REFUSAL_NONE);
    assert_int_equal(event(str_of(text, 256), ABSENT, ABSENT).refusal.reason, REFUSAL_id_too_long);
    assert_int_equal(event(ABSENT, str_of(text, 256), ABSENT).refusal.reason, REFUSAL_id_too_long);
    assert_int_equal(event(ABSENT, ABSENT, str_of(text, 256)).refusal.reason, REFUSAL_id_too_long);
}

static struct record with_insert_id(struct str insert_id)
{
    struct record record = { .kind = RECORD_EVENT, .distinct_id = STR("u1"),
                             .insert_id = insert_id };
    step_identity(&request, &record);
    return record;
}

static void test_step_identity__insert_ids_are_judged_under_strict(void **state)
{
    (void)state;
    const char *good[] = { "1n86kn6muw4fwpzm", "7d5b2a6e-91a0-4c6f-8f2e-3a1b2c3d4e5f", "" };
    const char *odd[] = { "a b", "1234567890123456789012345678901234567", "\xc3\xa9", "a_b" };
    for (int strict = 0; strict < 2; strict++) {
        request.is_strict = strict;
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(with_insert_id(str_from(good[i])).refusal.reason, REFUSAL_NONE);
        for (size_t i = 0; i < 4; i++) {
            struct record record = with_insert_id(str_from(odd[i]));
            assert_int_equal(record.refusal.reason,
                             strict ? REFUSAL_insert_id_malformed : REFUSAL_NONE);
            assert_true(str_equal(record.insert_id, str_from(odd[i])));
        }
        struct record record = with_insert_id(STR("undefined"));
        assert_int_equal(record.refusal.reason,
                         strict ? REFUSAL_insert_id_malformed : REFUSAL_NONE);
        assert_true(strict || record.insert_id.len == 0);
    }
    assert_int_equal(request.dropped[REFUSAL_insert_id_malformed], 1);
}

static void test_step_identity__a_profile_of_nobody_is_refused(void **state)
{
    (void)state;
    struct record good = { .kind = RECORD_UPDATE, .distinct_id = STR("$device:d1") };
    step_identity(&request, &good);
    assert_int_equal(good.refusal.reason, REFUSAL_NONE);
    assert_str(good.device_id, "d1");
    struct record nobody = { .kind = RECORD_UPDATE, .distinct_id = STR("undefined") };
    step_identity(&request, &nobody);
    assert_int_equal(nobody.refusal.reason, REFUSAL_id_bad);
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(test_step_identity__the_rows_of_simplified_identity),
        IN_ARENA(test_step_identity__a_missing_id_is_a_mistake_only_in_a_strict_import),
        IN_ARENA(test_step_identity__ids_of_nobody_join_no_people),
        IN_ARENA(test_step_identity__long_ids_are_refused_and_never_cut),
        IN_ARENA(test_step_identity__insert_ids_are_judged_under_strict),
        IN_ARENA(test_step_identity__a_profile_of_nobody_is_refused),
    };
    return RUN(tests);
}
