/* ingest/enrich/user_agent: the big browsers, systems and robots. */
#include "ingest/enrich/user_agent.h"

#include "support/test.h"

static void test_user_agent__pretenders_are_told_apart(void **state)
{
    (void)state;
    struct user_agent a = user_agent_read(
        STR("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0"));
    assert_str(a.browser, "Microsoft Edge");
    assert_str(a.os, "Windows");
    assert_false(a.is_bot);
    a = user_agent_read(STR("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) "
                            "AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1"));
    assert_str(a.browser, "Safari");
    assert_str(a.os, "iOS");
}

static void test_user_agent__robots_and_strangers(void **state)
{
    (void)state;
    assert_true(user_agent_read(STR("Mozilla/5.0 (compatible; Googlebot/2.1)")).is_bot);
    assert_true(user_agent_read(STR("HeadlessChrome/120.0")).is_bot);
    struct user_agent a = user_agent_read(STR("curious/1"));
    assert_false(a.is_bot);
    assert_int_equal(a.browser.len + a.os.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_user_agent__pretenders_are_told_apart),
        cmocka_unit_test(test_user_agent__robots_and_strangers),
    };
    return RUN(tests);
}
