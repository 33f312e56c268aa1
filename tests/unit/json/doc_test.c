/* json/doc: bodies are read whole and bounded, and wrong ones are refused before they cost. */
#include "json/doc.h"

#include "base/err.h"
#include "support/test.h"

static int parse_code(const char *text)
{
    struct json_doc *doc = NULL;
    int r = json_doc_parse(str_from(text), 4096, &doc);
    json_doc_destroy(doc);
    return r;
}

static void test_json_doc__members_are_read_by_type(void **state)
{
    (void)state;
    struct json_doc *doc = NULL;
    uint64_t id = 0;
    assert_int_equal(json_doc_parse(STR(" {\"s\":\"x\",\"n\":1.5,\"id\":7,\"b\":true,"
                                        "\"l\":[1,\"2\"],\"z\":null} "), 4096, &doc), 0);
    const struct json_node *root = json_doc_root(doc);
    assert_int_equal(json_doc_type(root), JSON_OBJECT);
    assert_str(json_doc_get_string(root, "s", STR("")), "x");
    assert_str(json_doc_get_string(root, "n", STR("absent")), "absent");
    assert_true(json_doc_get_number(root, "n", 0) == 1.5);
    assert_true(json_doc_get_bool(root, "b", false));
    assert_true(json_doc_get_u64(root, "id", &id) && id == 7);
    assert_false(json_doc_get_u64(root, "n", &id));
    assert_int_equal(json_doc_type(json_doc_member(root, "z")), JSON_NULL);
    assert_null(json_doc_member(root, "S"));
    assert_null(json_doc_member(NULL, "s"));
    assert_int_equal(json_doc_count(json_doc_member(root, "l")), 2);
    json_doc_destroy(doc);
}

static void test_json_doc__elements_are_walked_in_order(void **state)
{
    (void)state;
    struct json_doc *doc = NULL;
    struct bytes seen = { 0 };
    assert_int_equal(json_doc_parse(STR("{\"b\":1,\"a\":[2]}"), 4096, &doc), 0);
    const struct json_node *root = json_doc_root(doc);
    for (const struct json_node *m = NULL; (m = json_doc_next(root, m)) != NULL;) {
        bytes_append_str(&seen, json_doc_name(m));
        json_doc_print(m, &seen);
    }
    assert_str(bytes_str(&seen), "b1a[2]");
    bytes_release(&seen);
    json_doc_destroy(doc);
}

static void test_json_doc__an_unknown_member_is_found(void **state)
{
    (void)state;
    struct json_doc *doc = NULL;
    const char *names[] = { "event", "where" };
    assert_int_equal(json_doc_parse(STR("{\"event\":1,\"whre\":2}"), 4096, &doc), 0);
    const struct json_node *unknown = json_doc_unknown(json_doc_root(doc), names, 2);
    assert_non_null(unknown);
    assert_str(json_doc_name(unknown), "whre");
    json_doc_destroy(doc);
}

static void test_json_doc__what_is_not_json_is_refused(void **state)
{
    (void)state;
    assert_int_equal(parse_code("{\"a\":1"), ERR_INVALID);
    assert_int_equal(parse_code("{} x"), ERR_INVALID);
    assert_int_equal(parse_code(""), ERR_INVALID);
    assert_int_equal(parse_code("\"\xff\""), ERR_INVALID);
    assert_int_equal(parse_code("\"a\\u0000b\""), ERR_INVALID);
    assert_int_equal(parse_code("\"a\\\\\\u0000b\""), ERR_INVALID);
    assert_int_equal(parse_code("\"a\\\\u0000b\""), 0); /* a backslash, then letters */
    assert_int_equal(parse_code("{\"a\":1,\"a\":2}"), ERR_INVALID);
    assert_int_equal(parse_code("[{\"a\":{\"b\":1,\"b\":1}}]"), ERR_INVALID);
    assert_int_equal(parse_code("{\"a\":1,\"b\":2}"), 0);
}

static void test_json_doc__depth_and_size_are_bounded(void **state)
{
    (void)state;
    struct json_doc *doc = NULL;
    char deep[128];
    for (int i = 0; i < 33; i++) {
        deep[i] = '[';
        deep[33 + i] = ']';
    }
    assert_int_equal(json_doc_parse(str_of(deep, 66), 4096, &doc), ERR_INVALID);
    assert_int_equal(json_doc_parse(str_of(deep + 1, 64), 4096, &doc), 0);
    json_doc_destroy(doc);
    assert_int_equal(json_doc_parse(STR("[1,2,3]"), 6, &doc), ERR_TOO_LARGE);
    assert_int_equal(parse_code("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[\""), 0);
}

/* Under the sanitizers: everything is given back, and nothing is touched that is not a text. */
static void test_json_doc__a_wiped_document_is_given_back(void **state)
{
    (void)state;
    struct json_doc *doc = NULL;
    assert_int_equal(json_doc_parse(STR("{\"a\":[\"x\",1,null,true,{\"b\":\"\"}],\"c\":\"y\"}"),
                                    4096, &doc), 0);
    json_doc_wipe(doc);
    assert_int_equal(json_doc_parse(STR("\"alone\""), 4096, &doc), 0);
    json_doc_wipe(doc);
    json_doc_wipe(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_doc__members_are_read_by_type),
        cmocka_unit_test(test_json_doc__elements_are_walked_in_order),
        cmocka_unit_test(test_json_doc__an_unknown_member_is_found),
        cmocka_unit_test(test_json_doc__what_is_not_json_is_refused),
        cmocka_unit_test(test_json_doc__depth_and_size_are_bounded),
        cmocka_unit_test(test_json_doc__a_wiped_document_is_given_back),
    };
    return RUN(tests);
}
