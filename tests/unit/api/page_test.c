/* api/page: one page under all its addresses, assets under their own, both with the policy. */
#include "api/page.h"

#include <string.h>

#include "support/front.h"
#include "support/test.h"

static void test_page__the_policy_allows_passkeys_and_nothing_from_elsewhere(void **state)
{
    static const char *const lines[] = { "GET /access", "GET /person/p_9", "GET /assets/a-1.js" };
    static struct front f;
    char out[FRONT_TEXT];
    (void)state;
    front_open(&f);
    for (size_t i = 0; i < 3; i++) {
        front_talk(&f, lines[i], "", "", out);
        assert_int_equal(front_status(out), 200);
        assert_non_null(strstr(out, "default-src 'none'; script-src 'self'"));
        assert_non_null(strstr(out, "connect-src 'self'"));
        assert_non_null(strstr(out, "publickey-credentials-create=(self)"));
        assert_non_null(strstr(out, "camera=()"));
        assert_null(strstr(out, "unsafe"));
    }
    front_talk(&f, "GET /assets/a-2.js", "", "", out);
    assert_int_equal(front_status(out), 404);
    front_talk(&f, "GET /person/..", "", "", out);
    assert_string_equal(front_body(out), "the page");
    front_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page__the_policy_allows_passkeys_and_nothing_from_elsewhere),
    };
    return RUN(tests);
}
