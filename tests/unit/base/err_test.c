/* base/err: every code has a text of its own, and errno maps where it should. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "support/test.h"

static void test_err__every_code_has_its_own_text(void **state)
{
    (void)state;
    for (int a = 0; a >= ERR_SYSTEM; a--) {
        assert_string_not_equal(err_text(a), "unknown error");
        for (int b = a - 1; b >= ERR_SYSTEM; b--)
            assert_string_not_equal(err_text(a), err_text(b));
    }
    assert_string_equal(err_text(-99), "unknown error");
}

static void test_err__full_disks_are_told_from_broken_ones(void **state)
{
    (void)state;
    assert_int_equal(err_from_errno(ENOSPC), ERR_FULL);
    assert_int_equal(err_from_errno(EDQUOT), ERR_FULL);
    assert_int_equal(err_from_errno(EIO), ERR_IO);
    assert_int_equal(err_from_errno(EPIPE), ERR_CLOSED);
    assert_int_equal(err_from_errno(0), 0);
    assert_int_equal(err_from_errno(EXDEV), ERR_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err__every_code_has_its_own_text),
        cmocka_unit_test(test_err__full_disks_are_told_from_broken_ones),
    };
    return RUN(tests);
}
