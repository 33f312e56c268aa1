/* ingest/classify: who decides, in which order: the ids, the project's lexicon, the property's name,
 * the value; and what the step drops. */
#include "ingest/classify.h"

#include "support/door.h"
#include "support/test.h"

static struct verdict verdict(const char *property, const char *text)
{
    struct door door;
    door_open(&door);
    struct verdict v = classify_value(&door.settings->projects[0], str_from(property),
                                      str_from(text));
    door_close(&door);
    return v;
}

static void assert_verdict(const char *property, const char *text, enum schema_class class,
                           enum ref_kind kind)
{
    struct verdict v = verdict(property, text);
    if (v.class != class || (class == SCHEMA_PERSONAL && v.kind != kind))
        fail_msg("%s = \"%s\" is judged %s, kind %d", property, text, schema_class_name(v.class),
                 (int)v.kind);
}

static void test_classify__ids_are_personal_whatever_they_hold(void **state)
{
    (void)state;
    assert_verdict("distinct_id", "42", SCHEMA_PERSONAL, REF_KIND_ID);
    assert_verdict("$user_id", "noura@example.com", SCHEMA_PERSONAL, REF_KIND_ID);
}

static void test_classify__the_lexicon_comes_before_name_and_value(void **state)
{
    (void)state;
    assert_verdict("nickname", "noura@example.com", SCHEMA_OPEN, 0);
    assert_verdict("code", "blue", SCHEMA_SECRET, 0);
}

static void test_classify__names_decide_however_they_are_written(void **state)
{
    (void)state;
    assert_verdict("First Name", "xyz", SCHEMA_PERSONAL, REF_KIND_BOUND);
    assert_verdict("$first_name", "xyz", SCHEMA_PERSONAL, REF_KIND_BOUND);
    assert_verdict("firstName", "xyz", SCHEMA_PERSONAL, REF_KIND_BOUND);
    assert_verdict("API-Key", "x", SCHEMA_SECRET, 0);
    assert_verdict("كلمة المرور", "x", SCHEMA_SECRET, 0);
    assert_verdict("$city", "Riyadh", SCHEMA_QUASI, 0);
    assert_verdict("email", "Noura@Example.com", SCHEMA_PERSONAL, REF_KIND_EMAIL);
    assert_verdict("email", "no address", SCHEMA_PERSONAL, REF_KIND_BOUND);
    assert_verdict("phone", "0501234567", SCHEMA_PERSONAL, REF_KIND_PHONE);
}

static void test_classify__an_open_name_does_not_vouch_for_an_address(void **state)
{
    (void)state;
    assert_verdict("plan", "Jessica Nakamura", SCHEMA_OPEN, 0);
    assert_verdict("plan", "noura@example.com", SCHEMA_PERSONAL, REF_KIND_EMAIL);
    assert_verdict("plan", "4111 1111 1111 1111", SCHEMA_SECRET, 0);
}

static void test_classify__else_the_value_decides(void **state)
{
    (void)state;
    assert_verdict("field_17", "Jessica Nakamura", SCHEMA_PERSONAL, REF_KIND_BOUND);
    assert_verdict("field_17", "+966501234567", SCHEMA_PERSONAL, REF_KIND_PHONE);
    assert_verdict("field_17", "12 Maple Street", SCHEMA_PERSONAL, REF_KIND_BOUND);
    assert_verdict("field_17", "192.168.4.4", SCHEMA_PERSONAL, REF_KIND_BOUND);
    assert_verdict("field_17", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", SCHEMA_SECRET, 0);
    assert_verdict("field_17", "Annual plan", SCHEMA_OPEN, 0);
}

static void test_classify__secrets_go_at_every_depth_and_are_counted(void **state)
{
    struct door door;
    door_open(&door);
    (void)state;
    struct value items[] = {
        { .type = VALUE_STRING, .as.string = STR("blue") },
        { .type = VALUE_STRING, .as.string = STR("4111 1111 1111 1111") },
        { .type = VALUE_STRING, .as.string = STR("red") },
    };
    struct value password = { .type = VALUE_STRING, .as.string = STR("x") };
    struct value number = { .type = VALUE_NUMBER, .as.number = 1 };
    struct value_member members[] = { { STR("password"), &password }, { STR("tries"), &number } };
    struct property properties[] = {
        { STR("colours"), { .type = VALUE_LIST, .as.list = { items, 3 } } },
        { STR("form"), { .type = VALUE_OBJECT, .as.object = { members, 2 } } },
        { STR("cvv"), { .type = VALUE_NUMBER, .as.number = 123 } },
        door_text("kept", "yes"),
    };
    struct record record = door_event(&door, properties, 4);
    classify_step(&door.request, &record);
    assert_int_equal(record.event.property_count, 3);
    assert_int_equal(record.event.properties[0].value.as.list.count, 2);
    assert_str(record.event.properties[0].value.as.list.items[1].as.string, "red");
    assert_int_equal(record.event.properties[1].value.as.object.count, 1);
    assert_str(record.event.properties[1].value.as.object.members[0].name, "tries");
    assert_str(record.event.properties[2].name, "kept");
    assert_int_equal(door.request.dropped[REFUSAL_secret_dropped], 3);
    door_close(&door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classify__ids_are_personal_whatever_they_hold),
        cmocka_unit_test(test_classify__the_lexicon_comes_before_name_and_value),
        cmocka_unit_test(test_classify__names_decide_however_they_are_written),
        cmocka_unit_test(test_classify__an_open_name_does_not_vouch_for_an_address),
        cmocka_unit_test(test_classify__else_the_value_decides),
        cmocka_unit_test(test_classify__secrets_go_at_every_depth_and_are_counted),
    };
    return RUN(tests);
}
