#include "ledger/inside/roster_detail.h"

#include "auth/wire/grant.h"
#include "support/test.h"

static struct json_doc *doc;

static const struct json_node *parse(const char *text)
{
    json_doc_destroy(doc);
    doc = NULL;
    assert_int_equal(json_doc_parse(str_from(text), ROSTER_REMARKS_MAX, &doc), 0);
    return json_doc_root(doc);
}

static void test_roster_detail__numbers(void **state)
{
    (void)state;
    uint32_t n = 0;
    assert_true(roster_read_number(parse("{\"n\":4294967295}"), "n", &n));
    assert_int_equal(n, UINT32_MAX);
    static const char *const bad[] = { "{}", "{\"n\":0}", "{\"n\":4294967296}", "{\"n\":-1}",
                                       "{\"n\":1.5}", "{\"n\":\"1\"}", "{\"n\":null}" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(roster_read_number(parse(bad[i]), "n", &n));
    assert_false(roster_read_number(NULL, "n", &n));
}

static void test_roster_detail__rights(void **state)
{
    (void)state;
    uint64_t rights;
    assert_true(roster_read_right_list(parse("[\"rows\",\"reveal\",\"rows\"]"), &rights));
    assert_int_equal(rights, RIGHT_ROWS | RIGHT_REVEAL);
    assert_true(roster_read_right_list(parse("[]"), &rights));
    assert_int_equal(rights, 0);
    assert_false(roster_read_right_list(parse("[\"root\"]"), &rights));
    assert_false(roster_read_right_list(parse("[8]"), &rights));
    assert_false(roster_read_right_list(parse("\"rows\""), &rights));
    struct roster_principal p = { .right_count = 1, .rights = { { 7, RIGHT_ROWS, 300, 0 } } };
    assert_true(roster_read_rights(parse("{\"7\":[\"reveal\"],\"8\":[]}"), &p));
    assert_int_equal(p.right_count, 2);
    assert_int_equal(p.rights[0].rights, RIGHT_REVEAL);
    assert_int_equal(p.rights[0].named, 300); /* its budget is another matter */
    assert_false(roster_read_rights(parse("{\"seven\":[]}"), &p));
    assert_false(roster_read_rights(parse("[]"), &p));
    assert_int_equal(p.right_count, 2); /* nothing of a bad one is taken */
}

static void test_roster_detail__one_that_waits(void **state)
{
    (void)state;
    struct roster *roster = roster_create();
    const struct roster_change boot = { .sequence = 1, .time_ms = 5, .remarks = STR(
        "{\"detail\":{\"do\":\"boot\",\"host\":\"h\",\"projects\":[{\"id\":7,\"group\":1}],"
        "\"principals\":[{\"principal\":1,\"kind\":\"member\",\"rights\":{\"7\":[\"rows\"]}}]}}") };
    const struct roster_change budget = { .sequence = 2, .time_ms = 6, .by = 1, .remarks = STR(
        "{\"detail\":{\"do\":\"budget\",\"principal\":1,\"project\":7,\"named\":9,\"rows\":9},"
        "\"from\":99}") };
    struct json_doc *waiting = NULL;
    assert_int_equal(roster_apply(roster, &boot, false), 0);
    assert_null(roster_open_waiting(roster, 2, &waiting));
    assert_int_equal(roster_apply(roster, &budget, false), 0);
    const struct json_node *detail = roster_open_waiting(roster, 2, &waiting);
    assert_str(json_doc_get_string(detail, "do", STR("")), "budget");
    json_doc_destroy(waiting);
    roster_destroy(roster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roster_detail__numbers),
        cmocka_unit_test(test_roster_detail__rights),
        cmocka_unit_test(test_roster_detail__one_that_waits),
    };
    int r = RUN(tests);
    json_doc_destroy(doc);
    return r;
}
