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
        { 0, 0, ERR_INVALID }, { 0, 12, ERR_INVALID }, { 0, 255, ERR_INVALID },
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

static struct query_question with_ask(enum query_what what)
{
    struct query_question q = sample;
    q.what = what;
    if (query_what_has_ask(what)) {
        q.ask = STR("amana ask 1\n");
        q.evidence = STR("evidence");
    }
    if (what == QUERY_TIMELINE)
        q.refs = STR("0123456789abcdef0123456789abcdeg");
    return q;
}

static void test_question__comes_back_with_its_ask(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct query_question back;
    for (enum query_what what = QUERY_PEOPLE; what <= QUERY_WHAT_LAST; what++) {
        struct query_question q = with_ask(what);
        bytes_reset(&body);
        query_wire_encode_question(&q, &body);
        assert_int_equal(body.len, 24 + 14 + 12 + q.ask.len + q.evidence.len + q.refs.len + 14);
        assert_int_equal(query_wire_decode_question(bytes_str(&body), &back), 0);
        assert_int_equal(back.what, what);
        assert_true(str_equal(back.ask, q.ask) && str_equal(back.evidence, q.evidence));
        assert_true(str_equal(back.refs, q.refs) && str_equal(back.question, q.question));
        for (size_t len = 0; len < 24 + 14 + 12 + q.ask.len + q.evidence.len + q.refs.len; len++)
            assert_int_equal(query_wire_decode_question(str_of(body.ptr, len), &back),
                             ERR_INVALID);
    }
    bytes_release(&body);
}

/* By hand: what the encoder would not write. */
static int decode(uint8_t what, uint32_t ask, uint32_t evidence, uint32_t refs)
{
    struct bytes body = { 0 };
    struct query_question back;
    bytes_put_u8(&body, what);
    memset(bytes_grow(&body, 7), 0, 7);
    bytes_put_u64(&body, 1);
    bytes_put_u32(&body, 0);
    bytes_put_u32(&body, 0);
    const uint32_t lens[3] = { ask, evidence, refs };
    for (int i = 0; i < 3; i++) {
        bytes_put_u32(&body, lens[i]);
        memset(bytes_grow(&body, lens[i]), 'x', lens[i]);
    }
    int r = query_wire_decode_question(bytes_str(&body), &back);
    bytes_release(&body);
    return r;
}

static void test_question__an_ask_is_there_where_it_belongs_and_nowhere_else(void **state)
{
    (void)state;
    static const struct { uint8_t what; uint32_t ask, evidence, refs; int expected; } cases[] = {
        { QUERY_PEOPLE, 1, 1, 0, 0 },
        { QUERY_PEOPLE, 4096, 4096, 0, 0 },
        { QUERY_PEOPLE, 4097, 1, 0, ERR_INVALID },
        { QUERY_PEOPLE, 1, 4097, 0, ERR_INVALID },
        { QUERY_PEOPLE, 0, 1, 0, ERR_INVALID },
        { QUERY_PEOPLE, 1, 0, 0, ERR_INVALID },
        { QUERY_PEOPLE, 1, 1, 16, ERR_INVALID },
        { QUERY_TIMELINE, 1, 1, 0, 0 },
        { QUERY_TIMELINE, 1, 1, 16, 0 },
        { QUERY_TIMELINE, 1, 1, 15, ERR_INVALID },
        { QUERY_TIMELINE, 1, 1, 48000, 0 },
        { QUERY_TIMELINE, 1, 1, 48016, ERR_INVALID },
        { QUERY_EXPORT, 1, 1, 0, 0 },
        { QUERY_EXPORT_NEXT, 0, 0, 0, 0 },
        { QUERY_EXPORT_NEXT, 1, 1, 0, ERR_INVALID },
        { QUERY_LEDGER, 0, 1, 0, ERR_INVALID },
        { QUERY_RESOLVE, 0, 0, 16, ERR_INVALID },
        { QUERY_RESOLVE, 0, 0, 0, 0 },
        { QUERY_RESOLVE + 1, 0, 0, 0, ERR_INVALID },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(decode(cases[i].what, cases[i].ask, cases[i].evidence, cases[i].refs),
                         cases[i].expected);
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
        cmocka_unit_test(test_question__comes_back_with_its_ask),
        cmocka_unit_test(test_question__an_ask_is_there_where_it_belongs_and_nowhere_else),
        cmocka_unit_test(test_question__is_bounded),
        cmocka_unit_test(test_answer__comes_back),
    };
    return RUN(tests);
}
