/* auth/wire/auth_wire: what goes in comes out, every shortening and lengthening is refused, and a
 * browser's over-long text cannot make a frame that does not decode. */
#include "auth/wire/auth_wire.h"

#include <string.h>

#include "base/err.h"
#include "support/test.h"

static const struct auth_request full = {
    .type = AUTH_AUTHORIZE, .by = AUTH_BY_KEY, .ask_kind = GRANT_ROWS, .uid = 1000, .project = 3,
    .rights = RIGHT_AGGREGATE | RIGHT_ROWS, .ask_hash = { 1, 2, 3 }, .cookie = STR("cookie"),
    .key = STR("k_1"), .secret = STR("secret"),
    .name = STR("\xd8\xaf\xd9\x83\xd8\xa7\xd9\x86"), .zone = STR("Asia/Riyadh"),
};

static void assert_request(const struct auth_request *a, const struct auth_request *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->by, b->by);
    assert_int_equal(a->ask_kind, b->ask_kind);
    assert_int_equal(a->uid, b->uid);
    assert_int_equal(a->project, b->project);
    assert_int_equal(a->rights, b->rights);
    assert_memory_equal(a->ask_hash, b->ask_hash, sizeof(a->ask_hash));
    assert_true(str_equal(a->cookie, b->cookie));
    assert_true(str_equal(a->key, b->key));
    assert_true(str_equal(a->secret, b->secret));
    assert_true(str_equal(a->name, b->name));
    assert_true(str_equal(a->zone, b->zone));
}

static void test_auth_wire__requests_come_back(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct auth_request back;
    auth_wire_encode_request(&full, &body);
    assert_int_equal(auth_wire_decode_request(AUTH_AUTHORIZE, bytes_str(&body), &back), 0);
    assert_request(&back, &full);
    bytes_reset(&body);
    struct auth_request bare = { .type = AUTH_ME, .by = AUTH_BY_UID };
    auth_wire_encode_request(&bare, &body);
    assert_int_equal(auth_wire_decode_request(AUTH_ME, bytes_str(&body), &back), 0);
    assert_request(&back, &bare);
    bytes_release(&body);
}

static void test_auth_wire__requests_of_another_form_are_invalid(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct auth_request back;
    auth_wire_encode_request(&full, &body);
    struct str whole = bytes_str(&body);
    for (size_t i = 0; i < whole.len; i++)
        assert_int_equal(auth_wire_decode_request(AUTH_ME, str_slice(whole, 0, i), &back),
                         ERR_INVALID);
    static const uint8_t strange[] = { 0, 1, AUTH_CALL + 1, 64, 255 };
    for (size_t i = 0; i < sizeof(strange); i++)
        assert_int_equal(auth_wire_decode_request(strange[i], whole, &back), ERR_INVALID);
    static const struct { size_t at; uint8_t value; } bad[] = {
        { 0, 0 }, { 0, 4 }, { 1, GRANT_FREEZE + 1 }, { 2, 1 }, { 3, 1 },
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint8_t former = body.ptr[bad[i].at];
        body.ptr[bad[i].at] = bad[i].value;
        assert_int_equal(auth_wire_decode_request(AUTH_ME, bytes_str(&body), &back), ERR_INVALID);
        body.ptr[bad[i].at] = former;
    }
    bytes_put_u8(&body, 0);
    assert_int_equal(auth_wire_decode_request(AUTH_ME, bytes_str(&body), &back), ERR_INVALID);
    bytes_release(&body);
}

