#include "ledger/wire/ask.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "support/test.h"

#define HASH "27d1b6d2a1e6e8dfb1f3ed4a3b0b44d1d9a3a7a2f5c3a1a0a9a8a7a6a5a4a3a2"
#define ASK_HEAD "amana ask 1\nproject 7\nkind reveal\npurpose support\nticket 4711\n"
#define ASK_TAIL "limit 1\nnonce 000102030405060708090a0b0c0d0e0f\n"
#define ASK_TIME "time 2026-11-23T17:00:00.000Z\n"
#define ASK_BODY "question -\nsubjects 1 " HASH "\n"

static const char plain[] = ASK_HEAD "fields $email $name\n" ASK_BODY ASK_TAIL ASK_TIME;

static int parse(const char *text)
{
    struct ask ask;
    return ask_parse(str_from(text), &ask);
}

static void test_ask__is_read_and_written(void **state)
{
    (void)state;
    struct ask ask;
    struct bytes again = { 0 };
    assert_int_equal(ask_parse(str_from(plain), &ask), 0);
    assert_int_equal(ask.project, 7);
    assert_int_equal(ask.kind, GRANT_REVEAL);
    assert_str(ask.purpose, "support");
    assert_str(ask.ticket, "4711");
    assert_int_equal(ask.field_count, 2);
    assert_str(ask.fields[1], "$name");
    assert_false(ask.has_question);
    assert_int_equal(ask.subject_count, 1);
    assert_int_equal(ask.subjects_hash[0], 0x27);
    assert_int_equal(ask.limit, 1);
    assert_int_equal(ask.nonce[15], 15);
    assert_int_equal(ask.time_ms, 1795453200000);
    ask_format(&ask, &again);
    assert_true(str_equal(bytes_str(&again), str_from(plain)));
    bytes_release(&again);
}

static void test_ask__may_leave_out_what_it_does_not_need(void **state)
{
    (void)state;
    struct ask ask;
    assert_int_equal(ask_parse(STR("amana ask 1\nproject 7\nkind freeze\npurpose security\n"
                                   "ticket -\nfields -\nquestion " HASH "\nsubjects - -\n"
                                   "limit 0\nnonce 000102030405060708090a0b0c0d0e0f\n" ASK_TIME),
                               &ask), 0);
    assert_int_equal(ask.kind, GRANT_FREEZE);
    assert_int_equal(ask.ticket.len, 0);
    assert_int_equal(ask.field_count, 0);
    assert_true(ask.has_question);
    assert_false(ask.has_subjects);
}

static void test_ask__has_one_form(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        /* out of order, doubled, missing, CR, trailing blank, something behind */
        "amana ask 1\nkind reveal\nproject 7\npurpose support\nticket 4711\nfields -\n" ASK_BODY
            ASK_TAIL ASK_TIME,
        ASK_HEAD "fields -\nfields -\n" ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD "fields -\n" ASK_BODY ASK_TAIL,
        "amana ask 1\r\nproject 7\nkind reveal\npurpose support\nticket 4711\nfields -\n" ASK_BODY
            ASK_TAIL ASK_TIME,
        ASK_HEAD "fields - \n" ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD "fields -\n" ASK_BODY ASK_TAIL ASK_TIME "\n",
        ASK_HEAD "fields -\n" ASK_BODY ASK_TAIL "time 2026-11-23T17:00:00.000Z",
        "amana ask 2\nproject 7\nkind reveal\npurpose support\nticket 4711\nfields -\n" ASK_BODY
            ASK_TAIL ASK_TIME,
        /* numbers */
        "amana ask 1\nproject 07\nkind reveal\npurpose support\nticket 4711\nfields -\n" ASK_BODY
            ASK_TAIL ASK_TIME,
        "amana ask 1\nproject +7\nkind reveal\npurpose support\nticket 4711\nfields -\n" ASK_BODY
            ASK_TAIL ASK_TIME,
        ASK_HEAD "fields -\n" ASK_BODY "limit 1048577\nnonce 000102030405060708090a0b0c0d0e0f\n"
            ASK_TIME,
        ASK_HEAD "fields -\nquestion -\nsubjects 0 " HASH "\n" ASK_TAIL ASK_TIME,
        ASK_HEAD "fields -\nquestion -\nsubjects 1048577 " HASH "\n" ASK_TAIL ASK_TIME,
        ASK_HEAD "fields -\nquestion -\nsubjects -\n" ASK_TAIL ASK_TIME,
        ASK_HEAD "fields -\nquestion -\nsubjects 1 -\n" ASK_TAIL ASK_TIME,
        /* words */
        "amana ask 1\nproject 7\nkind question\npurpose support\nticket -\nfields -\n" ASK_BODY
            ASK_TAIL ASK_TIME,
        "amana ask 1\nproject 7\nkind reveal\npurpose Support\nticket -\nfields -\n" ASK_BODY
            ASK_TAIL ASK_TIME,
        "amana ask 1\nproject 7\nkind reveal\npurpose \nticket -\nfields -\n" ASK_BODY ASK_TAIL
            ASK_TIME,
        "amana ask 1\nproject 7\nkind reveal\npurpose support\nticket a b\nfields -\n" ASK_BODY
            ASK_TAIL ASK_TIME,
        "amana ask 1\nproject 7\nkind reveal\npurpose support\nticket \xff\nfields -\n" ASK_BODY
            ASK_TAIL ASK_TIME,
        /* fields: sorted, distinct, one escaping */
        ASK_HEAD "fields $name $email\n" ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD "fields $email $email\n" ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD "fields $email  $name\n" ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD "fields a%2fb\n" ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD "fields a%2Fb\n" ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD "fields a%\n" ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD "fields a%2\n" ASK_BODY ASK_TAIL ASK_TIME,
        ASK_HEAD "fields a\tb\n" ASK_BODY ASK_TAIL ASK_TIME,
        /* hexadecimal and time */
        ASK_HEAD "fields -\n" ASK_BODY "limit 1\nnonce 000102030405060708090A0B0C0D0E0F\n"
            ASK_TIME,
        ASK_HEAD "fields -\n" ASK_BODY "limit 1\nnonce 0001\n" ASK_TIME,
        ASK_HEAD "fields -\n" ASK_BODY ASK_TAIL "time 2026-11-23T17:00:00Z\n",
        ASK_HEAD "fields -\n" ASK_BODY ASK_TAIL "time 2026-11-23 17:00:00.000Z\n",
        ASK_HEAD "fields -\n" ASK_BODY ASK_TAIL "time 2026-13-23T17:00:00.000Z\n",
    };
    assert_int_equal(parse(plain), 0);
    assert_int_equal(parse(ASK_HEAD "fields -\n" ASK_BODY ASK_TAIL ASK_TIME), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (parse(bad[i]) != ERR_INVALID)
            fail_msg("taken: %s", bad[i]);
    /* Every single line off by one byte, and every cut. */
    for (size_t i = 0; i < sizeof(plain) - 1; i++) {
        struct ask ask;
        assert_int_equal(ask_parse(str_of(plain, i), &ask), ERR_INVALID);
    }
}

