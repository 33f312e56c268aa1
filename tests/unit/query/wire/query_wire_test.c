/* query/wire/query_wire: both frames there and back, and every malformed question refused. */
#include "query/wire/query_wire.h"

#include <string.h>

#include "base/err.h"
#include "support/test.h"

static const struct query_question sample = {
    .what = QUERY_VALUES, .project = 0x1122334455667788, .settings = STR("{\"zone\":\"UTC\"}"),
    .question = STR("{\"of\":\"event\"}"),
};

static void test_question__is_the_documented_bytes(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    query_wire_encode_question(&sample, &body);
    static const uint8_t head[] = { 3, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33,
                                    0x22, 0x11, 0, 0, 0, 0, 14, 0, 0, 0, '{' };
    assert_true(body.len == 24 + 14 + 14);
    assert_memory_equal(body.ptr, head, sizeof(head));
    bytes_release(&body);
}

static void test_question__comes_back(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct query_question q = sample, back;
    char grant[QUERY_GRANT_BYTES];
    memset(grant, 0x5a, sizeof(grant));
    for (int with_grant = 0; with_grant < 2; with_grant++) {
        bytes_reset(&body);
        q.grant = with_grant ? str_of(grant, sizeof(grant)) : STR("");
        query_wire_encode_question(&q, &body);
        assert_int_equal(query_wire_decode_question(bytes_str(&body), &back), 0);
        assert_int_equal(back.what, QUERY_VALUES);
        assert_true(back.project == q.project);
        assert_true(str_equal(back.grant, q.grant));
        assert_true(str_equal(back.settings, q.settings));
        assert_true(str_equal(back.question, q.question));
    }
    /* Empty settings and question are a matter for the parsers, not for the wire. */
    q.settings = q.question = STR("");
    bytes_reset(&body);
    query_wire_encode_question(&q, &body);
    assert_int_equal(query_wire_decode_question(bytes_str(&body), &back), 0);
    assert_int_equal(back.question.len, 0);
    bytes_release(&body);
}

static void test_question__every_short_head_is_invalid(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct query_question back;
    query_wire_encode_question(&sample, &body);
    for (size_t len = 0; len < 24 + 14; len++)
        assert_int_equal(query_wire_decode_question(str_of(body.ptr, len), &back), ERR_INVALID);
    assert_int_equal(query_wire_decode_question(str_of(body.ptr, 24 + 14), &back), 0);
    bytes_release(&body);
}

static void test_question__unknown_what_zeros_and_lengths_are_refused(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct query_question back;
    static const struct { size_t at; uint8_t value; int expected; } cases[] = {
        { 0, 0, ERR_INVALID }, { 0, 6, ERR_INVALID }, { 0, 255, ERR_INVALID },
        { 1, 1, ERR_INVALID }, { 2, 1, ERR_INVALID }, { 3, 1, ERR_INVALID },
        { 4, 1, ERR_INVALID }, { 7, 128, ERR_INVALID },
        { 16, 8, ERR_INVALID },       /* a grant of 8 bytes */
        { 17, 1, ERR_INVALID },       /* a grant longer than the frame */
        { 23, 255, ERR_INVALID },     /* settings longer than the frame */
        { 0, 5, 0 }, { 8, 0, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bytes_reset(&body);
        query_wire_encode_question(&sample, &body);
        body.ptr[cases[i].at] = cases[i].value;
        assert_int_equal(query_wire_decode_question(bytes_str(&body), &back), cases[i].expected);
    }
    bytes_release(&body);
}

static void test_question__is_bounded(void **state)
{
    (void)state;
    enum { MOST = 1024 * 1024 };
    struct bytes body = { 0 }, text = { 0 };
    struct query_question q = sample, back;
    memset(bytes_grow(&text, MOST), ' ', MOST);
    q.question = bytes_str(&text);
    query_wire_encode_question(&q, &body);
    assert_int_equal(query_wire_decode_question(bytes_str(&body), &back), 0);
    bytes_put_u8(&body, ' ');
    assert_int_equal(query_wire_decode_question(bytes_str(&body), &back), ERR_TOO_LARGE);
    bytes_release(&text);
    bytes_release(&body);
}

static void test_answer__comes_back(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct query_answer back, answer = { .status = 403, .json = STR("{\"error\":{}}") };
    query_wire_encode_answer(&answer, &body);
    assert_int_equal(body.len, 4 + answer.json.len);
    assert_int_equal(query_wire_decode_answer(bytes_str(&body), &back), 0);
    assert_int_equal(back.status, 403);
    assert_true(str_equal(back.json, answer.json));
    for (size_t len = 0; len < 4; len++)
        assert_int_equal(query_wire_decode_answer(str_of(body.ptr, len), &back), ERR_INVALID);
    static const uint32_t wrong[] = { 0, 99, 600, UINT32_MAX };
    for (size_t i = 0; i < 4; i++) {
        memcpy(body.ptr, &wrong[i], 4);
        assert_int_equal(query_wire_decode_answer(bytes_str(&body), &back), ERR_INVALID);
    }
    bytes_release(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question__is_the_documented_bytes),
        cmocka_unit_test(test_question__comes_back),
        cmocka_unit_test(test_question__every_short_head_is_invalid),
        cmocka_unit_test(test_question__unknown_what_zeros_and_lengths_are_refused),
        cmocka_unit_test(test_question__is_bounded),
        cmocka_unit_test(test_answer__comes_back),
    };
    return RUN(tests);
}
