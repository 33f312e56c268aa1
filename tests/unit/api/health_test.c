/* api/health: alive is this program, ready are its peers as well, asked once a second. */
#include "api/health.h"

#include <string.h>

#include "support/front.h"
#include "support/test.h"
#include "sys/clock.h"

static void expect(struct front *f, const char *line, unsigned status, const char *body)
{
    char out[FRONT_TEXT];
    front_talk(f, line, "", "", out);
    if (front_status(out) != status || strcmp(front_body(out), body) != 0)
        fail_msg("%s gave %s", line, out);
}

static void test_health__peers_are_asked_once_a_second(void **state)
{
    static struct front f;
    (void)state;
    front_open(&f);
    expect(&f, "GET /readyz", 200, "ok\n");
    int asked = f.auth_count;
    expect(&f, "GET /readyz", 200, "ok\n");
    assert_int_equal(f.auth_count, asked);
    front_auth_away(&f);
    expect(&f, "GET /readyz", 200, "ok\n");
    clock_shift_for_test(0, 1500);
    expect(&f, "GET /readyz", 503, "closed\n");
    expect(&f, "GET /healthz", 200, "ok\n");
    front_auth_back(&f);
    clock_shift_for_test(0, 1500);
    expect(&f, "GET /readyz", 200, "ok\n");
    clock_shift_for_test(0, -3000);
    front_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_health__peers_are_asked_once_a_second),
    };
    return RUN(tests);
}
