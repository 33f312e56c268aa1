/* engine/key: which rows share a group, the order of groups, and what the answer says of them. */
#include "engine/key.h"

#include <stdio.h>

#include "support/asking_scan.h"
#include "support/test.h"

static int setup(void **state)
{
    static struct asking asking;
    asking_open(&asking);
    *state = &asking;
    return 0;
}

static int teardown(void **state)
{
    asking_close(*state);
    return 0;
}

#define QUESTION(by)                                                                              \
    STR("{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","                  \
        "\"to\":\"2025-11-01\",\"show\":[{\"event\":\"A\",\"measure\":\"total\"}],\"by\":" by "}")

/* One event with the property x; the texts of its groups, a blank after each. */
static void groups_of(struct asking *asking, const char *x, struct str question,
                      struct bytes *out)
{
    struct asking_scan s;
    struct scan_block block;
    struct bytes line = { 0 };
    uint32_t key[SPEC_BY_MAX];
    bytes_printf(&line, "{\"event\":\"A\",\"properties\":{\"time\":1761955200%s}}", x);
    asking_feed_events(asking, bytes_str(&line));
    asking_scan_open(asking, question, 1, &s);
    bytes_reset(out);
    while (scan_next(s.scan, 0, &block) == 1)
        for (uint32_t r = 0; r < block.off[block.person_count]; r++)
            for (uint32_t i = 0; i < key_count(s.spec, &block, r); i++) {
                key_of_row(s.scan, s.spec, &block, (struct key_row){ r, i }, key);
                key_format_order(s.scan, s.spec, key, out);
                out->ptr[out->len - 1] = ' ';
            }
    for (size_t i = 0; i < out->len; i++)
        if (out->ptr[i] == 0)
            out->ptr[i] = '|';
    asking_scan_close(&s);
    bytes_release(&line);
}

static void assert_groups(const char *x, struct str question, const char *expected)
{
    struct asking asking;
    struct bytes out = { 0 };
    asking_open(&asking);
    groups_of(&asking, x, question, &out);
    if (!str_equal(bytes_str(&out), str_from(expected)))
        printf("%s: got %.*s, expected %s\n", x, STR_ARG(bytes_str(&out)), expected);
    assert_true(str_equal(bytes_str(&out), str_from(expected)));
    bytes_release(&out);
    asking_close(&asking);
}

static void test_key__missing_null_and_empty_are_one_group(void **state)
{
    (void)state;
    struct str by = QUESTION("[\"x\"]");
    assert_groups("", by, "null ");
    assert_groups(",\"x\":null", by, "null ");
    assert_groups(",\"x\":[]", by, "null ");
    assert_groups(",\"x\":[null,1]", by, "null 1 ");
}

static void test_key__sealed_values_are_one_group(void **state)
{
    (void)state;
    struct str by = QUESTION("[\"x\"]");
    assert_groups(",\"x\":{\"$sealed\":\"a\"}", by, "\"(sealed)\" ");
    assert_groups(",\"x\":\"(sealed)\"", by, "\"(sealed)\" ");
    assert_groups(",\"x\":{\"a\":1,\"b\":[{\"$sealed\":\"a\"}]}", by, "\"(sealed)\" ");
    assert_groups(",\"x\":[{\"$sealed\":\"a\"},{\"$sealed\":\"b\"},\"c\"]", by,
                  "\"(sealed)\" \"(sealed)\" \"c\" ");
}

static void test_key__types_are_told_apart(void **state)
{
    (void)state;
    assert_groups(",\"x\":[5,\"5\",true,\"true\",5.0,{\"a\":1}]", QUESTION("[\"x\"]"),
                  "5 \"5\" true \"true\" 5 {\"a\":1} ");
}

static void test_key__edges_take_the_lower_and_leave_the_upper(void **state)
{
    (void)state;
    struct str by = QUESTION("[{\"of\":\"x\",\"edges\":[-1.5,0,10]}]");
    assert_groups(",\"x\":[-2,-1.5,-0.5,0,9.75,10,1e9]", by,
                  "null \"-1.5 - 0\" \"-1.5 - 0\" \"0 - 10\" \"0 - 10\" \"10 -\" \"10 -\" ");
    assert_groups(",\"x\":[\"5\",true,null]", by, "null null null ");
    assert_groups("", by, "null ");
}

static void test_key__lists_multiply(void **state)
{
    (void)state;
    assert_groups(",\"x\":[1,2],\"y\":[\"a\",\"b\"]", QUESTION("[\"x\",\"z\",\"y\"]"),
                  "1|null|\"a\" 2|null|\"a\" 1|null|\"b\" 2|null|\"b\" ");
}

static void test_key__answer_bears_values(void **state)
{
    struct asking *asking = *state;
    struct asking_scan s;
    struct scan_block block;
    struct result_group groups[SPEC_BY_MAX];
    uint32_t key[SPEC_BY_MAX];
    asking_feed_events(asking, STR("{\"event\":\"A\",\"properties\":{\"time\":1761955200,"
                                   "\"x\":\"pro\",\"y\":7,\"m\":{\"$sealed\":\"a\"}}}"));
    asking_scan_open(asking, QUESTION("[\"x\",{\"of\":\"y\",\"edges\":[5]},\"m\",\"no\"]"), 1, &s);
    assert_int_equal(scan_next(s.scan, 0, &block), 1);
    key_of_row(s.scan, s.spec, &block, (struct key_row){ 0, 0 }, key);
    assert_int_equal(key[1], 1);
    assert_int_equal(key[2], KEY_SEALED);
    assert_int_equal(key[3], KEY_ABSENT);
    assert_int_equal(key_to_groups(s.scan, s.spec, key, &asking->arena, groups), 0);
    asking_scan_close(&s);
    assert_str(groups[0].value.as.string, "pro");
    assert_str(groups[1].value.as.string, "5 -");
    assert_str(groups[2].value.as.string, "(sealed)");
    assert_true(groups[3].is_absent && !groups[0].is_absent && !groups[0].is_other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key__missing_null_and_empty_are_one_group),
        cmocka_unit_test(test_key__sealed_values_are_one_group),
        cmocka_unit_test(test_key__types_are_told_apart),
        cmocka_unit_test(test_key__edges_take_the_lower_and_leave_the_upper),
        cmocka_unit_test(test_key__lists_multiply),
        cmocka_unit_test_setup_teardown(test_key__answer_bears_values, setup, teardown),
    };
    return RUN(tests);
}