static void test_auth_wire__long_texts_are_cut_and_decode(void **state)
{
    (void)state;
    static char text[4000];
    struct bytes body = { 0 };
    struct auth_request back;
    memset(text, 'x', sizeof(text));
    struct str big = str_of(text, sizeof(text));
    struct auth_request request = { .type = AUTH_AUTHORIZE, .by = AUTH_BY_COOKIE, .cookie = big,
                                    .key = big, .secret = big, .name = big,
                                    .zone = big };
    auth_wire_encode_request(&request, &body);
    assert_int_equal(auth_wire_decode_request(AUTH_AUTHORIZE, bytes_str(&body), &back), 0);
    /* Still longer than any right one: what is cut cannot become right. */
    assert_true(back.cookie.len > 43 && back.cookie.len < 1000);
    assert_true(back.name.len > 400);
    assert_int_equal(back.zone.len, 128);
    bytes_reset(&body);
    for (size_t i = 0; i < 56; i++)
        bytes_put_u8(&body, i == 0 ? AUTH_BY_COOKIE : 0);
    bytes_put_str(&body, big);
    for (size_t i = 0; i < 5; i++)
        bytes_put_str(&body, STR(""));
    bytes_put_u32(&body, 0);
    for (size_t i = 0; i < 9; i++)
        bytes_put_str(&body, STR(""));
    assert_int_equal(auth_wire_decode_request(AUTH_AUTHORIZE, bytes_str(&body), &back), ERR_INVALID);
    bytes_release(&body);
}

static const struct auth_request call = {
    .type = AUTH_CALL, .by = AUTH_BY_NOBODY, .call = AUTH_LOGIN_PASSKEY, .body = STR("{}"),
    .ask = STR("amana ask 1"), .proof = STR("1 2 x"), .method = STR("POST"),
    .path = STR("/api/login/passkey"), .assertion = STR("{\"id\":1}"), .lookup = STR("a@b.c"),
    .lookup_kind = 2, .address = STR("192.0.2.1"), .agent = STR("Firefox"),
};

static void test_auth_wire__calls_come_back(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct auth_request back;
    auth_wire_encode_request(&call, &body);
    struct str whole = bytes_str(&body);
    assert_int_equal(auth_wire_decode_request(AUTH_CALL, whole, &back), 0);
    assert_request(&back, &call);
    assert_int_equal(back.call, AUTH_LOGIN_PASSKEY);
    assert_int_equal(back.lookup_kind, 2);
    const struct { struct str a, b; } texts[] = {
        { back.body, call.body }, { back.ask, call.ask }, { back.proof, call.proof },
        { back.method, call.method }, { back.path, call.path }, { back.lookup, call.lookup },
        { back.assertion, call.assertion }, { back.address, call.address },
        { back.agent, call.agent },
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_true(str_equal(texts[i].a, texts[i].b));
    /* A call is of a type of its own, and nobody asks nothing else. */
    assert_int_equal(auth_wire_decode_request(AUTH_ME, whole, &back), ERR_INVALID);
    for (size_t i = 0; i < whole.len; i++)
        assert_int_equal(auth_wire_decode_request(AUTH_CALL, str_slice(whole, 0, i), &back),
                         ERR_INVALID);
    bytes_release(&body);
}

static void test_auth_wire__calls_of_another_form_are_invalid(void **state)
{
    (void)state;
    struct auth_request bad[] = { call, call, call, call };
    bad[0].call = 0;
    bad[1].call = AUTH_CALL_LAST + 1;
    bad[2].lookup_kind = 4;
    bad[3].by = 5;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct bytes body = { 0 };
        struct auth_request back;
        auth_wire_encode_request(&bad[i], &body);
        assert_int_equal(auth_wire_decode_request(AUTH_CALL, bytes_str(&body), &back), ERR_INVALID);
        bytes_release(&body);
    }
}

/* What would mean something else when it is shortened does not travel at all. */
static void test_auth_wire__long_asks_are_left_out(void **state)
{
    (void)state;
    static char text[20000];
    struct bytes body = { 0 };
    struct auth_request back, request = call;
    memset(text, 'x', sizeof(text));
    struct str big = str_of(text, sizeof(text));
    request.body = request.ask = request.proof = request.assertion = request.lookup = big;
    request.path = request.method = request.address = request.agent = big;
    auth_wire_encode_request(&request, &body);
    assert_int_equal(auth_wire_decode_request(AUTH_CALL, bytes_str(&body), &back), 0);
    assert_int_equal(back.body.len + back.ask.len + back.proof.len + back.assertion.len +
                     back.lookup.len + back.path.len + back.method.len + back.address.len, 0);
    assert_int_equal(back.agent.len, 64);
    bytes_release(&body);
}

