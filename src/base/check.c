#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_fail(const char *file, int line, const char *expression)
{
    (void)fprintf(stderr, "bug: %s:%d: check failed: %s\n", file, line, expression);
    abort();
}
