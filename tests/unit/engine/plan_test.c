/* engine/plan: one want a row, breakdowns first and the sum's number after them, and a filter that
 * holds only where both hold, with each operand asked of the store once. */
#include "engine/plan.h"

#include "base/err.h"
#include "query/spec_json.h"
#include "support/test.h"

struct planned {
    struct arena arena;
    const struct spec *spec;
    struct plan plan;
};

static int plan(struct planned *planned, const char *json)
{
    struct spec_error error;
    arena_init(&planned->arena, 0);
    assert_int_equal(spec_json_parse(str_from(json), &planned->arena, &planned->spec, &error), 0);
    return plan_make(planned->spec, 1000, 5000, &planned->arena, &planned->plan);
}

#define QUESTION(rest)                                                                            \
    "{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","                      \
    "\"to\":\"2025-11-02\",\"show\":" rest "}"

static void test_plan__payloads_are_breakdowns_then_the_number(void **state)
{
    (void)state;
    struct planned p;
    assert_int_equal(plan(&p, QUESTION("[{\"event\":\"A\",\"measure\":\"total\"},"
                                       "{\"event\":[\"A\",\"B\"],\"measure\":\"sum\","
                                       "\"property\":\"user[\\\"score\\\"]\"}],"
                                       "\"by\":[\"x\",\"group[\\\"g\\\"][\\\"y\\\"]\","
                                       "\"event[\\\"name\\\"]\",\"properties[\\\"$time\\\"]\"]")),
                     0);
    assert_int_equal(p.plan.want_count, 2);
    const struct scan_want *total = &p.plan.wants[0], *sum = &p.plan.wants[1];
    assert_int_equal(total->pay_count, 4);
    assert_int_equal(total->event_count, 1);
    assert_true(total->from_ms == 1000 && total->to_ms == 5000);
    assert_null(total->filter);
    assert_int_equal(sum->event_count, 2);
    assert_int_equal(sum->pay_count, 5);
    assert_int_equal(sum->pay[0].kind, SCAN_LIST);
    assert_int_equal(sum->pay[0].source.of, SCAN_OF_EVENT);
    assert_int_equal(sum->pay[1].source.of, SCAN_OF_GROUP);
    assert_str(sum->pay[1].source.group_key, "g");
    assert_int_equal(sum->pay[2].source.of, SCAN_OF_NAME);
    assert_int_equal(sum->pay[3].source.of, SCAN_OF_TIME);
    assert_int_equal(sum->pay[4].kind, SCAN_NUMBER);
    assert_int_equal(sum->pay[4].source.of, SCAN_OF_PERSON);
    assert_str(sum->pay[4].source.property, "score");
    arena_release(&p.arena);
}

static void test_plan__both_filters_must_hold(void **state)
{
    (void)state;
    struct planned p;
    assert_int_equal(plan(&p, QUESTION("[{\"event\":\"A\",\"measure\":\"total\",\"where\":"
                                       "\"properties[\\\"b\\\"] == 2 and "
                                       "properties[\\\"a\\\"] < 9\"},"
                                       "{\"event\":\"A\",\"measure\":\"total\"}],"
                                       "\"where\":\"properties[\\\"a\\\"] == 1\"")),
                     0);
    const struct scan_filter *both = p.plan.wants[0].filter, *one = p.plan.wants[1].filter;
    struct value v1 = { .type = VALUE_NUMBER, .as.number = 1 };
    struct value v2 = { .type = VALUE_NUMBER, .as.number = 2 };
    assert_int_equal(both->source_count, 2);
    assert_str(both->sources[0].property, "a");
    assert_str(both->sources[1].property, "b");
    assert_int_equal(one->source_count, 1);
    assert_true(both->keep(both->ctx, (const struct value *[]){ &v1, &v2 }));
    assert_false(both->keep(both->ctx, (const struct value *[]){ &v1, &v1 }));
    assert_false(both->keep(both->ctx, (const struct value *[]){ &v2, &v2 }));
    assert_false(both->keep(both->ctx, (const struct value *[]){ NULL, &v2 }));
    assert_true(one->keep(one->ctx, (const struct value *[]){ &v1 }));
    assert_false(one->keep(one->ctx, (const struct value *[]){ &v2 }));
    arena_release(&p.arena);
}

static void put_condition(struct bytes *out, char prefix, int count)
{
    for (int i = 0; i < count; i++)
        bytes_printf(out, "%sdefined(properties[\\\"%c%d\\\"])", i ? " and " : "", prefix, i);
}

static void test_plan__more_operands_than_a_scan_takes_are_too_large(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        struct planned p;
        struct bytes json = { 0 };
        bytes_printf(&json, "%s", "{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":"
                     "\"2025-11-01\",\"to\":\"2025-11-02\",\"show\":[{\"event\":\"A\","
                     "\"measure\":\"total\",\"where\":\"");
        put_condition(&json, 'a', 16);
        bytes_printf(&json, "\"}],\"where\":\"");
        put_condition(&json, 'b', 16 + extra);
        bytes_printf(&json, "\"}");
        bytes_put_u8(&json, 0);
        assert_int_equal(plan(&p, (const char *)json.ptr), extra ? ERR_TOO_LARGE : 0);
        arena_release(&p.arena);
        bytes_release(&json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan__payloads_are_breakdowns_then_the_number),
        cmocka_unit_test(test_plan__both_filters_must_hold),
        cmocka_unit_test(test_plan__more_operands_than_a_scan_takes_are_too_large),
    };
    return RUN(tests);
}
