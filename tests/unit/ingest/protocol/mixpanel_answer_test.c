/* ingest/protocol/mixpanel_answer: counting what was good, and texts that stay valid JSON. */
#include "ingest/protocol/mixpanel_answer.h"

#include "json/doc.h"
#include "support/test.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void test_mixpanel_answer__quiet_refusals_count_as_good(void **state)
{
    (void)state;
    struct record records[4] = {
        { .index = 0, .refusal = { REFUSAL_token_unknown, STR("") } },
        { .index = 1, .refusal = { REFUSAL_ignored, STR("") } },
        { .index = 2, .refusal = { REFUSAL_alias_dropped, STR("") } },
        { .index = 3, .refusal = { REFUSAL_id_too_long, STR("properties.distinct_id") } },
    };
    struct mixpanel_output output = { .records = records, .count = 4, .element_count = 4,
                                      .path = MIXPANEL_IMPORT, .is_strict = true };
    struct mixpanel_reply reply;
    mixpanel_answer_strict(&output, &arena, &reply);
    assert_int_equal(reply.status, 400);
    assert_true(str_find(reply.body, STR("\"num_records_imported\":3")) > 0);
    assert_true(str_find(reply.body, STR("\"index\":3")) > 0);
    assert_int_equal(str_find(reply.body, STR("\"index\":2")), -1);
    assert_true(mixpanel_answer_is_quiet(REFUSAL_token_unknown));
    assert_false(mixpanel_answer_is_quiet(REFUSAL_token_missing));
}

/* Two operations of one element, refused in a late step, are one refused element. */
static void test_mixpanel_answer__an_element_is_refused_once(void **state)
{
    (void)state;
    struct record records[3] = {
        { .index = 0, .refusal = { REFUSAL_token_missing, STR("$token") } },
        { .index = 0, .refusal = { REFUSAL_token_missing, STR("$token") } },
        { .index = 1 },
    };
    struct mixpanel_output output = { .records = records, .count = 3, .element_count = 2,
                                      .path = MIXPANEL_ENGAGE, .is_strict = true };
    struct mixpanel_reply reply;
    mixpanel_answer_strict(&output, &arena, &reply);
    assert_true(str_find(reply.body, STR("\"num_good_events\":1")) > 0);
    output.count = 2;
    output.element_count = 1;
    mixpanel_answer_plain(&output, &arena, &reply);
    assert_str(reply.body, "0");
}

static void test_mixpanel_answer__names_from_the_client_stay_json(void **state)
{
    (void)state;
    struct record record = {
        .insert_id = STR("a\"\n\xff"),
        .refusal = { REFUSAL_value_too_deep, STR("properties.\"}\\") },
    };
    struct mixpanel_output output = { .records = &record, .count = 1, .element_count = 1,
                                      .path = MIXPANEL_IMPORT, .is_strict = true };
    struct mixpanel_reply reply;
    struct json_doc *doc = NULL;
    mixpanel_answer_strict(&output, &arena, &reply);
    assert_int_equal(json_doc_parse(reply.body, 65536, &doc), 0);
    json_doc_destroy(doc);
}

static void test_mixpanel_answer__errors_carry_their_phrase(void **state)
{
    (void)state;
    assert_str(mixpanel_answer_error(401, "Invalid credentials", &arena),
               "{\"code\":401,\"error\":\"Invalid credentials\",\"status\":\"Unauthorized\"}");
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(test_mixpanel_answer__quiet_refusals_count_as_good),
        IN_ARENA(test_mixpanel_answer__an_element_is_refused_once),
        IN_ARENA(test_mixpanel_answer__names_from_the_client_stay_json),
        IN_ARENA(test_mixpanel_answer__errors_carry_their_phrase),
    };
    return RUN(tests);
}