static void test_ask__no_more_than_its_bounds(void **state)
{
    (void)state;
    for (int fields = ASK_FIELDS_MAX; fields <= ASK_FIELDS_MAX + 1; fields++) {
        struct bytes text = { 0 };
        struct ask ask;
        bytes_append_str(&text, STR(ASK_HEAD "fields"));
        for (int i = 0; i < fields; i++)
            bytes_printf(&text, " f%03d", i);
        bytes_append_str(&text, STR("\n" ASK_BODY ASK_TAIL ASK_TIME));
        assert_int_equal(ask_parse(bytes_str(&text), &ask),
                         fields > ASK_FIELDS_MAX ? ERR_INVALID : 0);
        bytes_release(&text);
    }
    for (size_t len = ASK_BYTES_MAX; len <= ASK_BYTES_MAX + 1; len++) {
        struct bytes text = { 0 };
        struct ask ask;
        bytes_append_str(&text, STR(ASK_HEAD "fields "));
        size_t rest = sizeof("\n" ASK_BODY ASK_TAIL ASK_TIME) - 1;
        while (text.len + rest < len)
            bytes_put_u8(&text, 'x');
        bytes_append_str(&text, STR("\n" ASK_BODY ASK_TAIL ASK_TIME));
        assert_int_equal(text.len, len);
        assert_int_equal(ask_parse(bytes_str(&text), &ask), len > ASK_BYTES_MAX ? ERR_INVALID : 0);
        bytes_release(&text);
    }
}

static void test_ask__fields_are_escaped_one_way(void **state)
{
    (void)state;
    const char property[] = "a b%c\x01\x7f\n\xd9\x86";
    struct bytes escaped = { 0 }, back = { 0 };
    ask_escape_field(str_of(property, sizeof(property) - 1), &escaped);
    assert_str(bytes_str(&escaped), "a%20b%25c%01%7F%0A\xd9\x86");
    assert_true(ask_unescape_field(bytes_str(&escaped), &back));
    assert_true(str_equal(bytes_str(&back), str_of(property, sizeof(property) - 1)));
    bytes_reset(&back);
    assert_false(ask_unescape_field(STR(""), &back));
    assert_false(ask_unescape_field(STR("%41"), &back));
    bytes_release(&escaped);
    bytes_release(&back);
}

static void test_ask__kinds_have_names(void **state)
{
    (void)state;
    for (enum grant_kind kind = GRANT_REVEAL; kind <= GRANT_FREEZE; kind++) {
        enum grant_kind found;
        assert_true(ask_kind_find(str_from(ask_kind_name(kind)), &found));
        assert_int_equal(found, kind);
    }
    enum grant_kind none;
    assert_null(ask_kind_name(GRANT_QUESTION));
    assert_null(ask_kind_name(GRANT_FREEZE + 1));
    assert_false(ask_kind_find(STR("question"), &none));
    assert_false(ask_kind_find(STR(""), &none));
}

static void test_ask__subjects_are_sorted_and_distinct(void **state)
{
    (void)state;
    const struct ref refs[] = { { { 1 } }, { { 2 } }, { { 2, 1 } } };
    const struct ref doubled[] = { { { 1 } }, { { 1 } } }, unsorted[] = { { { 2 } }, { { 1 } } };
    uint8_t hash[32], one[32];
    assert_int_equal(ask_hash_subjects(refs, 3, hash), 0);
    assert_int_equal(ask_hash_subjects(refs, 1, one), 0);
    assert_memory_not_equal(hash, one, 32);
    assert_int_equal(ask_hash_subjects(doubled, 2, hash), ERR_INVALID);
    assert_int_equal(ask_hash_subjects(unsorted, 2, hash), ERR_INVALID);
    assert_int_equal(ask_hash_subjects(refs, 0, hash), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ask__is_read_and_written),
        cmocka_unit_test(test_ask__may_leave_out_what_it_does_not_need),
        cmocka_unit_test(test_ask__has_one_form),
        cmocka_unit_test(test_ask__no_more_than_its_bounds),
        cmocka_unit_test(test_ask__fields_are_escaped_one_way),
        cmocka_unit_test(test_ask__kinds_have_names),
        cmocka_unit_test(test_ask__subjects_are_sorted_and_distinct),
    };
    crypto_init();
    return RUN(tests);
}
