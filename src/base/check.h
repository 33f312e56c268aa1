/* Assertions that stay on, and the attribute macros of the house.
 *
 * check() is for bugs: a condition that only wrong code of ours can break. It prints file, line
 * and expression, and aborts; the supervisor restarts the program. Trouble of the world is an
 * ERR_* code (base/err.h); input that we refuse is a struct refusal (event/refusal.h). */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_index)                                                     \
    __attribute__((format(printf, format_index, first_index)))
#define NO_RETURN __attribute__((noreturn))
#define COLD __attribute__((cold))

#define check(condition)                                                                           \
    ((condition) ? (void)0 : check_fail(__FILE__, __LINE__, #condition))

/* Prints where and what to standard error and aborts. Never returns. */
NO_RETURN COLD void check_fail(const char *file, int line, const char *expression);

#endif
