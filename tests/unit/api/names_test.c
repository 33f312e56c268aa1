/* api/names: a name beside every principal's number that has one. */
#include "api/names.h"

#include <string.h>

#include "base/err.h"
#include "support/test.h"

static void expect(const char *json, const char *expected)
{
    struct json_doc *members, *keys;
    struct bytes out = { 0 };
    assert_int_equal(json_doc_parse(STR("{\"members\":[{\"id\":5,\"name\":\"Salma \\\"S\\\"\"},"
                                        "{\"id\":6},{\"id\":\"7\",\"name\":\"x\"},3]}"),
                                    1000, &members), 0);
    assert_int_equal(json_doc_parse(STR("{\"keys\":[{\"id\":9,\"name\":\"nightly\"}]}"), 1000,
                                    &keys), 0);
    const struct names_list lists[] = { { members, "members" }, { NULL, "own" }, { keys, "keys" },
                                        { keys, "none" } };
    assert_int_equal(names_add(str_from(json), lists, 4, &out), 0);
    bytes_put_u8(&out, 0);
    assert_string_equal((char *)out.ptr, expected);
    bytes_release(&out);
    json_doc_destroy(members);
    json_doc_destroy(keys);
}

static void test_names__stand_beside_their_numbers(void **state)
{
    (void)state;
    expect("{\"entries\":[{\"principal\":5,\"a\":[1,null,true,-2.5,\"t\"]},{\"principal\":9}],"
           "\"more\":false}",
           "{\"entries\":[{\"principal\":5,\"a\":[1,null,true,-2.5,\"t\"],"
           "\"name\":\"Salma \\\"S\\\"\"},{\"principal\":9,\"name\":\"nightly\"}],"
           "\"more\":false}");
    expect("{\"principal\":5}", "{\"principal\":5,\"name\":\"Salma \\\"S\\\"\"}");
    expect("[{\"time\":1795453200000,\"sequence\":9007199254740992}]",
           "[{\"time\":1795453200000,\"sequence\":9007199254740992}]");
}

static void test_names__only_where_there_is_one_and_none_stands_yet(void **state)
{
    (void)state;
    expect("{\"principal\":6}", "{\"principal\":6}");
    expect("{\"principal\":7}", "{\"principal\":7}");
    expect("{\"principal\":8}", "{\"principal\":8}");
    expect("{\"principal\":\"5\"}", "{\"principal\":\"5\"}");
    expect("{\"principal\":5,\"name\":\"as recorded\"}",
           "{\"principal\":5,\"name\":\"as recorded\"}");
    expect("[]", "[]");
}

static void test_names__what_is_no_json_is_not_handed_on(void **state)
{
    struct bytes out = { 0 };
    (void)state;
    assert_int_equal(names_add(STR("{"), NULL, 0, &out), ERR_INVALID);
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names__stand_beside_their_numbers),
        cmocka_unit_test(test_names__only_where_there_is_one_and_none_stands_yet),
        cmocka_unit_test(test_names__what_is_no_json_is_not_handed_on),
    };
    return RUN(tests);
}
