/* api/asker: which credentials count, as auth hears of them, and what they are kept by. */
#include "api/asker.h"

#include <string.h>
#include <unistd.h>

#include "support/front.h"
#include "support/test.h"

static int setup(void **state)
{
    static struct front f;
    front_open(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    front_close(*state);
    return 0;
}

static void expect_by(struct front *f, bool is_local, const char *headers, enum auth_by by)
{
    char out[FRONT_TEXT];
    int before = f->auth_count;
    (is_local ? front_talk_locally : front_talk)(f, "GET /api/me", headers, "", out);
    if (f->auth_count != before + (by ? 1 : 0))
        fail_msg("%s: auth was asked %d times", headers, f->auth_count - before);
    if (by && f->auth_request.by != by)
        fail_msg("%s came as %d", headers, f->auth_request.by);
}

static void test_asker__a_key_goes_before_a_cookie_and_both_before_the_uid(void **state)
{
    struct front *f = *state;
    expect_by(f, false, "", 0);
    expect_by(f, false, FRONT_WITH_COOKIE, AUTH_BY_COOKIE);
    expect_by(f, false, FRONT_BASIC, AUTH_BY_KEY);
    expect_by(f, false, FRONT_WITH_COOKIE FRONT_BASIC, AUTH_BY_KEY);
    expect_by(f, true, "", AUTH_BY_UID);
    assert_int_equal(f->auth_request.uid, getuid());
    expect_by(f, true, FRONT_WITH_COOKIE, AUTH_BY_COOKIE);
    expect_by(f, true, FRONT_BASIC, AUTH_BY_KEY);
}

/* A header that cannot be read does not fall back to something weaker. */
static void test_asker__an_unreadable_key_is_nobody(void **state)
{
    expect_by(*state, false, FRONT_WITH_COOKIE "Authorization: Bearer x\r\n", 0);
    expect_by(*state, true, "Authorization: Basic !\r\n", 0);
    expect_by(*state, false, "Cookie: other=" FRONT_COOKIE "\r\n", 0);
}

static void test_asker__hashes_tell_credentials_apart(void **state)
{
    (void)state;
    const struct asker askers[] = {
        { .by = AUTH_BY_COOKIE, .cookie = STR("a") },
        { .by = AUTH_BY_COOKIE, .cookie = STR("b") },
        { .by = AUTH_BY_KEY, .key = STR("a"), .secret = STR("b") },
        { .by = AUTH_BY_KEY, .key = STR("ab"), .secret = STR("") },
        { .by = AUTH_BY_KEY, .key = STR(""), .secret = STR("ab") },
        { .by = AUTH_BY_UID, .uid = 1 },
        { .by = AUTH_BY_UID, .uid = 2 },
    };
    uint8_t hashes[7][32], again[32];
    for (int i = 0; i < 7; i++) {
        asker_hash(&askers[i], hashes[i]);
        asker_hash(&askers[i], again);
        assert_memory_equal(hashes[i], again, 32);
        for (int j = 0; j < i; j++)
            assert_memory_not_equal(hashes[i], hashes[j], 32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asker__a_key_goes_before_a_cookie_and_both_before_the_uid),
        cmocka_unit_test(test_asker__an_unreadable_key_is_nobody),
        cmocka_unit_test(test_asker__hashes_tell_credentials_apart),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
