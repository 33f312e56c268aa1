/* api/ask_body: what goes beside an ask, and whether it is what the ask says. */
#include "api/ask_body.h"

#include <string.h>

#include "base/err.h"
#include "support/asks.h"
#include "support/test.h"

struct fixture {
    struct arena arena;
    struct ask_body body;
    struct ask ask;
};

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){ 0 };
    arena_init(&f.arena, 1 << 22);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    ask_body_release(&f->body);
    arena_release(&f->arena);
    return 0;
}

static int parse(struct fixture *f, const char *text)
{
    ask_body_release(&f->body);
    return ask_body_parse(str_from(text), &f->arena, &f->body);
}

static void test_ask_body__everything_beside_an_ask_is_read(void **state)
{
    struct fixture *f = *state;
    struct asks asks = { .kind = GRANT_TIMELINE, .question = "{\"limit\":5}", .ref_count = 3,
                         .beside = ",\"lookup\":{\"kind\":\"email\",\"text\":\"n@x.com\"},"
                                   "\"assertion\":{\"id\":\"aQ\",\"signature\":\"cw\"}" };
    struct bytes text = { 0 };
    char body[ASKS_TEXT];
    asks_text(&asks, &text);
    asks_body(&asks, body);
    assert_int_equal(parse(f, body), 0);
    assert_true(str_equal(f->body.ask, bytes_str(&text)));
    assert_string_equal(f->body.question.ptr, "{\"limit\":5}");
    assert_string_equal(f->body.lookup.ptr, "n@x.com");
    assert_int_equal(f->body.lookup_kind, REF_KIND_EMAIL);
    assert_string_equal(f->body.assertion.ptr, "{\"id\":\"aQ\",\"signature\":\"cw\"}");
    assert_int_equal(f->body.ref_count, 3);
    assert_int_equal(f->body.refs[2].bytes[15], 3);
    assert_null(ask_body_judge(&f->body, &f->ask));
    assert_int_equal(f->ask.project, 7);
    assert_int_equal(f->ask.kind, GRANT_TIMELINE);
    bytes_release(&text);
}