static void test_auth_wire__answers_in_json_have_a_status(void **state)
{
    (void)state;
    struct bytes body = { 0 };
    struct auth_answer back, answer = { .type = AUTH_ANSWERED, .status = 200, .json = STR("{}"),
                                        .cookie = STR("c") };
    auth_wire_encode_answer(&answer, &body);
    assert_int_equal(auth_wire_decode_answer(AUTH_ANSWERED, bytes_str(&body), &back), 0);
    assert_int_equal(back.status, 200);
    assert_str(back.json, "{}");
    assert_int_equal(auth_wire_decode_answer(AUTH_DONE, bytes_str(&body), &back), ERR_INVALID);
    body.ptr[4] = 99;
    assert_int_equal(auth_wire_decode_answer(AUTH_ANSWERED, bytes_str(&body), &back), ERR_INVALID);
    bytes_release(&body);
}

static void test_auth_wire__answers_come_back(void **state)
{
    (void)state;
    static uint8_t grant[GRANT_BYTES] = { 7 };
    struct bytes body = { 0 };
    struct auth_answer back, answer = {
        .type = AUTH_GRANTED, .principal = 9, .project = 2, .rights = RIGHT_AGGREGATE,
        .grant = str_of(grant, sizeof(grant)), .settings = STR("{}"), .cookie = STR("c"),
        .evidence = STR("e"), .link = STR("l"), .me = STR("{\"a\":1}"), .code = STR("role"),
    };
    auth_wire_encode_answer(&answer, &body);
    struct str whole = bytes_str(&body);
    assert_int_equal(auth_wire_decode_answer(AUTH_GRANTED, whole, &back), 0);
    assert_int_equal(back.type, AUTH_GRANTED);
    assert_int_equal(back.principal, 9);
    assert_int_equal(back.project, 2);
    assert_int_equal(back.rights, RIGHT_AGGREGATE);
    assert_true(str_equal(back.grant, answer.grant));
    assert_true(str_equal(back.settings, answer.settings));
    assert_true(str_equal(back.cookie, answer.cookie));
    assert_true(str_equal(back.link, answer.link));
    assert_true(str_equal(back.me, answer.me));
    assert_true(str_equal(back.code, answer.code));
    assert_true(str_equal(back.evidence, answer.evidence));
    for (size_t i = 0; i < whole.len; i++)
        assert_int_equal(auth_wire_decode_answer(AUTH_GRANTED, str_slice(whole, 0, i), &back),
                         ERR_INVALID);
    /* A grant belongs to GRANTED, to nothing else, and GRANTED is nothing without one. */
    assert_int_equal(auth_wire_decode_answer(AUTH_IS, whole, &back), ERR_INVALID);
    assert_int_equal(auth_wire_decode_answer(AUTH_AUTHORIZE, whole, &back), ERR_INVALID);
    assert_int_equal(auth_wire_decode_answer(AUTH_ANSWERED + 1, whole, &back), ERR_INVALID);
    bytes_reset(&body);
    answer = (struct auth_answer){ .type = AUTH_DONE };
    auth_wire_encode_answer(&answer, &body);
    assert_int_equal(auth_wire_decode_answer(AUTH_DONE, bytes_str(&body), &back), 0);
    assert_int_equal(auth_wire_decode_answer(AUTH_GRANTED, bytes_str(&body), &back), ERR_INVALID);
    bytes_release(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auth_wire__requests_come_back),
        cmocka_unit_test(test_auth_wire__requests_of_another_form_are_invalid),
        cmocka_unit_test(test_auth_wire__long_texts_are_cut_and_decode),
        cmocka_unit_test(test_auth_wire__calls_come_back),
        cmocka_unit_test(test_auth_wire__calls_of_another_form_are_invalid),
        cmocka_unit_test(test_auth_wire__long_asks_are_left_out),
        cmocka_unit_test(test_auth_wire__answers_in_json_have_a_status),
        cmocka_unit_test(test_auth_wire__answers_come_back),
    };
    return RUN(tests);
}
