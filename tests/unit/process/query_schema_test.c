/* process/query_schema: personal by name, by the lexicon or by what was seen; the rest is not. */
#include "process/query_schema.h"

#include "event/value.h"
#include "support/test.h"

enum { REF = 1 << VALUE_REF, STRING = 1 << VALUE_STRING, NUMBER = 1 << VALUE_NUMBER };

static void test_class__by_name_by_lexicon_and_by_what_was_seen(void **state)
{
    (void)state;
    struct json_doc *doc;
    assert_int_equal(json_doc_parse(STR("{\"nick\":\"personal\",\"pin\":\"secret\","
                                        "\"$city\":\"open\",\"branch\":\"quasi\","
                                        "\"odd\":\"what\",\"distinct_id\":\"open\"}"),
                                    4096, &doc), 0);
    const struct json_node *classes = json_doc_root(doc);
    static const struct {
        struct str name;
        uint32_t types;
        enum schema_class expected;
    } cases[] = {
        { STR("nick"), STRING, SCHEMA_PERSONAL },
        { STR("pin"), 0, SCHEMA_PERSONAL },
        { STR("$city"), STRING, SCHEMA_OPEN },
        { STR("branch"), STRING, SCHEMA_QUASI },
        { STR("odd"), STRING, SCHEMA_OPEN },
        { STR("distinct_id"), STRING, SCHEMA_PERSONAL }, /* no lexicon opens an id */
        { STR("$user_id"), 0, SCHEMA_PERSONAL },
        { STR("$email"), REF, SCHEMA_PERSONAL },
        { STR("note"), REF | STRING, SCHEMA_OPEN },      /* only some values were personal */
        { STR("note"), 0, SCHEMA_OPEN },
        { STR("$browser"), STRING, SCHEMA_QUASI },
        { STR("mp_country_code"), STRING, SCHEMA_QUASI },
        { STR("$initial_referring_domain"), STRING, SCHEMA_QUASI },
        { STR("Company"), STRING, SCHEMA_QUASI },
        { STR("$browser"), REF, SCHEMA_PERSONAL },
        { STR("amount"), NUMBER, SCHEMA_OPEN },
        { STR(""), STRING, SCHEMA_OPEN },
        { STR("a name longer than any that is known here"), STRING, SCHEMA_OPEN },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(query_schema_class(classes, cases[i].name, cases[i].types),
                         cases[i].expected);
    assert_int_equal(query_schema_class(NULL, STR("nick"), STRING), SCHEMA_OPEN);
    json_doc_destroy(doc);
}

static void types_are(uint32_t types, const char *expected)
{
    struct bytes json = { 0 };
    struct json_write w;
    json_write_init(&w, &json);
    query_schema_write_types(types, &w);
    assert_true(str_equal(bytes_str(&json), str_from(expected)));
    bytes_release(&json);
}

static void test_types__have_the_consoles_names(void **state)
{
    (void)state;
    types_are(0, "[]");
    types_are(1 << VALUE_TRUE, "[\"boolean\"]");
    types_are(1 << VALUE_FALSE, "[\"boolean\"]");
    types_are(REF, "[\"string\"]");
    types_are(REF | STRING, "[\"string\"]");
    types_are(0xff, "[\"null\",\"boolean\",\"number\",\"string\",\"list\",\"object\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class__by_name_by_lexicon_and_by_what_was_seen),
        cmocka_unit_test(test_types__have_the_consoles_names),
    };
    return RUN(tests);
}