static void test_ask_body__what_is_not_of_its_form_is_refused(void **state)
{
    static const char *const bodies[] = {
        "", "[]", "1", "{", "{\"ask\":1}", "{\"question\":{}}", "{\"refs\":{}}", "{\"refs\":[1]}",
        "{\"refs\":[\"01\"]}", "{\"refs\":[\"0101010101010101010101010101010g\"]}",
        "{\"refs\":[\"02020202020202020202020202020202\",\"01010101010101010101010101010101\"]}",
        "{\"refs\":[\"01010101010101010101010101010101\",\"01010101010101010101010101010101\"]}",
        "{\"lookup\":\"n@x.com\"}", "{\"lookup\":{\"kind\":\"name\",\"text\":\"n\"}}",
        "{\"lookup\":{\"kind\":\"id\",\"text\":7}}", "{\"lookup\":{\"text\":\"n\"}}",
        "{\"assertion\":\"x\"}", "{\"assertion\":[]}", "{\"ask\":\"a\",\"ask\":\"b\"}",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        if (parse(*state, bodies[i]) != ERR_INVALID)
            fail_msg("%s is taken", bodies[i]);
    assert_int_equal(parse(*state, "{}"), 0);
    assert_int_equal(parse(*state, "{\"ask\":\"\",\"more\":1}"), 0);
}

static void expect_long(struct fixture *f, const char *before, int len, const char *after, int r)
{
    struct bytes body = { 0 };
    bytes_printf(&body, "%s%*s%s", before, len, "", after);
    bytes_put_u8(&body, 0);
    if (parse(f, (char *)body.ptr) != r)
        fail_msg("%d after %s", len, before);
    bytes_release(&body);
}

static void test_ask_body__over_long_members_are_refused(void **state)
{
    expect_long(*state, "{\"ask\":\"", ASK_BYTES_MAX, "\"}", 0);
    expect_long(*state, "{\"ask\":\"", ASK_BYTES_MAX + 1, "\"}", ERR_INVALID);
    expect_long(*state, "{\"lookup\":{\"kind\":\"id\",\"text\":\"", ASK_BODY_LOOKUP_MAX, "\"}}", 0);
    expect_long(*state, "{\"lookup\":{\"kind\":\"id\",\"text\":\"", ASK_BODY_LOOKUP_MAX + 1,
                "\"}}", ERR_INVALID);
    expect_long(*state, "{\"assertion\":{\"id\":\"", ASK_BODY_ASSERTION_MAX - 9, "\"}}", 0);
    expect_long(*state, "{\"assertion\":{\"id\":\"", ASK_BODY_ASSERTION_MAX - 8, "\"}}", ERR_INVALID);
    expect_long(*state, "{\"question\":\"", ASK_BODY_MAX_BYTES, "\"}", ERR_INVALID);
}

static void put_refs(struct bytes *body, int count)
{
    bytes_append_str(body, STR("{\"refs\":["));
    for (int i = 0; i < count; i++)
        bytes_printf(body, "%s\"%032x\"", i ? "," : "", i);
    bytes_append_str(body, STR("]}"));
    bytes_put_u8(body, 0);
}

static void test_ask_body__refs_have_a_bound(void **state)
{
    struct fixture *f = *state;
    struct bytes body = { 0 };
    put_refs(&body, ASK_BODY_REFS_MAX);
    assert_int_equal(parse(f, (char *)body.ptr), 0);
    assert_int_equal(f->body.ref_count, ASK_BODY_REFS_MAX);
    bytes_reset(&body);
    put_refs(&body, ASK_BODY_REFS_MAX + 1);
    assert_int_equal(parse(f, (char *)body.ptr), ERR_INVALID);
    bytes_release(&body);
}

/* Another question, other refs, or none where the ask names some: the ask does not fit. */
static void test_ask_body__an_ask_with_other_company_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asks asks = { .kind = GRANT_TIMELINE, .question = "{}", .ref_count = 2 };
    struct ref other[2] = { { { 9 } }, { { 10 } } };
    char body[ASKS_TEXT];
    asks_body(&asks, body);
    assert_int_equal(parse(f, body), 0);
    struct ask_body right = f->body;
    f->body.question = STR("{ }");
    assert_string_equal(ask_body_judge(&f->body, &f->ask), "ask");
    f->body.question = STR("");
    assert_string_equal(ask_body_judge(&f->body, &f->ask), "ask");
    f->body = right;
    f->body.refs = other;
    assert_string_equal(ask_body_judge(&f->body, &f->ask), "subjects");
    f->body = right;
    f->body.ref_count = 1;
    assert_string_equal(ask_body_judge(&f->body, &f->ask), "subjects");
    f->body.ref_count = 0;
    assert_string_equal(ask_body_judge(&f->body, &f->ask), "subjects");
    f->body = right;
    f->body.ask.len--;
    assert_string_equal(ask_body_judge(&f->body, &f->ask), "ask");
    f->body = right;
    assert_null(ask_body_judge(&f->body, &f->ask));
    assert_int_equal(parse(f, "{}"), 0);
    assert_string_equal(ask_body_judge(&f->body, &f->ask), "ask");
}

static void test_ask_body__company_that_the_ask_does_not_name_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asks asks = { .kind = GRANT_ROWS };
    struct ref ref = { { 1 } };
    char body[ASKS_TEXT];
    asks_body(&asks, body);
    assert_int_equal(parse(f, body), 0);
    assert_null(ask_body_judge(&f->body, &f->ask));
    f->body.refs = &ref;
    f->body.ref_count = 1;
    assert_string_equal(ask_body_judge(&f->body, &f->ask), "subjects");
    f->body.ref_count = 0;
    f->body.question = STR("{}");
    assert_string_equal(ask_body_judge(&f->body, &f->ask), "ask");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_ask_body__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(everything_beside_an_ask_is_read),
        T(what_is_not_of_its_form_is_refused),
        T(over_long_members_are_refused),
        T(refs_have_a_bound),
        T(an_ask_with_other_company_is_refused),
        T(company_that_the_ask_does_not_name_is_refused),
    };
    return RUN(tests);
}
