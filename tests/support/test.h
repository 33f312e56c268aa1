/* What every unit test includes: cmocka in its required order, and two conveniences. */
#ifndef TESTS_SUPPORT_TEST_H
#define TESTS_SUPPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#define assert_str(s, literal) assert_true(str_equal((s), STR(literal)))
/* A literal as an element of argv. */
#define ARG(literal) ((char *)(uintptr_t)(literal))
#define RUN(tests) cmocka_run_group_tests((tests), NULL, NULL)

#endif
