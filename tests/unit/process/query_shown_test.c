/* process/query_shown: what is open, by name and by value; nothing sealed is ever written. */
#include "process/query_shown.h"

#include "support/test.h"

static struct value text(const char *s)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(s) };
}

static void test_shown__by_name_and_lexicon(void **state)
{
    (void)state;
    struct json_doc *doc;
    struct value value = text("x");
    check(json_doc_parse(STR("{\"nick\":\"personal\",\"email\":\"open\",\"k\":\"secret\"}"),
                         1000, &doc) == 0);
    struct query_shown shown = { .classes = json_doc_root(doc) };
    for (int round = 0; round < 2; round++) { /* asked, then remembered */
        assert_true(query_shown_is_open(&shown, STR("plan"), &value));
        assert_true(query_shown_is_open(&shown, STR("$city"), &value));
        assert_false(query_shown_is_open(&shown, STR("nick"), &value));
        assert_false(query_shown_is_open(&shown, STR("k"), &value));
        assert_false(query_shown_is_open(&shown, STR("distinct_id"), &value));
    }
    query_shown_release(&shown);
    json_doc_destroy(doc);
}

static void test_shown__by_value_at_any_depth(void **state)
{
    (void)state;
    struct query_shown shown = { 0 };
    struct value ref = { .type = VALUE_REF, .as.sealed.kind = REF_KIND_PHONE };
    struct value items[2] = { text("a"), ref };
    struct value list = { .type = VALUE_LIST, .as.list = { items, 2 } };
    struct value_member member = { STR("m"), &list };
    struct value object = { .type = VALUE_OBJECT, .as.object = { &member, 1 } };
    struct value group = text("g_00112233445566778899aabbccddeeff");
    struct value no_group = text("g_00112233445566778899aabbccddeefg");
    enum ref_kind kind = REF_KIND_ID;
    assert_false(query_shown_is_open(&shown, STR("plan"), &ref));
    assert_false(query_shown_is_open(&shown, STR("plan"), &list));
    assert_false(query_shown_is_open(&shown, STR("plan"), &object));
    assert_false(query_shown_is_open(&shown, STR("company"), &group));
    assert_true(query_shown_is_open(&shown, STR("company"), &no_group));
    assert_true(query_shown_find_ref(&object, &kind));
    assert_int_equal(kind, REF_KIND_PHONE);
    items[1] = text("b");
    assert_true(query_shown_is_open(&shown, STR("plan"), &object));
    assert_false(query_shown_find_ref(&object, &kind));
    query_shown_release(&shown);
}

static void test_shown__kinds(void **state)
{
    (void)state;
    assert_string_equal(query_shown_kind(STR("$email"), REF_KIND_EMAIL), "email");
    assert_string_equal(query_shown_kind(STR("p"), REF_KIND_PHONE), "phone");
    assert_string_equal(query_shown_kind(STR("$device_id"), REF_KIND_ID), "id");
    assert_string_equal(query_shown_kind(STR("$first_name"), REF_KIND_BOUND), "name");
    assert_string_equal(query_shown_kind(STR("address"), REF_KIND_BOUND), "other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shown__by_name_and_lexicon),
        cmocka_unit_test(test_shown__by_value_at_any_depth),
        cmocka_unit_test(test_shown__kinds),
    };
    return RUN(tests);
}
