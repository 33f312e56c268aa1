/* api/people_vault: values as they are shown, refusals with what is left, look-ups and their
 * pseudonyms, and a vault whose answer does not fit what was asked. */
#include "api/people_vault.h"

#include <string.h>

#include "ledger/wire/ledger_wire.h"
#include "support/asks.h"
#include "support/front.h"
#include "support/test.h"

static const struct asks reveal = { .kind = GRANT_REVEAL, .fields = { "$email", "full%20name" },
                                    .field_count = 2, .ref_count = 3 };
static const struct asks find = { .kind = GRANT_FIND, .beside =
                                  ",\"lookup\":{\"kind\":\"phone\",\"text\":\"050 123\"}" };

static int setup(void **state)
{
    static struct front f;
    front_open(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    front_close(*state);
    return 0;
}

static void says_revealed(struct front *f, const struct vault_value *values, uint32_t count,
                          uint32_t subjects)
{
    static const uint8_t status[] = { LEDGER_SUBJECT_OK, LEDGER_SUBJECT_ERASED,
                                      LEDGER_SUBJECT_UNKNOWN };
    struct vault_revealed m = { .sequence = 48214, .time_ms = 1795453200000, .status = status,
                                .subject_count = subjects, .values = values,
                                .value_count = count };
    bytes_reset(&f->vault_says);
    vault_wire_encode_revealed(&m, &f->vault_says);
    f->vault_answers = VAULT_REVEALED;
}

static void says_found(struct front *f, const struct ref *refs, uint32_t count)
{
    struct vault_found m = { .sequence = 7, .refs = refs, .ref_count = count };
    bytes_reset(&f->vault_says);
    vault_wire_encode_found(&m, &f->vault_says);
    f->vault_answers = VAULT_FOUND;
}

static void says_denied(struct front *f, const char *code, uint32_t left, uint64_t sequence)
{
    struct vault_denied m = { .code = str_from(code), .left = left, .sequence = sequence };
    bytes_reset(&f->vault_says);
    vault_wire_encode_denied(&m, &f->vault_says);
    f->vault_answers = VAULT_DENIED;
}

static void talk(struct front *f, const char *line, const struct asks *asks, char out[FRONT_TEXT])
{
    char body[ASKS_TEXT];
    asks_body(asks, body);
    front_talk(f, line, FRONT_MEMBER, body, out);
}

static void test_people_vault__values_stand_under_their_person(void **state)
{
    struct front *f = *state;
    const struct vault_value values[] = {
        { .subject = 0, .field = 0, .first_seen_ms = 1, .last_seen_ms = 9,
          .text = STR("n\"oura@example.com") },
        { .subject = 0, .field = 1, .first_seen_ms = 2, .last_seen_ms = 3, .text = STR("نورة") },
    };
    char out[FRONT_TEXT];
    says_revealed(f, values, 2, 3);
    talk(f, "POST /api/people/reveal", &reveal, out);
    assert_int_equal(front_status(out), 200);
    assert_non_null(strstr(out, "Cache-Control: no-store\r\n"));
    assert_string_equal(front_body(out),
        "{\"entry\":48214,\"time\":1795453200000,\"people\":["
        "{\"ref\":\"01010101010101010101010101010101\",\"status\":\"ok\",\"values\":["
        "{\"field\":\"$email\",\"text\":\"n\\\"oura@example.com\",\"first_seen\":1,"
        "\"last_seen\":9},{\"field\":\"full name\",\"text\":\"نورة\",\"first_seen\":2,"
        "\"last_seen\":3}]},"
        "{\"ref\":\"02020202020202020202020202020202\",\"status\":\"erased\",\"values\":[]},"
        "{\"ref\":\"03030303030303030303030303030303\",\"status\":\"unknown\",\"values\":[]}]}");
    assert_int_equal(f->vault_type, VAULT_REVEAL);
    assert_int_equal(f->refs_len, 48);
    assert_string_equal(f->evidence, "evidence");
    assert_string_equal(f->ask, f->heard.ask);
    assert_int_equal(f->auth_request.ask_kind, GRANT_REVEAL);
    assert_int_equal(f->auth_request.rights, RIGHT_REVEAL);
}

static void expect_closed(struct front *f, const char *line, const struct asks *asks)
{
    char out[FRONT_TEXT];
    talk(f, line, asks, out);
    if (front_status(out) != 503 || !strstr(out, "\"code\":\"closed\"") || strstr(out, "secret"))
        fail_msg("%s gave %s", line, out);
}

static void test_people_vault__answers_that_do_not_fit_are_not_shown(void **state)
{
    struct front *f = *state;
    const struct vault_value of_another_field = { .field = 2, .text = STR("secret") };
    const struct vault_value right = { .text = STR("secret") };
    says_revealed(f, &of_another_field, 1, 3);
    expect_closed(f, "POST /api/people/reveal", &reveal);
    says_revealed(f, &right, 1, 2);
    expect_closed(f, "POST /api/people/reveal", &reveal);
    says_revealed(f, &right, 1, 3);
    f->vault_says.len--;
    expect_closed(f, "POST /api/people/reveal", &reveal);
    says_revealed(f, &right, 1, 3);
    expect_closed(f, "POST /api/people/find", &find);
    f->vault_answers = VAULT_STORED;
    expect_closed(f, "POST /api/people/reveal", &reveal);
}

static void test_people_vault__refusals_say_what_is_left_and_where_they_stand(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    says_denied(f, "budget", 30, 51);
    talk(f, "POST /api/people/reveal", &reveal, out);
    assert_int_equal(front_status(out), 403);
    assert_string_equal(front_body(out),
                        "{\"error\":{\"code\":\"budget\",\"message\":\"this is more than what is "
                        "left today\",\"left\":30,\"entry\":51}}");
    says_denied(f, "frozen", 0, 0);
    talk(f, "POST /api/people/find", &find, out);
    assert_int_equal(front_status(out), 403);
    assert_non_null(strstr(out, "\"code\":\"frozen\""));
    assert_null(strstr(out, "\"left\""));
    assert_null(strstr(out, "\"entry\""));
    says_denied(f, "stopped", 0, 0);
    talk(f, "POST /api/people/reveal", &reveal, out);
    assert_int_equal(front_status(out), 503);
    assert_non_null(strstr(out, "\"code\":\"stopped\""));
}

static void test_people_vault__what_is_found_is_shown_by_pseudonym(void **state)
{
    struct front *f = *state;
    struct ref refs[2];
    char out[FRONT_TEXT];
    memset(refs[0].bytes, 0x11, 16);
    memset(refs[1].bytes, 0x22, 16);
    says_found(f, refs, 2);
    f->query_says = "{\"found\":[{\"person\":\"p_1\",\"refs\":[\"11\"]}]}";
    talk(f, "POST /api/people/find", &find, out);
    assert_int_equal(front_status(out), 200);
    assert_string_equal(front_body(out),
                        "{\"entry\":7,\"found\":[{\"person\":\"p_1\",\"refs\":[\"11\"]}]}");
    assert_int_equal(f->what, QUERY_RESOLVE);
    assert_string_equal(f->question, "{\"refs\":[\"11111111111111111111111111111111\","
                                     "\"22222222222222222222222222222222\"]}");
    assert_true(f->is_hash_right);
    assert_int_equal(f->grant_len, 256);
    assert_int_equal(f->auth_count, 2);
}

/* The text goes to auth and nowhere else. */
static void test_people_vault__a_miss_is_an_answer(void **state)
{
    struct front *f = *state;
    char out[FRONT_TEXT];
    says_found(f, NULL, 0);
    talk(f, "POST /api/people/find", &find, out);
    assert_int_equal(front_status(out), 200);
    assert_string_equal(front_body(out), "{\"entry\":7,\"found\":[]}");
    assert_string_equal(f->heard.lookup, "050 123");
    assert_int_equal(f->auth_request.lookup_kind, REF_KIND_PHONE);
    assert_int_equal(f->what, 0);
    assert_null(strstr(f->ask, "050"));
}

static void test_people_vault__pseudonyms_that_do_not_come_are_a_refusal(void **state)
{
    struct front *f = *state;
    struct ref ref = { { 1 } };
    says_found(f, &ref, 1);
    f->query_says = "{\"other\":[]}";
    expect_closed(f, "POST /api/people/find", &find);
    f->query_says = "{\"found\":7}";
    expect_closed(f, "POST /api/people/find", &find);
    front_query_away(f);
    expect_closed(f, "POST /api/people/find", &find);
}

static void test_people_vault__without_a_vault_nothing_opens(void **state)
{
    struct front *f = *state;
    front_vault_away(f);
    expect_closed(f, "POST /api/people/reveal", &reveal);
    expect_closed(f, "POST /api/people/find", &find);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_people_vault__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(values_stand_under_their_person),
        T(answers_that_do_not_fit_are_not_shown),
        T(refusals_say_what_is_left_and_where_they_stand),
        T(what_is_found_is_shown_by_pseudonym),
        T(a_miss_is_an_answer),
        T(pseudonyms_that_do_not_come_are_a_refusal),
        T(without_a_vault_nothing_opens),
    };
    return RUN(tests);
}
