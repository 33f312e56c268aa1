#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static const char *program_name = "amana";

void log_name(const char *program)
{
    program_name = program;
}

static void put(const char *level, const char *format, va_list list)
{
    char line[1024];
    (void)vsnprintf(line, sizeof(line), format, list);
    (void)fprintf(stderr, "%s: %s%s\n", program_name, level, line);
}

void log_info(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    put("", format, list);
    va_end(list);
}

void log_warn(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    put("warning: ", format, list);
    va_end(list);
}

void log_error(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    put("error: ", format, list);
    va_end(list);
}
