/* api/agent: the short name of a browser. */
#include "api/agent.h"

#include <string.h>

#include "support/test.h"

static const struct {
    const char *header;
    const char *text;
} cases[] = {
    { "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      "Firefox 140 on Linux" },
    { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
      "Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0", "Edge 137 on Windows" },
    { "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
      "Chrome/137.0.0.0 Mobile Safari/537.36", "Chrome 137 on Android" },
    { "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
      "Version/18.4 Safari/605.1.15", "Safari 18 on macOS" },
    { "curl/7.88.1", "curl 7" },
    { "node", "Node.js" },
    { "Chrome/99999999999999999999999 Windows", "Chrome 9999 on Windows" },
    { "Chrome/", "Chrome" },
    { "Linux", "Linux" },
    { "a stranger's own words", "" },
    { "", "" },
};

static void test_agent__names_browser_and_system_and_nothing_else(void **state)
{
    char out[AGENT_TEXT_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(out, 'x', sizeof(out));
        agent_format(str_from(cases[i].header), out);
        assert_string_equal(out, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agent__names_browser_and_system_and_nothing_else),
    };
    return RUN(tests);
}
