/* Program output: one logfmt line an event to standard error, written with one write(2)-sized
 * fprintf. Never a personal value: callers log reasons, counts, names of ours and codes. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/check.h"

/* The program's name as it stands in every line; borrowed, set once at start. */
void log_name(const char *program);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
